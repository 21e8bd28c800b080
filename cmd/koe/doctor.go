package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"koe"
	"koe/journey"
	"koe/schedules"
	"koe/store"
)

// finding is one thing that koe doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	WayOut string `json:"way_out,omitempty"` // what to do when it is not OK
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "環境の点検 / configuration, permissions, clock, disk, store and mail, each with the way out",
		RunE: func(c *cobra.Command, _ []string) error {
			findings := a.examine(c.Context())
			bad := 0
			for _, f := range findings {
				if !f.OK {
					bad++
				}
			}
			err := a.print(findings, func(out io.Writer) {
				for _, f := range findings {
					mark := "OK  "
					if !f.OK {
						mark = "NG  "
					}
					fmt.Fprintf(out, "%s%s: %s\n", mark, f.What, f.Detail)
					if !f.OK {
						fmt.Fprintf(out, "      → %s\n", f.WayOut)
					}
				}
			})
			if err == nil && bad > 0 {
				err = koe.Errorf(koe.Invalid, a.say("%d 件に対応が必要です", "%d findings need attention"), bad)
			}
			return err
		},
	}
}

// examine looks at everything that koe needs; what depends on something broken is left out.
func (a *app) examine(ctx context.Context) (findings []finding) {
	add := func(what string, ok bool, detail, wayOut string) {
		findings = append(findings, finding{what, ok, detail, wayOut})
	}
	add(a.say("版", "version"), true, fmt.Sprintf("koe %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	w, problems := journey.Open(a.dir)
	if w != nil {
		a.language = w.Settings.Language
	}
	if serious := problems.Serious(); w == nil || len(serious) > 0 {
		add(a.say("設定", "configuration"), false, fmt.Sprintf(a.say("%d 件の誤り", "%d errors"), len(problems.Serious())), a.say("koe check を実行してください", "run koe check"))
		if w == nil {
			return findings
		}
	} else {
		add(a.say("設定", "configuration"), true, fmt.Sprintf(a.say("ジャーニー %d", "%d journeys"), len(w.Journeys)), "")
	}
	a.examineFiles(w, add)
	a.examineClock(w, add)
	a.examineStore(ctx, w, add)
	a.examineMail(ctx, w, add)
	a.examineReturned(ctx, w, add)
	return findings
}

type addFinding func(what string, ok bool, detail, wayOut string)

// examineFiles looks at the vault key's permissions and at the room on the disk.
func (a *app) examineFiles(w *journey.Workspace, add addFinding) {
	if name := w.Settings.VaultKeyEnv; name != "" && a.env(name) == "" {
		add(a.say("金庫の鍵", "vault key"), false, fmt.Sprintf(a.say("環境変数 %s がありません", "%s is not set"), name), fmt.Sprintf(a.say("%s に鍵を入れて実行してください", "set %s to the key"), name))
	} else if name == "" {
		key := w.Path(w.Settings.VaultKeyFile)
		switch info, err := os.Stat(key); {
		case os.IsNotExist(err):
			add(a.say("金庫の鍵", "vault key"), true, a.say("最初の実行のときに作られます", "made at first use"), "")
		case err != nil:
			add(a.say("金庫の鍵", "vault key"), false, err.Error(), a.say("鍵ファイルを読めるようにしてください", "make the key file readable to this user"))
		case info.Mode().Perm()&0o077 != 0:
			add(a.say("金庫の鍵", "vault key"), false, fmt.Sprintf(a.say("%s をほかの利用者が読めます(%v)", "others can read %s (%v)"), key, info.Mode().Perm()), "chmod 600 "+key)
		default:
			add(a.say("金庫の鍵", "vault key"), true, key, "")
		}
	}
	folder := w.Dir
	if !strings.Contains(w.Settings.Store, "://") {
		folder = filepath.Dir(w.Path(w.Settings.Store))
	}
	for ; ; folder = filepath.Dir(folder) { // the data folder may not be there yet
		if _, err := os.Stat(folder); err == nil || folder == filepath.Dir(folder) {
			break
		}
	}
	probe, err := os.CreateTemp(folder, ".koe-doctor-*")
	if err != nil {
		add(a.say("データのフォルダー", "data folder"), false, err.Error(), fmt.Sprintf(a.say("%s に書けるようにしてください", "make %s writable"), folder))
	} else {
		_ = probe.Close()           // nothing was written
		_ = os.Remove(probe.Name()) // a file that stays is empty and hidden
		add(a.say("データのフォルダー", "data folder"), true, folder, "")
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err == nil {
		free := disk.Bavail * uint64(disk.Bsize) >> 20
		add(a.say("ディスクの空き", "disk"), free >= 500, fmt.Sprintf("%d MB", free), a.say("500 MB 以上を空けてください", "free at least 500 MB"))
	}
}

// examineClock compares the clock with the newest file that koe wrote: a clock that runs behind it was set back.
func (a *app) examineClock(w *journey.Workspace, add addFinding) {
	now := time.Now()
	newest := time.Time{}
	for _, path := range []string{w.Settings.Store, w.Settings.Warehouse} {
		if info, err := os.Stat(w.Path(path)); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	ok := now.Year() >= 2025 && !newest.After(now.Add(time.Hour))
	add(a.say("時計", "clock"), ok, now.In(w.Location).Format("2006-01-02 15:04 MST"), a.say("時計を合わせてください(NTP)", "set the clock (NTP)"))
}

func (a *app) examineStore(ctx context.Context, w *journey.Workspace, add addFinding) {
	cfg, err := storeConfig(w, a.env)
	cfg.WithoutVault = a.noVault
	var s *store.Store
	if err == nil {
		s, err = store.Open(ctx, cfg)
	}
	if err == nil {
		defer s.Close()
		err = s.Ping(ctx)
	}
	if koe.KindOf(err) == koe.Forbidden {
		add(a.say("金庫", "vault"), false, err.Error(), a.say("控えておいた鍵を戻してください。見つかるまでは --without-vault を付ければ、読込み・分析・報告書は動きます",
			"put back the key that was kept apart; until it is found, koe load, analyze and report work with --without-vault"))
		return
	}
	if err != nil {
		add(a.say("保管先", "store"), false, err.Error(), a.say("koe.yaml の store と、その置き場所・サーバーを確かめてください", "check store: in koe.yaml, and the place or server that it names"))
		return
	}
	if s.HasVault() {
		a.examineKey(ctx, w, s, add)
	}
	status, err := s.Status(ctx, time.Now())
	if err != nil {
		add(a.say("保管先", "store"), false, err.Error(), a.say("koe status を実行してください", "run koe status"))
		return
	}
	add(a.say("保管先", "store"), true, fmt.Sprintf(a.say("%s、名簿 %d 人、回答 %d", "%s, %d people, %d submissions"), status.Database, status.People, status.Submissions), "")
	if lines, _, err := s.VerifyLog(ctx); err != nil {
		add(a.say("監査記録", "audit log"), false, err.Error(), a.say("控えと見比べてください", "compare it with a backup"))
	} else {
		add(a.say("監査記録", "audit log"), true, strconv.Itoa(lines), "")
	}
}

// examineKey tells how old the vault key is, and whether a change of it was cut short.
func (a *app) examineKey(ctx context.Context, w *journey.Workspace, s *store.Store, add addFinding) {
	what := a.say("金庫の鍵の交換", "rotation of the vault key")
	key, err := s.Key(ctx)
	switch {
	case err != nil:
		add(what, false, err.Error(), a.say("koe status を実行してください", "run koe status"))
	case key.Unfinished:
		add(what, false, a.say("途中で止まっています", "cut short"), a.say("koe key rotate で続きから終わります", "koe key rotate finishes it"))
	default:
		add(what, true, a.keyAge(w, key, time.Now()), "")
	}
}

// keyAge says since when the key is in use.
func (a *app) keyAge(w *journey.Workspace, key store.KeyInfo, now time.Time) string {
	if key.Since.IsZero() {
		return key.ID
	}
	return fmt.Sprintf(a.say("%s、%s から(%d 日)", "%s, since %s (%d days)"), key.ID, key.Since.In(w.Location).Format(time.DateOnly), int(now.Sub(key.Since).Hours()/24))
}

// examineMail sees whether the mail server can be reached, without sending anything.
func (a *app) examineMail(ctx context.Context, w *journey.Workspace, add addFinding) {
	smtp := w.Settings.Mail.SMTP
	if smtp.Host == "" {
		add(a.say("メール", "mail"), true, fmt.Sprintf(a.say("送信せず %s に書き出します", "written to %s, not sent"), w.Settings.Mail.Outbox), "")
		return
	}
	address := net.JoinHostPort(smtp.Host, strconv.Itoa(smtp.Port))
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		add(a.say("メール", "mail"), false, err.Error(), a.say("mail.smtp の host と port、通信の許可を確かめてください", "check mail.smtp host and port, and the firewall"))
		return
	}
	_ = conn.Close() // only its opening mattered
	if smtp.PasswordEnv != "" && a.env(smtp.PasswordEnv) == "" {
		add(a.say("メール", "mail"), false, fmt.Sprintf(a.say("環境変数 %s がありません", "%s is not set"), smtp.PasswordEnv), fmt.Sprintf(a.say("%s にパスワードを入れて実行してください", "set %s to the password"), smtp.PasswordEnv))
		return
	}
	add(a.say("メール", "mail"), true, address, "")
}

// examineReturned sees whether the mailbox of returned mail opens, without reading it.
func (a *app) examineReturned(ctx context.Context, w *journey.Workspace, add addFinding) {
	what, settings := a.say("不達の通知", "returned mail"), w.Settings.Mail
	if settings.Bounces == "" {
		if settings.SMTP.Host != "" {
			add(what, true, a.say("読みません(mail.bounces がありません)", "not read (no mail.bounces)"), "")
		}
		return
	}
	if name := settings.BouncesPasswordEnv; name != "" && a.env(name) == "" {
		add(what, false, fmt.Sprintf(a.say("環境変数 %s がありません", "%s is not set"), name), fmt.Sprintf(a.say("%s にパスワードを入れて実行してください", "set %s to the password"), name))
		return
	}
	if err := schedules.Mailbox(w, a.env).Check(ctx); err != nil {
		add(what, false, err.Error(), a.say("koe.yaml の mail.bounces と、その置き場所・パスワード・通信の許可を確かめてください", "check mail.bounces in koe.yaml, its place, password, and the firewall"))
		return
	}
	add(what, true, settings.Bounces, "")
}
