package schedules_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"koe"
	"koe/mail"
	"koe/schedules"
)

// everyLetter dispatches every kind of mail to people of both languages and gives them by "<stage> <kind> <language>".
func everyLetter(t *testing.T, change func(*house)) map[string]mail.Message {
	t.Helper()
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, `
  - {id: m3, title: {ja: 3か月, en: Three months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, remind: [P7D, P14D], survey: s1}
  - {id: mentor, title: {ja: メンター, en: Mentors}, audience: mentor, anchor: mentor_assigned, opens: P1M, closes: P2M, remind: [P7D], survey: s1}
  - {id: boss, title: {ja: 上司, en: Managers}, audience: manager, anchor: manager_assigned, opens: P1M, closes: P2M, remind: [P7D], survey: s1}
`)
	if change != nil {
		change(h)
		h.reopen()
	}
	var people []koe.Person
	for _, lang := range []string{"ja", "en"} {
		p := hire(t, "H"+lang, "2026-04-01")
		p.Name, p.Language = map[string]string{"ja": "山田 花子", "en": "Ann O'Neil <b>"}[lang], lang
		people = append(people, p, koe.Person{ID: "M" + lang, Name: map[string]string{"ja": "佐藤 一郎", "en": "Bob Smith"}[lang], Email: "m" + lang + "@example.go.jp", Language: lang},
			koe.Person{ID: "B" + lang, Name: map[string]string{"ja": "鈴木 課長", "en": "Carol Chief"}[lang], Email: "b" + lang + "@example.go.jp", Language: lang})
	}
	h.save("2026-03-20", people...)
	for _, lang := range []string{"ja", "en"} {
		h.event("2026-03-20", "H"+lang, koe.EventMentorAssigned, "2026-04-01", "M"+lang)
		h.event("2026-03-20", "H"+lang, koe.EventManagerAssigned, "2026-04-01", "B"+lang)
	}
	h.days("2026-05-01", "2026-05-20")
	out := map[string]mail.Message{}
	counts := map[string]int{}
	for _, m := range h.post.taken {
		stage := map[byte]string{'h': "hire", 'm': "mentor", 'b': "manager"}[m.To[0]]
		key := stage + " " + m.Language
		kind := []string{"invitation", "reminder", "last"}[counts[key]]
		if counts[key]++; stage != "hire" && kind == "reminder" {
			kind = "last"
		}
		out[stage+" "+kind+" "+m.Language] = m
	}
	return out
}

func TestLetters_SayAllThatSomebodyHasToKnow(t *testing.T) {
	letters := everyLetter(t, nil)
	if len(letters) != 14 {
		t.Fatalf("%d kinds of mail", len(letters))
	}
	says := map[string]map[string][]string{
		"ja": {
			"":     {"例示省", "人事課", "短いアンケート", "約1分", "5人以上", "任意", "https://koe.example.go.jp/r/", "https://koe.example.go.jp/unsubscribe/", "不要な方", "内線0000", "2026年6月1日(月)"},
			"hire": {"山田 花子 様"}, "mentor": {"佐藤 一郎 様", "山田 花子さん"}, "manager": {"鈴木 課長 様", "山田 花子さん"},
			"last": {"最後"},
		},
		"en": {
			"":     {"Example Ministry", "A short survey", "about 1 minute", "5 or more people", "voluntary", "https://koe.example.go.jp/r/", "https://koe.example.go.jp/unsubscribe/", "rather not", "ext. 0000", "Monday, 1 June 2026"},
			"hire": {"Dear Ann O'Neil <b>,"}, "mentor": {"Dear Bob Smith,", "Ann O'Neil <b>"}, "manager": {"Dear Carol Chief,", "Ann O'Neil <b>"},
			"last": {"the last time"},
		},
	}
	for key, m := range letters {
		stage, kind, lang := strings.Fields(key)[0], strings.Fields(key)[1], strings.Fields(key)[2]
		for _, part := range []string{"", stage, kind} {
			for _, words := range says[lang][part] {
				if !strings.Contains(m.Text, words) {
					t.Errorf("%s: the text part does not say %q:\n%s", key, words, m.Text)
				}
				escaped := strings.NewReplacer("<", "&lt;", ">", "&gt;", "'", "&#39;").Replace(words)
				if !strings.Contains(m.HTML, escaped) {
					t.Errorf("%s: the HTML part does not say %q", key, escaped)
				}
			}
		}
		if kind != "last" && (strings.Contains(m.Text, "最後") || strings.Contains(m.Text, "last time")) {
			t.Errorf("%s says that it is the last", key)
		}
		for _, line := range strings.Split(m.Text, "\n") {
			if strings.Contains(line, "<no value>") || strings.Contains(line, "{{") {
				t.Errorf("%s: %q", key, line)
			}
		}
		if strings.Contains(m.Text, "\n\n\n") {
			t.Errorf("%s has a hole:\n%s", key, m.Text)
		}
	}
}

