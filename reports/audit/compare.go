package audit

import (
	"path"
	"strings"
)

// compareFiles holds the workbook and the page of one report against each other: the same tables with the same cells.
func (a *auditor) compareFiles() {
	books := map[string]*document{}
	for _, d := range a.documents {
		if path.Ext(d.name) == ".xlsx" {
			books[strings.TrimSuffix(d.name, ".xlsx")] = d
		}
	}
	for _, d := range a.documents {
		if book := books[strings.TrimSuffix(d.name, ".html")]; path.Ext(d.name) == ".html" && book != nil {
			a.comparePair(d, book)
		}
	}
}

func (a *auditor) comparePair(page, book *document) {
	byTitle := map[string][]*grid{}
	for _, g := range book.grids {
		byTitle[g.title] = append(byTitle[g.title], g)
	}
	for _, g := range page.grids {
		others := byTitle[g.title]
		if len(others) == 0 {
			a.add(Finding{Kind: Differs, File: page.name, Place: g.place, What: both("この表がExcelにありません: "+g.title, "a table that the workbook does not have: "+g.title)})
			continue
		}
		other := others[0]
		byTitle[g.title] = others[1:]
		a.compareGrids(page, book, g, other)
	}
}

func (a *auditor) compareGrids(page, book *document, g, other *grid) {
	differs := func(at string, ja, en string) {
		a.add(Finding{Kind: Differs, File: page.name + ", " + book.name, Place: at, What: both(ja, en)})
	}
	if len(g.rows) != len(other.rows) || len(g.heads) != len(other.heads) {
		differs(g.place, "HTMLとExcelで表の大きさが違います。", "the table has another size in the workbook")
		return
	}
	for i, row := range g.rows {
		for k, c := range row {
			if k >= len(other.rows[i]) {
				continue
			}
			there := other.rows[i][k]
			switch {
			case c.text != "" && c.text == there.text: // a unit may be called 13
			case len(c.numbers) != len(there.numbers):
				differs(g.where(c)+" / "+other.where(there), "一方だけに数値があります: "+cut(c.text+there.text), "a number in one of the two files only: "+cut(c.text+there.text))
			case !equal(c.numbers, there.numbers):
				differs(g.where(c)+" / "+other.where(there), "HTMLとExcelで値が違います: "+cut(c.text), "the two files say different numbers: "+cut(c.text))
			case len(c.numbers) == 0 && c.text != there.text && !(there.text == "" && isNothing(c.text)):
				differs(g.where(c)+" / "+other.where(there), "HTMLとExcelで文が違います: "+cut(c.text), "the two files say different things: "+cut(c.text))
			}
		}
	}
}

// isNothing reports whether a text says that there is no number: in a column that a chart reads, the workbook leaves such a
// cell empty, since Excel draws text as 0.
func isNothing(s string) bool {
	switch s {
	case "", "–", "非公表", "withheld":
		return true
	}
	return false
}
