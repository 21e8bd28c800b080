package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

func mailGoesItsWay(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	if n := must(w.QueueMails(t.Context(), at, []koe.Mail{
		{Invitation: inv.Key, Kind: koe.MailReminder, Number: 1, NextAt: at.Add(7 * 24 * time.Hour)},
		{Invitation: inv.Key, Kind: koe.MailReminder, Number: 1, NextAt: at},
		{Invitation: inv.Key, Kind: koe.MailInvitation},
	}))(t); n != 1 {
		t.Errorf("queued %d mails, want the reminder once", n)
	}
	due := must(w.DueMails(t.Context(), at, 10))(t)
	if len(due) != 1 || due[0].Kind != koe.MailInvitation || !strings.HasSuffix(due[0].MessageID, "@koe.example.go.jp>") {
		t.Fatalf("due is %+v", due)
	}
	id := due[0].ID
	claimed, won, err := w.ClaimMail(t.Context(), at, id, time.Minute)
	ok(t, err)
	if _, again, err := w.ClaimMail(t.Context(), at, id, time.Minute); again || err != nil || !won {
		t.Fatalf("claimed %v, again %v, %v", won, again, err)
	}
	if claimed.State != koe.MailSending || claimed.Attempts != 1 || claimed.MessageID != due[0].MessageID {
		t.Errorf("claimed %+v", claimed)
	}
	ok(t, w.FinishMail(t.Context(), at, id, koe.MailPending, at.Add(time.Hour), "451 try later"))
	if due := must(w.DueMails(t.Context(), at.Add(time.Minute), 10))(t); len(due) != 0 {
		t.Errorf("due before its time: %+v", due)
	}
	later := at.Add(time.Hour)
	if _, won, err = w.ClaimMail(t.Context(), later, id, time.Minute); !won || err != nil {
		t.Fatalf("not claimed: %v", err)
	}
	ok(t, w.FinishMail(t.Context(), later, id, koe.MailSent, time.Time{}, ""))
	ok(t, w.FinishMail(t.Context(), later, id, koe.MailPending, later, "too late"))
	mail := must(w.Mails(t.Context(), store.MailFilter{IDs: []string{id}}))(t)[0]
	if mail.State != koe.MailSent || !mail.SentAt.Equal(later) || mail.Attempts != 2 {
		t.Errorf("sent mail is %+v", mail)
	}
	if got := must(w.Invitation(t.Context(), inv.Key))(t); !got.SentAt.Equal(later) {
		t.Errorf("invitation was sent at %v", got.SentAt)
	}
	if n := must(w.RetryMails(t.Context(), later))(t); n != 0 {
		t.Errorf("retried %d mails that did not fail", n)
	}
	ok(t, w.FinishMail(t.Context(), later, id, koe.MailBounced, time.Time{}, "550"))
	if n := must(w.RetryMails(t.Context(), later, id))(t); n != 1 {
		t.Errorf("retried %d mails", n)
	}
	if mail = must(w.Mails(t.Context(), store.MailFilter{MessageID: claimed.MessageID}))(t)[0]; mail.State != koe.MailPending {
		t.Errorf("retried mail is %+v", mail)
	}
	_, _, err = w.ClaimMail(t.Context(), later, id, time.Minute)
	ok(t, err)
	ok(t, w.FinishMail(t.Context(), later, id, koe.MailFailed, time.Time{}, "554"))
	if n := must(w.RetryMails(t.Context(), later))(t); n != 1 {
		t.Errorf("retried %d failed mails", n)
	}
	if all := must(w.Mails(t.Context(), store.MailFilter{Invitations: []string{inv.Key}, State: []koe.MailState{koe.MailPending}}))(t); len(all) != 2 {
		t.Errorf("pending are %+v", all)
	}
}

func lateMailLeaseIsTakenOver(t *testing.T, w world) {
	invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])
	mail := must(w.DueMails(t.Context(), at, 1))(t)[0]
	if _, won, err := w.ClaimMail(t.Context(), at, mail.ID, time.Minute); !won || err != nil {
		t.Fatal(won, err)
	}
	if due := must(w.DueMails(t.Context(), at.Add(30*time.Second), 1))(t); len(due) != 0 {
		t.Error("a mail that is being sent is due")
	}
	after := at.Add(time.Minute)
	due := must(w.DueMails(t.Context(), after, 1))(t)
	if len(due) != 1 || due[0].MessageID != mail.MessageID {
		t.Fatalf("after the lease %+v is due", due)
	}
	if _, won, err := w.ClaimMail(t.Context(), after, mail.ID, time.Minute); !won || err != nil {
		t.Error(won, err)
	}
}

