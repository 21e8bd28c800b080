package analysis

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

// nextDay loads and analyses, as of three in the afternoon of Tokyo, and reports whether what was published stayed as it was.
func (l *ledgerOf) nextDay(day koe.Date, rebuild bool) (stayed bool) {
	l.t.Helper()
	src := l.source()
	src.ledger = func(context.Context) (store.Ledger, error) { return l.Ledger, nil }
	src.released = l.State
	if _, err := load(context.Background(), l.at, src, rebuild); err != nil {
		l.t.Fatal(err)
	}
	times := 0
	if _, err := analyze(context.Background(), l.at, src, day.In(time.UTC).Add(6*time.Hour), func(step string, _, _ int) {
		if step == "trend" {
			times++
		}
	}); err != nil {
		l.t.Fatal(err)
	}
	return times == 1 // there are open waves: else it runs for these figures too
}

// everything gives every row of every table that an analysis leaves behind.
func (l *ledgerOf) everything() map[string][]string {
	l.t.Helper()
	db, err := openReadOnly(versionBehind(l.at.published))
	l.must(err)
	defer db.Close()
	names, err := texts(context.Background(), db, `SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary
		AND table_name NOT IN ('about', 'cursor', 'touched') ORDER BY ALL`)
	l.must(err)
	all := map[string][]string{}
	for _, name := range names {
		all[name], err = texts(context.Background(), db, "SELECT to_json(these_rows)::VARCHAR FROM "+name+" AS these_rows ORDER BY ALL")
		l.must(err)
	}
	return all
}

// copied is the same world with a warehouse of its own, as it is now.
func (l *ledgerOf) copied(t *testing.T) *ledgerOf {
	w, j := *l.world, *l.journeys[0]
	j.Constructs = slices.Clone(j.Constructs)
	w.t, w.journeys, w.reviews, w.script = t, []*koe.Journey{&j}, slices.Clone(w.reviews), nil
	for _, b := range l.script {
		w.script = append(w.script, &batch{people: slices.Clone(b.people), events: slices.Clone(b.events), invitations: slices.Clone(b.invitations), submissions: slices.Clone(b.submissions)})
	}
	w.at = newSite(filepath.Join(t.TempDir(), "warehouse.duckdb"))
	l.must(os.MkdirAll(w.at.folder, 0o755))
	path := filepath.Join(w.at.folder, "1.duckdb")
	l.must(copyFile(versionBehind(l.at.published), path))
	l.must(w.at.point(path))
	out := &ledgerOf{world: &w, Ledger: l.Ledger}
	out.Releases, out.Responses, out.Cells, out.Figures = slices.Clone(l.Releases), slices.Clone(l.Responses), slices.Clone(l.Cells), slices.Clone(l.Figures)
	return out
}

// openWorld is wholeWorld with small units, an open wave, and a release that was made of it a day before.
func openWorld(t *testing.T) (*ledgerOf, koe.Date) {
	w := wholeWorld(t)
	w.mask = func(s string) (string, error) { return s, nil }
	w.settings.Disclosure.MergeSmall = true
	w.script = append(w.script, openBatch())
	small := &batch{}
	for i := range 6 { // two divisions of three, published as one
		key := fmt.Sprint("small", i)
		segments := []string{"bureau=A", "division=" + []string{"s", "t"}[i%2], "hire_type=正規"}
		small.people = append(small.people, person(key, "2026-04-01", segments...))
		v := invite(key, "m2", "2026-06-01", "answered", segments...)
		small.invitations = append(small.invitations, v)
		small.submissions = append(small.submissions, answered(answers(key, "m2", "2026-06-03", fmt.Sprintf("F1=%d F2=3 I1=2 T=text:相談できる人がいない", 1+i%5), segments...), v))
	}
	w.script = append(w.script, small)
	l, day := &ledgerOf{world: w}, koe.NewDate(2026, 12, 1)
	l.nextDay(day, false)
	l.release("2026-12-01")
	if l.nextDay(day.AddDays(1), false) {
		t.Error("after a release the figures are compared with it, and were not")
	}
	if got := l.table("SELECT count(*) FROM member WHERE len(merged) > 0"); !slices.Equal(got, []string{"1"}) {
		t.Fatalf("%v units stand for others, want 1", got)
	}
	return l, day.AddDays(2)
}

