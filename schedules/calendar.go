package schedules

import (
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"koe"
)

// Calendar says on which days and at which hours an organisation sends: not on Saturdays, Sundays, holidays of its
// country and days that it has closed, and only between two times of day. It may be used by several goroutines.
type Calendar struct {
	loc      *time.Location
	holidays []*cal.Holiday
	between  bool // days between two holidays are holidays (Japan: 国民の休日)
	closed   []closedDays
	from     time.Duration // of the local day
	until    time.Duration
	roll     koe.Roll

	mu    sync.Mutex
	years map[int]*yearOff
}

// yearOff marks the days off of one year by day of the year, from 1.
type yearOff [367]bool

// closedDays is one closed range. Without years it comes every year, over New Year if need be.
type closedDays struct {
	first, last koe.Date
	yearly      bool
}

// NewCalendar reads the calendar settings. loc is the organisation's time zone.
func NewCalendar(s koe.CalendarSettings, loc *time.Location) (*Calendar, error) {
	if loc == nil {
		loc = time.UTC
	}
	c := &Calendar{loc: loc, until: 24 * time.Hour, roll: s.Roll, years: map[int]*yearOff{}}
	if c.roll == "" {
		c.roll = koe.RollNext
	}
	if country := strings.ToLower(s.Country); country != "" {
		list, ok := countries()[country]
		if !ok {
			return nil, koe.Errorf(koe.Invalid, "calendar.country: %q is not known; use one of %s, or leave it out and list the holidays under calendar.closed",
				s.Country, strings.Join(Countries(), ", "))
		}
		c.holidays, c.between = list, country == "jp"
	}
	for _, text := range s.Closed {
		days, err := parseClosed(text)
		if err != nil {
			return nil, err
		}
		c.closed = append(c.closed, days)
	}
	if s.SendBetween != "" {
		var err error
		if c.from, c.until, err = parseHours(s.SendBetween); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Location gives the time zone in which days are counted.
func (c *Calendar) Location() *time.Location { return c.loc }

// Day gives the local day of a moment.
func (c *Calendar) Day(t time.Time) koe.Date { return koe.DateOf(t.In(c.loc)) }

// Business reports whether the day is a working day.
func (c *Calendar) Business(d koe.Date) bool {
	switch d.Weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	off, ok := c.years[d.Year]
	if !ok {
		off = c.year(d.Year)
		c.years[d.Year] = off
	}
	return !off[d.In(time.UTC).YearDay()]
}

// Next gives the first working day on or after d; d itself when there is none within a year.
func (c *Calendar) Next(d koe.Date) koe.Date { return c.walk(d, 1) }

// Previous gives the last working day on or before d; d itself when there is none within a year.
func (c *Calendar) Previous(d koe.Date) koe.Date { return c.walk(d, -1) }

func (c *Calendar) walk(d koe.Date, step int) koe.Date {
	for i := range 367 {
		if day := d.AddDays(i * step); c.Business(day) {
			return day
		}
	}
	return d
}

// Open reports whether mail may be sent at this time of day.
func (c *Calendar) Open(t time.Time) bool {
	clock := clockOf(t.In(c.loc))
	return clock >= c.from && clock < c.until
}

// NextOpen gives the next moment, t itself included, at which mail may be sent, whatever the day. A local time that daylight saving
// skips becomes the moment after the gap.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	if c.Open(t) {
		return t
	}
	local := t.In(c.loc)
	day := koe.DateOf(local)
	if clockOf(local) >= c.until {
		day = day.AddDays(1)
	}
	return c.opening(day)
}

// opening is the moment on a day at which sending may begin. Where daylight saving skips it, it is the moment after the gap.
func (c *Calendar) opening(d koe.Date) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, int(c.from/time.Second), 0, c.loc)
	for range 180 {
		if clockOf(t) >= c.from || koe.DateOf(t) != d {
			break
		}
		t = t.Add(time.Minute)
	}
	return t
}

