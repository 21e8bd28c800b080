package audit

import (
	"cmp"
	"slices"
)

// attack looks for groups of 1 to k−1 people: printed, left between two published groups, or computed from several.
func (p *picture) attack() {
	for _, row := range p.rows {
		if p.cells[row] == nil && len(p.said[row].numbers) > 0 && row.release == 0 && p.table != "left" {
			p.add(Finding{Kind: Differs, File: p.said[row].file, Place: p.said[row].place, What: both(
				p.called("ja", row)+"の値がありますが、そこに答えた人はいません。", "a figure of "+p.called("en", row)+", where nobody answered")})
		}
	}
	rank := p.ranks()
	p.rank = rank
	vectors := make([][]entry, len(p.rows))
	for i, classes := range p.in {
		vectors[i] = vector(classes, rank)
	}
	p.before = newSpan(false)
	for i, row := range p.rows {
		if row.release > 0 {
			p.before.add(vectors[i])
		}
	}
	told := map[string]bool{} // groups that were found already, by their classes
	for i, row := range p.rows {
		if slices.Contains(p.small, row) {
			told[nameOf(vectors[i])] = true
			p.expose(Small, p.counted(classesOf(p.cells[row]), p.k), row, nil)
		}
	}
	p.pairs(vectors, rank, told)
	p.releases(vectors, rank, told)
	p.combinations(vectors, rank, told)
	p.withhold(vectors)
}

// ranks orders the classes of people for the elimination: those of the most people first.
func (p *picture) ranks() []int32 {
	order := make([]int, len(p.classes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(len(p.classes[y].who), len(p.classes[x].who)) })
	rank := make([]int32, len(order))
	for at, class := range order {
		rank[class] = int32(at) //nolint:gosec // classes are far fewer
	}
	return rank
}

// byRank gives the classes in the order of their ranks.
func (p *picture) byRank(rank []int32) []int {
	order := make([]int, len(rank))
	for at, r := range rank {
		order[r] = at
	}
	return order
}

func vector(classes []int, rank []int32) []entry {
	v := make([]entry, len(classes))
	for i, c := range classes {
		v[i] = entry{rank[c], 1}
	}
	slices.SortFunc(v, func(x, y entry) int { return cmp.Compare(x.column, y.column) })
	return v
}

// behind counts the people behind a vector, up to k.
func (p *picture) behind(v []entry, byRank []int) int {
	list := make([]int, len(v))
	for i, e := range v {
		list[i] = byRank[e.column]
	}
	return p.counted(list, p.k)
}

// room is how many answers the fewest people that may be published can have in a cell.
func (p *picture) room(at slot) int { return p.k * max(p.most[at.stage], 1) }

// pairs looks at two published groups, one within the other, and at a published total without its published parts (METHOD
// 5.2, 5.3): what is left is known.
func (p *picture) pairs(vectors [][]entry, rank []int32, told map[string]bool) {
	byRank := p.byRank(rank)
	order := make([]int, 0, len(p.rows))
	for i, row := range p.rows {
		if p.cells[row] != nil {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(p.cells[p.rows[x]].n, p.cells[p.rows[y]].n), cmp.Compare(len(vectors[x]), len(vectors[y])))
	})
	most := p.room(slot{})
	for at, i := range order {
		for _, k := range order[at+1:] {
			left := p.cells[p.rows[k]].n - p.cells[p.rows[i]].n
			if left >= most {
				break
			}
			if left > 0 && left < p.room(p.rows[k]) && within(vectors[i], vectors[k]) {
				rest := less(vectors[k], 1, vectors[i])
				if n := p.behind(rest, byRank); n < p.k {
					p.tell(Computed, told, rest, n, []term{{k, 1, 1}, {i, -1, 1}})
				}
			}
		}
	}
	for _, total := range order {
		for _, parts := range p.partitions(p.rows[total]) {
			left := p.cells[p.rows[total]].n
			rest := vectors[total]
			terms := []term{{total, 1, 1}}
			for _, part := range parts {
				left -= p.cells[p.rows[part]].n
				rest = less(rest, 1, vectors[part])
				terms = append(terms, term{part, -1, 1})
			}
			if left > 0 && left < p.room(p.rows[total]) && len(parts) > 0 {
				if n := p.behind(rest, byRank); n < p.k {
					p.tell(Computed, told, rest, n, terms)
				}
			}
		}
	}
}

