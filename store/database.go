package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed sql migrations
var files embed.FS

// dialect is which of the two databases it is.
type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
)

// The parts of a store.
const (
	mainPart  = "main"
	vaultPart = "vault"
)

// database is one part of the store: a SQLite file or a schema of PostgreSQL, with its statements.
type database struct {
	dialect  dialect
	part     string
	name     string  // for messages: the path, or the host and database
	db       *sql.DB // reads; on PostgreSQL writes too
	writer   *writer // SQLite: the one that writes
	text     map[string]string
	mu       sync.Mutex
	prepared map[string]*sql.Stmt // SQLite: statements of db
	written  map[string]string    // statements with what was added to their end, in the dialect
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// openDatabase opens one part and brings its tables up to date.
func openDatabase(ctx context.Context, part, dsn string) (*database, error) {
	open := openSQLite
	if isPostgres(dsn) {
		open = openPostgres
	}
	d, err := open(ctx, part, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the %s part of the store: %w", part, err)
	}
	return d, nil
}

// close closes the readers before the writer: the last connection moves SQLite's log into the file, which a reader may not.
func (d *database) close() error {
	var err error
	d.mu.Lock()
	for _, stmt := range d.prepared { // an open statement would keep the connection, and so the log, behind our back
		err = errors.Join(err, stmt.Close())
	}
	clear(d.prepared)
	d.mu.Unlock()
	if d.db != nil {
		err = errors.Join(err, d.db.Close())
	}
	if d.writer != nil {
		d.writer.close()
	}
	return err
}

// placeholder finds $1, $2 …, which SQLite writes ?1, ?2 …
var placeholder = regexp.MustCompile(`\$(\d+)`)

// inDialect writes one of our statements as the database reads it. The words in braces are what SQL has no common word for.
func inDialect(d dialect, text string) string {
	words := strings.NewReplacer("{change}", "(SELECT n FROM change_counter)", "{change_type}", "INTEGER", "{without_rowid}", "WITHOUT ROWID",
		"{random_key}", "lower(hex(randomblob(16)))")
	if d == postgres {
		words = strings.NewReplacer("{change}", "pg_current_xact_id()", "{change_type}", "xid8", "{without_rowid}", "",
			"{random_key}", "replace(CAST(gen_random_uuid() AS TEXT), '-', '')")
	}
	text = words.Replace(text)
	if d == sqlite {
		text = placeholder.ReplaceAllString(text, "?$1")
	}
	return text
}

// statements reads the SQL files of a part: name.sql, or name.sqlite.sql and name.postgres.sql where the two differ.
func statements(d dialect, part string) (map[string]string, error) {
	all := map[string]string{}
	names, err := fs.Glob(files, "sql/"+part+"/*.sql")
	if err != nil {
		return nil, err
	}
	for _, file := range names {
		name, only, special := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), ".")
		if special && only != string(d) {
			continue
		}
		text, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all[name] = inDialect(d, string(text))
	}
	return all, nil
}

// statement gives a statement by the name of its file.
func (d *database) statement(name string) (string, error) {
	text, ok := d.text[name]
	if !ok {
		return "", fmt.Errorf("the %s part has no statement %q", d.part, name)
	}
	return text, nil
}

