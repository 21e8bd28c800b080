package coding

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"koe/analysis/voices"

	"github.com/xuri/excelize/v2"
)

// FuzzRead feeds anything as a coding sheet: the bytes of a workbook, and the cells of a sheet that a person can change. What
// is read has a key and only themes and valences that there are.
func FuzzRead(f *testing.F) {
	var made bytes.Buffer
	if err := Write(&made, comments(), "ja"); err != nil {
		f.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(made.Bytes()))
	if err != nil {
		f.Fatal(err)
	}
	lines, err := book.GetRows(wordingIn("ja").decision)
	if err != nil {
		f.Fatal(err)
	}
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(strings.Join(line, "\t") + "\n")
	}
	f.Add(made.Bytes(), text.String())
	f.Add(made.Bytes()[:made.Len()/2], strings.ReplaceAll(text.String(), "\t\t", "\t課題\t"))
	f.Add([]byte("PK\x03\x04"), columnResponse+"\t"+columnQuestion+"\t"+columnCheck+"\t"+columnDone+"\n\nr\tq\tc\tx\n")
	sound := func(t *testing.T, rows []Row) {
		for _, row := range rows {
			if row.Response == "" && row.Question == "" {
				t.Fatalf("a row without a key: %+v", row)
			}
			for _, code := range []Code{row.First, row.Second, row.Decision} {
				for theme, valence := range code {
					if !slices.Contains(voices.Themes(), theme) && theme != "other" || !slices.Contains(voices.Valences(), valence) {
						t.Fatalf("read %s:%s", theme, valence)
					}
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		if rows, _, err := Read("x.xlsx", bytes.NewReader(b)); err == nil {
			sound(t, rows)
		}
		var lines [][]string
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, strings.Split(line, "\t"))
		}
		in := &sheetReader{file: "x.xlsx", rows: map[string]*Row{}}
		in.sheet("a", lines, func(r *Row, c Code) { r.First = c })
		in.sheet("b", lines, func(r *Row, c Code) { r.Decision = c })
		var rows []Row
		for _, key := range in.order {
			rows = append(rows, *in.rows[key])
		}
		sound(t, rows)
	})
}
