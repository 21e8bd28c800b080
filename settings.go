package koe

import (
	"slices"
	"strings"
)

// Settings is koe.yaml: what an organisation decides once. Paths are relative to the working folder.
type Settings struct {
	Organization Text
	Language     string            // of reports, and of people who state none
	Timezone     string            // IANA name
	Journeys     []string          // paths of journey files
	Segments     [][]string        // each a hierarchy of roster columns, top first; most have one column
	Aliases      map[string]string // roster header → column
	Store        string            // path of a SQLite file, or postgres://…
	Vault        string            // path of the SQLite vault; beside the store unless stated
	VaultKeyEnv  string            // environment variable that holds the vault key; the key file is used when it is unset
	VaultKeyFile string            // path of the key file, made at first use
	Warehouse    string            // path of the published DuckDB file
	Reports      string            // folder of releases
	Collector    CollectorSettings
	Mail         MailSettings
	Calendar     CalendarSettings
	Schedule     ScheduleSettings
	Disclosure   DisclosureSettings
	Retention    RetentionSettings
	Contact      Text // whom a respondent may call, Markdown
	Voices       VoicesSettings
}

// CollectorSettings says where the form is served.
type CollectorSettings struct {
	Listen    string // host:port
	PublicURL string // what mails link to, without a slash at the end
	TLSCert   string
	TLSKey    string
}

// MailSettings says how mail leaves.
type MailSettings struct {
	From      string
	ReplyTo   string
	Outbox    string // folder of .eml files; used when SMTP has no host
	SMTP      SMTPSettings
	PerMinute int    // 0: no limit
	Templates string // folder of overriding templates; "" for the embedded ones
	Bounces   string // maildir or mbox of returned mail, or imap(s)://user@host/box

	BouncesPasswordEnv string // environment variable that holds the IMAP password
	Envelope           string // where returned mail goes; {id} in it becomes the mail's id (VERP): bounces+{id}@example.go.jp. "" for From
}

// SMTPSettings names a mail server.
type SMTPSettings struct {
	Host        string
	Port        int
	TLS         string // starttls (default), implicit, none
	Username    string
	PasswordEnv string
}

// CalendarSettings says which days and hours are for sending.
type CalendarSettings struct {
	Country     string   // ISO 3166 alpha-2, lower case; "" for no holidays
	Closed      []string // MM-DD, MM-DD..MM-DD or YYYY-MM-DD..YYYY-MM-DD
	SendBetween string   // 09:00-17:00; "" for any time
	Roll        Roll
	MinGap      Period // between two pulses to one person; P14D unless stated
	MaxContacts int    // mails to one person in 30 days; 0: no limit
}

// ScheduleSettings gives each job of koe serve its cron expression; "" for never.
type ScheduleSettings struct {
	Dispatch, Load, Report string
}

// DisclosureSettings are the thresholds of METHOD section 5.
type DisclosureSettings struct {
	MinGroup    int  // 5 unless stated, never under 3
	MinComments int  // 10 unless stated
	MergeSmall  bool // publish sibling units under MinGroup together, as その他; true unless stated
}

// RetentionSettings says how long each kind of data is kept.
type RetentionSettings struct {
	Comments             Period
	Answers              Period
	ContactsAfterLeaving Period
	Releases             Period // reports, and what the ledger of releases knows of them
}

// VoicesSettings extends the rules for free text.
type VoicesSettings struct {
	Rules string // a cue table of the organisation's own
	Words string // a user dictionary
}

// SegmentColumns lists the roster columns of all segments, in order.
func (s *Settings) SegmentColumns() []string {
	var columns []string
	for _, hierarchy := range s.Segments {
		columns = append(columns, hierarchy...)
	}
	return columns
}

// MemberOf names the member of a segment column that a person with these values belongs to. Below the top of a
// hierarchy it is a path, "総務局/人事課", since units of different parents may share a name. "" when a value is missing.
func (s *Settings) MemberOf(column string, values map[string]string) string {
	for _, hierarchy := range s.Segments {
		level := slices.Index(hierarchy, column)
		if level < 0 {
			continue
		}
		if level == 0 {
			return values[column]
		}
		path := make([]string, level+1)
		for i, above := range hierarchy[:level+1] {
			if path[i] = values[above]; path[i] == "" {
				return ""
			}
		}
		return strings.Join(path, "/")
	}
	return ""
}
