package audit

import (
	"math"
	"strings"
)

// theme reads how many people spoke of a theme: so many as an issue, a wish or something good, among those who left a comment.
func (r *reading) theme(g *grid, row []cell, j *Journey) bool {
	theme := r.themeID(row[0].text)
	stage, ok := r.stage(j, row[1].text)
	at := slot{segment: r.here.segment, member: r.here.member, stage: stage, grain: "all"}
	of := voicesOf(j, stage)
	r.tell(printed{of, at, "col.commenters"}, g, row[5], false)
	r.claim(g, row[5], claim{of: of, at: at, least: r.least("voice")})
	for i, valence := range []string{"issue", "wish", "ok"} {
		c := row[2+i]
		if len(c.numbers) == 0 && c.text == "" || c.text == "–" {
			continue
		}
		crowd := Crowd{Table: "theme", Journey: j.ID, Name: theme, With: valence, Stage: stage, Segment: at.segment, Member: at.member}
		if len(c.numbers) > 0 || band(c.text) != "" {
			r.claim(g, c, claim{crowd: crowd, least: leastSaid, numbers: true, range3: true})
		}
		said := ""
		if r.old {
			said = row[6].text // the remark names the release
		}
		r.said3(crowd, g, c, said)
	}
	return ok && theme != ""
}

// voicesOf are the commenters of single stages, and those of all: people, who are no sum over the stages.
func voicesOf(j *Journey, stage string) subject {
	if stage == "" {
		return subject{"voice", j.ID, "all"}
	}
	return subject{"voice", j.ID, ""}
}

func (r *reading) themeID(label string) string {
	for key, text := range r.words {
		if id, is := strings.CutPrefix(key, "theme."); is && plain(text) == label {
			return id
		}
	}
	return label
}

// themeSaid is what a report says of one theme at one stage: a number, "under 3" or a band.
type themeSaid struct {
	number float64
	exact  bool
	few    bool
	from   string // the remark that names the earlier release that it is repeated from; "" of this one
	file   string
	place  string
}

// themeLine is the stages of one theme in one file: they add up to all stages, nearly.
type themeLine struct {
	file                      string
	journey, theme, valence   string
	segment, member, language string
}

func (r *reading) said3(of Crowd, g *grid, c cell, from string) {
	line := themeLine{file: r.d.name, journey: of.Journey, theme: of.Name, valence: of.With, segment: of.Segment, member: of.Member, language: r.lang}
	if r.themes[line] == nil {
		r.themes[line] = map[string]themeSaid{}
	}
	s := themeSaid{few: c.text == plain(r.words["few.three"]) || c.text == "<3", from: from, file: r.d.name, place: g.where(c)}
	if len(c.numbers) == 1 {
		s.number, s.exact = c.numbers[0], true
	}
	r.themes[line][of.Stage] = s
}

// themesLeft looks for themes of which one stage is said to be under 3, while the total over the stages and all other stages are told
// exactly: the one is then what is left (METHOD 5.4). A person may speak at two stages, so it is so only where the numbers add up; and
// numbers of two releases are of other people.
func (a *auditor) themesLeft() {
	for line, stages := range a.themes {
		total, ok := stages[""]
		if !ok || !total.exact {
			continue
		}
		left, few, blurred := total.number, "", false
		hidden := 0
		for stage, s := range stages {
			switch {
			case stage == "":
			case s.from != total.from:
				blurred = true
			case s.exact:
				left -= s.number
			case s.few:
				few, hidden = stage, hidden+1
			default:
				blurred = true
			}
		}
		truth, known := a.crowd(Crowd{Table: "theme", Journey: line.journey, Name: line.theme, With: line.valence, Stage: few, Segment: line.segment, Member: line.member})
		if hidden != 1 || blurred || !known || left <= 0 || left >= leastSaid || int(math.Round(left)) != truth.People {
			continue
		}
		n := itoa(truth.People)
		// Themes are not withheld one by one; without what was said at all stages nothing is left to subtract from.
		sum := Figure{Table: "voice", Journey: line.journey, Grain: "all", Segment: line.segment, Member: line.member}
		a.add(Finding{Kind: Computed, File: stages[few].file, Place: stages[few].place, N: truth.People, Without: []Figure{sum}, What: both(
			"「"+line.theme+"」を挙げた"+n+"人の数が計算できます: 全段階の人数から、ほかの段階の人数を引いた残りです。",
			"that "+n+" people spoke of “"+line.theme+"” can be computed: the number over all stages less those of the other stages")})
	}
}

// word reads how many of a stage's commenters used a word, and how many of the others.
func (r *reading) word(g *grid, row []cell, j *Journey) bool {
	stage, ok := r.stage(j, row[0].text)
	for i, part := range []string{"here", "elsewhere"} {
		if len(row[3+i].numbers) == 0 {
			continue
		}
		of := Crowd{Table: "word", Journey: j.ID, Name: row[1].text, Stage: stage, Part: part}
		truth, _ := r.crowd(of)
		if truth.People > 0 || part == "here" {
			r.claim(g, row[3+i], claim{crowd: of, least: leastSaid, unsaid: true})
		}
		of.Name = ""
		r.claim(g, row[3+i], claim{crowd: of, least: r.least("voice"), unsaid: true})
	}
	return ok
}

// pair reads two words, or themes, of one comment: neither may be of fewer than five people.
func (r *reading) pair(g *grid, row []cell, j *Journey) bool {
	kind := "word"
	if row[0].text == plain(r.words["kind.theme"]) {
		kind = "theme"
	}
	for _, c := range row[1:3] {
		name := c.text
		if kind == "theme" {
			name = r.themeID(name)
		}
		r.claim(g, cell{at: c.at, text: c.text, numbers: row[3].numbers}, claim{crowd: Crowd{Table: "pair", Journey: j.ID, Name: name, With: kind}, least: r.truth.MinGroup, unsaid: true})
	}
	r.claim(g, cell{at: row[3].at, numbers: row[3].numbers}, claim{of: voicesOf(j, ""), at: slot{grain: "all"}, least: r.least("voice"), unsaid: true})
	return true
}
