// Package export writes the warehouse as a folder of Parquet files with a dictionary and checksums, for tools that do not
// read DuckDB. It shows what the warehouse holds and computes nothing; what may be shown to whom is not its matter, but that
// the tables for publication lie in a folder of their own, and may be had alone.
package export

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"koe"
	"koe/analysis"
	"koe/internal/whole"
)

// The files of every export besides the Parquet files.
const (
	manifestFile   = "koe-export.json"
	sumsFile       = "SHA256SUMS"
	dictionaryCSV  = "dictionary.csv"
	dictionaryHTML = "dictionary.html"
)

// The folders of the Parquet files.
const (
	mainFolder = "main"
	safeFolder = "safe"

	draftFolder = "draft" // safe_* tables that no release shows
)

// Options says what is exported.
type Options struct {
	Warehouse string // path of the published file, or of the figures that are kept of a release
	Safe      bool   // only the safe_* tables
	Release   string // of which release the safe_* tables are, when they alone are written; "" for a draft
	Language  string // of the dictionary's own words
	Progress  func(done, of int)
}

// Result is an export that was written.
type Result struct {
	Folder string  `json:"folder"`
	SHA256 string  `json:"sha256"` // of SHA256SUMS, which holds those of all other files
	AsOf   string  `json:"as_of"`  // moment of the analysis
	Tables []Table `json:"tables"`
}

// Table is one exported table.
type Table struct {
	Name    string   `json:"name"`
	File    string   `json:"file"` // from the export's folder on, with slashes
	Rows    int64    `json:"rows"`
	Bytes   int64    `json:"-"`
	View    bool     `json:"view,omitempty"` // a view of the warehouse, written out
	Comment string   `json:"-"`
	Columns []Column `json:"-"`
}

// Column is one column of an exported table.
type Column struct {
	Name    string
	Type    string // as Parquet has it, in DuckDB's words
	Comment string
	Wording koe.Text // of the question whose answers it holds
}

// manifest is what an export says of itself. It holds no moment and no place, so that equal warehouses make equal exports.
type manifest struct {
	Format       int             `json:"koe_export"`
	Organization json.RawMessage `json:"organization"`
	AsOf         string          `json:"as_of"`
	SafeOnly     bool            `json:"safe_only"`
	Release      string          `json:"release,omitempty"`
	Draft        bool            `json:"draft,omitempty"` // safe_* tables that no release shows: not to be handed on
	Tables       []Table         `json:"tables"`
}

// Write writes the published warehouse to a folder, which appears whole or not at all. The folder must be missing, empty
// or an earlier export (Conflict otherwise). The same warehouse gives the same bytes.
func Write(ctx context.Context, o Options, folder string) (result Result, err error) {
	if err := Replaceable(folder); err != nil {
		return result, err
	}
	db, about, err := analysis.Open(ctx, o.Warehouse)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if about["as_of"] == "" {
		return result, koe.Errorf(koe.NotFound, "the warehouse %s holds no figures yet: run koe analyze", o.Warehouse)
	}
	result = Result{Folder: folder, AsOf: about["as_of"]}
	err = whole.Folder(folder, 0o700, func(dir string) error {
		return o.fill(ctx, db, about, dir, &result)
	})
	return result, err
}

// fill writes everything into a new folder.
func (o *Options) fill(ctx context.Context, db *sql.DB, about map[string]string, dir string, result *Result) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	scratch := filepath.Join(dir, "tmp")
	for _, setting := range []string{"SET TimeZone = 'UTC'", "SET memory_limit = '1500MB'", "SET preserve_insertion_order = true", "SET temp_directory = " + literal(scratch)} {
		if _, err := conn.ExecContext(ctx, setting); err != nil {
			return fmt.Errorf("prepare the export: %w", err)
		}
	}
	tables, err := o.describe(ctx, conn)
	if err != nil {
		return fmt.Errorf("read what tables there are: %w", err)
	}
	for i := range tables {
		if o.Progress != nil {
			o.Progress(i, len(tables))
		}
		if err := writeTable(ctx, conn, dir, &tables[i]); err != nil {
			return fmt.Errorf("export %s: %w", tables[i].Name, err)
		}
	}
	if err := os.RemoveAll(scratch); err != nil {
		return err
	}
	result.Tables = tables
	if err := o.writeDictionary(dir, about, tables); err != nil {
		return fmt.Errorf("write the dictionary: %w", err)
	}
	content, err := json.MarshalIndent(manifest{1, json.RawMessage(about["organization"]), about["as_of"], o.Safe, o.Release, o.draft(), tables}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, manifestFile), append(content, '\n'), 0o600); err != nil {
		return err
	}
	result.SHA256, err = writeSums(dir)
	return err
}

