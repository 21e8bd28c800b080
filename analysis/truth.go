package analysis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// keyPlaces are where the warehouse keeps random keys, and whose they are.
func keyPlaces() []struct{ table, column, whose string } {
	return []struct{ table, column, whose string }{
		{"person", "person_key", "person"}, {"invitation", "invitation_key", "invitation"}, {"response", "response_key", "response"},
		{"event", "related_person_key", "person"},
	}
}

// KeysAmong gives which of these strings are keys of people, invitations or responses in the warehouse at path, and of what.
// Upper and lower case are one. It is for looking a release through.
func KeysAmong(ctx context.Context, path string, candidates []string) (_ map[string]string, err error) {
	found := map[string]string{}
	spelled := map[string][]string{}
	for _, c := range candidates {
		spelled[strings.ToUpper(c)] = append(spelled[strings.ToUpper(c)], c)
	}
	if len(spelled) == 0 {
		return found, nil
	}
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var list []string
	for c := range spelled {
		list = append(list, literal(c))
	}
	for _, place := range keyPlaces() {
		const atOnce = 5000
		for from := 0; from < len(list); from += atOnce {
			keys, err := texts(ctx, db, fmt.Sprintf("SELECT DISTINCT upper(%[1]s) FROM %[2]s WHERE upper(%[1]s) IN (%[3]s)",
				quote(place.column), quote(place.table), strings.Join(list[from:min(from+atOnce, len(list))], ", ")))
			if err != nil {
				return nil, fmt.Errorf("look for keys in %s: %w", place.table, err)
			}
			for _, key := range keys {
				for _, c := range spelled[key] {
					found[c] = place.whose
				}
			}
		}
	}
	return found, nil
}

// Unrounded gives every figure of the models at path that has more digits than a report shows, as computed: what may not
// stand in a report as it is.
func Unrounded(ctx context.Context, path string) (_ []float64, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var parts []string
	for _, t := range modelTables() {
		for _, c := range t.columns {
			if strings.HasPrefix(c.kind, "DOUBLE") {
				parts = append(parts, fmt.Sprintf("SELECT %s AS x FROM %s", quote(c.name), quote(t.name)))
			}
		}
	}
	rows, err := db.QueryContext(ctx, "SELECT DISTINCT x FROM ("+strings.Join(parts, " UNION ALL ")+") WHERE isfinite(x) AND x <> round(x, 3) ORDER BY x")
	if err != nil {
		return nil, fmt.Errorf("read the figures as computed: %w", err)
	}
	defer rows.Close()
	var all []float64
	for rows.Next() {
		var x float64
		if err := rows.Scan(&x); err != nil {
			return nil, fmt.Errorf("read the figures as computed: %w", err)
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// Stands is how many people of one finest group stand behind a figure, in closed waves: of the scores of a construct (trend),
// the answers to a question (item; of people who answered all of its construct that they were asked), those asked (rate), the pairs of scores of a construct (change).
type Stands struct {
	Table   string
	Journey string
	Name    string
	Stage   string
	From    string // the earlier stage of a change
	Wave    string
	Cohort  string   // of trend only
	Members []string // by segment, in the order of Published.Segments
	N       int
}

// standsRow is Stands as it is read.
type standsRow struct {
	Table   string `db:"kind"`
	Journey string `db:"journey"`
	Name    string `db:"name"`
	Stage   string `db:"stage"`
	From    string `db:"from_stage"`
	Wave    string `db:"wave"`
	Cohort  string `db:"cohort"`
	Members string `db:"members"`
	N       int64  `db:"n"`
}

// WhoStands gives who stands behind the figures that may be published from the warehouse at path.
func WhoStands(ctx context.Context, path string) (_ []Stands, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	columns, err := texts(ctx, db, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'red_cell' AND column_name NOT IN ('journey', 'cell', 'stage', 'wave') ORDER BY column_index")
	if err != nil {
		return nil, fmt.Errorf("read the segments of %s: %w", path, err)
	}
	about, err := readAbout(ctx, db)
	if err != nil {
		return nil, err
	}
	var hierarchies [][]string
	if err := json.Unmarshal([]byte(about["segments"]), &hierarchies); err != nil {
		return nil, fmt.Errorf("read the segments of %s: %w", path, err)
	}
	segments := slices.Concat(hierarchies...)
	if len(segments) != len(columns) {
		return nil, fmt.Errorf("the warehouse %s has %d columns of segments, and names %d", path, len(columns), len(segments))
	}
	members := []string{"''"}
	for _, c := range columns {
		members = append(members, quote(c), "chr(31)")
	}
	rows, err := readRows[standsRow](ctx, db, fmt.Sprintf(whoStands, strings.Join(members, " || ")))
	if err != nil {
		return nil, err
	}
	together, err := mergedUnits(ctx, db)
	if err != nil {
		return nil, err
	}
	out := make([]Stands, len(rows))
	for i, r := range rows {
		out[i] = Stands{r.Table, r.Journey, r.Name, r.Stage, r.From, r.Wave, r.Cohort, strings.Split(r.Members, "\x1f")[:len(columns)], int(r.N)}
		for m, member := range out[i].Members {
			if into, merged := together[nodeKey{segments[m], member}]; merged {
				out[i].Members[m] = into
			}
		}
	}
	return out, nil
}

// mergedUnits gives, by each member that is published with others, the member that it became; "" below such a one.
func mergedUnits(ctx context.Context, db querier) (map[nodeKey]string, error) {
	members, err := readTable[Member](ctx, db, "member")
	if err != nil {
		return nil, err
	}
	there := map[nodeKey]bool{}
	for _, m := range members {
		there[nodeKey{m.Segment, m.Member}] = true
	}
	together := map[nodeKey]string{}
	for _, m := range members {
		if m.MergedInto == "" {
			continue
		}
		into := m.MergedInto
		if !there[nodeKey{m.Segment, into}] {
			into = ""
		}
		together[nodeKey{m.Segment, m.Member}] = into
	}
	return together, nil
}

// whoStands counts people by the finest groups of closed waves; %s gives a cell's members.
const whoStands = `
WITH place AS (SELECT journey, cell, stage, wave, %s AS members FROM red_cell SEMI JOIN (SELECT journey, stage, wave FROM red_wave WHERE closed) USING (journey, stage, wave))
SELECT 'trend' AS kind, p.journey, k.construct AS name, p.stage, '' AS from_stage, p.wave, s.cohort, p.members, sum(s.n)::BIGINT AS n
FROM red_score s JOIN red_construct k USING (scale) JOIN place p ON p.cell = s.cell AND p.journey = k.journey WHERE s.score IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'item', p.journey, q.question, p.stage, '', p.wave, '', p.members, sum(i.n)::BIGINT
FROM (SELECT item, cell, value, n FROM red_item UNION ALL SELECT item, cell, value, -n FROM red_partial_item) AS i
JOIN red_question q USING (item) JOIN place p ON p.cell = i.cell AND p.journey = q.journey WHERE q.kind <> 'multi' OR i.value = 0 GROUP BY ALL HAVING sum(i.n) > 0
UNION ALL
SELECT 'rate', journey, '', stage, '', wave, '', members, sum(invited)::BIGINT FROM red_rate JOIN place USING (journey, cell) GROUP BY ALL
UNION ALL
SELECT 'change', p.journey, k.construct, c.to_stage, c.from_stage, p.wave, '', p.members, sum(c.n)::BIGINT
FROM red_pair c JOIN red_construct k USING (scale) JOIN place p ON p.cell = c.cell AND p.journey = k.journey GROUP BY ALL
ORDER BY ALL`
