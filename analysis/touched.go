package analysis

import (
	"context"
	"fmt"

	"koe"
)

// What a load changes is remembered as finest groups (cells), in loader.touched: koe analyze then counts these again and
// keeps what it knows of the others (slice.go). A row counts in its cell; what joins the answers of one person counts in the
// cells of all of that person's rows, so these are touched together.

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
	if err := execAll(ctx, in.conn, "INSERT INTO loader.touched SELECT DISTINCT "+journey+", cell "+where); err != nil {
		return err
	}
	return in.noteChanged(ctx, "SELECT person_key "+where+" AND person_key IS NOT NULL")
}

// noteChanged remembers the people that a query gives.
func (in *loader) noteChanged(ctx context.Context, query string) error {
	return execAll(ctx, in.conn, "CREATE TEMP TABLE IF NOT EXISTS changed (key VARCHAR NOT NULL); INSERT INTO temp.changed "+query)
}

// noteAnswers remembers the cells of responses that have just been written and belong to nobody.
func (in *loader) noteAnswers(ctx context.Context, journey *journeyLayout, keys []string) error {
	if err := in.listKeys(ctx, keys); err != nil {
		return err
	}
	return execAll(ctx, in.conn, fmt.Sprintf("INSERT INTO loader.touched SELECT DISTINCT %s, cell FROM %s WHERE person_key IS NULL AND response_key IN (SELECT key FROM temp.keys)",
		literal(journey.ID), quote(journey.table)))
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
	statements := "INSERT INTO loader.touched SELECT DISTINCT journey, cell FROM invitation WHERE person_key IN (SELECT key FROM temp.changed);\n"
	for _, journey := range in.layout.journeys {
		statements += fmt.Sprintf("INSERT INTO loader.touched SELECT DISTINCT %s, cell FROM %s WHERE person_key IN (SELECT key FROM temp.changed);\n",
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
