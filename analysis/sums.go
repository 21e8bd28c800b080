package analysis

import (
	"context"
	"fmt"
	"strings"

	"koe"
)

// The rows of item and trend follow from sums of the finest groups by place: who, stage and wave (and cohort). Most of a day's places are as
// they were, and so are their sums. So these are kept from analysis to analysis, and only the sums of finest places with other counts are
// made again; the sums over stages and over waves are added up from all of them. They are kept by number, and numbers are in the order of the names: as
// soon as a name has another number than it had, all are made again.

// sums are temporary sums of one model and where they are kept.
type sums struct {
	model     string
	temporary string // the first table that the model's file makes
	until     string // what comes after it there
	kept      string
	comment   string
	moved     string // item or score: temp.moved_<> lists the groups that moved
}

var (
	itemSums = sums{model: "item", temporary: "item_sums", until: "CREATE OR REPLACE TEMP TABLE item_rows AS", kept: "item_sum", moved: "item",
		comment: "Sums of the answers to a question by who, stage and wave, as numbers: bookkeeping of koe analyze, which makes those again that moved."}
	scoreParts = sums{model: "trend", temporary: "score_parts", until: "CREATE OR REPLACE TEMP TABLE score_sums AS", kept: "score_sum", moved: "score",
		comment: "Sums of the scores of a construct by who, stage, wave and cohort, as numbers: bookkeeping of koe analyze, which makes those again that moved."}
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
	for _, moved := range []string{itemSums.moved, scoreParts.moved} {
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

// fromSums runs a model's statements. Where sums are kept, those that the first one makes are put among them, and the others read them all.
func (a *analyzer) fromSums(ctx context.Context, of sums, query string) error {
	if !a.summed {
		return a.exec(ctx, query)
	}
	first, rest, found := strings.Cut(query, of.until)
	if !found {
		return koe.Errorf(koe.Internal, "the model %s has no %s", of.model, of.until)
	}
	return a.exec(ctx, first+fmt.Sprintf(`DELETE FROM loader.%[1]s AS s USING temp.moved_%[2]s_sum AS m WHERE s.who = m.who AND s.stage_number = m.stage_number AND s.wave_number = m.wave_number;
		INSERT INTO loader.%[1]s SELECT * FROM temp.%[3]s;
		DROP TABLE temp.%[3]s;
		CREATE TEMP VIEW %[3]s AS FROM loader.%[1]s;
		`, of.kept, of.moved, of.temporary)+of.until+rest)
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
	for _, of := range []sums{itemSums, scoreParts} {
		if err := a.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE loader.%[1]s AS FROM temp.%[2]s; COMMENT ON TABLE loader.%[1]s IS %[3]s", of.kept, of.temporary, literal(of.comment))); err != nil {
			return err
		}
		columns, err := texts(ctx, a.conn, "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'loader' AND table_name = "+literal(of.kept))
		if err != nil {
			return err
		}
		for _, name := range columns {
			if err := a.exec(ctx, fmt.Sprintf("COMMENT ON COLUMN loader.%s.%s IS %s", of.kept, quote(name), literal("As "+name+" in models/"+of.model+".sql."))); err != nil {
				return err
			}
		}
	}
	return nil
}
