package disclosure

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestDecide_NothingSmallCanBeComputed(t *testing.T) {
	for seed := range uint64(worlds(t, 1000)) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 1)), 1)
		for _, k := range []int{5, 10} {
			if found := attack(w, w.publish(k), k); len(found) > 0 {
				t.Fatalf("world %d, k %d: %s", seed, k, strings.Join(found, "\n"))
			}
		}
	}
}

func TestDecide_NothingSmallCanBeComputedFromSixReleases(t *testing.T) {
	for seed := range uint64(worlds(t, 60)) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 2)), 6)
		for _, k := range []int{5, 10} {
			releases := w.publish(k)
			if found := attack(w, releases, k); len(found) > 0 {
				t.Fatalf("world %d, k %d: %s", seed, k, strings.Join(found, "\n"))
			}
		}
	}
}

func worlds(t *testing.T, n int) int {
	if many, err := strconv.Atoi(os.Getenv("KOE_WORLDS")); err == nil {
		return many
	}
	return n
}
