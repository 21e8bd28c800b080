package analysis

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/journey"
	"koe/store"

	"golang.org/x/sys/unix"
)

// processorTime is what the whole process has used of the processors: beside the clock, which other programs slow down.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkLoad loads the generated organisation and writes the same rows with DuckDB's bare Appender: the part of
// BenchmarkWarehouse that koe load is measured by, in less time.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		w, feed := benchWorld(b), newBenchFeed(benchResponses())
		started, used := time.Now(), processorTime(b)
		result, err := load(context.Background(), w.at, w.benchSource(feed), true)
		if err != nil {
			b.Fatal(err)
		}
		loading, working := time.Since(started), processorTime(b)-used
		peak := peakMiB()
		appending, bare := benchAppend(b, w, w.at.current())
		b.ReportMetric(float64(result.Submissions*benchItems)/loading.Seconds(), "answers-loaded/s")
		b.ReportMetric(appending.Seconds()/loading.Seconds(), "load/appender")
		b.ReportMetric(loading.Seconds(), "s-load")
		b.ReportMetric(appending.Seconds(), "s-appender")
		b.ReportMetric(working.Seconds(), "cpu-s-load")
		b.ReportMetric(bare.Seconds(), "cpu-s-appender")
		b.ReportMetric(peak, "MiB-peak")
	}
}

// BenchmarkLoadFromStore is koe load as users have it: a tenth of those responses, one in five with a comment, and their
// invitations, from SQLite. reading is the share of the time that reading the store alone takes, with nothing beside it.
func BenchmarkLoadFromStore(b *testing.B) {
	cfg := benchStore(b, benchResponses()/10)
	for b.Loop() {
		started := time.Now()
		for feed, cursor, more := (&storeFeed{cfg.Store}), "", true; more; {
			batch, err := feed.next(b.Context(), cursor)
			if err != nil {
				b.Fatal(err)
			}
			cursor, more = batch.cursor, batch.more
		}
		reading := time.Since(started)
		started, used := time.Now(), processorTime(b)
		result, err := Load(b.Context(), cfg, koetest.Now(), true)
		if err != nil {
			b.Fatal(err)
		}
		loading, working := time.Since(started), processorTime(b)-used
		b.ReportMetric(float64(result.Submissions*benchItems)/loading.Seconds(), "answers-loaded/s")
		b.ReportMetric(reading.Seconds()/loading.Seconds(), "reading")
		b.ReportMetric(working.Seconds(), "cpu-s-load")
		b.ReportMetric(loading.Seconds(), "s-load")
		b.ReportMetric(peakMiB(), "MiB-peak")
	}
}

// benchStore fills a store with responses of the benchmarks' organisation, five a person.
func benchStore(b *testing.B, responses int) Config {
	b.Helper()
	w, ctx := benchWorld(b), context.Background()
	ask(w.journeys[0], koe.Question{ID: "T", Kind: koe.KindText})
	w.settings.Warehouse, w.settings.Disclosure.MinGroup = "warehouse.duckdb", 5
	space := &journey.Workspace{Dir: b.TempDir(), Location: koetest.Tokyo(b), Journeys: []*journey.Compiled{{Journey: *w.journeys[0]}}, Settings: w.settings}
	s, err := store.Open(ctx, store.Config{DSN: filepath.Join(space.Dir, "koe.sqlite"), Key: store.NewKey(), Location: space.Location})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	feed := newBenchFeed(responses)
	people := koetest.Cohort(feed.people)
	if err := s.SavePeople(ctx, koetest.Now(), people); err != nil {
		b.Fatal(err)
	}
	var invitations []koe.Invitation
	for i := range people {
		for k, stage := range w.journeys[0].Stages {
			due := koe.DateOf(koetest.Now()).AddDays(-i%700 + 60*k)
			invitations = append(invitations, koe.Invitation{Journey: "j", Stage: stage.ID, Person: people[i].Key, Spell: 1, Occurrence: 1, Survey: "s", Version: 1, Mode: koe.Confidential,
				Language: "ja", AnchorOn: due, DueOn: due, TargetOn: due, ClosesOn: due.AddDays(21), Segments: people[i].Segments})
		}
	}
	created, err := s.CreateInvitations(ctx, koetest.Now(), invitations)
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(created); i = int(next.Add(1)) - 1 {
				given := feed.templates[i%len(feed.templates)]
				if i%5 == 0 {
					given = maps.Clone(given)
					given["T"] = koe.Answer{Text: fmt.Sprintf("同期入省がいないため、周りに相談できる人が少ないと感じます。%d回目の回答です。", i)}
				}
				if _, err := s.SubmitTo(ctx, koetest.Now(), created[i], koe.Submission{ID: fmt.Sprint("s", i), Invitation: created[i].Key, Language: "ja", Source: koe.SourceForm,
					Segments: created[i].Segments, Seconds: 200, Answers: given}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	return Config{Workspace: space, Store: s}
}
