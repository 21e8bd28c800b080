package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"time"

	"koe"
)

// Current gives the current version of what was sent for an invitation, texts included; false when there is none or the
// survey is anonymous.
func (s *Store) Current(ctx context.Context, invitationKey string) (koe.Submission, bool, error) {
	all, err := s.Submissions(ctx, SubmissionFilter{Invitation: invitationKey})
	if err != nil || len(all) == 0 {
		return koe.Submission{}, false, err
	}
	return all[0], true, nil
}

// SubmissionFilter says which responses are meant; what is left empty does not matter.
type SubmissionFilter struct {
	Responses  []string
	Invitation string
	Person     koe.PersonKey
	Journey    string
	Stage      string
	Survey     string
	Mode       koe.Mode
}

// Submissions reads responses in their current version, in the order of their random keys. Texts are read too, unless the
// store was opened without the vault.
func (s *Store) Submissions(ctx context.Context, f SubmissionFilter) ([]koe.Submission, error) {
	var all []koe.Submission
	err := inParts(f.Responses, func(keys []string) error {
		var where filter
		where.in("response_key", keys)
		if f.Invitation != "" {
			where.equal("slot", invitationSlot(f.Invitation))
		}
		where.equal("person_key", string(f.Person))
		where.equal("journey", f.Journey)
		where.equal("stage", f.Stage)
		where.equal("survey", f.Survey)
		where.equal("mode", string(f.Mode))
		rows, err := s.main.query(ctx, "submissions", where.where("response_key"), where.args...)
		stored, err := collect(rows, err, func(rows *sql.Rows) (storedSubmission, error) { return scanSubmission(rows) })
		if err != nil {
			return err
		}
		part, err := s.readSubmissions(stored)
		all = append(all, part...)
		return err
	})
	return all, err
}

// storedSubmission is a row of submissions.sql before its answers are read.
type storedSubmission struct {
	koe.Submission
	submitted, due, segments, answers, texts string
}

func scanSubmission(rows *sql.Rows, more ...any) (b storedSubmission, err error) {
	var publish int
	dest := append([]any{&b.Response, &b.Invitation, (*string)(&b.Person), &b.Journey, &b.Stage, &b.Survey, &b.Version,
		(*string)(&b.Mode), &b.Language, (*string)(&b.Source), &b.ID, &b.submitted, &b.due, &b.segments, &b.answers, &b.texts,
		&b.Seconds, &publish}, more...)
	err = rows.Scan(dest...)
	b.PublishOK = publish == 1
	return b, err
}

// readSubmissions reads what rows hold, on all processors.
func (s *Store) readSubmissions(stored []storedSubmission) ([]koe.Submission, error) {
	if len(stored) == 0 {
		return nil, nil
	}
	all := make([]koe.Submission, len(stored))
	workers := min(runtime.GOMAXPROCS(0), 1+len(stored)/256)
	errs := make([]error, workers)
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			r, units := newAnswersReader(), segmentsReader{}
			for i := len(stored) * w / workers; i < len(stored)*(w+1)/workers; i++ {
				b := stored[i].Submission
				if errs[w] = read(field{stored[i].submitted, &b.SubmittedAt}, field{stored[i].due, &b.DueOn}); errs[w] == nil {
					errs[w] = units.read(stored[i].segments, &b.Segments)
				}
				if errs[w] == nil {
					errs[w] = s.readAnswers(r, &b, stored[i].answers, stored[i].texts)
				}
				if errs[w] != nil {
					return
				}
				all[i] = b
			}
		})
	}
	done.Wait()
	return all, errors.Join(errs...)
}

// readAnswers reads stored answers and puts the texts back.
func (s *Store) readAnswers(r *answersReader, b *koe.Submission, answers, texts string) (err error) {
	if b.Answers, err = r.read(answers); err != nil {
		return err
	}
	if texts == "" || s.seal == nil {
		return nil
	}
	var plain map[string]string
	if err := s.seal.openJSON("response/"+b.Response, texts, &plain); err != nil {
		return err
	}
	for question, text := range plain {
		answer := b.Answers[question]
		answer.Text = text
		b.Answers[question] = answer
	}
	return nil
}

// History gives the earlier versions of a response, oldest first, without the current one.
func (s *Store) History(ctx context.Context, response string) ([]koe.Submission, error) {
	current, err := s.Submissions(ctx, SubmissionFilter{Responses: []string{response}})
	if err != nil {
		return nil, err
	}
	if len(current) == 0 {
		return nil, koe.Errorf(koe.NotFound, "there is no response %q", response)
	}
	rows, err := s.main.query(ctx, "history", "", response)
	return collect(rows, err, func(rows *sql.Rows) (koe.Submission, error) {
		b := current[0]
		b.Answers = nil
		var version, publish int
		var submitted, answers, texts string
		if err := rows.Scan(&version, &b.ID, &b.Language, (*string)(&b.Source), &submitted, &answers, &texts, &b.Seconds, &publish); err != nil {
			return b, err
		}
		b.PublishOK = publish == 1
		if err := read(field{submitted, &b.SubmittedAt}); err != nil {
			return b, err
		}
		return b, s.readAnswers(newAnswersReader(), &b, answers, texts)
	})
}

// SaveDraft keeps what somebody has answered so far, sealed. It goes when the answers come.
func (s *Store) SaveDraft(ctx context.Context, now time.Time, invitationKey string, draft []byte) error {
	if err := s.needVault(); err != nil {
		return err
	}
	sealed := s.seal.seal("draft/"+invitationKey, draft)
	return s.main.update(ctx, func(tx *tx) error {
		n, err := tx.exec("save_draft", invitationKey, sealed, stamp(now))
		if err == nil && n == 0 {
			err = koe.Errorf(koe.NotFound, "there is no invitation %q", invitationKey)
		}
		return err
	})
}

// Draft gives the draft of an invitation; false when there is none.
func (s *Store) Draft(ctx context.Context, invitationKey string) ([]byte, bool, error) {
	if err := s.needVault(); err != nil {
		return nil, false, err
	}
	var sealed string
	found, err := s.main.get(ctx, "draft", []any{invitationKey}, &sealed)
	if err != nil || !found {
		return nil, false, err
	}
	draft, err := s.seal.open("draft/"+invitationKey, sealed)
	return draft, err == nil, err
}
