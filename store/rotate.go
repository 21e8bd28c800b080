package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"koe"
)

// RotateKey seals everything with a new vault key (32 bytes in base64, from NewKey). When it returns, the old key opens
// nothing any more. The store that rotates goes on with the new key; other processes that have the vault open must be
// stopped before, and started with the new key.
//
// A key from a file is replaced there; one from the environment must be replaced by whoever set it. A rotation that is
// cut short loses nothing: the store still opens with the old key (or already with the new one), and RotateKey with the
// same new key finishes.
func (s *Store) RotateKey(ctx context.Context, newKeyText string) error {
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
	if err := s.vault.update(ctx, func(tx *tx) error { return resealVault(tx, both) }); err != nil {
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
	s.seal = &sealer{current: next}
	return s.scrub(ctx)
}

// nextKeyFile is where the new key lies during a rotation.
func nextKeyFile(file string) string { return file + ".next" }

func writeNextKey(file, key string) error {
	f, err := os.OpenFile(nextKeyFile(file), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		_, err = f.WriteString(key + "\n")
		err = errors.Join(err, f.Sync(), f.Close())
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
func resealVault(tx *tx, both *sealer) error {
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
	_, err := tx.exec("set_meta", "key_check", both.seal("check", []byte(keyCheck)))
	return err
}
