package reports

import (
	"math"
	"sort"
	"strings"

	"koe"
	"koe/analysis"
)

// 要点 has three to six sentences where there is enough to say.
const leastFindings, maxFindings = 3, 6

// summarySection is 要点: three to six sentences, each with its number and n. The rules, in order: how many answered; where
// isolation peaks; the strongest difference between stages of the other constructs; the strongest change of the same
// people; hypotheses; units that differ; the way over time. A sentence calls two figures different only where their
// intervals do not touch, or where the test for it says so; otherwise it says that no difference can be told.
func (c *composer) summarySection(doc *document) *section {
	p := &part{ID: c.id("summary", "list")}
	for _, journey := range c.journeys() {
		if len(p.Findings) >= leastFindings {
			break // the main journey speaks; smaller ones only where it has too little to say
		}
		found := c.rateFinding(journey)
		found = append(found, c.peakFinding(journey)...)
		found = append(found, c.stageFindings(journey)...)
		found = append(found, c.changeFinding(journey)...)
		found = append(found, c.hypothesisFinding(journey)...)
		found = append(found, c.unitFinding(journey)...)
		found = append(found, c.timeFinding(journey)...)
		if len(found) < leastFindings {
			found = append(found, c.levelFindings(journey)...)
		}
		for i := range found {
			found[i].Text = c.heading(journey, found[i].Text)
		}
		p.Findings = append(p.Findings, found...)
	}
	if len(p.Findings) > maxFindings {
		p.Findings = p.Findings[:maxFindings]
	}
	if journeys := c.journeys(); len(journeys) > 1 && len(p.Findings) > 0 {
		p.Lead = []string{c.journeyTitle(journeys[0])}
	}
	there := map[string]bool{}
	for _, s := range doc.Sections {
		there[s.ID] = true
	}
	for i := range p.Findings {
		if !there[p.Findings[i].Section] {
			p.Findings[i].Section = ""
		}
	}
	if len(p.Findings) == 0 {
		return nil
	}
	p.Notes = []string{c.say("summary.note")}
	if doc.carries() {
		p.Notes = append(p.Notes, c.say("summary.carried"))
	}
	return &section{ID: c.id("summary"), Title: c.say("section.summary"), Parts: []*part{p}}
}

func (c *composer) rateFinding(journey string) []finding {
	for i := range c.pub.Tables.ResponseRate {
		r := &c.pub.Tables.ResponseRate[i]
		if r.Journey != journey || r.Stage != "" || r.Period != "" || !c.mine(r.Segment, r.Member) || r.Withheld != "" || r.Rate == nil {
			continue
		}
		f := finding{Figure: formatShare.text(*r.Rate), People: c.answersText(r.Answered, r.AnsweredShown), Section: "rate"}
		switch {
		case r.Invited == nil || r.Answered == nil:
			f.Text = c.say("summary.rate.band", "invited", r.InvitedShown, "rate", formatShare.text(*r.Rate))
		case *r.Invited < 20:
			f.Text = c.say("summary.rate.small", "invited", *r.Invited, "answered", *r.Answered)
		default:
			f.Text = c.say("summary.rate", "invited", grouped(*r.Invited), "answered", grouped(*r.Answered), "rate", formatShare.text(*r.Rate))
		}
		if *r.Rate < 0.5 {
			f.Text += c.say("summary.rate.low")
		}
		return []finding{f}
	}
	return nil
}

// answersText words a number of answers: 445件, 10–19件.
func (c *composer) answersText(n *int64, shown string) string {
	if n != nil {
		shown = grouped(*n)
	}
	return c.say("answers", "n", shown)
}

// point is one construct at one stage, published and with its interval.
type point struct {
	stage string
	row   *analysis.Trend
}

func (c *composer) points(journey, construct string) []point {
	var all []point
	for _, s := range c.stages(journey) {
		r := c.trendRow(journey, construct, s.Stage, "all", "")
		if r != nil && r.Withheld == "" && r.Mean != nil && r.CILow != nil && r.CIHigh != nil {
			all = append(all, point{s.Stage, r})
		}
	}
	return all
}

// apart reports whether the interval of high lies above that of low.
func apart(high, low *analysis.Trend) bool { return *high.CILow > *low.CIHigh }

// worstFirst sorts a construct's stages from the worst to the best.
func (c *composer) worstFirst(k analysis.ConstructFact, points []point) []point {
	sorted := append([]point(nil), points...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if k.Better == string(koe.Lower) {
			return *sorted[i].row.Mean > *sorted[j].row.Mean
		}
		return *sorted[i].row.Mean < *sorted[j].row.Mean
	})
	return sorted
}

// isolated is the construct whose peak 要点 names: isolation, or the first that is followed over time and better low.
func (c *composer) isolated(journey string) (analysis.ConstructFact, bool) {
	if k, ok := c.construct(journey, "isolation"); ok {
		return k, true
	}
	for _, k := range c.constructs(journey) {
		if k.Trend && k.Better == string(koe.Lower) {
			return k, true
		}
	}
	return analysis.ConstructFact{}, false
}

