package disclosure

import (
	"math/bits"
	"slices"
)

// A person may answer at several stages: five answers may be those of two people. Where the picture says whose the answers of its atoms
// are (Atom.Who), a group is as large as its different people.

// crowd is whose the answers of the atoms are. Who is known nowhere else is counted by number alone.
type crowd struct {
	who     [][]int32 // per atom: different people who answered elsewhere too, as far as is known, sorted
	alone   []int     // per atom: answers of people who are in no other
	repeats int       // the most answers that one person has in the picture
}

// gatherPeople notes whose the answers of each atom are. Who is in one atom only tells nothing.
func (p *Plan) gatherPeople(picture Picture) {
	times, known := map[int32]int{}, false
	for from, atom := range picture.Atoms {
		if p.of[from] < 0 {
			continue
		}
		for _, person := range atom.Who {
			times[person]++
			known = known || times[person] > 1
		}
	}
	if p.repeats = 1; !known {
		return
	}
	p.who, p.alone = make([][]int32, len(p.n)), make([]int, len(p.n))
	for from, atom := range picture.Atoms {
		at := p.of[from]
		if at < 0 {
			continue
		}
		p.alone[at] += atom.N
		for _, person := range atom.Who {
			if n := times[person]; n > 1 {
				p.who[at] = append(p.who[at], person)
				p.alone[at]--
				p.repeats = max(p.repeats, n)
			}
		}
	}
	for at := range p.who {
		slices.Sort(p.who[at])
		p.who[at] = slices.Compact(p.who[at])
	}
}

// OfPeople gives the plan for figures that count everybody of a cell once, however often a person is there.
func (p *Plan) OfPeople() *Plan {
	of := *p
	of.crowd = crowd{repeats: 1}
	of.moves = slices.Clone(p.moves)
	for i := range of.moves {
		m := &of.moves[i].move
		m.came, m.went = m.added, m.removed
	}
	of.moved = make([][]move, len(p.moved))
	for s := range p.moved {
		of.moved[s] = slices.Clone(p.moved[s])
		for i := range of.moved[s] {
			m := &of.moved[s][i]
			m.came, m.went = m.added, m.removed
		}
	}
	return &of
}

// heads counts different people, from below: exactly where everybody of the atoms is behind the figure, else as many fewer as are
// missing. It counts no further than enough.
type heads struct {
	*decider
	enough  int
	seen    []int32
	alone   int // of people who were not seen before, and not among seen
	missing int
	most    int // of one atom
	answers int
}

// add counts the people of an atom; false when it is enough.
func (h *heads) add(atom int32) bool {
	answered := h.answered[atom]
	if answered == 0 {
		return true
	}
	if h.who == nil {
		h.alone += answered
		return h.count() < h.enough
	}
	h.answers += answered
	twice := h.n[atom] - h.crowd.alone[atom] - len(h.who[atom]) // answers of people who have another in the same atom
	h.most = max(h.most, answered-twice)
	h.missing += h.n[atom] - answered
	h.alone += h.crowd.alone[atom]
	for _, person := range h.who[atom] {
		if h.count() >= h.enough || len(h.seen) >= mostSeen {
			break
		}
		if !slices.Contains(h.seen, person) {
			h.seen = append(h.seen, person)
		}
	}
	return h.count() < h.enough
}

// mostSeen bounds the people who are told apart: more are needed only where many have no value.
const mostSeen = 100

func (h *heads) count() int {
	return min(max(h.most, (h.answers+h.repeats-1)/h.repeats, h.alone+len(h.seen)-h.missing), h.enough)
}

// different counts the different people behind some atoms, up to enough.
func (d *decider) different(atoms []int32, enough int) int {
	h := heads{decider: d, enough: enough}
	for _, atom := range atoms {
		if !h.add(atom) {
			break
		}
	}
	return h.count()
}

// fewHeads reports whether the answers of atoms are those of 1 to k-1 people.
func (d *decider) fewHeads(atoms []int32, k int) bool {
	n := d.different(atoms, k)
	return n > 0 && n < k
}

// union counts the people of two sorted lists together.
func union(x, y []int32) int {
	n := len(x) + len(y)
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			n, i, j = n-1, i+1, j+1
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return n
}

// mostParts small parts of a line are put together by everyFew.
const mostParts = 8

// everyFew gives the groups of k answers or more of fewer than k people that are several parts of one line, or of the rests of such lines:
// they are no cell, and too many answers for sums to look for. A part of which nobody is behind the figure is none. Where a part is withheld,
// its own parts stand in its place as well: some of them may be published, so that with the line they leave the others.
func (a *audit) everyFew() (out [][]int32) {
	if a.who == nil {
		return nil
	}
	for _, line := range a.lines {
		k := a.groups[line.Total].K
		if a.groups[line.Total].N < k {
			continue
		}
		out = append(out, a.fewOf(line.Parts, k)...)
		for i, part := range line.Parts {
			if a.groups[part].N == 0 || a.fresh(part) {
				continue
			}
			for _, l := range a.ofLine.at(part) {
				if below := a.lines[l]; below.Total == part {
					out = append(out, a.fewOf(slices.Concat(below.Parts, line.Parts[:i], line.Parts[i+1:]), k)...)
				}
			}
		}
	}
	for _, groups := range a.apart {
		out = append(out, a.fewOf(groups, a.least)...)
	}
	return out
}

// fewOf gives such groups of these cells, which have no answer in common.
func (a *audit) fewOf(cells []int, k int) (out [][]int32) {
	var parts [][]int32
	var behind []int // of each part
	for _, part := range cells {
		if n := a.groups[part].N; n > 0 && n < k*a.repeats && len(parts) < mostParts {
			if set := a.set(known{part, a.now}); a.fewHeads(set, k) {
				parts, behind = append(parts, set), append(behind, a.behind(set))
			}
		}
	}
	for choice := range uint(1) << len(parts) {
		if bits.OnesCount(choice) < 2 {
			continue
		}
		answers := 0
		for i, n := range behind {
			answers += n * int(choice>>i&1)
		}
		if answers < k {
			continue
		}
		var group []int32
		for i, part := range parts {
			if choice>>i&1 == 1 {
				group = append(group, part...)
			}
		}
		slices.Sort(group)
		if group = slices.Compact(group); a.behind(group) >= k && a.fewHeads(group, k) {
			out = append(out, group)
		}
	}
	return out
}
