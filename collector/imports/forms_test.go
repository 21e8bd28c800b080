package imports

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/collector/sheet"
	"koe/internal/koetest"
	"koe/store"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// exported writes the forms of a stage and gives their paths.
func exported(t testing.TB, cfg Config, opts sheet.Options) []string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "forms")
	r, err := sheet.Export(t.Context(), sheet.Config{Store: cfg.Store, Workspace: cfg.Workspace, Language: "en"}, opts, folder, koetest.Now())
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, name := range r.Files {
		paths = append(paths, filepath.Join(folder, name))
	}
	return paths
}

// fill types answers into a form, as somebody does with a spreadsheet program, and saves it under another name. Answers are
// found by the text beside the cell.
func fill(t testing.TB, path, to string, saved time.Time, answers map[string]string) string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetList()[0]
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	for beside, answer := range answers {
		done := false
		for y, row := range rows {
			if len(row) < 2 || !strings.HasPrefix(row[1], beside) || done {
				continue
			}
			at, column := y+1, "C"
			if merged, _ := f.GetMergeCells(name); isText(merged, y+1) {
				at, column = y+2, "B"
			}
			cell := column + itoa(at)
			if style, _ := f.GetCellStyle(name, cell); style > 0 {
				if s, err := f.GetStyle(style); err != nil || s.Protection == nil || s.Protection.Locked {
					t.Fatalf("%s beside %q is locked", cell, beside)
				}
			}
			if err := f.SetCellStr(name, cell, answer); err != nil {
				t.Fatal(err)
			}
			done = true
		}
		if !done {
			t.Fatalf("%s has nothing like %q", path, beside)
		}
	}
	props, err := f.GetDocProps()
	if err != nil {
		t.Fatal(err)
	}
	props.Modified = saved.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(props); err != nil {
		t.Fatal(err)
	}
	to = filepath.Join(filepath.Dir(path), to)
	if err := f.SaveAs(to); err != nil {
		t.Fatal(err)
	}
	return to
}

func itoa(n int) string {
	return strings.TrimLeft(strings.Join([]string{string(rune('0' + n/100%10)), string(rune('0' + n/10%10)), string(rune('0' + n%10))}, ""), "0")
}

// isText reports whether a row's text goes on into the answer column, as above the field of a free text.
func isText(merged []excelize.MergeCell, row int) bool {
	for _, m := range merged {
		if m.GetStartAxis() == "B"+itoa(row) {
			return true
		}
	}
	return false
}

// hoursAgo is when a form of the tests was saved.
func hoursAgo(n int) time.Time { return koetest.Now().Add(-time.Duration(n) * time.Hour) }

func TestForms_ComeBackFilledInByAnyProgram(t *testing.T) {
	for _, program := range []string{"Excel", "LibreOffice"} {
		t.Run(program, func(t *testing.T) {
			cfg := staffed(t)
			invite(t, cfg, "001", [3]string{"m3", "2026-06-15", "2026-07-22"})
			paths := exported(t, cfg, sheet.Options{Stage: "m3"})
			if len(paths) != 1 || filepath.Base(paths[0]) != "m3_001_中途花子.xlsx" {
				t.Fatalf("forms: %v", paths)
			}
			filled := fill(t, paths[0], "filled.xlsx", hoursAgo(2), map[string]string{
				"分かち合える": "5 とてもそう思う", "気兼ねなく": "答えない", "すすめたい": "10", "話す機会": "はい", "何人": "1～2人",
				"課内で": "○", "その他": "○", "困っている": "一行目\n二行目", "いつですか": "令和8年6月1日", "連絡が": "はい", "自由記述を": "はい",
			})
			if program == "LibreOffice" {
				filled = throughLibreOffice(t, filled)
			}
			r := answers(t, cfg, []string{filled}, AnswerOptions{Format: "koe-form"})
			if len(r.Refused) > 0 || r.Added != 1 || r.Linked != 1 {
				t.Fatalf("%+v", r)
			}
			want := `DAY1=2026-06-01 FUP=unit+other ISO1=5 ISO2=declined MET1=1 NET1=1-2 NPS1=10 OPN1="一行目\n二行目"`
			if diff := cmp.Diff(want, stored(t, cfg, "001", "m3")); diff != "" {
				t.Error(diff)
			}
			all, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{})
			if all[0].Source != koe.SourceExcel || all[0].Invitation == "" || !all[0].PublishOK {
				t.Errorf("%+v", all[0])
			}
			if again := answers(t, cfg, []string{filled}, AnswerOptions{Format: "koe-form"}); again.Unchanged != 1 || again.Added+again.Corrected != 0 {
				t.Errorf("again: %+v", again)
			}
			if requests, _ := cfg.Store.Requests(t.Context()); len(requests) != 1 {
				t.Errorf("%d requests", len(requests))
			}
		})
	}
}

