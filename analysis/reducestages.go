package analysis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"koe"
)

// reductionStages is what the templates see of a journey's stages: which of them are compared with which.
type reductionStages struct {
	WideTable    string              // one row a person and stay, the stages side by side; temporary
	PlaceSQL     string              // the place of a stage in the journey, from 1; 0: it takes no part
	Scored       []scoredConstruct   // constructs that two stages ask
	Abreast      []stageAbreast      // the stages that ask them
	Paired       []pairedConstruct   // the same constructs, with their pairs of stages
	Steps        []followStep        // one stage and the next of its audience
	Followed     []followedConstruct // constructs that a stage asks which another follows
	Exposures    []exposure
	Contrasts    []contrast
	Associations []association
	Drivers      []driverSQL
}

// stagePair is two stages, the earlier one first.
type stagePair struct{ from, to *koe.Stage }

// scoredConstruct is a construct and the column of its score.
type scoredConstruct struct {
	Construct reductionConstruct
	Score     string
}

// stageAbreast is one stage of the wide table: its columns hold the finest group and day of the answer, and the scores.
type stageAbreast struct {
	Place    int
	Cell, On string // columns
	Scores   []scoreAbreast
}

// scoreAbreast is a construct's score at a stage: the column of the wide table, and that which it comes from.
type scoreAbreast struct{ Column, Score string }

// pairedConstruct is a construct whose scores at two stages are counted together.
type pairedConstruct struct {
	Construct reductionConstruct
	Pairs     []pairAbreast
}

// pairAbreast is two stages in the columns of the wide table.
type pairAbreast struct {
	Stages                             int // the number of the pair
	Cell, FromOn, ToOn, Earlier, Later string
}

// followedConstruct is a construct whose score at a stage is looked at when the next is answered or not.
type followedConstruct struct {
	Construct reductionConstruct
	Score     string // column
	Steps     string // numbers of the steps at which it is looked at
}

// followStep is one stage, the next of its audience, and the constructs whose scores at the first are looked at.
type followStep struct {
	Number     int // from 1
	From, To   string
	Stayed     string // column: whether the person answered at the second
	Constructs []reductionConstruct
}

// stagePlaces is what the place of the earlier stage is multiplied with in the number of a pair.
const stagePlaces = 1000

type exposure struct {
	Measure, Event string
	Paired         []pairedConstruct
	Columns        []string // of the wide table that their pairs are in
}

type contrast struct {
	Hypothesis, Stage, Event, ValueSQL, ValidSQL string
}

type association struct {
	Hypothesis, Stage, ValueSQL, ValidSQL, WithSQL, WithValidSQL string
}

type driverSQL struct {
	Outcome, Stage, ValuesSQL, ValidSQL, SumsSQL, ProductsSQL string
}

// asking lists the stages whose survey asks a construct, in the order of the journey.
func (l *journeyLayout) asking(c *constructLayout) []*koe.Stage {
	var stages []*koe.Stage
	for i := range l.Stages {
		if survey, ok := l.Survey(l.Stages[i].Survey); ok && c.asks(survey) {
			stages = append(stages, &l.Stages[i])
		}
	}
	return stages
}

// linked reports whether a stage's answers are kept under the person's key.
func (l *journeyLayout) linked(stage *koe.Stage) bool {
	survey, ok := l.Survey(stage.Survey)
	return ok && survey.Mode != koe.Anonymous
}

func (l *journeyLayout) pairsOf(c *constructLayout) (pairs []stagePair) {
	stages := l.asking(c)
	for i, from := range stages {
		for _, to := range stages[i+1:] {
			if from.Audience == to.Audience && l.linked(from) && l.linked(to) {
				pairs = append(pairs, stagePair{from, to})
			}
		}
	}
	return pairs
}

