package analysis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"koe/analysis/disclosure"
)

// The people of a cell who have a score although they left an item out are what the items, which stand on the others, differ by from the
// score (METHOD 5.2, subset rule iii). Wherever both are published this difference follows from them, for every mean, share and spread: it is a
// figure like any other, of these people, and disclosure control decides over it as over any other, with their own places and
// histories. Where it may not be known the items are withheld and the score stays.

// partialOf names the difference between the scores of a construct and its items.
func partialOf(construct string) string { return figureName("partial", construct) }

// partialTrack is a number of responses with one history that left an item of a construct out (partial), or were not asked all of them
// (not partial). Without history the track is the group alone.
type partialTrack struct {
	Scale   int64  `db:"scale"`
	Partial bool   `db:"partial"`
	Track   string `db:"track"`
	N       int64  `db:"n"`
	Who     string `db:"who"` // numbers of the people who have several responses among those of the scale, parted by blanks
}

const (
	// whoPartial numbers the people of such rows, as tellWho does.
	whoPartial   = `coalesce(string_agg((hash(p.person_key) % 2147483647)::VARCHAR, ' ') FILTER (again.person_key IS NOT NULL), '') AS who`
	againPartial = `(SELECT scale, person_key FROM temp.partial_response WHERE person_key IS NOT NULL GROUP BY ALL HAVING count(*) > 1) AS again ON again.scale = p.scale AND again.person_key = p.person_key`

	partialGroups = `SELECT p.scale::BIGINT AS scale, partial, any_value(cell_key) AS track, count(*) AS n, ` + whoPartial + `
FROM temp.partial_response AS p JOIN temp.next_group USING (journey, cell, cohort) LEFT JOIN ` + againPartial + ` GROUP BY p.scale, partial, number ORDER BY ALL`
	partialTracks = `
WITH stays AS (
    SELECT r.response_key, r.version, r.cell_key, r.since, CASE WHEN r.until = 0 AND l.response_key IS NOT NULL THEN $1::INTEGER ELSE r.until END AS until
    FROM loader.release_response AS r LEFT JOIN loader.next_left AS l ON r.until = 0 AND l.response_key = r.response_key
    UNION ALL SELECT response_key, version, cell_key, $1::INTEGER, 0 FROM loader.next_joined
), people AS (
    SELECT response_key, version, string_agg(cell_key || ':' || since || ':' || until, ' ' ORDER BY since) AS track
    FROM stays SEMI JOIN temp.partial_response USING (response_key) GROUP BY response_key, version
)
SELECT p.scale::BIGINT AS scale, partial, track, count(*) AS n, ` + whoPartial + `
FROM people JOIN temp.partial_response AS p USING (response_key) LEFT JOIN ` + againPartial + ` GROUP BY p.scale, partial, track ORDER BY ALL`
)

// partialResponses lists, in temp.partial_response, whose scores stand on fewer answers than the construct has items.
func (a *analyzer) partialResponses(ctx context.Context) error {
	parts := []string{"SELECT 0 AS scale, '' AS response_key, '' AS person_key, false AS partial, '' AS journey, 0::BIGINT AS cell, '' AS cohort WHERE false"}
	for _, journey := range a.layout.journeys {
		for _, f := range journey.families() {
			missing := "coalesce(" + f.reduction().MissingSQL + ", false)"
			for _, c := range f.constructs {
				parts = append(parts, fmt.Sprintf("SELECT %d, response_key, person_key, %s, %[7]s, cell, cohort FROM %[3]s WHERE %[4]s >= 1 AND (%[4]s < %[5]d AND NOT %[2]s OR %[4]s >= %[6]d AND %[2]s)",
					c.number, missing, quote(journey.table), quote(c.answered), len(c.items), c.needed, literal(journey.ID)))
			}
		}
	}
	return a.exec(ctx, "CREATE OR REPLACE TEMP TABLE partial_response AS "+strings.Join(parts, " UNION ALL "))
}

