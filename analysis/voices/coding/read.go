package coding

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"koe"
	"koe/store"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

// Read reads a workbook that Write wrote and people filled in. Sheets may be sorted, filtered and shortened; columns are
// known by the ids in the first row. Of a cell that cannot be understood the problem names file, row and column; such rows
// are left out.
func Read(name string, r io.Reader) (rows []Row, problems koe.Problems, err error) {
	f, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: 200 << 20, UnzipXMLSizeLimit: 100 << 20})
	if err != nil {
		return nil, nil, koe.Errorf(koe.Invalid, "%s is no Excel workbook that koe can read: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := &sheetReader{file: name, rows: map[string]*Row{}}
	found := 0
	for _, sheet := range f.GetSheetList() {
		var put func(*Row, Code)
		for _, say := range []wording{wordingIn("ja"), wordingIn("en")} {
			switch sheet {
			case say.coder1:
				put = func(r *Row, c Code) { r.First = c }
			case say.coder2:
				put = func(r *Row, c Code) { r.Second = c }
			case say.decision:
				put = func(r *Row, c Code) { r.Decision = c }
			}
		}
		if put == nil {
			continue
		}
		found++
		lines, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, nil, koe.Errorf(koe.Invalid, "%s, sheet %s: %w", name, sheet, err)
		}
		in.sheet(sheet, lines, put)
	}
	if found == 0 {
		return nil, nil, koe.Errorf(koe.Invalid, "%s has none of the sheets of a coding sheet: it is the workbook of koe voices export that is expected", name)
	}
	for _, key := range in.order {
		if row := in.rows[key]; !in.bad[key] {
			rows = append(rows, *row)
		}
	}
	return rows, in.problems, nil
}

type sheetReader struct {
	file     string
	rows     map[string]*Row
	order    []string
	bad      map[string]bool
	problems koe.Problems
}

func (in *sheetReader) problem(sheet string, line, column int, format string, args ...any) {
	in.problems = append(in.problems, koe.Problem{File: in.file + "/" + sheet, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// sheet reads one sheet.
func (in *sheetReader) sheet(name string, lines [][]string, put func(*Row, Code)) {
	at := map[string]int{}
	if len(lines) > 0 {
		for i, id := range lines[0] {
			at[strings.TrimSpace(id)] = i
		}
	}
	for _, id := range []string{columnResponse, columnQuestion, columnCheck, columnDone} {
		if _, ok := at[id]; !ok {
			in.problem(name, 1, 0, "the first row, which is hidden, has no column %s: the sheet was not made by koe voices export or has lost its first row", id)
			return
		}
	}
	for i := 2; i < len(lines); i++ {
		in.line(name, i+1, lines[i], at, put)
	}
}

func (in *sheetReader) line(sheet string, number int, line []string, at map[string]int, put func(*Row, Code)) {
	cell := func(id string) string {
		i, ok := at[id]
		if !ok || i >= len(line) {
			return ""
		}
		return strings.TrimSpace(norm.NFKC.String(line[i]))
	}
	response, question, check := cell(columnResponse), cell(columnQuestion), cell(columnCheck)
	if response == "" && question == "" {
		return
	}
	if response == "" || question == "" || check == "" {
		in.problem(sheet, number, 1, "the row has lost its hidden key")
		return
	}
	key := response + "\x00" + question
	row, ok := in.rows[key]
	if !ok {
		row = &Row{Response: response, Question: question, Check: check}
		in.rows[key] = row
		in.order = append(in.order, key)
	}
	spoil := func(column int, format string, args ...any) {
		if in.bad == nil {
			in.bad = map[string]bool{}
		}
		in.bad[key] = true
		in.problem(sheet, number, column, format, args...)
	}
	if row.Check != check {
		spoil(at[columnCheck]+1, "the check of the comment differs from that on another sheet")
	}
	var code Code
	for _, theme := range themeColumns() {
		text := cell(theme)
		if text == "" {
			continue
		}
		valence, ok := valenceOf(text)
		if !ok {
			spoil(at[theme]+1, "%q is no valence: 課題, 要望 or 良好 (issue, wish, ok) is expected", text)
			continue
		}
		if code == nil {
			code = Code{}
		}
		code[theme] = valence
	}
	if cell(columnDone) != "" && code == nil {
		code = Code{}
	}
	put(row, code)
	switch text := cell(columnCleared); {
	case text == "":
	case slices.Contains([]string{"可", "yes", "Yes", "○", "はい"}, text):
		row.Cleared = store.Cleared
	case slices.Contains([]string{"不可", "no", "No", "×", "いいえ"}, text):
		row.Cleared = store.NotCleared
	default:
		spoil(at[columnCleared]+1, "%q is no clearance: 可 or 不可 (yes, no) is expected", text)
	}
}

func valenceOf(text string) (string, bool) {
	for _, language := range []string{"ja", "en"} {
		for valence, word := range wordingIn(language).valences {
			if strings.EqualFold(text, word) || strings.EqualFold(text, valence) {
				return valence, true
			}
		}
	}
	return "", false
}
