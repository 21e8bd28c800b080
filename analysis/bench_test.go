package analysis

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	to := min(from+benchBatch, f.people+f.extra)
	if from < f.people && to > f.people {
		to = f.people
	}
	b := &batch{cursor: strconv.Itoa(to), more: to < f.people+f.extra && !(to == f.people && f.extra > 0 && from < f.people)}
	stages := []string{"pre", "m2", "m3", "m6", "m12"}
	for i := from; i < to; i++ {
		key := fmt.Sprintf("%026d", i*7919%100_000_000)
		division := i % benchDivisions
		segments := map[string]string{"bureau": fmt.Sprintf("bureau %d", division%10), "division": fmt.Sprintf("division %d", division), "hire_type": "type " + strconv.Itoa(i%3)}
		joined := koe.NewDate(2024, 1, 1).AddDays(i * 600 / (f.people + 1))
		b.people = append(b.people, koe.Person{Key: koe.PersonKey(key), Segments: segments, Spells: []koe.Spell{{Number: 1, JoinedOn: joined}}})
		if i%2 == 0 {
			b.events = append(b.events, koe.Event{ID: key, Person: koe.PersonKey(key), Kind: koe.EventMentorAssigned, On: joined.AddDays(70)})
		}
		for s, days := range []int{-20, 40, 90, 180, 360} {
			due := joined.AddDays(days)
			invitation := koe.Invitation{Key: "i" + key + stages[s], Journey: "j", Stage: stages[s], Person: koe.PersonKey(key), Spell: 1, Occurrence: 1, DueOn: due, ClosesOn: due.AddDays(21), Segments: segments, Status: koe.Answered}
			b.invitations = append(b.invitations, invitation)
			b.submissions = append(b.submissions, koe.Submission{Response: "r" + key + stages[s], Invitation: invitation.Key, Person: koe.PersonKey(key), Journey: "j", Stage: stages[s],
				Survey: "s", Version: 1, Mode: koe.Confidential, Language: "ja", Source: koe.SourceForm, SubmittedAt: due.In(time.UTC).Add(time.Duration(i) * time.Second),
				DueOn: due, Segments: segments, Answers: f.templates[(i*5+s)%len(f.templates)], Seconds: 200})
		}
	}
	return b, nil
}

func (w *world) benchSource(f *benchFeed) source {
	src := w.source()
	src.feed = f
	return src
}

// BenchmarkWarehouse loads, analyses, loads one more day and analyses again, beside DuckDB's own Appender and one scan.
func BenchmarkWarehouse(b *testing.B) {
	for b.Loop() {
		w, feed := benchWorld(b), newBenchFeed(benchResponses())
		ctx := context.Background()
		started := time.Now()
		result, err := load(ctx, w.at, w.benchSource(feed), true)
		if err != nil {
			b.Fatal(err)
		}
		loading := time.Since(started)
		appending := benchAppend(b, w)
		scanning := benchScan(b, w)
		started = time.Now()
		last, lastAt := "", time.Now()
		steps := map[string]time.Duration{}
		if _, err := analyze(ctx, w.at, w.benchSource(feed), noon, func(step string, _, _ int) {
			steps[last] += time.Since(lastAt)
			last, lastAt = step, time.Now()
		}); err != nil {
			b.Fatal(err)
		}
		analysing := time.Since(started)
		for step, took := range steps {
			if took > analysing/25 {
				b.Logf("%-16s %s", step, took.Round(time.Millisecond))
			}
		}
		feed.extra = max(feed.people/1000, 1)
		started = time.Now()
		if more, err := load(ctx, w.at, w.benchSource(feed), false); err != nil || more.Submissions == 0 {
			b.Fatal(more, err)
		}
		if _, err := analyze(ctx, w.at, w.benchSource(feed), noon.AddDate(0, 0, 1), nil); err != nil {
			b.Fatal(err)
		}
		daily := time.Since(started)
		answers := float64(result.Submissions * benchItems)
		b.ReportMetric(answers/loading.Seconds(), "answers-loaded/s")
		b.ReportMetric(appending.Seconds()/loading.Seconds(), "load/appender")
		b.ReportMetric(analysing.Seconds()/scanning.Seconds(), "analyze/scan")
		b.ReportMetric(daily.Seconds()/(loading+analysing).Seconds(), "daily/full")
		b.ReportMetric(analysing.Seconds(), "s-analyze")
		b.ReportMetric(peakMiB(), "MiB-peak")
	}
}

// benchAppend writes the rows of the wide table with the bare Appender into an empty file.
func benchAppend(b *testing.B, w *world) time.Duration {
	b.Helper()
	from, err := openReadOnly(versionBehind(w.at.published))
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
	var took time.Duration
	for _, name := range []string{"person", "spell", "invitation", "response_j"} {
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
		started := time.Now()
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
		took += time.Since(started)
	}
	started := time.Now()
	if _, err := conn.ExecContext(context.Background(), "CHECKPOINT"); err != nil {
		b.Fatal(err)
	}
	return took + time.Since(started)
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
