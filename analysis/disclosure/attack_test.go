package disclosure

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// attack is an attacker written apart from the engine: it knows every count and every published sum, and solves for the
// groups by Gaussian elimination modulo a large prime. It reports what it can compute about 1…k−1 people.
func attack(atoms []Count, published func(Cell) bool, k int64) (findings []string) {
	type set struct {
		cell Cell
		in   map[int]bool
		n    int64
	}
	var cells []set
	seen := map[Cell]bool{}
	for _, a := range atoms {
		for unit := a.Unit; ; unit = parent(unit) {
			for _, stage := range []string{a.Stage, ""} {
				if c := (Cell{unit, stage}); !seen[c] {
					seen[c] = true
					s := set{cell: c, in: map[int]bool{}}
					for i, b := range atoms {
						inside := unit == "" || b.Unit == unit || strings.HasPrefix(b.Unit, unit+"/")
						if inside && (stage == "" || b.Stage == stage) && b.N > 0 {
							s.in[i], s.n = true, s.n+b.N
						}
					}
					cells = append(cells, s)
				}
			}
			if unit == "" {
				break
			}
		}
	}
	const p = 2147483647
	power := func(b, e uint64) uint64 {
		r := uint64(1)
		for ; e > 0; e >>= 1 {
			if e&1 == 1 {
				r = r * b % p
			}
			b = b * b % p
		}
		return r
	}
	var basis [][]uint64
	var leads []int
	reduce := func(in map[int]bool) []uint64 {
		v := make([]uint64, len(atoms))
		for i := range in {
			v[i] = 1
		}
		for b, row := range basis {
			if f := v[leads[b]]; f != 0 {
				for i := range v {
					v[i] = (v[i] + (p-f)*row[i]) % p
				}
			}
		}
		return v
	}
	first := func(v []uint64) int {
		for i, x := range v {
			if x != 0 {
				return i
			}
		}
		return -1
	}
	for _, c := range cells {
		if !published(c.cell) {
			continue
		}
		if 0 < c.n && c.n < k {
			findings = append(findings, fmt.Sprintf("published %v has %d", c.cell, c.n))
		}
		v := reduce(c.in)
		if at := first(v); at >= 0 {
			inverse := power(v[at], p-2)
			for i := range v {
				v[i] = v[i] * inverse % p
			}
			for b := range basis { // keep the basis fully reduced
				if f := basis[b][at]; f != 0 {
					for i := range v {
						basis[b][i] = (basis[b][i] + (p-f)*v[i]) % p
					}
				}
			}
			basis, leads = append(basis, v), append(leads, at)
		}
	}
	for _, c := range cells {
		if !published(c.cell) && 0 < c.n && c.n < k && first(reduce(c.in)) < 0 {
			findings = append(findings, fmt.Sprintf("%v of %d can be computed", c.cell, c.n))
		}
	}
	for _, a := range cells {
		for _, b := range cells {
			if d := a.n - b.n; d > 0 && d < k && published(a.cell) && published(b.cell) {
				within := true
				for i := range b.in {
					within = within && a.in[i]
				}
				if within {
					findings = append(findings, fmt.Sprintf("%v minus %v leaves %d", a.cell, b.cell, d))
				}
			}
		}
	}
	return findings
}

func TestSolve_NothingSmallCanBeComputed(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var atoms []Count
		stages := 2 + r.IntN(4)
		for b := range 1 + r.IntN(4) {
			for d := range 1 + r.IntN(4) {
				size := 1 + r.IntN(60)
				for s := range stages {
					if n := r.IntN(size + 1); n > 0 {
						atoms = append(atoms, Count{fmt.Sprintf("b%d/d%d", b, d), fmt.Sprintf("s%d", s), int64(n)})
					}
				}
			}
			if r.IntN(4) == 0 {
				atoms = append(atoms, Count{fmt.Sprintf("b%d", b), "s0", int64(1 + r.IntN(9))})
			}
		}
		for _, k := range []int64{5, 10} {
			solution := Table{K: k, Atoms: atoms}.Solve()
			if found := attack(atoms, func(c Cell) bool { return solution[c] == Published }, k); len(found) > 0 {
				t.Fatalf("seed %d, k %d: %s", seed, k, strings.Join(found, "; "))
			}
		}
	}
}
