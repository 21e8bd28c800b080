package disclosure

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flat makes one stage with a leaf for each count.
func flat(counts ...int64) Table {
	t := Table{K: 5}
	for i, n := range counts {
		t.Atoms = append(t.Atoms, Count{fmt.Sprintf("u%d", i), "s", n})
	}
	return t
}

// decided lists the reasons of everybody and of each leaf of a flat table.
func decided(t Table) []Reason {
	s := t.Solve()
	out := []Reason{s[Cell{"", "s"}]}
	for _, a := range t.Atoms {
		out = append(out, s[Cell{a.Unit, a.Stage}])
	}
	return out
}

func TestSolve_CounterExamplesOfPublishedRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts []int64
		want   []Reason // everybody, then each unit
	}{
		{"an empty unit hides nothing, so the small one beside it needs company", []int64{0, 4, 50}, []Reason{"", "small", "small", "complement"}},
		{"one small unit takes the next smallest with it", []int64{3, 4, 50, 60}, []Reason{"", "small", "small", "", ""}},
		{"of equal sizes the first name goes", []int64{3, 10, 10, 40}, []Reason{"", "small", "complement", "", ""}},
		{"two of one person each are together still too few", []int64{1, 1, 20}, []Reason{"", "small", "small", "complement"}},
		{"nobody anywhere", []int64{0, 0}, []Reason{"small", "small", "small"}},
		{"everybody is large", []int64{5, 6, 7}, []Reason{"", "", "", ""}},
	} {
		if diff := cmp.Diff(c.want, decided(flat(c.counts...))); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", c.name, c.counts, diff)
		}
	}
}

func TestSolve_OneChildUnderAParentSharesItsFate(t *testing.T) {
	table := Table{K: 5, Atoms: []Count{{"a/only", "s", 4}, {"b/x", "s", 30}, {"b/y", "s", 30}}}
	got := table.Solve()
	// The line rule hides b beside a, but x and y still give b, and everybody minus b would be a: the audit sees it.
	want := map[Cell]Reason{
		{"", "s"}: "complement", {"a", "s"}: "small", {"a/only", "s"}: "small", {"b", "s"}: "complement", {"b/x", "s"}: "", {"b/y", "s"}: "",
	}
	for c, reason := range want {
		if got[c] != reason {
			t.Errorf("%v: got %q, want %q", c, got[c], reason)
		}
	}
	if found := attack(table.Atoms, func(c Cell) bool { return got[c] == Published }, 5); len(found) > 0 {
		t.Error(found)
	}
}

func TestSolve_PeopleOfAnInnerUnitAreAPartOfTheirOwn(t *testing.T) {
	// Two people sit in the bureau itself: bureau minus its division would be those two.
	got := Table{K: 5, Atoms: []Count{{"a", "s", 2}, {"a/x", "s", 20}, {"b", "s", 20}}}.Solve()
	if got[Cell{"a", "s"}] == Published && got[Cell{"a/x", "s"}] == Published {
		t.Errorf("the bureau and its only division are both published: %v", got)
	}
}

func TestSolve_AStageLeftOutTakesAnotherWithIt(t *testing.T) {
	got := Table{K: 5, Atoms: []Count{{"", "m2", 4}, {"", "m3", 20}, {"", "m6", 30}}}.Solve()
	want := map[Cell]Reason{{"", "m2"}: "small", {"", "m3"}: "complement", {"", "m6"}: "", {"", ""}: ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSolve_WhatIsWithheldForOtherReasonsIsProtectedToo(t *testing.T) {
	table := flat(20, 30, 40)
	table.Withheld = map[Cell]Reason{{"u0", "s"}: Release}
	if got := decided(table); got[1] != Release {
		t.Errorf("got %v", got)
	}
}
