package form

import (
	"net/http"
	"strings"

	"koe"
	"koe/journey"
)

// looks is how a screen is shown: after what.
type looks struct {
	taken taken
	wrong bool // something on it must be looked at again
	added bool // the last answer added a question
	back  bool // it was opened from the review and goes back there
	cared bool // an earlier question of the page has said what not to write
}

type progressView struct {
	Step, Steps int
	Label, Text string
}

type errorView struct{ Field, Question, Text string }

type screenView struct {
	Title       string
	About       string
	Progress    progressView
	Errors      []errorView
	ErrorsTitle string
	Late        string // it has closed; until when what was begun can be sent
	Added       bool
	First       bool
	Questions   []questionView
	Next, Back  string
	BackLink    string
}

func (s *sitting) formView(place string, shown []string, back bool, enter string) *formView {
	return &formView{Action: s.path(place), Keep: s.keep, Key: s.deviceKey, At: place, State: s.draft.encode(),
		Shown: strings.Join(shown, ","), Lang: s.lang, Return: back, Default: enter}
}

func (f *form) title(s *sitting) string {
	if title := s.survey.Title.In(s.lang); title != "" {
		return title
	}
	if s.stage != nil && s.stage.Title.In(s.lang) != "" {
		return s.stage.Title.In(s.lang)
	}
	return s.journey.Title.In(s.lang)
}

func (f *form) progress(s *sitting, step, steps int) progressView {
	t := f.words.in(s.lang, "step", step, steps)
	return progressView{step, steps, f.words.in(s.lang, "progress"), t}
}

// showScreen writes one screen of questions.
func (f *form) showScreen(w *answer, s *sitting, screens []journey.Screen, i int, l looks) error {
	screen := screens[i]
	place := placeOf(screen)
	steps := len(screens)
	if s.keep != keepNowhere {
		steps++ // the review
	}
	v := screenView{Title: screen.Page.Title.In(s.lang), About: s.subject, Progress: f.progress(s, i+1, steps), Added: l.added && !l.wrong, Late: f.lateness(s)}
	if v.Title == "" {
		v.Title = f.title(s)
	}
	var shown []string
	for _, q := range screen.Questions {
		shown = append(shown, q.ID)
		v.First = v.First || i == 0 && q.Answerable()
		qv := f.question(s, q, l)
		l.cared = l.cared || q.Kind == koe.KindText
		if qv.Error != "" {
			v.Errors = append(v.Errors, errorView{fieldOf(qv), qv.Text, qv.Error})
		}
		v.Questions = append(v.Questions, qv)
	}
	if n := len(v.Errors); n > 0 {
		v.ErrorsTitle = f.words.in(s.lang, "errors_title", n)
	}
	switch {
	case l.back || (i+1 == len(screens) && s.keep != keepNowhere):
		v.Next = f.words.in(s.lang, "to_review")
	case i+1 == len(screens):
		v.Next = f.words.in(s.lang, "to_result")
	default:
		v.Next = f.words.in(s.lang, "next")
	}
	switch {
	case i > 0:
		v.Back = "back"
	default:
		v.BackLink = s.withLanguage(s.home())
	}
	status := http.StatusOK
	if l.wrong {
		status = http.StatusUnprocessableEntity
	}
	return f.render(w, status, "screen", s.lang, s.languages, v.Title+" | "+f.title(s), s.formView(place, shown, l.back, "next"), v)
}

// lateness says, after the close, until when what was begun can be sent; "" before.
func (f *form) lateness(s *sitting) string {
	if !s.late {
		return ""
	}
	return f.words.in(s.lang, "late", s.closing.Add(grace).Format("15:04"))
}

// home is the address of the first page.
func (s *sitting) home() string { return s.root }

// fieldOf is the id of the first field of a question, where a link in the error summary leads.
func fieldOf(q questionView) string { return "i-" + q.ID }
