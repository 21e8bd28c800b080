package form_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// attacks are texts that people have typed, or would type, into a form to break it.
func attacks() map[string]string {
	return map[string]string{
		"script":       `</textarea></script><script>alert(document.cookie)</script><img src=x onerror=alert(1)>`,
		"attribute":    `" autofocus onfocus="alert(1)" x="`,
		"template":     `{{.State}} {{template "layout" .}} ${7*7} <%= 7*7 %>`,
		"formula":      `=HYPERLINK("http://evil.example","click")`,
		"command":      `'; DROP TABLE response; --`,
		"right-left":   "\u202egnirts\u202c \u200f\u061c\u2066abc\u2069",
		"control":      "a\x00b\x1b[31mc\x7f\u0085d",
		"line ends":    "one\rtwo\r\nthree\nfour",
		"bad UTF-8":    "caf\xe9 \xff\xfe",
		"emoji":        "👩🏽‍🚀🏳️‍🌈 ﷽",
		"long word":    strings.Repeat("あ", 1000),
		"leading line": "\n\n  indented",
		"percent":      "%s %d %!(EXTRA)",
	}
}

func TestAttack_TextsComeBackAsTheyWereAndDoNothing(t *testing.T) {
	w := newWorld(t)
	for name, text := range attacks() {
		t.Run(name, func(t *testing.T) {
			w := w.on(t)
			inv, token := w.invite("person "+name, "m3")
			w.get("/r/"+token+"/1").press("next", "a.FIT1=4", "a.FIT2=4").press("next", "a.NPS=5").press("next", "a.MET=1").wants(200, "あなたの言葉で")
			p := w.get("/r/" + token + "/5")
			v := p.values()
			v.Set("a.OPEN", text)
			v.Set("do", "next")
			p = w.post("/r/"+token+"/5", v).wants(200, "さいごに")
			v = p.values()
			v.Set("a.CALL", "1")
			v.Set("n.CALL", text)
			v.Set("do", "next")
			review := w.post("/r/"+token+"/6", v).wants(200, "回答の確認")
			for _, page := range []*page{w.get("/r/" + token + "/5"), w.get("/r/" + token + "/6"), review} {
				if found := page.find(func(n *html.Node) bool {
					if n.Data == "script" && attr(n, "src") == "" || n.Data == "img" {
						return true
					}
					for _, a := range n.Attr {
						if strings.HasPrefix(a.Key, "on") || a.Key == "autofocus" {
							return true
						}
					}
					return false
				}); found != nil {
					t.Fatalf("%s became markup: %s %v", page.url.Path, found.Data, found.Attr)
				}
			}
			shown := w.get("/r/" + token + "/5").values().Get("a.OPEN")
			review.press("send").wants(200, "ご回答ありがとうございました")
			got, _ := versions(t, w, inv)
			if diff := cmp.Diff(shown, got.Answers["OPEN"].Text); diff != "" {
				t.Errorf("stored and shown differ:\n%s", diff)
			}
			clean := strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\x1b", "", "\x7f", "", "\u0085", "", "\xe9", "", "\xff\xfe", "").Replace(text))
			if diff := cmp.Diff(clean, got.Answers["OPEN"].Text); diff != "" {
				t.Errorf("what was typed was changed:\n%s", diff)
			}
		})
	}
}

// What a page carries back is as good as typed by a stranger.
func TestAttack_ForgedStateIsReadLikeAnythingTyped(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	good := toReview(w, token).values()
	for name, change := range map[string]func(url.Values){
		"no base64":      func(v url.Values) { v.Set("state", "%%%") },
		"no JSON":        func(v url.Values) { v.Set("state", "bm90IGpzb24") },
		"an array":       func(v url.Values) { v.Set("state", "W10") },
		"empty":          func(v url.Values) { v.Set("state", "") },
		"missing":        func(v url.Values) { v.Del("state") },
		"strange place":  func(v url.Values) { v.Set("at", "../../etc/passwd") },
		"strange button": func(v url.Values) { v.Set("do", "go:../../x") },
		"strange lang":   func(v url.Values) { v.Set("l", "<script>"); v.Set("lang", "../../") },
	} {
		v := url.Values{}
		for k, all := range good {
			v[k] = all
		}
		v.Set("do", "next")
		change(v)
		p := w.post("/r/"+token+"/review", v)
		if p.status != 200 || strings.Contains(p.body, "<script>\"") {
			t.Errorf("%s: %d %q", name, p.status, p.heading())
		}
	}
	if _, n := versions(t, w, inv); n != 0 {
		t.Errorf("%d submissions of forged pages", n)
	}
	// Answers out of range in a forged state are as if not given; the send shows what is missing.
	v := url.Values{"do": {"send"}, "state": {forged(`{"id":"00112233445566778899aabbccddeeff","answers":{"FIT1":{"v":99},"FIT2":{"v":3},"NPS":{"v":1e300},"EVIL":{"t":"x"},"MET":{"c":["1"]},"OPEN":{"v":1},"PEERS":{"c":["nobody"]}}}`)}}
	w.post("/r/"+token+"/review", v).wants(422, "いまの仕事")
	if _, n := versions(t, w, inv); n != 0 {
		t.Errorf("%d submissions of a forged state", n)
	}
}
