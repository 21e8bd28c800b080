package analysis

import (
	"slices"
	"strconv"
	"strings"

	"koe"
)

// Crowd is how many people stand behind a figure that is no cell of Stands: behind a reliability, the strength of an association,
// a hypothesis, a theme, a word. It is counted from the facts, without regard to what is published.
type Crowd struct {
	Table   string // reliability, driver, hypothesis, theme, word, pair
	Journey string
	Name    string // construct; hypothesis; theme; word; one of a pair
	With    string // valence of a theme; the other of a pair
	Stage   string // "" for all
	Wave    string // "" for all
	Segment string
	Member  string
	Part    string // which people: see the functions that count them
	N       int    // as the report counts: answers, or people where they are counted
	People  int    // different people
}

// Quote is a comment that may be quoted: a person cleared it and its writer allows it.
type Quote struct {
	Journey, Stage, Text string
}

// crowds counts all crowds.
func (p *people) crowds(journeys []*koe.Journey) []Crowd {
	c := &crowding{people: p, at: map[Crowd]*gathering{}}
	c.scales()
	c.voices()
	for _, j := range journeys {
		c.hypotheses(j)
	}
	return c.list()
}

// crowding counts crowds.
type crowding struct {
	*people
	at    map[Crowd]*gathering
	order []Crowd
}

type gathering struct {
	n   int
	who map[int32]bool
}

// take adds one answer, or a person's being there, to a crowd.
func (c *crowding) take(of Crowd, who int32, n int) {
	g := c.at[of]
	if g == nil {
		g = &gathering{who: map[int32]bool{}}
		c.at[of] = g
		c.order = append(c.order, of)
	}
	g.n += n
	if n > 0 {
		g.who[who] = true
	}
}

// once counts a person of a crowd once.
func (c *crowding) once(of Crowd, who int32) {
	if g := c.at[of]; g == nil || !g.who[who] {
		c.take(of, who, 1)
	}
}

func (c *crowding) list() []Crowd {
	out := make([]Crowd, 0, len(c.order))
	for _, of := range c.order {
		g := c.at[of]
		of.N, of.People = g.n, len(g.who)
		out = append(out, of)
	}
	return out
}

// scales counts, by stage, who answered every item of a construct (reliability), and who has which scores and answers, by the list of
// these (driver): the people of a driver are those whose list holds the outcome and every construct beside it.
func (c *crowding) scales() {
	for i := range c.answers {
		a := &c.answers[i]
		for _, construct := range sortedNames(a.complete) {
			for _, stage := range []string{"", a.stage} {
				c.take(Crowd{Table: "reliability", Journey: a.journey, Name: construct, Stage: stage}, a.who, 1)
			}
		}
		if !a.last {
			continue
		}
		has := set{}
		for name := range a.scored {
			has[name] = true
		}
		for name := range a.given {
			if _, is := c.counted[[2]string{a.journey, name}]; is {
				has[name] = true
			}
		}
		c.take(Crowd{Table: "driver", Journey: a.journey, Stage: a.stage, Name: strings.Join(sortedNames(has), separator)}, a.who, 1)
	}
}

// voices counts who spoke of each theme (by everybody and by member), and who used each word at each stage (here) or, having left no
// comment there, elsewhere; and how many left any (here and elsewhere without a word).
func (c *crowding) voices() {
	type at struct{ journey, stage string }
	left, spoke := map[at]set{}, map[string]set{} // stages by commenter; words of a commenter
	stages := map[string]set{}
	who := map[string]int32{}
	key := func(r *remark) string { return r.journey + separator + strconv.Itoa(int(r.who)) }
	for i := range c.comments {
		r := &c.comments[i]
		cells := []Crowd{{}}
		for s, member := range r.members {
			if member != "" {
				cells = append(cells, Crowd{Segment: c.segments[s], Member: member})
			}
		}
		for _, cell := range cells {
			for _, stage := range []string{"", r.stage} {
				for _, spoken := range r.themes {
					theme, valence, _ := strings.Cut(spoken, ":")
					c.once(Crowd{Table: "theme", Journey: r.journey, Name: theme, With: valence, Stage: stage, Segment: cell.Segment, Member: cell.Member}, r.who)
				}
			}
		}
		k := key(r)
		who[k] = r.who
		if left[at{r.journey, r.stage}] == nil {
			left[at{r.journey, r.stage}] = set{}
		}
		left[at{r.journey, r.stage}][k] = true
		if spoke[k] == nil {
			spoke[k] = set{}
		}
		if stages[r.journey] == nil {
			stages[r.journey] = set{}
		}
		stages[r.journey][r.stage] = true
		for _, word := range r.words {
			spoke[k][word] = true
			c.once(Crowd{Table: "word", Journey: r.journey, Name: word, Stage: r.stage, Part: "here"}, r.who)
		}
	}
	for _, k := range sortedKeys(spoke) {
		journey, _, _ := strings.Cut(k, separator)
		for _, stage := range sortedNames(stages[journey]) {
			part := "elsewhere"
			if left[at{journey, stage}][k] {
				part = "here"
			} else {
				for _, word := range sortedNames(spoke[k]) {
					c.once(Crowd{Table: "word", Journey: journey, Name: word, Stage: stage, Part: part}, who[k])
				}
			}
			c.once(Crowd{Table: "word", Journey: journey, Stage: stage, Part: part}, who[k])
		}
	}
	c.together()
}

