package audit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"koe"
)

// units is a release of one page: a heat map of one construct over the units of one hierarchy, all stages together. A unit's
// people are given by its path; shown units have a figure, the others are withheld.
type units struct {
	people map[string]int
	shown  []string // paths; "" is everybody
}

func (u units) truth() Truth {
	f := &Facts{Segments: [][]string{{"bureau", "division"}}, Words: map[string]map[string]string{"ja": {
		"section.unit": "部署別", "segment.bureau": "局", "segment.division": "課", "segment.join": "・", "unit.overview": "{segment}の一覧",
		"better.lower.short": "(低いほど良い)", "better.higher.short": "(高いほど良い)", "cover.everybody": "全体", "section.rate": "回答率"}},
		Journeys: []Journey{{ID: "j", Title: koe.Text{"ja": "旅"}, Stages: []Named{{"m3", koe.Text{"ja": "3か月"}}}, Constructs: []Named{{"iso", koe.Text{"ja": "孤立感"}}}}}}
	t := Truth{MinGroup: 5, Facts: f}
	seen := map[string]bool{}
	for _, path := range sorted(u.people) {
		bureau, _, deep := strings.Cut(path, "/")
		if !seen[bureau] {
			seen[bureau] = true
			f.Members = append(f.Members, Member{Segment: "bureau", Member: bureau, Label: bureau})
		}
		division := ""
		if deep {
			division = path
			f.Members = append(f.Members, Member{Segment: "division", Member: path, Label: path[strings.Index(path, "/")+1:], Parent: bureau})
		}
		t.Groups = append(t.Groups, Group{Table: "trend", Journey: "j", Name: "iso", Stage: "m3", Wave: "2026Q2", Members: []string{bureau, division}, N: u.people[path]})
	}
	return t
}

func sorted(m map[string]int) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// write makes the page and its release.json.
func (u units) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	var rows strings.Builder
	row := func(label, path string) {
		value := "非公表"
		if slices.Contains(u.shown, path) {
			value = "3.4"
		}
		fmt.Fprintf(&rows, "<tr><th>%s</th><td>–</td><td>%s</td></tr>", label, value)
	}
	row("全体", "")
	for _, m := range u.truth().Facts.Members {
		row(m.Label, m.Member)
	}
	page := `<!DOCTYPE html><html><body><section id="unit"><h2>部署別</h2><div class="part" id="unit-all"><h3>局・課の一覧</h3><table><thead><tr><th>局・課</th><th>人数</th><th>孤立感(低いほど良い)</th></tr></thead><tbody>` +
		rows.String() + `</tbody></table></div></section></body></html>`
	for name, content := range map[string]string{"koe-report.html": page, "release.json": `{"files":[{"name":"koe-report.html","language":"ja"}]}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (u units) check(t testing.TB) []Finding {
	t.Helper()
	r, err := Check(context.Background(), u.write(t), u.truth())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(u.shown); r.Attacked != want {
		t.Fatalf("%d figures were put together, want %d", r.Attacked, want)
	}
	return r.Findings
}

func TestAttack_FindsGroupsThatFollowFromOthers(t *testing.T) {
	for name, c := range map[string]struct {
		units
		want string // of a finding, in Japanese; "" for none
		n    int
	}{
		"a small one printed":       {units{map[string]int{"甲": 4, "乙": 50}, []string{"甲"}}, "「孤立感」 甲は4人の値です", 4},
		"zero, four and fifty":      {units{map[string]int{"甲": 0, "乙": 4, "丙": 50}, []string{"", "丙"}}, "4人の値が計算できます: 「孤立感」 全体(54人) − 「孤立感」 丙(50人)", 4},
		"two small ones together":   {units{map[string]int{"甲": 3, "乙": 4, "丙": 50, "丁": 60}, []string{"", "丙", "丁"}}, "", 0},
		"three small ones of three": {units{map[string]int{"甲": 1, "乙": 1, "丙": 1, "丁": 20}, []string{"", "丁"}}, "3人の値", 3},
		"one and one and twenty":    {units{map[string]int{"甲": 1, "乙": 1, "丙": 20}, []string{"", "丙"}}, "2人の値", 2},
		"withheld beside it":        {units{map[string]int{"甲": 3, "乙": 10, "丙": 10, "丁": 40}, []string{"", "丙", "丁"}}, "", 0},
		"all but the small one":     {units{map[string]int{"甲": 3, "乙": 10, "丙": 10, "丁": 40}, []string{"", "乙", "丙", "丁"}}, "3人の値", 3},
		"one child that is all":     {units{map[string]int{"甲/子": 6, "乙": 30}, []string{"", "甲", "甲/子", "乙"}}, "", 0},
		"one child and the rest":    {units{map[string]int{"甲": 2, "甲/子": 6, "乙": 30}, []string{"甲", "甲/子"}}, "2人の値", 2},
		"through another bureau": {units{map[string]int{"甲/一": 3, "甲/二": 9, "乙/三": 7, "乙/四": 8}, []string{"", "甲/二", "乙/三", "乙/四"}},
			"3人の値", 3},
		"hidden on both sides":  {units{map[string]int{"甲/一": 3, "甲/二": 9, "乙/三": 4, "乙/四": 8}, []string{"", "甲/二", "乙/四"}}, "", 0},
		"nothing of small ones": {units{map[string]int{"甲": 5, "乙": 5, "丙": 5}, []string{"", "甲", "乙", "丙"}}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			found := c.check(t)
			if c.want == "" {
				if len(found) > 0 {
					t.Errorf("%+v", found)
				}
				return
			}
			if len(found) == 0 || !strings.Contains(found[0].What["ja"], c.want) || found[0].N != c.n {
				t.Errorf("%+v", found)
			}
		})
	}
}

func TestAttack_TwoPagesThatContradictEachOther(t *testing.T) {
	u := units{map[string]int{"甲": 10, "乙": 50}, []string{"", "甲", "乙"}}
	dir := u.write(t)
	page, err := os.ReadFile(filepath.Join(dir, "koe-report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"koe-report-b.html": strings.Replace(string(page), "3.4", "3.5", 1),
		"release.json": `{"files":[{"name":"koe-report.html","language":"ja"},{"name":"koe-report-b.html","language":"ja"}]}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Check(context.Background(), dir, u.truth())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Kind != Differs {
		t.Errorf("%+v", r.Findings)
	}
}

