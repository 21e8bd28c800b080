package form

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/journey"
	"koe/store"
)

// A sitting is one person at one survey for the length of one request: what is asked of them, and what they have
// answered so far.
type sitting struct {
	now        time.Time
	journey    *journey.Compiled
	survey     *koe.Survey
	stage      *koe.Stage     // nil: a self-check, which nobody is invited to
	invitation koe.Invitation // zero: a self-check
	subject    string         // name of whom it is about, when that is somebody else
	mode       koe.Mode
	keep       keeping
	root       string // path of its pages
	deviceKey  string // names the copy on the person's device; not the token
	languages  []string
	lang       string

	draft    draft
	started  bool            // there is a draft, or a page that holds one
	reviewed bool            // the draft is the one that the posted review showed
	closing  time.Time       // midnight after the last day; zero: it does not close
	late     bool            // it has closed, but what was begun before may still be sent
	sent     *koe.Submission // what was sent before, when that may be changed
}

// sit finds the survey that a request is about. An unknown, closed, used or withdrawn link gives an error that shows the
// same page for all of them.
func (f *form) sit(r *http.Request) (*sitting, error) {
	s := &sitting{now: f.Now()}
	var err error
	if token := r.PathValue("token"); token != "" {
		err = f.sitByToken(r, s, token)
	} else {
		err = f.sitAlone(r, s)
	}
	if err != nil {
		return nil, err
	}
	s.languages = f.languages[s.survey]
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			return nil, badBody(err)
		}
	}
	if err := f.findDraft(r, s); err != nil {
		return nil, err
	}
	if s.late && !s.mayFinish(r) {
		return nil, errClosed(s.invitation)
	}
	s.lang = choose(s.languages, r.Header.Get("Accept-Language"), r.URL.Query().Get("lang"), r.PostForm.Get("lang"), r.PostForm.Get("l"), s.draft.Language, s.invitation.Language)
	return s, nil
}

func (f *form) sitByToken(r *http.Request, s *sitting, token string) error {
	inv, err := f.invitation(r, token)
	if err != nil {
		return err
	}
	compiled, ok := f.Workspace.Journey(inv.Journey)
	if !ok {
		return koe.Errorf(koe.NotFound, "journey %q of the invitation is no longer there", inv.Journey)
	}
	s.journey, s.invitation, s.mode = compiled, inv, inv.Mode
	if s.stage, ok = compiled.Stage(inv.Stage); !ok {
		return koe.Errorf(koe.NotFound, "stage %q of the invitation is no longer there", inv.Stage)
	}
	if s.survey, ok = compiled.Survey(inv.Survey); !ok {
		return koe.Errorf(koe.NotFound, "survey %q of the invitation is no longer there", inv.Survey)
	}
	if s.mode == "" {
		s.mode = s.survey.Mode
	}
	if !inv.ClosesOn.IsZero() {
		s.closing = inv.ClosesOn.AddDays(1).In(f.Workspace.Location)
		s.late = !s.now.Before(s.closing)
	}
	if inv.Status == koe.Cancelled || s.late && !s.now.Before(s.closing.Add(grace)) {
		return errClosed(inv)
	}
	if inv.Status == koe.Answered && s.mode == koe.Anonymous && r.Method == http.MethodGet {
		return koe.Errorf(koe.Closed, "the anonymous answer was sent")
	}
	s.keep, s.root = keepServer, f.base+"/r/"+token
	s.deviceKey = deviceKey(token, "")
	if s.mode == koe.Anonymous {
		s.keep = keepPage
	}
	if !s.survey.Store {
		s.keep, s.deviceKey = keepNowhere, ""
	}
	return nil
}

// grace is how long after the close an answer may still be sent that was begun before it, so that nobody who writes at
// midnight writes for nothing.
const grace = time.Hour

func errClosed(inv koe.Invitation) error {
	return koe.Errorf(koe.Closed, "the invitation is %s and was open until %s", inv.Status, inv.ClosesOn)
}

