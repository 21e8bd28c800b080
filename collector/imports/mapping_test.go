package imports

import (
	"path/filepath"
	"strings"
	"testing"

	"koe/internal/koetest"

	"github.com/google/go-cmp/cmp"
)

// homemade is a table that no format knows: a title, own headers, own labels, a choice a column, the month first.
const homemade = `新人アンケート 2026年度,,,,,,,
通番,職員コード等,記入日,「分かち合える相手がいない」と感じますか,声かけ,つながり,つながり,感想
1,001,5/20/2026,強くそう思う,そう思わない,1,0,よい
2,002,6/3/2026,全くそう思わない,無回答,0,1,
`

const homemadeMap = `
journey: j
header: 2
person: {column: 職員コード等, by: id}
stage: {fixed: 2か月}
submitted_at: {column: 記入日, order: mdy}
questions:
  ISO1:
    column: 「分かち合える相手がいない」と感じますか
    values: {強くそう思う: "5", 全くそう思わない: "まったくそう思わない"}
  ISO2:
    column: 声かけ
    values: {そう思わない: "2", 無回答: 答えない}
  FUP:
    numbers: {6: unit, 7: 同じ中途採用の人}
  OPN1: {column: 感想}
`

func TestMapping_ReadsATableThatNoFormatKnows(t *testing.T) {
	cfg := staffed(t)
	r := answers(t, cfg, file(t, "homemade.csv", homemade), AnswerOptions{Map: write(t, t.TempDir(), "map.yaml", homemadeMap)})
	want := []string{
		`001 05-19T15:00: DAY1=not_asked FUP=unit ISO1=5 ISO2=2 MET1=not_asked NET1=not_asked NPS1=not_asked OPN1="よい"`,
		`002 06-02T15:00: DAY1=not_asked FUP=peers ISO1=1 ISO2=declined MET1=not_asked NET1=not_asked NPS1=not_asked OPN1=skipped`,
	}
	if diff := cmp.Diff(want, everything(t, cfg)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"通番"}, r.Unused); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_SaysWhatIsWrongWithIt(t *testing.T) {
	cfg := staffed(t)
	for change, want := range map[string]string{
		"column: 声かけ\n|column: 声がけ\n":             `there is no column "声がけ"`,
		"numbers: {6: unit|numbers: {6: pub":      `question FUP has no choice "pub"`,
		`"2", 無回答|"9", 無回答`:                       `question ISO2, label "そう思わない": 9 is not within 1 to 5`,
		"2か月|2年":                                  `there is no stage "2年"`,
		"OPN1:|OPN9:":                             `there is no question "OPN9"`,
		"by: id|by: name":                         `by of person is id or mail`,
		"order: mdy|order: xyz":                   `order is one of ymd, mdy, dmy`,
		"OPN1: {column: 感想}|OPN1: {column: つながり}": `several columns have the header "つながり"`,
		"journey: j|journey: k":                   `there is no journey "k"`,
		"stage:|stages:":                          `map.yaml:5:1: `,
	} {
		from, to, _ := strings.Cut(change, "|")
		text := strings.Replace(homemadeMap, from, to, 1)
		if text == homemadeMap {
			t.Fatalf("%q is not in the mapping", from)
		}
		_, err := Answers(t.Context(), cfg, file(t, "homemade.csv", homemade), AnswerOptions{Map: write(t, t.TempDir(), "map.yaml", text)}, koetest.Now())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", change, err, want)
		}
	}
	if len(everything(t, cfg)) != 0 {
		t.Error("something was written")
	}
}

