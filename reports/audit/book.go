package audit

import (
	"bytes"
	"encoding/xml"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// sheet is one sheet of a workbook, with every cell that it has.
type sheet struct {
	name  string
	head  int // the row of the table's heads: the last frozen one; 0 without
	last  int // the last column of the table as printed (of its filter); 0 unknown
	cells map[place]bookCell
	rows  []int // that hold anything, in order
}

// place is a row and a column, from 1.
type place struct{ row, column int }

type bookCell struct {
	text   string
	number float64
	is     bool // a number
}

func (p place) String() string { return columnName(p.column) + strconv.Itoa(p.row) }

func columnName(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// placeOf reads A1 or $A$1.
func placeOf(ref string) (p place, ok bool) {
	for i, r := range strings.ReplaceAll(ref, "$", "") {
		switch {
		case r >= 'A' && r <= 'Z' && p.row == 0:
			p.column = 26*p.column + int(r-'A') + 1
		case r >= '0' && r <= '9' && i > 0:
			p.row = 10*p.row + int(r-'0')
		default:
			return place{}, false
		}
		if p.column > 1<<14 || p.row > 1<<20 {
			return place{}, false
		}
	}
	return p, p.row > 0 && p.column > 0
}

// walk calls visit for every element of an XML part: its name, attributes and the text directly inside. Broken XML ends it.
func walk(data []byte, start func(name string, attr func(string) string), text func(name, s string), end func(name string)) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	var open []string
	for {
		t, err := d.RawToken()
		if t == nil {
			if len(open) == 0 && err != nil && err.Error() == "EOF" {
				return nil
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			open = append(open, t.Name.Local)
			if start != nil {
				start(t.Name.Local, func(name string) string {
					for _, a := range t.Attr {
						if a.Name.Local == name {
							return a.Value
						}
					}
					return ""
				})
			}
		case xml.CharData:
			if text != nil && len(open) > 0 {
				text(open[len(open)-1], string(t))
			}
		case xml.EndElement:
			if end != nil {
				end(t.Name.Local)
			}
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
}

// readBook reads the sheets of a workbook, and looks where a reader of the sheets does not.
func (a *auditor) readBook(d *document, parts map[string][]byte) {
	shared := sharedStrings(parts["xl/sharedStrings.xml"])
	targets := relations(parts["xl/_rels/workbook.xml.rels"])
	sheets := map[string]*sheet{}
	var names []string
	hidden := a.hiding(d)
	l := a.readLooks(d, parts["xl/styles.xml"])
	a.outside(d, parts)
	err := walk(parts["xl/workbook.xml"], func(name string, attr func(string) string) {
		switch name {
		case "sheet":
			title := attr("name")
			if state := attr("state"); state != "" && state != "visible" {
				hidden(title, "隠れたシートです。", "a hidden sheet")
			}
			part := path.Join("xl", targets[attr("id")])
			s, err := a.readSheet(d, title, parts[part], shared, l)
			if err != nil || parts[part] == nil {
				a.add(Finding{Kind: Unread, File: d.name, Place: title, What: both("このシートは読めません。", "this sheet cannot be read")})
				return
			}
			sheets[title] = s
			names = append(names, title)
		case "definedName":
			if n := attr("name"); n != "_xlnm._FilterDatabase" && n != "_xlnm.Print_Titles" && n != "_xlnm.Print_Area" || attr("comment")+attr("description")+attr("help")+attr("statusBar") != "" {
				hidden(n, "名前の定義です。値や式を隠せます。", "a defined name; it can hide values and formulas")
			}
		case "workbookView":
			if state := attr("visibility"); state != "" && state != "visible" {
				hidden("xl/workbook.xml", "隠れたウィンドウです。", "a hidden window")
			}
		case "externalReference", "pivotCache", "customWorkbookView", "functionGroup", "smartTagType", "webPublishObject", "fileSharing", "extLst", "oleSize":
			hidden("xl/workbook.xml", "報告書にはない要素です: "+name, "an element that no report has: "+name)
		}
	}, func(name, s string) {
		if name == "definedName" && !cellsOnly.MatchString(s) {
			hidden("xl/workbook.xml", "名前の定義が、セルの範囲ではありません: "+cut(s), "a defined name that is no range of cells: "+cut(s))
		}
	}, nil)
	if err != nil {
		a.add(Finding{Kind: Unread, File: d.name, Place: "xl/workbook.xml", What: both("ブックの目次が読めません。", "the list of sheets cannot be read")})
	}
	for _, name := range names {
		if g := a.sheetTable(d, sheets[name]); g != nil {
			d.grids = append(d.grids, g)
		}
	}
	a.properties(d, parts)
	charts := make([]string, 0, len(parts))
	for part := range parts {
		if strings.HasPrefix(part, "xl/charts/") {
			charts = append(charts, part)
		}
	}
	sort.Strings(charts)
	for _, part := range charts {
		a.bookChart(d, part, parts[part], sheets)
	}
	a.drawings(d, parts)
}

// cellsOnly is what a name for printing or filtering stands for: ranges, rows and columns of a sheet.
var cellsOnly = regexp.MustCompile(`^\s*('(?:[^']|'')+'|[^'!]+)!\$?[A-Z]*\$?\d*(:\$?[A-Z]*\$?\d*)?(,('(?:[^']|'')+'|[^'!]+)!\$?[A-Z]*\$?\d*(:\$?[A-Z]*\$?\d*)?)*\s*$`)

func (a *auditor) hiding(d *document) func(place, ja, en string) {
	return func(place, ja, en string) {
		a.add(Finding{Kind: Hidden, File: d.name, Place: place, What: both(ja, en)})
	}
}

func sharedStrings(data []byte) (all []string) {
	if data == nil {
		return nil
	}
	_ = walk(data, func(name string, _ func(string) string) {
		if name == "si" {
			all = append(all, "")
		}
	}, func(name, s string) {
		if name == "t" && len(all) > 0 {
			all[len(all)-1] += s
		}
	}, nil)
	return all
}

func relations(data []byte) map[string]string {
	targets := map[string]string{}
	_ = walk(data, func(name string, attr func(string) string) {
		if name == "Relationship" {
			targets[attr("Id")] = strings.TrimPrefix(attr("Target"), "/xl/")
		}
	}, nil, nil)
	return targets
}

// readSheet reads every cell of a sheet, and says what in it is hidden: rows, columns, formulas, lists, notes.
func (a *auditor) readSheet(d *document, name string, data []byte, shared []string, l *looks) (*sheet, error) {
	s := &sheet{name: name, cells: map[place]bookCell{}}
	hidden := a.hiding(d)
	var at place
	var kind, value, style string
	err := walk(data, func(element string, attr func(string) string) {
		switch element {
		case "row":
			at = place{}
			at.row, _ = strconv.Atoi(attr("r"))
			if isTrue(attr("hidden")) || tiny(attr("ht"), leastHeight) {
				hidden(name+" "+strconv.Itoa(at.row), "隠れた行です。", "a hidden row")
			}
		case "col":
			if isTrue(attr("hidden")) || tiny(attr("width"), leastWidth) {
				hidden(name, "隠れた列です。", "a hidden column")
			}
		case "sheetFormatPr":
			if isTrue(attr("zeroHeight")) || tiny(attr("defaultRowHeight"), leastHeight) || tiny(attr("defaultColWidth"), leastWidth) {
				hidden(name, "行や列が、ふだんから隠れています。", "rows or columns are hidden unless said otherwise")
			}
		case "c":
			at, _ = placeOf(attr("r"))
			kind, value, style = attr("t"), "", attr("s")
		case "f":
			hidden(name+" "+at.String(), "式が入っています。", "a formula")
		case "pane":
			s.head, _ = strconv.Atoi(attr("ySplit"))
		case "autoFilter":
			_, to, _ := strings.Cut(attr("ref"), ":")
			end, _ := placeOf(to)
			s.last = end.column
		case "color":
			if contrast(or(colourOf(attr), "000000"), "FFFFFF") < leastContrast {
				hidden(name+" "+at.String(), "文字列の一部が、見えない色です。", "a part of a text in a colour that cannot be seen")
			}
		case "hyperlink":
			if attr("id") != "" || attr("tooltip") != "" || attr("display") != "" {
				hidden(name+" "+attr("ref"), "リンクに、読者に見えない文字があります。", "a link with words that a reader does not see")
			}
			d.pieces = append(d.pieces, piece{name + " " + attr("ref"), []byte(attr("location") + " " + attr("tooltip") + " " + attr("display")), true})
		case "rPh", "phoneticPr", "customSheetView", "protectedRange", "cellWatch", "dataConsolidate", "webPublishItem", "drawingHF", "legacyDrawingHF", "sortState",
			"dataValidation", "conditionalFormatting", "legacyDrawing", "oleObject", "control", "tablePart", "picture", "extLst", "scenario", "customPr":
			hidden(name, "読者に見えない要素です: "+element, "an element that a reader does not see: "+element)
		}
	}, func(element, text string) {
		switch element {
		case "v", "t":
			value += text
		case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
			d.pieces = append(d.pieces, piece{name + " " + element, []byte(text), false})
			if number := figure.FindString(text); number != "" {
				hidden(name+" "+element, "見出しやフッターに数値があります: "+number, "a number in a header or footer: "+number)
			}
		}
	}, func(element string) {
		if element != "c" {
			return
		}
		c := bookCell{text: value}
		switch kind {
		case "s":
			if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(shared) {
				c.text = shared[i]
			}
		case "inlineStr", "str", "b", "e", "d":
		default:
			if x, err := strconv.ParseFloat(value, 64); err == nil {
				c.number, c.is = x, true
			}
		}
		if c.text == "" {
			return
		}
		if _, twice := s.cells[at]; twice {
			hidden(name+" "+at.String(), "一つのセルに値が二つあります。", "two values in one cell")
		}
		s.cells[at] = c
		if ja, en := l.unseenCell(style, c); ja != "" {
			hidden(name+" "+at.String(), ja+": "+cut(c.text), en+": "+cut(c.text))
		}
		if !c.is {
			a.strange(d, name+" "+at.String(), c.text)
			d.words[plain(c.text)] = true
			d.pieces = append(d.pieces, piece{name + " " + at.String(), []byte(c.text), true})
		} else if decimals(c.number) > mostDecimals {
			a.add(Finding{Kind: Unrounded, File: d.name, Place: name + " " + at.String(), What: both("丸められていない値です: "+value, "an unrounded value: "+value)})
		}
	})
	rows := map[int]bool{}
	for p := range s.cells {
		rows[p.row] = true
	}
	for row := range rows {
		s.rows = append(s.rows, row)
	}
	slices.Sort(s.rows)
	return s, err
}

// mostDecimals is how many digits behind the point the finest figure of a report has: p values and lengths of bars.
const mostDecimals = 3

// leastHeight and leastWidth are what a row (points) and a column (signs) need to be seen.
const leastHeight, leastWidth = 4, 0.8

// tiny reports whether a size is given and too small to see anything.
func tiny(size string, least float64) bool {
	x, err := strconv.ParseFloat(size, 64)
	return err == nil && x < least
}

func isTrue(s string) bool { return s == "1" || s == "true" }
