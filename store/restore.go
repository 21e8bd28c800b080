package store

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"koe"
	"koe/internal/whole"
)

// Restored says what was restored.
type Restored struct {
	Rows  int // of tables
	Files int // that the backup has beside the store
}

// Restore puts a backup into a place where there is no store yet: files that do not exist, or a PostgreSQL database whose
// schemas are empty. The key must be the one that the vault was sealed with when the backup was written. All is checked before
// anything is put in its place, and a Restore that fails leaves the place empty. The restored store is a new one to the
// loader, which must rebuild the warehouse. The files beside the store go into the folder beside, where those of the same name
// are replaced, before the store gets its place; "" leaves them in the backup.
func Restore(ctx context.Context, cfg Config, backup io.ReaderAt, size int64, beside string) (Restored, error) {
	z, err := zip.NewReader(backup, size)
	if err != nil {
		return Restored{}, koe.Errorf(koe.Invalid, "this is no backup of koe: %w", err)
	}
	m, err := readManifest(z)
	if err != nil {
		return Restored{}, err
	}
	seal, secret, err := sealerOf(m, cfg)
	if err != nil {
		return Restored{}, err
	}
	if err := checkEntries(z, m); err != nil {
		return Restored{}, err
	}
	place, err := newPlace(cfg)
	if err != nil {
		return Restored{}, err
	}
	defer place.discard()
	cfg = place.cfg
	cfg.Key, cfg.WithoutVault = secret, false
	s, err := Open(ctx, cfg)
	if err != nil {
		return Restored{}, err
	}
	rows, err := s.restore(ctx, z, m, seal)
	if err = errors.Join(err, s.Close()); err != nil {
		return Restored{}, err
	}
	files := 0
	if beside != "" {
		if files, err = restoreBeside(z, m, beside); err != nil {
			return Restored{}, err
		}
	}
	return Restored{rows, files}, place.settle()
}

// restoreBeside puts the files of a backup that are not of the store into a folder, each whole.
func restoreBeside(z *zip.Reader, m manifest, folder string) (files int, err error) {
	for _, e := range m.Entries {
		name, is := strings.CutPrefix(e.Name, besideStore)
		if !is {
			continue
		}
		if name != filepath.Base(name) || !filepath.IsLocal(name) {
			return files, koe.Errorf(koe.Invalid, "the backup has a file with the name %q, which is none", name)
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return files, err
		}
		err := whole.File(filepath.Join(folder, name), 0o400, func(out io.Writer) error {
			f, err := z.Open(e.Name)
			if err != nil {
				return err
			}
			_, err = io.Copy(out, f)
			return errors.Join(err, f.Close())
		})
		if err != nil {
			return files, fmt.Errorf("restore %s: %w", name, err)
		}
		files++
	}
	return files, nil
}

func readManifest(z *zip.Reader) (m manifest, err error) {
	f, err := z.Open("manifest.json")
	if err != nil {
		return m, koe.Errorf(koe.Invalid, "this is no whole backup of koe: it has no manifest.json")
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&m); err != nil {
		return m, koe.Errorf(koe.Invalid, "the manifest of the backup cannot be read: %w", err)
	}
	if m.Format != backupFormat {
		return m, koe.Errorf(koe.Invalid, "the backup has format %d, and this koe reads %d; use a newer koe", m.Format, backupFormat)
	}
	return m, nil
}

// sealerOf finds the key of a backup and gives it, in base64 too. No key is made.
func sealerOf(m manifest, cfg Config) (*sealer, string, error) {
	secret, err := findKey(cfg.Key, keyFile(cfg), true)
	if err != nil {
		return nil, "", err
	}
	key, err := newVaultKey(secret)
	if err != nil {
		return nil, "", err
	}
	s := &sealer{current: key}
	if !s.isCurrent(m.KeyCheck) {
		return nil, "", koe.Errorf(koe.Forbidden, "the vault of the backup was sealed with another key than the one given (%s); give the key of the time of the backup", key.id)
	}
	if _, err := s.open("check", m.KeyCheck); err != nil {
		return nil, "", err
	}
	return s, encodeKey(secret), nil
}

// checkEntries compares every entry with its hash.
func checkEntries(z *zip.Reader, m manifest) error {
	for _, e := range m.Entries {
		f, err := z.Open(e.Name)
		if err != nil {
			return koe.Errorf(koe.Invalid, "the backup lacks %s", e.Name)
		}
		sum := newSummed(io.Discard)
		_, err = io.Copy(sum, f)
		if err = errors.Join(err, f.Close()); err != nil || sum.hex() != e.SHA256 {
			return koe.Errorf(koe.Invalid, "%s in the backup is damaged", e.Name)
		}
	}
	return nil
}

