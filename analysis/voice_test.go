package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"koe"
	"koe/analysis/voices"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

// commenters makes a world of n people who answered one survey at each stage; text gives what a person wrote at a stage,
// "" for nothing.
func commenters(t testing.TB, n int, stages []string, text func(i int, stage string) string) *world {
	j := scaleJourney(stages, "fit:F1,F2,F3")
	ask(j, koe.Question{ID: "T", Kind: koe.KindText})
	ask(j, koe.Question{ID: "T2", Kind: koe.KindText})
	w := newWorld(t, j)
	b := &batch{}
	for i := range n {
		key := fmt.Sprintf("p%03d", i)
		segment := "bureau=" + []string{"A", "B"}[i%2]
		b.people = append(b.people, person(key, "2026-04-01", segment))
		for s, stage := range stages {
			submission := answers(key, stage, fmt.Sprintf("2026-%02d-10", 5+s), "F1=3 F2=3 F3=3", segment)
			if said := text(i, stage); said != "" {
				first, second, _ := strings.Cut(said, "|")
				submission.Answers["T"] = koe.Answer{Text: first}
				if second != "" {
					submission.Answers["T2"] = koe.Answer{Text: second}
				}
			}
			submission.PublishOK = i%3 != 0
			b.submissions = append(b.submissions, submission)
		}
	}
	w.script = []*batch{b}
	w.mask = func(s string) (string, error) { return s, nil }
	return w
}

func TestTheme_CountsAPersonOnce(t *testing.T) {
	w := commenters(t, 4, []string{"m2", "m3"}, func(i int, stage string) string {
		switch {
		case i == 0 && stage == "m2":
			return "孤独だ。|孤独を感じる。" // two comments of one person
		case i == 0 && stage == "m3":
			return "孤独だ。"
		case i == 1 && stage == "m2":
			return "メンターがほしい。"
		case i == 2:
			return "特になし" // says nothing: no commenter
		}
		return ""
	})
	w.build()
	want := []string{
		"'' '' isolation issue '' '' 3 1 2", "'' '' mentor wish '' '' 1 1 2", "m2 '' isolation issue '' '' 2 1 2", "m2 '' mentor wish '' '' 1 1 2", "m3 '' isolation issue '' '' 1 1 1",
	}
	if d := cmp.Diff(want, w.table("SELECT stage, period, theme, valence, segment, member, comments, people, commenters FROM theme WHERE period = '' AND segment = '' ORDER BY ALL")); d != "" {
		t.Error(d)
	}
	want = []string{"'' '' mentor wish bureau B 1 1 1", "m2 '' mentor wish bureau B 1 1 1"}
	if d := cmp.Diff(want, w.table("SELECT stage, period, theme, valence, segment, member, comments, people, commenters FROM theme WHERE period = '' AND member = 'B' ORDER BY ALL")); d != "" {
		t.Error(d)
	}
}

func TestComment_LeavesOutSurveysThatCarryANameAndCommentsThatSayNothing(t *testing.T) {
	w := commenters(t, 3, []string{"m2"}, func(i int, _ string) string { return []string{"孤独だ。", "ありません", "-"}[i] })
	j := w.journeys[0]
	named := koe.Survey{ID: "profile", Mode: koe.Identified, Version: 1, Store: true, Pages: []koe.Page{{Ask: []string{"T"}}}}
	j.Surveys = append(j.Surveys, named)
	j.Stages = append(j.Stages, koe.Stage{ID: "profile", Title: koe.Text{"ja": "紹介"}, Audience: koe.AudienceHire, Anchor: koe.EventJoined, Survey: "profile"})
	said := answers("p000", "profile", "2026-05-10", "T=text:転勤が不安です。", "bureau=A")
	said.Survey, said.Mode = "profile", koe.Identified
	w.script[0].submissions = append(w.script[0].submissions, said)
	w.build()
	if d := cmp.Diff([]string{"r-p000-m2 T 孤独だ。 [isolation:issue] false"}, w.table("SELECT * FROM comment")); d != "" {
		t.Error(d)
	}
	for _, table := range []string{"theme WHERE theme = 'transfer'", "keyness WHERE word = '転勤'", "loader.voice WHERE question = 'T' AND list_contains(words, '転勤')"} {
		if got := w.table("SELECT count(*) FROM " + table); got[0] != "0" {
			t.Errorf("%s: %s rows", table, got[0])
		}
	}
}

