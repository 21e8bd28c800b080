package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/collector/directory"
	"koe/journey"
	"koe/store"
)

// receipt is what remains of a forgotten person: how much was erased, and nothing about whom.
type receipt struct {
	At          time.Time `json:"at"`
	Responses   int       `json:"responses"`
	Invitations int       `json:"invitations"`
	Mails       int       `json:"mails"`
	Events      int       `json:"events"`
	Drafts      int       `json:"drafts"`
	Requests    int       `json:"requests"`
	OutboxFiles int       `json:"outbox_files"`
	BounceFiles int       `json:"bounce_files"`
	FormFiles   int       `json:"form_files"`
	BounceBox   string    `json:"-"` // where returned mail is that koe may not delete
	Directory   bool      `json:"directory_renewed"`
	renewed
	StillNamed []string `json:"still_named"` // files of the working folder that hold name, number or address, for HR to look at
}

func (a *app) forgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget PERSON_ID",
		Short: "一人のすべてを消す / erase a person: vault, answers, drafts, mails, warehouse, exports",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := a.forget(c.Context(), w, s, now, args[0])
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { a.writeReceipt(out, r) })
			})
		},
	}
}

// forget erases a person from the store, from the files that koe writes, from every version of the warehouse and from the
// exports. One that was cut short is finished by calling it again, also when the store has forgotten already.
func (a *app) forget(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, id string) (receipt, error) {
	r := receipt{At: now, StillNamed: []string{}}
	person, err := s.PersonByID(ctx, id)
	if koe.KindOf(err) == koe.NotFound {
		more, looking := unfinished(ctx, s)
		if looking == nil && more {
			_, looking = a.renew(ctx, w, s, now)
		}
		return r, errors.Join(err, looking)
	}
	if err != nil {
		return r, err
	}
	t, err := tracesOf(ctx, s, person)
	if err != nil {
		return r, err
	}
	if err := a.removeTraces(w, &t, &r); err != nil {
		return r, err
	}
	e, err := s.Erase(ctx, now, id)
	if err != nil {
		return r, err
	}
	r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests = e.Responses, e.Invitations, e.Mails, e.Events, e.Drafts, e.Requests
	if folder := directory.DefaultFolder(w); directory.Made(folder) {
		if _, err := directory.Write(ctx, directory.Config{Store: s, Workspace: w}, now, folder); err != nil {
			return r, fmt.Errorf("write the directory without them: %w", err)
		}
		r.Directory = true
	}
	if r.renewed, err = a.renew(ctx, w, s, now); err != nil {
		return r, err
	}
	if r.BounceBox != "" {
		r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(戻ってきたメールの箱。koe は読むだけです)", "%s (the mailbox for returned mail, which koe only reads)"), r.BounceBox))
	}
	if r.StillNamed, err = t.left(w); err != nil {
		return r, fmt.Errorf("look for what is left: %w", err)
	}
	return r, a.audit(ctx, s, now, "forget", 1, fmt.Sprintf("%d responses, %d exports renewed, %d left to people", r.Responses, len(r.Exports), len(r.ByHand)+len(r.StillNamed)))
}

// removeTraces deletes the files that koe, or the mail server for it, wrote about the person.
func (a *app) removeTraces(w *journey.Workspace, t *traces, r *receipt) (err error) {
	if outbox := w.Settings.Mail.Outbox; outbox != "" {
		if r.OutboxFiles, err = t.removeMails(w.Path(outbox)); err != nil {
			return fmt.Errorf("remove mails from the outbox folder: %w", err)
		}
	}
	if box := w.Settings.Mail.Bounces; box != "" {
		info, err := os.Stat(w.Path(box))
		switch {
		case strings.Contains(box, "://") || err == nil && !info.IsDir(): // IMAP, or an mbox that the mail server writes to
			r.BounceBox = box
		case err == nil:
			if r.BounceFiles, err = t.removeMails(w.Path(box)); err != nil {
				return fmt.Errorf("remove returned mails: %w", err)
			}
		}
	}
	if r.FormFiles, err = t.removeForms(w.Path(filepath.Join("data", "forms"))); err != nil {
		return fmt.Errorf("remove Excel forms: %w", err)
	}
	return nil
}

func (a *app) writeReceipt(out io.Writer, r receipt) {
	fmt.Fprintf(out, a.say("消しました: 回答 %d、案内 %d、メール %d、出来事 %d、書きかけ %d、連絡の希望 %d、送信箱のファイル %d、戻ってきたメール %d、Excel 調査票 %d\n",
		"erased: %d responses, %d invitations, %d mails, %d events, %d drafts, %d requests, %d outbox files, %d returned mails, %d Excel forms\n"),
		r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests, r.OutboxFiles, r.BounceFiles, r.FormFiles)
	a.writeRenewed(out, r.renewed)
	if r.Directory {
		fmt.Fprintln(out, a.say("専門家 虎の巻を作り直しました。", "the directory of experts was written anew"))
	}
	for _, name := range r.StillNamed {
		fmt.Fprintln(out, a.say("まだ名前・番号・アドレスがあります。手で消してください:", "still holds name, number or address; delete by hand:"), name)
	}
	fmt.Fprintln(out, a.say("発行済みの報告書はそのままです。これより前の控え(koe backup)には残っています。戻したときは、もう一度 koe forget を実行してください。メールサーバーの記録と名簿の元は、それぞれの担当で消してください。",
		"Released reports stay. Backups made before now still hold them: after a restore, run koe forget again. The mail server's records and the source of the roster are for their keepers to clean."))
}

// writeRenewed says which copies were made anew, and which are left to people.
func (a *app) writeRenewed(out io.Writer, r renewed) {
	if r.Warehouse {
		fmt.Fprintln(out, a.say("分析用データを作り直しました。", "the warehouse was built anew"))
	}
	for _, folder := range r.Exports {
		fmt.Fprintln(out, a.say("書き出したデータを作り直しました:", "exported data was written anew:"), folder)
	}
	for _, what := range r.ByHand {
		fmt.Fprintln(out, a.say("手で消してください:", "delete by hand:"), what)
	}
}
