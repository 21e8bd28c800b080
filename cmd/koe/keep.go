package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/store"
)

// audit adds a line to the audit log: who ran what, over how many people. It never names them.
func (a *app) audit(ctx context.Context, s *store.Store, now time.Time, what string, people int, detail string) error {
	who := "?"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	return s.AppendLog(ctx, now, store.LogEntry{Who: who, What: what, People: people, Detail: detail})
}

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "控えを取る(受付中でもよい) / a consistent copy, while koe runs; the vault stays sealed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				if err := writeWhole(args[0], 0o600, func(out io.Writer) error { return s.Backup(c.Context(), now, out) }); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "backup", 0, ""); err != nil {
					return err
				}
				return a.print(map[string]string{"file": args[0]}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("控えを %s に書きました。戻すには、金庫の鍵(%s)も要ります。別の場所に保管してください。\n",
						"backup written to %s. Restoring it needs the vault key (%s) too; keep that elsewhere.\n"), args[0], keyName(w))
				})
			})
		},
	}
}

// keyName says where the vault key comes from.
func keyName(w *journey.Workspace) string {
	if name := w.Settings.VaultKeyEnv; name != "" {
		return "$" + name
	}
	return w.Settings.VaultKeyFile
}

// writeWhole writes a file beside its place and renames it: it appears whole or not at all.
func writeWhole(path string, mode os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "控えから戻す(空の場所にだけ) / put a backup into an empty place",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.workspace()
			if err != nil {
				return err
			}
			cfg, err := storeConfig(w, a.env)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			r, err := store.Restore(c.Context(), cfg, f, info.Size())
			if err != nil {
				return err
			}
			return a.print(r, func(out io.Writer) {
				fmt.Fprintf(out, a.say("%d 行を戻しました。次に koe load を実行してください。\n", "%d rows restored; run koe load next\n"), r.Rows)
			})
		},
	}
}

// receipt is what remains of a forgotten person: how much was erased, and nothing about whom.
type receipt struct {
	At          time.Time `json:"at"`
	Responses   int       `json:"responses"`
	Invitations int       `json:"invitations"`
	Mails       int       `json:"mails"`
	Events      int       `json:"events"`
	Drafts      int       `json:"drafts"`
	Requests    int       `json:"requests"`
	OutboxFiles int       `json:"outbox_files"`
	Warehouse   bool      `json:"warehouse_rebuilt"`
}

func (a *app) forgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget PERSON_ID",
		Short: "一人のすべてを消す / erase a person: vault, answers, drafts, mails, warehouse",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := a.forget(c.Context(), w, s, now, args[0])
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("消しました: 回答 %d、案内 %d、メール %d、出来事 %d、書きかけ %d、連絡の希望 %d、送信箱のファイル %d。発行済みの報告書はそのままです。\n",
						"erased: %d responses, %d invitations, %d mails, %d events, %d drafts, %d requests, %d outbox files. Released reports stay.\n"),
						r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests, r.OutboxFiles)
				})
			})
		},
	}
}

// forget erases a person from the store, the outbox folder and every version of the warehouse.
func (a *app) forget(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, id string) (receipt, error) {
	r := receipt{At: now}
	person, err := s.PersonByID(ctx, id)
	if err != nil {
		return r, err
	}
	messages, err := messagesTo(ctx, s, person.Key)
	if err != nil {
		return r, err
	}
	if r.OutboxFiles, err = removeMessages(w.Path(w.Settings.Mail.Outbox), messages, person); err != nil {
		return r, fmt.Errorf("remove mails from the outbox folder: %w", err)
	}
	e, err := s.Erase(ctx, now, id)
	if err != nil {
		return r, err
	}
	r.Responses, r.Invitations, r.Mails, r.Events, r.Drafts, r.Requests = e.Responses, e.Invitations, e.Mails, e.Events, e.Drafts, e.Requests
	if _, err := os.Stat(w.Path(w.Settings.Warehouse)); err == nil {
		cfg := a.analysisConfig(w, s)
		if _, err := analysis.Load(ctx, cfg, now, true); err != nil {
			return r, fmt.Errorf("rebuild the warehouse without them: %w", err)
		}
		if _, err := analysis.Analyze(ctx, cfg, now); err != nil {
			return r, fmt.Errorf("analyse without them: %w", err)
		}
		if err := removeOldWarehouses(w.Path(w.Settings.Warehouse)); err != nil {
			return r, err
		}
		r.Warehouse = true
	}
	return r, a.audit(ctx, s, now, "forget", 1, "")
}

// messagesTo gives the Message-IDs of a person's mails.
func messagesTo(ctx context.Context, s *store.Store, key koe.PersonKey) (map[string]bool, error) {
	invitations, err := s.Invitations(ctx, store.InvitationFilter{Person: key})
	if err != nil || len(invitations) == 0 {
		return nil, err
	}
	var keys []string
	for _, i := range invitations {
		keys = append(keys, i.Key)
	}
	mails, err := s.Mails(ctx, store.MailFilter{Invitations: keys})
	messages := map[string]bool{}
	for _, m := range mails {
		messages[strings.Trim(m.MessageID, "<>")] = true
	}
	return messages, err
}

