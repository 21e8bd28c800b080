package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"koe"
)

// sliced are the reductions that count by finest group (cell): of these only the groups that a load touched are counted again.
// Their statements do not depend on the day.
var sliced = []string{"red_cell", "red_rate", "red_response", "red_item", "red_score", "red_pair", "red_exposed"}

// joining are those of them that join the rows of a person: of the others only groups are counted again that have another row themselves.
var joining = []string{"red_pair", "red_exposed"}

// fewestSliced is how many groups there are at least before it is looked whether counting all of them is cheaper.
const fewestSliced = 1000

// slicedState names the statements of the sliced reductions: counts made by others are not kept.
func (l *layout) slicedState() (string, error) {
	h := sha256.New()
	for _, name := range append([]string{"red_cut"}, sliced...) {
		query, err := l.reductionSQL(name, koe.Date{})
		if err != nil {
			return "", err
		}
		_, _ = h.Write([]byte(query))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keepCounts says whether the last analysis' counts are kept, but for the touched groups: when they were made by the same
// statements, and not most groups are touched.
func (a *analyzer) keepCounts(ctx context.Context, last string) error {
	state, err := a.layout.slicedState()
	if err != nil || last != state {
		return err
	}
	var touched, cells int
	if err := a.conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM (SELECT DISTINCT journey, cell FROM loader.touched)), (SELECT count(*) FROM red_cell)").Scan(&touched, &cells); err != nil {
		return err
	}
	a.kept = cells < fewestSliced || 2*touched < cells
	a.untouched = touched == 0
	return nil
}

// isKept reports whether a reduction's table stays from the last analysis, but for what is counted again.
func (a *analyzer) isKept(name string) bool { return a.kept && (isSliced(name) || name == "red_cut") }

// misnumbered are names in temp.numbered with other numbers than their order gives them.
const misnumbered = `SELECT count(*) FROM (SELECT number, row_number() OVER (PARTITION BY kind ORDER BY journey, name, member) AS place FROM temp.numbered) AS placed WHERE number <> place`

// recut puts the groups that have another row into red_cut. Where names are new before others, all get other numbers: then it is made anew.
func (a *analyzer) recut(ctx context.Context) error {
	if a.untouched {
		return nil
	}
	query, err := a.layout.reductionSQL("red_cut", a.today)
	if err != nil {
		return err
	}
	_, again, found := strings.Cut(query, "CREATE TABLE red_cut AS")
	again, _, ends := strings.Cut(again, "ORDER BY cell;")
	if !found || !ends {
		return koe.Errorf(koe.Internal, "red_cut is not made in the order of cells")
	}
	if err := a.exec(ctx, "DELETE FROM red_cut WHERE cell IN (SELECT cell FROM temp.own); INSERT INTO red_cut "+again+" WHERE cell IN (SELECT cell FROM temp.own);"+numbersOfCut); err != nil {
		return err
	}
	var wrong int
	if err := a.conn.QueryRowContext(ctx, misnumbered).Scan(&wrong); err != nil || wrong == 0 {
		return err
	}
	return a.exec(ctx, "DROP TABLE red_cut;\n"+query)
}

// counted says that the sliced reductions hold what the facts say.
func (a *analyzer) counted(ctx context.Context) error {
	state, err := a.layout.slicedState()
	if err != nil {
		return err
	}
	return a.exec(ctx, "DELETE FROM loader.touched; DELETE FROM about WHERE fact = 'reduced'; INSERT INTO about VALUES ('reduced', "+literal(state)+")")
}

// reduceSlice counts the touched groups of a sliced reduction again. The reduction runs as it is, over temporary tables that
// stand before the facts (cutSlice). What comes out of the other groups is not complete, and left.
func (a *analyzer) reduceSlice(ctx context.Context, name string) error {
	if a.untouched {
		return nil
	}
	query, err := a.layout.reductionSQL(name, a.today)
	if err != nil {
		return err
	}
	main, err := a.mainSchema(ctx)
	if err != nil {
		return err
	}
	if !a.sliced {
		if err := a.cutSlice(ctx, main); err != nil {
			return fmt.Errorf("take the facts of the touched groups: %w", err)
		}
		a.sliced = true
	}
	slice, cells := "own", "temp.own"
	if slices.Contains(joining, name) {
		slice, cells = "joined", "temp.touched"
	}
	statements, end := "CREATE TEMP VIEW invitation AS FROM temp.own_invitation;\n", "DROP VIEW temp.invitation;\n"
	for _, journey := range a.layout.journeys {
		statements += fmt.Sprintf("CREATE TEMP VIEW %s AS FROM temp.%s;\n", quote(journey.table), quote(slice+"_"+journey.table))
		end += fmt.Sprintf("DROP VIEW temp.%s;\n", quote(journey.table))
	}
	if err := joined(a.exec(ctx, statements+temporary(query)+end), a.noteMoved(ctx, main, name)); err != nil {
		return err
	}
	return a.exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s%[2]s WHERE cell IN (SELECT cell FROM %[3]s);
		INSERT INTO %[1]s%[2]s SELECT * FROM temp.%[2]s WHERE cell IN (SELECT cell FROM %[3]s);
		DROP TABLE temp.%[2]s`, main, quote(name), cells))
}

// cutSlice takes the facts that the touched groups are counted from: the rows of the groups that have another row themselves, with the
// answers to invitations of these, and of everybody with an answer in any touched group the last responses, as far as pairs of scores need them.
// Which rows these are is found first: rows are wide, and only those are read.
func (a *analyzer) cutSlice(ctx context.Context, main string) error {
	statements := `CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT cell FROM loader.touched;
		CREATE OR REPLACE TEMP TABLE own AS SELECT DISTINCT cell FROM loader.touched WHERE own;
		CREATE OR REPLACE TEMP TABLE these AS SELECT rowid AS number FROM ` + main + `invitation WHERE cell IN (SELECT cell FROM temp.own);
		CREATE OR REPLACE TEMP TABLE own_invitation AS SELECT * FROM ` + main + "invitation WHERE rowid IN (SELECT number FROM temp.these)"
	for _, journey := range a.layout.journeys {
		statements += fmt.Sprintf(`;
			CREATE OR REPLACE TEMP TABLE these AS SELECT rowid AS number FROM %[4]s%[3]s WHERE cell IN (SELECT cell FROM temp.own) OR invitation_key IN (SELECT invitation_key FROM temp.own_invitation);
			CREATE OR REPLACE TEMP TABLE %[1]s AS SELECT * FROM %[4]s%[3]s WHERE rowid IN (SELECT number FROM temp.these);
			CREATE OR REPLACE TEMP TABLE reached AS SELECT DISTINCT person_key FROM %[4]s%[3]s WHERE cell IN (SELECT cell FROM temp.touched);
			CREATE OR REPLACE TEMP TABLE %[2]s AS SELECT %[5]s FROM %[4]s%[3]s WHERE latest AND person_key IN (SELECT person_key FROM temp.reached)`,
			quote("own_"+journey.table), quote("joined_"+journey.table), quote(journey.table), main, strings.Join(journey.pairColumns(), ", "))
	}
	return a.exec(ctx, statements)
}

// pairColumns are the columns of a journey's responses that pairs of scores are made from.
func (l *journeyLayout) pairColumns() []string {
	columns := []string{"person_key", "spell", "stage", "submitted_on", "cell", "latest"}
	for _, construct := range l.constructs {
		columns = append(columns, quote(construct.total), quote(construct.answered))
	}
	return columns
}

// isSliced reports whether a reduction counts by finest group.
func isSliced(name string) bool { return slices.Contains(sliced, name) }