func (c *composer) peakFinding(journey string) []finding {
	k, ok := c.isolated(journey)
	if !ok {
		return nil
	}
	sorted := c.worstFirst(k, c.points(journey, k.Construct))
	if len(sorted) < 2 {
		return nil
	}
	top, next := sorted[0], sorted[1]
	high, low := top.row, next.row
	if k.Better != string(koe.Lower) {
		high, low = next.row, top.row
	}
	key := "summary.peak.unclear"
	if apart(high, low) {
		key = "summary.peak"
	}
	return []finding{{
		Text: c.say(key, "construct", c.constructTitle(journey, k.Construct), "stage", c.stageTitle(journey, top.stage), "mean", formatMean.text(*top.row.Mean),
			"ci", c.intervalText(*top.row.CILow, *top.row.CIHigh, formatMean), "next", c.stageTitle(journey, next.stage), "nextmean", formatMean.text(*next.row.Mean),
			"people", c.peopleText(top.row.N, top.row.NShown)),
		Figure: c.inPoints(*top.row.Mean), People: c.peopleText(top.row.N, top.row.NShown), Section: "trend",
	}}
}

func (c *composer) inPoints(x float64) string {
	return c.say("points", "x", formatMean.text(x))
}

// stageFindings are the constructs, other than the one of the peak, whose best and worst stage are apart, the widest gap
// between intervals first; two at most.
func (c *composer) stageFindings(journey string) []finding {
	type gap struct {
		f     finding
		width float64
	}
	peak, _ := c.isolated(journey)
	var gaps []gap
	for _, k := range c.constructs(journey) {
		if !k.Trend || k.Construct == peak.Construct {
			continue
		}
		sorted := c.worstFirst(k, c.points(journey, k.Construct))
		if len(sorted) < 2 {
			continue
		}
		bad, good := sorted[0], sorted[len(sorted)-1]
		high, low := bad.row, good.row
		if k.Better != string(koe.Lower) {
			high, low = good.row, bad.row
		}
		if !apart(high, low) {
			continue
		}
		first, later := bad, good
		if c.position(journey, good.stage) < c.position(journey, bad.stage) {
			first, later = good, bad
		}
		key := "summary.stages.better"
		if later == bad {
			key = "summary.stages.worse"
		}
		scaleLow, scaleHigh := bounds(k)
		gaps = append(gaps, gap{width: (*high.CILow - *low.CIHigh) / (scaleHigh - scaleLow), f: finding{
			Text: c.say(key, "construct", c.constructTitle(journey, k.Construct), "from", c.stageTitle(journey, first.stage), "frommean", formatMean.text(*first.row.Mean),
				"frompeople", c.peopleText(first.row.N, first.row.NShown), "to", c.stageTitle(journey, later.stage), "tomean", formatMean.text(*later.row.Mean),
				"topeople", c.peopleText(later.row.N, later.row.NShown)),
			Figure: formatMean.text(*first.row.Mean) + " → " + formatMean.text(*later.row.Mean), People: c.peopleText(later.row.N, later.row.NShown), Section: "trend"}})
	}
	sort.SliceStable(gaps, func(i, j int) bool { return gaps[i].width > gaps[j].width })
	var out []finding
	for i := 0; i < len(gaps) && i < 2; i++ {
		out = append(out, gaps[i].f)
	}
	return out
}

func (c *composer) position(journey, stage string) int64 {
	for _, s := range c.pub.Stages {
		if s.Journey == journey && s.Stage == stage {
			return s.Position
		}
	}
	return math.MaxInt64
}

// changeFinding is the strongest change of the same people that may be called 改善 or 悪化.
func (c *composer) changeFinding(journey string) []finding {
	var best *analysis.Change
	for i := range c.pub.Tables.Change {
		r := &c.pub.Tables.Change[i]
		if r.Journey != journey || !c.mine(r.Segment, r.Member) || c.changeDirection(r) == 0 || r.DZ == nil {
			continue
		}
		if best == nil || math.Abs(*r.DZ) > math.Abs(*best.DZ) {
			best = r
		}
	}
	if best == nil || best.CILow == nil || best.CIHigh == nil {
		return nil
	}
	return []finding{{
		Text: c.say("summary.change", "construct", c.constructTitle(journey, best.Construct), "from", c.stageTitle(journey, best.FromStage), "to", c.stageTitle(journey, best.ToStage),
			"change", formatChange.text(*best.MeanChange), "ci", c.intervalText(*best.CILow, *best.CIHigh, formatChange), "word", c.changeWord(best), "people", c.peopleText(best.N, best.NShown)),
		Figure: formatChange.text(*best.MeanChange), People: c.peopleText(best.N, best.NShown), Section: "change"}}
}

