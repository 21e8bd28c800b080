package audit

import (
	"slices"
	"strconv"
	"strings"
)

// claim is that enough people stand behind a figure. Who they are is a cell (of, at) or a crowd.
type claim struct {
	of      subject
	at      slot
	crowd   Crowd // when it has a table
	least   int
	unsaid  bool // the cell says a figure, not how many people
	nobody  bool // nobody is enough too
	numbers bool // of the number itself only whether it is said as it may be is looked at
	range3  bool // numbers from 3 on may be said as they are

	file, place, text string
	number            []float64
	again             bool // a value of an earlier release
}

// weightedSum is a mean that is weighted by the members of a segment.
type weightedSum struct {
	of             subject
	stage, segment string
	file, place    string
}

// claim notes what a table says of the people behind a row. A cell that says nothing claims nothing.
func (r *reading) claim(g *grid, c cell, of claim) {
	if len(c.numbers) == 0 && band(c.text) == "" {
		return
	}
	of.file, of.place, of.text, of.number = r.d.name, g.where(c), c.text, c.numbers
	if of.text == "" && len(c.numbers) > 0 {
		of.text = strconv.FormatFloat(c.numbers[0], 'f', -1, 64)
	}
	of.again = r.old
	r.claims = append(r.claims, of)
}

// smallestOf notes a number that is the smallest of several groups'.
func (r *reading) smallestOf(g *grid, c cell, of claim, parts []string, some bool) {
	smallest, n := "", -1
	for _, part := range parts {
		of.crowd.Part = part
		truth, known := r.crowd(of.crowd)
		if some && !known { // a stage that does not ask
			continue
		}
		if n < 0 || truth.N < n {
			smallest, n = part, truth.N
		}
	}
	of.crowd.Part = smallest
	r.claim(g, c, of)
}

// again reports whether a row says that its values are those of an earlier release.
func (r *reading) again(row []cell) bool {
	before, after, _ := strings.Cut(plain(r.words["remark.carried"]), "{release}")
	return before != "" && slices.ContainsFunc(row, func(c cell) bool {
		i := strings.Index(c.text, before)
		return i >= 0 && strings.Contains(c.text[i:], after)
	})
}

// crowd finds how many people stand behind a figure that is no cell; a driver's are those who have all of several scores.
func (a *auditor) crowd(of Crowd) (Crowd, bool) {
	if a.crowds == nil {
		a.crowds = map[Crowd]Crowd{}
		for _, c := range a.truth.Crowds {
			key := c
			key.N, key.People = 0, 0
			a.crowds[key] = c
		}
	}
	if of.Table != "driver" {
		c, known := a.crowds[of]
		return c, known || of.Table == "word" || of.Table == "theme" || of.Table == "pair"
	}
	names := strings.Split(of.Name, "\x1f")
	for _, c := range a.truth.Crowds {
		if c.Table != of.Table || c.Journey != of.Journey || c.Stage != of.Stage {
			continue
		}
		has := strings.Split(c.Name, "\x1f")
		if !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(has, name) }) {
			of.N, of.People = of.N+c.N, of.People+c.People
		}
	}
	return of, true
}

// stand gives how many answers and different people a claim is about.
func (a *auditor) stand(c *claim) (answers, people int, known bool) {
	if c.crowd.Table != "" {
		truth, known := a.crowd(c.crowd)
		return truth.N, truth.People, known
	}
	cells := a.folks(c.of)
	if c.at.set == "rest" {
		return cells[slot{stage: c.at.stage, grain: "all"}].without(cells[slot{segment: c.at.segment, member: c.at.member, stage: c.at.stage, grain: "all"}])
	}
	f := cells[c.at]
	if f == nil {
		return 0, 0, cells != nil || c.of.table == "left" // nobody may have left at all
	}
	return f.answers, f.people(), true
}

// cell is what of the voices a crowd belongs to: it is carried as a whole.
func (c Crowd) cell() printed {
	at := slot{segment: c.Segment, member: c.Member, stage: c.Stage, grain: "all"}
	switch {
	case c.Table == "theme" && c.Stage == "":
		return printed{subject{"voice", c.Journey, "all"}, at, ""}
	case c.Table == "theme":
		return printed{subject{"voice", c.Journey, ""}, at, ""}
	}
	return printed{subject{c.Table, c.Journey, ""}, at, ""}
}

// folk is the answers of a cell, and their people.
type folk struct {
	answers   int
	who       []int32 // one an answer; sorted once they were counted
	different int     // people; 0: not counted yet
}

// people counts the different people of a cell.
func (f *folk) people() int {
	if f.different == 0 {
		slices.Sort(f.who)
		for i, person := range f.who {
			if i == 0 || person != f.who[i-1] {
				f.different++
			}
		}
	}
	return f.different
}

