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
	return a.exec(ctx, `CREATE OR REPLACE TEMP TABLE cut_before AS SELECT cell, who, stage_number, wave_number FROM red_cut WHERE cell IN (SELECT cell FROM loader.touched WHERE own);
		CREATE OR REPLACE TEMP TABLE moved_item (cell BIGINT);
		CREATE OR REPLACE TEMP TABLE moved_score (cell BIGINT, cohort INTEGER)`)
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

// scoredStages are the stages at which each construct has scores: how many they are decides about every standardised line.
const scoredStages = `
WITH before AS (SELECT DISTINCT journey, construct, stage FROM trend WHERE grain = 'all' AND segment = '' AND stage <> ''),
now AS (SELECT DISTINCT journey, construct, stage FROM (SELECT DISTINCT scale, cell FROM red_score WHERE score IS NOT NULL) AS scored JOIN red_construct USING (scale) JOIN red_cell USING (journey, cell))
SELECT count(*) FROM ((FROM before EXCEPT FROM now) UNION ALL (FROM now EXCEPT FROM before)) AS differs`

// renumbered counts the names that have another number than in the last analysis.
const renumbered = "SELECT count(*) FROM loader.numbered AS was LEFT JOIN temp.numbered AS now USING (kind, journey, name, member) WHERE now.number IS DISTINCT FROM was.number"

// findMoved decides whether item and trend are made again in part, and which. Disclosure control reads all of their rows: it must not
// run.
func (a *analyzer) findMoved(ctx context.Context, tables []modelTable, stays bool) error {
	state, err := a.modelState()
	if err != nil {
		return err
	}
	if err := a.exec(ctx, numbersOfRows); err != nil {
		return err
	}
	a.moved = a.kept && stays && a.about["modelled"] == state
	a.about["modelled"] = state
	for _, query := range []string{renumbered, scoredStages} {
		if !a.moved {
			break
		}
		var differ int
		if err := a.conn.QueryRowContext(ctx, query).Scan(&differ); err != nil {
			return err
		}
		a.moved = differ == 0
	}
	if a.moved {
		err = joined(a.findParts(ctx), a.exec(ctx, "DELETE FROM loader.numbered; INSERT INTO loader.numbered FROM temp.numbered"))
	} else {
		err = a.makePlaced(ctx, tables)
	}
	return joined(err, a.showPlaced(ctx, "loader"))
}
