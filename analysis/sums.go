package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"koe"
)

// The rows of item and trend follow from exact sums by place: who, stage and wave (and cohort), or all stages, or all waves. Most of a day's
// places are as they were, and the sums of the others are what they were and what came to their parts and left them: whole numbers. So the sums
// are kept from analysis to analysis, only those of parts (one stage and wave) that hold a finest group with other counts are added up again, and
// what they differ by goes to the sums that they are a part of. They are kept by number, and numbers are in the order of the names: as soon as a
// name has another number than it had, all are made again.

// sums are temporary sums of one model and where they are kept.
type sums struct {
	model   string
	parts   string   // the first table that the model's file makes: sums of parts
	all     string   // the second: the sums of parts, and those over stages and waves
	rest    string   // how the statement after it begins
	kept    string   // in loader
	keys    []string // columns that name a row of all; the others are added up
	present string   // the column that is over 0
	moved   string   // item or score: temp.moved_<> lists the groups that moved
}

var (
	itemSums = sums{model: "item", parts: "item_parts", all: "item_sums", rest: "CREATE OR REPLACE TEMP TABLE item_rows AS", kept: "item_sum",
		keys: []string{"item", "who", "stage_number", "wave_number"}, present: "n", moved: "item"}
	scoreSums = sums{model: "trend", parts: "score_parts", all: "score_sums", rest: "CREATE OR REPLACE TEMP TABLE trend_rows AS", kept: "score_sum",
		keys: []string{"scale", "who", "stage_number", "wave_number", "cohort", "grain"}, present: "items", moved: "score"}
)

// numbersOfCut lists what the numbers of red_cut stand for.
const numbersOfCut = `CREATE OR REPLACE TEMP TABLE numbered AS
SELECT DISTINCT 'who' AS kind, journey, segment AS name, member, who AS number FROM red_cut
UNION ALL SELECT DISTINCT 'stage', journey, stage, '', stage_number FROM red_cut UNION ALL SELECT DISTINCT 'wave', '', wave, '', wave_number FROM red_cut`

// findFinest says whether the sums of the last analysis are kept, and lists the places whose sums are not: of groups that moved, as they were
// and as they are.
func (a *analyzer) findFinest(ctx context.Context) error {
	var renumbered int
	if err := a.conn.QueryRowContext(ctx, `SELECT count(*) FROM loader.numbered AS was LEFT JOIN temp.numbered AS now USING (kind, journey, name, member)
		WHERE now.number IS DISTINCT FROM was.number`).Scan(&renumbered); err != nil {
		return err
	}
	if a.summed = renumbered == 0; !a.summed {
		return nil
	}
	for _, moved := range []string{itemSums.moved, scoreSums.moved} {
		if err := a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE moved_%[1]s_sum AS
			SELECT DISTINCT w.number AS who, s.number AS stage_number, p.number AS wave_number FROM temp.cut_touched AS m SEMI JOIN temp.moved_%[1]s USING (cell)
			JOIN temp.numbered AS w ON w.kind = 'who' AND w.journey = m.journey AND w.name = m.segment AND w.member = m.member
			JOIN temp.numbered AS s ON s.kind = 'stage' AND s.journey = m.journey AND s.name = m.stage
			JOIN temp.numbered AS p ON p.kind = 'wave' AND p.name = m.wave`, moved)); err != nil {
			return err
		}
	}
	return nil
}

// finestMoved takes, of red_cut, the places whose sums are not kept; all when none are.
func (a *analyzer) finestMoved(moved string) string {
	if !a.summed {
		return ""
	}
	return "SEMI JOIN temp.moved_" + moved + "_sum USING (who, stage_number, wave_number)"
}

// fromSums runs a model's statements. Where sums are kept, the first makes those of parts that moved, the second what all sums differ by
// from the kept ones, and the others read the kept ones after that.
func (a *analyzer) fromSums(ctx context.Context, of sums, query string) error {
	if !a.summed {
		return a.exec(ctx, query)
	}
	parts, more, found := strings.Cut(query, "CREATE OR REPLACE TEMP TABLE "+of.all+" AS")
	add, rest, also := strings.Cut(more, of.rest)
	if !found || !also {
		return koe.Errorf(koe.Internal, "the model %s does not make %s and then the rows", of.model, of.all)
	}
	columns, err := a.sumColumns(ctx, of)
	if err != nil {
		return err
	}
	var less, added []string
	only := ""
	for _, c := range columns {
		switch {
		case c.name == "grain": // what a sum is over; the table of parts does not say it
			added, only = append(added, c.name), " WHERE grain = 'part'"
		case slices.Contains(of.keys, c.name):
			less, added = append(less, c.name), append(added, c.name)
		default:
			less, added = append(less, "-"+c.name), append(added, fmt.Sprintf("sum(%s)::%s AS %[1]s", c.name, c.kind))
		}
	}
	keys := strings.Join(of.keys, ", ")
	return a.exec(ctx, parts+fmt.Sprintf(`INSERT INTO temp.%[1]s SELECT %[2]s FROM loader.%[3]s SEMI JOIN temp.moved_%[4]s_sum USING (who, stage_number, wave_number)%[5]s;
		CREATE OR REPLACE TEMP TABLE differ AS `, of.parts, strings.Join(less, ", "), of.kept, of.moved, only)+
		add+fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE differing AS
			SELECT %[1]s FROM (SELECT * FROM loader.%[2]s SEMI JOIN temp.differ USING (%[3]s) UNION ALL FROM temp.differ) AS both_sums GROUP BY %[3]s HAVING sum(%[4]s) > 0;
		DELETE FROM loader.%[2]s AS s USING (SELECT DISTINCT %[3]s FROM temp.differ) AS d WHERE %[5]s;
		INSERT INTO loader.%[2]s FROM temp.differing;
		CREATE OR REPLACE TEMP VIEW %[6]s AS FROM loader.%[2]s;
		`, strings.Join(added, ", "), of.kept, keys, of.present, same("s", "d", of.keys), of.all)+of.rest+rest)
}

