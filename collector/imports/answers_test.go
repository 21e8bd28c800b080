package imports

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/journey"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

// staffed is a setting with the people of the roster.
func staffed(t testing.TB) Config {
	t.Helper()
	cfg := setting(t)
	people(t, cfg, file(t, "roster.csv", roster))
	return cfg
}

func answers(t testing.TB, cfg Config, files []string, opts AnswerOptions) AnswersResult {
	t.Helper()
	if opts.Format == "" && opts.Map == "" {
		opts.Format = "koe"
	}
	r, err := Answers(t.Context(), cfg, files, opts, koetest.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stored gives the answers of a person at a stage as text: ISO1=4 FUP=peers+other …
func stored(t testing.TB, cfg Config, person, stage string) string {
	t.Helper()
	p, err := cfg.Store.PersonByID(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	all, err := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{Person: p.Key, Stage: stage})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%s has %d responses at %s; want 1", person, len(all), stage)
	}
	return shown(all[0].Answers)
}

func shown(answers map[string]koe.Answer) string {
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		a := answers[id]
		switch {
		case a.Missing != koe.MissingNone:
			parts = append(parts, id+"="+string(a.Missing))
		case a.Value != nil:
			parts = append(parts, fmt.Sprintf("%s=%g", id, *a.Value))
		case a.Text != "":
			parts = append(parts, fmt.Sprintf("%s=%q", id, a.Text))
		default:
			parts = append(parts, id+"="+strings.Join(a.Choices, "+"))
		}
	}
	return strings.Join(parts, " ")
}

func TestAnswers_ReadValuesAndLabelsOfAnyLanguageAndWidth(t *testing.T) {
	cfg := staffed(t)
	r := answers(t, cfg, csvOf(t,
		[]string{"職員番号", "stage", "submitted_at", "ISO1", "ISO2", "NPS1", "MET1", "NET1", "FUP", "OPN1", "DAY1", "CONTACT", "採用区分"},
		[]string{"001", "2か月", "2026-05-20T09:00:00+09:00", "とても そう思う", "5. Strongly agree", "１０", "はい", "１〜２人", "課内で、気軽に話せる相手, 同じ中途採用の人", "一行目\n二行目", "令和8年5月1日", "はい", "任期付"},
		[]string{"002", "m3", "2026/7/1 8:00", "2", "答えない", "", "no", "10 or more", "", "", "", "いいえ", ""},
	), AnswerOptions{})
	if len(r.Refused) > 0 || r.Added != 2 || r.Rows != 2 || r.People != 2 || r.Unlinked != 2 {
		t.Fatalf("%+v", r)
	}
	if diff := cmp.Diff(`DAY1=2026-05-01 FUP=unit+peers ISO1=5 ISO2=5 MET1=1 NET1=1-2 NPS1=10 OPN1="一行目\n二行目"`, stored(t, cfg, "001", "m2")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`DAY1=skipped FUP=not_asked ISO1=2 ISO2=declined MET1=0 NET1=10+ NPS1=skipped OPN1=skipped`, stored(t, cfg, "002", "m3")); diff != "" {
		t.Error(diff)
	}
	p, _ := cfg.Store.PersonByID(t.Context(), "001")
	subs, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{Person: p.Key})
	if s := subs[0]; s.Source != koe.SourceImport || s.Invitation != "" || !s.SubmittedAt.Equal(time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)) ||
		s.Segments["hire_type"] != "任期付" || s.Segments["bureau"] != "総務局" || s.Language != "ja" {
		t.Errorf("got %+v", s)
	}
	requests, _ := cfg.Store.Requests(t.Context())
	if len(requests) != 1 || requests[0].Person != p.Key || requests[0].Question != "CONTACT" {
		t.Errorf("requests: %+v", requests)
	}
}

