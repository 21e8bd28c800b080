package disclosure

import "cmp"

// Group is the people behind one or more figures, in a set of tables of any number of dimensions.
type Group struct {
	N        int    // people, or their answers where a person may answer several times; adds up along lines
	People   int    // distinct people at least, when fewer than N; 0 means N
	K        int    // least people behind a published figure of this cell
	Withheld Reason // decided already, by another table; Published otherwise
}

// Line is a total that is the sum of its parts, as indexes of groups. Parts must not overlap and must be all there is:
// people who belong to no shown part make a part of their own.
type Line struct {
	Total int
	Parts []int
}

// DecideLines gives the reason for each group: primary suppression, then the line rule until nothing changes. A group without
// people is left as it came: there is nothing to protect. The result depends on the cells and lines alone; ties between
// parts of one size go to the lower index.
func DecideLines(cells []Group, lines []Line) []Reason {
	reasons := make([]Reason, len(cells))
	for i, cell := range cells {
		reasons[i] = cell.Withheld
		if reasons[i] == Published && cell.N > 0 && cell.people() < cell.K {
			reasons[i] = Small
		}
	}
	of := make([][]int32, len(cells)) // lines of each cell
	for i, line := range lines {
		of[line.Total] = append(of[line.Total], int32(i))
		for _, part := range line.Parts {
			of[part] = append(of[part], int32(i))
		}
	}
	queue, waiting := make([]int32, len(lines)), make([]bool, len(lines))
	for i := range lines {
		queue[i], waiting[i] = int32(i), true
	}
	for len(queue) > 0 {
		line := queue[0]
		queue, waiting[line] = queue[1:], false
		for _, cell := range settle(cells, lines[line], reasons) {
			for _, other := range of[cell] {
				if !waiting[other] {
					queue, waiting[other] = append(queue, other), true
				}
			}
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
