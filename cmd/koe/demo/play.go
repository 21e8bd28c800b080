package demo

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"koe"
	"koe/journey"
)

// Seed, First and Last fix the story: the same ministry every time, until the day of its report.
const Seed = 2024

// The days that are played.
var (
	First = koe.NewDate(2024, time.October, 1)
	Last  = koe.NewDate(2026, time.September, 30)
)

// Koe is what the demo asks of koe, wired by the command line exactly as its commands are.
type Koe interface {
	// ImportPeople and ImportEvents take in a file, as koe people import and koe events import do.
	ImportPeople(ctx context.Context, now time.Time, file string) error
	ImportEvents(ctx context.Context, now time.Time, file string) error
	// Dispatch is koe dispatch; it says how many mails were sent.
	Dispatch(ctx context.Context, now time.Time) (sent int, err error)
	// Load is koe load, and Refresh koe load and koe analyze.
	Load(ctx context.Context, now time.Time) error
	Refresh(ctx context.Context, now time.Time) error
	// Report is koe report; it gives the files.
	Report(ctx context.Context, now time.Time) (folder string, files []string, err error)
	// Form is the web form, as koe serve has it, with a clock.
	Form(now func() time.Time) http.Handler
	// Close lets go of the store.
	Close() error
}

// Options says how to play.
type Options struct {
	Dir      string                        // a folder that is not there yet, or empty
	Open     func(dir string) (Koe, error) // wires koe on the folder once its text files are there
	Progress func(done, total int)         // told after each day
}

// Result counts what was played.
type Result struct {
	Days    int      `json:"days"`
	Hires   int      `json:"hires"`
	Mails   int      `json:"mails"`
	Answers int      `json:"answers"`
	Late    int      `json:"late"`  // came after the close
	Pages   int      `json:"pages"` // HTTP pages that people saw
	Folder  string   `json:"folder"`
	Files   []string `json:"files"`
	Seconds float64  `json:"seconds"`
}

// A reply is a person's plan to answer a link on a day.
type reply struct {
	to   string
	link string
}

// player is the demo under way.
type player struct {
	Options
	koe      Koe
	ministry *ministry
	location *time.Location
	clock    atomic.Pointer[time.Time]
	postbox  *postbox
	client   *http.Client
	byMail   map[string]*hire
	planned  map[koe.Date][]reply
	decided  map[string]bool // links whose fate is known
	roster   [][]string
	events   [][]string
	mu       sync.Mutex
	result   Result
}

