package analysis

import (
	"context"
	"fmt"

	"koe"
)

// What a load changes is remembered as finest groups (cells), in loader.touched: koe analyze then counts these again and
// keeps what it knows of the others (slice.go). A row counts in its cell, which is touched as its own; what joins the answers of one
// person counts in the cells of all of that person's rows, so these are touched together.

// note remembers the cells and people of the rows that are about to be deleted; temp.keys lists their keys.
func (in *loader) note(ctx context.Context, tableName, keyColumn string) error {
	where := fmt.Sprintf("FROM %s WHERE %s IN (SELECT key FROM temp.keys)", quote(tableName), quote(keyColumn))
	journey := ""
	switch tableName {
	case "event":
		return in.noteChanged(ctx, "SELECT person_key "+where)
	case "invitation":
		journey = "journey"
	default:
		for _, j := range in.layout.journeys {
			if j.table == tableName {
				journey = literal(j.ID)
			}
		}
	}
	if journey == "" {
		return nil
	}
	if err := in.noteCells(ctx, tableName, journey, keyColumn); err != nil {
		return err
	}
	return in.noteChanged(ctx, "SELECT person_key "+where+" AND person_key IS NOT NULL")
}

// noteChanged remembers the people that a query gives.
func (in *loader) noteChanged(ctx context.Context, query string) error {
	return execAll(ctx, in.conn, "CREATE TEMP TABLE IF NOT EXISTS changed (key VARCHAR NOT NULL); INSERT INTO temp.changed "+query)
}

// noteCells remembers the cells of the rows of invitation or response_* whose keys temp.keys lists; journey is an expression. Whether
// an invitation was answered counts in the invitation's cell.
func (in *loader) noteCells(ctx context.Context, tableName, journey, keyColumn string) error {
	rows := fmt.Sprintf("FROM %s WHERE %s IN (SELECT key FROM temp.keys)", quote(tableName), quote(keyColumn))
	statements := "INSERT INTO loader.touched SELECT DISTINCT " + journey + ", cell, true " + rows
	if tableName != "invitation" {
		statements += ";\nINSERT INTO loader.touched SELECT DISTINCT journey, cell, true FROM invitation WHERE invitation_key IN (SELECT invitation_key " + rows + " AND invitation_key IS NOT NULL)"
	}
	return execAll(ctx, in.conn, statements)
}

// noteWritten remembers the cells of rows that have just been written.
func (in *loader) noteWritten(ctx context.Context, set *rowSet) error {
	journey := "journey"
	if set.answerOf != nil {
		journey = literal(set.answerOf.ID)
	}
	if err := in.listKeys(ctx, set.written); err != nil {
		return err
	}
	return in.noteCells(ctx, set.table, journey, set.keyed)
}

// noteOwn remembers the cells of a journey's responses that a condition picks.
func (in *loader) noteOwn(ctx context.Context, journey *journeyLayout, where string) error {
	if in.fresh {
		return nil // nothing has been counted yet
	}
	return execAll(ctx, in.conn, fmt.Sprintf("INSERT INTO loader.touched SELECT DISTINCT %s, cell, true FROM %s AS r WHERE %s", literal(journey.ID), quote(journey.table), where))
}

// listChanged lists, in temp.changed, the people that the load changed anything of; nobody when it began from nothing.
func (in *loader) listChanged(ctx context.Context) error {
	if in.fresh {
		return nil
	}
	keys := make([]string, 0, len(in.changed))
	for key := range in.changed {
		keys = append(keys, string(key))
	}
	if err := in.listKeys(ctx, keys); err != nil {
		return err
	}
	return in.noteChanged(ctx, "SELECT key FROM temp.keys")
}

// touch remembers every cell of the people in temp.changed.
func (in *loader) touch(ctx context.Context) error {
	if in.fresh {
		return nil // nothing has been counted yet
	}
	statements := "INSERT INTO loader.touched SELECT DISTINCT journey, cell, false FROM invitation WHERE person_key IN (SELECT key FROM temp.changed);\n"
	for _, journey := range in.layout.journeys {
		statements += fmt.Sprintf("INSERT INTO loader.touched SELECT DISTINCT %s, cell, false FROM %s WHERE person_key IN (SELECT key FROM temp.changed);\n",
			literal(journey.ID), quote(journey.table))
	}
	return execAll(ctx, in.conn, statements+"DROP TABLE temp.changed")
}

// change marks a person as changed by this load.
func (in *loader) change(key koe.PersonKey) {
	if !in.fresh && key != "" {
		in.changed[key] = true
	}
}
