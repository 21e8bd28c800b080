package analysis

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"koe"
	"koe/analysis/disclosure"

	"github.com/duckdb/duckdb-go/v2"
)

// lived is the track of each response of a journey ($1) that is or was behind a release, as the atoms of a picture have it.
const (
	livedNow = `SELECT response_key, cell_key AS track FROM temp.next_answer JOIN temp.next_group USING (journey, cell, cohort) WHERE journey = $1`
	// livedTracks is the same after a release, where $2 is the number of the one to come.
	livedTracks = `
WITH stays AS (
    SELECT r.response_key, r.version, r.cell_key, r.since, CASE WHEN r.until = 0 AND l.response_key IS NOT NULL THEN $2::INTEGER ELSE r.until END AS until
    FROM loader.release_response AS r
    LEFT JOIN loader.next_left AS l ON r.until = 0 AND l.response_key = r.response_key
    UNION ALL SELECT response_key, version, cell_key, $2::INTEGER, 0 FROM loader.next_joined
), here AS (SELECT cell_key FROM $groups WHERE journey = $1 UNION SELECT cell_key FROM loader.release_cell WHERE journey = $1 AND $known)
SELECT response_key, CASE WHEN count(*) > 1 THEN string_agg(cell_key || ':' || since || ':' || until, ' ' ORDER BY since)
    ELSE min(cell_key) || ':' || min(since) || ':' || min(until) END AS track
FROM stays SEMI JOIN here USING (cell_key) GROUP BY response_key, version`
)

// tellWho gives the atoms of a picture, of which rows are the tracks, the people whose responses or invitations they are: a person may stand
// in several. Numbers are digests of keys. Two people with one number would be taken for one, and more withheld than need be. After a
// release it makes temp.lived, the track of each response.
func (a *analyzer) tellWho(ctx context.Context, atoms []disclosure.Atom, journey *journeyLayout, who crowd, rows []track) error {
	if len(rows) == 0 {
		return nil
	}
	if a.released > 0 {
		return a.tellWhoLived(ctx, atoms, journey, who, rows)
	}
	of := fmt.Sprintf("SELECT number, hash(person_key) AS person FROM %s JOIN (SELECT cell, cohort, number FROM temp.next_group WHERE journey = %s) AS g USING (cell, cohort) WHERE person_key IS NOT NULL",
		quote(journey.table), literal(journey.ID))
	if who == whoWasAsked {
		of = fmt.Sprintf("SELECT number, hash(person_key) AS person FROM invitation JOIN (SELECT cell, number FROM temp.next_asked WHERE journey = %[1]s) AS g USING (cell) WHERE journey = %[1]s AND "+isAsked+" AND person_key IS NOT NULL",
			literal(journey.ID))
	}
	return a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		return queryRows(ctx, conn, fmt.Sprintf(`WITH of AS (%s), again AS (SELECT person FROM of GROUP BY person HAVING count(*) > 1)
			SELECT number * 4294967296 + (person %% 2147483647)::BIGINT FROM of JOIN again USING (person)`, of), func(row []driver.Value) {
			both := row[0].(int64)
			i := both>>32 - 1 // rows are in the order of their numbers
			atoms[i].Who = append(atoms[i].Who, int32(both&(1<<32-1)))
		})
	})
}

// tellWhoLived is tellWho after a release.
func (a *analyzer) tellWhoLived(ctx context.Context, atoms []disclosure.Atom, journey *journeyLayout, who crowd, rows []track) error {
	if err := a.exec(ctx, "CREATE OR REPLACE TEMP TABLE lived AS "+who.sql(livedTracks), journey.ID, a.next); err != nil {
		return err
	}
	at := make(map[string]int, len(rows))
	for i, row := range rows {
		at[row.Track] = i
	}
	keys := "SELECT response_key, person_key FROM " + quote(journey.table)
	if who == whoWasAsked {
		keys = "SELECT invitation_key AS response_key, person_key FROM invitation WHERE journey = " + literal(journey.ID)
	}
	return a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		return queryRows(ctx, conn, fmt.Sprintf(`WITH of AS (SELECT track, person_key FROM temp.lived JOIN (%s) AS k USING (response_key) WHERE person_key IS NOT NULL),
			again AS (SELECT person_key, (hash(person_key) %% 2147483647)::INTEGER AS number FROM of GROUP BY person_key HAVING count(*) > 1)
			SELECT track, number FROM of JOIN again USING (person_key) ORDER BY ALL`, keys), func(row []driver.Value) {
			if i, known := at[row[0].(string)]; known {
				atoms[i].Who = append(atoms[i].Who, row[1].(int32))
			}
		})
	})
}

