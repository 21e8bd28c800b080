package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"koe"
	"koe/collector/imports/table"

	"github.com/xuri/excelize/v2"
)

// Filled is a workbook that came back: what it was made for, and what was written into it.
type Filled struct {
	Journey    string
	Stage      string
	Survey     string
	Version    int
	Invitation string // key; "" for a blank form
	Language   string
	Issued     time.Time
	SavedAt    time.Time // as the spreadsheet program noted it; zero when it did not
	Sheet      string
	Person     Cell // of a blank form
	Publish    Cell
	Answers    []Answer
}

// Answer is one cell that was to be filled in.
type Answer struct {
	Question string
	Option   string // the choice that the cell ticks; "" when it holds the answer
	Declined bool   // ticks 答えない
	Cell
}

// Cell is what a cell holds, and its place.
type Cell struct {
	Text   string
	Row    int
	Column int
}

// ErrNoForm says that a workbook is no 調査票 of koe.
var ErrNoForm = errors.New("no form of koe")

// ErrBrokenStamp says that a form's stamp was not made by this store, or was changed.
var ErrBrokenStamp = koe.Errorf(koe.Forbidden, "the form's stamp is broken")

// ErrMoved says that a form's cells are not where they were.
var ErrMoved = koe.Errorf(koe.Invalid, "the form's cells were moved or its texts changed")

// IsForm reports whether the bytes may be a form, without looking at its stamp closely.
func IsForm(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return false
	}
	f, err := open(b)
	if err != nil {
		return false
	}
	defer f.Close()
	title, err := f.GetCellValue(stampSheet, "A1")
	return err == nil && title != ""
}

func open(b []byte) (*excelize.File, error) {
	return excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 16 << 20})
}

// Read reads a workbook that came back. ErrNoForm: it has no stamp. ErrBrokenStamp: not made with the key, or changed.
// ErrMoved: rows were added, taken away or moved, or texts overwritten.
func Read(b, key []byte) (filled *Filled, err error) {
	defer func() {
		if r := recover(); r != nil {
			filled, err = nil, koe.Errorf(koe.Invalid, "the workbook is damaged (%v)", r)
		}
	}()
	f, err := open(b)
	if err != nil {
		return nil, ErrNoForm
	}
	defer f.Close()
	s, err := readStamp(f, key)
	switch {
	case err != nil && koe.KindOf(err) == koe.Forbidden:
		return nil, ErrBrokenStamp
	case err != nil:
		return nil, err
	case s == nil:
		return nil, ErrNoForm
	}
	cells, err := cellsOf(b, s.Sheet)
	if err != nil {
		return nil, err
	}
	filled = &Filled{Journey: s.Journey, Stage: s.Stage, Survey: s.Survey, Version: s.Version, Invitation: s.Invitation, Language: s.Language, Sheet: s.Sheet}
	filled.Issued, _ = time.Parse(time.RFC3339, s.Issued)
	if props, err := f.GetDocProps(); err == nil {
		filled.SavedAt, _ = time.Parse(time.RFC3339, props.Modified)
	}
	for _, spot := range s.Cells {
		label, err := cells.at(spot.Label)
		if err != nil {
			return nil, err
		}
		if labelHash(label.Text) != spot.Hash {
			return nil, ErrMoved
		}
		cell, err := cells.at(spot.Cell)
		if err != nil {
			return nil, err
		}
		filled.Answers = append(filled.Answers, Answer{Question: spot.Question, Option: spot.Option, Declined: spot.Declined, Cell: cell})
	}
	for name, target := range map[string]*Cell{s.Person: &filled.Person, s.Publish: &filled.Publish} {
		if name == "" {
			continue
		}
		if *target, err = cells.at(name); err != nil {
			return nil, err
		}
	}
	return filled, nil
}

// Blank reports whether nothing was filled in.
func (f *Filled) Blank() bool {
	for _, a := range f.Answers {
		if strings.TrimSpace(a.Text) != "" {
			return false
		}
	}
	return true
}

// grid is the texts of a sheet by row and column.
type grid map[[2]int]string

func cellsOf(b []byte, sheet string) (grid, error) {
	tables, err := table.Parse("", b)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if t.Sheet != sheet {
			continue
		}
		g := grid{}
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				g[[2]int{int(c.Line), int(c.Column)}] = c.Text
			}
		}
		return g, nil
	}
	return nil, koe.Errorf(koe.Invalid, "the form's sheet %q is not there any more", sheet)
}

func (g grid) at(name string) (Cell, error) {
	column, row, err := excelize.CellNameToCoordinates(name)
	if err != nil {
		return Cell{}, fmt.Errorf("the stamp names the cell %q: %w", name, err)
	}
	return Cell{Text: g[[2]int{row, column}], Row: row, Column: column}, nil
}
