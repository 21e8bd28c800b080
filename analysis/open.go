package analysis

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"koe"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
)

// Open opens the warehouse published at path for reading, with what its table about says of it. Opening neither blocks
// koe load and koe analyze nor is blocked by them, and shows one version as a whole. An error is a sentence with the way
// out: NotFound when there is none, Conflict when another program holds it, Forbidden when it may not be read.
func Open(ctx context.Context, path string) (_ *sql.DB, about map[string]string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, koe.Errorf(koe.NotFound, "there is no warehouse at %s yet: run koe load, then koe analyze", path)
	}
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, nil, opening(path, err)
	}
	if about, err = readAbout(ctx, db); err != nil {
		return nil, nil, errors.Join(opening(path, err), db.Close())
	}
	return db, about, nil
}

// analysed is the error of a warehouse that has no figures yet.
func analysed(path string, about map[string]string) error {
	if about["as_of"] == "" {
		return koe.Errorf(koe.NotFound, "the warehouse %s holds no figures yet: run koe analyze", path)
	}
	return nil
}

// opening explains why a warehouse does not open, with the way out.
func opening(path string, err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrPermission) || strings.Contains(text, "Permission denied"):
		return koe.Errorf(koe.Forbidden, "the warehouse %s may not be read by this user: give the file and its folder read rights, or run as the user of koe", path)
	case strings.Contains(text, "Could not set lock"):
		return koe.Errorf(koe.Conflict, "another program has the warehouse %s open for writing: close it there, or let it open the file read-only: %w", path, err)
	case strings.Contains(text, "No space left on device"):
		return koe.Errorf(koe.Internal, "the disk of %s is full: make room and run the command again: %w", path, err)
	case strings.Contains(text, "Catalog Error"):
		return koe.Errorf(koe.Conflict, "%s is no warehouse of this version of koe: run koe load --rebuild, then koe analyze: %w", path, err)
	}
	return koe.Errorf(koe.Internal, "the warehouse %s does not open: run koe load, which rebuilds it from the store, then koe analyze: %w", path, err)
}

// reading explains why a table of figures cannot be read, with the way out: an older koe made others.
func reading(path string, err error) error {
	if text, _, _ := strings.Cut(err.Error(), "\n"); strings.Contains(err.Error(), "Catalog Error") || strings.Contains(err.Error(), "Binder Error") {
		return koe.Errorf(koe.Conflict, "the figures in %s were made by another version of koe: run koe load, then koe analyze (%s)", path, text)
	}
	return err
}

// openReadOnly opens a DuckDB file that must exist, for reading.
func openReadOnly(path string) (*sql.DB, error) {
	return sql.Open("duckdb", path+"?access_mode=READ_ONLY")
}

// versionFolder is where the versions of the warehouse published at path lie: data/warehouse for data/warehouse.duckdb.
func versionFolder(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// versionBehind gives the version that the published name stands for, and the name itself when there is none. Within
// one process duckdb-go keeps instances by path; a version's own name never means another file.
func versionBehind(path string) string {
	published, err := os.Stat(path)
	if err != nil {
		return path
	}
	versions, _ := filepath.Glob(filepath.Join(versionFolder(path), "*.duckdb"))
	for _, version := range versions {
		if info, err := os.Stat(version); err == nil && os.SameFile(info, published) {
			return version
		}
	}
	return path
}
