package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/collector/imports"
	"koe/journey"
	"koe/store"
)

// imported is what every import's result can do.
type imported interface {
	WriteText(w io.Writer, lang string)
}

// importing opens the store, runs one import, prints its result and turns refused rows into exit code 3.
func (a *app) importing(ctx context.Context, what string, dry bool, run func(cfg imports.Config, now time.Time) (imported, imports.Refused, error)) error {
	return a.pass(ctx, func(w *journey.Workspace, s *store.Store, now time.Time) error {
		result, refused, err := run(imports.Config{Store: s, Workspace: w, Language: a.language, Progress: a.progress(what)}, now)
		if result != nil {
			if printing := a.print(result, func(out io.Writer) { result.WriteText(out, a.language) }); printing != nil {
				return printing
			}
		}
		if err != nil {
			return err
		}
		if !dry {
			if err := a.audit(ctx, s, now, what, 0, fmt.Sprintf("%d rows refused", len(refused))); err != nil {
				return err
			}
		}
		if len(refused) > 0 {
			return errRefused
		}
		return nil
	})
}

func (a *app) peopleCommand() *cobra.Command {
	group := &cobra.Command{Use: "people", Short: "名簿 / the roster"}
	group.AddCommand(a.importCommand("people import", "名簿を取り込む(削除はしない) / bring the roster in line with files; never deletes",
		func(ctx context.Context, cfg imports.Config, files []string, now time.Time, dry bool) (imported, imports.Refused, error) {
			r, err := imports.People(ctx, cfg, files, now, dry)
			return r, r.Refused, err
		}))
	return group
}

func (a *app) eventsCommand() *cobra.Command {
	group := &cobra.Command{Use: "events", Short: "出来事 / events"}
	group.AddCommand(a.importCommand("events import", "出来事を取り込む / add dated facts about people",
		func(ctx context.Context, cfg imports.Config, files []string, now time.Time, dry bool) (imported, imports.Refused, error) {
			r, err := imports.Events(ctx, cfg, files, now, dry)
			return r, r.Refused, err
		}))
	return group
}

// importCommand is an import of files that has nothing to choose but a dry run.
func (a *app) importCommand(what, short string, run func(context.Context, imports.Config, []string, time.Time, bool) (imported, imports.Refused, error)) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "import FILE…",
		Short: short,
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			return a.importing(c.Context(), what, dry, func(cfg imports.Config, now time.Time) (imported, imports.Refused, error) {
				r, refused, err := run(c.Context(), cfg, files, now, dry)
				if err != nil {
					return nil, nil, err
				}
				return r, refused, nil
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "書き込まずに結果だけ / show what would change, write nothing")
	return c
}

func (a *app) answersCommand() *cobra.Command {
	group := &cobra.Command{Use: "answers", Short: "回答 / answers"}
	var o imports.AnswerOptions
	c := &cobra.Command{
		Use:   "import FILE…",
		Short: "回答を取り込む / take in answers",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			if err := a.knownFormat(o.Format); err != nil {
				return err
			}
			return a.importing(c.Context(), "answers import", o.DryRun, func(cfg imports.Config, now time.Time) (imported, imports.Refused, error) {
				r, err := imports.Answers(c.Context(), cfg, files, o, now)
				if err != nil && r.Rows == 0 {
					return nil, nil, err
				}
				return r, r.Refused, err
			})
		},
	}
	c.Flags().StringVar(&o.Format, "format", "", strings.Join(imports.Formats(), " | "))
	c.Flags().StringVar(&o.Map, "map", "", "対応表(koe answers map で下書きを作る) / a mapping file, drafted by koe answers map")
	c.Flags().BoolVar(&o.Accept, "yes", false, "推定した形式で取り込む / take the suggested format")
	c.Flags().StringVar(&o.Journey, "journey", "", "ジャーニー / the journey the answers belong to")
	c.Flags().StringVar(&o.Stage, "stage", "", "時期(列がないとき) / the stage, when no column says it")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "書き込まずに結果だけ / preview, write nothing")
	group.AddCommand(c, a.answersMapCommand())
	return group
}

// knownFormat refuses a --format that does not exist.
func (a *app) knownFormat(format string) error {
	if format == "" {
		return nil
	}
	for _, known := range imports.Formats() {
		if format == known {
			return nil
		}
	}
	return usageError{koe.Errorf(koe.Invalid, a.say("--format %q はありません。%s のどれかです", "--format %q does not exist; one of %s"),
		format, strings.Join(imports.Formats(), ", "))}
}
