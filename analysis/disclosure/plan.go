package disclosure

import (
	"cmp"
	"slices"
	"sync"
)

// Plan is a picture made ready for deciding many figures over it. It does not change after NewPlan and may be used by
// several goroutines at once.
type Plan struct {
	groups int
	lines  []Line
	apart  [][]int
	ofLine index // of each group: the lines that it is in, as total or part

	// Between two changes the sets stay the same, so time is the stretches between them: when[i] is the release at which
	// stretch i begins. The last one is now.
	when  []int
	leaf  [][]int32 // per stretch and atom: the leaf, or -1
	n     []int     // per atom
	of    []int32   // per atom of the picture: the atom that it is part of, or -1
	cells index     // per leaf: its cells
	in    []index   // per stretch and group: its atoms, sorted
	size  [][]int   // per stretch and group: people
	state [][]int32 // per stretch and group: equal for two stretches only if the people are the same
	moved [][]move  // per stretch and group: what came and went from then to now; nil for now
	moves []between // what came and went from each stretch to each later one
	crowd
	least *thresholds
}

// thresholds are the least people that an atom must have to be computed, of each: the highest of the cells that it is in. They
// are the same for most figures, and kept for the next.
type thresholds struct {
	sync.Mutex
	k    []int // of each group: whose thresholds these are
	atom []int
}

// thresholds gives those of groups.
func (p *Plan) thresholds(groups []Group) []int {
	p.least.Lock()
	defer p.least.Unlock()
	same := p.least.atom != nil
	for i := range p.least.k {
		if p.least.k[i] != groups[i].K {
			same = false
			break
		}
	}
	if same {
		return p.least.atom
	}
	k, least := make([]int, len(groups)), make([]int, len(p.n))
	for i := range groups {
		k[i] = groups[i].K
	}
	for s := range p.when {
		for atom, leaf := range p.leaf[s] {
			for _, cell := range p.cellsOf(leaf) {
				least[atom] = max(least[atom], k[cell])
			}
		}
	}
	p.least.k, p.least.atom = k, least
	return least
}

// move is how a cell's set differs from an earlier one: so many answers, of so many different people at least.
type move struct{ added, removed, came, went int }

// between is a group that is not the same in two stretches.
type between struct {
	from, to, group int
	move
}

// few reports whether either way the difference is 1 to k-1 people.
func (m move) few(k int) bool { return m.fewCame(k) || m.fewWent(k) }

func (m move) fewCame(k int) bool { return m.added > 0 && min(m.added, m.came) < k }
func (m move) fewWent(k int) bool { return m.removed > 0 && min(m.removed, m.went) < k }

// of gives the move of a figure that had was people behind it and has is now, was 0 when that is not known. Not all who came or
// left with the cell have a value of the figure: where nobody left, as many came as there are more of, and the other way round. Nobody has
// more answers than repeats.
func (m move) of(was, is, repeats int) move {
	more := is - was
	switch {
	case was == 0:
	case m.removed == 0 && 0 <= more && more <= m.added:
		m.came = max(m.came-(m.added-more), (more+repeats-1)/repeats)
		m.added = more
	case m.added == 0 && 0 <= -more && -more <= m.removed:
		m.went = max(m.went-(m.removed+more), (repeats-1-more)/repeats)
		m.removed = -more
	default:
		m.came, m.went = m.came+max(more-m.added, 0), m.went+max(-more-m.removed, 0)
		m.added, m.removed = max(m.added, more), max(m.removed, -more)
	}
	return m
}

// index is a list of numbers for each of a number of things, in one piece of memory.
type index struct {
	first []int32
	of    []int32
}

func (x index) at(i int) []int32 { return x.of[x.first[i]:x.first[i+1]] }

// newIndex gathers what each gives: pairs of a thing and a number, given twice in the same order.
func newIndex(things int, each func(func(thing, number int32))) index {
	x := index{first: make([]int32, things+1)}
	each(func(thing, _ int32) { x.first[thing+1]++ })
	for i := range things {
		x.first[i+1] += x.first[i]
	}
	x.of = make([]int32, x.first[things])
	next := slices.Clone(x.first[:things])
	each(func(thing, number int32) {
		x.of[next[thing]] = number
		next[thing]++
	})
	return x
}

// NewPlan makes a picture ready. The order of lines, parts and atoms does not matter.
func NewPlan(picture Picture) *Plan {
	p := &Plan{groups: picture.Groups, apart: picture.Apart, least: &thresholds{}}
	for _, line := range picture.Lines {
		parts := slices.Clone(line.Parts)
		slices.Sort(parts)
		p.lines = append(p.lines, Line{line.Total, parts})
	}
	slices.SortFunc(p.lines, func(a, b Line) int { return cmp.Or(cmp.Compare(a.Total, b.Total), slices.Compare(a.Parts, b.Parts)) })
	p.ofLine = newIndex(p.groups, func(add func(group, line int32)) {
		for i, line := range p.lines {
			add(int32(line.Total), int32(i))
			for _, part := range line.Parts {
				add(int32(part), int32(i))
			}
		}
	})
	leaves, same := distinct(picture.Leaves)
	p.cells = newIndex(len(leaves), func(add func(leaf, cell int32)) {
		for leaf, cells := range leaves {
			for _, cell := range cells {
				add(int32(leaf), cell)
			}
		}
	})
	p.gatherAtoms(picture, same)
	p.gatherPeople(picture)
	p.measure()
	return p
}

