// Package coding is the sheet on which two people code comments by hand: it is written as a workbook, read back, and
// compared — the coders with each other (Cohen's κ), the rules with what the coders agreed on (METHOD 6.6). What they agreed
// on then goes before the rules, and what they cleared may be quoted.
package coding

import (
	"embed"
	"slices"
	"strings"

	"koe/analysis/voices"
	"koe/store"
)

//go:embed guide.tsv
var files embed.FS

// Comment is one comment to be coded.
type Comment struct {
	Response  string
	Question  string
	Stage     string // as readers know it
	Text      string // masked
	PublishOK bool   // its writer allows it to be quoted
	Rules     []string
	Cleared   store.Clearance
}

// themeGuide is one theme as coders know it.
type themeGuide struct {
	id, title, about, titleEnglish, aboutEnglish, examples string
}

func guide() []themeGuide {
	content, err := files.ReadFile("guide.tsv")
	if err != nil {
		return nil // it is embedded
	}
	var all []themeGuide
	for line := range strings.Lines(string(content)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 6 {
			all = append(all, themeGuide{f[0], f[1], f[2], f[3], f[4], f[5]})
		}
	}
	return all
}

// words of the workbook, by language.
type wording struct {
	guide, coder1, coder2, decision   string // sheets
	stage, text, done, allowed, clear string // columns
	yes, no, doneMark                 string
	valences                          map[string]string
	guideLead                         []string
	theme, meaning, examples          string
}

func wordingIn(language string) wording {
	if strings.HasPrefix(language, "en") {
		return wording{guide: "Guide", coder1: "Coder 1", coder2: "Coder 2", decision: "Decision", stage: "Stage", text: "Comment", done: "Coded", allowed: "May be quoted (writer)",
			clear: "Cleared", yes: "yes", no: "no", doneMark: "done", valences: map[string]string{voices.Issue: "issue", voices.Wish: "wish", voices.OK: "ok"},
			theme: "Theme", meaning: "Meaning", examples: "Examples",
			guideLead: []string{"Two people code every comment on their own sheet, without looking at the other's.",
				"Choose issue, wish or ok for each theme that a comment speaks of; leave the others empty. Mark the row as done, also when it speaks of no theme.",
				"issue: a difficulty. wish: something that somebody else should do. ok: it goes well, or a difficulty is over.",
				"On the sheet Decision settle only what the two see differently, and decide whether a comment may be quoted word for word (Cleared). Look once more for what points to somebody."}}
	}
	return wording{guide: "手引き", coder1: "コーダー1", coder2: "コーダー2", decision: "裁定・公開", stage: "ステージ", text: "コメント（伏字済み）", done: "済", allowed: "原文掲載の同意（本人）",
		clear: "公開", yes: "可", no: "不可", doneMark: "済", valences: map[string]string{voices.Issue: "課題", voices.Wish: "要望", voices.OK: "良好"},
		theme: "テーマ", meaning: "意味", examples: "例",
		guideLead: []string{"二人が別々のシートに、相手の結果を見ずに付けます。",
			"コメントが触れているテーマの欄に「課題」「要望」「良好」を選びます。触れていないテーマは空のままにします。どのテーマにも触れていないときも「済」を付けます。",
			"課題＝困っていること。要望＝誰かにしてほしいこと。良好＝うまくいっていること、困りごとが解消したこと。",
			"「裁定・公開」では、二人の判断が分かれた行だけを裁定し、原文のまま公開してよいか（可・不可）を決めます。個人が推測できる記述が残っていないか、もう一度確かめてください。"}}
}

// columns of every coder's sheet, by id: the first row of each sheet, hidden.
const (
	columnResponse = "response"
	columnQuestion = "question"
	columnCheck    = "check"
	columnStage    = "stage"
	columnText     = "text"
	columnDone     = "done"
	columnAllowed  = "publish_ok"
	columnCleared  = "cleared"
)

// themeColumns are the ids of the theme columns.
func themeColumns() []string { return voices.Themes() }

// Code is what one coder says of one comment: the valence of each theme. Nil: not coded.
type Code map[string]string

// equal reports whether two codes name the same themes with the same valences.
func (c Code) equal(o Code) bool {
	if len(c) != len(o) {
		return false
	}
	for theme, valence := range c {
		if o[theme] != valence {
			return false
		}
	}
	return true
}

// list writes a code as theme:valence, in the order of the themes; empty and not nil when it names none.
func (c Code) list() []string {
	out := []string{}
	for _, theme := range voices.Themes() {
		if valence, ok := c[theme]; ok {
			out = append(out, theme+":"+valence)
		}
	}
	return out
}

// Row is one comment of a sheet that was read back.
type Row struct {
	Response string
	Question string
	Check    string
	First    Code
	Second   Code
	Decision Code
	Cleared  store.Clearance
}

// Final is what holds: the decision; else what both coders say alike; else what the only coder says. Nil when the two
// differ and nobody decided, or when nobody coded it.
func (r *Row) Final() Code {
	switch {
	case r.Decision != nil:
		return r.Decision
	case r.First != nil && r.Second != nil:
		if r.First.equal(r.Second) {
			return r.First
		}
		return nil
	case r.First != nil:
		return r.First
	}
	return r.Second
}

// Open reports whether the two coders differ and nobody decided.
func (r *Row) Open() bool {
	return r.Decision == nil && r.First != nil && r.Second != nil && !r.First.equal(r.Second)
}

// Reviews gives what is to be kept of the rows: agreed codes and clearances.
func Reviews(rows []Row) []store.Review {
	var all []store.Review
	for i := range rows {
		r := &rows[i]
		review := store.Review{Response: r.Response, Question: r.Question, Check: r.Check, Cleared: r.Cleared}
		if final := r.Final(); final != nil {
			review.Themes = final.list()
		}
		if review.Themes != nil || review.Cleared != store.Undecided {
			all = append(all, review)
		}
	}
	slices.SortFunc(all, func(a, b store.Review) int {
		return strings.Compare(a.Response+"\x00"+a.Question, b.Response+"\x00"+b.Question)
	})
	return all
}
