package koe

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Date is a day in the calendar, without a clock or a place. The zero Date means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate makes a date; a day past the month's end rolls over as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf gives the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-04-01. Other spellings (令和8年4月1日 …) are read by collector/imports.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, Errorf(Invalid, "%q is not a date; write it as 2026-04-01", s)
	}
	return DateOf(t), nil
}

// String writes 2026-04-01, and "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// In gives the first instant of the day in loc.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// Compare is -1, 0 or +1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.In(time.UTC).Weekday() }

// AddDays gives the date n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// DaysSince gives the number of days from e to d, negative when d is earlier.
func (d Date) DaysSince(e Date) int {
	return int(d.In(time.UTC).Sub(e.In(time.UTC)).Hours() / 24)
}

// Add moves d by p in calendar arithmetic: years and months first, the day clamped to the end of the
// month (31 Aug + P6M is 28 or 29 Feb), then weeks and days.
func (d Date) Add(p Period) Date {
	sign := 1
	if p.Negative {
		sign = -1
	}
	months := int(d.Month) - 1 + sign*(12*p.Years+p.Months)
	year, month := d.Year+floorDiv(months, 12), time.Month(months-12*floorDiv(months, 12)+1)
	last := NewDate(year, month+1, 0).Day
	return NewDate(year, month, min(d.Day, last)).AddDays(sign * (7*p.Weeks + p.Days))
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// MarshalText writes 2026-04-01.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-04-01, and "" as none.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// Period is an ISO 8601 duration in whole calendar days: P2M15D, P1Y, P2W, -P30D.
type Period struct {
	Negative                   bool
	Years, Months, Weeks, Days int
}

var periodPattern = regexp.MustCompile(`^([+-]?)P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$`)

// ParsePeriod reads an ISO 8601 duration made of years, months, weeks and days.
func ParsePeriod(s string) (Period, error) {
	m := periodPattern.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "P") {
		return Period{}, Errorf(Invalid, "%q is not a duration; write it as P2M15D, P1Y or -P30D (ISO 8601, whole days)", s)
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	return Period{m[1] == "-", number(m[2]), number(m[3]), number(m[4]), number(m[5])}, nil
}

// IsZero reports whether the period is empty (P0D).
func (p Period) IsZero() bool { return p.Years == 0 && p.Months == 0 && p.Weeks == 0 && p.Days == 0 }

// String writes the period in ISO 8601; P0D when empty.
func (p Period) String() string {
	if p.IsZero() {
		return "P0D"
	}
	var b strings.Builder
	if p.Negative {
		b.WriteByte('-')
	}
	b.WriteByte('P')
	for _, part := range []struct {
		n    int
		unit byte
	}{{p.Years, 'Y'}, {p.Months, 'M'}, {p.Weeks, 'W'}, {p.Days, 'D'}} {
		if part.n != 0 {
			b.WriteString(strconv.Itoa(part.n))
			b.WriteByte(part.unit)
		}
	}
	return b.String()
}

// MarshalText writes the period in ISO 8601.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a period in ISO 8601.
func (p *Period) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePeriod(string(b))
	return err
}
