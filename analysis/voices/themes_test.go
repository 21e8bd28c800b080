package voices

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func open(t testing.TB) *Voices {
	t.Helper()
	v, problems := New(nil, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return v
}

func read(t testing.TB, v *Voices, text, language string) Reading {
	t.Helper()
	reading, err := v.Read(text, language)
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

// TestRead_TheGuidesVoices are the voices of the guide, with the themes of METHOD 6.6.
func TestRead_TheGuidesVoices(t *testing.T) {
	v := open(t)
	for _, c := range []struct{ text, want string }{
		{"中途採用者が職場内のどこにいるのかわからず、孤独を感じことがある。", "isolation:issue network:issue"},
		{"採用後に信頼できる同僚ができるか、繋がりができるかが不安だった。", "trust:issue network:issue"},
		{"他省庁の人とも関わりたいが、そういう機会があるのか不安だった。", "network:issue|wish"},
		{"業務に適応できるかという不安はあった。経験者採用ということで、即戦力を求められていることは理解しつつも、執務の進め方や文化になれるためには一定の苦労があり、メンター制度等があってもよいのではないかと感じている。",
			"adaptation:issue mentor:wish"},
		{"これまでのキャリアを生かした業務への配置があるのか、一定の業務量について課され、責任のある仕事ができるのか、など、配置に関することについて、今後どのようなキャリアパスとなるのか、常に考えているところです。",
			"placement:issue career:issue ?workload:issue"},
		{"どのようなスパンで配置換えや転勤があるのかがよく分からず、知りたいと思っています。", "transfer:issue|wish"},
		{"経験者採用で採用されたからには、経験を活かしにくい仕事内容は、非常に戸惑いを感じる。", "placement:issue"},
	} {
		if missed := compare(parseLabels(c.want), read(t, v, c.text, "ja").Themes); missed != "" {
			t.Errorf("%s\n%s", c.text, missed)
		}
	}
}

// label is one theme that a comment has.
type label struct {
	theme    string
	valences []string
	optional bool
}

func parseLabels(text string) []label {
	var labels []label
	for _, field := range strings.Fields(text) {
		if field == "-" {
			continue
		}
		plain, optional := strings.CutPrefix(field, "?")
		theme, valences, _ := strings.Cut(plain, ":")
		labels = append(labels, label{theme, strings.Split(valences, "|"), optional})
	}
	return labels
}

// compare says how themes differ from labels; "" when they do not.
func compare(want []label, got []Theme) string {
	var missed []string
	for _, l := range want {
		i := slices.IndexFunc(got, func(g Theme) bool { return g.Theme == l.theme })
		switch {
		case i < 0 && !l.optional:
			missed = append(missed, "missed "+l.theme)
		case i >= 0 && !slices.Contains(l.valences, got[i].Valence):
			missed = append(missed, fmt.Sprintf("%s is %s, not %s (%s)", l.theme, got[i].Valence, strings.Join(l.valences, "|"), got[i].Cue))
		}
	}
	for _, g := range got {
		if !slices.ContainsFunc(want, func(l label) bool { return l.theme == g.Theme }) {
			missed = append(missed, fmt.Sprintf("not %s (%s)", g.Theme, g.Cue))
		}
	}
	return strings.Join(missed, "; ")
}

// labelled is one comment of testdata/labelled.tsv.
type labelled struct {
	language string
	labels   []label
	text     string
}

func readLabelled(t testing.TB, name string) []labelled {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			t.Fatalf("%q has %d fields", line, len(fields))
		}
		all = append(all, labelled{fields[0], parseLabels(fields[1]), fields[2]})
	}
	return all
}

// tally counts hits and misses.
type tally struct {
	right, missed, wrong map[string]int
	valence, valenceOf   int
}

func (c *tally) add(want []label, got []Theme) {
	for _, l := range want {
		i := slices.IndexFunc(got, func(g Theme) bool { return g.Theme == l.theme })
		switch {
		case i >= 0 && l.optional:
		case i >= 0:
			c.right[l.theme]++
			c.valenceOf++
			if slices.Contains(l.valences, got[i].Valence) {
				c.valence++
			}
		case !l.optional:
			c.missed[l.theme]++
		}
	}
	for _, g := range got {
		if !slices.ContainsFunc(want, func(l label) bool { return l.theme == g.Theme }) {
			c.wrong[g.Theme]++
		}
	}
}

// macroF1 is the mean F1 of the themes that occur.
func (c *tally) macroF1() float64 {
	total, n := 0.0, 0
	for _, theme := range Themes() {
		if c.right[theme]+c.missed[theme] == 0 {
			continue
		}
		n++
		total += 2 * float64(c.right[theme]) / float64(2*c.right[theme]+c.missed[theme]+c.wrong[theme])
	}
	return total / float64(n)
}

func (c *tally) valenceShare() float64 { return float64(c.valence) / float64(c.valenceOf) }

