package imports

import (
	"slices"
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/journey"
)

// Mapping is a mapping file: it says in YAML what the columns of a table of answers mean, for tables that no format
// knows. Columns are named by their header, or by their number from 1 where headers repeat.
type Mapping struct {
	File      string                     `yaml:"-"`
	Journey   string                     `yaml:"journey"`
	Sheet     string                     `yaml:"sheet"`  // of a workbook; the first that fits when empty
	Header    int                        `yaml:"header"` // line of the header; found when 0
	First     int                        `yaml:"first"`  // line of the first record; the one after the header when 0
	Person    *MappedPerson              `yaml:"person"`
	Stage     *MappedStage               `yaml:"stage"`
	Submitted *MappedTime                `yaml:"submitted_at"`
	Language  *MappedColumn              `yaml:"language"`
	Seconds   *MappedColumn              `yaml:"seconds"`
	Publish   *MappedColumn              `yaml:"publish_ok"`
	Segments  map[string]*MappedColumn   `yaml:"segments"`
	Questions map[string]*MappedQuestion `yaml:"questions"`
}

// MappedColumn names a column by its header or its number.
type MappedColumn struct {
	Column string `yaml:"column"`
	Number int    `yaml:"number"`
}

// MappedPerson says which column tells who answered, and whether it holds the person's number (id) or a mail address (mail).
type MappedPerson struct {
	Column string `yaml:"column"`
	Number int    `yaml:"number"`
	By     string `yaml:"by"`
}

// MappedStage says the stage of all rows, or the column that says it and what its words mean.
type MappedStage struct {
	Fixed  string            `yaml:"fixed"`
	Column string            `yaml:"column"`
	Number int               `yaml:"number"`
	Values map[string]string `yaml:"values"`
}

// MappedTime says which column tells when it was sent, in which order its dates are written when the year is last (mdy,
// dmy), and in which zone.
type MappedTime struct {
	Column string `yaml:"column"`
	Number int    `yaml:"number"`
	Order  string `yaml:"order"`
	Zone   string `yaml:"zone"`
}

// MappedQuestion says which column holds the answer, or which columns are about which choice, and what labels mean: a
// value of the question, declined, or nothing for a blank.
type MappedQuestion struct {
	Column  string            `yaml:"column"`
	Number  int               `yaml:"number"`
	Columns map[string]string `yaml:"columns"` // header → choice
	Numbers map[int]string    `yaml:"numbers"` // number of the column → choice
	Values  map[string]string `yaml:"values"`
}

// ReadMapping reads a mapping file.
func ReadMapping(path string) (*Mapping, error) {
	m := &Mapping{}
	if err := journey.ReadYAML(path, m); err != nil {
		return nil, err
	}
	m.File = path
	return m, nil
}

// labels gives what labels mean, by question.
func (m *Mapping) labels() map[string]map[string]string {
	out := map[string]map[string]string{}
	for id, q := range m.Questions {
		if q != nil {
			out[id] = q.Values
		}
	}
	return out
}

// columnsOf names the header row's columns, and reports what a mapping asks for that is not there.
type mappedTable struct {
	m        *Mapping
	l        *layout
	lang     string
	problems koe.Problems
}

func (x *mappedTable) fail(ja, en string, args ...any) {
	x.problems = append(x.problems, koe.Problem{File: x.m.File, Message: say(x.lang, ja, en, args...)})
}

// index finds a column; -1 when it is not there, which is noted.
func (x *mappedTable) index(header string, number int) int {
	if number > 0 {
		return number - 1
	}
	found := -1
	for i, c := range x.l.header.Cells {
		if cell.Fold(plain(c.Text)) == cell.Fold(plain(header)) {
			if found >= 0 {
				x.fail("見出し「%s」の列が複数あります。number: で何列目かを書いてください。", "several columns have the header %q; say which with number:", header)
				return found
			}
			found = i
		}
	}
	if found < 0 {
		x.fail("見出し「%s」の列が %[2]s にありません。", "there is no column %q in %s", header, x.l.table.Name())
	}
	return found
}

// layout finds out what the columns of a table mean by the mapping. No layout and no problem: the table is another sheet.
func (m *Mapping) layout(in *answerImport, t *table.Table) (*layout, koe.Problems) {
	if m.Sheet != "" && t.Sheet != "" && t.Sheet != m.Sheet {
		return nil, nil
	}
	at := m.headerOf(t)
	if at < 0 {
		if t.Sheet != "" && m.Sheet == "" {
			return nil, nil
		}
		return nil, koe.Problems{{File: m.File, Message: say(in.lang, "対応表の見出しが %s に見つかりません。", "the mapping's headers are not in %s", t.Name())}}
	}
	x := &mappedTable{m: m, l: newLayout(t, at), lang: in.lang}
	l := x.l
	l.freeOther = true
	if m.First > 0 {
		l.first = slices.IndexFunc(t.Rows, func(r table.Row) bool { return r.Line >= m.First })
		if l.first < 0 {
			l.first = len(t.Rows)
		}
	}
	x.who(in)
	x.rest(in)
	x.questions(in)
	return l, x.problems
}

