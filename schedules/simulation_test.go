package schedules_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/mail"
	"koe/schedules"
	"koe/store"
)

// crash is what a sender panics with when the process is to die.
type crash struct{}

// TestSimulation_TwoYearsOfFiveThousandPeople lets two years pass, day by day, over an organisation in which people are hired, leave, move, come back
// and are edited, servers fail, dispatch dies in the middle and is down for days. Then everything is checked against windows that the test works out
// by itself: nobody was asked outside a window, nobody twice, and whoever was not asked has a reason.
func TestSimulation_TwoYearsOfFiveThousandPeople(t *testing.T) {
	people := 5000
	if testing.Short() {
		people = 500
	}
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm") // some 100,000 transactions; the disk's patience is not what is tested
	}
	stages := `
  - {id: pre, title: {ja: 入社前, en: Before}, audience: hire, anchor: joined, opens: -P30D, closes: -P1D, remind: [P7D, P14D], survey: s1}
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, remind: [P7D, P14D], survey: s1}
  - {id: m3, title: {ja: 3か月, en: Three months}, audience: hire, anchor: joined, opens: P2M15D, target: P3M, closes: P3M21D, remind: [P7D, P14D], survey: s1, late: P7D}
  - {id: m6, title: {ja: 半年, en: Half a year}, audience: hire, anchor: joined, opens: P5M15D, closes: P6M21D, remind: [P7D, P14D], survey: s1}
  - {id: m12, title: {ja: 1年, en: A year}, audience: hire, anchor: joined, opens: P11M15D, closes: P1Y30D, remind: [P7D, P14D], survey: s1, roll: previous}
  - {id: exit, title: {ja: 退職, en: Leaving}, audience: hire, anchor: left, opens: -P7D, closes: P30D, remind: [P14D], survey: s1}
  - {id: moved, title: {ja: 異動, en: Transfer}, audience: hire, anchor: transferred, opens: P14D, closes: P1M14D, remind: [P7D], survey: s1}
  - {id: mentor, title: {ja: メンター, en: Mentors}, audience: mentor, anchor: mentor_assigned, opens: P1M, closes: P3M, remind: [P7D], survey: s1}
`
	h := newHouse(t, "Asia/Tokyo", tokyoCalendar, stages)
	random := rand.New(rand.NewPCG(2026, 5000))
	sim := &simulation{house: h, random: random, roster: map[string]*koe.Person{}, down: map[koe.Date]bool{}, told: map[string]koe.Date{}}
	begin, end := h.date("2025-04-01"), h.date("2027-03-31")
	sim.begin(begin, people)
	started := time.Now()
	crashes, down, mails := 0, 0, 0
	for day := begin; !day.After(end); day = day.AddDays(1) {
		sim.live(day, people)
		if down > 0 {
			down--
			sim.down[day] = true
			continue
		}
		if random.IntN(60) == 0 {
			down = random.IntN(5)
		}
		sim.down[day] = true // until a dispatch comes to its end
		for try := 0; try < 2; try++ {
			h.post.refuse("*", nil)
			if random.IntN(25) == 0 {
				h.post.refuse("*", errDown)
			}
			at := h.at(day.String()).Add(time.Duration(try*20) * time.Minute)
			result, died := sim.dispatch(at, random.IntN(15) == 0)
			if died {
				crashes++
			} else {
				delete(sim.down, day)
			}
			mails += result.Sent
			if !died && result.Waiting == 0 {
				break
			}
		}
	}
	h.post.refuse("*", nil)
	if _, died := sim.dispatch(h.at(end.String()).Add(7*time.Hour), false); died {
		t.Fatal("died for no reason")
	}
	t.Logf("%d people, %d mails, %d crashes, %v", len(sim.roster), len(h.post.taken), crashes, time.Since(started).Round(time.Second))
	if crashes < 10 || len(h.post.taken) < people {
		t.Errorf("%d crashes and %d mails prove little", crashes, len(h.post.taken))
	}
	sim.judge(begin, end)
}

type simulation struct {
	*house
	random  *rand.Rand
	roster  map[string]*koe.Person
	ids     []string
	mentors []string
	joining map[koe.Date][]string
	down    map[koe.Date]bool   // no dispatch came to its end
	told    map[string]koe.Date // when a leaving was entered, by person and spell
	open    []string            // invitations that may still be answered
}

