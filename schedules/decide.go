package schedules

import (
	"cmp"
	"slices"

	"koe"
)

// asking is an invitation as deciding sees it: one that is in the store, or one that a plan foresees.
type asking struct {
	inv      koe.Invitation
	on       koe.Date   // the day it was written
	sentOn   koe.Date   // the day its first mail went out; zero: not yet
	reminded int        // the highest reminder that was queued
	mails    []koe.Date // the days of its mails
	written  []koe.Mail // its mails in the store, when a plan wants to show them
}

// dossier is what deciding knows about one person who may be asked.
type dossier struct {
	person     *koe.Person
	events     []koe.Event
	candidates []*candidate
	askings    []*asking
}

// step is one thing to do on one day: a new invitation, or a reminder.
type step struct {
	day    koe.Date
	kind   koe.MailKind
	number int        // of the reminder
	cand   *candidate // of an invitation
	asking *asking    // of a reminder, and of an invitation once it is applied
	reason Reason
}

// decider decides, without touching anything. The same decisions make a plan and a dispatch.
type decider struct {
	cal      *Calendar
	settings *koe.Settings
	roster   map[koe.PersonKey]*koe.Person
	events   map[koe.PersonKey][]koe.Event
	stages   map[[2]string]stageOf // by journey and stage
	titles   map[string]koe.Text   // of measures, by the event that records them
	sealed   func(c *candidate) *Reason
}

type stageOf struct {
	stage *koe.Stage
	rank  int
}

// order sorts what is to be decided: what closes first goes first, then the order of the journey files.
func (d *dossier) order() {
	slices.SortStableFunc(d.candidates, func(a, b *candidate) int {
		return cmp.Or(a.open.ClosesOn.Compare(b.open.ClosesOn), cmp.Compare(a.rank, b.rank), cmp.Compare(a.subject, b.subject),
			cmp.Compare(a.spell.Number, b.spell.Number), a.open.AnchorOn.Compare(b.open.AnchorOn), cmp.Compare(a.open.Number, b.open.Number))
	})
	slices.SortStableFunc(d.askings, func(a, b *asking) int {
		return cmp.Or(a.on.Compare(b.on), cmp.Compare(a.inv.Journey, b.inv.Journey), cmp.Compare(a.inv.Stage, b.inv.Stage), cmp.Compare(a.inv.Key, b.inv.Key))
	})
}

// act gives what is to be done for one person on one day, and writes it into the dossier as done, so that what follows on the same day
// or later counts with it.
func (r *decider) act(d *dossier, day koe.Date) []step {
	var steps []step
	for _, c := range d.candidates {
		if c.done || c.never != nil || day.Before(c.open.DueOn) || day.After(c.open.ClosesOn) {
			continue
		}
		if r.match(d, c) != nil {
			c.done = true
			continue
		}
		if r.blocked(d, c, day) != nil {
			continue
		}
		on, why := r.earliest(d, c, day)
		if on != day {
			continue
		}
		a := &asking{inv: r.invitation(d, c, day), on: day, mails: []koe.Date{day}}
		if d.person.ID == "" || address(d.person, day) != "" { // read without the vault, we do not know
			a.sentOn = day
		}
		d.askings = append(d.askings, a)
		c.done = true
		steps = append(steps, step{day: day, kind: koe.MailInvitation, cand: c, asking: a, reason: why})
	}
	for _, a := range d.askings {
		n, why, ok := r.reminder(d, a, day)
		if !ok || asksToday(d, day) && !day.AddDays(1).After(a.inv.ClosesOn) { // not both on one day, while there is another
			continue
		}
		a.reminded = n
		a.mails = append(a.mails, day)
		steps = append(steps, step{day: day, kind: koe.MailReminder, number: n, asking: a, reason: why})
	}
	return steps
}

// asksToday reports whether the person was invited to something on this day.
func asksToday(d *dossier, day koe.Date) bool {
	return slices.ContainsFunc(d.askings, func(a *asking) bool { return a.on == day })
}

