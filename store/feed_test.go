package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// TestChanges_MissesNothingWhileOthersWrite reads the feed from cursor to cursor while 8 writers of two processes' stores
// submit and correct; at its end the reader has the last version of everything.
func TestChanges_MissesNothingWhileOthersWrite(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	for name, open := range map[string]func(testing.TB) world{
		"sqlite": openSQLite,
		"postgres": func(t testing.TB) world {
			return openWorld(t, store.Config{DSN: server.Database(t), Key: store.NewKey()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			killed(t, w)
			second := must(w.reopen(t, nil))(t) // as another process would
			all := must(w.Invitations(t.Context(), store.InvitationFilter{}))(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var writers sync.WaitGroup
			for i := range 8 {
				s := []*store.Store{w.Store, second}[i%2]
				writers.Go(func() {
					for n := range 60 {
						inv := all[(n*8+i)%len(all)]
						if _, err := s.Submit(ctx, at, submission(fmt.Sprint(i, "-", n), inv)); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			var reader sync.WaitGroup
			done := make(chan struct{})
			last := map[string]koe.Submission{}
			var cursor store.Cursor
			pages := 0
			round := func() bool {
				for more := true; more; pages++ {
					c, err := w.Changes(ctx, cursor, 7)
					if err != nil {
						t.Error(err)
						return false
					}
					for _, sub := range c.Submissions {
						last[sub.Response] = sub
					}
					cursor, more = c.Next, c.More
				}
				return true
			}
			reader.Go(func() {
				for round() {
					select {
					case <-done:
						return
					default:
					}
				}
			})
			writers.Wait()
			close(done)
			reader.Wait()
			want := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t)
			missing, stale := 0, 0
			// The feed waits for whatever transaction still runs, were it PostgreSQL's own housekeeping; what it skipped never comes.
			for try := 0; try == 0 || missing+stale > 0 && try < 50; try++ {
				time.Sleep(time.Duration(try) * 10 * time.Millisecond)
				round()
				missing, stale = 0, 0
				for _, sub := range want {
					got, found := last[sub.Response]
					switch {
					case !found:
						missing++
					case got.ID != sub.ID:
						stale++
					}
				}
			}
			if missing > 0 || stale > 0 || len(last) != len(want) || len(want) == 0 {
				t.Errorf("of %d responses the feed missed %d and told of an older version of %d, in %d pages", len(want), missing, stale, pages)
			}
			t.Logf("%d responses, %d pages", len(want), pages)
		})
	}
}

// TestChanges_OrderIsOfNumbers reads changes from both sides of transaction 1000 of PostgreSQL in small pages: as texts they would be in
// another order, and pages would skip some.
func TestChanges_OrderIsOfNumbers(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	w := openWorld(t, store.Config{DSN: server.Database(t), Key: store.NewKey()})
	killed(t, w)
	first := must(w.Changes(t.Context(), "", 10_000))(t)
	db := must(sql.Open("pgx", w.cfg.DSN))(t)
	defer db.Close()
	for xid := 0; xid < 990; {
		ok(t, db.QueryRowContext(t.Context(), "SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS INTEGER)").Scan(&xid))
		if xid > 990 {
			t.Fatalf("the test must begin below transaction 990, and is at %d", xid)
		}
	}
	for i, inv := range first.Invitations[:30] {
		must(w.Submit(t.Context(), at, submission(fmt.Sprint(i), inv)))(t)
	}
	seen := map[string]bool{}
	for cursor, more := first.Next, true; more; {
		c := must(w.Changes(t.Context(), cursor, 3))(t)
		for _, sub := range c.Submissions {
			seen[sub.Response] = true
		}
		cursor, more = c.Next, c.More
	}
	if len(seen) != 30 {
		t.Errorf("the feed told of %d of 30 responses", len(seen))
	}
}