// A mail that is opened tells nobody: nothing is fetched, and each link goes to the form itself.
func TestLetters_TrackNobody(t *testing.T) {
	for key, m := range everyLetter(t, nil) {
		for _, banned := range []string{"<img", "<script", "<link", "<iframe", "url(", "@import", "background=", "utm_", "src="} {
			if strings.Contains(strings.ToLower(m.HTML), banned) {
				t.Errorf("%s contains %s", key, banned)
			}
		}
		for _, link := range regexp.MustCompile(`https?://[^\s"<]+`).FindAllString(m.HTML+m.Text, -1) {
			if !regexp.MustCompile(`^https://koe\.example\.go\.jp/(r|unsubscribe)/[0-9A-Za-z]+$`).MatchString(link) {
				t.Errorf("%s links to %s", key, link)
			}
		}
	}
}

func TestLetters_AnOrganisationMayWriteItsOwn(t *testing.T) {
	letters := everyLetter(t, func(h *house) {
		h.file("koe.yaml", strings.Replace(fmt.Sprintf(settings, "Asia/Tokyo", tokyoCalendar), "outbox: data/outbox", "outbox: data/outbox, templates: mails", 1))
		h.file("mails/invitation.ja.txt", "Subject: 声を聞かせてください({{.ClosesShort}}まで)\n{{.Name}}さん\n{{.Link}}\n{{.Decline}}\n")
		h.file("mails/reminder.ja.txt", "Subject: まだ間に合います\n{{.Link}} {{.Decline}}\n")
		h.file("mails/reminder.ja.html", "<p>まだ <a href=\"{{.Link}}\">間に合います</a> <a href=\"{{.Decline}}\">不要</a></p>")
	})
	first, second, english := letters["hire invitation ja"], letters["hire reminder ja"], letters["hire invitation en"]
	if first.Subject != "声を聞かせてください(6月1日まで)" || !strings.HasPrefix(first.Text, "山田 花子さん\nhttps://") || first.HTML != "" {
		t.Errorf("the invitation: %q %q %q", first.Subject, first.Text, first.HTML)
	}
	if !strings.Contains(second.HTML, "まだ <a href=") || !strings.Contains(second.HTML, "<!doctype html>") {
		t.Errorf("the reminder: %s", second.HTML)
	}
	if !strings.Contains(english.Subject, "Example Ministry") || english.HTML == "" {
		t.Errorf("English: %+v", english)
	}
}

