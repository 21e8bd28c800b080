package analysis

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"koe"

	"github.com/duckdb/duckdb-go/v2"
)

// finish brings what depends on several rows up to date, and writes the cursor.
func (in *loader) finish(ctx context.Context, cursor string) error {
	if err := in.mendStays(ctx); err != nil {
		return fmt.Errorf("find the stays of answers: %w", err)
	}
	if err := in.listChanged(ctx); err != nil {
		return fmt.Errorf("list whom the load changed: %w", err)
	}
	if err := in.markLatest(ctx); err != nil {
		return fmt.Errorf("find the last response of each stage: %w", err)
	}
	if err := in.touch(ctx); err != nil {
		return fmt.Errorf("note what changed: %w", err)
	}
	if err := in.shuffleAnonymous(ctx); err != nil {
		return err
	}
	if err := in.listMembers(ctx); err != nil {
		return err
	}
	if err := in.setAbout(ctx, "analysed", ""); err != nil { // the figures are behind the facts now
		return err
	}
	return execAll(ctx, in.conn, "DELETE FROM loader.cursor; INSERT INTO loader.cursor VALUES ("+literal(cursor)+")")
}

// mendStays looks again for the stay of every response of the touched people, now that all of the load is there.
func (in *loader) mendStays(ctx context.Context) error {
	if len(in.touched) == 0 {
		return nil
	}
	keys := make([]string, 0, len(in.touched))
	for key := range in.touched {
		keys = append(keys, string(key))
	}
	if err := in.listKeys(ctx, keys); err != nil {
		return err
	}
	spells := map[koe.PersonKey][]koe.Spell{}
	err := queryRows(ctx, in.conn, "SELECT person_key, spell, joined_on, left_on FROM spell WHERE person_key IN (SELECT key FROM temp.keys) ORDER BY person_key, spell",
		func(row []driver.Value) {
			key := koe.PersonKey(row[0].(string))
			spells[key] = append(spells[key], koe.Spell{Number: int(row[1].(int32)), JoinedOn: dateOf(row[2]), LeftOn: dateOf(row[3])})
		})
	if err != nil {
		return err
	}
	for _, journey := range in.layout.journeys {
		if err := in.mendJourney(ctx, journey, spells); err != nil {
			return err
		}
	}
	return nil
}

func (in *loader) mendJourney(ctx context.Context, journey *journeyLayout, spells map[koe.PersonKey][]koe.Spell) error {
	type mended struct {
		response, cohort string
		spell            int
	}
	var changed []mended
	query := fmt.Sprintf(`SELECT r.response_key, r.person_key, r.spell, r.cohort, coalesce(i.spell, 0), coalesce(i.due_on, r.submitted_on)
		FROM %s r LEFT JOIN invitation i USING (invitation_key) WHERE r.person_key IN (SELECT key FROM temp.keys)`, quote(journey.table))
	err := queryRows(ctx, in.conn, query, func(row []driver.Value) {
		spell, cohort := stay(spells[koe.PersonKey(row[1].(string))], int(row[4].(int32)), dateOf(row[5]))
		if int(row[2].(int32)) != spell || row[3].(string) != cohort {
			changed = append(changed, mended{row[0].(string), cohort, spell})
		}
	})
	if err != nil || len(changed) == 0 {
		return err
	}
	if err := execAll(ctx, in.conn, "CREATE OR REPLACE TEMP TABLE mended (response_key VARCHAR, spell INTEGER, cohort VARCHAR)"); err != nil {
		return err
	}
	appender, err := duckdb.NewAppender(in.conn, "temp", "main", "mended")
	t := &table{appender: appender, name: "mended", err: err}
	for _, m := range changed {
		t.add(m.response, int32(m.spell), m.cohort)
	}
	if err := t.close(); err != nil {
		return err
	}
	if err := in.noteOwn(ctx, journey, "response_key IN (SELECT response_key FROM temp.mended)"); err != nil {
		return err
	}
	return execAll(ctx, in.conn, fmt.Sprintf("UPDATE %s AS r SET spell = m.spell, cohort = m.cohort FROM temp.mended m WHERE r.response_key = m.response_key", quote(journey.table)))
}

