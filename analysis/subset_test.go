package analysis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// skipping is one answer: in which cell, and what was left out of fit:F1,F2,F3 ("" for nothing).
type skipping struct {
	stage, on, bureau, division string
	left                        string
	f                           [3]int
}

func (s skipping) list() string {
	var words []string
	for i, value := range s.f {
		if id := fmt.Sprint("F", i+1); strings.Contains(s.left, id) {
			words = append(words, id+"=declined")
		} else {
			words = append(words, fmt.Sprintf("%s=%d", id, value))
		}
	}
	return strings.Join(words, " ")
}

// scored says that two of the three were answered, complete that all were.
func (s skipping) scored() bool   { return len(s.left) <= 2 }
func (s skipping) complete() bool { return s.left == "" }

func (s skipping) score() float64 {
	sum, n := 0, 0
	for i, value := range s.f {
		if !strings.Contains(s.left, fmt.Sprint("F", i+1)) {
			sum, n = sum+value, n+1
		}
	}
	return float64(sum) / float64(n)
}

func skippers(t *testing.T, all []skipping) *world {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))
	b := &batch{}
	for i, s := range all {
		b.submissions = append(b.submissions, answers(fmt.Sprintf("p%03d", i), s.stage, s.on, s.list(), "bureau="+s.bureau, "division="+s.division))
	}
	w.script = []*batch{b}
	return w
}

// alike is fifty people at m2, thirty in bureau A and twenty in B; the first so many of each leave F2 out.
func alike(leftInA, leftInB int) (all []skipping) {
	for i := range 50 {
		s := skipping{stage: "m2", on: "2026-04-15", bureau: "A", f: [3]int{1 + i%5, 1 + i%3, 1 + i%4}}
		left := i < leftInA
		if i >= 30 {
			s.bureau, left = "B", i < 30+leftInB
		}
		if left {
			s.left = "F2"
		}
		all = append(all, s)
	}
	return all
}

const fitItems = "SELECT member, question, n, n_shown, mean, withheld FROM safe_item WHERE stage = 'm2' AND period = '' AND segment IN ('', 'bureau') ORDER BY ALL"

func TestSafeItem_StandsOnThoseWhoAnsweredTheWholeScale(t *testing.T) {
	means := func(all []skipping, bureau string) (out [3]string) {
		for q := range 3 {
			sum, n := 0, 0
			for _, s := range all {
				if s.complete() && (bureau == "" || s.bureau == bureau) {
					sum, n = sum+s.f[q], n+1
				}
			}
			out[q] = show(float64(sum) / float64(n))
		}
		return out
	}
	for name, c := range map[string]struct {
		a, b int
		want func(all []skipping) []string
	}{
		"nobody left anything out": {0, 0, func(all []skipping) (want []string) {
			for _, cell := range []struct {
				member, shown string
				n             int
			}{{"''", "", 50}, {"A", "", 30}, {"B", "", 20}} {
				m := means(all, strings.Trim(cell.member, "'"))
				for q := range 3 {
					want = append(want, fmt.Sprintf("%s F%d %d %d %s ''", cell.member, q+1, cell.n, cell.n, m[q]))
				}
			}
			return want
		}},
		"enough left one out in each bureau": {6, 5, func(all []skipping) (want []string) { // 50 - 11, 30 - 6, 20 - 5
			for member, n := range map[string]string{"''": "39 39", "A": "24 24", "B": "- 10–19"} {
				m := means(all, strings.Trim(member, "'"))
				for q := range 3 {
					want = append(want, fmt.Sprintf("%s F%d %s %s ''", member, q+1, n, m[q]))
				}
			}
			slices.Sort(want)
			return want
		}},
		"enough in one, nobody in the other": {7, 0, func(all []skipping) (want []string) {
			for member, n := range map[string]string{"''": "43 43", "A": "23 23", "B": "20 20"} {
				m := means(all, strings.Trim(member, "'"))
				for q := range 3 {
					want = append(want, fmt.Sprintf("%s F%d %s %s ''", member, q+1, n, m[q]))
				}
			}
			slices.Sort(want)
			return want
		}},
		// Two of B follow from everybody's less A's: the difference in A is withheld with that in B, and the one of all stays.
		"enough together, few in one": {5, 2, func(all []skipping) (want []string) {
			m := means(all, "")
			for q := range 3 {
				want = append(want, fmt.Sprintf("'' F%d 43 43 %s ''", q+1, m[q]), fmt.Sprintf("A F%d - '' - complement", q+1), fmt.Sprintf("B F%d - '' - complement", q+1))
			}
			slices.Sort(want)
			return want
		}},
		// Everybody's and A's may not be known; B's, where nobody left anything out, may.
		"few": {3, 0, func(all []skipping) (want []string) {
			m := means(all, "B")
			for q := range 3 {
				want = append(want, fmt.Sprintf("'' F%d - '' - complement", q+1), fmt.Sprintf("A F%d - '' - complement", q+1), fmt.Sprintf("B F%d 20 20 %s ''", q+1, m[q]))
			}
			slices.Sort(want)
			return want
		}},
	} {
		t.Run(name, func(t *testing.T) {
			all := alike(c.a, c.b)
			w := skippers(t, all)
			w.build()
			if diff := cmp.Diff(c.want(all), w.table(fitItems)); diff != "" {
				t.Error(diff)
			}
			want := []string{"'' 50 ''", "A 30 ''", "B 20 ''"}
			if diff := cmp.Diff(want, w.table("SELECT member, n, withheld FROM safe_trend WHERE stage = 'm2' AND grain = 'all' AND segment IN ('', 'bureau') ORDER BY ALL")); diff != "" {
				t.Errorf("the score goes: %s", diff)
			}
			if got := w.table("SELECT n FROM item WHERE stage = 'm2' AND question = 'F2' AND period = '' AND segment = ''"); got[0] != fmt.Sprint(50-c.a-c.b) {
				t.Errorf("main's item has %v answers to F2", got)
			}
		})
	}
}

