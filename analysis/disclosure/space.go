package disclosure

import (
	"math/bits"
	"slices"
)

// A space is the span of integer vectors over the rationals, as a basis in echelon form that was got by exact elimination: each
// basis row is whole-numbered, has a pivot column that no later row has, and may have pivots of later rows. It answers
// whether a vector lies in the span, and which of the vectors that were put in make it up.
//
// Numbers stay below 2^31 in rows; where one does not, the space is spent (overflow) and the caller takes big numbers.
type space struct {
	weight   []int32 // per column: in how many vectors it is; pivots are taken where few are touched
	late     []bool  // per column: a pivot only where there is no other; nil for none
	rows     []row
	pivot    []int32 // per column: the row whose pivot it is, or -1
	kernel   []uint64
	acc      []int64 // scratch: a dense vector, zero between calls
	has      []bool  // scratch: columns in touched
	touched  []int32
	heap     []int32 // scratch: rows to eliminate with, least first
	queued   []bool
	used     []use
	making   []uint64 // scratch: per row, zero between calls
	overflow bool

	spareColumns []int32 // room for rows
	spareValues  []int64
	spareUses    []use
}

// take cuts room for n from a large piece of memory: rows are many, and small.
func take[T any](spare *[]T, n int) []T {
	if n > len(*spare) {
		*spare = make([]T, max(n, 4096))
	}
	out := (*spare)[:n:n]
	*spare = (*spare)[n:]
	return out
}

// keep copies what a vector is made of.
func (s *space) keep(used []use) []use {
	out := take(&s.spareUses, len(used))
	copy(out, used)
	return out
}

// row is a basis row: sparse, with what it was made from: scale·source − Σ factor·rows[of] = divisor·row.
type row struct {
	at     []int32
	value  []int64
	pivot  int32
	lead   int64 // value at the pivot
	source int32 // which vector it came from
	scale  uint64
	uses   []use
	div    uint64
}

type use struct {
	of     int32
	factor uint64 // modulo prime
}

const (
	prime = 1<<61 - 1
	most  = 1 << 31 // numbers of rows stay below
)

// newSpace makes an empty space over columns of these weights.
func newSpace(weight []int32) *space {
	s := &space{weight: weight, pivot: make([]int32, len(weight)), acc: make([]int64, len(weight)), has: make([]bool, len(weight))}
	for i := range s.pivot {
		s.pivot[i] = -1
	}
	return s
}

// touch adds to a column of the scratch vector.
func (s *space) touch(column int32, value int64) {
	if !s.has[column] {
		s.has[column] = true
		s.touched = append(s.touched, column)
	}
	s.acc[column] += value
	if r := s.pivot[column]; r >= 0 && !s.queued[r] {
		s.queued[r] = true
		s.push(r)
	}
}

// reduce eliminates every pivot from the scratch vector. What it did is in used, in order; scale is what the vector was
// multiplied by on the way, modulo prime.
func (s *space) reduce() (scale uint64) {
	scale = 1
	s.used = s.used[:0]
	for len(s.heap) > 0 {
		i := s.pop()
		r := &s.rows[i]
		f := s.acc[r.pivot]
		if f == 0 {
			s.queued[i] = false
			continue
		}
		if f%r.lead != 0 { // make it divisible; the rest of the vector grows with it
			m := r.lead / gcd(f, r.lead)
			for _, c := range s.touched {
				if abs(s.acc[c]) >= most {
					s.overflow = true
				}
				s.acc[c] *= m
			}
			for j := range s.used {
				s.used[j].factor = times(s.used[j].factor, residue(m))
			}
			scale = times(scale, residue(m))
			f *= m
		}
		f /= r.lead
		if abs(f) >= most {
			s.overflow = true
		}
		if s.overflow { // the numbers no longer mean anything; only empty the heap
			s.queued[i] = false
			continue
		}
		s.used = append(s.used, use{i, residue(f)})
		for j, c := range r.at {
			if s.touch(c, -f*r.value[j]); abs(s.acc[c]) >= most {
				s.overflow = true
			}
		}
		s.queued[i] = false
	}
	return scale
}

// clear makes the scratch vector zero.
func (s *space) clear() {
	for _, c := range s.touched {
		s.acc[c], s.has[c] = 0, false
	}
	s.touched = s.touched[:0]
}

// add puts the vector with ones at these columns into the space and gives its row; -1 when it was there already: it
// is then the combination in used.
func (s *space) add(set []int32, source int32) (at int32) {
	for _, c := range set {
		s.touch(c, 1)
	}
	scale := s.reduce()
	at = -1
	r := row{pivot: -1, source: source, scale: scale, div: 1}
	var common int64
	some := 0
	for _, c := range s.touched {
		if v := s.acc[c]; v != 0 {
			some++
			common = gcd(common, v)
		}
	}
	if some > 0 && !s.overflow {
		r.at, r.value = take(&s.spareColumns, some)[:0], take(&s.spareValues, some)
		for _, c := range s.touched {
			if s.acc[c] != 0 {
				r.at = append(r.at, c)
			}
		}
		slices.Sort(r.at)
		r.div = residue(common)
		for i, c := range r.at {
			r.value[i] = s.acc[c] / common
		}
		s.choosePivot(&r)
		r.uses = s.keep(s.used)
		at = s.place(r)
	}
	if at < 0 {
		by := reciprocal(scale)
		for i := range s.used {
			s.used[i].factor = times(s.used[i].factor, by)
		}
	}
	s.clear()
	return at
}

// choosePivot chooses the pivot of a row.
func (s *space) choosePivot(r *row) {
	r.pivot = -1
	for i, c := range r.at {
		if r.pivot < 0 || s.prefer(c, r.value[i], r.pivot, r.lead) {
			r.pivot, r.lead = c, r.value[i]
		}
	}
}

