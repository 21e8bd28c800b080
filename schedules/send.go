package schedules

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"koe"
	"koe/mail"
	"koe/store"
)

// send sends what is pending, mail by mail, each claimed before and finished after. It stops in good order when ctx is
// cancelled, the hours for sending are over, the lease is lost or the server cannot be reached; the rest stays pending.
func (s *Scheduler) send(ctx context.Context, at func() time.Time, p *population, o Options, result *DispatchResult) error {
	r := s.decider(p)
	pace := pace{perMinute: s.workspace.Settings.Mail.PerMinute}
	if _, local := s.sender.(*mail.Folder); local {
		pace.perMinute = 0 // no server to spare
	}
	renewed, down, done := at(), 0, 0
	for {
		batch, err := s.store.DueMails(ctx, at(), writeAtOnce)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			return nil
		}
		for _, m := range batch {
			if !s.cal.Open(at()) {
				result.Problems = append(result.Problems, "the hours for sending are over; the rest follows when they come again")
				return nil
			}
			if err := pace.wait(ctx); err != nil {
				return err
			}
			if now := at(); now.Sub(renewed) >= leaseTime/3 {
				got, err := s.store.AcquireLease(ctx, now, leaseName, s.holder, leaseTime)
				if err != nil {
					return err
				}
				if !got {
					result.Problems = append(result.Problems, "another dispatch took over")
					return nil
				}
				renewed = now
			}
			sent, err := s.one(ctx, at(), p, r, m, result)
			switch {
			case mail.Unreachable(err):
				if down++; down >= 3 {
					result.Problems = append(result.Problems, err.Error())
					s.log.Error("the mail server cannot be used; the rest waits", "error", err)
					return nil
				}
			case err != nil:
				return err
			default:
				down = 0
			}
			if sent {
				pace.sent()
			}
			done++
			if o.Progress != nil {
				o.Progress(done, max(done, len(batch)))
			}
		}
	}
}

// one deals with one mail whose turn has come. sent reports whether the server was bothered. An unreachable server is an error, but the
// mail has been put off by then; a fault of the message or the address is none.
func (s *Scheduler) one(ctx context.Context, now time.Time, p *population, r *decider, m koe.Mail, result *DispatchResult) (sent bool, err error) {
	m, claimed, err := s.store.ClaimMail(ctx, now, m.ID, claimTime)
	if err != nil || !claimed {
		return false, err
	}
	l, verdict, err := s.letter(ctx, now, p, r, m)
	if err != nil {
		return false, err
	}
	if verdict != nil {
		return false, s.finish(ctx, now, m, l, *verdict, result)
	}
	err = s.sender.Send(ctx, l.message)
	if ctx.Err() != nil && err != nil { // stopped in the middle: it may have gone, and goes again under the same name
		later := outcome{state: koe.MailPending, nextAt: now, err: "stopped"}
		return true, errors.Join(ctx.Err(), s.finish(context.WithoutCancel(ctx), now, m, l, later, result))
	}
	switch {
	case err == nil:
		err = s.finish(context.WithoutCancel(ctx), now, m, l, outcome{state: koe.MailSent}, result)
		return true, err
	case mail.Temporary(err):
		fault := err
		if err := s.finish(ctx, now, m, l, outcome{state: koe.MailPending, nextAt: now.Add(backoff(m.Attempts)), err: fault.Error()}, result); err != nil {
			return true, err
		}
		if mail.Unreachable(fault) {
			return true, fault
		}
		return true, nil
	case mail.Refused(err):
		return true, s.finish(ctx, now, m, l, outcome{state: koe.MailBounced, err: err.Error()}, result)
	default:
		return true, s.finish(ctx, now, m, l, outcome{state: koe.MailFailed, err: err.Error()}, result)
	}
}

// outcome is what becomes of a mail.
type outcome struct {
	state  koe.MailState
	nextAt time.Time
	err    string
}

