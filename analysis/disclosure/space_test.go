package disclosure

import (
	"math/rand/v2"
	"testing"
)

// Two ways to the same answer: whole numbers with a screen modulo a prime, and fractions of any size.
func TestSpace_AgreesWithFractionsOfAnySize(t *testing.T) {
	within := 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 4))
		columns := 3 + random.IntN(12)
		draw := func() (set []int32) {
			for c := range columns {
				if random.IntN(3) == 0 {
					set = append(set, int32(c))
				}
			}
			return set
		}
		s, b := newSpace(make([]int32, columns)), newBigspace()
		for i := range 1 + random.IntN(columns) {
			set := draw()
			s.add(set, int32(i))
			b.add(set)
		}
		s.solve()
		for range 20 {
			v := signed{plus: draw()}
			v.less = without(draw(), v.plus)
			want := b.contains(v)
			sources, got := s.contains(v)
			if got != want || want && !s.maybe(v) || s.overflow {
				t.Fatalf("seed %d, %v: whole numbers say %t, the screen %t, fractions %t", seed, v, got, s.maybe(v), want)
			}
			if got {
				within++
			}
			if got && len(v.plus)+len(v.less) > 0 && len(sources) == 0 {
				t.Fatalf("seed %d, %v: made of nothing", seed, v)
			}
		}
	}
	if within < 500 {
		t.Fatalf("only %d vectors were in the space", within)
	}
}

func TestSpace_SaysWhatAVectorIsMadeOf(t *testing.T) {
	s := newSpace(make([]int32, 4))
	s.add([]int32{0, 1}, 7)
	s.add([]int32{1, 2}, 8)
	s.add([]int32{2, 3}, 9)
	s.solve()
	sources, ok := s.contains(signed{plus: []int32{0, 3}}) // (0+1) - (1+2) + (2+3)
	if !ok || sources[7] != 1 || sources[8] != prime-1 || sources[9] != 1 {
		t.Errorf("%v %t", sources, ok)
	}
	if _, ok := s.contains(signed{plus: []int32{0}}); ok || s.maybe(signed{plus: []int32{0}}) {
		t.Error("column 0 alone does not follow")
	}
}

func TestSpace_SaysWhenNumbersGrowTooLarge(t *testing.T) {
	s := newSpace(make([]int32, 80))
	random := rand.New(rand.NewPCG(5, 5))
	for i := range 79 {
		var set []int32
		for c := range int32(80) {
			if random.IntN(2) == 0 {
				set = append(set, c)
			}
		}
		s.add(set, int32(i))
	}
	if !s.overflow {
		t.Error("a dense matrix of 79 rows fits into 31 bits")
	}
}

func TestDecide_LargeNumbersAreDecidedToo(t *testing.T) {
	// Sixty tables of arbitrary unions, all large, and one that is another less three people.
	random := rand.New(rand.NewPCG(6, 6))
	picture := Picture{Groups: 61}
	groups := make([]Group, 61)
	for leaf := range 61 {
		var in []int
		for g := range 60 {
			if random.IntN(2) == 0 {
				in = append(in, g)
			}
		}
		if leaf == 60 {
			in = []int{60} // a small group that nothing else has
		}
		n := 3 + 20*random.IntN(2)
		picture.Leaves = append(picture.Leaves, in)
		picture.Atoms = append(picture.Atoms, Atom{N: n, Stays: []Stay{{Leaf: leaf}}})
		for _, g := range in {
			groups[g].N += n
		}
	}
	for i := range groups {
		groups[i].K = 5
	}
	decisions := NewPlan(picture).Decide(groups)
	published := 0
	b := newBigspace()
	plan := NewPlan(picture)
	for i, d := range decisions {
		if d.Fresh() {
			published++
			b.add(plan.in[0].at(i))
		}
	}
	if published < 20 {
		t.Errorf("%d of 61 are published", published)
	}
	for atom, n := range plan.n {
		if n < 5 && b.contains(signed{plus: []int32{int32(atom)}}) {
			t.Errorf("atom %d of %d people can be computed", atom, n)
		}
	}
}
