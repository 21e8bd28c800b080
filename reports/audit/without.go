package audit

import (
	"cmp"
	"slices"
)

// exposure is a group of people whose figure follows from published ones, and the finding that says so.
type exposure struct {
	finding int // in the auditor's findings
	group   []entry
}

// withhold names, for each finding of the picture, published figures without which it would not follow any more: of each
// combination that gives the group away the one of the fewest answers, until none is left. A group that follows without any figure
// that may be withheld (those of earlier releases are out, and parts of everybody, as those who answered without care, go with
// their whole) has none.
func (p *picture) withhold(vectors [][]entry) {
	gone, all := map[int]bool{}, []slot{}
	space, numbers := p.without(gone, vectors)
	p.cures = make([][]slot, len(p.exposed))
	for i, e := range p.exposed {
		for space.has(e.group) {
			victim := -1
			for _, at := range space.sources(e.group) {
				if row := numbers[at]; p.mayGo(p.rows[row]) && (victim < 0 || p.size(row) < p.size(victim)) {
					victim = row
				}
			}
			if victim < 0 {
				break
			}
			gone[victim], all = true, append(all, p.rows[victim])
			space, numbers = p.without(gone, vectors)
		}
		if !space.has(e.group) {
			p.cures[i] = slices.Clone(all) // what others need may have been enough
		}
	}
	p.cured(p)
}

// without is the space of the published figures but for some, and which row each of its vectors is.
func (p *picture) without(gone map[int]bool, vectors [][]entry) (s *span, rows []int) {
	s = newSpan(true)
	for i, v := range vectors {
		if !gone[i] {
			s.add(v)
			rows = append(rows, i)
		}
	}
	return s, rows
}

// size is how many answers are behind a row.
func (p *picture) size(row int) int {
	if c := p.cells[p.rows[row]]; c != nil {
		return c.n
	}
	return 0
}

// mayGo reports whether a figure can be withheld by itself.
func (p *picture) mayGo(at slot) bool {
	return at.release == 0 && at.set == "" && at.grain != judged && p.table != "left" && p.table != "risk"
}

// cured writes what p withholds into its findings, as figures of another picture that looks the same, or of itself.
func (p *picture) cured(as *picture) {
	for i, e := range p.exposed {
		for _, at := range p.cures[i] {
			p.findings[e.finding].Without = append(p.findings[e.finding].Without, as.figures(at)...)
		}
	}
}

// figures names what is withheld with a cell: 推奨度 of each question that it is of.
func (p *picture) figures(at slot) (all []Figure) {
	f := Figure{Table: p.table, Journey: p.journey, Name: p.name, Stage: at.stage, Grain: at.grain, Period: at.period, Segment: at.segment, Member: at.member}
	if p.table != "recommend" {
		return []Figure{f}
	}
	for _, f.Name = range p.truth.Facts.Recommend[p.journey] {
		all = append(all, f)
	}
	return all
}

func compareFigures(x, y Figure) int {
	return cmp.Or(cmp.Compare(x.Table, y.Table), cmp.Compare(x.Journey, y.Journey), cmp.Compare(x.Name, y.Name), compareSlots(x.slot(), y.slot()))
}

// Withheld gives the figures without which none of these findings would follow; ok is false where one of them has none.
func Withheld(findings []Finding) (figures []Figure, ok bool) {
	for _, f := range findings {
		if len(f.Without) == 0 {
			return nil, false
		}
		figures = append(figures, f.Without...)
	}
	slices.SortFunc(figures, compareFigures)
	return slices.Compact(figures), true
}
