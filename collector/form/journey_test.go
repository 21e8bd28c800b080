package form_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// gate is a network between the browser and the form that a test can cut.
type gate struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	closed   bool
	open     map[net.Conn]bool
	lose     bool // the next answer is lost: the request arrives, the reply does not
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	g := &gate{listener: l, to: strings.TrimPrefix(to, "http://"), open: map[net.Conn]bool{}}
	go g.run()
	t.Cleanup(func() { _ = l.Close(); g.cut() })
	return g
}

func (g *gate) url() string { return "http://" + g.listener.Addr().String() }

func (g *gate) run() {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		go g.pass(in)
	}
}

func (g *gate) pass(in net.Conn) {
	defer in.Close()
	g.mu.Lock()
	closed := g.closed
	g.mu.Unlock()
	if closed {
		return
	}
	out, err := net.Dial("tcp", g.to)
	if err != nil {
		return
	}
	defer out.Close()
	g.mu.Lock()
	g.open[in], g.open[out] = true, true
	g.mu.Unlock()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := out.Read(buf)
		if err != nil {
			return
		}
		g.mu.Lock()
		lost := g.lose
		g.lose = false
		g.mu.Unlock()
		if lost { // the server has answered; the answer never arrives
			g.cut()
			return
		}
		if _, err := in.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut breaks every connection and lets none through until mend.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for c := range g.open {
		_ = c.Close()
		delete(g.open, c)
	}
}

func (g *gate) mend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = false
}

func (g *gate) loseNextAnswer() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lose = true
}

// toField presses the tab key until a field that matches has the focus.
func (b *tab) toField(css string) {
	b.t.Helper()
	for range 60 {
		b.press(kb.Tab)
		if eval[bool](b, `!!document.activeElement && document.activeElement.matches(`+quote(css)+`)`) {
			if !eval[bool](b, `(() => { const e = document.activeElement, r = (e.closest('.option') ?? e), s = getComputedStyle(r); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()`) {
				b.t.Errorf("%s has the focus and does not show it", css)
			}
			return
		}
	}
	b.t.Fatalf("the tab key never reaches %s on %q", css, b.heading())
}

func quote(s string) string { return "`" + s + "`" }

func TestBrowser_WholeSurveyWithTheKeyboardOnly(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	b := openTab(t, look{width: 390, height: 844})
	b.open(w.server.URL + "/r/" + token)
	b.toField(`.go a.button`)
	b.press(kb.Enter)
	b.waitHeading("いまの仕事")
	b.press(kb.Enter) // nothing chosen yet: the enter key goes nowhere, or to the error summary
	b.toField(`[name="a.FIT1"]`)
	b.press(" ", kb.ArrowDown, kb.ArrowDown, kb.ArrowDown) // 4
	b.press(kb.Enter)                                      // the enter key presses the page's own button
	b.waitFor(`!!document.querySelector('.bad') && document.activeElement.matches('.bad')`)
	b.toField(`.bad a`)
	b.press(kb.Enter) // the link in the error summary leads to the field
	b.waitFor(`document.activeElement.name === 'a.FIT2'`)
	b.press(" ", kb.ArrowUp) // wraps to 答えない
	if got := eval[string](b, `document.querySelector('[name="a.FIT2"]:checked').value`); got != "_" {
		t.Errorf("FIT2 is %q", got)
	}
	b.toField(`.turn button[value=next]`)
	b.press(kb.Enter)
	b.waitHeading("毎日のこと")
	if !eval[bool](b, `document.activeElement.matches('h1')`) {
		t.Error("after turning the page the focus is not on its heading")
	}
	b.toField(`[name="a.NPS"]`)
	b.press(" ", kb.ArrowRight, kb.ArrowRight)
	b.toField(`#i-YEARS`)
	b.press("12")
	b.toField(`.turn button[value=next]`)
	b.press(" ")
	b.waitHeading("人とのつながり")
	b.toField(`[name="a.MET"]`)
	b.press(" ")
	b.toField(`.turn button[value=next]`)
	b.press(kb.Enter)
	b.waitHeading("あなたの言葉で")
	b.toField(`#i-OPEN`)
	b.press("line one", kb.Enter, "line two")
	b.waitFor(`document.querySelector('#c-OPEN').textContent === '17 / 1000字'`)
	b.toField(`.turn button[value=next]`)
	b.press(kb.Enter)
	b.waitHeading("さいごに")
	b.toField(`.turn button[value=next]`)
	b.press(kb.Enter)
	b.waitHeading("回答の確認")
	b.toField(`.send`)
	b.press(kb.Enter)
	b.waitHeading("ご回答ありがとうございました")
	got, n := versions(t, w, inv)
	if n != 1 || *got.Answers["FIT1"].Value != 4 || got.Answers["FIT2"].Missing != koe.DeclinedTo || *got.Answers["NPS"].Value != 2 || got.Answers["OPEN"].Text != "line one\nline two" {
		t.Errorf("%d versions: %+v", n, got.Answers)
	}
}

