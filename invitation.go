package koe

import "time"

// Invitation is one person asked at one stage. Unique on (journey, stage, person, spell) and, where a stage can come
// more than once in a spell, on subject and occurrence too.
type Invitation struct {
	Key        string // random
	Journey    string
	Stage      string
	Person     PersonKey // who is asked
	Spell      int
	Subject    PersonKey // whom it is about when that is somebody else (a mentor is asked about a hire); "" otherwise
	Occurrence int       // of a repeated stage or of a repeatable event, from 1; 1 for the rest
	Survey     string
	Version    int // of the survey
	Mode       Mode
	Language   string
	AnchorOn   Date
	DueOn      Date // the day that the window opens for this person, business days considered
	TargetOn   Date
	ClosesOn   Date              // last day on which an answer is taken, in the organisation's time zone
	Segments   map[string]string // as of due
	Status     InvitationStatus
	CreatedAt  time.Time
	SentAt     time.Time // of the first mail; zero: not yet
}

// InvitationStatus is how far an invitation has come.
type InvitationStatus string

// The states of an invitation.
const (
	Invited   InvitationStatus = "invited"   // written; its mail may be pending
	Answered  InvitationStatus = "answered"  // a submission is there
	Declined  InvitationStatus = "declined"  // the person asked to be left alone
	Bounced   InvitationStatus = "bounced"   // no address took the mail
	Cancelled InvitationStatus = "cancelled" // the joining was cancelled, the person left before it opened, or was forgotten
)

// MailKind is why a mail is sent.
type MailKind string

// The kinds of mail.
const (
	MailInvitation MailKind = "invitation"
	MailReminder   MailKind = "reminder"
)

// MailState is how far a mail has come: pending → sending → sent | failed | bounced; a fault that may pass
// goes back to pending with a later NextAt.
type MailState string

// The states of a mail.
const (
	MailPending MailState = "pending"
	MailSending MailState = "sending"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
	MailBounced MailState = "bounced"
	MailDropped MailState = "dropped" // not needed any more when its turn came: answered, declined, closed
)

// Mail is one message to be sent or sent for an invitation. Unique on (invitation, kind, number). What it says is
// made when it is sent, the same at each try, under the same MessageID.
type Mail struct {
	ID         string
	Invitation string
	Kind       MailKind
	Number     int // of the reminder, from 1; 0 for the invitation
	MessageID  string
	State      MailState
	Attempts   int
	NextAt     time.Time // not before
	SentAt     time.Time
	LastError  string // without addresses
	CreatedAt  time.Time
}
