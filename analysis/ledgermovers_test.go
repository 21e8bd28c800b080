package analysis

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"koe"
)

// moving is an organisation in which, from release to release, people join, move, leave and return, answer a closed wave, send again
// and are erased.
type moving struct {
	*ledgerOf
	random *rand.Rand
	next   int
	people map[string]*mover
}

// mover is a person of it: where, and which of the two stages are answered. Responses and invitations of the second stay have their
// own keys.
type mover struct {
	division string
	stay     int
	answered map[string]bool
}

func newMoving(t *testing.T, seed uint64, mergeSmall bool) *moving {
	w := newWorld(t, scaleJourney([]string{"m2", "m3"}, "fit:F1,F2,F3"))
	w.settings.Disclosure.MergeSmall = mergeSmall
	m := &moving{ledgerOf: &ledgerOf{world: w}, random: rand.New(rand.NewPCG(seed, 6)), people: map[string]*mover{}}
	for range 44 {
		m.come(koe.NewDate(2026, 1, 10))
	}
	return m
}

var divisions = []string{"A/1", "A/1", "A/1", "A/2", "A/2", "A/3", "B/1", "B/1", "B/1", "B/2", "C/1", "C/2"}

func (m *moving) divided(division string) []string {
	bureau, _, _ := strings.Cut(division, "/")
	return []string{"bureau=" + bureau, "division=" + division[2:], "hire_type=" + []string{"x", "y"}[len(division+bureau)%2]}
}

// pick gives somebody at random for whom it holds; "" when there is nobody.
func (m *moving) pick(holds func(*mover) bool) string {
	var able []string
	for _, key := range slices.Sorted(maps.Keys(m.people)) {
		if holds(m.people[key]) {
			able = append(able, key)
		}
	}
	if len(able) == 0 {
		return ""
	}
	return able[m.random.IntN(len(able))]
}

// come has somebody join, or return, who is asked at both stages and answers most of the time.
func (m *moving) come(joined koe.Date) {
	key := fmt.Sprintf("p%03d", m.next)
	m.next++
	p := &mover{division: divisions[m.random.IntN(len(divisions))], stay: 1, answered: map[string]bool{}}
	m.people[key] = p
	m.asked(key, joined)
}

func (m *moving) asked(key string, joined koe.Date) {
	p := m.people[key]
	segments := m.divided(p.division)
	b := &batch{people: []koe.Person{person(key, joined.String(), segments...)}}
	m.script = append(m.script, b)
	for s, stage := range []string{"m2", "m3"} {
		v := m.invitation(key, stage, joined.AddDays(40*(s+1)))
		b.invitations = append(b.invitations, v)
		if p.answered[stage] = m.random.IntN(5) > 0; p.answered[stage] {
			b.invitations[s].Status = koe.Answered
			b.submissions = append(b.submissions, m.answer(key, stage, v))
		}
	}
}

func (m *moving) invitation(key, stage string, due koe.Date) koe.Invitation {
	p := m.people[key]
	v := invite(key, stage, due.String(), koe.Invited, m.divided(p.division)...)
	v.Key, v.Spell = fmt.Sprintf("i-%s-%s-%d", key, stage, p.stay), p.stay
	v.ClosesOn = due.AddDays(14)
	return v
}

func (m *moving) answer(key, stage string, v koe.Invitation) koe.Submission {
	p := m.people[key]
	third := fmt.Sprint(1 + m.random.IntN(5))
	if m.random.IntN(6) == 0 {
		third = "declined"
	}
	s := answered(answers(key, stage, v.DueOn.AddDays(5).String(), fmt.Sprintf("F1=%d F2=%d F3=%s", 1+m.random.IntN(5), 1+m.random.IntN(5), third), m.divided(p.division)...), v)
	s.ID, s.Response = fmt.Sprintf("%s%s%d", key, stage, p.stay), fmt.Sprintf("r-%s-%s-%d", key, stage, p.stay)
	return s
}

// given finds what somebody sent last for a stage, and for which invitation.
func (m *moving) given(key, stage string) (s koe.Submission, v koe.Invitation) {
	response, invitation := fmt.Sprintf("r-%s-%s-%d", key, stage, m.people[key].stay), fmt.Sprintf("i-%s-%s-%d", key, stage, m.people[key].stay)
	for _, b := range m.script {
		for _, each := range b.submissions {
			if each.Response == response {
				s = each
			}
		}
		for _, each := range b.invitations {
			if each.Key == invitation {
				v = each
			}
		}
	}
	return s, v
}

