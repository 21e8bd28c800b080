package analysis

import (
	"context"
	"fmt"
	"strconv"

	"koe/analysis/disclosure"
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
	k    int
	base []disclosure.Reason
	n    *sizes // of responses
	// what was decided for the scores of each construct, and how many people they are; filled by safeTrends
	trend  map[string][]disclosure.Reason
	scored map[string][]int
}

// disclose fills the safe_* tables.
func (a *analyzer) disclose(ctx context.Context, tables []modelTable, result *AnalyzeResult) error {
	all := map[string]*safety{}
	for _, journey := range a.layout.journeys {
		s, err := a.newSafety(ctx, journey)
		if err != nil {
			return err
		}
		all[journey.ID] = s
	}
	if err := joined(
		a.safeItems(ctx, all), a.safeTrends(ctx, all), a.safeRates(ctx, all), a.safeRecommend(ctx, all), a.safeReliability(ctx),
		a.safeChanges(ctx, all), a.safeComparisons(ctx, all), a.safeSeries(ctx, all), a.safeSilence(ctx, all), a.safeCareless(ctx, all),
		a.safeNonresponse(ctx, all), a.safeEffects(ctx, all), a.safeDrivers(ctx), a.safeRetention(ctx, all), a.safeHypotheses(ctx, all),
	); err != nil {
		return err
	}
	result.Rows, result.Withheld = map[string]int{}, map[string]int{}
	for _, table := range tables {
		var rows, withheld int
		if err := a.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), count(*) FILTER (withheld <> '') FROM %s", quote("safe_"+table.name))).Scan(&rows, &withheld); err != nil {
			return err
		}
		result.Rows[table.name], result.Withheld[table.name] = rows, withheld
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
       coalesce(wave, cohort, '') AS period, segment, member, sum(n)::BIGINT AS n, CASE WHEN stage IS NULL THEN 0 ELSE sum(people) END::BIGINT AS people
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
	s := &safety{grid: g, k: a.safety.MinGroup, n: g.noSizes(), trend: map[string][]disclosure.Reason{}, scored: map[string][]int{}}
	for _, row := range rows {
		if i, ok := g.cell(row.Segment, row.Member, row.Stage, slice{row.Grain, row.Period}); ok {
			s.n.n[i] += int(row.N)
			s.n.people[i] += int(row.People)
		}
	}
	s.base = g.decide(s.n, s.k, nil)
	return s, nil
}

