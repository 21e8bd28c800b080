package analysis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"koe"
)

// Life is how long, in releases, an answer was behind what was published, and in which finest group: releases with
// Since <= number < Until; Until 0: it still is.
type Life struct {
	Since, Until        int
	Stage, Wave, Cohort string
	Members             []string // by segment, in the order of Published.Segments
	journey, key        string   // of the group in the ledger
}

// Lives is how many answers with a valid value of one figure have the same lives: scores of a construct (trend), answers to a question (item),
// invitations (rate), pairs of scores (change, whose name is the construct and both stages).
type Lives struct {
	Table, Journey, Name string
	Lives                []Life
	Who                  []int32 // the number of the person of each; nil: of people who were erased, N of them
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

// PastReleases gives what earlier releases have published of scores, answers, rates and changes, who stood behind it, and the number that
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
	if lives, err = readLives(ctx, db, cells, figures, next); err != nil {
		return nil, nil, 0, fmt.Errorf("read who stood behind the releases of %s: %w", path, err)
	}
	erased, err := erasedLives(ctx, db, cells, lives, next)
	return append(lives, erased...), figures, next, err
}

// erasedLives gives the answers that were erased: of them the ledger knows how many there were and where. What they said is
// gone; they are taken to have answered whatever others of their stage did.
func erasedLives(ctx context.Context, db querier, cells map[string]Life, lives []Lives, next int) (erased []Lives, err error) {
	rows, err := readRows[erasedRow](ctx, db, "SELECT cell_key, since::BIGINT AS since, until::BIGINT AS until, n::BIGINT AS n FROM loader.release_gone ORDER BY ALL")
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
			if f.stage == life.Stage && f.journey == life.journey && (f.table == "rate") == strings.HasPrefix(r.Cell, askedPrefix) {
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

// LedgerEntry is a release as the ledger has it that was copied into a warehouse.
type LedgerEntry struct {
	Number int  // 0: it is not there, or was withdrawn before anybody had it
	Same   bool // whoever stood behind it stands behind the published figures of the warehouse, and nobody else does; of their stays that holds on its day alone
	Day    koe.Date
}

// FindRelease finds a release by its name in the ledger of the warehouse at path. Day is that of the warehouse's figures.
func FindRelease(ctx context.Context, path, name string) (e LedgerEntry, err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return e, fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	about, err := readAbout(ctx, db)
	if err != nil {
		return e, err
	}
	if day := about["as_of_date"]; day != "" {
		if e.Day, err = koe.ParseDate(day); err != nil {
			return e, fmt.Errorf("read the day of the analysis: %w", err)
		}
	}
	rows, err := readRows[struct {
		Number int64 `db:"number"`
		Same   bool  `db:"same"`
	}](ctx, db, `SELECT number::BIGINT AS number, number = (SELECT max(number) FROM loader.release WHERE basis)
		AND (SELECT count(*) FROM loader.next_joined) + (SELECT count(*) FROM loader.next_left) + (SELECT count(*) FROM loader.release_gone WHERE until = 0) = 0 AS same
		FROM loader.release WHERE basis AND name = $1`, name)
	if err != nil || len(rows) == 0 {
		return e, err
	}
	e.Number, e.Same = int(rows[0].Number), rows[0].Same
	return e, nil
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
		life := Life{Stage: r.Stage, Wave: r.Wave, Cohort: r.Cohort, journey: r.Journey, key: r.Key}
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

// publishedBefore lists what was published as new, with the first release of the basis that showed it so.
const publishedBefore = `
SELECT CASE table_name WHEN 'response_rate' THEN 'rate' ELSE table_name END AS kind, row_key ->> 'journey' AS journey,
       concat_ws(' ', coalesce(row_key ->> 'construct', row_key ->> 'question'), row_key ->> 'from_stage', row_key ->> 'to_stage') AS name, row_key ->> 'stage' AS stage,
       coalesce(row_key ->> 'grain', CASE WHEN coalesce(row_key ->> 'period', '') = '' THEN 'all' ELSE 'quarter' END) AS grain, row_key ->> 'period' AS period,
       row_key ->> 'segment' AS segment, row_key ->> 'member' AS member, min(r.number)::BIGINT AS number, min_by(r.name, r.number) AS release, f.since, f.until,
       (SELECT max(number) FROM loader.release)::BIGINT AS last
FROM loader.release_figure AS f JOIN loader.release AS r ON r.basis AND f.since <= r.number AND (f.until = 0 OR r.number < f.until)
WHERE table_name IN ('trend', 'item', 'recommend', 'response_rate', 'change') GROUP BY ALL ORDER BY ALL`