// mayFinish tells, after the close, who may go on: whose draft was begun before, as the store or their page says, and who
// is about to be thanked. What a page says could be forged, for an hour's gain.
func (s *sitting) mayFinish(r *http.Request) bool {
	return s.started && s.draft.Started.Before(s.closing) || s.sent != nil && r.Pattern == thanksPattern
}

// invitation finds an invitation by its token, and slows down whoever tries tokens.
func (f *form) invitation(r *http.Request, token string) (koe.Invitation, error) {
	inv, err := f.Store.InvitationByToken(r.Context(), token)
	if koe.KindOf(err) == koe.NotFound && err != nil && !f.limits.mayMiss(f.client(r), f.Now()) {
		return inv, errTooMany
	}
	return inv, err
}

// sitAlone opens a self-check, which needs no invitation and keeps nothing.
func (f *form) sitAlone(r *http.Request, s *sitting) error {
	compiled, ok := f.Workspace.Journey(r.PathValue("journey"))
	if !ok {
		return errNoPage
	}
	survey, ok := compiled.Survey(r.PathValue("survey"))
	if !ok || survey.Store {
		return errNoPage
	}
	s.journey, s.survey, s.mode, s.keep = compiled, survey, koe.Anonymous, keepNowhere
	s.root = f.base + "/s/" + compiled.ID + "/" + survey.ID
	return nil
}

// findDraft takes what has been answered so far: from the store, else from the page, else from what was sent before.
func (f *form) findDraft(r *http.Request, s *sitting) error {
	ctx := r.Context()
	if r.PostForm.Get("do") == "send" { // what is sent is what the review showed
		s.draft, s.started = decodeState(r.PostForm.Get("state"), &s.journey.Journey, s.survey, s.now)
		s.reviewed = s.started
	}
	if s.keep == keepServer && !s.reviewed {
		if s.invitation.Status == koe.Answered {
			sent, ok, err := f.Store.Current(ctx, s.invitation.Key)
			if err != nil {
				return fmt.Errorf("read what was sent: %w", err)
			}
			if ok {
				if sent.Requests, err = f.Store.RequestsOf(ctx, s.invitation.Key); err != nil {
					return fmt.Errorf("read the requests: %w", err)
				}
				s.sent = &sent
			}
		}
		raw, ok, err := f.Store.Draft(ctx, s.invitation.Key)
		if err != nil {
			return fmt.Errorf("read the draft: %w", err)
		}
		if ok {
			s.draft, s.started = decodeDraft(raw, &s.journey.Journey, s.survey, s.now)
			s.started = s.started && !s.stale()
		}
	}
	if !s.started {
		s.draft, s.started = decodeState(r.PostForm.Get("state"), &s.journey.Journey, s.survey, s.now)
	}
	if !s.started {
		s.draft = newDraft(s.now, s.sent)
		s.seen()
	}
	if s.sent != nil && s.deviceKey != "" { // what was typed before the last sending is not typed over what was sent
		s.deviceKey = deviceKey(r.PathValue("token"), s.sent.ID)
	}
	if s.invitation.Subject != "" && !s.reviewed {
		p, err := f.Store.PersonByKey(ctx, s.invitation.Subject, store.WithVault)
		switch {
		case err == nil:
			s.subject = p.Name
		case koe.KindOf(err) != koe.NotFound:
			return fmt.Errorf("read whom the survey is about: %w", err)
		}
	}
	return nil
}

// stale reports whether the draft was begun before what has been sent since: an autosave that came late, or a page that was
// left open in another tab.
func (s *sitting) stale() bool { return s.sent != nil && s.draft.Base != s.sent.ID }

// seen marks everything that was shown for the answers that were sent, notes and refused contact too.
func (s *sitting) seen() {
	if s.sent == nil {
		return
	}
	screens, _ := s.screens()
	for _, screen := range screens {
		for _, q := range screen.Questions {
			if _, ok := s.draft.Answers[q.ID]; ok {
				continue
			}
			s.draft.Answers[q.ID] = koe.Answer{Missing: koe.Skipped}
			if q.Kind == koe.KindContact {
				s.draft.Answers[q.ID] = koe.Answer{Value: number(0)}
			}
		}
	}
}

