package journey

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"koe"
)

// SettingsFile is the name of the settings in a working folder.
const SettingsFile = "koe.yaml"

// Workspace is a working folder: its settings and its journeys.
type Workspace struct {
	Dir      string // absolute
	Settings koe.Settings
	Location *time.Location
	Journeys []*Compiled // those without errors, in the order of koe.yaml
}

// Open reads koe.yaml in dir and the journeys that it names. The workspace is nil when koe.yaml cannot be used; a
// journey with errors is left out of it. The problems may all be warnings. Their messages are in the language that
// koe.yaml states, as far as it can be read, and else in that of the environment (LANG).
func Open(dir string) (*Workspace, koe.Problems) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		absolute = dir
	}
	data, err := os.ReadFile(filepath.Join(absolute, SettingsFile))
	if err != nil {
		r := newReader(SettingsFile, nil, environmentLanguage(), "")
		if errors.Is(err, fs.ErrNotExist) {
			r.failAt(place{}, "there is no koe.yaml in %s", dir).hint("koe init lays one out; --dir names another folder")
		} else {
			r.failAt(place{}, "the file cannot be read: %s", err)
		}
		return nil, r.problems
	}
	settings, r := readSettings(data, absolute)
	if len(r.problems.Serious()) > 0 {
		return nil, r.sorted()
	}
	w := &Workspace{Dir: absolute, Settings: settings}
	w.Location, _ = time.LoadLocation(settings.Timezone) // the shape has checked that it loads
	ids := map[string]string{}
	measures := map[string]bool{}
	var readers []*reader
	for i, path := range settings.Journeys {
		data, err := os.ReadFile(w.Path(path))
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				r.fail(index("journeys", i), "the file %s does not exist", path)
			} else {
				r.fail(index("journeys", i), "the file cannot be read: %s", err)
			}
			continue
		}
		compiled, jr := readJourney(path, data, &settings)
		readers = append(readers, jr)
		if compiled == nil {
			continue
		}
		if other, twice := ids[compiled.ID]; twice {
			jr.fail("journey", "the journey %s is also in %s", compiled.ID, other)
			continue
		}
		ids[compiled.ID] = path
		for i := range compiled.Measures {
			measures[compiled.Measures[i].ID] = true
		}
		w.Journeys = append(w.Journeys, compiled)
	}
	problems := r.sorted()
	for _, jr := range readers {
		checkAnchors(jr, measures)
		problems = append(problems, jr.sorted()...)
	}
	return w, problems
}

// Journey finds a journey by id.
func (w *Workspace) Journey(id string) (*Compiled, bool) {
	i := slices.IndexFunc(w.Journeys, func(c *Compiled) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return w.Journeys[i], true
}

// Path gives the absolute path of a path in the settings, which is relative to the working folder.
func (w *Workspace) Path(rel string) string { return pathIn(w.Dir, rel) }

// ParseSettings reads the text of a koe.yaml. Files that it names are not looked for.
func ParseSettings(data []byte) (koe.Settings, koe.Problems) {
	settings, r := readSettings(data, "")
	return settings, r.sorted()
}

func readSettings(data []byte, dir string) (koe.Settings, *reader) {
	language := stated(data)
	s, bad := newSource(SettingsFile, data)
	if bad != nil {
		r := newReader(SettingsFile, nil, language, "")
		r.failSyntax(bad)
		return koe.Settings{}, r
	}
	r := newReader(SettingsFile, s, language, language)
	settings, ok := readFile(r, settingsShape())
	if ok {
		checkSettings(r, &settings, dir)
		checkTexts(r)
	}
	return settings, r
}

// ParseJourney reads the text of a journey file under the settings (their language, segments and roll rule). name
// stands in the problems. The journey is nil when it has errors.
func ParseJourney(name string, data []byte, settings *koe.Settings) (*Compiled, koe.Problems) {
	compiled, r := readJourney(name, data, settings)
	return compiled, r.sorted()
}

func readJourney(name string, data []byte, settings *koe.Settings) (*Compiled, *reader) {
	s, bad := newSource(name, data)
	if bad != nil {
		r := newReader(name, nil, settings.Language, settings.Language)
		r.failSyntax(bad)
		return nil, r
	}
	r := newReader(name, s, settings.Language, settings.Language)
	j, ok := readFile(r, journeyShape())
	if !ok {
		return nil, r
	}
	complete(r, &j, settings)
	checkJourney(r, &j, settings)
	compiled := compile(r, j, settings.SegmentColumns())
	checkTiming(r, compiled)
	r.stages = compiled.Stages
	if len(r.problems.Serious()) > 0 {
		return nil, r
	}
	return compiled, r
}

func readFile[T any](r *reader, shape object[T]) (T, bool) {
	var none T
	root, bad := r.source.parse()
	if bad != nil {
		r.failSyntax(bad)
		return none, false
	}
	if root == nil {
		r.failAt(place{1, 1}, "the file is empty")
		return none, false
	}
	r.findAnchors(root)
	root, ok := resolve(r, "", root)
	if !ok {
		return none, false
	}
	return shape.read(r, "", root)
}

var statedLanguage = regexp.MustCompile(`(?m)^[\s{]*"?language"?\s*:\s*["']?([A-Za-z-]+)`)

// stated finds the language that a koe.yaml states, even if the file cannot be read otherwise.
func stated(data []byte) string {
	s, bad := newSource(SettingsFile, data)
	if bad == nil {
		if root, bad := s.parse(); bad == nil && root != nil {
			entries, _ := pairs(root)
			for _, entry := range entries {
				if name, _, _, _ := scalar(entry.Key); name == "language" {
					return usable(entry.Value)
				}
			}
			return defaultSettings().Language
		}
	}
	if m := statedLanguage.FindSubmatch(data); m != nil && languageShape().accepts(string(m[1])) {
		return string(m[1])
	}
	return environmentLanguage()
}

func usable(n ast.Node) string {
	if tag, _, _, ok := scalar(n); ok && languageShape().accepts(tag) {
		return tag
	}
	return environmentLanguage()
}

// accepts reports whether the text is a value of the shape.
func (s scalarShape[T]) accepts(text string) bool {
	_, ok := s.parse(text)
	return ok
}

// environmentLanguage is ja or en by LC_ALL, LC_MESSAGES and LANG.
func environmentLanguage() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "ja") {
				return "ja"
			}
			return "en"
		}
	}
	return "en"
}
