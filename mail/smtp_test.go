package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/mail"
)

// postOffice is a real SMTP server that keeps what it takes and refuses what it is told to.
type postOffice struct {
	mu       sync.Mutex
	taken    []letter
	sessions int
	refuse   map[string]*smtp.SMTPError // by recipient, or "data"
	dropNext bool                       // hang up instead of answering the next MAIL
	logins   []string
	hold     chan struct{} // DATA waits for it
}

type letter struct {
	from, to string
	body     []byte
}

type visit struct {
	office *postOffice
	conn   *smtp.Conn
	from   string
	to     string
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions++
	return &visit{office: p, conn: c}, nil
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		v.office.mu.Lock()
		defer v.office.mu.Unlock()
		v.office.logins = append(v.office.logins, user)
		if password != "himitsu" {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if v.office.dropNext {
		v.office.dropNext = false
		v.conn.Conn().Close()
	}
	v.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if e := v.office.refuse[to]; e != nil {
		return e
	}
	v.to = to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.office.mu.Lock()
	hold := v.office.hold
	v.office.mu.Unlock()
	if hold != nil {
		<-hold
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if e := v.office.refuse["data"]; e != nil {
		return e
	}
	v.office.taken = append(v.office.taken, letter{v.from, v.to, body})
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

func (p *postOffice) letters() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.taken...)
}

// open starts the server on a free port and gives its settings and a TLS configuration that trusts it.
func (p *postOffice) open(t *testing.T, mode string) (koe.SMTPSettings, *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	serving := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(p)
	server.Domain = "post.test"
	server.AllowInsecureAuth = false
	server.ErrorLog = quiet{}
	port := listener.Addr().(*net.TCPAddr).Port
	switch mode {
	case "starttls":
		server.TLSConfig = serving
	case "implicit":
		listener = tls.NewListener(listener, serving)
	}
	go server.Serve(listener) //nolint:errcheck // it ends with "server closed"
	t.Cleanup(func() { server.Close() })
	return koe.SMTPSettings{Host: "127.0.0.1", Port: port, TLS: mode}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func letterTo(to, id string) mail.Message {
	return mail.Message{
		To: to, ToName: "山田 花子", From: "人事課 <jinji@example.go.jp>", ReplyTo: "相談窓口 <soudan@example.go.jp>",
		Envelope: "bounces+7@example.go.jp", Subject: "【ご協力のお願い】入社3か月のアンケート(約3分)について、人事課からのお知らせです",
		Text: "山田さん、こんにちは。\nhttps://koe.example.go.jp/r/abc\n", HTML: "<p>山田さん、こんにちは。</p>",
		MessageID: id, Date: time.Date(2026, 4, 1, 9, 0, 0, 0, time.FixedZone("JST", 9*3600)),
		ListUnsubscribe: "https://koe.example.go.jp/unsubscribe/abc", Language: "ja",
	}
}

func sender(t *testing.T, s koe.SMTPSettings, c *tls.Config) *mail.SMTP {
	t.Helper()
	out, err := mail.NewSMTP(s, "himitsu", "人事課 <jinji@example.go.jp>", mail.WithTLS(c), mail.WithTimeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	return out
}

func TestSMTP_EveryKindOfTLSDelivers(t *testing.T) {
	for _, mode := range []string{"starttls", "implicit", "none"} {
		t.Run(mode, func(t *testing.T) {
			office := &postOffice{}
			settings, trust := office.open(t, mode)
			if mode != "none" {
				settings.Username = "jinji"
			}
			if err := sender(t, settings, trust).Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>")); err != nil {
				t.Fatal(err)
			}
			got := office.letters()
			if len(got) != 1 || got[0].to != "hanako@example.go.jp" || got[0].from != "bounces+7@example.go.jp" {
				t.Fatalf("the server has %+v", got)
			}
			if mode != "none" && len(office.logins) != 1 {
				t.Errorf("logged in %d times", len(office.logins))
			}
		})
	}
}

func TestSMTP_StartTLSIsRequiredNotHopedFor(t *testing.T) {
	office := &postOffice{}
	settings, trust := office.open(t, "none")
	settings.TLS = "starttls"
	err := sender(t, settings, trust).Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>"))
	if err == nil || !mail.Temporary(err) || !mail.Unreachable(err) || len(office.letters()) != 0 {
		t.Fatalf("a server without STARTTLS gave %v and has %d letters", err, len(office.letters()))
	}
}

func TestSMTP_CertificateOfAStrangerIsRefused(t *testing.T) {
	office := &postOffice{}
	settings, _ := office.open(t, "starttls")
	err := sender(t, settings, nil).Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>"))
	if !mail.Unreachable(err) || len(office.letters()) != 0 {
		t.Fatalf("got %v", err)
	}
}

func TestSMTP_WrongPasswordSaysNothingAboutTheMessage(t *testing.T) {
	office := &postOffice{}
	settings, trust := office.open(t, "starttls")
	settings.Username = "jinji"
	out, err := mail.NewSMTP(settings, "chigau", "jinji@example.go.jp", mail.WithTLS(trust))
	if err != nil {
		t.Fatal(err)
	}
	err = out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>"))
	if !mail.Temporary(err) || !mail.Unreachable(err) {
		t.Fatalf("got %v", err)
	}
}

func TestSMTP_UsesOneConnectionForMany(t *testing.T) {
	office := &postOffice{}
	settings, trust := office.open(t, "starttls")
	out := sender(t, settings, trust)
	for range 20 {
		if err := out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>")); err != nil {
			t.Fatal(err)
		}
	}
	if office.sessions > 2 || len(office.letters()) != 20 { // two: one before STARTTLS, one after
		t.Fatalf("%d letters over %d sessions", len(office.letters()), office.sessions)
	}
}

func TestSMTP_SortsFaults(t *testing.T) {
	office := &postOffice{refuse: map[string]*smtp.SMTPError{
		"full@example.go.jp": {Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox of full@example.go.jp is full"},
		"gone@example.go.jp": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user gone@example.go.jp"},
	}}
	settings, trust := office.open(t, "starttls")
	out := sender(t, settings, trust)
	type verdict struct {
		Temporary, Refused, Unreachable bool
		Code                            int
	}
	judge := func(to string) verdict {
		err := out.Send(context.Background(), letterTo(to, "<1@koe>"))
		var f *mail.Fault
		if !errors.As(err, &f) {
			t.Fatalf("%s: %v is not a fault", to, err)
		}
		if strings.Contains(f.Error(), "example.go.jp") {
			t.Errorf("%s: the text names an address: %s", to, f)
		}
		return verdict{mail.Temporary(err), mail.Refused(err), mail.Unreachable(err), f.Code}
	}
	got := map[string]verdict{"full": judge("full@example.go.jp"), "gone": judge("gone@example.go.jp"), "broken": judge("hanako＠example")}
	office.mu.Lock()
	office.refuse["data"] = &smtp.SMTPError{Code: 554, Message: "looks like spam"}
	office.mu.Unlock()
	got["spam"] = judge("hanako@example.go.jp")
	want := map[string]verdict{
		"full":   {Temporary: true, Code: 452},
		"gone":   {Refused: true, Code: 550},
		"broken": {Refused: true},
		"spam":   {Code: 554},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	office.mu.Lock()
	office.refuse = nil
	office.mu.Unlock()
	if err := out.Send(context.Background(), letterTo("hanako@example.go.jp", "<2@koe>")); err != nil {
		t.Errorf("after refusals the connection is of no use: %v", err)
	}
}

func TestSMTP_ABrokenLineIsTemporaryAndHeals(t *testing.T) {
	office := &postOffice{}
	settings, trust := office.open(t, "starttls")
	out := sender(t, settings, trust)
	office.dropNext = true
	err := out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>"))
	if !mail.Temporary(err) || !mail.Unreachable(err) {
		t.Fatalf("got %v", err)
	}
	if err := out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>")); err != nil {
		t.Fatalf("the next try: %v", err)
	}
}

func TestSMTP_CancellingEndsAHangingConversation(t *testing.T) {
	office := &postOffice{hold: make(chan struct{})}
	settings, trust := office.open(t, "starttls")
	out := sender(t, settings, trust)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err := out.Send(ctx, letterTo("hanako@example.go.jp", "<1@koe>"))
	if err == nil || !mail.Temporary(err) || time.Since(begun) > 2*time.Second {
		t.Fatalf("after %v: %v", time.Since(begun), err)
	}
	close(office.hold)
	office.mu.Lock()
	office.hold = nil
	office.mu.Unlock()
	if err := out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>")); err != nil {
		t.Fatalf("the next try: %v", err)
	}
}

func TestBytes_HeadersAndPartsAreWhatMailSystemsExpect(t *testing.T) {
	raw, err := mail.Bytes(letterTo("hanako@example.go.jp", "<1.invitation@koe>"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := mail.Bytes(letterTo("hanako@example.go.jp", "<1.invitation@koe>"))
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the same message twice differs (%v)", err)
	}
	for i, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("line %d is not plain mail: %q", i+1, line)
		}
	}
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	decode := new(mime.WordDecoder)
	got := map[string]string{}
	for _, name := range []string{"Subject", "From", "To", "Reply-To", "Date", "Message-Id", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language", "X-Mailer", "User-Agent"} {
		if got[name], err = decode.DecodeHeader(parsed.Header.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"Subject":               "【ご協力のお願い】入社3か月のアンケート(約3分)について、人事課からのお知らせです",
		"From":                  "人事課 <jinji@example.go.jp>",
		"To":                    "山田 花子 <hanako@example.go.jp>",
		"Reply-To":              "相談窓口 <soudan@example.go.jp>",
		"Date":                  "Wed, 01 Apr 2026 09:00:00 +0900",
		"Message-Id":            "<1.invitation@koe>",
		"Auto-Submitted":        "auto-generated",
		"List-Unsubscribe":      "<https://koe.example.go.jp/unsubscribe/abc>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Content-Language":      "ja", "X-Mailer": "", "User-Agent": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	var kinds, bodies []string
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = part
		switch part.Header.Get("Content-Transfer-Encoding") {
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, part)
		case "quoted-printable":
			r = quotedprintable.NewReader(part)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		kinds, bodies = append(kinds, part.Header.Get("Content-Type")), append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if diff := cmp.Diff([]string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"}, kinds); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"山田さん、こんにちは。\nhttps://koe.example.go.jp/r/abc\n", "<p>山田さん、こんにちは。</p>"}, bodies); diff != "" {
		t.Error(diff)
	}
}

func TestBytes_NobodyWritesHeadersThroughANameOrATitle(t *testing.T) {
	m := letterTo("hanako@example.go.jp", "<1@koe>")
	m.Subject, m.ToName = "Hello\r\nBcc: eve@example.com", "Hanako\r\nBcc: eve@example.com"
	raw, err := mail.Bytes(m)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header.Get("Bcc") != "" {
		t.Fatal("a title added a recipient")
	}
	m.To = "hanako@example.go.jp\r\nBcc: eve@example.com"
	if _, err := mail.Bytes(m); !mail.Refused(err) {
		t.Fatalf("an address of two lines gave %v", err)
	}
}
