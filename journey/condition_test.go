package journey

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// survey5 is a small journey to try conditions on.
func survey5() koe.Journey {
	lo, hi := 0.0, 10.0
	return koe.Journey{
		ID:     "c",
		Scales: []koe.Scale{{ID: "agree5", From: 1, To: 5, FavourableFrom: 4}},
		Questions: []koe.Question{
			{ID: "ISO1", Kind: koe.KindScale, Scale: "agree5"},
			{ID: "ISO2", Kind: koe.KindScale, Scale: "agree5"},
			{ID: "NPS1", Kind: koe.KindNumber, Min: &lo, Max: &hi},
			{ID: "HAS1", Kind: koe.KindYesNo},
			{ID: "NET1", Kind: koe.KindSingle, Options: []koe.Option{{Value: "0"}, {Value: "1-2"}, {Value: "3+"}}},
			{ID: "FUP", Kind: koe.KindMulti, Options: []koe.Option{{Value: "peers"}, {Value: "unit"}}},
			{ID: "OPN1", Kind: koe.KindText},
			{ID: "DAY1", Kind: koe.KindDate},
			{ID: "GUIDE", Kind: koe.KindNote},
			{ID: "CONTACT", Kind: koe.KindContact},
			{ID: "with-hyphen", Kind: koe.KindYesNo},
		},
	}
}

func value(x float64) koe.Answer         { return koe.Answer{Value: &x} }
func choice(values ...string) koe.Answer { return koe.Answer{Choices: values} }
func missing(why koe.Missing) koe.Answer { return koe.Answer{Missing: why} }
func answers(pairs ...any) map[string]koe.Answer {
	out := map[string]koe.Answer{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1].(koe.Answer)
	}
	return out
}

// holds evaluates a condition as an outcome over a survey that asks everything.
func holds(t *testing.T, condition string, given map[string]koe.Answer) bool {
	t.Helper()
	j := survey5()
	page := koe.Page{}
	for _, q := range j.Questions {
		page.Ask = append(page.Ask, q.ID)
	}
	j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{page}, Outcomes: []koe.Outcome{{When: condition}}}}
	c, problems := Compile(j, nil)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", condition, problems)
	}
	_, ok := c.Outcome(&c.Surveys[0], given)
	return ok
}

func TestCondition_IsTrueOfTheAnswersItNames(t *testing.T) {
	given := answers("ISO1", value(4), "ISO2", value(2), "NPS1", value(7), "HAS1", value(0), "NET1", choice("1-2"),
		"FUP", choice("peers", "unit"), "OPN1", koe.Answer{Text: "残業が多い"}, "DAY1", choice("2026-04-01"), "CONTACT", value(1))
	for condition, want := range map[string]bool{
		`ISO1 >= 4`:                        true,
		`ISO1 > 4`:                         false,
		`ISO1 == 4`:                        true,
		`ISO1 != 4`:                        false,
		`4 <= ISO1`:                        true,
		`ISO1 >= 4 || ISO2 >= 4`:           true,
		`ISO1 >= 5 or ISO2 <= 2`:           true,
		`ISO1 >= 4 and ISO2 >= 4`:          false,
		`not (ISO1 >= 5)`:                  true,
		`!(ISO1 >= 4)`:                     false,
		`ISO1 + ISO2 == 6`:                 true,
		`(ISO1 - ISO2) / 2 >= 1`:           true,
		`-ISO1 < 0`:                        true,
		`ISO1 in [4, 5]`:                   true,
		`ISO1 not in [4, 5]`:               false,
		`ISO1 in [1, 2]`:                   false,
		`ISO1 not in [1, 2]`:               true,
		`NPS1 >= 6.5`:                      true,
		`HAS1 == 0`:                        true,
		`NET1 == "1-2"`:                    true,
		`NET1 in ['0', '1-2']`:             true,
		`NET1 != '0'`:                      true,
		`'peers' in FUP`:                   true,
		`'unit' not in FUP`:                false,
		`len(FUP) == 2`:                    true,
		`len(FUP) > 2`:                     false,
		`OPN1 contains '残業'`:               true,
		`OPN1 matches '残.が'`:               true,
		`OPN1 startsWith '多い'`:             false,
		`DAY1 >= '2026-01-01'`:             true,
		`DAY1 < '2026-01-01'`:              false,
		`CONTACT == 1`:                     true,
		`answered(ISO1) and answered(FUP)`: true,
		`not answered(ISO1)`:               false,
		`true`:                             true,
		`false or ISO1 == 4`:               true,
		`ISO1 >= ISO2 and (HAS1 == 1 or NET1 == '1-2')`: true,
	} {
		if got := holds(t, condition, given); got != want {
			t.Errorf("%s is %v, want %v", condition, got, want)
		}
	}
}

