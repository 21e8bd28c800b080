package store_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// at is the clock of these tests: 1 July 2026, 9:00 in Tokyo.
var at = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// world is a new store on one of the databases.
type world struct {
	*store.Store
	cfg    store.Config
	again  func(testing.TB) store.Config // another place, with nothing in it
	reopen func(*testing.T, func(*store.Config)) (*store.Store, error)
}

// openSQLite opens a new store in a temporary folder.
func openSQLite(t testing.TB) world {
	t.Helper()
	cfg := store.Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Location: tokyo(t), MailDomain: "koe.example.go.jp"}
	w := openWorld(t, cfg)
	w.again = func(t testing.TB) store.Config { return store.Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")} }
	return w
}

// openPostgres gives a function that opens a new store in a database of its own, on one server for the test.
func openPostgres(t testing.TB) func(testing.TB) world {
	server := pgtest.Start(t, "fsync=off")
	return func(t testing.TB) world {
		t.Helper()
		w := openWorld(t, store.Config{DSN: server.Database(t), Key: store.NewKey(), Location: tokyo(t), MailDomain: "koe.example.go.jp"})
		w.again = func(t testing.TB) store.Config { return store.Config{DSN: server.Database(t), Key: store.NewKey()} }
		return w
	}
}

func openWorld(t testing.TB, cfg store.Config) world {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := world{Store: s, cfg: cfg}
	w.reopen = func(t *testing.T, change func(*store.Config)) (*store.Store, error) {
		cfg := cfg
		if change != nil {
			change(&cfg)
		}
		s, err := store.Open(context.Background(), cfg)
		if err == nil {
			t.Cleanup(func() { _ = s.Close() })
		}
		return s, err
	}
	return w
}

func tokyo(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// must gives v, or ends the test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ok ends the test with an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantKind ends the test unless err is of a kind.
func wantKind(t testing.TB, err error, kind koe.Kind) {
	t.Helper()
	if err == nil || koe.KindOf(err) != kind {
		t.Fatalf("got error %v of kind %v, want one of kind %v", err, koe.KindOf(err), kind)
	}
}

func date(t testing.TB, s string) koe.Date {
	t.Helper()
	return must(koe.ParseDate(s))(t)
}

// sato and suzuki are two hires and a mentor's number.
func roster(t testing.TB) []koe.Person {
	return []koe.Person{
		{ID: "1001", Name: "佐藤 花子", Email: "hanako@example.go.jp", PersonalEmail: "hanako@example.com", Language: "ja", Role: "hire",
			Segments: map[string]string{"bureau": "総務局", "division": "人事課"},
			Spells:   []koe.Spell{{Number: 1, JoinedOn: date(t, "2026-04-01")}}},
		{ID: "1002", Name: "John Smith", Email: "john@example.go.jp", Language: "en", Role: "hire",
			Segments: map[string]string{"bureau": "港湾局", "division": "計画課"},
			Spells: []koe.Spell{
				{Number: 1, JoinedOn: date(t, "2024-01-15"), LeftOn: date(t, "2025-03-31"), LeftReason: "personal"},
				{Number: 2, JoinedOn: date(t, "2026-05-01")}}},
		{ID: "0900", Name: "鈴木 一郎", Email: "ichiro@example.go.jp", Role: "mentor", Segments: map[string]string{"bureau": "総務局"}},
	}
}

// saved writes the roster and gives it with keys.
func saved(t testing.TB, s *store.Store) []koe.Person {
	t.Helper()
	people := roster(t)
	ok(t, s.SavePeople(t.Context(), at, people))
	return people
}

// invitation is one for a person, due on 1 July.
func invitation(t testing.TB, p koe.Person, stage string, mode koe.Mode) koe.Invitation {
	return koe.Invitation{Journey: "chuto", Stage: stage, Person: p.Key, Spell: 1, Survey: stage, Version: 1, Mode: mode, Language: "ja",
		AnchorOn: date(t, "2026-04-01"), DueOn: date(t, "2026-07-01"), TargetOn: date(t, "2026-07-01"), ClosesOn: date(t, "2026-07-22"),
		Segments: p.Segments}
}

// invited writes invitations to a stage for people and gives them.
func invited(t testing.TB, s *store.Store, stage string, mode koe.Mode, people ...koe.Person) []koe.Invitation {
	t.Helper()
	var all []koe.Invitation
	for _, p := range people {
		all = append(all, invitation(t, p, stage, mode))
	}
	created := must(s.CreateInvitations(t.Context(), at, all))(t)
	if len(created) != len(all) {
		t.Fatalf("created %d invitations of %d", len(created), len(all))
	}
	return created
}

func value(v float64) *float64 { return &v }

// answers are those of a short survey, one of each kind.
func answers() map[string]koe.Answer {
	return map[string]koe.Answer{
		"ISO1": {Value: value(4)}, "ISO2": {Missing: koe.DeclinedTo}, "ISO3": {Missing: koe.Skipped}, "FUP_ISO": {Missing: koe.NotAsked},
		"NET1": {Choices: []string{"1-2"}}, "NEEDS": {Choices: []string{"mentor", "exchange"}},
		"OPN3": {Text: "同期がどこにいるのか分からず、孤独です。<b>"},
	}
}

// submission is one for an invitation.
func submission(id string, inv koe.Invitation) koe.Submission {
	return koe.Submission{ID: id, Invitation: inv.Key, Language: "ja", Source: koe.SourceForm, SubmittedAt: at.Add(time.Hour),
		Segments: inv.Segments, Answers: answers(), Seconds: 93}
}

// TestClose_LeavesOneFileAPart sees that the log of SQLite is in the file when the last one closes it.
func TestClose_LeavesOneFileAPart(t *testing.T) {
	w := openSQLite(t)
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	must(w.Submit(t.Context(), at, submission("s1", inv)))(t)
	ok(t, w.Close())
	var names []string
	for _, entry := range must(os.ReadDir(filepath.Dir(w.cfg.DSN)))(t) {
		names = append(names, entry.Name())
	}
	if want := []string{"koe-vault.sqlite", "koe.sqlite", "vault.key"}; !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	_, err := w.Submit(t.Context(), at, submission("s2", inv))
	if err == nil {
		t.Error("a closed store took a submission")
	}
	ok(t, w.Close())
}

// manyOpenAtOnce opens a store that is not there yet several times at once, as processes that start together do.
func manyOpenAtOnce(t *testing.T, w world) {
	cfg := w.again(t)
	stores, errs := make([]*store.Store, 4), make([]error, 4)
	var opening sync.WaitGroup
	for i := range stores {
		opening.Go(func() { stores[i], errs[i] = store.Open(t.Context(), cfg) })
	}
	opening.Wait()
	for i, s := range stores {
		ok(t, errs[i])
		ok(t, s.SavePeople(t.Context(), at, roster(t)))
	}
	for _, s := range stores {
		if n := len(must(s.People(t.Context(), store.WithVault))(t)); n != 3 {
			t.Errorf("one of them sees %d people", n)
		}
		ok(t, s.Close())
	}
}
