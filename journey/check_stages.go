package journey

import (
	"slices"
	"time"

	"koe"
)

func checkStages(r *reader, j *koe.Journey) {
	uniqueIn(r, "stages", j.Stages, func(s *koe.Stage) string { return s.ID })
	for i := range j.Stages {
		s := &j.Stages[i]
		at := index("stages", i)
		if _, ok := j.Survey(s.Survey); !ok {
			r.fail(join(at, "survey"), "there is no survey %s", s.Survey).near(s.Survey, ids(j.Surveys, func(s *koe.Survey) string { return s.ID }))
		}
		if best := nearest(s.Anchor, anchors()); best != "" && !slices.Contains(anchors(), s.Anchor) && distance([]rune(best), []rune(s.Anchor)) <= 2 {
			r.warn(join(at, "anchor"), "%s is not an event that koe knows", s.Anchor).hint("did you mean %s?", best)
		}
		if s.Audience != koe.AudienceHire && (s.Anchor == koe.EventJoined || s.Anchor == koe.EventLeft) {
			r.fail(join(at, "audience"), "%s events name no %s", s.Anchor, s.Audience).hint("ask mentors from mentor_assigned, managers from manager_assigned, or from another event with a related_person_id")
		}
		last := koe.Period{}
		for n, p := range s.Remind {
			path := index(join(at, "remind"), n)
			if p.IsZero() || n > 0 && !comparePeriods(last, p) {
				r.fail(path, "the reminder %s does not come after %s", p, last)
			}
			last = p
		}
		if len(s.Remind) > 2 {
			r.warn(join(at, "remind"), "there are %d reminders, and more than two feel like pressure", len(s.Remind))
		}
		if s.Repeat != nil {
			if s.Repeat.Every.IsZero() {
				r.fail(join(join(at, "repeat"), "every"), "the interval is empty")
			} else if !notAfter(s.Repeat.Every, s.Repeat.Until) {
				r.fail(join(join(at, "repeat"), "until"), "until (%s) is less than every (%s), so nothing is repeated", s.Repeat.Until, s.Repeat.Every)
			}
		}
	}
}

func anchors() []string {
	return []string{koe.EventJoined, koe.EventLeft, koe.EventTransferred, koe.EventMentorAssigned, koe.EventManagerAssigned}
}

// sampleDays are anchors on which windows are tried: every day of a leap year and of the year after it, since months
// differ in length and their ends are clamped.
func sampleDays() []koe.Date {
	days := make([]koe.Date, 0, 731)
	for d := koe.NewDate(2024, time.January, 1); d.Year < 2026; d = d.AddDays(1) {
		days = append(days, d)
	}
	return days
}

// notAfter reports whether a is never later than b, whatever they are added to.
func notAfter(a, b koe.Period) bool {
	for _, d := range sampleDays() {
		if d.Add(a).After(d.Add(b)) {
			return false
		}
	}
	return true
}

// comparePeriods reports whether a always comes before b.
func comparePeriods(a, b koe.Period) bool {
	for _, d := range sampleDays() {
		if !d.Add(a).Before(d.Add(b)) {
			return false
		}
	}
	return true
}

// checkTiming looks at the windows themselves, once everything else is known to be sound.
func checkTiming(r *reader, c *Compiled) {
	days := sampleDays()
	for i := range c.Stages {
		s := &c.Stages[i]
		at := index("stages", i)
		switch {
		case !notAfter(s.Opens, s.Closes):
			r.fail(join(at, "closes"), "the stage %s closes (%s) before it opens (%s)", s.ID, s.Closes, s.Opens)
			continue
		case !notAfter(s.Opens, s.Target) || !notAfter(s.Target, s.Closes):
			r.fail(join(at, "target"), "the target (%s) is not between opens (%s) and closes (%s)", s.Target, s.Opens, s.Closes)
		}
		for n, p := range s.Remind {
			for _, d := range days {
				if d.Add(s.Opens).Add(p).After(d.Add(s.Closes)) {
					r.warn(index(join(at, "remind"), n), "the reminder %s falls after the close, so it is never sent", p)
					break
				}
			}
		}
		if s.Repeat != nil && !s.Repeat.Every.IsZero() {
			for _, d := range days {
				if !d.Add(s.Closes).Before(d.Add(s.Opens).Add(s.Repeat.Every)) {
					r.warn(join(at, "repeat"), "the stage %s opens again before it has closed", s.ID)
					break
				}
			}
		}
		for k := range i {
			other := &c.Stages[k]
			if other.Audience != s.Audience || other.Anchor != s.Anchor || other.When != s.When && other.When != "" && s.When != "" {
				continue
			}
			if d, ok := overlap(other, s, days); ok {
				r.warn(join(at, "opens"), "the windows of %s and %s overlap: from %s both are open on %s", other.ID, s.ID, d[0], d[1])
			}
		}
	}
}

// overlap finds an anchor day for which both stages are open on one day, and that day. It tries the days about the
// ends and the middles of months, where clamping tells.
func overlap(a, b *koe.Stage, days []koe.Date) ([2]koe.Date, bool) {
	for _, d := range days {
		if d.Day > 2 && d.Day < 27 && d.Day != 15 {
			continue
		}
		x, y := windows(a, d), windows(b, d)
		for len(x) > 0 && len(y) > 0 {
			switch {
			case x[0][1].Before(y[0][0]):
				x = x[1:]
			case y[0][1].Before(x[0][0]):
				y = y[1:]
			case y[0][0].After(x[0][0]):
				return [2]koe.Date{d, y[0][0]}, true
			default:
				return [2]koe.Date{d, x[0][0]}, true
			}
		}
	}
	return [2]koe.Date{}, false
}

// windows lists the windows of a stage from an anchor, repeats included, at most 40.
func windows(s *koe.Stage, anchor koe.Date) [][2]koe.Date {
	out := [][2]koe.Date{{anchor.Add(s.Opens), anchor.Add(s.Closes)}}
	if s.Repeat == nil || s.Repeat.Every.IsZero() {
		return out
	}
	until := anchor.Add(s.Repeat.Until)
	for n := 1; n < 40; n++ {
		shift := times(s.Repeat.Every, n)
		opens := anchor.Add(shift).Add(s.Opens)
		if opens.After(until) {
			break
		}
		out = append(out, [2]koe.Date{opens, anchor.Add(shift).Add(s.Closes)})
	}
	return out
}

func times(p koe.Period, n int) koe.Period {
	return koe.Period{Negative: p.Negative, Years: n * p.Years, Months: n * p.Months, Weeks: n * p.Weeks, Days: n * p.Days}
}
