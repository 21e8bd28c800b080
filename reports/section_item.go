package reports

import (
	"slices"

	"koe"
	"koe/analysis"
)

// itemSection is 設問別: the answers to every question of every stage, as shares; the choices; 推奨度.
func (c *composer) itemSection() *section {
	s := &section{ID: c.id("item"), Title: c.say("section.item"), Lead: []string{c.say("item.lead")}}
	for _, journey := range c.journeys() {
		for _, stage := range c.stages(journey) {
			if p := c.itemPart(journey, stage.Stage); p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
		if p := c.choicePart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
		if p := c.recommendPart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

// items lists the rows of a stage, all time, of the document's scope, in the order of the file.
func (c *composer) items(journey, stage string) []*analysis.Item {
	byQuestion := map[string]*analysis.Item{}
	for i := range c.pub.Tables.Item {
		r := &c.pub.Tables.Item[i]
		if r.Journey == journey && r.Stage == stage && r.Period == "" && c.mine(r.Segment, r.Member) {
			byQuestion[r.Question] = r
		}
	}
	var rows []*analysis.Item
	for _, q := range c.pub.Questions {
		if r := byQuestion[q.Question]; r != nil && q.Journey == journey {
			rows = append(rows, r)
			delete(byQuestion, q.Question)
		}
	}
	for i := range c.pub.Tables.Item { // questions that the file no longer has
		r := &c.pub.Tables.Item[i]
		if byQuestion[r.Question] == r {
			rows = append(rows, r)
		}
	}
	return rows
}

// graded reports whether a question's answers are good or bad, so that three shares say something.
func (c *composer) graded(journey, question string) bool {
	q, ok := c.question(journey, question)
	return ok && (q.Kind == string(koe.KindScale) || q.Kind == string(koe.KindYesNo))
}

// itemPart is one stage: favourable, neutral and unfavourable of each graded question, and the share of each answer.
func (c *composer) itemPart(journey, stage string) *part {
	title := c.stageTitle(journey, stage)
	p := &part{ID: c.id("item", stage), Title: c.heading(journey, title), Beside: c.beside(journey)}
	rows := c.items(journey, stage)
	steps := 0
	for _, r := range rows {
		if q, ok := c.question(journey, r.Question); ok && q.Kind == string(koe.KindScale) {
			steps = max(steps, len(r.Counts))
		}
	}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.question"), Width: 52}, {Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.favourable"), Kind: numberColumn, Width: 11, Format: formatShare},
		{Title: c.say("col.neutral"), Kind: numberColumn, Width: 11, Format: formatShare},
		{Title: c.say("col.unfavourable"), Kind: numberColumn, Width: 11, Format: formatShare},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean}}}
	for i := 1; i <= steps; i++ {
		t.Columns = append(t.Columns, column{Title: c.say("col.step", "step", i), Kind: numberColumn, Width: 7, Format: formatShare})
	}
	t.Columns = append(t.Columns, column{Title: c.say("col.remark"), Width: 24})
	for _, r := range rows {
		if !c.graded(journey, r.Question) {
			continue
		}
		cells := append([]cell{people(r.N, r.NShown)}, c.threeShares(r.Favourable, r.Neutral, r.Unfavourable, r.FavourableShown)...)
		cells = append(cells, number(r.Mean, formatMean))
		shares := sharesOf(r.Counts)
		if r.FavourableShown != "" || len(r.Counts) != steps {
			shares = nil
		}
		whole := wholeParts(shares)
		for i := range steps {
			if shares == nil {
				cells = append(cells, cell{Kind: emptyCell})
			} else {
				cells = append(cells, percent(whole[i]))
			}
		}
		cells = append(append([]cell{text(c.questionText(journey, r.Question))}, c.hide(r.Withheld, r.Carried, cells...)...), text(c.withheld(r.Withheld, r.Carried)))
		t.Rows = append(t.Rows, row{Cells: cells})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Charts = []*chart{{ID: c.id(p.ID, "chart"), Title: c.say("item.chart", "stage", title), About: c.say("item.about", "stage", title),
		Kind: stackedChart, Labels: 0, Low: 0, High: 1, Format: formatShare, Series: []series{
			{Name: c.say("col.favourable"), Colour: colourGood, To: len(t.Rows), Column: 2, Interval: -1},
			{Name: c.say("col.neutral"), Colour: colourNeutral, To: len(t.Rows), Column: 3, Interval: -1},
			{Name: c.say("col.unfavourable"), Colour: colourBad, To: len(t.Rows), Column: 4, Interval: -1}}}}
	if drawn(t, 0, 2) == 0 {
		p.Charts = nil
	}
	p.Notes = []string{c.say("note.favourable"), c.say("note.rounding")}
	if c.together(journey, rows) {
		p.Notes = slices.Insert(p.Notes, 1, c.say("note.complete", "k", c.pub.MinGroup))
	}
	return p
}

// together reports whether any of these questions makes up a score with others.
func (c *composer) together(journey string, rows []*analysis.Item) bool {
	j := c.journeyText(journey)
	return j != nil && slices.ContainsFunc(j.Constructs, func(construct koe.Construct) bool {
		return len(construct.Items) > 1 && slices.ContainsFunc(rows, func(r *analysis.Item) bool { return slices.Contains(construct.Items, r.Question) })
	})
}

