package form_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/collector/form"
	"koe/journey"
	"koe/store"

	"golang.org/x/net/html"
)

// world is a form over a real store, with a clock that the test moves.
type world struct {
	t      testing.TB
	store  *store.Store
	space  *journey.Workspace
	server *httptest.Server
	client *http.Client
	log    *lines

	mu    sync.Mutex
	clock time.Time
}

// lines is a log that a test reads.
type lines struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	drop bool
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.drop {
		return len(b), nil
	}
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) setClock(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = t
}

// at is 1 July 2026, 10:00 in Tokyo: within the window of somebody who joined on 1 April.
func at() time.Time { return time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC) }

func newWorld(t testing.TB, change ...func(*form.Config)) *world {
	t.Helper()
	return newWorldOn(t, house(t), change...)
}

// house is the organisation of the tests.
func house(t testing.TB) *journey.Workspace {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/house")); err != nil {
		t.Fatal(err)
	}
	space, problems := journey.Open(dir)
	if serious := problems.Serious(); len(serious) > 0 {
		t.Fatal(serious)
	}
	return space
}

func newWorldOn(t testing.TB, space *journey.Workspace, change ...func(*form.Config)) *world {
	t.Helper()
	return newWorldIn(t, space, store.Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")}, change...)
}

// newWorldIn is a world over a store of its own, in a file or a database.
func newWorldIn(t testing.TB, space *journey.Workspace, where store.Config, change ...func(*form.Config)) *world {
	t.Helper()
	where.Location = space.Location
	s, err := store.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &world{t: t, store: s, space: space, clock: at(), log: &lines{}}
	cfg := form.Config{Store: s, Workspace: space, Now: w.now, Log: slog.New(slog.NewJSONHandler(w.log, nil))}
	for _, c := range change {
		c(&cfg)
	}
	w.server = httptest.NewServer(form.New(cfg))
	t.Cleanup(w.server.Close)
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// on is the same world for a subtest.
func (w *world) on(t testing.TB) *world {
	return &world{t: t, store: w.store, space: w.space, server: w.server, client: w.client, log: w.log, clock: w.now()}
}

// invite invites a new person to a stage and gives the invitation and its token.
func (w *world) invite(id, stage string, change ...func(*koe.Invitation)) (koe.Invitation, string) {
	w.t.Helper()
	ctx := context.Background()
	must(w.t, w.store.SavePeople(ctx, w.now(), []koe.Person{{ID: id, Name: "山田 " + id, Email: id + "@example.go.jp", Role: "hire",
		Segments: map[string]string{"bureau": "総務局", "division": "人事課"}, Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, 1)}}}}))
	p, err := w.store.PersonByID(ctx, id)
	must(w.t, err)
	j := w.space.Journeys[0]
	st, ok := j.Stage(stage)
	if !ok {
		w.t.Fatalf("no stage %q", stage)
	}
	survey, _ := j.Survey(st.Survey)
	inv := koe.Invitation{Journey: j.ID, Stage: stage, Person: p.Key, Spell: 1, Occurrence: 1, Survey: survey.ID, Version: survey.Version, Mode: survey.Mode,
		AnchorOn: koe.NewDate(2026, 4, 1), DueOn: koe.NewDate(2026, 6, 16), TargetOn: koe.NewDate(2026, 7, 1), ClosesOn: koe.NewDate(2026, 7, 22),
		Segments: p.Segments, Language: "ja"}
	for _, c := range change {
		c(&inv)
	}
	created, err := w.store.CreateInvitations(ctx, w.now(), []koe.Invitation{inv})
	must(w.t, err)
	if len(created) != 1 {
		w.t.Fatalf("created %d invitations", len(created))
	}
	token, err := w.store.Token(ctx, created[0].Key)
	must(w.t, err)
	return created[0], token
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// page is a page as a person without JavaScript has it.
type page struct {
	w      *world
	url    *url.URL
	status int
	header http.Header
	body   string
	root   *html.Node
}

