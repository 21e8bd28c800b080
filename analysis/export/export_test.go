package export_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/analysis/export"
)

const warehouse = `
CREATE TABLE about (fact VARCHAR NOT NULL, value VARCHAR NOT NULL);
COMMENT ON TABLE about IS 'What this warehouse is.';
INSERT INTO about VALUES ('organization', '{"ja": "例示<省>", "en": "Example"}'), ('as_of', '2026-08-03T01:00:00Z'), ('as_of_date', '2026-08-03');
CREATE TABLE question (journey VARCHAR, question VARCHAR, texts VARCHAR);
INSERT INTO question VALUES ('chuto', 'ISO1', '{"ja": "相手がいない。", "en": "Nobody."}');
CREATE TABLE response_chuto (response_key VARCHAR NOT NULL, "q_ISO1" SMALLINT, said VARCHAR);
COMMENT ON TABLE response_chuto IS 'Responses.';
COMMENT ON COLUMN response_chuto.said IS 'Free text, masked.';
INSERT INTO response_chuto SELECT 'R' || lpad(i::VARCHAR, 7, '0'), i % 5 + 1, CASE WHEN i % 3 = 0 THEN '孤独だ' END FROM range(130000) t(i);
CREATE VIEW answer AS SELECT response_key, 'ISO1' AS question, "q_ISO1"::DOUBLE AS value FROM response_chuto UNION ALL SELECT response_key, 'OPN3', NULL FROM response_chuto WHERE said IS NOT NULL;
COMMENT ON VIEW answer IS 'Answers, one row each.';
CREATE TABLE red_sum (n HUGEINT, l VARCHAR[], kind ENUM ('a', 'b'), moment TIMESTAMP, d DATE);
INSERT INTO red_sum VALUES (123456789012345678901234567890, ['x', 'y'], 'b', TIMESTAMP '2026-08-03 01:02:03.000004', DATE '2026-08-03'), (NULL, NULL, NULL, NULL, NULL);
CREATE TABLE trend (n BIGINT);
CREATE TABLE safe_trend (n BIGINT, withheld VARCHAR);
INSERT INTO safe_trend VALUES (NULL, 'small');
CREATE SCHEMA loader;
CREATE TABLE loader.cursor (place VARCHAR);
`

// made writes a small warehouse and gives its path.
func made(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db, err := sql.Open("duckdb", path)
	check(t, err)
	_, err = db.Exec(statements)
	check(t, err)
	check(t, db.Close())
	return path
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// contents reads all files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	check(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, folder+"/")] = string(b)
		return err
	}))
	return all
}

func write(t *testing.T, o export.Options, folder string) export.Result {
	t.Helper()
	r, err := export.Write(t.Context(), o, folder)
	check(t, err)
	return r
}

func query(t *testing.T, db *sql.DB, query string) (text string) {
	t.Helper()
	check(t, db.QueryRow(query).Scan(&text))
	return text
}

func TestWrite_SameWarehouseGivesSameBytes(t *testing.T) {
	path, folder := made(t, warehouse), t.TempDir()
	one := write(t, export.Options{Warehouse: path, Language: "ja"}, filepath.Join(folder, "one"))
	two := write(t, export.Options{Warehouse: path, Language: "ja"}, filepath.Join(folder, "two"))
	if one.SHA256 != two.SHA256 {
		t.Error("the lists of checksums differ")
	}
	a, b := contents(t, one.Folder), contents(t, two.Folder)
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	again := write(t, export.Options{Warehouse: path, Language: "ja"}, one.Folder)
	if d := cmp.Diff(a, contents(t, again.Folder)); d != "" {
		t.Error("written into the same folder again it differs")
	}
}

