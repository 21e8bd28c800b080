package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// styled is one cell of the workbook: nil, a string or a float64 (rounded), and how it looks.
type styled struct {
	value any
	style styleKey
}

type cells []styled

// grid is one sheet before it is written: what stands above the header, the header, the rows, the notes.
type grid struct {
	title  string
	lead   []string
	head   cells
	widths []float64
	rows   []cells
	notes  []string
	column []int // workbook column of each column of the table, from 1
	reach  int   // workbook column of how far intervals reach below their value, and the next above; 0 where no chart has them
	bottom int   // last row that anything stands in, charts included; 0 where that is the last note
}

// headRow is the row of the header, from 1.
func (g *grid) headRow() int { return 3 + len(g.lead) }

// grid lays out a part: its table, or its findings, journey, comments as a table.
func (w *workbook) grid(s *section, p *part) *grid {
	g := &grid{title: s.Title, notes: p.Notes}
	if p.Title != "" {
		g.title += "  " + p.Title
	}
	g.lead = append(append([]string(nil), s.Lead...), p.Lead...)
	if s.Parts[0] != p {
		g.lead = p.Lead
	}
	switch {
	case p.Table != nil:
		w.tableGrid(g, p)
	case p.Journey != nil:
		w.journeyGrid(g, p.Journey)
	case p.Quotes != nil:
		g.heads(w, column{Title: w.doc.words.say("col.number"), Width: 6}, column{Title: w.doc.words.say("col.comment"), Width: 84}, column{Title: w.doc.words.say("col.source"), Width: 30})
		for i, q := range p.Quotes {
			g.rows = append(g.rows, cells{{float64(i + 1), styleKey{kind: "ordinal"}}, {q.Text, styleKey{kind: "text"}}, {q.Source, styleKey{kind: "soft"}}})
		}
	default:
		g.heads(w, column{Title: w.doc.words.say("col.number"), Width: 6}, column{Title: w.doc.words.say("col.finding"), Width: 80},
			column{Title: w.doc.words.say("col.figure"), Width: 18}, column{Title: w.doc.words.say("col.people"), Width: 16}, column{Title: w.doc.words.say("col.where"), Width: 14})
		for i, f := range p.Findings {
			where := ""
			for _, one := range w.doc.Sections {
				if one.ID == f.Section {
					where = one.Title
				}
			}
			g.rows = append(g.rows, cells{{float64(i + 1), styleKey{kind: "ordinal"}}, {f.Text, styleKey{kind: "text"}},
				{f.Figure, styleKey{kind: "figure"}}, {f.People, styleKey{kind: "soft"}}, {where, styleKey{kind: "soft"}}})
		}
	}
	return g
}

// heads sets the header from columns that take one workbook column each.
func (g *grid) heads(w *workbook, columns ...column) {
	for i, c := range columns {
		g.column = append(g.column, i+1)
		g.widths = append(g.widths, c.Width)
		g.head = append(g.head, styled{c.Title, styleKey{kind: "head"}})
	}
}

func (w *workbook) journeyGrid(g *grid, j *journeyGrid) {
	columns := []column{{Title: w.doc.words.say("col.aspect"), Width: 16}}
	for _, stage := range j.Stages {
		columns = append(columns, column{Title: stage.Title, Width: 32})
	}
	g.heads(w, columns...)
	for i, aspect := range j.Aspects {
		row := cells{{aspect, styleKey{kind: "term"}}}
		for _, stage := range j.Stages {
			texts := make([]string, 0, len(stage.Cells[i]))
			for _, l := range stage.Cells[i] {
				texts = append(texts, "・"+l.Text)
			}
			row = append(row, styled{strings.Join(texts, "\n"), styleKey{kind: "text"}})
		}
		g.rows = append(g.rows, row)
	}
}

