package disclosure

import (
	"cmp"
	"slices"
)

// known is one published sum: the people of a cell in a stretch of time.
type known struct{ group, stretch int }

// audit looks, by linear algebra over all that is and was published, for what the line rule cannot see (METHOD 5.2, 5.3).
// A target that was found out of reach stays so, since the published only become fewer; so each is proved once.
type audit struct {
	*decider
	live    []bool     // per atom: there are some
	all     []signed   // what must not be computed
	targets []signed   // what of it is not yet proved
	space   *basis     // of what was published when findings last looked
	changed []int      // groups that were taken away since
	kept    []equation // what equations gave last
	stale   []int      // groups that were taken away or came back since
	grown   bool       // groups that came back are in the space
	open    []signed   // what was not proved when the space was built
	rounds  int        // of findings
	movers  []bool     // per atom: not in the same leaf at all times; nil without a past
	late    []bool     // per atom: eliminated last, so that what is about them alone stands by itself
	least   int        // the lowest threshold
	allLive bool
	counts  [][]int32 // per stretch and group: its live atoms and one more; nil or 0 where they were not counted
	mark    []int32   // scratch, per atom: the round that it was marked in
	round   int32
}

// newAudit finds what must not be computed: the people of a hidden cell of 1 to k-1, now and in every earlier stretch, the
// difference of any cell between two stretches where 1 to k-1 came or went, and every atom of 1 to k-1.
func (d *decider) newAudit() *audit {
	a := &audit{decider: d, live: make([]bool, len(d.n)), mark: make([]int32, len(d.n)), allLive: true}
	for i, g := range d.groups {
		if i == 0 || g.K < a.least {
			a.least = g.K
		}
	}
	if d.now > 0 {
		a.movers = make([]bool, len(d.n))
		for atom := range d.n {
			for s := range d.now {
				a.movers[atom] = a.movers[atom] || d.leaf[s][atom] != d.leaf[d.now][atom]
			}
		}
	}
	a.late = make([]bool, len(d.n))
	for atom, n := range d.answered {
		a.late[atom] = a.movers == nil && n < a.least || a.movers != nil && a.movers[atom] // all small atoms of many releases are too many
	}
	for atom := range d.n {
		a.live[atom] = d.answered[atom] > 0
	}
	for i := range d.groups {
		if g := &d.groups[i]; !d.counted && g.N == 0 && !g.Absent {
			for _, atom := range d.in[d.now].at(i) {
				a.live[atom] = false
			}
		}
	}
	a.allLive = !slices.Contains(a.live, false)
	for i, g := range d.groups {
		if g.N > 0 && !d.fresh(i) && g.people() < g.K {
			a.target(a.set(known{i, d.now}), nil)
		}
	}
	for s := range d.now {
		for i, g := range d.groups {
			if g.Absent {
				continue
			}
			if n := d.size[s][i]; n > 0 && (n < g.K || n < g.K*d.repeats && d.fewHeads(d.in[s].at(i), g.K)) {
				a.target(a.set(known{i, s}), nil)
			}
		}
	}
	for _, m := range d.moves {
		if g := d.groups[m.group]; m.few(g.K) && !g.Absent {
			then, later := a.set(known{m.group, m.from}), a.set(known{m.group, m.to})
			a.target(later, then)
			if m.added > 0 && m.removed > 0 {
				if m.fewCame(g.K) {
					a.target(without(later, then), nil)
				}
				if m.fewWent(g.K) {
					a.target(without(then, later), nil)
				}
			}
		}
	}
	atoms, least := make([]int32, len(d.n)), d.thresholds(d.groups)
	for atom, n := range d.answered {
		if atoms[atom] = int32(atom); n < least[atom] && a.live[atom] {
			a.target(atoms[atom:atom+1:atom+1], nil)
		}
	}
	for _, group := range a.everyFew() {
		a.target(group, nil)
	}
	slices.SortFunc(a.targets, func(x, y signed) int {
		return cmp.Or(cmp.Compare(len(x.plus)+len(x.less), len(y.plus)+len(y.less)), slices.Compare(x.plus, y.plus), slices.Compare(x.less, y.less))
	})
	a.targets = slices.CompactFunc(a.targets, func(x, y signed) bool { return slices.Equal(x.plus, y.plus) && slices.Equal(x.less, y.less) })
	a.all, a.open = a.targets, a.targets
	return a
}

