package journey

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"koe"
)

// rosterColumns are the columns of roster.csv and events.csv that koe itself reads.
func rosterColumns() []string {
	return []string{"person_id", "name", "email", "personal_email", "language", "joined_on", "left_on", "left_reason", "role",
		"event", "date", "related_person_id", "detail"}
}

// reservedColumns cannot be segments: the warehouse has columns of these names beside the segments (DESIGN section 7).
func reservedColumns() []string {
	return append(rosterColumns(), "person_key", "related_person_key", "invitation_key", "response_key", "cohort", "journey", "stage", "survey",
		"survey_version", "wave", "period", "submitted_at", "source", "status", "due_on", "sent_at", "closes_on", "on_date",
		"question", "construct", "measure", "segment", "member", "spell", "answered")
}

// checkSettings looks at what a shape alone cannot see, and completes the defaults that hang on other keys.
func checkSettings(r *reader, s *koe.Settings, dir string) {
	checkSegments(r, s)
	for header, column := range s.Aliases {
		known := append(rosterColumns(), s.SegmentColumns()...)
		if !slices.Contains(known, column) {
			r.fail(join("aliases", header), "%q is not a column of the roster or the events", column).near(column, known)
		}
	}
	seen := map[string]bool{}
	for i, path := range s.Journeys {
		if seen[path] {
			r.fail(index("journeys", i), "%s stands here twice", path)
		}
		seen[path] = true
	}
	if len(s.Journeys) == 0 && r.stated("journeys") {
		r.fail("journeys", "the list is empty")
	}
	if s.Disclosure.MinGroup < 5 {
		r.warn("disclosure.min_group", "groups of %d are published", s.Disclosure.MinGroup).hint("5 is the least that respondents are usually promised")
	}
	if s.Disclosure.MinComments < s.Disclosure.MinGroup {
		r.fail("disclosure.min_comments", "min_comments (%d) is less than min_group (%d)", s.Disclosure.MinComments, s.Disclosure.MinGroup)
	}
	for path, p := range map[string]koe.Period{"comments": s.Retention.Comments, "answers": s.Retention.Answers} {
		if p.IsZero() {
			r.fail(join("retention", path), "nothing would be kept at all")
		}
	}
	checkCollector(r, s)
	checkMail(r, s)
	for path, file := range map[string]string{"voices.rules": s.Voices.Rules, "voices.words": s.Voices.Words, "mail.templates": s.Mail.Templates} {
		if file != "" && dir != "" {
			if _, err := os.Stat(pathIn(dir, file)); err != nil {
				r.fail(path, "the file %s does not exist", file)
			}
		}
	}
	beside := "data"
	if !strings.Contains(s.Store, "://") {
		beside = filepath.ToSlash(filepath.Dir(s.Store))
		if s.Vault == "" {
			s.Vault = filepath.ToSlash(filepath.Join(beside, "vault.sqlite"))
		}
		if s.Vault == s.Store {
			r.fail("vault", "the vault and the store are the same file").hint("names and answers are kept apart: give the vault a file of its own")
		}
	}
	if s.VaultKeyFile == "" {
		s.VaultKeyFile = filepath.ToSlash(filepath.Join(beside, "vault.key"))
	}
}

func checkSegments(r *reader, s *koe.Settings) {
	seen := map[string]bool{}
	for i, hierarchy := range s.Segments {
		for j, column := range hierarchy {
			at := index(index("segments", i), j)
			if _, ok := r.nodes[at]; !ok {
				at = index("segments", i)
			}
			lower := strings.ToLower(column)
			if slices.Contains(reservedColumns(), lower) {
				r.fail(at, "%s cannot be a segment: koe uses this name itself", column)
			}
			if seen[lower] {
				r.fail(at, "%s stands here twice", column)
			}
			seen[lower] = true
		}
		if len(hierarchy) == 0 {
			r.fail(index("segments", i), "the list is empty")
		}
	}
}

func checkCollector(r *reader, s *koe.Settings) {
	c := &s.Collector
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme == "http" && r.stated("collector.public_url") {
		switch host := u.Hostname(); {
		case host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1":
		default:
			r.warn("collector.public_url", "answers would travel unencrypted (http)").hint("use https, with tls_cert and tls_key or a proxy in front")
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		r.fail("collector", "tls_cert and tls_key go together, and one of them is missing")
	}
}

func checkMail(r *reader, s *koe.Settings) {
	m := &s.Mail
	if r.stated("mail.smtp") {
		if m.SMTP.TLS == "" {
			m.SMTP.TLS = "starttls"
		}
		if m.SMTP.Port == 0 {
			m.SMTP.Port = map[string]int{"starttls": 587, "implicit": 465, "none": 25}[m.SMTP.TLS]
		}
		if (m.SMTP.Username == "") != (m.SMTP.PasswordEnv == "") {
			r.fail("mail.smtp", "username and password_env go together, and one of them is missing")
		}
		if m.SMTP.TLS == "none" && m.SMTP.Username != "" {
			r.warn("mail.smtp.tls", "the password would travel unencrypted")
		}
	} else if m.Outbox == "" {
		m.Outbox = "data/outbox"
	}
	if holdsPassword(m.Bounces) {
		r.fail("mail.bounces", "the address holds a password").hint("secrets do not stand in this file: put the name of an environment variable under %s", "bounces_password_env")
	}
}

// pathIn gives the path of a file that settings name, relative to the working folder.
func pathIn(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}
