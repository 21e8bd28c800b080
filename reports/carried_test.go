package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// carriedInput has the scores of everybody, and of one bureau, carried over from an earlier release.
func carriedInput() Input {
	in := fullInput()
	in.Languages = []string{"ja", "en"}
	trend := in.Published.Tables.Trend
	for i := range trend {
		if trend[i].Withheld == "" && trend[i].Grain == "all" {
			trend[i].Carried = "2026-01-01-2"
		}
	}
	return in
}

func TestWrite_SaysWhichValuesAreThoseOfAnEarlierRelease(t *testing.T) {
	for name, in := range map[string]Input{"carried": carriedInput(), "new": fullInput()} {
		in.Languages = []string{"ja", "en"}
		in.Scopes = nil
		r, err := Write(context.Background(), in, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for file, words := range map[string][]string{
			"koe-report.html":    {`class="num carried"`, "前回公表値(2026-01-01-2)", "＊は前回公表値です", "この報告書には前回公表値が含まれます"},
			"koe-report-en.html": {"as published on 2026-01-01-2", "＊ marks a value as last published"},
			"koe-report.xlsx":    {"前回公表値(2026-01-01-2)", "＊は前回公表値です", `&#34;＊&#34;`},
		} {
			text := contentOf(t, filepath.Join(r.Folder, file))
			for _, w := range words {
				if got := strings.Contains(text, w); got != (name == "carried") {
					t.Errorf("%s of %s figures: %q is there: %v", file, name, w, got)
				}
			}
		}
		if m, err := readManifest(r.Folder); err != nil || (m.Rows[2].Carried > 0) != (name == "carried") || m.Rows[2].Table != "trend" {
			t.Errorf("release.json says %+v (%v)", m.Rows[2], err)
		}
	}
}

// contentOf is a page's text, or a workbook's parts one after the other.
func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) != ".xlsx" {
		return string(content)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, part); err != nil {
			t.Fatal(err)
		}
		part.Close()
	}
	return all.String()
}

func TestWrite_OtherLanguagesAndScopesOfTheSameFiguresComeBeside(t *testing.T) {
	dir := t.TempDir()
	in := fullInput()
	in.Languages, in.Scopes = []string{"ja"}, nil
	calls := 0
	in.Before = func(_ context.Context, beside string, r Result) error {
		calls++
		if _, err := os.Stat(filepath.Join(beside, "release.json")); err != nil {
			t.Errorf("before the rename: %v", err)
		}
		return nil
	}
	first, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	in.Languages = []string{"en"}
	second, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	if second.Folder != first.Folder || len(second.Files) != 2*len(first.Files) || second.Replaced || calls != 2 {
		t.Errorf("another language: %+v, asked %d times", second, calls)
	}
	for _, f := range second.Files {
		if want := map[bool]string{true: "en", false: "ja"}[strings.Contains(f.Name, "-en.")]; f.Language != want {
			t.Errorf("%s is in %s", f.Name, f.Language)
		}
	}
	in.Languages = []string{"ja"}
	if third, err := Write(context.Background(), in, dir); err != nil || !third.Unchanged || calls != 3 {
		t.Errorf("the first language again: %+v (%v)", third, err)
	}
	if err := os.WriteFile(filepath.Join(first.Folder, "koe-report-en.html"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), in, dir); err == nil {
		t.Error("a file that somebody changed was taken over into the release")
	}
}
