package analysis

import (
	"context"
	"slices"
	"strings"

	"koe"
	"koe/analysis/disclosure"
)

// safeHypotheses shows what was found only where the cells behind it are published; else the verdict is insufficient. The waves of
// a hypothesis and all of them together are one line.
func (a *analyzer) safeHypotheses(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Hypothesis](ctx, a, "hypothesis", "ALL")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Hypothesis) string { return r.Journey + "\x00" + r.Hypothesis }) {
		for i, reason := range a.hypothesisReasons(all[run[0].Journey], run) {
			r := &run[i]
			if reason != disclosure.Published {
				*r = Hypothesis{Journey: r.Journey, Hypothesis: r.Hypothesis, Stage: r.Stage, Wave: r.Wave, Prior: r.Prior, Bar: r.Bar,
					Verdict: insufficient, Reason: reasonSuppressed, Withheld: string(reason)}
				continue
			}
			r.N, r.NShown = shown(zero(r.N))
		}
	}
	return storeSafe(ctx, a, "hypothesis", rows)
}

// hypothesisReasons decides for the rows of one hypothesis.
func (a *analyzer) hypothesisReasons(s *safety, run []Hypothesis) []disclosure.Reason {
	groups := make([]disclosure.Group, len(run))
	line := disclosure.Line{Total: -1}
	for i := range run {
		r := &run[i]
		groups[i] = disclosure.Group{N: int(zero(r.N)), K: a.fewestBehind(s, r), Withheld: a.hypothesisReason(s, r)}
		if r.Wave == "" {
			line.Total = i
		} else {
			line.Parts = append(line.Parts, i)
		}
	}
	j, ok := a.layout.journey(run[0].Journey)
	if !ok {
		return slices.Repeat([]disclosure.Reason{disclosure.Small}, len(run))
	}
	h := j.hypothesis(run[0].Hypothesis)
	if h != nil && (h.Kind == koe.HypothesisContrast || h.Kind == koe.HypothesisPeak) {
		line.Total = -1 // n is that of the smaller side: it does not add up
	}
	var lines []disclosure.Line
	if line.Total >= 0 {
		lines = append(lines, line)
	}
	if h != nil && h.Kind == koe.HypothesisChange && line.Total >= 0 { // the change of everybody, of which a part may wait for its verdict
		k, of := max(s.k, fewestPairs), [3]string{h.Measure, h.From, h.Stage}
		waiting := max(int(s.paired[of])-groups[line.Total].N, 0)
		all, wait := len(groups), len(groups)+1
		groups = append(groups, disclosure.Group{N: groups[line.Total].N + waiting, K: k, Withheld: s.changed[of]}, disclosure.Group{N: waiting, K: k, Withheld: disclosure.Complement})
		lines = append(lines, disclosure.Line{Total: all, Parts: []int{line.Total, wait}}, disclosure.Line{Total: all, Parts: append(slices.Clone(line.Parts), wait)})
	}
	if h != nil && h.Kind == koe.HypothesisChange {
		groups, lines = s.besidePastChanges(h, groups, line.Parts, lines)
	}
	return disclosure.DecideLines(groups, lines)[:len(run)]
}

// besidePastChanges adds a line for each earlier release that showed the change of everybody: it is known, and was that of the first
// waves. What is not told of these must not be a few.
func (s *safety) besidePastChanges(h *koe.Hypothesis, groups []disclosure.Group, waves []int, lines []disclosure.Line) ([]disclosure.Group, []disclosure.Line) {
	to, ok := s.cell("", "", h.Stage, slice{})
	if !ok {
		return groups, lines
	}
	k := max(s.k, fewestPairs)
	for _, v := range s.past[figureName("change", h.Measure, h.From, h.Stage)][to] {
		total, rest := len(groups), v.N
		var parts []int
		for _, wave := range waves {
			if groups[wave].N > rest {
				break
			}
			parts, rest = append(parts, wave), rest-groups[wave].N
		}
		if v.Fresh && len(parts) > 0 {
			groups = append(groups, disclosure.Group{N: v.N, K: k}, disclosure.Group{N: rest, K: k, Withheld: disclosure.Complement})
			lines = append(lines, disclosure.Line{Total: total, Parts: append(parts, total+1)})
		}
	}
	return groups, lines
}

func (l *journeyLayout) hypothesis(id string) *koe.Hypothesis {
	for i := range l.Hypotheses {
		if l.Hypotheses[i].ID == id {
			return &l.Hypotheses[i]
		}
	}
	return nil
}

// fewestBehind is how many people must stand behind what was found: pairs of answers, commenters, or people.
func (a *analyzer) fewestBehind(s *safety, r *Hypothesis) int {
	if journey, ok := a.layout.journey(r.Journey); ok {
		switch h := journey.hypothesis(r.Hypothesis); {
		case h == nil:
		case h.Kind == koe.HypothesisChange:
			return max(s.k, fewestPairs)
		case h.Kind == koe.HypothesisTheme:
			return max(s.k, a.safety.MinComments)
		}
	}
	return s.k
}

