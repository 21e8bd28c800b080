package audit

import (
	"math/bits"
	"slices"
)

// Linear algebra over a prime field. A combination with rational coefficients that gives a vector gives it modulo a prime too
// (unless the prime divides a denominator, which 2^61−1 does not do by chance), so nothing that can be computed is missed;
// what is found is checked again in whole numbers (combination.exact).
const prime = 1<<61 - 1

func mul(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	sum := lo&prime + (lo>>61 | hi<<3)
	if sum >= prime {
		sum -= prime
	}
	if sum >= prime {
		sum -= prime
	}
	return sum
}

func sub(x, y uint64) uint64 {
	if x >= y {
		return x - y
	}
	return x + prime - y
}

func inverse(x uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = mul(out, x)
		}
		x = mul(x, x)
	}
	return out
}

// entry is one coordinate of a sparse vector; a vector is sorted by column and holds no noughts.
type entry struct {
	column int32
	value  uint64
}

// less takes f times y from x.
func less(x []entry, f uint64, y []entry) []entry {
	out := make([]entry, 0, len(x)+len(y))
	i, k := 0, 0
	for i < len(x) || k < len(y) {
		switch {
		case k == len(y) || i < len(x) && x[i].column < y[k].column:
			out = append(out, x[i])
			i++
		case i == len(x) || y[k].column < x[i].column:
			out = append(out, entry{y[k].column, sub(0, mul(f, y[k].value))})
			k++
		default:
			if v := sub(x[i].value, mul(f, y[k].value)); v != 0 {
				out = append(out, entry{x[i].column, v})
			}
			i, k = i+1, k+1
		}
	}
	return out
}

func scale(x []entry, f uint64) {
	for i := range x {
		x[i].value = mul(x[i].value, f)
	}
}

// span is the row space of vectors, as an echelon form: one vector a leading column, its value there 1. With combos it
// also knows how each vector came about.
type span struct {
	leads  map[int32]int
	rows   [][]entry
	combos [][]entry // columns are the vectors that were added, in order; nil when not wanted
	added  int32
}

func newSpan(combos bool) *span {
	s := &span{leads: map[int32]int{}}
	if combos {
		s.combos = [][]entry{}
	}
	return s
}

// reduce takes the space out of a vector. Nothing is left of one that lies in it; combo is then minus its combination.
func (s *span) reduce(v []entry, early bool) (rest, combo []entry) {
	for i := 0; i < len(v); {
		at, ok := s.leads[v[i].column]
		if !ok {
			if early {
				return v, combo
			}
			i++
			continue
		}
		f := v[i].value
		v = less(v, f, s.rows[at]) // whatever stands before i has no lead and stays
		if s.combos != nil {
			combo = less(combo, f, s.combos[at])
		}
	}
	return v, combo
}

func (s *span) add(v []entry) {
	number := s.added
	s.added++
	rest, combo := s.reduce(v, false)
	if len(rest) == 0 {
		return
	}
	// The leading column is the first: larger classes of people come first, so that what is left for last is of small ones.
	f := inverse(rest[0].value)
	rest = slices.Clone(rest)
	scale(rest, f)
	s.leads[rest[0].column] = len(s.rows)
	s.rows = append(s.rows, rest)
	if s.combos != nil {
		combo = less(combo, prime-1, []entry{{number, 1}})
		scale(combo, f)
		s.combos = append(s.combos, combo)
	}
}

// has reports whether a vector lies in the space.
func (s *span) has(v []entry) bool {
	rest, _ := s.reduce(v, true)
	return len(rest) == 0
}

// sources gives the added vectors that make v, by their numbers. v must lie in the space.
func (s *span) sources(v []entry) (numbers []int32) {
	_, combo := s.reduce(v, false)
	for _, e := range combo {
		numbers = append(numbers, e.column)
	}
	return numbers
}

// combination gives the coefficients of the added vectors that make v, as fractions with small denominators; ok is false
// when v does not lie in the space, or the check in whole numbers fails.
func (s *span) combination(v []entry, vectors [][]entry) (terms []term, ok bool) {
	rest, combo := s.reduce(v, false)
	if len(rest) > 0 {
		return nil, false
	}
	common := int64(1)
	for _, e := range combo {
		top, bottom, ok := fraction(sub(0, e.value))
		if !ok {
			return nil, false
		}
		terms = append(terms, term{int(e.column), top, bottom})
		common = common / gcd(common, bottom) * bottom
		if common > 1<<30 {
			return nil, false
		}
	}
	sum := map[int32]int64{}
	for _, t := range terms {
		for _, e := range vectors[t.vector] {
			sum[e.column] += t.top * (common / t.bottom) * signed(e.value)
		}
	}
	for _, e := range v {
		sum[e.column] -= common * signed(e.value)
	}
	for _, x := range sum {
		if x != 0 {
			return nil, false
		}
	}
	return terms, true
}

// term is a vector and its coefficient.
type term struct {
	vector      int
	top, bottom int64
}

func signed(x uint64) int64 {
	if x > prime/2 {
		return -int64(prime - x)
	}
	return int64(x)
}

// fraction finds top/bottom with small numbers that is x modulo the prime.
func fraction(x uint64) (top, bottom int64, ok bool) {
	for bottom = 1; bottom <= 64; bottom++ {
		if top = signed(mul(x, uint64(bottom))); top > -(1<<20) && top < 1<<20 {
			return top, bottom, true
		}
	}
	return 0, 0, false
}

func gcd(x, y int64) int64 {
	for y != 0 {
		x, y = y, x%y
	}
	return x
}
