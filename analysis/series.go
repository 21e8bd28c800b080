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

// lineName names a line; stage "" is the stage-standardised one.
type lineName struct{ Journey, Construct, Stage, Segment, Member string }

// quarterSum is one quarter of one line.
type quarterSum struct {
	place int // of the quarter, among those of all lines
	n     int64
	total float64 // of the scores
}

// point is one point of a line: the quarter, counted from year 0, and the mean score.
type point struct {
	quarter int
	period  string
	mean    float64
}

// line is the points of one construct, stage and member.
type line struct {
	of     lineName
	points []point
}

// trendTest fills the tables trend_test and signal (METHOD 3.2).
func (a *analyzer) trendTest(ctx context.Context) error {
	rows, err := query[quarterSums](ctx, a, "trend_test")
	if err != nil {
		return err
	}
	var tests []TrendTest
	var signals []Signal
	for _, l := range a.lines(rows) {
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

// lines makes the lines of rows that are ordered by journey, construct and stage: one of each, and of every member one that is standardised
// over the stages.
func (a *analyzer) lines(rows []quarterSums) []line {
	quarters, places := quartersOf(rows)
	lines := make([]line, 0, 2*len(rows))
	for _, ofConstruct := range runs(rows, func(r *quarterSums) [2]string { return [2]string{r.Journey, r.Construct} }) {
		standardised := overStages{quarters: quarters, least: int64(a.safety.MinGroup), stages: len(runs(ofConstruct, func(r *quarterSums) string { return r.Stage })), of: map[lineName][]presence{}}
		for i := range ofConstruct {
			r := &ofConstruct[i]
			sums := make([]quarterSum, len(r.Periods))
			for q, period := range r.Periods {
				sums[q] = quarterSum{places[period], r.N[q], r.Sums[q] / float64(r.Unit)}
			}
			slices.SortFunc(sums, func(x, y quarterSum) int { return x.place - y.place })
			standardised.add(lineName{r.Journey, r.Construct, "", r.Segment, r.Member}, sums)
			lines = append(lines, line{lineName{r.Journey, r.Construct, r.Stage, r.Segment, r.Member}, merge(sums, quarters, int64(a.safety.MinGroup))})
		}
		lines = append(lines, standardised.lines()...)
	}
	return lines
}

// overStages are the stage-standardised lines of one construct: means over the stages with enough people, where half of the stages have these.
type overStages struct {
	quarters []point
	least    int64 // people
	stages   int
	order    []lineName
	of       map[lineName][]presence // by quarter
}

// presence is what the stages with enough people come to in one quarter.
type presence struct {
	stages int
	means  float64 // added up, in the order of the stages
}

func (o *overStages) add(name lineName, sums []quarterSum) {
	own := o.of[name]
	if own == nil {
		own = make([]presence, len(o.quarters))
		o.of[name] = own
		o.order = append(o.order, name)
	}
	for _, s := range sums {
		if s.n >= o.least {
			own[s.place].stages++
			own[s.place].means += s.total / float64(s.n)
		}
	}
}

func (o *overStages) lines() []line {
	lines := make([]line, 0, len(o.order))
	for _, name := range o.order {
		l := line{of: name, points: make([]point, 0, len(o.quarters))}
		for place, p := range o.of[name] {
			if 2*p.stages >= o.stages {
				l.points = append(l.points, o.quarters[place].at(p.means/float64(p.stages)))
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// at is the point of this quarter with a mean.
func (p point) at(mean float64) point {
	p.mean = mean
	return p
}

// quartersOf lists the quarters of all rows in their order, without a mean, and gives the place of each.
func quartersOf(rows []quarterSums) (quarters []point, places map[string]int) {
	places = map[string]int{}
	for i := range rows {
		for _, period := range rows[i].Periods {
			if _, known := places[period]; !known {
				places[period] = 0
				quarters = append(quarters, point{quarter: quarterNumber(period), period: period})
			}
		}
	}
	slices.SortFunc(quarters, func(p, q point) int { return p.quarter - q.quarter })
	for place, q := range quarters {
		places[q.period] = place
	}
	return quarters, places
}

// merge makes points of at least k people: a quarter with fewer is merged into the next, and waits when there is none.
func merge(sums []quarterSum, quarters []point, k int64) []point {
	points := make([]point, 0, len(sums))
	var n int64
	total := 0.0
	for _, s := range sums {
		n, total = n+s.n, total+s.total
		if n >= k {
			points = append(points, quarters[s.place].at(total/float64(n)))
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
