package analysis

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"koe"

	"github.com/duckdb/duckdb-go/v2"
)

// The generated organisation of the benchmarks: responses of 30 items in 10 constructs, 5 stages, 200 divisions in 10
// bureaus, 8 quarters. KOE_BENCH_RESPONSES changes its size (333,000 are 10 million answers).
const (
	benchItems     = 30
	benchDivisions = 200
)

func benchResponses() int {
	if n, err := strconv.Atoi(os.Getenv("KOE_BENCH_RESPONSES")); err == nil {
		return n
	}
	return 333_000
}

func benchWorld(b testing.TB) *world {
	var constructs []string
	for c := range benchItems / 3 {
		constructs = append(constructs, fmt.Sprintf("c%02d:Q%02d,Q%02d,-Q%02d", c, 3*c+1, 3*c+2, 3*c+3))
	}
	j := scaleJourney([]string{"pre", "m2", "m3", "m6", "m12"}, constructs...)
	for i := 3; i < len(j.Constructs); i++ {
		j.Constructs[i].Trend = false
	}
	j.Measures = []koe.Measure{{ID: "mentor", Event: koe.EventMentorAssigned, Targets: []string{"c00", "c01"}}}
	w := newWorld(b, j)
	return w
}

// benchFeed makes the rows as they are read, from answers that were made before; it costs next to nothing.
type benchFeed struct {
	people    int
	templates []map[string]koe.Answer
	extra     int // more people, one day later
	open      int // answers to waves that are open, another day later; 0: that day has not come
}

func newBenchFeed(responses int) *benchFeed {
	random := rand.New(rand.NewPCG(7, 7))
	f := &benchFeed{people: responses / 5}
	for range 2000 {
		answers := make(map[string]koe.Answer, benchItems)
		mood := random.IntN(3)
		for q := range benchItems {
			value := float64(1 + (mood+random.IntN(3))%5)
			answers[fmt.Sprintf("Q%02d", q+1)] = koe.Answer{Value: &value}
			if random.IntN(50) == 0 {
				answers[fmt.Sprintf("Q%02d", q+1)] = koe.Answer{Missing: koe.DeclinedTo}
			}
		}
		f.templates = append(f.templates, answers)
	}
	return f
}

const benchBatch = 1000 // people

func (f *benchFeed) next(_ context.Context, cursor string) (*batch, error) {
	from, _ := strconv.Atoi(cursor)
	if f.open > 0 && from == f.people+f.extra {
		return f.openDay(), nil
	}
	to := min(from+benchBatch, f.people+f.extra)
	if from < f.people && to > f.people {
		to = f.people
	}
	b := &batch{cursor: strconv.Itoa(to), more: to < f.people+f.extra && !(to == f.people && f.extra > 0 && from < f.people)}
	stages, n := benchStages(), to-from
	b.people, b.events = make([]koe.Person, 0, n), make([]koe.Event, 0, n)
	b.invitations, b.submissions = make([]koe.Invitation, 0, n*len(stages)), make([]koe.Submission, 0, n*len(stages))
	for i := from; i < to; i++ {
		key := fmt.Sprintf("%026d", i*7919%100_000_000)
		segments := benchSegments(i)
		joined := koe.NewDate(2024, 1, 1).AddDays(i * 600 / (f.people + 1))
		b.people = append(b.people, koe.Person{Key: koe.PersonKey(key), Segments: segments, Spells: []koe.Spell{{Number: 1, JoinedOn: joined}}})
		if i%2 == 0 {
			b.events = append(b.events, koe.Event{ID: key, Person: koe.PersonKey(key), Kind: koe.EventMentorAssigned, On: joined.AddDays(70)})
		}
		for s, days := range []int{-20, 40, 90, 180, 360} {
			due := joined.AddDays(days)
			invitation := koe.Invitation{Key: "i" + key + stages[s], Journey: "j", Stage: stages[s], Person: koe.PersonKey(key), Spell: 1, Occurrence: 1, DueOn: due, ClosesOn: due.AddDays(21), Segments: segments, Status: koe.Answered}
			b.invitations = append(b.invitations, invitation)
			b.submissions = append(b.submissions, koe.Submission{Response: "r" + key + invitation.Stage, Invitation: invitation.Key, Person: koe.PersonKey(key), Journey: "j", Stage: invitation.Stage,
				Survey: "s", Version: 1, Mode: koe.Confidential, Language: "ja", Source: koe.SourceForm, SubmittedAt: due.In(time.UTC).Add(time.Duration(i) * time.Second),
				DueOn: due, Segments: segments, Answers: f.templates[(i*5+s)%len(f.templates)], Seconds: 200})
		}
	}
	return b, nil
}

