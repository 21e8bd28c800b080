package reports

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestCatalogue_HasTheSamePlaceholdersInEveryLanguage(t *testing.T) {
	all, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	for key, ja := range all["ja"] {
		in := func(s string) []string {
			found := placeholder.FindAllString(s, -1)
			slices.Sort(found)
			return slices.Compact(found)
		}
		if diff := cmp.Diff(in(ja), in(all["en"][key])); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
		if !regexp.MustCompile(`\p{Han}|\p{Hiragana}|\p{Katakana}`).MatchString(ja) && len(ja) > 12 && !strings.Contains(ja, "{") {
			t.Errorf("%s does not look Japanese: %q", key, ja)
		}
		if regexp.MustCompile(`\p{Han}|\p{Hiragana}|\p{Katakana}`).MatchString(all["en"][key]) {
			t.Errorf("%s is not English: %q", key, all["en"][key])
		}
	}
}

// Keys that are put together at run time, by their beginnings.
var composedKeys = []string{"withheld.", "theme.", "segment.", "rule.", "reason.", "verdict.", "did.", "grain.", "journey.", "limit.", "meaning.", "term.", "trend.", "legend.heat.", "compare.", "change.",
	"col.cohort", "col.quarter", "chart.interval", "summary.", "bar."}

func TestCatalogue_EveryTextIsUsedAndEveryUseHasAText(t *testing.T) {
	all, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, name := range append(names, "assets/page.tmpl") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += string(data)
	}
	for _, m := range regexp.MustCompile(`[sS]ay(?:\(|\s)"([a-z0-9.]+)"[^ +]`).FindAllStringSubmatch(source, -1) {
		if !all["ja"].has(m[1]) {
			t.Errorf("no text for %q", m[1])
		}
	}
	for key := range all["ja"] {
		used := strings.Contains(source, `"`+key+`"`)
		for _, start := range composedKeys {
			used = used || strings.HasPrefix(key, start)
		}
		if !used {
			t.Errorf("the text %q is not used", key)
		}
	}
}

func TestReport_IsInOneLanguageOnly(t *testing.T) {
	japanese := regexp.MustCompile(`\p{Hiragana}`)
	data := map[string]bool{} // what comes from the data, in whatever language it has
	in := sampleInput()
	for _, c := range in.Published.Tables.Comment {
		data[c.Text] = true
	}
	doc := sampleDocument(t, "en")
	check := func(where, s string) {
		if japanese.MatchString(s) && !data[s] {
			t.Errorf("%s is half translated: %q", where, s)
		}
	}
	for _, s := range doc.Sections {
		check("title", s.Title)
		for _, l := range s.Lead {
			check("lead", l)
		}
		for _, part := range s.Parts {
			check("part", part.Title)
			for _, n := range append(part.Notes, part.Lead...) {
				check("note", n)
			}
			for _, f := range part.Findings {
				check("finding", f.Text+f.Figure+f.People)
			}
			for _, ch := range part.Charts {
				check("chart", ch.Title+ch.About)
			}
			if part.Table == nil {
				continue
			}
			for _, c := range part.Table.Columns {
				check("column", c.Title)
			}
			for _, r := range part.Table.Rows {
				for _, c := range r.Cells {
					check("cell", c.Text)
				}
			}
		}
	}
}
