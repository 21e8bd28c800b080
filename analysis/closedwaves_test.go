package analysis

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// openBatch is what comes in while the fourth quarter of 2026 is open, from people who are there already: everybody is asked
// m3 a second time, and half have answered. It belongs to wholeWorld.
func openBatch() *batch {
	b := &batch{}
	for i := range 40 {
		key := fmt.Sprintf("p%02d", i)
		segments := []string{"bureau=" + []string{"A", "B"}[i%2], "division=" + []string{"x", "y", "z"}[i%3], "hire_type=正規"}
		v := invite(key, "m3", "2026-11-10", "invited", segments...)
		v.Key, v.Occurrence = v.Key+"-again", 2
		if i%2 == 0 {
			v.Status = "answered"
			s := answered(answers(key, "m3", "2026-11-20", "F1=5 F2=5 F3=4 I1=1 I2=5 R=10 Y=1 N=3 S=choice:a M=choice:b T=text:孤独です D=choice:2026-01-01", segments...), v)
			s.ID, s.Response = s.ID+"-again", s.Response+"-again"
			b.submissions = append(b.submissions, s)
		}
		b.invitations = append(b.invitations, v)
	}
	return b
}

// published gives every row of every safe_* table.
func (w *world) published() map[string][]string {
	all := map[string][]string{}
	for _, t := range modelTables() {
		all[t.name] = w.table("SELECT * FROM safe_" + t.name + " ORDER BY ALL")
	}
	return all
}

func (w *world) analyzeAt(now time.Time) {
	w.t.Helper()
	if _, err := analyze(context.Background(), w.at, w.source(), now, nil); err != nil {
		w.t.Fatal(err)
	}
}

// An answer always belongs to a wave: here its invitation, the only one of its quarter, was cancelled afterwards.
func TestPublished_AnswersToCancelledInvitationsAreInAWave(t *testing.T) {
	w := wholeWorld(t)
	w.mask = func(s string) (string, error) { return s, nil }
	segments := []string{"bureau=A", "division=x", "hire_type=正規"}
	v := invite("p00", "m2", "2025-10-10", "cancelled", segments...)
	v.Key += "-cancelled"
	s := answered(answers("p00", "m2", "2025-10-20", "F1=5 F2=5 F3=4 I1=1 I2=5", segments...), v)
	s.ID, s.Response = s.ID+"-cancelled", s.Response+"-cancelled"
	w.script = append(w.script, &batch{invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
	w.build()
	if got := w.table("SELECT closed FROM red_wave WHERE stage = 'm2' AND wave = '2025Q4'"); !slices.Equal(got, []string{"true"}) {
		t.Errorf("the wave of the answer: closed %v, want one that is", got)
	}
	before := w.published()
	w.script = append(w.script, openBatch())
	w.build()
	if diff := cmp.Diff(before, w.published()); diff != "" {
		t.Errorf("the answer is published or not by whether another wave is open (-before +after):\n%s", diff)
	}
}

func TestPublished_AnOpenWaveChangesNothingUntilItCloses(t *testing.T) {
	w := wholeWorld(t)
	w.mask = func(s string) (string, error) { return s, nil }
	w.build()
	before := w.published()
	answered := w.table("SELECT n FROM trend WHERE construct = 'fit' AND stage = 'm3' AND grain = 'all' AND segment = ''")

	w.script = append(w.script, openBatch())
	w.build()
	if diff := cmp.Diff(before, w.published()); diff != "" {
		t.Errorf("answers of an open wave are published (-before +after):\n%s", diff)
	}
	// main shows them at once: 40 answers, and 20 more.
	if diff := cmp.Diff([]string{"40", "60"}, slices.Concat(answered, w.table("SELECT n FROM trend WHERE construct = 'fit' AND stage = 'm3' AND grain = 'all' AND segment = ''"))); diff != "" {
		t.Error(diff)
	}

	w.analyzeAt(time.Date(2026, 12, 31, 3, 0, 0, 0, time.UTC)) // nobody can answer any more, but the quarter lasts
	if got := w.table("SELECT n FROM safe_trend WHERE construct = 'fit' AND stage = 'm3' AND grain = 'all' AND segment = ''"); !cmp.Equal(got, []string{"40"}) {
		t.Errorf("on the last day of the quarter: %v", got)
	}
	w.analyzeAt(time.Date(2027, 1, 1, 3, 0, 0, 0, time.UTC))
	if got := w.table("SELECT n FROM safe_trend WHERE construct = 'fit' AND stage = 'm3' AND grain = 'all' AND segment = ''"); !cmp.Equal(got, []string{"60"}) {
		t.Errorf("once the quarter is over: %v", got)
	}
}

func TestPublished_ClosedWavesAreTheSameFiguresWhateverIsOpen(t *testing.T) {
	// With an open wave the published figures are computed a second time, of what has closed: they are main's figures of a
	// warehouse that never heard of the open wave.
	w := wholeWorld(t)
	w.mask = func(s string) (string, error) { return s, nil }
	w.script = append(w.script, openBatch())
	w.build()
	withOpen := w.published()
	v := wholeWorld(t)
	v.mask = w.mask
	v.build()
	if diff := cmp.Diff(v.published(), withOpen); diff != "" {
		t.Error(diff)
	}
}

func TestPublished_AWaveOfImportsClosesTheDayAfterItsLastAnswer(t *testing.T) {
	j := scaleJourney([]string{"m2"}, "fit:F1")
	w := newWorld(t, j)
	b := &batch{}
	for i := range 6 {
		key := fmt.Sprint("p", i)
		b.people = append(b.people, person(key, "2026-04-01"))
		b.submissions = append(b.submissions, answers(key, "m2", fmt.Sprintf("2026-11-%d", 21+i), "F1=3"))
	}
	w.script = []*batch{b}
	w.load(false)
	for _, day := range []struct {
		now  time.Time
		want []string
	}{
		{time.Date(2026, 11, 26, 14, 59, 0, 0, time.UTC), []string{}}, // 23:59 in Tokyo
		{time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC), []string{"3 5–9"}},
	} {
		w.analyzeAt(day.now)
		if got := w.table("SELECT mean, n_shown FROM safe_trend WHERE stage = 'm2' AND grain = 'all' AND segment = ''"); !cmp.Equal(got, day.want) {
			t.Errorf("%s: %v, want %v", day.now, got, day.want)
		}
	}
}

func TestPublished_WithoutAnOpenWaveNothingIsComputedTwice(t *testing.T) {
	w := wholeWorld(t)
	w.load(false)
	steps := func() (names []string) {
		if _, err := analyze(context.Background(), w.at, w.source(), noon, func(name string, _, _ int) { names = append(names, name) }); err != nil {
			t.Fatal(err)
		}
		return names
	}
	count := func(names []string, of string) (n int) {
		for _, name := range names {
			if name == of {
				n++
			}
		}
		return n
	}
	if n := count(steps(), "trend"); n != 1 {
		t.Errorf("the model trend ran %d times", n)
	}
	w.script = append(w.script, openBatch())
	w.load(true)
	if n := count(steps(), "trend"); n != 2 {
		t.Errorf("with an open wave the model trend ran %d times", n)
	}
}
