package analysis

import (
	"strings"

	"koe/analysis/disclosure"
)

// unitPaths gives each node of one hierarchy its path as package disclosure writes it; everybody is "". Nodes of other
// hierarchies have none.
func (g *grid) unitPaths(hierarchy []string) map[int]string {
	paths := map[int]string{0: ""}
	for n := 1; n < len(g.nodes); n++ { // parents come before their children
		node := g.nodes[n]
		above, ok := paths[node.parent]
		if !ok || !contains(hierarchy, node.segment) {
			continue
		}
		label := strings.ReplaceAll(strings.TrimPrefix(node.member, g.nodes[node.parent].member+"/"), "/", "\x01")
		if above != "" {
			label = above + "/" + label
		}
		paths[n] = label
	}
	return paths
}

func contains(list []string, one string) bool {
	for _, each := range list {
		if each == one {
			return true
		}
	}
	return false
}

// audit runs the exact audit of METHOD 5.2 over the cells of all time, hierarchy by hierarchy: what it withholds besides is
// added to reasons. It reports whether there was anything.
func (g *grid) audit(n []int, k int, reasons []disclosure.Reason) (more bool) {
	for _, hierarchy := range g.hierarchies {
		paths := g.unitPaths(hierarchy)
		table := disclosure.Table{K: int64(k), Withheld: map[disclosure.Cell]disclosure.Reason{}}
		for node, path := range paths {
			for s, stage := range g.stages {
				cell := g.at(node, s, 0)
				if reasons[cell] != disclosure.Published && n[cell] > 0 {
					table.Withheld[disclosure.Cell{Unit: path, Stage: stage}] = reasons[cell]
				}
				direct := n[cell]
				for child := range paths {
					if child > 0 && g.nodes[child].parent == node {
						direct -= n[g.at(child, s, 0)]
					}
				}
				if s > 0 && direct > 0 {
					table.Atoms = append(table.Atoms, disclosure.Count{Unit: path, Stage: stage, N: int64(direct)})
				}
			}
		}
		found := table.Solve()
		for node, path := range paths {
			for s, stage := range g.stages {
				cell := g.at(node, s, 0)
				reason := found[disclosure.Cell{Unit: path, Stage: stage}]
				if n[cell] > 0 && reasons[cell] == disclosure.Published && reason != disclosure.Published {
					reasons[cell], more = reason, true
				}
			}
		}
	}
	return more
}

// decideExactly is decide with the audit, to their common end.
func (g *grid) decideExactly(size *sizes, k, auditK int, withheld []disclosure.Reason) []disclosure.Reason {
	reasons := g.decide(size, k, withheld)
	for g.audit(size.n, auditK, reasons) {
		reasons = g.decide(size, k, reasons)
	}
	return reasons
}
