package imports

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/store"
)

// EventsResult is what an import of events did or, in a dry run, would do.
type EventsResult struct {
	DryRun    bool           `json:"dry_run"`
	Rows      int            `json:"rows"`
	Added     int            `json:"added"`
	Unchanged int            `json:"unchanged"` // events that were there already
	Kinds     map[string]int `json:"kinds"`     // events read, by kind
	Unknown   []string       `json:"unknown_columns"`
	Refused   Refused        `json:"refused"`
	Notes     Refused        `json:"notes"`
}

// Events adds dated facts about people who are on the roster. The same event again changes nothing. Joining and leaving
// come from the roster and are refused here; a kind that no journey reads is taken, with a note.
func Events(ctx context.Context, cfg Config, files []string, now time.Time, dryRun bool) (EventsResult, error) {
	tables, err := readAll(files, cfg.lang())
	if err != nil {
		return EventsResult{}, err
	}
	people, err := cfg.Store.People(ctx, store.WithVault)
	if err != nil {
		return EventsResult{}, fmt.Errorf("events import: %w", err)
	}
	existing, err := cfg.Store.Events(ctx)
	if err != nil {
		return EventsResult{}, fmt.Errorf("events import: %w", err)
	}
	in := newEventReader(cfg, people, existing)
	if err := in.readTables(tables); err != nil {
		return EventsResult{}, err
	}
	result := in.finish()
	result.DryRun = dryRun
	if dryRun || len(in.save) == 0 {
		return result, nil
	}
	if result.Added, err = cfg.Store.AddEvents(ctx, now, in.save); err != nil {
		return EventsResult{}, fmt.Errorf("events import: %w", err)
	}
	result.Unchanged += len(in.save) - result.Added
	return result, nil
}

// eventID is what makes two events the same.
type eventID struct {
	person  koe.PersonKey
	kind    string
	on      koe.Date
	related koe.PersonKey
	detail  string
}

type eventReader struct {
	lang   string
	name   func(header string) string
	people map[string]koe.PersonKey
	seen   map[eventID]bool
	kinds  map[string]string // folded word → kind
	read   map[string]bool   // kinds that something reads
	save   []koe.Event
	result EventsResult
}

func newEventReader(cfg Config, people []koe.Person, existing []koe.Event) *eventReader {
	in := &eventReader{
		lang:   cfg.lang(),
		name:   naming([]string{colPerson, colEvent, colDate, colRelated, colDetail}, cfg.Workspace.Settings.Aliases, eventHeaders()),
		people: map[string]koe.PersonKey{}, seen: map[eventID]bool{}, read: map[string]bool{},
		kinds: wordsOf(map[string][]string{
			koe.EventJoined:          {"入社", "入省", "採用"},
			koe.EventLeft:            {"退職", "退社", "離職"},
			koe.EventTransferred:     {"異動", "配置換え", "配置換", "転勤", "転任", "transfer", "moved"},
			koe.EventMentorAssigned:  {"メンター指名", "メンター決定", "メンター", "メンター任命", "mentor assigned", "mentor"},
			koe.EventManagerAssigned: {"上司", "上司決定", "上司変更", "manager assigned", "manager"},
		}),
	}
	for _, p := range people {
		in.people[p.ID] = p.Key
	}
	for _, e := range existing {
		in.seen[eventID{e.Person, e.Kind, e.On, e.Related, e.Detail}] = true
	}
	for _, kind := range []string{koe.EventTransferred, koe.EventMentorAssigned, koe.EventManagerAssigned} {
		in.read[kind] = true
	}
	for _, j := range cfg.Workspace.Journeys {
		for _, stage := range j.Stages {
			in.read[stage.Anchor] = true
		}
		for _, m := range j.Measures {
			in.read[m.Event] = true
			if m.Event != "" {
				in.kinds[cell.Fold(m.Event)] = m.Event
				for _, title := range m.Title {
					if _, taken := in.kinds[cell.Fold(title)]; !taken {
						in.kinds[cell.Fold(title)] = m.Event
					}
				}
			}
		}
	}
	return in
}

