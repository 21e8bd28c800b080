package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVoice_AWithheldStageSaysThatAllThemesAre(t *testing.T) {
	rows := tableOf(composed(t, sampleInput(), "ja", Scope{}), "声", "テーマ")
	want := "すべてのテーマ | 入社前 | 非公表 | 非公表 | 非公表 | 非公表 | 人数が少ないため非公表"
	found := false
	for _, r := range rows {
		found = found || r == want
	}
	if !found {
		t.Errorf("there is no row %q in %q", want, rows)
	}
}

func TestTogether_ThemesFirstAndTheStrongestPairsFirst(t *testing.T) {
	if diff := cmp.Diff([]string{"Theme | Isolation | Network | 0.41 | 0.33 | ", "Theme | Career | Transfer | 0.28 | 0.21 | ", "Word | 交流 | 相手 | 0.52 | 0.47 | "},
		tableOf(composed(t, sampleInput(), "en", Scope{}), "Voices", "What is said together")); diff != "" {
		t.Error(diff)
	}
}

func TestShrunk_IsListedWorstFirstAndNotAtAllWithoutDifferences(t *testing.T) {
	if diff := cmp.Diff([]string{
		"孤立 | 3か月 | 情報システム局 システム課 | 3.2 | 3.5 | 46 | 0.11 | 0.62 | ",
		"孤立 | 3か月 | 総務局 会計課 | 2.8 | 2.8 | 46 | 0.11 | 0.62 | ",
		"孤立 | 3か月 | 総務局 企画課 | 2.4 | 2.1 | 46 | 0.11 | 0.62 | ",
		"孤立 | 3か月 | 総務局 広報室 | 非公表 | 非公表 | 非公表 | 非公表 | 非公表 | 人数が少ないため非公表",
		"適応 | 3か月 | 局:差は確認できない |  |  |  |  |  | ",
	}, tableOf(composed(t, sampleInput(), "ja", Scope{}), "部署別", "人数の少なさを補正した平均")); diff != "" {
		t.Error(diff)
	}
}

func TestRetentionTest_SaysWhetherADifferenceWasSeen(t *testing.T) {
	if diff := cmp.Diff([]string{"Bureau | 情報システム局 | 政策局 | 4.31 | .038 | a difference was seen",
		"Division | 情報システム局 システム課 | 政策局 政策課 | withheld | withheld | withheld: too few people"},
		tableOf(composed(t, sampleInput(), "en", Scope{}), "Retention", "The two largest compared")); diff != "" {
		t.Error(diff)
	}
}
