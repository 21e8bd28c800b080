// Package cell understands what people and programs write into one cell of a table: dates of the Japanese eras,
// times with or without a zone, numbers in full-width digits, labels in any width. It knows nothing of rosters or
// surveys, and it never guesses silently: what can be read in two ways is an error unless the caller says which.
package cell

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form in which two labels are compared: NFKC, lower case, without spaces and invisible characters,
// and with the many dashes, tildes and quotation marks made one.
func Fold(s string) string {
	s = norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")) // norm leaves alone what follows a broken byte
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r) && r >= 0xFE00 && r <= 0xFE0F:
			continue
		case strings.ContainsRune("‐‑‒–—―−﹣", r):
			r = '-'
		case r == '〜':
			r = '~'
		case r == '’' || r == '‘':
			r = '\''
		case r == '“' || r == '”':
			r = '"'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return norm.NFKC.String(b.String()) // what was taken away may have stood between a letter and its accent
}

// FoldHeader gives the form in which column headers are compared: Fold, then without underscores, hyphens and the marks
// that people put on required columns.
func FoldHeader(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-*※:・.", r) {
			return -1
		}
		return r
	}, Fold(s))
}

// WithoutRemark cuts a remark in brackets from the end of a folded header: 入社日(yyyy/mm/dd) → 入社日.
func WithoutRemark(folded string) string {
	for _, pair := range [][2]string{{"(", ")"}, {"[", "]"}, {"【", "】"}, {"〔", "〕"}, {"<", ">"}} {
		if strings.HasSuffix(folded, pair[1]) {
			if at := strings.LastIndex(folded, pair[0]); at > 0 {
				return folded[:at]
			}
		}
	}
	return folded
}

// Clean makes a cell's text fit to keep: NFC, without byte order marks and control characters other than line breaks
// and tabs, line breaks as \n, no blanks at either end.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = norm.NFC.String(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r == '\uFEFF' || r == unicode.ReplacementChar || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Unguard takes off what spreadsheets and survey tools put before a value so that it is not taken for a formula or a
// number: a leading apostrophe, or ="…" around it.
func Unguard(s string) string {
	if len(s) > 3 && strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) {
		return s[2 : len(s)-1]
	}
	if rest, found := strings.CutPrefix(s, "'"); found && rest != "" && strings.ContainsRune("=+-@\t0123456789", []rune(rest)[0]) {
		return rest
	}
	return s
}

// Identifier makes a person's number comparable: unguarded, full-width letters and digits narrowed, no blanks around.
func Identifier(s string) string {
	return strings.TrimSpace(norm.NFKC.String(Unguard(Clean(s))))
}
