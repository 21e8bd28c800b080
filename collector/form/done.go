package form

import (
	"html/template"
	"net/http"

	"koe"
)

type doneView struct {
	Title, Lead      string
	Change, Link     string
	Key              string // of the device's copy, which is not needed any more
	Outcome          *outcomeView
	Closing, Contact template.HTML
}

// done thanks. With a token it thanks only when the store has a submission, whatever address was typed; without one,
// after an anonymous answer, nothing can be known and nothing is told but the thanks and where to turn for advice.
func (f *form) done(w *answer, r *http.Request) error {
	if r.PathValue("token") == "" {
		return f.doneAnonymous(w, r)
	}
	s, err := f.sit(r)
	if err != nil {
		return err
	}
	if s.sent == nil {
		return w.redirect(s.withLanguage(s.root))
	}
	s.draft = newDraft(s.now, s.sent)
	_, visible := s.screens()
	return f.showDone(w, s, visible)
}

func (f *form) doneAnonymous(w *answer, r *http.Request) error {
	j, ok := f.Workspace.Journey(r.PathValue("journey"))
	if !ok {
		return errNoPage
	}
	survey, ok := j.Survey(r.PathValue("survey"))
	if !ok || survey.Mode != koe.Anonymous {
		return errNoPage
	}
	s := &sitting{now: f.Now(), journey: j, survey: survey, mode: koe.Anonymous, keep: keepPage}
	s.languages = f.languages[survey]
	s.lang = choose(s.languages, r.Header.Get("Accept-Language"), r.URL.Query().Get("lang"))
	return f.showDone(w, s, nil)
}

func (f *form) showDone(w *answer, s *sitting, visible map[string]koe.Answer) error {
	v := doneView{Title: f.words.in(s.lang, "done_title"), Lead: f.words.in(s.lang, "done_lead"), Key: s.deviceKey,
		Closing: f.markdown(s.survey.Closing.In(s.lang)), Contact: f.contact(s)}
	if s.mode != koe.Anonymous && !s.late {
		v.Change = f.words.in(s.lang, "done_change", day(s.invitation.ClosesOn, s.lang))
		v.Link = s.withLanguage(s.root)
	}
	if visible != nil {
		v.Outcome = f.outcome(s, visible)
	}
	return f.render(w, http.StatusOK, "done", s.lang, s.languages, v.Title, nil, v)
}

type resultView struct {
	Survey           string
	Outcome          *outcomeView
	Answers          []answerView
	Closing, Contact template.HTML
	Restart          string
}

// showResult writes the outcome of a self-check. Nothing of it is kept.
func (f *form) showResult(w *answer, s *sitting) error {
	screens, visible := s.screens()
	if i := s.firstOpen(screens, 0, false); i < len(screens) {
		return f.showScreen(w, s, screens, i, looks{})
	}
	v := resultView{Survey: f.title(s), Outcome: f.outcome(s, visible), Closing: f.markdown(s.survey.Closing.In(s.lang)),
		Contact: f.contact(s), Restart: s.withLanguage(s.root)}
	for _, screen := range screens {
		for _, q := range screen.Questions {
			if q.Answerable() {
				a, given := visible[q.ID]
				text, missing := f.inWords(s, q, a, given)
				v.Answers = append(v.Answers, answerView{ID: q.ID, Question: q.Text.In(s.lang), Text: text, Missing: missing})
			}
		}
	}
	return f.render(w, http.StatusOK, "result", s.lang, s.languages, f.words.in(s.lang, "result_title")+" | "+v.Survey, s.formView(placeResult, nil, false, "back"), v)
}
