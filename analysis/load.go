package analysis

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"koe"
	"koe/analysis/voices"
	"koe/store"

	"github.com/duckdb/duckdb-go/v2"
)

// source is what a warehouse is built from.
type source struct {
	settings *koe.Settings
	journeys []*koe.Journey
	location *time.Location
	feed     feed
	mask     func(string) (string, error)                // of free text; several goroutines call it
	ready    func()                                      // makes mask ready for its first text, which takes a while; may be nil
	progress func(done int)                              // rows read so far; may be nil
	seen     map[string]map[string]time.Time             // when each hypothesis of each journey was first seen
	voices   *voices.Voices                              // reads free text; nil: texts are not read
	reviews  []store.Review                              // what people decided about comments
	mute     bool                                        // the vault is not open: there are no texts
	ledger   func(context.Context) (store.Ledger, error) // of releases; nil: there are none
	released string                                      // state of that ledger
	hold     []Figure                                    // not to be published, besides what is held already
	held     *int                                        // counts those that were not
}

// feed gives what changed in the store since a cursor, oldest first. A row that changes later comes again.
type feed interface {
	next(ctx context.Context, cursor string) (*batch, error)
}

// batch is one piece of the feed.
type batch struct {
	people      []koe.Person
	events      []koe.Event
	invitations []koe.Invitation
	submissions []koe.Submission
	erased      int // rows that are gone: the warehouse is then built anew, so that no byte of them stays
	cursor      string
	more        bool
}

func (b *batch) rows() int {
	return len(b.people) + len(b.events) + len(b.invitations) + len(b.submissions)
}

// LoadResult says what a load did.
type LoadResult struct {
	Version     int      `json:"version"` // number of the new version; 0 when nothing was new
	Rebuilt     bool     `json:"rebuilt"` // from nothing, and not from a copy of the last
	Reason      string   `json:"reason,omitempty"`
	People      int      `json:"people"`
	Events      int      `json:"events"`
	Invitations int      `json:"invitations"`
	Submissions int      `json:"submissions"`
	Erased      int      `json:"erased"`
	Warnings    []string `json:"warnings,omitempty"`
}

// Why a load begins again, from nothing.
var (
	errErased     = errors.New("rows were erased")
	errOtherStore = errors.New("the store is another one, or was restored from a backup")
)

// textsMissing is what about says of texts after a load without the vault.
const textsMissing = "missing"

// load brings the warehouse at a site up to date.
func load(ctx context.Context, at *site, src source, rebuild bool) (result LoadResult, err error) {
	unlock, err := at.lock(ctx)
	if err != nil {
		return result, err
	}
	defer unlock()
	l := newLayout(src.settings, src.journeys)
	base, reason, warning := at.current(), "", ""
	var last *opened // of which this is to be the next version; nil: it is made from nothing
	var decided bool
	damaged := func(err error) {
		reason, warning = "the last one did not open", fmt.Sprintf("the warehouse %s does not open and is rebuilt from the store: %v", at.published, err)
	}
	switch {
	case rebuild:
		reason = "asked for"
	case base == "":
		reason = "there was none"
	default:
		opened, err := open(ctx, base)
		if ctx.Err() != nil {
			return result, errors.Join(ctx.Err(), opened.close())
		}
		defer func() { _ = opened.close() }() // nothing was written to it
		switch {
		case err != nil:
			damaged(err)
		case opened.about["texts"] == textsMissing && !src.mute:
			reason = "comments were missing while the vault key was gone"
		case opened.about["layout"] != l.hash():
			reason = "the journeys or the segments changed"
		default:
			last, decided = opened, opened.about["reviews"] != reviewState(src.reviews) || opened.about["ledger"] != src.released
		}
	}
	// What the rows of a load took would stay with the process for minutes, beside what an analysis needs next (koe run).
	defer debug.FreeOSMemory()
	result, err = loadFrom(ctx, at, l, src, last, reason, decided)
	if errors.Is(err, errDamaged) {
		damaged(err)
		result, err = loadFrom(ctx, at, l, src, nil, reason, false)
	}
	if errors.Is(err, errErased) || errors.Is(err, errOtherStore) {
		erased := result.Erased
		result, err = loadFrom(ctx, at, l, src, nil, err.Error(), false)
		result.Erased = erased
		if err == nil && erased > 0 {
			err = at.purge() // what is gone must not stay in a version of yesterday
		}
	}
	if warning != "" {
		result.Warnings = append(result.Warnings, warning)
	}
	return result, err
}

