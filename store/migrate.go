package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrate brings the tables of one part up to date. Two processes may do so at once.
func migrate(ctx context.Context, d dialect, part string, db *sql.DB) error {
	migrations, err := migrationsOf(d, part)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(migrations...), goose.WithDisableGlobalRegistry(true)}
	kind := goose.DialectSQLite3
	if d == postgres {
		kind = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	for try := 1; ; try++ {
		provider, err := goose.NewProvider(kind, db, nil, options...)
		if err != nil {
			return err
		}
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
		// Another process may have been faster; then the next try finds nothing to do.
		if try == 3 || d == postgres {
			return err
		}
	}
}

// migrationsOf makes a goose migration of each number: NNNNN_name.sql, then NNNNN_name.<dialect>.sql if there is one,
// in one transaction.
func migrationsOf(d dialect, part string) ([]*goose.Migration, error) {
	names, err := fs.Glob(files, "migrations/"+part+"/*.sql")
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(names, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
	texts := map[int64][]string{}
	var order []int64
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".sql")
		if _, only, special := strings.Cut(name, "."); special && only != string(d) {
			continue
		}
		digits, _, _ := strings.Cut(name, "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: a migration begins with its number", file)
		}
		text, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if len(texts[number]) == 0 {
			order = append(order, number)
		}
		texts[number] = append(texts[number], inDialect(d, string(text)))
	}
	var all []*goose.Migration
	for _, number := range order {
		up := func(ctx context.Context, tx *sql.Tx) error {
			for _, text := range texts[number] {
				for _, statement := range strings.Split(text, ";\n") {
					if strings.TrimSpace(statement) == "" {
						continue
					}
					if _, err := tx.ExecContext(ctx, statement); err != nil {
						return fmt.Errorf("%w in %q", err, statement)
					}
				}
			}
			return nil
		}
		all = append(all, goose.NewGoMigration(number, &goose.GoFunc{RunTx: up}, nil))
	}
	return all, nil
}
