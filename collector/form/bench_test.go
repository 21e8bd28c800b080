package form_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/collector/form"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// unlimited is for load that comes from one machine.
func unlimited(c *form.Config) {
	c.Limits = form.Limits{AddressRate: 1e9, AddressBurst: 1e9, TokenRate: 1e9, TokenBurst: 1e9, MissRate: 1e9, MissBurst: 1e9}
	c.Log = nil
}

// inviteMany invites n people and gives invitations and tokens.
func inviteMany(t testing.TB, w *world, n int) ([]koe.Invitation, []string) {
	t.Helper()
	ctx := context.Background()
	people := make([]koe.Person, n)
	for i := range people {
		people[i] = koe.Person{ID: fmt.Sprintf("b%06d", i), Role: "hire", Segments: map[string]string{"bureau": "総務局", "division": "人事課"},
			Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, 1)}}}
	}
	must(t, w.store.SavePeople(ctx, w.now(), people))
	saved, err := w.store.People(ctx, 0)
	must(t, err)
	invitations := make([]koe.Invitation, 0, n)
	for _, p := range saved {
		invitations = append(invitations, koe.Invitation{Journey: "kinds", Stage: "m3", Person: p.Key, Spell: 1, Occurrence: 1, Survey: "all", Version: 1, Mode: koe.Confidential,
			Language: "ja", AnchorOn: koe.NewDate(2026, 4, 1), DueOn: koe.NewDate(2026, 6, 16), TargetOn: koe.NewDate(2026, 7, 1), ClosesOn: koe.NewDate(2026, 7, 22), Segments: p.Segments})
	}
	created, err := w.store.CreateInvitations(ctx, w.now(), invitations)
	must(t, err)
	tokens := make([]string, len(created))
	for i, inv := range created {
		tokens[i], err = w.store.Token(ctx, inv.Key)
		must(t, err)
	}
	return created, tokens
}

// reviewPost is what the review page of a person sends.
func reviewPost(i int) url.Values {
	return url.Values{"do": {"send"}, "at": {"review"}, "publish": {"1"}, "state": {forged(fmt.Sprintf(
		`{"id":"%032x","started":"2026-07-01T00:57:00Z","answers":{"FIT1":{"v":4},"FIT2":{"v":3},"TIRED":{"v":5},"NPS":{"v":%d},"YEARS":{"v":12},"MET":{"v":1},"PEERS":{"c":["3-5"]},"OPEN":{"t":"席の近くに話せる人がいません。昼休みの交流会があると助かります。"},"SHORT":{"m":"skipped"},"PROFILE":{"v":0},"CALL":{"v":0}}}`, i+1, i%11))}}
}

