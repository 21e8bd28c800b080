package voices

import (
	"strings"
)

// clause is a stretch of words that a conjunction like が or しかし, or the end of a sentence, bounds. Its parts are bounded
// by 〜て、 〜あり、 ので and the like.
type clause struct {
	from, to int  // words
	contrast bool // が, しかし or 一方 stands before it
	parts    []part
}

type part struct {
	from, to int
	acts     bool // ends in a doing verb: a wish that follows is meant for it too (設け、増やしてほしい)
}

// grammar is what the two languages do differently.
type grammar interface {
	// clauses splits the words of a text.
	clauses(words []Morpheme, text string) []clause
	// content reports whether a word counts for distances.
	content(m *Morpheme) bool
	// follow looks at what the sentence says of the words up to at: denied, doubted, done.
	follow(s *scene, p part, from, at int, kind string) said
	// evidence adds what the grammar itself says of a part, as たい and ばよい.
	evidence(s *scene, p part) []event
}

// said is what a sentence says of a word.
type said struct {
	denials  int  // negations and words of removal; two of them cancel
	question bool // in doubt: 〜か, whether
	past     bool
	exists   bool // is there: ある, いる, 続く
	affirmed bool // something is said of it, and not denied
	end      int  // behind the last word looked at
}

func (s said) denied() bool { return s.denials%2 == 1 }

// scene is one text while it is read.
type scene struct {
	text    string
	words   []Morpheme
	fixed   []bool // words that look like negations and are none: かもしれない
	clauses []clause
	table   *table
	grammar grammar
}

// event is evidence in a part: a word that says how it speaks.
type event struct {
	at      int // word
	valence string
	cue     string
	own     bool // a wish to do something oneself: 学びたい
}

// Mention is one cue that fired.
type Mention struct {
	Theme   string
	Valence string
	Cue     string // the words that fired, as 相談+人
	Why     string // what made the valence
	Clause  int
	File    string
	Line    int
	strong  bool
	kind    string
	past    bool
	at      int // word
}

// read finds what a masked text speaks of.
func (s *scene) read() []Mention {
	s.clauses = s.grammar.clauses(s.words, s.text)
	var all []Mention
	empty := make([]bool, len(s.clauses)) // no cue in it
	for c := range s.clauses {
		for i := s.clauses[c].from; i < s.clauses[c].to; i++ {
			s.words[i].Clause = c + 1
		}
		found := s.mentions(c)
		empty[c] = len(found) == 0
		all = append(all, found...)
	}
	s.contrasts(all, empty)
	return all
}

// partOf gives the part of a clause in which a word stands.
func (c *clause) partOf(word int) part {
	for _, p := range c.parts {
		if word >= p.from && word < p.to {
			return p
		}
	}
	return part{from: c.from, to: c.to}
}

// mentions reads one clause.
func (s *scene) mentions(c int) []Mention {
	cl := &s.clauses[c]
	hits := s.hits(cl, false)
	if len(hits) == 0 {
		return nil
	}
	events := s.events(cl)
	var all []Mention
	for i := range hits {
		if m, ok := s.mention(cl, &hits[i], events); ok {
			m.Clause = c + 1
			all = append(all, m)
		}
	}
	return all
}

// events gives the evidence of each part of a clause, in order.
func (s *scene) events(c *clause) [][]event {
	all := make([][]event, len(c.parts))
	hits := s.hits(c, true)
	for p := range c.parts {
		here := c.parts[p]
		for i := range hits {
			h := &hits[i]
			if h.from < here.from || h.from >= here.to {
				continue
			}
			if e, ok := s.event(here, h); ok {
				all[p] = append(all[p], e)
			}
		}
		all[p] = append(all[p], s.grammar.evidence(s, here)...)
	}
	return all
}

// event weighs one word of evidence.
func (s *scene) event(p part, h *hit) (event, bool) {
	about := s.grammar.follow(s, p, h.from, h.anchor(), h.rule.Kind)
	e := event{at: h.anchor(), cue: h.label}
	switch h.rule.Kind {
	case OK, Issue:
		e.valence = h.rule.Kind
	case Wish:
		e.valence = Wish
		if about.denied() || s.passive(h.anchor()) || about.past && h.required >= 0 {
			return e, false // 求められている, 期待していた
		}
	case kindTrouble:
		e.valence = Issue
		if about.denied() {
			e.valence = OK
		}
	default:
		e.valence = OK
		if about.denied() || about.question {
			e.valence = Issue
		}
	}
	return e, true
}

// passive reports whether a passive follows: 期待されている.
func (s *scene) passive(at int) bool {
	for i := at + 1; i < min(at+3, len(s.words)); i++ {
		if base := s.words[i].Base; base == "れる" || base == "られる" {
			return true
		}
	}
	return false
}

