package audit

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// spoken is a sentence or a comment as a file says it, outside of the tables that hold figures.
type spoken struct {
	place, text string
	stage       string // title of the stage that it stands under, in the journey's table
	heading     string // of the part with the journey's table: the journey's title, or "" of the main one
	journey     string // id of the journey that it names, when that is not the main one
	source      string // of a comment: its stage and themes
}

// sentences are the texts of the catalogue that say figures of people, and where in them these stand.
var sentences = []string{"summary.rate", "summary.rate.small", "summary.rate.band", "summary.peak", "summary.peak.unclear", "summary.stages.better", "summary.stages.worse", "summary.change",
	"summary.hypothesis", "summary.unit.worse", "summary.unit.better", "summary.time", "summary.time.unclear", "summary.level", "journey.mean.ci", "journey.mean", "journey.share", "journey.hidden"}

// placeholder is a place that is filled in, in a text that was quoted for a pattern.
var placeholder = regexp.MustCompile(`\\\{\w+\\\}`)

// numeric are the places that hold one number: a title may have brackets of its own.
var numeric = map[string]bool{"mean": true, "nextmean": true, "frommean": true, "tomean": true, "rest": true, "change": true, "share": true, "rate": true, "slope": true}

// patternOf makes a pattern of a text of the catalogue, with a name for each place that is filled in. A place with a title holds one of
// those that there are: titles may have words of the sentence in them.
func patternOf(text string, titles map[string]string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(plain(text))
	filled := placeholder.ReplaceAllStringFunc(pattern, func(place string) string {
		name := strings.Trim(place, `\{}`)
		if numeric[name] {
			return `(?P<` + name + `>[-−+]?[0-9][0-9.,]*%?)`
		}
		if all, is := titles[name]; is {
			return `(?P<` + name + `>` + all + `)`
		}
		return `(?P<` + name + `>.+?)`
	})
	return regexp.MustCompile(`^` + filled + `(?P<after>.*)$`)
}

// patterns are those of a document's language.
func (r *reading) patterns() map[string]*regexp.Regexp {
	if r.pattern == nil {
		r.pattern = map[string]*regexp.Regexp{}
		titles := r.titles()
		for _, key := range sentences {
			if text := r.words[key]; text != "" {
				r.pattern[key] = patternOf(text, titles)
			}
		}
	}
	return r.pattern
}

// titles gives, for each place of a sentence that holds a title, all that may stand there, as a pattern.
func (r *reading) titles() map[string]string {
	var constructs, stages, members []string
	add := func(list []string, named []Named) []string {
		for _, n := range named {
			list = append(list, plain(n.Title.In(r.lang)), n.ID)
		}
		return list
	}
	for _, j := range r.truth.Facts.Journeys {
		constructs, stages = add(constructs, j.Constructs), add(stages, j.Stages)
	}
	for _, m := range r.truth.Facts.Members {
		members = append(members, plain(strings.ReplaceAll(m.Member, "/", " ")))
	}
	either := func(list []string) string {
		slices.SortFunc(list, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), strings.Compare(x, y)) })
		var quoted []string
		for _, title := range slices.Compact(list) {
			if title != "" {
				quoted = append(quoted, regexp.QuoteMeta(title))
			}
		}
		if quoted == nil {
			return ".+?"
		}
		return strings.Join(quoted, "|")
	}
	stage := either(stages)
	return map[string]string{"construct": either(constructs), "member": either(members), "stage": stage, "next": stage, "from": stage, "to": stage}
}

// sentence understands a sentence and takes in its figures: they are those of the tables, or figures of their own. One with a figure
// that fits no text of the catalogue is a finding: nobody knows whom it is of.
func (r *reading) sentence(s spoken) {
	text := plain(s.text)
	for i := range r.truth.Facts.Journeys {
		j := &r.truth.Facts.Journeys[i]
		if rest, named := strings.CutPrefix(text, r.title(j.Title, j.ID)+" · "); named {
			s.journey, text = j.ID, rest
			break
		}
	}
	if s.stage != "" { // two journeys may have stages and scores of one title
		if j, _ := r.journeyOf(s.heading); j != nil {
			s.journey = j.ID
		}
	}
	for _, key := range sentences {
		pattern := r.patterns()[key]
		if pattern == nil {
			continue
		}
		m := pattern.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		filled := map[string]string{"after": ""}
		for i, name := range pattern.SubexpNames() {
			if name != "" {
				filled[name] = m[i]
			}
		}
		if r.fits(key, filled, s) {
			return
		}
	}
	if figure.FindString(text) != "" && !r.written(text) {
		r.add(Finding{Kind: Unread, File: r.d.name, Place: s.place, What: both("何についての値か分からない文です: "+cut(text), "a sentence of which it is not known what its figures are about: "+cut(text))})
	}
}

// written reports whether a line stands in the text files, with a verdict behind it at most: its numbers are nobody's answers.
func (r *reading) written(line string) bool {
	for _, t := range r.truth.Facts.Said {
		text := plain(t.In(r.lang))
		if text != "" && (strings.Contains(text, line) || strings.HasPrefix(line, text) && figure.FindString(strings.TrimPrefix(line, text)) == "") {
			return true
		}
	}
	return false
}

// fits says the figures of a sentence that was taken apart; false when its words name nothing that there is.
func (r *reading) fits(key string, filled map[string]string, s spoken) bool {
	if strings.HasPrefix(key, "journey.") && filled["after"] != "" && !r.again([]cell{{text: filled["after"]}}) {
		return false
	}
	r.old = r.again([]cell{{text: filled["after"]}})
	defer func() { r.old = false }()
	if j := r.journeys[cmp.Or(s.journey, r.main)]; j != nil && r.fitsIn(j, key, filled, s) { // a sentence that names no journey is the main one's
		return true
	}
	for i := range r.truth.Facts.Journeys {
		if j := &r.truth.Facts.Journeys[i]; s.journey == "" && j.ID != r.main && r.fitsIn(j, key, filled, s) {
			return true
		}
	}
	return false
}

