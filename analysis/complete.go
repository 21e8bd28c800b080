package analysis

import (
	"context"
	_ "embed" // for the statement
	"fmt"
	"strings"

	"koe"
)

//go:embed sql/complete_item.sql
var completeItemSQL string

// completeItems leaves, in temp.item_rows and the table item as disclosure control sees them, of each family only the answers of
// people who answered all of it that they were asked. The others are taken off by the model's own statements, over their
// answers alone.
func (a *analyzer) completeItems(ctx context.Context) error {
	if err := a.reduceAgain(ctx, "red_partial_item"); err != nil {
		return err
	}
	var partial bool
	if err := a.conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM red_partial_item").Scan(&partial); err != nil || !partial {
		return err
	}
	model, err := a.modelSQL("item")
	if err != nil {
		return err
	}
	model = strings.NewReplacer("red_item ", "red_partial_item ", "item_parts", "partial_parts", "item_sums", "partial_sums").Replace(model)
	sums, rows, found := strings.Cut(model, "INSERT INTO ")
	_, rows, also := strings.Cut(rows, "placed_item\n")
	if !found || !also {
		return koe.Errorf(koe.Internal, "the model item has no INSERT")
	}
	sums += "CREATE OR REPLACE TEMP TABLE placed_partial AS\n" + rows + "CREATE OR REPLACE TEMP VIEW partial_rows AS " + a.layout.itemRows("temp.placed_partial") + ";\n"
	if err := a.exec(ctx, sums+completeItemSQL); err != nil {
		return fmt.Errorf("take off who left an item out: %w", err)
	}
	return nil
}
