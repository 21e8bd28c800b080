package analysis

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

// ledgerOf keeps a world's releases as the store does.
type ledgerOf struct {
	*world
	store.Ledger
}

// release makes a release of the world's figures and loads and analyses again, as koe report, load and analyze do in turn.
func (l *ledgerOf) release(name string) *NextRelease {
	l.t.Helper()
	p, err := ReadPublished(context.Background(), l.at.published)
	if err != nil {
		l.t.Fatal(err)
	}
	next, err := ReadNextRelease(context.Background(), l.at.published, p)
	if err != nil {
		l.t.Fatal(err)
	}
	defer next.Close()
	number := len(l.Releases) + 1
	l.Releases = append(l.Releases, store.Release{Number: number, Name: name, State: store.Prepared, Basis: true})
	l.State = fmt.Sprint("state ", number)
	for _, c := range next.Change.Cells {
		if !slices.ContainsFunc(l.Cells, func(k store.ReleaseCell) bool { return k.Key == c.Key }) {
			l.Cells = append(l.Cells, c)
		}
	}
	left := map[string]bool{}
	for key, err := range next.Change.Left {
		l.must(err)
		left[key] = true
	}
	for i := range l.Responses {
		if r := &l.Responses[i]; r.Until == 0 && left[r.Response] {
			r.Until = number
		}
	}
	for i := range l.Gone {
		if g := &l.Gone[i]; g.Until == 0 {
			g.Until = number
		}
	}
	for r, err := range next.Change.Joined {
		l.must(err)
		l.Responses = append(l.Responses, store.LedgerResponse{ReleaseResponse: r, Since: number})
	}
	hidden := map[[2]string]bool{}
	for f, err := range next.Change.Hidden {
		l.must(err)
		hidden[[2]string{f.Table, f.Key}] = true
	}
	for i := range l.Figures {
		if f := &l.Figures[i]; f.Until == 0 && hidden[[2]string{f.Table, f.Key}] {
			f.Until = number
		}
	}
	for f, err := range next.Change.Shown {
		l.must(err)
		l.Figures = append(l.Figures, store.LedgerFigure{ReleaseFigure: f, Since: number})
	}
	return next
}

func (l *ledgerOf) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// forget turns a person's answers into numbers, as koe forget does, and takes them out of the world.
func (l *ledgerOf) forget(person string) {
	l.Responses = slices.DeleteFunc(l.Responses, func(r store.LedgerResponse) bool {
		mine := strings.HasPrefix(r.Response, "r-"+person+"-") || strings.HasPrefix(r.Response, "i-"+person+"-")
		if mine {
			l.Gone = append(l.Gone, store.LedgerGone{Cell: r.Cell, Since: r.Since, Until: r.Until, N: 1})
		}
		return mine
	})
	for _, b := range l.script {
		b.submissions = slices.DeleteFunc(b.submissions, func(s koe.Submission) bool { return string(s.Person) == person })
		b.invitations = slices.DeleteFunc(b.invitations, func(i koe.Invitation) bool { return string(i.Person) == person })
	}
}

// refresh loads with the ledger and analyses as of a day.
func (l *ledgerOf) refresh(day koe.Date, rebuild bool) {
	l.t.Helper()
	src := l.source()
	src.ledger = func(context.Context) (store.Ledger, error) { return l.Ledger, nil }
	src.released = l.State
	if _, err := load(context.Background(), l.at, src, rebuild); err != nil {
		l.t.Fatal(err)
	}
	if _, err := analyze(context.Background(), l.at, src, day.In(time.UTC).Add(3*time.Hour), nil); err != nil {
		l.t.Fatal(err)
	}
}

// trickling is thirty people in two bureaus who answered at m2 and m3 in the spring of 2026, by the first release; who comes later is
// added with join.
func trickling(t *testing.T) *ledgerOf {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3", "isolation<:I1,-I2"))
	l := &ledgerOf{world: w}
	for i := range 30 {
		l.join(fmt.Sprintf("p%02d", i), "2026-01-15", i, "bureau="+[]string{"A", "B"}[i%2])
	}
	return l
}

// join has a person join and answer at both stages a week after being asked; the answers depend on a number.
func (l *ledgerOf) join(key, joined string, number int, segments ...string) {
	on, err := koe.ParseDate(joined)
	l.must(err)
	b := &batch{people: []koe.Person{person(key, joined, segments...)}}
	for s, stage := range []string{"m2", "m3"} {
		v := invite(key, stage, on.AddDays(45*(s+1)).String(), koe.Answered, segments...)
		v.ClosesOn = v.DueOn.AddDays(14)
		b.invitations = append(b.invitations, v)
		b.submissions = append(b.submissions, answered(answers(key, stage, v.DueOn.AddDays(7).String(),
			fmt.Sprintf("F1=%d F2=%d F3=%d I1=%d I2=%d", 1+number%5, 1+(number+s)%5, 1+number*number%5, 1+(number+1)%5, 1+number/2%5), segments...), v))
	}
	l.script = append(l.script, b)
}

const fitOfAll = `SELECT segment, member, stage, n, n_shown, mean, withheld, carried FROM safe_trend WHERE construct = 'fit' AND grain = 'all' AND segment IN ('', 'bureau') ORDER BY ALL`

