package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"koe/analysis/disclosure"
)

// Behind a change stand pairs of scores of the same people at two stages. A pair is in the units of its later answer; it ends when either
// answer is sent again, erased, or followed by another of the same stage, and then another pair may begin. None of this need
// show in who answered at the later stage: so disclosure control decides over the pairs themselves, unit by unit.

// pairTrack is a number of pairs of responses of one history: the groups that they were in, from which release on and until which.
type pairTrack struct {
	From    string `db:"from_stage"`
	To      string `db:"to_stage"`
	Earlier string `db:"earlier"` // one digit a construct of the journey: 1 with a score
	Later   string `db:"later"`
	Track   string `db:"track"` // number:since:until, parted by spaces
	N       int64  `db:"n"`
	Who     string `db:"who"` // numbers of the people who have several pairs, parted by blanks
}

// pairsLived are the pairs of a journey ($journey), by history. Where somebody had one answer to each stage a pair is there as long as
// both are; where there were several, as when a stage is repeated, the last that was behind a release counts, release by release.
const pairsLived = `
WITH cells AS (
    SELECT cell_key, stage, members FROM temp.next_group WHERE journey = $journey UNION SELECT cell_key, stage, members FROM loader.release_cell WHERE journey = $journey AND $known
), stays AS (
    SELECT r.response_key, r.version, r.cell_key, r.since, CASE WHEN r.until = 0 AND l.response_key IS NOT NULL THEN $next ELSE r.until END AS until
    FROM loader.release_response AS r LEFT JOIN loader.next_left AS l ON r.until = 0 AND l.response_key = r.response_key WHERE $known
    UNION ALL SELECT response_key, version, cell_key, $next, 0 FROM loader.next_joined WHERE $known
), mine AS (
    SELECT person_key, spell, place, c.stage AS stage, response_key, version, number, since, until, $scored AS scored
    FROM stays JOIN cells AS c USING (cell_key) JOIN temp.pair_units USING (members) JOIN $table USING (response_key) JOIN (VALUES $places) AS p (stage, place) ON p.stage = c.stage
    WHERE person_key IS NOT NULL $whom
), several AS (SELECT DISTINCT person_key FROM (SELECT person_key FROM mine GROUP BY person_key, spell, place HAVING count(*) > 1) AS p),
again AS (SELECT person_key FROM several UNION SELECT person_key FROM (SELECT person_key FROM mine GROUP BY person_key HAVING max(spell) > min(spell)) AS p),
moments AS (SELECT r, coalesce(lead(r) OVER (ORDER BY r), 0) AS ends FROM (VALUES $moments) AS m (r)),
once AS (SELECT * FROM mine ANTI JOIN several USING (person_key)),
behind AS (
    SELECT mine.*, r, ends FROM mine SEMI JOIN several USING (person_key) JOIN moments ON since <= r AND (until = 0 OR r < until)
    QUALIFY row_number() OVER (PARTITION BY person_key, spell, place, r ORDER BY version::BIGINT DESC, response_key DESC) = 1
), pairs AS (
    SELECT a.person_key, a.stage AS from_stage, b.stage AS to_stage, a.scored AS earlier, b.scored AS later, b.number, greatest(a.since, b.since) AS since,
           CASE WHEN a.until = 0 THEN b.until WHEN b.until = 0 THEN a.until ELSE least(a.until, b.until) END AS until, '' AS track
    FROM once AS a JOIN once AS b ON a.person_key = b.person_key AND a.spell = b.spell
    WHERE a.place < b.place AND (a.until = 0 OR b.since < a.until) AND (b.until = 0 OR a.since < b.until)
    UNION ALL SELECT a.person_key, a.stage, b.stage, a.scored, b.scored, 0, 0, 0, string_agg(b.number || ':' || a.r || ':' || a.ends, ' ' ORDER BY a.r)
    FROM behind AS a JOIN behind AS b ON a.person_key = b.person_key AND a.spell = b.spell AND a.r = b.r WHERE a.place < b.place
    GROUP BY a.person_key, a.spell, a.stage, b.stage, a.response_key, a.version, b.response_key, b.version, a.scored, b.scored
)
SELECT from_stage, to_stage, earlier, later, CASE WHEN track = '' THEN number || ':' || since || ':' || until ELSE track END AS track, count(*) AS n,
       coalesce(string_agg((hash(p.person_key) % 2147483647)::VARCHAR, ' ') FILTER (again.person_key IS NOT NULL), '') AS who
FROM pairs AS p LEFT JOIN again ON again.person_key = p.person_key GROUP BY from_stage, to_stage, earlier, later, number, since, until, track ORDER BY ALL`

