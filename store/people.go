package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"koe"
)

// View says how much of a person is read.
type View int

// The views.
const (
	Pseudonymous View = iota // Key, but no ID, name or address
	WithVault                // everything
	Shared                   // as Pseudonymous, and people who have the same Segments or Spells share them: for reading only
)

// storedSpell is a spell as it is stored.
type storedSpell struct {
	Number    int       `json:"n"`
	Joined    koe.Date  `json:"joined"`
	Left      koe.Date  `json:"left,omitzero"`
	Reason    string    `json:"reason,omitempty"`
	Cancelled bool      `json:"cancelled,omitempty"`
	Seen      time.Time `json:"seen,omitzero"` // only when it became known later than the person
}

// identity is what the vault knows of a person.
type identity struct {
	ID            string `json:"id"`
	Name          string `json:"name,omitempty"`
	Email         string `json:"email,omitempty"`
	PersonalEmail string `json:"personal_email,omitempty"`
}

func identityOf(p koe.Person) identity { return identity{p.ID, p.Name, p.Email, p.PersonalEmail} }

func (i identity) into(p *koe.Person) {
	p.ID, p.Name, p.Email, p.PersonalEmail = i.ID, i.Name, i.Email, i.PersonalEmail
}

// People reads everybody: by ID with the vault, by Key without.
func (s *Store) People(ctx context.Context, view View) ([]koe.Person, error) {
	var names map[koe.PersonKey]identity
	if view == WithVault {
		var err error
		if names, err = s.identities(ctx); err != nil {
			return nil, err
		}
	}
	rows, err := s.main.query(ctx, "people", "")
	people, err := collect(rows, err, scanPeople(view == Shared))
	if err != nil || view != WithVault {
		return people, err
	}
	for i := range people {
		names[people[i].Key].into(&people[i])
	}
	slices.SortFunc(people, func(a, b koe.Person) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Key, b.Key)) })
	return people, nil
}

// PersonByID finds a person by the organisation's own number. NotFound when there is none.
func (s *Store) PersonByID(ctx context.Context, id string) (koe.Person, error) {
	if err := s.needVault(); err != nil {
		return koe.Person{}, err
	}
	var key, sealed string
	found, err := s.vault.get(ctx, "identity_by_blind", []any{s.seal.current.blind(id)}, &key, &sealed)
	if err != nil {
		return koe.Person{}, err
	}
	if !found {
		return koe.Person{}, koe.Errorf(koe.NotFound, "nobody on the roster has the person_id %q", id)
	}
	return s.PersonByKey(ctx, koe.PersonKey(key), WithVault)
}

// PersonByKey finds a person by pseudonym. NotFound when there is none.
func (s *Store) PersonByKey(ctx context.Context, key koe.PersonKey, view View) (koe.Person, error) {
	rows, err := s.main.query(ctx, "person_by_key", "", string(key))
	people, err := collect(rows, err, scanPerson())
	if err != nil {
		return koe.Person{}, err
	}
	if len(people) == 0 {
		return koe.Person{}, koe.Errorf(koe.NotFound, "nobody has the key %q", key)
	}
	p := people[0]
	if view == WithVault {
		if err := s.needVault(); err != nil {
			return koe.Person{}, err
		}
		var sealed, same string
		found, err := s.vault.get(ctx, "identity_by_key", []any{string(key)}, &same, &sealed)
		if err != nil {
			return koe.Person{}, err
		}
		if found {
			var who identity
			if err := s.seal.openJSON("identity/"+string(key), sealed, &who); err != nil {
				return koe.Person{}, err
			}
			who.into(&p)
		}
	}
	return p, nil
}

// identities opens everybody's identity.
func (s *Store) identities(ctx context.Context) (map[koe.PersonKey]identity, error) {
	if err := s.needVault(); err != nil {
		return nil, err
	}
	all := map[koe.PersonKey]identity{}
	rows, err := s.vault.query(ctx, "identities", "")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var key, sealed string
		if err := rows.Scan(&key, &sealed); err != nil {
			return struct{}{}, err
		}
		var who identity
		err := s.seal.openJSON("identity/"+key, sealed, &who)
		all[koe.PersonKey(key)] = who
		return struct{}{}, err
	})
	return all, err
}

