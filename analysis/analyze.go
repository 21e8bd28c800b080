package analysis

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"koe"
	"koe/analysis/stats"
	"koe/analysis/voices"

	"github.com/duckdb/duckdb-go/v2"
)

//go:embed models/*.sql
var modelFiles embed.FS

// AnalyzeResult says what an analysis did.
type AnalyzeResult struct {
	Version  int            `json:"version"` // number of the new version; 0 when nothing was new
	AsOf     time.Time      `json:"as_of"`
	Rows     map[string]int `json:"rows"`     // of each safe_* table
	Withheld map[string]int `json:"withheld"` // of these
	Carried  map[string]int `json:"carried"`  // of these: values of an earlier release
}

// analyzer runs the reductions, the models and disclosure control in one building.
type analyzer struct {
	voices   *voices.Voices // reads free text; nil: texts are not read
	layout   *layout
	build    *building
	conn     *sql.Conn
	now      time.Time
	today    koe.Date
	safety   koe.DisclosureSettings
	places   int               // cells of the largest grid
	about    map[string]string // what the last version says of itself
	hold     []Figure          // not to be published
	held     *int              // counts those of hold that were published before
	released int               // last release that the figures are compared with; 0: none
	next     int               // number of the release that these figures would be

	// Of the sliced reductions: they are kept from the last analysis, nothing of them was touched, and the slice is there.
	kept, untouched, sliced bool
	moved                   bool // item and trend are made again in part
	shadowed                bool // temporary tables of the published population stand before main's
}

// step is one reduction, which makes red_*, or one model, which fills main's table from red_*.
type step struct {
	name string
	run  func(*analyzer, context.Context) error
}

// steps lists the models in the order in which they run, where they run one after the other: nonresponse and census read others. A model
// without a function is its SQL file alone.
func steps() []step {
	return []step{
		{"comment", nil}, {"theme", nil}, {"keyness", (*analyzer).keyness}, {"cooccurrence", nil},
		{"response_rate", nil}, {"item", (*analyzer).item}, {"trend", (*analyzer).trend}, {"recommend", nil},
		{"reliability", (*analyzer).reliability}, {"change", (*analyzer).change}, {"comparison", (*analyzer).comparison},
		{"trend_test", (*analyzer).trendTest}, {"silence", (*analyzer).silence}, {"careless", nil}, {"nonresponse", (*analyzer).nonresponse},
		{"measure_effect", (*analyzer).measureEffect}, {"driver", (*analyzer).driver}, {"retention", (*analyzer).retention},
		{"hypothesis", (*analyzer).hypothesis}, {"census", (*analyzer).census},
	}
}

// analyze writes all models into a new version of the warehouse.
func analyze(ctx context.Context, at *site, src source, now time.Time, progress func(step string, done, of int)) (result AnalyzeResult, err error) {
	unlock, err := at.lock(ctx)
	if err != nil {
		return result, err
	}
	defer unlock()
	defer collectLess()()
	base := at.current()
	if base == "" {
		return result, koe.Errorf(koe.NotFound, "there is no warehouse at %s yet: run koe load", at.published)
	}
	l := newLayout(src.settings, src.journeys)
	unreadable := func(err error) error {
		return koe.Errorf(koe.Internal, "the warehouse %s does not open; koe load rebuilds it: %w", at.published, err)
	}
	last, err := open(ctx, base)
	if err != nil {
		return result, unreadable(err)
	}
	defer func() { _ = last.close() }() // nothing was written to it
	about := last.about
	if about["layout"] != l.hash() {
		return result, koe.Errorf(koe.Conflict, "the journeys or the segments changed since the last load: run koe load first")
	}
	a := &analyzer{layout: l, about: about, voices: src.voices, now: now.UTC(), today: koe.DateOf(now.In(src.location)), safety: thresholds(src.settings), hold: src.hold, held: src.held}
	result.AsOf = a.now
	if about["analysed"] == a.state() && len(a.hold) == 0 {
		if err := last.check(ctx); err != nil {
			return result, unreadable(err)
		}
		return result, nil
	}
	defer func() {
		if err = last.damaged(ctx, err); errors.Is(err, errDamaged) {
			err = unreadable(err)
		}
	}()
	build, err := at.begin(ctx, base)
	if err != nil {
		return result, err
	}
	defer func() {
		if err != nil {
			build.abandon()
		}
	}()
	a.build, a.conn = build, build.conn
	if err := a.functions(); err != nil {
		return result, fmt.Errorf("give the warehouse its functions: %w", err)
	}
	if err := a.keepCounts(ctx, about["reduced"]); err != nil {
		return result, err
	}
	if a.kept {
		if err := build.leaveGaps(ctx); err != nil {
			return result, err
		}
	}
	if a.kept || about["as_of"] == "" { // few tables, or none yet, have a place in the file that could be used again before the end
		if err := a.exec(ctx, "SET wal_autocheckpoint = '1TB'"); err != nil {
			return result, err
		}
	}
	if err := a.exec(ctx, "BEGIN TRANSACTION"); err != nil { // one for many: a statement alone would wait for the disk
		return result, err
	}
	if err := a.all(ctx, &result, progress); err != nil {
		return result, err
	}
	for fact, value := range map[string]string{
		"as_of": a.now.Format(time.RFC3339), "as_of_date": a.today.String(), "analysed": a.state(),
		"voices": a.voicesVersion(), "published": a.about["published"], "held": a.about["held"], "held_for": a.about["held_for"], "modelled": a.about["modelled"],
		"min_group": fmt.Sprint(a.safety.MinGroup), "min_comments": fmt.Sprint(a.safety.MinComments),
	} {
		if err := a.exec(ctx, fmt.Sprintf("DELETE FROM about WHERE fact = %[1]s; INSERT INTO about VALUES (%[1]s, %[2]s)", literal(fact), literal(value))); err != nil {
			return result, err
		}
	}
	if err := a.exec(ctx, "COMMIT"); err != nil {
		return result, err
	}
	if err := build.publish(ctx); err != nil {
		return result, err
	}
	result.Version = build.number
	return result, nil
}

