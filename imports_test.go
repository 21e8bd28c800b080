package koe

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The import table. A room is a package with everything below it; it may import the rooms listed, the standard
// library, and the libraries whose home it is. Imports run down only: no room appears in its own list's lists.
//
// schedules, collector and analysis never import each other. reports does not import store, so nothing that names a
// person can reach a page.
func rooms() map[string][]string {
	return map[string][]string{
		"koe":                  {},
		"koe/journey":          {"koe"},
		"koe/mail":             {"koe"},
		"koe/store":            {"koe", "koe/internal/whole"},
		"koe/schedules":        {"koe", "koe/journey", "koe/store", "koe/mail"},
		"koe/collector":        {"koe", "koe/journey", "koe/store", "koe/internal/whole"},
		"koe/analysis":         {"koe", "koe/journey", "koe/store", "koe/internal/whole"},
		"koe/reports":          {"koe", "koe/analysis", "koe/internal/whole"},
		"koe/reports/audit":    {"koe"}, // attacks what others made; it knows nothing of how
		"koe/cmd/koe":          {"koe", "koe/journey", "koe/mail", "koe/store", "koe/schedules", "koe/collector", "koe/analysis", "koe/reports", "koe/reports/audit", "koe/internal/whole"},
		"koe/internal/whole":   {},                                  // files and folders that appear whole or not at all
		"koe/internal/koetest": {"koe", "koe/journey", "koe/store"}, // imported by tests alone
	}
}

// libraries gives each outside module its home. More than one home needs a reason.
func libraries() map[string][]string {
	return map[string][]string{
		"github.com/goccy/go-yaml":            {"koe/journey"},
		"github.com/expr-lang/expr":           {"koe/journey"},
		"github.com/wneessen/go-mail":         {"koe/mail"},
		"github.com/emersion/go-imap/v2":      {"koe/mail"},
		"github.com/emersion/go-message":      {"koe/mail"},
		"github.com/jackc/pgx/v5":             {"koe/store"},
		"modernc.org/sqlite":                  {"koe/store"},
		"github.com/pressly/goose/v3":         {"koe/store"},
		"github.com/robfig/cron/v3":           {"koe/schedules"},
		"github.com/rickar/cal/v2":            {"koe/schedules"},
		"golang.org/x/text":                   {"koe/collector", "koe/analysis"}, // CP932 and UTF-16 come in; NFKC before words are counted
		"github.com/yuin/goldmark":            {"koe/collector"},
		"github.com/microcosm-cc/bluemonday":  {"koe/collector"},
		"github.com/prometheus/client_golang": {"koe/collector"},
		"github.com/duckdb/duckdb-go/v2":      {"koe/analysis"},
		"gonum.org/v1/gonum":                  {"koe/analysis"},
		"github.com/ikawaha/kagome/v2":        {"koe/analysis"},
		"github.com/ikawaha/kagome-dict":      {"koe/analysis"},
		"github.com/ikawaha/kagome-dict/ipa":  {"koe/analysis"},
		"github.com/go-echarts/go-echarts/v2": {"koe/reports"},
		"github.com/xuri/excelize/v2":         {"koe/collector", "koe/reports", "koe/analysis", "koe/cmd/koe"}, // 調査票, the workbook, the coding sheet, koe sql --format xlsx
		"github.com/spf13/cobra":              {"koe/cmd/koe"},
		"github.com/schollz/progressbar/v3":   {"koe/cmd/koe"},
		"github.com/emersion/go-smtp":         {"koe/cmd/koe"}, // the demo talks to a real SMTP server
		"golang.org/x/term":                   {"koe/cmd/koe"},
		"github.com/google/uuid":              {"koe/store", "koe/mail", "koe/schedules", "koe/collector"},                      // random keys where rows are made
		"golang.org/x/net":                    {"koe/mail", "koe/collector", "koe/reports", "koe/reports/audit", "koe/cmd/koe"}, // HTML and addresses are parsed wherever they are met
		"golang.org/x/sync":                   {"koe/store", "koe/schedules", "koe/collector", "koe/analysis", "koe/reports", "koe/cmd/koe"},
		"golang.org/x/sys":                    {"koe/store", "koe/analysis", "koe/cmd/koe"},   // fsync, limits of the SQL sandbox, free disk
		"golang.org/x/time":                   {"koe/mail", "koe/schedules", "koe/collector"}, // per-minute limits out, per-address limits in
	}
}

// forTests are libraries that only tests use, in any room.
func forTests() []string {
	return []string{
		"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl",
		"github.com/chromedp/chromedp", "github.com/chromedp/cdproto", "golang.org/x/net",
	}
}