// Where no earlier release showed a change, the pairs are those that the reductions counted; people of several stays are looked at one by one.
const (
	pairsCounted = `SELECT construct, f.stage AS from_stage, t.stage AS to_stage, number::BIGINT AS number, sum(n)::BIGINT AS n
FROM red_pair JOIN (SELECT DISTINCT cell, u.number FROM temp.next_group JOIN temp.pair_units AS u USING (members) WHERE journey = $journey) AS g USING (cell)
JOIN red_construct USING (scale) JOIN red_stage AS f USING (journey) JOIN red_stage AS t USING (journey)
WHERE journey = $journey AND f."position" = stages // $stages AND t."position" = stages % $stages GROUP BY ALL ORDER BY ALL`
	ofSeveralStays = " AND person_key IN (SELECT person_key FROM $table GROUP BY person_key HAVING max(spell) > min(spell))"
)

// pairCount is how many pairs of scores of a construct the people of a group of units have.
type pairCount struct {
	Construct string `db:"construct"`
	From      string `db:"from_stage"`
	To        string `db:"to_stage"`
	Number    int64  `db:"number"`
	N         int64  `db:"n"`
}

// pairing is the pairs of one journey, and the units that they are in.
type pairing struct {
	tracks map[[2]string][]pairTrack // by both stages; where all were counted, of people of several stays alone
	counts map[[3]string][]pairCount // by construct and both stages: all pairs of now; nil where there is a history
	gone   map[string][]disclosure.Atom
	leaves [][]int // of each group of units: those, and the rests of lines
	lines  []disclosure.Line
	number map[string]int // of constructs: which digit
}

// unitGroup is one group of units, the members of every segment as JSON.
type unitGroup struct {
	Number  int64  `db:"number"`
	Members string `db:"members"`
}

// goneRow is a number of responses that were erased.
type goneRow struct {
	Stage  string `db:"stage"`
	Number int64  `db:"number"`
	Since  int64  `db:"since"`
	Until  int64  `db:"until"`
	N      int64  `db:"n"`
}

// pairing reads the pairs of a journey that are, or were, behind a release. Whoever was erased is taken to have had a pair.
func (a *analyzer) pairing(ctx context.Context, journey *journeyLayout, s *safety) (*pairing, error) {
	const groups = `CREATE OR REPLACE TEMP TABLE pair_units AS SELECT members, row_number() OVER (ORDER BY members) - 1 AS number FROM
		(SELECT members FROM temp.next_group WHERE journey = $journey UNION SELECT members FROM loader.release_cell WHERE journey = $journey AND $known) AS g`
	p := &pairing{tracks: map[[2]string][]pairTrack{}, gone: map[string][]disclosure.Atom{}, lines: unitLines(s.grid), number: map[string]int{}}
	moments, whom := s.momentsOfChanges(), ""
	if len(moments) == 1 {
		p.counts, whom = map[[3]string][]pairCount{}, ofSeveralStays
	}
	fill := func(query string) string {
		var places, at, scored []string
		for i, stage := range journey.Stages {
			places = append(places, fmt.Sprintf("(%s, %d)", literal(stage.ID), i))
		}
		for _, release := range moments {
			at = append(at, fmt.Sprintf("(%d)", release))
		}
		for i, construct := range journey.constructs {
			c := construct.reduction()
			p.number[construct.ID] = i
			scored = append(scored, fmt.Sprintf("CASE WHEN %s > 0 AND (%s) IS NOT NULL THEN '1' ELSE '0' END", quote(c.Answered), c.ScoreSQL))
		}
		return strings.NewReplacer("$stages", fmt.Sprint(stagePlaces), "$journey", literal(journey.ID), "$table", quote(journey.table), "$places", strings.Join(places, ", "), "$moments", strings.Join(at, ", "),
			"$scored", strings.Join(scored, " || "), "$next", fmt.Sprint(a.next)).Replace(strings.ReplaceAll(whoAnswered.sql(query), "$whom", whom))
	}
	if len(journey.Stages) < 2 || len(journey.constructs) == 0 {
		return p, nil
	}
	if err := a.exec(ctx, fill(groups)); err != nil {
		return nil, err
	}
	units, err := readRows[unitGroup](ctx, a.conn, "SELECT number, members FROM temp.pair_units ORDER BY number")
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		members, err := (&finestGroup{Members: u.Members}).members()
		if err != nil {
			return nil, err
		}
		in := []int{0}
		for segment, member := range members {
			if node, ok := s.index[nodeKey{segment, member}]; ok {
				in = append(in, node)
			}
		}
		p.leaves = append(p.leaves, inRests(in, p.lines))
	}
	tracks, err := readRows[pairTrack](ctx, a.conn, fill(pairsLived))
	if err != nil {
		return nil, err
	}
	for _, t := range tracks {
		p.tracks[[2]string{t.From, t.To}] = append(p.tracks[[2]string{t.From, t.To}], t)
	}
	if p.counts != nil {
		counts, err := readRows[pairCount](ctx, a.conn, fill(pairsCounted))
		if err != nil {
			return nil, err
		}
		for _, c := range counts {
			p.counts[[3]string{c.Construct, c.From, c.To}] = append(p.counts[[3]string{c.Construct, c.From, c.To}], c)
		}
		return p, nil
	}
	gone, err := readRows[goneRow](ctx, a.conn, fill(`SELECT stage, number, since::BIGINT AS since, CASE WHEN until = 0 THEN $next ELSE until END::BIGINT AS until, sum(n)::BIGINT AS n
		FROM loader.release_gone JOIN loader.release_cell USING (cell_key) JOIN temp.pair_units USING (members) WHERE journey = $journey AND $known GROUP BY ALL ORDER BY ALL`))
	for _, g := range gone {
		p.gone[g.Stage] = append(p.gone[g.Stage], disclosure.Atom{N: int(g.N), Stays: []disclosure.Stay{{Leaf: int(g.Number), Since: int(g.Since), Until: int(g.Until)}}})
	}
	return p, err
}

