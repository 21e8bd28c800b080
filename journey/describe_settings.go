package journey

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"koe"
)

// settingsShape describes koe.yaml (DESIGN section 4), for the parser and for the JSON Schema.
func settingsShape() object[koe.Settings] {
	type S = koe.Settings
	return object[S]{name: "koe", start: defaultSettings, fields: []field[S]{
		must(key("organization", textShape{}, func(s *S) *koe.Text { return &s.Organization }, "組織の名称 / the organisation's name")),
		key("language", languageShape(), func(s *S) *string { return &s.Language }, "報告と、言語の指定のない人の言語 / of reports, and of people who state none"),
		key("timezone", timezoneShape(), func(s *S) *string { return &s.Timezone }, "時間帯 / time zone (IANA name)"),
		must(key("journeys", listOf[string]{of: anyText()}, func(s *S) *[]string { return &s.Journeys }, "ジャーニーのファイル / the journey files")),
		key("segments", segmentsShape{}, func(s *S) *[][]string { return &s.Segments }, "集計に使う名簿の列。リストは上位から下位への階層 / roster columns to break down by; a list is a hierarchy, top first"),
		key("aliases", aliasesShape{}, func(s *S) *map[string]string { return &s.Aliases }, "名簿の見出しの別名 → 列 / roster header → column"),
		key("store", storeShape(), func(s *S) *string { return &s.Store }, "保存先: SQLite のファイル、または postgres://… / a SQLite file, or postgres://…"),
		key("vault", anyText(), func(s *S) *string { return &s.Vault }, "氏名などの保管庫のファイル。既定は store の隣 / the vault's file; beside the store unless stated"),
		key("vault_key_env", envShape(), func(s *S) *string { return &s.VaultKeyEnv }, "保管庫の鍵を入れた環境変数の名前 / the environment variable that holds the vault key"),
		key("vault_key_file", anyText(), func(s *S) *string { return &s.VaultKeyFile }, "保管庫の鍵のファイル。最初に使うときに作られる / the key file, made at first use"),
		key("warehouse", anyText(), func(s *S) *string { return &s.Warehouse }, "分析用の DuckDB ファイル / the published DuckDB file"),
		key("reports", anyText(), func(s *S) *string { return &s.Reports }, "報告のフォルダー / the folder of releases"),
		key("collector", collectorShape(), func(s *S) *koe.CollectorSettings { return &s.Collector }, "回答の受付 / where the form is served"),
		key("mail", mailShape(), func(s *S) *koe.MailSettings { return &s.Mail }, "メールの送信 / how mail leaves"),
		key("calendar", calendarShape(), func(s *S) *koe.CalendarSettings { return &s.Calendar }, "送る日と時間 / the days and hours for sending"),
		key("schedule", scheduleShape(), func(s *S) *koe.ScheduleSettings { return &s.Schedule }, "koe serve の定期実行(cron) / cron expressions of koe serve"),
		key("disclosure", disclosureShape(), func(s *S) *koe.DisclosureSettings { return &s.Disclosure }, "公表の最少人数 / the smallest groups that are published"),
		key("retention", retentionShape(), func(s *S) *koe.RetentionSettings { return &s.Retention }, "保存期間 / how long data is kept"),
		key("contact", textShape{}, func(s *S) *koe.Text { return &s.Contact }, "回答者の問い合わせ先(Markdown) / whom a respondent may call"),
		key("voices", voicesShape(), func(s *S) *koe.VoicesSettings { return &s.Voices }, "自由記述の規則の追加 / extensions of the rules for free text"),
	}}
}

func defaultSettings() koe.Settings {
	return koe.Settings{
		Language: "ja", Timezone: "Asia/Tokyo",
		Store: "data/koe.sqlite", Warehouse: "data/warehouse.duckdb", Reports: "reports",
		Collector: defaultCollector(), Calendar: defaultCalendar(), Disclosure: defaultDisclosure(), Retention: defaultRetention(),
	}
}

func defaultCollector() koe.CollectorSettings {
	return koe.CollectorSettings{Listen: "127.0.0.1:8080"}
}

func defaultCalendar() koe.CalendarSettings {
	return koe.CalendarSettings{Roll: koe.RollNext, MinGap: koe.Period{Days: 14}}
}

func defaultDisclosure() koe.DisclosureSettings {
	return koe.DisclosureSettings{MinGroup: 5, MinComments: 10, MergeSmall: true}
}

func defaultRetention() koe.RetentionSettings {
	return koe.RetentionSettings{Comments: koe.Period{Years: 1}, Answers: koe.Period{Years: 3}, ContactsAfterLeaving: koe.Period{Months: 6}, Releases: koe.Period{Years: 10}}
}

