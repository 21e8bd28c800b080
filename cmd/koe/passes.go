package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/reports"
	"koe/schedules"
	"koe/store"
)

func (a *app) analysisConfig(w *journey.Workspace, s *store.Store) analysis.Config {
	return analysis.Config{Workspace: w, Store: s, Progress: a.steps()}
}

func (a *app) loadCommand() *cobra.Command {
	var rebuild bool
	c := &cobra.Command{
		Use:   "load",
		Short: "回答を分析用データに読み込む / submissions → warehouse",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := analysis.Load(c.Context(), a.analysisConfig(w, s), now, rebuild)
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { a.writeLoad(out, r) })
			})
		},
	}
	c.Flags().BoolVar(&rebuild, "rebuild", false, "保管先から作り直す / build it anew from the store")
	return c
}

func (a *app) writeAnalyze(out io.Writer, r analysis.AnalyzeResult) {
	if r.Version == 0 {
		fmt.Fprintln(out, a.say("分析は最新です。", "the analysis is up to date"))
		return
	}
	rows, withheld := 0, 0
	for _, n := range r.Rows {
		rows += n
	}
	for _, n := range r.Withheld {
		withheld += n
	}
	fmt.Fprintf(out, a.say("分析しました(版 %d): 公表用の表 %d、%d 行、うち非公表 %d\n", "analysed (version %d): %d tables for publication, %d rows, %d of them withheld\n"),
		r.Version, len(r.Rows), rows, withheld)
}

func (a *app) writeLoad(out io.Writer, r analysis.LoadResult) {
	for _, warning := range r.Warnings {
		fmt.Fprintln(a.err, "koe:", warning)
	}
	if r.Version == 0 {
		fmt.Fprintln(out, a.say("新しいものはありません。", "nothing new"))
		return
	}
	fmt.Fprintf(out, a.say("読み込みました(版 %d): 人 %d、出来事 %d、案内 %d、回答 %d\n", "loaded (version %d): %d people, %d events, %d invitations, %d submissions\n"),
		r.Version, r.People, r.Events, r.Invitations, r.Submissions)
}

func (a *app) analyzeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "analyze",
		Short: "すべての分析 / all models",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := analysis.Analyze(c.Context(), a.analysisConfig(w, s), now)
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { a.writeAnalyze(out, r) })
			})
		},
	}
}

// pass opens the store and hands the time to one pass.
func (a *app) pass(ctx context.Context, do func(*journey.Workspace, *store.Store, time.Time) error) error {
	w, s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	now, err := a.now()
	if err != nil {
		return err
	}
	return do(w, s, now)
}

// reportOptions are the flags of koe report.
type reportOptions struct {
	scopes    []string
	allScopes bool
	out       string
	languages []string
	draft     bool
}

func (a *app) reportCommand() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report",
		Short: "Excel と HTML の報告書 / Excel and HTML reports",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.spoken("--lang", o.languages...); err != nil {
				return err
			}
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				if _, err := a.scopesOf(w, o.scopes); err != nil {
					return err
				}
				r, err := a.report(c.Context(), w, s, now, o)
				if err != nil {
					return err
				}
				if !o.draft {
					if err := s.RecordRun(c.Context(), jobReport, now, now, nil); err != nil {
						return err
					}
				}
				if !r.Unchanged {
					if err := a.audit(c.Context(), s, now, "report", 0, fmt.Sprintf("%s, %d files", r.Name, len(r.Files))); err != nil {
						return err
					}
				}
				return a.print(r, func(out io.Writer) { a.writeReport(out, r) })
			})
		},
	}
	c.Flags().StringArrayVar(&o.scopes, "scope", nil, "範囲の報告書も / also a report of SEGMENT=MEMBER")
	c.Flags().BoolVar(&o.allScopes, "all-scopes", false, "すべての範囲 / one for every member of every segment")
	c.Flags().StringVar(&o.out, "out", "", "出力フォルダー / folder of releases (default: reports of koe.yaml)")
	c.Flags().StringSliceVar(&o.languages, "lang", nil, "ja, en (最初のものが主 / the first is the main one)")
	c.Flags().BoolVar(&o.draft, "draft", false, "人事内の下書き / for HR's eyes, marked on every page")
	return c
}

