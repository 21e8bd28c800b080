package analysis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"koe/analysis/disclosure"
)

// finestGroup is a group of responses that no table tells apart, now or in an earlier release.
type finestGroup struct {
	Key     string `db:"cell_key"`
	Stage   string `db:"stage"`
	Wave    string `db:"wave"`
	Cohort  string `db:"cohort"`
	Members string `db:"members"` // JSON
}

// crowd is who a picture is of.
type crowd int

const (
	whoAnswered crowd = iota
	whoWasAsked
)

// sql puts into a query the table of a crowd's finest groups ($groups), and which groups of the ledger are theirs ($known).
func (c crowd) sql(query string) string {
	groups, known := "temp.next_group", "NOT starts_with(cell_key, '"+askedPrefix+"')"
	if c == whoWasAsked {
		groups, known = "temp.next_asked", "starts_with(cell_key, '"+askedPrefix+"')"
	}
	return strings.NewReplacer("$groups", groups, "$known", known).Replace(query)
}

const finestGroups = `SELECT DISTINCT cell_key, stage, wave, cohort, members FROM (
	SELECT cell_key, journey, stage, wave, cohort, members FROM $groups UNION ALL
	SELECT cell_key, journey, stage, wave, cohort, members FROM loader.release_cell WHERE $known) AS g WHERE journey = $1 ORDER BY ALL`

// members gives the member of each segment that the group is in.
func (g *finestGroup) members() (map[string]string, error) {
	members := map[string]string{}
	err := json.Unmarshal([]byte(g.Members), &members)
	return members, err
}

// track is a number of responses with one history: the groups that they were in, from which release on and until which, as
// "group:since:until" parted by spaces.
type track struct {
	Track string `db:"track"`
	N     int64  `db:"n"`
}

// tracks are the histories of the published population: responses that are or were behind a release, this one ($2) included. A
// response that was sent again is another one. Who was erased since the last release left with this one.
const tracks = `
WITH stays AS (
    SELECT r.response_key, r.version, r.cell_key, r.since, CASE WHEN r.until = 0 AND l.response_key IS NOT NULL THEN $2::INTEGER ELSE r.until END AS until
    FROM loader.release_response AS r
    LEFT JOIN loader.next_left AS l ON r.until = 0 AND l.response_key = r.response_key
    UNION ALL SELECT response_key, version, cell_key, $2::INTEGER, 0 FROM loader.next_joined
), here AS (SELECT cell_key FROM $groups WHERE journey = $1 UNION SELECT cell_key FROM loader.release_cell WHERE journey = $1 AND $known),
people AS (
    SELECT count(*) AS stays, min(cell_key) AS cell_key, min(since) AS since, min(until) AS until,
           CASE WHEN count(*) > 1 THEN string_agg(cell_key || ':' || since || ':' || until, ' ' ORDER BY since) END AS track
    FROM stays SEMI JOIN here USING (cell_key) GROUP BY response_key, version
), alike AS (
    SELECT cell_key || ':' || since || ':' || until AS track, count(*) AS n FROM people WHERE stays = 1 GROUP BY cell_key, since, until
    UNION ALL SELECT track, count(*) FROM people WHERE stays > 1 GROUP BY track
    UNION ALL SELECT cell_key || ':' || since || ':' || CASE WHEN until = 0 THEN $2::INTEGER ELSE until END, n FROM loader.release_gone SEMI JOIN here USING (cell_key)
)
SELECT track, sum(n)::BIGINT AS n FROM alike GROUP BY track ORDER BY track`

// leafIndex finds the cells of a grid that each finest group is in.
type leafIndex struct {
	*grid
	groups  map[string]int // leaf by key
	cells   [][]int
	partOf  [][]int32 // lines by part, and by total
	totalOf [][]int32
	shown   []int            // leaf that a line last had in one of its parts, from 1
	nodes   map[string][]int // by members, JSON: everybody and these
}

func (g *grid) newLeaves() *leafIndex {
	l := &leafIndex{grid: g, groups: map[string]int{}, nodes: map[string][]int{}, partOf: make([][]int32, g.cells), totalOf: make([][]int32, g.cells), shown: make([]int, len(g.lines))}
	for i, line := range g.lines {
		l.totalOf[line.Total] = append(l.totalOf[line.Total], int32(i))
		for _, part := range line.Parts[:len(line.Parts)-1] {
			l.partOf[part] = append(l.partOf[part], int32(i))
		}
	}
	return l
}

