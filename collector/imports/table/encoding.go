package table

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"koe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

// The encodings of text files.
const (
	UTF8    = "UTF-8"
	UTF16LE = "UTF-16LE"
	UTF16BE = "UTF-16BE"
	CP932   = "CP932"
)

// Decode turns the bytes of a text file into text and says which encoding they had: a byte order mark decides;
// without one, zero bytes mean UTF-16, valid UTF-8 is UTF-8, and the rest is CP932 (Shift_JIS as Windows writes it).
// Bytes that are none of these are an error that names the line.
func Decode(b []byte) (text, name string, err error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		b = b[3:]
		if !utf8.Valid(b) {
			return "", UTF8, badBytes(b)
		}
		return string(b), UTF8, nil
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return decode(b[2:], UTF16LE)
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return decode(b[2:], UTF16BE)
	}
	if bytes.IndexByte(b, 0) >= 0 {
		var zeros [2]int
		for i, c := range b {
			if c == 0 {
				zeros[i%2]++
			}
		}
		if zeros[1] >= zeros[0] {
			return decode(b, UTF16LE)
		}
		return decode(b, UTF16BE)
	}
	if utf8.Valid(b) {
		return string(b), UTF8, nil
	}
	if good, bad := countUTF8(b); good > 3*bad {
		return "", UTF8, badBytes(b)
	}
	return decode(b, CP932)
}

func decode(b []byte, name string) (string, string, error) {
	var enc encoding.Encoding
	switch name {
	case UTF16LE:
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case UTF16BE:
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	default:
		enc = japanese.ShiftJIS
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return "", name, koe.Errorf(koe.Invalid, "the bytes are not %s: %w", name, err)
	}
	text := string(out)
	if at := strings.IndexRune(text, utf8.RuneError); at >= 0 {
		return "", name, koe.Errorf(koe.Invalid, "line %d holds bytes that are neither UTF-8 nor %s", 1+strings.Count(text[:at], "\n"), name)
	}
	return text, name, nil
}

// countUTF8 counts the characters of several bytes that are whole, and the bytes that fit nowhere.
func countUTF8(b []byte) (good, bad int) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		b = b[size:]
	}
	return good, bad
}

func badBytes(b []byte) error {
	line := 1
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		b = b[size:]
	}
	return koe.Errorf(koe.Invalid, "line %d holds bytes that are not UTF-8; the file is damaged or was cut", line)
}
