package store

import (
	"strings"

	"koe"
)

// answersReader reads stored answers, of which a feed has millions: what toJSON writes of a map of answers without texts, at a
// fraction of the time that encoding/json takes. Whatever it does not expect it leaves to that.
type answersReader struct {
	known map[string]string // question ids and option values seen before, so that each is kept once
	text  string
	at    int
}

func newAnswersReader() *answersReader { return &answersReader{known: map[string]string{}} }

// read reads {"ISO1":{"v":4},"NET1":{"c":["1-2"]},"ISO2":{"m":"declined"}}.
func (r *answersReader) read(text string) (map[string]koe.Answer, error) {
	r.text, r.at = text, 0
	if answers, ok := r.object(); ok && r.at == len(text) {
		return answers, nil
	}
	var answers map[string]koe.Answer
	return answers, fromJSON(text, &answers)
}

// take moves over one expected byte.
func (r *answersReader) take(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *answersReader) object() (map[string]koe.Answer, bool) {
	if !r.take('{') {
		return nil, false
	}
	n := strings.Count(r.text, ":{")
	answers := make(map[string]koe.Answer, n)
	values := make([]float64, 0, n) // never grows: answers point into it
	if r.take('}') {
		return answers, true
	}
	for {
		question, ok := r.word()
		if !ok || !r.take(':') {
			return nil, false
		}
		answer, ok := r.answer(&values)
		if !ok {
			return nil, false
		}
		answers[question] = answer
		switch {
		case r.take(','):
		case r.take('}'):
			return answers, true
		default:
			return nil, false
		}
	}
}

func (r *answersReader) answer(values *[]float64) (a koe.Answer, ok bool) {
	if !r.take('{') {
		return a, false
	}
	if r.take('}') {
		return a, true
	}
	for {
		name, ok := r.word()
		if !ok || !r.take(':') {
			return a, false
		}
		switch name {
		case "v":
			v, ok := r.number()
			if !ok || len(*values) == cap(*values) {
				return a, false
			}
			*values = append(*values, v)
			a.Value = &(*values)[len(*values)-1]
		case "c":
			if a.Choices, ok = r.list(); !ok {
				return a, false
			}
		case "m":
			word, ok := r.word()
			if !ok {
				return a, false
			}
			a.Missing = koe.Missing(word)
		default:
			return a, false
		}
		switch {
		case r.take(','):
		case r.take('}'):
			return a, true
		default:
			return a, false
		}
	}
}

// word reads a string without escapes.
func (r *answersReader) word() (string, bool) {
	if !r.take('"') {
		return "", false
	}
	for i := r.at; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			word := r.text[r.at:i]
			r.at = i + 1
			kept, ok := r.known[word]
			if !ok {
				kept = strings.Clone(word)
				r.known[kept] = kept
			}
			return kept, true
		case c == '\\' || c < ' ' || c >= 0x80:
			return "", false
		}
	}
	return "", false
}

func (r *answersReader) list() ([]string, bool) {
	if !r.take('[') {
		return nil, false
	}
	if r.take(']') {
		return []string{}, true
	}
	var all []string
	for {
		word, ok := r.word()
		if !ok {
			return nil, false
		}
		all = append(all, word)
		switch {
		case r.take(','):
		case r.take(']'):
			return all, true
		default:
			return nil, false
		}
	}
}

// number reads a whole number of a few digits, as nearly all answers are.
func (r *answersReader) number() (float64, bool) {
	start, v := r.at, 0
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		v = 10*v + int(r.text[r.at]-'0')
		r.at++
	}
	digits := r.at - start
	return float64(v), digits == 1 || digits > 1 && digits < 10 && r.text[start] != '0'
}
