package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/combin"
)

// ChiSquare tests independence of rows and columns without Yates's correction. NaN when an expected count is under 5
// or a table has fewer than two rows or columns with anybody. METHOD 3.4.
func ChiSquare(table [][]int64) (chi2, df, p float64) {
	var total float64
	var rows, columns []float64
	for i, row := range table {
		rows = append(rows, 0)
		for j, v := range row {
			for len(columns) <= j {
				columns = append(columns, 0)
			}
			rows[i] += float64(v)
			columns[j] += float64(v)
			total += float64(v)
		}
	}
	live := func(v []float64) (n float64) {
		for _, x := range v {
			if x > 0 {
				n++
			}
		}
		return n
	}
	df = (live(rows) - 1) * (live(columns) - 1)
	if df < 1 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	for i, row := range table {
		for j, v := range row {
			expected := rows[i] * columns[j] / total
			if rows[i] == 0 || columns[j] == 0 {
				continue
			}
			if expected < 5 {
				return math.NaN(), df, math.NaN()
			}
			chi2 += (float64(v) - expected) * (float64(v) - expected) / expected
		}
	}
	return chi2, df, ChiSquareUpper(chi2, df)
}

// Keyness compares how many of n1 commenters (a) and of n2 others (b) use a word: G² = 2ΣO·ln(O/E) over the four cells
// (Dunning 1993), its p by χ² with one degree of freedom or, when an expected count is under 5 and exact is asked for,
// by Fisher's test, and the log ratio log2[((a+½)/n1)/((b+½)/n2)]. METHOD 6.3.
func Keyness(a, n1, b, n2 int64, exact bool) (g2, logRatio, p float64) {
	if n1 <= 0 || n2 <= 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	total := float64(n1 + n2)
	used := float64(a + b)
	least := math.Inf(1)
	for _, cell := range []struct{ o, row, column float64 }{
		{float64(a), float64(n1), used}, {float64(b), float64(n2), used},
		{float64(n1 - a), float64(n1), total - used}, {float64(n2 - b), float64(n2), total - used},
	} {
		e := cell.row * cell.column / total
		least = math.Min(least, e)
		if cell.o > 0 {
			g2 += 2 * cell.o * math.Log(cell.o/e)
		}
	}
	g2 = math.Max(g2, 0)
	logRatio = math.Log2((float64(a) + 0.5) / float64(n1) / ((float64(b) + 0.5) / float64(n2)))
	if exact && least < 5 {
		return g2, logRatio, FisherExact(a, n1-a, b, n2-b)
	}
	return g2, logRatio, ChiSquareUpper(g2, 1)
}

// FisherExact is the two-sided p of a 2×2 table: the sum of the chances of all tables with the same margins that are no
// more likely than this one (R fisher.test, relative tolerance 1e-7).
func FisherExact(a, b, c, d int64) float64 {
	row1, row2, column := a+b, c+d, a+c
	if row1 == 0 || row2 == 0 || column == 0 || b+d == 0 {
		return 1
	}
	chance := func(x int64) float64 {
		return combin.LogGeneralizedBinomial(float64(row1), float64(x)) +
			combin.LogGeneralizedBinomial(float64(row2), float64(column-x)) -
			combin.LogGeneralizedBinomial(float64(row1+row2), float64(column))
	}
	here := math.Exp(chance(a)) * (1 + 1e-7)
	var p float64
	for x := max(0, column-row2); x <= min(row1, column); x++ {
		if c := math.Exp(chance(x)); c <= here {
			p += c
		}
	}
	return math.Min(p, 1)
}

// CohenKappa is the agreement of two coders beyond chance on one yes/no code (Cohen 1960); NaN when chance agreement is 1.
func CohenKappa(bothYes, firstOnly, secondOnly, bothNo int64) float64 {
	n := float64(bothYes + firstOnly + secondOnly + bothNo)
	if n == 0 {
		return math.NaN()
	}
	observed := float64(bothYes+bothNo) / n
	first, second := float64(bothYes+firstOnly)/n, float64(bothYes+secondOnly)/n
	chance := first*second + (1-first)*(1-second)
	if chance == 1 {
		return math.NaN()
	}
	return (observed - chance) / (1 - chance)
}

// Recommend is promoters minus detractors on 0–10, as 100·(P−D)/n, with a t interval from scores +1, 0, −1. METHOD 2.
func Recommend(promoters, passives, detractors int64, level float64) (score float64, ci Interval) {
	s := Describe(Histogram{{1, promoters}, {0, passives}, {-1, detractors}})
	ci = MeanInterval(s, level)
	return 100 * s.Mean, Interval{100 * ci.Low, 100 * ci.High}
}
