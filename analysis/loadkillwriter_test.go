package analysis

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"koe"
	"koe/internal/koetest"
	"koe/store"
)

// killWriter is one of those who write while the loader is killed.
type killWriter struct {
	store    *store.Store
	number   int
	random   *rand.Rand
	people   []koe.Person
	waiting  []koe.Invitation // not answered yet
	answered []koe.Invitation // those that can be answered again
	written  int
}

// run invites, answers, answers again and imports until stop is closed.
func (w *killWriter) run(stop <-chan struct{}) error {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		default:
		}
		if len(w.waiting) == 0 {
			if err := w.invite(i); err != nil {
				return err
			}
		}
		if err := w.answer(i); err != nil {
			return err
		}
		time.Sleep(time.Duration(w.random.IntN(10_000)) * time.Microsecond)
	}
}

func (w *killWriter) invite(i int) error {
	due := koe.DateOf(koetest.Now())
	all := make([]koe.Invitation, 20)
	for k := range all {
		p := w.people[w.random.IntN(len(w.people))]
		all[k] = koe.Invitation{Journey: "j", Stage: "m2", Person: p.Key, Spell: 1, Occurrence: 1 + w.number + 8*(20*i+k), Survey: "s", Version: 1, Mode: koe.Confidential,
			Language: "ja", AnchorOn: due, DueOn: due, TargetOn: due, ClosesOn: due.AddDays(21), Segments: p.Segments}
		if k%5 == 0 {
			all[k].Stage, all[k].Survey, all[k].Mode = "q", "quiet", koe.Anonymous
		}
	}
	created, err := w.store.CreateInvitations(context.Background(), koetest.Now(), all)
	w.waiting = append(w.waiting, created...)
	return err
}

func (w *killWriter) answer(i int) error {
	sub := koe.Submission{ID: fmt.Sprintf("%d-%d", w.number, i), Language: "ja", Source: koe.SourceForm, Answers: w.answers()}
	switch dice := w.random.IntN(20); {
	case dice == 0: // an import has no invitation and replaces what the person said in that quarter
		p := w.people[w.random.IntN(len(w.people))]
		sub.Person, sub.Journey, sub.Stage, sub.Survey, sub.Version, sub.Mode, sub.Source = p.Key, "j", "m2", "s", 1, koe.Confidential, koe.SourceImport
	case dice < 6 && len(w.answered) > 0:
		sub.Invitation = w.answered[w.random.IntN(len(w.answered))].Key
	default:
		inv := w.waiting[0]
		w.waiting = w.waiting[1:]
		sub.Invitation, sub.Segments = inv.Key, inv.Segments
		if inv.Mode != koe.Anonymous {
			w.answered = append(w.answered, inv)
		}
	}
	w.written++
	_, err := w.store.Submit(context.Background(), koetest.Now(), sub)
	return err
}

func (w *killWriter) answers() map[string]koe.Answer {
	list := fmt.Sprintf("F1=%d F2=%s N=%d S=choice:%s M=choice:%s T=text:%s", 1+w.random.IntN(5), []string{"4", "declined", "skipped"}[w.random.IntN(3)],
		w.number+8*w.written, []string{"a", "b", "c"}[w.random.IntN(3)], []string{"a|b", "c", "a|b|c"}[w.random.IntN(3)], []string{"孤独です", "楽しいです", "同期がいません"}[w.random.IntN(3)])
	return answers("", "", "2026-07-01", list).Answers
}