// deviceKey names the copy of what is typed on a person's device: for one link, since the last sending. It cannot be
// turned back into the token.
func deviceKey(token, sent string) string {
	return digest("device "+token) + "." + digest("sent " + sent)[:8]
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}

// screens gives the pages that are shown for the answers so far, and the answers to the questions on them. Other answers
// count for nothing, so that a change of mind on page 1 takes back what only its old answer had asked for.
func (s *sitting) screens() ([]journey.Screen, map[string]koe.Answer) {
	return s.journey.Shown(s.survey, s.draft.Answers)
}

// fault says what is missing or wrong in an answer that is about to be sent or left behind.
func (s *sitting) fault(q *koe.Question, a koe.Answer, given bool) *fault {
	if !q.Answerable() || a.Missing == koe.DeclinedTo {
		return nil
	}
	if !given || a.Missing == koe.Skipped {
		switch {
		case !q.Required || q.Kind == koe.KindContact:
			return nil
		case q.Kind == koe.KindText || q.Kind == koe.KindDate:
			return &fault{key: "need_text"}
		case q.Kind == koe.KindNumber:
			if _, _, row := rowOf(q); !row {
				return &fault{key: "need_text"}
			}
		}
		return &fault{key: "need"}
	}
	if q.Kind == koe.KindText {
		return lengthFault(q, a.Text)
	}
	return nil
}

// firstOpen gives the index among screens of the first one that something is missing on; len(screens) when all is there.
// With unseen, a screen with a question that was never shown counts as open too.
func (s *sitting) firstOpen(screens []journey.Screen, from int, unseen bool) int {
	for i := from; i < len(screens); i++ {
		for _, q := range screens[i].Questions {
			a, given := s.draft.Answers[q.ID]
			if s.fault(q, a, given) != nil || (unseen && !given) {
				return i
			}
		}
	}
	return len(screens)
}

// A place is where one can be in a survey: a screen by its number in the file from 1, the review, or the result.
const (
	placeReview = "review"
	placeResult = "result"
)

func placeOf(screen journey.Screen) string { return strconv.Itoa(screen.Index + 1) }

// at finds a place among the screens; ok is false for a page that is not shown.
func at(screens []journey.Screen, place string) (i int, ok bool) {
	for i, screen := range screens {
		if placeOf(screen) == place {
			return i, true
		}
	}
	return 0, false
}

// after gives the first screen past a place, also when the place itself is not shown any more.
func after(screens []journey.Screen, place string) int {
	n, err := strconv.Atoi(place)
	if err != nil {
		return len(screens)
	}
	for i, screen := range screens {
		if screen.Index+1 > n {
			return i
		}
	}
	return len(screens)
}

// before gives the last screen ahead of a place, -1 when there is none.
func before(screens []journey.Screen, place string) int {
	n, err := strconv.Atoi(place)
	if err != nil {
		return len(screens) - 1
	}
	for i := len(screens) - 1; i >= 0; i-- {
		if screens[i].Index+1 < n {
			return i
		}
	}
	return -1
}

// last is the place after all screens.
func (s *sitting) last() string {
	if s.keep == keepNowhere {
		return placeResult
	}
	return placeReview
}

// path is the address of a place. Where answers live in the page, all places have one address.
func (s *sitting) path(place string) string {
	if s.keep != keepServer {
		return s.root + "/1"
	}
	return s.root + "/" + place
}

// withLanguage adds the language to an address that cannot know it otherwise.
func (s *sitting) withLanguage(path string) string {
	if s.draft.Language == s.lang || (s.draft.Language == "" && s.invitation.Language == s.lang) {
		return path
	}
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + "lang=" + s.lang
}
