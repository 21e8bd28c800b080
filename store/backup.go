package store

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
	"time"

	"koe"
)

// A backup is a zip of JSON lines, the same for SQLite and PostgreSQL, so that it also moves a store from one to the other:
//
//	main/<table>.jsonl  the rows, each a list of columns; the first line names the columns
//	vault.sealed        the vault's tables in the same form, sealed as a whole with the vault key
//	beside/<file>       files that belong to the store without being in it, as they are
//	manifest.json       last: what is there, how many rows, their SHA-256, and which key the vault has
const backupFormat = 1

// besideStore is where a backup has the files that are not in the store.
const besideStore = "beside/"

// manifest is the last entry of a backup.
type manifest struct {
	Format   int             `json:"format"`
	Store    string          `json:"store"` // id of the store
	At       time.Time       `json:"at"`
	KeyCheck string          `json:"key_check"` // opens with the vault key only
	Entries  []manifestEntry `json:"entries"`
}

type manifestEntry struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`   // of a table; 0 for a file
	SHA256 string `json:"sha256"` // of the entry's bytes
}

// backupTables are what a backup holds, a table after those that it refers to. Leases are of running processes only; what
// was erased is not in the backup, so nothing needs to be told of it.
var backupTables = map[string][]string{
	mainPart: {"person", "event", "invitation", "mail", "response", "response_version", "draft", "review", "run", "hypothesis", "survey_seal", "log", "warehouse_export",
		"release", "release_file", "release_table", "release_cell", "release_response", "release_gone", "release_figure"},
	vaultPart: {"identity", "token", "request", "meta"},
}

// laterTables came after the first backups, which are restored without them.
var laterTables = map[string]bool{"release": true, "release_file": true, "release_table": true, "release_cell": true, "release_response": true,
	"release_gone": true, "release_figure": true}

// backupRows is which rows of a table are backed up, where it is not all: a new vault has a check of its key already.
var backupRows = map[string]string{"meta": " WHERE name IN ('" + signingKeyName + "', 'key_previous', 'key_since')"}

// primaryKeys order the rows, so that equal stores make equal entries.
var primaryKeys = map[string]string{
	"person": "person_key", "event": "event_key", "invitation": "invitation_key", "mail": "mail_id", "response": "response_key",
	"response_version": "response_key, version", "draft": "invitation_key", "review": "response_key, question", "meta": "name", "run": "run_id", "hypothesis": "journey, hypothesis, sha256",
	"release": "number", "release_file": "number, file", "release_table": "number, table_name", "release_cell": "cell_key",
	"release_response": "response_key, since", "release_gone": "cell_key, since, until", "release_figure": "table_name, row_key, since",
	"survey_seal": "journey, survey, version", "log": "number", "identity": "person_key", "token": "invitation_key", "request": "request_id",
	"warehouse_export": "folder",
}

// Backup writes a backup of the whole store to w while others read and write it: the main part as of one moment, then the
// vault as of one later. What is in the main part has its identity and token in the vault, since the vault is written first.
// The vault is sealed with the vault key, without which the backup restores nothing. The files at the top of beside (nil: none)
// go with it, after the store. Write to a file of its own, and rename it when Backup has returned nil.
func (s *Store) Backup(ctx context.Context, now time.Time, w io.Writer, beside fs.FS) error {
	if err := s.needVault(); err != nil {
		return err
	}
	m := manifest{Format: backupFormat, Store: s.id, At: now.UTC(), KeyCheck: s.seal.seal("check", []byte(keyCheck))}
	z := zip.NewWriter(w)
	err := s.main.snapshot(ctx, func(tx *tx) error {
		for _, table := range backupTables[mainPart] {
			entry, err := z.CreateHeader(&zip.FileHeader{Name: "main/" + table + ".jsonl", Method: zip.Deflate, Modified: m.At})
			if err != nil {
				return err
			}
			sum := newSummed(entry)
			rows, err := dump(tx, table, sum)
			if err != nil {
				return fmt.Errorf("back up %s: %w", table, err)
			}
			m.Entries = append(m.Entries, manifestEntry{"main/" + table + ".jsonl", rows, sum.hex()})
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.vault.snapshot(ctx, func(tx *tx) error {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: "vault.sealed", Method: zip.Store, Modified: m.At})
		if err != nil {
			return err
		}
		sum := newSummed(entry)
		seal := &sealWriter{to: sum, seal: s.seal, about: "backup/" + s.id}
		total := 0
		for _, table := range backupTables[vaultPart] {
			if _, err := fmt.Fprintf(seal, "%s\n", table); err != nil {
				return err
			}
			rows, err := dump(tx, table, seal)
			if err != nil {
				return fmt.Errorf("back up %s: %w", table, err)
			}
			if _, err := io.WriteString(seal, "\n"); err != nil { // an empty line ends the table
				return err
			}
			total += rows
		}
		if err := seal.Close(); err != nil {
			return err
		}
		m.Entries = append(m.Entries, manifestEntry{"vault.sealed", total, sum.hex()})
		return nil
	})
	if err != nil {
		return err
	}
	files, err := backUpBeside(z, m.At, beside)
	if err != nil {
		return err
	}
	m.Entries = append(m.Entries, files...)
	entry, err := z.CreateHeader(&zip.FileHeader{Name: "manifest.json", Method: zip.Deflate, Modified: m.At})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(entry).Encode(m); err != nil {
		return err
	}
	return z.Close()
}

// backUpBeside adds the files at the top of a folder, in the order of their names. A folder that is not there has none, and a
// file that went meanwhile is left out.
func backUpBeside(z *zip.Writer, at time.Time, beside fs.FS) (entries []manifestEntry, err error) {
	if beside == nil {
		return nil, nil
	}
	list, err := fs.ReadDir(beside, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("back up the files beside the store: %w", err)
	}
	for _, file := range list {
		if !file.Type().IsRegular() || strings.HasPrefix(file.Name(), ".") { // a dot: half written
			continue
		}
		content, err := beside.Open(file.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("back up %s: %w", file.Name(), err)
		}
		name := besideStore + file.Name()
		entry, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
		sum := newSummed(entry)
		if err == nil {
			_, err = io.Copy(sum, content)
		}
		if err = errors.Join(err, content.Close()); err != nil {
			return nil, fmt.Errorf("back up %s: %w", file.Name(), err)
		}
		entries = append(entries, manifestEntry{name, 0, sum.hex()})
	}
	return entries, nil
}

// snapshot runs fn in a transaction that reads and sees the database as of one moment.
func (d *database) snapshot(ctx context.Context, fn func(*tx) error) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return d.explain("connect", err)
	}
	defer conn.Close()
	begin := "BEGIN"
	if d.dialect == postgres {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		return d.explain("begin", err)
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // it only read
	}()
	return fn(&tx{ctx: ctx, caller: ctx, d: d, on: conn})
}

// dump writes a table as JSON lines and gives the number of its rows. The column "changed" is only whether there is a
// change: its number means nothing in another database.
func dump(t *tx, table string, w io.Writer) (count int, err error) {
	rows, err := t.on.QueryContext(t.ctx, "SELECT * FROM "+table+backupRows[table]+" ORDER BY "+primaryKeys[table])
	if err != nil {
		return 0, t.d.explain("read "+table, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(columns); err != nil {
		return 0, err
	}
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range dest {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return count, err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = string(b)
			}
			if columns[i] == "changed" {
				values[i] = number(v != nil)
			}
		}
		if err := lines.Encode(values); err != nil {
			return count, err
		}
		count++
	}
	if err := rows.Err(); err != nil {
		return count, err
	}
	return count, out.Flush()
}

// load writes JSON lines, up to an empty one or the end, into a table and gives the number of rows.
func load(t *tx, table string, in *bufio.Reader) (count int, err error) {
	var insert *sql.Stmt
	var columns []string
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 || err == nil && len(line) == 1 {
			return count, nil
		}
		if err != nil {
			return count, koe.Errorf(koe.Invalid, "the backup breaks off in table %s", table)
		}
		if insert == nil {
			if insert, columns, err = prepareLoad(t, table, line); err != nil {
				return count, err
			}
			defer insert.Close()
			continue
		}
		values, err := loadValues(line, len(columns))
		if err != nil {
			return count, koe.Errorf(koe.Invalid, "the backup has a row that is none in table %s: %w", table, err)
		}
		if _, err := insert.ExecContext(t.ctx, values...); err != nil {
			return count, t.d.explain("restore "+table, err)
		}
		count++
	}
}

// prepareLoad makes the INSERT of a table from the line that names the columns, all of which this koe must know.
func prepareLoad(t *tx, table string, header []byte) (*sql.Stmt, []string, error) {
	var columns []string
	if err := json.Unmarshal(header, &columns); err != nil {
		return nil, nil, koe.Errorf(koe.Invalid, "the backup does not name the columns of table %s", table)
	}
	known, err := t.on.QueryContext(t.ctx, "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		return nil, nil, t.d.explain("read "+table, err)
	}
	names, err := known.Columns()
	if err != nil {
		return nil, nil, err
	}
	if err := known.Close(); err != nil {
		return nil, nil, err
	}
	has := map[string]bool{}
	for _, name := range names {
		has[name] = true
	}
	marks := make([]string, len(columns))
	for i, name := range columns {
		if !has[name] {
			return nil, nil, koe.Errorf(koe.Invalid, "the backup is of another koe: table %s has no column %q here; restore it with the koe that wrote it, or a newer one", table, name)
		}
		marks[i] = fmt.Sprintf("$%d", i+1)
		if name == "changed" {
			marks[i] = fmt.Sprintf("CASE WHEN CAST($%d AS INTEGER) = 1 THEN {change} END", i+1)
		}
	}
	text := inDialect(t.d.dialect, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")")
	type preparer interface {
		PrepareContext(context.Context, string) (*sql.Stmt, error)
	}
	stmt, err := t.on.(preparer).PrepareContext(t.ctx, text)
	return stmt, columns, err
}

// loadValues reads the values of one row; numbers are whole.
func loadValues(line []byte, want int) ([]any, error) {
	var raw []any
	d := json.NewDecoder(strings.NewReader(string(line)))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	if len(raw) != want {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), want)
	}
	for i, v := range raw {
		if n, ok := v.(json.Number); ok {
			whole, err := n.Int64()
			if err != nil {
				return nil, err
			}
			raw[i] = whole
		}
	}
	return raw, nil
}

// summed is a writer that hashes what goes through it.
type summed struct {
	to  io.Writer
	sum hash.Hash
}

func newSummed(to io.Writer) *summed { return &summed{to, sha256.New()} }

func (s *summed) Write(p []byte) (int, error) {
	s.sum.Write(p)
	return s.to.Write(p)
}

func (s *summed) hex() string { return hex.EncodeToString(s.sum.Sum(nil)) }
