package journey

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"koe"
)

//go:embed layout
var layout embed.FS

// Init lays out a working folder: koe.yaml with comments in lang (ja or en), the journeys of a pack, examples of
// roster.csv and events.csv, the schemas for editors and a .gitignore that keeps data out of version control. It
// writes nothing at all, and fails with koe.Conflict, when one of the files is there already.
func Init(dir, pack, lang string) error {
	if lang != "ja" && lang != "en" {
		return koe.Errorf(koe.Misused, "%q is not a language that koe lays out folders in; there are: ja, en", lang)
	}
	files, err := initial(pack, lang)
	if err != nil {
		return fmt.Errorf("lay out %s: %w", dir, err)
	}
	names := make([]string, 0, len(files))
	var there []string
	for name := range files {
		names = append(names, name)
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			there = append(there, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("lay out %s: %w", dir, err)
		}
	}
	if len(there) > 0 {
		slices.Sort(there)
		return koe.Errorf(koe.Conflict, "%s has %s already, and nothing was written; choose an empty folder, or move what is there", dir, strings.Join(there, ", "))
	}
	slices.Sort(names)
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil { // answers and names will live here
		return fmt.Errorf("lay out %s: %w", dir, err)
	}
	for _, name := range names {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("lay out %s: %w", dir, err)
		}
		if err := writeNew(target, files[name]); err != nil {
			return fmt.Errorf("lay out %s: %w", dir, err)
		}
	}
	return nil
}

func writeNew(name string, data []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(data)
	return err
}

// initial gives the files of a new folder, by path.
func initial(pack, lang string) (map[string][]byte, error) {
	packed, err := Pack(pack)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var journeys []string
	err = fs.WalkDir(packed, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(packed, name)
		if err != nil {
			return err
		}
		if path.Dir(name) == "journeys" && path.Ext(name) == ".yaml" {
			journeys = append(journeys, name)
			data = withSchema(data, "../schemas/"+JourneySchema)
		}
		files[name] = data
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, as := range map[string]string{"koe." + lang + ".yaml": SettingsFile, "roster." + lang + ".csv": "roster.csv", "events.csv": "events.csv", "gitignore": ".gitignore"} {
		data, err := layout.ReadFile("layout/" + name)
		if err != nil {
			return nil, err
		}
		files[as] = data
	}
	slices.Sort(journeys)
	settings := strings.Replace(string(files[SettingsFile]), "journeys: []", "journeys: ["+strings.Join(journeys, ", ")+"]", 1)
	files[SettingsFile] = withSchema([]byte(settings), "schemas/"+SettingsSchema)
	for name, schema := range Schemas() {
		files["schemas/"+name] = schema
	}
	return files, nil
}

// withSchema puts the line that tells editors where the schema is before a file that has none.
func withSchema(data []byte, schema string) []byte {
	line := "# yaml-language-server: $schema="
	if strings.Contains(string(data[:min(len(data), 500)]), line) {
		return data
	}
	return append([]byte(line+schema+"\n"), data...)
}
