package main

import (
	"context"
	"slices"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/reports"
	"koe/reports/audit"
	"koe/store"
)

// told are the tables whose figures are put together, and those of them of which the ledger holds who stood behind a release.
var (
	told       = []string{"trend", "item", "recommend", "rate", "change", "voice", "risk", "left"}
	remembered = told[:5]
)

// releasesBefore gives the audit what readers know from earlier releases. A release that is in the ledger already is held
// against those before it, with the people who stood behind it then; one that is about to be made, against all. Of what the ledger does not
// hold the audit says so (Untold). One that was withdrawn before anybody had it is in no ledger: then those of today serve while the figures are the same.
func releasesBefore(ctx context.Context, w *journey.Workspace, s *store.Store, folder string, published *analysis.Published, t *audit.Truth) error {
	warehouse := w.Path(w.Settings.Warehouse)
	name, until := reports.ReleaseIn(folder)
	entry, err := analysis.FindRelease(ctx, warehouse, name)
	if err != nil {
		return err
	}
	number := entry.Number
	if number == 0 {
		if gone, err := letGo(ctx, s, name, published); gone || err != nil {
			t.Recorded, t.Untold = true, told
			return err
		}
	}
	lives, figures, _, err := analysis.PastReleases(ctx, warehouse)
	if err != nil {
		return err
	}
	for _, l := range lives {
		if one := livesAt(l, number); len(one.Lives) > 0 {
			t.Lives = append(t.Lives, one)
		}
	}
	fresh := map[audit.Figure]bool{}
	for _, f := range figures {
		if number > 0 && f.Since <= number && (f.Until == 0 || number < f.Until) {
			fresh[figureOf(f)] = true
			t.Tables = append(t.Tables, figureOf(f))
		}
	}
	for _, f := range figures {
		if number > 0 && f.Number >= number {
			continue
		}
		t.Past = append(t.Past, audit.PastFigure{Figure: figureOf(f), Number: f.Number, Release: f.Release})
		if number > 0 && !fresh[figureOf(f)] {
			t.Carried = append(t.Carried, figureOf(f))
		}
	}
	if number == 0 {
		t.Tables, t.Carried = figuresNow(published)
		return nil
	}
	if t.Recorded = true; !entry.Same || entry.Day != until {
		t.Untold = slices.DeleteFunc(slices.Clone(told), func(table string) bool { return slices.Contains(remembered, table) })
	}
	return nil
}

// letGo reports whether a release was withdrawn so that the ledger let go of it, and today's figures are others.
func letGo(ctx context.Context, s *store.Store, name string, published *analysis.Published) (bool, error) {
	r, err := s.Release(ctx, name)
	if koe.KindOf(err) == koe.NotFound {
		return false, nil
	}
	if err != nil || r.Basis {
		return false, err
	}
	inputs, err := reports.Inputs(published)
	return inputs != r.Inputs, err
}

// livesAt gives lives as a release sees them: what came later has not happened. Number 0 is the release to come.
func livesAt(l analysis.Lives, number int) audit.Lives {
	out := audit.Lives{Table: l.Table, Journey: l.Journey, Name: l.Name, Who: l.Who, N: l.N}
	for _, life := range l.Lives {
		if number > 0 {
			if life.Since > number {
				continue
			}
			if life.Until > number {
				life.Until = 0
			}
		}
		out.Lives = append(out.Lives, audit.Life{Since: life.Since, Until: life.Until, Stage: life.Stage, Wave: life.Wave, Cohort: life.Cohort, Members: life.Members})
	}
	return out
}

func figureOf(f analysis.PastFigure) audit.Figure {
	return audit.Figure{Table: f.Table, Journey: f.Journey, Name: f.Name, Stage: f.Stage, Grain: f.Grain, Period: f.Period, Segment: f.Segment, Member: f.Member}
}

// figuresNow lists the figures of the tables that may be handed out: those of today, and those that repeat an earlier release.
func figuresNow(p *analysis.Published) (fresh, carried []audit.Figure) {
	grain := func(period string) string {
		if period == "" {
			return "all"
		}
		return "quarter"
	}
	add := func(withheld, from string, f audit.Figure) {
		switch {
		case from != "":
			carried = append(carried, f)
		case withheld == "" && slices.Contains(remembered, f.Table):
			fresh = append(fresh, f)
		}
	}
	for _, r := range p.Tables.Trend {
		add(r.Withheld, r.Carried, audit.Figure{Table: "trend", Journey: r.Journey, Name: r.Construct, Stage: r.Stage, Grain: r.Grain, Period: r.Period, Segment: r.Segment, Member: r.Member})
	}
	for _, r := range p.Tables.Item {
		add(r.Withheld, r.Carried, audit.Figure{Table: "item", Journey: r.Journey, Name: r.Question, Stage: r.Stage, Grain: grain(r.Period), Period: r.Period, Segment: r.Segment, Member: r.Member})
	}
	for _, r := range p.Tables.Recommend {
		add(r.Withheld, r.Carried, audit.Figure{Table: "recommend", Journey: r.Journey, Name: r.Question, Stage: r.Stage, Grain: grain(r.Period), Period: r.Period, Segment: r.Segment, Member: r.Member})
	}
	for _, r := range p.Tables.Theme {
		name := ""
		if r.Stage == "" {
			name = "all"
		}
		add(r.Withheld, r.Carried, audit.Figure{Table: "voice", Journey: r.Journey, Name: name, Stage: r.Stage, Grain: grain(r.Period), Period: r.Period, Segment: r.Segment, Member: r.Member})
	}
	for _, r := range p.Tables.Keyness {
		add(r.Withheld, r.Carried, audit.Figure{Table: "word", Journey: r.Journey, Stage: r.Stage, Grain: "all"})
	}
	for _, r := range p.Tables.Cooccurrence {
		add(r.Withheld, r.Carried, audit.Figure{Table: "pair", Journey: r.Journey, Grain: "all"})
	}
	for _, r := range p.Tables.ResponseRate {
		add(r.Withheld, r.Carried, audit.Figure{Table: "rate", Journey: r.Journey, Stage: r.Stage, Grain: grain(r.Period), Period: r.Period, Segment: r.Segment, Member: r.Member})
	}
	for _, r := range p.Tables.Change { // of a change the table names both stages; its cells are units
		add(r.Withheld, r.Carried, audit.Figure{Table: "change", Journey: r.Journey, Name: r.Construct + " " + r.FromStage + " " + r.ToStage, Grain: "all", Segment: r.Segment, Member: r.Member})
	}
	return fresh, carried
}
