package reports

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"koe"
)

// writeWorkbook makes the document an Excel workbook: a cover with links, then a sheet a part, charts on the sheet of
// their table or, where the table is long, on one of their own before it.
func writeWorkbook(doc *document) ([]byte, error) {
	f := excelize.NewFile()
	w := &workbook{File: f, doc: doc, styles: map[styleKey]int{}, errorBars: map[string][]string{}}
	f.SetZipWriter(func(out io.Writer) excelize.ZipWriter { return &normalZip{out: out, change: w.finished} })
	err := w.write()
	if err == nil {
		var b bytes.Buffer
		if err = f.Write(&b); err == nil {
			return b.Bytes(), f.Close()
		}
	}
	_ = f.Close()
	return nil, koe.Errorf(koe.Internal, "the workbook: %w", err)
}

type workbook struct {
	*excelize.File
	doc       *document
	styles    map[styleKey]int
	charts    int                 // added so far
	errorBars map[string][]string // by part of the package: the XML of each series' intervals
}

// finished gives the change that a part of the package needs before it is packed; nil for most.
func (w *workbook) finished(name string) func([]byte) []byte {
	if name == contentTypes {
		return sortContentTypes
	}
	if bars, ok := w.errorBars[name]; ok {
		return func(chart []byte) []byte { return withErrorBars(chart, bars) }
	}
	return nil
}

const firstSheet = "Sheet1" // what excelize calls the sheet of a new file

func (w *workbook) write() error {
	if err := w.SetDefaultFont(w.font()); err != nil {
		return err
	}
	day := w.doc.Day.String() + "T00:00:00Z"
	if err := w.SetDocProps(&excelize.DocProperties{Title: w.doc.Title, Creator: w.doc.Organization, LastModifiedBy: w.doc.Organization,
		Created: day, Modified: day, Language: w.doc.Lang}); err != nil {
		return err
	}
	taken := map[string]bool{}
	cover := sheetName(w.doc.words.say("contents"), taken)
	if err := w.SetSheetName(firstSheet, cover); err != nil {
		return err
	}
	var links []link
	for _, journey := range w.doc.beside() { // the main one first, then each of the others as a whole
		for _, s := range w.doc.Sections {
			for _, p := range s.Parts {
				if p.Beside != journey {
					continue
				}
				charts, err := w.part(s, p)
				if err != nil {
					return err
				}
				links = append(links, link{s.Title, p, charts})
			}
		}
	}
	return w.cover(cover, links)
}

// font is the font of Japanese office work; elsewhere it falls back to what the machine has for Japanese.
func (w *workbook) font() string {
	if w.doc.Lang == "ja" {
		return "游ゴシック"
	}
	return "Yu Gothic"
}

// chartsApart is how many rows a table may have before its charts get a sheet of their own.
const chartsApart = 12

// part writes the sheets of one part, and says whether its charts have one of their own.
func (w *workbook) part(s *section, p *part) (chartSheet bool, err error) {
	g := w.grid(s, p)
	chartSheet = len(p.Charts) > 0 && len(g.rows) > chartsApart
	if chartSheet {
		if err := w.newSheet(p.ChartSheet, p); err != nil {
			return false, err
		}
	}
	if err := w.newSheet(p.Sheet, p); err != nil {
		return false, err
	}
	if chartSheet {
		err = w.chartSheet(p.ChartSheet, s, p, g)
	} else {
		err = w.chartsBelow(p, g)
	}
	if err != nil {
		return false, err
	}
	return chartSheet, w.sheet(p.Sheet, g)
}

// newSheet makes a sheet; those of the main journey have a coloured tab.
func (w *workbook) newSheet(name string, p *part) error {
	if _, err := w.NewSheet(name); err != nil || p.Beside != "" {
		return err
	}
	colour := lineColours[0]
	return w.SetSheetProps(name, &excelize.SheetPropsOptions{TabColorRGB: &colour})
}

// link is one line of the contents.
type link struct {
	Section string
	Part    *part
	Charts  bool // they have a sheet of their own
}

