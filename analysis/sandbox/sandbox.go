// Package sandbox runs an analyst's SQL on the published warehouse in a child process that can do nothing else.
//
// The child is the koe binary itself, started again with an empty environment. It opens the warehouse for reading, lets
// the operating system limit its memory, processor time and files (none can be opened or written any more), locks
// DuckDB down (no files, ATTACH, COPY, INSTALL, SET), takes one SELECT or EXPLAIN, and writes the rows to its standard
// output. The parent ends it when the time is over. What DuckDB alone does not stop, the limits do.
//
// It knows nothing of what the tables mean.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"koe"
)

// Request is one query and its limits. Zero limits become the defaults.
type Request struct {
	Warehouse string        // path of the published file
	Query     string        // one SELECT (or WITH, FROM, VALUES, SHOW, DESCRIBE, SUMMARIZE, EXPLAIN)
	Format    string        // table, csv, json (an array of objects), rows (an array of values a line, the names first) or parquet
	Safe      bool          // only the safe_* tables are there
	Rows      int           // most rows; 1,000,000
	Memory    int64         // most bytes of DuckDB; 1 GiB. The process may address 3 GiB more
	Time      time.Duration // most time; 60 s
	Threads   int           // 2
}

// Result says how a query ended.
type Result struct {
	Rows      int  `json:"rows"`
	Truncated bool `json:"truncated"` // there are more rows than the limit
}

const (
	mark      = "KOE_SANDBOX" // in the environment of the child
	maxErrors = 64 << 10      // bytes of a child's complaint that are read
)

func (r *Request) fillIn() {
	if r.Format == "" {
		r.Format = "table"
	}
	if r.Rows <= 0 {
		r.Rows = 1_000_000
	}
	if r.Memory <= 0 {
		r.Memory = 1 << 30
	}
	if r.Time <= 0 {
		r.Time = time.Minute
	}
	if r.Threads <= 0 {
		r.Threads = 2
	}
}

// Run runs a query in a child process and copies its formatted rows to out. A mistake in the query, or a limit that it
// reached, is an Invalid error that says which. The binary that calls it must call Main first thing.
func Run(ctx context.Context, request Request, out io.Writer) (Result, error) {
	request.fillIn()
	if strings.TrimSpace(request.Query) == "" {
		return Result{}, koe.Errorf(koe.Invalid, "there is no query; write one as koe sql 'SELECT * FROM trend LIMIT 10'")
	}
	if _, err := os.Stat(request.Warehouse); err != nil {
		return Result{}, koe.Errorf(koe.NotFound, "there is no warehouse at %s yet: run koe load, then koe analyze", request.Warehouse)
	}
	var err error
	if request.Warehouse, err = filepath.Abs(request.Warehouse); err != nil {
		return Result{}, err
	}
	if request.Format == "parquet" {
		return runParquet(ctx, request, out)
	}
	return runChild(ctx, job{Request: request}, out)
}

// job is what the child reads from its standard input.
type job struct {
	Request
	File string // parquet: the file that DuckDB may write
}

// runParquet has DuckDB write a file in a folder of its own, the only one it may write to, and copies that.
func runParquet(ctx context.Context, request Request, out io.Writer) (_ Result, err error) {
	folder, err := os.MkdirTemp("", "koe-sql-")
	if err != nil {
		return Result{}, fmt.Errorf("make a folder for the Parquet file: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	j := job{Request: request, File: filepath.Join(folder, "result.parquet")}
	result, err := runChild(ctx, j, io.Discard)
	if err != nil {
		return result, err
	}
	file, err := os.Open(j.File)
	if err != nil {
		return result, fmt.Errorf("read the Parquet file: %w", err)
	}
	_, err = io.Copy(out, file)
	return result, errors.Join(err, file.Close())
}

func runChild(ctx context.Context, j job, out io.Writer) (Result, error) {
	self, err := os.Executable()
	if err != nil {
		return Result{}, fmt.Errorf("find the program itself: %w", err)
	}
	content, err := json.Marshal(j)
	if err != nil {
		return Result{}, err
	}
	timed, cancel := context.WithTimeout(ctx, j.Time)
	defer cancel()
	child := exec.CommandContext(timed, self)
	child.Env = []string{mark + "=1", "GODEBUG=madvdontneed=1"} // no password, no key, no proxy
	child.Dir = "/"
	child.Stdin = bytes.NewReader(content)
	child.Stdout = struct{ io.Writer }{out} // through a pipe: the child may write to no file, not even to one that is its output
	complaint := &bounded{}
	child.Stderr = complaint
	child.WaitDelay = time.Second
	err = child.Run()
	var answer struct {
		Result
		Error string `json:"error"`
	}
	told := json.Unmarshal(complaint.last(), &answer) == nil
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case timed.Err() != nil:
		return Result{}, koe.Errorf(koe.Invalid, "the query took longer than %s and was stopped; ask for less, or raise the limit", j.Time)
	case told && strings.HasPrefix(answer.Error, "open the warehouse: ") && strings.Contains(answer.Error, "not a valid DuckDB database file"):
		return Result{}, koe.Errorf(koe.Internal, "the warehouse %s does not open: run koe load, which rebuilds it from the store, then koe analyze", j.Warehouse)
	case told && strings.Contains(answer.Error, "does not exist") && strings.HasPrefix(answer.Error, "Catalog Error: Table with name "):
		return Result{}, koe.Errorf(koe.Invalid, "%s\nSHOW TABLES lists the tables; those of figures are there after koe analyze", answer.Error)
	case told && answer.Error != "":
		return Result{}, koe.Errorf(koe.Invalid, "%s", answer.Error)
	case err != nil:
		return Result{}, koe.Errorf(koe.Invalid, "the query needed more memory or processor time than it may have (%d MiB) and was stopped; ask for less", j.Memory>>20)
	case !told:
		return Result{}, koe.Errorf(koe.Internal, "the query ended without saying how")
	}
	return answer.Result, nil
}

// bounded keeps the end of what is written to it.
type bounded struct{ content []byte }

func (b *bounded) Write(p []byte) (int, error) {
	b.content = append(b.content, p...)
	if over := len(b.content) - maxErrors; over > 0 {
		b.content = b.content[over:]
	}
	return len(p), nil
}

// last gives the last line.
func (b *bounded) last() []byte {
	content := bytes.TrimRight(b.content, "\n")
	return content[bytes.LastIndexByte(content, '\n')+1:]
}
