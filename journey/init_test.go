package journey

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInit_LaysOutAFolder(t *testing.T) {
	for _, lang := range []string{"ja", "en"} {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		if err := Init(dir, "chuto", lang); err != nil {
			t.Fatal(err)
		}
		files := tree(t, dir)
		for _, name := range []string{"koe.yaml", "journeys/chuto.yaml", "roster.csv", "events.csv", ".gitignore", "schemas/koe.schema.json", "schemas/journey.schema.json"} {
			if files[name] == "" {
				t.Errorf("%s: there is no %s", lang, name)
			}
		}
		for name, text := range files {
			if filepath.Ext(name) != ".yaml" {
				continue
			}
			first, _, _ := strings.Cut(text, "\n")
			schema, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
			if !ok {
				t.Errorf("%s: %s begins with %q", lang, name, first)
			} else if _, err := os.Stat(filepath.Join(dir, filepath.Dir(name), schema)); err != nil {
				t.Errorf("%s: the schema of %s: %v", lang, name, err)
			}
		}
		comment := map[string]string{"ja": "# 組織の名称", "en": "# The organisation's name"}[lang]
		if !strings.Contains(files["koe.yaml"], comment) {
			t.Errorf("%s: koe.yaml has no %q", lang, comment)
		}
		if !strings.Contains(files[".gitignore"], "/data/") {
			t.Errorf("%s: data is not kept out of version control", lang)
		}
		info, err := os.Stat(filepath.Join(dir, "data"))
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: the data folder is %v, %v; want it closed to others", lang, info.Mode(), err)
		}
	}
}

// The examples have the columns that the settings beside them name.
func TestInit_TheExamplesFitTheSettings(t *testing.T) {
	for _, lang := range []string{"ja", "en"} {
		dir := t.TempDir()
		if err := Init(dir, "chuto", lang); err != nil {
			t.Fatal(err)
		}
		w, problems := Open(dir)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		known := append(rosterColumns(), w.Settings.SegmentColumns()...)
		people := map[string]bool{}
		for _, name := range []string{"roster.csv", "events.csv"} {
			rows, err := csv.NewReader(strings.NewReader(tree(t, dir)[name])).ReadAll()
			if err != nil || len(rows) < 2 {
				t.Fatalf("%s: %d rows, %v", name, len(rows), err)
			}
			for _, column := range rows[0] {
				found := false
				for _, k := range known {
					found = found || k == column
				}
				if !found {
					t.Errorf("%s: the column %s is not known", name, column)
				}
			}
			for _, row := range rows[1:] {
				if name == "roster.csv" {
					people[row[0]] = true
				} else if !people[row[0]] || row[3] != "" && !people[row[3]] {
					t.Errorf("events.csv names somebody who is not in roster.csv: %q", row)
				}
			}
		}
	}
}

func TestInit_OverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "roster.csv"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Init(dir, "chuto", "ja")
	if koe.KindOf(err) != koe.Conflict || err == nil || !strings.Contains(err.Error(), "roster.csv") {
		t.Errorf("Init says %v, want a conflict over roster.csv", err)
	}
	if diff := cmp.Diff(map[string]string{"roster.csv": "mine"}, tree(t, dir)); diff != "" {
		t.Errorf("something was written (-want +got):\n%s", diff)
	}
	other := t.TempDir()
	if err := Init(other, "chuto", "ja"); err != nil {
		t.Fatal(err)
	}
	before := tree(t, other)
	if err := Init(other, "chuto", "en"); koe.KindOf(err) != koe.Conflict || err == nil {
		t.Errorf("the second Init says %v, want a conflict", err)
	}
	if diff := cmp.Diff(before, tree(t, other)); diff != "" {
		t.Errorf("the second Init wrote (-before +after):\n%s", diff)
	}
}

func TestInit_KnowsItsPacksAndLanguages(t *testing.T) {
	for pack, lang := range map[string]string{"chotu": "ja", "": "ja", "..": "ja", "chuto/journeys": "ja", "chuto": "fr"} {
		dir := filepath.Join(t.TempDir(), "x")
		err := Init(dir, pack, lang)
		if kind := koe.KindOf(err); err == nil || kind != koe.Misused {
			t.Errorf("pack %q in %q: %v, want a user's error", pack, lang, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("pack %q in %q: a folder was made", pack, lang)
		}
	}
	if _, err := Pack("nothing"); err == nil || !strings.Contains(err.Error(), "chuto") {
		t.Errorf("Pack says %v, want the packs that there are", err)
	}
}
