package store

import (
	"cmp"
	"context"
	"crypto/subtle"
	"database/sql"
	"slices"
	"strings"
	"time"

	"koe"
)

// languageColumn stands for the respondent's language among the segments, the first thing to be left out.
const languageColumn = "\x00language"

// blur takes from an anonymous submission what would tell whose it is: the hour, the day on which this person's window
// opened (the quarter stays, for the wave), and segments or a language that fewer than minGroup of those asked share.
func (s *Store) blur(ctx context.Context, sub *koe.Submission) error {
	sub.SubmittedAt = s.day(sub.SubmittedAt).In(s.location)
	if sub.Invitation == "" {
		return nil
	}
	if !sub.DueOn.IsZero() {
		sub.DueOn = koe.NewDate(sub.DueOn.Year, (sub.DueOn.Month-1)/3*3+1, 1)
	}
	var own group
	var text, language string
	if _, err := s.main.get(ctx, "submit_segments", []any{sub.Invitation}, &text, &language); err != nil {
		return err
	}
	rows, err := s.main.query(ctx, "submit_population", "", sub.Journey, sub.Stage, sub.Survey, sub.Version)
	asked, err := collect(rows, err, func(rows *sql.Rows) (g group, err error) {
		var segments, language string
		if err := rows.Scan(&segments, &language, &g.size); err != nil {
			return g, err
		}
		return g, g.read(segments, language)
	})
	if err != nil {
		return err
	}
	if err := own.read(text, language); err != nil {
		return err
	}
	kept := coarsen(asked, own.values, hierarchiesOf(asked, s.segments), s.minGroup)
	if kept[languageColumn] != sub.Language {
		sub.Language = ""
	}
	delete(kept, languageColumn)
	sub.Segments = kept
	return nil
}

// group is some of those who were asked, who share these values.
type group struct {
	values map[string]string
	size   int
}

func (g *group) read(segments, language string) error {
	if err := fromJSON(segments, &g.values); err != nil {
		return err
	}
	if language != "" {
		g.values[languageColumn] = language
	}
	return nil
}

// hierarchiesOf gives the hierarchies of the columns, top first, and after them each column that is in none by itself.
func hierarchiesOf(groups []group, columns [][]string) [][]string {
	all := slices.Clone(columns)
	known := map[string]bool{}
	for _, h := range columns {
		for _, column := range h {
			known[column] = true
		}
	}
	var others []string
	for _, g := range groups {
		for column := range g.values {
			if !known[column] {
				known[column] = true
				others = append(others, column)
			}
		}
	}
	slices.Sort(others)
	slices.Reverse(others) // the language last, since what is last is left out first
	for _, column := range others {
		all = append(all, []string{column})
	}
	return all
}

// class is people who are shown alike: by the first depth levels of each hierarchy.
type class struct {
	depth   []int
	values  map[string]string
	size    int
	members []int // indexes of groups
}

func (c *class) name(hierarchies [][]string) string {
	var b strings.Builder
	for i, h := range hierarchies {
		for _, column := range h[:c.depth[i]] {
			b.WriteString(column + "=" + c.values[column] + "\x01")
		}
		b.WriteByte('\x02')
	}
	return b.String()
}

// shown gives the values by which the class is shown.
func (c *class) shown(hierarchies [][]string) map[string]string {
	values := map[string]string{}
	for i, h := range hierarchies {
		for _, column := range h[:c.depth[i]] {
			if v := c.values[column]; v != "" {
				values[column] = v
			}
		}
	}
	return values
}

// within tells whether the people of c would also be shown as d is.
func (c *class) within(d *class, hierarchies [][]string) bool {
	for i, h := range hierarchies {
		if c.depth[i] < d.depth[i] {
			return false
		}
		for _, column := range h[:d.depth[i]] {
			if c.values[column] != d.values[column] {
				return false
			}
		}
	}
	return true
}

// coarsen gives the values by which somebody with these values is shown, so that everybody who was asked is shown like at
// least k people: local recoding, the smallest class first. A class that is too small is shown by one level less, of the hierarchy
// that leaves it among the most people; one that is still too small there takes in the smallest finer class beside it. With fewer than k people in
// all, nothing is shown.
func coarsen(groups []group, own map[string]string, hierarchies [][]string, k int) map[string]string {
	classes := map[string]*class{}
	add := func(c *class) {
		name := c.name(hierarchies)
		if there, ok := classes[name]; ok {
			there.size += c.size
			there.members = append(there.members, c.members...)
			return
		}
		classes[name] = c
	}
	full := make([]int, len(hierarchies))
	for i, h := range hierarchies {
		full[i] = len(h)
	}
	for i, g := range groups {
		add(&class{slices.Clone(full), g.values, g.size, []int{i}})
	}
	for {
		small := smallest(classes, func(c *class) bool { return c.size < k }, hierarchies)
		if small == nil {
			break
		}
		delete(classes, small.name(hierarchies))
		finer := smallest(classes, func(c *class) bool { return c.within(small, hierarchies) }, hierarchies)
		switch {
		case finer != nil:
			delete(classes, finer.name(hierarchies))
			finer.depth = slices.Clone(small.depth)
			add(finer)
		case !small.less(classes, hierarchies):
			return map[string]string{} // everybody together is too few
		}
		add(small)
	}
	for _, c := range classes {
		for _, i := range c.members {
			if equalValues(groups[i].values, own) {
				return c.shown(hierarchies)
			}
		}
	}
	return map[string]string{}
}

