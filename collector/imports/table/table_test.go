package table

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

func texts(t *testing.T, tables []Table) [][]string {
	t.Helper()
	if len(tables) != 1 {
		t.Fatalf("%d tables; want 1", len(tables))
	}
	var out [][]string
	for _, r := range tables[0].Rows {
		out = append(out, r.Texts())
	}
	return out
}

func encoded(t *testing.T, name, text string) []byte {
	t.Helper()
	switch name {
	case "UTF-8":
		return []byte(text)
	case "UTF-8 BOM":
		return []byte("\uFEFF" + text)
	case CP932:
		b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	endian := unicode.LittleEndian
	if strings.Contains(name, "BE") {
		endian = unicode.BigEndian
	}
	bom := unicode.IgnoreBOM
	if strings.Contains(name, "BOM") {
		bom = unicode.UseBOM
	}
	b, err := unicode.UTF16(endian, bom).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse_ReadsEveryEncodingDelimiterAndLineEnd(t *testing.T) {
	want := [][]string{{"社員番号", "氏名", "メモ"}, {"００１", "髙橋①㈱", "一行目\n二行目"}, {"2", "O\"Brien", "a,b;c\td"}}
	for _, encoding := range []string{"UTF-8", "UTF-8 BOM", CP932, "UTF-16LE", "UTF-16LE BOM", "UTF-16BE", "UTF-16BE BOM"} {
		for _, delimiter := range []string{",", "\t", ";"} {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				for _, last := range []string{"", end} {
					text := strings.ReplaceAll(`社員番号|氏名|メモ
００１|髙橋①㈱|"一行目
二行目"

2|"O""Brien"|"a,b;c	d"`, "\n", end) + last
					tables, err := Parse("x.csv", encoded(t, encoding, strings.ReplaceAll(text, "|", delimiter)))
					if err != nil {
						t.Fatalf("%s %q %q: %v", encoding, delimiter, end, err)
					}
					if diff := cmp.Diff(want, texts(t, tables)); diff != "" {
						t.Errorf("%s %q %q: %s", encoding, delimiter, end, diff)
					}
					if tables[0].Rows[2].Line != 5 {
						t.Errorf("%s %q %q: the last record is on line %d; want 5", encoding, delimiter, end, tables[0].Rows[2].Line)
					}
				}
			}
		}
	}
}

func TestParse_PlacesCellsByLineAndCharacter(t *testing.T) {
	tables, err := Parse("x.csv", []byte("氏名,b,c\n\"あ\nい\",x,\"y\"z\n"))
	if err != nil {
		t.Fatal(err)
	}
	row := tables[0].Rows[1]
	want := []Cell{{"あ\nい", 2, 1}, {"x", 3, 4}, {"yz", 3, 6}}
	if diff := cmp.Diff(want, row.Cells); diff != "" {
		t.Error(diff)
	}
	if got := tables[0].Place(row, 1, "m").String(); got != "x.csv:3:4: m" {
		t.Error(got)
	}
}

func TestParse_RefusesWhatItCannotRead(t *testing.T) {
	cp932 := encoded(t, CP932, "社員番号,氏名\n1,中途花子\n")
	for name, c := range map[string]struct{ in, want string }{
		"open quote":    {"a,b\n1,\"never closed\n2,3\n", "line 2: a quotation mark opens here"},
		"cut CP932":     {string(cp932) + "2,\x8d", "line 3 holds bytes"},
		"damaged UTF-8": {"社員番号,氏名を書く列\n1,中途\xff花子\n", "line 2 holds bytes that are not UTF-8"},
		"old Excel":     {"\xD0\xCF\x11\xE0 …", "save it as .xlsx"},
		"pdf":           {"%PDF-1.4", "PDF"},
		"broken zip":    {"PK\x03\x04 no workbook", "cannot be opened"},
		"ods":           {"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"},
	} {
		if _, err := Parse("x", []byte(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestParse_ObeysTheSepLineOfExcel(t *testing.T) {
	tables, err := Parse("x.csv", []byte("sep=;\r\na;b,c\r\n1;2,5\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"a", "b,c"}, {"1", "2,5"}}, texts(t, tables)); diff != "" {
		t.Error(diff)
	}
	if tables[0].Rows[0].Line != 2 {
		t.Errorf("the header is on line %d; want 2", tables[0].Rows[0].Line)
	}
}

func TestDelimiter_IsNotMisledByTheOthersInTexts(t *testing.T) {
	for text, want := range map[string]rune{
		"id;question, with commas, many;x\n1;a, b, c, d;2\n2;e;3\n": ';',
		"id,choices\n1,a;b;c\n2,d;e;f\n3,g;h;i\n":                   ',',
		"id\tname\n1\ta,b\n":                                        '\t',
		"person_id\n1\n2\n":                                         ',',
	} {
		if got := Delimiter(text); got != want {
			t.Errorf("Delimiter(%q) = %q; want %q", text, got, want)
		}
	}
}

func book(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestParse_ReadsAWorkbookWithItsTraps(t *testing.T) {
	b := book(t, func(f *excelize.File) {
		era := `[$-411]ggge"年"m"月"d"日"`
		eraStyle, err := f.NewStyle(&excelize.Style{CustomNumFmt: &era})
		must(t, err)
		plain, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		percent, err := f.NewStyle(&excelize.Style{NumFmt: 10})
		must(t, err)
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"中途採用者名簿"}))
		must(t, f.MergeCell("Sheet1", "A1", "F1"))
		must(t, f.SetSheetRow("Sheet1", "A3", &[]any{"職員番号", "局", "課", "採用日", "退職日"}))
		must(t, f.SetSheetRow("Sheet1", "A4", &[]any{"00123", "総務局", "人事課", 46113, 46127.375, 5}))
		must(t, f.SetSheetRow("Sheet1", "A6", &[]any{124, nil, "会計課", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), nil, 0.25}))
		must(t, f.MergeCell("Sheet1", "B4", "B6"))
		must(t, f.SetCellStyle("Sheet1", "D4", "D4", eraStyle))
		must(t, f.SetCellStyle("Sheet1", "D6", "E6", plain))
		must(t, f.SetCellStyle("Sheet1", "E4", "E4", plain))
		must(t, f.SetCellStyle("Sheet1", "F6", "F6", percent))
		must(t, f.SetCellFormula("Sheet1", "F3", `"備"&"考"`))
		must(t, f.SetCellFormula("Sheet1", "E6", `D6+30`))
		_, err = f.NewSheet("隠し")
		must(t, err)
		must(t, f.SetCellValue("隠し", "A1", "x"))
		must(t, f.SetSheetVisible("隠し", false))
	})
	tables, err := Parse("roster.xlsx", b)
	must(t, err)
	want := [][]string{
		{"中途採用者名簿", "中途採用者名簿", "中途採用者名簿", "中途採用者名簿", "中途採用者名簿", "中途採用者名簿"},
		{"職員番号", "局", "課", "採用日", "退職日", "備考"},
		{"00123", "総務局", "人事課", "2026-04-01", "2026-04-15T09:00:00", "5"},
		{"", "総務局"},
		{"124", "総務局", "会計課", "2026-04-01", "2026-05-01", "0.25"},
	}
	if diff := cmp.Diff(want, texts(t, tables)); diff != "" {
		t.Error(diff)
	}
	known := func(s string) bool { return s == "職員番号" || s == "局" || s == "課" }
	if at := tables[0].Header(known); at != 1 {
		t.Errorf("the header is row %d; want 1", at)
	}
	if got := tables[0].Place(tables[0].Rows[2], 3, "m").String(); got != "roster.xlsx!Sheet1:4:4: m" {
		t.Error(got)
	}
}

func TestParse_KnowsTheCalendarOf1904(t *testing.T) {
	b := book(t, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t, f.SetCellValue("Sheet1", "A1", 46113-1462))
		must(t, f.SetCellStyle("Sheet1", "A1", "A1", style))
	})
	tables, err := Parse("x.xlsx", b)
	must(t, err)
	if got := tables[0].Rows[0].Text(0); got != "2026-04-01" {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\xFF\xFEa\x00,\x00b\x00", "社員番号;\"x\ny\"\r\n", "\x8e\xd0,1", "a\t\"\"\"\"\rb", "sep=;\na;b", "\"", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	b := excelize.NewFile()
	_ = b.SetSheetRow("Sheet1", "A1", &[]any{"社員番号", 46113, true})
	var buf bytes.Buffer
	_ = b.Write(&buf)
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		tables, err := Parse("x", b)
		if err != nil {
			return
		}
		for _, table := range tables {
			last := 0
			for _, r := range table.Rows {
				if r.Line <= last {
					t.Fatalf("line %d after line %d", r.Line, last)
				}
				last = r.Line
				if len(r.Cells) == 0 || strings.TrimSpace(r.Text(len(r.Cells)-1)) == "" {
					t.Fatal("a blank record or a blank last cell was kept")
				}
			}
		}
	})
}