// together counts who used each word, and spoke of each theme, at all.
func (c *crowding) together() {
	for i := range c.comments {
		r := &c.comments[i]
		for _, word := range r.words {
			c.once(Crowd{Table: "pair", Journey: r.journey, Name: word, With: "word"}, r.who)
		}
		for _, spoken := range r.themes {
			theme, _, _ := strings.Cut(spoken, ":")
			c.once(Crowd{Table: "pair", Journey: r.journey, Name: theme, With: "theme"}, r.who)
		}
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// hypotheses counts, by wave and over all, who is behind each hypothesis: part "" is whoever has a value (both values, of an
// association; a comment, of a theme); "one" and "other" are the groups of a contrast; a stage's name is that of a peak's stage. Over all
// are the waves of its stage whose quarter is over.
func (c *crowding) hypotheses(j *koe.Journey) {
	for i := range j.Hypotheses {
		h := &j.Hypotheses[i]
		of := Crowd{Table: "hypothesis", Journey: j.ID, Name: h.ID, Stage: h.Stage}
		waves := c.judged(j.ID, h.Stage)
		take := func(part, wave string, who int32) {
			of.Part, of.Wave = part, wave
			c.take(of, who, 1)
			if of.Wave = ""; waves[wave] {
				c.take(of, who, 1)
			}
		}
		switch h.Kind {
		case koe.HypothesisChange:
			c.eachPair(func(earlier, later *reply, construct string) {
				if later.journey == j.ID && construct == h.Measure && earlier.stage == h.From && later.stage == h.Stage {
					take("", later.wave, later.who)
				}
			})
		case koe.HypothesisTheme:
			seen := map[string]set{}
			for k := range c.comments {
				r := &c.comments[k]
				one := strconv.Itoa(int(r.who))
				if r.journey != j.ID || r.stage != h.Stage || seen[r.wave][one] {
					continue
				}
				if seen[r.wave] == nil {
					seen[r.wave] = set{}
				}
				seen[r.wave][one] = true
				take("", r.wave, r.who)
			}
		default:
			for k := range c.answers {
				if a := &c.answers[k]; a.journey == j.ID {
					c.behind(j, h, a, take)
				}
			}
		}
	}
}

// judged are the waves of a stage that are over.
func (c *crowding) judged(journey, stage string) set {
	waves := set{}
	for i := range c.answers {
		if a := &c.answers[i]; a.journey == journey && a.stage == stage && a.wave < c.quarter {
			waves[a.wave] = true
		}
	}
	for i := range c.asked {
		if a := &c.asked[i]; a.journey == journey && a.stage == stage && a.wave < c.quarter {
			waves[a.wave] = true
		}
	}
	return waves
}

// behind puts an answer to the people of a hypothesis.
func (c *crowding) behind(j *koe.Journey, h *koe.Hypothesis, a *reply, take func(part, wave string, who int32)) {
	valid := func(name string) bool { return a.scored[name] || a.given[name] }
	if h.Kind == koe.HypothesisPeak && valid(h.Measure) {
		take(a.stage, a.wave, a.who)
	}
	if a.stage != h.Stage || !valid(h.Measure) {
		return
	}
	switch h.Kind {
	case koe.HypothesisAssociation:
		if a.last && valid(h.With) {
			take("", a.wave, a.who)
		}
	case koe.HypothesisContrast:
		for i, group := range h.Groups {
			name, value, _ := strings.Cut(group, "=")
			part := []string{"one", "other"}[min(i, 1)]
			if m, ok := j.Measure(name); ok && m.Event != "" && (value == "yes" || value == "no") {
				on, had := c.had[[4]string{a.key, a.spell, a.journey, name}]
				if had = had && !on.After(a.day); a.last && a.linked && had == (value == "yes") {
					take(part, a.wave, a.who)
				}
				continue
			}
			if s := slices.Index(c.segments, name); s >= 0 && a.members[s] == value {
				take(part, a.wave, a.who)
			}
		}
	case koe.HypothesisLevel, koe.HypothesisShare:
		take("", a.wave, a.who)
	}
}
