package analysis

import (
	"context"
	_ "embed" // for the statement
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"koe/analysis/disclosure"
)

//go:embed sql/safe_item.sql
var safeItemSQL string

// safeItems protects the answers to each question. An item of a construct is published only where the construct's score is, and
// the difference of the two may be known (safePartials).
func (a *analyzer) safeItems(ctx context.Context, all map[string]*safety) error {
	questions := map[int64]string{}
	journeys := map[int64]*safety{}
	constructs := map[int64][]string{} // that each question is an item of
	for _, journey := range a.layout.journeys {
		for _, q := range journey.questions {
			questions[int64(q.number)], journeys[int64(q.number)] = q.ID, all[journey.ID]
		}
		for _, c := range journey.constructs {
			for _, q := range c.items {
				constructs[int64(q.number)] = append(constructs[int64(q.number)], c.ID)
			}
		}
	}
	type over struct { // what is decided over
		*safety
		constructs, answers, behind, held string
	}
	var same sync.Map // *itemOnce by this
	return a.mask(ctx, "item", `SELECT item AS figure, place::BIGINT * 4294967296 + n FROM temp.item_rows JOIN temp.spot USING (who, stage_number, wave_number) ORDER BY figure`, safeItemSQL,
		func(figure int64, n []int) []disclosure.Reason {
			s := journeys[figure]
			decide := func() []disclosure.Reason { return s.item(questions[figure], constructs[figure], n[:s.cells]) }
			var reasons []disclosure.Reason
			if a.released == 0 { // items of one construct stand on the same people: what differs are their histories
				once, _ := same.LoadOrStore(over{s, strings.Join(constructs[figure], "\x00"), numbersKey(n[:s.cells]), numbersKey(s.behind[figureName("item", questions[figure])]), numbersKey(s.held[figureName("item", questions[figure])])}, &itemOnce{})
				reasons = once.(*itemOnce).get(decide)
			} else {
				reasons = decide()
			}
			s.mu.Lock()
			s.items[questions[figure]], s.answered[questions[figure]] = reasons, n[:s.cells]
			s.mu.Unlock()
			return reasons
		})
}

// itemOnce is one decision that several questions share.
type itemOnce struct {
	sync.Once
	reasons []disclosure.Reason
}

func (o *itemOnce) get(decide func() []disclosure.Reason) []disclosure.Reason {
	o.Do(func() { o.reasons = decide() })
	return o.reasons
}

// numbersKey writes numbers so that equal ones have equal text.
func numbersKey(n []int) string {
	key := make([]byte, 0, 2*len(n))
	for _, x := range n {
		key = binary.AppendUvarint(key, uint64(x))
	}
	return string(key)
}

// item decides for one question with so many answers in each cell.
func (s *safety) item(question string, constructs []string, n []int) []disclosure.Reason {
	withheld := slices.Clone(s.base)
	for _, c := range constructs {
		for _, reasons := range [][]disclosure.Reason{s.trend[c], s.partial[c]} {
			for i, reason := range reasons {
				withheld[i] = worse(withheld[i], reason)
			}
		}
	}
	name := figureName("item", question)
	return s.decideOver(s.plan, s.behind[name], s.sizesOf(n), s.k, s.withHeld(name, withheld), s.past[name])
}
