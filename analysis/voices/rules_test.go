package voices

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"koe"
	"koe/journey"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

func TestParseRules_NamesTheLineThatIsWrong(t *testing.T) {
	for content, want := range map[string]string{
		"孤独\n": "own.csv:1: the first line of a cue table is its header (theme,cue,requires,blocks,valence,note)",
		"theme,cue,requires,blocks,valence,note\nlonely,孤独,,,trouble,\n":       `own.csv:2:1: there is no theme "lonely"`,
		"theme,cue,requires,blocks,valence,note\n\n# x\nisolation,,,,trouble,": "own.csv:4: the cue is missing",
		"theme,cue,requires,blocks,valence,note\nisolation,孤独,,,bad,":          `own.csv:2: "bad" is no valence`,
		"theme,cue,requires,blocks,valence,note\nisolation,孤独,trouble":         "own.csv:2: 3 columns where five or six are expected",
		"theme,cue,requires,blocks,valence,note\nisolation,「孤独,,,trouble,":     "own.csv:2: \"「孤独\": 「 without its 」",
		"theme,cue,requires,blocks,valence,note\nisolation,孤*独,,,trouble,":     `own.csv:2: "孤*独" is no word: * may stand before and behind one`,
		"\xff": "own.csv: the file is not UTF-8",
	} {
		_, problems := ParseRules("own.csv", []byte(content))
		if got := problems.Error(); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
}

func TestParseWords_NamesTheLineThatIsWrong(t *testing.T) {
	words, problems := ParseWords("own.csv", []byte("\ufeff# own\n総合企画,部署\nみらい工房,会社\nスマート申請\n国会対応,国会 対応,コッカイ タイオウ,名詞\n"))
	if d := cmp.Diff([]Word{{"総合企画", "部署"}, {"みらい工房", "会社"}, {"スマート申請", "名詞"}, {"国会対応", "名詞"}}, words); d != "" || len(problems) > 0 {
		t.Error(d, problems)
	}
	_, problems = ParseWords("own.csv", []byte("あ\n語,動詞\nabc,a,b\n総務,名詞\n総務,名詞\n[人名]\n"))
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if d := cmp.Diff([]int{1, 2, 3, 5, 6}, lines); d != "" {
		t.Errorf("%s%v", d, problems)
	}
}

func FuzzParseRules(f *testing.F) {
	content, err := os.ReadFile("rules/ja.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte("theme,cue,requires,blocks,valence,note\nisolation,* ** 「」 *a*,,,off,"))
	v, problems := New(nil, nil)
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		rules, problems := ParseRules("f", content)
		if (rules != nil) && len(problems) > 0 {
			t.Error("rules and problems at once")
		}
		if len(rules) == 0 || len(content) > 4000 {
			return
		}
		own, problems := New(nil, rules)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		own.lexicon = v.lexicon
		if _, err := own.Read("孤独を感じるが、メンターがほしい。同期がいない。", "ja"); err != nil {
			t.Error(err)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"孤独を感じる。", "ない。ない、ないが、ない", "not no but however,", "[人名]さん\n\n、、。", "たいたいたらばばよい", "しかないかもしれないのではないか"} {
		f.Add(text)
	}
	v, problems := New(nil, nil)
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 3000 {
			return
		}
		for _, language := range []string{"ja", "en"} {
			reading, err := v.Read(text, language)
			if err != nil {
				t.Fatal(err)
			}
			for _, theme := range reading.Themes {
				if !slices.Contains(Themes(), theme.Theme) || !slices.Contains(Valences(), theme.Valence) || theme.Cue == "" {
					t.Errorf("%q: %+v", text, theme)
				}
			}
			reading.Words()
		}
	})
}

func TestOpen_AnOrganisationsRulesAndWordsExtendOurs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("rules.csv", ruleHeader+"\nmentor,ブラザー,,,resource,当省の呼び名\nnetwork,同期,,,off,当省では別の意味\nmentor,sister,,,resource,\n")
	write("words.csv", "ブラザー制度,名詞\n虎の巻室,部署\n")
	ws := &journey.Workspace{Dir: dir, Settings: koe.Settings{Voices: koe.VoicesSettings{Rules: "rules.csv", Words: "words.csv"}}}
	v, problems := Open(ws)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for text, want := range map[string]string{"ブラザーがいない。": "mentor:issue", "同期がいない。": "-", "つながりがない。": "network:issue", "I have no sister.": "mentor:issue"} {
		if missed := compare(parseLabels(want), read(t, v, text, "").Themes); missed != "" {
			t.Errorf("%s %s", text, missed)
		}
	}
	if masked := v.Masker(store.Roll{}).Mask("虎の巻室に聞いた"); masked != "[部署]に聞いた" {
		t.Error(masked)
	}
	if v.Version() == open(t).Version() {
		t.Error("other rules have the same version")
	}
	if again, _ := Open(ws); again.Version() != v.Version() {
		t.Error("the same rules have another version")
	}
	write("rules.csv", "nonsense")
	if _, problems := Open(ws); len(problems) == 0 || !strings.Contains(problems.Error(), "rules.csv:1") {
		t.Errorf("%v", problems)
	}
	ws.Settings.Voices.Rules = "missing.csv"
	if _, problems := Open(ws); !strings.Contains(problems.Error(), "does not exist") {
		t.Errorf("%v", problems)
	}
}

