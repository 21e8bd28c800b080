package koe

import "time"

// PersonKey is the random pseudonym by which everything but the vault knows a person.
type PersonKey string

// Person is somebody on the roster: a hire, a mentor, a manager. ID, Name and the addresses live in the vault;
// they are empty when the person was read without it.
type Person struct {
	Key           PersonKey
	ID            string // the organisation's own number
	Name          string
	Email         string
	PersonalEmail string // used before joining and after leaving
	Language      string // BCP 47; "" means the organisation's
	Role          string // hire, mentor, manager; "" means hire
	Segments      map[string]string
	Spells        []Spell // oldest first; empty for somebody who never was a hire
	AddedAt       time.Time
	Bounced       bool     // the last address used was refused
	Declined      []string // journeys that the person asked to be left alone by
}

// Spell is one stay, from joining to leaving. A rehire is a new one.
type Spell struct {
	Number     int // from 1
	JoinedOn   Date
	LeftOn     Date // zero: still here
	LeftReason string
	Cancelled  bool      // the joining never happened
	SeenAt     time.Time // when the store first held this JoinedOn; zero: as old as the person. The store sets it
}

// The event kinds that koe itself reads. Any other kind may anchor a stage or record a measure.
const (
	EventJoined          = "joined" // from the roster, not from events.csv
	EventLeft            = "left"
	EventTransferred     = "transferred"
	EventMentorAssigned  = "mentor_assigned"
	EventManagerAssigned = "manager_assigned"
)

// Event is a dated fact about a person.
type Event struct {
	ID      string // made by the store
	Person  PersonKey
	Kind    string
	On      Date
	Related PersonKey // the mentor, the manager; may be empty
	Detail  string
	AddedAt time.Time
}