func collectorShape() object[koe.CollectorSettings] {
	type C = koe.CollectorSettings
	return object[C]{name: "collector", start: defaultCollector, fields: []field[C]{
		key("listen", checked("host:port such as 127.0.0.1:8080", `^[^\s/]*:\d{1,5}$`, regexp.MustCompile(`^[^\s/]*:\d{1,5}$`).MatchString), func(c *C) *string { return &c.Listen }, "待ち受けるアドレス / host:port"),
		key("public_url", checked("an address such as https://koe.example.go.jp", `^https?://`, isWebAddress), func(c *C) *string { return &c.PublicURL }, "メールに載せるアドレス / what mails link to"),
		key("tls_cert", anyText(), func(c *C) *string { return &c.TLSCert }, "証明書(PEM) / certificate"),
		key("tls_key", anyText(), func(c *C) *string { return &c.TLSKey }, "証明書の鍵(PEM) / its key"),
	}}
}

func mailShape() object[koe.MailSettings] {
	type M = koe.MailSettings
	return object[M]{name: "mail", fields: []field[M]{
		must(key("from", addressShape(), func(m *M) *string { return &m.From }, "差出人 / sender")),
		key("reply_to", addressShape(), func(m *M) *string { return &m.ReplyTo }, "返信先 / where replies go"),
		key("outbox", anyText(), func(m *M) *string { return &m.Outbox }, "送る代わりに .eml を置くフォルダー / folder of .eml files, used when there is no smtp"),
		key("smtp", smtpShape(), func(m *M) *koe.SMTPSettings { return &m.SMTP }, "メールサーバー / the mail server"),
		key("per_minute", whole(0, 100000), func(m *M) *int { return &m.PerMinute }, "1 分あたりの上限。0 はなし / at most so many a minute; 0 for no limit"),
		key("templates", anyText(), func(m *M) *string { return &m.Templates }, "文面を差し替えるフォルダー / folder of overriding templates"),
		key("bounces", anyText(), func(m *M) *string { return &m.Bounces }, "不達の通知: maildir、mbox、または imaps://… / returned mail: a maildir, an mbox, or imaps://…"),
		key("envelope", checked("an address such as bounces+{id}@example.go.jp", `@`, isEnvelope), func(m *M) *string { return &m.Envelope }, "不達の通知の宛先。{id} はメールごとに変わります / where returned mail goes; {id} tells which mail"),
		key("bounces_password_env", envShape(), func(m *M) *string { return &m.BouncesPasswordEnv }, "IMAP のパスワードを入れた環境変数の名前 / the environment variable that holds the IMAP password"),
	}}
}

func smtpShape() object[koe.SMTPSettings] {
	type S = koe.SMTPSettings
	return object[S]{name: "smtp", fields: []field[S]{
		must(key("host", anyText(), func(s *S) *string { return &s.Host }, "ホスト名 / host name")),
		key("port", whole(1, 65535), func(s *S) *int { return &s.Port }, "既定: 587、implicit では 465、none では 25 / 587 unless stated; 465 with implicit, 25 with none"),
		key("tls", oneOf("starttls", "implicit", "none"), func(s *S) *string { return &s.TLS }, "暗号化。既定は starttls / starttls unless stated"),
		key("username", anyText(), func(s *S) *string { return &s.Username }, "利用者名 / user name"),
		key("password_env", envShape(), func(s *S) *string { return &s.PasswordEnv }, "パスワードを入れた環境変数の名前 / the environment variable that holds the password"),
	}}
}

func calendarShape() object[koe.CalendarSettings] {
	type C = koe.CalendarSettings
	return object[C]{name: "calendar", start: defaultCalendar, fields: []field[C]{
		key("country", checked("a country code of two small letters, such as jp", `^[a-z]{2}(-[a-z]{2,3})?$`, regexp.MustCompile(`^[a-z]{2}(-[a-z]{2,3})?$`).MatchString), func(c *C) *string { return &c.Country }, "祝日の国 / whose holidays"),
		key("closed", listOf[string]{of: checked("days such as 12-29..01-03 or 2026-08-13", `^(\d{4}-)?\d{2}-\d{2}(\.\.(\d{4}-)?\d{2}-\d{2})?$`, isClosed)}, func(c *C) *[]string { return &c.Closed }, "休む日 / closed days"),
		key("send_between", checked("a time of day such as 09:00-17:00", `^\d{2}:\d{2}-\d{2}:\d{2}$`, isSendBetween), func(c *C) *string { return &c.SendBetween }, "送る時間帯 / hours for sending"),
		key("roll", rollShape(), func(c *C) *koe.Roll { return &c.Roll }, "休日に当たった開始日をどちらへ動かすか / where an opening on a closed day moves"),
		key("min_gap", period(false), func(c *C) *koe.Period { return &c.MinGap }, "同じ人への調査の最短の間隔 / least gap between two pulses to one person"),
		key("max_contacts", whole(0, 1000), func(c *C) *int { return &c.MaxContacts }, "30 日間に同じ人へ送るメールの上限。0 はなし / mails to one person in 30 days; 0 for no limit"),
	}}
}

