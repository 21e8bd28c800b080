package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"koe"
)

// RotateKey seals everything with a new vault key (32 bytes in base64, from NewKey). When it returns, the old key opens
// nothing that is there. The store that rotates goes on with the new key; other processes that have the vault open should
// be stopped before, and started with the new key. What one of them still writes with the old key is not lost: the vault
// keeps that key, sealed with the new one, until the next rotation has sealed those rows anew.
//
// A key from a file is replaced there; one from the environment must be replaced by whoever set it. A rotation that is
// cut short loses nothing: the store still opens with the old key (or already with the new one), and RotateKey with the
// same new key finishes.
func (s *Store) RotateKey(ctx context.Context, now time.Time, newKeyText string) error {
	if err := s.needVault(); err != nil {
		return err
	}
	secret, err := ParseKey(newKeyText)
	if err != nil {
		return err
	}
	next, err := newVaultKey(secret)
	if err != nil {
		return err
	}
	if next.id == s.seal.current.id {
		return koe.Errorf(koe.Invalid, "the new vault key is the one in use; make a new one with: openssl rand -base64 32")
	}
	old := s.seal
	if s.keyFile != "" {
		if err := writeNextKey(s.keyFile, newKeyText); err != nil {
			return err
		}
	}
	// From here on whoever has the old key can open what is sealed with the new one.
	err = s.vault.update(ctx, func(tx *tx) error {
		_, err := tx.exec("set_meta", "key_next", old.seal("key_next", []byte(encodeKey(secret))))
		return err
	})
	if err != nil {
		return err
	}
	both := &sealer{current: next, older: append([]*vaultKey{old.current}, old.older...)}
	if err := s.resealMain(ctx, both); err != nil {
		return err
	}
	if err := s.vault.update(ctx, func(tx *tx) error { return resealVault(tx, now, both) }); err != nil {
		return err
	}
	s.seal = both // nothing that was written meanwhile is lost
	if s.keyFile != "" {
		if err := os.Rename(nextKeyFile(s.keyFile), s.keyFile); err != nil {
			return koe.Errorf(koe.Internal, "the new vault key is in %s and must be moved to %s: %w", nextKeyFile(s.keyFile), s.keyFile, err)
		}
	}
	if err := s.resealMain(ctx, both); err != nil {
		return err
	}
	s.seal = &sealer{current: next, older: both.older[:1]}
	return s.scrub(ctx)
}

// KeyInfo is what may be told of the vault key.
type KeyInfo struct {
	ID         string    `json:"id"`             // names the key without telling it
	File       string    `json:"file,omitempty"` // where it lies; "" when it was given
	Since      time.Time `json:"since,omitzero"` // of the last rotation; without one of the first line of the audit log; zero when there is none
	Unfinished bool      `json:"unfinished"`     // a rotation was cut short: RotateKey finishes it
}

// Key tells what may be told of the vault key.
func (s *Store) Key(ctx context.Context) (KeyInfo, error) {
	if err := s.needVault(); err != nil {
		return KeyInfo{}, err
	}
	k := KeyInfo{ID: s.seal.current.id, File: s.keyFile}
	var since string
	found, err := s.vault.get(ctx, "meta", []any{"key_since"}, &since)
	if err != nil {
		return k, err
	}
	if !found {
		if _, err := s.main.get(ctx, "log_begin", nil, &since); err != nil {
			return k, err
		}
	}
	if k.Unfinished, err = s.vault.get(ctx, "meta", []any{"key_next"}, new(string)); err != nil {
		return k, err
	}
	if s.keyFile != "" && !k.Unfinished {
		_, err := os.Stat(nextKeyFile(s.keyFile)) // cut short before the vault knew of it
		k.Unfinished = err == nil
	}
	return k, read(field{since, &k.Since})
}

