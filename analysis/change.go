package analysis

import (
	"context"

	"koe/analysis/stats"
)

// differences is one row of models/change.sql.
type differences struct {
	Journey   string  `db:"journey"`
	Construct string  `db:"construct"`
	FromStage string  `db:"from_stage"`
	ToStage   string  `db:"to_stage"`
	Segment   string  `db:"segment"`
	Member    string  `db:"member"`
	Values    []int64 `db:"values"`
	Counts    []int64 `db:"counts"`
}

// change fills the table change (METHOD 3.1).
func (a *analyzer) change(ctx context.Context) error {
	bins, err := query[differences](ctx, a, "change")
	if err != nil {
		return err
	}
	rows := make([]Change, 0, len(bins))
	for i := range bins {
		first := &bins[i]
		sortBins(first.Values, first.Counts)
		c := stats.Paired(listed(first.Values, first.Counts, a.unitOf(first.Journey, first.Construct)), 0, 0.95)
		improved, worsened := c.Up, c.Down
		if a.betterOf(first.Journey, first.Construct) < 0 {
			improved, worsened = worsened, improved
		}
		rows = append(rows, Change{Journey: first.Journey, Construct: first.Construct, FromStage: first.FromStage, ToStage: first.ToStage,
			Segment: first.Segment, Member: first.Member, N: whole(c.N), MeanChange: figure(c.Mean), SDChange: figure(c.SD), CILow: figure(c.CI.Low),
			CIHigh: figure(c.CI.High), T: figure(c.T), DF: figure(c.DF), P: figure(c.P), DZ: figure(c.DZ), Improved: whole(improved), Same: whole(c.Same),
			Worsened: whole(worsened), WilcoxonV: figure(c.WilcoxonV), WilcoxonP: figure(c.WilcoxonPs)})
	}
	adjust(rows, func(r *Change) string { return r.Journey }, func(r *Change) *float64 { return r.P },
		func(r *Change) bool { return a.tested(r.N) }, func(r *Change, q *float64) { r.Q = q })
	return storeMain(ctx, a, "change", rows)
}
