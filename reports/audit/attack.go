package audit

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
)

// Group is a finest group of answers behind a figure: those of one stage, quarter, cohort and member of each segment.
type Group struct {
	Table   string // trend, item, rate, change, voice (who left a comment), risk and left (stays of hires, after so many months)
	Journey string
	Name    string // of the construct or question; months
	Stage   string // the later one of a change
	From    string // the earlier one of a change
	Wave    string
	Cohort  string
	Members []string // by segment, in the order of the facts' hierarchies
	Sets    []string // parts of everybody with figures of their own: kept, careless, stayed:m3, silent:m3, with:mentor, without:mentor
	Apart   bool     // only of the sets, not of the cells
	Over    bool     // hypotheses have verdicts over its wave
	Who     []int32  // the number of the person of each answer; nil: N answers of as many people
	N       int
}

// figureColumns are the columns that give a figure of people away; numbers of people alone are none.
var figureColumns = map[string][]string{
	"trend":     {"col.mean", "col.shrunk", "col.ci", "col.favourable", "col.neutral", "col.unfavourable"},
	"item":      {"col.mean", "col.favourable", "col.neutral", "col.unfavourable", "col.share"},
	"rate":      {"col.rate", "col.answered"},
	"recommend": {"recommend.score", "recommend.promoters"},
	"change":    {"col.meanchange", "col.improved"},
	"voice":     {"col.commenters"},
	"risk":      {"col.survival"},
	"left":      {"col.survival"},
}

// attack puts the published figures of each subject together and looks for groups of 1 to k−1 people whose figure follows.
func (a *auditor) attack(ctx context.Context) error {
	if a.truth.Facts == nil || a.truth.Groups == nil {
		return nil
	}
	groups := a.groups()
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
			of.name, at = of.name+" "+at.set+" "+at.stage, slot{segment: at.segment, member: at.member, grain: at.grain, period: at.period}
		}
		if carried[printed{of, at, ""}] {
			continue // of the people of an earlier release: it stands among its figures
		}
		if whole, member := (slot{stage: at.stage, grain: "all"}), (slot{segment: at.segment, member: at.member, stage: at.stage, grain: "all"}); at.set == "rest" &&
			(carried[printed{of, whole, ""}] || carried[printed{of, member, ""}]) {
			continue // so is the mean of the rest beside such a one
		}
		if published[of] == nil {
			published[of] = map[slot]said{}
		}
		published[of][at] = s
	}
	a.tables(published, carried)
	lives := a.past(published)
	var order []subject
	for of := range published {
		order = append(order, of)
	}
	slices.SortFunc(order, func(x, y subject) int {
		return cmp.Or(strings.Compare(x.table, y.table), strings.Compare(x.journey, y.journey), strings.Compare(x.name, y.name))
	})
	done := map[uint64]*picture{} // pictures that were attacked already, under another name
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
			if from != nil && !a.truth.Recorded { // alone first, with the parts of which the ledger keeps nothing
				now := maps.Clone(published[of])
				maps.DeleteFunc(now, func(at slot, _ said) bool { return at.release > 0 })
				a.put(newPicture(a, of, from, nil, now), done)
			}
			from = nil
			for at := range published[of] {
				if at.set != "" || at.grain == judged { // the ledger does not keep who was in which part
					delete(published[of], at)
				}
			}
		}
		if from == nil && lives[of] == nil && of.table == "left" {
			continue // nobody has left
		}
		if from == nil && lives[of] == nil {
			a.add(Finding{Kind: Unread, File: anyOf(published[of]).file, Place: anyOf(published[of]).place, What: both(
				"この値の後ろに誰がいるか分かりません: "+of.name, "who stands behind this figure is not known: "+of.name)})
			continue
		}
		a.put(newPicture(a, of, from, lives[of], published[of]), done)
	}
	return nil
}

// put puts the figures of a picture together. Where this was done under another name, what was found there holds here.
func (a *auditor) put(p *picture, done map[uint64]*picture) {
	h := p.hash()
	if same := done[h]; same != nil && len(p.small) == 0 {
		same.cured(p)
		return
	}
	p.attack()
	done[h] = p
}

