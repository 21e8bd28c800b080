package schedules_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// both checks that a plan made at the first day foresees exactly what dispatch then does day by day, and gives it.
func both(t *testing.T, h *house, from, until string) []string {
	t.Helper()
	foreseen := lines(h.plan(from, from, until).Entries)
	done := h.days(from, until)
	slices.Sort(foreseen)
	slices.Sort(done)
	if diff := cmp.Diff(foreseen, done); diff != "" {
		t.Errorf("foreseen and done differ (-plan +dispatch):\n%s", diff)
	}
	return done
}

func equal(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestPlan_SpellsAreAskedEachAnew(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	p := hire(t, "A", "2026-04-01")
	p.Spells[0].LeftOn = h.date("2026-06-10")
	p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: h.date("2026-10-01")})
	h.save("2026-03-20", p)
	equal(t, "what is done", []string{"2026-05-01 A m2", "2026-05-08 A m2 #1", "2026-05-15 A m2 #2",
		"2026-11-02 A m2", "2026-11-09 A m2 #1", "2026-11-16 A m2 #2", "2026-12-16 A m3", "2026-12-23 A m3 #1", "2027-01-04 A m3 #2"},
		both(t, h, "2026-04-01", "2027-03-01"))
	equal(t, "who is skipped", []string{"A m3 left"}, skips(h.plan("2026-06-12", "2026-06-11", "2026-08-01")))
}

func TestPlan_ACorrectedJoiningDateMovesWhatIsStillToCome(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	h.days("2026-05-01", "2026-05-20")
	h.save("2026-05-21", hire(t, "A", "2026-05-11"))
	plan := h.plan("2026-05-21", "2026-05-21", "2026-09-30")
	equal(t, "what comes", []string{"2026-07-27 A m3", "2026-08-03 A m3 #1", "2026-08-10 A m3 #2"}, lines(plan.Entries))
	equal(t, "who is skipped", []string{"A m2 asked"}, skips(plan))
}

func TestPlan_ACancelledJoiningIsNotAskedAndSaysSo(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	p := hire(t, "A", "2026-04-01")
	p.Spells[0].Cancelled = true
	h.save("2026-03-20", p)
	plan := h.plan("2026-03-20", "2026-03-20", "2026-12-31")
	equal(t, "what comes", nil, lines(plan.Entries))
	equal(t, "who is skipped", []string{"A m2 cancelled", "A m3 cancelled"}, skips(plan))
}

func TestPlan_MentorsAreAskedAboutEachHire(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: mentor, title: {ja: メンター, en: Mentors}, audience: mentor, anchor: mentor_assigned, opens: P1M, closes: P3M, remind: [P7D], survey: s1}
  - {id: boss, title: {ja: 上司, en: Managers}, audience: manager, anchor: manager_assigned, opens: P1M, closes: P2M, survey: s1}
  - {id: told, title: {ja: メンターが決まって, en: With a mentor}, audience: hire, anchor: mentor_assigned, opens: P1M, closes: P2M, survey: s1}