func TestRelease_OneNewHireChangesNothingThatIsShown(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	before := l.table(fitOfAll)
	for _, row := range before {
		if !strings.HasSuffix(row, "'' ''") {
			t.Fatalf("the first release withholds %s", row)
		}
	}
	l.release("2026-07-01")
	l.join("q00", "2026-02-01", 3, "bureau=A")
	l.refresh(koe.NewDate(2026, 8, 1), false)
	var want []string
	for _, row := range before {
		carried := strings.Contains(row, " A ") || strings.HasPrefix(row, "'' ''")
		if carried {
			row = strings.TrimSuffix(row, "''") + "2026-07-01"
		}
		want = append(want, row)
	}
	if d := cmp.Diff(want, l.table(fitOfAll)); d != "" {
		t.Error(d)
	}
	if n := l.table("SELECT count(*) FROM trend WHERE construct = 'fit' AND n = 31"); n[0] == "0" {
		t.Error("main does not have the new hire: the test proves nothing")
	}
	for i := range 4 {
		l.join(fmt.Sprintf("r%02d", i), "2026-02-01", i, "bureau=A")
	}
	l.refresh(koe.NewDate(2026, 8, 1), false)
	for _, row := range l.table(fitOfAll) {
		if !strings.HasSuffix(row, "'' ''") {
			t.Errorf("five new hires are enough, and still: %s", row)
		}
	}
}

func TestRelease_SameFiguresAgainAreNewAndTheSame(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	first := l.release("2026-07-01")
	l.refresh(koe.NewDate(2026, 7, 1), false)
	again, err := ReadPublished(context.Background(), l.at.published)
	l.must(err)
	next, err := ReadNextRelease(context.Background(), l.at.published, again)
	l.must(err)
	defer next.Close()
	if d := cmp.Diff(first.Tables, next.Tables); d != "" {
		t.Error(d)
	}
	for f, err := range next.Change.Shown {
		l.must(err)
		t.Errorf("shown again as something else: %+v", f)
	}
	for r, err := range next.Change.Joined {
		l.must(err)
		t.Errorf("joined again: %+v", r)
	}
	want := l.table("SELECT * FROM loader.release_figure ORDER BY ALL")
	l.refresh(koe.NewDate(2026, 7, 1), true)
	if d := cmp.Diff(want, l.table("SELECT * FROM loader.release_figure ORDER BY ALL")); d != "" || len(want) < 50 {
		t.Errorf("a rebuilt warehouse has another ledger (%d rows): %s", len(want), d)
	}
}

func TestRelease_ForgottenPersonStaysInTheOldValuesOnly(t *testing.T) {
	l := trickling(t)
	l.refresh(koe.NewDate(2026, 7, 1), false)
	l.release("2026-07-01")
	before := l.table(fitOfAll)
	l.forget("p00") // of bureau A
	l.refresh(koe.NewDate(2026, 8, 1), true)
	for i, row := range l.table(fitOfAll) {
		if strings.Contains(row, " A ") || strings.HasPrefix(row, "'' ''") {
			if want := strings.TrimSuffix(before[i], "''") + "2026-07-01"; row != want {
				t.Errorf("got %s, want %s", row, want)
			}
		}
	}
	for _, table := range []string{"loader.release_response", "loader.release_figure"} {
		if n := l.table("SELECT count(*) FROM " + table + " AS x WHERE x::VARCHAR LIKE '%p00%'"); n[0] != "0" {
			t.Errorf("%s still names the person", table)
		}
	}
}

// shownPeople reads every number of people behind a value that a release shows as new: table, row and people.
func (l *ledgerOf) shownPeople() map[string][]int {
	out := map[string][]int{}
	for _, f := range l.Figures {
		if f.Until == 0 {
			var n []int
			if err := json.Unmarshal([]byte(f.People), &n); err != nil {
				l.t.Fatal(err)
			}
			out[f.Table+" "+f.Key] = n
		}
	}
	return out
}

// TestRelease_SixMonthsOfTricklingJoinersLetNoSmallDifferenceOut makes monthly releases while people join a few at a time, and holds
// that no row is shown as new twice with numbers of people that differ by 1 to 4, and that the sets behind its cell do not.
func TestRelease_SixMonthsOfTricklingJoinersLetNoSmallDifferenceOut(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 1))
	l := trickling(t)
	seen := map[string][][]int{}
	next := 100
	for month := range 6 {
		day := koe.NewDate(2026, time.Month(7+month), 1)
		l.refresh(day, false)
		l.release(day.String())
		for row, n := range l.shownPeople() {
			for _, before := range seen[row] {
				for i := range n {
					if d := max(n[i]-before[i], before[i]-n[i]); d > 0 && d < 5 {
						t.Errorf("%s: %s is shown with %v people, and was with %v", day, row, n, before)
					}
				}
			}
			if !slices.ContainsFunc(seen[row], func(b []int) bool { return slices.Equal(b, n) }) {
				seen[row] = append(seen[row], n)
			}
		}
		for range random.IntN(5) {
			l.join(fmt.Sprintf("p%03d", next), day.AddDays(-100).String(), next, "bureau="+[]string{"A", "B", "C"}[random.IntN(3)])
			next++
		}
		if month == 3 {
			l.forget("p01")
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d rows were shown", len(seen))
	}
	several := 0
	for _, versions := range maps.All(seen) {
		if len(versions) > 1 {
			several++
		}
	}
	if several == 0 {
		t.Error("no row was ever shown anew: the test proves nothing")
	}
}
