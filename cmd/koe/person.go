package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

// held is everything that koe holds about a person.
type held struct {
	Person      koe.Person       `json:"person"`
	Events      []koe.Event      `json:"events"`
	Invitations []koe.Invitation `json:"invitations"`
	Mails       []koe.Mail       `json:"mails"`
	Responses   []heldResponse   `json:"responses"`
	Requests    []koe.Request    `json:"requests"`
}

// heldResponse is a response with the versions that it replaced.
type heldResponse struct {
	koe.Submission
	Earlier []koe.Submission `json:"earlier,omitempty"`
}

func (a *app) personCommand() *cobra.Command {
	group := &cobra.Command{Use: "person", Short: "一人について / one person"}
	var out string
	c := &cobra.Command{
		Use:   "export PERSON_ID",
		Short: "本人に渡す、保有しているすべて(JSON と HTML) / everything held about a person, for that person",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				h, err := gather(c.Context(), s, args[0])
				if err != nil {
					return err
				}
				if err := os.MkdirAll(out, 0o700); err != nil {
					return err
				}
				base := filepath.Join(out, "koe-"+safeName(args[0]))
				if err := whole.File(base+".json", 0o600, func(to io.Writer) error {
					encoder := json.NewEncoder(to)
					encoder.SetIndent("", "  ")
					return encoder.Encode(h)
				}); err != nil {
					return err
				}
				if err := whole.File(base+".html", 0o600, func(to io.Writer) error { return a.writeHeld(to, w, h) }); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "person export", 1, ""); err != nil {
					return err
				}
				return a.print([]string{base + ".json", base + ".html"}, func(to io.Writer) {
					fmt.Fprintln(to, base+".json")
					fmt.Fprintln(to, base+".html")
				})
			})
		},
	}
	c.Flags().StringVar(&out, "out", ".", "出力フォルダー / folder")
	group.AddCommand(c)
	return group
}

// safeName makes a person's number usable in a file name.
func safeName(id string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, id)
}

// gather collects everything held about a person. Anonymous answers cannot be found: nothing links them.
func gather(ctx context.Context, s *store.Store, id string) (h held, err error) {
	if h.Person, err = s.PersonByID(ctx, id); err != nil {
		return h, err
	}
	events, err := s.Events(ctx)
	if err != nil {
		return h, err
	}
	for _, e := range events {
		if e.Person == h.Person.Key || e.Related == h.Person.Key {
			h.Events = append(h.Events, e)
		}
	}
	if h.Invitations, err = s.Invitations(ctx, store.InvitationFilter{Person: h.Person.Key}); err != nil {
		return h, err
	}
	var keys []string
	for _, i := range h.Invitations {
		keys = append(keys, i.Key)
	}
	if len(keys) > 0 {
		if h.Mails, err = s.Mails(ctx, store.MailFilter{Invitations: keys}); err != nil {
			return h, err
		}
	}
	current, err := s.Submissions(ctx, store.SubmissionFilter{Person: h.Person.Key})
	if err != nil {
		return h, err
	}
	for _, r := range current {
		earlier, err := s.History(ctx, r.Response)
		if err != nil {
			return h, err
		}
		h.Responses = append(h.Responses, heldResponse{r, earlier})
	}
	requests, err := s.Requests(ctx)
	for _, r := range requests {
		if r.Person == h.Person.Key {
			h.Requests = append(h.Requests, r)
		}
	}
	return h, err
}

