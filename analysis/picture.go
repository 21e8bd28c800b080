package analysis

import (
	"context"

	"koe/analysis/disclosure"
)

// placement is one row of the query below: a number of responses, and one of the nodes that they are in.
type placement struct {
	Cell    int64  `db:"cell"`
	Cohort  string `db:"cohort"`
	Stage   string `db:"stage"`
	Wave    string `db:"wave"`
	N       int64  `db:"n"`
	Segment string `db:"segment"`
	Member  string `db:"member"`
}

const placements = `
SELECT cell, coalesce(cohort, '') AS cohort, stage, wave, n, segment, member FROM red_response JOIN red_cut USING (journey, cell) WHERE journey = $1
ORDER BY ALL`

// picture reads who is in which cell of a grid: an atom for every finest group and cohort.
func (a *analyzer) picture(ctx context.Context, g *grid, journey *journeyLayout) (disclosure.Picture, error) {
	picture := disclosure.Picture{Groups: g.cells + len(g.lines), Lines: g.lines}
	rows, err := readRows[placement](ctx, a.conn, placements, journey.ID)
	if err != nil {
		return picture, err
	}
	partOf := make([][]int32, g.cells) // lines by part, and by total
	totalOf := make([][]int32, g.cells)
	for i, line := range g.lines {
		totalOf[line.Total] = append(totalOf[line.Total], int32(i))
		for _, part := range line.Parts[:len(line.Parts)-1] {
			partOf[part] = append(partOf[part], int32(i))
		}
	}
	shown := make([]int, len(g.lines)) // leaf that a line last had in one of its parts, from 1
	type leafKey struct {
		cell   int64
		cohort string
	}
	var nodes []int
	for from := 0; from < len(rows); {
		to, at := from, rows[from]
		key := leafKey{at.Cell, at.Cohort}
		nodes = nodes[:0]
		for ; to < len(rows) && (leafKey{rows[to].Cell, rows[to].Cohort}) == key; to++ {
			if node, ok := g.index[nodeKey{rows[to].Segment, rows[to].Member}]; ok {
				nodes = append(nodes, node)
			}
		}
		from = to
		var in []int
		for _, node := range nodes {
			for _, stage := range []string{"", at.Stage} {
				for _, time := range []slice{{}, {"quarter", at.Wave}, {"cohort", at.Cohort}} {
					s, ok := g.stageAt[stage]
					t, ok2 := g.sliceAt[time]
					if ok && ok2 {
						in = append(in, g.at(node, s, t))
					}
				}
			}
		}
		leaf := len(picture.Leaves)
		for _, cell := range in {
			for _, line := range partOf[cell] {
				shown[line] = leaf + 1
			}
		}
		for _, cell := range in[:len(in):len(in)] {
			for _, line := range totalOf[cell] {
				if shown[line] != leaf+1 {
					in = append(in, g.cells+int(line))
				}
			}
		}
		picture.Leaves = append(picture.Leaves, in)
		picture.Atoms = append(picture.Atoms, disclosure.Atom{N: int(at.N), Stays: []disclosure.Stay{{Leaf: leaf}}})
	}
	return picture, nil
}