// match finds the invitation that a candidate already has. For joined and left it is the one of the spell and repetition, whatever became
// of the date; for events it is the one of that day.
func (r *decider) match(d *dossier, c *candidate) *asking {
	for _, a := range d.askings {
		if !sameStage(a, c) {
			continue
		}
		if c.byEvent {
			if a.inv.AnchorOn == c.open.AnchorOn && (c.stage.Repeat == nil || a.inv.TargetOn == c.open.TargetOn) {
				return a
			}
		} else if a.inv.Occurrence == c.open.Number {
			return a
		}
	}
	return nil
}

// sameStage reports whether an invitation is to the candidate's stage, about the same hire. An event is the same whichever spell it is
// counted to: that may change when a rehire is entered.
func sameStage(a *asking, c *candidate) bool {
	return a.inv.Stage == c.stage.ID && a.inv.Journey == c.journey.ID && a.inv.Subject == c.subject && (c.byEvent || a.inv.Spell == c.spell.Number)
}

// blocked says why a candidate is not asked on this day, as far as it is known now; nil when nothing stands against it.
func (r *decider) blocked(d *dossier, c *candidate, day koe.Date) *Reason {
	if why := r.gone(c.hire, c.spell, c.stage, c.open.AnchorOn, day); why != nil {
		return why
	}
	if c.subject != "" && away(d.person, d.events, day) {
		return ptr(reasonAway(c.stage.Audience))
	}
	if slices.Contains(d.person.Declined, c.journey.ID) {
		return ptr(reasonDeclined())
	}
	if r.unreachable(d, day) {
		return ptr(reasonBounced())
	}
	for _, a := range d.askings {
		if c.byEvent && sameStage(a, c) && a.inv.Status != koe.Cancelled && !a.inv.ClosesOn.Before(c.open.DueOn) && !a.inv.DueOn.After(c.open.ClosesOn) {
			return ptr(reasonOverlap(a.on))
		}
	}
	if r.sealed != nil {
		return r.sealed(c)
	}
	return nil
}

// gone says why a hire is past being asked at a stage: left, or, where the stage is for those who left, come back.
func (r *decider) gone(hire *koe.Person, spell *koe.Spell, stage *koe.Stage, anchor, day koe.Date) *Reason {
	left := leftOn(spell, hire, r.events[hire.Key])
	if forLeavers(stage, anchor, left) {
		for i := range hire.Spells {
			if s := &hire.Spells[i]; s.Number > spell.Number && !s.Cancelled && !s.JoinedOn.After(day) {
				return ptr(reasonBack(s.JoinedOn))
			}
		}
		return nil
	}
	if !left.IsZero() && !left.After(day) {
		return ptr(reasonLeft(left))
	}
	return nil
}

// forLeavers reports whether a stage is about having left: anchored on the leaving, or on something that happened after it.
func forLeavers(stage *koe.Stage, anchor, left koe.Date) bool {
	return stage.Anchor == koe.EventLeft || !left.IsZero() && anchor.After(left)
}

// away reports whether a mentor or manager is not with the organisation any more. Those without spells never joined by the roster and stay.
func away(p *koe.Person, events []koe.Event, day koe.Date) bool {
	stays := 0
	for i := range p.Spells {
		s := &p.Spells[i]
		if s.Cancelled {
			continue
		}
		stays++
		if left := leftOn(s, p, events); left.IsZero() || left.After(day) {
			return false
		}
	}
	return stays > 0
}

// unreachable reports whether the address that would be used on this day has been refused. One that was refused before the joining
// was the personal address, and says nothing about the work address after it.
func (r *decider) unreachable(d *dossier, day koe.Date) bool {
	if !d.person.Bounced {
		return false
	}
	known := false
	for _, a := range d.askings {
		if a.inv.Status != koe.Bounced {
			continue
		}
		known = true
		if personalFirst(d.person, later(a.on, a.sentOn)) == personalFirst(d.person, day) {
			return true
		}
	}
	return !known
}

