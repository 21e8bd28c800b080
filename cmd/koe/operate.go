package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/journey"
	"koe/schedules"
	"koe/store"
)

// mailLine is one line of the outbox.
type mailLine struct {
	ID       string        `json:"id"`
	State    koe.MailState `json:"state"`
	Kind     koe.MailKind  `json:"kind"`
	Number   int           `json:"number,omitempty"`
	Person   string        `json:"person_id"`
	Name     string        `json:"name,omitempty"`
	Journey  string        `json:"journey"`
	Stage    string        `json:"stage"`
	Attempts int           `json:"attempts"`
	SentAt   time.Time     `json:"sent_at,omitzero"`
	NextAt   time.Time     `json:"next_at,omitzero"`
	Error    string        `json:"error,omitempty"`
}

func (a *app) outboxCommand() *cobra.Command {
	var states []string
	list := &cobra.Command{
		Use:   "list",
		Short: "送ったもの、待っているもの、失敗したもの / what was sent, is pending, failed, bounced",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				var f store.MailFilter
				for _, state := range states {
					f.State = append(f.State, koe.MailState(state))
				}
				lines, err := a.outbox(c, s, f)
				if err != nil {
					return err
				}
				return a.print(lines, func(out io.Writer) {
					table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
					for _, l := range lines {
						at := l.SentAt
						if at.IsZero() {
							at = l.NextAt
						}
						when := ""
						if !at.IsZero() {
							when = at.In(w.Location).Format("2006-01-02 15:04")
						}
						fmt.Fprintf(table, "%s\t%s\t%s\t%s %s\t%s\t%s\t%s\n", l.ID, l.State, when, l.Person, l.Name, stageTitle(w, l.Journey, l.Stage, a.language), l.Kind, l.Error)
					}
					_ = table.Flush()
				})
			})
		},
	}
	list.Flags().StringSliceVar(&states, "state", nil, "pending, sending, sent, failed, bounced, dropped")
	show := &cobra.Command{
		Use:   "show ID…",
		Short: "メールの詳細 / everything about a mail",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, ids []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				lines, err := a.outbox(c, s, store.MailFilter{IDs: ids})
				if err != nil {
					return err
				}
				if len(lines) < len(ids) {
					return koe.Errorf(koe.NotFound, a.say("%d 個の ID のうち %d 通しか見つかりません。koe outbox list で確かめてください", "of %d ids %d were found; see koe outbox list"), len(ids), len(lines))
				}
				return a.print(lines, func(out io.Writer) {
					at := func(t time.Time) string {
						if t.IsZero() {
							return "–"
						}
						return t.In(w.Location).Format("2006-01-02 15:04:05")
					}
					for _, l := range lines {
						fmt.Fprintf(out, a.say("ID        %s\n状態      %s\n種類      %s %d\n宛先      %s %s\n時期      %s\n送信      %s\n次の送信  %s\n試行      %d\nエラー    %s\n\n",
							"id        %s\nstate     %s\nkind      %s %d\nto        %s %s\nstage     %s\nsent      %s\nnext try  %s\nattempts  %d\nerror     %s\n\n"),
							l.ID, l.State, l.Kind, l.Number, l.Person, l.Name, stageTitle(w, l.Journey, l.Stage, a.language), at(l.SentAt), at(l.NextAt), l.Attempts, l.Error)
					}
				})
			})
		},
	}
	retry := &cobra.Command{
		Use:   "retry [ID…]",
		Short: "もう一度送る(IDなしなら失敗したものすべて) / send again; without ids all that failed",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, ids []string) error {
			return a.pass(c.Context(), func(_ *journey.Workspace, s *store.Store, now time.Time) error {
				n, err := s.RetryMails(c.Context(), now, ids...)
				if err != nil {
					return err
				}
				return a.print(map[string]int{"retried": n}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%d 通を、次の koe dispatch でもう一度送ります。\n", "%d mails will be sent again by the next koe dispatch\n"), n)
				})
			})
		},
	}
	group := &cobra.Command{Use: "outbox", Short: "メールの状況 / mails", RunE: list.RunE}
	group.AddCommand(list, show, retry)
	return group
}

// outbox reads mails with whom they are to.
func (a *app) outbox(c *cobra.Command, s *store.Store, f store.MailFilter) ([]mailLine, error) {
	mails, err := s.Mails(c.Context(), f)
	if err != nil {
		return nil, err
	}
	people, err := s.Identify(c.Context())
	if err != nil {
		return nil, err
	}
	invitations, err := s.Invitations(c.Context(), store.InvitationFilter{})
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]koe.Invitation, len(invitations))
	for _, i := range invitations {
		byKey[i.Key] = i
	}
	lines := []mailLine{}
	for _, m := range mails {
		i := byKey[m.Invitation]
		p := people[i.Person]
		lines = append(lines, mailLine{m.ID, m.State, m.Kind, m.Number, p.ID, p.Name, i.Journey, i.Stage, m.Attempts, m.SentAt, m.NextAt, m.LastError})
	}
	return lines, nil
}

