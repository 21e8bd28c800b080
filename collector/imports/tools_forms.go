package imports

import (
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// Microsoft Forms writes a workbook: ID (of the response), start and completion as real dates, mail and name of who
// answered ("anonymous" when it does not ask), then a column a question; several choices are joined by ";". The header
// is in the language of the form's owner and often ends in a no-break space. A quiz adds points and feedback.

func msformsHeader(t *table.Table) int {
	return headerWithAny(t,
		[]string{"ID", "Start time", "Completion time"}, []string{"Start time", "Completion time", "Email"},
		[]string{"ID", "開始時刻", "完了時刻"}, []string{"開始時刻", "完了時刻", "メール"}, []string{"ID", "開始時間", "完了時間"}, []string{"ID", "開始日時", "完了日時"})
}

func msformsSigns(t *table.Table, _ *headerWords) bool { return msformsHeader(t) >= 0 }

func msformsLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := msformsHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.freeOther = true
	own := system(map[string][]string{
		meansNothing: {"ID", "Start time", "開始時刻", "開始時間", "開始日時", "Name", "名前", "Last modified time", "最終変更時刻", "最終変更日時",
			"Total points", "合計点", "合計ポイント", "Quiz feedback", "クイズのフィードバック", "Grade posted time", "成績投稿日時"},
		meansSubmitted: {"Completion time", "完了時刻", "完了時間", "完了日時"},
		meansMail:      {"Email", "メール", "メール アドレス", "電子メール"},
		meansLanguage:  {"Language", "言語"},
	})
	for _, c := range l.header.Cells {
		for _, prefix := range []string{"Points - ", "Feedback - ", "得点 - ", "点数 - ", "ポイント - ", "フィードバック - "} {
			if strings.HasPrefix(cell.Clean(c.Text), prefix) {
				own[cell.FoldHeader(c.Text)] = meansNothing
			}
		}
	}
	f := arrange(l, w, own, headsOf(l.header))
	l.order = l.orderOf(l.submitted)
	return f.layout.orNil()
}

// Google Forms writes a CSV or a sheet: the timestamp, perhaps the mail address, then a column a question; a grid has a
// column a row as "question [row]"; several choices are joined by ";" or ", ". The same question in two sections gives
// two columns of the same name.

func googleHeader(t *table.Table) int {
	for i, r := range t.Rows[:min(len(t.Rows), 10)] {
		switch cell.FoldHeader(r.Text(0)) {
		case "timestamp", "タイムスタンプ":
			return i
		}
	}
	return -1
}

func googleSigns(t *table.Table, _ *headerWords) bool { return googleHeader(t) >= 0 }

func googleLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := googleHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.freeOther = true
	f := arrange(l, w, system(map[string][]string{
		meansSubmitted: {"Timestamp", "タイムスタンプ"},
		meansMail:      {"Email Address", "Email", "Username", "メールアドレス", "ユーザー名"},
		meansNothing:   {"Score", "スコア", "得点"},
	}), headsOf(l.header))
	l.order = l.orderOf(l.submitted)
	return f.layout.orNil()
}

// Formbricks writes CSV or a workbook: its own columns, then "1. question" in the order of the survey, beside each choice
// question the ids of its choices, "1. question - row" for a grid, and hidden fields and attributes under their own
// names. Times are UTC. Unfinished responses are in the file and set aside.

func formbricksHeader(t *table.Table) int {
	return headerWithAny(t, []string{"No.", "Response ID", "Finished", "Survey ID"}, []string{"Response ID", "Timestamp", "Finished", "User ID"})
}

func formbricksSigns(t *table.Table, _ *headerWords) bool { return formbricksHeader(t) >= 0 }

func formbricksLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := formbricksHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.freeOther, l.zone = true, utc
	own := system(map[string][]string{
		meansNothing: {"No.", "Response ID", "Survey ID", "Formbricks ID (internal)", "Tags", "Notes", "Quotas", "url", "source", "country", "action",
			"userAgent - browser", "userAgent - os", "userAgent - device"},
		meansSubmitted: {"Timestamp"},
		meansFinished:  {"Finished"},
		maybePerson:    {"User ID"},
		meansMail:      {"Verified Email", "email"},
	})
	for _, c := range l.header.Cells {
		if folded := cell.FoldHeader(c.Text); len(folded) > len("optionid") && folded[len(folded)-len("optionid"):] == "optionid" {
			own[folded] = meansNothing
		}
	}
	f := arrange(l, w, own, headsOf(l.header))
	if f.finished >= 0 {
		l.skip = skipUnless(f.finished, "Yes", "true", "1", "はい")
	}
	return f.layout.orNil()
}

// orNil gives the layout, or none when not one column holds answers.
func (l *layout) orNil() (*layout, koe.Problems) {
	if len(l.questions) == 0 {
		return nil, nil
	}
	return l, nil
}