// mostWaste is how much of what is in use, in percent, may wait to be collected during an analysis.
const mostWaste = 300

// collectLess has Go collect memory less often, until the function that it gives is called. The rows of models come in bursts, little of which stays, and to
// collect after each took a twentieth of an analysis. Whoever set GOGC higher keeps that.
func collectLess() func() {
	before := debug.SetGCPercent(mostWaste)
	if before < 0 || before > mostWaste {
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}

// state names everything that the figures depend on besides the facts: a load removes it.
func (a *analyzer) state() string {
	return strings.TrimSpace(fmt.Sprintf("%s %d %d %t %s %s", a.now.Format(time.RFC3339Nano), a.safety.MinGroup, a.safety.MinComments, a.safety.MergeSmall, a.voicesVersion(), a.about["held"]))
}

// voicesVersion names the rules for free text; "" when there are none.
func (a *analyzer) voicesVersion() string {
	if a.voices == nil {
		return ""
	}
	return a.voices.Version()
}

// thresholds gives the thresholds of METHOD 5.1, 5 and 10 unless stated and never under 3.
func thresholds(s *koe.Settings) koe.DisclosureSettings {
	out := s.Disclosure
	if out.MinGroup == 0 {
		out.MinGroup = 5
	}
	if out.MinComments == 0 {
		out.MinComments = 10
	}
	out.MinGroup = max(out.MinGroup, 3)
	out.MinComments = max(out.MinComments, out.MinGroup)
	return out
}

// all runs everything, on tables made anew.
func (a *analyzer) all(ctx context.Context, result *AnalyzeResult, progress func(string, int, int)) error {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	// Names, which most of the tables hold, are not made shorter by it, and trying takes a quarter of the time of writing them.
	if err := a.exec(ctx, "SET disabled_compression_methods = 'fsst'"); err != nil {
		return err
	}
	tables := modelTables()
	counts := a.counts(tables)
	of, done := len(counts)+len(steps())+1, 0
	if err := a.prepare(ctx); err != nil {
		return err
	}
	if err := a.hear(ctx, func(done, of int) { progress("comments", done, of) }); err != nil {
		return err
	}
	step := func(name string) { progress(name, done, of); done++ }
	if err := a.sideBySide(ctx, counts, step); err != nil {
		return fmt.Errorf("reduction %w", err)
	}
	stays, state, err := a.stays(ctx)
	if err != nil {
		return fmt.Errorf("look whether what is published stays: %w", err)
	}
	if err := joined(a.findMoved(ctx, tables, stays), a.counted(ctx)); err != nil {
		return err
	}
	if err := a.sideBySide(ctx, steps(), step); err != nil {
		return fmt.Errorf("model %w", err)
	}
	a.moved = false // the published population is another
	progress("disclosure", done, of)
	if stays {
		if err := a.stayed(ctx, tables); err != nil {
			return fmt.Errorf("disclosure control: %w", err)
		}
	} else {
		if err := a.publishable(ctx, tables, func(name string) { of++; step(name) }); err != nil {
			return fmt.Errorf("published figures: %w", err)
		}
		if err := a.settle(ctx); err != nil {
			return err
		}
		progress("disclosure", done, of)
		if err := joined(a.completeItems(ctx), a.disclose(ctx, tables)); err != nil {
			return fmt.Errorf("disclosure control: %w", err)
		}
		if err := a.remember(ctx, state); err != nil {
			return err
		}
	}
	if err := a.countSafe(ctx, tables, result); err != nil {
		return err
	}
	progress("", of, of)
	return nil
}

// runModels runs every model over the reductions.
func (a *analyzer) runModels(ctx context.Context, progress func(name string)) error {
	if err := a.settle(ctx); err != nil {
		return err
	}
	if err := a.runSteps(ctx, steps(), progress); err != nil {
		return fmt.Errorf("model %w", err)
	}
	return nil
}

// settle ends the transaction and begins the next: tables of an open one have no statistics, and are slow to read. The version
// is nobody's before it is published, so it need not hold together before.
func (a *analyzer) settle(ctx context.Context) error { return a.exec(ctx, "COMMIT; BEGIN TRANSACTION") }

// prepare drops the counts of the last analysis that are not kept.
func (a *analyzer) prepare(ctx context.Context) error {
	if err := a.noteCut(ctx); err != nil {
		return err
	}
	var b strings.Builder
	for _, name := range slices.Concat(reductions, ofDisclosure) { // an older warehouse has the latter too
		if !a.isKept(name) {
			fmt.Fprintf(&b, "DROP TABLE IF EXISTS %s;\n", quote(name))
		}
	}
	return a.exec(ctx, b.String()+macros)
}

// makeTables makes the tables of the models anew, empty.
func (a *analyzer) makeTables(ctx context.Context, tables []modelTable) error {
	var b strings.Builder
	for _, table := range tables {
		if !isPlaced(table.name) { // findMoved makes these
			b.WriteString(table.ddl())
		}
	}
	return a.exec(ctx, b.String())
}

// functions registers the functions that SQL lacks.
func (a *analyzer) functions() error {
	var quantiles sync.Map // DuckDB calls from several threads
	return errors.Join(
		duckdb.RegisterScalarUDF(a.conn, "t_quantile", &function{1, func(x []float64) float64 {
			if !(x[0] > 0) {
				return math.NaN()
			}
			if x[0] != math.Trunc(x[0]) { // of Welch's kind, which hardly come twice
				return stats.TQuantile(0.975, x[0])
			}
			if t, known := quantiles.Load(x[0]); known {
				return t.(float64)
			}
			t := stats.TQuantile(0.975, x[0])
			quantiles.Store(x[0], t)
			return t
		}}),
		duckdb.RegisterScalarUDF(a.conn, "wilson_low", &function{2, func(x []float64) float64 { return stats.Wilson(int64(x[0]), int64(x[1]), 0.95).Low }}),
		duckdb.RegisterScalarUDF(a.conn, "wilson_high", &function{2, func(x []float64) float64 { return stats.Wilson(int64(x[0]), int64(x[1]), 0.95).High }}),
	)
}

// spread writes the standard deviation (n−1) of whole numbers from their number and exact sums, in units: the difference is taken in whole numbers while
// these fit.
func spread(n, s1, s2, unit string) string {
	return strings.NewReplacer("$n", n, "$s1", s1, "$s2", s2, "$unit", unit).Replace(`CASE WHEN $n < 2 THEN NULL WHEN $unit < 1000000
    THEN sqrt(($n::HUGEINT * $s2 - $s1::HUGEINT * $s1)::DOUBLE / ($n::DOUBLE * ($n - 1))) / $unit
    ELSE sqrt(greatest(0, ($s2::DOUBLE - $s1::DOUBLE * $s1::DOUBLE / $n) / ($n - 1))) / $unit END`)
}

// macros are what the models share. spread is above, band is a number of people as it may be shown, one_sided
// what to print for the shares when all answers fall on one side (METHOD 5.1).
var macros = `
CREATE OR REPLACE TEMP MACRO spread(n, s1, s2, unit) AS ` + spread("n", "s1", "s2", "unit") + `;
CREATE OR REPLACE TEMP MACRO band(n) AS CASE WHEN n >= 20 THEN n::VARCHAR WHEN n >= 10 THEN '10–19' WHEN n >= 5 THEN '5–9' ELSE '<5' END;
CREATE OR REPLACE TEMP MACRO one_sided(favourable, unfavourable) AS CASE WHEN favourable = 1 THEN '≥90 %' WHEN unfavourable = 1 THEN '≤10 %' ELSE '' END;
`

// function is a number made from numbers in Go, for SQL; NaN is NULL.
type function struct {
	arguments int
	of        func([]float64) float64
}

// Config implements duckdb.ScalarFunc.
func (f *function) Config() duckdb.ScalarFuncConfig {
	double, _ := duckdb.NewTypeInfo(duckdb.TYPE_DOUBLE) // a plain type always has one
	inputs := make([]duckdb.TypeInfo, f.arguments)
	for i := range inputs {
		inputs[i] = double
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: inputs, ResultTypeInfo: double}
}

// Executor implements duckdb.ScalarFunc.
func (f *function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		x := make([]float64, len(values))
		for i, value := range values {
			number, ok := value.(float64)
			if !ok {
				return nil, nil
			}
			x[i] = number
		}
		if y := f.of(x); !math.IsNaN(y) {
			return y, nil
		}
		return nil, nil
	}}
}

