package analysis

import (
	"context"
	"strings"

	"koe/analysis/stats"
)

// difference is one row of models/change.sql.
type difference struct {
	Journey   string `db:"journey"`
	Construct string `db:"construct"`
	FromStage string `db:"from_stage"`
	ToStage   string `db:"to_stage"`
	Segment   string `db:"segment"`
	Member    string `db:"member"`
	Value     int64  `db:"value"`
	N         int64  `db:"n"`
}

// change fills the table change (METHOD 3.1).
func (a *analyzer) change(ctx context.Context) error {
	bins, err := query[difference](ctx, a, "change")
	if err != nil {
		return err
	}
	var rows []Change
	for _, run := range runs(bins, func(b *difference) string {
		return strings.Join([]string{b.Journey, b.Construct, b.FromStage, b.ToStage, b.Segment, b.Member}, "\x00")
	}) {
		first := run[0]
		c := stats.Paired(histogram(run, a.unitOf(first.Journey, first.Construct), func(b *difference) (int64, int64) { return b.Value, b.N }), 0, 0.95)
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
