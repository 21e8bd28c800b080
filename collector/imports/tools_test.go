package imports

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

// Each file of testdata/answers has the layout and the traps of the tool that it is named after; its contents are invented.
func toolCases() []struct {
	file, format string
	stored       []string // what the store holds afterwards: person at when: answers
	refused      []string
	skipped      int
	unused       []string
} {
	return []struct {
		file, format string
		stored       []string
		refused      []string
		skipped      int
		unused       []string
	}{
		{file: "google-ja.csv", format: "google", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+peers+other ISO1=5 ISO2=declined MET1=not_asked NET1=1-2 NPS1=10 OPN1="一行目\n二行目"`,
			`002 06-20T04:05: DAY1=not_asked FUP=not_asked ISO1=2 ISO2=4 MET1=not_asked NET1=10+ NPS1=skipped OPN1="特にない"`}},
		{file: "google-en.csv", format: "google", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+peers ISO1=5 ISO2=4 MET1=not_asked NET1=1-2 NPS1=9 OPN1="=nothing"`,
			`002 06-03T04:05: DAY1=not_asked FUP=not_asked ISO1=2 ISO2=declined MET1=not_asked NET1=0 NPS1=skipped OPN1=skipped`}},
		{file: "limesurvey-codes.csv", format: "limesurvey", skipped: 1, stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+other ISO1=5 ISO2=4 MET1=1 NET1=1-2 NPS1=10 OPN1="一行目\n二行目"`},
			refused: []string{`limesurvey-codes.csv:5:114: NET1: "other" is none of the choices: None, 1–2, 10 or more`}},
		{file: "limesurvey-texts.csv", format: "limesurvey", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit ISO1=5 ISO2=4 MET1=1 NET1=not_asked NPS1=not_asked OPN1=not_asked`}},
		{file: "limesurvey-vv.csv", format: "limesurvey-vv", skipped: 1, stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=peers ISO1=5 ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=10 OPN1="\"一行目\n二行目 {x}\ty"`,
			`002 06-20T00:12: DAY1=not_asked FUP=not_asked ISO1=1 ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=0 OPN1=skipped`}},
		{file: "formbricks.csv", format: "formbricks", skipped: 1, stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+peers+other ISO1=5 ISO2=not_asked MET1=not_asked NET1=1-2 NPS1=not_asked OPN1="@home"`}},
		{file: "formbricks.xlsx", format: "formbricks", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=not_asked ISO1=5 ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=10 OPN1=not_asked`}},
		{file: "surveymonkey.csv", format: "surveymonkey", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+other ISO1=5 ISO2=4 MET1=not_asked NET1=1-2 NPS1=9 OPN1="first\nsecond"`,
			`002 06-03T04:05: DAY1=not_asked FUP=peers ISO1=2 ISO2=declined MET1=not_asked NET1=0 NPS1=skipped OPN1=skipped`}},
		{file: "qualtrics.csv", format: "qualtrics", skipped: 2, stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+other ISO1=5 ISO2=not_asked MET1=1 NET1=not_asked NPS1=10 OPN1="quiet"`,
			`002 06-03T00:12: DAY1=not_asked FUP=not_asked ISO1=2 ISO2=not_asked MET1=skipped NET1=not_asked NPS1=skipped OPN1=skipped`}},
		{file: "glint.csv", format: "glint", unused: []string{"I felt there was no one._COMMENT"}, stored: []string{
			`001 06-05T00:12: DAY1=not_asked FUP=not_asked ISO1=4 ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=not_asked OPN1=not_asked`,
			`002 06-03T00:12: DAY1=not_asked FUP=not_asked ISO1=skipped ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=not_asked OPN1=not_asked`}},
		{file: "msforms-ja.xlsx", format: "msforms", stored: []string{
			`001 05-20T00:12: DAY1=2026-05-01 FUP=unit+peers+other ISO1=5 ISO2=declined MET1=not_asked NET1=1-2 NPS1=10 OPN1="一行目\n二行目"`,
			`002 06-21T00:12: DAY1=skipped FUP=not_asked ISO1=2 ISO2=4 MET1=not_asked NET1=10+ NPS1=7 OPN1="=x"`},
			refused: []string{"msforms-ja.xlsx!Sheet1:3:4: nobody is named; a column with the person's number or mail address is needed"}},
		{file: "msforms-en.xlsx", format: "msforms", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit+other ISO1=5 ISO2=3 MET1=1 NET1=not_asked NPS1=not_asked OPN1=not_asked`}},
		{file: "koe-sjis.csv", format: "koe", stored: []string{
			`001 05-20T00:12: DAY1=not_asked FUP=unit ISO1=5 ISO2=not_asked MET1=not_asked NET1=not_asked NPS1=not_asked OPN1="髙橋さんに感謝"`}},
	}
}

func TestAnswers_ReadTheExportsOfSurveyTools(t *testing.T) {
	for _, c := range toolCases() {
		t.Run(c.file, func(t *testing.T) {
			cfg := staffed(t)
			path := filepath.Join("testdata", "answers", c.file)
			preview, err := Answers(t.Context(), cfg, []string{path}, AnswerOptions{Stage: "m2", DryRun: true}, koetest.Now())
			if err != nil || preview.Format != c.format || !preview.Suggested {
				t.Fatalf("detected %q (suggested %v), %v; want %q", preview.Format, preview.Suggested, err, c.format)
			}
			r := answers(t, cfg, []string{path}, AnswerOptions{Format: c.format, Stage: "m2"})
			if diff := cmp.Diff(c.stored, everything(t, cfg)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.refused, reasons(r.Refused)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.unused, r.Unused); diff != "" {
				t.Error(diff)
			}
			if r.Skipped != c.skipped || r.Added != len(c.stored) {
				t.Errorf("%d set aside, %d added", r.Skipped, r.Added)
			}
			if again := answers(t, cfg, []string{path}, AnswerOptions{Format: c.format, Stage: "m2"}); again.Unchanged != len(c.stored) || again.Added+again.Corrected != 0 {
				t.Errorf("again: %+v", again)
			}
		})
	}
}

// everything lists what the store holds: person, when, answers.
func everything(t testing.TB, cfg Config) []string {
	t.Helper()
	people, err := cfg.Store.People(t.Context(), store.WithVault)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[koe.PersonKey]string{}
	for _, p := range people {
		ids[p.Key] = p.ID
	}
	all, err := cfg.Store.Submissions(t.Context(), store.SubmissionFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range all {
		lines = append(lines, ids[s.Person]+" "+s.SubmittedAt.In(time.UTC).Format("01-02T15:04")+": "+shown(s.Answers))
	}
	slices.Sort(lines)
	return lines
}

func TestDetect_ASuggestionIsNotTakenWithoutAWord(t *testing.T) {
	cfg := staffed(t)
	r, err := Answers(t.Context(), cfg, []string{"testdata/answers/google-ja.csv"}, AnswerOptions{Stage: "m2"}, koetest.Now())
	if err == nil || !strings.Contains(err.Error(), "--format google") || !r.DryRun {
		t.Errorf("%v, %+v", err, r)
	}
	if len(everything(t, cfg)) != 0 {
		t.Error("something was written")
	}
}