// add makes the leaf of a group.
func (l *leafIndex) add(group *finestGroup) error {
	nodes, known := l.nodes[group.Members]
	if !known {
		members, err := group.members()
		if err != nil {
			return err
		}
		nodes = []int{0}
		for segment, member := range members {
			if node, ok := l.index[nodeKey{segment, member}]; ok {
				nodes = append(nodes, node)
			}
		}
		slices.Sort(nodes)
		l.nodes[group.Members] = nodes
	}
	in := make([]int, 0, 12*len(nodes)) // with room for rests
	for _, node := range nodes {
		for _, stage := range []string{"", group.Stage} {
			for _, time := range []slice{{}, {"quarter", group.Wave}, {"cohort", group.Cohort}} {
				s, ok := l.stageAt[stage]
				t, ok2 := l.sliceAt[time]
				if ok && ok2 {
					in = append(in, l.at(node, s, t))
				}
			}
		}
	}
	leaf := len(l.cells)
	for _, cell := range in {
		for _, line := range l.partOf[cell] {
			l.shown[line] = leaf + 1
		}
	}
	for _, cell := range in[:len(in):len(in)] {
		for _, line := range l.totalOf[cell] {
			if l.shown[line] != leaf+1 {
				in = append(in, l.grid.cells+int(line))
			}
		}
	}
	l.groups[group.Key] = leaf
	l.cells = append(l.cells, in)
	return nil
}

// picture reads who is in which cell of a grid, and who was in earlier releases.
func (a *analyzer) picture(ctx context.Context, g *grid, journey *journeyLayout, who crowd) (disclosure.Picture, error) {
	picture := disclosure.Picture{Groups: g.cells + len(g.lines), Lines: g.lines, Apart: g.apart}
	groups, err := readRows[finestGroup](ctx, a.conn, who.sql(finestGroups), journey.ID)
	if err != nil {
		return picture, err
	}
	l := g.newLeaves()
	for i := range groups {
		if err := l.add(&groups[i]); err != nil {
			return picture, err
		}
	}
	if picture.Leaves = l.cells; who == whoAnswered {
		g.leaves = l
	}
	if a.released == 0 {
		rows, err := readRows[track](ctx, a.conn, who.sql(`SELECT cell_key AS track, sum(n)::BIGINT AS n FROM $groups WHERE journey = $1 GROUP BY cell_key ORDER BY cell_key`), journey.ID)
		for _, row := range rows {
			picture.Atoms = append(picture.Atoms, disclosure.Atom{N: int(row.N), Stays: []disclosure.Stay{{Leaf: l.groups[row.Track]}}})
		}
		return picture, joined(err, a.tellWho(ctx, picture.Atoms, journey, who, rows), a.countBehind(ctx, g, journey, who, rows))
	}
	picture.Release = a.next
	rows, err := readRows[track](ctx, a.conn, who.sql(tracks), journey.ID, a.next)
	for _, row := range rows {
		atom, err := l.atom(row)
		if err != nil {
			return picture, err
		}
		picture.Atoms = append(picture.Atoms, atom)
	}
	return picture, joined(err, a.tellWho(ctx, picture.Atoms, journey, who, rows), a.countBehind(ctx, g, journey, who, rows))
}

// atom reads a track.
func (l *leafIndex) atom(row track) (disclosure.Atom, error) {
	atom := disclosure.Atom{N: int(row.N)}
	for _, text := range strings.Fields(row.Track) {
		var stay disclosure.Stay
		key, interval, _ := strings.Cut(text, ":")
		if _, err := fmt.Sscanf(interval, "%d:%d", &stay.Since, &stay.Until); err != nil {
			return atom, fmt.Errorf("the history %q: %w", row.Track, err)
		}
		stay.Leaf = l.groups[key]
		atom.Stays = append(atom.Stays, stay)
	}
	return atom, nil
}

// past adds to a grid the members and periods that only earlier releases had.
func (a *analyzer) past(ctx context.Context, g *grid, journey *journeyLayout) error {
	if a.released == 0 {
		return nil
	}
	groups, err := readRows[finestGroup](ctx, a.conn, "SELECT cell_key, stage, wave, cohort, members FROM loader.release_cell WHERE journey = $1 ORDER BY ALL", journey.ID)
	if err != nil {
		return err
	}
	for i := range groups {
		members, err := groups[i].members()
		if err != nil {
			return err
		}
		for _, segment := range a.layout.segments { // parents come before their children
			member := members[segment.name]
			key := nodeKey{segment.name, member}
			if _, known := g.index[key]; known || member == "" {
				continue
			}
			parent := g.index[nodeKey{segment.parent, members[segment.parent]}] // 0, everybody, without one
			g.index[key] = len(g.nodes)
			g.nodes = append(g.nodes, node{key, segment.level, parent})
		}
		for _, at := range []slice{{"quarter", groups[i].Wave}, {"cohort", groups[i].Cohort}} {
			if _, known := g.sliceAt[at]; !known && at.period != "" {
				g.sliceAt[at] = len(g.slices)
				g.slices = append(g.slices, at)
			}
		}
	}
	return nil
}