func TestAnswers_RefuseWholeRowsThatCannotBeRight(t *testing.T) {
	cfg := staffed(t)
	r := answers(t, cfg, csvOf(t,
		[]string{"person_id", "stage", "submitted_at", "ISO1", "NPS1", "MET1", "NET1", "FUP", "DAY1"},
		[]string{"001", "m2", "2026-05-20", "6", "", "", "", "", ""},
		[]string{"001", "m2", "2026-05-20", "3.5", "7.5", "", "", "", ""},
		[]string{"001", "m2", "2026-05-20", "そうかも", "11", "maybe", "many", "friends", "someday"},
		[]string{"404", "m2", "2026-05-20", "3", "", "", "", "", ""},
		[]string{"001", "m9", "2026-05-20", "3", "", "", "", "", ""},
		[]string{"001", "m2", "2027-05-20", "3", "", "", "", "", ""},
		[]string{"001", "m2", "yesterday", "3", "", "", "", "", ""},
		[]string{"001", "anon", "2026-05-20", "3", "7", "", "", "", ""},
		[]string{"", "m2", "2026-05-20", "3", "", "", "", "", ""},
		[]string{"002", "m2", "2026-06-20", "3", "", "", "", "", ""},
	), AnswerOptions{})
	want := []string{
		`answers.csv:2:19: ISO1: 6 is not within 1 to 5`,
		`answers.csv:3:19: ISO1: "3.5" is not a whole number`,
		`answers.csv:3:23: NPS1: "7.5" is not a whole number`,
		`answers.csv:4:19: ISO1: "そうかも" is neither a number from 1 to 5 nor one of their labels`,
		`answers.csv:4:24: NPS1: 11 is not within 0 to 10`,
		`answers.csv:4:27: MET1: "maybe" is neither yes nor no (1 or 0)`,
		`answers.csv:4:33: NET1: "many" is none of the choices: None, 1–2, 10 or more`,
		`answers.csv:4:38: FUP: "friends" is none of the choices: Someone in my unit, to talk to, Others who joined mid-career, Something else`,
		`answers.csv:4:46: DAY1: the answer "someday" cannot be read as a date; write it as 2026-04-01`,
		`answers.csv:5:1: nobody on the roster has the number "404"`,
		`answers.csv:6:5: there is no stage "m9": m2, m3, anon`,
		`answers.csv:7:8: the time "2027-05-20" is in the future`,
		`answers.csv:8:8: the time "yesterday" cannot be read; write it as 2026-04-15 09:00`,
		`answers.csv:9:23: NPS1 is not asked at stage anon`,
		`answers.csv:10:1: nobody is named; a column with the person's number or mail address is needed`,
	}
	if diff := cmp.Diff(want, reasons(r.Refused)); diff != "" {
		t.Error(diff)
	}
	if r.Added != 1 || r.Rows != 10 {
		t.Errorf("added %d of %d", r.Added, r.Rows)
	}
}

func TestAnswers_TheSameFileAgainChangesNothingAndACorrectedOneCorrects(t *testing.T) {
	cfg := staffed(t)
	header := []string{"person_id", "stage", "submitted_at", "ISO1", "OPN1"}
	first := csvOf(t, header, []string{"001", "m2", "2026-05-20 09:00", "4", "さみしい"}, []string{"002", "m2", "2026-06-20 09:00", "2", ""})
	answers(t, cfg, first, AnswerOptions{})
	again := answers(t, cfg, first, AnswerOptions{})
	if again.Unchanged != 2 || again.Added+again.Corrected != 0 {
		t.Errorf("again: %+v", again)
	}
	r := answers(t, cfg, csvOf(t, header, []string{"001", "m2", "2026-05-20 09:00", "5", "さみしい"}, []string{"002", "m2", "2026-06-20 09:00", "2", ""}), AnswerOptions{})
	if r.Corrected != 1 || r.Unchanged != 1 || r.Added != 0 {
		t.Errorf("corrected: %+v", r)
	}
	if got := stored(t, cfg, "001", "m2"); !strings.Contains(got, "ISO1=5") {
		t.Errorf("got %s", got)
	}
	p, _ := cfg.Store.PersonByID(t.Context(), "001")
	subs, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{Person: p.Key})
	history, err := cfg.Store.History(t.Context(), subs[0].Response)
	if err != nil || len(history) != 1 || *history[0].Answers["ISO1"].Value != 4 {
		t.Errorf("history: %+v, %v", history, err)
	}
	old := answers(t, cfg, csvOf(t, header, []string{"001", "m2", "2026-05-19 09:00", "1", ""}), AnswerOptions{})
	if old.Older != 1 || old.Added+old.Corrected != 0 {
		t.Errorf("an older answer: %+v", old)
	}
}

