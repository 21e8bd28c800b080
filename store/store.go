// Package store remembers: people, events, invitations, mails and what came back. It is the only truth of koe; the
// warehouse can be built from it again at any time.
//
// It has two parts. The main part knows people by a random [koe.PersonKey] only. The vault holds who they are, the
// tokens of their links and the personal replies they asked for, sealed with the vault key; free text is sealed with
// the same key where it lies. The parts are two SQLite files, or two schemas of PostgreSQL, with one set of SQL. They
// are never joined and never written in one transaction: the vault comes first, and what a crash leaves there alone is
// harmless.
//
// Writes are durable when they return. On SQLite one goroutine writes and many callers share one fsync (writer.go).
// No function reads the clock: time comes in as now.
package store

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"koe"
)

// Config says where a store is and with which key its vault opens.
type Config struct {
	DSN          string         // path of a SQLite file, or postgres://…
	VaultPath    string         // path of the vault's SQLite file, or postgres://…; beside the store (or in its own schema) when empty
	Key          string         // the vault key: 32 bytes in base64; the key file is used when empty
	KeyFile      string         // made at first use, readable by its owner only; vault.key beside the vault when empty
	WithoutVault bool           // opens without the key: everything but names, tokens and texts can be read
	Location     *time.Location // whose days are meant for anonymous answers; UTC when nil
	Segments     [][]string     // the hierarchies of koe.Settings, for coarsening what an anonymous answer says of its giver
	MinGroup     int            // how many people must share what an anonymous answer says of its giver; 5 when 0, never under 3
	MailDomain   string         // right side of Message-IDs; koe.invalid when empty
}

// Store is an open store. It is safe for use by many goroutines, and other processes may have the same one open.
type Store struct {
	main, vault *database // vault is nil when opened without it
	seal        *sealer   // nil when opened without the vault
	keyFile     string    // "" when the key was given
	location    *time.Location
	segments    [][]string
	minGroup    int
	domain      string
	id          string // random, made with the store; a cursor of another store is refused
}

// Open opens the store, makes it when it is not there, and brings its tables up to date.
// A wrong vault key is Forbidden; a vault whose key is gone still opens with Config.WithoutVault.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	if cfg.DSN == "" {
		return nil, koe.Errorf(koe.Invalid, "no store is named; set store: in koe.yaml to a file such as data/koe.sqlite or to postgres://…")
	}
	s := &Store{location: cfg.Location, domain: cfg.MailDomain}
	s.segments, s.minGroup = cfg.Segments, max(cfg.MinGroup, 3)
	if cfg.MinGroup == 0 {
		s.minGroup = 5
	}
	if s.location == nil {
		s.location = time.UTC
	}
	if s.domain == "" {
		s.domain = "koe.invalid"
	}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if !cfg.WithoutVault {
		if s.vault, err = openDatabase(ctx, vaultPart, vaultDSN(cfg)); err != nil {
			return nil, err
		}
		if cfg.Key == "" {
			s.keyFile = keyFile(cfg)
		}
		if s.seal, err = openSealer(ctx, s.vault, cfg.Key, keyFile(cfg)); err != nil {
			return nil, err
		}
	}
	if s.main, err = openDatabase(ctx, mainPart, cfg.DSN); err != nil {
		return nil, err
	}
	s.id, err = s.identify(ctx)
	return s, err
}

// vaultDSN is where the vault lies: as configured, else data/koe-vault.sqlite beside data/koe.sqlite, else the same
// PostgreSQL database.
func vaultDSN(cfg Config) string {
	if cfg.VaultPath != "" {
		return cfg.VaultPath
	}
	if isPostgres(cfg.DSN) {
		return cfg.DSN
	}
	ext := filepath.Ext(cfg.DSN)
	return strings.TrimSuffix(cfg.DSN, ext) + "-vault" + ext
}

func keyFile(cfg Config) string {
	if cfg.KeyFile != "" {
		return cfg.KeyFile
	}
	if at := vaultDSN(cfg); !isPostgres(at) {
		return filepath.Join(filepath.Dir(at), "vault.key")
	}
	return ""
}

// identify gives the store's id, made once.
func (s *Store) identify(ctx context.Context) (string, error) {
	var id string
	found, err := s.main.get(ctx, "meta", []any{"store_id"}, &id)
	if err != nil || found {
		return id, err
	}
	err = s.main.update(ctx, func(tx *tx) error {
		if _, err := tx.exec("set_meta", "store_id", newKey()); err != nil {
			return err
		}
		_, err := tx.get("meta", []any{"store_id"}, &id)
		return err
	})
	return id, err
}

// Close closes the store. What was acknowledged is on disk before.
func (s *Store) Close() error {
	var errs []error
	for _, d := range []*database{s.main, s.vault} {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}

// HasVault tells whether the vault is open; without it there are no names, links and texts.
func (s *Store) HasVault() bool { return s.vault != nil }

// needVault is the error of a function that needs names, tokens or texts when the store was opened without the vault.
func (s *Store) needVault() error {
	if s.vault == nil {
		return koe.Errorf(koe.Forbidden, "the store was opened without its vault; names, links and comments need the vault key: run it again without --without-vault")
	}
	return nil
}

// crockford is Douglas Crockford's base 32: no letter is mistaken for a digit when it is read aloud or typed.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newKey makes 128 random bits, written in 26 letters and digits.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return crockford.EncodeToString(b[:])
}
