package analysis

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// leave has everybody of these leave F2 out at both stages.
func (l *ledgerOf) leave(people ...string) {
	for _, b := range l.script {
		for _, s := range b.submissions {
			for _, key := range people {
				if string(s.Person) == key {
					s.Answers["F2"] = koe.Answer{Missing: koe.DeclinedTo}
				}
			}
		}
	}
}

// skippingBefore is a release in which six of the fifteen of bureau A left an item out.
func skippingBefore(t *testing.T) *ledgerOf {
	l := trickling(t)
	l.leave("p00", "p02", "p04", "p06", "p08", "p10")
	l.refresh(koe.NewDate(2026, 7, 1), false)
	if d := cmp.Diff([]string{"'' 24 24 '' ''", "A - 5–9 '' ''", "B - 10–19 '' ''"}, l.table(itemOfAll)); d != "" {
		t.Fatal(d)
	}
	l.release("2026-07-01")
	return l
}

const itemOfAll = "SELECT member, n, n_shown, withheld, carried FROM safe_item WHERE question = 'F1' AND stage = 'm2' AND period = '' AND segment IN ('', 'bureau') ORDER BY ALL"

// The difference between score and items grew by two people: it would tell of them, although both score and items have ten and eight more.
func TestRelease_WhoLeftAnItemOutLaterDoesNotFollow(t *testing.T) {
	for name, c := range map[string]struct {
		left []string
		want []string
	}{
		"nobody of the ten": {nil, []string{"'' 34 34 '' ''", "A - 10–19 '' ''", "B - 10–19 '' ''"}},
		"two of the ten":    {[]string{"q0", "q1"}, []string{"'' 24 24 '' 2026-07-01", "A - 5–9 '' 2026-07-01", "B - 10–19 '' ''"}},
		"five of the ten":   {[]string{"q0", "q1", "q2", "q3", "q4"}, []string{"'' 29 29 '' ''", "A - 10–19 '' ''", "B - 10–19 '' ''"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := skippingBefore(t)
			for i := range 10 {
				l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=A")
			}
			l.leave(c.left...)
			l.refresh(koe.NewDate(2026, 8, 1), false)
			if d := cmp.Diff(c.want, l.table(itemOfAll)); d != "" {
				t.Error(d)
			}
			scores := l.table("SELECT member, n, carried FROM safe_trend WHERE construct = 'fit' AND stage = 'm2' AND grain = 'all' AND segment IN ('', 'bureau') ORDER BY ALL")
			if d := cmp.Diff([]string{"'' 40 ''", "A 25 ''", "B - ''"}, scores); d != "" {
				t.Errorf("the score has ten more in any case: %s", d)
			}
		})
	}
}

// A release that printed an item on whoever answered it, two more than answered the whole scale, keeps its values.
func TestRelease_ItemsOnOtherPeopleThanBeforeStayAsTheyWere(t *testing.T) {
	l := skippingBefore(t)
	changed := 0
	for i := range l.Figures {
		if f := &l.Figures[i]; f.Table == "item" && strings.Contains(f.Key, `"F1"`) && strings.Contains(f.Key, `"m2"`) && f.People == "[24]" {
			f.People = "[26]"
			changed++
		}
	}
	if changed == 0 {
		t.Fatal("no row of 24 people")
	}
	l.State += "+"
	l.refresh(koe.NewDate(2026, 8, 1), false)
	if got := l.table(itemOfAll); got[0] != "'' 24 24 '' 2026-07-01" {
		t.Errorf("%v", got)
	}
}

// The audit of a release counts who stood behind an item as disclosure control does.
func TestPastReleases_BehindAnItemAreThoseWhoAnsweredTheWholeScale(t *testing.T) {
	l := skippingBefore(t)
	l.refresh(koe.NewDate(2026, 7, 2), false)
	lives, _, _, err := PastReleases(context.Background(), l.at.published)
	l.must(err)
	then := map[string]int{}
	for _, s := range lives {
		if s.Lives[0].Stage == "m2" {
			then[s.Table+" "+s.Name] += s.N
		}
	}
	for name, want := range map[string]int{"trend fit": 30, "item F1": 24, "item F2": 24, "item F3": 24, "item I1": 30} {
		if then[name] != want {
			t.Errorf("%s: %d stood behind it, want %d", name, then[name], want)
		}
	}
}

// Six times an item was left out more than before, by two people: what scores and items differ by, over all stages, tells of these two.
func TestRelease_WhoLeftAnItemOutCountOnceHoweverOftenTheyDid(t *testing.T) {
	for name, c := range map[string]struct {
		left []string
		want string
	}{
		"two people, three times each": {[]string{"q0", "q1"}, "48 2026-07-01"},
		"six people, three times each": {[]string{"q0", "q1", "q2", "q3", "q4", "q5"}, "61 ''"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := skippingBefore(t)
			for i := range 10 {
				l.join(fmt.Sprint("q", i), "2026-02-01", i, "bureau=A")
			}
			for i := range 6 {
				l.anew(fmt.Sprint("q", i), "m3", "2026-05-20", "bureau=A")
			}
			for i := range 5 { // and others once more, so that more came anyway
				l.anew(fmt.Sprintf("p%02d", 12+i), "m3", "2026-05-20", "bureau=A")
			}
			l.leave(c.left...)
			l.refresh(koe.NewDate(2026, 9, 1), false)
			got := l.table("SELECT n, carried FROM safe_item WHERE question = 'F1' AND stage = '' AND period = '' AND segment = ''")
			if len(got) != 1 || got[0] != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
			if score := l.table("SELECT carried FROM safe_trend WHERE construct = 'fit' AND stage = '' AND grain = 'all' AND segment = ''"); score[0] != "''" {
				t.Errorf("the score is carried too: the test proves nothing")
			}
		})
	}
}
