package journey

import (
	"strconv"

	"koe"
)

// Compiled is a journey whose conditions are compiled. It is not changed after it was made and may be used by many
// goroutines at once.
type Compiled struct {
	koe.Journey
	answers   map[string]*condition // by source: over answers
	people    map[string]*condition // by source: over a person
	questions map[string]*koe.Question
}

// Screen is a page as one respondent sees it, with the questions that are asked there.
type Screen struct {
	Index     int // of the page in the survey, from 0
	Page      *koe.Page
	Questions []*koe.Question
}

// Screens gives the pages that are shown, given the answers so far. A condition sees only answers to questions that
// are themselves shown: when somebody goes back and changes an answer, what was answered on a page that is now hidden
// counts for nothing. A page on which nothing is asked is not shown.
func (c *Compiled) Screens(survey *koe.Survey, answers map[string]koe.Answer) []Screen {
	screens, _ := c.Shown(survey, answers)
	return screens
}

// Shown gives the pages as Screens does, and the answers to the questions on them.
func (c *Compiled) Shown(survey *koe.Survey, answers map[string]koe.Answer) ([]Screen, map[string]koe.Answer) {
	screens := make([]Screen, 0, len(survey.Pages))
	shown := make(map[string]koe.Answer, len(answers))
	for i := range survey.Pages {
		page := &survey.Pages[i]
		if !c.decide(page.ShowIf, shown) {
			continue
		}
		screen := Screen{Index: i, Page: page, Questions: make([]*koe.Question, 0, len(page.Ask))}
		ask := func(id string) {
			if q := c.questions[id]; q != nil {
				screen.Questions = append(screen.Questions, q)
				if a, ok := answers[id]; ok {
					shown[id] = a
				}
			}
		}
		for _, id := range page.Ask {
			ask(id)
		}
		followUps := 0
		for _, f := range page.AskIf {
			if page.AtMost > 0 && followUps == page.AtMost {
				break
			}
			if c.decide(f.When, shown) {
				ask(f.Question)
				followUps++
			}
		}
		if len(screen.Questions) > 0 {
			screens = append(screens, screen)
		}
	}
	return screens, shown
}

// Outcome gives the result page that these answers lead to: the first whose condition holds. Answers to questions
// that are not shown count for nothing.
func (c *Compiled) Outcome(survey *koe.Survey, answers map[string]koe.Answer) (*koe.Outcome, bool) {
	_, shown := c.Shown(survey, answers)
	for i := range survey.Outcomes {
		if c.decide(survey.Outcomes[i].When, shown) {
			return &survey.Outcomes[i], true
		}
	}
	return nil, false
}

// decide evaluates a condition over answers; an empty one holds. The checker lets nothing through that can fail, and
// if something did, its question would rather not be asked.
func (c *Compiled) decide(source string, answers map[string]koe.Answer) bool {
	if source == "" {
		return true
	}
	compiled := c.answers[source]
	if compiled == nil {
		return false
	}
	holds, err := compiled.holds(func(name string) any { return c.value(name, answers) })
	return err == nil && holds
}

func (c *Compiled) value(name string, answers map[string]koe.Answer) any {
	a, ok := answers[name]
	if !ok || a.Missing != koe.MissingNone {
		return nil
	}
	switch answerKind(c.questions[name].Kind) {
	case number:
		if a.Value != nil {
			return *a.Value
		}
	case texts:
		if a.Choices != nil {
			return a.Choices
		}
	default:
		if len(a.Choices) > 0 {
			return a.Choices[0]
		}
		if a.Text != "" {
			return a.Text
		}
	}
	return nil
}

// answerKind says what a question's answer is in a condition.
func answerKind(k koe.QuestionKind) kind {
	switch k {
	case koe.KindScale, koe.KindNumber, koe.KindYesNo, koe.KindContact, koe.KindConsent:
		return number
	case koe.KindMulti:
		return texts
	case koe.KindNote:
		return noAnswer
	}
	return text
}

