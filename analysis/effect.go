package analysis

import (
	"context"
	"maps"
	"math"
	"slices"

	"koe/analysis/stats"
)

// exposedPair is one row of models/measure_effect.sql.
type exposedPair struct {
	Journey   string `db:"journey"`
	Measure   string `db:"measure"`
	Construct string `db:"construct"`
	FromStage string `db:"from_stage"`
	ToStage   string `db:"to_stage"`
	Had       string `db:"had"`
	Earlier   int64  `db:"earlier"`
	Later     int64  `db:"later"`
	N         int64  `db:"n"`
}

// arm is people with a pair of scores each.
type arm map[[2]int64]int64

// measureEffect fills the table measure_effect (METHOD 3.7).
func (a *analyzer) measureEffect(ctx context.Context) error {
	pairs, err := query[exposedPair](ctx, a, "measure_effect")
	if err != nil {
		return err
	}
	var rows []MeasureEffect
	for _, run := range runs(pairs, func(p *exposedPair) string {
		return p.Journey + "\x00" + p.Measure + "\x00" + p.Construct + "\x00" + p.FromStage + "\x00" + p.ToStage
	}) {
		treated, control := arm{}, arm{}
		for _, p := range run {
			at := [2]int64{p.Earlier, p.Later}
			switch p.Had {
			case "all":
				control[at] += p.N
			case "between":
				treated[at] += p.N
				control[at] -= p.N
			default: // had it before the first answer: belongs to neither arm
				control[at] -= p.N
			}
		}
		rows = append(rows, a.effect(run[0], treated, control))
	}
	return storeMain(ctx, a, "measure_effect", rows)
}

func (a *analyzer) effect(of exposedPair, treated, control arm) MeasureEffect {
	unit := a.unitOf(of.Journey, of.Construct)
	t, c := stats.Describe(treated.changes(unit)), stats.Describe(control.changes(unit))
	row := MeasureEffect{Journey: of.Journey, Measure: of.Measure, Construct: of.Construct, FromStage: of.FromStage, ToStage: of.ToStage, TreatedN: whole(t.N), ControlN: whole(c.N)}
	if t.N == 0 || c.N == 0 {
		return row
	}
	test := stats.Welch(t, c, 0, 0.95)
	row.Difference, row.CILow, row.CIHigh = figure(t.Mean-c.Mean), figure(test.CI.Low), figure(test.CI.High)
	row.T, row.DF, row.P, row.HedgesG = figure(test.T), figure(test.DF), figure(test.P), figure(stats.HedgesG(t, c))
	adjusted, p := ancova(treated, control, unit)
	row.AncovaDifference, row.AncovaP = figure(adjusted), figure(p)
	if !a.tested(row.TreatedN, row.ControlN) || row.P == nil {
		return row
	}
	switch {
	case row.AncovaDifference != nil && adjusted*(t.Mean-c.Mean) < 0: // Lord's paradox
		row.Verdict = "undecided"
	case *row.P <= 0.05:
		row.Verdict = "difference"
	default:
		row.Verdict = "none"
	}
	return row
}

func (m arm) changes(unit float64) stats.Histogram {
	var h stats.Histogram
	for _, pair := range m.pairs() {
		if n := m[pair]; n > 0 {
			h = append(h, stats.Bin{Value: float64(pair[1]-pair[0]) / unit, Count: n})
		}
	}
	return h
}

// pairs lists the pairs of scores in order, so that sums do not depend on it.
func (m arm) pairs() [][2]int64 {
	return slices.SortedFunc(maps.Keys(m), func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
}

// ancova gives the difference of the later scores with the earlier held constant (one common slope) and its two-sided p;
// NaN where the earlier scores do not vary within the arms or fewer than 4 people are there.
func ancova(treated, control arm, unit float64) (difference, p float64) {
	var n, mean0, mean1 [2]float64
	var sxx, sxy, syy float64
	for i, group := range []arm{treated, control} {
		var count, s0, s1, s00, s01, s11 float64
		for _, pair := range group.pairs() {
			x, y, w := float64(pair[0]), float64(pair[1]), float64(group[pair])
			count, s0, s1 = count+w, s0+w*x, s1+w*y
			s00, s01, s11 = s00+w*x*x, s01+w*x*y, s11+w*y*y
		}
		n[i], mean0[i], mean1[i] = count, s0/count, s1/count
		sxx, sxy, syy = sxx+s00-s0*s0/count, sxy+s01-s0*s1/count, syy+s11-s1*s1/count
	}
	df := n[0] + n[1] - 3
	if sxx <= 0 || df <= 0 || n[0] == 0 || n[1] == 0 {
		return math.NaN(), math.NaN()
	}
	slope := sxy / sxx
	difference = mean1[0] - mean1[1] - slope*(mean0[0]-mean0[1])
	residual := math.Max(0, syy-slope*sxy) / df
	gap := mean0[0] - mean0[1]
	se := math.Sqrt(residual * (1/n[0] + 1/n[1] + gap*gap/sxx))
	p = math.NaN()
	if se > 0 {
		p = stats.TTwoSided(difference/se, df)
	}
	return difference / unit, p
}
