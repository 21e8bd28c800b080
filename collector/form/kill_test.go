package form_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"koe"
	"koe/collector/form"
	"koe/journey"
	"koe/store"
)

// TestMain plays the collector when the kill test starts this binary again.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KOE_TEST_COLLECTOR"); dir != "" {
		if err := collect(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// collect serves the form over the store in dir, and prints its address.
func collect(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	space, problems := journey.Open(filepath.Join(dir, "house"))
	if serious := problems.Serious(); len(serious) > 0 {
		return serious
	}
	s, err := store.Open(ctx, store.Config{DSN: filepath.Join(dir, "koe.sqlite"), Location: space.Location})
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	cfg := form.Config{Store: s, Workspace: space, Now: at}
	unlimited(&cfg)
	fmt.Println("http://" + l.Addr().String())
	return form.Serve(ctx, l, form.New(cfg), form.ServeOptions{})
}

// The collector is killed (kill -9) again and again while people send. Whoever was thanked has exactly one submission in
// the store, with what they sent; whoever was not sends again until thanked, and has one too. KOE_KILLS sets how often.
func TestKill_NoThankedSubmissionIsLostAndNoneIsDoubled(t *testing.T) {
	kills := killsOr(20)
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "house"), os.DirFS("testdata/house")))
	space, problems := journey.Open(filepath.Join(dir, "house"))
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	dsn := filepath.Join(dir, "koe.sqlite")
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Location: space.Location})
	must(t, err)
	w := &world{t: t, store: s, space: space, clock: at()}
	n := 120 * kills
	invitations, tokens := inviteMany(t, w, n)
	must(t, s.Close())

	c := startCrowd(t, tokens)
	killed := 0
	for running := true; running; {
		child, url := startCollector(t, dir)
		c.address.Store(&url)
		// It lives for up to 80 thanks and a little, so that the kill falls anywhere in the work and there is work left for
		// every kill on a fast machine too; the last one lives to the end.
		more := 1 + rand.IntN(80)
		if killed >= kills {
			more = n
		}
		running = c.thank(more)
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		c.address.Store(nil)
		must(t, child.Process.Kill())
		_ = child.Wait()
		killed++
	}
	c.stop()
	s, err = store.Open(t.Context(), store.Config{DSN: dsn, Location: space.Location})
	must(t, err)
	defer s.Close()
	checkThanked(t, s, invitations, c.thanked.Load())
	if killed < kills {
		t.Errorf("only %d kills before everybody had answered", killed)
	}
	t.Logf("%d kills, %d thanked, %d tries again", killed, c.thanked.Load(), c.retries.Load())
}

// crowd is people who send, each until thanked, while what they send to dies and comes back.
type crowd struct {
	t                *testing.T
	address          atomic.Pointer[string] // of the collector; nil: there is none now
	thanked, retries atomic.Int64
	gone             chan struct{} // closed: nobody tries again
	finished         chan struct{} // everybody was thanked
}

func startCrowd(t *testing.T, tokens []string) *crowd {
	c := &crowd{t: t, gone: make(chan struct{}), finished: make(chan struct{})}
	next := make(chan int, len(tokens))
	for i := range tokens {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			defer client.CloseIdleConnections()
			for i := range next {
				for body := reviewPost(i).Encode(); !c.send(client, tokens[i], body); { // the page keeps the answers until then
					select {
					case <-c.gone:
						return
					case <-time.After(2 * time.Millisecond):
						c.retries.Add(1)
					}
				}
				c.thanked.Add(1)
			}
		})
	}
	go func() { wg.Wait(); close(c.finished) }()
	return c
}

// send sends once and tells whether that ends it: with the way to the thanks, or with an answer that should not be.
func (c *crowd) send(client *http.Client, token, body string) bool {
	a := c.address.Load()
	if a == nil {
		return false
	}
	res, err := client.Post(*a+"/r/"+token+"/review", "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode == http.StatusSeeOther && strings.Contains(res.Header.Get("Location"), "/done") {
		return true
	}
	if res.StatusCode < 500 {
		c.t.Errorf("status %d", res.StatusCode)
		return true
	}
	return false
}

// thank waits until so many more are thanked; false when everybody is.
func (c *crowd) thank(more int) bool {
	c.t.Helper()
	enough := c.thanked.Load() + int64(more)
	for limit := time.Now().Add(2 * time.Minute); c.thanked.Load() < enough; {
		select {
		case <-c.finished:
			return false
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(limit) {
			c.t.Fatal("nobody is thanked any more")
		}
	}
	return true
}

func (c *crowd) stop() {
	close(c.gone)
	<-c.finished
}

// checkThanked looks for what everybody sent: once each, whole, and sent once however often it was tried.
func checkThanked(t *testing.T, s *store.Store, invitations []koe.Invitation, thanked int64) {
	t.Helper()
	all, err := s.Submissions(t.Context(), submissionsOf("all"))
	must(t, err)
	if len(all) != int(thanked) || len(all) != len(invitations) {
		t.Errorf("%d were thanked, %d submissions are there, of %d", thanked, len(all), len(invitations))
	}
	number := map[string]int{}
	for i, inv := range invitations {
		number[inv.Key] = i
	}
	seen := map[string]bool{}
	for _, sub := range all {
		if seen[sub.Invitation] {
			t.Errorf("two responses for one invitation")
		}
		seen[sub.Invitation] = true
		if *sub.Answers["NPS"].Value != float64(number[sub.Invitation]%11) || !strings.HasPrefix(sub.Answers["OPEN"].Text, "席の近くに") {
			t.Errorf("not what was sent: %+v", sub.Answers)
		}
		if earlier, err := s.History(t.Context(), sub.Response); err != nil || len(earlier) != 0 {
			t.Errorf("%d earlier versions of what was sent once (%v)", len(earlier), err)
		}
	}
}

// killsOr is how often a test kills; KOE_KILLS=200 for the long run.
func killsOr(n int) int {
	if long, err := strconv.Atoi(os.Getenv("KOE_KILLS")); err == nil {
		return long
	}
	return n
}

func startCollector(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "KOE_TEST_COLLECTOR="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = child.Process.Kill()
		t.Fatalf("the collector does not start: %v", err)
	}
	return child, strings.TrimSpace(line)
}
