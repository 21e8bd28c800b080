package reports

import (
	"sort"
	"strings"
	"time"

	"koe"
	"koe/analysis"
)

// composer makes one document out of the published rows: it looks them up, words them, and leaves out what is not there.
type composer struct {
	in      *Input
	pub     *analysis.Published
	lang    string
	words   catalogue
	scope   Scope
	index   *index
	ids     map[string]int // anchors given so far
	ordered []string       // the journeys, see journeys
}

// compose makes the document of one scope in one language.
func compose(in *Input, x *index, lang string, scope Scope, loc *time.Location) (*document, error) {
	all, err := readTexts()
	if err != nil {
		return nil, err
	}
	c := &composer{in: in, pub: in.Published, lang: lang, words: all[lang], scope: scope, index: x, ids: map[string]int{}}
	doc := &document{Lang: lang, Title: c.say("title"), Organization: c.in.Published.Organization.In(lang),
		ScopeName: c.scopeName(), Day: koe.DateOf(in.Now.In(loc)), Draft: in.Draft, words: c.words}
	if doc.Organization == "" {
		doc.Organization = in.Settings.Organization.In(lang)
	}
	doc.Cover = c.cover(doc)
	for _, make := range []func() *section{
		c.journeySection, c.trendSection, c.hypothesisSection, c.unitSection, c.itemSection, c.changeSection,
		c.measureSection, c.voiceSection, c.rateSection, c.retentionSection, c.methodSection,
	} {
		if s := make(); s != nil && len(s.Parts) > 0 {
			c.explainCarried(s)
			doc.Sections = append(doc.Sections, s)
		}
	}
	if s := c.summarySection(doc); s != nil {
		doc.Sections = append([]*section{s}, doc.Sections...)
	}
	doc.sanitise()
	nameSheets(doc)
	return doc, nil
}

// explainCarried says below each table what the star behind a value means.
func (c *composer) explainCarried(s *section) {
	for _, p := range s.Parts {
		if p.Table != nil && p.Table.carries() {
			p.Notes = append(p.Notes, c.say("note.carried"))
		}
	}
}

func (c *composer) say(key string, pairs ...any) string { return c.words.say(key, pairs...) }

// orKey gives the text prefix+id, or the id where the catalogue does not know it.
func (c *composer) orKey(prefix, id string) string {
	if c.words.has(prefix + id) {
		return c.words[prefix+id]
	}
	return id
}

func (c *composer) scopeName() string {
	if c.scope.Everybody() {
		return ""
	}
	return strings.ReplaceAll(c.scope.Member, "/", " ")
}

func (c *composer) cover(doc *document) []pair {
	who := c.say("cover.everybody")
	if doc.ScopeName != "" {
		who = doc.ScopeName
	}
	return []pair{
		{c.say("cover.day"), dateText(doc.Day, c.lang)},
		{c.say("cover.until"), c.say("cover.until.value", "day", dateText(c.pub.Closed, c.lang))},
		{c.say("cover.scope"), who},
		{c.say("cover.thresholds"), c.say("cover.thresholds.value", "group", c.pub.MinGroup, "comments", c.pub.MinComments)},
	}
}

// mine reports whether a row is about the document's scope.
func (c *composer) mine(segment, member string) bool {
	return segment == c.scope.Segment && member == c.scope.Member
}

// id gives an anchor that no other part of the document has, made of ASCII letters, digits and hyphens.
func (c *composer) id(words ...string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte('-')
		}
		for _, r := range w {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
				b.WriteRune(r)
			case r >= 'A' && r <= 'Z':
				b.WriteRune(r + 'a' - 'A')
			default:
				b.WriteByte('-')
			}
		}
	}
	id := b.String()
	c.ids[id]++
	if n := c.ids[id]; n > 1 {
		id += "-" + string(rune('a'+(n-2)%26)) + strings.Repeat("z", (n-2)/26)
	}
	return id
}

