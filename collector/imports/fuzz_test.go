package imports

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"koe"
	"koe/collector/imports/table"
	"koe/collector/sheet"
	"koe/internal/koetest"
	"koe/journey"
)

// reading is an import that reads many files without keeping anything of one for the next.
type reading struct {
	*answerImport
	words *headerWords
}

func newReading(f *testing.F) reading {
	f.Helper()
	cfg := staffed(f)
	in, err := newAnswerImport(f.Context(), cfg, AnswerOptions{Stage: "m2"}, koetest.Now())
	if err != nil {
		f.Fatal(err)
	}
	return reading{in, wordsFor(&cfg, in.journey, "m2")}
}

// fresh is the same import before it read anything.
func (r reading) fresh() *answerImport {
	in := *r.answerImport
	in.rows, in.result = nil, AnswersResult{Stages: map[string]int{}}
	in.counts, in.values, in.repeated, in.matched = map[string]*QuestionCount{}, map[string]map[string]int{}, map[string]int{}, map[koe.PersonKey]bool{}
	return &in
}

// finish settles what was read and looks whether it can be: every answer in range, every choice one of the question's.
func (r reading) finish(t *testing.T, in *answerImport) {
	t.Helper()
	in.settle()
	in.finishCounts()
	for _, row := range in.rows {
		for id, a := range row.sub.Answers {
			q, known := in.journey.Question(id)
			if !known {
				t.Fatalf("an answer to %q, which nobody asks", id)
			}
			if lo, hi, ok := in.journey.Range(q); ok && a.Value != nil && (*a.Value < lo || *a.Value > hi) {
				t.Fatalf("%s = %g", id, *a.Value)
			}
			for _, c := range a.Choices {
				if q.Kind != koe.KindDate && !slices.ContainsFunc(q.Options, func(o koe.Option) bool { return o.Value == c }) {
					t.Fatalf("%s = %q", id, c)
				}
			}
			if strings.ContainsRune(a.Text, 0) {
				t.Fatalf("%s = %q", id, a.Text)
			}
		}
		if row.sub.Stage == "" || row.sub.SubmittedAt.IsZero() {
			t.Fatalf("a row without stage or time: %+v", row.sub)
		}
	}
}

// read reads a table as one format, and tells whether it has its layout.
func (r reading) read(t *testing.T, f format, table *table.Table) (*answerImport, bool) {
	t.Helper()
	f.signs(table, r.words)
	l, _ := f.layout(table, r.words, "en")
	if l == nil {
		return nil, false
	}
	if _, err := l.location(r.cfg.Workspace.Location); err != nil {
		return nil, false
	}
	in := r.fresh()
	l.prepare(&in.journey.Journey, in.words, nil)
	in.readRows(l)
	r.finish(t, in)
	return in, true
}

