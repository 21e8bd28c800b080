package analysis

import (
	"context"
	"slices"

	"koe/analysis/disclosure"
)

// safeReliability goes with the stage's cell of everybody. Where the items may not stand beside the score it is rounded: it is of those who
// answered the whole scale (METHOD 5.2, subset rule).
func (a *analyzer) safeReliability(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Reliability](ctx, a, "reliability", "ALL")
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		if reason := s.enough(r.N, fewestForReliability, r.Construct, r.Stage); reason != disclosure.Published {
			*r = Reliability{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Items: r.Items, Withheld: string(reason)}
			continue
		}
		if r.N, r.NShown = shown(zero(r.N)); a.itemsWithheld(s, r.Journey, r.Construct, r.Stage) {
			roundRatios(r.Alpha, r.AlphaStd, r.Omega, r.MeanR)
		}
	}
	rests, err := readMain[ItemRest](ctx, a, "item_rest", "ALL")
	if err != nil {
		return err
	}
	for i := range rests {
		r := &rests[i]
		s := all[r.Journey]
		if reason := s.enough(r.N, fewestForReliability, r.Construct, r.Stage); reason != disclosure.Published {
			*r = ItemRest{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Question: r.Question, Withheld: string(reason)}
			continue
		}
		if r.N, r.NShown = shown(zero(r.N)); a.itemsWithheld(s, r.Journey, r.Construct, r.Stage) {
			roundRatios(r.R, r.AlphaDropped)
		}
	}
	return joined(storeSafe(ctx, a, "reliability", rows), storeSafe(ctx, a, "item_rest", rests))
}

// itemsWithheld reports whether an item of a construct is withheld of everybody at a stage.
func (a *analyzer) itemsWithheld(s *safety, journey, construct, stage string) bool {
	j, ok := a.layout.journey(journey)
	if !ok {
		return true
	}
	c, ok := j.Construct(construct)
	return !ok || slices.ContainsFunc(c.Items, func(item string) bool {
		return s.items[item] != nil && s.reason(s.items[item], "", "", stage, slice{}) != ""
	})
}

// enough decides for a figure of everybody at a stage that needs so many people: n answered all of a construct. Over all
// stages a person may have answered several times; how many different people they are is known from below.
func (s *safety) enough(n *int64, fewest int64, construct, stage string) disclosure.Reason {
	people := zero(n)
	if cell, ok := s.cell("", "", stage, slice{}); ok && s.people[construct] != nil {
		people = min(people, int64(s.people[construct][cell]-s.scored[construct][cell])+people)
	}
	if people < fewest {
		return disclosure.Small
	}
	reason := disclosure.Reason(s.reason(s.base, "", "", stage, slice{}))
	for _, reasons := range [][]disclosure.Reason{s.trend[construct], s.items[construct]} { // the outcome of drivers may be a question
		if cell, ok := s.cell("", "", stage, slice{}); ok && reasons != nil {
			reason = worse(reason, heldBack(reasons[cell]))
		}
	}
	return reason
}
