package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/journey"
	koemail "koe/mail"
	"koe/schedules"
	"koe/store"
)

// scheduler wires the scheduler; the sender is the SMTP server of koe.yaml or, without one, the outbox folder.
func (a *app) scheduler(w *journey.Workspace, s *store.Store) (*schedules.Scheduler, error) {
	sender, err := newSender(w, a.env)
	if err != nil {
		return nil, err
	}
	return schedules.New(schedules.Config{Store: s, Workspace: w, Sender: sender, Log: a.logger()})
}

// newSender makes the way by which mail leaves.
func newSender(w *journey.Workspace, env func(string) string) (koemail.Sender, error) {
	settings := w.Settings.Mail
	if settings.SMTP.Host == "" {
		folder := w.Path(settings.Outbox)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		return koemail.NewFolder(folder)
	}
	password := ""
	if settings.SMTP.PasswordEnv != "" {
		if password = env(settings.SMTP.PasswordEnv); password == "" {
			return nil, koe.Errorf(koe.Invalid, "koe.yaml mail.smtp.password_env names %s, which is not set", settings.SMTP.PasswordEnv)
		}
	}
	from, err := mail.ParseAddress(settings.From)
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "koe.yaml mail.from %q: %w", settings.From, err)
	}
	return koemail.NewSMTP(settings.SMTP, password, from.Address)
}

func (a *app) planCommand() *cobra.Command {
	var from, until string
	c := &cobra.Command{
		Use:   "plan",
		Short: "誰に、いつ、何を、なぜ尋ねるか / who will be asked what, on which day, why; and who is skipped, why",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				first, last, err := planned(from, until, koe.DateOf(now.In(w.Location)))
				if err != nil {
					return err
				}
				sch, err := schedules.New(schedules.Config{Store: s, Workspace: w, Log: a.logger()})
				if err != nil {
					return err
				}
				plan, err := sch.Plan(c.Context(), now, first, last)
				if err != nil {
					return err
				}
				return a.print(plan, func(out io.Writer) { a.writePlan(out, w, plan) })
			})
		},
	}
	c.Flags().StringVar(&from, "from", "", "この日から / from this day (default: today)")
	c.Flags().StringVar(&until, "until", "", "この日まで / until this day (default: 30 days on)")
	return c
}

// planned gives the days that a plan is asked for: from today, for thirty days, unless told otherwise.
func planned(from, until string, today koe.Date) (first, last koe.Date, err error) {
	first, last = today, today.AddDays(30)
	for _, day := range []struct {
		text string
		date *koe.Date
	}{{from, &first}, {until, &last}} {
		if day.text == "" {
			continue
		}
		if *day.date, err = koe.ParseDate(day.text); err != nil {
			return first, last, usageError{err}
		}
	}
	return first, last, nil
}

// writePlan prints a plan as two tables.
func (a *app) writePlan(out io.Writer, w *journey.Workspace, plan schedules.Plan) {
	lang := a.language
	fmt.Fprintf(out, a.say("%s から %s まで: 送るもの %d 件、尋ねないもの %d 件\n\n", "%s to %s: %d to be sent, %d skipped\n\n"),
		plan.From, plan.Until, len(plan.Entries), len(plan.Skipped))
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, e := range plan.Entries {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", e.Day, e.Person, named(e.Name, e.AboutName), stageTitle(w, e.Journey, e.Stage, lang), a.kindOf(e), e.Reason.Text(lang))
	}
	_ = table.Flush() // writes to a terminal or a file that the next write would complain about
	if len(plan.Skipped) > 0 {
		fmt.Fprintln(out, a.say("\n尋ねない人", "\nSkipped"))
		for _, k := range plan.Skipped {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.DueOn, k.Person, named(k.Name, k.AboutName), stageTitle(w, k.Journey, k.Stage, lang), k.Reason.Text(lang))
		}
		_ = table.Flush()
	}
	for _, p := range plan.Problems {
		fmt.Fprintln(a.err, "koe:", p)
	}
}

// kindOf says what sort of mail an entry is.
func (a *app) kindOf(e schedules.Entry) string {
	if e.Kind == koe.MailReminder {
		return fmt.Sprintf(a.say("リマインド%d", "reminder %d"), e.Number)
	}
	return a.say("案内", "invitation")
}

