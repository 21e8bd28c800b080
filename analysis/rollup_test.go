package analysis

import (
	"fmt"
	"testing"

	"koe"

	"github.com/google/go-cmp/cmp"
)

func TestRollups_MergeSmallSiblings(t *testing.T) {
	hierarchies := [][]string{{"bureau", "division"}, {"hire_type"}}
	unit := func(segment, member, parent string, level int64) Member {
		return Member{Segment: segment, Member: member, Level: level, Parent: parent}
	}
	tests := []struct {
		name    string
		members []Member
		sizes   map[string]int // of segment:member, in one journey
		want    []string
	}{
		{"two divisions of one bureau, five together",
			[]Member{unit("bureau", "総務局", "", 0), unit("division", "総務局/人事課", "総務局", 1), unit("division", "総務局/会計課", "総務局", 1), unit("division", "総務局/秘書課", "総務局", 1)},
			map[string]int{"bureau:総務局": 14, "division:総務局/人事課": 2, "division:総務局/会計課": 3, "division:総務局/秘書課": 9},
			[]string{"division 総務局/その他 その他の課 [総務局/人事課 総務局/会計課]"}},
		{"together still too few",
			[]Member{unit("bureau", "総務局", "", 0), unit("division", "総務局/人事課", "総務局", 1), unit("division", "総務局/会計課", "総務局", 1)},
			map[string]int{"bureau:総務局": 4, "division:総務局/人事課": 2, "division:総務局/会計課": 2}, nil},
		{"one alone stays alone",
			[]Member{unit("bureau", "総務局", "", 0), unit("division", "総務局/人事課", "総務局", 1), unit("division", "総務局/会計課", "総務局", 1)},
			map[string]int{"bureau:総務局": 24, "division:総務局/人事課": 4, "division:総務局/会計課": 20}, nil},
		{"divisions of different bureaus are no siblings",
			[]Member{unit("bureau", "A局", "", 0), unit("bureau", "B局", "", 0), unit("division", "A局/甲課", "A局", 1), unit("division", "B局/甲課", "B局", 1)},
			map[string]int{"bureau:A局": 9, "bureau:B局": 9, "division:A局/甲課": 4, "division:B局/甲課": 4}, nil},
		{"a small bureau goes with its divisions",
			[]Member{unit("bureau", "A局", "", 0), unit("bureau", "B局", "", 0), unit("bureau", "C局", "", 0), unit("division", "A局/甲課", "A局", 1), unit("division", "A局/乙課", "A局", 1)},
			map[string]int{"bureau:A局": 4, "bureau:B局": 3, "bureau:C局": 30, "division:A局/甲課": 2, "division:A局/乙課": 2},
			[]string{"bureau その他 その他の局 [A局 B局]"}},
		{"a unit that is really called so keeps its name",
			[]Member{unit("hire_type", "その他", "", 0), unit("hire_type", "任期付", "", 0), unit("hire_type", "出向", "", 0), unit("hire_type", "正規", "", 0)},
			map[string]int{"hire_type:その他": 40, "hire_type:任期付": 3, "hire_type:出向": 4, "hire_type:正規": 50},
			[]string{"hire_type その他(まとめ1) その他(まとめ1) [任期付 出向]"}},
		{"a unit from which nobody answered is not listed",
			[]Member{unit("hire_type", "a", "", 0), unit("hire_type", "b", "", 0), unit("hire_type", "c", "", 0)},
			map[string]int{"hire_type:a": 4, "hire_type:b": 3, "hire_type:c": 0},
			[]string{"hire_type その他 その他 [a b]"}},
		{"kinds of units that differ have no common word",
			[]Member{unit("bureau", "A局", "", 0), unit("division", "A局/甲課", "A局", 1), unit("division", "A局/乙室", "A局", 1)},
			map[string]int{"bureau:A局": 40, "division:A局/甲課": 4, "division:A局/乙室": 3},
			[]string{"division A局/その他 その他 [A局/乙室 A局/甲課]"}},
	}
	for _, tt := range tests {
		sizes := unitSizes{}
		for _, m := range tt.members {
			sizes[nodeKey{m.Segment, m.Member}] = map[string]int{"j": tt.sizes[m.Segment+":"+m.Member]}
		}
		var got []string
		for _, r := range rollups(hierarchies, tt.members, sizes, 5, "ja") {
			got = append(got, fmt.Sprint(r.segment(), " ", r.member, " ", r.label, " ", r.units))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}

func TestRollups_AUnitThatIsLargeInOneJourneyIsNotSmall(t *testing.T) {
	members := []Member{{Segment: "hire_type", Member: "a"}, {Segment: "hire_type", Member: "b"}, {Segment: "hire_type", Member: "c"}}
	sizes := unitSizes{{"hire_type", "a"}: {"x": 2, "y": 30}, {"hire_type", "b"}: {"x": 3}, {"hire_type", "c"}: {"y": 4}}
	if got := rollups([][]string{{"hire_type"}}, members, sizes, 5, "en"); len(got) != 0 { // 3 in x and 4 in y are never 5 in one
		t.Error(got)
	}
}

// smallUnits is a bureau of divisions of 3, 4, 12 and 20 people, and one of 25, each asked twice.
func smallUnits(t testing.TB) *world {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1"))
	w.settings.Disclosure.MergeSmall = true
	b := &batch{}
	i := 0
	for _, unit := range []struct {
		bureau, division string
		n                int
	}{{"総務局", "人事課", 3}, {"総務局", "会計課", 4}, {"総務局", "秘書課", 12}, {"総務局", "総務課", 20}, {"企画局", "企画課", 25}} {
		for range unit.n {
			key := fmt.Sprintf("p%02d", i)
			segments := []string{"bureau=" + unit.bureau, "division=" + unit.division, "hire_type=正規"}
			b.people = append(b.people, person(key, "2026-04-01", segments...))
			for s, stage := range []string{"m2", "m3"} {
				v := invite(key, stage, fmt.Sprintf("2026-0%d-01", 6+s), "answered", segments...)
				b.invitations = append(b.invitations, v)
				b.submissions = append(b.submissions, answered(answers(key, stage, v.DueOn.String(), fmt.Sprintf("F1=%d", 1+i%5), segments...), v))
			}
			i++
		}
	}
	w.script = []*batch{b}
	return w
}

func TestRollUp_IsPublishedAsOneUnit(t *testing.T) {
	w := smallUnits(t)
	w.build()
	fit := "SELECT member, n_shown, withheld FROM safe_trend WHERE construct = 'fit' AND stage = '' AND grain = 'all' AND segment = 'division' ORDER BY 1"
	want := []string{"企画局/企画課 50 ''", "総務局/その他 10–19 ''", "総務局/秘書課 24 ''", "総務局/総務課 40 ''"}
	if diff := cmp.Diff(want, w.table(fit)); diff != "" {
		t.Error(diff)
	}
	// 3 + 4 people, whose answers are 1, 2, 3 and 4, 5, 1, 2, twice.
	if got := w.table("SELECT mean FROM safe_trend WHERE member = '総務局/その他' AND stage = '' AND grain = 'all'"); !cmp.Equal(got, []string{show(18.0 / 7)}) {
		t.Error(got)
	}
	// The units' own rows are in main and nowhere in what is published.
	if got := w.table("SELECT member, n FROM trend WHERE member IN ('総務局/人事課', '総務局/会計課') AND stage = '' AND grain = 'all' ORDER BY 1"); !cmp.Equal(got, []string{"総務局/人事課 6", "総務局/会計課 8"}) {
		t.Error(got)
	}
	for _, table := range modelTables() {
		if !hasColumn(table.columns, "member") {
			continue
		}
		if got := w.table("SELECT DISTINCT member FROM safe_" + table.name + " WHERE member IN ('総務局/人事課', '総務局/会計課')"); len(got) > 0 {
			t.Errorf("safe_%s holds %v", table.name, got)
		}
		if got := w.table("SELECT count(*) FROM " + table.name + " WHERE member = '総務局/その他'"); got[0] != "0" {
			t.Errorf("main's %s holds the merged unit", table.name)
		}
	}
	members := w.table("SELECT member, label, merged, merged_into FROM member WHERE segment = 'division' ORDER BY 1")
	if diff := cmp.Diff([]string{"企画局/企画課 企画課 [] ''", "総務局/その他 その他の課 [総務局/人事課,総務局/会計課] ''", "総務局/人事課 人事課 [] 総務局/その他",
		"総務局/会計課 会計課 [] 総務局/その他", "総務局/秘書課 秘書課 [] ''", "総務局/総務課 総務課 [] ''"}, members); diff != "" {
		t.Error(diff)
	}
}

func TestRollUp_EndsWhenAUnitHasGrown(t *testing.T) {
	w := smallUnits(t)
	w.build()
	more := &batch{}
	for i := range 4 {
		key := fmt.Sprint("new", i)
		segments := []string{"bureau=総務局", "division=人事課", "hire_type=正規"}
		more.people = append(more.people, person(key, "2026-07-01", segments...))
		more.submissions = append(more.submissions, answers(key, "m2", "2026-09-01", "F1=3", segments...))
	}
	w.script = append(w.script, more)
	w.build()
	if got := w.table("SELECT member FROM member WHERE len(merged) > 0 OR merged_into <> ''"); len(got) > 0 {
		t.Errorf("人事課 has 7 people now, and still: %v", got)
	}
	if got := w.table("SELECT count(*) FROM safe_trend WHERE member = '総務局/人事課' AND stage = '' AND grain = 'all'"); got[0] != "1" {
		t.Error("人事課 has no row of its own")
	}
}

func TestRollUp_OnlyClosedWavesCount(t *testing.T) {
	w := smallUnits(t)
	open := &batch{}
	for i := range 4 { // with these 人事課 would have 7 people
		key := fmt.Sprint("new", i)
		segments := []string{"bureau=総務局", "division=人事課", "hire_type=正規"}
		open.people = append(open.people, person(key, "2026-07-01", segments...))
		v := invite(key, "m2", "2026-11-15", "answered", segments...)
		open.invitations = append(open.invitations, v)
		open.submissions = append(open.submissions, answered(answers(key, "m2", "2026-11-16", "F1=3", segments...), v))
	}
	w.script = append(w.script, open)
	w.build()
	if got := w.table("SELECT member FROM member WHERE len(merged) > 0"); !cmp.Equal(got, []string{"総務局/その他"}) {
		t.Error(got)
	}
}

func TestRollUp_CanBeTurnedOff(t *testing.T) {
	w := smallUnits(t)
	w.settings.Disclosure = koe.DisclosureSettings{}
	w.build()
	if got := w.table("SELECT count(*) FROM member WHERE len(merged) > 0"); got[0] != "0" {
		t.Error("units are merged although koe.yaml says no")
	}
}
