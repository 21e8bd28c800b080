package mail

import (
	"errors"
	"regexp"
)

// Fault is why a message did not go. Its text holds no mail addresses, so that it may be kept and shown.
type Fault struct {
	Temporary   bool // trying again later may help: 4xx, network, login
	Refused     bool // the server does not take mail for this address: 5xx to RCPT TO, or no address at all
	Unreachable bool // no conversation with the server came about: the next message would fare no better
	Code        int  // of SMTP; 0 when the server did not say
	Err         error
}

var addressPattern = regexp.MustCompile(`<?[^\s<>:;,"]+@[^\s<>:;,"]+>?`)

// Error gives the cause with mail addresses blotted out.
func (f *Fault) Error() string { return addressPattern.ReplaceAllString(f.Err.Error(), "<…>") }

// Unwrap gives the cause, addresses included.
func (f *Fault) Unwrap() error { return f.Err }

// Temporary reports whether trying the same message again later may help. An error that did not come from a Sender
// (a cancelled context) is temporary.
func Temporary(err error) bool {
	var f *Fault
	return err != nil && (!errors.As(err, &f) || f.Temporary)
}

// Refused reports whether the address itself was refused for good.
func Refused(err error) bool {
	var f *Fault
	return errors.As(err, &f) && f.Refused && !f.Temporary
}

// Unreachable reports whether the server could not be talked to at all.
func Unreachable(err error) bool {
	var f *Fault
	return errors.As(err, &f) && f.Unreachable
}
