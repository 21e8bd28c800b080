package analysis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Life is how long, in releases, an answer was behind what was published, and in which finest group: releases with
// Since <= number < Until; Until 0: it still is.
type Life struct {
	Since, Until        int
	Stage, Wave, Cohort string
	Members             []string // by segment, in the order of Published.Segments
	journey             string
}

// Lives is how many answers with a valid value of one figure have the same lives.
type Lives struct {
	Table, Journey, Name string
	Lives                []Life
	N                    int
}

// PastFigure is a figure that an earlier release showed as new.
type PastFigure struct {
	Table, Journey, Name string
	Stage, Grain, Period string
	Segment, Member      string
	Number               int // of the first release of the basis that showed it so
	Release              string
	Since, Until         int // releases with Since <= number < Until showed it as new; Until 0: the last one did
}

// PastReleases gives what earlier releases have published of scores and answers, who stood behind it, and the number that
// the next release gets. Nothing where there were none.
func PastReleases(ctx context.Context, path string) (lives []Lives, figures []PastFigure, next int, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return nil, nil, 0, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := readRows[publishedRow](ctx, db, publishedBefore)
	if err != nil || len(rows) == 0 {
		return nil, nil, 0, err
	}
	next = 1
	for _, r := range rows {
		figures = append(figures, PastFigure{r.Table, r.Journey, r.Name, r.Stage, r.Grain, r.Period, r.Segment, r.Member, int(r.Number), r.Release, int(r.Since), int(r.Until)})
		next = max(next, int(r.Last)+1)
	}
	about, err := readAbout(ctx, db)
	if err != nil {
		return nil, nil, 0, err
	}
	var hierarchies [][]string
	if err := json.Unmarshal([]byte(about["segments"]), &hierarchies); err != nil {
		return nil, nil, 0, fmt.Errorf("read the segments of %s: %w", path, err)
	}
	cells, err := groupsOfLedger(ctx, db, slices.Concat(hierarchies...))
	if err != nil {
		return nil, nil, 0, err
	}
	counted, err := readRows[livesRow](ctx, db, whoAnswered.sql(strings.ReplaceAll(whoLived, "$next", strconv.Itoa(next))))
	if err != nil {
		return nil, nil, 0, err
	}
	for _, r := range counted {
		one := Lives{Table: r.Table, Journey: r.Journey, Name: r.Name, N: int(r.N)}
		for _, text := range strings.Split(r.Lives, ",") {
			parts := strings.Split(text, ":")
			life, known := cells[parts[0]]
			if !known || len(parts) != 3 {
				return nil, nil, 0, fmt.Errorf("the ledger in %s names a group that it does not have: %s", path, text)
			}
			var bad1, bad2 error
			life.Since, bad1 = strconv.Atoi(parts[1])
			life.Until, bad2 = strconv.Atoi(parts[2])
			if err := errors.Join(bad1, bad2); err != nil {
				return nil, nil, 0, err
			}
			one.Lives = append(one.Lives, life)
		}
		lives = append(lives, one)
	}
	erased, err := erasedLives(ctx, db, cells, lives, next)
	return append(lives, erased...), figures, next, err
}

// erasedLives gives the answers that were erased: of them the ledger knows how many there were and where. What they said is
// gone; they are taken to have answered whatever others of their stage did.
func erasedLives(ctx context.Context, db querier, cells map[string]Life, lives []Lives, next int) (erased []Lives, err error) {
	rows, err := readRows[erasedRow](ctx, db, whoAnswered.sql("SELECT cell_key, since::BIGINT AS since, until::BIGINT AS until, n::BIGINT AS n FROM loader.release_gone WHERE $known ORDER BY ALL"))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	type figure struct{ table, journey, name, stage string }
	var order []figure
	asked := map[figure]bool{}
	for _, l := range lives {
		for _, life := range l.Lives {
			if f := (figure{l.Table, l.Journey, l.Name, life.Stage}); !asked[f] {
				asked[f] = true
				order = append(order, f)
			}
		}
	}
	for _, r := range rows {
		life, known := cells[r.Cell]
		if !known {
			continue
		}
		if life.Since, life.Until = int(r.Since), int(r.Until); life.Until == 0 {
			life.Until = next
		}
		for _, f := range order {
			if f.stage == life.Stage && f.journey == life.journey {
				erased = append(erased, Lives{Table: f.table, Journey: f.journey, Name: f.name, Lives: []Life{life}, N: int(r.N)})
			}
		}
	}
	return erased, nil
}

type erasedRow struct {
	Cell  string `db:"cell_key"`
	Since int64  `db:"since"`
	Until int64  `db:"until"`
	N     int64  `db:"n"`
}

