package koe

import "time"

// Missing says why there is no answer.
type Missing string

// The reasons for a missing answer.
const (
	MissingNone Missing = ""          // there is an answer
	DeclinedTo  Missing = "declined"  // 答えない
	Skipped     Missing = "skipped"   // shown and left empty
	NotAsked    Missing = "not_asked" // not shown, by branching
)

// Answer is what was given to one question. Exactly one of Value, Choices, Text is set, or Missing says why not.
type Answer struct {
	Value   *float64 `json:"v,omitempty"` // scale, number, yesno, consent; raw, not reversed
	Choices []string `json:"c,omitempty"` // single, multi: option values; date: one, 2026-04-01
	Text    string   `json:"t,omitempty"` // text; sealed in the store
	Missing Missing  `json:"m,omitempty"`
}

// Source is the way by which a submission came.
type Source string

// The sources.
const (
	SourceForm   Source = "form"   // the web form
	SourceExcel  Source = "excel"  // the 調査票
	SourceImport Source = "import" // an export of another tool
)

// Submission is what one person sent for one invitation; a later one replaces it until the stage closes, and the
// earlier stays in the history.
type Submission struct {
	ID          string // made by the client, so that sending twice is sending once
	Response    string // random key of the response that this is a version of; the store makes it
	Invitation  string // "" for imports without one and for anonymous surveys
	Person      PersonKey
	Journey     string
	Stage       string
	Survey      string
	Version     int
	Mode        Mode
	Language    string
	Source      Source
	SubmittedAt time.Time // UTC; the day only for anonymous surveys
	DueOn       Date      // of the invitation; zero without one
	Segments    map[string]string
	Answers     map[string]Answer // by question id
	Seconds     int               // from opening to sending; 0 unknown
	PublishOK   bool              // the respondent ticked 原文のまま掲載してよい
	Requests    []Request         // of contact questions; they go to the vault and nowhere else
}

// Request is a personal reply that somebody asked for with a contact question.
type Request struct {
	ID        string
	Person    PersonKey
	Journey   string
	Stage     string
	Question  string
	Note      string
	State     string // open, done
	CreatedAt time.Time
}
