package store_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

// forgettable writes a roster in which 佐藤 花子 has left traces everywhere, and gives it.
func forgettable(t *testing.T, w world) []koe.Person {
	t.Helper()
	p := saved(t, w.Store)
	must(w.AddEvents(t.Context(), at, []koe.Event{
		{Person: p[0].Key, Kind: koe.EventMentorAssigned, On: date(t, "2026-04-10"), Related: p[2].Key, Detail: "席は窓際"},
		{Person: p[1].Key, Kind: "buddy_assigned", On: date(t, "2026-04-10"), Related: p[0].Key},
	}))(t)
	about := invitation(t, p[2], "mentor", koe.Confidential)
	about.Subject = p[0].Key
	must(w.CreateInvitations(t.Context(), at, []koe.Invitation{about}))(t)
	inv := invited(t, w.Store, "m3", koe.Confidential, p[0], p[1])
	m6 := invited(t, w.Store, "m6", koe.Confidential, p[0])[0]
	first, second := submission("s1", inv[0]), submission("s2", inv[0])
	first.Answers["OPN3"] = koe.Answer{Text: "最初の声"}
	first.Requests = []koe.Request{{Question: "CONTACT", Note: "内線4242"}}
	second.Requests = first.Requests
	must(w.Submit(t.Context(), at, first))(t)
	must(w.Submit(t.Context(), at, second))(t)
	must(w.Submit(t.Context(), at, submission("s3", inv[1])))(t)
	ok(t, w.SaveDraft(t.Context(), at, m6.Key, []byte("書きかけ")))
	return p
}

func holdingsAreWhatForgettingErases(t *testing.T, w world) {
	p := forgettable(t, w)
	h := must(w.Holdings(t.Context(), "1001"))(t)
	erased := store.Erasure{Person: h.Person.Key, Responses: len(h.Submissions), Invitations: len(h.Invitations), Mails: len(h.Mails),
		Events: len(h.Events), Drafts: len(h.Drafts), Requests: len(h.Requests)}
	earlier := h.Earlier[h.Submissions[0].Response]
	if len(earlier) != 1 || earlier[0].Answers["OPN3"].Text != "最初の声" || h.Person.Name != "佐藤 花子" || h.Person.Key != p[0].Key {
		t.Errorf("holdings %+v", h)
	}
	if d := cmp.Diff(must(w.Erase(t.Context(), at, "1001"))(t), erased); d != "" {
		t.Error(d)
	}
	_, err := w.Holdings(t.Context(), "1001")
	wantKind(t, err, koe.NotFound)
}

func forgottenPersonLeavesNothing(t *testing.T, w world) {
	p := forgettable(t, w)
	before := must(w.Changes(t.Context(), "", 1000))(t)
	got := must(w.Erase(t.Context(), at, "1001"))(t)
	want := store.Erasure{Person: p[0].Key, Responses: 1, Invitations: 2, Mails: 2, Events: 1, Drafts: 1, Requests: 1}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	_, err := w.Erase(t.Context(), at, "1001")
	wantKind(t, err, koe.NotFound)
	people := must(w.People(t.Context(), store.WithVault))(t)
	if len(people) != 2 || slices.ContainsFunc(people, func(q koe.Person) bool { return q.ID == "1001" }) {
		t.Errorf("people left: %+v", people)
	}
	c := must(w.Changes(t.Context(), before.Next, 1000))(t)
	gone := map[string]int{}
	for _, e := range c.Erased {
		gone[e.Kind]++
	}
	if d := cmp.Diff(map[string]int{"person": 1, "event": 1, "invitation": 2, "response": 1}, gone); d != "" {
		t.Error(d)
	}
	if len(c.Events) != 1 || c.Events[0].Related == p[0].Key || len(c.Invitations) != 1 || c.Invitations[0].Subject == p[0].Key {
		t.Errorf("others' rows still name the person: %+v %+v", c.Events, c.Invitations)
	}
	for _, sub := range must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t) {
		if sub.Person == p[0].Key {
			t.Errorf("a response is left: %+v", sub)
		}
	}
	if n := len(must(w.Requests(t.Context()))(t)); n != 0 {
		t.Errorf("%d requests are left", n)
	}
	if fresh := must(w.Changes(t.Context(), "", 1000))(t); len(fresh.Erased) != 0 || fresh.More || len(fresh.People) != 2 {
		t.Errorf("who begins is told to forget %+v", fresh.Erased)
	}
	saved(t, w.Store)
	if again := must(w.PersonByID(t.Context(), "1001"))(t); again.Key == p[0].Key {
		t.Error("the same key was made again")
	}
}

