package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"koe"
)

// Cursor is a place in the feed. "" is its beginning; what it says inside is the store's own.
type Cursor string

// Changes is a piece of the feed: what was written or changed since a cursor, each row as it is now.
type Changes struct {
	People      []koe.Person // pseudonymous
	Events      []koe.Event
	Invitations []koe.Invitation
	Submissions []koe.Submission // current versions; texts are there unless the store was opened without its vault
	Erased      []Erased
	Next        Cursor
	More        bool // there is more at once
}

// Erased says that something is gone and must be forgotten. Which one it was is forgotten too: whoever has a copy of it
// begins again.
type Erased struct {
	Kind string // person, event, invitation, response
	Key  string // of this notice, random
	At   time.Time
}

// kinds are the tables of the feed, in the order in which a round of it goes through them.
var kinds = []string{"people", "events", "invitations", "submissions", "erased"}

// cursor is a Cursor read: a round of the feed tells of the changes from low up to, not including, high. Within it
// comes kind, and of that what lies after (changed, key).
type cursor struct {
	store     string
	low, high string
	kind      int
	changed   string
	key       string
}

func (c cursor) String() Cursor {
	return Cursor(strings.Join([]string{"1", c.store, c.low, c.high, strconv.Itoa(c.kind), c.changed, c.key}, ":"))
}

// readCursor reads a cursor of this store. Conflict for another store's, as after koe restore: the loader begins again.
func (s *Store) readCursor(text Cursor) (cursor, error) {
	if text == "" {
		return cursor{store: s.id, low: "0", kind: len(kinds)}, nil
	}
	parts := strings.Split(string(text), ":")
	if len(parts) != 7 || parts[0] != "1" {
		return cursor{}, koe.Errorf(koe.Invalid, "%q is no place in the feed of the store; run koe load --rebuild", text)
	}
	if parts[1] != s.id {
		return cursor{}, koe.Errorf(koe.Conflict, "the warehouse was loaded from another store (or this one was restored from a backup); run koe load --rebuild")
	}
	kind, err := strconv.Atoi(parts[4])
	if err != nil || kind < 0 || kind > len(kinds) {
		return cursor{}, koe.Errorf(koe.Invalid, "%q is no place in the feed of the store; run koe load --rebuild", text)
	}
	return cursor{parts[1], parts[2], parts[3], kind, parts[5], parts[6]}, nil
}

// Changes gives the feed after a cursor, at most limit rows of it. Each row comes at least once after each change, and
// people come before what is about them. It never skips what another process commits late: it stops below the first
// transaction that may still be running.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) (*Changes, error) {
	at, err := s.readCursor(after)
	if err != nil {
		return nil, err
	}
	limit = max(limit, 1)
	out := &Changes{}
	if at.kind == len(kinds) { // a new round
		if _, err := s.main.get(ctx, "horizon", nil, &at.high); err != nil {
			return nil, err
		}
		at.kind, at.changed, at.key = 0, "0", ""
	}
	for at.kind < len(kinds) && limit > 0 {
		if at.low == "0" && kinds[at.kind] == "erased" { // who begins has nothing to forget
			at.kind++
			break
		}
		n, err := s.changesOf(ctx, kinds[at.kind], &at, limit, out)
		if err != nil {
			return nil, err
		}
		if n < limit {
			at.kind, at.changed, at.key = at.kind+1, "0", ""
		}
		limit -= n
	}
	out.More = at.kind < len(kinds)
	if !out.More {
		at.low = at.high
	}
	out.Next = at.String()
	return out, nil
}

// changesOf reads the next rows of one kind into out and moves the cursor behind them.
func (s *Store) changesOf(ctx context.Context, kind string, at *cursor, limit int, out *Changes) (n int, err error) {
	var rows *sql.Rows
	if kind == "submissions" && at.low == "0" { // all of them: in the order in which they lie
		rows, err = s.main.query(ctx, "changes_all_submissions", "", at.high, at.key, limit)
	} else {
		rows, err = s.main.query(ctx, "changes_"+kind, "", at.low, at.high, at.changed, at.key, limit)
	}
	switch kind {
	case "people":
		out.People, err = collect(rows, err, scanPerson(&at.changed))
		if n = len(out.People); n > 0 {
			at.key = string(out.People[n-1].Key)
		}
	case "events":
		out.Events, err = collect(rows, err, func(rows *sql.Rows) (koe.Event, error) { return scanEvent(rows, &at.changed) })
		if n = len(out.Events); n > 0 {
			at.key = out.Events[n-1].ID
		}
	case "invitations":
		out.Invitations, err = collect(rows, err, scanInvitation(&at.changed))
		if n = len(out.Invitations); n > 0 {
			at.key = out.Invitations[n-1].Key
		}
	case "submissions":
		var stored []storedSubmission
		stored, err = collect(rows, err, func(rows *sql.Rows) (storedSubmission, error) { return scanSubmission(rows, &at.changed) })
		if err != nil {
			return 0, err
		}
		out.Submissions, err = s.readSubmissions(stored)
		if n = len(out.Submissions); n > 0 {
			at.key = out.Submissions[n-1].Response
		}
	default:
		out.Erased, err = collect(rows, err, func(rows *sql.Rows) (e Erased, err error) {
			var erased string
			if err := rows.Scan(&e.Kind, &e.Key, &erased, &at.changed); err != nil {
				return e, err
			}
			return e, read(field{erased, &e.At})
		})
		if n = len(out.Erased); n > 0 {
			at.key = out.Erased[n-1].Key
		}
	}
	return n, err
}
