package imports

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"koe"
	"koe/collector/imports/cell"

	"golang.org/x/text/unicode/norm"
)

// reader understands the answers to one question: raw values, labels of any language, and the labels of a mapping file.
type reader struct {
	q       *koe.Question
	lo, hi  float64
	ranged  bool
	integer bool               // only whole numbers are answers
	numbers map[string]float64 // folded label → value
	options map[string]string  // folded label → option value
	other   string             // value of the option その他, for free text in its place
	labels  map[string]string  // folded label → value, from a mapping file; comes first
	words   *answerWords
}

// answerWords are the words that mean the same in every survey.
type answerWords struct {
	declined map[string]bool
	yes, no  map[string]bool
	others   map[string]bool
}

func newAnswerWords() *answerWords {
	set := func(words ...string) map[string]bool {
		m := map[string]bool{}
		for _, w := range words {
			m[cell.Fold(w)] = true
		}
		return m
	}
	return &answerWords{
		declined: set("答えない", "回答しない", "答えたくない", "回答を控える", "無回答とする", "declined", "decline", "decline to answer", "prefer not to answer",
			"prefer not to say", "i prefer not to answer", "rather not say", "no answer given"),
		yes:    set("はい", "yes", "y", "true", "1", "○", "〇", "◯", "✓", "✔", "☑", "有", "あり", "ある", "該当", "同意する", "同意します", "希望する", "レ", "v", "✔︎", "●", "掲載してよい", "checked", "selected", "on", "i agree", "agree"),
		no:     set("いいえ", "no", "n", "false", "0", "×", "✕", "✗", "☐", "無", "なし", "ない", "非該当", "同意しない", "同意しません", "希望しない", "unchecked", "not selected", "off", "いえ", "i do not agree"),
		others: set("other", "others", "その他", "other (please specify)", "その他(具体的に)"),
	}
}

// newReader prepares for the answers to a question. freeOther takes text that is no choice as the choice その他, as survey
// tools write it.
func newReader(j *koe.Journey, q *koe.Question, words *answerWords, freeOther bool) *reader {
	r := &reader{q: q, words: words, numbers: map[string]float64{}, options: map[string]string{}, labels: map[string]string{}}
	r.lo, r.hi, r.ranged = j.Range(q)
	switch q.Kind {
	case koe.KindScale:
		r.integer = true
		if s, found := j.Scale(q.Scale); found {
			for _, labels := range s.Labels {
				switch steps := s.To - s.From + 1; {
				case len(labels) == steps:
					for i, label := range labels {
						r.label(label, float64(s.From+i))
					}
				case len(labels) == 2:
					r.label(labels[0], float64(s.From))
					r.label(labels[1], float64(s.To))
				}
			}
		}
	case koe.KindNumber:
		r.integer = q.Recommend
		for _, c := range j.Constructs {
			r.integer = r.integer || r.ranged && slices.Contains(c.Items, q.ID)
		}
	case koe.KindSingle, koe.KindMulti:
		for _, o := range q.Options {
			r.options[cell.Fold(o.Value)] = o.Value
		}
		for _, o := range q.Options {
			for _, text := range o.Text {
				folded := cell.Fold(text)
				if _, taken := r.options[folded]; !taken {
					r.options[folded] = o.Value
				}
				if freeOther && (words.others[folded] || words.others[cell.Fold(o.Value)]) {
					r.other = o.Value
				}
			}
		}
	}
	return r
}

func (r *reader) label(text string, value float64) {
	if folded := cell.Fold(text); folded != "" {
		if _, isNumber := cell.Number(text); !isNumber {
			r.numbers[folded] = value
		}
	}
}

// problem is why a text is no answer to the question, in the user's language.
type problem string

func (p problem) Error() string { return string(p) }

var numbered = regexp.MustCompile(`^[(\[]?(-?\d{1,3})[)\]]?\s*[.:、,\-–—=]?\s*(\D.*)$`)

// read understands one cell. A blank one is Skipped; the caller knows whether the question was asked at all.
// toOther reports that free text stood in the place of the option その他, which was taken in its stead.
func (r *reader) read(lang, raw string, order cell.Order) (a koe.Answer, toOther bool, err error) {
	text := cell.Clean(raw)
	if text == "" {
		return koe.Answer{Missing: koe.Skipped}, false, nil
	}
	if mapped, found := r.labels[cell.Fold(text)]; found {
		if mapped == "" {
			return koe.Answer{Missing: koe.Skipped}, false, nil
		}
		text = mapped
	}
	if r.q.Kind != koe.KindText && r.words.declined[cell.Fold(text)] {
		return koe.Answer{Missing: koe.DeclinedTo}, false, nil
	}
	switch r.q.Kind {
	case koe.KindScale, koe.KindNumber:
		v, err := r.number(lang, text)
		return koe.Answer{Value: &v}, false, err
	case koe.KindYesNo, koe.KindConsent, koe.KindContact:
		v, ok := r.yesNo(text)
		if !ok {
			return a, false, problem(say(lang, "「%s」は はい・いいえ(1・0)のどちらでもありません。", "%q is neither yes nor no (1 or 0)", text))
		}
		return koe.Answer{Value: &v}, false, nil
	case koe.KindSingle:
		if value, found := r.options[cell.Fold(cell.Unguard(text))]; found {
			return koe.Answer{Choices: []string{value}}, false, nil
		}
		if r.other != "" {
			return koe.Answer{Choices: []string{r.other}}, true, nil
		}
		return a, false, problem(say(lang, "「%s」は選択肢にありません。選択肢: %s", "%q is none of the choices: %s", text, r.choices(lang)))
	case koe.KindMulti:
		return r.multi(lang, text)
	case koe.KindDate:
		d, err := cell.DateIn(text, order)
		if err != nil {
			return a, false, problem(badDate(lang, say(lang, "回答", "the answer"), text))
		}
		return koe.Answer{Choices: []string{d.String()}}, false, nil
	case koe.KindText:
		return koe.Answer{Text: unguardText(text)}, false, nil
	}
	return a, false, problem(say(lang, "この設問は回答を受け付けません。", "this question takes no answer"))
}

