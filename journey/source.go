package journey

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of a text file. They are far above what people write and keep hostile input cheap.
const (
	maxBytes   = 1 << 20
	maxNesting = 100
	maxValues  = 1 << 17
)

// place is where something stands in a file, both counted from 1; columns count characters, not bytes.
type place struct{ line, column int }

// source is one text file, made ready for the YAML library: without a byte order mark, with \n line ends.
type source struct {
	name  string
	text  string
	lines []string
}

// syntaxError is what stops a file from being YAML at all.
type syntaxError struct {
	at   place
	say  phrase
	args []any
	hint phrase
}

// newSource normalises data. It fails on what no editor means to write: bytes that are not UTF-8, a huge file.
func newSource(name string, data []byte) (*source, *syntaxError) {
	if len(data) > maxBytes {
		return nil, &syntaxError{place{1, 1}, "the file has %d bytes, and at most %d are read", []any{len(data), maxBytes}, ""}
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return nil, &syntaxError{place{1, 1}, "the file is UTF-16, and UTF-8 was expected", nil, "save it as UTF-8 in your editor"}
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	s := &source{name: name, text: text}
	if !utf8.ValidString(text) {
		bad := 0
		for i, r := range text {
			if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
				bad = i
				break
			}
		}
		before := text[:bad]
		at := place{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])}
		return nil, &syntaxError{at, "the file is not UTF-8 (it may be Shift_JIS)", nil, "save it as UTF-8 in your editor"}
	}
	if start := strings.TrimSpace(text); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
		// JSON may be indented with tabs, which block YAML forbids. A space is as wide, so places stay true.
		s.text = leadingTabs.ReplaceAllStringFunc(text, func(tabs string) string { return strings.ReplaceAll(tabs, "\t", " ") })
	}
	s.lines = strings.Split(s.text, "\n")
	return s, nil
}

var leadingTabs = regexp.MustCompile(`(?m)^[ \t]+`)

// parse reads the file's one YAML document. The node is nil when the file is empty.
func (s *source) parse() (root ast.Node, bad *syntaxError) {
	if at, deep := s.tooDeep(); deep {
		return nil, &syntaxError{at, "brackets or dashes are nested more than %d deep here", []any{maxNesting}, ""}
	}
	defer func() {
		if recover() != nil { // the library panics on some malformed input; to the writer of the file that is a syntax error
			root, bad = nil, &syntaxError{place{1, 1}, "the file cannot be read as YAML", nil, ""}
		}
	}()
	file, err := parser.ParseBytes([]byte(s.text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, s.explain(err)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if _, directive := doc.Body.(*ast.DirectiveNode); directive {
			continue
		}
		if root != nil {
			return nil, &syntaxError{placeOf(doc.Body), "a second document begins here (after ---), and a file holds one", nil, ""}
		}
		root = doc.Body
	}
	return root, nil
}

// explain turns the library's error into a plain sentence where the cause is one that people meet often.
func (s *source) explain(err error) *syntaxError {
	at, message := place{1, 1}, err.Error()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if syntax.Token != nil && syntax.Token.Position != nil {
			at = place{max(syntax.Token.Position.Line, 1), max(syntax.Token.Position.Column, 1)}
		}
	}
	if tab, found := s.indentedWith('\t'); found {
		return &syntaxError{tab, "this line is indented with a tab, and YAML takes spaces only", nil, "replace the tab by two spaces"}
	}
	if wide, found := s.indentedWith('　'); found {
		return &syntaxError{wide, "this line is indented with a full-width space (U+3000), and YAML takes half-width spaces only", nil, "replace it by two half-width spaces"}
	}
	say, args, hint := plainly(message)
	for line := at.line; line >= max(at.line-1, 1); line-- {
		if line <= len(s.lines) && strings.Contains(s.lines[line-1], "：") {
			hint = "a key needs a half-width colon and a space (key: value), not a full-width one"
		}
	}
	return &syntaxError{at, say, args, hint}
}

// plainly says the library's commoner messages in the words of a writer.
func plainly(message string) (say phrase, args []any, hint phrase) {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(message, part) })
	}
	switch {
	case has("could not find end character of"):
		say = "a quotation mark is not closed"
	case has("',' or ']' must be", "sequence end token"):
		say = "a list [ … ] is not closed, or a comma is missing in it"
	case has("',' or '}' must be", "flow mapping end token"):
		say = "braces { … } are not closed, or a comma is missing in them"
	case has("character corresponding to"):
		say = "a bracket is closed here that was not opened"
	case has("reserved character", "unexpected directive value"):
		say, hint = "a text cannot begin with this sign", "put the text between quotes"
	case has("mapping value is not allowed", "map key-value is pre-defined"):
		say, hint = "a value stands here where none can stand", "put a text that holds a colon between quotes"
	case has("value is not allowed in this context", "non-map value", "unexpected key name", "required string token", "block sequence entries"):
		say, hint = "this does not fit to the lines before it", "look at the indentation, and at the space after each colon and dash"
	default:
		say, args = "this is not YAML: %s", []any{firstLine(message)}
	}
	return say, args, hint
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}

