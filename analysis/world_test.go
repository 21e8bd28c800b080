package analysis

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/analysis/voices"
	"koe/store"
)

// world is a small organisation for tests: what its store would tell, as plain values.
type world struct {
	t        testing.TB
	settings koe.Settings
	journeys []*koe.Journey
	script   []*batch // what the feed gives, one batch at a time
	at       *site
	seen     map[string]map[string]time.Time
	reviews  []store.Review
	mask     func(string) (string, error) // nil: texts are put in brackets
}

// newWorld makes a folder for the warehouse. Segments are bureau › division, and hire_type.
func newWorld(t testing.TB, journeys ...*koe.Journey) *world {
	return &world{t: t, journeys: journeys, at: newSite(filepath.Join(t.TempDir(), "warehouse.duckdb")),
		settings: koe.Settings{Language: "ja", Timezone: "Asia/Tokyo", Organization: koe.Text{"ja": "例示省"},
			Segments: [][]string{{"bureau", "division"}, {"hire_type"}}}}
}

// next implements feed: batches in order, the cursor is the number of those read.
func (w *world) next(_ context.Context, cursor string) (*batch, error) {
	at, _ := strconv.Atoi(cursor)
	b := &batch{cursor: cursor}
	if at < len(w.script) {
		c := *w.script[at]
		b = &c
		b.cursor = strconv.Itoa(at + 1)
	}
	b.more = at+1 < len(w.script)
	return b, nil
}

func (w *world) source() source {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		w.t.Fatal(err)
	}
	reader, problems := voices.New(nil, nil)
	if len(problems) > 0 {
		w.t.Fatal(problems)
	}
	mask := w.mask
	if mask == nil {
		mask = func(s string) (string, error) { return "［" + s + "］", nil }
	}
	return source{voices: reader, reviews: w.reviews, settings: &w.settings, journeys: w.journeys, location: tokyo, feed: w, seen: w.seen, mask: mask}
}

// begin starts a version from the current one, which is thrown away in the end.
func (w *world) begin() *building {
	w.t.Helper()
	build, err := w.at.begin(w.t.Context(), w.at.current())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(build.abandon)
	return build
}

func (w *world) load(rebuild bool) LoadResult {
	w.t.Helper()
	result, err := load(context.Background(), w.at, w.source(), rebuild)
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

var noon = time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)

