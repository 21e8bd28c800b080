package schedules_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/schedules"
)

// until waits for something that another goroutine does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: still not", what)
		}
	}
}

func TestBell_APanicIsReportedAndTheJobRingsAgain(t *testing.T) {
	s := koetest.Store(t)
	var rung atomic.Int32
	b, err := schedules.NewBell(schedules.BellConfig{Store: s, Location: koetest.Tokyo(t)}, schedules.Job{Name: "dispatch", Spec: "@every 1s",
		Run: func(context.Context, time.Time) (time.Time, error) {
			if rung.Add(1) == 1 {
				panic("a nil map")
			}
			return time.Time{}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.Run(ctx) }()
	until(t, "the panic is recorded", func() bool {
		runs, err := s.Runs(t.Context())
		return err == nil && len(runs) == 1 && strings.Contains(runs[0].Error, "a nil map")
	})
	until(t, "it rings again", func() bool { return rung.Load() >= 2 })
	until(t, "the error is gone", func() bool { return b.Status()[0].Error == "" })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestBell_AJobThatStillRunsIsNotStartedAgain(t *testing.T) {
	var running, most, rung atomic.Int32
	b, err := schedules.NewBell(schedules.BellConfig{Store: koetest.Store(t)}, schedules.Job{Name: "load", Spec: "@every 1s",
		Run: func(ctx context.Context, _ time.Time) (time.Time, error) {
			rung.Add(1)
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer running.Add(-1)
			select {
			case <-ctx.Done():
			case <-time.After(2500 * time.Millisecond):
			}
			return time.Time{}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 4200*time.Millisecond)
	defer stop()
	if err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 1 || rung.Load() != 2 {
		t.Errorf("%d at once, %d in all", most.Load(), rung.Load())
	}
	if running.Load() != 0 {
		t.Error("Run returned before its job did")
	}
}

func TestBell_CatchesUpAMissedRunAtStart(t *testing.T) {
	s := koetest.Store(t)
	clock := koetest.NewClock() // 1 July 2026, 9:00 in Tokyo
	record := func(job string, at time.Time, failure error) {
		t.Helper()
		if err := s.RecordRun(t.Context(), job, at, at, failure); err != nil {
			t.Fatal(err)
		}
	}
	record("dispatch", clock.Now().Add(-49*time.Hour), errors.New("no disk"))
	record("load", clock.Now().Add(-5*time.Minute), nil)
	var rung [3]atomic.Int32
	job := func(i int, name, spec string) schedules.Job {
		return schedules.Job{Name: name, Spec: spec, Run: func(_ context.Context, now time.Time) (time.Time, error) {
			if !now.Equal(clock.Now()) {
				t.Errorf("%s was told %s", name, now)
			}
			rung[i].Add(1)
			return time.Time{}, nil
		}}
	}
	b, err := schedules.NewBell(schedules.BellConfig{Store: s, Location: koetest.Tokyo(t), Now: clock.Now},
		job(0, "dispatch", "30 8 * * *"), job(1, "load", "0 * 1 1 *"), job(2, "report", "0 7 1 * *"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.Run(ctx) }()
	until(t, "the missed dispatch", func() bool { return rung[0].Load() == 1 })
	stop()
	<-ended
	if rung[1].Load()+rung[2].Load() != 0 {
		t.Error("what was not missed, or never ran, was rung")
	}
	if st := b.Status()[0]; st.Error != "" || !st.Started.Equal(clock.Now()) {
		t.Errorf("%+v", st)
	}
}

func TestBell_ExpressionsAreInTheOrganisationsTimeZone(t *testing.T) {
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for spec, want := range map[string]string{
		"0 9 * * *":                          "2026-07-02T09:00:00+09:00", // it is nine right now
		"@daily":                             "2026-07-02T00:00:00+09:00",
		"CRON_TZ=America/New_York 0 9 * * *": "2026-07-01T22:00:00+09:00",
		"*/15 * * * *":                       "2026-07-01T09:15:00+09:00",
	} {
		s, err := schedules.ParseSchedule(spec, koetest.Tokyo(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(now.In(koetest.Tokyo(t))).In(koetest.Tokyo(t)).Format(time.RFC3339); got != want {
			t.Errorf("%s rings next at %s, want %s", spec, got, want)
		}
		if got := s.Next(now).In(koetest.Tokyo(t)).Format(time.RFC3339); got != want {
			t.Errorf("%s, asked in UTC, rings next at %s, want %s", spec, got, want)
		}
	}
	if _, err := schedules.NewBell(schedules.BellConfig{}, schedules.Job{Name: "load", Spec: "every morning"}); koe.KindOf(err) != koe.Invalid {
		t.Errorf("nonsense gave %v", err)
	}
}

func TestOverdue_TellsOfABellThatStopped(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, koetest.Tokyo(t))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	jobs := []schedules.JobStatus{{Name: "dispatch", Spec: "0 9 * * *", Started: at("2026-07-01 09:00")}}
	if late := schedules.Overdue(jobs, at("2026-07-02 23:00"), koetest.Tokyo(t)); len(late) != 0 {
		t.Errorf("one tick late: %v", late)
	}
	if late := schedules.Overdue(jobs, at("2026-07-03 09:01"), koetest.Tokyo(t)); len(late) != 1 {
		t.Errorf("two ticks late: %v", late)
	}
}