func (w *workbook) tableGrid(g *grid, p *part) {
	charted := map[int]bool{} // columns that a chart reads: no text may stand in them, it would be drawn as 0
	for _, ch := range p.Charts {
		for _, s := range ch.Series {
			charted[s.Column] = true
			if s.Interval >= 0 {
				charted[s.Interval] = true
			}
		}
	}
	for i, c := range p.Table.Columns {
		g.column = append(g.column, len(g.head)+1)
		style := styleKey{kind: "head", right: c.Kind != textColumn}
		if i > 0 && c.Kind == textColumn {
			style.indent = 1
		}
		if p.Table.Heat && c.Kind != textColumn {
			style.right, style.centre = false, true
		}
		if c.Kind == intervalColumn {
			g.head = append(g.head, styled{c.Title + "\n" + w.doc.words.say("low"), style}, styled{c.Title + "\n" + w.doc.words.say("high"), style})
			g.widths = append(g.widths, c.Width, c.Width)
			continue
		}
		g.head = append(g.head, styled{c.Title, style})
		g.widths = append(g.widths, c.Width)
	}
	for _, r := range p.Table.Rows {
		out := make(cells, 0, len(g.head)+2)
		for i, c := range r.Cells {
			kind := p.Table.Columns[i].Kind
			one := w.tableCell(p.Table, r, i, c, charted[i])
			out = append(out, one)
			if kind != intervalColumn {
				continue
			}
			second := one
			if c.Kind == intervalCell {
				second.value = c.High
			}
			out = append(out, second)
		}
		g.rows = append(g.rows, out)
	}
	w.reaches(g, p)
}

// reaches adds two columns, right of what is printed, with how far each interval reaches below and above its value: Excel
// draws error bars from such lengths, not from the ends.
func (w *workbook) reaches(g *grid, p *part) {
	for _, ch := range p.Charts {
		for _, s := range ch.Series {
			if s.Interval < 0 {
				continue
			}
			if g.reach == 0 {
				g.reach = len(g.head) + 1
				style := styleKey{kind: "head", right: true}
				g.head = append(g.head, styled{w.doc.words.say("col.reach.low"), style}, styled{w.doc.words.say("col.reach.high"), style})
				g.widths = append(g.widths, 12, 12)
				for i := range g.rows {
					g.rows[i] = append(g.rows[i], styled{nil, styleKey{kind: "none"}}, styled{nil, styleKey{kind: "none"}})
				}
			}
			value, low := g.column[s.Column]-1, g.column[s.Interval]-1
			for _, r := range g.rows[s.From:s.To] {
				v, ok1 := r[value].value.(float64)
				l, ok2 := r[low].value.(float64)
				h, ok3 := r[low+1].value.(float64)
				if ok1 && ok2 && ok3 {
					style := styleKey{kind: "number", format: r[low].style.format}
					r[g.reach-1], r[g.reach] = styled{round(max(v-l, 0), 3), style}, styled{round(max(h-v, 0), 3), style}
				}
			}
		}
	}
}

func (w *workbook) tableCell(t *table, r row, i int, c cell, charted bool) styled {
	key := styleKey{kind: "text", strong: r.Strong && i == 0, top: r.Strong && !t.Heat}
	if i == 0 {
		key.indent = 2 * r.Level
	} else if t.Columns[i].Kind == textColumn {
		key.indent = 1 // apart from the numbers before it
	}
	if t.Columns[i].Kind != textColumn {
		key.kind = "textnumber"
	}
	switch c.Kind {
	case numberCell, intervalCell:
		key.kind, key.format = "number", c.Format.excel()
		if t.Heat && c.Kind == numberCell && t.Columns[i].Format == formatMean {
			key.heat = c.Heat + 3
		}
		switch c.Tone {
		case "better":
			key.format = `"▲"` + key.format
		case "worse":
			key.format = `"▼"` + key.format
		}
		if key.carried = c.Carried; c.Carried {
			key.format = starred(key.format)
		}
		return styled{c.Number, key}
	case withheldCell:
		key.kind = "withheld"
		if charted {
			return styled{nil, key}
		}
		return styled{c.Text, key}
	case emptyCell:
		key.kind = "none"
		if charted {
			return styled{nil, key}
		}
		return styled{w.doc.words.say("none"), key}
	}
	key.tone = c.Tone
	if charted && t.Columns[i].Kind != textColumn {
		// a band or ≥90 % in a column that a chart reads: it is said, and drawn as nothing, since Excel draws text as 0
		return styled{c.Text, key}
	}
	return styled{c.Text, key}
}

