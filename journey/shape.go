package journey

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A shape describes one kind of value once, for both of its readers: the strict parser, and the JSON Schema that
// editors use. So the two cannot drift apart.
type shape[T any] interface {
	// read takes a node that stands at path. It reports what does not fit and then gives false.
	read(r *reader, path string, n ast.Node) (T, bool)
	// schema gives the JSON Schema of the value; objects are put into defs and referred to.
	schema(defs map[string]any) map[string]any
}

// scalarShape is a single value that is written as text.
type scalarShape[T any] struct {
	expected phrase // "a duration such as P2M15D"
	parse    func(text string) (T, bool)
	number   bool           // must stand without quotes, as numbers and true/false do
	limits   map[string]any // what else the schema says: type, pattern, enum, minimum
	near     []string       // the allowed values, when they are few
	between  *[2]int        // the bounds of a whole number
	secret   bool           // what stands here by mistake may be a secret: it is not repeated
}

func (s scalarShape[T]) read(r *reader, path string, n ast.Node) (zero T, ok bool) {
	text, quoted, _, isScalar := scalar(n)
	if isScalar && !(s.number && quoted) {
		if v, ok := s.parse(text); ok {
			return v, true
		}
	}
	rep := r.fail(path, "%s was found, and %s was expected", s.found(n), s.expects(r.language))
	if isScalar && len(s.near) > 0 && nearest(text, s.near) != "" {
		rep.near(text, s.near)
	} else if isScalar && s.number && quoted {
		if _, ok := s.parse(text); ok {
			rep.hint("write it without quotes")
		}
	}
	return zero, false
}

// found says what stands where the value should.
func (s scalarShape[T]) found(n ast.Node) any {
	if _, _, null, ok := scalar(n); ok && !null && s.secret {
		return phrase("something else")
	}
	return found(n)
}

// expects says what should stand there.
func (s scalarShape[T]) expects(language string) any {
	switch {
	case s.between != nil:
		return sentence(language, "a whole number from %d to %d", s.between[0], s.between[1])
	case s.expected == "":
		return sentence(language, "one of %s", strings.Join(s.near, ", "))
	}
	return s.expected
}

func (s scalarShape[T]) schema(map[string]any) map[string]any { return maps.Clone(s.limits) }

// written is the JSON type of a text that is taken as it is written: 0 and true too.
func written() []any { return []any{"string", "number", "boolean"} }

// anyText is a text that a machine reads: a path, a name. It is never empty.
func anyText() scalarShape[string] {
	return scalarShape[string]{
		expected: "a text", limits: map[string]any{"type": written(), "minLength": 1},
		parse: func(s string) (string, bool) { return s, strings.TrimSpace(s) != "" },
	}
}

// checked is a text that a function accepts or not.
func checked(expected phrase, pattern string, accept func(string) bool) scalarShape[string] {
	limits := map[string]any{"type": written()}
	if pattern != "" {
		limits["pattern"] = pattern
	}
	return scalarShape[string]{expected: expected, limits: limits, parse: func(s string) (string, bool) { return s, accept(s) }}
}

// oneOf is one of a few words.
func oneOf[T ~string](words ...T) scalarShape[T] {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return scalarShape[T]{
		near: all, limits: map[string]any{"enum": all},
		parse: func(s string) (T, bool) { return T(s), slices.Contains(all, s) },
	}
}

// whole is an integer from least to most.
func whole(least, most int) scalarShape[int] {
	return scalarShape[int]{
		between: &[2]int{least, most}, number: true,
		limits: map[string]any{"type": "integer", "minimum": least, "maximum": most},
		parse: func(s string) (int, bool) {
			n, err := strconv.Atoi(s)
			return n, err == nil && n >= least && n <= most
		},
	}
}

// decimal is a finite number.
func decimal() scalarShape[float64] {
	return scalarShape[float64]{
		expected: "a number", number: true, limits: map[string]any{"type": "number"},
		parse: func(s string) (float64, bool) {
			v, err := strconv.ParseFloat(s, 64)
			return v, err == nil && v-v == 0 && !strings.ContainsAny(s, "xX_pP")
		},
	}
}

// boolean is true or false.
func boolean() scalarShape[bool] {
	return scalarShape[bool]{
		expected: "true or false", number: true, near: []string{"true", "false"}, limits: map[string]any{"type": "boolean"},
		parse: func(s string) (bool, bool) { return s == "true", s == "true" || s == "false" },
	}
}

