package disclosure

import (
	"cmp"
	"slices"
)

// equation is a set whose sum follows from published sums: whole less parts, whose sets are disjoint and within it.
type equation struct {
	set   []int32
	whole known
	less  []int
}

// compareEquations orders equations, small sets first: elimination then stays sparse.
func compareEquations(x, y *equation) int {
	return cmp.Or(cmp.Compare(len(x.set), len(y.set)), slices.Compare(x.set, y.set),
		cmp.Compare(x.whole.group, y.whole.group), cmp.Compare(x.whole.stretch, y.whole.stretch))
}

// published lists every sum that the attacker has.
func (d *decider) published() (out []known) {
	for i := range d.groups {
		for _, s := range d.known[i] {
			if int(s) != d.now || !d.fresh(i) {
				out = append(out, known{i, int(s)})
			}
		}
		if d.fresh(i) {
			out = append(out, known{i, d.now})
		}
	}
	return out
}

// isPublished reports whether the attacker has the sum of a group itself.
func (d *decider) isPublished(k known) bool {
	return k.stretch == d.now && d.fresh(k.group) || slices.Contains(d.known[k.group], int32(k.stretch))
}

// equations writes what is published as few small sets that span the same, in order: totals of which all parts are published
// say nothing more, others are taken less their published parts.
func (a *audit) equations() []equation {
	type place struct {
		key uint64 // the length and the first atom of the set
		at  int32
	}
	if a.kept != nil {
		return a.equationsAgain()
	}
	var all []equation
	var order []place
	for _, k := range a.published() {
		if e := a.equation(k); len(e.set) > 0 {
			order = append(order, place{uint64(len(e.set))<<32 | uint64(e.set[0]), int32(len(all))})
			all = append(all, e)
		}
	}
	slices.SortFunc(order, func(x, y place) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		return compareEquations(&all[x.at], &all[y.at])
	})
	out := make([]equation, len(all))
	for i, p := range order {
		out[i] = all[p.at]
	}
	a.kept, a.stale = out, a.stale[:0]
	return out
}

// equationsAgain is equations where only those of stale groups, and of their totals, can be others than they were.
func (a *audit) equationsAgain() []equation {
	if len(a.stale) == 0 {
		return a.kept
	}
	groups := a.withTotals(a.stale)
	a.stale = a.stale[:0]
	var others []equation
	other := make([]bool, len(a.groups))
	for _, group := range groups {
		other[group] = true
		if k := (known{group, a.now}); a.isPublished(k) {
			if e := a.equation(k); len(e.set) > 0 {
				others = append(others, e)
			}
		}
	}
	slices.SortFunc(others, func(x, y equation) int { return compareEquations(&x, &y) })
	out := make([]equation, 0, len(a.kept)+len(others))
	for i := range a.kept {
		e := &a.kept[i]
		if e.whole.stretch == a.now && other[e.whole.group] {
			continue
		}
		for len(others) > 0 && compareEquations(&others[0], e) < 0 {
			out, others = append(out, others[0]), others[1:]
		}
		out = append(out, *e)
	}
	a.kept = append(out, others...)
	return a.kept
}

