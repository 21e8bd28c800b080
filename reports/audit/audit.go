// Package audit attacks a release: it reads the files back as somebody who holds them would, and tries to learn what must
// not be learnt. It knows nothing of how the files were made or of how it was decided what may be published.
//
// Three ways in.
//
// Text: names, addresses, keys and unrounded numbers anywhere in the bytes; comments that nobody cleared.
//
// Structure: what a reader does not see. Of workbooks: parts that no report has (notes, custom properties, pivot caches, embedded
// files, links), hidden sheets, rows, columns and windows, defined names, lists, formulas, reading aids, comments in the XML, text
// in the colour of its background or too small, number formats that show nothing or less than the cell holds, numbers in headers,
// properties, alternative texts and outside of the tables, values that a chart remembers and its cells do not hold. Of pages: a style
// sheet or script that is not every page's, comments, islands of data, elements and attributes that no report has, data of charts that
// no table shows, numbers for screen readers alone, blobs, signs without width. And one figure said twice with two values.
//
// Arithmetic: figures of too few people, printed or computed. Every table is read and its rows are understood by their labels.
// Scores, answers, rates, changes, commenters and stays are put together, over all files, until nothing small follows; so are figures
// of a part of these people (without careless answers, of those who stayed or fell silent, of everybody but a unit, of a
// hypothesis' wave), and what the sentences of the key points and the journey say. Of reliability, drivers, hypotheses, measures, themes, words and pairs of words it is checked who stands behind
// each row. People are counted, not answers: one person has several at different stages.
package audit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"koe"
)

// Truth is what the attacker of a release is given to compare with: what he must not find, and how many people stand
// behind each figure.
type Truth struct {
	MinGroup    int          // least people behind a figure
	MinComments int          // least commenters behind themes, words and comments
	People      []koe.Person // names, addresses and numbers, from the vault; nil without one
	// Keys says which of these strings are keys of people, answers or invitations, and of what. May be nil.
	Keys func(ctx context.Context, candidates []string) (map[string]string, error)
	// Values gives the figures of the warehouse as computed, unrounded. May be nil.
	Values func(ctx context.Context) ([]float64, error)
	Fixed  []string // the style sheet and the scripts that every page has; nil: not looked at
	// Made are the SHA-256 of the files as koe made and audited them, by name: an older koe had another style sheet. Nil for a release that
	// is being made.
	Made   map[string]string
	Known  []string // texts that may stand in the properties of a file: the organisation's names
	Facts  *Facts   // what the words of a report mean; nil: only text and structure are looked at
	Groups []Group  // who stands behind the figures
	Crowds []Crowd  // how many stand behind figures that are no cell of these
	Quotes []Quote  // the comments that may be quoted; nil: not looked at

	// Tables are figures that are handed out besides the files (koe export --safe).
	Tables []Figure

	// Of earlier releases: what they published as new, and who stood behind it then and stands now. Carried are figures that
	// this release repeats from one of them.
	Past    []PastFigure
	Lives   []Lives
	Carried []Figure
	// Recorded says that the release is one of the ledger: who stood behind it is what Lives say, not Groups.
	Recorded bool
	Untold   []string // tables of which it is not known who stood behind them: their figures are not put together
}

// Finding is one thing that a reader of the release can learn and must not, or that contradicts itself.
type Finding struct {
	Kind  Kind     `json:"kind"`
	File  string   `json:"file"`
	Place string   `json:"place"`           // sheet and cell, part and row, element
	What  koe.Text `json:"what"`            // in words, ja and en
	N     int      `json:"people,omitzero"` // people in the exposed group
	// Again says that as many answers as must stand behind a figure do so, and only the people are fewer: they answered at
	// several stages.
	Again bool `json:"again,omitzero"`
	// Earlier says that it follows from earlier releases alone, so that nothing done to this one can help.
	Earlier bool `json:"earlier,omitzero"`
	// Without are published figures without which it would not follow; none where nothing that can be withheld helps.
	Without []Figure `json:"-"`
}

// Kind is what sort of finding it is.
type Kind string

// The kinds of findings.
const (
	Leak      Kind = "leak"      // a name, address, key or other text that is nobody's business
	Unrounded Kind = "unrounded" // a figure with more digits than are published
	Hidden    Kind = "hidden"    // a number where a reader does not look
	Differs   Kind = "differs"   // one figure, two values
	Small     Kind = "small"     // a figure of too few people, printed
	Computed  Kind = "computed"  // a figure of too few people, computed from printed ones
	Combined  Kind = "combined"  // the same of people who are no row of any table, as from eight figures of different tables
	Unread    Kind = "unread"    // something that the audit cannot read, so that it cannot vouch for it
)

// Result is what an audit found, and how much it read.
type Result struct {
	Release  string    `json:"release"`
	Files    int       `json:"files"`
	Bytes    int       `json:"bytes"`    // unpacked
	Figures  int       `json:"figures"`  // numbers read from tables
	Attacked int       `json:"attacked"` // published figures of people that were put together
	Untold   []string  `json:"untold,omitempty"`
	Findings []Finding `json:"findings"`
}

// mostFindings of one sort in one file are reported; more of them teach nothing.
const mostFindings = 20

