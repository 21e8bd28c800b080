package schedules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/schedules"
)

func calendar(t *testing.T, s koe.CalendarSettings, zone string) *schedules.Calendar {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c, err := schedules.NewCalendar(s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func date(t *testing.T, s string) koe.Date {
	t.Helper()
	d, err := koe.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The weekdays that the Cabinet Office lists as 国民の祝日・休日, 2024 to 2027, 振替休日 and 国民の休日 (2026-09-22) included.
var japaneseWeekdaysOff = []string{
	"2024-01-01", "2024-01-08", "2024-02-12", "2024-02-23", "2024-03-20", "2024-04-29", "2024-05-03", "2024-05-06", "2024-07-15",
	"2024-08-12", "2024-09-16", "2024-09-23", "2024-10-14", "2024-11-04",
	"2025-01-01", "2025-01-13", "2025-02-11", "2025-02-24", "2025-03-20", "2025-04-29", "2025-05-05", "2025-05-06", "2025-07-21",
	"2025-08-11", "2025-09-15", "2025-09-23", "2025-10-13", "2025-11-03", "2025-11-24",
	"2026-01-01", "2026-01-12", "2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06",
	"2026-07-20", "2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03", "2026-11-23",
	"2027-01-01", "2027-01-11", "2027-02-11", "2027-02-23", "2027-03-22", "2027-04-29", "2027-05-03", "2027-05-04", "2027-05-05",
	"2027-07-19", "2027-08-11", "2027-09-20", "2027-09-23", "2027-10-11", "2027-11-03", "2027-11-23",
}

func TestCalendar_KnowsEveryJapaneseHoliday(t *testing.T) {
	c := calendar(t, koe.CalendarSettings{Country: "jp"}, "Asia/Tokyo")
	var got []string
	for d := date(t, "2024-01-01"); d.Year < 2028; d = d.AddDays(1) {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday && !c.Business(d) {
			got = append(got, d.String())
		}
	}
	if diff := cmp.Diff(japaneseWeekdaysOff, got); diff != "" {
		t.Errorf("weekdays off (-Cabinet Office +calendar):\n%s", diff)
	}
}

func TestCalendar_ADayBetweenTwoHolidaysIsOneEvenInFarYears(t *testing.T) {
	c := calendar(t, koe.CalendarSettings{Country: "jp"}, "Asia/Tokyo")
	for _, day := range []string{"2032-09-21", "2037-09-22", "2043-09-22", "2009-09-22", "2015-09-22"} {
		if c.Business(date(t, day)) {
			t.Errorf("%s is a working day", day)
		}
	}
	if !c.Business(date(t, "2033-09-20")) {
		t.Error("2033-09-20 is off")
	}
}

func TestCalendar_ClosedRangesGoOverNewYear(t *testing.T) {
	c := calendar(t, koe.CalendarSettings{Country: "jp", Closed: []string{"12-29..01-03", "2026-08-12..2026-08-14", "06-01"}}, "Asia/Tokyo")
	open := map[string]bool{"2026-12-28": true, "2026-12-29": false, "2026-12-31": false, "2027-01-04": true, "2026-08-12": false,
		"2026-08-14": false, "2026-08-17": true, "2027-08-12": true, "2026-06-01": false, "2027-06-01": false, "2026-06-02": true, "2025-01-02": false, "2024-12-30": false}
	got := map[string]bool{}
	for day := range open {
		got[day] = c.Business(date(t, day))
	}
	if diff := cmp.Diff(open, got); diff != "" {
		t.Error(diff)
	}
	if next := c.Next(date(t, "2026-12-29")); next != date(t, "2027-01-04") {
		t.Errorf("after the year's end comes %s", next)
	}
	if last := c.Previous(date(t, "2027-01-03")); last != date(t, "2026-12-28") {
		t.Errorf("before the new year was %s", last)
	}
}

func TestCalendar_OtherCountriesHaveTheirOwn(t *testing.T) {
	for country, off := range map[string]string{"us": "2026-11-26", "de": "2026-10-03", "fr": "2026-07-14", "gb": "2026-12-28", "au-nsw": "2026-01-26"} {
		c := calendar(t, koe.CalendarSettings{Country: country}, "UTC")
		if d := date(t, off); c.Business(d) {
			t.Errorf("%s works on %s", country, off)
		}
	}
	for _, country := range schedules.Countries() {
		c := calendar(t, koe.CalendarSettings{Country: country}, "UTC")
		working := 0
		for d := date(t, "2026-01-01"); d.Year < 2027; d = d.AddDays(1) {
			if c.Business(d) {
				working++
			}
		}
		if working < 235 || working > 258 {
			t.Errorf("%s works on %d days of 2026", country, working)
		}
	}
}

func TestCalendar_HoursAreOfTheLocalClock(t *testing.T) {
	c := calendar(t, koe.CalendarSettings{SendBetween: "09:00-17:00"}, "Asia/Tokyo")
	utc := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for at, open := range map[string]bool{"2026-04-01T00:00:00Z": true, "2026-03-31T23:59:59Z": false, "2026-04-01T07:59:59Z": true, "2026-04-01T08:00:00Z": false} {
		if c.Open(utc(at)) != open {
			t.Errorf("%s: open is %v", at, !open)
		}
	}
	if got := c.NextOpen(utc("2026-04-01T08:00:00Z")); !got.Equal(utc("2026-04-02T00:00:00Z")) {
		t.Errorf("after hours: %s", got)
	}
	if got := c.NextOpen(utc("2026-03-31T20:00:00Z")); !got.Equal(utc("2026-04-01T00:00:00Z")) {
		t.Errorf("early in the morning: %s", got)
	}
}

func TestCalendar_DaylightSavingMovesHoursNotDays(t *testing.T) {
	c := calendar(t, koe.CalendarSettings{SendBetween: "02:30-03:30"}, "America/New_York")
	gap := time.Date(2026, 3, 8, 6, 59, 0, 0, time.UTC) // 01:59 EST; 02:00–02:59 does not exist on this day
	next := c.NextOpen(gap)
	if c.Day(next) != date(t, "2026-03-08") || !c.Open(next) {
		t.Errorf("on the day of the gap: %s", next)
	}
	c = calendar(t, koe.CalendarSettings{SendBetween: "01:00-02:00"}, "America/New_York")
	for _, hour := range []int{5, 6} { // 01:xx comes twice
		if at := time.Date(2026, 11, 1, hour, 30, 0, 0, time.UTC); !c.Open(at) || c.Day(at) != date(t, "2026-11-01") {
			t.Errorf("%s is not within hours", at)
		}
	}
	if d := c.Day(time.Date(2026, 7, 1, 3, 59, 0, 0, time.UTC)); d != date(t, "2026-06-30") {
		t.Errorf("the day in New York is %s", d)
	}
}

func TestNewCalendar_RefusesWhatItCannotRead(t *testing.T) {
	for name, s := range map[string]koe.CalendarSettings{
		"country": {Country: "xx"}, "range": {Closed: []string{"12-29...01-03"}}, "mixed": {Closed: []string{"12-29..2027-01-03"}},
		"backwards": {Closed: []string{"2027-01-03..2026-12-29"}}, "no day": {Closed: []string{"02-30"}}, "hours": {SendBetween: "17:00-09:00"},
		"no hours": {SendBetween: "nine to five"}, "long": {Closed: []string{"2026-01-01..2028-01-01"}},
	} {
		if _, err := schedules.NewCalendar(s, time.UTC); koe.KindOf(err) != koe.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := schedules.NewCalendar(koe.CalendarSettings{SendBetween: "00:00-24:00", Closed: []string{"02-29"}, Country: "JP"}, nil); err != nil {
		t.Error(err)
	}
}