func TestComment_PeopleGoBeforeTheRulesForTheWordingThatTheyRead(t *testing.T) {
	w := commenters(t, 2, []string{"m2"}, func(i int, _ string) string { return []string{"孤独だ。", "孤独です。"}[i] })
	w.build()
	w.reviews = []store.Review{
		{Response: "r-p000-m2", Question: "T", Check: voices.Check("孤独だ。"), Themes: []string{"trust:ok"}, Cleared: store.Cleared},
		{Response: "r-p001-m2", Question: "T", Check: "00000", Themes: []string{"trust:ok"}, Cleared: store.Cleared}, // another wording
	}
	if result := w.load(false); result.Version == 0 || result.Rebuilt {
		t.Errorf("decisions alone are something new to load: %+v", result)
	}
	if result := w.load(false); result.Version != 0 {
		t.Errorf("the same decisions again are nothing new: %+v", result)
	}
	w.analyze()
	want := []string{"r-p000-m2 T 孤独だ。 [trust:ok] true", "r-p001-m2 T 孤独です。 [isolation:issue] false"}
	if d := cmp.Diff(want, w.table("SELECT * FROM comment ORDER BY ALL")); d != "" {
		t.Error(d)
	}
	w.reviews[0].Themes = []string{}
	w.build()
	if got := w.table("SELECT count(*) FROM theme WHERE theme = 'trust'"); got[0] != "0" {
		t.Errorf("a comment of which coders say that it speaks of nothing has a theme")
	}
}

func TestHear_ReadsOnAllProcessorsInTheOrderOfTheComments(t *testing.T) {
	reader, problems := voices.New(nil, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	texts := []string{"孤独を感じる", "メンターに助けられた", "I feel lonely at work", "転勤が不安だ", "特になし", "同期とのつながりがほしい"}
	var comments []unheard
	for i := range 300 {
		comments = append(comments, unheard{Response: fmt.Sprint(i), Text: texts[i%len(texts)]})
	}
	a := &analyzer{voices: reader}
	got, err := a.readAll(comments)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range comments {
		alone, err := reader.Read(c.Text, c.Language)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone.Themes, got[i].Themes); diff != "" {
			t.Fatalf("comment %d, %s: %s", i, c.Text, diff)
		}
	}
}

func TestHear_ReadsOnlyWhatIsNew(t *testing.T) {
	w := commenters(t, 3, []string{"m2"}, func(i int, _ string) string { return "孤独だ。" })
	w.script = append(w.script, &batch{submissions: []koe.Submission{answers("p009", "m2", "2026-06-10", "F1=3 F2=3 F3=3 T=text:転勤が不安です。", "bureau=A")}})
	second := w.script[1]
	w.script = w.script[:1]
	w.build()
	before := w.table("SELECT rowid, response_key FROM loader.voice ORDER BY ALL")
	w.script = append(w.script, second)
	w.build()
	after := w.table("SELECT rowid, response_key FROM loader.voice ORDER BY ALL")
	if len(after) != 4 || !slices.Equal(before, after[:3]) {
		t.Errorf("before %v, after %v", before, after)
	}
}

