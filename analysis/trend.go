package analysis

import (
	"context"
	"fmt"
	"strings"
)

// standardisedFigures are what the stage-standardised line (METHOD 3.2) has the mean over the stages of.
var standardisedFigures = []string{"mean", "v", "w", "favourable", "neutral", "unfavourable", "scored_favourable", "scored_neutral", "scored_unfavourable"}

// trend fills the table trend (METHOD 2, 3.2).
func (a *analyzer) trend(ctx context.Context) error {
	query, err := a.modelSQL("trend")
	if err != nil {
		return err
	}
	var most int // stages of a journey
	if err := a.conn.QueryRowContext(ctx, "SELECT coalesce(max(stages), 0) FROM (SELECT count(DISTINCT stage_number) AS stages FROM red_cut GROUP BY journey) AS counted").Scan(&most); err != nil {
		return err
	}
	if err := a.fromSums(ctx, scoreSums, inColumns(query, standardisedFigures, max(most, 1))); err != nil || a.shadowed {
		return err
	}
	return a.showPlaced(ctx, "loader") // for trend_test, on the connection that this ran on
}

// inColumns puts columns of figures by place into a query, one row of which has them all ($at_places), and their sums in
// the order of the places ($total_<figure>).
func inColumns(query string, figures []string, places int) string {
	var columns, pairs []string
	for _, figure := range figures {
		var terms []string
		for place := 1; place <= places; place++ {
			columns = append(columns, fmt.Sprintf("max(CASE WHEN place = %d THEN %s END) AS %s_%d", place, figure, figure, place))
			terms = append(terms, fmt.Sprintf("coalesce(%s_%d, 0)", figure, place))
		}
		pairs = append(pairs, "$total_"+figure+" ", "("+strings.Join(terms, " + ")+") ")
	}
	return strings.NewReplacer(append(pairs, "$at_places", strings.Join(columns, ",\n           "))...).Replace(query)
}
