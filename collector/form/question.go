package form

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"koe"
)

type optionView struct {
	Value, Text, Hidden, ID string
	Checked                 bool
}

// questionView is one question as the page draws it. Kind: note, choice, text, number, date.
type questionView struct {
	words
	lang                                    string
	ID, Kind, Text, Help, Error, Describe   string
	Note                                    template.HTML
	Optional                                bool
	Class, Input                            string
	Low, High                               string
	Options                                 []optionView
	Value, Count                            string
	Max, Rows                               int
	NoteLabel, NoteValue                    string
	Decline, Declined                       bool
	DeclineInput, DeclineName, DeclineValue string
}

// T gives a text of the form itself in the page's language.
func (q questionView) T(key string, args ...any) string { return q.words.in(q.lang, key, args...) }

// question lays out one question with what was answered so far.
func (f *form) question(s *sitting, q *koe.Question, l looks) questionView {
	v := questionView{words: f.words, lang: s.lang, ID: q.ID, Text: q.Text.In(s.lang), Help: q.Help.In(s.lang),
		Optional: !q.Required && q.Answerable(), Decline: true,
		DeclineInput: "checkbox", DeclineName: "d." + q.ID, DeclineValue: "1"}
	a := s.draft.Answers[q.ID]
	v.Declined = a.Missing == koe.DeclinedTo
	if bad := l.taken.faults[q.ID]; bad != nil && l.wrong {
		v.Error = bad.in(f.words, s.lang)
	}
	radio := func() {
		v.Kind, v.Input = "choice", "radio"
		v.DeclineInput, v.DeclineName, v.DeclineValue = "radio", "a."+q.ID, declineValue
	}
	is := func(n float64) bool { return a.Value != nil && *a.Value == n }
	switch q.Kind {
	case koe.KindNote:
		v.Kind, v.Note = "note", f.markdown(q.Text.In(s.lang))
	case koe.KindScale:
		radio()
		f.scale(s, q, &v, is)
	case koe.KindYesNo:
		radio()
		v.Class = "yesno"
		v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "yes"), Checked: is(1)}, {Value: "0", Text: f.words.in(s.lang, "no"), Checked: is(0)}}
	case koe.KindConsent:
		if q.Required { // something must be pressed
			radio()
			v.Class = "yesno"
			v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "consent_yes"), Checked: is(1)}, {Value: "0", Text: f.words.in(s.lang, "consent_no"), Checked: is(0)}}
			break
		}
		// One box; without its tick consent is not given, so there is nothing to decline.
		v.Kind, v.Input, v.Decline, v.Optional = "choice", "checkbox", false, false
		v.Options = []optionView{{Value: "1", Text: f.words.in(s.lang, "consent_yes"), Checked: is(1)}}
	case koe.KindContact:
		radio()
		v.Class, v.Decline, v.Optional = "yesno", false, false
		v.Options = []optionView{{Value: "0", Text: f.words.in(s.lang, "no"), Checked: !is(1)}, {Value: "1", Text: f.words.in(s.lang, "yes"), Checked: is(1)}}
		v.Help = strings.TrimSpace(v.Help + " " + f.words.in(s.lang, "contact_help"))
		v.NoteLabel, v.NoteValue, v.Max = f.words.in(s.lang, "contact_note"), a.Text, defaultTextMax
	case koe.KindSingle, koe.KindMulti:
		radio()
		if q.Kind == koe.KindMulti {
			v.Input, v.DeclineInput, v.DeclineName, v.DeclineValue = "checkbox", "checkbox", "d."+q.ID, "1"
			if v.Help == "" {
				v.Help = f.words.in(s.lang, "any_number")
			}
		}
		for _, o := range q.Options {
			v.Options = append(v.Options, optionView{Value: o.Value, Text: o.Text.In(s.lang), Checked: slices.Contains(a.Choices, o.Value)})
		}
	case koe.KindText:
		v.Kind, v.Value, v.Max, v.Rows = "text", a.Text, textMax(q), 5
		if v.Max <= 100 {
			v.Rows = 2
		}
		v.Count = f.words.in(s.lang, "chars", v.Max)
		if n := utf8.RuneCountInString(a.Text); n > 0 {
			v.Count = strings.NewReplacer("{n}", fmt.Sprint(n), "{max}", fmt.Sprint(v.Max)).Replace(f.words.in(s.lang, "chars_now"))
		}
		care := "text_care"
		if s.mode == koe.Identified {
			care = "text_care_identified"
		}
		if s.keep != keepNowhere && !l.cared {
			v.Help = strings.TrimSpace(v.Help + " " + f.words.in(s.lang, care))
		}
	case koe.KindDate:
		v.Kind, v.Input = "date", "date"
		if len(a.Choices) > 0 {
			v.Value = a.Choices[0]
		}
		if v.Help == "" {
			v.Help = f.words.in(s.lang, "date_help")
		}
	case koe.KindNumber:
		if lo, hi, ok := rowOf(q); ok {
			radio()
			v.Class = fmt.Sprintf("numbers s%d", hi-lo+1)
			for n := lo; n <= hi; n++ {
				v.Options = append(v.Options, optionView{Value: fmt.Sprint(n), Text: fmt.Sprint(n), Checked: is(float64(n))})
			}
			break
		}
		v.Kind, v.Input = "number", "text"
		if a.Value != nil {
			v.Value = plain(*a.Value)
		}
		if b := bounds(q); b != nil && v.Help == "" {
			v.Help = b.in(f.words, s.lang)
		}
	}
	if raw, ok := l.taken.raw[q.ID]; ok {
		v.Value = clip(raw, 200)
		if v.Kind == "date" {
			v.Input = "text" // a date field would not show what was typed
		}
	}
	if len(v.Options) > 0 {
		v.Options[0].ID = "i-" + q.ID
	}
	var describe []string
	if v.Help != "" {
		describe = append(describe, "h-"+q.ID)
	}
	if v.Error != "" {
		describe = append(describe, "e-"+q.ID)
	}
	v.Describe = strings.Join(describe, " ")
	return v
}

// scale lays out the steps of a scale: each with its label, or numbers between two labelled ends.
func (f *form) scale(s *sitting, q *koe.Question, v *questionView, is func(float64) bool) {
	sc, ok := s.journey.Scale(q.Scale)
	if !ok {
		return
	}
	labels := labelsIn(sc, s.lang)
	steps := sc.To - sc.From + 1
	full := len(labels) == steps
	v.Class = fmt.Sprintf("scale s%d", steps)
	if !full {
		v.Class = fmt.Sprintf("numbers s%d", steps)
		if len(labels) == 2 {
			v.Low, v.High = labels[0], labels[1]
		}
	}
	for n := sc.From; n <= sc.To; n++ {
		o := optionView{Value: fmt.Sprint(n), Text: fmt.Sprint(n), Checked: is(float64(n))}
		switch {
		case full:
			o.Text = labels[n-sc.From]
		case n == sc.From:
			o.Hidden = " " + v.Low
		case n == sc.To:
			o.Hidden = " " + v.High
		}
		v.Options = append(v.Options, o)
	}
}

func labelsIn(sc *koe.Scale, lang string) []string {
	keys := koe.Text{}
	for tag := range sc.Labels {
		keys[tag] = tag
	}
	return sc.Labels[keys.In(lang)]
}
