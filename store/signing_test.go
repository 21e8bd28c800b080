package store

import (
	"bytes"
	"path/filepath"
	"testing"
)

func TestSigningKey_StaysTheSameThroughReopeningAndRotation(t *testing.T) {
	cfg := Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.SigningKey(t.Context())
	if err != nil || len(first) != 32 {
		t.Fatalf("%x, %v", first, err)
	}
	if err := s.RotateKey(t.Context(), backupNow, NewKey()); err != nil {
		t.Fatal(err)
	}
	rotated, err := s.SigningKey(t.Context())
	if err != nil || !bytes.Equal(first, rotated) {
		t.Errorf("after the rotation: %v, the same %v", err, bytes.Equal(first, rotated))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again, err := s.SigningKey(t.Context())
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("after reopening: %v, the same %v", err, bytes.Equal(first, again))
	}
}
