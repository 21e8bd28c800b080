package analysis

import (
	"context"
	"fmt"
	"strings"
)

// item and trend have hundreds of thousands of rows, most of which are names, and texts are slow to write. So the rows lie in the
// schema loader with numbers for names, and with the exact sums that they follow from; main's item and trend are views that show the names
// (decision 11). Where the published population is another, temporary tables and views stand before these.

// isPlaced reports whether a model's rows lie there. These are also the ones that are made again in part (moved.go).
func isPlaced(name string) bool { return name == "item" || name == "trend" }

// numbersOfCut lists what the numbers of red_cut stand for.
const numbersOfCut = `CREATE OR REPLACE TEMP TABLE numbered AS
SELECT DISTINCT 'who' AS kind, journey, segment AS name, member, who AS number FROM red_cut
UNION ALL SELECT DISTINCT 'stage', journey, stage, '', stage_number FROM red_cut UNION ALL SELECT DISTINCT 'wave', '', wave, '', wave_number FROM red_cut`

// numbersOfRows adds the other numbers in the rows of item and trend. Cohorts count from the unknown one.
const numbersOfRows = numbersOfCut + `;
INSERT INTO temp.numbered SELECT 'item', journey, question, '', item FROM red_question UNION ALL SELECT 'scale', journey, construct, '', scale FROM red_construct
UNION ALL SELECT 'cohort', '', cohort, '', (row_number() OVER (ORDER BY cohort) - 1)::INTEGER FROM (SELECT DISTINCT cohort FROM red_response UNION SELECT '') AS d`

func index(name, comment string) column { return column{name, "INTEGER NOT NULL", comment} }

// placedTables are the tables that hold the rows of item and trend: placed_item and placed_trend, and with them score_part, the sums of
// single waves and cohorts behind trend (those behind item are rows of it).
func (l *layout) placedTables() []modelTable {
	items, scores := l.sumKinds()
	who, stage, wave := index("who", "Number of the journey, segment and member (numbered)."), index("stage_number", "Number of the journey and stage; -1: all."), index("wave_number", "Number of the quarter; -1: all.")
	scale, cohort := index("scale", "Number of the construct (red_construct)."), index("cohort_number", "Number of the cohort, 0 for an unknown one; -1: all.")
	sums := []column{
		{"s1", scores, "Their scores added up, in 1/unit of red_construct; NULL for the standardised line."}, {"s2", scores, "The squares of these added up."}, count("items", "Answered items."), count("good", "Of these, answers on the desirable side."),
		count("bad", "Of these, answers on the undesirable side."), count("unscored_items", "Items of people without a score."), count("unscored_good", "Of these, answers on the desirable side."), count("unscored_bad", "Of these, answers on the undesirable side."),
	}
	return []modelTable{
		{name: "placed_item", comment: "The rows of item, names as numbers.", columns: cols(index("item", "Number of the question (red_question)."), who, stage, wave,
			"n", number("mean", "As mean of item."), number("sd", "As sd of item."), "favourable neutral unfavourable", column{"counts", "BIGINT[]", "As counts of item."},
			column{"s1", items, "Answers added up, in 1/unit of red_question; NULL where counts has few steps, and says it."}, column{"s2", items, "Their squares added up; NULL as s1."},
			count("good", "Answers on the desirable side; NULL as s1."), count("bad", "Answers on the undesirable side; NULL as s1."))},
		{name: "placed_trend", comment: "The rows of trend, names as numbers, and their sums.", columns: append(cols(scale, who, stage, wave, cohort,
			"n", number("mean", "As mean of trend."), number("sd", "As sd of trend."), "ci_low ci_high favourable neutral unfavourable", number("scored_favourable", "As favourable, of people with a score."),
			number("scored_neutral", "As neutral, of people with a score."), number("scored_unfavourable", "As unfavourable, of people with a score.")), sums...)},
		{name: "score_part", comment: "The sums behind trend of single waves and cohorts: bookkeeping of koe analyze, which adds up those again that moved.", columns: append(cols(scale, who, stage, wave, cohort, "n"), sums...)},
	}
}

// names is a query of names by number; all stands for all of them.
func names(stored, kind, number, columns, all string) string {
	return fmt.Sprintf("(SELECT number AS %s, %s FROM %s.numbered WHERE kind = '%s'%s)", number, columns, stored, kind, all)
}

