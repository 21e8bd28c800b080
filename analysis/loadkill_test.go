package analysis

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/internal/koetest/pgtest"
	"koe/journey"
	"koe/store"
)

// loadKills is how often the loader is killed on each store; KOE_KILLS=100 for the long run.
func loadKills(t *testing.T) int {
	n := 12
	if long := os.Getenv("KOE_KILLS"); long != "" {
		var err error
		if n, err = strconv.Atoi(long); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// killSpace is the workspace of the kill test: a confidential survey and an anonymous one of the same questions.
func killSpace(dir string) (*journey.Workspace, error) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		return nil, err
	}
	j := scaleJourney([]string{"m2"}, "fit:F1,F2")
	options := []koe.Option{{Value: "a", Text: koe.Text{"ja": "甲"}}, {Value: "b", Text: koe.Text{"ja": "乙"}}, {Value: "c", Text: koe.Text{"ja": "丙"}}}
	ask(j, koe.Question{ID: "N", Kind: koe.KindNumber})
	ask(j, koe.Question{ID: "S", Kind: koe.KindSingle, Options: options})
	ask(j, koe.Question{ID: "M", Kind: koe.KindMulti, Options: options})
	ask(j, koe.Question{ID: "T", Kind: koe.KindText})
	j.Surveys = append(j.Surveys, koe.Survey{ID: "quiet", Mode: koe.Anonymous, Version: 1, Store: true, Pages: j.Surveys[0].Pages})
	j.Stages = append(j.Stages, koe.Stage{ID: "q", Title: koe.Text{"ja": "q"}, Audience: koe.AudienceHire, Anchor: koe.EventJoined, Survey: "quiet"})
	return &journey.Workspace{Dir: dir, Location: tokyo, Journeys: []*journey.Compiled{{Journey: *j}},
		Settings: koe.Settings{Language: "ja", Timezone: "Asia/Tokyo", Organization: koe.Text{"ja": "例示省"}, Warehouse: "warehouse.duckdb",
			Segments: [][]string{{"bureau", "division"}, {"hire_type"}}, Disclosure: koe.DisclosureSettings{MinGroup: 5}}}, nil
}

// loadUntilKilled is the process that is killed: it loads again and again and writes a line for each result.
func loadUntilKilled(cfg string) error {
	dir, rest, _ := strings.Cut(cfg, "\n")
	dsn, key, _ := strings.Cut(rest, "\n")
	ctx := context.Background()
	space, err := killSpace(dir)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{DSN: dsn, Key: key, Location: space.Location})
	if err != nil {
		return err
	}
	for fmt.Println("ready"); ; {
		result, err := Load(ctx, Config{Workspace: space, Store: s}, koetest.Now(), false)
		if err != nil {
			return err
		}
		line, err := json.Marshal(result)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
}

// killedLoad runs the loader, kills it as kill -9 does when moment returns, and gives the results that it wrote.
func killedLoad(t *testing.T, cfg string, moment func()) (results []LoadResult) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KOE_TEST_LOAD="+cfg)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		_ = cmd.Wait()
		t.Fatalf("the loader did not begin: %s", complaints.String())
	}
	go func() {
		moment()
		_ = cmd.Process.Kill()
	}()
	for lines.Scan() {
		var result LoadResult
		if err := json.Unmarshal(lines.Bytes(), &result); err == nil { // the last line may be half
			results = append(results, result)
		}
	}
	_ = cmd.Wait() // it was killed
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Fatalf("the loader ended by itself: %s", complaints.String())
	}
	return results
}

// answerLines writes answers as the view answer has them: response, question, value, choice, text, missing.
func answerLines(s koe.Submission) (lines []string) {
	for question, a := range s.Answers {
		line := func(value, choice, text, missing string) {
			lines = append(lines, strings.Join([]string{s.Response, question, value, choice, text, missing}, " "))
		}
		switch {
		case a.Missing != "":
			line("-", "-", "-", string(a.Missing))
		case a.Value != nil:
			line(show(*a.Value), "-", "-", "-")
		case a.Text != "":
			line("-", "-", a.Text, "-")
		}
		for _, choice := range a.Choices {
			line("-", choice, "-", "-")
		}
	}
	return lines
}

