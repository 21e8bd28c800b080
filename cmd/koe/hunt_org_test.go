package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"koe/journey"
)

// twist is one way in which invented organisations differ.
type twist string

// The twists. Some are drawn often, others seldom; odds say how often.
const (
	oneUnit    twist = "one unit"
	twoLevels  twist = "two levels"
	threeDeep  twist = "three levels"
	direct     twist = "people directly under a bureau"
	unplaced   twist = "people without a unit"
	namesakes  twist = "units of one name"
	tens       twist = "thresholds of 10"
	apart      twist = "small units are not merged"
	resent     twist = "answers sent again"
	late       twist = "late answers to waves that were released"
	movers     twist = "people who move"
	leavers    twist = "people who leave"
	forgotten  twist = "erased people"
	unanimous  twist = "everybody answers the same"
	holes      twist = "items left out"
	silence    twist = "a release without one answer"
	invited    twist = "invitations"
	mentored   twist = "mentors"
	scopes     twist = "all scopes"
	english    twist = "in English"
	bilingual  twist = "in both languages"
	several    twist = "two journeys"
	withdrawn  twist = "a release withdrawn"
	handedOut  twist = "tables handed out"
	again      twist = "a report made again"
	shippedOne twist = "the journey that koe ships"
	crowded    twist = "more than sixty people"
	handful    twist = "a dozen people"
	commenters twist = "nearly everybody leaves a comment"
	raised     twist = "thresholds are raised after a release"
	nameless   twist = "the second journey is anonymous"
	quoted     twist = "comments that are cleared"
)

var odds = []struct {
	twist
	percent int
}{
	{oneUnit, 12}, {twoLevels, 65}, {threeDeep, 25}, {direct, 35}, {unplaced, 25}, {namesakes, 25}, {tens, 25}, {apart, 25}, {resent, 40}, {late, 40}, {movers, 35},
	{leavers, 40}, {forgotten, 25}, {unanimous, 10}, {holes, 60}, {silence, 15}, {invited, 35}, {mentored, 50}, {scopes, 40}, {english, 15}, {bilingual, 20}, {several, 35},
	{withdrawn, 15}, {handedOut, 25}, {again, 15}, {crowded, 35}, {handful, 15}, {commenters, 35}, {raised, 15}, {nameless, 20}, {quoted, 25},
}

// organisation is an invented one: its people, what they answered, and how its releases are made.
type organisation struct {
	dir    string
	random *rand.Rand
	later  *rand.Rand // of newer twists: what is drawn for the others does not change
	is     map[twist]bool
	people []*hire
	sent   map[string][]string // rows of answers by person, journey and stage, as last sent
	due    map[string]bool
}

type hire struct {
	id, name, joined, left, kind, language string
	unit                                   [3]string // bureau, division, section
	gone                                   bool      // erased
	back                                   string    // comes back on this day
	spell                                  string    // "" for the first
}

// questions of the stages, by journey; days after joining.
type questionnaire struct {
	journey, stage string
	after          int
	items          []string
}

