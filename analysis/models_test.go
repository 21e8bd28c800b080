package analysis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"koe"

	"github.com/google/go-cmp/cmp"
)

// respond gives one response a person at a stage: values are the answers to F1 of p0, p1, ….
func respond(stage, on string, values ...int) []koe.Submission {
	var out []koe.Submission
	for i, v := range values {
		out = append(out, answers(fmt.Sprint("p", i), stage, on, fmt.Sprintf("F1=%d", v)))
	}
	return out
}

func TestTrend_OneStage(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1,F2,F3"))
	w.script = []*batch{{submissions: []koe.Submission{
		answers("a", "m2", "2026-04-01", "F1=5 F2=4 F3=3"),               // 4
		answers("b", "m2", "2026-05-01", "F1=1 F2=declined F3=2"),        // 1.5: more than half were answered
		answers("c", "m2", "2026-07-01", "F1=5 F2=skipped F3=not_asked"), // too few: no score, but its answer counts as favourable
		answers("d", "m2", "2026-07-02", "F1=2 F2=2 F3=2"),               // 2
	}}}
	w.build()
	want := []string{
		"'' all '' 3 2.5 1.322875656 0.3333333333 0.1111111111 0.5555555556", // of 9 answers 3 are 4 or 5, 1 is 3, 5 are 1 or 2
		"m2 all '' 3 2.5 1.322875656 0.3333333333 0.1111111111 0.5555555556",
		"m2 quarter 2026Q2 2 2.75 1.767766953 0.4 0.2 0.4",
		"m2 quarter 2026Q3 1 2 - 0.25 0 0.75", // c's only answer is favourable beside d's three
	}
	got := w.table("SELECT stage, grain, period, n, mean, sd, favourable, neutral, unfavourable FROM trend ORDER BY ALL")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTrend_FavourableIsTheDesirableSide(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "isolation<:I1,-I2"))
	w.script = []*batch{{submissions: []koe.Submission{
		answers("a", "m2", "2026-04-01", "I1=1 I2=5"), // keyed 1 and 1: not isolated
		answers("b", "m2", "2026-04-01", "I1=5 I2=3"), // keyed 5 and 3
	}}}
	w.build()
	if got := w.table("SELECT mean, favourable, neutral, unfavourable FROM trend WHERE stage = 'm2' AND grain = 'all'"); got[0] != "2.5 0.5 0.25 0.25" {
		t.Error(got)
	}
	if got := w.table("SELECT question, favourable, unfavourable, counts FROM item WHERE stage = 'm2' AND period = '' ORDER BY 1"); cmp.Diff([]string{
		"I1 0.5 0.5 [1,0,0,0,1]", "I2 0.5 0 [0,0,1,0,1]"}, got) != "" {
		t.Error(got)
	}
}

func TestTrend_StandardisedLineWeighsStagesAlike(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1"))
	b := &batch{submissions: respond("m2", "2026-04-10", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)}  // 10 people, mean 1
	b.submissions = append(b.submissions, respond("m3", "2026-05-10", 5, 5, 5, 5, 5)...) // 5 people, mean 5
	late := respond("m3", "2026-08-10", 4, 4, 4)                                         // too few for a point
	for i := range late {
		late[i].Response += "late"
	}
	b.submissions = append(b.submissions, late...)
	w.script = []*batch{b}
	w.build()
	if got := w.table("SELECT period, n, mean FROM trend WHERE grain = 'quarter' AND stage = ''"); cmp.Diff([]string{"2026Q2 15 3"}, got) != "" {
		t.Error(got)
	}
}

func TestItem_EveryKind(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	got := w.table("SELECT question, n, mean, counts FROM item WHERE stage = 'm2' AND period = '' AND segment = '' AND question IN ('M', 'N', 'R', 'S', 'Y') ORDER BY 1")
	want := []string{"M 40 - [40,0,40]", "N 40 4.875 -", "R 40 4.65 [4,4,4,4,4,4,4,3,3,3,3]", "S 40 - [0,40,0]", "Y 40 0.5 [20,20]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := w.table("SELECT n, promoters, passives, detractors, score FROM recommend WHERE stage = 'm2' AND period = '' AND segment = ''"); got[0] != "40 6 6 28 -55" {
		t.Error(got)
	}
}

