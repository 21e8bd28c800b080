package analysis

import (
	"database/sql/driver"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"time"

	"koe"
)

// quarterOf names the quarter of a day, as 2026Q2; "" for no day.
func quarterOf(d koe.Date) string {
	if d.IsZero() {
		return ""
	}
	if d.Year < 1000 || d.Year > 9999 {
		return fmt.Sprintf("%04dQ%d", d.Year, (int(d.Month)+2)/3)
	}
	return strconv.Itoa(d.Year) + "Q" + string(rune('0'+(int(d.Month)+2)/3))
}

// cellOf hashes what the reductions count by. The hash depends on the values alone, so a rebuilt warehouse has the same.
func cellOf(journey, stage, wave string, members []string) int64 {
	h := fnv.New64a()
	for _, part := range []string{journey, stage, wave} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	for _, member := range members {
		_, _ = h.Write([]byte(member))
		_, _ = h.Write([]byte{0})
	}
	return int64(h.Sum64())
}

// bucketOf puts a response into one of 1,024 blocks.
func bucketOf(response string) int16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(response))
	return int16(h.Sum32() >> 22)
}

// apartRow is one row of answer_apart.
type apartRow struct {
	question string
	position int32
	value    *float64
	choice   *string
	text     *string
	missing  *string
}

// encoder turns submissions into rows. It holds buffers, so it is for one goroutine.
type encoder struct {
	layout   *layout
	location *time.Location
	mask     func(string) (string, error)
	err      error // the first text that could not be masked
	row      []driver.Value
	apart    []apartRow
	surveys  map[string]*surveyLayout
	values   []float64
}

// numbers gives a buffer of n numbers.
func (e *encoder) numbers(n int) []float64 {
	if cap(e.values) < n {
		e.values = make([]float64, n)
	}
	return e.values[:n]
}

// surveyLayout is what encoding needs to know of one survey of one journey.
type surveyLayout struct {
	asked      []bool // by question position − 1
	constructs []bool
	hasCore    bool
	reversed   bool // has a reversed core scale item and one that is not
}

func (e *encoder) survey(journey *journeyLayout, id string) *surveyLayout {
	key := journey.ID + "\x00" + id
	if s, ok := e.surveys[key]; ok {
		return s
	}
	s := &surveyLayout{asked: make([]bool, len(journey.questions)), constructs: make([]bool, len(journey.constructs))}
	if survey, ok := journey.Survey(id); ok {
		plain, reversed := false, false
		for _, id := range survey.Asked() {
			if q, ok := journey.byQuestion[id]; ok {
				s.asked[q.position-1] = true
				s.hasCore = s.hasCore || q.core
				if q.core && q.Kind == koe.KindScale {
					plain, reversed = plain || !q.Reverse, reversed || q.Reverse
				}
			}
		}
		s.reversed = plain && reversed
		for i, construct := range journey.constructs {
			s.constructs[i] = construct.asks(survey)
		}
	}
	if e.surveys == nil {
		e.surveys = map[string]*surveyLayout{}
	}
	e.surveys[key] = s
	return s
}

// wave gives the quarter that a submission belongs to, and the local day of the answer.
func (e *encoder) wave(s *koe.Submission) (wave string, on koe.Date) {
	on = koe.DateOf(s.SubmittedAt.In(e.location))
	if s.Mode == koe.Anonymous {
		on = koe.DateOf(s.SubmittedAt.UTC()) // the day is all that was kept
	}
	if s.DueOn.IsZero() {
		return quarterOf(on), on
	}
	return quarterOf(s.DueOn), on
}

// encode gives the wide row of a submission and its rows of answer_apart; both are valid until the next call. spell and
// cohort are those of the person's stay.
func (e *encoder) encode(journey *journeyLayout, s *koe.Submission, spell int, cohort string) ([]driver.Value, []apartRow) {
	survey := e.survey(journey, s.Survey)
	wave, on := e.wave(s)
	members := e.layout.members(s.Segments)
	row := append(e.row[:0], s.Response, orNull(string(s.Person)), orNull(s.Invitation), s.Stage, s.Survey, int32(s.Version), wave,
		s.SubmittedAt.UTC(), s.Language, string(s.Source))
	for _, member := range members {
		row = append(row, member)
	}
	summary := len(row) + 5 // where core, complete, careless stand
	row = append(row, on.In(time.UTC), int32(spell), cohort, int32(s.Seconds), s.PublishOK, nil, nil, nil, true, bucketOf(s.Response),
		cellOf(journey.ID, s.Stage, wave, members))
	e.apart = e.apart[:0]
	var count answerCount
	values := e.numbers(len(journey.questions)) // NaN: no number
	for i, question := range journey.questions {
		answer, given := s.Answers[question.ID]
		if !given && survey.asked[i] {
			answer, given = koe.Answer{Missing: koe.NotAsked}, true
		}
		if question.Kind == koe.KindContact || question.Kind == koe.KindNote {
			given = false
		}
		if given {
			count.add(question, &answer)
		}
		cell, number := e.place(question, &answer, given)
		values[i] = number
		if question.storage != apart {
			row = append(row, cell)
		}
	}
	for i, construct := range journey.constructs {
		total, answered := construct.sum(values)
		if !survey.constructs[i] && answered == 0 {
			row = append(row, nil, nil)
			continue
		}
		row = append(row, total, uint8(answered))
	}
	for id, answer := range s.Answers { // questions that the journey no longer has
		if _, known := journey.byQuestion[id]; !known {
			e.placeApart(id, &answer)
		}
	}
	core := count.core
	if !survey.hasCore {
		core = count.answered
	}
	row[summary], row[summary+1], row[summary+2] = int32(core), count.skipped == 0, count.careless(survey, s.Seconds)
	e.row = row
	return row, e.apart
}

