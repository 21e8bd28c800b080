package audit

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// What hangs together is mixed for so many changes of columns, each of as many multiplications as it has rows and columns. Of what
// would not have the least of changes, only as many rows at a time are mixed as do.
const (
	mostChanges         = 300
	leastChanges        = 10
	mostMultiplications = 10_000_000
)

// mixed goes through vectors of the space of some rows, those of few columns among them. A basis shows the shortest of its vectors only where its
// leading columns happen to lie well, so the columns change places by lot, one at a time, and every row that is another then
// is tried, and its sum and difference with the one that changed it (A. Canteaut, F. Chabaud: A new algorithm for finding minimum-weight words in a linear code, 1998). The lot is the
// same every time.
func mixed(rows [][]entry, try func([]entry)) {
	for _, part := range connected(rows) {
		from, columns := 0, map[int32]bool{}
		note := func(row []entry) {
			for _, e := range row {
				columns[e.column] = true
			}
		}
		for i, row := range part {
			if note(row); (i+1-from)*len(columns) > mostMultiplications/leastChanges && i > from {
				mix(part[from:i], try)
				from = i
				clear(columns)
				note(row)
			}
		}
		mix(part[from:], try)
	}
}

// connected parts vectors so that no two parts have a column in common, each in the order of the vectors.
func connected(rows [][]entry) (parts [][][]entry) {
	of := map[int32]int{} // of each column: the first row that it is in
	join := make([]int, len(rows))
	var first func(i int) int
	first = func(i int) int {
		if join[i] != i {
			join[i] = first(join[i])
		}
		return join[i]
	}
	for i, row := range rows {
		join[i] = i
		for _, e := range row {
			if other, known := of[e.column]; known {
				x, y := first(i), first(other)
				join[max(x, y)] = min(x, y)
			} else {
				of[e.column] = i
			}
		}
	}
	number := map[int]int{}
	for i, row := range rows {
		at, known := number[first(i)]
		if !known {
			at = len(parts)
			number[first(i)] = at
			parts = append(parts, nil)
		}
		parts[at] = append(parts[at], row)
	}
	return parts
}

// mix is mixed for rows that hang together. A row alone has no other form.
func mix(rows [][]entry, try func([]entry)) {
	if len(rows) < 2 {
		return
	}
	numbers := map[int32]int{}
	for _, row := range rows {
		for _, e := range row {
			numbers[e.column] = 0
		}
	}
	columns := slices.Sorted(maps.Keys(numbers))
	for i, c := range columns {
		numbers[c] = i
	}
	m, leads := make([][]uint64, len(rows)), make([]int, len(rows))
	for i, row := range rows {
		m[i] = make([]uint64, len(columns))
		for _, e := range row {
			m[i][numbers[e.column]] = e.value
		}
		leads[i] = -1
	}
	lead := func(i, column int) (changed []int) {
		leads[i] = column
		f := inverse(m[i][column])
		for c, x := range m[i] {
			if x != 0 {
				m[i][c] = mul(x, f)
			}
		}
		for k := range m {
			if f := m[k][column]; k != i && f != 0 {
				for c, x := range m[i] {
					if x != 0 {
						m[k][c] = sub(m[k][c], mul(f, x))
					}
				}
				changed = append(changed, k)
			}
		}
		return append(changed, i)
	}
	random := rand.New(rand.NewPCG(1998, uint64(len(columns))))
	pick := func(row []uint64, not int) int {
		var some []int
		for c, x := range row {
			if x != 0 && c != not {
				some = append(some, c)
			}
		}
		if len(some) == 0 {
			return -1
		}
		return some[random.IntN(len(some))]
	}
	for i := range m {
		if at := pick(m[i], -1); at >= 0 {
			lead(i, at)
		}
	}
	for range min(mostChanges, mostMultiplications/max(len(rows)*len(columns), 1)) {
		i := random.IntN(len(m))
		at := pick(m[i], leads[i])
		if at < 0 {
			continue // it has no column but its own: it was tried
		}
		for _, k := range lead(i, at) {
			for _, times := range []uint64{0, 1, prime - 1} { // alone, and with the row of the new column taken off or added
				if k == i && times > 0 {
					continue
				}
				var v []entry
				for c, x := range m[k] {
					if x = sub(x, mul(times, m[i][c])); x != 0 {
						v = append(v, entry{columns[c], x})
					}
				}
				try(v)
			}
		}
	}
}
