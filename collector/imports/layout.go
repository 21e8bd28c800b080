package imports

import (
	"cmp"
	"slices"
	"time"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/journey"
)

// layout is what the columns of one table of answers mean. Each format makes one from the header by its own rules, a
// mapping file says it outright, and one engine reads the rows by it.
type layout struct {
	table     *table.Table
	header    table.Row
	first     int // index of the first record in table.Rows
	person    int // column of the person's number; -1: none, as for all columns below
	mail      int // column of the person's mail address
	stage     int
	submitted int
	language  int
	seconds   int
	publish   int
	stages    map[string]string                                       // words in the stage column → stage, from a mapping file
	fixed     string                                                  // the stage of every row, from a mapping file
	segments  map[string]int                                          // segment column of koe.yaml → column
	questions []*asked                                                // in the order of their first column
	unused    []string                                                // headers without a meaning
	order     cell.Order                                              // of dates with the year last
	skip      func(r table.Row) bool                                  // sets a record aside: a preview, an unfinished response
	zone      string                                                  // IANA name of the zone of times without one; "" is the organisation's
	blanks    map[string]bool                                         // folded texts that mean that there is no answer
	decode    func(string) string                                     // undoes what the format does to texts; may be nil
	codes     func(j *koe.Journey, q *koe.Question) map[string]string // the tool's own codes for answers; may be nil
	freeOther bool                                                    // unknown text where a choice belongs is the choice その他
	source    koe.Source

	invitation string    // of the Excel 調査票: whose answers these are; "" in a blank form
	savedAt    time.Time // of the Excel 調査票; zero when unknown
}

// asked is one question and the columns that hold its answer.
type asked struct {
	question *koe.Question
	columns  []answerColumn
	reader   *reader
}

// answerColumn is one column: the whole answer, or one choice of a question that has a column a choice.
type answerColumn struct {
	index  int
	option string // the choice that the column is about; "" when it holds the whole answer
	other  bool   // free text that goes with the choice その他
}

// newLayout begins the layout of a table whose header is a row; a sheet without rows has none.
func newLayout(t *table.Table, header int) *layout {
	var row table.Row
	if header < len(t.Rows) {
		row = t.Rows[header]
	}
	return &layout{table: t, header: row, first: header + 1, person: -1, mail: -1, stage: -1, submitted: -1, language: -1, seconds: -1,
		publish: -1, segments: map[string]int{}, source: koe.SourceImport}
}

// add notes that a column belongs to a question.
func (l *layout) add(q *koe.Question, column answerColumn) {
	for _, a := range l.questions {
		if a.question.ID == q.ID {
			a.columns = append(a.columns, column)
			return
		}
	}
	l.questions = append(l.questions, &asked{question: q, columns: []answerColumn{column}})
}

// prepare makes the readers of the questions, with the labels of a mapping file, by question.
func (l *layout) prepare(j *koe.Journey, words *answerWords, labels map[string]map[string]string) {
	for _, a := range l.questions {
		a.reader = newReader(j, a.question, words, l.freeOther)
		if l.codes != nil {
			for code, value := range l.codes(j, a.question) {
				a.reader.labels[cell.Fold(code)] = value
			}
		}
		for label, value := range labels[a.question.ID] {
			a.reader.labels[cell.Fold(label)] = value
		}
	}
}

// place gives a header its meaning in the layout, when it is one of the columns that are no question. A second column of
// the same meaning is left unused when the first is not blank.
func (l *layout) place(w *headerWords, i int, header string) bool {
	for meaning, column := range map[string]*int{colPerson: &l.person, colEmail: &l.mail, "stage": &l.stage, "submitted_at": &l.submitted,
		colLanguage: &l.language, "seconds": &l.seconds, "publish_ok": &l.publish} {
		if w.fixed(header) == meaning && *column < 0 {
			*column = i
			return true
		}
	}
	if segment := w.segments(header); segment != "" {
		if _, taken := l.segments[segment]; !taken {
			l.segments[segment] = i
			return true
		}
	}
	return false
}