var (
	small = []questionnaire{
		{"way", "early", 45, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "HAS1", "OPN1"}},
		{"way", "middle", 91, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FAT1", "NET1", "FUP1", "OPN1"}},
		{"way", "late", 182, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FAT1", "NPS1", "OPN1"}},
	}
	beside = []questionnaire{
		{"side", "spring", 91, []string{"WRK1", "WRK2", "SUG1"}},
		{"side", "autumn", 280, []string{"WRK1", "WRK2", "SUG1"}},
		{"side", "autumn", 372, []string{"WRK1", "WRK2", "SUG1"}}, // it is asked again every three months
	}
	shipped = []questionnaire{
		{"chuto", "pre", -14, []string{"CAR1", "CAR2", "CAR3", "PRE1", "PRE4", "PRE7", "OPN1"}},
		{"chuto", "m2", 45, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FIT3", "CAR1", "CAR2", "CAR3", "LRN1", "RCL1", "OPN3"}},
		{"chuto", "m3", 91, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FIT3", "CAR1", "CAR2", "CAR3", "FAT1", "NED1", "OPN3"}},
		{"chuto", "m6", 182, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FIT3", "CAR1", "CAR2", "CAR3", "CON1", "NPS1", "OPN3"}},
		{"chuto", "m12", 365, []string{"ISO1", "ISO2", "ISO3", "FIT1", "FIT2", "FIT3", "CAR1", "CAR2", "CAR3", "TRF1", "STY1", "NPS1", "OPN3"}},
	}
	comments = []string{"孤独を感じます。", "転勤が不安です。", "相談できる同僚がいて助かる。", "残業が多い。", "メンターがほしい。", "課内で相談できず孤独だ。転勤の時期も分からない。", "特になし", "I feel alone at work.", "経験を生かせていない。"}
)

// drawn are the twists of a seed.
func drawn(seed uint64) (list []twist) {
	dice := rand.New(rand.NewPCG(seed, 1))
	for _, odd := range odds {
		if dice.IntN(100) < odd.percent {
			list = append(list, odd.twist)
		}
	}
	for _, odd := range newerOdds {
		if seed >= newer && dice.IntN(100) < odd.percent {
			list = append(list, odd.twist)
		}
	}
	return list
}

// invent makes the organisation of a seed in a folder, with these twists.
func invent(t *testing.T, dir string, seed uint64, twists []twist) *organisation {
	t.Helper()
	o := &organisation{dir: dir, random: rand.New(rand.NewPCG(seed, 7)), later: rand.New(rand.NewPCG(seed, 11)), is: map[twist]bool{}, sent: map[string][]string{}, due: map[string]bool{}}
	for _, twist := range twists {
		o.is[twist] = true
	}
	o.found()
	ok(t, journey.Init(dir, "chuto", "ja"))
	o.write(t, "koe.yaml", o.settings(t))
	for _, name := range []string{"way.yaml", "side.yaml", "guide.yaml"} {
		content, err := os.ReadFile(filepath.Join("testdata", "hunt", name))
		ok(t, err)
		if o.is[nameless] && name == "side.yaml" {
			content = bytes.Replace(content, []byte("mode: confidential"), []byte("mode: anonymous"), 1)
		}
		if o.is[signed] && name == "side.yaml" {
			content = bytes.Replace(content, []byte("mode: confidential"), []byte("mode: identified"), 1)
		}
		if o.is[signed] && name == "way.yaml" {
			content = bytes.Replace(content, []byte("  late:\n    mode: confidential"), []byte("  late:\n    mode: identified"), 1)
		}
		if o.is[veiled] && name == "way.yaml" {
			content = bytes.Replace(content, []byte("  middle:\n    mode: confidential"), []byte("  middle:\n    mode: anonymous"), 1)
		}
		o.write(t, filepath.Join("journeys", name), string(content))
	}
	return o
}

func (o *organisation) chance(percent int) bool { return o.random.IntN(100) < percent }

func (o *organisation) pick(list ...string) string { return list[o.random.IntN(len(list))] }

// found invents the people.
func (o *organisation) found() {
	n := 20 + o.random.IntN(40)
	switch {
	case o.is[handful]:
		n = 8 + o.random.IntN(8)
	case o.is[crowded]:
		n = 60 + o.random.IntN(60)
	}
	bureaus := 1 + o.random.IntN(4)
	for i := range n {
		h := &hire{id: fmt.Sprintf("P%03d", i), name: fmt.Sprintf("例示 人%d", i), kind: o.pick("選考採用", "任期付採用"), language: o.pick("ja", "ja", "en")}
		h.joined = time.Date(2025, 4, 1+o.random.IntN(400), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		if o.is[leavers] && o.chance(20) {
			h.left = o.day(h.joined, 60+o.random.IntN(400))
		}
		h.unit = o.place(bureaus)
		o.people = append(o.people, h)
	}
	o.sendAway()
}

// place invents where somebody works.
func (o *organisation) place(bureaus int) (unit [3]string) {
	if o.is[oneUnit] {
		return [3]string{"総務局", "人事課", "人事係"}
	}
	if o.is[unplaced] && o.chance(5) {
		return unit
	}
	b := o.random.IntN(bureaus)
	if o.chance(40) {
		b = 0 // one is larger
	}
	unit[0] = fmt.Sprintf("局%d", b)
	if o.is[direct] && o.chance(15) {
		return unit
	}
	d := o.random.IntN(1 + o.random.IntN(4))
	if unit[1] = fmt.Sprintf("課%d%d", b, d); o.is[namesakes] {
		unit[1] = fmt.Sprintf("課%d", d)
	}
	if o.is[direct] && o.chance(15) {
		return unit
	}
	unit[2] = fmt.Sprintf("係%d", o.random.IntN(3))
	return unit
}

func (o *organisation) day(from string, days int) string {
	at, _ := time.Parse(time.DateOnly, from) // written by found
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

func (o *organisation) forms() (all []questionnaire) {
	if all = small; o.is[shippedOne] {
		all = shipped
	}
	if o.is[several] {
		all = slices.Concat(all, beside)
	}
	if o.is[guides] {
		all = slices.Concat(all, guided)
	}
	return all
}

// levels of the hierarchy of units.
func (o *organisation) levels() int {
	switch {
	case o.is[threeDeep]:
		return 3
	case o.is[twoLevels]:
		return 2
	}
	return 1
}

// settings is koe.yaml as koe writes it, with what the organisation changes.
func (o *organisation) settings(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(o.dir, "koe.yaml"))
	ok(t, err)
	text := string(content)
	change := func(from, to string) {
		if !strings.Contains(text, from) {
			t.Fatalf("koe.yaml has no %q", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	journeys := map[bool]string{false: "journeys/way.yaml", true: "journeys/chuto.yaml"}[o.is[shippedOne]]
	if o.is[several] {
		journeys += ", journeys/side.yaml"
	}
	if o.is[guides] {
		journeys += ", journeys/guide.yaml"
	}
	first, _, _ := strings.Cut(text[strings.Index(text, "journeys: ["):], "\n")
	change(first, "journeys: ["+journeys+"]")
	change("  - [bureau, division]", "  - ["+strings.Join([]string{"bureau", "division", "section"}[:o.levels()], ", ")+"]")
	if o.is[tens] {
		change("min_group: 5", "min_group: 10")
	}
	if o.is[apart] {
		change("merge_small: true", "merge_small: false")
	}
	if o.is[english] {
		change("language: ja", "language: en")
	}
	return text
}

func (o *organisation) write(t *testing.T, name, content string) {
	t.Helper()
	ok(t, os.WriteFile(filepath.Join(o.dir, name), []byte(content), 0o600))
}

// roster is what HR's system says on a day.
func (o *organisation) roster() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"person_id", "name", "email", "joined_on", "left_on", "language", "bureau", "division", "section", "hire_type"}[:]) // a Builder never fails
	for _, h := range o.people {
		if !h.gone {
			_ = w.Write([]string{h.id, h.name, strings.ToLower(h.id) + "@example.go.jp", h.joined, h.left, h.language, h.unit[0], h.unit[1], h.unit[2], h.kind})
		}
	}
	w.Flush()
	return b.String()
}

// events are the mentors, and the talks that people had.
func (o *organisation) events() string {
	var b strings.Builder
	fmt.Fprintln(&b, "person_id,event,date,related_person_id,detail")
	for i, h := range o.people {
		if i%2 == 0 && !h.gone {
			fmt.Fprintf(&b, "%s,mentor_assigned,%s,%s,\n", h.id, o.day(h.joined, 50+i%30), o.mentor(i).id)
		}
		if i%3 == 0 && !h.gone {
			fmt.Fprintf(&b, "%s,attended:talk,%s,,\n", h.id, o.day(h.joined, 120))
		}
	}
	return b.String()
}

// answer is what one person says to one question; "" leaves it out.
func (o *organisation) answer(h *hire, question string) string {
	switch {
	case strings.HasPrefix(question, "OPN"), strings.HasPrefix(question, "SUG"), strings.HasPrefix(question, "NOTE"):
		if o.is[commenters] || o.chance(40) {
			return o.pick(comments...)
		}
		return ""
	case o.is[holes] && o.chance(4):
		return ""
	case question == "NPS1":
		if o.is[unanimous] {
			return "9"
		}
		return strconv.Itoa(o.random.IntN(11))
	case question == "HAS1", question == "PRE7":
		return o.pick("1", "0")
	case question == "NET1":
		return o.pick("0", "1-2", "3+")
	case question == "FUP1":
		return o.pick("peers", "unit", "peers;unit", "none")
	case o.is[unanimous]:
		return "4"
	}
	return strconv.Itoa(1 + min(4, max(0, o.random.IntN(5)+len(h.unit[0])%2)))
}

// answers gives the files of answers, by journey, that come in between two releases: new ones, some sent again, some late for a
// wave that the last release showed.
func (o *organisation) answers(last, now string) map[string]string {
	rows := map[string][][]string{}
	for _, f := range o.forms() {
		for i, h := range o.people {
			key := fmt.Sprint(h.id, " ", f.journey, " ", f.stage, " ", f.after, h.spell)
			at := o.day(h.joined, f.after)
			if f.journey == "guide" { // the mentor answers
				if i%2 != 0 || h.gone || h.spell != "" {
					continue
				}
				at, h = o.day(at, 50+i%30), o.mentor(i)
			}
			if h.gone || at >= now || h.left != "" && at > h.left || f.journey == "guide" && at < h.joined {
				continue
			}
			switch known := o.due[key]; {
			case !known:
				o.due[key] = true
				if !o.chance(75) {
					continue
				}
			case o.sent[key] == nil && o.is[late] && o.chance(12) && at > o.day(last, -100):
				at = o.day(at, 3) // its wave was shown already
			case o.sent[key] != nil && o.is[resent] && o.chance(6) && at > o.day(last, -100):
				at = o.day(at, 5)
			default:
				continue
			}
			row := []string{h.id, f.stage, at + "T10:00:00+09:00", o.pick("true", "false")}
			for _, question := range questions(f.journey, o.forms()) {
				value := ""
				if slices.Contains(f.items, question) {
					value = o.answer(h, question)
				}
				row = append(row, value)
			}
			o.sent[key] = row
			rows[f.journey] = append(rows[f.journey], row)
		}
	}
	files := map[string]string{}
	for j, list := range rows {
		var b strings.Builder
		w := csv.NewWriter(&b)
		_ = w.Write(append([]string{"person_id", "stage", "submitted_at", "publish_ok"}, questions(j, o.forms())...))
		_ = w.WriteAll(list)
		files[j] = b.String()
	}
	return files
}

// questions of a journey, each once.
func questions(journey string, forms []questionnaire) (all []string) {
	for _, f := range forms {
		if f.journey == journey {
			all = append(all, f.items...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
