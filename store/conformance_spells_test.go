package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

func spellsKnowSinceWhen(t *testing.T, w world) {
	day := func(n int) time.Time { return time.Date(2026, 4, n, 0, 0, 0, 0, time.UTC) }
	join := func(n int) koe.Date { return koe.NewDate(2026, time.April, n) }
	save := func(now time.Time, spells ...koe.Spell) []time.Time {
		t.Helper()
		if err := w.SavePeople(t.Context(), now, []koe.Person{{ID: "S1", Name: "再雇用 さん", Spells: spells}}); err != nil {
			t.Fatal(err)
		}
		p := must(w.PersonByID(t.Context(), "S1"))(t)
		var seen []time.Time
		for _, s := range p.Spells {
			seen = append(seen, s.SeenAt)
		}
		people := must(w.Invitations(t.Context(), store.InvitationFilter{People: []koe.PersonKey{p.Key, "nobody"}}))(t)
		if len(people) != 0 {
			t.Errorf("invitations of somebody who has none: %v", people)
		}
		return seen
	}
	first := koe.Spell{Number: 1, JoinedOn: join(1)}
	steps := [][]time.Time{save(day(1), first), save(day(2), first)}
	left := koe.Spell{Number: 1, JoinedOn: join(1), LeftOn: join(20)}
	again := koe.Spell{Number: 2, JoinedOn: join(25)}
	steps = append(steps, save(day(3), left, again), save(day(4), left, again))
	again.JoinedOn = join(26)
	steps = append(steps, save(day(5), left, again))
	none := time.Time{}
	want := [][]time.Time{{none}, {none}, {none, day(3)}, {none, day(3)}, {none, day(5)}}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("since when each joining date is known (-want +got):\n%s", diff)
	}
}
