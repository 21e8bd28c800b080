package main

import (
	"context"
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

// auditHelp says what the audit looks for.
const auditHelp = `報告書のファイルを持つ人と同じように読み直し、個人や少人数の値が分かるかを試します。RELEASE は 2026-04-01 のような名前か、フォルダーです。見つかれば終了コードは 1 です。

確かめること:
  氏名・アドレス・職員番号・鍵・丸めていない値・公表を確認していない意見が、どこにもないこと
  すべての表と要点の文の値が、それぞれの下限以上の人数によること(得点は5人、意見・テーマ・同じ人の変化は10人、信頼性は30人、関連の強さは50人。設定で引き上げられる)
  人数が、実際に後ろにいる人の数と合い、20人未満は幅で書かれていること。テーマは3人未満と書かれ、合計から逆算できないこと
  公表した値を足し引きしても、少人数の値が出てこないこと(部署・段階・時期・採用時期・前回までの報告書・公表用の表、読まずに答えた人を除いた値、答えなくなった人、仮説の回ごとの値)
  読者に見えない所に何もないこと(隠れたシート・行・列、背景と同じ色、値を隠す表示形式、名前の定義、入力規則、注釈、プロパティ、図の記憶、リンク、HTMLのコメント・属性・スタイル・スクリプト・埋込みデータ)

Reads the files of a release back as somebody who holds them would, and tries to learn what must not be learnt. RELEASE is a name, such as 2026-04-01, or a folder. Exit code 1 with findings.

What is checked:
  no name, address, number, key, unrounded value or uncleared comment stands anywhere
  the figures of every table and of the key points stand on enough people (5 for scores; 10 for comments, themes and changes of the same people; 30 for reliability; 50 for strengths of association; settings may raise them)
  numbers of people are those who stand behind them, as bands under 20; themes say under 3, and their totals do not tell the rest
  no sum or difference of published figures gives a small group away (units, stages, quarters, cohorts, earlier reports, the tables of koe export --safe, means without careless answers, people who fell silent, single waves of hypotheses)
  nothing stands where a reader does not look (hidden sheets, rows and columns, text in its background's colour, formats that hide, defined names, lists, notes, properties, caches of charts, links; comments, attributes, styles, scripts and embedded data of pages)`

func (a *app) auditCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "audit RELEASE",
		Short: "報告書を攻撃して、漏れがないか確かめる / koe attacks its own files and says what they give away",
		Long:  auditHelp,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				folder, err := a.releaseFolder(w, out, args[0])
				if err != nil {
					return err
				}
				r, err := a.attack(c.Context(), w, s, folder)
				if err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "audit", 0, fmt.Sprintf("%s, %d findings", r.Release, len(r.Findings))); err != nil {
					return err
				}
				if err := a.print(r, func(out io.Writer) { a.writeAudit(out, r) }); err != nil {
					return err
				}
				if own := ownFindings(r); len(own) > 0 {
					return koe.Errorf(koe.Forbidden, a.say("%s から、知られてはならないことが %d 件分かります", "%s gives away %d things that must not be learnt"), r.Release, len(own))
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "報告書のフォルダー / folder of releases (default: reports of koe.yaml)")
	return c
}

// releaseFolder finds a release by its name or its folder; that of a withdrawn one was set aside.
func (a *app) releaseFolder(w *journey.Workspace, out, name string) (string, error) {
	if out == "" {
		out = w.Path(w.Settings.Reports)
	}
	for _, folder := range []string{filepath.Join(out, name), filepath.Join(out, name+aside), name} {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder, nil
		}
	}
	return "", koe.Errorf(koe.NotFound, a.say("%s という報告書はありません(%s にありません)", "there is no release %s in %s"), name, out)
}

// attack audits the files of a folder, with what the store and the warehouse know and what earlier releases showed.
func (a *app) attack(ctx context.Context, w *journey.Workspace, s *store.Store, folder string) (audit.Result, error) {
	truth, err := a.truth(ctx, w, s, folder)
	if err != nil {
		return audit.Result{}, err
	}
	return audit.Check(ctx, folder, truth)
}

// truth is what an attacker of a release is compared with. Names come from the vault; without it (its key is not here) they
// cannot be looked for, and that is an error: an audit that does not look is none.
func (a *app) truth(ctx context.Context, w *journey.Workspace, s *store.Store, folder string) (audit.Truth, error) {
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
	release, _ := reports.ReleaseIn(folder)
	switch r, err := s.Release(ctx, release); {
	case err == nil:
		t.Made = map[string]string{}
		for _, f := range r.Files {
			t.Made[f.Name] = f.SHA256
		}
	case koe.KindOf(err) != koe.NotFound:
		return audit.Truth{}, err
	}
	return t, readers(ctx, w, s, folder, &t)
}

