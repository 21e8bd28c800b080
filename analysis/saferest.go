package analysis

import (
	"context"
	"math"
	"strconv"

	"koe/analysis/disclosure"
)

// Display limits of METHOD 3.6 and 3.8.
const (
	fewestForDrivers   = 50
	fewestPerPredictor = 10
	fewestAtRisk       = 10
)

// safeDrivers shows relative weights only where there are enough people for them; they go with the stage's cell of everybody.
func (a *analyzer) safeDrivers(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Driver](ctx, a, "driver", "journey, outcome, stage, construct")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Driver) string { return r.Journey + "\x00" + r.Outcome + "\x00" + r.Stage }) {
		listwise := all[run[0].Journey].listwise(run)
		for i := range run {
			r := &run[i]
			reason := all[r.Journey].enough(r.N, int64(max(fewestForDrivers, fewestPerPredictor*len(run))), r.Outcome, r.Stage)
			for _, other := range run {
				reason = worse(reason, heldBack(disclosure.Reason(all[r.Journey].reason(all[r.Journey].trend[other.Construct], "", "", r.Stage, slice{}))))
			}
			if reason != disclosure.Published {
				*r = Driver{Journey: r.Journey, Outcome: r.Outcome, Stage: r.Stage, Construct: r.Construct, Withheld: string(reason)}
				continue
			}
			if r.N, r.NShown = shown(zero(r.N)); listwise {
				roundRatios(r.RSquared, r.Weight, r.Share, r.ShareLow, r.ShareHigh)
			}
		}
	}
	return storeSafe(ctx, a, "driver", rows)
}

// roundRatios leaves two digits behind the point. Ratios of moments over some people say nothing of the few by which these differ from
// the people of a published sum, unless they are exact: then only some whole numbers fit.
func roundRatios(ratios ...*float64) {
	for _, x := range ratios {
		if x != nil {
			*x = math.Round(*x*100) / 100
		}
	}
}

// listwise reports whether those who lack one of the scores, or the outcome, are a few (METHOD 5.2, subset rule).
func (s *safety) listwise(run []Driver) bool {
	for _, r := range run {
		if s.leavesOf(r.Construct, r.Stage, slice{}, zero(r.N)) {
			return true
		}
	}
	of := run[0]
	c, ok := s.cell("", "", of.Stage, slice{})
	answered := s.answered[of.Outcome]
	return ok && answered != nil && leaves(int64(answered[c]), zero(of.N), s.k)
}

// safeRetention shows a point only with 10 people at risk and nobody or 5 leavers by then; members that could be computed
// from the others go too.
func (a *analyzer) safeRetention(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Retention](ctx, a, "retention", "months, segment, member")
	if err != nil {
		return err
	}
	past, err := a.pastRetention(ctx)
	if err != nil {
		return err
	}
	var g *grid // units are the same in every journey
	for _, s := range all {
		g = s.grid
	}
	published, moved := map[nodeKey]bool{}, map[nodeKey]bool{}
	for _, run := range runs(rows, func(r *Retention) string { return strconv.FormatInt(r.Months, 10) }) {
		reasons := a.retentionReasons(g, run)
		a.holdRetention(g, run, past, reasons)
		for i := range run {
			r := &run[i]
			r.Withheld = string(reasons[nodeKey{r.Segment, r.Member}])
			if r.Withheld != "" {
				moved[nodeKey{r.Segment, r.Member}] = moved[nodeKey{r.Segment, r.Member}] || r.Withheld == string(disclosure.Release)
				*r = Retention{Segment: r.Segment, Member: r.Member, Months: r.Months, Withheld: r.Withheld}
				continue
			}
			published[nodeKey{r.Segment, r.Member}] = true
			leavers := zero(r.Leavers)
			r.AtRisk, r.AtRiskShown = shown(zero(r.AtRisk))
			if r.Leavers, r.LeaversShown = shown(leavers); leavers == 0 {
				r.Leavers, r.LeaversShown = whole(0), "0"
			}
		}
	}
	tests, err := readMain[RetentionTest](ctx, a, "retention_test", "ALL")
	if err != nil {
		return err
	}
	for i := range tests {
		r := &tests[i]
		if moved[nodeKey{r.Segment, r.MemberA}] || moved[nodeKey{r.Segment, r.MemberB}] {
			*r = RetentionTest{Segment: r.Segment, MemberA: r.MemberA, MemberB: r.MemberB, Withheld: string(disclosure.Release)}
			continue
		}
		if !published[nodeKey{r.Segment, r.MemberA}] || !published[nodeKey{r.Segment, r.MemberB}] {
			*r = RetentionTest{Segment: r.Segment, MemberA: r.MemberA, MemberB: r.MemberB, Withheld: string(disclosure.Small)}
		}
	}
	return joined(storeSafe(ctx, a, "retention", rows), storeSafe(ctx, a, "retention_test", tests))
}

// retentionReasons decides for the points of one month: first over the people at risk, then over the leavers.
func (a *analyzer) retentionReasons(g *grid, run []Retention) map[nodeKey]disclosure.Reason {
	k10, k5 := max(fewestAtRisk, a.safety.MinGroup), a.safety.MinGroup
	risk, leavers := make([]disclosure.Group, len(g.nodes)), make([]disclosure.Group, len(g.nodes))
	for i := range g.nodes {
		risk[i].K, leavers[i].K = k10, k5
	}
	for _, r := range run {
		if i, ok := g.index[nodeKey{r.Segment, r.Member}]; ok {
			risk[i].N, leavers[i].N = int(zero(r.AtRisk)), int(zero(r.Leavers))
		}
	}
	riskReasons := decideNodes(g, risk)
	for i := range leavers {
		leavers[i].Withheld = riskReasons[i]
	}
	reasons := decideNodes(g, leavers)
	out := map[nodeKey]disclosure.Reason{}
	for i, n := range g.nodes {
		out[n.nodeKey] = worse(riskReasons[i], reasons[i])
	}
	return out
}

// decideNodes decides over the units alone, with a rest in every line for people who belong to no shown part.
func decideNodes(g *grid, nodes []disclosure.Group) []disclosure.Reason {
	groups := append([]disclosure.Group(nil), nodes...)
	var lines []disclosure.Line
	for total := range g.nodes {
		parts := map[string][]int{}
		var order []string
		for child, n := range g.nodes {
			if child > 0 && n.parent == total {
				if parts[n.segment] == nil {
					order = append(order, n.segment)
				}
				parts[n.segment] = append(parts[n.segment], child)
			}
		}
		for _, segment := range order {
			rest := groups[total].N
			for _, part := range parts[segment] {
				rest -= groups[part].N
			}
			groups = append(groups, disclosure.Group{N: max(rest, 0), K: groups[total].K})
			lines = append(lines, disclosure.Line{Total: total, Parts: append(parts[segment], len(groups)-1)})
		}
	}
	return disclosure.DecideLines(groups, lines)[:len(nodes)]
}
