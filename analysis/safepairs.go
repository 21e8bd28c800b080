package analysis

import (
	"context"

	"koe/analysis/disclosure"
)

// worse is the reason of the first that is withheld.
func worse(reasons ...disclosure.Reason) disclosure.Reason {
	for _, reason := range reasons {
		if reason != disclosure.Published {
			return reason
		}
	}
	return disclosure.Published
}

// leaves reports whether what is left over between two published groups, one inside the other, is 1 to k−1 people
// (METHOD 5.2, subset rule).
func leaves(all, part int64, k int) bool { return all > part && all-part < int64(k) }

// leavesOf is leaves for n scores of a construct among all of everybody at a stage. A person who answered again may stand behind
// several of what is left.
func (s *safety) leavesOf(construct, stage string, at slice, n int64) bool {
	scored := s.scored[construct]
	c, ok := s.cell("", "", stage, at)
	if scored == nil || !ok || int64(scored[c]) == n {
		return false
	}
	return leaves(max(int64(s.people[construct][c]), n+1), n, s.k)
}

// safeComparisons protects the comparisons and the shrunk means: they go with the member's score.
func (a *analyzer) safeComparisons(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Comparison](ctx, a, "comparison", "ALL")
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		r.Withheld = all[r.Journey].besideTotal(r.Construct, r.Segment, r.Member, r.Stage)
		if r.Withheld == "" && !a.tested(all[r.Journey].whoScored(r), all[r.Journey].restScored(r)) {
			r.Withheld = string(disclosure.Small)
		}
		if r.Withheld != "" {
			*r = Comparison{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Segment: r.Segment, Member: r.Member, Withheld: r.Withheld}
			continue
		}
		r.N, r.NShown = shown(zero(r.N))
		if r.RestN, r.RestNShown = shown(zero(r.RestN)); r.N == nil || r.RestN == nil {
			r.U, r.DF = nil, nil // with the p they would give n away
		}
	}
	shrunken, err := readMain[Shrunk](ctx, a, "shrunk", "ALL")
	if err != nil {
		return err
	}
	moved := movedLists(all, shrunken)
	for i := range shrunken {
		r := &shrunken[i]
		r.Withheld = all[r.Journey].besideTotal(r.Construct, r.Segment, r.Member, r.Stage)
		if r.Withheld == "" && moved[listOf(r)] {
			r.Withheld = string(disclosure.Release)
		}
		if r.Withheld != "" {
			*r = Shrunk{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Segment: r.Segment, Member: r.Member, Ranked: r.Ranked, Withheld: r.Withheld}
			continue
		}
		if r.N, r.NShown = shown(zero(r.N)); r.N == nil {
			r.Weight = nil // it grows with n
		}
	}
	return joined(storeSafe(ctx, a, "comparison", rows), storeSafe(ctx, a, "shrunk", shrunken))
}

// whoScored is how many different people, at least, are behind the member's side of a comparison.
func (s *safety) whoScored(r *Comparison) *int64 {
	c, ok := s.cell(r.Segment, r.Member, r.Stage, slice{})
	if people := s.people[r.Construct]; ok && people != nil {
		return whole(int64(people[c]))
	}
	return nil
}

// restScored is how many different people, at least, are behind the other side: those who scored at the stage, less the member's answers.
// Whoever answered several times may stand on both sides.
func (s *safety) restScored(r *Comparison) *int64 {
	everybody, ok := s.cell("", "", r.Stage, slice{})
	c, known := s.cell(r.Segment, r.Member, r.Stage, slice{})
	if people := s.people[r.Construct]; ok && known && people != nil {
		return whole(min(zero(r.RestN), int64(people[everybody]-s.scored[r.Construct][c])))
	}
	return r.RestN
}

// besideTotal gives the reason of a member's score that stands beside everybody's: what is known of both tells the rest.
func (s *safety) besideTotal(construct, segment, member, stage string) string {
	reasons := s.trend[construct]
	if reason := s.reason(reasons, segment, member, stage, slice{}); reason != "" {
		return reason
	}
	return s.reason(reasons, "", "", stage, slice{})
}

// shrunkList is the members whose means are drawn towards one mean.
type shrunkList struct{ journey, construct, stage, segment string }

func listOf(r *Shrunk) shrunkList { return shrunkList{r.Journey, r.Construct, r.Stage, r.Segment} }

// movedLists finds the lists in which somebody's mean must stay as it was published: the new mean of all would tell it.
func movedLists(all map[string]*safety, rows []Shrunk) map[shrunkList]bool {
	moved := map[shrunkList]bool{}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		if s.reason(s.trend[r.Construct], r.Segment, r.Member, r.Stage, slice{}) == string(disclosure.Release) {
			moved[listOf(r)] = true
		}
	}
	return moved
}

