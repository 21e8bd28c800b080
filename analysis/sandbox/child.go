package sandbox

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Main is what the child does. It must be the first call of every main (and TestMain) that uses Run; in any other
// process it does nothing and gives false. With true, the process must end with the exit code.
func Main() (code int, child bool) {
	if os.Getenv(mark) == "" {
		return 0, false
	}
	result, err := work(os.Stdin, os.Stdout)
	answer := map[string]any{"rows": result.Rows, "truncated": result.Truncated}
	if err != nil {
		answer, code = map[string]any{"error": err.Error()}, 1
	}
	_ = json.NewEncoder(os.Stderr).Encode(answer)
	return code, true
}

// work reads a job and does it.
func work(in io.Reader, out io.Writer) (_ Result, err error) {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return Result{}, fmt.Errorf("read the query: %w", err)
	}
	if err := limitProcess(&j); err != nil {
		return Result{}, fmt.Errorf("limit the process: %w", err)
	}
	ctx := context.Background()
	db, conn, err := open(ctx, &j)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, conn.Close(), db.Close()) }()
	if err := checkStatement(ctx, conn, j.Query); err != nil {
		return Result{}, err
	}
	if j.File != "" {
		query := strings.TrimRight(strings.TrimSpace(j.Query), ";")
		written, err := conn.ExecContext(ctx, fmt.Sprintf("COPY (SELECT * FROM (%s\n) LIMIT %d) TO '%s' (FORMAT parquet)", query, j.Rows, strings.ReplaceAll(j.File, "'", "''")))
		if err != nil {
			return Result{}, err
		}
		n, _ := written.RowsAffected()
		return Result{Rows: int(n), Truncated: int(n) == j.Rows}, nil
	}
	rows, err := conn.QueryContext(ctx, j.Query)
	if err != nil {
		return Result{}, err
	}
	defer rows.Close()
	buffered := bufio.NewWriterSize(out, 64<<10)
	result, err := writeRows(buffered, rows, j.Format, j.Rows)
	return result, errors.Join(err, buffered.Flush())
}

// open opens the warehouse and locks everything behind it.
func open(ctx context.Context, j *job) (*sql.DB, *sql.Conn, error) {
	dsn := j.Warehouse + "?access_mode=READ_ONLY"
	if j.Safe {
		dsn = ""
	}
	db, err := sql.Open("duckdb", dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("open the warehouse: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open the warehouse: %w", err), db.Close())
	}
	if err := lockDown(ctx, conn, j); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open the warehouse: %w", err), conn.Close(), db.Close())
	}
	return db, conn, nil
}

// lockDown takes everything but reading tables away.
func lockDown(ctx context.Context, conn *sql.Conn, j *job) error {
	if j.Safe {
		if err := copySafe(ctx, conn, j.Warehouse); err != nil {
			return err
		}
	}
	settings := []string{
		fmt.Sprintf("SET threads = %d", j.Threads),
		fmt.Sprintf("SET memory_limit = '%dMiB'", j.Memory>>20),
		"SET temp_directory = ''",
		"SET TimeZone = 'UTC'",
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allow_unsigned_extensions = false",
	}
	if j.File != "" {
		settings = append(settings, fmt.Sprintf("SET allowed_paths = ['%s']", strings.ReplaceAll(j.File, "'", "''")))
	}
	settings = append(settings, "SET enable_external_access = false", "SET lock_configuration = true")
	for _, setting := range settings {
		if _, err := conn.ExecContext(ctx, setting); err != nil && !strings.Contains(err.Error(), "Cannot change allow_unsigned_extensions") {
			return fmt.Errorf("%s: %w", setting, err)
		}
	}
	return limitFiles(j.File != "")
}

