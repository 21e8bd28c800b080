package analysis

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// table appends to one table of the warehouse.
type table struct {
	appender *duckdb.Appender
	name     string
	err      error
}

func (in *loader) appendTo(name string) *table {
	appender, err := duckdb.NewAppenderFromConn(in.conn, "", name)
	return &table{appender: appender, name: name, err: err}
}

func (t *table) add(row ...driver.Value) {
	if t.err == nil {
		t.err = t.appender.AppendRow(row...)
	}
}

func (t *table) close() error {
	if t.appender != nil {
		if err := t.appender.Close(); t.err == nil {
			t.err = err
		}
	}
	return t.problem()
}

func (t *table) problem() error {
	if t.err != nil {
		return fmt.Errorf("write %s: %w", t.name, t.err)
	}
	return nil
}

// openTable is a table that a load appends to from its first batch to its last.
type openTable struct {
	table
	waiting int // rows that no statement sees yet
}

// mostWaiting is how many rows of a table gather before they are flushed. The less is left for the end of a load, the more is
// done while the next batch is being read.
const mostWaiting = 20_000

// opened gives a table that stays open until closeTables or dropTables.
func (in *loader) opened(name string) *openTable {
	t, ok := in.open[name]
	if !ok {
		t = &openTable{table: *in.appendTo(name)}
		in.open[name] = t
	}
	return t
}

// addAll appends rows that lie one after another.
func (t *openTable) addAll(ctx context.Context, rows []driver.Value, width int) error {
	for at := 0; at < len(rows); at += width {
		if t.waiting >= mostWaiting {
			if err := t.flush(ctx); err != nil {
				return err
			}
		}
		t.add(rows[at : at+width]...)
		t.waiting++
	}
	return t.problem()
}

// flush writes what is waiting, so that the next statement sees it.
func (t *openTable) flush(ctx context.Context) error {
	if t.err == nil {
		t.err, t.waiting = t.appender.FlushWithCancel(ctx), 0
	}
	return t.problem()
}

// closeTables writes what is still waiting in the open tables.
func (in *loader) closeTables() error {
	for name, t := range in.open {
		delete(in.open, name)
		if err := t.close(); err != nil {
			return err
		}
	}
	return nil
}

// dropTables forgets what is still waiting in the open tables: the transaction ends without it.
func (in *loader) dropTables() {
	for name, t := range in.open {
		if t.appender != nil {
			_, _ = t.appender.Clear(), t.appender.Close()
		}
		delete(in.open, name)
	}
}
