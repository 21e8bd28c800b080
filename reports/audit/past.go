package audit

import (
	"slices"
)

// Figure names a figure: its table and what it is about. Name is a construct or question; of 推奨度 the question.
type Figure struct {
	Table, Journey, Name string
	Stage, Grain, Period string
	Segment, Member      string
}

// PastFigure is a figure that an earlier release showed as new.
type PastFigure struct {
	Figure
	Number  int    // of the release, from 1
	Release string // its name
}

// Lives is how many answers with a valid value of a construct (trend) or question (item) have the same lives; how many who were asked (rate),
// and pairs of scores (change, with the name of a subject: the construct and both stages).
type Lives struct {
	Table, Journey, Name string
	Lives                []Life
	Who                  []int32 // the number of the person of each answer; nil: N answers of as many people
	N                    int
}

// Life is how long answers were behind releases, and in which finest group: releases with Since <= number < Until; Until 0:
// behind the one that is attacked too.
type Life struct {
	Since, Until        int
	Stage, Wave, Cohort string
	Members             []string
}

// subject is what a figure is of, as the tables name it: 推奨度 names no question.
func (f Figure) subject() subject {
	if f.Table == "recommend" {
		return subject{f.Table, f.Journey, ""}
	}
	return subject{f.Table, f.Journey, f.Name}
}

func (f Figure) slot() slot {
	return slot{segment: f.Segment, member: f.Member, stage: f.Stage, grain: f.Grain, period: f.Period}
}

// carried lists the figures that stand in this release and belong to an earlier one.
func (a *auditor) carried() map[printed]bool {
	all := map[printed]bool{}
	for _, f := range a.truth.Carried {
		all[printed{f.subject(), f.slot(), ""}] = true
	}
	return all
}

// tables adds what is handed out besides the files to what these say.
func (a *auditor) tables(published map[subject]map[slot]said, carried map[printed]bool) {
	for _, f := range a.truth.Tables {
		of, at := f.subject(), f.slot()
		if standardised(f) || carried[printed{of, at, ""}] {
			continue
		}
		if published[of] == nil {
			published[of] = map[slot]said{}
		}
		if _, known := published[of][at]; !known {
			table := f.Table
			if table == "rate" {
				table = "response_rate"
			}
			published[of][at] = said{file: "safe_" + table}
		}
	}
}

// standardised reports whether a figure is of the standardised line: a mean of means that are published themselves.
func standardised(f Figure) bool { return f.Table == "trend" && f.Stage == "" && f.Grain != "all" }

// past adds what earlier releases published to what is published now, and gives the people of each such subject by their lives:
// who stands behind a release is then known of all of them at once.
func (a *auditor) past(published map[subject]map[slot]said) map[subject][]Lives {
	questions := map[subject]string{}
	before := map[subject]bool{}
	for _, f := range a.truth.Past {
		of := f.subject()
		if standardised(f.Figure) {
			continue
		}
		if f.Table == "recommend" {
			if known := questions[of]; known != "" && known != f.Name {
				continue
			}
			questions[of] = f.Name
		}
		before[of] = true
		if published[of] == nil {
			published[of] = map[slot]said{}
		}
		at := f.slot()
		at.release = f.Number
		published[of][at] = said{file: f.Release}
	}
	lives := map[subject][]Lives{}
	for _, l := range a.truth.Lives {
		if of := (subject{l.Table, l.Journey, l.Name}); before[of] || a.truth.Recorded {
			lives[of] = append(lives[of], l)
		}
		of := subject{"recommend", l.Journey, ""}
		if l.Table == "item" && questions[of] == l.Name {
			lives[of] = append(lives[of], l)
		}
	}
	return lives
}

// cellsOfLives lists the cells that answers were in: of this release, and of each earlier one that has figures.
func (p *picture) cellsOfLives(l Lives) (cells []slot) {
	for _, life := range l.Lives {
		g := Group{Stage: life.Stage, Wave: life.Wave, Cohort: life.Cohort, Members: life.Members}
		for _, release := range p.releaseNumbers() {
			now := release == 0 && life.Until == 0
			if now || release > 0 && life.Since <= release && (life.Until == 0 || release < life.Until) {
				for _, c := range p.cellsOf(g) {
					c.release = release
					cells = append(cells, c)
				}
			}
		}
	}
	return cells
}

// releaseNumbers lists the releases that have figures in the picture.
func (p *picture) releaseNumbers() []int {
	if p.numbers == nil {
		for _, row := range p.rows {
			if !slices.Contains(p.numbers, row.release) {
				p.numbers = append(p.numbers, row.release)
			}
		}
	}
	return p.numbers
}

// releases holds each figure against the same figure of every earlier release: where 1 to k−1 people came, or went, their
// values are all but known (METHOD 5.3).
func (p *picture) releases(vectors [][]entry, rank []int32, told map[string]bool) {
	byRank := p.byRank(rank)
	same := map[slot][]int{}
	for i, row := range p.rows {
		row.release = 0
		same[row] = append(same[row], i)
	}
	for _, row := range p.rows {
		if row.release != 0 {
			continue
		}
		for _, then := range same[row] {
			now := slices.Index(p.rows, row)
			if then == now {
				continue
			}
			var came, went []int
			difference := less(vectors[now], 1, vectors[then])
			for _, e := range difference {
				if signed(e.value) > 0 {
					came = append(came, byRank[e.column])
				} else {
					went = append(went, byRank[e.column])
				}
			}
			least := p.k
			for _, classes := range [][]int{came, went} {
				if n := p.counted(classes, p.k); n > 0 {
					least = min(least, n)
				}
			}
			if least < p.k {
				p.tell(Computed, told, difference, least, []term{{now, 1, 1}, {then, -1, 1}})
			}
		}
	}
}
