package analysis

import (
	"context"
	"math"

	"koe/analysis/disclosure"
	"koe/analysis/stats"
)

// stageScore is the scores of one construct at one stage, over all time.
type stageScore struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Segment   string   `db:"segment"`
	Member    string   `db:"member"`
	N         int64    `db:"n"`
	Mean      *float64 `db:"mean"`
	SD        *float64 `db:"sd"`
}

// stageAsked is how many people were asked at one stage, over all time.
type stageAsked struct {
	Journey string `db:"journey"`
	Stage   string `db:"stage"`
	Segment string `db:"segment"`
	Member  string `db:"member"`
	Invited int64  `db:"invited"`
}

// askedAt finds how many were asked.
type askedAt map[[4]string]int64

// census fills the tables census (METHOD 2, FPC: what is said of exactly those who were asked) and weighted (METHOD 3.4,
// post-stratification by one segment). Both compare scores with response rates, stage by stage.
func (a *analyzer) census(ctx context.Context) error {
	scores, err := readRows[stageScore](ctx, a.conn, "SELECT journey, construct, stage, segment, member, n, mean, sd FROM trend WHERE grain = 'all' AND stage <> '' AND n > 0 ORDER BY journey, construct, stage, segment, member")
	if err != nil {
		return err
	}
	rates, err := readRows[stageAsked](ctx, a.conn, "SELECT journey, stage, segment, member, invited FROM response_rate WHERE period = '' AND stage <> '' ORDER BY ALL")
	if err != nil {
		return err
	}
	asked := askedAt{}
	members := map[[3]string][]string{}
	for _, r := range rates {
		asked[[4]string{r.Journey, r.Stage, r.Segment, r.Member}] = r.Invited
		members[[3]string{r.Journey, r.Stage, r.Segment}] = append(members[[3]string{r.Journey, r.Stage, r.Segment}], r.Member)
	}
	var census []Census
	var weighted []Weighted
	for _, run := range runs(scores, func(s *stageScore) string { return s.Journey + "\x00" + s.Construct + "\x00" + s.Stage }) {
		all := run[0] // everybody comes first
		invited := asked[[4]string{all.Journey, all.Stage, "", ""}]
		if all.Segment != "" || all.Mean == nil || invited < all.N { // answers that nobody was asked for: there is no population
			continue
		}
		row := Census{Journey: all.Journey, Construct: all.Construct, Stage: all.Stage, N: whole(all.N), Invited: whole(invited), Mean: all.Mean}
		if all.SD != nil {
			ci := stats.FiniteInterval(stats.Summary{N: all.N, Mean: *all.Mean, SD: *all.SD}, invited, 0.95)
			row.CILow, row.CIHigh = figure(ci.Low), figure(ci.High)
		}
		census = append(census, row)
		for _, s := range a.layout.segments {
			if s.level == 0 {
				weighted = append(weighted, weigh(run, asked, members[[3]string{all.Journey, all.Stage, s.name}], s.name, invited)...)
			}
		}
	}
	return joined(storeMain(ctx, a, "census", census), storeMain(ctx, a, "weighted", weighted))
}

// weigh weights the scores of a run, everybody first, to the members of a segment; people without a member are a class of
// their own. There is no row where there is only one class.
func weigh(run []stageScore, asked askedAt, members []string, segment string, invited int64) []Weighted {
	all := run[0]
	mine := map[string]stageScore{}
	for _, s := range run {
		if s.Segment == segment && s.Mean != nil {
			mine[s.Member] = s
		}
	}
	var classes []stats.Class
	rest := stats.Class{Population: invited, N: all.N}
	sum := *all.Mean * float64(all.N)
	for _, member := range members {
		class := stats.Class{Population: asked[[4]string{all.Journey, all.Stage, segment, member}], N: mine[member].N}
		if class.N > 0 {
			class.Mean = *mine[member].Mean
		}
		rest.Population, rest.N, sum = rest.Population-class.Population, rest.N-class.N, sum-class.Mean*float64(class.N)
		classes = append(classes, class)
	}
	if rest.Population < 0 || rest.N < 0 {
		return nil // answers of units that nobody was asked in
	}
	if rest.Population > 0 || rest.N > 0 {
		rest.Mean = sum / math.Max(1, float64(rest.N))
		classes = append(classes, rest)
	}
	mean, deff, n := stats.PostStratify(classes)
	if n == 0 {
		return nil
	}
	return []Weighted{{Journey: all.Journey, Construct: all.Construct, Stage: all.Stage, Segment: segment, N: whole(all.N), Classes: whole(int64(n)), Mean: all.Mean, Weighted: figure(mean), Deff: figure(deff)}}
}

// safeCensus protects both tables: they go with the stage's score, and a weighted mean, which is a sum over the members'
// means, with every one of these (METHOD 5.2, subset rule).
func (a *analyzer) safeCensus(ctx context.Context, all map[string]*safety) error {
	census, err := readMain[Census](ctx, a, "census", "ALL")
	if err != nil {
		return err
	}
	for i := range census {
		r := &census[i]
		if r.Withheld = all[r.Journey].reason(all[r.Journey].trend[r.Construct], "", "", r.Stage, slice{}); r.Withheld != "" {
			*r = Census{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Withheld: r.Withheld}
			continue
		}
		n := zero(r.N)
		r.Invited, r.InvitedShown = shown(zero(r.Invited))
		if r.N, r.NShown = shown(n); r.N == nil {
			r.CILow, r.CIHigh = nil, nil // beside the other interval they would give n away
		}
	}
	weighted, err := readMain[Weighted](ctx, a, "weighted", "ALL")
	if err != nil {
		return err
	}
	for i := range weighted {
		r := &weighted[i]
		s := all[r.Journey]
		reason := disclosure.Reason(s.reason(s.trend[r.Construct], "", "", r.Stage, slice{}))
		reason = worse(reason, s.everyMember(r))
		if r.Withheld = string(reason); r.Withheld != "" {
			*r = Weighted{Journey: r.Journey, Construct: r.Construct, Stage: r.Stage, Segment: r.Segment, Withheld: r.Withheld}
			continue
		}
		r.N, r.NShown = shown(zero(r.N))
	}
	return joined(storeSafe(ctx, a, "census", census), storeSafe(ctx, a, "weighted", weighted))
}

// everyMember is published only when the scores of every member of a segment at a stage are, and of those without a member
// there are none or enough.
func (s *safety) everyMember(r *Weighted) disclosure.Reason {
	reasons, n := s.trend[r.Construct], s.scored[r.Construct]
	if reasons == nil {
		return disclosure.Small
	}
	everybody, _ := s.cell("", "", r.Stage, slice{})
	rest := n[everybody]
	for _, node := range s.nodes {
		if node.segment != r.Segment {
			continue
		}
		c, ok := s.cell(node.segment, node.member, r.Stage, slice{})
		switch {
		case !ok:
			return disclosure.Complement
		case n[c] > 0 && reasons[c] == disclosure.Release:
			return disclosure.Release
		case n[c] > 0 && reasons[c] != disclosure.Published:
			return disclosure.Complement
		}
		rest -= n[c]
	}
	if rest != 0 && rest < s.k {
		return disclosure.Complement
	}
	return disclosure.Published
}