// month is what happens between two releases; erased says that the warehouse must be built anew.
func (m *moving) month(day koe.Date) (erased bool) {
	for range m.random.IntN(5) {
		m.come(day.AddDays(-120)) // found late: both waves have closed
	}
	for range m.random.IntN(3) {
		m.come(day.AddDays(-20))
	}
	// Moves, and sends again from there.
	for range m.random.IntN(3) {
		if key := m.pick(func(p *mover) bool { return p.answered["m3"] }); key != "" {
			s, v := m.given(key, "m3")
			m.people[key].division = divisions[m.random.IntN(len(divisions))]
			again := m.answer(key, "m3", v)
			again.SubmittedAt = s.SubmittedAt.Add(24 * time.Hour)
			again.ID += "again" + day.String()
			m.script = append(m.script, &batch{people: []koe.Person{person(key, "2026-01-10", m.divided(m.people[key].division)...)}, submissions: []koe.Submission{again}})
		}
	}
	// Answers long after the wave has closed.
	for range m.random.IntN(3) {
		if key := m.pick(func(p *mover) bool { return !p.answered["m2"] }); key != "" {
			_, v := m.given(key, "m2")
			v.Status = koe.Answered
			m.people[key].answered["m2"] = true
			m.script = append(m.script, &batch{invitations: []koe.Invitation{v}, submissions: []koe.Submission{m.answer(key, "m2", v)}})
		}
	}
	// Leaves and returns, somewhere else.
	if key := m.pick(func(p *mover) bool { return p.stay == 1 }); key != "" && m.random.IntN(2) == 0 {
		m.people[key] = &mover{division: divisions[m.random.IntN(len(divisions))], stay: 2, answered: map[string]bool{}}
		m.asked(key, day.AddDays(-110))
	}
	if key := m.pick(func(*mover) bool { return true }); m.random.IntN(2) == 0 {
		m.forget(key)
		for _, b := range m.script {
			b.people = slices.DeleteFunc(b.people, func(p koe.Person) bool { return string(p.Key) == key })
		}
		delete(m.people, key)
		erased = true
	}
	return erased
}

// shownSet is a figure that some release showed as new: whose answers it is of.
type shownSet struct {
	release int
	row     string // table, figure, stage, period, segment, member
	set     map[string]bool
}

// truths reads whose answers stand behind every row of every figure now, from the facts: the published units of each
// response or invitation, by row.
func (m *moving) truths() map[string]map[string]bool {
	rows := map[string]map[string]bool{}
	merged := map[string]string{}
	for _, line := range m.table("SELECT segment, member, merged_into FROM member WHERE merged_into <> ''") {
		f := strings.Fields(line)
		merged[f[0]+" "+f[1]] = f[2]
	}
	units := m.table("SELECT segment || ' ' || member FROM member")
	add := func(kind, who, stage, wave, cohort, bureau, division, hire string) {
		nodes := []string{"'' ''"}
		for _, n := range []string{"bureau " + bureau, "division " + division, "hire_type " + hire} {
			if into, is := merged[n]; is {
				segment, _, _ := strings.Cut(n, " ")
				if n = segment + " " + into; !slices.Contains(units, n) {
					continue // below a merged unit there is nothing
				}
			}
			nodes = append(nodes, n)
		}
		for _, node := range nodes {
			for _, s := range []string{"''", stage} {
				for _, period := range []string{"all ''", "quarter " + wave, "cohort " + cohort} {
					if strings.HasPrefix(period, "cohort") && (cohort == "" || s == "''") || strings.HasPrefix(period, "quarter") && s == "''" && strings.HasPrefix(kind, "trend") {
						continue // the standardised line is no sum
					}
					row := strings.Join([]string{kind, s, period, node}, " ")
					if rows[row] == nil {
						rows[row] = map[string]bool{}
					}
					rows[row][who] = true
				}
			}
		}
	}
	read := func(kind, query string) {
		for _, line := range m.table(query) {
			f := strings.Fields(line)
			add(strings.ReplaceAll(kind, "$", f[0]), f[1], f[2], f[3], strings.Trim(f[4], "'"), f[5], f[6], f[7])
		}
	}
	const closed = " JOIN (SELECT journey, stage, wave FROM red_wave WHERE closed) AS w USING (journey, stage, wave)"
	const who = "response_key || '@' || epoch_us(submitted_at), stage, wave, cohort, bureau, division, hire_type"
	read("trend $", "SELECT construct, "+who+" FROM (SELECT *, 'j' AS journey FROM response_j) AS r JOIN (SELECT response_key, construct FROM score WHERE score IS NOT NULL) AS s USING (response_key)"+closed)
	read("rate", "SELECT 'rate', invitation_key || '@' || (invitation_key IN (SELECT invitation_key FROM response_j)), stage, wave, '', bureau, division, hire_type FROM invitation"+closed+
		" WHERE status NOT IN ('bounced', 'cancelled')")
	return rows
}

