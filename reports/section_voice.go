package reports

import (
	"sort"
	"strings"
)

// voiceSection is 声: themes, the words that mark a stage, and the comments that a person in HR has cleared.
func (c *composer) voiceSection() *section {
	s := &section{ID: c.id("voice"), Title: c.say("section.voice"), Lead: []string{c.say("voice.lead")}}
	for _, journey := range c.journeys() {
		if p := c.themePart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
		if !c.scope.Everybody() {
			continue // comments and word lists are shown for the whole organisation only (METHOD 5.4)
		}
		for _, p := range []*part{c.togetherPart(journey), c.keynessPart(journey), c.commentPart(journey)} {
			if p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
	}
	return s
}

type themeKey struct{ stage, theme string }

// themePart is how many people spoke of each theme at each stage, as an issue, a wish or something that went well.
func (c *composer) themePart(journey string) *part {
	valences := []string{"issue", "wish", "ok"}
	rows := map[themeKey]map[string]cell{}
	commenters := map[themeKey]cell{}
	remarks := map[themeKey]string{}
	weight := map[string]int64{}
	for i := range c.pub.Tables.Theme {
		r := &c.pub.Tables.Theme[i]
		if r.Journey != journey || r.Period != "" || !c.mine(r.Segment, r.Member) {
			continue
		}
		key := themeKey{r.Stage, r.Theme}
		if rows[key] == nil {
			rows[key] = map[string]cell{}
		}
		value := count(r.People)
		if r.People == nil && r.PeopleShown != "" {
			value = text(c.fewPeople(r.PeopleShown))
		}
		if r.Withheld != "" { // one row for all that was said there
			for _, v := range valences {
				rows[key][v] = c.notPublished()
			}
			value, commenters[key], remarks[key] = c.notPublished(), c.notPublished(), c.withheld(r.Withheld, r.Carried)
		} else if r.People != nil {
			weight[r.Theme] += *r.People
		}
		rows[key][r.Valence] = value
		if r.Withheld == "" {
			commenters[key] = people(r.Commenters, r.CommentersShown)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	p := &part{ID: c.id("voice", "theme"), Title: c.heading(journey, c.say("voice.theme")), Beside: c.beside(journey), Lead: []string{c.say("voice.theme.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.theme"), Width: 26}, {Title: c.say("col.stage"), Width: 18},
		{Title: c.say("valence.issue"), Kind: numberColumn, Width: 12, Format: formatCount},
		{Title: c.say("valence.wish"), Kind: numberColumn, Width: 12, Format: formatCount},
		{Title: c.say("valence.ok"), Kind: numberColumn, Width: 12, Format: formatCount},
		{Title: c.say("col.commenters"), Kind: numberColumn, Width: 12, Format: formatCount}, {Title: c.say("col.remark"), Width: 26}}}
	stages := c.stageIDs(journey)
	for _, stage := range append([]string{""}, stages...) {
		for _, theme := range themesByWeight(rows, stage, weight) {
			key := themeKey{stage, theme}
			name := c.orKey("theme.", theme)
			if theme == "" {
				name = c.say("voice.themes.all")
			}
			cells := []cell{text(name), text(c.stageTitle(journey, stage))}
			for _, v := range valences {
				value, ok := rows[key][v]
				if !ok {
					value = cell{Kind: emptyCell}
				}
				cells = append(cells, value)
			}
			said, ok := commenters[key]
			if !ok {
				said = cell{Kind: emptyCell}
			}
			t.Rows = append(t.Rows, row{Cells: append(cells, said, text(remarks[key]))})
		}
	}
	p.Table = t
	p.Charts = c.themeCharts(p, t)
	p.Notes = []string{c.say("note.theme")}
	return p
}

// themeCharts draws the first block of rows of one stage: all stages together where there is one.
func (c *composer) themeCharts(p *part, t *table) []*chart {
	to, high := 0, 0.0
	for to < len(t.Rows) && t.Rows[to].Cells[1].Text == t.Rows[0].Cells[1].Text {
		sum := 0.0
		for _, column := range []int{2, 3, 4} {
			if v := t.Rows[to].Cells[column]; v.Kind == numberCell {
				sum += v.Number
			}
		}
		high = max(high, sum)
		to++
	}
	if high == 0 {
		return nil
	}
	return []*chart{{ID: c.id(p.ID, "chart"), Title: c.say("voice.chart", "stage", t.Rows[0].Cells[1].Text), About: c.say("voice.about"), Kind: stackedChart,
		Labels: 0, High: niceTop(high), Format: formatCount, Unit: c.say("unit.people"), Series: []series{
			{Name: c.say("valence.issue"), Colour: colourBad, To: to, Column: 2, Interval: -1},
			{Name: c.say("valence.wish"), Colour: colourWish, To: to, Column: 3, Interval: -1},
			{Name: c.say("valence.ok"), Colour: colourGood, To: to, Column: 4, Interval: -1}}}}
}

// niceTop is the least of 5, 10, 20, 50, 100 … that is not below x.
func niceTop(x float64) float64 {
	for base := 5.0; ; base *= 10 {
		for _, step := range []float64{1, 2, 4} {
			if base*step >= x {
				return base * step
			}
		}
	}
}

func (c *composer) fewPeople(shown string) string {
	if shown == "<3" {
		return c.say("few.three")
	}
	return shown
}

func (c *composer) stageIDs(journey string) []string {
	var ids []string
	for _, s := range c.stages(journey) {
		ids = append(ids, s.Stage)
	}
	return ids
}

func themesByWeight(rows map[themeKey]map[string]cell, stage string, weight map[string]int64) []string {
	var themes []string
	for key := range rows {
		if key.stage == stage {
			themes = append(themes, key.theme)
		}
	}
	sort.Slice(themes, func(i, j int) bool {
		if weight[themes[i]] != weight[themes[j]] {
			return weight[themes[i]] > weight[themes[j]]
		}
		return themes[i] < themes[j]
	})
	return themes
}

// keynessPart is the words that the commenters of a stage use more, or less, than others.
func (c *composer) keynessPart(journey string) *part {
	p := &part{ID: c.id("voice", "words"), Title: c.heading(journey, c.say("voice.words")), Beside: c.beside(journey), Lead: []string{c.say("voice.words.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.stage"), Width: 18}, {Title: c.say("col.word"), Width: 20}, {Title: c.say("col.reading"), Width: 18},
		{Title: c.say("col.here"), Kind: numberColumn, Width: 12, Format: formatShare},
		{Title: c.say("col.elsewhere"), Kind: numberColumn, Width: 12, Format: formatShare},
		{Title: c.say("col.logratio"), Kind: numberColumn, Width: 10, Format: formatFine}, {Title: "q", Kind: numberColumn, Width: 8, Format: formatP}}}
	for _, stage := range c.stageIDs(journey) {
		for i := range c.pub.Tables.Keyness {
			r := &c.pub.Tables.Keyness[i]
			if r.Journey != journey || r.Stage != stage || r.Withheld != "" || r.Q == nil || *r.Q > 0.10 || r.LogRatio == nil {
				continue
			}
			here, elsewhere := cell{Kind: emptyCell}, cell{Kind: emptyCell}
			if r.People != nil && r.Commenters != nil && *r.Commenters > 0 {
				x := float64(*r.People) / float64(*r.Commenters)
				here = number(&x, formatShare)
			}
			if r.RestPeople != nil && r.RestCommenters != nil && *r.RestCommenters > 0 {
				x := float64(*r.RestPeople) / float64(*r.RestCommenters)
				elsewhere = number(&x, formatShare)
			}
			reading := c.say("word.more")
			if *r.LogRatio < 0 {
				reading = c.say("word.less")
			}
			t.Rows = append(t.Rows, row{Cells: []cell{text(c.stageTitle(journey, stage)), text(r.Word), text(reading), here, elsewhere,
				number(r.LogRatio, formatFine), number(r.Q, formatP)}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.keyness")}
	return p
}

// commentPart shows the cleared comments, in the order in which the analysis shuffled them.
func (c *composer) commentPart(journey string) *part {
	p := &part{ID: c.id("voice", "comment"), Title: c.heading(journey, c.say("voice.comments")), Beside: c.beside(journey), Lead: []string{c.say("voice.comments.lead")}}
	for i := range c.pub.Tables.Comment {
		r := &c.pub.Tables.Comment[i]
		if r.Journey != journey || r.Withheld != "" || strings.TrimSpace(r.Text) == "" {
			continue
		}
		var source []string
		if r.Stage != "" {
			source = append(source, c.stageTitle(journey, r.Stage))
		}
		seen := map[string]bool{}
		for _, theme := range r.Themes {
			name, _, _ := strings.Cut(theme, ":")
			if title := c.orKey("theme.", name); !seen[title] {
				seen[title] = true
				source = append(source, title)
			}
		}
		p.Quotes = append(p.Quotes, quote{Text: r.Text, Source: strings.Join(source, " · ")})
	}
	if len(p.Quotes) == 0 {
		return nil
	}
	return p
}