// statementAnd gives a statement with more added to its end.
func (d *database) statementAnd(name, more string) (string, error) {
	text, err := d.statement(name)
	if err != nil || more == "" {
		return text, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	whole, ok := d.written[name+more]
	if !ok {
		whole = text + inDialect(d.dialect, more)
		if d.written == nil {
			d.written = map[string]string{}
		}
		if len(d.written) < 500 { // lists of keys come in many lengths
			d.written[name+more] = whole
		}
	}
	return whole, nil
}

// ready gives a statement for reading, prepared once on SQLite; pgx keeps its own.
func (d *database) ready(ctx context.Context, text string) (*sql.Stmt, error) {
	if d.dialect == postgres {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if stmt, ok := d.prepared[text]; ok {
		return stmt, nil
	}
	stmt, err := d.db.PrepareContext(ctx, text)
	if err == nil && len(d.prepared) < 500 {
		d.prepared[text] = stmt
	}
	return stmt, err
}

// query reads rows with a named statement; more is added to its end.
func (d *database) query(ctx context.Context, name, more string, args ...any) (*sql.Rows, error) {
	text, err := d.statementAnd(name, more)
	if err != nil {
		return nil, err
	}
	stmt, err := d.ready(ctx, text)
	if err != nil {
		return nil, d.explain(name, err)
	}
	var rows *sql.Rows
	if stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else {
		rows, err = d.db.QueryContext(ctx, text, args...)
	}
	return rows, d.explain(name, err)
}

// get reads the one row of a named statement into dest and tells whether there was one.
func (d *database) get(ctx context.Context, name string, args []any, dest ...any) (bool, error) {
	rows, err := d.query(d.brief(ctx), name, "", args...)
	if err != nil {
		return false, err
	}
	return one(rows, dest)
}

// brief is the context of looking up a row: in a file that is over before it could be called off, and two goroutines would
// watch whether it is.
func (d *database) brief(ctx context.Context) context.Context {
	if d.dialect == sqlite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// one reads the first of rows, if there is one.
func one(rows *sql.Rows, dest []any) (found bool, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		found = true
		if err := rows.Scan(dest...); err != nil {
			return false, err
		}
	}
	return found, rows.Err()
}

// collect reads all rows.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) (all []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// tx is one write transaction.
type tx struct {
	ctx    context.Context // of its statements: on SQLite one that cannot be cancelled, since that would end the whole group
	caller context.Context
	d      *database
	on     interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	}
	stmts map[string]*sql.Stmt // SQLite: prepared on the writer's connection
}

// stopped tells a long transaction that its caller has gone.
func (t *tx) stopped() error { return t.caller.Err() }

// exec runs a named statement and gives the number of rows that it changed.
func (t *tx) exec(name string, args ...any) (int64, error) {
	text, err := t.d.statement(name)
	if err != nil {
		return 0, err
	}
	var result sql.Result
	if t.stmts != nil {
		stmt, err := t.prepare(text)
		if err != nil {
			return 0, t.d.explain(name, err)
		}
		result, err = stmt.ExecContext(t.ctx, args...)
		if err != nil {
			return 0, t.d.explain(name, err)
		}
	} else if result, err = t.on.ExecContext(t.ctx, text, args...); err != nil {
		return 0, t.d.explain(name, err)
	}
	return result.RowsAffected()
}

// query reads rows with a named statement within the transaction; close them before the next statement.
func (t *tx) query(name string, args ...any) (*sql.Rows, error) {
	text, err := t.d.statement(name)
	if err != nil {
		return nil, err
	}
	if t.stmts == nil {
		rows, err := t.on.QueryContext(t.ctx, text, args...)
		return rows, t.d.explain(name, err)
	}
	stmt, err := t.prepare(text)
	if err != nil {
		return nil, t.d.explain(name, err)
	}
	rows, err := stmt.QueryContext(t.ctx, args...)
	return rows, t.d.explain(name, err)
}

// get reads the one row of a named statement within the transaction.
func (t *tx) get(name string, args []any, dest ...any) (bool, error) {
	rows, err := t.query(name, args...)
	if err != nil {
		return false, err
	}
	return one(rows, dest)
}

func (t *tx) prepare(text string) (*sql.Stmt, error) {
	if stmt, ok := t.stmts[text]; ok {
		return stmt, nil
	}
	conn, ok := t.on.(*sql.Conn)
	if !ok {
		return nil, errors.New("statements are prepared on the writer's connection only")
	}
	stmt, err := conn.PrepareContext(t.ctx, text)
	if err == nil {
		t.stmts[text] = stmt
	}
	return stmt, err
}

// update runs fn in one write transaction. What it wrote is durable when update returns nil; nothing of it is there
// when it returns an error. fn may run again after a conflict, so it sets, and does not add to, what it gives out.
func (d *database) update(ctx context.Context, fn func(*tx) error) error {
	if d.writer != nil {
		return d.writer.do(ctx, fn)
	}
	return d.updatePostgres(ctx, fn)
}
