package form

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"koe"
	"koe/journey"

	"github.com/google/uuid"
)

// place shows a screen or the review.
func (f *form) place(w *answer, r *http.Request) error {
	s, err := f.sit(r)
	if err != nil {
		return err
	}
	place := r.PathValue("place")
	if s.keep != keepServer { // without the page that held the answers only the beginning can be shown
		screens, _ := s.screens()
		if len(screens) == 0 {
			return f.showLast(w, s)
		}
		return f.showScreen(w, s, screens, 0, looks{})
	}
	screens, _ := s.screens()
	open := s.firstOpen(screens, 0, false)
	if place == placeReview {
		if open == len(screens) {
			return f.showReview(w, s)
		}
		return w.redirect(s.withLanguage(s.path(placeOf(screens[open]))))
	}
	i, ok := at(screens, place)
	if !ok {
		return errNoPage
	}
	if i > open { // not past a page that still needs something
		return w.redirect(s.withLanguage(s.path(placeOf(screens[open]))))
	}
	return f.showScreen(w, s, screens, i, looks{added: r.URL.Query().Has("added"), back: r.URL.Query().Has("review")})
}

// turn takes the answers of a page and goes where the pressed button leads.
func (f *form) turn(w *answer, r *http.Request) error {
	s, err := f.sit(r)
	if err != nil {
		return err
	}
	if !f.limits.mayPost(r.PathValue("token"), s.now) {
		return errTooMany
	}
	post := r.PostForm
	place, do := post.Get("at"), post.Get("do")
	if place == "" {
		place = r.PathValue("place")
	}
	if do == "" { // the enter key, or a language button
		do = "next"
		if post.Has("lang") {
			do = "stay"
		}
	}
	if do == "send" {
		return f.send(w, r, s)
	}
	if do == "save" && s.stale() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	before := s.draft.clone()
	if s.sent != nil {
		s.draft.Base = s.sent.ID // whoever goes on with an old page changes what was sent
	}
	s.draft.Language = s.lang
	taken := f.take(s, place, post, do)
	if s.keep == keepServer && (!s.started || !before.equal(s.draft)) {
		if err := f.Store.SaveDraft(r.Context(), s.now, s.invitation.Key, s.draft.bytes()); err != nil {
			return fmt.Errorf("save the draft: %w", err)
		}
		f.metrics.drafts.Inc()
	}
	return f.lead(w, r, s, place, do, taken)
}

// taken is what came of reading a posted page.
type taken struct {
	faults map[string]*fault
	raw    map[string]string // what was typed where it could not be read
	shown  []string          // questions that the page showed
}