// pointer is a value that may be unstated, told apart from its zero.
type pointer[T any] struct{ to shape[T] }

func (p pointer[T]) read(r *reader, path string, n ast.Node) (*T, bool) {
	v, ok := p.to.read(r, path, n)
	return &v, ok
}

func (p pointer[T]) schema(defs map[string]any) map[string]any { return p.to.schema(defs) }

// listOf is a list; with single, one value may stand for a list of one.
type listOf[T any] struct {
	of     shape[T]
	single bool
}

func (l listOf[T]) read(r *reader, path string, n ast.Node) ([]T, bool) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		if l.single {
			v, ok := l.of.read(r, path, n)
			return []T{v}, ok
		}
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("a list")).hint("write [a, b], or one line with a dash for each")
		return nil, false
	}
	out, good := make([]T, 0, len(sequence.Values)), true
	for i, item := range sequence.Values {
		at := index(path, i)
		item, ok := resolve(r, at, item)
		if !ok {
			good = false
			continue
		}
		v, ok := l.of.read(r, at, item)
		good = good && ok
		out = append(out, v) // also a broken one, so that indexes stay those of the file
	}
	return out, good
}

func (l listOf[T]) schema(defs map[string]any) map[string]any {
	list := map[string]any{"type": "array", "items": l.of.schema(defs)}
	if l.single {
		return map[string]any{"anyOf": []any{l.of.schema(defs), list}}
	}
	return list
}

// entriesOf is a mapping from ids to objects, kept in the order of the file.
type entriesOf[T any] struct {
	of object[T]
	id func(*T) *string
}

func (e entriesOf[T]) read(r *reader, path string, n ast.Node) ([]T, bool) {
	entries, ok := pairs(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("ids, each with its description")).hint("write   ID: {…}   one line each")
		return nil, false
	}
	var out []T
	good, seen := true, map[string]bool{}
	for _, entry := range entries {
		id, ok := keyOf(r, entry, seen)
		if !ok {
			good = false
			continue
		}
		at := join(path, id)
		r.keys[at] = placeOf(entry.Key)
		checkID(r, placeOf(entry.Key), id)
		value, ok := resolve(r, at, entry.Value)
		if !ok {
			good = false
			continue
		}
		v, ok := e.of.read(r, at, value)
		*e.id(&v) = id
		good = good && ok
		out = append(out, v)
	}
	return out, good
}

func (e entriesOf[T]) schema(defs map[string]any) map[string]any {
	return map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": idPattern.String()}, "additionalProperties": e.of.schema(defs)}
}

// object is a mapping with known keys.
type object[T any] struct {
	name   string
	fields []field[T]
	start  func() T // the value with its defaults
}

// field is one key of an object.
type field[T any] struct {
	name     string
	doc      string // for editors, Japanese / English
	required bool
	read     func(r *reader, path string, n ast.Node, into *T) bool
	schema   func(defs map[string]any) map[string]any
	fallback func(start T) (any, bool) // the default, when it is a plain value
}

// key describes one key: its shape and where its value goes.
func key[T, V any](name string, s shape[V], to func(*T) *V, doc string) field[T] {
	return field[T]{
		name: name, doc: doc, schema: s.schema,
		read: func(r *reader, path string, n ast.Node, into *T) bool {
			v, ok := s.read(r, path, n)
			if ok {
				*to(into) = v
			}
			return ok
		},
		fallback: func(start T) (any, bool) {
			v := reflect.ValueOf(*to(&start))
			switch v.Kind() {
			case reflect.Struct:
				if _, ok := v.Interface().(json.Marshaler); !ok {
					if _, ok := v.Interface().(interface{ MarshalText() ([]byte, error) }); !ok {
						return nil, false
					}
				}
			case reflect.Slice, reflect.Map, reflect.Pointer:
				return nil, false
			}
			return v.Interface(), !v.IsZero()
		},
	}
}

func must[T any](f field[T]) field[T] {
	f.required = true
	return f
}