// Play builds the ministry's folder, plays its two years and ends with the reports.
func Play(ctx context.Context, o Options) (Result, error) {
	begun := time.Now() // how long the demo takes; the story has its own clock
	p := &player{Options: o, ministry: found(Seed, First, Last), planned: map[koe.Date][]reply{}, decided: map[string]bool{}, byMail: map[string]*hire{}}
	for _, h := range p.ministry.hires {
		p.byMail[h.email], p.byMail[h.personal] = h, h
	}
	var err error
	if p.location, err = time.LoadLocation("Asia/Tokyo"); err != nil {
		return p.result, err
	}
	if p.postbox, err = openPostbox(ctx); err != nil {
		return p.result, err
	}
	defer p.postbox.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return p.result, err
	}
	defer listener.Close()
	if err := journey.Init(o.Dir, "chuto", "ja"); err != nil {
		return p.result, err
	}
	if err := p.configure(func(s string) string {
		s = strings.ReplaceAll(s, "http://127.0.0.1:8080", "http://"+listener.Addr().String())
		host, port, _ := net.SplitHostPort(p.postbox.address)
		s = regexp.MustCompile(`(?m)^  # smtp: .*$`).ReplaceAllString(s, fmt.Sprintf("  smtp: {host: %s, port: %s, tls: none}", host, port))
		return strings.Replace(s, "per_minute: 60", "per_minute: 0", 1)
	}); err != nil {
		return p.result, err
	}
	if p.koe, err = o.Open(o.Dir); err != nil {
		return p.result, err
	}
	defer p.koe.Close()
	p.setClock(p.at(First, 9, 0))
	server := &http.Server{Handler: p.koe.Form(func() time.Time { return *p.clock.Load() }), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with the listener
	defer server.Close()
	p.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}

	total := Last.DaysSince(First) + 1
	for day := First; !day.After(Last); day = day.AddDays(1) {
		if err := p.day(ctx, day); err != nil {
			return p.result, fmt.Errorf("%s: %w", day, err)
		}
		p.result.Days++
		if o.Progress != nil {
			o.Progress(p.result.Days, total)
		}
	}
	end := p.at(Last.AddDays(1), 7, 0)
	if err := p.koe.Refresh(ctx, end); err != nil {
		return p.result, err
	}
	if p.result.Folder, p.result.Files, err = p.koe.Report(ctx, end); err != nil {
		return p.result, err
	}
	p.result.Hires = len(p.ministry.hires)
	// The folder is left as one that a newcomer can go on with: mails to the outbox, the form on its usual port.
	if err := p.configure(func(s string) string {
		s = strings.ReplaceAll(s, "http://"+listener.Addr().String(), "http://127.0.0.1:8080")
		return regexp.MustCompile(`(?m)^  smtp: .*$\n`).ReplaceAllString(s, "")
	}); err != nil {
		return p.result, err
	}
	p.result.Seconds = time.Since(begun).Seconds()
	return p.result, nil
}

