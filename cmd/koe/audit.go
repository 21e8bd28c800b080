package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/reports"
	"koe/reports/audit"
	"koe/store"
)

func (a *app) auditCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "audit RELEASE",
		Short: "報告書を攻撃して、漏れがないか確かめる / koe attacks its own files and says what they give away",
		Long: "報告書のファイルを持つ人と同じように読み直し、個人や少人数の値が分かるかを試します。RELEASE は 2026-04-01 のような名前か、フォルダーです。見つかれば終了コードは 1 です。\n\n" +
			"Reads the files of a release back as somebody who holds them would, and tries to learn what must not be learnt. RELEASE is a name, such as 2026-04-01, or a folder. Exit code 1 with findings.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				folder, err := a.releaseFolder(w, out, args[0])
				if err != nil {
					return err
				}
				r, err := a.attack(c.Context(), w, s, folder, true)
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "audit", 0, fmt.Sprintf("%s, %d findings", r.Release, len(r.Findings))); err != nil {
					return err
				}
				if err := a.print(r, func(out io.Writer) { a.writeAudit(out, r) }); err != nil {
					return err
				}
				if len(r.Findings) > 0 {
					return koe.Errorf(koe.Forbidden, a.say("%s から、知られてはならないことが %d 件分かります", "%s gives away %d things that must not be learnt"), r.Release, len(r.Findings))
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "報告書のフォルダー / folder of releases (default: reports of koe.yaml)")
	return c
}

// releaseFolder finds a release by its name or its folder.
func (a *app) releaseFolder(w *journey.Workspace, out, name string) (string, error) {
	if out == "" {
		out = w.Path(w.Settings.Reports)
	}
	for _, folder := range []string{filepath.Join(out, name), name} {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder, nil
		}
	}
	return "", koe.Errorf(koe.NotFound, a.say("%s という報告書はありません(%s にありません)", "there is no release %s in %s"), name, out)
}

// attack audits the files of a folder, with what the store and the warehouse know; past says whether earlier releases are
// put together with them.
func (a *app) attack(ctx context.Context, w *journey.Workspace, s *store.Store, folder string, past bool) (audit.Result, error) {
	truth, err := a.truth(ctx, w, s, filepath.Base(folder))
	if err != nil {
		return audit.Result{}, err
	}
	if !past {
		truth.Past, truth.Lives = nil, nil
	}
	return audit.Check(ctx, folder, truth)
}

// truth is what an attacker of a release is compared with. Names come from the vault; without it (its key is not here) they
// cannot be looked for, and that is an error: an audit that does not look is none.
func (a *app) truth(ctx context.Context, w *journey.Workspace, s *store.Store, release string) (audit.Truth, error) {
	people, err := s.People(ctx, store.WithVault)
	if err != nil {
		return audit.Truth{}, err
	}
	warehouse := w.Path(w.Settings.Warehouse)
	t := audit.Truth{MinGroup: w.Settings.Disclosure.MinGroup, MinComments: w.Settings.Disclosure.MinComments, People: people}
	for _, name := range w.Settings.Organization {
		t.Known = append(t.Known, name)
	}
	if t.Fixed, err = reports.Fixed(); err != nil {
		return audit.Truth{}, err
	}
	t.Values = func(ctx context.Context) ([]float64, error) { return analysis.Unrounded(ctx, warehouse) }
	t.Keys = func(ctx context.Context, candidates []string) (map[string]string, error) {
		found, err := analysis.KeysAmong(ctx, warehouse, candidates)
		if err != nil {
			return nil, err
		}
		for _, c := range candidates {
			if len(c) != tokenLength {
				continue
			}
			switch _, err := s.InvitationByToken(ctx, c); {
			case err == nil:
				found[c] = "link"
			case koe.KindOf(err) != koe.NotFound:
				return nil, err
			}
		}
		return found, nil
	}
	return t, readers(ctx, w, release, &t)
}

// tokenLength is how many letters the token of a link has: 128 bits in base 32.
const tokenLength = 26

func (a *app) writeAudit(out io.Writer, r audit.Result) {
	fmt.Fprintf(out, a.say("%s: %d ファイル、%d KB、数値 %d 個を読み、公表値 %d 個を突き合わせました\n", "%s: read %d files, %d KB, %d numbers; put %d published figures together\n"), r.Release, r.Files, r.Bytes/1024, r.Figures, r.Attacked)
	for _, f := range r.Findings {
		fmt.Fprintln(out, "  "+a.finding(f))
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(out, a.say("知られてはならないことは、見つかりませんでした。", "nothing was found that must not be learnt"))
	}
}

// finding is one line: where, then what.
func (a *app) finding(f audit.Finding) string {
	lang := a.language
	if lang == "" {
		lang = a.say("ja", "en")
	}
	return strings.TrimSpace(f.File+" "+f.Place) + ": " + f.What.In(lang)
}

// fewFindings are said in the error of a report; koe audit says them all.
const fewFindings = 5

// inspect gives what reports.Write asks before the files get their name: the audit, whose findings end the release. The
// same bytes again were audited when they were new. What disclosure control promises to prevent within one release ends it:
// what koe audit finds besides (groups that are no row of any table, earlier releases) is for people to weigh.
func (a *app) inspect(w *journey.Workspace, s *store.Store) func(ctx context.Context, beside string, r reports.Result) error {
	return func(ctx context.Context, beside string, release reports.Result) error {
		if release.Unchanged {
			return nil
		}
		r, err := a.attack(ctx, w, s, beside, false)
		if err != nil {
			return fmt.Errorf(a.say("公表の前の検査: %w", "the audit before publishing: %w"), err)
		}
		r.Findings = slices.DeleteFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.Combined })
		if len(r.Findings) == 0 {
			return nil
		}
		var list []error
		for _, f := range r.Findings[:min(len(r.Findings), fewFindings)] {
			list = append(list, errors.New("  "+a.finding(f)))
		}
		return koe.Errorf(koe.Forbidden, a.say(
			"公表しませんでした。ファイルから、知られてはならないことが %d 件分かるためです。\n%w\nkoe report --draft で同じ内容の下書きを作り、koe audit でその名前を指定すると、すべての箇所が分かります。",
			"it was not published: the files give away %d things that must not be learnt\n%w\nkoe report --draft writes the same as a draft to look at; koe audit with its name lists every place"),
			len(r.Findings), errors.Join(list...))
	}
}
