package sheet

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// say gives a text of the form in its language: Japanese, or English for every other.
func say(lang, ja, en string, args ...any) string {
	if lang == "ja" || strings.HasPrefix(lang, "ja-") {
		return fmt.Sprintf(ja, args...)
	}
	return fmt.Sprintf(en, args...)
}

var (
	link     = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	autoLink = regexp.MustCompile(`<((?:https?|mailto|tel):[^>]+)>`)
	leadIn   = regexp.MustCompile(`^\*\*([^*]+)\*\*\s+`)
	bold     = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emphasis = regexp.MustCompile(`\*([^*\n]+)\*`)
)

// plainText writes Markdown as a cell can show it: headings and list items on lines of their own, without marks.
func plainText(markdown string) string {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(markdown), "\n") {
		line = strings.TrimRight(line, " \t")
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(trimmed, "#"):
			line = "【" + strings.TrimSpace(strings.TrimLeft(trimmed, "# ")) + "】"
		case strings.HasPrefix(trimmed, "- "), strings.HasPrefix(trimmed, "* "):
			line = "・" + leadIn.ReplaceAllString(trimmed[2:], "$1: ")
		}
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		line = link.ReplaceAllString(line, "$1 ($2)")
		line = autoLink.ReplaceAllString(line, "$1")
		line = bold.ReplaceAllString(line, "$1")
		lines = append(lines, emphasis.ReplaceAllString(line, "$1"))
	}
	return strings.Join(lines, "\n")
}

// linesOf estimates how many lines a text takes in a column that holds so many half-width characters.
func linesOf(text string, column float64) int {
	n := 0
	for _, line := range strings.Split(text, "\n") {
		w := 0.0
		for _, r := range line {
			switch width.LookupRune(r).Kind() {
			case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
				w += 1.9
			default:
				w += 0.9
			}
		}
		n += max(1, int(w/column)+1)
		if w > 0 && w/column == float64(int(w/column)) {
			n--
		}
	}
	return max(n, 1)
}
