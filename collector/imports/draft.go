package imports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// DraftMapping writes the first draft of a mapping file for a table of answers: what a format or the headers show, and
// guesses by likeness, each marked as such for a person to check. Labels that no question understands are listed with
// the nearest value or nothing.
func DraftMapping(ctx context.Context, cfg Config, file string, opts AnswerOptions, now time.Time) ([]byte, error) {
	opts.Map = ""
	tables, err := readAll([]string{file}, cfg.lang())
	if err != nil {
		return nil, err
	}
	opts.Journey = likelyJourney(&cfg, opts, tables, nil)
	in, err := newAnswerImport(ctx, cfg, opts, now)
	if err != nil {
		return nil, err
	}
	w := wordsFor(in.cfg, in.journey, opts.Stage)
	var d *draft
	for i := range tables {
		one := in.draftOf(&tables[i], w)
		if d == nil || len(one.l.questions) > len(d.l.questions) {
			d = one
		}
	}
	d.guess()
	return d.write(), nil
}

// draft is a mapping that is being worked out.
type draft struct {
	in      *answerImport
	l       *layout
	format  string
	likely  map[int]likeness // by column
	labels  map[string][]guessed
	guesses map[string]string // what the file does not say outright → why it is thought
}

type likeness struct {
	question *koe.Question
	share    float64
}

// guessed is a label that no question understands, and the value that is nearest.
type guessed struct {
	label, value string
	share        float64
	code         bool // by its place, as survey tools number answers
}

func (in *answerImport) draftOf(t *table.Table, w *headerWords) *draft {
	d := &draft{in: in, likely: map[int]likeness{}, labels: map[string][]guessed{}, guesses: map[string]string{}}
	name := cmp.Or(in.opts.Format, detect(t, w))
	if f, known := formatNamed(name); known {
		if d.l, _ = f.layout(t, w, in.lang); d.l != nil {
			d.format = name
			return d
		}
	}
	at, most := 0, 0
	for i, r := range t.Rows[:min(len(t.Rows), 10)] {
		different := map[string]bool{}
		for _, c := range r.Cells {
			different[strings.TrimSpace(c.Text)] = true
		}
		if len(different) > most {
			at, most = i, len(different)
		}
	}
	d.l = newLayout(t, at)
	d.l.freeOther = true
	arrange(d.l, w, nil, headsOf(d.l.header))
	return d
}

// records gives the first thousand records.
func (d *draft) records() []table.Row {
	rows := d.l.table.Rows[min(d.l.first, len(d.l.table.Rows)):]
	return rows[:min(len(rows), 1000)]
}

// share gives which part of a column's texts something holds for, and how many texts there are.
func (d *draft) share(column int, holds func(text string) bool) (part float64, texts int) {
	hits := 0
	for _, r := range d.records() {
		raw := r.Text(column)
		if len(raw) > 400 { // longer than any number, address or time is
			texts++
			continue
		}
		if text := cell.Clean(raw); text != "" {
			texts++
			if holds(text) {
				hits++
			}
		}
	}
	if texts == 0 {
		return 0, 0
	}
	return float64(hits) / float64(texts), texts
}

// guess looks for who answered and when among the columns that have no meaning yet, and for the questions that the
// others are most like.
func (d *draft) guess() {
	used := d.used()
	for i, c := range d.l.header.Cells {
		if used[i] || cell.Clean(c.Text) == "" {
			continue
		}
		if d.who(i) || d.when(i) {
			continue
		}
		best := likeness{}
		for n := range d.in.journey.Questions {
			q := &d.in.journey.Questions[n]
			if !q.Answerable() || d.answered(q.ID) {
				continue
			}
			for _, text := range q.Text {
				if share := alike(foldQuestion(text), foldQuestion(c.Text)); share > best.share {
					best = likeness{q, share}
				}
			}
		}
		if best.share >= 0.4 {
			d.likely[i] = best
			d.l.add(best.question, answerColumn{index: i})
		}
	}
	d.l.prepare(&d.in.journey.Journey, d.in.words, nil)
	for _, a := range d.l.questions {
		d.labelsOf(a)
	}
}

func (d *draft) used() map[int]bool {
	used := map[int]bool{d.l.person: true, d.l.mail: true, d.l.stage: true, d.l.submitted: true, d.l.language: true, d.l.seconds: true, d.l.publish: true}
	for _, i := range d.l.segments {
		used[i] = true
	}
	for _, a := range d.l.questions {
		for _, c := range a.columns {
			used[c.index] = true
		}
	}
	return used
}

func (d *draft) answered(id string) bool {
	return slices.ContainsFunc(d.l.questions, func(a *asked) bool { return a.question.ID == id })
}

