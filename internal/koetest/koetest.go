// Package koetest gives tests a temporary store on real SQLite, a small cohort that is the same each time, and a clock
// that moves only when it is told to. Only tests import it.
package koetest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/store"
)

// Now is when the clock of a test begins: Wednesday, 1 July 2026, 9:00 in Tokyo.
func Now() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }

// Tokyo is the time zone of the tests.
func Tokyo(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Clock is a clock that stands still until it is moved. It is safe for use by several goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that stands at Now.
func NewClock() *Clock { return &Clock{now: Now()} }

// Now gives the time that the clock shows; pass the method where a func() time.Time is wanted.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set moves the clock to a time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Store opens a new, empty store in a folder that goes with the test.
func Store(t testing.TB) *store.Store {
	t.Helper()
	return StoreIn(t, t.TempDir())
}

// StoreIn opens the store of a working folder: data/koe.sqlite, as koe init lays it out.
func StoreIn(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DSN: filepath.Join(dir, "data", "koe.sqlite"), Location: Tokyo(t), MailDomain: "koe.example.go.jp"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// units are the bureaus and divisions of the cohort.
var units = [][2]string{
	{"総務局", "人事課"}, {"総務局", "会計課"}, {"総務局", "情報システム課"},
	{"港湾局", "計画課"}, {"港湾局", "海洋環境課"},
	{"航空局", "総務課"}, {"航空局", "安全政策課"},
}

// Cohort makes n people who are the same each time: nine in ten are hires who joined within the two years before Now (every
// twentieth of them has left, every fiftieth came back), the others are mentors. IDs are 100001, 100002 …; each has an
// invented name, a work address under example.go.jp and, each second one, a personal address under example.com.
func Cohort(n int) []koe.Person {
	random := rand.New(rand.NewPCG(2026, 7))
	families := []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤"}
	givens := []string{"陽菜", "蓮", "葵", "湊", "凛", "樹", "結衣", "悠真", "咲良", "大和"}
	today := koe.DateOf(Now())
	people := make([]koe.Person, n)
	for i := range people {
		unit := units[random.IntN(len(units))]
		p := koe.Person{
			ID:       fmt.Sprint(100001 + i),
			Name:     families[random.IntN(len(families))] + " " + givens[random.IntN(len(givens))],
			Email:    fmt.Sprintf("p%d@example.go.jp", 100001+i),
			Language: "ja",
			Role:     "hire",
			Segments: map[string]string{"bureau": unit[0], "division": unit[1], "hire_type": []string{"任期付", "任期なし"}[random.IntN(2)]},
		}
		if i%2 == 0 {
			p.PersonalEmail = fmt.Sprintf("p%d@example.com", 100001+i)
		}
		if i%17 == 16 {
			p.Language = "en"
		}
		if i%10 == 9 {
			p.Role = "mentor"
		} else {
			p.Spells = spells(random, i, today)
		}
		people[i] = p
	}
	return people
}

func spells(random *rand.Rand, i int, today koe.Date) []koe.Spell {
	joined := today.AddDays(-random.IntN(730))
	first := koe.Spell{Number: 1, JoinedOn: joined}
	switch {
	case i%50 == 49 || i%50 == 24:
		first.LeftOn, first.LeftReason = joined.AddDays(-100), "personal"
		first.JoinedOn = joined.AddDays(-500)
		return []koe.Spell{first, {Number: 2, JoinedOn: joined}}
	case i%20 == 3 && joined.AddDays(120).Before(today):
		first.LeftOn, first.LeftReason = joined.AddDays(120), "personal"
	}
	return []koe.Spell{first}
}

// Seed writes the cohort of n people into the store and gives them with their keys. Each mentor is assigned to the hire
// just before on the day that the hire joined.
func Seed(t testing.TB, s *store.Store, n int) []koe.Person {
	t.Helper()
	people := Cohort(n)
	if err := s.SavePeople(t.Context(), Now(), people); err != nil {
		t.Fatal(err)
	}
	var events []koe.Event
	for i := 1; i < len(people); i++ {
		if hire := people[i-1]; people[i].Role == "mentor" {
			events = append(events, koe.Event{Person: hire.Key, Kind: koe.EventMentorAssigned,
				On: hire.Spells[len(hire.Spells)-1].JoinedOn, Related: people[i].Key})
		}
	}
	if _, err := s.AddEvents(t.Context(), Now(), events); err != nil {
		t.Fatal(err)
	}
	return people
}
