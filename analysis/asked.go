package analysis

import (
	"context"

	"koe/analysis/disclosure"
)

// asked makes the grid ready for response rates: the people behind these were asked, whether they answered or not. Who answers
// later is somebody else, since the rate tells.
func (a *analyzer) asked(ctx context.Context, g *grid, journey *journeyLayout) error {
	picture, err := a.picture(ctx, g, journey, whoWasAsked)
	if err != nil {
		return err
	}
	g.askedPlan = disclosure.NewPlan(picture)
	return nil
}

// safeRates protects the response rates.
func (a *analyzer) safeRates(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[ResponseRate](ctx, a, "response_rate", "journey, stage, period, segment, member")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *ResponseRate) string { return r.Journey }) {
		s := all[run[0].Journey]
		// People asked are bounded from below by those asked at one stage.
		reasons := s.figureOver(s.askedPlan, nil, figureName("rate"), counted(s, run, func(r *ResponseRate) (string, string, string, slice, *int64) {
			return r.Segment, r.Member, r.Stage, quarterSlice(r.Period), r.Invited
		}), s.k)
		s.rates = reasons
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
