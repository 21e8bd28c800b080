package analysis

import (
	"fmt"
	"testing"

	"koe"

	"github.com/google/go-cmp/cmp"
)

func TestSafeRates_AFewWhoWereAskedAndDidNotAnswerAreNotComputed(t *testing.T) {
	// 22 were asked at m2 in the second quarter and all answered: that is the first release. In the third quarter ten more were
	// asked at m2, and three at m3; nobody answered. The rates of all stages (35) and of m2 (32) together would tell of the
	// three; so m2 stays as it was.
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))
	l := &ledgerOf{world: w}
	come := func(from, to int, due string, others int, status koe.InvitationStatus) {
		b := &batch{}
		for i := from; i < to; i++ {
			key := fmt.Sprintf("p%02d", i)
			b.people = append(b.people, person(key, "2026-04-01"))
			v := invite(key, "m2", due, status)
			b.invitations = append(b.invitations, v)
			if status == koe.Answered {
				b.submissions = append(b.submissions, answered(answers(key, "m2", due, "F1=4 F2=4 F3=3"), v))
			}
			if i < from+others {
				b.invitations = append(b.invitations, invite(key, "m3", due, "invited"))
			}
		}
		l.script = append(l.script, b)
	}
	come(0, 22, "2026-06-01", 0, koe.Answered)
	l.refresh(koe.NewDate(2026, 7, 25), false)
	l.release("2026-07-25")
	come(22, 32, "2026-08-01", 3, koe.Invited)
	l.refresh(koe.NewDate(2026, 10, 1), false)
	got := w.table("SELECT stage, period, invited, withheld, carried FROM safe_response_rate WHERE segment = '' ORDER BY ALL")
	if diff := cmp.Diff([]string{
		"'' '' 35 '' ''", "'' 2026Q2 22 '' ''", "'' 2026Q3 - '' ''", // 13 is a band
		"m2 '' 22 '' 2026-07-25", "m2 2026Q2 22 '' ''", "m2 2026Q3 - complement ''",
		"m3 '' - small ''", "m3 2026Q3 - small ''",
	}, got); diff != "" {
		t.Error(diff)
	}
}