func TestAnswers_OfOnePersonInOneFileTheLatestCounts(t *testing.T) {
	cfg := staffed(t)
	files := csvOf(t, []string{"person_id", "stage", "submitted_at", "ISO1"},
		[]string{"001", "m2", "2026-05-21 09:00", "5"}, []string{"001", "m2", "2026-05-20 09:00", "1"}, []string{"001", "m2", "2026-05-21 09:00", "5"})
	r := answers(t, cfg, files, AnswerOptions{})
	if r.Added != 1 || r.Older != 1 || r.Unchanged != 1 {
		t.Errorf("%+v", r)
	}
	if got := stored(t, cfg, "001", "m2"); !strings.Contains(got, "ISO1=5") {
		t.Errorf("got %s", got)
	}
	again := answers(t, cfg, files, AnswerOptions{})
	if again.Added+again.Corrected != 0 {
		t.Errorf("again: %+v", again)
	}
}

// invite writes invitations of person 001: stage, due, closes.
func invite(t testing.TB, cfg Config, person string, windows ...[3]string) []koe.Invitation {
	t.Helper()
	p, err := cfg.Store.PersonByID(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	var all []koe.Invitation
	for _, w := range windows {
		due, _ := koe.ParseDate(w[1])
		closes, _ := koe.ParseDate(w[2])
		stage, _ := cfg.Workspace.Journeys[0].Stage(w[0])
		survey, _ := cfg.Workspace.Journeys[0].Survey(stage.Survey)
		all = append(all, koe.Invitation{Journey: "j", Stage: w[0], Person: p.Key, Spell: 1, Occurrence: 1, Survey: stage.Survey, Version: survey.Version, Mode: survey.Mode,
			Language: "ja", AnchorOn: due, DueOn: due, TargetOn: due, ClosesOn: closes, Segments: map[string]string{"bureau": "旧局"}, Status: koe.Invited})
	}
	created, err := cfg.Store.CreateInvitations(t.Context(), koetest.Now(), all)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func TestAnswers_AreTiedToTheInvitationThatWasOpen(t *testing.T) {
	cfg := staffed(t)
	invite(t, cfg, "001", [3]string{"m2", "2026-05-01", "2026-06-01"}, [3]string{"m3", "2026-06-15", "2026-07-22"})
	r := answers(t, cfg, csvOf(t, []string{"person_id", "submitted_at", "ISO1"}, []string{"001", "2026-05-20", "4"}, []string{"001", "2026-06-20", "3"}), AnswerOptions{})
	if r.Linked != 2 || r.Added != 2 || len(r.Refused) > 0 {
		t.Fatalf("%+v", r)
	}
	if diff := cmp.Diff(map[string]int{"m2": 1, "m3": 1}, r.Stages); diff != "" {
		t.Error(diff)
	}
	all, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{Stage: "m2"})
	if len(all) != 1 || all[0].Invitation == "" || all[0].DueOn != koe.NewDate(2026, 5, 1) || all[0].Segments["bureau"] != "旧局" {
		t.Errorf("got %+v", all)
	}
	invitations, _ := cfg.Store.Invitations(t.Context(), store.InvitationFilter{Journey: "j"})
	for _, v := range invitations {
		if v.Status != koe.Answered {
			t.Errorf("%s is %s", v.Stage, v.Status)
		}
	}
	late := answers(t, cfg, csvOf(t, []string{"person_id", "stage", "submitted_at", "ISO1"}, []string{"001", "m2", "2026-06-10", "5"}), AnswerOptions{})
	if late.Corrected != 1 || late.Linked != 1 {
		t.Errorf("an answer after the close still belongs to its stage: %+v", late)
	}
	none := answers(t, cfg, csvOf(t, []string{"person_id", "submitted_at", "ISO1"}, []string{"001", "2026-01-20", "4"}), AnswerOptions{})
	if got := reasons(none.Refused); len(got) != 1 || !strings.Contains(got[0], "the stage is not known") {
		t.Errorf("%v", got)
	}
}

func TestAnswers_ThatCameBeforeTheInvitationAreNotDoubledByIt(t *testing.T) {
	cfg := staffed(t)
	files := csvOf(t, []string{"person_id", "stage", "submitted_at", "ISO1"}, []string{"001", "m2", "2026-05-20", "4"})
	answers(t, cfg, files, AnswerOptions{})
	invite(t, cfg, "001", [3]string{"m2", "2026-05-01", "2026-06-01"})
	r := answers(t, cfg, files, AnswerOptions{})
	if r.Unchanged != 1 || r.Added != 0 {
		t.Errorf("%+v", r)
	}
	corrected := answers(t, cfg, csvOf(t, []string{"person_id", "stage", "submitted_at", "ISO1"}, []string{"001", "m2", "2026-05-20", "2"}), AnswerOptions{})
	if corrected.Corrected != 1 {
		t.Errorf("%+v", corrected)
	}
	if got := stored(t, cfg, "001", "m2"); !strings.Contains(got, "ISO1=2") {
		t.Errorf("got %s", got)
	}
}

func TestAnswers_ToAnAnonymousSurveyNameNobodyAndAreNotDoubled(t *testing.T) {
	cfg := staffed(t)
	files := csvOf(t, []string{"stage", "submitted_at", "ISO1", "OPN1"},
		[]string{"anon", "2026-05-20 10:00", "4", ""}, []string{"anon", "2026-05-20 10:00", "4", ""}, []string{"anon", "2026-05-20 10:00", "2", "x"})
	r := answers(t, cfg, files, AnswerOptions{})
	if r.Added != 3 || r.People != 0 {
		t.Fatalf("%+v", r)
	}
	if again := answers(t, cfg, files, AnswerOptions{}); again.Added != 0 {
		t.Errorf("again: %+v", again)
	}
	all, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{Stage: "anon"})
	if len(all) != 3 {
		t.Fatalf("%d responses", len(all))
	}
	for _, s := range all {
		if s.Person != "" || s.Invitation != "" {
			t.Errorf("an anonymous answer names somebody: %+v", s)
		}
	}
}