func (o object[T]) read(r *reader, path string, n ast.Node) (T, bool) {
	var v T
	if o.start != nil {
		v = o.start()
	}
	entries, ok := pairs(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("keys with values")).hint("the keys are: %s", strings.Join(o.names(), ", "))
		return v, false
	}
	good, seen := true, map[string]bool{}
	for _, entry := range entries {
		name, ok := keyOf(r, entry, seen)
		if !ok {
			good = false
			continue
		}
		i := slices.IndexFunc(o.fields, func(f field[T]) bool { return f.name == name })
		if i < 0 {
			good = false
			rep := r.failAt(placeOf(entry.Key), "there is no key %q here", name)
			switch {
			case brokenByComma(n, entry):
				rep.hint("inside {…} a comma ends the value: put a text that holds a comma between quotes")
			case strings.Contains(name, "　"):
				rep.hint("it holds a full-width space (U+3000)")
			case slices.Contains(o.names(), name+"_env"):
				rep.hint("secrets do not stand in this file: put the name of an environment variable under %s", name+"_env")
			default:
				rep.near(name, o.names())
			}
			continue
		}
		at := join(path, name)
		r.keys[at] = placeOf(entry.Key)
		value, ok := resolve(r, at, entry.Value)
		if !ok {
			good = false
			continue
		}
		if _, _, null, _ := scalar(value); null {
			continue // a key without a value says nothing
		}
		good = o.fields[i].read(r, at, value, &v) && good
	}
	for _, f := range o.fields {
		if f.required && !r.stated(join(path, f.name)) {
			good = false
			if r.keys[join(path, f.name)] != (place{}) {
				r.fail(join(path, f.name), "the key %s has no value", f.name)
			} else {
				r.fail(path, "the key %s is missing", f.name)
			}
		}
	}
	return v, good
}

func (o object[T]) names() []string {
	names := make([]string, len(o.fields))
	for i, f := range o.fields {
		names[i] = f.name
	}
	return names
}

func (o object[T]) schema(defs map[string]any) map[string]any {
	if _, done := defs[o.name]; !done {
		defs[o.name] = nil // stands in while its own fields refer to it
		properties, required := map[string]any{}, []string{}
		var start T
		if o.start != nil {
			start = o.start()
		}
		for _, f := range o.fields {
			one := f.schema(defs)
			if one["$ref"] != nil {
				one = map[string]any{"allOf": []any{one}}
			}
			one["description"] = f.doc
			if v, ok := f.fallback(start); ok {
				one["default"] = v
			}
			properties[f.name] = one
			if f.required {
				required = append(required, f.name)
			}
		}
		def := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
		if len(required) > 0 {
			def["required"] = required
		}
		defs[o.name] = def
	}
	return map[string]any{"$ref": "#/$defs/" + o.name}
}

// brokenByComma recognises {en: Joy, and worry}: the comma has cut the text, and its rest stands as a key without value.
func brokenByComma(parent ast.Node, entry *ast.MappingValueNode) bool {
	mapping, ok := parent.(*ast.MappingNode)
	_, _, null, _ := scalar(entry.Value)
	return ok && mapping.IsFlowStyle && null
}

// keyOf reads a key of a mapping and refuses one that is there already.
func keyOf(r *reader, entry *ast.MappingValueNode, seen map[string]bool) (string, bool) {
	if _, merge := entry.Key.(*ast.MergeKeyNode); merge {
		r.failAt(placeOf(entry.Key), "<< merges are not read here").hint("write the keys out")
		return "", false
	}
	name, _, null, ok := scalar(entry.Key)
	if !ok || null {
		r.failAt(placeOf(entry.Key), "a key has to be a plain word")
		return "", false
	}
	if seen[name] {
		r.failAt(placeOf(entry.Key), "the key %s stands here twice", name)
		return "", false
	}
	seen[name] = true
	return name, true
}

// resolve follows YAML's anchors and aliases (&name, *name) to the value that they stand for, and remembers where the
// value at path is. It refuses tags, and gives up when aliases make a file endless.
func resolve(r *reader, path string, n ast.Node) (ast.Node, bool) {
	r.nodes[path] = n
	if r.read++; r.read > maxValues {
		if r.read == maxValues+1 {
			r.fail(path, "the file has more than %d values", maxValues)
		}
		return nil, false
	}
	for range maxNesting {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.AliasNode:
			name, _, _, _ := scalar(v.Value)
			value, ok := r.anchor(name, placeOf(v))
			if !ok {
				r.fail(path, "there is no &%s before this *%s", name, name).hint("put a text that begins with * between quotes")
				return nil, false
			}
			n = value
		case *ast.TagNode:
			r.fail(path, "YAML's tags (!) are not read here").hint("put a text that begins with ! between quotes")
			return nil, false
		case nil:
			return nil, false
		default:
			r.nodes[path] = n
			return n, true
		}
	}
	return nil, false
}
