package schedules_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"koe"
	"koe/journey"
	"koe/mail"
	"koe/schedules"
	"koe/store"
)

// TestMain lets this test binary play a koe process that can be killed for real.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KOE_TEST_DISPATCH"); dir != "" {
		if err := dispatchProcess(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// dispatchProcess is one dispatch as cmd/koe does it, at the time that the environment names.
func dispatchProcess(dir string) error {
	now, err := time.Parse(time.RFC3339, os.Getenv("KOE_TEST_NOW"))
	if err != nil {
		return err
	}
	w, problems := journey.Open(dir)
	if len(problems.Serious()) > 0 {
		return problems
	}
	s, err := store.Open(context.Background(), store.Config{DSN: filepath.Join(dir, "data", "koe.sqlite"), Location: w.Location, MailDomain: "koe.example.go.jp"})
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(os.Getenv("KOE_TEST_SMTP"))
	if err != nil {
		return err
	}
	sender, err := mail.NewSMTP(koe.SMTPSettings{Host: "127.0.0.1", Port: port, TLS: "none"}, "", w.Settings.Mail.From)
	if err != nil {
		return err
	}
	d, err := schedules.New(schedules.Config{Store: s, Workspace: w, Sender: sender})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	result, err := d.Dispatch(context.Background(), now, schedules.Options{})
	if err != nil {
		return err
	}
	fmt.Printf("done %d %v %d MB\n", result.Waiting, result.Busy, peak())
	return s.Close()
}

// counter is a real SMTP server that counts. After some more mails it calls a killer, just as it says 250 or a little later.
type counter struct {
	mu     sync.Mutex
	taken  map[string][]string // by Message-ID: what makes the mail, each time it came
	to     map[string]string
	copies int
	killer func()
	more   int
	after  time.Duration
}

func (c *counter) NewSession(*smtp.Conn) (smtp.Session, error) { return &call{counter: c}, nil }

type call struct {
	*counter
	rcpt string
}

func (c *call) Mail(string, *smtp.MailOptions) error { return nil }
func (c *call) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.rcpt = to
	return nil
}

func (c *call) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := m.Header.Get("Message-Id")
	if len(c.taken[id]) > 0 {
		c.copies++
	}
	c.taken[id] = append(c.taken[id], m.Header.Get("Subject")+m.Header.Get("List-Unsubscribe")+string(body))
	c.to[id] = c.rcpt
	if c.more--; c.killer != nil && c.more == 0 {
		time.AfterFunc(c.after, c.killer)
	}
	return nil
}

func (c *call) Reset()        {}
func (c *call) Logout() error { return nil }

// process is a child that dispatches.
type process struct {
	cmd  *exec.Cmd
	out  *bufio.Scanner
	once sync.Once
}

func (h *house) process(now time.Time, port int) *process {
	h.Helper()
	self, err := os.Executable()
	if err != nil {
		h.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "KOE_TEST_DISPATCH="+h.dir, "KOE_TEST_NOW="+now.Format(time.RFC3339), "KOE_TEST_SMTP="+fmt.Sprint(port))
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		h.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	p := &process{cmd: cmd, out: bufio.NewScanner(pipe)}
	if !p.out.Scan() || p.out.Text() != "ready" {
		h.Fatalf("the process said %q", p.out.Text())
	}
	return p
}

// kill is kill -9.
func (p *process) kill() { p.once.Do(func() { _ = p.cmd.Process.Kill() }) }

// end waits for the process and gives what it said last; "" when it was killed.
func (p *process) end() string {
	last := ""
	for p.out.Scan() {
		last = p.out.Text()
	}
	_ = p.cmd.Wait()
	return last
}

