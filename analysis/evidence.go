package analysis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"koe"
	"koe/analysis/stats"
)

// evidence is one row of models/hypothesis.sql: how many people have a value, or two.
type evidence struct {
	Source  string `db:"source"`
	Journey string `db:"journey"`
	ID      string `db:"id"`
	Stage   string `db:"stage"`
	Other   string `db:"other"`
	Wave    string `db:"wave"`
	A       int64  `db:"a"`
	B       int64  `db:"b"`
	N       int64  `db:"n"`
}

// exhibit names the evidence of one thing in one wave.
type exhibit struct {
	source, journey, id, stage, other, wave string
}

// file is all evidence, by what it is about.
type file map[exhibit][]evidence

func (f file) add(rows []evidence) {
	for _, row := range rows {
		key := exhibit{row.Source, row.Journey, row.ID, row.Stage, row.Other, row.Wave}
		f[key] = append(f[key], row)
	}
}

// over gathers the evidence of several waves, added up by value.
func (f file) over(key exhibit, waves []string) []evidence {
	sums := map[[2]int64]evidence{}
	for _, wave := range waves {
		key.wave = wave
		for _, row := range f[key] {
			sum, ok := sums[[2]int64{row.A, row.B}]
			if ok {
				row.N += sum.N
			}
			sums[[2]int64{row.A, row.B}] = row
		}
	}
	out := make([]evidence, 0, len(sums))
	for _, row := range sums {
		out = append(out, row)
	}
	slices.SortFunc(out, func(x, y evidence) int {
		if x.A != y.A {
			return int(min(max(x.A-y.A, -1), 1))
		}
		return int(min(max(x.B-y.B, -1), 1))
	})
	return out
}

// finding is what one hypothesis comes to before the verdict: the estimate with its 90 % interval, both one-sided p.
type finding struct {
	n                   int64
	estimate, effect    float64
	ci                  stats.Interval
	p, opposite         float64
	effectiveComparison bool // there was something to test
}

// trial tests one hypothesis on the evidence of some waves.
type trial struct {
	a       *analyzer
	journey *journeyLayout
	h       *koe.Hypothesis
	file    file
	waves   []string
}

const confidence = 0.90 // of the interval of a hypothesis, two-sided

func (t *trial) find(ctx context.Context) (finding, error) {
	switch t.h.Kind {
	case koe.HypothesisLevel:
		return t.mean(t.values(t.h.Measure, t.h.Stage)), nil
	case koe.HypothesisShare:
		return t.share()
	case koe.HypothesisChange:
		return t.mean(t.histogram(exhibit{"pair", t.journey.ID, t.h.Measure, t.h.Stage, t.h.From, ""})), nil
	case koe.HypothesisContrast:
		return t.contrast(ctx)
	case koe.HypothesisPeak:
		return t.peak(), nil
	case koe.HypothesisAssociation:
		return t.association(), nil
	case koe.HypothesisTheme:
		return t.theme(ctx)
	}
	return finding{}, koe.Errorf(koe.Internal, "hypothesis %s: there is no kind %q", t.h.ID, t.h.Kind)
}

func (t *trial) histogram(key exhibit) stats.Histogram {
	return histogram(t.file.over(key, t.waves), t.journey.unitOf(t.h.Measure), func(e *evidence) (int64, int64) { return e.A, e.N })
}

// values gives the scores of a construct, or the answers to a question, at a stage.
func (t *trial) values(id, stage string) stats.Histogram {
	source := "answer"
	if _, ok := t.journey.Construct(id); ok {
		source = "score"
	}
	return t.histogram(exhibit{source, t.journey.ID, id, stage, "", ""})
}

// sided gives the p for the expected side and the other one, from a t statistic; with no spread t is without end.
func (t *trial) sided(estimate float64, test stats.Test) (p, opposite float64) {
	distance := estimate - t.h.Bar
	if t.below() {
		distance = -distance
	}
	if test.DF > 0 && test.P == test.P {
		statistic := test.T
		if t.below() {
			statistic = -statistic
		}
		return stats.TUpper(statistic, test.DF), stats.TUpper(-statistic, test.DF)
	}
	switch {
	case distance > 0:
		return 0, 1
	case distance < 0:
		return 1, 0
	}
	return 1, 1
}

func (t *trial) below() bool { return t.h.Expect == "below" }

// mean tests the mean of a distribution against the bar (kinds level and change).
func (t *trial) mean(h stats.Histogram) finding {
	s := stats.Describe(h)
	f := finding{n: s.N}
	if s.N < 2 {
		return f
	}
	test := stats.OneSample(s, t.h.Bar, confidence)
	f.estimate, f.ci, f.effectiveComparison = s.Mean, test.CI, true
	f.p, f.opposite = t.sided(s.Mean, test)
	f.effect = (s.Mean - t.h.Bar) / s.SD
	if t.h.Kind == koe.HypothesisChange {
		f.effect = s.Mean / s.SD
	}
	return f
}