func TestExplain_JSONIsAsPromised(t *testing.T) {
	e, err := open(t).Explain(nil, "佐藤さんに相談できず、孤独だ。", "ja")
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	if got["masked"] != "[人名]さんに相談できず、孤独だ。" || len(got) != 3 {
		t.Errorf("%s", content)
	}
	if d := cmp.Diff([]any{map[string]any{"theme": "isolation", "valence": "issue", "cue": "孤独"}, map[string]any{"theme": "trust", "valence": "issue", "cue": "[人名]+相談"}}, got["themes"]); d != "" {
		t.Error(d)
	}
	first := got["morphemes"].([]any)[0].(map[string]any)
	if first["surface"] != "[人名]" || first["pos"] != posHidden {
		t.Errorf("%v", first)
	}
	if len(e.Hidden) != 1 || e.Hidden[0].Text != "佐藤" || len(e.Mentions) != 2 || e.Mentions[0].Why == "" || e.Mentions[0].Line == 0 {
		t.Errorf("%+v %+v", e.Hidden, e.Mentions)
	}
	empty, err := open(t).Explain(nil, "", "ja")
	if err != nil {
		t.Fatal(err)
	}
	if content, _ := json.Marshal(empty); string(content) != `{"masked":"","morphemes":[],"themes":[]}` {
		t.Errorf("%s", content)
	}
}

func TestWords_AreWhatIsCounted(t *testing.T) {
	v := open(t)
	for text, want := range map[string]string{
		"[人名]さんと異動の話をした。異動が3回あり、とても疲れた。":               "異動 疲れる 話",
		"I worked with many kind colleagues in Tokyo.": "colleague kind tokyo worked",
	} {
		reading := read(t, v, text, "")
		got := strings.Join(reading.Words(), " ")
		if got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestSays_KnowsNothingFromSomething(t *testing.T) {
	for _, text := range []string{"特になし", "特にありません。", "なし", "ない", "-", "。", "N/A", "none", "Nothing in particular.", "特に問題はありません", "今のところ特にないです", ""} {
		if Says(text) {
			t.Errorf("%q says nothing", text)
		}
	}
	for _, text := range []string{"孤独だ", "メンターなし", "相談できる人がいない", "No mentor", "Too busy", "残業"} {
		if !Says(text) {
			t.Errorf("%q says something", text)
		}
	}
}

func TestVoices_ManyMayReadAtOnce(t *testing.T) {
	v := open(t)
	m := v.Masker(rosterOfTests())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := m.Mask("佐藤さんは内線1234です"); got != "[人名]さんは内線[電話]です" {
					t.Error(got)
				}
				if _, err := v.Read("孤独だ。I am lonely.", "ja"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// TestWordLists_AreThere reads every embedded list.
func TestWordLists_AreThere(t *testing.T) {
	l := newMaskLists()
	if len(l.titles) < 50 || len(l.notNames) < 100 || len(l.company) < 50 || len(l.illness) < 30 {
		t.Errorf("%d titles, %d words that are no names, %d companies, %d illnesses", len(l.titles), len(l.notNames), len(l.company), len(l.illness))
	}
	if words, problems := shippedWords(); len(problems) > 0 || len(words) < 100 {
		t.Errorf("%d words, %v", len(words), problems)
	}
}

func BenchmarkRead(b *testing.B) {
	v := open(b)
	comments := append(readLabelled(b, "labelled.tsv"), readLabelled(b, "fresh.tsv")...)
	read(b, v, comments[0].text, "")
	b.ResetTimer()
	for i := range b.N {
		if _, err := v.Read(comments[i%len(comments)].text, ""); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}

func BenchmarkMask(b *testing.B) {
	m := maskerOfTests()
	comments := append(readLabelled(b, "labelled.tsv"), readLabelled(b, "fresh.tsv")...)
	m.Mask(comments[0].text)
	b.ResetTimer()
	for i := range b.N {
		m.Mask(comments[i%len(comments)].text)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}
