package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/journey"
	"koe/reports"
	"koe/store"
)

func (a *app) releaseCommand() *cobra.Command {
	group := &cobra.Command{Use: "release", Short: "報告書の台帳: 用意、配布、取下げ / the ledger of reports: prepared, handed out, withdrawn"}
	list := &cobra.Command{
		Use:   "list",
		Short: "すべての報告書 / every release",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				all, err := s.Releases(c.Context())
				if err != nil {
					return err
				}
				return a.print(nonNil(all), func(out io.Writer) { a.writeReleases(out, w, all) })
			})
		},
	}
	show := &cobra.Command{
		Use:   "show NAME",
		Short: "一つの報告書: 表ごとの新しい値、前回公表値、非公表 / one release: what is new, carried and withheld, table by table",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, _ time.Time) error {
				r, err := s.Release(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) { a.writeRelease(out, w, r) })
			})
		},
	}
	group.AddCommand(list, show, a.approveCommand(), a.withdrawCommand())
	return group
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (a *app) approveCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use:   "approve NAME",
		Short: "配布したことを記す / note that a release is handed out",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(_ *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := s.ApproveRelease(c.Context(), now, args[0], orUser(by))
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "release approve", 0, r.Name); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%s は配布済みです(%s)。\n", "release %s is handed out (%s)\n"), r.Name, r.ApprovedBy)
				})
			})
		},
	}
	c.Flags().StringVar(&by, "by", "", "承認した人 / who approved it (default: the user of this machine)")
	return c
}

func (a *app) withdrawCommand() *cobra.Command {
	var by, dir string
	c := &cobra.Command{
		Use:   "withdraw NAME",
		Short: "取り下げる。配布前なら、次の報告書はこれと比べない / take a release back; one that was never handed out leaves the basis of comparison",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := s.WithdrawRelease(c.Context(), now, args[0], orUser(by))
				if err != nil {
					return err
				}
				if dir == "" {
					dir = w.Path(w.Settings.Reports)
				}
				folder, err := setAside(filepath.Join(dir, r.Name))
				if err != nil {
					return err
				}
				if err := analysis.DropFigures(w.Path(w.Settings.Warehouse), r.Name); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "release withdraw", 0, r.Name); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%s を取り下げました。\n", "release %s is withdrawn\n"), r.Name)
					if r.Basis {
						fmt.Fprintln(out, a.say("だれかの手元に残っているかもしれないので、これからの報告書もこれと比べます。", "somebody may have a copy: later releases are still compared with it"))
					} else {
						fmt.Fprintln(out, a.say("配布していないので、これからの報告書はこれと比べません。次に koe analyze を実行してください。", "it was never handed out: later releases are not compared with it; run koe analyze next"))
					}
					if folder != "" {
						fmt.Fprintf(out, a.say("フォルダーは %s に移しました。\n", "its folder is now %s\n"), folder)
					}
				})
			})
		},
	}
	c.Flags().StringVar(&by, "by", "", "取り下げた人 / who withdrew it (default: the user of this machine)")
	c.Flags().StringVar(&dir, "out", "", "報告書のフォルダー / folder of releases (default: reports of koe.yaml)")
	return c
}

// aside ends the name of the folder of a withdrawn release.
const aside = "-withdrawn"

// setAside renames the folder of a withdrawn release, so that nobody hands it on by mistake; "" when there is none.
func setAside(folder string) (string, error) {
	to := folder + aside
	switch err := os.Rename(folder, to); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return to, nil
}

// orUser is who did it: as named, else the user of the machine.
func orUser(name string) string {
	if name != "" {
		return name
	}
	return userName()
}

// stateText words the state of a release.
func (a *app) stateText(r *store.Release) string {
	switch r.State {
	case store.Approved:
		return a.say("配布済み", "handed out")
	case store.Withdrawn:
		return a.say("取下げ", "withdrawn")
	default:
		return a.say("用意", "prepared")
	}
}

// counts adds up the tables of a release.
func counts(r *store.Release) (sum store.ReleaseTable) {
	for _, t := range r.Tables {
		sum.Fresh += t.Fresh
		sum.Carried += t.Carried
		sum.Withheld += t.Withheld
	}
	return sum
}

func (a *app) writeReleases(out io.Writer, w *journey.Workspace, all []store.Release) {
	if len(all) == 0 {
		fmt.Fprintln(out, a.say("まだありません。koe report が作ります。", "none yet; koe report makes one"))
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, a.say("名前\t状態\tデータ\t作成\tだれ\t新しい値\t前回公表値\t非公表\tファイル", "name\tstate\tdata until\tmade\tby\tnew\tcarried\twithheld\tfiles"))
	for i := range all {
		r := &all[i]
		n := counts(r)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", r.Name, a.stateText(r), r.DataUntil, r.PreparedAt.In(w.Location).Format("2006-01-02 15:04"), r.PreparedBy,
			n.Fresh, n.Carried, n.Withheld, len(r.Files))
	}
	_ = t.Flush() // errors of standard output show elsewhere
}