// proportion tests x of n against the bar (kinds share and theme).
func (t *trial) proportion(x, n int64) finding {
	f := finding{n: n}
	if n == 0 {
		return f
	}
	f.estimate, f.ci, f.effectiveComparison = float64(x)/float64(n), stats.Wilson(x, n, confidence), true
	f.effect = f.estimate - t.h.Bar
	f.p, f.opposite = stats.BinomialUpper(x, n, t.h.Bar), stats.BinomialLower(x, n, t.h.Bar)
	if t.below() {
		f.p, f.opposite = f.opposite, f.p
	}
	return f
}

func (t *trial) share() (finding, error) {
	matches, err := t.condition()
	if err != nil {
		return finding{}, err
	}
	var x, n int64
	multi := t.journey.byQuestion[t.h.Measure] != nil && t.journey.byQuestion[t.h.Measure].Kind == koe.KindMulti
	unit := t.journey.unitOf(t.h.Measure)
	for _, e := range t.file.over(exhibit{"answer", t.journey.ID, t.h.Measure, t.h.Stage, "", ""}, t.waves) {
		if !multi || e.A == 0 { // of several choices, 0 counts who chose anything
			n += e.N
		}
		if (!multi || e.A != 0) && matches(float64(e.A)/unit) {
			x += e.N
		}
	}
	return t.proportion(x, n), nil
}

// condition reads answers: an operator and a number, or an option's value.
func (t *trial) condition() (func(float64) bool, error) {
	text := strings.TrimSpace(t.h.Answers)
	operator := strings.TrimRight(text, "0123456789.-+ ")
	operand := strings.TrimSpace(text[len(operator):])
	for _, known := range []string{">=", "<=", "==", "!=", ">", "<"} {
		if rest, ok := strings.CutPrefix(text, known); ok {
			operator, operand = known, strings.Trim(strings.TrimSpace(rest), `'"`)
			break
		}
	}
	bar, err := strconv.ParseFloat(operand, 64)
	if question := t.journey.byQuestion[t.h.Measure]; question != nil && len(question.Options) > 0 {
		at := slices.IndexFunc(question.Options, func(o koe.Option) bool { return o.Value == operand })
		if at < 0 {
			return nil, koe.Errorf(koe.Invalid, "hypothesis %s: %s has no option %q", t.h.ID, t.h.Measure, operand)
		}
		bar, err = float64(at+1), nil
	}
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "hypothesis %s: answers %q is no condition; write it as \">=4\"", t.h.ID, t.h.Answers)
	}
	switch operator {
	case ">=":
		return func(x float64) bool { return x >= bar }, nil
	case "<=":
		return func(x float64) bool { return x <= bar }, nil
	case "==":
		return func(x float64) bool { return x == bar }, nil
	case "!=":
		return func(x float64) bool { return x != bar }, nil
	case ">":
		return func(x float64) bool { return x > bar }, nil
	case "<":
		return func(x float64) bool { return x < bar }, nil
	}
	return nil, koe.Errorf(koe.Invalid, "hypothesis %s: answers %q is no condition; write it as \">=4\"", t.h.ID, t.h.Answers)
}

// difference tests mean(a) − mean(b) against the bar.
func (t *trial) difference(a, b stats.Summary) finding {
	f := finding{n: min(a.N, b.N)}
	if f.n < 2 {
		return f
	}
	test := stats.Welch(a, b, t.h.Bar, confidence)
	f.estimate, f.ci, f.effect, f.effectiveComparison = a.Mean-b.Mean, test.CI, stats.HedgesG(a, b), true
	f.p, f.opposite = t.sided(f.estimate, test)
	return f
}

func (t *trial) contrast(ctx context.Context) (finding, error) {
	var groups [2]stats.Histogram
	if _, ok := t.journey.measureOfGroups(t.h); ok {
		key := exhibit{source: "contrast", journey: t.journey.ID, id: t.h.ID, other: "yes"}
		yes := t.file.over(key, t.waves)
		key.other = "all"
		no := slices.DeleteFunc(t.file.over(key, t.waves), func(e evidence) bool { return e.N == 0 })
		for i := range no {
			for _, e := range yes {
				if e.A == no[i].A {
					no[i].N -= e.N
				}
			}
		}
		no = slices.DeleteFunc(no, func(e evidence) bool { return e.N == 0 })
		bin := func(e *evidence) (int64, int64) { return e.A, e.N }
		unit := t.journey.unitOf(t.h.Measure)
		first, second := histogram(yes, unit, bin), histogram(no, unit, bin)
		if strings.HasSuffix(t.h.Groups[0], "=no") {
			first, second = second, first
		}
		groups = [2]stats.Histogram{first, second}
	} else {
		var err error
		if groups, err = t.members(ctx); err != nil {
			return finding{}, err
		}
	}
	return t.difference(stats.Describe(groups[0]), stats.Describe(groups[1])), nil
}

