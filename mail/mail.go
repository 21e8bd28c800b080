// Package mail sends: a Message goes out through a Sender, which is an SMTP server or a folder of .eml files to look at.
//
// A message is made the same way each time it is tried: same Message-ID, same MIME boundary, same words. So a retry
// after a crash is a copy of the first try, which mail systems and people can recognise, and in a folder it overwrites
// the first.
//
// Errors say whether trying again makes sense (Temporary) and whose fault it is: the address's (Refused), the server's or the
// network's (Unreachable), or the message's. This package does not decide who gets what; that is package schedules.
package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"koe"
)

// Message is one mail to one person.
type Message struct {
	To              string // address
	ToName          string
	From            string // an address, or "Name <address>"
	ReplyTo         string // the same; "" for none
	Envelope        string // address for returned mail (RFC 5321 MAIL FROM); From's address when empty
	Subject         string
	Text            string // plain part
	HTML            string // HTML part; "" for none
	MessageID       string // with or without angle brackets
	InReplyTo       string // Message-ID of the mail that this one reminds of; "" for none
	Date            time.Time
	ListUnsubscribe string // https URL that takes a one-click POST (RFC 8058); "" for none
	Language        string // BCP 47, for Content-Language
}

// Sender takes a message off our hands. When Send returns nil the other side has taken it over.
type Sender interface {
	Send(ctx context.Context, m Message) error
	Close() error
}

// build makes the MIME message. A message that cannot be built (a broken address) is a permanent, refused fault.
func build(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(boundary(m.MessageID)))
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, &Fault{Err: koe.Errorf(koe.Invalid, "mail: from: %q is not a mail address", m.From)}
	}
	msg.FromMailAddress(from)
	to, err := mail.ParseAddress(m.To)
	if err != nil || strings.ContainsAny(m.To, "\r\n") {
		return nil, &Fault{Refused: true, Err: koe.Errorf(koe.Invalid, "the address on the roster is not a mail address")}
	}
	msg.ToMailAddress(&mail.Address{Name: oneLine(m.ToName), Address: to.Address})
	if m.ReplyTo != "" {
		reply, err := mail.ParseAddress(m.ReplyTo)
		if err != nil {
			return nil, &Fault{Err: koe.Errorf(koe.Invalid, "mail: reply_to: %q is not a mail address", m.ReplyTo)}
		}
		msg.ReplyToMailAddress(reply)
	}
	if m.Envelope != "" {
		if err := msg.EnvelopeFrom(m.Envelope); err != nil {
			return nil, &Fault{Err: koe.Errorf(koe.Invalid, "mail: envelope: %q is not a mail address", m.Envelope)}
		}
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(strings.Trim(m.MessageID, "<>"))
	if m.InReplyTo != "" {
		id := "<" + strings.Trim(m.InReplyTo, "<>") + ">"
		msg.SetGenHeader(gomail.HeaderInReplyTo, id)
		msg.SetGenHeader(gomail.HeaderReferences, id)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies, please
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")  // the same for Exchange
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	if m.ListUnsubscribe != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.ListUnsubscribe+">")
		if strings.HasPrefix(m.ListUnsubscribe, "https://") {
			msg.SetListUnsubscribePost()
		}
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text, gomail.WithPartEncoding(encoding(m.Text)))
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML, gomail.WithPartEncoding(encoding(m.HTML)))
	}
	return msg, nil
}

// Bytes gives the message as it travels (RFC 5322), for a look at it before it goes.
func Bytes(m Message) ([]byte, error) {
	msg, err := build(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, koe.Errorf(koe.Internal, "mail: writing a message: %w", err)
	}
	return b.Bytes(), nil
}

// encoding keeps mostly ASCII text readable on the wire and packs Japanese, which quoted-printable would make three times longer.
func encoding(s string) gomail.Encoding {
	wide := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			wide++
		}
	}
	if wide*5 > len(s) {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

// boundary is fixed by the Message-ID, so that a retry is the same to the byte.
func boundary(messageID string) string {
	sum := sha256.Sum256([]byte(messageID))
	return "koe-" + hex.EncodeToString(sum[:16])
}

// oneLine keeps whoever writes a name or a title from writing headers.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }), " ")
}
