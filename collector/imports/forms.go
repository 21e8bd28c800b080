package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/collector/sheet"
)

// koeForm is the format of the Excel 調査票, one file a person.
const koeForm = "koe-form"

// withFolders replaces folders among the files by the workbooks in them, without the lock files of spreadsheet programs.
func withFolders(files []string) ([]string, error) {
	var all []string
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.IsDir() {
			all = append(all, file)
			continue
		}
		entries, err := os.ReadDir(file)
		if err != nil {
			return nil, koe.Errorf(koe.Invalid, "cannot read the folder: %w", err)
		}
		for _, e := range entries {
			name := e.Name()
			if !e.IsDir() && strings.EqualFold(filepath.Ext(name), ".xlsx") && !strings.HasPrefix(name, "~$") && !strings.HasPrefix(name, ".") {
				all = append(all, filepath.Join(file, name))
			}
		}
	}
	return all, nil
}

// areForms reports whether the files are to be read as forms: because the user says so, or, which is a suggestion,
// because the first one is one.
func areForms(files []string, opts AnswerOptions) (are, suggested bool) {
	if opts.Map != "" || opts.Format != "" || len(files) == 0 {
		return opts.Format == koeForm && opts.Map == "", false
	}
	b, err := os.ReadFile(files[0])
	is := err == nil && sheet.IsForm(b)
	return is, is
}

// returned is a file that came back as a form, or why it is none.
type returned struct {
	file   string
	filled *sheet.Filled
	err    error
}

// readForms reads the forms that came back.
func readForms(ctx context.Context, cfg Config, files []string) ([]returned, error) {
	if len(files) == 0 {
		return nil, koe.Errorf(koe.Invalid, "%s", say(cfg.lang(), "読み込むファイルがありません。", "there are no files to import"))
	}
	key, err := cfg.Store.SigningKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("answers import: %w", err)
	}
	var all []returned
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, koe.Errorf(koe.Invalid, "cannot read the file: %w", err)
		}
		r := returned{file: file}
		r.filled, r.err = sheet.Read(b, key)
		all = append(all, r)
	}
	return all, nil
}

// takeForms takes the answers out of forms. What is wrong with one file does not stop the others: the file is refused and
// named. An empty form is set aside. Of two forms of one person, the one saved later is taken.
func (in *answerImport) takeForms(forms []returned) {
	in.result.Format = koeForm
	if in.opts.Journey != "" && !slices.ContainsFunc(forms, func(r returned) bool { return r.filled != nil }) {
		in.result.Journey = "–"
	}
	for _, form := range forms {
		file, filled, err := form.file, form.filled, form.err
		refuse := func(message string) {
			in.result.Refused = append(in.result.Refused, koe.Problem{File: file, Message: message})
		}
		switch {
		case errors.Is(err, sheet.ErrNoForm):
			refuse(say(in.lang, "koe の調査票ではありません。", "this is no form of koe"))
			continue
		case errors.Is(err, sheet.ErrBrokenStamp):
			refuse(say(in.lang, "調査票の印が壊れています。ここで作ったものではないか、書き換えられています。もう一度送り直してください。", "the form's stamp is broken: it was not made here, or was altered. Send the form again"))
			continue
		case errors.Is(err, sheet.ErrMoved):
			refuse(say(in.lang, "調査票の行や設問文が動かされています。元の調査票に書き写してください。", "rows or question texts of the form were moved or changed; copy the answers into the form as it was sent"))
			continue
		case err != nil:
			refuse(say(in.lang, "調査票を読めません: %v", "the form cannot be read: %v", err))
			continue
		}
		if filled.Blank() {
			in.result.Skipped++
			in.result.Notes = append(in.result.Notes, koe.Problem{File: file, Warning: true, Message: say(in.lang, "何も記入されていません。", "nothing is filled in")})
			continue
		}
		if reason := in.formFits(filled); reason != "" {
			refuse(reason)
			continue
		}
		l := in.formLayout(file, filled)
		in.readRows(l)
	}
	in.noteCopies()
}

