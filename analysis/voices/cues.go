package voices

import "strings"

// hit is a rule whose cue stands in a clause.
type hit struct {
	rule     *Rule
	from, to int // the cue's words
	required int // the required word, −1 for none
	label    string
}

// anchor is the last word of the hit: what follows it is said of it.
func (h *hit) anchor() int { return max(h.to-1, h.required) }

// hits finds the rules that fire in a clause.
func (s *scene) hits(c *clause, evidence bool) []hit {
	var found []hit
	try := func(rule, from, to int, cue string) {
		r := &s.table.rules[rule]
		if (r.Theme[0] == '@') != evidence {
			return
		}
		h := hit{rule: r, from: from, to: to, required: -1, label: cue}
		for i := range found {
			if found[i].rule == r && found[i].from <= from && found[i].to >= to {
				return // found by a longer word of the same rule, or by another form of the same
			}
		}
		if s.complete(c, &h) {
			found = append(found, h)
		}
	}
	for i := c.from; i < c.to; i++ {
		m := &s.words[i]
		for _, rule := range s.table.exact[m.Base] {
			try(rule, i, i+1, m.Base)
		}
		if m.Surface != m.Base {
			for _, rule := range s.table.exact[m.Surface] {
				if !containsExact(s.table.rules[rule].cues, m.Base) {
					try(rule, i, i+1, m.Surface)
				}
			}
		}
		for to := i + 2; to <= min(i+4, c.to); to++ { // words of a cue that the dictionary splits
			last := &s.words[to-1]
			if last.Start != s.words[to-2].End {
				break
			}
			for _, rule := range s.table.exact[s.text[m.Start:last.Start]+last.Base] {
				try(rule, i, to, s.text[m.Start:last.Start]+last.Base)
			}
		}
		for _, rule := range s.table.loose {
			for _, p := range s.table.rules[rule].cues {
				if p.mode != exactly && p.mode != literally && p.matches(m) {
					try(rule, i, i+1, p.text)
					break
				}
			}
		}
	}
	if c.from < c.to {
		start, end := s.words[c.from].Start, s.words[c.to-1].End
		for _, l := range s.table.literals {
			for from := start; ; {
				i := strings.Index(s.text[from:end], l.text)
				if i < 0 {
					break
				}
				at := from + i
				first, behind := s.span(c, at, at+len(l.text))
				try(l.rule, first, behind, l.text)
				from = at + len(l.text)
			}
		}
	}
	return found
}

func containsExact(list []pattern, text string) bool {
	for _, p := range list {
		if p.mode == exactly && p.text == text {
			return true
		}
	}
	return false
}

// span gives the words of a clause that a stretch of the text touches.
func (s *scene) span(c *clause, start, end int) (from, to int) {
	from, to = c.to-1, c.from+1
	for i := c.from; i < c.to; i++ {
		if s.words[i].End > start && i < from {
			from = i
		}
		if s.words[i].Start < end {
			to = i + 1
		}
	}
	return from, max(to, from+1)
}

// farthest is how many content words may stand between a cue and what it requires (METHOD 6.2).
const farthest = 6

// complete looks for what a rule requires and for what blocks it.
func (s *scene) complete(c *clause, h *hit) bool {
	if len(h.rule.blocks) > 0 {
		p := c.partOf(h.from)
		for i := p.from; i < p.to; i++ {
			if (i < h.from || i >= h.to) && anyMatches(h.rule.blocks, &s.words[i]) {
				return false
			}
		}
		if s.saysLiterally(h.rule.blocks, p.from, p.to) >= 0 {
			return false
		}
	}
	if len(h.rule.requires) == 0 {
		return true
	}
	best, distance := -1, farthest+1
	for i := c.from; i < c.to; i++ {
		if i >= h.from && i < h.to || !anyMatches(h.rule.requires, &s.words[i]) {
			continue
		}
		if d := s.distance(h, i); d < distance || d == distance && i > h.from && best < h.from {
			best, distance = i, d
		}
	}
	if best < 0 {
		if best = s.saysLiterally(h.rule.requires, c.from, c.to); best < 0 || s.distance(h, best) > farthest {
			return false
		}
	}
	h.required = best
	if best < h.from {
		h.label = s.words[best].Base + "+" + h.label
	} else {
		h.label += "+" + s.words[best].Base
	}
	return true
}

// distance counts the content words between a hit's cue and another word.
func (s *scene) distance(h *hit, at int) int {
	from, to := h.to, at
	if at < h.from {
		from, to = at+1, h.from
	}
	n := 0
	for i := from; i < to; i++ {
		if s.grammar.content(&s.words[i]) {
			n++
		}
	}
	return n
}

// saysLiterally gives the last word of a literal pattern that stands in a stretch of words, −1 when none does.
func (s *scene) saysLiterally(list []pattern, from, to int) int {
	if from >= to {
		return -1
	}
	start, end := s.words[from].Start, s.words[to-1].End
	for _, p := range list {
		if p.mode != literally {
			continue
		}
		if i := strings.Index(s.text[start:end], p.text); i >= 0 {
			stop := start + i + len(p.text)
			for w := to - 1; w >= from; w-- {
				if s.words[w].Start < stop {
					return w
				}
			}
		}
	}
	return -1
}

func anyMatches(list []pattern, m *Morpheme) bool {
	for _, p := range list {
		if p.matches(m) {
			return true
		}
	}
	return false
}
