package audit

import (
	"math"
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

// Lives is how many answers with a valid value of a construct (trend) or question (item) have the same lives.
type Lives struct {
	Table, Journey, Name string
	Lives                []Life
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

// carried lists the figures that stand in this release and belong to an earlier one.
func (a *auditor) carried() map[printed]bool {
	all := map[printed]bool{}
	for _, f := range a.truth.Carried {
		all[printed{f.subject(), slot{f.Segment, f.Member, f.Stage, f.Grain, f.Period, 0}, ""}] = true
	}
	return all
}

// past adds what earlier releases published to what is published now, and gives the people of each such subject by their lives:
// who stands behind a release is then known of all of them at once.
func (a *auditor) past(published map[subject]map[slot]said) map[subject][]Lives {
	questions := map[subject]string{}
	before := map[subject]bool{}
	for _, f := range a.truth.Past {
		of := f.subject()
		if f.Table == "trend" && f.Stage == "" && f.Grain != "all" {
			continue // the standardised line
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
		published[of][slot{f.Segment, f.Member, f.Stage, f.Grain, f.Period, f.Number}] = said{file: f.Release}
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
	byRank := make([]int, len(p.size))
	for class, r := range rank {
		byRank[r] = p.size[class]
	}
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
			came, went := 0, 0
			least := math.MaxInt
			for _, e := range less(vectors[now], 1, vectors[then]) {
				if signed(e.value) > 0 {
					came += byRank[e.column]
				} else {
					went += byRank[e.column]
				}
			}
			for _, n := range []int{came, went} {
				if n > 0 {
					least = min(least, n)
				}
			}
			if least < p.k {
				p.tell(Computed, told, less(vectors[now], 1, vectors[then]), least, []term{{now, 1, 1}, {then, -1, 1}})
			}
		}
	}
}
