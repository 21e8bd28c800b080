package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCensus_StandsBesideTheOtherInterval(t *testing.T) {
	rows := tableOf(composed(t, sampleInput(), "en", Scope{}), "Methods", "Intervals for exactly those asked")
	if len(rows) != 2 {
		t.Fatalf("%q", rows)
	}
	want := "Isolation | Before joining | withheld | withheld | withheld | withheld | withheld | withheld | withheld: too few people"
	if diff := cmp.Diff(want, rows[1]); diff != "" {
		t.Error(diff)
	}
	t.Log(rows[0])
}

func TestWeighted_StandsBesideThePlainMean(t *testing.T) {
	if diff := cmp.Diff([]string{"孤立 | 3か月 | 局 | 3.3 | 3.4 | +0.1 | 1.08 | 98 | ",
		"孤立 | 3か月 | 採用区分 | 非公表 | 非公表 | 非公表 | 非公表 | 非公表 | ほかの値からの逆算を防ぐため非公表"},
		tableOf(composed(t, sampleInput(), "ja", Scope{}), "回答率", "回答の偏りをならした平均")); diff != "" {
		t.Error(diff)
	}
}
