package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Moments are the exact cross moments of the keyed items of a scale on complete rows: N rows, the sum of each item and
// the sum of each product, as integers times whatever unit the caller keyed in.
type Moments struct {
	N        int64
	Sums     []float64
	Products [][]float64
}

// Covariance is the matrix of covariances (n−1); nil below two rows.
func (m Moments) Covariance() *mat.SymDense {
	if m.N < 2 {
		return nil
	}
	k, n := len(m.Sums), float64(m.N)
	cov := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			cov.SetSym(i, j, (m.Products[i][j]-m.Sums[i]*m.Sums[j]/n)/(n-1))
		}
	}
	return cov
}

// Correlation turns covariances into correlations; nil when a variance is 0.
func Correlation(cov *mat.SymDense) *mat.SymDense {
	k := cov.SymmetricDim()
	r := mat.NewSymDense(k, nil)
	for i := range k {
		if !(cov.At(i, i) > 0) {
			return nil
		}
		for j := i; j < k; j++ {
			r.SetSym(i, j, cov.At(i, j)/math.Sqrt(cov.At(i, i)*cov.At(j, j)))
		}
		r.SetSym(i, i, 1)
	}
	return r
}

// Reliability is how well the items of a scale hang together. METHOD 2.1.
type Reliability struct {
	Items        int
	N            int64
	Alpha        float64 // Cronbach 1951; NaN for k < 2 or no total variance
	AlphaStd     float64
	Omega        float64   // McDonald, one factor, total; NaN for k = 2 and Heywood cases
	MeanR        float64   // mean inter-item correlation
	Spearman     float64   // Spearman–Brown 2r/(1+r), k = 2 only
	ItemRest     []float64 // correlation of each item with the sum of the others
	AlphaDropped []float64 // alpha without the item, k ≥ 3
}

// ReliabilityOf computes all of it from the cross moments of complete rows.
func ReliabilityOf(m Moments) Reliability {
	k, nan := len(m.Sums), math.NaN()
	out := Reliability{Items: k, N: m.N, Alpha: nan, AlphaStd: nan, Omega: nan, MeanR: nan, Spearman: nan,
		ItemRest: fill(k), AlphaDropped: fill(k)}
	cov := m.Covariance()
	if cov == nil || k < 2 {
		return out
	}
	all := func(int) bool { return true }
	out.Alpha = alpha(cov, all)
	for i := range k {
		out.ItemRest[i] = itemRest(cov, i)
		if k >= 3 {
			out.AlphaDropped[i] = alpha(cov, func(j int) bool { return j != i })
		}
	}
	r := Correlation(cov)
	if r == nil {
		return out
	}
	var sum float64
	for i := range k {
		for j := range i {
			sum += r.At(i, j)
		}
	}
	out.MeanR = sum / float64(k*(k-1)/2)
	out.AlphaStd = float64(k) * out.MeanR / (1 + float64(k-1)*out.MeanR)
	if k == 2 {
		out.Spearman = 2 * out.MeanR / (1 + out.MeanR)
	} else {
		out.Omega = omega(cov, r)
	}
	return out
}

