package reports

import (
	"slices"

	"koe"
)

// A document is one report before it is a file: in one language, for one scope. Every number in it is rounded, every
// text is final, and nothing that is withheld is in it.
type document struct {
	Lang         string
	Title        string // 中途採用者の声 …
	Organization string
	ScopeName    string // "" for everybody
	Day          koe.Date
	Draft        bool
	Cover        []pair // label, value: when, for whom, how many answers
	Sections     []*section
	words        catalogue
}

type pair struct{ Label, Value string }

// section is one heading of HR's order: 要点, ジャーニー …
type section struct {
	ID, Title string
	Lead      []string
	Parts     []*part
}

// part is what stands under one second-level heading, and one sheet of the workbook.
type part struct {
	ID         string // unique in the document; names anchors and charts
	Title      string // "" when the section has one part only
	Beside     string // title of the journey that it is of, when that is not the main one; "" otherwise
	Sheet      string // the sheet's name, at most 31 characters, unique in the document
	ChartSheet string // of its charts, where they stand apart
	Lead       []string
	Findings   []finding
	Journey    *journeyGrid
	Charts     []*chart
	Table      *table
	Quotes     []quote
	Notes      []string
}

// finding is one sentence of 要点, with the number and the people that it rests on.
type finding struct {
	Text    string
	Figure  string // 3.4点, 62%
	People  string // 84人
	Section string // the section that it points to
}

// quote is one cleared comment.
type quote struct{ Text, Source string }

// journeyGrid is the table of the seed: a column a stage, a row an aspect.
type journeyGrid struct {
	Aspects []string
	Stages  []journeyStage
}

// journeyStage is one column; Cells has one entry for each aspect.
type journeyStage struct {
	Title string
	Cells [][]line
}

// line is one line of a cell, with a tone: "", supported, not_supported, insufficient.
type line struct{ Text, Tone string }

type columnKind int

const (
	textColumn columnKind = iota
	numberColumn
	intervalColumn // two numbers: low–high; two columns in the workbook
)

// column is one column of a table. Width is in half-width characters, for the workbook.
type column struct {
	Title  string
	Kind   columnKind
	Width  float64
	Format format
}

// table is a rectangle of cells. The first column names the row.
type table struct {
	Caption string // for screen readers and print
	Columns []column
	Rows    []row
	Heat    bool // cells carry tones −2 … +2
	Folded  bool // HTML: behind a fold, because a chart shows the same
}

// row is one row; Level indents its first cell, Strong sets it off.
type row struct {
	Cells  []cell
	Level  int
	Strong bool
}

type cellKind int

const (
	textCell cellKind = iota
	numberCell
	intervalCell
	withheldCell // there is a number, and it is not published
	emptyCell    // there is no number
)

// cell is one value as shown. Number and High are rounded already.
type cell struct {
	Kind   cellKind
	Text   string
	Number float64 // of a numberCell; the low end of an intervalCell
	High   float64
	Format format
	Heat   int    // −2 (much worse) … +2 (much better)
	Tone   string // improved, worsened, supported …
	// Carried says that the value is the last published one: the new one differs by a few people.
	Carried bool
}

// beside lists the journeys that have parts: "", the main one, first, then the titles of the others in the order of their parts.
func (d *document) beside() []string {
	all := []string{""}
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			if !slices.Contains(all, p.Beside) {
				all = append(all, p.Beside)
			}
		}
	}
	return all
}

// carries reports whether a value of an earlier release is in any table.
func (d *document) carries() bool {
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			if p.Table != nil && p.Table.carries() {
				return true
			}
		}
	}
	return false
}

// carries reports whether a value of an earlier release is in the table.
func (t *table) carries() bool {
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if c.Carried {
				return true
			}
		}
	}
	return false
}

func text(s string) cell { return cell{Kind: textCell, Text: s} }

func number(x *float64, f format) cell {
	if x == nil {
		return cell{Kind: emptyCell}
	}
	v := f.rounded(*x)
	return cell{Kind: numberCell, Number: v, Format: f, Text: f.text(*x)}
}

func count(n *int64) cell {
	if n == nil {
		return cell{Kind: emptyCell}
	}
	x := float64(*n)
	return number(&x, formatCount)
}

// percent is a whole percentage as a cell.
func percent(whole int) cell {
	x := float64(whole) / 100
	return number(&x, formatShare)
}

// people is a count of people: the number from 20 on, below that the band that the analysis gives.
func people(n *int64, shown string) cell {
	if n != nil {
		return count(n)
	}
	if shown == "" {
		return cell{Kind: emptyCell}
	}
	return text(shown)
}

type chartKind int

const (
	lineChart    chartKind = iota // upright lines, with intervals where the series has them
	stackedChart                  // lying bars of shares that sum to 100 %
	barChart                      // lying bars, one value each, with intervals where the series has them
)

// chart draws values of the part's table: it holds no number of its own, so that what it shows can always be read.
type chart struct {
	ID     string
	Title  string
	About  string // what it shows, for those who do not see it
	Kind   chartKind
	Labels int // column of the table that names the points
	Series []series
	Low    float64 // of the value axis
	High   float64
	Format format
	Unit   string // title of the value axis
}

// series is rows From to To (without To) of a column; Interval is the column of its intervals, −1 for none.
type series struct {
	Name     string
	Colour   int // index into the palette
	From, To int
	Column   int
	Interval int
}
