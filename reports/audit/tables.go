package audit

import (
	"slices"
	"strings"
)

// grid understands one table. Tables that break nothing down by people (definitions, tests) are passed over.
func (r *reading) grid(g *grid) {
	if r.spokenIn(g) {
		return
	}
	for i, row := range g.rows { // a row that was cut short says nothing in the cells that it has not
		for len(row) < max(len(g.heads), 3) {
			row = append(row, cell{})
		}
		g.rows[i] = row
	}
	section, rest := r.section(g.title)
	j, rest := r.journeyOf(rest)
	if j == nil {
		return
	}
	r.seen, r.before = map[printed]int{}, nil
	if r.besides(g, section, rest, j) {
		return
	}
	is := func(key string) bool { return rest == plain(r.words[key]) }
	switch {
	case section == "trend" && is("trend.stage"):
		r.rows(g, "trend", func(row []cell) (name string, at slot, ok bool) {
			name, at.stage, at.grain = find(j.Constructs, row[0].text, r.lang), find(j.Stages, row[1].text, r.lang), "all"
			return name, at, name != "" && at.stage != ""
		}, j)
	case section == "trend" && (is("trend.quarter") || is("trend.cohort")):
		grain := "quarter"
		if is("trend.cohort") {
			grain = "cohort"
		}
		r.rows(g, "trend", func(row []cell) (name string, at slot, ok bool) {
			construct, stage, _ := strings.Cut(row[0].text, " / ")
			name, at.grain = find(j.Constructs, construct, r.lang), grain
			if stage != plain(r.words["stage.standardised"]) {
				if at.stage = find(j.Stages, stage, r.lang); at.stage == "" {
					return "", at, false
				}
			}
			at.period, ok = r.period(row[1].text)
			return name, at, ok && name != ""
		}, j)
	case section == "item" && is("recommend.title"):
		r.rows(g, "recommend", r.stageAndPeriod(j), j)
	case section == "item" && is("item.choices"):
		r.choices(g, j)
	case section == "item":
		if stage := find(j.Stages, rest, r.lang); stage != "" {
			r.rows(g, "item", func(row []cell) (string, slot, bool) {
				name := find(j.Questions, row[0].text, r.lang)
				return name, slot{stage: stage, grain: "all"}, name != ""
			}, j)
		}
	case section == "rate" && is("rate.stage"):
		r.rows(g, "rate", r.stageAndPeriod(j), j)
	case section == "rate" && is("rate.member"):
		r.rateByMember(g, j)
	case section == "change" && rest == "":
		r.changes(g, j)
	case section == "unit" && is("unit.comparison"):
		r.comparison(g, j, [3]int{0, 1, 2})
	case section == "unit" && is("unit.shrunk"):
		r.comparison(g, j, [3]int{2, 0, 1})
	case section == "unit" && is("unit.merged"): // which units stand together; no figures
	case section == "unit":
		r.heat(g, j, rest)
	}
}

// columnsOf finds the columns of a table by what their heads say; each column's key is that of its text.
func (r *reading) columnsOf(g *grid) map[string]int {
	at := map[string]int{}
	for _, key := range []string{"col.n", "col.mean", "col.ci", "col.favourable", "col.neutral", "col.unfavourable", "col.rate", "col.answered", "col.invited",
		"recommend.score", "recommend.promoters", "recommend.passives", "recommend.detractors", "col.pairs", "col.meanchange", "col.improved", "col.same",
		"col.worsened", "col.rest", "col.share", "col.shrunk"} {
		if i := slices.Index(g.heads, plain(r.words[key])); i >= 0 {
			at[key] = i
		}
	}
	return at
}

