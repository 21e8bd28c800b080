package audit

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// grid is one table of a file as a reader sees it, whether it was a sheet or an HTML table: the same table of both has the
// same title, heads and rows.
type grid struct {
	place string // the sheet, or the id of the part
	title string // section and part
	heads []string
	rows  [][]cell
}

// cell is one cell of a table: its text, the numbers in it (two of an interval), and where it stands. Shares are fractions.
type cell struct {
	text    string
	numbers []float64
	at      string
}

// figures counts the numbers of a grid.
func (g *grid) figures() (n int) {
	for _, row := range g.rows {
		for _, c := range row {
			n += len(c.numbers)
		}
	}
	return n
}

// where names a cell for a reader.
func (g *grid) where(c cell) string {
	if c.at == "" {
		return g.place
	}
	return g.place + " " + c.at
}

// label is the text of a cell in the first columns, which name a row.
func (g *grid) label(row []cell) string {
	if len(row) == 0 {
		return ""
	}
	return row[0].text
}

// shownNumber reads a number as a report writes it: 1,234, 3.4, 62%, +0.4, −12, .032, <.001 (which is nought), ▲3.4.
func shownNumber(s string) (x float64, ok bool) {
	s = strings.TrimSpace(strings.TrimLeft(s, "▲▼"))
	s, percent := strings.CutSuffix(s, "%")
	s = strings.TrimSpace(s)
	if s == "<.001" {
		return 0, true
	}
	s = strings.ReplaceAll(strings.Replace(s, "−", "-", 1), ",", "")
	if s == "" || !strings.ContainsAny(s[len(s)-1:], "0123456789") || strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("+-.0123456789", r) }) >= 0 {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	if percent {
		x = math.Round(x) / 100
	}
	return x, true
}

// shownNumbers reads a cell: one number, or the two ends of an interval.
func shownNumbers(s string) []float64 {
	if x, ok := shownNumber(s); ok {
		return []float64{x}
	}
	for _, dash := range []string{"–", "～", " to "} {
		if low, high, found := strings.Cut(s, dash); found {
			x, ok1 := shownNumber(low)
			y, ok2 := shownNumber(high)
			if ok1 && ok2 && band(s) == "" {
				return []float64{x, y}
			}
		}
	}
	return nil
}

var bands = regexp.MustCompile(`^(?:\d{1,2}–\d{1,2}|<\d|≥20)$`)

// band gives the band of a number of people (5–9, 10–19, <5) when the text is one. Intervals of whole numbers carry a
// percent sign or are signed.
func band(s string) string {
	if s = strings.TrimSpace(s); bands.MatchString(s) {
		return s
	}
	return ""
}

// same reports whether two printed numbers are one number: equal but for binary fractions.
func same(x, y float64) bool { return math.Abs(x-y) < 1e-6 }

// decimals counts the digits behind the point of a number written in full, without trailing noughts.
func decimals(x float64) int {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if i := strings.IndexByte(s, '.'); i >= 0 {
		return len(s) - i - 1
	}
	return 0
}

// hasDigit reports whether there is a digit of any script in a text.
func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

// plain is a text on one line, without the blanks at its ends.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut shortens a text for a message.
func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