`)
	mentor, other, boss := koe.Person{ID: "M", Name: "先輩", Email: "m@example.go.jp"}, koe.Person{ID: "N", Name: "同僚", Email: "n@example.go.jp"}, koe.Person{ID: "O", Name: "課長", Email: "o@example.go.jp"}
	h.save("2026-03-20", hire(t, "A", "2026-04-01"), hire(t, "B", "2026-04-01"), mentor, other, boss)
	h.event("2026-03-20", "A", koe.EventMentorAssigned, "2026-04-01", "M")
	h.event("2026-03-20", "A", koe.EventMentorAssigned, "2026-04-01", "N") // a double mentor
	h.event("2026-03-20", "B", koe.EventMentorAssigned, "2026-04-01", "M")
	h.event("2026-03-20", "A", koe.EventManagerAssigned, "2026-04-01", "O")
	got := both(t, h, "2026-04-01", "2026-07-31")
	// A mentor of two is asked about one, and after the gap about the other; a hire with two mentors once.
	want := []string{"2026-05-01 A told", "2026-05-01 B told", "2026-05-01 M(A) mentor", "2026-05-01 N(A) mentor", "2026-05-01 O(A) boss",
		"2026-05-08 M(A) mentor #1", "2026-05-08 N(A) mentor #1", "2026-05-15 M(B) mentor", "2026-05-22 M(B) mentor #1"}
	if h.keys["B"] < h.keys["A"] { // the order of two equals is that of their random keys
		for i := range want {
			want[i] = strings.NewReplacer("M(A)", "M(B)", "M(B)", "M(A)").Replace(want[i])
		}
		slices.Sort(want)
	}
	equal(t, "what is done", want, got)
	h.event("2026-05-01", "B", koe.EventManagerAssigned, "2026-04-01", "")
	equal(t, "who is skipped", []string{"B boss nobody"}, skips(h.plan("2026-05-01", "2026-05-01", "2026-05-31")))
	for _, m := range h.post.taken {
		if m.To == "m@example.go.jp" && (!strings.Contains(m.Text, "山田 A") && !strings.Contains(m.Text, "山田 B")) {
			t.Errorf("the mentor is not told about whom:\n%s", m.Text)
		}
	}
}

func TestPlan_AnyEventAnchorsAStageAndMayComeAgain(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: moved, title: {ja: 異動, en: Transfer}, audience: hire, anchor: transferred, opens: P1M, closes: P2M, survey: s1}
`)
	h.save("2026-03-20", hire(t, "A", "2025-04-01"))
	h.event("2026-03-20", "A", koe.EventTransferred, "2026-04-01", "")
	h.event("2026-06-01", "A", koe.EventTransferred, "2026-07-01", "")
	h.event("2026-06-01", "A", koe.EventTransferred, "2026-07-03", "") // a second note of the same move
	equal(t, "what is done", []string{"2026-05-01 A moved", "2026-08-03 A moved"}, both(t, h, "2026-04-01", "2026-08-20"))
	h.event("2026-08-21", "A", koe.EventTransferred, "2026-01-10", "") // entered late: its window is long over
	equal(t, "after a late entry", nil, both(t, h, "2026-08-21", "2026-09-05"))
	plan := h.plan("2026-08-21", "2026-02-01", "2026-08-31")
	equal(t, "who is skipped", []string{"A moved too_late", "A moved overlap"}, skips(plan))
	if n := h.invitation("A", "moved").Occurrence; n != 2 {
		t.Errorf("the second transfer is occurrence %d", n)
	}
}

