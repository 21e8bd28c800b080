package imports

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"koe"

	"golang.org/x/sync/errgroup"
)

// submitters is how many submissions are under way at once; the store writes those that wait in one transaction.
const submitters = 128

// write submits the rows that say something new. A row that the store refuses joins the refused ones.
func (in *answerImport) write(ctx context.Context) error {
	var todo []*incoming
	for _, row := range in.rows {
		if row.fate == fateNew || row.fate == fateCorrects {
			todo = append(todo, row)
		}
	}
	var (
		mu   sync.Mutex
		done atomic.Int64
	)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(submitters)
	for _, row := range todo {
		g.Go(func() error {
			receipt, err := in.cfg.Store.Submit(ctx, in.now, row.sub)
			mu.Lock()
			defer mu.Unlock()
			switch kind := koe.KindOf(err); {
			case err != nil && (kind == koe.Conflict || kind == koe.Closed || kind == koe.Invalid):
				message := err.Error()
				if row.sub.Mode == koe.Anonymous && kind == koe.Conflict {
					message = say(in.lang, "この無記名の調査にはもう回答があります。無記名の回答は探し出せないため、訂正できません。",
						"this anonymous survey was answered already; anonymous answers cannot be found again, and so not be corrected")
				}
				in.result.Refused = append(in.result.Refused, koe.Problem{File: row.at.File, Line: row.at.Line, Message: message})
				in.uncount(row)
			case err != nil:
				return fmt.Errorf("answers import: line %d of %s: %w", row.at.Line, row.at.File, err)
			case receipt.Duplicate:
				in.uncount(row)
				in.result.Unchanged++
			}
			if n := int(done.Add(1)); n%100 == 0 || n == len(todo) {
				in.cfg.progress(n, len(todo))
			}
			return nil
		})
	}
	return g.Wait()
}

func (in *answerImport) uncount(row *incoming) {
	if row.fate == fateCorrects {
		in.result.Corrected--
	} else {
		in.result.Added--
	}
}

func (in *answerImport) count(question string) *QuestionCount {
	c := in.counts[question]
	if c == nil {
		c = &QuestionCount{Question: question}
		in.counts[question] = c
		in.values[question] = map[string]int{}
	}
	return c
}

// finishCounts sums up the rows that were understood.
func (in *answerImport) finishCounts() {
	for _, row := range in.rows {
		switch row.fate {
		case fateNew:
			in.result.Added++
		case fateCorrects:
			in.result.Corrected++
		case fateUnchanged:
			in.result.Unchanged++
		case fateOlder:
			in.result.Older++
		}
		in.result.Stages[row.sub.Stage]++
		if row.sub.Invitation != "" {
			in.result.Linked++
		} else {
			in.result.Unlinked++
		}
		for id, a := range row.sub.Answers {
			in.countAnswer(id, a)
		}
	}
	in.result.People = len(in.matched)
	for id, c := range in.counts {
		if c.Answered+c.Declined+c.Skipped == 0 && c.Column == "" {
			delete(in.counts, id) // nobody was asked
		}
	}
	order := questionOrder(in.journey)
	for id, c := range in.counts {
		c.Values = in.valueCounts(id)
		in.result.Questions = append(in.result.Questions, *c)
	}
	slices.SortFunc(in.result.Questions, func(a, b QuestionCount) int { return order(a.Question, b.Question) })
	slices.SortStableFunc(in.result.Refused, byPlace)
}

func (in *answerImport) countAnswer(id string, a koe.Answer) {
	c := in.count(id)
	switch a.Missing {
	case koe.DeclinedTo:
		c.Declined++
	case koe.Skipped:
		c.Skipped++
	case koe.NotAsked:
		c.NotAsked++
	default:
		c.Answered++
		if a.Value != nil {
			in.values[id][strconv.FormatFloat(*a.Value, 'f', -1, 64)]++
		}
		for _, choice := range a.Choices {
			in.values[id][choice]++
		}
	}
}

// valueCounts gives how often each value of a question was given, in the order of its scale or options.
func (in *answerImport) valueCounts(id string) []ValueCount {
	q, found := in.journey.Question(id)
	if !found {
		return nil
	}
	labels, rank := map[string]string{}, map[string]int{}
	switch q.Kind {
	case koe.KindScale:
		if s, found := in.journey.Scale(q.Scale); found {
			for _, lang := range []string{in.lang, "ja", "en"} {
				if all := s.Labels[lang]; len(all) == s.To-s.From+1 && len(labels) == 0 {
					for i, label := range all {
						labels[strconv.Itoa(s.From+i)] = label
					}
				}
			}
		}
	case koe.KindYesNo, koe.KindConsent:
		labels["1"], labels["0"] = say(in.lang, "はい", "yes"), say(in.lang, "いいえ", "no")
	}
	for i, o := range q.Options {
		labels[o.Value], rank[o.Value] = o.Text.In(in.lang), i
	}
	var out []ValueCount
	for value, n := range in.values[id] {
		out = append(out, ValueCount{value, labels[value], n})
	}
	slices.SortFunc(out, func(a, b ValueCount) int {
		if len(q.Options) > 0 {
			return rank[a.Value] - rank[b.Value]
		}
		x, errX := strconv.ParseFloat(a.Value, 64)
		y, errY := strconv.ParseFloat(b.Value, 64)
		if errX != nil || errY != nil || x == y {
			return len(a.Value) - len(b.Value)
		}
		if x < y {
			return -1
		}
		return 1
	})
	return out
}
