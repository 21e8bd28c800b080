package stats

import (
	"math"
	"sort"
)

// BenjaminiHochberg gives q_(i) = min_{j≥i} min(1, m·p_(j)/j) for each p; NaN are not members of m and stay NaN
// (Benjamini & Hochberg 1995).
func BenjaminiHochberg(p []float64) []float64 {
	order, out := ranked(p)
	best := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		best = math.Min(best, p[order[i]]*float64(len(order))/float64(i+1))
		out[order[i]] = best
	}
	return out
}

// Holm gives the step-down adjusted p, max_{j≤i} min(1, (m−j+1)·p_(j)); NaN are not members of m (Holm 1979).
func Holm(p []float64) []float64 {
	order, out := ranked(p)
	worst := 0.0
	for i, at := range order {
		worst = math.Max(worst, math.Min(1, p[at]*float64(len(order)-i)))
		out[at] = worst
	}
	return out
}

// ranked orders the indexes of the numbers in p by p, and gives an output full of NaN.
func ranked(p []float64) (order []int, out []float64) {
	out = make([]float64, len(p))
	for i := range p {
		out[i] = math.NaN()
		if !math.IsNaN(p[i]) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return p[order[i]] < p[order[j]] })
	return order, out
}
