package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"koe/analysis/disclosure"
	"koe/analysis/stats"
)

// stayers are the stays of hires by the units that they are in, for the engine to decide over.
type stayers struct {
	plan  *disclosure.Plan
	lines []disclosure.Line
	stays [][]stats.Duration   // of each atom of plan
	again [][][]stats.Duration // of each atom: the stays of each person of it who has several
	nodes [][]int              // of each atom: the units that it is in, and rests
}

// whoStays reads the stays of hires, and lays the units that they are in. Nothing but their units tells stays apart here.
func (a *analyzer) whoStays(ctx context.Context, g *grid) (*stayers, error) {
	units := "''"
	if len(a.layout.segments) > 0 {
		columns := make([]string, len(a.layout.segments))
		for i, segment := range a.layout.segments {
			columns[i] = "coalesce(" + quote(segment.column) + ", '')"
		}
		units = "concat_ws(chr(31), " + strings.Join(columns, ", ") + ")"
	}
	query, err := a.modelSQL("retention")
	if err != nil {
		return nil, err
	}
	read := func(who, some string) ([]stays, error) {
		return readRows[stays](ctx, a.conn, fmt.Sprintf(`WITH red_stay AS (SELECT %s AS segment, %s AS member, spell.joined_on, spell.left_on, spell.left_reason, count(*) AS n
			FROM spell JOIN person USING (person_key) WHERE role = 'hire' AND spell.joined_on IS NOT NULL AND spell.joined_on <= CAST(%s AS DATE)%s GROUP BY ALL)
			%s`, who, units, literal(a.today.String()), some, query))
	}
	rows, err := read("''", "")
	if err != nil {
		return nil, err
	}
	several, err := read("person_key", " AND person_key IN (SELECT person_key FROM spell GROUP BY person_key HAVING count(*) > 1)")
	if err != nil {
		return nil, err
	}
	again := map[string][][]stats.Duration{}
	for i := range several {
		again[several[i].Member] = append(again[several[i].Member], a.durations(&several[i]))
	}
	s := &stayers{lines: unitLines(g)}
	picture := disclosure.Picture{Groups: len(g.nodes) + len(s.lines), Lines: s.lines}
	for i := range rows {
		run := &rows[i]
		in := []int{0}
		for i, member := range strings.Split(run.Member, "\x1f") {
			if i < len(a.layout.segments) {
				if node, ok := g.index[nodeKey{a.layout.segments[i].name, member}]; ok && member != "" {
					in = append(in, node)
				}
			}
		}
		for _, line := range s.lines {
			rest := len(line.Parts) - 1
			if slices.Contains(in, line.Total) && !slices.ContainsFunc(line.Parts[:rest], func(part int) bool { return slices.Contains(in, part) }) {
				in = append(in, line.Parts[rest])
			}
		}
		all := a.durations(run)
		n := 0
		for _, d := range all {
			n += int(d.Count)
		}
		picture.Atoms = append(picture.Atoms, disclosure.Atom{N: n, Stays: []disclosure.Stay{{Leaf: len(picture.Leaves)}}})
		picture.Leaves = append(picture.Leaves, in)
		s.stays, s.again, s.nodes = append(s.stays, all), append(s.again, again[run.Member]), append(s.nodes, in)
	}
	s.plan = disclosure.NewPlan(picture)
	return s, nil
}

// after counts who of each atom is still watched after so many months, and who has left by then: people, of whom some have several stays.
func (s *stayers) after(months int64) (atRisk, left []int) {
	atRisk, left = make([]int, len(s.stays)), make([]int, len(s.stays))
	for i, all := range s.stays {
		atRisk[i], left[i] = watchedAfter(all, months)
		for _, mine := range s.again[i] {
			risk, gone := watchedAfter(mine, months)
			atRisk[i] -= max(risk-1, 0)
			left[i] -= max(gone-1, 0)
		}
	}
	return atRisk, left
}

// watchedAfter counts stays.
func watchedAfter(all []stats.Duration, months int64) (atRisk, left int) {
	for _, d := range all {
		if d.Time >= daysOf(months) {
			atRisk += int(d.Count)
		}
		if d.Event && d.Time <= daysOf(months) {
			left += int(d.Count)
		}
	}
	return atRisk, left
}

