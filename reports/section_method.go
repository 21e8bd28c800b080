package reports

// methodSection is 方法: what the words mean, what is withheld and why, how well the scales hold together, and the limits.
func (c *composer) methodSection() *section {
	s := &section{ID: c.id("method"), Title: c.say("section.method"), Lead: []string{c.say("method.lead")}}
	s.Parts = append(s.Parts, c.definitions())
	for _, p := range []*part{c.wavePart(), c.mergedPart("method")} {
		if p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	for _, journey := range c.journeys() {
		for _, p := range []*part{c.constructPart(journey), c.reliabilityPart(journey), c.itemRestPart(journey), c.carelessPart(journey), c.censusPart(journey)} {
			if p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
	}
	s.Parts = append(s.Parts, c.limits())
	return s
}

// definitions is a table of terms, thresholds included.
func (c *composer) definitions() *part {
	p := &part{ID: c.id("method", "terms"), Title: c.say("method.terms")}
	t := &table{Caption: p.Title, Columns: []column{{Title: c.say("col.term"), Width: 24}, {Title: c.say("col.meaning"), Width: 100}}}
	values := []any{"group", c.pub.MinGroup, "comments", c.pub.MinComments, "until", dateText(c.pub.Closed, c.lang)}
	for _, key := range []string{"score", "favourable", "ci", "n", "stages", "quarter", "wave", "rate", "change", "comparison", "hypothesis",
		"recommend", "rounding", "withheld", "withheld.small", "withheld.complement", "withheld.release", "carried", "withheld.cross", "unanimous", "comments"} {
		t.Rows = append(t.Rows, row{Cells: []cell{text(c.say("term." + key)), text(c.say("meaning."+key, values...))}})
	}
	if c.in.Version != "" {
		t.Rows = append(t.Rows, row{Cells: []cell{text(c.say("term.software")), text("koe " + c.in.Version)}})
	}
	p.Table = t
	return p
}

// constructPart says which questions make up each score.
func (c *composer) constructPart(journey string) *part {
	j := c.journeyText(journey)
	if j == nil {
		return nil
	}
	p := &part{ID: c.id("method", "constructs"), Title: c.heading(journey, c.say("method.constructs")), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.direction"), Width: 22}, {Title: c.say("col.question"), Width: 60}, {Title: c.say("col.reverse"), Width: 14}}}
	for i := range j.Constructs {
		k := &j.Constructs[i]
		for n, id := range k.Items {
			q, ok := j.Question(id)
			if !ok {
				continue
			}
			reverse := ""
			if q.Reverse {
				reverse = c.say("word.reversed")
			}
			t.Rows = append(t.Rows, row{Strong: n == 0, Cells: []cell{text(k.Title.In(c.lang)), text(c.better(string(k.Better))), text(q.Text.In(c.lang)), text(reverse)}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

func (c *composer) reliabilityPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("method", "reliability"), Title: c.heading(journey, c.say("method.reliability")), Beside: c.beside(journey), Lead: []string{c.say("method.reliability.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 18},
		{Title: c.say("col.items"), Kind: numberColumn, Width: 8, Format: formatCount},
		{Title: "α", Kind: numberColumn, Width: 8, Format: formatFine}, {Title: "ω", Kind: numberColumn, Width: 8, Format: formatFine},
		{Title: c.say("col.meanr"), Kind: numberColumn, Width: 10, Format: formatFine},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.remark"), Width: 40}}}
	for i := range c.pub.Tables.Reliability {
		r := &c.pub.Tables.Reliability[i]
		if r.Journey != journey {
			continue
		}
		remark := c.withheld(r.Withheld, r.Carried)
		switch {
		case remark != "":
		case r.Alpha == nil:
			remark = c.say("alpha.none")
		case round(*r.Alpha, 2) < 0.60:
			remark = c.say("alpha.low")
		case round(*r.Alpha, 2) < 0.70:
			remark = c.say("alpha.fair")
		default:
			remark = c.say("alpha.good")
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.Stage))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, count(r.Items), number(r.Alpha, formatFine), number(r.Omega, formatFine), number(r.MeanR, formatFine), people(r.N, r.NShown))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(remark))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

func (c *composer) itemRestPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("method", "itemrest"), Title: c.heading(journey, c.say("method.itemrest")), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.question"), Width: 56}, {Title: c.say("col.construct"), Width: 22}, {Title: c.say("col.stage"), Width: 18},
		{Title: "r", Kind: numberColumn, Width: 8, Format: formatFine},
		{Title: c.say("col.alphadropped"), Kind: numberColumn, Width: 12, Format: formatFine},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount}, {Title: c.say("col.remark"), Width: 26}}}
	for i := range c.pub.Tables.ItemRest {
		r := &c.pub.Tables.ItemRest[i]
		if r.Journey != journey {
			continue
		}
		remark := c.withheld(r.Withheld, r.Carried)
		if remark == "" && r.R != nil && *r.R < 0.20 {
			remark = c.say("itemrest.low")
		}
		cells := []cell{text(c.questionText(journey, r.Question)), text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.Stage))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.R, formatFine), number(r.AlphaDropped, formatFine), people(r.N, r.NShown))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(remark))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

func (c *composer) carelessPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("method", "careless"), Title: c.heading(journey, c.say("method.careless")), Beside: c.beside(journey), Lead: []string{c.say("method.careless.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.construct"), Width: 24}, {Title: c.say("col.stage"), Width: 18},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.flagged"), Kind: numberColumn, Width: 12, Format: formatCount},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean},
		{Title: c.say("col.without"), Kind: numberColumn, Width: 12, Format: formatMean}, {Title: c.say("col.remark"), Width: 26}}}
	for i := range c.pub.Tables.Careless {
		r := &c.pub.Tables.Careless[i]
		if r.Journey != journey {
			continue
		}
		cells := []cell{text(c.constructTitle(journey, r.Construct)), text(c.stageTitle(journey, r.Stage))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, people(r.N, r.NShown), people(r.Flagged, r.FlaggedShown), number(r.Mean, formatMean), number(r.MeanWithout, formatMean))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// limits are the known limits that every report prints (METHOD section 7).
func (c *composer) limits() *part {
	p := &part{ID: c.id("method", "limits"), Title: c.say("method.limits")}
	t := &table{Caption: p.Title, Columns: []column{{Title: c.say("col.term"), Width: 24}, {Title: c.say("col.meaning"), Width: 100}}}
	for _, key := range []string{"items", "selfreport", "silent", "small", "middle", "language", "pre", "measure"} {
		t.Rows = append(t.Rows, row{Cells: []cell{text(c.say("limit." + key + ".title")), text(c.say("limit." + key))}})
	}
	p.Table = t
	return p
}
