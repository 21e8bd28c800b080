package reports

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"koe"
)

// million is a document of one table with a million cells: 20 columns of 50,000 rows, a name and numbers.
func million(b *testing.B) *document {
	all, err := readTexts()
	if err != nil {
		b.Fatal(err)
	}
	t := &table{Caption: "t", Columns: []column{{Title: "設問", Width: 30}}}
	for i := range 19 {
		t.Columns = append(t.Columns, column{Title: fmt.Sprint("列", i), Kind: numberColumn, Width: 9, Format: formatMean})
	}
	for r := range 50_000 {
		cells := []cell{text("職場の会話や動きの中に、自分も自然に入れている。")}
		for i := range 19 {
			x := float64((r*19+i)%41)/10 + 1
			cells = append(cells, number(&x, formatMean))
		}
		t.Rows = append(t.Rows, row{Cells: cells})
	}
	return &document{Lang: "ja", Title: "声", Organization: "例示省", Day: koe.NewDate(2026, 4, 1), words: all["ja"],
		Sections: []*section{{ID: "s", Title: "設問別", Parts: []*part{{ID: "p", Sheet: "設問別", ChartSheet: "図", Table: t}}}}}
}

// bare writes the same values with excelize's StreamWriter and nothing else.
func bare(b *testing.B, t *table) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	for r := range t.Rows {
		values := make([]any, len(t.Rows[r].Cells))
		for i, c := range t.Rows[r].Cells {
			if c.Kind == numberCell {
				values[i] = c.Number
			} else {
				values[i] = c.Text
			}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", r+1), values); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWorkbook prints how fast a workbook of a million formatted cells is written against the bare StreamWriter; the
// goal is 0.7 of its speed.
func BenchmarkWorkbook(b *testing.B) {
	doc := million(b)
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		data, err := writeWorkbook(doc)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Discard.Write(data)
		ours += time.Since(start)
		start = time.Now()
		bare(b, doc.Sections[0].Parts[0].Table)
		theirs += time.Since(start)
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "of-StreamWriter")
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/workbook")
}

// twenty is a document of twenty line charts with intervals over twelve quarters, tables included.
func twenty(b *testing.B) *document {
	all, err := readTexts()
	if err != nil {
		b.Fatal(err)
	}
	s := &section{ID: "s", Title: "推移"}
	for i := range 20 {
		t := &table{Caption: "t", Folded: true, Columns: []column{{Title: "指標"}, {Title: "時期"}, {Title: "平均", Kind: numberColumn}, {Title: "95%区間", Kind: intervalColumn}}}
		for q := range 12 {
			mean := 2.5 + float64((q*7+i)%9)/10
			low, high := mean-0.3, mean+0.3
			t.Rows = append(t.Rows, row{Cells: []cell{text("孤立"), text(periodText(fmt.Sprintf("%dQ%d", 2024+q/4, q%4+1), "ja")), number(&mean, formatMean),
				{Kind: intervalCell, Number: round(low, 1), High: round(high, 1), Format: formatMean, Text: "–"}}})
		}
		id := fmt.Sprint("p", i)
		s.Parts = append(s.Parts, &part{ID: id, Table: t, Charts: []*chart{{ID: id + "-chart", Title: "孤立", Kind: lineChart, Labels: 1, Low: 1, High: 5, Format: formatMean,
			Series: []series{{Name: "孤立", To: 12, Column: 2, Interval: 3}}}}})
	}
	return &document{Lang: "ja", Title: "声", Organization: "例示省", Day: koe.NewDate(2026, 4, 1), Sections: []*section{s}, words: all["ja"]}
}

// bareCharts is a page that draws the same twenty curves with echarts alone, without a style sheet, tables or intervals.
func bareCharts(b *testing.B, doc *document) []byte {
	options, err := chartJSON(doc)
	if err != nil {
		b.Fatal(err)
	}
	library, err := assets.ReadFile("assets/echarts/echarts.min.js")
	if err != nil {
		b.Fatal(err)
	}
	return []byte(`<!DOCTYPE html><meta charset="utf-8"><body><script>` + string(library) + `</script><script>
var all = ` + string(options) + `;
all.forEach(function (one) {
  var box = document.createElement("div"); box.className = "chart"; box.style.width = "860px"; box.style.height = "300px"; document.body.appendChild(box);
  one.option.series = one.option.series.filter(function (s) { return s.type !== "custom"; });
  echarts.init(box, null, { renderer: "svg" }).setOption(one.option);
});
</script><footer></footer></body>`)
}

// BenchmarkPage prints how long Chromium takes to load and draw a page of twenty charts against echarts alone; the goal is
// at most 1.5 times as long.
func BenchmarkPage(b *testing.B) {
	doc := twenty(b)
	ours, err := writePage(doc)
	if err != nil {
		b.Fatal(err)
	}
	theirs := bareCharts(b, doc)
	browser := newBrowser(b)
	measure := func(html []byte) int {
		browser.open(b, html, 1280, false)
		if n := browser.count(b, `document.querySelectorAll(".chart svg").length`); n != 20 {
			b.Fatalf("%d charts drawn", n)
		}
		return browser.count(b, `Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)`)
	}
	var a, z int
	for b.Loop() {
		z += measure(theirs)
		a += measure(ours)
	}
	b.ReportMetric(float64(a)/float64(z), "of-echarts")
	b.ReportMetric(float64(a)/float64(b.N), "ms/page")
}