func equalValues(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for column, value := range a {
		if b[column] != value {
			return false
		}
	}
	return true
}

// smallest gives the smallest class of a sort; of equal ones the first by name.
func smallest(classes map[string]*class, of func(*class) bool, hierarchies [][]string) *class {
	var best *class
	for _, c := range classes {
		if of(c) && (best == nil || cmp.Or(cmp.Compare(c.size, best.size), strings.Compare(c.name(hierarchies), best.name(hierarchies))) < 0) {
			best = c
		}
	}
	return best
}

// less takes the last level from the hierarchy that leaves the class among the most people; false when none is left.
func (c *class) less(classes map[string]*class, hierarchies [][]string) bool {
	best, most := -1, -1
	for i := range hierarchies {
		if c.depth[i] == 0 {
			continue
		}
		c.depth[i]--
		among := 0
		for _, other := range classes {
			if other.within(c, hierarchies) {
				among += other.size
			}
		}
		c.depth[i]++
		if among >= most {
			best, most = i, among
		}
	}
	if best < 0 {
		return false
	}
	c.depth[best]--
	return true
}

// submitAnonymous writes the answers to an anonymous survey. What ties them to the invitation is the transaction alone;
// the invitation keeps a hash of the submission's id, which the answers do not have.
func (s *Store) submitAnonymous(ctx context.Context, now time.Time, sub koe.Submission) (Receipt, error) {
	invitation, hash := sub.Invitation, hashHex("receipt/"+sub.Invitation+"/"+sub.ID)
	sub.ID, sub.Invitation, sub.Person = "", "", ""
	fresh := newKey()
	c, err := s.contents(sub, fresh)
	if err != nil {
		return Receipt{}, err
	}
	var duplicate bool
	err = s.main.update(ctx, func(tx *tx) error {
		duplicate = false
		n, err := tx.exec("submit_mark_anonymous", invitation, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			receipt, err := receiptOf(tx, invitation)
			if err != nil {
				return err
			}
			if subtle.ConstantTimeCompare([]byte(receipt), []byte(hash)) == 0 {
				return koe.Errorf(koe.Conflict, "this anonymous survey was answered already; anonymous answers cannot be found again and so not be changed")
			}
			duplicate = true
			// The first time may still wait for a standby; a write waits behind it, and the thanks with it.
			_, err = tx.exec("submit_mark_again", invitation)
			return err
		}
		if _, err := insertResponse(tx, sub, c, fresh, "", true); err != nil {
			return err
		}
		_, err = tx.exec("delete_draft", invitation)
		return err
	})
	return Receipt{Version: 1, Duplicate: duplicate}, err
}

// receiptOf gives the receipt that an invitation to an anonymous survey keeps.
func receiptOf(tx *tx, invitation string) (receipt string, err error) {
	var skip [7]string
	_, err = tx.get("submit_invitation", []any{invitation}, &skip[0], &skip[1], &skip[2], &skip[3], &skip[4], new(int), &skip[5], &skip[6], &receipt)
	return receipt, err
}

// Settle lets the feed tell of anonymous answers: of a stage all at once, when at least atLeast of them wait or the last
// of its invitations has closed. So nobody can see in the feed which invitation and which answer came together. It gives
// how many answers were settled.
func (s *Store) Settle(ctx context.Context, now time.Time, atLeast int) (settled int, err error) {
	type group struct {
		journey, stage, survey string
		version, waiting, over int
	}
	scan := func(rows *sql.Rows) (g group, err error) {
		return g, rows.Scan(&g.journey, &g.stage, &g.survey, &g.version, &g.waiting, &g.over)
	}
	today := s.day(now).String()
	rows, err := s.main.query(ctx, "settle_groups", "", today)
	if waiting, err := collect(rows, err, scan); err != nil || len(waiting) == 0 {
		return 0, err // nothing is written when nothing waits
	}
	err = s.main.update(ctx, func(tx *tx) error {
		settled = 0
		rows, err := tx.query("settle_groups", today)
		groups, err := collect(rows, err, scan)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if g.waiting < atLeast && g.over == 0 {
				continue
			}
			n, err := tx.exec("settle_responses", g.journey, g.stage, g.survey, g.version)
			if err != nil {
				return err
			}
			settled += int(n)
			if _, err := tx.exec("settle_invitations", g.journey, g.stage, g.survey, g.version); err != nil {
				return err
			}
		}
		return nil
	})
	return settled, err
}
