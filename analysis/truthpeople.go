package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"koe"
)

// people is the published population, person by person: whoever stands behind a figure, counted from the facts (responses,
// invitations, events, stays) and not from what the models or disclosure control made of them. People are numbers that mean
// nothing outside of it.
type people struct {
	segments []string
	quarter  string               // of the day of the analysis: waves before it are over, and hypotheses have verdicts there
	stages   map[[2]string]int    // place of a journey's stage
	counted  map[[2]string]string // the questions that are counted, with their families
	answers  []reply
	asked    []asking
	had      map[[4]string]koe.Date // person, spell, journey, measure: the first day
	stays    []watched
	comments []remark
	numbers  map[string]int32
}

// reply is one response of a closed wave.
type reply struct {
	who           int32
	linked        bool // the same person can be found at another stage
	journey       string
	stage         string
	wave          string
	cohort        string
	spell         string
	day           koe.Date
	careless      bool
	last          bool // of the person, stage and stay
	members       []string
	scored        set // constructs with a score
	complete      set // constructs of which every item was answered
	given         set // questions that were answered
	partial       set // families of questions of which one was left out
	key, response string
}

// asking is one invitation of a closed wave.
type asking struct {
	who                          int32
	key, journey, stage, wave    string
	spell, status                string
	first, counts, over, replied bool // first of its stage; neither bounced nor cancelled; nobody can answer any more; with a core answer
	members                      []string
}

// watched is one stay of a hire, up to the day of the analysis.
type watched struct {
	who     int32
	days    float64
	left    bool
	members []string
}

// remark is one comment that says something.
type remark struct {
	who                  int32
	journey, stage, wave string
	members              []string
	themes, words        []string
	text                 string
	quotable             bool
	response             string // with the question: one comment
}

// set is names that belong together; nil is the empty one.
type set map[string]bool

const separator = "\x1f" // between names in one text of a query

// sets reads lists, each different one once: most answers have one of a few.
type sets map[string]set

func (s sets) of(list string) set {
	if known, ok := s[list]; ok {
		return known
	}
	names := set{}
	for _, name := range strings.Split(list, separator) {
		if name != "" {
			names[name] = true
		}
	}
	s[list] = names
	return names
}

// number gives somebody a number; "" is nobody that could be met again.
func (p *people) number(key string) int32 {
	n, known := p.numbers[key]
	if !known {
		n = int32(len(p.numbers)) //nolint:gosec // people are far fewer
		p.numbers[key] = n
	}
	return n
}

