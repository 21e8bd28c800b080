package imports

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// readRows understands every record of a table and keeps those that are right.
func (in *answerImport) readRows(l *layout) {
	for _, r := range l.table.Rows[min(l.first, len(l.table.Rows)):] {
		if l.skip != nil && l.skip(r) {
			in.result.Skipped++
			continue
		}
		in.result.Rows++
		if row := in.readRow(l, r); row != nil {
			in.rows = append(in.rows, row)
		}
	}
}

// readRow understands one record; nil when it was refused.
func (in *answerImport) readRow(l *layout, r table.Row) *incoming {
	var refused koe.Problems
	refuse := func(column int, message string) { refused = append(refused, l.table.Place(r, column, message)) }
	text := func(column int) string {
		if column < 0 {
			return ""
		}
		return cell.Clean(r.Text(column))
	}
	row := &incoming{at: l.table.Place(r, -1, ""), order: len(in.rows)}
	sub := koe.Submission{Journey: in.journey.ID, Source: l.source, Language: text(l.language), SubmittedAt: in.now, Answers: map[string]koe.Answer{}}
	if tag, known := in.tongues[cell.Fold(sub.Language)]; known {
		sub.Language = tag
	}
	if raw := text(l.submitted); raw != "" {
		zone, _ := l.location(in.cfg.Workspace.Location) // known, or the file was refused
		at, err := cell.TimeIn(raw, zone, l.order)
		switch {
		case err != nil:
			refuse(l.submitted, say(in.lang, "回答日時「%s」が読めません。2026-04-15 09:00 のように書いてください。", "the time %q cannot be read; write it as 2026-04-15 09:00", raw))
		case at.Year() <= 1980: // LimeSurvey's way of saying that there is no date
		case at.After(in.now.Add(36 * time.Hour)):
			refuse(l.submitted, say(in.lang, "回答日時「%s」が未来です。", "the time %q is in the future", raw))
		default:
			sub.SubmittedAt, row.dated = at, true
		}
	}
	if !l.savedAt.IsZero() {
		sub.SubmittedAt, row.dated = l.savedAt, true
	}
	sub.Seconds = secondsOf(text(l.seconds))
	if raw := text(l.publish); raw != "" {
		sub.PublishOK = in.words.yes[cell.Fold(raw)]
	}
	person := in.person(l, r, refuse)
	stage := in.stage(l, r, person, sub.SubmittedAt, refuse)
	if stage == nil || len(refused) > 0 {
		in.result.Refused = append(in.result.Refused, refused...)
		return nil
	}
	survey, _ := in.journey.Survey(stage.Survey)
	sub.Stage, sub.Survey, sub.Version, sub.Mode = stage.ID, survey.ID, survey.Version, survey.Mode
	if person == nil && survey.Mode != koe.Anonymous {
		refuse(max(l.person, l.mail), say(in.lang, "回答者が分かりません。社員番号かメールアドレスの列が必要です。", "nobody is named; a column with the person's number or mail address is needed"))
	}
	if !survey.Store {
		refuse(-1, say(in.lang, "段階 %s の調査票は回答を保存しません(store: false)。", "the survey of stage %s keeps no answers (store: false)", stage.ID))
	}
	in.readAnswers(l, r, survey, &sub, refuse)
	if len(refused) > 0 {
		in.result.Refused = append(in.result.Refused, refused...)
		return nil
	}
	in.address(l, r, person, &sub)
	in.identify(row, &sub, text(l.submitted))
	row.sub = sub
	return row
}

// person finds who answered, by number or mail address; nil when the row names nobody.
func (in *answerImport) person(l *layout, r table.Row, refuse func(int, string)) *koe.Person {
	if l.invitation != "" {
		key := in.invitationByKey(l.invitation).Person // the form was checked
		for _, p := range in.byID {
			if p.Key == key {
				return p
			}
		}
	}
	if l.person >= 0 {
		if id := cell.Identifier(r.Text(l.person)); id != "" {
			p, found := in.byID[id]
			if lost := in.bare[bareNumber(id)]; !found && lost != "" {
				refuse(l.person, say(in.lang, "番号「%s」の人は名簿にいません。名簿の「%s」の先頭の0が、表計算ソフトで消えていませんか。",
					"nobody on the roster has the number %q; did a spreadsheet drop the zeros of %q?", id, lost))
			} else if !found {
				refuse(l.person, say(in.lang, "番号「%s」の人は名簿にいません。", "nobody on the roster has the number %q", id))
			}
			return p
		}
	}
	if l.mail >= 0 {
		if address := cell.Identifier(r.Text(l.mail)); address != "" && !strings.EqualFold(address, "anonymous") {
			p, found := in.byMail[cell.Fold(address)]
			switch {
			case !found:
				refuse(l.mail, say(in.lang, "メールアドレス「%s」の人は名簿にいません。", "nobody on the roster has the address %q", address))
			case p == nil:
				refuse(l.mail, say(in.lang, "メールアドレス「%s」の人が名簿に二人以上います。", "several people on the roster have the address %q", address))
			}
			return p
		}
	}
	return nil
}

