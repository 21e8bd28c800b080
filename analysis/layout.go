package analysis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"koe"
)

// layoutVersion counts up when the tables themselves change; an older warehouse is then rebuilt from the store.
const layoutVersion = 9

// fine is the unit of numbers that are not whole: they are summed as whole millionths, so that sums are exact and do
// not depend on order. Greater numbers than mostFine are kept apart and not counted: their squares would not add up.
const (
	fine     = 1_000_000
	mostFine = 1e9
)

// The values of a narrow column that stand for a missing answer. NULL: the survey does not have the question.
const (
	codeDeclined = math.MinInt16 + iota
	codeSkipped
	codeNotAsked
	leastValue // the first value that is an answer
)

// layout is how facts lie in the warehouse: it follows from the settings and the journeys, and nothing else.
type layout struct {
	reductions func() *reductionData // what the reductions are written from; made when it is asked for
	segments   []segmentColumn
	journeys   []*journeyLayout
	settings   *koe.Settings
}

// segmentColumn is one roster column that reports break down by.
type segmentColumn struct {
	name   string // in koe.yaml and in the models
	column string // in person, invitation and response
	level  int    // in its hierarchy, from 0
	parent string // the segment one level up; "" at the top
}

// journeyLayout is the wide table of one journey.
type journeyLayout struct {
	*koe.Journey
	table      string // response_<journey>
	width      int    // its columns
	questions  []*questionLayout
	constructs []*constructLayout
	byQuestion map[string]*questionLayout
}

// storage is where the answers to a question lie.
type storage int

const (
	apart  storage = iota // rows of answer_apart: texts, several choices, dates
	narrow                // a SMALLINT column of the wide table
	double                // a DOUBLE column of the wide table
)

// questionLayout is where and how one question's answers are kept.
type questionLayout struct {
	*koe.Question
	number         int // over all journeys, from 1: the reductions' key
	position       int // in the file, from 1
	column         string
	storage        storage
	low, high      *float64
	favourableFrom *float64      // first keyed value above the midpoint; nil where there is no good end
	better         koe.Direction // of the construct that the question belongs to; higher without one
	unit           int64
	core           bool
}

// constructLayout is one construct with its two columns: the keyed total and how many items were answered.
type constructLayout struct {
	*koe.Construct
	number          int // over all journeys, from 1: the reductions' key
	position        int
	total, answered string // columns
	items           []*questionLayout
	needed          int   // least answered items of a valid score
	unit            int64 // of the total
	steps           int64 // a score counted in 1/(unit·steps) is whole, whatever the number of answered items; 1: rounded to 1/unit
	low, high       *float64
}

// newLayout derives the layout. Journeys must be valid (koe check).
func newLayout(settings *koe.Settings, journeys []*koe.Journey) *layout {
	l := &layout{settings: settings}
	for _, hierarchy := range settings.Segments {
		for level, name := range hierarchy {
			column := segmentColumn{name: name, column: name, level: level}
			if level > 0 {
				column.parent = hierarchy[level-1]
			}
			if slices.ContainsFunc(fixedColumns, func(fixed string) bool { return strings.EqualFold(fixed, name) }) {
				column.column = name + "_segment"
			}
			l.segments = append(l.segments, column)
		}
	}
	questions, constructs := 0, 0
	for _, journey := range journeys {
		j := newJourneyLayout(journey)
		for _, question := range j.questions {
			questions++
			question.number = questions
		}
		for _, construct := range j.constructs {
			constructs++
			construct.number = constructs
		}
		j.width = len(l.wideColumns(j))
		l.journeys = append(l.journeys, j)
	}
	l.reductions = sync.OnceValue(l.reductionData)
	return l
}

// fixedColumns are names that a segment column may not take in person, invitation or response.
var fixedColumns = []string{
	"response_key", "person_key", "invitation_key", "journey", "stage", "survey", "survey_version", "wave", "submitted_at",
	"submitted_on", "language", "source", "spell", "cohort", "seconds", "publish_ok", "core", "complete", "careless", "latest", "bucket", "cell",
	"role", "joined_on", "left_on", "left_reason", "due_on", "sent_at", "closes_on", "status", "subject_key", "occurrence",
}

func newJourneyLayout(journey *koe.Journey) *journeyLayout {
	l := &journeyLayout{Journey: journey, table: "response_" + journey.ID, byQuestion: map[string]*questionLayout{}}
	taken := map[string]bool{}
	for i := range journey.Questions {
		question := newQuestionLayout(journey, &journey.Questions[i], i+1)
		question.column = freeName("q_"+question.ID, taken)
		l.questions = append(l.questions, question)
		l.byQuestion[question.ID] = question
	}
	for i := range journey.Constructs {
		if construct := l.newConstructLayout(&journey.Constructs[i], i+1, taken); construct != nil {
			l.constructs = append(l.constructs, construct)
		}
	}
	return l
}

