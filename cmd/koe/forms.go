package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"koe/collector/imports"
	"koe/collector/sheet"
	"koe/journey"
	"koe/store"
)

func (a *app) formCommand() *cobra.Command {
	group := &cobra.Command{Use: "form", Short: "Excel 調査票 / Excel forms"}
	var o sheet.Options
	var out string
	c := &cobra.Command{
		Use:   "export STAGE",
		Short: "Excel 調査票を一人一件書き出す / write the Excel form of a stage, one workbook a person",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				o.Stage = args[0]
				folder := out
				if folder == "" {
					folder = w.Path(filepath.Join("data", "forms", o.Stage))
				}
				r, err := sheet.Export(c.Context(), sheet.Config{Store: s, Workspace: w, Language: a.language}, o, folder, now)
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { r.WriteText(out, a.language) })
			})
		},
	}
	c.Flags().BoolVar(&o.Blank, "blank", false, "名前のない一件だけ / one form without a name, which asks for the number")
	c.Flags().StringVar(&o.Journey, "journey", "", "ジャーニー / the journey, when several have the stage")
	c.Flags().StringVar(&o.Language, "lang", "", "名前のない調査票の言語 / the language of a blank form")
	c.Flags().StringVarP(&out, "out", "o", "", "書き出す先のフォルダ(既定は data/forms/STAGE) / the folder to write to (data/forms/STAGE)")
	group.AddCommand(c)
	return group
}

// answersMapCommand writes the draft of a mapping file to standard output or to a new file.
func (a *app) answersMapCommand() *cobra.Command {
	var o imports.AnswerOptions
	var out string
	c := &cobra.Command{
		Use:   "map FILE",
		Short: "対応表の下書きを作る / write the draft of a mapping file for answers import --map",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.knownFormat(o.Format); err != nil {
				return err
			}
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				draft, err := imports.DraftMapping(c.Context(), imports.Config{Store: s, Workspace: w, Language: a.language}, args[0], o, now)
				if err != nil {
					return err
				}
				if out == "" {
					_, err = a.out.Write(draft)
					return err
				}
				f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				if err != nil {
					return fmt.Errorf("answers map: %w", err)
				}
				if _, err := f.Write(draft); err != nil {
					_ = f.Close()
					return fmt.Errorf("answers map: %w", err)
				}
				return f.Close()
			})
		},
	}
	c.Flags().StringVar(&o.Format, "format", "", "形式が分かっているとき / the format, when it is known")
	c.Flags().StringVar(&o.Journey, "journey", "", "ジャーニー / the journey the answers belong to")
	c.Flags().StringVar(&o.Stage, "stage", "", "時期 / the stage")
	c.Flags().StringVarP(&out, "out", "o", "", "書き出す先(既定は標準出力) / the file to write")
	return c
}
