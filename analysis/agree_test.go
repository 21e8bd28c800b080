package analysis

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// Seven came to bureau B and five were erased: its scores are new, and two more people than before. The comparison, of which only the numbers are
// known, may not be new; it would repeat the old mean beside the new one, and stays away.
func TestRelease_AFigureDoesNotStandBesideItsOldValue(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	const comparison = "SELECT withheld, carried, mean IS NULL AND n IS NULL AND difference IS NULL AND n_shown = '' FROM safe_comparison WHERE construct = 'fit' AND stage = 'm2' AND member = 'B'"
	if d := cmp.Diff([]string{"'' '' false"}, l.table(comparison)); d != "" {
		t.Fatal(d)
	}
	l.release("2026-07-01")
	for _, p := range []string{"p01", "p03", "p05", "p07", "p09"} {
		l.forget(p)
	}
	for i := range 7 {
		l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=B")
	}
	l.refresh(koe.NewDate(2026, 8, 1), true)
	if d := cmp.Diff([]string{"10–19 ''"}, l.table("SELECT n_shown, carried FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'B'")); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff([]string{"release '' true"}, l.table(comparison)); d != "" {
		t.Error(d)
	}
}

// A release that carries repeats nothing in two versions: every table that repeats a score says what the scores say.
func TestRelease_WhatRepeatsACarriedFigureIsCarriedWithIt(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	l.release("2026-07-01")
	l.join("q00", "2026-02-01", 3, "bureau=A")
	l.refresh(koe.NewDate(2026, 8, 1), false)
	rows := l.table(`SELECT c.member, c.carried, t.carried, c.mean = t.mean FROM safe_comparison AS c JOIN safe_trend AS t USING (journey, construct, stage, segment, member)
		WHERE t.grain = 'all' AND construct = 'fit' AND stage = 'm2' AND c.withheld = '' ORDER BY ALL`)
	if d := cmp.Diff([]string{"A 2026-07-01 2026-07-01 true", "B 2026-07-01 '' true"}, rows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"2026-07-01 true"}, l.table(`SELECT c.carried, c.mean = t.mean FROM safe_census AS c JOIN safe_trend AS t USING (journey, construct, stage)
		WHERE t.grain = 'all' AND t.segment = '' AND construct = 'fit' AND stage = 'm2'`)); d != "" {
		t.Error(d)
	}
}

// A change in a hypothesis is the change of everybody: where that stays as it was, so does the hypothesis, with all its waves.
func TestRelease_AHypothesisStaysWithTheChangeThatItIs(t *testing.T) {
	l := trickling(t)
	l.journeys[0].Hypotheses = []koe.Hypothesis{{ID: "h", Stage: "m3", Kind: koe.HypothesisChange, Measure: "fit", From: "m2", Expect: "above", Text: koe.Text{"ja": "変化"}}}
	l.refresh(koe.NewDate(2026, 8, 1), false)
	const both = `SELECT h.wave, h.withheld, h.carried, c.carried, h.estimate = c.mean_change FROM safe_hypothesis AS h JOIN safe_change AS c ON c.construct = 'fit' AND c.segment = '' WHERE h.wave = '' ORDER BY ALL`
	if d := cmp.Diff([]string{"'' '' '' '' true"}, l.table(both)); d != "" {
		t.Fatal(d)
	}
	l.release("2026-08-01")
	for i := range 6 { // two of them have a change
		l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=A")
		if i > 1 {
			b := l.script[len(l.script)-1]
			b.submissions = b.submissions[:1]
		}
	}
	l.refresh(koe.NewDate(2026, 9, 1), false)
	if d := cmp.Diff([]string{"'' '' 2026-08-01 2026-08-01 true"}, l.table(both)); d != "" {
		t.Error(d)
	}
}
