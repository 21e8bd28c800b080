package analysis

import (
	"context"
	"runtime"
	"sync"

	"koe/analysis/disclosure"
)

// safeChanges protects the changes. A change has its own people; it goes with either stage's cell.
func (a *analyzer) safeChanges(ctx context.Context, all map[string]*safety) error {
	rows, err := readMain[Change](ctx, a, "change", "journey, construct, from_stage, to_stage, segment, member")
	if err != nil {
		return err
	}
	pairs := runs(rows, func(r *Change) string {
		return r.Journey + "\x00" + r.Construct + "\x00" + r.FromStage + "\x00" + r.ToStage
	})
	people := map[string]*pairing{}
	for _, journey := range a.layout.journeys {
		if people[journey.ID], err = a.pairing(ctx, journey, all[journey.ID]); err != nil {
			return err
		}
	}
	reasons, failed := make([][]disclosure.Reason, len(pairs)), make([]error, len(pairs))
	sideBySide(len(pairs), func(i int) {
		journey := pairs[i][0].Journey
		reasons[i], failed[i] = all[journey].changes(pairs[i], people[journey])
	})
	if err := joined(failed...); err != nil {
		return err
	}
	for p, run := range pairs {
		for i := range run {
			r := &run[i]
			r.Withheld = string(disclosure.Small)
			if node, ok := all[r.Journey].index[nodeKey{r.Segment, r.Member}]; ok {
				r.Withheld = string(reasons[p][node])
			}
			if r.Withheld != "" {
				*r = Change{Journey: r.Journey, Construct: r.Construct, FromStage: r.FromStage, ToStage: r.ToStage, Segment: r.Segment, Member: r.Member, Withheld: r.Withheld}
				continue
			}
			if r.N, r.NShown = shown(zero(r.N)); r.N == nil {
				r.Improved, r.Same, r.Worsened = nil, nil, nil // they would add up to n
			}
		}
	}
	return storeSafe(ctx, a, "change", rows)
}

// sideBySide calls do for every number below n, several at once.
func sideBySide(n int, do func(i int)) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			do(i)
			<-slots
		})
	}
	wait.Wait()
}

// changes decides for the changes between one pair of stages, for each unit.
func (s *safety) changes(run []Change, people *pairing) ([]disclosure.Reason, error) {
	construct, from, to := run[0].Construct, run[0].FromStage, run[0].ToStage
	pairs := make([]int, s.cells) // at the later stage
	for _, r := range run {
		if c, ok := s.cell(r.Segment, r.Member, to, slice{}); ok {
			pairs[c] = int(zero(r.N))
		}
	}
	name := figureName("change", construct, from, to)
	scores, past, held := s.trend[construct], s.past[name], s.withHeld(name, make([]disclosure.Reason, s.cells))
	groups := make([]disclosure.Group, len(s.nodes))
	for n, reason := range s.unpaired(construct, from, to, pairs) {
		later, earlier := s.at(n, s.stageAt[to], 0), s.at(n, s.stageAt[from], 0)
		reason = worse(s.base[later], s.base[earlier], reason)
		if scores != nil {
			reason = worse(s.base[later], s.base[earlier], scores[later], scores[earlier], reason)
		}
		groups[n] = disclosure.Group{N: pairs[later], K: max(s.k, fewestPairs, s.grid.k[later]), Withheld: worse(reason, held[later]), Versions: past[later]}
	}
	reasons, err := people.decide(groups, construct, from, to, s.release)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paired[[3]string{construct, from, to}] = int64(pairs[s.at(0, s.stageAt[to], 0)])
	s.changed[[3]string{construct, from, to}] = reasons[0]
	return reasons, nil
}

// unpaired decides, for each unit, over those who have a score at one of two stages only: the means of both stages and the mean change
// of the same people tell the difference of their sums (METHOD 5.2, subset rule i). pairs is by cell, at the later stage.
func (s *safety) unpaired(construct, from, to string, pairs []int) []disclosure.Reason {
	scored := s.scored[construct]
	groups := make([]disclosure.Group, len(s.nodes))
	for n := range s.nodes {
		later, earlier := s.at(n, s.stageAt[to], 0), s.at(n, s.stageAt[from], 0)
		groups[n].K = s.k
		if scored != nil && pairs[later] > 0 {
			groups[n].N = max(scored[later]-pairs[later], 0) + max(scored[earlier]-pairs[later], 0)
		}
	}
	reasons := decideNodes(s.grid, groups)
	for n, reason := range reasons {
		if reason == disclosure.Small {
			reasons[n] = disclosure.Complement // the people are enough, those left over are not
		}
	}
	return reasons
}
