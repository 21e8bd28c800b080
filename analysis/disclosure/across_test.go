package disclosure

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A unit has the parts A, C and D, and six stages at which everybody answers; D is of few people, so that C goes as well. C's own part y is
// published: the unit without A and y is C's part x together with D. By stage these are more classes than sums are looked for in.
func TestDecide_AFewPeopleAcrossAWithheldPart(t *testing.T) {
	const whole, a, c, x, y, d, firstStage, stages = 0, 1, 2, 3, 4, 5, 6, 6
	for _, test := range []struct {
		inD  int32 // people
		want []Reason
	}{
		{2, []Reason{Published, Published, Complement, Small, Complement, Small}},
		{4, []Reason{Published, Published, Complement, Small, Published, Small}}, // six people with x
	} {
		picture := Picture{Groups: firstStage + stages, Lines: []Line{{whole, []int{a, c, d}}, {c, []int{x, y}}, {Total: whole}}}
		groups := make([]Group, picture.Groups)
		for i := range groups {
			groups[i].K = 5
		}
		person := int32(0)
		for _, unit := range []struct {
			cells []int
			n     int32
		}{{[]int{whole, a}, 10}, {[]int{whole, c, x}, 2}, {[]int{whole, c, y}, 6}, {[]int{whole, d}, test.inD}} {
			var who []int32
			for range unit.n {
				who = append(who, person)
				person++
			}
			for _, cell := range unit.cells {
				groups[cell].N, groups[cell].People = groups[cell].N+len(who)*stages, groups[cell].People+len(who)
			}
			for stage := range stages {
				groups[firstStage+stage].N += len(who)
				picture.Atoms = append(picture.Atoms, Atom{len(who), []Stay{{Leaf: len(picture.Leaves)}}, who})
				picture.Leaves = append(picture.Leaves, append([]int{firstStage + stage}, unit.cells...))
			}
		}
		for stage := range stages {
			picture.Lines[2].Parts = append(picture.Lines[2].Parts, firstStage+stage)
		}
		// Among many more figures no row of the reduced form need be this group: it is looked for by itself.
		decider := NewPlan(picture).newDecider(groups, nil)
		decider.settleLines()
		looked := slices.ContainsFunc(decider.newAudit().everyFew(), func(group []int32) bool {
			return len(group) == 2*stages && decider.behind(group) == int(2+test.inD)*stages
		})
		if few := test.inD == 2; looked != few {
			t.Errorf("D has %d people: looked for is %t, want %t", test.inD, looked, few)
		}
		var got []Reason
		for _, decision := range NewPlan(picture).Decide(groups)[:firstStage] {
			got = append(got, decision.Withheld)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("D has %d people: %s", test.inD, diff)
		}
	}
}