// hypothesisFinding counts the verdicts, and names the supported hypothesis with the most people behind it.
func (c *composer) hypothesisFinding(journey string) []finding {
	j := c.journeyText(journey)
	if j == nil || !c.scope.Everybody() {
		return nil
	}
	counts := map[string]int{}
	total := 0
	var shown []string
	for i := range j.Hypotheses {
		r := c.latest(journey, j.Hypotheses[i].ID)
		if r == nil {
			continue
		}
		total++
		verdict := r.Verdict
		if r.Withheld != "" {
			verdict = "insufficient"
		}
		counts[verdict]++
		if verdict == "supported" && r.Prior {
			shown = append(shown, c.say("summary.quote", "text", strings.TrimRight(j.Hypotheses[i].Text.In(c.lang), "。.")))
		}
	}
	if total == 0 {
		return nil
	}
	f := finding{Text: c.say("summary.hypothesis", "total", total, "supported", counts["supported"], "not", counts["not_supported"], "insufficient", counts["insufficient"]),
		Figure: c.say("summary.hypothesis.figure", "supported", counts["supported"], "total", total), People: c.say("people.seetable"), Section: "hypothesis"}
	if len(shown) > 2 {
		shown = shown[:2]
	}
	if len(shown) > 0 {
		f.Text += c.say("summary.hypothesis.shown", "list", strings.Join(shown, c.say("list.join")))
	}
	return []finding{f}
}

// unitFinding names the member that differs most from the rest, to the worse before to the better.
func (c *composer) unitFinding(journey string) []finding {
	var best *analysis.Comparison
	for i := range c.pub.Tables.Comparison {
		v := &c.pub.Tables.Comparison[i]
		if v.Journey != journey || !c.scope.Everybody() && !c.mine(v.Segment, v.Member) || c.direction(v) == 0 || v.Mean == nil || v.RestMean == nil {
			continue
		}
		if best == nil || c.direction(v) < c.direction(best) || c.direction(v) == c.direction(best) && math.Abs(*v.HedgesG) > math.Abs(*best.HedgesG) {
			best = v
		}
	}
	if best == nil {
		return nil
	}
	key := "summary.unit.better"
	if c.direction(best) < 0 {
		key = "summary.unit.worse"
	}
	return []finding{{
		Text: c.say(key, "member", c.memberPath(best.Member), "construct", c.constructTitle(journey, best.Construct), "stage", c.stageTitle(journey, best.Stage),
			"mean", formatMean.text(*best.Mean), "rest", formatMean.text(*best.RestMean), "people", c.peopleText(best.N, best.NShown)),
		Figure: formatMean.text(*best.Mean), People: c.peopleText(best.N, best.NShown), Section: "unit"}}
}

func (c *composer) memberPath(member string) string { return strings.ReplaceAll(member, "/", " ") }

// timeFinding is the way over time: the tested trend with the least p; where none was tested, nothing.
func (c *composer) timeFinding(journey string) []finding {
	var best *analysis.TrendTest
	tested := 0
	for i := range c.pub.Tables.TrendTest {
		r := &c.pub.Tables.TrendTest[i]
		if r.Journey != journey || !c.mine(r.Segment, r.Member) || r.Grain != "quarter" || r.Withheld != "" || r.P == nil || r.Slope == nil || r.Periods == nil {
			continue
		}
		tested++
		if best == nil || *r.P < *best.P {
			best = r
		}
	}
	if best == nil {
		return nil
	}
	values := []any{"construct", c.constructTitle(journey, best.Construct), "periods", *best.Periods, "slope", signed(round(*best.Slope, 2), 2), "reading", c.trendReading(best), "tested", tested}
	key := "summary.time"
	if *best.P > 0.05/float64(tested) || *best.Slope == 0 { // several lines were tested: Bonferroni
		key = "summary.time.unclear"
	}
	return []finding{{Text: c.say(key, values...), Figure: c.say("summary.time.figure", "slope", signed(round(*best.Slope, 2), 2)), People: c.say("summary.time.periods", "n", *best.Periods), Section: "trend"}}
}

// levelFindings state the level of each construct at its last stage; they fill up where nothing stronger can be said.
func (c *composer) levelFindings(journey string) []finding {
	var out []finding
	for _, k := range c.constructs(journey) {
		points := c.points(journey, k.Construct)
		if len(points) == 0 {
			continue
		}
		last := points[len(points)-1]
		out = append(out, finding{
			Text: c.say("summary.level", "construct", c.constructTitle(journey, k.Construct), "stage", c.stageTitle(journey, last.stage), "mean", formatMean.text(*last.row.Mean),
				"ci", c.intervalText(*last.row.CILow, *last.row.CIHigh, formatMean), "better", c.better(k.Better), "people", c.peopleText(last.row.N, last.row.NShown)),
			Figure: c.inPoints(*last.row.Mean), People: c.peopleText(last.row.N, last.row.NShown), Section: "trend"})
		if len(out) == 3 {
			break
		}
	}
	return out
}