// named writes who is asked and, when it is about somebody else, about whom.
func named(name, about string) string {
	if about == "" {
		return name
	}
	return name + " (" + about + ")"
}

func stageTitle(w *journey.Workspace, journeyID, stageID, lang string) string {
	if j, ok := w.Journey(journeyID); ok {
		if stage, ok := j.Stage(stageID); ok {
			return stage.Title.In(lang)
		}
	}
	return stageID
}

func (a *app) dispatchCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "dispatch",
		Short: "送る時期のものを書き、送る / write the invitations and reminders that are due, send what is pending",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				result, err := a.dispatch(c.Context(), w, s, now, dry)
				if !dry && !result.Busy {
					err = errors.Join(err, s.RecordRun(c.Context(), jobDispatch, now, now, err))
				}
				if printing := a.print(result, func(out io.Writer) { a.writeDispatch(out, w, result) }); printing != nil {
					return printing
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "書き込まず送らずに結果だけ / write and send nothing, show what would be")
	return c
}

// dispatch is the pass of `koe dispatch`, the cron and `koe run`.
func (a *app) dispatch(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, dry bool) (schedules.DispatchResult, error) {
	sch, err := a.scheduler(w, s)
	if err != nil {
		return schedules.DispatchResult{}, err
	}
	defer sch.Close()
	if !dry {
		if err := seeHypotheses(ctx, w, s, now); err != nil {
			return schedules.DispatchResult{}, err
		}
	}
	return sch.Dispatch(ctx, now, schedules.Options{DryRun: dry, Progress: a.progress(a.say("送信", "sending"))})
}

// seeHypotheses notes which hypotheses stand in the files now. What was there before a wave's first invitation is 事前.
func seeHypotheses(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) error {
	for _, j := range w.Journeys {
		if _, err := s.SeeHypotheses(ctx, now, j.ID, j.Hypotheses); err != nil {
			return fmt.Errorf("note the hypotheses of %s: %w", j.ID, err)
		}
	}
	return nil
}

func (a *app) writeDispatch(out io.Writer, w *journey.Workspace, r schedules.DispatchResult) {
	switch {
	case r.Busy:
		fmt.Fprintln(out, a.say("ほかの koe が送信中です。何もしませんでした。", "another koe is dispatching; nothing was done"))
		return
	case !r.HeldUntil.IsZero():
		fmt.Fprintf(out, a.say("送信してよい時間ではありません。%s から送れます。\n", "outside the hours for sending; they open at %s\n"), r.HeldUntil.In(w.Location).Format("2006-01-02 15:04"))
		return
	}
	if r.DryRun {
		table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		invitations := 0
		for _, e := range r.Entries {
			if e.Kind == koe.MailInvitation {
				invitations++
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.Person, named(e.Name, e.AboutName), stageTitle(w, e.Journey, e.Stage, a.language), a.kindOf(e), e.Reason.Text(a.language))
		}
		_ = table.Flush()
		fmt.Fprintf(out, a.say("%s: いま実行すると、案内 %d、リマインド %d。何も書かず、何も送っていません。\n",
			"%s: would be %d invitations, %d reminders; nothing was written, nothing was sent\n"), r.Day, invitations, len(r.Entries)-invitations)
		return
	}
	fmt.Fprintf(out, a.say("%s: 案内 %d、リマインド %d、送信 %d、あとで再送 %d、失敗 %d、宛先不明 %d、不要になったもの %d、待ち %d\n",
		"%s: %d invitations, %d reminders, %d sent, %d put off, %d failed, %d bounced, %d dropped, %d waiting\n"),
		r.Day, r.Invited, r.Reminded, r.Sent, r.PutOff, r.Failed, r.Bounced, r.Dropped, r.Waiting)
	if r.Returned > 0 || r.Withdrawn > 0 {
		fmt.Fprintf(out, a.say("戻ってきたメール %d、取り消した案内 %d\n", "%d mails came back, %d invitations withdrawn\n"), r.Returned, r.Withdrawn)
	}
	for _, t := range r.Trouble {
		fmt.Fprintf(out, "  %s %s %s: %s\n", t.Person, stageTitle(w, "", t.Stage, a.language), t.State, t.Error)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(a.err, "koe:", p)
	}
}
