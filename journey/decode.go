package journey

import (
	"errors"
	"os"

	"koe"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// DecodeYAML reads another YAML file of the organisation, such as a mapping of survey columns, into v, a pointer to a
// struct with yaml tags: strictly, an unknown or doubled key being an error with line and column.
func DecodeYAML(file string, data []byte, v any) (problems koe.Problems) {
	language := environmentLanguage()
	report := func(at place, message, hint string) koe.Problems {
		return koe.Problems{{File: file, Line: at.line, Column: at.column, Message: message, Hint: hint}}
	}
	syntax := func(bad *syntaxError) koe.Problems {
		hint := ""
		if bad.hint != "" {
			hint = sentence(language, bad.hint)
		}
		return report(bad.at, sentence(language, bad.say, bad.args...), hint)
	}
	defer func() {
		if recover() != nil { // as in parse: the library panics on some malformed input
			problems = report(place{1, 1}, sentence(language, "the file cannot be read as YAML"), "")
		}
	}()
	s, bad := newSource(file, data)
	if bad != nil {
		return syntax(bad)
	}
	if _, bad := s.parse(); bad != nil {
		return syntax(bad)
	}
	err := yaml.UnmarshalWithOptions([]byte(s.text), v, yaml.Strict())
	if err == nil {
		return nil
	}
	at, message := place{1, 1}, err.Error()
	var positioned interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &positioned) {
		message = positioned.GetMessage()
		if t := positioned.GetToken(); t != nil && t.Position != nil {
			at = place{t.Position.Line, t.Position.Column}
		}
	}
	return report(at, message, "")
}

// ReadYAML is DecodeYAML for the file at path.
func ReadYAML(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return koe.Errorf(koe.Invalid, "cannot read the file: %w", err)
	}
	if problems := DecodeYAML(path, data, v); len(problems) > 0 {
		return problems
	}
	return nil
}
