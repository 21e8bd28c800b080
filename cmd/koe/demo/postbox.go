package demo

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// A letter is a mail that arrived: to whom, its subject, and the personal link in it.
type letter struct {
	to, subject, link string
}

// postbox is a real SMTP server on the loopback that keeps what arrives until somebody looks.
type postbox struct {
	server  *smtp.Server
	address string
	mu      sync.Mutex
	letters []letter
	bytes   int
}

// openPostbox starts the server on a free port.
func openPostbox(ctx context.Context) (*postbox, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &postbox{address: listener.Addr().String()}
	p.server = smtp.NewServer(p)
	p.server.Domain = "localhost"
	p.server.AllowInsecureAuth = true
	go func() { _ = p.server.Serve(listener) }() // ends when the server is closed
	return p, nil
}

func (p *postbox) Close() error { return p.server.Close() }

// NewSession implements smtp.Backend.
func (p *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{postbox: p}, nil }

// take empties the box.
func (p *postbox) take() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.letters
	p.letters = nil
	return taken
}

type session struct {
	postbox *postbox
	to      string
}

func (s *session) Reset()                                    { s.to = "" }
func (s *session) Logout() error                             { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l, err := read(raw)
	if err != nil {
		return err
	}
	l.to = s.to
	s.postbox.mu.Lock()
	defer s.postbox.mu.Unlock()
	s.postbox.letters = append(s.postbox.letters, l)
	s.postbox.bytes += len(raw)
	return nil
}

var linkPattern = regexp.MustCompile(`https?://[^\s<>"]+/r/[^\s<>"]+`)

// read finds the personal link in the text part of a mail.
func read(raw []byte) (letter, error) {
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return letter{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return letter{}, err
	}
	body, err := plain(message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), message.Body)
	if err != nil {
		return letter{}, err
	}
	return letter{subject: subject, link: linkPattern.FindString(body)}, nil
}

// plain decodes the first text/plain part.
func plain(contentType, encoding string, body io.Reader) (string, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			text, err := plain(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
			if err != nil || text != "" {
				return text, err
			}
		}
	}
	if kind != "text/plain" {
		return "", nil
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	return string(text), err
}
