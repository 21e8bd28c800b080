package imports

import (
	"slices"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
)

// spells works a row's joining and leaving into the person's spells, and reports whether the person has left by it.
func (s *rosterSync) spells(c *columns, r table.Row, p *koe.Person) (left bool) {
	if !c.has(colJoined) && !c.has(colLeft) && !c.has(colReason) {
		return false
	}
	joined, ok1 := s.date(c, r, colJoined)
	leaving, ok2 := s.date(c, r, colLeft)
	if !ok1 || !ok2 {
		return false
	}
	reason := c.text(r, colReason)
	never := s.never[cell.Fold(reason)]
	last := len(p.Spells) - 1
	if joined.IsZero() {
		switch {
		case last < 0 && roleOf(*p) != "hire":
			return false // a mentor or manager who never was a hire
		case last < 0 || c.has(colJoined):
			s.refuse(c.problem(r, colJoined, say(s.lang, "%s が空です。", "%s is empty", c.written(colJoined))))
			return false
		}
		joined = p.Spells[last].JoinedOn // the file has no joining dates: it speaks of the latest spell
	}
	at := slices.IndexFunc(p.Spells, func(sp koe.Spell) bool { return sp.JoinedOn == joined })
	switch {
	case at >= 0:
	case last < 0, p.Spells[last].Cancelled, !p.Spells[last].LeftOn.IsZero() && joined.After(p.Spells[last].LeftOn):
		if last >= 0 && p.Spells[last].Cancelled && !joined.After(p.Spells[last].JoinedOn) {
			s.refuse(c.problem(r, colJoined, say(s.lang, "%s %s は、取りやめになった前回(%s)より前です。", "%s %s is before the joining that was cancelled (%s)",
				c.written(colJoined), joined, p.Spells[last].JoinedOn)))
			return false
		}
		p.Spells = append(p.Spells, koe.Spell{Number: last + 2, JoinedOn: joined})
		at = last + 1
	default: // the same spell, its joining date corrected
		at = last
		if at > 0 && !p.Spells[at-1].Cancelled && !joined.After(p.Spells[at-1].LeftOn) {
			s.refuse(c.problem(r, colJoined, say(s.lang, "%s %s は、前回の退職日 %s より後ではありません。", "%s %s is not after the leaving date %s of the stay before",
				c.written(colJoined), joined, p.Spells[at-1].LeftOn)))
			return false
		}
		if days := joined.DaysSince(p.Spells[at].JoinedOn); days > 180 {
			s.note(c.problem(r, colJoined, say(s.lang, "%s が %s から %s に訂正されます。再採用であれば、先に退職日を取り込んでください。",
				"%s is corrected from %s to %s; if this is a rehire, import the leaving date first", c.written(colJoined), p.Spells[at].JoinedOn, joined)))
		}
		p.Spells[at].JoinedOn = joined
	}
	spell := &p.Spells[at]
	was := *spell
	if c.has(colLeft) {
		spell.LeftOn = leaving
	}
	if c.has(colReason) {
		spell.LeftReason, spell.Cancelled = reason, never
	}
	if spell.LeftOn.IsZero() && !spell.Cancelled && at < len(p.Spells)-1 {
		s.refuse(c.problem(r, colLeft, say(s.lang, "%s が空ですが、この後に %s からの在籍があります。", "%s is empty, but a later stay begins on %s",
			c.written(colLeft), p.Spells[at+1].JoinedOn)))
		return false
	}
	if !spell.LeftOn.IsZero() && !spell.Cancelled && spell.LeftOn.Before(spell.JoinedOn) {
		s.refuse(c.problem(r, colLeft, say(s.lang, "%s %s が入社日 %s より前です。入社しなかった人は、退職理由を「辞退」にしてください。",
			"%s %s is before the joining date %s; for somebody who never joined, write \"cancelled\" as the reason", c.written(colLeft), spell.LeftOn, spell.JoinedOn)))
		return false
	}
	if at < len(p.Spells)-1 && !spell.Cancelled && !spell.LeftOn.Before(p.Spells[at+1].JoinedOn) {
		s.refuse(c.problem(r, colLeft, say(s.lang, "%s %s が、次の在籍の始まり %s より前ではありません。", "%s %s is not before the next stay, which begins on %s",
			c.written(colLeft), spell.LeftOn, p.Spells[at+1].JoinedOn)))
		return false
	}
	return was.LeftOn.IsZero() && !spell.LeftOn.IsZero() || spell.Cancelled && !was.Cancelled
}

// date reads the date under a column; zero when the cell or the column is empty. ok is false when the row was refused.
func (s *rosterSync) date(c *columns, r table.Row, column string) (d koe.Date, ok bool) {
	text := c.text(r, column)
	if text == "" {
		return koe.Date{}, true
	}
	d, err := cell.Date(text)
	if err != nil {
		s.refuse(c.problem(r, column, badDate(s.lang, c.written(column), text)))
		return d, false
	}
	return d, true
}

// badDate is the reason for refusing a date.
func badDate(lang, column, text string) string {
	return say(lang, "%s「%s」は日付として読めません。2026-04-01、2026年4月1日、令和8年4月1日 のように書いてください。",
		"%s %q cannot be read as a date; write it as 2026-04-01", column, text)
}
