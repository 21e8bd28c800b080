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
	"koe/internal/koetest/browser"

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

func TestBrowser_WholeSurveyWithTheKeyboardOnly(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	b := browser.Open(t, browser.Look{Width: 390, Height: 844})
	b.Go(w.server.URL + "/r/" + token)
	b.ToField(`.go a.button`)
	b.Press(kb.Enter)
	b.WaitHeading("いまの仕事")
	b.Press(kb.Enter) // nothing chosen yet: the enter key goes nowhere, or to the error summary
	b.ToField(`[name="a.FIT1"]`)
	b.Press(" ", kb.ArrowDown, kb.ArrowDown, kb.ArrowDown) // 4
	b.Press(kb.Enter)                                      // the enter key presses the page's own button
	b.WaitFor(`!!document.querySelector('.bad') && document.activeElement.matches('.bad')`)
	b.ToField(`.bad a`)
	b.Press(kb.Enter) // the link in the error summary leads to the field
	b.WaitFor(`document.activeElement.name === 'a.FIT2'`)
	b.Press(" ", kb.ArrowUp) // wraps to 答えない
	if got := browser.Eval[string](b, `document.querySelector('[name="a.FIT2"]:checked').value`); got != "_" {
		t.Errorf("FIT2 is %q", got)
	}
	b.ToField(`.turn button[value=next]`)
	b.Press(kb.Enter)
	b.WaitHeading("毎日のこと")
	if !browser.Eval[bool](b, `document.activeElement.matches('h1')`) {
		t.Error("after turning the page the focus is not on its heading")
	}
	b.ToField(`[name="a.NPS"]`)
	b.Press(" ", kb.ArrowRight, kb.ArrowRight)
	b.ToField(`#i-YEARS`)
	b.Press("12")
	b.ToField(`.turn button[value=next]`)
	b.Press(" ")
	b.WaitHeading("人とのつながり")
	b.ToField(`[name="a.MET"]`)
	b.Press(" ")
	b.ToField(`.turn button[value=next]`)
	b.Press(kb.Enter)
	b.WaitHeading("あなたの言葉で")
	b.ToField(`#i-OPEN`)
	b.Press("line one", kb.Enter, "line two")
	b.WaitFor(`document.querySelector('#c-OPEN').textContent === '17 / 1000字'`)
	b.ToField(`.turn button[value=next]`)
	b.Press(kb.Enter)
	b.WaitHeading("さいごに")
	b.ToField(`.turn button[value=next]`)
	b.Press(kb.Enter)
	b.WaitHeading("回答の確認")
	b.ToField(`.send`)
	b.Press(kb.Enter)
	b.WaitHeading("ご回答ありがとうございました")
	got, n := versions(t, w, inv)
	if n != 1 || *got.Answers["FIT1"].Value != 4 || got.Answers["FIT2"].Missing != koe.DeclinedTo || *got.Answers["NPS"].Value != 2 || got.Answers["OPEN"].Text != "line one\nline two" {
		t.Errorf("%d versions: %+v", n, got.Answers)
	}
}

