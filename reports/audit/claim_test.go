package audit

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"koe"
)

// beside is a release of one page with one table of this section and part.
func beside(t *testing.T, section, part string, heads []string, rows [][]string, truth Truth) []Finding {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><body><section><h2>` + section + `</h2><div class="part" id="p"><h3>` + part + `</h3><table><thead><tr>`)
	for _, h := range heads {
		b.WriteString("<th>" + h + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range rows {
		b.WriteString("<tr><th>" + row[0] + "</th>")
		for _, c := range row[1:] {
			b.WriteString("<td>" + c + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div></section></body></html>")
	dir := t.TempDir()
	for name, content := range map[string]string{"koe-report.html": b.String(), "release.json": `{"files":[{"name":"koe-report.html","language":"ja"}]}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	truth.MinGroup, truth.MinComments = 5, 10
	truth.Facts = &Facts{Segments: [][]string{{"bureau"}}, Journeys: []Journey{{ID: "j", Title: koe.Text{"ja": "旅"}, Stages: []Named{{"m2", koe.Text{"ja": "2か月"}}, {"m3", koe.Text{"ja": "3か月"}}},
		Constructs: []Named{{"iso", koe.Text{"ja": "孤立感"}}}}}, Words: map[string]map[string]string{"ja": {
		"section.method": "方法", "method.careless": "読まずに答えた可能性", "method.reliability": "信頼性", "section.voice": "声", "voice.theme": "テーマ", "section.rate": "回答率", "rate.silence": "答えなくなった人",
		"rate.stage": "段階ごと", "col.rate": "回答率", "period.all": "全期間", "section.change": "変化", "change.row": "{construct}:{from} → {to}", "col.meanchange": "変化の平均",
		"col.construct": "指標", "col.stage": "段階", "col.stages": "段階", "col.n": "人数", "col.flagged": "印", "col.mean": "平均", "col.without": "除いた平均", "col.remark": "備考", "col.items": "設問数", "col.meanr": "相関",
		"col.theme": "テーマ", "valence.issue": "困りごと", "valence.wish": "希望", "valence.ok": "良かったこと", "col.commenters": "書いた人", "stage.all": "全段階", "few.three": "3人未満", "theme.career": "キャリア",
		"col.stayed": "答えた", "col.stayed.n": "その人数", "col.silent": "答えない", "col.silent.n": "その人数", "col.difference": "差", "col.ci": "区間", "remark.carried": "前回公表値({release})", "cover.everybody": "全体"}}}
	r, err := Check(context.Background(), dir, truth)
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

// scored is so many scores at m2 of people numbered from one on, of these parts.
func scored(from, n int, sets ...string) Group {
	g := Group{Table: "trend", Journey: "j", Name: "iso", Stage: "m2", Wave: "2026Q2", Members: []string{"総務局"}, Sets: sets}
	for i := range n {
		g.Who = append(g.Who, int32(from+i))
	}
	return g
}

func TestClaims_EachRowNeedsItsPeople(t *testing.T) {
	careless := []string{"指標", "段階", "人数", "印", "平均", "除いた平均", "備考"}
	reliable := []string{"指標", "段階", "設問数", "α", "ω", "相関", "人数", "備考"}
	silence := []string{"指標", "段階", "答えた", "その人数", "答えない", "その人数", "差", "区間", "p", "備考"}
	theme := []string{"テーマ", "段階", "困りごと", "希望", "良かったこと", "書いた人", "備考"}
	commenters := func(n int) (all []Group) {
		for _, g := range []Group{{Stage: "m2"}, {Stage: "m3"}, {Name: "all"}} {
			g.Table, g.Journey, g.Members, g.N = "voice", "j", []string{"総務局"}, n
			all = append(all, g)
		}
		return all
	}
	spoke := func(all, m2, m3 int) (crowds []Crowd) {
		for stage, n := range map[string]int{"": all, "m2": m2, "m3": m3} {
			crowds = append(crowds, Crowd{Table: "theme", Journey: "j", Name: "career", With: "issue", Stage: stage, N: n, People: n})
		}
		return crowds
	}
	for name, c := range map[string]struct {
		section, part string
		heads         []string
		rows          [][]string
		truth         Truth
		want          string // of the first finding; "" for none
		n             int
	}{
		"a few answers are marked, and both means are told": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "30", "&lt;5", "2.4", "2.5", ""}},
			Truth{Groups: []Group{scored(1, 28, "kept"), scored(29, 2, "careless")}}, "2人の値が計算できます", 2},
		"many are marked": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "30", "5–9", "2.4", "2.5", ""}},
			Truth{Groups: []Group{scored(1, 24, "kept"), scored(25, 6, "careless")}}, "", 0},
		"a few are marked, and one mean is told": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "30", "&lt;5", "2.4", "–", ""}},
			Truth{Groups: []Group{scored(1, 28, "kept"), scored(29, 2, "careless")}}, "", 0},
		"another number of people than there are": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "31", "0", "2.4", "2.4", ""}},
			Truth{Groups: []Group{scored(1, 30, "kept")}}, "実際は30人です", 0},
		"fewer than twenty, exactly": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "13", "0", "2.4", "2.4", ""}},
			Truth{Groups: []Group{scored(1, 13, "kept")}}, "幅でなく", 0},
		"a value of an earlier release": {"方法", "読まずに答えた可能性", careless, [][]string{{"孤立感", "2か月", "31", "0", "2.4", "2.4", "前回公表値(2026-04-01)"}},
			Truth{Groups: []Group{scored(1, 30, "kept")}}, "", 0},
		"a reliability of twenty-nine": {"方法", "信頼性", reliable, [][]string{{"孤立感", "2か月", "3", "0.81", "0.82", "0.60", "29", ""}},
			Truth{Groups: []Group{scored(1, 40)}, Crowds: []Crowd{{Table: "reliability", Journey: "j", Name: "iso", Stage: "m2", N: 29, People: 29}}}, "29人の値です。公表の下限は30人です", 29},
		"a reliability of thirty answers of ten people": {"方法", "信頼性", reliable, [][]string{{"孤立感", "2か月", "3", "0.81", "0.82", "0.60", "30", ""}},
			Truth{Groups: []Group{scored(1, 40)}, Crowds: []Crowd{{Table: "reliability", Journey: "j", Name: "iso", Stage: "m2", N: 30, People: 10}}}, "10人の値です", 10},
		"nine who fell silent": {"回答率", "答えなくなった人", silence, [][]string{{"孤立感", "2か月 → 3か月", "2.4", "30", "2.9", "5–9", "+0.5", "0.1～0.9", ".012", ""}},
			Truth{Groups: []Group{scored(1, 30, "stayed:m3"), scored(31, 9, "silent:m3")}}, "9人の値です。公表の下限は10人です", 9},
		"a column that nobody knows": {"回答率", "答えなくなった人", append(silence, "秘密"), [][]string{{"孤立感", "2か月 → 3か月", "2.4", "30", "2.9", "10–19", "+0.5", "0.1～0.9", ".012", "", "3.3"}},
			Truth{Groups: []Group{scored(1, 30, "stayed:m3"), scored(31, 12, "silent:m3")}}, "この表の列", 0},
		"a theme of two people": {"声", "テーマ", theme, [][]string{{"キャリア", "2か月", "2", "–", "–", "25", ""}}, Truth{Groups: commenters(25), Crowds: spoke(8, 2, 6)}, "2人の値です。公表の下限は3人です", 2},
		"under three, and what is left of the total": {"声", "テーマ", theme, [][]string{{"キャリア", "全段階", "8", "–", "–", "25", ""}, {"キャリア", "2か月", "3人未満", "–", "–", "25", ""}, {"キャリア", "3か月", "6", "–", "–", "25", ""}},
			Truth{Groups: commenters(25), Crowds: spoke(8, 2, 6)}, "2人の数が計算できます", 2},
		"under three, and some spoke twice": {"声", "テーマ", theme, [][]string{{"キャリア", "全段階", "7", "–", "–", "25", ""}, {"キャリア", "2か月", "3人未満", "–", "–", "25", ""}, {"キャリア", "3か月", "6", "–", "–", "25", ""}},
			Truth{Groups: commenters(25), Crowds: spoke(7, 2, 6)}, "", 0},
		"the others and the total are of an earlier release": {"声", "テーマ", theme, [][]string{{"キャリア", "全段階", "8", "–", "–", "25", "前回公表値(2026-04-01)"}, {"キャリア", "2か月", "3人未満", "–", "–", "25", ""}, {"キャリア", "3か月", "6", "–", "–", "25", "前回公表値(2026-04-01)"}},
			Truth{Groups: commenters(25), Crowds: spoke(8, 2, 6)}, "", 0},
		"the total is of an earlier release than the others": {"声", "テーマ", theme, [][]string{{"キャリア", "全段階", "8", "–", "–", "25", "前回公表値(2026-01-01)"}, {"キャリア", "2か月", "3人未満", "–", "–", "25", ""}, {"キャリア", "3か月", "6", "–", "–", "25", "前回公表値(2026-04-01)"}},
			Truth{Groups: commenters(25), Crowds: spoke(8, 2, 6)}, "", 0},
		"nine commenters": {"声", "テーマ", theme, [][]string{{"キャリア", "2か月", "5", "–", "–", "5–9", ""}}, Truth{Groups: commenters(9), Crowds: spoke(5, 5, 0)}, "9人の値", 9},
	} {
		t.Run(name, func(t *testing.T) {
			found := beside(t, c.section, c.part, c.heads, c.rows, c.truth)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("%+v", found)
			case c.want != "" && (len(found) == 0 || !strings.Contains(found[0].What["ja"], c.want) || found[0].N != c.n):
				t.Errorf("no %q in %+v", c.want, found)
			}
		})
	}
}

