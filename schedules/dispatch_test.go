package schedules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

const m2AndM3 = `
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, remind: [P7D, P14D], survey: s1}
  - {id: m3, title: {ja: 3か月, en: Three months}, audience: hire, anchor: joined, opens: P2M15D, target: P3M, closes: P3M21D, remind: [P7D, P14D], survey: s1}
`

func TestDispatch_AsksOncePerStageAndRemindsTwice(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	got := h.days("2026-03-20", "2026-08-01")
	want := []string{
		"2026-05-01 A m2", "2026-05-08 A m2 #1", "2026-05-15 A m2 #2",
		"2026-06-16 A m3", "2026-06-23 A m3 #1", "2026-06-30 A m3 #2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(h.post.taken) != 6 {
		t.Errorf("%d mails went out", len(h.post.taken))
	}
}

func TestDispatch_SecondRunSendsNothing(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	first, second := h.dispatch("2026-05-01"), h.dispatch("2026-05-01")
	if first.Invited != 1 || first.Sent != 1 {
		t.Fatalf("the first run: %+v", first)
	}
	if second.Invited+second.Sent+second.Reminded+second.Waiting != 0 {
		t.Errorf("the second run: %+v", second)
	}
}

func TestDispatch_DryRunWritesAndSendsNothing(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	r, err := h.scheduler.Dispatch(t.Context(), h.at("2026-05-01"), dryRun)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2026-05-01 A m2"}, lines(r.Entries)); diff != "" {
		t.Error(diff)
	}
	all, err := h.store.Invitations(t.Context(), store.InvitationFilter{})
	if err != nil || len(all) != 0 || len(h.post.taken) != 0 {
		t.Errorf("%d invitations and %d mails (%v)", len(all), len(h.post.taken), err)
	}
}

func TestDispatch_RemindsOnlyWhoMayStillAnswer(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	for _, id := range []string{"Silent", "Answered", "Declined", "Left", "Bounced", "Cancelled", "Stopped"} {
		h.save("2026-03-20", hire(t, id, "2026-04-01"))
	}
	h.dispatch("2026-05-01")
	h.status("Answered", "m2", koe.Answered)
	h.status("Declined", "m2", koe.Declined)
	h.status("Bounced", "m2", koe.Bounced)
	if err := h.store.SetBounced(t.Context(), h.keys["Bounced"], true); err != nil {
		t.Fatal(err)
	}
	if err := h.store.DeclineJourney(t.Context(), h.keys["Stopped"], "test"); err != nil {
		t.Fatal(err)
	}
	left, cancelled := hire(t, "Left", "2026-04-01"), hire(t, "Cancelled", "2026-04-01")
	left.Spells[0].LeftOn = h.date("2026-05-07")
	cancelled.Spells[0].Cancelled = true
	h.save("2026-05-06", left, cancelled)
	r := h.dispatch("2026-05-08")
	if diff := cmp.Diff([]string{"2026-05-08 Silent m2 #1"}, lines(r.Entries)); diff != "" {
		t.Error(diff)
	}
	if r.Withdrawn != 1 || h.invitation("Cancelled", "m2").Status != koe.Cancelled {
		t.Errorf("the cancelled joining: %+v", r)
	}
}

func TestDispatch_AReminderThatWaitsIsDecidedWhenItIsSent(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	h.dispatch("2026-05-01")
	h.post.refuse("*", errFull)
	if r := h.dispatch("2026-05-08"); r.Reminded != 1 || r.PutOff != 1 || r.Waiting != 1 {
		t.Fatalf("the full mailbox: %+v", r)
	}
	h.post.refuse("*", nil)
	h.status("A", "m2", koe.Answered)
	r := h.dispatch("2026-05-08 10:00")
	if r.Dropped != 1 || r.Sent != 0 || len(h.post.taken) != 1 {
		t.Errorf("after the answer: %+v, %d mails", r, len(h.post.taken))
	}
}

func TestDispatch_TheLastReminderSaysSoAndNamesTheClose(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	h.days("2026-05-01", "2026-05-15")
	if len(h.post.taken) != 3 {
		t.Fatalf("%d mails", len(h.post.taken))
	}
	first, last := h.post.taken[1], h.post.taken[2]
	if strings.Contains(first.Text, "最後") || !strings.Contains(last.Text, "これが最後") || !strings.Contains(last.Text, "2026年6月1日(月)") {
		t.Errorf("the reminders read:\n%s\n%s", first.Text, last.Text)
	}
	for _, m := range h.post.taken[1:] {
		if m.InReplyTo != h.post.taken[0].MessageID {
			t.Errorf("a reminder belongs to %q", m.InReplyTo)
		}
	}
	for _, m := range h.post.taken {
		if !strings.Contains(m.Text, "https://koe.example.go.jp/r/") || !strings.Contains(m.HTML, "https://koe.example.go.jp/r/") {
			t.Error("a mail without a link")
		}
	}
}