func (r *reading) fitsIn(j *Journey, key string, filled map[string]string, s spoken) bool {
	at := slot{segment: r.here.segment, member: r.here.member, grain: "all"}
	ok := true
	stage := func(name string) slot {
		here := at
		here.stage = find(j.Stages, filled[name], r.lang)
		ok = ok && here.stage != ""
		return here
	}
	construct := find(j.Constructs, filled["construct"], r.lang)
	of := subject{"trend", j.ID, construct}
	type told struct {
		at            slot
		column, value string
	}
	var all []told
	switch key {
	case "summary.rate", "summary.rate.band":
		of, construct = subject{"rate", j.ID, ""}, "rate"
		ok = j.ID == cmp.Or(s.journey, r.main)
		all = []told{{at, "col.rate", filled["rate"]}}
	case "summary.rate.small":
		return j.ID == cmp.Or(s.journey, r.main)
	case "summary.hypothesis", "summary.time", "summary.time.unclear":
		return true // numbers of hypotheses and lines, and slopes over many people
	case "summary.peak", "summary.peak.unclear":
		all = []told{{stage("stage"), "col.mean", filled["mean"]}, {stage("next"), "col.mean", filled["nextmean"]}}
	case "summary.stages.better", "summary.stages.worse":
		all = []told{{stage("from"), "col.mean", filled["frommean"]}, {stage("to"), "col.mean", filled["tomean"]}}
	case "summary.change":
		from, to := stage("from"), stage("to")
		of.table, to.set = "change", from.stage
		all = []told{{to, "col.meanchange", filled["change"]}}
	case "summary.level":
		all = []told{{stage("stage"), "col.mean", filled["mean"]}}
	case "summary.unit.better", "summary.unit.worse":
		m, known := r.path(filled["member"], "")
		here := stage("stage")
		ok = ok && known
		here.segment, here.member = m.Segment, m.Member
		rest := here
		rest.set = "rest"
		all = []told{{here, "col.mean", filled["mean"]}, {rest, "col.mean", filled["rest"]}}
	case "journey.mean.ci", "journey.mean", "journey.share", "journey.hidden":
		if filled["stage"] = s.stage; key == "journey.hidden" {
			return construct != ""
		}
		value, column := filled["mean"], "col.mean"
		if key == "journey.share" {
			value, column = filled["share"], "col.favourable"
		}
		all = []told{{stage("stage"), column, value}}
	}
	if !ok || construct == "" {
		return false
	}
	for _, one := range all {
		numbers := shownNumbers(one.value)
		if numbers == nil {
			return false
		}
		r.sayOnce(printed{of, one.at, one.column}, s, numbers)
	}
	return true
}

// sayOnce takes in the figure of a sentence.
func (r *reading) sayOnce(p printed, s spoken, numbers []float64) {
	r.seen = map[printed]int{}
	r.tell(p, &grid{place: s.place}, cell{text: s.text, numbers: numbers}, true)
}

// letters are the letters and digits of a text: what stays the same in every file.
func letters(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}

// quote looks at a comment: it must be one of those that a person cleared and whose writers allow it, and its stage have enough
// commenters (METHOD 5.4).
func (r *reading) quote(s spoken) {
	if r.truth.Quotes == nil || r.truth.Recorded {
		return
	}
	if r.quotes == nil {
		r.auditor.quotes = map[string]bool{}
		for _, q := range r.truth.Quotes {
			r.quotes[letters(q.Text)] = true
		}
	}
	if text := letters(s.text); text != "" && !r.quotes[text] {
		r.add(Finding{Kind: Leak, File: r.d.name, Place: s.place, N: 1, What: both("公表を確認していない意見です: "+cut(s.text), "a comment that nobody cleared, or whose writer does not allow it: "+cut(s.text))})
	}
	title, _, _ := strings.Cut(s.source, " · ")
	for i := range r.truth.Facts.Journeys {
		j := &r.truth.Facts.Journeys[i]
		if stage := find(j.Stages, plain(title), r.lang); stage != "" && j.ID == r.main {
			r.claim(&grid{place: s.place}, cell{numbers: []float64{exactFrom}}, claim{of: voicesOf(j, stage), at: slot{stage: stage, grain: "all"}, least: r.least("voice"), unsaid: true})
		}
	}
}

// spokenIn reads the sentences and comments of a sheet: the key points, the journey's table, the comments.
func (r *reading) spokenIn(g *grid) (is bool) {
	section, heading := r.section(g.title)
	_, rest := r.journeyOf(heading)
	switch {
	case section == "journey":
		for _, row := range g.rows {
			for i := 1; i < min(len(row), len(g.heads)); i++ {
				for _, line := range strings.Split(" "+row[i].text, " ・") {
					if figure.FindString(line) != "" {
						r.sentence(spoken{place: g.where(row[i]), text: line, stage: g.heads[i], heading: heading})
					}
				}
			}
		}
		return true
	case section == "summary":
		for _, row := range g.rows {
			if len(row) > 1 {
				r.sentence(spoken{place: g.where(row[1]), text: row[1].text})
			}
		}
		return true
	case section == "voice" && rest == plain(r.words["voice.comments"]):
		for _, row := range g.rows {
			if len(row) > 2 {
				r.quote(spoken{place: g.where(row[1]), text: row[1].text, source: row[2].text})
			}
		}
		return true
	}
	return false
}
