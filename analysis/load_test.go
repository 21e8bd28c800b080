package analysis

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"koe"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("KOE_TEST_READ"); path != "" {
		if err := readUntilClosed(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if cfg := os.Getenv("KOE_TEST_LOAD"); cfg != "" {
		fmt.Fprintln(os.Stderr, loadUntilKilled(cfg))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// readUntilClosed is another process with the published file open: it reads once, says so, and reads again when told.
func readUntilClosed(path string) error {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		return err
	}
	defer db.Close()
	lines := bufio.NewScanner(os.Stdin)
	for {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM response").Scan(&n); err != nil {
			return err
		}
		fmt.Println(n)
		if !lines.Scan() {
			return nil
		}
	}
}

func TestLoad_AReaderInAnotherProcessNeitherBlocksNorIsBlocked(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	reader := exec.Command(os.Args[0])
	reader.Env = append(os.Environ(), "KOE_TEST_READ="+w.at.published)
	reader.Stderr = os.Stderr
	in, err := reader.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := reader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	hear := func() string {
		t.Helper()
		if !said.Scan() {
			t.Fatal("the reader died")
		}
		return said.Text()
	}
	if n := hear(); n != "80" {
		t.Fatalf("the reader sees %s responses", n)
	}
	w.script = append(w.script, &batch{submissions: []koe.Submission{answers("p99", "m2", "2026-05-01", "F1=3")}})
	for range 6 { // more versions than are kept
		w.load(true)
	}
	w.analyze()
	fmt.Fprintln(in)
	if n := hear(); n != "80" {
		t.Errorf("the open reader now sees %s responses; it opened a version with 80", n)
	}
	if got := w.table("SELECT count(*) FROM response"); got[0] != "81" {
		t.Errorf("a new reader sees %s responses", got)
	}
	_ = in.Close()
	if err := reader.Wait(); err != nil {
		t.Error(err)
	}
}

// differing lists the tables whose rows differ between two files.
func differing(t *testing.T, a, b string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for name, path := range map[string]string{"a": a, "b": b} {
		if _, err := db.Exec(fmt.Sprintf("ATTACH %s AS %s (READ_ONLY)", literal(path), name)); err != nil {
			t.Fatal(err)
		}
	}
	names := func(database string) []string {
		list, err := texts(context.Background(), db, "SELECT table_name FROM information_schema.tables WHERE table_catalog = $1 AND table_schema = 'main' ORDER BY 1", database)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if diff := cmp.Diff(names("a"), names("b")); diff != "" {
		t.Fatalf("tables: %s", diff)
	}
	var differ []string
	for _, name := range names("a") {
		var n int
		q := quote(name)
		if err := db.QueryRow(fmt.Sprintf(`SELECT count(*) FROM ((SELECT * FROM a.main.%[1]s EXCEPT ALL SELECT * FROM b.main.%[1]s)
			UNION ALL (SELECT * FROM b.main.%[1]s EXCEPT ALL SELECT * FROM a.main.%[1]s))`, q)).Scan(&n); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n > 0 {
			differ = append(differ, fmt.Sprintf("%s: %d rows", name, n))
		}
	}
	return differ
}

// trickle cuts the rows of a world into batches in which people, invitations and answers come again, changed.
func trickle(w *world, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	all := w.script[0]
	w.script = nil
	for len(all.people)+len(all.invitations)+len(all.submissions) > 0 {
		b := &batch{}
		take := func(n int) int { return min(n, 10+random.IntN(30)) }
		if n := take(len(all.people)); n > 0 {
			b.people, all.people = append(b.people, all.people[:n]...), all.people[n:]
		}
		if n := take(len(all.invitations)); n > 0 {
			b.invitations, all.invitations = append(b.invitations, all.invitations[:n]...), all.invitations[n:]
		}
		if n := take(len(all.submissions)); n > 0 {
			b.submissions, all.submissions = append(b.submissions, all.submissions[:n]...), all.submissions[n:]
		}
		if len(w.script) > 0 { // something of before comes again, changed
			before := w.script[random.IntN(len(w.script))]
			for _, s := range before.submissions[:len(before.submissions)/2] {
				s.Answers = map[string]koe.Answer{"F1": {Missing: koe.DeclinedTo}, "F2": s.Answers["F2"], "T": {Text: "書き直し"}, "OLD": s.Answers["F1"]}
				b.submissions = append(b.submissions, s)
			}
			for _, p := range before.people[:len(before.people)/2] {
				p.Spells = []koe.Spell{{Number: 1, JoinedOn: p.Spells[0].JoinedOn.AddDays(-100), LeftOn: p.Spells[0].JoinedOn.AddDays(-10)}, {Number: 2, JoinedOn: p.Spells[0].JoinedOn}}
				p.Segments = pairs([]string{"bureau=A", "division=x"})
				b.people = append(b.people, p)
			}
			for _, v := range before.invitations[:len(before.invitations)/2] {
				v.Status = koe.Bounced
				b.invitations = append(b.invitations, v)
			}
			b.events = append(b.events, koe.Event{ID: fmt.Sprint("e", random.IntN(5)), Person: "p01", Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, 4, 1+random.IntN(20))})
		}
		w.script = append(w.script, b)
	}
}

func TestLoad_RebuiltIsEqualToIncremental(t *testing.T) {
	for seed := range uint64(2) {
		w := wholeWorld(t)
		w.journeys[0].Surveys = append(w.journeys[0].Surveys, koe.Survey{ID: "quiet", Mode: koe.Anonymous, Version: 1, Pages: []koe.Page{{Ask: []string{"F1", "T"}}}})
		for i := range 12 {
			s := answers("", "m2", "2026-05-02", fmt.Sprintf("F1=%d T=text:しずか", 1+i%5))
			s.Response, s.Mode, s.Survey = fmt.Sprintf("q%02d", 7*i%12), koe.Anonymous, "quiet"
			w.script[0].submissions = append(w.script[0].submissions, s)
		}
		trickle(w, seed)
		whole := w.script
		for i := 1; i <= len(whole); i++ { // one load a batch
			w.script = whole[:i]
			w.load(false)
		}
		w.analyze()
		incremental := filepath.Join(t.TempDir(), "incremental.duckdb")
		if err := copyFile(w.at.current(), incremental); err != nil {
			t.Fatal(err)
		}
		if result := w.load(true); !result.Rebuilt {
			t.Fatal("not rebuilt")
		}
		w.analyze()
		if differ := differing(t, incremental, w.at.current()); len(differ) > 0 {
			t.Errorf("seed %d: %v", seed, differ)
		}
		if got := w.table("SELECT response_key FROM response_j WHERE person_key IS NULL"); !isSorted(got) || len(got) != 12 {
			t.Errorf("anonymous responses lie as they came: %v", got)
		}
	}
}

func isSorted(list []string) bool {
	for i := 1; i < len(list); i++ {
		if list[i-1] > list[i] {
			return false
		}
	}
	return true
}

func TestLoad_ReadingTheFeedAgainChangesNothing(t *testing.T) {
	w := wholeWorld(t)
	trickle(w, 9)
	w.build()
	before := filepath.Join(t.TempDir(), "before.duckdb")
	if err := copyFile(w.at.current(), before); err != nil {
		t.Fatal(err)
	}
	w.script = append(w.script, w.script...)
	w.load(false)
	w.analyze()
	if differ := differing(t, before, w.at.current()); len(differ) > 0 {
		t.Error(differ)
	}
}

func TestLoad_FactsOfOneResponse(t *testing.T) {
	j := scaleJourney([]string{"m2"}, "isolation<:I1,-I2,-I3")
	everyKind(j)
	w := newWorld(t, j)
	v := invite("p1", "m2", "2026-03-31", koe.Answered, "bureau=総務局", "division=人事課")
	s := answered(answers("p1", "m2", "2026-04-02", "I1=5 I2=1 I3=declined R=9 Y=0 N=2.5 S=choice:b M=choice:a|c T=text:声 D=choice:2026-04-01", "bureau=総務局", "division=人事課"), v)
	s.SubmittedAt = time.Date(2026, 4, 1, 15, 30, 0, 0, time.UTC) // 2 April in Tokyo
	w.script = []*batch{{people: []koe.Person{person("p1", "2026-01-31", "bureau=会計局")}, invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}}}
	w.load(false)
	for query, want := range map[string][]string{
		"SELECT person_key, invitation_key, journey, stage, survey, survey_version, wave, submitted_at, language, source, bureau, division, hire_type, submitted_on, spell, cohort FROM response": {
			"p1 i-p1-m2 j m2 s 1 2026Q1 2026-04-01T15:30 '' form 総務局 総務局/人事課 '' 2026-04-02T00:00 1 2026Q1"},
		"SELECT question, value, choice, text, missing FROM answer ORDER BY ALL": {
			"D - 2026-04-01 - -", "I1 5 - - -", "I2 1 - - -", "I3 - - - declined", "M - a - -", "M - c - -", "N 2.5 - - -", "R 9 - - -", "S - b - -", "T - - ［声］ -", "Y 0 - - -"},
		"SELECT construct, score, answered, total FROM score": {"isolation 5 2 10"},
		"SELECT core, complete FROM response":                 {"2 true"},
		"SELECT person_key, cohort, bureau FROM person":       {"p1 2026Q1 会計局"},
		"SELECT * FROM member ORDER BY ALL":                   {"bureau 会計局 会計局 0 '' [] ''", "bureau 総務局 総務局 0 '' [] ''", "division 総務局/人事課 人事課 1 総務局 [] ''"},
	} {
		if diff := cmp.Diff(want, w.table(query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestLoad_AnErasureLeavesNoByte(t *testing.T) {
	w := wholeWorld(t)
	s := answers("p98", "m2", "2026-05-01", "F1=3 T=text:消してほしい声")
	w.script = append(w.script, &batch{submissions: []koe.Submission{s}})
	w.build()
	w.load(true)
	if found := grep(t, w.at.folder, "消してほしい声"); len(found) == 0 {
		t.Fatal("the text is not there to begin with")
	}
	w.script = append(w.script[:1:1], &batch{}, &batch{erased: 1})
	result := w.load(false)
	if !result.Rebuilt || result.Erased != 1 {
		t.Errorf("result: %+v", result)
	}
	if found := grep(t, w.at.folder, "消してほしい声"); len(found) > 0 {
		t.Errorf("the text is still in %v", found)
	}
	if got := w.table("SELECT count(*) FROM response"); got[0] != "80" {
		t.Errorf("%s responses are left", got)
	}
}

// grep lists the files of a folder and beside it that hold a text.
func grep(t *testing.T, folder, text string) []string {
	t.Helper()
	var found []string
	paths, _ := filepath.Glob(filepath.Join(folder, "*"))
	beside, _ := filepath.Glob(folder + "*")
	for _, path := range append(paths, beside...) {
		content, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(content), text) {
			found = append(found, path)
		}
	}
	return found
}

func TestLoad_AWarehouseThatDoesNotOpenIsRebuilt(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte(strings.Repeat("this is no database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(broken, w.at.published); err != nil {
		t.Fatal(err)
	}
	result := w.load(false)
	if !result.Rebuilt || len(result.Warnings) != 1 || result.Submissions != 80 {
		t.Errorf("result: %+v", result)
	}
	if got := w.table("SELECT count(*) FROM response"); got[0] != "80" {
		t.Errorf("%s responses", got)
	}
}

func TestLoad_AnotherJourneyTextRebuilds(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	w.journeys[0].Constructs[0].Items = []string{"F1"}
	if result := w.load(false); !result.Rebuilt || result.Reason != "the journeys or the segments changed" {
		t.Errorf("result: %+v", result)
	}
	if got := w.table("SELECT max(answered) FROM score WHERE construct = 'fit'"); got[0] != "1" {
		t.Errorf("scores are still those of before: %v", got)
	}
}

func TestLoad_StoppedHalfwayLeavesThePublishedVersion(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	ctx, cancel := context.WithCancel(context.Background())
	src := w.source()
	src.progress = func(int) { cancel() }
	w.script = append(w.script, &batch{submissions: []koe.Submission{answers("p97", "m2", "2026-05-01", "F1=3")}}, &batch{submissions: []koe.Submission{answers("p96", "m2", "2026-05-01", "F1=3")}})
	if _, err := load(ctx, w.at, src, false); err == nil {
		t.Fatal("a stopped load says that it is done")
	}
	if got := w.table("SELECT count(*) FROM response"); got[0] != "80" {
		t.Errorf("%s responses", got)
	}
	left, _ := filepath.Glob(filepath.Join(w.at.folder, "*.building*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if result := w.load(false); result.Submissions != 2 {
		t.Errorf("the next load: %+v", result)
	}
}

func TestSite_OldVersionsGo(t *testing.T) {
	w := wholeWorld(t)
	for range 8 {
		w.load(true)
	}
	if n := len(w.at.versions()); n != maxKept+1 {
		t.Errorf("%d versions are left", n)
	}
	info, err := os.Stat(w.at.published)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o444 {
		t.Errorf("the published file may be written: %v", info.Mode())
	}
}
