package analysis

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"koe"
	wholly "koe/internal/whole"
)

// The figures of a release are kept beside the warehouse, since the analysis goes on: what is handed out later of a release,
// as tables, is what its report shows and nothing else.

// KeptFigures is where the figures of a release are kept: data/released/2026-10-01.duckdb for data/warehouse.duckdb.
func KeptFigures(warehouse, release string) string {
	return filepath.Join(filepath.Dir(warehouse), "released", release+".duckdb")
}

// KeepFigures keeps the safe_* tables of the warehouse as the figures of a release, whole or not at all. inputs is the hash
// under which the release has these figures.
func KeepFigures(ctx context.Context, warehouse, release, inputs string) error {
	to := KeptFigures(warehouse, release)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	err := copyFigures(ctx, versionBehind(warehouse), to, `SELECT fact, value FROM source.about
		WHERE fact IN ('organization', 'language', 'timezone', 'as_of', 'as_of_date', 'min_group', 'min_comments', 'segments')
		UNION ALL VALUES ('release', `+literal(release)+"), ('inputs', "+literal(inputs)+")", nil)
	if err != nil {
		return fmt.Errorf("keep the figures of %s: %w", release, err)
	}
	return nil
}

// KeptOf says which release the figures at path are kept of, and under which hash; NotFound when there are none.
func KeptOf(ctx context.Context, path string) (release, inputs string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", "", koe.Errorf(koe.NotFound, "there are no figures at %s", path)
	}
	db, err := openReadOnly(path)
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	about, err := readAbout(ctx, db)
	return about["release"], about["inputs"], err
}

// KeptMembers gives the units and other members of segments as a release knows them: small units may be merged into others later. None when
// that was not kept.
func KeptMembers(ctx context.Context, warehouse, release string) (members []Member, err error) {
	path := KeptFigures(warehouse, release)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	db, err := openReadOnly(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	kept, err := texts(ctx, db, "SELECT table_name FROM duckdb_tables() WHERE table_name = 'member'")
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	return readTable[Member](ctx, db, "member")
}

// DropFigures deletes the figures that are kept of a release; there may be none.
func DropFigures(warehouse, release string) error {
	err := os.Remove(KeptFigures(warehouse, release))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ForgetWords takes the comments out of all kept figures whose words the warehouse has no more, since they were erased or
// are past their time. The figures stay. It gives the releases that were written anew.
func ForgetWords(ctx context.Context, warehouse string) (releases []string, err error) {
	paths, err := filepath.Glob(KeptFigures(warehouse, "*"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		gone, err := wordsGone(ctx, warehouse, path)
		if err != nil {
			return releases, fmt.Errorf("look for comments in %s: %w", path, err)
		}
		if len(gone) == 0 {
			continue
		}
		// What is deleted would stay in the file's free blocks: the rows that stay are written to a new one.
		if err := copyFigures(ctx, path, path, "FROM source.about", gone); err != nil {
			return releases, fmt.Errorf("write %s without comments that were erased: %w", path, err)
		}
		releases = append(releases, strings.TrimSuffix(filepath.Base(path), ".duckdb"))
	}
	return releases, nil
}

// wordsGone gives the comments of kept figures that are not in the warehouse.
func wordsGone(ctx context.Context, warehouse, path string) (gone []string, err error) {
	db, err := openReadOnly(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	kept, err := texts(ctx, db, "SELECT DISTINCT text FROM safe_comment WHERE text <> '' ORDER BY text")
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	there := map[string]bool{}
	if _, err := os.Stat(warehouse); err == nil {
		db, err := openReadOnly(versionBehind(warehouse))
		if err != nil {
			return nil, err
		}
		now, err := texts(ctx, db, "SELECT DISTINCT text FROM comment WHERE text IS NOT NULL")
		if err = errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
		for _, text := range now {
			there[text] = true
		}
	}
	for _, text := range kept {
		if !there[text] {
			gone = append(gone, text)
		}
	}
	return gone, nil
}

// copyFigures writes the safe_* tables of one database into a new one, which appears whole or not at all: with a table about
// as the query says, and without the comments that have these words.
func copyFigures(ctx context.Context, from, to, about string, without []string) (err error) {
	beside, err := os.MkdirTemp(filepath.Dir(to), ".writing-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(beside)) }()
	fresh := filepath.Join(beside, "figures.duckdb")
	if err := fillFigures(ctx, from, fresh, about, without); err != nil {
		return err
	}
	if err := errors.Join(os.Chmod(fresh, 0o400), wholly.Sync(fresh)); err != nil {
		return err
	}
	if err := os.Rename(fresh, to); err != nil {
		return err
	}
	return wholly.Sync(filepath.Dir(to))
}

// figureStatements copies the safe_* tables from source to kept, and the units as they were called then, with what is said of them; %s are the
// comments to leave out.
const figureStatements = `
WITH t AS (FROM duckdb_tables() WHERE database_name = 'source' AND schema_name = 'main' AND (starts_with(table_name, 'safe_') OR table_name = 'member')),
c AS (FROM duckdb_columns() WHERE database_name = 'source' AND schema_name = 'main' AND (starts_with(table_name, 'safe_') OR table_name = 'member'))
SELECT 'CREATE TABLE kept."' || table_name || '" AS FROM source."' || table_name || '"' || CASE WHEN table_name = 'safe_comment' THEN %s ELSE '' END FROM t
UNION ALL SELECT 'COMMENT ON TABLE kept."' || table_name || '" IS ''' || replace(comment, '''', '''''') || '''' FROM t WHERE comment IS NOT NULL
UNION ALL SELECT 'COMMENT ON COLUMN kept."' || table_name || '"."' || column_name || '" IS ''' || replace(comment, '''', '''''') || '''' FROM c WHERE comment IS NOT NULL`

func fillFigures(ctx context.Context, from, to, about string, without []string) (err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := execEach(ctx, conn, "SET memory_limit = '1GB'", "ATTACH "+literal(from)+" AS source (READ_ONLY)",
		"ATTACH "+literal(to)+" AS kept (BLOCK_SIZE 16384)", "CREATE TABLE kept.about AS "+about); err != nil {
		return err
	}
	but := ""
	if len(without) > 0 {
		but = " WHERE text NOT IN (" + literals(without) + ")"
	}
	statements, err := texts(ctx, conn, fmt.Sprintf(figureStatements, literal(but)))
	if err != nil {
		return err
	}
	return execEach(ctx, conn, append(statements, "DETACH kept", "DETACH source")...)
}

func execEach(ctx context.Context, conn *sql.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
