package journey

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

const small = `organization: {en: Example}
language: en
journeys: [journeys/c.yaml]
mail: {from: hr@example.org}
`

func lines(problems koe.Problems) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return out
}

func TestParseSettings_FilesThatAreNotPlainUTF8(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	shiftJIS := strings.Replace(small, "Example", "\x97\xe1\x8e\xa6\x8f\xc8", 1) // 例示省
	for _, c := range []struct {
		name, data string
		want       []string
	}{
		{"plain", small, nil},
		{"with a byte order mark", "\ufeff" + small, nil},
		{"with line ends of Windows", strings.ReplaceAll(small, "\n", "\r\n"), nil},
		{"with line ends of old Macs", strings.ReplaceAll(small, "\n", "\r"), nil},
		{"with a document mark", "---\n" + small, nil},
		{"with a YAML directive", "%YAML 1.2\n---\n" + small, nil},
		{"Shift_JIS", shiftJIS, []string{"koe.yaml:1:20: the file is not UTF-8 (it may be Shift_JIS) (save it as UTF-8 in your editor)"}},
		{"UTF-16", "\xff\xfeo\x00r\x00g\x00", []string{"koe.yaml:1:1: the file is UTF-16, and UTF-8 was expected (save it as UTF-8 in your editor)"}},
		{"empty", "", []string{"koe.yaml:1:1: the file is empty"}},
		{"only a comment", "# later\n", []string{"koe.yaml:1:1: the file is empty"}},
		{"huge", strings.Repeat("#\n", maxBytes), []string{"koe.yaml:1:1: the file has 2097152 bytes, and at most 1048576 are read"}},
		{"deep", strings.Repeat("[", 100000), []string{"koe.yaml:1:101: brackets or dashes are nested more than 100 deep here"}},
		{"deep dashes", strings.Repeat("- ", 100000), []string{"koe.yaml:1:201: brackets or dashes are nested more than 100 deep here"}},
		{"a list", "- a\n", []string{"koe.yaml:1:1: ここはリストです。キーと値を書いてください (キー: " + strings.Join(settingsShape().names(), ", ") + ")"}},
	} {
		_, problems := ParseSettings([]byte(c.data))
		if diff := cmp.Diff(c.want, lines(problems)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestParseSettings_TheDefaultsAreThere(t *testing.T) {
	got, problems := ParseSettings([]byte("organization: 例示省\njourneys: [c.yaml]\nmail: {from: jinji@example.go.jp}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := koe.Settings{
		Organization: koe.Text{"ja": "例示省"}, Language: "ja", Timezone: "Asia/Tokyo", Journeys: []string{"c.yaml"},
		Store: "data/koe.sqlite", Vault: "data/vault.sqlite", VaultKeyFile: "data/vault.key", Warehouse: "data/warehouse.duckdb", Reports: "reports",
		Collector:  koe.CollectorSettings{Listen: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080"},
		Mail:       koe.MailSettings{From: "jinji@example.go.jp", Outbox: "data/outbox"},
		Calendar:   koe.CalendarSettings{Roll: koe.RollNext, MinGap: koe.Period{Days: 14}},
		Disclosure: koe.DisclosureSettings{MinGroup: 5, MinComments: 10, MergeSmall: true},
		Retention:  koe.RetentionSettings{Comments: koe.Period{Years: 1}, Answers: koe.Period{Years: 3}, ContactsAfterLeaving: koe.Period{Months: 6}, Releases: koe.Period{Years: 10}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseSettings_PartsOfAGroupKeepTheOtherDefaults(t *testing.T) {
	got, problems := ParseSettings([]byte(small + "store: postgres://koe@db1,db2/koe?target_session_attrs=read-write\ncalendar: {country: jp}\ndisclosure: {min_group: 7}\nretention: {answers: P5Y}\nsegments: [bureau, [a, b]]\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got.Calendar.Roll != koe.RollNext || got.Calendar.MinGap != (koe.Period{Days: 14}) || got.Disclosure.MinComments != 10 || got.Retention.Comments != (koe.Period{Years: 1}) {
		t.Errorf("calendar %+v, disclosure %+v, retention %+v", got.Calendar, got.Disclosure, got.Retention)
	}
	if got.Vault != "" || got.VaultKeyFile != "data/vault.key" {
		t.Errorf("with PostgreSQL the vault is %q, its key %q; want a schema and data/vault.key", got.Vault, got.VaultKeyFile)
	}
	if diff := cmp.Diff([][]string{{"bureau"}, {"a", "b"}}, got.Segments); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
}

// JSON is YAML: with tabs, with escapes, in one line.
func TestParseSettings_TakesJSON(t *testing.T) {
	for _, data := range []string{
		`{"organization": {"ja": "\u4f8b\u793a\u7701"}, "journeys": ["c.yaml"], "mail": {"from": "a@example.org", "per_minute": 60}}`,
		"{\n\t\"organization\": {\n\t\t\"ja\": \"例示省\"\n\t},\n\t\"journeys\": [\"c.yaml\"],\n\t\"mail\": {\"from\": \"a@example.org\", \"per_minute\": 60}\n}\n",
	} {
		got, problems := ParseSettings([]byte(data))
		if len(problems) > 0 {
			t.Errorf("%s\n%v", data, problems)
		}
		if got.Organization["ja"] != "例示省" || got.Mail.PerMinute != 60 {
			t.Errorf("%s\ngives %+v", data, got)
		}
	}
}

func TestParseSettings_ASecretIsNeverRepeated(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	for _, line := range []string{
		"store: postgres://koe:hunter2@db/koe", "store: postgres://db/koe?user=koe&password=hunter2",
		"mail: {from: a@example.org, bounces: 'imaps://koe:hunter2@mail/INBOX'}",
		"mail: {from: a@example.org, smtp: {host: h, username: koe, password: hunter2}}",
		"mail: {from: a@example.org, smtp: {host: h, username: koe, password_env: 'hunter2!'}}",
		"vault_key_env: 'hunter2 hunter2'",
	} {
		text := small
		if strings.HasPrefix(line, "mail:") {
			text = strings.Replace(small, "mail: {from: hr@example.org}\n", "", 1)
		}
		_, problems := ParseSettings([]byte(text + line + "\n"))
		if len(problems.Serious()) == 0 {
			t.Errorf("%s was taken", line)
		}
		if strings.Contains(problems.Error(), "hunter2") {
			t.Errorf("the message repeats the secret: %v", problems)
		}
	}
}

func TestParseSettings_MessagesAreInTheLanguageOfTheFileOrOfTheEnvironment(t *testing.T) {
	for _, c := range []struct{ locale, data, want string }{
		{"C", "language: ja\nx: 1\n", "キー"},
		{"C", "{\"language\": \"ja\", \"x\": 1}", "キー"},
		{"C", "language: ja\n\tx: 1\n", "タブ"}, // no YAML, and the language can be read all the same
		{"ja_JP.UTF-8", "language: en\nx: 1\n", "there is no key"},
		{"ja_JP.UTF-8", "language: fr\nx: 1\n", "there is no key"},
		{"ja_JP.UTF-8", "language: 日本語\nx: 1\n", "キー"},
		{"en_US.UTF-8", "language: 日本語\nx: 1\n", "there is no key"},
		{"ja_JP.UTF-8", "\tx: 1\n", "タブ"},
		{"C", "\tx: 1\n", "tab"},
		{"C", "x: 1\n", "キー"}, // nothing stated: the default is ja
	} {
		t.Setenv("LC_ALL", c.locale)
		_, problems := ParseSettings([]byte(c.data))
		if !strings.Contains(problems.Error(), c.want) {
			t.Errorf("%s, %q: %v; want %q in it", c.locale, c.data, problems, c.want)
		}
	}
}

// The place of an error in a condition is exact in every way to write a text in YAML.
func TestParseJourney_PointsIntoTheCondition(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
	}{
		{"show_if: Q1 == 1 or NO == 2", 1, 21},
		{`show_if: "Q1 == 1 or NO == 2"`, 1, 22},
		{`show_if: 'Q1 == 1 or NO == 2'`, 1, 22},
		{`show_if: "S1 == \"b\" or NO == 2"`, 1, 26},
		{`show_if: "S1 == \u0022b\u0022 or NO == 2"`, 1, 34},
		{`show_if: 'S1 == ''b'' or NO == 2'`, 1, 26},
		{`show_if: "S1 == 'い' or NO == 2"`, 1, 24},
		{"show_if: |\n            Q1 == 1\n            or NO == 2", 3, 16},
		{"show_if: >-\n            Q1 == 1\n            or NO == 2", 3, 16},
		{"show_if: Q1 == 1\n            or NO == 2", 2, 16},
		{"show_if: \"Q1 == 1\n            or NO == 2\"", 2, 16},
		{"show_if: Q1 ==", 1, 14}, // at its end
	} {
		head := "journey: c\ntitle: {en: x}\nquestions:\n  Q1: {kind: yesno, text: {en: x}}\n  S1: {kind: single, text: {en: x}, options: [{value: b, text: {en: b}}, {value: い, text: {en: i}}]}\nsurveys:\n  s:\n    pages:\n      - ask: [Q1, S1]\n      - "
		_, problems := ParseJourney("c.yaml", []byte(head+c.text+"\n        ask: []\n        ask_if: []\n"), &koe.Settings{Language: "en"})
		before := strings.Count(head, "\n")
		column := c.column
		if c.line == 1 {
			column += len("      - ")
		}
		found := false
		for _, p := range problems.Serious() {
			found = found || p.Line == before+c.line && p.Column == column
		}
		if !found {
			t.Errorf("%q: want a problem at %d:%d, got\n%v", c.text, before+c.line, column, problems)
		}
	}
}

func TestNearest_FindsWhatWasMeant(t *testing.T) {
	keys := []string{"title", "stages", "surveys", "constructs", "min_group", "password_env", "opens", "ja", "en"}
	for word, want := range map[string]string{
		"titel": "title", "Title": "title", "stage": "stages", "survey": "surveys", "construct": "constructs", "mingroup": "min_group",
		"password": "password_env", "open": "opens", "jp": "ja", "x": "", "": "", "completely": "", "stages": "",
	} {
		if got := nearest(word, keys); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