// backoff is how long a mail waits after its n-th try: five minutes, then ever longer, at most a day.
func backoff(attempts int) time.Duration {
	steps := []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}
	return steps[min(max(attempts, 1), len(steps))-1]
}

// noAddress is the error of a mail that waits for an address.
const noAddress = "the roster has no mail address for this person"

// parcel is a message with what it was made of.
type parcel struct {
	message    mail.Message
	invitation koe.Invitation
	person     koe.Person
}

// letter makes the message of a mail from the store as it is now, or says what becomes of the mail instead. This is where a reminder is
// decided for good: who answered, declined, left or cannot be reached gets none.
func (s *Scheduler) letter(ctx context.Context, now time.Time, p *population, r *decider, m koe.Mail) (parcel, *outcome, error) {
	var l parcel
	var err error
	drop := func(state koe.MailState, why string) (parcel, *outcome, error) {
		return l, &outcome{state: state, err: why}, nil
	}
	if l.invitation, err = s.store.Invitation(ctx, m.Invitation); err != nil {
		if koe.KindOf(err) == koe.NotFound {
			return drop(koe.MailDropped, "the invitation is gone")
		}
		return l, nil, err
	}
	inv, today := l.invitation, s.cal.Day(now)
	if l.person, err = s.store.PersonByKey(ctx, inv.Person, store.WithVault); err != nil {
		if koe.KindOf(err) == koe.NotFound {
			return drop(koe.MailDropped, "the person was forgotten")
		}
		return l, nil, err
	}
	again := m.Kind == koe.MailInvitation && inv.Status == koe.Bounced // HR corrected the address and retries
	if inv.Status != koe.Invited && !again {
		return drop(koe.MailDropped, string(inv.Status))
	}
	if inv.ClosesOn.Before(today) {
		if m.LastError != "" {
			return drop(koe.MailFailed, "the window closed before a try succeeded; last: "+m.LastError)
		}
		return drop(koe.MailDropped, "closed")
	}
	of, known := s.stages[[2]string{inv.Journey, inv.Stage}]
	j, _ := s.workspace.Journey(inv.Journey)
	if !known || j == nil {
		return drop(koe.MailFailed, "the stage is not in the journey files any more")
	}
	survey, ok := j.Survey(inv.Survey)
	if !ok {
		return drop(koe.MailFailed, "the survey is not in the journey files any more")
	}
	d := &dossier{person: &l.person, events: p.events[inv.Person]}
	a := &asking{inv: inv, on: s.cal.Day(inv.CreatedAt), sentOn: s.cal.dayOrNone(inv.SentAt)}
	calm := l.person
	calm.Bounced = false // a bounce is shown by the invitation's own status
	d.person = &calm
	if r.quiet(d, a, of.stage, today) {
		return drop(koe.MailDropped, "declined or left")
	}
	if next := s.cal.sendable(of.stage, today, inv.ClosesOn); next != today {
		return l, &outcome{state: koe.MailPending, nextAt: s.cal.opening(next), err: m.LastError}, nil
	}
	to := address(&l.person, today)
	if to == "" {
		return l, &outcome{state: koe.MailPending, nextAt: s.cal.opening(s.cal.sendable(of.stage, today.AddDays(1), inv.ClosesOn)),
			err: noAddress}, nil
	}
	token, err := s.store.Token(ctx, inv.Key)
	if err != nil {
		return l, nil, err
	}
	about := ""
	if inv.Subject != "" {
		hire, err := s.store.PersonByKey(ctx, inv.Subject, store.WithVault)
		if err != nil {
			return l, nil, err
		}
		about = hire.Name
	}
	content := letterContent{
		inv: inv, person: &l.person, about: about, journey: &j.Journey, stage: of.stage, survey: survey, token: token, today: today,
		reminder: m.Kind == koe.MailReminder, number: m.Number,
		last: m.Kind == koe.MailReminder && r.isLast(r.reminderDays(of.stage, a), m.Number),
	}
	if l.message, err = s.letters.write(&s.workspace.Settings, content); err != nil {
		return drop(koe.MailFailed, err.Error())
	}
	l.message.To, l.message.ToName = to, l.person.Name
	l.message.MessageID, l.message.Date = m.MessageID, now.In(s.cal.loc)
	l.message.Envelope = strings.ReplaceAll(s.workspace.Settings.Mail.Envelope, "{id}", m.ID)
	if m.Kind == koe.MailReminder {
		first, err := s.store.Mails(ctx, store.MailFilter{Invitations: []string{inv.Key}, Kind: koe.MailInvitation})
		if err != nil {
			return l, nil, err
		}
		if len(first) > 0 {
			l.message.InReplyTo = first[0].MessageID
		}
	}
	return l, nil, nil
}

