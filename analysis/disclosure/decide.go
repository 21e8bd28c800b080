package disclosure

import "slices"

// decider takes cells away until nothing small can be computed.
type decider struct {
	*Plan
	groups []Group
	why    []Reason
	now    int       // the stretch of the release that is decided
	known  [][]int32 // per group: the stretches whose values earlier releases published, in ascending order
	// Per atom: the people of it who are behind this figure; counted says that they were counted and are not just all of them.
	answered []int
	counted  bool
	size     [][]int // of these, as Plan has them of everybody
}

// Decide says of each group whether it is fresh, carried or withheld. A group without people is left as it came: there is nothing to
// protect. Ties between groups of one size go to the lower index; otherwise the result depends on the picture alone.
func (p *Plan) Decide(groups []Group) []Decision { return p.DecideAnswered(groups, nil) }

// DecideAnswered is Decide for a figure that not everybody is behind who is in a cell: answered says of each atom of the picture how
// many of its people are. The sizes of groups are of these; nil stands for everybody, as far as no group says that nobody is.
func (p *Plan) DecideAnswered(groups []Group, answered []int) []Decision {
	d := p.newDecider(groups, answered)
	d.settleLines()
	audit := d.newAudit()
	audit.run()
	if audit.giveBack() {
		audit.targets, audit.open = audit.all, audit.all
		audit.change(d.settleLines())
		audit.run()
	}
	return d.decisions()
}

// newDecider takes away what goes by its own size alone.
func (p *Plan) newDecider(groups []Group, answered []int) *decider {
	d := &decider{Plan: p, groups: groups, why: make([]Reason, len(groups)), now: len(p.when) - 1,
		known: make([][]int32, len(groups)), answered: p.n, size: p.size}
	if answered != nil {
		d.counted, d.answered = true, make([]int, len(p.n))
		for from, atom := range p.of {
			if atom >= 0 {
				d.answered[atom] += answered[from]
			}
		}
		d.size = make([][]int, len(p.when))
		for s := range p.when {
			d.size[s] = make([]int, p.groups)
			for group := range d.size[s] {
				d.size[s][group] = d.behind(p.in[s].at(group))
			}
		}
	}
	for i, g := range groups {
		d.why[i] = g.Withheld
		for _, v := range g.Versions {
			if v.Fresh {
				s := p.stretch(v.Release)
				changed := d.move(s, i).of(v.N, g.N, p.repeats)
				if !slices.Contains(d.known[i], int32(s)) {
					d.known[i] = append(d.known[i], int32(s))
				}
				if d.why[i] == Published && changed.few(g.K) {
					d.why[i] = Release
				}
			}
		}
		slices.Sort(d.known[i])
		if d.why[i] == Published && g.N > 0 && g.people() < g.K {
			d.why[i] = Small
		}
	}
	return d
}

// decisions says what became of each group.
func (d *decider) decisions() []Decision {
	out := make([]Decision, len(d.groups))
	for i, g := range d.groups {
		out[i].Withheld = d.why[i]
		if last := lastFresh(g.Versions); last > 0 && d.why[i] != Published {
			out[i] = Decision{Carried: last}
		}
	}
	return out
}

// run takes away whatever the pairs and the algebra find until they find nothing.
func (a *audit) run() {
	nested := true // no pair comes about when groups are taken away
	for {
		var victims []int
		if nested {
			victims = a.pairs()
			nested = victims != nil
		}
		if victims == nil {
			victims = a.findings()
		}
		if victims == nil {
			return
		}
		for _, victim := range victims {
			a.why[victim] = Complement
		}
		a.change(victims)
		a.change(a.settleLinesOf(victims))
	}
}

// DecideLines decides over lines alone, without atoms and earlier releases.
func DecideLines(groups []Group, lines []Line) []Reason {
	out := make([]Reason, len(groups))
	for i, d := range NewPlan(Picture{Groups: len(groups), Lines: lines}).Decide(groups) {
		out[i] = d.Withheld
	}
	return out
}

// lastFresh gives the newest release whose values of a cell are known, or 0.
func lastFresh(versions []Version) int {
	last := 0
	for _, v := range versions {
		if v.Fresh {
			last = max(last, v.Release)
		}
	}
	return last
}

// fresh reports whether the values of this release are to be published of a group with anybody in it.
func (d *decider) fresh(i int) bool { return d.why[i] == Published && d.groups[i].N > 0 }

// out reports whether an earlier release published the same people, so that nothing is gained by taking a group away.
func (d *decider) out(i int) bool { return d.wouldBeKnown(i, d.now, false) }

// move is how a cell differs now from what it was in a stretch.
func (d *decider) move(stretch, i int) move {
	if stretch == d.now {
		return move{}
	}
	m := d.moved[stretch][i]
	if d.counted && m != (move{}) {
		then, now := d.in[stretch].at(i), d.in[d.now].at(i)
		came, went := without(now, then), without(then, now)
		m = move{d.behind(came), d.behind(went), d.different(came, mostSeen), d.different(went, mostSeen)}
	}
	return m
}

// behind counts the people of atoms who are behind this figure.
func (d *decider) behind(atoms []int32) (n int) {
	for _, atom := range atoms {
		n += d.answered[atom]
	}
	return n
}

// less orders groups by what is taken away first: by rank, then by size, then by index.
func (d *decider) less(a, b int) bool {
	if d.groups[a].Rank != d.groups[b].Rank {
		return d.groups[a].Rank > d.groups[b].Rank
	}
	if d.groups[a].N != d.groups[b].N {
		return d.groups[a].N < d.groups[b].N
	}
	return a < b
}

func (g Group) people() int {
	if g.People > 0 {
		return min(g.People, g.N)
	}
	return g.N
}