func TestDispatch_KeepsToItsHours(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	r := h.dispatch("2026-05-01 08:59")
	if !r.HeldUntil.Equal(h.at("2026-05-01 09:00")) || r.Invited != 0 {
		t.Errorf("early: %+v", r)
	}
	if r := h.dispatch("2026-05-01 17:00"); !r.HeldUntil.Equal(h.at("2026-05-02 09:00")) {
		t.Errorf("late: %+v", r)
	}
	if r := h.dispatch("2026-05-02"); r.Invited != 0 { // Saturday
		t.Errorf("on a Saturday: %+v", r)
	}
	if diff := cmp.Diff([]string{"2026-05-07 A m2"}, lines(h.dispatch("2026-05-07").Entries)); diff != "" {
		t.Errorf("after Golden Week: %s", diff)
	}
}

func TestDispatch_WritesHomeBeforeJoiningAndToWorkAfter(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: pre, title: {ja: 入社前, en: Before}, audience: hire, anchor: joined, opens: -P30D, closes: -P1D, survey: s1}
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, survey: s1}
  - {id: exit, title: {ja: 退職, en: Leaving}, audience: hire, anchor: left, opens: P1D, closes: P30D, survey: s1}
`)
	both, workOnly, none := hire(t, "Both", "2026-04-01"), hire(t, "Work", "2026-04-01"), hire(t, "None", "2026-04-01")
	both.PersonalEmail, none.Email = "home@example.com", ""
	both.Spells[0].LeftOn = h.date("2026-07-31")
	h.save("2026-02-01", both, workOnly, none)
	r := h.dispatch("2026-03-02")
	if r.Invited != 3 || r.Sent != 2 || r.PutOff != 1 || len(r.Trouble) != 1 || r.Trouble[0].Person != "None" {
		t.Fatalf("before joining: %+v", r)
	}
	h.days("2026-03-03", "2026-08-31")
	if diff := cmp.Diff([]string{"both@example.go.jp", "home@example.com", "home@example.com", "work@example.go.jp", "work@example.go.jp"}, h.post.to()); diff != "" {
		t.Error(diff)
	}
}

func TestDispatch_AnAddressAddedLaterGetsTheMail(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	p := hire(t, "A", "2026-04-01")
	p.Email = ""
	h.save("2026-03-20", p)
	plan := h.plan("2026-05-01", "2026-05-01", "2026-05-01")
	if len(plan.Entries) != 1 || !plan.Entries[0].NoAddress {
		t.Errorf("the plan does not tell: %+v", plan.Entries)
	}
	h.dispatch("2026-05-01")
	p.Email = "a@example.go.jp"
	h.save("2026-05-02", p)
	if r := h.dispatch("2026-05-07"); r.Sent != 1 {
		t.Errorf("with an address: %+v", r)
	}
}

func TestDispatch_RetriesFourHundredsAndGivesUpOnFiveHundreds(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	for _, id := range []string{"Full", "Gone", "Spam", "Fine"} {
		h.save("2026-03-20", hire(t, id, "2026-04-01"))
	}
	h.post.refuse("full@example.go.jp", errFull)
	h.post.refuse("gone@example.go.jp", errGone)
	h.post.refuse("spam@example.go.jp", errSpam)
	r := h.dispatch("2026-05-01")
	if r.Sent != 1 || r.PutOff != 1 || r.Bounced != 1 || r.Failed != 1 || r.Waiting != 1 {
		t.Fatalf("%+v", r)
	}
	if h.invitation("Gone", "m2").Status != koe.Bounced {
		t.Error("the refused address is not noted")
	}
	if r := h.dispatch("2026-05-01 09:04"); r.Sent+r.PutOff != 0 {
		t.Errorf("before the backoff is over: %+v", r)
	}
	if r := h.dispatch("2026-05-01 09:05"); r.PutOff != 1 {
		t.Errorf("after five minutes: %+v", r)
	}
	if r := h.dispatch("2026-05-01 09:19"); r.PutOff != 0 {
		t.Errorf("the second wait is no longer than the first: %+v", r)
	}
	h.post.refuse("full@example.go.jp", nil)
	if r := h.dispatch("2026-05-01 09:20"); r.Sent != 1 {
		t.Errorf("the third try: %+v", r)
	}
	if diff := cmp.Diff([]string{"fine@example.go.jp", "full@example.go.jp"}, h.post.to()); diff != "" {
		t.Error(diff)
	}
}

func TestDispatch_ARetryIsTheSameMail(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	tries := map[string]bool{}
	h.post.before = func(m mailMessage) { tries[m.MessageID+" "+m.Subject+m.Text+m.HTML] = true }
	h.post.refuse("*", errFull)
	h.dispatch("2026-05-01")
	h.dispatch("2026-05-01 10:00")
	h.post.refuse("*", nil)
	h.dispatch("2026-05-01 12:00")
	if len(tries) != 1 || len(h.post.taken) != 1 {
		t.Errorf("%d different mails in three tries, %d taken", len(tries), len(h.post.taken))
	}
}

func TestDispatch_ACorrectedAddressGetsTheBouncedMailOnRetry(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	p := hire(t, "A", "2026-04-01")
	h.save("2026-03-20", p)
	h.post.refuse("a@example.go.jp", errGone)
	h.dispatch("2026-05-01")
	if diff := cmp.Diff([]string{"A m3 bounced"}, skips(h.plan("2026-05-02", "2026-06-01", "2026-07-31"))); diff != "" {
		t.Errorf("the plan after a bounce: %s", diff)
	}
	p.Email = "right@example.go.jp"
	h.save("2026-05-02", p)
	if n, err := h.store.RetryMails(t.Context(), h.at("2026-05-07"), h.mails("A", "m2")[0].ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if r := h.dispatch("2026-05-07"); r.Sent != 1 || h.invitation("A", "m2").Status != koe.Invited {
		t.Errorf("the retry: %+v", r)
	}
	if diff := cmp.Diff([]string{"2026-05-14 A m2 #1"}, lines(h.dispatch("2026-05-14").Entries)); diff != "" {
		t.Errorf("the reminder: %s", diff)
	}
}

func TestDispatch_AServerThatIsDownStopsThePassAndLosesNothing(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	for _, id := range []string{"A", "B", "C", "D", "E", "F"} {
		h.save("2026-03-20", hire(t, id, "2026-04-01"))
	}
	h.post.refuse("*", errDown)
	r := h.dispatch("2026-05-01")
	if r.Invited != 6 || r.PutOff != 3 || r.Waiting != 6 || len(r.Problems) != 1 {
		t.Fatalf("%+v", r)
	}
	h.post.refuse("*", nil)
	if r := h.dispatch("2026-05-01 10:00"); r.Sent != 6 || r.Waiting != 0 {
		t.Errorf("when it is back: %+v", r)
	}
}

func TestDispatch_OnlyOneAtATime(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	if got, err := h.store.AcquireLease(t.Context(), h.at("2026-05-01"), "dispatch", "another machine", leaseTime); !got || err != nil {
		t.Fatal(got, err)
	}
	if r := h.dispatch("2026-05-01 09:01"); !r.Busy || r.Invited != 0 {
		t.Errorf("%+v", r)
	}
	if r := h.dispatch("2026-05-01 09:04"); r.Busy || r.Sent != 1 {
		t.Errorf("after the other one died: %+v", r)
	}
}

func TestDispatch_ASurveyThatPromisesSomethingElseIsNotSent(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	h.dispatch("2026-05-01")
	h.file("journeys/test.yaml", strings.Replace(head+m2AndM3, "mode: confidential", "mode: identified", 1))
	h.reopen()
	plan := h.plan("2026-06-15", "2026-06-16", "2026-06-16")
	if diff := cmp.Diff([]string{"A m3 sealed"}, skips(plan)); diff != "" || len(plan.Entries) != 0 {
		t.Errorf("the plan: %v %s", lines(plan.Entries), diff)
	}
	if r := h.dispatch("2026-06-16"); r.Invited != 0 {
		t.Errorf("%+v", r)
	}
	h.file("journeys/test.yaml", strings.Replace(head+m2AndM3, "mode: confidential", "mode: identified\n    version: 2", 1))
	h.reopen()
	if r := h.dispatch("2026-06-17"); r.Invited != 1 || h.invitation("A", "m3").Version != 2 {
		t.Errorf("with a new version: %+v", r)
	}
}

// Somebody who was put on the roster a week before joining is asked at once, and still has the first week's plan on the first day.
func TestDispatch_AStageMayComeSoonerThanTheGap(t *testing.T) {
	for gap, week := range map[string]string{"": "2026-04-08", "min_gap: P0D": "2026-04-01", "min_gap: P10D": "2026-04-06"} {
		h := newHouse(t, "Asia/Tokyo", tokyoCalendar, fmt.Sprintf(`
  - {id: pre, title: {ja: 入社前, en: Before}, anchor: joined, opens: -P30D, closes: -P1D, survey: s1}
  - {id: week, title: {ja: 最初の一週間, en: First week}, anchor: joined, opens: P0D, closes: P21D, survey: s1, %s}
`, gap))
		h.save("2026-03-25", hire(t, "A", "2026-04-01"))
		if diff := cmp.Diff([]string{"2026-03-25 A pre", week + " A week"}, h.days("2026-03-25", "2026-05-01")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", gap, diff)
		}
	}
}
