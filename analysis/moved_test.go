package analysis

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// openDays is what comes in on one day of the fourth quarter of 2026, to waves that are open: answers to m2 and m3, from the second day
// on to m6 too; some are sent again, some from another unit.
func openDays(random *rand.Rand, number int) *batch {
	b := &batch{}
	for range 5 + random.IntN(6) {
		i := random.IntN(24)
		key, where := fmt.Sprintf("p%02d", i), i
		if random.IntN(6) == 0 {
			where = random.IntN(24)
		}
		segments := []string{"bureau=" + []string{"A", "B"}[where%2], "division=" + []string{"x", "y", "z"}[where%3], "hire_type=" + []string{"", "正規"}[where%2]}
		stage := []string{"m2", "m3", "m6"}[random.IntN(2+min(number, 1))]
		v := invite(key, stage, fmt.Sprintf("2026-11-%02d", 1+i), "answered", segments...)
		v.Key, v.Occurrence = v.Key+"-open", 2
		s := answered(answers(key, stage, fmt.Sprintf("2026-11-%02d", 2+i), fmt.Sprintf("F1=%d F2=%d F3=%d I1=%d I2=%d R=%d N=%g S=choice:b M=choice:a|c",
			1+random.IntN(5), 1+random.IntN(5), 1+random.IntN(5), 1+random.IntN(5), 1+random.IntN(5), random.IntN(11), float64(random.IntN(40))/4), segments...), v)
		s.ID, s.Response = s.ID+"-open", s.Response+"-open"
		if random.IntN(4) == 0 {
			s.Answers = answers(key, stage, "2026-11-01", "F1=skipped F2=2 F3=declined I1=declined M=choice:b").Answers
		}
		if i >= 20 { // joined lately
			b.people = append(b.people, person(key, fmt.Sprintf("2026-%02d-01", 9+i%3), segments...))
		}
		b.invitations, b.submissions = append(b.invitations, v), append(b.submissions, s)
	}
	return b
}

// KOE_SLICES makes more rounds of it.
func TestMoved_RowsOfPlacesThatMovedAreEqualToAllRowsMadeAnew(t *testing.T) {
	rounds, _ := strconv.Atoi(os.Getenv("KOE_SLICES"))
	for round := range max(rounds, 1) {
		random := rand.New(rand.NewPCG(uint64(round), 12))
		w := daysWorld(t)
		for number := range 3 { // all closed by now
			b := oneDay(random, number)
			w.script = append(w.script, b)
		}
		l, day := &ledgerOf{world: w}, koe.NewDate(2026, 12, 1)
		l.nextDay(day, false)
		for number := range 3 + min(rounds, 2) {
			w.script = append(w.script, openDays(random, number))
			if !l.nextDay(day.AddDays(number+1), false) {
				t.Errorf("round %d, day %d: answers to open waves changed what is published", round, number)
			}
			again := *w
			again.at = newSite(filepath.Join(t.TempDir(), "warehouse.duckdb"))
			fresh := &ledgerOf{world: &again}
			fresh.nextDay(day.AddDays(number+1), true)
			want, got := fresh.everything(), l.everything()
			for name := range want {
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Fatalf("round %d, day %d: %s (-made anew +made in part):\n%s", round, number, name, diff)
				}
			}
		}
	}
}

