package analysis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"koe"
	"koe/analysis/disclosure"
	"koe/analysis/voices"
)

// The audit of a report may find a small group that disclosure control did not look for: who attacks has other ways than who defends.
// Then some figures of it are withheld (held figures) and everything published is decided anew. They stay withheld while
// what they were found in stays.

// Figure names one published figure.
type Figure struct {
	Table         string // trend, item, recommend, rate, change or voice
	Journey       string
	Name          string // of the construct or question; of a change the construct and its two stages, with spaces between
	Stage         string // "" for all, and of a change
	Grain, Period string // "all" has no period
	Segment       string
	Member        string
}

// decided names the figure that disclosure control decides (figureName) and the stage of its cell.
func (f Figure) decided() (name, stage string) {
	switch f.Table {
	case "rate", "voice":
		return f.Table, f.Stage
	case "change":
		return figureName(f.Table, f.Name), f.Name[strings.LastIndex(f.Name, " ")+1:]
	}
	return figureName(f.Table, f.Name), f.Stage
}

// Withhold analyses once more, as of the moment of the last analysis, without publishing these figures, and publishes the result
// as a new version. It gives how many of them were not withheld so before.
func Withhold(ctx context.Context, cfg Config, figures []Figure) (added int, err error) {
	src := cfg.source()
	reader, problems := voices.Open(cfg.Workspace)
	if len(problems.Serious()) > 0 {
		return 0, problems
	}
	db, about, err := Open(ctx, cfg.site().published)
	if err != nil {
		return 0, err
	}
	err = errors.Join(analysed(cfg.site().published, about), db.Close())
	if err != nil {
		return 0, err
	}
	asOf, err := time.Parse(time.RFC3339, about["as_of"])
	if err != nil {
		return 0, koe.Errorf(koe.Internal, "the warehouse says that it is as of %q: %w", about["as_of"], err)
	}
	src.voices, src.hold, src.held = reader, figures, &added
	_, err = analyze(ctx, cfg.site(), src, asOf, cfg.Progress)
	return added, err
}

// heldTable is where held figures are kept.
func heldTable() string {
	return strings.Replace(loaderTable("held", "Figures that are withheld because the audit of a report found a small group in them: bookkeeping of koe report.", []column{
		{"journey", "VARCHAR NOT NULL", "Journey id."}, {"figure", "VARCHAR NOT NULL", "What is measured."}, {"stage", "VARCHAR NOT NULL", "Stage id; empty for all."},
		{"grain", "VARCHAR NOT NULL", "quarter, cohort, or empty for all time."}, {"period", "VARCHAR NOT NULL", "The quarter or cohort."},
		{"segment", "VARCHAR NOT NULL", "Segment; empty for everybody."}, {"member", "VARCHAR NOT NULL", "Member of the segment."},
	}), "CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
}

// keepHeld notes what is to be withheld from now on, and drops what was withheld of other answers (data names these): with them the
// figures are others. It leaves a name of all held figures in about.
func (a *analyzer) keepHeld(ctx context.Context, data string) error {
	if err := a.exec(ctx, heldTable()); err != nil {
		return err
	}
	if a.about["held_for"] != data {
		if err := a.exec(ctx, "DELETE FROM loader.held"); err != nil {
			return err
		}
	}
	for _, f := range a.hold {
		name, stage := f.decided()
		grain := f.Grain
		if grain == "all" {
			grain = ""
		}
		row := []any{f.Journey, name, stage, grain, f.Period, f.Segment, f.Member}
		added, err := a.conn.ExecContext(ctx, "INSERT INTO loader.held SELECT $1, $2, $3, $4, $5, $6, $7 EXCEPT SELECT * FROM loader.held", row...)
		if err != nil {
			return fmt.Errorf("note what is withheld: %w", err)
		}
		n, err := added.RowsAffected()
		if err != nil {
			return err
		}
		*a.held += int(n)
	}
	a.about["held_for"] = data
	held, err := texts(ctx, a.conn, "SELECT CASE WHEN count(*) = 0 THEN '' ELSE concat_ws(' ', count(*), sum(h), bit_xor(h)) END FROM (SELECT hash(*COLUMNS(*)) AS h FROM loader.held)")
	if err == nil {
		a.about["held"] = held[0]
	}
	return err
}

// holdFigures tells each journey's safety what is held.
func (a *analyzer) holdFigures(ctx context.Context, all map[string]*safety) error {
	type place struct {
		Journey string `db:"journey"`
		Figure  string `db:"figure"`
		Place   int64  `db:"place"`
	}
	rows, err := readRows[place](ctx, a.conn, "SELECT journey, figure, place::BIGINT AS place FROM loader.held JOIN temp.place USING (journey, stage, grain, period, segment, member) ORDER BY ALL")
	for _, row := range rows {
		if s := all[row.Journey]; s != nil {
			s.held[row.Figure] = append(s.held[row.Figure], int(row.Place))
		}
	}
	return err
}

// withHeld is what is withheld of a figure, and what is held of it.
func (s *safety) withHeld(name string, withheld []disclosure.Reason) []disclosure.Reason {
	if len(s.held[name]) == 0 {
		return withheld
	}
	all := make([]disclosure.Reason, s.cells)
	copy(all, withheld)
	for _, cell := range s.held[name] {
		all[cell] = worse(all[cell], disclosure.Complement)
	}
	return all
}
