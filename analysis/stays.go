package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// What is published follows from closed waves, the ledger of releases and the settings. A day brings answers to open waves, as
// a rule: then everything that was published yesterday is so today, and neither the published figures nor disclosure control
// need to run again. What is looked at is not what a load touched but what is there: all of the rows that the published figures
// come from, as one number a table (publishedState). Retention alone also follows from the day.

// publishedState names everything that the published figures follow from besides the day. temp.closed_cell must be there:
// the finest groups of closed waves, of which each row of invitation and response_* names its own.
func (a *analyzer) publishedState(ctx context.Context, main string) (string, error) {
	var persons, responses []string
	sources := []string{
		// A wave that nobody was invited to closes before its quarter is over, and hypotheses wait for that.
		rowsHash("wave", fmt.Sprintf("SELECT *, wave < %s AS over FROM %sred_wave WHERE closed", literal(quarterOf(a.today)), main)),
		rowsHash("invitation", "SELECT * FROM "+main+"invitation SEMI JOIN temp.closed_cell USING (cell)"),
		rowsHash("rate", "SELECT * FROM "+main+"red_rate SEMI JOIN temp.closed_cell USING (cell)"),
		rowsHash("member", "SELECT segment, member, label, level, parent FROM "+main+"member WHERE len(merged) = 0"),
		rowsHash("hypothesis", "SELECT * FROM "+main+"hypothesis_seen"),
	}
	for _, journey := range a.layout.journeys {
		closed := "FROM " + main + quote(journey.table) + " SEMI JOIN temp.closed_cell USING (cell)"
		// Which of them is a person's last follows from the others, once open waves are left out.
		sources = append(sources, rowsHash("response of "+journey.ID, "SELECT * EXCLUDE (latest) "+closed))
		persons = append(persons, "SELECT DISTINCT person_key "+closed)
		responses = append(responses, "SELECT response_key "+closed)
	}
	if len(persons) > 0 {
		if err := a.exec(ctx, "CREATE OR REPLACE TEMP TABLE closed_person AS "+strings.Join(persons, " UNION ")); err != nil {
			return "", err
		}
		of := " SEMI JOIN (" + strings.Join(responses, " UNION ALL ") + ") AS behind USING (response_key)"
		sources = append(sources, rowsHash("event", "SELECT * FROM "+main+"event SEMI JOIN temp.closed_person USING (person_key)"), rowsHash("spell", "SELECT * FROM "+main+"spell SEMI JOIN temp.closed_person USING (person_key)"),
			rowsHash("answer", "SELECT * FROM "+main+"answer_apart"+of), rowsHash("voice", "SELECT * FROM loader.voice"+of))
	}
	parts, err := texts(ctx, a.conn, "SELECT state FROM ("+strings.Join(sources, "\nUNION ALL ")+") AS states ORDER BY state")
	if err != nil {
		return "", err
	}
	parts = append(parts, program(), a.layout.hash(), fmt.Sprint(a.safety.MinGroup, a.safety.MinComments, a.safety.MergeSmall), a.voicesVersion())
	if err := a.keepHeld(ctx, hashed(parts...)); err != nil {
		return "", err
	}
	return hashed(a.about["held_for"], a.about["held"], a.about["ledger"]), nil
}

// hashed names texts in their order.
func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:])
}

// rowsHash is a query of one text that names the rows of another, in whatever order.
func rowsHash(name, query string) string {
	return fmt.Sprintf("SELECT concat_ws(' ', %s, count(*), sum(h), bit_xor(h)) AS state FROM (SELECT hash(*COLUMNS(*)) AS h FROM (%s) AS these) AS hashed", literal(name), query)
}

// program names the koe that is running: figures made by another are not kept. Two builds of one version differ in the size
// of their file or in its time.
func program() string {
	name := ""
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			name = fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano())
		}
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		name += "\n" + build.String()
	}
	return name
}

