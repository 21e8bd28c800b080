package disclosure

import "slices"

// earlier is a space of nearly the same equations. What elimination makes of an equation is the same again, to the number, when the
// columns that it comes by are the pivots of the same rows as before: then it is copied. A column that another row has for its
// pivot now is noted (other); a row that has one passes it on.
type earlier struct {
	*basis
	next      int     // source that was not looked at yet
	same      []int32 // of each row: where it stands in the space that is made, with the same numbers and the same pivot; or -1
	reweighed []bool  // of each column: its weight is another now
	other     []bool  // of each column
	touched   []bool  // of each row of the space that is made: it has such a column
	first     []int32 // of each column: the last of holders that is a row of it, or -1
	holders   []holder
}

// holder is one row that has a column.
type holder struct{ row, next int32 }

func newEarlier(before *basis, weight []int32) *earlier {
	e := &earlier{basis: before, same: make([]int32, len(before.rows)), reweighed: make([]bool, len(weight)), other: make([]bool, len(weight)), first: make([]int32, len(weight))}
	for i := range e.same {
		e.same[i] = -1
	}
	for c := range weight {
		e.first[c] = -1
		e.reweighed[c] = weight[c] != before.weight[c]
	}
	return e
}

// putAgain puts an equation into a space as put does.
func (b *basis) putAgain(source int32, old *earlier) {
	was := old.find(&b.equations[source])
	if was >= 0 && old.stays(was) {
		uses := old.follows[was]
		if old.row[was] >= 0 {
			uses = old.rows[old.row[was]].uses
		}
		again := take(&b.spareUses, len(uses))
		for i, u := range uses {
			again[i] = use{old.same[u.of], u.factor}
		}
		if b.row[source] = -1; old.row[was] < 0 {
			b.follows[source] = again
			return
		}
		r := old.rows[old.row[was]]
		r.source, r.uses = source, again
		if slices.ContainsFunc(r.at, func(c int32) bool { return old.reweighed[c] }) {
			b.choosePivot(&r)
		}
		b.row[source] = b.place(r)
	} else {
		b.put(source)
	}
	old.compare(b, was, b.row[source])
}

// find gives the source of the same equation, or -1. What comes before it in order is in the list no more.
func (e *earlier) find(equation *equation) int {
	for e.next < len(e.row) {
		order := compareEquations(&e.equations[e.next], equation)
		if order > 0 {
			return -1
		}
		if e.next++; order == 0 {
			return e.next - 1
		}
	}
	return -1
}

// stays reports whether elimination comes by nothing that is another.
func (e *earlier) stays(was int) bool {
	uses := e.follows[was]
	if row := e.row[was]; row >= 0 {
		uses = e.rows[row].uses
	}
	for _, u := range uses {
		if at := e.same[u.of]; at < 0 || e.touched[at] {
			return false
		}
	}
	return !slices.ContainsFunc(e.equations[was].set, func(c int32) bool { return e.other[c] })
}

// compare notes what an equation became (at, or -1), and what of that is another than it was (was: its source, or -1).
func (e *earlier) compare(b *basis, was int, at int32) {
	if at >= 0 {
		touched := false
		for _, c := range b.rows[at].at {
			touched = touched || e.other[c]
			e.holders = append(e.holders, holder{at, e.first[c]})
			e.first[c] = int32(len(e.holders) - 1)
		}
		e.touched = append(e.touched, touched)
	}
	if at < 0 {
		return // who was made of its row finds that it is not there
	}
	if was >= 0 && e.row[was] >= 0 {
		x, y := &e.rows[e.row[was]], &b.rows[at]
		if x.pivot == y.pivot && slices.Equal(x.at, y.at) && slices.Equal(x.value, y.value) {
			e.same[e.row[was]] = at
			return
		}
	}
	e.note(b.rows[at].pivot)
}

// note notes that a column's pivot is another.
func (e *earlier) note(column int32) {
	if e.other[column] {
		return
	}
	e.other[column] = true
	for h := e.first[column]; h >= 0; h = e.holders[h].next {
		e.touched[e.holders[h].row] = true
	}
}
