package stats

import (
	"math"
	"sort"
)

// Test is a t test: the estimate, its interval, t, degrees of freedom and two-sided p.
type Test struct {
	Estimate float64
	CI       Interval
	T, DF, P float64
}

var undefined = Test{math.NaN(), none, math.NaN(), math.NaN(), math.NaN()}

// OneSample tests mean − bar = 0. With s = 0 there is no t. The interval is of the mean.
func OneSample(s Summary, bar, level float64) Test {
	if s.N < 2 {
		return undefined
	}
	df := float64(s.N - 1)
	out := Test{Estimate: s.Mean, CI: MeanInterval(s, level), T: math.NaN(), DF: df, P: math.NaN()}
	if s.SD > 0 {
		out.T = (s.Mean - bar) / (s.SD / math.Sqrt(float64(s.N)))
		out.P = TTwoSided(out.T, df)
	}
	return out
}

// Welch tests mean(a) − mean(b) = bar with unequal variances and Satterthwaite's degrees of freedom (Welch 1947).
func Welch(a, b Summary, bar, level float64) Test {
	if a.N < 2 || b.N < 2 {
		return undefined
	}
	va, vb := a.SD*a.SD/float64(a.N), b.SD*b.SD/float64(b.N)
	diff := a.Mean - b.Mean
	if va+vb == 0 {
		return Test{diff, Interval{diff, diff}, math.NaN(), math.NaN(), math.NaN()}
	}
	se := math.Sqrt(va + vb)
	df := (va + vb) * (va + vb) / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
	half := TQuantile(0.5+level/2, df) * se
	t := (diff - bar) / se
	return Test{diff, Interval{diff - half, diff + half}, t, df, TTwoSided(t, df)}
}

// HedgesG is J·(mean(a) − mean(b))/s_pooled with J = 1 − 3/(4(n1+n2−2)−1) (Hedges 1981); NaN when s_pooled is 0.
func HedgesG(a, b Summary) float64 {
	df := float64(a.N + b.N - 2)
	if a.N < 2 || b.N < 2 {
		return math.NaN()
	}
	pooled := math.Sqrt((float64(a.N-1)*a.SD*a.SD + float64(b.N-1)*b.SD*b.SD) / df)
	if pooled == 0 {
		return math.NaN()
	}
	return (1 - 3/(4*df-1)) * (a.Mean - b.Mean) / pooled
}

// MannWhitney gives U of a (pairs in which a is larger, ties a half), the probability of superiority U/(n1·n2) and the
// two-sided p of the tie-corrected normal approximation with continuity correction (R wilcox.test(exact=FALSE)).
// Values closer than 1e-10 are ties. p is NaN when a group is empty or all values are equal.
func MannWhitney(a, b Histogram) (u, superiority, p float64) {
	counts := map[int64][2]int64{}
	add := func(h Histogram, side int) (n int64) {
		for _, bin := range h {
			c := counts[grid(bin.Value)]
			c[side] += bin.Count
			counts[grid(bin.Value)] = c
			n += bin.Count
		}
		return n
	}
	na, nb := add(a, 0), add(b, 1)
	if na == 0 || nb == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	keys := make([]int64, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	var below int64
	var ties float64
	for _, k := range keys {
		c := counts[k]
		u += float64(c[0]) * (float64(below) + float64(c[1])/2)
		below += c[1]
		t := float64(c[0] + c[1])
		ties += t*t*t - t
	}
	m, n := float64(na), float64(nb)
	variance := m * n / 12 * ((m + n + 1) - ties/((m+n)*(m+n-1)))
	superiority = u / (m * n)
	if !(variance > 0) {
		return u, superiority, math.NaN()
	}
	z := u - m*n/2
	z -= math.Copysign(0.5, z) * map[bool]float64{true: 1}[z != 0]
	return u, superiority, NormalTwoSided(z / math.Sqrt(variance))
}

// grid puts a value on the 1e-10 grid on which METHOD 3.1 compares values for ties.
func grid(v float64) int64 { return int64(math.Round(v * 1e10)) }

// Change is what happened within the same persons: d = later − earlier.
type Change struct {
	Test
	Summary
	DZ                    float64 // mean d / sd d; NaN when all changes are equal
	Up, Same, Down        int64
	WilcoxonV, WilcoxonPs float64
}

// Paired tests the mean of paired differences against bar (0 for a plain change) and checks it with Wilcoxon's
// signed ranks. Differences are put on a 1e-10 grid first, so that raw floating noise splits no tie. METHOD 3.1.
func Paired(d Histogram, bar, level float64) Change {
	rounded := make(Histogram, 0, len(d))
	for _, b := range d {
		rounded = append(rounded, Bin{math.Round(b.Value*1e10) / 1e10, b.Count})
	}
	var c Change
	c.Summary = Describe(d)
	c.Test = OneSample(c.Summary, bar, level)
	c.DZ = math.NaN()
	if merged := rounded.sorted(); len(merged) == 1 {
		c.SD = 0
		c.T, c.P, c.CI = math.NaN(), math.NaN(), Interval{c.Mean, c.Mean}
		if c.N < 2 {
			c.SD, c.CI = math.NaN(), none
		}
	}
	if c.SD > 0 {
		c.DZ = c.Mean / c.SD
	}
	for _, b := range rounded {
		switch {
		case b.Value > 0:
			c.Up += b.Count
		case b.Value < 0:
			c.Down += b.Count
		default:
			c.Same += b.Count
		}
	}
	c.WilcoxonV, c.WilcoxonPs = WilcoxonSignedRank(rounded)
	return c
}

// WilcoxonSignedRank gives V, the sum of the mid-ranks of the positive differences after zeros are dropped, and the
// two-sided p of the normal approximation with tie correction and continuity 0.5
// (R wilcox.test(exact=FALSE, correct=TRUE, digits.rank=10)). p is NaN when every difference is zero.
func WilcoxonSignedRank(d Histogram) (v, p float64) {
	type side struct{ up, down int64 }
	sizes := map[int64]side{}
	for _, b := range d {
		g := grid(b.Value)
		switch s := sizes[max(g, -g)]; {
		case g > 0:
			s.up += b.Count
			sizes[g] = s
		case g < 0:
			s.down += b.Count
			sizes[-g] = s
		}
	}
	if len(sizes) == 0 {
		return 0, math.NaN()
	}
	keys := make([]int64, 0, len(sizes))
	for k := range sizes {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	var ranked, ties float64
	for _, k := range keys {
		t := float64(sizes[k].up + sizes[k].down)
		v += float64(sizes[k].up) * (ranked + (t+1)/2)
		ranked += t
		ties += t*t*t - t
	}
	n := ranked
	z := v - n*(n+1)/4
	variance := n*(n+1)*(2*n+1)/24 - ties/48
	if z != 0 {
		z -= math.Copysign(0.5, z)
	}
	return v, NormalTwoSided(z / math.Sqrt(variance))
}

// Pearson tests a correlation r of n pairs: t = r√((n−2)/(1−r²)), df = n−2, interval by Fisher's z.
func Pearson(r float64, n int64, level float64) Test {
	if n < 3 || math.IsNaN(r) {
		return undefined
	}
	df := float64(n - 2)
	out := Test{Estimate: r, CI: none, DF: df}
	out.T = r * math.Sqrt(df/(1-r*r))
	out.P = TTwoSided(out.T, df)
	if n > 3 {
		half := NormalQuantile(0.5+level/2) / math.Sqrt(float64(n-3))
		out.CI = Interval{math.Tanh(math.Atanh(r) - half), math.Tanh(math.Atanh(r) + half)}
	}
	return out
}