// place puts a row behind the others.
func (s *space) place(r row) int32 {
	at := int32(len(s.rows))
	s.pivot[r.pivot] = at
	s.rows = append(s.rows, r)
	s.queued = append(s.queued, false)
	return at
}

// prefer reports whether a column is the better pivot: late columns last, units first, then columns that are in few vectors.
func (s *space) prefer(a int32, va int64, b int32, vb int64) bool {
	if s.late != nil && s.late[a] != s.late[b] {
		return s.late[b]
	}
	if ua, ub := abs(va) == 1, abs(vb) == 1; ua != ub {
		return ua
	}
	return s.weight[a] < s.weight[b]
}

// solve fixes a vector modulo prime that is orthogonal to everything in the space and otherwise arbitrary.
func (s *space) solve() { s.kernel = s.orthogonal(0) }

// orthogonal gives such a vector, another one for each number.
func (s *space) orthogonal(number int) []uint64 {
	x := make([]uint64, len(s.pivot))
	for c, r := range s.pivot {
		if r < 0 {
			x[c] = scatter(uint64(number)<<32 | uint64(c))
		}
	}
	for i := len(s.rows) - 1; i >= 0; i-- {
		r := &s.rows[i]
		var sum uint64
		for j, c := range r.at {
			if c == r.pivot {
				continue
			}
			switch v := r.value[j]; v { // nearly always one of the two
			case 1:
				sum = plus(sum, x[c])
			case -1:
				sum = plus(sum, prime-x[c])
			default:
				sum = plus(sum, times(residue(v), x[c]))
			}
		}
		switch r.lead {
		case 1:
			x[r.pivot] = (prime - sum) % prime
		case -1:
			x[r.pivot] = sum
		default:
			x[r.pivot] = times(prime-sum, inverse(r.lead))
		}
	}
	return x
}

// along is the product of a vector with another one modulo prime.
func (v signed) along(x []uint64) (sum uint64) {
	for _, c := range v.plus {
		sum = plus(sum, x[c])
	}
	for _, c := range v.less {
		sum = plus(sum, prime-x[c])
	}
	return sum % prime
}

// maybe screens: false means that the vector (ones at plus, minus ones at less) is certainly not in the space. For if it
// were, it would be a combination of basis rows, whose pivots are smaller than the prime, with coefficients that exist modulo the
// prime; it would then be orthogonal to kernel as they are.
func (s *space) maybe(vector signed) bool { return vector.along(s.kernel) == 0 }

// contains reports, exactly, whether a vector is in the space, and if so a nonzero set of the vectors it is made of: each
// source with its coefficient modulo prime.
func (s *space) contains(vector signed) (sources map[int32]uint64, ok bool) {
	for _, c := range vector.plus {
		s.touch(c, 1)
	}
	for _, c := range vector.less {
		s.touch(c, -1)
	}
	by := reciprocal(s.reduce())
	ok = !s.overflow
	for _, c := range s.touched {
		ok = ok && s.acc[c] == 0
	}
	s.clear()
	if !ok {
		return nil, false
	}
	coefficient := map[int32]uint64{}
	for _, u := range s.used {
		coefficient[u.of] = times(u.factor, by)
	}
	return s.trace(coefficient), true
}

// trace writes a combination of basis rows as one of the vectors that were put in, modulo prime.
func (s *space) trace(coefficient map[int32]uint64) (sources map[int32]uint64) {
	if len(s.making) < len(s.rows) {
		s.making = make([]uint64, max(len(s.rows), cap(s.rows)))
	}
	last := int32(-1)
	for i, c := range coefficient {
		s.making[i] = c % prime
		last = max(last, i)
	}
	sources = map[int32]uint64{}
	for i := last; i >= 0; i-- {
		c := s.making[i]
		if c == 0 {
			continue
		}
		s.making[i] = 0
		r := &s.rows[i]
		c = times(c, reciprocal(r.div))
		sources[r.source] = times(c, r.scale)
		for _, u := range r.uses {
			s.making[u.of] = plus(s.making[u.of], prime-times(c, u.factor))
		}
	}
	return sources
}

// signed is a vector of ones, minus ones and zeros.
type signed struct{ plus, less []int32 }

func (s *space) push(r int32) {
	s.heap = append(s.heap, r)
	for i := len(s.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if s.heap[parent] <= s.heap[i] {
			return
		}
		s.heap[parent], s.heap[i] = s.heap[i], s.heap[parent]
		i = parent
	}
}

func (s *space) pop() int32 {
	h := s.heap
	top := h[0]
	h[0] = h[len(h)-1]
	h = h[:len(h)-1]
	s.heap = h
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return top
		}
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if h[i] <= h[child] {
			return top
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

func abs(v int64) int64 { return max(v, -v) }

// gcd is the greatest common divisor, not negative.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return abs(a)
}

// residue is a whole number modulo prime.
func residue(v int64) uint64 {
	if v < 0 {
		return prime - uint64(-v)%prime
	}
	return uint64(v) % prime
}

func plus(a, b uint64) uint64 {
	if a += b; a >= prime {
		a -= prime
	}
	return a
}

// times multiplies two numbers up to prime.
func times(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return plus(lo&prime, hi<<3|lo>>61) // 2^61 is 1 modulo prime
}

func power(b, e uint64) uint64 {
	out := uint64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			out = times(out, b)
		}
		b = times(b, b)
	}
	return out
}

func inverse(v int64) uint64 {
	switch v {
	case 1:
		return 1
	case -1:
		return prime - 1
	}
	return power(residue(v), prime-2)
}

// scatter gives an arbitrary number below prime for each number, always the same.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) % prime
}