func (l *journeyLayout) reductionStages() reductionStages {
	out := reductionStages{WideTable: "wide_" + l.ID}
	paired := l.abreast(&out)
	out.Steps = l.followSteps()
	out.Followed = followedConstructs(out.Steps)
	for _, measure := range l.Measures {
		if measure.Event == "" {
			continue
		}
		e := exposure{Measure: measure.ID, Event: measure.Event}
		for _, c := range l.constructs {
			if one, ok := paired[c.ID]; ok && slices.Contains(measure.Targets, c.ID) {
				e.Paired = append(e.Paired, one)
				for _, pair := range one.Pairs {
					e.Columns = append(e.Columns, pair.Cell, pair.FromOn, pair.ToOn, pair.Earlier, pair.Later)
				}
			}
		}
		slices.Sort(e.Columns)
		e.Columns = slices.Compact(e.Columns)
		out.Exposures = append(out.Exposures, e)
	}
	for i := range l.Hypotheses {
		h := &l.Hypotheses[i]
		value, valid, ok := l.valueSQL(h.Measure)
		if !ok {
			continue
		}
		switch h.Kind {
		case koe.HypothesisContrast:
			if measure, ok := l.measureOfGroups(h); ok {
				out.Contrasts = append(out.Contrasts, contrast{h.ID, h.Stage, measure.Event, value, valid})
			}
		case koe.HypothesisAssociation:
			if with, withValid, ok := l.valueSQL(h.With); ok {
				out.Associations = append(out.Associations, association{h.ID, h.Stage, value, valid, with, withValid})
			}
		}
	}
	out.Drivers = l.drivers()
	return out
}

// abreast says how the scores of constructs that two stages ask stand in one row of a person and stay, and gives their pairs by construct.
func (l *journeyLayout) abreast(out *reductionStages) map[string]pairedConstruct {
	place := map[string]int{} // of each stage, from 1
	out.PlaceSQL = "0"
	places := ""
	for i, stage := range l.Stages {
		place[stage.ID] = i + 1
		places += fmt.Sprintf(" WHEN %s THEN %d", literal(stage.ID), i+1)
	}
	if places != "" {
		out.PlaceSQL = "CASE stage" + places + " ELSE 0 END"
	}
	at := func(name string, stage *koe.Stage) string { return fmt.Sprintf("%s_%d", name, place[stage.ID]) }
	paired := map[string]pairedConstruct{}
	scores := map[int][]scoreAbreast{} // by the place of the stage
	for _, c := range l.constructs {
		one := pairedConstruct{Construct: c.reduction()}
		score := fmt.Sprintf("score_%d", c.number)
		for _, pair := range l.pairsOf(c) {
			one.Pairs = append(one.Pairs, pairAbreast{Stages: place[pair.from.ID]*stagePlaces + place[pair.to.ID], Cell: at("cell", pair.to),
				FromOn: at("on", pair.from), ToOn: at("on", pair.to), Earlier: at(score, pair.from), Later: at(score, pair.to)})
			for _, stage := range []*koe.Stage{pair.from, pair.to} {
				column := scoreAbreast{at(score, stage), score}
				if in := place[stage.ID]; !slices.Contains(scores[in], column) {
					scores[in] = append(scores[in], column)
				}
			}
		}
		if len(one.Pairs) > 0 {
			paired[c.ID] = one
			out.Paired, out.Scored = append(out.Paired, one), append(out.Scored, scoredConstruct{one.Construct, score})
		}
	}
	for i := range l.Stages {
		if stage := &l.Stages[i]; len(scores[i+1]) > 0 {
			out.Abreast = append(out.Abreast, stageAbreast{i + 1, at("cell", stage), at("on", stage), scores[i+1]})
		}
	}
	return paired
}

// followSteps lists each stage with the next of its audience, where both are kept under the person's key.
func (l *journeyLayout) followSteps() (steps []followStep) {
	for i := range l.Stages {
		from := &l.Stages[i]
		next := slices.IndexFunc(l.Stages[i+1:], func(s koe.Stage) bool { return s.Audience == from.Audience })
		if next < 0 || !l.linked(from) || !l.linked(&l.Stages[i+1+next]) {
			continue
		}
		step := followStep{From: from.ID, To: l.Stages[i+1+next].ID}
		survey, _ := l.Survey(from.Survey)
		for _, c := range l.constructs {
			if c.asks(survey) {
				step.Constructs = append(step.Constructs, c.reduction())
			}
		}
		if len(step.Constructs) > 0 {
			step.Number = len(steps) + 1
			step.Stayed = fmt.Sprintf("stayed_%d", step.Number)
			steps = append(steps, step)
		}
	}
	return steps
}

