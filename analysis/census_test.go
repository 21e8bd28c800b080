package analysis

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// halfAnswered asks two bureaus of 20 at m2: of A 20 answer, of B 10. A's scores alternate between 2 and 4, B's are 5 and 3.
func halfAnswered(t *testing.T) *world {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	b := &batch{}
	for i := range 40 {
		key, segment, value := fmt.Sprintf("p%02d", i), "bureau=A", 2+i%2*2
		if i >= 20 {
			segment, value = "bureau=B", 5-i%2*2
		}
		b.people = append(b.people, person(key, "2026-04-01", segment))
		v := invite(key, "m2", "2026-06-01", "invited", segment)
		if i < 30 {
			v.Status = "answered"
			b.submissions = append(b.submissions, answered(answers(key, "m2", "2026-06-02", fmt.Sprintf("F1=%d", value), segment), v))
		}
		b.invitations = append(b.invitations, v)
	}
	w.script = []*batch{b}
	return w
}

func TestCensus_NarrowsWithTheShareThatAnswered(t *testing.T) {
	w := halfAnswered(t)
	w.build()
	// 30 of 40: the interval is the analytic one times √(1 − 30/40) = 1/2.
	got := w.table(`SELECT c.n, c.invited, round(c.mean, 9), round((c.ci_high - c.ci_low) / (t.ci_high - t.ci_low), 9) FROM census c
		JOIN trend t USING (journey, construct, stage) WHERE t.grain = 'all' AND t.segment = ''`)
	if diff := cmp.Diff([]string{"30 40 3.333333333 0.5"}, got); diff != "" {
		t.Error(diff)
	}
	if got := w.table("SELECT n, invited, n_shown, invited_shown, withheld FROM safe_census"); !cmp.Equal(got, []string{"30 40 30 40 ''"}) {
		t.Error(got)
	}
}

func TestWeighted_GivesEachBureauItsShareOfThoseAsked(t *testing.T) {
	w := halfAnswered(t)
	w.build()
	// A's mean is 3, B's 4, and each is half of those asked; w = (1/2)/(20/30), (1/2)/(10/30): deff = 30·(20·9/16 + 10·9/4)/30².
	if got := w.table("SELECT segment, n, classes, round(mean, 9), round(weighted, 9), round(deff, 9) FROM weighted"); !cmp.Equal(got, []string{"bureau 30 2 3.333333333 3.5 1.125"}) {
		t.Error(got)
	}
	if got := w.table("SELECT segment, round(weighted, 9), withheld FROM safe_weighted"); !cmp.Equal(got, []string{"bureau 3.5 ''"}) {
		t.Error(got)
	}
}

func TestWeighted_IsWithheldWithAnyOfItsMembers(t *testing.T) {
	w := halfAnswered(t)
	b := w.script[0]
	for i := range 3 { // a third bureau that is too small to publish
		key := fmt.Sprint("q", i)
		v := invite(key, "m2", "2026-06-01", "answered", "bureau=C")
		b.invitations = append(b.invitations, v)
		b.submissions = append(b.submissions, answered(answers(key, "m2", "2026-06-02", "F1=3", "bureau=C"), v))
	}
	w.build()
	if got := w.table("SELECT classes FROM weighted"); !cmp.Equal(got, []string{"2"}) { // merged with the smallest other
		t.Error(got)
	}
	if got := w.table("SELECT segment, weighted, n_shown, withheld FROM safe_weighted"); !cmp.Equal(got, []string{"bureau - '' complement"}) {
		t.Error(got)
	}
}

func TestCensus_AnswersThatNobodyWasAskedForHaveNoPopulation(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	w.script = []*batch{{submissions: respond("m2", "2026-04-01", 1, 2, 3, 4, 5, 3)}}
	w.build()
	if got := w.table("SELECT * FROM census"); len(got) > 0 {
		t.Error(got)
	}
}