// journeys lists the ids of the journeys that have stages: the one with most to say of constructs that are followed over
// stages first (a transfer or an exit survey is a small journey of its own), then in order of appearance.
func (c *composer) journeys() []string {
	if c.ordered != nil {
		return c.ordered
	}
	followed := map[trendKey]bool{}
	for _, k := range c.pub.Constructs {
		if k.Trend {
			followed[trendKey{journey: k.Journey, construct: k.Construct}] = true
		}
	}
	weight := map[string]int{}
	for i := range c.pub.Tables.Trend {
		if t := &c.pub.Tables.Trend[i]; t.Segment == "" && t.Grain == "all" && followed[trendKey{journey: t.Journey, construct: t.Construct}] {
			weight[t.Journey]++
		}
	}
	c.ordered = []string{}
	seen := map[string]bool{}
	for _, s := range c.pub.Stages {
		if !seen[s.Journey] {
			seen[s.Journey] = true
			c.ordered = append(c.ordered, s.Journey)
		}
	}
	sort.SliceStable(c.ordered, func(i, k int) bool { return weight[c.ordered[i]] > weight[c.ordered[k]] })
	return c.ordered
}

// followed lists the constructs of a journey that are followed over stages and time; all of them where none is.
func (c *composer) followed(journey string) map[string]bool {
	all := map[string]bool{}
	marked := false
	for _, k := range c.constructs(journey) {
		marked = marked || k.Trend
	}
	for _, k := range c.constructs(journey) {
		if k.Trend || !marked {
			all[k.Construct] = true
		}
	}
	return all
}

