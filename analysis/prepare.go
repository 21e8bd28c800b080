package analysis

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"koe"
)

// prepared is a batch as rows: the next one is read and encoded while this one is being written.
type prepared struct {
	batch *batch
	err   error
	sets  []rowSet
}

// rowSet is what a batch writes to one table, in order: the rows that have one of the keys are deleted first.
type rowSet struct {
	table    string
	keyed    string // the column of the keys
	keys     []string
	rows     [][]driver.Value
	answerOf *journeyLayout // the journey whose responses these are; nil for other rows
}

// prepare reads batches, from the first on, and gives their rows, until there are no more or ctx ends.
func (in *loader) prepare(ctx context.Context, from feed, first *batch) <-chan *prepared {
	out := make(chan *prepared, 1)
	go func() {
		defer close(out)
		for at := first; ; {
			p := in.encode(at)
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if !at.more || p.err != nil {
				return
			}
			next, err := from.next(ctx, at.cursor)
			if err != nil {
				select {
				case out <- &prepared{err: fmt.Errorf("read the store: %w", err)}:
				case <-ctx.Done():
				}
				return
			}
			at = next
		}
	}()
	return out
}

// encode turns one batch into rows.
func (in *loader) encode(b *batch) *prepared {
	if b.erased > 0 && !in.fresh {
		return &prepared{batch: b} // it will not be written
	}
	p := &prepared{batch: b, sets: slices.Concat(in.people(b), in.events(b), in.invitations(b), in.submissions(b))}
	p.err = in.encoder.err
	return p
}

// write writes what a batch was made into.
func (in *loader) write(ctx context.Context, p *prepared) error {
	for _, set := range p.sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := in.clear(ctx, set.table, set.keyed, set.keys); err != nil {
			return err
		}
		t := in.appendTo(set.table)
		for _, row := range set.rows {
			t.add(row...)
		}
		if err := t.close(); err != nil {
			return err
		}
		if set.answerOf != nil && !in.fresh {
			if err := in.noteAnswers(ctx, set.answerOf, set.keys); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *loader) people(b *batch) []rowSet {
	people, keys := lastOf(b.people, func(p *koe.Person) string { return string(p.Key) })
	if len(people) == 0 {
		return nil
	}
	person := rowSet{table: "person", keyed: "person_key", keys: keys, rows: make([][]driver.Value, 0, len(people))}
	spell := rowSet{table: "spell", keyed: "person_key", keys: keys, rows: make([][]driver.Value, 0, len(people))}
	for i := range people {
		p := &people[i]
		in.change(p.Key)
		if !in.fresh || in.used[p.Key] {
			in.touched[p.Key] = true
		}
		spells := slices.DeleteFunc(slices.Clone(p.Spells), func(s koe.Spell) bool { return s.Cancelled })
		in.spells[p.Key] = spells
		var last koe.Spell
		key := driver.Value(string(p.Key))
		for _, s := range spells {
			last = s
			spell.rows = append(spell.rows, []driver.Value{key, int32(s.Number), day(s.JoinedOn), orNull(quarterOf(s.JoinedOn)), day(s.LeftOn), s.LeftReason})
		}
		role := p.Role
		if role == "" {
			role = "hire"
		}
		row := append(make([]driver.Value, 0, 6+len(in.layout.segments)), key, role, day(last.JoinedOn), orNull(quarterOf(last.JoinedOn)), day(last.LeftOn), last.LeftReason)
		for _, member := range in.layout.members(p.Segments) {
			row = append(row, member)
		}
		person.rows = append(person.rows, row)
	}
	return []rowSet{person, spell}
}

func (in *loader) events(b *batch) []rowSet {
	events, keys := lastOf(b.events, func(e *koe.Event) string { return e.ID })
	if len(events) == 0 {
		return nil
	}
	set := rowSet{table: "event", keyed: "event_key", keys: keys, rows: make([][]driver.Value, 0, len(events))}
	for _, e := range events {
		in.change(e.Person)
		set.rows = append(set.rows, []driver.Value{string(e.Person), e.Kind, day(e.On), string(e.Related), e.Detail, e.ID})
	}
	return []rowSet{set}
}

func (in *loader) invitations(b *batch) []rowSet {
	invitations, keys := lastOf(b.invitations, func(i *koe.Invitation) string { return i.Key })
	if len(invitations) == 0 {
		return nil
	}
	set := rowSet{table: "invitation", keyed: "invitation_key", keys: keys, rows: make([][]driver.Value, 0, len(invitations))}
	for i := range invitations {
		v := &invitations[i]
		in.invited[v.Key] = v.Spell
		in.change(v.Person)
		if !in.fresh || in.used[v.Person] {
			in.touched[v.Person] = true
		}
		wave, members := quarterOf(v.DueOn), in.layout.members(v.Segments)
		row := append(make([]driver.Value, 0, 13+len(members)), v.Key, string(v.Person), v.Journey, v.Stage, day(v.DueOn), moment(v.SentAt), day(v.ClosesOn), string(v.Status))
		for _, member := range members {
			row = append(row, member)
		}
		set.rows = append(set.rows, append(row, wave, int32(v.Spell), string(v.Subject), int32(v.Occurrence), cellOf(v.Journey, v.Stage, wave, members)))
	}
	return []rowSet{set}
}

func (in *loader) submissions(b *batch) []rowSet {
	submissions, keys := lastOf(b.submissions, func(s *koe.Submission) string { return s.Response })
	if len(submissions) == 0 {
		return nil
	}
	// Anonymous responses lie in the order of their random keys, which says nothing.
	slices.SortStableFunc(submissions, func(x, y koe.Submission) int {
		if x.Mode != koe.Anonymous || y.Mode != koe.Anonymous {
			return 0
		}
		return strings.Compare(x.Response, y.Response)
	})
	apart := rowSet{table: "answer_apart", keyed: "response_key", keys: keys}
	sets := make([]rowSet, 0, 1+len(in.layout.journeys))
	for _, journey := range in.layout.journeys {
		wide := rowSet{table: journey.table, keyed: "response_key", keys: keys, answerOf: journey}
		var slab []driver.Value
		for i := range submissions {
			s := &submissions[i]
			if s.Journey != journey.ID {
				continue
			}
			in.change(s.Person)
			spell, cohort := in.stayOf(s)
			row, rest := in.encoder.encode(journey, s, spell, cohort)
			if len(slab) < len(row) {
				slab = make([]driver.Value, len(row)*min(256, len(submissions)-i))
			}
			wide.rows = append(wide.rows, slab[:copy(slab, row):len(row)])
			slab = slab[len(row):]
			for _, a := range rest {
				apart.rows = append(apart.rows, []driver.Value{s.Response, s.Journey, s.Stage, a.question, a.position, nullable(a.value), nullable(a.choice), nullable(a.text), nullable(a.missing)})
			}
		}
		sets = append(sets, wide)
	}
	return append(sets, apart)
}