// stays reports whether what is published is what the last analysis published, retention aside, and what publishedState says;
// of the first analysis it says "".
func (a *analyzer) stays(ctx context.Context) (bool, string, error) {
	main, err := a.mainSchema(ctx)
	if err != nil {
		return false, "", err
	}
	if err := a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE closed_wave AS SELECT journey, stage, wave FROM %[1]sred_wave WHERE closed;
		CREATE OR REPLACE TEMP TABLE closed_cell AS SELECT cell FROM %[1]sred_cell SEMI JOIN temp.closed_wave USING (journey, stage, wave)`, main)); err != nil {
		return false, "", err
	}
	if a.about["published"] == "" && len(a.hold) == 0 { // there is nothing to compare with; what this one is made from is looked up in the end
		return false, "", a.exec(ctx, heldTable())
	}
	state, err := a.publishedState(ctx, main)
	return err == nil && state == a.about["published"], state, err
}

// mainSchema is the prefix of tables that temporary ones may stand before.
func (a *analyzer) mainSchema(ctx context.Context) (string, error) {
	var catalog string
	err := a.conn.QueryRowContext(ctx, "SELECT current_database()").Scan(&catalog)
	return quote(catalog) + ".main.", err
}

// dated are the published tables that follow from the day too.
var dated = []string{"retention", "retention_test"}

// stayed brings the published figures up to date that follow from the day, and leaves the others as they are.
func (a *analyzer) stayed(ctx context.Context, tables []modelTable) error {
	main, err := a.mainSchema(ctx)
	if err != nil {
		return err
	}
	// A load lists the members without those that stand for others.
	if err := a.exec(ctx, "DELETE FROM "+main+"member; INSERT INTO "+main+"member SELECT * FROM loader.published_member"); err != nil {
		return err
	}
	merged, err := a.merged(ctx)
	if err != nil {
		return err
	}
	if len(merged) > 0 { // else main's retention is the published one
		if err := joined(a.shadowPeople(ctx, main, merged), a.reduceAgain(ctx, "red_stay")); err != nil {
			return err
		}
		for _, t := range tables {
			if isDated(t.name) {
				if err := a.exec(ctx, temporary(createTable(t.name, t.comment, t.columns))); err != nil {
					return err
				}
			}
		}
		if err := a.retention(ctx); err != nil {
			return err
		}
	}
	return a.discloseDated(ctx, tables)
}

// merged reads which units are published as one.
func (a *analyzer) merged(ctx context.Context) ([]rollup, error) {
	members, err := readTable[Member](ctx, a.conn, "member")
	if err != nil {
		return nil, err
	}
	var all []rollup
	for _, m := range members {
		for _, hierarchy := range a.layout.settings.Segments {
			for level, segment := range hierarchy {
				if segment == m.Segment && len(m.Merged) > 0 {
					all = append(all, rollup{hierarchy: hierarchy, level: level, parent: m.Parent, member: m.Member, label: m.Label, units: m.Merged})
				}
			}
		}
	}
	return all, nil
}

func isDated(name string) bool { return slices.Contains(dated, name) }

// discloseDated fills the safe_* tables that follow from the day.
func (a *analyzer) discloseDated(ctx context.Context, tables []modelTable) error {
	for _, t := range tables {
		if isDated(t.name) {
			if err := a.exec(ctx, t.safeDDL()); err != nil {
				return err
			}
		}
	}
	if err := a.readReleases(ctx); err != nil {
		return err
	}
	all := map[string]*safety{}
	for _, journey := range a.layout.journeys {
		g, err := a.layGrid(ctx, journey)
		if err != nil {
			return err
		}
		all[journey.ID] = &safety{grid: g, k: a.safety.MinGroup}
	}
	inLedger := slices.DeleteFunc(ledgerTables(), func(t ledgerTable) bool { return !isDated(t.name) })
	return joined(a.safeRetention(ctx, all), a.carryOver(ctx, inLedger))
}

// remember notes what the published figures were made from.
func (a *analyzer) remember(ctx context.Context, state string) error {
	main, err := a.mainSchema(ctx)
	if err != nil {
		return err
	}
	if state == "" {
		if state, err = a.publishedState(ctx, main); err != nil {
			return err
		}
	}
	a.about["published"] = state
	return a.exec(ctx, "DROP TABLE IF EXISTS loader.published_member;\n"+loaderTable("published_member", "The table member as of the last disclosure control: bookkeeping of koe analyze.", []column{
		{"segment", "VARCHAR NOT NULL", "As member.segment."}, {"member", "VARCHAR NOT NULL", "As member.member."}, {"label", "VARCHAR NOT NULL", "As member.label."},
		{"level", "INTEGER NOT NULL", "As member.level."}, {"parent", "VARCHAR NOT NULL", "As member.parent."}, {"merged", "VARCHAR[] NOT NULL", "As member.merged."},
		{"merged_into", "VARCHAR NOT NULL", "As member.merged_into."},
	})+"INSERT INTO loader.published_member SELECT * FROM "+main+"member")
}
