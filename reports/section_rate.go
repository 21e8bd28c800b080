package reports

import (
	"koe/analysis"
)

// rateSection is 回答率: by stage, by quarter, by segment; who falls silent.
func (c *composer) rateSection() *section {
	s := &section{ID: c.id("rate"), Title: c.say("section.rate"), Lead: []string{c.say("rate.lead")}}
	for _, journey := range c.journeys() {
		for _, p := range []*part{c.rateByStage(journey), c.rateByMember(journey), c.nonresponsePart(journey), c.silencePart(journey), c.weightedPart(journey)} {
			if p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
	}
	return s
}

func (c *composer) rateColumns(names ...column) []column {
	return append(names,
		column{Title: c.say("col.rate"), Kind: numberColumn, Width: 9, Format: formatShare},
		column{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatShare},
		column{Title: c.say("col.answered"), Kind: numberColumn, Width: 10, Format: formatCount},
		column{Title: c.say("col.invited"), Kind: numberColumn, Width: 10, Format: formatCount},
		column{Title: c.say("col.remark"), Width: 26})
}

func (c *composer) rateCells(r *analysis.ResponseRate) []cell {
	cells := c.hide(r.Withheld, r.Carried, number(r.Rate, formatShare), c.interval(r.CILow, r.CIHigh, formatShare),
		people(r.Answered, r.AnsweredShown), people(r.Invited, r.InvitedShown))
	return append(cells, text(c.withheld(r.Withheld, r.Carried)))
}

func (c *composer) rateByStage(journey string) *part {
	p := &part{ID: c.id("rate", "stage"), Title: c.heading(journey, c.say("rate.stage")), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Columns: c.rateColumns(column{Title: c.say("col.stage"), Width: 24}, column{Title: c.say("col.quarter"), Width: 18})}
	stages := append(c.stageIDs(journey), "")
	whole := 0
	for pass := range 2 { // all time first, so that the chart's rows are together
		for _, stage := range stages {
			for i := range c.pub.Tables.ResponseRate {
				r := &c.pub.Tables.ResponseRate[i]
				if r.Journey != journey || r.Stage != stage || !c.mine(r.Segment, r.Member) || (r.Period == "") != (pass == 0) {
					continue
				}
				period := c.say("period.all")
				if r.Period != "" {
					period = periodText(r.Period, c.lang)
				}
				t.Rows = append(t.Rows, row{Strong: r.Stage == "", Cells: append([]cell{text(c.stageTitle(journey, stage)), text(period)}, c.rateCells(r)...)})
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
	if whole > 0 && drawn(&table{Rows: t.Rows[:whole]}, 0, 2) > 0 {
		p.Charts = []*chart{{ID: c.id(p.ID, "chart"), Title: c.say("rate.chart"), About: c.say("rate.about"), Kind: barChart, Labels: 0, High: 1, Format: formatShare,
			Series: []series{{Name: c.say("col.rate"), Colour: 0, To: whole, Column: 2, Interval: 3}}}}
	}
	p.Notes = []string{c.say("note.rate"), c.say("note.wilson")}
	return p
}

func (c *composer) rateByMember(journey string) *part {
	p := &part{ID: c.id("rate", "member"), Title: c.heading(journey, c.say("rate.member")), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Folded: true, Columns: c.rateColumns(column{Title: c.say("col.member"), Width: 26}, column{Title: c.say("col.stage"), Width: 18})}
	byMember := map[Scope][]*analysis.ResponseRate{}
	for i := range c.pub.Tables.ResponseRate {
		r := &c.pub.Tables.ResponseRate[i]
		if r.Journey == journey && r.Period == "" && r.Segment != "" {
			byMember[Scope{r.Segment, r.Member}] = append(byMember[Scope{r.Segment, r.Member}], r)
		}
	}
	for _, hierarchy := range c.pub.Segments {
		for _, m := range c.members(hierarchy) {
			rows := byMember[Scope{m.Segment, m.Member}]
			for _, stage := range append([]string{""}, c.stageIDs(journey)...) {
				for _, r := range rows {
					if r.Stage != stage {
						continue
					}
					t.Rows = append(t.Rows, row{Level: int(m.Level), Strong: stage == "", Cells: append(
						[]cell{text(c.memberLabel(m.Segment, m.Member)), text(c.stageTitle(journey, stage))}, c.rateCells(r)...)})
				}
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// nonresponsePart is whether the members of a segment answer at different rates.
func (c *composer) nonresponsePart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("rate", "test"), Title: c.heading(journey, c.say("rate.test")), Beside: c.beside(journey), Lead: []string{c.say("rate.test.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.segment"), Width: 20}, {Title: c.say("col.stage"), Width: 20}, {Title: c.say("col.quarter"), Width: 18},
		{Title: c.say("col.members"), Kind: numberColumn, Width: 10, Format: formatCount},
		{Title: "χ²", Kind: numberColumn, Width: 9, Format: formatFine}, {Title: "p", Kind: numberColumn, Width: 8, Format: formatP},
		{Title: c.say("col.reading"), Width: 36}}}
	for i := range c.pub.Tables.Nonresponse {
		r := &c.pub.Tables.Nonresponse[i]
		if r.Journey != journey || r.Period != "" {
			continue
		}
		reading := c.withheld(r.Withheld, r.Carried)
		switch {
		case reading != "":
		case r.P == nil:
			reading = c.say("rate.nothing")
		case *r.P <= 0.05:
			reading = c.say("rate.differs")
		default:
			reading = c.say("rate.same")
		}
		cells := []cell{text(c.orKey("segment.", r.Segment)), text(c.stageTitle(journey, r.Stage)), text(c.say("period.all"))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, count(r.Members), number(r.Chi2, formatFine), number(r.P, formatP))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(reading))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// silencePart compares people who then answered with people who fell silent, by their score at the stage before.
func (c *composer) silencePart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("rate", "silence"), Title: c.heading(journey, c.say("rate.silence")), Beside: c.beside(journey), Lead: []string{c.say("rate.silence.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stages"), Width: 30},
		{Title: c.say("col.stayed"), Kind: numberColumn, Width: 10, Format: formatMean}, {Title: c.say("col.stayed.n"), Kind: numberColumn, Width: 10, Format: formatCount},
		{Title: c.say("col.silent"), Kind: numberColumn, Width: 10, Format: formatMean}, {Title: c.say("col.silent.n"), Kind: numberColumn, Width: 10, Format: formatCount},
		{Title: c.say("col.difference"), Kind: numberColumn, Width: 8, Format: formatChange}, {Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatChange},
		{Title: "p", Kind: numberColumn, Width: 8, Format: formatP}, {Title: c.say("col.remark"), Width: 24}}}
	for i := range c.pub.Tables.Silence {
		r := &c.pub.Tables.Silence[i]
		if r.Journey != journey {
			continue
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.FromStage) + " → " + c.stageTitle(journey, r.ToStage))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.StayedMean, formatMean), people(r.StayedN, r.StayedNShown), number(r.SilentMean, formatMean),
			people(r.SilentN, r.SilentNShown), number(r.Difference, formatChange), c.interval(r.CILow, r.CIHigh, formatChange), number(r.P, formatP))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// retentionSection is 定着: the share still here so many months after joining.
func (c *composer) retentionSection() *section {
	s := &section{ID: c.id("retention"), Title: c.say("section.retention"), Lead: []string{c.say("retention.lead")}}
	for _, p := range []*part{c.retentionPart(), c.retentionTestPart()} {
		if p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

func (c *composer) retentionPart() *part {
	p := &part{ID: c.id("retention", "table"), Title: ""}
	t := &table{Caption: c.say("section.retention"), Columns: []column{
		{Title: c.say("col.member"), Width: 28}, {Title: c.say("col.months"), Width: 12},
		{Title: c.say("col.survival"), Kind: numberColumn, Width: 10, Format: formatShare}, {Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatShare},
		{Title: c.say("col.leavers"), Kind: numberColumn, Width: 12, Format: formatCount}, {Title: c.say("col.atrisk"), Kind: numberColumn, Width: 12, Format: formatCount},
		{Title: c.say("col.remark"), Width: 26}}}
	first := 0
	var seen []Scope
	for i := range c.pub.Tables.Retention {
		r := &c.pub.Tables.Retention[i]
		if !c.mine(r.Segment, r.Member) && !c.within(r.Segment, r.Member) {
			continue
		}
		who := c.say("cover.everybody")
		if r.Segment != "" {
			who = c.memberApart(r.Segment, r.Member)
		}
		leavers := people(r.Leavers, r.LeaversShown)
		if r.Leavers == nil && r.LeaversShown == "<5" {
			leavers = text(c.say("few.five"))
		}
		cells := []cell{text(who), text(c.say("months", "n", r.Months))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Survival, formatShare), c.interval(r.CILow, r.CIHigh, formatShare), leavers, people(r.AtRisk, r.AtRiskShown))...)
		next := Scope{r.Segment, r.Member}
		strong := len(seen) == 0 || seen[len(seen)-1] != next
		if strong {
			seen = append(seen, next)
		}
		if len(seen) == 1 {
			first = len(t.Rows) + 1
		}
		t.Rows = append(t.Rows, row{Strong: strong, Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	if drawn(&table{Rows: t.Rows[:first]}, 0, 2) > 1 {
		p.Charts = []*chart{{ID: c.id("retention", "chart"), Title: c.say("retention.chart", "who", t.Rows[0].Cells[0].Text), About: c.say("retention.about"), Kind: lineChart, Labels: 1,
			Low: 0, High: 1, Format: formatShare, Series: []series{{Name: c.say("col.survival"), To: first, Column: 2, Interval: 3}}}}
	}
	p.Notes = []string{c.say("note.retention")}
	return p
}
