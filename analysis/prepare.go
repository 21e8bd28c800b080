package analysis

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"koe"
)

// prepared is a batch as rows. A batch is read while the one before is made into rows, and that while the one before it is
// being written.
type prepared struct {
	batch *batch
	err   error
	sets  []rowSet
}

// rowSet is what a batch writes to one table, in order: the rows that have one of the keys are deleted first.
type rowSet struct {
	table    string
	keyed    string   // the column of the keys
	keys     []string // of rows that may be in the table already
	width    int      // columns of the table
	blocks   [][]driver.Value
	answerOf *journeyLayout // the journey whose responses these are; nil for other rows
	written  []string       // in a warehouse that is not fresh: the keys of rows that are counted
}

// spareRows keeps what rows were written from, for the next batch.
type spareRows struct {
	lock sync.Mutex
	free map[string][][]driver.Value // by table
}

func (s *spareRows) take(table string) []driver.Value {
	s.lock.Lock()
	defer s.lock.Unlock()
	free := s.free[table]
	if len(free) == 0 {
		return nil
	}
	s.free[table] = free[:len(free)-1]
	return free[len(free)-1]
}

func (s *spareRows) give(table string, values []driver.Value) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.free == nil {
		s.free = map[string][][]driver.Value{}
	}
	s.free[table] = append(s.free[table], values[:0])
}

// fetched is a batch as it comes from the feed.
type fetched struct {
	batch *batch
	err   error
}

// fetch reads batches, from the first on, until there are no more or ctx ends.
func fetch(ctx context.Context, from feed, first *batch) <-chan fetched {
	out := make(chan fetched)
	go func() {
		defer close(out)
		for at := (fetched{batch: first}); ; {
			select {
			case out <- at:
			case <-ctx.Done():
				return
			}
			if at.err != nil || !at.batch.more {
				return
			}
			next, err := from.next(ctx, at.batch.cursor)
			if err != nil {
				err = fmt.Errorf("read the store: %w", err)
			}
			at = fetched{next, err}
		}
	}()
	return out
}