// Every comparison with a question that has no answer is false, whichever way it is turned; answered tells.
func TestCondition_ComparisonsWithoutAnAnswerAreFalse(t *testing.T) {
	nothing := map[string]map[string]koe.Answer{
		"unanswered": nil,
		"declined":   answers("ISO1", missing(koe.DeclinedTo), "NET1", missing(koe.DeclinedTo), "FUP", missing(koe.DeclinedTo), "OPN1", missing(koe.DeclinedTo)),
		"skipped":    answers("ISO1", missing(koe.Skipped), "NET1", missing(koe.Skipped), "FUP", missing(koe.Skipped), "OPN1", missing(koe.Skipped)),
	}
	for condition, want := range map[string]bool{
		`ISO1 >= 4`: false, `ISO1 < 4`: false, `ISO1 == 4`: false, `ISO1 != 4`: false, `4 != ISO1`: false,
		`ISO1 == ISO1`: false, `ISO1 != ISO2`: false, `ISO1 + 1 > 0`: false, `-ISO1 < 0`: false,
		`ISO1 in [1, 2]`: false, `ISO1 not in [1, 2]`: false, `NET1 == '0'`: false, `NET1 != '0'`: false,
		`NET1 not in ['0']`: false, `'peers' in FUP`: false, `'peers' not in FUP`: false, `len(FUP) == 0`: false,
		`len(FUP) >= 0`: false, `OPN1 contains 'x'`: false, `OPN1 matches '.*'`: false,
		`ISO1 >= 4 or true`: true, `not (ISO1 >= 4)`: true, `not (ISO1 in [1, 2])`: true,
		`not answered(ISO1)`: true, `answered(FUP)`: false, `not answered(OPN1)`: true,
	} {
		for why, given := range nothing {
			if got := holds(t, condition, given); got != want {
				t.Errorf("%s, %s: %v, want %v", condition, why, got, want)
			}
		}
	}
}

func TestCondition_NobodyChoseAnythingIsAnAnswer(t *testing.T) {
	given := answers("FUP", koe.Answer{Choices: []string{}})
	for condition, want := range map[string]bool{`len(FUP) == 0`: true, `'peers' not in FUP`: true, `'peers' in FUP`: false, `answered(FUP)`: true} {
		if got := holds(t, condition, given); got != want {
			t.Errorf("%s is %v, want %v", condition, got, want)
		}
	}
}

func TestCondition_WhatCannotBeTrueOrFalseIsRefused(t *testing.T) {
	j := survey5()
	for condition, want := range map[string]string{
		`ISO1`:                    "this is a value",
		`ISO1 + 1`:                "this is a value",
		`ISO1 >= "4"`:             "do not fit together",
		`NET1 >= 4`:               "do not fit together",
		`NET1 == ISO1`:            "do not fit together",
		`ISO1 and ISO2`:           "do not fit together",
		`ISO1 in ['4']`:           "do not fit together",
		`ISO1 in FUP`:             "do not fit together",
		`FUP == 'peers'`:          "several may be chosen",
		`ISO9 == 4`:               "ISO9 is not known here",
		`ISO1 == nil`:             "nil has no place",
		`GUIDE == 1`:              "is a note",
		`len(ISO1) > 1`:           "len counts",
		`ISO1 ?? 3 > 2`:           "cannot be read",
		`(ISO1 ?? 3) > 2`:         "?? is not known",
		`ISO1 > 3 ? true : false`: "cannot stand",
		`any(FUP, # == 'peers')`:  "any",
		`1..1000000000 == [1]`:    "not known",
		`ISO1 ** 2 > 3`:           "not known",
		`OPN1 matches NET1`:       "do not fit together",
		`OPN1 matches '('`:        "is not a pattern",
		`let x = 1; x == 1`:       "cannot stand",
		`ISO1 == [1, 'a']`:        "a list holds either",
		`ISO1 == 4 ==`:            "ends too early",
		`ISO1 == 4 AND ISO2 == 4`: "AND does not fit here",
		`env["ISO1"] == 4`:        "cannot stand",
		`$env.ISO1 == 4`:          "cannot stand",
		`answered(ISO1 + 1)`:      "takes one name",
		`answered()`:              "takes one name",
		`NET1 == 'x'`:             "is not an option",
		`'pears' in FUP`:          "is not an option",
		`with-hyphen == 1`:        "with is not known",
		`true | false`:            "",
		`'a' == 'b' |`:            "",
		strings.Repeat("(", 400) + "true" + strings.Repeat(")", 400) + " and": "",
	} {
		j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{{Ask: []string{"ISO1"}}}, Outcomes: []koe.Outcome{{When: condition}}}}
		_, problems := Compile(j, nil)
		if len(problems.Serious()) == 0 {
			t.Errorf("%s was taken", condition)
		} else if !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %v; want %q in it", condition, problems, want)
		}
	}
}