// safeSeries protects trend tests and signals. A test is of ranks and medians over a whole line (wholeLine). A signal shows the mean of a quarter and of the
// baseline: each of these quarters must be published.
func (a *analyzer) safeSeries(ctx context.Context, all map[string]*safety) error {
	tests, err := readMain[TrendTest](ctx, a, "trend_test", "ALL")
	if err != nil {
		return err
	}
	for i := range tests {
		r := &tests[i]
		if r.Withheld = string(all[r.Journey].wholeLine(r)); r.Withheld != "" {
			*r = TrendTest{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Grain: r.Grain, Segment: r.Segment, Member: r.Member, Withheld: r.Withheld}
		}
	}
	signals, err := readMain[Signal](ctx, a, "signal", "ALL")
	if err != nil {
		return err
	}
	for i := range signals {
		r := &signals[i]
		if r.Withheld = string(all[r.Journey].lineUpTo(r)); r.Withheld != "" {
			*r = Signal{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Segment: r.Segment, Member: r.Member, Period: r.Period, Rule: r.Rule, Withheld: r.Withheld}
		}
	}
	return joined(storeSafe(ctx, a, "trend_test", tests), storeSafe(ctx, a, "signal", signals))
}

// wholeLine decides for a test over many periods: it goes with the cell of all time, and stays as it was where one of its periods does.
func (s *safety) wholeLine(r *TrendTest) disclosure.Reason {
	reasons := s.trend[r.Construct]
	reason := disclosure.Reason(s.reason(reasons, r.Segment, r.Member, r.Stage, slice{}))
	stages := []string{r.Stage}
	if r.Stage == "" {
		stages = s.stages[1:]
	}
	for _, stage := range stages {
		for _, at := range s.slices {
			if c, ok := s.cell(r.Segment, r.Member, stage, at); ok && at.grain == r.Grain && reasons != nil {
				reason = worse(reason, heldBack(reasons[c]))
			}
		}
	}
	return reason
}

// heldBack is the reason of a figure that stays as an earlier release published it, for what is computed from it.
func heldBack(reason disclosure.Reason) disclosure.Reason {
	if reason == disclosure.Release {
		return reason
	}
	return disclosure.Published
}

// lineUpTo decides for a signal: published only when every quarter of its line with anybody in it is, up to its own.
func (s *safety) lineUpTo(r *Signal) disclosure.Reason {
	reasons, n := s.trend[r.Construct], s.scored[r.Construct]
	if reasons == nil {
		return disclosure.Small
	}
	stages := []string{r.Stage}
	if r.Stage == "" {
		stages = s.stages[1:]
	}
	for _, stage := range stages {
		for _, at := range s.slices {
			c, ok := s.cell(r.Segment, r.Member, stage, at)
			if ok && at.grain == "quarter" && at.period <= r.Period && n[c] > 0 && reasons[c] != disclosure.Published {
				return reasons[c]
			}
		}
	}
	return disclosure.Published
}

// safeSilence protects who stayed and who fell silent: both groups large, and nobody left between them and all who had
// answered before. Where a few of a wave are left, the difference is told and the two means are not.
func (a *analyzer) safeSilence(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Silence](ctx, a, "silence", "ALL")
	if err != nil {
		return err
	}
	changes, err := a.paired(ctx)
	if err != nil {
		return err
	}
	left, err := a.leftInAWave(ctx, all)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		from, _ := s.cell("", "", r.FromStage, slice{})
		reason := disclosure.Small
		if reasons := s.trend[r.Construct]; reasons != nil {
			reason = reasons[from]
		}
		if to, ok := s.cell("", "", r.ToStage, slice{}); ok && s.base[to] == disclosure.Release {
			reason = worse(reason, disclosure.Release)
		}
		switch {
		case reason != disclosure.Published:
		case !a.tested(r.StayedN, r.SilentN):
			reason = disclosure.Small
		case leaves(int64(s.scored[r.Construct][from]), zero(r.StayedN)+zero(r.SilentN), s.k):
			reason = disclosure.Complement
		case s.besideChange(r, changes[[4]string{r.Journey, r.Construct, r.FromStage, r.ToStage}]):
			reason = disclosure.Complement
		}
		if reason != disclosure.Published {
			*r = Silence{Journey: r.Journey, Construct: r.Construct, FromStage: r.FromStage, ToStage: r.ToStage, Withheld: string(reason)}
			continue
		}
		if left[[4]string{r.Journey, r.Construct, r.FromStage, r.ToStage}] {
			r.StayedMean, r.SilentMean = nil, nil
		}
		r.StayedN, r.StayedNShown = shown(zero(r.StayedN))
		r.SilentN, r.SilentNShown = shown(zero(r.SilentN))
	}
	return storeSafe(ctx, a, "silence", rows)
}

