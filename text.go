package koe

import (
	"sort"
	"strings"
)

// Text is something a person reads, by language (BCP 47 tag): {ja: …, en: …}.
type Text map[string]string

// In gives the text in the first of the languages that it has: the tag itself, then its base language
// (en for en-GB). With none of them it falls back to ja, en, then the alphabetically first. "" only for an empty Text.
func (t Text) In(langs ...string) string {
	for _, lang := range append(langs[:len(langs):len(langs)], "ja", "en") {
		for lang != "" {
			if s, ok := t[lang]; ok {
				return s
			}
			cut := strings.LastIndexByte(lang, '-')
			lang = lang[:max(cut, 0)]
		}
	}
	tags := t.Languages()
	if len(tags) == 0 {
		return ""
	}
	return t[tags[0]]
}

// Languages lists the text's tags, sorted.
func (t Text) Languages() []string {
	tags := make([]string, 0, len(t))
	for tag := range t {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	return tags
}
