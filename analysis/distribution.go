package analysis

import (
	"context"
	"math"
	"sort"

	"koe/analysis/stats"
)

// distribution is the scores of one segment member: the values, ascending (sortBins) and counted in the unit of the figure, and how many
// people have each. It is one row of models/comparison.sql.
type distribution struct {
	Journey   string  `db:"journey"`
	Construct string  `db:"construct"`
	Stage     string  `db:"stage"`
	Segment   string  `db:"segment"`
	Member    string  `db:"member"`
	Values    []int64 `db:"values"`
	Counts    []int64 `db:"counts"`
}

// bins are values and how many people have each.
type bins struct{ values, counts []int64 }

// Len implements sort.Interface.
func (b bins) Len() int { return len(b.values) }

// Less implements sort.Interface.
func (b bins) Less(i, j int) bool { return b.values[i] < b.values[j] }

// Swap implements sort.Interface.
func (b bins) Swap(i, j int) {
	b.values[i], b.values[j] = b.values[j], b.values[i]
	b.counts[i], b.counts[j] = b.counts[j], b.counts[i]
}

// sortBins puts values in order, each with how many people have it.
func sortBins(values, counts []int64) { sort.Sort(bins{values, counts}) }

// listed makes a distribution of values and how many people have each.
func listed(values, counts []int64, unit float64) stats.Histogram {
	h := make(stats.Histogram, len(values))
	for i, value := range values {
		h[i] = stats.Bin{Value: float64(value) / unit, Count: counts[i]}
	}
	return h
}

// histogram makes a distribution of whole units.
func histogram[T any](rows []T, unit float64, bin func(*T) (value, n int64)) stats.Histogram {
	h := make(stats.Histogram, len(rows))
	for i := range rows {
		value, n := bin(&rows[i])
		h[i] = stats.Bin{Value: float64(value) / unit, Count: n}
	}
	return h
}

// unitOf gives what the values of a construct or a question are counted in.
func (a *analyzer) unitOf(journey, id string) float64 {
	if j, ok := a.layout.journey(journey); ok {
		return j.unitOf(id)
	}
	return 1
}

// betterOf says which way a construct is better: 1 higher, −1 lower.
func (a *analyzer) betterOf(journey, construct string) int {
	if j, ok := a.layout.journey(journey); ok {
		if c, ok := j.Construct(construct); ok && c.Better == "lower" {
			return -1
		}
	}
	return 1
}

// query runs a model's SQL file and gives its rows.
func query[T any](ctx context.Context, a *analyzer, name string) ([]T, error) {
	text, err := a.modelSQL(name)
	if err != nil {
		return nil, err
	}
	return readRows[T](ctx, a.conn, text)
}

// figure gives a pointer to a figure, nil for one that is not defined.
func figure(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func whole(n int64) *int64 { return &n }

// adjust sets q of the rows that are tested together: those with a p and enough people (METHOD 3.3). Rows of another
// family, and those with too few people, do not count.
func adjust[T any](rows []T, family func(*T) string, p func(*T) *float64, enough func(*T) bool, set func(*T, *float64)) {
	families := map[string][]int{}
	for i := range rows {
		if p(&rows[i]) != nil && enough(&rows[i]) {
			families[family(&rows[i])] = append(families[family(&rows[i])], i)
		}
	}
	for _, members := range families {
		ps := make([]float64, len(members))
		for i, at := range members {
			ps[i] = *p(&rows[at])
		}
		for i, q := range stats.BenjaminiHochberg(ps) {
			set(&rows[members[i]], figure(q))
		}
	}
}

// fewestPairs is the least number of people of a tested change, comparison or arm (METHOD 3.1, 3.3, 3.7).
const fewestPairs = 10

func (a *analyzer) tested(n ...*int64) bool {
	for _, one := range n {
		if zero(one) < int64(max(fewestPairs, a.safety.MinGroup)) {
			return false
		}
	}
	return true
}
