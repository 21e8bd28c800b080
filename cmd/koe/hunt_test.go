package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"koe/reports/audit"
)

// internals are words of the machinery, which nobody who runs koe should ever read.
var internals = regexp.MustCompile(`panic|goroutine|runtime error|nil pointer|<nil>|%!|\.go:\d|0x[0-9a-f]{6}|SQLITE_|sql: |Binder Error|Catalog Error|Parser Error|Conversion Error|Constraint Error|INTERNAL|index out of range|no rows in result|unexpected EOF`)

// heldMore is what koe report says where its audit found something, and disclosure control decided again.
var heldMore = regexp.MustCompile(`ほかに \d+ 個の値を伏せて作り直しました|\d+ figures more were withheld`)

const madeAgain = "reports made again without some figures"

// hunt drives invented organisations through koe's commands.
type hunt struct {
	*organisation
	t     *testing.T
	name  string
	tally *tally
}

// tally counts what does not end a report.
type tally struct {
	sync.Mutex
	n map[string]int
}

func (c *tally) add(kind string) {
	c.Lock()
	defer c.Unlock()
	c.n[kind]++
}

// koe runs a command; any of codes is fine. It gives what was printed.
func (h *hunt) koe(now string, codes []int, args ...string) (out string, code int) {
	h.t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(h.t.Context(), append(args, "--dir", h.dir, "--now", now), func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	if !slices.Contains(codes, code) {
		h.t.Fatalf("%s, %s: koe %s: exit %d\n%s%s", h.name, now, strings.Join(args, " "), code, &stdout, &stderr)
	}
	if found := internals.FindString(stdout.String() + stderr.String()); found != "" {
		h.t.Errorf("%s, %s: koe %s speaks of its machinery (%q):\n%s%s", h.name, now, strings.Join(args, " "), found, &stdout, &stderr)
	}
	return stdout.String(), code
}

var (
	done    = []int{exitDone}
	partly  = []int{exitDone, exitRefused} // late rows may be refused, with their reasons
	ledgers = []string{"2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"}
)

// drive lets an organisation live through its releases.
func (h *hunt) drive(releases []string) {
	h.write(h.t, "roster.csv", h.roster())
	h.koe("2025-03-01T09:00", done, "people", "import", h.path("roster.csv"))
	if h.is[mentored] || h.is[guides] {
		h.write(h.t, "events.csv", h.events())
		h.koe("2025-03-01T09:00", done, "events", "import", h.path("events.csv"))
	}
	last := "2025-04-01"
	for i, at := range releases {
		h.live(i, last, at)
		h.release(i, at)
		last = at
	}
}

func (h *hunt) path(name string) string { return filepath.Join(h.dir, name) }

// live is what happens between two releases.
func (h *hunt) live(i int, last, at string) {
	if i == 1 && h.is[raised] && !h.is[tens] {
		content, err := os.ReadFile(h.path("koe.yaml"))
		ok(h.t, err)
		h.write(h.t, "koe.yaml", strings.Replace(string(content), "min_group: 5", "min_group: 8", 1))
	}
	if h.is[invited] {
		for day := h.day(at, -90); day < at; day = h.day(day, 13) {
			h.koe(day+"T10:00", done, "dispatch")
		}
	}
	moved := false
	for _, p := range h.people {
		if i > 0 && !p.gone && h.is[movers] && h.chance(8) {
			p.unit, moved = h.place(4), true
		}
	}
	if i > 0 && h.is[reorganised] {
		h.reorganise()
		moved = true
	}
	if h.comeBack(h.day(at, -50)) {
		moved = true
	}
	if moved {
		h.write(h.t, "roster.csv", h.roster())
		h.koe(h.day(at, -40)+"T09:00", done, "people", "import", h.path("roster.csv"))
	}
	if i > 0 || !h.is[silence] {
		for journey, content := range h.answers(last, at) {
			h.write(h.t, "answers.csv", content)
			h.koe(at+"T08:00", partly, "answers", "import", h.path("answers.csv"), "--format", "koe", "--journey", journey)
		}
	}
	for _, p := range h.people {
		if i > 0 && !p.gone && h.is[forgotten] && h.chance(4) {
			h.koe(at+"T09:00", done, "forget", p.id)
			p.gone = true
		}
	}
}

// release makes one, and has it audited with everything that came before.
func (h *hunt) release(i int, at string) {
	now := at + "T10:00"
	report := []string{"report"}
	if h.is[scopes] {
		report = append(report, "--all-scopes")
	}
	if h.is[bilingual] {
		report = append(report, "--lang", "ja,en")
	}
	h.koe(now, done, "load")
	h.koe(now, done, "analyze")
	if h.is[quoted] && (i > 0 || !h.is[silence]) {
		h.cleared(now)
	}
	out, _ := h.koe(now, done, report...)
	if m := heldMore.FindStringSubmatch(out); m != nil {
		h.tally.add(madeAgain)
		h.t.Logf("%s, %s: %s", h.name, at, m[0])
	}
	h.audited(now, at)
	if h.is[again] {
		h.koe(now, done, report...)
	}
	if h.is[handedOut] && i%2 == 0 {
		h.koe(now, done, "export", h.path("given-"+at), "--safe")
	}
	if h.is[withdrawn] && i == 1 {
		h.koe(at+"T11:00", done, "release", "withdraw", at)
	}
}

// cleared lets a person in HR clear the comments of the coding sheet, all but some.
func (h *hunt) cleared(now string) {
	sheet := h.path("coding.xlsx")
	ok(h.t, os.RemoveAll(sheet))
	h.koe(now, done, "voices", "export", "-o", sheet)
	f, err := excelize.OpenFile(sheet)
	ok(h.t, err)
	defer f.Close()
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		ok(h.t, err)
		column := slices.Index(rows[0], "cleared")
		for row := 2; row < len(rows) && column >= 0; row++ {
			at, err := excelize.CoordinatesToCellName(column+1, row+1)
			ok(h.t, err)
			ok(h.t, f.SetCellValue(name, at, h.pick("可", "可", "不可")))
		}
	}
	ok(h.t, f.Save())
	h.koe(now, done, "voices", "import", sheet)
	h.koe(now, done, "load")
	h.koe(now, done, "analyze")
}

