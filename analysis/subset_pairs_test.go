package analysis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// The sum at the later stage less that at the earlier one less the changes is the sum of those who answered at the later one alone.
func TestSafeChange_WhoAnsweredAtOneStageAloneDoesNotFollow(t *testing.T) {
	for name, c := range map[string]struct {
		alone int
		want  string
	}{"nobody": {0, "20 ''"}, "two": {2, "- complement"}, "five": {5, "20 ''"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))
			b := &batch{}
			only := 0 // sum of the answers of those who answered at m3 alone
			for i := range 20 + c.alone {
				if i < 20 {
					b.submissions = append(b.submissions, answers(fmt.Sprint("p", i), "m2", "2026-02-15", fmt.Sprintf("F1=%d F2=%d F3=%d", 1+i%5, 1+i%3, 1+i%4)))
				} else {
					only += 1 + i%5 + 1 + i%4 + 2
				}
				b.submissions = append(b.submissions, answers(fmt.Sprint("p", i), "m3", "2026-05-15", fmt.Sprintf("F1=%d F2=%d F3=2", 1+i%5, 1+i%4)))
			}
			w.script = []*batch{b}
			w.build()
			const of = "WHERE construct = 'fit' AND segment = ''"
			if got := w.table("SELECT n, withheld FROM safe_change " + of); !cmp.Equal(got, []string{c.want}) {
				t.Errorf("the change is %v, want %s", got, c.want)
			}
			left := w.table(fmt.Sprintf(`SELECT round(3 * (later.n * later.mean - earlier.n * earlier.mean - c.n * c.mean_change), 6)
				FROM (SELECT n, mean FROM trend %[1]s AND grain = 'all' AND stage = 'm3') AS later, (SELECT n, mean FROM trend %[1]s AND grain = 'all' AND stage = 'm2') AS earlier,
				(SELECT n, mean_change FROM change %[1]s) AS c`, of))
			if got, err := strconv.ParseFloat(left[0], 64); err != nil || math.Abs(got-float64(only)) > 1e-5 {
				t.Errorf("the attack on main's figures gives %v, want %d: it shows nothing", left, only)
			}
			if got := w.table("SELECT stage, n FROM safe_trend " + of + " AND grain = 'all' AND stage <> '' ORDER BY 1"); !cmp.Equal(got, []string{"m2 20", fmt.Sprint("m3 ", 20+c.alone)}) {
				t.Errorf("the scores are %v", got)
			}
		})
	}
}

// Exact ratios over all but one person fit few whole numbers; two digits fit many.
func TestSafeReliability_IsRoundedWhereTheItemsAreWithheld(t *testing.T) {
	for _, left := range []int{0, 1, 6} {
		w := skippers(t, alike(left, 0))
		w.build()
		for table, column := range map[string]string{"reliability": "alpha", "item_rest": "r"} {
			for _, row := range w.table(fmt.Sprintf("SELECT s.%[2]s = m.%[2]s, s.%[2]s = round(m.%[2]s, 2), s.n FROM safe_%[1]s s JOIN %[1]s m USING (stage) WHERE stage = 'm2' AND m.construct = s.construct %[3]s", table, column,
				map[string]string{"item_rest": "AND m.question = s.question", "reliability": ""}[table])) {
				want := fmt.Sprint("true false ", 50-left)
				if left == 1 {
					want = fmt.Sprint("false true ", 50-left)
				}
				if row != want {
					t.Errorf("%d left an item out, %s: %s, want %s", left, table, row, want)
				}
			}
		}
	}
}

// A share of the answers to one item stands on whoever answered it, the published item on those who answered the whole scale.
func TestSafeHypothesis_OnAnItemOfAScaleGoesWhereItStandsOnOtherPeople(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	rows := func() string {
		return strings.Join(w.table("SELECT hypothesis, withheld FROM safe_hypothesis WHERE hypothesis IN ('level', 'share') AND wave = '' ORDER BY ALL"), ", ")
	}
	if got := rows(); got != "level '', share complement" {
		t.Errorf("one left an item out: %s", got)
	}
	whole := wholeWorld(t)
	last := &whole.script[0].submissions[len(whole.script[0].submissions)-1]
	three := 3.0
	last.Answers["F3"] = koe.Answer{Value: &three}
	w = whole
	w.build()
	if got := rows(); got != "level '', share ''" {
		t.Errorf("nobody left an item out: %s", got)
	}
}

