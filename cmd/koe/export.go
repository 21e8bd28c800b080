package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"koe/analysis"
	"koe/analysis/export"
	"koe/journey"
	"koe/store"
)

func (a *app) exportCommand() *cobra.Command {
	var safe bool
	c := &cobra.Command{
		Use:   "export DIR",
		Short: "分析用データを Parquet とデータ辞書で書き出す / Parquet, data dictionary, SHA-256 list",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				folder, err := filepath.Abs(args[0])
				if err != nil {
					return err
				}
				r, err := a.export(c.Context(), w, s, now, folder, safe)
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "export", 0, fmt.Sprintf("%d tables, sha256 %s", len(r.Tables), r.SHA256)); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					bytes := int64(0)
					for _, t := range r.Tables {
						bytes += t.Bytes
					}
					fmt.Fprintf(out, a.say("書き出しました: %s(表 %d、%d KB)。説明は dictionary.html、確認は sha256sum -c SHA256SUMS。\n",
						"exported to %s: %d tables, %d KB. dictionary.html explains them; sha256sum -c SHA256SUMS checks them.\n"), r.Folder, len(r.Tables), (bytes+1023)/1024)
					if !safe {
						fmt.Fprintln(out, a.say("main には一人ひとりの回答が入っています(氏名はありません)。組織の外に出さず、不要になったら消してください。公表してよい表だけなら --safe。",
							"main holds each person's answers, without names: keep it in the house and delete it when it is done with. --safe writes the tables for publication alone."))
					}
				})
			})
		},
	}
	c.Flags().BoolVar(&safe, "safe", false, "公表してよい表だけ / only the safe_* tables")
	return c
}

// export writes the warehouse into a folder and remembers that it did. A folder that is new is noted before it is written,
// so that one which is written when the machine stops is known too.
func (a *app) export(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, folder string, safe bool) (r export.Result, err error) {
	host, err := os.Hostname()
	if err != nil {
		return r, err
	}
	if err := export.Replaceable(folder); err != nil {
		return r, err
	}
	known, err := s.Exports(ctx)
	if err != nil {
		return r, err
	}
	note := store.Export{Folder: folder, Host: host, Safe: safe}
	if !slices.ContainsFunc(known, func(e store.Export) bool { return e.Folder == folder }) {
		if err := s.RememberExport(ctx, now, note); err != nil {
			return r, err
		}
		defer func() {
			if made, _, _, looking := export.Made(folder); err != nil && looking == nil && !made {
				err = errors.Join(err, s.DropExport(context.WithoutCancel(ctx), folder))
			}
		}()
	}
	bar := a.progress(a.say("書き出し", "export"))
	r, err = export.Write(ctx, export.Options{Warehouse: w.Path(w.Settings.Warehouse), Safe: safe, Language: w.Settings.Language, Progress: bar}, folder)
	if err != nil {
		return r, err
	}
	note.SHA256 = r.SHA256
	return r, s.RememberExport(ctx, now, note)
}

// renewed says what became of the copies of the data outside the store.
type renewed struct {
	Warehouse bool     `json:"warehouse_rebuilt"`
	Exports   []string `json:"exports_renewed"` // folders that were written anew
	ByHand    []string `json:"by_hand"`         // what koe cannot reach, or may not touch
}

// renew makes the warehouse and every export anew, so that no copy that koe can reach holds what was erased. It can be run
// again: what was not reached stays on the list.
func (a *app) renew(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time) (r renewed, err error) {
	r.Exports, r.ByHand = []string{}, []string{}
	if r.Warehouse, err = analysis.Renew(ctx, a.analysisConfig(w, s), now); err != nil {
		return r, err
	}
	exports, err := s.Exports(ctx)
	if err != nil {
		return r, err
	}
	host, err := os.Hostname()
	if err != nil {
		return r, err
	}
	for _, e := range exports {
		if !e.Stale {
			continue
		}
		made, _, foreign, err := export.Made(e.Folder)
		switch {
		case e.Host != host:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s の %s(書き出したデータ。別の機械にあります)", "%[2]s on %[1]s (exported data, on another machine)"), e.Host, e.Folder))
		case err != nil:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。読めません: %v)", "%s (exported data; cannot be read: %v)"), e.Folder, err))
		case !made:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。もうここにありません。移した先や写しを消してください)", "%s (exported data, no longer there: delete what it was moved or copied to)"), e.Folder))
			if err := s.DropExport(ctx, e.Folder); err != nil {
				return r, err
			}
		case len(foreign) > 0:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。koe が書いていない %s があるので触りません)", "%s (exported data; left alone, since koe did not write %s)"), e.Folder, foreign[0]))
		case !r.Warehouse:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。分析用データがないので作り直せません)", "%s (exported data; there is no warehouse to make it anew from)"), e.Folder))
		default:
			if _, err := a.export(ctx, w, s, now, e.Folder, e.Safe); err != nil {
				return r, fmt.Errorf("export to %s anew: %w", e.Folder, err)
			}
			r.Exports = append(r.Exports, e.Folder)
		}
	}
	return r, nil
}

// unfinished reports whether an erasure was cut short before the copies were made anew.
func unfinished(ctx context.Context, s *store.Store) (bool, error) {
	exports, err := s.Exports(ctx)
	return slices.ContainsFunc(exports, func(e store.Export) bool { return e.Stale }), err
}
