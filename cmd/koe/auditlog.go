package main

import (
	"context"
	"fmt"
	"io"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"koe/journey"
	"koe/store"
)

// audit adds a line to the audit log: who ran what, over how many people. It never names them.
func (a *app) audit(ctx context.Context, s *store.Store, now time.Time, what string, people int, detail string) error {
	return s.AppendLog(ctx, now, store.LogEntry{Who: userName(), What: what, People: people, Detail: detail})
}

// userName is the user of this machine.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "?"
}

func (a *app) logCommand() *cobra.Command {
	group := &cobra.Command{Use: "log", Short: "監査記録 / the audit log"}
	list := &cobra.Command{
		Use:   "list",
		Short: "だれが、いつ、何を、何人について / who ran what, when, over how many people",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				entries, err := s.Log(c.Context())
				if err != nil {
					return err
				}
				return a.print(entries, func(out io.Writer) {
					for _, e := range entries {
						fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%d\t%s\n", e.Number, e.At.In(w.Location).Format("2006-01-02 15:04:05"), e.Who, e.What, e.People, e.Detail)
					}
				})
			})
		},
	}
	verify := &cobra.Command{
		Use:   "verify",
		Short: "記録が書き換えられていないか / whether a line was changed, removed or put in",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(_ *journey.Workspace, s *store.Store, _ time.Time) error {
				lines, last, err := s.VerifyLog(c.Context())
				if err != nil {
					return err
				}
				return a.print(map[string]any{"lines": lines, "sha256": last}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%d 行、つながっています。最後のハッシュ: %s\n", "%d lines, unbroken; last hash %s\n"), lines, last)
				})
			})
		},
	}
	group.AddCommand(list, verify)
	return group
}
