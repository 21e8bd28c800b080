package form

import (
	"net/http"
	"slices"
	"strings"

	"koe"
)

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
	Late       string // it has closed; until when it can be sent
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
	v.Final, v.Late = s.mode == koe.Anonymous, f.lateness(s)
	switch {
	case v.Final:
		v.Note = f.words.in(s.lang, "final_anonymous")
	case !s.late:
		v.Note = f.words.in(s.lang, "final_open", day(s.invitation.ClosesOn, s.lang))
	}
	v.Send = f.words.in(s.lang, "send")
	if s.sent != nil {
		v.Send = f.words.in(s.lang, "send_again")
	}
	return f.render(w, http.StatusOK, "review", s.lang, s.languages, f.words.in(s.lang, "review_title")+" | "+f.title(s), s.formView(placeReview, nil, false, "stay"), v)
}
