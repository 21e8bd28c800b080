package audit

import (
	"slices"
	"testing"

	"koe"
)

func TestMember_AUnitOfTheSameNameThatFollowsIsAnotherOne(t *testing.T) {
	division, bureau := Member{Segment: "division", Member: "局3/その他", Parent: "局3"}, Member{Segment: "bureau", Member: "その他"}
	above := Member{Segment: "bureau", Member: "局3"}
	r := &reading{words: map[string]string{}, members: map[string][]Member{"その他": {bureau, division}, "局3": {above}}}
	var got []Member
	for _, label := range []string{"局3", "その他", "その他"} {
		m, ok := r.member(label, []string{"bureau", "division"}, got, func(m Member) bool { return slices.Contains(got, m) })
		if !ok {
			t.Fatalf("%s is nobody's name after %v", label, got)
		}
		got = append(got, m)
	}
	if want := []Member{above, division, bureau}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCompare_AUnitMayBeCalledByANumber(t *testing.T) {
	page := &grid{title: "t", heads: []string{"部署", "平均"}, rows: [][]cell{{{text: "13", numbers: []float64{13}}, {numbers: []float64{2.7}, text: "2.7"}}}}
	for mean, findings := range map[float64]int{2.7: 0, 2.8: 1} {
		a := &auditor{}
		a.compareGrids(&document{name: "r.html"}, &document{name: "r.xlsx"}, page, &grid{title: "t", heads: page.heads, rows: [][]cell{{{text: "13"}, {numbers: []float64{mean}}}}})
		if len(a.findings) != findings {
			t.Errorf("a mean of %v: %v", mean, a.findings)
		}
	}
}

// The report of a bureau speaks of its own その他, though every bureau has one.
func TestMember_TheReportOfAUnitSpeaksOfItsOwn(t *testing.T) {
	first, second := Member{Segment: "division", Member: "局0/その他", Parent: "局0"}, Member{Segment: "division", Member: "局2/その他", Parent: "局2"}
	for at, want := range map[slot]Member{{}: first, {segment: "bureau", member: "局2"}: second, {segment: "division", member: "局2/その他"}: second} {
		r := &reading{words: map[string]string{}, here: at, members: map[string][]Member{"その他": {first, second}}}
		if m, ok := r.member("その他", nil, nil, nil); !ok || m != want {
			t.Errorf("in the report of %v: %v", at, m)
		}
	}
}

// 局0 その他 names its units; of the two others of that name the one whose points stand there already is not spoken of again.
func TestRetention_UnitsOfOneNameAreToldApart(t *testing.T) {
	below, kind := Member{Segment: "division", Member: "局0/その他", Parent: "局0"}, Member{Segment: "hire_type", Member: "その他"}
	heads := []string{"col.member", "col.months", "col.survival", "col.ci", "col.leavers", "col.atrisk", "col.remark"}
	for name, c := range map[string]struct {
		labels []string
		want   []Member
	}{"by the units above": {[]string{"局0 その他", "その他"}, []Member{below, kind}}, "by their order": {[]string{"その他", "その他"}, []Member{below, kind}}} {
		a := &auditor{figures: map[printed]said{}, truth: Truth{Facts: &Facts{Segments: [][]string{{"bureau", "division"}, {"hire_type"}}, Members: []Member{below, kind}}}}
		r := &reading{auditor: a, d: &document{name: "r.html"}, words: map[string]string{"months": "{n}か月", "cover.everybody": "全体"}, seen: map[printed]int{},
			members: map[string][]Member{"その他": {below, kind}}}
		g := &grid{heads: heads}
		for _, label := range c.labels {
			row := []cell{{text: label}, {text: "3か月"}, {text: "90%", numbers: []float64{0.9}}}
			for len(row) < len(heads) {
				row = append(row, cell{})
			}
			g.rows = append(g.rows, row)
		}
		r.retention(g, nil)
		for _, m := range c.want {
			if _, known := a.figures[printed{subject{"risk", "", "3"}, slot{segment: m.Segment, member: m.Member, grain: "all"}, "col.survival"}]; !known {
				t.Errorf("%s: nothing of %v in %v; %v", name, m, a.figures, a.findings)
			}
		}
	}
}

// Two journeys may have a stage and a score of one title: what the table of one says is not the other's figure.
func TestSentence_OfAJourneysTableIsThatJourneys(t *testing.T) {
	stages, scores := []Named{{"m3", koe.Text{"ja": "3か月"}}}, []Named{{"fit", koe.Text{"ja": "適合"}}}
	for heading, journey := range map[string]string{"": "main", "職場": "side"} {
		a := &auditor{figures: map[printed]said{}, truth: Truth{Facts: &Facts{Journeys: []Journey{
			{ID: "main", Title: koe.Text{"ja": "旅"}, Stages: stages, Constructs: scores}, {ID: "side", Title: koe.Text{"ja": "職場"}, Stages: stages, Constructs: scores}}}}}
		r := &reading{auditor: a, d: &document{name: "r.html"}, lang: "ja", main: "main", words: map[string]string{"journey.mean.ci": "{construct}:平均 {mean}({ci}、{people})", "section.journey": "ジャーニー"}}
		r.prepare()
		r.main = "main"
		r.spokenIn(&grid{title: plain("ジャーニー " + heading), heads: []string{"観点", "3か月"}, rows: [][]cell{{{text: "分かったこと"}, {text: "・慣れてきた ・適合:平均 3.1(2.9～3.3、24人)"}}}})
		at := printed{subject{"trend", journey, "fit"}, slot{stage: "m3", grain: "all"}, "col.mean"}
		if len(a.figures) != 1 || !equal(a.figures[at].numbers, []float64{3.1}) || len(a.findings) > 0 {
			t.Errorf("under %q: %v, %v", heading, a.figures, a.findings)
		}
	}
}
