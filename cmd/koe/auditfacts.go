package main

import (
	"context"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/reports"
	"koe/reports/audit"
	"koe/store"
)

// readers gives what a reader of the reports knows, and who stands behind the figures: what the audit puts figures together
// with.
func readers(ctx context.Context, w *journey.Workspace, s *store.Store, folder string, t *audit.Truth) error {
	warehouse := w.Path(w.Settings.Warehouse)
	published, err := analysis.ReadPublished(ctx, warehouse)
	if err != nil {
		return err
	}
	words, err := reports.Words()
	if err != nil {
		return err
	}
	f := &audit.Facts{Words: words, Segments: published.Segments, Recommend: map[string][]string{}}
	members := published.Members
	if t.Made != nil { // one of the store, which has its own
		release, _ := reports.ReleaseIn(folder)
		kept, err := analysis.KeptMembers(ctx, warehouse, release)
		if err != nil {
			return err
		}
		if len(kept) > 0 {
			members = kept
		}
	}
	for _, m := range members {
		f.Members = append(f.Members, audit.Member{Segment: m.Segment, Member: m.Member, Label: m.Label, Parent: m.Parent, Together: len(m.Merged) > 0})
	}
	at := map[string]int{}
	of := func(id string) *audit.Journey {
		if _, known := at[id]; !known {
			at[id] = len(f.Journeys)
			f.Journeys = append(f.Journeys, audit.Journey{ID: id, Title: koe.Text{}})
		}
		return &f.Journeys[at[id]]
	}
	for _, j := range w.Journeys {
		one := of(j.ID)
		one.Title = j.Title
		for _, stage := range j.Stages {
			f.Said = append(f.Said, stage.Feelings, stage.Problem)
		}
		for _, m := range j.Measures {
			f.Said = append(f.Said, m.Title)
		}
		for _, h := range j.Hypotheses {
			f.Said = append(f.Said, h.Text, h.Problem)
			one.Hypotheses = append(one.Hypotheses, audit.Hypothesis{Named: audit.Named{ID: h.ID, Title: h.Text}, Stage: h.Stage, Kind: string(h.Kind), Measure: h.Measure, From: h.From, Groups: h.Groups})
		}
		for _, q := range j.Questions {
			if q.Recommend {
				f.Recommend[j.ID] = append(f.Recommend[j.ID], q.ID)
			}
		}
	}
	for _, stage := range published.Stages {
		of(stage.Journey).Stages = append(of(stage.Journey).Stages, audit.Named{ID: stage.Stage, Title: stage.Title})
	}
	for _, k := range published.Constructs {
		of(k.Journey).Constructs = append(of(k.Journey).Constructs, audit.Named{ID: k.Construct, Title: k.Title})
	}
	for _, q := range published.Questions {
		of(q.Journey).Questions = append(of(q.Journey).Questions, audit.Named{ID: q.Question, Title: q.Text})
	}
	for _, m := range published.Measures {
		of(m.Journey).Measures = append(of(m.Journey).Measures, audit.Named{ID: m.Measure, Title: m.Title})
	}
	t.Facts = f
	journeys := make([]*koe.Journey, len(w.Journeys))
	for i, j := range w.Journeys {
		journeys[i] = &j.Journey
	}
	all, err := analysis.WhoStands(ctx, warehouse, journeys)
	if err != nil {
		return err
	}
	t.Groups, t.Crowds = make([]audit.Group, len(all.Stands)), make([]audit.Crowd, len(all.Crowds))
	for i, g := range all.Stands {
		t.Groups[i] = audit.Group{Table: g.Table, Journey: g.Journey, Name: g.Name, Stage: g.Stage, From: g.From, Wave: g.Wave, Cohort: g.Cohort, Members: g.Members, Sets: g.Sets, Apart: g.Apart, Over: g.Over, Who: g.Who}
	}
	for i, c := range all.Crowds {
		t.Crowds[i] = audit.Crowd(c)
	}
	t.Quotes = make([]audit.Quote, len(all.Quotes))
	for i, q := range all.Quotes {
		t.Quotes[i] = audit.Quote(q)
	}
	return releasesBefore(ctx, w, s, folder, published, t)
}
