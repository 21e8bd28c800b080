package schedules

import (
	"cmp"
	"context"
	"slices"
	"time"

	"koe"
	"koe/store"
)

// Plan is who is asked what on which day of a range, and who is not, and why. Days before today show what was done. A plan for
// days to come supposes that nobody answers, declines or is edited, and that dispatch runs every day.
type Plan struct {
	From     koe.Date `json:"from"`
	Until    koe.Date `json:"until"`
	Today    koe.Date `json:"today"`
	Entries  []Entry  `json:"entries"`            // by day, then person
	Skipped  []Skip   `json:"skipped"`            // by due day, then person
	Problems []string `json:"problems,omitempty"` // conditions that cannot be evaluated
}

// Plan works out the days from..until as things stand at now.
func (s *Scheduler) Plan(ctx context.Context, now time.Time, from, until koe.Date) (Plan, error) {
	plan := Plan{From: from, Until: until, Today: s.cal.Day(now)}
	if until.Before(from) {
		return plan, koe.Errorf(koe.Invalid, "the plan would end on %s, before it begins on %s", until, from)
	}
	p, err := s.population(ctx, store.WithVault)
	if err != nil {
		return plan, err
	}
	start := s.startDay(now)
	begin := from
	if start.Before(begin) {
		begin = start
	}
	end := until
	if end.Before(start) {
		end = start
	}
	problems := problemList{}
	dossiers, err := s.find(ctx, p, begin, end, true, problems.add)
	if err != nil {
		return plan, err
	}
	if err := s.rememberAll(ctx, p, dossiers, start); err != nil {
		return plan, err
	}
	r := s.decider(p)
	if r.sealed, err = s.seals(ctx); err != nil {
		return plan, err
	}
	for _, d := range dossiers {
		if ctx.Err() != nil {
			return plan, ctx.Err()
		}
		s.done(&plan, p, d)
		for _, a := range d.askings { // as a dispatch begins
			if of, known := s.stages[[2]string{a.inv.Journey, a.inv.Stage}]; known && a.openOn(start) && r.withdrawn(r.hireOf(a), a, of.stage) {
				a.inv.Status = koe.Cancelled
			}
		}
		d.order()
		for day := start; !day.After(until); {
			for _, st := range r.act(d, day) {
				if !day.Before(from) {
					plan.Entries = append(plan.Entries, s.entry(p, st))
				}
			}
			next, ok := r.next(d, day)
			if !ok {
				break
			}
			day = next
		}
		for _, c := range d.candidates {
			if why, skipped := r.skipped(d, c, start, until); skipped && !c.open.ClosesOn.Before(from) && !c.open.DueOn.After(until) {
				plan.Skipped = append(plan.Skipped, s.skip(p, c, why))
			}
		}
	}
	plan.Problems = problems.list
	plan.sort()
	return plan, nil
}

