package store

import (
	"context"
	"time"

	"koe"
)

// Expired says how much is past its time, by kind of data.
type Expired struct {
	Texts    int // responses whose comments go
	Answers  int // responses that go
	Contacts int // people whose name and addresses go; the person_id stays, so that a return is recognised
	Drafts   int // drafts of invitations that have closed
}

// Retention finds what is past its time and, with apply, erases it:
//
//   - comments: texts that were sent longer ago than rules.Comments;
//   - answers: responses of people who left longer ago than rules.Answers, and those of nobody known that are as old;
//   - contacts: name, addresses, links and requests of people who left longer ago than rules.ContactsAfterLeaving,
//     but for those in keep, who agreed to stay in touch;
//   - drafts of invitations that have closed.
//
// An empty period keeps for ever. People who never were a hire are not touched.
func (s *Store) Retention(ctx context.Context, now time.Time, rules koe.RetentionSettings, keep map[koe.PersonKey]bool, apply bool) (Expired, error) {
	if err := s.needVault(); err != nil {
		return Expired{}, err
	}
	people, err := s.People(ctx, WithVault)
	if err != nil {
		return Expired{}, err
	}
	today := s.day(now)
	var x Expired
	answersGo, contactsGo := leavers(people, today, rules, keep)
	x.Contacts = len(contactsGo)
	comments, nobodys := s.before(today, rules.Comments), s.before(today, rules.Answers)
	if err := s.countExpired(ctx, today, comments, nobodys, answersGo, &x); err != nil || !apply || x == (Expired{}) {
		return x, err
	}
	err = s.main.update(ctx, func(tx *tx) error {
		for _, key := range answersGo {
			if err := tx.stopped(); err != nil {
				return err
			}
			if _, err := eraseAnswers(tx, now, key); err != nil {
				return err
			}
		}
		return runSteps(tx, []step{
			{"retention_drop_texts", []any{comments}, nil},
			{"retention_drop_old_texts", []any{comments}, nil},
			{"retention_note_nobodys", []any{nobodys, stamp(now)}, nil},
			{"retention_ledger", []any{nobodys}, nil},
			{"retention_ledger_keys", []any{nobodys}, nil},
			{"retention_ledger_figures", []any{nobodys}, nil},
			{"retention_drop_nobodys_versions", []any{nobodys}, nil},
			{"retention_drop_nobodys", []any{nobodys}, nil},
			{"retention_drop_reviews", nil, nil},
			{"retention_drop_drafts", []any{today.String()}, nil},
			{"erase_note_exports", nil, nil},
		})
	})
	if err != nil {
		return x, err
	}
	err = s.vault.update(ctx, func(tx *tx) error {
		for _, p := range contactsGo {
			if err := s.dropContacts(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return x, err
	}
	return x, s.scrub(ctx)
}

// ContactsPast gives everybody whose time for contacts is past, whether these are there still or went with an earlier Retention:
// what is kept of them elsewhere goes too.
func (s *Store) ContactsPast(ctx context.Context, now time.Time, rules koe.RetentionSettings, keep map[koe.PersonKey]bool) ([]koe.Person, error) {
	people, err := s.People(ctx, WithVault)
	if err != nil {
		return nil, err
	}
	var past []koe.Person
	for _, p := range people {
		if contactsPast(p, s.day(now), rules, keep) {
			past = append(past, p)
		}
	}
	return past, nil
}

// before is the start of the day that lies a period before today, as stored; "" is before everything.
func (s *Store) before(today koe.Date, period koe.Period) string {
	if period.IsZero() {
		return ""
	}
	period.Negative = true
	return stamp(today.Add(period).In(s.location))
}

// leavers finds the people who left so long ago that their answers, or their contacts, go.
func leavers(people []koe.Person, today koe.Date, rules koe.RetentionSettings, keep map[koe.PersonKey]bool) (answers []koe.PersonKey, contacts []koe.Person) {
	for _, p := range people {
		left, gone := lastDay(p)
		if !gone {
			continue
		}
		if isPast(left, rules.Answers, today) {
			answers = append(answers, p.Key)
		}
		if contactsPast(p, today, rules, keep) && p.Name+p.Email+p.PersonalEmail != "" {
			contacts = append(contacts, p)
		}
	}
	return answers, contacts
}

func isPast(from koe.Date, period koe.Period, today koe.Date) bool {
	return !period.IsZero() && from.Add(period).Before(today)
}

func contactsPast(p koe.Person, today koe.Date, rules koe.RetentionSettings, keep map[koe.PersonKey]bool) bool {
	left, gone := lastDay(p)
	return gone && isPast(left, rules.ContactsAfterLeaving, today) && !keep[p.Key]
}

// lastDay is the day on which a former hire left for the last time; false for everybody else.
func lastDay(p koe.Person) (last koe.Date, gone bool) {
	for _, spell := range p.Spells {
		on := spell.LeftOn
		if spell.Cancelled {
			on = spell.JoinedOn
		}
		if on.IsZero() {
			return koe.Date{}, false
		}
		if on.After(last) {
			last = on
		}
	}
	return last, len(p.Spells) > 0
}

func (s *Store) countExpired(ctx context.Context, today koe.Date, comments, nobodys string, answersGo []koe.PersonKey, x *Expired) error {
	for _, q := range []struct {
		name string
		arg  string
		to   *int
	}{
		{"retention_texts", comments, &x.Texts},
		{"retention_nobodys", nobodys, &x.Answers},
		{"retention_drafts", today.String(), &x.Drafts},
	} {
		if _, err := s.main.get(ctx, q.name, []any{q.arg}, q.to); err != nil {
			return err
		}
	}
	for _, key := range answersGo {
		var n int
		if _, err := s.main.get(ctx, "retention_answers_of", []any{string(key)}, &n); err != nil {
			return err
		}
		x.Answers += n
	}
	return nil
}

// dropContacts leaves only the person_id of a person in the vault.
func (s *Store) dropContacts(tx *tx, p koe.Person) error {
	key := string(p.Key)
	sealed, err := s.seal.sealJSON("identity/"+key, identity{ID: p.ID})
	if err != nil {
		return err
	}
	return runSteps(tx, []step{
		{"set_identity", []any{key, sealed}, nil},
		{"erase_tokens", []any{key}, nil},
		{"erase_requests", []any{key}, nil},
	})
}
