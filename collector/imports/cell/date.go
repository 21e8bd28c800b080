package cell

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"koe"

	"golang.org/x/text/unicode/norm"
)

// Order says in which order a date with slashes and the year last is written: 4/1/2026.
type Order int

// The orders.
const (
	Ambiguous  Order = iota // refuse what can be read in two ways
	MonthFirst              // 4/1/2026 is the first of April
	DayFirst                // 4/1/2026 is the fourth of January
)

// era is a Japanese era: the western year is the era's year plus offset.
type era struct {
	offset int
	from   koe.Date
}

func eraOf(name string) (era, bool) {
	switch strings.ToUpper(name) {
	case "令和", "R":
		return era{2018, koe.NewDate(2019, 5, 1)}, true
	case "平成", "H":
		return era{1988, koe.NewDate(1989, 1, 8)}, true
	case "昭和", "S":
		return era{1925, koe.NewDate(1926, 12, 25)}, true
	case "大正", "T":
		return era{1911, koe.NewDate(1912, 7, 30)}, true
	}
	return era{}, false
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$`)
	compact   = regexp.MustCompile(`^((?:19|20|21)\d{2})(\d{2})(\d{2})$`)
	eraDate   = regexp.MustCompile(`^(令和|平成|昭和|大正|[RHSTrhst])\s*\.?\s*(元|\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$`)
	serial    = regexp.MustCompile(`^\d{5}(?:\.\d+)?$`)
	weekday   = regexp.MustCompile(`\s*[(（][日月火水木金土](曜日?)?[)）]`)
	clock     = regexp.MustCompile(`(?i)^(?:(.*?)(?:T|\s+|日))??(?:(午前|午後|AM|PM)\s*)?(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?\s*(?:(午前|午後|AM|PM|a\.m\.|p\.m\.))?\s*(Z|UTC|GMT|JST|(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d{2})?)?$`)
)

// Date reads a day as 2026-04-01, 2026/4/1, 2026.4.1, 20260401, 2026年4月1日, 令和8年4月1日, R8.4.1 (and 平成, 昭和, 大正),
// an Excel serial number, in digits of any width, with or without a weekday in brackets or a time, which is dropped.
// A date with the year last (4/1/2026) is an error unless only one reading is possible.
func Date(s string) (koe.Date, error) { return DateIn(s, Ambiguous) }

// DateIn is Date with the order in which dates with the year last are written.
func DateIn(s string, order Order) (koe.Date, error) {
	text := strings.TrimSpace(weekday.ReplaceAllString(norm.NFKC.String(Unguard(strings.TrimSpace(s))), ""))
	if m := clock.FindStringSubmatch(text); m != nil && strings.TrimSpace(m[1]) != "" {
		text = strings.TrimSpace(m[1])
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return day(s, number(m[1]), number(m[2]), number(m[3]))
	}
	if m := compact.FindStringSubmatch(text); m != nil {
		return day(s, number(m[1]), number(m[2]), number(m[3]))
	}
	if m := eraDate.FindStringSubmatch(text); m != nil {
		year := 1
		if m[2] != "元" {
			year = number(m[2])
		}
		e, _ := eraOf(m[1])
		d, err := day(s, e.offset+year, number(m[3]), number(m[4]))
		if err == nil && (d.Before(e.from) || year == 0) {
			return koe.Date{}, koe.Errorf(koe.Invalid, "%q is before its era began", s)
		}
		return d, err
	}
	if m := yearLast.FindStringSubmatch(text); m != nil {
		a, b, year := number(m[1]), number(m[2]), number(m[3])
		switch {
		case a > 12 || order == DayFirst && b <= 12:
			return day(s, year, b, a)
		case b > 12 || a == b || order == MonthFirst:
			return day(s, year, a, b)
		}
		return koe.Date{}, koe.Errorf(koe.Invalid, "%q can be read in two ways; write it as 2026-04-01", s)
	}
	if serial.MatchString(text) {
		days, _ := strconv.ParseFloat(text, 64)
		if days >= 1 && days < 110000 {
			return koe.NewDate(1899, 12, 30).AddDays(int(days)), nil
		}
	}
	return koe.Date{}, koe.Errorf(koe.Invalid, "%q is not a date; write it as 2026-04-01", s)
}

func day(text string, year, month, dayOfMonth int) (koe.Date, error) {
	d := koe.NewDate(year, time.Month(month), dayOfMonth)
	if d.Month != time.Month(month) || d.Day != dayOfMonth {
		return koe.Date{}, koe.Errorf(koe.Invalid, "%q is a day that does not exist", text)
	}
	if year < 1900 || year > 2200 {
		return koe.Date{}, koe.Errorf(koe.Invalid, "the year of %q cannot be right", text)
	}
	return d, nil
}

// Time reads an instant: a date as Date reads it and a time of day (9:00, 9:00:12, 午後 1:05, 1:05 PM), with a zone
// (Z, +09:00, GMT+9, JST) or else in loc. A day without a time is its midnight in loc. The result is in UTC.
func Time(s string, loc *time.Location) (time.Time, error) { return TimeIn(s, loc, Ambiguous) }

// TimeIn is Time with the order in which dates with the year last are written.
func TimeIn(s string, loc *time.Location, order Order) (time.Time, error) {
	text := norm.NFKC.String(Unguard(strings.TrimSpace(s)))
	text = strings.TrimSpace(weekday.ReplaceAllString(text, ""))
	if serial.MatchString(text) {
		if d, err := DateIn(text, order); err == nil {
			days, _ := strconv.ParseFloat(text, 64)
			seconds := int((days-float64(int(days)))*86400 + 0.5)
			return time.Date(d.Year, d.Month, d.Day, 0, 0, seconds, 0, loc).UTC(), nil
		}
	}
	m := clock.FindStringSubmatch(text)
	if m == nil || strings.TrimSpace(m[1]) == "" {
		d, err := DateIn(text, order)
		if err != nil {
			return time.Time{}, koe.Errorf(koe.Invalid, "%q is not a time; write it as 2026-04-01T09:00:00", s)
		}
		return d.In(loc).UTC(), nil
	}
	d, err := DateIn(strings.TrimRight(m[1], "T \t"), order)
	if err != nil {
		return time.Time{}, err
	}
	hour, _ := strconv.Atoi(m[3])
	minute, _ := strconv.Atoi(m[4])
	second, _ := strconv.Atoi(m[5])
	if half := strings.ToLower(m[2] + m[6]); half != "" {
		if hour > 12 {
			return time.Time{}, koe.Errorf(koe.Invalid, "%q is not a time of day", s)
		}
		hour %= 12
		if half == "午後" || half[0] == 'p' {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, koe.Errorf(koe.Invalid, "%q is not a time of day", s)
	}
	if zone, found := zoneOf(m[7]); found {
		loc = zone
	}
	return time.Date(d.Year, d.Month, d.Day, hour, minute, second, 0, loc).UTC(), nil
}

// zoneOf understands Z, UTC, GMT, JST and offsets such as +09:00, +0900 and GMT+9.
func zoneOf(s string) (*time.Location, bool) {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	switch s {
	case "":
		return nil, false
	case "Z", "UTC", "GMT":
		return time.UTC, true
	case "JST":
		return time.FixedZone("JST", 9*3600), true
	}
	s = strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(s, "UTC"), "GMT"), ":", "")
	sign, digits := s[0], s[1:]
	hours, minutes := digits, ""
	if len(digits) > 2 {
		hours, minutes = digits[:len(digits)-2], digits[len(digits)-2:]
	}
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	offset := h*3600 + m*60
	if sign == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset), true
}

// Number reads a number in digits of any width, with a decimal point or none. "5.0" is 5.
func Number(s string) (float64, bool) {
	text := strings.TrimSpace(norm.NFKC.String(Unguard(strings.TrimSpace(s))))
	if text == "" || strings.ContainsAny(text, "xXpPnNiI_") {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "−", "-"), 64)
	return v, err == nil
}