// rows takes in a table whose rows each name a figure of the document's scope.
func (r *reading) rows(g *grid, table string, of func(row []cell) (name string, at slot, ok bool), j *Journey) {
	columns := r.columnsOf(g)
	for _, row := range g.rows {
		name, at, ok := of(row)
		if !ok {
			r.unknown(g, row)
			continue
		}
		at.segment, at.member = r.here.segment, r.here.member
		for key, i := range columns {
			r.say(printed{subject{table, j.ID, name}, at, key}, g, row[i], false)
		}
	}
}

// unknown reports a row that could not be understood, if it holds figures.
func (r *reading) unknown(g *grid, row []cell) {
	for _, c := range row {
		if len(c.numbers) > 0 {
			r.add(Finding{Kind: Unread, File: r.d.name, Place: g.where(c), What: both("何についての値か分からない行です: "+cut(g.label(row)), "a row of which it is not known what it is about: "+cut(g.label(row)))})
			return
		}
	}
}

// say takes in a figure, and holds it against the same figure said before. Where only numbers count, a cell without one
// says nothing.
func (r *reading) say(p printed, g *grid, c cell, onlyNumbers bool) {
	if onlyNumbers && len(c.numbers) == 0 {
		return
	}
	s := said{c.numbers, band(c.text), r.d.name, g.where(c)}
	if len(c.numbers) == 0 && c.text == plain(r.words["share.most"]) || c.text == plain(r.words["share.few"]) {
		s.band = map[bool]string{true: "≥90%", false: "≤10%"}[c.text == plain(r.words["share.most"])]
	}
	// Two questions may have one text: the second of a table is another figure, and nobody can tell which.
	if r.seen[p]++; r.seen[p] > 1 {
		p.column += " " + itoa(r.seen[p])
	}
	before, known := r.figures[p]
	if !known {
		r.figures[p] = s
		return
	}
	if !equal(before.numbers, s.numbers) || before.band != s.band {
		r.add(Finding{Kind: Differs, File: s.file, Place: s.place, What: both(
			"同じ値が、"+before.file+"("+before.place+")と違います: "+cut(c.text), "the same figure is another in "+before.file+" ("+before.place+"): "+cut(c.text))})
	}
	if len(before.numbers) == 0 && before.band == "" {
		r.figures[p] = s
	}
}

// stageAndPeriod reads rows that are named by a stage and a quarter.
func (r *reading) stageAndPeriod(j *Journey) func(row []cell) (string, slot, bool) {
	return func(row []cell) (name string, at slot, ok bool) {
		if row[0].text != plain(r.words["stage.all"]) {
			if at.stage = find(j.Stages, row[0].text, r.lang); at.stage == "" {
				return "", at, false
			}
		}
		at.period, ok = r.period(row[1].text)
		if at.grain = "all"; at.period != "" {
			at.grain = "quarter"
		}
		return "", at, ok
	}
}

func (r *reading) choices(g *grid, j *Journey) {
	columns := r.columnsOf(g)
	for _, row := range g.rows {
		question, stage := find(j.Questions, row[0].text, r.lang), find(j.Stages, row[1].text, r.lang)
		if question == "" || stage == "" {
			r.unknown(g, row)
			continue
		}
		at := slot{segment: r.here.segment, member: r.here.member, stage: stage, grain: "all"}
		for key, i := range columns {
			r.say(printed{subject{"item", j.ID, question}, at, key + " " + row[2].text}, g, row[i], false)
		}
	}
}

func (r *reading) rateByMember(g *grid, j *Journey) {
	columns := r.columnsOf(g)
	var before []Member
	said := map[slot]bool{}
	for _, row := range g.rows {
		stage := find(j.Stages, row[1].text, r.lang)
		of := func(m Member) slot { return slot{segment: m.Segment, member: m.Member, stage: stage} }
		m, ok := r.member(row[0].text, nil, before, func(m Member) bool { return said[of(m)] })
		said[of(m)] = true
		at := slot{segment: m.Segment, member: m.Member, grain: "all"}
		if row[1].text != plain(r.words["stage.all"]) {
			at.stage = stage
			ok = ok && stage != ""
		}
		if !ok {
			r.unknown(g, row)
			continue
		}
		before = append(before, m)
		for key, i := range columns {
			r.say(printed{subject{"rate", j.ID, ""}, at, key}, g, row[i], false)
		}
	}
}

