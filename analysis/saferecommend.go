package analysis

import (
	"context"
	"slices"

	"koe/analysis/disclosure"
)

func (a *analyzer) safeRecommend(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Recommend](ctx, a, "recommend", "journey, question, stage, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Recommend) string { return r.Journey + "\x00" + r.Question }) {
		s := all[run[0].Journey]
		n := counted(s, run, func(r *Recommend) (string, string, string, slice, *int64) {
			return r.Segment, r.Member, r.Stage, quarterSlice(r.Period), r.N
		})
		name := figureName("recommend", run[0].Question)
		reasons := s.decideOver(s.plan, s.behind[figureName("item", run[0].Question)], s.sizesOf(n), max(s.k, fewestForRecommend),
			s.withHeld(name, s.sameAsItem(run[0].Question, n)), s.past[name])
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

// sameAsItem is what was decided for a question's answers, as far as the same n answers are behind another figure of it.
func (s *safety) sameAsItem(question string, n []int) []disclosure.Reason {
	reasons := slices.Clone(s.items[question])
	for i := range reasons {
		if reasons[i] == disclosure.Published && n[i] != s.answered[question][i] {
			reasons[i] = disclosure.Complement
		}
	}
	return reasons
}
