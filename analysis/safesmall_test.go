package analysis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/analysis/disclosure"
)

// Of 19 hires 15 are in bureau A, 10 of them in its division x. The four who are in no bureau take A's curve with them; but everybody's less
// x's, across the bureau that is withheld, is that of nine.
func TestSafeRetention_WhatIsLeftAcrossAWithheldUnitIsLookedAt(t *testing.T) {
	for _, c := range []struct {
		nobody int // who are in no unit
		want   string
	}{{4, "'' '' '', bureau A complement, division A/x complement"}, {5, "'' '' '', bureau A complement, division A/x ''"}} {
		w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
		b := &batch{}
		for i := range 15 + c.nobody {
			units := []string{}
			if i < 15 {
				units = append(units, "bureau=A")
			}
			if i < 10 {
				units = append(units, "division=x")
			}
			b.people = append(b.people, person(fmt.Sprint("p", i), "2026-01-05", units...))
		}
		w.script = []*batch{b}
		w.build()
		if got := strings.Join(w.table("SELECT segment, member, withheld FROM safe_retention WHERE months = 3 ORDER BY ALL"), ", "); got != c.want {
			t.Errorf("%d in no unit: %s, want %s", c.nobody, got, c.want)
		}
	}
}

// Sizes alone: 19 in all, 15 in a unit that is withheld, and of these 10 and 5 in its parts.
func TestDecideNodes_WhatIsLeftAcrossAWithheldUnit(t *testing.T) {
	g := &grid{nodes: []node{{parent: -1, level: -1}, {nodeKey{"bureau", "A"}, 0, 0}, {nodeKey{"division", "A/x"}, 1, 1}, {nodeKey{"division", "A/y"}, 1, 1}}}
	of := func(n ...int) (groups []disclosure.Group) {
		for _, n := range n {
			groups = append(groups, disclosure.Group{N: n, K: 5})
		}
		groups[1].Withheld = disclosure.Complement
		return groups
	}
	for _, c := range []struct {
		n    []int
		want []disclosure.Reason
	}{
		{[]int{19, 15, 10, 5}, []disclosure.Reason{"", "complement", "", "complement"}}, // 4 would be left without both, 9 without x alone
		{[]int{20, 15, 10, 5}, []disclosure.Reason{"", "complement", "", ""}},
		{[]int{15, 15, 10, 5}, []disclosure.Reason{"", "complement", "", ""}}, // nobody is left
	} {
		if diff := cmp.Diff(c.want, decideNodes(g, of(c.n...))); diff != "" {
			t.Errorf("%v: %s", c.n, diff)
		}
	}
}

