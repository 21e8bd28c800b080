package analysis

import (
	"context"
	"slices"

	"koe/analysis/disclosure"
)

// A grid is the cells that the tables of one journey break figures down by: node (everybody, or a member of a segment) ×
// stage × slice of time, and the lines that add them up. It is the same for every figure; only the sizes differ.
type grid struct {
	nodes   []node
	index   map[nodeKey]int
	stages  []string // "" first
	slices  []slice  // all time first
	stageAt map[string]int
	sliceAt map[slice]int
	cells   int               // of figures; rests, people who belong to no shown part, follow behind
	lines   []disclosure.Line // the last part of each is its rest
	apart   [][]int           // rests of the same units at every stage
	plan    *disclosure.Plan
	people  *disclosure.Plan // plan for figures that count everybody of a cell once
	leaves  *leafIndex       // the finest groups of plan
	// askedPlan is over the people who were asked, for response rates; plan is over those who answered.
	askedPlan *disclosure.Plan
	behind    map[string][]int // by figure: of each atom of plan, how many are behind it; a figure that is not there has everybody
	k         []int            // least people of each cell
	rank      []int            // which cells go before others; nil: the smallest go
}

type nodeKey struct{ segment, member string }

type node struct {
	nodeKey
	level, parent int // parent is a node; -1 for everybody
}

// slice is a period of a grain; the zero slice is all time.
type slice struct{ grain, period string }

// cell gives the index of a cell, and false for one that the grid does not have.
func (g *grid) cell(segment, member, stage string, at slice) (int, bool) {
	n, ok1 := g.index[nodeKey{segment, member}]
	s, ok2 := g.stageAt[stage]
	t, ok3 := g.sliceAt[at]
	return (n*len(g.stages)+s)*len(g.slices) + t, ok1 && ok2 && ok3
}

func (g *grid) at(n, s, t int) int { return (n*len(g.stages)+s)*len(g.slices) + t }

// newGrid lays the grid of a journey, and reads who is in which cell of it.
func (a *analyzer) newGrid(ctx context.Context, journey *journeyLayout) (*grid, error) {
	g, err := a.layGrid(ctx, journey)
	if err != nil {
		return nil, err
	}
	g.draw(a.safety.MinGroup, a.safety.MinComments)
	picture, err := a.picture(ctx, g, journey, whoAnswered)
	if err != nil {
		return nil, err
	}
	g.plan = disclosure.NewPlan(picture)
	g.people = g.plan.OfPeople()
	return g, a.asked(ctx, g, journey)
}

// layGrid reads the members, stages and periods of a journey.
func (a *analyzer) layGrid(ctx context.Context, journey *journeyLayout) (*grid, error) {
	g := &grid{index: map[nodeKey]int{{}: 0}, nodes: []node{{parent: -1, level: -1}}, stages: []string{""}, slices: []slice{{}},
		stageAt: map[string]int{"": 0}, sliceAt: map[slice]int{{}: 0}}
	members, err := readRows[Member](ctx, a.conn, "SELECT segment, member, label, level, parent, merged, merged_into FROM member ORDER BY level, segment, member")
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		parent := 0
		i := slices.IndexFunc(a.layout.segments, func(s segmentColumn) bool { return s.name == m.Segment })
		if i >= 0 && a.layout.segments[i].parent != "" {
			if above, ok := g.index[nodeKey{a.layout.segments[i].parent, m.Parent}]; ok {
				parent = above
			}
		}
		key := nodeKey{m.Segment, m.Member}
		g.index[key] = len(g.nodes)
		g.nodes = append(g.nodes, node{key, int(m.Level), parent})
	}
	for _, stage := range journey.Stages {
		g.stageAt[stage.ID] = len(g.stages)
		g.stages = append(g.stages, stage.ID)
	}
	for _, grain := range []string{"quarter", "cohort"} {
		query := map[string]string{"quarter": "SELECT DISTINCT wave FROM red_cell WHERE journey = $1 ORDER BY 1",
			"cohort": "SELECT DISTINCT cohort FROM red_response WHERE journey = $1 AND cohort <> '' ORDER BY 1"}[grain]
		periods, err := texts(ctx, a.conn, query, journey.ID)
		if err != nil {
			return nil, err
		}
		for _, period := range periods {
			g.sliceAt[slice{grain, period}] = len(g.slices)
			g.slices = append(g.slices, slice{grain, period})
		}
	}
	return g, a.past(ctx, g, journey)
}

