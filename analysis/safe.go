package analysis

import (
	"context"
	"database/sql/driver"
	_ "embed" // for the statements
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"koe"
	"koe/analysis/disclosure"

	"github.com/duckdb/duckdb-go/v2"
)

// fewest for showing figures that need more than a threshold (METHOD 2, 2.1).
const (
	fewestForReliability = 30
	fewestForRecommend   = 10
	exactFrom            = 20 // n is shown as it is from here on, in bands below
)

// safety is the disclosure control of one journey: its grid, and what was decided for the responses as such. All
// figures of a withheld cell are withheld together.
type safety struct {
	*grid
	mu   sync.Mutex // of the maps, while several goroutines fill them
	k    int
	base []disclosure.Reason
	n    *sizes // of responses
	// what was decided for the scores of each construct, and how many people they are; filled by safeTrends
	trend  map[string][]disclosure.Reason
	scored map[string][]int
	people map[string][]int // different people behind the scores, at least
	// what was decided for the difference between the scores of a construct and its items, where there is one; filled by safePartials
	partial  map[string][]disclosure.Reason
	items    map[string][]disclosure.Reason  // what was decided for the answers to each question; filled by safeItems
	answered map[string][]int                // how many they are, as published
	release  int                             // number of the release that is decided
	rates    []disclosure.Reason             // what was decided for the response rates; filled by safeRates
	paired   map[[3]string]int64             // people behind the change of everybody in a construct from one stage to another; filled by safeChanges
	changed  map[[3]string]disclosure.Reason // what was decided for that change; filled by safeChanges
	voices   []disclosure.Reason             // what was decided for the commenters; filled by safeVoices
	past     pastCells                       // what earlier releases published
	held     map[string][]int                // cells of figures that are not to be published
}

// disclose fills the safe_* tables.
func (a *analyzer) disclose(ctx context.Context, tables []modelTable) error {
	all := map[string]*safety{}
	for _, t := range tables {
		if err := a.exec(ctx, t.safeDDL()); err != nil {
			return err
		}
	}
	if err := joined(a.readReleases(ctx), a.population(ctx)); err != nil {
		return err
	}
	for _, journey := range a.layout.journeys {
		s, err := a.newSafety(ctx, journey)
		if err != nil {
			return err
		}
		all[journey.ID] = s
	}
	if err := joined(a.layPlaces(ctx, all), a.pastFigures(ctx, all), a.holdFigures(ctx, all)); err != nil {
		return err
	}
	journeys := slices.Collect(maps.Values(all))
	sideBySide(len(journeys), func(i int) {
		s := journeys[i]
		s.base = s.decide(s.n, s.k, nil, s.past[base])
	})
	return joined(
		a.safeTrends(ctx, all), a.safePartials(ctx, all), a.safeItems(ctx, all), a.safeRates(ctx, all), a.safeRecommend(ctx, all), a.safeReliability(ctx, all),
		a.safeChanges(ctx, all), a.safeComparisons(ctx, all), a.safeSeries(ctx, all), a.safeSilence(ctx, all), a.safeCareless(ctx, all),
		a.safeNonresponse(ctx, all), a.safeEffects(ctx, all), a.safeDrivers(ctx, all), a.safeRetention(ctx, all), a.safeVoices(ctx, all),
		a.safeHypotheses(ctx, all), a.safeCensus(ctx, all), a.carryOver(ctx, ledgerTables()),
	)
}

// readReleases reads which release these figures are compared with, and what its readers know.
func (a *analyzer) readReleases(ctx context.Context) error {
	if err := a.conn.QueryRowContext(ctx, "SELECT coalesce(max(number) FILTER (basis), 0), coalesce(max(number), 0) + 1 FROM loader.release").Scan(&a.released, &a.next); err != nil {
		return err
	}
	return a.exec(ctx, lastPublished)
}

// countSafe counts the rows of the safe_* tables.
func (a *analyzer) countSafe(ctx context.Context, tables []modelTable, result *AnalyzeResult) error {
	result.Rows, result.Withheld, result.Carried = map[string]int{}, map[string]int{}, map[string]int{}
	for _, table := range tables {
		var rows, withheld, carried int
		if err := a.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), count(*) FILTER (withheld <> ''), count(*) FILTER (carried <> '') FROM %s", quote("safe_"+table.name))).Scan(&rows, &withheld, &carried); err != nil {
			return err
		}
		result.Rows[table.name], result.Withheld[table.name], result.Carried[table.name] = rows, withheld, carried
	}
	return nil
}

