package analysis

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/analysis/stats"
)

// The verdicts and reasons of METHOD 4.
const (
	supported    = "supported"
	notSupported = "not_supported"
	insufficient = "insufficient"

	reasonN            = "n"            // too few people
	reasonRate         = "rate"         // too few of those asked answered
	reasonSuppressed   = "suppressed"   // the cell is withheld
	reasonContradicted = "contradicted" // the opposite holds
	reasonImprecise    = "imprecise"    // 推定の幅が広い
	reasonWeak         = "weak"         // it would hold alone, not beside the other hypotheses
	reasonNotShown     = "not_shown"
)

// waveOf is one row of models/hypothesis_wave.sql.
type waveOf struct {
	Journey    string    `db:"journey"`
	Hypothesis string    `db:"hypothesis"`
	Stage      string    `db:"stage"`
	Wave       string    `db:"wave"`
	SeenAt     time.Time `db:"seen_at"` // zero: unknown
	BeganAt    time.Time `db:"began_at"`
	ClosesOn   time.Time `db:"closes_on"`
	Invited    int64     `db:"invited"`
}

// closed reports whether the wave's quarter is over and nobody can answer any more.
func (w *waveOf) closed(today koe.Date) bool {
	number := quarterNumber(w.Wave) + 1 // the next quarter
	next := koe.NewDate(number/4, time.Month(1+3*(number%4)), 1)
	return !today.Before(next) && koe.DateOf(w.ClosesOn).Before(today)
}

// hypothesis fills the table hypothesis (METHOD 4): each hypothesis in each closed wave of its stage, and in all of them
// together. A wave that is still open has no row: interim looks show no verdict.
func (a *analyzer) hypothesis(ctx context.Context) error {
	rows, err := query[evidence](ctx, a, "hypothesis")
	if err != nil {
		return err
	}
	waves, err := query[waveOf](ctx, a, "hypothesis_wave")
	if err != nil {
		return err
	}
	all := file{}
	all.add(rows)
	var out []Hypothesis
	for _, journey := range a.layout.journeys {
		for i := range journey.Hypotheses {
			h := &journey.Hypotheses[i]
			tested, err := a.testOver(ctx, journey, h, all, waves)
			if err != nil {
				return err
			}
			out = append(out, tested...)
		}
		judge(out[len(out)-countOf(out, journey.ID):], journey)
	}
	return storeMain(ctx, a, "hypothesis", out)
}

// supposed lists the numbers of the constructs and questions that hypotheses are about, for SQL; NULL where there are none.
func (l *layout) supposed() (scales, items string) {
	var s, q []string
	for _, journey := range l.journeys {
		about := func(id string) bool {
			return slices.ContainsFunc(journey.Hypotheses, func(h koe.Hypothesis) bool { return h.Measure == id })
		}
		for _, c := range journey.constructs {
			if about(c.ID) {
				s = append(s, strconv.Itoa(c.number))
			}
		}
		for _, question := range journey.questions {
			if about(question.ID) {
				q = append(q, strconv.Itoa(question.number))
			}
		}
	}
	return cmp.Or(strings.Join(s, ", "), "NULL"), cmp.Or(strings.Join(q, ", "), "NULL")
}

func countOf(rows []Hypothesis, journey string) (n int) {
	for _, row := range rows {
		if row.Journey == journey {
			n++
		}
	}
	return n
}

// testOver tests one hypothesis in each closed wave, and in all of them together when there are any.
func (a *analyzer) testOver(ctx context.Context, journey *journeyLayout, h *koe.Hypothesis, all file, waves []waveOf) (out []Hypothesis, err error) {
	var closed []string
	var began time.Time
	var seen time.Time
	for _, w := range waves {
		if w.Journey != journey.ID || w.Hypothesis != h.ID || w.Stage != h.Stage || !w.closed(a.today) {
			continue
		}
		closed = append(closed, w.Wave)
		if began.IsZero() || w.BeganAt.Before(began) {
			began = w.BeganAt
		}
		seen = w.SeenAt
		row, err := a.test(ctx, journey, h, all, []string{w.Wave})
		if err != nil {
			return nil, err
		}
		row.Wave, row.Prior = w.Wave, !w.SeenAt.IsZero() && !w.SeenAt.After(w.BeganAt) // a dispatch notes hypotheses before it invites, at the same now
		out = append(out, row)
	}
	if len(closed) == 0 {
		return nil, nil
	}
	row, err := a.test(ctx, journey, h, all, closed)
	if err != nil {
		return nil, err
	}
	row.Prior = !seen.IsZero() && !seen.After(began)
	return append([]Hypothesis{row}, out...), nil
}

