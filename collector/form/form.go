// Package form is the web form: what an invitation's link opens. Pages are made on the server and work without
// JavaScript; one small script keeps what is typed on the device until the server has it and sends again until it is
// answered. A person is thanked only after the store has the submission on disk.
//
// Between two pages the answers wait in a draft. Confidential and identified surveys keep it in the store, sealed, by
// invitation; anonymous ones and self-checks keep it in the page itself, so that nothing ties it to a person. Self-checks
// (store: false) are never kept anywhere.
//
// The package is not for deciding who is asked, nor for reading what was answered: pages show a person their own answers
// and nobody else's. Logs and metrics hold no token, no answer and no address.
package form

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"koe"
	"koe/journey"
	"koe/store"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets/form.css
var styleSheet []byte

//go:embed assets/form.js
var script []byte

// Config says what the form works on.
type Config struct {
	Store     *store.Store
	Workspace *journey.Workspace
	Now       func() time.Time
	Log       *slog.Logger                       // nil: nothing is logged
	Limits    Limits                             // zero fields: the defaults
	Proxies   []netip.Prefix                     // whose X-Forwarded-For is believed; nil: this machine's
	Health    func(context.Context) (any, error) // more to say at /healthz: the jobs of the cron bell
}

// form answers requests. It keeps nothing between two of them but counters and limits.
type form struct {
	Config
	words   words
	pages   map[string]*template.Template
	assets  map[string]asset
	css, js string // names of the assets
	base    string // path under which the form lives, "" or "/koe"
	metrics *metrics
	limits  *limiters

	markdown  func(string) template.HTML
	languages map[*koe.Survey][]string // in which each survey can be read
}

type asset struct {
	kind string
	body []byte
}

// New makes the handler of the collector's web side: the form, self-checks, unsubscribing, /healthz and /metrics.
func New(cfg Config) http.Handler {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Proxies == nil {
		cfg.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	f := &form{
		Config: cfg, words: readWords(), pages: readTemplates(), assets: map[string]asset{},
		metrics: newMetrics(), limits: newLimiters(cfg.Limits), markdown: newMarkdown(), languages: map[*koe.Survey][]string{},
	}
	f.css = f.publish("form", "css", "text/css; charset=utf-8", styleSheet)
	f.js = f.publish("form", "js", "text/javascript; charset=utf-8", script)
	for _, j := range cfg.Workspace.Journeys {
		for i := range j.Surveys {
			f.languages[&j.Surveys[i]] = languagesOf(&j.Journey, &j.Surveys[i], cfg.Workspace.Settings.Language)
		}
	}
	public := cfg.Workspace.Settings.Collector.PublicURL
	if u, err := url.Parse(public); err == nil {
		f.base = strings.TrimRight(u.Path, "/")
	}
	return f.guard(f.routes())
}

// publish names an asset after its content, so that browsers may keep it for ever.
func (f *form) publish(name, ext, kind string, body []byte) string {
	sum := sha256.Sum256(body)
	name = fmt.Sprintf("%s.%s.%s", name, hex.EncodeToString(sum[:6]), ext)
	f.assets[name] = asset{kind, body}
	return name
}

const thanksPattern = "GET /r/{token}/done"

// routes is all that the collector answers to.
func (f *form) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(pattern string, h handler) { mux.Handle(pattern, f.answer(pattern, h)) }

	handle("GET /r/{token}", f.start)              // what this is, and the promise
	handle("GET /r/{token}/{place}", f.place)      // a screen: 1, 2 …, review
	handle("POST /r/{token}/{place}", f.turn)      // its answers: next, back, save, send
	handle(thanksPattern, f.done)                  // thanks, after the store has it
	handle("GET /done/{journey}/{survey}", f.done) // thanks for an anonymous answer
	handle("GET /s/{journey}/{survey}", f.start)   // a self-check that keeps nothing
	handle("GET /s/{journey}/{survey}/1", f.place) // its first screen
	handle("POST /s/{journey}/{survey}/1", f.turn) // the further ones live in the page
	handle("GET /unsubscribe/{token}", f.askStop)  // from the mail's footer
	handle("POST /unsubscribe/{token}", f.stop)    // its button, and one click in mail programs (RFC 8058)
	handle("GET /healthz", f.health)               // for whoever watches the process
	handle("GET /metrics", f.metrics.serve)        // counts only
	handle("GET /a/{name}", f.asset)               // style and script
	handle("GET /robots.txt", f.robots)            // not for search engines
	handle("GET /{$}", f.home)                     // somebody typed the address
	handle("/", func(*answer, *http.Request) error { return errNoPage })
	return mux
}

// readTemplates makes one set of templates a page. The templates are embedded: a fault in them shows in every test.
func readTemplates() map[string]*template.Template {
	layout := template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/outcome.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"start", "screen", "review", "done", "result", "message"} {
		pages[name] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return pages
}

// page is what every page has. Body is the page's own.
type page struct {
	words
	Lang, Dir    string
	Title        string
	Organization string
	Base         string
	CSS, JS      string
	Languages    []languageChoice
	Form         *formView // nil: the page has no answers to send
	Body         any
}

// T gives a text of the form itself in the page's language.
func (p page) T(key string, args ...any) string { return p.words.in(p.Lang, key, args...) }

type languageChoice struct {
	Tag, Name string
	Current   bool
}

// formView is the hidden part of a page's form.
type formView struct {
	Action  string
	Keep    keeping
	Key     string // under which the device keeps what is typed; "" for not at all
	At      string
	State   string // the draft as of this page
	Shown   string // ids of the questions on the page
	Lang    string
	Return  bool   // a change from the review goes back to it
	Default string // what the enter key does
}

// render writes a page. Nothing is written before the whole page is there.
func (f *form) render(w *answer, status int, name, lang string, languages []string, title string, fv *formView, body any) error {
	set := f.Workspace.Settings
	p := page{words: f.words, Lang: lang, Dir: direction(lang), Title: title, Organization: set.Organization.In(lang), Base: f.base,
		CSS: f.css, JS: f.js, Form: fv, Body: body}
	if p.Organization != "" {
		p.Title += " – " + p.Organization
	}
	for _, tag := range languages {
		p.Languages = append(p.Languages, languageChoice{tag, languageName(tag), tag == lang})
	}
	var b bytes.Buffer
	if err := f.pages[name].ExecuteTemplate(&b, "layout", p); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", lang)
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return ignoreGone(err)
}