// The least people behind figures that need more than a score (METHOD 2.1, 3.1, 3.6, 3.8, 5.1).
const (
	leastPairs       = 10
	leastReliability = 30
	leastDrivers     = 50
	leastPerDriver   = 10
	leastWatched     = 10
	leastSaid        = 3 // who speak of a theme, or use a word
)

// least is how many people a figure of a table needs at least.
func (a *auditor) least(table string) int {
	switch table {
	case "recommend", "change":
		return max(a.truth.MinGroup, leastPairs)
	case "risk":
		return max(a.truth.MinGroup, leastWatched)
	case "voice":
		return max(a.truth.MinGroup, a.truth.MinComments)
	}
	return a.truth.MinGroup
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
		strings.Compare(x.grain, y.grain), strings.Compare(x.period, y.period), strings.Compare(x.set, y.set))
}

// picture is what is published of one subject, over the people that nothing published tells apart.
type picture struct {
	*auditor
	subject
	k        int
	said     map[slot]said
	rows     []slot        // published
	classes  []class       // answers that nothing published tells apart
	in       [][]int       // classes of each row, sorted
	cells    map[slot]*sum // every cell that there is, published or not
	small    []slot        // published, of 1 to k−1 people
	segments []string
	numbers  []int          // releases with figures
	rank     []int32        // of each class in the elimination
	before   *span          // of what earlier releases published
	most     map[string]int // by stage, and "" over all: the most answers of one person
	nobody   int32          // the number of the last answer of which the person is not known
	exposed  []exposure     // groups that can be computed
	cures    [][]slot       // of each: what to withhold so that it cannot
}

// class is answers that nothing published tells apart, and the people who gave them.
type class struct {
	answers int
	who     []int32 // sorted, each once
}

// sum is a cell: its answers, and how many of each class.
type sum struct {
	n       int
	classes map[int]int
}

func newPicture(a *auditor, of subject, groups []Group, lives []Lives, published map[slot]said) *picture {
	p := &picture{auditor: a, subject: of, k: a.least(of.table), said: published, rows: ordered(published), cells: map[slot]*sum{}, most: map[string]int{}}
	for _, hierarchy := range a.truth.Facts.Segments {
		p.segments = append(p.segments, hierarchy...)
	}
	number, rests := map[slot]int{}, map[string][]int{}
	for i, row := range p.rows {
		number[row] = i
		if row.set == "rest" {
			rests[row.stage] = append(rests[row.stage], i)
		}
	}
	p.in = make([][]int, len(p.rows))
	classes := map[string]int{}
	each := map[string]map[int32]int{"": {}}
	take := func(cells []slot, stages []string, who []int32) {
		if len(who) == 0 {
			return
		}
		var key strings.Builder
		var rows []int
		for _, c := range cells {
			if i, ok := number[c]; ok {
				rows = append(rows, i)
			}
		}
		for _, i := range p.restsOf(cells, stages, rests) {
			rows = append(rows, i)
			cells = append(cells, p.rows[i])
		}
		slices.Sort(rows)
		rows = slices.Compact(rows)
		for _, i := range rows {
			key.WriteString(itoa(i) + " ")
		}
		at, known := classes[key.String()]
		if !known {
			at = len(p.classes)
			classes[key.String()] = at
			p.classes = append(p.classes, class{})
			for _, i := range rows {
				p.in[i] = append(p.in[i], at)
			}
		}
		p.classes[at].answers += len(who)
		p.classes[at].who = append(p.classes[at].who, who...)
		p.countEach(each, stages, who)
		for _, c := range cells {
			if p.cells[c] == nil {
				p.cells[c] = &sum{classes: map[int]int{}}
			}
			p.cells[c].n += len(who)
			p.cells[c].classes[at] += len(who)
		}
	}
	for i := range groups {
		g := &groups[i]
		take(p.cellsOf(*g), []string{g.Stage}, p.people(g.Who, g.N))
	}
	for _, l := range lives {
		var stages []string
		for _, life := range l.Lives {
			if !slices.Contains(stages, life.Stage) {
				stages = append(stages, life.Stage)
			}
		}
		take(p.cellsOfLives(l), stages, p.people(l.Who, l.N))
	}
	for i := range p.classes {
		slices.Sort(p.classes[i].who)
		p.classes[i].who = slices.Compact(p.classes[i].who)
	}
	for _, row := range p.rows {
		if c := p.cells[row]; c != nil && row.release == 0 && p.fewer(row) {
			p.small = append(p.small, row)
		}
	}
	return p
}