// who takes a column whose texts are mostly numbers or addresses of people on the roster.
func (d *draft) who(column int) bool {
	if d.l.person >= 0 || d.l.mail >= 0 {
		return false
	}
	if part, n := d.share(column, func(text string) bool { return d.in.byID[cell.Identifier(text)] != nil }); n > 0 && part >= 0.5 {
		d.l.person = column
		d.guesses[colPerson] = percent(part)
		return true
	}
	if part, n := d.share(column, func(text string) bool { return d.in.byMail[cell.Fold(text)] != nil }); n > 0 && part >= 0.5 {
		d.l.mail = column
		d.guesses[colPerson] = percent(part)
		return true
	}
	return false
}

// when takes a column whose texts are mostly dates.
func (d *draft) when(column int) bool {
	if d.l.submitted >= 0 {
		return false
	}
	order := d.l.orderOf(column)
	part, n := d.share(column, func(text string) bool {
		_, err := cell.TimeIn(text, time.UTC, cmp.Or(order, cell.MonthFirst))
		_, number := cell.Number(text)
		return err == nil && !number
	})
	if n == 0 || part < 0.8 {
		return false
	}
	d.l.submitted, d.l.order = column, order
	d.guesses["submitted_at"] = percent(part)
	return true
}

func percent(part float64) string { return fmt.Sprintf("%.0f%%", 100*part) }

// labelsOf finds the texts that the question does not understand.
func (d *draft) labelsOf(a *asked) {
	if a.question.Kind == koe.KindText {
		return
	}
	a.reader.other = "" // here free text is to be seen
	codes, seen := map[string]string{}, map[string]bool{}
	if d.l.codes != nil { // a mapping does not know the format that it was drafted from
		for code, value := range d.l.codes(&d.in.journey.Journey, a.question) {
			codes[cell.Fold(code)] = value
		}
	}
	for _, r := range d.records() {
		for _, c := range a.columns {
			text := cell.Clean(r.Text(c.index))
			if text == "" || c.option != "" || c.other || seen[text] || len(seen) > 200 {
				continue
			}
			seen[text] = true
			if value, known := codes[cell.Fold(text)]; known {
				d.labels[a.question.ID] = append(d.labels[a.question.ID], guessed{label: text, value: value, code: true})
				continue
			}
			if _, isNumber := cell.Number(text); isNumber && (a.question.Kind == koe.KindScale || a.question.Kind == koe.KindNumber) {
				continue // a number out of range is an error, not a label
			}
			if _, _, err := a.reader.read(d.in.lang, text, d.l.order); err != nil {
				d.labels[a.question.ID] = append(d.labels[a.question.ID], a.reader.nearest(text))
			}
		}
	}
	labels := d.labels[a.question.ID]
	slices.SortFunc(labels, func(a, b guessed) int { return strings.Compare(a.label, b.label) })
	d.byCode(a.question, labels)
}

// byCode takes the labels that mean nothing, if there are two or more and all are codes of answers by their place (A1, AO01),
// for the answers at these places. The draft marks them as guesses.
func (d *draft) byCode(q *koe.Question, labels []guessed) {
	codes, unknown := limesurveyCodes(&d.in.journey.Journey, q), 0
	for _, g := range labels {
		if !g.code {
			unknown++
			if codes[g.label] == "" {
				return
			}
		}
	}
	for i, g := range labels {
		if unknown >= 2 && !g.code {
			labels[i].value, labels[i].code = codes[g.label], true
		}
	}
}

// nearest finds the value whose label is most like a text.
func (r *reader) nearest(text string) guessed {
	g := guessed{label: text}
	folded := cell.Fold(text)
	try := func(label, value string) {
		if share := alike(folded, label); share > g.share || share == g.share && share > 0 && value < g.value {
			g.value, g.share = value, share
		}
	}
	for label, value := range r.numbers {
		try(label, strconv.FormatFloat(value, 'f', -1, 64))
	}
	for label, value := range r.options {
		try(label, value)
	}
	if r.q.Kind == koe.KindYesNo || r.q.Kind == koe.KindConsent || r.q.Kind == koe.KindContact {
		for word := range r.words.yes {
			try(word, "1")
		}
		for word := range r.words.no {
			try(word, "0")
		}
	}
	if g.share < 0.3 {
		g.value = ""
	}
	return g
}

// alike is Dice's coefficient (Dice 1945) of the two texts' pairs of characters: 1 for equal texts, 0 for nothing in common.
func alike(a, b string) float64 {
	if a == b {
		return 1
	}
	pairs := func(s string) map[string]int {
		runes, m := []rune(s), map[string]int{}
		for i := 0; i+1 < len(runes); i++ {
			m[string(runes[i:i+2])]++
		}
		return m
	}
	x, y := pairs(a), pairs(b)
	common, total := 0, 0
	for pair, n := range x {
		common += min(n, y[pair])
		total += n
	}
	for _, n := range y {
		total += n
	}
	if total == 0 {
		return 0
	}
	return 2 * float64(common) / float64(total)
}
