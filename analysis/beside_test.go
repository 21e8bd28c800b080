package analysis

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"koe"
)

func TestBeside_StepsThereReadNothingThatOthersMakeMeanwhile(t *testing.T) {
	l := newLayout(&wholeWorld(t).settings, wholeWorld(t).journeys)
	model := map[string]bool{}
	for _, s := range steps() {
		model[s.name] = true
	}
	reads := regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+\(?([a-z_]+)`)
	for _, name := range beside {
		var text string
		switch {
		case model[name]:
			content, err := modelFiles.ReadFile("models/" + name + ".sql")
			if err != nil {
				t.Fatal(err)
			}
			text = string(content)
		case slices.Contains(reductions, name):
			query, err := l.reductionSQL(name, koe.DateOf(noon))
			if err != nil {
				t.Fatal(err)
			}
			text = query
		default:
			t.Errorf("%s is no step", name)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "--") || strings.HasPrefix(line, "COMMENT ") {
				continue
			}
			for _, found := range reads.FindAllStringSubmatch(line, -1) {
				table := found[1]
				if model[name] && (model[table] || strings.HasSuffix(table, "_sums") || strings.HasSuffix(table, "_rows")) || !model[name] && strings.HasPrefix(table, "red_") {
					t.Errorf("%s reads %s", name, table)
				}
			}
		}
	}
}
