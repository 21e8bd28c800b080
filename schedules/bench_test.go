package schedules_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/journey"
	"koe/schedules"
)

// BenchmarkDispatch_NothingDue is a day on which nobody among 100,000 people is due, with the whole journey of the pack, 300,000 events'
// worth of history and nothing open. Goal: under 2 s and under 200 MB.
func BenchmarkDispatch_NothingDue(b *testing.B) {
	const people = 100_000
	dir := b.TempDir()
	if err := journey.Init(dir, "chuto", "ja"); err != nil {
		b.Fatal(err)
	}
	w, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		b.Fatal(problems)
	}
	s := koetest.StoreIn(b, dir)
	now := time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC)
	all := make([]koe.Person, people)
	for i := range all {
		joined := koe.NewDate(2010+i%10, time.Month(1+i%12), 1+i%28)
		all[i] = koe.Person{ID: fmt.Sprintf("E%06d", i), Name: fmt.Sprintf("職員 %d", i), Email: fmt.Sprintf("e%d@example.go.jp", i), Language: "ja",
			Segments: map[string]string{"bureau": fmt.Sprintf("局%d", i%12), "division": fmt.Sprintf("課%d", i%200), "hire_type": "任期なし"},
			Spells:   []koe.Spell{{Number: 1, JoinedOn: joined}}}
	}
	if err := s.SavePeople(b.Context(), now.AddDate(-3, 0, 0), all); err != nil {
		b.Fatal(err)
	}
	var events []koe.Event
	for i := range all {
		if i%3 == 0 {
			events = append(events, koe.Event{Person: all[i].Key, Kind: koe.EventMentorAssigned, On: all[i].Spells[0].JoinedOn, Related: all[(i+7)%people].Key})
		}
	}
	if _, err := s.AddEvents(b.Context(), now.AddDate(-3, 0, 0), events); err != nil {
		b.Fatal(err)
	}
	d, err := schedules.New(schedules.Config{Store: s, Workspace: w, Sender: &post{}})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		r, err := d.Dispatch(b.Context(), now, schedules.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Entries) != 0 || !r.HeldUntil.IsZero() {
			b.Fatalf("something was due: %+v", r)
		}
	}
	b.StopTimer()
	mb, cpu := ownProcess(b, dir, now)
	b.ReportMetric(float64(mb), "MB-peak")
	b.ReportMetric(cpu.Seconds(), "cpu-s")
}

// ownProcess is the most memory and the processor time that a process of its own takes for the same dispatch, starting and reading the text
// files included.
func ownProcess(b *testing.B, dir string, now time.Time) (mb int, cpu time.Duration) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "KOE_TEST_DISPATCH="+dir, "KOE_TEST_NOW="+now.Format(time.RFC3339), "KOE_TEST_SMTP=25")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var waiting int
	var busy bool
	if _, err := fmt.Sscanf(strings.TrimPrefix(string(out), "ready\n"), "done %d %t %d MB", &waiting, &busy, &mb); err != nil || busy {
		b.Fatalf("the process said %q", out)
	}
	return mb, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// peak is the highest resident size of this process in MB; 0 where the system does not tell.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kb, found := strings.CutPrefix(line, "VmHWM:"); found {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(kb), " kB"))
			return n / 1024
		}
	}
	return 0
}
