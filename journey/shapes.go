package journey

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"koe"
)

// The shapes of koe's own words: ids, texts in several languages, durations, conditions.

var (
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	columnPattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
	eventPattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,64})?$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)
	envPattern      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// checkID refuses an id that could not be a column name, a file name or part of an address.
func checkID(r *reader, at place, id string) bool {
	if idPattern.MatchString(id) {
		return true
	}
	r.failAt(at, "%q is not an id", id).hint("an id is made of A–Z, a–z, 0–9, _ and -, at most 64 of them")
	return false
}

// idShape is the id of something, new or referred to.
type idShape struct{}

func (idShape) read(r *reader, path string, n ast.Node) (string, bool) {
	text, _, _, ok := scalar(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("an id"))
		return "", false
	}
	return text, checkID(r, r.place(path), text)
}

func (idShape) schema(map[string]any) map[string]any {
	return map[string]any{"type": written(), "pattern": idPattern.String()}
}

// textShape is what a person reads: {ja: …, en: …}, or a plain text in the organisation's language.
type textShape struct{}

func (textShape) read(r *reader, path string, n ast.Node) (koe.Text, bool) {
	if text, _, null, ok := scalar(n); ok && !null {
		if strings.TrimSpace(text) == "" {
			r.fail(path, "the text is empty")
			return nil, false
		}
		r.texts = append(r.texts, readText{path, []string{r.own}})
		return koe.Text{r.own: text}, true
	}
	entries, ok := pairs(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("a text such as {ja: …, en: …}"))
		return nil, false
	}
	out, good, seen := koe.Text{}, true, map[string]bool{}
	for _, entry := range entries {
		tag, ok := languageKey(r, n, entry, seen)
		if !ok {
			good = false
			continue
		}
		at := join(path, tag)
		r.keys[at] = placeOf(entry.Key)
		value, ok := resolve(r, at, entry.Value)
		if !ok {
			good = false
			continue
		}
		text, _, null, ok := scalar(value)
		switch {
		case null || ok && strings.TrimSpace(text) == "":
			r.fail(at, "the text is empty")
			good = false
		case !ok:
			r.fail(at, "%s was found, and %s was expected", found(value), phrase("a text"))
			good = false
		default:
			out[tag] = text
		}
	}
	if len(entries) == 0 {
		r.fail(path, "the text is empty")
		good = false
	}
	r.texts = append(r.texts, readText{path, out.Languages()})
	return out, good
}

func (textShape) schema(defs map[string]any) map[string]any {
	defs["text"] = map[string]any{"anyOf": []any{
		map[string]any{"type": written(), "minLength": 1},
		map[string]any{
			"type": "object", "propertyNames": map[string]any{"pattern": languagePattern.String()},
			"additionalProperties": map[string]any{"type": written()}, "minProperties": 1,
			"properties": map[string]any{"ja": map[string]any{}, "en": map[string]any{}},
		},
	}}
	return map[string]any{"$ref": "#/$defs/text"}
}

// languageKey reads a language tag that stands as a key, and knows the country codes that are taken for languages.
func languageKey(r *reader, parent ast.Node, entry *ast.MappingValueNode, seen map[string]bool) (string, bool) {
	tag, ok := keyOf(r, entry, seen)
	if !ok {
		return "", false
	}
	if meant := countryForLanguage(tag); meant != "" || !languagePattern.MatchString(tag) {
		rep := r.failAt(placeOf(entry.Key), "%q is not a language tag", tag)
		if brokenByComma(parent, entry) {
			rep.hint("inside {…} a comma ends the value: put a text that holds a comma between quotes")
		} else if meant != "" {
			rep.hint("did you mean %s?", meant)
		} else {
			rep.hint("write ja, en, pt-BR (BCP 47)")
		}
		return "", false
	}
	return tag, true
}

