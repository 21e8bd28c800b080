package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// A day moves a few finest groups. The models item and trend have a row for every place — question or construct, stage, period and
// segment member — and most of their time goes into writing rows that are as they were. So where the counts of the other groups were
// kept (slice.go), only the rows of places that hold a group with other counts are made again, by the same statements.

// modelState names what the rows of item and trend follow from besides the counts.
func (a *analyzer) modelState() (string, error) {
	state, err := a.layout.slicedState()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range []string{"item", "trend"} {
		text, err := modelFiles.ReadFile("models/" + name + ".sql")
		if err != nil {
			return "", err
		}
		_, _ = h.Write(text)
	}
	_, _ = fmt.Fprint(h, state, program(), a.layout.hash(), a.safety.MinGroup)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// noteCut remembers the places of the touched groups as they are before anything is counted again.
func (a *analyzer) noteCut(ctx context.Context) error {
	if !a.kept {
		return nil
	}
	return a.exec(ctx, `CREATE OR REPLACE TEMP TABLE cut_before AS SELECT * FROM red_cut WHERE cell IN (SELECT cell FROM loader.touched WHERE own);
		CREATE OR REPLACE TEMP TABLE moved_item (cell BIGINT);
		CREATE OR REPLACE TEMP TABLE moved_score (cell BIGINT, cohort VARCHAR)`)
}

// noteMoved remembers which of the touched groups have other counts than before; temp.<name> holds the new ones. After it the old are gone.
func (a *analyzer) noteMoved(ctx context.Context, main, name string) error {
	columns, into := map[string]string{"red_item": "cell", "red_score": "cell, cohort"}[name], "moved_"+strings.TrimPrefix(name, "red_")
	if columns == "" {
		return nil
	}
	return a.exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE counted_before AS SELECT * FROM %[1]s%[2]s WHERE cell IN (SELECT cell FROM temp.own);
		CREATE OR REPLACE TEMP TABLE counted_now AS SELECT * FROM temp.%[2]s WHERE cell IN (SELECT cell FROM temp.own);
		INSERT INTO temp.%[3]s SELECT DISTINCT %[4]s FROM ((FROM temp.counted_before EXCEPT ALL FROM temp.counted_now) UNION ALL (FROM temp.counted_now EXCEPT ALL FROM temp.counted_before)) AS differs;
		DROP TABLE temp.counted_before; DROP TABLE temp.counted_now`, main, name, into, columns))
}

// What moved, by name: the places of item, and of trend, where the standardised line of a quarter or cohort mixes the stages, whole
// lines of one period. Numbers are of this analysis; a place that nobody is in any more has a name alone.
const movedPlaces = `
CREATE OR REPLACE TEMP TABLE cut_touched AS SELECT journey, cell, stage, wave, segment, member FROM red_cut WHERE cell IN (SELECT cell FROM loader.touched WHERE own)
	UNION SELECT journey, cell, stage, wave, segment, member FROM temp.cut_before;
CREATE OR REPLACE TEMP TABLE moved_place AS
WITH moved AS (SELECT DISTINCT journey, stage, wave, segment, member FROM temp.cut_touched SEMI JOIN temp.moved_item USING (cell))
SELECT journey, stage, wave AS period, segment, member FROM moved UNION SELECT journey, stage, '', segment, member FROM moved
UNION SELECT journey, '', wave, segment, member FROM moved UNION SELECT journey, '', '', segment, member FROM moved;
CREATE OR REPLACE TEMP TABLE moved_period AS
WITH moved AS (SELECT DISTINCT journey, wave, cohort, segment, member FROM temp.cut_touched JOIN temp.moved_score USING (cell))
SELECT journey, 'all' AS grain, '' AS period, segment, member FROM moved UNION SELECT journey, 'quarter', wave, segment, member FROM moved
UNION SELECT journey, 'cohort', cohort, segment, member FROM moved;
CREATE OR REPLACE TEMP TABLE moved_spot AS
WITH numbered AS (FROM temp.numbered UNION ALL SELECT DISTINCT 'stage', journey, '', '', -1 FROM temp.numbered UNION ALL SELECT DISTINCT 'wave', '', '', '', -1)
SELECT w.number AS who, s.number AS stage_number, p.number AS wave_number FROM temp.moved_place AS m
JOIN numbered AS w ON w.kind = 'who' AND w.journey = m.journey AND w.name = m.segment AND w.member = m.member
JOIN numbered AS s ON s.kind = 'stage' AND s.journey = m.journey AND s.name = m.stage
JOIN numbered AS p ON p.kind = 'wave' AND p.name = m.period;
CREATE OR REPLACE TEMP TABLE moved_line AS
SELECT number AS who, grain, period FROM temp.moved_period AS m JOIN temp.numbered AS w ON w.kind = 'who' AND w.journey = m.journey AND w.name = m.segment AND w.member = m.member`

// scoredStages are the stages at which each construct has scores: how many they are decides about every standardised line.
const scoredStages = `
WITH before AS (SELECT DISTINCT journey, construct, stage FROM trend WHERE grain = 'all' AND segment = '' AND stage <> ''),
now AS (SELECT DISTINCT journey, construct, stage FROM (SELECT DISTINCT scale, cell FROM red_score WHERE score IS NOT NULL) AS scored JOIN red_construct USING (scale) JOIN red_cell USING (journey, cell))
SELECT count(*) FROM ((FROM before EXCEPT FROM now) UNION ALL (FROM now EXCEPT FROM before)) AS differs`

// findMoved decides whether item and trend are made again in part, and which. Disclosure control reads all of their rows: it must not
// run. The old rows of what moved go.
func (a *analyzer) findMoved(ctx context.Context, tables []modelTable, stays bool) error {
	state, err := a.modelState()
	if err != nil {
		return err
	}
	if err := a.exec(ctx, numbersOfCut); err != nil {
		return err
	}
	a.moved = a.kept && stays && a.about["modelled"] == state
	a.about["modelled"] = state
	if a.moved {
		var differ int
		if err := a.conn.QueryRowContext(ctx, scoredStages).Scan(&differ); err != nil {
			return err
		}
		known, err := a.knowsNames(ctx)
		if err != nil {
			return err
		}
		a.moved = differ == 0 && known
	}
	if a.moved {
		if err := a.exec(ctx, movedPlaces+`;
			DELETE FROM loader.item AS i USING temp.moved_place AS m WHERE i.journey = m.journey AND i.stage = m.stage AND i.period = m.period AND i.segment = m.segment AND i.member = m.member;
			DELETE FROM loader.trend AS t USING temp.moved_period AS m WHERE t.journey = m.journey AND t.grain = m.grain AND t.period = m.period AND t.segment = m.segment AND t.member = m.member`); err != nil {
			return err
		}
		return a.findFinest(ctx)
	}
	return a.makePlaced(ctx, tables)
}
