package stats

import (
	"cmp"
	"math"
	"slices"
)

// Class is one class of a population: how many belong to it, how many of them answered, and the mean of these.
type Class struct {
	Population, N int64
	Mean          float64
}

// The limits of post-stratification (METHOD 3.4).
const (
	leastInClass = 5 // answers; smaller classes are merged
	mostWeight   = 5.0
)

// PostStratify weighs each class to its share of the population: w = (N_h/N)/(n_h/n), at most 5, classes with fewer than five
// answers merged (METHOD 3.4). Mean is the weighted mean, deff Kish's design effect n·Σw²/(Σw)², classes how many were weighted.
// All are NaN and 0 where fewer than two classes remain: there is nothing to weigh then.
func PostStratify(all []Class) (mean, deff float64, classes int) {
	merged := mergeClasses(all)
	if len(merged) < 2 {
		return math.NaN(), math.NaN(), 0
	}
	var population, n float64
	for _, c := range merged {
		population, n = population+float64(c.Population), n+float64(c.N)
	}
	var sum, weights, squares float64
	for _, c := range merged {
		w := min(mostWeight, float64(c.Population)/population*n/float64(c.N))
		sum, weights, squares = sum+w*float64(c.N)*c.Mean, weights+w*float64(c.N), squares+w*w*float64(c.N)
	}
	return sum / weights, n * squares / (weights * weights), len(merged)
}

// mergeClasses puts the classes with too few answers together, and with the smallest other one while they are still too few.
func mergeClasses(all []Class) []Class {
	var kept []Class
	var rest Class
	for _, c := range all {
		if c.N < leastInClass {
			rest = rest.with(c)
		} else {
			kept = append(kept, c)
		}
	}
	if rest.N == 0 && rest.Population == 0 {
		return kept
	}
	slices.SortStableFunc(kept, func(a, b Class) int { return cmp.Compare(a.N, b.N) })
	for rest.N < leastInClass && len(kept) > 0 {
		rest, kept = rest.with(kept[0]), kept[1:]
	}
	if rest.N < leastInClass {
		return nil
	}
	return append(kept, rest)
}

// with gives two classes as one.
func (c Class) with(other Class) Class {
	n := c.N + other.N
	out := Class{Population: c.Population + other.Population, N: n}
	if n > 0 {
		out.Mean = (float64(c.N)*c.Mean + float64(other.N)*other.Mean) / float64(n)
	}
	return out
}