// starred puts a star behind every part of a number format.
func starred(format string) string {
	parts := strings.Split(format, ";")
	for i := range parts {
		parts[i] += `"＊"`
	}
	return strings.Join(parts, ";")
}

// sheet writes a grid into a sheet that exists already. Everything that is not a row must be set before the stream opens.
func (w *workbook) sheet(name string, g *grid) error {
	total, printed := 0.0, len(g.widths)
	if g.reach > 0 {
		printed = g.reach - 1
	}
	for i, width := range g.widths {
		if i < printed {
			total += width
		}
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.SetColWidth(name, letter, letter, width); err != nil {
			return err
		}
	}
	head := g.headRow()
	last, err := excelize.ColumnNumberToName(max(printed, 1))
	if err != nil {
		return err
	}
	if err := w.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: "A" + strconv.Itoa(head+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if len(g.rows) > 1 {
		if err := w.AutoFilter(name, "A"+strconv.Itoa(head)+":"+last+strconv.Itoa(head+len(g.rows)), nil); err != nil {
			return err
		}
	}
	if err := w.page(name, total > 100, head); err != nil { // after the filter, which forgets that the page is to fit
		return err
	}
	if g.reach > 0 {
		bottom := max(g.bottom, head+len(g.rows)+len(g.notes)+2)
		if err := w.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: name, RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", name, last, bottom)}); err != nil {
			return err
		}
	}
	out, err := w.NewStreamWriter(name)
	if err != nil {
		return err
	}
	put := func(row int, c cells, height float64) error {
		values, err := w.values(c)
		if err != nil {
			return err
		}
		return out.SetRow("A"+strconv.Itoa(row), values, excelize.RowOpts{Height: height})
	}
	wide := func(row int, s string, kind string) error {
		if len(g.widths) > 1 {
			if err := out.MergeCell("A"+strconv.Itoa(row), last+strconv.Itoa(row)); err != nil {
				return err
			}
		}
		return put(row, cells{{s, styleKey{kind: kind}}}, 17*lineCount(s, total, 0.9)+2)
	}
	if err := put(1, cells{{g.title, styleKey{kind: "title"}}}, 28); err != nil {
		return err
	}
	for i, lead := range g.lead {
		if err := wide(2+i, lead, "lead"); err != nil {
			return err
		}
	}
	if err := put(head, g.head, rowHeight(g.head, g.widths)); err != nil {
		return err
	}
	for i, r := range g.rows {
		if err := put(head+1+i, r, rowHeight(r, g.widths)); err != nil {
			return err
		}
	}
	for i, note := range g.notes {
		if err := wide(head+len(g.rows)+2+i, "※ "+note, "note"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// values turns cells into what the stream writes.
func (w *workbook) values(c cells) ([]any, error) {
	out := make([]any, len(c))
	var last styleKey
	id := -1
	for i, one := range c {
		if id < 0 || one.style != last { // neighbours mostly look the same
			var err error
			if id, err = w.style(one.style); err != nil {
				return nil, err
			}
			last = one.style
		}
		out[i] = excelize.Cell{StyleID: id, Value: one.value}
	}
	return out, nil
}

// rowHeight is the height in points that the fullest cell of a row needs; Excel takes at most 409.
func rowHeight(c cells, widths []float64) float64 {
	lines := 1.0
	for i, one := range c {
		if s, ok := one.value.(string); ok && i < len(widths) {
			lines = max(lines, lineCount(s, widths[i], 1))
		}
	}
	return min(400, 17*lines+4)
}

// lineCount is how many lines a text takes in a column of so many half-width characters.
func lineCount(s string, width, scale float64) float64 {
	lines := 0.0
	for _, l := range strings.Split(s, "\n") {
		lines += math.Max(1, math.Ceil(scale*textWidth(l)/math.Max(1, width-1)))
	}
	return lines
}

// textWidth counts half-width characters; a full-width one counts 1.9, as in the fonts that are used.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r < 0x1100 {
			w++
		} else {
			w += 1.9
		}
	}
	return w
}
