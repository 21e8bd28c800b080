package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// holds reports whether the files of a folder, the hidden and the databases too, have the bytes of each text, in their names
// or inside: holds DIR TEXT…. With ! none of them may have any. Workbooks are searched unpacked as well, Parquet files and
// DuckDB databases row by row, since they are compressed.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] holds DIR TEXT…")
	}
	where := map[string][]string{}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		content := []byte(entry.Name() + "\n")
		if !entry.IsDir() {
			inside, err := everything(path)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			content = append(content, inside...)
		}
		for _, text := range args[1:] {
			if bytes.Contains(content, []byte(text)) {
				where[text] = append(where[text], path)
			}
		}
		return nil
	}))
	for _, text := range args[1:] {
		if neg == (len(where[text]) > 0) {
			ts.Fatalf("%q is in %d files: %s", text, len(where[text]), strings.Join(where[text], ", "))
		}
	}
}

// everything gives a file's bytes and, behind them, what is inside in clear.
func everything(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var inside []byte
	switch {
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		inside, err = unpacked(content)
	case filepath.Ext(path) == ".parquet":
		inside, err = rowsOf("", []string{"'" + path + "'"})
	case filepath.Ext(path) == ".duckdb":
		inside, err = rowsOf(path+"?access_mode=READ_ONLY", nil)
	}
	return append(content, inside...), err
}

func unpacked(content []byte) (all []byte, err error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			return nil, err
		}
		inside, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		all = append(all, inside...)
	}
	return all, nil
}

// rowsOf writes out the rows of the tables given, or of all tables of a database.
func rowsOf(dsn string, tables []string) (all []byte, err error) {
	db, err := sql.Open("duckdb", dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	read := func(query string, each func(text string)) error {
		rows, err := db.Query(query)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
			each(text)
		}
		return rows.Err()
	}
	if dsn != "" {
		err = read(`SELECT '"' || schema_name || '"."' || table_name || '"' FROM duckdb_tables()`, func(name string) { tables = append(tables, name) })
	}
	for _, table := range tables {
		err = errors.Join(err, read("SELECT one_row::VARCHAR FROM "+table+" one_row", func(row string) { all = append(all, row+"\n"...) }))
	}
	return all, err
}

// capture keeps what the first group of a pattern found in the last standard output: capture NAME PATTERN.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME PATTERN")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("%s is not in the output", args[1])
	}
	ts.Setenv(args[0], found[1])
}
