package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// Erasure says what was erased, without saying about whom.
type Erasure struct {
	Person      koe.PersonKey // the random key that nothing knows any more; for erasing in the warehouse
	Responses   int
	Invitations int
	Mails       int
	Events      int
	Drafts      int
	Requests    int
}

// Erase forgets a person: identity, links, requests, answers with their history, drafts, mails, invitations, events. The
// feed tells what is gone, and the bytes are overwritten in the store's files. Anonymous answers stay, since nobody can
// tell whose they are; other people's events and invitations that named the person name nobody known. An Erase that was
// cut short is finished by calling it again. NotFound when nobody has the person_id.
func (s *Store) Erase(ctx context.Context, now time.Time, personID string) (Erasure, error) {
	if err := s.needVault(); err != nil {
		return Erasure{}, err
	}
	var key, sealed string
	found, err := s.vault.get(ctx, "identity_by_blind", []any{s.seal.current.blind(personID)}, &key, &sealed)
	if err == nil && !found {
		err = koe.Errorf(koe.NotFound, "nobody on the roster has the person_id %q", personID)
	}
	if err != nil {
		return Erasure{}, err
	}
	var e Erasure
	// The vault goes last: while the identity is there, a second call finds what the first left.
	err = s.main.update(ctx, func(tx *tx) (err error) {
		e, err = eraseAnswers(tx, now, koe.PersonKey(key))
		if err == nil {
			err = erasePerson(tx, now, key, &e)
		}
		return err
	})
	if err != nil {
		return e, err
	}
	err = s.vault.update(ctx, func(tx *tx) error {
		n, err := tx.exec("erase_requests", key)
		if err != nil {
			return err
		}
		e.Requests = int(n)
		for _, name := range []string{"erase_tokens", "erase_identity"} {
			if _, err := tx.exec(name, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	return e, s.scrub(ctx)
}

// step is a statement of an erasure, its arguments, and where the number of its rows goes.
type step struct {
	name  string
	args  []any
	count *int
}

func runSteps(tx *tx, steps []step) error {
	for _, st := range steps {
		n, err := tx.exec(st.name, st.args...)
		if err != nil {
			return err
		}
		if st.count != nil {
			*st.count = int(n)
		}
	}
	return nil
}

// eraseAnswers erases a person's answers with their history. In the ledger of releases they become numbers.
func eraseAnswers(tx *tx, now time.Time, key koe.PersonKey) (Erasure, error) {
	e := Erasure{Person: key}
	k := string(key)
	return e, runSteps(tx, []step{
		{"erase_note_responses", []any{k, stamp(now)}, nil},
		{"erase_reviews", []any{k}, nil},
		{"erase_ledger", []any{k}, nil},
		{"erase_ledger_keys", []any{k}, nil},
		{"erase_ledger_figures", []any{k}, nil},
		{"erase_versions", []any{k}, nil},
		{"erase_responses", []any{k}, &e.Responses},
	})
}

// erasePerson erases the rest of what the main part has of a person.
func erasePerson(tx *tx, now time.Time, k string, e *Erasure) error {
	at := stamp(now)
	return runSteps(tx, []step{
		{"erase_drafts", []any{k}, &e.Drafts},
		{"erase_mails", []any{k}, &e.Mails},
		{"erase_asked", []any{k}, nil},
		{"erase_asked_keys", []any{k}, nil},
		{"erase_note_invitations", []any{k, at}, nil},
		{"erase_invitations", []any{k}, &e.Invitations},
		{"erase_subject", []any{k, newKey(), at}, nil},
		{"erase_note_events", []any{k, at}, nil},
		{"erase_events", []any{k}, &e.Events},
		{"erase_related", []any{k, newKey()}, nil},
		{"erase_note_person", []any{k, at}, nil},
		{"erase_person", []any{k}, nil},
		{"erase_note_exports", nil, nil},
	})
}

// scrub makes sure that what was deleted cannot be read from the files any more. SQLite overwrites at the delete
// (secure_delete); the write-ahead log, which has the old pages, is emptied. PostgreSQL writes the tables anew.
func (s *Store) scrub(ctx context.Context) error {
	for _, d := range []*database{s.main, s.vault} {
		if d == nil {
			continue
		}
		if d.dialect == postgres {
			if err := d.vacuum(ctx); err != nil {
				return err
			}
			continue
		}
		err := d.writer.bare(ctx, func(tx *tx) error {
			for try := 1; ; try++ {
				rows, err := tx.on.QueryContext(tx.ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
				if err != nil {
					return d.explain("empty the log", err)
				}
				var busy, pages, moved int
				if _, err := one(rows, []any{&busy, &pages, &moved}); err != nil {
					return err
				}
				switch {
				case busy == 0:
					return nil
				case try == 5:
					return koe.Errorf(koe.Conflict, "what was erased is gone from %s, but its log is still being read by another program; try again to empty it", d.name)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// vacuum writes the tables of a schema of PostgreSQL anew, so that the old rows are not in their files.
func (d *database) vacuum(ctx context.Context) error {
	rows, err := d.db.QueryContext(ctx, "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename", schemas[d.part])
	tables, err := collect(rows, err, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) })
	if err != nil {
		return d.explain("list the tables", err)
	}
	for _, table := range tables {
		if _, err := d.db.ExecContext(ctx, "VACUUM (FULL, ANALYZE) "+table); err != nil {
			return d.explain("vacuum "+table, err)
		}
	}
	return nil
}
