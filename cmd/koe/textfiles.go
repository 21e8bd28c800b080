package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis/voices"
	"koe/journey"
	"koe/schedules"
)

func (a *app) initCommand() *cobra.Command {
	var pack, lang string
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "作業フォルダーを作る / lay out a working folder",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.dir
			if len(args) == 1 {
				dir = args[0]
			}
			a.language = lang
			if err := journey.Init(dir, pack, lang); err != nil {
				return err
			}
			return a.print(map[string]string{"dir": dir}, func(w io.Writer) {
				fmt.Fprintf(w, a.say("%s を用意しました。koe.yaml と journeys/ を読んで直し、koe check で確かめてください。\n",
					"%s is ready. Read and edit koe.yaml and journeys/, then run koe check.\n"), dir)
			})
		},
	}
	c.Flags().StringVar(&pack, "pack", "chuto", "質問と仮説の一式 / the pack of questions and hypotheses")
	c.Flags().StringVar(&lang, "lang", "ja", "ja | en")
	return c
}

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "すべてのテキストを確かめる(送信も書込みもしない) / check every text file; nothing is sent or written",
		RunE: func(*cobra.Command, []string) error {
			w, problems := journey.Open(a.dir)
			if w != nil {
				a.language = w.Settings.Language
			}
			problems = append(problems, a.checkWorkings(w)...)
			serious := problems.Serious()
			result := struct {
				Problems koe.Problems `json:"problems"`
				Errors   int          `json:"errors"`
				Warnings int          `json:"warnings"`
			}{problems, len(serious), len(problems) - len(serious)}
			if result.Problems == nil {
				result.Problems = koe.Problems{}
			}
			err := a.print(result, func(out io.Writer) {
				for _, p := range problems {
					kind := a.say("誤り", "error")
					if p.Warning {
						kind = a.say("注意", "warning")
					}
					fmt.Fprintf(out, "%s: %s\n", kind, p)
				}
				if len(serious) == 0 && w != nil {
					files := 1 + len(w.Journeys)
					fmt.Fprintf(out, a.say("%d 個のファイルに誤りはありません。\n", "%d files, no errors.\n"), files)
				}
			})
			if err != nil {
				return err
			}
			if len(serious) > 0 {
				return koe.Errorf(koe.Invalid, a.say("%d 件の誤りがあります", "%d errors"), len(serious))
			}
			return nil
		},
	}
}

// checkWorkings looks at what only the parts that use it understand: mail templates, the calendar, the cron expressions.
func (a *app) checkWorkings(w *journey.Workspace) (problems koe.Problems) {
	if w == nil {
		return nil
	}
	fail := func(file string, err error) {
		if err != nil {
			problems = append(problems, koe.Problem{File: file, Message: err.Error()})
		}
	}
	if folder := w.Settings.Mail.Templates; folder != "" {
		fail(folder, schedules.CheckTemplates(w.Path(folder)))
	}
	_, wrong := voices.Open(w)
	problems = append(problems, wrong...)
	calendar, err := schedules.NewCalendar(w.Settings.Calendar, w.Location)
	fail(journey.SettingsFile, err)
	for _, spec := range []string{w.Settings.Schedule.Dispatch, w.Settings.Schedule.Load, w.Settings.Schedule.Report} {
		if spec == "" {
			continue
		}
		schedule, err := schedules.ParseSchedule(spec, w.Location)
		fail(journey.SettingsFile, err)
		if err == nil && calendar != nil && spec == w.Settings.Schedule.Dispatch && !everOpen(schedule, calendar) {
			problems = append(problems, koe.Problem{File: journey.SettingsFile, Warning: true, Message: fmt.Sprintf(
				a.say("schedule.dispatch の「%s」は calendar.send_between の時間に一度も来ないので、メールが送られません", "schedule.dispatch %q never falls into calendar.send_between, so no mail is ever sent"), spec)})
		}
	}
	return problems
}

// everOpen reports whether a schedule has a time within the next hundred at which mails may be sent. Days are all alike for
// that, so any start will do.
func everOpen(schedule interface{ Next(time.Time) time.Time }, c *schedules.Calendar) bool {
	at := time.Date(2026, time.April, 1, 0, 0, 0, 0, c.Location())
	for range 100 {
		if at = schedule.Next(at); at.IsZero() {
			return false
		}
		if c.Open(at) {
			return true
		}
	}
	return false
}

func (a *app) schemaCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:       "schema [NAME]",
		Short:     "エディター用の JSON Schema / JSON Schema of the text files, for editors",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: schemaNames(),
		RunE: func(_ *cobra.Command, args []string) error {
			schemas := journey.Schemas()
			if out != "" {
				if err := os.MkdirAll(out, 0o755); err != nil {
					return err
				}
				for name, schema := range schemas {
					if err := os.WriteFile(filepath.Join(out, name), schema, 0o644); err != nil {
						return err
					}
					fmt.Fprintln(a.out, filepath.Join(out, name))
				}
				return nil
			}
			names := schemaNames()
			if len(args) == 0 {
				fmt.Fprintf(a.out, a.say("使い方: koe schema NAME または koe schema --out DIR\n名前: %s\n", "use: koe schema NAME, or koe schema --out DIR\nnames: %s\n"), strings.Join(names, ", "))
				return nil
			}
			schema, ok := schemas[args[0]]
			if !ok {
				return usageError{fmt.Errorf(a.say("%q という名前はありません。%s のどれかです", "%q is no schema; one of %s"), args[0], strings.Join(names, ", "))}
			}
			_, err := a.out.Write(schema)
			return err
		},
	}
	c.Flags().StringVar(&out, "out", "", "フォルダーに書き出す / write them all into a folder")
	return c
}

func schemaNames() []string {
	var names []string
	for name := range journey.Schemas() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "版 / the version",
		RunE: func(*cobra.Command, []string) error {
			return a.print(map[string]string{"version": version}, func(w io.Writer) { fmt.Fprintln(w, "koe", version) })
		},
	}
}
