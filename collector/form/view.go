package form

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

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
	Added       bool
	First       bool
	Questions   []questionView
	Next, Back  string
	BackLink    string
}

type optionView struct {
	Value, Text, Hidden, ID string
	Checked                 bool
}

// questionView is one question as the page draws it. Kind: note, choice, text, number, date.
type questionView struct {
	words
	lang                                    string
	ID, Kind, Text, Help, Error, Describe   string
	Note                                    template.HTML
	Optional                                bool
	Class, Input                            string
	Low, High                               string
	Options                                 []optionView
	Value, Count                            string
	Max, Rows                               int
	NoteLabel, NoteValue                    string
	Decline, Declined                       bool
	DeclineInput, DeclineName, DeclineValue string
}

// T gives a text of the form itself in the page's language.
func (q questionView) T(key string, args ...any) string { return q.words.in(q.lang, key, args...) }

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
	v := screenView{Title: screen.Page.Title.In(s.lang), About: s.subject, Progress: f.progress(s, i+1, steps), Added: l.added && !l.wrong}
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

// home is the address of the first page.
func (s *sitting) home() string { return s.root }

// fieldOf is the id of the first field of a question, where a link in the error summary leads.
func fieldOf(q questionView) string { return "i-" + q.ID }

func (f *form) question(s *sitting, q *koe.Question, l looks) questionView {
	v := questionView{words: f.words, lang: s.lang, ID: q.ID, Text: q.Text.In(s.lang), Help: q.Help.In(s.lang),
		Optional: !q.Required && q.Answerable(), Decline: true,
		DeclineInput: "checkbox", DeclineName: "d." + q.ID, DeclineValue: "1"}
	a := s.draft.Answers[q.ID]
	v.Declined = a.Missing == koe.DeclinedTo
	if bad := l.taken.faults[q.ID]; bad != nil && l.wrong {
		v.Error = bad.in(f.words, s.lang)
	}
	radio := func() {
		v.Kind, v.Input = "choice", "radio"
		v.DeclineInput, v.DeclineName, v.DeclineValue = "radio", "a."+q.ID, declineValue
	}
	is := func(n float64) bool { return a.Value != nil && *a.Value == n }
	switch q.Kind {
	case koe.KindNote:
		v.Kind, v.Note = "note", f.markdown(q.Text.In(s.lang))
	case koe.KindScale:
		radio()
		f.scale(s, q, &v, is)
	case koe.KindYesNo:
		radio()
		v.Class = "yesno"
		v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "yes"), Checked: is(1)}, {Value: "0", Text: f.words.in(s.lang, "no"), Checked: is(0)}}
	case koe.KindConsent:
		if q.Required { // something must be pressed
			radio()
			v.Class = "yesno"
			v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "consent_yes"), Checked: is(1)}, {Value: "0", Text: f.words.in(s.lang, "consent_no"), Checked: is(0)}}
			break
		}
		// One box; without its tick consent is not given, so there is nothing to decline.
		v.Kind, v.Input, v.Decline, v.Optional = "choice", "checkbox", false, false
		v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "consent_yes"), Checked: is(1)}}
	case koe.KindContact:
		radio()
		v.Class, v.Decline, v.Optional = "yesno", false, false
		v.Options = []optionView{{Value: "0", Text: f.words.in(s.lang, "no"), Checked: !is(1)}, {Value: "1", Text: f.words.in(s.lang, "yes"), Checked: is(1)}}
		v.Help = strings.TrimSpace(v.Help + " " + f.words.in(s.lang, "contact_help"))
		v.NoteLabel, v.NoteValue, v.Max = f.words.in(s.lang, "contact_note"), a.Text, defaultTextMax
	case koe.KindSingle, koe.KindMulti:
		radio()
		if q.Kind == koe.KindMulti {
			v.Input, v.DeclineInput, v.DeclineName, v.DeclineValue = "checkbox", "checkbox", "d."+q.ID, "1"
			if v.Help == "" {
				v.Help = f.words.in(s.lang, "any_number")
			}
		}
		for _, o := range q.Options {
			v.Options = append(v.Options, optionView{Value: o.Value, Text: o.Text.In(s.lang), Checked: slices.Contains(a.Choices, o.Value)})
		}
	case koe.KindText:
		v.Kind, v.Value, v.Max, v.Rows = "text", a.Text, textMax(q), 5
		if v.Max <= 100 {
			v.Rows = 2
		}
		v.Count = f.words.in(s.lang, "chars", v.Max)
		if n := utf8.RuneCountInString(a.Text); n > 0 {
			v.Count = strings.NewReplacer("{n}", fmt.Sprint(n), "{max}", fmt.Sprint(v.Max)).Replace(f.words.in(s.lang, "chars_now"))
		}
		care := "text_care"
		if s.mode == koe.Identified {
			care = "text_care_identified"
		}
		if s.keep != keepNowhere && !l.cared {
			v.Help = strings.TrimSpace(v.Help + " " + f.words.in(s.lang, care))
		}
	case koe.KindDate:
		v.Kind, v.Input = "date", "date"
		if len(a.Choices) > 0 {
			v.Value = a.Choices[0]
		}
		if v.Help == "" {
			v.Help = f.words.in(s.lang, "date_help")
		}
	case koe.KindNumber:
		if lo, hi, ok := rowOf(q); ok {
			radio()
			v.Class = "numbers"
			for n := lo; n <= hi; n++ {
				v.Options = append(v.Options, optionView{Value: fmt.Sprint(n), Text: fmt.Sprint(n), Checked: is(float64(n))})
			}
			break
		}
		v.Kind, v.Input = "number", "text"
		if a.Value != nil {
			v.Value = plain(*a.Value)
		}
		if b := bounds(q); b != nil && v.Help == "" {
			v.Help = b.in(f.words, s.lang)
		}
	}
	if raw, ok := l.taken.raw[q.ID]; ok {
		v.Value = clip(raw, 200)
		if v.Kind == "date" {
			v.Input = "text" // a date field would not show what was typed
		}
	}
	if len(v.Options) > 0 {
		v.Options[0].ID = "i-" + q.ID
	}
	var describe []string
	if v.Help != "" {
		describe = append(describe, "h-"+q.ID)
	}
	if v.Error != "" {
		describe = append(describe, "e-"+q.ID)
	}
	v.Describe = strings.Join(describe, " ")
	return v
}

