package coding

import (
	"fmt"
	"io"
	"strings"

	"koe"
	"koe/analysis/voices"
	"koe/store"

	"github.com/xuri/excelize/v2"
)

// MostComments is how many comments one sheet takes.
const MostComments = 20_000

// Write writes the workbook: the guide, one sheet for each coder, one for decisions. What the rules say is not in it, so
// that it does not lead the coders.
func Write(w io.Writer, comments []Comment, language string) (err error) {
	if len(comments) > MostComments {
		return koe.Errorf(koe.Invalid, "%d comments are too many for one sheet: ask for a sample of at most %d", len(comments), MostComments)
	}
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	say := wordingIn(language)
	styles, err := newStyles(f)
	if err != nil {
		return err
	}
	if err := f.SetSheetName("Sheet1", say.guide); err != nil {
		return err
	}
	if err := writeGuide(f, say, styles, strings.HasPrefix(language, "en")); err != nil {
		return fmt.Errorf("write the guide: %w", err)
	}
	if err := printable(f, say.guide); err != nil {
		return err
	}
	for _, name := range []string{say.coder1, say.coder2, say.decision} {
		if _, err := f.NewSheet(name); err != nil {
			return err
		}
		if err := writeSheet(f, name, comments, say, styles, language, name == say.decision); err != nil {
			return fmt.Errorf("write the sheet %s: %w", name, err)
		}
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "koe", Title: say.guide}); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

type styles struct{ head, text, plain, lead int }

func newStyles(f *excelize.File) (s styles, err error) {
	font := func(bold bool, size float64) *excelize.Font {
		return &excelize.Font{Family: "Yu Gothic", Size: size, Bold: bold}
	}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, one := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&s.head, &excelize.Style{Font: font(true, 10), Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}},
			Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "808080"}}}},
		{&s.text, &excelize.Style{Font: font(false, 10), Alignment: wrap}},
		{&s.plain, &excelize.Style{Font: font(false, 10), Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.lead, &excelize.Style{Font: font(false, 11), Alignment: wrap}},
	} {
		if *one.id, err = f.NewStyle(one.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func writeGuide(f *excelize.File, say wording, s styles, english bool) error {
	p := &page{f: f, sheet: say.guide}
	for i, width := range []float64{24, 60, 70} {
		p.width(i+1, width)
	}
	for _, line := range say.guideLead {
		p.row(34, s.lead, line, "", "")
		p.merge()
	}
	p.row(0, s.text)
	p.row(0, s.head, say.theme, say.meaning, say.examples)
	for _, g := range guide() {
		title, about := g.title, g.about
		if english {
			title, about = g.titleEnglish, g.aboutEnglish
		}
		p.row(48, s.text, title, about, strings.ReplaceAll(g.examples, "／", "\n"))
	}
	return p.err
}

// page writes one sheet row by row; the first error stays.
type page struct {
	f     *excelize.File
	sheet string
	at    int // rows written
	err   error
}

func (p *page) do(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *page) width(column int, width float64) {
	name, err := excelize.ColumnNumberToName(column)
	p.do(err)
	p.do(p.f.SetColWidth(p.sheet, name, name, width))
}

// row writes texts, which never become formulas or numbers. Height 0 is the ordinary one.
func (p *page) row(height float64, style int, texts ...string) {
	p.at++
	for i, text := range texts {
		cell, err := excelize.CoordinatesToCellName(i+1, p.at)
		p.do(err)
		if text != "" {
			p.do(p.f.SetCellStr(p.sheet, cell, text))
		}
		p.do(p.f.SetCellStyle(p.sheet, cell, cell, style))
	}
	if height > 0 {
		p.do(p.f.SetRowHeight(p.sheet, p.at, height))
	}
}

// merge joins the first three cells of the last row.
func (p *page) merge() {
	p.do(p.f.MergeCell(p.sheet, fmt.Sprintf("A%d", p.at), fmt.Sprintf("C%d", p.at)))
}

// writeSheet writes one coder's sheet, or that of decisions.
func writeSheet(f *excelize.File, name string, comments []Comment, say wording, s styles, language string, decision bool) error {
	ids := []string{columnResponse, columnQuestion, columnCheck, columnStage, columnText}
	titles := []string{"", "", "", say.stage, say.text}
	themes := map[string]themeGuide{}
	for _, g := range guide() {
		themes[g.id] = g
	}
	for _, theme := range themeColumns() {
		ids = append(ids, theme)
		title := themes[theme].title
		if strings.HasPrefix(language, "en") {
			title = themes[theme].titleEnglish
		}
		titles = append(titles, title)
	}
	ids, titles = append(ids, columnDone), append(titles, say.done)
	if decision {
		ids, titles = append(ids, columnAllowed, columnCleared), append(titles, say.allowed, say.clear)
	}
	p := &page{f: f, sheet: name}
	for i := range ids {
		switch {
		case i == 3:
			p.width(i+1, 14)
		case i == 4:
			p.width(i+1, 70)
		default:
			p.width(i+1, 11)
		}
	}
	p.row(0, s.plain, ids...)
	p.do(f.SetRowVisible(name, 1, false))
	p.row(44, s.head, titles...)
	for _, c := range comments {
		row := make([]string, len(ids))
		copy(row, []string{c.Response, c.Question, voices.Check(c.Text), c.Stage, clean(c.Text)})
		if decision {
			row[len(row)-2] = map[bool]string{true: say.yes, false: say.no}[c.PublishOK]
			row[len(row)-1] = map[store.Clearance]string{store.Cleared: say.yes, store.NotCleared: say.no}[c.Cleared]
		}
		p.row(heightOf(c.Text), s.text, row...)
	}
	p.do(f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: 5, YSplit: 2, TopLeftCell: "F3", ActivePane: "bottomRight"}))
	last, err := excelize.CoordinatesToCellName(len(ids), max(len(comments)+2, 3))
	p.do(err)
	p.do(f.AutoFilter(name, "D2:"+last, nil))
	if p.err != nil {
		return p.err
	}
	return finishSheet(f, name, ids, len(comments), say)
}

// finishSheet adds choices, hidden columns and print set-up.
func finishSheet(f *excelize.File, name string, ids []string, comments int, say wording) error {
	last := max(comments+2, 3)
	for i, id := range ids {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		choices := []string{say.valences[voices.Issue], say.valences[voices.Wish], say.valences[voices.OK]}
		switch id {
		case columnDone:
			choices = []string{say.doneMark}
		case columnCleared:
			choices = []string{say.yes, say.no}
		case columnResponse, columnQuestion, columnCheck:
			if err := f.SetColVisible(name, column, false); err != nil {
				return err
			}
			continue
		case columnStage, columnText, columnAllowed:
			continue
		}
		choice := excelize.NewDataValidation(true)
		choice.Sqref = fmt.Sprintf("%s3:%s%d", column, column, last)
		if err := choice.SetDropList(choices); err != nil {
			return err
		}
		if err := f.AddDataValidation(name, choice); err != nil {
			return err
		}
	}
	return printable(f, name)
}

// printable sets a sheet up for A4, as wide as the page.
func printable(f *excelize.File, name string) error {
	landscape, wide, tall, a4, fit := "landscape", 1, 0, 9, true
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall, Size: &a4})
}

// heightOf is the height of a row with a text of about 34 full-width characters a line, in points.
func heightOf(text string) float64 {
	lines := 0
	for line := range strings.Lines(text) {
		lines += 1 + len([]rune(line))/34
	}
	return min(float64(max(lines, 1))*14+4, 400)
}

// clean makes a text fit for a cell.
func clean(text string) string {
	const most = 32_000 // characters of a cell
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