// exposed reports by brute force whether the sum of a group of 1 to k−1 people follows from published ones: every
// combination with coefficients −1, 0 and 1.
func (u units) exposed(k int) bool {
	paths := sorted(u.people)
	vectors := make([][]int, len(u.shown))
	for i, shown := range u.shown {
		vectors[i] = make([]int, len(paths))
		for at, path := range paths {
			if shown == "" || path == shown || strings.HasPrefix(path, shown+"/") {
				vectors[i][at] = 1
			}
		}
	}
	found := false
	var try func(i int, sum []int)
	try = func(i int, sum []int) {
		if found {
			return
		}
		if i == len(vectors) {
			n, one := 0, true
			for at, x := range sum {
				if x != 0 {
					n += u.people[paths[at]]
				}
				one = one && (x == 0 || x == 1)
			}
			found = one && n > 0 && n < k
			return
		}
		for _, c := range []int{0, 1, -1} {
			next := slices.Clone(sum)
			for at := range next {
				next[at] += c * vectors[i][at]
			}
			try(i+1, next)
		}
	}
	try(0, make([]int, len(paths)))
	return found
}

func TestAttack_AgreesWithTryingEveryCombination(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	exposed := 0
	for range 300 {
		u := units{people: map[string]int{}}
		all := []string{""}
		for b := range 1 + random.IntN(3) {
			bureau := string(rune('甲' + b))
			all = append(all, bureau)
			for d := range 1 + random.IntN(3) {
				path := bureau + "/" + string(rune('あ'+d))
				u.people[path] = 1 + random.IntN(8)
				all = append(all, path)
			}
		}
		for _, path := range all {
			if random.IntN(2) == 0 {
				u.shown = append(u.shown, path)
			}
		}
		if len(u.shown) == 0 || len(u.shown) > 9 {
			continue
		}
		want, got := u.exposed(5), len(u.check(t)) > 0
		if want {
			exposed++
		}
		if want != got {
			t.Fatalf("people %v, shown %q: every combination says %v, the audit %v", u.people, u.shown, want, got)
		}
	}
	if exposed < 50 {
		t.Errorf("only %d of the releases give something away: the test shows little", exposed)
	}
}
