package imports

import (
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/journey"
)

// answerHeaders are the other names of the columns that say who answered, when and at which stage.
func answerHeaders() map[string][]string {
	people := rosterHeaders()
	return map[string][]string{
		colPerson: people[colPerson], colEmail: people[colEmail],
		"stage": {"段階", "ステージ", "時期", "回答段階", "調査時期"},
		"submitted_at": {"回答日時", "提出日時", "送信日時", "提出日", "回答日", "完了日時", "完了時刻", "タイムスタンプ", "completion time", "timestamp", "submitted",
			"submitted at", "date submitted", "response date", "end date"},
		colLanguage:  people[colLanguage],
		"seconds":    {"所要時間", "所要秒数", "回答時間(秒)", "duration", "duration (in seconds)", "total time"},
		"publish_ok": {"掲載可", "原文のまま掲載してよい", "原文掲載可", "公開可"},
	}
}

// headerWords finds what a header of answers means: one of the columns above, a segment, or a question.
type headerWords struct {
	fixed     func(header string) string
	segments  func(header string) string
	ids       map[string]*koe.Question // folded id
	exact     map[string]*koe.Question // id as it is
	texts     map[string]*koe.Question // folded question text, in every language; nil where two share it
	questions map[string]bool
}

// wordsFor prepares for the headers of answers to a journey; stage narrows the questions to those of its survey.
func wordsFor(cfg *Config, j *journey.Compiled, stage string) *headerWords {
	settings := &cfg.Workspace.Settings
	w := &headerWords{
		fixed: naming([]string{colPerson, colEmail, "stage", "submitted_at", colLanguage, "seconds", "publish_ok"},
			settings.Aliases, answerHeaders()),
		segments: naming(settings.SegmentColumns(), settings.Aliases, rosterHeaders()),
		ids:      map[string]*koe.Question{}, exact: map[string]*koe.Question{}, texts: map[string]*koe.Question{}, questions: map[string]bool{},
	}
	for _, s := range j.Stages {
		if stage != "" && s.ID != stage {
			continue
		}
		if survey, found := j.Survey(s.Survey); found {
			for _, id := range survey.Asked() {
				w.questions[id] = true
			}
		}
	}
	for i := range j.Questions {
		q := &j.Questions[i]
		if !q.Answerable() {
			continue
		}
		w.exact[q.ID] = q
		w.ids[cell.Fold(q.ID)] = q
		if !w.questions[q.ID] && stage != "" {
			continue
		}
		for _, text := range q.Text {
			folded := foldQuestion(text)
			if first, taken := w.texts[folded]; taken && first != q {
				w.texts[folded] = nil
				continue
			}
			w.texts[folded] = q
		}
	}
	return w
}

// foldQuestion is the form in which question texts are compared: folded, without a number before them and without the
// full stop and the remarks of a form after them.
func foldQuestion(text string) string {
	folded := cell.Fold(plain(text))
	rest := strings.TrimLeft(strings.TrimPrefix(folded, "q"), "0123456789")
	if rest != folded && rest != "" && strings.ContainsRune(".:)、-", []rune(rest)[0]) {
		folded = strings.TrimLeft(rest, ".:)、-")
	}
	return strings.TrimRight(folded, "。.?*※")
}

// byID finds the question of a header such as ISO1.
func (w *headerWords) byID(header string) *koe.Question {
	header = cell.Clean(header)
	if q := w.exact[header]; q != nil {
		return q
	}
	return w.ids[cell.Fold(header)]
}

// question finds the question of a header that is an id or a question's text.
func (w *headerWords) question(header string) *koe.Question {
	if q := w.byID(header); q != nil {
		return q
	}
	return w.texts[foldQuestion(header)]
}

// prefixed finds the question of a header that begins with an id: ISO1. text.
func (w *headerWords) prefixed(header string) *koe.Question {
	for _, separator := range []string{". ", ": ", ".", ":", "．", "："} {
		if id, rest, cut := strings.Cut(cell.Clean(header), separator); cut && rest != "" {
			if q := w.byID(id); q != nil {
				return q
			}
		}
	}
	return nil
}

// option finds the question and choice of a header such as FUP_ISO[peers] or FUP_ISO_peers.
func (w *headerWords) option(header string) (q *koe.Question, option string, other bool) {
	header = cell.Clean(header)
	if open := strings.LastIndexAny(header, "[［"); open > 0 {
		inner := strings.TrimRight(strings.TrimLeft(header[open:], "[［"), "]］ ")
		if q := w.question(header[:open]); q != nil {
			if value, other := optionOf(q, inner); value != "" || other {
				return q, value, other
			}
		}
	}
	return nil, "", false
}

// optionOf finds the choice of a question by its value or its text in any language.
func optionOf(q *koe.Question, text string) (value string, other bool) {
	folded := cell.Fold(text)
	for _, o := range q.Options {
		if cell.Fold(o.Value) == folded {
			return o.Value, false
		}
	}
	for _, o := range q.Options {
		for _, t := range o.Text {
			if cell.Fold(t) == folded {
				return o.Value, false
			}
		}
	}
	return "", folded == "other" || folded == "othertext" || folded == "comment"
}