// writeTable writes one table as Parquet. What Parquet has no type for is written as the nearest that holds every value.
func writeTable(ctx context.Context, conn *sql.Conn, dir string, t *Table) error {
	var columns []string
	for _, c := range t.Columns {
		expression := quote(c.Name)
		if c.Type == wideType {
			expression = fmt.Sprintf("CAST(%[1]s AS %[2]s) AS %[1]s", expression, wideType)
		}
		columns = append(columns, expression)
	}
	path := filepath.Join(dir, filepath.FromSlash(t.File))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	done, err := conn.ExecContext(ctx, fmt.Sprintf("COPY (SELECT %s FROM main.%s) TO %s (FORMAT parquet, COMPRESSION zstd)", strings.Join(columns, ", "), quote(t.Name), literal(path)))
	if err != nil {
		return err
	}
	if t.Rows, err = done.RowsAffected(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	t.Bytes = info.Size()
	return os.Chmod(path, 0o600)
}

// wideType holds sums that are wider than 64 bits; Parquet would make them floating.
const wideType = "DECIMAL(38,0)"

// draft says that the safe_* tables are written alone, and are not those of a release.
func (o *Options) draft() bool { return o.Safe && o.Release == "" }

// describe lists the tables and views to export with their columns, by folder and name.
func (o *Options) describe(ctx context.Context, conn *sql.Conn) ([]Table, error) {
	wordings := map[string]koe.Text{}
	if !o.Safe {
		var err error
		if wordings, err = questionWordings(ctx, conn); err != nil {
			return nil, err
		}
	}
	folders := map[bool]string{true: safeFolder, false: mainFolder}
	if o.draft() {
		folders[true] = draftFolder
	}
	rows, err := conn.QueryContext(ctx, `
		SELECT t.name, t.is_view, coalesce(t.comment, ''), c.column_name, c.data_type, coalesce(c.comment, '')
		FROM (SELECT table_name AS name, false AS is_view, comment FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary AND database_name = current_database()
			UNION ALL SELECT view_name, true, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal AND NOT temporary AND database_name = current_database()) t
		JOIN duckdb_columns() c ON c.table_name = t.name AND c.schema_name = 'main' AND c.database_name = current_database()
		ORDER BY t.name, c.column_index`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []Table
	for rows.Next() {
		var t Table
		var c Column
		if err := rows.Scan(&t.Name, &t.View, &t.Comment, &c.Name, &c.Type, &c.Comment); err != nil {
			return nil, err
		}
		safe := strings.HasPrefix(t.Name, "safe_")
		if o.Safe && !safe {
			continue
		}
		if c.Type == "HUGEINT" || c.Type == "UHUGEINT" {
			c.Type = wideType
		}
		if strings.HasPrefix(c.Type, "ENUM") {
			c.Type = "VARCHAR"
		}
		c.Wording = wordings[t.Name+"."+c.Name]
		if n := len(tables); n > 0 && tables[n-1].Name == t.Name {
			tables[n-1].Columns = append(tables[n-1].Columns, c)
			continue
		}
		t.File = folders[safe] + "/" + t.Name + ".parquet"
		t.Columns = []Column{c}
		tables = append(tables, t)
	}
	slices.SortStableFunc(tables, func(a, b Table) int { return strings.Compare(a.File, b.File) })
	return tables, rows.Err()
}

// questionWordings gives the wording of the question behind each answer column, by table and column.
func questionWordings(ctx context.Context, conn *sql.Conn) (map[string]koe.Text, error) {
	rows, err := conn.QueryContext(ctx, `SELECT 'response_' || journey || '.q_' || question, texts FROM question`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	wordings := map[string]koe.Text{}
	for rows.Next() {
		var column, text string
		if err := rows.Scan(&column, &text); err != nil {
			return nil, err
		}
		var wording koe.Text
		if err := json.Unmarshal([]byte(text), &wording); err != nil {
			return nil, fmt.Errorf("the wording of %s: %w", column, err)
		}
		wordings[column] = wording
	}
	return wordings, rows.Err()
}

// writeSums writes the checksums of all files, as sha256sum checks them, and gives that of the list itself.
func writeSums(dir string) (string, error) {
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sum, err := sumOf(path)
		fmt.Fprintf(&list, "%s  %s\n", sum, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, sumsFile), []byte(list.String()), 0o600); err != nil {
		return "", err
	}
	return sumOf(filepath.Join(dir, sumsFile))
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// literal writes an SQL string, quote a name.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func quote(s string) string   { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
