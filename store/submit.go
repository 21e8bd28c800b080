package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"koe"
)

// Receipt says what became of a submission.
type Receipt struct {
	Response  string // its random key; "" for an anonymous survey
	Version   int    // 1 for the first, 2 when it replaced that …
	Duplicate bool   // this submission was here already; nothing was written
}

// Submit writes what one person sent. It is on disk when Submit returns.
//
// The same submission (by ID) for the same invitation is written once. A later one replaces it, and the earlier stays
// in the history. Without an invitation, what is replaced is the response of the same person, journey, stage and wave
// (calendar quarter of DueOn or SubmittedAt); without a person either, submissions stand for themselves by ID.
// Whether the stage still takes answers is for the caller to check.
//
// With an invitation, Person, Journey, Stage, Survey, Version, Mode and DueOn are those of the invitation, and
// SubmittedAt is now when it is zero. The answers to an anonymous survey are kept without person, invitation and
// submission id, with the day and the quarter of DueOn only, and without segments that few of those asked share; they cannot be
// replaced (Conflict), and the feed tells of them after Settle.
func (s *Store) Submit(ctx context.Context, now time.Time, sub koe.Submission) (Receipt, error) {
	if sub.ID == "" || (sub.Invitation == "" && (sub.Journey == "" || sub.Stage == "")) {
		return Receipt{}, koe.Errorf(koe.Invalid, "a submission needs an id, and an invitation or a journey and stage")
	}
	answered := false
	if sub.Invitation != "" {
		var err error
		if answered, err = s.fromInvitation(ctx, &sub); err != nil {
			return Receipt{}, err
		}
	}
	return s.take(ctx, now, sub, answered)
}

// SubmitTo is Submit for an invitation that the caller has just read from this store: it is not read again.
func (s *Store) SubmitTo(ctx context.Context, now time.Time, inv koe.Invitation, sub koe.Submission) (Receipt, error) {
	if sub.ID == "" || inv.Key == "" {
		return Receipt{}, koe.Errorf(koe.Invalid, "a submission needs an id and an invitation")
	}
	sub.Invitation, sub.Mode, sub.Person, sub.Journey, sub.Stage = inv.Key, inv.Mode, inv.Person, inv.Journey, inv.Stage
	sub.Survey, sub.Version, sub.DueOn = inv.Survey, inv.Version, inv.DueOn
	return s.take(ctx, now, sub, inv.Status == koe.Answered)
}

// take writes a submission that has what its invitation says; answered tells whether one came for it before.
func (s *Store) take(ctx context.Context, now time.Time, sub koe.Submission, answered bool) (Receipt, error) {
	if err := s.needVault(); err != nil {
		return Receipt{}, err
	}
	if sub.SubmittedAt.IsZero() {
		sub.SubmittedAt = now
	}
	if sub.Mode == koe.Anonymous {
		if err := s.blur(ctx, &sub); err != nil {
			return Receipt{}, err
		}
	}
	if len(sub.Requests) > 0 || answered {
		if err := s.saveRequests(ctx, now, sub); err != nil {
			return Receipt{}, err
		}
	}
	if sub.Mode == koe.Anonymous {
		sub.Person = ""
		if sub.Invitation != "" {
			return s.submitAnonymous(ctx, now, sub)
		}
	}
	return s.submit(ctx, now, sub)
}

// fromInvitation fills a submission from its invitation and tells whether that was answered before.
func (s *Store) fromInvitation(ctx context.Context, sub *koe.Submission) (answered bool, err error) {
	var due, status, receipt string
	found, err := s.main.get(ctx, "submit_invitation", []any{sub.Invitation},
		(*string)(&sub.Mode), (*string)(&sub.Person), &sub.Journey, &sub.Stage, &sub.Survey, &sub.Version, &due, &status, &receipt)
	if err == nil && !found {
		err = koe.Errorf(koe.NotFound, "there is no invitation %q", sub.Invitation)
	}
	if err != nil {
		return false, err
	}
	sub.DueOn, err = parseDate(due)
	return status == string(koe.Answered), err
}

// day is the day of t where the organisation is.
func (s *Store) day(t time.Time) koe.Date { return koe.DateOf(t.In(s.location)) }

// slot names what a later submission replaces.
func (s *Store) slot(sub koe.Submission) string {
	switch {
	case sub.Invitation != "":
		return invitationSlot(sub.Invitation)
	case sub.Person != "":
		on := sub.DueOn
		if on.IsZero() {
			on = s.day(sub.SubmittedAt)
		}
		return fmt.Sprintf("person/%s/%s/%s/%dQ%d", sub.Person, sub.Journey, sub.Stage, on.Year, (int(on.Month)+2)/3)
	}
	return "submission/" + sub.Journey + "/" + sub.Stage + "/" + sub.ID
}