func countryForLanguage(tag string) string {
	switch strings.ToLower(tag) {
	case "jp", "jpn":
		return "ja"
	case "eng", "us", "gb":
		return "en"
	case "cn":
		return "zh"
	case "kr":
		return "ko"
	}
	return ""
}

// labelsShape is the labels of a scale, by language; a plain list is in the organisation's language.
type labelsShape struct{}

func (labelsShape) read(r *reader, path string, n ast.Node) (map[string][]string, bool) {
	list := listOf[string]{of: anyText()}
	if _, ok := n.(*ast.SequenceNode); ok {
		labels, ok := list.read(r, path, n)
		r.texts = append(r.texts, readText{path, []string{r.own}})
		return map[string][]string{r.own: labels}, ok
	}
	entries, ok := pairs(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("labels such as {ja: […], en: […]}"))
		return nil, false
	}
	out, good, seen := map[string][]string{}, true, map[string]bool{}
	for _, entry := range entries {
		tag, ok := languageKey(r, n, entry, seen)
		if !ok {
			good = false
			continue
		}
		at := join(path, tag)
		r.keys[at] = placeOf(entry.Key)
		value, ok := resolve(r, at, entry.Value)
		if !ok {
			good = false
			continue
		}
		labels, ok := list.read(r, at, value)
		out[tag] = labels
		good = good && ok
	}
	r.texts = append(r.texts, readText{path, slices.Sorted(maps.Keys(out))})
	return out, good
}

func (labelsShape) schema(map[string]any) map[string]any {
	list := map[string]any{"type": "array", "items": map[string]any{"type": written()}}
	return map[string]any{"anyOf": []any{list, map[string]any{
		"type": "object", "propertyNames": map[string]any{"pattern": languagePattern.String()}, "additionalProperties": list,
	}}}
}

// period is an ISO 8601 duration in whole days; signed ones may be negative.
func period(signed bool) scalarShape[koe.Period] {
	expected, pattern := phrase("a duration such as P2M15D, P1Y or P7D"), `^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?$`
	if signed {
		expected, pattern = "a duration such as P2M15D, P1Y or -P30D", `^[+-]?P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?$`
	}
	return scalarShape[koe.Period]{
		expected: expected, limits: map[string]any{"type": "string", "pattern": pattern},
		parse: func(s string) (koe.Period, bool) {
			p, err := koe.ParsePeriod(s)
			return p, err == nil && (signed || !p.Negative)
		},
	}
}

// lateShape is until_close, skip or a duration.
func lateShape() scalarShape[koe.Late] {
	return scalarShape[koe.Late]{
		expected: "until_close, skip, or a duration such as P7D", near: []string{"until_close", "skip"},
		limits: map[string]any{"anyOf": []any{
			map[string]any{"enum": []any{"until_close", "skip"}},
			map[string]any{"type": "string", "pattern": `^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?$`},
		}},
		parse: func(s string) (koe.Late, bool) {
			switch s {
			case "until_close":
				return koe.Late{}, true
			case "skip":
				return koe.Late{Skip: true}, true
			}
			p, err := koe.ParsePeriod(s)
			return koe.Late{Within: p}, err == nil && !p.Negative && !p.IsZero()
		},
	}
}

// conditionShape is a condition; what it says is checked when it is compiled.
func conditionShape() scalarShape[string] {
	s := anyText()
	s.expected = "a condition such as ISO1 >= 4"
	s.limits = map[string]any{"type": []any{"string", "boolean"}}
	return s
}

// eventShape is an event kind: joined, mentor_assigned, attended:exchange.
func eventShape() scalarShape[string] {
	return checked("an event kind such as joined, mentor_assigned or attended:exchange", eventPattern.String(), eventPattern.MatchString)
}

// envShape is the name of an environment variable.
func envShape() scalarShape[string] {
	s := checked("the name of an environment variable", envPattern.String(), envPattern.MatchString)
	s.secret = true
	return s
}
