package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"koe"
)

// LogEntry is a line of the audit log: who did what, when, over how many people. It never names the people.
type LogEntry struct {
	Number int // from 1, without gaps
	At     time.Time
	Who    string // the user of the machine, or the job
	What   string // the command: people import, forget, report …
	People int
	Detail string
	SHA256 string // over this line and the one before it
}

// hash is the line's hash: SHA-256 over the previous line's hash and this line's fields, each with its length.
func (e LogEntry) hash(previous string) string {
	text := previous
	for _, f := range []string{fmt.Sprint(e.Number), stamp(e.At), e.Who, e.What, fmt.Sprint(e.People), e.Detail} {
		text += fmt.Sprintf("\n%d:%s", len(f), f)
	}
	return hashHex(text)
}

// AppendLog adds a line to the audit log. Number and SHA256 are made here; At is now.
func (s *Store) AppendLog(ctx context.Context, now time.Time, e LogEntry) error {
	return s.main.update(ctx, func(tx *tx) error {
		var last int
		var previous string
		if _, err := tx.get("append_log_last", nil, &last, &previous); err != nil {
			return err
		}
		e.Number, e.At = last+1, now
		_, err := tx.exec("append_log", e.Number, stamp(e.At), e.Who, e.What, e.People, e.Detail, e.hash(previous))
		return err
	})
}

// Log gives the audit log, oldest first.
func (s *Store) Log(ctx context.Context) ([]LogEntry, error) {
	rows, err := s.main.query(ctx, "log", "")
	return collect(rows, err, func(rows *sql.Rows) (e LogEntry, err error) {
		var at string
		if err := rows.Scan(&e.Number, &at, &e.Who, &e.What, &e.People, &e.Detail, &e.SHA256); err != nil {
			return e, err
		}
		return e, read(field{at, &e.At})
	})
}

// VerifyLog checks that no line of the audit log was changed, removed or put between others, and gives the number of
// lines and the last hash. Conflict names the first line that does not fit. Lines cut off at the end leave a log that
// fits: compare the last hash with one that was written down elsewhere.
func (s *Store) VerifyLog(ctx context.Context) (lines int, last string, err error) {
	entries, err := s.Log(ctx)
	if err != nil {
		return 0, "", err
	}
	for i, e := range entries {
		if e.Number != i+1 || e.SHA256 != e.hash(last) {
			return i, last, koe.Errorf(koe.Conflict, "line %d of the audit log does not follow from the lines before it: it was changed, or lines are missing", e.Number)
		}
		last = e.SHA256
	}
	return len(entries), last, nil
}
