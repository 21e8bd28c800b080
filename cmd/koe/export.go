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

	"koe"
	"koe/analysis"
	"koe/analysis/export"
	"koe/journey"
	"koe/store"
)

func (a *app) exportCommand() *cobra.Command {
	var what exported
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
				if what.release != "" || what.draft {
					what.safe = true
				}
				if what.draft && what.release != "" {
					return usageError{koe.Errorf(koe.Invalid, "%s", a.say("--draft と --release は一緒に使えません", "--draft and --release exclude each other"))}
				}
				if what.safe && !what.draft {
					if err := export.Replaceable(folder); err != nil {
						return err
					}
					if what.release, err = a.releasedFigures(c.Context(), w, s, now, what.release); err != nil {
						return err
					}
				}
				r, err := a.export(c.Context(), w, s, now, folder, what)
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "export", 0, fmt.Sprintf("%s, %d tables, sha256 %s", what, len(r.Tables), r.SHA256)); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					bytes := int64(0)
					for _, t := range r.Tables {
						bytes += t.Bytes
					}
					fmt.Fprintf(out, a.say("書き出しました: %s(表 %d、%d KB)。説明は dictionary.html、確認は sha256sum -c SHA256SUMS。\n",
						"exported to %s: %d tables, %d KB. dictionary.html explains them; sha256sum -c SHA256SUMS checks them.\n"), r.Folder, len(r.Tables), (bytes+1023)/1024)
					switch {
					case what.draft:
						fmt.Fprintln(out, a.say("下書きです。どの報告書にもない値が入っています。人事の外に渡さないでください。",
							"This is a draft with figures that no release shows: for HR's eyes, do not hand it on."))
					case what.safe:
						fmt.Fprintf(out, a.say("報告書 %s の値です。この報告書は渡したものとして、これからの報告書と比べます。\n",
							"These are the figures of release %s, which counts as handed out: later releases are compared with it.\n"), what.release)
					default:
						fmt.Fprintln(out, a.say("main には一人ひとりの回答が入っています(氏名はありません)。組織の外に出さず、不要になったら消してください。外に渡す表は --safe で書き出します。",
							"main holds each person's answers, without names: keep it in the house and delete it when it is done with. --safe writes tables to hand out."))
					}
				})
			})
		},
	}
	c.Flags().BoolVar(&what.safe, "safe", false, "渡してよい表だけ: 直近の報告書の値 / only tables to hand out: the figures of the newest release")
	c.Flags().StringVar(&what.release, "release", "", "その報告書の値 / the figures of this release (with --safe)")
	c.Flags().BoolVar(&what.draft, "draft", false, "いまの分析の値。人事内のみ / the figures of the analysis, for HR's eyes (with --safe)")
	return c
}

// exported says what is exported: everything; the figures of a release; or, with draft, those of the analysis.
type exported struct {
	safe, draft bool
	release     string
}

// String words it for the audit log.
func (e exported) String() string {
	switch {
	case e.draft:
		return "draft"
	case e.safe:
		return "release " + e.release
	}
	return "all"
}

// releasedFigures finds the release whose figures are handed out, the newest that stands or the one of that name, and notes
// that somebody may have a copy from now on.
func (a *app) releasedFigures(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, name string) (string, error) {
	all, err := s.Releases(ctx)
	if err != nil {
		return "", err
	}
	var r *store.Release
	for i := range all {
		if name == "" && all[i].State != store.Withdrawn || name != "" && all[i].Name == name {
			r = &all[i]
		}
	}
	switch {
	case r == nil && name == "":
		return "", koe.Errorf(koe.NotFound, "%s", a.say("渡してよい値がまだありません。koe report で報告書を発行してください。人事の中で見るだけなら --safe --draft です",
			"there are no figures to hand out yet: run koe report, which makes a release; to look at them in HR, use --safe --draft"))
	case r == nil:
		return "", koe.Errorf(koe.NotFound, a.say("報告書 %q はありません。koe release list で確かめてください", "there is no release %q; koe release list shows them"), name)
	case r.State == store.Withdrawn:
		return "", koe.Errorf(koe.Conflict, a.say("報告書 %s は取り下げられています。koe report で新しく発行してください", "release %s was withdrawn and cannot be handed out; make a new one with koe report"), name)
	}
	path := analysis.KeptFigures(w.Path(w.Settings.Warehouse), r.Name)
	of, inputs, err := analysis.KeptOf(ctx, path)
	if koe.KindOf(err) == koe.NotFound || err == nil && (of != r.Name || inputs != r.Inputs) {
		return "", koe.Errorf(koe.NotFound, a.say("報告書 %s の値は、この機械の %s にありません。koe report を実行した機械で書き出すか、koe report で新しく発行してください",
			"the figures of release %s are not at %s on this machine: export where koe report ran, or make a new release with koe report"), r.Name, path)
	}
	if err != nil {
		return "", err
	}
	_, err = s.ExportRelease(ctx, now, r.Name)
	return r.Name, err
}

