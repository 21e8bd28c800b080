package imports

import (
	"fmt"
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// LimeSurvey names columns by question code, by text, or by both ("ISO1. text"); a choice is "FUP[code]" and its free
// text "FUP[other]". Answers are codes (A1, AO01, Y, -oth-) or texts; yes and no may be turned into 1 and 2. A response
// without submitdate was never sent; one of 1980-01-01 was sent but not dated. N/A was not shown.
//
// The VV format is tab-separated with two rows of headers, texts and codes, a choice being FUP_code, and writes
// {question_not_shown}, {newline}, {cr}, {tab} and {lbrace} for what it cannot hold.

func limesurveyColumns() map[string]string {
	return system(map[string][]string{
		meansNothing: {"id", "lastpage", "seed", "startdate", "datestamp", "ipaddr", "refurl", "firstname", "lastname", "interviewtime", "tid", "quota_exit",
			"Response ID", "Last page", "Seed", "Date started", "Date last action", "IP address", "Referrer URL", "First name", "Last name", "Total time",
			"回答ID", "回答 ID", "最後のページ", "シード", "開始日", "最終更新日", "最後の操作の日付", "IPアドレス", "リファラURL", "参照元URL", "名", "姓"},
		meansSubmitted: {"submitdate", "Date submitted", "送信日", "送信日時", "提出日"},
		meansLanguage:  {"startlanguage", "Start language", "開始言語", "言語"},
		maybePerson:    {"token", "Access code", "Token", "アクセスコード", "トークン"},
		meansMail:      {"email", "Email address", "メールアドレス"},
	})
}

func limesurveyHeader(t *table.Table) int {
	return headerWithAny(t, []string{"submitdate", "lastpage"}, []string{"submitdate", "startlanguage"}, []string{"Date submitted", "Last page"},
		[]string{"Date submitted", "Start language"}, []string{"送信日", "最後のページ"}, []string{"送信日", "開始言語"})
}

func vvHeader(t *table.Table) int {
	if at := headerWith(t, "id", "submitdate"); at == 1 && t.Delimiter == '\t' {
		return at
	}
	return -1
}

func limesurveySigns(t *table.Table, _ *headerWords) bool {
	return limesurveyHeader(t) >= 0 && vvHeader(t) < 0
}
func vvSigns(t *table.Table, _ *headerWords) bool { return vvHeader(t) >= 0 }

func limesurveyLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := limesurveyHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.blanks = map[string]bool{"n/a": true}
	return l.limesurvey(w, headsOf(l.header))
}

func vvLayout(t *table.Table, w *headerWords, _ string) (*layout, koe.Problems) {
	at := vvHeader(t)
	if at < 0 {
		return nil, nil
	}
	l := newLayout(t, at)
	l.blanks = map[string]bool{"{question_not_shown}": true}
	l.decode = strings.NewReplacer("{newline}", "\n", "{cr}", "\r", "{tab}", "\t", "{lbrace}", "{").Replace
	var heads []head
	for i, c := range l.header.Cells {
		h := head{index: i, names: []string{cell.Clean(c.Text), plain(t.Rows[at-1].Text(i))}}
		if code := h.names[0]; w.byID(code) == nil {
			if cut := strings.LastIndexByte(code, '_'); cut > 0 && w.byID(code[:cut]) != nil {
				h.names[0] = code[:cut] + "[" + code[cut+1:] + "]"
			}
		}
		heads = append(heads, h)
	}
	return l.limesurvey(w, heads)
}

// limesurvey arranges the columns of either form.
func (l *layout) limesurvey(w *headerWords, heads []head) (*layout, koe.Problems) {
	l.freeOther = true
	for i := range heads { // FUP[SQ002] → FUP[the second choice]
		for n, name := range heads[i].names {
			heads[i].names[n] = byPosition(w, name)
		}
	}
	f := arrange(l, w, limesurveyColumns(), heads)
	if l.submitted >= 0 {
		submitted := l.submitted
		l.skip = func(r table.Row) bool {
			text := strings.TrimSpace(r.Text(submitted))
			return text == "" || l.blanks[cell.Fold(text)]
		}
	}
	l.codes = limesurveyCodes
	l.order = l.orderOf(l.submitted)
	return f.layout.orNil()
}

// byPosition turns a choice that is named by LimeSurvey's own code (SQ002) into the choice at that place.
func byPosition(w *headerWords, name string) string {
	open := strings.LastIndexByte(name, '[')
	if open <= 0 {
		return name
	}
	q, n := w.question(name[:open]), 0
	if q == nil {
		return name
	}
	code := strings.TrimRight(name[open+1:], "] ")
	if value, other := optionOf(q, code); value != "" || other {
		return name
	}
	if _, err := fmt.Sscanf(strings.ToUpper(code), "SQ%d", &n); err != nil || n < 1 || n > len(q.Options) {
		return name
	}
	return name[:open] + "[" + q.Options[n-1].Value + "]"
}

// limesurveyCodes gives the answers that LimeSurvey's own codes stand for: A1, A01 and AO01 the first step or choice and so
// on, -oth- the choice その他, 2 no.
func limesurveyCodes(j *koe.Journey, q *koe.Question) map[string]string {
	codes := map[string]string{}
	position := func(n int, value string) {
		for _, form := range []string{"A%d", "A%02d", "A%03d", "AO%02d", "AO%d"} {
			codes[fmt.Sprintf(form, n)] = value
		}
	}
	switch q.Kind {
	case koe.KindScale:
		if s, found := j.Scale(q.Scale); found {
			for n := 1; n <= s.To-s.From+1; n++ {
				position(n, fmt.Sprint(s.From+n-1))
			}
		}
	case koe.KindSingle, koe.KindMulti:
		for i, o := range q.Options {
			position(i+1, o.Value)
		}
		for _, o := range q.Options { // a code that is itself a choice stays that choice
			delete(codes, o.Value)
		}
		codes["-oth-"] = "other"
		if value, _ := optionOf(q, "2"); value == "" && q.Kind == koe.KindMulti {
			codes["2"] = "0"
		}
	case koe.KindYesNo, koe.KindConsent, koe.KindContact:
		codes["2"] = "0"
	}
	return codes
}