// clockOf is the time of day that a wall clock shows, daylight saving considered.
func clockOf(local time.Time) time.Duration {
	h, m, s := local.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

// year finds the days off of one year; the caller holds the lock.
func (c *Calendar) year(year int) *yearOff {
	var off yearOff
	mark := func(d koe.Date) {
		if d.Year == year {
			off[d.In(time.UTC).YearDay()] = true
		}
	}
	named := map[koe.Date]bool{} // holidays proper, without the days that stand in for them
	for _, h := range c.holidays {
		for _, y := range []int{year - 1, year, year + 1} { // New Year may be observed in the other year
			copied := *h // some calculations write into the holiday that they are given
			actual, observed := copied.Calc(y)
			if !actual.IsZero() {
				mark(koe.DateOf(actual))
				named[koe.DateOf(actual)] = true
			}
			if !observed.IsZero() {
				mark(koe.DateOf(observed))
			}
		}
	}
	if c.between { // 国民の祝日に関する法律 3条3項: a day between two holidays is one too
		for d := range named {
			if named[d.AddDays(2)] && !named[d.AddDays(1)] {
				mark(d.AddDays(1))
			}
		}
	}
	for _, days := range c.closed {
		days.each(year, mark)
	}
	return &off
}

// each calls mark for every day of the range that may lie in the year.
func (r closedDays) each(year int, mark func(koe.Date)) {
	if !r.yearly {
		for d := r.first; !d.After(r.last); d = d.AddDays(1) {
			mark(d)
		}
		return
	}
	for _, y := range []int{year - 1, year} {
		last := koe.NewDate(y, r.last.Month, r.last.Day)
		first := koe.NewDate(y, r.first.Month, r.first.Day)
		if last.Before(first) { // 12-29..01-03
			last = koe.NewDate(y+1, r.last.Month, r.last.Day)
		}
		for d := first; !d.After(last); d = d.AddDays(1) {
			mark(d)
		}
	}
}

// parseClosed reads MM-DD, MM-DD..MM-DD, YYYY-MM-DD or YYYY-MM-DD..YYYY-MM-DD.
func parseClosed(text string) (closedDays, error) {
	wrong := func() (closedDays, error) {
		return closedDays{}, koe.Errorf(koe.Invalid, "calendar.closed: %q is not a range of days; write 12-29..01-03 or 2026-08-12..2026-08-14", text)
	}
	first, last, isRange := strings.Cut(strings.TrimSpace(text), "..")
	if !isRange {
		last = first
	}
	yearly := len(first) == len("01-02")
	if len(first) != len(last) {
		return wrong()
	}
	if yearly {
		first, last = "2024-"+first, "2024-"+last // a leap year, so that 02-29 reads
	}
	a, err := koe.ParseDate(first)
	if err != nil {
		return wrong()
	}
	b, err := koe.ParseDate(last)
	if err != nil || !yearly && b.Before(a) || b.DaysSince(a) > 366 {
		return wrong()
	}
	return closedDays{a, b, yearly}, nil
}

// parseHours reads 09:00-17:00.
func parseHours(text string) (from, until time.Duration, err error) {
	wrong := koe.Errorf(koe.Invalid, "calendar.send_between: %q is not a range of hours; write 09:00-17:00", text)
	a, b, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), "-")
	if !ok {
		return 0, 0, wrong
	}
	if from, ok = parseClock(a); !ok {
		return 0, 0, wrong
	}
	if until, ok = parseClock(b); !ok || until <= from {
		return 0, 0, wrong
	}
	return from, until, nil
}

func parseClock(s string) (time.Duration, bool) {
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return clockOf(t), true
}

// Countries lists the countries whose holidays are known, as calendar.country takes them.
func Countries() []string {
	var codes []string
	for code := range countries() {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	return codes
}

// countries are the holidays of whole countries; a region's own ones go under calendar.closed. Australia knows them by state only.
func countries() map[string][]*cal.Holiday {
	return map[string][]*cal.Holiday{
		"at": at.Holidays, "be": be.Holidays, "bg": bg.Holidays, "br": br.Holidays, "ca": ca.Holidays, "ch": ch.Holidays,
		"cz": cz.Holidays, "de": de.Holidays, "dk": dk.Holidays, "es": es.Holidays, "fr": fr.Holidays, "gb": gb.Holidays, "gr": gr.Holidays,
		"hr": hr.Holidays, "ie": ie.Holidays, "it": it.Holidays, "jp": jp.Holidays, "lt": lt.Holidays, "lv": lv.Holidays, "mw": mw.Holidays,
		"nc": nc.Holidays, "nl": nl.Holidays, "no": no.Holidays, "nz": nz.Holidays, "pl": pl.Holidays, "ro": ro.Holidays, "ru": ru.Holidays,
		"se": se.Holidays, "si": si.Holidays, "sk": sk.Holidays, "ua": ua.Holidays, "us": us.Holidays, "za": za.Holidays,
		"au-act": au.HolidaysACT, "au-nsw": au.HolidaysNSW, "au-nt": au.HolidaysNT, "au-qld": au.HolidaysQLD,
		"au-sa": au.HolidaysSA, "au-tas": au.HolidaysTAS, "au-vic": au.HolidaysVIC, "au-wa": au.HolidaysWA,
	}
}

// dayOrNone gives the local day of a moment, and none for the zero time.
func (c *Calendar) dayOrNone(t time.Time) koe.Date {
	if t.IsZero() {
		return koe.Date{}
	}
	return c.Day(t)
}