func TestScreens_FollowUpsComeInOrderAndAtMostTwo(t *testing.T) {
	j := survey5()
	j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{
		{Ask: []string{"ISO1", "ISO2", "NPS1"}},
		{AtMost: 2, AskIf: []koe.AskIf{
			{Question: "FUP", When: "ISO1 >= 4"}, {Question: "NET1", When: "ISO2 >= 4"}, {Question: "OPN1", When: "NPS1 <= 6"},
		}},
		{ShowIf: "'peers' in FUP", Ask: []string{"HAS1"}},
		{Ask: []string{"CONTACT"}},
	}}}
	c, problems := Compile(j, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, one := range []struct {
		name    string
		answers map[string]koe.Answer
		want    []string
	}{
		{"nothing yet", nil, []string{"0: ISO1 ISO2 NPS1", "3: CONTACT"}},
		{"one trigger", answers("ISO2", value(5)), []string{"0: ISO1 ISO2 NPS1", "1: NET1", "3: CONTACT"}},
		{"three triggers, the first two ask", answers("ISO1", value(4), "ISO2", value(4), "NPS1", value(0)), []string{"0: ISO1 ISO2 NPS1", "1: FUP NET1", "3: CONTACT"}},
		{"the first and the last", answers("ISO1", value(4), "ISO2", value(1), "NPS1", value(0)), []string{"0: ISO1 ISO2 NPS1", "1: FUP OPN1", "3: CONTACT"}},
		{"a page behind a follow-up", answers("ISO1", value(5), "FUP", choice("peers")), []string{"0: ISO1 ISO2 NPS1", "1: FUP", "2: HAS1", "3: CONTACT"}},
		{"an answer on a page that is hidden now counts for nothing", answers("ISO1", value(1), "FUP", choice("peers")), []string{"0: ISO1 ISO2 NPS1", "3: CONTACT"}},
		{"declined", answers("ISO1", missing(koe.DeclinedTo)), []string{"0: ISO1 ISO2 NPS1", "3: CONTACT"}},
	} {
		var got []string
		for _, s := range c.Screens(&c.Surveys[0], one.answers) {
			var ids []string
			for _, q := range s.Questions {
				ids = append(ids, q.ID)
			}
			got = append(got, string(rune('0'+s.Index))+": "+strings.Join(ids, " "))
			if s.Page != &c.Surveys[0].Pages[s.Index] {
				t.Errorf("%s: the page is not the survey's own", one.name)
			}
		}
		if diff := cmp.Diff(one.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", one.name, diff)
		}
	}
}