// unguardText takes off the apostrophe that survey tools put before text that a spreadsheet would take for a formula.
func unguardText(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		return s[1:]
	}
	return s
}

func (r *reader) number(lang, text string) (float64, error) {
	v, ok := cell.Number(text)
	if !ok {
		if v, ok = r.numbers[cell.Fold(text)]; !ok {
			v, ok = r.numberedLabel(text)
		}
	}
	switch {
	case !ok && r.q.Kind == koe.KindScale:
		return 0, problem(say(lang, "「%s」は %g から %g までの数でも、その選択肢の名前でもありません。", "%q is neither a number from %g to %g nor one of their labels", text, r.lo, r.hi))
	case !ok || math.IsInf(v, 0) || math.IsNaN(v):
		return 0, problem(say(lang, "「%s」は数ではありません。", "%q is not a number", text))
	case r.integer && v != math.Trunc(v):
		return 0, problem(say(lang, "「%s」は整数ではありません。", "%q is not a whole number", text))
	case r.ranged && (v < r.lo || v > r.hi):
		return 0, problem(say(lang, "%s は %g から %g までの範囲にありません。", "%s is not within %g to %g", text, r.lo, r.hi))
	case r.q.Kind == koe.KindNumber && (r.q.Min != nil && v < *r.q.Min || r.q.Max != nil && v > *r.q.Max):
		return 0, problem(say(lang, "%s は許される範囲にありません。", "%s is out of range", text))
	}
	return v, nil
}

// numberedLabel understands "5. とてもそう思う" when the label is that of the number or of an unlabelled end.
func (r *reader) numberedLabel(text string) (float64, bool) {
	m := numbered.FindStringSubmatch(norm.NFKC.String(text))
	if m == nil {
		return 0, false
	}
	v, ok := cell.Number(m[1])
	if !ok {
		return 0, false
	}
	labelled, known := r.numbers[cell.Fold(m[2])]
	return v, known && labelled == v
}

func (r *reader) yesNo(text string) (float64, bool) {
	folded := cell.Fold(text)
	if v, ok := cell.Number(text); ok && (v == 0 || v == 1) {
		return v, true
	}
	switch {
	case r.words.yes[folded]:
		return 1, true
	case r.words.no[folded]:
		return 0, true
	}
	return 0, false
}

// multi understands several choices in one cell, divided by semicolons, commas, bars, 、 or line breaks, whatever of these
// the choices themselves contain.
func (r *reader) multi(lang, text string) (a koe.Answer, toOther bool, err error) {
	text = norm.NFKC.String(strings.Trim(text, "[]"))
	var cuts []int // where tokens begin, and the end
	for i, c := range text {
		if strings.ContainsRune(";|,、\n\t", c) {
			cuts = append(cuts, i)
		}
	}
	cuts = append(cuts, len(text))
	if len(cuts) > 300 {
		return a, false, problem(say(lang, "選択肢の並びが長すぎます。", "the list of choices is too long"))
	}
	var unknown []string
	for start, k := 0, 0; k < len(cuts); {
		found := false
		for end := len(cuts) - 1; end >= k; end-- {
			part := strings.Trim(text[start:cuts[end]], " \t\n\"';|,、")
			mapped, isMapped := r.labels[cell.Fold(part)]
			if isMapped {
				part = mapped
			}
			value, known := r.options[cell.Fold(part)]
			if known || isMapped && mapped == "" {
				if known && !slices.Contains(a.Choices, value) {
					a.Choices = append(a.Choices, value)
				}
				found, k = true, end+1
				break
			}
		}
		if !found {
			if part := strings.Trim(text[start:cuts[k]], " \t\n\"';|,、"); part != "" {
				unknown = append(unknown, part)
			}
			k++
		}
		start = cuts[k-1]
	}
	switch {
	case len(unknown) == 0:
	case r.other != "":
		toOther = true
		if !slices.Contains(a.Choices, r.other) {
			a.Choices = append(a.Choices, r.other)
		}
	default:
		return koe.Answer{}, false, problem(say(lang, "「%s」は選択肢にありません。選択肢: %s", "%q is none of the choices: %s", strings.Join(unknown, "; "), r.choices(lang)))
	}
	if len(a.Choices) == 0 {
		return koe.Answer{Missing: koe.Skipped}, false, nil
	}
	r.inOrder(a.Choices)
	return a, toOther, nil
}

// inOrder puts choices in the order of the question's options.
func (r *reader) inOrder(choices []string) {
	rank := map[string]int{}
	for i, o := range r.q.Options {
		rank[o.Value] = i
	}
	slices.SortFunc(choices, func(a, b string) int { return rank[a] - rank[b] })
}

func (r *reader) choices(lang string) string {
	var all []string
	for _, o := range r.q.Options {
		all = append(all, o.Text.In(lang))
	}
	return listSome(lang, all, 12)
}