// Check audits the release in a folder. Errors are of reading; what the release gives away is in the result.
func Check(ctx context.Context, folder string, truth Truth) (Result, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return Result{}, koe.Errorf(koe.NotFound, "there is no release in %s: %w", folder, err)
	}
	a := &auditor{truth: truth, figures: map[printed]said{}, themes: map[themeLine]map[string]themeSaid{}}
	result := Result{Release: filepath.Base(folder), Untold: truth.Untold}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			a.add(Finding{Kind: Unread, File: entry.Name(), What: both("リリースの中にフォルダーがあり、読まれていません。", "a folder inside the release; it is not read")})
			continue
		}
		names = append(names, entry.Name())
	}
	if result.Files = len(names); result.Files == 0 {
		return Result{}, koe.Errorf(koe.NotFound, "there are no files in %s", folder)
	}
	if err := a.readAll(ctx, folder, names); err != nil {
		return Result{}, err
	}
	if err := a.search(ctx); err != nil {
		return Result{}, err
	}
	a.compareFiles()
	a.understand()
	a.checkClaims()
	if err := a.attack(ctx); err != nil {
		return Result{}, err
	}
	for _, d := range a.documents {
		result.Bytes += d.bytes
		for _, g := range d.grids {
			result.Figures += g.figures()
		}
	}
	result.Attacked = a.attacked
	result.Findings = a.found()
	return result, nil
}

// readAll reads the files, several at a time; what was read stands in the order of the names.
func (a *auditor) readAll(ctx context.Context, folder string, names []string) error {
	each, contents := make([]auditor, len(names)), make([][]byte, len(names))
	failed := make([]error, len(names))
	together(len(names), func(i int) {
		if failed[i] = ctx.Err(); failed[i] != nil {
			return
		}
		data, err := os.ReadFile(filepath.Join(folder, names[i]))
		if err != nil {
			failed[i] = koe.Errorf(koe.Internal, "reading the release: %w", err)
			return
		}
		digest := sha256.Sum256(data)
		each[i].truth, contents[i], each[i].made = a.truth, data, a.truth.Made[names[i]] == hex.EncodeToString(digest[:])
		each[i].read(names[i], data)
	})
	byName := map[string][]byte{}
	for i := range each {
		a.documents = append(a.documents, each[i].documents...)
		a.findings = append(a.findings, each[i].findings...)
		if len(each[i].manifest.Files) > 0 {
			a.manifest = each[i].manifest
		}
		byName[names[i]] = contents[i]
	}
	a.listed(byName)
	return errors.Join(failed...)
}

// together runs do for each of n, as many at a time as there are processors.
func together(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// auditor gathers what was read and what was found.
type auditor struct {
	truth     Truth
	documents []*document
	findings  []Finding
	made      bool // the file is as koe made it
	manifest  manifest
	figures   map[printed]said // that the tables say, by what they are about
	attacked  int
	claims    []claim       // of people behind rows
	sums      []weightedSum // over members
	themes    map[themeLine]map[string]themeSaid
	quotes    map[string]bool // that may stand in a report, by their letters
	crowds    map[Crowd]Crowd // of truth, by what they are about
	standing  map[subject]map[slot]*folk
	bySubject map[subject][]Group
}

// document is one file of the release, unpacked.
type document struct {
	name   string
	bytes  int
	pieces []piece
	grids  []*grid
	words  map[string]bool // every text that a reader of the file sees

	sentences, quotes []spoken // of a page; those of a workbook stand in grids
}

// piece is one run of bytes of a file: a part of a package, a script, a text node, an attribute.
type piece struct {
	place string
	data  []byte
	// shown says that a reader sees it, or that it only repeats what he sees: numbers in it must be rounded
	shown bool
}

func (a *auditor) add(f Finding) { a.findings = append(a.findings, f) }

// found orders the findings, the gravest first, each once, and shortens long runs of one sort in one file.
func (a *auditor) found() []Finding {
	order := []Kind{Leak, Computed, Small, Combined, Hidden, Unrounded, Differs, Unread}
	slices.SortStableFunc(a.findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Kind), slices.Index(order, y.Kind)), strings.Compare(x.File, y.File))
	})
	type run struct {
		kind       Kind
		file, sort string // sort: what is said, without the value
	}
	type once struct {
		run
		place, what string
	}
	seen, count, more := map[once]bool{}, map[run]int{}, map[run][]Finding{}
	out := []Finding{}
	for _, f := range a.findings {
		sort, _, _ := strings.Cut(f.What.In("en"), ": ")
		at := run{f.Kind, f.File, sort}
		one := once{at, f.Place, f.What.In("en")}
		if seen[one] {
			continue
		}
		seen[one] = true
		if count[at]++; count[at] <= mostFindings {
			out = append(out, f)
		} else {
			more[at] = append(more[at], f)
		}
	}
	long := slices.SortedFunc(maps.Keys(more), func(x, y run) int {
		return cmp.Or(strings.Compare(x.file, y.file), strings.Compare(string(x.kind), string(y.kind)), strings.Compare(x.sort, y.sort))
	})
	for _, at := range long {
		n := strconv.Itoa(len(more[at]))
		f := Finding{Kind: at.kind, File: at.file, What: both("同じ種類のものが、ほかに"+n+"件あります。", n+" more of this sort: "+at.sort)}
		now := slices.DeleteFunc(more[at], func(f Finding) bool { return f.Earlier })
		f.Earlier = len(now) == 0
		f.Without, _ = Withheld(now)
		out = append(out, f)
	}
	return out
}

// both makes a text in Japanese and English.
func both(ja, en string) koe.Text { return koe.Text{"ja": ja, "en": en} }
