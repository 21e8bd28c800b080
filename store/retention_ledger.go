package store

import (
	"context"
	"time"

	"koe"
)

// ExpireReleases finds the releases that were made longer ago than a period and, with apply, takes out of the ledger what only they
// showed and who was behind them, with the list of their files; that there was a release stays. An empty period keeps for ever.
//
// The last release of the basis does not expire: the next is compared with it. Nor do the last published values of a row, however
// old, since later releases may carry them; who was behind these stays as long as they do. So a later report is still held
// against every release within the period, and against what such a one carried. Whoever kept an older report can
// subtract it from a new one: the period should not be shorter than answers are kept.
func (s *Store) ExpireReleases(ctx context.Context, now time.Time, period koe.Period, apply bool) (expired []Release, err error) {
	all, err := s.Releases(ctx)
	if err != nil || period.IsZero() {
		return nil, err
	}
	limit, last, first := s.before(s.day(now), period), 0, 0
	for _, r := range all {
		if r.Basis {
			last = max(last, r.Number)
		}
	}
	for _, r := range all {
		switch {
		case r.Number != last && stamp(r.PreparedAt) < limit:
			if len(r.Files)+len(r.Tables) > 0 { // else it has been done
				expired = append(expired, r)
			}
		case first == 0 && r.Basis:
			first = r.Number
		}
	}
	if !apply || len(expired) == 0 {
		return expired, nil
	}
	err = s.main.update(ctx, func(tx *tx) error {
		for _, r := range expired {
			if err := runSteps(tx, []step{{"expire_files", []any{r.Number}, nil}, {"expire_tables", []any{r.Number}, nil}}); err != nil {
				return err
			}
		}
		if first == 0 {
			return nil
		}
		return runSteps(tx, []step{
			{"expire_figures", []any{first}, nil}, {"expire_responses", []any{first}, nil}, {"expire_gone", []any{first}, nil}, {"expire_cells", nil, nil},
		})
	})
	if err != nil {
		return nil, err
	}
	return expired, s.scrub(ctx)
}