// Three times the sum of the scores less the sums of the items is the score of the one who left an item out.
func TestSafeItem_TheScoreOfWhoLeftAnItemOutDoesNotFollow(t *testing.T) {
	all := alike(0, 1)
	w := skippers(t, all)
	w.build()
	left := all[30].score()
	attack := func(prefix, member string) string {
		return w.table(fmt.Sprintf(`SELECT round(3 * t.n * t.mean - i.answers, 6) FROM %[1]strend t,
			(SELECT sum(n * mean) AS answers FROM %[1]sitem WHERE stage = 'm2' AND period = '' AND member = '%[2]s' HAVING count(n * mean) = 3) AS i
			WHERE t.stage = 'm2' AND t.grain = 'all' AND t.member = '%[2]s'
			UNION ALL SELECT NULL ORDER BY 1 NULLS LAST`, prefix, member))[0]
	}
	for _, member := range []string{"", "B"} {
		if got := attack("", member); got != show(left) {
			t.Errorf("the attack on main's figures gives %s, want %g: it shows nothing", got, left)
		}
		if got := attack("safe_", member); got != "-" {
			t.Errorf("the published figures of %q give %s, the score of one person is %g", member, got, left)
		}
	}
}

// Of people who answered one item of three there is no score: what is published of the scale and of its items leaves them out.
func TestSafeTrend_TheSharesAreOfPeopleWithAScore(t *testing.T) {
	all := alike(0, 0)
	for i := range all {
		all[i].f = [3]int{4, 5, 1 + i%2} // two of three favourable
	}
	all[0].left, all[0].f[0] = "F2F3", 1
	w := skippers(t, all)
	w.build()
	got := w.table("SELECT round(favourable, 6), n FROM trend WHERE stage = 'm2' AND grain = 'all' AND segment = '' UNION ALL SELECT round(favourable, 6), n FROM safe_trend WHERE stage = 'm2' AND grain = 'all' AND segment = ''")
	want := []string{show(math.Round(98.0/148*1e6)/1e6) + " 49", show(math.Round(2.0/3*1e6)/1e6) + " 49"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := w.table("SELECT DISTINCT n FROM safe_item WHERE stage = 'm2' AND period = '' AND segment = ''"); !cmp.Equal(got, []string{"49"}) {
		t.Errorf("the items stand on %v", got)
	}
}

// A reader who knows every published sum of scores, and every published sum of a scale's items, cannot compute that of one to four people. The
// attacker is the test's own: it knows who left what out, and has one unknown for each person.
func TestSafeItem_NoCombinationOfScoresAndItemsIsOfAFewPeople(t *testing.T) {
	published := 0
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 5))
		rate := []int{40, 12, 6, 25}[seed%4] // one in so many leaves an item out
		var all []skipping
		for range 150 + random.IntN(250) {
			s := skipping{stage: []string{"m2", "m3"}[random.IntN(2)], on: fmt.Sprintf("2026-%02d-15", 1+3*random.IntN(3)), f: [3]int{1 + random.IntN(5), 1 + random.IntN(5), 1 + random.IntN(5)}}
			d := random.IntN(random.IntN(9) + 1)
			s.bureau, s.division = fmt.Sprint("b", d%3), fmt.Sprint("d", d)
			if random.IntN(rate) == 0 {
				s.left = fmt.Sprint("F", 1+random.IntN(3))
			}
			all = append(all, s)
		}
		w := skippers(t, all)
		w.build()
		known := knownSums(w, all)
		published += len(known)
		for _, found := range fewPeople(all, known, 5) {
			t.Errorf("seed %d: %s", seed, found)
		}
	}
	if published < 100 {
		t.Errorf("only %d figures were published: the test shows little", published)
	}
}

// knownSum is a published sum of scores, of the people for whom it is true.
type knownSum struct {
	name string
	of   []bool
}

