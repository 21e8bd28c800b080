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
	"koe/journey"
	"koe/store"
)

// AnswerOptions says what the user knows about the files.
type AnswerOptions struct {
	Format  string // one of Formats; "" asks for a suggestion, which is taken only in a dry run or with Accept
	Accept  bool   // take the suggested format (--yes)
	Map     string // path of a mapping file; it decides instead of a format
	Journey string // needed when there are several
	Stage   string // of all rows; otherwise a column says it, or the invitations do
	DryRun  bool
}

// AnswersResult is the preview of an import of answers and, unless it was a dry run, what was written.
type AnswersResult struct {
	DryRun    bool            `json:"dry_run"`
	Format    string          `json:"format"`
	Suggested bool            `json:"suggested"` // the format was found by detection, not given
	Journey   string          `json:"journey"`
	Rows      int             `json:"rows"`      // records below the headers
	People    int             `json:"people"`    // different people who were recognised
	Linked    int             `json:"linked"`    // rows that belong to an invitation
	Unlinked  int             `json:"unlinked"`  // rows without one
	Added     int             `json:"added"`     // responses that are new
	Corrected int             `json:"corrected"` // responses that replace an earlier version, which stays in the history
	Unchanged int             `json:"unchanged"` // rows that are there already
	Older     int             `json:"older"`     // rows before a newer answer of the same person at the same stage; not taken
	Skipped   int             `json:"skipped"`   // rows that the format says are none: previews, unfinished responses
	Stages    map[string]int  `json:"stages"`    // rows by stage
	Questions []QuestionCount `json:"questions"`
	Unused    []string        `json:"unused_columns"`
	Refused   Refused         `json:"refused"`
	Notes     Refused         `json:"notes"`
}

// QuestionCount is what the taken rows say to one question.
type QuestionCount struct {
	Question string       `json:"question"`
	Column   string       `json:"column"` // its first header
	Answered int          `json:"answered"`
	Declined int          `json:"declined"`
	Skipped  int          `json:"skipped"`
	NotAsked int          `json:"not_asked"`
	Other    int          `json:"other_text"` // free text taken as the choice その他
	Values   []ValueCount `json:"values,omitempty"`
}

// ValueCount is how often a value was given.
type ValueCount struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
	Count int    `json:"count"`
}

// Answers takes in the answers of files. It reads all of them, matches people, stages and invitations, and then writes
// what is new. A row that cannot be right is refused whole. A row is known by what it says: the same again changes
// nothing, a corrected one replaces what was there. Without a format, and unless opts accept the suggestion, nothing is
// written: the result is a preview and the error says how to go on.
func Answers(ctx context.Context, cfg Config, files []string, opts AnswerOptions, now time.Time) (AnswersResult, error) {
	files, err := withFolders(files)
	if err != nil {
		return AnswersResult{}, err
	}
	var tables []table.Table
	var forms []returned
	asForms, suggested := areForms(files, opts)
	if asForms {
		if forms, err = readForms(ctx, cfg, files); err != nil {
			return AnswersResult{}, err
		}
	} else if tables, err = readAll(files, cfg.lang()); err != nil {
		return AnswersResult{}, err
	}
	opts.Journey = likelyJourney(&cfg, opts, tables, forms)
	in, err := newAnswerImport(ctx, cfg, opts, now)
	if err != nil {
		return AnswersResult{}, err
	}
	if in.result.Suggested = suggested; asForms {
		in.takeForms(forms)
	} else {
		layouts, err := in.layouts(tables)
		if err != nil {
			return AnswersResult{}, err
		}
		for _, l := range layouts {
			in.readRows(l)
		}
	}
	unsure := in.unsureOf()
	in.settle()
	in.result.DryRun = opts.DryRun || unsure != nil
	in.finishCounts()
	if in.result.DryRun {
		return in.result, unsure
	}
	err = in.write(ctx)
	slices.SortStableFunc(in.result.Refused, byPlace)
	return in.result, err
}

// answerImport is one run of Answers.
type answerImport struct {
	cfg      *Config
	opts     AnswerOptions
	now      time.Time
	lang     string
	journey  *journey.Compiled
	mapping  *Mapping
	words    *answerWords
	tongues  map[string]string
	byID     map[string]*koe.Person
	bare     map[string]string      // numbers without the zeros before them → number
	byMail   map[string]*koe.Person // nil where two people share an address
	invited  map[koe.PersonKey][]*koe.Invitation
	present  map[string]koe.Submission // current responses by slot
	known    map[string]bool           // submission ids of current responses
	rows     []*incoming
	counts   map[string]*QuestionCount
	values   map[string]map[string]int
	matched  map[koe.PersonKey]bool
	repeated map[string]int // rows of nobody that say the same, so that each stays one
	result   AnswersResult
}

