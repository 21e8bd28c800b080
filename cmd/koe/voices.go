package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/analysis/voices"
	"koe/analysis/voices/coding"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

func (a *app) voicesCommand() *cobra.Command {
	group := &cobra.Command{Use: "voices", Short: "自由記述 / free text"}
	group.AddCommand(a.voicesExplainCommand(), a.voicesExportCommand(), a.voicesImportCommand())
	return group
}

func (a *app) voicesExplainCommand() *cobra.Command {
	var language string
	c := &cobra.Command{
		Use:   "explain TEXT",
		Short: "なぜその主題になったか、何を伏せたか / why a text gets its themes, and what was masked",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := a.explain(c, args[0], language)
			if err != nil {
				return err
			}
			return a.print(e, func(out io.Writer) {
				fmt.Fprintln(out, a.say("伏せた文:", "masked:"), e.Masked)
				for _, h := range e.Hidden {
					fmt.Fprintf(out, "  %s ← %s\n", h.Token, h.Text)
				}
				table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
				for _, m := range e.Morphemes {
					fmt.Fprintf(table, "  %d\t%s\t%s\t%s\n", m.Clause, m.Surface, m.Base, m.POS)
				}
				_ = table.Flush()
				for _, m := range e.Mentions {
					fmt.Fprintf(out, a.say("節%d: %s %s(手がかり %s。%s)  %s:%d\n", "clause %d: %s %s (cue %s; %s)  %s:%d\n"), m.Clause, m.Theme, m.Valence, m.Cue, m.Why, m.File, m.Line)
				}
				fmt.Fprintln(out, a.say("主題:", "themes:"))
				for _, t := range e.Themes {
					fmt.Fprintf(out, "  %s:%s (%s)\n", t.Theme, t.Valence, t.Cue)
				}
			})
		},
	}
	c.Flags().StringVar(&language, "lang", "ja", "ja | en")
	return c
}

// explain reads a text with the organisation's words and rules and, when there is a working folder with a store, with its
// roster; elsewhere with what koe ships.
func (a *app) explain(c *cobra.Command, text, language string) (voices.Explanation, error) {
	var v *voices.Voices
	var problems koe.Problems
	var masker *voices.Masker
	if _, err := os.Stat(filepath.Join(a.dir, journey.SettingsFile)); err == nil {
		w, s, err := a.open(c.Context())
		if err != nil {
			return voices.Explanation{}, err
		}
		defer s.Close()
		if v, problems = voices.Open(w); v == nil {
			return voices.Explanation{}, problems
		}
		roll, err := s.Names(c.Context())
		if err != nil {
			return voices.Explanation{}, err
		}
		masker = v.Masker(roll)
	} else if v, problems = voices.New(nil, nil); v == nil {
		return voices.Explanation{}, problems
	}
	return v.Explain(masker, text, language)
}

func (a *app) voicesExportCommand() *cobra.Command {
	var o analysis.CodingOptions
	var out string
	c := &cobra.Command{
		Use:   "export",
		Short: "二人で主題を付け、掲載を決める Excel / an Excel sheet for two coders, and for clearing comments one by one",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.spoken("--lang", o.Language); err != nil {
				return err
			}
			if o.Sample < 0 {
				return koe.Errorf(koe.Misused, "%s", a.say("--sample は 0 以上です", "--sample is 0 or more"))
			}
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				n := 0
				err := whole.File(out, 0o600, func(to io.Writer) (err error) {
					n, err = analysis.ExportVoices(c.Context(), a.analysisConfig(w, s), to, o)
					return err
				})
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "voices export", 0, fmt.Sprintf("%d comments", n)); err != nil {
					return err
				}
				return a.print(map[string]any{"file": out, "comments": n}, func(to io.Writer) {
					fmt.Fprintf(to, a.say("%d 件の意見を %s に書きました。伏せ字でも本人が分かることがあります。扱いに注意してください。\n",
						"%d comments written to %s. Even masked they may point to somebody: handle with care.\n"), n, out)
				})
			})
		},
	}
	c.Flags().IntVar(&o.Sample, "sample", 0, "件数(0 はすべて) / how many; 0 for all")
	c.Flags().BoolVar(&o.Fresh, "fresh", false, "まだのものだけ / only those not yet coded or cleared")
	c.Flags().StringVar(&o.Language, "lang", "", "ja | en")
	c.Flags().StringVarP(&out, "output", "o", "voices.xlsx", "ファイル / file")
	return c
}

func (a *app) voicesImportCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "記入された表を読み、一致度(κ)と規則の正しさを示し、保存する / read the sheet back: kappa, precision and recall; keep what was agreed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				r, problems, err := analysis.ImportVoices(c.Context(), a.analysisConfig(w, s), now, args[0], f, dry)
				if err != nil {
					return err
				}
				if !dry && r.Saved > 0 {
					if err := a.audit(c.Context(), s, now, "voices import", 0, fmt.Sprintf("%d decisions", r.Saved)); err != nil {
						return err
					}
				}
				if err := a.print(r, func(out io.Writer) { a.writeCoding(out, r) }); err != nil {
					return err
				}
				for _, p := range problems {
					fmt.Fprintln(a.err, "koe:", p)
				}
				if len(problems.Serious()) > 0 {
					return errRefused
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "保存せずに結果だけ / compare, keep nothing")
	return c
}

// writeCoding prints how well the coders agree and how well the rules do.
func (a *app) writeCoding(out io.Writer, r coding.Result) {
	number := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return fmt.Sprintf("%.2f", *v)
	}
	fmt.Fprintf(out, a.say("%d 件。二人とも記入 %d、決まったもの %d、食い違い %d。掲載してよい %d、しない %d。保存 %d。\n",
		"%d comments; coded by both %d, decided %d, open %d; cleared %d, not cleared %d; kept %d.\n"),
		r.Comments, r.BothCoded, r.Coded, r.Open, r.Cleared, r.NotCleared, r.Saved)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, a.say("主題\tκ\t件数\t適合率\t再現率\tF1", "theme\tkappa\tn\tprecision\trecall\tF1"))
	accuracy := map[string]coding.Accuracy{}
	for _, x := range r.Accuracy {
		accuracy[x.Theme] = x
	}
	for _, x := range r.Agreement {
		y := accuracy[x.Theme]
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", x.Theme, number(x.Kappa), x.N, number(y.Precision), number(y.Recall), number(y.F1))
	}
	_ = table.Flush()
	fmt.Fprintf(out, a.say("マクロF1 %s、ミクロF1 %s、向きの正しさ %s\n", "macro F1 %s, micro F1 %s, valence %s\n"), number(r.MacroF1), number(r.MicroF1), number(r.Valence))
}
