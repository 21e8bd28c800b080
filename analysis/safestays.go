package analysis

import (
	"context"
	"fmt"
)

// The reductions count the last response of each person, stage and stay. Whoever left, came back and answered a stage in both stays is one
// person all the same: stayedTwice gives how many the cells of a stage count too many. They are few, and looked at one by one.
const stayedTwice = `
WITH back AS (SELECT person_key FROM spell GROUP BY person_key HAVING count(*) > 1),
spots AS (
    SELECT person_key, r.cell AS cell, c.stage AS stage, c.wave AS wave, cohort, latest, segment, member
    FROM (SELECT person_key, cell, cohort, latest FROM %s SEMI JOIN back USING (person_key)) AS r JOIN red_cut AS c ON c.cell = r.cell WHERE c.journey = %s
), again AS (
    SELECT stage, '' AS grain, '' AS period, segment, member, person_key, count(*) AS n FROM spots WHERE latest GROUP BY ALL
    UNION ALL SELECT stage, 'cohort', cohort, segment, member, person_key, count(*) FROM spots WHERE latest AND cohort <> '' GROUP BY ALL
    UNION ALL SELECT stage, 'quarter', wave, segment, member, person_key, count(DISTINCT (cell, cohort)) FROM spots GROUP BY ALL
)
SELECT stage, grain, period, segment, member, 0::BIGINT AS n, (sum(n) - count(*))::BIGINT AS people FROM again WHERE n > 1 GROUP BY ALL ORDER BY ALL`

// countOnce takes from the people of each cell those who are counted once for each of their stays.
func (s *safety) countOnce(ctx context.Context, a *analyzer, journey *journeyLayout) error {
	rows, err := readRows[size](ctx, a.conn, fmt.Sprintf(stayedTwice, quote(journey.table), literal(journey.ID)))
	for _, row := range rows {
		if i, ok := s.cell(row.Segment, row.Member, row.Stage, slice{row.Grain, row.Period}); ok {
			s.n.people[i] -= int(row.People)
		}
	}
	return err
}
