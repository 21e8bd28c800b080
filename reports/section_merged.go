package reports

import (
	"slices"
	"strings"

	"koe/analysis"
)

// shownMembers are the members that have rows of their own: units that are published together are one, behind their siblings.
func (c *composer) shownMembers() []analysis.Member {
	var shown, merged []analysis.Member
	for _, m := range c.pub.Members {
		switch {
		case m.MergedInto != "":
		case len(m.Merged) > 0:
			merged = append(merged, m)
		default:
			shown = append(shown, m)
		}
	}
	return append(shown, merged...)
}

// mergedPart lists which small units are published together, and as what (METHOD 5.2).
func (c *composer) mergedPart(section string) *part {
	p := &part{ID: c.id(section, "merged"), Title: c.say("unit.merged"), Lead: []string{c.say("unit.merged.lead", "group", c.pub.MinGroup)}}
	t := &table{Caption: p.Title, Columns: []column{{Title: c.say("col.shownas"), Width: 34}, {Title: c.say("col.mergedunits"), Width: 86}}}
	for _, m := range c.pub.Members {
		if len(m.Merged) == 0 || !c.within(m.Segment, m.Member) {
			continue
		}
		var units []string
		for _, unit := range m.Merged {
			units = append(units, unit[strings.LastIndexByte(unit, '/')+1:])
		}
		name := c.memberLabel(m.Segment, m.Member)
		if m.Parent != "" {
			name = c.memberPath(m.Parent) + " " + name
		}
		t.Rows = append(t.Rows, row{Cells: []cell{text(name), text(strings.Join(units, c.say("list.comma")))}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// mergedSegment is the segment of the member that a unit is published with: its own, or that of a unit above it.
func mergedSegment(p *analysis.Published, of analysis.Member) string {
	segment := of.Segment
	for _, m := range p.Members {
		if m.Member == of.MergedInto && len(m.Merged) > 0 && slices.ContainsFunc(p.Segments, func(h []string) bool {
			return slices.Contains(h, of.Segment) && slices.Contains(h, m.Segment)
		}) {
			segment = m.Segment
		}
	}
	return segment
}
