package analysis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"koe"
	"koe/analysis/voices"
	"koe/journey"
	"koe/store"
)

// Config says what a warehouse is built from and where it lies (the workspace's settings).
type Config struct {
	Workspace *journey.Workspace
	Store     *store.Store                    // Analyze does not need it
	Progress  func(step string, done, of int) // of is 0 while unknown; may be nil
}

// Load brings the facts of the warehouse up to date with the store, or builds it anew, and publishes the result as a new
// version. With nothing new it publishes nothing. A warehouse that does not open, or was made for other journeys, is
// rebuilt by itself; the result says so. The figures (models) stay as they were until Analyze.
func Load(ctx context.Context, cfg Config, now time.Time, rebuild bool) (LoadResult, error) {
	src := cfg.source()
	src.feed = &storeFeed{cfg.Store}
	src.mask, src.mute = cfg.masking(ctx), !cfg.Store.HasVault()
	src.ready = func() { _, _ = src.mask("。") } // what is wrong shows at the first real text
	if cfg.Progress != nil {
		src.progress = func(done int) { cfg.Progress("load", done, 0) }
	}
	// Anonymous answers come in groups, so that nobody can see which of them and which invitation came together.
	if _, err := cfg.Store.Settle(ctx, now, cfg.Workspace.Settings.Disclosure.MinGroup); err != nil {
		return LoadResult{}, err
	}
	src.seen = map[string]map[string]time.Time{}
	for _, journey := range src.journeys {
		seen, err := cfg.Store.SeeHypotheses(ctx, now, journey.ID, journey.Hypotheses)
		if err != nil {
			return LoadResult{}, fmt.Errorf("note when the hypotheses were written: %w", err)
		}
		src.seen[journey.ID] = seen
	}
	reviews, err := cfg.Store.Reviews(ctx)
	if err != nil {
		return LoadResult{}, fmt.Errorf("read what was decided about comments: %w", err)
	}
	src.reviews = reviews
	src.ledger = cfg.Store.Ledger
	if src.released, err = cfg.Store.LedgerState(ctx); err != nil {
		return LoadResult{}, fmt.Errorf("read the ledger of releases: %w", err)
	}
	result, err := load(ctx, cfg.site(), src, rebuild)
	if src.mute && result.Version > 0 {
		result.Warnings = append(result.Warnings, "the vault is not open: comments that came now are missing; koe load brings them when the key is back")
	}
	return result, err
}

// Analyze computes every model and its safe_* table as of now and publishes the result as a new version. When the facts,
// the thresholds and the moment are those of the last analysis it publishes nothing. Where a release was made or withdrawn since the
// last load, it loads first.
func Analyze(ctx context.Context, cfg Config, now time.Time) (AnalyzeResult, error) {
	src := cfg.source()
	reader, problems := voices.Open(cfg.Workspace)
	if len(problems.Serious()) > 0 {
		return AnalyzeResult{}, problems
	}
	src.voices = reader
	if err := knowReleases(ctx, cfg, now); err != nil {
		return AnalyzeResult{}, err
	}
	return analyze(ctx, cfg.site(), src, now, cfg.Progress)
}

// knowReleases loads when a release was made or withdrawn since the last load: figures that are made without knowing it could not
// be released.
func knowReleases(ctx context.Context, cfg Config, now time.Time) error {
	db, about, err := Open(ctx, cfg.site().published)
	if err != nil {
		return nil //nolint:nilerr // the analysis says what is wrong, and the way out
	}
	state, err := cfg.Store.LedgerState(ctx)
	if err = errors.Join(err, db.Close()); err != nil || state == about["ledger"] {
		return err
	}
	if _, err := Load(ctx, cfg, now, false); err != nil {
		return fmt.Errorf("load what was released: %w", err)
	}
	return nil
}

// Renew builds the warehouse anew from the store, analyses it and removes every older version, so that no file of it holds
// what was erased. Where there is no warehouse it makes none, and gives false.
func Renew(ctx context.Context, cfg Config, now time.Time) (bool, error) {
	at := cfg.site()
	if at.current() == "" && len(at.versions()) == 0 {
		return false, nil
	}
	if _, err := Load(ctx, cfg, now, true); err != nil {
		return false, fmt.Errorf("rebuild the warehouse: %w", err)
	}
	if _, err := Analyze(ctx, cfg, now); err != nil {
		return false, fmt.Errorf("analyse the rebuilt warehouse: %w", err)
	}
	unlock, err := at.lock(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	at.sweep()
	return true, at.purge()
}

func (c *Config) site() *site { return newSite(c.Workspace.Path(c.Workspace.Settings.Warehouse)) }

func (c *Config) source() source {
	src := source{settings: &c.Workspace.Settings, location: c.Workspace.Location}
	for _, compiled := range c.Workspace.Journeys {
		src.journeys = append(src.journeys, &compiled.Journey)
	}
	return src
}

// masking gives what hides names, addresses, units and the like in free text (METHOD 6.5), for several goroutines. The roll is
// read from the vault at the first text and does not travel any further. Without the vault every text stays out of the warehouse.
func (c *Config) masking(ctx context.Context) func(string) (string, error) {
	masker := sync.OnceValues(func() (*voices.Masker, error) {
		roll, err := c.Store.Names(ctx)
		if koe.KindOf(err) == koe.Forbidden {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the names to hide in free text: %w", err)
		}
		reader, problems := voices.Open(c.Workspace)
		if len(problems.Serious()) > 0 {
			return nil, problems
		}
		return reader.Masker(roll), nil
	})
	return func(text string) (string, error) {
		m, err := masker()
		if err != nil || m == nil {
			return "", err
		}
		return m.Mask(text), nil
	}
}

// storeFeed reads the store's feed of changes.
type storeFeed struct{ store *store.Store }

// batchRows is how many rows are read from the store at a time.
const batchRows = 5000

func (f *storeFeed) next(ctx context.Context, cursor string) (*batch, error) {
	changes, err := f.store.Changes(ctx, store.Cursor(cursor), batchRows)
	if koe.KindOf(err) == koe.Conflict && cursor != "" {
		return nil, errOtherStore
	}
	if err != nil {
		return nil, err
	}
	return &batch{people: changes.People, events: changes.Events, invitations: changes.Invitations, submissions: changes.Submissions,
		erased: len(changes.Erased), cursor: string(changes.Next), more: changes.More}, nil
}
