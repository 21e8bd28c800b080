package schedules

import (
	"testing"
	"time"
)

func TestDue_OnceForEachTimeOfTheSchedule(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, tokyo)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name      string
		spec      string
		last, now time.Time
		want      bool
	}{
		{"never ran", "0 7 1 * *", time.Time{}, at("2026-04-15 09:00"), true},
		{"ran this month", "0 7 1 * *", at("2026-04-01 09:00"), at("2026-04-30 09:00"), false},
		{"ran just before", "0 7 1 * *", at("2026-04-01 06:59"), at("2026-04-01 07:00"), true},
		{"missed two months", "0 7 1 * *", at("2026-02-01 07:00"), at("2026-04-15 09:00"), true},
		{"the same moment again", "0 7 1 * *", at("2026-04-01 07:00"), at("2026-04-01 07:00"), false},
		{"no schedule", "", time.Time{}, at("2026-04-15 09:00"), false},
	} {
		got, err := Due(c.spec, tokyo, c.last, c.now)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if _, err := Due("nonsense", tokyo, time.Time{}, at("2026-04-15 09:00")); err == nil {
		t.Error("nonsense is a schedule")
	}
}
