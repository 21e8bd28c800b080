package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strconv"

	"koe/analysis/disclosure"
)

// fewestWhoSay is how many people must speak of a theme, or use a word, before the number is told (METHOD 5.4).
const fewestWhoSay = 3

// commenterCount is one row of commenter.sql.
type commenterCount struct {
	Journey    string `db:"journey"`
	Stage      string `db:"stage"`
	Period     string `db:"period"`
	Segment    string `db:"segment"`
	Member     string `db:"member"`
	Commenters int64  `db:"commenters"`
}

// safeVoices protects what was said in words: themes, words and comments need min_comments commenters in their cell
// (METHOD 5.4), and a cell must not be found by subtracting others.
func (a *analyzer) safeVoices(ctx context.Context, all map[string]*safety) error {
	counts, err := query[commenterCount](ctx, a, "commenter")
	if err != nil {
		return err
	}
	reasons := map[string][]disclosure.Reason{}
	for journey, s := range all {
		reasons[journey] = s.figureOver(s.grid.people, nil, figureName("voice"), make([]int, s.cells), a.safety.MinComments)
	}
	for _, run := range runs(counts, func(c *commenterCount) string { return c.Journey }) {
		s := all[run[0].Journey]
		n := make([]int, s.cells)
		for _, c := range run {
			if i, ok := s.cell(c.Segment, c.Member, c.Stage, quarterSlice(c.Period)); ok {
				n[i] = int(c.Commenters)
			}
		}
		reasons[run[0].Journey] = s.figureOver(s.grid.people, nil, figureName("voice"), n, a.safety.MinComments)
	}
	for journey, s := range all {
		s.voices = reasons[journey]
	}
	return joined(a.safeThemes(ctx, all, reasons), a.safeKeyness(ctx, all, reasons), a.safeCooccurrence(ctx, all, reasons), a.safeComments(ctx, all, reasons))
}

// safeThemes gives how many spoke of each theme, "<3" for one or two. Of a withheld cell there is one row, with no theme: which
// themes few people spoke of is not told either. Members get bands only, so that no number follows from the others.
func (a *analyzer) safeThemes(ctx context.Context, all map[string]*safety, reasons map[string][]disclosure.Reason) error {
	rows, err := readMain[Theme](ctx, a, "theme", "journey, stage, period, segment, member, theme, valence")
	if err != nil {
		return err
	}
	for i, r := range rows {
		rows[i].Withheld = all[r.Journey].reason(reasons[r.Journey], r.Segment, r.Member, r.Stage, quarterSlice(r.Period))
	}
	blurred := blurredThemes(rows)
	var out []Theme
	for i, r := range rows {
		if r.Withheld != "" {
			r = Theme{Journey: r.Journey, Stage: r.Stage, Period: r.Period, Segment: r.Segment, Member: r.Member, Withheld: r.Withheld}
			if len(out) == 0 || out[len(out)-1] != r {
				out = append(out, r)
			}
			continue
		}
		people := zero(r.People)
		r.Commenters, r.CommentersShown = shown(zero(r.Commenters))
		r.PeopleShown = strconv.FormatInt(people, 10)
		if people < fewestWhoSay || r.Segment != "" || blurred[i] {
			r.People, r.Comments, r.PeopleShown = nil, nil, fewShown(people)
		}
		out = append(out, r)
	}
	return storeSafe(ctx, a, "theme", out)
}

// fewShown is a number of people as a band.
func fewShown(n int64) string {
	switch {
	case n < fewestWhoSay:
		return "<3"
	case n < 5:
		return "3–4"
	case n < 10:
		return "5–9"
	case n < exactFrom:
		return "10–19"
	default:
		return "≥20"
	}
}

