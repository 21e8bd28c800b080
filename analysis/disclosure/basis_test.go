package disclosure

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The law: however a list came about, its basis says the same of every vector as one that is made of the list at once.
func TestBasis_SaysTheSameAsOneMadeAnew(t *testing.T) {
	within, swapped := 0, 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 21))
		columns := 4 + random.IntN(8)
		draw := func() (set []int32) {
			for c := range columns {
				if random.IntN(3) == 0 {
					set = append(set, int32(c))
				}
			}
			return set
		}
		var list []equation
		add := func(set []int32) {
			if len(set) > 0 {
				list = append(list, equation{set: set, whole: known{group: len(list)}})
			}
		}
		for range 2 + random.IntN(2*columns) {
			add(draw())
		}
		groups := len(list) + 40
		anew := func() *basis {
			var left []equation
			for _, e := range list {
				if e.set != nil {
					left = append(left, e)
				}
			}
			slices.SortFunc(left, func(x, y equation) int { return compareEquations(&x, &y) })
			return newBasis(make([]int32, columns), nil, left, groups, 0, nil)
		}
		b := anew()
		for range 20 {
			group := random.IntN(len(list))
			switch source := b.now[group]; {
			case random.IntN(3) > 0 && list[group].set != nil:
				b.now[group], list[group].set = -1, nil
				b.take(source)
			default:
				before := len(list)
				if add(draw()); len(list) > before && !b.insert(list[before]) {
					list = list[:before] // it is not in the space
				}
			}
			fresh := anew()
			for range 20 {
				v := signed{plus: draw()}
				v.less = without(draw(), v.plus)
				want, in := fresh.holds(v)
				got, ok := b.holds(v)
				if ok != in {
					t.Fatalf("seed %d, %v: %t, made anew %t", seed, v, ok, in)
				}
				if ok && !addsUp(b, got, v) {
					t.Fatalf("seed %d: %v is not %v", seed, v, byGroup(b, got))
				}
				if diff := cmp.Diff(byGroup(fresh, want), byGroup(b, got)); ok && diff != "" {
					t.Fatalf("seed %d, %v is made of something else:\n%s", seed, v, diff)
				}
				if ok {
					within++
				}
			}
		}
		for source := range b.apart {
			if !b.listed[source] {
				swapped++
			}
		}
	}
	if within < 10_000 || swapped < 300 {
		t.Errorf("%d vectors were in the space, and of the equations that were taken away %d had something to take their place", within, swapped)
	}
}

// addsUp reports whether a combination is the vector.
func addsUp(b *basis, made map[int32]uint64, v signed) bool {
	left := make([]uint64, len(b.pivot))
	for source, factor := range made {
		for _, c := range b.equations[source].set {
			left[c] = plus(left[c], factor)
		}
	}
	for _, c := range v.plus {
		left[c] = plus(left[c], prime-1)
	}
	for _, c := range v.less {
		left[c] = plus(left[c], 1)
	}
	return !slices.ContainsFunc(left, func(x uint64) bool { return x%prime != 0 })
}

// byGroup names a combination by groups instead of sources.
func byGroup(b *basis, made map[int32]uint64) map[int]uint64 {
	out := map[int]uint64{}
	for source, factor := range made {
		if factor%prime != 0 {
			out[b.equations[source].whole.group] = factor % prime
		}
	}
	return out
}

// The law: what is decided does not depend on whether spaces are followed or built anew after every change.
func TestDecide_SpacesThatAreFollowedDecideAsSpacesBuiltAnew(t *testing.T) {
	followed, figures, taken := 0, 0, 0
	agree := func(plan *Plan, groups []Group, what string, seed uint64) []Decision {
		t.Helper()
		want, _ := decideBy(plan, groups, true)
		got, times := decideBy(plan, groups, false)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("world %d, %s: with spaces that are followed (+)\n%s", seed, what, diff)
		}
		if diff := cmp.Diff(want, plan.Decide(groups)); diff != "" {
			t.Fatalf("world %d, %s: Decide (+)\n%s", seed, what, diff)
		}
		followed, figures = followed+times, figures+1
		for i, d := range want {
			if groups[i].Withheld == Published && d.Withheld == Complement {
				taken++
			}
		}
		return want
	}
	for _, seed := range worlds(t, 60) {
		random := rand.New(rand.NewPCG(seed, 22))
		picture, groups, cells := crossed(random, 5, 5+5*random.IntN(2))
		plan := NewPlan(picture)
		base := agree(plan, groups, "the responses", seed)
		for range 3 {
			own := slices.Clone(groups)
			skipped, raised := random.IntN(4), random.IntN(4) == 0
			for i := range own {
				own[i].N = 0
				if own[i].Withheld = base[i].Withheld; raised {
					own[i].K = 10
				}
			}
			for i, atom := range picture.Atoms {
				if random.IntN(10) >= skipped {
					for _, cell := range picture.Leaves[i] {
						own[cell].N += atom.N
					}
				}
			}
			if random.IntN(3) == 0 { // a figure that some of the cells do not have
				for i := range cells {
					if i%7 == 1 {
						own[i].N, own[i].Absent = 0, true
					}
				}
			}
			agree(plan, own, "a figure", seed)
		}
	}
	for _, seed := range worlds(t, 20) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 23)), 4)
		versions := map[cell][]Version{}
		for number := 1; number <= w.releases; number++ {
			l := w.lay(number, 5)
			groups := l.groups()
			for i, c := range l.cells {
				groups[i].Versions = versions[c]
			}
			for i, d := range agree(NewPlan(l.Picture), groups, "a release", seed)[:len(l.cells)] {
				if c := l.cells[i]; groups[i].N > 0 && d.Withheld == Published {
					versions[c] = append(slices.Clone(versions[c]), Version{Release: number, Fresh: d.Fresh()})
				}
			}
		}
	}
	if followed == 0 || taken == 0 {
		t.Errorf("spaces were followed %d times in %d decisions, that took %d groups away", followed, figures, taken)
	}
	t.Logf("%d decisions took %d groups away; spaces were followed %d times", figures, taken, followed)
}

// decideBy is Decide, with every space built anew or not. It says how often one was followed.
func decideBy(p *Plan, groups []Group, anew bool) (out []Decision, followed int) {
	d := p.newDecider(groups, nil)
	d.settleLines()
	audit := d.newAudit()
	run := func() {
		for {
			victims := audit.pairs()
			if victims == nil {
				if anew {
					audit.space = nil
				}
				if victims = audit.findings(); audit.space != nil && audit.space.moved {
					followed++
				}
			}
			if victims == nil {
				return
			}
			for _, victim := range victims {
				d.why[victim] = Complement
			}
			audit.change(victims)
			audit.change(d.settleLinesOf(victims))
		}
	}
	run()
	if audit.giveBack() {
		audit.targets, audit.open = audit.all, audit.all
		audit.change(d.settleLines())
		run()
	}
	return d.decisions(), followed
}
