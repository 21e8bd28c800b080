package form

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"koe"

	"golang.org/x/text/unicode/norm"
)

const (
	defaultTextMax = 1000  // characters of a free text (METHOD 1.1)
	draftTextMax   = 10000 // characters that a draft keeps of a text that is too long to be sent
	declineValue   = "_"   // of the radio button 答えない; no option can have it (option values are checked by tidy)
)

// textMax is the greatest length of a text question, in characters.
func textMax(q *koe.Question) int {
	if q.Kind == koe.KindText && q.Max != nil && *q.Max >= 1 {
		return int(min(*q.Max, draftTextMax))
	}
	return defaultTextMax
}

// inRange reports whether a raw number is an answer to the question at all.
func inRange(j *koe.Journey, q *koe.Question, v float64) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e15 {
		return false
	}
	if q.Kind != koe.KindNumber {
		lo, hi, ok := j.Range(q)
		return ok && v == math.Trunc(v) && v >= lo && v <= hi
	}
	return (q.Min == nil || v >= *q.Min) && (q.Max == nil || v <= *q.Max)
}

// rowOf gives the ends of a number question that is shown as a row of buttons: whole bounds, at most 11 steps.
func rowOf(q *koe.Question) (lo, hi int, ok bool) {
	if q.Kind != koe.KindNumber || q.Min == nil || q.Max == nil {
		return 0, 0, false
	}
	a, b := *q.Min, *q.Max
	if a != math.Trunc(a) || b != math.Trunc(b) || b-a < 1 || b-a > 10 {
		return 0, 0, false
	}
	return int(a), int(b), true
}

// fault is why an answer cannot be taken, as a text of the form with its arguments.
type fault struct {
	key  string
	args []any
}

func (f *fault) in(p words, lang string) string {
	args := make([]any, len(f.args))
	for i, a := range f.args {
		if inner, ok := a.(*fault); ok {
			a = inner.in(p, lang)
		}
		args[i] = a
	}
	return p.in(lang, f.key, args...)
}

// read takes the answer to one question out of a posted form. given is false when the form holds nothing for it. An
// answer comes with a fault only when it is worth keeping nevertheless: a text that is too long.
func read(j *koe.Journey, q *koe.Question, form url.Values) (a koe.Answer, given bool, bad *fault) {
	field := form.Get("a." + q.ID)
	if form.Get("d."+q.ID) != "" || field == declineValue {
		return koe.Answer{Missing: koe.DeclinedTo}, true, nil
	}
	switch q.Kind {
	case koe.KindConsent:
		if field == "" && q.Required {
			return a, false, nil
		}
		if field == "" {
			field = "0"
		}
		if field != "0" && field != "1" {
			return a, false, &fault{key: "bad_choice"}
		}
		return koe.Answer{Value: number(float64(field[0] - '0'))}, true, nil
	case koe.KindScale, koe.KindYesNo:
		if field == "" {
			return a, false, nil
		}
		v, err := strconv.Atoi(field)
		if err != nil || !inRange(j, q, float64(v)) {
			return a, false, &fault{key: "bad_choice"}
		}
		return koe.Answer{Value: number(float64(v))}, true, nil
	case koe.KindContact:
		if field == "" {
			return a, false, nil
		}
		if field != "0" && field != "1" {
			return a, false, &fault{key: "bad_choice"}
		}
		note := ""
		if field == "1" {
			note = clip(cleanText(form.Get("n."+q.ID)), defaultTextMax)
		}
		return koe.Answer{Value: number(float64(field[0] - '0')), Text: note}, true, nil
	case koe.KindNumber:
		return readNumber(j, q, field)
	case koe.KindSingle, koe.KindMulti:
		posted := form["a."+q.ID]
		if len(posted) == 0 {
			return a, false, nil
		}
		answer, ok := tidy(j, q, koe.Answer{Choices: posted})
		if !ok || (q.Kind == koe.KindMulti && strange(q, posted)) {
			return a, false, &fault{key: "bad_choice"}
		}
		return answer, true, nil
	case koe.KindDate:
		field = strings.TrimSpace(norm.NFKC.String(strings.ToValidUTF8(clip(field, 100), "")))
		if field == "" {
			return a, false, nil
		}
		d, ok := parseDay(field)
		if !ok {
			return a, false, &fault{key: "bad_date"}
		}
		return koe.Answer{Choices: []string{d.String()}}, true, nil
	case koe.KindText:
		text := clip(cleanText(field), draftTextMax)
		if text == "" {
			return a, false, nil
		}
		return koe.Answer{Text: text}, true, lengthFault(q, text)
	}
	return a, false, nil
}

func strange(q *koe.Question, posted []string) bool {
	for _, value := range posted {
		known := false
		for _, o := range q.Options {
			known = known || o.Value == value
		}
		if !known {
			return true
		}
	}
	return false
}

func lengthFault(q *koe.Question, text string) *fault {
	if n := utf8.RuneCountInString(text); n > textMax(q) {
		return &fault{key: "too_long", args: []any{textMax(q), n}}
	}
	return nil
}

func readNumber(j *koe.Journey, q *koe.Question, field string) (koe.Answer, bool, *fault) {
	field = strings.TrimSpace(norm.NFKC.String(strings.ToValidUTF8(clip(field, 100), "")))
	if field == "" {
		return koe.Answer{}, false, nil
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(field, ",", ""), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return koe.Answer{}, false, &fault{key: "bad_number"}
	}
	if _, _, row := rowOf(q); row && v != math.Trunc(v) {
		return koe.Answer{}, false, &fault{key: "bad_choice"}
	}
	if !inRange(j, q, v) {
		return koe.Answer{}, false, &fault{key: "bad_range", args: []any{bounds(q)}}
	}
	return koe.Answer{Value: &v}, true, nil
}

// bounds says in words what numbers a question takes.
func bounds(q *koe.Question) *fault {
	switch {
	case q.Min != nil && q.Max != nil:
		return &fault{key: "range", args: []any{plain(*q.Min), plain(*q.Max)}}
	case q.Min != nil:
		return &fault{key: "range_from", args: []any{plain(*q.Min)}}
	case q.Max != nil:
		return &fault{key: "range_to", args: []any{plain(*q.Max)}}
	}
	return nil
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

var dayPattern = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$`)

// parseDay reads a date as browsers send it, and as people type it where the browser has no date field.
func parseDay(s string) (koe.Date, bool) {
	m := dayPattern.FindStringSubmatch(s)
	if m == nil {
		return koe.Date{}, false
	}
	part := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	d := koe.NewDate(part(1), time.Month(part(2)), part(3))
	return d, d.Year == part(1) && int(d.Month) == part(2) && d.Day == part(3) && d.Year >= 1900 && d.Year < 2200
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// cleanText keeps what a person can have meant: valid UTF-8, one kind of line end, no control characters.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = lineEnds.Replace(s)
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// clip cuts a text to n characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
