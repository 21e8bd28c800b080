package journey

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

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
			if _, anchored := r.nodes[path].(*ast.AnchorNode); anchored {
				r.fail(path, "there is nothing behind this &")
			}
			return nil, false
		default:
			r.nodes[path] = n
			return n, true
		}
	}
	r.fail(path, "what this stands for (*) is itself")
	return nil, false
}