func (in *eventReader) readTables(tables []table.Table) error {
	var wrong koe.Problems
	unknown, used := map[string]bool{}, map[string]bool{}
	for i := range tables {
		t := &tables[i]
		c, strange, problems, found := understand(t, in.lang, in.name)
		wrong = append(wrong, problems...)
		if !found && t.Sheet != "" {
			continue // a sheet of explanations
		}
		used[t.File] = true
		complete := true
		for _, column := range []string{colPerson, colEvent, colDate} {
			if !found || !c.has(column) {
				complete = false
				line := 1
				if found {
					line = c.header.Line
				}
				wrong = append(wrong, koe.Problem{File: t.Name(), Line: line, Message: say(in.lang, "%s の列(%s など)がありません。", "there is no column %s (or %s …)",
					column, strings.Join(eventHeaders()[column][:2], ", "))})
			}
		}
		if !complete {
			continue
		}
		for _, column := range strange {
			unknown[column] = true
		}
		for _, r := range c.rows() {
			in.result.Rows++
			in.row(c, r)
		}
	}
	for _, t := range tables {
		if !used[t.File] {
			used[t.File] = true
			wrong = append(wrong, koe.Problem{File: t.File, Message: say(in.lang, "出来事の見出し(person_id, event, date)が見つかりません。", "no header with person_id, event and date was found")})
		}
	}
	in.result.Unknown = slices.Sorted(maps.Keys(unknown))
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

func (in *eventReader) row(c *columns, r table.Row) {
	refuse := func(column, message string) {
		in.result.Refused = append(in.result.Refused, c.problem(r, column, message))
	}
	refused := len(in.result.Refused)
	e := koe.Event{Detail: c.text(r, colDetail)}
	person := func(column string, required bool) koe.PersonKey {
		id := cell.Identifier(c.text(r, column))
		key, known := in.people[id]
		switch {
		case id == "" && required:
			refuse(column, say(in.lang, "%s が空です。", "%s is empty", c.written(column)))
		case id != "" && !known:
			refuse(column, say(in.lang, "%s「%s」は名簿にいません。先に名簿を取り込んでください。", "%s %q is not on the roster; import the roster first", c.written(column), id))
		}
		return key
	}
	text := c.text(r, colEvent)
	e.Kind = in.kinds[cell.Fold(text)]
	if e.Kind == "" {
		e.Kind = text
	}
	switch e.Kind {
	case "":
		refuse(colEvent, say(in.lang, "%s が空です。", "%s is empty", c.written(colEvent)))
	case koe.EventJoined, koe.EventLeft:
		refuse(colEvent, say(in.lang, "入社と退職は名簿の joined_on と left_on に書いてください。", "joining and leaving belong in the roster, as joined_on and left_on"))
	}
	e.Person = person(colPerson, true)
	e.Related = person(colRelated, e.Kind == koe.EventMentorAssigned || e.Kind == koe.EventManagerAssigned)
	if e.Related != "" && e.Related == e.Person {
		refuse(colRelated, say(in.lang, "本人が自分自身の相手になっています。", "the person is named as their own counterpart"))
	}
	day := c.text(r, colDate)
	d, err := cell.Date(day)
	switch {
	case day == "":
		refuse(colDate, say(in.lang, "%s が空です。", "%s is empty", c.written(colDate)))
	case err != nil:
		refuse(colDate, badDate(in.lang, c.written(colDate), day))
	}
	e.On = d
	if len(in.result.Refused) > refused {
		return
	}
	if in.result.Kinds == nil {
		in.result.Kinds = map[string]int{}
	}
	if in.result.Kinds[e.Kind]++; in.result.Kinds[e.Kind] == 1 && !in.read[e.Kind] && !strings.HasPrefix(e.Kind, "attended:") {
		p := c.problem(r, colEvent, say(in.lang, "「%s」という出来事を使う段階や施策はありません。つづりを確かめてください。", "no stage and no measure reads events of the kind %q; check the spelling", e.Kind))
		p.Warning = true
		in.result.Notes = append(in.result.Notes, p)
	}
	id := eventID{e.Person, e.Kind, e.On, e.Related, e.Detail}
	if in.seen[id] {
		in.result.Unchanged++
		return
	}
	in.seen[id] = true
	in.save = append(in.save, e)
}

func (in *eventReader) finish() EventsResult {
	in.result.Added = len(in.save)
	slices.SortStableFunc(in.result.Refused, byPlace)
	return in.result
}

// WriteText writes the result for a person to read.
func (r EventsResult) WriteText(w io.Writer, lang string) {
	if r.DryRun {
		fmt.Fprintln(w, say(lang, "試行(何も書き込んでいません)", "dry run: nothing was written"))
	}
	fmt.Fprintln(w, say(lang, "%d行を読みました: 追加 %d件、変わらず %d件、取り込まず %d行", "%d rows read: %d added, %d unchanged, %d refused",
		r.Rows, r.Added, r.Unchanged, countRows(r.Refused)))
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		fmt.Fprintf(w, "  %s: %d\n", kind, r.Kinds[kind])
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintln(w, say(lang, "使わなかった列: %s", "columns not used: %s", strings.Join(r.Unknown, ", ")))
	}
	for _, p := range r.Notes {
		fmt.Fprintln(w, say(lang, "注意: ", "note: ")+p.String())
	}
	writeProblems(w, lang, r.Refused)
}

// countRows counts the rows that problems are about: several problems of one row are one.
func countRows(problems koe.Problems) int {
	type row struct {
		file string
		line int
	}
	rows := map[row]bool{}
	for _, p := range problems {
		rows[row{p.File, p.Line}] = true
	}
	return len(rows)
}
