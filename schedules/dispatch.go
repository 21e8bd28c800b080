package schedules

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"koe"
	"koe/store"
)

// Options says how a dispatch runs.
type Options struct {
	DryRun   bool                  // nothing is written and nothing is sent
	Progress func(done, total int) // called after each mail; may be nil
}

// DispatchResult is what one dispatch did.
type DispatchResult struct {
	Day       koe.Date  `json:"day"`
	DryRun    bool      `json:"dry_run,omitempty"`
	Busy      bool      `json:"busy,omitempty"`      // another dispatch is running; nothing was done
	HeldUntil time.Time `json:"held_until,omitzero"` // outside the hours for sending; nothing was done
	Invited   int       `json:"invited"`             // invitations written
	Reminded  int       `json:"reminded"`            // reminders written
	Withdrawn int       `json:"withdrawn"`           // invitations cancelled: the joining was, or the person had left before it opened
	Sent      int       `json:"sent"`
	PutOff    int       `json:"put_off"`            // mails that will be tried again
	Failed    int       `json:"failed"`             // mails that the server refuses for good
	Returned  int       `json:"returned"`           // mails that came back since the last time
	Bounced   int       `json:"bounced"`            // mails whose address was refused
	Dropped   int       `json:"dropped"`            // mails not needed any more when their turn came
	Waiting   int       `json:"waiting"`            // mails still to be sent, put off or not
	NextAt    time.Time `json:"next_at,omitzero"`   // when the first of them is due
	Entries   []Entry   `json:"entries"`            // what was written, or would be
	Trouble   []Trouble `json:"trouble,omitempty"`  // each mail that did not go
	Problems  []string  `json:"problems,omitempty"` // what needs a person: a condition, a sealed survey, a server that cannot be reached
}

// Trouble is a mail that did not go, and why.
type Trouble struct {
	Mail   string        `json:"mail"`
	Person string        `json:"person_id"`
	Stage  string        `json:"stage"`
	State  koe.MailState `json:"state"`
	Error  string        `json:"error"` // without addresses
	NextAt time.Time     `json:"next_at,omitzero"`
}

const (
	leaseName   = "dispatch"
	leaseTime   = 3 * time.Minute  // a killed dispatch bars the next one at most so long
	claimTime   = 10 * time.Minute // a mail that a killed dispatch was sending is tried again after this
	writeAtOnce = 500              // rows in one transaction
)

// Dispatch writes the invitations and reminders that are due at now, and sends what is pending. Running it again, at once or on another
// machine, does nothing more. The Result is good even with an error: it says what was done before it.
func (s *Scheduler) Dispatch(ctx context.Context, now time.Time, o Options) (DispatchResult, error) {
	result := DispatchResult{Day: s.cal.Day(now), DryRun: o.DryRun, Entries: []Entry{}}
	if !s.cal.Open(now) {
		result.HeldUntil = s.cal.NextOpen(now)
		return result, nil
	}
	at := stopwatch(now)
	if !o.DryRun {
		if s.sender == nil {
			return result, koe.Errorf(koe.Invalid, "nothing says how mail leaves; set mail.outbox or mail.smtp in koe.yaml")
		}
		got, err := s.store.AcquireLease(ctx, now, leaseName, s.holder, leaseTime)
		if err != nil {
			return result, fmt.Errorf("dispatch: %w", err)
		}
		if !got {
			result.Busy = true
			return result, nil
		}
		defer func() {
			if err := s.store.ReleaseLease(context.WithoutCancel(ctx), leaseName, s.holder); err != nil {
				s.log.Warn("the lease was not given back; it ends by itself", "error", err)
			}
		}()
	}
	if !o.DryRun {
		returned, err := s.Bounces(ctx, now) // before anybody is reminded
		result.Returned = returned.Bounced
		result.Trouble = append(result.Trouble, returned.Trouble...)
		if err != nil {
			if ctx.Err() != nil {
				return result, err
			}
			result.Problems = append(result.Problems, err.Error())
			s.log.Error("returned mail cannot be read", "error", err)
		}
	}
	p, err := s.write(ctx, now, o, &result)
	if err == nil && !o.DryRun {
		err = s.send(ctx, at, p, o, &result)
		if waiting := s.waiting(context.WithoutCancel(ctx), &result); err == nil {
			err = waiting
		}
	}
	if err != nil {
		return result, fmt.Errorf("dispatch: %w", err)
	}
	return result, nil
}

