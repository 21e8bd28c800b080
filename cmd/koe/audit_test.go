package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"koe"
	"koe/journey"
	"koe/reports/audit"
)

// koeAt runs the program in a folder at a time and gives what it says.
func koeAt(t *testing.T, dir, now string, want int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if got := run(t.Context(), append(args, "--dir", dir, "--now", now), func(string) string { return "" }, strings.NewReader(""), &out, &errOut); got != want {
		t.Fatalf("koe %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &errOut)
	}
	return out.String() + errOut.String()
}

// office is how many hires each division of the test's ministry has: some too few to show, one bureau with a single small one.
var office = []struct {
	bureau, division string
	hires            int
}{
	{"総務局", "人事課", 30}, {"総務局", "会計課", 14}, {"総務局", "秘書課", 3},
	{"政策局", "企画課", 25}, {"政策局", "調査課", 21}, {"政策局", "国際課", 2}, {"地域局", "防災課", 12}, {"地域局", "観光課", 11},
}

// published is a working folder whose answers have come through the real commands, with a release in both languages.
func published(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ok(t, journey.Init(dir, "chuto", "ja"))
	var roster, answers strings.Builder
	fmt.Fprintln(&roster, "職員番号,氏名,メール,入省日,局,課,採用区分")
	fmt.Fprintln(&answers, "person_id,stage,submitted_at,ISO1,ISO2,ISO3,FIT1,FIT2,FIT3,CAR1,CAR2,CAR3,OPN3")
	person, state := 0, uint32(7)
	random := func(n uint32) uint32 {
		state = state*1664525 + 1013904223
		return (state >> 16) % n
	}
	stages := []string{"m2", "m3", "m6"}
	for _, unit := range office {
		for range unit.hires {
			person++
			kind := []string{"選考採用", "任期付"}[person%2]
			fmt.Fprintf(&roster, "K%04d,試験 太郎%d,k%04d@example.go.jp,2026-01-05,%s,%s,%s\n", person, person, person, unit.bureau, unit.division, kind)
			for i, stage := range stages {
				if random(10) < 2 {
					continue
				}
				fmt.Fprintf(&answers, "K%04d,%s,2026-%02d-10T10:00:00+09:00", person, stage, 3+i+i/2)
				for range 9 {
					fmt.Fprintf(&answers, ",%d", 1+random(5))
				}
				fmt.Fprintln(&answers, ",仕事の進め方が分からず不安です")
			}
		}
	}
	ok(t, os.WriteFile(filepath.Join(dir, "roster.csv"), []byte(roster.String()), 0o600))
	ok(t, os.WriteFile(filepath.Join(dir, "answers.csv"), []byte(answers.String()), 0o600))
	koeAt(t, dir, "2026-01-05", exitDone, "people", "import", filepath.Join(dir, "roster.csv"))
	koeAt(t, dir, "2026-07-20", exitDone, "answers", "import", filepath.Join(dir, "answers.csv"), "--format", "koe", "--journey", "chuto")
	koeAt(t, dir, "2026-12-01T09:00", exitDone, "load")
	koeAt(t, dir, "2026-12-01T09:00", exitDone, "analyze")
	koeAt(t, dir, "2026-12-01T09:00", exitDone, "report", "--scope", "bureau=総務局", "--lang", "ja,en")
	return dir
}

// repacked copies a workbook with some parts changed; a part that is not there is added.
func repacked(t *testing.T, from, to string, change map[string]func(string) string) {
	t.Helper()
	z, err := zip.OpenReader(from)
	ok(t, err)
	defer z.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	write := func(name, content string) {
		// as koe writes it: no times, no descriptors behind the data
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		ok(t, err)
		_, err = io.WriteString(f, content)
		ok(t, err)
	}
	there := map[string]bool{}
	for _, f := range z.File {
		r, err := f.Open()
		ok(t, err)
		content, err := io.ReadAll(r)
		ok(t, err)
		there[f.Name] = true
		text := string(content)
		if alter := change[f.Name]; alter != nil {
			text = alter(text)
		}
		write(f.Name, text)
	}
	for name, alter := range change {
		if !there[name] {
			write(name, alter(""))
		}
	}
	ok(t, w.Close())
	ok(t, os.WriteFile(to, b.Bytes(), 0o600))
}

// A release that came through the real pipeline was audited before it got its name (else published fails); whatever is
// planted in it is found, so that the silence before means something.
func TestAudit_FindsWhatIsPlantedInARealRelease(t *testing.T) {
	dir := published(t)
	clean := filepath.Join(dir, "reports", "2026-12-01")
	koeAt(t, dir, "2026-12-02", exitDone, "audit", clean)
	key := onlyLine(t, koeAt(t, dir, "2026-12-02", exitDone, "sql", "--format", "csv", "SELECT response_key FROM response ORDER BY 1 LIMIT 1"))
	value := onlyLine(t, koeAt(t, dir, "2026-12-02", exitDone, "sql", "--format", "csv",
		"SELECT mean FROM trend WHERE mean <> round(mean, 3) AND segment = 'division' ORDER BY n, mean LIMIT 1"))
	const page, book, sheet = "koe-report.html", "koe-report.xlsx", "xl/worksheets/sheet6.xml"
	plants := []struct {
		what, part  string // part of the workbook; "" is the page
		before, now string
		kind        audit.Kind
		says        string
	}{
		{"a name in a table", "", "</caption>", "</caption><tbody><tr><th>試験 太郎7</th></tr></tbody>", audit.Leak, "試験 太郎7"},
		{"a name without its blank", "", "<main ", `<main title="試験太郎8" `, audit.Leak, "試験太郎8"},
		{"a person's number", "", "</h1>", " K0011</h1>", audit.Leak, "K0011"},
		{"the key of a response", "", "<main ", `<main data-id="` + key + `" `, audit.Leak, key},
		{"a key in lower case", "", "</h1>", " " + strings.ToLower(key) + "</h1>", audit.Leak, strings.ToLower(key)},
		{"a data attribute", "", "<td ", `<td data-mean="3.4" `, audit.Hidden, "data-mean"},
		{"a number for the ears", "", `aria-label="`, `aria-label="97.31% `, audit.Hidden, "97.31%"},
		{"an HTML comment", "", "<main ", "<!-- n=3 --><main ", audit.Hidden, "n=3"},
		{"a number in a class", "", "<section ", `<section class="m3141" `, audit.Hidden, "m3141"},
		{"a value beside a withheld one", "", ">非公表<", ">非公表</td><td>2.3<", audit.Hidden, "見出し"},
		{"a chart's value", "", `"series":[`, `"series":[{"name":"x","type":"line","data":[9.7,null,null]},`, audit.Hidden, "9.7"},
		{"an unrounded value", "", "<style>", "<style>/* " + value + " */", audit.Unrounded, value},
		{"an address in a cell", "xl/worksheets/sheet2.xml", "<is><t>", "<is><t>k0005@example.go.jp ", audit.Leak, "k0005@example.go.jp"},
		{"an unrounded cell", sheet, "<v>", "<v>3.14159", audit.Unrounded, "3.14159"},
		{"a property", "docProps/core.xml", "<dc:creator>", "<dc:description>m3 総務局 2.7</dc:description><dc:creator>", audit.Hidden, "2.7"},
		{"a custom property", "docProps/custom.xml", "", "<Properties>秘書課 3.9</Properties>", audit.Hidden, "部分"},
		{"a hidden sheet", "xl/workbook.xml", `sheetId="3"`, `sheetId="3" state="veryHidden"`, audit.Hidden, "シート"},
		{"a hidden row", sheet, `<row r="6"`, `<row r="6" hidden="1"`, audit.Hidden, "行"},
		{"a hidden column", sheet, `<col `, `<col hidden="1" `, audit.Hidden, "列"},
		{"a number far away", sheet, "</row></sheetData>", `</row><row r="900"><c r="ZZ900"><v>2.3</v></c></row></sheetData>`, audit.Hidden, "表の外"},
		{"a formula", sheet, "<v>", "<f>1+1</f><v>", audit.Hidden, "式"},
		{"a chart's cache", "xl/charts/chart1.xml", "</formatCode></numCache>", `</formatCode><ptCount val="3"/><pt idx="1"><v>4.4</v></pt></numCache>`, audit.Hidden, "4.4"},
		{"a chart's own numbers", "xl/charts/chart1.xml", "<val>", `<val><numLit><ptCount val="1"/><pt idx="0"><v>4.5</v></pt></numLit></val><val>`, audit.Hidden, "4.5"},
		{"an embedded workbook", "xl/embeddings/Workbook1.xlsx", "", "PK", audit.Hidden, "部分"},
		{"a comment of a cell", "xl/comments1.xml", "", "<comments>3.3</comments>", audit.Hidden, "部分"},
		{"a defined name", "xl/workbook.xml", "<definedNames>", `<definedNames><definedName name="x">2.3</definedName>`, audit.Hidden, "名前"},
		{"two values of one figure", "xl/worksheets/sheet8.xml", "<v>", "<v>99", audit.Differs, "値が違"},
		{"a rule of the style sheet", "", "</style>", ".lead{display:none}</style>", audit.Hidden, "スタイル"},
		{"words that the style sheet adds", "", "</body>", `<style>h2::after{content:"秘書課 2.9"}</style></body>`, audit.Hidden, "content:"},
		{"a script", "", "</body>", "<script>var people = 3</script></body>", audit.Hidden, "スクリプト"},
		{"an island of JSON", "", "</body>", `<script type="application/json">{"秘書課":2.6}</script></body>`, audit.Hidden, "埋め込まれ"},
		{"the title of a drawing", "", "</body>", "<svg><title>秘書課 2.4</title></svg></body>", audit.Hidden, "svg"},
		{"an element that is not shown", "", "</body>", `<p hidden="">秘書課 2.5</p></body>`, audit.Hidden, "hidden"},
		{"a caption for screen readers", "", "<caption>", "<caption>98.76% ", audit.Hidden, "98.76%"},
		{"words for browsers that draw nothing", "", "<noscript>", "<noscript><p>98.54%</p>", audit.Hidden, "98.54%"},
		{"a blob", "", "</h1>", " c2VjcmV0YXJ5IGRpdmlzaW9uOiAzIHBlb3BsZSwgbWVhbiAyLjMgYXQgbTM=</h1>", audit.Hidden, "長い文字列"},
		{"signs that nobody sees", "", "<h2", "\u200b\u200c\u200b\u200b\u200c\u200c<h2", audit.Hidden, "見えない文字"},
		{"a description of the page", "", "<head>", `<head><meta name="description" content="秘書課 2.2">`, audit.Hidden, "description"},
		{"a link out of the page", "", "</footer>", `<a href="https://example.org/?mean=2.1">x</a></footer>`, audit.Hidden, "href"},
		{"a sentence of its own", "", "</main>", `<p class="sentence">秘書課の平均は2.3点。</p></main>`, audit.Unread, "何についての値か分からない文"},
		{"a comment that nobody cleared", "", "</main>", "<blockquote><p>秘書課の三人は上司と合わない</p></blockquote></main>", audit.Leak, "公表を確認していない意見"},
		{"white on white", "xl/styles.xml", `<color rgb="`, `<color rgb="FFFFFFFF" x="`, audit.Hidden, "文字の色"},
		{"a format that shows nothing", "xl/styles.xml", `formatCode="`, `formatCode=";;;" x="`, audit.Hidden, "表示形式が値を隠し"},
		{"a name that stands for a number", "xl/workbook.xml", "<definedNames>", `<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">2.3</definedName>`, audit.Hidden, "セルの範囲では"},
		{"a list to choose from", sheet, "</sheetData>", `</sheetData><dataValidations count="1"><dataValidation type="list" sqref="A1"><formula1>"2.3,2.4"</formula1></dataValidation></dataValidations>`, audit.Hidden, "dataValidation"},
		{"a reading aid", "xl/worksheets/sheet3.xml", "</t></is>", `</t><rPh sb="0" eb="1"><t>2.3</t></rPh></is>`, audit.Hidden, "rPh"},
		{"rows that are hidden unless said otherwise", "xl/worksheets/sheet3.xml", "<sheetData>", `<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/><sheetData>`, audit.Hidden, "ふだんから"},
		{"a column without width", "xl/worksheets/sheet7.xml", "<col ", `<col width="0.1" `, audit.Hidden, "列"},
		{"a link to another workbook", "xl/_rels/workbook.xml.rels", "<Relationship ", `<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" Target="file:///secret.xlsx" TargetMode="External"/><Relationship `, audit.Hidden, "リンク"},
		{"a cache of a pivot table", "xl/pivotCache/pivotCacheRecords1.xml", "", "<pivotCacheRecords/>", audit.Hidden, "部分"},
		{"a part of its own", "customXml/item1.xml", "", "<x>2.3</x>", audit.Hidden, "部分"},
		{"a comment in the XML", "xl/theme/theme1.xml", "<a:themeElements>", "<!-- 2.3 --><a:themeElements>", audit.Hidden, "XMLのコメント"},
		{"a footer", sheet, "<oddFooter>", "<oddFooter>秘書課 2.34 ", audit.Hidden, "2.34"},
		{"an alternative text", "xl/drawings/drawing1.xml", `descr="`, `descr="秘書課 98.7% `, audit.Hidden, "98.7%"},
	}
	folder := t.TempDir()
	html, err := os.ReadFile(filepath.Join(clean, page))
	ok(t, err)
	repacked(t, filepath.Join(clean, book), filepath.Join(folder, book), nil)
	ok(t, os.WriteFile(filepath.Join(folder, page), html, 0o600))
	listed, err := os.ReadFile(filepath.Join(clean, "release.json"))
	ok(t, err)
	ok(t, os.WriteFile(filepath.Join(folder, "release.json"), listed, 0o600))
	change := map[string]func(string) string{}
	text := string(html)
	for _, p := range plants {
		if p.part == "" {
			if !strings.Contains(text, p.before) {
				t.Fatalf("%s: %q is not in the page", p.what, p.before)
			}
			text = strings.Replace(text, p.before, p.now, 1)
			continue
		}
		earlier := change[p.part]
		change[p.part] = func(s string) string {
			if earlier != nil {
				s = earlier(s)
			}
			if !strings.Contains(s, p.before) {
				t.Errorf("%s: %q is not in %s", p.what, p.before, p.part)
			}
			return strings.Replace(s, p.before, p.now, 1)
		}
	}
	ok(t, os.WriteFile(filepath.Join(folder, page), []byte(text), 0o600))
	repacked(t, filepath.Join(clean, book), filepath.Join(folder, book), change)
	var r audit.Result
	ok(t, json.NewDecoder(strings.NewReader(koeAt(t, dir, "2026-12-02", exitFailed, "audit", folder, "--json"))).Decode(&r))
	for _, p := range plants {
		if !slices.ContainsFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == p.kind && strings.Contains(f.What["ja"], p.says) }) {
			t.Errorf("%s is not found: no %s about %q", p.what, p.kind, p.says)
		}
	}
	if t.Failed() {
		for _, f := range r.Findings {
			t.Log(f.Kind, f.File, f.Place, f.What["ja"])
		}
	}
}

