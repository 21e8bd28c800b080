package sandbox

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
)

func TestMain(m *testing.M) {
	if code, child := Main(); child {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// warehouse makes a small published file.
func warehouse(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it's.duckdb")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`CREATE TABLE trend AS SELECT * FROM (VALUES ('総務局', 12, 3.25, NULL, [1, 2]), ('a', 5, 0.1, DATE '2026-04-01', [])) AS t(member, n, mean, on_date, counts)`,
		`COMMENT ON TABLE trend IS 'scores'`,
		`CREATE TABLE safe_trend AS SELECT member FROM trend`,
		`COMMENT ON TABLE safe_trend IS 'what may be shown'`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, r Request) (string, Result, error) {
	t.Helper()
	var out bytes.Buffer
	result, err := Run(context.Background(), r, &out)
	return out.String(), result, err
}

func TestRun_Formats(t *testing.T) {
	path := warehouse(t)
	for format, want := range map[string]string{
		"csv":   "member,n,mean,on_date,counts\n総務局,12,3.25,,\"[1,2]\"\na,5,0.1,2026-04-01,[]\n",
		"rows":  "[\"member\",\"n\",\"mean\",\"on_date\",\"counts\"]\n[\"総務局\",12,3.25,null,[1,2]]\n[\"a\",5,0.1,\"2026-04-01\",[]]\n",
		"table": "member   n  mean  on_date     counts\n────────────────────────────────────\n総務局  12  3.25  NULL        [1,2]\na        5   0.1  2026-04-01  []\n",
		"json":  "[\n {\"member\": \"総務局\", \"n\": 12, \"mean\": 3.25, \"on_date\": null, \"counts\": [1,2]},\n {\"member\": \"a\", \"n\": 5, \"mean\": 0.1, \"on_date\": \"2026-04-01\", \"counts\": []}\n]\n",
	} {
		query := "SELECT member, n, mean::DOUBLE AS mean, on_date, counts FROM trend"
		if format == "rows" {
			query = "SELECT * FROM trend"
		}
		got, result, err := run(t, Request{Warehouse: path, Query: query, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
		if result.Rows != 2 || result.Truncated {
			t.Errorf("%s: %+v", format, result)
		}
	}
}

func TestRun_CSVAndJSONCanBeReadBack(t *testing.T) {
	path := warehouse(t)
	query := `SELECT 'a"b,c' AS "x ""y", E'line\nbreak' AS z, 1e300 AS big, 'NaN'::DOUBLE AS nan, 123456789012345678901234567890::HUGEINT AS huge, TIMESTAMP '2026-04-01 09:00:00.5' AS at`
	got, _, err := run(t, Request{Warehouse: path, Query: query, Format: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{`x "y`, "z", "big", "nan", "huge", "at"}, {`a"b,c`, "line\nbreak", "1e+300", "NaN", "123456789012345678901234567890", "2026-04-01T09:00:00.5"}}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
	got, _, err = run(t, Request{Warehouse: path, Query: query, Format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(got), &rows); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if rows[0]["nan"] != nil || rows[0][`x "y`] != `a"b,c` {
		t.Errorf("%v", rows)
	}
}

func TestRun_ParquetCanBeReadBack(t *testing.T) {
	got, result, err := run(t, Request{Warehouse: warehouse(t), Query: "SELECT * FROM trend ORDER BY n;", Format: "parquet"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("SELECT sum(n) FROM '" + path + "'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 17 || result.Rows != 2 {
		t.Errorf("sum %d, %+v", n, result)
	}
}

func TestRun_WhatReadsIsAllowed(t *testing.T) {
	path := warehouse(t)
	for _, query := range []string{"SHOW TABLES", "DESCRIBE trend", "SUMMARIZE trend", "FROM trend", "WITH x AS (SELECT 1) SELECT * FROM x", "VALUES (1)", "EXPLAIN SELECT * FROM trend",
		"SELECT comment FROM duckdb_tables()", "SELECT 1;", "-- a remark\nSELECT 1"} {
		if _, _, err := run(t, Request{Warehouse: path, Query: query}); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestRun_EverythingElseIsRefused(t *testing.T) {
	path := warehouse(t)
	elsewhere := filepath.Join(t.TempDir(), "written")
	for _, query := range []string{
		"CREATE TABLE x AS SELECT 1", "CREATE TEMP TABLE x AS SELECT 1", "INSERT INTO trend SELECT * FROM trend", "UPDATE trend SET n = 1", "DELETE FROM trend", "DROP TABLE trend",
		"COPY trend TO '" + elsewhere + "'", "COPY (SELECT 1) TO '" + elsewhere + "' (FORMAT parquet)", "EXPORT DATABASE '" + elsewhere + "'", "ATTACH '" + elsewhere + "'",
		"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/proc/self/environ')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
		"INSTALL httpfs", "LOAD httpfs", "SET threads = 8", "SET memory_limit = '100GB'", "RESET lock_configuration", "PRAGMA enable_profiling", "CALL enable_logging(storage='file', storage_path='" + elsewhere + "')",
		"SELECT * FROM enable_logging(storage = 'file', storage_path = '" + elsewhere + "')", "SELECT getenv('HOME')", "BEGIN", "PREPARE x AS SELECT 1", "SELECT 1; SELECT 2", "CHECKPOINT", "", "nonsense",
		"SELECT * FROM read_duckdb('/etc/passwd')", "SELECT 1) TO '" + elsewhere + "' --",
	} {
		for _, format := range []string{"csv", "parquet"} {
			out, _, err := run(t, Request{Warehouse: path, Query: query, Format: format})
			logging := strings.HasPrefix(query, "SELECT * FROM enable_logging")
			if err == nil && !logging {
				t.Errorf("%s (%s) is allowed: %q", query, format, out)
			}
			if err != nil && koe.KindOf(err) != koe.Invalid {
				t.Errorf("%s: %v", query, err)
			}
			if _, err := os.Stat(elsewhere); err == nil {
				t.Fatalf("%s wrote a file", query)
			}
		}
	}
}

func TestRun_SafeShowsNothingElse(t *testing.T) {
	path := warehouse(t)
	got, _, err := run(t, Request{Warehouse: path, Query: "SELECT table_name, comment FROM duckdb_tables()", Format: "csv", Safe: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := "table_name,comment\nsafe_trend,what may be shown\n"; got != want {
		t.Errorf("%q", got)
	}
	for _, query := range []string{"SELECT * FROM trend", "SELECT * FROM warehouse.trend", "ATTACH '" + strings.ReplaceAll(path, "'", "''") + "'"} {
		if _, _, err := run(t, Request{Warehouse: path, Query: query, Safe: true}); err == nil {
			t.Errorf("%s is allowed", query)
		}
	}
}

func TestRun_Limits(t *testing.T) {
	path := warehouse(t)
	for name, test := range map[string]struct {
		Request
		says string
	}{
		"a text outside DuckDB's memory limit": {Request{Query: "SELECT strlen(repeat(repeat('x', 1000000), 4000))", Memory: 64 << 20, Time: 2 * time.Minute}, "memory"},
		"a sort beyond the memory limit":       {Request{Query: "SELECT max(t) FROM (SELECT hash(i) AS h, repeat('x', 100) || i AS t FROM range(3000000) AS r(i) ORDER BY h LIMIT 2900000)", Memory: 32 << 20, Time: 2 * time.Minute}, "emory"},
		"a query without an end":               {Request{Query: "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1", Time: time.Second}, "longer than 1s"},
	} {
		test.Warehouse = path
		started := time.Now()
		_, _, err := run(t, test.Request)
		if koe.KindOf(err) != koe.Invalid || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: stopped after %s", name, time.Since(started))
	}
	got, result, err := run(t, Request{Warehouse: path, Query: "SELECT * FROM range(100)", Rows: 3, Format: "csv"})
	if err != nil || !result.Truncated || got != "range\n0\n1\n2\n" {
		t.Errorf("%q %+v %v", got, result, err)
	}
}

func TestRun_NoSecretOfTheEnvironmentReachesTheChild(t *testing.T) {
	t.Setenv("KOE_VAULT_KEY", "very-secret")
	path := warehouse(t)
	got, _, err := run(t, Request{Warehouse: path, Query: "SELECT * FROM duckdb_settings()", Format: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got, "very-secret") {
		t.Error("a setting holds the key")
	}
}

func TestRun_StopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := Run(ctx, Request{Warehouse: warehouse(t), Query: "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1"}, &bytes.Buffer{})
	if err == nil || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(started))
	}
}

func TestSingle(t *testing.T) {
	for query, want := range map[string]bool{
		"SELECT 1":                            true,
		"SELECT 1 ; -- done\n /* really */\n": true,
		"SELECT ';' , \"a;b\" , 'it''s;'":     true,
		"SELECT E'\\';' , 1":                  true,
		"SELECT $$a;b$$ , $x$ ; $$ ; $x$":     true,
		"SELECT 1; SELECT 2":                  false,
		"SELECT E'\\\\'; DROP TABLE x":        false,
		"SELECT ''; DROP TABLE x --'":         false,
		"SELECT $$ $$; DROP TABLE x":          false,
		"SELECT name'x'; DROP TABLE x":        false,
		";;":                                  true,
		"; SELECT 1":                          false,
	} {
		if got := single(query); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestRun_TheOutputMayBeAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "rows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := Run(context.Background(), Request{Warehouse: warehouse(t), Query: "SELECT n FROM trend ORDER BY n", Format: "csv"}, file); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file.Name())
	if err != nil || string(got) != "n\n5\n12\n" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestRun_MistakesHaveTheirWayOut(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "warehouse.duckdb")
	if err := os.WriteFile(broken, bytes.Repeat([]byte("no database\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, query, want string }{
		{filepath.Join(t.TempDir(), "none.duckdb"), "SELECT 1", "koe load"},
		{broken, "SELECT 1", "koe load"},
		{warehouse(t), "SELECT * FROM nothing", "koe analyze"},
	} {
		if _, _, err := run(t, Request{Warehouse: c.path, Query: c.query}); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "driver") {
			t.Errorf("%s: %v", c.query, err)
		}
	}
}