func scheduleShape() object[koe.ScheduleSettings] {
	type S = koe.ScheduleSettings
	cron := checked("a cron expression such as \"0 9 * * *\"", "", isCron)
	return object[S]{name: "schedule", fields: []field[S]{
		key("dispatch", cron, func(s *S) *string { return &s.Dispatch }, "依頼と督促を送る / sends what is due"),
		key("load", cron, func(s *S) *string { return &s.Load }, "回答を分析用に読み込む / loads answers into the warehouse"),
		key("report", cron, func(s *S) *string { return &s.Report }, "報告を作る / makes the reports"),
	}}
}

func disclosureShape() object[koe.DisclosureSettings] {
	type D = koe.DisclosureSettings
	return object[D]{name: "disclosure", start: defaultDisclosure, fields: []field[D]{
		key("min_group", whole(3, 1000), func(d *D) *int { return &d.MinGroup }, "数値を公表する最少人数 / least number of people behind a published figure"),
		key("min_comments", whole(3, 1000), func(d *D) *int { return &d.MinComments }, "自由記述を公表する最少人数 / least number of commenters"),
		key("merge_small", boolean(), func(d *D) *bool { return &d.MergeSmall }, "最少人数に満たない同じ上位の部署を「その他」にまとめて公表する / publish sibling units below min_group together, as “other”"),
	}}
}

func retentionShape() object[koe.RetentionSettings] {
	type R = koe.RetentionSettings
	return object[R]{name: "retention", start: defaultRetention, fields: []field[R]{
		key("comments", period(false), func(x *R) *koe.Period { return &x.Comments }, "自由記述 / free text"),
		key("answers", period(false), func(x *R) *koe.Period { return &x.Answers }, "回答 / answers"),
		key("contacts_after_leaving", period(false), func(x *R) *koe.Period { return &x.ContactsAfterLeaving }, "退職後の連絡先 / addresses after leaving"),
		key("releases", period(false), func(x *R) *koe.Period { return &x.Releases }, "報告書と台帳 / reports and the ledger of releases"),
	}}
}

func voicesShape() object[koe.VoicesSettings] {
	type V = koe.VoicesSettings
	return object[V]{name: "voices", fields: []field[V]{
		key("rules", anyText(), func(v *V) *string { return &v.Rules }, "テーマの手がかりの表 / a cue table of your own"),
		key("words", anyText(), func(v *V) *string { return &v.Words }, "用語の辞書 / a user dictionary"),
	}}
}

// segmentsShape is a list whose entries are a column or a hierarchy of columns.
type segmentsShape struct{}

func (segmentsShape) entries() listOf[[]string] {
	column := checked("a roster column such as bureau (A–Z, a–z, 0–9, _)", columnPattern.String(), columnPattern.MatchString)
	return listOf[[]string]{of: listOf[string]{of: column, single: true}}
}

func (s segmentsShape) read(r *reader, path string, n ast.Node) ([][]string, bool) {
	return s.entries().read(r, path, n)
}

func (s segmentsShape) schema(defs map[string]any) map[string]any { return s.entries().schema(defs) }

// aliasesShape maps roster headers to columns.
type aliasesShape struct{}

func (aliasesShape) read(r *reader, path string, n ast.Node) (map[string]string, bool) {
	entries, ok := pairs(n)
	if !ok {
		r.fail(path, "%s was found, and %s was expected", found(n), phrase("headers, each with its column"))
		return nil, false
	}
	out, good, seen := map[string]string{}, true, map[string]bool{}
	for _, entry := range entries {
		header, ok := keyOf(r, entry, seen)
		if !ok {
			good = false
			continue
		}
		at := join(path, header)
		r.keys[at] = placeOf(entry.Key)
		value, ok := resolve(r, at, entry.Value)
		if !ok {
			good = false
			continue
		}
		column, ok := anyText().read(r, at, value)
		out[header] = column
		good = good && ok
	}
	return out, good
}

func (aliasesShape) schema(map[string]any) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}}
}