// safePartials decides where the differences between scores and items may be known.
func (a *analyzer) safePartials(ctx context.Context, all map[string]*safety) error {
	if err := a.partialResponses(ctx); err != nil {
		return err
	}
	var rows []partialTrack
	var err error
	if a.released == 0 {
		rows, err = readRows[partialTrack](ctx, a.conn, partialGroups)
	} else {
		rows, err = readRows[partialTrack](ctx, a.conn, partialTracks, a.next)
	}
	if err != nil {
		return err
	}
	byScale := map[int64][]partialTrack{}
	for _, row := range rows {
		byScale[row.Scale] = append(byScale[row.Scale], row)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, journey := range a.layout.journeys {
		s := all[journey.ID]
		for _, c := range journey.constructs {
			rows := byScale[int64(c.number)]
			if rows == nil || s.trend[c.ID] == nil {
				continue
			}
			slots <- struct{}{}
			wait.Go(func() {
				reasons, err := s.partials(c.ID, rows, a.released > 0)
				mu.Lock()
				s.partial[c.ID], failed = reasons, errors.Join(failed, err)
				mu.Unlock()
				<-slots
			})
		}
	}
	wait.Wait()
	return failed
}

// partials decides for one construct. Where not everybody was asked the same items, as over stages or versions of a survey, those who
// were not asked all of them are a difference too.
func (s *safety) partials(construct string, rows []partialTrack, history bool) ([]disclosure.Reason, error) {
	var left, fewer []partialTrack
	for _, row := range rows {
		if fewer = append(fewer, row); row.Partial {
			left = append(left, row)
		}
	}
	reasons, past := s.trend[construct], s.past[partialOf(construct)]
	if len(left) < len(fewer) {
		past = unsized(past)
	}
	reasons, err := s.difference(left, history, reasons, past)
	if err == nil && len(left) < len(fewer) {
		reasons, err = s.difference(fewer, history, reasons, past)
	}
	return reasons, err
}

// difference decides over people who are told by a difference of published figures, over what is published in any case.
func (s *safety) difference(people []partialTrack, history bool, published []disclosure.Reason, past map[int][]disclosure.Version) ([]disclosure.Reason, error) {
	picture := disclosure.Picture{Groups: s.cells + len(s.lines), Lines: s.lines}
	places := map[int]int{} // of the grid's finest groups
	own := s.noSizes()
	for _, row := range people {
		atom := disclosure.Atom{N: int(row.N), Stays: []disclosure.Stay{{Leaf: s.leaves.groups[row.Track]}}}
		if history {
			var err error
			if atom, err = s.leaves.atom(track{row.Track, row.N}); err != nil {
				return nil, err
			}
		}
		for _, text := range strings.Fields(row.Who) {
			person, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("the people of %q: %w", row.Track, err)
			}
			atom.Who = append(atom.Who, int32(person))
		}
		for i, stay := range atom.Stays {
			place, known := places[stay.Leaf]
			if !known {
				place = len(picture.Leaves)
				places[stay.Leaf] = place
				picture.Leaves = append(picture.Leaves, s.leaves.cells[stay.Leaf])
			}
			if atom.Stays[i].Leaf = place; stay.Until == 0 {
				s.count(own.n, s.leaves.cells[stay.Leaf], atom.N)
			}
		}
		picture.Atoms = append(picture.Atoms, atom)
	}
	if history {
		picture.Release = s.release
	}
	flat := *s.grid // the threshold of scores everywhere: a difference is no cell of a table
	flat.k, flat.rank = make([]int, s.cells), s.shownLast()
	reasons := flat.decideOver(disclosure.NewPlan(picture), nil, s.sizesOf(own.n), s.k, published, past)
	for i, reason := range reasons {
		if reason == disclosure.Small && (published == nil || published[i] == disclosure.Published) {
			reasons[i] = disclosure.Complement // the cell is large enough; the difference is not
		}
	}
	return reasons, nil
}

// shownLast ranks the cells by where items are looked at: reports show those of a stage, over all time.
func (g *grid) shownLast() []int {
	rank := make([]int, g.cells)
	for n := range g.nodes {
		for s, stage := range g.stages {
			for t, at := range g.slices {
				if stage == "" {
					rank[g.at(n, s, t)]++
				}
				if at.grain != "" {
					rank[g.at(n, s, t)] += 2
				}
			}
		}
	}
	return rank
}

// count adds people to the cells of a finest group. Cohorts have no items.
func (g *grid) count(n []int, cells []int, people int) {
	counted := map[int]bool{}
	for _, c := range cells {
		if c < g.cells && g.slices[c%len(g.slices)].grain != "cohort" && !counted[c] {
			counted[c] = true
			n[c] += people
		}
	}
}

// shownCells are the releases that showed a cell of a figure as new.
type shownCells map[string]map[int][]shownIn

type shownIn struct {
	since, until int
	n            int
}

func (c shownCells) add(row pastRow) {
	if c[row.Figure] == nil {
		c[row.Figure] = map[int][]shownIn{}
	}
	c[row.Figure][int(row.Place)] = append(c[row.Figure][int(row.Place)], shownIn{int(row.Since), int(row.Until), int(row.N)})
}

// pastPartials notes the differences that earlier releases told: of a score and an item that one release showed both as new.
func (s *safety) pastPartials(journey *journeyLayout, shown shownCells, releases []int) {
	for _, f := range journey.families() {
		for _, c := range f.constructs {
			for _, item := range c.items {
				for place, scores := range shown[figureName("trend", c.ID)] {
					for _, score := range scores {
						for _, answers := range shown[figureName("item", item.ID)][place] {
							since, until := max(score.since, answers.since), min(endless(score.until), endless(answers.until))
							if since >= until {
								continue
							}
							first, last := ends(releases, since, until)
							for _, release := range []int{first, last} {
								s.past.add(partialOf(c.ID), place, disclosure.Version{Release: release, Fresh: true, N: max(score.n-answers.n, 0)})
							}
						}
					}
				}
			}
		}
	}
}

// endless is the end of an interval of releases; one that has not ended ends after all.
func endless(until int) int {
	if until == 0 {
		return math.MaxInt
	}
	return until
}

// unsized leaves the numbers of people to who was there.
func unsized(past map[int][]disclosure.Version) map[int][]disclosure.Version {
	out := map[int][]disclosure.Version{}
	for cell, versions := range past {
		for _, v := range versions {
			v.N = 0
			out[cell] = append(out[cell], v)
		}
	}
	return out
}
