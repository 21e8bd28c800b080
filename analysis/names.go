package analysis

import (
	"context"
	"fmt"
	"strings"
)

// item and trend have hundreds of thousands of rows, most of which are names and fractions, and these are slow to write. So what lies in the
// schema loader are numbers for names, and the exact sums that the rest follows from; main's item and trend are views that show names and figures
// (decision 11). Where the published population is another, temporary tables and views stand before these.

// isPlaced reports whether a model's rows lie there. These are also the ones that are made again in part (moved.go).
func isPlaced(name string) bool { return name == "item" || name == "trend" }

// numbersOfCut lists what the numbers of red_cut stand for.
const numbersOfCut = `CREATE OR REPLACE TEMP TABLE numbered AS
SELECT DISTINCT 'who' AS kind, journey, segment AS name, member, who AS number FROM red_cut
UNION ALL SELECT DISTINCT 'stage', journey, stage, '', stage_number FROM red_cut UNION ALL SELECT DISTINCT 'wave', '', wave, '', wave_number FROM red_cut`

// numbersOfRows adds the other numbers in the rows of item and trend. Those of cohorts are red_score's.
const numbersOfRows = numbersOfCut + `;
INSERT INTO temp.numbered SELECT 'item', journey, question, '', item FROM red_question UNION ALL SELECT 'scale', journey, construct, '', scale FROM red_construct
UNION ALL SELECT 'cohort', '', cohort, '', CAST(concat('0', replace(cohort, 'Q', '')) AS INTEGER) FROM (SELECT DISTINCT cohort FROM red_response UNION SELECT '') AS d`

func index(name, comment string) column { return column{name, "INTEGER NOT NULL", comment} }

// placedTables are the tables behind item and trend: placed_item, placed_trend and placed_line, and with them score_part, the sums of
// single waves and cohorts behind trend (those behind item are rows of placed_item).
func (l *layout) placedTables() []modelTable {
	items, scores := l.sumKinds()
	who, stage, wave := index("who", "Number of the journey, segment and member (numbered)."), index("stage_number", "Number of the journey and stage; -1: all."), index("wave_number", "Number of the quarter; -1: all.")
	scale, cohort := index("scale", "Number of the construct (red_construct)."), index("cohort_number", "The cohort as in red_score, 0 for an unknown one; -1: all.")
	sums := []column{
		{"s1", scores, "Their scores added up, in 1/unit of red_construct."}, {"s2", scores, "The squares of these added up."}, count("items", "Answered items."), count("good", "Of these, answers on the desirable side."),
		count("bad", "Of these, answers on the undesirable side."), count("unscored_items", "Items of people without a score."), count("unscored_good", "Of these, answers on the desirable side."), count("unscored_bad", "Of these, answers on the undesirable side."),
	}
	counted := cols(index("item", "Number of the question (red_question)."), who, stage, wave, "n")
	for step := range l.countedSteps() {
		counted = append(counted, count(stepColumn(step), fmt.Sprintf("Answers of step %d; NULL for a question of more than %d steps.", step+1, mostStepColumns)))
	}
	return []modelTable{
		{name: "placed_item", comment: "The exact sums behind item, names as numbers: one row a row of item.", columns: append(counted,
			column{"s1", items, "Answers added up, in 1/unit of red_question; NULL where they are counted by step."}, column{"s2", items, "Their squares added up; NULL as s1."},
			count("good", "Answers on the desirable side; NULL as s1."), count("bad", "Answers on the undesirable side; NULL as s1."), column{"counts", "BIGINT[]", "As counts of item; NULL where they are counted by step."})},
		{name: "placed_trend", comment: "The exact sums behind trend, names as numbers: one row a row of trend, but for the standardised lines.", columns: append(cols(scale, who, stage, wave, cohort,
			"n", number("quantile", "The 97.5 % point of Student's t with n - 1 degrees of freedom; NULL for one person.")), sums...)},
		{name: "placed_line", comment: "The standardised lines of trend, names as numbers.", columns: cols(scale, who, wave, cohort, "n", number("mean", "Mean of the stages' means."),
			number("margin", "Half of the 95 % interval."), "favourable neutral unfavourable", number("scored_favourable", "As favourable, of people with a score."),
			number("scored_neutral", "As neutral, of people with a score."), number("scored_unfavourable", "As unfavourable, of people with a score."))},
		{name: "score_part", comment: "The sums behind trend of single waves and cohorts: bookkeeping of koe analyze, which adds up those again that moved.", columns: append(cols(scale, who, stage, wave, cohort, "n"), sums...)},
	}
}

