package analysis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"koe"
)

// item and trend have hundreds of thousands of rows, most of which are names, and texts are slow to write. So the rows lie in the
// schema loader with names as numbers (ENUM types, in the order of the texts), and main's item and trend are views that
// show them as texts. Where the published population is another, a temporary table of texts stands before the view.

// isPlaced reports whether a model's rows lie there. These are also the ones that are made again in part (moved.go).
func isPlaced(name string) bool { return name == "item" || name == "trend" }

// nameSources says, by column of item and trend, which names there may be besides the empty one.
var nameSources = []struct{ column, names string }{
	{"journey", "SELECT journey FROM red_cut"},
	{"stage", "SELECT stage FROM red_cut"},
	{"period", "SELECT wave FROM red_cut UNION ALL SELECT cohort FROM red_response"},
	{"question", "SELECT question FROM red_question"},
	{"construct", "SELECT construct FROM red_construct"},
	{"grain", "VALUES ('all'), ('quarter'), ('cohort')"},
	{"segment", "SELECT segment FROM red_cut"},
	{"member", "SELECT member FROM red_cut"},
}

// nameType is the type of a column of names.
func nameType(column string) string { return "loader." + column + "_name" }

// namesOf is a query of the names that a column may hold now.
func namesOf(source string) string {
	return "SELECT DISTINCT name FROM (SELECT '' UNION ALL " + source + ") AS names (name) ORDER BY name"
}

// makePlaced makes item and trend anew, empty, for the names that there are now.
func (a *analyzer) makePlaced(ctx context.Context, tables []modelTable) error {
	var drop, types, create strings.Builder
	for _, source := range nameSources {
		names := source.names
		if source.column == "period" {
			names += " UNION ALL " + a.quartersToCome()
		}
		fmt.Fprintf(&types, "DROP TYPE IF EXISTS %[1]s;\nCREATE TYPE %[1]s AS ENUM (%[2]s);\n", nameType(source.column), namesOf(names))
	}
	for _, t := range tables {
		if !isPlaced(t.name) {
			continue
		}
		fmt.Fprintf(&drop, "DROP VIEW IF EXISTS %[1]s;\nDROP TABLE IF EXISTS loader.%[1]s;\n", quote(t.name))
		stored, shown := make([]column, len(t.columns)), make([]string, len(t.columns))
		for i, c := range t.columns {
			stored[i], shown[i] = c, quote(c.name)
			if strings.HasPrefix(c.kind, "VARCHAR") {
				stored[i].kind = nameType(c.name) + " NOT NULL"
				shown[i] = fmt.Sprintf("CAST(%[1]s AS VARCHAR) AS %[1]s", quote(c.name))
			}
		}
		create.WriteString(loaderTable(t.name, "The rows of "+t.name+", names as numbers.", stored))
		create.WriteString(createView(t.name, t.comment, "SELECT "+strings.Join(shown, ", ")+" FROM loader."+quote(t.name), t.columns))
	}
	return a.exec(ctx, drop.String()+types.String()+create.String())
}

// quartersToCome lists the quarters that waves and cohorts of the next days may be of, so that the first answer of a quarter does not make all rows
// anew: of last year, this one and the next.
func (a *analyzer) quartersToCome() string {
	var quarters []string
	for month := range 36 {
		if month%3 == 0 {
			quarters = append(quarters, literal(quarterOf(koe.NewDate(a.today.Year-1+month/12, time.Month(month%12+1), 1))))
		}
	}
	return "SELECT unnest([" + strings.Join(quarters, ", ") + "])"
}

// knowsNames reports whether the types of names hold every name that there is now.
func (a *analyzer) knowsNames(ctx context.Context) (bool, error) {
	var parts []string
	for _, source := range nameSources {
		parts = append(parts, fmt.Sprintf("SELECT name FROM (%s) AS names WHERE name NOT IN (SELECT CAST(unnest(enum_range(CAST(NULL AS %s))) AS VARCHAR))", namesOf(source.names), nameType(source.column)))
	}
	var strange int
	err := a.conn.QueryRowContext(ctx, "SELECT count(*) FROM ("+strings.Join(parts, "\nUNION ALL ")+") AS strange").Scan(&strange)
	return strange == 0, err
}
