package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"koe"
)

// ParseKey reads a vault key: 32 bytes in base64, of either alphabet, with or without padding.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimSpace(text)), "=")
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, koe.Errorf(koe.Invalid, "the vault key must be 32 bytes in base64 (44 characters); make one with: openssl rand -base64 32")
	}
	return key, nil
}

// NewKey makes a vault key, in base64.
func NewKey() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return encodeKey(key[:])
}

func encodeKey(key []byte) string { return base64.StdEncoding.EncodeToString(key) }

// keyCheck is sealed in every vault, so that a wrong key is known at once.
const keyCheck = "koe vault"

// openSealer finds the key and checks that it is the one that the vault was sealed with. A new vault takes the key that
// it is given or, when there is none, a new one in the key file. A vault that is in use never gets a new key.
func openSealer(ctx context.Context, vault *database, text, file string) (*sealer, error) {
	var check string
	used, err := vault.get(ctx, "meta", []any{"key_check"}, &check)
	if err != nil {
		return nil, err
	}
	secret, err := findKey(text, file, used)
	if err != nil {
		return nil, err
	}
	key, err := newVaultKey(secret)
	if err != nil {
		return nil, err
	}
	if used && text == "" && strings.Split(check, ":")[1] != key.id {
		next, err := takeNextKey(file, strings.Split(check, ":")[1])
		if err != nil {
			return nil, err
		}
		if next != nil {
			key = next
		}
	}
	s := &sealer{current: key}
	if !used {
		err := vault.update(ctx, func(tx *tx) error {
			if found, err := tx.get("meta", []any{"key_check"}, &check); found || err != nil {
				return err // another process was faster
			}
			check = s.seal("check", []byte(keyCheck))
			_, err := tx.exec("set_meta", "key_check", check)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if !s.isCurrent(check) {
		return nil, koe.Errorf(koe.Forbidden,
			"the vault %s was sealed with another key (%s) than the one given (%s); give the right key, or add --without-vault: answers stay readable, without names, links and comments",
			vault.name, strings.Split(check, ":")[1], key.id)
	}
	if _, err = s.open("check", check); err != nil {
		return nil, err
	}
	// key_next: what a rotation that was cut short had sealed with the new key opens for the holder of the old one.
	// key_previous: what somebody wrote with the old key after a rotation opens for the holder of the new one.
	return s, errors.Join(s.knowKey(ctx, vault, "key_next"), s.knowKey(ctx, vault, "key_previous"))
}

// knowKey adds a key that lies in the vault, sealed with the current one.
func (s *sealer) knowKey(ctx context.Context, vault *database, name string) error {
	var sealed string
	found, err := vault.get(ctx, "meta", []any{name}, &sealed)
	if err != nil || !found {
		return err
	}
	plain, err := s.open(name, sealed)
	if err != nil {
		return err
	}
	secret, err := ParseKey(string(plain))
	if err != nil {
		return err
	}
	key, err := newVaultKey(secret)
	if err == nil {
		s.older = append(s.older, key)
	}
	return err
}

// findKey gives the key's 32 bytes: from text, else from the file, which is made for a new vault only.
func findKey(text, file string, used bool) ([]byte, error) {
	if text != "" {
		return ParseKey(text)
	}
	if file == "" {
		return nil, koe.Errorf(koe.Invalid, "no vault key is given; set the environment variable that vault_key_env names to the output of: openssl rand -base64 32")
	}
	b, err := os.ReadFile(file)
	switch {
	case err == nil:
		return ParseKey(string(b))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, koe.Errorf(koe.Forbidden, "the vault key cannot be read from %s: %w", file, err)
	case used:
		return nil, koe.Errorf(koe.Forbidden,
			"the vault key is not in %s any more; put the file back, or add --without-vault: answers stay readable, without names, links and comments", file)
	}
	return makeKeyFile(file)
}

// makeKeyFile writes a new key, whole or not at all, readable by its owner only. Of two processes one wins and both
// read the same key.
func makeKeyFile(file string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, koe.Errorf(koe.Internal, "the folder of the vault key cannot be made: %w", err)
	}
	beside, err := os.CreateTemp(filepath.Dir(file), ".vault-key-*") // of mode 0600
	if err != nil {
		return nil, koe.Errorf(koe.Internal, "the vault key cannot be written to %s: %w", file, err)
	}
	defer os.Remove(beside.Name())
	_, err = beside.WriteString(NewKey() + "\n")
	if err = errors.Join(err, beside.Sync(), beside.Close()); err != nil {
		return nil, koe.Errorf(koe.Internal, "the vault key cannot be written to %s: %w", file, err)
	}
	if err := os.Link(beside.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, koe.Errorf(koe.Internal, "the vault key cannot be written to %s: %w", file, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, koe.Errorf(koe.Internal, "the vault key cannot be read from %s: %w", file, err)
	}
	return ParseKey(string(b))
}