// throughLibreOffice opens a workbook with LibreOffice and saves it again.
func throughLibreOffice(t testing.TB, path string) string {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice; install the Debian package libreoffice-calc")
	}
	out := t.TempDir()
	cmd := exec.CommandContext(t.Context(), office, "--headless", "-env:UserInstallation=file://"+t.TempDir(), "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, path)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, b)
	}
	return filepath.Join(out, filepath.Base(path))
}

func TestForms_OfAWholeFolderAreTakenOneByOne(t *testing.T) {
	cfg := staffed(t)
	invite(t, cfg, "001", [3]string{"m3", "2026-06-15", "2026-07-22"}, [3]string{"m2", "2026-05-01", "2026-06-01"})
	invite(t, cfg, "002", [3]string{"m3", "2026-06-15", "2026-07-22"})
	paths := exported(t, cfg, sheet.Options{Stage: "m3"})
	if len(paths) != 2 {
		t.Fatal(paths)
	}
	hanako, taro := paths[0], paths[1]
	if strings.Contains(hanako, "002") {
		hanako, taro = taro, hanako
	}
	folder := filepath.Join(t.TempDir(), "returned")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	move := func(path, name string) {
		if err := os.Rename(path, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	move(fill(t, hanako, "x.xlsx", hoursAgo(5), map[string]string{"分かち合える": "1 まったくそう思わない"}), "花子.xlsx")
	move(fill(t, hanako, "x.xlsx", hoursAgo(3), map[string]string{"分かち合える": "4 ややそう思う"}), "花子 のコピー.xlsx")
	move(fill(t, taro, "x.xlsx", hoursAgo(3), map[string]string{"分かち合える": "7"}), "太郎.xlsx")
	move(fill(t, taro, "x.xlsx", hoursAgo(3), nil), "空.xlsx")
	move(tampered(t, taro, "stamp"), "印.xlsx")
	move(tampered(t, taro, "row"), "行.xlsx")
	write(t, folder, "other.xlsx", "not a workbook")
	write(t, folder, "~$花子.xlsx", "lock file")
	write(t, folder, "readme.txt", "x")
	r := answers(t, cfg, []string{folder}, AnswerOptions{Format: "koe-form"})
	want := []string{
		"other.xlsx: this is no form of koe",
		"印.xlsx: the form's stamp is broken: it was not made here, or was altered. Send the form again",
		`太郎.xlsx!調査票:10:3: ISO1: 7 is not within 1 to 5`,
		"行.xlsx: rows or question texts of the form were moved or changed; copy the answers into the form as it was sent",
	}
	got := reasons(r.Refused)
	for i := range got {
		if strings.HasPrefix(got[i], "太郎") {
			got[i] = strings.Replace(got[i], got[i][len("太郎.xlsx!調査票:"):strings.Index(got[i], ":3: ")], "10", 1)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Added != 1 || r.Older != 1 || r.Skipped != 1 || len(r.Notes) != 2 {
		t.Errorf("%+v", r)
	}
	if got := stored(t, cfg, "001", "m3"); !strings.Contains(got, "ISO1=4") {
		t.Errorf("the later copy counts: %s", got)
	}
	if !contains(r.Notes, func(p koe.Problem) bool { return strings.Contains(p.Message, "花子 のコピー.xlsx") }) {
		t.Errorf("the second copy is not named: %v", r.Notes)
	}
}

// tampered changes a form in a way that the form forbids.
func tampered(t testing.TB, path, how string) string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetList()[0]
	switch how {
	case "stamp":
		body, _ := f.GetCellValue("_koe", "A2")
		_ = f.SetCellStr("_koe", "A2", strings.Replace(body, `"stage":"m3"`, `"stage":"m2"`, 1))
	case "row":
		_ = f.UnprotectSheet(name)
		if err := f.InsertRows(name, 3, 1); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(t.TempDir(), how+".xlsx")
	if err := f.SaveAs(to); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestForms_OfAnOlderVersionOrOfAnotherHouseAreRefused(t *testing.T) {
	cfg := staffed(t)
	invite(t, cfg, "001", [3]string{"m3", "2026-06-15", "2026-07-22"})
	path := fill(t, exported(t, cfg, sheet.Options{Stage: "m3"})[0], "f.xlsx", hoursAgo(1), map[string]string{"分かち合える": "4"})
	elsewhere := staffed(t)
	if r := answers(t, elsewhere, []string{path}, AnswerOptions{Format: "koe-form"}); len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Message, "stamp is broken") {
		t.Errorf("another store: %+v", r.Refused)
	}
	for i := range cfg.Workspace.Journeys[0].Surveys {
		cfg.Workspace.Journeys[0].Surveys[i].Version = 2
	}
	if r := answers(t, cfg, []string{path}, AnswerOptions{Format: "koe-form"}); len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Message, "form of version 1, while the survey is at version 2") {
		t.Errorf("another version: %+v", r.Refused)
	}
	if len(everything(t, cfg)) != 0 {
		t.Error("something was written")
	}
}

func TestForms_BlankOnesAskForTheNumber(t *testing.T) {
	cfg := staffed(t)
	blank := exported(t, cfg, sheet.Options{Stage: "m3", Blank: true})[0]
	named := fill(t, blank, "named.xlsx", hoursAgo(1), map[string]string{"職員番号": "００２", "分かち合える": "4"})
	nameless := fill(t, blank, "nameless.xlsx", hoursAgo(1), map[string]string{"分かち合える": "4"})
	r := answers(t, cfg, []string{named, nameless}, AnswerOptions{Format: "koe-form"})
	if r.Added != 1 || len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Message, "nobody is named") {
		t.Errorf("%+v", r)
	}
	if got := stored(t, cfg, "002", "m3"); !strings.Contains(got, "ISO1=4") {
		t.Errorf("got %s", got)
	}
	anonymous := fill(t, exported(t, cfg, sheet.Options{Stage: "anon", Blank: true})[0], "a.xlsx", hoursAgo(1), map[string]string{"分かち合える": "2"})
	if r := answers(t, cfg, []string{anonymous}, AnswerOptions{Format: "koe-form"}); r.Added != 1 || r.People != 0 {
		t.Errorf("anonymous: %+v", r)
	}
	if _, err := sheet.Export(t.Context(), sheet.Config{Store: cfg.Store, Workspace: cfg.Workspace, Language: "en"}, sheet.Options{Stage: "anon"}, t.TempDir(), koetest.Now()); err == nil || !strings.Contains(err.Error(), "--blank") {
		t.Errorf("a form with a name for an anonymous survey: %v", err)
	}
}

func TestForms_AreSuggestedAndNotTakenWithoutAWord(t *testing.T) {
	cfg := staffed(t)
	blank := exported(t, cfg, sheet.Options{Stage: "m3", Blank: true})[0]
	path := fill(t, blank, "f.xlsx", hoursAgo(1), map[string]string{"職員番号": "002", "分かち合える": "4"})
	r, err := Answers(t.Context(), cfg, []string{path}, AnswerOptions{}, koetest.Now())
	if err == nil || !strings.Contains(err.Error(), "--format koe-form") || r.Added != 1 || len(everything(t, cfg)) != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}
