package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"koe/analysis"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "控えを取る(受付中でもよい) / a consistent copy, while koe runs; the vault stays sealed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				if err := whole.File(args[0], 0o600, func(out io.Writer) error { return s.Backup(c.Context(), now, out, os.DirFS(releasedFolder(w))) }); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "backup", 0, ""); err != nil {
					return err
				}
				return a.print(map[string]string{"file": args[0]}, func(out io.Writer) {
					fmt.Fprintf(out, a.say("控えを %s に書きました。戻すには、金庫の鍵(%s)も要ります。別の場所に保管してください。\n",
						"backup written to %s. Restoring it needs the vault key (%s) too; keep that elsewhere.\n"), args[0], keyName(w))
				})
			})
		},
	}
}

// releasedFolder is the folder with the figures of the releases, which are handed out as tables later.
func releasedFolder(w *journey.Workspace) string {
	return filepath.Dir(analysis.KeptFigures(w.Path(w.Settings.Warehouse), ""))
}

// keyName says where the vault key comes from.
func keyName(w *journey.Workspace) string {
	if name := w.Settings.VaultKeyEnv; name != "" {
		return "$" + name
	}
	return w.Settings.VaultKeyFile
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "控えから戻す(空の場所にだけ) / put a backup into an empty place",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.workspace()
			if err != nil {
				return err
			}
			cfg, err := storeConfig(w, a.env)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			r, err := store.Restore(c.Context(), cfg, f, info.Size(), releasedFolder(w))
			if err != nil {
				return err
			}
			return a.print(r, func(out io.Writer) {
				fmt.Fprintf(out, a.say("%d 行と、公表した値のファイル %d 個を戻しました。次に koe load を実行してください。\n", "%d rows and %d files with published figures restored; run koe load next\n"), r.Rows, r.Files)
			})
		},
	}
}
