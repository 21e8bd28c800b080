package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis"
	"koe/internal/whole"
	"koe/journey"
	"koe/reports"
	"koe/store"
)

// retained says what is past its time and, when it was erased, what became of the copies.
type retained struct {
	store.Expired
	Releases []string `json:"releases"` // reports, by name
	Files    int      `json:"files"`    // mails and Excel forms to people whose contacts are past their time
	Applied  bool     `json:"applied"`
	renewed
}

func (a *app) retentionCommand() *cobra.Command {
	var apply bool
	var table string
	c := &cobra.Command{
		Use:   "retention",
		Short: "保存期間を過ぎたもの(--apply で消す) / what is past its time; --apply erases it",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				keep, err := alumni(c.Context(), s)
				if err != nil {
					return err
				}
				files, err := a.leaversFiles(c.Context(), w, s, now, keep, apply)
				if err != nil {
					return err
				}
				releases, left, err := a.expireReleases(c.Context(), w, s, now, apply)
				if err != nil {
					return err
				}
				x, err := s.Retention(c.Context(), now, w.Settings.Retention, keep, apply)
				if err != nil {
					return err
				}
				nothing := x == (store.Expired{}) && files+len(releases) == 0
				if apply && !nothing {
					detail := fmt.Sprintf("texts %d, answers %d, contacts %d, drafts %d, files %d, releases %d", x.Texts, x.Answers, x.Contacts, x.Drafts, files, len(releases))
					if err := a.audit(c.Context(), s, now, "retention", x.Contacts, detail); err != nil {
						return err
					}
				}
				r := retained{Expired: x, Releases: releases, Files: files, Applied: apply}
				if apply && (x != (store.Expired{}) || len(releases) > 0) {
					if r.renewed, err = a.renew(c.Context(), w, s, now); err != nil {
						return err
					}
					r.ByHand = append(r.ByHand, left...)
				}
				if table != "" {
					if err := whole.File(table, 0o644, func(to io.Writer) error { return a.writeRetentionTable(to, w.Settings.Retention, x, len(releases)) }); err != nil {
						return err
					}
				}
				return a.print(r, func(out io.Writer) {
					fmt.Fprintf(out, a.say("保存期間を過ぎたもの: 自由記述 %d、回答 %d、連絡先 %d、書きかけ %d、メールと調査票のファイル %d、報告書 %d\n", "past their time: %d comments, %d answers, %d contacts, %d drafts, %d files of mail and forms, %d reports\n"),
						x.Texts, x.Answers, x.Contacts, x.Drafts, files, len(releases))
					switch {
					case nothing:
					case !apply:
						fmt.Fprintln(out, a.say("消すには --apply を付けます。", "add --apply to erase them"))
					default:
						fmt.Fprintln(out, a.say("消しました。", "erased"))
						a.writeRenewed(out, r.renewed)
						for _, name := range releases {
							fmt.Fprintln(out, a.say("消した報告書(渡した写しには届きません):", "report deleted (copies that were handed out are not reached):"), name)
						}
						fmt.Fprintln(out, a.say("これより前の控え(koe backup)には残っています。控えの保存期間は組織で定めて消してください。",
							"Backups made before now still hold it: keep backups no longer than the organisation has decided."))
					}
				})
			})
		},
	}
	c.Flags().BoolVar(&apply, "apply", false, "実際に消す / erase")
	c.Flags().StringVar(&table, "table", "", "保存期間の一覧を CSV で書く / write the table of retention periods, CSV")
	return c
}

