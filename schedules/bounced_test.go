package schedules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

// cameBack puts a delivery report into the maildir of a house.
func (h *house) cameBack(name, date, to, messageID, status string) {
	h.Helper()
	h.file(filepath.Join("bounces/cur", "x"), "") // a maildir has these
	h.file(filepath.Join("bounces/new", name), fmt.Sprintf(`From: MAILER-DAEMON@mx.example.go.jp
Date: %s
To: %s
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.go.jp

Final-Recipient: rfc822; somebody@example.go.jp
Action: failed
Status: %s
Diagnostic-Code: smtp; 550 <somebody@example.go.jp> is not here

--b
Content-Type: text/rfc822-headers

Message-ID: %s

--b--
`, date, to, status, messageID))
	if err := os.Remove(filepath.Join(h.dir, "bounces/cur/x")); err != nil {
		h.Fatal(err)
	}
}

func TestBounces_WhatCameBackIsMarkedAndNobodyIsReminded(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.file("koe.yaml", strings.Replace(fmt.Sprintf(settings, "Asia/Tokyo", tokyoCalendar), "outbox: data/outbox",
		`outbox: data/outbox, bounces: bounces, envelope: "bounces+{id}@example.go.jp"`, 1))
	h.reopen()
	h.save("2026-03-20", hire(t, "Gone", "2026-04-01"), hire(t, "Full", "2026-04-01"), hire(t, "Verp", "2026-04-01"), hire(t, "Fine", "2026-04-01"))
	h.cameBack("0", "Fri, 01 May 2026 08:00:00 +0900", "jinji@example.go.jp", "<stranger@elsewhere>", "5.1.1")
	if r := h.dispatch("2026-05-01"); r.Sent != 4 || r.Returned != 0 {
		t.Fatalf("%+v", r)
	}
	for _, m := range h.post.taken {
		if !strings.HasPrefix(m.Envelope, "bounces+") || !strings.HasSuffix(m.Envelope, "@example.go.jp") || strings.Contains(m.Envelope, "{") {
			t.Errorf("the envelope is from %q", m.Envelope)
		}
	}
	late := "Fri, 01 May 2026 09:30:00 +0900"
	h.cameBack("1", late, "jinji@example.go.jp", h.mails("Gone", "m2")[0].MessageID, "5.1.1")
	h.cameBack("2", late, "jinji@example.go.jp", h.mails("Full", "m2")[0].MessageID, "4.2.2")
	h.cameBack("3", late, "bounces+"+strings.ToLower(h.mails("Verp", "m2")[0].ID)+"@example.go.jp", "", "5.1.1")
	r := h.dispatch("2026-05-08")
	if diff := cmp.Diff([]string{"2026-05-08 Fine m2 #1"}, lines(r.Entries)); diff != "" || r.Returned != 3 || len(r.Trouble) != 3 {
		t.Errorf("%s %+v", diff, r)
	}
	for _, trouble := range r.Trouble {
		if strings.Contains(trouble.Error, "somebody@") || trouble.State != koe.MailBounced {
			t.Errorf("%+v", trouble)
		}
	}
	bounced := map[string]bool{}
	for id, key := range h.keys {
		p, err := h.store.PersonByKey(t.Context(), key, store.Pseudonymous)
		if err != nil {
			t.Fatal(err)
		}
		bounced[id] = p.Bounced
	}
	if diff := cmp.Diff(map[string]bool{"Gone": true, "Verp": true, "Full": false, "Fine": false}, bounced); diff != "" {
		t.Errorf("whose address is marked: %s", diff)
	}
	status, err := h.store.Status(t.Context(), h.at("2026-05-08"))
	if err != nil || status.Bounced != 2 || status.Mails[koe.MailBounced] != 3 {
		t.Errorf("koe status would say %+v (%v)", status, err)
	}
}

func TestBounces_AnOldReportDoesNotCountAfterTheMailWentAgain(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.file("koe.yaml", strings.Replace(fmt.Sprintf(settings, "Asia/Tokyo", tokyoCalendar), "outbox: data/outbox", `outbox: data/outbox, bounces: returned.mbox`, 1))
	h.reopen()
	p := hire(t, "A", "2026-04-01")
	h.save("2026-03-20", p)
	h.file("returned.mbox", "")
	h.dispatch("2026-05-01")
	h.cameBack("1", "Fri, 01 May 2026 09:30:00 +0900", "jinji@example.go.jp", h.mails("A", "m2")[0].MessageID, "5.1.1")
	report, err := os.ReadFile(filepath.Join(h.dir, "bounces/new/1"))
	if err != nil {
		t.Fatal(err)
	}
	h.file("returned.mbox", "From MAILER-DAEMON Fri May  1 09:30:00 2026\n"+string(report)) // koe does not write to it: the report stays
	if r := h.dispatch("2026-05-07"); r.Returned != 1 || h.invitation("A", "m2").Status != koe.Bounced {
		t.Fatalf("%+v", r)
	}
	p.Email = "right@example.go.jp"
	h.save("2026-05-07", p)
	if n, err := h.store.RetryMails(t.Context(), h.at("2026-05-08"), h.mails("A", "m2")[0].ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if r := h.dispatch("2026-05-08"); r.Sent != 1 || r.Returned != 0 {
		t.Errorf("%+v", r)
	}
	if r := h.dispatch("2026-05-11"); r.Returned != 0 || h.invitation("A", "m2").Status != koe.Invited {
		t.Errorf("the old report counted again: %+v", r)
	}
}

func TestBounces_AMailboxThatCannotBeReadStopsNothing(t *testing.T) {
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, m2AndM3)
	h.file("koe.yaml", strings.Replace(fmt.Sprintf(settings, "Asia/Tokyo", tokyoCalendar), "outbox: data/outbox", `outbox: data/outbox, bounces: nowhere`, 1))
	h.reopen()
	h.save("2026-03-20", hire(t, "A", "2026-04-01"))
	r := h.dispatch("2026-05-01")
	if r.Sent != 1 || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "mail.bounces") {
		t.Errorf("%+v", r)
	}
}
