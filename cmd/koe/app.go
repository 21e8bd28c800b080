package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"koe"
	"koe/journey"
	"koe/store"
)

// The exit codes of DESIGN section 5.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// errRefused says that the work was done but for rows that were refused, each already listed.
var errRefused = errors.New("rows were refused")

// usageError is a command used wrongly.
type usageError struct{ error }

// run is the whole program: it parses args, does the work and gives the exit code.
func run(ctx context.Context, args []string, env func(string) string, in io.Reader, out, errOut io.Writer) int {
	return (&app{env: env, in: in, out: out, err: errOut}).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	return a.exit(err)
}

// passed tells whoever watches that a point was passed at which a crash is worth a test.
func (a *app) passed(point string) {
	if a.watch != nil {
		a.watch(point)
	}
}

// exit reports an error to the user, once, and maps it to an exit code.
func (a *app) exit(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRefused):
		return exitRefused
	case errors.As(err, &usage), koe.KindOf(err) == koe.Misused && err != nil:
		fmt.Fprintln(a.err, "koe:", err)
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.err, "koe:", a.say("中断しました。途中まで終わったことは保存されています。", "interrupted; what was finished is kept"))
		return exitFailed
	default:
		fmt.Fprintln(a.err, "koe:", err)
		return exitFailed
	}
}

// app holds what every command needs: the global flags and the outside world.
type app struct {
	env       func(string) string
	in        io.Reader
	out, err  io.Writer
	dir       string
	nowFlag   string
	logFormat string
	quiet     bool
	json      bool
	noVault   bool
	language  string // of messages; from koe.yaml when it could be read
	watch     func(point string)
}

// command builds the tree of commands.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "koe",
		Short:         "中途採用者の声を、時期ごとに聴いて、確かめて、手を打つ / listens to mid-career hires at each stage of their journey",
		Version:       version, // koe --version, as every program has it
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.logFormat != "text" && a.logFormat != "json" {
				return usageError{fmt.Errorf("--log-format is text or json, not %q", a.logFormat)}
			}
			_, err := a.now()
			return err
		},
	}
	root.SetVersionTemplate("koe {{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "dir", ".", "作業フォルダー / working folder")
	flags.StringVar(&a.nowFlag, "now", "", "現在時刻の代わり / the time to act at, 2026-04-01 or 2026-04-01T09:00:00+09:00 (default: the clock)")
	flags.StringVar(&a.logFormat, "log-format", "text", "text | json")
	flags.BoolVar(&a.quiet, "quiet", false, "経過を表示しない / no progress, only errors")
	flags.BoolVar(&a.json, "json", false, "結果をJSONで / machine-readable results")
	flags.BoolVar(&a.noVault, "without-vault", false, "金庫を開けない(鍵がないとき) / without names, links and comments, when the vault key is gone")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.commands()...)
	wrapUsage(root)
	return root
}

// wrapUsage makes cobra's complaints about arguments usage errors.
func wrapUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	} else if !c.HasSubCommands() {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := cobra.NoArgs(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	if c.HasSubCommands() && c.RunE != nil && c.Args == nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())}
			}
			return nil
		}
	}
	if c.HasSubCommands() && c.RunE == nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())}
			}
			return c.Help()
		}
		c.Args = cobra.ArbitraryArgs
	}
	for _, sub := range c.Commands() {
		wrapUsage(sub)
	}
}

// now is the one place where time enters.
func (a *app) now() (time.Time, error) {
	if a.nowFlag == "" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, a.nowFlag, a.location()); err == nil {
			return t, nil
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, a.nowFlag, a.location()); err == nil {
		return t.Add(12 * time.Hour), nil // a day alone is its noon, when mails may be sent
	}
	return time.Time{}, usageError{fmt.Errorf("--now %q: want 2026-04-01 or 2026-04-01T09:00:00+09:00", a.nowFlag)}
}

