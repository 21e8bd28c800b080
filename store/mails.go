package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// QueueMails writes the mails that are not there yet (one for each invitation, kind and number) and gives how many were
// new. ID and Message-ID are made here; they are due at NextAt, or now when it is zero.
func (s *Store) QueueMails(ctx context.Context, now time.Time, mails []koe.Mail) (added int, err error) {
	err = s.main.update(ctx, func(tx *tx) error {
		added = 0
		for _, m := range mails {
			if err := tx.stopped(); err != nil {
				return err
			}
			n, err := s.queueMail(tx, now, m)
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	return added, err
}

func (s *Store) queueMail(tx *tx, now time.Time, m koe.Mail) (int64, error) {
	next := m.NextAt
	if next.IsZero() {
		next = now
	}
	return tx.exec("queue_mail", newKey(), m.Invitation, string(m.Kind), m.Number, "<"+newKey()+"@"+s.domain+">", stamp(next), stamp(now))
}

// DueMails gives at most limit mails whose turn it is, the longest due first: pending ones whose time has come, and those
// that were being sent by somebody who did not come back before the lease was over.
func (s *Store) DueMails(ctx context.Context, now time.Time, limit int) ([]koe.Mail, error) {
	rows, err := s.main.query(ctx, "due_mails", "", stamp(now), limit)
	return collect(rows, err, scanMail)
}

func scanMail(rows *sql.Rows) (m koe.Mail, err error) {
	var next, sent, created string
	if err := rows.Scan(&m.ID, &m.Invitation, (*string)(&m.Kind), &m.Number, &m.MessageID, (*string)(&m.State), &m.Attempts,
		&next, &sent, &m.LastError, &created); err != nil {
		return m, err
	}
	return m, read(field{next, &m.NextAt}, field{sent, &m.SentAt}, field{created, &m.CreatedAt})
}

// ClaimMail takes a due mail for sending; false when it is not due any more or somebody else has it. Until the lease is
// over nobody else gets it.
func (s *Store) ClaimMail(ctx context.Context, now time.Time, id string, lease time.Duration) (m koe.Mail, claimed bool, err error) {
	err = s.main.update(ctx, func(tx *tx) error {
		n, err := tx.exec("claim_mail", id, stamp(now), stamp(now.Add(lease)))
		claimed = n == 1
		return err
	})
	if err != nil || !claimed {
		return koe.Mail{}, false, err
	}
	all, err := s.Mails(ctx, MailFilter{IDs: []string{id}})
	if err != nil || len(all) == 0 {
		return koe.Mail{}, false, err
	}
	return all[0], true, nil
}

// FinishMail says what became of a mail. With koe.MailPending it is tried again at nextAt. The first mail that is sent
// gives the invitation its SentAt. A mail that was sent stays so, but that it may still bounce.
func (s *Store) FinishMail(ctx context.Context, now time.Time, id string, state koe.MailState, nextAt time.Time, lastError string) error {
	return s.main.update(ctx, func(tx *tx) error {
		n, err := tx.exec("finish_mail", id, string(state), stamp(nextAt), stamp(now), lastError)
		if err != nil || n == 0 || state != koe.MailSent {
			return err
		}
		_, err = tx.exec("finish_invitation_mail", id, stamp(now))
		return err
	})
}

// MailFilter says which mails are meant; what is left empty does not matter.
type MailFilter struct {
	IDs         []string
	Invitations []string // invitation keys
	MessageID   string
	Kind        koe.MailKind
	State       []koe.MailState
	SentSince   time.Time // sent at this time or later
}

// Mails reads mails, oldest first.
func (s *Store) Mails(ctx context.Context, f MailFilter) ([]koe.Mail, error) {
	column, keys := "mail_id", f.IDs
	if len(f.Invitations) > 0 {
		column, keys = "invitation_key", f.Invitations
		if len(f.IDs) > 0 {
			return nil, koe.Errorf(koe.Invalid, "mails are looked up by id or by invitation, not by both")
		}
	}
	var all []koe.Mail
	err := inParts(keys, func(keys []string) error {
		var where filter
		where.in(column, keys)
		where.equal("message_id", f.MessageID)
		where.equal("kind", string(f.Kind))
		where.in("state", texts(f.State))
		if !f.SentSince.IsZero() {
			where.add("sent_at >= %s", stamp(f.SentSince))
		}
		rows, err := s.main.query(ctx, "mails", where.where("created_at, mail_id"), where.args...)
		part, err := collect(rows, err, scanMail)
		all = append(all, part...)
		return err
	})
	return all, err
}

// RetryMails sends again what failed or bounced: the mails with these ids or, without ids, all that failed. It gives how many.
func (s *Store) RetryMails(ctx context.Context, now time.Time, ids ...string) (count int, err error) {
	err = s.main.update(ctx, func(tx *tx) error {
		if len(ids) == 0 {
			n, err := tx.exec("retry_all_mails", stamp(now))
			count = int(n)
			return err
		}
		count = 0
		for _, id := range ids {
			n, err := tx.exec("retry_mail", id, stamp(now))
			if err != nil {
				return err
			}
			count += int(n)
		}
		return nil
	})
	return count, err
}
