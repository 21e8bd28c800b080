package store

import (
	"context"
	"database/sql"
	"time"
)

// Export is a copy of the warehouse's tables that koe export wrote.
type Export struct {
	Folder string // absolute
	Host   string // the machine on which that folder is
	MadeAt time.Time
	SHA256 string // of its list of checksums
	Safe   bool   // only the tables for publication
	Stale  bool   // something was erased since: it must be made anew, or deleted
}

// RememberExport notes that an export was written. Writing the same folder again replaces what is known of it.
func (s *Store) RememberExport(ctx context.Context, now time.Time, e Export) error {
	return s.main.update(ctx, func(tx *tx) error {
		_, err := tx.exec("save_export", e.Folder, e.Host, stamp(now), e.SHA256, number(e.Safe))
		return err
	})
}

// DropExport forgets an export whose folder was deleted.
func (s *Store) DropExport(ctx context.Context, folder string) error {
	return s.main.update(ctx, func(tx *tx) error {
		_, err := tx.exec("drop_export", folder)
		return err
	})
}

// Exports gives the exports that were written, by folder.
func (s *Store) Exports(ctx context.Context) ([]Export, error) {
	rows, err := s.main.query(ctx, "exports", "")
	return collect(rows, err, func(rows *sql.Rows) (e Export, err error) {
		var made string
		var safe, stale int
		if err := rows.Scan(&e.Folder, &e.Host, &made, &e.SHA256, &safe, &stale); err != nil {
			return e, err
		}
		e.Safe, e.Stale = safe == 1, stale == 1
		return e, read(field{made, &e.MadeAt})
	})
}
