package store

import (
	"context"
	"crypto/rand"
)

// signingKeyName is where the vault keeps the signing key, sealed.
const signingKeyName = "signing_key"

// SigningKey gives the 32 bytes with which forms that leave the house are signed, so that what comes back can be trusted.
// It is made at first use and stays the same when the vault key is rotated: forms that are out remain good.
func (s *Store) SigningKey(ctx context.Context) ([]byte, error) {
	if err := s.needVault(); err != nil {
		return nil, err
	}
	var sealed string
	found, err := s.vault.get(ctx, "meta", []any{signingKeyName}, &sealed)
	if err != nil {
		return nil, err
	}
	if !found {
		err = s.vault.update(ctx, func(tx *tx) error {
			if found, err := tx.get("meta", []any{signingKeyName}, &sealed); found || err != nil {
				return err // another process was faster
			}
			var key [32]byte
			_, _ = rand.Read(key[:]) // never fails
			sealed = s.seal.seal(signingKeyName, key[:])
			_, err := tx.exec("set_meta", signingKeyName, sealed)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s.seal.open(signingKeyName, sealed)
}

// resealSigningKey seals the signing key anew, when there is one.
func resealSigningKey(tx *tx, both *sealer) error {
	var sealed string
	if found, err := tx.get("meta", []any{signingKeyName}, &sealed); !found || err != nil {
		return err
	}
	fresh, _, err := both.reseal(signingKeyName, sealed)
	if err != nil {
		return err
	}
	_, err = tx.exec("set_meta", signingKeyName, fresh)
	return err
}
