package schedules

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	netmail "net/mail"
	"os"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"

	"koe"
	"koe/mail"
)

//go:embed templates
var embedded embed.FS

// letters are the mail templates: the embedded ones, each replaced by the file of the same name in the organisation's own folder.
//
// A mail is <kind>.<language>.txt, whose first line is its subject, and <kind>.<language>.html, which layout.html frames. A new language
// is two more files, or one: an organisation that writes only the text gets mails without an HTML part, never two parts that say different things.
type letters struct {
	text   map[string]*texttemplate.Template // by "invitation.ja"
	html   map[string]*htmltemplate.Template
	layout *htmltemplate.Template
}

// LetterData is what a mail template may use.
type LetterData struct {
	Language     string
	Organization string
	Sender       string // the name of mail.from, in mails in the organisation's own language; may be empty
	Name         string // of the person written to; may be empty
	Audience     string // hire, mentor, manager
	About        string // the hire's name, when somebody else is asked
	Title        string // of the survey, or of the stage
	Stage        string
	Journey      string
	Minutes      int    // that answering takes
	Asks         bool   // there is something to answer
	Keeps        bool   // what is answered may be changed until the close: it is kept, and linked to who may change it
	Promise      string // what the mode promises, in one line
	Link         string
	Closes       string // the last day, in words
	ClosesShort  string
	Number       int  // of the reminder
	Last         bool // no reminder follows
	Decline      string
	Contact      string
	ContactHTML  htmltemplate.HTML
	Subject      string            // in layout.html
	Body         htmltemplate.HTML // in layout.html
}

// CheckTemplates reads an organisation's mail templates and tries each, for koe check.
func CheckTemplates(folder string) error {
	_, err := loadLetters(folder)
	return err
}

var letterName = regexp.MustCompile(`^(invitation|reminder)\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\.(txt|html)$`)

func loadLetters(folder string) (*letters, error) {
	ours, err := fs.Sub(embedded, "templates")
	if err != nil {
		return nil, koe.Errorf(koe.Internal, "mail templates: %w", err)
	}
	l := &letters{text: map[string]*texttemplate.Template{}, html: map[string]*htmltemplate.Template{}}
	if err := l.read(ours, false); err != nil {
		return nil, err
	}
	if folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return nil, koe.Errorf(koe.Invalid, "mail.templates: %w", err)
		}
		if err := l.read(os.DirFS(folder), true); err != nil {
			return nil, err
		}
	}
	return l, l.try()
}

// read takes the templates of one folder in.
func (l *letters) read(from fs.FS, own bool) error {
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		return koe.Errorf(koe.Invalid, "mail.templates: %w", err)
	}
	written := map[string]bool{}
	for _, entry := range entries {
		written[entry.Name()] = true
	}
	for _, entry := range entries {
		name := entry.Name()
		parts := letterName.FindStringSubmatch(name)
		if name != "layout.html" && parts == nil {
			if own && (strings.HasSuffix(name, ".txt") || strings.HasSuffix(name, ".html")) {
				return koe.Errorf(koe.Invalid, "mail.templates: %s is not the name of a mail; write invitation.ja.txt, reminder.en.html or layout.html", name)
			}
			continue
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return koe.Errorf(koe.Invalid, "mail.templates: %w", err)
		}
		source := strings.ReplaceAll(strings.TrimPrefix(string(body), "\ufeff"), "\r\n", "\n")
		switch {
		case name == "layout.html":
			l.layout, err = htmltemplate.New(name).Option("missingkey=error").Parse(source)
		case parts[3] == "txt":
			key := parts[1] + "." + strings.ToLower(parts[2])
			l.text[key], err = texttemplate.New(name).Option("missingkey=error").Parse(source)
			if own && !written[strings.TrimSuffix(name, "txt")+"html"] {
				delete(l.html, key)
			}
		default:
			l.html[parts[1]+"."+strings.ToLower(parts[2])], err = htmltemplate.New(name).Option("missingkey=error").Parse(source)
		}
		if err != nil {
			return koe.Errorf(koe.Invalid, "mail.templates: %w", err)
		}
	}
	return nil
}

