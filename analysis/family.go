package analysis

import (
	"fmt"
	"slices"
	"strings"
)

// A family is constructs that share items, with all their items; most are one construct. What is said of an item can be
// compared with what is said of the scores and of the other items: their people must not differ by a few (METHOD 5.2, subset
// rule). So whatever is published of an item of a family of several stands on those who answered all of the family that they were
// asked; main's figures stand on whoever answered the item.
type family struct {
	constructs []*constructLayout
	items      []*questionLayout
}

// families lists the families of more than one item, in the order of the file.
func (l *journeyLayout) families() (all []*family) {
	for _, c := range l.constructs {
		joined := &family{}
		rest := all[:0:0]
		for _, f := range all { // a construct may bring two families together
			if slices.ContainsFunc(c.items, func(q *questionLayout) bool { return slices.Contains(f.items, q) }) {
				joined.constructs = append(joined.constructs, f.constructs...)
				joined.items = append(joined.items, f.items...)
				continue
			}
			rest = append(rest, f)
		}
		joined.constructs = append(joined.constructs, c)
		for _, q := range c.items {
			if !slices.Contains(joined.items, q) {
				joined.items = append(joined.items, q)
			}
		}
		all = append(rest, joined)
	}
	return slices.DeleteFunc(all, func(f *family) bool { return len(f.items) < 2 })
}

// familyOf finds the family of a question; nil for one that stands alone.
func (l *journeyLayout) familyOf(question string) *family {
	for _, f := range l.families() {
		if slices.ContainsFunc(f.items, func(q *questionLayout) bool { return q.ID == question }) {
			return f
		}
	}
	return nil
}

// reductionFamily is what the templates see of a family.
type reductionFamily struct {
	Items      []reductionFamilyItem
	SomeSQL    string // something of it was answered; of a single construct also: and not everything
	MissingSQL string // something was left out that was asked
}

type reductionFamilyItem struct {
	Number             int
	ValueSQL, GivenSQL string
}

func (f *family) reduction() reductionFamily {
	var r reductionFamily
	var some, missing []string
	for _, c := range f.constructs {
		some = append(some, quote(c.answered)+" >= 1")
		if len(f.constructs) == 1 {
			some[0] += fmt.Sprintf(" AND %s < %d", quote(c.answered), len(c.items))
		}
	}
	for _, q := range f.items {
		column := quote(q.column)
		if q.storage == double { // it does not say why there is no answer
			missing = append(missing, column+" IS NULL")
			r.Items = append(r.Items, reductionFamilyItem{q.number, fmt.Sprintf("CAST(round(%s * %d) AS BIGINT)", column, q.unit), column + " IS NOT NULL"})
			continue
		}
		missing = append(missing, fmt.Sprintf("%s < %d", column, leastValue)) // NULL: the survey does not ask it
		r.Items = append(r.Items, reductionFamilyItem{q.number, column, fmt.Sprintf("%s >= %d", column, leastValue)})
	}
	r.SomeSQL, r.MissingSQL = "("+strings.Join(some, " OR ")+")", "("+strings.Join(missing, " OR ")+")"
	return r
}
