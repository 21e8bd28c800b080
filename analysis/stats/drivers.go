package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// RelativeWeights splits R² of a regression of a criterion on predictors among the predictors (Johnson 2000):
// with R = QΛQᵀ and L = QΛ^½Qᵀ, β = L⁻¹r and the weights are (L∘L)(β∘β); they sum to R². predictors is the correlation
// matrix of the predictors, with holds their correlations with the criterion. nil when the matrix is singular.
func RelativeWeights(predictors *mat.SymDense, with []float64) []float64 {
	k := len(with)
	var eigen mat.EigenSym
	if !eigen.Factorize(predictors, true) {
		return nil
	}
	values := eigen.Values(nil)
	var q mat.Dense
	eigen.VectorsTo(&q)
	root, inverse := mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	for i := range k {
		for j := range k {
			var l, inv float64
			for e, v := range values {
				if v < 1e-10 {
					return nil
				}
				l += q.At(i, e) * math.Sqrt(v) * q.At(j, e)
				inv += q.At(i, e) / math.Sqrt(v) * q.At(j, e)
			}
			root.Set(i, j, l)
			inverse.Set(i, j, inv)
		}
	}
	out := make([]float64, k)
	for j := range k {
		var beta float64
		for i := range k {
			beta += inverse.At(j, i) * with[i]
		}
		for i := range k {
			out[i] += root.At(i, j) * root.At(i, j) * beta * beta
		}
	}
	return out
}

// Shrunk is the empirical Bayes view of units: a one-way analysis of variance by moments. METHOD 3.5.
type Shrunk struct {
	MSB, MSW, N0, Tau2, Mu, ICC1, ICC2 float64
	B, EB                              []float64 // per unit: the weight of its own mean, and the shrunk mean
}

// EmpiricalBayes shrinks unit means towards μ. Units are (n, mean, sd); needs two units with somebody and N > J.
func EmpiricalBayes(units []Summary) (Shrunk, bool) {
	var n, squares, sum, within float64
	j := 0.0
	for _, u := range units {
		if u.N == 0 {
			continue
		}
		j++
		m := float64(u.N)
		n += m
		squares += m * m
		sum += m * u.Mean
		if u.N > 1 {
			within += (m - 1) * u.SD * u.SD
		}
	}
	if j < 2 || n <= j {
		return Shrunk{}, false
	}
	grand, between := sum/n, 0.0
	for _, u := range units {
		if u.N > 0 {
			between += float64(u.N) * (u.Mean - grand) * (u.Mean - grand)
		}
	}
	s := Shrunk{MSB: between / (j - 1), MSW: within / (n - j), N0: (n - squares/n) / (j - 1)}
	s.Tau2 = math.Max(0, (s.MSB-s.MSW)/s.N0)
	s.ICC1 = (s.MSB - s.MSW) / (s.MSB + (s.N0-1)*s.MSW)
	s.ICC2 = (s.MSB - s.MSW) / s.MSB
	s.Mu = grand
	if s.Tau2 > 0 {
		var weights, weighted float64
		for _, u := range units {
			if u.N > 0 {
				w := 1 / (s.Tau2 + s.MSW/float64(u.N))
				weights += w
				weighted += w * u.Mean
			}
		}
		s.Mu = weighted / weights
	}
	s.B, s.EB = fill(len(units)), fill(len(units))
	for i, u := range units {
		if u.N == 0 {
			continue
		}
		if s.Tau2 == 0 {
			s.B[i], s.EB[i] = 0, s.Mu
			continue
		}
		s.B[i] = s.Tau2 / (s.Tau2 + s.MSW/float64(u.N))
		s.EB[i] = s.B[i]*u.Mean + (1-s.B[i])*s.Mu
	}
	return s, true
}
