package disclosure

import (
	"cmp"
	"slices"
)

// class is the people that nothing published tells apart: every published sum takes all of them or nobody.
type class struct {
	atoms  []int32
	people int     // different ones, at least
	who    []int32 // of them, those who may be in other classes too
	alone  int     // of them, those who are not; less those who are behind nothing
	mark   uint64  // a bit for each of these
	x      uint64  // their part of an arbitrary vector that is orthogonal to all that is published
}

// sums finds the groups of 1 to k-1 people whose sum follows from what is published, whether they are a cell of some table or
// not. Such a group is made of whole classes of fewer than k people, and it follows only if its part of a vector that is
// orthogonal to everything published is nothing: so it is a few numbers that add up to nought, and these are found among all
// singles and pairs by meeting in the middle, as words of low weight of a code are (Stern 1989). What a vector that was chosen
// at random shows is proved by the caller. Of up to four classes every group is found, which is all for k up to 5.
func (a *audit) sums(equations []equation, x []uint64) (out []signed) {
	small := a.smallClasses(equations, x)
	if len(small) > mostClasses {
		return nil
	}
	seen := map[[4]int32]bool{}
	meet(small, a.least, func(group [4]int32) {
		if seen[group] || len(out) == mostSums {
			return
		}
		seen[group] = true
		var t signed
		for _, c := range group {
			if c >= 0 {
				t.plus = append(t.plus, small[c].atoms...)
			}
		}
		slices.Sort(t.plus)
		out = append(out, t)
	})
	slices.SortFunc(out, func(x, y signed) int {
		return cmp.Or(cmp.Compare(len(x.plus), len(y.plus)), slices.Compare(x.plus, y.plus))
	})
	return out
}

const (
	mostShared  = 1500 // of which every pair is looked at although people are in several
	mostClasses = 6000 // of which all pairs are looked at
	mostSums    = 5000 // that are found at once; what is taken away for them most often breaks the rest
)

// smallClasses gathers the classes of 1 to k-1 people that are in anything published.
func (a *audit) smallClasses(equations []equation, x []uint64) (small []class) {
	name := make([]uint64, len(a.n)) // of the published sums that an atom is in
	for i, e := range equations {
		for _, atom := range e.set {
			name[atom] += scatter(uint64(i))<<3 | 1
		}
	}
	at := make(map[uint64]int32, len(a.n))
	of := make([]int32, len(a.n)) // of each atom: its class, or -1
	var answers, size []int       // of each class
	for atom := range a.n {
		if of[atom] = -1; name[atom] == 0 || !a.live[atom] {
			continue
		}
		i, known := at[name[atom]]
		if !known {
			i = int32(len(answers))
			at[name[atom]], answers, size = i, append(answers, 0), append(size, 0)
		}
		of[atom] = i
		answers[i] += a.answered[atom]
		size[i]++
	}
	place := make([]int32, len(answers)) // among those that may be small, or -1
	var all []class
	for i, n := range answers {
		if place[i] = -1; n > 0 && n < a.least*a.repeats {
			place[i] = int32(len(all))
			all = append(all, class{atoms: make([]int32, 0, size[i])})
		}
	}
	for atom, i := range of {
		if i >= 0 && place[i] >= 0 {
			c := &all[place[i]]
			c.atoms = append(c.atoms, int32(atom))
			c.x = plus(c.x, x[atom]) % prime
		}
	}
	for _, c := range all {
		if c.people = a.different(c.atoms, a.least); c.people > 0 && c.people < a.least {
			if a.who != nil {
				a.tellWho(&c)
			}
			small = append(small, c)
		}
	}
	return small
}

// tellWho notes the people of a class.
func (a *audit) tellWho(c *class) {
	for _, atom := range c.atoms {
		if a.answered[atom] > 0 {
			c.who = append(c.who, a.who[atom]...)
			c.alone += a.crowd.alone[atom] - (a.n[atom] - a.answered[atom])
		}
	}
	slices.Sort(c.who)
	c.who = slices.Compact(c.who)
	for _, person := range c.who {
		c.mark |= 1 << (scatter(uint64(person)) % 64)
	}
}

// together counts the different people of two classes, at least.
func together(c, d *class) int {
	if c.mark&d.mark == 0 {
		return c.people + d.people
	}
	return max(c.people, d.people, union(c.who, d.who)+c.alone+d.alone)
}

// with is the people of two classes together, as one.
func (c *class) with(d *class) class {
	all := class{people: together(c, d), alone: c.alone + d.alone, mark: c.mark | d.mark}
	all.who = append(slices.Clone(c.who), d.who...)
	slices.Sort(all.who)
	all.who = slices.Compact(all.who)
	return all
}

// half is one or two classes (the second -1) and what their parts add up to.
type half struct {
	x      uint64
	a, b   int32
	people int
}

