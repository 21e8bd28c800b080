package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// behindRelease counts who stood behind a release, by figure and bureau: the answers, and the different people.
func (l *ledgerOf) behindRelease(release int) map[string]string {
	l.t.Helper()
	lives, _, _, err := PastReleases(context.Background(), l.at.published)
	l.must(err)
	n, who, gone := map[string]int{}, map[string]map[int32]bool{}, map[string]int{}
	for _, one := range lives {
		for _, life := range one.Lives {
			if life.Since > release || life.Until > 0 && life.Until <= release {
				continue
			}
			key := strings.Join(strings.Fields(strings.Join([]string{one.Table, one.Name, life.Stage, life.Members[0]}, " ")), " ")
			if who[key] == nil {
				who[key] = map[int32]bool{}
			}
			n[key] += one.N
			for _, person := range one.Who {
				who[key][person] = true
			}
			if one.Who == nil {
				gone[key] += one.N
			}
		}
	}
	out := map[string]string{}
	for key := range n {
		out[key] = fmt.Sprintf("%d of %d", n[key], len(who[key])+gone[key])
	}
	return out
}

// standNow counts who stands behind the published figures, in the same words.
func (l *ledgerOf) standNow() map[string]string {
	l.t.Helper()
	all, err := WhoStands(context.Background(), l.at.published, nil)
	l.must(err)
	n, who := map[string]int{}, map[string]map[int32]bool{}
	for _, s := range all.Stands {
		name := s.Name
		if s.From != "" {
			name += " " + s.From + " " + s.Stage
		}
		if !slices.Contains([]string{"trend", "item", "rate", "change"}, s.Table) || s.Apart {
			continue
		}
		key := strings.Join(strings.Fields(strings.Join([]string{s.Table, name, s.Stage, s.Members[0]}, " ")), " ")
		if who[key] == nil {
			who[key] = map[int32]bool{}
		}
		n[key] += len(s.Who)
		for _, person := range s.Who {
			who[key][person] = true
		}
	}
	out := map[string]string{}
	for key := range n {
		out[key] = fmt.Sprintf("%d of %d", n[key], len(who[key]))
	}
	return out
}

// again has somebody send the answers of a stage again, all of them another value.
func (l *ledgerOf) again(key, stage string) {
	for _, b := range l.script {
		for _, s := range b.submissions {
			if string(s.Person) != key || s.Stage != stage {
				continue
			}
			later := answered(answers(key, stage, "2026-01-01", "F1=2 F2=2 F3=2 I1=2 I2=2"), koe.Invitation{Key: s.Invitation, DueOn: s.DueOn})
			later.ID, later.SubmittedAt, later.Segments = s.ID+"again", s.SubmittedAt.Add(24*time.Hour), s.Segments
			l.script = append(l.script, &batch{submissions: []koe.Submission{later}})
			return
		}
	}
	l.t.Fatalf("%s did not answer at %s", key, stage)
}

// Whoever the ledger has behind the release to come is who stands behind the figures, of scores, answers, rates and changes, whatever happened
// since the last release; and behind that one stand those of then.
func TestPastReleases_WhoStoodBehindScoresAnswersRatesAndChanges(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	then := l.standNow()
	if then["change fit m2 m3 m3 A"] != "15 of 15" || then["rate m2 A"] != "15 of 15" {
		t.Fatalf("%v", then)
	}
	l.release("2026-07-01")
	l.join("q0", "2026-02-01", 3, "bureau=A")
	l.join("q1", "2026-02-01", 4, "bureau=B")
	l.again("p00", "m2")
	l.again("p03", "m3")
	l.forget("p04")
	l.State += "+"
	l.refresh(koe.NewDate(2026, 8, 1), true)
	now := l.standNow()
	for release, want := range map[int]map[string]string{1: then, 2: now} {
		if d := cmp.Diff(want, l.behindRelease(release)); d != "" {
			t.Errorf("release %d: %s", release, d)
		}
	}
	if now["change fit m2 m3 m3 A"] != "15 of 15" || now["rate m2 A"] != "15 of 15" || now["rate m2 B"] != "16 of 16" {
		t.Errorf("%v", now)
	}
}

// A pair of scores ends with either of its answers: who sent one of them again is one that left and one that came.
func TestPastReleases_APairEndsWithEitherOfItsAnswers(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	l.release("2026-07-01")
	l.again("p00", "m2")
	l.again("p02", "m3")
	l.refresh(koe.NewDate(2026, 8, 1), false)
	lives, figures, next, err := PastReleases(context.Background(), l.at.published)
	l.must(err)
	if !slices.ContainsFunc(figures, func(f PastFigure) bool {
		return f == PastFigure{Table: "change", Journey: "j", Name: "fit m2 m3", Grain: "all", Number: 1, Release: "2026-07-01", Since: 1}
	}) {
		t.Errorf("no change of everybody in %+v", figures)
	}
	if !slices.ContainsFunc(figures, func(f PastFigure) bool { return f.Table == "rate" && f.Stage == "m3" && f.Member == "A" }) {
		t.Errorf("no rate of a bureau in %+v", figures)
	}
	got := map[string]int{}
	for _, one := range lives {
		if one.Table == "change" && one.Name == "fit m2 m3" && one.Lives[0].Members[0] == "A" {
			for _, life := range one.Lives {
				got[fmt.Sprintf("%d-%d", life.Since, life.Until)] += one.N
			}
		}
	}
	if d := cmp.Diff(map[string]int{"1-0": 13, "1-2": 2, "2-0": 2}, got); d != "" || next != 2 {
		t.Errorf("the next is %d; %s", next, d)
	}
}

// What answers said before they were sent again is not known. The five others who came do not hide that somebody, whose second answer says
// nothing of the score, was behind it before.
func TestRelease_WhoLeavesTheItemsOutWhenSendingAgainWasBehindTheScore(t *testing.T) {
	for name, c := range map[string]struct {
		again bool
		want  string
	}{"sent again": {true, "15 2026-07-01"}, "not": {false, "20 ''"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := trickling(t)
			l.refresh(koe.NewDate(2026, 7, 1), false)
			l.release("2026-07-01")
			for i := range 5 {
				l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=A")
			}
			if c.again {
				l.join("q5", "2026-02-01", 5, "bureau=A")
				l.again("p00", "m2")
				later := &l.script[len(l.script)-1].submissions[0]
				for id := range later.Answers {
					later.Answers[id] = koe.Answer{Missing: koe.DeclinedTo}
				}
			}
			l.refresh(koe.NewDate(2026, 8, 1), false)
			got := l.table("SELECT coalesce(n, 15), carried FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'A'")
			if len(got) != 1 || got[0] != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
			if n := l.table("SELECT n FROM trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND member = 'A'"); n[0] != "20" {
				t.Errorf("%v", n)
			}
			if behind := l.behindRelease(1)["trend fit m2 A"]; behind != "15 of 15" {
				t.Errorf("%s stood behind the release", behind)
			}
		})
	}
}
