package reports

import (
	"strings"

	"koe"
	"koe/analysis"
)

// wavePart says of each stage which of its waves the report holds, and which are still open and come later.
func (c *composer) wavePart() *part {
	p := &part{ID: c.id("method", "waves"), Title: c.say("method.waves"), Lead: []string{c.say("method.waves.lead")}}
	t := &table{Caption: p.Title, Columns: []column{
		{Title: c.say("col.stage"), Width: 34}, {Title: c.say("col.waves"), Width: 34}, {Title: c.say("col.openwaves"), Width: 60}}}
	for _, journey := range c.journeys() {
		for _, s := range c.stages(journey) {
			closed, open := c.waves(journey, s.Stage)
			if len(closed)+len(open) == 0 {
				continue
			}
			t.Rows = append(t.Rows, row{Cells: []cell{text(c.heading(journey, c.stageTitle(journey, s.Stage))), text(c.span(closed)), text(c.openWaves(open))}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	p.Table = t
	return p
}

// waves lists the waves of a stage in order of time.
func (c *composer) waves(journey, stage string) (closed, open []analysis.WaveFact) {
	for _, w := range c.pub.Waves {
		switch {
		case w.Journey != journey || w.Stage != stage:
		case w.Closed:
			closed = append(closed, w)
		default:
			open = append(open, w)
		}
	}
	return closed, open
}

// span names the first and the last of some quarters.
func (c *composer) span(waves []analysis.WaveFact) string {
	if len(waves) == 0 {
		return "–"
	}
	first, last := periodText(waves[0].Wave, c.lang), periodText(waves[len(waves)-1].Wave, c.lang)
	if first == last {
		return first
	}
	return c.say("waves.span", "first", first, "last", last)
}

func (c *composer) openWaves(waves []analysis.WaveFact) string {
	if len(waves) == 0 {
		return "–"
	}
	var words []string
	for _, w := range waves {
		words = append(words, c.say("waves.open", "wave", periodText(w.Wave, c.lang), "day", dateText(koe.DateOf(w.ClosesOn), c.lang)))
	}
	return strings.Join(words, c.say("list.comma"))
}