// readPeople reads the published population of a warehouse.
func readPeople(ctx context.Context, db *sql.DB) (*people, error) {
	about, err := readAbout(ctx, db)
	if err != nil {
		return nil, err
	}
	var hierarchies [][]string
	if err := json.Unmarshal([]byte(about["segments"]), &hierarchies); err != nil {
		return nil, fmt.Errorf("read the segments: %w", err)
	}
	p := &people{segments: slices.Concat(hierarchies...), stages: map[[2]string]int{}, counted: map[[2]string]string{}, had: map[[4]string]koe.Date{}, numbers: map[string]int32{}}
	columns, err := texts(ctx, db, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'red_cell' AND column_name NOT IN ('journey', 'cell', 'stage', 'wave') ORDER BY column_index")
	if err != nil {
		return nil, err
	}
	if len(columns) != len(p.segments) {
		return nil, fmt.Errorf("the warehouse has %d columns of segments, and names %d", len(columns), len(p.segments))
	}
	merged, err := mergedUnits(ctx, db)
	if err != nil {
		return nil, err
	}
	list := func(alias string) string {
		parts := []string{"''"}
		for _, c := range columns {
			parts = append(parts, "coalesce("+alias+quote(c)+", '')", "chr(31)")
		}
		return strings.Join(parts, " || ")
	}
	known := map[string][]string{}
	members := func(text string) []string {
		if m, ok := known[text]; ok {
			return m
		}
		m := strings.Split(text, separator)[:len(columns)]
		for i, member := range m {
			if into, is := merged[nodeKey{p.segments[i], member}]; is {
				m[i] = into
			}
		}
		known[text] = m
		return m
	}
	today := about["as_of_date"]
	day, err := koe.ParseDate(today)
	if err != nil {
		return nil, fmt.Errorf("read the day of the analysis: %w", err)
	}
	p.quarter = quarterOf(day)
	return p, joined(p.readStages(ctx, db), p.readAnswers(ctx, db, list("r."), members), p.readAsked(ctx, db, list("i."), today, members),
		p.readHad(ctx, db), p.readStays(ctx, db, list("p."), today, members), p.readComments(ctx, db, list("c."), members))
}

func (p *people) readStages(ctx context.Context, db querier) error {
	stages, err := readRows[struct {
		Journey  string `db:"journey"`
		Stage    string `db:"stage"`
		Position int64  `db:"position"`
	}](ctx, db, "SELECT journey, stage, position::BIGINT FROM stage")
	for _, s := range stages {
		p.stages[[2]string{s.Journey, s.Stage}] = int(s.Position)
	}
	if err != nil {
		return err
	}
	questions, err := readRows[struct {
		Journey  string `db:"journey"`
		Question string `db:"question"`
		Family   string `db:"family"`
	}](ctx, db, "SELECT journey, question, coalesce(family::VARCHAR, '') AS family FROM red_question")
	for _, q := range questions {
		p.counted[[2]string{q.Journey, q.Question}] = q.Family
	}
	return err
}

type answerRow struct {
	Response string `db:"response_key"`
	Person   string `db:"person"`
	Linked   bool   `db:"linked"`
	Journey  string `db:"journey"`
	Stage    string `db:"stage"`
	Wave     string `db:"wave"`
	Cohort   string `db:"cohort"`
	Spell    string `db:"spell"`
	Day      string `db:"day"`
	Careless bool   `db:"careless"`
	Last     bool   `db:"last"`
	Members  string `db:"members"`
	Scored   string `db:"scored"`
	Complete string `db:"complete"`
	Given    string `db:"given"`
	Partial  string `db:"partial"`
}

// peoplesAnswers are the responses of closed waves; %s gives the members. Of several of one person, stage and stay the last one is
// the last that came in a closed wave.
const peoplesAnswers = `
WITH closed AS (SELECT journey, stage, wave FROM red_wave WHERE closed),
r AS (SELECT * FROM response SEMI JOIN closed USING (journey, stage, wave)),
k AS (SELECT journey, construct, count(*) AS items FROM construct_item GROUP BY ALL),
s AS (SELECT response_key, coalesce(string_agg(construct, chr(31) ORDER BY construct) FILTER (score IS NOT NULL), '') AS scored,
      coalesce(string_agg(construct, chr(31) ORDER BY construct) FILTER (answered = items), '') AS complete FROM score JOIN k USING (journey, construct) GROUP BY response_key),
a AS (SELECT response_key, string_agg(DISTINCT question, chr(31) ORDER BY question) AS given FROM answer WHERE missing IS NULL GROUP BY response_key),
f AS (SELECT response_key, string_agg(DISTINCT family::VARCHAR, chr(31) ORDER BY family::VARCHAR) AS partial
      FROM answer JOIN (SELECT journey, question, family FROM red_question WHERE family IS NOT NULL) AS q USING (journey, question) WHERE missing IS NOT NULL GROUP BY response_key)
SELECT r.response_key AS response_key, coalesce(person_key, 'r' || r.response_key) AS person, person_key IS NOT NULL AS linked, journey, stage, wave, coalesce(cohort, '') AS cohort,
    coalesce(spell::VARCHAR, '') AS spell, coalesce(submitted_on::VARCHAR, '') AS day, coalesce(careless, false) AS careless,
    person_key IS NULL OR row_number() OVER (PARTITION BY journey, person_key, stage, spell ORDER BY submitted_at::VARCHAR || ' ' || r.response_key DESC) = 1 AS last,
    %s AS members, coalesce(s.scored, '') AS scored, coalesce(s.complete, '') AS complete, coalesce(a.given, '') AS given, coalesce(f.partial, '') AS partial
FROM r LEFT JOIN s USING (response_key) LEFT JOIN a USING (response_key) LEFT JOIN f USING (response_key) ORDER BY ALL`

func (p *people) readAnswers(ctx context.Context, db querier, list string, members func(string) []string) error {
	rows, err := readRows[answerRow](ctx, db, fmt.Sprintf(peoplesAnswers, list))
	if err != nil {
		return err
	}
	known := sets{}
	for _, r := range rows {
		day, err := koe.ParseDate(r.Day)
		if r.Day != "" && err != nil {
			return err
		}
		p.answers = append(p.answers, reply{who: p.number(r.Person), linked: r.Linked, journey: r.Journey, stage: r.Stage, wave: r.Wave, cohort: r.Cohort, spell: r.Spell, day: day,
			careless: r.Careless, last: r.Last, members: members(r.Members), scored: known.of(r.Scored), complete: known.of(r.Complete), given: known.of(r.Given), partial: known.of(r.Partial),
			key: r.Person, response: r.Response})
	}
	return nil
}

type askedRow struct {
	Person  string `db:"person_key"`
	Journey string `db:"journey"`
	Stage   string `db:"stage"`
	Wave    string `db:"wave"`
	Spell   string `db:"spell"`
	Status  string `db:"status"`
	First   bool   `db:"first"`
	Over    bool   `db:"over"`
	Replied bool   `db:"replied"`
	Members string `db:"members"`
}

func (p *people) readAsked(ctx context.Context, db querier, list, today string, members func(string) []string) error {
	rows, err := readRows[askedRow](ctx, db, fmt.Sprintf(`
		WITH closed AS (SELECT journey, stage, wave FROM red_wave WHERE closed)
		SELECT person_key, journey, stage, wave, spell::VARCHAR AS spell, status, occurrence = 1 AS first, coalesce(closes_on < CAST(%s AS DATE), false) AS over,
			EXISTS (SELECT 1 FROM response AS r WHERE r.invitation_key = i.invitation_key AND r.core > 0) AS replied, %s AS members
		FROM invitation AS i SEMI JOIN closed USING (journey, stage, wave) ORDER BY ALL`, literal(today), list))
	for _, r := range rows {
		p.asked = append(p.asked, asking{who: p.number(r.Person), key: r.Person, journey: r.Journey, stage: r.Stage, wave: r.Wave, spell: r.Spell, status: r.Status,
			first: r.First, counts: r.Status != "bounced" && r.Status != "cancelled", over: r.Over, replied: r.Replied, members: members(r.Members)})
	}
	return err
}

func (p *people) readHad(ctx context.Context, db querier) error {
	rows, err := readRows[struct {
		Person  string `db:"person_key"`
		Spell   string `db:"spell"`
		Journey string `db:"journey"`
		Measure string `db:"measure"`
		Day     string `db:"day"`
	}](ctx, db, `SELECT person_key, spell::VARCHAR AS spell, journey, measure, min(on_date)::VARCHAR AS day
		FROM measure JOIN event USING (event) JOIN (SELECT person_key, spell, left_on FROM spell) AS s USING (person_key)
		WHERE event <> '' AND (left_on IS NULL OR on_date <= left_on) GROUP BY person_key, spell, journey, measure ORDER BY ALL`)
	if err != nil {
		return err
	}
	for _, r := range rows {
		day, err := koe.ParseDate(r.Day)
		if err != nil {
			return err
		}
		p.had[[4]string{r.Person, r.Spell, r.Journey, r.Measure}] = day
	}
	return nil
}

func (p *people) readStays(ctx context.Context, db querier, list, today string, members func(string) []string) error {
	rows, err := readRows[struct {
		Person  string `db:"person_key"`
		Days    int64  `db:"days"`
		Left    bool   `db:"gone"`
		Reason  string `db:"reason"`
		Members string `db:"members"`
	}](ctx, db, fmt.Sprintf(`SELECT person_key, greatest(date_diff('day', s.joined_on, CASE WHEN s.left_on <= CAST(%[1]s AS DATE) THEN s.left_on ELSE CAST(%[1]s AS DATE) END), 0)::BIGINT AS days,
			coalesce(s.left_on <= CAST(%[1]s AS DATE), false) AS gone, coalesce(s.left_reason, '') AS reason, %[2]s AS members
		FROM spell AS s JOIN person AS p USING (person_key) WHERE p.role = 'hire' AND s.joined_on <= CAST(%[1]s AS DATE) ORDER BY ALL`, literal(today), list))
	for _, r := range rows {
		p.stays = append(p.stays, watched{who: p.number(r.Person), days: float64(r.Days), left: r.Left && !isCensored(r.Reason), members: members(r.Members)})
	}
	return err
}

func (p *people) readComments(ctx context.Context, db querier, list string, members func(string) []string) error {
	rows, err := readRows[struct {
		Person   string   `db:"person"`
		Journey  string   `db:"journey"`
		Stage    string   `db:"stage"`
		Wave     string   `db:"wave"`
		Members  string   `db:"members"`
		Response string   `db:"response"`
		Themes   []string `db:"themes"`
		Words    []string `db:"words"`
		Text     string   `db:"text"`
		Quotable bool     `db:"quotable"`
	}](ctx, db, fmt.Sprintf(`WITH closed AS (SELECT journey, stage, wave FROM red_wave WHERE closed),
		r AS (SELECT *, person_key IS NULL OR row_number() OVER (PARTITION BY journey, person_key, stage, spell ORDER BY submitted_at::VARCHAR || ' ' || response_key DESC) = 1 AS last
			FROM response SEMI JOIN closed USING (journey, stage, wave) ANTI JOIN (SELECT journey, stage FROM stage WHERE mode = 'identified') AS named USING (journey, stage)),
		a AS (SELECT response_key, question, text, md5(text) AS hash FROM answer_apart WHERE text <> ''),
		v AS (SELECT response_key, question, hash, coalesce(coded, themes) AS themes, words, cleared FROM loader.voice WHERE says)
		SELECT coalesce(c.person_key, 'r' || c.response_key) AS person, c.journey, c.stage, c.wave, %s AS members, c.response_key || ' ' || a.question AS response, coalesce(v.themes, []) AS themes,
			coalesce(v.words, []) AS words, a.text, coalesce(v.cleared AND c.publish_ok, false) AS quotable
		FROM (SELECT * FROM r WHERE last) AS c JOIN a USING (response_key) JOIN v USING (response_key, question, hash) ORDER BY ALL`, list))
	for _, r := range rows {
		p.comments = append(p.comments, remark{who: p.number(r.Person), journey: r.Journey, stage: r.Stage, wave: r.Wave, members: members(r.Members), themes: r.Themes, words: r.Words,
			text: r.Text, quotable: r.Quotable, response: r.Response})
	}
	return err
}

// withPeople opens the warehouse at path and hands its population on.
func withPeople(ctx context.Context, path string, do func(db querier, p *people) error) (err error) {
	db, err := openReadOnly(versionBehind(path))
	if err != nil {
		return fmt.Errorf("open the warehouse %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := readPeople(ctx, db)
	if err != nil {
		return fmt.Errorf("read who stands behind the figures of %s: %w", path, err)
	}
	return do(db, p)
}
