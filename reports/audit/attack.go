package audit

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"strings"
)

// Group is a finest group of people behind a figure: how many of one stage, quarter, cohort and member of each segment have
// a valid answer.
type Group struct {
	Table   string // trend, item, rate, change
	Journey string
	Name    string // of the construct or question
	Stage   string // the later one of a change
	From    string // the earlier one of a change
	Wave    string
	Cohort  string
	Members []string // by segment, in the order of the facts' hierarchies
	N       int
}

// figureColumns are the columns that give a figure of people away; numbers of people alone are none.
var figureColumns = map[string][]string{
	"trend":     {"col.mean", "col.ci", "col.favourable", "col.neutral", "col.unfavourable"},
	"item":      {"col.mean", "col.favourable", "col.neutral", "col.unfavourable", "col.share"},
	"rate":      {"col.rate", "col.answered"},
	"recommend": {"recommend.score", "recommend.promoters"},
	"change":    {"col.meanchange", "col.improved"},
}

// attack puts the published figures of each subject together and looks for groups of 1 to k−1 people whose figure follows.
func (a *auditor) attack(ctx context.Context) error {
	if a.truth.Facts == nil || a.truth.Groups == nil {
		return nil
	}
	groups := map[subject][]Group{}
	for _, g := range a.truth.Groups {
		groups[subjectOf(g)] = append(groups[subjectOf(g)], g)
	}
	carried := a.carried()
	published := map[subject]map[slot]said{}
	for p, s := range a.figures {
		if len(s.numbers) == 0 && s.band == "" || !isFigure(p) {
			continue
		}
		at, of := p.slot, p.subject
		switch {
		case of.table == "trend" && at.stage == "" && at.grain != "all":
			continue // the standardised line: a mean of means that are published themselves
		case of.table == "change":
			of.name, at = of.name+" "+at.period+" "+at.stage, slot{at.segment, at.member, "", "all", "", 0}
		}
		if carried[printed{of, at, ""}] {
			continue // of the people of an earlier release: it stands among its figures
		}
		if published[of] == nil {
			published[of] = map[slot]said{}
		}
		published[of][at] = s
	}
	lives := a.past(published)
	var order []subject
	for of := range published {
		order = append(order, of)
	}
	slices.SortFunc(order, func(x, y subject) int {
		return cmp.Or(strings.Compare(x.table, y.table), strings.Compare(x.journey, y.journey), strings.Compare(x.name, y.name))
	})
	done := map[uint64]bool{} // pictures that were attacked already under another name
	for _, of := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if slices.Contains(a.truth.Untold, of.table) {
			continue
		}
		a.attacked += len(published[of])
		from := groups[of]
		if of.table == "recommend" {
			from = a.recommended(of.journey, groups)
		}
		if lives[of] != nil {
			from = nil
		}
		if from == nil && lives[of] == nil {
			a.add(Finding{Kind: Unread, File: anyOf(published[of]).file, Place: anyOf(published[of]).place, What: both(
				"この値の後ろに誰がいるか分かりません: "+of.name, "who stands behind this figure is not known: "+of.name)})
			continue
		}
		p := newPicture(a, of, from, lives[of], published[of])
		h := p.hash()
		if !done[h] || len(p.small) > 0 {
			p.attack()
		}
		done[h] = true
	}
	return nil
}

func isFigure(p printed) bool {
	for _, c := range figureColumns[p.table] {
		if p.column == c || strings.HasPrefix(p.column, c+" ") {
			return true
		}
	}
	return false
}

func subjectOf(g Group) subject {
	if g.Table == "change" {
		return subject{g.Table, g.Journey, g.Name + " " + g.From + " " + g.Stage}
	}
	return subject{g.Table, g.Journey, g.Name}
}

// recommended gives the people behind 推奨度, whose table does not name its question.
func (a *auditor) recommended(journey string, groups map[subject][]Group) []Group {
	for _, q := range a.truth.Facts.Recommend[journey] {
		if g := groups[subject{"item", journey, q}]; g != nil {
			return g
		}
	}
	return nil
}

func anyOf(all map[slot]said) said {
	for _, at := range ordered(all) {
		return all[at]
	}
	return said{}
}

