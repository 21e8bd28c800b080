package schedules_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/journey"
	"koe/mail"
	"koe/schedules"
	"koe/store"
)

// house is an organisation under test: real journey files, a real store, and a sender that keeps what it takes.
type house struct {
	*testing.T
	dir       string
	workspace *journey.Workspace
	store     *store.Store
	post      *post
	scheduler *schedules.Scheduler
	keys      map[string]koe.PersonKey
}

// settings is the koe.yaml of the tests; %s takes the calendar.
const settings = `
organization: {ja: 例示省, en: Example Ministry}
language: ja
timezone: %s
journeys: [journeys/test.yaml]
segments:
  - [bureau, division]
  - hire_type
store: data/koe.sqlite
warehouse: data/warehouse.duckdb
collector: {listen: "127.0.0.1:8080", public_url: "https://koe.example.go.jp"}
mail: {from: "人事課 <jinji@example.go.jp>", outbox: data/outbox}
calendar: {%s}
contact: {ja: "人事課 中途採用担当 内線0000", en: "HR, ext. 0000"}
`

const tokyoCalendar = `country: jp, closed: ["12-29..01-03"], send_between: "09:00-17:00", min_gap: P14D`

// head begins each journey file of the tests.
const head = `
journey: test
title: {ja: 中途採用者のジャーニー, en: The mid-career journey}
scales:
  agree5:
    from: 1
    to: 5
    labels:
      ja: [まったくそう思わない, あまりそう思わない, どちらともいえない, ややそう思う, とてもそう思う]
      en: [Strongly disagree, Somewhat disagree, Neither, Somewhat agree, Strongly agree]
questions:
  Q1: {kind: scale, scale: agree5, text: {ja: 職場になじんでいる。, en: I feel at home.}}
constructs: {}
surveys:
  s1:
    title: {ja: 短いアンケート, en: A short survey}
    mode: confidential
    pages: [{ask: [Q1]}]
stages:
`

// newHouse lays out a working folder whose journey has these stages (YAML) and opens everything.
func newHouse(t *testing.T, zone, calendar, stages string) *house {
	t.Helper()
	h := &house{T: t, dir: t.TempDir(), keys: map[string]koe.PersonKey{}, post: &post{}}
	h.file("koe.yaml", fmt.Sprintf(settings, zone, calendar))
	h.file("journeys/test.yaml", head+stages)
	h.store = koetest.StoreIn(t, h.dir)
	h.reopen()
	return h
}

// reopen reads the text files again, as the next run of koe would.
func (h *house) reopen() {
	h.Helper()
	w, problems := journey.Open(h.dir)
	if len(problems.Serious()) > 0 {
		h.Fatal(problems)
	}
	h.workspace = w
	s, err := schedules.New(schedules.Config{Store: h.store, Workspace: w, Sender: h.post})
	if err != nil {
		h.Fatal(err)
	}
	h.scheduler = s
}

func (h *house) file(name, text string) {
	h.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.Fatal(err)
	}
}

// at is a moment on the local clock: "2026-04-01 09:00".
func (h *house) at(s string) time.Time {
	h.Helper()
	if len(s) == len("2026-04-01") {
		s += " 09:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", s, h.workspace.Location)
	if err != nil {
		h.Fatal(err)
	}
	return t
}

func (h *house) date(s string) koe.Date { return date(h.T, s) }

// hire is a person who joined on a day.
func hire(t *testing.T, id, joined string) koe.Person {
	return koe.Person{ID: id, Name: "山田 " + id, Email: strings.ToLower(id) + "@example.go.jp", Language: "ja", Role: "hire",
		Segments: map[string]string{"bureau": "総務局", "division": "人事課", "hire_type": "任期なし"},
		Spells:   []koe.Spell{{Number: 1, JoinedOn: date(t, joined)}}}
}

// save writes people into the store.
func (h *house) save(now string, people ...koe.Person) {
	h.Helper()
	if err := h.store.SavePeople(h.Context(), h.at(now), people); err != nil {
		h.Fatal(err)
	}
	for _, p := range people {
		h.keys[p.ID] = p.Key
	}
}