func fill(k int) []float64 {
	out := make([]float64, k)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// alpha is k/(k−1)·(1 − Σs²_i/s²_T) over the items kept.
func alpha(cov *mat.SymDense, keep func(int) bool) float64 {
	var k, diagonal, total float64
	for i := range cov.SymmetricDim() {
		if !keep(i) {
			continue
		}
		k++
		diagonal += cov.At(i, i)
		for j := range cov.SymmetricDim() {
			if keep(j) {
				total += cov.At(i, j)
			}
		}
	}
	if k < 2 || !(total > 1e-12) {
		return math.NaN()
	}
	return k / (k - 1) * (1 - diagonal/total)
}

func itemRest(cov *mat.SymDense, i int) float64 {
	var with, rest float64
	for j := range cov.SymmetricDim() {
		if j == i {
			continue
		}
		with += cov.At(i, j)
		for l := range cov.SymmetricDim() {
			if l != i {
				rest += cov.At(j, l)
			}
		}
	}
	if !(cov.At(i, i) > 0) || !(rest > 1e-12) {
		return math.NaN()
	}
	return with / math.Sqrt(cov.At(i, i)*rest)
}

// omega is (Σλ)²/((Σλ)²+Σθ) of one common factor fitted by maximum likelihood, on the covariance metric. Three items
// have a closed form; more are fitted on correlations and rescaled. NaN when a loading exceeds 1 (Heywood).
func omega(cov, r *mat.SymDense) float64 {
	k := cov.SymmetricDim()
	var loadings []float64
	if k == 3 {
		r12, r13, r23 := r.At(0, 1), r.At(0, 2), r.At(1, 2)
		if r12 <= 0 || r13 <= 0 || r23 <= 0 {
			return math.NaN()
		}
		loadings = []float64{math.Sqrt(r12 * r13 / r23), math.Sqrt(r12 * r23 / r13), math.Sqrt(r13 * r23 / r12)}
	} else if loadings = OneFactor(r); loadings == nil {
		return math.NaN()
	}
	var common, unique float64
	for i, l := range loadings {
		if l > 1 {
			return math.NaN()
		}
		common += l * math.Sqrt(cov.At(i, i))
		unique += (1 - l*l) * cov.At(i, i)
	}
	return common * common / (common*common + unique)
}

// OneFactor fits one common factor to a correlation matrix by maximum likelihood and gives the loadings, their sum
// positive. The likelihood is concentrated on the uniquenesses (Jöreskog 1967; Lawley & Maxwell 1971), which are kept in
// (0.005, 1) as R's factanal does. nil when it does not converge, or when a uniqueness runs to its bound (Heywood).
func OneFactor(r *mat.SymDense) []float64 {
	const lower = 0.005
	k := r.SymmetricDim()
	var inverse mat.Dense
	if err := inverse.Inverse(r); err != nil {
		return nil
	}
	psiOf := func(x []float64) []float64 {
		psi := make([]float64, k)
		for i, v := range x {
			psi[i] = lower + (1-lower)/(1+math.Exp(-v))
		}
		return psi
	}
	start := make([]float64, k)
	for i := range k {
		p := (1 - 0.5/float64(k)) / inverse.At(i, i)
		p = math.Min(math.Max((p-lower)/(1-lower), 1e-4), 1-1e-4)
		start[i] = math.Log(p / (1 - p))
	}
	// Eigen decomposition of Ψ^-½ R Ψ^-½ at psi: the largest value and its vector carry the factor.
	factor := func(psi []float64) (values []float64, load []float64, ok bool) {
		scaled := mat.NewSymDense(k, nil)
		for i := range k {
			for j := i; j < k; j++ {
				scaled.SetSym(i, j, r.At(i, j)/math.Sqrt(psi[i]*psi[j]))
			}
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(scaled, true) {
			return nil, nil, false
		}
		values = eigen.Values(nil)
		var vectors mat.Dense
		eigen.VectorsTo(&vectors)
		load = make([]float64, k)
		for i := range k {
			load[i] = math.Sqrt(psi[i]) * vectors.At(i, k-1) * math.Sqrt(math.Max(values[k-1]-1, 0))
		}
		return values, load, true
	}
	problem := optimize.Problem{
		Func: func(x []float64) float64 {
			values, _, ok := factor(psiOf(x))
			if !ok {
				return math.Inf(1)
			}
			var f float64
			for _, e := range values[:k-1] {
				f += e - math.Log(e)
			}
			return f - float64(k-1)
		},
		Grad: func(grad, x []float64) {
			psi := psiOf(x)
			_, load, ok := factor(psi)
			for i := range k {
				if !ok {
					grad[i] = 0
					continue
				}
				slope := (load[i]*load[i] + psi[i] - r.At(i, i)) / (psi[i] * psi[i])
				s := 1 / (1 + math.Exp(-x[i]))
				grad[i] = slope * (1 - lower) * s * (1 - s)
			}
		},
	}
	result, err := optimize.Minimize(problem, start, &optimize.Settings{GradientThreshold: 1e-9, MajorIterations: 2000}, &optimize.BFGS{})
	if result == nil || (err != nil && result.X == nil) {
		return nil
	}
	psi := psiOf(result.X)
	_, load, ok := factor(psi)
	if !ok {
		return nil
	}
	var sum float64
	for i, l := range load {
		if psi[i] < lower*1.02 {
			return nil
		}
		sum += l
	}
	if sum < 0 {
		for i := range load {
			load[i] = -load[i]
		}
	}
	return load
}