// A share among commenters says how many of them spoke: it needs as many as a number of commenters does (METHOD 5.4).
func TestSafeHypothesis_AThemeNeedsItsCommenters(t *testing.T) {
	for said, want := range map[int]string{8: "small", 12: "''"} {
		w := commenters(t, 30, []string{"m2"}, func(i int, _ string) string {
			if i < said {
				return "転勤が不安です。"
			}
			return ""
		})
		w.journeys[0].Hypotheses = []koe.Hypothesis{{ID: "h", Stage: "m2", Kind: koe.HypothesisTheme, Measure: "transfer", Expect: "above", Bar: 0.2}}
		w.seen = map[string]map[string]time.Time{"j": {"h": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
		w.build()
		for _, row := range w.table("SELECT withheld FROM safe_hypothesis") {
			if row != want {
				t.Errorf("%d left a comment: %s, want %s", said, row, want)
			}
		}
	}
}

// Answers in a quarter that lasts are published where nobody was invited, but have no verdict yet: with two of them, the mean of all less
// that of the hypothesis is the sum of these two.
func TestSafeHypothesis_AFewWhoWaitForTheirVerdictDoNotFollow(t *testing.T) {
	for waiting, want := range map[int]string{2: "'' complement, 2026Q2 complement", 6: "'' '', 2026Q2 ''"} {
		w := hypothesisWorld(t, true, koe.Hypothesis{Kind: koe.HypothesisLevel, Measure: "fit", Expect: "above", Bar: 3}, repeat(20, 5)...)
		w.script = append(w.script, &batch{submissions: respond("m2", "2026-11-10", repeat(waiting, 1)...)})
		for i := range w.script[1].submissions {
			w.script[1].submissions[i].Response += "again"
		}
		w.build()
		if got := w.table("SELECT n FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND segment = ''"); !cmp.Equal(got, []string{fmt.Sprint(20 + waiting)}) {
			t.Errorf("the score is of %v: the test shows nothing", got)
		}
		if got := strings.Join(w.table("SELECT wave, withheld FROM safe_hypothesis ORDER BY wave"), ", "); got != want {
			t.Errorf("%d wait: %s, want %s", waiting, got, want)
		}
	}
}

// The same of a change, which needs ten people: the change of all less that of the hypothesis is the change of those who wait.
func TestSafeHypothesis_ChangesThatWaitForTheirVerdictDoNotFollow(t *testing.T) {
	for waiting, want := range map[int]string{6: "'' complement, 2026Q2 complement", 10: "'' '', 2026Q2 ''"} {
		j := scaleJourney([]string{"m2", "m3"}, "fit:F1")
		j.Hypotheses = []koe.Hypothesis{{ID: "h", Stage: "m3", From: "m2", Kind: koe.HypothesisChange, Measure: "fit", Expect: "above"}}
		w := newWorld(t, j)
		w.seen = map[string]map[string]time.Time{"j": {"h": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
		b := &batch{}
		for i := range 20 + waiting {
			day := "2026-05-10"
			if i >= 20 {
				day = "2026-11-10"
			}
			b.submissions = append(b.submissions, answers(fmt.Sprint("p", i), "m2", "2026-02-10", fmt.Sprintf("F1=%d", 1+i%5)), answers(fmt.Sprint("p", i), "m3", day, fmt.Sprintf("F1=%d", 1+i%4)))
		}
		w.script = []*batch{b}
		w.build()
		if got := w.table("SELECT n FROM safe_change WHERE segment = ''"); !cmp.Equal(got, []string{fmt.Sprint(20 + waiting)}) {
			t.Errorf("the change is of %v: the test shows nothing", got)
		}
		if got := strings.Join(w.table("SELECT wave, withheld FROM safe_hypothesis ORDER BY wave"), ", "); got != want {
			t.Errorf("%d wait: %s, want %s", waiting, got, want)
		}
	}
}

// With a threshold of 8, words that seven people use are not told together with others.
func TestSafeCooccurrence_NeedsAsManyPeopleAsAScore(t *testing.T) {
	for least, want := range map[int]int{5: 2, 8: 0} {
		w := commenters(t, 12, []string{"m2"}, overtimeAndTransfer)
		w.settings.Disclosure.MinGroup = least
		w.build()
		if got := w.table("SELECT * FROM safe_cooccurrence WHERE withheld = ''"); len(got) != want {
			t.Errorf("a threshold of %d: %v", least, got)
		}
	}
}

// Whoever leaves, comes back and answers the same stage again in the second stay is one person: five answers of four people are too few.
func TestSafe_WhoAnsweredInTwoStaysIsOnePerson(t *testing.T) {
	for name, c := range map[string]struct {
		people int
		back   bool
		want   []string
	}{
		"five people":            {5, false, []string{"B - 5–9 ''"}},
		"four, one of them back": {4, true, []string{"B - '' small"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledgerOf{world: newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))}
			for i := range 20 {
				l.join(fmt.Sprint("p", i), "2026-01-15", i, "bureau=A")
			}
			for i := range c.people {
				l.join(fmt.Sprint("q", i), "2026-01-15", i, "bureau=B")
			}
			if c.back {
				p := person("q0", "2026-01-15", "bureau=B")
				p.Spells[0].LeftOn = koe.NewDate(2026, 4, 20)
				p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: koe.NewDate(2026, 5, 1)})
				v := invite("q0", "m2", "2026-06-15", koe.Answered, "bureau=B")
				v.Key, v.Spell, v.ClosesOn = "i-q0-m2-2", 2, v.DueOn.AddDays(14)
				s := answered(answers("q0", "m2", "2026-06-20", "F1=5 F2=4 F3=5", "bureau=B"), v)
				s.ID, s.Response = "q0m2-2", "r-q0-m2-2"
				l.script = append(l.script, &batch{people: []koe.Person{p}, invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
			}
			l.refresh(koe.NewDate(2026, 9, 1), false)
			if d := cmp.Diff(c.want, l.table("SELECT member, n, n_shown, withheld FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'B'")); d != "" {
				t.Error(d)
			}
			if n := l.table("SELECT n FROM trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'B'"); n[0] != "5" {
				t.Errorf("%v answers", n)
			}
		})
	}
}

// A curve needs ten people: of ten stays one person may have two.
func TestSafeRetention_WhoHasTwoStaysIsOnePerson(t *testing.T) {
	for name, c := range map[string]struct {
		people int
		back   bool
		want   string
	}{"ten people": {10, false, "10–19 ''"}, "nine, one of them back": {9, true, "'' small"}} {
		w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
		b := &batch{}
		for i := range c.people {
			p := person(fmt.Sprint("p", i), "2025-01-05", "bureau=A")
			if c.back && i == 0 {
				p.Spells[0].LeftOn = koe.NewDate(2025, 6, 1)
				p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: koe.NewDate(2025, 9, 1)})
			}
			b.people = append(b.people, p)
		}
		w.script = []*batch{b}
		w.build()
		if got := w.table("SELECT at_risk_shown, withheld FROM safe_retention WHERE months = 3 AND segment = ''"); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
		if n := w.table("SELECT at_risk FROM retention WHERE months = 3 AND segment = ''"); n[0] != "10" {
			t.Errorf("%s: %v stays", name, n)
		}
	}
}

