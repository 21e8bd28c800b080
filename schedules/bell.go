package schedules

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"koe"
	"koe/store"
)

// Job is a pass that the bell rings for.
type Job struct {
	Name string
	Spec string // five fields, or @daily, @every 1h …, with CRON_TZ=… before it if need be; "" for never
	// Run is the pass. again, when it is not zero, asks to be rung then too (a mail is to be tried again before the next tick).
	Run func(ctx context.Context, now time.Time) (again time.Time, err error)
}

// JobStatus is how a job stands, for koe status and /healthz.
type JobStatus struct {
	Name     string    `json:"name"`
	Spec     string    `json:"spec"`
	Running  bool      `json:"running"`
	Started  time.Time `json:"started,omitzero"` // of the last run, whichever process it was in
	Finished time.Time `json:"finished,omitzero"`
	Error    string    `json:"error,omitempty"` // of the last run
	Next     time.Time `json:"next,omitzero"`
}

// BellConfig is what a Bell works with.
type BellConfig struct {
	Store    *store.Store // remembers the runs
	Location *time.Location
	Now      func() time.Time
	Log      *slog.Logger
}

// Bell rings jobs by cron expressions in the organisation's time zone. A job that still runs is not started again; one that panics is
// reported and rung again the next time. A run that was missed while no bell was there is caught up when Run begins. The bell decides nothing:
// a tick too many or too few changes only when something is done.
type Bell struct {
	config BellConfig
	cron   *cron.Cron
	jobs   []*bellJob
}

type bellJob struct {
	Job
	schedule cron.Schedule
	entry    cron.EntryID

	mu    sync.Mutex
	last  JobStatus
	timer *time.Timer // for a ring between the ticks
}

// NewBell makes a bell. It fails on an expression that it cannot read.
func NewBell(c BellConfig, jobs ...Job) (*Bell, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // the default of koe serve
	}
	logger := cronLog{c.Log}
	b := &Bell{config: c, cron: cron.New(cron.WithLocation(c.Location), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))} // in this order: a panic must free the way
	for _, job := range jobs {
		j := &bellJob{Job: job, last: JobStatus{Name: job.Name, Spec: job.Spec}}
		b.jobs = append(b.jobs, j)
		if job.Spec == "" {
			continue
		}
		var err error
		if j.schedule, err = ParseSchedule(job.Spec, c.Location); err != nil {
			return nil, koe.Errorf(koe.Invalid, "schedule.%s: %w", job.Name, err)
		}
	}
	return b, nil
}

// ParseSchedule reads a cron expression as the bell does, for koe check. Without CRON_TZ it is in loc.
func ParseSchedule(spec string, loc *time.Location) (cron.Schedule, error) {
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, `%q is not a schedule (%v); write five fields such as "0 9 * * *", or @daily`, spec, err)
	}
	if s, ok := schedule.(*cron.SpecSchedule); ok && s.Location == time.Local && loc != nil { //nolint:gosmopolitan // how cron says "none named"
		s.Location = loc
	}
	return schedule, nil
}

// Run rings until ctx is done, then waits for the jobs that still run; they see ctx too.
func (b *Bell) Run(ctx context.Context) error {
	runs, err := b.config.Store.Runs(ctx)
	if err != nil {
		return fmt.Errorf("bell: %w", err)
	}
	for _, r := range runs {
		for _, j := range b.jobs {
			if j.Name == r.Job {
				j.last.Started, j.last.Finished, j.last.Error = r.Started, r.Finished, r.Error
			}
		}
	}
	var missed []*bellJob
	for _, j := range b.jobs {
		if j.schedule == nil {
			continue
		}
		j.entry = b.cron.Schedule(j.schedule, cron.FuncJob(func() { b.ring(ctx, j) }))
		if !j.last.Started.IsZero() && !j.schedule.Next(j.last.Started).After(b.config.Now()) {
			missed = append(missed, j)
		}
	}
	b.cron.Start()
	var caughtUp sync.WaitGroup
	caughtUp.Go(func() {
		for _, j := range missed { // one after the other, in the order of the pipeline
			if ctx.Err() != nil {
				return
			}
			b.config.Log.Info("a run was missed and is caught up", "job", j.Name, "last", j.last.Started)
			b.cron.Entry(j.entry).WrappedJob.Run()
		}
	})
	<-ctx.Done()
	stopped := b.cron.Stop()
	for _, j := range b.jobs {
		j.mu.Lock()
		if j.timer != nil {
			j.timer.Stop()
		}
		j.mu.Unlock()
	}
	caughtUp.Wait()
	<-stopped.Done()
	return nil
}

