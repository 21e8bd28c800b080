package koe

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is, so that one table can map it to an HTTP status and one to an exit code.
type Kind int

// The kinds of error.
const (
	Internal  Kind = iota // koe or its machine failed; the user can only report it
	Invalid               // the input is wrong; the message says what and where
	NotFound              // what was named does not exist
	Conflict              // it contradicts what is already there
	Closed                // the time for it is over (or has not come)
	Forbidden             // not allowed, whoever asks
	Misused               // a command was called wrongly: an option that is needed is not there, or names nothing that there is
)

// String gives the kind's name in English, as logs write it.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Closed:
		return "closed"
	case Forbidden:
		return "forbidden"
	case Misused:
		return "misused"
	default:
		return "internal"
	}
}

// Error is an error with a kind and, for a user's error, a sentence that says the way out.
type Error struct {
	Kind    Kind
	Message string // one sentence, in the language of who reads it
	Err     error  // the cause, may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	if e.Message == "" {
		return e.Err.Error()
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind. It wraps like fmt.Errorf; a cause that the sentence ends with is said once.
func Errorf(kind Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	message, cause := err.Error(), errors.Unwrap(err)
	if cause != nil {
		message = strings.TrimSuffix(strings.TrimSuffix(message, cause.Error()), ": ")
	}
	return &Error{Kind: kind, Message: message, Err: cause}
}

// KindOf gives the kind of the first *Error or *Problems in err's chain, and Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var p Problems
	if errors.As(err, &p) {
		return Invalid
	}
	return Internal
}

// Problem is one thing wrong in a file that a person wrote: where it is, what was found and what was expected.
// Line and Column count from 1; 0 means that the problem has no single place.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"` // what was found and what was expected, one sentence
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning,omitempty"` // does not stop anything
}

// String writes file:line:column: message, as editors understand it.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	if p.File != "" {
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Problems is all that is wrong with some input; as an error it lists each on its own line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Serious gives the problems that are not warnings.
func (p Problems) Serious() Problems {
	var out Problems
	for _, one := range p {
		if !one.Warning {
			out = append(out, one)
		}
	}
	return out
}
