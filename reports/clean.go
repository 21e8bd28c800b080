package reports

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isDirectionMark reports whether r turns the direction of the text around it, which lets one text rewrite how its
// neighbours look.
func isDirectionMark(r rune) bool {
	switch {
	case r == '\u061c', r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}

// maxText is how many characters of one text a report shows; the form takes at most 1,000.
const maxText = 4000

// clean makes a text of a respondent or of a text file fit to show: valid UTF-8, no control characters but line breaks,
// no direction marks, at most maxText characters.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', isDirectionMark(r), r == '\ufeff', r == '\ufffe', r == '\uffff':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText]) + "…"
}

// cutUTF16 cuts s to at most n UTF-16 units, as Excel counts.
func cutUTF16(s string, n int) string {
	used := 0
	for i, r := range s {
		used++
		if r > 0xffff {
			used++
		}
		if used > n {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}