func TestWrite_TablesAreWhole(t *testing.T) {
	path, folder := made(t, warehouse), filepath.Join(t.TempDir(), "export")
	var names []string
	for _, table := range write(t, export.Options{Warehouse: path, Language: "ja"}, folder).Tables {
		names = append(names, table.File)
	}
	want := []string{"main/about.parquet", "main/answer.parquet", "main/question.parquet", "main/red_sum.parquet", "main/response_chuto.parquet", "main/trend.parquet", "safe/safe_trend.parquet"}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	db, err := sql.Open("duckdb", "")
	check(t, err)
	defer db.Close()
	_, err = db.Exec("ATTACH '" + path + "' AS w (READ_ONLY)")
	check(t, err)
	for _, table := range []string{"about", "answer", "question", "response_chuto", "trend"} {
		file := "'" + filepath.Join(folder, "main", table+".parquet") + "'"
		const digest = "SELECT concat_ws(' ', count(*), sum(hash(t))) FROM "
		if of, is := query(t, db, digest+"w."+table+" t"), query(t, db, digest+file+" t"); is != of {
			t.Errorf("%s: %s, want %s", table, is, of)
		}
	}
	sums := "'" + filepath.Join(folder, "main", "red_sum.parquet") + "'"
	got := query(t, db, "SELECT concat_ws(' ', n, l, kind, moment, d) FROM "+sums+" WHERE n IS NOT NULL")
	if got != "123456789012345678901234567890 [x, y] b 2026-08-03 01:02:03.000004 2026-08-03" {
		t.Errorf("a wide sum, a list, an enum and times come back as %s", got)
	}
}

// TestWrite_ParquetHasTheTypesOfTheDictionary reads every file back: dates are dates, lists are lists, and text comes back as it was.
func TestWrite_ParquetHasTheTypesOfTheDictionary(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "export")
	result := write(t, export.Options{Warehouse: made(t, warehouse), Language: "ja"}, folder)
	db, err := sql.Open("duckdb", "")
	check(t, err)
	defer db.Close()
	kinds := map[string]bool{}
	for _, table := range result.Tables {
		var want []string
		for _, c := range table.Columns {
			want = append(want, c.Name+" "+c.Type)
			kinds[c.Type] = true
		}
		rows, err := db.Query("SELECT column_name || ' ' || column_type FROM (DESCRIBE FROM '" + filepath.Join(folder, filepath.FromSlash(table.File)) + "')")
		check(t, err)
		var got []string
		for rows.Next() {
			var line string
			check(t, rows.Scan(&line))
			got = append(got, line)
		}
		check(t, errors.Join(rows.Err(), rows.Close()))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", table.File, d)
		}
	}
	for _, kind := range []string{"DATE", "TIMESTAMP", "VARCHAR[]", "VARCHAR", "SMALLINT", "BIGINT", "DOUBLE", "DECIMAL(38,0)"} {
		if !kinds[kind] {
			t.Errorf("no column is a %s: the test proves too little", kind)
		}
	}
	if got := query(t, db, "SELECT any_value(said) FROM '"+filepath.Join(folder, "main", "response_chuto.parquet")+"'"); got != "孤独だ" {
		t.Errorf("text comes back as %q", got)
	}
}

func TestWrite_SafeAloneHoldsNothingElse(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "export")
	write(t, export.Options{Warehouse: made(t, warehouse), Language: "ja", Safe: true}, folder)
	var names []string
	for name, content := range contents(t, folder) {
		names = append(names, name)
		if strings.Contains(content, "孤独") || strings.Contains(content, "response") {
			t.Errorf("%s tells of a response", name)
		}
	}
	if len(names) != 5 {
		t.Errorf("files: %v", names)
	}
}

func TestWrite_SafeTablesSayOfWhichReleaseTheyAre(t *testing.T) {
	path, place := made(t, warehouse), t.TempDir()
	for name, c := range map[string]struct {
		options  export.Options
		file     string
		manifest string
		page     string
	}{
		"released": {export.Options{Safe: true, Release: "2026-08-01"}, "safe/safe_trend.parquet", `"release": "2026-08-01"`, "報告書 2026-08-01 の値"},
		"draft":    {export.Options{Safe: true}, "draft/safe_trend.parquet", `"draft": true`, "外に渡さないでください"},
		"all":      {export.Options{}, "safe/safe_trend.parquet", `"safe_only": false`, "発行した値とは限りません"},
	} {
		c.options.Warehouse, c.options.Language = path, "ja"
		folder := filepath.Join(place, name)
		write(t, c.options, folder)
		all := contents(t, folder)
		if all[c.file] == "" || !strings.Contains(all["koe-export.json"], c.manifest) || !strings.Contains(all["dictionary.html"], c.page) {
			t.Errorf("%s: %s is there: %t\n%s", name, c.file, all[c.file] != "", all["koe-export.json"])
		}
		if found, err := export.Made(folder); err != nil || !found.Ours || found.Safe != c.options.Safe || found.Release != c.options.Release {
			t.Errorf("%s is found to be %+v, %v", name, found, err)
		}
	}
}

