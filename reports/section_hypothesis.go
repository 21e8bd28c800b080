package reports

import (
	"koe"
	"koe/analysis"
)

// verdict words a hypothesis' verdict, 回答不足 when its numbers are withheld.
func (c *composer) verdict(r *analysis.Hypothesis) string {
	if r.Withheld != "" {
		return c.say("verdict.insufficient")
	}
	return c.orKey("verdict.", r.Verdict)
}

// hypothesisSection is 仮説検証: every hypothesis with its number, its bar and its verdict; the tests in a table apart.
func (c *composer) hypothesisSection() *section {
	if !c.scope.Everybody() || len(c.pub.Tables.Hypothesis) == 0 {
		return nil
	}
	s := &section{ID: c.id("hypothesis"), Title: c.say("section.hypothesis"), Lead: []string{c.say("hypothesis.lead")}}
	for _, journey := range c.journeys() {
		if p := c.hypothesisPart(journey); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

func (c *composer) hypothesisPart(journey string) *part {
	j := c.journeyText(journey)
	p := &part{ID: c.id("hypothesis", "table"), Title: c.heading(journey, ""), Beside: c.beside(journey)}
	t := &table{Caption: c.say("section.hypothesis"), Columns: []column{
		{Title: c.say("col.hypothesis"), Width: 46}, {Title: c.say("col.stage"), Width: 14}, {Title: c.say("col.wave"), Width: 16},
		{Title: c.say("col.verdict"), Width: 14}, {Title: c.say("col.estimate"), Kind: numberColumn, Width: 9},
		{Title: c.say("col.ci90"), Kind: intervalColumn, Width: 9},
		{Title: c.say("col.bar"), Width: 14}, {Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.effect"), Kind: numberColumn, Width: 9, Format: formatFine},
		{Title: "p", Kind: numberColumn, Width: 8, Format: formatP}, {Title: c.say("col.holm"), Kind: numberColumn, Width: 9, Format: formatP},
		{Title: c.say("col.prior"), Width: 12}, {Title: c.say("col.reason"), Width: 30},
	}}
	order := map[string]int{}
	for i, stage := range c.stages(journey) {
		order[stage.Stage] = i
	}
	for _, stage := range append(c.stages(journey), analysis.StageFact{}) {
		for i := range c.pub.Tables.Hypothesis {
			r := &c.pub.Tables.Hypothesis[i]
			if _, known := order[r.Stage]; r.Journey != journey || (known && r.Stage != stage.Stage) || (!known && stage.Stage != "") {
				continue
			}
			t.Rows = append(t.Rows, c.hypothesisRow(j, r))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.hypothesis"), c.say("note.ci90"), c.say("note.rounding")}
	return p
}

func (c *composer) hypothesisRow(j *koe.Journey, r *analysis.Hypothesis) row {
	title, f := r.Hypothesis, formatMean
	bar := ""
	if h := hypothesisOf(j, r.Hypothesis); h != nil {
		title, f = h.Text.In(c.lang), formatOf(h.Kind)
		key := "bar.above"
		if h.Expect == "below" {
			key = "bar.below"
		}
		bar = c.say(key, "bar", f.text(h.Bar))
	} else if r.Bar != nil {
		bar = formatFine.text(*r.Bar)
	}
	wave := c.say("wave.all")
	if r.Wave != "" {
		wave = periodText(r.Wave, c.lang)
	}
	prior := c.say("prior.yes")
	if !r.Prior {
		prior = c.say("prior.no")
	}
	verdict := text(c.verdict(r))
	verdict.Tone = r.Verdict
	reason := c.withheld(r.Withheld, r.Carried)
	if reason == "" && r.Reason != "" {
		reason = c.orKey("reason.", r.Reason)
	}
	if r.Settled {
		reason = joinText(reason, c.say("verdict.settled"))
	}
	cells := []cell{text(title), text(c.stageTitle(r.Journey, r.Stage)), text(wave), verdict}
	cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Estimate, f), c.interval(r.CILow, r.CIHigh, f))...)
	cells = append(cells, text(bar))
	cells = append(cells, c.hide(r.Withheld, r.Carried, people(r.N, r.NShown), number(r.Effect, formatFine), number(r.P, formatP), number(r.PAdjusted, formatP))...)
	return row{Cells: append(cells, text(prior), text(reason))}
}

func joinText(a, b string) string {
	if a == "" {
		return b
	}
	return a + " / " + b
}

func hypothesisOf(j *koe.Journey, id string) *koe.Hypothesis {
	if j == nil {
		return nil
	}
	for i := range j.Hypotheses {
		if j.Hypotheses[i].ID == id {
			return &j.Hypotheses[i]
		}
	}
	return nil
}

// formatOf is how the estimate of a kind of hypothesis is written.
func formatOf(kind koe.HypothesisKind) format {
	switch kind {
	case koe.HypothesisShare, koe.HypothesisTheme:
		return formatShare
	case koe.HypothesisChange, koe.HypothesisContrast, koe.HypothesisPeak:
		return formatChange
	case koe.HypothesisAssociation:
		return formatFine
	default:
		return formatMean
	}
}
