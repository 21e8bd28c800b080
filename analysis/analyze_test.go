package analysis

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"

	"github.com/google/go-cmp/cmp"
)

// wholeWorld has every kind of question and row.
func wholeWorld(t testing.TB) *world {
	j := scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3", "isolation<:I1,-I2")
	everyKind(j)
	j.Measures = []koe.Measure{{ID: "mentor", Owner: koe.OwnerUnit, Event: koe.EventMentorAssigned, Targets: []string{"isolation"}}}
	j.Hypotheses = []koe.Hypothesis{
		{ID: "level", Stage: "m3", Kind: koe.HypothesisLevel, Measure: "fit", Expect: "above", Bar: 2},
		{ID: "share", Stage: "m3", Kind: koe.HypothesisShare, Measure: "F1", Answers: ">=4", Expect: "above", Bar: 0.2},
		{ID: "change", Stage: "m3", Kind: koe.HypothesisChange, Measure: "isolation", From: "m2", Expect: "above", Bar: 0},
		{ID: "contrast", Stage: "m3", Kind: koe.HypothesisContrast, Measure: "isolation", Groups: []string{"mentor=no", "mentor=yes"}, Expect: "above", Bar: 0},
		{ID: "bureaus", Stage: "m3", Kind: koe.HypothesisContrast, Measure: "isolation", Groups: []string{"bureau=A", "bureau=B"}, Expect: "above", Bar: 0},
		{ID: "peak", Stage: "m3", Kind: koe.HypothesisPeak, Measure: "isolation", Expect: "above", Bar: 0},
		{ID: "association", Stage: "m3", Kind: koe.HypothesisAssociation, Measure: "isolation", With: "fit", Expect: "below", Bar: 0},
		{ID: "theme", Stage: "m3", Kind: koe.HypothesisTheme, Measure: "isolation", Expect: "above", Bar: 0.2},
	}
	w := newWorld(t, j)
	b := &batch{}
	for i := range 15 {
		b.events = append(b.events, koe.Event{ID: fmt.Sprint("e", i), Person: koe.PersonKey(fmt.Sprintf("p%02d", i)), Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, time.Month(4+i%6), 1)})
	}
	for i := range 40 {
		key := fmt.Sprintf("p%02d", i)
		segments := []string{"bureau=" + []string{"A", "B"}[i%2], "division=" + []string{"x", "y", "z"}[i%3], "hire_type=正規"}
		b.people = append(b.people, person(key, fmt.Sprintf("2026-%02d-01", 1+i%6), segments...))
		for s, stage := range []string{"m2", "m3"} {
			v := invite(key, stage, fmt.Sprintf("2026-%02d-15", 3+i%6+s), "answered", segments...)
			b.invitations = append(b.invitations, v)
			b.submissions = append(b.submissions, answered(answers(key, stage, v.DueOn.String(),
				fmt.Sprintf("F1=%d F2=%d F3=%d I1=%d I2=%d R=%d Y=%d N=%g S=choice:b M=choice:a|c T=text:こえ D=choice:2026-01-0%d",
					1+i%5, 1+(i+s)%5, 1+(i*i)%5, 1+(i+1)%5, 1+(i/2)%5, i%11, i%2, float64(i)/4, 1+i%9), segments...), v))
		}
	}
	left := &b.submissions[len(b.submissions)-1] // one item of a scale of three is left out
	left.Answers["F3"] = koe.Answer{Missing: koe.DeclinedTo}
	w.script = []*batch{b}
	return w
}