// draw makes the lines. Below the top of a hierarchy a unit crossed with a stage needs k10 people (METHOD 5.1).
func (g *grid) draw(k5, k10 int) {
	g.cells = len(g.nodes) * len(g.stages) * len(g.slices)
	g.k = make([]int, g.cells)
	children := map[int]map[string][]int{} // node → segment → nodes
	for n := 1; n < len(g.nodes); n++ {
		parent := g.nodes[n].parent
		if children[parent] == nil {
			children[parent] = map[string][]int{}
		}
		children[parent][g.nodes[n].segment] = append(children[parent][g.nodes[n].segment], n)
	}
	add := func(total int, parts []int) {
		g.lines = append(g.lines, disclosure.Line{Total: total, Parts: append(parts, g.cells+len(g.lines))})
	}
	rests := map[[3]int]int{} // of a node, the place of a segment and a slice: where its rests are listed
	for n := range g.nodes {
		var segments []string
		for segment := range children[n] {
			segments = append(segments, segment)
		}
		slices.Sort(segments)
		for s := range g.stages {
			for t := range g.slices {
				total := g.at(n, s, t)
				g.k[total] = k5
				if g.nodes[n].level > 0 && s > 0 {
					g.k[total] = k10
				}
				for i, segment := range segments {
					var parts []int
					for _, child := range children[n][segment] {
						parts = append(parts, g.at(child, s, t))
					}
					if s > 0 {
						key := [3]int{n, i, t}
						if _, known := rests[key]; !known {
							rests[key], g.apart = len(g.apart), append(g.apart, nil)
						}
						g.apart[rests[key]] = append(g.apart[rests[key]], g.cells+len(g.lines))
					}
					add(total, parts)
				}
				if s == 0 {
					var parts []int
					for stage := 1; stage < len(g.stages); stage++ {
						parts = append(parts, g.at(n, stage, t))
					}
					add(total, parts)
				}
			}
			for _, grain := range []string{"quarter", "cohort"} {
				var parts []int
				for t, at := range g.slices {
					if at.grain == grain {
						parts = append(parts, g.at(n, s, t))
					}
				}
				if len(parts) > 0 {
					add(g.at(n, s, 0), parts)
				}
			}
		}
	}
}

// sizes are the people behind each cell of a grid for one figure.
type sizes struct {
	n, people []int
}

func (g *grid) noSizes() *sizes { return &sizes{make([]int, g.cells), make([]int, g.cells)} }

// decide gives the reason of each cell; Release where the values of an earlier release stay, if there are any. K is the least
// number of people whatever the cell, withheld what another figure decided (nil for the first), past what earlier releases
// published of each cell.
func (g *grid) decide(size *sizes, k int, withheld []disclosure.Reason, past map[int][]disclosure.Version) []disclosure.Reason {
	return g.decideOver(g.plan, nil, size, k, withheld, past)
}

// decideOver is decide with the people of a plan, of whom behind says how many of each atom are behind the figure; nil: all.
func (g *grid) decideOver(plan *disclosure.Plan, behind []int, size *sizes, k int, withheld []disclosure.Reason, past map[int][]disclosure.Version) []disclosure.Reason {
	groups := make([]disclosure.Group, g.cells+len(g.lines))
	for i := range g.cells {
		groups[i] = disclosure.Group{N: size.n[i], People: size.people[i], K: max(k, g.k[i]), Versions: past[i]}
		if withheld != nil {
			groups[i].Withheld = withheld[i]
		}
		if g.rank != nil {
			groups[i].Rank = g.rank[i]
		}
	}
	for t, absent := range g.absent(size) {
		for i := t; absent && i < g.cells; i += len(g.slices) {
			groups[i].Absent = true
		}
	}
	for _, line := range g.lines {
		rest, people := groups[line.Total].N, groups[line.Total].People
		last := len(line.Parts) - 1
		units := last > 0 && (line.Parts[0]-line.Total)%(len(g.stages)*len(g.slices)) == 0 // and not stages or periods
		for _, part := range line.Parts[:last] {
			rest, people = rest-groups[part].N, people-groups[part].People
		}
		if !units || rest <= 0 {
			people = 0 // as many as answers
		} else { // nobody answers more often than there are stages, unless one is repeated
			people = max(people, (rest+len(g.stages)-2)/(len(g.stages)-1))
		}
		// Nobody prints a rest. One below zero cannot be: a person moves between units only with a new answer.
		groups[line.Parts[last]] = disclosure.Group{N: max(rest, 0), People: people, K: groups[line.Total].K, Withheld: disclosure.Complement, Absent: groups[line.Total].Absent}
	}
	reasons := make([]disclosure.Reason, g.cells)
	for i, decision := range plan.DecideAnswered(groups, behind)[:g.cells] {
		if reasons[i] = decision.Withheld; decision.Carried > 0 {
			reasons[i] = disclosure.Release
		}
	}
	return reasons
}

// absent says of each slice whether the figure is not told by it: nobody is in any of its grain.
func (g *grid) absent(size *sizes) []bool {
	some := map[string]bool{}
	for t, at := range g.slices {
		some[at.grain] = some[at.grain] || size.n[g.at(0, 0, t)] > 0
	}
	out := make([]bool, len(g.slices))
	for t, at := range g.slices {
		out[t] = !some[at.grain]
	}
	return out
}
