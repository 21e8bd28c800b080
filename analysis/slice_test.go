package analysis

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"koe"

	"github.com/google/go-cmp/cmp"
)

// figures gives every row of every table of main, by table. cursors and the like are not in main.
func (w *world) figures() map[string][]string {
	all := map[string][]string{}
	for _, name := range w.table("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary AND table_name <> 'about'") {
		all[name] = w.table("SELECT * FROM " + quote(name) + " ORDER BY ALL")
	}
	return all
}

// oneDay makes what comes in on one day in an organisation of 14 people: new answers, corrected ones, later ones at a stage
// that was answered before, invitations that change, people who move, join on another day, leave or come back, and measures
// that are noted, changed and given to somebody else. Stages: m2, m3 and m6, and v, which is anonymous.
func oneDay(random *rand.Rand, number int) *batch {
	b := &batch{}
	for range 8 + random.IntN(12) {
		i := random.IntN(14)
		key := fmt.Sprintf("p%02d", i)
		where := i
		if random.IntN(8) == 0 {
			where = random.IntN(14) // moved
		}
		segments := []string{"bureau=" + []string{"A", "B"}[where%2], "division=" + []string{"x", "y", "z"}[where%3], "hire_type=" + []string{"", "正規"}[where%2]}
		p := person(key, fmt.Sprintf("2026-%02d-01", 1+i%6), segments...)
		switch random.IntN(6) {
		case 0:
			p.Spells[0].JoinedOn = koe.NewDate(2026, time.Month(1+random.IntN(6)), 1)
		case 1:
			p.Spells[0].LeftOn, p.Spells[0].LeftReason = koe.NewDate(2026, 7, 1), "self"
			p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: koe.NewDate(2026, 8, 1)})
		}
		if random.IntN(3) > 0 {
			b.people = append(b.people, p)
		}
		if random.IntN(3) == 0 {
			b.events = append(b.events, koe.Event{ID: fmt.Sprint("e", random.IntN(20)), Person: koe.PersonKey(key), Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, time.Month(2+random.IntN(9)), 1)})
		}
		stage := []string{"m2", "m3", "m6"}[random.IntN(3)]
		v := invite(key, stage, fmt.Sprintf("2026-%02d-15", 3+i%6), []koe.InvitationStatus{"answered", "answered", "invited", "declined", "bounced", "cancelled"}[random.IntN(6)], segments...)
		if random.IntN(4) > 0 {
			b.invitations = append(b.invitations, v)
		}
		if random.IntN(4) == 0 { // moved between invitation and answer
			segments = []string{"bureau=B", "division=" + []string{"x", "y", "z"}[random.IntN(3)], "hire_type="}
		}
		list := fmt.Sprintf("F1=%d F2=%d F3=%d I1=%d I2=%d R=%d Y=%d N=%g S=choice:b M=choice:a|c T=text:こえ", 1+random.IntN(5), 1+random.IntN(5), 1+random.IntN(5),
			1+random.IntN(5), 1+random.IntN(5), random.IntN(11), random.IntN(2), float64(random.IntN(40))/4)
		if random.IntN(5) == 0 {
			list = "F1=skipped F2=2 F3=declined I1=3 M=choice:b"
		}
		s := answers(key, stage, fmt.Sprintf("2026-%02d-%02d", 3+i%6, 16+random.IntN(10)), list, segments...)
		switch random.IntN(4) {
		case 0: // without an invitation
		case 1: // one more at this stage
			s = answered(s, v)
			s.ID, s.Response = fmt.Sprint(s.ID, number), fmt.Sprint(s.Response, "-", number)
		default:
			s = answered(s, v)
		}
		b.submissions = append(b.submissions, s)
		if random.IntN(3) == 0 {
			n := random.IntN(30)
			a := answers(fmt.Sprint("nobody", n), "v", "2026-05-01", fmt.Sprintf("F1=%d F2=%d", 1+random.IntN(5), 1+random.IntN(5)), segments...)
			a.Person, a.Survey, a.Mode = "", "open", koe.Anonymous
			b.submissions = append(b.submissions, a)
		}
	}
	return b
}

