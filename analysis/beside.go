package analysis

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// Many steps keep one processor busy for a while: a table of a few row groups is not split well, and tests are computed in Go. So
// some run on a connection of their own, beside the others. What comes out does not depend on it: each makes other tables.

// beside are the steps that run there: none of them, and none of the others, reads what a step of the other line makes, or the temporary tables that
// one keeps, but for the names in temp.item_rows and temp.trend_rows. Nor does disclosure control read temporary tables of theirs. They
// take about as long as the others: where most rows are kept from the last analysis, other steps do than where all are made.
var (
	beside = []string{
		"red_pair", "red_exposed", "red_silence", "red_moment", "red_careless",
		"theme", "response_rate", "recommend", "trend", "trend_test", "silence", "careless", "nonresponse", "measure_effect", "driver", "retention", "hypothesis", "census",
	}
	besideKept = []string{
		"red_pair", "red_exposed", "red_silence", "red_careless", "red_moment", "red_stay",
		"recommend", "reliability", "change", "comparison", "silence", "careless", "measure_effect", "driver", "retention",
	}
)

// apart reports whether a step runs there.
func (a *analyzer) apart(name string) bool {
	if !a.kept {
		return slices.Contains(beside, name)
	}
	return slices.Contains(besideKept, name) && !isSliced(name) // slices are temporary
}

// counts are the reductions as steps, and with them the empty tables of the models: to make these takes time as well.
func (a *analyzer) counts(tables []modelTable) []step {
	all := []step{{"tables", func(a *analyzer, ctx context.Context) error { return a.makeTables(ctx, tables) }}}
	for _, name := range reductions {
		all = append(all, step{name, func(a *analyzer, ctx context.Context) error {
			switch {
			case a.kept && name == "red_cut":
				return a.recut(ctx)
			case a.isKept(name):
				return a.reduceSlice(ctx, name)
			}
			return a.reduce(ctx, name)
		}})
	}
	return all
}

// runSteps runs steps one after the other.
func (a *analyzer) runSteps(ctx context.Context, all []step, progress func(name string)) error {
	for _, s := range all {
		progress(s.name)
		run := s.run
		if run == nil {
			run = func(a *analyzer, ctx context.Context) error { return a.model(ctx, s.name) }
		}
		if err := run(a, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// asWritten makes DuckDB join in the order of the statements, in which the larger side stands first. It does not know how few names there
// are in red_cut, and made its hash tables of hundreds of thousands of figures rather than of names.
const asWritten = "SET disabled_optimizers = 'join_order,build_side_probe_side'"

// sideBySide runs steps on two connections. What they read and write must be main's: it is committed before and after, each line's at its end, since to write
// what was not yet written takes time.
func (a *analyzer) sideBySide(ctx context.Context, all []step, progress func(name string)) (err error) {
	if err := a.settle(ctx); err != nil {
		return err
	}
	there := *a
	if there.conn, err = a.build.connect(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.conn.Close()) }()
	if err := there.exec(ctx, macros+"BEGIN TRANSACTION"); err != nil {
		return err
	}
	// DuckDB counts one connection among its threads. With one thread too many, what waits for it would wait busily.
	if err := there.exec(ctx, fmt.Sprintf("%s; SET threads = %d", asWritten, max(1, runtime.GOMAXPROCS(0)-1))); err != nil {
		return err
	}
	var lock sync.Mutex
	tell := func(name string) {
		lock.Lock()
		defer lock.Unlock()
		progress(name)
	}
	apart := func(s step) bool { return a.apart(s.name) }
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var others sync.WaitGroup
	others.Go(func() {
		err := there.runSteps(both, slices.DeleteFunc(slices.Clone(all), func(s step) bool { return !apart(s) }), tell)
		if err == nil {
			err = there.exec(both, "COMMIT; RESET threads")
		}
		if err != nil {
			cancel(err)
		}
	})
	if err = a.runSteps(both, slices.DeleteFunc(slices.Clone(all), apart), tell); err == nil {
		err = joined(a.settle(both), a.exec(both, "RESET threads"))
	}
	if err != nil {
		cancel(err)
	}
	others.Wait()
	if err := context.Cause(both); err != nil {
		return err
	}
	return a.exec(ctx, "RESET disabled_optimizers")
}
