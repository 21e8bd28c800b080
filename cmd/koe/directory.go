package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"koe/collector/directory"
	"koe/journey"
	"koe/store"
)

func (a *app) directoryCommand() *cobra.Command {
	var folder, photos string
	c := &cobra.Command{
		Use:   "directory",
		Short: "専門家 虎の巻: 同意した人の紹介ページ / the directory of experts: pages from consented profiles",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				if folder == "" {
					folder = directory.DefaultFolder(w)
				}
				r, err := directory.Write(c.Context(), directory.Config{Store: s, Workspace: w, Photos: photos}, now, folder)
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "directory", r.People, fmt.Sprintf("%d without a page", r.Withheld)); err != nil {
					return err
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("%d人のページを作りました（同意のない・取り消された・離職した方 %d人）: %s\n", "pages of %d people (%d did not agree, took it back or left): %s\n"), r.People, r.Withheld, r.Folder)
				})
			})
		},
	}
	c.Flags().StringVar(&folder, "out", "", "書き出すフォルダー / where to write (default: directory/ in the working folder)")
	c.Flags().StringVar(&photos, "photos", "", "写真のフォルダー。ファイル名は職員番号 / photographs named after the person_id (default: photos/ in the working folder)")
	return c
}
