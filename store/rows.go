package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"koe"
)

// timeLayout is how a time is stored: UTC, of one width, so that text order is time order.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// stamp writes a time as it is stored; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// parseStamp reads a stored time.
func parseStamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("the store holds %q where a time belongs", s)
	}
	return t, nil
}

// parseDate reads a stored date.
func parseDate(s string) (koe.Date, error) {
	if s == "" {
		return koe.Date{}, nil
	}
	return koe.ParseDate(s)
}

// toJSON writes a value as it is stored. Maps come out sorted, so that equal values are equal text.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// segmentsJSON writes segments; values of "" are left out.
func segmentsJSON(segments map[string]string) (string, error) {
	kept := make(map[string]string, len(segments))
	for column, value := range segments {
		if value != "" {
			kept[column] = value
		}
	}
	return toJSON(kept)
}

// fromJSON reads a stored value; "" leaves it as it is.
func fromJSON(s string, v any) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return fmt.Errorf("the store holds %.40q where JSON belongs: %w", s, err)
	}
	return nil
}

// segmentsReader reads stored segments. The same text comes for everybody in a unit, and is parsed once.
type segmentsReader map[string]map[string]string

// read gives a map of the caller's own.
func (r segmentsReader) read(text string, to *map[string]string) error {
	known, ok := r[text]
	if !ok {
		if err := fromJSON(text, &known); err != nil {
			return err
		}
		r[text] = known
	}
	*to = maps.Clone(known)
	return nil
}

// field is a stored text and where it goes.
type field struct {
	text string
	to   any // *time.Time, *koe.Date, or what JSON is read into
}

// read reads stored texts into their places.
func read(fields ...field) error {
	for _, f := range fields {
		var err error
		switch to := f.to.(type) {
		case *time.Time:
			*to, err = parseStamp(f.text)
		case *koe.Date:
			*to, err = parseDate(f.text)
		default:
			err = fromJSON(f.text, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// number writes a boolean as it is stored.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
