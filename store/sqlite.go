package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"koe"
)

// openSQLite opens one file: a connection that writes, and a pool that reads.
// Write-ahead log, an fsync at every commit, foreign keys, erased bytes overwritten.
func openSQLite(ctx context.Context, part, file string) (*database, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, koe.Errorf(koe.Internal, "the folder of the store cannot be made: %w", err)
	}
	if err := ownerOnly(file); err != nil {
		return nil, err
	}
	d := &database{dialect: sqlite, part: part, name: file, prepared: map[string]*sql.Stmt{}}
	var err error
	if d.text, err = statements(sqlite, part); err != nil {
		return nil, err
	}
	write, err := sql.Open("sqlite", sqliteDSN(file, "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)", "wal_autocheckpoint(8000)", "cache_size(-65536)"))
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, sqlite, part, write); err != nil {
		return nil, errors.Join(d.explain("migrate", err), write.Close())
	}
	write.SetMaxOpenConns(1)
	if d.writer, err = newWriter(ctx, d, write); err != nil {
		return nil, errors.Join(d.explain("connect", err), write.Close())
	}
	if d.db, err = sql.Open("sqlite", sqliteDSN(file, "query_only(1)", "cache_size(-16384)")); err != nil {
		d.writer.close()
		return nil, err
	}
	d.db.SetMaxOpenConns(8)
	d.db.SetMaxIdleConns(8)
	return d, nil
}

// ownerOnly makes the file when it is not there, so that nobody else on the machine may read it.
func ownerOnly(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, os.ErrPermission):
		return koe.Errorf(koe.Internal, "%s cannot be written; give this user the right to write it and its folder: %w", file, err)
	case err != nil:
		return koe.Errorf(koe.Internal, "%s cannot be opened: %w", file, err)
	}
	return f.Close()
}

func sqliteDSN(file string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(20000)"}}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file) + "?" + q.Encode()
}

// spoils tells whether an error ends the whole transaction of SQLite, and not only the statement.
func spoils(err error) bool {
	var whole *spoilt
	if errors.As(err, &whole) {
		return true
	}
	var e *driver.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_NOMEM, lib.SQLITE_CORRUPT, lib.SQLITE_INTERRUPT, lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_BUSY:
		return true
	}
	return false
}

// explainSQLite gives an error of SQLite the words of somebody who can do something about it.
func explainSQLite(file, what string, err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", what, err)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return koe.Errorf(koe.Internal, "the disk that holds %s is full; nothing was written, free some space and try again: %w", file, err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN:
		return koe.Errorf(koe.Internal, "%s cannot be written; give this user the right to write it and its folder: %w", file, err)
	case lib.SQLITE_IOERR:
		return koe.Errorf(koe.Internal, "the disk that holds %s does not take or give what it should (is it full?); nothing was written: %w", file, err)
	case lib.SQLITE_BUSY:
		return koe.Errorf(koe.Conflict, "%s is being written by another program for too long; try again: %w", file, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return koe.Errorf(koe.Internal, "%s is damaged or no store of koe; put back a backup with koe restore: %w", file, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