// choicePart is how often each option was chosen, over all stages that asked.
func (c *composer) choicePart(journey string) *part {
	j := c.journeyText(journey)
	if j == nil {
		return nil
	}
	p := &part{ID: c.id("item", "choices"), Title: c.heading(journey, c.say("item.choices")), Beside: c.beside(journey), Lead: []string{c.say("item.choices.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.question"), Width: 46}, {Title: c.say("col.stage"), Width: 16}, {Title: c.say("col.option"), Width: 30},
		{Title: c.say("col.share"), Kind: numberColumn, Width: 9, Format: formatShare},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.remark"), Width: 24}}}
	for _, stage := range c.stages(journey) {
		for _, r := range c.items(journey, stage.Stage) {
			q, ok := j.Question(r.Question)
			if !ok || q.Kind != koe.KindSingle && q.Kind != koe.KindMulti {
				continue
			}
			c.choiceRows(t, stage.Stage, q, r)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.multi"), c.say("note.rounding")}
	return p
}

func (c *composer) choiceRows(t *table, stage string, q *koe.Question, r *analysis.Item) {
	head := []cell{text(q.Text.In(c.lang)), text(c.stageTitle(r.Journey, stage))}
	if r.Withheld != "" {
		t.Rows = append(t.Rows, row{Strong: true, Cells: append(head, text(""), c.notPublished(), c.notPublished(), text(c.withheld(r.Withheld, r.Carried)))})
		return
	}
	if len(r.Counts) != len(q.Options) || r.N == nil || *r.N == 0 {
		return
	}
	var whole []int
	if shares := sharesOf(r.Counts); q.Kind == koe.KindSingle && shares != nil {
		whole = wholeParts(shares)
	}
	for i, option := range q.Options {
		share := float64(r.Counts[i]) / float64(*r.N)
		value := number(&share, formatShare)
		if whole != nil {
			value = percent(whole[i])
		}
		t.Rows = append(t.Rows, row{Strong: i == 0, Cells: []cell{head[0], head[1], text(option.Text.In(c.lang)), value, people(r.N, r.NShown), text("")}})
	}
}

// recommendPart is 推奨度 by stage, with its interval.
func (c *composer) recommendPart(journey string) *part {
	p := &part{ID: c.id("item", "recommend"), Title: c.heading(journey, c.say("recommend.title")), Beside: c.beside(journey), Lead: []string{c.say("recommend.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.stage"), Width: 18}, {Title: c.say("col.quarter"), Width: 18},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("recommend.score"), Kind: numberColumn, Width: 10, Format: formatPoints},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatPoints},
		{Title: c.say("recommend.promoters"), Kind: numberColumn, Width: 12, Format: formatShare},
		{Title: c.say("recommend.passives"), Kind: numberColumn, Width: 12, Format: formatShare},
		{Title: c.say("recommend.detractors"), Kind: numberColumn, Width: 12, Format: formatShare},
		{Title: c.say("col.remark"), Width: 24}}}
	var whole int
	for pass := range 2 { // all time first, so that the chart's rows are together
		for _, stage := range append(c.stages(journey), analysis.StageFact{}) {
			for i := range c.pub.Tables.Recommend {
				r := &c.pub.Tables.Recommend[i]
				if r.Journey != journey || r.Stage != stage.Stage || !c.mine(r.Segment, r.Member) || (r.Period == "") != (pass == 0) {
					continue
				}
				shares := []cell{{Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}}
				if r.Promoters != nil && r.Passives != nil && r.Detractors != nil {
					if s := sharesOf([]int64{*r.Promoters, *r.Passives, *r.Detractors}); s != nil {
						w := wholeParts(s)
						shares = []cell{percent(w[0]), percent(w[1]), percent(w[2])}
					}
				}
				period := c.say("period.all")
				if r.Period != "" {
					period = periodText(r.Period, c.lang)
				}
				cells := append([]cell{people(r.N, r.NShown), number(r.Score, formatPoints), c.interval(r.CILow, r.CIHigh, formatPoints)}, shares...)
				cells = append([]cell{text(c.stageTitle(journey, stage.Stage)), text(period)}, c.hide(r.Withheld, r.Carried, cells...)...)
				t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
			}
		}
		if pass == 0 {
			whole = len(t.Rows)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	head := &table{Rows: t.Rows[:whole]}
	if whole > 0 && drawn(head, 0, 5) > 0 {
		p.Charts = []*chart{{ID: c.id(p.ID, "chart"), Title: c.say("recommend.chart"), About: c.say("recommend.about"), Kind: stackedChart,
			Labels: 0, High: 1, Format: formatShare, Series: []series{
				{Name: c.say("recommend.promoters"), Colour: colourGood, To: whole, Column: 5, Interval: -1},
				{Name: c.say("recommend.passives"), Colour: colourNeutral, To: whole, Column: 6, Interval: -1},
				{Name: c.say("recommend.detractors"), Colour: colourBad, To: whole, Column: 7, Interval: -1}}}}
	}
	p.Notes = []string{c.say("note.recommend")}
	return p
}
