package table

import (
	"strings"
	"unicode/utf8"

	"koe"
)

// maxCellsPerRow is more columns than Excel has.
const maxCellsPerRow = 20000

// Delimiter finds which of comma, tab and semicolon divides the text: the one by which most of the first records have
// the same number of cells, and more than one. Comma when none does.
func Delimiter(text string) rune {
	sample := text
	if len(sample) > 64<<10 {
		sample = sample[:64<<10]
		if cut := strings.LastIndexAny(sample, "\n\r"); cut > 0 {
			sample = sample[:cut]
		}
	}
	best, bestScore := ',', 0.0
	for _, d := range []rune{',', '\t', ';'} {
		rows, err := split(sample, d, 0, true)
		if err != nil && d == '\t' {
			rows, _ = split(sample, d, 0, false) // without quotes nothing can be wrong
		}
		if len(rows) == 0 {
			continue
		}
		counts, widest := map[int]int{}, 0
		for _, r := range rows[:min(len(rows), 60)] {
			counts[len(r.Cells)]++
		}
		for width, n := range counts {
			if width > 1 && (n > counts[widest] || n == counts[widest] && width > widest) {
				widest = width
			}
		}
		if widest == 0 {
			continue
		}
		score := float64(counts[widest])/float64(min(len(rows), 60)) + float64(min(widest, 50))/1000
		if first := len(rows[0].Cells); first == widest {
			score += 0.5
		}
		if score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// split cuts text into records and cells: RFC 4180, with \n, \r\n or a bare \r at the end of a line, line breaks within
// quotes, and quotes in the middle of a cell taken as they are. Blank records are left out. A quote that never closes is
// an error that names its line. skipped is the number of lines before the text; without quotes a quotation mark is a
// character like any other.
func split(text string, delimiter rune, skipped int, quotes bool) ([]Row, error) {
	var (
		rows   []Row
		cells  []Cell
		line   = int32(1 + skipped)
		column = int32(1)
		i      = 0
		blank  = true
		start  = line
	)
	endRow := func() {
		if !blank {
			rows = append(rows, Row{Line: int(start), Cells: trimRight(cells)})
		}
		cells, blank = make([]Cell, 0, len(cells)), true
	}
	newline := func() {
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
		}
		i++
		line, column = line+1, 1
	}
	for i < len(text) {
		cell := Cell{Line: line, Column: column}
		var b strings.Builder
		from := i // of the part of an unquoted cell that is not in b yet
		if quotes && text[i] == '"' {
			i, column = i+1, column+1
			closed := false
			for from = i; i < len(text); {
				switch c := text[i]; {
				case c == '"' && i+1 < len(text) && text[i+1] == '"':
					b.WriteString(text[from : i+1])
					i, column = i+2, column+2
					from = i
					continue
				case c == '"':
					closed = true
				case c == '\n' || c == '\r':
					b.WriteString(text[from:i])
					b.WriteByte('\n')
					newline()
					from = i
					continue
				default:
					if utf8.RuneStart(c) {
						column++
					}
					i++
					continue
				}
				break
			}
			b.WriteString(text[from:i])
			if !closed {
				return rows, koe.Errorf(koe.Invalid, "line %d: a quotation mark opens here and never closes", cell.Line)
			}
			i, column = i+1, column+1
			from = i
		}
		for i < len(text) && text[i] != '\n' && text[i] != '\r' && rune(text[i]) != delimiter {
			if utf8.RuneStart(text[i]) {
				column++
			}
			i++
		}
		if b.Len() > 0 {
			b.WriteString(text[from:i])
			cell.Text = b.String()
		} else {
			cell.Text = text[from:i]
		}
		if blank && strings.TrimSpace(cell.Text) != "" {
			blank = false
		}
		cells = append(cells, cell)
		if len(cells) > maxCellsPerRow {
			return rows, koe.Errorf(koe.Invalid, "line %d has more than %d columns", line, maxCellsPerRow)
		}
		switch {
		case i >= len(text):
			endRow()
		case rune(text[i]) == delimiter:
			i, column = i+1, column+1
			if i == len(text) {
				endRow()
			}
		default:
			newline()
			endRow()
			start = line
		}
	}
	return rows, nil
}

// trimRight drops the blank cells at the end of a record.
func trimRight(cells []Cell) []Cell {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1].Text) == "" {
		n--
	}
	return cells[:n]
}
