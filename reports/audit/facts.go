package audit

import (
	"regexp"
	"slices"
	"strings"

	"koe"
)

// Facts are what a reader of the reports knows anyway: what the words of a report mean.
type Facts struct {
	Words     map[string]map[string]string // by language: the texts of reports, by key
	Segments  [][]string                   // hierarchies of segments, top first
	Members   []Member
	Journeys  []Journey           // in the order of koe.yaml
	Said      []koe.Text          // texts of the journeys that the reports print as they are: feelings, problems, hypotheses
	Recommend map[string][]string // by journey: the questions that 推奨度 is of
}

// Member is a member of a segment: a bureau, a division (by its path), a type of hire.
type Member struct {
	Segment, Member, Label, Parent string
	Together                       bool // small units that are published as one
}

// Journey names what the reports of one journey break figures down by.
type Journey struct {
	ID         string
	Title      koe.Text
	Stages     []Named
	Constructs []Named
	Questions  []Named
	Measures   []Named
	Hypotheses []Hypothesis
}

// Hypothesis says what a hypothesis is about; its title is its text.
type Hypothesis struct {
	Named
	Stage, Kind, Measure, From string
	Groups                     []string
}

// Crowd is how many people stand behind a figure that is no cell of Groups: of reliability, driver, hypothesis, theme, word, pair. Which
// people Part means is said where they are counted (package analysis).
type Crowd struct {
	Table, Journey, Name, With, Stage, Wave, Segment, Member, Part string
	N                                                              int // as the report counts
	People                                                         int // different people
}

// Quote is a comment that may be quoted.
type Quote struct{ Journey, Stage, Text string }

// Named is an id with its title.
type Named struct {
	ID    string
	Title koe.Text
}

// cell of the population: what a figure is about. Member "" is everybody, stage "" all stages, grain all, quarter or cohort.
// set is a part of it: of a change the stage that it starts from, "rest" whoever is not of the member, else one of Group.Sets. release is
// 0 for the one that is attacked, else the number of an earlier one.
type slot struct {
	segment, member, stage, grain, period, set string
	release                                    int
}

// judged is the grain of what hypotheses say of all waves together: of those that are over, where there are others.
const judged = "judged"

// subject is what is measured: the scores of a construct, the answers to a question, the rate of answering …
type subject struct {
	table, journey, name string
}

// said is one figure as a file says it.
type said struct {
	numbers []float64
	band    string
	file    string
	place   string
}

// printed is a figure's key: subject, slot and which number of it.
type printed struct {
	subject
	slot
	column string
}

// reading understands the tables of one document.
type reading struct {
	*auditor
	d           *document
	lang        string
	words       map[string]string
	here        slot // what the document is about
	main        string
	members     map[string][]Member // by label
	journeys    map[string]*Journey
	hierarchies map[string][]string // by title
	seen        map[printed]int     // in the table that is being read
	before      []Member            // in the rows before, of tables by member
	old         bool                // the row that is being read repeats an earlier release
	changeNames map[string]map[string][3]string
	pattern     map[string]*regexp.Regexp // of sentences
}

// understand maps the tables of every document back to what they are about, by their visible labels. The languages and
// scopes of files stand in release.json.
func (a *auditor) understand() {
	if a.truth.Facts == nil {
		return
	}
	for _, d := range a.documents {
		if len(d.grids) == 0 {
			continue
		}
		r := &reading{auditor: a, d: d, here: slot{grain: "all"}}
		for _, f := range a.manifest.Files {
			if f.Name == d.name {
				r.lang, r.here.segment, r.here.member = f.Language, f.Scope.Segment, f.Scope.Member
			}
		}
		if r.words = a.truth.Facts.Words[r.lang]; r.words == nil {
			a.add(Finding{Kind: Unread, File: d.name, What: both("release.json にないので、何についての報告書か分かりません。", "it is not in release.json, so what it is about is not known")})
			continue
		}
		r.prepare()
		for _, g := range d.grids {
			r.grid(g)
		}
		for _, s := range d.sentences {
			r.sentence(s)
		}
		for _, s := range d.quotes {
			r.quote(s)
		}
	}
}

// prepare sorts the words of the document's language.
func (r *reading) prepare() {
	f := r.truth.Facts
	r.journeys, r.members, r.hierarchies = map[string]*Journey{}, map[string][]Member{}, map[string][]string{}
	for i := range f.Journeys {
		r.journeys[f.Journeys[i].ID] = &f.Journeys[i]
	}
	for _, m := range f.Members {
		label := plain(m.Label)
		if m.Together && r.lang != "ja" {
			label = plain(r.words["unit.other"])
		}
		r.members[label] = append(r.members[label], m)
	}
	for _, hierarchy := range f.Segments {
		names := make([]string, len(hierarchy))
		for i, segment := range hierarchy {
			if names[i] = r.words["segment."+segment]; names[i] == "" {
				names[i] = segment
			}
		}
		r.hierarchies[plain(strings.Join(names, r.words["segment.join"]))] = hierarchy
	}
	r.main = r.mainJourney()
}

