package form

import (
	"html/template"
	"net/http"

	"koe"
)

type factView struct{ Name, Text string }

type outcomeView struct {
	Title string
	Text  template.HTML
}

type resumeView struct{ Action, Key string }

type startView struct {
	Journey, Survey  string
	Answered         string // sentence; "" when nothing was sent yet
	Continue         string // address; "" when nothing was begun
	Start, StartText string
	Intro            template.HTML
	Facts, Promise   []factView
	Contact          template.HTML
	Outcome          *outcomeView
	Resume           *resumeView
}

// start writes the first page: what this is, and what is promised about the answers before any is given (METHOD 5.5).
func (f *form) start(w *answer, r *http.Request) error {
	s, err := f.sit(r)
	if err != nil {
		return err
	}
	screens, visible := s.screens()
	v := startView{Journey: s.journey.Title.In(s.lang), Survey: f.title(s), Intro: f.markdown(s.survey.Intro.In(s.lang)),
		Facts: f.facts(s), Promise: f.promise(s), Contact: f.contact(s), StartText: f.words.in(s.lang, "start")}
	first := s.last()
	if len(screens) > 0 {
		first = placeOf(screens[0])
	}
	v.Start = s.withLanguage(s.path(first))
	if v.Journey == v.Survey {
		v.Journey = ""
	}
	switch {
	case s.keep == keepNowhere:
		v.StartText = f.words.in(s.lang, "start_check")
	case s.sent != nil:
		v.Answered = f.words.in(s.lang, "answered_lead", day(s.invitation.ClosesOn, s.lang))
		v.Outcome = f.outcome(s, visible)
	case s.started && len(s.draft.Answers) > 0:
		next := placeReview
		if i := s.firstOpen(screens, 0, true); i < len(screens) {
			next = placeOf(screens[i])
		}
		v.Continue = s.withLanguage(s.path(next))
	case s.keep == keepPage:
		v.Resume = &resumeView{s.path(first), s.deviceKey}
	}
	return f.render(w, http.StatusOK, "start", s.lang, s.languages, v.Survey, nil, v)
}

// facts are the few things that somebody with three minutes wants to know first.
func (f *form) facts(s *sitting) []factView {
	t := func(key string, args ...any) string { return f.words.in(s.lang, key, args...) }
	var facts []factView
	if s.subject != "" {
		facts = append(facts, factView{t("fact_about"), s.subject})
	}
	seconds, questions := 0.0, 0
	for _, id := range s.survey.Asked() {
		q, ok := s.journey.Question(id)
		if !ok {
			continue
		}
		switch {
		case q.Kind == koe.KindNote:
			seconds += 20
		case q.Role == "followup":
			seconds += 4 // asked of some only
		case q.Kind == koe.KindText:
			questions, seconds = questions+1, seconds+40
		default:
			questions, seconds = questions+1, seconds+9
		}
	}
	length := t("about_minutes", max(1, int(seconds/60+0.5)))
	if questions > 0 {
		length += t("comma") + t("questions", questions)
	}
	facts = append(facts, factView{t("fact_time"), length})
	if !s.invitation.ClosesOn.IsZero() {
		facts = append(facts, factView{t("fact_until"), t("fact_until_text", day(s.invitation.ClosesOn, s.lang))})
	}
	mode := string(s.mode)
	if s.keep == keepNowhere {
		mode = "check"
	}
	return append(facts, factView{t("fact_mode"), t("mode_" + mode)})
}

// promise says who asks, why, who sees what, the rule for small groups, that stages are linked, that it is voluntary, how
// to see or erase, and how long answers are kept: made from the survey's mode and the settings, so that it is true.
func (f *form) promise(s *sitting) []factView {
	set := &f.Workspace.Settings
	t := func(key string, args ...any) string { return f.words.in(s.lang, key, args...) }
	if s.keep == keepNowhere {
		return []factView{{t("p_check"), t("p_check_text")}}
	}
	k := set.Disclosure.MinGroup
	if k < 3 {
		k = 5
	}
	see := t("p_see_"+string(s.mode), k)
	texts := false
	for _, id := range s.survey.Asked() {
		if q, ok := s.journey.Question(id); ok && q.Kind == koe.KindText {
			texts = true
		}
	}
	if texts && s.mode != koe.Identified {
		see += t("space") + t("p_text_confidential")
	}
	rights := t("p_rights_anonymous")
	if s.mode != koe.Anonymous {
		rights = t("p_rights_confidential", day(s.invitation.ClosesOn, s.lang))
	}
	promise := []factView{
		{t("p_who"), t("p_who_text", set.Organization.In(s.lang))},
		{t("p_free"), t("p_free_text")},
		{t("p_see"), see},
		{t("p_linked"), t("p_linked_" + string(s.mode))},
		{t("p_rights"), rights},
	}
	answers, comments := f.words.span(s.lang, set.Retention.Answers), f.words.span(s.lang, set.Retention.Comments)
	switch {
	case answers != "" && comments != "" && texts:
		promise = append(promise, factView{t("p_keep"), t("p_keep_both", answers, comments)})
	case answers != "":
		promise = append(promise, factView{t("p_keep"), t("p_keep_answers", answers)})
	}
	return promise
}

func (f *form) contact(s *sitting) template.HTML {
	return f.markdown(f.Workspace.Settings.Contact.In(s.lang))
}

func (f *form) outcome(s *sitting, answers map[string]koe.Answer) *outcomeView {
	o, ok := s.journey.Outcome(s.survey, answers)
	if !ok {
		return nil
	}
	return &outcomeView{o.Title.In(s.lang), f.markdown(o.Text.In(s.lang))}
}
