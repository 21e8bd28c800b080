// Package bounces reads returned mail: delivery status notifications (RFC 3464) in a maildir, an mbox file or an IMAP mailbox. It says
// which message came back, by its Message-ID or by a VERP address, and whether for good. What follows from that is up to package schedules.
//
// The mailbox is one for returned mail only. Reports are marked as read (maildir, IMAP); whatever else lies there is left alone.
package bounces

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"
)

// Report is one delivery status notification.
type Report struct {
	MessageID string    // of the message that came back, with angle brackets; "" when the report does not say
	Tags      []string  // what stood between + and @ in the addresses that the report was sent to: the id of a VERP envelope
	Failed    bool      // it was given up; false for a delay
	Address   bool      // the address itself is wrong (5.1.x, 5.2.1, or no code): writing to it again is of no use
	Status    string    // enhanced status code (RFC 3463) such as 5.1.1; may be ""
	Reason    string    // what the other server said, without mail addresses
	At        time.Time // Date of the report; zero when there is none
}

// maxReport bounds what is read of one message: a report quotes at most the message that came back.
const maxReport = 1 << 20

// Parse reads a message; false when it is no delivery report.
func Parse(r io.Reader) (Report, bool) {
	m, err := mail.ReadMessage(bufio.NewReader(io.LimitReader(r, maxReport)))
	if err != nil {
		return Report{}, false
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return Report{}, false
	}
	report := Report{Tags: tags(m.Header)}
	report.At, _ = m.Header.Date() // a report without one is as good
	found := false
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			break // the end, or a message that was cut off: what was read counts
		}
		partKind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		body := decoded(part)
		switch partKind {
		case "message/delivery-status", "message/global-delivery-status":
			found = report.status(body) || found
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			header, _ := textproto.NewReader(bufio.NewReader(body)).ReadMIMEHeader() // what was read before an error counts
			if id := header.Get("Message-Id"); id != "" {
				report.MessageID = strings.TrimSpace(id)
			}
		}
	}
	if report.MessageID == "" {
		for _, name := range []string{"In-Reply-To", "References"} {
			if ids := strings.Fields(m.Header.Get(name)); len(ids) > 0 && report.MessageID == "" {
				report.MessageID = ids[len(ids)-1]
			}
		}
	}
	return report, found
}

func decoded(part *multipart.Part) io.Reader {
	switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		return quotedprintable.NewReader(part)
	}
	return part
}

// status reads the groups of fields: one about the message, then one for each recipient. koe writes to one.
func (r *Report) status(body io.Reader) bool {
	raw, err := io.ReadAll(body)
	if err != nil && len(raw) == 0 {
		return false
	}
	found := false
	for _, group := range bytes.Split(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
		fields, _ := textproto.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(bytes.TrimLeft(group, "\n")), strings.NewReader("\n\n")))).ReadMIMEHeader()
		action := strings.ToLower(strings.TrimSpace(fields.Get("Action")))
		if action == "" {
			continue
		}
		found = true
		if action != "failed" || r.Failed {
			continue
		}
		r.Failed = true
		r.Status = statusCode.FindString(fields.Get("Status"))
		_, said, ok := strings.Cut(fields.Get("Diagnostic-Code"), ";")
		if !ok {
			said = fields.Get("Diagnostic-Code")
		}
		r.Reason = clean(said)
		r.Address = r.Status == "" || strings.HasPrefix(r.Status, "5.1.") || r.Status == "5.2.1" || r.Status == "5.0.0"
	}
	return found
}

var (
	statusCode = regexp.MustCompile(`[245]\.\d{1,3}\.\d{1,3}`)
	address    = regexp.MustCompile(`<?[^\s<>:;,"()]+@[^\s<>:;,"()]+>?`)
	tag        = regexp.MustCompile(`\+([A-Za-z0-9]{8,64})@`)
)

// clean keeps one short line without addresses.
func clean(said string) string {
	said = address.ReplaceAllString(strings.Join(strings.Fields(said), " "), "<…>")
	if runes := []rune(said); len(runes) > 200 {
		said = string(runes[:200]) + "…"
	}
	return said
}

// tags finds what VERP put into the address that the report came to.
func tags(h mail.Header) []string {
	var out []string
	for _, name := range []string{"To", "Delivered-To", "X-Original-To", "Envelope-To"} {
		for _, value := range h[textproto.CanonicalMIMEHeaderKey(name)] {
			for _, m := range tag.FindAllStringSubmatch(value, -1) {
				out = append(out, m[1])
			}
		}
	}
	return out
}
