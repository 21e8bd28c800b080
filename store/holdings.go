package store

import (
	"context"
	"database/sql"

	"koe"
)

// Holdings is everything that the store has about a person, for koe person export. Anonymous answers are not among it,
// since nobody can tell whose they are.
type Holdings struct {
	Person      koe.Person
	Events      []koe.Event
	Invitations []koe.Invitation
	Mails       []koe.Mail
	Submissions []koe.Submission            // current versions
	Earlier     map[string][]koe.Submission // versions that were replaced, by response key, oldest first
	Drafts      map[string][]byte           // by invitation key
	Requests    []koe.Request
	Releases    []string // names of the releases that the answers are behind
}

// Holdings gives everything that the store has about a person. NotFound when nobody has the person_id.
func (s *Store) Holdings(ctx context.Context, personID string) (h Holdings, err error) {
	if h.Person, err = s.PersonByID(ctx, personID); err != nil {
		return h, err
	}
	key := h.Person.Key
	rows, err := s.main.query(ctx, "events_of", "", string(key))
	if h.Events, err = collect(rows, err, func(rows *sql.Rows) (koe.Event, error) { return scanEvent(rows) }); err != nil {
		return h, err
	}
	if h.Invitations, err = s.Invitations(ctx, InvitationFilter{Person: key}); err != nil {
		return h, err
	}
	h.Drafts = map[string][]byte{}
	var keys []string
	for _, inv := range h.Invitations {
		keys = append(keys, inv.Key)
		draft, found, err := s.Draft(ctx, inv.Key)
		if err != nil {
			return h, err
		}
		if found {
			h.Drafts[inv.Key] = draft
		}
	}
	if len(keys) > 0 {
		if h.Mails, err = s.Mails(ctx, MailFilter{Invitations: keys}); err != nil {
			return h, err
		}
	}
	if h.Submissions, err = s.Submissions(ctx, SubmissionFilter{Person: key}); err != nil {
		return h, err
	}
	h.Earlier = map[string][]koe.Submission{}
	for _, sub := range h.Submissions {
		earlier, err := s.History(ctx, sub.Response)
		if err != nil {
			return h, err
		}
		if len(earlier) > 0 {
			h.Earlier[sub.Response] = earlier
		}
	}
	if h.Releases, err = s.ReleasesOf(ctx, key); err != nil {
		return h, err
	}
	all, err := s.Requests(ctx)
	for _, r := range all {
		if r.Person == key {
			h.Requests = append(h.Requests, r)
		}
	}
	return h, err
}
