package analysis

import (
	"database/sql/driver"
	"fmt"
	"math"
	"slices"
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

// cellOf hashes what the reductions count by (FNV-1a, 64 bits). The hash depends on the values alone, so a rebuilt warehouse
// has the same.
func cellOf(journey, stage, wave string, members []string) int64 {
	h := hashPart(hashPart(hashPart(14695981039346656037, journey), stage), wave)
	for _, member := range members {
		h = hashPart(h, member)
	}
	return int64(h)
}

// hashPart hashes on over a text and a zero byte.
func hashPart(h uint64, text string) uint64 {
	const prime = 1099511628211
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * prime
	}
	return h * prime
}

// bucketOf puts a response into one of 1,024 blocks, by the FNV-1a hash of 32 bits.
func bucketOf(response string) int16 {
	h := uint32(2166136261)
	for i := range len(response) {
		h = (h ^ uint32(response[i])) * 16777619
	}
	return int16(h >> 22)
}

// encoder turns submissions into rows. It holds buffers, so it is for one goroutine.
type encoder struct {
	layout   *layout
	shared   *shared
	location *time.Location
	mask     func(string) (string, error)
	err      error          // the first text that could not be masked
	rest     []driver.Value // rows of answer_apart, one after another
	surveys  map[string]*surveyLayout
	values   []float64

	given     []givenAnswer // what sort gives
	strangers []string      // questions among the sorted answers that the journey does not have
}

// givenAnswer is the answer to one question of a journey, when there is one.
type givenAnswer struct {
	koe.Answer
	given bool
}

// sort puts answers in the order of the journey's questions, and sets e.strangers.
func (e *encoder) sort(journey *journeyLayout, answers map[string]koe.Answer) []givenAnswer {
	if cap(e.given) < len(journey.questions) {
		e.given = make([]givenAnswer, len(journey.questions))
	}
	given := e.given[:len(journey.questions)]
	clear(given)
	e.strangers = e.strangers[:0]
	for id, answer := range answers {
		if question, ok := journey.byQuestion[id]; ok {
			given[question.position-1] = givenAnswer{answer, true}
		} else {
			e.strangers = append(e.strangers, id)
		}
	}
	slices.Sort(e.strangers)
	return given
}

// apartWidth is the number of columns of answer_apart.
const apartWidth = 9

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
		return e.shared.quarter(on), on
	}
	return e.shared.quarter(s.DueOn), on
}

// encode appends the wide row of a submission to row, and its rows of answer_apart to e.rest.
func (e *encoder) encode(row []driver.Value, journey *journeyLayout, s *koe.Submission, of foundStay) []driver.Value {
	survey, share := e.survey(journey, s.Survey), e.shared
	wave, on := e.wave(s)
	unit := share.unit(s.Segments)
	response := driver.Value(s.Response)
	row = append(row, response, orNull(string(s.Person)), orNull(s.Invitation), share.text(s.Stage), share.text(s.Survey), int32(s.Version), share.text(wave),
		s.SubmittedAt.UTC(), share.text(s.Language), share.text(string(s.Source)))
	row = append(row, unit.values...)
	summary := len(row) + 5 // where core, complete, careless stand
	row = append(row, share.day(on), int32(of.spell), share.text(of.cohort), int32(s.Seconds), s.PublishOK, nil, nil, nil, true, bucketOf(s.Response),
		cellOf(journey.ID, s.Stage, wave, unit.members))
	place := apartPlace{encoder: e, response: response, journey: share.text(journey.ID), stage: share.text(s.Stage)}
	var count answerCount
	answers := e.sort(journey, s.Answers)
	values := e.numbers(len(journey.questions)) // NaN: no number
	for i, question := range journey.questions {
		answer, given := &answers[i].Answer, answers[i].given
		if !given && survey.asked[i] {
			answer.Missing, given = koe.NotAsked, true
		}
		if question.Kind == koe.KindContact || question.Kind == koe.KindNote {
			given = false
		}
		if given {
			count.add(question, answer)
		}
		cell, number := place.put(question, answer, given)
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
	for _, id := range e.strangers { // questions that the journey no longer has
		answer := s.Answers[id]
		place.aside(id, &answer)
	}
	core := count.core
	if !survey.hasCore {
		core = count.answered
	}
	row[summary], row[summary+1], row[summary+2] = int32(core), count.skipped == 0, count.careless(survey, s.Seconds)
	return row
}

func orNull(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

// apartPlace puts the answers of one response where they belong.
type apartPlace struct {
	*encoder
	response, journey, stage driver.Value
}

// put gives the value of a question's column (nil for those apart) and the answer as a number, NaN when it is none.
func (p *apartPlace) put(question *questionLayout, answer *koe.Answer, given bool) (driver.Value, float64) {
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
			p.aside(question.ID, answer)
			return nil, none
		}
		if answer.Value != nil && fitsNarrow(*answer.Value) {
			return int16(*answer.Value), *answer.Value
		}
		p.aside(question.ID, answer)
		return nil, none
	case double:
		if answer.Missing == koe.MissingNone && answer.Value != nil && math.Abs(*answer.Value) <= mostFine {
			return *answer.Value, *answer.Value
		}
		p.aside(question.ID, answer)
		return nil, none
	}
	p.aside(question.ID, answer)
	return nil, none
}

// aside adds an answer's rows of answer_apart.
func (p *apartPlace) aside(question string, answer *koe.Answer) {
	switch {
	case answer.Missing != koe.MissingNone:
		p.add(question, 1, nil, nil, nil, p.shared.text(string(answer.Missing)))
	case answer.Value != nil:
		p.add(question, 1, *answer.Value, nil, nil, nil)
	case answer.Text != "":
		text, err := p.mask(answer.Text)
		if p.err == nil {
			p.err = err
		}
		p.add(question, 1, nil, nil, text, nil)
	case len(answer.Choices) > 0:
		for i, choice := range answer.Choices {
			p.add(question, i+1, nil, choice, nil, nil)
		}
	default:
		p.add(question, 1, nil, nil, nil, p.shared.text(string(koe.Skipped)))
	}
}

func (p *apartPlace) add(question string, position int, value, choice, text, missing driver.Value) {
	p.rest = append(p.rest, p.response, p.journey, p.stage, p.shared.text(question), int32(position), value, choice, text, missing)
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