// meet gives every one to four classes of fewer than k people whose parts add up to nought: their indexes ascending, -1 first.
// It keeps of all halves only those that may have a counterpart, as a bit for each remainder tells.
//
// Not every pair need be a half. Of three classes the two smallest are at most two thirds of k-1 people, and beside two
// of four stand two more, who are at least two people. Where people are in several classes that is not so: then every pair
// is, or if there are many, those too that have somebody in common.
func meet(small []class, k int, found func(group [4]int32)) {
	most := max(2*(k-1)/3, k-3) // people of a pair
	if len(small) <= mostShared && slices.ContainsFunc(small, func(c class) bool { return len(c.who) > 0 }) {
		most = k - 1
	}
	shared := sharing(small, k, most)
	order := make([]int32, len(small))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return cmp.Compare(small[i].people, small[j].people) })
	halves := func(do func(h half)) {
		do(half{0, -1, -1, 0})
		for i := range small {
			do(half{small[i].x, -1, int32(i), small[i].people})
		}
		for n, i := range order {
			c := &small[i]
			for _, j := range order[:n] {
				d := &small[j]
				if c.people+d.people > most {
					break // the others are not smaller
				}
				do(half{plus(c.x, d.x), min(i, j), max(i, j), together(c, d)})
			}
		}
		for _, p := range shared {
			c, d := &small[p[0]], &small[p[1]]
			do(half{plus(c.x, d.x), p[0], p[1], together(c, d)})
		}
	}
	n := 0
	halves(func(half) { n++ })
	bits := uint64(64)
	for bits < 16*uint64(n) {
		bits *= 2
	}
	there := make([]uint64, bits/64)
	halves(func(h half) { there[h.x%bits/64] |= 1 << (h.x % 64) })
	var left []half
	halves(func(h half) {
		if y := (prime - h.x) % prime; there[y%bits/64]>>(y%64)&1 == 1 {
			left = append(left, h)
		}
	})
	slices.SortFunc(left, func(p, q half) int {
		return cmp.Or(cmp.Compare(p.x, q.x), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b))
	})
	for _, p := range left {
		y := (prime - p.x) % prime
		from, _ := slices.BinarySearchFunc(left, y, func(h half, y uint64) int { return cmp.Compare(h.x, y) })
		for _, q := range left[from:] {
			if q.x != y {
				break
			}
			if n := peopleOf(small, p, q, k); n == 0 || n >= k || shares(p, q) {
				continue
			}
			group := [4]int32{p.a, p.b, q.a, q.b}
			slices.Sort(group[:])
			found(group)
		}
	}
}

// sharing lists the pairs of classes of fewer than k people together who are more than most when counted in each.
func sharing(small []class, k, most int) (pairs [][2]int32) {
	of := map[int32][]int32{}
	for i := range small {
		for _, person := range small[i].who {
			of[person] = append(of[person], int32(i))
		}
	}
	for i := range small {
		c := &small[i]
		for _, person := range c.who {
			for _, j := range of[person] {
				if int(j) >= i {
					break
				}
				if d := &small[j]; c.people+d.people > most && together(c, d) < k {
					pairs = append(pairs, [2]int32{j, int32(i)})
				}
			}
		}
	}
	slices.SortFunc(pairs, func(x, y [2]int32) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	return slices.Compact(pairs)
}

// peopleOf counts the different people of two halves, at least, as far as it matters for k.
func peopleOf(small []class, p, q half, k int) int {
	n := p.people + q.people
	if n < k || p.b < 0 || q.b < 0 {
		return n
	}
	var all class
	first := true
	for _, i := range []int32{p.a, p.b, q.a, q.b} {
		switch {
		case i < 0:
		case first:
			all, first = small[i], false
		default:
			all = all.with(&small[i])
		}
	}
	return all.people
}

// shares reports whether two halves have a class in common.
func shares(p, q half) bool {
	return p.b >= 0 && (p.b == q.a || p.b == q.b) || p.a >= 0 && (p.a == q.a || p.a == q.b)
}

// orthogonal gives a vector modulo prime that is orthogonal to the sets of all equations and otherwise arbitrary, where a space
// overflows: elimination needs no whole numbers for that.
func orthogonal(equations []equation, columns int) []uint64 {
	type entry struct {
		column int
		value  uint64
	}
	rows := make([][]entry, columns) // by the first column, where it is one
	v := make([]uint64, columns)
	for _, e := range equations {
		clear(v)
		for _, c := range e.set {
			v[c] = 1
		}
		for c := range v {
			if v[c] %= prime; v[c] == 0 {
				continue
			}
			if rows[c] == nil {
				by := power(v[c], prime-2)
				for i := c; i < columns; i++ {
					if v[i] %= prime; v[i] != 0 {
						rows[c] = append(rows[c], entry{i, times(v[i], by)})
					}
				}
				break
			}
			by := prime - v[c]
			for _, at := range rows[c] {
				v[at.column] = plus(v[at.column], times(at.value, by))
			}
		}
	}
	x := make([]uint64, columns)
	for c := columns - 1; c >= 0; c-- {
		if rows[c] == nil {
			x[c] = scatter(uint64(c))
			continue
		}
		var sum uint64
		for _, at := range rows[c][1:] {
			sum = plus(sum, times(at.value, x[at.column]))
		}
		x[c] = (prime - sum%prime) % prime
	}
	return x
}