func (w *world) get(path string) *page {
	w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = w.server.URL + path
	}
	req, err := http.NewRequest(http.MethodGet, path, nil)
	must(w.t, err)
	return w.do(req)
}

func (w *world) do(req *http.Request) *page {
	w.t.Helper()
	res, err := w.client.Do(req)
	must(w.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(w.t, err)
	root, err := html.Parse(bytes.NewReader(body))
	must(w.t, err)
	return &page{w, res.Request.URL, res.StatusCode, res.Header, string(body), root}
}

func (w *world) post(path string, values url.Values) *page {
	w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = w.server.URL + path
	}
	req, err := http.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	must(w.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(req)
}

// values are what the browser would send of the page's form, as it stands, without a button.
func (p *page) values() url.Values {
	v := url.Values{}
	f := p.find(func(n *html.Node) bool { return n.Data == "form" && attr(n, "id") == "f" })
	if f == nil {
		p.w.t.Fatalf("no form on %s:\n%s", p.url, p.text())
	}
	each(f, func(n *html.Node) {
		name := attr(n, "name")
		switch {
		case name == "" || n.Type != html.ElementNode:
		case n.Data == "textarea":
			v.Add(name, strings.TrimPrefix(textOf(n), "\n"))
		case n.Data == "input":
			kind := attr(n, "type")
			if (kind == "radio" || kind == "checkbox") && !has(n, "checked") {
				return
			}
			v.Add(name, attr(n, "value"))
		}
	})
	return v
}

// press fills fields and presses a button. A field with no value is emptied.
func (p *page) press(button string, fields ...string) *page {
	p.w.t.Helper()
	v := p.values()
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		if old := v[name]; len(old) > 0 && !strings.HasPrefix(name, "a.") || value == "" {
			v.Del(name)
		}
		switch {
		case value == "":
		case strings.Contains(value, "|"):
			v[name] = strings.Split(value, "|")
		default:
			v.Set(name, value)
		}
	}
	if button != "" {
		name, value, found := strings.Cut(button, "=")
		if !found {
			name, value = "do", button
		}
		v.Set(name, value)
	}
	f := p.find(func(n *html.Node) bool { return n.Data == "form" && attr(n, "id") == "f" })
	to, err := p.url.Parse(attr(f, "action"))
	must(p.w.t, err)
	return p.w.post(to.String(), v)
}

func (p *page) find(ok func(*html.Node) bool) (found *html.Node) {
	each(p.root, func(n *html.Node) {
		if found == nil && n.Type == html.ElementNode && ok(n) {
			found = n
		}
	})
	return found
}

func (p *page) heading() string {
	h := p.find(func(n *html.Node) bool { return n.Data == "h1" })
	if h == nil {
		return ""
	}
	return strings.TrimSpace(textOf(h))
}

var spaces = regexp.MustCompile(`\s+`)

func (p *page) text() string {
	m := p.find(func(n *html.Node) bool { return n.Data == "main" })
	if m == nil {
		return p.body
	}
	return spaces.ReplaceAllString(textOf(m), " ")
}

func (p *page) wants(status int, heading string) *page {
	p.w.t.Helper()
	if p.status != status || p.heading() != heading {
		p.w.t.Fatalf("got %d %q at %s, want %d %q\n%s", p.status, p.heading(), p.url.Path, status, heading, p.text())
	}
	return p
}

func (p *page) says(parts ...string) *page {
	p.w.t.Helper()
	for _, part := range parts {
		if !strings.Contains(p.text(), part) {
			p.w.t.Fatalf("%s does not say %q:\n%s", p.url.Path, part, p.text())
		}
	}
	return p
}

func (p *page) saysNot(parts ...string) *page {
	p.w.t.Helper()
	for _, part := range parts {
		if strings.Contains(p.body, part) {
			p.w.t.Fatalf("%s says %q:\n%s", p.url.Path, part, p.text())
		}
	}
	return p
}

func each(n *html.Node, do func(*html.Node)) {
	do(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, do)
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	each(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	})
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// isLink finds a link by its text.
func isLink(text string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == "a" && strings.TrimSpace(textOf(n)) == text }
}
