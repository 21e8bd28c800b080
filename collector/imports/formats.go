package imports

import (
	"slices"

	"koe"
	"koe/collector/imports/table"
)

// format is one way in which answers come.
type format struct {
	name   string
	layout func(t *table.Table, w *headerWords, lang string) (*layout, koe.Problems) // nil when the table holds no answers
	signs  func(t *table.Table, w *headerWords) bool                                 // whether a table looks like it
}

// formats lists every format, those that are easiest to tell first.
func formats() []format {
	return []format{
		{"qualtrics", qualtricsLayout, qualtricsSigns},
		{"surveymonkey", surveymonkeyLayout, surveymonkeySigns},
		{"limesurvey-vv", vvLayout, vvSigns},
		{"limesurvey", limesurveyLayout, limesurveySigns},
		{"formbricks", formbricksLayout, formbricksSigns},
		{"glint", glintLayout, glintSigns},
		{"msforms", msformsLayout, msformsSigns},
		{"google", googleLayout, googleSigns},
		{"koe", koeLayout, koeSigns},
	}
}

// Formats lists the names of the formats that answers can have.
func Formats() []string {
	names := []string{"koe", koeForm}
	for _, f := range formats() {
		if f.name != "koe" {
			names = append(names, f.name)
		}
	}
	slices.Sort(names[2:])
	return names
}

func formatNamed(name string) (format, bool) {
	for _, f := range formats() {
		if f.name == name {
			return f, true
		}
	}
	return format{}, false
}

// detect suggests the format of a table, "" when it looks like none.
func detect(t *table.Table, w *headerWords) string {
	for _, f := range formats() {
		if f.signs(t, w) {
			return f.name
		}
	}
	return ""
}

// koeSigns: a row of headers with a question id and somebody who answered.
func koeSigns(t *table.Table, w *headerWords) bool {
	at := t.Header(func(text string) bool { return w.byID(text) != nil || w.fixed(text) != "" })
	if at < 0 {
		return false
	}
	ids, who := 0, false
	for _, h := range t.Rows[at].Cells {
		if w.byID(h.Text) != nil {
			ids++
		}
		meaning := w.fixed(h.Text)
		who = who || meaning == colPerson || meaning == colEmail || meaning == "stage"
	}
	return ids > 0 && who
}
