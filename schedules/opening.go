package schedules

import "koe"

// Opening is one window of a stage around one anchor day: the days between DueOn and ClosesOn, both included.
type Opening struct {
	Number   int      // of a repeated stage, from 1; 1 for the rest
	AnchorOn koe.Date // the event
	OpensOn  koe.Date // by the journey file alone
	DueOn    koe.Date // OpensOn, moved to a working day: the first day on which a person may be asked
	TargetOn koe.Date // the day that the stage is named after
	ClosesOn koe.Date // the last day on which an answer is taken; never moved
}

// maxRepeats ends a repetition that its stage does not end.
const maxRepeats = 400

// Openings gives the windows of a stage around an anchor that touch the days from..until, earliest first.
//
// Offsets are calendar arithmetic on the anchor (Date.Add), month ends clamped; the n-th repetition is counted from the anchor too, so
// that clamping does not add up. Occurrence n of a repeated stage exists while it opens within Until of the anchor.
func Openings(stage *koe.Stage, anchor koe.Date, c *Calendar, from, until koe.Date) []Opening {
	if farOff(stage, anchor, from, until) {
		return nil
	}
	if stage.Repeat == nil || stage.Repeat.Every.IsZero() || stage.Repeat.Every.Negative {
		if o := open(stage, anchor, anchor, koe.Period{}); !o.ClosesOn.Before(from) && !c.outside(stage, &o, until) {
			return []Opening{o}
		}
		return nil
	}
	var out []Opening
	end := anchor.Add(stage.Repeat.Until)
	for n := range maxRepeats {
		shift := times(stage.Repeat.Every, n)
		o := open(stage, anchor, anchor.Add(shift), shift)
		o.Number = n + 1
		if !stage.Repeat.Until.IsZero() && o.OpensOn.After(end) || o.OpensOn.After(until.AddDays(2*rollReach)) {
			break
		}
		if !o.ClosesOn.Before(from) && !c.outside(stage, &o, until) {
			out = append(out, o)
		}
	}
	return out
}

// farOff reports whether no window can touch the days, by bounds that need no calendar: of a large roster most people are years past most
// stages. It errs only by saying no.
func farOff(stage *koe.Stage, anchor, from, until koe.Date) bool {
	day := dayNumber(anchor)
	first, _ := bounds(stage.Opens)
	if day+first-rollReach > dayNumber(until) {
		return true
	}
	_, last := bounds(stage.Closes)
	if stage.Repeat != nil && !stage.Repeat.Every.IsZero() {
		if stage.Repeat.Until.IsZero() {
			return false
		}
		_, end := bounds(stage.Repeat.Until) // the last repetition opens by then
		last += max(end-first, 0) + rollReach
	}
	return day+last < dayNumber(from)
}

// bounds gives the fewest and the most days that a period can move a date.
func bounds(p koe.Period) (least, most int) {
	months, days := 12*p.Years+p.Months, 7*p.Weeks+p.Days
	least, most = months*28+days, months*31+days
	if p.Negative {
		return -most, -least
	}
	return least, most
}

// dayNumber counts the days since 1 March of the year 0 in the Gregorian calendar, without going through a clock.
func dayNumber(d koe.Date) int {
	y, m := d.Year, int(d.Month)-3
	if m < 0 {
		y, m = y-1, m+12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*m+2)/5 + d.Day - 1
}

// open counts the days of one window. Where the shift of a repetition and an offset point the same way they are added
// before they are applied; base is the anchor moved by the shift, for the rest.
func open(stage *koe.Stage, anchor, base koe.Date, shift koe.Period) Opening {
	at := func(p koe.Period) koe.Date {
		if p.Negative && !p.IsZero() {
			return base.Add(p)
		}
		return anchor.Add(koe.Period{Years: shift.Years + p.Years, Months: shift.Months + p.Months,
			Weeks: shift.Weeks + p.Weeks, Days: shift.Days + p.Days})
	}
	target := stage.Target
	if target.IsZero() {
		target = stage.Opens
	}
	o := Opening{Number: 1, AnchorOn: anchor, OpensOn: at(stage.Opens), TargetOn: at(target), ClosesOn: at(stage.Closes)}
	o.DueOn = o.OpensOn
	return o
}

// rollReach is how many days a roll may move an opening at the very most: the longest closed range that makes sense.
const rollReach = 60

// outside sets DueOn, and reports whether the window begins after until.
func (c *Calendar) outside(stage *koe.Stage, o *Opening, until koe.Date) bool {
	if o.OpensOn.After(until.AddDays(rollReach)) { // no roll reaches back so far; spares the calendar
		return true
	}
	o.DueOn = c.due(stage, o)
	return o.DueOn.After(until)
}

// rollOf is the stage's rule or else the calendar's.
func (c *Calendar) rollOf(stage *koe.Stage) koe.Roll {
	if stage.Roll != "" {
		return stage.Roll
	}
	return c.roll
}

// due moves an opening to a working day. "next" goes forward, but not past the close; "previous" goes back, but not across the
// anchor: somebody who joins on a Saturday is not asked on Friday how the first day was. Where one way is barred the other is taken, within
// the window; where no day in the window is a working day the opening stays, since being asked on a holiday is better than never.
func (c *Calendar) due(stage *koe.Stage, o *Opening) koe.Date {
	roll := c.rollOf(stage)
	if roll == koe.RollNone || c.Business(o.OpensOn) {
		return o.OpensOn
	}
	if roll == koe.RollPrevious {
		back := c.Previous(o.OpensOn)
		if o.OpensOn.DaysSince(back) <= rollReach && (o.OpensOn.Before(o.AnchorOn) || !back.Before(o.AnchorOn)) {
			return back
		}
	}
	if forward := c.Next(o.OpensOn); !forward.After(o.ClosesOn) {
		return forward
	}
	return o.OpensOn
}

// sendable gives the first day from d on, not past the close, on which this stage sends: a working day, or d itself when the
// window has none left.
func (c *Calendar) sendable(stage *koe.Stage, d, closes koe.Date) koe.Date {
	if c.rollOf(stage) == koe.RollNone {
		return d
	}
	if next := c.Next(d); !next.After(closes) {
		return next
	}
	return d
}

// lastSendable gives the last day of the window on which this stage sends.
func (c *Calendar) lastSendable(stage *koe.Stage, due, closes koe.Date) koe.Date {
	if c.rollOf(stage) == koe.RollNone {
		return closes
	}
	if last := c.Previous(closes); !last.Before(due) {
		return last
	}
	return closes
}

// times multiplies a period.
func times(p koe.Period, n int) koe.Period {
	return koe.Period{Years: p.Years * n, Months: p.Months * n, Weeks: p.Weeks * n, Days: p.Days * n}
}
