package schedules

import (
	"slices"

	"koe"
	"koe/journey"
)

// candidate is one opening of one stage for one person who is to be asked.
type candidate struct {
	journey *journey.Compiled
	stage   *koe.Stage
	survey  *koe.Survey
	rank    int // of the stage, in the order of the files
	open    Opening
	hire    *koe.Person // whom the anchor is about
	spell   *koe.Spell
	asked   koe.PersonKey
	subject koe.PersonKey // the hire when somebody else is asked; "" otherwise
	byEvent bool          // anchored on an event that may come more than once in a spell
	seen    koe.Date      // the day on which koe learnt of the anchor; zero: always known
	never   *Reason       // why nobody is asked, whatever the day
	done    bool
}

// moment is an anchor of a stage in one spell of a person.
type moment struct {
	on    koe.Date
	spell *koe.Spell
	event *koe.Event // nil for joined and left of the roster
}

// finder finds the candidates of one person after the other.
type finder struct {
	cal      *Calendar
	journeys []*journey.Compiled
	roster   map[koe.PersonKey]*koe.Person
	explain  bool // candidates that nobody is asked for are wanted too, with the reason
	problems func(stage string, err error)
	found    []moment // used again for each stage
}

// candidates calls emit for each opening of p's stages that touches from..until. events are p's own.
func (f *finder) candidates(p *koe.Person, events []koe.Event, from, until koe.Date, emit func(*candidate)) {
	rank := 0
	for _, j := range f.journeys {
		for i := range j.Stages {
			stage := &j.Stages[i]
			rank++
			f.found = moments(f.found[:0], stage, p, events)
			for _, m := range f.found {
				for _, o := range Openings(stage, m.on, f.cal, from, until) {
					f.expand(p, m, candidate{journey: j, stage: stage, rank: rank, open: o, hire: p, spell: m.spell,
						byEvent: m.event != nil}, emit)
				}
			}
		}
	}
}

// expand finds who is asked, and why not when nobody is.
func (f *finder) expand(p *koe.Person, m moment, c candidate, emit func(*candidate)) {
	if survey, ok := c.journey.Survey(c.stage.Survey); ok {
		c.survey = survey
	} else {
		return // koe check refuses such a stage
	}
	c.seen, c.asked = f.seen(p, m), p.Key
	var nobody *Reason // to ask
	if c.stage.Audience == koe.AudienceMentor || c.stage.Audience == koe.AudienceManager {
		if m.event == nil || m.event.Related == "" {
			nobody = ptr(reasonNobody(c.stage.Audience))
		} else if other, known := f.roster[m.event.Related]; !known {
			nobody = ptr(reasonUnknown(c.stage.Audience))
		} else {
			c.asked, c.subject = other.Key, p.Key
			c.seen = later(c.seen, f.cal.dayOrNone(other.AddedAt))
		}
	}
	c.never = f.never(&c, nobody)
	if c.never == nil || f.explain {
		emit(&c)
	}
}

// never says why a candidate is not asked whatever the day; nil when it may be.
func (f *finder) never(c *candidate, nobody *Reason) *Reason {
	if c.spell.Cancelled {
		return ptr(reasonCancelled())
	}
	applies, err := c.journey.Applies(c.stage, *c.hire, *c.spell)
	switch {
	case err != nil:
		f.problems(c.stage.ID, err)
		return ptr(reasonBroken(err))
	case !applies:
		return ptr(reasonCondition(c.stage.When))
	case nobody != nil:
		return nobody
	}
	return f.late(c)
}

// late applies the stage's rule to a window that was open already when koe learnt of the anchor.
func (f *finder) late(c *candidate) *Reason {
	if c.seen.IsZero() || !c.seen.After(c.open.DueOn) {
		return nil
	}
	rule := c.stage.Late
	switch {
	case c.seen.After(c.open.ClosesOn):
		return ptr(reasonAddedAfter(c.seen, c.open.ClosesOn))
	case rule.Skip:
		return ptr(reasonLate(c.seen, c.open.DueOn, "skip"))
	case !rule.Within.IsZero() && c.seen.After(c.open.DueOn.Add(rule.Within)):
		return ptr(reasonLate(c.seen, c.open.DueOn, rule.Within.String()))
	}
	return nil
}

// seen is the day on which koe learnt of an anchor.
func (f *finder) seen(p *koe.Person, m moment) koe.Date {
	day := f.cal.dayOrNone(p.AddedAt)
	if m.event != nil {
		return later(day, f.cal.dayOrNone(m.event.AddedAt))
	}
	return later(day, f.cal.dayOrNone(m.spell.SeenAt))
}

// moments appends the anchors of a stage in a person's life, each day once.
func moments(out []moment, stage *koe.Stage, p *koe.Person, events []koe.Event) []moment {
	switch stage.Anchor {
	case koe.EventJoined:
		for i := range p.Spells {
			if s := &p.Spells[i]; !s.JoinedOn.IsZero() {
				out = append(out, moment{on: s.JoinedOn, spell: s})
			}
		}
		return out
	case koe.EventLeft:
		for i := range p.Spells {
			if on := leftOn(&p.Spells[i], p, events); !on.IsZero() {
				out = append(out, moment{on: on, spell: &p.Spells[i]})
			}
		}
		return out
	}
	named := stage.Audience == koe.AudienceMentor || stage.Audience == koe.AudienceManager
	for i := range events {
		e := &events[i]
		if e.Kind != stage.Anchor {
			continue
		}
		spell := spellAt(p, e.On)
		if spell == nil {
			continue
		}
		twice := slices.ContainsFunc(out, func(m moment) bool {
			return m.on == e.On && (!named || m.event.Related == e.Related)
		})
		if !twice {
			out = append(out, moment{on: e.On, spell: spell, event: e})
		}
	}
	return out
}

// leftOn is the day a spell ended: by the roster, or else by a "left" event within the spell; zero while it lasts.
func leftOn(s *koe.Spell, p *koe.Person, events []koe.Event) koe.Date {
	if !s.LeftOn.IsZero() {
		return s.LeftOn
	}
	var on koe.Date
	for i := range events {
		if e := &events[i]; e.Kind == koe.EventLeft && spellAt(p, e.On) == s {
			on = e.On
		}
	}
	return on
}

// spellAt finds the spell that a day belongs to: the latest that has begun and not ended before it; else the next to begin
// (a mentor may be assigned before the joining); else the last. Nil for somebody without spells.
func spellAt(p *koe.Person, on koe.Date) *koe.Spell {
	var next, last *koe.Spell
	for i := len(p.Spells) - 1; i >= 0; i-- {
		s := &p.Spells[i]
		switch {
		case s.JoinedOn.After(on):
			next = s
		case s.LeftOn.IsZero() || !s.LeftOn.Before(on):
			return s
		case last == nil:
			last = s
		}
	}
	if next != nil && !next.Cancelled {
		return next
	}
	if last != nil {
		return last
	}
	return next
}

func later(a, b koe.Date) koe.Date {
	if a.Before(b) {
		return b
	}
	return a
}

func ptr[T any](v T) *T { return &v }
