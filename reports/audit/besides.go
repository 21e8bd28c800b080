package audit

import (
	"slices"
	"strings"
)

// The tables that are no cells of people by unit, stage and time: parts of a stage's people, people of two stages, scales,
// associations, hypotheses, voices, stays. What stands on a part of the people of another figure is put together with it
// (slot.set); of the rest it is checked who stands behind each row.

// besides understands such a table; false when it is none that the audit knows.
func (r *reading) besides(g *grid, section, rest string, j *Journey) bool {
	is := func(key string) bool { return rest == plain(r.words[key]) }
	switch {
	case section == "trend" && is("trend.signal"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.quarter", "col.rule", "col.value", "col.centre", "col.limits", "col.remark"}, r.signal)
	case section == "trend" && is("trend.test"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.grain", "col.periods", "col.slope", "col.ci", "p", "col.reading"}, r.trendTest)
	case section == "hypothesis":
		r.each(g, j, []string{"col.hypothesis", "col.stage", "col.wave", "col.verdict", "col.estimate", "col.ci90", "col.bar", "col.n", "col.effect", "p", "col.holm", "col.prior", "col.reason"}, r.hypothesis)
	case section == "measure" && is("measure.title"):
		r.each(g, j, []string{"col.measure", "col.change", "col.reading", "col.treated", "col.control", "col.did", "col.ci", "g", "p", "col.ancova", "col.remark"}, r.measure)
	case section == "measure" && is("driver.title"):
		r.drivers(g, j)
	case section == "rate" && is("rate.test"):
		r.each(g, j, []string{"col.segment", "col.stage", "col.quarter", "col.members", "χ²", "p", "col.reading"}, r.nonresponse)
	case section == "rate" && is("rate.silence"):
		r.each(g, j, []string{"col.construct", "col.stages", "col.stayed", "col.stayed.n", "col.silent", "col.silent.n", "col.difference", "col.ci", "p", "col.remark"}, r.silence)
	case section == "rate" && is("rate.weighted"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.weightedby", "col.mean", "col.weighted", "col.difference", "deff", "col.n", "col.remark"}, r.weighted)
	case section == "method" && is("method.census"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.n", "col.invited", "col.answeredshare", "col.mean", "col.ci.process", "col.ci.these", "col.remark"}, r.census)
	case section == "method" && is("method.reliability"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.items", "α", "ω", "col.meanr", "col.n", "col.remark"}, r.reliability)
	case section == "method" && is("method.itemrest"):
		r.each(g, j, []string{"col.question", "col.construct", "col.stage", "r", "col.alphadropped", "col.n", "col.remark"}, r.itemRest)
	case section == "method" && is("method.careless"):
		r.each(g, j, []string{"col.construct", "col.stage", "col.n", "col.flagged", "col.mean", "col.without", "col.remark"}, r.careless)
	case section == "retention" && rest == "":
		r.retention(g, j)
	case section == "retention" && is("retention.test"):
		r.each(g, j, []string{"col.segment", "col.one", "col.other", "χ²", "p", "col.reading"}, r.retentionTest)
	case section == "voice" && is("voice.theme"):
		r.each(g, j, []string{"col.theme", "col.stage", "valence.issue", "valence.wish", "valence.ok", "col.commenters", "col.remark"}, r.theme)
	case section == "voice" && is("voice.words"):
		r.each(g, j, []string{"col.stage", "col.word", "col.reading", "col.here", "col.elsewhere", "col.logratio", "q"}, r.word)
	case section == "voice" && is("voice.together"):
		r.each(g, j, []string{"col.kind", "col.one", "col.other", "col.jaccard", "NPMI", "col.remark"}, r.pair)
	default:
		return false
	}
	return true
}

// each goes through the rows of a table that must have these columns. do says false of a row that it does not understand; rows
// without a figure are passed over.
func (r *reading) each(g *grid, j *Journey, keys []string, do func(g *grid, row []cell, j *Journey) bool) {
	if !r.columned(g, keys) {
		return
	}
	for _, row := range g.rows {
		r.old = r.again(row)
		if len(row) == len(keys) && (figures(row) == 0 || do(g, row, j)) {
			continue
		}
		r.unknown(g, row)
	}
	r.old = false
}

// columned reports whether a table has the columns that it should, and says so when not.
func (r *reading) columned(g *grid, keys []string) bool {
	ok := len(g.heads) == len(keys)
	for i := range min(len(keys), len(g.heads)) {
		ok = ok && g.heads[i] == plain(r.text(keys[i]))
	}
	if !ok {
		r.add(Finding{Kind: Unread, File: r.d.name, Place: g.place, What: both("この表の列が、知っているものと違います。", "the columns of this table are not those that it should have")})
	}
	return ok
}

// text is a text of the catalogue, or the key itself where it is none.
func (r *reading) text(key string) string {
	if s, ok := r.words[key]; ok {
		return s
	}
	return key
}

func figures(row []cell) (n int) {
	for _, c := range row {
		n += len(c.numbers)
		if band(c.text) != "" {
			n++
		}
	}
	return n
}

// tell takes in a figure of a row, if it is of this release: one that repeats an earlier release is among that one's.
func (r *reading) tell(p printed, g *grid, c cell, onlyNumbers bool) {
	if !r.old {
		r.say(p, g, c, onlyNumbers)
	}
}

// stage finds a stage by its title; all stages are "".
func (r *reading) stage(j *Journey, label string) (string, bool) {
	if label == plain(r.words["stage.all"]) || label == plain(r.words["stage.standardised"]) {
		return "", true
	}
	id := find(j.Stages, label, r.lang)
	return id, id != ""
}

func (r *reading) signal(g *grid, row []cell, j *Journey) bool {
	construct := find(j.Constructs, row[0].text, r.lang)
	stage, ok := r.stage(j, row[1].text)
	period, known := r.period(row[2].text)
	at := slot{segment: r.here.segment, member: r.here.member, stage: stage, grain: "quarter", period: period}
	r.tell(printed{subject{"trend", j.ID, construct}, at, "col.mean"}, g, row[4], true)
	return ok && known && construct != ""
}

// trendTest reads tests over many periods: whoever is behind the line of all time.
func (r *reading) trendTest(g *grid, row []cell, j *Journey) bool {
	construct := find(j.Constructs, row[0].text, r.lang)
	stage, ok := r.stage(j, row[1].text)
	r.claim(g, cell{at: row[4].at, numbers: row[4].numbers}, claim{of: subject{"trend", j.ID, construct}, at: slot{segment: r.here.segment, member: r.here.member, stage: stage, grain: "all"}, least: r.truth.MinGroup, unsaid: true})
	return ok && construct != ""
}

// hypothesis reads a hypothesis in one wave, or in all. A level, a share and a change are cells like those of other tables.
func (r *reading) hypothesis(g *grid, row []cell, j *Journey) bool {
	var h *Hypothesis
	for i := range j.Hypotheses {
		if plain(j.Hypotheses[i].Title.In(r.lang)) == row[0].text || j.Hypotheses[i].ID == row[0].text {
			h = &j.Hypotheses[i]
		}
	}
	wave, ok := "", row[2].text == plain(r.words["wave.all"])
	if !ok {
		wave, ok = r.period(row[2].text)
	}
	if h == nil || !ok {
		return h == nil && figures(row[4:6]) == 0 && figures(row[7:11]) == 0 // no longer asked, and nothing is said of it
	}
	if figures(row[4:6]) == 0 && figures(row[7:11]) == 0 && band(row[7].text) == "" {
		return true
	}
	at := slot{stage: h.Stage, grain: "all"}
	if wave != "" {
		at.grain, at.period = "quarter", wave
	}
	least, parts := r.truth.MinGroup, []string{""}
	of := subject{"trend", j.ID, h.Measure}
	if find(j.Questions, h.Measure, "") != "" {
		if of.table = "item"; r.ofScore(j, h.Measure) {
			at.set = "given" // whoever answered it, not only who answered all of its score
		}
	}
	if h.Kind == "change" {
		of.table = "change"
	}
	if wave == "" && r.waits(of, h) {
		at.grain = judged
	}
	say := func(column string) { r.tell(printed{of, at, column}, g, row[4], true) }
	switch h.Kind {
	case "level":
		say("col.mean")
	case "share":
		say("col.share " + h.ID)
	case "change":
		at.set, least = h.From, r.least("change")
		say("col.meanchange")
	case "theme":
		least = r.least("voice")
	case "contrast":
		parts = []string{"one", "other"}
	case "peak":
		parts = nil
		for _, s := range j.Stages {
			parts = append(parts, s.ID)
		}
	}
	r.smallestOf(g, row[7], claim{crowd: Crowd{Table: "hypothesis", Journey: j.ID, Name: h.ID, Stage: h.Stage, Wave: wave}, least: least}, parts, h.Kind == "peak")
	return true
}

// waits reports whether there are published answers of a hypothesis' stage in a wave that has no verdict yet.
func (r *reading) waits(of subject, h *Hypothesis) bool {
	if of.table == "change" {
		of.name += " " + h.From + " " + h.Stage
	}
	return slices.ContainsFunc(r.groups()[of], func(g Group) bool { return g.Stage == h.Stage && !g.Over })
}

// ofScore reports whether what is said of a question stands on those who answered all of a score.
func (r *reading) ofScore(j *Journey, question string) bool {
	groups := r.groups()[subject{"item", j.ID, question}]
	return len(groups) > 0 && len(groups[0].Sets) > 0
}

// changeOf reads "孤立感:3か月 → 半年".
func (r *reading) changeOf(j *Journey, label string) (is [3]string, ok bool) {
	if r.changeNames == nil {
		r.changeNames = map[string]map[string][3]string{}
	}
	if r.changeNames[j.ID] == nil {
		names := map[string][3]string{}
		for _, k := range j.Constructs {
			for _, from := range j.Stages {
				for _, to := range j.Stages {
					names[r.fill("change.row", "construct", r.title(k.Title, k.ID), "from", r.title(from.Title, from.ID), "to", r.title(to.Title, to.ID))] = [3]string{k.ID, from.ID, to.ID}
				}
			}
		}
		r.changeNames[j.ID] = names
	}
	is, ok = r.changeNames[j.ID][label]
	return is, ok
}

// measure reads the difference in change between two arms: parts of the people whose change is told.
func (r *reading) measure(g *grid, row []cell, j *Journey) bool {
	measure := find(j.Measures, row[0].text, r.lang)
	is, ok := r.changeOf(j, row[1].text)
	for i, arm := range []string{"with:", "without:"} {
		r.claim(g, row[3+i], claim{of: subject{"change", j.ID, is[0] + " " + is[1] + " " + is[2]}, at: slot{grain: "all", set: arm + measure}, least: r.least("change")})
	}
	return ok && measure != ""
}

// drivers reads the strengths of association. The rows of one outcome and stage are of the same people: those with the outcome and
// every construct beside it.
func (r *reading) drivers(g *grid, j *Journey) {
	type key struct{ outcome, stage string }
	names := map[key][]string{}
	of := func(row []cell) (k key, construct string, ok bool) {
		if k.outcome = find(j.Questions, row[0].text, r.lang); k.outcome == "" {
			k.outcome = find(j.Constructs, row[0].text, r.lang)
		}
		k.stage, construct = find(j.Stages, row[1].text, r.lang), find(j.Constructs, row[2].text, r.lang)
		return k, construct, k.outcome != "" && k.stage != "" && construct != ""
	}
	for _, row := range g.rows {
		if k, construct, ok := of(row); ok {
			names[k] = append(names[k], construct)
		}
	}
	r.each(g, j, []string{"col.outcome", "col.stage", "col.construct", "col.strength", "col.ci", "R²", "col.n", "col.remark"}, func(g *grid, row []cell, j *Journey) bool {
		k, _, ok := of(row)
		least := max(leastDrivers, leastPerDriver*len(names[k]))
		r.claim(g, row[6], claim{crowd: Crowd{Table: "driver", Journey: j.ID, Stage: k.stage, Name: strings.Join(append(names[k], k.outcome), "\x1f")}, least: least})
		return ok
	})
}

// nonresponse reads tests of the response rates of one stage.
func (r *reading) nonresponse(g *grid, row []cell, j *Journey) bool {
	stage, ok := r.stage(j, row[1].text)
	r.claim(g, cell{at: row[3].at, numbers: row[4].numbers}, claim{of: subject{"rate", j.ID, ""}, at: slot{stage: stage, grain: "all"}, least: r.truth.MinGroup, unsaid: true})
	return ok
}

// silence reads the earlier scores of people who then answered, or fell silent: parts of a stage's scores.
func (r *reading) silence(g *grid, row []cell, j *Journey) bool {
	construct := find(j.Constructs, row[0].text, r.lang)
	first, second, two := strings.Cut(row[1].text, " → ")
	from, to := find(j.Stages, first, r.lang), find(j.Stages, second, r.lang)
	of := subject{"trend", j.ID, construct}
	for i, part := range []string{"stayed:", "silent:"} {
		at := slot{stage: from, grain: "all", set: part + to}
		r.tell(printed{of, at, "col.mean"}, g, row[2+2*i], true)
		r.claim(g, row[3+2*i], claim{of: of, at: at, least: r.least("change")})
	}
	return two && construct != "" && from != "" && to != ""
}

// weighted reads a sum over the means of a segment's members. Each of these must be told (METHOD 5.2, subset rule iv).
func (r *reading) weighted(g *grid, row []cell, j *Journey) bool {
	construct, stage := find(j.Constructs, row[0].text, r.lang), find(j.Stages, row[1].text, r.lang)
	segment := r.segment(row[2].text)
	of, at := subject{"trend", j.ID, construct}, slot{stage: stage, grain: "all"}
	r.tell(printed{of, at, "col.mean"}, g, row[3], true)
	r.claim(g, row[7], claim{of: of, at: at, least: r.truth.MinGroup})
	if len(row[4].numbers) > 0 {
		r.sums = append(r.sums, weightedSum{of, stage, segment, r.d.name, g.where(row[4])})
	}
	return construct != "" && stage != "" && segment != ""
}

// segment finds a segment by its title.
func (r *reading) segment(label string) string {
	for _, hierarchy := range r.truth.Facts.Segments {
		for _, segment := range hierarchy {
			if plain(r.text("segment."+segment)) == label || segment == label {
				return segment
			}
		}
	}
	return ""
}

func (r *reading) census(g *grid, row []cell, j *Journey) bool {
	construct, stage := find(j.Constructs, row[0].text, r.lang), find(j.Stages, row[1].text, r.lang)
	of, at := subject{"trend", j.ID, construct}, slot{stage: stage, grain: "all"}
	r.tell(printed{of, at, "col.mean"}, g, row[5], true)
	r.claim(g, row[2], claim{of: of, at: at, least: r.truth.MinGroup})
	r.claim(g, row[3], claim{of: subject{"rate", j.ID, ""}, at: at, least: r.truth.MinGroup})
	return construct != "" && stage != ""
}

func (r *reading) reliability(g *grid, row []cell, j *Journey) bool {
	construct := find(j.Constructs, row[0].text, r.lang)
	stage, ok := r.stage(j, row[1].text)
	r.claim(g, row[6], claim{crowd: Crowd{Table: "reliability", Journey: j.ID, Name: construct, Stage: stage}, least: max(leastReliability, r.truth.MinGroup)})
	return ok && construct != ""
}

func (r *reading) itemRest(g *grid, row []cell, j *Journey) bool {
	construct := find(j.Constructs, row[1].text, r.lang)
	stage, ok := r.stage(j, row[2].text)
	r.claim(g, row[5], claim{crowd: Crowd{Table: "reliability", Journey: j.ID, Name: construct, Stage: stage}, least: max(leastReliability, r.truth.MinGroup)})
	return ok && construct != ""
}

// careless reads the mean with and without answers that are marked: the second is of a part of the first (subset rule ii).
func (r *reading) careless(g *grid, row []cell, j *Journey) bool {
	construct, stage := find(j.Constructs, row[0].text, r.lang), find(j.Stages, row[1].text, r.lang)
	of, at := subject{"trend", j.ID, construct}, slot{stage: stage, grain: "all"}
	r.tell(printed{of, at, "col.mean"}, g, row[4], true)
	r.claim(g, row[2], claim{of: of, at: at, least: r.truth.MinGroup})
	at.set = "kept"
	r.tell(printed{of, at, "col.mean"}, g, row[5], true)
	at.set = "careless"
	r.claim(g, row[3], claim{of: of, at: at, numbers: true})
	return construct != "" && stage != ""
}

// retention reads points of curves: the people still watched, and those who had left. Units may have one name: the one whose points stand
// there already is another.
func (r *reading) retention(g *grid, j *Journey) {
	type point struct {
		Member
		months string
	}
	whose, said := map[*cell]point{}, map[point]bool{}
	for _, row := range g.rows {
		if len(row) < 2 {
			continue
		}
		months := ""
		for _, n := range []string{"3", "6", "12", "24"} {
			if row[1].text == r.fill("months", "n", n) {
				months = n
			}
		}
		m, ok := r.belowLabel(row[0].text)
		if !ok {
			m, ok = r.member(row[0].text, nil, r.before, func(m Member) bool { return said[point{m, months}] })
		}
		if at := (point{m, months}); ok && months != "" {
			r.before, said[at], whose[&row[0]] = append(r.before, m), true, at
		}
	}
	r.each(g, j, []string{"col.member", "col.months", "col.survival", "col.ci", "col.leavers", "col.atrisk", "col.remark"}, func(g *grid, row []cell, _ *Journey) bool {
		point, ok := whose[&row[0]]
		at := slot{segment: point.Segment, member: point.Member.Member, grain: "all"}
		for i, table := range []string{"left", "risk"} {
			of := subject{table, "", point.months}
			r.tell(printed{of, at, "col.survival"}, g, row[2], true)
			r.claim(g, row[4+i], claim{of: of, at: at, least: r.least(table), nobody: table == "left"})
		}
		return ok
	})
}

// belowLabel finds a member that a table calls by the units above it and its own name, because another has that name too.
func (r *reading) belowLabel(label string) (Member, bool) {
	for name, all := range r.members {
		for _, m := range all {
			if m.Parent != "" && label == plain(strings.ReplaceAll(m.Parent, "/", " "))+" "+name {
				return m, true
			}
		}
	}
	return Member{}, false
}

// retentionTest reads the comparison of two members; both curves must be told.
func (r *reading) retentionTest(g *grid, row []cell, _ *Journey) bool {
	ok, segment := true, r.segment(row[0].text)
	for _, c := range row[1:3] {
		m, known := r.path(c.text, segment)
		ok = ok && known
		r.claim(g, cell{at: row[3].at, numbers: row[3].numbers}, claim{of: subject{"risk", "", "3"}, at: slot{segment: m.Segment, member: m.Member, grain: "all"}, least: r.least("risk"), unsaid: true})
	}
	return ok
}

// path finds a member by its path, as the reports write it; of one segment, or of any.
func (r *reading) path(label, segment string) (Member, bool) {
	for _, m := range r.truth.Facts.Members {
		if (segment == "" || m.Segment == segment) && plain(strings.ReplaceAll(m.Member, "/", " ")) == label {
			return m, true
		}
	}
	return Member{}, false
}