func (a *analyzer) exec(ctx context.Context, query string, args ...any) error {
	if _, err := a.conn.ExecContext(ctx, query, args...); err != nil {
		if len(query) > 160 {
			query = query[:160] + "…"
		}
		return fmt.Errorf("%s: %w", query, err)
	}
	return nil
}

func (a *analyzer) reduce(ctx context.Context, name string) error {
	query, err := a.layout.reductionSQL(name, a.today)
	if err != nil {
		return err
	}
	return a.exec(ctx, query)
}

// modelSQL gives the statement of a model's file with its parameters put in.
func (a *analyzer) modelSQL(name string) (string, error) {
	query, err := modelFiles.ReadFile("models/" + name + ".sql")
	groups, scores := "", "score_parts"
	if a.moved {
		groups, scores = "SEMI JOIN cut USING (cell)", "loader.score_part"
	}
	stored := "loader" // of item and trend
	if a.shadowed {
		stored = "temp"
	}
	scales, items := a.layout.supposed()
	itemSum, scoreSum := a.layout.sumKinds()
	return strings.NewReplacer(append(a.layout.steps(), "$min_group", fmt.Sprint(a.safety.MinGroup), "$places", fmt.Sprint(stagePlaces), "$never", fmt.Sprint(never), "$moved_items", a.partsMoved("item"),
		"$moved_scores", a.partsMoved("score"), "$moved_groups", groups, "$all_scores", scores, "$most_columns", fmt.Sprint(mostStepColumns), "$scales", scales, "$items", items,
		"$stored", stored, "$item_sum", itemSum, "$score_sum", scoreSum)...).Replace(string(query)), err
}

