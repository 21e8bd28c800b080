package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"koe"
)

// writer is the one goroutine that writes to a SQLite file. Callers that come while it works join its transaction and
// share its fsync (group commit): each has a savepoint and an error of its own, and hears of success only after the COMMIT.
type writer struct {
	d     *database
	db    *sql.DB
	conn  *sql.Conn
	jobs  chan *job
	stmts map[string]*sql.Stmt
	pace  pace
	mu    sync.RWMutex // guards shut against do
	shut  bool
	done  chan struct{}
}

type job struct {
	ctx  context.Context
	fn   func(*tx) error
	bare bool // runs outside any transaction
	err  error
	done chan error
}

const (
	groupSize = 512                   // jobs in one transaction
	groupTime = 50 * time.Millisecond // after which it takes no more
)

func newWriter(ctx context.Context, d *database, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{d: d, db: db, conn: conn, jobs: make(chan *job, groupSize), stmts: map[string]*sql.Stmt{}, done: make(chan struct{})}
	go w.loop()
	return w, nil
}

// do has fn run in a write transaction and waits for its commit.
func (w *writer) do(ctx context.Context, fn func(*tx) error) error {
	return w.wait(&job{ctx: ctx, fn: fn, done: make(chan error, 1)})
}

// bare has fn run on the writer's connection outside any transaction, for what SQLite does only there.
func (w *writer) bare(ctx context.Context, fn func(*tx) error) error {
	return w.wait(&job{ctx: ctx, fn: fn, bare: true, done: make(chan error, 1)})
}

func (w *writer) wait(j *job) error {
	w.mu.RLock()
	if w.shut {
		w.mu.RUnlock()
		return koe.Errorf(koe.Closed, "the store is closed")
	}
	w.jobs <- j
	w.mu.RUnlock()
	return <-j.done
}

// close lets what is waiting finish and gives the connection back.
func (w *writer) close() {
	w.mu.Lock()
	already := w.shut
	w.shut = true
	w.mu.Unlock()
	if !already {
		close(w.jobs)
	}
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	defer w.db.Close()
	defer w.conn.Close()
	defer func() {
		for _, stmt := range w.stmts {
			_ = stmt.Close() // else the connection would stay open behind our back
		}
	}()
	for first := range w.jobs {
		if first.bare {
			first.done <- w.call(first)
			continue
		}
		group, bare, err := w.group(first)
		w.answer(group, err)
		if bare != nil {
			bare.done <- w.call(bare)
		}
	}
}

// answer tells the callers of a group what became of it.
func (w *writer) answer(group []*job, err error) {
	for _, j := range group {
		if err != nil && len(group) > 1 { // one of them spoilt it for all: each for itself
			j.done <- w.alone(j)
			continue
		}
		j.done <- errors.Join(j.err, err)
	}
}

// group runs first and whatever else waits in one transaction, up to a bare job, which it hands back. An error says that
// nothing of the group was written and that the transaction, not one of the jobs, failed.
func (w *writer) group(first *job) (group []*job, bare *job, err error) {
	group = []*job{first}
	if err := w.begin(); err != nil {
		return group, nil, err
	}
	began := time.Now() // of the machine, not of the organisation: how long others wait for this group
	for next := first; ; {
		next.err = w.run(next)
		if spoils(next.err) {
			w.rollback()
			if len(group) == 1 {
				return group, nil, nil // its own error says it
			}
			return group, nil, next.err
		}
		if len(group) >= groupSize || time.Since(began) > groupTime {
			break
		}
		j := w.next(len(group), began)
		if j == nil {
			break
		}
		if j.bare {
			bare = j
			break
		}
		next = j
		group = append(group, j)
	}
	committing := time.Now()
	if err := w.command("COMMIT"); err != nil {
		w.rollback()
		return group, bare, err
	}
	w.pace.committed(len(group), time.Since(committing))
	return group, bare, nil
}

// next gives the next job of a group that has n so far and was begun then; nil when it should be committed.
func (w *writer) next(n int, began time.Time) *job {
	select {
	case j := <-w.jobs: // nil once the store is closing
		return j
	default:
	}
	patience := w.pace.patience(n, time.Since(began))
	if patience == 0 {
		return nil
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case j := <-w.jobs:
		return j
	case <-late.C:
		return nil
	}
}

// alone runs one job in a transaction of its own.
func (w *writer) alone(j *job) error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.run(j); err != nil {
		w.rollback()
		return err
	}
	if err := w.command("COMMIT"); err != nil {
		w.rollback()
		return err
	}
	return nil
}

func (w *writer) begin() error {
	if err := w.command("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if w.d.part != mainPart {
		return nil
	}
	if _, err := w.tx(context.Background()).exec("next_change"); err != nil {
		w.rollback()
		return err
	}
	return nil
}

// run runs a job within its savepoint; with an error nothing of the job remains.
func (w *writer) run(j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := w.command("SAVEPOINT job"); err != nil {
		return err
	}
	err := w.call(j)
	if err != nil && !spoils(err) {
		if undo := w.command("ROLLBACK TO job"); undo != nil {
			return errors.Join(err, &spoilt{undo})
		}
	}
	if err == nil || !spoils(err) {
		if release := w.command("RELEASE job"); release != nil {
			return errors.Join(err, &spoilt{release})
		}
	}
	return err
}

// call runs the job's function; a panic in it is its own error, not the end of the writer.
func (w *writer) call(j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return j.fn(w.tx(j.ctx))
}

func (w *writer) tx(caller context.Context) *tx {
	return &tx{ctx: context.Background(), caller: caller, d: w.d, on: w.conn, stmts: w.stmts}
}

func (w *writer) command(text string) error {
	t := w.tx(context.Background())
	stmt, err := t.prepare(text)
	if err == nil {
		_, err = stmt.ExecContext(t.ctx)
	}
	return w.d.explain(text, err)
}

// rollback ends the transaction; SQLite may have ended it already, which is as good.
func (w *writer) rollback() { _ = w.command("ROLLBACK") }

// spoilt is a fault of the transaction as a whole.
type spoilt struct{ error }

func (e *spoilt) Unwrap() error { return e.error }
