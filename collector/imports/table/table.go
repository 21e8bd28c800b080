// Package table reads any file that holds rows and columns (CSV and its relatives in any encoding that Windows or a
// survey tool writes, and Excel workbooks) into plain text cells that know their place in the file. It says nothing
// about what the columns mean.
package table

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"koe"
)

// MaxBytes is the size of the largest file that is read.
const MaxBytes = 512 << 20

// Table is a sheet of a workbook or a whole text file: rows of cells, blank rows left out.
type Table struct {
	File      string // as it was given
	Sheet     string // of a workbook; "" for text
	Encoding  string // of text: UTF-8, UTF-16LE, UTF-16BE, CP932; "" for a workbook
	Delimiter rune   // of text
	Rows      []Row
}

// Row is one record. Its cells may span several lines of a text file.
type Row struct {
	Line  int // of the file or sheet, from 1
	Cells []Cell
}

// Cell is the text of one cell and where it begins. Dates of a workbook are written 2026-04-01 or
// 2026-04-01T09:00:00, numbers as short as they can be.
type Cell struct {
	Text   string
	Line   int32 // from 1
	Column int32 // in text files the character in the line, in workbooks the column; from 1
}

// Text gives the text of the cell at index i, and "" past the end of the row.
func (r Row) Text(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i].Text
}

// Texts gives the texts of all cells.
func (r Row) Texts() []string {
	out := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		out[i] = c.Text
	}
	return out
}

// Name is the file's name and, for a workbook, the sheet's: roster.xlsx!名簿.
func (t *Table) Name() string {
	if t.Sheet == "" {
		return t.File
	}
	return t.File + "!" + t.Sheet
}

// Place makes a problem that points at the cell at index i of the row; i < 0, and a
// cell that a text file does not have, point at the row.
func (t *Table) Place(r Row, i int, message string) koe.Problem {
	p := koe.Problem{File: t.Name(), Line: r.Line, Message: message}
	switch {
	case i >= 0 && i < len(r.Cells):
		p.Line, p.Column = int(r.Cells[i].Line), int(r.Cells[i].Column)
	case i >= 0 && t.Sheet != "":
		p.Column = i + 1
	}
	return p
}

// Header finds the header among the first rows: the row in which most cells are known, the first of several. It gives
// the row's index, or -1 when no row has a known cell.
func (t *Table) Header(known func(text string) bool) int {
	best, most := -1, 0
	for i, r := range t.Rows[:min(len(t.Rows), 40)] {
		n, seen := 0, map[string]bool{}
		for _, c := range r.Cells {
			if c.Text != "" && !seen[c.Text] && known(c.Text) {
				n++
				seen[c.Text] = true
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// Read reads a file into its tables: one for a text file, one a visible sheet that is not empty for a workbook. What
// it is, its bytes say, not its name.
func Read(path string) ([]Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "cannot open the file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "cannot read %s: %w", path, err)
	}
	if len(b) > MaxBytes {
		return nil, koe.Errorf(koe.Invalid, "%s: the file is larger than %d MB", path, MaxBytes>>20)
	}
	tables, err := Parse(path, b)
	if err != nil {
		return nil, koe.Problems{{File: path, Message: err.Error()}}
	}
	return tables, nil
}

// Parse is Read for bytes that are already there; file is the name that the tables carry.
func Parse(file string, b []byte) ([]Table, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, koe.Errorf(koe.Invalid, "an old or password-protected Excel file cannot be read; save it as .xlsx without a password")
	case bytes.HasPrefix(b, []byte("PK\x03\x04")) && bytes.Contains(b[:min(len(b), 200)], []byte("mimetypeapplication/vnd.oasis")):
		return nil, koe.Errorf(koe.Invalid, "an OpenDocument file cannot be read; save it as .xlsx or .csv")
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return parseWorkbook(file, b)
	case bytes.HasPrefix(b, []byte("%PDF")):
		return nil, koe.Errorf(koe.Invalid, "a PDF cannot be read; export .xlsx or .csv")
	}
	text, encoding, err := Decode(b)
	if err != nil {
		return nil, err
	}
	text, delimiter, skipped := sepLine(text)
	if delimiter == 0 {
		delimiter = Delimiter(text)
	}
	rows, err := split(text, delimiter, skipped, true)
	if err != nil && delimiter == '\t' { // some tools write tab-separated text without quoting
		rows, err = split(text, delimiter, skipped, false)
	}
	if err != nil {
		return nil, err
	}
	return []Table{{File: file, Encoding: encoding, Delimiter: delimiter, Rows: rows}}, nil
}

// sepLine takes off the first line sep=; by which files tell Excel their delimiter.
func sepLine(text string) (rest string, delimiter rune, skipped int) {
	for _, d := range []rune{',', ';', '\t'} {
		for _, quote := range []string{"", `"`} {
			for _, end := range []string{"\r\n", "\n", "\r"} {
				if rest, found := strings.CutPrefix(text, quote+"sep="+string(d)+quote+end); found {
					return rest, d, 1
				}
			}
		}
	}
	return text, 0, 0
}

// Base is the file's name without its folder.
func (t *Table) Base() string { return filepath.Base(t.File) }
