package reports

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"strings"
	"sync"

	"koe"
)

//go:embed texts/texts.csv
var textsCSV []byte

// catalogue is every text of a report in one language, by key.
type catalogue map[string]string

// readTexts reads the catalogue's file: key, ja, en; a language that lacks a text is an error.
var readTexts = sync.OnceValues(func() (map[string]catalogue, error) {
	reader := csv.NewReader(bytes.NewReader(textsCSV))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, koe.Errorf(koe.Internal, "reading the texts of the reports: %w", err)
	}
	langs := rows[0][1:]
	all := map[string]catalogue{}
	for _, lang := range langs {
		all[lang] = catalogue{}
	}
	for _, row := range rows[1:] {
		for i, lang := range langs {
			if row[i+1] == "" {
				return nil, koe.Errorf(koe.Internal, "the text %s has no %s", row[0], lang)
			}
			if _, again := all[lang][row[0]]; again {
				return nil, koe.Errorf(koe.Internal, "the text %s is there twice", row[0])
			}
			all[lang][row[0]] = row[i+1]
		}
	}
	return all, nil
})

// say gives the text of a key with its {placeholders} filled from pairs of name and value. A key that is not there, or a
// placeholder without a value, is a fault in this package; it panics, and a test holds every key.
func (c catalogue) say(key string, pairs ...any) string {
	s, ok := c[key]
	if !ok {
		panic("reports: no text for " + key)
	}
	if !strings.Contains(s, "{") {
		return s
	}
	replace := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replace = append(replace, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(replace...).Replace(s)
}

// has reports whether there is a text for the key.
func (c catalogue) has(key string) bool { _, ok := c[key]; return ok }

// Words gives every text of the reports by language and key, for whoever reads them back.
func Words() (map[string]map[string]string, error) {
	all, err := readTexts()
	if err != nil {
		return nil, err
	}
	out := make(map[string]map[string]string, len(all))
	for lang, c := range all {
		out[lang] = maps.Clone(c)
	}
	return out, nil
}
