package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bin is a value and the number of people who have it.
type Bin struct {
	Value float64
	Count int64
}

// Histogram is a distribution as bins, in any order; a value may stand in several bins.
type Histogram []Bin

// Summary is a group's size, mean and standard deviation (n−1). Mean is NaN for nobody, SD for fewer than two.
type Summary struct {
	N    int64
	Mean float64
	SD   float64
}

// Interval is a confidence interval.
type Interval struct{ Low, High float64 }

var none = Interval{math.NaN(), math.NaN()}

// Describe summarises a histogram with the two-pass formula over bins sorted by value, so that the
// order of bins cannot change a bit of the result.
func Describe(h Histogram) Summary {
	h = h.sorted()
	var n int64
	var sum float64
	for _, b := range h {
		n += b.Count
		sum += b.Value * float64(b.Count)
	}
	s := Summary{N: n, Mean: math.NaN(), SD: math.NaN()}
	if n == 0 {
		return s
	}
	s.Mean = sum / float64(n)
	if n > 1 {
		var squares float64
		for _, b := range h {
			d := b.Value - s.Mean
			squares += d * d * float64(b.Count)
		}
		s.SD = math.Sqrt(squares / float64(n-1))
		if len(h) == 1 {
			s.Mean, s.SD = h[0].Value, 0
		}
	}
	return s
}

// sorted merges equal values and orders by value.
func (h Histogram) sorted() Histogram {
	if h.isSorted() {
		return h
	}
	counts := make(map[float64]int64, len(h))
	for _, b := range h {
		if b.Count != 0 {
			counts[b.Value] += b.Count
		}
	}
	out := make(Histogram, 0, len(counts))
	for v, c := range counts {
		out = append(out, Bin{v, c})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Value < out[j].Value })
	return out
}

// isSorted reports whether the bins are as sorted would leave them.
func (h Histogram) isSorted() bool {
	for i, b := range h {
		if b.Count == 0 || i > 0 && !(h[i-1].Value < b.Value) {
			return false
		}
	}
	return true
}

// MeanInterval is m ± t·s/√n at the level (0.95); the point when s is 0, none below two people. METHOD 2.
func MeanInterval(s Summary, level float64) Interval {
	if s.N < 2 || math.IsNaN(s.SD) {
		return none
	}
	half := TQuantile(0.5+level/2, float64(s.N-1)) * s.SD / math.Sqrt(float64(s.N))
	return Interval{s.Mean - half, s.Mean + half}
}

// FiniteInterval is MeanInterval for a description of exactly these population people: the error is multiplied by
// √(1−n/N), so that a full census has width 0. METHOD 2 (FPC).
func FiniteInterval(s Summary, population int64, level float64) Interval {
	if s.N < 2 || population < s.N {
		return none
	}
	half := TQuantile(0.5+level/2, float64(s.N-1)) * s.SD / math.Sqrt(float64(s.N)) *
		math.Sqrt(1-float64(s.N)/float64(population))
	return Interval{s.Mean - half, s.Mean + half}
}

// Wilson is the interval of a proportion x of n without continuity correction (Wilson 1927); none for n = 0.
func Wilson(x, n int64, level float64) Interval {
	if n <= 0 {
		return none
	}
	z, p, m := NormalQuantile(0.5+level/2), float64(x)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m)) / (1 + z*z/m)
	ci := Interval{centre - half, centre + half}
	if x == 0 {
		ci.Low = 0
	}
	if x == n {
		ci.High = 1
	}
	return ci
}

// TQuantile is the quantile p of Student's t with df degrees of freedom: Hill's expansion (Hill 1970, CACM algorithm 396), made exact by
// Newton steps on the accurate distribution function. For fewer than three degrees of freedom, and far tails, gonum's slower
// inverse begins.
func TQuantile(p, df float64) float64 {
	if math.IsNaN(df) || df <= 0 {
		return math.NaN()
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	x := 0.0
	if tail := 2 * math.Min(p, 1-p); df >= 3 && tail > 1e-6 && tail < 1 {
		x = math.Copysign(hill(tail, df), p-0.5)
	} else {
		x = t.Quantile(p)
	}
	for range 6 {
		step := (t.CDF(x) - p) / t.Prob(x)
		if math.IsNaN(step) || math.IsInf(step, 0) {
			break
		}
		x -= step
		if math.Abs(step) < 1e-9*math.Abs(x) { // the next one would be smaller than a number can be told from the next
			break
		}
	}
	return x
}

// hill approximates the t that |t| exceeds with the probability given, to four digits or more.
func hill(tail, df float64) float64 {
	a := 1 / (df - 0.5)
	b := 48 / (a * a)
	c := ((20700*a/b-98)*a-16)*a + 96.36
	d := ((94.5/(b+c)-3)/b + 1) * math.Sqrt(a*math.Pi/2) * df
	y := math.Pow(d*tail, 2/df)
	if y <= 0.05+a {
		y = ((1/(((df+6)/(df*y)-0.089*d-0.822)*(df+2)*3)+0.5/(df+4))*y-1)*(df+1)/(df+2) + 1/y
		return math.Sqrt(df * y)
	}
	x := NormalQuantile(tail / 2)
	y = x * x
	if df < 5 {
		c += 0.3 * (df - 4.5) * (x + 0.6)
	}
	c += (((0.05*d*x-5)*x-7)*x-2)*x + b
	y = (((((0.4*y+6.3)*y+36)*y+94.5)/c-y-3)/b + 1) * x
	return math.Sqrt(df * math.Expm1(a*y*y))
}

// TUpper is the probability that Student's t with df exceeds t.
func TUpper(t, df float64) float64 {
	if math.IsNaN(t) || math.IsNaN(df) || df <= 0 {
		return math.NaN()
	}
	if math.IsInf(t, 0) {
		return map[bool]float64{true: 0, false: 1}[t > 0]
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.CDF(-t)
}

// TTwoSided is the two-sided probability of |t|.
func TTwoSided(t, df float64) float64 { return math.Min(1, 2*TUpper(math.Abs(t), df)) }

// NormalQuantile is the quantile p of the standard normal.
func NormalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// NormalTwoSided is the two-sided probability of |z|.
func NormalTwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// ChiSquareUpper is the probability that χ² with df exceeds x.
func ChiSquareUpper(x, df float64) float64 {
	if math.IsNaN(x) || df <= 0 {
		return math.NaN()
	}
	return distuv.ChiSquared{K: df}.Survival(x)
}

// BinomialUpper is P(X ≥ x) for n trials with chance p, exactly.
func BinomialUpper(x, n int64, p float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x > n:
		return 0
	case p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	// P(X ≥ x) = I_p(x, n−x+1), the regularised incomplete beta.
	return distuv.Beta{Alpha: float64(x), Beta: float64(n - x + 1)}.CDF(p)
}

// BinomialLower is P(X ≤ x).
func BinomialLower(x, n int64, p float64) float64 { return BinomialUpper(n-x, n, 1-p) }