// indentedWith finds the first line that has r in its indentation and is not inside a block of text (| or >).
func (s *source) indentedWith(r rune) (place, bool) {
	block := -1 // indentation of the line that opened a block of text
	for i, line := range s.lines {
		body := strings.TrimLeftFunc(line, unicode.IsSpace)
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if body == "" {
			continue
		}
		if block >= 0 && spaces > block {
			continue
		}
		block = -1
		if column := strings.IndexRune(line[:len(line)-len(body)], r); column >= 0 {
			return place{i + 1, utf8.RuneCountInString(line[:column]) + 1}, true
		}
		if opensBlock.MatchString(line) {
			block = spaces
		}
	}
	return place{}, false
}

var opensBlock = regexp.MustCompile(`(?:^|[\s:-])[|>][+-]?[1-9]?[+-]?\s*(?:#.*)?$`)

// tooDeep finds where nesting passes the limit, before the library recurses into it.
func (s *source) tooDeep() (place, bool) {
	depth, dashes := 0, 0
	at := place{1, 0}
	for _, r := range s.text {
		at.column++
		switch r {
		case '\n':
			at, dashes = place{at.line + 1, 0}, 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '-', '?', ':':
			dashes++
		case ' ':
		default:
			dashes = 0
		}
		if depth > maxNesting || dashes > maxNesting {
			return at, true
		}
	}
	return place{}, false
}

// placeOf says where a node begins. A block mapping begins at its first key.
func placeOf(n ast.Node) place {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return placeOf(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return placeOf(n.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

// scalar gives the text of a scalar as it was written (0x10 stays 0x10), and whether it stood in quotes or a block.
// null is for ~, null and nothing at all; ok is false for lists, mappings and the rest.
func scalar(n ast.Node) (text string, quoted, null, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		kind := n.GetToken().Type
		return n.Value, kind == token.SingleQuoteType || kind == token.DoubleQuoteType, false, true
	case *ast.LiteralNode:
		return n.Value.Value, true, false, true
	case *ast.NullNode:
		return "", false, true, false
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, false, false, true
	}
	return "", false, false, false
}

// pairs lists the entries of a mapping; ok is false when n is none.
func pairs(n ast.Node) (entries []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// within gives the place of the character with the given index (from 0) inside a scalar's text, so that an error in a
// condition points at the very column, whatever the quoting or folding.
func (s *source) within(n ast.Node, text string, index int) place {
	start := placeOf(n)
	kind := token.StringType
	if t := n.GetToken(); t != nil {
		kind = t.Type
	}
	ink := 0 // characters that are not white space before the index; folding changes white space only
	for i, r := range []rune(text) {
		if i == index {
			break
		}
		if !unicode.IsSpace(r) {
			ink++
		}
	}
	at := start
	if _, block := n.(*ast.LiteralNode); block {
		at = place{start.line + 1, 1}
	} else if kind == token.SingleQuoteType || kind == token.DoubleQuoteType {
		at.column++
	}
	for at.line <= len(s.lines) {
		line := []rune(s.lines[at.line-1])
		for at.column <= len(line) {
			r, width := line[at.column-1], 1
			if kind == token.DoubleQuoteType && r == '\\' || kind == token.SingleQuoteType && r == '\'' {
				width = escapeWidth(line[at.column-1:])
			}
			if unicode.IsSpace(r) {
				at.column++
				continue
			}
			if ink == 0 {
				return at
			}
			ink--
			at.column += width
		}
		if ink == 0 {
			return at // just past the end of the text
		}
		at = place{at.line + 1, 1}
	}
	return start
}

// escapeWidth gives how many characters an escape sequence at the beginning of line takes.
func escapeWidth(line []rune) int {
	if len(line) < 2 {
		return 1
	}
	switch line[1] {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}

// found says what a node is, for "… was found" in a sentence.
func found(n ast.Node) any {
	if text, quoted, null, ok := scalar(n); ok {
		if !quoted {
			switch n.(type) {
			case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
				return text
			}
		}
		if holdsPassword(text) {
			return phrase("an address with a password")
		}
		if utf8.RuneCountInString(text) > 40 {
			text = string([]rune(text)[:40]) + "…"
		}
		return fmt.Sprintf("%q", text)
	} else if null {
		return phrase("nothing")
	}
	if _, ok := pairs(n); ok {
		return phrase("keys with values")
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		return phrase("a list")
	}
	return phrase("something else")
}
