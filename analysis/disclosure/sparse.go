package disclosure

import "slices"

// few looks, among everything that can be computed about small atoms and about those whose place changed from release to
// release, for what is about few people: it writes the space of it in reduced form and tries each row. Without a past a row
// counts that is the sum over a group: one that is no cell, but what two hidden cells differ by. With a past any row counts, and
// each two of them: what nobody's target is today (a joiner of one unit less a leaver of another) may be the difference of a
// cell tomorrow.
// Each finding is the equations that it is made of, with their coefficients.
func (a *audit) few(s *space) (out []map[int32]uint64) {
	column := map[int32]int{} // late column → place in the small matrix
	var atoms []int32
	var from []int32
	for i, r := range s.rows {
		if s.late[r.pivot] {
			from = append(from, int32(i))
			for _, c := range r.at {
				if _, in := column[c]; !in {
					column[c] = 0
					atoms = append(atoms, c)
				}
			}
		}
	}
	if a.movers == nil && len(from) > mostPairs || len(from) > mostRows {
		return nil // too many for the time of a release; koe audit looks at what was published in another way
	}
	slices.Sort(atoms)
	for i, c := range atoms {
		column[c] = i
	}
	width := len(atoms) + len(from)
	all := make([]uint64, len(from)*width)
	m := make([][]uint64, len(from)) // the rows, and behind them what each is made of
	for i, f := range from {
		m[i] = all[i*width : (i+1)*width]
		for j, c := range s.rows[f].at {
			m[i][column[c]] = residue(s.rows[f].value[j])
		}
		m[i][len(atoms)+i] = 1
	}
	var some []int32
	for i, f := range from { // reduced: no row has the pivot of another
		p := column[s.rows[f].pivot]
		scale(m[i], reciprocal(m[i][p]))
		some = some[:0]
		for at, v := range m[i] {
			if v != 0 {
				some = append(some, int32(at))
			}
		}
		for j := range m {
			if j != i && m[j][p] != 0 {
				row, minus := m[j], prime-m[j][p]
				for _, at := range some {
					row[at] = plus(row[at], times(m[i][at], minus))
				}
			}
		}
	}
	try := func(row []uint64) {
		one, level := uint64(0), true
		behind := heads{decider: a.decider, enough: a.least}
		for i, v := range row[:len(atoms)] {
			if v != 0 {
				behind.add(atoms[i])
				level = level && (one == 0 || one == v)
				one = v
			}
		}
		if people := behind.count(); people == 0 || people >= a.least || a.movers == nil && !level {
			return
		}
		coefficient := map[int32]uint64{}
		for i, v := range row[len(atoms):] {
			if v != 0 {
				coefficient[from[i]] = v
			}
		}
		out = append(out, s.trace(coefficient))
	}
	for _, row := range m {
		try(row)
	}
	if a.movers == nil || len(m) > mostPairs {
		return out
	}
	rows := make([]sparse, len(m))
	for i, row := range m {
		rows[i] = a.sparse(row[:len(atoms)], atoms)
	}
	inverse := map[uint64]uint64{}
	both := make([]uint64, len(atoms)+len(from))
	for i := range m {
		for j := range i {
			c, people := common(&rows[i], &rows[j], inverse)
			if c == 0 || people == 0 || people >= a.least {
				continue
			}
			copy(both, m[i])
			subtract(both, m[j], c)
			try(both)
		}
	}
	return out
}

// mostPairs bounds the rows of which every two are tried, and without a past those that are reduced at all.
const mostPairs = 400

// mostRows bounds the rows that are reduced at all: the matrix is dense.
const mostRows = 4000

// sparse is the atoms of a row: where its values stand, ascending, and how many people they are.
type sparse struct {
	at     []int
	value  []uint64
	n      []int // of each atom
	people int
}

func (a *audit) sparse(row []uint64, atoms []int32) (s sparse) {
	for i, v := range row {
		if v != 0 {
			s.at, s.value, s.n = append(s.at, i), append(s.value, v), append(s.n, a.answered[atoms[i]])
			s.people += a.answered[atoms[i]]
		}
	}
	return s
}

// common gives the multiple of y that cancels the most people of x, 0 when they share nobody, and how many people x less that
// multiple of y is about. inverse remembers reciprocals.
func common(x, y *sparse, inverse map[uint64]uint64) (best uint64, people int) {
	var ratios [8]uint64 // nearly always one or two
	var cancelled [8]int
	shared, different := 0, 0
	for i, j := 0, 0; i < len(x.at) && j < len(y.at); {
		switch {
		case x.at[i] < y.at[j]:
			i++
			continue
		case x.at[i] > y.at[j]:
			j++
			continue
		}
		by, known := inverse[y.value[j]]
		if !known {
			by = reciprocal(y.value[j])
			inverse[y.value[j]] = by
		}
		ratio := times(x.value[i], by)
		at := slices.Index(ratios[:different], ratio)
		if at < 0 && different < len(ratios) {
			at = different
			ratios[at], different = ratio, different+1
		}
		if at >= 0 {
			cancelled[at] += x.n[i]
		}
		shared += x.n[i]
		i++
		j++
	}
	most := 0
	for i, n := range cancelled[:different] {
		if n > most {
			best, most = ratios[i], n
		}
	}
	return best, x.people + y.people - shared - most
}

func scale(row []uint64, by uint64) {
	for i, v := range row {
		if v != 0 {
			row[i] = times(v, by)
		}
	}
}

// subtract takes a multiple of one row from another.
func subtract(row, other []uint64, by uint64) {
	minus := prime - by
	for i, v := range other {
		if v != 0 {
			row[i] = plus(row[i], times(v, minus))
		}
	}
}

// reciprocal is the inverse of a residue.
func reciprocal(v uint64) uint64 {
	switch v {
	case 1:
		return 1
	case prime - 1:
		return prime - 1
	}
	return power(v, prime-2)
}