func (h *house) event(now, person, kind, on, related string) {
	h.Helper()
	e := koe.Event{Person: h.keys[person], Kind: kind, On: h.date(on), Related: h.keys[related]}
	if _, err := h.store.AddEvents(h.Context(), h.at(now), []koe.Event{e}); err != nil {
		h.Fatal(err)
	}
}

func (h *house) dispatch(now string) schedules.DispatchResult {
	h.Helper()
	r, err := h.scheduler.Dispatch(h.Context(), h.at(now), schedules.Options{})
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// days dispatches every day from..until at nine and writes down what was done: "2026-05-01 A m2".
func (h *house) days(from, until string) []string {
	h.Helper()
	var out []string
	for d := h.date(from); !d.After(h.date(until)); d = d.AddDays(1) {
		out = append(out, lines(h.dispatch(d.String()).Entries)...)
	}
	return out
}

func (h *house) plan(now, from, until string) schedules.Plan {
	h.Helper()
	p, err := h.scheduler.Plan(h.Context(), h.at(now), h.date(from), h.date(until))
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// lines writes entries as "2026-05-01 A m2" or, for a reminder, "2026-05-08 A m2 #1"; somebody else than the hire as "B(A)".
func lines(entries []schedules.Entry) []string {
	var out []string
	for _, e := range entries {
		line := fmt.Sprintf("%s %s", e.Day, e.Person)
		if e.About != "" {
			line += "(" + e.About + ")"
		}
		line += " " + e.Stage
		if e.Kind == koe.MailReminder {
			line += fmt.Sprintf(" #%d", e.Number)
		}
		out = append(out, line)
	}
	return out
}

// skips writes who is skipped as "A m2 left".
func skips(plan schedules.Plan) []string {
	var out []string
	for _, s := range plan.Skipped {
		who := s.Person
		if s.About != "" {
			who += "(" + s.About + ")"
		}
		out = append(out, fmt.Sprintf("%s %s %s", who, s.Stage, s.Reason.Code))
	}
	return out
}

func (h *house) invitation(person, stage string) koe.Invitation {
	h.Helper()
	all, err := h.store.Invitations(h.Context(), store.InvitationFilter{Person: h.keys[person], Stage: stage})
	if err != nil || len(all) == 0 {
		h.Fatalf("%s has no invitation to %s (%v)", person, stage, err)
	}
	return all[len(all)-1]
}

func (h *house) status(person, stage string, s koe.InvitationStatus) {
	h.Helper()
	if err := h.store.SetInvitationStatus(h.Context(), h.at("2026-01-01"), h.invitation(person, stage).Key, s); err != nil {
		h.Fatal(err)
	}
}

// post is a sender that keeps what it takes and fails when it is told to.
type post struct {
	mu     sync.Mutex
	taken  []mail.Message
	faults map[string]error // by recipient, or "*"
	before func(mail.Message)
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.before != nil {
		p.before(m)
	}
	if err := p.faults[m.To]; err != nil {
		return err
	}
	if err := p.faults["*"]; err != nil {
		return err
	}
	p.taken = append(p.taken, m)
	return nil
}

func (p *post) Close() error { return nil }

func (p *post) to() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, m := range p.taken {
		out = append(out, m.To)
	}
	slices.Sort(out)
	return out
}

func (p *post) refuse(to string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = maps.Clone(p.faults)
	if p.faults == nil {
		p.faults = map[string]error{}
	}
	if err == nil {
		delete(p.faults, to)
		return
	}
	p.faults[to] = err
}

var (
	errFull = &mail.Fault{Temporary: true, Code: 452, Err: errors.New("452 mailbox is full")}
	errGone = &mail.Fault{Refused: true, Code: 550, Err: errors.New("550 no such user")}
	errSpam = &mail.Fault{Code: 554, Err: errors.New("554 looks like spam")}
	errDown = &mail.Fault{Temporary: true, Unreachable: true, Err: errors.New("connection refused")}
)

type mailMessage = mail.Message

const leaseTime = 3 * time.Minute

var dryRun = schedules.Options{DryRun: true}

func (h *house) mails(person, stage string) []koe.Mail {
	h.Helper()
	all, err := h.store.Mails(h.Context(), store.MailFilter{Invitations: []string{h.invitation(person, stage).Key}})
	if err != nil {
		h.Fatal(err)
	}
	return all
}
