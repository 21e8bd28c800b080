package reports

import (
	"math"

	"koe/analysis"
)

// changeSection is 変化: how the same people's scores moved between two stages.
func (c *composer) changeSection() *section {
	s := &section{ID: c.id("change"), Title: c.say("section.change"), Lead: []string{c.say("change.lead")}}
	for _, journey := range c.journeys() {
		if p := c.changePart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

func (c *composer) changePart(journey string) *part {
	p := &part{ID: c.id("change", "table"), Title: c.heading(journey, ""), Beside: c.beside(journey)}
	t := &table{Caption: c.say("section.change"), Columns: []column{
		{Title: c.say("col.change"), Width: 40}, {Title: c.say("col.reading"), Width: 20},
		{Title: c.say("col.pairs"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.meanchange"), Kind: numberColumn, Width: 9, Format: formatChange},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatChange},
		{Title: c.say("col.improved"), Kind: numberColumn, Width: 8, Format: formatShare},
		{Title: c.say("col.same"), Kind: numberColumn, Width: 8, Format: formatShare},
		{Title: c.say("col.worsened"), Kind: numberColumn, Width: 8, Format: formatShare},
		{Title: c.say("col.everyone"), Width: 16},
		{Title: "dz", Kind: numberColumn, Width: 7, Format: formatFine}, {Title: "q", Kind: numberColumn, Width: 7, Format: formatP},
		{Title: c.say("col.remark"), Width: 34},
	}}
	for _, k := range c.constructs(journey) {
		for _, from := range c.stages(journey) {
			for _, to := range c.stages(journey) {
				for i := range c.pub.Tables.Change {
					r := &c.pub.Tables.Change[i]
					if r.Journey == journey && r.Construct == k.Construct && r.FromStage == from.Stage && r.ToStage == to.Stage && c.mine(r.Segment, r.Member) {
						t.Rows = append(t.Rows, c.changeRow(r))
					}
				}
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	if drawn(t, 0, 5) > 0 {
		p.Charts = []*chart{{ID: c.id(p.ID, "chart"), Title: c.say("change.chart"), About: c.say("change.about"), Kind: stackedChart, Labels: 0,
			High: 1, Format: formatShare, Series: []series{
				{Name: c.say("col.improved"), Colour: colourGood, To: len(t.Rows), Column: 5, Interval: -1},
				{Name: c.say("col.same"), Colour: colourNeutral, To: len(t.Rows), Column: 6, Interval: -1},
				{Name: c.say("col.worsened"), Colour: colourBad, To: len(t.Rows), Column: 7, Interval: -1}}}}
	}
	p.Notes = []string{c.say("note.change"), c.say("note.power"), c.say("note.rounding")}
	return p
}

func (c *composer) changeRow(r *analysis.Change) row {
	title := c.say("change.row", "construct", c.constructTitle(r.Journey, r.Construct), "from", c.stageTitle(r.Journey, r.FromStage), "to", c.stageTitle(r.Journey, r.ToStage))
	reading := text(c.changeWord(r))
	reading.Tone = changeTone(c.changeDirection(r))
	shares := []cell{{Kind: emptyCell}, {Kind: emptyCell}, {Kind: emptyCell}}
	if r.Improved != nil && r.Same != nil && r.Worsened != nil {
		if s := sharesOf([]int64{*r.Improved, *r.Same, *r.Worsened}); s != nil {
			w := wholeParts(s)
			shares = []cell{percent(w[0]), percent(w[1]), percent(w[2])}
		}
	}
	everyone, remark := "", c.withheld(r.Withheld, r.Carried)
	before := c.trendRow(r.Journey, r.Construct, r.FromStage, "all", "")
	after := c.trendRow(r.Journey, r.Construct, r.ToStage, "all", "")
	if r.Withheld != "" {
		reading = text("")
	} else if before != nil && after != nil && before.Mean != nil && after.Mean != nil && before.Withheld == "" && after.Withheld == "" {
		everyone = formatMean.text(*before.Mean) + " → " + formatMean.text(*after.Mean)
		if all := round(*after.Mean-*before.Mean, 9); r.MeanChange != nil && all**r.MeanChange < 0 {
			remark = c.say("change.composition")
		}
	}
	if r.Withheld == "" && r.SDChange != nil && *r.SDChange == 0 {
		remark = joinText(remark, c.say("change.identical"))
	}
	cells := append([]cell{people(r.N, r.NShown), number(r.MeanChange, formatChange), c.interval(r.CILow, r.CIHigh, formatChange)}, shares...)
	cells = append([]cell{text(title), reading}, c.hide(r.Withheld, r.Carried, cells...)...)
	cells = append(cells, text(everyone))
	cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.DZ, formatFine), number(r.Q, formatP))...)
	return row{Cells: append(cells, text(remark))}
}

// changeDirection is +1 for 改善, −1 for 悪化, 0 where neither can be said: q ≤ .05 and at least 0.25 points (METHOD 3.1).
func (c *composer) changeDirection(r *analysis.Change) int {
	if r.Withheld != "" || r.Q == nil || r.MeanChange == nil || *r.Q > 0.05 || math.Abs(round(*r.MeanChange, 9)) < 0.25 {
		return 0
	}
	k, _ := c.construct(r.Journey, r.Construct)
	if (*r.MeanChange > 0) == (k.Better == "lower") {
		return -1
	}
	return 1
}

func (c *composer) changeWord(r *analysis.Change) string {
	return c.say([]string{"change.worse", "change.unclear", "change.better"}[c.changeDirection(r)+1])
}

func changeTone(direction int) string { return []string{"worse", "", "better"}[direction+1] }

// measureSection is 施策: differences between people who had a measure and people who had not; never called an effect.
func (c *composer) measureSection() *section {
	if !c.scope.Everybody() {
		return nil
	}
	s := &section{ID: c.id("measure"), Title: c.say("section.measure"), Lead: []string{c.say("measure.lead"), c.say("measure.caveat")}}
	for _, journey := range c.journeys() {
		if p := c.measurePart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
		if p := c.driverPart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

func (c *composer) measurePart(journey string) *part {
	p := &part{ID: c.id("measure", "table"), Title: c.heading(journey, c.say("measure.title")), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.measure"), Width: 26}, {Title: c.say("col.change"), Width: 36}, {Title: c.say("col.reading"), Width: 20},
		{Title: c.say("col.treated"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.control"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.did"), Kind: numberColumn, Width: 9, Format: formatChange},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatChange},
		{Title: "g", Kind: numberColumn, Width: 7, Format: formatFine}, {Title: "p", Kind: numberColumn, Width: 7, Format: formatP},
		{Title: c.say("col.ancova"), Kind: numberColumn, Width: 9, Format: formatChange},
		{Title: c.say("col.remark"), Width: 24},
	}}
	for i := range c.pub.Tables.MeasureEffect {
		r := &c.pub.Tables.MeasureEffect[i]
		if r.Journey != journey {
			continue
		}
		reading := c.orKey("did.", r.Verdict)
		if r.Withheld != "" {
			reading = ""
		}
		cells := []cell{text(c.measureTitle(journey, r.Measure)), text(c.say("change.row", "construct", c.constructTitle(journey, r.Construct),
			"from", c.stageTitle(journey, r.FromStage), "to", c.stageTitle(journey, r.ToStage))), text(reading)}
		cells = append(cells, c.hide(r.Withheld, r.Carried, people(r.TreatedN, r.TreatedNShown), people(r.ControlN, r.ControlNShown), number(r.Difference, formatChange),
			c.interval(r.CILow, r.CIHigh, formatChange), number(r.HedgesG, formatFine), number(r.P, formatP), number(r.AncovaDifference, formatChange))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.did"), c.say("note.rounding")}
	return p
}

// driverPart is how strongly constructs go with an outcome: 関連の強さ, never a cause.
func (c *composer) driverPart(journey string) *part {
	p := &part{ID: c.id("measure", "driver"), Title: c.heading(journey, c.say("driver.title")), Beside: c.beside(journey), Lead: []string{c.say("driver.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.outcome"), Width: 24}, {Title: c.say("col.stage"), Width: 16}, {Title: c.say("col.construct"), Width: 24},
		{Title: c.say("col.strength"), Kind: numberColumn, Width: 10, Format: formatShare},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatShare},
		{Title: "R²", Kind: numberColumn, Width: 8, Format: formatFine},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.remark"), Width: 24}}}
	for i := range c.pub.Tables.Driver {
		r := &c.pub.Tables.Driver[i]
		if r.Journey != journey {
			continue
		}
		outcome := c.constructTitle(journey, r.Outcome)
		if outcome == r.Outcome {
			outcome = c.questionText(journey, r.Outcome)
		}
		cells := []cell{text(outcome), text(c.stageTitle(journey, r.Stage)), text(c.constructTitle(journey, r.Construct))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Share, formatShare), c.interval(r.ShareLow, r.ShareHigh, formatShare), number(r.RSquared, formatFine), people(r.N, r.NShown))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.driver")}
	return p
}