// heldPage is the readable form of what is held.
var heldPage = template.Must(template.New("held").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>body{font-family:"Hiragino Sans","Yu Gothic","Noto Sans JP","Noto Sans CJK JP",sans-serif;line-height:1.7;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1f2a30}
h1{font-size:1.5rem}h2{font-size:1.15rem;border-bottom:2px solid #0b5f6e;margin-top:2.5rem}h3{font-size:1rem;margin-bottom:.25rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #d8dee0}th{width:45%;font-weight:500}</style></head>
<body><h1>{{.Title}}</h1>{{range .Sections}}<h2>{{.Title}}</h2>{{range .Blocks}}{{if .Title}}<h3>{{.Title}}</h3>{{end}}<table>{{range .Rows}}<tr><th>{{index . 0}}</th><td>{{index . 1}}</td></tr>{{end}}</table>{{end}}{{end}}</body></html>
`))

type heldBlock struct {
	Title string
	Rows  [][2]string
}

type heldSection struct {
	Title  string
	Blocks []heldBlock
}

// writeHeld writes what is held as a page that a person can read.
func (a *app) writeHeld(out io.Writer, w *journey.Workspace, h held) error {
	lang := a.language
	if h.Person.Language != "" {
		lang = h.Person.Language
	}
	say := func(ja, en string) string {
		if strings.HasPrefix(lang, "ja") {
			return ja
		}
		return en
	}
	at := func(t time.Time) string { return t.In(w.Location).Format("2006-01-02 15:04") }
	person := heldBlock{Rows: [][2]string{
		{say("番号", "number"), h.Person.ID}, {say("氏名", "name"), h.Person.Name}, {say("メール", "mail"), h.Person.Email},
		{say("個人メール", "personal mail"), h.Person.PersonalEmail}, {say("言語", "language"), h.Person.Language},
	}}
	for _, column := range w.Settings.SegmentColumns() {
		person.Rows = append(person.Rows, [2]string{column, h.Person.Segments[column]})
	}
	for _, spell := range h.Person.Spells {
		person.Rows = append(person.Rows, [2]string{say("在籍", "employed"), fmt.Sprintf("%s – %s %s", spell.JoinedOn, spell.LeftOn, spell.LeftReason)})
	}
	events := heldBlock{}
	for _, e := range h.Events {
		events.Rows = append(events.Rows, [2]string{e.On.String(), strings.TrimSpace(e.Kind + " " + e.Detail)})
	}
	asked := heldBlock{}
	for _, i := range h.Invitations {
		asked.Rows = append(asked.Rows, [2]string{stageTitle(w, i.Journey, i.Stage, lang), fmt.Sprintf("%s – %s (%s)", i.DueOn, i.ClosesOn, i.Status)})
	}
	sections := []heldSection{
		{say("名簿", "On the roster"), []heldBlock{person}},
		{say("出来事", "Events"), []heldBlock{events}},
		{say("案内", "Invitations"), []heldBlock{asked}},
	}
	answers := heldSection{Title: say("回答", "Answers")}
	for _, r := range h.Responses {
		for _, version := range append([]koe.Submission{r.Submission}, r.Earlier...) {
			answers.Blocks = append(answers.Blocks, heldBlock{stageTitle(w, version.Journey, version.Stage, lang) + " " + at(version.SubmittedAt), answerRows(w, version, lang)})
		}
	}
	requests := heldBlock{}
	for _, r := range h.Requests {
		requests.Rows = append(requests.Rows, [2]string{at(r.CreatedAt), r.State + " " + r.Note})
	}
	sections = append(sections, answers, heldSection{say("個別の連絡の希望", "Requests for a personal reply"), []heldBlock{requests}})
	return heldPage.Execute(out, map[string]any{"Lang": lang, "Title": say("koe が保有しているあなたの情報", "What koe holds about you"), "Sections": sections})
}

// answerRows writes each answer beside its question.
func answerRows(w *journey.Workspace, s koe.Submission, lang string) (rows [][2]string) {
	j, ok := w.Journey(s.Journey)
	if !ok {
		return nil
	}
	for i := range j.Questions {
		q := &j.Questions[i]
		answer, ok := s.Answers[q.ID]
		if !ok || answer.Missing == koe.NotAsked {
			continue
		}
		text := answer.Text
		switch {
		case answer.Missing != koe.MissingNone:
			text = string(answer.Missing)
		case answer.Value != nil:
			text = fmt.Sprint(*answer.Value)
		case len(answer.Choices) > 0:
			var labels []string
			for _, c := range answer.Choices {
				label := c
				for _, o := range q.Options {
					if o.Value == c {
						label = o.Text.In(lang)
					}
				}
				labels = append(labels, label)
			}
			text = strings.Join(labels, "、")
		}
		rows = append(rows, [2]string{q.Text.In(lang), text})
	}
	return rows
}
