package analysis

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"koe"
)

// opened is a finished version, open to be read.
type opened struct {
	path   string
	db     *sql.DB
	about  map[string]string // what it says of itself
	cursor string            // how far the store had been read
}

// errDamaged is a version that opens, and has a table that cannot be read.
var errDamaged = errors.New("the warehouse is damaged")

// open opens a version as a reader would. The caller closes it.
func open(ctx context.Context, path string) (_ *opened, err error) {
	o := &opened{path: path}
	if o.db, err = openReadOnly(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	if _, err := o.db.ExecContext(ctx, "SET threads = 1"); err != nil { // others would only wait, and busily
		return nil, err
	}
	if o.about, err = readAbout(ctx, o.db); err != nil {
		return nil, err
	}
	if o.about["layout"] == "" {
		return nil, koe.Errorf(koe.Internal, "%s does not say what it is", path)
	}
	o.cursor, err = readCursor(ctx, o.db)
	return o, err
}

// close may be called of one that did not open.
func (o *opened) close() error {
	if o == nil {
		return nil
	}
	return o.db.Close()
}

// check reads from every table.
func (o *opened) check(ctx context.Context) error {
	tables, err := texts(ctx, o.db, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND schema_name = 'main' ORDER BY table_name")
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	half := make(chan error, 2)
	for first := range 2 { // one after the other on each of two connections: most of it is to plan the statements
		go func() {
			for at := first; at < len(tables); at += 2 {
				if _, err := o.db.ExecContext(ctx, "SELECT * FROM "+quote(tables[at])+" LIMIT 1"); err != nil {
					half <- fmt.Errorf("%w: table %s: %w", errDamaged, tables[at], err)
					return
				}
			}
			half <- nil
		}()
	}
	if err := errors.Join(<-half, <-half); ctx.Err() == nil {
		return err
	}
	return ctx.Err()
}

// verify opens a file as a reader would and reads from every table.
func verify(ctx context.Context, path string) error {
	o, err := open(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(o.check(ctx), o.close())
}

// damaged tells, of an error on the way to the next version, whether it is that this one cannot be read: then errDamaged is in it. Nothing looks
// before, since all of the next version is looked at before it is published, and it is a copy of this one.
func (o *opened) damaged(ctx context.Context, err error) error {
	if err == nil || o == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(o.check(ctx), err)
}