// target notes the difference of two sets.
func (a *audit) target(plus, less []int32) {
	t := signed{plus: plus}
	if len(less) > 0 {
		t = signed{plus: without(plus, less), less: without(less, plus)}
	}
	if len(t.plus)+len(t.less) > 0 {
		a.targets = append(a.targets, t)
	}
}

// without gives what is in a sorted set and not in another.
func without(set, other []int32) (out []int32) {
	for i, j := 0, 0; i < len(set); i++ {
		for j < len(other) && other[j] < set[i] {
			j++
		}
		if j == len(other) || other[j] != set[i] {
			out = append(out, set[i])
		}
	}
	return out
}

// findings names published groups to take away, so that a target that can be computed no longer can; nil when none can.
func (a *audit) findings() []int {
	if len(a.all) == 0 {
		return nil
	}
	a.refresh()
	a.rounds++
	if s := a.space; !s.overflow && (s.moved || a.grown) {
		open, victims, _ := a.reached()
		switch {
		case s.overflow:
		case a.grown && len(open) == 0 && !a.hasFew() && len(a.sums(s.equations, s.orthogonal(1))) == 0:
			return nil
		case !a.grown && len(victims) > 0:
			a.targets = open
			return victims
		}
		// What is out of reach, and what else follows, is seen in a space built for it.
		a.build()
		a.targets = a.open
	}
	if a.space.overflow {
		return a.bigFindings()
	}
	open, victims, taken := a.reached()
	if a.space.overflow {
		return a.bigFindings()
	}
	a.targets, a.open = open, open
	if len(victims) == 0 || a.movers != nil {
		for _, sources := range a.few(a.space.space) {
			chosen, _ := a.victims(a.space.equations, sources, taken)
			victims = append(victims, chosen...)
		}
	}
	if len(victims) == 0 {
		for _, sum := range a.sums(a.space.equations, a.space.orthogonal(1)) {
			sources, within := a.space.contains(sum)
			if a.space.overflow {
				return a.bigFindings()
			}
			if within {
				a.all = append(a.all, sum)
				chosen, _ := a.victims(a.space.equations, sources, taken)
				victims = append(victims, chosen...)
			}
		}
	}
	return victims
}

// reached gives the targets that follow from what is published now, where anything can be done about it, and what to take away.
func (a *audit) reached() (open []signed, victims []int, taken map[int]bool) {
	s := a.space
	screened := len(a.targets) > fewTargets
	if screened {
		s.solve()
	}
	taken = map[int]bool{}
	for _, target := range a.targets {
		if screened && !s.maybe(target) {
			continue
		}
		sources, within := s.holds(target)
		if s.overflow {
			break
		}
		if !within {
			continue
		}
		chosen, hit := a.victims(s.equations, sources, taken)
		if len(chosen) == 0 && !hit {
			continue // it follows from earlier releases alone: nothing that is done now can help
		}
		open = append(open, target)
		victims = append(victims, chosen...)
	}
	return open, victims, taken
}

// hasFew reports whether few has anything to look at.
func (a *audit) hasFew() bool {
	n := 0
	for i := range a.space.rows {
		if a.late[a.space.rows[i].pivot] {
			n++
		}
	}
	return n > 0 && (a.movers != nil || n <= mostPairs)
}

// victims chooses the smallest of the published groups that a combination takes and that are decided now, of each target
// one, and more when rounds of one have not been enough. A combination that takes a group which goes already is broken
// (hit); then it chooses none.
func (a *audit) victims(equations []equation, sources map[int32]uint64, taken map[int]bool) (victims []int, hit bool) {
	weight := map[int]uint64{}
	for source, c := range sources {
		e := equations[source]
		if e.whole.stretch != a.now { // the parts are of the same stretch
			continue
		}
		weight[e.whole.group] = plus(weight[e.whole.group], c)
		for _, part := range e.less {
			weight[part] = plus(weight[part], prime-c)
		}
	}
	for group, c := range weight {
		if c%prime == 0 || !a.fresh(group) || a.out(group) {
			continue
		}
		if taken[group] {
			return nil, true
		}
		victims = append(victims, group)
	}
	slices.SortFunc(victims, func(x, y int) int {
		return cmp.Or(-cmp.Compare(a.groups[x].Rank, a.groups[y].Rank), cmp.Compare(a.groups[x].N, a.groups[y].N), cmp.Compare(x, y))
	})
	victims = victims[:min(len(victims), 1+a.rounds/patience)]
	for _, victim := range victims {
		taken[victim] = true
	}
	return victims, false
}

