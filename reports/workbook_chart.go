package reports

import (
	"fmt"
	"html"
	"strings"

	"github.com/xuri/excelize/v2"
)

// chartSheet puts a part's charts on a sheet of their own, two side by side for lines, one under the other for bars.
func (w *workbook) chartSheet(name string, s *section, p *part, g *grid) error {
	if err := w.page(name, true, 0); err != nil {
		return err
	}
	if err := w.SetColWidth(name, "A", "P", 9); err != nil {
		return err
	}
	row, beside := 3, false
	for _, ch := range p.Charts {
		width, height := w.size(ch)
		at := fmt.Sprintf("A%d", row)
		if ch.Kind == lineChart {
			width = 520
			if beside {
				at = fmt.Sprintf("I%d", row)
			}
		}
		if err := w.chart(name, p.Sheet, at, width, height, ch, g); err != nil {
			return err
		}
		if ch.Kind == lineChart && !beside {
			beside = true
			continue
		}
		beside = false
		row += height/25 + 2
	}
	out, err := w.NewStreamWriter(name)
	if err != nil {
		return err
	}
	values, err := w.values(cells{{g.title, styleKey{kind: "title"}}})
	if err != nil {
		return err
	}
	if err := out.SetRow("A1", values, excelize.RowOpts{Height: 28}); err != nil {
		return err
	}
	return out.Flush()
}

// chartsBelow puts a part's charts under its table and notes.
func (w *workbook) chartsBelow(p *part, g *grid) error {
	row := g.headRow() + len(g.rows) + len(g.notes) + 3
	for _, ch := range p.Charts {
		width, height := w.size(ch)
		if err := w.chart(p.Sheet, p.Sheet, fmt.Sprintf("A%d", row), width, height, ch, g); err != nil {
			return err
		}
		row += height/25 + 2
		g.bottom = row
	}
	return nil
}

// size is in pixels.
func (w *workbook) size(ch *chart) (width, height int) {
	if ch.Kind == lineChart {
		return 640, 330
	}
	rows := ch.Series[0].To - ch.Series[0].From
	return 1040, 120 + 34*rows
}

// chart adds one native chart whose values are cells of the sheet data.
func (w *workbook) chart(on, data, at string, width, height int, ch *chart, g *grid) error {
	small := excelize.Font{Family: w.font(), Size: 9, Color: inkColour}
	low, high := ch.Low, ch.High
	values := excelize.ChartAxis{Minimum: &low, Maximum: &high, MajorGridLines: true, Font: small, NumFmt: excelize.ChartNumFmt{CustomNumFmt: ch.Format.excel()}}
	switch ch.Format {
	case formatShare:
		values.MajorUnit = 0.25
	case formatMean:
		values.MajorUnit = 1
	}
	names := excelize.ChartAxis{Font: small}
	if ch.Kind == lineChart && ch.Series[0].To-ch.Series[0].From > 6 {
		names.Alignment.TextRotation = -45
	}
	c := &excelize.Chart{
		Format:       excelize.GraphicOptions{Positioning: "oneCell", AltText: ch.Title + " " + ch.About},
		Dimension:    excelize.ChartDimension{Width: uint(width), Height: uint(height)}, //nolint:gosec // both are positive
		Title:        excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: ch.Title, Font: &excelize.Font{Family: w.font(), Size: 11, Bold: true, Color: inkColour}}}},
		Legend:       excelize.ChartLegend{Position: "none"},
		ShowBlanksAs: "gap",
		XAxis:        names, YAxis: values,
		Border:   excelize.LineOptions{Type: excelize.LineNone},
		PlotArea: excelize.ChartPlotArea{ShowVal: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: ch.Format.excel()}},
	}
	if len(ch.Series) > 1 {
		c.Legend = excelize.ChartLegend{Position: "bottom", Font: &small}
	}
	switch ch.Kind {
	case lineChart:
		c.Type = excelize.Line
		c.PlotArea.ShowVal = false
	default:
		c.Type = excelize.BarStacked
		gap, overlap := uint(45), 100
		c.GapWidth, c.Overlap = &gap, &overlap
		c.XAxis.ReverseOrder = true
		c.YAxis.TickLabelPosition = excelize.ChartTickLabelHigh
	}
	c.VaryColors = new(bool)
	bars := make([]string, len(ch.Series))
	for i, s := range ch.Series {
		c.Series = append(c.Series, w.lineOrBar(data, ch, s, i, g))
		if s.Interval >= 0 {
			bars[i] = errorBars(data, g, s)
		}
	}
	if err := w.AddChart(on, at, c); err != nil {
		return err
	}
	w.charts++
	w.errorBars[fmt.Sprintf("xl/charts/chart%d.xml", w.charts)] = bars
	return nil
}