// KOE_DAYS tries every kind of day; without it there are those that take different ways.
func TestStays_WhatADayDoesNotChangeIsEqualToAnAnalysisFromNothing(t *testing.T) {
	aSegments, bSegments := []string{"bureau=A", "division=x", "hire_type=正規"}, []string{"bureau=B", "division=x", "hire_type=正規"}
	one := func(change func(b *batch)) func(*ledgerOf) {
		return func(l *ledgerOf) {
			b := &batch{}
			change(b)
			l.script = append(l.script, b)
		}
	}
	tests := []struct {
		name   string
		stays  bool
		change func(l *ledgerOf)
		on     koe.Date // zero: the next day
	}{
		{"nothing but the day", true, func(*ledgerOf) {}, koe.Date{}},
		{"nothing but three weeks, in which some have been here for half a year", true, func(*ledgerOf) {}, koe.NewDate(2026, 12, 24)},
		{"an answer to an open wave", true, one(func(b *batch) {
			v := invite("p01", "m3", "2026-11-10", "answered", bSegments...)
			v.Key, v.Occurrence = v.Key+"-again", 2
			s := answered(answers("p01", "m3", "2026-12-02", "F1=1 F2=2 F3=5 I1=4 T=text:上司に相談しにくい", bSegments...), v)
			s.ID, s.Response = s.ID+"-again", s.Response+"-again"
			b.invitations, b.submissions = append(b.invitations, v), append(b.submissions, s)
		}), koe.Date{}},
		{"somebody joined, and is asked in an open wave", true, one(func(b *batch) {
			b.people = append(b.people, person("new", "2026-12-01", aSegments...))
			b.invitations = append(b.invitations, invite("new", "m2", "2026-12-02", "invited", aSegments...))
		}), koe.Date{}},
		{"somebody moved on the roster", true, one(func(b *batch) { b.people = append(b.people, person("p00", "2026-01-01", bSegments...)) }), koe.Date{}},
		{"a unit is new", false, one(func(b *batch) {
			b.people = append(b.people, person("new", "2026-12-01", "bureau=C", "division=new", "hire_type=正規"))
		}), koe.Date{}},
		{"somebody who answered leaves", false, one(func(b *batch) {
			p := person("p00", "2026-01-01", aSegments...)
			p.Spells[0].LeftOn, p.Spells[0].LeftReason = koe.NewDate(2026, 11, 30), "self"
			b.people = append(b.people, p)
		}), koe.Date{}},
		{"somebody who answered had a measure", false, one(func(b *batch) {
			b.events = append(b.events, koe.Event{ID: "more", Person: "p20", Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, 5, 1)})
		}), koe.Date{}},
		{"an answer to a closed wave is corrected", false, one(func(b *batch) {
			v := invite("p00", "m2", "2026-03-15", "answered", aSegments...)
			s := answered(answers("p00", "m2", "2026-03-15", "F1=5 F2=1 F3=5 I1=1 I2=1", aSegments...), v)
			b.submissions = append(b.submissions, s)
		}), koe.Date{}},
		{"an answer of a closed wave is imported", false, one(func(b *batch) {
			b.submissions = append(b.submissions, answers("late", "m2", "2026-04-20", "F1=3 F2=3", aSegments...))
		}), koe.Date{}},
		{"an invitation to a closed wave bounced after all", false, one(func(b *batch) {
			b.invitations = append(b.invitations, invite("p02", "m2", "2026-05-15", "bounced", aSegments...))
		}), koe.Date{}},
		{"somebody is erased", false, func(l *ledgerOf) {
			l.forget("p05")
			for _, b := range l.script {
				b.people = slices.DeleteFunc(b.people, func(p koe.Person) bool { return p.Key == "p05" })
				b.events = slices.DeleteFunc(b.events, func(e koe.Event) bool { return e.Person == "p05" })
			}
			l.script = append(l.script, &batch{erased: 1})
		}, koe.Date{}},
		{"a comment on a closed wave is cleared", false, func(l *ledgerOf) {
			l.reviews = append(l.reviews, store.Review{Response: "r-p00-m2", Question: "T", Check: l.table("SELECT left(hash, 5) FROM loader.voice WHERE response_key = 'r-p00-m2'")[0], Cleared: "yes"})
		}, koe.Date{}},
		{"a comment on an open wave is cleared", true, func(l *ledgerOf) {
			l.reviews = append(l.reviews, store.Review{Response: "r-p00-m3-again", Question: "T", Check: l.table("SELECT left(hash, 5) FROM loader.voice WHERE response_key = 'r-p00-m3-again'")[0], Cleared: "yes"})
		}, koe.Date{}},
		{"a quarter is over", false, func(*ledgerOf) {}, koe.NewDate(2027, 1, 1)},
		{"the journey file is another", false, func(l *ledgerOf) { l.journeys[0].Constructs[0].Better = koe.Lower }, koe.Date{}},
		{"the threshold is another", false, func(l *ledgerOf) { l.settings.Disclosure.MinGroup = 7 }, koe.Date{}},
		{"small units stand for themselves again", false, func(l *ledgerOf) { l.settings.Disclosure.MergeSmall = false }, koe.Date{}},
		{"a release was made", false, func(l *ledgerOf) { l.release("2026-12-02") }, koe.Date{}},
	}
	base, next := openWorld(t)
	some := []string{"nothing but three weeks, in which some have been here for half a year", "an answer to an open wave", "an answer to a closed wave is corrected", "a comment on a closed wave is cleared"}
	for _, tt := range tests {
		if os.Getenv("KOE_DAYS") == "" && !slices.Contains(some, tt.name) {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			l, day := base.copied(t), next
			tt.change(l)
			if !tt.on.IsZero() {
				day = tt.on
			}
			if stayed := l.nextDay(day, false); stayed != tt.stays && (tt.stays || tt.on.IsZero()) {
				t.Errorf("what is published stayed: %t, want %t", stayed, tt.stays)
			}
			again := *l.world
			again.at = newSite(filepath.Join(t.TempDir(), "warehouse.duckdb"))
			fresh := &ledgerOf{world: &again, Ledger: l.Ledger}
			fresh.nextDay(day, true)
			want, got := fresh.everything(), l.everything()
			for name := range want {
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Errorf("%s (-from nothing +day by day):\n%s", name, diff)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d tables, want %d", len(got), len(want))
			}
		})
	}
}
