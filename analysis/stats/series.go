package stats

import (
	"math"
	"sort"
)

// Trend is a Mann–Kendall test with Theil–Sen's slope (per period). METHOD 3.2.
type Trend struct {
	Periods    int
	S          int64
	VarS, Z, P float64
	Slope      float64
	SlopeCI    Interval // NaN when its rank is out of range
	Intercept  float64  // median of y − slope·x
}

// MannKendall tests a series of values at times x (increasing) for a monotone trend, with the tie correction of the
// variance, and gives the median of the pairwise slopes with the interval of R trend::sens.slope.
// S = 0 has Z 0 and p 1. With fewer than two points all is NaN.
func MannKendall(x, y []float64, level float64) Trend {
	n := len(y)
	nan := math.NaN()
	out := Trend{Periods: n, VarS: nan, Z: nan, P: nan, Slope: nan, SlopeCI: none, Intercept: nan}
	if n < 2 {
		return out
	}
	slopes := make([]float64, 0, n*(n-1)/2)
	for i := range y {
		for j := i + 1; j < n; j++ {
			switch d := y[j] - y[i]; {
			case d > 0:
				out.S++
			case d < 0:
				out.S--
			}
			slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
		}
	}
	sort.Float64s(slopes)
	ties := map[float64]float64{}
	for _, v := range y {
		ties[v]++
	}
	m := float64(n)
	out.VarS = m * (m - 1) * (2*m + 5)
	for _, t := range ties {
		out.VarS -= t * (t - 1) * (2*t + 5)
	}
	out.VarS /= 18
	switch {
	case out.S > 0:
		out.Z = float64(out.S-1) / math.Sqrt(out.VarS)
	case out.S < 0:
		out.Z = float64(out.S+1) / math.Sqrt(out.VarS)
	default:
		out.Z = 0
	}
	out.P = NormalTwoSided(out.Z)
	out.Slope = Median(slopes)
	residuals := make([]float64, n)
	for i := range y {
		residuals[i] = y[i] - out.Slope*x[i]
	}
	out.Intercept = Median(residuals)
	pairs, c := float64(len(slopes)), NormalQuantile(0.5+level/2)*math.Sqrt(out.VarS)
	low, high := math.RoundToEven((pairs-c)/2), math.RoundToEven((pairs+c)/2+1)
	if low >= 1 && high <= pairs {
		out.SlopeCI = Interval{slopes[int(low)-1], slopes[int(high)-1]}
	}
	return out
}

// Median is the middle of the values, or the mean of the middle two; NaN of none.
func Median(values []float64) float64 {
	v := append([]float64(nil), values...)
	sort.Float64s(v)
	n := len(v)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return v[n/2]
	default:
		return (v[n/2-1] + v[n/2]) / 2
	}
}

// Limits are the centre and natural limits of an XmR chart.
type Limits struct{ Centre, Low, High float64 }

// XmR makes limits from baseline points: the mean ± 2.66 times the mean moving range (Shewhart; Wheeler). NaN below two points.
func XmR(baseline []float64) Limits {
	if len(baseline) < 2 {
		return Limits{math.NaN(), math.NaN(), math.NaN()}
	}
	var sum, ranges float64
	for i, v := range baseline {
		sum += v
		if i > 0 {
			ranges += math.Abs(v - baseline[i-1])
		}
	}
	centre := sum / float64(len(baseline))
	width := 2.66 * ranges / float64(len(baseline)-1)
	return Limits{centre, centre - width, centre + width}
}

// Signal names the rule that fires at a point of a chart.
type Signal struct {
	At   int
	Rule string // outside, run (8 on one side), trend (6 rising or falling)
}

// noise is the difference below which two values of a series are the same: the rounding of sums, not a change.
const noise = 1e-10

// Signals applies the three rules of METHOD 3.2 to a series: a point outside its limits, eight in a row on one side of the
// centre, six in a row rising or falling. limits has one entry a point (they may widen where n is small). A rule is
// reported at the point that completes it, and again at each point that continues it.
func Signals(y []float64, limits []Limits) []Signal {
	var out []Signal
	side, sideRun, direction, directionRun := 0, 0, 0, 1
	for i, v := range y {
		if v < limits[i].Low-noise || v > limits[i].High+noise {
			out = append(out, Signal{i, "outside"})
		}
		now := sign(math.Round((v-limits[i].Centre)/noise) * noise)
		if now == side && now != 0 {
			sideRun++
		} else {
			side, sideRun = now, 1
		}
		if side != 0 && sideRun >= 8 {
			out = append(out, Signal{i, "run"})
		}
		if i > 0 {
			step := sign(v - y[i-1])
			if step == direction && step != 0 {
				directionRun++
			} else {
				direction, directionRun = step, 2
			}
			if direction != 0 && directionRun >= 6 {
				out = append(out, Signal{i, "trend"})
			}
		}
	}
	return out
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}