// knownSums are the sums of scores that safe_trend and safe_item give: of a scale, and of its items together.
func knownSums(w *world, all []skipping) (known []knownSum) {
	for _, row := range w.table(`SELECT 'score', stage, period, segment, member FROM safe_trend WHERE withheld = '' AND grain <> 'cohort' AND (stage <> '' OR period = '')
		UNION ALL SELECT 'items', stage, period, segment, member FROM safe_item WHERE withheld = '' AND question = 'F1' ORDER BY ALL`) {
		words := strings.Fields(strings.ReplaceAll(row, "''", "."))
		sum := knownSum{row, make([]bool, len(all))}
		for i, s := range all {
			quarter := "2026Q" + map[string]string{"01": "1", "04": "2", "07": "3"}[s.on[5:7]]
			in := map[string]bool{".": true, "bureau": words[4] == s.bureau, "division": words[4] == s.bureau+"/"+s.division}[words[3]]
			sum.of[i] = in && (words[1] == "." || words[1] == s.stage) && (words[2] == "." || words[2] == quarter) && s.scored() && (words[0] == "score" || s.complete())
		}
		known = append(known, sum)
	}
	return known
}

// fewPeople puts published sums together by elimination, and pairs of them, and names what comes out about 1 to k-1 people.
func fewPeople(all []skipping, known []knownSum, k int) (found []string) {
	// People that no published sum tells apart are one unknown.
	classes := map[string]int{}
	var size []int
	of := make([][]float64, len(known))
	var members []map[int]bool
	for i := range all {
		key := ""
		for _, sum := range known {
			key += fmt.Sprint(sum.of[i])
		}
		if _, ok := classes[key]; !ok {
			classes[key] = len(size)
			size = append(size, 0)
			members = append(members, map[int]bool{})
		}
		size[classes[key]]++
		members[classes[key]][i] = true
	}
	for r, sum := range known {
		of[r] = make([]float64, len(size))
		for class, m := range members {
			for i := range m {
				if sum.of[i] {
					of[r][class] = 1
				}
			}
		}
	}
	support := func(v []float64) (n int) {
		for class, x := range v {
			if math.Abs(x) > 1e-7 {
				n += size[class]
			}
		}
		return n
	}
	for a := range of {
		for b := range of {
			if n := support(minus(of[a], of[b], 1)); n > 0 && n < k {
				found = append(found, fmt.Sprintf("%d people: %s less %s", n, known[a].name, known[b].name))
			}
		}
	}
	// Who must not follow: the few of any class, and of any cell, in it or left out of its items.
	targets := map[string][]bool{}
	for class, n := range size {
		if n < k {
			one := make([]bool, len(all))
			for i := range members[class] {
				one[i] = true
			}
			targets[fmt.Sprint("class ", class)] = one
		}
	}
	for i, s := range all {
		for _, cell := range []string{"", s.bureau, s.bureau + "/" + s.division} {
			for _, stage := range []string{"", s.stage} {
				for _, on := range []string{"", s.on} {
					for _, who := range []string{"scored", "complete", "left an item out"} {
						if in := map[string]bool{"scored": s.scored(), "complete": s.complete(), "left an item out": s.scored() && !s.complete()}[who]; !in {
							continue
						}
						name := strings.Join([]string{cell, stage, on, who}, " · ")
						if targets[name] == nil {
							targets[name] = make([]bool, len(all))
						}
						targets[name][i] = true
					}
				}
			}
		}
	}
	rows := reduced(of)
	for name, of := range targets {
		v := make([]float64, len(size))
		whole, n := true, 0
		for class, m := range members {
			in := 0
			for i := range m {
				if of[i] {
					in++
				}
			}
			if whole = whole && (in == 0 || in == len(m)); in > 0 {
				v[class], n = 1, n+in
			}
		}
		if whole && n < k && support(left(v, rows)) == 0 {
			found = append(found, fmt.Sprintf("%d people, by elimination: %s", n, name))
		}
	}
	return found
}

// left is what of a vector does not follow from reduced rows.
func left(v []float64, rows [][]float64) []float64 {
	for _, row := range rows {
		lead := slices.IndexFunc(row, func(x float64) bool { return math.Abs(x) > 1e-9 })
		v = minus(v, row, v[lead])
	}
	return v
}

func minus(a, b []float64, times float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - times*b[i]
	}
	return out
}

// reduced is the reduced row echelon form: a single unknown that follows stands in it alone.
func reduced(rows [][]float64) [][]float64 {
	m := make([][]float64, len(rows))
	for i := range rows {
		m[i] = slices.Clone(rows[i])
	}
	rank := 0
	for column := 0; len(m) > 0 && column < len(m[0]) && rank < len(m); column++ {
		best := rank
		for r := rank; r < len(m); r++ {
			if math.Abs(m[r][column]) > math.Abs(m[best][column]) {
				best = r
			}
		}
		if math.Abs(m[best][column]) < 1e-9 {
			continue
		}
		m[rank], m[best] = m[best], m[rank]
		m[rank] = minus(m[rank], m[rank], 1-1/m[rank][column])
		for r := range m {
			if r != rank && m[r][column] != 0 {
				m[r] = minus(m[r], m[rank], m[r][column])
			}
		}
		rank++
	}
	return m[:rank]
}