// personalFirst reports whether a person is written to at home on a day: before joining and after leaving.
func personalFirst(p *koe.Person, day koe.Date) bool {
	for i := len(p.Spells) - 1; i >= 0; i-- {
		s := &p.Spells[i]
		if s.Cancelled || s.JoinedOn.After(day) {
			continue
		}
		return !s.LeftOn.IsZero() && s.LeftOn.Before(day)
	}
	return len(p.Spells) > 0
}

// earliest gives the first day from day on, on which a candidate is asked as things stand, and why then. It lies within the window, unless
// a cap on contacts leaves no room: then it is the day after the close.
func (r *decider) earliest(d *dossier, c *candidate, day koe.Date) (koe.Date, Reason) {
	why := reasonDue(c, r.titles[c.stage.Anchor])
	on := r.cal.sendable(c.stage, later(day, c.open.DueOn), c.open.ClosesOn)
	last := later(r.cal.lastSendable(c.stage, c.open.DueOn, c.open.ClosesOn), on)
	gap := r.settings.Calendar.MinGap
	if c.stage.MinGap != nil {
		gap = *c.stage.MinGap
	}
	if previous := lastPulse(d); !previous.IsZero() && !gap.IsZero() {
		free := r.cal.sendable(c.stage, previous.Add(gap), c.open.ClosesOn)
		switch {
		case free.After(last):
			on = last
			why.lastDay(previous)
		case free.After(r.cal.sendable(c.stage, c.open.DueOn, c.open.ClosesOn)):
			on = later(on, free)
			why.postponed(previous)
		}
	}
	for limit := r.settings.Calendar.MaxContacts; limit > 0 && contacts(d, on) >= limit; {
		if !on.Before(c.open.ClosesOn) {
			return c.open.ClosesOn.AddDays(1), reasonCap(limit)
		}
		on = r.cal.sendable(c.stage, on.AddDays(1), c.open.ClosesOn)
		why.capped(limit)
	}
	return on, why
}

// lastPulse is the day of the latest invitation that reached the person, or is on its way.
func lastPulse(d *dossier) koe.Date {
	var last koe.Date
	for _, a := range d.askings {
		if a.inv.Status == koe.Cancelled && a.sentOn.IsZero() {
			continue
		}
		last = later(last, later(a.on, a.sentOn))
	}
	return last
}

// contacts counts the mails to the person in the 30 days that end with day.
func contacts(d *dossier, day koe.Date) int {
	n := 0
	for _, a := range d.askings {
		for _, m := range a.mails {
			if age := day.DaysSince(m); age >= 0 && age < 30 {
				n++
			}
		}
	}
	return n
}

// reminder gives the number of the reminder that is due on a day. Of several that were missed only the latest is sent.
func (r *decider) reminder(d *dossier, a *asking, day koe.Date) (number int, why Reason, ok bool) {
	of, known := r.stages[[2]string{a.inv.Journey, a.inv.Stage}]
	if !known || a.inv.Status != koe.Invited || a.sentOn.IsZero() || day.After(a.inv.ClosesOn) || !day.After(a.sentOn) {
		return 0, why, false
	}
	days := r.reminderDays(of.stage, a)
	for n := len(days); n > a.reminded; n-- {
		if on := days[n-1]; on.IsZero() || on.After(day) {
			continue
		}
		if r.cal.sendable(of.stage, day, a.inv.ClosesOn) != day || r.quiet(d, a, of.stage, day) {
			return 0, why, false
		}
		if limit := r.settings.Calendar.MaxContacts; limit > 0 && contacts(d, day) >= limit {
			return 0, why, false
		}
		return n, reasonReminder(n, a.sentOn, a.inv.ClosesOn, r.isLast(days, n)), true
	}
	return 0, why, false
}