// shown lists the rows that the analysis shows as new, in the words of truths.
func (m *moving) shown() []string {
	return slices.Concat(
		m.table("SELECT 'trend', construct, stage, grain, period, segment, member FROM safe_trend WHERE withheld = '' AND carried = '' AND (grain = 'all' OR stage <> '')"),
		m.table("SELECT 'rate', stage, CASE period WHEN '' THEN 'all' ELSE 'quarter' END, period, segment, member FROM safe_response_rate WHERE withheld = '' AND carried = ''"))
}

// figureOfRow is the table and construct or question of a row: figures of different ones are sums of different numbers.
func figureOfRow(row string) string {
	f := strings.Fields(row)
	if f[0] == "rate" {
		return "rate"
	}
	return f[0] + " " + f[1]
}

// space is the span of sets over whole numbers modulo a prime of 61 bits: a set outside of it modulo the prime is outside of it, and
// one inside is inside but for one chance in 10¹⁸.
type space struct {
	at    map[string]int
	basis map[int][]uint64 // by first column
}

const prime = 1<<61 - 1

func mul(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, rest := bits.Div64(hi, lo, prime)
	return rest
}

func inverse(a uint64) uint64 {
	out, power := uint64(1), uint64(prime-2)
	for ; power > 0; power >>= 1 {
		if power&1 == 1 {
			out = mul(out, a)
		}
		a = mul(a, a)
	}
	return out
}

func (s *space) vector(plus, minus map[string]bool) []uint64 {
	v := make([]uint64, len(s.at))
	for who := range plus {
		v[s.at[who]] = 1
	}
	for who := range minus {
		v[s.at[who]] = prime - 1
	}
	return v
}

// reduce takes out of a vector what the span explains, and gives the first column that is left, or -1.
func (s *space) reduce(v []uint64) int {
	for i := range v {
		if v[i] == 0 {
			continue
		}
		b := s.basis[i]
		if b == nil {
			return i
		}
		factor := v[i]
		for j := i; j < len(v); j++ {
			if b[j] != 0 {
				v[j] = (v[j] + prime - mul(factor, b[j])) % prime
			}
		}
	}
	return -1
}

func (s *space) add(v []uint64) {
	if first := s.reduce(v); first >= 0 {
		one := inverse(v[first])
		for j := range v {
			v[j] = mul(v[j], one)
		}
		s.basis[first] = v
	}
}

// setLess gives the members of one set that are not in another.
func setLess(a, b map[string]bool) map[string]bool {
	out := map[string]bool{}
	for who := range a {
		if !b[who] {
			out[who] = true
		}
	}
	return out
}

// attack reads every figure that any release showed as new, and computes what it can: the answers of a cell with fewer than k people,
// and the difference between two releases of a row that fewer than k joined or left.
func attack(t *testing.T, shown []shownSet, truth []map[string]map[string]bool, k int) (targets int) {
	spaces := map[string]*space{}
	for _, rows := range truth {
		for row, set := range rows {
			s := spaces[figureOfRow(row)]
			if s == nil {
				s = &space{at: map[string]int{}, basis: map[int][]uint64{}}
				spaces[figureOfRow(row)] = s
			}
			for who := range set {
				if _, known := s.at[who]; !known {
					s.at[who] = len(s.at)
				}
			}
		}
	}
	for _, figure := range shown {
		s := spaces[figureOfRow(figure.row)]
		s.add(s.vector(figure.set, nil))
	}
	found := map[string]bool{}
	try := func(row, what string, plus, minus map[string]bool) {
		s := spaces[figureOfRow(row)]
		targets++
		if s.reduce(s.vector(plus, minus)) < 0 && !found[row] {
			found[row] = true
			t.Errorf("%s of %s follows from what was shown: %d: %v less %d: %v", what, row, len(plus), slices.Sorted(maps.Keys(plus)), len(minus), slices.Sorted(maps.Keys(minus)))
		}
	}
	for r, rows := range truth {
		for row, set := range rows {
			if len(set) < k {
				try(row, fmt.Sprintf("the whole of release %d", r+1), set, nil)
			}
			for before := range r {
				joined, left := setLess(set, truth[before][row]), setLess(truth[before][row], set)
				few := 0 < len(joined) && len(joined) < k || 0 < len(left) && len(left) < k
				if len(truth[before][row]) > 0 && few {
					try(row, fmt.Sprintf("release %d less release %d", r+1, before+1), joined, left)
				}
			}
		}
	}
	return targets
}

