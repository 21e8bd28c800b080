package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// sealedRequest is what the vault seals of a request.
type sealedRequest struct {
	Journey  string `json:"journey"`
	Stage    string `json:"stage"`
	Question string `json:"question"`
	Note     string `json:"note,omitempty"`
}

// saveRequests writes the personal replies that a submission asks for, and withdraws those of the version that it replaces.
func (s *Store) saveRequests(ctx context.Context, now time.Time, sub koe.Submission) error {
	slot := hashHex("slot/" + s.slot(sub))
	if len(sub.Requests) == 0 {
		var open int
		found, err := s.vault.get(ctx, "open_requests", []any{slot}, &open)
		if err != nil || !found || open == 0 {
			return err
		}
	}
	created := now
	if sub.Mode == koe.Anonymous {
		created = s.day(now).In(s.location) // the time of asking does not give away the time of answering
	}
	return s.vault.update(ctx, func(tx *tx) error {
		if _, err := tx.exec("withdraw_requests", slot); err != nil {
			return err
		}
		for _, r := range sub.Requests {
			id := requestID(slot, r.Question)
			person := r.Person
			if person == "" {
				person = sub.Person
			}
			sealed, err := s.seal.sealJSON("request/"+id, sealedRequest{sub.Journey, sub.Stage, r.Question, r.Note})
			if err != nil {
				return err
			}
			if _, err := tx.exec("save_request", id, slot, string(person), stamp(created), sealed); err != nil {
				return err
			}
		}
		return nil
	})
}

// Requests gives the personal replies that were asked for, oldest first; not those that were withdrawn.
func (s *Store) Requests(ctx context.Context) ([]koe.Request, error) {
	if err := s.needVault(); err != nil {
		return nil, err
	}
	rows, err := s.vault.query(ctx, "requests", "")
	return collect(rows, err, s.scanRequest)
}

// RequestsOf gives the personal replies that the answers to one invitation ask for, so that whoever changes their answers
// sees them and does not withdraw them unawares.
func (s *Store) RequestsOf(ctx context.Context, invitationKey string) ([]koe.Request, error) {
	if err := s.needVault(); err != nil {
		return nil, err
	}
	rows, err := s.vault.query(ctx, "requests_of", "", hashHex("slot/"+s.slot(koe.Submission{Invitation: invitationKey})))
	return collect(rows, err, s.scanRequest)
}

func (s *Store) scanRequest(rows *sql.Rows) (r koe.Request, err error) {
	var created, sealed string
	if err := rows.Scan(&r.ID, (*string)(&r.Person), &r.State, &created, &sealed); err != nil {
		return r, err
	}
	var what sealedRequest
	if err := s.seal.openJSON("request/"+r.ID, sealed, &what); err != nil {
		return r, err
	}
	r.Journey, r.Stage, r.Question, r.Note = what.Journey, what.Stage, what.Question, what.Note
	return r, read(field{created, &r.CreatedAt})
}

// SetRequestState marks a request open or done.
func (s *Store) SetRequestState(ctx context.Context, id, state string) error {
	if err := s.needVault(); err != nil {
		return err
	}
	if state != "open" && state != "done" {
		return koe.Errorf(koe.Invalid, "a request is open or done, not %q", state)
	}
	return s.vault.update(ctx, func(tx *tx) error {
		n, err := tx.exec("set_request_state", id, state)
		if err == nil && n == 0 {
			err = koe.Errorf(koe.NotFound, "there is no request %q", id)
		}
		return err
	})
}