func TestAnalyze_EverySQLFileRunsAndNoneIsIdle(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	called := map[string]bool{}
	for _, name := range slices.Concat(reductions, ofDisclosure) {
		called["reductions/"+name+".sql"] = true
	}
	for _, step := range steps() {
		called["models/"+step.name+".sql"] = true
	}
	called["models/hypothesis_group.sql"], called["models/hypothesis_wave.sql"] = true, true // run by hypothesis
	called["models/commenter.sql"] = true                                                    // run by disclosure control
	for _, files := range []fs.FS{reductionFiles, modelFiles} {
		err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !called[path] {
				t.Errorf("%s is called by nothing", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range reductions {
		if got := w.table("SELECT count(*) > 0 FROM " + name); got[0] != "true" {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestReductions_ArePortableSQL(t *testing.T) {
	l := newLayout(&wholeWorld(t).settings, wholeWorld(t).journeys)
	for _, name := range slices.Concat(reductions, ofDisclosure) {
		query, err := l.reductionSQL(name, koe.NewDate(2026, 12, 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(query, "\n") {
			if strings.HasPrefix(line, "--") || strings.HasPrefix(line, "COMMENT ") {
				continue
			}
			if name == "red_cut" { // it reads no answers and runs where the models run
				continue
			}
			for _, word := range []string{"WITH ", " OVER ", "FILTER", "//", "DATE_", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", " ON ", "::"} {
				if strings.Contains(strings.ToUpper(line), word) {
					t.Errorf("%s holds %q: %s", name, word, line)
				}
			}
		}
	}
}

func TestModels_ReadOnlyReductions(t *testing.T) {
	files, err := modelFiles.ReadDir("models")
	if err != nil {
		t.Fatal(err)
	}
	from := regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+([a-z_]+)`)
	named := regexp.MustCompile(`(?i)(?:WITH|,)\s+([a-z_]+)\s+AS\s+\(`)
	for _, file := range files {
		text, err := modelFiles.ReadFile("models/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "-- "+strings.TrimSuffix(file.Name(), ".sql")) {
			t.Errorf("%s does not begin with what a row of it is", file.Name())
		}
		known := map[string]bool{"item_parts": true, "item_sums": true, "item_rows": true, "score_parts": true, "score_sums": true, "trend_rows": true, // sums of reductions, by number
			"response_rate": true} // the same of red_rate, by name
		for _, found := range named.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\n", " \n"), -1) {
			known[found[1]] = true
		}
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "--") {
				continue
			}
			for _, found := range from.FindAllStringSubmatch(line, -1) {
				if !known[found[1]] && !strings.HasPrefix(found[1], "red_") {
					t.Errorf("%s reads %s", file.Name(), found[1])
				}
			}
		}
	}
}

func TestWarehouse_EveryTableAndColumnHasAComment(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	got := w.table(`SELECT table_name FROM duckdb_tables() WHERE comment IS NULL OR comment = ''
		UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND (comment IS NULL OR comment = '')
		UNION ALL SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND (comment IS NULL OR comment = '')`)
	if len(got) > 0 {
		t.Errorf("without a comment: %v", got)
	}
}

func TestReadPublished_GivesTheSafeTables(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	p, err := ReadPublished(context.Background(), w.at.published)
	if err != nil {
		t.Fatal(err)
	}
	if p.Organization["ja"] != "例示省" || p.MinGroup != 5 || p.Closed.String() != "2026-12-01" || len(p.Stages) != 2 || len(p.Members) != 9 {
		t.Errorf("facts: %+v", p)
	}
	var everybody *Trend
	for i, row := range p.Tables.Trend {
		if row.Construct == "fit" && row.Stage == "m2" && row.Grain == "all" && row.Segment == "" {
			everybody = &p.Tables.Trend[i]
		}
	}
	if everybody == nil || *everybody.N != 40 || everybody.NShown != "40" {
		t.Errorf("fit at m2: %+v", everybody)
	}
}

func TestAnalyze_TwiceChangesNothing(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	before := w.table("SELECT * FROM trend")
	if again := w.load(false); again.Version != 0 {
		t.Errorf("the second load made version %d", again.Version)
	}
	if again := w.analyze(); again.Version != 0 {
		t.Errorf("the second analysis made version %d", again.Version)
	}
	if diff := cmp.Diff(before, w.table("SELECT * FROM trend")); diff != "" {
		t.Error(diff)
	}
}
