package disclosure

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The law: a space that is made with the help of the one before is, row for row, the one that is made without.
func TestBasis_MadeAfterAnotherIsTheSame(t *testing.T) {
	copied, all := 0, 0
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 31))
		columns := 20 + random.IntN(60)
		late := make([]bool, columns)
		for c := range late {
			late[c] = random.IntN(4) == 0
		}
		var list []equation
		groups := 0
		add := func() {
			var set []int32
			for from, n := random.IntN(columns), 1+random.IntN(9); n > 0; n-- { // neighbours are often together, as in a hierarchy
				set = append(set, int32((from+random.IntN(12))%columns))
			}
			slices.Sort(set)
			list = append(list, equation{set: slices.Compact(set), whole: known{group: groups}})
			groups++
		}
		for range columns {
			add()
		}
		var before *basis
		for range 12 {
			slices.SortFunc(list, func(x, y equation) int { return compareEquations(&x, &y) })
			weight := make([]int32, columns)
			for _, e := range list {
				for _, c := range e.set {
					weight[c]++
				}
			}
			want := newBasis(weight, late, list, groups, 0, nil)
			got := newBasis(weight, late, list, groups, 0, before)
			for _, diff := range []string{cmp.Diff(want.rows, got.rows, cmp.AllowUnexported(row{}, use{})), cmp.Diff(want.row, got.row),
				cmp.Diff(want.follows, got.follows, cmp.AllowUnexported(use{})), cmp.Diff(want.pivot, got.pivot), cmp.Diff(want.now, got.now)} {
				if diff != "" {
					t.Fatalf("world %d:\n%s", seed, diff)
				}
			}
			if before != nil {
				copied, all = copied+copiedRows(before, got), all+len(got.rows)
			}
			if before = got; random.IntN(2) == 0 && len(list) > 1 && !before.overflow { // as it is when it was followed
				e := list[random.IntN(len(list))]
				before.take(before.now[e.whole.group])
				before.equations = append(before.equations, equation{set: []int32{0}, whole: known{group: e.whole.group}})
				before.add([]int32{0}, int32(len(before.equations)-1))
			}
			list = slices.Clone(list)
			for n := random.IntN(4); n > 0; n-- {
				at := random.IntN(len(list))
				list = slices.Delete(list, at, at+1)
			}
			for n := random.IntN(3); n > 0; n-- {
				add()
			}
		}
	}
	if 2*copied < all {
		t.Errorf("only %d of %d rows were copied", copied, all)
	}
	t.Logf("%d of %d rows were copied", copied, all)
}

// copiedRows counts the rows that share their numbers with a row of an earlier space.
func copiedRows(before, after *basis) (n int) {
	there := map[*int64]bool{}
	for i := range before.rows {
		there[&before.rows[i].value[0]] = true
	}
	for i := range after.rows {
		if there[&after.rows[i].value[0]] {
			n++
		}
	}
	return n
}