// take puts the answers of a posted page into the draft. A question that was shown and left empty becomes Skipped, but
// only when the page is left: autosave and the language switch know nothing about what is still to come.
func (f *form) take(s *sitting, place string, post map[string][]string, do string) taken {
	t := taken{faults: map[string]*fault{}, raw: map[string]string{}}
	if place == placeReview {
		s.draft.Publish = slices.Contains(post["publish"], "1")
		return t
	}
	j := &s.journey.Journey
	page := pageAt(s.survey, place)
	if page == nil || do == "resume" {
		return t
	}
	if shown := strings.Join(post["shown"], ","); shown != "" {
		t.shown = strings.Split(shown, ",")
	}
	for _, id := range askedOn(page) {
		q, ok := j.Question(id)
		if !ok || !slices.Contains(t.shown, id) {
			continue
		}
		if !q.Answerable() { // a note was read when its page is left behind
			if do == "next" {
				s.draft.Answers[id] = koe.Answer{Missing: koe.Skipped}
			}
			continue
		}
		a, given, bad := read(j, q, post)
		old, had := s.draft.Answers[id]
		switch {
		case given:
			s.draft.Answers[id] = a
		case bad != nil:
			t.raw[id] = first(post["a."+id])
			delete(s.draft.Answers, id)
		case do == "next" || do == "back" && had:
			s.draft.Answers[id] = koe.Answer{Missing: koe.Skipped}
		case had && old.Missing != koe.Skipped:
			delete(s.draft.Answers, id)
		}
		if bad == nil {
			a, given := s.draft.Answers[id]
			bad = s.fault(q, a, given)
		}
		if bad != nil {
			t.faults[id] = bad
		}
	}
	return t
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func pageAt(s *koe.Survey, place string) *koe.Page {
	for i := range s.Pages {
		if placeOf(journey.Screen{Index: i}) == place {
			return &s.Pages[i]
		}
	}
	return nil
}

func askedOn(page *koe.Page) []string {
	ids := slices.Clone(page.Ask)
	for _, more := range page.AskIf {
		ids = append(ids, more.Question)
	}
	return ids
}

// lead goes on from a page after its answers were taken.
func (f *form) lead(w *answer, r *http.Request, s *sitting, place, do string, t taken) error {
	screens, _ := s.screens()
	back := r.PostForm.Get("ret") != ""
	i, here := at(screens, place)
	switch {
	case do == "save":
		w.WriteHeader(http.StatusNoContent)
		return nil
	case strings.HasPrefix(do, "go:"):
		if to, ok := at(screens, strings.TrimPrefix(do, "go:")); ok {
			return f.goTo(w, s, screens, to, looks{back: true})
		}
		return f.goTo(w, s, screens, 0, looks{})
	case do == "back":
		if to := before(screens, place); to >= 0 {
			return f.goTo(w, s, screens, to, looks{})
		}
		return w.redirect(s.withLanguage(s.root))
	case do == "resume" && here, do == "stay" && here:
		return f.goTo(w, s, screens, i, looks{back: back})
	case do == "resume" || do == "stay":
		return f.goTo(w, s, screens, s.firstOpen(screens, 0, false), looks{})
	}
	if here {
		if len(t.faults) > 0 {
			return f.showScreen(w, s, screens, i, looks{taken: t, wrong: true, back: back})
		}
		for _, q := range screens[i].Questions { // an answer on this very page may ask for more
			if !slices.Contains(t.shown, q.ID) {
				return f.goTo(w, s, screens, i, looks{added: true, back: back})
			}
		}
	}
	to := after(screens, place)
	if back {
		to = s.firstOpen(screens, to, true)
	}
	return f.goTo(w, s, screens, to, looks{back: back})
}

// goTo shows a screen, or what comes after all of them. Where the store has the draft, the browser is sent there, so
// that reload and the back button are harmless; otherwise the page with the answers in it is the reply.
func (f *form) goTo(w *answer, s *sitting, screens []journey.Screen, i int, l looks) error {
	if s.keep == keepServer {
		if i >= len(screens) {
			return w.redirect(s.withLanguage(s.path(placeReview)))
		}
		query := ""
		switch {
		case l.added && l.back:
			query = "?added&review"
		case l.added:
			query = "?added"
		case l.back:
			query = "?review"
		}
		return w.redirect(s.withLanguage(s.path(placeOf(screens[i])) + query))
	}
	if i >= len(screens) {
		return f.showLast(w, s)
	}
	return f.showScreen(w, s, screens, i, l)
}

func (f *form) showLast(w *answer, s *sitting) error {
	if s.keep == keepNowhere {
		return f.showResult(w, s)
	}
	return f.showReview(w, s)
}

// send gives the answers to the store and thanks only after the store has them on disk. What is sent is what the review
// showed; the draft in the store stands in when the page held nothing.
func (f *form) send(w *answer, r *http.Request, s *sitting) error {
	if s.keep == keepNowhere {
		return f.showResult(w, s)
	}
	s.draft.Language = s.lang
	s.draft.Publish = r.PostForm.Get("publish") == "1"
	screens, visible := s.screens()
	for i, screen := range screens {
		t := taken{faults: map[string]*fault{}, raw: map[string]string{}}
		for _, q := range screen.Questions {
			a, given := visible[q.ID]
			if bad := s.fault(q, a, given); bad != nil {
				t.faults[q.ID] = bad
			}
		}
		if len(t.faults) > 0 {
			return f.showScreen(w, s, screens, i, looks{taken: t, wrong: true, back: true})
		}
	}
	sub := s.submission(screens, visible)
	receipt, err := f.Store.SubmitTo(r.Context(), s.now, s.invitation, sub)
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if !receipt.Duplicate {
		f.metrics.submissions.Inc()
	}
	if s.mode == koe.Anonymous {
		if len(s.survey.Outcomes) > 0 {
			return f.showDone(w, s, visible)
		}
		return w.redirect(f.base + "/done/" + s.journey.ID + "/" + s.survey.ID + "?lang=" + s.lang)
	}
	return w.redirect(s.root + "/done?lang=" + s.lang)
}

// submission makes what is sent out of the visible answers. Every question of the survey has an entry: its answer, or
// why there is none. Contact questions become requests and leave no trace among the answers.
func (s *sitting) submission(screens []journey.Screen, visible map[string]koe.Answer) koe.Submission {
	inv, asked := s.invitation, s.survey.Asked()
	sub := koe.Submission{
		Invitation: inv.Key, Person: inv.Person, Journey: inv.Journey, Stage: inv.Stage,
		Survey: s.survey.ID, Version: s.survey.Version, Mode: s.mode, Language: s.lang, Source: koe.SourceForm,
		SubmittedAt: s.now.UTC(), DueOn: inv.DueOn, Segments: inv.Segments, Answers: make(map[string]koe.Answer, len(asked)),
		Seconds: s.draft.Seconds + int(min(s.now.Sub(s.draft.Started), 30*24*time.Hour)/time.Second),
	}
	shown := make(map[string]bool, len(asked))
	for _, screen := range screens {
		for _, q := range screen.Questions {
			shown[q.ID] = true
		}
	}
	requests := map[string]string{}
	hasPublish, wrote := false, false
	for _, id := range asked {
		q, ok := s.journey.Question(id)
		if !ok || !q.Answerable() {
			continue
		}
		a, given := visible[id]
		switch {
		case q.Kind == koe.KindContact:
			if given && a.Value != nil && *a.Value == 1 {
				requests[id] = a.Text
			}
			continue
		case !shown[id]:
			a = koe.Answer{Missing: koe.NotAsked}
		case !given:
			a = koe.Answer{Missing: koe.Skipped}
		}
		if id == publishQuestion {
			hasPublish = true
			sub.PublishOK = a.Value != nil && *a.Value == 1
		}
		wrote = wrote || (q.Kind == koe.KindText && a.Text != "")
		sub.Answers[id] = a
	}
	if !hasPublish {
		sub.PublishOK = s.draft.Publish && wrote
	}
	sub.ID = s.draft.submissionID(sub.Answers, requests, sub.PublishOK)
	for _, id := range asked {
		if note, ok := requests[id]; ok {
			sub.Requests = append(sub.Requests, koe.Request{
				ID:     uuid.NewSHA1(uuid.NameSpaceOID, []byte(sub.ID+" "+id)).String(),
				Person: inv.Person, Journey: inv.Journey, Stage: inv.Stage, Question: id, Note: note, State: "open", CreatedAt: s.now.UTC(),
			})
		}
	}
	return sub
}

// publishQuestion is the id of a consent question by which a journey itself asks whether comments may be published; the
// review asks where a survey with free texts has none.
const publishQuestion = "PUBLISH"
