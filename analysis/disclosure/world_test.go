package disclosure

import (
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// A world is who answered at which stage in which unit, through several releases.
type world struct {
	answers  []answer
	releases int
}

// answer is one person's answer at a stage; it may be counted in different units as time goes by.
type answer struct {
	person, stage string
	stays         []placed
}

// placed is where an answer counts: in a unit from one release on, until another (0: still).
type placed struct {
	unit         string
	since, until int
}

func (a answer) unit(release int) (string, bool) {
	for _, p := range a.stays {
		if p.since <= release && (p.until == 0 || release < p.until) {
			return p.unit, true
		}
	}
	return "", false
}

// cell names a figure: a unit ("" for everybody) at a stage ("" for all together).
type cell struct{ unit, stage string }

// layout is a world as the engine sees it.
type layout struct {
	Picture
	cells []cell // the figures; parts that nobody prints follow
	at    map[cell]int
	k     int
}

// above gives a unit and everything it is in, the top last.
func above(unit string) []string {
	out := []string{unit}
	for unit != "" {
		unit = unit[:max(strings.LastIndexByte(unit, '/'), 0)]
		out = append(out, unit)
	}
	return out
}

// lay draws the picture of a world at a release: unit × stage, with the people directly in an inner unit as a part of their own.
func (w *world) lay(release, k int) *layout {
	units, stages := map[string]bool{"": true}, map[string]bool{"": true}
	for _, a := range w.answers {
		stages[a.stage] = true
		for _, p := range a.stays {
			for _, unit := range above(p.unit) {
				units[unit] = true
			}
		}
	}
	l := &layout{at: map[cell]int{}, k: k}
	for _, unit := range sortedKeys(units) {
		for _, stage := range sortedKeys(stages) {
			l.at[cell{unit, stage}] = len(l.cells)
			l.cells = append(l.cells, cell{unit, stage})
		}
	}
	l.Groups = len(l.cells)
	direct := map[cell]int{}
	for _, unit := range sortedKeys(units) {
		var children []string
		for other := range units {
			if other != "" && above(other)[1] == unit {
				children = append(children, other)
			}
		}
		sort.Strings(children)
		var ofStages []int
		for _, stage := range sortedKeys(stages) {
			if stage != "" {
				ofStages = append(ofStages, l.at[cell{unit, stage}])
			}
			if len(children) > 0 {
				direct[cell{unit, stage}] = l.Groups
				parts := []int{l.Groups}
				l.Groups++
				for _, child := range children {
					parts = append(parts, l.at[cell{child, stage}])
				}
				l.Lines = append(l.Lines, Line{l.at[cell{unit, stage}], parts})
			}
		}
		l.Lines = append(l.Lines, Line{l.at[cell{unit, ""}], ofStages})
	}
	leaves := map[cell]int{}
	leaf := func(c cell) int {
		i, ok := leaves[c]
		if !ok {
			i = len(l.Leaves)
			leaves[c] = i
			var in []int
			for _, stage := range []string{c.stage, ""} {
				for _, unit := range above(c.unit) {
					in = append(in, l.at[cell{unit, stage}])
				}
				if d, inner := direct[cell{c.unit, stage}]; inner {
					in = append(in, d)
				}
			}
			l.Leaves = append(l.Leaves, in)
		}
		return i
	}
	numbers := map[string]int32{}
	for _, a := range w.answers {
		if _, known := numbers[a.person]; !known {
			numbers[a.person] = int32(len(numbers))
		}
		atom := Atom{N: 1, Who: []int32{numbers[a.person]}}
		for _, p := range a.stays {
			if p.since <= release {
				atom.Stays = append(atom.Stays, Stay{leaf(cell{p.unit, a.stage}), p.since, p.until})
			}
		}
		l.Atoms = append(l.Atoms, atom)
	}
	l.Release = release
	return l
}

// groups counts a layout's groups.
func (l *layout) groups() []Group {
	groups := make([]Group, l.Groups)
	for i := range groups {
		groups[i].K = l.k
		if i >= len(l.cells) {
			groups[i].Withheld = Complement
		}
	}
	who := make([]map[int32]bool, l.Groups)
	for _, atom := range l.Atoms {
		for _, stay := range atom.Stays {
			if stay.at(l.Release) {
				for _, i := range l.Leaves[stay.Leaf] {
					groups[i].N += atom.N
					if who[i] == nil {
						who[i] = map[int32]bool{}
					}
					for _, person := range atom.Who {
						who[i][person] = true
					}
				}
			}
		}
	}
	for i := range groups {
		groups[i].People = len(who[i])
	}
	return groups
}

// release is what one release published.
type release struct {
	number int
	fresh  map[cell]bool
	all    map[cell]Decision
}

// publish decides every release of a world in turn, each knowing the earlier ones.
func (w *world) publish(k int) (out []release) {
	versions := map[cell][]Version{}
	for number := 1; number <= max(w.releases, 1); number++ {
		l := w.lay(number, k)
		groups := l.groups()
		for i, c := range l.cells {
			groups[i].Versions = versions[c]
		}
		r := release{number, map[cell]bool{}, map[cell]Decision{}}
		for i, d := range NewPlan(l.Picture).Decide(groups)[:len(l.cells)] {
			c := l.cells[i]
			r.all[c] = d
			if groups[i].N > 0 && d.Withheld == Published {
				r.fresh[c] = d.Fresh()
				versions[c] = append(slices.Clone(versions[c]), Version{Release: number, Fresh: d.Fresh()})
			}
		}
		out = append(out, r)
	}
	return out
}

func sortedKeys(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// people adds so many answers of different people.
func (w *world) people(n int, unit, stage string) {
	for range n {
		w.answers = append(w.answers, answer{"p" + strconv.Itoa(len(w.answers)), stage, []placed{{unit, 1, 0}}})
	}
}

// flat is a world of one stage, one release and a unit for each size.
func flat(sizes ...int) *world {
	w := &world{}
	for i, n := range sizes {
		w.people(n, "u"+strconv.Itoa(i), "s")
		if n == 0 { // a unit that somebody was in once, before anything was published
			w.answers = append(w.answers, answer{"gone", "s", []placed{{"u" + strconv.Itoa(i), 0, 1}}})
		}
	}
	return w
}

// randomWorld is a hierarchy of three levels, 1 to 60 people a leaf, 2 to 5 stages, some people in inner units, some units
// empty, some of equal size. Through its releases people join, answer further stages, are moved with their answers, move on and answer elsewhere, and are erased.
func randomWorld(random *rand.Rand, releases int) *world {
	w := &world{releases: releases}
	corrections := random.IntN(2) // half of the worlds have them
	stages := 2 + random.IntN(4)
	var units []string
	for b := range 1 + random.IntN(4) {
		bureau := "b" + strconv.Itoa(b)
		for d := range 1 + random.IntN(4) {
			units = append(units, bureau+"/d"+strconv.Itoa(d))
		}
		if random.IntN(3) == 0 {
			units = append(units, bureau)
		}
	}
	size := func() int {
		switch random.IntN(6) {
		case 0:
			return 1 + random.IntN(4)
		case 1:
			return 10 // ties
		default:
			return 1 + random.IntN(60)
		}
	}
	join := func(unit string, n, since int) {
		rate := 0.1 + 0.9*random.Float64()
		for range n {
			person := "p" + strconv.Itoa(len(w.answers))
			for s := range stages {
				if random.Float64() < rate {
					w.answers = append(w.answers, answer{person, "s" + strconv.Itoa(s), []placed{{unit, since, 0}}})
				}
			}
		}
	}
	for _, unit := range units {
		if strings.Contains(unit, "/") {
			join(unit, size(), 1)
		} else {
			join(unit, 1+random.IntN(8), 1)
		}
	}
	for release := 2; release <= releases; release++ {
		for range random.IntN(4) { // joiners trickle in; now and then a whole class does
			join(units[random.IntN(len(units))], []int{1, 1, 2, 3, 12}[random.IntN(5)], release)
		}
		for range random.IntN(4) { // answers of a person's next stage, at the unit that the person has moved to
			if a := w.answers[random.IntN(len(w.answers))]; len(a.stays) > 0 {
				w.answers = append(w.answers, answer{a.person, "s" + strconv.Itoa(random.IntN(stages)), []placed{{units[random.IntN(len(units))], release, 0}}})
			}
		}
		for range random.IntN(3) * corrections { // corrections: an answer counts in another unit from now on
			a := &w.answers[random.IntN(len(w.answers))]
			if last := &a.stays[len(a.stays)-1]; last.until == 0 && last.since < release {
				last.until = release
				a.stays = append(a.stays, placed{units[random.IntN(len(units))], release, 0})
			}
		}
		for range random.IntN(3) { // erased: all answers of a person go
			person := w.answers[random.IntN(len(w.answers))].person
			for i := range w.answers {
				if a := &w.answers[i]; a.person == person && a.stays[len(a.stays)-1].until == 0 {
					a.stays[len(a.stays)-1].until = release
				}
			}
		}
	}
	return w
}

func fresh(r release, cells ...cell) (out []bool) {
	for _, c := range cells {
		out = append(out, r.fresh[c])
	}
	return out
}

func TestWorld_Counts(t *testing.T) {
	w := flat(3, 4)
	l := w.lay(1, 5)
	if n := l.groups()[l.at[cell{"", ""}]].N; n != 7 {
		t.Errorf("everybody is %d, want 7", n)
	}
}
