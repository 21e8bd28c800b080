package analysis

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// livedRow is one response or invitation that was behind a release, or will be behind the next. One that was sent again is another.
type livedRow struct {
	Key     string `db:"key"`
	Version string `db:"version"`
	Person  string `db:"person"` // a text of its own where nobody knows whose it is
	Linked  bool   `db:"linked"`
	Current bool   `db:"current"` // else it was sent again since, and what it said is not known
	Spell   string `db:"spell"`
	Scored  string `db:"scored"`
	Given   string `db:"given"`
	Lives   string `db:"lives"`
}

// lived is the same, understood.
type lived struct {
	*livedRow
	who    int32
	lives  []Life // of one journey and stage
	scored set
	given  set
}

func (l *lived) journey() string { return l.lives[0].journey }
func (l *lived) stage() string   { return l.lives[0].Stage }

// whoLived lists them with their lives, as group:since:until parted by commas. %[1]s says which groups, %[2]d is the number of the
// release to come.
const whoLived = `
WITH life AS (
    SELECT response_key AS key, version, cell_key, since, CASE WHEN until = 0 AND response_key IN (SELECT response_key FROM loader.next_left) THEN %[2]d ELSE until END AS until
    FROM loader.release_response WHERE %[1]s
    UNION ALL SELECT response_key, version, cell_key, %[2]d, 0 FROM loader.next_joined WHERE %[1]s
),
lived AS (SELECT key, version, string_agg(cell_key || ':' || since || ':' || until, ',' ORDER BY since) AS lives FROM life GROUP BY key, version)`

// responsesLived is such responses with their valid scores, and the questions to which there are valid answers: to an item, of people who
// answered all of its construct that they were asked.
const responsesLived = whoLived + `,
partial AS (
    SELECT DISTINCT response_key, journey, family FROM answer JOIN (SELECT journey, question, family FROM red_question WHERE family IS NOT NULL) AS q USING (journey, question)
    WHERE missing IS NOT NULL
),
families AS (SELECT journey, question, family FROM red_question),
asked AS (SELECT DISTINCT row_key ->> 'journey' AS journey, row_key ->> 'question' AS question FROM loader.release_figure WHERE table_name IN ('item', 'recommend')),
s AS (SELECT response_key, string_agg(DISTINCT construct, chr(31) ORDER BY construct) AS scored FROM score WHERE score IS NOT NULL GROUP BY response_key),
a AS (SELECT response_key, string_agg(DISTINCT question, chr(31) ORDER BY question) AS given FROM answer SEMI JOIN asked USING (journey, question) LEFT JOIN families USING (journey, question)
      ANTI JOIN partial USING (response_key, journey, family) WHERE missing IS NULL GROUP BY response_key)
SELECT r.response_key AS key, l.version AS version, coalesce(person_key, 'r' || r.response_key) AS person, person_key IS NOT NULL AS linked, epoch_us(r.submitted_at)::VARCHAR = l.version AS current, coalesce(spell::VARCHAR, '') AS spell,
    coalesce(s.scored, '') AS scored, coalesce(a.given, '') AS given, lives
FROM lived AS l JOIN response AS r ON r.response_key = l.key LEFT JOIN s USING (response_key) LEFT JOIN a USING (response_key) ORDER BY ALL`

// invitationsLived is such invitations.
const invitationsLived = whoLived + `
SELECT key, l.version AS version, person_key AS person, true AS linked, true AS current, '' AS spell, '' AS scored, '' AS given, lives
FROM lived AS l JOIN invitation AS i ON i.invitation_key = l.key ORDER BY ALL`

// readLives gives whoever stood behind the figures, by their lives.
func readLives(ctx context.Context, db querier, cells map[string]Life, figures []PastFigure, next int) ([]Lives, error) {
	whose, all := &people{numbers: map[string]int32{}}, map[string][]Life{}
	known := sets{}
	read := func(query, groups string) ([]lived, error) {
		rows, err := readRows[livedRow](ctx, db, fmt.Sprintf(query, groups, next))
		out := make([]lived, len(rows))
		for i := range rows {
			r := &rows[i]
			if all[r.Lives] == nil {
				if all[r.Lives], err = livesNamed(r.Lives, cells); err != nil {
					return nil, err
				}
			}
			out[i] = lived{r, whose.number(r.Person), all[r.Lives], known.of(r.Scored), known.of(r.Given)}
		}
		return out, err
	}
	responses, err := read(responsesLived, "NOT starts_with(cell_key, '"+askedPrefix+"')")
	if err != nil {
		return nil, err
	}
	asked, err := read(invitationsLived, "starts_with(cell_key, '"+askedPrefix+"')")
	if err != nil {
		return nil, err
	}
	supposeAnswered(responses)
	g := &livesOf{at: map[[4]string]int{}}
	for i := range responses {
		r := &responses[i]
		for _, name := range sortedNames(r.scored) {
			g.add("trend", r.journey(), name, r.Lives, r.lives, r.who)
		}
		for _, name := range sortedNames(r.given) {
			g.add("item", r.journey(), name, r.Lives, r.lives, r.who)
		}
	}
	for i := range asked {
		g.add("rate", asked[i].journey(), "", asked[i].Lives, asked[i].lives, asked[i].who)
	}
	g.pairs(responses, figures)
	return g.all, nil
}

// supposeAnswered takes whoever sent answers again since to have answered, before, whatever others of the stage did.
func supposeAnswered(responses []lived) {
	type stage struct{ journey, stage string }
	scored, given := map[stage]set{}, map[stage]set{}
	for i := range responses {
		r := &responses[i]
		at := stage{r.journey(), r.stage()}
		if scored[at] == nil {
			scored[at], given[at] = set{}, set{}
		}
		maps.Copy(scored[at], r.scored)
		maps.Copy(given[at], r.given)
	}
	for i := range responses {
		if r := &responses[i]; !r.Current {
			r.scored, r.given = scored[stage{r.journey(), r.stage()}], given[stage{r.journey(), r.stage()}]
		}
	}
}