// rememberAll loads what was done for everybody in the dossiers.
func (s *Scheduler) rememberAll(ctx context.Context, p *population, dossiers map[koe.PersonKey]*dossier, today koe.Date) error {
	keys := make([]koe.PersonKey, 0, len(dossiers))
	for key := range dossiers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	// Reminders are due to people without candidates, too.
	open, err := s.store.Invitations(ctx, store.InvitationFilter{OpenAt: today, Status: []koe.InvitationStatus{koe.Invited}})
	if err != nil {
		return err
	}
	for _, inv := range open {
		if _, ok := dossiers[inv.Person]; !ok && p.roster[inv.Person] != nil {
			p.dossier(dossiers, inv.Person)
			keys = append(keys, inv.Person)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	invitations, err := s.store.Invitations(ctx, store.InvitationFilter{People: keys})
	if err != nil {
		return err
	}
	return s.remember(ctx, p, dossiers, invitations, today, true)
}

// next gives the first day after day on which act may do something; false when there is none.
func (r *decider) next(d *dossier, day koe.Date) (koe.Date, bool) {
	var best koe.Date
	consider := func(on koe.Date) {
		if best.IsZero() || on.Before(best) {
			best = on
		}
	}
	tomorrow := day.AddDays(1)
	for _, c := range d.candidates {
		if c.done || c.never != nil || c.open.ClosesOn.Before(tomorrow) {
			continue
		}
		first := later(tomorrow, c.open.DueOn)
		switch why := r.blocked(d, c, first); {
		case why == nil:
			if on, _ := r.earliest(d, c, first); !on.After(c.open.ClosesOn) {
				consider(on)
			}
		case !why.forGood():
			consider(first)
		}
	}
	for _, a := range d.askings {
		of, known := r.stages[[2]string{a.inv.Journey, a.inv.Stage}]
		if !known || a.inv.Status != koe.Invited || a.sentOn.IsZero() || a.inv.ClosesOn.Before(tomorrow) {
			continue
		}
		for n, on := range r.reminderDays(of.stage, a) {
			if n+1 > a.reminded && !on.IsZero() {
				consider(later(on, tomorrow))
			}
		}
	}
	return best, !best.IsZero()
}

// forGood reports whether what blocks a candidate cannot pass by itself.
func (r *Reason) forGood() bool {
	switch r.Code {
	case "left", "back", "declined", "sealed", "overlap":
		return true
	}
	return false
}

// skipped says why nobody was asked at an opening, after the days from start to until have been played.
func (r *decider) skipped(d *dossier, c *candidate, start, until koe.Date) (Reason, bool) {
	if a := r.match(d, c); a != nil {
		switch {
		case a.inv.Key == "": // foreseen by this plan
		case a.inv.Status == koe.Cancelled:
			return reason("withdrawn", a.on), true
		case a.inv.AnchorOn != c.open.AnchorOn:
			return reason("asked", a.on), true
		}
		return Reason{}, false
	}
	if c.never != nil {
		return *c.never, true
	}
	first := later(start, c.open.DueOn)
	if c.open.ClosesOn.Before(start) {
		if why := r.blocked(d, c, c.open.ClosesOn); why != nil {
			return *why, true
		}
		return reason("missed", c.open.DueOn, c.open.ClosesOn), true
	}
	last := c.open.ClosesOn
	if until.Before(last) {
		last = until
	}
	if last.Before(first) {
		return Reason{}, false
	}
	if why := r.blocked(d, c, last); why != nil {
		return *why, true
	}
	on, why := r.earliest(d, c, last)
	if on.After(c.open.ClosesOn) {
		return why, true
	}
	if on.After(until) {
		postponed := reason("later", on)
		postponed.notes = why.notes
		return postponed, true
	}
	return reason("unsaid"), true
}

// done lists the mails that were written before.
func (s *Scheduler) done(plan *Plan, p *population, d *dossier) {
	for _, a := range d.askings {
		for _, m := range a.written {
			e := s.entryOf(p, a.inv)
			e.Day, e.Kind, e.Number, e.Done, e.State = s.cal.Day(m.CreatedAt), m.Kind, m.Number, true, m.State
			e.Reason = reason(string(m.State))
			if !e.Day.Before(plan.From) && !e.Day.After(plan.Until) {
				plan.Entries = append(plan.Entries, e)
			}
		}
	}
}

// entry writes a step for people.
func (s *Scheduler) entry(p *population, st step) Entry {
	e := s.entryOf(p, st.asking.inv)
	e.Day, e.Kind, e.Number, e.Reason = st.day, st.kind, st.number, st.reason
	if person := p.roster[e.Key]; person != nil && person.ID != "" && address(person, st.day) == "" {
		e.NoAddress = true
		e.Reason.note("no_mail")
	}
	return e
}

func (s *Scheduler) entryOf(p *population, inv koe.Invitation) Entry {
	e := Entry{Journey: inv.Journey, Stage: inv.Stage, Spell: inv.Spell, Occurrence: inv.Occurrence, DueOn: inv.DueOn, ClosesOn: inv.ClosesOn,
		Key: inv.Person, Subject: inv.Subject}
	e.Person, e.Name = p.who(inv.Person)
	e.About, e.AboutName = p.who(inv.Subject)
	return e
}

func (s *Scheduler) skip(p *population, c *candidate, why Reason) Skip {
	k := Skip{Journey: c.journey.ID, Stage: c.stage.ID, Spell: c.spell.Number, DueOn: c.open.DueOn, ClosesOn: c.open.ClosesOn, Reason: why,
		Key: c.asked, Subject: c.subject}
	k.Person, k.Name = p.who(c.asked)
	k.About, k.AboutName = p.who(c.subject)
	return k
}

// who gives the number and name of a person; the key when the roster was read without the vault.
func (p *population) who(key koe.PersonKey) (id, name string) {
	person := p.roster[key]
	switch {
	case key == "" || person == nil:
		return string(key), ""
	case person.ID == "":
		return string(key), ""
	}
	return person.ID, person.Name
}

func sortEntries(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Journey, b.Journey), cmp.Compare(a.Stage, b.Stage),
			cmp.Compare(a.About, b.About), cmp.Compare(a.Occurrence, b.Occurrence), cmp.Compare(a.Number, b.Number))
	})
}

func (plan *Plan) sort() {
	sortEntries(plan.Entries)
	slices.SortStableFunc(plan.Skipped, func(a, b Skip) int {
		return cmp.Or(a.DueOn.Compare(b.DueOn), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Journey, b.Journey), cmp.Compare(a.Stage, b.Stage),
			cmp.Compare(a.About, b.About))
	})
}

// problemList keeps one line for each stage that has a problem.
type problemList struct {
	list []string
	seen map[string]bool
}

func (l *problemList) add(stage string, err error) {
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if text := stage + ": " + err.Error(); !l.seen[text] {
		l.seen[text] = true
		l.list = append(l.list, text)
	}
}