func (a *app) writeRelease(out io.Writer, w *journey.Workspace, r store.Release) {
	at := func(t time.Time) string { return t.In(w.Location).Format("2006-01-02 15:04") }
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(ja, en string, values ...any) {
		fmt.Fprintln(t, append([]any{a.say(ja, en) + "\t"}, values...)...)
	}
	line("報告書", "release", r.Name)
	line("番号", "number", r.Number)
	line("状態", "state", a.stateText(&r))
	line("データ", "data until", r.DataUntil)
	line("基準", "thresholds", fmt.Sprintf(a.say("得点 %d人、意見・掛け合わせ %d人", "%d people for scores, %d for comments and cross-cuts"), r.MinGroup, r.MinComments))
	line("作成", "made", at(r.PreparedAt), r.PreparedBy)
	if !r.ApprovedAt.IsZero() {
		line("配布", "handed out", at(r.ApprovedAt), r.ApprovedBy)
	}
	if !r.WithdrawnAt.IsZero() {
		line("取下げ", "withdrawn", at(r.WithdrawnAt), r.WithdrawnBy)
	}
	if !r.ExportedAt.IsZero() {
		line("書き出し", "exported", at(r.ExportedAt))
	}
	line("比較の対象", "compared with later ones", map[bool]string{true: a.say("はい", "yes"), false: a.say("いいえ", "no")}[r.Basis])
	line("値のSHA-256", "SHA-256 of the figures", r.Inputs)
	fmt.Fprintln(t)
	fmt.Fprintln(t, a.say("表\t新しい値\t前回公表値\t非公表", "table\tnew\tcarried\twithheld"))
	for _, row := range r.Tables {
		if row.Fresh+row.Carried+row.Withheld > 0 {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\n", row.Table, row.Fresh, row.Carried, row.Withheld)
		}
	}
	n := counts(&r)
	fmt.Fprintf(t, "%s\t%d\t%d\t%d\n\n", a.say("計", "all"), n.Fresh, n.Carried, n.Withheld)
	for _, f := range r.Files {
		fmt.Fprintf(t, "%s\t%d KB\t%s\n", f.Name, (f.Bytes+1023)/1024, f.SHA256[:min(16, len(f.SHA256))])
	}
	_ = t.Flush()
}

// releasing makes a report a release: it gives it the name that the ledger has for its figures, and a step that puts it into
// the ledger once its files are written. A report made without knowing the last release is refused with Conflict.
func (a *app) releasing(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, published *analysis.Published, dir string) (name string, record func(context.Context, string, reports.Result) error, err error) {
	inputs, err := reports.Inputs(published)
	if err != nil {
		return "", nil, err
	}
	taken := func(name string) bool { // by a report of a koe that kept no ledger, or in a store that was restored since
		there := reports.InputsOf(filepath.Join(dir, name))
		return there != "" && there != inputs
	}
	name, recorded, err := s.PlanRelease(ctx, inputs, koe.DateOf(now.In(w.Location)), taken)
	if err != nil {
		return "", nil, err
	}
	if !recorded {
		known, err := s.LedgerState(ctx)
		if err != nil {
			return "", nil, err
		}
		if known != published.Ledger {
			return "", nil, koe.Errorf(koe.Conflict, "%s", a.say("この分析は、直近の報告書を踏まえていません。koe analyze を実行してから、もう一度 koe report を実行してください",
				"this analysis does not know the last release: run koe analyze, then koe report again"))
		}
	}
	record = func(ctx context.Context, _ string, written reports.Result) (err error) {
		next, err := analysis.ReadNextRelease(ctx, w.Path(w.Settings.Warehouse), published)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, next.Close()) }()
		r := store.Release{Name: written.Name, Inputs: inputs, DataUntil: published.Closed, MinGroup: published.MinGroup, MinComments: published.MinComments,
			PreparedBy: userName(), Tables: next.Tables}
		for _, f := range written.Files {
			r.Files = append(r.Files, store.ReleaseFile{Name: f.Name, Language: f.Language, Segment: f.Scope.Segment, Member: f.Scope.Member, Bytes: f.Bytes, SHA256: f.SHA256})
		}
		if err := analysis.KeepFigures(ctx, w.Path(w.Settings.Warehouse), r.Name, inputs); err != nil {
			return err
		}
		a.passed("release kept")
		kept, _, err := s.RecordRelease(ctx, now, r, next.Change)
		if err == nil && kept.Name != written.Name {
			err = koe.Errorf(koe.Conflict, "the same figures were released as %s meanwhile", kept.Name)
		}
		a.passed("release recorded")
		return err
	}
	return name, record, nil
}