func TestWrite_DictionaryExplainsTablesColumnsAndQuestions(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "export")
	write(t, export.Options{Warehouse: made(t, warehouse), Language: "ja"}, folder)
	all := contents(t, folder)
	if !strings.Contains(all["dictionary.csv"], "\r\nmain/response_chuto.parquet,response_chuto,Responses.,2,q_ISO1,SMALLINT,,相手がいない。,Nobody.\r\n") {
		t.Errorf("dictionary.csv:\n%s", all["dictionary.csv"])
	}
	for _, want := range []string{`<html lang="ja">`, "例示&lt;省&gt;", "Free text, masked.", "相手がいない。", "130000 行", `id="safe-safe_trend"`, "default-src 'none'"} {
		if !strings.Contains(all["dictionary.html"], want) {
			t.Errorf("dictionary.html has no %s", want)
		}
	}
	if strings.Contains(all["dictionary.html"], "http://") || strings.Contains(all["dictionary.html"], "https://") || strings.Contains(all["dictionary.html"], "<script") {
		t.Error("dictionary.html reaches outside")
	}
}

func TestWrite_RefusesAFolderWithOtherFiles(t *testing.T) {
	path := made(t, warehouse)
	foreign := t.TempDir()
	check(t, os.WriteFile(filepath.Join(foreign, "diary.txt"), []byte("mine"), 0o600))
	_, err := export.Write(t.Context(), export.Options{Warehouse: path, Language: "ja"}, foreign)
	if koe.KindOf(err) != koe.Conflict {
		t.Errorf("a folder of somebody's: %v", err)
	}
	ours := filepath.Join(t.TempDir(), "export")
	write(t, export.Options{Warehouse: path, Language: "ja"}, ours)
	check(t, os.WriteFile(filepath.Join(ours, "main", "notes.txt"), []byte("mine"), 0o600))
	before := contents(t, ours)
	_, err = export.Write(t.Context(), export.Options{Warehouse: path, Language: "ja"}, ours)
	if koe.KindOf(err) != koe.Conflict || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("an export with somebody's file in it: %v", err)
	}
	if d := cmp.Diff(before, contents(t, ours)); d != "" {
		t.Error("a refused folder was changed")
	}
	if found, err := export.Made(ours); !found.Ours || len(found.Foreign) != 1 || err != nil {
		t.Errorf("Made: %+v %v", found, err)
	}
}

func TestWrite_AppearsWholeOrNotAtAll(t *testing.T) {
	path, place := made(t, warehouse), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := export.Write(ctx, export.Options{Warehouse: path, Language: "ja", Progress: func(done, _ int) {
		if done == 3 {
			cancel()
		}
	}}, filepath.Join(place, "export"))
	if err == nil {
		t.Fatal("it was not cut short")
	}
	if left := contents(t, place); len(left) > 0 {
		t.Errorf("left: %v", len(left))
	}
}

func TestWrite_WithoutFiguresSaysWhatToRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "export")
	for name, c := range map[string]struct {
		path string
		want string
	}{
		"no warehouse":     {filepath.Join(t.TempDir(), "none.duckdb"), "koe load"},
		"not analysed":     {made(t, "CREATE TABLE about (fact VARCHAR, value VARCHAR)"), "koe analyze"},
		"no koe warehouse": {made(t, "CREATE TABLE other (n INTEGER)"), "koe load --rebuild"},
		"no database":      {text(t, "this is a text file, and long enough to have a header"), "koe load"},
	} {
		_, err := export.Write(t.Context(), export.Options{Warehouse: c.path, Language: "ja"}, folder)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(folder); err == nil {
			t.Errorf("%s: a folder was made", name)
		}
	}
}

func text(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	check(t, os.WriteFile(path, bytes.Repeat([]byte(content), 300), 0o600))
	return path
}
