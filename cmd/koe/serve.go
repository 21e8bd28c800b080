package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"koe/collector/form"
	"koe/journey"
	"koe/schedules"
	"koe/store"
)

func (a *app) serveCommand() *cobra.Command {
	var noSchedule, noCollector bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "回答画面と定期実行 / the form, and the jobs of koe.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			if noSchedule && noCollector {
				return usageError{fmt.Errorf("%s", a.say("--no-schedule と --no-collector の両方では、することがありません", "with both --no-schedule and --no-collector there is nothing to do"))}
			}
			w, s, err := a.open(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			return a.serve(c.Context(), w, s, !noSchedule, !noCollector)
		},
	}
	c.Flags().BoolVar(&noSchedule, "no-schedule", false, "回答画面だけ / the form alone")
	c.Flags().BoolVar(&noCollector, "no-collector", false, "定期実行だけ / the jobs alone")
	return c
}

// serve runs the form and the bell until the context ends.
func (a *app) serve(ctx context.Context, w *journey.Workspace, s *store.Store, withBell, withForm bool) error {
	log := a.logger()
	clock, err := a.clock()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var bell *schedules.Bell
	var health func(context.Context) (any, error)
	if withBell {
		if bell, err = schedules.NewBell(schedules.BellConfig{Store: s, Location: w.Location, Log: log, Now: clock}, a.jobs(w, s)...); err != nil {
			return err
		}
		health = func(context.Context) (any, error) { return bell.Status(), nil }
	}
	failed := make(chan error, 2)
	running := 0
	if bell != nil {
		running++
		go func() { failed <- bell.Run(ctx) }()
	}
	if withForm {
		settings := w.Settings.Collector
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", settings.Listen)
		if err != nil {
			return err
		}
		log.Info("the form is open", "address", listener.Addr().String(), "url", settings.PublicURL)
		handler := form.New(form.Config{Store: s, Workspace: w, Now: clock, Log: log, Health: health})
		options := form.ServeOptions{Log: log}
		if settings.TLSCert != "" {
			options.Cert, options.Key = w.Path(settings.TLSCert), w.Path(settings.TLSKey)
		}
		running++
		go func() { failed <- form.Serve(ctx, listener, handler, options) }()
	}
	err = <-failed
	stop()
	for range running - 1 {
		if other := <-failed; err == nil {
			err = other
		}
	}
	return err
}

// clock is the time as the form and the bell see it: the machine's, or running on from --now.
func (a *app) clock() (func() time.Time, error) {
	start, err := a.now()
	if err != nil || a.nowFlag == "" {
		return time.Now, err
	}
	begun := time.Now()
	return func() time.Time { return start.Add(time.Since(begun)) }, nil
}

// jobs are what the bell rings, by the cron expressions of koe.yaml.
func (a *app) jobs(w *journey.Workspace, s *store.Store) []schedules.Job {
	return []schedules.Job{
		{Name: jobDispatch, Spec: w.Settings.Schedule.Dispatch, Run: func(ctx context.Context, now time.Time) (time.Time, error) {
			r, err := a.dispatch(ctx, w, s, now, false)
			return r.NextAt, err
		}},
		{Name: jobLoad, Spec: w.Settings.Schedule.Load, Run: func(ctx context.Context, now time.Time) (time.Time, error) {
			_, _, err := a.refresh(ctx, w, s, now)
			return time.Time{}, err
		}},
		{Name: jobReport, Spec: w.Settings.Schedule.Report, Run: func(ctx context.Context, now time.Time) (time.Time, error) {
			_, err := a.scheduledReport(ctx, w, s, now)
			return time.Time{}, err
		}},
	}
}