func TestBrowser_WholeSurveyWithoutJavaScript(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	b := browser.Open(t, browser.Look{Width: 390, Height: 844, NoScript: true})
	b.Go(w.server.URL + "/r/" + token)
	next := func(heading string) {
		t.Helper()
		b.Click(`.turn button[value=next]`)
		b.WaitHeading(heading)
	}
	b.Click(`.go a.button`)
	b.WaitHeading("いまの仕事")
	b.Click(`[name="a.FIT1"][value="2"]`)
	b.Click(`[name="a.FIT2"][value="4"]`)
	b.Click(`.turn button[value=next]`)
	b.WaitFor(`!!document.querySelector('[name="a.WHY"]')`)
	b.Click(`[name="a.WHY"][value="pace"]`)
	next("毎日のこと")
	b.Click(`[name="a.NPS"][value="10"]`)
	b.Click(`.langs button[value=en]`) // the language switch keeps what was chosen
	b.WaitHeading("Day by day")
	if !browser.Eval[bool](b, `document.querySelector('[name="a.NPS"][value="10"]').checked`) {
		t.Error("the language switch lost the answer")
	}
	next("People")
	b.Click(`[name="a.MET"][value="0"]`)
	next("In your own words")
	b.Click(`.turn button[value=back]`)
	b.WaitHeading("People")
	next("In your own words")
	b.Write(`#i-OPEN`, "A quiet room.")
	next("Lastly")
	next("Review your answers")
	b.Click(`.send`)
	b.WaitHeading("Thank you for your answers")
	b.Do(browser.Reload)
	b.WaitHeading("Thank you for your answers")
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
	b := browser.Open(t, browser.Look{Width: 390, Height: 844})
	b.Go(g.url() + "/r/" + token + "/1")
	b.Click(`[name="a.FIT1"][value="4"]`)
	b.Click(`[name="a.FIT2"][value="5"]`)

	g.cut()
	b.Click(`.turn button[value=next]`)
	b.WaitFor(`!!document.querySelector('.offline')`)
	if b.Heading() != "いまの仕事" {
		t.Errorf("the page is gone: %q", b.Heading())
	}
	b.Shot("offline")
	g.mend()
	b.Click(`.offline button`)
	b.WaitHeading("毎日のこと")

	b.Click(`[name="a.NPS"][value="7"]`)
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("人とのつながり")
	b.Click(`[name="a.MET"][value="1"]`)
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("あなたの言葉で")

	// A text is saved while it is written, without any button.
	b.Write(`#i-OPEN`, "保存される前半")
	b.WaitFor(`document.querySelector('[data-status]').textContent === '保存しました'`)
	if raw, ok, _ := w.store.Draft(context.Background(), inv.Key); !ok || !strings.Contains(string(raw), "保存される前半") {
		t.Errorf("the server has no draft of it: %s", raw)
	}
	// The connection breaks, more is written, and the phone's browser is closed and opened again.
	g.cut()
	b.Write(`#i-OPEN`, "と途切れた後半")
	b.WaitFor(`Object.keys(localStorage).some(k => localStorage[k].includes('途切れた後半'))`)
	if browser.Eval[bool](b, `Object.entries(localStorage).join().includes('`+token+`')`) {
		t.Error("the device's copy holds the token")
	}
	g.mend()
	b.Go(g.url() + "/r/" + token + "/5")
	b.WaitHeading("あなたの言葉で")
	if got := browser.Eval[string](b, `document.querySelector('#i-OPEN').value`); got != "保存される前半と途切れた後半" {
		t.Errorf("after the break the text is %q", got)
	}
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("さいごに")
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("回答の確認")

	// The store takes the answers, and the thanks never arrive.
	g.loseNextAnswer()
	b.Click(`.send`)
	b.WaitFor(`!!document.querySelector('.offline')`)
	if _, n := versions(t, w, inv); n != 1 {
		t.Errorf("%d versions after the lost answer", n)
	}
	g.mend()
	b.WaitHeading("ご回答ありがとうございました") // by itself
	got, n := versions(t, w, inv)
	if n != 1 || got.Answers["OPEN"].Text != "保存される前半と途切れた後半" {
		t.Errorf("%d versions: %+v", n, got.Answers["OPEN"])
	}
	if left := browser.Eval[int](b, `Object.keys(localStorage).length`); left != 0 {
		t.Errorf("%d copies are left on the device", left)
	}
	b.Do(browser.Back)
	b.WaitFor(`document.readyState === 'complete'`)
	if _, n := versions(t, w, inv); n != 1 {
		t.Errorf("the back button made %d versions", n)
	}
}

func TestBrowser_AnonymousDraftLivesOnTheDeviceOnly(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "quiet")
	b := browser.Open(t, browser.Look{Width: 390, Height: 844})
	b.Go(w.server.URL + "/r/" + token + "/1")
	b.Click(`[name="a.FIT1"][value="2"]`)
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("あなたの言葉で")
	b.Write(`#i-OPEN`, "ひみつの話")
	b.WaitFor(`Object.values(localStorage).join().includes('ひみつの話')`)
	time.Sleep(2 * time.Second) // longer than autosave waits
	if _, ok, _ := w.store.Draft(t.Context(), inv.Key); ok {
		t.Error("the server has a draft of an anonymous survey")
	}
	b.Go(w.server.URL + "/r/" + token) // the browser was closed
	b.WaitFor(`document.querySelector('#resume').hidden === false`)
	b.Shot("anonymous-resume")
	b.Accessible("resume")
	b.Click(`#resume button`)
	b.WaitHeading("あなたの言葉で")
	if got := browser.Eval[string](b, `document.querySelector('#i-OPEN').value`); got != "ひみつの話" {
		t.Errorf("the text is %q", got)
	}
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("回答の確認")
	b.Click(`.send`)
	b.WaitHeading("ご回答ありがとうございました")
	if left := browser.Eval[string](b, `Object.entries(localStorage).join()`); left != "" {
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
	b := browser.Open(t, browser.Look{Width: 390, Height: 844, NoScript: true, Flags: browser.HostRules("MAP koe.intra 127.0.0.1")})
	b.Go("http://koe.intra:" + u.Port() + "/r/" + token + "/1")
	b.Click(`[name="a.FIT1"][value="4"]`)
	b.Click(`[name="a.FIT2"][value="4"]`)
	b.Click(`.turn button[value=next]`)
	b.WaitHeading("毎日のこと")
}
