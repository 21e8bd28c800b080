package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/journey"
	"koe/store"
)

// koeCommand runs the program in a folder, as a person would, and gives what it says.
func koeCommand(t *testing.T, dir string, want int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if got := run(t.Context(), append(args, "--dir", dir, "--now", "2026-07-01T12:00:00+09:00"), func(string) string { return "" }, strings.NewReader(""), &out, &errOut); got != want {
		t.Fatalf("koe %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &errOut)
	}
	return out.String() + errOut.String()
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// asking is a working folder in which two people asked for a personal reply and one wrote a page for the directory.
func asking(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ok(t, journey.Init(dir, "chuto", "ja"))
	w, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	cfg, err := storeConfig(w, func(string) string { return "" })
	ok(t, err)
	s, err := store.Open(t.Context(), cfg)
	ok(t, err)
	defer s.Close()
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, p := range []struct{ id, name, note string }{{"A1", "山田 太郎", "昼休みに\x1b[2J電話を"}, {"A2", "鈴木 花子", ""}} {
		ok(t, s.SavePeople(t.Context(), now, []koe.Person{{ID: p.id, Name: p.name, Email: p.id + "@example.go.jp", Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, 1)}}}}))
		person, err := s.PersonByID(t.Context(), p.id)
		ok(t, err)
		created, err := s.CreateInvitations(t.Context(), now, []koe.Invitation{
			{Journey: "chuto", Stage: "m3", Person: person.Key, Spell: 1, Occurrence: 1, Survey: "m3", Version: 1, Mode: koe.Confidential, ClosesOn: koe.NewDate(2026, 7, 22)},
			{Journey: "directory", Stage: "profile", Person: person.Key, Spell: 1, Occurrence: 1, Survey: "profile", Version: 1, Mode: koe.Identified, ClosesOn: koe.NewDate(2026, 7, 22)}})
		ok(t, err)
		yes := 1.0
		_, err = s.Submit(t.Context(), now, koe.Submission{ID: "c" + p.id, Invitation: created[0].Key, Language: "ja", Source: koe.SourceForm, Answers: map[string]koe.Answer{},
			Requests: []koe.Request{{Question: "CONTACT", Note: p.note}}})
		ok(t, err)
		_, err = s.Submit(t.Context(), now, koe.Submission{ID: "d" + p.id, Invitation: created[1].Key, Language: "ja", Source: koe.SourceForm,
			Answers: map[string]koe.Answer{"DIR_OK": {Value: &yes}, "DIR_JOB": {Text: "弁護士"}}})
		ok(t, err)
	}
	return dir
}

func TestRequests_ListsWhoAskedAndMarksThem(t *testing.T) {
	dir := asking(t)
	var listed []askedReply
	ok(t, json.Unmarshal([]byte(koeCommand(t, dir, exitDone, "requests", "--json")), &listed))
	if len(listed) != 2 || listed[0].Email == "" || listed[0].State != "open" {
		t.Fatalf("%+v", listed)
	}
	said := koeCommand(t, dir, exitDone, "requests")
	for _, want := range []string{"山田 太郎", "鈴木 花子", "3か月", "昼休みに [2J電話を", "2026-07-01"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if strings.Contains(said, "\x1b") {
		t.Error("what somebody wrote reaches the terminal as a control sequence")
	}
	koeCommand(t, dir, exitDone, "requests", "done", strings.ToLower(listed[0].ID[:8]))
	if said := koeCommand(t, dir, exitDone, "requests"); strings.Contains(said, listed[0].Name) || !strings.Contains(said, listed[1].Name) {
		t.Errorf("after one was done:\n%s", said)
	}
	if said := koeCommand(t, dir, exitDone, "requests", "--all"); !strings.Contains(said, "対応済み") {
		t.Errorf("all:\n%s", said)
	}
	koeCommand(t, dir, exitDone, "requests", "open", listed[0].ID)
	koeCommand(t, dir, exitFailed, "requests", "done", "ZZZZ")
	koeCommand(t, dir, exitUsage, "requests", "done")
	logged := koeCommand(t, dir, exitDone, "log", "list")
	for _, want := range []string{"requests done\t1\t1 requests", "requests open\t1\t1 requests"} {
		if !strings.Contains(logged, want) {
			t.Errorf("%q is not in the audit log:\n%s", want, logged)
		}
	}
	if strings.Contains(logged, listed[0].PersonID) || strings.Contains(logged, listed[0].ID) {
		t.Errorf("the audit log names somebody:\n%s", logged)
	}
}

func TestDirectory_WritesPages(t *testing.T) {
	dir := asking(t)
	said := koeCommand(t, dir, exitDone, "directory")
	pages, err := filepath.Glob(filepath.Join(dir, "directory", "p", "*.html"))
	ok(t, err)
	if len(pages) != 2 || !strings.Contains(said, "2人のページ") {
		t.Errorf("%d pages; koe says %s", len(pages), said)
	}
	if logged := koeCommand(t, dir, exitDone, "log", "list"); !strings.Contains(logged, "directory\t2\t") {
		t.Errorf("the directory is not in the audit log:\n%s", logged)
	}
	koeCommand(t, dir, exitFailed, "directory", "--out", filepath.Join(dir, "journeys"))
}
