package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
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
	Warehouse   bool      `json:"warehouse_rebuilt"`
}

func (a *app) forgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget PERSON_ID",
		Short: "一人のすべてを消す / erase a person: vault, answers, drafts, mails, warehouse",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := a.forget(c.Context(), w, s, now, args[0])
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("消しました: 回答 %d、案内 %d、メール %d、出来事 %d、書きかけ %d、連絡の希望 %d、送信箱のファイル %d。発行済みの報告書はそのままです。\n",
						"erased: %d responses, %d invitations, %d mails, %d events, %d drafts, %d requests, %d outbox files. Released reports stay.\n"),
						r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests, r.OutboxFiles)
				})
			})
		},
	}
}

// forget erases a person from the store, the outbox folder and every version of the warehouse.
func (a *app) forget(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, id string) (receipt, error) {
	r := receipt{At: now}
	person, err := s.PersonByID(ctx, id)
	if err != nil {
		return r, err
	}
	messages, err := messagesTo(ctx, s, person.Key)
	if err != nil {
		return r, err
	}
	if r.OutboxFiles, err = removeMessages(w.Path(w.Settings.Mail.Outbox), messages, person); err != nil {
		return r, fmt.Errorf("remove mails from the outbox folder: %w", err)
	}
	e, err := s.Erase(ctx, now, id)
	if err != nil {
		return r, err
	}
	r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests = e.Responses, e.Invitations, e.Mails, e.Events, e.Drafts, e.Requests
	if _, err := os.Stat(w.Path(w.Settings.Warehouse)); err == nil {
		cfg := a.analysisConfig(w, s)
		if _, err := analysis.Load(ctx, cfg, now, true); err != nil {
			return r, fmt.Errorf("rebuild the warehouse without them: %w", err)
		}
		if _, err := analysis.Analyze(ctx, cfg, now); err != nil {
			return r, fmt.Errorf("analyse without them: %w", err)
		}
		if err := removeOldWarehouses(w.Path(w.Settings.Warehouse)); err != nil {
			return r, err
		}
		r.Warehouse = true
	}
	return r, a.audit(ctx, s, now, "forget", 1, "")
}

// messagesTo gives the Message-IDs of a person's mails.
func messagesTo(ctx context.Context, s *store.Store, key koe.PersonKey) (map[string]bool, error) {
	invitations, err := s.Invitations(ctx, store.InvitationFilter{Person: key})
	if err != nil || len(invitations) == 0 {
		return nil, err
	}
	var keys []string
	for _, i := range invitations {
		keys = append(keys, i.Key)
	}
	mails, err := s.Mails(ctx, store.MailFilter{Invitations: keys})
	messages := map[string]bool{}
	for _, m := range mails {
		messages[strings.Trim(m.MessageID, "<>")] = true
	}
	return messages, err
}

// removeMessages deletes the .eml files that were written for a person: those under their Message-IDs, and any other file of
// the folder that holds one of their addresses.
func removeMessages(folder string, messages map[string]bool, p koe.Person) (removed int, err error) {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		path := filepath.Join(folder, f.Name())
		theirs := messages[strings.TrimSuffix(f.Name(), ".eml")]
		if !theirs {
			text, err := os.ReadFile(path)
			if err != nil {
				return removed, err
			}
			for _, address := range []string{p.Email, p.PersonalEmail} {
				theirs = theirs || address != "" && strings.Contains(string(text), address)
			}
		}
		if theirs {
			if err := os.Remove(path); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// removeOldWarehouses deletes every version but the published one: an old version still has the answers.
func removeOldWarehouses(published string) error {
	now, err := os.Stat(published)
	if err != nil {
		return err
	}
	folder := strings.TrimSuffix(published, filepath.Ext(published))
	files, err := filepath.Glob(filepath.Join(folder, "*.duckdb*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return err
		}
		if !os.SameFile(now, info) {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}
