package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

func submissionComesBackWhole(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	sent := submission("s1", inv)
	sent.PublishOK = true
	r := must(w.Submit(t.Context(), at, sent))(t)
	want := sent
	want.Response, want.Person, want.Journey, want.Stage, want.Survey, want.Version = r.Response, inv.Person, "chuto", "m3", "m3", 1
	want.Mode, want.DueOn = koe.Confidential, inv.DueOn
	got, found, err := w.Current(t.Context(), inv.Key)
	ok(t, err)
	if d := cmp.Diff(want, got); !found || d != "" {
		t.Error(found, d)
	}
	if status := must(w.Invitation(t.Context(), inv.Key))(t).Status; status != koe.Answered {
		t.Errorf("the invitation is %s", status)
	}
	_, err = w.Submit(t.Context(), at, koe.Submission{ID: "s2", Invitation: "NONE"})
	wantKind(t, err, koe.NotFound)
	_, err = w.Submit(t.Context(), at, koe.Submission{Invitation: inv.Key})
	wantKind(t, err, koe.Invalid)
}

func sameSubmissionTwiceIsOne(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	first := must(w.Submit(t.Context(), at, submission("s1", inv)))(t)
	second := must(w.Submit(t.Context(), at.Add(time.Hour), submission("s2", inv)))(t)
	for _, id := range []string{"s2", "s1"} {
		r := must(w.Submit(t.Context(), at.Add(2*time.Hour), submission(id, inv)))(t)
		if want := (store.Receipt{Response: first.Response, Version: 2, Duplicate: true}); r != want {
			t.Errorf("%s again: %+v, want %+v", id, r, want)
		}
	}
	if first.Response != second.Response || first.Duplicate || second.Duplicate {
		t.Errorf("receipts %+v, %+v", first, second)
	}
	if n := len(must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t)); n != 1 {
		t.Errorf("%d responses", n)
	}
}

func laterSubmissionReplaces(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	first := submission("s1", inv)
	second := submission("s2", inv)
	second.SubmittedAt = at.Add(24 * time.Hour)
	second.Answers = map[string]koe.Answer{"ISO1": {Value: value(2)}, "OPN3": {Text: "慣れてきました。"}}
	must(w.Submit(t.Context(), at, first))(t)
	r := must(w.Submit(t.Context(), at, second))(t)
	got, _, err := w.Current(t.Context(), inv.Key)
	ok(t, err)
	if d := cmp.Diff(second.Answers, got.Answers); d != "" || got.ID != "s2" || !got.SubmittedAt.Equal(second.SubmittedAt) {
		t.Error(d, got.ID, got.SubmittedAt)
	}
	history := must(w.History(t.Context(), r.Response))(t)
	if len(history) != 1 || history[0].ID != "s1" || cmp.Diff(first.Answers, history[0].Answers) != "" {
		t.Errorf("history %+v", history)
	}
	_, err = w.History(t.Context(), "NONE")
	wantKind(t, err, koe.NotFound)
}

func importedAnswersNeedNoInvitation(t *testing.T, w world) {
	p := saved(t, w.Store)[0]
	sub := koe.Submission{ID: "file1-row1", Person: p.Key, Journey: "chuto", Stage: "m3", Survey: "m3", Version: 1, Mode: koe.Confidential,
		Source: koe.SourceImport, SubmittedAt: date(t, "2026-05-20").In(time.UTC), Segments: p.Segments, Answers: answers()}
	first := must(w.Submit(t.Context(), at, sub))(t)
	if r := must(w.Submit(t.Context(), at, sub))(t); !r.Duplicate {
		t.Errorf("the same row again: %+v", r)
	}
	sub.ID = "file2-row1"
	if r := must(w.Submit(t.Context(), at, sub))(t); r.Response != first.Response || r.Version != 2 {
		t.Errorf("a corrected row: %+v", r)
	}
	sub.ID, sub.SubmittedAt = "file3-row1", date(t, "2026-11-20").In(time.UTC)
	if r := must(w.Submit(t.Context(), at, sub))(t); r.Response == first.Response {
		t.Error("the answers of another quarter replaced those of this one")
	}
	sub.ID, sub.Person = "nobody-1", ""
	nobody := must(w.Submit(t.Context(), at, sub))(t)
	sub.ID = "nobody-2"
	if r := must(w.Submit(t.Context(), at, sub))(t); r.Response == nobody.Response {
		t.Error("rows without a person replaced each other")
	}
	sub.ID = "nobody-1"
	if r := must(w.Submit(t.Context(), at, sub))(t); !r.Duplicate {
		t.Errorf("a row without a person again: %+v", r)
	}
	if n := len(must(w.Submissions(t.Context(), store.SubmissionFilter{Stage: "m3"}))(t)); n != 4 {
		t.Errorf("%d responses, want 4", n)
	}
}