// begin fills the roster: most people are hired over the two years, some were there before.
func (s *simulation) begin(first koe.Date, people int) {
	s.Helper()
	s.joining = map[koe.Date][]string{}
	var known []koe.Person
	for i := range people / 10 {
		id := fmt.Sprintf("M%04d", i)
		s.mentors = append(s.mentors, id)
		known = append(known, koe.Person{ID: id, Name: "先輩 " + id, Email: strings.ToLower(id) + "@example.go.jp", Role: "mentor"})
	}
	for i := range people {
		joined := first.AddDays(s.random.IntN(1000) - 300)
		p := hire(s.T, fmt.Sprintf("P%04d", i), joined.String())
		if s.random.IntN(3) == 0 {
			p.PersonalEmail = strings.ToLower(p.ID) + "@example.com"
		}
		s.roster[p.ID] = &p
		s.ids = append(s.ids, p.ID)
		entered := joined.AddDays(s.random.IntN(80) - 60) // some are entered weeks after joining
		if !entered.After(first) {
			known = append(known, p)
		} else {
			s.joining[entered] = append(s.joining[entered], p.ID)
		}
	}
	s.save(first.AddDays(-1).String(), known...)
}

// live is what a day brings.
func (s *simulation) live(day koe.Date, people int) {
	s.Helper()
	now := day.String() + " 08:00"
	var changed []koe.Person
	for _, id := range s.joining[day] {
		changed = append(changed, *s.roster[id])
	}
	if len(changed) > 0 {
		s.save(now, changed...)
	}
	var events []koe.Event
	changed = nil
	for range 1 + people/500 {
		p := s.roster[s.ids[s.random.IntN(len(s.ids))]]
		key, entered := s.keys[p.ID]
		if !entered {
			continue
		}
		spell := &p.Spells[len(p.Spells)-1]
		switch s.random.IntN(10) {
		case 0:
			if !spell.Cancelled && spell.LeftOn.IsZero() {
				spell.JoinedOn = spell.JoinedOn.AddDays(s.random.IntN(60) - 30)
			}
		case 1, 2:
			if on := day.AddDays(s.random.IntN(60) - 30); spell.LeftOn.IsZero() && !spell.Cancelled && on.After(spell.JoinedOn) {
				spell.LeftOn, spell.LeftReason = on, "personal"
				s.told[fmt.Sprint(p.ID, spell.Number)] = day
			}
		case 3:
			if spell.JoinedOn.After(day) {
				spell.Cancelled = true
			}
		case 4:
			if !spell.LeftOn.IsZero() && spell.LeftOn.Before(day) {
				p.Spells = append(p.Spells, koe.Spell{Number: spell.Number + 1, JoinedOn: day.AddDays(s.random.IntN(60))})
			}
		case 5, 6:
			if !spell.JoinedOn.After(day) {
				events = append(events, koe.Event{Person: key, Kind: koe.EventTransferred, On: day.AddDays(s.random.IntN(40) - 20)})
			}
		default:
			mentor := s.keys[s.mentors[s.random.IntN(len(s.mentors))]]
			events = append(events, koe.Event{Person: key, Kind: koe.EventMentorAssigned, On: day.AddDays(s.random.IntN(40) - 20), Related: mentor})
		}
		changed = append(changed, *p)
	}
	if len(changed) > 0 {
		s.save(now, changed...)
	}
	if _, err := s.store.AddEvents(s.Context(), s.at(now), events); err != nil {
		s.Fatal(err)
	}
	// Two in three of those who were asked answer, over the days; a few decline or cannot be reached.
	kept := s.open[:0]
	for _, key := range s.open {
		switch n := s.random.IntN(100); {
		case n < 12:
			s.respond(now, key, koe.Answered)
		case n < 13 && s.random.IntN(4) == 0:
			s.respond(now, key, koe.Declined)
		case s.random.IntN(25) > 0:
			kept = append(kept, key)
		}
	}
	s.open = kept
}

func (s *simulation) respond(now, key string, status koe.InvitationStatus) {
	s.Helper()
	if err := s.store.SetInvitationStatus(s.Context(), s.at(now), key, status); err != nil {
		s.Fatal(err)
	}
	if status != koe.Declined {
		return
	}
	inv, err := s.store.Invitation(s.Context(), key)
	if err != nil {
		s.Fatal(err)
	}
	if err := s.store.DeclineJourney(s.Context(), inv.Person, inv.Journey); err != nil {
		s.Fatal(err)
	}
}