// cover is the first sheet: what this is, and where everything lies.
func (w *workbook) cover(name string, links []link) error {
	if err := w.page(name, false, 0); err != nil {
		return err
	}
	if err := w.SetColWidth(name, "A", "A", 24); err != nil {
		return err
	}
	if err := w.SetColWidth(name, "B", "B", 60); err != nil {
		return err
	}
	if err := w.SetColWidth(name, "C", "C", 6); err != nil {
		return err
	}
	rows := []cells{
		{{w.doc.Organization, styleKey{kind: "soft"}}},
		{{w.doc.Title, styleKey{kind: "cover"}}},
	}
	if w.doc.ScopeName != "" {
		rows = append(rows, cells{{w.doc.ScopeName, styleKey{kind: "title"}}})
	}
	if w.doc.Draft {
		rows = append(rows, cells{{w.doc.words.say("draft") + "  " + w.doc.words.say("draft.long"), styleKey{kind: "draft"}}})
	}
	rows = append(rows, nil)
	for _, p := range w.doc.Cover {
		rows = append(rows, cells{{p.Label, styleKey{kind: "term"}}, {p.Value, styleKey{kind: "text"}}})
	}
	rows = append(rows, nil, cells{{w.doc.words.say("contents"), styleKey{kind: "title"}}})
	last, journey, contents, others := "", "", len(rows), 0
	for _, l := range links {
		if l.Part.Beside != journey {
			if journey == "" {
				others = len(rows) + 2
				rows = append(rows, nil, cells{{w.doc.words.say("contents.beside"), styleKey{kind: "title"}}})
			}
			journey, last = l.Part.Beside, ""
		}
		head := l.Section
		if journey != "" {
			head = journey
		}
		row := cells{{"", styleKey{kind: "term"}}, {l.Part.Sheet, styleKey{kind: "link"}}}
		if head != last {
			row[0].value, last = head, head
		}
		if l.Charts {
			row = append(row, styled{w.doc.words.say("sheet.chart"), styleKey{kind: "link"}})
			if err := w.SetCellHyperLink(name, "C"+strconv.Itoa(len(rows)+1), "'"+l.Part.ChartSheet+"'!A1", "Location"); err != nil {
				return err
			}
		}
		rows = append(rows, row)
		if err := w.SetCellHyperLink(name, "B"+strconv.Itoa(len(rows)), "'"+l.Part.Sheet+"'!A1", "Location"); err != nil {
			return err
		}
	}
	out, err := w.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, r := range rows {
		values, err := w.values(r)
		if err != nil {
			return err
		}
		height := 20.0
		switch {
		case i == 1:
			height = 40
		case i >= contents && i+1 != others:
			height = 15
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), values, excelize.RowOpts{Height: height}); err != nil {
			return err
		}
	}
	if others > 0 {
		if err := out.InsertPageBreak("A" + strconv.Itoa(others)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// page sets a sheet up for A4: margins, direction, header and footer, one page wide; heads rows are repeated.
func (w *workbook) page(name string, landscape bool, head int) error {
	direction := "portrait"
	if landscape {
		direction = "landscape"
	}
	size, wide, high, yes := 9, 1, 0, true
	if err := w.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &size, Orientation: &direction, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	height := 18.75
	if err := w.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes, DefaultRowHeight: &height, CustomHeight: &yes}); err != nil {
		return err
	}
	side, top, bottom, edge := 0.55, 0.75, 0.7, 0.35
	if err := w.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &bottom, Header: &edge, Footer: &edge, Horizontally: &yes}); err != nil {
		return err
	}
	left := headerText(w.doc.Organization)
	right := headerText(w.doc.Title)
	if w.doc.ScopeName != "" {
		right = headerText(w.doc.ScopeName)
	}
	foot := dateText(w.doc.Day, w.doc.Lang)
	if w.doc.Draft {
		foot += "  " + w.doc.words.say("draft")
	}
	font := `&"` + w.font() + `,Regular"&8`
	if err := w.SetHeaderFooter(name, &excelize.HeaderFooterOptions{
		OddHeader: "&L" + font + " " + left + "&R" + font + " " + right,
		OddFooter: "&L" + font + " " + headerText(foot) + "&C" + font + " &P / &N&R" + font + " &A",
	}); err != nil {
		return err
	}
	if head > 0 {
		at := "$" + strconv.Itoa(head)
		if err := w.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!" + at + ":" + at, Scope: name}); err != nil {
			return err
		}
	}
	yesGrid := false
	return w.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &yesGrid})
}

// headerText doubles the ampersands, which are commands in headers, and keeps the text short.
func headerText(s string) string {
	return strings.ReplaceAll(cutUTF16(strings.ReplaceAll(s, "\n", " "), 60), "&", "&&")
}
