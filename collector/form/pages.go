package form

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"

	"koe"
)

type messageView struct {
	Title        string
	Paragraphs   []string
	Post, Button string
	Contact      template.HTML
}

// interfaceLanguages are the languages of the form itself, the organisation's first.
func (f *form) interfaceLanguages() []string {
	if own, ok := oneOf([]string{"ja", "en"}, f.Workspace.Settings.Language); ok && own == "en" {
		return []string{"en", "ja"}
	}
	return []string{"ja", "en"}
}

func (f *form) language(r *http.Request, wishes ...string) string {
	return choose(f.interfaceLanguages(), r.Header.Get("Accept-Language"), append([]string{r.URL.Query().Get("lang"), r.PostForm.Get("l")}, wishes...)...)
}

// message writes a page that only says something.
func (f *form) message(w *answer, r *http.Request, status int, lang string, v messageView) error {
	return f.render(w, status, "message", lang, f.interfaceLanguages(), v.Title, nil, v)
}

func (f *form) home(w *answer, r *http.Request) error {
	lang := f.language(r)
	return f.message(w, r, http.StatusOK, lang, messageView{Title: f.words.in(lang, "home_title"), Paragraphs: []string{f.words.in(lang, "home_lead")},
		Contact: f.markdown(f.Workspace.Settings.Contact.In(lang))})
}

// askStop asks before the invitations to a journey are stopped: mail scanners open links, people press buttons.
func (f *form) askStop(w *answer, r *http.Request) error {
	inv, title, err := f.stopping(r)
	if err != nil {
		return err
	}
	lang := f.language(r, inv.Language)
	return f.message(w, r, http.StatusOK, lang, messageView{Title: f.words.in(lang, "stop_title"),
		Paragraphs: []string{f.words.in(lang, "stop_lead", title.In(lang))}, Post: f.base + "/unsubscribe/" + r.PathValue("token"), Button: f.words.in(lang, "stop"),
		Contact: f.markdown(f.Workspace.Settings.Contact.In(lang))})
}

// stop declines the invitation and its journey. It is the page's button and the one click of mail programs (RFC 8058),
// which post List-Unsubscribe=One-Click; twice is as good as once.
func (f *form) stop(w *answer, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badBody(err)
	}
	inv, _, err := f.stopping(r)
	if err != nil {
		return err
	}
	if err := f.Store.DeclineJourney(r.Context(), inv.Person, inv.Journey); err != nil {
		return fmt.Errorf("decline the journey: %w", err)
	}
	if inv.Status == koe.Invited || inv.Status == koe.Bounced {
		if err := f.Store.SetInvitationStatus(r.Context(), f.Now(), inv.Key, koe.Declined); err != nil {
			return fmt.Errorf("decline the invitation: %w", err)
		}
	}
	f.metrics.declined.Inc()
	lang := f.language(r, inv.Language)
	return f.message(w, r, http.StatusOK, lang, messageView{Title: f.words.in(lang, "stopped_title"), Paragraphs: []string{f.words.in(lang, "stopped_lead")},
		Contact: f.markdown(f.Workspace.Settings.Contact.In(lang))})
}

func (f *form) stopping(r *http.Request) (koe.Invitation, koe.Text, error) {
	inv, err := f.invitation(r, r.PathValue("token"))
	if err != nil {
		return inv, nil, err
	}
	if inv.Status == koe.Cancelled {
		return inv, nil, koe.Errorf(koe.Closed, "the invitation is cancelled")
	}
	title := koe.Text{"ja": inv.Journey, "en": inv.Journey}
	if j, ok := f.Workspace.Journey(inv.Journey); ok {
		title = j.Title
	}
	return inv, title, nil
}

// health says whether the form can do its work: 200 and ok, or 503 and what does not answer.
func (f *form) health(w *answer, r *http.Request) error {
	report := struct {
		Status string `json:"status"`
		Store  string `json:"store"`
		More   any    `json:"jobs,omitempty"`
	}{"ok", "ok", nil}
	status := http.StatusOK
	if err := f.Store.Ping(r.Context()); err != nil {
		report.Status, report.Store, status = "failing", "does not answer", http.StatusServiceUnavailable
	}
	if f.Health != nil {
		more, err := f.Health(r.Context())
		report.More = more
		if err != nil {
			report.Status, status = "failing", http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return ignoreGone(json.NewEncoder(w).Encode(report))
}

func (f *form) asset(w *answer, r *http.Request) error {
	a, ok := f.assets[r.PathValue("name")]
	if !ok {
		return errNoPage
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err := w.Write(a.body)
	return ignoreGone(err)
}

func (f *form) robots(w *answer, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("User-agent: *\nDisallow: /\n"))
	return ignoreGone(err)
}