// within reports whether all columns of x are columns of y.
func within(x, y []entry) bool {
	k := 0
	for _, e := range x {
		for k < len(y) && y[k].column < e.column {
			k++
		}
		if k == len(y) || y[k].column != e.column {
			return false
		}
	}
	return true
}

// partitions lists the published parts of a published total, one way of parting after the other: by the members of each
// segment, by stages, by quarters, by cohorts. Nobody is in two parts of one way.
func (p *picture) partitions(total slot) [][]int {
	ways := map[string][]int{}
	var order []string
	for i, part := range p.rows {
		if p.cells[part] == nil {
			continue
		}
		way, same := "", total
		switch {
		case part.release != total.release:
		case part.segment != total.segment && part.member != "" && p.below(part, total):
			way, same.segment, same.member = "segment "+part.segment, part.segment, part.member
		case total.stage == "" && part.stage != "":
			way, same.stage = "stage", part.stage
		case total.grain == "all" && part.grain != "all":
			way, same.grain, same.period = part.grain, part.grain, part.period
		}
		if way == "" || same != part {
			continue
		}
		if ways[way] == nil {
			order = append(order, way)
		}
		ways[way] = append(ways[way], i)
	}
	var all [][]int
	for _, way := range order {
		all = append(all, ways[way])
	}
	return all
}

// below reports whether the members of one cell are all of another's: everybody has all members below, a bureau its own.
func (p *picture) below(part, total slot) bool {
	if total.segment == "" {
		return true
	}
	for _, m := range p.truth.Facts.Members {
		if m.Segment == part.segment && m.Member == part.member {
			return m.Parent == total.member
		}
	}
	return false
}

// combinations looks for small groups that follow from several figures: cells that are withheld, classes of people, and
// whatever the elimination leaves over small classes alone.
func (p *picture) combinations(vectors [][]entry, rank []int32, told map[string]bool) {
	s := newSpan(false)
	order := make([]int, len(vectors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(len(vectors[x]), len(vectors[y])) })
	for _, i := range order {
		s.add(vectors[i])
	}
	byRank := p.byRank(rank)
	var found [][]entry
	var kinds []Kind
	consider := func(kind Kind, v []entry) {
		if n := p.behind(v, byRank); n > 0 && n < p.k && level(v) && !told[nameOf(v)] && s.has(v) {
			found, kinds = append(found, v), append(kinds, kind)
		}
	}
	for _, at := range slots(p.cells) {
		c := p.cells[at]
		if _, printed := p.said[at]; printed || c.n >= p.room(at) || !p.fewer(at) {
			continue
		}
		var classes []int
		whole := true
		for class, n := range c.classes {
			classes = append(classes, class)
			whole = whole && n == p.classes[class].answers
		}
		if whole { // else nothing published tells its people from others
			consider(Computed, vector(classes, rank))
		}
	}
	for class := range p.classes {
		consider(Combined, vector([]int{class}, rank))
	}
	var few [][]entry
	for _, v := range s.rows { // those that lead in a small class are of small classes only
		if len(p.classes[byRank[v[0].column]].who) >= p.k {
			continue
		}
		few = append(few, v)
		rest := slices.Clone(v)
		consider(Combined, rest)
		for i := 1; i < len(rest); i++ { // and without the leads of others: the shortest that the elimination knows
			if at, ok := s.leads[rest[i].column]; ok {
				rest = less(rest, rest[i].value, s.rows[at])
				i--
			}
		}
		consider(Combined, rest)
	}
	mixed(few, func(v []entry) {
		if len(v) < p.k*max(p.most[""], 1) { // each class is somebody, who may be in as many as he has answers
			consider(Combined, v)
		}
	})
	if len(found) == 0 {
		return
	}
	traced := newSpan(true)
	for _, v := range vectors {
		traced.add(v)
	}
	for i, v := range found[:min(len(found), mostFindings)] {
		if terms, ok := traced.combination(v, vectors); ok {
			p.tell(kinds[i], told, v, p.behind(v, byRank), terms)
		}
	}
}

// level reports whether a vector has one value throughout: then it is the sum over a group of people. Any other is a
// difference or a weighted sum, which says nothing of a group.
func level(v []entry) bool {
	for _, e := range v {
		if e.value != v[0].value {
			return false
		}
	}
	return true
}

func slots(all map[slot]*sum) []slot {
	list := make([]slot, 0, len(all))
	for at := range all {
		list = append(list, at)
	}
	slices.SortFunc(list, compareSlots)
	return list
}
