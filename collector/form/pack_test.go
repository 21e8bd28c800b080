package form_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"koe"
	"koe/journey"

	"golang.org/x/net/html"
)

// Every survey of the embedded pack is answered to its end in both languages: each question in turn with its first and
// with its last answer, so that follow-ups and branches are shown too.
func TestPack_EverySurveyCanBeAnsweredInBothLanguages(t *testing.T) {
	dir := t.TempDir()
	must(t, journey.Init(dir, "chuto", "ja"))
	space, problems := journey.Open(dir)
	if serious := problems.Serious(); len(serious) > 0 {
		t.Fatal(serious)
	}
	w := newWorldOn(t, space, unlimited)
	asked := map[string]bool{}
	n := 0
	for _, j := range space.Journeys {
		for _, survey := range j.Surveys {
			for _, lang := range []string{"ja", "en"} {
				for _, end := range []string{"first", "last"} {
					n++
					w := w.on(t)
					root := "/s/" + j.ID + "/" + survey.ID
					if survey.Store {
						root = "/r/" + inviteTo(w, j, &survey, fmt.Sprintf("p%d", n), lang)
					}
					name := j.ID + "/" + survey.ID + " " + lang + " " + end
					p := w.get(root + "?lang=" + lang)
					if p.status != 200 || p.heading() == "" {
						t.Fatalf("%s: %d %s", name, p.status, p.text())
					}
					if lang == "en" {
						for _, r := range p.text() {
							if r >= 0x3040 && r <= 0x30ff {
								t.Errorf("%s: the first page mixes languages: %s", name, p.text())
								break
							}
						}
					}
					p = w.get(root + "/1?lang=" + lang)
					for step := 0; ; step++ {
						if step > 40 {
							t.Fatalf("%s never ends", name)
						}
						if p.status != 200 {
							t.Fatalf("%s: %d at %s: %s", name, p.status, p.url.Path, p.text())
						}
						button := p.find(func(n *html.Node) bool { return attr(n, "value") == "next" && attr(n, "class") == "button" })
						if button == nil {
							break
						}
						for _, id := range strings.Split(p.values().Get("shown"), ",") {
							asked[id] = true
						}
						p = p.press("next", fill(p, j, end)...)
					}
					if !survey.Store {
						continue
					}
					p = p.press("send")
					if want := map[string]string{"ja": "ご回答ありがとうございました", "en": "Thank you for your answers"}[lang]; p.heading() != want {
						t.Errorf("%s ends with %d %q: %s", name, p.status, p.heading(), p.text())
					}
				}
			}
			for _, id := range survey.Asked() {
				if !asked[id] {
					t.Errorf("%s/%s never shows %s", j.ID, survey.ID, id)
				}
			}
		}
	}
}

func inviteTo(w *world, j *journey.Compiled, survey *koe.Survey, person, lang string) string {
	w.t.Helper()
	must(w.t, w.store.SavePeople(w.t.Context(), w.now(), []koe.Person{{ID: person, Name: "山田 " + person, Role: "hire", Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, 1)}}}}))
	p, err := w.store.PersonByID(w.t.Context(), person)
	must(w.t, err)
	stage := slices.IndexFunc(j.Stages, func(s koe.Stage) bool { return s.Survey == survey.ID })
	created, err := w.store.CreateInvitations(w.t.Context(), w.now(), []koe.Invitation{{Journey: j.ID, Stage: j.Stages[stage].ID, Person: p.Key, Spell: 1, Occurrence: 1, Survey: survey.ID,
		Version: survey.Version, Mode: survey.Mode, Language: lang, AnchorOn: koe.NewDate(2026, 4, 1), DueOn: koe.NewDate(2026, 6, 16), ClosesOn: koe.NewDate(2026, 7, 22)}})
	must(w.t, err)
	token, err := w.store.Token(w.t.Context(), created[0].Key)
	must(w.t, err)
	return token
}

// fill answers everything on a page with the first or the last choice.
func fill(p *page, j *journey.Compiled, end string) []string {
	var fields []string
	for _, id := range strings.Split(p.values().Get("shown"), ",") {
		q, ok := j.Question(id)
		if !ok {
			continue
		}
		value := ""
		switch q.Kind {
		case koe.KindScale, koe.KindNumber:
			lo, hi, ranged := j.Range(q)
			if value = fmt.Sprint(lo); end == "last" && ranged {
				value = fmt.Sprint(hi)
			}
		case koe.KindYesNo, koe.KindConsent, koe.KindContact:
			if value = "1"; end == "last" && q.Kind == koe.KindYesNo {
				value = "0"
			}
		case koe.KindSingle, koe.KindMulti:
			if value = q.Options[0].Value; end == "last" {
				value = q.Options[len(q.Options)-1].Value
			}
		case koe.KindDate:
			value = "2026-06-01"
		case koe.KindText:
			value = "話せる人がほしい"
		}
		if value != "" {
			fields = append(fields, "a."+id+"="+value)
		}
	}
	return fields
}
