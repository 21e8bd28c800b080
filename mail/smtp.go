package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net/mail"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"koe"
)

// SMTP is a Sender that hands messages to a mail server over one connection, which it opens when it is first needed,
// uses again, and opens again when the server has dropped it.
type SMTP struct {
	mu     sync.Mutex
	client *gomail.Client                 // nil: not connected
	fresh  func() (*gomail.Client, error) // not connected yet
}

// Option changes how an SMTP sender talks.
type Option func(*smtpOptions)

type smtpOptions struct {
	tls     *tls.Config
	timeout time.Duration
}

// WithTLS sets the TLS configuration, for a server whose certificate an own authority signed.
func WithTLS(c *tls.Config) Option { return func(o *smtpOptions) { o.tls = c } }

// WithTimeout sets the time limit of one conversation step; 30 seconds unless stated.
func WithTimeout(d time.Duration) Option { return func(o *smtpOptions) { o.timeout = d } }

// NewSMTP makes a sender for the server that the settings name. TLS is "starttls" (required, not optional; the default), "implicit"
// or "none". The port is 587, 465 or 25 unless stated. A user name makes it log in with password, by the best method that the server offers.
// from is the sender of the organisation; its domain is what the server is greeted with.
func NewSMTP(s koe.SMTPSettings, password, from string, options ...Option) (*SMTP, error) {
	o := smtpOptions{timeout: 30 * time.Second}
	for _, set := range options {
		set(&o)
	}
	if s.Host == "" {
		return nil, koe.Errorf(koe.Invalid, "mail.smtp.host is empty; name the mail server, or set mail.outbox to write .eml files instead")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, koe.Errorf(koe.Invalid, "mail.from: %q is not a mail address", from)
	}
	opts := []gomail.Option{gomail.WithTimeout(o.timeout), gomail.WithoutSMTPUTF8()}
	if at := strings.LastIndexByte(sender.Address, '@'); at >= 0 && isASCII(sender.Address[at+1:]) {
		opts = append(opts, gomail.WithHELO(sender.Address[at+1:]))
	}
	port := s.Port
	switch s.TLS {
	case "", "starttls":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
		port = orElse(port, 587)
	case "implicit":
		opts = append(opts, gomail.WithSSL())
		port = orElse(port, 465)
	case "none":
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
		port = orElse(port, 25)
	default:
		return nil, koe.Errorf(koe.Invalid, "mail.smtp.tls: %q is not one of starttls, implicit, none", s.TLS)
	}
	opts = append(opts, gomail.WithPort(port))
	if o.tls != nil {
		opts = append(opts, gomail.WithTLSConfig(o.tls))
	}
	if s.Username != "" {
		opts = append(opts, gomail.WithUsername(s.Username), gomail.WithPassword(password),
			gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	fresh := func() (*gomail.Client, error) { return gomail.NewClient(s.Host, opts...) }
	if _, err := fresh(); err != nil {
		return nil, koe.Errorf(koe.Invalid, "mail.smtp: %w", err)
	}
	return &SMTP{fresh: fresh}, nil
}

// grace is how long a message that is under way may take to end after the context was cancelled.
const grace = 700 * time.Millisecond

// Send hands the message to the server; nil means that the server answered 250 to it. The error is a *Fault. When ctx is
// cancelled in the middle of the conversation the message may or may not have gone; it counts as a temporary fault.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := build(m)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for try := 0; ; try++ {
		if err := s.dial(ctx); err != nil {
			return err
		}
		err, ended := s.converse(ctx, msg)
		if !ended {
			s.client = nil // its goroutine still holds the connection; the time limit ends both
			return &Fault{Err: context.Cause(ctx), Temporary: true, Unreachable: true}
		}
		if msg.IsDelivered() { // the server has it, whatever became of the RSET afterwards
			if err != nil {
				s.hangUp()
			}
			return nil
		}
		var se *gomail.SendError
		known := errors.As(err, &se)
		if known && se.Reason == gomail.ErrConnCheck && try == 0 && ctx.Err() == nil {
			s.hangUp() // the server had closed an idle connection; nothing was sent on it yet
			continue
		}
		fault := &Fault{Err: err, Temporary: true}
		if known {
			fault.Code = se.ErrorCode()
			fault.Temporary = fault.Code < 500
			fault.Refused = !fault.Temporary && se.Reason == gomail.ErrSMTPRcptTo
		}
		if fault.Code == 0 || fault.Code == 421 { // the line broke, or the server is closing it
			fault.Unreachable = true
			s.hangUp()
		}
		return fault
	}
}

// converse has one conversation, and reports whether it ended before the context's cancelling ended our patience.
func (s *SMTP) converse(ctx context.Context, msg *gomail.Msg) (err error, ended bool) {
	client, done := s.client, make(chan error, 1)
	go func() { done <- client.Send(msg) }()
	select {
	case err = <-done:
		return err, true
	case <-ctx.Done():
	}
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case err = <-done:
		return err, true
	case <-patience.C:
		return nil, false
	}
}

// dial opens the connection when there is none. Whatever goes wrong here says nothing about the message.
func (s *SMTP) dial(ctx context.Context) error {
	if s.client != nil {
		return nil
	}
	client, err := s.fresh()
	if err == nil {
		err = client.DialWithContext(ctx)
	}
	if err != nil {
		return &Fault{Err: koe.Errorf(koe.Internal, "the mail server cannot be used: %w", err), Temporary: true, Unreachable: true}
	}
	s.client = client
	return nil
}

func (s *SMTP) hangUp() {
	_ = s.client.Close() // it is broken already; there is nothing to learn from how it closes
	s.client = nil
}

// Check opens a connection, logs in and leaves: what koe doctor does.
func (s *SMTP) Check(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dial(ctx)
}

// Close says goodbye to the server.
func (s *SMTP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		s.hangUp()
	}
	return nil
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
