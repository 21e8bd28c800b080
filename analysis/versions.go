package analysis

import (
	"context"
	"strconv"
	"strings"

	"koe/analysis/disclosure"
)

// pastRow is one row of the query below: a figure that earlier releases showed as new, and in which cell.
type pastRow struct {
	Journey string `db:"journey"`
	Figure  string `db:"figure"`
	Place   int64  `db:"place"`
	Since   int64  `db:"since"`
	Until   int64  `db:"until"`
	N       int64  `db:"n"`
}

// pastRows is what earlier releases showed as new, by the figures that disclosure control decides (figureName): one row a row of
// the ledger. n is the people behind it.
const pastRows = `
WITH rows AS (
    SELECT table_name, row_key ->> 'journey' AS journey, coalesce(row_key ->> 'stage', '') AS stage, coalesce(row_key ->> 'period', '') AS period,
           coalesce(row_key ->> 'segment', '') AS segment, coalesce(row_key ->> 'member', '') AS member, row_key, since, until, coalesce((people ->> 0)::BIGINT, 0) AS n
    FROM loader.release_figure WHERE table_name IN ('trend', 'item', 'response_rate', 'recommend', 'change', 'theme', 'keyness', 'cooccurrence', 'comment')
), figures AS (
    SELECT journey, 'trend ' || (row_key ->> 'construct') AS figure, stage, CASE (row_key ->> 'grain') WHEN 'all' THEN '' ELSE (row_key ->> 'grain') END AS grain, period, segment, member, since, until, n
    FROM rows WHERE table_name = 'trend' AND (stage <> '' OR (row_key ->> 'grain') = 'all')
    UNION ALL SELECT journey, table_name || ' ' || (row_key ->> 'question'), stage, CASE WHEN period = '' THEN '' ELSE 'quarter' END, period, segment, member, since, until, n
    FROM rows WHERE table_name IN ('item', 'recommend')
    UNION ALL SELECT journey, 'rate', stage, CASE WHEN period = '' THEN '' ELSE 'quarter' END, period, segment, member, since, until, n FROM rows WHERE table_name = 'response_rate'
    UNION ALL SELECT journey, 'change ' || (row_key ->> 'construct') || ' ' || (row_key ->> 'from_stage') || ' ' || (row_key ->> 'to_stage'), row_key ->> 'to_stage', '', '', segment, member, since, until, n
    FROM rows WHERE table_name = 'change'
    UNION ALL SELECT DISTINCT journey, 'voice', CASE WHEN table_name = 'comment' THEN '' ELSE stage END, CASE WHEN period = '' THEN '' ELSE 'quarter' END, period, segment, member, since, until, n
    FROM rows WHERE table_name IN ('theme', 'keyness', 'cooccurrence', 'comment')
)
SELECT journey, figure, place::BIGINT AS place, since::BIGINT AS since, until::BIGINT AS until, n FROM figures JOIN temp.place USING (journey, stage, grain, period, segment, member) ORDER BY ALL`

// figureName names a figure that disclosure control decides over the whole grid.
func figureName(kind string, parts ...string) string {
	return strings.Join(append([]string{kind}, parts...), " ")
}

// base is the figure of the responses as such: published where anything is that all of a cell's people are behind.
const base = ""

// pastFigures gives each journey's safety the versions of its figures, and of its cells as such.
func (a *analyzer) pastFigures(ctx context.Context, all map[string]*safety) error {
	if a.released == 0 {
		return nil
	}
	numbers, err := texts(ctx, a.conn, "SELECT number::VARCHAR FROM loader.release WHERE basis ORDER BY number")
	if err != nil {
		return err
	}
	var releases []int
	for _, text := range numbers {
		number, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		releases = append(releases, number)
	}
	rows, err := readRows[pastRow](ctx, a.conn, pastRows)
	if err != nil {
		return err
	}
	shown := map[string]shownCells{} // by journey
	for _, row := range rows {
		s, ok := all[row.Journey]
		if !ok {
			continue
		}
		if shown[row.Journey] == nil {
			shown[row.Journey] = shownCells{}
		}
		shown[row.Journey].add(row)
		first, last := ends(releases, int(row.Since), int(row.Until))
		for _, release := range []int{first, last} {
			s.past.add(row.Figure, int(row.Place), disclosure.Version{Release: release, Fresh: true, N: int(row.N)})
			if kind, _, _ := strings.Cut(row.Figure, " "); kind != "change" && kind != "voice" {
				s.past.add(base, int(row.Place), disclosure.Version{Release: release, Fresh: true})
			}
		}
	}
	for _, journey := range a.layout.journeys {
		all[journey.ID].pastPartials(journey, shown[journey.ID], releases)
	}
	return nil
}

// ends gives the first and the last release of since <= r < until. Between the two nothing of a row changed.
func ends(releases []int, since, until int) (first, last int) {
	first, last = since, since
	for _, r := range releases {
		if r > since && (until == 0 || r < until) {
			last = r
		}
	}
	return first, last
}

// pastCells are the versions of each figure, by cell.
type pastCells map[string]map[int][]disclosure.Version

// add adds a version, unless the cell has one of that release.
func (p pastCells) add(figure string, cell int, v disclosure.Version) {
	cells := p[figure]
	if cells == nil {
		cells = map[int][]disclosure.Version{}
		p[figure] = cells
	}
	list := cells[cell]
	at := len(list)
	for at > 0 && list[at-1].Release >= v.Release {
		at--
		if list[at].Release == v.Release {
			list[at].N = max(list[at].N, v.N)
			return
		}
	}
	list = append(list, disclosure.Version{})
	copy(list[at+1:], list[at:])
	list[at] = v
	cells[cell] = list
}
