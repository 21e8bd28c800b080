package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

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
			pages := 0
			reader.Go(func() {
				var cursor store.Cursor
				for final := false; ; {
					c, err := w.Changes(ctx, cursor, 7)
					if err != nil {
						t.Error(err)
						return
					}
					pages++
					for _, sub := range c.Submissions {
						last[sub.Response] = sub
					}
					cursor = c.Next
					if c.More {
						continue
					}
					if final {
						return
					}
					select {
					case <-done:
						final = true
					default:
					}
				}
			})
			writers.Wait()
			close(done)
			reader.Wait()
			want := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t)
			missing, stale := 0, 0
			for _, sub := range want {
				got, found := last[sub.Response]
				switch {
				case !found:
					missing++
				case got.ID != sub.ID:
					stale++
				}
			}
			if missing > 0 || stale > 0 || len(last) != len(want) || len(want) == 0 {
				t.Errorf("of %d responses the feed missed %d and told of an older version of %d, in %d pages", len(want), missing, stale, pages)
			}
			t.Logf("%d responses, %d pages", len(want), pages)
		})
	}
}