// TestKeyness_ByHand: 12 people left a comment at m2 and 10 others at m3. 9 and 2 of them say 転勤, so the four cells are 9, 3,
// 2, 8 and G² = 2(9 ln 1.5 + 3 ln .5 + 2 ln .4 + 8 ln 1.6) = 6.9944; the least expected count is 5.
func TestKeyness_ByHand(t *testing.T) {
	w := commenters(t, 22, []string{"m2", "m3"}, func(i int, stage string) string {
		switch {
		case i < 12 && stage == "m2":
			return map[bool]string{true: "転勤が不安です。", false: "食堂の話です。"}[i < 9]
		case i >= 12 && stage == "m3":
			return map[bool]string{true: "転勤が不安です。", false: "食堂の話です。"}[i < 14]
		}
		return ""
	})
	w.build()
	got := w.table("SELECT stage, word, people, commenters, rest_people, rest_commenters, round(g2, 4), round(log_ratio, 4), round(p, 5) FROM keyness WHERE word = '転勤' ORDER BY ALL")
	want := []string{"m2 転勤 9 12 2 10 6.9944 1.663 0.00818", "m3 転勤 2 10 9 12 -6.9944 -1.663 0.00818"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := w.table("SELECT count(*) FROM safe_keyness WHERE word = '転勤' AND stage = 'm3'"); got[0] != "0" {
		t.Error("a word that two people use is listed")
	}
	if got := w.table("SELECT count(*) FROM safe_keyness WHERE word = '転勤' AND stage = 'm2'"); got[0] != "0" {
		t.Error("a word that two others use is listed: their number follows from the figures")
	}
}

func TestSafeTheme_FewAndSmallCellsAreNotTold(t *testing.T) {
	w := commenters(t, 30, []string{"m2", "m3", "m6"}, func(i int, stage string) string {
		switch {
		case stage != "m2" && i >= 6:
			return "" // six commenters at m3 and at m6: too few
		case i < 2:
			return "転勤が不安です。"
		case i < 7:
			return "メンターがほしい。"
		}
		return "残業が多い。"
	})
	w.build()
	want := []string{
		"m2 mentor wish 5 5 ''", "m2 transfer issue - <3 ''", "m2 workload issue 23 23 ''", "m3 '' '' - '' small", "m6 '' '' - '' small",
	}
	if d := cmp.Diff(want, w.table("SELECT stage, theme, valence, people, people_shown, withheld FROM safe_theme WHERE segment = '' AND period = '' AND stage <> '' ORDER BY ALL")); d != "" {
		t.Error(d)
	}
	for _, got := range w.table("SELECT segment, theme, people, comments, people_shown FROM safe_theme WHERE segment <> '' AND withheld = ''") {
		if !strings.Contains(got, " - - ") {
			t.Errorf("a member's theme has a number: %s", got)
		}
	}
}

func TestSafeComment_OnlyWhatIsClearedAndAllowedAndOfEnoughPeople(t *testing.T) {
	all := commenters(t, 24, []string{"m2", "m3", "m6"}, func(i int, stage string) string {
		if stage == "m3" && i >= 4 || stage == "m6" && i < 17 {
			return ""
		}
		return fmt.Sprintf("残業が多い %s %d", stage, i)
	})
	for i := range 24 {
		for _, stage := range []string{"m2", "m3"} {
			text := fmt.Sprintf("残業が多い %s %d", stage, i)
			if i != 5 {
				all.reviews = append(all.reviews, store.Review{Response: fmt.Sprintf("r-p%03d-%s", i, stage), Question: "T", Check: voices.Check(text), Cleared: store.Cleared})
			}
		}
	}
	all.build()
	got := all.table("SELECT stage, question, text FROM safe_comment WHERE withheld = '' ORDER BY ALL")
	for _, line := range got {
		var i int
		stage := "m2"
		if strings.Contains(line, "m3") {
			stage = "m3"
		}
		if _, err := fmt.Sscan(line[strings.LastIndex(line, " ")+1:], &i); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 || i == 5 {
			t.Errorf("%s was not allowed or not cleared", line)
		}
		if named := strings.HasPrefix(line, stage+" T "); named != (stage == "m2") {
			t.Errorf("%s: only the stage with ten commenters may be named", line)
		}
	}
	if want := 15 + 2; len(got) != want {
		t.Errorf("%d comments, want %d: %v", len(got), want, got)
	}
	few := commenters(t, 9, []string{"m2"}, func(i int, _ string) string { return fmt.Sprint("残業が多い", i) })
	few.reviews = []store.Review{{Response: "r-p001-m2", Question: "T", Check: voices.Check("残業が多い1"), Cleared: store.Cleared}}
	few.build()
	if d := cmp.Diff([]string{"j '' '' '' small"}, few.table("SELECT journey, stage, question, text, withheld FROM safe_comment")); d != "" {
		t.Error(d)
	}
}

func TestAnalyze_OtherRulesReadEverythingAgain(t *testing.T) {
	w := commenters(t, 3, []string{"m2"}, func(int, string) string { return "孤独だ。" })
	w.build()
	own, problems := voices.ParseRules("own.csv", []byte("theme,cue,requires,blocks,valence,note\nisolation,孤独,,,off,\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	other, problems := voices.New(nil, own)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	source := w.source()
	source.voices = other
	result, err := analyze(context.Background(), w.at, source, noon, nil)
	if err != nil || result.Version == 0 {
		t.Fatal(err, result)
	}
	if got := w.table("SELECT count(*) FROM theme"); got[0] != "0" {
		t.Errorf("%s rows by the old rules", got[0])
	}
	if got := w.table("SELECT value FROM about WHERE fact = 'voices'"); got[0] != other.Version() {
		t.Errorf("the warehouse says %s, not %s", got[0], other.Version())
	}
}

// TestCooccurrence_ByHand: of 12 commenters 6 say 残業 and 転勤 in one comment, 3 残業 alone and 1 転勤 alone: Jaccard 6/10, and
// overtimeAndTransfer is what the i-th of twelve says: six of overtime and transfer, three of overtime, one of transfer, two of neither.
func overtimeAndTransfer(i int, _ string) string {
	switch {
	case i < 6:
		return "残業と転勤。"
	case i < 9:
		return "残業。"
	case i < 10:
		return "転勤。"
	}
	return "食堂。"
}

// NPMI = ln((6/12) / (9/12 · 7/12)) / -ln(6/12) = ln(8/7) / ln 2.
func TestCooccurrence_ByHand(t *testing.T) {
	w := commenters(t, 12, []string{"m2"}, overtimeAndTransfer)
	w.build()
	want := []string{"theme transfer workload 7 9 6 0.6 0.1926", "word 残業 転勤 9 7 6 0.6 0.1926"}
	if d := cmp.Diff(want, w.table("SELECT kind, item_a, item_b, people_a, people_b, both_people, jaccard, round(npmi, 4) FROM cooccurrence ORDER BY ALL")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"theme transfer - 0.6", "word 残業 - 0.6"}, w.table("SELECT kind, item_a, both_people, jaccard FROM safe_cooccurrence ORDER BY ALL")); d != "" {
		t.Error(d)
	}
}

func TestBlurredThemes_WhatAnEarlierReleaseToldCannotBeBlurred(t *testing.T) {
	n := func(x int64) *int64 { return &x }
	row := func(stage string, people int64, withheld string) Theme {
		return Theme{Journey: "j", Theme: "transfer", Valence: "issue", Stage: stage, People: n(people), Withheld: withheld}
	}
	for _, c := range []struct {
		name string
		rows []Theme
		want []bool
	}{
		{"nobody few", []Theme{row("", 8, ""), row("m2", 5, ""), row("m3", 3, "")}, []bool{false, false, false}},
		{"one few: the least beside it", []Theme{row("", 10, ""), row("m2", 5, ""), row("m3", 3, ""), row("m6", 2, "")}, []bool{false, false, true, false}},
		{"two few hide each other", []Theme{row("", 9, ""), row("m2", 5, ""), row("m3", 2, ""), row("m6", 2, "")}, []bool{false, false, false, false}},
		{"the least was told before: the next", []Theme{row("", 10, ""), row("m2", 5, ""), row("m3", 3, "release"), row("m6", 2, "")}, []bool{false, true, false, false}},
		{"all were told before: the total", []Theme{row("", 10, ""), row("m2", 5, "release"), row("m3", 3, "release"), row("m6", 2, "")}, []bool{true, false, false, false}},
		{"the few were told before", []Theme{row("", 10, ""), row("m2", 5, ""), row("m3", 3, ""), row("m6", 2, "release")}, []bool{false, false, true, false}},
		{"a few whom the earlier release did not tell of hide nobody", []Theme{row("", 13, ""), row("m2", 1, "release"), row("m3", 9, ""), row("m6", 3, ""), row("m12", 1, "")}, []bool{false, false, false, true, false}},
		{"a stage that is withheld hides too", []Theme{row("", 7, ""), row("m2", 5, ""), row("m6", 2, "small")}, []bool{false, false, false}},
	} {
		if diff := cmp.Diff(c.want, blurredThemes(c.rows)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