// size is one row of the query below: how many responses a cell has.
type size struct {
	Stage   string `db:"stage"`
	Grain   string `db:"grain"`
	Period  string `db:"period"`
	Segment string `db:"segment"`
	Member  string `db:"member"`
	N       int64  `db:"n"`
	People  int64  `db:"people"`
}

const responseSizes = `
SELECT coalesce(stage, '') AS stage, CASE WHEN GROUPING(wave) = 0 THEN 'quarter' WHEN GROUPING(cohort) = 0 THEN 'cohort' ELSE '' END AS grain,
       coalesce(wave, cohort, '') AS period, segment, member, sum(n)::BIGINT AS n,
       CASE WHEN stage IS NULL THEN 0 WHEN GROUPING(wave) = 0 THEN sum(persons) ELSE sum(people) END::BIGINT AS people
FROM red_response JOIN red_cut USING (journey, cell) WHERE journey = $1
GROUP BY GROUPING SETS ((segment, member, stage), (segment, member), (segment, member, stage, wave), (segment, member, wave),
                        (segment, member, stage, cohort), (segment, member, cohort))
UNION ALL
SELECT '', CASE WHEN wave = '' THEN '' ELSE 'quarter' END, wave, segment, member, 0, n FROM red_people WHERE journey = $1
ORDER BY ALL`

func (a *analyzer) newSafety(ctx context.Context, journey *journeyLayout) (*safety, error) {
	g, err := a.newGrid(ctx, journey)
	if err != nil {
		return nil, err
	}
	rows, err := readRows[size](ctx, a.conn, responseSizes, journey.ID)
	if err != nil {
		return nil, err
	}
	s := &safety{grid: g, k: a.safety.MinGroup, n: g.noSizes(), trend: map[string][]disclosure.Reason{}, scored: map[string][]int{}, people: map[string][]int{},
		partial: map[string][]disclosure.Reason{}, items: map[string][]disclosure.Reason{}, paired: map[[3]string]int64{}, changed: map[[3]string]disclosure.Reason{}, answered: map[string][]int{}, release: a.next, past: pastCells{}, held: map[string][]int{}}
	for _, row := range rows {
		if i, ok := g.cell(row.Segment, row.Member, row.Stage, slice{row.Grain, row.Period}); ok {
			s.n.n[i] += int(row.N)
			s.n.people[i] += int(row.People)
		}
	}
	return s, s.countOnce(ctx, a, journey)
}

// figure decides for one figure (figureName) with its own numbers of answers.
func (s *safety) figure(name string, n []int, k int) []disclosure.Reason {
	return s.figureOver(s.plan, s.behind[name], name, n, k)
}

// figureOver is figure with the people of a plan, and how many of them are behind it.
func (s *safety) figureOver(plan *disclosure.Plan, behind []int, name string, n []int, k int) []disclosure.Reason {
	return s.decideOver(plan, behind, s.sizesOf(n), k, s.withHeld(name, s.base), s.past[name])
}

// sizesOf bounds the people behind n answers of each cell.
func (s *safety) sizesOf(n []int) *sizes {
	own := s.noSizes()
	copy(own.n, n)
	own.people = s.different(n)
	return own
}

// different bounds from below the different people behind n answers of each cell: of those who responded there, at most as many
// as answers are missing did not answer (a repeated stage has several answers of one person); over all stages they are at
// least those of one stage.
func (s *safety) different(n []int) []int {
	people := make([]int, s.cells)
	for node := range s.nodes {
		for t := range s.slices {
			most := 0
			for stage := len(s.stages) - 1; stage >= 0; stage-- { // 0 is all stages
				c := s.at(node, stage, t)
				if s.n.people[c] > 0 {
					people[c] = max(s.n.people[c]-(s.n.n[c]-n[c]), min(n[c], 1))
				} else if stage > 0 {
					people[c] = n[c]
				}
				people[c] = min(people[c], n[c])
				if stage == 0 {
					people[c] = max(people[c], most)
				}
				most = max(most, people[c])
			}
		}
	}
	return people
}

