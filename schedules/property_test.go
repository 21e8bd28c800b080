package schedules_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/mail"
	"koe/schedules"
	"koe/store"
)

// everyKind is a journey with every kind of stage.
const everyKind = `
  - {id: pre, title: {ja: 入社前, en: Before}, audience: hire, anchor: joined, opens: -P30D, closes: -P1D, remind: [P7D, P14D], survey: s1, late: until_close}
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, remind: [P7D, P14D], survey: s1, late: P7D}
  - {id: m3, title: {ja: 3か月, en: Three months}, audience: hire, anchor: joined, opens: P2M15D, target: P3M, closes: P3M21D, remind: [P7D, P14D], survey: s1, roll: previous}
  - {id: term, title: {ja: 任期, en: Term}, audience: hire, anchor: joined, opens: P3M, closes: P3M10D, when: "hire_type == '任期付'", survey: s1, late: skip}
  - {id: half, title: {ja: 半年ごと, en: Half-yearly}, audience: hire, anchor: joined, opens: P6M, closes: P6M14D, remind: [P5D], repeat: {every: P6M, until: P2Y}, survey: s1, roll: none}
  - {id: exit, title: {ja: 退職, en: Leaving}, audience: hire, anchor: left, opens: -P7D, closes: P30D, remind: [P14D], survey: s1}
  - {id: alumni, title: {ja: その後, en: Alumni}, audience: hire, anchor: left, opens: P6M, closes: P7M, repeat: {every: P6M, until: P2Y}, survey: s1}
  - {id: moved, title: {ja: 異動, en: Transfer}, audience: hire, anchor: transferred, opens: P14D, closes: P1M14D, remind: [P7D], survey: s1}
  - {id: mentor, title: {ja: メンター, en: Mentors}, audience: mentor, anchor: mentor_assigned, opens: P1M, closes: P2M, remind: [P7D], survey: s1}
`

// chaos edits a house at random, the way HR and respondents do. The same seed does the same.
type chaos struct {
	*house
	random  *rand.Rand
	people  []koe.Person
	mentors []string
}

func (c *chaos) day(around koe.Date, spread int) koe.Date {
	return around.AddDays(c.random.IntN(2*spread) - spread)
}

func (c *chaos) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// settle makes the first roster.
func (c *chaos) settle(now time.Time, hires, mentors int) {
	c.Helper()
	today := koe.DateOf(now.In(c.workspace.Location))
	var all []koe.Person
	for i := range mentors {
		id := fmt.Sprintf("M%d", i)
		c.mentors = append(c.mentors, id)
		all = append(all, koe.Person{ID: id, Name: "先輩 " + id, Email: id + "@example.go.jp", Role: "mentor"})
	}
	for i := range hires {
		p := hire(c.T, fmt.Sprintf("H%d", i), c.day(today, 200).String())
		c.vary(&p)
		c.people = append(c.people, p)
	}
	all = append(all, c.people...)
	c.must(c.store.SavePeople(c.Context(), now, all))
	for i, p := range all {
		c.keys[p.ID] = p.Key
		if i >= mentors {
			c.people[i-mentors].Key = p.Key
		}
	}
}

func (c *chaos) vary(p *koe.Person) {
	if c.random.IntN(2) == 0 {
		p.Segments["hire_type"] = "任期付"
	}
	if c.random.IntN(3) == 0 {
		p.PersonalEmail = strings.ToLower(p.ID) + "@example.com"
	}
	if c.random.IntN(8) == 0 {
		p.Email = ""
	}
	if c.random.IntN(4) == 0 {
		p.Language = "en"
	}
}

// edit changes something.
func (c *chaos) edit(now time.Time) {
	c.Helper()
	today := koe.DateOf(now.In(c.workspace.Location))
	p := &c.people[c.random.IntN(len(c.people))]
	spell := &p.Spells[len(p.Spells)-1]
	event := func(kind string, on koe.Date, related string) {
		_, err := c.store.AddEvents(c.Context(), now, []koe.Event{{Person: p.Key, Kind: kind, On: on, Related: c.keys[related]}})
		c.must(err)
	}
	switch c.random.IntN(12) {
	case 0: // corrected
		spell.JoinedOn = c.day(spell.JoinedOn, 40)
	case 1:
		if on := c.day(today, 30); !on.Before(spell.JoinedOn) {
			spell.LeftOn, spell.LeftReason = on, "personal"
		}
	case 2:
		spell.LeftOn = koe.Date{}
	case 3:
		spell.Cancelled = !spell.Cancelled
	case 4:
		if !spell.LeftOn.IsZero() {
			p.Spells = append(p.Spells, koe.Spell{Number: spell.Number + 1, JoinedOn: spell.LeftOn.AddDays(1 + c.random.IntN(200))})
		}
	case 5:
		c.vary(p)
	case 6:
		event(koe.EventTransferred, c.day(today, 30), "")
	case 7:
		event(koe.EventMentorAssigned, c.day(today, 40), c.mentors[c.random.IntN(len(c.mentors))])
	case 8: // somebody new
		q := hire(c.T, fmt.Sprintf("H%d", len(c.people)), c.day(today, 120).String())
		c.vary(&q)
		one := []koe.Person{q}
		c.must(c.store.SavePeople(c.Context(), now, one))
		c.people = append(c.people, one[0])
		c.keys[q.ID] = one[0].Key
		return
	case 9, 10:
		all, err := c.store.Invitations(c.Context(), store.InvitationFilter{Person: p.Key})
		c.must(err)
		if len(all) > 0 {
			inv := all[c.random.IntN(len(all))]
			status := []koe.InvitationStatus{koe.Answered, koe.Answered, koe.Declined, koe.Bounced}[c.random.IntN(4)]
			c.must(c.store.SetInvitationStatus(c.Context(), now, inv.Key, status))
			if status == koe.Bounced {
				c.must(c.store.SetBounced(c.Context(), p.Key, true))
			}
		}
		return
	case 11:
		if c.random.IntN(4) == 0 {
			c.must(c.store.DeclineJourney(c.Context(), p.Key, "test"))
		}
		return
	}
	c.must(c.store.SavePeople(c.Context(), now, []koe.Person{*p}))
}

