// Package whole writes files and folders that appear whole or not at all: they are written beside their place, synced,
// and renamed. A reader, and whoever looks after a crash, sees the old one or the new one and never a half.
package whole

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File makes path hold what write writes, readable as mode says. A file that is there is replaced.
func File(path string, mode os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(mode)); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Folder makes path a folder with what fill puts into it, readable as mode says. A folder that is there is replaced as a
// whole: it is set aside for the moment between two renames, and Recover undoes a crash in that moment. The folder above
// is made when it is missing. Each of last is asked when everything is durable, and may still refuse.
func Folder(path string, mode os.FileMode, fill func(dir string) error, last ...func(dir string) error) (err error) {
	path = filepath.Clean(path)
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	if err := Recover(path); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(parent, ".writing-"+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(fresh))
		}
	}()
	if err := fill(fresh); err != nil {
		return err
	}
	if err := os.Chmod(fresh, mode); err != nil {
		return err
	}
	if err := syncTree(fresh); err != nil {
		return err
	}
	for _, ask := range last {
		if err := ask(fresh); err != nil {
			return err
		}
	}
	switch err := os.Rename(path, aside(path)); {
	case err == nil:
		defer func() { err = errors.Join(err, os.RemoveAll(aside(path))) }()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(err, Recover(path))
	}
	return Sync(parent)
}

// aside is where the old folder waits while the new one takes its name.
func aside(path string) string {
	return filepath.Join(filepath.Dir(path), ".replaced-"+filepath.Base(path))
}

// Recover puts back a folder that a crash left aside, or removes it when the new one is in place, and clears away what was
// half written. Without a crash it does nothing.
func Recover(path string) error {
	path = filepath.Clean(path)
	half, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".writing-"+filepath.Base(path)+"-*"))
	if err != nil {
		return err
	}
	for _, left := range half {
		if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	if _, err := os.Stat(aside(path)); err != nil {
		return nil //nolint:nilerr // nothing was set aside
	}
	if _, err := os.Stat(path); err == nil {
		return os.RemoveAll(aside(path))
	}
	return os.Rename(aside(path), path)
}

// syncTree makes a folder and everything in it durable.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() && !entry.IsDir() {
			return err
		}
		return Sync(path)
	})
}

// Sync makes a file, or the names in a folder, durable.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
