package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// Events reads all events, oldest first.
func (s *Store) Events(ctx context.Context) ([]koe.Event, error) {
	rows, err := s.main.query(ctx, "events", "")
	return collect(rows, err, func(rows *sql.Rows) (koe.Event, error) { return scanEvent(rows) })
}

func scanEvent(rows *sql.Rows, more ...any) (e koe.Event, err error) {
	var on, added string
	if err := rows.Scan(append([]any{&e.ID, (*string)(&e.Person), &e.Kind, &on, (*string)(&e.Related), &e.Detail, &added}, more...)...); err != nil {
		return e, err
	}
	return e, read(field{on, &e.On}, field{added, &e.AddedAt})
}

// AddEvents writes events, all or none, and gives how many were new: the same event twice is one.
// An event about a person who is not in the store is NotFound.
func (s *Store) AddEvents(ctx context.Context, now time.Time, events []koe.Event) (added int, err error) {
	err = s.main.update(ctx, func(tx *tx) error {
		added = 0
		for _, e := range events {
			if err := tx.stopped(); err != nil {
				return err
			}
			for _, key := range []koe.PersonKey{e.Person, e.Related} {
				if key == "" && key != e.Person {
					continue
				}
				rows, err := tx.query("person_by_key", string(key))
				people, err := collect(rows, err, scanPerson())
				if err != nil {
					return err
				}
				if len(people) == 0 {
					return koe.Errorf(koe.NotFound, "an event of kind %s on %s names somebody who is not on the roster", e.Kind, e.On)
				}
			}
			n, err := tx.exec("add_event", newKey(), string(e.Person), e.Kind, e.On.String(), string(e.Related), e.Detail, stamp(now))
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	return added, err
}
