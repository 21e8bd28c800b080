package disclosure

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reasons lists what was decided in a world's only release: everybody at its one stage, then each unit.
func reasons(w *world, k int) []Reason {
	l := w.lay(1, k)
	decisions := NewPlan(l.Picture).Decide(l.groups())
	var out []Reason
	for i, c := range l.cells {
		if c.stage == "s" {
			out = append(out, decisions[i].Withheld)
		}
	}
	return out
}

func TestDecide_CounterExamplesOfPublishedRules(t *testing.T) {
	const pub, small, comp = Published, Small, Complement
	for _, c := range []struct {
		name  string
		sizes []int
		want  []Reason // everybody, then each unit
	}{
		{"an empty unit hides nobody, so the 4 need the 50 beside them", []int{0, 4, 50}, []Reason{pub, pub, small, comp}},
		{"3 and 4 together are 7: nothing more goes", []int{3, 4, 50, 60}, []Reason{pub, small, small, pub, pub}},
		{"3 alone needs one of the tens, the first", []int{3, 10, 10, 40}, []Reason{pub, small, comp, pub, pub}},
		{"1 and 1 are 2 together: the 20 goes too", []int{1, 1, 20}, []Reason{pub, small, small, comp}},
		{"one child under a parent is the parent", []int{7}, []Reason{pub, pub}},
		{"one small child: both are small", []int{3}, []Reason{small, small}},
		{"4 and 4 hide each other", []int{4, 4}, []Reason{pub, small, small}},
		{"2 and 2: the total itself is small", []int{2, 2}, []Reason{small, small, small}},
		{"2, 2 and 1: together they are just enough", []int{2, 2, 1}, []Reason{pub, small, small, small}},
		{"ties go to the lower index", []int{4, 9, 9, 9}, []Reason{pub, small, comp, pub, pub}},
		{"nobody anywhere", []int{0, 0}, []Reason{pub, pub, pub}},
		{"everybody is large", []int{5, 6, 7}, []Reason{pub, pub, pub, pub}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reasons(flat(c.sizes...), 5)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", c.sizes, diff)
			}
		})
	}
}