func languageShape() scalarShape[string] {
	s := checked("a language tag such as ja or en", languagePattern.String(), func(s string) bool {
		return languagePattern.MatchString(s) && countryForLanguage(s) == ""
	})
	s.near = []string{"ja", "en"}
	return s
}

func timezoneShape() scalarShape[string] {
	s := checked("a time zone such as Asia/Tokyo", "", func(s string) bool {
		_, err := time.LoadLocation(s)
		return err == nil && s != "" && s != "Local"
	})
	s.near = []string{"Asia/Tokyo", "UTC", "Asia/Seoul", "Asia/Singapore", "Europe/London", "Europe/Paris", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney"}
	return s
}

// storeShape is a file or postgres://…; a password has no place in it.
func storeShape() scalarShape[string] {
	return checked("a SQLite file, or postgres://… without a password (put that into PGPASSWORD or .pgpass)", "", func(s string) bool {
		return strings.TrimSpace(s) != "" && !holdsPassword(s)
	})
}

func holdsPassword(s string) bool {
	scheme, rest, isURL := strings.Cut(s, "://")
	if !isURL || scheme == "" {
		return false
	}
	authority, query, _ := strings.Cut(rest, "?")
	authority, _, _ = strings.Cut(authority, "/")
	at := strings.LastIndexByte(authority, '@')
	return at >= 0 && strings.Contains(authority[:at], ":") || strings.Contains("&"+query, "&password=")
}

func addressShape() scalarShape[string] {
	return checked("a mail address such as 人事課 <jinji@example.go.jp>", "", func(s string) bool {
		_, err := mail.ParseAddress(s)
		return err == nil
	})
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// isClosed accepts MM-DD, MM-DD..MM-DD, and the same with years on both sides.
func isClosed(s string) bool {
	first, last, ranged := strings.Cut(s, "..")
	day := func(s string) (withYear, ok bool) {
		if _, err := time.Parse(time.DateOnly, s); err == nil {
			return true, true
		}
		_, err := time.Parse(time.DateOnly, "2024-"+s) // a leap year, so that 02-29 is a day
		return false, err == nil && len(s) == 5
	}
	firstYear, ok := day(first)
	if !ok || !ranged {
		return ok
	}
	lastYear, ok := day(last)
	return ok && firstYear == lastYear && !(firstYear && last < first)
}

func isSendBetween(s string) bool {
	from, until, ok := strings.Cut(s, "-")
	_, errFrom := time.Parse("15:04", from)
	_, errUntil := time.Parse("15:04", until)
	return ok && errFrom == nil && errUntil == nil && len(from) == 5 && len(until) == 5 && from < until
}

var cronField = regexp.MustCompile(`^[0-9A-Za-z*?/,-]+$`)

// isCron checks the form of a cron expression; package schedules reads it for good.
func isCron(s string) bool {
	if strings.HasPrefix(s, "CRON_TZ=") || strings.HasPrefix(s, "TZ=") {
		zone, rest, ok := strings.Cut(s, " ")
		_, zone, _ = strings.Cut(zone, "=")
		if _, err := time.LoadLocation(zone); err != nil || !ok {
			return false
		}
		s = rest
	}
	s = strings.TrimSpace(s)
	switch s {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return true
	}
	if every, ok := strings.CutPrefix(s, "@every "); ok {
		d, err := time.ParseDuration(every)
		return err == nil && d >= time.Second
	}
	fields := strings.Fields(s)
	for _, f := range fields {
		if !cronField.MatchString(f) {
			return false
		}
	}
	return len(fields) == 5
}

// fraction is a share between 0 and 1, both outside.
func fraction() scalarShape[float64] {
	s := decimal()
	s.expected = "a fraction between 0 and 1, such as 0.05"
	s.limits = map[string]any{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
	parse := s.parse
	s.parse = func(text string) (float64, bool) {
		v, ok := parse(text)
		return v, ok && v > 0 && v < 1
	}
	return s
}

var answersPattern = regexp.MustCompile(`^(>=|<=|==|!=|>|<)\s*-?\d+(\.\d+)?$`)

// answersShape says which raw answers a share counts.
func answersShape() scalarShape[string] {
	return checked("a comparison such as \">=4\" or \"==1\"", answersPattern.String(), answersPattern.MatchString)
}

func hasAny(s, chars string) bool { return strings.ContainsAny(s, chars) }

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 })
}

// isEnvelope reports whether s is an address once {id} in it is replaced.
func isEnvelope(s string) bool {
	a, err := mail.ParseAddress(strings.ReplaceAll(s, "{id}", "0"))
	return err == nil && a.Name == "" && !strings.Contains(s, "<")
}