// shown writes a number of people as it may be shown: exactly from 20 on, in bands below (exact is then nil).
func shown(n int64) (exact *int64, text string) {
	switch {
	case n >= exactFrom:
		return &n, strconv.FormatInt(n, 10)
	case n >= 10:
		return nil, "10–19"
	case n >= 5:
		return nil, "5–9"
	default:
		return nil, "<5"
	}
}

func zero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// runs splits ordered rows into runs of one key.
func runs[T any, K comparable](rows []T, key func(*T) K) [][]T {
	var out [][]T
	for from := 0; from < len(rows); {
		to, of := from+1, key(&rows[from])
		for to < len(rows) && key(&rows[to]) == of {
			to++
		}
		out = append(out, rows[from:to])
		from = to
	}
	return out
}

func quarterSlice(period string) slice {
	if period == "" {
		return slice{}
	}
	return slice{"quarter", period}
}

// readMain reads main's version of a table, ordered by these columns.
func readMain[T any](ctx context.Context, a *analyzer, name, order string) ([]T, error) {
	for _, t := range modelTables() {
		if t.name == name {
			list := ""
			for i, c := range t.safeColumns() {
				if i > 0 {
					list += ", "
				}
				switch {
				case hasColumn(t.columns, c.name):
					list += quote(c.name)
				default:
					list += "NULL"
				}
			}
			return readRows[T](ctx, a.conn, fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", list, quote(name), order))
		}
	}
	return nil, fmt.Errorf("no table %q", name)
}

func hasColumn(columns []column, name string) bool {
	for _, c := range columns {
		if c.name == name {
			return true
		}
	}
	return false
}

// storeSafe appends rows to the safe_* version of a table.
func storeSafe[T any](ctx context.Context, a *analyzer, name string, rows []T) error {
	for _, t := range modelTables() {
		if t.name == name {
			return write(ctx, a, "safe_"+name, t.safeColumns(), rows)
		}
	}
	return fmt.Errorf("no table %q", name)
}

//go:embed sql/safe_trend.sql
var safeTrendSQL string

// mask decides for each figure of a table and writes the safe_* version in SQL. sizes gives, ordered by figure, how many
// people each place of the grid has, as one number (place·2^32 + n); write copies main's rows without what temp.decision withholds.
// decide is called from several goroutines at once.
func (a *analyzer) mask(ctx context.Context, name, sizes, write string, decide func(figure int64, n []int) []disclosure.Reason) error {
	if err := a.exec(ctx, "CREATE OR REPLACE TEMP TABLE decision (figure INTEGER, place INTEGER, reason VARCHAR)"); err != nil {
		return err
	}
	err := a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		type decided struct {
			figure  int64
			reasons []disclosure.Reason
		}
		var all []*decided
		var n []int
		figure := int64(-1)
		var wait sync.WaitGroup
		slots := make(chan struct{}, runtime.GOMAXPROCS(0))
		flush := func() {
			if figure < 0 {
				return
			}
			d, n := &decided{figure: figure}, n
			all = append(all, d)
			slots <- struct{}{}
			wait.Go(func() {
				d.reasons = decide(d.figure, n)
				<-slots
			})
		}
		if err := queryRows(ctx, conn, sizes, func(row []driver.Value) {
			if next := int64(row[0].(int32)); next != figure {
				flush()
				figure = next
				n = make([]int, a.places)
			}
			at := row[1].(int64)
			n[at>>32] = int(at & (1<<32 - 1))
		}); err != nil {
			wait.Wait()
			return err
		}
		flush()
		wait.Wait()
		appender, err := duckdb.NewAppender(conn, "temp", "main", "decision")
		t := &table{appender: appender, name: "decision", err: err}
		for _, d := range all {
			for place, reason := range d.reasons {
				if reason != disclosure.Published {
					t.add(int32(d.figure), int32(place), string(reason))
				}
			}
		}
		return t.close()
	})
	if err != nil {
		return fmt.Errorf("protect %s: %w", name, err)
	}
	return a.exec(ctx, write)
}