// configure rewrites koe.yaml.
func (p *player) configure(change func(string) string) error {
	file := filepath.Join(p.Dir, "koe.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(change(string(text))), 0o644)
}

func (p *player) at(d koe.Date, hour, minute int) time.Time {
	return d.In(p.location).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func (p *player) setClock(t time.Time) { p.clock.Store(&t) }

// day plays one day: HR brings the roster up to date (on Mondays), koe sends what is due, people read and answer.
func (p *player) day(ctx context.Context, day koe.Date) error {
	if day == First || day.Weekday() == time.Monday {
		if err := p.updateFiles(ctx, day); err != nil {
			return err
		}
	}
	p.setClock(p.at(day, 9, 30))
	sent, err := p.koe.Dispatch(ctx, p.at(day, 9, 30))
	if err != nil {
		return err
	}
	p.result.Mails += sent
	for _, l := range p.postbox.take() {
		if err := p.receive(day, l); err != nil {
			return err
		}
	}
	if err := p.answer(ctx, day); err != nil {
		return err
	}
	if day.Day == 1 && (day.Month == time.April || day.Month == time.October) {
		return p.koe.Load(ctx, p.at(day, 23, 0))
	}
	return nil
}

// updateFiles writes roster.csv and events.csv as HR's system would export them, and imports what changed.
func (p *player) updateFiles(ctx context.Context, day koe.Date) error {
	now := p.at(day, 8, 0)
	if rows := p.ministry.roster(day); !reflect.DeepEqual(rows, p.roster) {
		file := filepath.Join(p.Dir, "roster.csv")
		if err := writeCSV(file, rows); err != nil {
			return err
		}
		if err := p.koe.ImportPeople(ctx, now, file); err != nil {
			return err
		}
		p.roster = rows
	}
	if rows := p.ministry.events(day); !reflect.DeepEqual(rows, p.events) {
		file := filepath.Join(p.Dir, "events.csv")
		if err := writeCSV(file, rows); err != nil {
			return err
		}
		if err := p.koe.ImportEvents(ctx, now, file); err != nil {
			return err
		}
		p.events = rows
	}
	return nil
}

func writeCSV(file string, rows [][]string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// receive lets a person read a mail and decide whether and when to answer.
func (p *player) receive(day koe.Date, l letter) error {
	if l.link == "" {
		return fmt.Errorf("the mail %q has no link", l.subject)
	}
	if p.decided[l.link] {
		return nil
	}
	r := dice(Seed, "reads", l.to, day.String())
	chance := 0.8 // a mentor
	if h := p.byMail[l.to]; h != nil {
		if chance = h.diligence * 0.75; h.silent {
			chance = 0
		}
	}
	if r.Float64() < chance {
		p.decided[l.link] = true
		wait := min(int(r.ExpFloat64()*1.8), 6)
		p.planned[day.AddDays(wait)] = append(p.planned[day.AddDays(wait)], reply{l.to, l.link})
	}
	return nil
}

// workers is how many people answer at once.
const workers = 8

// answer lets everybody answer who meant to answer today, several at a time.
func (p *player) answer(ctx context.Context, day koe.Date) error {
	todo := p.planned[day]
	delete(p.planned, day)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for i, reply := range todo {
		p.setClock(p.at(day, 12, i%300))
		group.Go(func() error {
			r := dice(Seed, "answers", reply.to, day.String(), strconv.Itoa(i))
			pages, thanked, err := respond(ctx, p.client, reply.link, p.heart(reply.to, day, r), r.Float64() < 0.6)
			if errors.Is(err, errLate) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.result.Late++
				return nil
			}
			if err != nil {
				return fmt.Errorf("answering: %w", err)
			}
			if !thanked {
				return fmt.Errorf("answering: no thanks after %d pages", pages)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			p.result.Answers++
			p.result.Pages += pages
			return nil
		})
	}
	return group.Wait()
}

// stageOf names the stage of the year that a person is in.
func stageOf(h *hire, day koe.Date) string {
	switch n := day.DaysSince(h.joined); {
	case n < 0:
		return "pre"
	case n < 68:
		return "m2"
	case n < 130:
		return "m3"
	case n < 260:
		return "m6"
	default:
		return "m12"
	}
}

// heart gives the answers of one person on one day.
func (p *player) heart(to string, day koe.Date, r *rand.Rand) func(control) []string {
	h := p.byMail[to]
	if h == nil { // a mentor: content, on the whole
		h = &hire{language: "ja", joined: First.AddDays(-2000), fit: 0.5, talkative: 0.3}
	}
	stage := stageOf(h, day)
	return func(c control) []string {
		question := c.question()
		switch c.kind {
		case "textarea":
			return []string{h.write(question, func() string { return h.comment(question, stage, day, r) }, r)}
		case "checkbox":
			var chosen []string
			for _, choice := range c.choices {
				if r.Float64() < 0.35 {
					chosen = append(chosen, choice)
				}
			}
			if len(chosen) == 0 && len(c.choices) > 0 {
				chosen = c.choices[r.IntN(len(c.choices)):][:1]
			}
			return chosen
		case "radio":
			return h.choose(question, stage, day, c.choices, r)
		case "number":
			return []string{strconv.Itoa(r.IntN(8))}
		default:
			return []string{""}
		}
	}
}

// choose answers a question of one choice; nil is 答えない.
func (h *hire) choose(question, stage string, day koe.Date, choices []string, r *rand.Rand) []string {
	values := map[string]bool{}
	for _, c := range choices {
		values[c] = true
	}
	switch {
	case question == "CONTACT":
		if h.contact && stage == "m3" {
			return []string{"1"}
		}
		return []string{"0"}
	case values["10"] && values["0"]:
		return []string{strconv.Itoa(h.recommend(stage, day, r))}
	case values["1"] && values["5"] && len(choices) == 5:
		if v := h.agree(question, stage, day, r); v > 0 {
			return []string{strconv.Itoa(v)}
		}
		return nil
	case values["1"] && values["0"] && len(choices) == 2:
		return []string{map[bool]string{true: "1", false: "0"}[r.Float64() < 0.6]}
	case len(choices) == 0:
		return nil
	default:
		return []string{choices[r.IntN(len(choices))]}
	}
}
