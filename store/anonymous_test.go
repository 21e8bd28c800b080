package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCoarsen_EverybodyIsShownLikeEnoughPeople tries random organisations: whoever answers, at least k of those asked would be shown the
// same, and nobody is shown by a value that is not their own.
func TestCoarsen_EverybodyIsShownLikeEnoughPeople(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	hierarchies := [][]string{{"bureau", "division"}, {"hire_type"}}
	shownAtAll, people := 0, 0
	for round := range 300 {
		k := 3 + random.IntN(4)
		var groups []group
		total := 0
		for b := range 1 + random.IntN(3) {
			for d := range 1 + random.IntN(4) {
				for h := range 1 + random.IntN(2) {
					for _, language := range []string{"ja", "en"}[:1+random.IntN(2)] {
						g := group{map[string]string{"bureau": fmt.Sprint(b), "division": fmt.Sprint(d), "hire_type": fmt.Sprint(h), languageColumn: language}, 1 + random.IntN(9)}
						groups = append(groups, g)
						total += g.size
					}
				}
			}
		}
		all := hierarchiesOf(groups, hierarchies)
		like := map[string]int{}
		for _, g := range groups {
			shown := coarsen(groups, g.values, all, k)
			for column, value := range shown {
				if g.values[column] != value {
					t.Fatalf("round %d: %v is shown as %v", round, g.values, shown)
				}
			}
			if _, ok := shown["division"]; ok && shown["bureau"] == "" {
				t.Fatalf("round %d: a division without its bureau in %v", round, shown)
			}
			like[fmt.Sprint(shown)] += g.size
			people += g.size
			if len(shown) > 0 {
				shownAtAll += g.size
			}
		}
		for shown, n := range like {
			if n < k && total >= k {
				t.Fatalf("round %d: %d people are shown as %s, fewer than %d", round, n, shown, k)
			}
		}
	}
	if shownAtAll*10 < people*9 {
		t.Errorf("something is shown of %d of %d people only", shownAtAll, people)
	}
}

func TestCoarsen_LeavesOutTheRareOnly(t *testing.T) {
	hierarchies := [][]string{{"bureau", "division"}}
	of := func(bureau, division string, size int) group {
		return group{map[string]string{"bureau": bureau, "division": division}, size}
	}
	groups := []group{of("総務局", "人事課", 12), of("総務局", "会計課", 6), of("総務局", "文書課", 2), of("港湾局", "計画課", 7)}
	shown := map[string]string{}
	for _, g := range groups {
		shown[g.values["division"]] = fmt.Sprint(coarsen(groups, g.values, hierarchiesOf(groups, hierarchies), 5))
	}
	want := map[string]string{
		"人事課": "map[bureau:総務局 division:人事課]",
		"会計課": "map[bureau:総務局]", // the two of 文書課 alone would be known by having no division
		"文書課": "map[bureau:総務局]",
		"計画課": "map[bureau:港湾局 division:計画課]",
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Error(d)
	}
}
