package audit

import (
	"math"
	"slices"
	"strings"
)

// nameOf names a vector by its columns.
func nameOf(v []entry) string {
	var b strings.Builder
	for _, e := range v {
		b.WriteString(itoa(int(e.column)) + " ")
	}
	return b.String()
}

// tell reports a group that follows from published figures, once, with the way it was computed.
func (p *picture) tell(kind Kind, told map[string]bool, v []entry, n int, terms []term) {
	if told[nameOf(v)] {
		return
	}
	told[nameOf(v)] = true
	slices.SortStableFunc(terms, func(x, y term) int { return int(sign(y.top)) - int(sign(x.top)) })
	p.expose(kind, n, p.rows[terms[0].vector], terms)
	last := &p.findings[len(p.findings)-1]
	last.Earlier = p.before.has(v)
	answers, byRank := 0, p.byRank(p.rank)
	for _, e := range v {
		answers += p.classes[byRank[e.column]].answers
	}
	last.Again = answers >= p.k
	if !last.Earlier {
		p.exposed = append(p.exposed, exposure{len(p.findings) - 1, v})
	}
}

func sign(x int64) int64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// mostTerms are spelled out in a message.
const mostTerms = 6

// expose words a finding. In a message for HR the way out is always one of these: raise the threshold, merge small units,
// or leave the unit out.
func (p *picture) expose(kind Kind, n int, at slot, terms []term) {
	where := p.said[at]
	f := Finding{Kind: kind, File: where.file, Place: where.place, N: n}
	if kind == Small {
		f.What = both(
			p.called("ja", at)+"は"+itoa(n)+"人の値です。公表の下限は"+itoa(p.k)+"人です。",
			p.called("en", at)+" is a figure of "+itoa(n)+" people; the least to publish is "+itoa(p.k))
		f.Again = p.cells[at] != nil && p.cells[at].n >= p.k
	} else {
		f.What = both(
			itoa(n)+"人の値が計算できます: "+p.formula("ja", terms),
			"the figure of "+itoa(n)+" people can be computed: "+p.formula("en", terms))
	}
	p.add(f)
}

// formula writes a combination: 「総務局」−「人事課」−「会計課」.
func (p *picture) formula(lang string, terms []term) string {
	var b strings.Builder
	for i, t := range terms {
		if i == mostTerms {
			b.WriteString(map[string]string{"ja": " … ほか" + itoa(len(terms)-i) + "個の値", "en": " … and " + itoa(len(terms)-i) + " more figures"}[lang])
			break
		}
		switch {
		case t.top < 0:
			b.WriteString(" − ")
		case i > 0:
			b.WriteString(" + ")
		}
		if top := max(t.top, -t.top); top != 1 || t.bottom != 1 {
			b.WriteString(itoa(int(top)))
			if t.bottom != 1 {
				b.WriteString("/" + itoa(int(t.bottom)))
			}
			b.WriteString("×")
		}
		row := p.rows[t.vector]
		b.WriteString(p.called(lang, row))
		if c := p.cells[row]; c != nil {
			n := itoa(p.counted(classesOf(c), math.MaxInt))
			b.WriteString(map[string]string{"ja": "(" + n + "人)", "en": " (" + n + " people)"}[lang])
		}
	}
	return strings.TrimSpace(b.String())
}

// called says what a published figure is: 「孤立感」3か月 総務局 人事課.
func (p *picture) called(lang string, at slot) string {
	words := p.truth.Facts.Words[lang]
	var parts []string
	name := p.name
	for _, j := range p.truth.Facts.Journeys {
		if j.ID != p.journey {
			continue
		}
		id, from, change := strings.Cut(p.name, " ")
		if change && p.table == "change" {
			from, to, _ := strings.Cut(from, " ")
			name = strings.NewReplacer("{construct}", titleOf(j.Constructs, id, lang), "{from}", titleOf(j.Stages, from, lang), "{to}", titleOf(j.Stages, to, lang)).Replace(words["change.row"])
		} else if p.table == "trend" {
			name = titleOf(j.Constructs, p.name, lang)
		} else if p.table == "item" {
			name = titleOf(j.Questions, p.name, lang)
		}
		if at.stage != "" {
			parts = append(parts, titleOf(j.Stages, at.stage, lang))
		}
	}
	if key := map[string]string{"rate": "section.rate", "recommend": "recommend.title", "voice": "section.voice", "risk": "section.retention", "left": "section.retention"}[p.table]; key != "" {
		name = words[key]
	}
	if p.table == "risk" || p.table == "left" {
		parts = append(parts, strings.ReplaceAll(words["months"], "{n}", p.name))
	}
	who := words["cover.everybody"]
	if at.member != "" {
		who = strings.ReplaceAll(at.member, "/", " ")
	}
	who = p.partOf(lang, who, at.set)
	parts = append([]string{map[string]string{"ja": "「" + cut(name) + "」", "en": "“" + cut(name) + "”"}[lang], who}, parts...)
	if at.grain == judged {
		parts = append(parts, map[string]string{"ja": "(判定の済んだ四半期)", "en": "(quarters with a verdict)"}[lang])
	}
	if at.period != "" {
		parts = append(parts, at.period)
		if at.grain == "cohort" {
			parts[len(parts)-1] += " " + words["col.cohort"]
		}
	}
	if at.release > 0 {
		parts = append(parts, map[string]string{"ja": "(" + p.said[at].file + " の公表値)", "en": "(as released in " + p.said[at].file + ")"}[lang])
	}
	return strings.Join(parts, " ")
}

// partOf says which part of a cell's people a figure is of.
func (p *picture) partOf(lang, who, set string) string {
	kind, of, _ := strings.Cut(set, ":")
	for _, j := range p.truth.Facts.Journeys {
		if j.ID == p.journey {
			of = titleOf(append(slices.Clone(j.Stages), j.Measures...), of, lang)
		}
	}
	said := map[string][2]string{
		"rest": {who + "以外の全員", "everybody but " + who}, "kept": {who + "(読まずに答えた印のない人)", who + " (without answers marked as careless)"},
		"careless": {who + "(読まずに答えた印のある人)", who + " (answers marked as careless)"},
		"given":    {who + "(この設問に答えた人すべて)", who + " (whoever answered it)"},
		"stayed":   {who + "(" + of + "でも答えた人)", who + " (who answered again at: " + of + ")"}, "silent": {who + "(" + of + "で答えなくなった人)", who + " (who fell silent at: " + of + ")"},
		"with": {who + "(「" + of + "」を受けた人)", who + " (with " + of + ")"}, "without": {who + "(「" + of + "」を受けていない人)", who + " (without " + of + ")"},
	}
	words, known := said[kind]
	switch {
	case !known:
		return who
	case lang == "ja":
		return words[0]
	}
	return words[1]
}

func titleOf(all []Named, id, lang string) string {
	for _, n := range all {
		if n.ID == id {
			if s := n.Title.In(lang); s != "" {
				return s
			}
		}
	}
	return id
}
