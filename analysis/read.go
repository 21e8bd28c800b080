package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"koe"
)

// ReadPublished reads everything that may leave the warehouse at path: the safe_* tables and the facts that explain
// them. It opens the file for reading only, so it neither blocks koe load and koe analyze nor is blocked by them.
// NotFound when there is no warehouse or nothing has been analysed yet, Conflict when another version of koe analysed it.
func ReadPublished(ctx context.Context, path string) (_ *Published, err error) {
	db, about, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := analysed(path, about); err != nil {
		return nil, err
	}
	p := &Published{Language: about["language"], Timezone: about["timezone"], Analysis: about["analysed"], Ledger: about["ledger"]}
	if err := p.describe(about); err != nil {
		return nil, fmt.Errorf("read what the warehouse %s says of itself: %w", path, err)
	}
	if err := p.readTables(ctx, db); err != nil {
		return nil, reading(path, err)
	}
	return p, nil
}

// describe fills in the facts that the table about holds.
func (p *Published) describe(about map[string]string) error {
	var errs []error
	check := func(err error) { errs = append(errs, err) }
	check(json.Unmarshal([]byte(about["organization"]), &p.Organization))
	check(json.Unmarshal([]byte(about["segments"]), &p.Segments))
	var err error
	p.AsOf, err = time.Parse(time.RFC3339, about["as_of"])
	check(err)
	p.Closed, err = koe.ParseDate(about["as_of_date"])
	check(err)
	p.MinGroup, err = strconv.Atoi(about["min_group"])
	check(err)
	p.MinComments, err = strconv.Atoi(about["min_comments"])
	check(err)
	return errors.Join(errs...)
}

// readTables reads every table that Published has a place for.
func (p *Published) readTables(ctx context.Context, db querier) error {
	return errors.Join(
		read(ctx, db, "member", &p.Members),
		read(ctx, db, "stage", &p.Stages),
		read(ctx, db, "question", &p.Questions),
		read(ctx, db, "construct", &p.Constructs),
		read(ctx, db, "measure", &p.Measures),
		read(ctx, db, "red_wave", &p.Waves),
		read(ctx, db, "safe_response_rate", &p.Tables.ResponseRate),
		read(ctx, db, "safe_item", &p.Tables.Item),
		read(ctx, db, "safe_trend", &p.Tables.Trend),
		read(ctx, db, "safe_reliability", &p.Tables.Reliability),
		read(ctx, db, "safe_item_rest", &p.Tables.ItemRest),
		read(ctx, db, "safe_recommend", &p.Tables.Recommend),
		read(ctx, db, "safe_trend_test", &p.Tables.TrendTest),
		read(ctx, db, "safe_signal", &p.Tables.Signal),
		read(ctx, db, "safe_change", &p.Tables.Change),
		read(ctx, db, "safe_comparison", &p.Tables.Comparison),
		read(ctx, db, "safe_shrunk", &p.Tables.Shrunk),
		read(ctx, db, "safe_census", &p.Tables.Census),
		read(ctx, db, "safe_weighted", &p.Tables.Weighted),
		read(ctx, db, "safe_hypothesis", &p.Tables.Hypothesis),
		read(ctx, db, "safe_measure_effect", &p.Tables.MeasureEffect),
		read(ctx, db, "safe_driver", &p.Tables.Driver),
		read(ctx, db, "safe_retention", &p.Tables.Retention),
		read(ctx, db, "safe_retention_test", &p.Tables.RetentionTest),
		read(ctx, db, "safe_nonresponse", &p.Tables.Nonresponse),
		read(ctx, db, "safe_silence", &p.Tables.Silence),
		read(ctx, db, "safe_careless", &p.Tables.Careless),
		read(ctx, db, "safe_theme", &p.Tables.Theme),
		read(ctx, db, "safe_keyness", &p.Tables.Keyness),
		read(ctx, db, "safe_comment", &p.Tables.Comment),
		read(ctx, db, "safe_cooccurrence", &p.Tables.Cooccurrence),
	)
}

// read fills rows with a whole table.
func read[T any](ctx context.Context, db querier, table string, rows *[]T) (err error) {
	*rows, err = readTable[T](ctx, db, table)
	if err != nil {
		return fmt.Errorf("table %s, row %s: %w", table, reflect.TypeFor[T]().Name(), err)
	}
	return nil
}

// readAbout reads the table about: one fact a row.
func readAbout(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT fact, value FROM about")
	if err != nil {
		return nil, fmt.Errorf("read about: %w", err)
	}
	defer rows.Close()
	about := map[string]string{}
	for rows.Next() {
		var fact, value string
		if err := rows.Scan(&fact, &value); err != nil {
			return nil, fmt.Errorf("read about: %w", err)
		}
		about[fact] = value
	}
	return about, rows.Err()
}

// readCursor reads how far the store had been read.
func readCursor(ctx context.Context, db *sql.DB) (string, error) {
	cursors, err := texts(ctx, db, "SELECT place FROM loader.cursor")
	if err != nil || len(cursors) != 1 {
		return "", errors.Join(err, fmt.Errorf("read the loader's cursor: %d rows", len(cursors)))
	}
	return cursors[0], nil
}