// Every kind of finding ends a report. What follows from earlier releases alone does not: no report could be made any more.
func TestReport_EveryFindingOfItsAuditEndsIt(t *testing.T) {
	a := &app{language: "ja"}
	said := koe.Text{"ja": "値が分かる", "en": "a value is known"}
	for _, kind := range []audit.Kind{audit.Leak, audit.Unrounded, audit.Hidden, audit.Differs, audit.Small, audit.Computed, audit.Combined, audit.Unread} {
		for _, again := range []bool{false, true} {
			f := audit.Finding{Kind: kind, File: "koe-report.html", What: said, N: 4, Again: again}
			err := a.refusal(audit.Result{Findings: []audit.Finding{f}})
			if koe.KindOf(err) != koe.Forbidden || !strings.Contains(err.Error(), "値が分かる") {
				t.Errorf("%s, again %v: %v", kind, again, err)
			}
			f.Earlier = true
			if err := a.refusal(audit.Result{Findings: []audit.Finding{f}}); err != nil {
				t.Errorf("%s from earlier releases alone: %v", kind, err)
			}
		}
	}
}

// onlyLine is the one row of a query in CSV.
func onlyLine(t *testing.T, csv string) string {
	t.Helper()
	lines := strings.Fields(csv)
	if len(lines) != 2 {
		t.Fatalf("%q", csv)
	}
	return lines[1]
}
