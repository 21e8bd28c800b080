package analysis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"koe"

	"github.com/duckdb/duckdb-go/v2"
)

// nextTables are what a release made of this analysis would change in the ledger, for koe report to hand to the store.
func nextTables() string {
	cell := []column{{"cell_key", "VARCHAR NOT NULL", "Key of the group."}, {"journey", "VARCHAR NOT NULL", "Journey id."}, {"stage", "VARCHAR NOT NULL", "Stage id."},
		{"wave", "VARCHAR NOT NULL", "Quarter, as 2026Q2."}, {"cohort", "VARCHAR NOT NULL", "Quarter of joining; empty when unknown."}, {"members", "VARCHAR NOT NULL", "Member of each segment as published, JSON."}}
	response := column{"response_key", "VARCHAR NOT NULL", "Random key of the response."}
	shown := []column{{"table_name", "VARCHAR NOT NULL", "The table, without safe_."}, {"row_key", "VARCHAR NOT NULL", "The columns that name the row, JSON."},
		{"shown", "VARCHAR NOT NULL", "The columns that say something, JSON."}, {"people", "VARCHAR NOT NULL", "True numbers of people behind it, JSON."},
		{"response_key", "VARCHAR NOT NULL", "Key of the response that it is of."}}
	var b strings.Builder
	b.WriteString("DROP TABLE IF EXISTS loader.next_shown; DROP TABLE IF EXISTS loader.next_hidden;\n") // earlier versions kept them
	for _, t := range []struct {
		name, comment string
		columns       []column
	}{
		{"next_cell", "finest groups of responses that joined.", cell},
		{"next_joined", "responses that were not behind the last one, or otherwise.", []column{response, {"version", "VARCHAR NOT NULL", "When the response was sent that is counted."}, cell[0]}},
		{"next_left", "responses that were behind the last one and are not, or otherwise.", []column{response}},
		{"next_comment", "comments that are shown as new. The rows of other tables follow from the tables, with the people behind them in next_people_*.", shown},
	} {
		fmt.Fprintf(&b, "DROP TABLE IF EXISTS loader.%s;\n", t.name)
		b.WriteString(loaderTable(t.name, "What a release of these figures would change in the ledger: "+t.comment, t.columns))
	}
	return b.String()
}

// loaderTable writes CREATE TABLE, in the schema loader, with its comments.
func loaderTable(name, comment string, columns []column) string {
	return strings.ReplaceAll(createTable(name, comment, columns), quote(name), "loader."+quote(name))
}