// followedConstructs lists the constructs of these steps, each with the steps at which it is looked at.
func followedConstructs(steps []followStep) (all []followedConstruct) {
	at := map[string]int{}
	for _, step := range steps {
		for _, c := range step.Constructs {
			i, known := at[c.ID]
			if !known {
				i, at[c.ID] = len(all), len(all)
				all = append(all, followedConstruct{Construct: c, Score: fmt.Sprintf("score_%d", c.Number)})
			}
			if all[i].Steps != "" {
				all[i].Steps += ", "
			}
			all[i].Steps += strconv.Itoa(step.Number)
		}
	}
	return all
}

// valueSQL gives the expression of a construct's score or a question's raw answer, in its unit, and when it is valid.
func (l *journeyLayout) valueSQL(id string) (value, valid string, ok bool) {
	for _, c := range l.constructs {
		if c.ID == id {
			r := c.reduction()
			return r.ScoreSQL, fmt.Sprintf("%s >= %d", quote(c.answered), c.needed), true
		}
	}
	q, known := l.byQuestion[id]
	switch {
	case known && q.storage == narrow && q.Kind != koe.KindSingle:
		return quote(q.column), fmt.Sprintf("%s >= %d", quote(q.column), leastValue), true
	case known && q.storage == double:
		return fmt.Sprintf("CAST(round(%s * %d) AS BIGINT)", quote(q.column), q.unit), quote(q.column) + " IS NOT NULL", true
	}
	return "", "", false
}

// unitOf is what the values of a construct or question are counted in.
func (l *journeyLayout) unitOf(id string) float64 {
	for _, c := range l.constructs {
		if c.ID == id {
			return float64(c.unit * c.steps)
		}
	}
	if q, ok := l.byQuestion[id]; ok {
		return float64(q.unit)
	}
	return 1
}

// measureOfGroups finds the measure of a contrast between people who had it and people who had not: mentor=no, mentor=yes.
func (l *journeyLayout) measureOfGroups(h *koe.Hypothesis) (*koe.Measure, bool) {
	if len(h.Groups) != 2 {
		return nil, false
	}
	name, value, _ := strings.Cut(h.Groups[0], "=")
	other, otherValue, _ := strings.Cut(h.Groups[1], "=")
	yesNo := value == "yes" && otherValue == "no" || value == "no" && otherValue == "yes"
	measure, ok := l.Measure(name)
	return measure, ok && name == other && yesNo && measure.Event != ""
}

// drivers lists the outcomes that constructs may go with: every recommend question, and the constructs followed over time
// that the same survey asks (METHOD 3.6: at most 8).
func (l *journeyLayout) drivers() (out []driverSQL) {
	for _, outcome := range l.questions {
		if !outcome.Recommend || outcome.storage != narrow {
			continue
		}
		for i := range l.Stages {
			stage := &l.Stages[i]
			survey, ok := l.Survey(stage.Survey)
			if !ok || !slices.Contains(survey.Asked(), outcome.ID) {
				continue
			}
			ids := l.predictors(stage.ID, outcome.ID)
			if len(ids) < 2 {
				continue
			}
			out = append(out, l.driverOf(outcome.ID, stage.ID, ids))
		}
	}
	return out
}

// mostPredictors is METHOD 3.6.
const mostPredictors = 8

// predictors lists the constructs that a stage asks, trend constructs first, at most eight.
func (l *journeyLayout) predictors(stage, outcome string) (ids []string) {
	for _, trend := range []bool{true, false} {
		for _, c := range l.constructs {
			asks := slices.ContainsFunc(l.asking(c), func(s *koe.Stage) bool { return s.ID == stage })
			if c.Trend == trend && asks && len(ids) < mostPredictors && !slices.Contains(c.Construct.Items, outcome) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

func (l *journeyLayout) driverOf(outcome, stage string, predictors []string) driverSQL {
	var values, valid, sums, products []string
	for i, id := range append([]string{outcome}, predictors...) {
		value, isValid, _ := l.valueSQL(id)
		values = append(values, fmt.Sprintf("CAST(%s AS HUGEINT) AS v%d", value, i))
		valid = append(valid, isValid)
		sums = append(sums, fmt.Sprintf("CAST(sum(v%d) AS HUGEINT)", i))
		for j := i; j <= len(predictors); j++ {
			products = append(products, fmt.Sprintf("CAST(sum(v%d * v%d) AS HUGEINT)", i, j))
		}
	}
	return driverSQL{outcome, stage, strings.Join(values, ", "), strings.Join(valid, " AND "), strings.Join(sums, ", "), strings.Join(products, ", ")}
}
