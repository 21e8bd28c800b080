package analysis

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/analysis/voices"
	"koe/store"
)

// keptRows reads kept figures as world.table reads the warehouse.
func (w *world) keptRows(release, query string) []string {
	w.t.Helper()
	published := w.at.published
	defer func() { w.at.published = published }()
	w.at.published = KeptFigures(published, release)
	return w.table(query)
}

func TestKeepFigures_HoldsTheSafeTablesAndTheUnitsAndNothingElse(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	ctx, warehouse := context.Background(), l.at.published
	l.must(KeepFigures(ctx, warehouse, "2026-07-01", "abc"))
	const all = "SELECT * FROM safe_trend ORDER BY ALL"
	was := l.table(all)
	if d := cmp.Diff(was, l.keptRows("2026-07-01", all)); d != "" || len(was) < 20 {
		t.Errorf("%d rows: %s", len(was), d)
	}
	const comments = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE table_name LIKE 'safe\\_%' ESCAPE '\\' ORDER BY ALL"
	if d := cmp.Diff(l.table(comments), l.keptRows("2026-07-01", comments)); d != "" {
		t.Errorf("comments: %s", d)
	}
	for _, name := range l.keptRows("2026-07-01", "SELECT table_name FROM duckdb_tables() WHERE NOT starts_with(table_name, 'safe_')") {
		if name != "about" && name != "member" {
			t.Errorf("%s is kept", name)
		}
	}
	members, err := KeptMembers(ctx, warehouse, "2026-07-01")
	l.must(err)
	if now := l.table("SELECT member FROM member"); len(members) != len(now) || len(now) == 0 {
		t.Errorf("%d members are kept of %d", len(members), len(now))
	}
	if members, err := KeptMembers(ctx, warehouse, "2020-01-01"); err != nil || members != nil {
		t.Errorf("members of no release: %v, %v", members, err)
	}
	if release, inputs, err := KeptOf(ctx, KeptFigures(warehouse, "2026-07-01")); err != nil || release != "2026-07-01" || inputs != "abc" {
		t.Errorf("they are said to be of %s, %s, %v", release, inputs, err)
	}
	if _, _, err := KeptOf(ctx, KeptFigures(warehouse, "2020-01-01")); koe.KindOf(err) != koe.NotFound {
		t.Errorf("figures of no release: %v", err)
	}
	l.join("q00", "2026-02-01", 3, "bureau=A")
	l.refresh(koe.NewDate(2026, 8, 1), false)
	if d := cmp.Diff(was, l.keptRows("2026-07-01", all)); d != "" {
		t.Errorf("the analysis went on, and the figures with it: %s", d)
	}
	l.must(DropFigures(warehouse, "2026-07-01"))
	l.must(DropFigures(warehouse, "2026-07-01"))
	if _, err := os.Stat(KeptFigures(warehouse, "2026-07-01")); err == nil {
		t.Error("dropped figures are there")
	}
}

func TestForgetWords_TakesErasedCommentsOutOfTheFile(t *testing.T) {
	l := speaking(t)
	ctx, warehouse := context.Background(), l.at.published
	l.must(KeepFigures(ctx, warehouse, "2026-07-01", "abc"))
	const said = "SELECT text FROM safe_comment WHERE text <> '' ORDER BY text"
	all := l.keptRows("2026-07-01", said)
	if len(all) < 10 {
		t.Fatalf("only %d comments are kept: the test proves nothing", len(all))
	}
	if done, err := ForgetWords(ctx, warehouse); err != nil || len(done) > 0 {
		t.Errorf("nothing was erased: %v %v", done, err)
	}
	l.forget("p00")
	l.refresh(koe.NewDate(2026, 8, 1), true)
	if done, err := ForgetWords(ctx, warehouse); err != nil || len(done) != 1 {
		t.Errorf("done: %v %v", done, err)
	}
	all = slices.DeleteFunc(all, func(text string) bool { return strings.Contains(text, "梟") })
	if d := cmp.Diff(all, l.keptRows("2026-07-01", said)); d != "" || len(all) != 19 {
		t.Error(d)
	}
	file, err := os.ReadFile(KeptFigures(warehouse, "2026-07-01"))
	l.must(err)
	for _, text := range []string{"梟の羽根", "の羽根が"} {
		if bytes.Contains(file, []byte(text)) {
			t.Errorf("the file still holds %s", text)
		}
	}
	if !bytes.Contains(file, []byte("メンターがほしい")) {
		t.Error("the file does not hold the other comments in clear: the search proves nothing")
	}
}

// speaking is a world of twenty people who each left a comment that was cleared; that of p00 has words of its own.
func speaking(t *testing.T) *ledgerOf {
	j := scaleJourney([]string{"m2"}, "fit:F1,F2,F3")
	ask(j, koe.Question{ID: "T", Kind: koe.KindText})
	w := newWorld(t, j)
	w.mask = func(s string) (string, error) { return s, nil }
	l := &ledgerOf{world: w}
	for i := range 20 {
		key := fmt.Sprintf("p%02d", i)
		text := fmt.Sprintf("メンターがほしい%02d", i)
		if i == 0 {
			text = "あの梟の羽根がひとりぼっちでさみしい"
		}
		b := &batch{people: []koe.Person{person(key, "2026-01-15", "bureau=A")}}
		v := invite(key, "m2", "2026-03-01", koe.Answered, "bureau=A")
		s := answered(answers(key, "m2", "2026-03-08", "F1=4 F2=3 F3=4 T=text:"+text, "bureau=A"), v)
		s.PublishOK = true
		b.invitations, b.submissions = append(b.invitations, v), append(b.submissions, s)
		w.script = append(w.script, b)
		w.reviews = append(w.reviews, store.Review{Response: s.Response, Question: "T", Check: voices.Check(text), Cleared: store.Cleared})
	}
	l.refresh(koe.NewDate(2026, 7, 1), false)
	return l
}