// fewTargets are so few that each is looked at without a screen.
const fewTargets = 200

// patience is after how many rounds one more group of each combination goes at once.
const patience = 8

// bigFindings is findings in numbers of any size; it takes the smallest published group that overlaps a target.
func (a *audit) bigFindings() []int {
	s := newBigspace()
	equations := a.equations()
	for _, e := range equations {
		s.add(e.set)
	}
	var open []signed
	var victims []int
	look := func(target signed) {
		if !s.contains(target) {
			return
		}
		all := slices.Concat(target.plus, target.less)
		slices.Sort(all)
		smallest := -1
		for i := range a.groups {
			if a.fresh(i) && !a.out(i) && (smallest < 0 || a.less(i, smallest)) && len(without(all, a.in[a.now].at(i))) < len(all) {
				smallest = i
			}
		}
		if smallest >= 0 {
			open, victims = append(open, target), append(victims, smallest)
		}
	}
	for _, target := range a.targets {
		look(target)
	}
	if len(victims) == 0 {
		for _, sum := range a.sums(equations, orthogonal(equations, len(a.n))) {
			look(sum)
		}
	}
	a.targets, a.open = open, open
	slices.Sort(victims)
	return slices.Compact(victims)
}

// pairs names the smaller of two published groups, one inside the other, that differ by 1 to k-1 people.
func (a *audit) pairs() []int {
	isKnown := make([][]bool, len(a.when))
	for s := range isKnown {
		isKnown[s] = make([]bool, len(a.groups))
	}
	all := a.published() // by group and stretch
	order := make([]uint64, len(all))
	for i, k := range all {
		isKnown[k.stretch][k.group] = true
		order[i] = uint64(a.people(k))<<32 | uint64(i)
	}
	slices.Sort(order)
	gone := map[int]bool{}
	var victims []int
	for _, at := range order {
		small := all[at&(1<<32-1)]
		set := a.in[small.stretch].at(small.group)
		first := slices.IndexFunc(set, func(atom int32) bool { return a.live[atom] })
		if first < 0 || small.stretch == a.now && gone[small.group] {
			continue
		}
		n := a.people(small)
		for s := range a.when {
			for _, cell := range a.cellsOf(a.leaf[s][set[first]]) {
				large := known{int(cell), s}
				left := a.people(large) - n
				k := max(a.groups[cell].K, a.groups[small.group].K)
				if !isKnown[s][cell] || left <= 0 || left >= k*a.repeats || s == a.now && gone[large.group] {
					continue
				}
				if left >= k && !a.fewHeads(without(a.in[s].at(large.group), set), a.least) {
					continue
				}
				if slices.ContainsFunc(without(set, a.in[s].at(large.group)), func(atom int32) bool { return a.live[atom] }) {
					continue
				}
				victim := -1
				for _, k := range []known{large, small} {
					if k.stretch == a.now && a.fresh(k.group) && !a.out(k.group) {
						victim = k.group
					}
				}
				if victim >= 0 && !gone[victim] { // otherwise both are out already
					gone[victim] = true
					victims = append(victims, victim)
				}
			}
		}
	}
	return victims
}

// people is how many are behind a published sum: of an earlier release as it was published, where a figure has fewer than its cell.
func (d *decider) people(k known) int {
	if k.stretch == d.now {
		return d.groups[k.group].N
	}
	for _, v := range d.groups[k.group].Versions {
		if v.Fresh && v.N > 0 && d.stretch(v.Release) == k.stretch {
			return v.N
		}
	}
	return d.size[k.stretch][k.group]
}
