package audit

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// crossing is published figures over classes of people that cross each other in several ways, as units, quarters and kinds of hiring do:
// each of a class's people is in one part of every way, and some parts are published.
type crossing struct {
	people [][]int32 // by class
	rows   [][]int   // the classes of each published figure
}

func newCrossing(random *rand.Rand, classes, k int) crossing {
	c := crossing{rows: [][]int{nil}}
	person := int32(0)
	for at := range classes {
		var who []int32
		for range 1 + random.IntN(k/2) {
			who = append(who, person)
			person++
		}
		c.people = append(c.people, who)
		c.rows[0] = append(c.rows[0], at) // everybody
	}
	for range 3 {
		parts := make([][]int, 2+random.IntN(4))
		for at := range classes {
			i := random.IntN(len(parts))
			parts[i] = append(parts[i], at)
		}
		for _, part := range parts {
			if c.size(part) >= k && random.IntN(5) > 0 {
				c.rows = append(c.rows, part)
			}
		}
	}
	return c
}

func (c crossing) size(classes []int) (n int) {
	for _, at := range classes {
		n += len(c.people[at])
	}
	return n
}

// picture gives them to the audit.
func (c crossing) picture(k int) *picture {
	p := &picture{auditor: &auditor{truth: units{}.truth()}, subject: subject{"trend", "j", "iso"}, k: k, cells: map[slot]*sum{}, said: map[slot]said{}, most: map[string]int{"": 1}}
	for _, who := range c.people {
		p.classes = append(p.classes, class{len(who), who})
	}
	for i, classes := range c.rows {
		row := slot{segment: "unit", member: itoa(i), grain: "all"}
		cell := &sum{c.size(classes), map[int]int{}}
		for _, at := range classes {
			cell.classes[at] = len(c.people[at])
		}
		p.rows, p.in, p.cells[row], p.said[row] = append(p.rows, row), append(p.in, classes), cell, said{numbers: []float64{1}}
	}
	return p
}

// tells reports, by trying every group of classes, whether the sum over 1 to k−1 people follows.
func (c crossing) tells(k int) bool {
	rank, s := make([]int32, len(c.people)), newSpan(false)
	for at := range rank {
		rank[at] = int32(at)
	}
	for _, classes := range c.rows {
		s.add(vector(classes, rank))
	}
	for mask := 1; mask < 1<<len(c.people); mask++ {
		var group []int
		for at := range c.people {
			if mask>>at&1 == 1 {
				group = append(group, at)
			}
		}
		if c.size(group) < k && s.has(vector(group, rank)) {
			return true
		}
	}
	return false
}

// A threshold of ten leaves groups of many classes to be found, for which the elimination alone is not enough. And whatever is
// found is gone once the figures that a finding names are withheld, a few of them only.
func TestAttack_FindsGroupsOfManyClassesAndNamesWhatToWithhold(t *testing.T) {
	const k = 10
	random := rand.New(rand.NewPCG(3, 3))
	tell, missed, figures, withheld := 0, 0, 0, 0
	for range 150 {
		c := newCrossing(random, 9+random.IntN(5), k)
		told := c.tells(k)
		p := c.picture(k)
		p.attack()
		if told != (len(p.findings) > 0) {
			missed++
		}
		if told {
			tell++
			figures += len(c.rows)
		}
		for len(p.findings) > 0 {
			names, ok := Withheld(p.findings)
			if !ok {
				t.Fatalf("nothing to withhold is named for one of %+v", p.findings)
			}
			var kept [][]int
			for i, row := range p.rows {
				if !slices.ContainsFunc(names, func(f Figure) bool { return f.slot() == row }) {
					kept = append(kept, c.rows[i])
				}
			}
			withheld += len(c.rows) - len(kept)
			c.rows = kept
			p = c.picture(k)
			p.attack()
		}
		if told && c.tells(k) {
			t.Errorf("people %v, figures %v: something still follows", c.people, c.rows)
		}
	}
	t.Logf("%d of 150 tell something, %d were missed; %d of %d figures were withheld", tell, missed, withheld, figures)
	if tell < 50 {
		t.Error("too few of them tell anything: the test shows little")
	}
	if missed > 0 {
		t.Errorf("%d were not found", missed)
	}
	if withheld > figures/3 {
		t.Error("too much was withheld")
	}
}

func TestConnected_PartsHaveNoColumnInCommon(t *testing.T) {
	row := func(columns ...int32) (v []entry) {
		for _, c := range columns {
			v = append(v, entry{c, 1})
		}
		return v
	}
	got := connected([][]entry{row(1, 2), row(5), row(3, 4), row(6, 7), row(2, 3), row(5, 9)})
	want := [][][]entry{{row(1, 2), row(3, 4), row(2, 3)}, {row(5), row(5, 9)}, {row(6, 7)}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
		t.Error(diff)
	}
}

func TestThemesLeft_TheTotalIsWithheld(t *testing.T) {
	line := themeLine{journey: "j", theme: "trust", valence: "issue"}
	told := func(n float64) themeSaid { return themeSaid{number: n, exact: true} }
	a := &auditor{
		truth:  Truth{Crowds: []Crowd{{Table: "theme", Journey: "j", Name: "trust", With: "issue", Stage: "m12", People: 1}}},
		themes: map[themeLine]map[string]themeSaid{line: {"": told(13), "m3": told(9), "m6": told(3), "m12": {few: true}}},
	}
	a.themesLeft()
	if len(a.findings) != 1 {
		t.Fatalf("13 people less 9 and 3 are one: %v", a.findings)
	}
	if diff := cmp.Diff([]Figure{{Table: "voice", Journey: "j", Grain: "all"}}, a.findings[0].Without); diff != "" {
		t.Error(diff)
	}
	a.findings = nil
	a.themes[line]["m6"] = themeSaid{}
	if a.themesLeft(); len(a.findings) != 0 {
		t.Errorf("a band hides them: %v", a.findings)
	}
}