// changes reads the changes of the same people: the slot's set holds the stage that the change starts from.
func (r *reading) changes(g *grid, j *Journey) {
	columns := r.columnsOf(g)
	for _, row := range g.rows {
		is, ok := r.changeOf(j, row[0].text)
		if !ok {
			r.unknown(g, row)
			continue
		}
		at := slot{segment: r.here.segment, member: r.here.member, stage: is[2], grain: "all", set: is[1]}
		for key, i := range columns {
			r.say(printed{subject{"change", j.ID, is[0]}, at, key}, g, row[i], false)
		}
	}
}

// comparison reads members beside others; their own mean is that of the other tables. The columns are of the member, the
// construct and the stage.
func (r *reading) comparison(g *grid, j *Journey, columnOf [3]int) {
	columns := r.columnsOf(g)
	paths := map[string]Member{}
	for _, m := range r.truth.Facts.Members {
		paths[plain(strings.ReplaceAll(m.Member, "/", " "))] = m
	}
	for _, row := range g.rows {
		m, ok := paths[row[columnOf[0]].text]
		construct, stage := find(j.Constructs, row[columnOf[1]].text, r.lang), find(j.Stages, row[columnOf[2]].text, r.lang)
		if !ok || construct == "" || stage == "" {
			r.unknown(g, row)
			continue
		}
		at := slot{segment: m.Segment, member: m.Member, stage: stage, grain: "all"}
		of := subject{"trend", j.ID, construct}
		for _, key := range []string{"col.n", "col.mean", "col.shrunk"} {
			if i, ok := columns[key]; ok {
				r.say(printed{of, at, key}, g, row[i], true)
			}
		}
		if i, ok := columns["col.rest"]; ok && len(row[i].numbers) > 0 {
			r.old = r.again(row)
			tested := claim{of: of, at: at, least: r.least("change"), unsaid: true}
			r.claim(g, row[i], tested)
			at.set, tested.at.set = "rest", "rest"
			r.claim(g, row[i], tested)
			r.tell(printed{of, at, "col.mean"}, g, row[i], true)
			r.old = false
		}
	}
}

// heat reads a heat map: members by construct over all stages, or members by stage of one construct.
func (r *reading) heat(g *grid, j *Journey, title string) {
	var hierarchy []string
	construct := ""
	for name, h := range r.hierarchies {
		if title == r.fill("unit.overview", "segment", name) {
			hierarchy = h
		}
		for _, k := range j.Constructs {
			if title == r.fill("unit.bystage", "construct", r.title(k.Title, k.ID), "segment", name) {
				hierarchy, construct = h, k.ID
			}
		}
	}
	if hierarchy == nil {
		for _, row := range g.rows {
			r.unknown(g, row)
		}
		return
	}
	var before []Member
	for _, row := range g.rows {
		m, ok := r.member(row[0].text, hierarchy, before, func(m Member) bool { return slices.Contains(before, m) })
		if !ok {
			r.unknown(g, row)
			continue
		}
		before = append(before, m)
		for i, head := range g.heads[1:] {
			name, at := construct, slot{segment: m.Segment, member: m.Member, grain: "all"}
			if construct == "" {
				for _, k := range j.Constructs {
					title := r.title(k.Title, k.ID)
					if head == plain(title+r.words["better.lower.short"]) || head == plain(title+r.words["better.higher.short"]) {
						name = k.ID
					}
				}
			} else if at.stage = find(j.Stages, head, r.lang); at.stage == "" {
				continue
			}
			if name != "" {
				r.say(printed{subject{"trend", j.ID, name}, at, "col.mean"}, g, row[i+1], false)
			}
		}
	}
}