// journeyText finds the text file's journey; nil when it was not given.
func (c *composer) journeyText(id string) *koe.Journey {
	for _, j := range c.in.Journeys {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// heading names a part; with several journeys, all but the main one stand in front of the name.
func (c *composer) heading(journey, title string) string {
	journeys := c.journeys()
	if len(journeys) < 2 || journey == journeys[0] {
		return title
	}
	if title == "" {
		return c.journeyTitle(journey)
	}
	return c.journeyTitle(journey) + " · " + title
}

// beside gives the title of a journey that is not the main one, "" of the main one.
func (c *composer) beside(journey string) string {
	if journeys := c.journeys(); len(journeys) < 2 || journey == journeys[0] {
		return ""
	}
	return c.journeyTitle(journey)
}

func (c *composer) journeyTitle(id string) string {
	if j := c.journeyText(id); j != nil && len(j.Title) > 0 {
		return j.Title.In(c.lang)
	}
	return id
}

// stages lists a journey's stages in order.
func (c *composer) stages(journey string) []analysis.StageFact {
	var all []analysis.StageFact
	for _, s := range c.pub.Stages {
		if s.Journey == journey {
			all = append(all, s)
		}
	}
	sort.SliceStable(all, func(i, k int) bool { return all[i].Position < all[k].Position })
	return all
}

func (c *composer) stageTitle(journey, stage string) string {
	if stage == "" {
		return c.say("stage.all")
	}
	for _, s := range c.pub.Stages {
		if s.Journey == journey && s.Stage == stage {
			if t := s.Title.In(c.lang); t != "" {
				return t
			}
		}
	}
	return stage
}

// constructs lists a journey's constructs in order.
func (c *composer) constructs(journey string) []analysis.ConstructFact {
	var all []analysis.ConstructFact
	for _, k := range c.pub.Constructs {
		if k.Journey == journey {
			all = append(all, k)
		}
	}
	sort.SliceStable(all, func(i, k int) bool { return all[i].Position < all[k].Position })
	return all
}

func (c *composer) construct(journey, id string) (analysis.ConstructFact, bool) {
	for _, k := range c.pub.Constructs {
		if k.Journey == journey && k.Construct == id {
			return k, true
		}
	}
	return analysis.ConstructFact{}, false
}

func (c *composer) constructTitle(journey, id string) string {
	if k, ok := c.construct(journey, id); ok {
		if t := k.Title.In(c.lang); t != "" {
			return t
		}
	}
	return id
}

func (c *composer) question(journey, id string) (analysis.QuestionFact, bool) {
	for _, q := range c.pub.Questions {
		if q.Journey == journey && q.Question == id {
			return q, true
		}
	}
	return analysis.QuestionFact{}, false
}

func (c *composer) questionText(journey, id string) string {
	if q, ok := c.question(journey, id); ok {
		if t := q.Text.In(c.lang); t != "" {
			return t
		}
	}
	return id
}

func (c *composer) measureTitle(journey, id string) string {
	for _, m := range c.pub.Measures {
		if m.Journey == journey && m.Measure == id {
			if t := m.Title.In(c.lang); t != "" {
				return t
			}
		}
	}
	return id
}

// better says which way is better, for a caption.
func (c *composer) better(direction string) string {
	if direction == string(koe.Lower) {
		return c.say("better.lower")
	}
	return c.say("better.higher")
}

// bounds gives the ends of a construct's scale, 1 and 5 when it states none.
func bounds(k analysis.ConstructFact) (low, high float64) {
	low, high = 1, 5
	if k.Low != nil && k.High != nil && *k.High > *k.Low {
		low, high = *k.Low, *k.High
	}
	return low, high
}

// withheld words why a row's numbers are absent, or that they are those of an earlier release, for a remarks column; "" for
// new numbers.
func (c *composer) withheld(reason, carried string) string {
	switch {
	case reason != "":
		return c.orKey("withheld.", reason)
	case carried != "":
		return c.say("remark.carried", "release", carried)
	}
	return ""
}

// notPublished is a cell whose number is withheld.
func (c *composer) notPublished() cell { return cell{Kind: withheldCell, Text: c.say("withheld")} }

// hide replaces number cells by withheld ones when the row is withheld, and marks those of an earlier release.
func (c *composer) hide(reason, carried string, cells ...cell) []cell {
	if reason == "" {
		for i := range cells {
			cells[i].Carried = carried != "" && (cells[i].Kind == numberCell || cells[i].Kind == intervalCell || cells[i].Kind == textCell && cells[i].Text != "")
		}
		return cells
	}
	out := make([]cell, len(cells))
	for i := range cells {
		out[i] = c.notPublished()
	}
	return out
}

func (c *composer) interval(low, high *float64, f format) cell {
	if low == nil || high == nil {
		return cell{Kind: emptyCell}
	}
	return cell{Kind: intervalCell, Number: f.rounded(*low), High: f.rounded(*high), Format: f, Text: c.intervalText(*low, *high, f)}
}

// intervalText writes 2.4–3.1, and −0.3～+0.1 (−0.3 to +0.1) where signs would run into the dash.
func (c *composer) intervalText(low, high float64, f format) string {
	dash := "–"
	if f == formatChange || f == formatPoints || low < 0 {
		dash = c.say("to")
	}
	return f.text(low) + dash + f.text(high)
}

// peopleText words a number of people: 84人, 5–9人.
func (c *composer) peopleText(n *int64, shown string) string {
	switch {
	case n != nil:
		return c.say("people", "n", grouped(*n))
	case shown != "":
		return c.say("people", "n", shown)
	default:
		return c.say("people.unknown")
	}
}

// nameSheets gives every part a sheet name: unique, at most 31 characters, without the characters that Excel forbids.
func nameSheets(doc *document) {
	taken := map[string]bool{}
	for _, s := range doc.Sections {
		for _, p := range s.Parts {
			name := s.Title
			if len(s.Parts) > 1 && p.Title != "" {
				name = s.Title + " " + p.Title
			}
			p.Sheet = sheetName(name, taken)
			word := " " + doc.words.say("sheet.chart")
			p.ChartSheet = sheetName(cutUTF16(p.Sheet, 31-len([]rune(word)))+word, taken)
		}
	}
}

func sheetName(name string, taken map[string]bool) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' || isDirectionMark(r) {
			return ' '
		}
		return r
	}, name)
	clean = strings.Join(strings.Fields(clean), " ")
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = " " + grouped(int64(n))
		}
		candidate := cutUTF16(clean, 31-len(suffix)) + suffix
		if key := strings.ToLower(candidate); !taken[key] {
			taken[key] = true
			return candidate
		}
	}
}