// reminderDays gives the day of each reminder of an invitation, counted from its first mail and moved to a working day within the window;
// zero for one that would come after the close, or not after the one before.
func (r *decider) reminderDays(stage *koe.Stage, a *asking) []koe.Date {
	days := make([]koe.Date, len(stage.Remind))
	previous := a.sentOn
	for i, after := range stage.Remind {
		on := a.sentOn.Add(after)
		if on.After(a.inv.ClosesOn) {
			continue
		}
		if on = r.cal.sendable(stage, on, a.inv.ClosesOn); r.cal.rollOf(stage) != koe.RollNone && !r.cal.Business(on) {
			on = r.cal.Previous(on) // the window ends on days off
		}
		if on.After(previous) {
			days[i], previous = on, on
		}
	}
	return days
}

// isLast reports whether no reminder follows the n-th.
func (r *decider) isLast(days []koe.Date, n int) bool {
	for _, on := range days[n:] {
		if !on.IsZero() {
			return false
		}
	}
	return true
}

// quiet reports whether a person is to be left alone about an invitation: declined, left, out of reach, or the joining was cancelled.
func (r *decider) quiet(d *dossier, a *asking, stage *koe.Stage, day koe.Date) bool {
	if slices.Contains(d.person.Declined, a.inv.Journey) || r.unreachable(d, day) {
		return true
	}
	if a.inv.Subject != "" && away(d.person, d.events, day) {
		return true
	}
	hire := r.hireOf(a)
	return hire == nil || r.withdrawn(hire, a, stage) || r.spellGone(hire, a, stage, day)
}

// hireOf gives the hire whom an invitation is about; nil when forgotten.
func (r *decider) hireOf(a *asking) *koe.Person {
	if a.inv.Subject != "" {
		return r.roster[a.inv.Subject]
	}
	return r.roster[a.inv.Person]
}

// openOn reports whether an answer is awaited on a day.
func (a *asking) openOn(day koe.Date) bool {
	return a.inv.Status == koe.Invited && !a.inv.DueOn.After(day) && !a.inv.ClosesOn.Before(day)
}

// withdrawn reports whether an invitation lost its ground: the joining was cancelled, or the person had left before it opened.
func (r *decider) withdrawn(hire *koe.Person, a *asking, stage *koe.Stage) bool {
	if hire == nil {
		return false
	}
	for i := range hire.Spells {
		s := &hire.Spells[i]
		if s.Number != a.inv.Spell {
			continue
		}
		left := leftOn(s, hire, r.events[hire.Key])
		return s.Cancelled || !forLeavers(stage, a.inv.AnchorOn, left) && !left.IsZero() && left.Before(a.inv.DueOn)
	}
	return false
}

func (r *decider) spellGone(hire *koe.Person, a *asking, stage *koe.Stage, day koe.Date) bool {
	for i := range hire.Spells {
		if s := &hire.Spells[i]; s.Number == a.inv.Spell {
			return r.gone(hire, s, stage, a.inv.AnchorOn, day) != nil
		}
	}
	return false
}

// invitation writes a candidate as the row that it becomes.
func (r *decider) invitation(d *dossier, c *candidate, day koe.Date) koe.Invitation {
	occurrence := c.open.Number
	if c.byEvent {
		occurrence = 1
		for _, a := range d.askings {
			if sameStage(a, c) {
				occurrence = max(occurrence, a.inv.Occurrence+1)
			}
		}
	}
	language := d.person.Language
	if language == "" {
		language = r.settings.Language
	}
	segments := d.person.Segments
	if len(segments) == 0 {
		segments = c.hire.Segments
	}
	return koe.Invitation{
		Journey: c.journey.ID, Stage: c.stage.ID, Person: c.asked, Spell: c.spell.Number, Subject: c.subject, Occurrence: occurrence,
		Survey: c.survey.ID, Version: c.survey.Version, Mode: c.survey.Mode, Language: language,
		AnchorOn: c.open.AnchorOn, DueOn: c.open.DueOn, TargetOn: c.open.TargetOn, ClosesOn: c.open.ClosesOn,
		Segments: segments, Status: koe.Invited,
	}
}