// livesNamed reads lives as whoLived writes them.
func livesNamed(list string, cells map[string]Life) (lives []Life, err error) {
	for _, text := range strings.Split(list, ",") {
		parts := strings.Split(text, ":")
		life, known := cells[parts[0]]
		if !known || len(parts) != 3 {
			return nil, fmt.Errorf("the ledger names a group that it does not have: %s", text)
		}
		for i, number := range []*int{&life.Since, &life.Until} {
			if *number, err = strconv.Atoi(parts[i+1]); err != nil {
				return nil, fmt.Errorf("the ledger has a release %q", parts[i+1])
			}
		}
		lives = append(lives, life)
	}
	return lives, nil
}

// livesOf gathers Lives by what they are of.
type livesOf struct {
	at  map[[4]string]int
	all []Lives
}

func (g *livesOf) add(table, journey, name, as string, lives []Life, who int32) {
	key := [4]string{table, journey, name, as}
	i, known := g.at[key]
	if !known {
		i = len(g.all)
		g.at[key] = i
		g.all = append(g.all, Lives{Table: table, Journey: journey, Name: name, Lives: lives})
	}
	g.all[i].Who = append(g.all[i].Who, who)
	g.all[i].N++
}

// pairs adds the pairs of scores of one person and stay at the stages of published changes. A release stands on the last response
// of each stage that was behind it; a pair is in the finest group of the later one.
func (g *livesOf) pairs(responses []lived, figures []PastFigure) {
	type change struct{ journey, from, to string }
	told, names := map[change]set{}, map[string]bool{}
	var changes []change
	for _, f := range figures {
		if parts := strings.Fields(f.Name); f.Table == "change" && len(parts) == 3 && !names[f.Journey+" "+f.Name] {
			names[f.Journey+" "+f.Name] = true
			of := change{f.Journey, parts[1], parts[2]}
			if told[of] == nil {
				told[of] = set{}
				changes = append(changes, of)
			}
			told[of][parts[0]] = true
		}
	}
	byPerson := map[[3]string][]*lived{}
	var order [][3]string
	for i := range responses {
		if r := &responses[i]; r.Linked && len(changes) > 0 {
			key := [3]string{r.Person, r.journey(), r.Spell}
			if byPerson[key] == nil {
				order = append(order, key)
			}
			byPerson[key] = append(byPerson[key], r)
		}
	}
	for _, key := range order {
		for _, of := range changes {
			if of.journey != key[1] {
				continue
			}
			for _, p := range pairsOf(byPerson[key], of.from, of.to) {
				as := nameLives(p.lives)
				for _, construct := range sortedNames(told[of]) {
					if p.earlier.scored[construct] && p.later.scored[construct] {
						g.add("change", of.journey, construct+" "+of.from+" "+of.to, as, p.lives, p.later.who)
					}
				}
			}
		}
	}
}

// pairLived is one pair of responses of somebody, and the releases that it was behind.
type pairLived struct {
	earlier, later *lived
	lives          []Life
}

// pairsOf pairs somebody's responses at two stages, release by release.
func pairsOf(mine []*lived, from, to string) (pairs []*pairLived) {
	var turns []int // releases from which on something of them is another
	for _, r := range mine {
		if r.stage() == from || r.stage() == to {
			for _, life := range r.lives {
				turns = append(turns, life.Since)
				if life.Until > 0 {
					turns = append(turns, life.Until)
				}
			}
		}
	}
	slices.Sort(turns)
	turns = slices.Compact(turns)
	for i, since := range turns {
		until := 0
		if i+1 < len(turns) {
			until = turns[i+1]
		}
		earlier, _ := lastAt(mine, from, since)
		later, life := lastAt(mine, to, since)
		if earlier == nil || later == nil {
			continue
		}
		life.Since, life.Until = since, until
		at := slices.IndexFunc(pairs, func(p *pairLived) bool { return p.earlier == earlier && p.later == later })
		if at < 0 {
			at = len(pairs)
			pairs = append(pairs, &pairLived{earlier: earlier, later: later})
		}
		lives := pairs[at].lives
		if n := len(lives); n > 0 && lives[n-1].key == life.key && lives[n-1].Until == since {
			lives[n-1].Until = until // something else of them changed
			continue
		}
		pairs[at].lives = append(lives, life)
	}
	return pairs
}

// lastAt finds the last response at a stage that was behind a release, and its life then.
func lastAt(mine []*lived, stage string, release int) (last *lived, then Life) {
	for _, r := range mine {
		if r.stage() != stage || last != nil && compareVersions(r, last) < 0 {
			continue
		}
		for _, life := range r.lives {
			if life.Since <= release && (life.Until == 0 || release < life.Until) {
				last, then = r, life
			}
		}
	}
	return last, then
}

// compareVersions orders responses by when they were sent.
func compareVersions(x, y *lived) int {
	return cmp.Or(cmp.Compare(len(x.Version), len(y.Version)), strings.Compare(x.Version, y.Version), strings.Compare(x.Key, y.Key))
}

// nameLives writes lives as whoLived does.
func nameLives(lives []Life) string {
	var b []byte
	for _, life := range lives {
		b = append(append(b, life.key...), ':')
		b = append(strconv.AppendInt(b, int64(life.Since), 10), ':')
		b = append(strconv.AppendInt(b, int64(life.Until), 10), ',')
	}
	return string(b)
}
