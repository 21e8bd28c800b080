package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"koe"
)

// CreateInvitations writes the invitations that are not there yet (one for each journey, stage, person, spell, subject
// and occurrence) and gives those. Each gets its Key, a token in the vault and, in the same transaction, its pending
// invitation mail, due now.
func (s *Store) CreateInvitations(ctx context.Context, now time.Time, invitations []koe.Invitation) (created []koe.Invitation, err error) {
	if err := s.needVault(); err != nil {
		return nil, err
	}
	fresh, err := s.absent(ctx, invitations)
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	hashes := make([]string, len(fresh))
	err = s.vault.update(ctx, func(tx *tx) error {
		for i := range fresh {
			if err := tx.stopped(); err != nil {
				return err
			}
			token := newKey()
			fresh[i].Key, hashes[i] = newKey(), tokenHash(token)
			if _, err := tx.exec("add_token", fresh[i].Key, string(fresh[i].Person), s.seal.seal("token/"+fresh[i].Key, []byte(token))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.main.update(ctx, func(tx *tx) error {
		created = nil
		for i, inv := range fresh {
			if err := tx.stopped(); err != nil {
				return err
			}
			inserted, err := createInvitation(tx, now, inv, hashes[i])
			if err != nil {
				return err
			}
			if !inserted {
				continue // somebody else was faster; their link counts
			}
			if _, err := s.queueMail(tx, now, koe.Mail{Invitation: inv.Key, Kind: koe.MailInvitation, NextAt: now}); err != nil {
				return err
			}
			inv.Status, inv.CreatedAt, inv.SentAt = koe.Invited, now.UTC().Truncate(time.Microsecond), time.Time{}
			created = append(created, inv)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

// absent gives the invitations that are not there, with Occurrence set.
func (s *Store) absent(ctx context.Context, invitations []koe.Invitation) ([]koe.Invitation, error) {
	var fresh []koe.Invitation
	for _, inv := range invitations {
		inv.Occurrence = max(inv.Occurrence, 1)
		var key string
		found, err := s.main.get(ctx, "find_invitation",
			[]any{string(inv.Person), inv.Journey, inv.Stage, inv.Spell, string(inv.Subject), inv.Occurrence}, &key)
		if err != nil {
			return nil, err
		}
		if !found {
			fresh = append(fresh, inv)
		}
	}
	return fresh, nil
}

func createInvitation(tx *tx, now time.Time, inv koe.Invitation, hash string) (bool, error) {
	segments, err := segmentsJSON(inv.Segments)
	if err != nil {
		return false, err
	}
	n, err := tx.exec("create_invitation", inv.Key, inv.Journey, inv.Stage, string(inv.Person), inv.Spell, string(inv.Subject), inv.Occurrence,
		inv.Survey, inv.Version, string(inv.Mode), inv.Language, inv.AnchorOn.String(), inv.DueOn.String(), inv.TargetOn.String(),
		inv.ClosesOn.String(), segments, hash, stamp(now))
	return n == 1, err
}

// InvitationFilter says which invitations are meant; what is left empty does not matter.
type InvitationFilter struct {
	Keys         []string
	Journey      string
	Stage        string
	Person       koe.PersonKey
	People       []koe.PersonKey // any of these; not together with Keys
	Status       []koe.InvitationStatus
	OpenAt       koe.Date  // due on or before this day and closing on or after it
	UpdatedSince time.Time // written or changed at this time or later
}

// Invitations reads invitations, by due day and key.
func (s *Store) Invitations(ctx context.Context, f InvitationFilter) ([]koe.Invitation, error) {
	column, keys := "invitation_key", f.Keys
	if len(f.People) > 0 {
		if len(f.Keys) > 0 {
			return nil, koe.Errorf(koe.Invalid, "invitations are looked up by key or by person, not by both")
		}
		column, keys = "person_key", texts(f.People)
	}
	var all []koe.Invitation
	err := inParts(keys, func(keys []string) error {
		var where filter
		where.in(column, keys)
		where.equal("journey", f.Journey)
		where.equal("stage", f.Stage)
		where.equal("person_key", string(f.Person))
		where.in("status", texts(f.Status))
		if !f.OpenAt.IsZero() {
			where.add("due_on <= %s", f.OpenAt.String())
			where.add("closes_on >= %s", f.OpenAt.String())
		}
		if !f.UpdatedSince.IsZero() {
			where.add("updated_at >= %s", stamp(f.UpdatedSince))
		}
		rows, err := s.main.query(ctx, "invitations", where.where("due_on, invitation_key"), where.args...)
		part, err := collect(rows, err, scanInvitation())
		all = append(all, part...)
		return err
	})
	return all, err
}

// Invitation reads one invitation. NotFound when there is none.
func (s *Store) Invitation(ctx context.Context, key string) (koe.Invitation, error) {
	all, err := s.Invitations(ctx, InvitationFilter{Keys: []string{key}})
	if err == nil && len(all) == 0 {
		err = koe.Errorf(koe.NotFound, "there is no invitation %q", key)
	}
	if err != nil {
		return koe.Invitation{}, err
	}
	return all[0], nil
}

// scanInvitation reads rows of invitations.sql; equal texts are read once.
func scanInvitation(more ...any) func(*sql.Rows) (koe.Invitation, error) {
	dates, units := map[string]koe.Date{}, segmentsReader{}
	date := func(text string, to *koe.Date) (err error) {
		d, ok := dates[text]
		if !ok {
			if d, err = parseDate(text); err != nil {
				return err
			}
			dates[text] = d
		}
		*to = d
		return nil
	}
	return func(rows *sql.Rows) (koe.Invitation, error) {
		var i koe.Invitation
		var anchor, due, target, closes, segments, created, sent string
		dest := append([]any{&i.Key, &i.Journey, &i.Stage, (*string)(&i.Person), &i.Spell, (*string)(&i.Subject), &i.Occurrence,
			&i.Survey, &i.Version, (*string)(&i.Mode), &i.Language, &anchor, &due, &target, &closes, &segments,
			(*string)(&i.Status), &created, &sent}, more...)
		if err := rows.Scan(dest...); err != nil {
			return i, err
		}
		for _, d := range []struct {
			text string
			to   *koe.Date
		}{{anchor, &i.AnchorOn}, {due, &i.DueOn}, {target, &i.TargetOn}, {closes, &i.ClosesOn}} {
			if err := date(d.text, d.to); err != nil {
				return i, err
			}
		}
		if err := units.read(segments, &i.Segments); err != nil {
			return i, err
		}
		return i, read(field{created, &i.CreatedAt}, field{sent, &i.SentAt})
	}
}

// InvitationByToken finds the invitation of a link. NotFound, in the same words, whatever is wrong with the token.
func (s *Store) InvitationByToken(ctx context.Context, token string) (koe.Invitation, error) {
	var where filter
	where.add("token_hash = %s", tokenHash(token))
	rows, err := s.main.query(s.main.brief(ctx), "invitations", where.where("invitation_key"), where.args...)
	all, err := collect(rows, err, scanInvitation())
	if err != nil {
		return koe.Invitation{}, err
	}
	if len(all) == 0 {
		return koe.Invitation{}, koe.Errorf(koe.NotFound, "this link belongs to no invitation")
	}
	return all[0], nil
}

// Token gives the token of an invitation's link, the same each time.
func (s *Store) Token(ctx context.Context, invitationKey string) (string, error) {
	if err := s.needVault(); err != nil {
		return "", err
	}
	var sealed string
	found, err := s.vault.get(ctx, "token", []any{invitationKey}, &sealed)
	if err != nil {
		return "", err
	}
	if !found {
		return "", koe.Errorf(koe.NotFound, "there is no link for the invitation %q", invitationKey)
	}
	token, err := s.seal.open("token/"+invitationKey, sealed)
	return string(token), err
}

// tokenHash is a token as the main part keeps it. Lower case and the letters that look like digits are read as meant.
func tokenHash(token string) string {
	token = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(token))
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SetInvitationStatus says how far an invitation has come. One that is answered stays so, unless it is cancelled.
func (s *Store) SetInvitationStatus(ctx context.Context, now time.Time, key string, status koe.InvitationStatus) error {
	return s.main.update(ctx, func(tx *tx) error {
		_, err := tx.exec("set_invitation_status", key, string(status), stamp(now))
		return err
	})
}
