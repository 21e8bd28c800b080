package disclosure

import "testing"

// A unit's people by quarter and by quarter of joining: what is hidden of each is large enough, and yet two people are in
// the one and not in the other. They are no cell, and each of them is in a leaf of their own, so no single thing that must not
// be computed is theirs.
func TestDecide_WhatTwoHiddenCellsDifferByIsAGroupToo(t *testing.T) {
	const unit, joined, quarter, others, hidden, one, two = 0, 1, 2, 3, 4, 5, 6
	p := Picture{Groups: 7, Leaves: [][]int{{unit, quarter, hidden}, {unit, one}, {unit, two}, {unit, joined}, {quarter, others}}}
	for leaf, n := range []int{9, 1, 1, 40, 30} {
		p.Atoms = append(p.Atoms, Atom{N: n, Stays: []Stay{{Leaf: leaf}}})
	}
	decide := func(withheld ...int) (published int) {
		groups := make([]Group, p.Groups)
		for i, n := range []int{51, 40, 39, 30, 9, 1, 1} {
			groups[i] = Group{N: n, K: 5}
		}
		for _, i := range append(withheld, hidden) {
			groups[i].Withheld = Cross
		}
		decisions := NewPlan(p).Decide(groups)
		for _, i := range []int{unit, joined, quarter, others} {
			if decisions[i].Fresh() {
				published++
			}
		}
		return published
	}
	if got := decide(); got != 3 {
		t.Errorf("%d of the four sums are published, which give the two people away; want 3", got)
	}
	if got := decide(others); got != 3 {
		t.Errorf("without one of the four %d are published; want the other 3", got)
	}
}