func TestOutcome_TheFirstThatHoldsIsTaken(t *testing.T) {
	j := survey5()
	j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{{Ask: []string{"HAS1"}}, {ShowIf: "HAS1 == 1", Ask: []string{"NET1"}}},
		Outcomes: []koe.Outcome{{ID: "free", When: "HAS1 == 0"}, {ID: "bound", When: "NET1 == '3+'"}, {ID: "else", When: "answered(NET1)"}}}}
	c, problems := Compile(j, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, one := range []struct {
		answers map[string]koe.Answer
		want    string
	}{
		{nil, ""},
		{answers("HAS1", value(0)), "free"},
		{answers("HAS1", value(0), "NET1", choice("3+")), "free"},
		{answers("HAS1", value(1)), ""},
		{answers("HAS1", value(1), "NET1", choice("3+")), "bound"},
		{answers("HAS1", value(1), "NET1", choice("0")), "else"},
		{answers("NET1", choice("3+")), ""}, // the page of NET1 is not shown
	} {
		got := ""
		if o, ok := c.Outcome(&c.Surveys[0], one.answers); ok {
			got = o.ID
		}
		if got != one.want {
			t.Errorf("%v leads to %q, want %q", one.answers, got, one.want)
		}
	}
}

func TestApplies_SeesThePersonAndTheSpell(t *testing.T) {
	person := koe.Person{Language: "en", Segments: map[string]string{"hire_type": "任期付", "bureau": ""}}
	spell := koe.Spell{Number: 2, JoinedOn: koe.NewDate(2026, 4, 1), LeftReason: "任期満了"}
	j := survey5()
	for condition, want := range map[string]bool{
		"":                              true,
		"hire_type == '任期付'":            true,
		"hire_type != '任期付'":            false,
		"hire_type in ['任期付', '交流']":    true,
		"bureau == ''":                  false, // empty is no value
		"bureau != '総務局'":               false,
		"not answered(bureau)":          true,
		"role == 'hire'":                true,
		"language == 'en'":              true,
		"spell >= 2":                    true,
		"joined_on >= '2026-01-01'":     true,
		"answered(left_on)":             false,
		"left_reason != '任期満了'":         false,
		"left_reason in ['定年', '任期満了']": true,
	} {
		j.Stages = []koe.Stage{{ID: "s", When: condition}}
		c, problems := Compile(j, []string{"hire_type", "bureau"})
		if len(problems) > 0 {
			t.Fatalf("%s: %v", condition, problems)
		}
		got, err := c.Applies(&c.Stages[0], person, spell)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", condition, got, err, want)
		}
	}
	c, _ := Compile(j, []string{"hire_type", "bureau"})
	if _, err := c.Applies(&koe.Stage{ID: "x", When: "role == 'mentor'"}, person, spell); koe.KindOf(err) != koe.Invalid || err == nil {
		t.Errorf("a condition that was never compiled gives %v, want an invalid error", err)
	}
}

func BenchmarkApplies(b *testing.B) {
	j := survey5()
	j.Stages = []koe.Stage{{ID: "s", When: "hire_type == '任期付' and spell >= 1"}}
	c, problems := Compile(j, []string{"hire_type"})
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	person := koe.Person{Segments: map[string]string{"hire_type": "任期付"}}
	for b.Loop() {
		if ok, err := c.Applies(&c.Stages[0], person, koe.Spell{Number: 1}); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// One compiled journey serves every request of the form: it is read by many goroutines at once (run with -race).
func TestCompiled_ServesManyAtOnce(t *testing.T) {
	j := survey5()
	j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{{Ask: []string{"ISO1"}}, {ShowIf: "ISO1 >= 4", Ask: []string{"OPN1"}}}, Outcomes: []koe.Outcome{{When: "ISO1 >= 4"}}}}
	j.Stages = []koe.Stage{{ID: "s", When: "hire_type == 'x'"}}
	c, problems := Compile(j, []string{"hire_type"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 200 {
				x := float64((n+i)%5 + 1)
				given := answers("ISO1", value(x))
				if got := len(c.Screens(&c.Surveys[0], given)); got != 1 && x < 4 || got != 2 && x >= 4 {
					t.Errorf("%d screens for %v", got, x)
				}
				if _, ok := c.Outcome(&c.Surveys[0], given); ok != (x >= 4) {
					t.Errorf("outcome %v for %v", ok, x)
				}
				if ok, err := c.Applies(&c.Stages[0], koe.Person{Segments: map[string]string{"hire_type": "x"}}, koe.Spell{}); !ok || err != nil {
					t.Errorf("%v, %v", ok, err)
				}
			}
		})
	}
	all.Wait()
}
