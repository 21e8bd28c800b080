package analysis

import (
	"fmt"
	"strings"
	"testing"

	"koe"
)

// silenceWorld has forty people at m2: thirty in one quarter, all of them asked again at m3, of whom twenty answer and ten do not; and
// ten in the next quarter, of whom so many are asked again and answer.
func silenceWorld(t *testing.T, asked int) *world {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1"))
	b := &batch{}
	for i := range 40 {
		name := fmt.Sprintf("p%02d", i)
		joined, first, second := "2026-01-05", "2026-03-01", "2026-04-10"
		if i >= 30 {
			joined, first, second = "2026-03-05", "2026-05-01", "2026-07-10"
		}
		b.people = append(b.people, person(name, joined))
		at := invite(name, "m2", first, koe.Answered)
		b.invitations = append(b.invitations, at)
		b.submissions = append(b.submissions, answered(answers(name, "m2", first, fmt.Sprintf("F1=%d", 1+i%5)), at))
		switch then := invite(name, "m3", second, koe.Answered); {
		case i >= 30+asked:
		case i < 20 || i >= 30:
			b.invitations = append(b.invitations, then)
			b.submissions = append(b.submissions, answered(answers(name, "m3", second, "F1=3"), then))
		default:
			then.Status = koe.Invited
			b.invitations = append(b.invitations, then)
		}
	}
	w.script = []*batch{b}
	return w
}

const silentPairs = "SELECT stayed_mean IS NULL, silent_mean IS NULL, difference IS NULL, stayed_n, silent_n_shown, withheld FROM safe_silence WHERE from_stage = 'm2' AND to_stage = 'm3'"

// All forty less those who stayed and those who fell silent are whoever was not asked again: their mean would follow from three that are
// printed, and with the quarter's mean so would that of the few of a quarter.
func TestSafe_SilenceTellsOnlyTheDifferenceWhereAFewOfAWaveAreLeft(t *testing.T) {
	for asked, want := range map[int]string{
		10: "false false false 30 10–19 ''", // everybody was asked
		5:  "false false false 25 10–19 ''", // five were not
		0:  "false false false 20 10–19 ''", // a whole quarter was not
	} {
		w := silenceWorld(t, asked)
		w.build()
		if got := strings.Join(w.table(silentPairs), "\n"); got != want {
			t.Errorf("%d asked again: %s, want %s", asked, got, want)
		}
	}
	w := silenceWorld(t, 0)
	b := w.script[0]
	for i, one := range b.invitations { // one of the first quarter was not asked again: with the second quarter that makes eleven, who are many
		if one.Person == "p29" && one.Stage == "m3" {
			b.invitations[i].Status = koe.Bounced
		}
	}
	late := person("p40", "2026-01-05")
	b.people = append(b.people, late)
	again := invite("p40", "m2", "2026-03-01", koe.Answered)
	silent := invite("p40", "m3", "2026-04-10", koe.Invited)
	b.invitations = append(b.invitations, again, silent)
	b.submissions = append(b.submissions, answered(answers("p40", "m2", "2026-03-01", "F1=2"), again))
	w.build()
	if got, want := strings.Join(w.table(silentPairs), "\n"), "true true false 20 10–19 ''"; got != want {
		t.Errorf("one of a quarter left: %s, want %s", got, want)
	}
}

func TestSilence_SomebodyWhoIsAskedAboutSeveralPeopleIsOne(t *testing.T) {
	w := silenceWorld(t, 10)
	b := w.script[0]
	for i := range 20 { // and asked once more, about somebody else: ten answer this too, ten do not
		name := fmt.Sprintf("p%02d", i)
		other := invite(name, "m3", "2026-04-12", koe.Invited)
		other.Key, other.Subject = other.Key+"-other", koe.PersonKey("s"+name)
		if i < 10 {
			other.Status = koe.Answered
		}
		b.invitations = append(b.invitations, other)
	}
	w.build()
	if got, want := strings.Join(w.table("SELECT stayed_n, silent_n FROM silence WHERE from_stage = 'm2'"), "\n"), "30 10"; got != want {
		t.Errorf("%s, want %s: an answer about one of several people is an answer", got, want)
	}
}
