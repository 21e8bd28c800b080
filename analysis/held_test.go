package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"
)

// withhold is Withhold, of a world.
func (l *ledgerOf) withhold(day koe.Date, figures ...Figure) (added int) {
	l.t.Helper()
	src := l.source()
	src.hold, src.held = figures, &added
	_, err := analyze(context.Background(), l.at, src, day.In(time.UTC).Add(6*time.Hour), nil)
	l.must(err)
	return added
}

func TestWithhold_AFigureIsWithheldInItsTableAndInWhatFollowsFromIt(t *testing.T) {
	first := &ledgerOf{world: wholeWorld(t)}
	first.mask = func(s string) (string, error) { return s, nil }
	for _, s := range first.script[0].submissions {
		s.Answers["T"] = koe.Answer{Text: "相談できる人がいない"}
	}
	day := koe.NewDate(2026, 12, 1)
	first.nextDay(day, false)
	for _, c := range []struct {
		table, row string // of safe_*
		figure     Figure
		follows    []string // more rows that are withheld then
	}{
		{"trend", "construct = 'fit' AND stage = 'm3' AND grain = 'all' AND member = 'A'", Figure{Table: "trend", Name: "fit", Stage: "m3", Grain: "all", Segment: "bureau", Member: "A"}, []string{
			"item WHERE question = 'F1' AND stage = 'm3' AND period = '' AND member = 'A'", "comparison WHERE construct = 'fit' AND stage = 'm3' AND member = 'A'"}},
		{"trend", "construct = 'fit' AND stage = 'm2' AND grain = 'quarter' AND member = '' AND period = '2026Q2'", Figure{Table: "trend", Name: "fit", Stage: "m2", Grain: "quarter", Period: "2026Q2"}, nil},
		{"item", "question = 'I1' AND stage = 'm2' AND period = '' AND member = 'B'", Figure{Table: "item", Name: "I1", Stage: "m2", Grain: "all", Segment: "bureau", Member: "B"}, nil},
		{"recommend", "stage = 'm3' AND period = '' AND member = 'A'", Figure{Table: "recommend", Name: "R", Stage: "m3", Grain: "all", Segment: "bureau", Member: "A"}, nil},
		{"response_rate", "stage = 'm3' AND period = '' AND member = 'B'", Figure{Table: "rate", Stage: "m3", Grain: "all", Segment: "bureau", Member: "B"}, nil},
		{"change", "construct = 'fit' AND from_stage = 'm2' AND to_stage = 'm3' AND member = 'A'", Figure{Table: "change", Name: "fit m2 m3", Grain: "all", Segment: "bureau", Member: "A"}, nil},
		{"theme", "stage = 'm3' AND period = '' AND member = 'B'", Figure{Table: "voice", Stage: "m3", Grain: "all", Segment: "bureau", Member: "B"}, nil},
	} {
		t.Run(fmt.Sprint(c.figure), func(t *testing.T) {
			t.Parallel()
			l := first.copied(t)
			c.figure.Journey = l.journeys[0].ID
			reasons := func(where string) []string {
				table, row, _ := strings.Cut(where, " WHERE ")
				return l.table("SELECT DISTINCT withheld FROM safe_" + table + " WHERE " + row)
			}
			row := c.table + " WHERE " + c.row
			for _, where := range append(c.follows, row) {
				if got := reasons(where); !slices.Equal(got, []string{"''"}) {
					t.Fatalf("%s is not published to begin with: %q", where, got)
				}
			}
			before := l.table("SELECT * FROM " + c.table + " ORDER BY ALL")
			if added := l.withhold(day, c.figure); added != 1 {
				t.Errorf("%d figures were withheld, want 1", added)
			}
			for _, where := range append(c.follows, row) {
				if got := reasons(where); !slices.Equal(got, []string{"complement"}) {
					t.Errorf("%s: %q, want it withheld", where, got)
				}
			}
			if after := l.table("SELECT * FROM " + c.table + " ORDER BY ALL"); !slices.Equal(before, after) {
				t.Error("main is another")
			}
			if added := l.withhold(day, c.figure); added != 0 {
				t.Errorf("%d figures were withheld that were withheld already", added)
			}
		})
	}
}

// What is withheld stays so until the answers are others: with these the figures are others, too.
func TestWithhold_LastsAsLongAsTheAnswersThatItWasFoundIn(t *testing.T) {
	l := &ledgerOf{world: wholeWorld(t)}
	l.mask = func(s string) (string, error) { return s, nil }
	l.script = append(l.script, openBatch())
	day := koe.NewDate(2026, 12, 1)
	l.nextDay(day, false)
	const withheld = "SELECT withheld FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'A'"
	l.withhold(day, Figure{Table: "trend", Journey: l.journeys[0].ID, Name: "fit", Stage: "m2", Grain: "all", Segment: "bureau", Member: "A"})
	if !l.nextDay(day.AddDays(1), false) {
		t.Error("what is published was decided again on a day that changed nothing")
	}
	if got := l.table(withheld); !slices.Equal(got, []string{"complement"}) {
		t.Errorf("the next day it is %q", got)
	}
	released := l.copied(t)
	released.release("2026-12-02")
	released.nextDay(day.AddDays(2), false)
	if got := released.table(withheld); !slices.Equal(got, []string{"complement"}) {
		t.Errorf("after a release of the same answers it is %q", got)
	}
	late := &batch{}
	segments := []string{"bureau=A", "division=x", "hire_type=正規"}
	for i := range 8 {
		key := fmt.Sprint("late", i)
		v := invite(key, "m2", "2026-08-15", "answered", segments...)
		late.people, late.invitations = append(late.people, person(key, "2026-06-01", segments...)), append(late.invitations, v)
		late.submissions = append(late.submissions, answered(answers(key, "m2", "2026-08-15", "F1=1 F2=2 F3=3 I1=4 I2=5", segments...), v))
	}
	l.script = append(l.script, late)
	l.nextDay(day.AddDays(2), false)
	if got := l.table(withheld); !slices.Equal(got, []string{"''"}) {
		t.Errorf("with other answers it is %q", got)
	}
}
