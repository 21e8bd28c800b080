package schedules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/schedules"
)

func period(t *testing.T, s string) koe.Period {
	t.Helper()
	if s == "" {
		return koe.Period{}
	}
	p, err := koe.ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// openings writes the windows of a stage as "due..closes", with "<" before a due day that was moved.
func openings(t *testing.T, s koe.CalendarSettings, stage koe.Stage, anchor, from, until string) string {
	t.Helper()
	var out []string
	for _, o := range schedules.Openings(&stage, date(t, anchor), calendar(t, s, "Asia/Tokyo"), date(t, from), date(t, until)) {
		moved := ""
		if o.DueOn != o.OpensOn {
			moved = "<"
		}
		text := fmt.Sprintf("%s%s..%s", moved, o.DueOn, o.ClosesOn)
		if stage.Repeat != nil {
			text = fmt.Sprintf("%d:%s", o.Number, text)
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestOpenings(t *testing.T) {
	jp := koe.CalendarSettings{Country: "jp", Closed: []string{"12-29..01-03"}}
	stage := func(opens, closes string) koe.Stage {
		return koe.Stage{Opens: period(t, opens), Closes: period(t, closes)}
	}
	with := func(s koe.Stage, change func(*koe.Stage)) koe.Stage { change(&s); return s }
	roll := func(r koe.Roll) func(*koe.Stage) { return func(s *koe.Stage) { s.Roll = r } }
	every := func(e, u string) func(*koe.Stage) {
		return func(s *koe.Stage) { s.Repeat = &koe.Repeat{Every: period(t, e), Until: period(t, u)} }
	}
	for _, test := range []struct {
		name, anchor, want string
		settings           koe.CalendarSettings
		stage              koe.Stage
	}{
		{"a month later", "2026-04-01", "2026-05-01..2026-06-01", jp, stage("P1M", "P2M")},
		{"before the anchor", "2026-04-01", "2026-03-02..2026-03-31", jp, stage("-P30D", "-P1D")},
		{"31 August and half a year", "2026-08-31", "<2027-03-01..2027-03-31", jp, stage("P6M", "P7M")},
		{"29 February and a year", "2024-02-29", "2025-02-28..2025-03-29", jp, stage("P1Y", "P1Y1M")},
		{"Golden Week is jumped over", "2026-04-02", "<2026-05-07..2026-06-02", jp, stage("P1M", "P2M")},
		{"国民の休日 is jumped over", "2026-08-20", "<2026-09-24..2026-10-20", jp, stage("P1M", "P2M")},
		{"the year's end is jumped over", "2026-11-30", "<2027-01-04..2027-01-30", jp, stage("P1M", "P2M")},
		{"back to the day before", "2026-04-02", "<2026-05-01..2026-06-02", jp, with(stage("P1M", "P2M"), roll(koe.RollPrevious))},
		{"no roll", "2026-04-02", "2026-05-02..2026-06-02", jp, with(stage("P1M", "P2M"), roll(koe.RollNone))},
		{"not past the close", "2026-05-02", "2026-05-02..2026-05-05", jp, stage("P0D", "P3D")},
		{"not back across the anchor: the other way", "2026-05-02", "<2026-05-07..2026-05-12", jp, with(stage("P0D", "P10D"), roll(koe.RollPrevious))},
		{"back before the anchor when it lay before", "2026-05-04", "<2026-05-01..2026-05-03", jp, with(stage("-P1D", "-P1D"), roll(koe.RollPrevious))},
		{"no calendar but weekends", "2026-04-03", "<2026-05-04..2026-06-03", koe.CalendarSettings{}, stage("P1M", "P2M")},
		{"the calendar's roll holds unless the stage has one", "2026-04-03", "<2026-05-01..2026-06-03", koe.CalendarSettings{Roll: koe.RollPrevious}, stage("P1M", "P2M")},
		{"half-yearly for three years", "2026-08-31", "1:2028-03-15..2028-03-21 2:2028-09-15..2028-09-21 3:2029-03-15..2029-03-21", koe.CalendarSettings{},
			with(stage("P1Y6M15D", "P1Y6M21D"), every("P6M", "P2Y7M"))},
		{"clamping does not add up", "2026-08-31", "1:2026-09-30..2026-10-31 2:2026-10-31..2026-11-30 3:2026-11-30..2026-12-31 4:2026-12-31..2027-01-31",
			koe.CalendarSettings{Roll: koe.RollNone}, with(stage("P1M", "P2M"), every("P1M", "P4M"))},
		{"repeats before the anchor", "2026-03-31", "1:2026-03-24..2026-03-31 2:2026-04-23..2026-04-30", koe.CalendarSettings{Roll: koe.RollNone},
			with(stage("-P7D", "P0D"), every("P1M", "P1M"))},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := openings(t, test.settings, test.stage, test.anchor, "2000-01-01", "2100-01-01")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpenings_OnlyThoseThatTouchTheDays(t *testing.T) {
	stage := koe.Stage{Opens: period(t, "P1M"), Closes: period(t, "P1M6D"), Roll: koe.RollNone, Repeat: &koe.Repeat{Every: period(t, "P1M")}}
	got := openings(t, koe.CalendarSettings{}, stage, "2026-01-01", "2026-04-07", "2026-06-01")
	if want := "3:2026-04-01..2026-04-07 4:2026-05-01..2026-05-07 5:2026-06-01..2026-06-07"; got != want {
		t.Errorf("got %s", got)
	}
}

// Windows that are left out because they are far off are the same as those that a look at every day leaves out.
func TestOpenings_FarOffIsNeverNear(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	c := calendar(t, koe.CalendarSettings{Country: "jp", Closed: []string{"12-20..01-20"}}, "Asia/Tokyo")
	some := func() koe.Period {
		return koe.Period{Negative: random.IntN(3) == 0, Years: random.IntN(3), Months: random.IntN(14), Weeks: random.IntN(3), Days: random.IntN(40)}
	}
	for range 20000 {
		stage := koe.Stage{Opens: some(), Closes: some(), Roll: []koe.Roll{koe.RollNext, koe.RollPrevious, koe.RollNone}[random.IntN(3)]}
		if random.IntN(2) == 0 {
			stage.Repeat = &koe.Repeat{Every: koe.Period{Months: 1 + random.IntN(12)}, Until: koe.Period{Years: random.IntN(3)}}
		}
		anchor := date(t, "2026-01-01").AddDays(random.IntN(800))
		from := anchor.AddDays(random.IntN(3000) - 1500)
		until := from.AddDays(random.IntN(90))
		var want []schedules.Opening
		for _, o := range schedules.Openings(&stage, anchor, c, anchor.AddDays(-4000), anchor.AddDays(4000)) {
			if !o.ClosesOn.Before(from) && !o.DueOn.After(until) {
				want = append(want, o)
			}
		}
		if diff := cmp.Diff(want, schedules.Openings(&stage, anchor, c, from, until)); diff != "" {
			t.Fatalf("%+v around %s, %s..%s:\n%s", stage, anchor, from, until, diff)
		}
	}
}
