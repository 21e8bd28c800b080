package imports

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

const utc = "UTC"

// SurveyMonkey writes two rows of headers: the question, blank to the right while it goes on, and below it "Response",
// "Open-Ended Response", a choice or a row of a grid. A ticked choice holds its own label. Older files end lines with a
// bare CR.

func surveymonkeyHeader(t *table.Table) int {
	at := headerWithAny(t, []string{"Respondent ID", "Collector ID"}, []string{"回答者 ID", "コレクター ID"}, []string{"RespondentID", "CollectorID"})
	if at < 0 || at+1 >= len(t.Rows) || strings.TrimSpace(t.Rows[at+1].Text(0)) != "" && t.Rows[at+1].Text(0) != t.Rows[at].Text(0) {
		return -1
	}
	return at
}

func surveymonkeySigns(t *table.Table, _ *headerWords) bool { return surveymonkeyHeader(t) >= 0 }

func surveymonkeyLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := surveymonkeyHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.first, l.freeOther = at+2, true
	below := t.Rows[at+1]
	var heads []head
	question := ""
	for i := range max(len(l.header.Cells), len(below.Cells)) {
		if text := plain(l.header.Text(i)); text != "" {
			question = text
		}
		heads = append(heads, head{index: i, names: []string{question}, sub: plain(below.Text(i))})
	}
	f := arrange(l, w, system(map[string][]string{
		meansNothing: {"Respondent ID", "Collector ID", "IP Address", "First Name", "Last Name", "Start Date", "Date Created",
			"回答者 ID", "コレクター ID", "IP アドレス", "名", "姓", "開始日", "作成日"},
		meansSubmitted: {"End Date", "Date Modified", "終了日", "変更日"},
		meansMail:      {"Email Address", "メールアドレス", "電子メール アドレス"},
		maybePerson:    {"Custom Data 1", "Custom Data", "カスタムデータ 1", "カスタム データ 1"},
	}), heads)
	if l.order = l.orderOf(l.submitted); l.order == cell.Ambiguous {
		l.order = cell.MonthFirst
	}
	return f.layout.orNil()
}

// Qualtrics writes three rows of headers: names, texts, and {"ImportId": …}, by which the columns are known whatever
// they are named. Previews, tests, spam and unfinished responses are set aside; -99 says seen but not answered.

func qualtricsHeader(t *table.Table) int {
	for i, r := range t.Rows[:min(len(t.Rows), 6)] {
		if i >= 2 && len(r.Cells) > 0 && importID(r.Text(0)).ImportID != "" {
			return i
		}
	}
	return -1
}

type qualtricsColumn struct {
	ImportID string `json:"ImportId"`
	TimeZone string `json:"timeZone"`
	ChoiceID string `json:"choiceId"`
}

func importID(text string) (c qualtricsColumn) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		_ = json.Unmarshal([]byte(text), &c) // no column of Qualtrics when it is no such object
	}
	return c
}

func qualtricsSigns(t *table.Table, _ *headerWords) bool { return qualtricsHeader(t) >= 0 }

func qualtricsLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := qualtricsHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at-2)
	l.first, l.freeOther, l.blanks = at+1, true, map[string]bool{"-99": true}
	own := map[string]string{"startdate": meansNothing, "enddate": meansSubmitted, "recordeddate": maybeSubmitted, "status": meansStatus, "ipaddress": meansNothing,
		"progress": meansNothing, "duration": meansSeconds, "finished": meansFinished, "recordid": meansNothing, "recipientlastname": meansNothing,
		"recipientfirstname": meansNothing, "recipientemail": meansMail, "externaldatareference": maybePerson, "locationlatitude": meansNothing,
		"locationlongitude": meansNothing, "distributionchannel": meansNothing, "userlanguage": meansLanguage}
	names, texts, ids := t.Rows[at-2], t.Rows[at-1], t.Rows[at]
	var heads []head
	for i := range max(len(names.Cells), len(texts.Cells), len(ids.Cells)) {
		id := importID(ids.Text(i))
		if strings.HasSuffix(id.ImportID, "_DO") || strings.Contains(id.ImportID, "_DO_") {
			continue // the order in which things were shown
		}
		if _, mine := own[cell.FoldHeader(id.ImportID)]; mine {
			heads = append(heads, head{index: i, names: []string{id.ImportID}})
			if id.TimeZone != "" {
				l.zone = id.TimeZone
			}
			continue
		}
		heads = append(heads, head{index: i, names: []string{plain(names.Text(i)), id.ImportID, plain(texts.Text(i))}})
	}
	f := arrange(l, w, own, heads)
	if f.finished >= 0 {
		l.skip = skipUnless(f.finished, "True", "1", "Yes", "正", "はい")
	}
	if f.status >= 0 {
		set := skipUnless(f.status, "Survey Preview", "Survey Test", "Spam", "Survey Preview Spam", "Imported Spam", "1", "2", "8", "9", "12", "プレビュー", "調査プレビュー", "調査テスト", "スパム")
		l.skip = either(l.skip, func(r table.Row) bool { return !set(r) })
	}
	return f.layout.orNil()
}

// Viva Glint writes, for each question, the answer and three columns that begin with its text: the comment, its topics and
// whether it is sensitive; then who answered, known by a number whose header each organisation chooses, and the dates of
// the cycle with the day first.

func glintHeader(t *table.Table) int {
	return headerWithAny(t, []string{"Survey Cycle Completion Date", "Survey Cycle Sent Date"}, []string{"Survey Cycle Completion Date", "Email"})
}

func glintSigns(t *table.Table, _ *headerWords) bool { return glintHeader(t) >= 0 }

func glintLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := glintHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.order = cell.DayFirst
	own := system(map[string][]string{
		meansNothing:   {"First Name", "Last Name", "Status", "Manager ID", "Survey Cycle Sent Date", "Survey Cycle Title"},
		meansSubmitted: {"Survey Cycle Completion Date"},
		meansMail:      {"Email"},
		maybePerson:    {"EXID", "Employee ID", "EmployeeID", "emp_id", "User ID"},
	})
	for _, c := range l.header.Cells {
		for _, suffix := range []string{"_COMMENT_TOPICS", "_SENSITIVE_COMMENT_FLAG"} {
			if strings.HasSuffix(strings.TrimSpace(c.Text), suffix) {
				own[cell.FoldHeader(c.Text)] = meansNothing
			}
		}
	}
	f := arrange(l, w, own, headsOf(l.header))
	return f.layout.orNil()
}

// location gives the time zone of a table's times: the one that the tool names, else that of the organisation.
func (l *layout) location(organisation *time.Location) (*time.Location, error) {
	switch l.zone {
	case "":
		return organisation, nil
	case utc, "Z", "GMT":
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(l.zone)
	if err != nil {
		return nil, fmt.Errorf("the time zone %q of the file: %w", l.zone, err)
	}
	return loc, nil
}