// incoming is one row that was understood.
type incoming struct {
	at    koe.Problem // where it is
	sub   koe.Submission
	dated bool   // the row says when it was submitted
	slot  string // what it would replace
	fate  fate
	order int
}

type fate int

const (
	fateNew fate = iota
	fateCorrects
	fateUnchanged
	fateOlder
	fateRefused
)

func newAnswerImport(ctx context.Context, cfg Config, opts AnswerOptions, now time.Time) (*answerImport, error) {
	in := &answerImport{cfg: &cfg, opts: opts, now: now, lang: cfg.lang(), words: newAnswerWords(), tongues: wordsOf(languages()),
		byID: map[string]*koe.Person{}, bare: map[string]string{}, byMail: map[string]*koe.Person{}, invited: map[koe.PersonKey][]*koe.Invitation{},
		present: map[string]koe.Submission{}, known: map[string]bool{}, counts: map[string]*QuestionCount{}, values: map[string]map[string]int{},
		matched: map[koe.PersonKey]bool{}, repeated: map[string]int{}}
	var err error
	if opts.Map != "" {
		if in.mapping, err = ReadMapping(opts.Map); err != nil {
			return nil, err
		}
		if in.opts.Journey == "" {
			in.opts.Journey = in.mapping.Journey
		}
	}
	if in.journey, err = chosenJourney(&cfg, in.opts.Journey); err != nil {
		return nil, err
	}
	in.result.Journey, in.result.Stages = in.journey.ID, map[string]int{}
	if opts.Stage != "" {
		stage, found := stageNamed(in.journey, opts.Stage)
		if !found {
			return nil, koe.Errorf(koe.Misused, "%s", say(in.lang, "「%s」という段階はありません: %s", "there is no stage %q: %s", opts.Stage, stageList(in.journey)))
		}
		in.opts.Stage = stage.ID
	}
	return in, in.load(ctx)
}

// load reads who there is, who was invited and what is there already.
func (in *answerImport) load(ctx context.Context) error {
	people, err := in.cfg.Store.People(ctx, store.WithVault)
	if err != nil {
		return fmt.Errorf("answers import: %w", err)
	}
	for i := range people {
		p := &people[i]
		in.byID[p.ID] = p
		in.bare[bareNumber(p.ID)] = p.ID
		for _, address := range []string{p.Email, p.PersonalEmail} {
			if address = cell.Fold(address); address == "" {
				continue
			}
			if first, taken := in.byMail[address]; taken && first != p {
				in.byMail[address] = nil
				continue
			}
			in.byMail[address] = p
		}
	}
	invitations, err := in.cfg.Store.Invitations(ctx, store.InvitationFilter{Journey: in.journey.ID})
	if err != nil {
		return fmt.Errorf("answers import: %w", err)
	}
	for i := range invitations {
		v := &invitations[i]
		if v.Status != koe.Cancelled {
			in.invited[v.Person] = append(in.invited[v.Person], v)
		}
	}
	for _, all := range in.invited {
		slices.SortFunc(all, func(a, b *koe.Invitation) int { return a.DueOn.Compare(b.DueOn) })
	}
	present, err := in.cfg.Store.Submissions(ctx, store.SubmissionFilter{Journey: in.journey.ID})
	if err != nil {
		return fmt.Errorf("answers import: %w", err)
	}
	for _, sub := range present {
		in.present[in.slotOf(sub)] = sub
		if sub.ID != "" {
			in.known[sub.ID] = true
		}
	}
	return nil
}

