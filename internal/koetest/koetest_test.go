package koetest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"koe"
	"koe/internal/koetest"
	"koe/store"
)

func TestCohort_IsTheSameEachTime(t *testing.T) {
	if d := cmp.Diff(koetest.Cohort(200), koetest.Cohort(200)); d != "" {
		t.Error(d)
	}
}

func TestSeed_IsInTheStore(t *testing.T) {
	s := koetest.Store(t)
	want := koetest.Seed(t, s, 100)
	got, err := s.People(t.Context(), store.WithVault)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(koe.Person{}, "AddedAt")); d != "" {
		t.Error(d)
	}
	events, err := s.Events(t.Context())
	if err != nil || len(events) != 10 {
		t.Errorf("%d mentors assigned, want 10; %v", len(events), err)
	}
}

func TestClock_StandsUntilMoved(t *testing.T) {
	c := koetest.NewClock()
	if !c.Now().Equal(c.Now()) {
		t.Error("the clock moves by itself")
	}
	c.Add(time.Hour)
	if want := koetest.Now().Add(time.Hour); !c.Now().Equal(want) {
		t.Errorf("got %v, want %v", c.Now(), want)
	}
}