// audited wants a release to give nothing away, but for what does not end a report.
func (h *hunt) audited(now, release string) {
	h.t.Helper()
	out, _ := h.koe(now, []int{exitDone, exitFailed}, "audit", release, "--json")
	var r audit.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		h.t.Fatalf("%s, %s: audit: %v\n%s", h.name, release, err, out)
	}
	if r.Figures == 0 && !h.is[silence] {
		h.t.Errorf("%s, %s: the audit read nothing", h.name, release)
	}
	for _, f := range r.Findings {
		switch {
		case f.Earlier:
			h.tally.add("earlier")
			h.t.Logf("%s, %s: from earlier releases alone: %s", h.name, release, f.What.In("ja"))
		default:
			h.t.Errorf("%s, %s: %s: %s %s: %s", h.name, release, f.Kind, f.File, f.Place, f.What.In("ja"))
		}
	}
}

// hunted are the organisations of every run: together they have every twist.
var hunted = []struct {
	releases int
	twists   []twist
}{
	{2, []twist{twoLevels, direct, unplaced, namesakes, resent, late, movers, leavers, forgotten, holes, mentored, several, scopes, raised, reorganised, returning}},
	{2, []twist{threeDeep, tens, apart, crowded, commenters, invited, bilingual, quoted, guides, signed}},
	{3, []twist{handful, oneUnit, unanimous, english, withdrawn, handedOut, again, silence, several, nameless, veiled}},
}

// Whatever an organisation looks like: analyze and report succeed, no report of honest answers is refused, and the audit
// finds nothing afterwards. Seeds begin at 1000, newer twists at 2000. KOE_HUNT=N drives N organisations more through four releases, with twists that are drawn, from
// KOE_HUNT_FROM on; KOE_HUNT_WHOLE lets them use the journey that koe ships, and KOE_HUNT_KEEP is a folder in which they stay; KOE_HUNT_RELEASES ends their
// story early.
func TestHunt_NoHonestReportIsRefusedAndNoReleaseGivesAnythingAway(t *testing.T) {
	tolerated, had := &tally{n: map[string]int{}}, map[twist]bool{}
	t.Cleanup(func() { t.Logf("what does not end a report: %v", tolerated.n) })
	drive := func(seed uint64, releases int, twists []twist) {
		for _, twist := range twists {
			had[twist] = true
		}
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			if os.Getenv("KOE_HUNT") == "" {
				t.Parallel()
			}
			dir := t.TempDir()
			if keep := os.Getenv("KOE_HUNT_KEEP"); keep != "" {
				dir = filepath.Join(keep, fmt.Sprint(seed))
				ok(t, os.RemoveAll(dir))
				ok(t, os.MkdirAll(dir, 0o700))
			}
			o := invent(t, dir, seed, twists)
			h := &hunt{organisation: o, t: t, name: fmt.Sprintf("seed %d, %d people %q", seed, len(o.people), twists), tally: tolerated}
			h.drive(ledgers[:releases])
		})
	}
	from, _ := strconv.ParseUint(os.Getenv("KOE_HUNT_FROM"), 10, 32) // 0 unless it is a number
	if n, _ := strconv.ParseUint(os.Getenv("KOE_HUNT"), 10, 32); n > 0 {
		for i := range n {
			seed := 1000 + from + i
			twists := drawn(seed)
			if os.Getenv("KOE_HUNT_WHOLE") != "" {
				twists = append(twists, shippedOne)
			}
			releases := len(ledgers)
			if few, err := strconv.Atoi(os.Getenv("KOE_HUNT_RELEASES")); err == nil {
				releases = min(max(few, 1), releases)
			}
			drive(seed, releases, twists)
		}
	} else {
		seed := uint64(0)
		for _, one := range hunted {
			seed++
			drive(seed, one.releases, one.twists)
		}
		for _, odd := range slices.Concat(odds, newerOdds) {
			if !had[odd.twist] {
				t.Errorf("no organisation has the twist: %s", odd.twist)
			}
		}
	}
}

// With a threshold of ten disclosure control does not look for every group that follows from many figures. Its audit does: the
// report is made again without some of them, and gives nothing away.
func TestReport_IsMadeAgainWithoutFiguresThatGiveASmallGroupAway(t *testing.T) {
	t.Parallel()
	o := invent(t, t.TempDir(), 3015, []twist{twoLevels, threeDeep, tens, apart, resent, late, leavers, mentored, crowded})
	h := &hunt{organisation: o, t: t, name: "seed 3015", tally: &tally{n: map[string]int{}}}
	h.drive(ledgers[:1])
	if h.tally.n[madeAgain] != 1 {
		t.Fatalf("its audit found nothing (%v): another organisation is wanted here", h.tally.n)
	}
	now := ledgers[0] + "T10:30"
	if out, _ := h.koe(now, done, "report"); !strings.Contains(out, "変わっていません") {
		t.Errorf("it is not the same when it is made again:\n%s", out)
	}
	if out, _ := h.koe(now, done, "log", "list"); !strings.Contains(out, "withhold") {
		t.Errorf("the log does not say that figures were withheld:\n%s", out)
	}
}
