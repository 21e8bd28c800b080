package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"koe"
)

// ReleaseState is where a release is on its way out of the house.
type ReleaseState string

// The states. A prepared release lies in its folder; an approved one was handed out; a withdrawn one counts no more.
const (
	Prepared  ReleaseState = "prepared"
	Approved  ReleaseState = "approved"
	Withdrawn ReleaseState = "withdrawn"
)

// Release is one set of reports, as the ledger remembers it (METHOD 5.3).
type Release struct {
	Number      int            `json:"number"` // from 1; of a withdrawn one never given again
	Name        string         `json:"name"`   // the day, 2026-04-01; another one of that day is 2026-04-01-2
	State       ReleaseState   `json:"state"`
	Basis       bool           `json:"basis"`  // later releases are compared with it
	Inputs      string         `json:"inputs"` // SHA-256 of the published figures
	DataUntil   koe.Date       `json:"data_until"`
	MinGroup    int            `json:"min_group"`
	MinComments int            `json:"min_comments"`
	PreparedAt  time.Time      `json:"prepared_at"`
	PreparedBy  string         `json:"prepared_by"`
	ApprovedAt  time.Time      `json:"approved_at,omitzero"`
	ApprovedBy  string         `json:"approved_by,omitempty"`
	WithdrawnAt time.Time      `json:"withdrawn_at,omitzero"`
	WithdrawnBy string         `json:"withdrawn_by,omitempty"`
	ExportedAt  time.Time      `json:"exported_at,omitzero"` // when its figures were first written out as tables
	Files       []ReleaseFile  `json:"files"`                // by name
	Tables      []ReleaseTable `json:"tables"`               // by name
}