func orNull(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

// place gives the value of a question's column (nil for those apart) and the answer as a number, NaN when it is none.
func (e *encoder) place(question *questionLayout, answer *koe.Answer, given bool) (driver.Value, float64) {
	none := math.NaN()
	if !given {
		return nil, none
	}
	switch question.storage {
	case narrow:
		if answer.Missing != koe.MissingNone {
			return missingCode(answer.Missing), none
		}
		if question.Kind == koe.KindSingle {
			if len(answer.Choices) == 1 {
				for i, option := range question.Options {
					if option.Value == answer.Choices[0] {
						return int16(i + 1), none
					}
				}
			}
			e.placeApart(question.ID, answer)
			return nil, none
		}
		if answer.Value != nil && fitsNarrow(*answer.Value) {
			return int16(*answer.Value), *answer.Value
		}
		e.placeApart(question.ID, answer)
		return nil, none
	case double:
		if answer.Missing == koe.MissingNone && answer.Value != nil && math.Abs(*answer.Value) <= mostFine {
			return *answer.Value, *answer.Value
		}
		e.placeApart(question.ID, answer)
		return nil, none
	}
	e.placeApart(question.ID, answer)
	return nil, none
}

// placeApart adds an answer's rows of answer_apart.
func (e *encoder) placeApart(question string, answer *koe.Answer) {
	row := apartRow{question: question, position: 1}
	switch {
	case answer.Missing != koe.MissingNone:
		missing := string(answer.Missing)
		row.missing = &missing
	case answer.Value != nil:
		value := *answer.Value
		row.value = &value
	case answer.Text != "":
		text, err := e.mask(answer.Text)
		if e.err == nil {
			e.err = err
		}
		row.text = &text
	case len(answer.Choices) > 0:
		for i, choice := range answer.Choices {
			row.position, row.choice = int32(i+1), &choice
			e.apart = append(e.apart, row)
		}
		return
	default:
		missing := string(koe.Skipped)
		row.missing = &missing
	}
	e.apart = append(e.apart, row)
}

func missingCode(missing koe.Missing) int16 {
	switch missing {
	case koe.DeclinedTo:
		return codeDeclined
	case koe.NotAsked:
		return codeNotAsked
	default:
		return codeSkipped
	}
}

// sum adds the answered items of the construct, keyed, in 1/unit.
func (c *constructLayout) sum(values []float64) (total int64, answered int) {
	for _, item := range c.items {
		value := values[item.position-1]
		if math.IsNaN(value) {
			continue
		}
		if item.Reverse && item.low != nil {
			value = *item.low + *item.high - value
		}
		total += int64(math.Round(value * float64(c.unit)))
		answered++
	}
	return total, answered
}

// answerCount sums up one submission: how much was answered, and whether it was read.
type answerCount struct {
	answered, core, skipped, shown int
	scaleCore, scaleMissing        int
	step                           float64
	mixed                          bool
}

func (c *answerCount) add(question *questionLayout, answer *koe.Answer) {
	if answer.Missing != koe.NotAsked {
		c.shown++
	}
	if answer.Missing == koe.Skipped && question.Kind != koe.KindText {
		c.skipped++
	}
	coreScale := question.core && question.Kind == koe.KindScale
	if answer.Missing != koe.MissingNone {
		if coreScale {
			c.scaleMissing++
		}
		return
	}
	c.answered++
	if question.core {
		c.core++
	}
	if coreScale && answer.Value != nil {
		if c.scaleCore > 0 && *answer.Value != c.step {
			c.mixed = true
		}
		c.step = *answer.Value
		c.scaleCore++
	}
}

// careless is METHOD 2: the same raw step at all core scale items although some are reversed, none missing; or less
// than two seconds a shown question.
func (c *answerCount) careless(survey *surveyLayout, seconds int) bool {
	straight := survey.reversed && c.scaleCore > 1 && c.scaleMissing == 0 && !c.mixed
	hasty := seconds > 0 && seconds < 2*c.shown
	return straight || hasty
}
