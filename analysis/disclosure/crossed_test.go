package disclosure

import (
	"math/rand/v2"
	"testing"
)

// crossed is a grid as the analysis has it: units in two levels and a second segment beside them, stages, quarters and
// cohorts. Groups of figures come first; of each line the part that nobody prints follows.
func crossed(random *rand.Rand, k5, k10 int) (Picture, []Group, int) {
	bureaus, stages, quarters := 1+random.IntN(3), 1+random.IntN(3), 1+random.IntN(4)
	parents := []int{-1}
	var divisions []int
	for range bureaus {
		bureau := len(parents)
		parents = append(parents, 0)
		for range 1 + random.IntN(3) {
			divisions = append(divisions, len(parents))
			parents = append(parents, bureau)
		}
	}
	firstKind := len(parents)
	kinds := 1 + random.IntN(3)
	for range kinds {
		parents = append(parents, 0)
	}
	slots := 1 + 2*quarters // all time, quarters, cohorts
	at := func(node, stage, slot int) int { return (node*(stages+1)+stage)*slots + slot }
	cells := len(parents) * (stages + 1) * slots
	picture := Picture{}
	add := func(total int, parts []int) {
		if len(parts) > 0 {
			picture.Lines = append(picture.Lines, Line{total, append(parts, cells+len(picture.Lines))})
		}
	}
	for node := range parents {
		for stage := range stages + 1 {
			for slot := range slots {
				var units, segment, pooled []int
				for child, parent := range parents {
					if parent == node && child < firstKind {
						units = append(units, at(child, stage, slot))
					} else if parent == node {
						segment = append(segment, at(child, stage, slot))
					}
				}
				for s := 1; s <= stages && stage == 0; s++ {
					pooled = append(pooled, at(node, s, slot))
				}
				add(at(node, stage, slot), units)
				add(at(node, stage, slot), segment)
				add(at(node, stage, slot), pooled)
			}
			var byQuarter, byCohort []int
			for q := range quarters {
				byQuarter = append(byQuarter, at(node, stage, 1+q))
				byCohort = append(byCohort, at(node, stage, 1+quarters+q))
			}
			add(at(node, stage, 0), byQuarter)
			add(at(node, stage, 0), byCohort)
		}
	}
	picture.Groups = cells + len(picture.Lines)
	groups := make([]Group, picture.Groups)
	for i := range groups {
		groups[i].K = k5
		if node, stage := i/slots/(stages+1), i/slots%(stages+1); i < cells && stage > 0 && node < firstKind && node > 0 && parents[node] > 0 {
			groups[i].K = k10
		}
		if i >= cells {
			groups[i].Withheld = Complement
		}
	}
	for _, division := range divisions {
		for range 1 + random.IntN(60) {
			leaf := []int{0, division, parents[division]}
			if kind := random.IntN(kinds + 1); kind < kinds { // some have no value of the segment
				leaf = append(leaf, firstKind+kind)
			}
			stage, cohort := 1+random.IntN(stages), random.IntN(quarters)
			quarter := min(cohort+random.IntN(2), quarters-1)
			in := map[int]bool{}
			for _, node := range leaf {
				for _, s := range []int{0, stage} {
					for _, slot := range []int{0, 1 + quarter, 1 + quarters + cohort} {
						in[at(node, s, slot)] = true
					}
				}
			}
			for i, line := range picture.Lines {
				parts := 0
				for _, part := range line.Parts {
					if in[part] {
						parts++
					}
				}
				if in[line.Total] && parts == 0 {
					in[cells+i] = true
				}
			}
			var all []int
			for cell := range in {
				all = append(all, cell)
				groups[cell].N++
			}
			picture.Atoms = append(picture.Atoms, Atom{N: 1, Stays: []Stay{{Leaf: len(picture.Leaves)}}})
			picture.Leaves = append(picture.Leaves, all)
		}
	}
	return picture, groups, cells
}

// The law over quarters, cohorts and crossed segments at once, with two thresholds: with fractions of any size, no group under
// its threshold is in what is published, nor is one published group another less a few.
func TestDecide_NothingSmallCanBeComputedOverCrossedSegmentsAndPeriods(t *testing.T) {
	cells, published := 0, 0
	for _, seed := range worlds(t, 60) {
		random := rand.New(rand.NewPCG(seed, 11))
		picture, groups, figures := crossed(random, 5, 10)
		decisions := NewPlan(picture).Decide(groups)
		sets := make([]map[int32]bool, len(groups))
		for i := range sets {
			sets[i] = map[int32]bool{}
		}
		// Responses that are in the same groups cannot be told apart by anybody.
		kind, columns := map[string]int32{}, []int{}
		for i, leaf := range picture.Leaves {
			name := make([]byte, len(groups))
			for _, g := range leaf {
				name[g] = 1
			}
			column, ok := kind[string(name)]
			if !ok {
				column = int32(len(columns))
				kind[string(name)], columns = column, append(columns, 0)
			}
			columns[column] += picture.Atoms[i].N
			for _, g := range leaf {
				sets[g][column] = true
			}
		}
		list := func(set map[int32]bool) (out []int32) {
			for c := range int32(len(columns)) {
				if set[c] {
					out = append(out, c)
				}
			}
			return out
		}
		space := newBigspace()
		for i, d := range decisions[:figures] {
			if groups[i].N >= groups[i].K {
				cells++
			}
			if d.Fresh() && groups[i].N > 0 {
				published++
				space.add(list(sets[i]))
				if groups[i].N < groups[i].K {
					t.Fatalf("world %d: group %d of %d is published", seed, i, groups[i].N)
				}
			}
		}
		for i, g := range groups {
			if g.N > 0 && g.N < g.K && space.contains(signed{plus: list(sets[i])}) {
				t.Fatalf("world %d: group %d of %d can be computed", seed, i, g.N)
			}
		}
		for c, n := range columns {
			if n < 5 && space.contains(signed{plus: []int32{int32(c)}}) {
				t.Fatalf("world %d: %d people who are in one place can be computed", seed, n)
			}
		}
		for i, a := range decisions[:figures] {
			for j, b := range decisions[:figures] {
				left := groups[i].N - groups[j].N
				if !a.Fresh() || !b.Fresh() || left <= 0 || left >= 5 || groups[j].N == 0 {
					continue
				}
				if len(without(list(sets[j]), list(sets[i]))) == 0 {
					t.Fatalf("world %d: group %d less group %d leaves %d", seed, i, j, left)
				}
			}
		}
		for _, line := range picture.Lines {
			left := 0
			for _, part := range line.Parts {
				if !decisions[part].Fresh() {
					left += groups[part].N
				}
			}
			if decisions[line.Total].Fresh() && groups[line.Total].N > 0 && left > 0 && left < 5 {
				t.Fatalf("world %d: group %d less its published parts leaves %d", seed, line.Total, left)
			}
		}
	}
	t.Logf("of the cells with k people or more %.1f %% are published", 100*float64(published)/float64(cells))
}