// dispatch runs once; die makes it panic just after the server took a mail, before that is written down.
func (s *simulation) dispatch(now time.Time, die bool) (result schedules.DispatchResult, died bool) {
	s.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ours := p.(crash); !ours {
				panic(p)
			}
			died = true
		}
	}()
	left := 1 + s.random.IntN(8)
	s.post.before = nil
	if die {
		s.post.before = func(m mail.Message) {
			if left--; left == 0 {
				s.post.taken = append(s.post.taken, m)
				panic(crash{})
			}
		}
	}
	result, err := s.scheduler.Dispatch(s.Context(), now, schedules.Options{})
	if err != nil {
		s.Fatal(err)
	}
	fresh, err := s.store.Invitations(s.Context(), store.InvitationFilter{UpdatedSince: now, Status: []koe.InvitationStatus{koe.Invited}})
	if err != nil {
		s.Fatal(err)
	}
	for _, inv := range fresh {
		s.open = append(s.open, inv.Key)
	}
	return result, false
}

// judge compares what was done with windows worked out here.
func (s *simulation) judge(begin, end koe.Date) {
	s.Helper()
	ctx := context.Background()
	invitations, err := s.store.Invitations(ctx, store.InvitationFilter{})
	if err != nil {
		s.Fatal(err)
	}
	plan, err := s.scheduler.Plan(ctx, s.at(end.String()).Add(7*time.Hour), begin, end)
	if err != nil {
		s.Fatal(err)
	}
	ids := map[koe.PersonKey]string{}
	for id, key := range s.keys {
		ids[key] = id
	}
	type slot struct {
		person, about, stage string
		spell                int
		anchor               koe.Date // of events
	}
	asked := map[slot]koe.Invitation{}
	for _, inv := range invitations {
		at := slot{ids[inv.Person], ids[inv.Subject], inv.Stage, inv.Spell, koe.Date{}}
		if inv.Stage == "moved" || inv.Stage == "mentor" {
			at.anchor, at.spell = inv.AnchorOn, 0 // an event is the same whichever spell it is counted to
		}
		if _, twice := asked[at]; twice {
			s.Errorf("%+v was asked twice", at)
		}
		asked[at] = inv
		created := s.scheduler.Calendar().Day(inv.CreatedAt)
		first, last := inv.AnchorOn.Add(offset(inv.Stage, 0)), inv.AnchorOn.Add(offset(inv.Stage, 1))
		if inv.Stage == "m12" {
			first = first.AddDays(-9) // rolls to the previous working day
		}
		if created.Before(first) || created.After(last) || inv.ClosesOn != last || !inv.SentAt.IsZero() && s.scheduler.Calendar().Day(inv.SentAt).After(last) {
			s.Errorf("%+v: asked on %s, sent at %s, window %s..%s, recorded close %s", at, created, inv.SentAt, first, last, inv.ClosesOn)
		}
	}
	said := map[string]string{}
	reasons := map[string]int{}
	pulses := map[koe.PersonKey][]koe.Date{}
	for _, inv := range invitations {
		if inv.Status == koe.Cancelled && inv.SentAt.IsZero() {
			continue
		}
		pulses[inv.Person] = append(pulses[inv.Person], s.scheduler.Calendar().Day(inv.CreatedAt))
		if !inv.SentAt.IsZero() {
			pulses[inv.Person] = append(pulses[inv.Person], s.scheduler.Calendar().Day(inv.SentAt))
		}
	}
	for _, k := range plan.Skipped {
		spell := k.Spell
		if k.Stage == "moved" || k.Stage == "mentor" {
			spell = 0
		}
		said[fmt.Sprint(k.Person, "/", k.About, "/", k.Stage, "/", spell)] = k.Reason.Code
		reasons[k.Reason.Code]++
		if k.Reason.Code == "unsaid" || k.Reason.Code == "missed" && !s.wasDown(k, pulses[k.Key]) {
			s.Errorf("%s was not asked at %s (%s..%s): %s", k.Person, k.Stage, k.DueOn, k.ClosesOn, k.Reason.Text("en"))
		}
	}
	expected := 0
	expect := func(at slot, anchor koe.Date) {
		first, last := anchor.Add(offset(at.stage, 0)), anchor.Add(offset(at.stage, 1))
		if first.Before(begin.AddDays(10)) || !last.Before(end) { // the window lies within the two years
			return
		}
		expected++
		if _, ok := asked[at]; ok {
			return
		}
		who := at.person
		if said[fmt.Sprint(at.person, "/", at.about, "/", at.stage, "/", at.spell)] == "" {
			s.Errorf("%s (about %q) was not asked at %s, spell %d, %s..%s, and nothing says why", who, at.about, at.stage, at.spell, first, last)
		}
	}
	for id, p := range s.roster {
		if _, entered := s.keys[id]; !entered {
			continue
		}
		for _, spell := range p.Spells {
			for _, stage := range []string{"pre", "m2", "m3", "m6", "m12"} {
				expect(slot{id, "", stage, spell.Number, koe.Date{}}, spell.JoinedOn)
			}
			if !spell.LeftOn.IsZero() {
				expect(slot{id, "", "exit", spell.Number, koe.Date{}}, spell.LeftOn)
			}
		}
	}
	events, err := s.store.Events(ctx)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range events {
		id := ids[e.Person]
		for _, spell := range s.roster[id].Spells { // where the event clearly belongs to one spell
			if e.On.Before(spell.JoinedOn) || !spell.LeftOn.IsZero() && e.On.After(spell.LeftOn) || len(s.roster[id].Spells) > 1 {
				continue
			}
			if e.Kind == koe.EventTransferred {
				expect(slot{id, "", "moved", 0, e.On}, e.On)
			} else {
				expect(slot{ids[e.Related], id, "mentor", 0, e.On}, e.On)
			}
		}
	}
	s.Logf("%d windows, %d invitations; skipped: %v", expected, len(invitations), reasons)
	s.audit()
}