// withTotals adds to groups the totals whose equations take them off, in order.
func (a *audit) withTotals(groups []int) []int {
	out := slices.Clone(groups)
	for _, group := range groups {
		for _, l := range a.ofLine.at(group) {
			out = append(out, a.lines[l].Total)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// equation is what a published sum says beyond its published parts, the most of them along one line; its set is empty when
// that is nothing.
func (a *audit) equation(k known) equation {
	n := a.count(k)
	if n == 0 {
		return equation{}
	}
	is := func(part int) bool { // what an earlier release published of a part without a change since is not taken off
		if k.stretch == a.now {
			return a.fresh(part)
		}
		return slices.Contains(a.known[part], int32(k.stretch))
	}
	best, least := -1, n
	for _, l := range a.ofLine.at(k.group) {
		line := a.lines[l]
		if line.Total != k.group {
			continue
		}
		left := n
		for _, part := range line.Parts {
			if is(part) {
				left -= a.count(known{part, k.stretch})
			}
		}
		if left < least {
			best, least = int(l), left
		}
	}
	whole := a.set(k)
	if best < 0 {
		return equation{set: whole, whole: k}
	}
	e := equation{whole: k}
	a.round++
	for _, part := range a.lines[best].Parts {
		if is(part) {
			e.less = append(e.less, part)
			for _, atom := range a.in[k.stretch].at(part) {
				a.mark[atom] = a.round
			}
		}
	}
	for _, atom := range whole {
		if a.mark[atom] != a.round {
			e.set = append(e.set, atom)
		}
	}
	if len(e.set) != least { // the parts are not what the picture says: take the total as it is
		e.set, e.less = whole, nil
	}
	return e
}

// set gives the atoms of a published sum that anybody is in. It is not to be changed.
func (a *audit) set(k known) (out []int32) {
	in := a.in[k.stretch].at(k.group)
	if a.allLive {
		return in
	}
	out = make([]int32, 0, a.count(k))
	for _, atom := range in {
		if a.live[atom] {
			out = append(out, atom)
		}
	}
	return out
}

// count is how many live atoms a sum is over.
func (a *audit) count(k known) int {
	if a.allLive {
		return len(a.in[k.stretch].at(k.group))
	}
	if a.counts == nil {
		a.counts = make([][]int32, len(a.when))
	}
	if a.counts[k.stretch] == nil {
		a.counts[k.stretch] = make([]int32, len(a.groups))
	}
	n := &a.counts[k.stretch][k.group]
	if *n == 0 {
		for _, atom := range a.in[k.stretch].at(k.group) {
			if a.live[atom] {
				*n++
			}
		}
		*n++
	}
	return int(*n) - 1
}

// mostChanged is how many equations may change before a space is built anew.
const mostChanged = 100

// build gathers what is published into a space.
func (a *audit) build() {
	if a.space == nil {
		a.kept = nil
	}
	equations := a.equations()
	weight := make([]int32, len(a.n))
	for i := range equations {
		for _, atom := range equations[i].set {
			weight[atom]++
		}
	}
	a.space = newBasis(weight, a.late, equations, len(a.groups), a.now, a.space)
	a.changed, a.grown = a.changed[:0], false
}

// change notes groups that were taken away since the space was built.
func (a *audit) change(groups []int) {
	a.changed, a.stale = append(a.changed, groups...), append(a.stale, groups...)
}

// refresh brings the space up to what is published now.
func (a *audit) refresh() {
	anew := a.grown || a.movers != nil || len(a.changed) > mostChanged
	switch {
	case a.space == nil || a.space.overflow || len(a.changed) > 0 && anew:
		a.build()
	case len(a.changed) > 0 && len(a.targets) == 0: // the next thing would be to look at a space built for it
		a.build()
		a.targets = a.open
	case len(a.changed) > 0 && !a.follow():
		a.build()
	}
}

// follow takes what changed into the space that is there. It is false when that has to be built anew.
func (a *audit) follow() bool {
	s := a.space
	touched := a.withTotals(a.changed)
	a.changed = a.changed[:0]
	var gone []int32
	for _, group := range touched {
		var e equation
		if k := (known{group, a.now}); a.isPublished(k) {
			e = a.equation(k)
		}
		source := s.now[group]
		if source >= 0 && slices.Equal(s.equations[source].set, e.set) {
			s.equations[source].less = e.less
			continue
		}
		if s.now[group] = -1; source >= 0 {
			gone = append(gone, source)
		}
		if len(e.set) > 0 && !s.insert(e) {
			return false
		}
	}
	for _, source := range gone {
		s.take(source)
	}
	return !s.overflow
}

// grow puts a group that came back into the space. It is not the space that build would make, but the same vectors are in it.
func (a *audit) grow(group int) {
	k := known{group, a.now}
	a.space.equations = append(a.space.equations, equation{set: a.set(k), whole: k})
	a.space.add(a.set(k), int32(len(a.space.equations)-1))
}
