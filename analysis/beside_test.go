package analysis

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"koe"
)

func TestBeside_StepsThereReadNothingThatOthersMakeMeanwhile(t *testing.T) {
	l := newLayout(&wholeWorld(t).settings, wholeWorld(t).journeys)
	model := map[string]bool{}
	for _, s := range steps() {
		model[s.name] = true
	}
	reads := regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+\(?([a-z_]+)`)
	for _, name := range beside {
		var text string
		switch {
		case model[name]:
			content, err := modelFiles.ReadFile("models/" + name + ".sql")
			if err != nil {
				t.Fatal(err)
			}
			text = string(content)
		case slices.Contains(reductions, name):
			query, err := l.reductionSQL(name, koe.DateOf(noon))
			if err != nil {
				t.Fatal(err)
			}
			text = query
		default:
			t.Errorf("%s is no step", name)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "--") || strings.HasPrefix(line, "COMMENT ") {
				continue
			}
			for _, found := range reads.FindAllStringSubmatch(line, -1) {
				table := found[1]
				if model[name] && (model[table] || strings.HasSuffix(table, "_sums") || strings.HasSuffix(table, "_rows")) || !model[name] && strings.HasPrefix(table, "red_") {
					t.Errorf("%s reads %s", name, table)
				}
			}
		}
	}
}

func TestBeside_AnErrorOfOneLineEndsTheOther(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	w.load(false)
	build, err := w.at.begin(t.Context(), w.at.current())
	if err != nil {
		t.Fatal(err)
	}
	defer build.abandon()
	a := &analyzer{build: build, conn: build.conn}
	if err := a.exec(t.Context(), "BEGIN TRANSACTION"); err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{})
	endless := func(a *analyzer, ctx context.Context) error {
		close(began)
		return a.exec(ctx, "SELECT count(*) FROM range(1000000) AS x, range(1000000) AS y WHERE x.range * y.range % 7 = 8")
	}
	failing := func(*analyzer, context.Context) error {
		<-began
		return errors.New("no disk")
	}
	for _, lines := range [][]step{{{"item", endless}, {"change", failing}}, {{"change", endless}, {"item", failing}}} {
		began = make(chan struct{})
		err := a.sideBySide(t.Context(), lines, func(string) {})
		if err == nil || !strings.Contains(err.Error(), "no disk") {
			t.Errorf("with %s failing: %v", lines[1].name, err)
		}
		if err := errors.Join(a.exec(t.Context(), "ROLLBACK"), a.exec(t.Context(), "BEGIN TRANSACTION")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBeside_AConnectionMayBeOpenedAfterMemoryRanOut(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	w.load(false)
	build, err := w.at.begin(t.Context(), w.at.current())
	if err != nil {
		t.Fatal(err)
	}
	defer build.abandon()
	if _, err := build.conn.ExecContext(t.Context(), "SET memory_limit = '50MB'; CREATE TEMP TABLE large AS SELECT range AS a, hash(range) AS b FROM range(5000000)"); err != nil {
		t.Fatal(err)
	}
	conn, err := build.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