// wasDown reports whether no dispatch ran on any working day of a window on which somebody could have been asked: from the day on which the
// date became known, and not within a fortnight of an earlier pulse, unless it is the window's last working day.
func (s *simulation) wasDown(k schedules.Skip, pulses []koe.Date) bool {
	s.Helper()
	p, err := s.store.PersonByKey(context.Background(), k.Key, store.Pseudonymous)
	if err != nil {
		s.Fatal(err)
	}
	cal := s.scheduler.Calendar()
	day := cal.Day(p.AddedAt)
	for _, spell := range p.Spells {
		if spell.Number == k.Spell && !spell.SeenAt.IsZero() {
			day = cal.Day(spell.SeenAt)
		}
	}
	if told, ok := s.told[fmt.Sprint(k.Person, k.Spell)]; ok && k.Stage == "exit" {
		day = told
	}
	if day.Before(k.DueOn) {
		day = k.DueOn
	}
	last := k.ClosesOn
	for last.After(k.DueOn) && !cal.Business(last) {
		last = last.AddDays(-1)
	}
	for ; !day.After(k.ClosesOn); day = day.AddDays(1) {
		tooSoon := day != last && slices.ContainsFunc(pulses, func(pulse koe.Date) bool {
			return !day.Before(pulse) && day.Before(pulse.AddDays(14))
		})
		if cal.Business(day) && !tooSoon && !s.down[day] {
			return false
		}
	}
	return true
}

// offset is the opening (0) or the close (1) of a stage, written a second time, by hand.
func offset(stage string, end int) koe.Period {
	return map[string][2]koe.Period{
		"pre": {{Negative: true, Days: 30}, {Negative: true, Days: 1}}, "m2": {{Months: 1}, {Months: 2}}, "m3": {{Months: 2, Days: 15}, {Months: 3, Days: 21}},
		"m6": {{Months: 5, Days: 15}, {Months: 6, Days: 21}}, "m12": {{Months: 11, Days: 15}, {Years: 1, Days: 30}},
		"exit": {{Negative: true, Days: 7}, {Days: 30}}, "moved": {{Days: 14}, {Months: 1, Days: 14}}, "mentor": {{Months: 1}, {Months: 3}},
	}[stage][end]
}

// audit holds what went out against the store.
func (s *simulation) audit() {
	s.Helper()
	mails, err := s.store.Mails(context.Background(), store.MailFilter{})
	if err != nil {
		s.Fatal(err)
	}
	known := map[string]koe.Mail{}
	count := map[string]int{}
	for _, m := range mails {
		known[m.MessageID] = m
		if id := fmt.Sprint(m.Invitation, m.Kind, m.Number); count[id] > 0 {
			s.Errorf("%s is queued twice", id)
		} else {
			count[id]++
		}
	}
	first := map[string]mail.Message{}
	copies := 0
	for _, m := range s.post.taken {
		if _, ok := known[m.MessageID]; !ok {
			s.Errorf("a mail went out that the store does not know")
		}
		before, again := first[m.MessageID]
		if again {
			copies++
			if before.Text != m.Text || before.Subject != m.Subject || before.HTML != m.HTML {
				s.Errorf("%s came again and was not the same", m.MessageID)
			}
		}
		first[m.MessageID] = m
	}
	for id, m := range known {
		if _, came := first[id]; m.State == koe.MailSent && !came {
			s.Errorf("%s %d is marked sent and never went out", m.Kind, m.Number)
		}
	}
	s.Logf("%d mails went out, %d of them a second time after a crash", len(first), copies)
}
