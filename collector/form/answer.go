package form

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"koe"
)

const (
	maxBody    = 1 << 20          // bytes of a posted page: ten long texts and the draft
	maxRequest = 25 * time.Second // of one request's work
)

// handler answers a request or says why not; answer turns the error into a page.
type handler func(*answer, *http.Request) error

// answer is a response that knows whether it has begun.
type answer struct {
	http.ResponseWriter
	status  int
	request *http.Request
}

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *answer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// redirect sends the browser to another page, to be read with GET.
func (w *answer) redirect(to string) error {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Failures of a request that are not the domain's.
var (
	errNoPage  = &koe.Error{Kind: koe.NotFound, Message: "no such page"}
	errTooMany = errors.New("too many requests")
	errTooBig  = errors.New("the request is too big")
)

// statusOf is the one table from kinds of error to HTTP. A link that is unknown, used or closed is answered with the
// same status and page.
func statusOf(err error) int {
	switch {
	case errors.Is(err, errTooMany):
		return http.StatusTooManyRequests
	case errors.Is(err, errTooBig):
		return http.StatusRequestEntityTooLarge
	}
	switch koe.KindOf(err) {
	case koe.Invalid:
		return http.StatusBadRequest
	case koe.NotFound, koe.Closed, koe.Conflict:
		return http.StatusNotFound
	case koe.Forbidden:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}

func badBody(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return errTooBig
	}
	return koe.Errorf(koe.Invalid, "the posted form cannot be read")
}

// ignoreGone drops the error of a visitor who left before the page was written.
func ignoreGone(err error) error {
	var network net.Error
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, context.Canceled) || errors.As(err, &network) {
		return nil
	}
	return err
}

// answer runs a handler, turns its error into a page, counts and logs. What is logged is the pattern of the address, never
// the address: it holds the token.
func (f *form) answer(pattern string, h handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		begun := time.Now() //nolint:forbidigo // a duration for the log, not logic
		ctx, cancel := context.WithTimeout(r.Context(), maxRequest)
		defer cancel()
		r = r.WithContext(ctx)
		w := &answer{ResponseWriter: rw, request: r}
		id := requestID()
		err := f.run(w, r, h)
		if err != nil {
			f.fail(w, r, err, id)
		}
		f.metrics.observe(pattern, w.status, time.Since(begun))
		level := slog.LevelInfo
		attrs := []slog.Attr{slog.String("request", id), slog.String("route", pattern), slog.Int("status", w.status),
			slog.Duration("took", time.Since(begun).Round(time.Microsecond))}
		if err != nil {
			attrs = append(attrs, slog.String("error", withoutSecrets(err, r)))
			if w.status >= 500 {
				level = slog.LevelError
			}
		}
		f.Log.LogAttrs(ctx, level, "form", attrs...)
	})
}

// run calls a handler; a panic is an error like others.
func (f *form) run(w *answer, r *http.Request, h handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				panic(p)
			}
			err = &panicked{p}
		}
	}()
	return h(w, r)
}

type panicked struct{ value any }

func (p *panicked) Error() string {
	if err, ok := p.value.(error); ok {
		return "panic: " + err.Error()
	}
	if s, ok := p.value.(string); ok {
		return "panic: " + s
	}
	return "panic"
}

// fail writes the page of an error: for a user's, what to do; for ours, a number to tell the contact person.
func (f *form) fail(w *answer, r *http.Request, err error, id string) {
	if w.status != 0 {
		return // the page had begun; the log tells
	}
	status := statusOf(err)
	lang := f.language(r)
	t := func(key string, args ...any) string { return f.words.in(lang, key, args...) }
	v := messageView{Title: t("link_title"), Paragraphs: []string{t("link_lead"), t("link_hint")}, Contact: f.markdown(f.Workspace.Settings.Contact.In(lang))}
	switch status {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "10")
		v.Title, v.Paragraphs = t("busy_title"), []string{t("busy_lead")}
	case http.StatusRequestEntityTooLarge:
		v.Title, v.Paragraphs = t("big_title"), []string{t("big_lead")}
	case http.StatusInternalServerError, http.StatusBadRequest:
		v.Title, v.Paragraphs = t("error_title"), []string{t("error_lead"), t("error_id", id)}
	}
	if err := f.message(w, r, status, lang, v); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}

// withoutSecrets writes an error for the log with the token of the request taken out.
func withoutSecrets(err error, r *http.Request) string {
	s := err.Error()
	if token := r.PathValue("token"); token != "" {
		s = strings.ReplaceAll(s, token, "…")
		s = strings.ReplaceAll(s, url.PathEscape(token), "…")
	}
	return s
}

func requestID() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// guard is around every route: the path under which the form lives, headers, limits, the origin of a post, the size of
// a body.
func (f *form) guard(routes http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	if u, err := url.Parse(f.Workspace.Settings.Collector.PublicURL); err == nil && u.Host != "" {
		// Behind a proxy that changes the Host header, the public address is the origin. The URL was checked with koe.yaml.
		_ = origin.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	secure := strings.HasPrefix(f.Workspace.Settings.Collector.PublicURL, "https://")
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// same-origin, not no-referrer: with no-referrer browsers send "Origin: null" and a post could not be told from a forged one.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		oneClick := r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/unsubscribe/") // RFC 8058: posted by the mail program
		switch {
		case !f.limits.mayCome(f.client(r), f.Now()) && r.URL.Path != "/healthz":
			f.refuse(w, r, "limit", errTooMany)
		case !oneClick && origin.Check(r) != nil:
			f.refuse(w, r, "origin", koe.Errorf(koe.Forbidden, "posted from another origin"))
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			routes.ServeHTTP(w, r)
		}
	})
	if f.base == "" {
		return guarded
	}
	stripped := http.StripPrefix(f.base, guarded)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // whether the proxy takes the prefix off or not
		if strings.HasPrefix(r.URL.Path, f.base+"/") {
			stripped.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func (f *form) refuse(rw http.ResponseWriter, r *http.Request, why string, err error) {
	f.metrics.refused.WithLabelValues(why).Inc()
	f.answer("refused", func(w *answer, r *http.Request) error {
		if why != "origin" {
			return err
		}
		lang := f.language(r)
		return f.message(w, r, http.StatusForbidden, lang, messageView{Title: f.words.in(lang, "origin_title"), Paragraphs: []string{f.words.in(lang, "origin_lead")}})
	}).ServeHTTP(rw, r)
}

// client is the address that a request came from: the peer, or what a believed proxy says of it.
func (f *form) client(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && f.believed(addr); i-- {
		next := parseAddr(strings.TrimSpace(forwarded[i]))
		if !next.IsValid() {
			break
		}
		addr = next
	}
	return addr
}

func (f *form) believed(a netip.Addr) bool {
	for _, p := range f.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func parseAddr(s string) netip.Addr {
	if host, port, err := net.SplitHostPort(s); err == nil {
		if _, err := strconv.Atoi(port); err == nil {
			s = host
		}
	}
	a, _ := netip.ParseAddr(s)
	return a.Unmap()
}
