package store

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestPace_SomebodyAloneWaitsForNobody(t *testing.T) {
	var p pace
	for range 3 {
		if wait := p.patience(1, 0); wait != 0 {
			t.Errorf("one who sends again and again waits %s", wait)
		}
		p.committed(1, 3*time.Millisecond)
	}
}

func TestPace_WhileOthersComeAGroupIsOpenForAsLongAsACommitTakes(t *testing.T) {
	var p pace
	p.committed(20, 3*time.Millisecond)
	for open, want := range map[time.Duration]time.Duration{0: 3 * time.Millisecond, time.Millisecond: 2 * time.Millisecond, 4 * time.Millisecond: 0} {
		if wait := p.patience(1, open); wait != want {
			t.Errorf("open for %s it waits %s more, want %s", open, wait, want)
		}
	}
	for range 100 {
		p.committed(20, time.Second) // a disk that has grown slow
	}
	if wait := p.patience(1, 0); wait != paceMost {
		t.Errorf("on a slow disk it waits %s", wait)
	}
	p.committed(1, time.Second)
	p.committed(1, time.Second)
	if wait := p.patience(1, 0); wait != 0 {
		t.Errorf("after the others have gone it waits %s", wait)
	}
}

// Callers that come one by one while the disk works share its next commit instead of each having one.
func TestWriter_CallersWhoComeCloseTogetherShareCommits(t *testing.T) {
	s := openTest(t)
	before := 0
	if _, err := s.main.get(t.Context(), "horizon", nil, &before); err != nil {
		t.Fatal(err)
	}
	const clients, each = 16, 20
	var callers sync.WaitGroup
	for c := range clients {
		callers.Go(func() {
			for i := range each {
				if err := s.main.update(t.Context(), put(fmt.Sprint("row", c, " ", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	after := 0
	if _, err := s.main.get(t.Context(), "horizon", nil, &after); err != nil {
		t.Fatal(err)
	}
	if commits := after - before; commits > clients*each/3 {
		t.Errorf("%d commits for %d writes of %d callers", commits, clients*each, clients)
	}
}
