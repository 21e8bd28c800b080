package analysis

import (
	"cmp"
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
	keeper := map[string]string{"item_parts": "item", "item_sums": "item", "item_rows": "item", "score_parts": "trend", "score_sums": "trend", "trend_rows": "trend"} // of temporary tables
	readInGo := map[string]string{"hypothesis": "FROM theme\n", "census": "FROM trend JOIN response_rate\n"}
	var all []string
	for _, s := range steps() {
		all = append(all, s.name)
	}
	all = append(all, reductions...)
	for _, line := range [][]string{beside, besideKept} {
		for _, name := range line {
			if !slices.Contains(all, name) {
				t.Errorf("%s is no step", name)
			}
		}
		for _, name := range all {
			text := readInGo[name]
			switch {
			case slices.Contains(reductions, name):
				query, err := l.reductionSQL(name, koe.DateOf(noon))
				if err != nil {
					t.Fatal(err)
				}
				text = query
			case name != "census":
				content, err := modelFiles.ReadFile("models/" + name + ".sql")
				if err != nil {
					t.Fatal(err)
				}
				text += string(content)
			}
			there := func(of string) bool { return slices.Contains(line, of) }
			for statement := range strings.Lines(text) {
				if strings.HasPrefix(statement, "--") || strings.HasPrefix(statement, "COMMENT ") {
					continue
				}
				for _, found := range reads.FindAllStringSubmatch(statement, -1) {
					table := found[1]
					if of := cmp.Or(keeper[table], table); model[name] == (model[of] || keeper[table] != "") && slices.Contains(all, of) && there(of) != there(name) {
						t.Errorf("%s reads %s", name, table)
					}
				}
			}
		}
	}
}

func TestBeside_AnErrorOfOneLineEndsTheOther(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	w.load(false)
	build := w.begin()
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
	for _, lines := range [][]step{{{"item", endless}, {"trend", failing}}, {{"trend", endless}, {"item", failing}}} {
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
	build := w.begin()
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