// population writes temp.next_group and temp.next_asked: the finest groups of the published population and of those who were asked for it,
// with how many are in each (since units are merged a group, one number of its journey in the order of keys, may be several cells); and what changed since the
// last release: of the population, one row a response with its version and finest group, and one an invitation that counts as asked, whose
// version says whether it was answered. It is read before disclosure control, which compares it with earlier releases.
func (a *analyzer) population(ctx context.Context) error {
	if err := a.exec(ctx, nextTables()); err != nil {
		return err
	}
	var known bool
	if err := a.conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM loader.release_response WHERE until = 0").Scan(&known); err != nil {
		return err
	}
	moved := "CREATE OR REPLACE TEMP TABLE next_response AS %s;" + populationMoved
	if !known {
		moved = everybodyJoined
	}
	var parts, came []string
	for _, journey := range a.layout.journeys {
		came = append(came, fmt.Sprintf("SELECT invitation_key FROM %s WHERE invitation_key IS NOT NULL AND core > 0", quote(journey.table)))
		parts = append(parts, fmt.Sprintf("SELECT response_key, epoch_us(submitted_at)::VARCHAR AS version, %s AS journey, cell, cohort FROM %s", literal(journey.ID), quote(journey.table)))
	}
	if len(parts) == 0 {
		parts = []string{"SELECT '' AS response_key, '' AS version, '' AS journey, 0::BIGINT AS cell, '' AS cohort WHERE false"}
		came = []string{"SELECT '' WHERE false"}
	}
	return a.exec(ctx, fmt.Sprintf(`
		CREATE OR REPLACE TEMP VIEW next_answer AS %s;
		CREATE OR REPLACE TEMP TABLE next_group AS
		WITH groups AS (`+groupsOfCells+`)
		SELECT *, dense_rank() OVER (PARTITION BY journey ORDER BY cell_key) AS number FROM (
			SELECT journey, cell, cohort, stage, wave, members, left(md5(concat_ws(chr(1), journey, stage, wave, cohort, members)), 20) AS cell_key, n
			FROM (SELECT journey, cell, cohort, n FROM red_response) AS r JOIN groups USING (journey, cell)) AS g;
		CREATE OR REPLACE TEMP TABLE next_asked AS
		SELECT *, dense_rank() OVER (PARTITION BY journey ORDER BY cell_key) AS number FROM (
			SELECT journey, cell, '' AS cohort, stage, wave, members, '`+askedPrefix+`' || left(md5(concat_ws(chr(1), journey, stage, wave, members)), 20) AS cell_key, invited AS n
			FROM (`+groupsOfCells+`) AS g JOIN (SELECT journey, cell, invited FROM red_rate WHERE invited > 0) AS r USING (journey, cell)) AS g;
		%s`, strings.Join(parts, " UNION ALL "), fmt.Sprintf(moved, fmt.Sprintf(`
		SELECT response_key, version, cell_key FROM temp.next_answer JOIN temp.next_group USING (journey, cell, cohort)
		UNION ALL SELECT invitation_key, CASE WHEN invitation_key IN (%s) THEN 'answered' ELSE 'silent' END, cell_key
		FROM (SELECT invitation_key, journey, cell FROM invitation WHERE `+isAsked+`) AS i JOIN temp.next_asked USING (journey, cell)`,
		strings.Join(came, " UNION ALL ")))))
}

// isAsked is which invitations count.
const isAsked = "status <> 'bounced' AND status <> 'cancelled'"

// askedPrefix begins the keys of the finest groups of those who were asked. In the ledger they stand beside those of responses:
// behind a response rate are other people than behind its answers.
const askedPrefix = "asked-"

// groupsOfCells is the finest groups with the members of each segment as published.
const groupsOfCells = `SELECT journey, cell, any_value(stage) AS stage, any_value(wave) AS wave,
			'{' || coalesce(string_agg(to_json(segment)::VARCHAR || ':' || to_json(member)::VARCHAR, ',' ORDER BY segment) FILTER (segment <> ''), '') || '}' AS members
			FROM red_cut GROUP BY journey, cell`

// noteComments adds rows to loader.next_comment.
func (a *analyzer) noteComments(ctx context.Context, rows [][]string) error {
	return a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		appender, err := duckdb.NewAppenderFromConn(conn, "loader", "next_comment")
		t := &table{appender: appender, name: "next_comment", err: err}
		for _, row := range rows {
			t.add(row[0], row[1], row[2], row[3], row[4])
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, t.close())
		}
		return t.close()
	})
}

// everybodyJoined is populationMoved where no release knows anybody.
const everybodyJoined = `
		INSERT INTO loader.next_joined %s;
		INSERT INTO loader.next_cell SELECT DISTINCT cell_key, journey, stage, wave, cohort, members FROM (
			SELECT cell_key, journey, stage, wave, cohort, members FROM temp.next_group UNION ALL SELECT cell_key, journey, stage, wave, cohort, members FROM temp.next_asked) AS g ORDER BY cell_key`