// A release showed the change of 23 people, five of the first quarter among them. A quarter later that of the other 18 may not be told: their
// difference is the change of the five.
func TestSafeHypothesis_AWaveDoesNotTellTheRestOfAnEarlierChange(t *testing.T) {
	for first, want := range map[int]string{5: "2026Q2 complement", 10: "2026Q2 ''"} {
		j := scaleJourney([]string{"m2", "m3"}, "fit:F1")
		j.Hypotheses = []koe.Hypothesis{{ID: "h", Stage: "m3", From: "m2", Kind: koe.HypothesisChange, Measure: "fit", Expect: "above"}}
		l := &ledgerOf{world: newWorld(t, j)}
		l.seen = map[string]map[string]time.Time{"j": {"h": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
		came := func(people string, n int, on string) {
			b := &batch{}
			for i := range n {
				key := fmt.Sprint(people, i)
				b.submissions = append(b.submissions, answers(key, "m2", "2026-01-10", fmt.Sprintf("F1=%d", 1+i%5)), answers(key, "m3", on, fmt.Sprintf("F1=%d", 1+i%4)))
			}
			l.script = append(l.script, b)
		}
		came("p", first, "2026-02-10")
		came("q", 18, "2026-05-10")
		l.refresh(koe.NewDate(2026, 8, 1), false)
		const changes = "SELECT n, withheld FROM safe_change WHERE segment = ''"
		if d := cmp.Diff([]string{fmt.Sprint(first+18, " ''")}, l.table(changes)); d != "" {
			t.Fatal(d)
		}
		l.release("2026-08-01")
		came("r", 12, "2026-08-10")
		l.refresh(koe.NewDate(2026, 11, 1), false)
		if d := cmp.Diff([]string{fmt.Sprint(first+30, " ''")}, l.table(changes)); d != "" {
			t.Fatal(d)
		}
		if got := strings.Join(l.table("SELECT wave, withheld FROM safe_hypothesis WHERE wave = '2026Q2'"), ", "); got != want {
			t.Errorf("%d in the first quarter: %s, want %s", first, got, want)
		}
	}
}