// restore loads the vault and then the main part, each in one transaction.
func (s *Store) restore(ctx context.Context, z *zip.Reader, m manifest, seal *sealer) (rows int, err error) {
	want := map[string]int{}
	for _, e := range m.Entries {
		want[e.Name] = e.Rows
	}
	for _, d := range []*database{s.main, s.vault} {
		if err := d.mustBeEmpty(ctx); err != nil {
			return 0, err
		}
	}
	open := func(name string) (io.ReadCloser, error) {
		if _, ok := want[name]; !ok {
			return nil, koe.Errorf(koe.Invalid, "the backup lacks %s", name)
		}
		return z.Open(name)
	}
	vaultRows, mainRows := 0, 0
	err = s.vault.update(ctx, func(tx *tx) error {
		f, err := open("vault.sealed")
		if err != nil {
			return err
		}
		defer f.Close()
		vaultRows, err = loadVault(tx, &sealReader{from: f, seal: seal, about: "backup/" + m.Store})
		if err == nil && vaultRows != want["vault.sealed"] {
			err = koe.Errorf(koe.Invalid, "the vault of the backup has %d rows, and should have %d", vaultRows, want["vault.sealed"])
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.main.update(ctx, func(tx *tx) error {
		mainRows = 0
		for _, table := range backupTables[mainPart] {
			name := "main/" + table + ".jsonl"
			if _, ok := want[name]; !ok && laterTables[table] {
				continue // a backup of an older koe
			}
			f, err := open(name)
			if err != nil {
				return err
			}
			n, err := load(tx, table, bufio.NewReader(f))
			if err = errors.Join(err, f.Close()); err != nil {
				return err
			}
			if n != want[name] {
				return koe.Errorf(koe.Invalid, "%s in the backup has %d rows, and should have %d", name, n, want[name])
			}
			mainRows += n
		}
		return nil
	})
	if err != nil {
		return 0, errors.Join(err, s.vault.empty(context.WithoutCancel(ctx)))
	}
	return vaultRows + mainRows, nil
}

// loadVault loads the vault's tables: each its name, its lines, and an empty line.
func loadVault(tx *tx, from io.Reader) (rows int, err error) {
	in := bufio.NewReader(from)
	for _, table := range backupTables[vaultPart] {
		name, err := in.ReadString('\n')
		if err != nil || strings.TrimSpace(name) != table {
			return rows, errors.Join(koe.Errorf(koe.Invalid, "the vault of the backup has no table %s where it belongs", table), err)
		}
		n, err := load(tx, table, in)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, nil
}

// mustBeEmpty refuses a database that holds something.
func (d *database) mustBeEmpty(ctx context.Context) error {
	for _, table := range backupTables[d.part] {
		rows, err := d.db.QueryContext(ctx, "SELECT 1 FROM "+table+backupRows[table]+" LIMIT 1")
		if err != nil {
			return d.explain("look into "+table, err)
		}
		found, err := one(rows, []any{new(int)})
		if err != nil {
			return err
		}
		if found {
			return koe.Errorf(koe.Conflict, "there is a store at %s already; a backup is restored into an empty place only", d.name)
		}
	}
	return nil
}

// empty takes out what a failed Restore had put into a vault.
func (d *database) empty(ctx context.Context) error {
	return d.update(ctx, func(tx *tx) error {
		for _, table := range backupTables[d.part] {
			if _, err := tx.on.ExecContext(tx.ctx, "DELETE FROM "+table+backupRows[table]); err != nil {
				return d.explain("empty "+table, err)
			}
		}
		return nil
	})
}

// place is where a store is restored to. SQLite files are made beside it and renamed at the end.
type place struct {
	cfg   Config
	files [][2]string // made, meant; the vault first
}

func newPlace(cfg Config) (*place, error) {
	p := &place{cfg: cfg}
	beside := func(file string) (string, error) {
		for _, suffix := range []string{"", "-wal"} {
			if _, err := os.Stat(file + suffix); !errors.Is(err, fs.ErrNotExist) {
				return "", koe.Errorf(koe.Conflict, "there is a store at %s already; a backup is restored into an empty place only", file)
			}
		}
		made := file + ".restoring"
		p.files = append(p.files, [2]string{made, file})
		return made, nil
	}
	vault := vaultDSN(cfg)
	for _, at := range []struct {
		dsn string
		to  *string
	}{{vault, &p.cfg.VaultPath}, {cfg.DSN, &p.cfg.DSN}} {
		*at.to = at.dsn
		if isPostgres(at.dsn) {
			continue
		}
		made, err := beside(at.dsn)
		if err != nil {
			return nil, err
		}
		*at.to = made
	}
	p.discard() // of an earlier try
	return p, nil
}

// settle gives the files their names. The vault is first: a store without its vault would get a new one.
func (p *place) settle() error {
	for _, f := range p.files {
		if _, err := os.Stat(f[0] + "-wal"); !errors.Is(err, fs.ErrNotExist) {
			return koe.Errorf(koe.Internal, "%s was not closed whole; remove it and try again", f[0])
		}
		if err := os.Rename(f[0], f[1]); err != nil {
			return koe.Errorf(koe.Internal, "the restored store cannot be put in its place: %w", err)
		}
		if dir, err := os.Open(filepath.Dir(f[1])); err == nil {
			err = errors.Join(dir.Sync(), dir.Close())
			if err != nil {
				return fmt.Errorf("sync the folder of %s: %w", f[1], err)
			}
		}
	}
	p.files = nil
	return nil
}

// discard removes files that did not get their names.
func (p *place) discard() {
	for _, f := range p.files {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(f[0] + suffix)
		}
	}
}
