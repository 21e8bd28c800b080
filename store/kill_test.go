package store_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// kills is how often the kill tests kill; KOE_KILLS=200 for the long run.
func kills(t *testing.T) int {
	n := 20
	if long := os.Getenv("KOE_KILLS"); long != "" {
		if _, err := fmt.Sscan(long, &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestMain lets the test binary be the process that is killed: it submits, and writes a line for each receipt.
func TestMain(m *testing.M) {
	if cfg := os.Getenv("KOE_TEST_SUBMITTER"); cfg != "" {
		os.Exit(submitter(cfg))
	}
	os.Exit(m.Run())
}

// submitter has 8 clients answer one invitation after the other until it is killed. A line "key submission" on standard output is
// a thank you. Each submission is sent twice, as by a client that did not hear the answer.
func submitter(cfg string) int {
	dsn, rest, _ := strings.Cut(cfg, "\n")
	key, seed, _ := strings.Cut(rest, "\n")
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: dsn, Key: key})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	all, err := s.Invitations(ctx, store.InvitationFilter{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(len(seed)), uint64(c)))
			for i := 0; ; i++ {
				inv := all[random.IntN(len(all))]
				sub := submission(fmt.Sprintf("%s-%d-%d", seed, c, i), inv)
				first, err := s.Submit(ctx, at, sub)
				if err == nil {
					fmt.Printf("%s %s %s\n", inv.Key, sub.ID, first.Response)
					_, err = s.Submit(ctx, at, sub)
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
			}
		})
	}
	clients.Wait()
	return 1
}

// thanks runs a submitter and kills it after a while; it gives the receipts that it wrote: submission → response.
func thanks(t *testing.T, cfg store.Config, seed string, after time.Duration, stop func()) map[string][2]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KOE_TEST_SUBMITTER="+cfg.DSN+"\n"+cfg.Key+"\n"+seed)
	out, err := cmd.StdoutPipe()
	ok(t, err)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	ok(t, cmd.Start())
	receipts := map[string][2]string{}
	var timer *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // half a line is no thank you
		}
		ok(t, err)
		f := strings.Fields(line)
		receipts[f[1]] = [2]string{f[0], f[2]}
		if timer == nil {
			timer = time.AfterFunc(after, func() {
				if stop != nil {
					stop()
				}
				_ = cmd.Process.Kill()
			})
		}
	}
	_ = cmd.Wait() // it was killed
	if timer == nil {
		t.Fatalf("the submitter thanked for nothing: %s", complaints.String())
	}
	timer.Stop()
	return receipts
}

// checkReceipts looks for every submission that was thanked for: in the current version or in the history of its response, once.
func checkReceipts(t *testing.T, s *store.Store, receipts map[string][2]string) {
	t.Helper()
	var seen map[string]int
	var where map[string]string
	var slots map[string]int
	for settled := false; !settled; { // a server may still be at work for a client that was killed, and move a version while it is looked for
		seen, where, slots = map[string]int{}, map[string]string{}, map[string]int{}
		current := map[string]string{}
		for _, sub := range must(s.Submissions(t.Context(), store.SubmissionFilter{}))(t) {
			slots[sub.Invitation]++
			current[sub.Response] = sub.ID
			versions := append(must(s.History(t.Context(), sub.Response))(t), sub)
			for _, v := range versions {
				seen[v.ID]++
				where[v.ID] = sub.Invitation
				if v.Answers["OPN3"].Text != answers()["OPN3"].Text {
					t.Errorf("submission %s is not whole", v.ID)
				}
			}
		}
		after := map[string]string{}
		for _, sub := range must(s.Submissions(t.Context(), store.SubmissionFilter{}))(t) {
			after[sub.Response] = sub.ID
		}
		settled = maps.Equal(current, after)
	}
	lost, doubled := 0, 0
	for id, receipt := range receipts {
		if seen[id] == 0 || where[id] != receipt[0] {
			lost++
		}
	}
	for _, n := range seen {
		if n > 1 {
			doubled++
		}
	}
	for inv, n := range slots {
		if n > 1 {
			t.Errorf("invitation %s has %d responses", inv, n)
		}
	}
	if lost > 0 || doubled > 0 {
		t.Errorf("of %d submissions that were thanked for %d are lost; %d are doubled", len(receipts), lost, doubled)
	}
	t.Logf("%d submissions thanked for, %d in the store", len(receipts), len(seen))
}

// killed sets up invitations for a kill test.
func killed(t *testing.T, w world) {
	t.Helper()
	people := saved(t, w.Store)
	var all []koe.Invitation
	for i := range 200 {
		inv := invitation(t, people[i%3], "m3", koe.Confidential)
		inv.Occurrence = i + 1
		all = append(all, inv)
	}
	must(w.CreateInvitations(t.Context(), at, all))(t)
}

// TestKill_NoThankedSubmissionIsLostOrDoubled kills the process that submits, as kill -9 does, in the middle of its load.
func TestKill_NoThankedSubmissionIsLostOrDoubled(t *testing.T) {
	server := pgtest.Start(t)
	for name, open := range map[string]func(testing.TB) world{
		"sqlite": func(t testing.TB) world {
			return openWorld(t, store.Config{DSN: t.TempDir() + "/koe.sqlite", Key: store.NewKey()})
		},
		"postgres": func(t testing.TB) world {
			return openWorld(t, store.Config{DSN: server.Database(t), Key: store.NewKey()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			killed(t, w)
			receipts := map[string][2]string{}
			for i := range kills(t) {
				for id, r := range thanks(t, w.cfg, fmt.Sprint("run", i), time.Duration(rand.IntN(150))*time.Millisecond, nil) {
					receipts[id] = r
				}
			}
			checkReceipts(t, w.Store, receipts)
		})
	}
}
