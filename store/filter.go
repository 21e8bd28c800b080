package store

import (
	"fmt"
	"strings"
)

// filter is the WHERE clause of a reading statement, built of the conditions that are asked for.
type filter struct {
	conditions []string
	args       []any
}

// add adds a condition, in which %s stands for the value's placeholder.
func (f *filter) add(condition string, value any) {
	f.args = append(f.args, value)
	f.conditions = append(f.conditions, fmt.Sprintf(condition, fmt.Sprintf("$%d", len(f.args))))
}

// equal adds a condition on a text column, unless the value is empty.
func (f *filter) equal(column, value string) {
	if value != "" {
		f.add(column+" = %s", value)
	}
}

// in adds a condition that a column is one of values, unless there are none.
func (f *filter) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	marks := make([]string, len(values))
	for i, v := range values {
		f.args = append(f.args, v)
		marks[i] = fmt.Sprintf("$%d", len(f.args))
	}
	f.conditions = append(f.conditions, column+" IN ("+strings.Join(marks, ", ")+")")
}

// where writes the clause, and the order after it.
func (f *filter) where(order string) string {
	var b strings.Builder
	if len(f.conditions) > 0 {
		b.WriteString("\nWHERE " + strings.Join(f.conditions, "\n  AND "))
	}
	b.WriteString("\nORDER BY " + order)
	return b.String()
}

// inParts calls fn with at most 500 of the keys at a time, and once with none when there are none.
func inParts(keys []string, fn func([]string) error) error {
	for first := true; first || len(keys) > 0; first = false {
		n := min(len(keys), 500)
		if err := fn(keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// texts turns named strings into strings.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