// Six answers that two people gave at three stages are two people, however many answers stand between two figures.
func TestAttack_PeopleAreCountedAndNotAnswers(t *testing.T) {
	u := units{map[string]int{"甲": 6, "乙": 30}, []string{"", "乙"}}
	for people, want := range map[int32]int{2: 2, 6: 0} {
		truth := u.truth()
		number := int32(100)
		for i := range truth.Groups {
			g := &truth.Groups[i]
			for k := range g.N {
				if g.Members[0] == "甲" {
					g.Who = append(g.Who, int32(k)%people)
				} else {
					number++
					g.Who = append(g.Who, number)
				}
			}
		}
		r, err := Check(context.Background(), u.write(t), truth)
		if err != nil {
			t.Fatal(err)
		}
		if want == 0 && len(r.Findings) > 0 || want > 0 && (len(r.Findings) == 0 || r.Findings[0].N != want) {
			t.Errorf("six answers of %d people: %+v", people, r.Findings)
		}
	}
}

func TestLooks_FormatsAndColoursThatHide(t *testing.T) {
	number := func(x float64) bookCell { return bookCell{number: x, is: true, text: "x"} }
	for _, c := range []struct {
		format string
		cell   bookCell
		hides  bool
		finer  bool
	}{
		{"0.0", number(3.4), false, false}, {"0.0", number(3.41), false, true}, {"0%", number(0.62), false, false}, {"0%", number(0.625), false, true},
		{`+0.0;"−"0.0;0.0`, number(-0.3), false, false}, {".000", number(0.032), false, false}, {"#,##0", number(1279), false, false}, {"General", number(3.14159), false, false},
		{";;;", number(3.4), true, true}, {`"–"`, number(3), true, false}, {"0.0;;", number(-2), true, false}, {"0.0;0.0;", number(0), true, false}, {";;;", bookCell{text: "秘書課"}, true, false},
		{"0.0", bookCell{text: "秘書課"}, false, false}, {"0.0;-0.0;0;@", bookCell{text: "秘書課"}, false, false},
	} {
		if got := hidesIn(c.format, c.cell); got != c.hides {
			t.Errorf("%q hides %+v: %v", c.format, c.cell, got)
		}
		if got := c.cell.is && finer(c.format, c.cell.number); got != c.finer {
			t.Errorf("%+v is finer than %q: %v", c.cell, c.format, got)
		}
	}
	for _, c := range []struct {
		text, back string
		seen       bool
	}{{"FFFFFF", "FFFFFF", false}, {"FEFEFE", "FFFFFF", false}, {"DDDDDD", "FFFFFF", false}, {"000000", "FFFFFF", true}, {"767676", "FFFFFF", true}, {"FFFFFF", "1F4E79", true}, {"1F4E79", "1F4E80", false}} {
		if got := contrast(c.text, c.back) >= leastContrast; got != c.seen {
			t.Errorf("%s on %s: seen %v", c.text, c.back, got)
		}
	}
}

