package analysis

import (
	"context"

	"koe/analysis/stats"
)

// fewestUnits is the least number of members that are shrunk towards each other (METHOD 3.5).
const fewestUnits = 5

// comparison fills the tables comparison (METHOD 3.3) and shrunk (METHOD 3.5).
func (a *analyzer) comparison(ctx context.Context) error {
	all, err := query[distribution](ctx, a, "comparison")
	if err != nil {
		return err
	}
	for i := range all {
		sortBins(all[i].Values, all[i].Counts)
	}
	var comparisons []Comparison
	var shrunk []Shrunk
	// The members of one construct and stage: everybody first.
	for _, figures := range runs(all, func(d *distribution) [3]string { return [3]string{d.Journey, d.Construct, d.Stage} }) {
		unit := a.unitOf(figures[0].Journey, figures[0].Construct)
		var everybody *distribution
		for _, members := range runs(figures, func(d *distribution) string { return d.Segment }) {
			if members[0].Segment == "" {
				everybody = &members[0]
				continue
			}
			units := make([]stats.Summary, len(members))
			for i := range members {
				own := &members[i]
				mine := listed(own.Values, own.Counts, unit)
				units[i] = stats.Describe(mine)
				comparisons = append(comparisons, compare(own, units[i], mine, without(everybody, own, unit)))
			}
			shrunk = append(shrunk, shrink(members, units)...)
		}
	}
	adjust(comparisons, func(r *Comparison) string { return r.Journey + "\x00" + r.Stage }, func(r *Comparison) *float64 { return r.P },
		func(r *Comparison) bool { return a.tested(r.N, r.RestN) }, func(r *Comparison, q *float64) { r.Q = q })
	return joined(storeMain(ctx, a, "comparison", comparisons), storeMain(ctx, a, "shrunk", shrunk))
}

// without takes the people of a part away from everybody. Both are ordered by value.
func without(all, part *distribution, unit float64) stats.Histogram {
	rest := make(stats.Histogram, 0, len(all.Values))
	at := 0
	for i, value := range all.Values {
		n := all.Counts[i]
		for at < len(part.Values) && part.Values[at] < value {
			at++
		}
		if at < len(part.Values) && part.Values[at] == value {
			n -= part.Counts[at]
		}
		if n > 0 {
			rest = append(rest, stats.Bin{Value: float64(value) / unit, Count: n})
		}
	}
	return rest
}

func compare(of *distribution, own stats.Summary, mine, others stats.Histogram) Comparison {
	rest := stats.Describe(others)
	test := stats.Welch(own, rest, 0, 0.95)
	u, _, p := stats.MannWhitney(mine, others)
	return Comparison{Journey: of.Journey, Construct: of.Construct, Stage: of.Stage, Segment: of.Segment, Member: of.Member,
		N: whole(own.N), Mean: figure(own.Mean), RestN: whole(rest.N), RestMean: figure(rest.Mean), Difference: figure(own.Mean - rest.Mean),
		CILow: figure(test.CI.Low), CIHigh: figure(test.CI.High), T: figure(test.T), DF: figure(test.DF), P: figure(test.P),
		HedgesG: figure(stats.HedgesG(own, rest)), U: figure(u), UP: figure(p)}
}

// shrink gives the empirical Bayes view of the members of one segment; none where there are too few.
func shrink(members []distribution, units []stats.Summary) (rows []Shrunk) {
	if len(units) < fewestUnits {
		return nil
	}
	s, ok := stats.EmpiricalBayes(units)
	if !ok {
		return nil
	}
	for i, of := range members {
		rows = append(rows, Shrunk{Journey: of.Journey, Construct: of.Construct, Stage: of.Stage, Segment: of.Segment, Member: of.Member,
			N: whole(units[i].N), Mean: figure(units[i].Mean), Weight: figure(s.B[i]), Shrunk: figure(s.EB[i]), ICC1: figure(s.ICC1), ICC2: figure(s.ICC2),
			Ranked: s.Tau2 > 0})
	}
	return rows
}

// earlierScore is one row of models/silence.sql.
type earlierScore struct {
	Journey   string `db:"journey"`
	Construct string `db:"construct"`
	FromStage string `db:"from_stage"`
	ToStage   string `db:"to_stage"`
	Stayed    bool   `db:"stayed"`
	Value     int64  `db:"value"`
	N         int64  `db:"n"`
}

// silence fills the table silence (METHOD 3.4).
func (a *analyzer) silence(ctx context.Context) error {
	bins, err := query[earlierScore](ctx, a, "silence")
	if err != nil {
		return err
	}
	var rows []Silence
	for _, run := range runs(bins, func(b *earlierScore) string {
		return b.Journey + "\x00" + b.Construct + "\x00" + b.FromStage + "\x00" + b.ToStage
	}) {
		first, unit := run[0], a.unitOf(run[0].Journey, run[0].Construct)
		var groups [2]stats.Summary // silent, stayed
		for _, group := range runs(run, func(b *earlierScore) string { return map[bool]string{true: "stayed"}[b.Stayed] }) {
			groups[btoi(group[0].Stayed)] = stats.Describe(histogram(group, unit, func(b *earlierScore) (int64, int64) { return b.Value, b.N }))
		}
		silent, stayed := groups[0], groups[1]
		row := Silence{Journey: first.Journey, Construct: first.Construct, FromStage: first.FromStage, ToStage: first.ToStage, StayedN: whole(stayed.N), SilentN: whole(silent.N)}
		if stayed.N > 0 {
			row.StayedMean = figure(stayed.Mean)
		}
		if silent.N > 0 {
			row.SilentMean = figure(silent.Mean)
		}
		if stayed.N > 0 && silent.N > 0 {
			test := stats.Welch(silent, stayed, 0, 0.95)
			row.Difference, row.CILow, row.CIHigh = figure(silent.Mean-stayed.Mean), figure(test.CI.Low), figure(test.CI.High)
			row.T, row.DF, row.P, row.HedgesG = figure(test.T), figure(test.DF), figure(test.P), figure(stats.HedgesG(silent, stayed))
		}
		rows = append(rows, row)
	}
	return storeMain(ctx, a, "silence", rows)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// asked is one row of models/nonresponse.sql.
type asked struct {
	Journey  string `db:"journey"`
	Stage    string `db:"stage"`
	Period   string `db:"period"`
	Segment  string `db:"segment"`
	Member   string `db:"member"`
	Invited  int64  `db:"invited"`
	Answered int64  `db:"answered"`
}

// nonresponse fills the table nonresponse (METHOD 3.4).
func (a *analyzer) nonresponse(ctx context.Context) error {
	counts, err := query[asked](ctx, a, "nonresponse")
	if err != nil {
		return err
	}
	var rows []Nonresponse
	for _, run := range runs(counts, func(b *asked) string { return b.Journey + "\x00" + b.Stage + "\x00" + b.Period + "\x00" + b.Segment }) {
		table := make([][]int64, len(run))
		for i, member := range run {
			table[i] = []int64{member.Answered, member.Invited - member.Answered}
		}
		row := Nonresponse{Journey: run[0].Journey, Stage: run[0].Stage, Period: run[0].Period, Segment: run[0].Segment, Members: whole(int64(len(run)))}
		if chi2, df, p := stats.ChiSquare(table); len(run) > 1 {
			row.Chi2, row.DF, row.P = figure(chi2), figure(df), figure(p)
		}
		rows = append(rows, row)
	}
	return storeMain(ctx, a, "nonresponse", rows)
}
