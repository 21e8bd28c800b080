package analysis

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"koe"

	"github.com/duckdb/duckdb-go/v2"
)

// loader writes batches into one building, inside one transaction. What it knows of people and of keys, and shared, is of the
// goroutine that prepares batches (prepare.go) until the last one is written; the rest is of the one that writes.
type loader struct {
	layout   *layout
	conn     *duckdb.Conn
	location *time.Location
	mask     func(string) (string, error) // of free text; several goroutines call it
	fresh    bool                         // the tables were empty when the load began
	open     map[string]*openTable        // what is being appended to
	spare    spareRows
	encoders []*encoder // of responses, one a processor
	shared   *shared

	people    map[koe.PersonKey]*knownPerson
	invited   map[string]int // invitation → spell
	responses keySet         // written by this load
	events    keySet
	touched   map[koe.PersonKey]bool // their responses may have a wrong stay
	changed   map[koe.PersonKey]bool // anything of theirs is new; none in a fresh warehouse
}

// knownPerson is what a load has seen of one person.
type knownPerson struct {
	listed bool // with the stays
	spells []koe.Spell
	used   bool // to find the stay of a response
}

func newLoader(l *layout, conn *duckdb.Conn, src source, fresh bool) *loader {
	return &loader{layout: l, conn: conn, location: src.location, mask: src.mask, fresh: fresh, open: map[string]*openTable{}, shared: newShared(l),
		people: map[koe.PersonKey]*knownPerson{}, invited: map[string]int{}, responses: newKeySet(), events: newKeySet(),
		touched: map[koe.PersonKey]bool{}, changed: map[koe.PersonKey]bool{}}
}

func (in *loader) newEncoder() *encoder {
	return &encoder{layout: in.layout, location: in.location, mask: in.mask, shared: newShared(in.layout)}
}

// person finds what is known of somebody, or begins to know.
func (in *loader) person(key koe.PersonKey) *knownPerson {
	p, ok := in.people[key]
	if !ok {
		p = &knownPerson{}
		in.people[key] = p
	}
	return p
}

// clear deletes the rows with these keys; there may be none.
func (in *loader) clear(ctx context.Context, tableName, keyColumn string, keys []string) error {
	if err := in.listKeys(ctx, keys); err != nil {
		return err
	}
	if !in.fresh {
		if err := in.note(ctx, tableName, keyColumn); err != nil {
			return err
		}
	}
	return execAll(ctx, in.conn, fmt.Sprintf("DELETE FROM %s WHERE %s IN (SELECT key FROM temp.keys)", quote(tableName), quote(keyColumn)))
}

// listKeys fills the temporary table keys.
func (in *loader) listKeys(ctx context.Context, keys []string) error {
	if err := execAll(ctx, in.conn, "CREATE OR REPLACE TEMP TABLE keys (key VARCHAR NOT NULL)"); err != nil {
		return err
	}
	appender, err := duckdb.NewAppender(in.conn, "temp", "main", "keys")
	t := &table{appender: appender, name: "keys", err: err}
	for _, key := range keys {
		t.add(key)
	}
	return t.close()
}

// lastOf keeps the last row of each key, in order.
func lastOf[T any](rows []T, key func(*T) string) ([]T, []string) {
	last := make(map[string]int, len(rows))
	for i := range rows {
		last[key(&rows[i])] = i
	}
	kept, keys := make([]T, 0, len(last)), make([]string, 0, len(last))
	for i := range rows {
		if k := key(&rows[i]); last[k] == i {
			kept, keys = append(kept, rows[i]), append(keys, k)
		}
	}
	return kept, keys
}

// foundStay is the stay of somebody who answered: its number and the quarter in which it began.
type foundStay struct {
	spell  int
	cohort string
}

