package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The ledger of releases (METHOD 5.3), as the analysis sees it: what earlier releases published, copied by the loader, and
// what a release made of this analysis would add (loader.next_*). What a release has published stays known to its
// readers for ever; so a row whose people differ by a few from those of an earlier release keeps its last published values.

// ledgerTable says how the rows of a published table are kept in the ledger.
type ledgerTable struct {
	name   string
	key    string // columns that name a row
	set    string // where the rows of a cell are a set that is published as a whole: the columns that name the cell
	people string // columns of main's table with the true numbers of people behind a row
	grid   bool   // disclosure control knows the earlier releases of its cells; else the numbers of people are compared row by row
}

// ledgerTables are the published tables in the ledger. Comments are kept apart: their text is in nobody's ledger.
func ledgerTables() []ledgerTable {
	return []ledgerTable{
		{name: "response_rate", key: "journey stage period segment member", people: "invited answered", grid: true},
		{name: "item", key: "journey stage period question segment member", people: "n", grid: true},
		{name: "trend", key: "journey construct stage grain period segment member", people: "n", grid: true},
		{name: "recommend", key: "journey question stage period segment member", people: "n", grid: true},
		{name: "change", key: "journey construct from_stage to_stage segment member", people: "n", grid: true},
		{name: "trend_test", key: "journey construct stage grain segment member"},
		{name: "signal", key: "journey construct stage segment member period rule"},
		{name: "reliability", key: "journey construct stage", people: "n"},
		{name: "item_rest", key: "journey construct stage question", people: "n"},
		{name: "comparison", key: "journey construct stage segment member", people: "n rest_n"},
		{name: "shrunk", key: "journey construct stage segment member", people: "n"},
		{name: "hypothesis", key: "journey hypothesis stage wave", people: "n"},
		{name: "measure_effect", key: "journey measure construct from_stage to_stage", people: "treated_n control_n"},
		{name: "driver", key: "journey outcome stage construct", people: "n"},
		{name: "retention", key: "segment member months", people: "at_risk leavers"},
		{name: "census", key: "journey construct stage", people: "n invited"},
		{name: "weighted", key: "journey construct stage segment", people: "n"},
		{name: "retention_test", key: "segment member_a member_b"},
		{name: "nonresponse", key: "journey stage period segment"},
		{name: "silence", key: "journey construct from_stage to_stage", people: "stayed_n silent_n"},
		{name: "careless", key: "journey construct stage", people: "n flagged"},
		{name: "theme", key: "journey stage period segment member theme valence", set: "journey stage period segment member", people: "commenters", grid: true},
		{name: "keyness", key: "journey stage word", set: "journey stage", people: "commenters rest_commenters", grid: true},
		{name: "cooccurrence", key: "journey kind item_a item_b", set: "journey kind", grid: true},
	}
}

// columnList writes names as SQL, each behind a prefix.
func columnList(prefix, names string) string {
	list := strings.Fields(names)
	for i, name := range list {
		list[i] = prefix + quote(name)
	}
	return strings.Join(list, ", ")
}

// rowJSON writes an SQL expression for a JSON object of these columns. Keys come in the order given, so that equal rows have
// equal text.
func rowJSON(prefix string, names []string) string {
	if len(names) == 0 {
		return "'{}'"
	}
	var parts []string
	for _, name := range names {
		parts = append(parts, literal(name)+", "+prefix+quote(name))
	}
	return "json_object(" + strings.Join(parts, ", ") + ")::VARCHAR"
}

// values lists the columns of the safe_ table that say something.
func (t ledgerTable) values() []column {
	for _, m := range modelTables() {
		if m.name == t.name {
			return slices.DeleteFunc(m.safeColumns(), func(c column) bool {
				return c.name == "withheld" || c.name == "carried" || slices.Contains(strings.Fields(t.key), c.name)
			})
		}
	}
	return nil
}

func columnNames(columns []column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	return names
}

// structure writes the columns as DuckDB's from_json wants them.
func structure(columns []column) string {
	var parts []string
	for _, c := range columns {
		kind := strings.TrimSuffix(c.kind, " NOT NULL")
		if list, ok := strings.CutSuffix(kind, "[]"); ok {
			parts = append(parts, fmt.Sprintf("%q: [%q]", c.name, list))
		} else {
			parts = append(parts, fmt.Sprintf("%q: %q", c.name, kind))
		}
	}
	return literal("{" + strings.Join(parts, ", ") + "}")
}