// markLatest says of the few responses of one person at one stage in one stay which is the last. Of people that the load did not
// change anything of it is known.
func (in *loader) markLatest(ctx context.Context) error {
	who, whose := "person_key IS NOT NULL", ""
	if !in.fresh {
		who = "person_key IN (SELECT key FROM temp.changed)"
		whose = " AND " + who
	}
	for _, journey := range in.layout.journeys {
		if err := in.noteOwn(ctx, journey, "NOT latest AND "+who); err != nil { // some of them will be the last again
			return err
		}
		if err := execAll(ctx, in.conn, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE repeated AS
			SELECT person_key, stage, spell, max(submitted_at::VARCHAR || ' ' || response_key) AS last FROM %[1]s
			INNER JOIN (SELECT person_key, stage, spell FROM %[1]s WHERE %[2]s GROUP BY person_key, stage, spell HAVING count(*) > 1) AS several
			USING (person_key, stage, spell) GROUP BY person_key, stage, spell;
			UPDATE %[1]s SET latest = true WHERE NOT latest%[3]s;
			UPDATE %[1]s AS r SET latest = false FROM temp.repeated AS d WHERE r.person_key = d.person_key AND r.stage = d.stage
			AND r.spell = d.spell AND r.submitted_at::VARCHAR || ' ' || r.response_key <> d.last;
			DROP TABLE temp.repeated`, quote(journey.table), who, whose)); err != nil {
			return err
		}
		if err := in.noteOwn(ctx, journey, "NOT latest AND "+who); err != nil {
			return err
		}
	}
	return nil
}

// shuffleAnonymous puts anonymous responses in the order of their random keys, so that where a row lies says nothing of
// when it came.
func (in *loader) shuffleAnonymous(ctx context.Context) error {
	for _, journey := range in.layout.journeys {
		anonymous := false
		for _, survey := range journey.Surveys {
			anonymous = anonymous || survey.Mode == koe.Anonymous
		}
		if !anonymous {
			continue
		}
		name := quote(journey.table)
		if err := execAll(ctx, in.conn, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE shuffled AS SELECT * FROM %[1]s WHERE person_key IS NULL;
			DELETE FROM %[1]s WHERE person_key IS NULL;
			INSERT INTO %[1]s SELECT * FROM temp.shuffled ORDER BY response_key;
			DROP TABLE temp.shuffled;
			CREATE TEMP TABLE shuffled AS SELECT * FROM answer_apart WHERE response_key IN (SELECT response_key FROM %[1]s WHERE person_key IS NULL);
			DELETE FROM answer_apart WHERE response_key IN (SELECT response_key FROM %[1]s WHERE person_key IS NULL);
			INSERT INTO answer_apart SELECT * FROM temp.shuffled ORDER BY response_key, question, "position";
			DROP TABLE temp.shuffled`, name)); err != nil {
			return fmt.Errorf("shuffle anonymous responses: %w", err)
		}
	}
	return nil
}

// listMembers lists every member that occurs.
func (in *loader) listMembers(ctx context.Context) error {
	if err := execAll(ctx, in.conn, "DELETE FROM member"); err != nil {
		return err
	}
	for _, segment := range in.layout.segments {
		column := quote(segment.column)
		sources := []string{"SELECT " + column + " AS member FROM person", "SELECT " + column + " FROM invitation"}
		for _, journey := range in.layout.journeys {
			sources = append(sources, fmt.Sprintf("SELECT %s FROM %s", column, quote(journey.table)))
		}
		parent := "''"
		if segment.level > 0 {
			parent = "left(member, length(member) - length(string_split(member, '/')[-1]) - 1)"
		}
		if err := execAll(ctx, in.conn, fmt.Sprintf(`INSERT INTO member SELECT %s, member, %s, %d, %s, [], '' FROM (SELECT DISTINCT member FROM (%s) WHERE member <> '') ORDER BY member`,
			literal(segment.name), map[bool]string{true: "string_split(member, '/')[-1]", false: "member"}[segment.level > 0], segment.level, parent,
			strings.Join(sources, " UNION ALL "))); err != nil {
			return err
		}
	}
	return nil
}

// queryRows runs a query on a driver connection. The row is valid during the call.
func queryRows(ctx context.Context, conn *duckdb.Conn, query string, each func(row []driver.Value)) (err error) {
	rows, err := conn.QueryContext(ctx, query, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", query, err)
		}
		each(row)
	}
}

// dateOf reads a DATE of the driver; NULL is no day.
func dateOf(value driver.Value) koe.Date {
	if t, ok := value.(time.Time); ok {
		return koe.DateOf(t)
	}
	return koe.Date{}
}