// anew has somebody answer a stage once more, after being asked again.
func (l *ledgerOf) anew(key, stage, on string, segments ...string) {
	v := invite(key, stage, on, koe.Answered, segments...)
	v.Key, v.Occurrence, v.ClosesOn = v.Key+"-2", 2, v.DueOn.AddDays(14)
	s := answered(answers(key, stage, v.DueOn.AddDays(3).String(), "F1=5 F2=4 F3=5 I1=1 I2=2", segments...), v)
	s.ID, s.Response = s.ID+"-2", s.Response+"-2"
	l.script = append(l.script, &batch{invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
}

// Behind a change stands the last answer of each stage. Where somebody answers a stage once more another pair is behind it, although nobody
// left the stage: beside the change of before, twelve who came do not hide the one who went.
func TestSafeChange_APairThatAnotherFollowsLeaves(t *testing.T) {
	const changes = "SELECT member, n, n_shown, withheld, carried FROM safe_change WHERE construct = 'fit' AND segment IN ('', 'bureau') ORDER BY ALL"
	for name, c := range map[string]struct {
		again int
		want  []string
	}{
		"nobody answers again": {0, []string{"'' 42 42 '' ''", "A 27 27 '' ''", "B - 10–19 '' ''"}},
		"one answers again":    {1, []string{"'' 30 30 '' 2026-07-01", "A - 10–19 '' 2026-07-01", "B - 10–19 '' ''"}},
		"ten answer again":     {10, []string{"'' 42 42 '' ''", "A 27 27 '' ''", "B - 10–19 '' ''"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := trickling(t)
			l.refresh(koe.NewDate(2026, 7, 1), false)
			if d := cmp.Diff([]string{"'' 30 30 '' ''", "A - 10–19 '' ''", "B - 10–19 '' ''"}, l.table(changes)); d != "" {
				t.Fatal(d)
			}
			l.release("2026-07-01")
			for i := range 12 {
				l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=A")
			}
			for i := range c.again {
				l.anew(fmt.Sprintf("p%02d", 2*i), "m3", "2026-05-20", "bureau=A")
			}
			l.refresh(koe.NewDate(2026, 9, 1), false)
			if d := cmp.Diff(c.want, l.table(changes)); d != "" {
				t.Error(d)
			}
			if n := l.table("SELECT count(*) FROM change WHERE construct = 'fit' AND segment = '' AND n = 42"); n[0] != "1" {
				t.Error("twelve did not come")
			}
		})
	}
}

// The rest of a comparison needs ten people: ten answers of nine are too few.
func TestSafeComparison_TheRestIsCountedByPeople(t *testing.T) {
	for name, c := range map[string]struct {
		others int
		again  bool
		want   string
	}{"ten others": {10, false, "A - - 10–19 ''"}, "nine, one of them twice": {9, true, "A - - '' small"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledgerOf{world: newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))}
			for i := range 12 {
				l.join(fmt.Sprint("p", i), "2026-01-15", i, "bureau=A")
			}
			for i := range c.others {
				l.join(fmt.Sprint("q", i), "2026-01-15", i, "bureau=B")
			}
			if c.again {
				l.anew("q0", "m3", "2026-05-20", "bureau=B")
			}
			l.refresh(koe.NewDate(2026, 9, 1), false)
			if d := cmp.Diff([]string{c.want}, l.table("SELECT member, n, rest_n, rest_n_shown, withheld FROM safe_comparison WHERE construct = 'fit' AND stage = 'm3' AND member = 'A'")); d != "" {
				t.Error(d)
			}
			if n := l.table("SELECT rest_n FROM comparison WHERE construct = 'fit' AND stage = 'm3' AND member = 'A'"); n[0] != "10" {
				t.Errorf("%v answers", n)
			}
		})
	}
}
