package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"koe"
)

// querier is a connection, a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// columnsOf lists the column names of a row type: its db tags, in order.
func columnsOf(row reflect.Type) []string {
	columns := make([]string, row.NumField())
	for i := range columns {
		columns[i] = row.Field(i).Tag.Get("db")
	}
	return columns
}

// readTable reads a whole table into values of its row type, ordered by all columns from left to right.
func readTable[T any](ctx context.Context, db querier, table string) ([]T, error) {
	columns := columnsOf(reflect.TypeFor[T]())
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = quote(column)
	}
	return readRows[T](ctx, db, fmt.Sprintf("SELECT %s FROM %s ORDER BY ALL", strings.Join(quoted, ", "), quote(table)))
}

// readRows runs a query whose columns are those of the row type, in the order of its fields.
func readRows[T any](ctx context.Context, db querier, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", reflect.TypeFor[T]().Name(), err)
	}
	defer rows.Close()
	var out []T
	row := new(T)
	value := reflect.ValueOf(row).Elem()
	targets := make([]any, value.NumField())
	for i := range targets {
		targets[i] = target(value.Field(i))
	}
	for rows.Next() {
		value.SetZero()
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read %s: %w", value.Type().Name(), err)
		}
		out = append(out, *row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", reflect.TypeFor[T]().Name(), err)
	}
	return out, nil
}

// target gives what database/sql scans one field into. NULL becomes nil, "" or false.
func target(field reflect.Value) any {
	switch field.Interface().(type) {
	case koe.Text:
		return &jsonText{field}
	case []int64, []string, []float64:
		return &list{field}
	}
	if field.Kind() == reflect.Pointer {
		return field.Addr().Interface()
	}
	return &orZero{field}
}

// orZero scans NULL as the zero value.
type orZero struct{ field reflect.Value }

// Scan implements sql.Scanner.
func (z *orZero) Scan(from any) error {
	if from == nil {
		z.field.SetZero()
		return nil
	}
	if text, ok := from.(string); ok && z.field.Kind() == reflect.String {
		z.field.SetString(text)
		return nil
	}
	value := reflect.ValueOf(from)
	if !value.CanConvert(z.field.Type()) || (z.field.Kind() == reflect.String) != (value.Kind() == reflect.String) {
		return fmt.Errorf("cannot put %T into %s", from, z.field.Type())
	}
	z.field.Set(value.Convert(z.field.Type()))
	return nil
}

// jsonText scans {"ja": …} into a koe.Text.
type jsonText struct{ field reflect.Value }

// Scan implements sql.Scanner.
func (t *jsonText) Scan(from any) error {
	text, _ := from.(string)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), t.field.Addr().Interface())
}

// list scans a DuckDB list into a slice.
type list struct{ field reflect.Value }

// Scan implements sql.Scanner.
func (l *list) Scan(from any) error {
	if from == nil {
		return nil
	}
	elements, ok := from.([]any)
	if !ok {
		return fmt.Errorf("cannot put %T into %s", from, l.field.Type())
	}
	if numbers, ok := l.field.Addr().Interface().(*[]int64); ok {
		*numbers = make([]int64, len(elements))
		for i, element := range elements {
			if (*numbers)[i], ok = element.(int64); !ok {
				return fmt.Errorf("cannot put %T into a list of int64", element)
			}
		}
		return nil
	}
	if texts, ok := l.field.Addr().Interface().(*[]string); ok {
		*texts = make([]string, len(elements))
		for i, element := range elements {
			if text, ok := element.(string); ok {
				(*texts)[i] = text
			} else if element != nil {
				return fmt.Errorf("cannot put %T into a list of texts", element)
			}
		}
		return nil
	}
	slice := reflect.MakeSlice(l.field.Type(), len(elements), len(elements))
	for i, element := range elements {
		if err := (&orZero{slice.Index(i)}).Scan(element); err != nil {
			return err
		}
	}
	l.field.Set(slice)
	return nil
}

// quote makes a name safe as an SQL identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
