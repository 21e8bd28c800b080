package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// BenchmarkSubmit is the bare store: 64 clients send the answers of 30 questions, each to an invitation of their own.
func BenchmarkSubmit(b *testing.B) {
	for name, opener := range map[string]func(testing.TB) world{
		"sqlite": openSQLite,
		"postgres": func(t testing.TB) world {
			return openWorld(t, store.Config{DSN: pgtest.Start(t).Database(t), Key: store.NewKey()})
		},
	} {
		b.Run(name, func(b *testing.B) {
			w := opener(b)
			people := saved(b, w.Store)
			subs := make([]koe.Submission, b.N)
			invitations := make([]koe.Invitation, b.N)
			for i := range invitations {
				invitations[i] = invitation(b, people[0], "m3", koe.Confidential)
				invitations[i].Occurrence = i + 1
			}
			created := must(w.CreateInvitations(b.Context(), at, invitations))(b)
			for i, inv := range created {
				subs[i] = submission(fmt.Sprint("s", i), inv)
				for q := range 30 {
					subs[i].Answers[fmt.Sprintf("Q%02d", q)] = koe.Answer{Value: value(float64(q%5 + 1))}
				}
			}
			var next atomic.Int64
			var clients sync.WaitGroup
			b.ResetTimer()
			for range 64 {
				clients.Go(func() {
					for {
						i := int(next.Add(1)) - 1
						if i >= len(subs) {
							return
						}
						if _, err := w.Submit(b.Context(), at, subs[i]); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			clients.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submissions/s")
		})
	}
}

// BenchmarkPeople reads 100,000 people without names.
func BenchmarkPeople(b *testing.B) {
	w := openSQLite(b)
	ok(b, w.SavePeople(b.Context(), at, koetest.Cohort(100_000)))
	b.Run("pseudonymous", func(b *testing.B) {
		for b.Loop() {
			must(w.People(b.Context(), store.Pseudonymous))(b)
		}
	})
	b.Run("with vault", func(b *testing.B) {
		for b.Loop() {
			must(w.People(b.Context(), store.WithVault))(b)
		}
	})
	b.Run("import of the same roster", func(b *testing.B) {
		for b.Loop() {
			ok(b, w.SavePeople(b.Context(), at.Add(time.Hour), koetest.Cohort(100_000)))
		}
	})
}

// BenchmarkChanges reads the feed of 20,000 responses of 30 answers and a text, as koe load does.
func BenchmarkChanges(b *testing.B) {
	const responses = 20_000
	w := openSQLite(b)
	people := saved(b, w.Store)
	invitations := make([]koe.Invitation, responses)
	for i := range invitations {
		invitations[i] = invitation(b, people[0], "m3", koe.Confidential)
		invitations[i].Occurrence = i + 1
	}
	created := must(w.CreateInvitations(b.Context(), at, invitations))(b)
	var next atomic.Int64
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			for i := int(next.Add(1)) - 1; i < responses; i = int(next.Add(1)) - 1 {
				sub := submission(fmt.Sprint("s", i), created[i])
				for q := range 30 {
					sub.Answers[fmt.Sprintf("Q%02d", q)] = koe.Answer{Value: value(float64(q%5 + 1))}
				}
				if _, err := w.Submit(b.Context(), at, sub); err != nil {
					b.Error(err)
				}
			}
		})
	}
	clients.Wait()
	for b.Loop() {
		n := 0
		for cursor, more := store.Cursor(""), true; more; {
			c := must(w.Changes(b.Context(), cursor, 5000))(b)
			n += len(c.Submissions)
			cursor, more = c.Next, c.More
		}
		if n != responses {
			b.Fatalf("read %d", n)
		}
	}
	b.ReportMetric(responses*37*float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