// without counts the answers that are in one cell and not in another within it, and their people: some of them may have answers there too.
func (f *folk) without(other *folk) (answers, people int, known bool) {
	if f == nil || other == nil || f.people() == 0 || other.people() == 0 {
		return 0, 0, false
	}
	there := 0
	for from := 0; from < len(f.who); {
		to := from
		for to < len(f.who) && f.who[to] == f.who[from] {
			to++
		}
		for there < len(other.who) && other.who[there] < f.who[from] {
			there++
		}
		n := 0
		for there < len(other.who) && other.who[there] == f.who[from] {
			there, n = there+1, n+1
		}
		if to-from > n {
			people++
		}
		from = to
	}
	return f.answers - other.answers, people, true
}

// folks gives the people of every cell of a subject; nil where nothing is known of it.
func (a *auditor) folks(of subject) map[slot]*folk {
	if a.standing == nil {
		a.standing = map[subject]map[slot]*folk{}
	}
	cells, done := a.standing[of]
	if done {
		return cells
	}
	p := &picture{auditor: a, subject: of}
	for _, hierarchy := range a.truth.Facts.Segments {
		p.segments = append(p.segments, hierarchy...)
	}
	for _, g := range a.groups()[of] {
		if cells == nil {
			cells = map[slot]*folk{}
		}
		who := p.people(g.Who, g.N)
		for _, at := range p.cellsOf(g) {
			f := cells[at]
			if f == nil {
				f = &folk{}
				cells[at] = f
			}
			f.answers += len(who)
			f.who = append(f.who, who...)
		}
	}
	a.standing[of] = cells
	return cells
}

// groups are the groups by subject.
func (a *auditor) groups() map[subject][]Group {
	if a.bySubject == nil {
		a.bySubject = map[subject][]Group{}
		for _, g := range a.truth.Groups {
			a.bySubject[subjectOf(g)] = append(a.bySubject[subjectOf(g)], g)
		}
	}
	return a.bySubject
}

// exactFrom is from how many people on a number is said as it is; below stand bands (METHOD 5.1).
const exactFrom = 20

// checkClaims holds what the tables say of people against who stands behind them.
func (a *auditor) checkClaims() {
	if a.truth.Facts == nil || a.truth.Groups == nil {
		return
	}
	carried := a.carried()
	for i := range a.claims {
		c := &a.claims[i]
		if !c.unsaid && !c.range3 && len(c.number) == 1 && c.number[0] < exactFrom && c.number[0] != 0 {
			a.add(Finding{Kind: Small, File: c.file, Place: c.place, What: both(
				"20人未満の人数が、幅でなくそのまま書かれています: "+cut(c.text), "a number of fewer than 20 people is said as it is, not as a band: "+cut(c.text))})
		}
		if carried[printed{c.of, c.at, ""}] || c.crowd.Table != "" && carried[c.crowd.cell()] {
			continue
		}
		if c.again || a.truth.Recorded || slices.Contains(a.truth.Untold, c.of.table) {
			continue
		}
		answers, people, known := a.stand(c)
		switch {
		case !known:
			a.add(Finding{Kind: Unread, File: c.file, Place: c.place, What: both("この値の後ろに誰がいるか分かりません。", "who stands behind this figure is not known")})
		case people < c.least && !(c.nobody && people == 0) && !c.numbers, c.range3 && people < c.least:
			a.add(Finding{Kind: Small, File: c.file, Place: c.place, N: people, Again: answers >= c.least, What: both(
				itoa(people)+"人の値です。公表の下限は"+itoa(c.least)+"人です。", "a figure of "+itoa(people)+" people; the least to publish is "+itoa(c.least))})
		case !c.unsaid && !fits(c, answers) && !(c.of.table == "voice" && fits(c, people)):
			a.add(Finding{Kind: Differs, File: c.file, Place: c.place, What: both(
				"人数が「"+cut(c.text)+"」と書かれていますが、実際は"+itoa(answers)+"人です。", "the number of people is given as “"+cut(c.text)+"”; there are "+itoa(answers))})
		}
	}
	a.themesLeft()
	a.checkSums()
}

// checkSums looks at means that are weighted by the members of a segment: with the plain mean beside it, a member of a few people is
// not hidden in the sum (METHOD 5.2, subset rule iv).
func (a *auditor) checkSums() {
	for _, s := range a.sums {
		if a.truth.Recorded {
			continue
		}
		cells := a.folks(s.of)
		for _, m := range a.truth.Facts.Members {
			f := cells[slot{segment: m.Segment, member: m.Member, stage: s.stage, grain: "all"}]
			if m.Segment == s.segment && f != nil && f.people() < a.truth.MinGroup {
				n := itoa(f.people())
				a.add(Finding{Kind: Small, File: s.file, Place: s.place, N: f.people(), What: both(
					"補正した平均に、"+n+"人しか答えていないところが一つの重みで入っています。", "the weighted mean holds a part of "+n+" people with a weight of its own")})
			}
		}
	}
}

// fits reports whether a number of people is said as it is: exactly, or by its band.
func fits(c *claim, n int) bool {
	if len(c.number) == 1 {
		return int(c.number[0]) == n
	}
	switch band(c.text) {
	case "<3":
		return n < 3
	case "<5":
		return n < 5
	case "3–4":
		return n == 3 || n == 4
	case "5–9":
		return n >= 5 && n <= 9
	case "10–19":
		return n >= 10 && n <= 19
	case "≥20":
		return n >= 20
	}
	return false
}
