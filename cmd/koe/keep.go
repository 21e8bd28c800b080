package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "控えを取る(受付中でもよい) / a consistent copy, while koe runs; the vault stays sealed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				if err := whole.File(args[0], 0o600, func(out io.Writer) error { return s.Backup(c.Context(), now, out) }); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "backup", 0, ""); err != nil {
					return err
				}
				return a.print(map[string]string{"file": args[0]}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("控えを %s に書きました。戻すには、金庫の鍵(%s)も要ります。別の場所に保管してください。\n",
						"backup written to %s. Restoring it needs the vault key (%s) too; keep that elsewhere.\n"), args[0], keyName(w))
				})
			})
		},
	}
}

// keyName says where the vault key comes from.
func keyName(w *journey.Workspace) string {
	if name := w.Settings.VaultKeyEnv; name != "" {
		return "$" + name
	}
	return w.Settings.VaultKeyFile
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "控えから戻す(空の場所にだけ) / put a backup into an empty place",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.workspace()
			if err != nil {
				return err
			}
			cfg, err := storeConfig(w, a.env)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			r, err := store.Restore(c.Context(), cfg, f, info.Size())
			if err != nil {
				return err
			}
			return a.print(r, func(out io.Writer) {
				fmt.Fprintf(out, a.say("%d 行を戻しました。次に koe load を実行してください。\n", "%d rows restored; run koe load next\n"), r.Rows)
			})
		},
	}
}

// retained says what is past its time and, when it was erased, what became of the copies.
type retained struct {
	store.Expired
	Applied bool `json:"applied"`
	renewed
}

func (a *app) retentionCommand() *cobra.Command {
	var apply bool
	c := &cobra.Command{
		Use:   "retention",
		Short: "保存期間を過ぎたもの(--apply で消す) / what is past its time; --apply erases it",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				keep, err := alumni(c.Context(), s)
				if err != nil {
					return err
				}
				x, err := s.Retention(c.Context(), now, w.Settings.Retention, keep, apply)
				if err != nil {
					return err
				}
				if apply && x != (store.Expired{}) {
					detail := fmt.Sprintf("texts %d, answers %d, contacts %d, drafts %d", x.Texts, x.Answers, x.Contacts, x.Drafts)
					if err := a.audit(c.Context(), s, now, "retention", x.Contacts, detail); err != nil {
						return err
					}
				}
				r := retained{Expired: x, Applied: apply}
				if apply && x != (store.Expired{}) {
					if r.renewed, err = a.renew(c.Context(), w, s, now); err != nil {
						return err
					}
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("保存期間を過ぎたもの: 自由記述 %d、回答 %d、連絡先 %d、書きかけ %d\n", "past their time: %d comments, %d answers, %d contacts, %d drafts\n"),
						x.Texts, x.Answers, x.Contacts, x.Drafts)
					switch {
					case x == (store.Expired{}):
					case !apply:
						fmt.Fprintln(out, a.say("消すには --apply を付けます。", "add --apply to erase them"))
					default:
						fmt.Fprintln(out, a.say("消しました。", "erased"))
						a.writeRenewed(out, r.renewed)
					}
				})
			})
		},
	}
	c.Flags().BoolVar(&apply, "apply", false, "実際に消す / erase")
	return c
}

// alumni are the people who agreed to stay in touch after leaving and have not declined since.
func alumni(ctx context.Context, s *store.Store) (map[koe.PersonKey]bool, error) {
	events, err := s.Events(ctx)
	if err != nil {
		return nil, err
	}
	keep := map[koe.PersonKey]bool{}
	for _, e := range events {
		if e.Kind == "alumni_joined" {
			keep[e.Person] = true
		}
	}
	people, err := s.People(ctx, store.Pseudonymous)
	for _, p := range people {
		for _, declined := range p.Declined {
			if declined == "alumni" {
				delete(keep, p.Key)
			}
		}
	}
	return keep, err
}
