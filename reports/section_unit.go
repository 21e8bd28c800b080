package reports

import (
	"math"
	"strings"

	"koe/analysis"
)

// unitSection is 部署別: for each hierarchy of segments a heat map of members by construct, then one a construct by stage,
// and the comparison of each member with everybody else.
func (c *composer) unitSection() *section {
	s := &section{ID: c.id("unit"), Title: c.say("section.unit"), Lead: []string{c.say("unit.lead"), c.say("unit.withheld")}}
	for _, journey := range c.journeys() {
		for _, hierarchy := range c.pub.Segments {
			members := c.members(hierarchy)
			if len(members) == 0 {
				continue
			}
			name := c.segmentTitle(hierarchy)
			if p := c.heatByConstruct(journey, name, members); p != nil {
				s.Parts = append(s.Parts, p)
			}
			for _, k := range c.constructs(journey) {
				if p := c.heatByStage(journey, name, k, members); p != nil {
					s.Parts = append(s.Parts, p)
				}
			}
		}
		for _, p := range []*part{c.comparisons(journey), c.shrunkPart(journey)} {
			if p != nil {
				s.Parts = append(s.Parts, p)
			}
		}
	}
	if p := c.mergedPart("unit"); p != nil && len(s.Parts) > 0 {
		s.Parts = append(s.Parts, p)
	}
	return s
}

func (c *composer) segmentTitle(hierarchy []string) string {
	names := make([]string, len(hierarchy))
	for i, column := range hierarchy {
		names[i] = c.orKey("segment.", column)
	}
	return strings.Join(names, c.say("segment.join"))
}

// members lists the members of a hierarchy in tree order; for a scope, those below it, and itself.
func (c *composer) members(hierarchy []string) []analysis.Member {
	within := false
	for _, column := range hierarchy {
		within = within || column == c.scope.Segment
	}
	if !c.scope.Everybody() && !within {
		return nil
	}
	children := map[string][]analysis.Member{}
	for _, m := range c.shownMembers() {
		for level, column := range hierarchy {
			if m.Segment != column {
				continue
			}
			parent := m.Parent
			if level == 0 {
				parent = ""
			}
			children[column+"\x00"+parent] = append(children[column+"\x00"+parent], m)
		}
	}
	var all []analysis.Member
	var walk func(level int, parent string)
	walk = func(level int, parent string) {
		if level >= len(hierarchy) {
			return
		}
		for _, m := range children[hierarchy[level]+"\x00"+parent] {
			m.Level = int64(level)
			all = append(all, m)
			walk(level+1, m.Member)
		}
	}
	walk(0, "")
	if c.scope.Everybody() {
		return all
	}
	var mine []analysis.Member
	for _, m := range all {
		if m.Segment == c.scope.Segment && m.Member == c.scope.Member || strings.HasPrefix(m.Member, c.scope.Member+"/") {
			mine = append(mine, m)
		}
	}
	if len(mine) < 2 {
		return nil
	}
	return mine
}

func (c *composer) memberLabel(segment, member string) string {
	for _, m := range c.pub.Members {
		if m.Segment == segment && m.Member == member && m.Label != "" {
			if len(m.Merged) > 0 && c.lang != "ja" {
				return c.say("unit.other")
			}
			return m.Label
		}
	}
	if i := strings.LastIndexByte(member, '/'); i >= 0 {
		return member[i+1:]
	}
	return member
}

// memberApart is the label of a member in a table that does not show what it belongs to: with the units above it where another has the
// same name.
func (c *composer) memberApart(segment, member string) string {
	label := c.memberLabel(segment, member)
	i := strings.LastIndexByte(member, '/')
	if i < 0 {
		return label
	}
	for _, m := range c.pub.Members {
		if (m.Segment != segment || m.Member != member) && c.memberLabel(m.Segment, m.Member) == label {
			return c.memberPath(member[:i]) + " " + label
		}
	}
	return label
}

