package analysis

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"koe"
)

// A site is where one warehouse lives: the published name, and beside it the folder of its versions.
//
// Nothing ever writes to a version that has been published. A new one is made from a copy of the last under a name of
// its own, closed, opened again to verify, and then the published name moves to it with one rename, so a reader in any
// process sees one version or the other, whole, and blocks nobody.
type site struct {
	published string // data/warehouse.duckdb
	folder    string // data/warehouse
}

const (
	grace   = 10 * time.Minute // how long a replaced version stays for readers that find files by name
	maxKept = 3                // replaced versions that stay at most
)

func newSite(published string) *site {
	return &site{published: published, folder: versionFolder(published)}
}

// lock makes this the only process that builds a version here. A second one waits until ctx ends.
func (s *site) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return nil, fmt.Errorf("make the warehouse folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(s.folder, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the warehouse lock: %w", err)
	}
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil // closing gives the lock back
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock the warehouse: %w", err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(wait):
		}
	}
}

// version is one finished file of the warehouse.
type version struct {
	number int
	path   string
	info   fs.FileInfo
}

// versions lists the finished versions, oldest first.
func (s *site) versions() []version {
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		return nil
	}
	var all []version
	for _, entry := range entries {
		number, err := strconv.Atoi(strings.TrimSuffix(entry.Name(), ".duckdb"))
		if err != nil || !strings.HasSuffix(entry.Name(), ".duckdb") {
			continue
		}
		if info, err := entry.Info(); err == nil {
			all = append(all, version{number, filepath.Join(s.folder, entry.Name()), info})
		}
	}
	slices.SortFunc(all, func(a, b version) int { return a.number - b.number })
	return all
}

// current gives the file that the published name stands for; "" when there is none.
func (s *site) current() string {
	if _, err := os.Stat(s.published); err != nil {
		return ""
	}
	return versionBehind(s.published)
}

// building is a version that is being made.
type building struct {
	site   *site
	number int
	path   string
	db     *sql.DB
	conn   *sql.Conn

	early   sync.WaitGroup // writes what was copied to the disk
	unsaved error          // of that
}

// begin starts a version from a copy of base, or an empty one when base is "". The caller holds the lock.
func (s *site) begin(ctx context.Context, base string) (_ *building, err error) {
	s.sweep()
	number := 1
	if all := s.versions(); len(all) > 0 {
		number = all[len(all)-1].number + 1
	}
	b := &building{site: s, number: number, path: filepath.Join(s.folder, fmt.Sprintf("%d.building", number))}
	defer func() {
		if err != nil {
			b.abandon()
		}
	}()
	if base != "" {
		if err := copyFile(base, b.path); err != nil {
			return nil, fmt.Errorf("copy the last warehouse: %w", err)
		}
		b.early.Go(func() { b.unsaved = syncFile(b.path) }) // the disk works while the processors do; else they would wait for it in the end
	}
	if b.db, err = sql.Open("duckdb", ""); err != nil {
		return nil, fmt.Errorf("open the new warehouse: %w", err)
	}
	b.db.SetMaxIdleConns(0) // a connection that is kept would keep its temporary tables
	if b.conn, err = b.connect(ctx,
		// What a crash leaves is thrown away. With a log, every commit would wait for the disk, twice.
		"ATTACH "+literal(b.path)+" AS "+attached+" (RECOVERY_MODE no_wal_writes)",
		"SET memory_limit = '1200MB'",
		"SET temp_directory = "+literal(filepath.Join(s.folder, "tmp")),
		"SET write_buffer_row_group_count = 1", // what is full is written while more is being read, not at the end
	); err != nil {
		return nil, err
	}
	return b, nil
}

// attached is what the version is called while it is being made.
const attached = "building"

// connect opens one more connection to the version. Each has its own transactions and temporary tables. The first one also makes settings that all
// share, some of which cannot be made again later.
func (b *building) connect(ctx context.Context, shared ...string) (*sql.Conn, error) {
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the new warehouse: %w", err)
	}
	for _, setting := range append(shared, "USE "+attached, "SET TimeZone = 'UTC'", "SET perfect_ht_threshold = 16") {
		if _, err := conn.ExecContext(ctx, setting); err != nil {
			return nil, errors.Join(fmt.Errorf("set up the new warehouse: %w", err), conn.Close())
		}
	}
	return conn, nil
}