// momentsOfChanges lists the releases whose changes are known, and the one that is decided.
func (s *safety) momentsOfChanges() []int {
	moments := []int{s.release}
	for name, cells := range s.past {
		if !strings.HasPrefix(name, figureName("change", "")) {
			continue
		}
		for _, versions := range cells {
			for _, v := range versions {
				moments = append(moments, v.Release)
			}
		}
	}
	slices.Sort(moments)
	return slices.Compact(moments)
}

// inRests adds to the units that somebody is in the rests of those lines of which no part is among them.
func inRests(in []int, lines []disclosure.Line) []int {
	all := in
	for _, line := range lines {
		rest := len(line.Parts) - 1
		if slices.Contains(in, line.Total) && !slices.ContainsFunc(line.Parts[:rest], func(part int) bool { return slices.Contains(in, part) }) {
			all = append(all, line.Parts[rest])
		}
	}
	return all
}

// picture gives the pairs with a score of a construct at both stages, and how many more pairs than people each unit has now.
func (p *pairing) picture(nodes int, construct, from, to string, release int) (picture disclosure.Picture, again []int, err error) {
	picture = disclosure.Picture{Groups: nodes + len(p.lines), Lines: p.lines, Leaves: p.leaves, Release: release}
	digit, known := p.number[construct]
	if !known {
		return picture, make([]int, nodes), nil
	}
	counts, apart := make([]map[string]int, nodes), make([]int, len(p.leaves)) // apart: pairs that are atoms of their own
	for _, t := range p.tracks[[2]string{from, to}] {
		if t.Earlier[digit] != '1' || t.Later[digit] != '1' {
			continue
		}
		atom := disclosure.Atom{N: int(t.N)}
		for _, text := range strings.Fields(t.Track) {
			var stay disclosure.Stay
			if _, err := fmt.Sscanf(text, "%d:%d:%d", &stay.Leaf, &stay.Since, &stay.Until); err != nil {
				return picture, nil, fmt.Errorf("the history %q: %w", t.Track, err)
			}
			atom.Stays = append(atom.Stays, stay)
		}
		now := atom.Stays[len(atom.Stays)-1]
		if now.Until == 0 {
			apart[now.Leaf] += atom.N
		}
		for _, who := range strings.Fields(t.Who) {
			var person int32
			if _, err := fmt.Sscan(who, &person); err != nil {
				return picture, nil, fmt.Errorf("the people of %q: %w", t.Track, err)
			}
			atom.Who = append(atom.Who, person)
			for _, node := range p.leaves[now.Leaf] {
				if now.Until == 0 && node < nodes {
					if counts[node] == nil {
						counts[node] = map[string]int{}
					}
					counts[node][who]++
				}
			}
		}
		picture.Atoms = append(picture.Atoms, atom)
	}
	for _, c := range p.counts[[3]string{construct, from, to}] {
		picture.Atoms = append(picture.Atoms, disclosure.Atom{N: int(c.N) - apart[c.Number], Stays: []disclosure.Stay{{Leaf: int(c.Number), Since: release}}})
	}
	picture.Atoms = append(picture.Atoms, p.gone[to]...)
	again = make([]int, nodes)
	for node, people := range counts {
		for _, n := range people {
			again[node] += n - 1
		}
	}
	return picture, again, nil
}

// decide decides for a change over the units, of which groups says how many pairs they have.
func (p *pairing) decide(groups []disclosure.Group, construct, from, to string, release int) ([]disclosure.Reason, error) {
	picture, again, err := p.picture(len(groups), construct, from, to, release)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		if again[i] > 0 {
			groups[i].People = max(groups[i].N-again[i], 1)
		}
	}
	all := withRests(groups, p.lines)
	for i := len(groups); i < len(all); i++ {
		all[i].Withheld = disclosure.Complement // nobody prints a rest
	}
	reasons := make([]disclosure.Reason, len(groups))
	for i, d := range disclosure.NewPlan(picture).Decide(all)[:len(groups)] {
		if reasons[i] = d.Withheld; d.Carried > 0 {
			reasons[i] = disclosure.Release
		}
	}
	return reasons, nil
}
