package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"koe/analysis"
	"koe/cmd/koe/demo"
	"koe/collector/form"
	"koe/collector/imports"
	"koe/journey"
	"koe/store"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo [DIR]",
		Short: "ある省庁の2年間を、本物の部品で動かす / a whole organisation, two years, through every real part; ends with reports",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := "koe-demo"
			if len(args) == 1 {
				dir = args[0]
			}
			if !a.quiet && !a.json {
				fmt.Fprint(a.out, a.say(
					"ある省庁に、2年間で360人が中途で入ります。名簿の取込み、メール(SMTP)、回答画面(HTTP)、分析、報告書のすべてを本物で動かします。\n",
					"A ministry, two years, 360 mid-career hires: rosters imported, mail over SMTP, the form over HTTP, analysis and reports, all real.\n"))
			}
			result, err := demo.Play(c.Context(), demo.Options{
				Dir:      dir,
				Progress: a.progress(a.say("日", "days")),
				Open:     func(dir string) (demo.Koe, error) { return a.demoKoe(c.Context(), dir) },
			})
			if err != nil {
				return err
			}
			return a.print(result, func(out io.Writer) {
				fmt.Fprintf(out, a.say("%d 日、中途採用者 %d 人、メール %d 通、回答 %d 件(%d ページ。締切に間に合わなかったもの %d 件)。%.0f 秒でした。\n",
					"%d days, %d hires, %d mails, %d answers (%d pages; %d came too late), in %.0f s.\n"),
					result.Days, result.Hires, result.Mails, result.Answers, result.Pages, result.Late, result.Seconds)
				fmt.Fprintf(out, a.say("報告書: %s\n", "The reports are in %s\n"), result.Folder)
				for _, f := range result.Files {
					fmt.Fprintln(out, "  "+f)
				}
			})
		},
	}
}

// demoKoe wires koe on the demo's folder as the commands do.
func (a *app) demoKoe(ctx context.Context, dir string) (demo.Koe, error) {
	inner := &app{env: a.env, in: a.in, out: io.Discard, err: a.err, dir: dir, logFormat: a.logFormat, quiet: true}
	w, s, err := inner.open(ctx)
	if err != nil {
		return nil, err
	}
	return &wired{app: inner, workspace: w, store: s}, nil
}

// wired is koe on one folder, as the demo sees it.
type wired struct {
	app       *app
	workspace *journey.Workspace
	store     *store.Store
}

func (k *wired) Close() error { return k.store.Close() }

func (k *wired) importing() imports.Config {
	return imports.Config{Store: k.store, Workspace: k.workspace}
}

func (k *wired) ImportPeople(ctx context.Context, now time.Time, file string) error {
	r, err := imports.People(ctx, k.importing(), []string{file}, now, false)
	if err == nil && len(r.Refused) > 0 {
		err = r.Refused
	}
	return err
}

func (k *wired) ImportEvents(ctx context.Context, now time.Time, file string) error {
	r, err := imports.Events(ctx, k.importing(), []string{file}, now, false)
	if err == nil && len(r.Refused) > 0 {
		err = r.Refused
	}
	return err
}

func (k *wired) Dispatch(ctx context.Context, now time.Time) (int, error) {
	r, err := k.app.dispatch(ctx, k.workspace, k.store, now, false)
	if err == nil && len(r.Trouble) > 0 {
		err = fmt.Errorf("mail to %s: %s", r.Trouble[0].Person, r.Trouble[0].Error)
	}
	return r.Sent, err
}

func (k *wired) Load(ctx context.Context, now time.Time) error {
	_, err := analysis.Load(ctx, k.app.analysisConfig(k.workspace, k.store), now, false)
	return err
}

func (k *wired) Refresh(ctx context.Context, now time.Time) error {
	_, _, err := k.app.refresh(ctx, k.workspace, k.store, now)
	return err
}

func (k *wired) Report(ctx context.Context, now time.Time) (string, []string, error) {
	o := reportOptions{languages: []string{"ja", "en"}}
	for _, bureau := range demo.Bureaus() {
		o.scopes = append(o.scopes, "bureau="+bureau)
	}
	r, err := k.app.report(ctx, k.workspace, k.store, now, o)
	if err != nil {
		return "", nil, err
	}
	var files []string
	for _, f := range r.Files {
		files = append(files, f.Name)
	}
	return r.Folder, files, k.store.RecordRun(ctx, jobReport, now, now, nil)
}

func (k *wired) Form(now func() time.Time) http.Handler {
	// In the demo everybody answers from this machine, and a day passes in a moment.
	limits := form.Limits{AddressRate: 1e6, AddressBurst: 1e6, TokenRate: 1e6, TokenBurst: 1e6}
	return form.New(form.Config{Store: k.store, Workspace: k.workspace, Now: now, Limits: limits})
}