// shownRows is a query of the rows of item or trend with their names. Their tables are in the schema stored.
func shownRows(t modelTable, stored string) string {
	var all []string
	for _, c := range t.columns {
		all = append(all, quote(c.name))
	}
	shown := strings.Join(all, ", ")
	who := names(stored, "who", "who", "name AS segment, member", "")
	stage := names(stored, "stage", "stage_number", "name AS stage", " UNION ALL SELECT -1, ''")
	if t.name == "item" {
		return fmt.Sprintf("SELECT %s FROM %s.placed_item JOIN %s AS q USING (item) JOIN %s AS w USING (who) JOIN %s AS s USING (stage_number) JOIN %s AS p USING (wave_number)",
			shown, stored, names(stored, "item", "item", "journey, name AS question", ""), who, stage, names(stored, "wave", "wave_number", "name AS period", " UNION ALL SELECT -1, ''"))
	}
	return fmt.Sprintf("SELECT %s FROM (%s) AS r JOIN %s AS c USING (scale) JOIN %s AS w USING (who) JOIN %s AS s USING (stage_number)",
		shown, scoredRows(stored), names(stored, "scale", "scale", "journey, name AS construct", ""), who, stage)
}

// scoredRows is a query of the rows of trend with the names of their periods.
func scoredRows(stored string) string {
	return fmt.Sprintf(`SELECT *, CASE WHEN cohort_number >= 0 THEN 'cohort' WHEN wave_number >= 0 THEN 'quarter' ELSE 'all' END AS grain, CASE WHEN cohort_number >= 0 THEN cohort ELSE quarter END AS period
		FROM %s.placed_trend JOIN %s AS p USING (wave_number) JOIN %s AS h USING (cohort_number) WHERE n > 0`,
		stored, names(stored, "wave", "wave_number", "name AS quarter", " UNION ALL SELECT -1, ''"), names(stored, "cohort", "cohort_number", "name AS cohort", " UNION ALL SELECT -1, ''"))
}

// makePlaced makes item and trend anew, empty, for the names that there are now.
func (a *analyzer) makePlaced(ctx context.Context, tables []modelTable) error {
	var b strings.Builder
	b.WriteString("DROP TABLE IF EXISTS loader.numbered;\n" + loaderTable("numbered", "What the numbers in placed_item and placed_trend stand for.", []column{
		{"kind", "VARCHAR NOT NULL", "item, scale, who, stage, wave or cohort."}, {"journey", "VARCHAR NOT NULL", "Journey id; empty for a wave and a cohort."}, {"name", "VARCHAR NOT NULL", "The question, construct, segment, stage or quarter."},
		{"member", "VARCHAR NOT NULL", "The member of the segment; empty otherwise."}, {"number", "INTEGER NOT NULL", "The number."},
	}) + "INSERT INTO loader.numbered FROM temp.numbered;\n")
	for _, t := range a.layout.placedTables() {
		b.WriteString("DROP TABLE IF EXISTS loader." + t.name + ";\n" + loaderTable(t.name, t.comment, t.columns))
	}
	for _, t := range tables {
		if isPlaced(t.name) {
			b.WriteString("DROP VIEW IF EXISTS " + t.name + ";\n" + createView(t.name, t.comment, shownRows(t, "loader"), t.columns))
		}
	}
	return a.exec(ctx, b.String())
}

// shadowPlaced puts empty ones of the published population before these.
func (a *analyzer) shadowPlaced(ctx context.Context, tables []modelTable) error {
	statements := numbersOfRows + ";\n"
	for _, t := range a.layout.placedTables() {
		statements += temporary(createTable(t.name, t.comment, t.columns))
	}
	for _, t := range tables {
		if isPlaced(t.name) {
			statements += "CREATE OR REPLACE TEMP VIEW " + t.name + " AS " + shownRows(t, "temp") + ";\n"
		}
	}
	return joined(a.exec(ctx, statements), a.showPlaced(ctx, "temp"))
}

// showPlaced makes temp.item_rows and temp.trend_rows, by number, for disclosure control.
func (a *analyzer) showPlaced(ctx context.Context, stored string) error {
	return a.exec(ctx, "CREATE OR REPLACE TEMP VIEW item_rows AS "+a.layout.summedRows(stored+".placed_item")+";\nCREATE OR REPLACE TEMP VIEW trend_rows AS "+scoredRows(stored))
}
