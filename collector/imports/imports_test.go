package imports

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"koe"
	"koe/internal/koetest"
	"koe/journey"
	"koe/store"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
)

// setting is a working folder with a small journey and an empty store.
func setting(t testing.TB) Config {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "koe.yaml", `
organization: {ja: 例示省, en: Example Ministry}
language: ja
timezone: Asia/Tokyo
journeys: [journeys/j.yaml]
segments: [[bureau, division], hire_type]
aliases: {通し番号: person_id, 採用の別: hire_type}
store: data/koe.sqlite
warehouse: data/warehouse.duckdb
collector: {listen: "127.0.0.1:0", public_url: "http://127.0.0.1"}
mail: {from: "HR <hr@example.go.jp>", outbox: data/outbox}
`)
	if err := os.Mkdir(filepath.Join(dir, "journeys"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "journeys/j.yaml", `
journey: j
title: {ja: 例, en: Example}
scales:
  agree5: {from: 1, to: 5, labels: {ja: [まったくそう思わない, あまりそう思わない, どちらともいえない, ややそう思う, とてもそう思う], en: [Strongly disagree, Disagree, Neither, Agree, Strongly agree]}}
questions:
  ISO1: {kind: scale, scale: agree5, text: {ja: 分かち合える相手がいないと感じた。, en: I felt there was no one.}}
  ISO2: {kind: scale, scale: agree5, reverse: true, text: {ja: 気兼ねなく声をかけられる人がいる。, en: There is someone I can approach.}}
  NPS1: {kind: number, min: 0, max: 10, recommend: true, text: {ja: すすめたいですか。, en: Would you recommend us?}}
  MET1: {kind: yesno, text: {ja: 話す機会があった。, en: I had a chance to talk.}}
  NET1:
    kind: single
    ordered: true
    text: {ja: 何人いますか。, en: How many?}
    options:
      - {value: "0", text: {ja: 0人, en: None}}
      - {value: "1-2", text: {ja: 1～2人, en: 1–2}}
      - {value: "10+", text: {ja: 10人以上, en: 10 or more}}
  FUP:
    kind: multi
    text: {ja: どのようなつながりですか(いくつでも)。, en: Which kinds? (choose any)}
    options:
      - {value: unit, text: {ja: "課内で、気軽に話せる相手", en: "Someone in my unit, to talk to"}}
      - {value: peers, text: {ja: 同じ中途採用の人, en: Others who joined mid-career}}
      - {value: other, text: {ja: その他, en: Something else}}
  OPN1: {kind: text, text: {ja: 困っていることは何ですか。, en: What is hard for you?}}
  DAY1: {kind: date, text: {ja: いつですか。, en: When?}}
  CONTACT: {kind: contact, text: {ja: 連絡がほしいですか。, en: Shall we contact you?}}
surveys:
  s:
    mode: confidential
    pages:
      - {ask: [ISO1, ISO2, NPS1, MET1, NET1, OPN1, DAY1, CONTACT]}
      - {ask: [FUP], show_if: "ISO1 >= 4"}
  a:
    mode: anonymous
    pages:
      - {ask: [ISO1, OPN1]}
stages:
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, survey: s}
  - {id: m3, title: {ja: 3か月, en: Three months}, audience: hire, anchor: joined, opens: P2M15D, closes: P3M21D, survey: s}
  - {id: anon, title: {ja: 無記名, en: Anonymous}, audience: hire, anchor: joined, opens: P4M, closes: P5M, survey: a}
`)
	workspace, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	s, err := store.Open(t.Context(), store.Config{DSN: filepath.Join(dir, "data", "koe.sqlite"), Location: workspace.Location})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return Config{Store: s, Workspace: workspace, Language: "en"}
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func file(t testing.TB, name, text string) []string {
	t.Helper()
	return []string{write(t, t.TempDir(), name, text)}
}

func people(t testing.TB, cfg Config, files []string) PeopleResult {
	t.Helper()
	r, err := People(t.Context(), cfg, files, koetest.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reasons gives the refused rows without the folder.
func reasons(refused Refused) []string {
	var out []string
	for _, p := range refused {
		p.File = filepath.Base(p.File)
		out = append(out, p.String())
	}
	return out
}

const roster = `社員番号,氏名,メールアドレス,個人メール,入省日,退職日,退職理由,役割,局,課,採用の別,備考
００１,中途 花子,hanako@example.go.jp,h@example.com,令和8年4月1日,,,中途採用者,総務局,人事課,経験者採用,x
002,髙橋 太郎,taro@example.go.jp,,2026/5/15,,,,政策局,企画課,任期付,
M1,指導 次郎,jiro@example.go.jp,,,,,メンター,政策局,企画課,,
`

func TestPeople_ReadsAJapaneseRosterOfWindows(t *testing.T) {
	cfg := setting(t)
	sjis, err := japanese.ShiftJIS.NewEncoder().String(roster)
	if err != nil {
		t.Fatal(err)
	}
	r := people(t, cfg, file(t, "名簿.csv", sjis))
	want := PeopleResult{Rows: 3, Added: []string{"001", "002", "M1"}, Unknown: []string{"備考"}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	p, err := cfg.Store.PersonByID(t.Context(), "001")
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "中途 花子" || p.Role != "hire" || p.PersonalEmail != "h@example.com" || len(p.Spells) != 1 || p.Spells[0].JoinedOn != koe.NewDate(2026, 4, 1) {
		t.Errorf("got %+v", p)
	}
	if diff := cmp.Diff(map[string]string{"bureau": "総務局", "division": "人事課", "hire_type": "経験者採用"}, p.Segments); diff != "" {
		t.Error(diff)
	}
	again := people(t, cfg, file(t, "名簿.csv", roster))
	if diff := cmp.Diff(PeopleResult{Rows: 3, Unchanged: 3, Unknown: []string{"備考"}}, again); diff != "" {
		t.Error("the same roster again, in another encoding: " + diff)
	}
}

func TestPeople_TellsWhatChangedWhoLeftAndWhoIsNotThere(t *testing.T) {
	cfg := setting(t)
	people(t, cfg, file(t, "a.csv", roster))
	r := people(t, cfg, file(t, "b.csv", `person_id,left_on,left_reason,bureau,division
001,2026-06-30,転職,総務局,人事課
002,,,政策局,総括課
`))
	want := PeopleResult{Rows: 2, Left: []string{"001"}, Changed: []Change{{"002", []string{"division"}}}, NotInFile: []string{"M1"},
		Notes: Refused{{Warning: true, Line: 1, File: "b.csv", Message: `there is no column for the segment "hire_type" of koe.yaml; its values stay as they are`}}}
	r.Notes[0].File = filepath.Base(r.Notes[0].File)
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	p, _ := cfg.Store.PersonByID(t.Context(), "001")
	if p.Spells[0].LeftReason != "転職" || p.Name != "中途 花子" || p.Segments["hire_type"] != "経験者採用" {
		t.Errorf("what the file does not say was lost: %+v", p)
	}
}

func TestPeople_BeginsANewSpellOnlyAfterALeaving(t *testing.T) {
	cfg := setting(t)
	step := func(row string) koe.Person {
		t.Helper()
		r := people(t, cfg, file(t, "r.csv", "person_id,name,email,joined_on,left_on,bureau,division,hire_type\n"+row+"\n"))
		if len(r.Refused) > 0 {
			t.Fatal(r.Refused)
		}
		p, err := cfg.Store.PersonByID(t.Context(), "7")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := step("7,A,a@example.org,2024-04-01,,x,y,z"); len(p.Spells) != 1 {
		t.Fatalf("joined: %+v", p.Spells)
	}
	if p := step("7,A,a@example.org,2024-04-15,,x,y,z"); len(p.Spells) != 1 || p.Spells[0].JoinedOn != koe.NewDate(2024, 4, 15) {
		t.Fatalf("a corrected joining date is the same spell: %+v", p.Spells)
	}
	if p := step("7,A,a@example.org,2024-04-15,2025-03-31,x,y,z"); len(p.Spells) != 1 || p.Spells[0].LeftOn != koe.NewDate(2025, 3, 31) {
		t.Fatalf("left: %+v", p.Spells)
	}
	p := step("7,A,a@example.org,2026-04-01,,x,y,z")
	if len(p.Spells) != 2 || p.Spells[1].Number != 2 || p.Spells[0].LeftOn != koe.NewDate(2025, 3, 31) || !p.Spells[1].LeftOn.IsZero() {
		t.Fatalf("a rehire is a new spell: %+v", p.Spells)
	}
	if p := step("7,A,a@example.org,2026-04-02,,x,y,z"); len(p.Spells) != 2 || p.Spells[1].JoinedOn != koe.NewDate(2026, 4, 2) {
		t.Fatalf("the rehire's date corrected: %+v", p.Spells)
	}
}

func TestPeople_NotesAJoiningThatNeverHappened(t *testing.T) {
	cfg := setting(t)
	people(t, cfg, file(t, "a.csv", roster))
	people(t, cfg, file(t, "b.csv", "職員番号,入省日,退職日,退職理由\n002,2026-05-15,2026-05-01,内定辞退\n"))
	p, _ := cfg.Store.PersonByID(t.Context(), "002")
	if !p.Spells[0].Cancelled {
		t.Errorf("got %+v", p.Spells)
	}
}

func TestPeople_RefusesRowsOneByOneAndTakesTheRest(t *testing.T) {
	cfg := setting(t)
	r := people(t, cfg, file(t, "bad.csv", `person_id,name,email,joined_on,left_on,role,language,bureau,division,hire_type
1,A,a@example.org,2026-04-01,,,,x,y,z
2,B,b@example.org,2026-02-30,,,,x,y,z
3,C,no address,2026-04-01,,,,x,y,z
4,D,d@example.org,,,,,x,y,z
5,E,e@example.org,2026-04-01,2026-03-01,,,x,y,z
6,F,f@example.org,2026-04-01,,boss of all,,x,y,z
7,G,g@example.org,2026-04-01,,,klingon!,x,y,z
,H,h@example.org,2026-04-01,,,,x,y,z
8,I,i@example.org,2026-04-01,,,,x,y,z
9,J,j@example.org,2026-04-01,,,ja,x,y,z
8,K,k@example.org,2026-04-01,,,,x,y,z
`))
	want := []string{
		`bad.csv:3:19: joined_on "2026-02-30" cannot be read as a date; write it as 2026-04-01`,
		`bad.csv:4:5: email "no address" is not a mail address`,
		`bad.csv:5:19: joined_on is empty`,
		`bad.csv:6:30: left_on 2026-03-01 is before the joining date 2026-04-01; for somebody who never joined, write "cancelled" as the reason`,
		`bad.csv:7:31: role "boss of all" is none of hire, mentor, manager`,
		`bad.csv:8:32: language "klingon!" is not a language tag such as ja or en`,
		`bad.csv:9:1: person_id is empty`,
		`bad.csv:10:1: person_id "8" is also on line 12 of bad.csv; neither is taken, since either may be right`,
		`bad.csv:12:1: person_id "8" is also on line 10 of bad.csv; neither is taken, since either may be right`,
	}
	got := reasons(r.Refused)
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], filepath.Dir(r.Refused[0].File)+"/", "")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "9"}, r.Added); diff != "" {
		t.Error(diff)
	}
	cfg.Language = "ja"
	again := people(t, cfg, file(t, "bad.csv", "職員番号,氏名,メール,採用日,局,課,採用区分\n2,B,b@example.org,2026-02-30,x,y,z\n"))
	if got := reasons(again.Refused); len(got) != 1 || !strings.Contains(got[0], "採用日「2026-02-30」は日付として読めません") {
		t.Errorf("in Japanese: %v", got)
	}
}

func TestPeople_AMissingColumnOrAnEmptyFileIsAnErrorOfTheFile(t *testing.T) {
	cfg := setting(t)
	for text, want := range map[string]string{
		"氏名,メール\nA,a@example.org\n": "there is no column person_id (or 社員番号, 職員番号 …)",
		"person_id,name\n1,A\n":     "there is no column joined_on",
		"a,b\n1,2\n":                "there is no column person_id",
		"":                          "the file is empty",
		"person_id,社員番号,joined_on\n1,2,2026-04-01\n":      "both mean person_id",
		"person_id,name,joined_on\n1,\"open,2026-04-01\n": "never closes",
	} {
		_, err := People(t.Context(), cfg, file(t, "x.csv", text), koetest.Now(), false)
		if err == nil || !strings.Contains(err.Error(), want) || koe.KindOf(err) != koe.Invalid {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	if all, _ := cfg.Store.People(t.Context(), store.WithVault); len(all) != 0 {
		t.Errorf("a refused file left %d people", len(all))
	}
}

func TestPeople_ADryRunWritesNothing(t *testing.T) {
	cfg := setting(t)
	r, err := People(t.Context(), cfg, file(t, "a.csv", roster), koetest.Now(), true)
	if err != nil || len(r.Added) != 3 || !r.DryRun {
		t.Fatalf("%+v, %v", r, err)
	}
	if all, _ := cfg.Store.People(t.Context(), store.WithVault); len(all) != 0 {
		t.Errorf("a dry run left %d people", len(all))
	}
	var b strings.Builder
	r.WriteText(&b, "ja")
	want := "試行(何も書き込んでいません)\n3行を読みました: 追加 3人、変更 0人、退職 0人、変わらず 0人、取り込まず 0行\n使わなかった列: 備考\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEvents_TakeEachFactOnceAndOnlyAboutKnownPeople(t *testing.T) {
	cfg := setting(t)
	people(t, cfg, file(t, "a.csv", roster))
	files := file(t, "events.csv", `職員番号,出来事,日付,メンターの職員番号,備考
001,メンター指名,R8.4.1,M1,
001,attended:交流会,2026年5月1日,,第1回
002,mentor_assigned,2026-05-15,,
002,mentor_assigned,2026-05-15,M9,
999,異動,2026-05-15,,
001,joined,2026-04-01,,
002,異動,いつか,,
002,異動,2026-06-01,,
002,懇親会,2026-06-01,,
`)
	r, err := Events(t.Context(), cfg, files, koetest.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`events.csv:4: メンターの職員番号 is empty`,
		`events.csv:5:32: メンターの職員番号 "M9" is not on the roster; import the roster first`,
		`events.csv:6:1: 職員番号 "999" is not on the roster; import the roster first`,
		`events.csv:7:5: joining and leaving belong in the roster, as joined_on and left_on`,
		`events.csv:8:8: 日付 "いつか" cannot be read as a date; write it as 2026-04-01`,
	}
	if diff := cmp.Diff(want, reasons(r.Refused)); diff != "" {
		t.Error(diff)
	}
	if r.Added != 4 || r.Rows != 9 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Message, "懇親会") {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(map[string]int{"mentor_assigned": 1, "attended:交流会": 1, "transferred": 1, "懇親会": 1}, r.Kinds); diff != "" {
		t.Error(diff)
	}
	again, err := Events(t.Context(), cfg, files, koetest.Now(), false)
	if err != nil || again.Added != 0 || again.Unchanged != 4 {
		t.Errorf("again: %+v, %v", again, err)
	}
	all, _ := cfg.Store.Events(t.Context())
	mentor, _ := cfg.Store.PersonByID(t.Context(), "M1")
	if len(all) != 4 || !contains(all, func(e koe.Event) bool {
		return e.Kind == koe.EventMentorAssigned && e.Related == mentor.Key && e.On == koe.NewDate(2026, 4, 1)
	}) {
		t.Errorf("the store has %+v", all)
	}
}

func contains[T any](all []T, is func(T) bool) bool {
	for _, one := range all {
		if is(one) {
			return true
		}
	}
	return false
}

// csvOf writes records as a CSV file.
func csvOf(t testing.TB, records ...[]string) []string {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return file(t, "answers.csv", b.String())
}

func TestPeople_AreNotDoubledWhenASpreadsheetDropsTheirZeros(t *testing.T) {
	cfg := staffed(t)
	r := people(t, cfg, file(t, "r.csv", "person_id,name,joined_on\n1,中途 花子,2026-04-01\n3,新 人,2026-06-01\n"))
	if got := reasons(r.Refused); len(got) != 1 || got[0] != `r.csv:2:1: person_id "1" looks like "001" with its zeros lost; keep such numbers as text in the spreadsheet` {
		t.Errorf("%v", got)
	}
	if diff := cmp.Diff([]string{"3"}, r.Added); diff != "" {
		t.Error(diff)
	}
	a := answers(t, cfg, csvOf(t, []string{"person_id", "stage", "ISO1"}, []string{"1", "m2", "4"}), AnswerOptions{})
	if got := reasons(a.Refused); len(got) != 1 || !strings.Contains(got[0], `did a spreadsheet drop the zeros of "001"?`) {
		t.Errorf("%v", got)
	}
}