// layPlaces writes the cells of every journey's grid to temp.place.
func (a *analyzer) layPlaces(ctx context.Context, all map[string]*safety) error {
	if err := a.exec(ctx, `CREATE OR REPLACE TEMP TABLE place (journey VARCHAR, segment VARCHAR, member VARCHAR, stage VARCHAR, grain VARCHAR, period VARCHAR, place INTEGER)`); err != nil {
		return err
	}
	err := a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		appender, err := duckdb.NewAppender(conn, "temp", "main", "place")
		t := &table{appender: appender, name: "place", err: err}
		for journey, s := range all {
			a.places = max(a.places, s.cells)
			for n, node := range s.nodes {
				for st, stage := range s.stages {
					for sl, at := range s.slices {
						t.add(journey, node.segment, node.member, stage, at.grain, at.period, int32(s.at(n, st, sl)))
					}
				}
			}
		}
		return t.close()
	})
	if err != nil {
		return err
	}
	// spot is place by the numbers of red_cut, slot by those of people and stage alone; -1 stands for all stages and all time.
	return a.exec(ctx, `CREATE OR REPLACE TEMP TABLE slot AS
		WITH whos AS (SELECT DISTINCT who, journey, segment, member FROM red_cut),
		stages AS (SELECT DISTINCT stage_number, journey, stage FROM red_cut UNION ALL SELECT DISTINCT -1, journey, '' FROM red_cut)
		SELECT who, stage_number, CASE WHEN grain = '' THEN 'all' ELSE grain END AS grain, period, place
		FROM temp.place JOIN whos USING (journey, segment, member) JOIN stages USING (journey, stage);
		CREATE OR REPLACE TEMP TABLE spot AS
		WITH waves AS (SELECT DISTINCT wave_number, 'quarter' AS grain, wave AS period FROM red_cut UNION ALL SELECT -1, 'all', '')
		SELECT who, stage_number, wave_number, place FROM temp.slot JOIN waves USING (grain, period)`)
}

// counted puts the people of a run of rows into the cells of the grid.
func counted[T any](s *safety, run []T, key func(*T) (segment, member, stage string, at slice, n *int64)) []int {
	n := make([]int, s.cells)
	for i := range run {
		segment, member, stage, at, people := key(&run[i])
		if c, ok := s.cell(segment, member, stage, at); ok {
			n[c] = int(zero(people))
		}
	}
	return n
}

// reason gives what was decided for a cell; one outside the grid, or never decided, is withheld.
func (s *safety) reason(reasons []disclosure.Reason, segment, member, stage string, at slice) string {
	c, ok := s.cell(segment, member, stage, at)
	if !ok || reasons == nil {
		return string(disclosure.Small)
	}
	return string(reasons[c])
}

// safeTrends protects the scores of each construct.
func (a *analyzer) safeTrends(ctx context.Context, all map[string]*safety) error {
	constructs, journeys := map[int64]string{}, map[int64]*safety{}
	for _, journey := range a.layout.journeys {
		for _, c := range journey.constructs {
			constructs[int64(c.number)], journeys[int64(c.number)] = c.ID, all[journey.ID]
		}
	}
	return a.mask(ctx, "trend", `SELECT scale AS figure, place::BIGINT * 4294967296 + n FROM temp.trend_rows
		JOIN temp.slot USING (who, stage_number, grain, period) WHERE stage_number >= 0 OR grain = 'all' ORDER BY figure`, safeTrendSQL,
		func(figure int64, n []int) []disclosure.Reason {
			s := journeys[figure]
			return s.score(constructs[figure], n[:s.cells])
		})
}

// score decides for the scores of a construct. Quarters and cohorts of all stages are the standardised line: means of
// stage means, so each of these must be published, else the last could be computed.
func (s *safety) score(construct string, n []int) []disclosure.Reason {
	for node := range s.nodes {
		for t := 1; t < len(s.slices); t++ {
			for stage := 1; stage < len(s.stages); stage++ {
				n[s.at(node, 0, t)] += n[s.at(node, stage, t)]
			}
		}
	}
	reasons := s.figure(figureName("trend", construct), n, s.k)
	people := s.different(n)
	s.mu.Lock()
	s.trend[construct], s.scored[construct], s.people[construct] = reasons, n, people
	s.mu.Unlock()
	shown := append([]disclosure.Reason(nil), reasons...)
	for node := range s.nodes {
		for t := 1; t < len(s.slices); t++ {
			for stage := 1; stage < len(s.stages); stage++ {
				c, line := s.at(node, stage, t), s.at(node, 0, t)
				if n[c] < s.k || reasons[c] == disclosure.Published || shown[line] != disclosure.Published {
					continue
				}
				if shown[line] = disclosure.Complement; reasons[c] == disclosure.Release {
					shown[line] = disclosure.Release
				}
			}
		}
	}
	return shown
}
