package analysis

import (
	"context"
	"fmt"
	"math"
	"slices"
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

// countedSteps is how many steps the question with the most of them has, of those that are counted in columns.
func (l *layout) countedSteps() int {
	most := int64(1)
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if steps := question.steps(); steps <= mostStepColumns {
				most = max(most, steps)
			}
		}
	}
	return int(most)
}

// stepColumn names the column that counts one step, from 0.
func stepColumn(step int) string { return fmt.Sprintf("c%d", step) }

// stepOf takes it from the list counts.
func stepOf(step int) string { return fmt.Sprintf("coalesce(counts[%d], 0)", step+1) }

// steps writes what the model item does with the columns of steps ($step_...): it counts answers in them, adds them up, and makes of them the sums of
// answers, of their squares and of the sides, and lists as long as the question has steps. Of a question that is counted so an answer is first and the step.
func (l *layout) steps() []string {
	var all, counts, sums, first, second, good, bad, sides []string
	list, seen := "", map[int64]bool{}
	for step := range l.countedSteps() {
		c := stepColumn(step)
		all = append(all, c)
		counts = append(counts, fmt.Sprintf("CASE WHEN value = low + %d THEN n ELSE 0 END AS %s", step, c))
		sums = append(sums, fmt.Sprintf("sum(%s)::BIGINT AS %[1]s", c))
		first = append(first, fmt.Sprintf("%s * (first + %d)", c, step))
		second = append(second, fmt.Sprintf("%s * (first + %d) * (first + %[2]d)", c, step))
		good, bad = append(good, fmt.Sprintf("%s * g%d", c, step)), append(bad, fmt.Sprintf("%s * b%d", c, step))
		for side, ends := range map[string]string{"g": "good", "b": "bad"} {
			sides = append(sides, fmt.Sprintf("CASE WHEN first + %[1]d >= %[3]s_from AND first + %[1]d <= %[3]s_to THEN 1 ELSE 0 END AS %[2]s%[1]d", step, side, ends))
		}
	}
	many := false
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			steps := question.steps()
			switch {
			case steps > mostStepColumns:
				many = true
			case steps > 0 && !seen[steps]:
				seen[steps] = true
				list += fmt.Sprintf(" WHEN %d THEN [%s]", steps, strings.Join(all[:steps], ", "))
			}
		}
	}
	slices.Sort(sides)
	listed, more := "", "NULL"
	if many {
		listed, more = "LEFT JOIN listed USING (item, who, stage_number, wave_number)", "list_transform(range(steps), lambda s: coalesce(steps_counted[s::INTEGER], 0))"
	}
	return []string{
		"$step_counts", strings.Join(counts, ", "), "$step_sums", strings.Join(sums, ", "), "$steps", strings.Join(all, ", "), "$step_first", strings.Join(first, " + "), "$step_second", strings.Join(second, " + "),
		"$step_good", strings.Join(good, " + "), "$step_bad", strings.Join(bad, " + "),
		"$step_lists", fmt.Sprintf("CASE steps WHEN 0 THEN [0]%s ELSE %s END::BIGINT[] AS counts", list, more), "$listed", listed,
		"$questions", fmt.Sprintf(`SELECT item, kind IN ('scale', 'number', 'yesno', 'consent') AS measured, good_from IS NOT NULL AS sided, unit, steps, coalesce(steps <= %d, false) AS few, first, %s
    FROM (SELECT *, coalesce(low, 1)::BIGINT AS first FROM red_question) AS q`, mostStepColumns, strings.Join(sides, ", ")),
	}
}

// summedRows is a query of rows of item by number, as model item made them, with the sums of all of them.
func (l *layout) summedRows(placed string) string {
	columns := make([]string, l.countedSteps())
	for step := range columns {
		columns[step] = stepOf(step) + " AS " + stepColumn(step)
	}
	items, _ := l.sumKinds()
	return strings.NewReplacer(append(l.steps(), "$columns", strings.Join(columns, ", "), "$placed", placed, "$item_sum", items)...).Replace(`WITH questions AS ($questions), placed AS (SELECT *, $columns FROM $placed)
SELECT n, mean, sd, favourable, neutral, unfavourable, counts, (CASE WHEN few THEN $step_first ELSE s1 END)::$item_sum AS s1, (CASE WHEN few THEN $step_second ELSE s2 END)::$item_sum AS s2,
    CASE WHEN few THEN $step_good ELSE good END AS good, CASE WHEN few THEN $step_bad ELSE bad END AS bad, item, who, stage_number, wave_number
FROM placed JOIN questions USING (item)`)
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