func anonymousAnswersCannotBeTiedToAnybody(t *testing.T, w world) {
	p := saved(t, w.Store)
	inv := invited(t, w.Store, "voice", koe.Anonymous, p...)
	start := must(w.Changes(t.Context(), "", 100))(t)
	for i, inv := range inv[:2] {
		r := must(w.Submit(t.Context(), at, submission(fmt.Sprint("s", i), inv)))(t)
		if r.Response != "" {
			t.Errorf("the receipt names the response %q", r.Response)
		}
	}
	if r := must(w.Submit(t.Context(), at, submission("s0", inv[0])))(t); !r.Duplicate {
		t.Errorf("the same again: %+v", r)
	}
	_, err := w.Submit(t.Context(), at, submission("other", inv[0]))
	wantKind(t, err, koe.Conflict)
	if _, found, err := w.Current(t.Context(), inv[0].Key); found || err != nil {
		t.Errorf("an anonymous answer was found by its invitation, %v", err)
	}
	answered := must(w.Invitations(t.Context(), store.InvitationFilter{Status: []koe.InvitationStatus{koe.Answered}}))(t)
	if len(answered) != 2 {
		t.Errorf("%d invitations are answered: reminders would go to those who answered", len(answered))
	}
	all := must(w.Submissions(t.Context(), store.SubmissionFilter{Mode: koe.Anonymous}))(t)
	for _, sub := range all {
		local := sub.SubmittedAt.In(tokyo(t))
		if sub.Person != "" || sub.Invitation != "" || sub.ID != "" || local.Hour() != 0 || local.Minute() != 0 ||
			len(sub.Segments) != 0 || sub.Language != "" { // three were asked: any segment would be rare
			t.Errorf("anonymous response %+v", sub)
		}
	}
	between := must(w.Changes(t.Context(), start.Next, 100))(t)
	if len(all) != 2 || len(between.Submissions)+len(between.Invitations) != 0 {
		t.Errorf("the feed tells of %d answers, %d invitations before they are settled", len(between.Submissions), len(between.Invitations))
	}
	if n := must(w.Settle(t.Context(), at, 5))(t); n != 0 {
		t.Errorf("settled %d of 2 answers", n)
	}
	if n := must(w.Settle(t.Context(), at.AddDate(0, 0, 30), 5))(t); n != 2 {
		t.Errorf("settled %d answers after the close", n)
	}
	after := must(w.Changes(t.Context(), between.Next, 100))(t)
	if len(after.Submissions) != 2 || len(after.Invitations) != 2 || after.Invitations[0].Status != koe.Answered {
		t.Errorf("after settling the feed tells of %d answers, %+v", len(after.Submissions), after.Invitations)
	}
}

func requestsGoToTheVault(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	sub := submission("s1", inv)
	sub.Requests = []koe.Request{{Question: "CONTACT", Note: "電話で相談したい"}}
	must(w.Submit(t.Context(), at, sub))(t)
	must(w.Submit(t.Context(), at.Add(time.Hour), sub))(t)
	got := must(w.Requests(t.Context()))(t)
	want := []koe.Request{{ID: got[0].ID, Person: inv.Person, Journey: "chuto", Stage: "m3", Question: "CONTACT", Note: "電話で相談したい", State: "open", CreatedAt: at}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, must(w.RequestsOf(t.Context(), inv.Key))(t)); d != "" {
		t.Error(d)
	}
	if other := must(w.RequestsOf(t.Context(), "OTHER"))(t); len(other) != 0 {
		t.Errorf("requests of another invitation: %+v", other)
	}
	must(w.Submit(t.Context(), at, submission("s2", inv)))(t)
	if got := must(w.Requests(t.Context()))(t); len(got) != 0 {
		t.Errorf("withdrawn requests are there: %+v", got)
	}
	sub.ID = "s3"
	must(w.Submit(t.Context(), at, sub))(t)
	ok(t, w.SetRequestState(t.Context(), want[0].ID, "done"))
	if got := must(w.Requests(t.Context()))(t); len(got) != 1 || got[0].State != "done" {
		t.Errorf("requests %+v", got)
	}
	wantKind(t, w.SetRequestState(t.Context(), "NONE", "done"), koe.NotFound)
	wantKind(t, w.SetRequestState(t.Context(), want[0].ID, "lost"), koe.Invalid)
}

