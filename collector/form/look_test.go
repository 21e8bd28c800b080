package form_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"

	"koe/internal/koetest/browser"
	"koe/journey"
)

// looks are those that a page is judged in: Japanese on a phone by day, English at a desk by night. With KOE_SHOTS set, when
// people look at pictures, the two other ways round as well.
func looks() []oneLook {
	all := []oneLook{
		{"phone-light-ja", "ja", browser.Look{Width: 390, Height: 844}},
		{"desk-dark-en", "en", browser.Look{Width: 1280, Height: 900, Dark: true}},
		{"phone-dark-en", "en", browser.Look{Width: 390, Height: 844, Dark: true}},
		{"desk-light-ja", "ja", browser.Look{Width: 1280, Height: 900}},
	}
	if os.Getenv("KOE_SHOTS") == "" {
		return all[:2]
	}
	return all
}

type oneLook struct {
	name, lang string
	look       browser.Look
}

// Every page, in both languages, light and dark, at phone and desk width: axe-core finds nothing, nothing is wider than
// the screen, and everything that is pressed is big enough. With KOE_SHOTS set each page is also written as a picture.
func TestForm_EveryPageIsAccessible(t *testing.T) {
	w := newWorld(t)
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			b := browser.Open(t, l.look)
			n := 0
			see := func(path, what string) {
				t.Helper()
				sep := "?"
				if u, err := url.Parse(path); err == nil && u.RawQuery != "" {
					sep = "&"
				}
				if path != "" {
					b.Go(w.server.URL + path + sep + "lang=" + l.lang)
				}
				b.Accessible(l.name + " " + what)
				if wide := browser.Eval[int64](b, `document.documentElement.scrollWidth`); wide > l.look.Width {
					t.Errorf("%s %s: %d px wide", l.name, what, wide)
				}
				small := browser.Eval[[]string](b, `[...document.querySelectorAll('button, .button, label.option, textarea, input.line, .langs a')]
					.filter(e => !e.matches('.hidden') && e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44)).map(e => e.outerHTML)`)
				if len(small) > 0 {
					t.Errorf("%s %s: too small to press: %v", l.name, what, small)
				}
				n++
				b.Shot(fmt.Sprintf("%s-%02d-%s", l.name, n, what))
			}
			person := "p-" + l.name
			_, token := w.invite(person, "m3")
			root := "/r/" + token
			see("/", "home")
			see(root, "start")
			see(root+"/1", "scale")
			p := w.get(root + "/1?lang=" + l.lang)
			// The page with errors and the one with an added question come back from a post.
			b.Click(`.turn button[value=next]`)
			b.WaitFor(`!!document.querySelector('.bad')`)
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
			b.Click(`input[name="a.FIT1"][value="4"]`)
			b.Click(`.turn button[value=next]`)
			b.WaitFor(`!!document.querySelector('textarea')`)
			b.Write(`textarea`, "静かに集中できる場所がほしいです。")
			b.Click(`.turn button[value=next]`)
			b.WaitFor(`!!document.querySelector('.send')`)
			see("", "anonymous-review")
			see("/done/kinds/quiet", "anonymous-done")
			_, named := w.invite(person, "named")
			see("/r/"+named, "identified")
			see("/s/kinds/check", "check")
			see("/s/kinds/check/1", "check-screen")
			b.Click(`input[type=radio][value="1"]`)
			b.Click(`.turn button[value=next]`)
			b.WaitFor(`!!document.querySelector('[name="a.BOSS"]')`)
			b.Click(`input[type=radio][value="1"]`)
			b.Click(`.turn button[value=next]`)
			b.WaitFor(`!document.querySelector('[name="a.BOSS"]')`)
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
	for i, l := range looks() {
		if i == 1 {
			continue // the pages are the same; the wide and dark look was judged above
		}
		b := browser.Open(t, l.look)
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
					b.Accessible(l.name + " " + j.ID + " " + survey.ID + " " + what)
					if wide := browser.Eval[int64](b, `document.documentElement.scrollWidth`); wide > l.look.Width {
						t.Errorf("%s %s: %d px wide", survey.ID, what, wide)
					}
					b.Shot("pack-" + l.name + "-" + j.ID + "-" + survey.ID + "-" + lang + "-" + what)
				}
				b.Go(w.server.URL + root + "?lang=" + lang)
				see("start")
				b.Go(w.server.URL + root + "/1?lang=" + lang)
				see("screen")
			}
		}
	}
}