// removeMessages deletes the .eml files that were written for a person: those under their Message-IDs, and any other file of
// the folder that holds one of their addresses.
func removeMessages(folder string, messages map[string]bool, p koe.Person) (removed int, err error) {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		path := filepath.Join(folder, f.Name())
		theirs := messages[strings.TrimSuffix(f.Name(), ".eml")]
		if !theirs {
			text, err := os.ReadFile(path)
			if err != nil {
				return removed, err
			}
			for _, address := range []string{p.Email, p.PersonalEmail} {
				theirs = theirs || address != "" && strings.Contains(string(text), address)
			}
		}
		if theirs {
			if err := os.Remove(path); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// removeOldWarehouses deletes every version but the published one: an old version still has the answers.
func removeOldWarehouses(published string) error {
	now, err := os.Stat(published)
	if err != nil {
		return err
	}
	folder := strings.TrimSuffix(published, filepath.Ext(published))
	files, err := filepath.Glob(filepath.Join(folder, "*.duckdb*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return err
		}
		if !os.SameFile(now, info) {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) retentionCommand() *cobra.Command {
	var apply bool
	c := &cobra.Command{
		Use:   "retention",
		Short: "保存期間を過ぎたもの(--apply で消す) / what is past its time; --apply erases it",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				keep, err := alumni(c.Context(), s)
				if err != nil {
					return err
				}
				x, err := s.Retention(c.Context(), now, w.Settings.Retention, keep, apply)
				if err != nil {
					return err
				}
				if apply && x != (store.Expired{}) {
					detail := fmt.Sprintf("texts %d, answers %d, contacts %d, drafts %d", x.Texts, x.Answers, x.Contacts, x.Drafts)
					if err := a.audit(c.Context(), s, now, "retention", x.Contacts, detail); err != nil {
						return err
					}
				}
				return a.print(x, func(out io.Writer) {
					fmt.Fprintf(out, a.say("保存期間を過ぎたもの: 自由記述 %d、回答 %d、連絡先 %d、書きかけ %d\n", "past their time: %d comments, %d answers, %d contacts, %d drafts\n"),
						x.Texts, x.Answers, x.Contacts, x.Drafts)
					if apply {
						fmt.Fprintln(out, a.say("消しました。次の koe load で分析用データからも消えます。", "erased; the next koe load takes them out of the warehouse too"))
					} else {
						fmt.Fprintln(out, a.say("消すには --apply を付けます。", "add --apply to erase them"))
					}
				})
			})
		},
	}
	c.Flags().BoolVar(&apply, "apply", false, "実際に消す / erase")
	return c
}

// alumni are the people who agreed to stay in touch after leaving and have not declined since.
func alumni(ctx context.Context, s *store.Store) (map[koe.PersonKey]bool, error) {
	events, err := s.Events(ctx)
	if err != nil {
		return nil, err
	}
	keep := map[koe.PersonKey]bool{}
	for _, e := range events {
		if e.Kind == "alumni_joined" {
			keep[e.Person] = true
		}
	}
	people, err := s.People(ctx, store.Pseudonymous)
	for _, p := range people {
		for _, declined := range p.Declined {
			if declined == "alumni" {
				delete(keep, p.Key)
			}
		}
	}
	return keep, err
}

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
				if err := writeWhole(base+".json", 0o600, func(to io.Writer) error {
					encoder := json.NewEncoder(to)
					encoder.SetIndent("", "  ")
					return encoder.Encode(h)
				}); err != nil {
					return err
				}
				if err := writeWhole(base+".html", 0o600, func(to io.Writer) error { return a.writeHeld(to, w, h) }); err != nil {
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

func (a *app) logCommand() *cobra.Command {
	group := &cobra.Command{Use: "log", Short: "監査記録 / the audit log"}
	list := &cobra.Command{
		Use:   "list",
		Short: "だれが、いつ、何を、何人について / who ran what, when, over how many people",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				entries, err := s.Log(c.Context())
				if err != nil {
					return err
				}
				return a.print(entries, func(out io.Writer) {
					for _, e := range entries {
						fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%d\t%s\n", e.Number, e.At.In(w.Location).Format("2006-01-02 15:04:05"), e.Who, e.What, e.People, e.Detail)
					}
				})
			})
		},
	}
	verify := &cobra.Command{
		Use:   "verify",
		Short: "記録が書き換えられていないか / whether a line was changed, removed or put in",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(_ *journey.Workspace, s *store.Store, _ time.Time) error {
				lines, last, err := s.VerifyLog(c.Context())
				if err != nil {
					return err
				}
				return a.print(map[string]any{"lines": lines, "sha256": last}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%d 行、つながっています。最後のハッシュ: %s\n", "%d lines, unbroken; last hash %s\n"), lines, last)
				})
			})
		},
	}
	group.AddCommand(list, verify)
	return group
}
