package reports

import (
	"sort"

	"koe/analysis"
)

// censusPart is the scores as a description of exactly those who were asked, beside the intervals of the rest of the report.
func (c *composer) censusPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("method", "census"), Title: c.heading(journey, c.say("method.census")), Beside: c.beside(journey), Lead: []string{c.say("method.census.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 18},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.invited"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.answeredshare"), Kind: numberColumn, Width: 10, Format: formatShare},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean},
		{Title: c.say("col.ci.process"), Kind: intervalColumn, Width: 9, Format: formatFine}, {Title: c.say("col.ci.these"), Kind: intervalColumn, Width: 9, Format: formatFine},
		{Title: c.say("col.remark"), Width: 26}}}
	var rows []*analysis.Census
	for i := range c.pub.Tables.Census {
		if r := &c.pub.Tables.Census[i]; r.Journey == journey {
			rows = append(rows, r)
		}
	}
	sort.SliceStable(rows, func(i, k int) bool {
		return c.earlier(journey, rows[i].Construct, rows[i].Stage, rows[k].Construct, rows[k].Stage)
	})
	for _, r := range rows {
		share, process := cell{Kind: emptyCell}, cell{Kind: emptyCell}
		if r.N != nil && r.Invited != nil && *r.Invited > 0 {
			x := float64(*r.N) / float64(*r.Invited)
			share = number(&x, formatShare)
		}
		if of := c.index.trend(journey, r.Construct, r.Stage, "all", "", "", ""); of != nil {
			process = c.interval(of.CILow, of.CIHigh, formatFine)
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.Stage))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, people(r.N, r.NShown), people(r.Invited, r.InvitedShown), share, number(r.Mean, formatMean), process, c.interval(r.CILow, r.CIHigh, formatFine))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.census")}
	return p
}

// weightedPart is the means with each unit weighted to its share of those asked, beside the plain ones.
func (c *composer) weightedPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("rate", "weighted"), Title: c.heading(journey, c.say("rate.weighted")), Beside: c.beside(journey), Lead: []string{c.say("rate.weighted.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 18}, {Title: c.say("col.weightedby"), Width: 16},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean}, {Title: c.say("col.weighted"), Kind: numberColumn, Width: 12, Format: formatMean},
		{Title: c.say("col.difference"), Kind: numberColumn, Width: 8, Format: formatChange}, {Title: "deff", Kind: numberColumn, Width: 8, Format: formatFine},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.remark"), Width: 30}}}
	var rows []*analysis.Weighted
	for i := range c.pub.Tables.Weighted {
		if r := &c.pub.Tables.Weighted[i]; r.Journey == journey {
			rows = append(rows, r)
		}
	}
	sort.SliceStable(rows, func(i, k int) bool {
		return c.earlier(journey, rows[i].Construct, rows[i].Stage, rows[k].Construct, rows[k].Stage)
	})
	for _, r := range rows {
		t.Rows = append(t.Rows, row{Cells: c.weightedRow(journey, r)})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.weighted"), c.say("note.rounding")}
	return p
}

func (c *composer) weightedRow(journey string, r *analysis.Weighted) []cell {
	difference := cell{Kind: emptyCell}
	if r.Mean != nil && r.Weighted != nil {
		x := *r.Weighted - *r.Mean
		difference = number(&x, formatChange)
	}
	cells := []cell{text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.Stage)), text(c.orKey("segment.", r.Segment))}
	cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Mean, formatMean), number(r.Weighted, formatMean), difference, number(r.Deff, formatFine), people(r.N, r.NShown))...)
	return append(cells, text(c.withheld(r.Withheld, r.Carried)))
}