// countEach notes the most answers that one person has, over all and by stage.
func (p *picture) countEach(each map[string]map[int32]int, stages []string, who []int32) {
	for _, stage := range append([]string{""}, stages...) {
		if each[stage] == nil {
			each[stage] = map[int32]int{}
		}
	}
	for _, person := range who {
		each[""][person]++
		p.most[""] = max(p.most[""], each[""][person])
		for _, stage := range stages {
			if stage != "" {
				each[stage][person]++
				p.most[stage] = max(p.most[stage], each[stage][person])
			}
		}
	}
}

// people gives the people of answers: as they are, or somebody for each of n.
func (p *picture) people(who []int32, n int) []int32 {
	if who != nil {
		return who
	}
	for range n {
		p.nobody--
		who = append(who, p.nobody)
	}
	return who
}

// restsOf lists the rows of everybody but a member that answers of these cells belong to.
func (p *picture) restsOf(cells []slot, stages []string, rests map[string][]int) (rows []int) {
	if len(rests) == 0 || len(stages) != 1 {
		return nil
	}
	for _, i := range rests[stages[0]] {
		member := p.rows[i]
		member.set = ""
		if !slices.Contains(cells, member) {
			rows = append(rows, i)
		}
	}
	return rows
}

// counted counts the people of classes, up to a number from which it does not matter.
func (p *picture) counted(classes []int, most int) int {
	if len(classes) == 1 {
		return min(len(p.classes[classes[0]].who), most)
	}
	seen := map[int32]bool{}
	for _, at := range classes {
		if len(p.classes[at].who) >= most {
			return most
		}
	}
	for _, at := range classes {
		for _, person := range p.classes[at].who {
			if seen[person] = true; len(seen) >= most {
				return most
			}
		}
	}
	return len(seen)
}

// fewer reports whether fewer people are in a cell than the least to publish.
func (p *picture) fewer(at slot) bool {
	return p.counted(classesOf(p.cells[at]), p.k) < p.k
}

func classesOf(c *sum) []int {
	list := make([]int, 0, len(c.classes))
	for at := range c.classes {
		list = append(list, at)
	}
	return list
}

// cellsOf lists every cell that a group of people belongs to.
func (p *picture) cellsOf(g Group) (cells []slot) {
	stages := []string{"", g.Stage}
	if g.Stage == "" || p.table == "change" {
		stages = []string{""}
	}
	for s := -1; s < len(p.segments) && !g.Apart; s++ {
		segment, member := "", ""
		if s >= 0 {
			if segment, member = p.segments[s], g.Members[s]; member == "" {
				continue
			}
		}
		for _, stage := range stages {
			cells = append(cells, slot{segment: segment, member: member, stage: stage, grain: "all"})
			if g.Over && s < 0 {
				cells = append(cells, slot{stage: stage, grain: judged})
			}
			if g.Wave != "" {
				cells = append(cells, slot{segment: segment, member: member, stage: stage, grain: "quarter", period: g.Wave})
			}
			if g.Cohort != "" {
				cells = append(cells, slot{segment: segment, member: member, stage: stage, grain: "cohort", period: g.Cohort})
			}
		}
	}
	for _, set := range g.Sets {
		cells = append(cells, slot{stage: stages[len(stages)-1], grain: "all", set: set})
		if set == "given" && g.Over {
			cells = append(cells, slot{stage: stages[len(stages)-1], grain: judged, set: set})
		}
		if set == "given" && g.Wave != "" {
			cells = append(cells, slot{stage: stages[len(stages)-1], grain: "quarter", period: g.Wave, set: set})
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
	write(p.journey, itoa(p.k))
	for i, row := range p.rows {
		write(itoa(row.release), row.segment, row.member, row.stage, row.grain, row.period, row.set)
		for _, c := range p.in[i] {
			write(itoa(c))
		}
	}
	for _, c := range p.classes {
		write(itoa(c.answers))
		for _, person := range c.who {
			write(itoa(int(person)))
		}
	}
	return h.Sum64()
}
