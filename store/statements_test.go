package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"koe/internal/koetest/pgtest"
)

// TestStatements_EachIsUnderstoodAndCalled prepares every SQL file on the database that it is for, and looks for the
// Go code that names it.
func TestStatements_EachIsUnderstoodAndCalled(t *testing.T) {
	code := source(t)
	for kind, dsn := range map[dialect]string{
		sqlite:   filepath.Join(t.TempDir(), "koe.sqlite"),
		postgres: pgtest.Start(t, "fsync=off").DSN("postgres"),
	} {
		for _, part := range []string{mainPart, vaultPart} {
			at := dsn
			if kind == sqlite {
				at += "." + part
			}
			d, err := openDatabase(t.Context(), part, at)
			if err != nil {
				t.Fatal(err)
			}
			defer d.close()
			for name, text := range d.text {
				stmt, err := d.db.PrepareContext(t.Context(), text)
				if err != nil {
					t.Errorf("%s: %s/%s.sql: %v", kind, part, name, err)
					continue
				}
				_ = stmt.Close()
				kind, ofFeed := strings.CutPrefix(name, "changes_")
				if !strings.Contains(code, `"`+name+`"`) && !(ofFeed && slices.Contains(kinds, kind)) {
					t.Errorf("nothing calls %s/%s.sql", part, name)
				}
				if !strings.HasPrefix(text, "--") {
					t.Errorf("%s/%s.sql does not begin with what it is", part, name)
				}
			}
		}
	}
}

// source is the package's code, tests left out.
func source(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
