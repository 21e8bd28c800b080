package sandbox

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/text/width"

	"koe"
)

// writeRows writes at most limit rows.
func writeRows(out *bufio.Writer, rows *sql.Rows, format string, limit int) (Result, error) {
	columns, err := rows.Columns()
	if err != nil {
		return Result{}, err
	}
	w, err := newWriter(out, format, columns)
	if err != nil {
		return Result{}, err
	}
	var result Result
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if result.Rows == limit {
			result.Truncated = true
			break
		}
		if err := rows.Scan(targets...); err != nil {
			return result, err
		}
		if err := w.row(values); err != nil {
			return result, err
		}
		result.Rows++
	}
	if err := rows.Err(); err != nil {
		return result, err
	}
	return result, w.end()
}

// rowWriter writes rows in one format.
type rowWriter interface {
	row(values []any) error
	end() error
}

func newWriter(out *bufio.Writer, format string, columns []string) (rowWriter, error) {
	switch format {
	case "table":
		return &tableWriter{out: out, lines: [][]string{columns}, right: make([]bool, len(columns))}, nil
	case "csv":
		w := &csvWriter{csv.NewWriter(out), make([]string, len(columns))}
		return w, w.csv.Write(columns)
	case "json":
		return &jsonWriter{out: out, columns: columns}, nil
	case "rows":
		w := &linesWriter{json.NewEncoder(out)}
		w.encoder.SetEscapeHTML(false)
		return w, w.encoder.Encode(columns)
	}
	return nil, koe.Errorf(koe.Invalid, "there is no format %q; take table, csv, json, xlsx or parquet", format)
}

// text writes a value as a reader expects it: shortest exact numbers, ISO dates, NULL as "".
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return fmt.Sprintf("%x", v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case time.Time:
		switch {
		case v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 && v.Nanosecond() == 0:
			return v.Format(time.DateOnly)
		default:
			return v.Format("2006-01-02T15:04:05.999999")
		}
	case *big.Int:
		return v.String()
	case fmt.Stringer:
		return v.String()
	}
	switch reflect.ValueOf(value).Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct:
		content, err := json.Marshal(plain(value))
		if err == nil {
			return string(content)
		}
	}
	return fmt.Sprint(value)
}

// plain gives a value as JSON has it.
func plain(value any) any {
	switch v := value.(type) {
	case nil, bool, string, int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		return v
	case float32:
		return plain(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(v.String())
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = plain(element)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, element := range v {
			out[key] = plain(element)
		}
		return out
	}
	return text(value)
}

type csvWriter struct {
	csv    *csv.Writer
	record []string
}

func (w *csvWriter) row(values []any) error {
	for i, value := range values {
		w.record[i] = text(value)
	}
	return w.csv.Write(w.record)
}

func (w *csvWriter) end() error {
	w.csv.Flush()
	return w.csv.Error()
}

type jsonWriter struct {
	out     *bufio.Writer
	columns []string
	rows    int
}

func (w *jsonWriter) row(values []any) error {
	separator := ",\n"
	if w.rows == 0 {
		separator = "[\n"
	}
	w.rows++
	if _, err := w.out.WriteString(separator); err != nil {
		return err
	}
	for i, value := range values {
		name, err := json.Marshal(w.columns[i])
		if err != nil {
			return err
		}
		content, err := json.Marshal(plain(value))
		if err != nil {
			return err
		}
		opening := ", "
		if i == 0 {
			opening = " {"
		}
		if _, err := fmt.Fprintf(w.out, "%s%s: %s", opening, name, content); err != nil {
			return err
		}
	}
	return w.out.WriteByte('}')
}

func (w *jsonWriter) end() error {
	closing := "\n]\n"
	if w.rows == 0 {
		closing = "[]\n"
	}
	_, err := w.out.WriteString(closing)
	return err
}

type linesWriter struct{ encoder *json.Encoder }

func (w *linesWriter) row(values []any) error {
	out := make([]any, len(values))
	for i, value := range values {
		out[i] = plain(value)
	}
	return w.encoder.Encode(out)
}

func (w *linesWriter) end() error { return nil }

// tableWriter lines columns up; a Japanese letter is as wide as two others.
type tableWriter struct {
	out   *bufio.Writer
	lines [][]string
	right []bool // numbers
}

func (w *tableWriter) row(values []any) error {
	line := make([]string, len(values))
	for i, value := range values {
		switch value.(type) {
		case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64, *big.Int, duckdb.Decimal:
			w.right[i] = true
		}
		line[i] = strings.NewReplacer("\n", "⏎", "\t", " ").Replace(text(value))
		if value == nil {
			line[i] = "NULL"
		}
	}
	w.lines = append(w.lines, line)
	return nil
}

func (w *tableWriter) end() error {
	widths := make([]int, len(w.right))
	for _, line := range w.lines {
		for i, cell := range line {
			widths[i] = max(widths[i], columnsOf(cell))
		}
	}
	for n, line := range w.lines {
		for i, cell := range line {
			padding := strings.Repeat(" ", widths[i]-columnsOf(cell))
			gap := "  "
			if i == 0 {
				gap = ""
			}
			switch {
			case w.right[i]:
				cell = padding + cell
			case i < len(line)-1:
				cell += padding
			}
			if _, err := w.out.WriteString(gap + cell); err != nil {
				return err
			}
		}
		if err := w.out.WriteByte('\n'); err != nil {
			return err
		}
		if n == 0 {
			total := 2 * (len(widths) - 1)
			for _, width := range widths {
				total += width
			}
			if _, err := w.out.WriteString(strings.Repeat("─", max(total, 0)) + "\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnsOf is how many columns of a terminal a text takes.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
