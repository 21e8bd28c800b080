package audit

import (
	"encoding/json"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// drawn checks what the page's script is given to draw: every number of it stands in the table of its part, in the row
// that its label names, and a withheld cell is nothing in the chart.
func (p *page) drawn() {
	var charts []struct {
		ID     string `json:"id"`
		Option struct {
			XAxis  axis     `json:"xAxis"`
			YAxis  axis     `json:"yAxis"`
			Series []series `json:"series"`
		} `json:"option"`
	}
	p.d.pieces = append(p.d.pieces, piece{"charts", p.charts, true})
	if err := json.Unmarshal(p.charts, &charts); err != nil {
		p.add(Finding{Kind: Unread, File: p.d.name, Place: "charts", What: both("図のデータが読めません。", "the data of the charts cannot be read")})
		return
	}
	for _, c := range charts {
		part := p.parts[c.ID]
		if part == nil || part.grid == nil {
			p.hidden(c.ID, "表のない図のデータです。", "data of a chart that has no table")
			continue
		}
		labels := c.Option.XAxis.Data
		if len(labels) == 0 {
			labels = c.Option.YAxis.Data
		}
		for _, s := range c.Option.Series {
			values, ok := s.values(len(labels))
			if !ok {
				p.hidden(c.ID, "図のデータの形が読めません。", "data of a chart in a shape that cannot be read")
				continue
			}
			if row, x := part.grid.missing(labels, values); x != "" {
				p.hidden(c.ID+" "+row, "図が、表にない値を持っています: "+x, "a chart with a value that its table does not show: "+x)
			}
		}
	}
}

type axis struct {
	Data []string `json:"data"`
}

// series is one series of values, or of intervals [index, low, high].
type series struct {
	Type string            `json:"type"`
	Data []json.RawMessage `json:"data"`
}

// values gives the numbers at each label: none, one, or the ends of an interval.
func (s series) values(labels int) (all [][]float64, ok bool) {
	all = make([][]float64, labels)
	for i, raw := range s.Data {
		var one *float64
		var three []float64
		switch {
		case json.Unmarshal(raw, &one) == nil:
			if i >= labels {
				return nil, false
			}
			if one != nil {
				all[i] = []float64{*one}
			}
		case json.Unmarshal(raw, &three) == nil && len(three) == 3 && three[0] >= 0 && int(three[0]) < labels:
			all[int(three[0])] = three[1:]
		default:
			return nil, false
		}
	}
	return all, true
}

// missing looks for a column and a run of rows that hold exactly these values at these labels. Without one it names the
// row and value that fit least in the run that fits best.
func (g *grid) missing(labels []string, values [][]float64) (row, value string) {
	best := -1
	for from := 0; from+len(labels) <= len(g.rows); from++ {
		for c := range g.heads {
			if !g.labelled(labels, from) {
				break
			}
			fits, r, v := 0, "", ""
			for i, want := range values {
				have := g.rows[from+i]
				if c < len(have) && equal(want, have[c].numbers) || len(want) == 0 && c < len(have) && len(have[c].numbers) != 1 {
					fits++
				} else if len(want) > 0 {
					r, v = labels[i], strconv.FormatFloat(want[0], 'f', -1, 64)
				} else {
					fits++ // a value that the chart leaves out
				}
			}
			if v == "" {
				return "", ""
			}
			if fits > best {
				best, row, value = fits, r, v
			}
		}
	}
	if value == "" {
		for i, want := range values {
			if len(want) > 0 {
				return labels[i], strconv.FormatFloat(want[0], 'f', -1, 64)
			}
		}
	}
	return row, value
}

// labelled reports whether the rows from one on carry these labels in one of the columns that name rows.
func (g *grid) labelled(labels []string, from int) bool {
	for c := range min(2, len(g.heads)) {
		all := true
		for i, label := range labels {
			row := g.rows[from+i]
			if all = c < len(row) && row[c].text == plain(label); !all {
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

func equal(x, y []float64) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !same(x[i], y[i]) {
			return false
		}
	}
	return true
}