// samples gives the example files of every tool, as text with the format that each has.
func samples(t testing.TB) map[string][]string {
	t.Helper()
	byFormat := map[string][]string{}
	for _, c := range toolCases() {
		tables, err := table.Read(filepath.Join("testdata", "answers", c.file))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, row := range tables[0].Rows {
			cells := row.Texts()
			for i, text := range cells {
				if strings.ContainsAny(text, "\"\t\r\n") {
					cells[i] = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
				}
			}
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
		byFormat[c.format] = append(byFormat[c.format], b.String())
	}
	byFormat["koe"] = append(byFormat["koe"], "person_id\tstage\tISO1\tFUP\tOPN1\tsubmitted_at\n001\tm2\t5\tpeers;other\tはい\t2026-06-10\n")
	return byFormat
}

// FuzzAnswers feeds any file to any format: no crash, and whatever is read has its place and is in range.
func FuzzAnswers(f *testing.F) {
	r := newReading(f)
	all := formats()
	for i, format := range all {
		texts := samples(f)[format.name]
		if len(texts) == 0 {
			f.Fatalf("no sample of the format %s", format.name)
		}
		for _, text := range texts {
			f.Add(byte(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, text string) {
		tables, err := table.Parse("x.csv", []byte(text))
		if err != nil {
			return
		}
		for i := range tables {
			r.read(t, all[int(which)%len(all)], &tables[i])
		}
	})
}

// The samples that the fuzzing starts from reach every format, through to answers that are read.
func TestFuzzAnswers_EveryFormatIsReached(t *testing.T) {
	cfg := staffed(t)
	for _, format := range formats() {
		answered := 0
		for _, text := range samples(t)[format.name] {
			in, err := newAnswerImport(t.Context(), cfg, AnswerOptions{Stage: "m2"}, koetest.Now())
			if err != nil {
				t.Fatal(err)
			}
			r := reading{in, wordsFor(&cfg, in.journey, "m2")}
			tables, err := table.Parse("x.csv", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for i := range tables {
				if read, ok := r.read(t, format, &tables[i]); ok {
					for _, row := range read.rows {
						answered += len(row.sub.Answers)
					}
				}
			}
		}
		if answered == 0 {
			t.Errorf("no answer is read from the samples of %s", format.name)
		}
	}
}

// FuzzForms feeds anything that can be typed into the cells of a 調査票.
func FuzzForms(f *testing.F) {
	r := newReading(f)
	f.Add("", "001", "5\t4\t10\tはい\t1～2人\tpeers\t困っています\t2026-06-01\tいいえ", true)
	f.Add("", "００２", "ややそう思う\t答えない\t11\t○\t\t○\t=1+1\t46174\tはい", false)
	f.Add("no key", "", "\x00\t5.5\t-1", true)
	f.Fuzz(func(t *testing.T, invitation, person, typed string, publish bool) {
		filled := &sheet.Filled{Journey: "j", Stage: "m2", Survey: "s", Version: 1, Invitation: invitation, Language: "ja", Sheet: "調査票",
			Person: sheet.Cell{Text: person, Row: 3, Column: 3}}
		if publish {
			filled.Publish = sheet.Cell{Text: typed[:len(typed)/2], Row: 4, Column: 3}
		}
		questions := r.journey.Questions
		for i, text := range strings.Split(typed, "\t") {
			q := questions[i%len(questions)]
			a := sheet.Answer{Question: q.ID, Cell: sheet.Cell{Text: text, Row: 5 + i, Column: 3}, Declined: i >= len(questions)}
			if q.Kind == koe.KindMulti && len(q.Options) > 0 {
				a.Option = q.Options[i%len(q.Options)].Value
			}
			filled.Answers = append(filled.Answers, a)
		}
		in := r.fresh()
		in.takeForms([]returned{{file: "a.xlsx", filled: filled}, {file: "b.xlsx", filled: filled}})
		r.finish(t, in)
	})
}

// FuzzMapping feeds any mapping file with any table.
func FuzzMapping(f *testing.F) {
	r := newReading(f)
	text := "名前\t段階\t日\tQ1\tQ2\tQ2\n001\t2か月\t2026/6/10\t5\tはい\tいいえ\n"
	f.Add("journey: j\nperson: {column: 名前, by: id}\nstage: {column: 段階, values: {2か月: m2}}\nsubmitted_at: {column: 日, order: ymd, zone: Asia/Tokyo}\n"+
		"questions:\n  ISO1: {column: Q1, values: {x: declined}}\n  MET1: {number: 5}\n", text)
	f.Add("stage: {fixed: m2}\nheader: 1\nfirst: 2\nquestions: {FUP: {numbers: {4: unit, 5: peers, 6: other}}}\nsegments: {bureau: {number: 1}}\n", text)
	f.Add("questions: {FUP: {columns: {Q1: unit, Q2: nothing}}, ISO1: }\nperson:\nstage: {number: 99}\nseconds: {number: -1}\n", text)
	f.Fuzz(func(t *testing.T, mapping, text string) {
		m := &Mapping{File: "m.yaml"}
		if len(journey.DecodeYAML("m.yaml", []byte(mapping), m)) > 0 {
			return
		}
		tables, err := table.Parse("x.csv", []byte(text))
		if err != nil {
			return
		}
		in := r.fresh()
		in.mapping, in.opts.Stage = m, ""
		layouts, err := in.layouts(tables)
		if err != nil {
			return
		}
		for _, l := range layouts {
			in.readRows(l)
		}
		r.finish(t, in)
	})
}

// FuzzDraftMapping drafts a mapping for any table: what koe writes koe reads.
func FuzzDraftMapping(f *testing.F) {
	r := newReading(f)
	for _, texts := range samples(f) {
		for _, text := range texts {
			f.Add(text)
		}
	}
	f.Add("職員\tお気持ち\t分かち合える相手がいないと感じた\n001\t: #x\tとても思う\n")
	f.Fuzz(func(t *testing.T, text string) {
		tables, err := table.Parse("x.csv", []byte(text))
		if err != nil || len(text) > 20_000 {
			return
		}
		for i := range tables {
			in := r.fresh()
			d := in.draftOf(&tables[i], r.words)
			d.guess()
			written := d.write()
			if problems := journey.DecodeYAML("m.yaml", written, &Mapping{}); len(problems) > 0 {
				t.Fatalf("the draft of %q cannot be read: %v\n%s", text, problems, written)
			}
		}
	})
}

// FuzzRoster feeds any file to the roster: nobody without a number, nobody who left before joining.
func FuzzRoster(f *testing.F) {
	cfg := setting(f)
	f.Add(roster)
	f.Add("person_id,joined_on,left_on,left_reason\n1,R8.4.1,,辞退\n1,2026-04-01,,\n")
	f.Add("職員番号,氏名,メール,個人メール,言語,役割,局,課\n００１,山田,a@b,x@y,英語,メンター,総務局,人事課\n")
	f.Fuzz(func(t *testing.T, text string) {
		tables, err := table.Parse("x.csv", []byte(text))
		if err != nil {
			return
		}
		s := newRosterSync(&cfg.Workspace.Settings, "ja", nil, koe.NewDate(2026, 7, 1))
		if s.readTables(tables) != nil {
			return
		}
		for _, p := range s.finish().Added {
			if p == "" {
				t.Fatal("somebody without a number was added")
			}
		}
		for _, p := range s.save {
			if len(p.Spells) == 1 && !p.Spells[0].LeftOn.IsZero() && p.Spells[0].LeftOn.Before(p.Spells[0].JoinedOn) && !p.Spells[0].Cancelled {
				t.Fatalf("%s left before joining", p.ID)
			}
		}
	})
}

// FuzzEvents feeds any file to the reader of events: only of people who are known, with a kind and a day.
func FuzzEvents(f *testing.F) {
	cfg := staffed(f)
	everybody, err := cfg.Store.People(f.Context(), 0)
	if err != nil {
		f.Fatal(err)
	}
	for i := range everybody {
		everybody[i].ID = "00" + string(rune('1'+i))
	}
	f.Add("person_id,event,date,related_person_id,detail\n001,transferred,2026-05-01,,総務局→会計課\n002,mentor_assigned,R8.5.1,001,\n")
	f.Add("職員番号,出来事,日付,メンター\n００１,異動,令和8年4月1日,\n002,メンター指名,46143,003\n")
	f.Add("person_id;event;date\n001;attended:lunch;2026/5/1\n001;joined;x\n009;;\n")
	f.Fuzz(func(t *testing.T, text string) {
		tables, err := table.Parse("x.csv", []byte(text))
		if err != nil {
			return
		}
		in := newEventReader(cfg, everybody, nil)
		if in.readTables(tables) != nil {
			return
		}
		in.finish()
		for _, e := range in.save {
			if e.Person == "" || e.Kind == "" || e.On.IsZero() || e.Related == e.Person {
				t.Fatalf("took %+v", e)
			}
		}
		if len(in.save)+in.result.Unchanged+countRows(in.result.Refused) != in.result.Rows {
			t.Fatalf("%d taken, %d there already, %d refused, of %d rows", len(in.save), in.result.Unchanged, countRows(in.result.Refused), in.result.Rows)
		}
	})
}