// members gives the values of the two segment members of a contrast: bureau=総務局, bureau=会計局.
func (t *trial) members(ctx context.Context) (groups [2]stats.Histogram, err error) {
	if len(t.h.Groups) != 2 {
		return groups, koe.Errorf(koe.Invalid, "hypothesis %s: a contrast has two groups", t.h.ID)
	}
	text, err := t.a.modelSQL("hypothesis_group")
	if err != nil {
		return groups, err
	}
	for i, group := range t.h.Groups {
		segment, member, _ := strings.Cut(group, "=")
		rows, err := readRows[evidence](ctx, t.a.conn, text, segment, member, member)
		if err != nil {
			return groups, fmt.Errorf("hypothesis %s: %w", t.h.ID, err)
		}
		f := file{}
		f.add(rows)
		own := *t
		own.file = f
		source := "answer"
		if _, ok := t.journey.Construct(t.h.Measure); ok {
			source = "score"
		}
		groups[i] = own.histogram(exhibit{source, t.journey.ID, t.h.Measure, t.h.Stage, member, ""})
	}
	return groups, nil
}

// peak compares the stage with every other that asks the same: the weakest of these comparisons is the finding
// (intersection–union).
func (t *trial) peak() finding {
	own := stats.Describe(t.values(t.h.Measure, t.h.Stage))
	var weakest finding
	smallest := own.N
	for i := range t.journey.Stages {
		stage := &t.journey.Stages[i]
		if stage.ID == t.h.Stage || !t.asks(stage) {
			continue
		}
		other := stats.Describe(t.values(t.h.Measure, stage.ID))
		smallest = min(smallest, other.N)
		f := t.difference(own, other)
		if f.effectiveComparison && (!weakest.effectiveComparison || f.p > weakest.p) {
			weakest = f
		}
	}
	weakest.n = smallest
	return weakest
}

// asks reports whether a stage asks the measure of the hypothesis.
func (t *trial) asks(stage *koe.Stage) bool {
	survey, ok := t.journey.Survey(stage.Survey)
	if !ok {
		return false
	}
	for _, c := range t.journey.constructs {
		if c.ID == t.h.Measure {
			return c.asks(survey)
		}
	}
	return slices.Contains(survey.Asked(), t.h.Measure)
}

// association tests a correlation; its bar is 0.
func (t *trial) association() finding {
	var n, sx, sy, sxx, sxy, syy float64
	ux, uy := t.journey.unitOf(t.h.Measure), t.journey.unitOf(t.h.With)
	rows := t.file.over(exhibit{source: "cross", journey: t.journey.ID, id: t.h.ID}, t.waves)
	for _, e := range rows {
		w := float64(e.N)
		n, sx, sy = n+w, sx+w*float64(e.A)/ux, sy+w*float64(e.B)/uy
	}
	for _, e := range rows {
		w, dx, dy := float64(e.N), float64(e.A)/ux-sx/n, float64(e.B)/uy-sy/n
		sxx, sxy, syy = sxx+w*dx*dx, sxy+w*dx*dy, syy+w*dy*dy
	}
	f := finding{n: int64(n)}
	if n < 4 || sxx <= 0 || syy <= 0 {
		return f
	}
	r := min(max(sxy/(math.Sqrt(sxx)*math.Sqrt(syy)), -1), 1)
	test := stats.Pearson(r, int64(n), confidence)
	f.estimate, f.ci, f.effect, f.effectiveComparison = r, test.CI, r, true
	f.p, f.opposite = t.sided(r, test)
	return f
}

// theme tests the share of commenters who speak of a theme as an issue.
func (t *trial) theme(ctx context.Context) (finding, error) {
	var x, n int64
	for _, wave := range t.waves {
		rows, err := readRows[themeCount](ctx, t.a.conn, `SELECT coalesce(max(people) FILTER (theme = $1 AND valence = 'issue'), 0)::BIGINT AS people,
			coalesce(max(commenters), 0)::BIGINT AS commenters FROM theme WHERE journey = $2 AND stage = $3 AND period = $4 AND segment = ''`,
			t.h.Measure, t.journey.ID, t.h.Stage, wave)
		if err != nil {
			return finding{}, err
		}
		for _, row := range rows {
			x, n = x+row.People, n+row.Commenters
		}
	}
	return t.proportion(x, n), nil
}

type themeCount struct {
	People     int64 `db:"people"`
	Commenters int64 `db:"commenters"`
}