// ReleaseFile is one file of a release. Segment and Member are "" for everybody.
type ReleaseFile struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Segment  string `json:"segment,omitempty"`
	Member   string `json:"member,omitempty"`
	Bytes    int    `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// ReleaseTable says how many rows of a published table were new, carried over from an earlier release, and withheld.
type ReleaseTable struct {
	Table    string `json:"table"`
	Fresh    int    `json:"fresh"`
	Carried  int    `json:"carried"`
	Withheld int    `json:"withheld"`
}

// ReleaseCell is a finest group of responses, as published: small units may be merged into one.
type ReleaseCell struct {
	Key     string
	Journey string
	Stage   string
	Wave    string
	Cohort  string
	Members map[string]string // by segment
}

// ReleaseResponse is a response behind a release, or an invitation behind its response rates. An answer that is sent again is another
// version of it, and so is an invitation that is answered.
type ReleaseResponse struct {
	Response string
	Version  string
	Cell     string
}

// ReleaseFigure is a published row: its table, the columns that name it and the columns that say something, both as
// JSON objects, and the true numbers of people behind it as a JSON list. Response is the response that it is of, where it
// is of one (a comment): it goes with the response.
type ReleaseFigure struct {
	Table, Key, Shown, People, Response string
}

// ReleaseChange is what a release changes in the ledger against the last one of the basis. The sequences may be gone
// through more than once.
type ReleaseChange struct {
	Known  string                            // LedgerState with which the figures were made
	Cells  []ReleaseCell                     // of the responses that joined; those known already do no harm
	Left   iter.Seq2[string, error]          // responses that are no longer behind it, or in another version or cell
	Joined iter.Seq2[ReleaseResponse, error] // responses that are new, or in another version or cell
	Hidden iter.Seq2[ReleaseFigure, error]   // rows shown as new before and not, or otherwise, now; Table and Key count
	Shown  iter.Seq2[ReleaseFigure, error]   // rows shown as new that were not, or otherwise, before
}

// Releases gives every release, withdrawn ones too, by number.
func (s *Store) Releases(ctx context.Context) ([]Release, error) {
	rows, err := s.main.query(ctx, "releases", " ORDER BY number")
	all, err := collect(rows, err, scanRelease)
	if err != nil {
		return nil, err
	}
	at := make(map[int]*Release, len(all))
	for i := range all {
		at[all[i].Number] = &all[i]
	}
	rows, err = s.main.query(ctx, "release_files", "")
	if _, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var number int
		var f ReleaseFile
		err := rows.Scan(&number, &f.Name, &f.Language, &f.Segment, &f.Member, &f.Bytes, &f.SHA256)
		if r := at[number]; r != nil { // one recorded since the first query
			r.Files = append(r.Files, f)
		}
		return struct{}{}, err
	}); err != nil {
		return nil, err
	}
	rows, err = s.main.query(ctx, "release_tables", "")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var number int
		var t ReleaseTable
		err := rows.Scan(&number, &t.Table, &t.Fresh, &t.Carried, &t.Withheld)
		if r := at[number]; r != nil {
			r.Tables = append(r.Tables, t)
		}
		return struct{}{}, err
	})
	return all, err
}

// Release gives the release of a name. NotFound when there is none.
func (s *Store) Release(ctx context.Context, name string) (Release, error) {
	all, err := s.Releases(ctx)
	if err != nil {
		return Release{}, err
	}
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
	}
	return Release{}, koe.Errorf(koe.NotFound, "there is no release %q; koe release list shows them", name)
}

func scanRelease(rows *sql.Rows) (r Release, err error) {
	var basis int
	var until, prepared, approved, withdrawn, exported string
	if err := rows.Scan(&r.Number, &r.Name, (*string)(&r.State), &basis, &r.Inputs, &until, &r.MinGroup, &r.MinComments,
		&prepared, &r.PreparedBy, &approved, &r.ApprovedBy, &withdrawn, &r.WithdrawnBy, &exported); err != nil {
		return r, err
	}
	r.Basis = basis == 1
	return r, read(field{until, &r.DataUntil}, field{prepared, &r.PreparedAt}, field{approved, &r.ApprovedAt}, field{withdrawn, &r.WithdrawnAt}, field{exported, &r.ExportedAt})
}

// LedgerState names what the releases of the basis are: "" for none. Figures that were made with another state must not
// be published.
func (s *Store) LedgerState(ctx context.Context) (string, error) {
	rows, err := s.main.query(ctx, "releases", " WHERE basis = 1 ORDER BY number")
	basis, err := collect(rows, err, scanRelease)
	return ledgerState(basis), err
}

func ledgerState(basis []Release) string {
	var b strings.Builder
	for _, r := range basis {
		fmt.Fprintf(&b, "%d %s %s\n", r.Number, r.Name, r.Inputs)
	}
	if b.Len() == 0 {
		return ""
	}
	return hashHex(b.String())
}

// PlanRelease says under which name figures are released: the name of the release that they are already, else the
// first of the day that is free and not taken otherwise (taken may be nil).
func (s *Store) PlanRelease(ctx context.Context, inputs string, day koe.Date, taken func(string) bool) (name string, recorded bool, err error) {
	rows, err := s.main.query(ctx, "releases", " ORDER BY number")
	all, err := collect(rows, err, scanRelease)
	if err != nil {
		return "", false, err
	}
	if same, ok := standing(all, inputs); ok {
		return same.Name, true, nil
	}
	return freeName(all, day, taken), false, nil
}

// standing finds the last release of the same figures that was not withdrawn, unless others came after it.
func standing(all []Release, inputs string) (Release, bool) {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].State == Withdrawn && !all[i].Basis {
			continue
		}
		return all[i], all[i].Inputs == inputs && all[i].State != Withdrawn
	}
	return Release{}, false
}

func freeName(all []Release, day koe.Date, taken func(string) bool) string {
	name := day.String()
	isTaken := func() bool {
		return slices.ContainsFunc(all, func(r Release) bool { return r.Name == name }) || taken != nil && taken(name)
	}
	for n := 2; isTaken(); n++ {
		name = fmt.Sprintf("%s-%d", day, n)
	}
	return name
}

// ApproveRelease notes that a prepared release was handed out. Again is no error; Conflict when it was withdrawn.
func (s *Store) ApproveRelease(ctx context.Context, now time.Time, name, by string) (Release, error) {
	r, err := s.Release(ctx, name)
	if err != nil || r.State == Approved {
		return r, err
	}
	var n int64
	err = s.main.update(ctx, func(tx *tx) (err error) {
		n, err = tx.exec("approve_release", r.Number, stamp(now), by)
		return err
	})
	if err == nil && n == 0 {
		err = koe.Errorf(koe.Conflict, "release %s was withdrawn and cannot be handed out; make a new one with koe report", name)
	}
	if err != nil {
		return r, err
	}
	return s.Release(ctx, name)
}

// ExportRelease notes that the figures of a release are written out as tables, before they are: somebody may have a copy then. Again
// is no error; Conflict when it was withdrawn.
func (s *Store) ExportRelease(ctx context.Context, now time.Time, name string) (Release, error) {
	r, err := s.Release(ctx, name)
	if err != nil || r.State != Withdrawn && !r.ExportedAt.IsZero() {
		return r, err
	}
	var n int64
	err = s.main.update(ctx, func(tx *tx) (err error) {
		n, err = tx.exec("export_release", r.Number, stamp(now))
		return err
	})
	if err != nil {
		return r, err
	}
	if r, err = s.Release(ctx, name); err == nil && n == 0 && r.State == Withdrawn {
		err = koe.Errorf(koe.Conflict, "release %s was withdrawn and cannot be handed out; make a new one with koe report", name)
	}
	return r, err
}

// WithdrawRelease takes a release back. A prepared one that was not exported, with no other after it in the basis, was in nobody's
// hands: it leaves the basis, and the ledger is as if it had never been. Any other stays in the basis, since somebody may have a copy, or what a later
// one carries came from it. Again is no error.
func (s *Store) WithdrawRelease(ctx context.Context, now time.Time, name, by string) (Release, error) {
	if _, err := s.Release(ctx, name); err != nil {
		return Release{}, err
	}
	err := s.main.update(ctx, func(tx *tx) error {
		rows, err := tx.query("releases")
		all, err := collect(rows, err, scanRelease)
		if err != nil {
			return err
		}
		var r Release
		last := 0
		for _, each := range all {
			if each.Name == name {
				r = each
			}
			if each.Basis {
				last = max(last, each.Number)
			}
		}
		basis := r.State != Prepared || r.Number != last || !r.ExportedAt.IsZero()
		n, err := tx.exec("withdraw_release", r.Number, stamp(now), by, number(basis))
		if err != nil || n == 0 || basis {
			return err
		}
		return runSteps(tx, []step{
			{"undo_joined", []any{r.Number}, nil}, {"undo_left", []any{r.Number}, nil},
			{"undo_gone", []any{r.Number}, nil}, {"undo_gone_back", []any{r.Number}, nil}, {"undo_gone_left", []any{r.Number}, nil},
			{"undo_shown", []any{r.Number}, nil}, {"undo_hidden", []any{r.Number}, nil},
		})
	})
	if err != nil {
		return Release{}, err
	}
	return s.Release(ctx, name)
}

// ReleasesOf gives the names of the releases that a person's answers are behind, oldest first.
func (s *Store) ReleasesOf(ctx context.Context, key koe.PersonKey) ([]string, error) {
	rows, err := s.main.query(ctx, "releases_of", "", string(key))
	return collect(rows, err, func(rows *sql.Rows) (name string, err error) {
		var number int
		return name, rows.Scan(&number, &name)
	})
}