func daysWorld(t testing.TB) *world {
	j := scaleJourney([]string{"m2", "m3", "m6"}, "fit:F1,F2,F3", "isolation<:I1,-I2")
	everyKind(j)
	j.Surveys = append(j.Surveys, koe.Survey{ID: "open", Mode: koe.Anonymous, Version: 1, Store: true, Pages: []koe.Page{{Ask: []string{"F1", "F2"}}}})
	j.Stages = append(j.Stages, koe.Stage{ID: "v", Title: koe.Text{"ja": "v"}, Audience: koe.AudienceHire, Anchor: koe.EventJoined, Survey: "open"})
	j.Measures = []koe.Measure{{ID: "mentor", Owner: koe.OwnerUnit, Event: koe.EventMentorAssigned, Targets: []string{"isolation", "fit"}}}
	j.Hypotheses = []koe.Hypothesis{
		{ID: "change", Stage: "m3", Kind: koe.HypothesisChange, Measure: "isolation", From: "m2", Expect: "above", Bar: 0},
		{ID: "contrast", Stage: "m3", Kind: koe.HypothesisContrast, Measure: "isolation", Groups: []string{"mentor=no", "mentor=yes"}, Expect: "above", Bar: 0},
		{ID: "association", Stage: "m3", Kind: koe.HypothesisAssociation, Measure: "isolation", With: "fit", Expect: "below", Bar: 0},
	}
	return newWorld(t, j)
}

// KOE_SLICES makes more rounds of it; a round is one organisation over several days.
func TestAnalyze_CountingWhatALoadTouchedIsEqualToCountingEverything(t *testing.T) {
	rounds, _ := strconv.Atoi(os.Getenv("KOE_SLICES"))
	pairs, exposed := 0, 0
	for round := range max(rounds, 1) {
		random := rand.New(rand.NewPCG(uint64(round), 11))
		w := daysWorld(t)
		for number := range 5 {
			b := oneDay(random, number)
			if number == 3 && round%2 == 0 { // somebody is forgotten
				gone := b.submissions[0].Person
				w.script = append(w.script, b)
				for _, earlier := range w.script {
					earlier.people = slices.DeleteFunc(earlier.people, func(p koe.Person) bool { return p.Key == gone })
					earlier.events = slices.DeleteFunc(earlier.events, func(e koe.Event) bool { return e.Person == gone })
					earlier.invitations = slices.DeleteFunc(earlier.invitations, func(i koe.Invitation) bool { return i.Person == gone })
					earlier.submissions = slices.DeleteFunc(earlier.submissions, func(s koe.Submission) bool { return s.Person == gone && gone != "" })
				}
				b = &batch{erased: 1}
			}
			w.script = append(w.script, b)
			w.load(false)
			if number == 1 {
				continue // two loads before the next analysis
			}
			w.analyze()
			v := *w
			v.at = newSite(t.TempDir() + "/warehouse.duckdb")
			v.load(true)
			v.analyze()
			want, got := v.figures(), w.figures()
			pairs, exposed = pairs+len(want["red_pair"]), exposed+len(want["red_exposed"])
			for name := range want {
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Fatalf("round %d, day %d: %s (-counted anew +by touched groups):\n%s", round, number, name, diff)
				}
			}
		}
	}
	if pairs == 0 || exposed == 0 {
		t.Error("nothing was joined by person")
	}
}

func TestBuilding_GapsAreClosedEverySoOften(t *testing.T) {
	w := daysWorld(t)
	unlock, err := w.at.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	build, err := w.at.begin(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer build.abandon()
	closed := 0
	for number := range 6 * mostGaps {
		build.number = 1 + number
		if _, err := build.conn.ExecContext(t.Context(), "RESET max_vacuum_tasks"); err != nil {
			t.Fatal(err)
		}
		if err := build.leaveGaps(t.Context()); err != nil {
			t.Fatal(err)
		}
		tasks, err := texts(t.Context(), build.conn, "SELECT current_setting('max_vacuum_tasks')::VARCHAR")
		if err != nil {
			t.Fatal(err)
		}
		if tasks[0] != "0" {
			closed++
		}
	}
	if closed != 6 {
		t.Errorf("of %d versions %d close gaps, want one of eight", 6*mostGaps, closed)
	}
}