// TestRelease_SixOfMoversReturnersErasedAndLateAnswersGiveNobodyAway makes six releases of an organisation in which everything moves, and
// attacks scores and response rates of all six together. (Items are shown on the answers that
// they have in common with others of their scale, and disclosure control goes by who sent the form: decision 5.) KOE_RELEASES is how many organisations (2).
func TestRelease_SixOfMoversReturnersErasedAndLateAnswersGiveNobodyAway(t *testing.T) {
	organisations := 2
	if n, err := strconv.Atoi(os.Getenv("KOE_RELEASES")); err == nil {
		organisations = n
	}
	for seed := range organisations {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMoving(t, uint64(seed), seed%2 == 1)
			var shown []shownSet
			var truth []map[string]map[string]bool
			days := []koe.Date{koe.NewDate(2026, 7, 10), koe.NewDate(2026, 8, 10), koe.NewDate(2026, 10, 10), koe.NewDate(2026, 11, 10), koe.NewDate(2027, 1, 10), koe.NewDate(2027, 2, 10)}
			erased, again := false, 0
			seen := map[string]bool{}
			for r, day := range days {
				m.refresh(day, erased)
				now := m.truths()
				truth = append(truth, now)
				for _, row := range m.shown() {
					set := now[row]
					if len(set) == 0 {
						t.Fatalf("%s is shown, and nobody is behind it", row)
					}
					if seen[row] {
						again++
					}
					seen[row] = true
					shown = append(shown, shownSet{r + 1, row, set})
				}
				for row, n := range m.shownAs() {
					if set := now[row]; len(set) != n {
						t.Fatalf("release %d: %s is of %d people, and %d are behind it: the test does not know who", r+1, row, n, len(set))
					}
				}
				m.release(day.String())
				erased = m.month(day)
			}
			targets := attack(t, shown, truth, 5)
			t.Logf("%d rows were shown as new, %d of them again; %d attacks", len(shown), again, targets)
			if len(shown) < 80 || again < 15 || targets < 500 {
				t.Error("too little to attack: the test proves nothing")
			}
		})
	}
}

// shownAs gives the true numbers of people behind the rows that a release would show as new and the last one did not.
func (m *moving) shownAs() map[string]int {
	p, err := ReadPublished(m.t.Context(), m.at.published)
	m.must(err)
	next, err := ReadNextRelease(m.t.Context(), m.at.published, p)
	m.must(err)
	defer next.Close()
	out := map[string]int{}
	for f, err := range next.Change.Shown {
		m.must(err)
		var key struct{ Construct, Question, Stage, Grain, Period, Segment, Member string }
		var people []int
		if m.must(json.Unmarshal([]byte(f.Key), &key)); f.Table != "trend" && f.Table != "response_rate" || f.Table == "trend" && key.Stage == "" && key.Grain != "all" {
			continue
		}
		m.must(json.Unmarshal([]byte(f.People), &people))
		if key.Grain == "" {
			key.Grain = map[bool]string{true: "all", false: "quarter"}[key.Period == ""]
		}
		parts := []string{f.Table, key.Construct + key.Question, key.Stage, key.Grain, key.Period, key.Segment, key.Member}
		if f.Table == "response_rate" {
			parts = append([]string{"rate"}, parts[2:]...)
		}
		for i := range parts {
			if parts[i] == "" {
				parts[i] = "''"
			}
		}
		out[strings.Join(parts, " ")] = people[0]
	}
	return out
}