// export writes the warehouse into a folder and remembers that it did. A folder that is new is noted before it is written,
// so that one which is written when the machine stops is known too.
func (a *app) export(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, folder string, what exported) (r export.Result, err error) {
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
	note := store.Export{Folder: folder, Host: host, Safe: what.safe}
	if !slices.ContainsFunc(known, func(e store.Export) bool { return e.Folder == folder }) {
		if err := s.RememberExport(ctx, now, note); err != nil {
			return r, err
		}
		defer func() {
			if found, looking := export.Made(folder); err != nil && looking == nil && !found.Ours {
				err = errors.Join(err, s.DropExport(context.WithoutCancel(ctx), folder))
			}
		}()
	}
	bar := a.progress(a.say("書き出し", "export"))
	from := w.Path(w.Settings.Warehouse)
	if what.release != "" {
		from = analysis.KeptFigures(from, what.release)
	}
	r, err = export.Write(ctx, export.Options{Warehouse: from, Safe: what.safe, Release: what.release, Language: w.Settings.Language, Progress: bar}, folder)
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
	if _, err := analysis.ForgetWords(ctx, w.Path(w.Settings.Warehouse)); err != nil {
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
		found, err := export.Made(e.Folder)
		switch {
		case e.Host != host:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s の %s(書き出したデータ。別の機械にあります)", "%[2]s on %[1]s (exported data, on another machine)"), e.Host, e.Folder))
		case err != nil:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。読めません: %v)", "%s (exported data; cannot be read: %v)"), e.Folder, err))
		case !found.Ours:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。もうここにありません。移した先や写しを消してください)", "%s (exported data, no longer there: delete what it was moved or copied to)"), e.Folder))
			if err := s.DropExport(ctx, e.Folder); err != nil {
				return r, err
			}
		case len(found.Foreign) > 0:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。koe が書いていない %s があるので触りません)", "%s (exported data; left alone, since koe did not write %s)"), e.Folder, found.Foreign[0]))
		case !r.Warehouse:
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。分析用データがないので作り直せません)", "%s (exported data; there is no warehouse to make it anew from)"), e.Folder))
		case found.Release != "" && !kept(w, found.Release):
			r.ByHand = append(r.ByHand, fmt.Sprintf(a.say("%s(書き出したデータ。報告書 %s の値が手元にないので作り直せません)", "%s (exported data; the figures of release %s are not here to make it anew from)"), e.Folder, found.Release))
		default:
			if _, err := a.export(ctx, w, s, now, e.Folder, exported{safe: found.Safe, release: found.Release, draft: found.Safe && found.Release == ""}); err != nil {
				return r, fmt.Errorf("export to %s anew: %w", e.Folder, err)
			}
			r.Exports = append(r.Exports, e.Folder)
		}
	}
	return r, nil
}

// kept says whether the figures of a release are on this machine.
func kept(w *journey.Workspace, release string) bool {
	_, err := os.Stat(analysis.KeptFigures(w.Path(w.Settings.Warehouse), release))
	return err == nil
}

// unfinished reports whether an erasure was cut short before the copies were made anew.
func unfinished(ctx context.Context, s *store.Store) (bool, error) {
	exports, err := s.Exports(ctx)
	return slices.ContainsFunc(exports, func(e store.Export) bool { return e.Stale }), err
}
