package analysis

import (
	"database/sql/driver"
	"time"

	"koe"
)

// shared keeps what many rows of a load have in common in the form that the driver takes, so that a row makes next to no
// garbage: names of stages, days, the members of a unit. It is for one goroutine.
type shared struct {
	layout  *layout
	columns []string // roster columns that make up the segments
	texts   map[string]driver.Value
	days    map[koe.Date]driver.Value
	waves   map[koe.Date]string
	units   map[string]*unit
}

// unit is where somebody works, as the segments see it.
type unit struct {
	members []string       // in the order of layout.segments
	values  []driver.Value // the same
}

func newShared(l *layout) *shared {
	s := &shared{layout: l, texts: map[string]driver.Value{}, days: map[koe.Date]driver.Value{}, waves: map[koe.Date]string{}, units: map[string]*unit{}}
	for _, hierarchy := range l.settings.Segments {
		s.columns = append(s.columns, hierarchy...)
	}
	return s
}

// text is for words that come again and again; a key is not.
func (s *shared) text(word string) driver.Value {
	value, ok := s.texts[word]
	if !ok {
		value = word
		s.texts[word] = value
	}
	return value
}

// textOrNull is text; NULL for "".
func (s *shared) textOrNull(word string) driver.Value {
	if word == "" {
		return nil
	}
	return s.text(word)
}

// day gives a DATE; NULL for no day.
func (s *shared) day(d koe.Date) driver.Value {
	if d.IsZero() {
		return nil
	}
	value, ok := s.days[d]
	if !ok {
		value = d.In(time.UTC)
		s.days[d] = value
	}
	return value
}

// quarter is quarterOf.
func (s *shared) quarter(d koe.Date) string {
	name, ok := s.waves[d]
	if !ok {
		name = quarterOf(d)
		s.waves[d] = name
	}
	return name
}

// unit finds the members of the segments for the values of a roster row.
func (s *shared) unit(values map[string]string) *unit {
	key := make([]byte, 0, 256)
	for _, column := range s.columns {
		key = append(key, values[column]...)
		key = append(key, 0)
	}
	found, ok := s.units[string(key)]
	if !ok {
		found = &unit{members: s.layout.members(values)}
		for _, member := range found.members {
			found.values = append(found.values, member)
		}
		s.units[string(key)] = found
	}
	return found
}
