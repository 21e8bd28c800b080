package imports

import (
	"html"
	"regexp"
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// head is one column of a survey tool's export: what the tool itself calls it, and the texts by which its question may
// be known.
type head struct {
	index int
	names []string // texts of the header, the surest first
	sub   string   // the choice or the row of a grid that the column is about; "" for the whole answer
}

// The meanings that a tool's own columns can have. Those with a question mark serve when nothing better is there.
const (
	meansNothing   = "-"
	meansPerson    = "person"
	maybePerson    = "person?"
	meansMail      = "mail"
	meansStage     = "stage"
	meansSubmitted = "submitted"
	maybeSubmitted = "submitted?"
	meansLanguage  = "language"
	meansSeconds   = "seconds"
	meansStatus    = "status"
	meansFinished  = "finished"
)

// system turns {meaning: headers} into folded header → meaning.
func system(meanings map[string][]string) map[string]string {
	out := map[string]string{}
	for meaning, headers := range meanings {
		for _, h := range headers {
			out[cell.FoldHeader(h)] = meaning
		}
	}
	return out
}

// found is what was found beside the layout: columns that only some tools have.
type found struct {
	layout   *layout
	maybe    map[string]int // fallback columns by meaning
	status   int
	finished int
}

// arrange gives every column its meaning: the tool's own, a question or one of its choices, a row of a grid that is a
// question, or one of koe's own columns (a hidden field person_id, a segment).
func arrange(l *layout, w *headerWords, own map[string]string, heads []head) *found {
	f := &found{layout: l, maybe: map[string]int{}, status: -1, finished: -1}
	for _, h := range heads {
		if len(h.names) == 0 || strings.Join(h.names, "") == "" {
			continue
		}
		if f.own(h, own) || l.answerOf(w, h) {
			continue
		}
		placed := false
		for _, name := range h.names {
			placed = placed || l.place(w, h.index, name)
		}
		if !placed {
			name := h.names[len(h.names)-1]
			if h.sub != "" {
				name += " [" + h.sub + "]"
			}
			l.unused = append(l.unused, strings.Join(strings.Fields(name), " "))
		}
	}
	f.fallBack(meansPersonColumn, maybePerson)
	f.fallBack(meansSubmittedColumn, maybeSubmitted)
	return f
}

// own takes a column that is the tool's own.
func (f *found) own(h head, own map[string]string) bool {
	for _, name := range h.names {
		meaning, known := own[cell.FoldHeader(name)]
		if !known {
			continue
		}
		l := f.layout
		columns := map[string]*int{meansPerson: &l.person, meansMail: &l.mail, meansStage: &l.stage, meansSubmitted: &l.submitted,
			meansLanguage: &l.language, meansSeconds: &l.seconds, meansStatus: &f.status, meansFinished: &f.finished}
		if column, is := columns[meaning]; is {
			if *column < 0 {
				*column = h.index
			}
			return true
		}
		if meaning != meansNothing {
			if _, taken := f.maybe[meaning]; !taken {
				f.maybe[meaning] = h.index
			}
		}
		return true
	}
	return false
}

func meansPersonColumn(l *layout) *int    { return &l.person }
func meansSubmittedColumn(l *layout) *int { return &l.submitted }

// fallBack uses a second-best column when the best is not there or is blank.
func (f *found) fallBack(column func(*layout) *int, meaning string) {
	at := column(f.layout)
	if i, there := f.maybe[meaning]; there && (*at < 0 || f.layout.blank(*at)) && !f.layout.blank(i) {
		*at = i
	}
}

// blank reports whether a column has nothing in any record.
func (l *layout) blank(column int) bool {
	for _, r := range l.table.Rows[min(l.first, len(l.table.Rows)):] {
		if strings.TrimSpace(r.Text(column)) != "" {
			return false
		}
	}
	return true
}

// answerOf takes a column that holds answers to a question of the journey.
func (l *layout) answerOf(w *headerWords, h head) bool {
	add := func(q *koe.Question, sub string) bool {
		if sub == "" || wholeAnswer(sub) {
			l.add(q, answerColumn{index: h.index})
			return true
		}
		base, isText := withoutText(sub)
		value, other := optionOf(q, base)
		other = other || isText && value != ""
		if other = other || value == "" && otherText(sub); value == "" && !other {
			return false
		}
		l.add(q, answerColumn{index: h.index, option: value, other: other})
		return true
	}
	if h.sub != "" && !wholeAnswer(h.sub) {
		if q := w.question(h.sub); q != nil {
			return add(q, "")
		}
	}
	for _, name := range h.names {
		if q := w.question(name); q != nil && add(q, h.sub) {
			return true
		}
	}
	if h.sub != "" {
		return false
	}
	for _, name := range h.names {
		for left, right := range subsOf(name) {
			if q := w.question(right); q != nil {
				return add(q, "")
			}
			if q := w.question(left); q != nil && add(q, right) {
				return true
			}
			if q := w.prefixed(left); q != nil && strings.HasSuffix(name, "]") && add(q, right) {
				return true
			}
		}
	}
	for _, name := range h.names {
		if q := w.prefixed(name); q != nil {
			return add(q, "")
		}
	}
	return false
}

// withoutText takes the remark off a column that holds the free text of a choice: "Something else - Text".
func withoutText(sub string) (base string, isText bool) {
	for _, suffix := range []string{" - Text", " - テキスト", " - text"} {
		if base, found := strings.CutSuffix(sub, suffix); found {
			return strings.TrimSpace(base), true
		}
	}
	return sub, false
}

// wholeAnswer reports whether a second header only says that the column holds the answer.
func wholeAnswer(sub string) bool {
	switch cell.Fold(sub) {
	case "response", "open-endedresponse", "回答", "自由回答", "自由記述", "自由回答形式の回答", "selectedchoice", "選択した回答", "選択された選択肢":
		return true
	}
	return false
}

// otherText reports whether a column holds the free text of the choice その他.
func otherText(sub string) bool {
	folded := cell.Fold(sub)
	for _, start := range []string{"other", "その他"} {
		if strings.HasPrefix(folded, start) {
			return true
		}
	}
	return false
}

// subsOf gives the ways in which a header divides into a question and a choice or row: "Q [row]", "Q - row", "Q.row".
func subsOf(name string) func(yield func(left, right string) bool) {
	return func(yield func(left, right string) bool) {
		name = cell.Clean(name)
		if open := strings.LastIndexAny(name, "[［"); open > 0 && strings.HasSuffix(strings.TrimRight(name, " ]］"), strings.TrimRight(name[open:], " ]］")) {
			if !yield(strings.TrimSpace(name[:open]), strings.Trim(name[open:], "[]［］ ")) {
				return
			}
		}
		for _, separator := range []string{" - ", " – ", " / ", ": ", "."} {
			for at := strings.LastIndex(name, separator); at > 0; at = strings.LastIndex(name[:at], separator) {
				if !yield(strings.TrimSpace(name[:at]), strings.TrimSpace(name[at+len(separator):])) {
					return
				}
			}
		}
	}
}

var tags = regexp.MustCompile(`<[^<>]{0,200}>`)

// plain takes the markup out of a header that a tool exports as HTML.
func plain(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = html.UnescapeString(tags.ReplaceAllString(s, ""))
	}
	return cell.Clean(s)
}