// distinct gives the different leaves, with their cells sorted, and which of them each leaf is: nothing tells responses in the
// same cells apart. They are in the order of their cells, so that the order they came in does not matter.
func distinct(all [][]int) (leaves [][]int32, same []int32) {
	sets := make([][]int32, len(all))
	order := make([]int, len(all))
	for i, cells := range all {
		order[i] = i
		for _, cell := range cells {
			sets[i] = append(sets[i], int32(cell))
		}
		slices.Sort(sets[i])
		sets[i] = slices.Compact(sets[i])
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(sets[a], sets[b]) })
	same = make([]int32, len(all))
	for _, i := range order {
		if len(leaves) == 0 || !slices.Equal(leaves[len(leaves)-1], sets[i]) {
			leaves = append(leaves, sets[i])
		}
		same[i] = int32(len(leaves) - 1)
	}
	return leaves, same
}

// gatherAtoms finds the stretches and puts together the atoms that were in the same leaf throughout.
func (p *Plan) gatherAtoms(picture Picture, same []int32) {
	p.when = []int{0}
	if picture.Release > 0 {
		for _, atom := range picture.Atoms {
			for _, stay := range atom.Stays {
				for _, release := range []int{stay.Since, stay.Until} {
					if release > 0 && release <= picture.Release {
						p.when = append(p.when, release)
					}
				}
			}
		}
		slices.Sort(p.when)
		p.when = slices.Compact(p.when)
	}
	type track struct {
		n, from int
		leafs   []int32
	}
	var tracks []track
	p.of = make([]int32, len(picture.Atoms))
	for from, atom := range picture.Atoms {
		p.of[from] = -1
		t := track{atom.N, from, make([]int32, len(p.when))}
		lives := false
		for i, release := range p.when {
			t.leafs[i] = -1
			for _, stay := range atom.Stays {
				if picture.Release == 0 || stay.at(release) {
					t.leafs[i], lives = same[stay.Leaf], true
				}
			}
		}
		if lives && t.n > 0 {
			tracks = append(tracks, t)
		}
	}
	slices.SortFunc(tracks, func(a, b track) int { return slices.Compare(a.leafs, b.leafs) })
	p.leaf = make([][]int32, len(p.when))
	for i, t := range tracks {
		if i > 0 && slices.Equal(t.leafs, tracks[i-1].leafs) {
			p.n[len(p.n)-1] += t.n
			p.of[t.from] = int32(len(p.n) - 1)
			continue
		}
		p.of[t.from] = int32(len(p.n))
		p.n = append(p.n, t.n)
		for s := range p.when {
			p.leaf[s] = append(p.leaf[s], t.leafs[s])
		}
	}
}

// measure counts the people of each cell in each stretch, and how they differ from now.
func (p *Plan) measure() {
	now := len(p.when) - 1
	p.in, p.size, p.moved = make([]index, now+1), make([][]int, now+1), make([][]move, now+1)
	for s := range p.when {
		p.size[s] = make([]int, p.groups)
		p.in[s] = newIndex(p.groups, func(add func(group, atom int32)) {
			for atom, leaf := range p.leaf[s] {
				if leaf >= 0 {
					for _, cell := range p.cells.at(int(leaf)) {
						add(cell, int32(atom))
					}
				}
			}
		})
		for group := range p.groups {
			for _, atom := range p.in[s].at(group) {
				p.size[s][group] += p.n[atom]
			}
		}
	}
	p.state = make([][]int32, now+1)
	p.state[0] = make([]int32, p.groups)
	for s := 1; s <= now; s++ {
		p.state[s] = slices.Clone(p.state[s-1])
		for _, m := range p.compare(s-1, s) {
			p.state[s][m.group] = int32(s)
		}
	}
	for b := range p.when {
		for a := range b {
			p.moves = append(p.moves, p.compare(a, b)...)
		}
	}
	for s := range now {
		p.moved[s] = make([]move, p.groups)
	}
	for _, m := range p.moves {
		if m.to == now {
			p.moved[m.from][m.group] = m.move
		}
	}
}

// compare gives the groups that differ between two stretches.
func (p *Plan) compare(a, b int) (out []between) {
	at := map[int32]int{}
	var people [][2][]int32 // who came and went, told apart as far as it matters
	change := func(cell int32) int {
		i, ok := at[cell]
		if !ok {
			i = len(out)
			at[cell], out, people = i, append(out, between{from: a, to: b, group: int(cell)}), append(people, [2][]int32{})
		}
		return i
	}
	meet := func(seen *[]int32, atom int) (others int) { // people of an atom who were not seen
		if p.who == nil {
			return p.n[atom]
		}
		for _, person := range p.who[atom] {
			if len(*seen) < mostSeen && !slices.Contains(*seen, person) {
				*seen = append(*seen, person)
				others++
			}
		}
		return others + p.alone[atom]
	}
	for atom, before := range p.leaf[a] {
		after := p.leaf[b][atom]
		if after == before {
			continue
		}
		for _, cell := range without(p.cellsOf(after), p.cellsOf(before)) {
			i := change(cell)
			out[i].added += p.n[atom]
			out[i].came += meet(&people[i][0], atom)
		}
		for _, cell := range without(p.cellsOf(before), p.cellsOf(after)) {
			i := change(cell)
			out[i].removed += p.n[atom]
			out[i].went += meet(&people[i][1], atom)
		}
	}
	return out
}

// cellsOf gives the cells of a leaf, none for -1.
func (p *Plan) cellsOf(leaf int32) []int32 {
	if leaf < 0 {
		return nil
	}
	return p.cells.at(int(leaf))
}

// stretch gives the stretch in which a release falls.
func (p *Plan) stretch(release int) int {
	i, found := slices.BinarySearch(p.when, release)
	if !found {
		i--
	}
	return max(i, 0)
}
