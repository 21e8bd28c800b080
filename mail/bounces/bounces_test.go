package bounces_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/mail/bounces"
)

// returned is a delivery report as Postfix writes it.
func returned(id, to, action, status, said string) string {
	return fmt.Sprintf(`Return-Path: <>
Date: Fri, 01 May 2026 09:10:00 +0900
From: MAILER-DAEMON@mx.example.go.jp (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: %s
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="F00.1"

This is a MIME-encapsulated message.

--F00.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--F00.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.go.jp
X-Postfix-Queue-ID: 4F1234
Arrival-Date: Fri,  1 May 2026 09:00:00 +0900 (JST)

Final-Recipient: rfc822; hanako@example.go.jp
Original-Recipient: rfc822;hanako@example.go.jp
Action: %s
Status: %s
Remote-MTA: dns; mail.example.go.jp
Diagnostic-Code: smtp; %s

--F00.1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: =?utf-8?q?jinji?= <jinji@example.go.jp>
Message-ID: %s
Subject: x

--F00.1--
`, to, action, status, said, id)
}

const letter = "From: a@example.org\nTo: b@example.org\nSubject: On holiday\n\nFrom Monday on I am away.\n"

var (
	gone = returned("<1@koe>", "bounces+ABCDEFGH23@example.go.jp", "failed", "5.1.1", "550 5.1.1 <hanako@example.go.jp>: Recipient address rejected: User unknown")
	full = returned("<2@koe>", "jinji@example.go.jp", "failed", "4.2.2", "452 4.2.2 mailbox of hanako@example.go.jp is full")
	slow = returned("<3@koe>", "jinji@example.go.jp", "delayed", "4.4.1", "connect timed out")
	jst  = time.FixedZone("", 9*3600)
	at   = time.Date(2026, 5, 1, 9, 10, 0, 0, jst)
	all  = []bounces.Report{
		{MessageID: "<1@koe>", Tags: []string{"ABCDEFGH23"}, Failed: true, Address: true, Status: "5.1.1", Reason: "550 5.1.1 <…>: Recipient address rejected: User unknown", At: at},
		{MessageID: "<2@koe>", Failed: true, Status: "4.2.2", Reason: "452 4.2.2 mailbox of <…> is full", At: at},
		{MessageID: "<3@koe>", At: at},
	}
)