// try writes every mail once with invented data, so that a mistake in a template shows before the first mail.
func (l *letters) try() error {
	for key := range l.html {
		if l.text[key] == nil {
			return koe.Errorf(koe.Invalid, "mail.templates: %s.html has no %s.txt beside it; write the text part too", key, key)
		}
	}
	for key := range l.text {
		kind, language, _ := strings.Cut(key, ".")
		data := LetterData{Language: language, Organization: "O", Sender: "S", Name: "N", Audience: "mentor", About: "A", Title: "T", Stage: "S",
			Journey: "J", Minutes: 3, Asks: true, Keeps: true, Promise: "P", Link: "https://koe.example/r/0", Closes: "C", ClosesShort: "C",
			Number: 1, Last: true, Decline: "https://koe.example/unsubscribe/0", Contact: "K", ContactHTML: "K"}
		for _, audience := range []string{"hire", "mentor", "manager"} {
			data.Audience = audience
			subject, text, html, err := l.fill(kind, language, data)
			if err != nil {
				return err
			}
			switch {
			case subject == "":
				return koe.Errorf(koe.Invalid, `mail.templates: %s.txt must begin with a line "Subject: …"`, key)
			case !strings.Contains(text, data.Link), html != "" && !strings.Contains(html, data.Link):
				return koe.Errorf(koe.Invalid, "mail.templates: %s leaves out {{.Link}}, so nobody could answer", key)
			case !strings.Contains(text, data.Decline), html != "" && !strings.Contains(html, data.Decline):
				return koe.Errorf(koe.Invalid, "mail.templates: %s leaves out {{.Decline}}, so nobody could decline", key)
			}
		}
	}
	return nil
}

// fill writes one mail.
func (l *letters) fill(kind, language string, data LetterData) (subject, text, html string, err error) {
	key := kind + "." + language
	var b strings.Builder
	if err := l.text[key].Execute(&b, data); err != nil {
		return "", "", "", koe.Errorf(koe.Invalid, "mail.templates: %w", err)
	}
	first, rest, _ := strings.Cut(b.String(), "\n")
	subject, found := strings.CutPrefix(first, "Subject:")
	if !found {
		subject, rest = "", b.String()
	}
	subject = strings.TrimSpace(subject)
	text = strings.Trim(rest, "\n") + "\n"
	body := l.html[key]
	if body == nil {
		return subject, text, "", nil
	}
	b.Reset()
	if err := body.Execute(&b, data); err != nil {
		return "", "", "", koe.Errorf(koe.Invalid, "mail.templates: %w", err)
	}
	data.Subject, data.Body = subject, htmltemplate.HTML(b.String()) //nolint:gosec // it was escaped by html/template a line ago
	var page strings.Builder
	if err := l.layout.Execute(&page, data); err != nil {
		return "", "", "", koe.Errorf(koe.Invalid, "mail.templates: %w", err)
	}
	return subject, text, page.String(), nil
}

// letterContent is what a mail is about.
type letterContent struct {
	inv      koe.Invitation
	person   *koe.Person
	about    string
	journey  *koe.Journey
	stage    *koe.Stage
	survey   *koe.Survey
	token    string
	today    koe.Date
	reminder bool
	number   int
	last     bool
}

// write makes a message without its address, date and name.
func (l *letters) write(settings *koe.Settings, c letterContent) (mail.Message, error) {
	kind := "invitation"
	if c.reminder {
		kind = "reminder"
	}
	language, err := l.language(kind, c.inv.Language, settings.Language)
	if err != nil {
		return mail.Message{}, err
	}
	langs := []string{c.inv.Language, language, settings.Language}
	title := c.survey.Title.In(langs...)
	if title == "" {
		title = c.stage.Title.In(langs...)
	}
	organization := settings.Organization.In(langs...)
	sender := ""
	if from, err := netmail.ParseAddress(settings.Mail.From); err == nil && base(language) == base(settings.Language) && from.Name != organization {
		sender = from.Name
	}
	audience := c.stage.Audience
	if audience == "" {
		audience = koe.AudienceHire
	}
	site := strings.TrimRight(settings.Collector.PublicURL, "/")
	contact := strings.TrimSpace(settings.Contact.In(langs...))
	minutes, asks := effort(c.journey, c.survey)
	data := LetterData{
		Language: language, Organization: organization, Sender: sender, Name: c.person.Name, Audience: string(audience), About: c.about,
		Title: title, Stage: c.stage.Title.In(langs...), Journey: c.journey.Title.In(langs...), Minutes: minutes, Asks: asks,
		Keeps: asks && c.survey.Store && c.inv.Mode != koe.Anonymous, Promise: promise(c, settings, language), Link: site + "/r/" + c.token, Decline: site + "/unsubscribe/" + c.token,
		Closes: dayInWords(c.inv.ClosesOn, language, true), ClosesShort: dayInWords(c.inv.ClosesOn, language, false),
		Number: c.number, Last: c.last, Contact: contact,
		ContactHTML: htmltemplate.HTML(strings.ReplaceAll(htmltemplate.HTMLEscapeString(contact), "\n", "<br>\n")), //nolint:gosec // escaped here
	}
	subject, text, html, err := l.fill(kind, language, data)
	if err != nil {
		return mail.Message{}, err
	}
	return mail.Message{From: settings.Mail.From, ReplyTo: settings.Mail.ReplyTo, Subject: subject, Text: text, HTML: html, Language: language,
		ListUnsubscribe: data.Decline}, nil
}