// location is the organisation's time zone when koe.yaml names one, for a --now without a zone.
func (a *app) location() *time.Location {
	if w, _ := journey.Open(a.dir); w != nil && w.Location != nil {
		return w.Location
	}
	return time.Local
}

// say picks a message for whoever runs the command: in the language of koe.yaml, else of the environment.
func (a *app) say(ja, en string) string {
	lang := a.language
	if lang == "" {
		lang = strings.ToLower(a.env("LC_ALL") + a.env("LANG"))
	}
	if strings.HasPrefix(lang, "en") {
		return en
	}
	return ja
}

// spoken refuses an option's languages that koe itself does not write.
func (a *app) spoken(option string, languages ...string) error {
	for _, lang := range languages {
		if lang != "ja" && lang != "en" && lang != "" {
			return koe.Errorf(koe.Misused, a.say("%s %q はありません。ja か en です", "%s %q does not exist; it is ja or en"), option, lang)
		}
	}
	return nil
}

// workspace reads koe.yaml and the journeys; warnings are shown, problems are the error.
func (a *app) workspace() (*journey.Workspace, error) {
	w, problems := journey.Open(a.dir)
	if w != nil {
		a.language = w.Settings.Language
	}
	if serious := problems.Serious(); len(serious) > 0 {
		return nil, serious
	}
	if w == nil {
		return nil, koe.Errorf(koe.Invalid, "%s", a.say("koe.yaml を読めません", "koe.yaml cannot be read"))
	}
	return w, nil
}

// open reads the workspace and opens its store.
func (a *app) open(ctx context.Context) (*journey.Workspace, *store.Store, error) {
	w, err := a.workspace()
	if err != nil {
		return nil, nil, err
	}
	cfg, err := storeConfig(w, a.env)
	if err != nil {
		return nil, nil, err
	}
	cfg.WithoutVault = a.noVault
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	return w, s, nil
}

// storeConfig says where the store is; the vault key comes from the environment or its file.
func storeConfig(w *journey.Workspace, env func(string) string) (store.Config, error) {
	settings := w.Settings
	cfg := store.Config{DSN: settings.Store, KeyFile: w.Path(settings.VaultKeyFile), Location: w.Location,
		MailDomain: mailDomain(settings.Mail.From), Segments: settings.Segments, MinGroup: settings.Disclosure.MinGroup}
	switch {
	case settings.Vault == "": // beside the store, or in its own schema
	case strings.Contains(settings.Vault, "://"):
		cfg.VaultPath = settings.Vault
	default:
		cfg.VaultPath = w.Path(settings.Vault)
	}
	if !strings.Contains(settings.Store, "://") {
		cfg.DSN = w.Path(settings.Store)
		if err := os.MkdirAll(filepath.Dir(cfg.DSN), 0o700); err != nil {
			return cfg, err
		}
	}
	if name := settings.VaultKeyEnv; name != "" {
		cfg.Key = env(name)
	}
	return cfg, nil
}

// logger writes to standard error; requests and passes log without names, addresses or tokens.
func (a *app) logger() *slog.Logger {
	level := slog.LevelInfo
	if a.quiet {
		level = slog.LevelError
	}
	options := &slog.HandlerOptions{Level: level}
	if a.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.err, options))
	}
	return slog.New(slog.NewTextHandler(a.err, options))
}

// print writes a result: as JSON when asked for, else by human.
func (a *app) print(result any, human func(w io.Writer)) error {
	if a.json {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(result)
	}
	human(a.out)
	return nil
}

// toTerminal reports whether standard output is a terminal.
func (a *app) toTerminal() bool {
	f, ok := a.out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminal reports whether progress may be drawn.
func (a *app) terminal() bool {
	f, ok := a.err.(*os.File)
	return ok && !a.quiet && term.IsTerminal(int(f.Fd()))
}

// mailDomain is the right side of Message-IDs: the domain that mail is sent from.
func mailDomain(from string) string {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return ""
	}
	return address.Address[strings.LastIndexByte(address.Address, '@')+1:]
}
