package reports

import "koe/analysis"

// index finds published rows by their keys; one serves all documents of a release.
type index struct {
	trends      map[trendKey]*analysis.Trend
	comparisons map[comparisonKey]*analysis.Comparison
}

type trendKey struct{ journey, construct, stage, grain, period, segment, member string }

type comparisonKey struct{ journey, construct, stage, segment, member string }

func newIndex(p *analysis.Published) *index {
	x := &index{make(map[trendKey]*analysis.Trend, len(p.Tables.Trend)), make(map[comparisonKey]*analysis.Comparison, len(p.Tables.Comparison))}
	for i := range p.Tables.Trend {
		t := &p.Tables.Trend[i]
		x.trends[trendKey{t.Journey, t.Construct, t.Stage, t.Grain, t.Period, t.Segment, t.Member}] = t
	}
	for i := range p.Tables.Comparison {
		v := &p.Tables.Comparison[i]
		x.comparisons[comparisonKey{v.Journey, v.Construct, v.Stage, v.Segment, v.Member}] = v
	}
	return x
}

func (x *index) trend(journey, construct, stage, grain, period, segment, member string) *analysis.Trend {
	return x.trends[trendKey{journey, construct, stage, grain, period, segment, member}]
}

func (x *index) comparison(journey, construct, stage, segment, member string) *analysis.Comparison {
	return x.comparisons[comparisonKey{journey, construct, stage, segment, member}]
}
