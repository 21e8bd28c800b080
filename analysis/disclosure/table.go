package disclosure

import (
	"sort"
	"strings"
)

// Count is a finest group: the people of a leaf unit who answered at a stage. Unit is a path from the top of the hierarchy
// ("総務局/人事課"); "" is everybody when there is no hierarchy. People attached directly to an inner unit are given with that unit's
// path and become a part of their own beside its children.
type Count struct {
	Unit  string
	Stage string
	N     int64
}

// Cell names a figure: a unit ("" for everybody) at a stage ("" for all stages together).
type Cell struct{ Unit, Stage string }

// Table is the counts of one hierarchy by stage.
type Table struct {
	K     int64 // the threshold
	Atoms []Count
	// Withheld names cells that must not be published whatever their size, with the reason; they take part in the rules
	// like any other hidden cell.
	Withheld map[Cell]Reason
}

// direct marks the part of an inner unit that belongs to none of its children. It cannot stand in a unit's name.
const direct = "\x00"

// Solve says of every cell whether it may be published: units are every path and prefix of a path in Atoms, stages every
// stage in Atoms and "". Cells of nobody are Small.
func (t Table) Solve() map[Cell]Reason {
	type key struct{ unit, stage string }
	counts := map[key]int64{}
	isInner := map[string]bool{}
	stageSet := map[string]bool{}
	for _, a := range t.Atoms {
		for cut := strings.LastIndexByte(a.Unit, '/'); cut >= 0; cut = strings.LastIndexByte(a.Unit[:cut], '/') {
			isInner[a.Unit[:cut]] = true
		}
		if a.Unit != "" {
			isInner[""] = true
		}
		stageSet[a.Stage] = true
	}
	for _, a := range t.Atoms {
		unit := a.Unit
		if isInner[unit] {
			unit = join(unit, direct)
		}
		counts[key{unit, a.Stage}] += a.N
	}
	atoms := make([]key, 0, len(counts))
	for k := range counts {
		atoms = append(atoms, k)
	}
	sort.Slice(atoms, func(i, j int) bool {
		if atoms[i].unit != atoms[j].unit {
			return atoms[i].unit < atoms[j].unit
		}
		return atoms[i].stage < atoms[j].stage
	})
	e := &engine{k: t.K}
	at := map[Cell]int{}
	cellAt := func(c Cell) int {
		i, ok := at[c]
		if !ok {
			i = len(e.groups)
			at[c] = i
			e.groups = append(e.groups, group{name: c.Unit + "\x01" + c.Stage})
		}
		return i
	}
	children := map[string]map[string]bool{}
	cellAt(Cell{})
	for id, a := range atoms {
		for unit := a.unit; ; {
			for _, stage := range []string{a.stage, ""} {
				g := &e.groups[cellAt(Cell{unit, stage})]
				g.n += counts[a]
				g.atoms = append(g.atoms, id)
			}
			if unit == "" {
				break
			}
			up := parent(unit)
			if children[up] == nil {
				children[up] = map[string]bool{}
			}
			children[up][unit] = true
			unit = up
		}
	}
	stages := sorted(stageSet)
	for _, unit := range sorted(units(at)) {
		kids := sorted(children[unit])
		for _, stage := range append([]string{""}, stages...) {
			total, ok := at[Cell{unit, stage}]
			if !ok {
				continue
			}
			if parts := existing(at, kids, stage); len(parts) > 0 {
				e.lines = append(e.lines, line{total, parts})
			}
		}
		var parts []int
		for _, stage := range stages {
			if i, ok := at[Cell{unit, stage}]; ok {
				parts = append(parts, i)
			}
		}
		if len(parts) > 0 {
			e.lines = append(e.lines, line{at[Cell{unit, ""}], parts})
		}
	}
	e.why = make([]Reason, len(e.groups))
	for c, reason := range t.Withheld {
		if i, ok := at[c]; ok {
			e.why[i] = reason
		}
	}
	for c, i := range at {
		// The direct part of an inner unit is a figure that nobody prints; hidden, it is protected like the rest.
		if strings.HasSuffix(c.Unit, direct) && e.groups[i].n >= t.K {
			e.why[i] = Complement
		}
	}
	e.solve()
	out := make(map[Cell]Reason, len(at))
	for c, i := range at {
		if !strings.HasSuffix(c.Unit, direct) {
			out[c] = e.why[i]
		}
	}
	return out
}

func join(unit, part string) string {
	if unit == "" {
		return part
	}
	return unit + "/" + part
}

func parent(unit string) string {
	return unit[:max(strings.LastIndexByte(unit, '/'), 0)]
}

func units(at map[Cell]int) map[string]bool {
	out := map[string]bool{}
	for c := range at {
		out[c.Unit] = true
	}
	return out
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

func existing(at map[Cell]int, units []string, stage string) []int {
	var out []int
	for _, unit := range units {
		if i, ok := at[Cell{unit, stage}]; ok {
			out = append(out, i)
		}
	}
	return out
}