// layouts finds out what the columns of every table mean.
func (in *answerImport) layouts(tables []table.Table) (layouts []*layout, err error) {
	w := wordsFor(in.cfg, in.journey, in.opts.Stage)
	var problems koe.Problems
	used := map[string]bool{}
	for i := range tables {
		t := &tables[i]
		var l *layout
		format := in.opts.Format
		var wrong koe.Problems
		if in.mapping != nil {
			format = "map"
			l, wrong = in.mapping.layout(in, t)
		} else {
			if format == "" {
				if format = detect(t, w); format == "" {
					continue
				}
				in.result.Suggested = true
			}
			f, found := formatNamed(format)
			if !found {
				return nil, koe.Errorf(koe.Invalid, "%s", say(in.lang, "「%s」という形式はありません: %s", "there is no format %q: %s", format, strings.Join(Formats(), ", ")))
			}
			l, wrong = f.layout(t, w, in.lang)
		}
		problems = append(problems, wrong...)
		if l == nil {
			if len(wrong) > 0 {
				used[t.File] = true
			}
			continue
		}
		used[t.File] = true
		if _, err := l.location(in.cfg.Workspace.Location); err != nil {
			problems = append(problems, koe.Problem{File: t.Name(), Line: 1, Message: say(in.lang, "ファイルの時間帯「%s」が分かりません。", "the file's time zone %q is not known", l.zone)})
			continue
		}
		in.result.Format = format
		l.prepare(&in.journey.Journey, in.words, in.labels())
		layouts = append(layouts, l)
		in.result.Unused = append(in.result.Unused, l.unused...)
	}
	for _, t := range tables {
		if used[t.File] {
			continue
		}
		used[t.File] = true
		problems = append(problems, koe.Problem{File: t.File, Message: say(in.lang, "回答の列(設問の ID や設問文)が見つかりません。", "no column of answers (question ids or texts) was found"),
			Hint: say(in.lang, "--format で形式を指定するか、koe answers map で対応表を作ってください", "name the format with --format, or write a mapping with koe answers map")})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	slices.Sort(in.result.Unused)
	in.result.Unused = slices.Compact(in.result.Unused)
	return layouts, nil
}

// labels gives what the mapping file says of labels, by question.
func (in *answerImport) labels() map[string]map[string]string {
	if in.mapping == nil {
		return nil
	}
	return in.mapping.labels()
}

// WriteText writes the preview and what was done for a person to read.
func (r AnswersResult) WriteText(w io.Writer, lang string) {
	if r.DryRun {
		fmt.Fprintln(w, say(lang, "試行(何も書き込んでいません)", "dry run: nothing was written"))
	}
	suggested := ""
	if r.Suggested {
		suggested = say(lang, "(推定)", " (suggested)")
	}
	fmt.Fprintln(w, say(lang, "形式 %s%s、ジャーニー %s、%d行、回答者 %d人(招待あり %d、なし %d)", "format %s%s, journey %s, %d rows, %d people (%d with an invitation, %d without)",
		r.Format, suggested, r.Journey, r.Rows, r.People, r.Linked, r.Unlinked))
	fmt.Fprintln(w, say(lang, "新しい回答 %d、訂正 %d、変わらず %d、古い回答 %d、対象外 %d、取り込まず %d行", "%d new, %d corrected, %d unchanged, %d older, %d set aside, %d refused",
		r.Added, r.Corrected, r.Unchanged, r.Older, r.Skipped, countRows(r.Refused)))
	for _, stage := range slices.Sorted(maps.Keys(r.Stages)) {
		fmt.Fprintf(w, "  %s: %d\n", stage, r.Stages[stage])
	}
	for _, q := range r.Questions {
		var values []string
		for _, v := range q.Values {
			label := v.Value
			if v.Label != "" && v.Label != v.Value {
				label += " " + v.Label
			}
			values = append(values, fmt.Sprintf("%s: %d", label, v.Count))
		}
		line := say(lang, "  %s  回答 %d、答えない %d、空欄 %d、対象外 %d", "  %s  answered %d, declined %d, blank %d, not asked %d", q.Question, q.Answered, q.Declined, q.Skipped, q.NotAsked)
		if q.Other > 0 {
			line += say(lang, "、自由記述の「その他」 %d", ", free text as \"other\" %d", q.Other)
		}
		fmt.Fprintln(w, line)
		if len(values) > 0 {
			fmt.Fprintln(w, "      "+listSome(lang, values, 15))
		}
	}
	if len(r.Unused) > 0 {
		fmt.Fprintln(w, say(lang, "使わなかった列: %s", "columns not used: %s", strings.Join(r.Unused, ", ")))
	}
	for _, p := range r.Notes {
		fmt.Fprintln(w, say(lang, "注意: ", "note: ")+p.String())
	}
	writeProblems(w, lang, r.Refused)
}