// model runs a model that is SQL alone.
func (a *analyzer) model(ctx context.Context, name string) error {
	query, err := a.modelSQL(name)
	if err != nil {
		return err
	}
	return a.exec(ctx, query)
}

// write appends rows to a table. Fields without a column of that table are left out.
func write[T any](ctx context.Context, a *analyzer, tableName string, columns []column, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	kind := reflect.TypeFor[T]()
	fields := make([]int, len(columns))
	names := columnsOf(kind)
	for i, c := range columns {
		fields[i] = -1
		for j, name := range names {
			if name == c.name {
				fields[i] = j
			}
		}
		if fields[i] < 0 {
			return koe.Errorf(koe.Internal, "%s has no field for the column %s", kind.Name(), c.name)
		}
	}
	return a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		appender, err := duckdb.NewAppenderFromConn(conn, "", tableName)
		t := &table{appender: appender, name: tableName, err: err}
		values := make([]driver.Value, len(columns))
		for i := range rows {
			row := reflect.ValueOf(&rows[i]).Elem()
			for c, field := range fields {
				values[c] = plain(row.Field(field))
			}
			t.add(values...)
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, t.close())
		}
		return t.close()
	})
}

// plain gives a field as the driver wants it: nil for a nil pointer or slice.
func plain(field reflect.Value) driver.Value {
	switch value := field.Interface().(type) {
	case *float64:
		if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
			return nil
		}
		return *value
	case *int64:
		return nullable(value)
	case []int64:
		if value == nil {
			return nil
		}
		return value
	case []string:
		if value == nil {
			return nil
		}
		return value
	default:
		return value
	}
}
