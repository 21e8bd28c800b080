// Package sheet writes and reads the Excel 調査票: the survey of a stage as a workbook that HR can mail round and that is
// filled in with Excel or LibreOffice. Only the answers can be typed, choices come from lists, and a hidden, signed stamp
// ties the workbook to its invitation and to the version of the survey. What is read back goes to package imports, which
// treats it as any other answer.
package sheet

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"koe"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

// Config is what the export needs.
type Config struct {
	Store     *store.Store
	Workspace *journey.Workspace
	Language  string // of messages; that of koe.yaml when empty
}

// Options says which forms to write.
type Options struct {
	Journey  string // needed when several journeys have the stage
	Stage    string
	Blank    bool   // one form without a name, which asks for the person's number
	Language string // of blank forms; that of koe.yaml when empty
}

// Result is what an export wrote.
type Result struct {
	Folder   string   `json:"folder"`
	Files    []string `json:"files"`    // names within the folder
	Blank    bool     `json:"blank"`    // one form without a name
	Invited  int      `json:"invited"`  // invitations to the stage
	Answered int      `json:"answered"` // invitations that were answered already; no form
	Closed   int      `json:"closed"`   // invitations whose time is over; no form
}

// WriteText writes the result for a person to read.
func (r Result) WriteText(w io.Writer, lang string) {
	switch {
	case r.Blank:
		fmt.Fprintln(w, say(lang, "%s に名前のない調査票 %s を書きました。", "a form without a name was written to %s: %s", r.Folder, r.Files[0]))
		return
	case len(r.Files) > 0:
	case r.Invited == 0:
		fmt.Fprintln(w, say(lang, "この段階に招待された人がまだいません。招待は koe dispatch が作ります。", "nobody is invited to this stage yet; koe dispatch writes the invitations"))
		return
	default:
		fmt.Fprintln(w, say(lang, "書き出す調査票はありません(回答済み %d人、締切後 %d人)。", "there is no form to write (%d answered already, %d closed)", r.Answered, r.Closed))
		return
	}
	fmt.Fprintln(w, say(lang, "調査票 %d件を %s に書きました(回答済み %d人、締切後 %d人は除く)。氏名が入っています。取り扱いに注意してください。",
		"%d forms written to %s (%d answered already, %d closed). They carry names: handle with care", len(r.Files), r.Folder, r.Answered, r.Closed))
}

