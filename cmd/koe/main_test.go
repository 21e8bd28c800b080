package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/japanese"

	"koe/analysis/sandbox"
)

// TestMain lets the test binary play koe in the scripts, and a query's child in koe sql.
func TestMain(m *testing.M) {
	if code, child := sandbox.Main(); child {
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"koe": func() {
			a := &app{env: os.Getenv, in: os.Stdin, out: os.Stdout, err: os.Stderr}
			if at := os.Getenv("KOE_TEST_KILLED_AT"); at != "" {
				a.watch = func(point string) {
					if point == at { // as the machine does that stops: nothing runs any more
						_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
						select {}
					}
				}
			}
			os.Exit(a.run(context.Background(), os.Args[1:]))
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "ja_JP.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"cp932":   toCP932,
			"digest":  digest,
			"holds":   holds,
			"capture": capture,
			"code":    code,
			"copyall": copyAll,
			"figures": figures,
		},
	})
}

// exits runs a command and wants its exit code: exits 3 koe people import roster.csv.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		found := regexp.MustCompile(`exit status (\d+)`).FindStringSubmatch(err.Error())
		if found == nil {
			ts.Fatalf("%s: %v", strings.Join(args[1:], " "), err)
		}
		code = found[1]
	}
	if code != args[0] {
		ts.Fatalf("%s: exit %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// toCP932 writes a file again as a Japanese office's Excel saves it: cp932 FROM TO.
func toCP932(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cp932 FROM TO")
	}
	encoded, err := japanese.ShiftJIS.NewEncoder().String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(encoded, "\n", "\r\n")), 0o644))
}

// digest writes the content of all files of a folder, one after the other with their names, into a file: digest DIR TO.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digest DIR TO")
	}
	var all bytes.Buffer
	ts.Check(filepath.Walk(ts.MkAbs(args[0]), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		all.WriteString(path + "\n")
		_, err = io.Copy(&all, f)
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), all.Bytes(), 0o644))
}

// copyAll copies the files of a folder into another: copyall FROM TO.
func copyAll(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copyall FROM TO")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// figures reads the scores of everybody and of bureaus back out of an export with DuckDB, without the release that they are
// carried from: figures DIR TO.
func figures(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: figures DIR TO")
	}
	db, err := sql.Open("duckdb", "")
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(fmt.Sprintf(`COPY (SELECT * EXCLUDE (carried) FROM '%s' WHERE n_shown <> '' AND grain = 'all' AND segment IN ('', 'bureau') ORDER BY ALL) TO '%s' (FORMAT csv)`,
		filepath.Join(ts.MkAbs(args[0]), "safe", "safe_trend.parquet"), ts.MkAbs(args[1])))
	ts.Check(err)
	if lines := strings.Count(ts.ReadFile(args[1]), "\n"); lines < 4 {
		ts.Fatalf("%d lines of figures: the test proves nothing", lines)
	}
}
