package journey

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"koe"
)

// Whatever a file holds, reading it ends, each problem is a sentence with a place inside the file, and what is taken
// without problems is sound.
func soundProblems(t *testing.T, data string, problems koe.Problems) {
	t.Helper()
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n"), "\n")
	for _, p := range problems {
		if p.Message == "" || !utf8.ValidString(p.Message) || misprint.MatchString(p.Message+p.Hint) {
			t.Errorf("a broken message: %q (%q)", p.Message, p.Hint)
		}
		if p.Line < 0 || p.Column < 0 || p.Line > len(lines)+1 {
			t.Errorf("a place outside of the file: %v", p)
		}
	}
}

// misprint is what fmt writes where a format and its arguments do not fit together.
var misprint = regexp.MustCompile(`%!(?:[a-z]\(|\((?:EXTRA|BADINDEX|NOVERB))`)

func seeds(f *testing.F, base, golden string) {
	f.Helper()
	data, err := os.ReadFile(base)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	mistakes, err := os.ReadFile(golden)
	if err != nil {
		f.Fatal(err)
	}
	for block := range strings.SplitSeq(string(mistakes), "## ") {
		var old, new []string
		for line := range strings.SplitSeq(block, "\n") {
			if rest, ok := strings.CutPrefix(line, "- "); ok {
				old = append(old, rest)
			} else if rest, ok := strings.CutPrefix(line, "+ "); ok {
				new = append(new, rest)
			}
		}
		if len(old) > 0 {
			f.Add(strings.Replace(string(data), strings.Join(old, "\n"), strings.Join(new, "\n"), 1))
		}
	}
	for _, small := range []string{"", "{", "[", "- - -", "? a\n: b", "a: &a [*a]", "&a a: *a", "!!map {a: b}", "\xff", "a: |\n\tb", "\"\\u", "--- ---", "%", "a: !", "a: >-", "a: 'x", "{a: b, a: c}", "<<: *x", "*x : y", "[a]: b", "{[a]: b}", "a:\n  - b\n -c", "\u2028: x", "a: \"\\"} {
		f.Add(small)
	}
}

func FuzzParseSettings(f *testing.F) {
	seeds(f, "testdata/base/koe.yaml", "testdata/bad/koe.txt")
	f.Fuzz(func(t *testing.T, data string) {
		settings, problems := ParseSettings([]byte(data))
		soundProblems(t, data, problems)
		if len(problems.Serious()) > 0 {
			return
		}
		if settings.Language == "" || settings.Timezone == "" || settings.Store == "" || settings.Organization == nil || settings.Mail.Outbox == "" && settings.Mail.SMTP.Host == "" ||
			settings.Disclosure.MinGroup < 3 || settings.Disclosure.MinComments < settings.Disclosure.MinGroup || settings.Vault == settings.Store {
			t.Errorf("settings without problems are not sound: %+v", settings)
		}
	})
}

func FuzzParseJourney(f *testing.F) {
	seeds(f, "testdata/base/journeys/c.yaml", "testdata/bad/journey.txt")
	settings, problems := ParseSettings([]byte("organization: {ja: x, en: x}\njourneys: [c.yaml]\nmail: {from: a@example.org}\nsegments: [[bureau, division], hire_type]\n"))
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	f.Fuzz(func(t *testing.T, data string) {
		c, problems := ParseJourney("c.yaml", []byte(data), &settings)
		soundProblems(t, data, problems)
		if (c == nil) != (len(problems.Serious()) > 0) {
			t.Fatalf("a journey is there: %v, problems: %v", c != nil, problems)
		}
		if c == nil {
			return
		}
		for i := range c.Surveys {
			s := &c.Surveys[i]
			given := map[string]koe.Answer{}
			for _, one := range []float64{1, 5} {
				for _, id := range s.Asked() {
					given[id] = koe.Answer{Value: &one}
				}
				for _, screen := range c.Screens(s, given) {
					if len(screen.Questions) == 0 || screen.Page != &s.Pages[screen.Index] {
						t.Errorf("a screen without questions: %+v", screen)
					}
				}
				c.Outcome(s, given)
			}
		}
		for i := range c.Stages {
			if _, ok := c.Survey(c.Stages[i].Survey); !ok {
				t.Errorf("stage %s has no survey", c.Stages[i].ID)
			}
			if _, err := c.Applies(&c.Stages[i], koe.Person{Segments: map[string]string{"hire_type": "x"}}, koe.Spell{Number: 1}); err != nil {
				t.Error(err)
			}
		}
		for i := range c.Hypotheses {
			if len(c.Hypotheses[i].SHA256) != 64 {
				t.Errorf("hypothesis %s has no hash", c.Hypotheses[i].ID)
			}
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{"ISO1 >= 4 || ISO2 <= 2", "'peers' not in FUP and len(FUP) > 1", "not answered(OPN1)", "OPN1 matches '^a+$'", "-(ISO1 + 2.5) * 3 / 0 < NPS1", "ISO1 in [1, 2] or true", "((((", "1e309 > ISO1", "ISO1 == 99999999999999999999", "DAY1 >= '2026-01-01'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		j := survey5()
		page := koe.Page{}
		for _, q := range j.Questions {
			page.Ask = append(page.Ask, q.ID)
		}
		j.Surveys = []koe.Survey{{ID: "s", Pages: []koe.Page{page}, Outcomes: []koe.Outcome{{When: source}}}}
		c, problems := Compile(j, nil)
		soundProblems(t, "", problems)
		compiled := c.answers[source]
		if compiled == nil {
			return
		}
		one := 1.0
		for _, given := range []map[string]koe.Answer{nil, {"ISO1": {Value: &one}}, {"ISO1": {Value: &one}, "ISO2": {Value: &one}, "NPS1": {Value: &one}, "HAS1": {Value: &one}, "CONTACT": {Value: &one}, "NET1": {Choices: []string{"0"}}, "FUP": {Choices: []string{"peers"}}, "OPN1": {Text: "x"}, "DAY1": {Choices: []string{"2026-04-01"}}}} {
			if _, err := compiled.holds(func(name string) any { return c.value(name, given) }); err != nil {
				t.Errorf("%q was let through and fails: %v", source, err)
			}
		}
	})
}