func TestCheckTemplates_FindsWhatWouldGoWrong(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no subject":   {"invitation.ja.txt": "{{.Link}} {{.Decline}}"},
		"no link":      {"invitation.ja.txt": "Subject: x\n{{.Decline}}"},
		"no way out":   {"reminder.en.txt": "Subject: x\n{{.Link}}"},
		"unknown word": {"invitation.ja.txt": "Subject: x\n{{.Link}} {{.Decline}} {{.Nmae}}"},
		"broken":       {"invitation.ja.txt": "Subject: {{.Name"},
		"no text part": {"invitation.fr.html": "<p>{{.Link}} {{.Decline}}"},
		"wrong name":   {"invite.ja.txt": "Subject: x\n{{.Link}} {{.Decline}}"},
	} {
		dir := t.TempDir()
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := schedules.CheckTemplates(dir)
		if koe.KindOf(err) != koe.Invalid || !strings.Contains(err.Error(), "mail.templates") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := schedules.CheckTemplates(filepath.Join(t.TempDir(), "nowhere")); koe.KindOf(err) != koe.Invalid {
		t.Errorf("a folder that is not there: %v", err)
	}
	dir := t.TempDir()
	french := "\ufeffSubject: {{.Title}}\r\n\r\nBonjour {{.Name}}\r\n{{.Link}}\r\n{{.Decline}}\r\n"
	for _, kind := range []string{"invitation", "reminder"} {
		if err := os.WriteFile(filepath.Join(dir, kind+".fr.txt"), []byte(french), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := schedules.CheckTemplates(dir); err != nil {
		t.Errorf("a new language: %v", err)
	}
}

// TestLetters_ReadWellOnAPhone opens every HTML part in Chromium, 390 pixels wide, in light and in dark: nothing is wider than
// the screen, the button is large enough for a thumb and the words stand out from what is behind them.
func TestLetters_ReadWellOnAPhone(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("this test opens mails in Chromium; install the Debian package chromium")
	}
	letters := everyLetter(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, letters[r.URL.Query().Get("m")].HTML)
	}))
	defer server.Close()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath("chromium"), chromedp.Headless, chromedp.NoSandbox,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-background-networking", true),
		chromedp.UserDataDir(t.TempDir()))
	defer stop()
	ctx, end := chromedp.NewContext(alloc)
	defer end()
	defer func() { _ = chromedp.Cancel(ctx) }() // waits until the browser is gone, so that its folder can be removed
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	keys := []string{"hire invitation ja", "mentor last en", "manager invitation ja", "hire last en"}
	for _, key := range keys {
		for _, scheme := range []string{"light", "dark"} {
			step, cancel := context.WithTimeout(ctx, 60*time.Second)
			defer cancel()
			err := chromedp.Do(step,
				func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
					_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true})
					return chromedp.Void{}, err
				},
				func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
					_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
					return chromedp.Void{}, err
				},
				chromedp.Navigate(server.URL+"/?m="+strings.ReplaceAll(key, " ", "%20")))
			if err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(step, chromedp.Evaluate[look](measure))
			if err != nil {
				t.Fatal(err)
			}
			picture, err := chromedp.Run(step, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if dir := os.Getenv("KOE_TEST_PICTURES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(key+" "+scheme, " ", "-")+".png"), picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got.Wide > 390 || got.Button < 44 || got.Contrast < 4.5 || len(got.Small) > 0 {
				t.Errorf("%s, %s: %+v", key, scheme, got)
			}
		}
	}
}

// look is what measure finds.
type look struct {
	Wide, Button, Contrast float64
	Small                  []string
}

// measure finds the width of the page, the height of the button, the least contrast of a text (WCAG 2.2, 1.4.3) and texts under 14 px.
const measure = `(() => {
	const light = c => { const [r, g, b] = c.match(/[\d.]+/g).map(Number).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return c } return 'rgb(255, 255, 255)' };
	let contrast = 99; const small = [];
	for (const e of document.querySelectorAll('p, a, strong')) {
		if (!e.textContent.trim()) continue;
		const s = getComputedStyle(e), a = light(s.color), b = light(behind(e));
		contrast = Math.min(contrast, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
		if (parseFloat(s.fontSize) < 14) small.push(e.textContent);
	}
	return { Wide: document.documentElement.scrollWidth, Button: document.querySelector('a.button').getBoundingClientRect().height, Contrast: contrast, Small: small };
})()`

func TestLetters_OnlyAnAnswerThatIsLinkedMayBeChanged(t *testing.T) {
	for mode, changes := range map[string]bool{"confidential": true, "anonymous": false, "identified": true} {
		letters := everyLetter(t, func(h *house) {
			text, err := os.ReadFile(filepath.Join(h.dir, "journeys/test.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			h.file("journeys/test.yaml", strings.Replace(string(text), "mode: confidential", "mode: "+mode, 1))
		})
		for key, m := range letters {
			if !strings.Contains(key, "invitation") {
				continue
			}
			for part, text := range map[string]string{"text": m.Text, "HTML": m.HTML} {
				if says := strings.Contains(text, "答え直せます") || strings.Contains(text, "change your answers"); says != changes {
					t.Errorf("%s, %s, %s part: says that answers can be changed: %v, want %v", mode, key, part, says, changes)
				}
			}
		}
	}
}
