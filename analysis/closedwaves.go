package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// What is published comes from closed waves only (METHOD 5.3): responses and invitations whose stage and quarter have closed,
// with small sibling units merged (rollup.go). main's tables hold everything. Where the two differ, temporary tables and
// views stand before main's: whatever disclosure control reads by its plain name is then of the published population.

// again are the reductions that are made anew of the published population: who is a person's last response, and who belongs
// together, is not a matter of leaving groups out. units are those of them that name units.
var (
	again = []string{
		"red_cell", "red_cut", "red_comment", "red_response", "red_moment", "red_pair", "red_silence", "red_careless",
		"red_stay", "red_exposed", "red_contrast", "red_cross", "red_driver",
	}
	units = []string{"red_cell", "red_cut", "red_stay"}
)

// kept are the reductions whose groups of open waves are only left out.
var kept = map[string]string{
	"red_item":  "cell IN (SELECT cell FROM red_cell)",
	"red_score": "cell IN (SELECT cell FROM red_cell)",
	"red_rate":  "(journey, cell) IN (SELECT journey, cell FROM red_cell)",
	"red_wave":  "closed",
}

// publishable makes the figures of the published population, when it is not simply everybody in their own units: then main's
// figures are the ones that disclosure control reads. temp.closed_wave must be there.
func (a *analyzer) publishable(ctx context.Context, tables []modelTable, progress func(name string)) error {
	var open int
	if err := a.conn.QueryRowContext(ctx, "SELECT count(*) FROM red_wave WHERE NOT closed").Scan(&open); err != nil {
		return err
	}
	main, err := a.mainSchema(ctx)
	if err != nil {
		return err
	}
	if open > 0 { // who is small is a question of closed waves
		if err := a.shadowFacts(ctx, main, nil); err != nil {
			return err
		}
	}
	if err := a.reduceAgain(ctx, "red_people"); err != nil {
		return err
	}
	merged, err := a.rollUp(ctx, main)
	if err != nil || open == 0 && len(merged) == 0 {
		return err
	}
	if err := a.shadowFacts(ctx, main, merged); err != nil {
		return err
	}
	names := again
	if open == 0 {
		names = units
	}
	if len(merged) > 0 {
		names = append(slices.Clone(names), "red_people")
	}
	for _, name := range names {
		if err := a.reduceAgain(ctx, name); err != nil {
			return fmt.Errorf("reduction %s: %w", name, err)
		}
	}
	if open > 0 {
		for name, where := range kept {
			if err := a.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP VIEW %[1]s AS SELECT * FROM %[2]s%[1]s WHERE %[3]s", quote(name), main, where)); err != nil {
				return err
			}
		}
	}
	for _, t := range tables {
		if isPlaced(t.name) {
			continue
		}
		if err := a.exec(ctx, temporary(createTable(t.name, t.comment, t.columns))); err != nil {
			return err
		}
	}
	if err := a.shadowPlaced(ctx, tables); err != nil {
		return err
	}
	a.shadowed = true
	return a.runModels(ctx, progress)
}

// shadowFacts puts views of the published population before the facts.
func (a *analyzer) shadowFacts(ctx context.Context, main string, merged []rollup) error {
	if err := a.shadowPeople(ctx, main, merged); err != nil {
		return err
	}
	columns := a.replaced(merged)
	if err := a.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP VIEW invitation AS SELECT %[2]s FROM %[1]sinvitation WHERE (journey, stage, wave) IN (SELECT journey, stage, wave FROM temp.closed_wave)",
		main, allBut(columns))); err != nil {
		return err
	}
	for _, journey := range a.layout.journeys {
		if err := a.shadowResponses(ctx, main, journey, columns); err != nil {
			return err
		}
	}
	return nil
}

// shadowPeople puts views of the people, in the units that are published, before the roster.
func (a *analyzer) shadowPeople(ctx context.Context, main string, merged []rollup) error {
	return a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP VIEW member AS SELECT * FROM %[1]smember WHERE merged_into = '';
		CREATE OR REPLACE TEMP VIEW person AS SELECT %[2]s FROM %[1]sperson`, main, allBut(a.replaced(merged))))
}

// allBut selects every column, some of them changed.
func allBut(changed []string) string {
	if len(changed) == 0 {
		return "*"
	}
	return "* REPLACE (" + strings.Join(changed, ", ") + ")"
}

// shadowResponses is a journey's responses in closed waves. Where a person's last response at a repeated stage came in an open
// wave, the last one before it is still the latest.
func (a *analyzer) shadowResponses(ctx context.Context, main string, journey *journeyLayout, columns []string) error {
	name := quote(journey.table)
	closed := fmt.Sprintf("%s%s WHERE (stage, wave) IN (SELECT stage, wave FROM temp.closed_wave WHERE journey = %s)", main, name, literal(journey.ID))
	standing := quote("standing_" + journey.ID)
	latest := fmt.Sprintf("latest OR response_key IN (SELECT response_key FROM temp.%s) AS latest", standing)
	return a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE %[1]s AS
		SELECT arg_max(response_key, submitted_at::VARCHAR || ' ' || response_key) AS response_key
		FROM (SELECT * FROM %[2]s) AS r
		WHERE (person_key, stage, spell) IN (SELECT person_key, stage, spell FROM (SELECT * FROM %[2]s) AS s WHERE NOT latest)
		GROUP BY person_key, stage, spell;
		CREATE OR REPLACE TEMP VIEW %[3]s AS SELECT %[4]s FROM %[2]s`,
		standing, closed, name, allBut(append(slices.Clone(columns), latest))))
}

// reduceAgain makes a reduction of the published population, as a temporary table.
func (a *analyzer) reduceAgain(ctx context.Context, name string) error {
	query, err := a.layout.reductionSQL(name, a.today)
	if err != nil {
		return err
	}
	return a.exec(ctx, temporary(query))
}

// temporary makes the tables of these statements temporary ones. They need no comments.
func temporary(statements string) string {
	var b strings.Builder
	for line := range strings.Lines(statements) {
		if !strings.HasPrefix(line, "COMMENT ON ") {
			b.WriteString(strings.Replace(line, "CREATE TABLE ", "CREATE OR REPLACE TEMP TABLE ", 1))
		}
	}
	return b.String()
}