// What a hypothesis says of all waves stands on those that are over. Beside the mean of all, two people who answered since are what is left.
func TestAttack_AHypothesisBesideAnswersThatWaitForTheirVerdict(t *testing.T) {
	for waiting, want := range map[int]string{2: "2人の値が計算できます: 「孤立感」 全体 2か月(22人) − 「孤立感」 全体 2か月 (判定の済んだ四半期)(20人)", 5: ""} {
		over, since := scored(1, 20), scored(21, waiting)
		over.Over, since.Wave = true, "2026Q4"
		a := &auditor{figures: map[printed]said{}, truth: Truth{MinGroup: 5, MinComments: 10, Groups: []Group{over, since}, Facts: &Facts{Segments: [][]string{{"bureau"}},
			Words: map[string]map[string]string{"ja": {"cover.everybody": "全体"}}, Journeys: []Journey{{ID: "j", Stages: []Named{{"m2", koe.Text{"ja": "2か月"}}}, Constructs: []Named{{"iso", koe.Text{"ja": "孤立感"}}}}}}}}
		r := &reading{auditor: a, d: &document{name: "r.html"}, lang: "ja", words: map[string]string{"wave.all": "すべて"}, seen: map[printed]int{}}
		h := Hypothesis{Named: Named{ID: "h", Title: koe.Text{"ja": "仮説"}}, Stage: "m2", Kind: "level", Measure: "iso"}
		a.figures[printed{subject{"trend", "j", "iso"}, slot{stage: "m2", grain: "all"}, "col.mean"}] = said{numbers: []float64{3.1}}
		row := make([]cell, 13)
		row[0], row[2], row[4] = cell{text: "仮説"}, cell{text: "すべて"}, cell{text: "3.2", numbers: []float64{3.2}}
		if !r.hypothesis(&grid{}, row, &Journey{ID: "j", Hypotheses: []Hypothesis{h}}) {
			t.Fatal("the row is not understood")
		}
		if err := a.attack(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range a.findings {
			got += f.What.In("ja")
		}
		if got != want {
			t.Errorf("%d wait: %s, want %s", waiting, got, want)
		}
	}
}

func TestFolk_WithoutCountsWhoHasAnAnswerOutsideOfTheOther(t *testing.T) {
	of := func(who ...int32) *folk { return &folk{answers: len(who), who: who} }
	for name, c := range map[string]struct {
		all, part       *folk
		answers, people int
	}{
		"apart":                      {of(1, 2, 3, 4), of(2), 3, 3},
		"one answers on both sides":  {of(5, 1, 2, 1, 3), of(1, 2), 3, 3},
		"one answers twice outside":  {of(1, 1, 2, 2, 3), of(3), 4, 2},
		"nobody is left":             {of(1, 2), of(2, 1), 0, 0},
		"twice there and once apart": {of(1, 1, 1, 2), of(1, 1), 2, 2},
	} {
		if answers, people, known := c.all.without(c.part); answers != c.answers || people != c.people || !known {
			t.Errorf("%s: %d answers of %d people, want %d of %d", name, answers, people, c.answers, c.people)
		}
	}
}