// TestErase_BytesAreGoneFromTheFiles looks for what was written about a person in every file of the folder.
func TestErase_BytesAreGoneFromTheFiles(t *testing.T) {
	w := openSQLite(t)
	p := forgettable(t, w)
	dir := filepath.Dir(w.cfg.DSN)
	mine := []string{string(p[0].Key), "席は窓際"}
	for _, inv := range must(w.Invitations(t.Context(), store.InvitationFilter{Person: p[0].Key}))(t) {
		mine = append(mine, inv.Key)
	}
	for _, secret := range mine {
		if !anywhere(t, dir, secret) {
			t.Errorf("%q is not in the files before: the search proves nothing", secret)
		}
	}
	must(w.Erase(t.Context(), at, "1001"))(t)
	for _, secret := range append(mine, "佐藤", "hanako", "1001", "最初の声", "書きかけ", "内線4242") {
		if anywhere(t, dir, secret) {
			t.Errorf("%q is still in the files", secret)
		}
	}
	for _, secret := range []string{"佐藤", "hanako", "鈴木", "孤独", "ichiro@example.go.jp"} {
		if anywhere(t, dir, secret) {
			t.Errorf("%q is in the files in clear", secret)
		}
	}
}

// anywhere tells whether a text is in a file of the folder.
func anywhere(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text))
		return err
	})
	ok(t, err)
	return found
}

func retentionErasesWhatIsPastItsTime(t *testing.T, w world) {
	p := forgettable(t, w)
	p[1].Spells[1].LeftOn = date(t, "2026-06-30")
	p[1].Spells[1].LeftReason = "personal"
	ok(t, w.SavePeople(t.Context(), at, p))
	nobody := koe.Submission{ID: "n1", Journey: "chuto", Stage: "m3", Source: koe.SourceImport, SubmittedAt: at, Answers: answers()}
	must(w.Submit(t.Context(), at, nobody))(t)
	year := koe.Period{Years: 1}
	rules := koe.RetentionSettings{Comments: year, Answers: koe.Period{Years: 3}, ContactsAfterLeaving: koe.Period{Months: 6}}
	for _, c := range []struct {
		name  string
		when  time.Time
		keep  map[koe.PersonKey]bool
		apply bool
		want  store.Expired
	}{
		{"nothing is old", at, nil, true, store.Expired{}},
		{"drafts of what closed", at.AddDate(0, 1, 0), nil, false, store.Expired{Drafts: 1}},
		{"contacts after six months", at.AddDate(0, 6, 1), nil, false, store.Expired{Drafts: 1, Contacts: 1}},
		{"who agreed is kept", at.AddDate(0, 6, 1), map[koe.PersonKey]bool{p[1].Key: true}, true, store.Expired{Drafts: 1}},
		{"comments after a year", at.AddDate(1, 0, 1), nil, true, store.Expired{Texts: 3, Contacts: 1}},
		{"answers after three years", at.AddDate(3, 0, 1), nil, true, store.Expired{Answers: 2}},
		{"nothing is left to do", at.AddDate(3, 0, 1), nil, true, store.Expired{}},
	} {
		got := must(w.Retention(t.Context(), c.when, rules, c.keep, c.apply))(t)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	left := must(w.PersonByID(t.Context(), "1002"))(t)
	if left.Name+left.Email != "" || left.Key != p[1].Key {
		t.Errorf("contacts of the one who left: %+v", left)
	}
	all := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t)
	if len(all) != 1 || all[0].Person != p[0].Key || all[0].Answers["OPN3"].Text != "" || *all[0].Answers["ISO1"].Value != 4 {
		t.Errorf("responses left: %+v", all)
	}
}

func rotatedKeyOpensEverything(t *testing.T, w world) {
	p := forgettable(t, w)
	inv := must(w.Invitations(t.Context(), store.InvitationFilter{Person: p[0].Key, Stage: "m3"}))(t)[0]
	look := func(s *store.Store) []any {
		t.Helper()
		current, _, err := s.Current(t.Context(), inv.Key)
		ok(t, err)
		draft, _, err := s.Draft(t.Context(), must(s.Invitations(t.Context(), store.InvitationFilter{Stage: "m6"}))(t)[0].Key)
		ok(t, err)
		return []any{must(s.People(t.Context(), store.WithVault))(t), must(s.PersonByID(t.Context(), "1001"))(t), must(s.Token(t.Context(), inv.Key))(t),
			must(s.Requests(t.Context()))(t), current, must(s.History(t.Context(), current.Response))(t), draft}
	}
	before := look(w.Store)
	key := store.NewKey()
	wantKind(t, w.RotateKey(t.Context(), at, "short"), koe.Invalid)
	ok(t, w.RotateKey(t.Context(), at, key))
	wantKind(t, w.RotateKey(t.Context(), at, key), koe.Invalid)
	if d := cmp.Diff(before, look(w.Store)); d != "" {
		t.Errorf("the store that rotated: %s", d)
	}
	reopened := must(w.reopen(t, func(c *store.Config) { c.Key = key }))(t)
	if d := cmp.Diff(before, look(reopened)); d != "" {
		t.Errorf("opened with the new key: %s", d)
	}
	old := w.cfg.Key
	if old == "" {
		must(w.reopen(t, nil))(t) // the key file has the new key
		old = store.NewKey()
	}
	_, err := w.reopen(t, func(c *store.Config) { c.Key = old })
	wantKind(t, err, koe.Forbidden)
}
