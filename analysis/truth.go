package analysis

import (
	"context"
	"errors"
	"fmt"
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
