package reports

import (
	"sort"

	"koe/analysis"
)

// togetherPart is the themes, and the words, that people speak of in one comment: the strongest pairs.
func (c *composer) togetherPart(journey string) *part {
	p := &part{ID: c.id("voice", "together"), Title: c.heading(journey, c.say("voice.together")), Beside: c.beside(journey), Lead: []string{c.say("voice.together.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.kind"), Width: 12}, {Title: c.say("col.one"), Width: 26}, {Title: c.say("col.other"), Width: 26},
		{Title: c.say("col.jaccard"), Kind: numberColumn, Width: 12, Format: formatFine}, {Title: "NPMI", Kind: numberColumn, Width: 10, Format: formatFine},
		{Title: c.say("col.remark"), Width: 26}}}
	var pairs []*analysis.Cooccurrence
	for i := range c.pub.Tables.Cooccurrence {
		if r := &c.pub.Tables.Cooccurrence[i]; r.Journey == journey {
			pairs = append(pairs, r)
		}
	}
	sort.SliceStable(pairs, func(i, k int) bool {
		a, b := pairs[i], pairs[k]
		if a.Kind != b.Kind {
			return a.Kind == "theme"
		}
		return a.Jaccard != nil && b.Jaccard != nil && *a.Jaccard > *b.Jaccard
	})
	for _, r := range pairs {
		one, other := r.ItemA, r.ItemB
		if r.Kind == "theme" && r.Withheld == "" {
			one, other = c.orKey("theme.", one), c.orKey("theme.", other)
		}
		kind := c.say("kind.word")
		if r.Kind == "theme" {
			kind = c.say("kind.theme")
		}
		cells := []cell{text(kind)}
		cells = append(cells, c.hide(r.Withheld, r.Carried, text(one), text(other), number(r.Jaccard, formatFine), number(r.NPMI, formatFine))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.together")}
	return p
}

// shrunkPart lists units by their mean drawn towards the mean of all units (METHOD 3.5): the only order in which units are
// ever listed. Where units do not differ more than chance makes them, it says so and lists none.
func (c *composer) shrunkPart(journey string) *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("unit", "shrunk"), Title: c.heading(journey, c.say("unit.shrunk")), Beside: c.beside(journey), Lead: []string{c.say("unit.shrunk.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.construct"), Width: 22}, {Title: c.say("col.stage"), Width: 16}, {Title: c.say("col.member"), Width: 34},
		{Title: c.say("col.shrunk"), Kind: numberColumn, Width: 12, Format: formatMean},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: "ICC(1)", Kind: numberColumn, Width: 9, Format: formatFine}, {Title: "ICC(2)", Kind: numberColumn, Width: 9, Format: formatFine},
		{Title: c.say("col.remark"), Width: 26}}}
	followed := c.followed(journey)
	lists, order := c.shrunkLists(journey)
	for _, key := range order {
		if !followed[key.construct] {
			continue
		}
		k, _ := c.construct(journey, key.construct)
		about := []cell{text(c.constructTitle(journey, key.construct)), text(c.stageTitle(journey, key.stage))}
		list := lists[key]
		if !list[0].Ranked {
			said := c.say("shrunk.none", "segment", c.orKey("segment.", key.segment))
			t.Rows = append(t.Rows, row{Cells: append(about, text(said), cell{Kind: emptyCell}, cell{Kind: emptyCell}, cell{Kind: emptyCell}, cell{Kind: emptyCell}, cell{Kind: emptyCell}, text(""))})
			continue
		}
		sort.SliceStable(list, func(i, j int) bool { return worseFirst(k, list[i], list[j]) })
		for i, r := range list {
			cells := append([]cell{}, about...)
			cells = append(cells, text(c.memberPath(r.Member)))
			cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Shrunk, formatMean), number(r.Mean, formatMean), people(r.N, r.NShown), number(r.ICC1, formatFine), number(r.ICC2, formatFine))...)
			t.Rows = append(t.Rows, row{Strong: i == 0, Cells: append(cells, text(c.withheld(r.Withheld, r.Carried)))})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.shrunk")}
	return p
}

type shrunkKey struct{ construct, stage, segment string }

// shrunkLists groups a journey's shrunk means by what is listed together.
func (c *composer) shrunkLists(journey string) (lists map[shrunkKey][]*analysis.Shrunk, order []shrunkKey) {
	lists = map[shrunkKey][]*analysis.Shrunk{}
	for i := range c.pub.Tables.Shrunk {
		r := &c.pub.Tables.Shrunk[i]
		if r.Journey != journey {
			continue
		}
		key := shrunkKey{r.Construct, r.Stage, r.Segment}
		if lists[key] == nil {
			order = append(order, key)
		}
		lists[key] = append(lists[key], r)
	}
	sort.SliceStable(order, func(i, k int) bool {
		return c.earlier(journey, order[i].construct, order[i].stage, order[k].construct, order[k].stage)
	})
	return lists, order
}

// earlier orders rows as the journey file does: by construct, then by stage.
func (c *composer) earlier(journey, construct, stage, otherConstruct, otherStage string) bool {
	a, _ := c.construct(journey, construct)
	b, _ := c.construct(journey, otherConstruct)
	if a.Position != b.Position {
		return a.Position < b.Position
	}
	return c.position(journey, stage) < c.position(journey, otherStage)
}

// worseFirst orders units by how they stand, those without a figure last.
func worseFirst(k analysis.ConstructFact, a, b *analysis.Shrunk) bool {
	if a.Shrunk == nil || b.Shrunk == nil {
		return a.Shrunk != nil
	}
	if k.Better == "lower" {
		return *a.Shrunk > *b.Shrunk
	}
	return *a.Shrunk < *b.Shrunk
}

// retentionTestPart compares the two largest members of each segment (METHOD 3.8).
func (c *composer) retentionTestPart() *part {
	if !c.scope.Everybody() {
		return nil
	}
	p := &part{ID: c.id("retention", "test"), Title: c.say("retention.test"), Lead: []string{c.say("retention.test.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.segment"), Width: 16}, {Title: c.say("col.one"), Width: 28}, {Title: c.say("col.other"), Width: 28},
		{Title: "χ²", Kind: numberColumn, Width: 9, Format: formatFine}, {Title: "p", Kind: numberColumn, Width: 9, Format: formatP}, {Title: c.say("col.reading"), Width: 26}}}
	for i := range c.pub.Tables.RetentionTest {
		r := &c.pub.Tables.RetentionTest[i]
		if r.Segment == "" {
			continue
		}
		reading := c.withheld(r.Withheld, r.Carried)
		switch {
		case reading != "":
		case r.P != nil && *r.P <= 0.05:
			reading = c.say("did.difference")
		default:
			reading = c.say("did.none")
		}
		cells := []cell{text(c.orKey("segment.", r.Segment)), text(c.memberPath(r.MemberA)), text(c.memberPath(r.MemberB))}
		cells = append(cells, c.hide(r.Withheld, r.Carried, number(r.Chi2, formatFine), number(r.P, formatP))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(reading))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.logrank")}
	return p
}
