package form

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"koe"

	"github.com/google/uuid"
)

// keeping says where answers wait between two pages.
type keeping string

const (
	keepServer  keeping = "server" // in the store, by invitation, sealed; and in the page
	keepPage    keeping = "page"   // in the page, and on the person's device if it can
	keepNowhere keeping = "none"   // in the page only: a self-check
)

// draft is what a person has answered so far. ID is made once, with the first page, and stays over retries, reloads and
// devices; the submission's id follows from it and from what was answered.
type draft struct {
	ID       string                `json:"id"`
	Language string                `json:"lang,omitempty"`
	Started  time.Time             `json:"started"`
	Seconds  int                   `json:"seconds,omitempty"` // spent on an earlier version of the same answers
	Answers  map[string]koe.Answer `json:"answers"`           // Skipped: shown and left empty, or a note that was shown; no entry: not shown yet
	Publish  bool                  `json:"publish,omitempty"`
	Base     string                `json:"base,omitempty"` // the submission that is being changed; "" before the first
}

// newDraft starts a draft, from the answers that were sent before when there are some.
func newDraft(now time.Time, sent *koe.Submission) draft {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	d := draft{ID: hex.EncodeToString(id[:]), Started: now, Answers: map[string]koe.Answer{}}
	if sent == nil {
		return d
	}
	d.Seconds, d.Publish, d.Language, d.Base = sent.Seconds, sent.PublishOK, sent.Language, sent.ID
	for id, a := range sent.Answers {
		if a.Missing != koe.NotAsked {
			d.Answers[id] = a
		}
	}
	for _, r := range sent.Requests {
		d.Answers[r.Question] = koe.Answer{Value: number(1), Text: r.Note}
	}
	return d
}

// encode writes the draft as it travels in a page.
func (d draft) encode() string { return base64.RawURLEncoding.EncodeToString(d.bytes()) }

func (d draft) bytes() []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic("a draft is plain data: " + err.Error())
	}
	return b
}

// decodeDraft reads a draft back. It comes from the person's own page, so it is checked like anything typed: ids of the
// survey only, each answer as its question takes it.
func decodeDraft(raw []byte, j *koe.Journey, s *koe.Survey, now time.Time) (draft, bool) {
	var d draft
	if err := json.Unmarshal(raw, &d); err != nil {
		return draft{}, false
	}
	if id, err := hex.DecodeString(d.ID); err != nil || len(id) != 16 {
		return draft{}, false
	}
	if d.Started.After(now) || now.Sub(d.Started) > 366*24*time.Hour {
		d.Started = now
	}
	d.Seconds = min(max(d.Seconds, 0), 1e6)
	clean := make(map[string]koe.Answer, len(d.Answers))
	for _, id := range s.Asked() {
		q, ok := j.Question(id)
		a, there := d.Answers[id]
		if ok && there {
			if a, ok = tidy(j, q, a); ok {
				clean[id] = a
			}
		}
	}
	d.Answers = clean
	return d, true
}

func decodeState(state string, j *koe.Journey, s *koe.Survey, now time.Time) (draft, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) == 0 {
		return draft{}, false
	}
	return decodeDraft(raw, j, s, now)
}

// submissionID follows from the draft and from what is sent: the same answers sent again, by a double click, a reload or
// a retry after a lost connection, are the same submission; changed answers are a new one, even from an old page.
func (d draft) submissionID(answers map[string]koe.Answer, requests map[string]string, publish bool) string {
	content, err := json.Marshal(struct { // maps are marshalled in the order of their keys
		ID       string
		Answers  map[string]koe.Answer
		Requests map[string]string
		Publish  bool
	}{d.ID, answers, requests, publish})
	if err != nil {
		panic("answers are plain data: " + err.Error())
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, content).String()
}

func (d draft) clone() draft {
	d.Answers = maps.Clone(d.Answers)
	return d
}

func (d draft) equal(e draft) bool { return reflect.DeepEqual(d, e) }

func number(v float64) *float64 { return &v }

// tidy gives an answer in the only shape that its question takes, and false when nothing is left of it.
func tidy(j *koe.Journey, q *koe.Question, a koe.Answer) (koe.Answer, bool) {
	switch a.Missing {
	case koe.DeclinedTo, koe.Skipped:
		return koe.Answer{Missing: a.Missing}, true
	case koe.MissingNone:
	default:
		return koe.Answer{}, false
	}
	switch q.Kind {
	case koe.KindScale, koe.KindNumber, koe.KindYesNo, koe.KindConsent:
		if a.Value == nil || !inRange(j, q, *a.Value) {
			return koe.Answer{}, false
		}
		return koe.Answer{Value: a.Value}, true
	case koe.KindContact:
		if a.Value == nil || (*a.Value != 0 && *a.Value != 1) {
			return koe.Answer{}, false
		}
		if *a.Value == 0 {
			a.Text = ""
		}
		return koe.Answer{Value: a.Value, Text: clip(cleanText(a.Text), textMax(q))}, true
	case koe.KindSingle, koe.KindMulti:
		var chosen []string
		for _, o := range q.Options {
			if slices.Contains(a.Choices, o.Value) {
				chosen = append(chosen, o.Value)
			}
		}
		if len(chosen) == 0 || (q.Kind == koe.KindSingle && len(chosen) > 1) {
			return koe.Answer{}, false
		}
		return koe.Answer{Choices: chosen}, true
	case koe.KindDate:
		if len(a.Choices) != 1 {
			return koe.Answer{}, false
		}
		d, err := koe.ParseDate(a.Choices[0])
		return koe.Answer{Choices: []string{d.String()}}, err == nil
	case koe.KindText:
		text := clip(cleanText(a.Text), draftTextMax)
		return koe.Answer{Text: text}, text != ""
	}
	return koe.Answer{}, false
}
