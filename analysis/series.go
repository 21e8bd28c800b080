package analysis

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"koe/analysis/stats"
)

// fewestPeriods is the least number of periods of a tested trend, and the baseline of a chart (METHOD 3.2).
const fewestPeriods = 8

// quarterSums is one row of models/trend_test.sql.
type quarterSums struct {
	Journey   string    `db:"journey"`
	Construct string    `db:"construct"`
	Stage     string    `db:"stage"`
	Segment   string    `db:"segment"`
	Member    string    `db:"member"`
	Unit      int64     `db:"unit"`
	Periods   []string  `db:"periods"`
	N         []int64   `db:"ns"`
	Sums      []float64 `db:"sums"` // of the scores, in 1/unit
}

// quarterSum is one quarter of one line.
type quarterSum struct {
	Journey   string
	Construct string
	Stage     string
	Segment   string
	Member    string
	Period    string
	N         int64
	Total     float64
}

// point is one point of a line: the quarter, counted from year 0, and the mean score.
type point struct {
	quarter int
	period  string
	mean    float64
}

// line is the points of one construct, stage and member; stage "" is the stage-standardised line.
type line struct {
	of     quarterSum
	points []point
}

// trendTest fills the tables trend_test and signal (METHOD 3.2).
func (a *analyzer) trendTest(ctx context.Context) error {
	rows, err := query[quarterSums](ctx, a, "trend_test")
	if err != nil {
		return err
	}
	quarters := 0
	for i := range rows {
		quarters += len(rows[i].Periods)
	}
	sums := make([]quarterSum, 0, quarters)
	for i := range rows {
		r, from := &rows[i], len(sums)
		for q, period := range r.Periods {
			sums = append(sums, quarterSum{r.Journey, r.Construct, r.Stage, r.Segment, r.Member, period, r.N[q], r.Sums[q] / float64(r.Unit)})
		}
		slices.SortFunc(sums[from:], func(x, y quarterSum) int { return strings.Compare(x.Period, y.Period) })
	}
	var tests []TrendTest
	var signals []Signal
	for _, l := range a.lines(sums) {
		if len(l.points) < fewestPeriods {
			continue
		}
		x, y := make([]float64, len(l.points)), make([]float64, len(l.points))
		for i, p := range l.points {
			x[i], y[i] = float64(p.quarter), p.mean
		}
		t := stats.MannKendall(x, y, 0.95)
		tests = append(tests, TrendTest{Journey: l.of.Journey, Construct: l.of.Construct, Stage: l.of.Stage, Grain: "quarter", Segment: l.of.Segment, Member: l.of.Member,
			Periods: whole(int64(t.Periods)), S: figure(float64(t.S)), Z: figure(t.Z), P: figure(t.P), Slope: figure(t.Slope), SlopeLow: figure(t.SlopeCI.Low), SlopeHigh: figure(t.SlopeCI.High)})
		baseline := a.baseline(&l)
		if len(baseline) < fewestPeriods { // frozen to quarters that have not all come yet
			continue
		}
		limits := stats.XmR(baseline)
		for _, s := range stats.Signals(y, slices.Repeat([]stats.Limits{limits}, len(y))) {
			signals = append(signals, Signal{Journey: l.of.Journey, Construct: l.of.Construct, Stage: l.of.Stage, Segment: l.of.Segment, Member: l.of.Member,
				Period: l.points[s.At].period, Rule: s.Rule, Value: figure(y[s.At]), Centre: figure(limits.Centre), LimitLow: figure(limits.Low), LimitHigh: figure(limits.High)})
		}
	}
	return joined(storeMain(ctx, a, "trend_test", tests), storeMain(ctx, a, "signal", signals))
}

// baseline gives the points from which a line's limits follow (METHOD 3.2): those of the quarters that the journey file freezes,
// else the first eight. What comes later does not move it.
func (a *analyzer) baseline(l *line) (values []float64) {
	from, until := "", ""
	if journey, ok := a.layout.journey(l.of.Journey); ok {
		if c, ok := journey.Construct(l.of.Construct); ok {
			from, until = c.BaselineFrom, c.BaselineUntil
		}
	}
	for _, p := range l.points {
		if until == "" && len(values) < fewestPeriods || p.period >= from && p.period <= until {
			values = append(values, p.mean)
		}
	}
	return values
}

// lines makes the lines from sums that are ordered by journey, construct, stage, segment, member and period.
func (a *analyzer) lines(sums []quarterSum) []line {
	var out []line
	type quarters map[string][]quarterSum // by period
	type key struct{ journey, construct, segment, member string }
	all := map[key]quarters{}
	stages := map[[2]string]map[string]bool{} // of each construct
	var order []key
	for _, run := range runs(sums, func(s *quarterSum) [5]string {
		return [5]string{s.Journey, s.Construct, s.Stage, s.Segment, s.Member}
	}) {
		of := run[0]
		out = append(out, line{of, merge(run, int64(a.safety.MinGroup))})
		k, c := key{of.Journey, of.Construct, of.Segment, of.Member}, [2]string{of.Journey, of.Construct}
		if all[k] == nil {
			all[k] = quarters{}
			order = append(order, k)
		}
		if stages[c] == nil {
			stages[c] = map[string]bool{}
		}
		stages[c][of.Stage] = true
		for _, s := range run {
			all[k][s.Period] = append(all[k][s.Period], s)
		}
	}
	for _, k := range order {
		l := line{of: quarterSum{Journey: k.journey, Construct: k.construct, Segment: k.segment, Member: k.member}}
		for period, cells := range all[k] {
			total, present := 0.0, 0
			for _, s := range cells { // in the order of the stages' names
				if s.N >= int64(a.safety.MinGroup) {
					total += s.Total / float64(s.N)
					present++
				}
			}
			if 2*present >= len(stages[[2]string{k.journey, k.construct}]) {
				l.points = append(l.points, point{quarterNumber(period), period, total / float64(present)})
			}
		}
		slices.SortFunc(l.points, func(p, q point) int { return p.quarter - q.quarter })
		out = append(out, l)
	}
	return out
}

// merge makes points of at least k people: a quarter with fewer is merged into the next, and waits when there is none.
func merge(run []quarterSum, k int64) []point {
	var points []point
	var n int64
	total := 0.0
	for _, s := range run {
		n, total = n+s.N, total+s.Total
		if n >= k {
			points = append(points, point{quarterNumber(s.Period), s.Period, total / float64(n)})
			n, total = 0, 0
		}
	}
	return points
}

// quarterNumber counts quarters from year 0.
func quarterNumber(period string) int {
	before, after, _ := strings.Cut(period, "Q")
	year, err := strconv.Atoi(before)
	quarter, err2 := strconv.Atoi(after)
	if err != nil || err2 != nil {
		return math.MinInt32
	}
	return 4*year + quarter - 1
}
