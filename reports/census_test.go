package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCensus_StandsBesideTheOtherInterval(t *testing.T) {
	rows := tableOf(composed(t, sampleInput(), "en", Scope{}), "Methods", "Intervals for exactly those asked")
	if diff := cmp.Diff([]string{"Isolation | Before joining | withheld | withheld | withheld | withheld | withheld | withheld | withheld: too few people",
		"Isolation | 3 months | 98 | 140 | 70% | 3.3 | 3.28–3.62 | 3.21–3.39 | "}, rows); diff != "" {
		t.Error(diff)
	}
}

func TestWeighted_StandsBesideThePlainMean(t *testing.T) {
	if diff := cmp.Diff([]string{"孤立 | 3か月 | 局 | 3.3 | 3.4 | +0.1 | 1.08 | 98 | ",
		"孤立 | 3か月 | 採用区分 | 非公表 | 非公表 | 非公表 | 非公表 | 非公表 | ほかの値からの逆算を防ぐため非公表"},
		tableOf(composed(t, sampleInput(), "ja", Scope{}), "回答率", "回答の偏りをならした平均")); diff != "" {
		t.Error(diff)
	}
}
