package koe

import "slices"

// Journey is what one text file says: the stages that a hire passes, with what is believed of each stage,
// what is asked and what is done. Slices keep the order of the file; ids are unique within their slice.
type Journey struct {
	ID         string
	Title      Text
	Scales     []Scale
	Questions  []Question
	Constructs []Construct
	Surveys    []Survey
	Stages     []Stage
	Hypotheses []Hypothesis
	Measures   []Measure
	Alpha      float64 // one-sided level of the hypothesis tests; 0.05 unless stated
	MinN       int     // least n of a tested hypothesis, per group; 10 unless stated
	MinRate    float64 // least response rate of a tested hypothesis; 0.30 unless stated
}

// Scale is a row of ordered answers, from From to To, with a label for each step in each language.
type Scale struct {
	ID             string
	From, To       int
	FavourableFrom int                 // first keyed value that counts as favourable: first step above the midpoint unless stated
	Labels         map[string][]string // by language, To-From+1 of them or, for long scales, the two ends
}

// QuestionKind is what sort of answer a question takes.
type QuestionKind string

// The kinds of question.
const (
	KindScale   QuestionKind = "scale"   // one step of a Scale
	KindNumber  QuestionKind = "number"  // a number, within Min and Max when stated
	KindYesNo   QuestionKind = "yesno"   // 1 yes, 0 no
	KindSingle  QuestionKind = "single"  // one of Options
	KindMulti   QuestionKind = "multi"   // any of Options
	KindText    QuestionKind = "text"    // free text
	KindDate    QuestionKind = "date"    // a day
	KindContact QuestionKind = "contact" // yes asks for a personal reply; kept in the vault, never in the warehouse
	KindNote    QuestionKind = "note"    // Markdown to read; takes no answer
	KindConsent QuestionKind = "consent" // 1 given, 0 not given; may be withdrawn
)

// Question is one thing asked, or one note shown.
type Question struct {
	ID        string
	Kind      QuestionKind
	Text      Text
	Help      Text     // a line below the question
	Scale     string   // scale: the Scale's id
	Reverse   bool     // scale, number: keyed as lo+hi-x
	Min, Max  *float64 // number: bounds; Max for text: characters
	Options   []Option // single, multi
	Ordered   bool     // single: the options are ordered (bands of a count)
	Required  bool     // something must be pressed; 答えない always may
	Role      string   // core, stage, optional, open, followup: where METHOD 1.3 puts it; free otherwise
	Recommend bool     // number 0–10: also reported as promoters − detractors
}

// Option is one choice. Its Value is what is stored.
type Option struct {
	Value string
	Text  Text
}

// Direction says which way a construct is better.
type Direction string

// The directions.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
)

// Construct is what a few questions of one range measure together: isolation, fit, career_anxiety.
type Construct struct {
	ID     string
	Title  Text
	Items  []string
	Better Direction
	Trend  bool // one of the scales followed over stages and time; false for constructs of a single stage

	// The quarters (2026Q2) whose points are the frozen baseline of the control chart, both included; "" for BaselineUntil is the
	// first eight points, "" for BaselineFrom the beginning.
	BaselineFrom, BaselineUntil string
}

// Mode says what a respondent is promised. It is sealed when the first invitation is sent.
type Mode string

// The modes of a survey.
const (
	Confidential Mode = "confidential" // linked across stages by a random key; HR sees groups only
	Anonymous    Mode = "anonymous"    // no key, day-level time, shuffled
	Identified   Mode = "identified"   // the named reader sees who answered what
)

// Survey is what is asked in one stage: pages of questions, shown one a screen.
type Survey struct {
	ID       string
	Title    Text
	Mode     Mode
	Version  int  // counts up when a sealed survey changes; 1 unless stated
	Store    bool // false: a self-check that keeps nothing
	Intro    Text // Markdown before the first page
	Closing  Text // Markdown after the thanks: consultation windows
	Pages    []Page
	Outcomes []Outcome
}

// Page is one screen.
type Page struct {
	Title  Text
	Ask    []string // question ids
	ShowIf string   // a condition over answers by question id; shown always when empty
	AskIf  []AskIf  // further questions of the page, each with its own condition, in this order …
	AtMost int      // … at most so many of them; 0 for no limit
}

// AskIf is a question that is asked only when its condition over the raw answers holds: a follow-up.
type AskIf struct {
	Question string
	When     string
}

// Outcome is a result page, the first whose When holds.
type Outcome struct {
	ID    string
	When  string
	Title Text
	Text  Text // Markdown
}

// Audience is who is asked.
type Audience string

// The audiences.
const (
	AudienceHire    Audience = "hire"    // the person that the anchor is about
	AudienceMentor  Audience = "mentor"  // whom a mentor_assigned event names in related_person_id
	AudienceManager Audience = "manager" // whom a manager_assigned event names in related_person_id
)

