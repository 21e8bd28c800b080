package sheet

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"koe"
	"koe/internal/koetest"
	"koe/journey"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// workspace is a folder as koe init lays it out.
func workspace(t testing.TB) *journey.Workspace {
	t.Helper()
	dir := t.TempDir()
	if err := journey.Init(dir, "chuto", "ja"); err != nil {
		t.Fatal(err)
	}
	w, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	return w
}

// form is the form of a stage of the pack for an invented person.
func form(t testing.TB, stage, lang string) Form {
	t.Helper()
	w := workspace(t)
	for _, j := range w.Journeys {
		if s, found := j.Stage(stage); found {
			survey, _ := j.Survey(s.Survey)
			return Form{Organization: w.Settings.Organization, Journey: j, Stage: s, Survey: survey, Language: lang, Issued: koetest.Now(),
				Person: &koe.Person{ID: "E0001", Name: "例示 花子"}, Invitation: &koe.Invitation{Key: "KEY", Version: survey.Version, ClosesOn: koe.NewDate(2026, 7, 22)}}
		}
	}
	t.Fatalf("no stage %s", stage)
	return Form{}
}

func written(t testing.TB, form Form) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := form.Write(&b, []byte("a key")); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWrite_EveryStageOfThePackHasAFormThatReadsBackEmpty(t *testing.T) {
	for _, j := range workspace(t).Journeys {
		for _, stage := range j.Stages {
			for _, lang := range []string{"ja", "en"} {
				f := form(t, stage.ID, lang)
				filled, err := Read(written(t, f), []byte("a key"))
				if err != nil {
					t.Errorf("%s %s: %v", stage.ID, lang, err)
					continue
				}
				asked := map[string]bool{}
				for _, a := range filled.Answers {
					asked[a.Question] = true
				}
				for _, id := range f.Survey.Asked() {
					if q, _ := j.Question(id); q != nil && q.Answerable() != asked[id] {
						t.Errorf("%s %s: question %s has a cell: %v", stage.ID, lang, id, asked[id])
					}
				}
				if !filled.Blank() || filled.Stage != stage.ID || filled.Invitation != "KEY" || filled.Version != f.Survey.Version || !filled.Issued.Equal(koetest.Now()) {
					t.Errorf("%s %s: %+v", stage.ID, lang, filled)
				}
			}
		}
	}
}

func TestWrite_OnlyTheAnswersAreOpenAndEachChoiceHasItsList(t *testing.T) {
	b := written(t, form(t, "m3", "ja"))
	filled, err := Read(b, []byte("a key"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetList()[0]
	open := map[string]bool{}
	for _, a := range filled.Answers {
		cell, _ := excelize.CoordinatesToCellName(a.Column, a.Row)
		open[cell] = true
	}
	rows, _ := f.GetRows(name)
	unlocked := 0
	for y := 1; y <= len(rows); y++ {
		for _, column := range []string{"A", "B", "C", "D"} {
			cell := column + strings.TrimPrefix(mustCell(1, y), "A")
			id, err := f.GetCellStyle(name, cell)
			if err != nil {
				t.Fatal(err)
			}
			style, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			free := style.Protection != nil && !style.Protection.Locked
			if open[cell] && !free {
				t.Errorf("%s is to be filled in and is locked", cell)
			}
			if free {
				unlocked++
			}
		}
	}
	if unlocked < len(open) || unlocked > len(open)+4 { // the second cell of each merged text, and the consent to publish
		t.Errorf("%d cells are open; %d are to be filled in", unlocked, len(open))
	}
	if visible, _ := f.GetSheetVisible(stampSheet); visible {
		t.Error("the stamp can be seen")
	}
	rules, err := f.GetDataValidations(name)
	if err != nil || len(rules) < 10 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	lists := map[string]bool{}
	for _, r := range rules {
		lists[r.Formula1] = true
	}
	scale, err := f.GetCols(stampSheet)
	if err != nil || len(lists) < 4 {
		t.Fatalf("%v, %v", lists, err)
	}
	want := []string{"1 まったくそう思わない", "2 あまりそう思わない", "3 どちらともいえない", "4 ややそう思う", "5 とてもそう思う", "答えない"}
	if diff := cmp.Diff(want, scale[2]); diff != "" {
		t.Error(diff)
	}
}

func mustCell(column, row int) string {
	name, _ := excelize.CoordinatesToCellName(column, row)
	return name
}

func TestRead_KnowsAStampThatWasNotMadeHere(t *testing.T) {
	b := written(t, form(t, "m3", "ja"))
	if _, err := Read(b, []byte("another key")); !errors.Is(err, ErrBrokenStamp) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Read([]byte("no workbook"), []byte("a key")); !errors.Is(err, ErrNoForm) {
		t.Errorf("no workbook: %v", err)
	}
	plain := excelize.NewFile()
	var buf bytes.Buffer
	if err := plain.Write(&buf); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(buf.Bytes(), []byte("a key")); !errors.Is(err, ErrNoForm) || IsForm(buf.Bytes()) || !IsForm(b) {
		t.Errorf("another workbook: %v", err)
	}
}

func TestWrite_LibreOfficePrintsItOnA4WithItsJapaneseText(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice; install the Debian package libreoffice-calc")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "m3.xlsx")
	if err := os.WriteFile(path, written(t, form(t, "m3", "ja")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "--headless", "-env:UserInstallation=file://"+t.TempDir(), "--convert-to", "pdf", "--outdir", dir, path)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, b)
	}
	pdf := filepath.Join(dir, "m3.pdf")
	info, err := exec.CommandContext(t.Context(), "pdfinfo", pdf).Output()
	if err != nil {
		t.Fatalf("pdfinfo of the Debian package poppler-utils: %v", err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(info), "A4") || !strings.Contains(string(info), "Pages:           3") {
		t.Errorf("pages:\n%s", info)
	}
	for _, want := range []string{"入社3か月のアンケート 調査票", "回答期限 2026年7月22日(水)", "例示 花子 様", "今の仕事の内容は、自分の力や強みに合っている。", "答えない"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestPlainText_TakesTheMarksOffMarkdown(t *testing.T) {
	got := plainText("# Title\n\n\n- **Voluntary** you *may* stop\n- see [the page](https://x.example/) or <https://y.example/>\n\nend **here**")
	want := "【Title】\n\n・Voluntary: you may stop\n・see the page (https://x.example/) or https://y.example/\n\nend here"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzRead feeds any bytes to the reader of forms: no crash, and nothing without the signature is taken.
func FuzzRead(f *testing.F) {
	b := written(f, form(f, "m3", "ja"))
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if filled, err := Read(b, []byte("another key")); err == nil {
			t.Fatalf("an unsigned form was taken: %+v", filled)
		}
		if filled, err := Read(b, []byte("a key")); err == nil && filled.Invitation != "KEY" {
			t.Fatalf("a form for %q was taken", filled.Invitation)
		}
		IsForm(b)
	})
}
