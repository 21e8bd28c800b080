package disclosure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// attackerPrime is what the attackers of the tests compute modulo: not the engine's.
const attackerPrime = 1<<31 - 1

// attackerInverse is the inverse of a number modulo attackerPrime.
func attackerInverse(x uint64) uint64 {
	out := uint64(1)
	for e := uint64(attackerPrime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = out * x % attackerPrime
		}
		x = x * x % attackerPrime
	}
	return out
}

// attack is written apart from the engine: it knows who is in which unit at every release and every sum that was ever
// published, one unknown for each group of answers that nothing tells apart, and tries
//   - elimination modulo a prime over the sums of all releases: of a hidden group of 1 to k-1, of what 1 to k-1 came to or went from a cell;
//   - subtraction of one published group from another that contains it;
//   - a unit less its published children, all stages less the published ones, in every release and between any two.
func attack(w *world, releases []release, k int) (findings []string) {
	type sum struct {
		cell    cell
		release int
		set     map[int]bool
		n       int
	}
	// Unknowns.
	tracks := map[string]int{}
	var who []map[string]bool // unknown → people
	var of [][]string         // unknown → stage, then unit at each release; "-" for nowhere
	for _, a := range w.answers {
		track := []string{a.stage}
		for _, r := range releases {
			unit, in := a.unit(r.number)
			if !in {
				unit = "-"
			}
			track = append(track, unit)
		}
		name := strings.Join(track, "|")
		if _, ok := tracks[name]; !ok {
			tracks[name] = len(of)
			of, who = append(of, track), append(who, map[string]bool{})
		}
		who[tracks[name]][a.person] = true
	}
	var cells []cell
	for c := range releases[0].all {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b cell) int { return strings.Compare(a.unit+"|"+a.stage, b.unit+"|"+b.stage) })
	within := func(unit, top string) bool {
		return unit != "-" && (top == "" || unit == top || strings.HasPrefix(unit, top+"/"))
	}
	people := func(set map[int]bool) int { // different ones: who answered twice hides nobody
		seen := map[string]bool{}
		for i := range set {
			maps.Copy(seen, who[i])
		}
		return len(seen)
	}
	gather := func(c cell, r int) sum {
		s := sum{c, r, map[int]bool{}, 0}
		for i, track := range of {
			if within(track[1+r], c.unit) && (c.stage == "" || track[0] == c.stage) {
				s.set[i] = true
			}
		}
		s.n = people(s.set)
		return s
	}
	less := func(a, b map[int]bool) map[int]bool {
		out := map[int]bool{}
		for i := range a {
			if !b[i] {
				out[i] = true
			}
		}
		return out
	}
	few := func(n int) bool { return 0 < n && n < k }
	var all [][]sum // release → cells
	for r := range releases {
		var sums []sum
		for _, c := range cells {
			sums = append(sums, gather(c, r))
		}
		all = append(all, sums)
	}
	read := func(r, c int) bool { return releases[r].fresh[cells[c]] }

	// The span of everything published, fully reduced.
	const p = attackerPrime
	var basis [][]uint64
	var leads []int
	reduce := func(v []uint64) {
		for b, row := range basis {
			if f := v[leads[b]]; f != 0 {
				for i, x := range row {
					if x != 0 {
						v[i] = (v[i] + (p-f)*x) % p
					}
				}
			}
		}
	}
	first := func(v []uint64) int { return slices.IndexFunc(v, func(x uint64) bool { return x != 0 }) }
	vector := func(plus, minus map[int]bool) []uint64 {
		v := make([]uint64, len(of))
		for i := range plus {
			v[i]++
		}
		for i := range minus {
			v[i] = (v[i] + p - 1) % p
		}
		return v
	}
	var published []sum
	for r := range releases {
		for c := range cells {
			if !read(r, c) {
				continue
			}
			s := all[r][c]
			published = append(published, s)
			if few(s.n) {
				findings = append(findings, fmt.Sprintf("release %d: %v of %d is published", r+1, s.cell, s.n))
			}
			v := vector(s.set, nil)
			reduce(v)
			at := first(v)
			if at < 0 {
				continue
			}
			inverse := attackerInverse(v[at])
			for i := range v {
				v[i] = v[i] * inverse % p
			}
			for _, row := range basis {
				if f := row[at]; f != 0 {
					for i, x := range v {
						if x != 0 {
							row[i] = (row[i] + (p-f)*x) % p
						}
					}
				}
			}
			basis, leads = append(basis, v), append(leads, at)
		}
	}
	computable := func(plus, minus map[int]bool) bool {
		v := vector(plus, minus)
		reduce(v)
		return first(v) < 0
	}
	for r := range releases {
		for c := range cells {
			if s := all[r][c]; !read(r, c) && few(s.n) && computable(s.set, nil) {
				findings = append(findings, fmt.Sprintf("release %d: %v of %d can be computed", r+1, s.cell, s.n))
			}
			for before := range r {
				was, is := all[before][c], all[r][c]
				came, went := less(is.set, was.set), less(was.set, is.set)
				if few(people(came)) && computable(came, nil) || few(people(went)) && computable(went, nil) {
					findings = append(findings, fmt.Sprintf("%v: who came or went from release %d to %d (+%d -%d) can be computed", is.cell, before+1, r+1, people(came), people(went)))
				}
				if (few(people(came)) || few(people(went))) && computable(is.set, was.set) {
					findings = append(findings, fmt.Sprintf("%v: what changed from release %d to %d (+%d -%d) can be computed", is.cell, before+1, r+1, people(came), people(went)))
				}
			}
		}
	}
	for i := range of {
		if few(len(who[i])) && computable(map[int]bool{i: true}, nil) {
			findings = append(findings, fmt.Sprintf("the %d who were %v can be computed", len(who[i]), of[i]))
		}
	}
	for _, a := range published {
		for _, b := range published {
			if n := people(less(a.set, b.set)); few(n) && len(less(b.set, a.set)) == 0 {
				findings = append(findings, fmt.Sprintf("%v of release %d less %v of release %d leaves %d", a.cell, a.release+1, b.cell, b.release+1, n))
			}
		}
	}
	// Lines, within a release and between two.
	count := func(into map[int]int, set map[int]bool, by int) {
		for i := range set {
			into[i] += by
		}
	}
	weigh := func(of map[int]int) int {
		set := map[int]bool{}
		for i, by := range of {
			if by != 0 {
				set[i] = true
			}
		}
		return people(set)
	}
	union := func(parts []int, r int) map[int]bool {
		out := map[int]bool{}
		for _, part := range parts {
			for i := range all[r][part].set {
				out[i] = true
			}
		}
		return out
	}
	known := func(r, c int) bool { // the same people were published, in whichever release
		if len(all[r][c].set) == 0 {
			return true
		}
		for other := range releases {
			if read(other, c) && maps.Equal(all[other][c].set, all[r][c].set) {
				return true
			}
		}
		return false
	}
	for c, total := range cells {
		var children, stages []int
		for i, other := range cells {
			if other.stage == total.stage && other.unit != "" && above(other.unit)[1] == total.unit {
				children = append(children, i)
			}
			if total.stage == "" && other.stage != "" && other.unit == total.unit {
				stages = append(stages, i)
			}
		}
		for _, parts := range [][]int{children, stages} {
			if len(parts) == 0 {
				continue
			}
			for r := range releases {
				if !read(r, c) {
					continue
				}
				rest := all[r][c].set
				newest := map[int]int{} // what is open, less the nearest that was published of each part
				for _, part := range parts {
					if read(r, part) {
						rest = less(rest, all[r][part].set)
						continue
					}
					nearest, distance := -1, 0
					for before := range r {
						was, is := all[before][part].set, all[r][part].set
						if d := people(less(was, is)) + people(less(is, was)); read(before, part) && (nearest < 0 || d < distance) {
							nearest, distance = before, d
						}
					}
					count(newest, all[r][part].set, 1)
					if nearest >= 0 {
						count(newest, all[nearest][part].set, -1)
					}
				}
				// Who is in the total and in no part is open as well.
				count(newest, less(all[r][c].set, union(parts, r)), 1)
				if few(people(rest)) {
					findings = append(findings, fmt.Sprintf("release %d: %v less its parts leaves %d", r+1, total, people(rest)))
				}
				if n := weigh(newest); few(n) {
					findings = append(findings, fmt.Sprintf("release %d: %v less its parts and their earlier versions leaves %d", r+1, total, n))
				}
				for before := range r {
					if !known(before, c) {
						continue
					}
					change := map[int]int{}
					count(change, all[r][c].set, 1)
					count(change, all[before][c].set, -1)
					for _, part := range parts {
						if known(r, part) && known(before, part) {
							count(change, all[r][part].set, -1)
							count(change, all[before][part].set, 1)
						}
					}
					if n := weigh(change); few(n) {
						findings = append(findings, fmt.Sprintf("%v from release %d to %d less its parts leaves %d", total, before+1, r+1, n))
					}
				}
			}
		}
	}
	return findings
}