func (a *analyzer) hypothesisReason(s *safety, r *Hypothesis) disclosure.Reason {
	if zero(r.N) < int64(a.fewestBehind(s, r)) {
		return disclosure.Small
	}
	journey, ok := a.layout.journey(r.Journey)
	if !ok {
		return disclosure.Small
	}
	at := quarterSlice(r.Wave)
	reason := disclosure.Reason(s.reason(s.base, "", "", r.Stage, at))
	h := journey.hypothesis(r.Hypothesis)
	if h == nil {
		return reason
	}
	if h.Kind == koe.HypothesisChange {
		reason = worse(reason, heldBack(s.changed[[3]string{h.Measure, h.From, r.Stage}])) // single waves add up to it
	}
	if h.From != "" {
		reason = worse(reason, disclosure.Reason(s.reason(s.base, "", "", h.From, slice{})))
	}
	if h.Kind == koe.HypothesisPeak { // against every other stage
		for _, stage := range s.stages[1:] {
			if s.reason(s.base, "", "", stage, slice{}) == string(disclosure.Release) {
				reason = worse(reason, disclosure.Release)
			}
			if c, ok := s.cell("", "", stage, at); ok && s.measured(h.Measure, c) {
				reason = worse(reason, s.measure(h.Measure, "", "", stage, at))
			}
		}
	}
	if h.Kind == koe.HypothesisTheme { // it is of the commenters
		reason = worse(reason, disclosure.Reason(s.reason(s.voices, "", "", r.Stage, at)))
	} else {
		reason = worse(reason, s.measure(h.Measure, "", "", r.Stage, at), s.besideMeasure(journey, r, h, at))
	}
	if _, measure := journey.measureOfGroups(h); measure {
		return reason
	}
	for _, group := range h.Groups {
		segment, member, _ := strings.Cut(group, "=")
		reason = worse(reason, disclosure.Reason(s.reason(s.base, segment, member, r.Stage, at)), s.measure(h.Measure, segment, member, r.Stage, at))
	}
	return reason
}

// measure is what was decided for the figures of a construct or question in a cell.
func (s *safety) measure(id, segment, member, stage string, at slice) disclosure.Reason {
	reasons := s.trend[id]
	if reasons == nil {
		reasons = s.items[id]
	}
	if reasons == nil { // nobody answered, or what is not counted
		return disclosure.Published
	}
	return disclosure.Reason(s.reason(reasons, segment, member, stage, at))
}

// measured reports whether anybody in a cell has a value.
func (s *safety) measured(id string, cell int) bool {
	n := s.scored[id]
	if n == nil {
		n = s.answered[id]
	}
	return n != nil && n[cell] > 0
}

// besideMeasure decides over those whose values are in the published figures of what a hypothesis measures, and not in what was found, or
// the other way round (METHOD 5.2, subset rule).
func (s *safety) besideMeasure(j *journeyLayout, r *Hypothesis, h *koe.Hypothesis, at slice) disclosure.Reason {
	cell, ok := s.cell("", "", r.Stage, at)
	if !ok {
		return disclosure.Small
	}
	few := false
	switch h.Kind {
	case koe.HypothesisLevel, koe.HypothesisShare:
		if answered := s.answered[h.Measure]; answered != nil {
			apart := max(int64(answered[cell])-zero(r.N), zero(r.N)-int64(answered[cell]))
			few = apart > 0 && (apart < int64(s.k) || j.familyOf(h.Measure) != nil) // of a scale: the item stands on those who answered all of it
		} else if scored := s.scored[h.Measure]; scored != nil { // waves of which there is no verdict yet are in the scores
			few = leaves(int64(scored[cell]), zero(r.N), s.k)
		}
	case koe.HypothesisChange:
		if pairs := s.paired[[3]string{h.Measure, h.From, r.Stage}]; r.Wave == "" { // the change has the pairs of every wave
			few = leaves(pairs, zero(r.N), max(s.k, fewestPairs))
		}
		if scored := s.scored[h.Measure]; scored != nil && r.Wave == "" && !few {
			from, _ := s.cell("", "", h.From, slice{})
			few = leaves(max(int64(scored[cell])-zero(r.N), 0)+max(int64(scored[from])-zero(r.N), 0), 0, s.k)
		}
	case koe.HypothesisAssociation:
		for _, id := range []string{h.Measure, h.With} {
			if answered := s.answered[id]; answered != nil {
				few = few || leaves(int64(answered[cell]), zero(r.N), s.k)
			}
			few = few || s.leavesOf(id, r.Stage, at, zero(r.N))
		}
	case koe.HypothesisContrast: // of the last answer of each person
		few = leaves(int64(s.n.n[cell]), int64(s.n.people[cell]), s.k)
	}
	if few {
		return disclosure.Complement
	}
	return disclosure.Published
}