func ordered(all map[slot]said) []slot {
	list := make([]slot, 0, len(all))
	for at := range all {
		list = append(list, at)
	}
	slices.SortFunc(list, compareSlots)
	return list
}

func compareSlots(x, y slot) int {
	return cmp.Or(cmp.Compare(x.release, y.release), strings.Compare(x.segment, y.segment), strings.Compare(x.member, y.member), strings.Compare(x.stage, y.stage),
		strings.Compare(x.grain, y.grain), strings.Compare(x.period, y.period))
}

// picture is what is published of one subject, over the people that nothing published tells apart.
type picture struct {
	*auditor
	subject
	k        int
	said     map[slot]said
	rows     []slot        // published
	size     []int         // people of each class
	in       [][]int       // classes of each row, sorted
	cells    map[slot]*sum // every cell that there is, published or not
	small    []slot        // published, of 1 to k−1 people
	segments []string
	numbers  []int // releases with figures
}

// sum is a cell: its people, and how many of each class.
type sum struct {
	n       int
	classes map[int]int
}

func newPicture(a *auditor, of subject, groups []Group, lives []Lives, published map[slot]said) *picture {
	p := &picture{auditor: a, subject: of, k: a.truth.MinGroup, said: published, rows: ordered(published), cells: map[slot]*sum{}}
	for _, hierarchy := range a.truth.Facts.Segments {
		p.segments = append(p.segments, hierarchy...)
	}
	number := map[slot]int{}
	for i, row := range p.rows {
		number[row] = i
	}
	p.in = make([][]int, len(p.rows))
	classes := map[string]int{}
	take := func(cells []slot, people int) {
		if people == 0 {
			return
		}
		var key strings.Builder
		var rows []int
		for _, c := range cells {
			if i, ok := number[c]; ok {
				rows = append(rows, i)
			}
		}
		slices.Sort(rows)
		for _, i := range rows {
			key.WriteString(itoa(i) + " ")
		}
		class, known := classes[key.String()]
		if !known {
			class = len(p.size)
			classes[key.String()] = class
			p.size = append(p.size, 0)
			for _, i := range rows {
				p.in[i] = append(p.in[i], class)
			}
		}
		p.size[class] += people
		for _, c := range cells {
			if p.cells[c] == nil {
				p.cells[c] = &sum{classes: map[int]int{}}
			}
			p.cells[c].n += people
			p.cells[c].classes[class] += people
		}
	}
	for _, g := range groups {
		take(p.cellsOf(g), g.N)
	}
	for _, l := range lives {
		take(p.cellsOfLives(l), l.N)
	}
	for _, row := range p.rows {
		if c := p.cells[row]; c != nil && c.n < p.k && row.release == 0 {
			p.small = append(p.small, row)
		}
	}
	return p
}

// cellsOf lists every cell that a group of people belongs to.
func (p *picture) cellsOf(g Group) (cells []slot) {
	stages := []string{"", g.Stage}
	if p.table == "change" {
		stages = stages[:1]
	}
	for s := -1; s < len(p.segments); s++ {
		segment, member := "", ""
		if s >= 0 {
			if segment, member = p.segments[s], g.Members[s]; member == "" {
				continue
			}
		}
		for _, stage := range stages {
			cells = append(cells, slot{segment, member, stage, "all", "", 0})
			if g.Wave != "" && p.table != "change" {
				cells = append(cells, slot{segment, member, stage, "quarter", g.Wave, 0})
			}
			if g.Cohort != "" && p.table != "change" {
				cells = append(cells, slot{segment, member, stage, "cohort", g.Cohort, 0})
			}
		}
	}
	return cells
}

// hash names a picture: the same cells over the same classes, whatever the figure.
func (p *picture) hash() uint64 {
	h := fnv.New64a()
	write := func(list ...string) {
		for _, s := range list {
			h.Write([]byte(s + "\x00")) // never fails
		}
	}
	write(p.journey)
	for i, row := range p.rows {
		write(itoa(row.release), row.segment, row.member, row.stage, row.grain, row.period)
		for _, c := range p.in[i] {
			write(itoa(c))
		}
	}
	for _, n := range p.size {
		write(itoa(n))
	}
	return h.Sum64()
}