// tokenLength is how many letters the token of a link has: 128 bits in base 32.
const tokenLength = 26

func (a *app) writeAudit(out io.Writer, r audit.Result) {
	fmt.Fprintf(out, a.say("%s: %d ファイル、%d KB、数値 %d 個を読み、公表値 %d 個を突き合わせました\n", "%s: read %d files, %d KB, %d numbers; put %d published figures together\n"), r.Release, r.Files, r.Bytes/1024, r.Figures, r.Attacked)
	a.writeUntold(out, r)
	own := ownFindings(r)
	for _, f := range own {
		fmt.Fprintln(out, "  "+a.finding(f))
	}
	if len(own) == 0 {
		fmt.Fprintln(out, a.say("知られてはならないことは、見つかりませんでした。", "nothing was found that must not be learnt"))
	}
	a.writeEarlier(out, r)
}

// writeUntold says what the audit could not put together, since it is not known any more who stood behind it.
func (a *app) writeUntold(out io.Writer, r audit.Result) {
	switch {
	case len(r.Untold) == len(told):
		fmt.Fprintln(out, a.say("配布前に取り下げられ、だれの回答による値だったかは台帳にもう残っていません。文字・構造・人数の書き方だけを調べ、値の足し引きは試していません。",
			"it was withdrawn before anybody had it, and the ledger no longer holds whose answers its figures were of: text, structure and the wording of numbers were looked at, and no figures put together"))
	case len(r.Untold) > 0:
		fmt.Fprintln(out, a.say("台帳にある、公表時の人と突き合わせました。意見を書いた人と在職の曲線については台帳に残っていないので、試していません。",
			"it was held against the people of then, whom the ledger holds; of who left comments and of retention it holds nobody, so these figures were not put together"))
	}
}

// ownFindings are those that a release is the cause of: without it they would not be.
func ownFindings(r audit.Result) []audit.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f audit.Finding) bool { return f.Earlier })
}

// writeEarlier says what follows from earlier releases alone: it is out, and this release neither adds to it nor can take it back.
func (a *app) writeEarlier(out io.Writer, r audit.Result) {
	n := len(r.Findings) - len(ownFindings(r))
	if n == 0 {
		return
	}
	fmt.Fprintf(out, a.say("これまでの報告書だけから分かることが、ほかに %d 件あります。この報告書では防げません。その報告書をまだ配っていなければ koe release withdraw で取り下げてください。\n",
		"besides, %d things follow from earlier releases alone; this one cannot prevent that. One that was not handed out can be taken back with koe release withdraw\n"), n)
	for _, f := range r.Findings {
		if f.Earlier {
			fmt.Fprintln(out, "  "+a.finding(f))
		}
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

// inspect gives what reports.Write asks before the files get their name: the audit, with all earlier releases, whose findings end
// the release. The same bytes again were audited when they were new. What follows from earlier releases alone is out, and ends nothing:
// this release neither adds to it nor can take it back. koe audit says it.
func (a *app) inspect(w *journey.Workspace, s *store.Store) func(ctx context.Context, beside string, r reports.Result) error {
	return func(ctx context.Context, beside string, release reports.Result) error {
		if release.Unchanged {
			return nil
		}
		r, err := a.attack(ctx, w, s, beside)
		if err != nil {
			return fmt.Errorf(a.say("公表の前の検査: %w", "the audit before publishing: %w"), err)
		}
		if err := a.refusal(r); err != nil {
			figures, _ := audit.Withheld(ownFindings(r))
			return &givenAway{figures, err}
		}
		return nil
	}
}

// givenAway is the error of a report that gives a small group away, and the figures without which it would not: disclosure control
// decides once more without them (analysis.Withhold). There are none where that does not help.
type givenAway struct {
	figures []audit.Figure
	error
}

func (e *givenAway) Unwrap() error { return e.error }

// mostRounds is how many times disclosure control is asked to decide again before a report is refused. Each time withholds all that the audit
// found; one or two are enough as a rule.
const mostRounds = 12

// refusal is the error that ends a report of which an audit found something; nil where it is not to blame.
func (a *app) refusal(r audit.Result) error {
	own := ownFindings(r)
	if len(own) == 0 {
		return nil
	}
	var list []string
	for _, f := range own[:min(len(own), fewFindings)] {
		list = append(list, "  "+a.finding(f))
	}
	return koe.Errorf(koe.Forbidden, a.say(
		"公表しませんでした。ファイルから、知られてはならないことが %d 件分かるためです。\n%s\nkoe report --draft で同じ内容の下書きを作り、koe audit でその名前を指定すると、すべての箇所が分かります。",
		"it was not published: the files give away %d things that must not be learnt\n%s\nkoe report --draft writes the same as a draft to look at; koe audit with its name lists every place"),
		len(own), strings.Join(list, "\n"))
}
