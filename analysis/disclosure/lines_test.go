package disclosure

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// totalOver makes a total over parts of these sizes: cell 0 is the total.
func totalOver(k int, sizes ...int) ([]Group, []Line) {
	cells, line := []Group{{K: k}}, Line{}
	for i, n := range sizes {
		cells[0].N += n
		cells = append(cells, Group{N: n, K: k})
		line.Parts = append(line.Parts, i+1)
	}
	return cells, []Line{line}
}

func TestDecideLines_CounterExamples(t *testing.T) {
	const pub, small, comp = Published, Small, Complement
	for _, test := range []struct {
		name  string
		sizes []int
		want  []Reason
	}{
		{"an empty part hides nobody: the part of 4 takes the 50 with it, else total minus 50 gives it", []int{0, 4, 50}, []Reason{pub, pub, small, comp}},
		{"3 and 4 together are 7: nothing more goes", []int{3, 4, 50, 60}, []Reason{pub, small, small, pub, pub}},
		{"3 alone needs one of the tens, the first", []int{3, 10, 10, 40}, []Reason{pub, small, comp, pub, pub}},
		{"1 and 1 are 2 together: the 20 goes too", []int{1, 1, 20}, []Reason{pub, small, small, comp}},
		{"one child under a parent is the parent", []int{7}, []Reason{pub, pub}},
		{"one small child: both are small", []int{3}, []Reason{small, small}},
		{"4 and 4 hide each other", []int{4, 4}, []Reason{pub, small, small}},
		{"2 and 2: the total itself is small", []int{2, 2}, []Reason{small, small, small}},
		{"2, 2 and 1: nothing is left to hide behind but five people", []int{2, 2, 1}, []Reason{pub, small, small, small}},
		{"ties go to the lower index", []int{4, 9, 9, 9}, []Reason{pub, small, comp, pub, pub}},
		{"empty groups only", []int{0, 0}, []Reason{pub, pub, pub}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cells, lines := totalOver(5, test.sizes...)
			if diff := cmp.Diff(test.want, DecideLines(cells, lines)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecideLines_TheTotalGoesWhenNoPartIsLeft(t *testing.T) {
	// A part that is withheld by another table, with fewer than k people of threshold 10, and nobody beside it.
	cells := []Group{{N: 8, K: 5}, {N: 8, K: 10}}
	want := []Reason{Complement, Small}
	if diff := cmp.Diff(want, DecideLines(cells, []Line{{Total: 0, Parts: []int{1}}})); diff != "" {
		t.Error(diff)
	}
}

func TestDecideLines_APooledCellCountsPeopleAndNotAnswers(t *testing.T) {
	// Two people who answered at four stages are eight answers, and still two people.
	cells := []Group{{N: 8, People: 2, K: 5}}
	if diff := cmp.Diff([]Reason{Small}, DecideLines(cells, nil)); diff != "" {
		t.Error(diff)
	}
}

func TestDecideLines_AWithheldTotalUncoversItsOwnLine(t *testing.T) {
	// total(0) = a(1) + b(2); a = c(3) + d(4). d is small, c goes with it; nothing else has to.
	cells := []Group{{N: 60, K: 5}, {N: 30, K: 5}, {N: 30, K: 5}, {N: 27, K: 5}, {N: 3, K: 5}}
	lines := []Line{{0, []int{1, 2}}, {1, []int{3, 4}}}
	want := []Reason{Published, Published, Published, Complement, Small}
	if diff := cmp.Diff(want, DecideLines(cells, lines)); diff != "" {
		t.Error(diff)
	}
}

// The law of the line rule: whatever is published, no line with a published total leaves 1 to k−1 people.
func TestDecideLines_NoLineLeavesASmallRest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		cells, lines := randomGrid(random)
		reasons := DecideLines(cells, lines)
		for _, line := range lines {
			rest := 0
			for _, part := range line.Parts {
				if reasons[part] != Published {
					rest += cells[part].N
				}
			}
			if reasons[line.Total] == Published && rest > 0 && rest < 5 {
				t.Fatalf("line %v leaves %d people: %v %v", line, rest, cells, reasons)
			}
		}
		for i, cell := range cells {
			if reasons[i] == Published && cell.N > 0 && cell.N < 5 {
				t.Fatalf("cell %d of %d people is published", i, cell.N)
			}
		}
	}
}

// randomGrid is a two-level tree crossed with stages: cell (node, stage) at node*stages+stage, node 0 and stage 0 are totals.
func randomGrid(random *rand.Rand) ([]Group, []Line) {
	bureaus, stages := 1+random.IntN(4), 2+random.IntN(4)
	parents, leaves := []int{-1}, []int{}
	for range bureaus {
		parents = append(parents, 0)
		bureau := len(parents) - 1
		for range 1 + random.IntN(4) {
			parents = append(parents, bureau)
			leaves = append(leaves, len(parents)-1)
		}
	}
	cells := make([]Group, len(parents)*stages)
	for i := range cells {
		cells[i].K = 5
	}
	for _, leaf := range leaves {
		for stage := 1; stage < stages; stage++ {
			n := random.IntN(13)
			for node := leaf; node >= 0; node = parents[node] {
				cells[node*stages+stage].N += n
				cells[node*stages].N += n
			}
		}
	}
	var lines []Line
	for node := range parents {
		var across Line
		across.Total = node * stages
		for stage := range stages {
			if stage > 0 {
				across.Parts = append(across.Parts, node*stages+stage)
			}
			down := Line{Total: node*stages + stage}
			for child, p := range parents {
				if p == node {
					down.Parts = append(down.Parts, child*stages+stage)
				}
			}
			if len(down.Parts) > 0 {
				lines = append(lines, down)
			}
		}
		lines = append(lines, across)
	}
	return cells, lines
}
