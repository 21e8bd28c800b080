package form_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/collector/form"

	"github.com/google/go-cmp/cmp"
)

func TestLink_UnknownClosedUsedAndCancelledLookTheSame(t *testing.T) {
	w := newWorld(t)
	_, closed := w.invite("1001", "m3", func(i *koe.Invitation) { i.ClosesOn = koe.NewDate(2026, 6, 30) })
	cancelled, cancelledToken := w.invite("1002", "m3")
	must(t, w.store.SetInvitationStatus(t.Context(), w.now(), cancelled.Key, koe.Cancelled))
	_, used := w.invite("1003", "quiet")
	w.get("/r/"+used+"/1").press("next", "a.FIT1=3").press("next", "d.OPEN=1").press("send").wants(200, "ご回答ありがとうございました")

	type seen struct {
		Status int
		Body   string
		Header []string
	}
	look := func(token string) seen {
		p := w.get("/r/" + token)
		var names []string
		for name := range p.header {
			if name != "Date" {
				names = append(names, name+": "+p.header.Get(name))
			}
		}
		return seen{p.status, p.body, sorted(names)}
	}
	want := look("AAAAAAAAAAAAAAAAAAAAAAAAAA")
	if want.Status != 404 || !strings.Contains(want.Body, "回答の期限が過ぎたか") || !strings.Contains(want.Body, "人事担当者へお知らせください") {
		t.Fatalf("%+v", want)
	}
	for name, token := range map[string]string{"closed": closed, "cancelled": cancelledToken, "used": used, "cut off": closed[:9], "strange": "%2e%2e", "long": strings.Repeat("A", 4000)} {
		if diff := cmp.Diff(want, look(token)); diff != "" {
			t.Errorf("%s differs from unknown:\n%s", name, diff)
		}
	}
}

func sorted(s []string) []string {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s
}