// units adds up, for each unit, the people of its atoms.
func (s *stayers) units(of []int, nodes []disclosure.Group) {
	for i, in := range s.nodes {
		for _, node := range in {
			if node < len(nodes) {
				nodes[node].N += of[i]
			}
		}
	}
}

// decide decides over the units, of whose stays so many of each atom count.
func (s *stayers) decide(nodes []disclosure.Group, counted []int) []disclosure.Reason {
	decisions := s.plan.DecideAnswered(withRests(nodes, s.lines), counted)
	reasons := make([]disclosure.Reason, len(nodes))
	for i := range nodes {
		reasons[i] = decisions[i].Withheld
	}
	return reasons
}

// pastPoint is what earlier releases showed of a point of a retention curve, as new.
type pastPoint struct {
	Segment string `db:"segment"`
	Member  string `db:"member"`
	Months  int64  `db:"months"`
	Since   int64  `db:"since"`
	Until   int64  `db:"until"`
	AtRisk  int64  `db:"at_risk"`
	Leavers int64  `db:"leavers"`
}

// at reports whether a release showed the point as new.
func (p *pastPoint) at(release int64) bool {
	return p.Since <= release && (p.Until == 0 || release < p.Until)
}

type pointKey struct {
	nodeKey
	months int64
}

// pastRetention reads what earlier releases showed of the retention curves.
func (a *analyzer) pastRetention(ctx context.Context) (map[pointKey][]pastPoint, error) {
	rows, err := readRows[pastPoint](ctx, a.conn, `SELECT row_key ->> 'segment' AS segment, row_key ->> 'member' AS member, (row_key ->> 'months')::BIGINT AS months,
		since::BIGINT AS since, until::BIGINT AS until, (people ->> 0)::BIGINT AS at_risk, (people ->> 1)::BIGINT AS leavers
		FROM loader.release_figure WHERE table_name = 'retention' ORDER BY ALL`)
	past := map[pointKey][]pastPoint{}
	for _, row := range rows {
		key := pointKey{nodeKey{row.Segment, row.Member}, row.Months}
		past[key] = append(past[key], row)
	}
	return past, err
}

// few reports whether a number of people moved by 1 to k-1, either way.
func few(moved int64, k int) bool { return moved != 0 && max(moved, -moved) < int64(k) }

// holdRetention withholds the points of one month whose people at risk, or leavers, differ by a few from an earlier release; and
// a total whose parts, where they are told both times, leave a few of its difference over.
func (a *analyzer) holdRetention(g *grid, run []Retention, past map[pointKey][]pastPoint, reasons map[nodeKey]disclosure.Reason) {
	k, now := a.safety.MinGroup, map[nodeKey]*Retention{}
	for i := range run {
		now[nodeKey{run[i].Segment, run[i].Member}] = &run[i]
	}
	of := func(key nodeKey) []pastPoint { return past[pointKey{key, run[0].Months}] }
	hold := func(key nodeKey) { reasons[key] = disclosure.Release }
	for key, r := range now {
		for _, p := range of(key) {
			if reasons[key] == disclosure.Published && (few(zero(r.AtRisk)-p.AtRisk, k) || few(zero(r.Leavers)-p.Leavers, k)) {
				hold(key)
			}
		}
	}
	for total := len(g.nodes) - 1; total >= 0; total-- { // children come after their parents
		key := g.nodes[total].nodeKey
		r := now[key]
		if r == nil || reasons[key] != disclosure.Published {
			continue
		}
		for _, p := range of(key) {
			left := map[string][2]int64{} // by segment of the parts
			for child := total + 1; child < len(g.nodes); child++ {
				if n := g.nodes[child]; n.parent == total {
					if _, known := left[n.segment]; !known {
						left[n.segment] = [2]int64{zero(r.AtRisk) - p.AtRisk, zero(r.Leavers) - p.Leavers}
					}
					part, points := now[n.nodeKey], of(n.nodeKey)
					i := slices.IndexFunc(points, func(q pastPoint) bool { return q.at(p.Since) })
					if part != nil && i >= 0 && reasons[n.nodeKey] == disclosure.Published {
						rest := left[n.segment]
						left[n.segment] = [2]int64{rest[0] - zero(part.AtRisk) + points[i].AtRisk, rest[1] - zero(part.Leavers) + points[i].Leavers}
					}
				}
			}
			for _, rest := range left {
				if few(rest[0], k) || few(rest[1], k) {
					hold(key)
				}
			}
		}
	}
}