// finish writes down what became of a mail, and counts it.
func (s *Scheduler) finish(ctx context.Context, now time.Time, m koe.Mail, l parcel, o outcome, result *DispatchResult) error {
	if err := s.store.FinishMail(ctx, now, m.ID, o.state, o.nextAt, o.err); err != nil {
		return err
	}
	switch o.state {
	case koe.MailSent:
		result.Sent++
		if l.invitation.Status == koe.Bounced {
			if err := s.store.SetInvitationStatus(ctx, now, l.invitation.Key, koe.Invited); err != nil {
				return err
			}
		}
		if l.person.Bounced {
			if err := s.store.SetBounced(ctx, l.person.Key, false); err != nil {
				return err
			}
		}
		return nil
	case koe.MailDropped:
		result.Dropped++
		return nil
	case koe.MailBounced:
		result.Bounced++
		if err := s.bounced(ctx, now, l.invitation); err != nil {
			return err
		}
	case koe.MailFailed:
		result.Failed++
	case koe.MailPending:
		result.PutOff++
	}
	if o.err != "" {
		who := l.person.ID
		if who == "" {
			who = string(l.invitation.Person)
		}
		result.Trouble = append(result.Trouble, Trouble{Mail: m.ID, Person: who, Stage: l.invitation.Stage, State: o.state, Error: o.err, NextAt: o.nextAt})
		s.log.Warn("a mail did not go", "mail", m.ID, "kind", m.Kind, "state", o.state, "attempts", m.Attempts, "error", o.err)
	}
	return nil
}

// bounced notes that the address of an invitation does not work.
func (s *Scheduler) bounced(ctx context.Context, now time.Time, inv koe.Invitation) error {
	if inv.Status == koe.Invited {
		if err := s.store.SetInvitationStatus(ctx, now, inv.Key, koe.Bounced); err != nil {
			return err
		}
	}
	return s.store.SetBounced(ctx, inv.Person, true)
}

// address is where a person is written to on a day: at home before joining and after leaving, at work in between; the other one when
// that is missing; "" for nowhere.
func address(p *koe.Person, day koe.Date) string {
	both := []string{p.Email, p.PersonalEmail}
	if personalFirst(p, day) {
		slices.Reverse(both)
	}
	if both[0] != "" {
		return both[0]
	}
	return both[1]
}

// pace keeps a number of mails a minute: bursts go at once until the number is used up.
type pace struct {
	perMinute int
	times     []time.Time // of the last perMinute mails
}

func (p *pace) sent() {
	if p.perMinute <= 0 {
		return
	}
	p.times = append(p.times, time.Now()) //nolint:forbidigo // a pace is measured on the real clock
	if len(p.times) > p.perMinute {
		p.times = p.times[1:]
	}
}

// wait waits until another mail may go.
func (p *pace) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.perMinute <= 0 || len(p.times) < p.perMinute {
		return nil
	}
	pause := time.NewTimer(time.Minute - time.Since(p.times[0]))
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		return nil
	}
}
