package main

import (
	_ "embed" // for the page
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/journey"
	"koe/store"
)

//go:embed person.html
var personPage string

type heldBlock struct {
	Title, Note string
	Rows        [][2]string
}

type heldSection struct {
	Title, Note string
	Blocks      []heldBlock
}

// heldWords writes what is held in the person's own language.
type heldWords struct {
	w    *journey.Workspace
	lang string
}

func (p heldWords) say(ja, en string) string {
	if strings.HasPrefix(p.lang, "ja") {
		return ja
	}
	return en
}

func (p heldWords) at(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(p.w.Location).Format("2006-01-02 15:04")
}

// writeHeld writes what is held as a page that a person can read.
func (a *app) writeHeld(out io.Writer, w *journey.Workspace, now time.Time, h held) error {
	page, err := template.New("person").Parse(personPage)
	if err != nil {
		return err
	}
	p := heldWords{w, a.language}
	if h.Person.Language != "" {
		p.lang = h.Person.Language
	}
	sections := []heldSection{p.roster(h), p.events(h), p.asked(h), p.answers(h), p.drafts(h), p.requests(h), p.use(h)}
	return page.Execute(out, map[string]any{"Lang": p.lang, "Title": p.say("koe が保有しているあなたの情報", "What koe holds about you"), "Organization": w.Settings.Organization.In(p.lang),
		"Made": p.at(now), "Sections": sections})
}

// section puts rows into one block, or says that there are none.
func (p heldWords) section(title, note string, rows [][2]string) heldSection {
	s := heldSection{Title: title, Note: note}
	if len(rows) > 0 {
		s.Blocks = []heldBlock{{Rows: rows}}
	} else if note == "" {
		s.Note = p.say("ありません。", "None.")
	}
	return s
}

func (p heldWords) roster(h held) heldSection {
	rows := [][2]string{{p.say("番号", "number"), h.Person.ID}, {p.say("氏名", "name"), h.Person.Name}, {p.say("メール", "mail"), h.Person.Email},
		{p.say("個人メール", "personal mail"), h.Person.PersonalEmail}, {p.say("言語", "language"), h.Person.Language}, {p.say("役割", "role"), h.Person.Role}}
	for _, column := range p.w.Settings.SegmentColumns() {
		rows = append(rows, [2]string{column, h.Person.Segments[column]})
	}
	for _, spell := range h.Person.Spells {
		left := p.say("在籍中", "still here")
		switch {
		case spell.Cancelled:
			left = p.say("取りやめ", "cancelled")
		case !spell.LeftOn.IsZero():
			left = strings.TrimSpace(spell.LeftOn.String() + " " + spell.LeftReason)
		}
		rows = append(rows, [2]string{p.say("在籍", "employed"), spell.JoinedOn.String() + " – " + left})
	}
	if h.Person.Bounced {
		rows = append(rows, [2]string{p.say("メールの状態", "state of the address"), p.say("届きませんでした", "the last mail came back")})
	}
	if len(h.Person.Declined) > 0 {
		rows = append(rows, [2]string{p.say("案内を断ったもの", "asked to be left alone by"), strings.Join(h.Person.Declined, ", ")})
	}
	rows = append(rows, [2]string{p.say("登録", "on the roster since"), p.at(h.Person.AddedAt)},
		[2]string{p.say("仮名(回答に付く無作為な番号)", "pseudonym, the random number that answers carry"), string(h.Person.Key)})
	return p.section(p.say("名簿", "On the roster"), "", rows)
}

func (p heldWords) events(h held) heldSection {
	var rows [][2]string
	for _, e := range h.Events {
		what := strings.TrimSpace(p.event(e.Kind) + " " + e.Detail)
		if e.Related == h.Person.Key {
			what += p.say("(ほかの人の出来事で、相手として)", " (of somebody else, who names you)")
		}
		rows = append(rows, [2]string{e.On.String(), what})
	}
	return p.section(p.say("出来事", "Events"), "", rows)
}