func TestResponseRate_BouncedAndCancelledAreNotAsked(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	b := &batch{}
	for i, status := range []koe.InvitationStatus{koe.Answered, koe.Answered, koe.Invited, koe.Declined, koe.Bounced, koe.Cancelled} {
		v := invite(fmt.Sprint("p", i), "m2", "2026-04-01", status, "bureau=A")
		b.invitations = append(b.invitations, v)
		switch i {
		case 0:
			b.submissions = append(b.submissions, answered(answers("p0", "m2", "2026-04-02", "F1=3", "bureau=A"), v))
		case 1: // sent without one core answer
			b.submissions = append(b.submissions, answered(answers("p1", "m2", "2026-04-02", "F1=declined", "bureau=A"), v))
		}
	}
	w.script = []*batch{b}
	w.build()
	if got := w.table("SELECT invited, answered, rate FROM response_rate WHERE stage = 'm2' AND period = '' ORDER BY segment"); cmp.Diff([]string{"4 1 0.25", "4 1 0.25"}, got) != "" {
		t.Error(got)
	}
}

func TestChange_SamePeopleOnly(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "isolation<:F1"))
	b := &batch{submissions: respond("m2", "2026-04-10", 1, 2, 3, 4, 5)}
	b.submissions = append(b.submissions, respond("m3", "2026-05-10", 3, 3, 3, 3)...)
	w.script = []*batch{b}
	w.build()
	// d = 2, 1, 0, −1: mean 0.5, sd 1.291; going up is worse
	want := []string{"isolation m2 m3 4 0.5 1.290994449 0.7745966692 3 0.3872983346 1 1 2 4.5"}
	got := w.table("SELECT construct, from_stage, to_stage, n, mean_change, sd_change, t, df, dz, improved, same, worsened, wilcoxon_v FROM change WHERE segment = ''")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestChange_ARehireIsNotOnePerson(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1"))
	p := person("a", "2024-01-01")
	left, _ := koe.ParseDate("2025-01-01")
	again, _ := koe.ParseDate("2026-01-01")
	p.Spells[0].LeftOn = left
	p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: again})
	w.script = []*batch{{people: []koe.Person{p}, submissions: []koe.Submission{
		answers("a", "m2", "2024-03-01", "F1=1"), answers("a", "m3", "2026-04-01", "F1=5")}}}
	w.build()
	if got := w.table("SELECT * FROM change"); len(got) != 0 {
		t.Error(got)
	}
	if got := w.table("SELECT stage, spell, cohort FROM response ORDER BY 1"); cmp.Diff([]string{"m2 1 2024Q1", "m3 2 2026Q1"}, got) != "" {
		t.Error(got)
	}
}

func TestComparison_RestIsEverybodyElse(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	b := &batch{}
	for i, v := range []int{1, 2, 3, 3, 4, 5} {
		segment := "bureau=A"
		if i >= 3 {
			segment = "bureau=B"
		}
		if i == 5 {
			segment = "hire_type=x" // belongs to no bureau, and to the rest of each
		}
		b.submissions = append(b.submissions, answers(fmt.Sprint("p", i), "m2", "2026-04-01", fmt.Sprintf("F1=%d", v), segment))
	}
	w.script = []*batch{b}
	w.build()
	want := []string{"A 3 2 3 4 -2 0.5", "B 2 3.5 4 2.75 0.75 5.5"}
	if diff := cmp.Diff(want, w.table("SELECT member, n, mean, rest_n, rest_mean, difference, u FROM comparison WHERE segment = 'bureau' ORDER BY 1")); diff != "" {
		t.Error(diff)
	}
}