// heatByConstruct has a row a member and a column a construct that is followed over time, all stages together.
func (c *composer) heatByConstruct(journey, name string, members []analysis.Member) *part {
	var constructs []analysis.ConstructFact
	followed := c.followed(journey)
	for _, k := range c.constructs(journey) {
		if !followed[k.Construct] {
			continue
		}
		for _, m := range members {
			if c.index.trend(journey, k.Construct, "", "all", "", m.Segment, m.Member) != nil {
				constructs = append(constructs, k)
				break
			}
		}
	}
	if len(constructs) == 0 {
		return nil
	}
	p := &part{ID: c.id("unit", "all"), Title: c.heading(journey, c.say("unit.overview", "segment", name)), Beside: c.beside(journey)}
	t := &table{Caption: p.Title, Heat: true, Columns: []column{
		{Title: name, Width: 26}, {Title: c.say("col.n.all"), Kind: numberColumn, Width: 11, Format: formatCount}}}
	for _, k := range constructs {
		t.Columns = append(t.Columns, column{Title: c.constructTitle(journey, k.Construct) + c.arrow(k.Better), Kind: numberColumn, Width: 13, Format: formatMean})
	}
	t.Columns = append(t.Columns, column{Title: c.say("col.remark"), Width: 24})
	add := func(label string, level int, segment, member string, strong bool) {
		var most *analysis.Trend
		cells := []cell{text(label), {Kind: emptyCell}}
		reasons := map[string]bool{}
		var remarks []string
		for _, k := range constructs {
			r := c.index.trend(journey, k.Construct, "", "all", "", segment, member)
			cells = append(cells, c.heatCell(journey, k, "", r))
			if r == nil {
				continue
			}
			if r.Withheld != "" && !reasons[r.Withheld] {
				reasons[r.Withheld] = true
				remarks = append(remarks, c.withheld(r.Withheld, r.Carried))
			}
			if r.Carried != "" && !reasons[r.Carried] {
				reasons[r.Carried] = true
				remarks = append(remarks, c.withheld("", r.Carried))
			}
			if r.Withheld == "" && most == nil {
				most = r
			}
		}
		switch {
		case most != nil:
			cells[1] = people(most.N, most.NShown)
		case len(reasons) > 0:
			cells[1] = c.notPublished()
		}
		t.Rows = append(t.Rows, row{Cells: append(cells, text(strings.Join(remarks, " / "))), Level: level, Strong: strong})
	}
	if c.scope.Everybody() {
		add(c.say("cover.everybody"), 0, "", "", true)
	}
	for _, m := range members {
		add(c.memberLabel(m.Segment, m.Member), int(m.Level), m.Segment, m.Member, m.Level == 0)
	}
	p.Table = t
	p.Notes = []string{c.say("note.heat"), c.say("note.marks"), c.say("note.withheld")}
	return p
}

// heatByStage has a row a member and a column a stage, for one construct.
func (c *composer) heatByStage(journey, name string, k analysis.ConstructFact, members []analysis.Member) *part {
	if !k.Trend {
		return nil
	}
	var stages []analysis.StageFact
	for _, s := range c.stages(journey) {
		for _, m := range members {
			if c.index.trend(journey, k.Construct, s.Stage, "all", "", m.Segment, m.Member) != nil {
				stages = append(stages, s)
				break
			}
		}
	}
	if len(stages) == 0 {
		return nil
	}
	title := c.constructTitle(journey, k.Construct)
	p := &part{ID: c.id("unit", k.Construct), Title: c.heading(journey, c.say("unit.bystage", "construct", title, "segment", name)), Beside: c.beside(journey), Lead: []string{c.better(k.Better) + c.say("stop")}}
	t := &table{Caption: p.Title, Heat: true, Columns: []column{{Title: name, Width: 26}}}
	for _, s := range stages {
		t.Columns = append(t.Columns, column{Title: c.stageTitle(journey, s.Stage), Kind: numberColumn, Width: 13, Format: formatMean})
	}
	add := func(label string, level int, segment, member string, strong bool) {
		cells := []cell{text(label)}
		for _, s := range stages {
			cells = append(cells, c.heatCell(journey, k, s.Stage, c.index.trend(journey, k.Construct, s.Stage, "all", "", segment, member)))
		}
		t.Rows = append(t.Rows, row{Cells: cells, Level: level, Strong: strong})
	}
	if c.scope.Everybody() {
		add(c.say("cover.everybody"), 0, "", "", true)
	}
	for _, m := range members {
		add(c.memberLabel(m.Segment, m.Member), int(m.Level), m.Segment, m.Member, m.Level == 0)
	}
	p.Table = t
	p.Notes = []string{c.say("note.heat"), c.say("note.marks"), c.say("note.withheld")}
	return p
}

func (c *composer) arrow(better string) string {
	if better == "lower" {
		return c.say("better.lower.short")
	}
	return c.say("better.higher.short")
}

