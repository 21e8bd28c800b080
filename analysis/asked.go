package analysis

import (
	"context"

	"koe/analysis/disclosure"
)

// askedGroup is a number of invitations that no table of response rates tells apart.
type askedGroup struct {
	Stage   string `db:"stage"`
	Wave    string `db:"wave"`
	Members string `db:"members"` // JSON
	N       int64  `db:"n"`
	Since   int64  `db:"since"` // the first release that counted them
}

// askedGroups are the invitations behind response rates by finest group. The ledger remembers responses, not invitations; but a wave
// is published whole, so its invitations were first counted with its first response or, without one, by the first release
// of a day on which it had closed. $2 is the release that is decided.
const askedGroups = `
WITH groups AS (
    SELECT cell, any_value(stage) AS stage, any_value(wave) AS wave,
        '{' || coalesce(string_agg(to_json(segment)::VARCHAR || ':' || to_json(member)::VARCHAR, ',' ORDER BY segment) FILTER (segment <> ''), '') || '}' AS members
    FROM red_cut WHERE journey = $1 GROUP BY cell
), counted AS (
    SELECT stage, wave, min(since) AS since FROM loader.release_response JOIN loader.release_cell USING (cell_key) WHERE journey = $1 GROUP BY stage, wave
), closing AS (
    SELECT stage, wave, (SELECT min(number) FROM loader.release WHERE basis AND left(name, 10) > closes_on::DATE::VARCHAR) AS since FROM red_wave WHERE journey = $1
)
SELECT stage, wave, members, sum(invited)::BIGINT AS n, coalesce(any_value(counted.since), any_value(closing.since), $2::INTEGER)::BIGINT AS since
FROM red_rate JOIN groups USING (cell) LEFT JOIN counted USING (stage, wave) LEFT JOIN closing USING (stage, wave)
WHERE journey = $1 AND invited > 0 GROUP BY stage, wave, members ORDER BY ALL`

// asked makes the grid ready for response rates: the people behind these were asked, whether they answered or not.
func (a *analyzer) asked(ctx context.Context, g *grid, journey *journeyLayout) error {
	groups, err := readRows[askedGroup](ctx, a.conn, askedGroups, journey.ID, a.next)
	if err != nil {
		return err
	}
	picture := disclosure.Picture{Groups: g.cells + len(g.lines), Lines: g.lines}
	if a.released > 0 {
		picture.Release = a.next
	}
	leaves := g.newLeaves()
	for i, group := range groups {
		if err := leaves.add(&finestGroup{Stage: group.Stage, Wave: group.Wave, Members: group.Members}); err != nil {
			return err
		}
		picture.Atoms = append(picture.Atoms, disclosure.Atom{N: int(group.N), Stays: []disclosure.Stay{{Leaf: i, Since: int(group.Since)}}})
	}
	picture.Leaves = leaves.cells
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
		reasons := s.figureOver(s.askedPlan, figureName("rate"), counted(s, run, func(r *ResponseRate) (string, string, string, slice, *int64) {
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
