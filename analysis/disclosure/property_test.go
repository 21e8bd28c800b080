package disclosure

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// worlds says which random worlds a test tries: KOE_WORLDS ("1000" or "200-300"), or what fits into every run.
func worlds(t *testing.T, usual uint64) (out []uint64) {
	t.Helper()
	from, to := uint64(0), usual
	if text := os.Getenv("KOE_WORLDS"); text != "" {
		first, last, both := strings.Cut(text, "-")
		if !both {
			first, last = "0", first
		}
		var err1, err2 error
		from, err1 = strconv.ParseUint(first, 10, 64)
		to, err2 = strconv.ParseUint(last, 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("KOE_WORLDS is %q, want 1000 or 200-300", text)
		}
	}
	for seed := from; seed < to; seed++ {
		out = append(out, seed)
	}
	return out
}

// The law: whatever is published, nothing about 1 to k-1 people can be read or computed. One release.
func TestDecide_NothingSmallCanBeComputed(t *testing.T) {
	cells, published := 0, 0
	for _, seed := range worlds(t, 1000) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 1)), 1)
		for _, k := range []int{5, 10} {
			releases := w.publish(k)
			if found := attack(w, releases, k); len(found) > 0 {
				t.Fatalf("world %d, k %d: %s", seed, k, strings.Join(found, "\n"))
			}
			outside(t, w, releases, k)
			a, b := w.large(releases, k)
			cells, published = cells+a, published+b
		}
	}
	t.Logf("of the cells with k people or more %.1f %% are published", 100*float64(published)/float64(cells))
}

// The same over six monthly releases with people who join, move, go on and leave.
func TestDecide_NothingSmallCanBeComputedFromSixReleases(t *testing.T) {
	cells, published := 0, 0
	for _, seed := range worlds(t, 120) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 2)), 6)
		for _, k := range []int{5, 10} {
			releases := w.publish(k)
			if found := attack(w, releases, k); len(found) > 0 {
				t.Fatalf("world %d, k %d: %s", seed, k, strings.Join(found, "\n"))
			}
			outside(t, w, releases, k)
			a, b := w.large(releases, k)
			cells, published = cells+a, published+b
		}
	}
	t.Logf("of the cells with k people or more %.1f %% are fresh or carried", 100*float64(published)/float64(cells))
}

// large counts the cells of k people or more, and how many of them are published.
func (w *world) large(releases []release, k int) (cells, published int) {
	for _, r := range releases {
		l := w.lay(r.number, k)
		groups := l.groups()
		for i, c := range l.cells {
			if groups[i].N >= k {
				cells++
				if r.all[c].Withheld == Published {
					published++
				}
			}
		}
	}
	return cells, published
}

// outside runs another attacker, the program that KOE_ATTACKER names, over the same world:
//
//	PROGRAM leaves.csv published.csv K [leaves-before.csv published-before.csv]
//
// with the columns person,leaf,stage and node,stage,published. It must end with 0.
func outside(t *testing.T, w *world, releases []release, k int) {
	program := os.Getenv("KOE_ATTACKER")
	if program == "" {
		return
	}
	t.Helper()
	folder := t.TempDir()
	var files [][2]string
	for _, r := range releases {
		leaves, published := [][]string{{"person", "leaf", "stage"}}, [][]string{{"node", "stage", "published"}}
		for i, a := range w.answers {
			if unit, in := a.unit(r.number); in {
				leaves = append(leaves, []string{a.person + "." + strconv.Itoa(i), unit, a.stage})
			}
		}
		for c := range r.all {
			stage, flag := c.stage, "0"
			if stage == "" {
				stage = "*"
			}
			if r.fresh[c] {
				flag = "1"
			}
			published = append(published, []string{c.unit, stage, flag})
		}
		pair := [2]string{filepath.Join(folder, "leaves"+strconv.Itoa(r.number)), filepath.Join(folder, "published"+strconv.Itoa(r.number))}
		for i, rows := range [][][]string{leaves, published} {
			f, err := os.Create(pair[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := csv.NewWriter(f).WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
		files = append(files, pair)
	}
	for i, now := range files {
		for before := range i + 1 {
			arguments := []string{now[0], now[1], strconv.Itoa(k)}
			if before < i {
				if w.corrected(before+1, i+1) {
					continue // that program takes an answer that was put right for another person
				}
				arguments = append(arguments, files[before][0], files[before][1])
			} else if i > 0 && i < len(files)-1 {
				continue
			}
			if out, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
				t.Fatalf("k %d, releases %d and %d: %v\n%s", k, before+1, i+1, err, out)
			}
		}
	}
}

// corrected reports whether an answer counts in another unit in a later release than in an earlier one.
func (w *world) corrected(before, now int) bool {
	for _, a := range w.answers {
		was, a1 := a.unit(before)
		is, a2 := a.unit(now)
		if a1 && a2 && was != is {
			return true
		}
	}
	return false
}
