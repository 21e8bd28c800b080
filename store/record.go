package store

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"time"

	"koe"
)

// RecordRelease puts a release into the ledger, in one transaction, and gives it as it stands there: Inputs says what
// figures it has, DataUntil and the thresholds how they were made, Tables and Files what was written; PreparedBy who did.
// Figures that are the last release already only add files to it, and recorded is false. Conflict when the
// figures were made without knowing the last release, or the name is taken.
func (s *Store) RecordRelease(ctx context.Context, now time.Time, r Release, change ReleaseChange) (_ Release, recorded bool, err error) {
	err = s.main.update(ctx, func(tx *tx) error {
		rows, err := tx.query("releases")
		all, err := collect(rows, err, scanRelease)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b Release) int { return a.Number - b.Number })
		recorded = false
		if same, ok := standing(all, r.Inputs); ok {
			r.Number, r.Name = same.Number, same.Name
			return recordFiles(tx, r)
		}
		var basis []Release
		r.Number = 1
		for _, each := range all {
			r.Number = each.Number + 1
			if each.Basis {
				basis = append(basis, each)
			}
			if each.Name == r.Name {
				return koe.Errorf(koe.Conflict, "there is a release %s of other figures already", r.Name)
			}
		}
		if ledgerState(basis) != change.Known {
			return koe.Errorf(koe.Conflict, "the figures were made without knowing release %s: run koe analyze, then koe report again", basisName(basis))
		}
		recorded = true
		if _, err := tx.exec("record_release", r.Number, r.Name, r.Inputs, r.DataUntil.String(), r.MinGroup, r.MinComments, stamp(now), r.PreparedBy); err != nil {
			return err
		}
		for _, t := range r.Tables {
			if _, err := tx.exec("record_table", r.Number, t.Table, t.Fresh, t.Carried, t.Withheld); err != nil {
				return err
			}
		}
		if err := recordFiles(tx, r); err != nil {
			return err
		}
		return recordChange(tx, r.Number, change)
	})
	if err != nil {
		return Release{}, false, err
	}
	kept, err := s.Release(ctx, r.Name)
	return kept, recorded, err
}

func basisName(basis []Release) string {
	if len(basis) == 0 {
		return "–"
	}
	return basis[len(basis)-1].Name
}

func recordFiles(tx *tx, r Release) error {
	for _, f := range r.Files {
		if _, err := tx.exec("record_file", r.Number, f.Name, f.Language, f.Segment, f.Member, f.Bytes, f.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// recordChange writes who joined and left, and what is shown and is not.
func recordChange(tx *tx, release int, change ReleaseChange) error {
	for _, c := range change.Cells {
		members, err := segmentsJSON(c.Members)
		if err != nil {
			return err
		}
		if _, err := tx.exec("record_cell", c.Key, c.Journey, c.Stage, c.Wave, c.Cohort, members); err != nil {
			return err
		}
	}
	if err := inPieces(tx, "record_left", release, change.Left, func(response string) any { return response }); err != nil {
		return err
	}
	if err := inPieces(tx, "record_joined", release, change.Joined, func(r ReleaseResponse) any { return []string{r.Response, r.Version, r.Cell} }); err != nil {
		return err
	}
	if err := runSteps(tx, []step{
		{"record_orphans", []any{release}, nil}, {"record_orphans_gone", []any{release}, nil}, {"record_gone", []any{release}, nil},
	}); err != nil {
		return err
	}
	if err := inPieces(tx, "record_hidden", release, change.Hidden, func(f ReleaseFigure) any { return []string{f.Table, f.Key} }); err != nil {
		return err
	}
	err := inPieces(tx, "record_shown", release, change.Shown, func(f ReleaseFigure) any { return []string{f.Table, f.Key, f.Shown, f.People, f.Response} })
	if err != nil {
		return err
	}
	_, err = tx.exec("record_figure_orphans", release)
	return err
}

// pieceRows is how many rows of the ledger are written with one statement.
const pieceRows = 2000

// inPieces runs a statement that takes a JSON list, as often as it takes.
func inPieces[T any](tx *tx, name string, release int, rows iter.Seq2[T, error], row func(T) any) error {
	if rows == nil {
		return nil
	}
	var piece []any
	flush := func() error {
		if len(piece) == 0 {
			return nil
		}
		if err := tx.stopped(); err != nil {
			return err
		}
		list, err := toJSON(piece)
		if err != nil {
			return err
		}
		piece = piece[:0]
		_, err = tx.exec(name, release, list)
		return err
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		if piece = append(piece, row(r)); len(piece) == pieceRows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// Ledger is what the ledger holds of the releases of the basis, as rows with the releases from and to which each holds:
// Since <= r < Until, Until 0 while it holds.
type Ledger struct {
	State     string
	Releases  []Release // all, by number
	Cells     []ReleaseCell
	Responses []LedgerResponse
	Gone      []LedgerGone
	Figures   []LedgerFigure
}

// LedgerResponse is a response and the releases that it was behind.
type LedgerResponse struct {
	ReleaseResponse
	Since, Until int
}

// LedgerGone is a number of responses that were erased.
type LedgerGone struct {
	Cell         string
	Since, Until int
	N            int
}

// LedgerFigure is a published row and the releases that showed it as new.
type LedgerFigure struct {
	ReleaseFigure
	Since, Until int
}

// Ledger gives the whole ledger as of one moment.
func (s *Store) Ledger(ctx context.Context) (l Ledger, err error) {
	if l.Releases, err = s.Releases(ctx); err != nil {
		return l, err
	}
	err = s.main.snapshot(ctx, func(tx *tx) error {
		rows, err := tx.query("releases")
		all, err := collect(rows, err, scanRelease)
		if err != nil {
			return err
		}
		basis := slices.DeleteFunc(all, func(r Release) bool { return !r.Basis })
		slices.SortFunc(basis, func(a, b Release) int { return a.Number - b.Number })
		l.State = ledgerState(basis)
		rows, err = tx.query("ledger_cells")
		if l.Cells, err = collect(rows, err, func(rows *sql.Rows) (c ReleaseCell, err error) {
			var members string
			if err := rows.Scan(&c.Key, &c.Journey, &c.Stage, &c.Wave, &c.Cohort, &members); err != nil {
				return c, err
			}
			return c, fromJSON(members, &c.Members)
		}); err != nil {
			return err
		}
		rows, err = tx.query("ledger_responses")
		if l.Responses, err = collect(rows, err, func(rows *sql.Rows) (r LedgerResponse, err error) {
			return r, rows.Scan(&r.Response, &r.Since, &r.Until, &r.Version, &r.Cell)
		}); err != nil {
			return err
		}
		rows, err = tx.query("ledger_gone")
		if l.Gone, err = collect(rows, err, func(rows *sql.Rows) (g LedgerGone, err error) {
			return g, rows.Scan(&g.Cell, &g.Since, &g.Until, &g.N)
		}); err != nil {
			return err
		}
		rows, err = tx.query("ledger_figures")
		l.Figures, err = collect(rows, err, func(rows *sql.Rows) (f LedgerFigure, err error) {
			return f, rows.Scan(&f.Table, &f.Key, &f.Since, &f.Until, &f.Shown, &f.People, &f.Response)
		})
		return err
	})
	return l, err
}
