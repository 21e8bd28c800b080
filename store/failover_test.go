package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/internal/koetest/pgtest"
	"koe/store"
)

// TestFailover_NoThankedSubmissionIsLost takes the PostgreSQL primary away under load and promotes its synchronous standby.
func TestFailover_NoThankedSubmissionIsLost(t *testing.T) {
	primary := pgtest.Start(t)
	address := primary.Database(t)
	database := strings.TrimPrefix(strings.SplitN(address, "?", 2)[0], "postgres://koe@/")
	standby := primary.Standby(t)
	cfg := store.Config{DSN: pgtest.DSNOf(database, primary, standby), Key: store.NewKey()}
	w := openWorld(t, cfg)
	killed(t, w)
	receipts := thanks(t, cfg, "failover", 300*time.Millisecond, func() { primary.Kill(t) })
	standby.Promote(t)
	primary.Follow(t, standby)                 // a commit is one when two have it
	s := must(store.Open(t.Context(), cfg))(t) // the same address: the host that takes writes is the other now
	defer s.Close()
	checkReceipts(t, s, receipts)
	if len(receipts) == 0 {
		t.Error("nothing was thanked for before the primary went")
	}
	inv := must(s.Invitations(t.Context(), store.InvitationFilter{}))(t)[0]
	must(s.Submit(t.Context(), at, submission("after", inv)))(t)
}

// TestFailover_WhatWaitsForTheStandbyIsNeitherSeenNorThankedFor takes the standby away: a commit then waits for another one. Nobody may
// see it meanwhile, since it goes when the primary goes; and whoever tries again may not be told that it is there already.
func TestFailover_WhatWaitsForTheStandbyIsNeitherSeenNorThankedFor(t *testing.T) {
	primary := pgtest.Start(t)
	standby := primary.Standby(t)
	w := openWorld(t, store.Config{DSN: primary.Database(t), Key: store.NewKey()})
	people := saved(t, w.Store)
	created := must(w.CreateInvitations(t.Context(), at, []koe.Invitation{
		invitation(t, people[0], "m3", koe.Confidential), invitation(t, people[1], "m3", koe.Anonymous)}))(t)
	standby.Kill(t)
	unthanked := func() {
		t.Helper()
		for _, inv := range created {
			ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
			_, err := w.Submit(ctx, at, submission("s"+inv.Key, inv))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: thanked for what only one server has: %v", inv.Mode, err)
			}
		}
	}
	for range 2 {
		unthanked()
		if seen := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t); len(seen) != 0 {
			t.Errorf("seen before it is on both: %+v", seen)
		}
	}
	// Whoever looks after the server can end the waiting; then it is seen, but still on one server only.
	primary.Exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
	unthanked()
	standby.Follow(t, primary)
	for _, inv := range created {
		must(w.Submit(t.Context(), at, submission("s"+inv.Key, inv)))(t)
	}
	if all := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t); len(all) != 2 {
		t.Errorf("%d submissions of two", len(all))
	}
}
