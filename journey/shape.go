package journey

import (
	"maps"
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