func leaseIsHeldByOne(t *testing.T, w world) {
	hold := func(now time.Time, holder string) bool {
		t.Helper()
		return must(w.AcquireLease(t.Context(), now, "dispatch", holder, time.Minute))(t)
	}
	got := []bool{hold(at, "a"), hold(at, "b"), hold(at.Add(30*time.Second), "a"), hold(at.Add(80*time.Second), "b"), hold(at.Add(90*time.Second), "b")}
	ok(t, w.ReleaseLease(t.Context(), "dispatch", "a"))
	got = append(got, hold(at.Add(91*time.Second), "a"))
	ok(t, w.ReleaseLease(t.Context(), "dispatch", "b"))
	got = append(got, hold(at.Add(91*time.Second), "a"))
	if want := []bool{true, false, true, false, true, false, true}; !slices.Equal(got, want) {
		t.Errorf("leases %v, want %v", got, want)
	}
}

func runsAreRemembered(t *testing.T, w world) {
	ok(t, w.RecordRun(t.Context(), "load", at, at.Add(time.Second), nil))
	ok(t, w.RecordRun(t.Context(), "dispatch", at, at.Add(time.Second), nil))
	ok(t, w.RecordRun(t.Context(), "dispatch", at.Add(time.Hour), at.Add(2*time.Hour), errors.New("no mail server")))
	want := []store.Run{
		{Job: "dispatch", Started: at.Add(time.Hour), Finished: at.Add(2 * time.Hour), Error: "no mail server", LastOK: at},
		{Job: "load", Started: at, Finished: at.Add(time.Second), LastOK: at},
	}
	if d := cmp.Diff(want, must(w.Runs(t.Context()))(t)); d != "" {
		t.Error(d)
	}
}

func hypothesisKeepsItsFirstTime(t *testing.T, w world) {
	see := func(now time.Time, hash string) time.Time {
		t.Helper()
		return must(w.SeeHypotheses(t.Context(), now, "chuto", []koe.Hypothesis{{ID: "m3-connection", SHA256: hash}}))(t)["m3-connection"]
	}
	day := 24 * time.Hour
	got := []time.Time{see(at, "aa"), see(at.Add(day), "aa"), see(at.Add(2*day), "bb"), see(at.Add(3*day), "aa")}
	if d := cmp.Diff([]time.Time{at, at, at.Add(2 * day), at}, got); d != "" {
		t.Error(d)
	}
}

func sealedSurveyStays(t *testing.T, w world) {
	seal := func(version int, mode koe.Mode, hash string) error {
		return w.SealSurvey(t.Context(), at, "chuto", "m3", version, mode, hash)
	}
	ok(t, seal(1, koe.Confidential, "aa"))
	ok(t, seal(1, koe.Confidential, "aa"))
	wantKind(t, seal(1, koe.Identified, "aa"), koe.Conflict)
	wantKind(t, seal(1, koe.Confidential, "bb"), koe.Conflict)
	ok(t, seal(2, koe.Identified, "bb"))
	if d := cmp.Diff([]store.Seal{{"chuto", "m3", 1, koe.Confidential, "aa", at}, {"chuto", "m3", 2, koe.Identified, "bb", at}},
		must(w.Seals(t.Context()))(t)); d != "" {
		t.Error(d)
	}
}

func logShowsTampering(t *testing.T, w world) {
	for i, what := range []string{"people import", "report", "forget"} {
		ok(t, w.AppendLog(t.Context(), at.Add(time.Duration(i)*time.Hour), store.LogEntry{Who: "hr", What: what, People: i}))
	}
	lines, last, err := w.VerifyLog(t.Context())
	ok(t, err)
	if lines != 3 || last != must(w.Log(t.Context()))(t)[2].SHA256 {
		t.Errorf("%d lines, last %s", lines, last)
	}
}

func statusCounts(t *testing.T, w world) {
	p := saved(t, w.Store)
	inv := invited(t, w.Store, "m3", koe.Confidential, p[0], p[1])
	must(w.Submit(t.Context(), at, submission("s1", inv[0])))(t)
	ok(t, w.SaveDraft(t.Context(), at, inv[1].Key, []byte("{}")))
	ok(t, w.SetBounced(t.Context(), p[2].Key, true))
	ok(t, w.Ping(t.Context()))
	got := must(w.Status(t.Context(), at))(t)
	got.Database = ""
	want := store.Status{People: 3, Bounced: 1, Submissions: 1, LastSubmission: at.Add(time.Hour), Drafts: 1, OverdueSince: at,
		Invitations: map[koe.InvitationStatus]int{koe.Invited: 1, koe.Answered: 1}, Mails: map[koe.MailState]int{koe.MailPending: 2}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