func draftGoesWhenAnswersCome(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	if _, found, err := w.Draft(t.Context(), inv.Key); found || err != nil {
		t.Fatal(found, err)
	}
	for _, text := range []string{`{"ISO1":"4"}`, `{"ISO1":"4","OPN3":"孤独"}`} {
		ok(t, w.SaveDraft(t.Context(), at, inv.Key, []byte(text)))
		draft, found, err := w.Draft(t.Context(), inv.Key)
		ok(t, err)
		if !found || !bytes.Equal(draft, []byte(text)) {
			t.Errorf("draft %q", draft)
		}
	}
	must(w.Submit(t.Context(), at, submission("s1", inv)))(t)
	if _, found, err := w.Draft(t.Context(), inv.Key); found || err != nil {
		t.Error("the draft stayed", err)
	}
	wantKind(t, w.SaveDraft(t.Context(), at, "NONE", nil), koe.NotFound)
}

func feedTellsEachChange(t *testing.T, w world) {
	p := saved(t, w.Store)
	must(w.AddEvents(t.Context(), at, []koe.Event{{Person: p[0].Key, Kind: "attended:exchange", On: date(t, "2026-05-20")}}))(t)
	inv := invited(t, w.Store, "m3", koe.Confidential, p...)
	must(w.Submit(t.Context(), at, submission("s1", inv[0])))(t)
	var cursor store.Cursor
	read := func(limit int) (people, events, invitations, submissions int) {
		t.Helper()
		for {
			c := must(w.Changes(t.Context(), cursor, limit))(t)
			people, events, invitations = people+len(c.People), events+len(c.Events), invitations+len(c.Invitations)
			submissions += len(c.Submissions)
			for _, s := range c.Submissions {
				if s.Answers["OPN3"].Text == "" {
					t.Error("a text is missing from the feed")
				}
			}
			cursor = c.Next
			if !c.More {
				return
			}
		}
	}
	for _, limit := range []int{1, 2, 3, 100} {
		cursor = ""
		if a, b, c, d := read(limit); a != 3 || b != 1 || c != 3 || d != 1 {
			t.Errorf("limit %d: %d people, %d events, %d invitations, %d submissions", limit, a, b, c, d)
		}
		if a, b, c, d := read(limit); a+b+c+d != 0 {
			t.Errorf("limit %d: %d rows come again", limit, a+b+c+d)
		}
	}
	must(w.Submit(t.Context(), at, submission("s2", inv[0])))(t)
	if a, b, c, d := read(2); a != 0 || b != 0 || c != 0 || d != 1 {
		t.Errorf("after a correction: %d people, %d events, %d invitations, %d submissions", a, b, c, d)
	}
	_, err := w.Changes(t.Context(), "nonsense", 1)
	wantKind(t, err, koe.Invalid)
	other := must(openSQLite(t).Changes(t.Context(), "", 1))(t)
	_, err = w.Changes(t.Context(), other.Next, 1)
	wantKind(t, err, koe.Conflict)
}

func answersStayReadableWithoutTheKey(t *testing.T, w world) {
	p := saved(t, w.Store)
	inv := invited(t, w.Store, "m3", koe.Confidential, p[0])[0]
	must(w.Submit(t.Context(), at, submission("s1", inv)))(t)
	_, err := w.reopen(t, func(c *store.Config) { c.Key = store.NewKey() })
	wantKind(t, err, koe.Forbidden)
	_, err = w.reopen(t, func(c *store.Config) { c.Key = "short" })
	wantKind(t, err, koe.Invalid)
	bare := must(w.reopen(t, func(c *store.Config) { c.WithoutVault = true }))(t)
	c := must(bare.Changes(t.Context(), "", 100))(t)
	if len(c.People) != 3 || len(c.Submissions) != 1 || *c.Submissions[0].Answers["ISO1"].Value != 4 || c.Submissions[0].Answers["OPN3"].Text != "" {
		t.Errorf("without the vault the feed tells %+v", c)
	}
	_, err = bare.People(t.Context(), store.WithVault)
	wantKind(t, err, koe.Forbidden)
	_, err = bare.Token(t.Context(), inv.Key)
	wantKind(t, err, koe.Forbidden)
	_, err = bare.Submit(t.Context(), at, submission("s2", inv))
	wantKind(t, err, koe.Forbidden)
	if got := must(bare.InvitationByToken(t.Context(), must(w.Token(t.Context(), inv.Key))(t)))(t); got.Key != inv.Key {
		t.Error("the link does not work without the vault")
	}
}