// TestDispatch_KilledAnywhereAsksEverybodyOnce kills a real dispatching process at random points, again and again: before its first row, between
// row and mail, in the middle of a conversation, between the server's 250 and the commit, on its way out. Between the kills the clock goes on,
// sometimes back; sometimes two run at once. In the end everybody has one invitation and one mail for it, and whatever came twice was the same
// mail to the byte, under one Message-ID and with one link.
func TestDispatch_KilledAnywhereAsksEverybodyOnce(t *testing.T) {
	kills := 200
	if n, err := strconv.Atoi(os.Getenv("KOE_TEST_KILLS")); err == nil {
		kills = n
	}
	if testing.Short() {
		kills = 30
	}
	people := 5 * kills
	h := newHouse(t, "Asia/Tokyo", `send_between: "09:00-17:00", min_gap: P14D`, `
  - {id: m2, title: {ja: 2か月, en: Two months}, audience: hire, anchor: joined, opens: P1M, closes: P2M, remind: [P7D, P14D], survey: s1}
`)
	random := rand.New(rand.NewPCG(9, 9))
	c := &counter{taken: map[string][]string{}, to: map[string]string{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(c)
	server.ErrorLog = silent{}
	go server.Serve(listener) //nolint:errcheck // it ends with "server closed"
	defer server.Close()
	port := listener.Addr().(*net.TCPAddr).Port

	var all []koe.Person
	first := h.date("2026-04-01")
	for i := range people {
		all = append(all, hire(t, fmt.Sprintf("K%04d", i), first.AddDays(i*8/people).String()))
	}
	h.save("2026-03-20", all...)
	answered := map[string]bool{}
	now := h.at("2026-05-01 09:00")
	clock := func() time.Time { // within the hours
		if local := now.In(h.workspace.Location); local.Hour() >= 16 {
			now = h.at(h.scheduler.Calendar().Next(koe.DateOf(local).AddDays(1)).String() + " 09:00")
		}
		return now
	}
	killed, finished, between := 0, 0, 0
	for killed < kills {
		p := h.process(clock(), port)
		var second *process
		if random.IntN(10) == 0 {
			second = h.process(now, port)
		}
		c.mu.Lock()
		c.killer, c.more, c.after = p.kill, 1+random.IntN(12), time.Duration(random.IntN(6000))*time.Microsecond
		c.mu.Unlock()
		limit := 5 * time.Second
		if random.IntN(4) == 0 {
			limit = time.Duration(random.IntN(120_000)) * time.Microsecond
		}
		timer := time.AfterFunc(limit, p.kill)
		if p.end() == "" {
			killed++
		} else {
			finished++
		}
		timer.Stop()
		if second != nil {
			second.end()
		}
		now = now.Add(time.Duration(1+random.IntN(6*7*60*2/kills)) * time.Minute)
		if random.IntN(20) == 0 {
			now = now.Add(-time.Hour)
			between++
		}
		if random.IntN(5) == 0 { // somebody answers
			invited, err := h.store.Invitations(t.Context(), store.InvitationFilter{Status: []koe.InvitationStatus{koe.Invited}})
			if err != nil {
				t.Fatal(err)
			}
			if len(invited) > 0 {
				inv := invited[random.IntN(len(invited))]
				if err := h.store.SetInvitationStatus(t.Context(), now, inv.Key, koe.Answered); err != nil {
					t.Fatal(err)
				}
				answered[inv.Key] = true
			}
		}
	}
	c.mu.Lock()
	c.killer = nil
	c.mu.Unlock()
	for day := koe.DateOf(now.In(h.workspace.Location)); !day.After(h.date("2026-07-10")); day = day.AddDays(1) {
		for _, hour := range []string{" 09:00", " 15:00"} {
			if at := h.at(day.String() + hour); at.After(now) {
				if p := h.process(at, port); p.end() == "" {
					t.Fatal("a dispatch that nobody kills did not end")
				}
			}
		}
	}
	t.Logf("until %s: %d kills, %d runs that ended by themselves, %d steps back; %d mails, %d of them came again", now, killed, finished, between, len(c.taken), c.copies)
	h.reckon(c, people)
}

// reckon compares the server's count with the store.
func (h *house) reckon(c *counter, people int) {
	h.Helper()
	invitations, err := h.store.Invitations(context.Background(), store.InvitationFilter{})
	if err != nil {
		h.Fatal(err)
	}
	if len(invitations) != people {
		h.Errorf("%d invitations for %d people", len(invitations), people)
	}
	mails, err := h.store.Mails(context.Background(), store.MailFilter{})
	if err != nil {
		h.Fatal(err)
	}
	states := map[string]int{}
	for _, m := range mails {
		states[fmt.Sprint(m.Kind, " ", m.State, " ", m.LastError)]++
	}
	h.Logf("mails: %v", states)
	link := regexp.MustCompile(`/unsubscribe/(\w+)>`)
	links := map[string]string{} // by invitation
	byInvitation := map[string]int{}
	known := map[string]bool{}
	for _, m := range mails {
		known[m.MessageID] = true
		came := c.taken[m.MessageID]
		if m.State == koe.MailSent && len(came) == 0 {
			h.Errorf("%s %d was marked sent and never came", m.Kind, m.Number)
		}
		if m.State == koe.MailPending || m.State == koe.MailSending {
			h.Errorf("%s %d is still %s", m.Kind, m.Number, m.State)
		}
		if m.Kind == koe.MailInvitation {
			byInvitation[m.Invitation]++
			if m.State != koe.MailSent && m.State != koe.MailDropped {
				h.Errorf("an invitation is %s: %s", m.State, m.LastError)
			}
		}
		for _, copied := range came {
			if copied != came[0] {
				h.Errorf("%s came again and was not the same:\n%s\n%s", m.MessageID, came[0], copied)
			}
			token := link.FindStringSubmatch(copied)
			if token == nil {
				h.Fatalf("no link in %s", copied)
			}
			if before := links[m.Invitation]; before != "" && before != token[1] {
				h.Errorf("one invitation came with two links")
			}
			links[m.Invitation] = token[1]
		}
	}
	for id := range c.taken {
		if !known[id] {
			h.Errorf("a mail came that the store does not know: %s", id)
		}
	}
	for _, inv := range invitations {
		if byInvitation[inv.Key] != 1 {
			h.Errorf("%d invitation mails for one invitation", byInvitation[inv.Key])
		}
	}
	tokens := map[string]bool{}
	for _, token := range links {
		if tokens[strings.ToUpper(token)] {
			h.Error("two people have one link")
		}
		tokens[strings.ToUpper(token)] = true
	}
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
