package disclosure

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A unit less one part, and a quarter less another, differ by two people who are no cell. One of them is in a fifth figure too, with
// four who are in two more: so in the reduced form of what is published the two stand in two rows, and no row is theirs.
func TestDecide_FourFiguresDoNotTellOfTwoPeopleWhoAreNoCell(t *testing.T) {
	const unit, joined, quarter, others, hidden, one, two, fifth, sixth, seventh = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
	p := Picture{Groups: 10, Leaves: [][]int{{unit, quarter, hidden}, {unit, one, fifth}, {unit, two}, {unit, joined}, {quarter, others},
		{fifth, sixth, seventh}, {sixth}, {seventh}}}
	groups := make([]Group, p.Groups)
	for leaf, n := range []int{9, 1, 1, 40, 30, 4, 60, 60} {
		p.Atoms = append(p.Atoms, Atom{N: n, Stays: []Stay{{Leaf: leaf}}})
		for _, cell := range p.Leaves[leaf] {
			groups[cell].N += n
		}
	}
	for i := range groups {
		groups[i].K = 5
	}
	groups[hidden].Withheld = Cross
	decisions := NewPlan(p).Decide(groups)
	published := func(cells ...int) (n int) {
		for _, i := range cells {
			if decisions[i].Fresh() {
				n++
			}
		}
		return n
	}
	if n := published(unit, joined, quarter, others); n != 3 {
		t.Errorf("%d of the four sums are published, which give the two people away; want 3", n)
	}
	if n := published(fifth, sixth, seventh); n != 3 {
		t.Errorf("of the others %d are published, want 3", n)
	}
}

// Of a question that few are asked: twelve responses are behind what a unit's people and a quarter's differ by, but only three of them
// are answers.
func TestDecideAnswered_AGroupIsAsLargeAsItsAnswers(t *testing.T) {
	const unit, joined, quarter, others = 0, 1, 2, 3
	p := Picture{Groups: 4, Leaves: [][]int{{unit, quarter}, {unit}, {unit, joined}, {quarter, others}}}
	for leaf, n := range []int{9, 12, 40, 30} {
		p.Atoms = append(p.Atoms, Atom{N: n, Stays: []Stay{{Leaf: leaf}}})
	}
	decide := func(answered []int) (published int) {
		groups := make([]Group, p.Groups)
		for leaf, cells := range p.Leaves {
			for _, cell := range cells {
				groups[cell].N += answered[leaf]
				groups[cell].K = 5
			}
		}
		for _, d := range NewPlan(p).DecideAnswered(groups, answered) {
			if d.Fresh() {
				published++
			}
		}
		return published
	}
	if n := decide([]int{9, 12, 40, 30}); n != 4 {
		t.Errorf("when all answer %d of the four sums are published, want all", n)
	}
	if n := decide([]int{9, 3, 40, 30}); n != 3 {
		t.Errorf("%d of the four sums are published, which give three people away; want 3", n)
	}
	if n := decide([]int{9, 0, 40, 30}); n != 4 {
		t.Errorf("where none of the twelve answered %d of the four sums are published, want all", n)
	}
}

// What was published is told by its cells at each release, as sets of the responses that a test has made up.
type told struct {
	name string
	set  map[int]bool
}

// fewPeople tries every group of 1 to 4 classes of responses that nothing published tells apart, of fewer than k people: written apart
// from the engine, with another prime, and without any short cut. sizes says how many people each response stands for.
func fewPeople(published []told, sizes []int, k int) (findings []string) {
	const p = attackerPrime
	class, members, of := map[string]int{}, [][]int{}, make([]int, len(sizes))
	for r := range sizes {
		var name strings.Builder
		for _, s := range published {
			fmt.Fprint(&name, s.set[r], " ")
		}
		c, known := class[name.String()]
		if !known {
			c = len(members)
			class[name.String()], members = c, append(members, nil)
		}
		members[c], of[r] = append(members[c], r), c
	}
	var rows [][]uint64
	lead := map[int]int{}
	for _, s := range published {
		v := make([]uint64, len(members))
		for r := range s.set {
			v[of[r]] = 1
		}
		for c := range v {
			row, ok := lead[c]
			if v[c] == 0 {
				continue
			}
			if !ok {
				by := attackerInverse(v[c])
				for i := range v {
					v[i] = v[i] * by % p
				}
				lead[c] = len(rows)
				rows = append(rows, v)
				break
			}
			f := v[c]
			for i, x := range rows[row] {
				v[i] = (v[i] + (p-f)*x) % p
			}
		}
	}
	// Two vectors that are orthogonal to every row, and otherwise arbitrary.
	random := rand.New(rand.NewPCG(1, 2))
	var kernel [2][]uint64
	for n := range kernel {
		x := make([]uint64, len(members))
		for c := len(members) - 1; c >= 0; c-- {
			row, ok := lead[c]
			if !ok {
				x[c] = random.Uint64N(p)
				continue
			}
			var sum uint64
			for i := c + 1; i < len(x); i++ {
				sum = (sum + rows[row][i]*x[i]) % p
			}
			x[c] = (p - sum) % p
		}
		kernel[n] = x
	}
	people := make([]int, len(members))
	var small []int
	for c, list := range members {
		for _, r := range list {
			people[c] += sizes[r]
		}
		if people[c] > 0 && people[c] < k {
			small = append(small, c)
		}
	}
	var try func(from, n int, x, y uint64, chosen []int)
	try = func(from, n int, x, y uint64, chosen []int) {
		if len(chosen) > 0 && x == 0 && y == 0 {
			var who []int
			for _, c := range chosen {
				who = append(who, members[c]...)
			}
			findings = append(findings, fmt.Sprintf("%d people: %v", n, who))
		}
		for i := from; i < len(small) && len(chosen) < 4; i++ {
			if c := small[i]; n+people[c] < k {
				try(i+1, n+people[c], (x+kernel[0][c])%p, (y+kernel[1][c])%p, append(slices.Clone(chosen), c))
			}
		}
	}
	try(0, 0, 0, 0, nil)
	return findings
}

