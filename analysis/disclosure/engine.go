package disclosure

import (
	"math/big"
	"sort"
)

// group is one cell as the engine sees it: a set of atoms, and a name to break ties by.
type group struct {
	name  string
	n     int64
	atoms []int // sorted
}

// line says that the parts are disjoint and make up the total; all are indexes of groups.
type line struct {
	total int
	parts []int
}

// engine takes cells away until nothing small can be computed.
type engine struct {
	k      int64
	groups []group
	lines  []line
	why    []Reason // per group
}

// solve runs primary suppression, the line rule and the audit to their common fixed point.
func (e *engine) solve() {
	if e.why == nil {
		e.why = make([]Reason, len(e.groups))
	}
	for i, g := range e.groups {
		if g.n < e.k && e.why[i] == Published {
			e.why[i] = Small
		}
	}
	e.runLines()
	for {
		victim := e.audit()
		if victim < 0 {
			return
		}
		e.why[victim] = Complement
		e.runLines()
	}
}

// runLines applies the line rule of METHOD 5.2 until nothing changes.
func (e *engine) runLines() {
	for changed := true; changed; {
		changed = false
		for _, l := range e.lines {
			if e.why[l.total] != Published {
				continue
			}
			var hidden, hiddenN int64
			for _, p := range l.parts {
				if e.groups[p].n > 0 && e.why[p] != Published {
					hidden++
					hiddenN += e.groups[p].n
				}
			}
			for hidden > 0 && hiddenN < e.k {
				smallest := -1
				for _, p := range l.parts {
					if e.groups[p].n > 0 && e.why[p] == Published && (smallest < 0 || e.less(p, smallest)) {
						smallest = p
					}
				}
				changed = true
				if smallest < 0 {
					e.why[l.total] = Complement
					break
				}
				e.why[smallest] = Complement
				hidden++
				hiddenN += e.groups[smallest].n
			}
		}
	}
}

// less orders groups by size, then by name.
func (e *engine) less(a, b int) bool {
	if e.groups[a].n != e.groups[b].n {
		return e.groups[a].n < e.groups[b].n
	}
	return e.groups[a].name < e.groups[b].name
}

// audit looks for what the line rule cannot see and names the published group to take away, or −1 when all is well:
// a hidden group of 1…k−1 people whose sum is a linear combination of published sums, or two published groups, one
// inside the other, that differ by 1…k−1 people.
func (e *engine) audit() int {
	published := e.order(func(i int) bool { return e.why[i] == Published && e.groups[i].n > 0 })
	space := rowspace{}
	for _, i := range published {
		space.add(e.groups[i].atoms)
	}
	for _, i := range e.order(func(i int) bool { return e.why[i] != Published && e.groups[i].n > 0 && e.groups[i].n < e.k }) {
		if space.has(e.groups[i].atoms) {
			for _, p := range published {
				if overlap(e.groups[p].atoms, e.groups[i].atoms) {
					return p
				}
			}
		}
	}
	return e.pair(published)
}

// pair finds the smaller of two nested published groups that differ by fewer than k people. Only groups of nearly equal
// size can be such a pair, so neighbours by size suffice.
func (e *engine) pair(published []int) int {
	for a, i := range published {
		for _, j := range published[a+1:] {
			difference := e.groups[j].n - e.groups[i].n
			if difference >= e.k {
				break
			}
			if difference > 0 && contains(e.groups[j].atoms, e.groups[i].atoms) {
				return i
			}
		}
	}
	return -1
}

// order lists the groups that are kept by size, then name.
func (e *engine) order(keep func(int) bool) []int {
	var out []int
	for i := range e.groups {
		if keep(i) {
			out = append(out, i)
		}
	}
	sort.Slice(out, func(a, b int) bool { return e.less(out[a], out[b]) })
	return out
}

// overlap reports whether two sorted sets share an atom.
func overlap(a, b []int) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			return true
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return false
}

// contains reports whether the sorted set a has all of b.
func contains(a, b []int) bool {
	i := 0
	for _, x := range b {
		for i < len(a) && a[i] < x {
			i++
		}
		if i == len(a) || a[i] != x {
			return false
		}
	}
	return true
}

// rowspace is the span of indicator vectors over the rationals, as a triangular basis keyed by leading atom.
type rowspace map[int]map[int]*big.Rat

// reduce subtracts basis rows from the indicator vector of a set until it is zero (nil) or has a leading atom of its own.
func (s rowspace) reduce(set []int) (rest map[int]*big.Rat, lead int) {
	rest = make(map[int]*big.Rat, len(set))
	for _, a := range set {
		rest[a] = big.NewRat(1, 1)
	}
	queue := append(atomHeap(nil), set...)
	queue.init()
	for {
		lead = -1
		for len(queue) > 0 {
			a := queue.pop()
			if v := rest[a]; v != nil {
				lead = a
				break
			}
		}
		if lead < 0 {
			return nil, -1
		}
		row := s[lead]
		if row == nil {
			return rest, lead
		}
		factor := new(big.Rat).Set(rest[lead])
		for a, v := range row {
			current := rest[a]
			if current == nil {
				current = new(big.Rat)
				queue.push(a)
			}
			current = new(big.Rat).Sub(current, new(big.Rat).Mul(factor, v))
			if current.Sign() == 0 {
				delete(rest, a)
			} else {
				rest[a] = current
			}
		}
	}
}

// add puts a set's vector into the basis.
func (s rowspace) add(set []int) {
	rest, lead := s.reduce(set)
	if rest == nil {
		return
	}
	inverse := new(big.Rat).Inv(rest[lead])
	for a, v := range rest {
		rest[a] = new(big.Rat).Mul(v, inverse)
	}
	s[lead] = rest
}

// has reports whether a set's vector is in the span.
func (s rowspace) has(set []int) bool {
	rest, _ := s.reduce(set)
	return rest == nil
}

// atomHeap gives atoms in ascending order.
type atomHeap []int

func (h atomHeap) init() { sort.Ints(h) } // a sorted slice is a heap

func (h *atomHeap) push(a int) {
	*h = append(*h, a)
	q := *h
	for i := len(q) - 1; i > 0; {
		parent := (i - 1) / 2
		if q[parent] <= q[i] {
			break
		}
		q[parent], q[i] = q[i], q[parent]
		i = parent
	}
}

func (h *atomHeap) pop() int {
	q := *h
	top := q[0]
	q[0] = q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(q) {
			return top
		}
		if child+1 < len(q) && q[child+1] < q[child] {
			child++
		}
		if q[i] <= q[child] {
			return top
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}
