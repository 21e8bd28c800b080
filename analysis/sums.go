package analysis

import (
	"context"
	"fmt"
	"strings"

	"koe"
)

// The rows of item and trend follow from exact sums by place: who, stage and wave (and cohort), or all stages, or all waves. Most of a day's
// places are as they were, and the sums of the others are what they were and what came to their parts and left them: whole numbers. So the rows
// keep their sums from analysis to analysis, only those of parts (one stage and wave) that hold a finest group with other counts are added up again,
// and what they differ by goes to the sums that they are a part of. They are kept by number, and numbers are in the order of the names: as soon as a
// name has another number than it had, all are made again.

// sums are the sums of one model and where they are kept.
type sums struct {
	model   string
	parts   string   // the table that the first statement of the model's file makes: sums of parts
	all     string   // the table or view that the second makes: the sums of places
	made    string   // which of both: TABLE or VIEW
	placed  string   // the table, in loader, that the third puts them into
	lines   string   // the table, in loader, of rows that follow from several of them; empty: none
	kept    string   // the table, in loader, that keeps the sums of parts
	keys    []string // columns that name a row of all; the others are added up
	present string   // the column that is over 0
	moved   string   // item or score: temp.moved_<> lists the groups that moved
	rows    []string // which columns of all name the rows that follow from a sum
	sums    string   // of which rows everything follows from sums
}

var (
	itemSums = sums{model: "item", parts: "item_parts", all: "item_sums", made: "VIEW", placed: "placed_item", kept: "placed_item",
		keys: []string{"item", "who", "stage_number", "wave_number"}, present: "n", moved: "item", rows: []string{"item", "who", "stage_number", "wave_number"}, sums: "s1 IS NULL"} // of the others lists too
	scoreSums = sums{model: "trend", parts: "score_parts", all: "score_sums", made: "TABLE", placed: "placed_trend", kept: "score_part",
		keys: []string{"scale", "who", "stage_number", "wave_number", "cohort_number"}, present: "items", moved: "score", rows: []string{"scale", "who", "wave_number", "cohort_number"},
		lines: "placed_line", sums: "true"}
)

// findParts lists the parts that hold groups that moved, as the groups were and as they are.
func (a *analyzer) findParts(ctx context.Context) error {
	statements := `CREATE OR REPLACE TEMP TABLE cut_touched AS SELECT cell, who, stage_number, wave_number FROM red_cut WHERE cell IN (SELECT cell FROM loader.touched WHERE own)
		UNION SELECT cell, who, stage_number, wave_number FROM temp.cut_before`
	for _, of := range []sums{itemSums, scoreSums} {
		statements += fmt.Sprintf(";\nCREATE OR REPLACE TEMP TABLE moved_%[1]s_sum AS SELECT DISTINCT who, stage_number, wave_number FROM temp.cut_touched SEMI JOIN temp.moved_%[1]s USING (cell)", of.moved)
	}
	return a.exec(ctx, statements)
}

// partsMoved takes, of red_cut, the parts whose sums are not kept; all when none are.
func (a *analyzer) partsMoved(moved string) string {
	if !a.moved {
		return ""
	}
	return "SEMI JOIN temp.moved_" + moved + "_sum USING (who, stage_number, wave_number)"
}