// besideChange reports whether the earlier mean of who stayed, their mean change and the later mean of all tell of a few people: those
// with a score at one of the two stages only.
func (s *safety) besideChange(r *Silence, pairs int64) bool {
	to, ok := s.cell("", "", r.ToStage, slice{})
	if scored := s.scored[r.Construct]; ok && scored != nil && pairs > 0 {
		return leaves(max(int64(scored[to])-pairs, 0)+max(zero(r.StayedN)-pairs, 0), 0, s.k)
	}
	return false
}

// safeCareless protects the mean without careless answers: the flagged are nobody, or many (subset rule), and not nearly those who
// left an item out.
func (a *analyzer) safeCareless(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Careless](ctx, a, "careless", "ALL")
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		if r.Withheld = s.reason(s.trend[r.Construct], "", "", r.Stage, slice{}); r.Withheld != "" {
			*r = Careless{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Withheld: r.Withheld}
			continue
		}
		flagged, n := zero(r.Flagged), zero(r.N)
		left := s.leftOut(a, r)
		if flagged > 0 && (flagged < int64(s.k) || n-flagged < int64(s.k) || left > 0 && max(flagged-left, left-flagged) < int64(s.k)) {
			r.MeanWithout = nil
		}
		r.N, r.NShown = shown(n)
		if r.Flagged, r.FlaggedShown = shown(flagged); flagged == 0 {
			r.Flagged, r.FlaggedShown = whole(0), "0"
		}
	}
	return storeSafe(ctx, a, "careless", rows)
}

// leftOut is how many people with a score at a stage the items of its construct do not stand on.
func (s *safety) leftOut(a *analyzer, r *Careless) (most int64) {
	c, ok := s.cell("", "", r.Stage, slice{})
	j, known := a.layout.journey(r.Journey)
	if !ok || !known || s.scored[r.Construct] == nil {
		return 0
	}
	if construct, ok := j.Construct(r.Construct); ok {
		for _, item := range construct.Items {
			if answered := s.answered[item]; answered != nil {
				most = max(most, int64(s.scored[r.Construct][c]-answered[c]))
			}
		}
	}
	return most
}

// safeNonresponse protects the tests of response rates: they go with the stage's cell of everybody.
func (a *analyzer) safeNonresponse(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Nonresponse](ctx, a, "nonresponse", "ALL")
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		at := quarterSlice(r.Period)
		if r.Withheld = s.reason(s.base, "", "", r.Stage, at); r.Withheld == "" && s.reason(s.rates, "", "", r.Stage, at) == string(disclosure.Release) {
			r.Withheld = string(disclosure.Release)
		}
		if r.Withheld != "" {
			*r = Nonresponse{Journey: r.Journey, Stage: r.Stage, Period: r.Period, Segment: r.Segment, Withheld: r.Withheld}
		}
	}
	return storeSafe(ctx, a, "nonresponse", rows)
}

// safeEffects protects the differences in change: both arms large, and nobody left between them and all whose change is
// published.
func (a *analyzer) safeEffects(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[MeasureEffect](ctx, a, "measure_effect", "ALL")
	if err != nil {
		return err
	}
	people, err := a.paired(ctx)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		s := all[r.Journey]
		to, _ := s.cell("", "", r.ToStage, slice{})
		from, _ := s.cell("", "", r.FromStage, slice{})
		reason := worse(s.base[to], s.base[from], heldBack(s.changed[[3]string{r.Construct, r.FromStage, r.ToStage}]))
		switch {
		case reason != disclosure.Published:
		case !a.tested(r.TreatedN, r.ControlN):
			reason = disclosure.Small
		case leaves(people[[4]string{r.Journey, r.Construct, r.FromStage, r.ToStage}], zero(r.TreatedN)+zero(r.ControlN), s.k):
			reason = disclosure.Complement
		}
		if reason != disclosure.Published {
			*r = MeasureEffect{Journey: r.Journey, Measure: r.Measure, Construct: r.Construct, FromStage: r.FromStage, ToStage: r.ToStage, Withheld: string(reason)}
			continue
		}
		r.TreatedN, r.TreatedNShown = shown(zero(r.TreatedN))
		r.ControlN, r.ControlNShown = shown(zero(r.ControlN))
	}
	return storeSafe(ctx, a, "measure_effect", rows)
}

// paired gives how many people's change is known, by journey, construct and the two stages.
func (a *analyzer) paired(ctx context.Context) (map[[4]string]int64, error) {
	changes, err := readRows[changeSize](ctx, a.conn, "SELECT journey, construct, from_stage, to_stage, n FROM change WHERE segment = ''")
	people := map[[4]string]int64{}
	for _, c := range changes {
		people[[4]string{c.Journey, c.Construct, c.FromStage, c.ToStage}] = c.N
	}
	return people, err
}

// changeSize is how many people's change is known.
type changeSize struct {
	Journey   string `db:"journey"`
	Construct string `db:"construct"`
	FromStage string `db:"from_stage"`
	ToStage   string `db:"to_stage"`
	N         int64  `db:"n"`
}
