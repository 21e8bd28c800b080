package analysis

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// item fills the table item (METHOD 2).
func (a *analyzer) item(ctx context.Context) error {
	query, err := a.modelSQL("item")
	if err != nil {
		return err
	}
	return a.fromSums(ctx, itemSums, query)
}

// mostStepColumns is how many different answers of a question are counted in columns at most; more are counted in lists.
const mostStepColumns = 11

// stepColumns writes the columns in which the model item counts the answers of a question, one a step: from its values, added
// up, and their names alone. They are as many as any question has that is counted in columns.
func (l *layout) stepColumns() (counts, sums, names string) {
	most := int64(1)
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if steps := question.steps(); steps <= mostStepColumns {
				most = max(most, steps)
			}
		}
	}
	var c, s, n []string
	for step := range most {
		c = append(c, fmt.Sprintf("sum(CASE WHEN value = low + %[1]d THEN n ELSE 0 END)::BIGINT AS c%[1]d", step))
		s = append(s, fmt.Sprintf("sum(c%d)::BIGINT", step))
		n = append(n, fmt.Sprintf("c%d", step))
	}
	return strings.Join(c, ", "), strings.Join(s, ", "), strings.Join(n, ", ")
}

// mostSquared is how great values may be so that the squares of those of 2^32 people add up in eight bytes.
const mostSquared = 46_340

// sumKinds are the types in which the sums of answers and of scores, and of their squares, are exact.
func (l *layout) sumKinds() (items, scores string) {
	items, scores = "BIGINT", "BIGINT"
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if question.storage == double {
				items = "HUGEINT"
			}
		}
		for _, c := range journey.constructs {
			for _, item := range c.items {
				if item.low == nil || max(math.Abs(*item.low), math.Abs(*item.high))*float64(c.unit*c.steps) > mostSquared {
					scores = "HUGEINT"
				}
			}
		}
	}
	return items, scores
}
