package journey

import (
	"maps"
	"slices"
	"strings"

	"koe"
)

func checkSurveys(r *reader, j *koe.Journey) {
	unique(r, "surveys", j.Surveys, func(s *koe.Survey) string { return s.ID })
	for i := range j.Surveys {
		s := &j.Surveys[i]
		at := join("surveys", s.ID)
		asked := map[string]int{} // question → page on which it was asked first, from 0
		if len(s.Asked()) == 0 {
			r.fail(join(at, "pages"), "the survey %s asks nothing", s.ID)
		}
		for p := range s.Pages {
			checkPage(r, j, s, p, asked)
		}
		for o := range s.Outcomes {
			when := join(index(join(at, "outcomes"), o), "when")
			names := conditionNames(s.Outcomes[o].When)
			for _, name := range names {
				if _, ok := asked[name]; !ok && isQuestion(j, name) {
					r.fail(when, "%s is not asked in the survey %s, so this can never hold", name, s.ID)
				}
			}
			if s.Outcomes[o].When == "" && o < len(s.Outcomes)-1 {
				r.warn(index(join(at, "outcomes"), o), "this outcome always holds, so the following ones are never shown")
			}
		}
		outcomeIDs := map[string]bool{}
		for o := range s.Outcomes {
			if id := s.Outcomes[o].ID; id != "" && outcomeIDs[id] {
				r.fail(join(index(join(at, "outcomes"), o), "id"), "the id %s stands here twice", id)
			}
			outcomeIDs[s.Outcomes[o].ID] = true
		}
		if !s.Store && len(s.Outcomes) == 0 {
			r.warn(join(at, "store"), "the survey keeps nothing and has no outcomes: it has no effect at all")
		}
	}
}

func checkPage(r *reader, j *koe.Journey, s *koe.Survey, p int, asked map[string]int) {
	page := &s.Pages[p]
	at := index(join(join("surveys", s.ID), "pages"), p)
	if len(page.Ask) == 0 && len(page.AskIf) == 0 {
		r.fail(at, "the page asks nothing").hint("name questions under ask or ask_if")
	}
	comesBefore(r, j, s, join(at, "show_if"), page.ShowIf, asked, p, false)
	ask := func(path, id string) {
		q, ok := j.Question(id)
		if !ok {
			r.fail(path, "there is no question %s", id).near(id, questionIDs(j))
			return
		}
		switch before, twice := asked[id]; {
		case twice && before == p:
			r.fail(path, "%s stands on this page twice", id)
		case twice && q.Answerable():
			r.fail(path, "%s is asked on page %d already, and a survey takes one answer to a question", id, before+1)
		}
		if _, ok := asked[id]; !ok {
			asked[id] = p
		}
		if q.Kind == koe.KindContact && s.Mode == koe.Anonymous {
			r.fail(path, "%s asks for a personal reply, and the survey is anonymous", id)
		}
	}
	for n, id := range page.Ask {
		ask(index(join(at, "ask"), n), id)
	}
	for n, f := range page.AskIf {
		one := index(join(at, "ask_if"), n)
		comesBefore(r, j, s, join(one, "when"), f.When, asked, p, true)
		ask(join(one, "question"), f.Question)
	}
	if page.AtMost > 0 && len(page.AskIf) == 0 {
		r.fail(join(at, "at_most"), "at_most limits ask_if, and there is none on this page")
	}
}

// comesBefore finds conditions over questions that are asked too late, or not at all, in this survey.
func comesBefore(r *reader, j *koe.Journey, s *koe.Survey, path, source string, asked map[string]int, p int, followUp bool) {
	all := s.Asked()
	for _, name := range conditionNames(source) {
		if !isQuestion(j, name) {
			continue // reported when the condition is compiled
		}
		before, ok := asked[name]
		switch {
		case !ok && !slices.Contains(all, name):
			r.fail(path, "%s is not asked in the survey %s, so this can never hold", name, s.ID)
		case !ok:
			r.fail(path, "%s is asked later in the survey, so this can never hold", name)
		case followUp && before == p:
			r.warn(path, "%s is asked on the same page, so without JavaScript the follow-up comes one step later", name).hint("put the follow-up on the next page")
		}
	}
}

func isQuestion(j *koe.Journey, id string) bool {
	_, ok := j.Question(id)
	return ok
}

// checkUse finds questions, scales and surveys that nothing uses.
func checkUse(r *reader, j *koe.Journey) {
	asked, scales, surveys := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range j.Surveys {
		for _, id := range j.Surveys[i].Asked() {
			asked[id] = true
		}
	}
	for i := range j.Questions {
		q := &j.Questions[i]
		scales[q.Scale] = true
		if !asked[q.ID] && q.Role != "optional" {
			r.warnKey(join("questions", q.ID), "no survey asks %s", q.ID)
		}
	}
	for i := range j.Stages {
		surveys[j.Stages[i].Survey] = true
	}
	for i := range j.Surveys {
		if s := &j.Surveys[i]; !surveys[s.ID] {
			r.warnKey(join("surveys", s.ID), "no stage uses the survey %s", s.ID)
		}
	}
	for i := range j.Scales {
		if s := &j.Scales[i]; !scales[s.ID] {
			r.warnKey(join("scales", s.ID), "no question uses the scale %s", s.ID)
		}
	}
}

// warnKey is warn at the key rather than at its value.
func (r *reader) warnKey(path string, say phrase, args ...any) {
	rep := r.failAt(r.keyPlace(path), say, args...)
	r.problems[rep.i].Warning = true
}

func checkMeasures(r *reader, j *koe.Journey) {
	uniqueIn(r, "measures", j.Measures, func(m *koe.Measure) string { return m.ID })
	for i := range j.Measures {
		m := &j.Measures[i]
		at := index("measures", i)
		for n, id := range m.Stages {
			if _, ok := j.Stage(id); !ok {
				r.fail(index(join(at, "stages"), n), "there is no stage %s", id).near(id, stageIDs(j))
			}
		}
		for n, id := range m.Targets {
			if _, ok := j.Construct(id); !ok {
				r.fail(index(join(at, "targets"), n), "there is no construct %s", id).near(id, constructIDs(j))
			}
		}
		checkAttended(r, j, join(at, "event"), m.Event)
	}
}

// checkAttended looks at attended:<measure>, which names a measure.
func checkAttended(r *reader, j *koe.Journey, path, event string) {
	if id, ok := strings.CutPrefix(event, "attended:"); ok {
		if _, known := j.Measure(id); !known {
			r.fail(path, "there is no measure %s", id).near(id, measureIDs(j))
		}
	}
}

// checkAnchors looks at stages after attended:<measure>; the measure may stand in any journey of the workspace.
func checkAnchors(r *reader, measures map[string]bool) {
	for i := range r.stages {
		if id, ok := strings.CutPrefix(r.stages[i].Anchor, "attended:"); ok && !measures[id] {
			r.warn(join(index("stages", i), "anchor"), "no journey has a measure %s", id).near(id, slices.Sorted(maps.Keys(measures)))
		}
	}
}