// headerOf finds the header row: the line that the mapping says, or the first row that has the mapping's headers.
func (m *Mapping) headerOf(t *table.Table) int {
	if m.Header > 0 {
		return slices.IndexFunc(t.Rows, func(r table.Row) bool { return r.Line == m.Header })
	}
	headers := map[string]bool{}
	for _, q := range m.Questions {
		if q == nil {
			continue
		}
		headers[cell.Fold(plain(q.Column))] = true
		for h := range q.Columns {
			headers[cell.Fold(plain(h))] = true
		}
	}
	delete(headers, "")
	if len(headers) == 0 {
		return 0
	}
	return t.Header(func(text string) bool { return headers[cell.Fold(plain(text))] })
}

// who finds the columns of the person and the stage.
func (x *mappedTable) who(in *answerImport) {
	if p := x.m.Person; p != nil {
		switch strings.ToLower(p.By) {
		case "", "id", "person_id":
			x.l.person = x.index(p.Column, p.Number)
		case "mail", "email":
			x.l.mail = x.index(p.Column, p.Number)
		default:
			x.fail("person の by は id か mail です(「%s」)。", "by of person is id or mail, not %q", p.By)
		}
	}
	s := x.m.Stage
	if s == nil {
		return
	}
	word := func(word string) string {
		stage, found := stageNamed(in.journey, word)
		if !found {
			x.fail("「%s」という段階はありません: %s", "there is no stage %q: %s", word, stageList(in.journey))
			return ""
		}
		return stage.ID
	}
	if s.Fixed != "" {
		x.l.fixed = word(s.Fixed)
		return
	}
	x.l.stage, x.l.stages = x.index(s.Column, s.Number), map[string]string{}
	for label, stage := range s.Values {
		x.l.stages[cell.Fold(label)] = word(stage)
	}
}

// rest finds the columns of the time, the language and the segments.
func (x *mappedTable) rest(in *answerImport) {
	if at := x.m.Submitted; at != nil {
		x.l.submitted, x.l.zone = x.index(at.Column, at.Number), at.Zone
		switch strings.ToLower(at.Order) {
		case "mdy":
			x.l.order = cell.MonthFirst
		case "dmy":
			x.l.order = cell.DayFirst
		case "", "ymd":
			x.l.order = x.l.orderOf(x.l.submitted)
		default:
			x.fail("order は ymd, mdy, dmy のどれかです(「%s」)。", "order is one of ymd, mdy, dmy, not %q", at.Order)
		}
	}
	for target, column := range map[*int]*MappedColumn{&x.l.language: x.m.Language, &x.l.seconds: x.m.Seconds, &x.l.publish: x.m.Publish} {
		if column != nil {
			*target = x.index(column.Column, column.Number)
		}
	}
	for segment, column := range x.m.Segments {
		if !slices.Contains(in.cfg.Workspace.Settings.SegmentColumns(), segment) {
			x.fail("「%s」は koe.yaml の segments にありません。", "%q is no segment of koe.yaml", segment)
		} else if column != nil {
			x.l.segments[segment] = x.index(column.Column, column.Number)
		}
	}
}

// questions finds the columns of the questions, and checks that their labels lead to values.
func (x *mappedTable) questions(in *answerImport) {
	used := map[int]bool{x.l.person: true, x.l.mail: true, x.l.stage: true, x.l.submitted: true, x.l.language: true, x.l.seconds: true, x.l.publish: true}
	for _, i := range x.l.segments {
		used[i] = true
	}
	if len(x.m.Questions) == 0 {
		x.fail("questions がありません。", "there are no questions")
	}
	for i := range in.journey.Questions { // in the journey's order, so that problems are
		q := &in.journey.Questions[i]
		mapped := x.m.Questions[q.ID]
		if mapped == nil {
			continue
		}
		if mapped.Column != "" || mapped.Number > 0 {
			column := x.index(mapped.Column, mapped.Number)
			used[column] = true
			if column >= 0 {
				x.l.add(q, answerColumn{index: column})
			}
		}
		choice := func(column int, text string) {
			used[column] = true
			value, other := optionOf(q, text)
			switch {
			case value == "" && !other:
				x.fail("設問 %s に選択肢「%s」はありません。", "question %s has no choice %q", q.ID, text)
			case column >= 0:
				x.l.add(q, answerColumn{index: column, option: value, other: other && value == ""})
			}
		}
		for header, text := range mapped.Columns {
			choice(x.index(header, 0), text)
		}
		for number, text := range mapped.Numbers {
			choice(number-1, text)
		}
		check := newReader(&in.journey.Journey, q, in.words, true)
		for label, value := range mapped.Values {
			if _, _, err := check.read(x.lang, value, cell.Ambiguous); err != nil {
				x.fail("設問 %s のラベル「%s」: %v", "question %s, label %q: %v", q.ID, label, err)
			}
		}
	}
	for id := range x.m.Questions {
		if _, found := in.journey.Question(id); !found {
			x.fail("「%s」という設問はありません。", "there is no question %q", id)
		}
	}
	for i, c := range x.l.header.Cells {
		if text := cell.Clean(c.Text); text != "" && !used[i] {
			x.l.unused = append(x.l.unused, text)
		}
	}
}