const module = "koe"

// imported is one import statement.
type imported struct {
	file string // slash-separated, from the root
	test bool   // of a test, or of the room that only tests use
	from string // the importing package
	path string
}

// imports lists the import statements of the repository, whatever their build tags.
func imports(t *testing.T) []imported {
	t.Helper()
	var all []imported
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); d.IsDir() && base != "." && (base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			from := path.Join(module, path.Dir(name))
			all = append(all, imported{name, strings.HasSuffix(name, "_test.go") || within(from, "koe/internal/koetest"), from, p})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// within reports whether a package or import path is root or below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// roomOf gives the room of a package of ours; the root package is a room of its own.
func roomOf(pkg string) (string, bool) {
	best := ""
	for room := range rooms() {
		if pkg == room || room != module && within(pkg, room) {
			if len(room) > len(best) {
				best = room
			}
		}
	}
	return best, best != ""
}

// libraryOf gives the module of an outside import path.
func libraryOf(p string) (string, bool) {
	best := ""
	for lib := range libraries() {
		if within(p, lib) && len(lib) > len(best) {
			best = lib
		}
	}
	return best, best != ""
}

func isStandard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".") && first != module
}

func TestImports_FollowTheTable(t *testing.T) {
	for _, i := range imports(t) {
		room, ok := roomOf(i.from)
		if !ok {
			t.Errorf("%s: the package %s stands in no room of the table", i.file, i.from)
			continue
		}
		switch {
		case i.path == "C":
			t.Errorf("%s uses cgo; that is left to the libraries", i.file)
		case isStandard(i.path):
		case within(i.path, module):
			to, ok := roomOf(i.path)
			if !ok {
				t.Errorf("%s imports %s, which stands in no room of the table", i.file, i.path)
				continue
			}
			helper := strings.HasSuffix(i.file, "_test.go") && to == "koe/internal/koetest"
			if to != room && !helper && !slices.Contains(rooms()[room], to) {
				t.Errorf("%s: %s may not import %s", i.file, room, i.path)
			}
		case i.test && slices.ContainsFunc(forTests(), func(lib string) bool { return within(i.path, lib) }):
		default:
			lib, ok := libraryOf(i.path)
			if !ok {
				t.Errorf("%s imports %s, which has no home in the table", i.file, i.path)
				continue
			}
			homes := libraries()[lib]
			if !i.test && !slices.Contains(homes, room) {
				t.Errorf("%s: the home of %s is %s", i.file, lib, strings.Join(homes, ", "))
			}
		}
	}
}

func TestImports_OnlyTestsUseTheTestRoom(t *testing.T) {
	for _, i := range imports(t) {
		if !i.test && within(i.path, "koe/internal/koetest") && !within(i.from, "koe/internal/koetest") {
			t.Errorf("%s imports %s, which is for tests", i.file, i.path)
		}
	}
}

// The table itself must run down: following it never leads back.
func TestImports_TheTableHasNoCircle(t *testing.T) {
	table := rooms()
	var visit func(room string, path []string)
	visit = func(room string, path []string) {
		if slices.Contains(path, room) {
			t.Fatalf("a circle: %s", strings.Join(append(path, room), " → "))
		}
		below, ok := table[room]
		if !ok {
			t.Fatalf("%s is imported and has no row", room)
		}
		for _, next := range below {
			visit(next, append(path[:len(path):len(path)], room))
		}
	}
	for room := range table {
		visit(room, nil)
	}
	for _, one := range []string{"koe/schedules", "koe/collector", "koe/analysis"} {
		for _, other := range []string{"koe/schedules", "koe/collector", "koe/analysis"} {
			if slices.Contains(table[one], other) {
				t.Errorf("%s may import %s", one, other)
			}
		}
	}
	if slices.Contains(table["koe/reports"], "koe/store") {
		t.Error("reports may import store")
	}
}

var required = regexp.MustCompile(`(?m)^(?:require )?\s*([^\s/]+\.[^\s]+) v\S+$`) // direct: without an // indirect

func TestImports_EveryRequiredLibraryHasAHome(t *testing.T) {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	found := required.FindAllStringSubmatch(string(data), -1)
	if len(found) < 10 {
		t.Fatalf("only %d libraries were read from go.mod", len(found))
	}
	for _, m := range found {
		if _, ok := libraries()[m[1]]; !ok && !slices.Contains(forTests(), m[1]) {
			t.Errorf("go.mod requires %s, which has no home in the table", m[1])
		}
	}
}
