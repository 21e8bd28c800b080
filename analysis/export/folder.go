package export

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"koe"
)

// Replaceable refuses (Conflict) a folder that holds anything which no export wrote.
func Replaceable(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return koe.Errorf(koe.Invalid, "the folder %s cannot be read: %w", folder, err)
	case len(entries) == 0:
		return nil
	}
	ours, _, foreign, err := look(folder)
	switch {
	case err != nil:
		return err
	case !ours:
		return koe.Errorf(koe.Conflict, "the folder %s holds other files; name an empty one, a new one or one that koe export made", folder)
	case len(foreign) > 0:
		return koe.Errorf(koe.Conflict, "the folder %s holds %s, which koe export did not write; move it away, or name another folder", folder, foreign[0])
	}
	return nil
}

// Found is what there is in a folder.
type Found struct {
	Ours    bool     // it is an export
	Safe    bool     // of the safe_* tables only
	Release string   // of which release these are; "" for a draft
	Foreign []string // files in it that no export wrote
}

// Made says whether a folder is an export, and of what.
func Made(folder string) (Found, error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return Found{}, nil
	}
	ours, m, foreign, err := look(folder)
	return Found{ours, m.SafeOnly, m.Release, foreign}, err
}

// look reads what a folder says of itself and compares its list of files with what is there.
func look(folder string) (ours bool, m manifest, foreign []string, err error) {
	content, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, m, nil, nil
	}
	if err != nil {
		return false, m, nil, err
	}
	if err := json.Unmarshal(content, &m); err != nil || m.Format == 0 {
		return false, m, nil, nil //nolint:nilerr // a file of that name which is somebody else's
	}
	list, err := os.ReadFile(filepath.Join(folder, sumsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, m, nil, err
	}
	known := map[string]bool{sumsFile: true}
	for line := range strings.Lines(string(list)) {
		if _, name, ok := strings.Cut(strings.TrimRight(line, "\n"), "  "); ok {
			known[name] = true
		}
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err == nil && !known[filepath.ToSlash(name)] {
			foreign = append(foreign, name)
		}
		return err
	})
	return true, m, foreign, err
}