// against counts what got has not of want, has more than once, and has although want does not.
func against(want, got []string) (n [3]int) {
	seen := map[string]int{}
	for _, line := range got {
		seen[line]++
	}
	for _, line := range want {
		switch times := seen[line]; {
		case times == 0:
			n[0]++
		case times > 1:
			n[1]++
		}
		delete(seen, line)
	}
	n[2] = len(seen)
	return n
}

// told is what a store says that a warehouse must have.
type told struct{ responses, answers, invitations []string }

func tell(t *testing.T, s *store.Store) (all told) {
	t.Helper()
	submissions, err := s.Submissions(t.Context(), store.SubmissionFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range submissions {
		all.responses = append(all.responses, sub.Response)
		all.answers = append(all.answers, answerLines(sub)...)
	}
	invitations, err := s.Invitations(t.Context(), store.InvitationFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range invitations {
		all.invitations = append(all.invitations, fmt.Sprint(v.Key, " ", v.Person, " ", v.Stage, " ", v.Status))
	}
	return all
}

// newest gives the number of the last finished version, 0 when there is none.
func newest(at *site) int {
	if all := at.versions(); len(all) > 0 {
		return all[len(all)-1].number
	}
	return 0
}

// killMoment gives when a loader is killed: at a random moment, while it builds a version, or as soon as one of its next versions has a
// name and is being published.
func killMoment(at *site, i int, random *rand.Rand) func() {
	anywhere, within := time.Duration(random.IntN(1000))*time.Millisecond, time.Duration(random.IntN(60_000))*time.Microsecond
	named := newest(at) + 1 + random.IntN(3)
	until := func(there func() bool) {
		for began := time.Now(); !there() && time.Since(began) < 10*time.Second; {
			time.Sleep(50 * time.Microsecond)
		}
	}
	return func() {
		switch i % 3 {
		case 0:
			time.Sleep(anywhere)
		case 1:
			until(func() bool { left, _ := filepath.Glob(filepath.Join(at.folder, "*.building")); return len(left) > 0 })
			time.Sleep(within)
		case 2:
			until(func() bool { return newest(at) >= named })
		}
	}
}

// checkPublished looks at what is published after a kill, and gives how many responses it has; there were had before.
func checkPublished(t *testing.T, w *world, kill, had int) int {
	t.Helper()
	current := w.at.current()
	if current == "" {
		if had > 0 {
			t.Fatalf("kill %d: the warehouse is gone", kill)
		}
		return 0
	}
	if err := verify(t.Context(), current); err != nil {
		t.Fatalf("kill %d: what is published does not open: %v", kill, err)
	}
	keys := w.table("SELECT response_key FROM response")
	if doubled := against(keys, keys)[1]; doubled > 0 || len(keys) < had {
		t.Errorf("kill %d: %d responses of %d are there twice; there were %d before", kill, doubled, len(keys), had)
	}
	return len(keys)
}

// checkTold loads once more and compares the warehouse with the store. It gives how many responses are missing, doubled, and not of the
// store. That load is after the windows closed, so that every anonymous answer is told of. The feed waits for whatever transaction still
// runs, were it PostgreSQL's own housekeeping: then the next load has it. What a load skipped never comes.
func checkTold(t *testing.T, w *world, cfg Config, want told) [3]int {
	t.Helper()
	var responses, answers, invitations [3]int
	for try := range 20 {
		time.Sleep(time.Duration(try) * 10 * time.Millisecond)
		if _, err := Load(t.Context(), cfg, koetest.Now().AddDate(0, 2, 0), false); err != nil {
			t.Fatal(err)
		}
		responses = against(want.responses, w.table("SELECT response_key FROM response"))
		answers = against(want.answers, w.table("SELECT response_key, question, value, choice, text, missing FROM answer"))
		invitations = against(want.invitations, w.table("SELECT invitation_key, person_key, stage, status FROM invitation"))
		if clean := [3]int{}; responses == clean && answers == clean && invitations == clean {
			return responses
		}
	}
	for what, n := range map[string][3]int{"responses": responses, "answers": answers, "invitations": invitations} {
		if n != [3]int{} {
			t.Errorf("%s: %d missing, %d doubled, %d that the store does not have", what, n[0], n[1], n[2])
		}
	}
	return responses
}

// TestLoad_KilledWhileOthersWriteMissesAndDoublesNothing kills a real loading process (kill -9) again and again while 8 writers of two
// processes' stores invite, submit and correct. Each time what is published opens, is whole and has no less than before; in the end, after
// one more load, the warehouse has each response and each invitation of the store once, as it is now, as if it had been built anew.
func TestLoad_KilledWhileOthersWriteMissesAndDoublesNothing(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	for number, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			began, dir := time.Now(), t.TempDir()
			space, err := killSpace(dir)
			if err != nil {
				t.Fatal(err)
			}
			cfg := store.Config{DSN: filepath.Join(dir, "koe.sqlite"), Key: store.NewKey(), Location: space.Location}
			if name == "postgres" {
				cfg.DSN = server.Database(t)
			}
			var stores [2]*store.Store
			for i := range stores {
				if stores[i], err = store.Open(t.Context(), cfg); err != nil {
					t.Fatal(err)
				}
				defer stores[i].Close()
			}
			load := Config{Workspace: space, Store: stores[0]}
			w := &world{t: t, at: load.site()}
			people := koetest.Seed(t, stores[0], 200)

			stop := make(chan struct{})
			var writing sync.WaitGroup
			halt := sync.OnceFunc(func() { close(stop); writing.Wait() })
			defer halt()
			writers := make([]*killWriter, 8)
			for i := range writers {
				writers[i] = &killWriter{store: stores[i%2], number: i, random: rand.New(rand.NewPCG(uint64(number), uint64(i))), people: people}
				writing.Go(func() {
					if err := writers[i].run(stop); err != nil {
						t.Errorf("writer %d: %v", i, err)
					}
				})
			}

			random := rand.New(rand.NewPCG(uint64(number), 8))
			building, named, had := 0, 0, 0
			for i := range loadKills(t) {
				for _, result := range killedLoad(t, dir+"\n"+cfg.DSN+"\n"+cfg.Key, killMoment(w.at, i, random)) {
					if len(result.Warnings) > 0 || result.Rebuilt && (had > 0 || result.Reason != "there was none") {
						t.Errorf("after kill %d: %+v", i, result)
					}
				}
				if left, _ := filepath.Glob(filepath.Join(w.at.folder, "*.building")); len(left) > 0 {
					building++
				}
				if all := w.at.versions(); len(all) > 0 && all[len(all)-1].path != w.at.current() {
					named++
				}
				had = checkPublished(t, w, i, had)
			}
			if building == 0 {
				t.Error("no kill came while a version was being built")
			}
			halt()
			loads := newest(w.at) // each makes one version

			written := 0
			for _, one := range writers {
				written += one.written
			}
			want := tell(t, stores[1])
			responses := checkTold(t, w, load, want)
			if n := len(want.responses); n == 0 || n >= written {
				t.Errorf("of %d submissions the store has %d responses; some were to replace others", written, n)
			}
			t.Logf("%d kills (%d in a building, %d between name and publication), %d versions, %d submissions, %d responses (%d missing, %d doubled), %d answers, %d invitations, %.1f s",
				loadKills(t), building, named, loads, written, len(want.responses), responses[0], responses[1], len(want.answers), len(want.invitations), time.Since(began).Seconds())

			incremental := filepath.Join(t.TempDir(), "incremental.duckdb")
			if err := copyFile(w.at.current(), incremental); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(t.Context(), load, koetest.Now().AddDate(0, 2, 0), true); err != nil {
				t.Fatal(err)
			}
			if differ := differing(t, incremental, w.at.current()); len(differ) > 0 {
				t.Errorf("a warehouse that is built anew is another: %v", differ)
			}
		})
	}
}