// loadFrom makes one version: from the last one and the cursor in it or, with a reason, from nothing. Decided says that people
// have decided something about comments since, or released something.
func loadFrom(ctx context.Context, at *site, l *layout, src source, last *opened, reason string, decided bool) (result LoadResult, err error) {
	result.Rebuilt, result.Reason = last == nil, reason
	cursor := ""
	if last != nil {
		cursor = last.cursor
	}
	first, err := src.feed.next(ctx, cursor)
	if err != nil {
		return result, fmt.Errorf("read the store: %w", err)
	}
	if !result.Rebuilt && !decided && first.rows() == 0 && first.erased == 0 && !first.more {
		return result, last.check(ctx)
	}
	base := ""
	if last != nil {
		base = last.path
	}
	build, err := at.begin(ctx, base)
	if err != nil {
		return result, last.damaged(ctx, err)
	}
	defer func() {
		if err != nil {
			build.abandon()
		}
	}()
	if last != nil {
		if err := build.leaveGaps(ctx); err != nil {
			return result, err
		}
	}
	if err := build.fill(ctx, l, src, first, &result); err != nil {
		if errors.Is(err, errErased) || errors.Is(err, errOtherStore) {
			return result, err
		}
		return result, last.damaged(ctx, err)
	}
	if err := build.publish(ctx); err != nil {
		return result, last.damaged(ctx, err)
	}
	result.Version = build.number
	return result, nil
}

// fill writes the batches, from the first on, and the cursor behind them in one transaction.
func (b *building) fill(ctx context.Context, l *layout, src source, first *batch, result *LoadResult) error {
	return b.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		if err := execAll(ctx, conn, "BEGIN TRANSACTION"); err != nil {
			return err
		}
		in := newLoader(l, conn, src, result.Rebuilt)
		if in.fresh {
			if err := in.create(ctx, src.seen); err != nil {
				return err
			}
			// The other processors make the rows. DuckDB's own would only wait for them, and busily.
			if err := execAll(ctx, conn, "SET threads = 1"); err != nil {
				return err
			}
		}
		if in.fresh && src.ready != nil && l.hasTexts() {
			var readying sync.WaitGroup
			readying.Go(src.ready) // while people and invitations are being read
			defer readying.Wait()
		}
		preparing, stop := context.WithCancel(ctx)
		batches := in.prepare(preparing, src.feed, first)
		defer func() { // nothing is prepared any more when this returns, and no table is open
			stop()
			for range batches {
			}
			in.dropTables()
		}()
		done := 0
		var last *batch
		for next := range batches {
			if next.err != nil {
				return next.err
			}
			if last = next.batch; last.erased > 0 && !in.fresh {
				result.Erased += last.erased
				return errErased
			}
			if err := in.write(ctx, next); err != nil {
				return err
			}
			result.People += len(last.people)
			result.Events += len(last.events)
			result.Invitations += len(last.invitations)
			result.Submissions += len(last.submissions)
			done += last.rows()
			if src.progress != nil {
				src.progress(done)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := in.closeTables(); err != nil {
			return err
		}
		if err := execAll(ctx, conn, "RESET threads"); err != nil {
			return err
		}
		if err := in.reviews(ctx, src.reviews); err != nil {
			return err
		}
		if err := in.releases(ctx, src); err != nil {
			return err
		}
		if src.mute {
			if err := in.setAbout(ctx, "texts", textsMissing); err != nil {
				return err
			}
		}
		if err := in.finish(ctx, last.cursor); err != nil {
			return err
		}
		return execAll(ctx, conn, "COMMIT")
	})
}

// execAll runs statements on a driver connection.
func execAll(ctx context.Context, conn *duckdb.Conn, statements string, args ...driver.NamedValue) error {
	if _, err := conn.ExecContext(ctx, statements, args); err != nil {
		line := statements
		if len(line) > 200 {
			line = line[:200] + "…"
		}
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}

// create makes the tables and fills those that describe the journeys.
func (in *loader) create(ctx context.Context, seen map[string]map[string]time.Time) error {
	if err := execAll(ctx, in.conn, in.layout.ddl()); err != nil {
		return err
	}
	l, s := in.layout, in.layout.settings
	for fact, value := range map[string]any{
		"layout": l.hash(), "organization": s.Organization, "language": s.Language, "timezone": s.Timezone, "segments": s.Segments,
	} {
		if err := in.setAbout(ctx, fact, value); err != nil {
			return err
		}
	}
	return in.writeFacts(seen)
}

// setAbout puts one fact into about; values that are not text become JSON.
func (in *loader) setAbout(ctx context.Context, fact string, value any) error {
	text, ok := value.(string)
	if !ok {
		content, err := json.Marshal(value)
		if err != nil {
			return err
		}
		text = string(content)
	}
	if err := execAll(ctx, in.conn, "DELETE FROM about WHERE fact = "+literal(fact)); err != nil {
		return err
	}
	return execAll(ctx, in.conn, fmt.Sprintf("INSERT INTO about VALUES (%s, %s)", literal(fact), literal(text)))
}
