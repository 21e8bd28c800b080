package audit

import (
	"slices"
	"testing"
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