func TestAnswers_WithoutAFormatAreAPreviewThatSaysHowToGoOn(t *testing.T) {
	cfg := staffed(t)
	files := csvOf(t, []string{"person_id", "stage", "ISO1", "memo"}, []string{"001", "m2", "4", "x"})
	r, err := Answers(t.Context(), cfg, files, AnswerOptions{}, koetest.Now())
	if err == nil || !strings.Contains(err.Error(), "--format koe") || koe.KindOf(err) != koe.Invalid {
		t.Errorf("error %v", err)
	}
	if !r.DryRun || !r.Suggested || r.Format != "koe" || r.Added != 1 {
		t.Errorf("%+v", r)
	}
	if all, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{}); len(all) != 0 {
		t.Errorf("%d responses were written", len(all))
	}
	if r, err = Answers(t.Context(), cfg, files, AnswerOptions{Accept: true}, koetest.Now()); err != nil || r.DryRun || r.Added != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	var b strings.Builder
	r.WriteText(&b, "en")
	want := `format koe (suggested), journey j, 1 rows, 1 people (0 with an invitation, 1 without)
1 new, 0 corrected, 0 unchanged, 0 older, 0 set aside, 0 refused
  m2: 1
  ISO1  answered 1, declined 0, blank 0, not asked 0
      4 Agree: 1
columns not used: memo
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAnswers_NameWhatIsWrongWithAFile(t *testing.T) {
	cfg := staffed(t)
	for text, want := range map[string]string{
		"a,b\n1,2\n":                      "no column of answers",
		"person_id,stage\n001,m2\n":       "no column of answers",
		"person_id,ISO1,iso1\n001,1,2\n":  "question ISO1 has two columns (2 and 3)",
		"person_id,ISO1\n001,\"1\nnever,": "never closes",
	} {
		if _, err := Answers(t.Context(), cfg, file(t, "x.csv", text), AnswerOptions{Format: "koe", Stage: "m2"}, koetest.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	for opts, want := range map[AnswerOptions]string{{Format: "excel97"}: "there is no format", {Format: "koe", Journey: "x"}: "there is no journey", {Format: "koe", Stage: "x"}: "there is no stage"} {
		if _, err := Answers(t.Context(), cfg, file(t, "x.csv", "person_id,ISO1\n001,1\n"), opts, koetest.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", opts, err, want)
		}
	}
}

// TestAnswers_TenThousandRowsComeInTogether: the rows share their commits. About three seconds on two idle cores; the limit
// is for a busy machine under the race detector.
func TestAnswers_TenThousandRowsComeInTogether(t *testing.T) {
	const n = 10_000
	cfg := setting(t)
	var names, rows strings.Builder
	names.WriteString("person_id,name,email,joined_on,bureau,division,hire_type\n")
	rows.WriteString("person_id,stage,submitted_at,ISO1,ISO2,NPS1,OPN1\n")
	for i := range n {
		fmt.Fprintf(&names, "%d,P%d,p%d@example.org,2026-04-01,b,d,h\n", i, i, i)
		fmt.Fprintf(&rows, "%d,m2,2026-05-20,%d,%d,%d,text %d\n", i, 1+i%5, 1+i%3, i%11, i)
	}
	start := time.Now()
	people(t, cfg, file(t, "r.csv", names.String()))
	roster := time.Since(start)
	files := file(t, "a.csv", rows.String())
	start = time.Now()
	r := answers(t, cfg, files, AnswerOptions{})
	took := time.Since(start)
	start = time.Now()
	again := answers(t, cfg, files, AnswerOptions{})
	t.Logf("roster %v, answers %v, again %v", roster, took, time.Since(start))
	if r.Added != n || again.Unchanged != n {
		t.Errorf("added %d, unchanged %d", r.Added, again.Unchanged)
	}
	if took > 5*time.Minute {
		t.Errorf("%d rows took %v", n, took)
	}
}

func TestAnswers_FindTheJourneyThatAsksTheQuestions(t *testing.T) {
	dir := t.TempDir()
	if err := journey.Init(dir, "chuto", "ja"); err != nil {
		t.Fatal(err)
	}
	w, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	cfg := Config{Store: koetest.StoreIn(t, dir), Workspace: w, Language: "en"}
	people(t, cfg, []string{filepath.Join(dir, "roster.csv")})
	r := answers(t, cfg, csvOf(t, []string{"person_id", "stage", "submitted_at", "ISO1"}, []string{"E0001", "m2", "2026-05-20", "4"}), AnswerOptions{})
	if r.Journey != "chuto" || r.Added != 1 {
		t.Errorf("%+v", r)
	}
	if r = answers(t, cfg, csvOf(t, []string{"person_id", "submitted_at", "FIT1"}, []string{"E0001", "2026-05-20", "4"}), AnswerOptions{Stage: "m6"}); r.Journey != "chuto" || r.Added != 1 {
		t.Errorf("%+v", r)
	}
	_, err := Answers(t.Context(), cfg, csvOf(t, []string{"person_id", "what"}, []string{"E0001", "4"}), AnswerOptions{Format: "koe"}, koetest.Now())
	if err == nil || !strings.Contains(err.Error(), "--journey") {
		t.Errorf("no question at all: %v", err)
	}
}

func TestAnswers_OfSomebodyInvitedToAnAnonymousSurveyAreTakenOnceAndNotChanged(t *testing.T) {
	cfg := staffed(t)
	invite(t, cfg, "001", [3]string{"anon", "2026-05-01", "2026-07-31"})
	header := []string{"person_id", "stage", "submitted_at", "ISO1"}
	files := csvOf(t, header, []string{"001", "anon", "2026-06-01", "4"})
	if r := answers(t, cfg, files, AnswerOptions{}); r.Added != 1 || r.Linked != 1 {
		t.Fatalf("%+v", r)
	}
	if again := answers(t, cfg, files, AnswerOptions{}); again.Unchanged != 1 || again.Added != 0 || len(again.Refused) > 0 {
		t.Errorf("again: %+v", again)
	}
	changed := answers(t, cfg, csvOf(t, header, []string{"001", "anon", "2026-06-01", "5"}), AnswerOptions{})
	if len(changed.Refused) != 1 || changed.Added != 0 {
		t.Errorf("changed: %+v", changed)
	}
	all, _ := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{})
	if len(all) != 1 || all[0].Person != "" || all[0].Invitation != "" || all[0].ID != "" {
		t.Errorf("an anonymous answer tells who gave it: %+v", all)
	}
}