func measure(t testing.TB, v *Voices, comments []labelled, show bool) *tally {
	t.Helper()
	c := &tally{right: map[string]int{}, missed: map[string]int{}, wrong: map[string]int{}}
	for _, comment := range comments {
		got := read(t, v, comment.text, comment.language).Themes
		c.add(comment.labels, got)
		if missed := compare(comment.labels, got); missed != "" && show {
			t.Logf("%s\n    %s", comment.text, missed)
		}
	}
	return c
}

// TestRead_LabelledComments holds the bars of the method on the half that rules were developed on and on the other.
func TestRead_LabelledComments(t *testing.T) {
	v := open(t)
	var halves [2][]labelled
	for i, comment := range readLabelled(t, "labelled.tsv") {
		halves[i%2] = append(halves[i%2], comment)
	}
	for i, comments := range [][]labelled{halves[0], halves[1], readLabelled(t, "fresh.tsv")} {
		name := []string{"development", "held out", "fresh"}[i]
		c := measure(t, v, comments, i == 0 || os.Getenv("KOE_SHOW_HELD_OUT") != "")
		t.Logf("%s: %d comments, macro F1 %.3f, valence %.3f; missed %v, wrong %v", name, len(comments), c.macroF1(), c.valenceShare(), c.missed, c.wrong)
		if c.macroF1() < 0.85 || c.valenceShare() < 0.85 {
			t.Errorf("%s: macro F1 %.3f and valence %.3f are to be at least .85", name, c.macroF1(), c.valenceShare())
		}
	}
}

// TestRead_NegationByParity holds METHOD 6.2's negations, one at a time.
func TestRead_NegationByParity(t *testing.T) {
	v := open(t)
	for text, want := range map[string]string{
		"孤独を感じる。":  "isolation:issue",
		"孤独を感じない。": "isolation:ok",
		"孤独ではない。":  "isolation:ok",
		"孤独を感じることは一度もありませんでした。":           "isolation:ok",
		"孤独を感じないわけではない。":                  "isolation:issue",
		"孤独ではないと言えば嘘になる。":                 "isolation:issue",
		"孤独を感じることが少なくない。":                 "isolation:issue",
		"孤独なのかもしれない。":                     "isolation:issue",
		"孤独に耐えなければならない。":                  "isolation:issue",
		"孤独に違いない。":                        "isolation:issue",
		"残業するしかない。":                       "workload:issue",
		"残業を断れない。":                        "workload:issue",
		"疲れが取れない。":                        "workload:issue",
		"疲れが取れた。":                         "workload:ok",
		"残業がなくなった。":                       "workload:ok",
		"残業がなくならない。":                      "workload:issue",
		"深夜まで帰れず、つらい。":                    "workload:issue",
		"つながりがない。":                        "network:issue",
		"つながりが乏しい。":                       "network:issue",
		"つながりが減った。":                       "network:issue",
		"つながりがないわけではない。":                  "network:ok|issue",
		"メンターがいなくても困らなかった。":               "mentor:ok",
		"相談できる人がいない。":                     "trust:issue",
		"経験を活かしにくい。":                      "placement:issue",
		"経験を活かせている。":                      "placement:ok",
		"経験を活かせるか分からない。":                  "placement:issue",
		"やりがいがあるとは言えない。":                  "contribution:issue",
		"最初は孤独だったが、今は楽しく働いている。":           "isolation:ok",
		"最初は楽しかったが、今は孤独だ。":                "isolation:issue",
		"孤立するのではと心配したが、杞憂だった。":            "isolation:ok",
		"メンター制度はあるが、形だけだ。":                "mentor:issue",
		"交流の機会があったほうがいいんじゃないか。":           "network:wish",
		"面談を増やすべきだ。":                      "manager:wish",
		"研修を受けさせてください。":                   "reception:wish",
		"メンターがいればと思う。":                    "mentor:wish",
		"どうすれば異動できるのか分からない。":              "transfer:issue",
		"異動の希望を聞いてもらえた。":                  "transfer:ok",
		"即戦力を期待されている。":                    "adaptation:issue",
		"配置換えの希望が通らない。":                   "transfer:issue",
		"キャリア採用です。":                       "-",
		"中途採用です。":                         "-",
		"I am not lonely.":                "isolation:ok",
		"I am lonely.":                    "isolation:issue",
		"There is no mentor.":             "mentor:issue",
		"I never feel isolated.":          "isolation:ok",
		"Overtime is not a problem.":      "workload:ok",
		"It is not only lonely.":          "isolation:issue",
		"I got used to the culture.":      "adaptation:ok",
		"I could not adapt.":              "adaptation:issue",
		"More training would be helpful.": "reception:wish",
	} {
		if missed := compare(parseLabels(want), read(t, v, text, "").Themes); missed != "" {
			t.Errorf("%s %s", text, missed)
		}
	}
}
