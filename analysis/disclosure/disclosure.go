// Package disclosure decides which cells of a set of tables may be published together, so that no figure about a group
// of fewer than k people can be read or computed from them (METHOD section 5.2).
//
// It knows cells and the lines that add them up, and nothing about surveys: numbers in, decisions out. It neither reads
// nor writes a database.
package disclosure

import "cmp"

// Reason says why a cell is withheld.
type Reason string

// The reasons.
const (
	Published  Reason = ""           // it is not withheld
	Small      Reason = "small"      // too few people are behind it
	Complement Reason = "complement" // a withheld cell could be computed from it
	Release    Reason = "release"    // it differs by too few people from an earlier release
	Cross      Reason = "cross"      // a statistic of another table would give it away
)

// Cell is a group of people behind one or more figures.
type Cell struct {
	N        int    // people, or their answers where a person may answer several times; adds up along lines
	People   int    // distinct people at least, when fewer than N; 0 means N
	K        int    // least people behind a published figure of this cell
	Withheld Reason // decided already, by another table; Published otherwise
}

// Line is a total that is the sum of its parts, as indexes of cells. Parts must not overlap and must be all there is:
// people who belong to no shown part make a part of their own.
type Line struct {
	Total int
	Parts []int
}

// Decide gives the reason for each cell: primary suppression, then the line rule until nothing changes. A cell without
// people is left as it came: there is nothing to protect. The result depends on the cells and lines alone; ties between
// parts of one size go to the lower index.
func Decide(cells []Cell, lines []Line) []Reason {
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

func (c Cell) people() int {
	if c.People > 0 {
		return min(c.People, c.N)
	}
	return c.N
}

// settle applies the line rule to one line and gives the cells that it withheld: while the withheld parts of a
// published total together are fewer than k people, the smallest published part goes too; when none is left, the total.
func settle(cells []Cell, line Line, reasons []Reason) (withheld []int) {
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
