package schedules

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"koe"
	"koe/journey"
	"koe/mail/bounces"
	"koe/store"
)

// BounceResult is what one reading of the mailbox for returned mail found.
type BounceResult struct {
	Reports int       `json:"reports"`           // delivery reports that were new
	Bounced int       `json:"bounced"`           // mails that they are about and that were marked
	Delayed int       `json:"delayed"`           // reports that only tell of a delay
	Unknown int       `json:"unknown"`           // reports about mails that koe did not send, or sent again since
	Others  int       `json:"others"`            // messages that are no reports
	Trouble []Trouble `json:"trouble,omitempty"` // each mail that came back
}

// Bounces reads the mailbox for returned mail that koe.yaml names, and marks what came back: the mail, its invitation and, when it is the
// address that is wrong, the person, who is then not written to until the roster has another address. Without a mailbox it does nothing.
// A report is matched by the Message-ID of the mail that it quotes, or by the id in a VERP address. Reading one again changes nothing; one
// from before the mail was sent again (after a correction) does not count.
func (s *Scheduler) Bounces(ctx context.Context, now time.Time) (BounceResult, error) {
	var result BounceResult
	settings := s.workspace.Settings.Mail
	if settings.Bounces == "" {
		return result, nil
	}
	source := Mailbox(s.workspace, os.Getenv)
	source.TLS = s.imapTLS
	others, err := source.Read(ctx, func(r bounces.Report) error { return s.returned(ctx, now, r, &result) })
	result.Others = others
	if err != nil {
		return result, fmt.Errorf("bounces: %w", err)
	}
	return result, nil
}

// Mailbox is the mailbox of returned mail that koe.yaml names; env gives an environment variable.
func Mailbox(w *journey.Workspace, env func(string) string) bounces.Source {
	settings := w.Settings.Mail
	if strings.Contains(settings.Bounces, "://") {
		return bounces.Source{Place: settings.Bounces, Password: env(settings.BouncesPasswordEnv)}
	}
	return bounces.Source{Place: w.Path(settings.Bounces)}
}

// returned deals with one report.
func (s *Scheduler) returned(ctx context.Context, now time.Time, r bounces.Report, result *BounceResult) error {
	result.Reports++
	if !r.Failed {
		result.Delayed++
		return nil
	}
	m, found, err := s.mailOf(ctx, r)
	if err != nil {
		return err
	}
	stale := !r.At.IsZero() && r.At.Before(m.SentAt.Add(-10*time.Minute)) // clocks differ a little
	if !found || m.State != koe.MailSent || stale {
		if !found || stale {
			result.Unknown++
		}
		return nil
	}
	inv, err := s.store.Invitation(ctx, m.Invitation)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(r.Status + " " + r.Reason)
	if err := s.store.FinishMail(ctx, now, m.ID, koe.MailBounced, time.Time{}, why); err != nil {
		return err
	}
	if inv.Status == koe.Invited {
		if err := s.store.SetInvitationStatus(ctx, now, inv.Key, koe.Bounced); err != nil {
			return err
		}
	}
	if r.Address {
		if err := s.store.SetBounced(ctx, inv.Person, true); err != nil {
			return err
		}
	}
	person, err := s.store.PersonByKey(ctx, inv.Person, store.WithVault)
	if err != nil && koe.KindOf(err) != koe.NotFound {
		return err
	}
	result.Bounced++
	result.Trouble = append(result.Trouble, Trouble{Mail: m.ID, Person: person.ID, Stage: inv.Stage, State: koe.MailBounced, Error: why})
	s.log.Warn("a mail came back", "mail", m.ID, "status", r.Status)
	return nil
}

// mailOf finds the mail that a report is about.
func (s *Scheduler) mailOf(ctx context.Context, r bounces.Report) (koe.Mail, bool, error) {
	if r.MessageID != "" {
		found, err := s.store.Mails(ctx, store.MailFilter{MessageID: r.MessageID})
		if err != nil || len(found) > 0 {
			return first(found), len(found) > 0, err
		}
	}
	for _, tag := range r.Tags {
		found, err := s.store.Mails(ctx, store.MailFilter{IDs: []string{strings.ToUpper(tag)}})
		if err != nil || len(found) > 0 {
			return first(found), len(found) > 0, err
		}
	}
	return koe.Mail{}, false, nil
}

func first[T any](all []T) (v T) {
	if len(all) > 0 {
		v = all[0]
	}
	return v
}