// mostGaps is after how many days the tables are made compact again; a day makes two versions.
const mostGaps = 8

// leaveGaps decides whether the gaps stay that rows leave when they are made again. To close them DuckDB writes whole tables when the version is
// closed, which takes longer than the rows of a day. The same rows are made again day by day, as a rule, and lie together from the second day
// on; should it be otherwise, the gaps are closed every so often.
func (b *building) leaveGaps(ctx context.Context) error {
	if b.number%(2*mostGaps) < 2 {
		return nil
	}
	_, err := b.conn.ExecContext(ctx, "SET max_vacuum_tasks = 0")
	return err
}

// sweep removes what crashed builders left. The caller holds the lock.
func (s *site) sweep() {
	left, _ := filepath.Glob(filepath.Join(s.folder, "*.building*"))
	for _, path := range left {
		_ = os.Remove(path)
	}
	_ = os.RemoveAll(filepath.Join(s.folder, "tmp"))
}

// abandon removes the unfinished version; the published one stays as it was.
func (b *building) abandon() {
	_ = b.close() // it is thrown away
	b.site.sweep()
}

func (b *building) close() error {
	var errs []error
	if b.conn != nil {
		errs = append(errs, b.conn.Close())
	}
	if b.db != nil {
		errs = append(errs, b.db.Close())
	}
	b.conn, b.db = nil, nil
	b.early.Wait()
	return errors.Join(append(errs, b.unsaved)...)
}

// publish closes the version, opens it again to verify, and moves the published name to it.
func (b *building) publish(ctx context.Context) error {
	if _, err := b.conn.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("write the new warehouse: %w", err)
	}
	if err := b.close(); err != nil {
		return fmt.Errorf("close the new warehouse: %w", err)
	}
	if err := verify(ctx, b.path); err != nil {
		return fmt.Errorf("verify the new warehouse: %w", err)
	}
	if err := os.Chmod(b.path, 0o444); err != nil {
		return fmt.Errorf("publish the warehouse: %w", err)
	}
	if err := syncFile(b.path); err != nil {
		return fmt.Errorf("publish the warehouse: %w", err)
	}
	path := filepath.Join(b.site.folder, fmt.Sprintf("%d.duckdb", b.number))
	if err := os.Rename(b.path, path); err != nil {
		return fmt.Errorf("publish the warehouse: %w", err)
	}
	if err := b.site.point(path); err != nil {
		return fmt.Errorf("publish the warehouse: %w", err)
	}
	b.site.sweep()
	b.site.expire(grace, maxKept)
	return nil
}

// point moves the published name to a version: a second name of the same file, or a copy where the file system has no
// hard links, put in place with one rename.
func (s *site) point(path string) error {
	beside := s.published + ".new"
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(path, beside); err != nil {
		if err := copyFile(path, beside); err != nil {
			return err
		}
		if err := os.Chmod(beside, 0o444); err != nil {
			return err
		}
	}
	if err := os.Rename(beside, s.published); err != nil {
		return err
	}
	return errors.Join(syncFile(s.folder), syncFile(filepath.Dir(s.published)))
}

// expire removes replaced versions: those replaced longer ago than the grace time, and the oldest beyond keep. A reader
// that has one open keeps it.
func (s *site) expire(grace time.Duration, keep int) {
	all := s.versions()
	for i := range len(all) - 1 {
		replaced := all[len(all)-1].info.ModTime().Sub(all[i+1].info.ModTime())
		if replaced > grace || len(all)-1-i > keep {
			_ = os.Remove(all[i].path)
		}
	}
}

// purge removes every version but the last, at once and whoever may be reading: an older one has what was erased since.
func (s *site) purge() error {
	all := s.versions()
	var errs []error
	for i := range len(all) - 1 {
		if err := os.Remove(all[i].path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return koe.Errorf(koe.Internal, "an older version of the warehouse holds what was erased and cannot be removed; delete it by hand: %w", err)
	}
	return nil
}

// texts runs a query of one text column.
func texts(ctx context.Context, db querier, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = io.Copy(target, source)
	return err
}

// syncFile makes a file, or the names in a folder, durable.
func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