// language finds the language that a mail can be written in: the person's, the organisation's, English.
func (l *letters) language(kind string, wanted ...string) (string, error) {
	for _, tag := range append(wanted, "en", "ja") {
		for tag = strings.ToLower(tag); tag != ""; {
			if l.text[kind+"."+tag] != nil {
				return tag, nil
			}
			tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
		}
	}
	return "", errors.New("mail.templates: there is none to write with")
}

// base is a language without its region: en for en-GB.
func base(tag string) string {
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return language
}

// effort estimates the minutes that a survey takes, follow-ups left out, and whether there is anything to answer: ten seconds for
// something to press, half a minute for something to write.
func effort(j *koe.Journey, survey *koe.Survey) (minutes int, asks bool) {
	seconds := 0
	for _, page := range survey.Pages {
		for _, id := range page.Ask {
			q, ok := j.Question(id)
			switch {
			case !ok:
			case q.Kind == koe.KindNote:
				seconds += 20
			case q.Kind == koe.KindText:
				seconds, asks = seconds+30, true
			default:
				seconds, asks = seconds+10, true
			}
		}
	}
	return max(1, (seconds+30)/60), asks
}

// promise says in one line what becomes of the answers.
func promise(c letterContent, settings *koe.Settings, language string) string {
	group := max(settings.Disclosure.MinGroup, 3)
	if settings.Disclosure.MinGroup == 0 {
		group = 5
	}
	texts := map[koe.Mode]koe.Text{
		koe.Confidential: {
			"ja": fmt.Sprintf("お答えは%d人以上をまとめた数字としてだけ使い、どなたの回答かが分かる形で人事や職場に示すことはありません。", group),
			"en": fmt.Sprintf("Your answers are used only in figures about %d or more people; neither HR nor your workplace sees who answered what.", group),
		},
		koe.Anonymous: {
			"ja": "無記名です。どなたの回答かは、記録に残りません。",
			"en": "It is anonymous: nothing that is kept says who answered what.",
		},
		koe.Identified: {
			"ja": "記名です。どなたの回答かを、人事の担当者が読みます。",
			"en": "It carries your name: the persons in charge at HR read who answered what.",
		},
	}
	if !c.survey.Store {
		return koe.Text{"ja": "お答えは保存しません。結果はその場の画面にだけ出ます。", "en": "Nothing is kept; the result is shown on your screen only."}.In(language, "en")
	}
	return texts[c.inv.Mode].In(language, "en")
}

// dayInWords writes a day as people do: 2026年4月30日(木), Thursday, 30 April 2026.
func dayInWords(d koe.Date, language string, long bool) string {
	t := d.In(time.UTC)
	switch {
	case strings.HasPrefix(language, "ja"):
		day := fmt.Sprintf("%d月%d日", d.Month, d.Day)
		if !long {
			return day
		}
		return fmt.Sprintf("%d年%s(%s)", d.Year, day, string([]rune("日月火水木金土")[t.Weekday()]))
	case strings.HasPrefix(language, "en"):
		if !long {
			return t.Format("2 January")
		}
		return t.Format("Monday, 2 January 2006")
	}
	return d.String()
}