// scale lays out the steps of a scale: each with its label, or numbers between two labelled ends.
func (f *form) scale(s *sitting, q *koe.Question, v *questionView, is func(float64) bool) {
	sc, ok := s.journey.Scale(q.Scale)
	if !ok {
		return
	}
	labels := labelsIn(sc, s.lang)
	steps := sc.To - sc.From + 1
	full := len(labels) == steps
	v.Class = fmt.Sprintf("scale s%d", steps)
	if !full {
		v.Class = fmt.Sprintf("numbers s%d", steps)
		if len(labels) == 2 {
			v.Low, v.High = labels[0], labels[1]
		}
	}
	for n := sc.From; n <= sc.To; n++ {
		o := optionView{Value: fmt.Sprint(n), Text: fmt.Sprint(n), Checked: is(float64(n))}
		switch {
		case full:
			o.Text = labels[n-sc.From]
		case n == sc.From:
			o.Hidden = " " + v.Low
		case n == sc.To:
			o.Hidden = " " + v.High
		}
		v.Options = append(v.Options, o)
	}
}

func labelsIn(sc *koe.Scale, lang string) []string {
	keys := koe.Text{}
	for tag := range sc.Labels {
		keys[tag] = tag
	}
	return sc.Labels[keys.In(lang)]
}

// answerView is one line of the review.
type answerView struct {
	ID, Question, Text, Change string
	Missing                    bool
}

