package analysis

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPartials_StandWhereTheAnswersAreAndNotWhereTheInvitationsWere(t *testing.T) {
	// Nobody was invited: there is no group of people who were asked. Three of fifteen left one item out.
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1,F2,F3"))
	b := &batch{}
	for i := range 15 {
		key, list := fmt.Sprintf("p%02d", i), fmt.Sprintf("F1=%d F2=3 F3=4", 1+i%5)
		if i < 3 {
			list = fmt.Sprintf("F1=%d F2=3 F3=skipped", 1+i)
		}
		b.people = append(b.people, person(key, "2026-01-01", "bureau=A"))
		b.submissions = append(b.submissions, answers(key, "m2", "2026-03-10", list, "bureau=A"))
	}
	w.script = []*batch{b}
	w.build()
	if diff := cmp.Diff([]string{"''"}, w.table("SELECT DISTINCT withheld FROM safe_trend WHERE stage = 'm2' AND grain = 'all' AND segment = ''")); diff != "" {
		t.Errorf("the score: %s", diff)
	}
	// Fifteen scores and twelve complete answers tell of three people.
	if got := w.table("SELECT count(*) FROM safe_item WHERE stage = 'm2' AND period = '' AND segment = '' AND withheld = ''"); got[0] != "0" {
		t.Errorf("%s questions are told beside the score of three people more", got[0])
	}
}