// writeRetentionTable writes what is kept, where, how long and what comes then (METHOD 5.5), as an office puts it into its
// own table of retention periods. With a byte order mark, so that a spreadsheet reads it.
func (a *app) writeRetentionTable(out io.Writer, r koe.RetentionSettings, x store.Expired, releases int) error {
	period := func(p koe.Period) string {
		if p.IsZero() {
			return a.say("期限なし", "for ever")
		}
		return p.String()
	}
	byHand := a.say("担当者が消す", "deleted by hand")
	erased := a.say("koe retention --apply が消す", "koe retention --apply erases it")
	lines := [][]string{
		{a.say("データの種類", "kind of data"), a.say("場所", "where"), a.say("起算", "from"), a.say("保存期間", "kept for"), a.say("満了後", "then"), a.say("いま期限を過ぎた数", "past its time now")},
		{a.say("自由記述の原文", "comments"), a.say("保管先(封をしたもの)", "store, sealed"), a.say("送信", "sending"), period(r.Comments), erased, strconv.Itoa(x.Texts)},
		{a.say("回答(選択・数値)", "answers"), a.say("保管先", "store"), a.say("離職(持ち主の分からない回答は送信)", "leaving (sending, of nobody known)"), period(r.Answers), erased, strconv.Itoa(x.Answers)},
		{a.say("氏名・連絡先・回答用リンク", "names, addresses, links"), a.say("金庫", "vault"), a.say("離職(連絡に同意した人は期限なし)", "leaving (for ever, of who agreed to stay in touch)"), period(r.ContactsAfterLeaving), erased, strconv.Itoa(x.Contacts)},
		{a.say("書きかけの回答", "drafts"), a.say("保管先(封をしたもの)", "store, sealed"), a.say("受付の締切", "closing of the stage"), a.say("締切まで", "until then"), erased, strconv.Itoa(x.Drafts)},
		{a.say("分析用データと、書き出したその写し", "warehouse, and what was exported of it"), a.say("data と koe export の先", "data, and where koe export wrote"), a.say("もとの回答と同じ", "as the answers"), a.say("もとの回答と同じ", "as the answers"), a.say("koe が作り直す", "made anew by koe"), ""},
		{a.say("集計と報告書、発行の台帳", "figures, reports, ledger of releases"), a.say("reports と保管先", "reports and store"), a.say("発行", "release"), period(r.Releases), erased, strconv.Itoa(releases)},
		{a.say("監査記録", "audit log"), a.say("保管先", "store"), "", a.say("期限なし", "for ever"), a.say("消さない(だれのことかは書かない)", "never erased; it names nobody that it is about"), ""},
		{a.say("控え", "backups"), a.say("koe backup の先", "where koe backup wrote"), a.say("作成", "making"), a.say("組織が定める", "as the organisation decides"), byHand, ""},
	}
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return w.WriteAll(lines)
}

// expireReleases lists the releases that are past their time and, with apply, deletes their folders and kept figures and takes them
// out of the ledger. The folders go first, so that one which was cut short is finished by the next. left is what it may not touch.
func (a *app) expireReleases(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, apply bool) (names, left []string, err error) {
	names = []string{}
	period := w.Settings.Retention.Releases
	expired, err := s.ExpireReleases(ctx, now, period, false)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range expired {
		names = append(names, r.Name)
		if !apply {
			continue
		}
		for _, folder := range []string{r.Name, r.Name + "-withdrawn"} {
			folder = filepath.Join(w.Path(w.Settings.Reports), folder)
			switch inputs := reports.InputsOf(folder); {
			case inputs == r.Inputs:
				if err := os.RemoveAll(folder); err != nil {
					return nil, nil, err
				}
			case inputs != "":
				left = append(left, fmt.Sprintf(a.say("%s(台帳にない報告書)", "%s (a report that the ledger does not know)"), folder))
			}
		}
		if err := analysis.DropFigures(w.Path(w.Settings.Warehouse), r.Name); err != nil {
			return nil, nil, err
		}
	}
	if apply {
		_, err = s.ExpireReleases(ctx, now, period, true)
	}
	return names, left, err
}

// leaversFiles counts, and with apply removes, the mails in the outbox and among returned mail and the Excel forms that were for people
// whose time for contacts is past: they hold name and address. They go before the addresses by which they are found.
func (a *app) leaversFiles(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, keep map[koe.PersonKey]bool, apply bool) (int, error) {
	people, err := s.ContactsPast(ctx, now, w.Settings.Retention, keep)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	var all []traces
	for _, p := range people {
		t, err := tracesOf(ctx, s, p)
		if err != nil {
			return 0, err
		}
		all = append(all, t)
	}
	known := gathered(all)
	found := 0
	for _, folder := range mailFolders(w) {
		n, err := eachFile(folder, known.isMail, apply)
		if err != nil {
			return found, fmt.Errorf("look for mails in %s: %w", folder, err)
		}
		found += n
	}
	n, err := eachFile(w.Path(filepath.Join("data", "forms")), known.isForm, apply)
	return found + n, err
}

// alumni are the people who agreed to stay in touch after leaving and have not declined since.
func alumni(ctx context.Context, s *store.Store) (map[koe.PersonKey]bool, error) {
	events, err := s.Events(ctx)
	if err != nil {
		return nil, err
	}
	keep := map[koe.PersonKey]bool{}
	for _, e := range events {
		if e.Kind == "alumni_joined" {
			keep[e.Person] = true
		}
	}
	people, err := s.People(ctx, store.Pseudonymous)
	for _, p := range people {
		for _, declined := range p.Declined {
			if declined == "alumni" {
				delete(keep, p.Key)
			}
		}
	}
	return keep, err
}