// lineOrBar is one series of values.
func (w *workbook) lineOrBar(data string, ch *chart, s series, i int, g *grid) excelize.ChartSeries {
	colour := colourOf(s.Colour)[1:]
	out := excelize.ChartSeries{Name: g.name(data, ch, s), Categories: g.ref(data, ch.Labels, 0, s), Values: g.ref(data, s.Column, 0, s)}
	out.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}} // of bars, and of lines too
	if ch.Kind == lineChart {
		out.Line = excelize.LineOptions{Width: 2.25, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}}
		out.Marker = excelize.ChartMarker{Symbol: []string{"circle", "square", "triangle", "diamond"}[i%4], Size: 7,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}}
		return out
	}
	ink := "1D2530"
	if s.Colour == colourGood {
		ink = "FFFFFF"
	}
	out.DataLabel = excelize.ChartDataLabel{Font: excelize.Font{Family: w.font(), Size: 9, Color: ink}}
	return out
}

// errorBars is the XML of a series' intervals, which excelize cannot write.
func errorBars(data string, g *grid, s series) string {
	side := func(column int) string {
		letter, err := excelize.ColumnNumberToName(column)
		if err != nil {
			return "" // cannot be: columns are few
		}
		first := g.headRow() + 1
		return fmt.Sprintf("<numRef><f>&#39;%s&#39;!$%s$%d:$%s$%d</f></numRef>", html.EscapeString(data), letter, first+s.From, letter, first+s.To-1)
	}
	return `<errBars><errDir val="y"/><errBarType val="both"/><errValType val="cust"/><noEndCap val="0"/><plus>` + side(g.reach+1) + `</plus><minus>` + side(g.reach) +
		`</minus><spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="` + softColour + `"/></a:solidFill></a:ln></spPr></errBars>`
}

// withErrorBars puts each series' intervals where the schema wants them: before its categories.
func withErrorBars(chart []byte, bars []string) []byte {
	parts := strings.Split(string(chart), "<cat>")
	if len(parts) != len(bars)+1 {
		return chart
	}
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString(bars[i-1] + "<cat>")
		}
		b.WriteString(part)
	}
	return []byte(b.String())
}

// ref is the range of a column's cells in the rows of a series.
func (g *grid) ref(sheet string, column, side int, s series) string {
	letter, err := excelize.ColumnNumberToName(g.column[column] + side)
	if err != nil {
		return "" // cannot be: columns are few
	}
	first := g.headRow() + 1
	return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", sheet, letter, first+s.From, letter, first+s.To-1)
}

// name is the cell that names a series: the first cell of its rows for lines, the head of its column for bars. Excel takes
// references only.
func (g *grid) name(sheet string, ch *chart, s series) string {
	if ch.Kind == lineChart {
		return fmt.Sprintf("'%s'!$A$%d", sheet, g.headRow()+1+s.From)
	}
	return g.heading(sheet, s.Column, 0)
}

// heading is the cell of a column's head.
func (g *grid) heading(sheet string, column, side int) string {
	letter, err := excelize.ColumnNumberToName(g.column[column] + side)
	if err != nil {
		return "" // cannot be: columns are few
	}
	return fmt.Sprintf("'%s'!$%s$%d", sheet, letter, g.headRow())
}
