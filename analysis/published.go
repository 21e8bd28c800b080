package analysis

import (
	"time"

	"koe"
)

// Published is everything that may leave the warehouse for readers: the safe_* tables as plain values, and the facts
// that explain them. It holds nothing about a single person.
type Published struct {
	Organization koe.Text
	Language     string
	Timezone     string
	AsOf         time.Time  // the moment of the analysis, UTC
	Closed       koe.Date   // the day of AsOf in the organisation's time zone
	Analysis     string     // which analysis made the figures
	Ledger       string     // state of the ledger of releases that the figures were made with; "" for an empty one
	MinGroup     int        // least people behind a score
	MinComments  int        // least people behind comments and cross-cuts
	Segments     [][]string // hierarchies of segment columns, top first
	Members      []Member   // of all segments, ordered by segment and member
	Stages       []StageFact
	Questions    []QuestionFact
	Constructs   []ConstructFact
	Measures     []MeasureFact
	Waves        []WaveFact // what the tables hold answers of, and what is still open
	Tables       Tables
}

// Tables are the rows of the safe_* tables, each ordered by its key columns.
type Tables struct {
	ResponseRate  []ResponseRate
	Item          []Item
	Trend         []Trend
	TrendTest     []TrendTest
	Reliability   []Reliability
	ItemRest      []ItemRest
	Recommend     []Recommend
	Change        []Change
	Comparison    []Comparison
	Hypothesis    []Hypothesis
	MeasureEffect []MeasureEffect
	Driver        []Driver
	Retention     []Retention
	RetentionTest []RetentionTest
	Signal        []Signal
	Nonresponse   []Nonresponse
	Silence       []Silence
	Careless      []Careless
	Shrunk        []Shrunk
	Census        []Census
	Weighted      []Weighted
	Theme         []Theme
	Keyness       []Keyness
	Comment       []Comment
	Cooccurrence  []Cooccurrence
}

// Member is one value of a segment column that somebody on the roster has.
type Member struct {
	Segment string `db:"segment"` // the column
	Member  string `db:"member"`  // the path below the top of a hierarchy: 総務局/人事課
	Label   string `db:"label"`   // the last part: 人事課
	Level   int64  `db:"level"`   // in its hierarchy, from 0
	Parent  string `db:"parent"`  // the member one level up; "" at the top

	Merged     []string `db:"merged"`      // small units that are published together as this one; none for a real unit
	MergedInto string   `db:"merged_into"` // the member that this unit is published with; "" when it stands for itself
}

// StageFact is a stage of a journey as loaded.
type StageFact struct {
	Journey  string   `db:"journey"`
	Stage    string   `db:"stage"`
	Position int64    `db:"position"` // in the journey, from 1
	Title    koe.Text `db:"titles"`
	Audience string   `db:"audience"`
	Survey   string   `db:"survey"`
}

// QuestionFact is a question as loaded.
type QuestionFact struct {
	Journey        string   `db:"journey"`
	Question       string   `db:"question"`
	Position       int64    `db:"position"`
	Kind           string   `db:"kind"`
	Text           koe.Text `db:"texts"`
	Low            *float64 `db:"low"`
	High           *float64 `db:"high"`
	Reverse        bool     `db:"reverse"`
	FavourableFrom *float64 `db:"favourable_from"` // first keyed value above the middle
	Better         string   `db:"better"`          // higher, lower: of the construct that the question belongs to
}

// ConstructFact is a construct as loaded.
type ConstructFact struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Position  int64    `db:"position"`
	Title     koe.Text `db:"titles"`
	Better    string   `db:"better"`
	Trend     bool     `db:"trend"` // followed over stages and time
	Low       *float64 `db:"low"`
	High      *float64 `db:"high"`
}

// MeasureFact is a measure (施策) as loaded.
type MeasureFact struct {
	Journey  string   `db:"journey"`
	Measure  string   `db:"measure"`
	Position int64    `db:"position"`
	Owner    string   `db:"owner"`
	Title    koe.Text `db:"titles"`
	Event    string   `db:"event"`
}

// WaveFact is one wave: a stage in a calendar quarter. Only closed waves are in the tables.
type WaveFact struct {
	Journey  string    `db:"journey"`
	Stage    string    `db:"stage"`
	Wave     string    `db:"wave"`      // quarter, as 2026Q2
	ClosesOn time.Time `db:"closes_on"` // last day on which an answer is taken
	Closed   bool      `db:"closed"`
}