// Stage is a window of days around an anchor event in which one survey is open to one audience.
type Stage struct {
	ID       string
	Title    Text
	Feelings Text // what is believed that the hire feels
	Problem  Text // the 問題点 of the stage, in a phrase
	Audience Audience
	Anchor   string // joined, left, or an event kind
	Opens    Period
	Target   Period // the day that the stage is named after; Opens unless stated
	Closes   Period // last day on which answers are taken
	Remind   []Period
	Survey   string
	Late     Late
	When     string  // a condition over the person: hire_type == '任期付'
	Repeat   *Repeat // asked again at even intervals
	Roll     Roll    // where an opening that is not a business day moves
	MinGap   *Period // least gap to the pulse before it, to one person; the calendar's unless stated
}

// Late says what becomes of a person whose window had already opened when koe first saw the anchor.
type Late struct {
	Skip   bool   // not asked
	Within Period // asked if the opening is at most so long ago; empty and not Skip: until the close
}

// Repeat asks a stage again every Every until Until after the anchor.
type Repeat struct {
	Every Period
	Until Period
}

// Roll says where a day that is not a business day moves.
type Roll string

// The roll rules.
const (
	RollNext     Roll = "next"
	RollPrevious Roll = "previous"
	RollNone     Roll = "none"
)

// HypothesisKind is how a hypothesis is tested (METHOD section 4).
type HypothesisKind string

// The kinds of hypothesis.
const (
	HypothesisLevel       HypothesisKind = "level"
	HypothesisShare       HypothesisKind = "share"
	HypothesisChange      HypothesisKind = "change"
	HypothesisContrast    HypothesisKind = "contrast"
	HypothesisPeak        HypothesisKind = "peak"
	HypothesisAssociation HypothesisKind = "association"
	HypothesisTheme       HypothesisKind = "theme"
)

// Hypothesis is what is believed of a stage, with the number that would show it, written down before anybody is asked.
type Hypothesis struct {
	ID                string
	Stage             string
	Text              Text
	Kind              HypothesisKind
	Measure           string   // a question, construct or theme id
	With              string   // association: the other construct or question
	Answers           string   // share: a condition on the raw answer, as ">=4" or "==1"
	From              string   // change: the earlier stage
	Groups            []string // contrast: two of them, as "mentor=no", "bureau=総務局"
	Expect            string   // above or below
	Bar               float64
	Precision         float64 // largest half-width of the 90 % interval; by kind unless stated
	Problem           Text
	MeasuresReceiving []string // Measure ids of the receiving unit
	MeasuresHR        []string // Measure ids of HR
	SHA256            string   // of the block's canonical form, lower-case hex; set by package journey
}

// Owner is who does a measure.
type Owner string

// The owners.
const (
	OwnerUnit Owner = "unit" // 受け入れ部門
	OwnerHR   Owner = "hr"   // 人事部門
)

// Measure (施策) is something that HR or the receiving unit does at some stages, meant to help some constructs.
type Measure struct {
	ID      string
	Owner   Owner
	Title   Text
	Text    Text
	Stages  []string
	Event   string   // the event kind that shows that a person had it; "" when nothing records it
	Targets []string // construct ids
}

func find[T any](all []T, id string, idOf func(*T) string) (*T, bool) {
	for i := range all {
		if idOf(&all[i]) == id {
			return &all[i], true
		}
	}
	return nil, false
}

// Scale finds a scale by id.
func (j *Journey) Scale(id string) (*Scale, bool) {
	return find(j.Scales, id, func(s *Scale) string { return s.ID })
}

// Question finds a question by id.
func (j *Journey) Question(id string) (*Question, bool) {
	return find(j.Questions, id, func(q *Question) string { return q.ID })
}

// Construct finds a construct by id.
func (j *Journey) Construct(id string) (*Construct, bool) {
	return find(j.Constructs, id, func(c *Construct) string { return c.ID })
}

// Survey finds a survey by id.
func (j *Journey) Survey(id string) (*Survey, bool) {
	return find(j.Surveys, id, func(s *Survey) string { return s.ID })
}

// Stage finds a stage by id.
func (j *Journey) Stage(id string) (*Stage, bool) {
	return find(j.Stages, id, func(s *Stage) string { return s.ID })
}

// Measure finds a measure by id.
func (j *Journey) Measure(id string) (*Measure, bool) {
	return find(j.Measures, id, func(m *Measure) string { return m.ID })
}

// Range gives the least and greatest raw answer of a question, when it has both.
func (j *Journey) Range(q *Question) (lo, hi float64, ok bool) {
	switch q.Kind {
	case KindScale:
		if s, found := j.Scale(q.Scale); found {
			return float64(s.From), float64(s.To), true
		}
	case KindNumber:
		if q.Min != nil && q.Max != nil {
			return *q.Min, *q.Max, true
		}
	case KindYesNo, KindConsent:
		return 0, 1, true
	}
	return 0, 0, false
}

// Answerable reports whether the question takes an answer at all.
func (q *Question) Answerable() bool { return q.Kind != KindNote }

// Asked lists the question ids of a survey in the order of its pages, notes included, each once.
func (s *Survey) Asked() []string {
	n := 0
	for i := range s.Pages {
		n += len(s.Pages[i].Ask) + len(s.Pages[i].AskIf)
	}
	ids := make([]string, 0, n)
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range s.Pages {
		for _, id := range s.Pages[i].Ask {
			add(id)
		}
		for _, followUp := range s.Pages[i].AskIf {
			add(followUp.Question)
		}
	}
	return ids
}
