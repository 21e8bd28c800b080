package coding

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"koe/analysis/voices"
	"koe/store"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func comments() []Comment {
	return []Comment{
		{Response: "r1", Question: "OPN3", Stage: "3か月", Text: "昼休みは一人で孤独です。", PublishOK: true, Rules: []string{"isolation:issue"}},
		{Response: "r2", Question: "OPN3", Stage: "3か月", Text: "=HYPERLINK(\"http://x\")", Rules: nil},
		{Response: "r3", Question: "OPN4", Stage: "半年", Text: "メンターがほしい。\n上司も忙しい。", Rules: []string{"mentor:wish", "manager:issue", "workload:issue"}},
		{Response: "r4", Question: "OPN4", Text: "研修が良かった。", Rules: []string{"reception:ok"}, Cleared: store.Cleared},
	}
}

// filled writes the sheet and fills in cells: sheet, row from 1, column id, value.
func filled(t *testing.T, language string, cells ...[4]string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, comments(), language); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range cells {
		lines, err := f.GetRows(c[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range lines[0] {
			if id == c[2] {
				column, _ := excelize.ColumnNumberToName(i + 1)
				if err := f.SetCellStr(c[0], column+c[1], c[3]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestRead_GivesBackWhatTheCodersChose(t *testing.T) {
	b := filled(t, "ja",
		[4]string{"コーダー1", "3", "isolation", "課題"}, [4]string{"コーダー2", "3", "isolation", "課題"},
		[4]string{"コーダー1", "4", "done", "済"}, [4]string{"コーダー2", "4", "done", "済"},
		[4]string{"コーダー1", "5", "mentor", "要望"}, [4]string{"コーダー2", "5", "mentor", "課題"}, [4]string{"裁定・公開", "5", "mentor", "要望"}, [4]string{"裁定・公開", "5", "cleared", "不可"},
		[4]string{"裁定・公開", "3", "cleared", "可"})
	rows, problems, err := Read("sheet.xlsx", b)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	c := comments()
	want := []Row{
		{Response: "r1", Question: "OPN3", Check: voices.Check(c[0].Text), First: Code{"isolation": "issue"}, Second: Code{"isolation": "issue"}, Cleared: store.Cleared},
		{Response: "r2", Question: "OPN3", Check: voices.Check(c[1].Text), First: Code{}, Second: Code{}},
		{Response: "r3", Question: "OPN4", Check: voices.Check(c[2].Text), First: Code{"mentor": "wish"}, Second: Code{"mentor": "issue"}, Decision: Code{"mentor": "wish"}, Cleared: store.NotCleared},
		{Response: "r4", Question: "OPN4", Check: voices.Check(c[3].Text), Cleared: store.Cleared},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]store.Review{
		{Response: "r1", Question: "OPN3", Check: voices.Check(c[0].Text), Themes: []string{"isolation:issue"}, Cleared: store.Cleared},
		{Response: "r2", Question: "OPN3", Check: voices.Check(c[1].Text), Themes: []string{}},
		{Response: "r3", Question: "OPN4", Check: voices.Check(c[2].Text), Themes: []string{"mentor:wish"}, Cleared: store.NotCleared},
		{Response: "r4", Question: "OPN4", Check: voices.Check(c[3].Text), Cleared: store.Cleared},
	}, Reviews(rows)); d != "" {
		t.Error(d)
	}
}

func TestRead_NamesTheCellThatIsWrong(t *testing.T) {
	rows, problems, err := Read("sheet.xlsx", filled(t, "en", [4]string{"Coder 1", "3", "isolation", "perhaps"}, [4]string{"Decision", "4", "cleared", "maybe"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || len(problems) != 2 {
		t.Errorf("%d rows, %v", len(rows), problems)
	}
	if got := problems.Error(); !strings.Contains(got, "sheet.xlsx/Coder 1:3:6: \"perhaps\" is no valence") || !strings.Contains(got, "sheet.xlsx/Decision:4:20: \"maybe\" is no clearance") {
		t.Error(got)
	}
	if _, _, err := Read("x.xlsx", strings.NewReader("no workbook")); err == nil {
		t.Error("a text was taken for a workbook")
	}
}

func TestRow_CodersWhoDifferLeaveTheRulesStanding(t *testing.T) {
	r := Row{First: Code{"trust": "issue"}, Second: Code{"trust": "wish"}}
	if r.Final() != nil || !r.Open() || len(Reviews([]Row{r})) != 0 {
		t.Errorf("%v", r.Final())
	}
	r.Second = nil
	if d := cmp.Diff(Code{"trust": "issue"}, r.Final()); d != "" {
		t.Error(d)
	}
}

// TestCompare_ByHand: 10 comments; both say isolation of 4, the first alone of 1, the second alone of 1, neither of 4:
// observed agreement .8, by chance .5·.5+.5·.5 = .5, κ = .6. Of the agreed ones the rules find 3 of 4 and 1 too many.
func TestCompare_ByHand(t *testing.T) {
	say := func(yes bool) Code {
		if yes {
			return Code{"isolation": "issue"}
		}
		return Code{}
	}
	var rows []Row
	found := map[string][]string{}
	for i := range 10 {
		key := string(rune('a' + i))
		rows = append(rows, Row{Response: key, Question: "Q", First: say(i < 5), Second: say(i < 4 || i == 5)})
		if i < 3 || i == 9 {
			found[key] = []string{"isolation:issue"}
		}
	}
	rows[0].Decision = Code{"isolation": "ok"}
	result := Compare(rows, func(response, _ string) []string { return found[response] })
	a, c := result.Agreement[0], result.Accuracy[0]
	if a.Both != 4 || a.One != 2 || a.N != 10 || math.Abs(*a.Kappa-0.6) > 1e-12 {
		t.Errorf("agreement %+v", a)
	}
	if c.Right != 3 || c.Wrong != 1 || c.Missed != 1 || *c.Precision != 0.75 || *c.Recall != 0.75 || *c.F1 != 0.75 || c.Valence != 2 {
		t.Errorf("accuracy %+v", c)
	}
	if math.Abs(c.PrecisionCI[0]-0.3006418423) > 1e-9 || math.Abs(c.PrecisionCI[1]-0.9544127391) > 1e-9 { // Wilson 3/4
		t.Errorf("Wilson %v", c.PrecisionCI)
	}
	if result.Open != 2 || result.Coded != 8 || result.BothCoded != 10 || *result.MacroF1 != 0.75 || result.Accuracy[1].F1 != nil || result.Agreement[1].Kappa != nil {
		t.Errorf("%+v", result)
	}
}

func TestWrite_OffersTheChoicesAndHidesTheKeys(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, comments(), "ja"); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if d := cmp.Diff([]string{"手引き", "コーダー1", "コーダー2", "裁定・公開"}, f.GetSheetList()); d != "" {
		t.Error(d)
	}
	choices, err := f.GetDataValidations("裁定・公開")
	if err != nil || len(choices) != len(voices.Themes())+2 || choices[0].Formula1 != "\"課題,要望,良好\"" || choices[len(choices)-1].Formula1 != "\"可,不可\"" {
		t.Errorf("%v %v", err, choices)
	}
	for _, column := range []string{"A", "B", "C"} {
		if visible, err := f.GetColVisible("コーダー1", column); visible || err != nil {
			t.Errorf("column %s is visible, %v", column, err)
		}
	}
	for _, sheet := range f.GetSheetList()[1:] {
		lines, err := f.GetRows(sheet)
		if err != nil || strings.Contains(strings.Join(lines[2], " "), "issue") {
			t.Errorf("%s shows what the rules say: %v", sheet, lines[2])
		}
	}
}

// TestWrite_OpensInLibreOffice converts the workbook and looks for its texts; a text that looks like a formula stays one.
func TestWrite_OpensInLibreOffice(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice (Debian package libreoffice-calc)")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "sheet.xlsx")
	if err := os.WriteFile(path, filled(t, "ja").Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", dir, path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	content, err := os.ReadFile(filepath.Join(dir, "sheet-コーダー1.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"昼休みは一人で孤独です。", "HYPERLINK", "孤独・孤立", "r1,OPN3"} {
		if !strings.Contains(string(content), text) {
			t.Errorf("%q is not on the sheet:\n%s", text, content)
		}
	}
}

func TestGuide_HasEveryTheme(t *testing.T) {
	var got []string
	for _, g := range guide() {
		got = append(got, g.id)
		if n := len(strings.Split(g.examples, "／")); n != 3 {
			t.Errorf("%s has %d examples", g.id, n)
		}
	}
	if d := cmp.Diff(voices.Themes(), got); d != "" {
		t.Error(d)
	}
}