// same says that two rows have the same keys.
func same(one, other string, keys []string) string {
	var all []string
	for _, key := range keys {
		all = append(all, fmt.Sprintf("%s.%s = %s.%[2]s", one, key, other))
	}
	return strings.Join(all, " AND ")
}

// sumColumns lists the columns of kept sums.
func (a *analyzer) sumColumns(ctx context.Context, of sums) (columns []column, err error) {
	rows, err := a.conn.QueryContext(ctx, "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'loader' AND table_name = "+literal(of.kept)+" ORDER BY column_index")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// keepSums keeps the sums for the next analysis, and what their numbers stand for.
func (a *analyzer) keepSums(ctx context.Context) error {
	if a.summed {
		return a.exec(ctx, "DELETE FROM loader.numbered; INSERT INTO loader.numbered FROM temp.numbered")
	}
	if err := a.exec(ctx, "DROP TABLE IF EXISTS loader.numbered;\n"+loaderTable("numbered", "What the numbers of loader.item_sum and loader.score_sum stand for: bookkeeping of koe analyze.", []column{
		{"kind", "VARCHAR NOT NULL", "who, stage or wave."}, {"journey", "VARCHAR NOT NULL", "Journey id; empty for a wave."}, {"name", "VARCHAR NOT NULL", "The segment, the stage or the quarter."},
		{"member", "VARCHAR NOT NULL", "The member of the segment; empty otherwise."}, {"number", "INTEGER NOT NULL", "The number."},
	})+"INSERT INTO loader.numbered FROM temp.numbered"); err != nil {
		return err
	}
	for _, of := range []sums{itemSums, scoreSums} {
		comment := "The sums behind the table " + of.model + ", by number: bookkeeping of koe analyze, which adds up those again that moved."
		if err := a.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE loader.%[1]s AS FROM temp.%[2]s; COMMENT ON TABLE loader.%[1]s IS %[3]s", of.kept, of.all, literal(comment))); err != nil {
			return err
		}
		columns, err := a.sumColumns(ctx, of)
		if err != nil {
			return err
		}
		for _, c := range columns {
			if err := a.exec(ctx, fmt.Sprintf("COMMENT ON COLUMN loader.%s.%s IS %s", of.kept, quote(c.name), literal("As "+c.name+" of "+of.all+" in models/"+of.model+".sql."))); err != nil {
				return err
			}
		}
	}
	return nil
}
