package analysis

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"koe/analysis/stats"
)

// draws is how often blocks are drawn again for a range (METHOD 3.6).
const draws = 1000

// blockMoments is one row of models/driver.sql.
type blockMoments struct {
	Journey  string    `db:"journey"`
	Outcome  string    `db:"outcome"`
	Stage    string    `db:"stage"`
	Block    int64     `db:"block"`
	N        int64     `db:"n"`
	Sums     []float64 `db:"sums"`
	Products []float64 `db:"products"`
}

// driver fills the table driver (METHOD 3.6). The range is that of shares in samples of blocks of responses drawn with
// replacement, with a fixed seed.
func (a *analyzer) driver(ctx context.Context) error {
	moments, err := query[blockMoments](ctx, a, "driver")
	if err != nil {
		return err
	}
	var rows []Driver
	for _, blocks := range runs(moments, func(b *blockMoments) string { return b.Journey + "\x00" + b.Outcome + "\x00" + b.Stage }) {
		of := blocks[0]
		journey, ok := a.layout.journey(of.Journey)
		if !ok {
			continue
		}
		predictors := journey.predictors(of.Stage, of.Outcome)
		all := add(blocks, nil)
		weights, r2 := all.weights()
		if weights == nil {
			continue
		}
		low, high := ranges(blocks, len(predictors))
		for i, construct := range predictors {
			row := Driver{Journey: of.Journey, Outcome: of.Outcome, Stage: of.Stage, Construct: construct, N: whole(all.N), RSquared: figure(r2), Weight: figure(weights[i])}
			if r2 > 0 {
				row.Share = figure(weights[i] / r2)
				row.ShareLow, row.ShareHigh = figure(low[i]), figure(high[i])
			}
			rows = append(rows, row)
		}
	}
	return storeMain(ctx, a, "driver", rows)
}

// add sums blocks, each as often as times says (once when nil).
func add(blocks []blockMoments, times []int) *blockMoments {
	sum := &blockMoments{Sums: make([]float64, len(blocks[0].Sums)), Products: make([]float64, len(blocks[0].Products))}
	for b := range blocks {
		w := 1.0
		if times != nil {
			w = float64(times[b])
		}
		if w == 0 {
			continue
		}
		sum.N += int64(w) * blocks[b].N
		for i, x := range blocks[b].Sums {
			sum.Sums[i] += w * x
		}
		for i, x := range blocks[b].Products {
			sum.Products[i] += w * x
		}
	}
	return sum
}

// weights gives Johnson's relative weights and their sum; nil where a value does not vary or there are too few rows.
func (m *blockMoments) weights() (weights []float64, r2 float64) {
	k := len(m.Sums)
	n := float64(m.N)
	if m.N < int64(k)+1 {
		return nil, 0
	}
	covariance := make([][]float64, k)
	for i := range covariance {
		covariance[i] = make([]float64, k)
	}
	at := 0
	for i := range k {
		for j := i; j < k; j++ {
			covariance[i][j] = m.Products[at]/n - m.Sums[i]/n*(m.Sums[j]/n)
			covariance[j][i] = covariance[i][j]
			at++
		}
	}
	for i := range k {
		if covariance[i][i] <= 1e-12*math.Max(1, m.Products[0]/n) {
			return nil, 0
		}
	}
	correlation := func(i, j int) float64 { return covariance[i][j] / math.Sqrt(covariance[i][i]*covariance[j][j]) }
	predictors, with := mat.NewSymDense(k-1, nil), make([]float64, k-1)
	for i := 1; i < k; i++ {
		with[i-1] = correlation(0, i)
		for j := i; j < k; j++ {
			predictors.SetSym(i-1, j-1, correlation(i, j))
		}
	}
	weights = stats.RelativeWeights(predictors, with)
	for _, w := range weights {
		if math.IsNaN(w) {
			return nil, 0
		}
		r2 += w
	}
	return weights, r2
}

// ranges gives the 2.5 % and 97.5 % points of the shares over samples of blocks.
func ranges(blocks []blockMoments, k int) (low, high []float64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(blocks[0].Journey + "\x00" + blocks[0].Outcome + "\x00" + blocks[0].Stage))
	random := rand.New(rand.NewPCG(h.Sum64(), 1))
	shares := make([][]float64, k)
	times := make([]int, len(blocks))
	for range draws {
		clear(times)
		for range blocks {
			times[random.IntN(len(blocks))]++
		}
		weights, r2 := add(blocks, times).weights()
		if weights == nil || r2 <= 0 {
			continue
		}
		for i, w := range weights {
			shares[i] = append(shares[i], w/r2)
		}
	}
	low, high = make([]float64, k), make([]float64, k)
	for i := range shares {
		slices.Sort(shares[i])
		low[i], high[i] = percentile(shares[i], 0.025), percentile(shares[i], 0.975)
	}
	return low, high
}

// percentile interpolates between sorted values (R's type 7); NaN of none.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
