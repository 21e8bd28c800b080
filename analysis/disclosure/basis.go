package disclosure

import "slices"

// A basis is the space of a list of equations of which some are taken away and others put in, a few at a time. Of the list it
// keeps the equations that do not follow from those before them in order, so what it says a vector is made of depends on
// the list alone.
//
// The space stays as it was built. Beside it the basis writes every equation that follows from others as a combination of
// them; when one of these is taken away, the first that has it in its combination takes its place, as in the simplex method. Factors
// are residues modulo prime: a number that is not zero is seen as such but for a chance of about one in the prime, so
// nothing is called out of reach for good before it was looked at in a space that was built anew.
type basis struct {
	*space
	equations []equation            // by source
	now       []int32               // of each group: the source of its sum of now, or -1
	listed    []bool                // of each source: still in the list
	dead      []bool                // of each source: taken away with nothing in its place
	row       []int32               // of each source that the space was made of: its row, or -1
	follows   [][]use               // of each of these that has no row: the rows that it is made of
	apart     map[int32]combination // of each source that is not in the basis
	moved     bool                  // the list is not that of the space any more
}

// combination says how often each source is taken, modulo prime.
type combination map[int32]uint64

// newBasis makes the space of equations that are in order. Another one, of nearly the same equations, saves work (nil: there is none).
func newBasis(weight []int32, late []bool, equations []equation, groups, now int, before *basis) *basis {
	b := &basis{space: newSpace(weight), equations: slices.Clip(equations), now: make([]int32, groups), listed: make([]bool, len(equations)),
		dead: make([]bool, len(equations)), row: make([]int32, len(equations)), follows: make([][]use, len(equations))}
	b.late = late
	b.rows = make([]row, 0, len(equations))
	for i := range b.now {
		b.now[i] = -1
	}
	var old *earlier
	if before != nil && !before.overflow {
		old = newEarlier(before, weight)
	}
	for i := range equations {
		source := int32(i)
		if k := equations[i].whole; k.stretch == now {
			b.now[k.group] = source
		}
		b.listed[i] = true
		if old != nil {
			b.putAgain(source, old)
		} else {
			b.put(source)
		}
	}
	return b
}

// put eliminates with an equation.
func (b *basis) put(source int32) {
	if b.row[source] = b.add(b.equations[source].set, source); b.row[source] < 0 {
		b.follows[source] = b.keep(b.used)
	}
}

// holds reports whether a vector is in the space of the list, and what it is made of.
func (b *basis) holds(vector signed) (sources map[int32]uint64, ok bool) {
	sources, ok = b.contains(vector)
	if !ok || !b.moved {
		return sources, ok
	}
	sources = b.rewrite(sources)
	for source := range sources {
		if b.dead[source] {
			return nil, false
		}
	}
	return sources, true
}

// rewrite writes a combination of what was the basis when the space was built as one of the basis.
func (b *basis) rewrite(old map[int32]uint64) combination {
	out := combination{}
	for source, c := range old {
		if c %= prime; c == 0 {
			continue
		}
		if made, is := b.apart[source]; is {
			for of, factor := range made {
				out.plus(of, times(c, factor))
			}
		} else {
			out.plus(source, c)
		}
	}
	return out
}

// plus adds to one factor; none is zero.
func (c combination) plus(source int32, factor uint64) {
	if sum := plus(c[source], factor) % prime; sum != 0 {
		c[source] = sum
	} else {
		delete(c, source)
	}
}

// begin writes down the combinations that change, before the first change.
func (b *basis) begin() {
	if b.moved {
		return
	}
	b.moved, b.apart = true, map[int32]combination{}
	for i, used := range b.follows {
		source := int32(i)
		if b.row[source] >= 0 {
			continue
		}
		coefficient := make(map[int32]uint64, len(used))
		for _, u := range used {
			coefficient[u.of] = u.factor
		}
		made := combination(b.trace(coefficient)) // of rows that were all there from the beginning
		for of, factor := range made {
			if factor%prime == 0 {
				delete(made, of)
			}
		}
		b.apart[source] = made
	}
}

// insert puts an equation into the list. It is false when the equation is not in the space of the list.
func (b *basis) insert(e equation) bool {
	b.begin()
	made, ok := b.holds(signed{plus: e.set})
	if !ok {
		return false
	}
	source := int32(len(b.equations))
	b.equations, b.listed, b.dead = append(b.equations, e), append(b.listed, true), append(b.dead, false)
	b.now[e.whole.group] = source
	b.apart[source] = made
	last := source
	for other := range made {
		if b.compare(other, last) > 0 {
			last = other
		}
	}
	if last != source {
		b.swap(source, last)
	}
	return true
}

// take takes an equation out of the list.
func (b *basis) take(source int32) {
	b.begin()
	b.listed[source] = false
	if _, is := b.apart[source]; is {
		return
	}
	first := int32(-1)
	for other, made := range b.apart {
		if made[source] != 0 && b.listed[other] && (first < 0 || b.compare(other, first) < 0) {
			first = other
		}
	}
	if first < 0 {
		b.dead[source] = true
		return
	}
	b.swap(first, source)
}

// compare is the order of two equations.
func (b *basis) compare(x, y int32) int { return compareEquations(&b.equations[x], &b.equations[y]) }

// swap puts one source into the basis in the place of one that it is made of.
func (b *basis) swap(in, out int32) {
	made := b.apart[in]
	delete(b.apart, in)
	by := reciprocal(made[out])
	delete(made, out)
	instead := combination{in: by} // what out is made of now
	for source, factor := range made {
		instead[source] = times(prime-factor, by) % prime
	}
	for _, other := range b.apart {
		if c := other[out]; c != 0 {
			delete(other, out)
			for source, factor := range instead {
				other.plus(source, times(c, factor))
			}
		}
	}
	b.apart[out] = instead
}