type reviewPage struct {
	Title, Place, Link string
	Answers            []answerView
}

type reviewView struct {
	Progress   progressView
	Pages      []reviewPage
	AskPublish bool
	Publish    bool
	Final      bool
	Note, Send string
}

// inWords writes an answer as its person gave it.
func (f *form) inWords(s *sitting, q *koe.Question, a koe.Answer, given bool) (text string, missing bool) {
	t := func(key string) string { return f.words.in(s.lang, key) }
	switch {
	case a.Missing == koe.DeclinedTo:
		return t("declined"), true
	case q.Kind == koe.KindContact && (!given || a.Value == nil):
		return t("no"), false
	case !given || a.Missing != koe.MissingNone:
		return t("skipped"), true
	}
	choice := func(yes, no string) string {
		if *a.Value == 1 {
			return t(yes)
		}
		return t(no)
	}
	switch q.Kind {
	case koe.KindScale:
		if sc, ok := s.journey.Scale(q.Scale); ok {
			if labels := labelsIn(sc, s.lang); len(labels) == sc.To-sc.From+1 {
				return labels[int(*a.Value)-sc.From], false
			}
		}
		return plain(*a.Value), false
	case koe.KindNumber:
		return plain(*a.Value), false
	case koe.KindYesNo:
		return choice("yes", "no"), false
	case koe.KindConsent:
		return choice("consent_yes", "consent_no"), false
	case koe.KindContact:
		if a.Text != "" {
			return choice("yes", "no") + "\n" + a.Text, false
		}
		return choice("yes", "no"), false
	case koe.KindSingle, koe.KindMulti:
		var texts []string
		for _, o := range q.Options {
			if slices.Contains(a.Choices, o.Value) {
				texts = append(texts, o.Text.In(s.lang))
			}
		}
		return strings.Join(texts, "\n"), false
	case koe.KindDate:
		if d, err := koe.ParseDate(a.Choices[0]); err == nil {
			return day(d, s.lang), false
		}
		return a.Choices[0], false
	}
	return a.Text, false
}

// showReview writes what is about to be sent, for the last look.
func (f *form) showReview(w *answer, s *sitting) error {
	screens, visible := s.screens()
	v := reviewView{Progress: f.progress(s, len(screens)+1, len(screens)+1), Publish: s.draft.Publish}
	asksItself := false
	for _, screen := range screens {
		p := reviewPage{Title: screen.Page.Title.In(s.lang), Place: placeOf(screen)}
		if s.keep == keepServer {
			p.Link = s.withLanguage(s.path(p.Place) + "?review")
		}
		for _, q := range screen.Questions {
			if !q.Answerable() {
				continue
			}
			asksItself = asksItself || q.ID == publishQuestion
			a, given := visible[q.ID]
			v.AskPublish = v.AskPublish || (q.Kind == koe.KindText && a.Text != "")
			text, missing := f.inWords(s, q, a, given)
			name := q.Text.In(s.lang)
			p.Answers = append(p.Answers, answerView{q.ID, name, text, f.words.in(s.lang, "review_change_of", name), missing})
		}
		if len(p.Answers) > 0 {
			v.Pages = append(v.Pages, p)
		}
	}
	v.AskPublish = v.AskPublish && !asksItself
	v.Final = s.mode == koe.Anonymous
	v.Note = f.words.in(s.lang, "final_open", day(s.invitation.ClosesOn, s.lang))
	if v.Final {
		v.Note = f.words.in(s.lang, "final_anonymous")
	}
	v.Send = f.words.in(s.lang, "send")
	if s.sent != nil {
		v.Send = f.words.in(s.lang, "send_again")
	}
	return f.render(w, http.StatusOK, "review", s.lang, s.languages, f.words.in(s.lang, "review_title")+" | "+f.title(s), s.formView(placeReview, nil, false, "stay"), v)
}
