package disclosure

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// benchPicture is a large organisation: 500 units in 20 bureaus, crossed with a segment of 3, 5 stages, 8 quarters of
// answering and the quarters of joining that go with them; some 80,000 responses.
func benchPicture() (Picture, []Group) {
	const bureaus, divisions, types, stages, quarters, cohorts = 20, 500, 3, 5, 8, 10
	nodes, slots := 1+bureaus+divisions+types, 1+quarters+cohorts
	at := func(node, stage, slot int) int { return (node*(stages+1)+stage)*slots + slot }
	picture := Picture{Groups: nodes * (stages + 1) * slots}
	cells := picture.Groups
	bureauOf := func(division int) int { return 1 + division%bureaus }
	lines := map[int][]int{} // of each total, its lines
	add := func(total int, parts []int) {
		lines[total] = append(lines[total], len(picture.Lines))
		picture.Lines = append(picture.Lines, Line{total, append(parts, picture.Groups)})
		picture.Groups++
	}
	for node := range nodes {
		for stage := range stages + 1 {
			for slot := range slots {
				down := map[string][]int{}
				for child := range nodes {
					switch {
					case node == 0 && child > 0 && child <= bureaus:
						down["bureau"] = append(down["bureau"], at(child, stage, slot))
					case node == 0 && child > bureaus+divisions:
						down["type"] = append(down["type"], at(child, stage, slot))
					case node > 0 && node <= bureaus && child > bureaus && child <= bureaus+divisions && bureauOf(child-1-bureaus) == node:
						down["division"] = append(down["division"], at(child, stage, slot))
					}
				}
				for _, kind := range []string{"bureau", "type", "division"} {
					if len(down[kind]) > 0 {
						add(at(node, stage, slot), down[kind])
					}
				}
				if stage == 0 {
					var parts []int
					for s := 1; s <= stages; s++ {
						parts = append(parts, at(node, s, slot))
					}
					add(at(node, 0, slot), parts)
				}
			}
			var byQuarter, byCohort []int
			for slot := 1; slot <= quarters; slot++ {
				byQuarter = append(byQuarter, at(node, stage, slot))
			}
			for slot := quarters + 1; slot < slots; slot++ {
				byCohort = append(byCohort, at(node, stage, slot))
			}
			add(at(node, stage, 0), byQuarter)
			add(at(node, stage, 0), byCohort)
		}
	}
	partOf := map[int][]int{}
	for i, line := range picture.Lines {
		for _, part := range line.Parts {
			partOf[part] = append(partOf[part], i)
		}
	}
	random := rand.New(rand.NewPCG(8, 8))
	leaves := map[[5]int]int{}
	groups := make([]Group, picture.Groups)
	for division := range divisions {
		people := 3 + random.IntN(75)
		for range people {
			cohort, kind := random.IntN(cohorts), random.IntN(types)
			for stage := range stages {
				quarter := cohort + []int{-1, 0, 1, 2, 4}[stage] - 1 + random.IntN(2)
				if quarter < 0 || quarter >= quarters || random.IntN(5) == 0 {
					continue
				}
				key := [5]int{division, kind, stage, quarter, cohort}
				leaf, ok := leaves[key]
				if !ok {
					leaf = len(picture.Leaves)
					leaves[key] = leaf
					var in []int
					for _, node := range []int{0, bureauOf(division), 1 + bureaus + division, 1 + bureaus + divisions + kind} {
						for _, s := range []int{0, stage + 1} {
							in = append(in, at(node, s, 0), at(node, s, 1+quarter), at(node, s, 1+quarters+cohort))
						}
					}
					shown := map[int]bool{}
					for _, cell := range in {
						for _, line := range partOf[cell] {
							shown[line] = true
						}
					}
					for _, cell := range in[:24] {
						for _, line := range lines[cell] {
							if !shown[line] {
								in = append(in, cells+line)
							}
						}
					}
					picture.Leaves = append(picture.Leaves, in)
					picture.Atoms = append(picture.Atoms, Atom{N: 0, Stays: []Stay{{Leaf: leaf}}})
				}
				picture.Atoms[leaf].N++
				for _, cell := range picture.Leaves[leaf] {
					groups[cell].N++
				}
			}
		}
	}
	for i := range groups {
		groups[i].K = 5
		if node, stage := i/slots/(stages+1), i/slots%(stages+1); i < cells && stage > 0 && node > bureaus && node <= bureaus+divisions {
			groups[i].K = 10
		}
		if i >= cells {
			groups[i].Withheld = Complement
		}
	}
	return picture, groups
}

// constructs gives the sizes of twelve figures: of each, some people skipped it.
func constructs(picture Picture, groups []Group) (out [][]Group) {
	for c := range 12 {
		random := rand.New(rand.NewPCG(uint64(c), 9))
		own := make([]Group, len(groups))
		for i, g := range groups {
			own[i] = Group{K: g.K, Withheld: g.Withheld}
		}
		for _, atom := range picture.Atoms {
			for range atom.N {
				if random.IntN(50) > 0 {
					for _, cell := range picture.Leaves[atom.Stays[0].Leaf] {
						own[cell].N++
					}
				}
			}
		}
		out = append(out, own)
	}
	return out
}

// BenchmarkDecide is the disclosure control of a release: the responses, then twelve constructs with their own missing
// answers, on two processors. It must take under 10 s and 1 GiB; the seconds are those of both processors, 20 at most, so
// that whatever else the machine does is not counted.
func BenchmarkDecide(b *testing.B) {
	picture, groups := benchPicture()
	figures := constructs(picture, groups)
	responses := 0
	for _, atom := range picture.Atoms {
		responses += atom.N
	}
	for b.Loop() {
		started, busy := time.Now(), processorTime()
		plan := NewPlan(picture)
		planned := time.Since(started)
		base := plan.Decide(groups)
		decided := time.Since(started)
		var wait sync.WaitGroup
		published := make([]int, len(figures))
		slots := make(chan bool, 2)
		for f, own := range figures {
			wait.Go(func() {
				slots <- true
				defer func() { <-slots }()
				for i := range own {
					own[i].Withheld = base[i].Withheld
				}
				for _, d := range plan.Decide(own) {
					if d.Fresh() {
						published[f]++
					}
				}
			})
		}
		wait.Wait()
		took, used := time.Since(started), processorTime()-busy
		some, fresh := 0, 0
		for i, d := range base {
			if groups[i].N > 0 && groups[i].Withheld == Published {
				some++
				if d.Fresh() {
					fresh++
				}
			}
		}
		b.Logf("%d cells with anybody, %d atoms of %d responses; plan %s, responses %s, 12 constructs %s, together %s (%s of processors); %.1f %% of the cells are published; peak %d MiB",
			some, len(plan.n), responses, planned.Round(time.Millisecond), (decided - planned).Round(time.Millisecond), (took - decided).Round(time.Millisecond),
			took.Round(time.Millisecond), used.Round(time.Millisecond), 100*float64(fresh)/float64(some), peakMiB())
		b.ReportMetric(took.Seconds(), "s-release")
		b.ReportMetric(used.Seconds(), "s-processors")
		b.ReportMetric(float64(peakMiB()), "MiB-peak")
		if used > 2*10*time.Second || peakMiB() > 1024 {
			b.Errorf("a release takes %s of two processors and %d MiB, over 10 s or 1024 MiB", used, peakMiB())
		}
	}
}

// peakMiB is the most memory that the process ever had; 0 where the system does not say.
func peakMiB() int {
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(content), "\n") {
		var kib int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib >> 10
		}
	}
	return 0
}