func benchStages() []string { return []string{"pre", "m2", "m3", "m6", "m12"} }

func benchSegments(person int) map[string]string {
	division := person % benchDivisions
	return map[string]string{"bureau": fmt.Sprintf("bureau %d", division%10), "division": fmt.Sprintf("division %d", division), "hire_type": "type " + strconv.Itoa(person%3)}
}

// openDay is what came in on an ordinary day: answers of one person each to the waves that are open, spread over the stages. Half of
// them are of people who joined lately, the others of people who were asked a stage again, with all of their earlier answers.
func (f *benchFeed) openDay() *batch {
	b := &batch{cursor: "the end"}
	due := koe.NewDate(2026, 11, 20)
	for n := range f.open {
		i, stage, occurrence := n*197%f.people, benchStages()[n%5], 2
		if n%2 == 1 {
			i, occurrence = 2*f.people+n, 1
			b.people = append(b.people, koe.Person{Key: koe.PersonKey(fmt.Sprintf("%026d", i*7919%100_000_000)), Segments: benchSegments(i),
				Spells: []koe.Spell{{Number: 1, JoinedOn: due.AddDays(-[]int{-20, 40, 90, 180, 360}[n%5])}}})
		}
		key := fmt.Sprintf("%026d", i*7919%100_000_000)
		v := koe.Invitation{Key: "o" + key + stage, Journey: "j", Stage: stage, Person: koe.PersonKey(key), Spell: 1, Occurrence: occurrence, DueOn: due, ClosesOn: due.AddDays(21), Segments: benchSegments(i), Status: koe.Answered}
		b.invitations = append(b.invitations, v)
		b.submissions = append(b.submissions, koe.Submission{Response: "o" + key + stage, Invitation: v.Key, Person: koe.PersonKey(key), Journey: "j", Stage: stage, Survey: "s", Version: 1, Mode: koe.Confidential,
			Language: "ja", Source: koe.SourceForm, SubmittedAt: noon.Add(time.Duration(n) * time.Second), DueOn: due, Segments: v.Segments, Answers: f.templates[n%len(f.templates)], Seconds: 200})
	}
	return b
}

func (w *world) benchSource(f *benchFeed) source {
	src := w.source()
	src.feed = f
	return src
}