// The law over three releases of crossed segments and periods, where responses come and move: no group of 1 to 4 people,
// whether it is a cell or not, follows from all that was published.
func TestDecide_NoSumOverAFewPeopleFollowsFromThreeReleases(t *testing.T) {
	cells, published := 0, 0
	for _, seed := range worlds(t, 20) {
		random := rand.New(rand.NewPCG(seed, 12))
		picture, groups, figures := crossed(random, 5, 5)
		for i := range picture.Atoms { // some are there from the first release on, some come later, some move
			since := 1 + random.IntN(3)*random.IntN(2)
			stays := []Stay{{Leaf: picture.Atoms[i].Stays[0].Leaf, Since: since}}
			if move := since + 1 + random.IntN(2); move <= 3 && random.IntN(12) == 0 {
				stays[0].Until = move
				stays = append(stays, Stay{Leaf: random.IntN(len(picture.Leaves)), Since: move})
			}
			picture.Atoms[i].Stays = stays
		}
		sizes := make([]int, len(picture.Atoms))
		for i := range sizes {
			sizes[i] = 1
		}
		var all []told
		versions := make([][]Version, len(groups))
		for release := 1; release <= 3; release++ {
			sets := make([]map[int]bool, len(groups))
			now := make([]Group, len(groups))
			for i, g := range groups {
				sets[i], now[i] = map[int]bool{}, Group{K: g.K, Withheld: g.Withheld, Versions: versions[i]}
			}
			for atom, a := range picture.Atoms {
				for _, stay := range a.Stays {
					if stay.at(release) {
						for _, cell := range picture.Leaves[stay.Leaf] {
							sets[cell][atom] = true
							now[cell].N = len(sets[cell])
						}
					}
				}
			}
			then := picture
			then.Release = release
			then.Atoms = nil
			for _, a := range picture.Atoms { // the engine does not see what is to come
				var stays []Stay
				for _, stay := range a.Stays {
					if stay.Since <= release {
						if stay.Until > release {
							stay.Until = 0
						}
						stays = append(stays, stay)
					}
				}
				then.Atoms = append(then.Atoms, Atom{N: a.N, Stays: stays})
			}
			for i, d := range NewPlan(then).Decide(now)[:figures] {
				if now[i].N >= now[i].K {
					cells++
				}
				if d.Fresh() && now[i].N > 0 {
					published++
					versions[i] = append(versions[i], Version{Release: release, Fresh: true})
					all = append(all, told{fmt.Sprintf("release %d, group %d", release, i), sets[i]})
				}
			}
			if found := fewPeople(all, sizes, 5); len(found) > 0 {
				t.Fatalf("world %d, release %d: %s", seed, release, strings.Join(found, "\n"))
			}
		}
	}
	t.Logf("of the cells with 5 people or more %.1f %% are published as new", 100*float64(published)/float64(cells))
}

// Whatever the threshold, no group of up to four classes is missed though not every pair is looked at.
func TestMeet_FindsEveryGroupOfUpToFourClasses(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	groups := 0
	for range 1000 {
		k := 3 + random.IntN(9)
		small := make([]class, 1+random.IntN(16))
		for i := range small {
			small[i].people = 1 + random.IntN(k-1)
			small[i].x = (prime - 6 + random.Uint64N(13)) % prime // so that many groups add up to nought
		}
		want := map[[4]int32]bool{}
		var choose func(from int, chosen []int32, x uint64, people int)
		choose = func(from int, chosen []int32, x uint64, people int) {
			if len(chosen) > 0 && x == 0 {
				group := [4]int32{-1, -1, -1, -1}
				copy(group[4-len(chosen):], chosen)
				want[group] = true
			}
			for i := from; i < len(small) && len(chosen) < 4; i++ {
				if c := small[i]; people+c.people < k {
					choose(i+1, append(slices.Clone(chosen), int32(i)), plus(x, c.x)%prime, people+c.people)
				}
			}
		}
		choose(0, nil, 0, 0)
		got := map[[4]int32]bool{}
		meet(small, k, func(group [4]int32) { got[group] = true })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("k %d, classes %v:\n%s", k, small, diff)
		}
		groups += len(want)
	}
	if groups < 1000 {
		t.Errorf("only %d groups were there to find", groups)
	}
}