func TestParse_ReadsReports(t *testing.T) {
	var got []bounces.Report
	for _, text := range []string{gone, full, slow} {
		for _, ending := range []string{"\n", "\r\n"} {
			r, ok := bounces.Parse(strings.NewReader(strings.ReplaceAll(text, "\n", ending)))
			if !ok {
				t.Fatalf("not taken for a report:\n%s", text)
			}
			if ending == "\n" {
				got = append(got, r)
			} else if diff := cmp.Diff(got[len(got)-1], r); diff != "" {
				t.Errorf("line ends matter: %s", diff)
			}
		}
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParse_ReadsWhatOtherServersWrite(t *testing.T) {
	whole := strings.NewReplacer("text/rfc822-headers", "message/rfc822", "Action: failed", "action: FAILED").Replace(gone)
	folded := strings.Replace(gone, "Message-ID: <1@koe>", "Message-ID:\n <1@koe>", 1)
	encoded := strings.Replace(gone, "Content-Type: message/delivery-status\n", "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n", 1)
	bare := strings.Replace(strings.Replace(gone, "Message-ID: <1@koe>\n", "", 1), "Auto-Submitted", "In-Reply-To: <0@x> <1@koe>\nAuto-Submitted", 1)
	cut := gone[:strings.Index(gone, "--F00.1--")]
	for name, text := range map[string]string{"whole message": whole, "folded": folded, "quoted-printable": encoded, "no quoted header": bare, "cut off": cut} {
		r, ok := bounces.Parse(strings.NewReader(text))
		if !ok {
			t.Errorf("%s: not taken for a report", name)
		}
		if diff := cmp.Diff(all[0], r); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParse_LeavesOtherMailAlone(t *testing.T) {
	receipt := strings.Replace(gone, "report-type=delivery-status", "report-type=disposition-notification", 1)
	for _, text := range []string{letter, receipt, "", "garbage", "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x--\n"} {
		if r, ok := bounces.Parse(strings.NewReader(text)); ok {
			t.Errorf("taken for a report: %+v of %.40q", r, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{gone, full, slow, letter} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, ok := bounces.Parse(strings.NewReader(text)); ok && len(r.Reason) > 1000 {
			t.Errorf("%d bytes of reason", len(r.Reason))
		}
	})
}

// read gives the reports of a source and how many other messages there were.
func read(t *testing.T, s bounces.Source) ([]bounces.Report, int) {
	t.Helper()
	var got []bounces.Report
	others, err := s.Read(t.Context(), func(r bounces.Report) error { got = append(got, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got, others
}

func TestMaildir_EachReportComesOnceAndTheRestStays(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("new/1.a", gone)
	write("new/2.b", letter)
	write("cur/3.c:2,", full)
	write("cur/4.d:2,S", slow) // somebody read it
	source := bounces.Source{Place: dir}
	failing := errors.New("the disk is full")
	if _, err := source.Read(t.Context(), func(bounces.Report) error { return failing }); !errors.Is(err, failing) {
		t.Fatalf("got %v", err)
	}
	got, others := read(t, source)
	if diff := cmp.Diff([]bounces.Report{all[1], all[0]}, got); diff != "" || others != 1 {
		t.Errorf("%d others, %s", others, diff)
	}
	if got, _ := read(t, source); len(got) != 0 {
		t.Errorf("again: %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "new/2.b")); err != nil {
		t.Errorf("other mail was touched: %v", err)
	}
}

func TestMbox_IsReadAndNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mbox")
	text := "From MAILER-DAEMON Fri May  1 09:10:00 2026\n" + gone + "\nFrom a@example.org Fri May  1 09:11:00 2026\n" +
		strings.Replace(letter, "\nFrom Monday", "\n>From Monday", 1) + "\nFrom MAILER-DAEMON Fri May  1 09:12:00 2026\n" + full
	if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, others := read(t, bounces.Source{Place: path})
		if diff := cmp.Diff(all[:2], got); diff != "" || others != 1 {
			t.Errorf("%d others, %s", others, diff)
		}
	}
}

func TestIMAP_ReadsUnseenReportsOverTLS(t *testing.T) {
	serving, trust := certificate(t)
	memory := imapmemserver.New()
	user := imapmemserver.NewUser("bounces", "himitsu")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{gone, letter, full} {
		if _, err := user.Append("INBOX", literal{strings.NewReader(text), int64(len(text))}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	memory.AddUser(user)
	for _, scheme := range []string{"imaps", "imap"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		if scheme == "imaps" {
			listener = tls.NewListener(listener, serving)
		}
		server := imapserver.New(&imapserver.Options{
			NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
				return memory.NewSession(), nil, nil
			},
			Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, TLSConfig: serving, Logger: log.New(io.Discard, "", 0),
		})
		go server.Serve(listener) //nolint:errcheck // it ends with "server closed"
		defer server.Close()
		source := bounces.Source{Place: scheme + "://bounces@" + address + "/INBOX", Password: "himitsu", TLS: trust}
		got, others := read(t, source)
		want := all[:2]
		if scheme == "imap" { // the first pass has seen them
			want = nil
		}
		if diff := cmp.Diff(want, got); diff != "" || others != 1 {
			t.Errorf("%s: %d others, %s", scheme, others, diff)
		}
		if err := source.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		source.Password = "chigau"
		if err := source.Check(t.Context()); koe.KindOf(err) != koe.Internal {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := source.Read(t.Context(), nil); koe.KindOf(err) != koe.Internal || strings.Contains(err.Error(), "himitsu") {
			t.Errorf("a wrong password: %v", err)
		}
		source.TLS = nil
		if _, err := source.Read(t.Context(), nil); err == nil {
			t.Error("a stranger's certificate was taken")
		}
	}
}

func TestRead_SaysWhatIsWrongWithThePlace(t *testing.T) {
	for _, place := range []string{filepath.Join(t.TempDir(), "nowhere"), t.TempDir(), "imaps://example.org", "imap:///INBOX"} {
		_, err := bounces.Source{Place: place}.Read(context.Background(), nil)
		if koe.KindOf(err) != koe.Invalid || !strings.Contains(err.Error(), "mail.bounces") {
			t.Errorf("%s: %v", place, err)
		}
	}
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// certificate makes a certificate for 127.0.0.1 and a configuration that trusts it.
func certificate(t *testing.T) (serving, trust *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}