// BenchmarkWarehouse loads, analyses, and loads and analyses two more days; then, when the memory that this took has been
// read, come DuckDB's own Appender, one scan, and the same figures by pandas.
//
// Every wave of the first load has closed, so what is published is everything, and computed once. The first day more (late/full)
// brings new people with all of their answers to five closed waves: no day of an organisation is like that, everything published
// is another after it, and disclosure control runs whole. The second (daily/full) brings as many answers to waves that are
// open, as days do (openDay): nothing that is published changes, and main's figures do. KOE_BENCH_STEPS prints every step.
//
// analyze/scan is the whole of koe analyze in bare scans of the answers. models/scan is what of it makes main's tables: the reductions,
// the models, and what begins an analysis. Disclosure control, which is no model and does not depend on the number of answers, and
// writing the file and publishing it are left out there and nowhere else.
func BenchmarkWarehouse(b *testing.B) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(768 << 20)) // as the command does
	for b.Loop() {
		w, feed := benchWorld(b), newBenchFeed(benchResponses())
		ctx := context.Background()
		started := time.Now()
		result, err := load(ctx, w.at, w.benchSource(feed), true)
		if err != nil {
			b.Fatal(err)
		}
		loading := time.Since(started)
		first := w.at.current()
		steps, analysing := benchAnalyze(b, w, feed, noon)
		benchSteps(b, "", steps, loading+analysing)
		feed.extra = max(feed.people/1000, 1)
		late := benchDay(b, w, feed, "late", noon.AddDate(0, 0, 1))
		feed.open = max(result.Submissions/1000, 1)
		daily := benchDay(b, w, feed, "daily", noon.AddDate(0, 0, 2))
		peak := peakMiB()
		appending, _ := benchAppend(b, w, first)
		scanning := benchScan(b, w)
		answers := float64(result.Submissions * benchItems)
		b.ReportMetric(answers/loading.Seconds(), "answers-loaded/s")
		b.ReportMetric(appending.Seconds()/loading.Seconds(), "load/appender")
		b.ReportMetric(analysing.Seconds()/scanning.Seconds(), "analyze/scan")
		b.ReportMetric((analysing-steps["disclosure"]-steps["publish"]).Seconds()/scanning.Seconds(), "models/scan")
		b.ReportMetric(daily.Seconds()/(loading+analysing).Seconds(), "daily/full")
		b.ReportMetric(late.Seconds()/(loading+analysing).Seconds(), "late/full")
		b.ReportMetric(analysing.Seconds(), "s-analyze")
		b.ReportMetric(peak, "MiB-peak")
		if pandas, ok := benchPandas(b, w); ok {
			b.ReportMetric(pandas.Seconds()/analysing.Seconds(), "pandas/analyze")
			b.ReportMetric(pandas.Seconds()/benchSame(b, w).Seconds(), "pandas/same-figures")
		}
	}
}

// benchDay loads what a day brought and analyses, and gives how long both took.
func benchDay(b *testing.B, w *world, feed *benchFeed, name string, now time.Time) time.Duration {
	b.Helper()
	started := time.Now()
	if more, err := load(context.Background(), w.at, w.benchSource(feed), false); err != nil || more.Submissions == 0 {
		b.Fatal(more, err)
	}
	loading := time.Since(started)
	steps, analysing := benchAnalyze(b, w, feed, now)
	steps["load"] = loading
	benchSteps(b, name+": ", steps, loading+analysing)
	return loading + analysing
}

// benchSteps prints the steps that take long, the longest first; with KOE_BENCH_STEPS all of them.
func benchSteps(b *testing.B, prefix string, steps map[string]time.Duration, all time.Duration) {
	b.Helper()
	for _, step := range slices.SortedFunc(maps.Keys(steps), func(x, y string) int { return cmp.Compare(steps[y], steps[x]) }) {
		if steps[step] > all/40 || os.Getenv("KOE_BENCH_STEPS") != "" {
			b.Logf("%s%-16s %s", prefix, step, steps[step].Round(time.Millisecond))
		}
	}
}

// benchAnalyze analyses, and gives how long each step took. Where steps run side by side the time counts for the one that began last; their sum is
// the time by the clock.
func benchAnalyze(b *testing.B, w *world, feed *benchFeed, now time.Time) (steps map[string]time.Duration, took time.Duration) {
	b.Helper()
	started := time.Now()
	last, lastAt := "begin", started
	steps = map[string]time.Duration{}
	if _, err := analyze(context.Background(), w.at, w.benchSource(feed), now, func(step string, _, _ int) {
		steps[last] += time.Since(lastAt)
		last, lastAt = step, time.Now()
	}); err != nil {
		b.Fatal(err)
	}
	steps["publish"] += time.Since(lastAt)
	return steps, time.Since(started)
}

