package audit

import (
	"strings"
)

// sheetTable reads the table of a sheet: heads in the last frozen row, rows without a gap below. A number anywhere else is
// where nobody looks for it.
func (a *auditor) sheetTable(d *document, s *sheet) *grid {
	hidden := a.hiding(d)
	g := &grid{place: s.name, title: plainTitle(s.cells[place{1, 1}].text)}
	columns := 0
	for s.cells[place{s.head, columns + 1}].text != "" && s.head > 0 {
		columns++
	}
	end := s.head
	for columns > 0 {
		empty := true
		for c := 1; c <= columns; c++ {
			empty = empty && s.cells[place{end + 1, c}].text == ""
		}
		if empty {
			break
		}
		end++
	}
	for p, c := range s.cells {
		if c.is && (p.row <= s.head || p.row > end || p.column > columns) {
			hidden(s.name+" "+p.String(), "表の外に数値があります: "+c.text, "a number outside of the table: "+c.text)
		}
	}
	if columns == 0 {
		return nil
	}
	table := columns
	if s.last > 0 && s.last < columns {
		table = s.last
	}
	var from []int // first column of each column of the grid
	for c := 1; c <= table; c++ {
		head, side, two := strings.Cut(s.cells[place{s.head, c}].text, "\n")
		if before, other, again := strings.Cut(s.cells[place{s.head, c - 1}].text, "\n"); two && again && before == head && other != side && len(from) > 0 && from[len(from)-1] == c-1 {
			continue // the upper end of an interval
		}
		g.heads = append(g.heads, plain(head))
		from = append(from, c)
	}
	for row := s.head + 1; row <= end; row++ {
		var cells []cell
		for i, c := range from {
			to := table
			if i+1 < len(from) {
				to = from[i+1] - 1
			}
			one := cell{at: place{row, c}.String()}
			var texts []string
			for ; c <= to; c++ {
				v := s.cells[place{row, c}]
				if v.is {
					one.numbers = append(one.numbers, v.number)
				} else if v.text != "" {
					texts = append(texts, plain(v.text))
				}
			}
			if len(texts) > 0 {
				one.text = texts[0]
			}
			cells = append(cells, one)
		}
		g.rows = append(g.rows, cells)
		a.reach(d, s, g, row, table, columns)
	}
	return g
}

// reach checks the columns behind what is printed: the lengths of a chart's bars. Each must follow from the value and the
// interval of its row; where these are withheld, it must be absent.
func (a *auditor) reach(d *document, s *sheet, g *grid, row, table, columns int) {
	cells := g.rows[len(g.rows)-1]
	for c := table + 1; c <= columns; c++ {
		v, ok := s.cells[place{row, c}]
		if !ok || !v.is {
			continue
		}
		fits := false
		for i, one := range cells {
			for k, other := range cells {
				if i == k || len(one.numbers) != 1 || len(other.numbers) != 2 {
					continue
				}
				value, low, high := one.numbers[0], other.numbers[0], other.numbers[1]
				fits = fits || same(v.number, max(value-low, 0)) || same(v.number, max(high-value, 0))
			}
		}
		if !fits {
			a.add(Finding{Kind: Hidden, File: d.name, Place: s.name + " " + place{row, c}.String(),
				What: both("印刷されない列の数値が、行の値から導けません: "+v.text, "a number in a column that is not printed, and does not follow from its row: "+v.text)})
		}
	}
}

// plainTitle is a title on one line; section and part stand two blanks apart in a sheet.
func plainTitle(s string) string { return plain(s) }

// properties reads docProps: a title, an organisation, a language, days. Anything else, numbers above all, is a finding.
func (a *auditor) properties(d *document, parts map[string][]byte) {
	hidden := a.hiding(d)
	fine := map[string]bool{"Go Excelize": true, "ja": true, "en": true, "0": true, "": true}
	for _, s := range a.truth.Known {
		fine[plain(s)] = true
	}
	for _, part := range []string{"docProps/app.xml", "docProps/core.xml"} {
		if parts[part] == nil {
			continue
		}
		err := walk(parts[part], nil, func(name, s string) {
			if s = plain(s); fine[s] || d.words[s] {
				return
			}
			if name == "created" || name == "modified" {
				if len(s) == len("2026-04-01T00:00:00Z") && strings.HasSuffix(s, "T00:00:00Z") {
					return
				}
			}
			hidden(part, "ファイルのプロパティに、報告書の文にない内容があります("+name+"): "+cut(s), "a property of the file that the report does not say ("+name+"): "+cut(s))
		}, nil)
		if err != nil {
			a.add(Finding{Kind: Unread, File: d.name, Place: part, What: both("プロパティが読めません。", "the properties cannot be read")})
		}
	}
}

// drawings reads the alternative texts of pictures and charts: no number may stand in them alone.
func (a *auditor) drawings(d *document, parts map[string][]byte) {
	hidden := a.hiding(d)
	for part, data := range parts {
		if !strings.HasPrefix(part, "xl/drawings/drawing") {
			continue
		}
		err := walk(data, func(element string, attr func(string) string) {
			if element == "sp" || element == "pic" || element == "cxnSp" || element == "txBody" {
				hidden(part, "図形や画像があります。報告書にはありません: "+element, "a shape or picture, which no report has: "+element)
			}
			for _, name := range []string{"descr", "title", "name"} {
				d.pieces = append(d.pieces, piece{part + " " + name, []byte(attr(name)), true})
				if number := strangeNumber(attr(name), d.words); number != "" {
					hidden(part, "図の代替テキストに、表にない数値があります: "+number, "a number in the alternative text of a drawing that no cell says: "+number)
				}
			}
			if attr("hidden") != "" && isTrue(attr("hidden")) {
				hidden(part, "隠れた図があります。", "a hidden drawing")
			}
		}, func(_, s string) { d.pieces = append(d.pieces, piece{part, []byte(s), false}) }, nil)
		if err != nil {
			a.add(Finding{Kind: Unread, File: d.name, Place: part, What: both("図が読めません。", "a drawing cannot be read")})
		}
	}
}