// freeName makes a column name that no other column of the table has; DuckDB does not tell letters' case apart.
func freeName(name string, taken map[string]bool) string {
	free := name
	for n := 2; taken[strings.ToLower(free)]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	taken[strings.ToLower(free)] = true
	return free
}

func newQuestionLayout(journey *koe.Journey, question *koe.Question, position int) *questionLayout {
	l := &questionLayout{Question: question, position: position, unit: 1, better: koe.Higher, core: question.Role == "core"}
	inConstruct := false
	for _, construct := range journey.Constructs {
		if slices.Contains(construct.Items, question.ID) {
			if !inConstruct {
				l.better = construct.Better
			}
			inConstruct = true
		}
	}
	if lo, hi, ok := journey.Range(question); ok {
		l.low, l.high = &lo, &hi
	}
	switch question.Kind {
	case koe.KindScale:
		l.storage = narrow
		if scale, ok := journey.Scale(question.Scale); ok {
			favourable := float64(scale.FavourableFrom)
			if scale.FavourableFrom == 0 {
				favourable = aboveMidpoint(*l.low, *l.high)
			}
			l.favourableFrom = &favourable
		}
	case koe.KindYesNo, koe.KindConsent, koe.KindSingle:
		l.storage = narrow
	case koe.KindNumber:
		l.storage, l.unit = double, fine
		if (inConstruct || question.Recommend) && l.low != nil && fitsNarrow(*l.low) && fitsNarrow(*l.high) {
			l.storage, l.unit = narrow, 1
		}
		if l.low != nil && inConstruct {
			favourable := aboveMidpoint(*l.low, *l.high)
			l.favourableFrom = &favourable
		}
	}
	return l
}

// aboveMidpoint is the first whole step above the middle of a range (METHOD 2).
func aboveMidpoint(low, high float64) float64 { return math.Floor((low+high)/2) + 1 }

// fitsNarrow reports whether a value can stand in a SMALLINT column.
func fitsNarrow(value float64) bool {
	return value == math.Trunc(value) && value >= leastValue && value <= math.MaxInt16
}

// newConstructLayout gives nil for a construct whose items cannot be added up (checked by koe check).
func (l *journeyLayout) newConstructLayout(construct *koe.Construct, position int, taken map[string]bool) *constructLayout {
	c := &constructLayout{Construct: construct, position: position, unit: 1, steps: 1}
	for _, id := range construct.Items {
		item, ok := l.byQuestion[id]
		if !ok || item.storage == apart || item.Kind == koe.KindSingle {
			return nil
		}
		c.items = append(c.items, item)
		c.unit = max(c.unit, item.unit)
		c.low, c.high = item.low, item.high
	}
	if len(c.items) == 0 {
		return nil
	}
	c.needed = len(c.items)/2 + 1
	for answered := c.needed; answered <= len(c.items) && (c.unit == 1 || len(c.items) <= 3); answered++ {
		c.steps = leastCommonMultiple(c.steps, int64(answered))
	}
	c.total, c.answered = freeName("total_"+c.ID, taken), freeName("answered_"+c.ID, taken)
	return c
}

func leastCommonMultiple(a, b int64) int64 {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// asks reports whether a survey asks at least one item of the construct.
func (c *constructLayout) asks(survey *koe.Survey) bool {
	asked := survey.Asked()
	return slices.ContainsFunc(c.items, func(item *questionLayout) bool { return slices.Contains(asked, item.ID) })
}

// journey finds a journey by id.
func (l *layout) journey(id string) (*journeyLayout, bool) {
	i := slices.IndexFunc(l.journeys, func(j *journeyLayout) bool { return j.ID == id })
	if i < 0 {
		return nil, false
	}
	return l.journeys[i], true
}

// members gives the member of every segment column for the values of a roster row, in the order of l.segments.
func (l *layout) members(values map[string]string) []string {
	members := make([]string, len(l.segments))
	for i, segment := range l.segments {
		members[i] = l.settings.MemberOf(segment.name, values)
	}
	return members
}

// hasTexts reports whether anything asks for free text.
func (l *layout) hasTexts() bool {
	return slices.ContainsFunc(l.journeys, func(j *journeyLayout) bool {
		return slices.ContainsFunc(j.questions, func(q *questionLayout) bool { return q.Kind == koe.KindText })
	})
}

// hash names the layout: two warehouses with one hash keep the same facts in the same columns.
func (l *layout) hash() string {
	var journeys []*koe.Journey
	for _, journey := range l.journeys {
		journeys = append(journeys, journey.Journey)
	}
	content, err := json.Marshal(struct {
		Version  int
		Segments [][]string
		Timezone string
		Language string
		Journeys []*koe.Journey
	}{layoutVersion, l.settings.Segments, l.settings.Timezone, l.settings.Language, journeys})
	if err != nil {
		panic(err) // plain values always marshal
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
