package form

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"koe"

	"golang.org/x/text/language"
)

//go:embed words.json
var wordsFile []byte

// words are the texts of the form itself, by key and language. Texts of the journey come from its file.
type words map[string]koe.Text

func readWords() words {
	var w words
	if err := json.Unmarshal(wordsFile, &w); err != nil {
		panic("words.json is embedded and tested: " + err.Error())
	}
	return w
}

// in gives a text; a language that the form itself does not speak falls back to English, not to Japanese.
func (w words) in(lang, key string, args ...any) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	s := text.In(lang, "en")
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

var nativeNames = map[string]string{
	"ja": "日本語", "en": "English", "zh": "中文", "ko": "한국어", "vi": "Tiếng Việt", "pt": "Português", "es": "Español",
	"fr": "Français", "de": "Deutsch", "it": "Italiano", "id": "Bahasa Indonesia", "th": "ไทย", "ne": "नेपाली", "ar": "العربية", "ru": "Русский",
}

// languageName names a language in itself; an unknown one by its tag.
func languageName(tag string) string {
	if name, ok := nativeNames[tag]; ok {
		return name
	}
	base, rest, found := strings.Cut(tag, "-")
	if name, ok := nativeNames[base]; ok && found {
		return name + " (" + rest + ")"
	}
	return tag
}

// direction is the writing direction of a language.
func direction(lang string) string {
	switch base, _, _ := strings.Cut(lang, "-"); base {
	case "ar", "he", "fa", "ur", "ps", "dv", "yi":
		return "rtl"
	}
	return "ltr"
}

// languagesOf lists the languages in which a whole survey can be read, the organisation's first: tags that every
// question's text has. When the texts share none, the organisation's language alone.
func languagesOf(j *koe.Journey, s *koe.Survey, first string) []string {
	count, texts := map[string]int{}, 0
	for _, id := range s.Asked() {
		if q, ok := j.Question(id); ok {
			texts++
			for tag := range q.Text {
				count[tag]++
			}
		}
	}
	var tags []string
	for tag, n := range count {
		if n == texts {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		return []string{first}
	}
	sort.Slice(tags, func(a, b int) bool {
		if (tags[a] == first) != (tags[b] == first) {
			return tags[a] == first
		}
		return tags[a] < tags[b]
	})
	return tags
}

// oneOf gives the language among all that serves the wish: the tag itself or one of its base language.
func oneOf(all []string, wish string) (string, bool) {
	wish = strings.ToLower(strings.TrimSpace(wish))
	for cut := wish; cut != ""; cut = cut[:max(strings.LastIndexByte(cut, '-'), 0)] {
		for _, tag := range all {
			if strings.ToLower(tag) == cut {
				return tag, true
			}
		}
	}
	if base, _, _ := strings.Cut(wish, "-"); base != "" {
		for _, tag := range all {
			if b, _, _ := strings.Cut(strings.ToLower(tag), "-"); b == base {
				return tag, true
			}
		}
	}
	return "", false
}

// choose gives the first wish that can be had, then what the browser accepts, then the first language there is.
func choose(all []string, accept string, wishes ...string) string {
	for _, wish := range wishes {
		if tag, ok := oneOf(all, wish); ok {
			return tag
		}
	}
	if accepted, _, err := language.ParseAcceptLanguage(accept); err == nil {
		for _, tag := range accepted {
			if tag, ok := oneOf(all, tag.String()); ok {
				return tag
			}
		}
	}
	return all[0]
}

// day writes a date as people of the language do.
func day(d koe.Date, lang string) string {
	if base, _, _ := strings.Cut(lang, "-"); base == "ja" {
		return fmt.Sprintf("%d年%d月%d日（%s）", d.Year, int(d.Month), d.Day, []string{"日", "月", "火", "水", "木", "金", "土"}[d.Weekday()])
	}
	return fmt.Sprintf("%s, %d %s %d", d.Weekday(), d.Day, d.Month, d.Year)
}

// span writes a retention period.
func (w words) span(lang string, p koe.Period) string {
	var parts []string
	add := func(n int, single, plural string) {
		switch {
		case n == 1:
			parts = append(parts, w.in(lang, single))
		case n > 1:
			parts = append(parts, w.in(lang, plural, n))
		}
	}
	add(p.Years, "year", "years")
	add(p.Months, "month", "months")
	add(7*p.Weeks+p.Days, "day", "days")
	separator := " "
	if strings.HasPrefix(lang, "ja") {
		separator = ""
	}
	return strings.Join(parts, separator)
}
