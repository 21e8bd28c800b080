package analysis

import (
	"context"
	"fmt"
	"math"
	"strconv"
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

// steps writes what the model item does with the columns of steps ($step_...): it counts answers in them and adds them up. Of questions of more steps it
// makes lists.
func (l *layout) steps() []string {
	var all, counts, sums []string
	for step := range l.countedSteps() {
		c := stepColumn(step)
		all = append(all, c)
		counts = append(counts, fmt.Sprintf("CASE WHEN value = low + %d THEN n ELSE 0 END AS %s", step, c))
		sums = append(sums, fmt.Sprintf("sum(%s)::BIGINT AS %[1]s", c))
	}
	lists, listed := "NULL", ""
	uncounted := []string{"NULL"} // numbers of the questions whose answers are not counted in columns
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if steps := question.steps(); steps == 0 || steps > mostStepColumns {
				uncounted = append(uncounted, strconv.Itoa(question.number))
			}
			if question.steps() > mostStepColumns {
				lists = "CASE WHEN steps IS NOT NULL THEN list_transform(range(steps), lambda s: coalesce(steps_counted[s::INTEGER], 0)) END"
				listed = fmt.Sprintf("LEFT JOIN (SELECT item, steps FROM red_question WHERE steps > %d) AS many USING (item) LEFT JOIN listed USING (item, who, stage_number, wave_number)", mostStepColumns)
			}
		}
	}
	return []string{"$step_counts", strings.Join(counts, ", "), "$step_sums", strings.Join(sums, ", "), "$steps", strings.Join(all, ", "), "$step_lists", lists + "::BIGINT[]", "$listed", listed, "$uncounted", strings.Join(uncounted, ", ")}
}

// itemRows is a query of the rows of item by number, with their exact sums, from the table that holds these. What is counted by steps has its sums of answers,
// of their squares and of the sides from the counts — of a question that is counted so an answer is first and the step —, and lists as long as the question has steps.
func (l *layout) itemRows(placed string) string {
	var all, first, second, good, bad, sides []string
	for step := range l.countedSteps() {
		c := stepColumn(step)
		all = append(all, c)
		first = append(first, fmt.Sprintf("%s * (first + %d)", c, step))
		second = append(second, fmt.Sprintf("%s * (first + %d) * (first + %[2]d)", c, step))
		good, bad = append(good, fmt.Sprintf("%s * g%d", c, step)), append(bad, fmt.Sprintf("%s * b%d", c, step))
		for _, side := range []string{"good", "bad"} {
			sides = append(sides, fmt.Sprintf("CASE WHEN first + %[1]d >= %[2]s_from AND first + %[1]d <= %[2]s_to THEN 1 ELSE 0 END AS %[3]c%[1]d", step, side, side[0]))
		}
	}
	lists, seen := "", map[int64]bool{}
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if steps := question.steps(); steps > 0 && steps <= mostStepColumns && !seen[steps] {
				seen[steps] = true
				lists += fmt.Sprintf(" WHEN %d THEN [%s]", steps, strings.Join(all[:steps], ", "))
			}
		}
	}
	items, _ := l.sumKinds()
	return strings.NewReplacer("$first", strings.Join(first, " + "), "$second", strings.Join(second, " + "), "$good", strings.Join(good, " + "), "$bad", strings.Join(bad, " + "),
		"$lists", lists, "$sides", strings.Join(sides, ", "), "$item_sum", items, "$placed", placed, "$most_columns", fmt.Sprint(mostStepColumns), "$spread", spread("n", "s1", "s2", "unit")).Replace(
		`WITH questions AS (
    SELECT item, kind IN ('scale', 'number', 'yesno', 'consent') AS measured, good_from IS NOT NULL AS sided, unit, steps, coalesce(steps <= $most_columns, false) AS few, first, $sides
    FROM (SELECT *, coalesce(low, 1)::BIGINT AS first FROM red_question) AS q
), counted AS (
    SELECT item, who, stage_number, wave_number, n, measured, sided, unit, (CASE WHEN few THEN $first ELSE s1 END)::$item_sum AS s1, (CASE WHEN few THEN $second ELSE s2 END)::$item_sum AS s2,
        CASE WHEN few THEN $good ELSE good END AS good, CASE WHEN few THEN $bad ELSE bad END AS bad, CASE steps WHEN 0 THEN [0]$lists ELSE counts END::BIGINT[] AS counts
    FROM $placed JOIN questions USING (item)
)
SELECT n, CASE WHEN measured THEN s1::DOUBLE / n / unit END AS mean, CASE WHEN measured AND n > 1 THEN $spread END AS sd,
    CASE WHEN sided THEN good / n END AS favourable, CASE WHEN sided THEN (n - good - bad) / n END AS neutral, CASE WHEN sided THEN bad / n END AS unfavourable,
    counts, s1, s2, good, bad, item, who, stage_number, wave_number
FROM counted`)
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