// heatCell is a mean with its tone against everybody at the same stage: a step from 0.25 points, two from 0.5; and
// ▲ (better) or ▼ (worse) where the comparison with the rest shows a difference (METHOD 3.3).
func (c *composer) heatCell(journey string, k analysis.ConstructFact, stage string, r *analysis.Trend) cell {
	if r == nil {
		return cell{Kind: emptyCell}
	}
	if r.Withheld != "" || r.Mean == nil {
		return c.notPublished()
	}
	out := number(r.Mean, formatMean)
	out.Carried = r.Carried != ""
	if r.Segment == "" {
		return out
	}
	whole := c.index.trend(journey, k.Construct, stage, "all", "", "", "")
	if whole == nil || whole.Mean == nil || whole.Withheld != "" {
		return out
	}
	gap := *r.Mean - *whole.Mean
	if k.Better == "lower" {
		gap = -gap
	}
	switch size := math.Abs(round(gap, 9)); {
	case size >= 0.5:
		out.Heat = 2
	case size >= 0.25:
		out.Heat = 1
	}
	if gap < 0 {
		out.Heat = -out.Heat
	}
	if v := c.index.comparison(journey, k.Construct, stage, r.Segment, r.Member); v != nil {
		if d := c.direction(v); d > 0 {
			out.Text = "▲" + out.Text
			out.Tone = "better"
		} else if d < 0 {
			out.Text = "▼" + out.Text
			out.Tone = "worse"
		}
	}
	return out
}

// direction is +1 where a member is shown to be better than the rest, −1 worse, 0 where it cannot be said: q ≤ .10 and
// |g| ≥ .20 (METHOD 3.3).
func (c *composer) direction(v *analysis.Comparison) int {
	if v.Withheld != "" || v.Q == nil || v.HedgesG == nil || v.Difference == nil || *v.Q > 0.10 || math.Abs(*v.HedgesG) < 0.20 {
		return 0
	}
	k, _ := c.construct(v.Journey, v.Construct)
	if (*v.Difference > 0) == (k.Better == "lower") {
		return -1
	}
	return 1
}

// comparisons is each member against the rest, in a table apart.
func (c *composer) comparisons(journey string) *part {
	p := &part{ID: c.id("unit", "comparison"), Title: c.heading(journey, c.say("unit.comparison")), Beside: c.beside(journey), Lead: []string{c.say("unit.comparison.lead")}}
	t := &table{Caption: p.Title, Folded: true, Columns: []column{
		{Title: c.say("col.member"), Width: 24}, {Title: c.say("col.construct"), Width: 22}, {Title: c.say("col.stage"), Width: 16},
		{Title: c.say("col.n"), Kind: numberColumn, Width: 9, Format: formatCount},
		{Title: c.say("col.mean"), Kind: numberColumn, Width: 8, Format: formatMean},
		{Title: c.say("col.rest"), Kind: numberColumn, Width: 10, Format: formatMean},
		{Title: c.say("col.difference"), Kind: numberColumn, Width: 8, Format: formatChange},
		{Title: c.say("col.ci"), Kind: intervalColumn, Width: 8, Format: formatChange},
		{Title: "g", Kind: numberColumn, Width: 7, Format: formatFine}, {Title: "q", Kind: numberColumn, Width: 7, Format: formatP},
		{Title: c.say("col.reading"), Width: 22},
	}}
	for i := range c.pub.Tables.Comparison {
		v := &c.pub.Tables.Comparison[i]
		if v.Journey != journey || !c.within(v.Segment, v.Member) {
			continue
		}
		reading := c.withheld(v.Withheld, v.Carried)
		if reading == "" {
			reading = c.say([]string{"compare.worse", "compare.unclear", "compare.better"}[c.direction(v)+1])
		}
		cells := []cell{text(strings.ReplaceAll(v.Member, "/", " ")), text(c.constructTitle(journey, v.Construct)), text(c.stageTitle(journey, v.Stage))}
		cells = append(cells, c.hide(v.Withheld, v.Carried, people(v.N, v.NShown), number(v.Mean, formatMean), number(v.RestMean, formatMean),
			number(v.Difference, formatChange), c.interval(v.CILow, v.CIHigh, formatChange), number(v.HedgesG, formatFine), number(v.Q, formatP))...)
		t.Rows = append(t.Rows, row{Cells: append(cells, text(reading))})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	p.Notes = []string{c.say("note.comparison"), c.say("note.rounding")}
	return p
}

// within reports whether a member lies in the document's scope: any for everybody, itself and what is below for a scope.
func (c *composer) within(segment, member string) bool {
	if c.scope.Everybody() {
		return segment != ""
	}
	return c.mine(segment, member) || segment != "" && strings.HasPrefix(member, c.scope.Member+"/")
}
