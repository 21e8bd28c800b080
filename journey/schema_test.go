package journey

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// schemaChecker validates a value by the keywords of JSON Schema 2020-12 that Schemas uses. A keyword that it does not
// know fails the test, so nothing is written there that nobody checks.
type schemaChecker struct {
	t    *testing.T
	root map[string]any
	seen map[string]bool // "def.property" that occurred in a valid value
}

func newChecker(t *testing.T, name string) *schemaChecker {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(Schemas()[name], &root); err != nil {
		t.Fatal(err)
	}
	return &schemaChecker{t, root, map[string]bool{}}
}

func (c *schemaChecker) valid(v any) error { return c.check(c.root, v, "", "") }

func (c *schemaChecker) check(schema map[string]any, v any, at, def string) error {
	refuse := func(format string, args ...any) error { return fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)) }
	object, isObject := v.(map[string]any)
	for keyword, arg := range schema {
		switch keyword {
		case "$schema", "$id", "title", "$defs", "description", "default":
		case "$ref":
			name := strings.TrimPrefix(arg.(string), "#/$defs/")
			if err := c.check(c.root["$defs"].(map[string]any)[name].(map[string]any), v, at, name); err != nil {
				return err
			}
		case "allOf":
			for _, one := range arg.([]any) {
				if err := c.check(one.(map[string]any), v, at, def); err != nil {
					return err
				}
			}
		case "anyOf":
			var last error
			for _, one := range arg.([]any) {
				if last = c.check(one.(map[string]any), v, at, def); last == nil {
					break
				}
			}
			if last != nil {
				return last
			}
		case "type":
			kinds, ok := arg.([]any)
			if !ok {
				kinds = []any{arg}
			}
			if !slices.ContainsFunc(kinds, func(k any) bool { return isType(v, k.(string)) }) {
				return refuse("%v is no %v", v, kinds)
			}
		case "enum":
			if !slices.ContainsFunc(arg.([]any), func(one any) bool { return reflect.DeepEqual(one, v) }) {
				return refuse("%v is not one of %v", v, arg)
			}
		case "pattern":
			if s, ok := v.(string); ok && !regexp.MustCompile(arg.(string)).MatchString(s) {
				return refuse("%q does not match %s", s, arg)
			}
		case "minLength":
			if s, ok := v.(string); ok && len(s) < int(arg.(float64)) {
				return refuse("%q is too short", s)
			}
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			x, ok := number64(v)
			limit := arg.(float64)
			if ok && (keyword == "minimum" && x < limit || keyword == "maximum" && x > limit || keyword == "exclusiveMinimum" && x <= limit || keyword == "exclusiveMaximum" && x >= limit) {
				return refuse("%v is beyond %s %v", x, keyword, limit)
			}
		case "items":
			list, _ := v.([]any)
			for i, item := range list {
				if err := c.check(arg.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i), def); err != nil {
					return err
				}
			}
		case "minProperties":
			if isObject && len(object) < int(arg.(float64)) {
				return refuse("too few properties")
			}
		case "required":
			for _, name := range arg.([]any) {
				if _, ok := object[name.(string)]; isObject && !ok {
					return refuse("%s is missing", name)
				}
			}
		case "propertyNames":
			for name := range object {
				if err := c.check(arg.(map[string]any), name, at, def); err != nil {
					return err
				}
			}
		case "properties":
			for name, one := range arg.(map[string]any) {
				if inner, ok := object[name]; ok {
					c.seen[def+"."+name] = true
					if err := c.check(one.(map[string]any), inner, at+"."+name, def); err != nil {
						return err
					}
				}
			}
		case "additionalProperties":
			known, _ := schema["properties"].(map[string]any)
			for name, inner := range object {
				if _, ok := known[name]; ok {
					continue
				}
				if arg == false {
					return refuse("%s is not known", name)
				}
				if err := c.check(arg.(map[string]any), inner, at+"."+name, def); err != nil {
					return err
				}
			}
		default:
			c.t.Fatalf("the schema uses %q, which this test does not check", keyword)
		}
	}
	return nil
}

func number64(v any) (float64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	case r.CanFloat():
		return r.Float(), true
	}
	return 0, false
}

func isType(v any, kind string) bool {
	x, isNumber := number64(v)
	switch v := v.(type) {
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	default:
		_ = v
		return isNumber && (kind == "number" || kind == "integer" && x == float64(int64(x)))
	}
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemas_TakeWhatTheParserTakes(t *testing.T) {
	settings, journeys := newChecker(t, SettingsSchema), newChecker(t, JourneySchema)
	files := map[*schemaChecker]map[string]fs.FS{
		settings: {"koe.yaml": os.DirFS("testdata/base"), "koe.ja.yaml": os.DirFS("layout"), "koe.en.yaml": os.DirFS("layout")},
		journeys: {"journeys/c.yaml": os.DirFS("testdata/base")},
	}
	packed, err := fs.Glob(packs, "packs/*/journeys/*.yaml")
	if err != nil || len(packed) == 0 {
		t.Fatalf("the packs hold %v, %v", packed, err)
	}
	for _, name := range packed {
		files[journeys][name] = packs
	}
	for checker, all := range files {
		for name, from := range all {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				t.Fatal(err)
			}
			if err := checker.valid(decode(t, data)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	// Every key that is described stands in a file that the parser takes: no key goes unread and untested.
	for _, checker := range []*schemaChecker{settings, journeys} {
		for def, body := range checker.root["$defs"].(map[string]any) {
			properties, _ := body.(map[string]any)["properties"].(map[string]any)
			for name := range properties {
				if !checker.seen[def+"."+name] {
					t.Errorf("no file under test has the key %s.%s", def, name)
				}
			}
		}
	}
}

// What the schema refuses, the parser refuses: an editor never marks what koe check takes.
func TestSchemas_RefuseNothingThatTheParserTakes(t *testing.T) {
	refused := 0
	for file, golden := range map[string]string{"koe.yaml": "testdata/bad/koe.txt", "journeys/c.yaml": "testdata/bad/journey.txt"} {
		name := map[string]string{"koe.yaml": SettingsSchema, "journeys/c.yaml": JourneySchema}[file]
		base, err := os.ReadFile("testdata/base/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range readMistakes(t, golden) {
			text := strings.Replace(string(base), strings.Join(m.old, "\n"), strings.Join(m.new, "\n"), 1)
			var v any
			if yaml.Unmarshal([]byte(text), &v) != nil {
				continue
			}
			err := newChecker(t, name).valid(v)
			if err == nil {
				continue
			}
			refused++
			if !slices.ContainsFunc(m.en, func(line string) bool { return !strings.HasPrefix(line, "warning ") }) {
				t.Errorf("%s: the schema says %v, and the parser takes it", m.name, err)
			}
		}
	}
	if refused < 20 {
		t.Errorf("the schemas refused only %d of the mistakes", refused)
	}
}

func TestSchemas_AreJSONSchema2020(t *testing.T) {
	for name, data := range Schemas() {
		var root map[string]any
		if err := json.Unmarshal(data, &root); err != nil {
			t.Fatal(err)
		}
		if root["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: $schema is %v", name, root["$schema"])
		}
		if again := Schemas()[name]; string(again) != string(data) {
			t.Errorf("%s comes out differently the second time", name)
		}
	}
}
