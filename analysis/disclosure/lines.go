package disclosure

// settleLines applies the line rule of METHOD 5.2 until nothing changes: while the parts of a published total that are
// not published hide 1 to k-1 people together, the smallest published part goes too; when none is left, or
// all that are left are of a lower rank, the total.
//
// What an earlier release published of a part is known; of it only the difference to the nearest such version is hidden.
// The same rule holds for what is added to a total from one release to another (METHOD 5.3).
func (d *decider) settleLines() (taken []int) {
	var changed []int
	for i, g := range d.groups { // a line without withheld people and without a past has nothing to settle
		if !d.fresh(i) && g.N > 0 || len(g.Versions) > 0 {
			changed = append(changed, i)
		}
	}
	return d.settleLinesOf(changed)
}

// settleLinesOf does so after a change of these groups. It gives the groups that it took away.
func (d *decider) settleLinesOf(changed []int) (taken []int) {
	var queue []int32
	waiting := make([]bool, len(d.lines))
	enqueue := func(groups []int) {
		for _, group := range groups {
			for _, line := range d.ofLine.at(group) {
				if !waiting[line] {
					queue, waiting[line] = append(queue, line), true
				}
			}
		}
	}
	enqueue(changed)
	for len(queue) > 0 {
		line := d.lines[queue[0]]
		waiting[queue[0]] = false
		queue = queue[1:]
		some := d.settle(line)
		taken = append(taken, some...)
		enqueue(some)
	}
	return taken
}

// settle applies the rule to one line and gives the groups that it took away.
func (d *decider) settle(line Line) (taken []int) {
	if d.now == 0 {
		return d.cover(line, view{d.now, -1, false})
	}
	for s := range d.when {
		if s > 0 && s < d.now && d.unchanged(line, s-1, s) {
			continue
		}
		if !d.isKnown(line.Total, s) {
			continue
		}
		taken = append(taken, d.cover(line, view{s, -1, false})...)
		taken = append(taken, d.cover(line, view{s, -1, true})...)
		for before := range s {
			if before > 0 && d.unchanged(line, before-1, before) {
				continue
			}
			if d.isKnown(line.Total, before) {
				taken = append(taken, d.cover(line, view{s, before, false})...)
			}
		}
	}
	return taken
}

// unchanged reports whether a line is the same in two stretches, one after the other.
func (d *decider) unchanged(line Line, a, b int) bool {
	for _, part := range line.Parts {
		if d.state[a][part] != d.state[b][part] {
			return false
		}
	}
	return d.state[a][line.Total] == d.state[b][line.Total]
}

// isKnown reports whether a group's values of a stretch are known: nobody was there, or the same people were published.
func (d *decider) isKnown(i, stretch int) bool { return d.wouldBeKnown(i, stretch, d.fresh(i)) }

// wouldBeKnown is isKnown if the group were fresh, or not.
func (d *decider) wouldBeKnown(i, stretch int, fresh bool) bool {
	if stretch == d.now && (fresh || d.groups[i].N == 0) || stretch != d.now && d.size[stretch][i] == 0 {
		return true
	}
	if fresh && d.state[stretch][i] == d.state[d.now][i] {
		return true
	}
	for _, s := range d.known[i] {
		if d.state[s][i] == d.state[stretch][i] {
			return true
		}
	}
	return false
}

// view is a way to read a line: the total of a stretch, alone, less that of an earlier stretch (before >= 0), or with the
// nearest version of each part taken off.
type view struct {
	stretch, before int
	nearest         bool
}

// cover takes parts of a line away until what is open together is nobody or k people, and the total when no part is left.
func (d *decider) cover(line Line, v view) (taken []int) {
	for d.isKnown(line.Total, v.stretch) && (v.before < 0 || d.isKnown(line.Total, v.before)) {
		covered, k := d.covered(line, v)
		if covered == 0 || covered >= k {
			return taken
		}
		smallest := -1
		for _, part := range line.Parts {
			if d.fresh(part) && (smallest < 0 || d.less(part, smallest)) && !d.open(part, v, true) && d.open(part, v, false) {
				smallest = part
			}
		}
		total := line.Total
		opens := d.fresh(total) && (!d.wouldBeKnown(total, v.stretch, false) || v.before >= 0 && !d.wouldBeKnown(total, v.before, false))
		switch {
		case opens && (smallest < 0 || d.groups[total].Rank > d.groups[smallest].Rank):
			smallest = total
		case smallest < 0:
			return taken // it follows from earlier releases alone: nothing that is done now can help
		}
		d.why[smallest] = Complement
		taken = append(taken, smallest)
	}
	return taken
}

// open reports whether a part's values are not known in a view, if the part were fresh or not, and count for something.
func (d *decider) open(part int, v view, fresh bool) bool {
	if d.wouldBeKnown(part, v.stretch, fresh) && (v.before < 0 || d.wouldBeKnown(part, v.before, fresh)) {
		return false
	}
	return v.before < 0 || d.state[v.before][part] != d.state[v.stretch][part]
}

// covered counts the people who make up what is open of a line: who is in an open part now or was then, but not both, since
// who moved from one open part to another tells nothing. k is the largest threshold of these parts. Where the answers are enough and
// those who gave them are not, as at several stages, it is they who count, and the threshold is no higher than that of the total.
func (d *decider) covered(line Line, v view) (people, k int) {
	var difference map[int32]int
	crowd := heads{decider: d, enough: d.groups[line.Total].K}
	some := d.who != nil // to be counted still
	count := func(part, stretch, sign int) {
		if difference == nil {
			difference = map[int32]int{}
		}
		for _, atom := range d.in[stretch].at(part) {
			difference[atom] += sign
		}
	}
	for _, part := range line.Parts {
		if !d.open(part, v, d.fresh(part)) {
			continue
		}
		k = max(k, d.groups[part].K)
		if v.before < 0 && !v.nearest {
			if v.stretch == d.now { // who answered twice hides nobody
				people += d.groups[part].people()
			} else {
				people += d.people(known{part, v.stretch})
			}
			for _, atom := range d.in[v.stretch].at(part) {
				if some = some && crowd.add(atom); !some {
					break
				}
			}
			continue
		}
		count(part, v.stretch, 1)
		before := v.before
		if v.nearest {
			before = d.nearest(part, v.stretch)
		}
		if before >= 0 {
			count(part, before, -1)
		}
	}
	for atom, sign := range difference {
		if sign != 0 {
			people += d.answered[atom]
			some = some && crowd.add(atom)
		}
	}
	if crowd.enough = min(crowd.enough, k); d.who != nil && people >= k && crowd.count() < crowd.enough && crowd.count() > 0 {
		return crowd.count(), crowd.enough
	}
	return people, k
}

// nearest gives the published stretch of a group that differs least from a stretch, or -1.
func (d *decider) nearest(i, stretch int) int {
	best, least := -1, 0
	for _, s := range d.known[i] {
		if n := d.distance(i, int(s), stretch); best < 0 || n < least {
			best, least = int(s), n
		}
	}
	if d.fresh(i) {
		if n := d.distance(i, d.now, stretch); best < 0 || n < least {
			best = d.now
		}
	}
	return best
}

// distance counts who is in a group in one of two stretches only.
func (d *decider) distance(i, a, b int) (n int) {
	x, y := d.in[a].at(i), d.in[b].at(i)
	for _, atom := range without(x, y) {
		n += d.answered[atom]
	}
	for _, atom := range without(y, x) {
		n += d.answered[atom]
	}
	return n
}