func TestBrowser_WholeSurveyWithoutJavaScript(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	b := openTab(t, look{width: 390, height: 844, noScript: true})
	b.open(w.server.URL + "/r/" + token)
	next := func(heading string) {
		t.Helper()
		b.click(`.turn button[value=next]`)
		b.waitHeading(heading)
	}
	b.click(`.go a.button`)
	b.waitHeading("いまの仕事")
	b.click(`[name="a.FIT1"][value="2"]`)
	b.click(`[name="a.FIT2"][value="4"]`)
	b.click(`.turn button[value=next]`)
	b.waitFor(`!!document.querySelector('[name="a.WHY"]')`)
	b.click(`[name="a.WHY"][value="pace"]`)
	next("毎日のこと")
	b.click(`[name="a.NPS"][value="10"]`)
	b.click(`.langs button[value=en]`) // the language switch keeps what was chosen
	b.waitHeading("Day by day")
	if !eval[bool](b, `document.querySelector('[name="a.NPS"][value="10"]').checked`) {
		t.Error("the language switch lost the answer")
	}
	next("People")
	b.click(`[name="a.MET"][value="0"]`)
	next("In your own words")
	b.click(`.turn button[value=back]`)
	b.waitHeading("People")
	next("In your own words")
	b.write(`#i-OPEN`, "A quiet room.")
	next("Lastly")
	next("Review your answers")
	b.click(`.send`)
	b.waitHeading("Thank you for your answers")
	b.do(reload)
	b.waitHeading("Thank you for your answers")
	got, n := versions(t, w, inv)
	want := koe.Answer{Text: "A quiet room."}
	if diff := cmp.Diff(want, got.Answers["OPEN"]); diff != "" || n != 1 || got.Language != "en" {
		t.Errorf("%d versions in %q: %s", n, got.Language, diff)
	}
}

// The connection breaks while a text is written, while a page is turned and while the answers are sent, once after the
// store had them and before the thanks arrived. Nothing is lost, nothing is sent twice, and nobody is thanked early.
func TestBrowser_ConnectionCutInTheMiddle(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	g := newGate(t, w.server.URL)
	b := openTab(t, look{width: 390, height: 844})
	b.open(g.url() + "/r/" + token + "/1")
	b.click(`[name="a.FIT1"][value="4"]`)
	b.click(`[name="a.FIT2"][value="5"]`)

	g.cut()
	b.click(`.turn button[value=next]`)
	b.waitFor(`!!document.querySelector('.offline')`)
	if b.heading() != "いまの仕事" {
		t.Errorf("the page is gone: %q", b.heading())
	}
	b.shot("offline")
	g.mend()
	b.click(`.offline button`)
	b.waitHeading("毎日のこと")

	b.click(`[name="a.NPS"][value="7"]`)
	b.click(`.turn button[value=next]`)
	b.waitHeading("人とのつながり")
	b.click(`[name="a.MET"][value="1"]`)
	b.click(`.turn button[value=next]`)
	b.waitHeading("あなたの言葉で")

	// A text is saved while it is written, without any button.
	b.write(`#i-OPEN`, "保存される前半")
	b.waitFor(`document.querySelector('[data-status]').textContent === '保存しました'`)
	if raw, ok, _ := w.store.Draft(context.Background(), inv.Key); !ok || !strings.Contains(string(raw), "保存される前半") {
		t.Errorf("the server has no draft of it: %s", raw)
	}
	// The connection breaks, more is written, and the phone's browser is closed and opened again.
	g.cut()
	b.write(`#i-OPEN`, "と途切れた後半")
	b.waitFor(`Object.keys(localStorage).some(k => localStorage[k].includes('途切れた後半'))`)
	if eval[bool](b, `Object.entries(localStorage).join().includes('`+token+`')`) {
		t.Error("the device's copy holds the token")
	}
	g.mend()
	b.open(g.url() + "/r/" + token + "/5")
	b.waitHeading("あなたの言葉で")
	if got := eval[string](b, `document.querySelector('#i-OPEN').value`); got != "保存される前半と途切れた後半" {
		t.Errorf("after the break the text is %q", got)
	}
	b.click(`.turn button[value=next]`)
	b.waitHeading("さいごに")
	b.click(`.turn button[value=next]`)
	b.waitHeading("回答の確認")

	// The store takes the answers, and the thanks never arrive.
	g.loseNextAnswer()
	b.click(`.send`)
	b.waitFor(`!!document.querySelector('.offline')`)
	if _, n := versions(t, w, inv); n != 1 {
		t.Errorf("%d versions after the lost answer", n)
	}
	g.mend()
	b.waitHeading("ご回答ありがとうございました") // by itself
	got, n := versions(t, w, inv)
	if n != 1 || got.Answers["OPEN"].Text != "保存される前半と途切れた後半" {
		t.Errorf("%d versions: %+v", n, got.Answers["OPEN"])
	}
	if left := eval[int](b, `Object.keys(localStorage).length`); left != 0 {
		t.Errorf("%d copies are left on the device", left)
	}
	b.do(back)
	b.waitFor(`document.readyState === 'complete'`)
	if _, n := versions(t, w, inv); n != 1 {
		t.Errorf("the back button made %d versions", n)
	}
}