func TestPlan_LateEntries(t *testing.T) {
	for rule, want := range map[string]struct{ asked, skipped []string }{
		"until_close": {asked: []string{"2026-05-18 InTime", "2026-05-25 Late"}, skipped: []string{"TooLate too_late"}},
		"skip":        {asked: []string{"2026-05-18 InTime"}, skipped: []string{"Late late", "TooLate too_late"}},
		"P7D":         {asked: []string{"2026-05-18 InTime", "2026-05-25 Late"}, skipped: []string{"TooLate too_late"}},
		"P6D":         {asked: []string{"2026-05-18 InTime"}, skipped: []string{"Late late", "TooLate too_late"}},
	} {
		t.Run(rule, func(t *testing.T) {
			h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: x, title: {ja: あ, en: X}, audience: hire, anchor: joined, opens: P1M, closes: P2M, late: `+rule+`, survey: s1}
`)
			h.save("2026-05-18", hire(t, "InTime", "2026-04-18")) // known on the day itself
			var asked []string
			asked = append(asked, h.days("2026-05-18", "2026-05-24")...)
			h.save("2026-05-25", hire(t, "Late", "2026-04-18"))
			asked = append(asked, both(t, h, "2026-05-25", "2026-06-18")...)
			h.save("2026-06-19", hire(t, "TooLate", "2026-04-18"))
			asked = append(asked, both(t, h, "2026-06-19", "2026-06-30")...)
			for i := range asked {
				asked[i] = strings.TrimSuffix(asked[i], " x")
			}
			equal(t, "asked", want.asked, asked)
			var skipped []string
			for _, s := range skips(h.plan("2026-06-20", "2026-05-01", "2026-06-30")) {
				skipped = append(skipped, strings.Replace(s, " x ", " ", 1))
			}
			equal(t, "skipped", want.skipped, skipped)
		})
	}
}

func TestPlan_ADispatchThatWasDownIsCaughtUpAndALostWindowSaysSo(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, strings.Replace(m2AndM3, "survey: s1}", "late: skip, survey: s1}", 1))
	h.save("2026-03-20", hire(t, "A", "2026-04-01"), hire(t, "B", "2026-03-16"))
	equal(t, "after the server was back", []string{"2026-05-11 A m2", "2026-05-11 B m2"}, lines(h.dispatch("2026-05-11").Entries))
	h = newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	equal(t, "skipped", []string{"A m2 missed"}, skips(h.plan("2026-06-02", "2026-05-01", "2026-06-02")))
}

func TestPlan_AGapPostponesButNeverDrops(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: a, title: {ja: あ, en: A}, audience: hire, anchor: joined, opens: P1M, closes: P1M20D, survey: s1}
  - {id: b, title: {ja: い, en: B}, audience: hire, anchor: joined, opens: P1M3D, closes: P1M25D, survey: s1}
  - {id: c, title: {ja: う, en: C}, audience: hire, anchor: joined, opens: P1M4D, closes: P1M7D, survey: s1}
`)
	h.save("2026-03-20", hire(t, "A", "2026-05-01")) // a and b from June, c 5–8 June
	plan := h.plan("2026-05-01", "2026-05-01", "2026-07-31")
	var notes []string
	for _, e := range plan.Entries {
		for _, code := range []string{"gap", "last_day"} {
			if e.Reason.Has(code) {
				notes = append(notes, e.Stage+" "+code)
			}
		}
	}
	equal(t, "why then", []string{"c last_day", "b gap"}, notes)
	// c closes first, so it is asked on its last day although a was asked a week before; b waits for two weeks after c.
	equal(t, "what is done", []string{"2026-06-01 A a", "2026-06-08 A c", "2026-06-22 A b"}, both(t, h, "2026-05-01", "2026-07-31"))
}

func TestPlan_ACapOnContactsIsKept(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar+", max_contacts: 2", m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	equal(t, "what is done", []string{"2026-05-01 A m2", "2026-05-08 A m2 #1", "2026-06-01 A m2 #2", "2026-06-16 A m3", "2026-07-01 A m3 #2"},
		both(t, h, "2026-04-01", "2026-08-01"))
	h = newHouse(t, "Asia/Tokyo", tokyoCalendar+", max_contacts: 1", `
  - {id: a, title: {ja: あ, en: A}, audience: hire, anchor: joined, opens: P1M, closes: P2M, survey: s1}
  - {id: b, title: {ja: い, en: B}, audience: hire, anchor: joined, opens: P1M, closes: P1M20D, survey: s1}
  - {id: c, title: {ja: う, en: C}, audience: hire, anchor: joined, opens: P1M, closes: P1M25D, survey: s1}
`)
	h.save("2026-03-20", hire(t, "A", "2026-05-01"))
	equal(t, "with one a month", []string{"2026-06-01 A b", "2026-07-01 A a"}, both(t, h, "2026-05-01", "2026-08-01"))
	equal(t, "skipped", []string{"A c cap"}, skips(h.plan("2026-06-02", "2026-05-01", "2026-07-31")))
}

func TestPlan_ConditionsAndDeclines(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: term, title: {ja: 任期, en: Term}, audience: hire, anchor: joined, opens: P1M, closes: P2M, when: "hire_type == '任期付'", survey: s1}
  - {id: all, title: {ja: 全員, en: All}, audience: hire, anchor: joined, opens: P3M, closes: P4M, survey: s1}
`)
	a, b := hire(t, "A", "2026-04-01"), hire(t, "B", "2026-04-01")
	b.Segments["hire_type"] = "任期付"
	h.save("2026-03-20", a, b)
	if err := h.store.DeclineJourney(t.Context(), h.keys["A"], "test"); err != nil {
		t.Fatal(err)
	}
	plan := h.plan("2026-04-01", "2026-04-01", "2026-08-31")
	equal(t, "who is skipped", []string{"A term condition", "A all declined"}, skips(plan))
	equal(t, "what is done", []string{"2026-05-01 B term", "2026-07-01 B all"}, both(t, h, "2026-04-01", "2026-08-31"))
}

func TestPlan_ThoseWhoLeftAreAskedWhatIsForThem(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: exit, title: {ja: 退職, en: Leaving}, audience: hire, anchor: left, opens: -P14D, closes: P14D, remind: [P10D], survey: s1}
  - {id: alumni, title: {ja: その後, en: Alumni}, audience: hire, anchor: left, opens: P1Y, closes: P1Y30D, repeat: {every: P1Y, until: P3Y}, survey: s1}
  - {id: club, title: {ja: 同窓, en: Club}, audience: hire, anchor: alumni_joined, opens: P1M, closes: P2M, survey: s1}
`)
	p := hire(t, "A", "2024-04-01")
	p.Spells[0].LeftOn = h.date("2026-06-30")
	p.Spells = append(p.Spells, koe.Spell{Number: 2, JoinedOn: h.date("2028-04-03")})
	h.save("2026-03-20", p)
	h.event("2026-03-20", "A", "alumni_joined", "2026-08-01", "")
	equal(t, "what is done", []string{"2026-06-16 A exit", "2026-06-26 A exit #1", "2026-09-01 A club", "2027-06-30 A alumni"},
		both(t, h, "2026-06-01", "2027-12-31"))
	equal(t, "after coming back", []string{"A alumni back"}, skips(h.plan("2028-07-01", "2028-06-01", "2028-07-31")))
}