// peer is what testdata/peer.py prints.
type peer struct {
	Reading    float64 `json:"reading"`
	Computing  float64 `json:"computing"`
	TrendRows  int     `json:"trend_rows"`
	TrendN     int     `json:"trend_n"`
	TrendMean  float64 `json:"trend_mean"`
	ItemRows   int     `json:"item_rows"`
	ItemMean   float64 `json:"item_mean"`
	ChangeRows int     `json:"change_rows"`
	ChangeN    int     `json:"change_n"`
	ChangeMean float64 `json:"change_mean"`
}

// benchPandas computes koe's tables trend, item and change by pandas from the same responses, and checks that they are the
// same figures. The time is that of computing; reading the file is not counted. It reports false where there is no pandas.
func benchPandas(b *testing.B, w *world) (time.Duration, bool) {
	b.Helper()
	python := ""
	for _, candidate := range []string{"python3", "/usr/bin/python3"} { // Debian's own, should another stand before it
		if python == "" && exec.Command(candidate, "-c", "import pandas").Run() == nil {
			python = candidate
		}
	}
	if python == "" {
		b.Log("no comparison with pandas: it is not installed here (Debian: python3-pandas; .ci/setup bench installs it)")
		return 0, false
	}
	db, err := openReadOnly(versionBehind(w.at.published))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	columns := []string{"person_key AS person", "stage", "wave", "cohort", "bureau", "division", "hire_type", "latest"}
	for _, question := range w.source().layout().journeys[0].questions {
		columns = append(columns, fmt.Sprintf("CASE WHEN %[1]s >= %[2]d THEN %[1]s END AS %[1]s", quote(question.column), leastValue))
	}
	for _, construct := range w.source().layout().journeys[0].constructs {
		columns = append(columns, fmt.Sprintf("CASE WHEN %s >= %d THEN %s / %s END AS %s", quote(construct.answered), construct.needed, quote(construct.total), quote(construct.answered), quote("s_"+construct.ID)))
	}
	path := filepath.Join(b.TempDir(), "responses.csv")
	if _, err := db.Exec("COPY (SELECT " + strings.Join(columns, ", ") + " FROM response_j) TO " + literal(path) + " (HEADER)"); err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command(python, filepath.Join("testdata", "peer.py"), path).Output()
	if err != nil {
		b.Fatal(err)
	}
	var theirs, ours peer
	if err := json.Unmarshal(out, &theirs); err != nil {
		b.Fatal(err)
	}
	for query, targets := range map[string][]any{
		"SELECT count(*), sum(n)::BIGINT, sum(mean) FROM trend WHERE grain = 'all' OR stage <> ''": {&ours.TrendRows, &ours.TrendN, &ours.TrendMean},
		"SELECT count(*), sum(mean) FROM item":                                                     {&ours.ItemRows, &ours.ItemMean},
		"SELECT count(*), sum(n)::BIGINT, sum(mean_change) FROM change":                            {&ours.ChangeRows, &ours.ChangeN, &ours.ChangeMean},
	} {
		if err := db.QueryRow(query).Scan(targets...); err != nil {
			b.Fatal(err)
		}
	}
	near := func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*math.Max(1, math.Max(math.Abs(x), math.Abs(y))) }
	if ours.TrendRows != theirs.TrendRows || ours.TrendN != theirs.TrendN || !near(ours.TrendMean, theirs.TrendMean) || ours.ItemRows != theirs.ItemRows ||
		!near(ours.ItemMean, theirs.ItemMean) || ours.ChangeRows != theirs.ChangeRows || ours.ChangeN != theirs.ChangeN || !near(ours.ChangeMean, theirs.ChangeMean) {
		b.Errorf("pandas has other figures: %+v, koe %+v", theirs, ours)
	}
	b.Logf("pandas: %.1f s, and %.1f s to read the file", theirs.Computing, theirs.Reading)
	return time.Duration(theirs.Computing * float64(time.Second)), true
}