// stage finds the stage that a row belongs to: the one given for all rows, that of its column, or that of the person's
// earliest invitation that was open when they answered.
func (in *answerImport) stage(l *layout, r table.Row, person *koe.Person, at time.Time, refuse func(int, string)) *koe.Stage {
	word := cmp.Or(in.opts.Stage, l.fixed)
	if l.source == koe.SourceExcel {
		word = l.fixed // the form's stamp says it
	}
	if word == "" && l.stage >= 0 {
		word = cell.Clean(r.Text(l.stage))
		if mapped, found := l.stages[cell.Fold(word)]; found {
			word = mapped
		}
	}
	if word != "" {
		stage, found := stageNamed(in.journey, word)
		if !found {
			refuse(l.stage, say(in.lang, "「%s」という段階はありません: %s", "there is no stage %q: %s", word, stageList(in.journey)))
		}
		return stage
	}
	if len(in.journey.Stages) == 1 {
		return &in.journey.Stages[0]
	}
	if person != nil {
		on := koe.DateOf(at.In(in.cfg.Workspace.Location))
		for _, v := range in.invited[person.Key] {
			if isOpen(v, on) {
				stage, _ := in.journey.Stage(v.Stage)
				return stage
			}
		}
	}
	refuse(l.stage, say(in.lang, "段階が分かりません。stage の列か --stage が必要です(%s)。", "the stage is not known; a column stage or --stage is needed (%s)", stageList(in.journey)))
	return nil
}

func isOpen(v *koe.Invitation, on koe.Date) bool { return !on.Before(v.DueOn) && !on.After(v.ClosesOn) }

// readAnswers reads the answers of a row, and works out for each question of the survey that has none whether it was
// asked.
func (in *answerImport) readAnswers(l *layout, r table.Row, survey *koe.Survey, sub *koe.Submission, refuse func(int, string)) {
	asked := map[string]bool{}
	for _, id := range survey.Asked() {
		asked[id] = true
	}
	there := map[string]bool{} // questions that have a column
	for _, a := range l.questions {
		answer, toOther, column, err := l.given(in.lang, a, r)
		id := a.question.ID
		switch {
		case err != nil:
			refuse(column, id+": "+err.Error())
			continue
		case answer.Missing == koe.Skipped:
			there[id] = true
			continue
		case !asked[id]:
			refuse(column, say(in.lang, "%s は段階 %s では聞いていない設問です。", "%s is not asked at stage %s", id, sub.Stage))
			continue
		case a.question.Kind == koe.KindContact:
			if answer.Value != nil && *answer.Value == 1 {
				sub.Requests = append(sub.Requests, koe.Request{Journey: sub.Journey, Stage: sub.Stage, Question: id, State: "open"})
			}
			continue
		}
		sub.Answers[id] = answer
		if toOther {
			in.count(id).Other++
		}
	}
	shown := map[string]bool{}
	for _, screen := range in.journey.Screens(survey, sub.Answers) {
		for _, q := range screen.Questions {
			shown[q.ID] = true
		}
	}
	for id := range asked {
		q, found := in.journey.Question(id)
		if _, answered := sub.Answers[id]; answered || !found || !q.Answerable() || q.Kind == koe.KindContact {
			continue
		}
		missing := koe.NotAsked
		if there[id] && shown[id] {
			missing = koe.Skipped
		}
		sub.Answers[id] = koe.Answer{Missing: missing}
	}
}

