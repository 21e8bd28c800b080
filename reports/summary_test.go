package reports

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe/analysis"
)

// sentences gives 要点 as text: figure, people, sentence.
func sentences(t *testing.T, in Input, lang string, scope Scope) []string {
	t.Helper()
	doc, err := compose(&in, newIndex(in.Published), lang, scope, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range doc.Sections {
		for _, p := range s.Parts {
			for _, f := range p.Findings {
				out = append(out, f.Figure+" | "+f.People+" | "+f.Text)
			}
		}
	}
	return out
}

func TestSummary_SaysEachFindingWithItsNumberInJapanese(t *testing.T) {
	want := []string{
		"68% | 445件 | お願いした650件のうち445件(68%)に回答があった。",
		"3.4点 | 98人 | 「孤立」は3か月が最も悪く、平均3.4点(95%区間 3.3–3.6、98人)で、次に悪い入社～2か月(2.6点)とも区間が重ならない。",
		"2.6 → 3.3 | 61人 | 「キャリア不安」は入社～2か月の2.6点(112人)から1年の3.3点(61人)へ、悪い方向の差がある(回答者全体の平均の比較)。",
		"3.1 → 3.7 | 61人 | 「適応」は入社～2か月の3.1点(112人)から1年の3.7点(61人)へ、良い方向の差がある(回答者全体の平均の比較)。",
		"−0.8 | 58人 | 同じ人(58人)で比べると、「孤立」は3か月から半年にかけて平均−0.8点(95%区間 −1.1～−0.6)動き、改善した。",
		"6件中4件支持 | 表を参照 | 検証した6件の仮説は、支持4件、支持されない1件、回答不足1件だった。支持された仮説には「入社前、信頼できる人間関係を築けるか心配する人が4割を超える」、「3か月では、ほかの中途採用者とのつながりを求める人が半数を超える」がある。",
	}
	if diff := cmp.Diff(want, sentences(t, sampleInput(), "ja", Scope{})); diff != "" {
		t.Error(diff)
	}
}

func TestSummary_SaysTheSameInEnglish(t *testing.T) {
	got := sentences(t, sampleInput(), "en", Scope{})
	if len(got) != 6 {
		t.Fatalf("%d sentences", len(got))
	}
	want := "3.4 points | 98 people | Isolation is at its worst at 3 months: mean 3.4 points (95% CI 3.3–3.6, 98 people), apart even from the next worst stage, First 2 months (2.6)."
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Error(diff)
	}
}

func TestSummary_ClaimsNoPeakWhereIntervalsTouch(t *testing.T) {
	in := sampleInput()
	keepTrends(in.Published, "isolation", "all")
	for i := range in.Published.Tables.Trend {
		r := &in.Published.Tables.Trend[i]
		if r.Stage == "m6" && r.Segment == "" {
			r.Mean, r.CILow, r.CIHigh = p(3.31), p(3.1), p(3.5)
		}
	}
	in.Journeys = nil
	in.Published.Tables.Change, in.Published.Tables.Comparison, in.Published.Tables.TrendTest = nil, nil, nil
	want := []string{
		"68% | 445件 | お願いした650件のうち445件(68%)に回答があった。",
		"3.4点 | 98人 | 「孤立」の値が最も悪いのは3か月の平均3.4点(95%区間 3.3–3.6、98人)だが、半年(3.3点)と区間が重なり、山とは言い切れない。",
		"2.3点 | 61人 | 「孤立」は1年で平均2.3点(95%区間 2.1–2.5、61人、低いほど良い)。",
	}
	if diff := cmp.Diff(want, sentences(t, in, "ja", Scope{})); diff != "" {
		t.Error(diff)
	}
}

func TestSummary_SaysSmallNumbersInWords(t *testing.T) {
	in := Input{Published: &analysis.Published{Stages: []analysis.StageFact{{Journey: "j", Stage: "s", Position: 1}}}}
	in.Published.Tables.ResponseRate = []analysis.ResponseRate{{Journey: "j", Invited: p(int64(7)), Answered: p(int64(3)), Rate: p(3.0 / 7)}}
	want := []string{"43% | 3件 | お願いした7件中3件に回答があった。半数に満たず、答えていない人の状況は分からない。"}
	if diff := cmp.Diff(want, sentences(t, in, "ja", Scope{})); diff != "" {
		t.Error(diff)
	}
	in.Published.Tables.ResponseRate = []analysis.ResponseRate{{Journey: "j", InvitedShown: "10–19", AnsweredShown: "5–9", Rate: p(0.6)}}
	want = []string{"60% | 5–9件 | お願いした10–19件のうち60%に回答があった。"}
	if diff := cmp.Diff(want, sentences(t, in, "ja", Scope{})); diff != "" {
		t.Error(diff)
	}
}

func TestSummary_SpeaksOfNoDifferenceWhereManyLinesWereTestedAndOneIsJustBelowFivePercent(t *testing.T) {
	in := sampleInput()
	in.Journeys = nil
	in.Published.Tables.Change, in.Published.Tables.Comparison, in.Published.Tables.Trend = nil, nil, nil
	for i := range in.Published.Tables.TrendTest {
		in.Published.Tables.TrendTest[i].P = p(0.04)
	}
	got := sentences(t, in, "ja", Scope{})
	want := "−0.05点/期 | 10期 | 四半期ごとの推移を調べた3本の線のうち、はっきりした上昇や下降を示すものはない(10期)。"
	if diff := cmp.Diff(want, got[len(got)-1]); diff != "" {
		t.Error(diff)
	}
}

func TestSummary_NamesNoUnitThatIsWithheld(t *testing.T) {
	in := sampleInput()
	in.Journeys = nil
	in.Published.Tables.Change, in.Published.Tables.Trend, in.Published.Tables.TrendTest = nil, nil, nil
	for i := range in.Published.Tables.Comparison {
		in.Published.Tables.Comparison[i].Withheld = "complement"
	}
	if got := sentences(t, in, "ja", Scope{}); len(got) != 1 {
		t.Errorf("more than the response rate is said: %q", got)
	}
}

// keepTrends leaves one construct and grain.
func keepTrends(pub *analysis.Published, construct, grain string) {
	var kept []analysis.Trend
	for _, r := range pub.Tables.Trend {
		if r.Construct == construct && r.Grain == grain {
			kept = append(kept, r)
		}
	}
	pub.Tables.Trend = kept
}
