package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// Status is the store in numbers, without names.
type Status struct {
	Database       string // sqlite or postgres, and where
	People         int
	Bounced        int // people whose last address was refused
	Invitations    map[koe.InvitationStatus]int
	Mails          map[koe.MailState]int
	OverdueSince   time.Time // since when the oldest pending mail waits; zero when none is due
	Submissions    int
	LastSubmission time.Time // anonymous ones do not count
	Drafts         int
	Runs           []Run
}

// Status gives the store in numbers.
func (s *Store) Status(ctx context.Context, now time.Time) (Status, error) {
	st := Status{
		Database:    string(s.main.dialect) + " " + s.main.name,
		Invitations: map[koe.InvitationStatus]int{},
		Mails:       map[koe.MailState]int{},
	}
	var last string
	for _, q := range []struct {
		name string
		dest []any
	}{
		{"status_people", []any{&st.People, &st.Bounced}},
		{"status_submissions", []any{&st.Submissions, &last}},
		{"status_drafts", []any{&st.Drafts}},
	} {
		if _, err := s.main.get(ctx, q.name, nil, q.dest...); err != nil {
			return st, err
		}
	}
	if err := read(field{last, &st.LastSubmission}); err != nil {
		return st, err
	}
	rows, err := s.main.query(ctx, "status_invitations", "")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var status string
		var n int
		err := rows.Scan(&status, &n)
		st.Invitations[koe.InvitationStatus(status)] = n
		return struct{}{}, err
	})
	if err != nil {
		return st, err
	}
	rows, err = s.main.query(ctx, "status_mails", "")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var state, next string
		var n int
		if err := rows.Scan(&state, &n, &next); err != nil {
			return struct{}{}, err
		}
		st.Mails[koe.MailState(state)] = n
		if state == string(koe.MailPending) && next <= stamp(now) {
			return struct{}{}, read(field{next, &st.OverdueSince})
		}
		return struct{}{}, nil
	})
	if err != nil {
		return st, err
	}
	st.Runs, err = s.Runs(ctx)
	return st, err
}

// Ping tells whether the store can be read, for /healthz and koe doctor.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.main.get(ctx, "meta", []any{"store_id"}, new(string))
	return err
}
