package store

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/internal/koetest/pgtest"
)

var backupNow = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// lived opens a store in which people have been asked and have answered.
func lived(t *testing.T, cfg Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var people []koe.Person
	for i := range 20 {
		people = append(people, koe.Person{ID: fmt.Sprint(1000 + i), Name: fmt.Sprintf("氏名 %d", i), Email: fmt.Sprintf("p%d@example.go.jp", i), Role: "hire",
			Segments: map[string]string{"bureau": "総務局"}, Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, i+1)}}})
	}
	steps := []error{s.SavePeople(t.Context(), backupNow, people),
		s.RememberExport(t.Context(), backupNow, Export{Folder: "/srv/export", Host: "host", SHA256: "00", Safe: true})}
	_, err = s.AddEvents(t.Context(), backupNow, []koe.Event{{Person: people[0].Key, Kind: "left", On: koe.NewDate(2026, 6, 1), Detail: "\n改行 \"引用\""}})
	steps = append(steps, err)
	for i, mode := range []koe.Mode{koe.Confidential, koe.Anonymous} {
		var all []koe.Invitation
		for _, p := range people {
			all = append(all, koe.Invitation{Journey: "chuto", Stage: fmt.Sprint("s", i), Person: p.Key, Spell: 1, Survey: "s", Version: 1, Mode: mode,
				DueOn: koe.NewDate(2026, 7, 1), ClosesOn: koe.NewDate(2026, 7, 22)})
		}
		created, err := s.CreateInvitations(t.Context(), backupNow, all)
		steps = append(steps, err)
		for k, inv := range created[:10] {
			for version := range 2 - i {
				_, err := s.Submit(t.Context(), backupNow, koe.Submission{ID: fmt.Sprint(k, version), Invitation: inv.Key,
					Answers: map[string]koe.Answer{"OPN3": {Text: "声"}}, Requests: []koe.Request{{Question: "CONTACT", Note: "内線"}}})
				steps = append(steps, err)
			}
		}
		steps = append(steps, s.SaveDraft(t.Context(), backupNow, created[11].Key, []byte("下書き")))
	}
	_, err = s.SeeHypotheses(t.Context(), backupNow, "chuto", []koe.Hypothesis{{ID: "h", SHA256: "aa"}})
	steps = append(steps, err, s.SealSurvey(t.Context(), backupNow, "chuto", "s", 1, koe.Confidential, "aa"),
		s.AppendLog(t.Context(), backupNow, LogEntry{Who: "hr", What: "people import", People: 20}),
		review(t.Context(), s), release(t.Context(), s),
		s.RecordRun(t.Context(), "load", backupNow, backupNow, errors.New("no")))
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	return s
}

// review decides about a comment, and has a form signed. It is not a comment of the person whom release erases.
func review(ctx context.Context, s *Store) error {
	all, err := s.Submissions(ctx, SubmissionFilter{Mode: koe.Confidential})
	if err != nil {
		return err
	}
	erased, err := s.PersonByID(ctx, "1001")
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(sub koe.Submission) bool { return sub.Person == erased.Key })
	_, err = s.SaveReviews(ctx, backupNow, []Review{{Response: all[0].Response, Question: "OPN3", Check: "aa", Cleared: Cleared}})
	if err == nil {
		_, err = s.SigningKey(ctx)
	}
	return err
}

// release puts two releases into the ledger, one answer erased between them.
func release(ctx context.Context, s *Store) error {
	all, err := s.Submissions(ctx, SubmissionFilter{Mode: koe.Confidential})
	if err != nil {
		return err
	}
	cell := ReleaseCell{Key: "c", Journey: "chuto", Stage: "s0", Wave: "2026Q3", Cohort: "2026Q2", Members: map[string]string{"bureau": "総務局"}}
	var joined []ReleaseResponse
	for _, sub := range all {
		joined = append(joined, ReleaseResponse{sub.Response, "1", "c"})
	}
	_, _, err = s.RecordRelease(ctx, backupNow, Release{Name: "2026-07-01", Inputs: "aa", PreparedBy: "hr",
		Tables: []ReleaseTable{{"trend", 1, 0, 2}}, Files: []ReleaseFile{{Name: "koe-report.html", Language: "ja", Bytes: 1, SHA256: "bb"}}},
		ReleaseChange{Cells: []ReleaseCell{cell}, Joined: each(joined), Shown: each([]ReleaseFigure{{"trend", `{"stage":"s0"}`, `{"mean":3.5}`, `[10]`, ""}})})
	if err != nil {
		return err
	}
	_, err = s.Erase(ctx, backupNow, "1001")
	return err
}