func TestDecide_OneChildUnderAParentSharesItsFate(t *testing.T) {
	w := &world{}
	w.people(4, "a/only", "s")
	w.people(30, "b/x", "s")
	w.people(30, "b/y", "s")
	got := w.publish(5)[0]
	// The line rule hides b beside a. But x and y give b, and everybody less b would be a: the smallest cell of that sum goes.
	want := []bool{true, false, false, false, false, true}
	if diff := cmp.Diff(want, fresh(got, cell{"", "s"}, cell{"a", "s"}, cell{"a/only", "s"}, cell{"b", "s"}, cell{"b/x", "s"}, cell{"b/y", "s"})); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_PeopleOfAnInnerUnitAreAPartOfTheirOwn(t *testing.T) {
	w := &world{}
	w.people(2, "a", "s") // in the bureau itself: bureau less its division would be these two
	w.people(20, "a/x", "s")
	w.people(20, "b", "s")
	got := w.publish(5)[0]
	if got.fresh[cell{"a", "s"}] && got.fresh[cell{"a/x", "s"}] {
		t.Error("the bureau and its only division are both published")
	}
}

func TestDecide_AStageLeftOutTakesAnotherWithIt(t *testing.T) {
	w := &world{}
	w.people(4, "", "m2")
	w.people(20, "", "m3")
	w.people(30, "", "m6")
	want := []bool{false, false, true, true}
	if diff := cmp.Diff(want, fresh(w.publish(5)[0], cell{"", "m2"}, cell{"", "m3"}, cell{"", "m6"}, cell{"", ""})); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_ATotalPrintedElsewhereTakesTheOtherPartWithIt(t *testing.T) {
	// The lines know no total of a (4) and b (20); another table prints the two together as c, by atoms alone.
	picture := Picture{Groups: 3, Leaves: [][]int{{0, 2}, {1, 2}}, Atoms: []Atom{{N: 4, Stays: []Stay{{Leaf: 0}}}, {N: 20, Stays: []Stay{{Leaf: 1}}}}}
	got := NewPlan(picture).Decide([]Group{{N: 4, K: 5}, {N: 20, K: 5}, {N: 24, K: 5}})
	want := []Decision{{Withheld: Small}, {Withheld: Complement}, {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_CrossedSegmentsAreSeenThrough(t *testing.T) {
	// Rows r0 (x, y) and r1 (x, y) by columns: the three people of r0y are not a cell, but all of r0 but three are in x.
	picture := Picture{Groups: 5, Leaves: [][]int{{0, 1, 3}, {0, 1, 4}, {0, 2, 4}},
		Lines: []Line{{0, []int{1, 2}}, {0, []int{3, 4}}},
		Atoms: []Atom{{N: 20, Stays: []Stay{{Leaf: 0}}}, {N: 3, Stays: []Stay{{Leaf: 1}}}, {N: 20, Stays: []Stay{{Leaf: 2}}}}}
	got := NewPlan(picture).Decide([]Group{{N: 43, K: 5}, {N: 23, K: 5}, {N: 20, K: 5}, {N: 20, K: 5}, {N: 23, K: 5}})
	if got[1].Fresh() && got[3].Fresh() {
		t.Error("r0 (23) and x (20), all within r0, are both published: they differ by three people")
	}
}

func TestDecide_TheTotalGoesWhenNoPartIsLeft(t *testing.T) {
	groups := []Group{{N: 8, K: 5}, {N: 8, K: 10}}
	if diff := cmp.Diff([]Reason{Complement, Small}, DecideLines(groups, []Line{{Total: 0, Parts: []int{1}}})); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_APooledCellCountsPeopleAndNotAnswers(t *testing.T) {
	// Two people who answered at four stages are eight answers, and still two people.
	if diff := cmp.Diff([]Reason{Small}, DecideLines([]Group{{N: 8, People: 2, K: 5}}, nil)); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_WhatIsWithheldForOtherReasonsStaysSo(t *testing.T) {
	groups := []Group{{N: 90, K: 5}, {N: 20, K: 5, Withheld: Cross}, {N: 30, K: 5}, {N: 40, K: 5}}
	if diff := cmp.Diff([]Reason{Published, Cross, Published, Published}, DecideLines(groups, []Line{{0, []int{1, 2, 3}}})); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_TheOrderOfInputDoesNotMatter(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 3))
		w := randomWorld(random, 3)
		l := w.lay(3, 5)
		groups := l.groups()
		want := NewPlan(l.Picture).Decide(groups)
		shuffle := func(n int, swap func(i, j int)) { random.Shuffle(n, swap) }
		shuffle(len(l.Atoms), func(i, j int) { l.Atoms[i], l.Atoms[j] = l.Atoms[j], l.Atoms[i] })
		shuffle(len(l.Lines), func(i, j int) { l.Lines[i], l.Lines[j] = l.Lines[j], l.Lines[i] })
		moved := make([]int, len(l.Leaves))
		for i := range moved {
			moved[i] = i
		}
		shuffle(len(l.Leaves), func(i, j int) {
			l.Leaves[i], l.Leaves[j], moved[i], moved[j] = l.Leaves[j], l.Leaves[i], moved[j], moved[i]
		})
		for i := range l.Atoms {
			for j := range l.Atoms[i].Stays {
				l.Atoms[i].Stays[j].Leaf = slices.Index(moved, l.Atoms[i].Stays[j].Leaf)
			}
		}
		for i := range l.Lines {
			parts := slices.Clone(l.Lines[i].Parts)
			shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			l.Lines[i].Parts = parts
		}
		if diff := cmp.Diff(want, NewPlan(l.Picture).Decide(groups)); diff != "" {
			t.Fatalf("world %d: %s", seed, diff)
		}
	}
}

// grow adds people of the second release to a world.
func grow(w *world, n int, unit, stage string, since int) {
	for range n {
		w.answers = append(w.answers, answer{"new" + strconv.Itoa(len(w.answers)), stage, []placed{{unit, since, 0}}})
	}
	w.releases = max(w.releases, since)
}

func TestDecide_OneNewPersonChangesNothingThatIsShown(t *testing.T) {
	w := flat(20, 30)
	grow(w, 1, "u0", "s", 2)
	got := w.publish(5)[1]
	for _, c := range []cell{{"", "s"}, {"u0", "s"}} {
		if diff := cmp.Diff(Decision{Carried: 1}, got.all[c]); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c, diff)
		}
	}
	if !got.fresh[cell{"u1", "s"}] {
		t.Error("the unit where nothing changed is not fresh")
	}
}

func TestDecide_ManyNewPeopleAreFresh(t *testing.T) {
	w := flat(20, 30)
	grow(w, 5, "u0", "s", 2)
	if diff := cmp.Diff([]bool{true, true, true}, fresh(w.publish(5)[1], cell{"", "s"}, cell{"u0", "s"}, cell{"u1", "s"})); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_TrickledPeopleWaitUntilTheyAreEnough(t *testing.T) {
	w := flat(20, 30)
	for release := 2; release <= 6; release++ {
		grow(w, 1, "u0", "s", release)
	}
	var got []int
	for _, r := range w.publish(5) {
		got = append(got, r.all[cell{"u0", "s"}].Carried)
	}
	if diff := cmp.Diff([]int{0, 1, 1, 1, 1, 0}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_APersonWhoMovedIsInBothUnits(t *testing.T) {
	w := flat(20, 30)
	w.releases = 2
	w.answers[0].stays = []placed{{"u0", 1, 2}, {"u1", 2, 0}}
	got := w.publish(5)[1]
	want := map[cell]Decision{{"", ""}: {}, {"", "s"}: {}}
	for _, unit := range []string{"u0", "u1"} {
		for _, stage := range []string{"", "s"} {
			want[cell{unit, stage}] = Decision{Carried: 1}
		}
	}
	if diff := cmp.Diff(want, got.all); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_FreshTotalsDoNotTellTheIncrementOfACarriedPart(t *testing.T) {
	// Six join u0 and two join u1: u0 could be fresh, u1 cannot. With a fresh total and a fresh u0, the two would be left.
	w := flat(20, 30)
	grow(w, 6, "u0", "s", 2)
	grow(w, 2, "u1", "s", 2)
	got := w.publish(5)[1]
	if got.fresh[cell{"", "s"}] && got.fresh[cell{"u0", "s"}] {
		t.Errorf("the two who joined u1 can be computed: %v", got.all)
	}
}

func TestDecide_AFigureOfItsOwnSizeIsComparedBySize(t *testing.T) {
	// Six people more are in the cell, of whom two answered this question.
	picture := Picture{Groups: 1, Leaves: [][]int{{0}}, Release: 2, Atoms: []Atom{{N: 20, Stays: []Stay{{0, 1, 0}}}, {N: 6, Stays: []Stay{{0, 2, 0}}}}}
	got := NewPlan(picture).Decide([]Group{{N: 22, K: 5, Versions: []Version{{Release: 1, Fresh: true, N: 20}}}})
	if diff := cmp.Diff([]Decision{{Carried: 1}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_WhatMustBeCarriedAndWasNeverShownIsWithheld(t *testing.T) {
	want := []Decision{{Withheld: Release}, {Carried: 3}}
	got := NewPlan(Picture{Groups: 2, Release: 4}).Decide([]Group{
		{N: 20, K: 5, Withheld: Release}, {N: 20, K: 5, Withheld: Release, Versions: []Version{{Release: 3, Fresh: true}}}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecide_OfThoseWhoCameOnlySomeHaveAValue(t *testing.T) {
	// Twenty stayed and five came, of whom three answered the question: its old and its new values together tell of three.
	plan := NewPlan(Picture{Groups: 1, Leaves: [][]int{{0}}, Release: 2,
		Atoms: []Atom{{N: 20, Stays: []Stay{{Leaf: 0, Since: 1}}}, {N: 5, Stays: []Stay{{Leaf: 0, Since: 2}}}}})
	for _, c := range []struct {
		was, is int
		want    Decision
	}{
		{20, 25, Decision{}}, {20, 23, Decision{Carried: 1}}, {18, 18, Decision{}}, {18, 22, Decision{Carried: 1}}, {18, 19, Decision{Carried: 1}},
		{20, 18, Decision{Carried: 1}},
	} {
		got := plan.Decide([]Group{{N: c.is, K: 5, Versions: []Version{{Release: 1, Fresh: true, N: c.was}}}})
		if got[0] != c.want {
			t.Errorf("from %d to %d: %+v, want %+v", c.was, c.is, got[0], c.want)
		}
	}
}

func TestDecide_PeopleWhoAnsweredTwiceHideNobody(t *testing.T) {
	// Everybody, women, men, another, unknown over two stages: each person has two answers. What is hidden are six answers of three.
	groups := []Group{{N: 152, People: 76, K: 5}, {N: 68, People: 34, K: 5}, {N: 78, People: 39, K: 5}, {N: 4, People: 2, K: 5}, {N: 2, People: 1, K: 5}}
	var got []Reason
	for _, d := range NewPlan(Picture{Groups: 5, Lines: []Line{{0, []int{1, 2, 3, 4}}}}).Decide(groups) {
		got = append(got, d.Withheld)
	}
	if want := []Reason{Published, Complement, Published, Small, Small}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Four people answered at two stages more than the others: eight answers, and still only theirs are what the total has beyond the
// published stage.
func TestDecide_WhoAnsweredTwiceHidesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		again int // of the ten, who answered at the stages b and c
		want  []bool
	}{
		"the same four at both":   {4, []bool{true, false, false, false}},
		"the same five at both":   {5, []bool{true, true, true, true}},
		"nobody answered further": {0, []bool{true, true}},
	} {
		w := &world{}
		for i := range 10 {
			for _, stage := range []string{"a", "b", "c"} {
				if stage == "a" || i < c.again {
					w.answers = append(w.answers, answer{"p" + strconv.Itoa(i), stage, []placed{{"u", 1, 0}}})
				}
			}
		}
		r := w.publish(5)[0]
		var got []bool
		for _, stage := range []string{"a", "", "b", "c"}[:len(c.want)] {
			got = append(got, r.fresh[cell{"u", stage}])
		}
		if name == "the same four at both" && got[0] != got[1] { // either the stage or the total
			got[0], got[1] = true, false
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Six answers came to the figure of all stages, three times two of one person: two people came.
func TestDecide_WhoCameWithSeveralAnswersIsOnePerson(t *testing.T) {
	for people, want := range map[int]Decision{2: {Carried: 1}, 5: {}} {
		w := flat(20, 30)
		w.releases = 2
		for i := range people {
			for _, stage := range []string{"s", "t", "u"} {
				w.answers = append(w.answers, answer{"new" + strconv.Itoa(i), stage, []placed{{"u0", 2, 0}}})
			}
		}
		if diff := cmp.Diff(want, w.publish(5)[1].all[cell{"u0", ""}]); diff != "" {
			t.Errorf("%d people: %s", people, diff)
		}
	}
}
