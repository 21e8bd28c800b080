package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A rollup is small sibling units that are published as one (METHOD 5.2): その他の課. Units below a merged one go with it.
type rollup struct {
	hierarchy []string // segments, top first
	level     int      // of the units in it
	parent    string   // the member one level up; "" at the top
	member    string   // the member that they become
	label     string
	units     []string // the members that are merged, in order
}

// segment is the one whose members are merged.
func (r *rollup) segment() string { return r.hierarchy[r.level] }

// unitSizes are the people behind each unit: in each journey, over all time.
type unitSizes map[nodeKey]map[string]int

// most is the largest number of people that these units together have in one journey. A person who moved between two of
// them counts in both.
func (s unitSizes) most(segment string, units ...string) int {
	sums, most := map[string]int{}, 0
	for _, unit := range units {
		for journey, n := range s[nodeKey{segment, unit}] {
			sums[journey] += n
			most = max(most, sums[journey])
		}
	}
	return most
}

// rollups merges, below each parent, the units that fewer than k people answered from, when there are two at least and
// together they are k or more. A unit is small when it is so in every journey: what lies below it is then smaller still.
func rollups(hierarchies [][]string, members []Member, sizes unitSizes, k int, language string) (out []rollup) {
	for _, hierarchy := range hierarchies {
		out = append(out, rollupsBelow(hierarchy, 0, "", members, sizes, k, language)...)
	}
	return out
}

func rollupsBelow(hierarchy []string, level int, parent string, members []Member, sizes unitSizes, k int, language string) (out []rollup) {
	if level >= len(hierarchy) {
		return nil
	}
	segment := hierarchy[level]
	var small, rest, all []string
	for _, m := range members {
		if m.Segment != segment || level > 0 && m.Parent != parent {
			continue
		}
		all = append(all, m.Member)
		if n := sizes.most(segment, m.Member); n > 0 && n < k {
			small = append(small, m.Member)
		} else {
			rest = append(rest, m.Member)
		}
	}
	if len(small) >= 2 && sizes.most(segment, small...) >= k {
		slices.Sort(small)
		r := rollup{hierarchy: hierarchy, level: level, parent: parent, units: small}
		r.member, r.label = otherName(parent, all, small, language)
		out = append(out, r)
	} else {
		rest = append(rest, small...)
	}
	slices.Sort(rest)
	for _, member := range rest {
		out = append(out, rollupsBelow(hierarchy, level+1, member, members, sizes, k, language)...)
	}
	return out
}

// unitKinds are the last letters of units' names that その他 may go with.
const unitKinds = "局部課室係班院庁所署校店"

// otherName names merged units so that no unit there already is called the same: 総務局/その他, その他の課.
func otherName(parent string, taken, units []string, language string) (member, label string) {
	name, further := "Other", "Other (merged %d)"
	if language == "ja" {
		name, further = "その他", "その他(まとめ%d)"
	}
	prefix := ""
	if parent != "" {
		prefix = parent + "/"
	}
	label = name
	for n := 1; slices.Contains(taken, prefix+name); n++ {
		name = fmt.Sprintf(further, n)
		label = name
	}
	if last := commonKind(units); language == "ja" && last != "" {
		label = strings.Replace(label, "その他", "その他の"+last, 1)
	}
	return prefix + name, label
}

// commonKind is the last letter of the units' names when they all end in the same kind of unit; else "".
func commonKind(units []string) string {
	kind := ""
	for i, unit := range units {
		letters := []rune(unit)
		last := string(letters[len(letters)-1])
		if !strings.Contains(unitKinds, last) || i > 0 && last != kind {
			return ""
		}
		kind = last
	}
	return kind
}

// unitSize is how many people of one journey answered from a unit.
type unitSize struct {
	Journey string `db:"journey"`
	Segment string `db:"segment"`
	Member  string `db:"member"`
	N       int64  `db:"n"`
}

// rollUp decides which units are merged, from the people in red_people, and lists them in the table member.
func (a *analyzer) rollUp(ctx context.Context, main string) ([]rollup, error) {
	if err := a.exec(ctx, "DELETE FROM "+main+"member WHERE len(merged) > 0; UPDATE "+main+"member SET merged_into = '' WHERE merged_into <> ''"); err != nil {
		return nil, err
	}
	if !a.safety.MergeSmall {
		return nil, nil
	}
	members, err := readTable[Member](ctx, a.conn, "member")
	if err != nil {
		return nil, err
	}
	rows, err := readRows[unitSize](ctx, a.conn, "SELECT journey, segment, member, n FROM red_people WHERE wave = '' AND segment <> '' ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	sizes := unitSizes{}
	for _, row := range rows {
		key := nodeKey{row.Segment, row.Member}
		if sizes[key] == nil {
			sizes[key] = map[string]int{}
		}
		sizes[key][row.Journey] = int(row.N)
	}
	all := rollups(a.layout.settings.Segments, members, sizes, a.safety.MinGroup, a.layout.settings.Language)
	for _, r := range all {
		if err := a.exec(ctx, r.listSQL(main)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// listSQL puts the merged unit into member, beside those that it stands for.
func (r *rollup) listSQL(main string) string {
	units := literals(r.units)
	statements := fmt.Sprintf("INSERT INTO %smember VALUES (%s, %s, %s, %d, %s, [%s], '');\nUPDATE %smember SET merged_into = %s WHERE segment = %s AND member IN (%s);\n",
		main, literal(r.segment()), literal(r.member), literal(r.label), r.level, literal(r.parent), units, main, literal(r.member), literal(r.segment()), units)
	for _, segment := range r.hierarchy[r.level+1:] {
		for _, unit := range r.units {
			statements += fmt.Sprintf("UPDATE %smember SET merged_into = %s WHERE segment = %s AND starts_with(member, %s);\n", main, literal(r.member), literal(segment), literal(unit+"/"))
		}
	}
	return statements
}

// replaced gives the columns of segments in which units are merged, as SELECT * REPLACE wants them. Below a merged unit there
// is nothing.
func (a *analyzer) replaced(all []rollup) (columns []string) {
	for _, s := range a.layout.segments {
		cases := ""
		for i := range all {
			r := &all[i]
			at := slices.Index(r.hierarchy, s.name)
			switch {
			case at == r.level:
				cases += fmt.Sprintf(" WHEN %s IN (%s) THEN %s", quote(s.column), literals(r.units), literal(r.member))
			case at > r.level:
				for _, unit := range r.units {
					cases += fmt.Sprintf(" WHEN starts_with(%s, %s) THEN ''", quote(s.column), literal(unit+"/"))
				}
			}
		}
		if cases != "" {
			columns = append(columns, fmt.Sprintf("CASE%s ELSE %s END AS %s", cases, quote(s.column), quote(s.column)))
		}
	}
	return columns
}

func literals(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = literal(s)
	}
	return strings.Join(quoted, ", ")
}