func invitationSlot(invitation string) string { return "invitation/" + invitation }

// contents is a submission's answers and texts as they are stored.
type contents struct{ segments, answers, texts string }

func (s *Store) contents(sub koe.Submission, response string) (c contents, err error) {
	if c.segments, err = segmentsJSON(sub.Segments); err != nil {
		return c, err
	}
	answers, texts := splitTexts(sub.Answers)
	if c.answers, err = toJSON(answers); err != nil {
		return c, err
	}
	if len(texts) > 0 {
		c.texts, err = s.seal.sealJSON("response/"+response, texts)
	}
	return c, err
}

// splitTexts takes the free texts out of the answers.
func splitTexts(answers map[string]koe.Answer) (map[string]koe.Answer, map[string]string) {
	bare := make(map[string]koe.Answer, len(answers))
	texts := map[string]string{}
	for question, answer := range answers {
		if answer.Text != "" {
			texts[question] = answer.Text
			answer.Text = ""
		}
		bare[question] = answer
	}
	return bare, texts
}

// insertResponse writes a first version; false when the slot is taken.
func insertResponse(tx *tx, sub koe.Submission, c contents, response, slot string, hidden bool) (bool, error) {
	n, err := tx.exec("submit_insert", response, slot, sub.Invitation, string(sub.Person), sub.Journey, sub.Stage, sub.Survey, sub.Version,
		string(sub.Mode), sub.Language, string(sub.Source), sub.ID, stamp(sub.SubmittedAt), sub.DueOn.String(), c.segments, c.answers,
		c.texts, sub.Seconds, number(sub.PublishOK), number(hidden))
	return n == 1, err
}

// submit writes a submission that may be replaced later.
func (s *Store) submit(ctx context.Context, now time.Time, sub koe.Submission) (r Receipt, err error) {
	slot, fresh := s.slot(sub), newKey()
	c, err := s.contents(sub, fresh) // here, so that the writer does not wait for it
	if err != nil {
		return Receipt{}, err
	}
	err = s.main.update(ctx, func(tx *tx) error {
		r = Receipt{Response: fresh, Version: 1}
		if err := lockSlot(tx, now, sub.Invitation, slot); err != nil {
			return err
		}
		inserted, err := insertResponse(tx, sub, c, fresh, slot, false)
		if err != nil {
			return err
		}
		if !inserted {
			if err := s.replace(tx, sub, slot, &r); err != nil {
				return err
			}
		}
		if sub.Invitation != "" {
			_, err = tx.exec("delete_draft", sub.Invitation)
		}
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	return r, nil
}

// lockSlot has submissions for one slot come one after the other.
func lockSlot(tx *tx, now time.Time, invitation, slot string) error {
	if invitation == "" {
		_, err := tx.exec("submit_lock", slot)
		return err
	}
	n, err := tx.exec("submit_mark_answered", invitation, stamp(now))
	if err == nil && n == 0 { // erased since it was read
		err = koe.Errorf(koe.NotFound, "there is no invitation %q", invitation)
	}
	return err
}

// replace writes the next version of what is in the slot, unless this submission was there already.
func (s *Store) replace(tx *tx, sub koe.Submission, slot string, r *Receipt) error {
	var id string
	found, err := tx.get("submit_current", []any{slot}, &r.Response, &id, &r.Version)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the response of a submission went away while it was replaced")
	}
	r.Duplicate = id == sub.ID
	if !r.Duplicate {
		if r.Duplicate, err = tx.get("submit_seen", []any{r.Response, sub.ID}, new(int)); err != nil {
			return err
		}
	}
	if r.Duplicate {
		return nil
	}
	c, err := s.contents(sub, r.Response)
	if err != nil {
		return err
	}
	if _, err := tx.exec("submit_keep", r.Response); err != nil {
		return err
	}
	r.Version++
	_, err = tx.exec("submit_replace", r.Response, sub.Survey, sub.Version, sub.Language, string(sub.Source), sub.ID,
		stamp(sub.SubmittedAt), c.segments, c.answers, c.texts, sub.Seconds, number(sub.PublishOK))
	return err
}

// requestID names the request of one question of one slot, so that asking twice is asking once.
func requestID(slot, question string) string {
	return strings.ToUpper(hashHex("request/" + slot + "/" + question)[:26])
}