func newChaos(t *testing.T, seed uint64, calendar string) *chaos {
	return &chaos{house: newHouse(t, "Asia/Tokyo", calendar, everyKind), random: rand.New(rand.NewPCG(seed, 7))}
}

func open(entries []schedules.Entry) []schedules.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e schedules.Entry) bool { return e.Done })
}

func TestProperty_PlanSaysOfADayWhatDispatchDoesOnIt(t *testing.T) {
	for seed := range uint64(9) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			limits := []string{"", ", max_contacts: 2", ", roll: previous"}[seed%3]
			c := newChaos(t, seed, tokyoCalendar+limits)
			now := c.at("2026-03-02")
			c.settle(now, 25, 4)
			for range 40 {
				for range c.random.IntN(6) {
					c.edit(now)
				}
				c.post.refuse("*", []error{nil, nil, nil, errFull, errDown}[c.random.IntN(5)])
				today := c.scheduler.Calendar().Day(now)
				plan, err := c.scheduler.Plan(t.Context(), now, today, today)
				c.must(err)
				result, err := c.scheduler.Dispatch(t.Context(), now, schedules.Options{})
				c.must(err)
				if diff := cmp.Diff(lines(open(plan.Entries)), lines(result.Entries)); diff != "" && result.HeldUntil.IsZero() {
					t.Fatalf("%s: plan and dispatch differ (-plan +dispatch):\n%s", now, diff)
				}
				again, err := c.scheduler.Plan(t.Context(), now, today, today)
				c.must(err)
				smooth := result.PutOff+result.Failed+result.Bounced+result.Dropped == 0 // a mail that did not go may free the way for another
				if left := lines(open(again.Entries)); len(left) > 0 && smooth && result.HeldUntil.IsZero() {
					t.Fatalf("%s: still to do after dispatch: %v", now, left)
				}
				if c.random.IntN(8) == 0 { // a clock set back
					now = now.Add(-time.Duration(c.random.IntN(26)) * time.Hour)
				}
				now = now.Add(time.Duration(c.random.IntN(5)) * 24 * time.Hour).Add(time.Duration(c.random.IntN(180)-60) * time.Minute)
			}
			c.audit()
		})
	}
}

func TestProperty_PlanForeseesTheMonthsWhenNothingIsEdited(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := newChaos(t, 100+seed, tokyoCalendar+[]string{"", ", max_contacts: 2"}[seed%2])
			now := c.at("2026-03-02")
			c.settle(now, 30, 4)
			for range 60 {
				c.edit(now)
			}
			_, err := c.scheduler.Dispatch(t.Context(), now, schedules.Options{})
			c.must(err)
			for range 30 {
				c.edit(now)
			}
			foreseen, done := lines(open(c.plan("2026-03-03", "2026-03-03", "2026-09-30").Entries)), c.days("2026-03-03", "2026-09-30")
			slices.Sort(foreseen)
			slices.Sort(done)
			if diff := cmp.Diff(foreseen, done); diff != "" {
				t.Errorf("(-plan +dispatch):\n%s", diff)
			}
			if len(done) < 50 {
				t.Errorf("only %d things were done; the test proves little", len(done))
			}
		})
	}
}

// audit checks what must hold of the store whatever happened.
func (c *chaos) audit() {
	c.Helper()
	invitations, err := c.store.Invitations(context.Background(), store.InvitationFilter{})
	c.must(err)
	cal := c.scheduler.Calendar()
	of := map[string]koe.Invitation{}
	asked := map[string]int{}
	for _, inv := range invitations {
		of[inv.Key] = inv
		id := fmt.Sprint(inv.Journey, inv.Stage, inv.Person, inv.Spell, inv.Subject, inv.Occurrence)
		if asked[id]++; asked[id] > 1 {
			c.Errorf("%s is asked twice", id)
		}
		day := cal.Day(inv.CreatedAt)
		if day.Before(inv.DueOn) || day.After(inv.ClosesOn) {
			c.Errorf("asked on %s, outside %s..%s", day, inv.DueOn, inv.ClosesOn)
		}
		if !inv.SentAt.IsZero() && cal.Day(inv.SentAt).After(inv.ClosesOn) {
			c.Errorf("sent on %s, after %s", cal.Day(inv.SentAt), inv.ClosesOn)
		}
	}
	mails, err := c.store.Mails(context.Background(), store.MailFilter{})
	c.must(err)
	byID := map[string]koe.Mail{}
	counts := map[string]int{}
	for _, m := range mails {
		byID[m.MessageID] = m
		id := fmt.Sprint(m.Invitation, m.Kind, m.Number)
		if counts[id]++; counts[id] > 1 {
			c.Errorf("%s is queued twice", id)
		}
	}
	sent := map[string]mail.Message{}
	for _, m := range c.post.taken {
		if first, twice := sent[m.MessageID]; twice && (first.Text != m.Text || first.To != m.To && first.ToName != m.ToName) {
			c.Errorf("two different mails are both called %s", m.MessageID)
		} else if twice {
			c.Errorf("%s went out twice", m.MessageID)
		}
		sent[m.MessageID] = m
		if _, known := byID[m.MessageID]; !known {
			c.Errorf("a mail went out that the store does not know")
		}
	}
}
