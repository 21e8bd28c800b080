package journey

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// mistake is one block of testdata/bad/*.txt: a sentence, a change to the sound folder testdata/base, and what koe
// says about it in English and in Japanese.
//
//	## A stage without a survey
//	-     survey: m3
//	+
//	en: journeys/c.yaml:79:3: …
//	ja: …
//
// Lines with - must stand in the file (its first place counts), lines with + take their place.
type mistake struct {
	name     string
	old, new []string
	en, ja   []string
}

func readMistakes(t *testing.T, name string) []mistake {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []mistake
	for n, line := range strings.Split(string(data), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			all = append(all, mistake{name: title})
			continue
		}
		if len(all) == 0 || line == "" {
			continue
		}
		m := &all[len(all)-1]
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "-":
			m.old = append(m.old, rest)
		case "+":
			m.new = append(m.new, rest)
		case "en:":
			m.en = append(m.en, rest)
		case "ja:":
			m.ja = append(m.ja, rest)
		default:
			t.Fatalf("%s:%d: what is %q?", name, n+1, line)
		}
	}
	return all
}

func writeMistakes(t *testing.T, name string, all []mistake) {
	t.Helper()
	var b strings.Builder
	for i, m := range all {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "## %s\n", m.name)
		for _, part := range []struct {
			mark  string
			lines []string
		}{{"-", m.old}, {"+", m.new}, {"en:", m.en}, {"ja:", m.ja}} {
			for _, line := range part.lines {
				b.WriteString(strings.TrimRight(part.mark+" "+line, " ") + "\n")
			}
		}
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// says opens the base folder with one change and gives what koe says.
func (m mistake) says(t *testing.T, file, language string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/base")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"koe.yaml", "journeys/c.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if name == "koe.yaml" {
			text = strings.Replace(text, "language: ja", "language: "+language, 1)
		}
		if name == file {
			old := strings.Join(m.old, "\n")
			if language == "en" {
				old = strings.Replace(old, "language: ja", "language: en", 1)
			}
			if !strings.Contains(text, old) {
				t.Fatalf("%s: %q does not stand in %s", m.name, old, name)
			}
			text = strings.Replace(text, old, strings.Join(m.new, "\n"), 1)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, problems := Open(dir)
	var lines []string
	for _, p := range problems {
		line := strings.ReplaceAll(p.String(), dir, "DIR")
		if p.Warning {
			line = "warning " + line
		}
		lines = append(lines, strings.ReplaceAll(line, "\n", "\\n"))
	}
	return lines
}

func TestOpen_SaysWhatIsWrongAndWhere(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	for file, golden := range map[string]string{"koe.yaml": "testdata/bad/koe.txt", "journeys/c.yaml": "testdata/bad/journey.txt"} {
		all := readMistakes(t, golden)
		for i, m := range all {
			t.Run(m.name, func(t *testing.T) {
				en, ja := m.says(t, file, "en"), m.says(t, file, "ja")
				if *update {
					all[i].en, all[i].ja = en, ja
					return
				}
				if len(m.en) == 0 || len(m.ja) == 0 {
					t.Error("nothing is expected here")
				}
				if diff := cmp.Diff(m.en, en); diff != "" {
					t.Errorf("in English (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(m.ja, ja); diff != "" {
					t.Errorf("in Japanese (-want +got):\n%s", diff)
				}
			})
		}
		if *update {
			writeMistakes(t, golden, all)
		}
	}
}

func TestOpen_TheBaseOfTheGoldenFilesIsSound(t *testing.T) {
	w, problems := Open("testdata/base")
	if len(problems) > 0 || w == nil {
		t.Fatalf("problems:\n%v", problems)
	}
	var _ koe.Settings = w.Settings
}
