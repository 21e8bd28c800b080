package cell

import (
	"testing"
	"time"
)

func TestDate_ReadsEveryWayThatADayIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"2026-04-01": "2026-04-01", "2026/4/1": "2026-04-01", "2026.4.1": "2026-04-01", "20260401": "2026-04-01",
		"2026年4月1日": "2026-04-01", "2026年04月01日(水)": "2026-04-01", "2026/04/01（水）": "2026-04-01",
		"令和8年4月1日": "2026-04-01", "令和元年5月1日": "2019-05-01", "R8.4.1": "2026-04-01", "r08/04/01": "2026-04-01",
		"㋿8年4月1日": "2026-04-01", "平成31年4月30日": "2019-04-30", "H1.1.8": "1989-01-08", "昭和64年1月7日": "1989-01-07",
		"S63.12.1": "1988-12-01", "46113": "2026-04-01", "46113.5": "2026-04-01", "'2026-04-01": "2026-04-01",
		"２０２６／４／１": "2026-04-01", "令和８年４月１日": "2026-04-01", "2026-04-01 09:00": "2026-04-01",
		"2026-04-01T09:00:00Z": "2026-04-01", "2026年4月1日 9時30分": "2026-04-01", "4/13/2026": "2026-04-13",
		"25/12/2026": "2026-12-25", " 2026-04-01　": "2026-04-01", "R 8. 4. 1": "2026-04-01", "令和 8 年 4 月 1 日": "2026-04-01",
		`="2026-04-01"`: "2026-04-01", "2028-02-29": "2028-02-29", "2026.04.01": "2026-04-01",
	} {
		d, err := Date(text)
		if err != nil || d.String() != want {
			t.Errorf("Date(%q) = %v, %v; want %s", text, d, err, want)
		}
	}
}

func TestDate_RefusesWhatIsNoDayOrCouldBeTwo(t *testing.T) {
	for _, text := range []string{"", "4/1/2026", "2026-02-30", "2026-13-01", "令和8年", "令和0年4月1日", "H1.1.7", "X8.4.1", "tomorrow",
		"20261301", "12345678", "1", "0", "-5", "2026-4", "99999999999", "2026/4/31", "12:30", "3026-01-01", "昭和1年1月1日"} {
		if d, err := Date(text); err == nil {
			t.Errorf("Date(%q) = %v; want an error", text, d)
		}
	}
}

func TestDateIn_TakesTheOrderThatTheCallerKnows(t *testing.T) {
	us, _ := DateIn("4/1/2026", MonthFirst)
	eu, _ := DateIn("4/1/2026", DayFirst)
	if us.String() != "2026-04-01" || eu.String() != "2026-01-04" {
		t.Errorf("got %v and %v", us, eu)
	}
}

func TestTime_ReadsClocksHalvesAndZones(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	for text, want := range map[string]string{
		"2026-04-15T09:00:00Z": "2026-04-15T09:00:00Z", "2026-04-15 09:00:00": "2026-04-15T00:00:00Z",
		"2026/4/15 9:00": "2026-04-15T00:00:00Z", "2026/04/15 9:12:33 午前 GMT+9": "2026-04-15T00:12:33Z",
		"2026/04/15 1:12:33 午後 GMT+9": "2026-04-15T04:12:33Z", "2026/04/15 午後 12:00:00": "2026-04-15T03:00:00Z",
		"2026-04-15T09:00:00.123+09:00": "2026-04-15T00:00:00Z", "2026-04-15": "2026-04-14T15:00:00Z",
		"46127.375": "2026-04-15T00:00:00Z", "2026年4月15日 9時30分": "2026-04-15T00:30:00Z", "4/15/2026 1:00:00 PM": "2026-04-15T04:00:00Z",
		"2026-04-15 09:00:00 UTC": "2026-04-15T09:00:00Z", "2026-04-15T09:00:00-0500": "2026-04-15T14:00:00Z",
		"令和8年4月15日 9:00": "2026-04-15T00:00:00Z", "2026-04-15 12:00 AM": "2026-04-14T15:00:00Z",
	} {
		got, err := Time(text, tokyo)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("Time(%q) = %v, %v; want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
	for _, text := range []string{"", "09:00", "2026-04-15 25:00", "2026-04-15 13:00 PM", "never", "2026-04-15 9:75"} {
		if got, err := Time(text, tokyo); err == nil {
			t.Errorf("Time(%q) = %v; want an error", text, got)
		}
	}
}

func TestFold_MakesWidthsSpacesAndDashesEqual(t *testing.T) {
	for a, b := range map[string]string{
		"とても そう思う": "とてもそう思う", "ＡＢＣ": "abc", "１〜２人": "1~2人", "１～２人": "1~2人", "ﾒﾝﾀｰ": "メンター",
		"1–2": "1-2", "don’t": "don't", "\uFEFFperson\u200b_id": "person_id", "はい　": "はい",
	} {
		if Fold(a) != Fold(b) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q", a, Fold(a), b, Fold(b))
		}
	}
	if got := WithoutRemark(FoldHeader("入社日（yyyy/mm/dd）※")); got != "入社日" {
		t.Errorf("got %q", got)
	}
	if FoldHeader("Person ID*") != FoldHeader("person_id") {
		t.Error("Person ID* and person_id differ")
	}
}

func TestNumber_IsStrict(t *testing.T) {
	for text, want := range map[string]float64{"5": 5, "５": 5, "5.0": 5, "-3": -3, "−3": -3, "1e2": 100, "'5": 5, " 4 ": 4, "3.5": 3.5} {
		if v, ok := Number(text); !ok || v != want {
			t.Errorf("Number(%q) = %v, %v", text, v, ok)
		}
	}
	for _, text := range []string{"", "NaN", "inf", "0x10", "5点", "1_000", "5 6", "1,5"} {
		if v, ok := Number(text); ok {
			t.Errorf("Number(%q) = %v; want none", text, v)
		}
	}
}

func TestIdentifier_DropsGuardsAndWidths(t *testing.T) {
	for text, want := range map[string]string{"'00123": "00123", `="00123"`: "00123", "Ａ００１": "A001", " A001 ": "A001", "'": "'"} {
		if got := Identifier(text); got != want {
			t.Errorf("Identifier(%q) = %q; want %q", text, got, want)
		}
	}
}

func FuzzDateAndTime(f *testing.F) {
	for _, seed := range []string{"2026-04-01", "令和8年4月1日", "R8.4.1", "46113.5", "2026/04/15 9:12:33 午前 GMT+9", "4/1/2026", "9:00", "T12:00", "日9:00 +9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Date(text)
		if err == nil {
			again, err := Date(d.String())
			if err != nil || again != d {
				t.Errorf("Date(%q) = %v, which reads back as %v, %v", text, d, again, err)
			}
		}
		if at, err := TimeIn(text, time.UTC, MonthFirst); err == nil && (at.Year() < 1890 || at.Year() > 2201) {
			t.Errorf("Time(%q) = %v", text, at)
		}
		if Fold(Fold(text)) != Fold(text) {
			t.Errorf("Fold is not stable on %q: %q, then %q", text, Fold(text), Fold(Fold(text)))
		}
		FoldHeader(text)
		Number(text)
		Identifier(text)
	})
}
