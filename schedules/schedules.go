// Package schedules decides who is asked what, on which day and why, and sends what is due.
//
// Deciding is apart from doing. A stage and an anchor give an Opening (pure calendar arithmetic); openings become
// candidates, one for each person who may be asked; and for one person and one day, act says what is to be done, given what was done before.
// Plan runs act forward over days that have not come; Dispatch runs it for today and does what it says. So a plan for a
// day is what dispatch does on it, as long as nobody edits the roster, answers or declines in between.
//
// Doing is log first, act afterwards: rows in the store, then mails. The rows are unique, a mail has one Message-ID and one
// link however often it is tried, so a crash, a second scheduler or a clock that jumps changes nothing but the hour.
//
// The Bell rings the jobs of koe serve by cron expressions. It decides nothing: the store says what is due.
//
// This package does not take answers in (package collector) and does not count them (package analysis).
package schedules

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"time"

	"koe"
	"koe/journey"
	"koe/mail"
	"koe/store"
)

// Config is what a Scheduler works with. Store and Workspace are needed; Sender only to send.
type Config struct {
	Store     *store.Store
	Workspace *journey.Workspace
	Sender    mail.Sender
	Log       *slog.Logger // never gets names, addresses or tokens
	Holder    string       // names this process among several; made up when empty
	IMAPTLS   *tls.Config  // for a mailbox whose certificate an own authority signed; nil: what the system trusts
}

// Scheduler plans and dispatches. Its methods may be called one after the other; two processes may each have one.
type Scheduler struct {
	store     *store.Store
	workspace *journey.Workspace
	sender    mail.Sender
	log       *slog.Logger
	holder    string
	cal       *Calendar
	letters   *letters
	stages    map[[2]string]stageOf
	titles    map[string]koe.Text // of measures, by the event that records them
	imapTLS   *tls.Config         // nil: what the system trusts
}

// New makes a scheduler. It fails on a calendar or a mail template that cannot be used.
func New(c Config) (*Scheduler, error) {
	s := &Scheduler{store: c.Store, workspace: c.Workspace, sender: c.Sender, log: c.Log, holder: c.Holder, imapTLS: c.IMAPTLS, stages: map[[2]string]stageOf{}, titles: map[string]koe.Text{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.holder == "" {
		host, _ := os.Hostname() // a name to tell processes apart; any will do
		s.holder = fmt.Sprintf("%s/%d", host, os.Getpid())
	}
	var err error
	if s.cal, err = NewCalendar(c.Workspace.Settings.Calendar, c.Workspace.Location); err != nil {
		return nil, err
	}
	folder := ""
	if dir := c.Workspace.Settings.Mail.Templates; dir != "" {
		folder = c.Workspace.Path(dir)
	}
	if s.letters, err = loadLetters(folder); err != nil {
		return nil, err
	}
	rank := 0
	for _, j := range c.Workspace.Journeys {
		for _, m := range j.Measures {
			if m.Event != "" {
				s.titles[m.Event] = m.Title
			}
		}
		for i := range j.Stages {
			rank++
			s.stages[[2]string{j.ID, j.Stages[i].ID}] = stageOf{&j.Stages[i], rank}
		}
	}
	return s, nil
}

// Calendar gives the organisation's working days and hours.
func (s *Scheduler) Calendar() *Calendar { return s.cal }

// Close says goodbye to the mail server.
func (s *Scheduler) Close() error {
	if s.sender == nil {
		return nil
	}
	return s.sender.Close()
}

// decider makes the part that decides, over a roster.
func (s *Scheduler) decider(p *population) *decider {
	return &decider{cal: s.cal, settings: &s.workspace.Settings, roster: p.roster, events: p.events, stages: s.stages, titles: s.titles}
}

// stopwatch is the time of a pass: the time that came in, moved on as a pass takes minutes. Within the first minute it stands
// still, so that what a short pass writes does not depend on how fast the machine is.
func stopwatch(now time.Time) func() time.Time {
	begun := time.Now() //nolint:forbidigo // measures how long the pass takes; what is due is decided by now
	return func() time.Time { return now.Add(time.Since(begun).Truncate(time.Minute)) }
}

// Entry is one thing that is done, or to be done, on a day: an invitation or a reminder to a person.
type Entry struct {
	Day        koe.Date      `json:"day"`
	Person     string        `json:"person_id"`
	Name       string        `json:"name,omitempty"`
	About      string        `json:"about_id,omitempty"` // the hire, when a mentor or a manager is asked
	AboutName  string        `json:"about_name,omitempty"`
	Journey    string        `json:"journey"`
	Stage      string        `json:"stage"`
	Kind       koe.MailKind  `json:"kind"`
	Number     int           `json:"number,omitempty"` // of the reminder
	Spell      int           `json:"spell"`
	Occurrence int           `json:"occurrence"`
	DueOn      koe.Date      `json:"due_on"`
	ClosesOn   koe.Date      `json:"closes_on"`
	Done       bool          `json:"done,omitempty"`  // it happened
	State      koe.MailState `json:"state,omitempty"` // of its mail, when it happened
	NoAddress  bool          `json:"no_address,omitempty"`
	Reason     Reason        `json:"reason"`

	Key     koe.PersonKey `json:"-"`
	Subject koe.PersonKey `json:"-"`
}

// Skip is a window in which somebody is not asked, and why.
type Skip struct {
	Person    string   `json:"person_id"`
	Name      string   `json:"name,omitempty"`
	About     string   `json:"about_id,omitempty"`
	AboutName string   `json:"about_name,omitempty"`
	Journey   string   `json:"journey"`
	Stage     string   `json:"stage"`
	Spell     int      `json:"spell"`
	DueOn     koe.Date `json:"due_on"`
	ClosesOn  koe.Date `json:"closes_on"`
	Reason    Reason   `json:"reason"`

	Key     koe.PersonKey `json:"-"`
	Subject koe.PersonKey `json:"-"`
}
