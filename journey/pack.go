package journey

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"koe"
)

//go:embed packs
var packs embed.FS

// Pack gives the files of an embedded pack: journeys/*.yaml, and whatever else it brings.
func Pack(name string) (fs.FS, error) {
	if name != "" && fs.ValidPath(name) && !strings.Contains(name, "/") {
		if info, err := fs.Stat(packs, path.Join("packs", name)); err == nil && info.IsDir() {
			return fs.Sub(packs, path.Join("packs", name))
		}
	}
	var names []string
	entries, err := fs.ReadDir(packs, "packs")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return nil, koe.Errorf(koe.Misused, "there is no pack %q; there are: %s", name, strings.Join(names, ", "))
}