// UnfinishedKey gives the new key of a rotation that was cut short; "" when there is none.
func (s *Store) UnfinishedKey(ctx context.Context) (string, error) {
	if err := s.needVault(); err != nil {
		return "", err
	}
	var sealed string
	if found, err := s.vault.get(ctx, "meta", []any{"key_next"}, &sealed); err != nil || found {
		if err != nil {
			return "", err
		}
		plain, err := s.seal.open("key_next", sealed)
		return string(plain), err
	}
	if s.keyFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(nextKeyFile(s.keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if _, broken := ParseKey(string(b)); err == nil && broken != nil {
		return "", nil //nolint:nilerr // nothing was sealed with it yet: the file was not even written
	}
	return strings.TrimSpace(string(b)), err
}

// nextKeyFile is where the new key lies during a rotation.
func nextKeyFile(file string) string { return file + ".next" }

func writeNextKey(file, key string) error {
	f, err := os.OpenFile(nextKeyFile(file), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		_, err = f.WriteString(key + "\n")
		err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	}
	if err != nil {
		return koe.Errorf(koe.Internal, "the new vault key cannot be written to %s: %w", filepath.Dir(file), err)
	}
	return nil
}

// takeNextKey finishes a rotation that was cut short after the vault had taken the new key: the key file is still the old.
func takeNextKey(file, checkID string) (*vaultKey, error) {
	b, err := os.ReadFile(nextKeyFile(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, koe.Errorf(koe.Forbidden, "the new vault key cannot be read from %s: %w", nextKeyFile(file), err)
	}
	secret, err := ParseKey(string(b))
	if err != nil {
		return nil, err
	}
	key, err := newVaultKey(secret)
	if err != nil || key.id != checkID {
		return nil, err
	}
	return key, os.Rename(nextKeyFile(file), file)
}

// reseal gives a value under the current key; false when it is already.
func (s *sealer) reseal(about, sealed string) (string, bool, error) {
	if s.isCurrent(sealed) {
		return sealed, false, nil
	}
	plain, err := s.open(about, sealed)
	if err != nil {
		return "", false, err
	}
	return s.seal(about, plain), true, nil
}

// sealedRow is a sealed value and the row that it is in.
type sealedRow struct {
	key     string
	version int
	sealed  string
}

func scanSealed(rows *sql.Rows) (r sealedRow, err error) { return r, rows.Scan(&r.key, &r.sealed) }

// resealMain seals the texts and drafts of the main part anew, a thousand in a transaction.
func (s *Store) resealMain(ctx context.Context, both *sealer) error {
	for _, of := range []struct{ list, update, about string }{
		{"rotate_responses", "rotate_response", "response/"},
		{"rotate_drafts", "rotate_draft", "draft/"},
	} {
		after := ""
		for {
			rows, err := s.main.query(ctx, of.list, "", after)
			page, err := collect(rows, err, scanSealed)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].key
			err = s.main.update(ctx, func(tx *tx) error {
				for _, r := range page {
					fresh, changed, err := both.reseal(of.about+r.key, r.sealed)
					if err != nil {
						return err
					}
					if changed {
						if _, err := tx.exec(of.update, r.key, fresh, r.sealed); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return s.resealVersions(ctx, both)
}

func (s *Store) resealVersions(ctx context.Context, both *sealer) error {
	var last sealedRow
	for {
		rows, err := s.main.query(ctx, "rotate_versions", "", last.key, last.version)
		page, err := collect(rows, err, func(rows *sql.Rows) (r sealedRow, err error) { return r, rows.Scan(&r.key, &r.version, &r.sealed) })
		if err != nil || len(page) == 0 {
			return err
		}
		last = page[len(page)-1]
		err = s.main.update(ctx, func(tx *tx) error {
			for _, r := range page {
				fresh, changed, err := both.reseal("response/"+r.key, r.sealed)
				if err != nil {
					return err
				}
				if changed {
					if _, err := tx.exec("rotate_version", r.key, r.version, fresh); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// resealVault seals the whole vault anew, with its blind indexes and what it knows the key by, in one transaction: there
// is no moment at which somebody is found under one key and somebody else under the other.
func resealVault(tx *tx, now time.Time, both *sealer) error {
	for _, of := range []struct{ list, update, about string }{
		{"rotate_identities", "rotate_identity", "identity/"},
		{"rotate_tokens", "rotate_token", "token/"},
		{"rotate_requests", "rotate_request", "request/"},
	} {
		after := ""
		for {
			rows, err := tx.query(of.list, after)
			page, err := collect(rows, err, scanSealed)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].key
			for _, r := range page {
				fresh, _, err := both.reseal(of.about+r.key, r.sealed)
				if err != nil {
					return err
				}
				args := []any{r.key, fresh}
				if of.about == "identity/" {
					var who identity
					if err := both.openJSON(of.about+r.key, fresh, &who); err != nil {
						return err
					}
					args = append(args, both.current.blind(who.ID))
				}
				if _, err := tx.exec(of.update, args...); err != nil {
					return err
				}
			}
		}
	}
	if err := resealSigningKey(tx, both); err != nil {
		return err
	}
	if _, err := tx.exec("delete_meta", "key_next"); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"key_check":    both.seal("check", []byte(keyCheck)),
		"key_previous": both.seal("key_previous", []byte(encodeKey(both.older[0].secret))),
		"key_since":    stamp(now),
	} {
		if _, err := tx.exec("set_meta", name, value); err != nil {
			return err
		}
	}
	return nil
}