func TestGuard_ForeignPostsAreRefused(t *testing.T) {
	w := newWorld(t, func(c *form.Config) {
		c.Workspace.Settings.Collector.PublicURL = "https://koe.example.go.jp"
	})
	inv, token := w.invite("1001", "m3")
	for _, test := range []struct {
		name   string
		header map[string]string
		status int
	}{
		{"another site", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403},
		{"another site, old browser", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a sandboxed frame", map[string]string{"Origin": "null"}, 403},
		{"a sister site", map[string]string{"Origin": "https://www.example.go.jp", "Sec-Fetch-Site": "same-site"}, 403},
		{"our page", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"our page behind a proxy that changes Host", map[string]string{"Origin": "https://koe.example.go.jp", "Sec-Fetch-Site": "cross-site"}, 200},
		{"no browser", nil, 200},
	} {
		req, _ := http.NewRequest(http.MethodPost, w.server.URL+"/r/"+token+"/1", strings.NewReader(url.Values{"do": {"next"}, "shown": {"FIT1,FIT2"}, "a.FIT1": {"4"}, "a.FIT2": {"4"}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range test.header {
			req.Header.Set(k, v)
		}
		if p := w.do(req); p.status != test.status {
			t.Errorf("%s: %d, want %d", test.name, p.status, test.status)
		} else if _, saved, _ := w.store.Draft(t.Context(), inv.Key); saved != (test.status == 200) {
			t.Errorf("%s: draft saved: %v", test.name, saved)
		}
	}
}

func TestGuard_HeadersOnEveryAnswer(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	for _, path := range []string{"/", "/r/" + token, "/r/" + token + "/1", "/r/none", "/s/kinds/check", "/nowhere", "/healthz"} {
		p := w.get(path)
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		} {
			if got := p.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		csp := p.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: %s", path, csp)
		}
		if len(p.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
		if regexp.MustCompile(`(?i)(src|href)="(https?:)?//`).MatchString(strings.ReplaceAll(p.body, `href="https://kokoro`, "")) {
			t.Errorf("%s loads or links something outside", path)
		}
	}
}

func TestGuard_LimitsHoldAndPassWithTime(t *testing.T) {
	w := newWorld(t, func(c *form.Config) {
		c.Limits = form.Limits{AddressRate: 1, AddressBurst: 25, TokenRate: 1, TokenBurst: 3, MissRate: 0.1, MissBurst: 5, Remembered: 10}
	})
	_, token := w.invite("1001", "m3")
	status := func(do func() *page) (codes []int) {
		for range 30 {
			codes = append(codes, do().status)
		}
		return codes
	}
	count := func(codes []int) map[int]int {
		n := map[int]int{}
		for _, c := range codes {
			n[c]++
		}
		return n
	}
	if diff := cmp.Diff(map[int]int{404: 5, 429: 25}, count(status(func() *page { return w.get("/r/none") }))); diff != "" {
		t.Errorf("unknown links:\n%s", diff)
	}
	w.setClock(at().Add(time.Hour))
	p := w.get("/r/" + token + "/1")
	codes := map[int]int{}
	for range 10 {
		v := p.values()
		v.Set("do", "save")
		codes[w.post("/r/"+token+"/1", v).status]++
	}
	if diff := cmp.Diff(map[int]int{204: 3, 429: 7}, codes); diff != "" {
		t.Errorf("posts with one link:\n%s", diff)
	}
	w.setClock(at().Add(2 * time.Hour))
	if diff := cmp.Diff(map[int]int{200: 25, 429: 5}, count(status(func() *page { return w.get("/") }))); diff != "" {
		t.Errorf("requests of one address:\n%s", diff)
	}
	if got := w.get("/healthz").status; got != 200 {
		t.Errorf("healthz is limited: %d", got)
	}
	// Another address is not held back, when a believed proxy names it.
	req, _ := http.NewRequest(http.MethodGet, w.server.URL+"/", nil)
	req.Header.Set("X-Forwarded-For", "192.0.2.7, 198.51.100.9")
	if got := w.do(req).status; got != 200 {
		t.Errorf("another address: %d", got)
	}
}

func TestGuard_BigBodiesAreRefused(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	w.post("/r/"+token+"/1", url.Values{"do": {"next"}, "a.FIT1": {strings.Repeat("x", 2<<20)}}).wants(413, "入力が長すぎます")
}

// The proxy may keep the path prefix of public_url or take it off.
func TestGuard_LivesUnderAPath(t *testing.T) {
	w := newWorld(t, func(c *form.Config) { c.Workspace.Settings.Collector.PublicURL = "https://intra.example.go.jp/koe/" })
	_, token := w.invite("1001", "m3")
	for _, base := range []string{"", "/koe"} {
		p := w.get(base+"/r/"+token+"/1").wants(200, "いまの仕事")
		if !strings.Contains(p.body, `href="/koe/a/form.`) || !strings.Contains(p.body, `action="/koe/r/`+token+`/1"`) {
			t.Errorf("addresses do not begin with the path:\n%.600s", p.body)
		}
	}
}

func TestHealth_TellsOfTheStoreAndTheJobs(t *testing.T) {
	w := newWorld(t, func(c *form.Config) {
		c.Health = func(context.Context) (any, error) { return map[string]string{"dispatch": "ok"}, nil }
	})
	var got map[string]any
	must(t, json.Unmarshal([]byte(w.get("/healthz").body), &got))
	if diff := cmp.Diff(map[string]any{"status": "ok", "store": "ok", "jobs": map[string]any{"dispatch": "ok"}}, got); diff != "" {
		t.Error(diff)
	}
	must(t, w.store.Close())
	if p := w.get("/healthz"); p.status != 503 || strings.Contains(p.body, "/tmp") {
		t.Errorf("a closed store: %d %s", p.status, p.body)
	}
}

func TestMetrics_CountAndNameNobody(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	toReview(w, token).press("send").wants(200, "ご回答ありがとうございました")
	w.get("/r/unknown")
	body := w.get("/metrics").body
	for _, want := range []string{"koe_form_submissions_total 1\n", "koe_form_drafts_saved_total 5\n", `koe_form_requests_total{route="GET /r/{token}",status="404"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	for _, secret := range []string{token, "kinds", "m3", "127.0.0.1", "1001"} {
		if strings.Contains(body, secret) {
			t.Errorf("metrics name %q", secret)
		}
	}
}

func TestLog_HoldsNoTokenAddressOrAnswerEvenWhenTheStoreFails(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	p := toReview(w, token)
	must(t, w.store.Close())
	got := p.press("send")
	got.wants(500, "うまく処理できませんでした")
	id := regexp.MustCompile(`[0-9a-f]{10}`).FindString(got.text())
	log := w.log.String()
	if id == "" || !strings.Contains(log, id) || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the number %q leads to nothing in\n%s", id, log)
	}
	for _, secret := range []string{token, "127.0.0.1", "とくになし", "山田"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestPages_AreUnder40KBWithEverything(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	assets := 0
	first := w.get("/r/" + token)
	for _, m := range regexp.MustCompile(`(?:href|src)="(/a/[^"]+)"`).FindAllStringSubmatch(first.body, -1) {
		a := w.get(m[1])
		if a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", m[1], a.status, a.header.Get("Cache-Control"))
		}
		assets += len(a.body)
	}
	if assets == 0 {
		t.Fatal("no style and no script")
	}
	largest := 0
	for _, lang := range []string{"ja", "en"} {
		for _, path := range []string{"", "/1", "/2", "/3"} {
			p := w.get("/r/" + token + path + "?lang=" + lang)
			if p.status == 200 {
				largest = max(largest, len(p.body))
			}
		}
	}
	review := toReview(w, token)
	largest = max(largest, len(review.body))
	t.Logf("style and script %d bytes, the largest page %d", assets, largest)
	if assets+largest >= 40<<10 {
		t.Errorf("%d bytes for a page with everything", assets+largest)
	}
}

func TestLanguage_InvitationFirstThenBrowserThenOrganisation(t *testing.T) {
	w := newWorld(t)
	_, english := w.invite("1001", "m3", func(i *koe.Invitation) { i.Language = "en-GB" })
	_, none := w.invite("1002", "m3", func(i *koe.Invitation) { i.Language = "" })
	for _, test := range []struct{ token, accept, query, want string }{
		{english, "ja", "", "Three months in"},
		{english, "ja", "?lang=ja", "3か月のアンケート"},
		{none, "en-US,en;q=0.9,ja;q=0.1", "", "Three months in"},
		{none, "fr", "", "3か月のアンケート"},
		{none, "", "?lang=xx", "3か月のアンケート"},
		{none, "*;;q=bad", "", "3か月のアンケート"},
	} {
		req, _ := http.NewRequest(http.MethodGet, w.server.URL+"/r/"+test.token+test.query, nil)
		req.Header.Set("Accept-Language", test.accept)
		if got := w.do(req).heading(); got != test.want {
			t.Errorf("%q %q: %q, want %q", test.accept, test.query, got, test.want)
		}
	}
}

// Every text of the form is there in both languages and used; every one used is there.
func TestWords_AreCompleteAndUsed(t *testing.T) {
	raw, err := os.ReadFile("words.json")
	must(t, err)
	var words map[string]map[string]string
	must(t, json.Unmarshal(raw, &words))
	var source strings.Builder
	for _, dir := range []string{".", "templates"} {
		files, err := os.ReadDir(dir)
		must(t, err)
		for _, f := range files {
			if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") || strings.HasSuffix(f.Name(), ".html") {
				b, err := os.ReadFile(dir + "/" + f.Name())
				must(t, err)
				source.Write(b)
			}
		}
	}
	made := map[string]bool{} // keys put together from a mode
	for _, prefix := range []string{"mode_", "p_see_", "p_linked_"} {
		for _, mode := range []string{"confidential", "anonymous", "identified", "check"} {
			made[prefix+mode] = true
		}
	}
	verbs := regexp.MustCompile(`%[sd]`)
	for key, text := range words {
		if text["ja"] == "" && key != "space" || text["en"] == "" {
			t.Errorf("%s lacks a language", key)
		}
		if diff := cmp.Diff(verbs.FindAllString(text["ja"], -1), verbs.FindAllString(text["en"], -1)); diff != "" {
			t.Errorf("%s takes different arguments:\n%s", key, diff)
		}
		if !made[key] && !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("nothing uses %s", key)
		}
	}
	for _, m := range regexp.MustCompile(`\bT "([a-z_]+)"`).FindAllStringSubmatch(source.String(), -1) {
		if _, ok := words[m[1]]; !ok {
			t.Errorf("there is no text %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?:\bt\(|words\.in\(\w+(?:\.\w+)?, |key: )"([a-z_]+)"[,)}]`).FindAllStringSubmatch(source.String(), -1) {
		if _, ok := words[m[1]]; !ok {
			t.Errorf("there is no text %s", m[1])
		}
	}
}

func TestServe_LetsARequestUnderWayFinish(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	entered, release := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		fmt.Fprint(w, "thanks")
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- form.Serve(ctx, listener, h, form.ServeOptions{}) }()
	got := make(chan string, 1)
	go func() {
		res, err := http.Post("http://"+listener.Addr().String(), "text/plain", strings.NewReader("x"))
		if err != nil {
			got <- err.Error()
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		got <- string(b)
	}()
	<-entered
	stop()
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		// the listener closes right after the context; a first dial may still be queued
		for deadline := time.Now().Add(5 * time.Second); err == nil && time.Now().Before(deadline); {
			_, err = net.DialTimeout("tcp", listener.Addr().String(), time.Second)
		}
		if err == nil {
			t.Error("new connections are taken after the end")
		}
	}
	close(release)
	if b := <-got; b != "thanks" {
		t.Errorf("the request under way got %q", b)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestServe_SaysWhatIsWrongWithACertificate(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	if err := form.Serve(t.Context(), listener, http.NotFoundHandler(), form.ServeOptions{Cert: "no.pem", Key: "no.key"}); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := form.Serve(t.Context(), listener, http.NotFoundHandler(), form.ServeOptions{Cert: "no.pem"}); err == nil {
		t.Error("a certificate without its key was taken")
	}
}