// report writes a release of what the warehouse says may be published. Where its audit finds a small group that follows from some of its
// figures, some of these are withheld, and it is written again.
func (a *app) report(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, o reportOptions) (reports.Result, error) {
	held := 0
	for round := 1; ; round++ {
		r, err := a.releaseAt(ctx, w, s, now, o)
		r.Held = held
		var gives *givenAway
		if !errors.As(err, &gives) || len(gives.figures) == 0 || round > mostRounds {
			return r, err
		}
		var figures []analysis.Figure
		for _, f := range gives.figures {
			figures = append(figures, analysis.Figure(f))
		}
		added, err := analysis.Withhold(ctx, a.analysisConfig(w, s), figures)
		if err != nil {
			return r, fmt.Errorf(a.say("公表の前の検査: %w", "the audit before publishing: %w"), err)
		}
		if added == 0 {
			return r, gives
		}
		held += added
		if err := a.audit(ctx, s, now, "withhold", 0, fmt.Sprintf("%d figures that give a small group away together", added)); err != nil {
			return r, err
		}
	}
}

// releaseAt writes one. It is audited and put into the ledger before its folder gets its name; a draft is not: it is where findings are looked
// at, and nobody compares with it.
func (a *app) releaseAt(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, o reportOptions) (reports.Result, error) {
	published, err := analysis.ReadPublished(ctx, w.Path(w.Settings.Warehouse))
	if err != nil {
		return reports.Result{}, err
	}
	in := reports.Input{Published: published, Settings: w.Settings, Now: now, Languages: o.languages, Draft: o.draft, Version: version}
	bar := a.progress(a.say("報告書", "reports"))
	in.Progress = func(done, total int, _ string) { bar(done, total) }
	for _, j := range w.Journeys {
		in.Journeys = append(in.Journeys, &j.Journey)
	}
	if o.allScopes {
		in.Scopes = reports.AllScopes(published)
	}
	scopes, err := a.scopesOf(w, o.scopes)
	if err != nil {
		return reports.Result{}, err
	}
	in.Scopes = append(in.Scopes, scopes...)
	dir := w.Path(w.Settings.Reports)
	if o.out != "" {
		dir = o.out
	}
	if !o.draft {
		name, record, err := a.releasing(ctx, w, s, now, published, dir)
		if err != nil {
			return reports.Result{}, err
		}
		inspect := a.inspect(w, s)
		in.Name = name
		in.Before = func(ctx context.Context, beside string, r reports.Result) error {
			if err := inspect(ctx, beside, r); err != nil {
				return err
			}
			return record(ctx, beside, r)
		}
	}
	return reports.Write(ctx, in, dir)
}

// scopesOf reads SEGMENT=MEMBER.
func (a *app) scopesOf(w *journey.Workspace, written []string) (scopes []reports.Scope, err error) {
	for _, scope := range written {
		segment, member, ok := strings.Cut(scope, "=")
		if !ok || !slices.Contains(w.Settings.SegmentColumns(), segment) {
			return nil, koe.Errorf(koe.Misused, a.say("--scope %q は %s=総務局 の形で書きます。左は koe.yaml の segments のどれかです", "--scope %q: write it as %s=MEMBER; the left side is one of segments in koe.yaml"),
				scope, strings.Join(w.Settings.SegmentColumns(), "|"))
		}
		scopes = append(scopes, reports.Scope{Segment: segment, Member: member})
	}
	return scopes, nil
}