// ring runs a job once and remembers how it went.
func (b *Bell) ring(ctx context.Context, j *bellJob) {
	if ctx.Err() != nil {
		return
	}
	started := b.config.Now()
	j.mu.Lock()
	j.last.Running, j.last.Started = true, started
	j.mu.Unlock()
	again, err := b.run(ctx, j, started)
	finished := b.config.Now()
	j.mu.Lock()
	j.last.Running, j.last.Finished, j.last.Error = false, finished, ""
	if err != nil {
		j.last.Error = err.Error()
	}
	j.mu.Unlock()
	if err != nil {
		b.config.Log.Error("a job failed", "job", j.Name, "error", err)
	}
	if err := b.config.Store.RecordRun(context.WithoutCancel(ctx), j.Name, started, finished, err); err != nil {
		b.config.Log.Error("the run could not be recorded", "job", j.Name, "error", err)
	}
	b.later(ctx, j, again, finished)
}

// run calls the job and turns a panic into an error.
func (b *Bell) run(ctx context.Context, j *bellJob, now time.Time) (again time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.config.Log.Error("a job panicked", "job", j.Name, "panic", p, "stack", string(debug.Stack()))
			err = koe.Errorf(koe.Internal, "%s panicked: %v", j.Name, p)
		}
	}()
	return j.Run(ctx, now)
}

// later sets a ring between the ticks, at least a minute ahead.
func (b *Bell) later(ctx context.Context, j *bellJob, again, now time.Time) {
	if again.IsZero() || ctx.Err() != nil || again.After(j.schedule.Next(now)) {
		return
	}
	wait := max(again.Sub(now), time.Minute)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.timer != nil {
		j.timer.Stop()
	}
	entry := b.cron.Entry(j.entry)
	if entry.WrappedJob == nil {
		return
	}
	j.timer = time.AfterFunc(wait, func() {
		if ctx.Err() == nil {
			entry.WrappedJob.Run()
		}
	})
}

// Status tells how each job stands, in the order in which they were given. It may be called at any time.
func (b *Bell) Status() []JobStatus {
	out := make([]JobStatus, 0, len(b.jobs))
	now := b.config.Now()
	for _, j := range b.jobs {
		j.mu.Lock()
		s := j.last
		j.mu.Unlock()
		if j.schedule != nil {
			s.Next = j.schedule.Next(now)
		}
		out = append(out, s)
	}
	return out
}

// Overdue gives the jobs that should have run by now and did not, by name: the last run is older than two ticks. For /healthz.
func Overdue(jobs []JobStatus, now time.Time, loc *time.Location) []string {
	var out []string
	for _, j := range jobs {
		if j.Spec == "" || j.Started.IsZero() || j.Running {
			continue
		}
		schedule, err := ParseSchedule(j.Spec, loc)
		if err != nil {
			continue
		}
		if next := schedule.Next(schedule.Next(j.Started)); next.Before(now) {
			out = append(out, j.Name)
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}

// cronLog gives the messages of the cron library to slog.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.log.Debug("bell: "+msg, kv...) }

func (l cronLog) Error(err error, msg string, kv ...any) {
	l.log.Error("bell: "+msg, append([]any{"error", err}, kv...)...)
}
