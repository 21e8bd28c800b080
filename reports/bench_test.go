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