// scanPerson reads a row of people.sql.
func scanPerson(more ...any) func(*sql.Rows) (koe.Person, error) { return scanPeople(false, more...) }

// scanPeople reads rows of people.sql. Equal texts, of which a roster has many, are read once; when shared, what was read is not copied either.
func scanPeople(shared bool, more ...any) func(*sql.Rows) (koe.Person, error) {
	words := map[string]string{}
	word := func(s string) string {
		if known, ok := words[s]; ok {
			return known
		}
		words[s] = s
		return s
	}
	segments := map[string]map[string]string{}
	spells := map[string][]koe.Spell{}
	times := map[string]time.Time{}
	var key, role, language, segmentsText, spellsText, added, declined string
	var bounced int
	dest := append([]any{&key, &role, &language, &segmentsText, &spellsText, &added, &bounced, &declined}, more...)
	return func(rows *sql.Rows) (p koe.Person, err error) {
		if err := rows.Scan(dest...); err != nil {
			return p, err
		}
		p = koe.Person{Key: koe.PersonKey(key), Role: word(role), Language: word(language), Bounced: bounced == 1}
		known, ok := segments[segmentsText]
		if !ok {
			if err := fromJSON(segmentsText, &known); err != nil {
				return p, err
			}
			segments[segmentsText] = known
		}
		if p.Segments = known; !shared {
			p.Segments = maps.Clone(known)
		}
		stays, ok := spells[spellsText]
		if !ok {
			if stays, err = readSpells(spellsText); err != nil {
				return p, err
			}
			spells[spellsText] = stays
		}
		if p.Spells = stays; !shared {
			p.Spells = slices.Clone(stays)
		}
		if declined != "[]" {
			if err := fromJSON(declined, &p.Declined); err != nil {
				return p, err
			}
		}
		if p.AddedAt, ok = times[added]; !ok {
			p.AddedAt, err = parseStamp(added)
			times[added] = p.AddedAt
		}
		return p, err
	}
}

func readSpells(text string) ([]koe.Spell, error) {
	var stored []storedSpell
	if err := fromJSON(text, &stored); err != nil {
		return nil, err
	}
	var spells []koe.Spell
	for _, s := range stored {
		spells = append(spells, koe.Spell{Number: s.Number, JoinedOn: s.Joined, LeftOn: s.Left, LeftReason: s.Reason, Cancelled: s.Cancelled, SeenAt: s.Seen})
	}
	return spells, nil
}

func writeSpells(spells []koe.Spell) (string, error) {
	stored := make([]storedSpell, len(spells))
	for i, s := range spells {
		stored[i] = storedSpell{s.Number, s.JoinedOn, s.LeftOn, s.LeftReason, s.Cancelled, s.SeenAt}
	}
	return toJSON(stored)
}

