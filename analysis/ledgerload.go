package analysis

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"koe/store"

	"github.com/duckdb/duckdb-go/v2"
)

// releases copies the ledger of releases, when it is not the one that the warehouse has.
func (in *loader) releases(ctx context.Context, src source) error {
	var l store.Ledger
	if src.ledger != nil {
		known, err := in.fact(ctx, "ledger")
		if err != nil {
			return err
		}
		if known == src.released && !in.fresh {
			return nil
		}
		if l, err = src.ledger(ctx); err != nil {
			return fmt.Errorf("read the ledger of releases: %w", err)
		}
	}
	if err := execAll(ctx, in.conn, "DELETE FROM loader.release; DELETE FROM loader.release_cell; DELETE FROM loader.release_response; DELETE FROM loader.release_gone; DELETE FROM loader.release_figure"); err != nil {
		return err
	}
	release := in.appendIn("loader", "release")
	for _, r := range l.Releases {
		release.add(int32(r.Number), r.Name, string(r.State), r.Basis)
	}
	cell := in.appendIn("loader", "release_cell")
	for _, c := range l.Cells {
		members, err := json.Marshal(c.Members)
		if err != nil {
			return err
		}
		cell.add(c.Key, c.Journey, c.Stage, c.Wave, c.Cohort, string(members))
	}
	response := in.appendIn("loader", "release_response")
	for _, r := range l.Responses {
		response.add(r.Response, int32(r.Since), int32(r.Until), r.Version, r.Cell)
	}
	gone := in.appendIn("loader", "release_gone")
	for _, g := range l.Gone {
		gone.add(g.Cell, int32(g.Since), int32(g.Until), int32(g.N))
	}
	figure := in.appendIn("loader", "release_figure")
	for _, f := range l.Figures {
		figure.add(f.Table, f.Key, int32(f.Since), int32(f.Until), f.Shown, f.People, f.Response)
	}
	if err := joined(release.close(), cell.close(), response.close(), gone.close(), figure.close()); err != nil {
		return err
	}
	return in.setAbout(ctx, "ledger", l.State)
}

// fact reads one fact of about; "" when it is not there.
func (in *loader) fact(ctx context.Context, name string) (value string, err error) {
	err = queryRows(ctx, in.conn, "SELECT value FROM about WHERE fact = "+literal(name), func(row []driver.Value) { value = row[0].(string) })
	return value, err
}

func (in *loader) appendIn(schema, name string) *table {
	appender, err := duckdb.NewAppenderFromConn(in.conn, schema, name)
	return &table{appender: appender, name: schema + "." + name, err: err}
}
