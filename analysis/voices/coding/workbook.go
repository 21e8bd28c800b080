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
	sheet, err := f.NewStreamWriter(say.guide)
	if err != nil {
		return err
	}
	for i, width := range []float64{24, 60, 70} {
		if err := sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	row := 1
	for _, line := range say.guideLead {
		if err := sheet.SetRow(fmt.Sprintf("A%d", row), []any{excelize.Cell{StyleID: s.lead, Value: line}}, excelize.RowOpts{Height: 34}); err != nil {
			return err
		}
		if err := sheet.MergeCell(fmt.Sprintf("A%d", row), fmt.Sprintf("C%d", row)); err != nil {
			return err
		}
		row++
	}
	row++
	if err := sheet.SetRow(fmt.Sprintf("A%d", row), cells(s.head, say.theme, say.meaning, say.examples)); err != nil {
		return err
	}
	for _, g := range guide() {
		row++
		title, about := g.title, g.about
		if english {
			title, about = g.titleEnglish, g.aboutEnglish
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", row), cells(s.text, title, about, strings.ReplaceAll(g.examples, "／", "\n")), excelize.RowOpts{Height: 48}); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

func cells(style int, values ...string) []any {
	out := make([]any, len(values))
	for i, value := range values {
		out[i] = excelize.Cell{StyleID: style, Value: value}
	}
	return out
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
	sheet, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	widths := []float64{3, 3, 3, 14, 70}
	for i := range ids {
		width := 9.0
		if i < len(widths) {
			width = widths[i]
		}
		if err := sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, XSplit: 5, YSplit: 2, TopLeftCell: "F3", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := sheet.SetRow("A1", cells(s.plain, ids...), excelize.RowOpts{Hidden: true}); err != nil {
		return err
	}
	if err := sheet.SetRow("A2", cells(s.head, titles...), excelize.RowOpts{Height: 44}); err != nil {
		return err
	}
	for i, c := range comments {
		row := cells(s.plain, c.Response, c.Question, voices.Check(c.Text), c.Stage)
		row = append(row, excelize.Cell{StyleID: s.text, Value: clean(c.Text)})
		for range len(themeColumns()) + 1 {
			row = append(row, excelize.Cell{StyleID: s.plain, Value: ""})
		}
		if decision {
			row = append(row, excelize.Cell{StyleID: s.plain, Value: map[bool]string{true: say.yes, false: say.no}[c.PublishOK]},
				excelize.Cell{StyleID: s.plain, Value: map[store.Clearance]string{store.Cleared: say.yes, store.NotCleared: say.no}[c.Cleared]})
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", i+3), row); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return finishSheet(f, name, ids, len(comments), say)
}

// finishSheet adds what a stream cannot: choices, hidden columns, print set-up.
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
	landscape, wide, tall, a4 := "landscape", 1, 0, 9
	if err := f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall, Size: &a4}); err != nil {
		return err
	}
	return nil
}

// clean makes a text fit for a cell.
func clean(text string) string {
	const most = 32_000 // characters of a cell
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
