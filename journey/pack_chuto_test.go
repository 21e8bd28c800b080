package journey

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// openPack lays the pack out as koe init does and opens it with the real parser.
func openPack(t *testing.T) *Workspace {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work")
	if err := Init(dir, "chuto", "ja"); err != nil {
		t.Fatal(err)
	}
	w, problems := Open(dir)
	if len(problems) > 0 || w == nil {
		t.Fatalf("the pack does not check clean:\n%v", problems)
	}
	return w
}

func packed(t *testing.T, w *Workspace, id string) *Compiled {
	t.Helper()
	c, ok := w.Journey(id)
	if !ok {
		t.Fatalf("there is no journey %s", id)
	}
	return c
}

func TestPackChuto_ItemsHaveTheReviewedWords(t *testing.T) {
	f, err := os.Open("testdata/items.csv") // the reviewed list: id, ja, en, reverse, scale
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want = want[1:]
	c := packed(t, openPack(t), "chuto")
	var got [][]string
	for i := range c.Questions {
		got = append(got, itemRow(&c.Questions[i]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-reviewed +pack):\n%s", diff)
	}
}

// itemRow writes a question as a row of the reviewed list.
func itemRow(q *koe.Question) []string {
	scale := string(q.Kind)
	switch {
	case q.Kind == koe.KindScale:
		scale = q.Scale
	case q.Kind == koe.KindNumber && q.Recommend && *q.Min == 0 && *q.Max == 10:
		scale = "num0_10"
	case q.Kind == koe.KindContact:
		scale = "yesno"
	case q.Kind == koe.KindSingle && q.Ordered:
		scale = "count5"
	}
	reverse := "false"
	if q.Reverse {
		reverse = "true"
	}
	return []string{q.ID, q.Text["ja"], q.Text["en"], reverse, scale}
}

func TestPackChuto_CoreWordsAreTheSameInEveryJourney(t *testing.T) {
	w := openPack(t)
	main := packed(t, w, "chuto")
	for _, c := range w.Journeys {
		for i := range c.Questions {
			q := &c.Questions[i]
			original, ok := main.Question(q.ID)
			if !ok || c == main {
				continue
			}
			if diff := cmp.Diff(itemRow(original), itemRow(q)); diff != "" {
				t.Errorf("journey %s, %s differs from chuto:\n%s", c.ID, q.ID, diff)
			}
		}
	}
}

func TestPackChuto_QuestionsAreShort(t *testing.T) {
	for _, c := range openPack(t).Journeys {
		for _, q := range c.Questions {
			switch q.Kind {
			case koe.KindNote, koe.KindConsent, koe.KindContact: // texts to read, and promises that have to be whole
				continue
			}
			if n := utf8.RuneCountInString(q.Text["ja"]); n > 45 {
				t.Errorf("journey %s, %s: %d characters, and 45 are the most: %s", c.ID, q.ID, n, q.Text["ja"])
			}
		}
	}
}

func TestPackChuto_APulseAsksFourteenQuestionsInTheFixedOrder(t *testing.T) {
	c := packed(t, openPack(t), "chuto")
	want := map[string]string{
		"pre":   "PRE1 PRE2 PRE3 PRE6 PRE7 | PRE4 PRE5 | CAR1 CAR2 CAR3 | OPN1 OPN2 | CONTACT",
		"m2":    "FIT1 FIT2 FIT3 | RCL1 LRN1 WEL1 | ISO1 ISO2 ISO3 | CAR1 CAR2 CAR3 | OPN3 OPN4 | CONTACT",
		"m3":    "FIT1 FIT2 FIT3 | FAT1 NED1 MEN1 | ISO1 ISO2 ISO3 | CAR1 CAR2 CAR3 | OPN3 OPN4 | CONTACT",
		"m6":    "FIT1 FIT2 FIT3 | CON1 MGR1 NPS1 | ISO1 ISO2 ISO3 | CAR1 CAR2 CAR3 | OPN3 OPN4 | CONTACT",
		"m12":   "FIT1 FIT2 FIT3 | TRF1 STY1 NPS1 | ISO1 ISO2 ISO3 | CAR1 CAR2 CAR3 | OPN3 OPN4 | CONTACT",
		"later": "FIT1 FIT2 FIT3 | TRF1 STY1 NPS1 | ISO1 ISO2 ISO3 | CAR1 CAR2 CAR3 | OPN3 OPN4 | CONTACT",
	}
	for i := range c.Surveys {
		s := &c.Surveys[i]
		if got := outline(c, s, nil); got != want[s.ID] {
			t.Errorf("%s without triggers:\n got %s\nwant %s", s.ID, got, want[s.ID])
		}
		if s.Mode != koe.Confidential {
			t.Errorf("%s is %s", s.ID, s.Mode)
		}
	}
}

// outline writes what a respondent with these answers sees, a bar between screens.
func outline(c *Compiled, s *koe.Survey, answers map[string]koe.Answer) string {
	var screens []string
	for _, screen := range c.Screens(s, answers) {
		var asked []string
		for _, q := range screen.Questions {
			asked = append(asked, q.ID)
		}
		screens = append(screens, strings.Join(asked, " "))
	}
	return strings.Join(screens, " | ")
}

func TestPackChuto_TheFirstTwoTriggersAskTheirFollowUps(t *testing.T) {
	c := packed(t, openPack(t), "chuto")
	calm := map[string]float64{"ISO1": 3, "ISO2": 3, "FAT1": 3, "FIT3": 3, "CAR1": 3, "CAR2": 3}
	for _, test := range []struct {
		survey string
		change map[string]float64
		want   string
	}{
		{"m3", nil, ""},
		{"m3", map[string]float64{"ISO1": 4}, "FUP_ISO"},
		{"m3", map[string]float64{"ISO2": 2}, "FUP_ISO"},
		{"m3", map[string]float64{"FAT1": 4}, "FUP_FAT"},
		{"m3", map[string]float64{"FIT3": 2}, "FUP_FIT"},
		{"m3", map[string]float64{"CAR1": 4}, "FUP_CAR"},
		{"m3", map[string]float64{"CAR2": 2}, "FUP_CAR"},
		{"m3", map[string]float64{"CAR1": 5, "FIT3": 1, "FAT1": 5, "ISO1": 5}, "FUP_ISO FUP_FAT"},
		{"m3", map[string]float64{"CAR1": 5, "FIT3": 1, "FAT1": 5}, "FUP_FAT FUP_FIT"},
		{"m6", map[string]float64{"CAR1": 5, "FIT3": 1, "ISO1": 5}, "FUP_ISO FUP_FIT"},
		{"m12", map[string]float64{"CAR2": 1, "FIT3": 1}, "FUP_FIT FUP_CAR"},
		{"m2", map[string]float64{"FAT1": 5}, ""},
		{"pre", map[string]float64{"CAR1": 4}, "FUP_CAR"},
	} {
		answers := map[string]koe.Answer{}
		for _, given := range []map[string]float64{calm, test.change} {
			for id, v := range given {
				answers[id] = koe.Answer{Value: &v}
			}
		}
		s, _ := c.Survey(test.survey)
		var asked []string
		for _, screen := range c.Screens(s, answers) {
			for _, q := range screen.Questions {
				if strings.HasPrefix(q.ID, "FUP_") {
					asked = append(asked, q.ID)
				}
			}
		}
		if got := strings.Join(asked, " "); got != test.want {
			t.Errorf("%s with %v asks %q, want %q", test.survey, test.change, got, test.want)
		}
	}
}

func TestPackChuto_WindowsAreTheOnesOfTheMethod(t *testing.T) {
	c := packed(t, openPack(t), "chuto")
	joined := koe.NewDate(2026, 4, 1)
	want := map[string][3]string{ // opens, target, closes for somebody who joined on 1 April 2026
		"pre":   {"2026-03-02", "2026-03-18", "2026-03-31"},
		"m2":    {"2026-05-01", "2026-05-16", "2026-06-01"},
		"m3":    {"2026-06-16", "2026-07-01", "2026-07-22"},
		"m6":    {"2026-09-16", "2026-10-01", "2026-10-22"},
		"m12":   {"2027-03-16", "2027-04-01", "2027-05-01"},
		"later": {"2027-09-16", "2027-10-01", "2027-10-22"},
	}
	got := map[string][3]string{}
	for _, s := range c.Stages {
		got[s.ID] = [3]string{joined.Add(s.Opens).String(), joined.Add(s.Target).String(), joined.Add(s.Closes).String()}
		if len(s.Remind) > 2 {
			t.Errorf("%s reminds %d times", s.ID, len(s.Remind))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("windows (-want +got):\n%s", diff)
	}
	var later []string
	for _, window := range windows(&c.Stages[len(c.Stages)-1], joined) {
		later = append(later, window[0].String())
	}
	if diff := cmp.Diff([]string{"2027-09-16", "2028-03-16", "2028-09-16", "2029-03-16"}, later); diff != "" {
		t.Errorf("half-yearly openings (-want +got):\n%s", diff)
	}
}

func TestPackChuto_HypothesesHaveTheShippedBars(t *testing.T) {
	c := packed(t, openPack(t), "chuto")
	type claim struct {
		Stage, Kind, Measure, Answers, From, Expect string
		Bar                                         float64
	}
	want := map[string]claim{
		"pre-trust":       {"pre", "share", "PRE4", ">=4", "", "above", 0.40},
		"pre-hope":        {"pre", "share", "PRE1", ">=4", "", "above", 0.60},
		"m2-overload":     {"m2", "share", "LRN1", ">=4", "", "above", 0.50},
		"m2-role":         {"m2", "share", "RCL1", ">=4", "", "below", 0.60},
		"m3-fatigue":      {"m3", "share", "FAT1", ">=4", "", "above", 0.40},
		"m3-connection":   {"m3", "share", "NED1", ">=4", "", "above", 0.50},
		"m3-isolation":    {"m3", "change", "isolation", "", "m2", "above", 0},
		"m3-mentor":       {"m3", "contrast", "isolation", "", "", "above", 0},
		"m6-contribution": {"m6", "share", "CON1", ">=4", "", "above", 0.50},
		"m6-fit":          {"m6", "change", "fit", "", "m3", "above", 0.25},
		"m12-career":      {"m12", "change", "career_anxiety", "", "m6", "above", 0.25},
		"m12-transfer":    {"m12", "share", "TRF1", ">=4", "", "below", 0.50},
		"m12-stay":        {"m12", "share", "STY1", ">=4", "", "above", 0.60},
	}
	got := map[string]claim{}
	for _, h := range c.Hypotheses {
		got[h.ID] = claim{h.Stage, string(h.Kind), h.Measure, h.Answers, h.From, h.Expect, h.Bar}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hypotheses (-want +got):\n%s", diff)
	}
}

func TestPackChuto_EverySurveyExplainsItselfAndNamesConsultationWindows(t *testing.T) {
	for _, c := range openPack(t).Journeys {
		for _, s := range c.Surveys {
			for _, lang := range []string{"ja", "en"} {
				if !strings.Contains(s.Closing[lang], "https://kokoro.mhlw.go.jp/") {
					t.Errorf("%s/%s: the last page in %s names no consultation window", c.ID, s.ID, lang)
				}
			}
			takesText := slices.ContainsFunc(s.Asked(), func(id string) bool { q, _ := c.Question(id); return q.Kind == koe.KindText })
			if takesText && !strings.Contains(s.Intro["ja"], "病名") {
				t.Errorf("%s/%s does not ask to leave medical diagnoses out", c.ID, s.ID)
			}
			plain := map[koe.Mode][2]string{koe.Identified: {"記名式", "carries your name"}, koe.Anonymous: {"無記名", "Anonymous"}, koe.Confidential: {"匿名では", "not anonymous"}}[s.Mode]
			if !s.Store {
				plain = [2]string{"何も保存しません", "Nothing is kept"}
			}
			if !strings.Contains(s.Intro["ja"], plain[0]) || !strings.Contains(s.Intro["en"], plain[1]) {
				t.Errorf("%s/%s is %s and does not say so plainly", c.ID, s.ID, s.Mode)
			}
		}
	}
}

func TestPackChuto_NobodyIsAskedAfterADeath(t *testing.T) {
	w := openPack(t)
	for _, at := range [][2]string{{"leaving", "exit"}, {"alumni", "alumni_join"}} {
		c := packed(t, w, at[0])
		stage, _ := c.Stage(at[1])
		for reason, want := range map[string]bool{"": true, "任期満了": true, "自己都合": true, "死亡": false} {
			got, err := c.Applies(stage, koe.Person{}, koe.Spell{Number: 1, LeftReason: reason})
			if err != nil || got != want {
				t.Errorf("%s with the reason %q: asked %v, want %v (%v)", stage.ID, reason, got, want, err)
			}
		}
	}
}

func TestPackChuto_TheSelfCheckFollowsTheFlowChart(t *testing.T) {
	c := packed(t, openPack(t), "job_rules")
	survey, _ := c.Survey("check")
	if survey.Store {
		t.Fatal("the self-check keeps answers")
	}
	for _, test := range []struct{ when, status, rank, company, want, screens string }{
		{"promised", "", "", "", "outside_time", "JR_ABOUT JR_WHEN"},
		{"after", "", "", "", "outside_time", "JR_ABOUT JR_WHEN"},
		{"in_office", "conditional", "", "", "outside_status", "JR_ABOUT JR_WHEN | JR_STATUS"},
		{"in_office", "part_time", "", "", "outside_status", "JR_ABOUT JR_WHEN | JR_STATUS"},
		{"in_office", "temporary", "", "", "outside_status", "JR_ABOUT JR_WHEN | JR_STATUS"},
		{"in_office", "full_time", "below", "", "below_rank", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK"},
		{"in_office", "reappointed", "below", "", "below_rank", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK"},
		{"in_office", "full_time", "assistant_director_up", "other", "not_interested", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK | JR_COMPANY"},
		{"in_office", "full_time", "assistant_director_up", "interested", "covered", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK | JR_COMPANY"},
		{"in_office", "reappointed", "assistant_director_up", "interested", "covered", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK | JR_COMPANY"},
		{"in_office", "full_time", "assistant_director_up", "unsure", "ask", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK | JR_COMPANY"},
		{"in_office", "full_time", "unsure", "", "ask", "JR_ABOUT JR_WHEN | JR_STATUS | JR_RANK"},
		{"in_office", "unsure", "", "", "ask", "JR_ABOUT JR_WHEN | JR_STATUS"},
		{"", "", "", "", "ask", "JR_ABOUT JR_WHEN"},
		// somebody who went back and changed an earlier answer: what was answered on hidden pages counts for nothing
		{"after", "full_time", "assistant_director_up", "interested", "outside_time", "JR_ABOUT JR_WHEN"},
		{"in_office", "conditional", "assistant_director_up", "interested", "outside_status", "JR_ABOUT JR_WHEN | JR_STATUS"},
	} {
		answers := map[string]koe.Answer{}
		for id, v := range map[string]string{"JR_WHEN": test.when, "JR_STATUS": test.status, "JR_RANK": test.rank, "JR_COMPANY": test.company} {
			if v != "" {
				answers[id] = koe.Answer{Choices: []string{v}}
			}
		}
		outcome, ok := c.Outcome(survey, answers)
		if !ok || outcome.ID != test.want {
			t.Errorf("%+v: outcome %v", test, outcome)
		}
		if got := outline(c, survey, answers); got != test.screens {
			t.Errorf("%+v: screens %s", test, got)
		}
		if ok && outcome.ID != "ask" && !strings.Contains(outcome.Text["ja"], "在職中の約束の届出") {
			t.Errorf("outcome %s does not name the notification (※3)", outcome.ID)
		}
	}
}

func TestPackChuto_HasTheWholeJourney(t *testing.T) {
	w := openPack(t)
	want := map[string][]string{ // journey: stage audience anchor mode
		"chuto":     {"pre hire joined confidential", "m2 hire joined confidential", "m3 hire joined confidential", "m6 hire joined confidential", "m12 hire joined confidential", "later hire joined confidential"},
		"welcome":   {"week1 hire joined identified", "week1_manager manager manager_assigned confidential", "hearing hire joined identified"},
		"mentors":   {"mentor_start mentor mentor_assigned confidential", "mentor_check mentor mentor_assigned confidential"},
		"networks":  {"exchange hire attended:exchange anonymous", "training hire attended:training anonymous"},
		"transfer":  {"transfer hire transferred confidential"},
		"leaving":   {"exit hire left confidential"},
		"alumni":    {"alumni_join hire left identified", "alumni_yearly hire alumni_joined confidential"},
		"directory": {"profile hire joined identified"},
		"job_rules": {"reminder hire joined anonymous", "term_end hire term_ends anonymous"},
	}
	got := map[string][]string{}
	for _, c := range w.Journeys {
		for _, s := range c.Stages {
			survey, _ := c.Survey(s.Survey)
			got[c.ID] = append(got[c.ID], strings.Join([]string{s.ID, string(s.Audience), s.Anchor, string(survey.Mode)}, " "))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	chuto := packed(t, w, "chuto")
	for _, stage := range []string{"pre", "m2", "m3", "m6", "m12"} {
		for _, owner := range []koe.Owner{koe.OwnerUnit, koe.OwnerHR} {
			if !slices.ContainsFunc(chuto.Measures, func(m koe.Measure) bool { return m.Owner == owner && slices.Contains(m.Stages, stage) }) {
				t.Errorf("no measure of %s at %s", owner, stage)
			}
		}
	}
}