// countBehind counts, of each figure that people can have skipped (figureName), how many are behind it in each atom: rows are the
// atoms, with all their responses. A response of which the answers are no longer known counts as answered.
func (a *analyzer) countBehind(ctx context.Context, g *grid, journey *journeyLayout, who crowd, rows []track) error {
	if who != whoAnswered || len(rows) == 0 {
		return nil
	}
	figures := map[string][]int{}
	var names []string // of the columns of the query below
	var counts []string
	var several []string // questions of several choices
	count := func(name, valid string) {
		names = append(names, name)
		counts = append(counts, fmt.Sprintf("count(*) FILTER (WHERE r.response_key IS NULL OR %s)", valid))
	}
	for _, question := range journey.questions {
		whole := "" // an item of a scale stands on those who answered all of it
		if f := journey.familyOf(question.ID); f != nil {
			whole = " AND NOT coalesce(" + f.reduction().MissingSQL + ", false)"
		}
		switch q := question.reduction(); {
		case q.Narrow:
			count(figureName("item", q.ID), fmt.Sprintf("%s >= %d%s", quote(q.Column), leastValue, whole))
		case q.Double:
			count(figureName("item", q.ID), quote(q.Column)+" IS NOT NULL"+whole)
		case q.Multi:
			several = append(several, q.ID)
		}
	}
	for _, construct := range journey.constructs {
		c := construct.reduction()
		count(figureName("trend", c.ID), fmt.Sprintf("%s > 0 AND (%s) IS NOT NULL", quote(c.Answered), c.ScoreSQL))
	}
	for _, question := range several {
		names, counts = append(names, figureName("item", question)), append(counts, "count(*) FILTER (WHERE r.response_key IS NULL)")
	}
	if len(names) == 0 {
		return nil
	}
	query := fmt.Sprintf("SELECT t.track, count(*), %s FROM temp.lived AS t LEFT JOIN %s AS r ON r.response_key = t.response_key GROUP BY t.track", strings.Join(counts, ", "), quote(journey.table))
	if a.released == 0 {
		query = fmt.Sprintf("SELECT any_value(g.cell_key), count(*), %s FROM %s AS r JOIN (SELECT cell, cohort, cell_key, number FROM temp.next_group WHERE journey = %s) AS g ON r.cell = g.cell AND r.cohort = g.cohort GROUP BY g.number",
			strings.Join(counts, ", "), quote(journey.table), literal(journey.ID))
		if len(several) > 0 {
			if err := a.exec(ctx, "CREATE OR REPLACE TEMP TABLE lived AS "+livedNow, journey.ID); err != nil {
				return err
			}
		}
	}
	atoms := make(map[string]int, len(rows))
	for i, row := range rows {
		atoms[row.Track] = i
	}
	for _, name := range names {
		figures[name] = make([]int, len(rows))
		for i, row := range rows {
			figures[name][i] = int(row.N) // less, below, those who are known
		}
	}
	err := a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		if err := queryRows(ctx, conn, query, func(row []driver.Value) {
			if atom, known := atoms[row[0].(string)]; known {
				for i, name := range names {
					figures[name][atom] += int(row[i+2].(int64)) - int(row[1].(int64))
				}
			}
		}); err != nil {
			return err
		}
		for _, question := range several {
			if err := queryRows(ctx, conn, fmt.Sprintf(`SELECT track, count(*) FROM (SELECT DISTINCT response_key FROM answer_apart WHERE journey = %s AND question = %s AND choice IS NOT NULL) AS c
				JOIN temp.lived USING (response_key) GROUP BY track`, literal(journey.ID), literal(question)), func(row []driver.Value) {
				if atom, known := atoms[row[0].(string)]; known {
					figures[figureName("item", question)][atom] += int(row[1].(int64))
				}
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count the answers of %s by history: %w", journey.ID, err)
	}
	g.behind = figures
	return nil
}
