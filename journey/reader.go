package journey

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"koe"
)

// phrase is a sentence or a part of one in English; the catalogue has it in Japanese.
type phrase string

// reader walks one text file, gathers what is wrong and remembers where everything stood, so that the checks that
// follow can point at it. Paths are like stages[2].survey and constructs.isolation.items[0].
type reader struct {
	file     string
	source   *source
	language string // of messages: ja, or English
	own      string // the organisation's language: a text without a language is in it
	nodes    map[string]ast.Node
	keys     map[string]place // of the key that introduces the value at a path
	texts    []readText       // every text that people read, in the order of the file
	anchors  map[string][]anchored
	read     int         // values so far
	stages   []koe.Stage // of the journey that was read, for checks across journeys
	problems koe.Problems
}

// anchored is a value that a name was given with &name.
type anchored struct {
	at    place
	value ast.Node
}

// findAnchors remembers the anchors of a file.
func (r *reader) findAnchors(root ast.Node) {
	r.anchors = map[string][]anchored{}
	ast.Walk(anchorFinder{r}, root)
}

type anchorFinder struct{ r *reader }

// Visit implements ast.Visitor.
func (f anchorFinder) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Value != nil {
		name, _, _, _ := scalar(a.Name)
		f.r.anchors[name] = append(f.r.anchors[name], anchored{placeOf(a), a.Value})
	}
	return f
}

// anchor gives the value that *name stands for at a place: of the last &name before it.
func (r *reader) anchor(name string, at place) (ast.Node, bool) {
	var value ast.Node
	for _, a := range r.anchors[name] {
		if a.at.line < at.line || a.at.line == at.line && a.at.column < at.column {
			value = a.value
		}
	}
	return value, value != nil
}

// readText is a text, or the labels of a scale, as far as its languages go.
type readText struct {
	path      string
	languages []string
}

func newReader(file string, s *source, language, own string) *reader {
	return &reader{file: file, source: s, language: language, own: own, nodes: map[string]ast.Node{}, keys: map[string]place{}}
}

// stated reports whether the file has a value at path.
func (r *reader) stated(path string) bool {
	n, ok := r.nodes[path]
	if !ok {
		return false
	}
	_, _, null, _ := scalar(n)
	return !null
}

// place finds where path stands; of what is not there, the nearest thing around it.
func (r *reader) place(path string) place {
	for {
		if n, ok := r.nodes[path]; ok {
			if _, _, null, _ := scalar(n); !null {
				return placeOf(n)
			}
		}
		if at, ok := r.keys[path]; ok {
			return at
		}
		if path == "" {
			return place{}
		}
		path = parent(path)
	}
}

func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// fail reports an error at a path.
func (r *reader) fail(path string, say phrase, args ...any) *report {
	return r.failAt(r.place(path), say, args...)
}

// warn reports what should be looked at and stops nothing.
func (r *reader) warn(path string, say phrase, args ...any) *report {
	rep := r.failAt(r.place(path), say, args...)
	r.problems[rep.i].Warning = true
	return rep
}

func (r *reader) failAt(at place, say phrase, args ...any) *report {
	r.problems = append(r.problems, koe.Problem{File: r.file, Line: at.line, Column: at.column, Message: sentence(r.language, say, args...)})
	return &report{r, len(r.problems) - 1}
}

func (r *reader) failSyntax(bad *syntaxError) {
	r.failAt(bad.at, bad.say, bad.args...).hint(bad.hint)
}

// report is the problem just reported; it takes a hint.
type report struct {
	r *reader
	i int
}

// hint adds the way out; an empty phrase adds nothing.
func (p *report) hint(say phrase, args ...any) {
	if say != "" {
		p.r.problems[p.i].Hint = sentence(p.r.language, say, args...)
	}
}

// near adds "did you mean …?" when one of the candidates is near to word, and lists them all when they are few.
func (p *report) near(word string, candidates []string) {
	if best := nearest(word, candidates); best != "" {
		p.hint("did you mean %s?", best)
	} else if all := slices.Compact(slices.Clone(candidates)); len(all) > 0 && len(all) <= 12 {
		p.hint("there are: %s", strings.Join(all, ", "))
	}
}

// sorted gives the problems in the order of the file.
func (r *reader) sorted() koe.Problems {
	sort.SliceStable(r.problems, func(i, j int) bool {
		a, b := r.problems[i], r.problems[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return r.problems
}

// sentence writes a phrase in a language, with its arguments; an argument that is a phrase is translated too.
func sentence(language string, say phrase, args ...any) string {
	for i, arg := range args {
		if part, ok := arg.(phrase); ok {
			args[i] = translate(language, part)
		}
	}
	if len(args) == 0 {
		return translate(language, say)
	}
	return fmt.Sprintf(translate(language, say), args...)
}

func translate(language string, say phrase) string {
	if language == "ja" {
		if ja, ok := japanese[say]; ok {
			return ja
		}
	}
	return string(say)
}