// test fills in everything but the verdict. Reason holds what makes it untestable, for judge.
func (a *analyzer) test(ctx context.Context, journey *journeyLayout, h *koe.Hypothesis, all file, waves []string) (Hypothesis, error) {
	t := &trial{a, journey, h, all, waves}
	f, err := t.find(ctx)
	if err != nil {
		return Hypothesis{}, fmt.Errorf("hypothesis %s: %w", h.ID, err)
	}
	bar := h.Bar
	row := Hypothesis{Journey: journey.ID, Hypothesis: h.ID, Stage: h.Stage, N: whole(f.n), Bar: &bar}
	if f.effectiveComparison {
		row.Estimate, row.CILow, row.CIHigh, row.Effect, row.P = figure(f.estimate), figure(f.ci.Low), figure(f.ci.High), figure(f.effect), figure(f.p)
	}
	var invited, answered int64
	for _, e := range all.over(exhibit{source: "rate", journey: journey.ID, stage: h.Stage}, waves) {
		invited, answered = invited+e.A*e.N, answered+e.B*e.N
	}
	switch {
	case f.n < int64(journey.MinN) || !f.effectiveComparison:
		row.Reason = reasonN
	case invited > 0 && float64(answered)/float64(invited) < journey.MinRate:
		row.Reason = reasonRate
	case f.opposite <= journey.Alpha:
		row.Reason = reasonContradicted
	case halfWidth(f.ci) > precisionOf(h):
		row.Reason = reasonImprecise
	}
	return row, nil
}

func halfWidth(ci stats.Interval) float64 { return (ci.High - ci.Low) / 2 }

// precisionOf is the largest half-width of the interval with which "not supported" may be said.
func precisionOf(h *koe.Hypothesis) float64 {
	switch {
	case h.Precision > 0:
		return h.Precision
	case h.Kind == koe.HypothesisShare, h.Kind == koe.HypothesisTheme, h.Kind == koe.HypothesisAssociation:
		return 0.20
	default:
		return 0.5
	}
}

// judge adjusts p over the testable prior hypotheses of each stage and wave (Holm) and gives the verdicts in the order of
// METHOD 4. Rows are of one journey.
func judge(rows []Hypothesis, journey *journeyLayout) {
	families := map[string][]int{}
	for i := range rows {
		if r := &rows[i]; r.Prior && r.Reason != reasonN && r.Reason != reasonRate {
			families[r.Stage+"\x00"+r.Wave] = append(families[r.Stage+"\x00"+r.Wave], i)
		}
	}
	for _, family := range families {
		ps := make([]float64, len(family))
		for i, at := range family {
			ps[i] = *rows[at].P
		}
		for i, p := range stats.Holm(ps) {
			rows[family[i]].PAdjusted = figure(p)
		}
	}
	for i := range rows {
		rows[i].decide(journey.Alpha)
	}
	for i := range rows {
		rows[i].Settled = settled(rows, &rows[i])
	}
}

// decide gives the verdict: Reason says so far what stands against it.
func (r *Hypothesis) decide(alpha float64) {
	p := math.NaN()
	if r.P != nil {
		p = *r.P
	}
	adjusted := p // one that was written afterwards leaves the family and carries its mark
	if r.PAdjusted != nil {
		adjusted = *r.PAdjusted
	}
	switch {
	case r.Reason == reasonN, r.Reason == reasonRate, r.Reason == reasonSuppressed:
		r.Verdict = insufficient
	case adjusted <= alpha:
		r.Verdict, r.Reason = supported, ""
	case r.Reason == reasonContradicted:
		r.Verdict = notSupported
	case r.Reason == reasonImprecise:
		r.Verdict = insufficient
	case p <= alpha:
		r.Verdict, r.Reason = notSupported, reasonWeak
	default:
		r.Verdict, r.Reason = notSupported, reasonNotShown
	}
}

// settled reports whether a hypothesis was supported in this wave and the one before it (for all waves together: in the
// last two).
func settled(rows []Hypothesis, of *Hypothesis) bool {
	var history []*Hypothesis
	for i := range rows {
		if r := &rows[i]; r.Hypothesis == of.Hypothesis && r.Wave != "" && (of.Wave == "" || r.Wave <= of.Wave) {
			history = append(history, r)
		}
	}
	slices.SortFunc(history, func(a, b *Hypothesis) int { return strings.Compare(a.Wave, b.Wave) })
	n := len(history)
	return n >= 2 && history[n-1].Verdict == supported && history[n-2].Verdict == supported
}
