// Package reports turns published figures into what HR reads: an Excel workbook and one offline HTML file, in Japanese
// or in English, for everybody and for each scope (a bureau, a division).
//
// The way: Published rows → a document (sections, tables, charts, sentences; every number rounded, every word from one
// catalogue) → two writers that know nothing of statistics. Both files therefore say the same. What is withheld is
// absent from the input already; here it is only said, never decided.
//
// It is not for computing: no figure is made here but rounding, shares of given counts and the choice of a word.
package reports

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"koe"
	"koe/analysis"
	"koe/internal/whole"
)

// Input is all that a release is made from. The same Input gives the same bytes.
type Input struct {
	Published *analysis.Published
	Settings  koe.Settings
	Journeys  []*koe.Journey // feelings, hypotheses, measures and option texts; sections that need one are shorter without it
	Now       time.Time      // names the release by its day in the settings' time zone
	Languages []string       // ja, en; the first gives the plain file names, others a suffix. Empty: the settings' language
	Scopes    []Scope        // besides everybody, who is always there
	Draft     bool           // for HR's eyes: marked on every page, kept in a folder of its own
	Version   string         // of koe, for release.json and the page of methods
	Name      string         // of the release and its folder, as the ledger gives it; empty: the day

	// Before is called when all files lie beside, synced, in a folder of their own, and before that folder gets its name: to
	// look at them once more and to put the release into the ledger. An error leaves everything as it was. It is called too
	// when the folder is there already with the same bytes. May be nil.
	Before func(ctx context.Context, beside string, r Result) error

	// Progress is told of each file as it is done; may be nil.
	Progress func(done, total int, name string)
}

// Scope is one member of a segment that gets its own report.
type Scope struct {
	Segment string `json:"segment,omitempty"`
	Member  string `json:"member,omitempty"`
}

// Everybody reports whether the scope is the whole organisation.
func (s Scope) Everybody() bool { return s.Segment == "" }

// Result says what was written.
type Result struct {
	Folder    string // absolute or relative as dir was: dir/2026-04-01
	Name      string // 2026-04-01, or 2026-04-01-draft
	Inputs    string // SHA-256 of the figures: equal for equal figures of one day
	Files     []File // of the release, sorted by name, release.json left out
	Unchanged bool   // the folder was there with the same bytes, and was not touched
	Replaced  bool   // a folder of this name was there with other figures or bytes
	Held      int    // figures withheld because an audit found that they give a small group away; the caller's to say
}

// File is one file of a release.
type File struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Scope    Scope  `json:"scope,omitzero"`
	Bytes    int    `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// AllScopes lists every member of every segment that has at least one published figure of its own, in order.
func AllScopes(p *analysis.Published) []Scope {
	seen := map[Scope]bool{}
	for i := range p.Tables.Trend {
		if row := &p.Tables.Trend[i]; row.Segment != "" && row.Withheld == "" && row.Mean != nil {
			seen[Scope{row.Segment, row.Member}] = true
		}
	}
	var scopes []Scope
	for _, m := range p.Members {
		if s := (Scope{m.Segment, m.Member}); seen[s] {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// Write makes the release in.Name under dir: koe-report.xlsx, koe-report.html, the same per scope, and release.json. The folder
// appears whole or not at all, and is left alone when it already holds the same bytes. Where it holds the same figures, in other
// languages or of other scopes, these files stay and the new ones come beside them.
// Errors: Invalid for an unknown language or a scope that is not on the roster; NotFound when nothing is published.
func Write(ctx context.Context, in Input, dir string) (Result, error) {
	loc, langs, err := in.check()
	if err != nil {
		return Result{}, err
	}
	inputs, err := Inputs(in.Published)
	if err != nil {
		return Result{}, err
	}
	files := map[string][]byte{}
	var listed []File
	folder := filepath.Join(dir, in.name(loc))
	if err := whole.Recover(folder); err != nil {
		return Result{}, koe.Errorf(koe.Internal, "release %s: %w", in.name(loc), err)
	}
	there, main := in.earlier(folder, inputs), langs[0]
	for _, f := range there {
		if f.Scope.Everybody() && !strings.Contains(f.Name, "-"+f.Language+".") {
			main = f.Language // has the plain names already
		}
	}
	scopes := append([]Scope{{}}, in.Scopes...)
	total, done := 2*len(langs)*len(scopes), 0
	names, x := newFileNames(), newIndex(in.Published)
	for _, scope := range scopes {
		base := names.of(scope)
		for _, lang := range langs {
			doc, err := compose(&in, x, lang, scope, loc)
			if err != nil {
				return Result{}, err
			}
			suffix := ""
			if lang != main {
				suffix = "-" + lang
			}
			for _, kind := range []struct {
				ext   string
				write func(*document) ([]byte, error)
			}{{".xlsx", writeWorkbook}, {".html", writePage}} {
				if err := ctx.Err(); err != nil {
					return Result{}, err
				}
				name := base + suffix + kind.ext
				data, err := kind.write(doc)
				if err != nil {
					return Result{}, koe.Errorf(koe.KindOf(err), "writing %s: %w", name, err)
				}
				files[name] = data
				listed = append(listed, File{Name: name, Language: lang, Scope: scope, Bytes: len(data), SHA256: sum(data)})
				done++
				if in.Progress != nil {
					in.Progress(done, total, name)
				}
			}
		}
	}
	if listed, err = keepEarlier(folder, there, files, listed); err != nil {
		return Result{}, err
	}
	return in.publish(ctx, folder, inputs, files, listed)
}

// name is the release's folder: as the ledger says, else the day.
func (in *Input) name(loc *time.Location) string {
	name := in.Name
	if name == "" {
		name = koe.DateOf(in.Now.In(loc)).String()
	}
	if in.Draft {
		name += "-draft"
	}
	return name
}

// check says what is wrong with the input, and gives the time zone and the languages to write.
func (in *Input) check() (*time.Location, []string, error) {
	if in.Published == nil {
		return nil, nil, koe.Errorf(koe.NotFound, "nothing is published yet; run koe load and koe analyze first")
	}
	zone := in.Settings.Timezone
	if zone == "" {
		zone = in.Published.Timezone
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, nil, koe.Errorf(koe.Invalid, "time zone %q: %w", zone, err)
	}
	langs := in.Languages
	if len(langs) == 0 {
		langs = []string{in.Settings.Language}
		if langs[0] == "" {
			langs[0] = "ja"
		}
	}
	for _, lang := range langs {
		if lang != "ja" && lang != "en" {
			return nil, nil, koe.Errorf(koe.Invalid, "reports are written in ja or en, not in %q", lang)
		}
	}
	for _, scope := range in.Scopes {
		m, ok := memberOf(in.Published, scope)
		if m.MergedInto != "" {
			return nil, nil, koe.Errorf(koe.Invalid, "%s has too few people and is published together with others: use --scope %s=%s", scope.Member, mergedSegment(in.Published, m), m.MergedInto)
		}
		if !ok {
			return nil, nil, koe.Errorf(koe.Invalid, "no %s is called %q; koe report --all-scopes writes those that there are", scope.Segment, scope.Member)
		}
	}
	return loc, langs, nil
}

func memberOf(p *analysis.Published, s Scope) (analysis.Member, bool) {
	for _, m := range p.Members {
		if m.Segment == s.Segment && m.Member == s.Member {
			return m, true
		}
	}
	return analysis.Member{}, false
}