// populationMoved compares the published population with that of the last release of the basis.
const populationMoved = `
		INSERT INTO loader.next_joined SELECT response_key, version, cell_key FROM temp.next_response AS n
		WHERE NOT EXISTS (SELECT 1 FROM loader.release_response AS r WHERE r.until = 0 AND r.response_key = n.response_key AND r.version = n.version AND r.cell_key = n.cell_key);
		INSERT INTO loader.next_left SELECT response_key FROM loader.release_response AS r
		WHERE until = 0 AND NOT EXISTS (SELECT 1 FROM temp.next_response AS n WHERE r.response_key = n.response_key AND r.version = n.version AND r.cell_key = n.cell_key)
		ORDER BY response_key;
		INSERT INTO loader.next_cell SELECT DISTINCT cell_key, journey, stage, wave, cohort, members FROM (
			SELECT cell_key, journey, stage, wave, cohort, members FROM temp.next_group UNION ALL SELECT cell_key, journey, stage, wave, cohort, members FROM temp.next_asked) AS g
		WHERE cell_key IN (SELECT cell_key FROM loader.next_joined) ORDER BY cell_key`

// notePeople keeps how many people are behind the rows of a table that are shown as new: main's table may go on while what is
// published stays.
func (a *analyzer) notePeople(ctx context.Context, t ledgerTable) error {
	if t.people == "" {
		return nil
	}
	var columns []column
	for _, m := range modelTables() {
		if m.name == t.name {
			columns = slices.DeleteFunc(slices.Clone(m.columns), func(c column) bool {
				return !slices.Contains(strings.Fields(t.key), c.name) && !slices.Contains(strings.Fields(t.people), c.name)
			})
		}
	}
	name := "next_people_" + t.name
	return a.exec(ctx, fmt.Sprintf("DROP TABLE IF EXISTS loader.%[1]s;\n%[2]sINSERT INTO loader.%[1]s SELECT %[3]s FROM %[4]s AS m JOIN %[5]s AS s ON %[6]s WHERE s.withheld = '' AND s.carried = ''",
		quote(name), loaderTable(name, "What a release of these figures would change in the ledger: the true numbers of people behind the new rows of "+t.name+".", columns),
		columnList("m.", strings.Join(columnNames(columns), " ")), quote(t.name), quote("safe_"+t.name), equal("s.", "m.", t.key)))
}

// nextFigures writes SQL for the rows that are shown as new, as the ledger would keep them. It is read when a release is made
// (ReadNextRelease), and costs an analysis nothing.
func nextFigures() string {
	parts := []string{"SELECT table_name, row_key, shown, people, response_key FROM loader.next_comment"}
	for _, t := range ledgerTables() {
		people, from := "'[]'", quote("safe_"+t.name)+" AS s"
		if t.people != "" {
			people = "json_array(" + columnList("m.", t.people) + ")::VARCHAR"
			from += fmt.Sprintf(" JOIN loader.%s AS m ON %s", quote("next_people_"+t.name), equal("s.", "m.", t.key))
		}
		parts = append(parts, fmt.Sprintf("SELECT %s, %s, %s, %s, '' FROM %s WHERE s.withheld = '' AND s.carried = ''",
			literal(t.name), rowJSON("s.", strings.Fields(t.key)), rowJSON("s.", columnNames(t.values())), people, from))
	}
	return strings.Join(parts, "\n    UNION ALL ")
}

// nextShown reads the new rows that the last release of the basis did not show, or not so.
func nextShown() string {
	return "WITH next AS (" + nextFigures() + `)
SELECT table_name, row_key, shown, people, response_key FROM next AS n
WHERE NOT EXISTS (SELECT 1 FROM loader.release_figure AS f WHERE f.until = 0 AND f.table_name = n.table_name AND f.row_key = n.row_key AND f.shown = n.shown AND f.people = n.people)
ORDER BY table_name, row_key`
}

// nextHidden reads the rows of the last release of the basis that are not shown as new any more, or not so.
func nextHidden() string {
	return "WITH next AS (" + nextFigures() + `)
SELECT table_name, row_key FROM loader.release_figure AS f
WHERE until = 0 AND NOT EXISTS (SELECT 1 FROM next AS n WHERE f.table_name = n.table_name AND f.row_key = n.row_key AND f.shown = n.shown AND f.people = n.people)
ORDER BY table_name, row_key`
}