func TestBrowser_AnonymousDraftLivesOnTheDeviceOnly(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "quiet")
	b := openTab(t, look{width: 390, height: 844})
	b.open(w.server.URL + "/r/" + token + "/1")
	b.click(`[name="a.FIT1"][value="2"]`)
	b.click(`.turn button[value=next]`)
	b.waitHeading("あなたの言葉で")
	b.write(`#i-OPEN`, "ひみつの話")
	b.waitFor(`Object.values(localStorage).join().includes('ひみつの話')`)
	time.Sleep(2 * time.Second) // longer than autosave waits
	if _, ok, _ := w.store.Draft(t.Context(), inv.Key); ok {
		t.Error("the server has a draft of an anonymous survey")
	}
	b.open(w.server.URL + "/r/" + token) // the browser was closed
	b.waitFor(`document.querySelector('#resume').hidden === false`)
	b.shot("anonymous-resume")
	b.accessible("resume")
	b.click(`#resume button`)
	b.waitHeading("あなたの言葉で")
	if got := eval[string](b, `document.querySelector('#i-OPEN').value`); got != "ひみつの話" {
		t.Errorf("the text is %q", got)
	}
	b.click(`.turn button[value=next]`)
	b.waitHeading("回答の確認")
	b.click(`.send`)
	b.waitHeading("ご回答ありがとうございました")
	if left := eval[string](b, `Object.entries(localStorage).join()`); left != "" {
		t.Errorf("left on the device: %s", left)
	}
	must(t, settle(w))
	all, err := w.store.Submissions(t.Context(), submissionsOf("quiet"))
	must(t, err)
	if len(all) != 1 || all[0].Answers["OPEN"].Text != "ひみつの話" || *all[0].Answers["FIT1"].Value != 2 {
		t.Errorf("stored: %+v", all)
	}
}

func settle(w *world) error {
	_, err := w.store.Settle(context.Background(), w.now(), 1)
	return err
}

// On a closed network the form is served over plain HTTP by a name, where browsers send no Sec-Fetch-Site: the posts of
// our own pages must be told from forged ones by their origin.
func TestBrowser_PlainHTTPOnAClosedNetwork(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	u, err := url.Parse(w.server.URL)
	must(t, err)
	b := openTab(t, look{width: 390, height: 844, noScript: true, flags: hostRules("MAP koe.intra 127.0.0.1")})
	b.open("http://koe.intra:" + u.Port() + "/r/" + token + "/1")
	b.click(`[name="a.FIT1"][value="4"]`)
	b.click(`[name="a.FIT2"][value="4"]`)
	b.click(`.turn button[value=next]`)
	b.waitHeading("毎日のこと")
}