// each goes through a list.
func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// TestBackup_HasEveryTable holds that a new table is either backed up or left out on purpose.
func TestBackup_HasEveryTable(t *testing.T) {
	leftOut := map[string][]string{
		mainPart:  {"meta", "change_counter", "erasure", "lease", "goose_db_version", "sqlite_sequence"},
		vaultPart: {"goose_db_version", "sqlite_sequence"},
	}
	s := openTest(t)
	for _, d := range []*database{s.main, s.vault} {
		rows, err := d.db.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table'")
		tables, err := collect(rows, err, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) })
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if !slices.Contains(backupTables[d.part], table) && !slices.Contains(leftOut[d.part], table) {
				t.Errorf("the backup has no %s of the %s part", table, d.part)
			}
		}
	}
}

// tables dumps every table of a store.
func tables(t *testing.T, s *Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, d := range []*database{s.main, s.vault} {
		err := d.snapshot(t.Context(), func(tx *tx) error {
			for _, table := range backupTables[d.part] {
				var b bytes.Buffer
				if _, err := dump(tx, table, &b); err != nil {
					return err
				}
				all[d.part+"/"+table] = b.String()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func backupOf(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), backupNow, &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRestore_GivesEveryRowBack goes from each database to each.
func TestRestore_GivesEveryRowBack(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	key := NewKey()
	places := map[string]func() Config{
		"sqlite":   func() Config { return Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Key: key} },
		"postgres": func() Config { return Config{DSN: server.Database(t), Key: key} },
	}
	for from, source := range places {
		s := lived(t, source())
		backup, want := backupOf(t, s), tables(t, s)
		for part, text := range want {
			if bytes.Count([]byte(text), []byte("\n")) < 2 {
				t.Errorf("the test writes nothing into %s", part)
			}
		}
		for _, secret := range []string{"p3@example.go.jp", "氏名", "内線", "1003", "下書き"} {
			if bytes.Contains(backup, []byte(secret)) {
				t.Errorf("%q is in the backup in clear", secret)
			}
		}
		for to, target := range places {
			t.Run(from+" to "+to, func(t *testing.T) {
				cfg := target()
				if _, err := Restore(t.Context(), cfg, bytes.NewReader(backup), int64(len(backup)), ""); err != nil {
					t.Fatal(err)
				}
				got, err := Open(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer got.Close()
				if d := cmp.Diff(want, tables(t, got)); d != "" {
					t.Error(d)
				}
				if _, _, err := got.VerifyLog(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := got.PersonByID(t.Context(), "1003"); err != nil {
					t.Error(err)
				}
				if _, err := Restore(t.Context(), cfg, bytes.NewReader(backup), int64(len(backup)), ""); koe.KindOf(err) != koe.Conflict {
					t.Errorf("restored over a store: %v", err)
				}
			})
		}
	}
}

// TestRestore_GivesTheFilesBesideBack: half-written ones and folders are none of the store's.
func TestRestore_GivesTheFilesBesideBack(t *testing.T) {
	key, dir := NewKey(), t.TempDir()
	s := lived(t, Config{DSN: filepath.Join(dir, "from.sqlite"), Key: key})
	var b bytes.Buffer
	beside := fstest.MapFS{"2026-04-01.duckdb": {Data: []byte("figures")}, "2026-07-01.duckdb": {Data: bytes.Repeat([]byte("more"), 1<<18)},
		".2026-10-01.duckdb.123": {Data: []byte("half")}, "old/2025-10-01.duckdb": {Data: []byte("not here")}}
	if err := s.Backup(t.Context(), backupNow, &b, beside); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "to", "released")
	r, err := Restore(t.Context(), Config{DSN: filepath.Join(dir, "to.sqlite"), Key: key}, bytes.NewReader(b.Bytes()), int64(b.Len()), folder)
	if err != nil || r.Files != 2 {
		t.Fatal(r, err)
	}
	got := map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(content)
	}
	if d := cmp.Diff(map[string]string{"2026-04-01.duckdb": "figures", "2026-07-01.duckdb": strings.Repeat("more", 1<<18)}, got); d != "" {
		t.Error(d)
	}
	if err := s.Backup(t.Context(), backupNow, io.Discard, os.DirFS(filepath.Join(dir, "nothing"))); err != nil {
		t.Errorf("without such a folder: %v", err)
	}
}

func TestRestore_RefusesAFileThatWouldLeaveItsFolder(t *testing.T) {
	key, dir := NewKey(), t.TempDir()
	honest := backupOf(t, lived(t, Config{DSN: filepath.Join(dir, "from.sqlite"), Key: key}))
	for _, name := range []string{"beside/../escaped", "beside/deeper/escaped", "beside/"} {
		backup := withEntry(t, honest, name, "text")
		_, err := Restore(t.Context(), Config{DSN: filepath.Join(dir, "to.sqlite"), Key: key}, bytes.NewReader(backup), int64(len(backup)), filepath.Join(dir, "released"))
		if koe.KindOf(err) != koe.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "escaped" || strings.HasPrefix(e.Name(), "to.sqlite") }) {
		t.Error(entries, err)
	}
}

// withEntry gives a backup with one more entry, which its manifest names.
func withEntry(t *testing.T, backup []byte, name, text string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(from)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, f := range from.File {
		if f.Name != "manifest.json" {
			if err := to.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.Entries = append(m.Entries, manifestEntry{Name: name, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))})
	manifest, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{name: []byte(text), "manifest.json": manifest} {
		entry, err := to.Create(name)
		if err == nil {
			_, err = entry.Write(content)
		}
		if err != nil && !strings.HasSuffix(name, "/") {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRestore_RefusesWhatIsNotWhole(t *testing.T) {
	key := NewKey()
	backup := backupOf(t, lived(t, Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Key: key}))
	damaged := bytes.Clone(backup)
	damaged[len(damaged)/2] ^= 1
	for name, c := range map[string]struct {
		backup []byte
		key    string
		kind   koe.Kind
	}{
		"another key": {backup, NewKey(), koe.Forbidden},
		"no key":      {backup, "", koe.Forbidden},
		"cut off":     {backup[:len(backup)-100], key, koe.Invalid},
		"damaged":     {damaged, key, koe.Invalid},
		"no zip":      {[]byte("hello"), key, koe.Invalid},
	} {
		dir := t.TempDir()
		_, err := Restore(t.Context(), Config{DSN: filepath.Join(dir, "koe.sqlite"), Key: c.key}, bytes.NewReader(c.backup), int64(len(c.backup)), "")
		if err == nil || koe.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want %v", name, err, c.kind)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// TestBackup_IsWholeWhileOthersWrite backs up again and again while people are added, asked and answer; in each backup
// everybody has an identity and each invitation a token.
func TestBackup_IsWholeWhileOthersWrite(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	for name, cfg := range map[string]Config{
		"sqlite":   {DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Key: NewKey()},
		"postgres": {DSN: server.Database(t), Key: NewKey()},
	} {
		s := lived(t, cfg)
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					people := []koe.Person{{ID: fmt.Sprint("n", w, i), Name: "新人"}}
					err := s.SavePeople(ctx, backupNow, people)
					created, err2 := s.CreateInvitations(ctx, backupNow, []koe.Invitation{{Journey: "chuto", Stage: "s0", Person: people[0].Key, Spell: 1, Survey: "s", Mode: koe.Confidential}})
					if err = errors.Join(err, err2); err == nil {
						_, err = s.Submit(ctx, backupNow, koe.Submission{ID: "1", Invitation: created[0].Key})
					}
					if err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 3 {
			backup := backupOf(t, s)
			to := Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Key: cfg.Key}
			if _, err := Restore(t.Context(), to, bytes.NewReader(backup), int64(len(backup)), ""); err != nil {
				t.Fatal(name, err)
			}
			got, err := Open(t.Context(), to)
			if err != nil {
				t.Fatal(err)
			}
			people, err := got.People(t.Context(), WithVault)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range people {
				if p.ID == "" {
					t.Fatalf("%s, backup %d: somebody has no identity", name, i)
				}
			}
			invitations, err := got.Invitations(t.Context(), InvitationFilter{})
			if err != nil {
				t.Fatal(err)
			}
			for _, inv := range invitations {
				if _, err := got.Token(t.Context(), inv.Key); err != nil {
					t.Fatalf("%s, backup %d: %v", name, i, err)
				}
			}
			if err := got.Close(); err != nil {
				t.Error(err)
			}
		}
		stop()
		writers.Wait()
	}
}