func TestEdges_NothingBreaks(t *testing.T) {
	all := func(n int, list string) (out []koe.Submission) {
		for i := range n {
			out = append(out, answers(fmt.Sprint("p", i), "m2", "2026-04-01", list))
		}
		return out
	}
	for name, test := range map[string]struct {
		submissions []koe.Submission
		query       string
		want        []string
	}{
		"nobody":                    {nil, "SELECT count(*) FROM trend", []string{"0"}},
		"one person":                {all(1, "F1=3 F2=3 F3=3"), "SELECT n, mean, sd, ci_low FROM trend WHERE stage = 'm2' AND grain = 'all'", []string{"1 3 - -"}},
		"everybody the same":        {all(50, "F1=4 F2=4 F3=4"), "SELECT n, mean, sd, ci_low, ci_high, favourable FROM trend WHERE stage = 'm2' AND grain = 'all'", []string{"50 4 0 4 4 1"}},
		"no variance, no alpha":     {all(50, "F1=4 F2=4 F3=4"), "SELECT n, alpha, omega, mean_r FROM reliability WHERE stage = 'm2'", []string{"50 - - -"}},
		"all missing":               {all(9, "F1=declined F2=declined F3=skipped"), "SELECT count(*) FROM trend", []string{"0"}},
		"all missing, all present":  {all(9, "F1=declined F2=declined F3=skipped"), "SELECT count(*) FROM response", []string{"9"}},
		"a stage without answers":   {all(9, "F1=1 F2=2 F3=3"), "SELECT count(*) FROM trend WHERE stage = 'm3'", []string{"0"}},
		"everybody the same, shown": {all(50, "F1=4 F2=4 F3=4"), "SELECT n_shown, favourable, favourable_shown, withheld FROM safe_trend WHERE stage = 'm2' AND grain = 'all'", []string{"50 - ≥90 % ''"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))
			w.script = []*batch{{submissions: test.submissions}}
			w.build()
			if diff := cmp.Diff(test.want, w.table(test.query)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSums_AreExactForAMillionPeople(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1,F2,F3"))
	w.load(false)
	build, err := w.at.begin(t.Context(), w.at.current())
	if err != nil {
		t.Fatal(err)
	}
	// Scores of 7/3: their doubles do not add up to a whole number, their sixths do.
	if _, err := build.conn.ExecContext(t.Context(), `INSERT INTO response_j SELECT 'r' || i, 'p' || i, NULL, 'm2', 's', 1, '2026Q2', TIMESTAMP '2026-04-01', 'ja', 'form', '', '', '',
		DATE '2026-04-01', 1, '2026Q1', 0, false, 3, true, false, true, 1, 42, 2, 2, 3, 7, 3 FROM range(1000000) AS r(i)`); err != nil {
		t.Fatal(err)
	}
	if err := build.publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.analyze()
	if got := w.table("SELECT n, mean = 7/3, sd FROM trend WHERE stage = 'm2' AND grain = 'all'"); got[0] != "1000000 true 0" {
		t.Error(got)
	}
}

// The sums of a million people with 7 on ten items fit in eight bytes, the square of their sum does not.
func TestSums_TheirSquaresMayBeWiderThanTheyAre(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	w.load(false)
	build := w.begin()
	var sd float64
	if _, err := build.conn.ExecContext(t.Context(), macros); err != nil {
		t.Fatal(err)
	}
	err := build.conn.QueryRowContext(t.Context(), "SELECT spread(n, sum(s)::BIGINT, sum(s * s)::BIGINT, 2520) FROM (SELECT 7::BIGINT * 2520 AS s, 1000000::BIGINT AS n FROM range(1000000)) GROUP BY n").Scan(&sd)
	if err != nil || sd != 0 {
		t.Error(sd, err)
	}
}

// hypothesisWorld has one hypothesis over F1 at m2 in 2026Q2, written down before (prior) or after the wave began.
func hypothesisWorld(t *testing.T, prior bool, h koe.Hypothesis, values ...int) *world {
	t.Helper()
	j := scaleJourney([]string{"m2", "m3"}, "fit:F1")
	h.ID, h.Stage = "h", "m2"
	j.Hypotheses = []koe.Hypothesis{h}
	w := newWorld(t, j)
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if !prior {
		seen = seen.AddDate(0, 6, 0)
	}
	w.seen = map[string]map[string]time.Time{"j": {"h": seen}}
	w.script = []*batch{{submissions: respond("m2", "2026-04-10", values...)}}
	return w
}

func repeat(n, value int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = value
	}
	return out
}

func TestHypothesis_EveryBranchOfTheVerdict(t *testing.T) {
	share := koe.Hypothesis{Kind: koe.HypothesisShare, Measure: "F1", Answers: ">=4", Expect: "above", Bar: 0.5}
	wide := share
	wide.Precision = 0.05
	below := share
	below.Expect = "below"
	level := koe.Hypothesis{Kind: koe.HypothesisLevel, Measure: "fit", Expect: "above", Bar: 3}
	for name, test := range map[string]struct {
		h      koe.Hypothesis
		prior  bool
		values []int
		want   string
	}{
		"9 people are too few":                    {share, true, repeat(9, 5), "insufficient n true"},
		"20 of 20: supported":                     {share, true, repeat(20, 5), "supported '' true"},
		"written afterwards: supported, marked":   {share, false, repeat(20, 5), "supported '' false"},
		"0 of 20: the opposite":                   {share, true, repeat(20, 1), "not_supported contradicted true"},
		"expected below, 0 of 20":                 {below, true, repeat(20, 1), "supported '' true"},
		"20 of 40: a tie, narrow enough":          {share, true, append(repeat(20, 5), repeat(20, 1)...), "not_supported not_shown true"},
		"20 of 40: a tie, too wide":               {wide, true, append(repeat(20, 5), repeat(20, 1)...), "insufficient imprecise true"},
		"a mean above the bar":                    {level, true, append(repeat(15, 5), repeat(5, 3)...), "supported '' true"},
		"everybody the same, above the bar":       {level, true, repeat(12, 4), "supported '' true"},
		"everybody the same, at the bar":          {level, true, repeat(12, 3), "not_supported not_shown true"},
		"a mean below the bar, with some scatter": {level, true, append(repeat(15, 1), repeat(5, 3)...), "not_supported contradicted true"},
	} {
		t.Run(name, func(t *testing.T) {
			w := hypothesisWorld(t, test.prior, test.h, test.values...)
			w.build()
			if diff := cmp.Diff([]string{test.want}, w.table("SELECT verdict, reason, prior FROM hypothesis WHERE wave = '2026Q2'")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHypothesis_TheResponseRateIsAHurdle(t *testing.T) {
	w := hypothesisWorld(t, true, koe.Hypothesis{Kind: koe.HypothesisShare, Measure: "F1", Answers: ">=4", Expect: "above", Bar: 0.5}, repeat(20, 5)...)
	b := w.script[0]
	for i := range 100 {
		v := invite(fmt.Sprint("p", i), "m2", "2026-04-01", koe.Invited)
		if i < 20 {
			v.Status = koe.Answered
			b.submissions[i] = answered(b.submissions[i], v)
		}
		b.invitations = append(b.invitations, v)
	}
	w.build()
	if got := w.table("SELECT verdict, reason FROM hypothesis WHERE wave = ''"); cmp.Diff([]string{"insufficient rate"}, got) != "" {
		t.Error(got)
	}
}

func TestHypothesis_HolmOverThePriorOnesOfAWave(t *testing.T) {
	// 15 of 20: p = 0.0207 alone; beside a second equal one Holm doubles it to 0.0414, beside a third to 0.062.
	for n, want := range map[int]string{1: "supported ''", 2: "supported ''", 3: "not_supported weak"} {
		w := hypothesisWorld(t, true, koe.Hypothesis{Kind: koe.HypothesisShare, Measure: "F1", Answers: ">=4", Expect: "above", Bar: 0.5}, append(repeat(15, 5), repeat(5, 1)...)...)
		j := w.journeys[0]
		for i := 1; i < n; i++ {
			h := j.Hypotheses[0]
			h.ID = fmt.Sprint("h", i)
			j.Hypotheses = append(j.Hypotheses, h)
			w.seen["j"][h.ID] = w.seen["j"]["h"]
		}
		late := j.Hypotheses[0] // does not count
		late.ID = "late"
		j.Hypotheses = append(j.Hypotheses, late)
		w.build()
		if got := w.table("SELECT verdict, reason FROM hypothesis WHERE wave = '2026Q2' AND hypothesis = 'h'"); cmp.Diff([]string{want}, got) != "" {
			t.Errorf("%d: %v", n, got)
		}
	}
}

func TestHypothesis_AnOpenWaveHasNoVerdict(t *testing.T) {
	w := hypothesisWorld(t, true, koe.Hypothesis{Kind: koe.HypothesisLevel, Measure: "fit", Expect: "above", Bar: 3}, repeat(20, 5)...)
	w.script = append(w.script, &batch{submissions: respond("m2", "2026-11-10", repeat(20, 1)...)})
	for i := range w.script[1].submissions {
		w.script[1].submissions[i].Response += "again"
	}
	w.build() // as of 1 December: the fourth quarter is not over
	if got := w.table("SELECT wave, verdict, n FROM hypothesis ORDER BY 1"); cmp.Diff([]string{"'' supported 20", "2026Q2 supported 20"}, got) != "" {
		t.Error(got)
	}
}

func TestHypothesis_SupportedTwiceIsSettled(t *testing.T) {
	w := hypothesisWorld(t, true, koe.Hypothesis{Kind: koe.HypothesisLevel, Measure: "fit", Expect: "above", Bar: 3}, repeat(20, 5)...)
	w.script = append(w.script, &batch{submissions: respond("m2", "2026-08-10", repeat(20, 5)...)})
	for i := range w.script[1].submissions {
		w.script[1].submissions[i].Response += "again"
	}
	w.build()
	if got := w.table("SELECT wave, verdict, settled FROM hypothesis ORDER BY 1"); cmp.Diff([]string{"'' supported true", "2026Q2 supported false", "2026Q3 supported true"}, got) != "" {
		t.Error(got)
	}
}

func TestMeasureEffect_ExposureComesFromTheEventLog(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "isolation<:F1"))
	w.journeys[0].Measures = []koe.Measure{{ID: "mentor", Event: koe.EventMentorAssigned, Targets: []string{"isolation"}}}
	b := &batch{}
	for i := range 30 {
		key := fmt.Sprint("p", i)
		b.people = append(b.people, person(key, "2026-02-01"))
		first, second := 3+i%3, 3+i%3
		switch {
		case i < 12: // had it between the answers, and went down by 2 or 1
			second = first - 1 - i%2
			b.events = append(b.events, koe.Event{ID: key, Person: koe.PersonKey(key), Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, 4, 20)})
		case i < 15: // had it before: neither arm
			second = 1
			b.events = append(b.events, koe.Event{ID: key, Person: koe.PersonKey(key), Kind: koe.EventMentorAssigned, On: koe.NewDate(2026, 4, 1)})
		}
		b.submissions = append(b.submissions, answers(key, "m2", "2026-04-10", fmt.Sprintf("F1=%d", first)), answers(key, "m3", "2026-05-10", fmt.Sprintf("F1=%d", second)))
	}
	w.script = []*batch{b}
	w.build()
	if got := w.table("SELECT measure, treated_n, control_n, difference, ancova_difference < 0, verdict FROM measure_effect"); cmp.Diff([]string{"mentor 12 15 -1.5 true difference"}, got) != "" {
		t.Error(got)
	}
	// The three who had it before would be what is left over between the arms and all whose change is published.
	if got := w.table("SELECT difference, withheld FROM safe_measure_effect"); cmp.Diff([]string{"- complement"}, got) != "" {
		t.Error(got)
	}
}

func TestRetention_TheEndOfATermIsNoLeaving(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	b := &batch{}
	for i := range 40 {
		p := person(fmt.Sprint("p", i), "2025-01-01", "bureau="+[]string{"A", "B"}[i%2])
		if i < 10 {
			p.Spells[0].LeftOn, p.Spells[0].LeftReason = koe.NewDate(2025, 5, 1), "自己都合"
		} else if i < 15 {
			p.Spells[0].LeftOn, p.Spells[0].LeftReason = koe.NewDate(2025, 4, 1), "任期満了"
		}
		b.people = append(b.people, p)
	}
	w.script = []*batch{{people: b.people}}
	w.build()
	// 35 are at risk on 1 May, ten leave: 25/35
	want := []string{"3 35 0 1", "6 25 10 0.7142857143", "12 25 10 0.7142857143"}
	if diff := cmp.Diff(want, w.table("SELECT months, at_risk, leavers, survival FROM retention WHERE segment = '' AND months < 24 ORDER BY 1")); diff != "" {
		t.Error(diff)
	}
	if got := w.table("SELECT at_risk_shown, leavers_shown FROM safe_retention WHERE segment = '' AND months = 6"); cmp.Diff([]string{"25 10–19"}, got) != "" {
		t.Error(got)
	}
}

func TestSafe_SmallGroupsAndWhatGivesThemAway(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"m2"}, "fit:F1"))
	b := &batch{}
	person := 0
	for bureau, n := range map[string]int{"A": 4, "B": 12, "C": 30} {
		for range n {
			b.submissions = append(b.submissions, answers(fmt.Sprint("p", person), "m2", "2026-04-01", fmt.Sprintf("F1=%d", 1+person%5), "bureau="+bureau))
			person++
		}
	}
	w.script = []*batch{b}
	w.build()
	want := []string{"'' 46 false ''", "A '' true small", "B '' true complement", "C 30 false ''"}
	for _, table := range []string{"trend", "item"} {
		where := map[string]string{"trend": "stage = 'm2' AND grain = 'all'", "item": "stage = 'm2' AND period = ''"}[table]
		if diff := cmp.Diff(want, w.table("SELECT member, n_shown, mean IS NULL, withheld FROM safe_"+table+" WHERE "+where+" AND segment IN ('', 'bureau') ORDER BY 1")); diff != "" {
			t.Errorf("%s: %s", table, diff)
		}
	}
	if got := w.table("SELECT n, mean, sd, ci_low, favourable, n_shown FROM safe_trend WHERE member = 'B' AND stage = 'm2' AND grain = 'all'"); got[0] != "- - - - - ''" {
		t.Errorf("a withheld row still says %v", got)
	}
}

// Whatever is published of a random organisation, no line of the published table leaves one to four people.
func TestSafe_NoSubtractionGivesASmallGroup(t *testing.T) {
	for seed := range 6 {
		w := newWorld(t, scaleJourney([]string{"m2", "m3", "m6"}, "fit:F1,F2,F3"))
		b := &batch{}
		n := 0
		for division := range 9 {
			for range (division*7+seed*5)%13 + 1 {
				for s, stage := range []string{"m2", "m3", "m6"} {
					if (n+s+seed)%3 == 0 {
						continue
					}
					b.submissions = append(b.submissions, answers(fmt.Sprint("p", n), stage, fmt.Sprintf("2026-%02d-15", 1+(n+3*s)%9), fmt.Sprintf("F1=%d F2=%d F3=2", 1+n%5, 1+(n+s)%5),
						fmt.Sprintf("bureau=b%d", division%3), fmt.Sprintf("division=d%d", division)))
				}
				n++
			}
		}
		w.script = []*batch{{submissions: b.submissions}}
		w.build()
		for line, query := range map[string]string{
			"bureaus of everybody":    "SELECT t.stage, t.period, max(t.n) - sum(p.n) FILTER (p.withheld = '') FROM cells t JOIN cells p USING (stage, period) WHERE t.segment = '' AND p.segment = 'bureau' AND t.withheld = '' GROUP BY ALL",
			"divisions of a bureau":   "SELECT t.member, t.stage, t.period, max(t.n) - sum(p.n) FILTER (p.withheld = '') FROM cells t JOIN cells p USING (stage, period) WHERE t.segment = 'bureau' AND p.segment = 'division' AND starts_with(p.member, t.member || '/') AND t.withheld = '' GROUP BY ALL",
			"stages of a unit":        "SELECT t.member, t.period, max(t.n) - sum(p.n) FILTER (p.withheld = '') FROM cells t JOIN cells p USING (segment, member, period) WHERE t.stage = '' AND p.stage <> '' AND t.withheld = '' GROUP BY ALL",
			"quarters of a stage":     "SELECT t.member, t.stage, max(t.n) - sum(p.n) FILTER (p.withheld = '') FROM cells t JOIN cells p USING (segment, member, stage) WHERE t.period = '' AND p.period <> '' AND t.withheld = '' GROUP BY ALL",
			"the published are large": "SELECT member, stage, period, n FROM cells WHERE withheld = ''",
		} {
			for _, row := range w.table(`WITH cells AS (SELECT i.stage, i.period, i.segment, i.member, i.n, s.withheld FROM item i JOIN safe_item s USING (stage, period, question, segment, member) WHERE question = 'F1') ` + query) {
				words := strings.Fields(row)
				if rest := words[len(words)-1]; rest == "1" || rest == "2" || rest == "3" || rest == "4" {
					t.Errorf("seed %d, %s: %s", seed, line, row)
				}
			}
		}
	}
}

func TestSafe_ThresholdsCountPeopleAtARepeatedStage(t *testing.T) {
	w := newWorld(t, scaleJourney([]string{"pulse"}, "fit:F1", "mood:M1"))
	b := &batch{}
	for i := range 6 { // six people answer three times, two of them the question M1 too: six answers of two people
		for q, day := range []string{"2026-01-15", "2026-04-15", "2026-07-15"} {
			list := "F1=3"
			if i < 2 {
				list = "F1=3 M1=4"
			}
			s := answers(fmt.Sprint("p", i), "pulse", day, list, "bureau=A")
			s.ID, s.Response = fmt.Sprint(s.ID, q), fmt.Sprint(s.Response, q)
			b.submissions = append(b.submissions, s)
		}
	}
	w.script = []*batch{b}
	w.build()
	got := w.table("SELECT construct, n_shown, withheld FROM safe_trend WHERE stage = 'pulse' AND grain = 'all' AND segment = '' ORDER BY 1")
	if diff := cmp.Diff([]string{"fit 10–19 ''", "mood '' small"}, got); diff != "" {
		t.Error(diff)
	}
	got = w.table("SELECT question, withheld FROM safe_item WHERE stage = 'pulse' AND period = '' AND segment = '' ORDER BY 1")
	if diff := cmp.Diff([]string{"F1 ''", "M1 small"}, got); diff != "" {
		t.Error(diff)
	}
	// A quarter has its own people: each of the six answered once in it, although it was not their last answer.
	got = w.table("SELECT period, withheld FROM safe_trend WHERE stage = 'pulse' AND grain = 'quarter' AND construct = 'fit' AND segment = '' ORDER BY 1")
	if diff := cmp.Diff([]string{"2026Q1 ''", "2026Q2 ''", "2026Q3 ''"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestResults_DoNotDependOnTheOrderOfAnswers(t *testing.T) {
	one, other := wholeWorld(t), wholeWorld(t)
	b := *other.script[0]
	b.submissions = append([]koe.Submission(nil), b.submissions...)
	for i, j := 0, len(b.submissions)-1; i < j; i, j = i+1, j-1 {
		b.submissions[i], b.submissions[j] = b.submissions[j], b.submissions[i]
	}
	other.script = []*batch{&b}
	one.build()
	other.build()
	if differ := differing(t, one.at.current(), other.at.current()); len(differ) > 0 {
		t.Error(differ)
	}
}

// wavering is twelve quarters of five people: their means alternate between 2.8 and 3 for ten quarters, and are 5 then.
func wavering(t *testing.T, from, until string) *world {
	j := scaleJourney([]string{"pulse"}, "fit:F1")
	j.Constructs[0].BaselineFrom, j.Constructs[0].BaselineUntil = from, until
	w := newWorld(t, j)
	b := &batch{}
	for q := range 12 {
		for i := range 5 {
			value := 3
			switch {
			case q >= 10:
				value = 5
			case q%2 == 0 && i == 0:
				value = 2
			}
			b.submissions = append(b.submissions, answers(fmt.Sprint("p", q, "-", i), "pulse", fmt.Sprintf("%d-%02d-15", 2023+q/4, 1+q%4*3), fmt.Sprintf("F1=%d", value)))
		}
	}
	w.script = []*batch{b}
	return w
}

func TestSignal_TheBaselineIsFrozenByTheJourneyFile(t *testing.T) {
	tests := []struct {
		name, from, until string
		want              []string
	}{
		// 2.9 + 2.66 · 0.2
		{"the first eight points when nothing is said", "", "", []string{"2025Q3 5 2.9 3.432", "2025Q4 5 2.9 3.432"}},
		// 26/9 + 2.66 · 0.2
		{"the first nine quarters", "", "2025Q1", []string{"2025Q3 5 2.888888889 3.420888889", "2025Q4 5 2.888888889 3.420888889"}},
		// 39/12 + 2.66 · 3.8/11
		{"with the high ones in it the limits move", "2023Q1", "2025Q4", []string{"2025Q3 5 3.25 4.168909091", "2025Q4 5 3.25 4.168909091"}},
		{"four quarters are no baseline", "2025Q1", "2025Q4", []string{}},
	}
	for _, tt := range tests {
		w := wavering(t, tt.from, tt.until)
		w.build()
		if diff := cmp.Diff(tt.want, w.table("SELECT period, value, centre, limit_high FROM signal WHERE stage = 'pulse' AND segment = '' AND rule = 'outside' ORDER BY 1")); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}
