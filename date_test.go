package koe

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func span(t *testing.T, s string) Period {
	t.Helper()
	p, err := ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDateAdd_MonthEndsAreClamped(t *testing.T) {
	for _, c := range []struct{ from, period, want string }{
		{"2025-08-31", "P6M", "2026-02-28"},
		{"2027-08-31", "P6M", "2028-02-29"},
		{"2024-02-29", "P1Y", "2025-02-28"},
		{"2024-02-29", "P4Y", "2028-02-29"},
		{"2024-02-29", "-P1Y", "2023-02-28"},
		{"2026-01-31", "P1M", "2026-02-28"},
		{"2026-03-31", "-P1M", "2026-02-28"},
		{"2026-05-31", "P1M", "2026-06-30"},
		{"2026-12-31", "P2M", "2027-02-28"},
		{"2026-12-15", "P1M", "2027-01-15"},
		{"2026-01-15", "-P1M", "2025-12-15"},
		{"2026-01-15", "-P13M", "2024-12-15"},
		{"2026-04-01", "P2M15D", "2026-06-16"},
		{"2025-12-31", "P2M15D", "2026-03-15"}, // 28 February first, then 15 days
		{"2026-04-01", "-P30D", "2026-03-02"},
		{"2026-04-01", "P2W", "2026-04-15"},
		{"2026-04-01", "P1Y1M1W1D", "2027-05-09"},
		{"2026-04-01", "P0D", "2026-04-01"},
		{"2026-04-01", "P20Y", "2046-04-01"},
	} {
		if got := day(t, c.from).Add(span(t, c.period)).String(); got != c.want {
			t.Errorf("%s + %s = %s, want %s", c.from, c.period, got, c.want)
		}
	}
}

// A later anchor never gives an earlier day: clamping may join days, it does not swap them.
func TestDateAdd_KeepsTheOrderOfDays(t *testing.T) {
	for _, p := range []string{"P1M", "P6M", "P1Y", "P2M15D", "-P1M", "-P13M2D", "P11M15D"} {
		period := span(t, p)
		last := NewDate(2023, time.January, 1).Add(period)
		for d := NewDate(2023, time.January, 2); d.Year < 2029; d = d.AddDays(1) {
			next := d.Add(period)
			if next.Before(last) {
				t.Fatalf("%s + %s = %s, and the day before gave %s", d, p, next, last)
			}
			last = next
		}
	}
}

func TestDateCompare_AgreesWithTheCalendar(t *testing.T) {
	ordered := []string{"2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-10-01"}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := day(t, a).Compare(day(t, b)); got != want {
				t.Errorf("%s compared with %s: %d, want %d", a, b, got, want)
			}
		}
	}
	if got := day(t, "2024-03-01").DaysSince(day(t, "2024-02-28")); got != 2 {
		t.Errorf("a leap year has %d days from 28 February to 1 March, want 2", got)
	}
	if got := day(t, "2026-01-01").DaysSince(day(t, "2026-01-03")); got != -2 {
		t.Errorf("days backwards: %d, want -2", got)
	}
	if got := day(t, "2026-04-01").Weekday(); got != time.Wednesday {
		t.Errorf("1 April 2026 is a %v, want Wednesday", got)
	}
}

func TestDate_TheDayBelongsToThePlace(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, time.March, 31, 15, 30, 0, 0, time.UTC) // half past midnight in Tokyo
	if got := DateOf(late.In(tokyo)).String(); got != "2026-04-01" {
		t.Errorf("the day in Tokyo is %s, want 2026-04-01", got)
	}
	if got := day(t, "2026-04-01").In(tokyo).UTC(); !got.Equal(time.Date(2026, time.March, 31, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("1 April begins in Tokyo at %v", got)
	}
}

func TestParseDate_RefusesWhatIsNoDay(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026-13-01", "2026-4-1", "2026/04/01", "20260401", " 2026-04-01", "2026-04-01T00:00:00Z"} {
		d, err := ParseDate(s)
		if KindOf(err) != Invalid || err == nil {
			t.Errorf("ParseDate(%q) = %v, %v; want an invalid error", s, d, err)
		}
	}
}

func TestParsePeriod_ReadsAndWritesTheSame(t *testing.T) {
	for _, s := range []string{"P2M15D", "P1Y", "-P30D", "P2W", "P1Y2M3W4D", "P0D"} {
		if got := span(t, s).String(); got != s {
			t.Errorf("%s comes back as %s", s, got)
		}
	}
	if got := span(t, "+P7D").String(); got != "P7D" {
		t.Errorf("+P7D comes back as %s", got)
	}
	if got := span(t, "-P0M"); !got.IsZero() || got.String() != "P0D" {
		t.Errorf("-P0M is %v, want P0D", got)
	}
	for _, s := range []string{"", "P", "-P", "2M", "P2", "P1D1M", "PT1H", "P1.5M", "p1m", "P-1D", "P 1D"} {
		if p, err := ParsePeriod(s); err == nil || KindOf(err) != Invalid {
			t.Errorf("ParsePeriod(%q) = %v, %v; want an invalid error", s, p, err)
		}
	}
}

func TestDateAndPeriod_TravelThroughJSON(t *testing.T) {
	type pair struct {
		On   Date
		Over Period
	}
	in := pair{day(t, "2026-04-01"), span(t, "-P1M2D")}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"On":"2026-04-01","Over":"-P1M2D"}`; string(data) != want {
		t.Errorf("JSON is %s, want %s", data, want)
	}
	var out pair
	if err := json.Unmarshal(data, &out); err != nil || out != in {
		t.Errorf("comes back as %v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"On":""}`), &out); err != nil || !out.On.IsZero() {
		t.Errorf("an empty date is %v, %v; want none", out.On, err)
	}
	var e *Error
	if err := json.Unmarshal([]byte(`{"On":"tomorrow"}`), &out); !errors.As(err, &e) || e.Kind != Invalid {
		t.Errorf("a bad date gives %v, want an invalid error", err)
	}
}