// ReleaseNumber finds a release of the ledger, as copied into the warehouse at path, by its name; 0 when it is not there.
func ReleaseNumber(ctx context.Context, path, name string) (_ int, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return 0, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	numbers, err := texts(ctx, db, "SELECT number::VARCHAR FROM loader.release WHERE name = $1", name)
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	return strconv.Atoi(numbers[0])
}

// groupsOfLedger reads the finest groups of the ledger by key.
func groupsOfLedger(ctx context.Context, db querier, segments []string) (map[string]Life, error) {
	rows, err := readRows[ledgerGroup](ctx, db, "SELECT cell_key, journey, stage, wave, cohort, members FROM loader.release_cell UNION SELECT cell_key, journey, stage, wave, cohort, members FROM loader.next_cell ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	cells := map[string]Life{}
	for _, r := range rows {
		var members map[string]string
		if err := json.Unmarshal([]byte(r.Members), &members); err != nil {
			return nil, fmt.Errorf("read a group of the ledger: %w", err)
		}
		life := Life{Stage: r.Stage, Wave: r.Wave, Cohort: r.Cohort, journey: r.Journey}
		for _, segment := range segments {
			life.Members = append(life.Members, members[segment])
		}
		cells[r.Key] = life
	}
	return cells, nil
}

type ledgerGroup struct {
	Key     string `db:"cell_key"`
	Journey string `db:"journey"`
	Stage   string `db:"stage"`
	Wave    string `db:"wave"`
	Cohort  string `db:"cohort"`
	Members string `db:"members"`
}

type publishedRow struct {
	Table   string `db:"kind"`
	Journey string `db:"journey"`
	Name    string `db:"name"`
	Stage   string `db:"stage"`
	Grain   string `db:"grain"`
	Period  string `db:"period"`
	Segment string `db:"segment"`
	Member  string `db:"member"`
	Number  int64  `db:"number"`
	Release string `db:"release"`
	Since   int64  `db:"since"`
	Until   int64  `db:"until"`
	Last    int64  `db:"last"`
}

type livesRow struct {
	Table   string `db:"kind"`
	Journey string `db:"journey"`
	Name    string `db:"name"`
	Lives   string `db:"lives"`
	N       int64  `db:"n"`
}

// publishedBefore lists what was published as new, with the first release of the basis that showed it so.
const publishedBefore = `
SELECT table_name AS kind, row_key ->> 'journey' AS journey, coalesce(row_key ->> 'construct', row_key ->> 'question') AS name, row_key ->> 'stage' AS stage,
       coalesce(row_key ->> 'grain', CASE WHEN row_key ->> 'period' = '' THEN 'all' ELSE 'quarter' END) AS grain, row_key ->> 'period' AS period,
       row_key ->> 'segment' AS segment, row_key ->> 'member' AS member, min(r.number)::BIGINT AS number, min_by(r.name, r.number) AS release, f.since, f.until,
       (SELECT max(number) FROM loader.release)::BIGINT AS last
FROM loader.release_figure AS f JOIN loader.release AS r ON r.basis AND f.since <= r.number AND (f.until = 0 OR r.number < f.until)
WHERE table_name IN ('trend', 'item', 'recommend') GROUP BY ALL ORDER BY ALL`

// whoLived counts valid answers by their lives; those to an item of people who answered all of its construct that they were asked; $next is the number of the release to come.
const whoLived = `
WITH life AS (
    SELECT response_key, version, cell_key, since, CASE WHEN until = 0 AND response_key IN (SELECT response_key FROM loader.next_left) THEN $next ELSE until END AS until FROM loader.release_response
    WHERE $known
    UNION ALL SELECT response_key, version, cell_key, $next, 0 FROM loader.next_joined WHERE $known
),
lived AS (SELECT response_key, string_agg(cell_key || ':' || since || ':' || until, ',' ORDER BY since) AS lives FROM life GROUP BY response_key, version),
partial AS (
    SELECT DISTINCT response_key, journey, family FROM answer JOIN (SELECT journey, question, family FROM red_question WHERE family IS NOT NULL) AS q USING (journey, question)
    WHERE missing IS NOT NULL
),
families AS (SELECT journey, question, family FROM red_question),
asked AS (SELECT DISTINCT row_key ->> 'journey' AS journey, row_key ->> 'question' AS question FROM loader.release_figure WHERE table_name IN ('item', 'recommend'))
SELECT 'trend' AS kind, journey, construct AS name, lives, count(*) AS n FROM lived JOIN score USING (response_key) WHERE score IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'item', journey, question, lives, count(*) FROM lived JOIN
    (SELECT DISTINCT response_key, journey, question FROM answer SEMI JOIN asked USING (journey, question) LEFT JOIN families USING (journey, question)
     ANTI JOIN partial USING (response_key, journey, family) WHERE missing IS NULL) AS given USING (response_key) GROUP BY ALL
ORDER BY ALL`
