package form_test

import (
	"fmt"
	"net/url"
	"testing"

	"koe/journey"
)

// Every page, in both languages, light and dark, at phone and desk width: axe-core finds nothing, nothing is wider than
// the screen, and everything that is pressed is big enough. With KOE_SHOTS set each page is also written as a picture.
func TestForm_EveryPageIsAccessible(t *testing.T) {
	w := newWorld(t)
	for _, l := range []struct {
		name, lang string
		look       look
	}{
		{"phone-light-ja", "ja", look{width: 390, height: 844}},
		{"phone-dark-en", "en", look{width: 390, height: 844, dark: true}},
		{"desk-light-en", "en", look{width: 1280, height: 900}},
		{"desk-dark-ja", "ja", look{width: 1280, height: 900, dark: true}},
	} {
		t.Run(l.name, func(t *testing.T) {
			b := openTab(t, l.look)
			n := 0
			see := func(path, what string) {
				t.Helper()
				sep := "?"
				if u, err := url.Parse(path); err == nil && u.RawQuery != "" {
					sep = "&"
				}
				if path != "" {
					b.open(w.server.URL + path + sep + "lang=" + l.lang)
				}
				b.accessible(l.name + " " + what)
				if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > l.look.width {
					t.Errorf("%s %s: %d px wide", l.name, what, wide)
				}
				small := eval[[]string](b, `[...document.querySelectorAll('button, .button, label.option, textarea, input.line, .langs a')]
					.filter(e => !e.matches('.hidden') && e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44)).map(e => e.outerHTML)`)
				if len(small) > 0 {
					t.Errorf("%s %s: too small to press: %v", l.name, what, small)
				}
				n++
				b.shot(fmt.Sprintf("%s-%02d-%s", l.name, n, what))
			}
			person := "p-" + l.name
			_, token := w.invite(person, "m3")
			root := "/r/" + token
			see("/", "home")
			see(root, "start")
			see(root+"/1", "scale")
			p := w.get(root + "/1?lang=" + l.lang)
			// The page with errors and the one with an added question come back from a post.
			b.click(`.turn button[value=next]`)
			b.waitFor(`!!document.querySelector('.bad')`)
			see("", "errors")
			p.press("next", "a.FIT1=1", "a.FIT2=2")
			see(root+"/1?added", "added")
			p = w.get(root+"/1?lang="+l.lang).press("next", "a.WHY=pace")
			see(root+"/2", "numbers")
			p = p.press("next", "a.TIRED=3", "a.NPS=9", "a.YEARS=12")
			see(root+"/3", "choices")
			p = p.press("next", "a.MET=1", "a.PEERS=3-5", "a.FIRST=2026-06-03")
			see(root+"/4", "note")
			p = p.press("next")
			see(root+"/5", "texts")
			p = p.press("next", "a.OPEN=席の近くに話せる人がいません。\n昼休みの交流会があると助かります。", "a.SHORT=まずまず")
			see(root+"/6", "contact")
			see(root, "continue")
			p = p.press("next", "a.CALL=1", "n.CALL=昼休みに内線 5678 へ", "a.PROFILE=1")
			see(root+"/review", "review")
			p.press("send", "publish=1")
			see(root+"/done", "done")
			see(root, "answered")

			_, quiet := w.invite(person, "quiet")
			see("/r/"+quiet, "anonymous")
			see("/r/"+quiet+"/1", "anonymous-screen")
			b.click(`input[name="a.FIT1"][value="4"]`)
			b.click(`.turn button[value=next]`)
			b.waitFor(`!!document.querySelector('textarea')`)
			b.write(`textarea`, "静かに集中できる場所がほしいです。")
			b.click(`.turn button[value=next]`)
			b.waitFor(`!!document.querySelector('.send')`)
			see("", "anonymous-review")
			see("/done/kinds/quiet", "anonymous-done")
			_, named := w.invite(person, "named")
			see("/r/"+named, "identified")
			see("/s/kinds/check", "check")
			see("/s/kinds/check/1", "check-screen")
			b.click(`input[type=radio][value="1"]`)
			b.click(`.turn button[value=next]`)
			b.waitFor(`!!document.querySelector('[name="a.BOSS"]')`)
			b.click(`input[type=radio][value="1"]`)
			b.click(`.turn button[value=next]`)
			b.waitFor(`!document.querySelector('[name="a.BOSS"]')`)
			see("", "check-result")
			see("/unsubscribe/"+token, "unsubscribe")
			see("/r/0000000000000000000000000000", "link")
		})
	}
}

// The pack's own pages, as a hire, a mentor and a manager see them.
func TestForm_PackPagesAreAccessible(t *testing.T) {
	dir := t.TempDir()
	must(t, journey.Init(dir, "chuto", "ja"))
	space, problems := journey.Open(dir)
	if serious := problems.Serious(); len(serious) > 0 {
		t.Fatal(serious)
	}
	w := newWorldOn(t, space, unlimited)
	for _, l := range []struct {
		name string
		look look
	}{{"phone", look{width: 390, height: 844}}, {"desk", look{width: 1280, height: 900, dark: true}}} {
		b := openTab(t, l.look)
		n := 0
		for _, j := range space.Journeys {
			for _, survey := range j.Surveys {
				n++
				lang := []string{"ja", "en"}[n%2]
				root := "/s/" + j.ID + "/" + survey.ID
				if survey.Store {
					root = "/r/" + inviteTo(w, j, &survey, fmt.Sprintf("%s%d", l.name, n), lang)
				}
				see := func(what string) {
					b.accessible(l.name + " " + j.ID + " " + survey.ID + " " + what)
					if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > l.look.width {
						t.Errorf("%s %s: %d px wide", survey.ID, what, wide)
					}
					b.shot("pack-" + l.name + "-" + j.ID + "-" + survey.ID + "-" + lang + "-" + what)
				}
				b.open(w.server.URL + root + "?lang=" + lang)
				see("start")
				b.open(w.server.URL + root + "/1?lang=" + lang)
				see("screen")
			}
		}
	}
}