// blurredThemes marks counts of everybody that are told as a band, because a single "<3" beside them would follow from the
// total over stages or quarters. What an earlier release told (withheld for it, and carried) cannot be blurred any more; where
// there is nothing else, the total is.
func blurredThemes(rows []Theme) []bool {
	type line struct {
		parts []int
		total int
	}
	out := make([]bool, len(rows))
	lines := map[string]*line{}
	of := func(key string) *line {
		if lines[key] == nil {
			lines[key] = &line{total: -1}
		}
		return lines[key]
	}
	for i, r := range rows {
		if r.Segment != "" {
			continue
		}
		about := r.Journey + "\x00" + r.Theme + "\x00" + r.Valence + "\x00"
		stages, periods := of(about+"stages of "+r.Period), of(about+"periods of "+r.Stage)
		if r.Stage != "" {
			stages.parts = append(stages.parts, i)
		} else {
			stages.total = i
		}
		if r.Period != "" {
			periods.parts = append(periods.parts, i)
		} else {
			periods.total = i
		}
	}
	for _, l := range lines {
		few, before, least := 0, 0, -1
		for _, i := range l.parts {
			n, reason := zero(rows[i].People), rows[i].Withheld
			switch {
			case n < fewestWhoSay && reason == "":
				few++
			case n < fewestWhoSay && reason == string(disclosure.Release): // what was told then was another number, or nothing
				before++
			case reason == "" && (least < 0 || n < zero(rows[least].People)):
				least = i
			}
		}
		if least < 0 {
			least = l.total
		}
		if (few == 1 || few+before == 1) && least >= 0 {
			out[least] = true
		}
	}
	return out
}

// safeKeyness gives the words that at least three commenters of a stage use. What one or two others use is left out, since
// their number follows from the figures; the row of a withheld stage has no word.
func (a *analyzer) safeKeyness(ctx context.Context, all map[string]*safety, reasons map[string][]disclosure.Reason) error {
	rows, err := readMain[Keyness](ctx, a, "keyness", "journey, stage, word")
	if err != nil {
		return err
	}
	var out []Keyness
	for _, r := range rows {
		withheld := all[r.Journey].reason(reasons[r.Journey], "", "", r.Stage, slice{})
		if withheld == "" && zero(r.RestCommenters) < int64(a.safety.MinComments) {
			withheld = string(disclosure.Complement)
		}
		if withheld != "" {
			r = Keyness{Journey: r.Journey, Stage: r.Stage, Withheld: withheld}
			if len(out) == 0 || out[len(out)-1] != r {
				out = append(out, r)
			}
			continue
		}
		if rest := zero(r.RestPeople); zero(r.People) < fewestWhoSay || rest > 0 && rest < fewestWhoSay {
			continue
		}
		out = append(out, r)
	}
	return storeSafe(ctx, a, "keyness", out)
}

// The network of words: the least Jaccard of an edge, and how many edges there are at most (METHOD 6.4).
const (
	leastJaccard = 0.2
	mostEdges    = 60
)

// safeCooccurrence gives the strongest edges of each network between what min_group people and more say, without numbers of people:
// how many use a word alone may be few.
func (a *analyzer) safeCooccurrence(ctx context.Context, all map[string]*safety, reasons map[string][]disclosure.Reason) error {
	rows, err := readMain[Cooccurrence](ctx, a, "cooccurrence", "journey, kind, jaccard DESC, item_a, item_b")
	if err != nil {
		return err
	}
	var out []Cooccurrence
	for _, run := range runs(rows, func(r *Cooccurrence) string { return r.Journey + "\x00" + r.Kind }) {
		if withheld := all[run[0].Journey].reason(reasons[run[0].Journey], "", "", "", slice{}); withheld != "" {
			out = append(out, Cooccurrence{Journey: run[0].Journey, Kind: run[0].Kind, Withheld: withheld})
			continue
		}
		for _, r := range run[:min(len(run), mostEdges)] {
			if *r.Jaccard >= leastJaccard && zero(r.PeopleA) >= int64(a.safety.MinGroup) && zero(r.PeopleB) >= int64(a.safety.MinGroup) {
				r.PeopleA, r.PeopleB, r.BothPeople = nil, nil, nil
				out = append(out, r)
			}
		}
	}
	return storeSafe(ctx, a, "cooccurrence", out)
}