// Applies reports whether the stage is meant for this person in this spell: whether its `when` holds. It sees the
// segment columns, role (hire unless stated), language, left_reason, joined_on, left_on (2026-04-01) and spell (a
// number); what is empty has no value.
func (c *Compiled) Applies(stage *koe.Stage, p koe.Person, spell koe.Spell) (bool, error) {
	if stage.When == "" {
		return true, nil
	}
	compiled := c.people[stage.When]
	if compiled == nil {
		return false, koe.Errorf(koe.Invalid, "stage %s of journey %s: its condition %q was not compiled", stage.ID, c.ID, stage.When)
	}
	return compiled.holds(func(name string) any {
		v := ""
		switch name {
		case "role":
			if v = p.Role; v == "" {
				v = "hire"
			}
		case "language":
			v = p.Language
		case "left_reason":
			v = spell.LeftReason
		case "joined_on":
			v = spell.JoinedOn.String()
		case "left_on":
			v = spell.LeftOn.String()
		case "spell":
			if spell.Number == 0 {
				return nil
			}
			return float64(spell.Number)
		default:
			v = p.Segments[name]
		}
		if v == "" {
			return nil
		}
		return v
	})
}

// Compile makes a Compiled of a journey that did not come from a file. columns are the segment columns that stage
// conditions may use. The problems carry no places.
func Compile(j koe.Journey, columns []string) (*Compiled, koe.Problems) {
	r := newReader("", &source{}, "en", "")
	c := compile(r, j, columns)
	return c, r.problems
}

// compile compiles every condition of the journey, and reports what is wrong with them at their places.
func compile(r *reader, j koe.Journey, columns []string) *Compiled {
	c := &Compiled{Journey: j, answers: map[string]*condition{}, people: map[string]*condition{}, questions: map[string]*koe.Question{}}
	overAnswers := map[string]variable{}
	for i := range c.Questions {
		q := &c.Questions[i]
		c.questions[q.ID] = q
		v := variable{kind: answerKind(q.Kind)}
		for _, o := range q.Options {
			v.options = append(v.options, o.Value)
		}
		if q.Kind == koe.KindContact {
			v.lo, v.hi, v.ranged = 0, 1, true
		} else {
			v = ranged(v, &c.Journey, q)
		}
		overAnswers[q.ID] = v
	}
	overPerson := map[string]variable{"spell": {kind: number}}
	for _, name := range append([]string{"role", "language", "left_reason", "joined_on", "left_on"}, columns...) {
		overPerson[name] = variable{kind: text}
	}
	for i := range c.Surveys {
		s := &c.Surveys[i]
		at := join("surveys", s.ID)
		for p := range s.Pages {
			page := index(join(at, "pages"), p)
			c.compileOne(r, join(page, "show_if"), s.Pages[p].ShowIf, overAnswers, c.answers)
			for f := range s.Pages[p].AskIf {
				c.compileOne(r, join(index(join(page, "ask_if"), f), "when"), s.Pages[p].AskIf[f].When, overAnswers, c.answers)
			}
		}
		for o := range s.Outcomes {
			if s.Outcomes[o].ID == "" {
				s.Outcomes[o].ID = strconv.Itoa(o + 1)
			}
			c.compileOne(r, join(index(join(at, "outcomes"), o), "when"), s.Outcomes[o].When, overAnswers, c.answers)
		}
	}
	for i := range c.Stages {
		c.compileOne(r, join(index("stages", i), "when"), c.Stages[i].When, overPerson, c.people)
	}
	return c
}

// ranged adds the range of a question, if it has a sound one.
func ranged(v variable, j *koe.Journey, q *koe.Question) variable {
	v.lo, v.hi, v.ranged = j.Range(q)
	v.ranged = v.ranged && v.lo < v.hi
	return v
}

func (c *Compiled) compileOne(r *reader, path, source string, variables map[string]variable, into map[string]*condition) {
	if source == "" {
		return
	}
	compiled, bad := compileCondition(source, variables)
	for _, b := range bad {
		at := r.place(path)
		if n, ok := r.nodes[path]; ok {
			at = r.source.within(n, source, b.index)
		}
		rep := r.failAt(at, b.say, b.args...)
		rep.hint(b.hint, b.hints...)
		r.problems[rep.i].Warning = b.warning
	}
	if compiled != nil {
		into[source] = compiled
	}
}