func TestDraftMapping_MarksItsGuessesAndIsAMapping(t *testing.T) {
	cfg := staffed(t)
	files := file(t, "homemade.csv", homemade)
	b, err := DraftMapping(t.Context(), cfg, files[0], AnswerOptions{Stage: "m2"}, koetest.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := `# Mapping of homemade.csv (a draft). Check the lines marked as guesses, then use it with koe answers import --map.
journey: "j"
header: 2
first: 3
person: {column: "職員コード等", by: id}   # guess (100%); please check
stage: {fixed: m2}
submitted_at: {column: "記入日", order: mdy}   # guess (100%); please check
questions:
  "ISO1":   # guess (likeness 76%: I felt there was no one.); please check
    column: "「分かち合える相手がいない」と感じますか"
    values:
      "全くそう思わない": "1"   # guess (75%); please check
      "強くそう思う": "4"   # guess (60%); please check
# column 1 not used: 通番
# column 5 not used: 声かけ
# column 6 not used: つながり
# column 7 not used: つながり
# column 8 not used: 感想
`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Error(diff)
	}
	r := answers(t, cfg, files, AnswerOptions{Map: write(t, t.TempDir(), "map.yaml", string(b))})
	if r.Added != 2 || len(r.Refused) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestDraftMapping_OfAKnownExportReadsWhatTheFormatReads(t *testing.T) {
	for _, c := range toolCases() {
		if c.format == "limesurvey-vv" || c.format == "limesurvey" || strings.HasPrefix(c.file, "google-en") {
			continue // formats with marks of their own for what was not shown, which only the format reads
		}
		t.Run(c.file, func(t *testing.T) {
			cfg := staffed(t)
			path := filepath.Join("testdata", "answers", c.file)
			b, err := DraftMapping(t.Context(), cfg, path, AnswerOptions{Stage: "m2"}, koetest.Now())
			if err != nil {
				t.Fatal(err)
			}
			r, err := Answers(t.Context(), cfg, []string{path}, AnswerOptions{Map: write(t, t.TempDir(), "map.yaml", string(b)), DryRun: true}, koetest.Now())
			if err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			if r.Added == 0 {
				t.Errorf("nothing is read by\n%s\n%+v", b, r)
			}
		})
	}
}

func TestDraftMapping_WritesWhatTheCodesOfSurveyToolsStandFor(t *testing.T) {
	cfg := staffed(t)
	b, err := DraftMapping(t.Context(), cfg, filepath.Join("testdata", "answers", "limesurvey-vv.csv"), AnswerOptions{Stage: "m2"}, koetest.Now())
	if err != nil {
		t.Fatal(err)
	}
	if want := "      \"AO05\": \"5\"   # guess (a code for the place of the answer); please check\n"; !strings.Contains(string(b), want) {
		t.Errorf("no %s in\n%s", want, b)
	}

	// The same codes in a table that no format knows: two or more of them are needed to believe it.
	homemade := "職員コード等,記入日,「分かち合える相手がいない」と感じますか\n"
	one, two := homemade+"A001,2026/06/01,AO02\n", homemade+"A001,2026/06/01,AO02\nA002,2026/06/02,AO05\n"
	for content, value := range map[string]string{one: `"AO02": ""`, two: `"AO02": "2"`} {
		files := file(t, "homemade.csv", content)
		b, err := DraftMapping(t.Context(), cfg, files[0], AnswerOptions{Stage: "m2"}, koetest.Now())
		if err != nil || !strings.Contains(string(b), value) {
			t.Errorf("no %s in\n%s%v", value, b, err)
		}
	}
}

func TestImports_AnEmptyFileIsSaidToBe(t *testing.T) {
	cfg := staffed(t)
	mapping := write(t, t.TempDir(), "map.yaml", "person: {number: 1}\nstage: {fixed: m2}\nquestions:\n  ISO1: {number: 2}\n")
	for _, text := range []string{"", "\n\n", "\ufeff", " \t\n,,,\n"} {
		files := file(t, "empty.csv", text)
		_, drafted := DraftMapping(t.Context(), cfg, files[0], AnswerOptions{}, koetest.Now())
		_, answered := Answers(t.Context(), cfg, files, AnswerOptions{Map: mapping}, koetest.Now())
		_, people := People(t.Context(), cfg, files, koetest.Now(), true)
		_, events := Events(t.Context(), cfg, files, koetest.Now(), true)
		for what, err := range map[string]error{"map": drafted, "answers": answered, "people": people, "events": events} {
			if err == nil || !strings.Contains(err.Error(), "the file is empty") {
				t.Errorf("%s of %q: %v", what, text, err)
			}
		}
	}
}
