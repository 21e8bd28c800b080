package form_test

import (
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"koe/collector/form"
	"koe/internal/koetest/pgtest"
	"koe/journey"
	"koe/store"
)

// The PostgreSQL primary is killed (SIGKILL to all its processes) again and again while people send. Each time its synchronous
// standby is promoted, what is left of it becomes the standby of that, and the collector finds the server that takes
// writes by itself. Whoever was thanked has exactly one submission in the end. KOE_KILLS sets how often.
func TestFailover_NoThankedSubmissionIsLostAndNoneIsDoubled(t *testing.T) {
	kills := killsOr(20)
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "house"), os.DirFS("testdata/house")))
	space, problems := journey.Open(filepath.Join(dir, "house"))
	if len(problems.Serious()) > 0 {
		t.Fatal(problems)
	}
	primary := pgtest.Start(t, "fsync=off") // it is the processes that die, not the machine under them
	database := strings.TrimPrefix(strings.SplitN(primary.Database(t), "?", 2)[0], "postgres://koe@/")
	standby := primary.Standby(t)
	cfg := store.Config{DSN: pgtest.DSNOf(database, primary, standby), Key: store.NewKey(), Location: space.Location}
	s, err := store.Open(t.Context(), cfg)
	must(t, err)
	defer s.Close()
	w := &world{t: t, store: s, space: space, clock: at()}
	invitations, tokens := inviteMany(t, w, 60*(kills+1))
	served := form.Config{Store: s, Workspace: space, Now: at}
	unlimited(&served)
	server := httptest.NewServer(form.New(served))
	defer server.Close()

	c := startCrowd(t, tokens)
	defer c.stop()
	c.address.Store(&server.URL)
	for killed := range kills {
		if !c.thank(1 + rand.IntN(40)) {
			t.Fatalf("only %d kills before everybody had answered", killed)
		}
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		primary.Kill(t)
		standby.Promote(t)
		primary.Follow(t, standby)
		primary, standby = standby, primary
	}
	c.thank(len(tokens))
	again, err := store.Open(t.Context(), cfg)
	must(t, err)
	defer again.Close()
	checkThanked(t, again, invitations, c.thanked.Load())
	t.Logf("%d kills, %d thanked, %d tries again", kills, c.thanked.Load(), c.retries.Load())
}