// names is a query of names by number; all stands for all of them.
func names(stored, kind, number, columns, all string) string {
	return fmt.Sprintf("(SELECT number AS %s, %s FROM %s.numbered WHERE kind = '%s'%s)", number, columns, stored, kind, all)
}

// shownRows is a query of the rows of item or trend with their names. Their tables are in the schema stored.
func (l *layout) shownRows(t modelTable, stored string) string {
	var all []string
	for _, c := range t.columns {
		all = append(all, quote(c.name))
	}
	shown := strings.Join(all, ", ")
	who := names(stored, "who", "who", "name AS segment, member", "")
	stage := names(stored, "stage", "stage_number", "name AS stage", " UNION ALL SELECT -1, ''")
	if t.name == "item" {
		return fmt.Sprintf("SELECT %s FROM (%s) AS r JOIN %s AS q USING (item) JOIN %s AS w USING (who) JOIN %s AS s USING (stage_number) JOIN %s AS p USING (wave_number)",
			shown, l.itemRows(stored+".placed_item"), names(stored, "item", "item", "journey, name AS question", ""), who, stage, names(stored, "wave", "wave_number", "name AS period", " UNION ALL SELECT -1, ''"))
	}
	return fmt.Sprintf("SELECT %s FROM (%s) AS r JOIN %s AS c USING (scale) JOIN %s AS w USING (who) JOIN %s AS s USING (stage_number)",
		shown, scoredRows(stored), names(stored, "scale", "scale", "journey, name AS construct", ""), who, stage)
}

// scoredRows is a query of the rows of trend by number, with the names of their periods, and s1.
func scoredRows(stored string) string {
	wave, cohort := names(stored, "wave", "wave_number", "name AS quarter", " UNION ALL SELECT -1, ''"), names(stored, "cohort", "cohort_number", "name AS cohort", " UNION ALL SELECT -1, ''")
	return strings.NewReplacer("$stored", stored, "$wave", wave, "$cohort", cohort, "$spread", spread("n", "s1", "s2", "unit")).Replace(`WITH described AS (
    SELECT *, s1::DOUBLE / n / unit AS mean, CASE WHEN n > 1 THEN $spread END AS sd, low IS NOT NULL AS ranged, items - unscored_items AS scored,
        good - unscored_good AS scored_good, bad - unscored_bad AS scored_bad FROM $stored.placed_trend JOIN red_construct USING (scale) WHERE n > 0
), both_kinds AS (
    SELECT scale, who, stage_number, wave_number, cohort_number, n, s1, mean, sd, quantile * sd / sqrt(n) AS margin,
        CASE WHEN ranged THEN good / items END AS favourable, CASE WHEN ranged THEN (items - good - bad) / items END AS neutral, CASE WHEN ranged THEN bad / items END AS unfavourable,
        CASE WHEN ranged THEN scored_good / scored END AS scored_favourable, CASE WHEN ranged THEN (scored - scored_good - scored_bad) / scored END AS scored_neutral,
        CASE WHEN ranged THEN scored_bad / scored END AS scored_unfavourable
    FROM described
    UNION ALL SELECT scale, who, -1, wave_number, cohort_number, n, NULL, mean, NULL, margin, favourable, neutral, unfavourable, scored_favourable, scored_neutral, scored_unfavourable
    FROM $stored.placed_line
)
SELECT scale, who, stage_number, wave_number, cohort_number, n, s1, mean, sd, mean - margin AS ci_low, mean + margin AS ci_high, favourable, neutral, unfavourable,
    scored_favourable, scored_neutral, scored_unfavourable,
    CASE WHEN cohort_number >= 0 THEN 'cohort' WHEN wave_number >= 0 THEN 'quarter' ELSE 'all' END AS grain, CASE WHEN cohort_number >= 0 THEN cohort ELSE quarter END AS period
FROM both_kinds JOIN $wave AS p USING (wave_number) JOIN $cohort AS h USING (cohort_number)`)
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
			b.WriteString("DROP VIEW IF EXISTS " + t.name + ";\n" + createView(t.name, t.comment, a.layout.shownRows(t, "loader"), t.columns))
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
			statements += "CREATE OR REPLACE TEMP VIEW " + t.name + " AS " + a.layout.shownRows(t, "temp") + ";\n"
		}
	}
	return joined(a.exec(ctx, statements), a.showPlaced(ctx, "temp"))
}

// showPlaced makes temp.item_rows and temp.trend_rows, by number, for disclosure control.
func (a *analyzer) showPlaced(ctx context.Context, stored string) error {
	return a.exec(ctx, "CREATE OR REPLACE TEMP VIEW item_rows AS "+a.layout.itemRows(stored+".placed_item")+";\nCREATE OR REPLACE TEMP VIEW trend_rows AS "+scoredRows(stored))
}
