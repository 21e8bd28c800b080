package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"koe"
	"koe/analysis"
	"koe/internal/whole"
)

// manifest is release.json: what went in, what came out, nothing that changes from one run to the next.
type manifest struct {
	Release      string   `json:"release"`
	Draft        bool     `json:"draft,omitempty"`
	Organization koe.Text `json:"organization"`
	Software     string   `json:"software"`
	DataUntil    koe.Date `json:"data_until"` // the day up to which answers are counted
	Thresholds   struct {
		MinGroup    int `json:"min_group"`
		MinComments int `json:"min_comments"`
	} `json:"thresholds"`
	Rows   []rowCount `json:"rows"`
	Inputs string     `json:"inputs_sha256"` // of all published values, in canonical JSON
	Files  []File     `json:"files"`
}

// rowCount is how much of one published table went in.
type rowCount struct {
	Table    string `json:"table"`
	Rows     int    `json:"rows"`
	Carried  int    `json:"carried"` // with the values of an earlier release
	Withheld int    `json:"withheld"`
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// Inputs is the SHA-256 of the figures of a release: equal figures of one day are one release, whenever they were computed.
func Inputs(p *analysis.Published) (string, error) {
	figures := *p
	figures.AsOf, figures.Analysis, figures.Ledger = time.Time{}, "", ""
	inputs, err := json.Marshal(figures)
	if err != nil {
		return "", koe.Errorf(koe.Internal, "hashing the published values: %w", err)
	}
	return sum(inputs), nil
}

// InputsOf gives the figures that the release in a folder was made of, "" when there is no release.
func InputsOf(folder string) string {
	m, err := readManifest(folder)
	if err != nil {
		return ""
	}
	return m.Inputs
}

// ReleaseIn gives the release in a folder, whatever the folder is called by now, and the day up to which answers count in it. A draft is no release: it has
// the name of its folder, as whatever holds no release.json.
func ReleaseIn(folder string) (name string, until koe.Date) {
	m, err := readManifest(folder)
	if err != nil || m.Draft || m.Release == "" {
		return filepath.Base(folder), m.DataUntil
	}
	return m.Release, m.DataUntil
}

func readManifest(folder string) (m manifest, err error) {
	content, err := os.ReadFile(filepath.Join(folder, "release.json"))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(content, &m)
}

// earlier lists the files that the folder holds of the same figures, written by the same koe.
func (in *Input) earlier(folder, inputs string) []File {
	m, err := readManifest(folder)
	if err != nil || m.Inputs != inputs || m.Software != in.Version {
		return nil
	}
	return m.Files
}

// keepEarlier adds the files that are there and were not written again.
func keepEarlier(folder string, there []File, files map[string][]byte, listed []File) ([]File, error) {
	for _, f := range there {
		if _, again := files[f.Name]; again {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, f.Name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, koe.Errorf(koe.Internal, "reading %s of the release: %w", f.Name, err)
		}
		if sum(content) != f.SHA256 {
			return nil, koe.Errorf(koe.Conflict, "%s was changed since it was written; move it away, or withdraw the release", filepath.Join(folder, f.Name))
		}
		files[f.Name] = content
		listed = append(listed, f)
	}
	return listed, nil
}

// publish writes the files beside, syncs them and renames the folder into place.
func (in *Input) publish(ctx context.Context, folder, inputs string, files map[string][]byte, listed []File) (Result, error) {
	name := filepath.Base(folder)
	sort.Slice(listed, func(i, j int) bool { return listed[i].Name < listed[j].Name })
	record, err := in.manifest(name, inputs, listed)
	if err != nil {
		return Result{}, err
	}
	files["release.json"] = record
	result := Result{Folder: folder, Name: name, Inputs: inputs, Files: listed}

	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return Result{}, koe.Errorf(koe.Internal, "making the folder of reports: %w", err)
	}
	same, exists, err := sameFolder(folder, files)
	if err != nil {
		return Result{}, koe.Errorf(koe.Internal, "release %s: %w", name, err)
	}
	if same {
		result.Unchanged = true
		if in.Before != nil {
			return result, in.Before(ctx, folder, result)
		}
		return result, nil
	}
	result.Replaced = exists && InputsOf(folder) != inputs
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	err = whole.Folder(folder, 0o755, func(dir string) error {
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				return err
			}
		}
		return nil
	}, func(beside string) error {
		if in.Before == nil {
			return nil
		}
		return in.Before(ctx, beside, result)
	})
	if err != nil {
		return Result{}, koe.Errorf(koe.KindOf(err), "release %s: %w", name, err)
	}
	return result, nil
}

func (in *Input) manifest(name, inputs string, listed []File) ([]byte, error) {
	m := manifest{Release: name, Draft: in.Draft, Organization: in.Published.Organization, Software: in.Version,
		DataUntil: in.Published.Closed, Rows: countRows(&in.Published.Tables), Inputs: inputs, Files: listed}
	m.Thresholds.MinGroup, m.Thresholds.MinComments = in.Published.MinGroup, in.Published.MinComments
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, koe.Errorf(koe.Internal, "release.json: %w", err)
	}
	return b.Bytes(), nil
}

// sameFolder reports whether folder holds exactly these files, and whether it exists.
func sameFolder(folder string, files map[string][]byte) (same, exists bool, err error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if len(entries) != len(files) {
		return false, true, nil
	}
	for name, data := range files {
		old, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			return false, true, nil
		}
		if err != nil {
			return false, true, err
		}
		if !bytes.Equal(old, data) {
			return false, true, nil
		}
	}
	return true, true, nil
}

// fileNames gives each scope a file name that every system can hold, each once.
type fileNames struct{ taken map[string]int }

func newFileNames() *fileNames { return &fileNames{map[string]int{}} }

// of gives koe-report, or koe-report-bureau-総務局_人事課.
func (n *fileNames) of(s Scope) string {
	name := "koe-report"
	if !s.Everybody() {
		name += "-" + fileWord(s.Segment) + "-" + fileWord(s.Member)
	}
	key := strings.ToLower(name)
	n.taken[key]++
	if again := n.taken[key]; again > 1 {
		name += "-" + strconv.Itoa(again)
	}
	return name
}

// fileWord keeps letters and digits of any script, turns the rest into _, and cuts at 60 characters.
func fileWord(s string) string {
	var b strings.Builder
	count := 0
	for _, r := range s {
		if count++; count > 60 {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	return b.String()
}

// countRows counts the rows of each published table and those whose numbers are withheld, in the order of the type.
func countRows(t *analysis.Tables) []rowCount {
	all := []rowCount{}
	tables := reflect.ValueOf(t).Elem()
	for i := range tables.NumField() {
		rows := tables.Field(i)
		n := rowCount{Table: snake(tables.Type().Field(i).Name), Rows: rows.Len()}
		for k := range rows.Len() {
			if rows.Index(k).FieldByName("Withheld").String() != "" {
				n.Withheld++
			}
			if rows.Index(k).FieldByName("Carried").String() != "" {
				n.Carried++
			}
		}
		all = append(all, n)
	}
	return all
}

// snake turns ResponseRate into response_rate.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
