package table

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"koe"

	"github.com/xuri/excelize/v2"
)

// parseWorkbook reads every visible sheet. Merged cells are filled with their value; a formula gives its stored result,
// and is computed when there is none.
func parseWorkbook(file string, b []byte) (tables []Table, err error) {
	defer func() {
		if r := recover(); r != nil {
			tables, err = nil, koe.Errorf(koe.Invalid, "the workbook is damaged (%v)", r)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 2 << 30, UnzipXMLSizeLimit: 256 << 20})
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "the workbook cannot be opened: %w", err)
	}
	defer f.Close()
	w := workbook{f: f, dates: map[int]bool{}}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		w.date1904 = *props.Date1904
	}
	for _, sheet := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(sheet); err != nil || !visible {
			continue
		}
		rows, err := w.rows(sheet)
		if err != nil {
			return nil, koe.Errorf(koe.Invalid, "sheet %q cannot be read: %w", sheet, err)
		}
		if len(rows) > 0 {
			tables = append(tables, Table{File: file, Sheet: sheet, Rows: rows})
		}
	}
	return tables, nil
}

type workbook struct {
	f        *excelize.File
	date1904 bool
	dates    map[int]bool // by style: whether it shows dates
}

func (w *workbook) rows(sheet string) ([]Row, error) {
	raw, err := w.f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, err
	}
	cells := make([][]string, len(raw))
	for y, texts := range raw {
		cells[y] = make([]string, len(texts))
		for x, text := range texts {
			if cells[y][x], err = w.text(sheet, x, y, text); err != nil {
				return nil, err
			}
		}
	}
	if err := w.fillMerged(sheet, cells); err != nil {
		return nil, err
	}
	var rows []Row
	for y, texts := range cells {
		row := Row{Line: y + 1, Cells: make([]Cell, len(texts))}
		for x, text := range texts {
			row.Cells[x] = Cell{Text: text, Line: int32(y + 1), Column: int32(x + 1)}
		}
		if row.Cells = trimRight(row.Cells); len(row.Cells) > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// text gives the text of a cell whose raw value is text: numbers under a date format become dates.
func (w *workbook) text(sheet string, x, y int, text string) (string, error) {
	if text != "" && (text[0] < '-' || text[0] > '9') {
		return text, nil // neither a number nor a date
	}
	name, err := excelize.CoordinatesToCellName(x+1, y+1)
	if err != nil {
		return "", err
	}
	computed := text == ""
	if computed {
		if formula, err := w.f.GetCellFormula(sheet, name); err == nil && formula != "" {
			if text, err = w.f.CalcCellValue(sheet, name, excelize.Options{RawCellValue: true}); err != nil {
				return "#VALUE!", nil //nolint:nilerr // what Excel shows for a formula that cannot be computed
			}
		}
		if text == "" {
			return "", nil
		}
	}
	kind, err := w.f.GetCellType(sheet, name)
	if err != nil {
		return "", err
	}
	if kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber && !computed {
		return text, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text, nil //nolint:nilerr // not a number: text
	}
	style, err := w.f.GetCellStyle(sheet, name)
	if err != nil {
		return "", err
	}
	if w.showsDates(style) && number >= 1 && number < 150000 {
		if at, err := excelize.ExcelDateToTime(number, w.date1904); err == nil {
			at = at.Add(500 * time.Millisecond).Truncate(time.Second)
			if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
				return at.Format(time.DateOnly), nil
			}
			return at.Format("2006-01-02T15:04:05"), nil
		}
	}
	return strconv.FormatFloat(number, 'f', -1, 64), nil
}

func (w *workbook) showsDates(style int) bool {
	if is, known := w.dates[style]; known {
		return is
	}
	is := false
	if s, err := w.f.GetStyle(style); err == nil {
		switch id := s.NumFmt; {
		case s.CustomNumFmt != nil:
			is = dateFormat(*s.CustomNumFmt)
		case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 50 && id <= 58:
			is = true
		}
	}
	w.dates[style] = is
	return is
}

// dateFormat reports whether a number format shows a day: it has a year, day or era outside quotes and brackets.
func dateFormat(format string) bool {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		switch format[i] {
		case '"':
			for i++; i < len(format) && format[i] != '"'; i++ {
			}
		case '[':
			for i++; i < len(format) && format[i] != ']'; i++ {
			}
		case '\\', '_', '*':
			i++
		case ';':
			i = len(format) // the section for negative numbers and those after it do not matter
		default:
			b.WriteByte(format[i])
		}
	}
	code := strings.ToLower(b.String())
	if strings.Contains(code, "general") || strings.ContainsAny(code, "0#?") && !strings.ContainsAny(code, "yd") {
		return false
	}
	return strings.ContainsAny(code, "yd") || strings.Contains(code, "e") && strings.Contains(code, "m")
}

// fillMerged writes the value of each merged range into all of its cells that exist.
func (w *workbook) fillMerged(sheet string, cells [][]string) error {
	merged, err := w.f.GetMergeCells(sheet)
	if err != nil {
		return fmt.Errorf("merged cells: %w", err)
	}
	for _, m := range merged {
		x0, y0, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			continue
		}
		x1, y1, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || y0 > len(cells) || x0 > len(cells[y0-1]) {
			continue
		}
		value := cells[y0-1][x0-1]
		for y := y0; y <= min(y1, len(cells)); y++ {
			for x := x0; x <= min(x1, x0+500); x++ {
				for len(cells[y-1]) < x {
					cells[y-1] = append(cells[y-1], "")
				}
				if cells[y-1][x-1] == "" {
					cells[y-1][x-1] = value
				}
			}
		}
	}
	return nil
}