// carryOver puts the last published values in the place of new ones that differ from them by a few people, and notes how many
// people are behind the others.
func (a *analyzer) carryOver(ctx context.Context, tables []ledgerTable) error {
	for _, t := range tables {
		var err error
		if a.released > 0 {
			switch {
			case t.set != "":
				err = a.carrySets(ctx, t)
			case t.grid:
				err = a.carryRows(ctx, t)
			default:
				err = joined(a.holdBack(ctx, t), a.carryRows(ctx, t))
			}
		}
		if err == nil {
			err = a.notePeople(ctx, t)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// lastPublished is the last published version of every row, and the release that showed it as new last.
const lastPublished = `
CREATE OR REPLACE TEMP TABLE last_published AS
SELECT table_name, row_key, shown, people, since, r.number AS release, r.name FROM (
    SELECT table_name, row_key, max_by(shown, since) AS shown, max_by(people, since) AS people, max(since) AS since, max_by(until, since) AS until
    FROM loader.release_figure GROUP BY table_name, row_key
) AS f, LATERAL (SELECT max(number) AS number, max_by(name, number) AS name FROM loader.release WHERE basis AND (f.until = 0 OR number < f.until)) AS r`

// holdBack withholds new rows with numbers of people that differ from those of an earlier version by 1 to k-1. That version is
// there to carry.
func (a *analyzer) holdBack(ctx context.Context, t ledgerTable) error {
	people := strings.Fields(t.people)
	if len(people) == 0 {
		return nil
	}
	var differs []string
	for i, name := range people {
		differs = append(differs, fmt.Sprintf("abs(m.%s - (f.people ->> %d)::BIGINT) BETWEEN 1 AND %d", quote(name), i, a.safety.MinGroup-1))
	}
	return a.exec(ctx, fmt.Sprintf(`UPDATE %s AS s SET withheld = 'release' FROM (
		SELECT DISTINCT %s FROM %s AS m JOIN loader.release_figure AS f ON f.table_name = %s AND f.row_key = %s WHERE %s) AS d WHERE s.withheld = '' AND %s`,
		quote("safe_"+t.name), columnList("m.", t.key), quote(t.name), literal(t.name), rowJSON("m.", strings.Fields(t.key)), strings.Join(differs, " OR "),
		equal("s.", "d.", t.key)))
}

func equal(left, right, names string) string {
	var parts []string
	for _, name := range strings.Fields(names) {
		parts = append(parts, fmt.Sprintf("%s%s = %s%s", left, quote(name), right, quote(name)))
	}
	return strings.Join(parts, " AND ")
}

// carryRows gives rows that are withheld because of an earlier release its values; a row without any stays withheld, and one that
// repeats a figure which is another now.
func (a *analyzer) carryRows(ctx context.Context, t ledgerTable) error {
	columns := t.values()
	var set []string
	for _, c := range columns {
		set = append(set, fmt.Sprintf("%[1]s = c.v.%[1]s", quote(c.name)))
	}
	safe, current := quote("safe_"+t.name), ""
	repeats := a.repeats(t.name)
	if len(repeats) > 0 {
		if err := a.outdated(ctx, t); err != nil {
			return err
		}
		current = " AND NOT EXISTS (SELECT 1 FROM temp.outdated AS o WHERE \"only\" = '' AND " + equal("o.", "w.", t.key) + ")"
	}
	if err := a.exec(ctx, fmt.Sprintf(`UPDATE %[1]s AS s SET %[2]s, withheld = '', carried = c.name FROM (
		SELECT %[3]s, from_json(l.shown, %[4]s) AS v, l.name FROM %[1]s AS w JOIN temp.last_published AS l ON l.table_name = %[5]s AND l.row_key = %[6]s
		WHERE w.withheld = 'release'%[8]s) AS c WHERE s.withheld = 'release' AND %[7]s`,
		safe, strings.Join(set, ", "), columnList("w.", t.key), structure(columns), literal(t.name), rowJSON("w.", strings.Fields(t.key)), equal("s.", "c.", t.key), current)); err != nil {
		return err
	}
	for _, r := range repeats {
		away := blank(columns)
		if r.only != "" {
			away = quote(r.only) + " = NULL"
		}
		if err := a.exec(ctx, fmt.Sprintf(`UPDATE %s AS s SET %s FROM temp.outdated AS o WHERE "only" = %s AND %s`, safe, away, literal(r.only), equal("s.", "o.", t.key))); err != nil {
			return err
		}
	}
	return nil
}

// carrySets gives cells of rows that are published as a whole the rows of the last release that showed the cell as new.
func (a *analyzer) carrySets(ctx context.Context, t ledgerTable) error {
	key, columns := strings.Fields(t.key), t.values()
	var names, cellOf, picked []string
	for _, name := range key {
		names = append(names, quote(name))
		picked = append(picked, fmt.Sprintf("row_key ->> %s AS %s", literal(name), quote(name)))
	}
	for _, c := range columns {
		names = append(names, quote(c.name))
		picked = append(picked, "v."+quote(c.name))
	}
	for _, name := range strings.Fields(t.set) {
		cellOf = append(cellOf, fmt.Sprintf("row_key ->> %s AS %s", literal(name), quote(name)))
	}
	safe := quote("safe_" + t.name)
	if err := a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE carried_cell AS
		SELECT %[1]s, max(release) AS release, max_by(name, release) AS name FROM (SELECT %[2]s, release, name FROM temp.last_published WHERE table_name = %[3]s) AS p
		JOIN (SELECT DISTINCT %[1]s FROM %[4]s WHERE withheld = 'release') AS w USING (%[1]s) GROUP BY ALL`,
		columnList("", t.set), strings.Join(cellOf, ", "), literal(t.name), safe)); err != nil {
		return err
	}
	return a.exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE withheld = 'release' AND (%[2]s) IN (SELECT (%[2]s) FROM temp.carried_cell);
		INSERT INTO %[1]s (%[3]s, withheld, carried) SELECT %[3]s, '', name FROM (
			SELECT %[4]s, since, until FROM (SELECT row_key, since, until, from_json(shown, %[5]s) AS v FROM loader.release_figure WHERE table_name = %[6]s) AS f) AS p
		JOIN temp.carried_cell AS c USING (%[2]s) WHERE p.since <= c.release AND (p.until = 0 OR c.release < p.until) ORDER BY ALL`,
		safe, columnList("", t.set), strings.Join(names, ", "), strings.Join(picked, ", "), structure(columns), literal(t.name)))
}