// figure decides for one figure with its own numbers of people. n holds what the figure's own rows say; of pooled cells
// it bounds the different people from below: those at one stage, or all less the answers that are missing.
func (s *safety) figure(n []int, k int) []disclosure.Reason {
	own := s.noSizes()
	copy(own.n, n)
	for node := range s.nodes {
		for t := range s.slices {
			pooled := s.at(node, 0, t)
			most := 0
			for stage := 1; stage < len(s.stages); stage++ {
				most = max(most, n[s.at(node, stage, t)])
			}
			if s.n.people[pooled] > 0 {
				most = max(most, s.n.people[pooled]-(s.n.n[pooled]-n[pooled]))
			}
			own.people[pooled] = most
		}
	}
	return s.decide(own, k, s.base)
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

// unanimous says what to print for a share when all answers fall on one side (METHOD 5.1).
func unanimous(favourable, unfavourable *float64) string {
	switch {
	case favourable != nil && *favourable == 1:
		return "≥90 %"
	case unfavourable != nil && *unfavourable == 1:
		return "≤10 %"
	}
	return ""
}

func zero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// runs splits ordered rows into runs of one key.
func runs[T any](rows []T, key func(*T) string) [][]T {
	var out [][]T
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && key(&rows[to]) == key(&rows[from]) {
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

func grainSlice(grain, period string) slice {
	if grain == "all" {
		return slice{}
	}
	return slice{grain, period}
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

func (a *analyzer) safeItems(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Item](ctx, a, "item", "journey, question, stage, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Item) string { return r.Journey + "\x00" + r.Question }) {
		s := all[run[0].Journey]
		reasons := s.figure(counted(s, run, func(r *Item) (string, string, string, slice, *int64) {
			return r.Segment, r.Member, r.Stage, quarterSlice(r.Period), r.N
		}), s.k)
		for i := range run {
			r := &run[i]
			if r.Withheld = s.reason(reasons, r.Segment, r.Member, r.Stage, quarterSlice(r.Period)); r.Withheld != "" {
				r.N, r.Mean, r.SD, r.Favourable, r.Neutral, r.Unfavourable, r.Counts = nil, nil, nil, nil, nil, nil, nil
				continue
			}
			r.N, r.NShown = shown(zero(r.N))
			if r.N == nil {
				r.Counts = nil // they would add up to n
			}
			if r.FavourableShown = unanimous(r.Favourable, r.Unfavourable); r.FavourableShown != "" {
				r.Favourable, r.Neutral, r.Unfavourable, r.Counts = nil, nil, nil, nil
			}
		}
	}
	return storeSafe(ctx, a, "item", rows)
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

func (a *analyzer) safeTrends(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Trend](ctx, a, "trend", "journey, construct, stage, grain, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Trend) string { return r.Journey + "\x00" + r.Construct }) {
		s := all[run[0].Journey]
		n := make([]int, s.cells)
		for _, r := range run {
			c, ok := s.cell(r.Segment, r.Member, r.Stage, grainSlice(r.Grain, r.Period))
			if ok && (r.Stage != "" || r.Grain == "all") {
				n[c] = int(zero(r.N))
				if pooled, ok := s.cell(r.Segment, r.Member, "", grainSlice(r.Grain, r.Period)); ok && r.Grain != "all" {
					n[pooled] += int(zero(r.N))
				}
			}
		}
		reasons := s.figure(n, s.k)
		s.trend[run[0].Construct], s.scored[run[0].Construct] = reasons, n
		for i := range run {
			r := &run[i]
			at := grainSlice(r.Grain, r.Period)
			r.Withheld = s.reason(reasons, r.Segment, r.Member, r.Stage, at)
			if r.Stage == "" && r.Grain != "all" && r.Withheld == "" {
				r.Withheld = s.standardised(reasons, n, r, at)
			}
			if r.Withheld != "" {
				r.N, r.Mean, r.SD, r.CILow, r.CIHigh, r.Favourable, r.Neutral, r.Unfavourable = nil, nil, nil, nil, nil, nil, nil, nil
				continue
			}
			r.N, r.NShown = shown(zero(r.N))
			if r.FavourableShown = unanimous(r.Favourable, r.Unfavourable); r.FavourableShown != "" {
				r.Favourable, r.Neutral, r.Unfavourable = nil, nil, nil
			}
		}
	}
	return storeSafe(ctx, a, "trend", rows)
}

// standardised decides for a point of the standardised line: it is a mean of stage means, so each of them must be
// published, else the last could be computed.
func (s *safety) standardised(reasons []disclosure.Reason, n []int, r *Trend, at slice) string {
	for _, stage := range s.stages[1:] {
		c, ok := s.cell(r.Segment, r.Member, stage, at)
		if ok && n[c] >= s.k && reasons[c] != disclosure.Published {
			return string(disclosure.Complement)
		}
	}
	return ""
}

func (a *analyzer) safeRates(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[ResponseRate](ctx, a, "response_rate", "journey, stage, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *ResponseRate) string { return r.Journey }) {
		s := all[run[0].Journey]
		// People asked are bounded from below by those asked at one stage.
		reasons := s.figure(counted(s, run, func(r *ResponseRate) (string, string, string, slice, *int64) {
			return r.Segment, r.Member, r.Stage, quarterSlice(r.Period), r.Invited
		}), s.k)
		for i := range run {
			r := &run[i]
			r.Withheld = s.reason(reasons, r.Segment, r.Member, r.Stage, quarterSlice(r.Period))
			if r.Withheld != "" {
				r.Invited, r.Answered, r.Rate, r.CILow, r.CIHigh = nil, nil, nil, nil, nil
				continue
			}
			var answered *int64
			answered, r.AnsweredShown = shown(zero(r.Answered))
			r.Invited, r.InvitedShown = shown(zero(r.Invited))
			r.Answered = answered
		}
	}
	return storeSafe(ctx, a, "response_rate", rows)
}

func (a *analyzer) safeRecommend(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Recommend](ctx, a, "recommend", "journey, question, stage, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Recommend) string { return r.Journey + "\x00" + r.Question }) {
		s := all[run[0].Journey]
		reasons := s.figure(counted(s, run, func(r *Recommend) (string, string, string, slice, *int64) {
			return r.Segment, r.Member, r.Stage, quarterSlice(r.Period), r.N
		}), max(s.k, fewestForRecommend))
		for i := range run {
			r := &run[i]
			if r.Withheld = s.reason(reasons, r.Segment, r.Member, r.Stage, quarterSlice(r.Period)); r.Withheld != "" {
				r.N, r.Promoters, r.Passives, r.Detractors, r.Score, r.CILow, r.CIHigh = nil, nil, nil, nil, nil, nil, nil
				continue
			}
			if r.N, r.NShown = shown(zero(r.N)); r.N == nil {
				r.Promoters, r.Passives, r.Detractors = nil, nil, nil // they would add up to n
			}
		}
	}
	return storeSafe(ctx, a, "recommend", rows)
}

func (a *analyzer) safeReliability(ctx context.Context) error {
	rows, err := readMain[Reliability](ctx, a, "reliability", "ALL")
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if zero(r.N) < fewestForReliability {
			*r = Reliability{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Items: r.Items, Withheld: string(disclosure.Small)}
			continue
		}
		r.N, r.NShown = shown(zero(r.N))
	}
	rests, err := readMain[ItemRest](ctx, a, "item_rest", "ALL")
	if err != nil {
		return err
	}
	for i := range rests {
		r := &rests[i]
		if zero(r.N) < fewestForReliability {
			*r = ItemRest{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Question: r.Question, Withheld: string(disclosure.Small)}
			continue
		}
		r.N, r.NShown = shown(zero(r.N))
	}
	return joined(storeSafe(ctx, a, "reliability", rows), storeSafe(ctx, a, "item_rest", rests))
}