func TestPlan_ShowsWhatWasDone(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	h.days("2026-05-01", "2026-05-11")
	plan := h.plan("2026-05-12", "2026-05-01", "2026-05-31")
	equal(t, "the month", []string{"2026-05-01 A m2", "2026-05-08 A m2 #1", "2026-05-15 A m2 #2"}, lines(plan.Entries))
	if !plan.Entries[0].Done || !plan.Entries[1].Done || plan.Entries[2].Done || plan.Entries[0].State != koe.MailSent {
		t.Errorf("%+v", plan.Entries)
	}
	b, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"day":"2026-05-15"`, `"person_id":"A"`, `"code":"reminder"`, `"ja":"2026-05-01に案内し、まだ回答がありません。2回目の催促です。最後の催促で、締切(2026-06-01)を伝えます。"`} {
		if !strings.Contains(string(b), part) {
			t.Errorf("the JSON has no %s:\n%s", part, b)
		}
	}
	for _, e := range plan.Entries {
		for _, lang := range []string{"ja", "en", "fr"} {
			if text := e.Reason.Text(lang); text == "" || strings.Contains(text, "%!") {
				t.Errorf("a reason reads %q", text)
			}
		}
	}
}

func TestPlan_ElsewhereDaysAreLocalDays(t *testing.T) {
	h := newHouse(t, "America/New_York", `country: us, send_between: "09:00-17:00", min_gap: P14D`, m2AndM3)
	h.save("2026-02-01", hire(t, "A", "2026-02-08")) // the opening falls on 8 March, a Sunday, when the clocks go forward
	equal(t, "what is done", []string{"2026-03-09 A m2", "2026-03-16 A m2 #1", "2026-03-23 A m2 #2"}, both(t, h, "2026-03-01", "2026-04-09"))
}