// write decides what is due today and writes it down.
func (s *Scheduler) write(ctx context.Context, now time.Time, o Options, result *DispatchResult) (*population, error) {
	p, err := s.population(ctx, store.Shared)
	if err != nil {
		return nil, err
	}
	today := result.Day
	problems := &problemList{}
	defer func() { result.Problems = append(result.Problems, problems.list...) }()
	dossiers, err := s.find(ctx, p, today, today, false, problems.add)
	if err != nil {
		return nil, err
	}
	open, err := s.store.Invitations(ctx, store.InvitationFilter{OpenAt: today})
	if err != nil {
		return nil, err
	}
	r := s.decider(p)
	if r.sealed, err = s.seals(ctx); err != nil {
		return nil, err
	}
	withdrawn, err := s.recall(ctx, p, r, dossiers, open, today)
	if err != nil {
		return nil, err
	}
	for _, inv := range withdrawn {
		if !o.DryRun {
			if err := s.store.SetInvitationStatus(ctx, now, inv.Key, koe.Cancelled); err != nil {
				return nil, err
			}
		}
		result.Withdrawn++
	}
	var steps []step
	for _, key := range sortedKeys(dossiers) {
		dossiers[key].order()
		steps = append(steps, r.act(dossiers[key], today)...)
	}
	if o.DryRun {
		err = s.describe(ctx, p, steps, result)
		return p, err
	}
	if steps, err = s.seal(ctx, now, steps, problems); err != nil {
		return nil, err
	}
	if err = s.record(ctx, now, steps, result); err != nil {
		return nil, err
	}
	return p, s.describe(ctx, p, steps, result)
}

// recall completes the dossiers with what was done before, as far as today's decisions need it, and gives the invitations that lost their
// ground. Most people have nothing open and nothing due; they have no dossier.
func (s *Scheduler) recall(ctx context.Context, p *population, r *decider, dossiers map[koe.PersonKey]*dossier, open []koe.Invitation, today koe.Date) ([]koe.Invitation, error) {
	asked := map[koe.PersonKey][]*asking{} // by today's windows only
	for _, inv := range open {
		if p.roster[inv.Person] != nil {
			asked[inv.Person] = append(asked[inv.Person], &asking{inv: inv})
		}
	}
	for key, d := range dossiers { // who was asked already needs no decision
		known := &dossier{person: d.person, askings: asked[key]}
		d.candidates = slices.DeleteFunc(d.candidates, func(c *candidate) bool { return r.match(known, c) != nil })
		if len(d.candidates) == 0 {
			delete(dossiers, key)
		}
	}
	var withdrawn []koe.Invitation
	for i, inv := range open {
		if inv.Status != koe.Invited || p.roster[inv.Person] == nil {
			continue
		}
		of, known := s.stages[[2]string{inv.Journey, inv.Stage}]
		if !known {
			continue
		}
		a := &asking{inv: inv, sentOn: s.cal.dayOrNone(inv.SentAt)}
		if r.withdrawn(r.hireOf(a), a, of.stage) {
			open[i].Status = koe.Cancelled
			withdrawn = append(withdrawn, inv)
			continue
		}
		if a.sentOn.IsZero() {
			continue
		}
		if slices.ContainsFunc(r.reminderDays(of.stage, a), func(on koe.Date) bool { return !on.IsZero() && !on.After(today) }) {
			p.dossier(dossiers, inv.Person)
		}
	}
	keys := sortedKeys(dossiers)
	if len(keys) == 0 {
		return withdrawn, nil
	}
	history, err := s.store.Invitations(ctx, store.InvitationFilter{People: keys})
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, inv := range withdrawn {
		gone[inv.Key] = true
	}
	for i := range history {
		if gone[history[i].Key] {
			history[i].Status = koe.Cancelled
		}
	}
	return withdrawn, s.remember(ctx, p, dossiers, history, today, s.workspace.Settings.Calendar.MaxContacts > 0)
}

// record writes the invitations, each with its pending mail, and the reminders.
func (s *Scheduler) record(ctx context.Context, now time.Time, steps []step, result *DispatchResult) error {
	var invitations []koe.Invitation
	var reminders []koe.Mail
	for _, st := range steps {
		if st.kind == koe.MailInvitation {
			invitations = append(invitations, st.asking.inv)
		} else {
			reminders = append(reminders, koe.Mail{Invitation: st.asking.inv.Key, Kind: koe.MailReminder, Number: st.number, NextAt: now})
		}
	}
	for part := range slices.Chunk(invitations, writeAtOnce) {
		created, err := s.store.CreateInvitations(ctx, now, part)
		if err != nil {
			return err
		}
		result.Invited += len(created)
	}
	for part := range slices.Chunk(reminders, writeAtOnce) {
		added, err := s.store.QueueMails(ctx, now, part)
		if err != nil {
			return err
		}
		result.Reminded += added
	}
	return nil
}

