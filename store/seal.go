package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"koe"
)

// sealer seals what only the holder of the vault key may read: AES-256-GCM with a random nonce, and the row's own
// identity as associated data, so that a sealed value moved to another row does not open.
// A sealed value is "1:<key id>:<base64 of nonce and ciphertext>".
type sealer struct {
	current *vaultKey
	older   []*vaultKey // what was sealed before a rotation, or during one
}

// vaultKey is a vault key and what is derived from it (HKDF-SHA256).
type vaultKey struct {
	id     string // names the key without telling it
	secret []byte
	aead   cipher.AEAD
	index  []byte // for blind indexes
}

// newVaultKey derives the keys of use from 32 bytes.
func newVaultKey(secret []byte) (*vaultKey, error) {
	if len(secret) != 32 {
		return nil, koe.Errorf(koe.Invalid, "the vault key has %d bytes and must have 32; make one with: openssl rand -base64 32", len(secret))
	}
	derive := func(use string, n int) ([]byte, error) { return hkdf.Key(sha256.New, secret, nil, "koe "+use, n) }
	sealing, err := derive("sealing", 32)
	if err != nil {
		return nil, err
	}
	index, err := derive("index", 32)
	if err != nil {
		return nil, err
	}
	id, err := derive("id", 4)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &vaultKey{id: hex.EncodeToString(id), secret: secret, aead: aead, index: index}, nil
}

// seal seals plain for the row that about names, as "token/01J…".
func (s *sealer) seal(about string, plain []byte) string {
	k := s.current
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return "1:" + k.id + ":" + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, []byte(about)))
}

// open opens what was sealed for the row that about names.
func (s *sealer) open(about, sealed string) ([]byte, error) {
	version, rest, _ := strings.Cut(sealed, ":")
	id, body, ok := strings.Cut(rest, ":")
	if version != "1" || !ok {
		return nil, koe.Errorf(koe.Internal, "a sealed value of the vault has a form that this koe does not know; use a newer koe")
	}
	for _, k := range append([]*vaultKey{s.current}, s.older...) {
		if k.id != id {
			continue
		}
		raw, err := base64.RawStdEncoding.DecodeString(body)
		if err != nil || len(raw) < k.aead.NonceSize() {
			return nil, koe.Errorf(koe.Internal, "a sealed value of the vault is damaged; put back a backup with koe restore")
		}
		plain, err := k.aead.Open(nil, raw[:k.aead.NonceSize()], raw[k.aead.NonceSize():], []byte(about))
		if err != nil {
			return nil, koe.Errorf(koe.Internal, "a sealed value of the vault was changed or moved since koe wrote it; put back a backup with koe restore")
		}
		return plain, nil
	}
	return nil, koe.Errorf(koe.Forbidden, "a value of the vault was sealed with the key %s, but the key given is %s; give the right one", id, s.current.id)
}

// sealJSON seals a value as JSON.
func (s *sealer) sealJSON(about string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return s.seal(about, plain), nil
}

// openJSON opens what sealJSON sealed.
func (s *sealer) openJSON(about, sealed string, v any) error {
	plain, err := s.open(about, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return errors.Join(fmt.Errorf("read a sealed value of %s", strings.SplitN(about, "/", 2)[0]), err)
	}
	return nil
}

// isCurrent tells whether a value is sealed with the current key.
func (s *sealer) isCurrent(sealed string) bool {
	return strings.HasPrefix(sealed, "1:"+s.current.id+":")
}

// blind is a person_id as the vault looks it up: HMAC-SHA256, so that the file shows no number.
func (k *vaultKey) blind(personID string) string {
	mac := hmac.New(sha256.New, k.index)
	mac.Write([]byte(personID))
	return hex.EncodeToString(mac.Sum(nil))
}

// hashHex is a SHA-256 in hexadecimal digits.
func hashHex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
