package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"koe"
)

func openTest(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put is a job that writes one row.
func put(name string) func(*tx) error {
	return func(tx *tx) error {
		_, err := tx.exec("set_meta", name, "x")
		return err
	}
}

func has(t *testing.T, s *Store, name string) bool {
	t.Helper()
	var value string
	found, err := s.main.get(t.Context(), "meta", []any{name}, &value)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestWriter_OneFailureIsOnesOwn has good and bad callers share groups: what fails, panics or gives up leaves nothing of its own and
// takes nothing from the others.
func TestWriter_OneFailureIsOnesOwn(t *testing.T) {
	s := openTest(t)
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	refused := errors.New("refused")
	var callers sync.WaitGroup
	for i := range 200 {
		callers.Go(func() {
			name := fmt.Sprint("row", i)
			ctx, job, wrong := t.Context(), put(name), ""
			switch i % 5 {
			case 1:
				job, wrong = func(tx *tx) error { return errors.Join(put(name)(tx), refused) }, "refused"
			case 2:
				job, wrong = func(tx *tx) error {
					_ = put(name)(tx)
					panic("a fault")
				}, "a fault"
			case 3:
				ctx, wrong = gone, "canceled"
			}
			err := s.main.update(ctx, job)
			if wrong == "" && err != nil || wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
				t.Errorf("caller %d: %v, want %q", i, err, wrong)
			}
			if has(t, s, name) != (wrong == "") {
				t.Errorf("caller %d: its row is there: %v", i, wrong != "")
			}
		})
	}
	callers.Wait()
}

// TestWriter_FullDiskIsSaidAndHalfNothing fills the file up: who does not fit is told so, who fits is written, and with room again
// all goes on.
func TestWriter_FullDiskIsSaidAndHalfNothing(t *testing.T) {
	s := openTest(t)
	limit := func(pages string) {
		t.Helper()
		err := s.main.writer.bare(t.Context(), func(tx *tx) error {
			rows, err := tx.on.QueryContext(tx.ctx, "PRAGMA max_page_count = "+pages)
			if err != nil {
				return err
			}
			return rows.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite makes it as many as there are
	big := strings.Repeat("x", 1<<20)
	full := s.main.update(t.Context(), func(tx *tx) error {
		if err := put("small, of the big one")(tx); err != nil {
			return err
		}
		_, err := tx.exec("set_meta", "big", big)
		return err
	})
	if koe.KindOf(full) != koe.Internal || !strings.Contains(full.Error(), "the disk that holds") || !strings.Contains(full.Error(), "nothing was written") {
		t.Errorf("a full disk says: %v", full)
	}
	if has(t, s, "big") || has(t, s, "small, of the big one") {
		t.Error("half of it was written")
	}
	var callers sync.WaitGroup
	for i := range 20 {
		callers.Go(func() {
			name, value, fits := fmt.Sprint("row", i), "x", true
			if i%4 == 0 {
				value, fits = big, false
			}
			err := s.main.update(t.Context(), func(tx *tx) error {
				_, err := tx.exec("set_meta", name, value)
				return err
			})
			if (err == nil) != fits || has(t, s, name) != fits {
				t.Errorf("row %d: %v", i, err)
			}
		})
	}
	callers.Wait()
	limit("1000000")
	if err := s.main.update(t.Context(), func(tx *tx) error {
		_, err := tx.exec("set_meta", "big", big)
		return err
	}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestOpen_SaysWhatIsWrongWithThePlace(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "letter.sqlite"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		"":                                     "no store is named",
		filepath.Join(dir, "file", "x.sqlite"): "the folder of the store cannot be made",
		dir:                                    "cannot be opened",
		filepath.Join(dir, "letter.sqlite"):    "no store of koe",
		"postgres://nobody@127.0.0.1:1/koe?connect_timeout=1": "cannot be reached",
		"postgres://%zz": "is not one of PostgreSQL",
	} {
		s, err := Open(t.Context(), Config{DSN: dsn, VaultPath: filepath.Join(t.TempDir(), "vault.sqlite"), Key: NewKey()})
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", dsn, err, want)
		}
	}
}

// TestKeyFile_IsMadeOnceAndNeverForAUsedVault covers the ways in which a key is lost.
func TestKeyFile_IsMadeOnceAndNeverForAUsedVault(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{DSN: filepath.Join(dir, "koe.sqlite")}
	file := filepath.Join(dir, "vault.key")
	var keys [2]string
	for i := range keys {
		s, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		keys[i] = string(b)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || keys[0] != keys[1] || keys[0] == "" {
		t.Errorf("the key file: %v, %v, same key: %v", info.Mode(), err, keys[0] == keys[1])
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), cfg); koe.KindOf(err) != koe.Forbidden || !strings.Contains(err.Error(), "put the file back") {
		t.Errorf("without the key file: %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a new key was made for a vault that has one")
	}
	cfg.Key = keys[0]
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
}

// TestRotateKey_CutShortIsFinishedLater stops a rotation at each of its steps and goes on from there.
func TestRotateKey_CutShortIsFinishedLater(t *testing.T) {
	for _, cut := range []string{"before the vault", "before the key file"} {
		dir := t.TempDir()
		cfg := Config{DSN: filepath.Join(dir, "koe.sqlite")}
		s := lived(t, cfg)
		fresh := NewKey()
		secret, err := ParseKey(fresh)
		if err != nil {
			t.Fatal(err)
		}
		next, err := newVaultKey(secret)
		if err != nil {
			t.Fatal(err)
		}
		both := &sealer{current: next, older: []*vaultKey{s.seal.current}}
		steps := []error{writeNextKey(s.keyFile, fresh), s.vault.update(t.Context(), func(tx *tx) error {
			_, err := tx.exec("set_meta", "key_next", s.seal.seal("key_next", []byte(fresh)))
			return err
		}), s.resealMain(t.Context(), both)}
		if cut == "before the key file" {
			steps = append(steps, s.vault.update(t.Context(), func(tx *tx) error { return resealVault(tx, backupNow, both) }))
		}
		if err := errors.Join(append(steps, s.Close())...); err != nil {
			t.Fatal(err)
		}
		for range 2 { // opened, rotated to the end, opened again
			s, err = Open(t.Context(), cfg)
			if err != nil {
				t.Fatalf("cut %s: %v", cut, err)
			}
			subs, err := s.Submissions(t.Context(), SubmissionFilter{Mode: koe.Confidential})
			if err != nil || len(subs) != 9 || subs[0].Answers["OPN3"].Text != "声" {
				t.Errorf("cut %s: %d submissions, %v", cut, len(subs), err)
			}
			if _, err := s.PersonByID(t.Context(), "1003"); err != nil {
				t.Errorf("cut %s: %v", cut, err)
			}
			if s.seal.current.id != next.id {
				if err := s.RotateKey(t.Context(), backupNow, fresh); err != nil {
					t.Errorf("cut %s: %v", cut, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*.next")); err != nil || len(left) > 0 {
			t.Errorf("cut %s: left %v, %v", cut, left, err)
		}
	}
}

// TestRotateKey_WhatAnotherProcessStillWritesIsNotLost has a process that was not stopped write with the old key.
func TestRotateKey_WhatAnotherProcessStillWritesIsNotLost(t *testing.T) {
	cfg := Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")}
	s := lived(t, cfg)
	other, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	inv, err := s.Invitations(t.Context(), InvitationFilter{Stage: "s0"})
	if err != nil {
		t.Fatal(err)
	}
	last := inv[len(inv)-1].Key
	if err := errors.Join(s.RotateKey(t.Context(), backupNow, NewKey()), other.SaveDraft(t.Context(), backupNow, last, []byte("まだ古い鍵で")), other.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // with the new key, and with the one after it
		s, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if draft, _, err := s.Draft(t.Context(), last); err != nil || string(draft) != "まだ古い鍵で" {
			t.Errorf("%q, %v", draft, err)
		}
		if err := errors.Join(s.RotateKey(t.Context(), backupNow, NewKey()), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVerifyLog_NamesTheLineThatWasChanged tampers with the log behind the store's back.
func TestVerifyLog_NamesTheLineThatWasChanged(t *testing.T) {
	for statement, want := range map[string]string{
		"UPDATE log SET who = 'somebody else' WHERE number = 2":                                          "line 2",
		"DELETE FROM log WHERE number = 2":                                                               "line 3",
		"UPDATE log SET people = 1 WHERE number = 3":                                                     "line 3",
		"INSERT INTO log SELECT 4, at_time, who, what, people, detail, sha256 FROM log WHERE number = 3": "line 4",
	} {
		s := openTest(t)
		for _, what := range []string{"people import", "report", "forget"} {
			if err := s.AppendLog(t.Context(), backupNow, LogEntry{Who: "hr", What: what}); err != nil {
				t.Fatal(err)
			}
		}
		err := s.main.update(t.Context(), func(tx *tx) error {
			_, err := tx.on.ExecContext(tx.ctx, statement)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.VerifyLog(t.Context()); koe.KindOf(err) != koe.Conflict || !strings.Contains(err.Error(), want) {
			t.Errorf("after %s: %v", statement, err)
		}
	}
}

// TestSealer_ValueMovedToAnotherRowDoesNotOpen holds that a sealed value is tied to its row and to its key.
func TestSealer_ValueMovedToAnotherRowDoesNotOpen(t *testing.T) {
	s := openTest(t)
	sealed := s.seal.seal("token/A", []byte("secret"))
	if plain, err := s.seal.open("token/A", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q, %v", plain, err)
	}
	changed := sealed[:len(sealed)-1] + string(sealed[len(sealed)-1]^1)
	for about, value := range map[string]string{"token/B": sealed, "token/A": changed, "token/C": "1:zz:", "token/D": "2:x:y", "token/E": ""} {
		if _, err := s.seal.open(about, value); err == nil {
			t.Errorf("%s opened %q", about, value)
		}
	}
}