func TestMoved_RowsOfOtherPlacesAreNotTouched(t *testing.T) {
	l, day := openWorld(t)
	l.nextDay(day, false)
	path := l.at.current()
	l.must(os.Chmod(path, 0o644))
	db, err := sql.Open("duckdb", path)
	l.must(err)
	m2, m3 := " WHERE stage_number = "+stageNumber("m2")+" AND (wave_number = "+numberOf2026Q2("wave"), " WHERE stage_number = "+stageNumber("m3")+" AND wave_number = -1"
	for _, statement := range []string{
		mark("item", -1) + m2 + ")", mark("trend", -1) + m2 + " OR cohort_number = " + numberOf2026Q2("cohort") + ")", mark("item", -2) + m3, mark("trend", -2) + m3 + " AND cohort_number = -1",
	} {
		_, err := db.Exec(statement)
		l.must(err)
	}
	l.must(db.Close())
	v := invite("p01", "m3", "2026-11-10", "answered", "bureau=B", "division=y", "hire_type=正規")
	v.Key, v.Occurrence = v.Key+"-again", 2
	s := answered(answers("p01", "m3", "2026-12-02", "F1=1 F2=2 F3=5 I1=4", "bureau=B", "division=y", "hire_type=正規"), v)
	s.ID, s.Response = s.ID+"-again", s.Response+"-again"
	l.script = append(l.script, &batch{invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
	l.nextDay(day.AddDays(1), false)
	for _, table := range []string{"item", "trend"} {
		if got := l.table("SELECT count(*) FILTER (" + marked(table, -1) + ") = count(*), count(*) > 0 FROM loader.placed_" + table + m2 + map[string]string{"item": "", "trend": " OR cohort_number = " + numberOf2026Q2("cohort")}[table] + ")"); got[0] != "true true" {
			t.Errorf("%s: rows of a closed wave were made again: %s", table, got[0])
		}
		unit := func(member string) string {
			return " FROM loader.placed_" + table + m3 + map[string]string{"item": " AND item = (SELECT number FROM loader.numbered WHERE kind = 'item' AND name = 'F1')", "trend": " AND cohort_number = -1"}[table] +
				" AND who = (SELECT number FROM loader.numbered WHERE kind = 'who' AND name = 'bureau' AND member = '" + member + "')"
		}
		if got := l.table("SELECT count(*) FILTER (" + marked(table, -2) + "), count(*) > 0" + unit("B")); got[0] != "0 true" {
			t.Errorf("%s: rows of the unit that an answer came from are as they were: %s", table, got[0])
		}
		if got := l.table("SELECT count(*) FILTER (" + marked(table, -2) + ") = count(*), count(*) > 0" + unit("A")); got[0] != "true true" {
			t.Errorf("%s: rows of another unit were made again: %s", table, got[0])
		}
	}
}

// mark is the beginning of a statement that writes what no model would into rows behind item or trend, and nothing reads.
func mark(table string, number int) string {
	return fmt.Sprintf("UPDATE loader.placed_%s SET %s", table, map[string]string{"item": fmt.Sprintf("counts = [%d]", number), "trend": fmt.Sprintf("quantile = %d", number)}[table])
}

// marked says whether a row has it.
func marked(table string, number int) string {
	return fmt.Sprintf("coalesce(%s = %d, false)", map[string]string{"item": "counts[1]", "trend": "quantile"}[table], number)
}

// A day may bring a unit that nobody was in before: item and trend have no number for its name.
func TestMoved_ANewNameIsShown(t *testing.T) {
	l, day := openWorld(t)
	l.nextDay(day, false)
	v := invite("p01", "m3", "2026-11-10", "answered", "bureau=B", "division=new", "hire_type=正規")
	v.Key, v.Occurrence = v.Key+"-again", 2
	s := answered(answers("p01", "m3", "2026-12-02", "F1=1 F2=2 F3=5 I1=4", "bureau=B", "division=new", "hire_type=正規"), v)
	s.ID, s.Response = s.ID+"-again", s.Response+"-again"
	l.script = append(l.script, &batch{invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
	l.nextDay(day.AddDays(1), false)
	for _, table := range []string{"item", "trend"} {
		if got := l.table("SELECT count(*) > 0, any_value(typeof(member)) FROM " + table + " WHERE member = 'B/new'"); got[0] != "true VARCHAR" {
			t.Errorf("%s of the new unit: %s", table, got[0])
		}
	}
}

func TestMoved_TheFirstAnswersOfAQuarterDoNotMakeAllRowsAnew(t *testing.T) {
	l, day := openWorld(t)
	l.nextDay(day, false)
	path := l.at.current()
	l.must(os.Chmod(path, 0o644))
	db, err := sql.Open("duckdb", path)
	l.must(err)
	rows := " WHERE stage_number = " + stageNumber("m2") + " AND wave_number = " + numberOf2026Q2("wave")
	for _, table := range []string{"item", "trend"} {
		_, err := db.Exec(mark(table, -1) + rows)
		l.must(err)
	}
	l.must(db.Close())
	segments := []string{"bureau=B", "division=y", "hire_type=正規"} // joins next quarter, and is asked before
	v := invite("next", "m3", "2027-01-02", "answered", segments...)
	s := answered(answers("next", "m3", "2026-12-02", "F1=1 F2=2 F3=5 I1=4", segments...), v)
	l.script = append(l.script, &batch{people: []koe.Person{person("next", "2027-01-01", segments...)}, invitations: []koe.Invitation{v}, submissions: []koe.Submission{s}})
	l.nextDay(day.AddDays(1), false)
	for _, table := range []string{"item", "trend"} {
		if got := l.table("SELECT count(*) > 0 FROM " + table + " WHERE period = '2027Q1'"); got[0] != "true" {
			t.Errorf("%s has no row of the new quarter", table)
		}
		if got := l.table("SELECT count(*) FILTER (" + marked(table, -1) + ") = count(*), count(*) > 0 FROM loader.placed_" + table + rows); got[0] != "true true" {
			t.Errorf("%s: rows of another quarter were made again", table)
		}
	}
}

// numberOf2026Q2 is the number of 2026Q2 in these, as a wave or a cohort.
func numberOf2026Q2(kind string) string {
	return "(SELECT number FROM loader.numbered WHERE kind = '" + kind + "' AND name = '2026Q2')"
}

// stageNumber is the number of a stage in the rows of item and trend.
func stageNumber(stage string) string {
	return "(SELECT number FROM loader.numbered WHERE kind = 'stage' AND name = '" + stage + "')"
}