// copySafe fills an empty database in memory with the safe_* tables, comments included, so that nothing else is there.
func copySafe(ctx context.Context, conn *sql.Conn, path string) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("ATTACH '%s' AS warehouse (READ_ONLY)", strings.ReplaceAll(path, "'", "''"))); err != nil {
		return err
	}
	statements, err := column(ctx, conn, `
		SELECT 'CREATE TABLE "' || table_name || '" AS FROM warehouse."' || table_name || '"' FROM duckdb_tables()
		WHERE database_name = 'warehouse' AND schema_name = 'main' AND starts_with(table_name, 'safe_')
		UNION ALL SELECT 'COMMENT ON TABLE "' || table_name || '" IS ''' || replace(comment, '''', '''''') || '''' FROM duckdb_tables()
		WHERE database_name = 'warehouse' AND schema_name = 'main' AND starts_with(table_name, 'safe_') AND comment IS NOT NULL
		UNION ALL SELECT 'COMMENT ON COLUMN "' || table_name || '"."' || column_name || '" IS ''' || replace(comment, '''', '''''') || '''' FROM duckdb_columns()
		WHERE database_name = 'warehouse' AND schema_name = 'main' AND starts_with(table_name, 'safe_') AND comment IS NOT NULL`)
	if err != nil {
		return err
	}
	for _, statement := range append(statements, "DETACH warehouse") {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func column(ctx context.Context, conn *sql.Conn, query string) ([]string, error) {
	rows, err := conn.QueryContext(ctx, query)
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

// checkStatement refuses everything but one statement that reads.
func checkStatement(ctx context.Context, conn *sql.Conn, query string) error {
	if !single(query) {
		return errors.New("one query at a time, please: there is something behind a semicolon")
	}
	return conn.Raw(func(raw any) error {
		duck, ok := raw.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("the driver gives a %T", raw)
		}
		prepared, err := duck.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer prepared.Close()
		statement, ok := prepared.(*duckdb.Stmt)
		if !ok {
			return errors.New("one query at a time, please")
		}
		kind, err := statement.StatementType()
		if err != nil {
			return err
		}
		if kind != duckdb.STATEMENT_TYPE_SELECT && kind != duckdb.STATEMENT_TYPE_EXPLAIN {
			return errors.New("only queries that read are allowed: SELECT, WITH, FROM, VALUES, SHOW, DESCRIBE, SUMMARIZE, EXPLAIN")
		}
		return nil
	})
}

// single reports whether nothing but blanks and remarks follows the first semicolon that is not inside a text, a name or
// a remark. The driver would run what stands before it.
func single(query string) bool {
	ended := false
	for i := 0; i < len(query); {
		rest := query[i:]
		end := 1
		blank := false
		switch c := query[i]; {
		case strings.HasPrefix(rest, "--"):
			end, blank = until(rest, 2, "\n"), true
		case strings.HasPrefix(rest, "/*"):
			end, blank = until(rest, 2, "*/"), true
		case (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'") && (i == 0 || !isName(query[i-1])):
			end = escaped(rest)
		case c == '\'' || c == '"':
			end = until(rest, 1, string(c))
		case c == '$' && (i == 0 || !isName(query[i-1])):
			if tag := dollarTag(rest); tag != "" {
				end = until(rest, len(tag), tag)
			}
		case c == ';':
			ended, blank = true, true
		case strings.ContainsRune(" \t\r\n", rune(c)):
			blank = true
		}
		if ended && !blank {
			return false
		}
		i += end
	}
	return true
}

// until gives where a piece that ends with a mark ends, counted from its begin.
func until(text string, from int, mark string) int {
	at := strings.Index(text[from:], mark)
	if at < 0 {
		return len(text)
	}
	return from + at + len(mark)
}

// escaped gives where E'…' ends; a backslash guards the letter behind it.
func escaped(text string) int {
	for i := 2; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(text)
}

// dollarTag gives $tag$ when a text begins with one.
func dollarTag(text string) string {
	for i := 1; i < len(text); i++ {
		if text[i] == '$' {
			return text[:i+1]
		}
		if !isName(text[i]) {
			return ""
		}
	}
	return ""
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