// benchSame gives how long koe takes for the tables trend, item and change alone, with the counts that they are made of.
func benchSame(b *testing.B, w *world) (took time.Duration) {
	b.Helper()
	ctx, src := context.Background(), w.source()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	build, err := w.at.begin(ctx, versionBehind(w.at.published))
	must(err)
	defer build.abandon()
	a := &analyzer{layout: src.layout(), about: map[string]string{}, now: noon, today: koe.DateOf(noon), safety: thresholds(src.settings), build: build, conn: build.conn}
	must(joined(a.functions(), a.exec(ctx, "BEGIN TRANSACTION"), a.prepare(ctx)))
	of := []string{"red_cell", "red_cut", "red_item", "red_score", "red_pair", "item", "trend", "change"}
	run := func(all []step, timed func(name string) bool) {
		for _, s := range all {
			started := time.Now()
			must(a.runSteps(ctx, []step{s}, func(string) {}))
			if timed(s.name) {
				took += time.Since(started)
			}
		}
	}
	listed := func(name string) bool { return slices.Contains(of, name) }
	run(a.counts(modelTables()), listed)
	must(joined(a.findMoved(ctx, modelTables(), false), a.settle(ctx)))
	run(slices.DeleteFunc(steps(), func(s step) bool { return !listed(s.name) }), listed)
	return took
}

// benchAppend writes the rows that a load wrote with the bare Appender into an empty file. It gives the time by the clock, and
// that of the processors.
func benchAppend(b *testing.B, w *world, loaded string) (took, working time.Duration) {
	b.Helper()
	if _, err := os.Stat(loaded); err != nil { // it has expired: the versions after it hold the same rows
		loaded = versionBehind(w.at.published)
	}
	from, err := openReadOnly(loaded)
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(b.TempDir(), "appender.duckdb")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(w.source().layout().ddl()); err != nil {
		b.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for _, name := range []string{"person", "spell", "event", "invitation", "response_j"} {
		rows, err := from.Query("SELECT * FROM " + name)
		if err != nil {
			b.Fatal(err)
		}
		columns, _ := rows.Columns()
		var all [][]driver.Value
		for rows.Next() {
			row, values, targets := make([]driver.Value, len(columns)), make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				b.Fatal(err)
			}
			for i, value := range values {
				row[i] = value
			}
			all = append(all, row)
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
		started, used := time.Now(), processorTime(b)
		err = conn.Raw(func(raw any) error {
			appender, err := duckdb.NewAppenderFromConn(raw.(*duckdb.Conn), "", name)
			if err != nil {
				return err
			}
			for _, row := range all {
				if err := appender.AppendRow(row...); err != nil {
					return err
				}
			}
			return appender.Close()
		})
		if err != nil {
			b.Fatal(err)
		}
		took, working = took+time.Since(started), working+processorTime(b)-used
	}
	started, used := time.Now(), processorTime(b)
	if _, err := conn.ExecContext(context.Background(), "CHECKPOINT"); err != nil {
		b.Fatal(err)
	}
	return took + time.Since(started), working + processorTime(b) - used
}

// benchScan reads every answer once, from a plain table of one row an answer, the way an analyst would keep them.
func benchScan(b *testing.B, w *world) time.Duration {
	b.Helper()
	db, err := sql.Open("duckdb", filepath.Join(b.TempDir(), "scan.duckdb"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("ATTACH " + literal(versionBehind(w.at.published)) + " AS w (READ_ONLY); CREATE TABLE answer AS SELECT response_key, stage, question, value FROM w.answer; CHECKPOINT"); err != nil {
		b.Fatal(err)
	}
	best := time.Hour
	for range 3 {
		started := time.Now()
		var n int64
		var sum float64
		if err := db.QueryRow("SELECT count(n), sum(s) FROM (SELECT stage, question, count(value) AS n, sum(value) AS s FROM answer GROUP BY stage, question)").Scan(&n, &sum); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(started))
	}
	return best
}

// peakMiB is the most memory that the process ever had.
func peakMiB() float64 {
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kib float64
	for _, line := range strings.Split(string(content), "\n") {
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}

func (s source) layout() *layout { return newLayout(s.settings, s.journeys) }
