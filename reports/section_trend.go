package reports

import (
	"koe/analysis"
)

// trendColumns are the columns after those that name a row: n, mean, interval, three shares, remarks.
func (c *composer) trendColumns(names ...column) []column {
	return append(names,
		column{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		column{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean},
		column{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatMean},
		column{Title: c.say("col.favourable"), Kind: numberColumn, Width: 11, Format: formatShare},
		column{Title: c.say("col.neutral"), Kind: numberColumn, Width: 11, Format: formatShare},
		column{Title: c.say("col.unfavourable"), Kind: numberColumn, Width: 11, Format: formatShare},
		column{Title: c.say("col.remark"), Kind: textColumn, Width: 26},
	)
}

// trendCells fills trendColumns from a row; nil is a row that is not there.
func (c *composer) trendCells(t *analysis.Trend) []cell {
	if t == nil {
		return []cell{{Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}, text("")}
	}
	favourable := c.threeShares(t.Favourable, t.Neutral, t.Unfavourable, t.FavourableShown)
	cells := append([]cell{people(t.N, t.NShown), number(t.Mean, formatMean), c.interval(t.CILow, t.CIHigh, formatMean)}, favourable...)
	cells = c.hide(t.Withheld, t.Carried, cells...)
	remark := c.withheld(t.Withheld, t.Carried)
	if t.Withheld == "" && t.SD != nil && *t.SD == 0 {
		remark = c.say("remark.unanimous")
	}
	return append(cells, text(remark))
}

// threeShares makes whole percentages that sum to 100, or says ≥90 % where all answers fall on one side.
func (c *composer) threeShares(favourable, neutral, unfavourable *float64, shown string) []cell {
	if shown != "" {
		return []cell{text(c.unanimous(shown)), {Kind: emptyCell}, {Kind: emptyCell}}
	}
	if favourable == nil || neutral == nil || unfavourable == nil {
		return []cell{{Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}}
	}
	parts := wholeParts([]float64{*favourable, *neutral, *unfavourable})
	return []cell{percent(parts[0]), percent(parts[1]), percent(parts[2])}
}

// unanimous writes the analysis' "≥90 %" as the language does.
func (c *composer) unanimous(shown string) string {
	switch shown {
	case "≥90 %":
		return c.say("share.most")
	case "≤10 %":
		return c.say("share.few")
	}
	return shown
}

const trendStub = 2 // columns that name a row, in the tables of this section

// trendSection is 推移: by stage, by quarter, by cohort, and the tests over time.
func (c *composer) trendSection() *section {
	s := &section{ID: c.id("trend"), Title: c.say("section.trend"), Lead: []string{c.say("trend.lead")}}
	for _, journey := range c.journeys() {
		if p := c.stageTrend(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
		for _, grain := range []string{"quarter", "cohort"} {
			if p := c.timeTrend(journey, grain); p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
		if p := c.trendTests(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
		if p := c.signals(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

// trendRow finds a published row of the document's scope.
func (c *composer) trendRow(journey, construct, stage, grain, period string) *analysis.Trend {
	return c.index.trend(journey, construct, stage, grain, period, c.scope.Segment, c.scope.Member)
}

// stageTrend is the curve of each construct over the stages.
func (c *composer) stageTrend(journey string) *part {
	p := &part{ID: c.id("trend", "stage"), Title: c.heading(journey, c.say("trend.stage")), Beside: c.beside(journey), Lead: []string{c.say("trend.stage.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: c.trendColumns(
		column{Title: c.say("col.construct"), Width: 24}, column{Title: c.say("col.stage"), Width: 18})}
	followed := c.followed(journey)
	for _, k := range c.constructs(journey) {
		from := len(t.Rows)
		title := c.constructTitle(journey, k.Construct)
		for _, stage := range c.stages(journey) {
			found := c.trendRow(journey, k.Construct, stage.Stage, "all", "")
			if found == nil {
				continue
			}
			t.Rows = append(t.Rows, row{Strong: len(t.Rows) == from, Cells: append(
				[]cell{text(title), text(c.stageTitle(journey, stage.Stage))}, c.trendCells(found)...)})
		}
		if followed[k.Construct] && drawn(t, from, trendStub+1) > 1 {
			p.Charts = append(p.Charts, c.lineOf(p, k, from, len(t.Rows), title, c.say("trend.stage.about", "construct", title, "better", c.better(k.Better))))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	t.Folded = len(p.Charts) > 0
	p.Table = t
	p.Notes = []string{c.say("note.ci"), c.say("note.rounding")}
	return p
}

// drawn counts the rows from one on that have a number in a column.
func drawn(t *table, from, column int) int {
	n := 0
	for _, r := range t.Rows[from:] {
		if r.Cells[column].Kind == numberCell {
			n++
		}
	}
	return n
}

// lineOf is the chart of one construct over rows from to to of the part's table.
func (c *composer) lineOf(p *part, k analysis.ConstructFact, from, to int, title, about string) *chart {
	low, high := bounds(k)
	return &chart{ID: c.id(p.ID, k.Construct), Title: c.say("chart.title", "construct", title, "better", c.better(k.Better)), About: about, Kind: lineChart,
		Labels: 1, Low: low, High: high, Format: formatMean, Unit: c.say("unit.points"),
		Series: []series{{Name: title, From: from, To: to, Column: trendStub + 1, Interval: trendStub + 2}}}
}

// timeTrend is the curve of each construct over quarters of answering or of joining: one line where the analysis gives a
// stage-standardised one, a line a stage otherwise.
func (c *composer) timeTrend(journey, grain string) *part {
	periods := c.periods(journey, grain)
	if len(periods) < 2 {
		return nil
	}
	p := &part{ID: c.id("trend", grain), Title: c.heading(journey, c.say("trend."+grain)), Beside: c.beside(journey), Lead: []string{c.say("trend." + grain + ".lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: c.trendColumns(
		column{Title: c.say("col.construct.stage"), Width: 34}, column{Title: c.say("col." + grain), Width: 18})}
	followed := c.followed(journey)
	for _, k := range c.constructs(journey) {
		if !followed[k.Construct] {
			continue
		}
		title := c.constructTitle(journey, k.Construct)
		var lines []series
		for _, stage := range append([]analysis.StageFact{{Journey: journey}}, c.stages(journey)...) {
			from := len(t.Rows)
			name := c.stageTitle(journey, stage.Stage)
			if stage.Stage == "" {
				name = c.say("stage.standardised")
			}
			any := false
			for i, period := range periods {
				found := c.trendRow(journey, k.Construct, stage.Stage, grain, period)
				any = any || found != nil
				t.Rows = append(t.Rows, row{Strong: i == 0, Cells: append(
					[]cell{text(title + " / " + name), text(periodText(period, c.lang))}, c.trendCells(found)...)})
			}
			if !any {
				t.Rows = t.Rows[:from]
				continue
			}
			if drawn(t, from, trendStub+1) > 1 {
				line := series{Name: name, Colour: len(lines), From: from, To: len(t.Rows), Column: trendStub + 1, Interval: -1}
				if stage.Stage == "" {
					line.Interval = trendStub + 2
				}
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			continue
		}
		if lines[0].Interval >= 0 {
			lines = lines[:1]
		}
		low, high := bounds(k)
		p.Charts = append(p.Charts, &chart{ID: c.id(p.ID, k.Construct), Title: c.say("chart.title", "construct", title, "better", c.better(k.Better)),
			About: c.say("trend."+grain+".about", "construct", title, "better", c.better(k.Better)), Kind: lineChart, Labels: 1,
			Low: low, High: high, Format: formatMean, Unit: c.say("unit.points"), Series: lines})
	}
	if len(t.Rows) == 0 || grain == "cohort" && len(p.Charts) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.ci"), c.say("note.rounding")}
	if grain == "quarter" {
		p.Notes = append(p.Notes, c.say("note.standardised"))
	}
	return p
}

// periods lists the quarters from the first to the last that have a row, gaps included, so that curves are true to time.
func (c *composer) periods(journey, grain string) []string {
	first, last := "", ""
	seen := map[string]bool{}
	var odd []string
	for i := range c.pub.Tables.Trend {
		t := &c.pub.Tables.Trend[i]
		if t.Journey != journey || t.Grain != grain || t.Period == "" || !c.mine(t.Segment, t.Member) {
			continue
		}
		if !seen[t.Period] {
			seen[t.Period] = true
			odd = append(odd, t.Period)
		}
		if first == "" || t.Period < first {
			first = t.Period
		}
		last = max(last, t.Period)
	}
	if all := quartersBetween(first, last); len(all) > 0 {
		return all
	}
	return odd
}

// trendTests is Mann–Kendall and Theil–Sen over the periods.
func (c *composer) trendTests(journey string) *part {
	p := &part{ID: c.id("trend", "test"), Title: c.heading(journey, c.say("trend.test")), Beside: c.beside(journey), Lead: []string{c.say("trend.test.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 20}, {Title: c.say("col.grain"), Width: 14},
		{Title: c.say("col.periods"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.slope"), Kind: numberColumn, Width: 14, Format: formatFine},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 9, Format: formatFine},
		{Title: "p", Kind: numberColumn, Width: 8, Format: formatP},
		{Title: c.say("col.reading"), Width: 30},
	}}
	for i := range c.pub.Tables.TrendTest {
		r := &c.pub.Tables.TrendTest[i]
		if r.Journey != journey || !c.mine(r.Segment, r.Member) {
			continue
		}
		stage := c.stageTitle(journey, r.Stage)
		if r.Stage == "" {
			stage = c.say("stage.standardised")
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(stage), text(c.say("grain." + grainKey(r.Grain)))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, count(r.Periods), number(r.Slope, formatFine),
			c.interval(r.SlopeLow, r.SlopeHigh, formatFine), number(r.P, formatP))...)
		reading := c.withheld(r.Withheld, r.Carried)
		if reading == "" {
			reading = c.trendReading(r)
		}
		t.Rows = append(t.Rows, row{Cells: append(cells, text(reading))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.trendtest")}
	return p
}

func grainKey(grain string) string {
	if grain == "quarter" || grain == "cohort" {
		return grain
	}
	return "all"
}

// trendReading words a test: rising, falling, or that nothing can be said.
func (c *composer) trendReading(r *analysis.TrendTest) string {
	if r.P == nil || r.Slope == nil {
		return c.say("trend.few")
	}
	if *r.P > 0.05 || *r.Slope == 0 {
		return c.say("trend.unclear")
	}
	k, _ := c.construct(r.Journey, r.Construct)
	up := *r.Slope > 0
	key := "trend.falling"
	if up {
		key = "trend.rising"
	}
	if up == (k.Better != "lower") {
		return c.say(key) + c.say("word.good")
	}
	return c.say(key) + c.say("word.bad")
}

// signals lists the points that break a rule of the XmR chart.
func (c *composer) signals(journey string) *part {
	p := &part{ID: c.id("trend", "signal"), Title: c.heading(journey, c.say("trend.signal")), Beside: c.beside(journey), Lead: []string{c.say("trend.signal.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 20}, {Title: c.say("col.quarter"), Width: 18},
		{Title: c.say("col.rule"), Width: 34},
		{Title: c.say("col.value"), Kind: numberColumn, Width: 9, Format: formatMean},
		{Title: c.say("col.centre"), Kind: numberColumn, Width: 9, Format: formatMean},
		{Title: c.say("col.limits"), Kind: intervalColumn, Width: 9, Format: formatMean},
		{Title: c.say("col.remark"), Width: 26},
	}}
	for i := range c.pub.Tables.Signal {
		r := &c.pub.Tables.Signal[i]
		if r.Journey != journey || !c.mine(r.Segment, r.Member) {
			continue
		}
		stage := c.stageTitle(journey, r.Stage)
		if r.Stage == "" {
			stage = c.say("stage.standardised")
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(stage), text(periodText(r.Period, c.lang)), text(c.orKey("rule.", r.Rule))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Value, formatMean), number(r.Centre, formatMean), c.interval(r.LimitLow, r.LimitHigh, formatMean))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}
