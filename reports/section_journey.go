package reports

import (
	"slices"
	"strings"

	"koe"
	"koe/analysis"
)

// journeySection is ジャーニー: the table of the seed, a column a stage, from what is believed to what is done about it.
func (c *composer) journeySection() *section {
	s := &section{ID: c.id("journey"), Title: c.say("section.journey"), Lead: []string{c.say("journey.lead")}}
	for _, id := range c.journeys() {
		if p := c.journeyPart(id); p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

func (c *composer) journeyPart(id string) *part {
	j := c.journeyText(id)
	aspects := []string{"feelings", "hypothesis", "found", "problem", "unit", "hr"}
	grid := &journeyGrid{}
	for _, a := range aspects {
		grid.Aspects = append(grid.Aspects, c.say("journey."+a))
	}
	for _, fact := range c.stages(id) {
		stage := journeyStage{Title: c.stageTitle(id, fact.Stage)}
		var text *koe.Stage
		if j != nil {
			text, _ = j.Stage(fact.Stage)
		}
		stage.Cells = [][]line{
			c.feelings(text), c.believed(j, fact.Stage), c.found(id, j, fact.Stage), c.problems(j, text, fact.Stage),
			c.measures(j, fact.Stage, koe.OwnerUnit), c.measures(j, fact.Stage, koe.OwnerHR),
		}
		// A stage of which nothing was believed and nothing is known (a note, a self-check) has no column.
		if len(stage.Cells[0])+len(stage.Cells[1]) == 0 && (j != nil || len(stage.Cells[2]) == 0) {
			continue
		}
		grid.Stages = append(grid.Stages, stage)
	}
	if len(grid.Stages) == 0 {
		return nil
	}
	return &part{ID: c.id("journey", "table"), Title: c.heading(id, ""), Beside: c.beside(id), Journey: grid, Notes: []string{c.say("journey.note"), c.say("note.ci")}}
}

func (c *composer) feelings(stage *koe.Stage) []line {
	if stage == nil || len(stage.Feelings) == 0 {
		return nil
	}
	return lines(stage.Feelings.In(c.lang))
}

// lines splits a text into lines without bullets and blanks.
func lines(s string) []line {
	var out []line
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "・*-")); l != "" {
			out = append(out, line{Text: l})
		}
	}
	return out
}

// believed lists the hypotheses of a stage, each with its verdict where there is one.
func (c *composer) believed(j *koe.Journey, stage string) []line {
	if j == nil {
		return nil
	}
	var out []line
	for i := range j.Hypotheses {
		h := &j.Hypotheses[i]
		if h.Stage != stage {
			continue
		}
		l := line{Text: h.Text.In(c.lang)}
		if r := c.latest(j.ID, h.ID); r != nil {
			l.Tone = r.Verdict
			if r.Withheld != "" {
				l.Tone = "insufficient"
			}
			l.Text += c.say("journey.verdict", "verdict", c.verdict(r))
		}
		out = append(out, l)
	}
	return out
}

// latest is a hypothesis' row over all waves, or that of its last wave.
func (c *composer) latest(journey, id string) *analysis.Hypothesis {
	var last *analysis.Hypothesis
	for i := range c.pub.Tables.Hypothesis {
		r := &c.pub.Tables.Hypothesis[i]
		if r.Journey != journey || r.Hypothesis != id {
			continue
		}
		if r.Wave == "" {
			return r
		}
		if last == nil || r.Wave > last.Wave {
			last = r
		}
	}
	return last
}

// found says what the answers of a stage show: each construct followed over time, then the recommendation.
func (c *composer) found(journey string, j *koe.Journey, stage string) []line {
	var out []line
	for _, k := range c.constructs(journey) {
		t := c.trendRow(journey, k.Construct, stage, "all", "")
		if t == nil {
			continue
		}
		title := c.constructTitle(journey, k.Construct)
		switch {
		case t.Withheld != "" || t.Mean == nil:
			out = append(out, line{Text: c.say("journey.hidden", "construct", title), Tone: "hidden"})
		case !k.Trend && t.Favourable != nil && t.Neutral != nil && t.Unfavourable != nil && t.FavourableShown == "":
			out = append(out, line{Text: c.say("journey.share", "construct", title, "share", c.favourableText(t), "people", c.peopleText(t.N, t.NShown))})
		case t.CILow != nil && t.CIHigh != nil:
			out = append(out, line{Text: c.say("journey.mean.ci", "construct", title, "mean", formatMean.text(*t.Mean),
				"ci", c.intervalText(*t.CILow, *t.CIHigh, formatMean), "people", c.peopleText(t.N, t.NShown))})
		default:
			out = append(out, line{Text: c.say("journey.mean", "construct", title, "mean", formatMean.text(*t.Mean), "people", c.peopleText(t.N, t.NShown))})
		}
		if t.Withheld == "" && t.Carried != "" {
			out[len(out)-1].Text += " " + c.withheld("", t.Carried)
		}
	}
	return out
}

// favourableText is the favourable share as the tables say it: the three shares sum to 100.
func (c *composer) favourableText(t *analysis.Trend) string {
	return c.threeShares(t.Favourable, t.Neutral, t.Unfavourable, t.FavourableShown)[0].Text
}

// problems are the stage's 問題点, and those of hypotheses that were supported, marked as shown.
func (c *composer) problems(j *koe.Journey, stage *koe.Stage, id string) []line {
	var out []line
	if stage != nil && len(stage.Problem) > 0 {
		out = lines(stage.Problem.In(c.lang))
	}
	if j == nil {
		return out
	}
	shown := map[string]bool{}
	for i := range j.Hypotheses {
		h := &j.Hypotheses[i]
		if h.Stage != id || len(h.Problem) == 0 {
			continue
		}
		r := c.latest(j.ID, h.ID)
		if r == nil || r.Verdict != "supported" || r.Withheld != "" {
			continue
		}
		problem := strings.TrimSpace(h.Problem.In(c.lang))
		if shown[problem] {
			continue
		}
		shown[problem] = true
		confirmed := line{Text: problem + c.say("journey.confirmed"), Tone: "supported"}
		if k := slices.IndexFunc(out, func(l line) bool { return l.Text == problem }); k >= 0 {
			out[k] = confirmed
		} else {
			out = append(out, confirmed)
		}
	}
	return out
}

func (c *composer) measures(j *koe.Journey, stage string, owner koe.Owner) []line {
	if j == nil {
		return nil
	}
	var out []line
	for i := range j.Measures {
		m := &j.Measures[i]
		if m.Owner != owner {
			continue
		}
		for _, s := range m.Stages {
			if s == stage {
				out = append(out, line{Text: m.Title.In(c.lang)})
			}
		}
	}
	return out
}
