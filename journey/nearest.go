package journey

import "strings"

// nearest gives the candidate that a writer most likely meant by word: the one with the least Damerau–Levenshtein
// distance (optimal string alignment, Damerau 1964), if that is at most a third of its length; a candidate that word
// begins, or that begins with word, also counts as near. Upper and lower case are the same. "" when none is near.
func nearest(word string, candidates []string) string {
	best, least := "", -1
	lower := strings.ToLower(strings.TrimSpace(word))
	if lower == "" {
		return ""
	}
	for _, candidate := range candidates {
		if candidate == word {
			continue
		}
		other := strings.ToLower(candidate)
		d := distance([]rune(lower), []rune(other))
		longest := max(len([]rune(lower)), len([]rune(other)))
		limit := max(1, longest/3)
		if len(lower) >= 3 && (strings.HasPrefix(other, lower) || strings.HasPrefix(lower, other) && len(other) >= 3) {
			limit = longest
		}
		if longest <= 2 {
			limit = 1
		}
		if d <= limit && d < longest && (least < 0 || d < least) {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours between a and b.
func distance(a, b []rune) int {
	if len(a) > 100 || len(b) > 100 {
		return 1000
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