// mainJourney is the journey that headings do not name: of those that no heading names, the one whose stages and constructs
// name most rows.
func (r *reading) mainJourney() string {
	best, most := "", -1
	for i := range r.truth.Facts.Journeys {
		j := &r.truth.Facts.Journeys[i]
		named, hits := false, 0
		for _, g := range r.d.grids {
			_, rest := r.section(g.title)
			title := r.title(j.Title, j.ID)
			named = named || rest == title || strings.HasPrefix(rest, title+" · ")
			for _, row := range g.rows {
				if len(row) > 1 && find(j.Constructs, row[0].text, r.lang) != "" && find(j.Stages, row[1].text, r.lang) != "" {
					hits++
				}
			}
		}
		if !named && hits > most {
			best, most = j.ID, hits
		}
	}
	return best
}

func (r *reading) title(t koe.Text, id string) string {
	if s := plain(t.In(r.lang)); s != "" {
		return s
	}
	return id
}

// section takes a title apart: which section, and the heading of the part.
func (r *reading) section(title string) (key, rest string) {
	for _, key := range []string{"trend", "unit", "item", "change", "voice", "rate", "method", "measure", "hypothesis", "retention", "summary", "journey"} {
		name := plain(r.words["section."+key])
		if title == name {
			return key, ""
		}
		if rest, ok := strings.CutPrefix(title, name+" "); ok {
			return key, rest
		}
	}
	return "", title
}

// journeyOf takes the journey off a heading.
func (r *reading) journeyOf(heading string) (journey *Journey, rest string) {
	for i := range r.truth.Facts.Journeys {
		j := &r.truth.Facts.Journeys[i]
		title := r.title(j.Title, j.ID)
		if heading == title {
			return j, ""
		}
		if rest, ok := strings.CutPrefix(heading, title+" · "); ok {
			return j, rest
		}
	}
	return r.journeys[r.main], heading
}

// find gives the id that a label names; "" when it names none.
func find(all []Named, label, lang string) string {
	for _, n := range all {
		if plain(n.Title.In(lang)) == label || n.ID == label {
			return n.ID
		}
	}
	return ""
}

// fill puts values into a text of the catalogue.
func (r *reading) fill(key string, pairs ...string) string {
	list := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, "{"+pairs[i]+"}", pairs[i+1])
	}
	return plain(strings.NewReplacer(list...).Replace(r.words[key]))
}

var (
	japaneseQuarter = regexp.MustCompile(`^(\d{4})年(1–3|4–6|7–9|10–12)月$`)
	englishQuarter  = regexp.MustCompile(`^(Jan–Mar|Apr–Jun|Jul–Sep|Oct–Dec) (\d{4})$`)
	quarterNames    = map[string]string{"1–3": "Q1", "4–6": "Q2", "7–9": "Q3", "10–12": "Q4", "Jan–Mar": "Q1", "Apr–Jun": "Q2", "Jul–Sep": "Q3", "Oct–Dec": "Q4"}
)

// period reads a quarter as the reports write it: 2026年4–6月, Apr–Jun 2026; "" for all time.
func (r *reading) period(label string) (string, bool) {
	if label == plain(r.words["period.all"]) {
		return "", true
	}
	if m := japaneseQuarter.FindStringSubmatch(label); m != nil {
		return m[1] + quarterNames[m[2]], true
	}
	if m := englishQuarter.FindStringSubmatch(label); m != nil {
		return m[2] + quarterNames[m[1]], true
	}
	return label, label != ""
}

// within reports whether a member is what the document is about, or belongs to it.
func (r *reading) within(m Member) bool {
	return m.Segment == r.here.segment && m.Member == r.here.member || strings.HasPrefix(m.Member, r.here.member+"/")
}

// member finds whose row a label names: among the members of a hierarchy (nil: any), below the rows before where several
// have one label.
// taken says which of them the rows before have spoken of already (nil: none): another unit of the same name follows.
func (r *reading) member(label string, hierarchy []string, before []Member, taken func(Member) bool) (Member, bool) {
	if label == plain(r.words["cover.everybody"]) {
		return Member{}, true
	}
	var fits []Member
	for _, m := range r.members[label] {
		if (hierarchy == nil || slices.Contains(hierarchy, m.Segment)) && (taken == nil || !taken(m)) {
			fits = append(fits, m)
		}
	}
	if len(fits) > 1 && r.here.member != "" { // the report of a unit speaks of it and of what belongs to it
		if mine := slices.DeleteFunc(slices.Clone(fits), func(m Member) bool { return !r.within(m) }); len(mine) > 0 {
			fits = mine
		}
	}
	if len(fits) < 2 {
		return append(fits, Member{})[0], len(fits) == 1
	}
	for i := len(before) - 1; i >= 0; i-- {
		for _, m := range fits { // what belongs to a unit stands below it, before the next beside it
			if m == before[i] || m.Parent != "" && m.Parent == before[i].Member {
				return m, true
			}
		}
		for _, m := range fits {
			if m.Parent == before[i].Parent && m.Segment == before[i].Segment {
				return m, true
			}
		}
	}
	return fits[0], true
}
