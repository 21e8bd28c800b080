package reports

import (
	"bytes"
	"encoding/json"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"koe"
)

// pageChart is what the page's script draws: an ECharts option without functions, and what the script needs beside it.
type pageChart struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"` // line, stacked, bar
	Height   int            `json:"height"`
	Percent  bool           `json:"percent"`
	Decimals int            `json:"decimals"`
	Unit     string         `json:"unit"`
	Missing  string         `json:"missing"` // what a tooltip says where a value is absent
	Option   map[string]any `json:"option"`
}

// chartJSON gives the charts of a page as JSON that may stand inside a script element: <, > and & are escaped.
func chartJSON(doc *document) ([]byte, error) {
	all := []pageChart{}
	for _, s := range doc.Sections {
		for _, p := range s.Parts {
			for _, ch := range p.Charts {
				all = append(all, ch.page(p.Table, doc))
			}
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // escapes HTML by default
	if err := enc.Encode(all); err != nil {
		return nil, koe.Errorf(koe.Internal, "writing the charts: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// page makes the chart's option. Colours of text and lines follow the reader's theme, so the script sets them.
func (ch *chart) page(t *table, doc *document) pageChart {
	out := pageChart{ID: ch.ID, Percent: ch.Format == formatShare, Unit: ch.Unit, Missing: doc.words.say("withheld"), Height: ch.height()}
	if ch.Format == formatMean {
		out.Decimals = 1
	}
	var base *charts.BaseConfiguration
	switch ch.Kind {
	case lineChart:
		out.Kind = "line"
		line := charts.NewLine()
		line.SetXAxis(ch.labels(t))
		line.MultiSeries = ch.pageSeries(t)
		base = &line.BaseConfiguration
	default:
		out.Kind = "stacked"
		if ch.Kind == barChart {
			out.Kind = "bar"
		}
		bar := charts.NewBar()
		bar.SetXAxis(ch.labels(t))
		bar.MultiSeries = ch.pageSeries(t)
		base = &bar.BaseConfiguration
	}
	option := base.JSON()
	labels := map[string]any{"type": "category", "data": ch.labels(t)}
	values := map[string]any{"type": "value", "min": ch.Low, "max": ch.High}
	if ch.Kind == lineChart {
		option["xAxis"], option["yAxis"] = labels, values
	} else {
		labels["inverse"] = true
		option["xAxis"], option["yAxis"] = values, labels
	}
	show := opts.Bool(len(ch.Series) > 1)
	option["legend"] = opts.Legend{Show: show}
	option["aria"] = opts.Aria{Enabled: opts.Bool(false)} // the figure names and describes itself
	option["animation"] = false
	for _, unused := range []string{"title", "toolbox", "tooltip", "color", "dataZoom", "visualMap"} {
		delete(option, unused)
	}
	out.Option = option
	return out
}

// labels are the names of the points, from the rows of the first series.
func (ch *chart) labels(t *table) []string {
	var names []string
	first := ch.Series[0]
	for _, r := range t.Rows[first.From:first.To] {
		names = append(names, r.Cells[ch.Labels].Text)
	}
	return names
}

func (ch *chart) pageSeries(t *table) charts.MultiSeries {
	var all charts.MultiSeries
	for i, s := range ch.Series {
		one := charts.SingleSeries{Name: s.Name, Color: colourOf(s.Colour), Data: s.values(t)}
		switch ch.Kind {
		case lineChart:
			one.Type = "line"
			one.Symbol = lineMarks[i%len(lineMarks)]
		case stackedChart:
			one.Type, one.Stack = "bar", "all"
		case barChart:
			one.Type = "bar"
		}
		all = append(all, one)
		if s.Interval >= 0 {
			all = append(all, charts.SingleSeries{Name: s.Name, Type: "custom", Color: colourOf(s.Colour), Data: s.intervals(t)})
		}
	}
	return all
}

// values are the numbers of a series, nil where there is none.
func (s series) values(t *table) []any {
	out := make([]any, 0, s.To-s.From)
	for _, r := range t.Rows[s.From:s.To] {
		if v := r.Cells[s.Column]; v.Kind == numberCell {
			out = append(out, v.Number)
		} else {
			out = append(out, nil)
		}
	}
	return out
}

// intervals are [index, low, high] for the script's custom series.
func (s series) intervals(t *table) [][]float64 {
	out := [][]float64{}
	for i, r := range t.Rows[s.From:s.To] {
		if v := r.Cells[s.Interval]; v.Kind == intervalCell && r.Cells[s.Column].Kind == numberCell {
			out = append(out, []float64{float64(i), v.Number, v.High})
		}
	}
	return out
}

// height is in CSS pixels: fixed for lines, by the number of bars for bars.
func (ch *chart) height() int {
	if ch.Kind == lineChart {
		return 300
	}
	rows := ch.Series[0].To - ch.Series[0].From
	return 70 + 46*rows
}