// describe lists the steps with the numbers of the people, which only the vault knows.
func (s *Scheduler) describe(ctx context.Context, p *population, steps []step, result *DispatchResult) error {
	for _, st := range steps {
		for _, key := range []koe.PersonKey{st.asking.inv.Person, st.asking.inv.Subject} {
			if person := p.roster[key]; person != nil && person.ID == "" {
				known, err := s.store.PersonByKey(ctx, key, store.WithVault)
				if err != nil {
					return err
				}
				*person = known
			}
		}
		result.Entries = append(result.Entries, s.entry(p, st))
	}
	sortEntries(result.Entries)
	return nil
}

// seal fixes what the respondents of each survey are promised, before the first of them hears of it. A survey that promises something else
// than when it was first sent is not sent.
func (s *Scheduler) seal(ctx context.Context, now time.Time, steps []step, problems *problemList) ([]step, error) {
	verdicts := map[[2]string]error{}
	var out []step
	for _, st := range steps {
		if st.kind == koe.MailInvitation {
			c := st.cand
			key := [2]string{c.journey.ID, c.survey.ID}
			verdict, tried := verdicts[key]
			if !tried {
				verdict = s.store.SealSurvey(ctx, now, c.journey.ID, c.survey.ID, c.survey.Version, c.survey.Mode, PromiseHash(&c.journey.Journey, c.survey))
				verdicts[key] = verdict
			}
			if koe.KindOf(verdict) == koe.Conflict && verdict != nil {
				problems.add(c.stage.ID, verdict)
				continue
			}
			if verdict != nil {
				return nil, verdict
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// seals gives the check that a survey still promises what it was sealed with.
func (s *Scheduler) seals(ctx context.Context) (func(*candidate) *Reason, error) {
	seals, err := s.store.Seals(ctx)
	if err != nil || len(seals) == 0 {
		return nil, err
	}
	type version struct {
		journey, survey string
		n               int
	}
	sealed := map[version]store.Seal{}
	for _, one := range seals {
		sealed[version{one.Journey, one.Survey, one.Version}] = one
	}
	broken := map[*koe.Survey]bool{}
	for _, j := range s.workspace.Journeys {
		for i := range j.Surveys {
			survey := &j.Surveys[i]
			seal, ok := sealed[version{j.ID, survey.ID, survey.Version}]
			broken[survey] = ok && (seal.Mode != survey.Mode || seal.SHA256 != PromiseHash(&j.Journey, survey))
		}
	}
	return func(c *candidate) *Reason {
		if !broken[c.survey] {
			return nil
		}
		return ptr(reason("sealed"))
	}, nil
}

// PromiseHash is the SHA-256 of what the respondents of a survey are promised: the mode, whether answers are kept, and which questions are
// asked with which answers. Wording, order and translations may be mended without a new version.
func PromiseHash(j *koe.Journey, survey *koe.Survey) string {
	type asked struct {
		ID      string
		Kind    koe.QuestionKind
		Scale   string
		Reverse bool
		Options []string
	}
	promise := struct {
		Journey, Survey string
		Version         int
		Mode            koe.Mode
		Store           bool
		Questions       []asked
	}{j.ID, survey.ID, survey.Version, survey.Mode, survey.Store, nil}
	for _, id := range survey.Asked() {
		q, ok := j.Question(id)
		if !ok || !q.Answerable() {
			continue
		}
		one := asked{q.ID, q.Kind, q.Scale, q.Reverse, nil}
		for _, option := range q.Options {
			one.Options = append(one.Options, option.Value)
		}
		slices.Sort(one.Options)
		promise.Questions = append(promise.Questions, one)
	}
	slices.SortFunc(promise.Questions, func(a, b asked) int { return cmp.Compare(a.ID, b.ID) })
	text, err := json.Marshal(promise)
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// waiting counts what is still to be sent.
func (s *Scheduler) waiting(ctx context.Context, result *DispatchResult) error {
	mails, err := s.store.Mails(ctx, store.MailFilter{State: []koe.MailState{koe.MailPending, koe.MailSending}})
	if err != nil {
		return err
	}
	result.Waiting = len(mails)
	for _, m := range mails {
		if result.NextAt.IsZero() || m.NextAt.Before(result.NextAt) {
			result.NextAt = m.NextAt
		}
	}
	return nil
}

func sortedKeys(dossiers map[koe.PersonKey]*dossier) []koe.PersonKey {
	keys := make([]koe.PersonKey, 0, len(dossiers))
	for key := range dossiers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
