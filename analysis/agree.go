package analysis

import (
	"context"
	"fmt"
	"strings"

	"koe"
)

// One release says one thing of a figure. Where a figure stays as it was published last, what is computed from it stays too; and what
// repeats a figure stays as it was only while the figure says the same as then. Else both values stand in one release, and their
// difference is of a few people.

// repeated is the row of a table of cells that a row of another table repeats or is computed with.
type repeated struct {
	table string
	key   string // the columns that name it (ledgerTable.key), as SQL over a row w
	from  string // tables that the key needs besides, joined to w
	only  string // the column that repeats it, where the rest of the row says something else; "" for the whole row
}

// repeats lists the rows that the rows of a table repeat.
func (a *analyzer) repeats(table string) []repeated {
	everybody := "w.journey, w.construct, w.stage, 'all', '', '', ''"
	member := "w.journey, w.construct, w.stage, 'all', '', w.segment, w.member"
	switch table {
	case "comparison":
		return []repeated{{table: "trend", key: member}}
	case "shrunk":
		return []repeated{{table: "trend", key: member}}
	case "census", "careless":
		return []repeated{{table: "trend", key: everybody}}
	case "weighted":
		return []repeated{{table: "trend", key: everybody, only: "mean"}}
	case "signal":
		return []repeated{{table: "trend", key: "w.journey, w.construct, w.stage, 'quarter', w.period, w.segment, w.member"}}
	case "hypothesis":
		levels, items, changes := []string{"('', '', '')"}, []string{"('', '', '')"}, []string{"('', '', '', '')"}
		for _, j := range a.layout.journeys {
			for i := range j.Hypotheses {
				h := &j.Hypotheses[i]
				_, construct := j.Construct(h.Measure)
				switch {
				case h.Kind == koe.HypothesisChange:
					changes = append(changes, fmt.Sprintf("(%s, %s, %s, %s)", literal(j.ID), literal(h.ID), literal(h.Measure), literal(h.From)))
				case h.Kind == koe.HypothesisLevel && construct:
					levels = append(levels, fmt.Sprintf("(%s, %s, %s)", literal(j.ID), literal(h.ID), literal(h.Measure)))
				case h.Kind == koe.HypothesisLevel:
					items = append(items, fmt.Sprintf("(%s, %s, %s)", literal(j.ID), literal(h.ID), literal(h.Measure)))
				}
			}
		}
		of := func(rows []string, more string) string {
			return fmt.Sprintf("JOIN (VALUES %s) AS h (journey, hypothesis, measure%s) ON h.journey = w.journey AND h.hypothesis = w.hypothesis", strings.Join(rows, ", "), more)
		}
		return []repeated{
			{table: "trend", key: "w.journey, h.measure, w.stage, CASE WHEN w.wave = '' THEN 'all' ELSE 'quarter' END, w.wave, '', ''", from: of(levels, "")},
			{table: "item", key: "w.journey, w.stage, w.wave, h.measure, '', ''", from: of(items, "")},
			{table: "change", key: "w.journey, h.measure, h.earlier, w.stage, '', ''", from: of(changes, ", earlier") + " AND w.wave = ''"},
		}
	}
	return nil
}

// outdated lists, in temp.outdated, the rows of a table that would be carried although what they repeat is another now, with the column
// that does (only).
func (a *analyzer) outdated(ctx context.Context, t ledgerTable) error {
	key := columnList("w.", t.key)
	parts := []string{fmt.Sprintf(`SELECT %s, '' AS "only" FROM %s AS w WHERE false`, key, quote("safe_"+t.name))}
	for _, r := range a.repeats(t.name) {
		var of ledgerTable
		for _, other := range ledgerTables() {
			if other.name == r.table {
				of = other
			}
		}
		var named, same []string
		values := splitKey(r.key)
		for i, name := range strings.Fields(of.key) {
			named = append(named, literal(name)+", "+values[i])
			same = append(same, fmt.Sprintf("b.%s = %s", quote(name), values[i]))
		}
		parts = append(parts, fmt.Sprintf(`SELECT %s, %s FROM %s AS w %s
			JOIN temp.last_published AS l ON l.table_name = %s AND l.row_key = %s
			JOIN loader.release_figure AS f ON f.table_name = %s AND f.row_key = json_object(%s)::VARCHAR AND f.since <= l.release AND (f.until = 0 OR l.release < f.until)
			LEFT JOIN %s AS b ON b.withheld = '' AND %s
			LEFT JOIN temp.last_published AS p ON p.table_name = f.table_name AND p.row_key = f.row_key
			WHERE w.withheld = 'release' AND f.shown IS DISTINCT FROM CASE WHEN b.carried = '' THEN %s WHEN b.carried <> '' THEN p.shown END`,
			key, literal(r.only), quote("safe_"+t.name), r.from, literal(t.name), rowJSON("w.", strings.Fields(t.key)), literal(r.table), strings.Join(named, ", "),
			quote("safe_"+r.table), strings.Join(same, " AND "), rowJSON("b.", columnNames(of.values()))))
	}
	return a.exec(ctx, "CREATE OR REPLACE TEMP TABLE outdated AS "+strings.Join(parts, " UNION "))
}

// blank writes SQL that takes everything out of a row that is not published, as where it was never written.
func blank(columns []column) string {
	var set []string
	for _, c := range columns {
		value := "NULL"
		switch {
		case c.name == "prior" || c.name == "bar" || c.name == "ranked": // not of what people answered
			continue
		case c.name == "verdict":
			value = literal(insufficient)
		case c.name == "reason":
			value = literal(reasonSuppressed)
		case c.kind == "BOOLEAN NOT NULL":
			value = "false"
		case c.kind == "VARCHAR NOT NULL":
			value = "''"
		}
		set = append(set, quote(c.name)+" = "+value)
	}
	return strings.Join(set, ", ")
}

// splitKey parts a list of expressions without commas of their own.
func splitKey(list string) []string { return strings.Split(list, ", ") }