// BenchmarkSubmit compares submissions over HTTP from 64 clients with the same submissions given to the bare store. The
// goal is a ratio of at least 0.5.
func BenchmarkSubmit(b *testing.B) {
	const clients, each, rounds = 64, 30, 5
	for name, stores := range map[string]func(testing.TB) func() store.Config{
		"sqlite": func(t testing.TB) func() store.Config {
			return func() store.Config { return store.Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite")} }
		},
		"postgres": func(t testing.TB) func() store.Config {
			server := pgtest.Start(t)
			return func() store.Config { return store.Config{DSN: server.Database(t), Key: store.NewKey()} }
		},
	} {
		b.Run(name, func(b *testing.B) {
			fresh := stores(b)
			for range b.N {
				var taken, spent [2]float64
				for round := range 2 * rounds { // in turns, so that other work on the machine falls on both
					kind := round % 2
					n, took := submitRound(b, newWorldIn(b, house(b), fresh(), unlimited), kind == 1, clients, each)
					taken[kind] += float64(n)
					spent[kind] += took.Seconds()
				}
				b.ReportMetric(taken[0]/spent[0], "store/s")
				b.ReportMetric(taken[1]/spent[1], "http/s")
				b.ReportMetric(taken[1]/spent[1]/(taken[0]/spent[0]), "ratio")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// submitRound has each of the clients submit a number of times, over HTTP or straight to the store.
func submitRound(b *testing.B, w *world, overHTTP bool, clients, each int) (n int, took time.Duration) {
	b.Helper()
	invitations, tokens := inviteMany(b, w, clients*each)
	posts := make([][]byte, clients*each)
	phones := make([]phone, clients)
	if overHTTP {
		for i := range posts {
			posts[i] = phonePost(w.server.URL, tokens[i], reviewPost(i).Encode())
		}
		for c := range phones {
			phones[c] = dial(b, w.server.URL)
		}
	}
	begun := time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := c * each; i < (c+1)*each; i++ {
				var err error
				if overHTTP {
					err = phones[c].send(posts[i])
				} else {
					_, err = w.store.Submit(context.Background(), w.now(), bareSubmission(i, invitations[i]))
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	took = time.Since(begun)
	w.server.Close()
	all, err := w.store.Submissions(b.Context(), submissionsOf("all"))
	must(b, err)
	if len(all) != clients*each {
		b.Fatalf("%d of %d submissions are in the store", len(all), clients*each)
	}
	must(b, w.store.Close()) // a server takes so many connections
	return len(all), took
}

// phone is a respondent's browser as the collector sees it: a connection that stays, and what Chromium on Android sends. It
// is cheap, since the processors of the phones are not the collector's.
type phone struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, server string) phone {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return phone{conn, bufio.NewReader(conn)}
}

// phonePost is the bytes of the review page's form being sent.
func phonePost(server, token, body string) []byte {
	return fmt.Appendf(nil, "POST /r/%s/review HTTP/1.1\r\nHost: %s\r\nConnection: keep-alive\r\nContent-Length: %d\r\nCache-Control: max-age=0\r\n"+
		"sec-ch-ua: \"Chromium\";v=\"138\", \"Not)A;Brand\";v=\"8\"\r\nsec-ch-ua-mobile: ?1\r\nsec-ch-ua-platform: \"Android\"\r\nUpgrade-Insecure-Requests: 1\r\n"+
		"Origin: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36\r\n"+
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n"+
		"Sec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\nReferer: %[4]s/r/%[1]s/review\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: ja,en-US;q=0.9,en;q=0.8\r\n\r\n%[5]s",
		token, strings.TrimPrefix(server, "http://"), len(body), server, body)
}

// send sends a page and waits for the way to the thanks.
func (p phone) send(post []byte) error {
	if _, err := p.conn.Write(post); err != nil {
		return err
	}
	thanked, first := false, ""
	for line := 0; ; line++ {
		b, err := p.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch {
		case line == 0:
			first = string(b)
		case bytes.HasPrefix(b, []byte("Location: ")):
			thanked = bytes.Contains(b, []byte("/done"))
		case bytes.HasPrefix(b, []byte("Content-Length: ")) && !bytes.Equal(b, []byte("Content-Length: 0\r\n")):
			return fmt.Errorf("an answer with %s", b)
		}
		if len(b) == 2 {
			break
		}
	}
	if !strings.HasPrefix(first, "HTTP/1.1 303 ") || !thanked {
		return fmt.Errorf("not thanked: %s", first)
	}
	return nil
}

func bareSubmission(i int, inv koe.Invitation) koe.Submission {
	return koe.Submission{ID: fmt.Sprintf("s%d", i), Invitation: inv.Key, Person: inv.Person, Journey: inv.Journey, Stage: inv.Stage, Survey: inv.Survey, Version: 1,
		Mode: inv.Mode, Language: "ja", Source: koe.SourceForm, SubmittedAt: at(), DueOn: inv.DueOn, Segments: inv.Segments, Seconds: 180, PublishOK: true,
		Answers: map[string]koe.Answer{"FIT1": v(4), "FIT2": v(3), "WHY": m(koe.NotAsked), "TIRED": v(5), "NPS": v(float64(i % 11)), "YEARS": v(12), "MET": v(1), "PEERS": c("3-5"), "FIRST": m(koe.Skipped),
			"OPEN": {Text: "席の近くに話せる人がいません。昼休みの交流会があると助かります。"}, "SHORT": m(koe.Skipped), "PROFILE": v(0)}}
}

// BenchmarkDrafts opens 10,000 drafts over HTTP and tells how much memory the process holds then. The limit is 200 MB.
func BenchmarkDrafts(b *testing.B) {
	const n = 10_000
	for range b.N {
		w := newWorld(b, unlimited)
		_, tokens := inviteMany(b, w, n)
		var wg sync.WaitGroup
		for c := range 16 {
			wg.Go(func() {
				for i := c; i < n; i += 16 {
					v := url.Values{"do": {"next"}, "at": {"1"}, "shown": {"FIT1,FIT2"}, "a.FIT1": {"4"}, "a.FIT2": {"3"}}
					res, err := w.client.Post(w.server.URL+"/r/"+tokens[i]+"/1", "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
			})
		}
		wg.Wait()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		held := float64(m.Sys-m.HeapReleased) / 1e6
		b.ReportMetric(held, "MB")
		if held > 200 {
			b.Errorf("%d open drafts need %.0f MB", n, held)
		}
		runtime.KeepAlive(tokens)
	}
	b.ReportMetric(0, "ns/op")
}