// Export writes a workbook for everybody who is invited to a stage and has not answered, or one blank form, into a folder
// that it makes. The forms of an anonymous survey are blank only: a workbook with a name would not be anonymous.
func Export(ctx context.Context, cfg Config, opts Options, folder string, now time.Time) (Result, error) {
	lang := cfg.Language
	if lang == "" {
		lang = cfg.Workspace.Settings.Language
	}
	j, stage, err := find(cfg.Workspace, opts, lang)
	if err != nil {
		return Result{}, err
	}
	survey, _ := j.Survey(stage.Survey)
	switch {
	case !survey.Store:
		return Result{}, koe.Errorf(koe.Invalid, "%s", say(lang, "段階 %s の調査票は回答を保存しないため、Excel では配れません。", "the survey of stage %s keeps no answers and so has no Excel form", stage.ID))
	case survey.Mode == koe.Anonymous && !opts.Blank:
		return Result{}, koe.Errorf(koe.Invalid, "%s", say(lang, "段階 %s は無記名です。名前の付いた調査票は作れません。--blank を付けてください。", "stage %s is anonymous: its form can only be blank (--blank)", stage.ID))
	}
	if opts.Language != "" && !writtenIn(j, survey, opts.Language) {
		return Result{}, koe.Errorf(koe.Misused, "%s", say(lang, "段階 %s の設問文は「%s」では書かれていません。", "the questions of stage %s are not written in %q", stage.ID, opts.Language))
	}
	key, err := cfg.Store.SigningKey(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("form export: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Result{}, koe.Errorf(koe.Invalid, "cannot make the folder: %w", err)
	}
	result := Result{Folder: folder}
	form := Form{Organization: cfg.Workspace.Settings.Organization, Journey: j, Stage: stage, Survey: survey, Issued: now.In(cfg.Workspace.Location),
		Language: opts.Language, Contact: cfg.Workspace.Settings.Contact}
	if form.Language == "" {
		form.Language = cfg.Workspace.Settings.Language
	}
	if opts.Blank {
		name := stage.ID + say(form.Language, "_調査票.xlsx", "_form.xlsx")
		result.Files, result.Blank = []string{name}, true
		return result, form.save(filepath.Join(folder, name), key)
	}
	invitations, err := cfg.Store.Invitations(ctx, store.InvitationFilter{Journey: j.ID, Stage: stage.ID})
	if err != nil {
		return Result{}, fmt.Errorf("form export: %w", err)
	}
	today := koe.DateOf(form.Issued)
	result.Invited = len(invitations)
	for _, v := range invitations {
		switch {
		case v.Status == koe.Answered:
			result.Answered++
			continue
		case v.ClosesOn.Before(today):
			result.Closed++
			continue
		case v.Status == koe.Cancelled || v.Status == koe.Declined:
			continue
		}
		person, err := cfg.Store.PersonByKey(ctx, v.Person, store.WithVault)
		if err != nil {
			return result, fmt.Errorf("form export: %w", err)
		}
		own := form
		own.Invitation, own.Person = &v, &person
		if v.Language != "" {
			own.Language = v.Language
		}
		name := fileName(stage.ID, person, v, result.Files)
		if err := own.save(filepath.Join(folder, name), key); err != nil {
			return result, err
		}
		result.Files = append(result.Files, name)
	}
	return result, nil
}

// writtenIn reports whether a survey has questions in a language.
func writtenIn(j *journey.Compiled, survey *koe.Survey, lang string) bool {
	for _, id := range survey.Asked() {
		if q, found := j.Question(id); found && q.Text[lang] != "" {
			return true
		}
	}
	return false
}

// find finds the stage and its journey.
func find(w *journey.Workspace, opts Options, lang string) (*journey.Compiled, *koe.Stage, error) {
	var in []*journey.Compiled
	for _, j := range w.Journeys {
		if _, has := j.Stage(opts.Stage); has && (opts.Journey == "" || j.ID == opts.Journey) {
			in = append(in, j)
		}
	}
	switch len(in) {
	case 1:
		stage, _ := in[0].Stage(opts.Stage)
		return in[0], stage, nil
	case 0:
		var all []string
		for _, j := range w.Journeys {
			for _, s := range j.Stages {
				all = append(all, s.ID)
			}
		}
		return nil, nil, koe.Errorf(koe.Misused, "%s", say(lang, "「%s」という段階はありません: %s", "there is no stage %q: %s", opts.Stage, strings.Join(all, ", ")))
	}
	return nil, nil, koe.Errorf(koe.Misused, "%s", say(lang, "段階「%s」は複数のジャーニーにあります。--journey で選んでください。", "several journeys have a stage %q; choose one with --journey", opts.Stage))
}

// fileName names a person's workbook: m3_E0001_中途花子.xlsx, without what file systems do not take.
func fileName(stage string, p koe.Person, v koe.Invitation, taken []string) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_ー々", r) {
			return r
		}
		return -1
	}, stage+"_"+p.ID+"_"+p.Name)
	name := strings.TrimRight(safe, "_")
	if v.Occurrence > 1 {
		name += fmt.Sprintf("_%d", v.Occurrence)
	}
	for n := 2; slices.Contains(taken, name+".xlsx"); n++ {
		name = fmt.Sprintf("%s_%d", strings.TrimRight(safe, "_"), n)
	}
	return name + ".xlsx"
}

// save writes the workbook to a file that only its owner may read, whole or not at all.
func (form Form) save(path string, key []byte) error {
	if err := whole.File(path, 0o600, func(w io.Writer) error { return form.Write(w, key) }); err != nil {
		return koe.Errorf(koe.Invalid, "cannot write the form %s: %w", filepath.Base(path), err)
	}
	return nil
}
