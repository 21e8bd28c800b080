package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

func TestRound_GoesHalfAwayFromZero(t *testing.T) {
	for _, one := range []struct {
		x        float64
		decimals int
		want     float64
	}{{2.45, 1, 2.5}, {2.449999, 1, 2.4}, {-2.45, 1, -2.5}, {0.5, 0, 1}, {-0.5, 0, -1}, {1.005, 2, 1.01}, {-0.04, 1, 0}, {3.35, 1, 3.4}} {
		if got := round(one.x, one.decimals); got != one.want {
			t.Errorf("round(%v, %d) = %v, want %v", one.x, one.decimals, got, one.want)
		}
	}
}

func TestWholeParts_SumToOneHundredByLargestRemainder(t *testing.T) {
	for _, one := range []struct {
		shares []float64
		want   []int
	}{
		{[]float64{1.0 / 3, 1.0 / 3, 1.0 / 3}, []int{34, 33, 33}},
		{[]float64{0.505, 0.245, 0.25}, []int{51, 24, 25}},
		{[]float64{1, 0, 0}, []int{100, 0, 0}},
		{[]float64{0.125, 0.125, 0.75}, []int{13, 12, 75}},
		{[]float64{2.0 / 7, 2.0 / 7, 2.0 / 7, 1.0 / 7}, []int{29, 29, 28, 14}},
		{[]float64{0.4, 0.9}, []int{40, 90}}, // answers to a question that takes several
		{nil, []int{}},
	} {
		if diff := cmp.Diff(one.want, wholeParts(one.shares)); diff != "" {
			t.Errorf("%v: %s", one.shares, diff)
		}
	}
}

func TestFormats_WriteNumbersAsReadersDo(t *testing.T) {
	for _, one := range []struct {
		f    format
		x    float64
		want string
	}{
		{formatCount, 1234567, "1,234,567"}, {formatMean, 3.45, "3.5"}, {formatShare, 0.625, "63%"}, {formatChange, 0.25, "+0.3"}, {formatChange, -0.25, "−0.3"},
		{formatChange, -0.04, "0.0"}, {formatPoints, -2.5, "−3"}, {formatPoints, 12, "+12"}, {formatP, 0.0004, "<.001"}, {formatP, 0.0321, ".032"}, {formatP, 1, "1.000"}, {formatFine, -0.5, "−0.50"},
	} {
		if got := one.f.text(one.x); got != one.want {
			t.Errorf("format %d of %v: %q, want %q", one.f, one.x, got, one.want)
		}
	}
}

func TestDatesAndQuarters_FollowTheLanguage(t *testing.T) {
	day := koe.NewDate(2026, 4, 1)
	for _, one := range []struct{ got, want string }{
		{dateText(day, "ja"), "2026年4月1日"}, {dateText(day, "en"), "1 Apr 2026"}, {dateText(koe.Date{}, "ja"), ""},
		{periodText("2026Q2", "ja"), "2026年4–6月"}, {periodText("2026Q4", "en"), "Oct–Dec 2026"}, {periodText("2026", "ja"), "2026"}, {periodText("2026Q9", "ja"), "2026Q9"},
	} {
		if one.got != one.want {
			t.Errorf("%q, want %q", one.got, one.want)
		}
	}
	if diff := cmp.Diff([]string{"2025Q3", "2025Q4", "2026Q1"}, quartersBetween("2025Q3", "2026Q1")); diff != "" {
		t.Error(diff)
	}
}

func TestClean_TakesAwayWhatEscapingCannot(t *testing.T) {
	for _, one := range []struct{ in, want string }{
		{"声\u202egnp.exe", "声gnp.exe"}, {"a\u2066b\u2069\u200f", "ab"}, {"a\r\nb", "a\nb"}, {"a\x00b", "a b"}, {"\xff声", "�声"}, {"=1+1", "=1+1"},
	} {
		if got := clean(one.in); got != one.want {
			t.Errorf("clean(%q) = %q, want %q", one.in, got, one.want)
		}
	}
}

func TestSheetNames_AreUniqueShortAndLegal(t *testing.T) {
	taken := map[string]bool{}
	long := "設問別 とても長い段階の名前がここに入ると三十一文字を超えてしまう場合がある"
	a, b := sheetName(long, taken), sheetName(long, taken)
	if a == b || len([]rune(a)) > 31 || len([]rune(b)) > 31 {
		t.Errorf("%q %q", a, b)
	}
	if got := sheetName("a/b:c?[d]'e'", taken); got != "a b c d e" {
		t.Errorf("%q", got)
	}
}
