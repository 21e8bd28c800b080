package audit

import (
	"strconv"
	"strings"
)

// point is one value that a chart remembers.
type point struct {
	index int
	value string
}

// bookChart reads a chart of a workbook. It may point to cells; a value that it remembers besides must be the cell's.
func (a *auditor) bookChart(d *document, part string, data []byte, sheets map[string]*sheet) {
	hidden := a.hiding(d)
	var ref string
	var points []point
	var at int
	// end of a reference: each remembered point is compared with its cell
	compare := func() {
		cells := rangeOf(ref)
		name, _ := splitRef(ref)
		s := sheets[name]
		if s == nil || cells == nil {
			if len(points) > 0 || ref != "" {
				hidden(part, "図が、ないセルを指しています: "+cut(ref), "a chart that points to no cell of the workbook: "+cut(ref))
			}
			return
		}
		for _, p := range points {
			x, err := strconv.ParseFloat(p.value, 64)
			switch {
			case p.index < 0 || p.index >= len(cells):
				hidden(part, "図が、範囲の外の値を覚えています: "+p.value, "a chart that remembers a value beyond its range: "+p.value)
			case err == nil && (!s.cells[cells[p.index]].is || !same(s.cells[cells[p.index]].number, x)),
				err != nil && plain(s.cells[cells[p.index]].text) != plain(p.value):
				hidden(part+" → "+name+" "+cells[p.index].String(), "図が、セルにない値を覚えています: "+cut(p.value), "a chart that remembers a value that its cell does not hold: "+cut(p.value))
			}
		}
	}
	inside := "" // numRef, strRef, numLit …
	err := walk(data, func(element string, attr func(string) string) {
		switch element {
		case "numRef", "strRef", "multiLvlStrRef", "numLit", "strLit":
			inside, ref, points = element, "", nil
		case "pt":
			at, _ = strconv.Atoi(attr("idx"))
			points = append(points, point{index: at})
		case "externalData", "userShapes", "pivotSource", "extLst", "dLbl":
			hidden(part, "図に、読者に見えない要素があります: "+element, "an element of a chart that a reader does not see: "+element)
		}
	}, func(element, s string) {
		switch {
		case element == "f" && inside != "":
			ref += s
		case element == "v" && inside != "" && len(points) > 0:
			points[len(points)-1].value += s
		case element == "t" || element == "v":
			d.pieces = append(d.pieces, piece{part, []byte(s), true})
			if number := strangeNumber(s, d.words); number != "" && element == "t" {
				hidden(part, "図の文字に、表にない数値があります: "+number, "a number in the words of a chart that no cell says: "+number)
			}
		}
	}, func(element string) {
		if element != inside || inside == "" {
			return
		}
		if inside == "numLit" || inside == "strLit" {
			if len(points) > 0 {
				hidden(part, "図が、セルによらない値を持っています: "+points[0].value, "a chart with values of its own: "+points[0].value)
			}
		} else {
			compare()
		}
		inside = ""
	})
	if err != nil {
		a.add(Finding{Kind: Unread, File: d.name, Place: part, What: both("図が読めません。", "a chart cannot be read")})
	}
}

// splitRef takes 'Sheet'!$A$1:$A$9 apart.
func splitRef(ref string) (sheet, cells string) {
	i := strings.LastIndexByte(ref, '!')
	if i < 0 {
		return "", ref
	}
	sheet = ref[:i]
	if len(sheet) > 1 && sheet[0] == '\'' && sheet[len(sheet)-1] == '\'' {
		sheet = strings.ReplaceAll(sheet[1:len(sheet)-1], "''", "'")
	}
	return sheet, ref[i+1:]
}

// mostInRange bounds how many cells a chart may point to.
const mostInRange = 100_000

// rangeOf lists the cells of a reference, row by row; nil when it is none.
func rangeOf(ref string) []place {
	_, cells := splitRef(ref)
	first, last, two := strings.Cut(cells, ":")
	if !two {
		last = first
	}
	from, ok1 := placeOf(first)
	to, ok2 := placeOf(last)
	if !ok1 || !ok2 || to.row < from.row || to.column < from.column || (to.row-from.row+1)*(to.column-from.column+1) > mostInRange {
		return nil
	}
	var all []place
	for row := from.row; row <= to.row; row++ {
		for column := from.column; column <= to.column; column++ {
			all = append(all, place{row, column})
		}
	}
	return all
}