func (a *app) writeReport(out io.Writer, r reports.Result) {
	if r.Unchanged {
		fmt.Fprintf(out, a.say("報告書は変わっていません: %s\n", "the report is unchanged: %s\n"), r.Folder)
		return
	}
	fmt.Fprintf(out, a.say("報告書を作りました: %s\n", "report written: %s\n"), r.Folder)
	for _, f := range r.Files {
		fmt.Fprintf(out, "  %s (%d KB)\n", f.Name, (f.Bytes+1023)/1024)
	}
	if r.Held > 0 {
		fmt.Fprintf(out, a.say("公表の前の検査で、組み合わせると少人数の値が分かる公表値が見つかったため、ほかに %d 個の値を伏せて作り直しました。\n",
			"the audit before publishing found figures that together give a small group away: %d figures more were withheld, and it was written again\n"), r.Held)
	}
}

// The jobs of koe serve and koe run, as koe status names them.
const (
	jobDispatch = "dispatch"
	jobLoad     = "load"
	jobReport   = "report"
)

// runResult is what one koe run did.
type runResult struct {
	Dispatch schedules.DispatchResult `json:"dispatch"`
	Load     analysis.LoadResult      `json:"load"`
	Analyze  analysis.AnalyzeResult   `json:"analyze"`
	Report   *reports.Result          `json:"report,omitempty"`
}

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "送信、読込み、分析、時期なら報告書 / dispatch, load, analyze and, when one is due, report",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := a.runAll(c.Context(), w, s, now)
				if printing := a.print(r, func(out io.Writer) {
					a.writeDispatch(out, w, r.Dispatch)
					a.writeLoad(out, r.Load)
					a.writeAnalyze(out, r.Analyze)
					if r.Report != nil {
						a.writeReport(out, *r.Report)
					}
				}); printing != nil {
					return printing
				}
				return err
			})
		},
	}
}

// runAll is the whole system on one screen: send what is due, load what came, analyse it, report when it is time.
func (a *app) runAll(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) (r runResult, err error) {
	r.Dispatch, err = a.dispatch(ctx, w, s, now, false)
	if err = errors.Join(err, s.RecordRun(ctx, jobDispatch, now, now, err)); err != nil {
		return r, fmt.Errorf("dispatch: %w", err)
	}
	r.Load, r.Analyze, err = a.refresh(ctx, w, s, now)
	if err = errors.Join(err, s.RecordRun(ctx, jobLoad, now, now, err)); err != nil {
		return r, err
	}
	due, err := a.reportDue(ctx, w, s, now)
	if err != nil || !due {
		return r, err
	}
	report, err := a.scheduledReport(ctx, w, s, now)
	if err != nil {
		return r, err
	}
	if report.Folder != "" {
		r.Report = &report
	}
	return r, s.RecordRun(ctx, jobReport, now, now, nil)
}

// refresh loads and analyses.
func (a *app) refresh(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) (l analysis.LoadResult, n analysis.AnalyzeResult, err error) {
	cfg := a.analysisConfig(w, s)
	if l, err = analysis.Load(ctx, cfg, now, false); err != nil {
		return l, n, fmt.Errorf("load: %w", err)
	}
	if n, err = analysis.Analyze(ctx, cfg, now); err != nil {
		return l, n, fmt.Errorf("analyze: %w", err)
	}
	return l, n, nil
}

// scheduledReport writes the report of a schedule; with nothing to publish yet there is none.
func (a *app) scheduledReport(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) (reports.Result, error) {
	r, err := a.report(ctx, w, s, now, reportOptions{})
	if koe.KindOf(err) == koe.Conflict { // somebody made a release since the last analysis
		if _, _, err := a.refresh(ctx, w, s, now); err != nil {
			return r, err
		}
		r, err = a.report(ctx, w, s, now, reportOptions{})
	}
	if koe.KindOf(err) == koe.NotFound {
		return r, nil // nothing is published yet; the next month will do
	}
	if err != nil {
		return r, fmt.Errorf("report: %w", err)
	}
	return r, nil
}

// reportDue reports whether a time of schedule.report has come since the last report.
func (a *app) reportDue(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) (bool, error) {
	runs, err := s.Runs(ctx)
	if err != nil {
		return false, err
	}
	var last time.Time
	for _, run := range runs {
		if run.Job == jobReport {
			last = run.LastOK
		}
	}
	return schedules.Due(w.Settings.Schedule.Report, w.Location, last, now)
}
