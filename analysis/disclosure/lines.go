package disclosure

import "cmp"

// Plan is a picture made ready for deciding many figures over it.
type Plan struct {
	Picture
	groups int
	lines  []Line
	first  []int32 // of each group: where its lines begin in of
	of     []int32
}

// NewPlan makes a picture ready.
func NewPlan(picture Picture) *Plan {
	groups, lines := picture.Groups, picture.Lines
	p := &Plan{Picture: picture, groups: groups, lines: lines, first: make([]int32, groups+1)}
	each := func(do func(group, line int)) {
		for i, line := range lines {
			do(line.Total, i)
			for _, part := range line.Parts {
				do(part, i)
			}
		}
	}
	each(func(group, _ int) { p.first[group+1]++ })
	for i := range groups {
		p.first[i+1] += p.first[i]
	}
	p.of = make([]int32, p.first[groups])
	next := append([]int32(nil), p.first[:groups]...)
	each(func(group, line int) {
		p.of[next[group]] = int32(line)
		next[group]++
	})
	return p
}

// DecideLines gives the reason for each group: primary suppression, then the line rule until nothing changes. A group
// without people is left as it came: there is nothing to protect. The result depends on the groups and lines alone; ties
// between parts of one size go to the lower index.
func DecideLines(groups []Group, lines []Line) []Reason {
	return reasons(NewPlan(Picture{Groups: len(groups), Lines: lines}).Decide(groups))
}

// reasons drops what was carried.
func reasons(decisions []Decision) []Reason {
	out := make([]Reason, len(decisions))
	for i, d := range decisions {
		out[i] = d.Withheld
	}
	return out
}

// Decide says of each group whether it is fresh, carried or withheld.
func (p *Plan) Decide(groups []Group) []Decision {
	out := make([]Decision, len(groups))
	for i, reason := range p.decideLines(groups) {
		out[i].Withheld = reason
	}
	return out
}

func (p *Plan) decideLines(cells []Group) []Reason {
	reasons := make([]Reason, len(cells))
	var queue []int32
	waiting := make([]bool, len(p.lines))
	enqueue := func(cell int) {
		for _, line := range p.of[p.first[cell]:p.first[cell+1]] {
			if !waiting[line] {
				queue, waiting[line] = append(queue, line), true
			}
		}
	}
	for i, cell := range cells {
		reasons[i] = cell.Withheld
		if reasons[i] == Published && cell.N > 0 && cell.people() < cell.K {
			reasons[i] = Small
		}
	}
	for i := range cells { // a line without withheld people has nothing to settle
		if reasons[i] != Published && cells[i].N > 0 {
			enqueue(i)
		}
	}
	for len(queue) > 0 {
		line := queue[0]
		queue, waiting[line] = queue[1:], false
		for _, cell := range settle(cells, p.lines[line], reasons) {
			enqueue(cell)
		}
	}
	return reasons
}

func (c Group) people() int {
	if c.People > 0 {
		return min(c.People, c.N)
	}
	return c.N
}

// settle applies the line rule to one line and gives the cells that it withheld: while the withheld parts of a
// published total together are fewer than k people, the smallest published part goes too; when none is left, the total.
func settle(cells []Group, line Line, reasons []Reason) (withheld []int) {
	if reasons[line.Total] != Published {
		return nil
	}
	hidden, k := 0, 0
	for _, part := range line.Parts {
		if cells[part].N > 0 && reasons[part] != Published {
			hidden += cells[part].N
			k = max(k, cells[part].K)
		}
	}
	for hidden > 0 && hidden < k {
		smallest := -1
		for _, part := range line.Parts {
			if cells[part].N > 0 && reasons[part] == Published &&
				(smallest < 0 || cmp.Or(cmp.Compare(cells[part].N, cells[smallest].N), cmp.Compare(part, smallest)) < 0) {
				smallest = part
			}
		}
		if smallest < 0 {
			reasons[line.Total] = Complement
			return append(withheld, line.Total)
		}
		reasons[smallest] = Complement
		withheld = append(withheld, smallest)
		hidden += cells[smallest].N
		k = max(k, cells[smallest].K)
	}
	return withheld
}