// headsOf makes the heads of a simple header row.
func headsOf(row table.Row) []head {
	var heads []head
	for i, c := range row.Cells {
		heads = append(heads, head{index: i, names: []string{plain(c.Text)}})
	}
	return heads
}

// orderOf finds out from a column of dates whether the month or the day comes first; Ambiguous when no date shows it.
func (l *layout) orderOf(column int) cell.Order {
	if column < 0 {
		return cell.Ambiguous
	}
	months, days := 0, 0
	for _, r := range l.table.Rows[min(l.first, len(l.table.Rows)):] {
		m := slashed.FindStringSubmatch(strings.TrimSpace(r.Text(column)))
		if m == nil {
			continue
		}
		if len(m[1]) == 2 && m[1] > "12" {
			days++
		}
		if len(m[2]) == 2 && m[2] > "12" {
			months++
		}
	}
	switch {
	case months > 0 && days == 0:
		return cell.MonthFirst
	case days > 0 && months == 0:
		return cell.DayFirst
	}
	return cell.Ambiguous
}

var slashed = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}`)

// skipUnless sets aside records whose text under a column is not among those wanted.
func skipUnless(column int, wanted ...string) func(table.Row) bool {
	words := map[string]bool{}
	for _, word := range wanted {
		words[cell.Fold(word)] = true
	}
	return func(r table.Row) bool { return !words[cell.Fold(r.Text(column))] }
}

// either sets aside what any of the rules sets aside.
func either(rules ...func(table.Row) bool) func(table.Row) bool {
	return func(r table.Row) bool {
		for _, rule := range rules {
			if rule != nil && rule(r) {
				return true
			}
		}
		return false
	}
}

// headerWith finds the first row of the table's beginning that has all of the headers.
func headerWith(t *table.Table, all ...string) int {
	for i, r := range t.Rows[:min(len(t.Rows), 40)] {
		have := map[string]bool{}
		for _, c := range r.Cells {
			have[cell.FoldHeader(c.Text)] = true
		}
		missing := false
		for _, h := range all {
			missing = missing || !have[cell.FoldHeader(h)]
		}
		if !missing {
			return i
		}
	}
	return -1
}

// headerWithAny is headerWith for several sets of headers, one of which must be there.
func headerWithAny(t *table.Table, sets ...[]string) int {
	for _, set := range sets {
		if at := headerWith(t, set...); at >= 0 {
			return at
		}
	}
	return -1
}
