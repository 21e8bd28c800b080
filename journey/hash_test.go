package journey

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"koe"
)

// hashOf gives the SHA-256 of the first hypothesis of the base journey after a change to its text.
func hashOf(t *testing.T, old, new string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/base/journeys/c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%q does not stand in the base", old)
	}
	settings, problems := ParseSettings([]byte("organization: {ja: x, en: x}\njourneys: [c.yaml]\nmail: {from: a@example.org}\nsegments: [hire_type]\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c, problems := ParseJourney("c.yaml", []byte(strings.Replace(string(data), old, new, 1)), &settings)
	if c == nil {
		t.Fatalf("%q → %q: %v", old, new, problems)
	}
	sum := c.Hypotheses[0].SHA256
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(sum) {
		t.Fatalf("%q is no SHA-256", sum)
	}
	return sum
}

const block = `    text: {ja: 孤独を感じる人が半数を超える, en: More than half feel alone}
    kind: share
    measure: ISO1
    answers: ">=4"
    expect: above
    bar: 0.5
    precision: 0.2
`

func TestHypothesisHash_LayoutAndTranslationsCountForNothing(t *testing.T) {
	same := hashOf(t, "", "")
	for name, change := range map[string][2]string{
		"in another order":         {block, "    precision: 0.2\n    expect: above\n    bar: 0.5\n    answers: \">=4\"\n    kind: share\n    measure: ISO1\n    text: {en: More than half feel alone, ja: 孤独を感じる人が半数を超える}\n"},
		"numbers written longer":   {"bar: 0.5\n", "bar: 0.500\n"},
		"a default left out":       {"    precision: 0.2\n", ""},
		"a comment":                {"bar: 0.5\n", "bar: 0.5 # half\n"},
		"spaces in the comparison": {`answers: ">=4"`, `answers: ">= 4"`},
		"other quotes":             {`answers: ">=4"`, `answers: '>=4'`},
		"a text folded":            {"text: {ja: 孤独を感じる人が半数を超える, en: More than half feel alone}", "text:\n      ja: >-\n        孤独を感じる人が半数を超える\n      en: |\n        More than half feel alone"},
		"another translation":      {"en: More than half feel alone", "en: More than half are lonely"},
		"another hypothesis":       {"bar: 6}", "bar: 7}"},
		"another wave of comments": {"journey: c\n", "# new\njourney: c\n"},
	} {
		if got := hashOf(t, change[0], change[1]); got != same {
			t.Errorf("%s: the hash changed", name)
		}
	}
}

func TestHypothesisHash_EachPartOfTheMeaningCounts(t *testing.T) {
	seen := map[string]string{hashOf(t, "", ""): "nothing changed"}
	for name, change := range map[string][2]string{
		"id":                 {"- id: m3-alone", "- id: m3-lonely"},
		"text":               {"孤独を感じる人が半数を超える", "孤独を感じる人が四割を超える"},
		"stage":              {"    stage: m3\n    text", "    stage: later\n    text"},
		"measure":            {"    measure: ISO1\n", "    measure: ISO2\n"},
		"answers":            {`answers: ">=4"`, `answers: ">=5"`},
		"direction":          {"    expect: above\n    bar: 0.5", "    expect: below\n    bar: 0.5"},
		"bar":                {"    bar: 0.5\n", "    bar: 0.4\n"},
		"precision":          {"    precision: 0.2\n", "    precision: 0.1\n"},
		"problem":            {"    problem: {ja: 孤独,", "    problem: {ja: 孤立,"},
		"measures receiving": {"    measures_receiving: [mentor]\n", ""},
		"measures of HR":     {"    measures_hr: [exchange]\n", ""},
	} {
		sum := hashOf(t, change[0], change[1])
		if other, twice := seen[sum]; twice {
			t.Errorf("%s: the hash is that of %s", name, other)
		}
		seen[sum] = name
	}
}

// The canonical form may never change: hashes are kept in stores. This one was computed when it was settled.
func TestHypothesisHash_StaysWhatItWas(t *testing.T) {
	h := koe.Hypothesis{ID: "m3-connection", Stage: "m3", Text: koe.Text{"ja": "つながりを求める人が半数を超える"}, Kind: koe.HypothesisShare,
		Measure: "NED1", Answers: ">=4", Expect: "above", Bar: 0.5, Precision: 0.2, MeasuresHR: []string{"exchange"}}
	const want = "62f864e6703b47b65be0fd23f87ff722d567a84566cc541ec4dc44c745f5265d"
	if got := hash(&h, "ja"); got != want {
		t.Errorf("the hash is %s, want %s", got, want)
	}
}