// stayOf finds the stay of a submission in what this load has seen; when that is not enough the person is marked, and
// finish looks again.
func (in *loader) stayOf(s *koe.Submission) foundStay {
	if s.Person == "" {
		return foundStay{}
	}
	person := in.person(s.Person)
	person.used = true
	invited, sent := in.invited[s.Invitation]
	if !person.listed || (s.Invitation != "" && !sent) {
		in.touched[s.Person] = true
	}
	on := s.DueOn
	if on.IsZero() {
		on = koe.DateOf(s.SubmittedAt.In(in.location))
	}
	spell, cohort := stay(person.spells, invited, on)
	return foundStay{spell, cohort}
}

// stay picks the stay that an answer belongs to: the invitation's; without one the first that was not over on that day,
// else the last.
func stay(spells []koe.Spell, invited int, on koe.Date) (number int, cohort string) {
	if len(spells) == 0 {
		return max(invited, 1), ""
	}
	found := spells[len(spells)-1]
	for _, s := range slices.Backward(spells) {
		if s.Number == invited {
			return s.Number, quarterOf(s.JoinedOn)
		}
		if s.LeftOn.IsZero() || !s.LeftOn.Before(on) {
			found = s
		}
	}
	return found.Number, quarterOf(found.JoinedOn)
}

func moment(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

func nullable[T any](p *T) driver.Value {
	if p == nil {
		return nil
	}
	return *p
}

func joined(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// writeFacts fills the tables that describe the journeys.
func (in *loader) writeFacts(seen map[string]map[string]time.Time) error {
	language := in.layout.settings.Language
	var errs []error
	write := func(name string, each func(j *journeyLayout, add func(...driver.Value))) {
		t := in.appendTo(name)
		for _, j := range in.layout.journeys {
			each(j, t.add)
		}
		errs = append(errs, t.close())
	}
	write("stage", func(j *journeyLayout, add func(...driver.Value)) {
		for i, s := range j.Stages {
			mode := ""
			if survey, ok := j.Survey(s.Survey); ok {
				mode = string(survey.Mode)
			}
			add(j.ID, s.ID, int32(i+1), s.Title.In(language), jsonOf(s.Title), string(s.Audience), s.Anchor, s.Opens.String(), s.Target.String(),
				s.Closes.String(), s.Survey, mode)
		}
	})
	write("question", func(j *journeyLayout, add func(...driver.Value)) {
		for _, q := range j.questions {
			add(j.ID, q.ID, int32(q.position), string(q.Kind), q.Text.In(language), jsonOf(q.Text), q.Role, nullable(q.low), nullable(q.high),
				q.Reverse, nullable(q.favourableFrom), string(q.better), q.Recommend)
		}
	})
	write("option", func(j *journeyLayout, add func(...driver.Value)) {
		for _, q := range j.questions {
			for i, o := range q.Options {
				add(j.ID, q.ID, int32(i+1), o.Value, o.Text.In(language), jsonOf(o.Text))
			}
		}
	})
	write("construct", func(j *journeyLayout, add func(...driver.Value)) {
		for _, c := range j.constructs {
			add(j.ID, c.ID, int32(c.position), c.Title.In(language), jsonOf(c.Title), string(c.Better), c.Trend, int32(len(c.items)), int32(c.needed),
				c.unit, c.steps, nullable(c.low), nullable(c.high))
		}
	})
	write("construct_item", func(j *journeyLayout, add func(...driver.Value)) {
		for _, c := range j.constructs {
			for i, q := range c.items {
				add(j.ID, c.ID, q.ID, int32(i+1), q.Reverse)
			}
		}
	})
	write("measure", func(j *journeyLayout, add func(...driver.Value)) {
		for i, m := range j.Measures {
			add(j.ID, m.ID, int32(i+1), string(m.Owner), m.Title.In(language), jsonOf(m.Title), nonNil(m.Stages), m.Event, nonNil(m.Targets))
		}
	})
	write("hypothesis_seen", func(j *journeyLayout, add func(...driver.Value)) {
		for _, h := range j.Hypotheses {
			add(j.ID, h.ID, h.SHA256, moment(seen[j.ID][h.ID]))
		}
	})
	return joined(errs...)
}

func jsonOf(text koe.Text) string {
	content, _ := json.Marshal(text) // a map of strings always marshals
	return string(content)
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