// address says whose answers these are, and ties them to the invitation that they belong to: the earliest of the stage
// that was open then, else the latest that had opened, else the first. Answers that came in before there was an
// invitation stay without one.
func (in *answerImport) address(l *layout, r table.Row, person *koe.Person, sub *koe.Submission) {
	if person != nil {
		sub.Person = person.Key
		in.matched[person.Key] = true
		sub.Language = cmp.Or(sub.Language, person.Language)
		sub.Segments = person.Segments
		v := in.invitation(person.Key, *sub)
		if l.invitation != "" {
			v = in.invitationByKey(l.invitation)
		}
		if v != nil {
			sub.Invitation, sub.DueOn, sub.Survey, sub.Version, sub.Mode, sub.Segments = v.Key, v.DueOn, v.Survey, v.Version, v.Mode, v.Segments
			sub.Language = cmp.Or(sub.Language, v.Language)
		}
	}
	sub.Language = cmp.Or(sub.Language, in.cfg.Workspace.Settings.Language)
	own := map[string]string{}
	for column, i := range l.segments {
		if value := strings.Join(strings.Fields(cell.Clean(r.Text(i))), " "); value != "" {
			own[column] = value
		}
	}
	if len(own) > 0 {
		for column, value := range sub.Segments {
			if _, stated := own[column]; !stated {
				own[column] = value
			}
		}
		sub.Segments = own
	}
	for i := range sub.Requests {
		sub.Requests[i].Person = sub.Person
	}
	if sub.Mode == koe.Anonymous && sub.Invitation == "" {
		sub.Person = ""
	}
}

func (in *answerImport) invitation(person koe.PersonKey, sub koe.Submission) *koe.Invitation {
	sub.Person = person
	if _, there := in.present[in.slotOf(sub)]; there {
		return nil
	}
	on := koe.DateOf(sub.SubmittedAt.In(in.cfg.Workspace.Location))
	var best *koe.Invitation
	for _, v := range in.invited[person] {
		if v.Stage != sub.Stage {
			continue
		}
		if isOpen(v, on) {
			return v
		}
		if best == nil || !v.DueOn.After(on) {
			best = v
		}
	}
	return best
}

// slotOf names what a later submission would replace, as the store does.
func (in *answerImport) slotOf(sub koe.Submission) string {
	if sub.Invitation != "" {
		return "invitation/" + sub.Invitation
	}
	if sub.Person == "" {
		return "submission/" + sub.ID
	}
	on := sub.DueOn
	if on.IsZero() {
		on = koe.DateOf(sub.SubmittedAt.In(in.cfg.Workspace.Location))
	}
	return fmt.Sprintf("person/%s/%s/%dQ%d", sub.Person, sub.Stage, on.Year, (int(on.Month)+2)/3)
}

// identify gives a submission an id made of what it says, so that the same row is the same submission whenever and from
// whatever file it comes. Rows of nobody that say the same are told apart by their number.
func (in *answerImport) identify(row *incoming, sub *koe.Submission, submitted string) {
	given := map[string]koe.Answer{}
	for id, a := range sub.Answers {
		if a.Missing != koe.NotAsked { // whether a question was asked is worked out, not said
			given[id] = a
		}
	}
	content, _ := json.Marshal(struct {
		Journey, Stage, Person, Submitted string
		Answers                           map[string]koe.Answer
		Publish                           bool
		Contact                           int
	}{sub.Journey, sub.Stage, string(sub.Person), submitted, given, sub.PublishOK, len(sub.Requests)})
	if sub.Person == "" {
		in.repeated[string(content)]++
		content = append(content, strconv.Itoa(in.repeated[string(content)])...)
	}
	sum := sha256.Sum256(content)
	sub.ID = "import-" + hex.EncodeToString(sum[:16])
	row.slot = in.slotOf(*sub)
}

// settle decides what becomes of every row: rows for the same slot follow each other by time, a row that is there
// already is unchanged, and one before a newer answer is older.
func (in *answerImport) settle() {
	slices.SortStableFunc(in.rows, func(a, b *incoming) int { return a.sub.SubmittedAt.Compare(b.sub.SubmittedAt) })
	last := map[string]*incoming{}
	for _, row := range in.rows {
		present, there := in.present[row.slot]
		before := last[row.slot]
		switch {
		case in.known[row.sub.ID]:
			row.fate = fateUnchanged
		case before != nil && before.sub.ID == row.sub.ID:
			row.fate = fateUnchanged
			continue
		case there && row.dated && present.SubmittedAt.After(row.sub.SubmittedAt):
			row.fate = fateOlder
		case there || before != nil:
			row.fate = fateCorrects
		}
		if before != nil && row.fate != fateOlder && before.fate != fateUnchanged {
			before.fate = fateOlder
			row.fate = fateNew
			if there {
				row.fate = fateCorrects
			}
		}
		if row.fate != fateOlder {
			last[row.slot] = row
		}
	}
}

// secondsOf reads how long answering took: a number of seconds, or h:mm:ss.
func secondsOf(text string) int {
	if v, ok := cell.Number(text); ok && v > 0 && v < 1e8 {
		return int(v)
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0
	}
	total := 0
	for _, part := range parts {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 0 || n > 100000 {
			return 0
		}
		total = total*60 + n
	}
	return total
}