// mention decides how a hit speaks (METHOD 6.2): a wish in its part of the clause, what is said of the cue itself, other
// evidence of its part, evidence of the parts behind; else an issue.
func (s *scene) mention(c *clause, h *hit, events [][]event) (Mention, bool) {
	m := Mention{Theme: h.rule.Theme, Cue: h.label, File: h.rule.File, Line: h.rule.Line, kind: h.rule.Kind, at: h.from}
	here := 0
	for p := range c.parts {
		if a := h.anchor(); a >= c.parts[p].from && a < c.parts[p].to {
			here = p
		}
	}
	about := s.grammar.follow(s, c.parts[here], h.from, h.anchor(), h.rule.Kind)
	m.past = about.past
	set := func(valence, why string, strong bool) (Mention, bool) {
		m.Valence, m.Why, m.strong = valence, why, strong
		return m, true
	}
	var last *event
	wish := false
	for i := range events[here] {
		e := &events[here][i]
		if e.at >= h.from && e.at <= h.anchor() && e.valence == OK {
			continue // part of the cue: 信頼できる同僚
		}
		wish = wish || e.valence == Wish
		if last == nil || e.at >= last.at {
			last = e
		}
	}
	switch h.rule.Kind {
	case Issue, Wish, OK:
		return set(h.rule.Kind, "the rule says so", true)
	case kindLack:
		if !wish && !about.denied() {
			return m, false
		}
	}
	if wish {
		return set(Wish, "wished for", true)
	}
	switch h.rule.Kind {
	case kindTrouble:
		if about.denied() {
			return set(OK, "a trouble that is denied", true)
		}
		return set(Issue, "a trouble", true)
	case kindResource, kindLack, kindGood, kindDone:
		if about.denied() {
			if last != nil && last.valence == OK && last.at >= about.end {
				return set(OK, last.cue, true)
			}
			return set(Issue, "missing", true)
		}
	}
	if h.rule.Kind == kindResource && about.exists && !about.question && last != nil && last.valence == Issue && last.at < h.from {
		last = nil // 分からないことはすぐ聞けます
	}
	if last != nil {
		return set(last.valence, last.cue, true)
	}
	switch {
	case about.question:
		return set(Issue, "in doubt", true)
	case h.rule.Kind == kindGood:
		return set(OK, "a good thing", true)
	case h.rule.Kind == kindDone && about.affirmed && about.past:
		return set(OK, "has come about", true)
	}
	for p := here + 1; p < len(c.parts); p++ {
		acts := c.parts[here].acts
		for _, e := range events[p] {
			if e.valence != Wish || acts {
				return set(e.valence, e.cue, true)
			}
		}
		if len(events[p]) > 0 {
			break
		}
	}
	if h.rule.Kind == kindResource && about.exists {
		return set(OK, "is there", false)
	}
	return set(Issue, "nothing says otherwise", false)
}

// contrasts lets the clause behind a が or しかし speak for the one before it, when it has no cue of its own: 形だけで… takes
// a weak ok back, 杞憂だった a fear of the past.
func (s *scene) contrasts(all []Mention, empty []bool) {
	for c := 1; c < len(s.clauses); c++ {
		if !s.clauses[c].contrast || !empty[c] {
			continue
		}
		var last *event
		for _, list := range s.events(&s.clauses[c]) {
			for i := range list {
				if last == nil || list[i].at >= last.at {
					last = &list[i]
				}
			}
		}
		if last == nil {
			continue
		}
		for i := range all {
			m := &all[i]
			if m.Clause != c { // the clause before: clauses count from 1
				continue
			}
			resolved := m.Valence == Issue && last.valence == OK && (m.past || s.resolves(c))
			wished := last.valence == Wish && !last.own && (m.kind == kindResource || m.kind == kindTopic)
			if resolved || wished || !m.strong && last.valence != Wish {
				m.Valence, m.Why, m.strong = last.valence, "but then: "+last.cue, true
			}
		}
	}
}

// turns are words that say that something has changed since.
var turns = []string{"今は", "今では", "現在", "最近", "次第に", "徐々に", "だんだん", "その後", "実際", "結果", "杞憂", "now", "these days", "since then", "eventually", "gradually", "in the end"}

// resolves reports whether a clause says that things have changed.
func (s *scene) resolves(c int) bool {
	cl := &s.clauses[c]
	if cl.from >= cl.to {
		return false
	}
	text := strings.ToLower(s.text[s.words[cl.from].Start:s.words[cl.to-1].End])
	for _, turn := range turns {
		if strings.Contains(text, turn) {
			return true
		}
	}
	return false
}

// Theme is what a comment says of one theme.
type Theme struct {
	Theme   string `json:"theme"`
	Valence string `json:"valence"`
	Cue     string `json:"cue"`
}

// summary ORs the mentions of a comment to its themes, in the order of Themes: of several mentions of one theme the last
// with evidence counts, else the last.
func summary(mentions []Mention) []Theme {
	themes := []Theme{}
	for _, theme := range Themes() {
		var found *Mention
		for i := range mentions {
			m := &mentions[i]
			if m.Theme == theme && (found == nil || m.strong || !found.strong) {
				found = m
			}
		}
		if found != nil {
			themes = append(themes, Theme{theme, found.Valence, found.Cue})
		}
	}
	return themes
}