// formFits gives the reason why a form cannot be taken, "" when it can.
func (in *answerImport) formFits(f *sheet.Filled) string {
	if f.Journey != in.journey.ID {
		return say(in.lang, "別のジャーニー(%s)の調査票です。--journey %[1]s を付けてください。", "a form of another journey (%s); use --journey %[1]s", f.Journey)
	}
	stage, found := in.journey.Stage(f.Stage)
	if !found {
		return say(in.lang, "段階「%s」は今のジャーニーにありません。", "the stage %q is not in the journey any more", f.Stage)
	}
	version := 0
	if survey, found := in.journey.Survey(stage.Survey); found && survey.ID == f.Survey {
		version = survey.Version
	}
	if version != f.Version {
		return say(in.lang, "古い版の調査票です(調査票は %d 版、今の設問は %d 版)。新しい調査票を送り直してください。", "a form of version %d, while the survey is at version %d; send the new form", f.Version, version)
	}
	if f.Invitation != "" && in.invitationByKey(f.Invitation) == nil {
		return say(in.lang, "この調査票の招待は取り消されたか、削除されています。", "the invitation of this form was cancelled or erased")
	}
	return ""
}

func (in *answerImport) invitationByKey(key string) *koe.Invitation {
	for _, all := range in.invited {
		for _, v := range all {
			if v.Key == key {
				return v
			}
		}
	}
	return nil
}

// formLayout makes a table of one record out of a form, in which every cell keeps its place in the workbook.
func (in *answerImport) formLayout(file string, f *sheet.Filled) *layout {
	t := &table.Table{File: file, Sheet: f.Sheet, Rows: []table.Row{{Line: 1}, {Line: 1}}}
	record := &t.Rows[1]
	place := func(c sheet.Cell) int {
		record.Cells = append(record.Cells, table.Cell{Text: c.Text, Line: int32(c.Row), Column: int32(c.Column)})
		return len(record.Cells) - 1
	}
	l := newLayout(t, 0)
	l.source, l.fixed, l.invitation = koe.SourceExcel, f.Stage, f.Invitation
	if !f.SavedAt.IsZero() && !f.SavedAt.After(in.now) {
		l.savedAt = f.SavedAt
	}
	if f.Invitation == "" && f.Person.Row > 0 {
		l.person = place(f.Person)
	}
	if f.Publish.Row > 0 {
		l.publish = place(f.Publish)
	}
	for _, a := range f.Answers {
		q, found := in.journey.Question(a.Question)
		if !found {
			continue
		}
		c := a.Cell
		if a.Declined && in.words.yes[cell.Fold(c.Text)] {
			c.Text = "declined"
		}
		l.add(q, answerColumn{index: place(c), option: a.Option})
	}
	t.Rows[0].Cells = make([]table.Cell, len(record.Cells))
	l.header = t.Rows[0]
	l.prepare(&in.journey.Journey, in.words, nil)
	return l
}

// noteCopies names the forms that are of the same person and stage.
func (in *answerImport) noteCopies() {
	first := map[string]*incoming{}
	for _, row := range in.rows {
		other, twice := first[row.slot]
		if !twice {
			first[row.slot] = row
			continue
		}
		taken, left := row, other
		if other.sub.SubmittedAt.After(row.sub.SubmittedAt) {
			taken, left = other, row
		} else {
			first[row.slot] = row
		}
		message := say(in.lang, "同じ人の調査票がもう一つあります(%s)。後から保存された %s を取り込みます。", "there is another form of the same person (%s); the one saved later, %s, is taken",
			filepath.Base(taken.at.File), filepath.Base(taken.at.File))
		in.result.Notes = append(in.result.Notes, koe.Problem{File: left.at.File, Warning: true, Message: message})
	}
	slices.SortStableFunc(in.result.Notes, byPlace)
}

// unsureOf is the error of a suggested format that was not accepted.
func (in *answerImport) unsureOf() error {
	if !in.result.Suggested || in.opts.Accept || in.opts.DryRun {
		return nil
	}
	return koe.Errorf(koe.Invalid, "%s", say(in.lang, "形式は %[1]s のようです。よければ --format %[1]s または --yes を付けてもう一度実行してください。まだ何も書き込んでいません。",
		"this looks like the format %[1]s; if so, run again with --format %[1]s or --yes. Nothing was written", in.result.Format))
}
