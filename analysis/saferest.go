package analysis

import (
	"context"
	"maps"
	"math"
	"slices"
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
	who, err := a.whoStays(ctx, g)
	if err != nil {
		return err
	}
	published, moved := map[nodeKey]bool{}, map[nodeKey]bool{}
	for _, run := range runs(rows, func(r *Retention) string { return strconv.FormatInt(r.Months, 10) }) {
		reasons := a.retentionReasons(g, who, run)
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
func (a *analyzer) retentionReasons(g *grid, who *stayers, run []Retention) map[nodeKey]disclosure.Reason {
	k10, k5 := max(fewestAtRisk, a.safety.MinGroup), a.safety.MinGroup
	risk, leavers := make([]disclosure.Group, len(g.nodes)), make([]disclosure.Group, len(g.nodes))
	for i := range g.nodes {
		risk[i].K, leavers[i].K = k10, k5
	}
	atRisk, left := who.after(run[0].Months)
	who.units(atRisk, risk)
	who.units(left, leavers)
	shown := make([]bool, len(g.nodes))
	for _, r := range run {
		if i, ok := g.index[nodeKey{r.Segment, r.Member}]; ok {
			shown[i] = true
		}
	}
	for i := range g.nodes {
		if !shown[i] {
			risk[i].N, leavers[i].N = 0, 0
		}
	}
	riskReasons := who.decide(risk, atRisk)
	for i := range leavers {
		leavers[i].Withheld = riskReasons[i]
	}
	reasons := who.decide(leavers, left)
	out := map[nodeKey]disclosure.Reason{}
	for i, n := range g.nodes {
		out[n.nodeKey] = worse(riskReasons[i], reasons[i])
	}
	return out
}

// unitLines are the lines of the units alone, each with a rest for people who belong to no shown part; the rests are numbered behind
// the units.
func unitLines(g *grid) (lines []disclosure.Line) {
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
			lines = append(lines, disclosure.Line{Total: total, Parts: append(parts[segment], len(g.nodes)+len(lines))})
		}
	}
	return lines
}

// withRests gives the groups of the units, and behind them those of the rests of their lines.
func withRests(nodes []disclosure.Group, lines []disclosure.Line) []disclosure.Group {
	groups := slices.Clone(nodes)
	for _, line := range lines {
		rest := groups[line.Total].N
		for _, part := range line.Parts[:len(line.Parts)-1] {
			rest -= groups[part].N
		}
		groups = append(groups, disclosure.Group{N: max(rest, 0), K: groups[line.Total].K})
	}
	return groups
}

// decideNodes decides over the units alone, of whom nothing but their sizes is known. Of a unit that is published, those above it are less
// it even where the ones between are not: what is left of them must not be a few.
func decideNodes(g *grid, nodes []disclosure.Group) []disclosure.Reason {
	lines := unitLines(g)
	nodes = slices.Clone(nodes)
	for {
		reasons := disclosure.DecideLines(withRests(nodes, lines), lines)[:len(nodes)]
		victim := leftAcross(g, nodes, reasons)
		if victim < 0 {
			return reasons
		}
		nodes[victim].Withheld = disclosure.Complement
	}
}

// leftAcross finds a published unit of which too few people are left when the published units below it, at whatever depth, are taken off:
// it gives the smallest of these, or the unit where nothing else goes; -1 when there is none.
func leftAcross(g *grid, nodes []disclosure.Group, reasons []disclosure.Reason) int {
	for total := range g.nodes {
		if reasons[total] != disclosure.Published || nodes[total].N == 0 {
			continue
		}
		left, smallest := map[string]int{}, map[string]int{}
		for i := total + 1; i < len(g.nodes); i++ {
			if reasons[i] != disclosure.Published || nodes[i].N == 0 {
				continue
			}
			top, above := i, g.nodes[i].parent
			for above >= 0 && above != total && (reasons[above] != disclosure.Published || nodes[above].N == 0) {
				top, above = above, g.nodes[above].parent
			}
			if above != total {
				continue
			}
			segment := g.nodes[top].segment // the hierarchies below a unit do not add up together
			if _, known := left[segment]; !known {
				left[segment], smallest[segment] = nodes[total].N, i
			}
			if left[segment] -= nodes[i].N; nodes[i].N < nodes[smallest[segment]].N {
				smallest[segment] = i
			}
		}
		for _, segment := range slices.Sorted(maps.Keys(left)) {
			if left[segment] > 0 && left[segment] < nodes[total].K {
				return smallest[segment]
			}
		}
	}
	return -1
}
