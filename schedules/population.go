package schedules

import (
	"context"
	"time"

	"koe"
	"koe/store"
)

// population is the roster with its events, as one pass sees it.
type population struct {
	people []koe.Person
	roster map[koe.PersonKey]*koe.Person
	events map[koe.PersonKey][]koe.Event
}

func (s *Scheduler) population(ctx context.Context, view store.View) (*population, error) {
	people, err := s.store.People(ctx, view)
	if err != nil {
		return nil, err
	}
	events, err := s.store.Events(ctx)
	if err != nil {
		return nil, err
	}
	p := &population{people: people, roster: make(map[koe.PersonKey]*koe.Person, len(people)), events: map[koe.PersonKey][]koe.Event{}}
	for i := range people {
		p.roster[people[i].Key] = &people[i]
	}
	for _, e := range events {
		p.events[e.Person] = append(p.events[e.Person], e)
	}
	return p, nil
}

// find collects the candidates of everybody for some days into dossiers.
func (s *Scheduler) find(ctx context.Context, p *population, from, until koe.Date, explain bool, problem func(string, error)) (map[koe.PersonKey]*dossier, error) {
	dossiers := map[koe.PersonKey]*dossier{}
	f := &finder{cal: s.cal, journeys: s.workspace.Journeys, roster: p.roster, explain: explain, problems: problem}
	for i := range p.people {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		person := &p.people[i]
		f.candidates(person, p.events[person.Key], from, until, func(c *candidate) {
			own := *c
			p.dossier(dossiers, c.asked).candidates = append(p.dossier(dossiers, c.asked).candidates, &own)
		})
	}
	return dossiers, nil
}

// dossier gives the dossier of a person, new when there is none.
func (p *population) dossier(all map[koe.PersonKey]*dossier, key koe.PersonKey) *dossier {
	d, ok := all[key]
	if !ok {
		d = &dossier{person: p.roster[key], events: p.events[key]}
		all[key] = d
	}
	return d
}

// remember puts invitations and their mails into dossiers. An invitation whose mail is still to go counts as sent today,
// unless there is no address to send it to.
func (s *Scheduler) remember(ctx context.Context, p *population, dossiers map[koe.PersonKey]*dossier, invitations []koe.Invitation, today koe.Date, everyMail bool) error {
	byKey := map[string]*asking{}
	var unsent, sent []string
	for _, inv := range invitations {
		if p.roster[inv.Person] == nil {
			continue // forgotten
		}
		a := &asking{inv: inv, on: s.cal.Day(inv.CreatedAt), sentOn: s.cal.dayOrNone(inv.SentAt)}
		byKey[inv.Key] = a
		d := p.dossier(dossiers, inv.Person)
		d.askings = append(d.askings, a)
		if a.sentOn.IsZero() {
			unsent = append(unsent, inv.Key)
		} else if everyMail || inv.Status == koe.Invited && !inv.ClosesOn.Before(today) {
			sent = append(sent, inv.Key)
		}
	}
	note := func(keys []string, kind koe.MailKind) error {
		if len(keys) == 0 {
			return nil
		}
		mails, err := s.store.Mails(ctx, store.MailFilter{Invitations: keys, Kind: kind})
		if err != nil {
			return err
		}
		for _, m := range mails {
			a := byKey[m.Invitation]
			if everyMail {
				a.written = append(a.written, m)
			}
			waiting := (m.State == koe.MailPending || m.State == koe.MailSending) && m.LastError != noAddress &&
				!a.inv.ClosesOn.Before(today)
			day := s.cal.dayOrNone(m.SentAt)
			switch {
			case waiting:
				day = today
			case day.IsZero() && m.State != koe.MailDropped:
				day = s.cal.Day(m.CreatedAt)
			}
			if m.Kind == koe.MailReminder {
				a.reminded = max(a.reminded, m.Number)
			} else if waiting && a.sentOn.IsZero() {
				a.sentOn = today
			}
			if !day.IsZero() {
				a.mails = append(a.mails, day)
			}
		}
		return nil
	}
	if err := note(unsent, ""); err != nil {
		return err
	}
	kind := koe.MailReminder
	if everyMail {
		kind = ""
	}
	return note(sent, kind)
}

// startDay is the first day on which a dispatch can still send: today, or tomorrow once the hours for sending are over.
func (s *Scheduler) startDay(now time.Time) koe.Date {
	return s.cal.Day(s.cal.NextOpen(now))
}
