package disclosure

import "slices"

// mostWork bounds what giveBack may do, counted in additions.
const mostWork = 400_000_000

// giveBack publishes again what was taken away and turns out not to be needed, the largest first: what came later may
// protect what it was taken for. A group may come back when no target then follows from what is published, no line is left
// with a few, and no pair.
//
// Whether a target t follows from the published P and one more v is seen from a few arbitrary vectors x, y orthogonal to P: it
// does only if t and v are in proportion on them, t·x v·y = t·y v·x. What comes back is audited again, exactly, by the caller.
func (a *audit) giveBack() (some bool) {
	if len(a.all) == 0 || a.space == nil || a.space.overflow {
		return false
	}
	var groups []int
	for i, g := range a.groups {
		if a.why[i] == Complement && g.Withheld == Published && g.people() >= g.K {
			groups = append(groups, i)
		}
	}
	if len(groups) == 0 {
		return false
	}
	slices.SortFunc(groups, func(x, y int) int {
		if a.less(y, x) {
			return -1
		}
		return 1
	})
	several := 4 // more when something comes back; each costs as much to keep as to find
	var pool [][]uint64
	var products [][]uint64 // of each vector of the pool: with each target
	along := make([]uint64, 0, 8)
	solved := 0
	fill := func() {
		for len(pool) < several {
			x := a.space.orthogonal(solved)
			solved++
			pool = append(pool, x)
		}
		products = make([][]uint64, len(pool))
		for j, x := range pool {
			products[j] = make([]uint64, len(a.all))
			for i, t := range a.all {
				products[j][i] = t.along(x)
			}
		}
	}
	fill()
	work := 0
	for _, group := range groups {
		set := signed{plus: a.set(known{group, a.now})}
		if work += len(a.all) + several*len(set.plus); work > mostWork {
			break
		}
		along = along[:len(pool)]
		first := -1
		for j, x := range pool {
			if along[j] = set.along(x); along[j] != 0 && first < 0 {
				first = j
			}
		}
		if first >= 0 && (len(pool) < 2 || reveals(products, along, first)) {
			continue
		}
		a.why[group] = Published
		if !a.stands(group) {
			a.why[group] = Complement
			continue
		}
		some, a.grown = true, true
		a.stale = append(a.stale, group)
		if first < 0 {
			continue
		}
		a.grow(group)
		// Of the pool, what is orthogonal to this group as well.
		work += len(pool) * (len(pool[0]) + len(a.all))
		by := reciprocal(along[first])
		for j := range pool {
			if j != first && along[j] != 0 {
				f := times(along[j], by)
				subtract(pool[j], pool[first], f)
				subtract(products[j], products[first], f)
			}
		}
		pool, products = slices.Delete(pool, first, first+1), slices.Delete(products, first, first+1)
		if len(pool) < 2 {
			if a.space.overflow {
				break
			}
			pool, several = nil, 8
			fill()
			work += several * (len(a.n) + len(a.all))
		}
	}
	return some
}

// reveals reports whether a target would follow from one more group, which is not nothing along the first of the vectors.
func reveals(products [][]uint64, along []uint64, first int) bool {
	other := 0
	if first == 0 {
		other = 1
	}
	x, y := products[first], products[other]
	if along[other] == 0 {
		return slices.Contains(y, 0)
	}
	ratio := times(along[first], reciprocal(along[other]))
	for i, part := range y {
		if times(part, ratio) == x[i] {
			return true
		}
	}
	return false
}

// stands reports whether a group may be published as far as lines and pairs go.
func (a *audit) stands(group int) bool {
	for _, l := range a.ofLine.at(group) {
		line := a.lines[l]
		if a.fresh(line.Total) {
			if covered, k := a.covered(line, view{a.now, -1, false}); covered > 0 && covered < k {
				return false
			}
		}
	}
	return !a.paired(group)
}

// paired reports whether a group and a published one, one inside the other, differ by 1 to k-1 people now.
func (a *audit) paired(group int) bool {
	set := a.set(known{group, a.now})
	seen := map[int32]bool{int32(group): true}
	for _, atom := range set {
		for _, cell := range a.cellsOf(a.leaf[a.now][atom]) {
			if seen[cell] {
				continue
			}
			seen[cell] = true
			other := int(cell)
			left := a.groups[group].N - a.groups[other].N
			k := max(a.groups[group].K, a.groups[other].K)
			if !a.fresh(other) || left == 0 || left >= k*a.repeats || -left >= k*a.repeats {
				continue
			}
			small, large := a.set(known{other, a.now}), set
			if left < 0 {
				small, large = large, small
			}
			if len(without(small, large)) == 0 && (abs(int64(left)) < int64(k) || a.fewHeads(without(large, small), a.least)) {
				return true
			}
		}
	}
	return false
}
