package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"koe"
)

// schemas are where the two parts live in PostgreSQL.
var schemas = map[string]string{mainPart: "koe", vaultPart: "koe_vault"}

// openPostgres opens one schema of a PostgreSQL database (15 or later), made when it is not there. The URL may name
// several hosts and target_session_attrs=read-write, as libpq's.
func openPostgres(ctx context.Context, part, dsn string) (*database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "the address of the store is not one of PostgreSQL, as postgres://user@host1,host2/koe?target_session_attrs=read-write: %w", err)
	}
	schema := schemas[part]
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "koe"
	}
	d := &database{dialect: postgres, part: part, name: config.Host + "/" + config.Database}
	if d.text, err = statements(postgres, part); err != nil {
		return nil, err
	}
	d.db = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(insistOnDisk))
	d.db.SetMaxOpenConns(16)
	d.db.SetMaxIdleConns(16)
	d.db.SetConnMaxIdleTime(5 * time.Minute)
	if _, err = d.db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err == nil || exists(err) {
		err = migrate(ctx, postgres, part, d.db)
	}
	if err != nil {
		return nil, errors.Join(d.explain("connect", err), d.db.Close())
	}
	return d, nil
}

// insistOnDisk has every commit wait for the disk, whatever the server's default: a submission is thanked for after it.
// Stronger settings, as remote_apply, stay.
func insistOnDisk(ctx context.Context, conn *pgx.Conn) error {
	var level string
	if err := conn.QueryRow(ctx, "SHOW synchronous_commit").Scan(&level); err != nil {
		return err
	}
	if level == "off" || level == "local" {
		_, err := conn.Exec(ctx, "SET synchronous_commit = on")
		return err
	}
	return nil
}

// exists tells that two processes made the same thing at once.
func exists(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "42P06" || e.Code == "23505")
}

// updatePostgres runs fn in a transaction, again when the database asks for it (a deadlock, a conflict of two writers).
func (d *database) updatePostgres(ctx context.Context, fn func(*tx) error) error {
	for try := 1; ; try++ {
		err := d.tryPostgres(ctx, fn)
		var e *pgconn.PgError
		if try == 8 || !errors.As(err, &e) || (e.Code != "40001" && e.Code != "40P01" && e.Code != "23505") {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 2 * time.Millisecond):
		}
	}
}

func (d *database) tryPostgres(ctx context.Context, fn func(*tx) error) (err error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return d.explain("connect", err)
	}
	on, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return errors.Join(d.explain("begin", err), conn.Close())
	}
	ended := false
	defer func() {
		if !ended { // by an error, which says it, or a panic
			_, _ = on.Rollback(), conn.Close()
		}
	}()
	if err := fn(&tx{ctx: ctx, caller: ctx, d: d, on: on}); err != nil {
		return err
	}
	ended = true
	// A commit is never called off. Called off while it waits for a standby, it would be seen here without being there, and
	// go with this server. Who asked for it may stop waiting; nobody sees it, and who tries again waits, until it is on both.
	committed := make(chan error, 1)
	go func() { committed <- errors.Join(on.Commit(), conn.Close()) }()
	select {
	case err := <-committed:
		return d.explain("commit", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// explain gives an error of the database the words of somebody who can do something about it.
func (d *database) explain(what string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if d.dialect == sqlite {
		return explainSQLite(d.name, what, err)
	}
	var e *pgconn.PgError
	var connecting *pgconn.ConnectError
	switch {
	case errors.As(err, &e) && (e.Code == "53100" || e.Code == "53200"):
		return koe.Errorf(koe.Internal, "PostgreSQL at %s has no space left; nothing was written: %w", d.name, err)
	case errors.As(err, &e) && e.Code == "25006":
		return koe.Errorf(koe.Internal, "PostgreSQL at %s takes no writes (is it a standby?); add target_session_attrs=read-write and all hosts to store: %w", d.name, err)
	case errors.As(err, &e) && e.Code == "42501":
		return koe.Errorf(koe.Forbidden, "PostgreSQL at %s does not let this user do it; make it the owner of the schemas koe and koe_vault: %w", d.name, err)
	case errors.As(err, &connecting):
		return koe.Errorf(koe.Internal, "PostgreSQL at %s cannot be reached: %w", d.name, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