// event names a kind of event: a measure by its title, koe's own kinds in words, any other as the file has it.
func (p heldWords) event(kind string) string {
	for _, j := range p.w.Journeys {
		for _, m := range j.Measures {
			if m.Event == kind {
				return m.Title.In(p.lang)
			}
		}
	}
	if word, ok := map[string][2]string{koe.EventLeft: {"離職", "left"}, koe.EventTransferred: {"異動", "transferred"},
		koe.EventMentorAssigned: {"メンターの指定", "mentor assigned"}, koe.EventManagerAssigned: {"上司の指定", "manager assigned"}}[kind]; ok {
		return p.say(word[0], word[1])
	}
	return kind
}

func (p heldWords) asked(h held) heldSection {
	s := p.section(p.say("案内とメール", "Invitations and mails"), "", nil)
	kinds := map[koe.MailKind]string{"invitation": p.say("案内", "invitation"), "reminder": p.say("リマインド", "reminder")}
	for _, i := range h.Invitations {
		s.Note = ""
		b := heldBlock{Title: stageTitle(p.w, i.Journey, i.Stage, p.lang), Note: fmt.Sprintf("%s – %s · %s", i.DueOn, i.ClosesOn, p.status(i.Status))}
		if i.Subject != "" && i.Subject != h.Person.Key {
			b.Note += p.say(" · ほかの人について", " · about somebody else")
		}
		for _, m := range h.Mails {
			if m.Invitation != i.Key {
				continue
			}
			kind := kinds[m.Kind]
			if kind == "" {
				kind = string(m.Kind)
			}
			b.Rows = append(b.Rows, [2]string{kind, strings.TrimSpace(p.at(m.SentAt) + " " + p.mail(m.State) + " " + m.LastError)})
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func (p heldWords) mail(s koe.MailState) string {
	word, ok := map[koe.MailState][2]string{koe.MailSent: {"送信済み", "sent"}, koe.MailPending: {"送信待ち", "waiting"}, koe.MailFailed: {"失敗", "failed"}, koe.MailBounced: {"不達", "came back"}}[s]
	if !ok {
		return string(s)
	}
	return p.say(word[0], word[1])
}

func (p heldWords) status(s koe.InvitationStatus) string {
	word := map[koe.InvitationStatus][2]string{koe.Invited: {"未回答", "not answered"}, koe.Answered: {"回答済み", "answered"}, koe.Declined: {"辞退", "declined"},
		koe.Bounced: {"不達", "came back"}, koe.Cancelled: {"取消", "cancelled"}}[s]
	if word[0] == "" {
		return string(s)
	}
	return p.say(word[0], word[1])
}

func (p heldWords) answers(h held) heldSection {
	s := heldSection{Title: p.say("回答", "Answers"), Note: p.say("無記名の調査の回答は、だれのものか koe にも分からないため、ここにはありません。",
		"Answers to anonymous surveys are not here: nobody, koe neither, can tell whose they are.")}
	for _, r := range h.Responses {
		for i, version := range append([]koe.Submission{r.Submission}, r.Earlier...) {
			b := heldBlock{Title: stageTitle(p.w, version.Journey, version.Stage, p.lang), Note: p.at(version.SubmittedAt), Rows: p.answerRows(version.Journey, version.Answers)}
			if i > 0 {
				b.Note += p.say(" · あとで送り直した、前の回答", " · an earlier version, which you replaced")
			}
			if version.PublishOK {
				b.Note += p.say(" · 原文のまま掲載してよい", " · may be quoted word for word")
			}
			s.Blocks = append(s.Blocks, b)
		}
	}
	return s
}

func (p heldWords) drafts(h held) heldSection {
	s := p.section(p.say("書きかけ", "Drafts"), "", nil)
	for _, i := range h.Invitations {
		raw, ok := h.Drafts[i.Key]
		if !ok {
			continue
		}
		s.Note = ""
		b := heldBlock{Title: stageTitle(p.w, i.Journey, i.Stage, p.lang)}
		var draft struct {
			Answers map[string]koe.Answer `json:"answers"`
		}
		if json.Unmarshal(raw, &draft) == nil && draft.Answers != nil {
			b.Rows = p.answerRows(i.Journey, draft.Answers)
		} else {
			b.Rows = [][2]string{{"", string(raw)}}
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func (p heldWords) requests(h held) heldSection {
	var rows [][2]string
	for _, r := range h.Requests {
		state := map[string]string{"open": p.say("未対応", "open"), "done": p.say("対応済み", "done")}[r.State]
		rows = append(rows, [2]string{p.at(r.CreatedAt) + " " + stageTitle(p.w, r.Journey, r.Stage, p.lang), strings.TrimSpace(state + " " + r.Note)})
	}
	return p.section(p.say("個別の連絡の希望", "Requests for a personal reply"), "", rows)
}

// use says what was made of the answers.
func (p heldWords) use(h held) heldSection {
	var rows [][2]string
	for _, r := range h.Reviews {
		decided := map[store.Clearance]string{store.Cleared: p.say("掲載可", "may be quoted"), store.NotCleared: p.say("掲載しない", "not to be quoted")}[r.Cleared]
		rows = append(rows, [2]string{p.say("自由記述 ", "comment ") + r.Question, strings.TrimSpace(p.at(r.ReviewedAt) + " " + decided + " " + strings.Join(r.Themes, ", "))})
	}
	if len(h.Releases) > 0 {
		rows = append(rows, [2]string{p.say("集計に入った報告書", "counted in the reports"), strings.Join(h.Releases, ", ")})
	}
	return p.section(p.say("回答の使われ方", "What was made of the answers"), p.say("回答は、氏名のない集計として使われます。集計は少人数では表示されません。", "Answers are used as figures without names, and small groups are not shown."), rows)
}

// answerRows writes each answer beside its question.
func (p heldWords) answerRows(journeyID string, answers map[string]koe.Answer) (rows [][2]string) {
	j, ok := p.w.Journey(journeyID)
	if !ok {
		for _, id := range slices.Sorted(maps.Keys(answers)) {
			rows = append(rows, [2]string{id, p.answer(nil, nil, answers[id])})
		}
		return rows
	}
	for i := range j.Questions {
		q := &j.Questions[i]
		if answer, ok := answers[q.ID]; ok && answer.Missing != koe.NotAsked && q.Answerable() {
			rows = append(rows, [2]string{q.Text.In(p.lang), p.answer(&j.Journey, q, answer)})
		}
	}
	return rows
}

// answer writes one answer as its question puts it: 4 ややそう思う, はい.
func (p heldWords) answer(j *koe.Journey, q *koe.Question, answer koe.Answer) string {
	switch {
	case answer.Missing == koe.DeclinedTo:
		return p.say("答えない", "prefer not to say")
	case answer.Missing != koe.MissingNone:
		return p.say("(空欄)", "(left empty)")
	case answer.Value != nil:
		value := strconv.FormatFloat(*answer.Value, 'f', -1, 64)
		if q == nil {
			return value
		}
		if q.Kind == koe.KindYesNo || q.Kind == koe.KindConsent || q.Kind == koe.KindContact {
			value = map[string]string{"1": p.say("はい", "yes"), "0": p.say("いいえ", "no")}[value]
		}
		if scale, ok := j.Scale(q.Scale); ok && q.Kind == koe.KindScale {
			labels := scale.Labels[p.lang]
			if step := int(*answer.Value) - scale.From; len(labels) == scale.To-scale.From+1 && step >= 0 && step < len(labels) {
				value += " " + labels[step]
			}
		}
		return strings.TrimSpace(value + " " + answer.Text)
	case len(answer.Choices) > 0:
		var labels []string
		for _, choice := range answer.Choices {
			label := choice
			for o := 0; q != nil && o < len(q.Options); o++ {
				if q.Options[o].Value == choice {
					label = q.Options[o].Text.In(p.lang)
				}
			}
			labels = append(labels, label)
		}
		return strings.Join(labels, p.say("、", ", "))
	}
	return answer.Text
}