func (w *world) analyze() AnalyzeResult {
	w.t.Helper()
	result, err := analyze(context.Background(), w.at, w.source(), noon, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

// build loads and analyses.
func (w *world) build() {
	w.t.Helper()
	w.load(false)
	w.analyze()
}

// table runs a query on the published warehouse and gives one line a row, values parted by a space; NULL is "-".
// Numbers are written with as many digits as they need, up to ten.
func (w *world) table(query string) []string {
	w.t.Helper()
	db, err := openReadOnly(versionBehind(w.at.published))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	lines := []string{}
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			w.t.Fatal(err)
		}
		words := make([]string, len(values))
		for i, value := range values {
			words[i] = show(value)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func show(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case float64:
		return strconv.FormatFloat(v, 'g', 10, 64)
	case time.Time:
		return v.Format("2006-01-02T15:04")
	case string:
		if v == "" {
			return "''"
		}
		return v
	default:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ",")
	}
}

// scaleJourney is a journey of stages that ask the same constructs, each of some 1–5 items: "fit:F1,F2,-F3" (- is reversed);
// a construct that ends in "<" is better lower.
func scaleJourney(stages []string, constructs ...string) *koe.Journey {
	j := &koe.Journey{ID: "j", Title: koe.Text{"ja": "旅"}, Alpha: 0.05, MinN: 10, MinRate: 0.3,
		Scales: []koe.Scale{{ID: "agree5", From: 1, To: 5, FavourableFrom: 4}}}
	var ids []string
	for _, text := range constructs {
		name, items, _ := strings.Cut(text, ":")
		c := koe.Construct{ID: strings.TrimSuffix(name, "<"), Better: koe.Higher, Trend: true, Title: koe.Text{"ja": name}}
		if strings.HasSuffix(name, "<") {
			c.Better = koe.Lower
		}
		for _, item := range strings.Split(items, ",") {
			id := strings.TrimPrefix(item, "-")
			j.Questions = append(j.Questions, koe.Question{ID: id, Kind: koe.KindScale, Scale: "agree5", Reverse: id != item, Role: "core", Text: koe.Text{"ja": id}})
			c.Items = append(c.Items, id)
			ids = append(ids, id)
		}
		j.Constructs = append(j.Constructs, c)
	}
	j.Surveys = []koe.Survey{{ID: "s", Mode: koe.Confidential, Version: 1, Store: true, Pages: []koe.Page{{Ask: ids}}}}
	for _, stage := range stages {
		j.Stages = append(j.Stages, koe.Stage{ID: stage, Title: koe.Text{"ja": stage}, Audience: koe.AudienceHire, Anchor: koe.EventJoined, Survey: "s"})
	}
	return j
}

// ask adds a single question to the journey's survey.
func ask(j *koe.Journey, q koe.Question) {
	q.Text = koe.Text{"ja": q.ID}
	j.Questions = append(j.Questions, q)
	j.Surveys[0].Pages[0].Ask = append(j.Surveys[0].Pages[0].Ask, q.ID)
}

// person makes people with this key and segments, joined on a day.
func person(key, joined string, segments ...string) koe.Person {
	on, _ := koe.ParseDate(joined)
	return koe.Person{Key: koe.PersonKey(key), Segments: pairs(segments), Spells: []koe.Spell{{Number: 1, JoinedOn: on}}}
}

func pairs(list []string) map[string]string {
	out := map[string]string{}
	for _, one := range list {
		name, value, _ := strings.Cut(one, "=")
		out[name] = value
	}
	return out
}

// answers makes a submission of a person at a stage on a day; answers are "F1=3", "F2=declined", "T1=text:…", "M=choice:a|b".
func answers(person, stage, on, list string, segments ...string) koe.Submission {
	day, err := koe.ParseDate(on)
	if err != nil {
		panic(err)
	}
	s := koe.Submission{ID: person + stage, Response: "r-" + person + "-" + stage, Person: koe.PersonKey(person), Journey: "j", Stage: stage, Survey: "s", Version: 1,
		Mode: koe.Confidential, Source: koe.SourceForm, SubmittedAt: day.In(time.UTC).Add(3 * time.Hour), Segments: pairs(segments), Answers: map[string]koe.Answer{}}
	for _, one := range strings.Fields(list) {
		id, text, _ := strings.Cut(one, "=")
		switch number, err := strconv.ParseFloat(text, 64); {
		case err == nil:
			s.Answers[id] = koe.Answer{Value: &number}
		case strings.HasPrefix(text, "text:"):
			s.Answers[id] = koe.Answer{Text: strings.TrimPrefix(text, "text:")}
		case strings.HasPrefix(text, "choice:"):
			s.Answers[id] = koe.Answer{Choices: strings.Split(strings.TrimPrefix(text, "choice:"), "|")}
		default:
			s.Answers[id] = koe.Answer{Missing: koe.Missing(text)}
		}
	}
	return s
}

// invite makes an invitation of a person to a stage, due on a day.
func invite(person, stage, due string, status koe.InvitationStatus, segments ...string) koe.Invitation {
	on, _ := koe.ParseDate(due)
	return koe.Invitation{Key: "i-" + person + "-" + stage, Journey: "j", Stage: stage, Person: koe.PersonKey(person), Spell: 1, Occurrence: 1, Survey: "s", Version: 1,
		DueOn: on, TargetOn: on, ClosesOn: on.AddDays(30), Segments: pairs(segments), Status: status}
}

// answered links a submission to the invitation of its person and stage.
func answered(s koe.Submission, i koe.Invitation) koe.Submission {
	s.Invitation, s.DueOn = i.Key, i.DueOn
	return s
}

// everyKind adds a question of every kind.
func everyKind(j *koe.Journey) {
	zero, ten := 0.0, 10.0
	options := []koe.Option{{Value: "a", Text: koe.Text{"ja": "甲"}}, {Value: "b", Text: koe.Text{"ja": "乙"}}, {Value: "c", Text: koe.Text{"ja": "丙"}}}
	ask(j, koe.Question{ID: "R", Kind: koe.KindNumber, Min: &zero, Max: &ten, Recommend: true})
	ask(j, koe.Question{ID: "Y", Kind: koe.KindYesNo})
	ask(j, koe.Question{ID: "N", Kind: koe.KindNumber})
	ask(j, koe.Question{ID: "S", Kind: koe.KindSingle, Options: options})
	ask(j, koe.Question{ID: "M", Kind: koe.KindMulti, Options: options})
	ask(j, koe.Question{ID: "T", Kind: koe.KindText})
	ask(j, koe.Question{ID: "D", Kind: koe.KindDate})
	ask(j, koe.Question{ID: "C", Kind: koe.KindContact})
	ask(j, koe.Question{ID: "NOTE", Kind: koe.KindNote})
}