// fromSums runs a model's statements. Where only some places moved, the first makes the sums of parts that moved, the second what all sums differ by
// from the kept ones, and the third the rows of what moved.
func (a *analyzer) fromSums(ctx context.Context, of sums, query string) error {
	keep := of.kept != of.placed && !a.shadowed
	if !a.moved {
		if keep {
			query += fmt.Sprintf("INSERT INTO loader.%s FROM temp.%s;\n", of.kept, of.parts)
		}
		return a.exec(ctx, query)
	}
	parts, more, found := strings.Cut(query, "CREATE OR REPLACE TEMP "+of.made+" "+of.all+" AS")
	add, rest, also := strings.Cut(more, "INSERT INTO loader."+of.placed)
	if !found || !also {
		return koe.Errorf(koe.Internal, "the model %s does not make %s and then the rows", of.model, of.all)
	}
	var were, less, added, same []string
	for _, c := range a.layout.sumColumns(of) {
		same = append(same, fmt.Sprintf("coalesce(%s, 0) = 0", c.name))
		were, less, added = append(were, c.name), append(less, "-"+c.name), append(added, fmt.Sprintf("sum(%s)::%s AS %[1]s", c.name, c.kind))
	}
	keys := strings.Join(of.keys, ", ")
	stored := keys + ", " + strings.Join(were, ", ")
	before := fmt.Sprintf("CREATE OR REPLACE TEMP TABLE parts_before AS SELECT %s FROM loader.%s SEMI JOIN temp.moved_%s_sum USING (who, stage_number, wave_number);\n", stored, of.kept, of.moved)
	if keep {
		before += fmt.Sprintf("DELETE FROM loader.%[1]s AS s USING temp.moved_%[2]s_sum AS d WHERE %[3]s;\nINSERT INTO loader.%[1]s FROM temp.%[4]s;\n", of.kept, of.moved, matching("s", "d", []string{"who", "stage_number", "wave_number"}), of.parts)
	}
	before += fmt.Sprintf("INSERT INTO temp.%s SELECT %s, %s FROM temp.parts_before;\n", of.parts, keys, strings.Join(less, ", "))
	changed := fmt.Sprintf(`DELETE FROM temp.differ WHERE %[9]s AND %[10]s;
		CREATE OR REPLACE TEMP TABLE moved_row AS SELECT DISTINCT %[1]s FROM temp.differ;
		CREATE OR REPLACE TEMP TABLE %[2]s AS SELECT %[3]s, %[4]s FROM (SELECT %[5]s FROM loader.%[6]s SEMI JOIN temp.moved_row USING (%[1]s) UNION ALL FROM temp.differ) AS both_sums
			GROUP BY %[3]s HAVING sum(%[7]s) > 0;
		DELETE FROM loader.%[6]s AS s USING temp.moved_row AS d WHERE %[8]s;
		`, strings.Join(of.rows, ", "), of.all, keys, strings.Join(added, ", "), stored, of.placed, of.present, matching("s", "d", of.rows), of.sums, strings.Join(same, " AND "))
	if of.lines != "" {
		changed += fmt.Sprintf("DELETE FROM loader.%s AS s USING temp.moved_row AS d WHERE %s;\n", of.lines, matching("s", "d", of.rows))
	}
	return a.exec(ctx, parts+before+"CREATE OR REPLACE TEMP TABLE differ AS"+add+changed+"INSERT INTO loader."+of.placed+rest)
}

// matching says that two rows have the same keys.
func matching(one, other string, keys []string) string {
	var all []string
	for _, key := range keys {
		all = append(all, fmt.Sprintf("%s.%s = %s.%[2]s", one, key, other))
	}
	return strings.Join(all, " AND ")
}

// sumColumn is a column that is added up.
type sumColumn struct{ name, kind string }

func (l *layout) sumColumns(of sums) []sumColumn {
	items, scores := l.sumKinds()
	kind, whole, columns := scores, []string{"items", "good", "bad", "unscored_items", "unscored_good", "unscored_bad"}, []sumColumn(nil)
	if of.model == "item" {
		kind, whole = items, []string{"good", "bad"}
	}
	columns = append(columns, sumColumn{name: "n", kind: "BIGINT"}, sumColumn{name: "s1", kind: kind}, sumColumn{name: "s2", kind: kind})
	for _, name := range whole {
		columns = append(columns, sumColumn{name: name, kind: "BIGINT"})
	}
	if of.model == "item" {
		for step := range l.countedSteps() {
			columns = append(columns, sumColumn{stepColumn(step), "BIGINT"})
		}
	}
	return columns
}
