package analysis

import (
	"context"
	"slices"

	"koe/analysis/disclosure"
)

// pastPoint is what earlier releases showed of a point of a retention curve, as new.
type pastPoint struct {
	Segment string `db:"segment"`
	Member  string `db:"member"`
	Months  int64  `db:"months"`
	Since   int64  `db:"since"`
	Until   int64  `db:"until"`
	AtRisk  int64  `db:"at_risk"`
	Leavers int64  `db:"leavers"`
}

// at reports whether a release showed the point as new.
func (p *pastPoint) at(release int64) bool {
	return p.Since <= release && (p.Until == 0 || release < p.Until)
}

type pointKey struct {
	nodeKey
	months int64
}

// pastRetention reads what earlier releases showed of the retention curves.
func (a *analyzer) pastRetention(ctx context.Context) (map[pointKey][]pastPoint, error) {
	rows, err := readRows[pastPoint](ctx, a.conn, `SELECT row_key ->> 'segment' AS segment, row_key ->> 'member' AS member, (row_key ->> 'months')::BIGINT AS months,
		since::BIGINT AS since, until::BIGINT AS until, (people ->> 0)::BIGINT AS at_risk, (people ->> 1)::BIGINT AS leavers
		FROM loader.release_figure WHERE table_name = 'retention' ORDER BY ALL`)
	past := map[pointKey][]pastPoint{}
	for _, row := range rows {
		key := pointKey{nodeKey{row.Segment, row.Member}, row.Months}
		past[key] = append(past[key], row)
	}
	return past, err
}

// few reports whether a number of people moved by 1 to k-1, either way.
func few(moved int64, k int) bool { return moved != 0 && max(moved, -moved) < int64(k) }

// holdRetention withholds the points of one month whose people at risk, or leavers, differ by a few from an earlier release; and
// a total whose parts, where they are told both times, leave a few of its difference over.
func (a *analyzer) holdRetention(g *grid, run []Retention, past map[pointKey][]pastPoint, reasons map[nodeKey]disclosure.Reason) {
	k, now := a.safety.MinGroup, map[nodeKey]*Retention{}
	for i := range run {
		now[nodeKey{run[i].Segment, run[i].Member}] = &run[i]
	}
	of := func(key nodeKey) []pastPoint { return past[pointKey{key, run[0].Months}] }
	hold := func(key nodeKey) { reasons[key] = disclosure.Release }
	for key, r := range now {
		for _, p := range of(key) {
			if reasons[key] == disclosure.Published && (few(zero(r.AtRisk)-p.AtRisk, k) || few(zero(r.Leavers)-p.Leavers, k)) {
				hold(key)
			}
		}
	}
	for total := len(g.nodes) - 1; total >= 0; total-- { // children come after their parents
		key := g.nodes[total].nodeKey
		r := now[key]
		if r == nil || reasons[key] != disclosure.Published {
			continue
		}
		for _, p := range of(key) {
			left := map[string][2]int64{} // by segment of the parts
			for child := total + 1; child < len(g.nodes); child++ {
				if n := g.nodes[child]; n.parent == total {
					if _, known := left[n.segment]; !known {
						left[n.segment] = [2]int64{zero(r.AtRisk) - p.AtRisk, zero(r.Leavers) - p.Leavers}
					}
					part, points := now[n.nodeKey], of(n.nodeKey)
					i := slices.IndexFunc(points, func(q pastPoint) bool { return q.at(p.Since) })
					if part != nil && i >= 0 && reasons[n.nodeKey] == disclosure.Published {
						rest := left[n.segment]
						left[n.segment] = [2]int64{rest[0] - zero(part.AtRisk) + points[i].AtRisk, rest[1] - zero(part.Leavers) + points[i].Leavers}
					}
				}
			}
			for _, rest := range left {
				if few(rest[0], k) || few(rest[1], k) {
					hold(key)
				}
			}
		}
	}
}
