package imports

import (
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/journey"
)

// likelyJourney is the journey that the user names or, when there are several and none is named, the one that the answers
// can only belong to: that of the forms, the only one with the stage or the stages in the file, or the one that asks more of
// the questions in the headers than any other. "" when that does not tell.
func likelyJourney(cfg *Config, opts AnswerOptions, tables []table.Table, forms []returned) string {
	journeys := cfg.Workspace.Journeys
	if opts.Journey != "" || opts.Map != "" || len(journeys) < 2 {
		return opts.Journey
	}
	for _, form := range forms {
		if form.filled != nil {
			return form.filled.Journey
		}
	}
	if len(forms) > 0 { // none can be read, and what is wrong with each is to be said, whatever the journey
		return journeys[0].ID
	}
	best, most, second := "", 0, 0
	for _, j := range journeys {
		if opts.Stage != "" {
			if _, found := stageNamed(j, opts.Stage); !found {
				continue
			}
		}
		w, n := wordsFor(cfg, j, ""), 1 // it has the stage, if one is named
		for i := range tables {
			n += questionsIn(&tables[i], w)
			if !stagesIn(&tables[i], w, j) {
				n = 0
				break
			}
		}
		if n > most {
			best, most, second = j.ID, n, most
		} else if n > second {
			second = n
		}
	}
	if most == second {
		return ""
	}
	return best
}

// questionsIn counts the headers of a table that are questions.
func questionsIn(t *table.Table, w *headerWords) (n int) {
	for _, r := range t.Rows[:min(len(t.Rows), 20)] {
		for _, c := range r.Cells {
			if w.question(plain(c.Text)) != nil {
				n++
			}
		}
	}
	return n
}

// stagesIn reports whether a table has no column of stages, or one that names a stage of the journey.
func stagesIn(t *table.Table, w *headerWords, j *journey.Compiled) bool {
	for at, r := range t.Rows[:min(len(t.Rows), 20)] {
		for i, c := range r.Cells {
			if w.fixed(c.Text) != "stage" {
				continue
			}
			blank := true
			for _, record := range t.Rows[at+1 : min(len(t.Rows), at+200)] {
				word := cell.Clean(record.Text(i))
				if _, found := stageNamed(j, word); found {
					return true
				}
				blank = blank && word == ""
			}
			return blank
		}
	}
	return true
}

// chosenJourney finds the journey that answers belong to: the named one, or the only one.
func chosenJourney(cfg *Config, id string) (*journey.Compiled, error) {
	var ids []string
	for _, j := range cfg.Workspace.Journeys {
		ids = append(ids, j.ID)
	}
	if id == "" && len(ids) == 1 {
		id = ids[0]
	}
	if j, found := cfg.Workspace.Journey(id); found {
		return j, nil
	}
	if id == "" {
		return nil, koe.Errorf(koe.Misused, "%s", say(cfg.lang(), "ジャーニーが複数あります。--journey で選んでください: %s", "there are several journeys; choose one with --journey: %s", strings.Join(ids, ", ")))
	}
	return nil, koe.Errorf(koe.Misused, "%s", say(cfg.lang(), "「%s」というジャーニーはありません: %s", "there is no journey %q: %s", id, strings.Join(ids, ", ")))
}

// stageNamed finds a stage by id or by its title in any language.
func stageNamed(j *journey.Compiled, word string) (*koe.Stage, bool) {
	if s, found := j.Stage(strings.TrimSpace(word)); found {
		return s, true
	}
	folded := cell.Fold(word)
	for i := range j.Stages {
		if cell.Fold(j.Stages[i].ID) == folded {
			return &j.Stages[i], true
		}
	}
	for i := range j.Stages {
		for _, title := range j.Stages[i].Title {
			if cell.Fold(title) == folded {
				return &j.Stages[i], true
			}
		}
	}
	return nil, false
}

func stageList(j *journey.Compiled) string {
	var ids []string
	for _, s := range j.Stages {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, ", ")
}