// SavePeople writes people as they now are, spells included, all or none. A person is known by ID (by Key when ID is
// empty, and then nothing of the vault is touched); for a new ID a Key is made. The Keys are filled into people.
// AddedAt is that of the first time (now, when zero). Whether mail bounced and what was declined is kept as it is
// (SetBounced, DeclineJourney), but that a new address forgets a bounce. Writing what is there already changes nothing.
func (s *Store) SavePeople(ctx context.Context, now time.Time, people []koe.Person) error {
	if err := s.needVault(); err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == "" && p.Key == "" {
			return koe.Errorf(koe.Invalid, "a person without a person_id cannot be saved")
		}
	}
	keys := make([]koe.PersonKey, len(people))
	moved := make([]bool, len(people))
	err := s.vault.update(ctx, func(tx *tx) error {
		for i, p := range people {
			if err := tx.stopped(); err != nil {
				return err
			}
			var err error
			if keys[i], moved[i], err = s.saveIdentity(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	order := make([]int, len(people)) // two importers write in one order, so that neither waits for the other for ever
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(string(keys[a]), string(keys[b])) })
	err = s.main.update(ctx, func(tx *tx) error {
		for _, i := range order {
			if err := tx.stopped(); err != nil {
				return err
			}
			if err := savePerson(tx, now, keys[i], people[i], moved[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range people {
		people[i].Key = keys[i]
	}
	return nil
}

// saveIdentity writes a person into the vault and gives the key, and whether an address is new.
func (s *Store) saveIdentity(tx *tx, p koe.Person) (key koe.PersonKey, moved bool, err error) {
	if p.ID == "" {
		return p.Key, false, nil
	}
	who := identityOf(p)
	blind := s.seal.current.blind(p.ID)
	for {
		var old, sealed string
		found, err := tx.get("identity_by_blind", []any{blind}, &old, &sealed)
		if err != nil {
			return "", false, err
		}
		if found {
			var was identity
			if err := s.seal.openJSON("identity/"+old, sealed, &was); err != nil {
				return "", false, err
			}
			if was == who {
				return koe.PersonKey(old), false, nil
			}
			if sealed, err = s.seal.sealJSON("identity/"+old, who); err != nil {
				return "", false, err
			}
			_, err := tx.exec("set_identity", old, sealed)
			return koe.PersonKey(old), was.Email != who.Email || was.PersonalEmail != who.PersonalEmail, err
		}
		fresh := newKey()
		if p.Key != "" {
			fresh = string(p.Key)
		}
		if sealed, err = s.seal.sealJSON("identity/"+fresh, who); err != nil {
			return "", false, err
		}
		added, err := tx.exec("add_identity", fresh, blind, sealed)
		if err != nil || added == 1 {
			return koe.PersonKey(fresh), false, err
		}
	}
}

// markSpells gives spells with the time at which each joining date became known: kept for one that was there, now for a new or a
// corrected one, zero for those that came with the person.
func markSpells(tx *tx, now time.Time, key koe.PersonKey, spells []koe.Spell) ([]koe.Spell, error) {
	marked := slices.Clone(spells)
	rows, err := tx.query("person_by_key", string(key))
	before, err := collect(rows, err, scanPerson())
	if err != nil {
		return nil, err
	}
	for i := range marked {
		marked[i].SeenAt = time.Time{}
		if len(before) == 0 {
			continue
		}
		was := slices.IndexFunc(before[0].Spells, func(s koe.Spell) bool {
			return s.Number == marked[i].Number && s.JoinedOn == marked[i].JoinedOn
		})
		if was >= 0 {
			marked[i].SeenAt = before[0].Spells[was].SeenAt
		} else {
			marked[i].SeenAt = now.UTC().Truncate(time.Second)
		}
	}
	return marked, nil
}

func savePerson(tx *tx, now time.Time, key koe.PersonKey, p koe.Person, moved bool) error {
	segments, err := segmentsJSON(p.Segments)
	if err != nil {
		return err
	}
	known, err := markSpells(tx, now, key, p.Spells)
	if err != nil {
		return err
	}
	spells, err := writeSpells(known)
	if err != nil {
		return err
	}
	declined, err := declinedJSON(p.Declined)
	if err != nil {
		return err
	}
	added := p.AddedAt
	if added.IsZero() {
		added = now
	}
	_, err = tx.exec("save_person", string(key), p.Role, p.Language, segments, spells, stamp(added), number(p.Bounced), declined, number(moved))
	return err
}

func declinedJSON(journeys []string) (string, error) {
	sorted := slices.Compact(slices.Sorted(slices.Values(journeys)))
	if len(sorted) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(sorted)
	return string(b), err
}

// DeclineJourney notes that a person asked to be left alone by a journey. Once is enough.
func (s *Store) DeclineJourney(ctx context.Context, person koe.PersonKey, journey string) error {
	return s.main.update(ctx, func(tx *tx) error {
		rows, err := tx.query("person_by_key", string(person))
		people, err := collect(rows, err, scanPerson())
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return koe.Errorf(koe.NotFound, "nobody has the key %q", person)
		}
		declined, err := declinedJSON(append(people[0].Declined, journey))
		if err != nil {
			return err
		}
		_, err = tx.exec("decline_journey", string(person), declined)
		return err
	})
}

// SetBounced notes whether the last address used for a person was refused.
func (s *Store) SetBounced(ctx context.Context, person koe.PersonKey, bounced bool) error {
	return s.main.update(ctx, func(tx *tx) error {
		_, err := tx.exec("set_bounced", string(person), number(bounced))
		return err
	})
}