// statusResult is how koe stands, without names.
type statusResult struct {
	Version  string                `json:"version"`
	Store    store.Status          `json:"store"`
	Key      *store.KeyInfo        `json:"vault_key,omitempty"`
	Exports  int                   `json:"exports"`       // folders of exported data that are known
	Stale    int                   `json:"stale_exports"` // of these, with data that was erased since
	Jobs     []schedules.JobStatus `json:"jobs"`
	Overdue  []string              `json:"overdue"`
	Problems koe.Problems          `json:"problems"`
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "いまの状況 / what ran, what is pending, what failed",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				status, err := s.Status(c.Context(), now)
				if err != nil {
					return err
				}
				bell, err := schedules.NewBell(schedules.BellConfig{Store: s, Location: w.Location, Now: func() time.Time { return now }}, a.jobs(w, s)...)
				if err != nil {
					return err
				}
				jobs := bell.Status()
				for i := range jobs { // what ran in other processes is in the store
					for _, run := range status.Runs {
						if run.Job == jobs[i].Name {
							jobs[i].Started, jobs[i].Finished, jobs[i].Error = run.Started, run.Finished, run.Error
						}
					}
				}
				r := statusResult{Version: version, Store: status, Jobs: jobs, Overdue: schedules.Overdue(jobs, now, w.Location)}
				if err := a.statusOfCopies(c.Context(), s, &r); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { a.writeStatus(out, w, now, r) })
			})
		},
	}
}

// statusOfCopies adds what is known of the vault key and of the exports.
func (a *app) statusOfCopies(ctx context.Context, s *store.Store, r *statusResult) error {
	if s.HasVault() {
		key, err := s.Key(ctx)
		if err != nil {
			return err
		}
		r.Key = &key
	}
	exports, err := s.Exports(ctx)
	for _, e := range exports {
		r.Exports++
		if e.Stale {
			r.Stale++
		}
	}
	return err
}

func (a *app) writeStatus(out io.Writer, w *journey.Workspace, now time.Time, r statusResult) {
	s := r.Store
	local := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.In(w.Location).Format("2006-01-02 15:04")
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(ja, en, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", a.say(ja, en), fmt.Sprintf(format, args...))
	}
	row("保管先", "store", "%s", s.Database)
	row("名簿の人数", "people", "%d", s.People)
	row("宛先不明の人", "people whose address bounced", "%d", s.Bounced)
	for _, state := range []koe.InvitationStatus{koe.Invited, koe.Answered, koe.Declined, koe.Bounced, koe.Cancelled} {
		if n := s.Invitations[state]; n > 0 {
			row("案内 "+string(state), "invitations "+string(state), "%d", n)
		}
	}
	var states []koe.MailState
	for state := range s.Mails {
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b koe.MailState) int { return cmp.Compare(a, b) })
	for _, state := range states {
		row("メール "+string(state), "mails "+string(state), "%d", s.Mails[state])
	}
	if !s.OverdueSince.IsZero() {
		row("送信が滞っている", "mail waits since", "%s", local(s.OverdueSince))
	}
	row("回答", "submissions", "%d", s.Submissions)
	row("最後の回答", "last submission", "%s", local(s.LastSubmission))
	row("書きかけ", "drafts", "%d", s.Drafts)
	if r.Key != nil {
		row("金庫の鍵", "vault key", "%s", a.keyAge(w, *r.Key, now))
	}
	if r.Exports > 0 {
		row("書き出したデータ", "exported data", "%d", r.Exports)
	}
	if r.Stale > 0 {
		row("うち消したはずのものを含む", "of these, with erased data", "%d", r.Stale)
	}
	_ = table.Flush()
	fmt.Fprintln(out)
	for _, j := range r.Jobs {
		if j.Spec == "" {
			continue
		}
		fmt.Fprintf(table, a.say("%s\t%s\t前回 %s\t次回 %s\t%s\n", "%s\t%s\tlast %s\tnext %s\t%s\n"), j.Name, j.Spec, local(j.Started), local(j.Next), j.Error)
	}
	_ = table.Flush()
	for _, o := range r.Overdue {
		fmt.Fprintln(out, a.say("遅れています:", "overdue:"), o)
	}
}
