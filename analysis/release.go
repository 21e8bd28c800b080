package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"koe"
	"koe/store"
)

// NextRelease is what a release of the published figures would be in the ledger: how much of each table is new, carried
// and withheld, and what changes against the last release.
type NextRelease struct {
	Tables []store.ReleaseTable
	Change store.ReleaseChange
	db     *sql.DB
}

// Close lets go of the warehouse; the sequences of Change cannot be gone through after it.
func (n *NextRelease) Close() error { return n.db.Close() }

// ReadNextRelease reads what the ledger must remember of the figures that ReadPublished gave. Conflict when the warehouse
// holds others by now.
func ReadNextRelease(ctx context.Context, path string, p *Published) (_ *NextRelease, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	about, err := readAbout(ctx, db)
	if err != nil {
		return nil, err
	}
	if about["analysed"] != p.Analysis {
		return nil, koe.Errorf(koe.Conflict, "the figures were made anew while the report was written: run koe report again")
	}
	n := &NextRelease{db: db, Change: store.ReleaseChange{Known: about["ledger"]}}
	for _, t := range modelTables() {
		row := store.ReleaseTable{Table: t.name}
		if err := db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FILTER (withheld = '' AND carried = ''), count(*) FILTER (carried <> ''), count(*) FILTER (withheld <> '') FROM %s",
			quote("safe_"+t.name))).Scan(&row.Fresh, &row.Carried, &row.Withheld); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", t.name, err)
		}
		n.Tables = append(n.Tables, row)
	}
	cells := each(ctx, db, "SELECT cell_key, journey, stage, wave, cohort, members FROM loader.next_cell", func(rows *sql.Rows) (c store.ReleaseCell, err error) {
		var members string
		if err := rows.Scan(&c.Key, &c.Journey, &c.Stage, &c.Wave, &c.Cohort, &members); err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(members), &c.Members)
	})
	for c, err := range cells {
		if err != nil {
			return nil, err
		}
		n.Change.Cells = append(n.Change.Cells, c)
	}
	n.Change.Left = each(ctx, db, "SELECT response_key FROM loader.next_left", func(rows *sql.Rows) (key string, err error) { return key, rows.Scan(&key) })
	n.Change.Joined = each(ctx, db, "SELECT response_key, version, cell_key FROM loader.next_joined ORDER BY response_key", func(rows *sql.Rows) (r store.ReleaseResponse, err error) {
		return r, rows.Scan(&r.Response, &r.Version, &r.Cell)
	})
	n.Change.Hidden = each(ctx, db, nextHidden(), func(rows *sql.Rows) (f store.ReleaseFigure, err error) {
		return f, rows.Scan(&f.Table, &f.Key)
	})
	n.Change.Shown = each(ctx, db, nextShown(), func(rows *sql.Rows) (f store.ReleaseFigure, err error) {
		return f, rows.Scan(&f.Table, &f.Key, &f.Shown, &f.People, &f.Response)
	})
	return n, nil
}

// each runs a query and goes through its rows, as often as asked.
func each[T any](ctx context.Context, db querier, query string, scan func(*sql.Rows) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			yield(none, fmt.Errorf("%s: %w", query, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scan(rows)
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}