// prepare reads batches, from the first on, and gives their rows, until there are no more or ctx ends.
func (in *loader) prepare(ctx context.Context, from feed, first *batch) <-chan *prepared {
	out := make(chan *prepared, 4)
	batches := fetch(ctx, from, first)
	go func() {
		defer close(out)
		defer func() { // nothing is read any more when out is closed
			for range batches {
			}
		}()
		for b := range batches {
			p := &prepared{err: b.err}
			if b.err == nil {
				p = in.encode(b.batch)
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	return out
}

// encode turns one batch into rows.
func (in *loader) encode(b *batch) *prepared {
	if b.erased > 0 && !in.fresh {
		return &prepared{batch: b} // it will not be written
	}
	p := &prepared{batch: b, sets: slices.Concat(in.personRows(b), in.eventRows(b), in.invitationRows(b))}
	responses, err := in.responseRows(b)
	p.sets, p.err = append(p.sets, responses...), err
	return p
}

// write writes what a batch was made into. In a fresh warehouse rows may wait in open tables: nothing reads them before the
// last batch.
func (in *loader) write(ctx context.Context, p *prepared) error {
	for _, set := range p.sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := in.opened(set.table)
		if len(set.keys) > 0 {
			if err := t.flush(ctx); err != nil {
				return err
			}
			if err := in.clear(ctx, set.table, set.keyed, set.keys); err != nil {
				return err
			}
		}
		for _, rows := range set.blocks {
			if err := t.addAll(ctx, rows, set.width); err != nil {
				return err
			}
			in.spare.give(set.table, rows)
		}
		if in.fresh {
			continue
		}
		if err := t.flush(ctx); err != nil {
			return err
		}
		if len(set.written) > 0 {
			if err := in.noteWritten(ctx, &set); err != nil {
				return err
			}
		}
	}
	return nil
}

// stale gives the keys of rows that may be in a table already.
func (in *loader) stale(keys []string, again func(key string) bool) []string {
	if !in.fresh {
		return keys
	}
	var stale []string
	for _, key := range keys {
		if again(key) {
			stale = append(stale, key)
		}
	}
	return stale
}

func (in *loader) personRows(b *batch) []rowSet {
	people, keys := lastOf(b.people, func(p *koe.Person) string { return string(p.Key) })
	if len(people) == 0 {
		return nil
	}
	stale := in.stale(keys, func(key string) bool { return in.person(koe.PersonKey(key)).listed })
	person := rowSet{table: "person", keyed: "person_key", keys: stale, width: 6 + len(in.layout.segments), blocks: [][]driver.Value{in.spare.take("person")}}
	spell := rowSet{table: "spell", keyed: "person_key", keys: stale, width: 6, blocks: [][]driver.Value{in.spare.take("spell")}}
	share := in.shared
	for i := range people {
		p := &people[i]
		in.change(p.Key)
		known := in.person(p.Key)
		if !in.fresh || known.used {
			in.touched[p.Key] = true
		}
		known.listed = true
		known.spells = slices.DeleteFunc(slices.Clone(p.Spells), func(s koe.Spell) bool { return s.Cancelled })
		var last koe.Spell
		key := driver.Value(string(p.Key))
		for _, s := range known.spells {
			last = s
			spell.blocks[0] = append(spell.blocks[0], key, int32(s.Number), share.day(s.JoinedOn), share.textOrNull(share.quarter(s.JoinedOn)), share.day(s.LeftOn), share.text(s.LeftReason))
		}
		role := p.Role
		if role == "" {
			role = "hire"
		}
		person.blocks[0] = append(person.blocks[0], key, share.text(role), share.day(last.JoinedOn), share.textOrNull(share.quarter(last.JoinedOn)), share.day(last.LeftOn), share.text(last.LeftReason))
		person.blocks[0] = append(person.blocks[0], share.unit(p.Segments).values...)
	}
	return []rowSet{person, spell}
}

func (in *loader) eventRows(b *batch) []rowSet {
	events, keys := lastOf(b.events, func(e *koe.Event) string { return e.ID })
	if len(events) == 0 {
		return nil
	}
	set := rowSet{table: "event", keyed: "event_key", keys: in.stale(keys, in.events.add), width: 6, blocks: [][]driver.Value{in.spare.take("event")}}
	share := in.shared
	for i := range events {
		e := &events[i]
		in.change(e.Person)
		set.blocks[0] = append(set.blocks[0], string(e.Person), share.text(e.Kind), share.day(e.On), share.text(string(e.Related)), e.Detail, e.ID)
	}
	return []rowSet{set}
}

func (in *loader) invitationRows(b *batch) []rowSet {
	invitations, keys := lastOf(b.invitations, func(i *koe.Invitation) string { return i.Key })
	if len(invitations) == 0 {
		return nil
	}
	again := func(key string) bool { _, again := in.invited[key]; return again }
	set := rowSet{table: "invitation", keyed: "invitation_key", keys: in.stale(keys, again), width: 13 + len(in.layout.segments), blocks: [][]driver.Value{in.spare.take("invitation")}}
	if !in.fresh {
		set.written = keys
	}
	share := in.shared
	for i := range invitations {
		v := &invitations[i]
		in.invited[v.Key] = v.Spell
		in.change(v.Person)
		if !in.fresh || in.person(v.Person).used {
			in.touched[v.Person] = true
		}
		wave, unit := share.quarter(v.DueOn), share.unit(v.Segments)
		set.blocks[0] = append(set.blocks[0], v.Key, string(v.Person), share.text(v.Journey), share.text(v.Stage), share.day(v.DueOn), moment(v.SentAt), share.day(v.ClosesOn), share.text(string(v.Status)))
		set.blocks[0] = append(set.blocks[0], unit.values...)
		set.blocks[0] = append(set.blocks[0], share.text(wave), int32(v.Spell), share.text(string(v.Subject)), int32(v.Occurrence), cellOf(v.Journey, v.Stage, wave, unit.members))
	}
	return []rowSet{set}
}

func (in *loader) responseRows(b *batch) ([]rowSet, error) {
	submissions, keys := lastOf(b.submissions, func(s *koe.Submission) string { return s.Response })
	if len(submissions) == 0 {
		return nil, nil
	}
	// Anonymous responses lie in the order of their random keys, which says nothing.
	slices.SortStableFunc(submissions, func(x, y koe.Submission) int {
		if x.Mode != koe.Anonymous || y.Mode != koe.Anonymous {
			return 0
		}
		return strings.Compare(x.Response, y.Response)
	})
	stays := make([]foundStay, len(submissions))
	for i := range submissions {
		in.change(submissions[i].Person)
		stays[i] = in.stayOf(&submissions[i])
	}
	blocks, err := in.encodeAll(submissions, stays)
	if err != nil {
		return nil, err
	}
	stale := in.stale(keys, in.responses.add)
	sets := make([]rowSet, 0, 1+len(in.layout.journeys))
	for n, journey := range in.layout.journeys {
		wide := rowSet{table: journey.table, keyed: "response_key", keys: stale, width: journey.width}
		if !in.fresh {
			wide.answerOf, wide.written = journey, keys
		}
		for i := range blocks {
			wide.blocks = append(wide.blocks, blocks[i].wide[n])
		}
		sets = append(sets, wide)
	}
	apart := rowSet{table: "answer_apart", keyed: "response_key", keys: stale, width: apartWidth}
	for i := range blocks {
		apart.blocks = append(apart.blocks, blocks[i].rest)
	}
	return append(sets, apart), nil
}

// responseBlock is what some responses of a batch become.
type responseBlock struct {
	wide [][]driver.Value // by journey
	rest []driver.Value   // rows of answer_apart
}

// encodeAll encodes responses on all processors, and gives them in their order.
func (in *loader) encodeAll(submissions []koe.Submission, stays []foundStay) ([]responseBlock, error) {
	const atOnce = 256 // responses of a block
	blocks := make([]responseBlock, (len(submissions)+atOnce-1)/atOnce)
	for len(in.encoders) < min(runtime.GOMAXPROCS(0), len(blocks)) {
		in.encoders = append(in.encoders, in.newEncoder())
	}
	errs := make([]error, min(len(in.encoders), len(blocks)))
	var next atomic.Int64
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(blocks) && errs[w] == nil; i = int(next.Add(1)) - 1 {
				from, to := i*atOnce, min((i+1)*atOnce, len(submissions))
				blocks[i], errs[w] = in.encodeBlock(in.encoders[w], submissions[from:to], stays[from:to])
			}
		})
	}
	workers.Wait()
	return blocks, errors.Join(errs...)
}

func (in *loader) encodeBlock(e *encoder, submissions []koe.Submission, stays []foundStay) (responseBlock, error) {
	b := responseBlock{wide: make([][]driver.Value, len(in.layout.journeys))}
	e.rest = in.spare.take("answer_apart")
	for n, journey := range in.layout.journeys {
		rows := in.spare.take(journey.table)
		for i := range submissions {
			if s := &submissions[i]; s.Journey == journey.ID {
				rows = e.encode(rows, journey, s, stays[i])
			}
		}
		b.wide[n] = rows
	}
	b.rest = e.rest
	return b, e.err
}