// quotable is one row of the query of safeComments.
type quotable struct {
	Journey  string   `db:"journey"`
	Stage    string   `db:"stage"`
	Question string   `db:"question"`
	Text     string   `db:"text"`
	Themes   []string `db:"themes"`
	Response string   `db:"response_key"`
	Key      string   `db:"row_key"` // in the ledger: which comment, in which words
	Shown    string   `db:"shown"`   // how an earlier release showed it, JSON; "" when none did
	Release  string   `db:"name"`    // that release
}

const quotables = `
SELECT c.*, coalesce(l.shown, '') AS shown, coalesce(l.name, '') AS name FROM (
    SELECT journey, stage, question, text, themes, response_key,
        json_object('journey', journey, 'response', response_key, 'question', question, 'words', left(md5(text), 12))::VARCHAR AS row_key
    FROM red_comment WHERE cleared AND publish_ok) AS c
LEFT JOIN temp.last_published AS l ON l.table_name = 'comment' AND l.row_key = c.row_key ORDER BY ALL`

// labels are what is told of a comment besides its words.
type labels struct {
	Stage    string `json:"stage"`
	Question string `json:"question"`
}

// safeComments gives the comments that a person has cleared and whose writers allow it, where enough people left one, in an
// order that follows from the words alone: nothing ties two of them to one person. A stage is named where it has enough
// commenters itself. A new comment waits while a few new commenters only could have written it (METHOD 5.3): those that were
// published before stay. The ledger keeps which comments were published, and not their words.
func (a *analyzer) safeComments(ctx context.Context, all map[string]*safety, reasons map[string][]disclosure.Reason) error {
	rows, err := readRows[quotable](ctx, a.conn, quotables)
	if err != nil {
		return err
	}
	var out []Comment
	var fresh [][]string // rows of loader.next_comment
	withheld := map[string]bool{}
	for _, r := range rows {
		s := all[r.Journey]
		reason := s.reason(reasons[r.Journey], "", "", "", slice{})
		ofStage := s.reason(reasons[r.Journey], "", "", r.Stage, slice{})
		var was labels
		if r.Shown != "" {
			if err := json.Unmarshal([]byte(r.Shown), &was); err != nil {
				return err
			}
		}
		const moved = string(disclosure.Release)
		switch {
		case r.Shown != "" && (reason == moved || reason == "" && ofStage == moved):
			out = append(out, Comment{Journey: r.Journey, Stage: was.Stage, Question: was.Question, Text: r.Text, Themes: nonNil(r.Themes), Carried: r.Release})
		case reason == "" && ofStage == moved:
			// It waits, and nothing says so.
		case reason != "":
			if !withheld[r.Journey] {
				withheld[r.Journey] = true
				out = append(out, Comment{Journey: r.Journey, Themes: []string{}, Withheld: reason})
			}
		default:
			if ofStage == "" {
				was = labels{r.Stage, r.Question}
			} else {
				was = labels{} // a question may be asked at one stage only
			}
			out = append(out, Comment{Journey: r.Journey, Stage: was.Stage, Question: was.Question, Text: r.Text, Themes: nonNil(r.Themes)})
			shown, err := json.Marshal(was)
			if err != nil {
				return err
			}
			fresh = append(fresh, []string{"comment", r.Key, string(shown), "[]", r.Response})
		}
	}
	out = withoutEmptyWord(out)
	slices.SortStableFunc(out, func(x, y Comment) int {
		a, b := sha256.Sum256([]byte(x.Text)), sha256.Sum256([]byte(y.Text))
		return slices.Compare(a[:], b[:])
	})
	return joined(a.noteComments(ctx, fresh), storeSafe(ctx, a, "comment", out))
}

// withoutEmptyWord leaves out the row that says that a journey's comments are withheld where some of them stay.
func withoutEmptyWord(rows []Comment) []Comment {
	some := map[string]bool{}
	for _, c := range rows {
		some[c.Journey] = some[c.Journey] || c.Withheld == ""
	}
	return slices.DeleteFunc(rows, func(c Comment) bool { return c.Withheld != "" && some[c.Journey] })
}