// koeLayout reads koe's own format: question ids as headers, a column a choice as FUP_ISO[peers], and person_id, stage,
// submitted_at, language, publish_ok and segment columns.
func koeLayout(t *table.Table, w *headerWords, lang string) (*layout, koe.Problems) {
	at := t.Header(func(text string) bool { return w.byID(text) != nil || w.fixed(text) != "" })
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	var problems koe.Problems
	columns := map[string]int{}
	for i, h := range l.header.Cells {
		text := cell.Clean(h.Text)
		if text == "" {
			continue
		}
		if q := w.byID(text); q != nil {
			if first, twice := columns[q.ID]; twice {
				problems = append(problems, t.Place(l.header, i, say(lang, "設問 %s の列が二つあります(%d 列目と %d 列目)。", "question %s has two columns (%d and %d)", q.ID, first+1, i+1)))
				continue
			}
			columns[q.ID] = i
			l.add(q, answerColumn{index: i})
			continue
		}
		if q, option, other := w.option(text); q != nil {
			l.add(q, answerColumn{index: i, option: option, other: other})
			continue
		}
		if !l.place(w, i, text) {
			l.unused = append(l.unused, text)
		}
	}
	if len(l.questions) == 0 {
		return nil, problems
	}
	return l, problems
}

// given is the answer in a row to a question, from all of its columns.
func (l *layout) given(lang string, a *asked, r table.Row) (answer koe.Answer, toOther bool, column int, err error) {
	answer = koe.Answer{Missing: koe.Skipped}
	column = a.columns[0].index
	touched := false
	var choices []string
	for _, c := range a.columns {
		text := cell.Clean(r.Text(c.index))
		if l.blanks[cell.Fold(text)] {
			text = ""
		}
		if l.decode != nil {
			text = cell.Clean(l.decode(text))
		}
		switch {
		case c.option == "" && !c.other: // the whole answer
			one, other, err := a.reader.read(lang, text, l.order)
			if err != nil {
				return answer, false, c.index, err
			}
			if one.Missing == koe.Skipped {
				continue
			}
			if answer.Missing == koe.Skipped {
				answer, column = one, c.index
				toOther = toOther || other
				choices = append(choices, one.Choices...)
			} else if !sameAnswer(answer, one) {
				return answer, false, c.index, problem(say(lang, "二つの列が違う回答になっています。", "two columns answer it differently"))
			}
		case text == "":
		case c.other:
			toOther, touched = true, true
			if other := cmp.Or(c.option, a.reader.other); other != "" && !slices.Contains(choices, other) {
				choices = append(choices, other)
			}
		default:
			touched = true
			picked, ok := a.reader.picked(text, c.option)
			if !ok && c.option == a.reader.other {
				picked, toOther = true, true // its free text
			} else if !ok {
				return answer, false, c.index, problem(say(lang, "「%s」は、この選択肢が選ばれたかどうかを表していません。", "%q does not say whether the choice was taken", text))
			}
			if picked && !slices.Contains(choices, c.option) {
				choices = append(choices, c.option)
			}
		}
	}
	if touched && len(choices) > 0 {
		if a.question.Kind == koe.KindSingle {
			choices = choices[:1]
		}
		a.reader.inOrder(choices)
		answer = koe.Answer{Choices: choices}
	}
	return answer, toOther, column, nil
}

func sameAnswer(a, b koe.Answer) bool {
	if (a.Value == nil) != (b.Value == nil) || a.Value != nil && *a.Value != *b.Value {
		return false
	}
	return a.Text == b.Text && a.Missing == b.Missing && slices.Equal(a.Choices, b.Choices)
}

// picked understands a cell of a column that is about one choice: yes or no, 1 or 0, or the choice itself.
func (r *reader) picked(text, option string) (picked, ok bool) {
	if value, other := optionOf(r.q, cell.Unguard(text)); value == option && !other && value != "" {
		return true, true
	}
	if mapped, found := r.labels[cell.Fold(text)]; found {
		return mapped != "" && mapped != "0", true
	}
	if v, yesNo := r.yesNo(text); yesNo {
		return v == 1, true
	}
	return false, false
}

// questionOrder gives the place of each question in the journey, for lists in a steady order.
func questionOrder(j *journey.Compiled) func(a, b string) int {
	rank := map[string]int{}
	for i, q := range j.Questions {
		rank[q.ID] = i
	}
	return func(a, b string) int { return cmp.Compare(rank[a], rank[b]) }
}
