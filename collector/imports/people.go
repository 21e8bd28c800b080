package imports

import (
	"cmp"
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

// PeopleResult is what a roster import did or, in a dry run, would do. The lists hold person ids.
type PeopleResult struct {
	DryRun    bool     `json:"dry_run"`
	Rows      int      `json:"rows"` // records below the headers
	Added     []string `json:"added"`
	Changed   []Change `json:"changed"`
	Left      []string `json:"left"` // those who now have a leaving date
	Unchanged int      `json:"unchanged"`
	NotInFile []string `json:"not_in_file"` // people on the roster who have not left and are in none of the files; nothing is done to them
	Unknown   []string `json:"unknown_columns"`
	Refused   Refused  `json:"refused"`
	Notes     Refused  `json:"notes"` // rows that were taken, with something to look at
}

// Change is one person whose row says something new, and which columns did.
type Change struct {
	Person  string   `json:"person_id"`
	Columns []string `json:"columns"`
}

// People brings the roster in line with the files: new people are added, changed columns changed, leaving dates noted.
// Nobody is ever deleted. A row that cannot be right is refused and named, the rest is taken, in one transaction.
// A joining date after the last leaving date begins a new spell; any other new joining date corrects the spell that is
// there. A blank cell empties the value; a column that is not in the file leaves it as it is.
func People(ctx context.Context, cfg Config, files []string, now time.Time, dryRun bool) (PeopleResult, error) {
	tables, err := readAll(files, cfg.lang())
	if err != nil {
		return PeopleResult{}, err
	}
	existing, err := cfg.Store.People(ctx, store.WithVault)
	if err != nil {
		return PeopleResult{}, fmt.Errorf("people import: %w", err)
	}
	sync := newRosterSync(&cfg.Workspace.Settings, cfg.lang(), existing, koe.DateOf(now.In(cfg.Workspace.Location)))
	if err := sync.readTables(tables); err != nil {
		return PeopleResult{}, err
	}
	result := sync.finish()
	result.DryRun = dryRun
	if dryRun || len(sync.save) == 0 {
		return result, nil
	}
	if err := cfg.Store.SavePeople(ctx, now, sync.save); err != nil {
		return PeopleResult{}, fmt.Errorf("people import: %w", err)
	}
	return result, nil
}

// rosterSync compares roster rows with the people who are there. It reads and decides; it writes nothing.
type rosterSync struct {
	settings *koe.Settings
	lang     string
	today    koe.Date
	name     func(header string) string
	byID     map[string]koe.Person
	bare     map[string]string // numbers without the zeros before them → number
	all      []koe.Person
	seen     map[string]bool
	save     []koe.Person
	result   PeopleResult
	roles    map[string]string
	tongues  map[string]string
	never    map[string]bool
}

func newRosterSync(settings *koe.Settings, lang string, existing []koe.Person, today koe.Date) *rosterSync {
	names := append([]string{colPerson, colName, colEmail, colPersonal, colLanguage, colJoined, colLeft, colReason, colRole}, settings.SegmentColumns()...)
	s := &rosterSync{
		settings: settings, lang: lang, today: today, all: existing,
		name: naming(names, settings.Aliases, rosterHeaders()),
		byID: map[string]koe.Person{}, bare: map[string]string{}, seen: map[string]bool{},
		roles: wordsOf(roles()), tongues: wordsOf(languages()), never: map[string]bool{},
	}
	for _, p := range existing {
		s.byID[p.ID] = p
		s.bare[bareNumber(p.ID)] = p.ID
	}
	for _, word := range neverJoined() {
		s.never[cell.Fold(word)] = true
	}
	return s
}

// wordsOf turns {meaning: words} into folded word → meaning, meanings themselves included.
func wordsOf(meanings map[string][]string) map[string]string {
	out := map[string]string{}
	for meaning, words := range meanings {
		out[cell.Fold(meaning)] = meaning
		for _, w := range words {
			out[cell.Fold(w)] = meaning
		}
	}
	return out
}

// readTables takes the rows of all tables. An error says that a whole file cannot be a roster.
func (s *rosterSync) readTables(tables []table.Table) error {
	type place struct {
		c   *columns
		row table.Row
	}
	var order []string
	rows := map[string][]place{}
	unknown := map[string]bool{}
	var wrong koe.Problems
	fileFound := map[string]bool{}
	for i := range tables {
		t := &tables[i]
		c, strange, problems, found := understand(t, s.lang, s.name)
		wrong = append(wrong, problems...)
		if !found || !c.has(colPerson) {
			if t.Sheet != "" && !found {
				fileFound[t.File] = fileFound[t.File] || false
				continue // a sheet of explanations
			}
			fileFound[t.File] = true
			wrong = append(wrong, s.missing(t, c, colPerson))
			continue
		}
		fileFound[t.File] = true
		for _, column := range strange {
			unknown[column] = true
		}
		for _, column := range s.settings.SegmentColumns() {
			if !c.has(column) {
				s.note(koe.Problem{File: t.Name(), Line: c.header.Line, Message: say(s.lang,
					"koe.yaml の区分「%s」の列がありません。今の値のままにします。", "there is no column for the segment %q of koe.yaml; its values stay as they are", column)})
			}
		}
		newHire := false
		for _, r := range c.rows() {
			s.result.Rows++
			id := cell.Identifier(c.text(r, colPerson))
			if id == "" {
				s.refuse(c.problem(r, colPerson, say(s.lang, "%s が空です。", "%s is empty", c.written(colPerson))))
				continue
			}
			if len(rows[id]) == 0 {
				order = append(order, id)
			}
			rows[id] = append(rows[id], place{c, r})
			if p, there := s.byID[id]; !there || len(p.Spells) == 0 {
				newHire = newHire || s.role(c, r) == "hire" || s.role(c, r) == ""
			}
		}
		if newHire && !c.has(colJoined) {
			wrong = append(wrong, s.missing(t, c, colJoined))
		}
	}
	for _, t := range tables {
		if !fileFound[t.File] {
			fileFound[t.File] = true
			wrong = append(wrong, s.missing(&t, nil, colPerson))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	for _, id := range order {
		s.seen[id] = true
		at := rows[id]
		if len(at) > 1 {
			for i, one := range at {
				other := at[(i+1)%len(at)]
				s.refuse(one.c.problem(one.row, colPerson, say(s.lang, "%s「%s」が %s の %d 行目にもあります。どちらが正しいか分からないため、どちらも取り込みません。",
					"%s %q is also on line %[4]d of %[3]s; neither is taken, since either may be right", one.c.written(colPerson), id, other.c.table.Name(), other.row.Line)))
			}
			continue
		}
		if known := s.bare[bareNumber(id)]; known != "" && s.byID[id].ID == "" && len(rows[known]) == 0 {
			s.refuse(at[0].c.problem(at[0].row, colPerson, say(s.lang, "%s「%s」は、名簿の「%s」の先頭の0が消えたもののようです。表計算ソフトでは文字列として扱ってください。",
				"%s %q looks like %q with its zeros lost; keep such numbers as text in the spreadsheet", at[0].c.written(colPerson), id, known)))
			s.seen[known] = true
			continue
		}
		s.row(at[0].c, at[0].row, id)
	}
	s.result.Unknown = slices.Sorted(maps.Keys(unknown))
	return nil
}

// bareNumber is a person's number as a spreadsheet shows it that took it for a number: without the zeros before it.
func bareNumber(id string) string { return strings.TrimLeft(id, "0") }

// missing is the problem of a file without a column that it must have.
func (s *rosterSync) missing(t *table.Table, c *columns, column string) koe.Problem {
	line, headers := 1, []string{}
	if len(t.Rows) > 0 {
		line = t.Rows[0].Line
		row := t.Rows[0]
		if c != nil {
			line, row = c.header.Line, c.header
		}
		for _, text := range row.Texts() {
			if text = cell.Clean(text); text != "" && len(headers) < 12 {
				headers = append(headers, text)
			}
		}
	}
	also := rosterHeaders()[column]
	return koe.Problem{File: t.Name(), Line: line,
		Message: say(s.lang, "%s の列(%s など)がありません。", "there is no column %s (or %s …)", column, strings.Join(also[:min(2, len(also))], ", ")),
		Hint: say(s.lang, "見つかった見出し: %s。別の見出しは koe.yaml の aliases に書けます", "headers found: %s; name another header under aliases in koe.yaml",
			strings.Join(headers, ", "))}
}

func (s *rosterSync) refuse(p koe.Problem) { s.result.Refused = append(s.result.Refused, p) }

func (s *rosterSync) note(p koe.Problem) {
	p.Warning = true
	s.result.Notes = append(s.result.Notes, p)
}

// role gives the role that a row states, "" for none or for a word that is none.
func (s *rosterSync) role(c *columns, r table.Row) string {
	return s.roles[cell.Fold(c.text(r, colRole))]
}

// row compares one row with the person who is there and notes what is to be saved.
func (s *rosterSync) row(c *columns, r table.Row, id string) {
	before, there := s.byID[id]
	p := before
	p.ID = id
	p.Segments = maps.Clone(before.Segments)
	p.Spells = slices.Clone(before.Spells)
	if p.Segments == nil {
		p.Segments = map[string]string{}
	}
	refused := len(s.result.Refused)
	for column, field := range map[string]*string{colName: &p.Name, colEmail: &p.Email, colPersonal: &p.PersonalEmail} {
		if c.has(column) {
			*field = c.text(r, column)
		}
	}
	s.addresses(c, r, &p)
	s.words(c, r, &p)
	for _, column := range s.settings.SegmentColumns() {
		if !c.has(column) {
			continue
		}
		if value := c.text(r, column); value != "" {
			p.Segments[column] = strings.Join(strings.Fields(value), " ")
		} else {
			delete(p.Segments, column)
		}
	}
	left := s.spells(c, r, &p)
	if len(s.result.Refused) > refused {
		return
	}
	switch columns := differences(before, p); {
	case !there:
		s.result.Added = append(s.result.Added, id)
	case left:
		s.result.Left = append(s.result.Left, id)
	case len(columns) > 0:
		s.result.Changed = append(s.result.Changed, Change{id, columns})
	default:
		s.result.Unchanged++
		return
	}
	s.save = append(s.save, p)
}

// addresses checks the mail addresses of a row.
func (s *rosterSync) addresses(c *columns, r table.Row, p *koe.Person) {
	for column, field := range map[string]*string{colEmail: &p.Email, colPersonal: &p.PersonalEmail} {
		if !c.has(column) || *field == "" {
			continue
		}
		address := cell.Identifier(*field)
		if !plausibleAddress(address) {
			s.refuse(c.problem(r, column, say(s.lang, "%s「%s」はメールアドレスではありません。", "%s %q is not a mail address", c.written(column), *field)))
		}
		*field = address
	}
}

// plausibleAddress reports whether mail could be sent there: one @ with something on both sides, no blank, no list.
func plausibleAddress(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && domain != "" && !strings.ContainsAny(s, " \t\n,;<>\"()") && !strings.Contains(domain, "@") &&
		!strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && len(s) <= 254
}

// words reads the role and the language of a row.
func (s *rosterSync) words(c *columns, r table.Row, p *koe.Person) {
	if text := c.text(r, colRole); c.has(colRole) {
		role, known := s.roles[cell.Fold(text)]
		if !known && text != "" {
			s.refuse(c.problem(r, colRole, say(s.lang, "%s「%s」は hire, mentor, manager(中途採用者、メンター、上司)のどれでもありません。",
				"%s %q is none of hire, mentor, manager", c.written(colRole), text)))
		}
		p.Role = role
	}
	if text := c.text(r, colLanguage); c.has(colLanguage) {
		tag, known := s.tongues[cell.Fold(text)]
		if !known {
			if tag = text; tag != "" && !plausibleTag(tag) {
				s.refuse(c.problem(r, colLanguage, say(s.lang, "%s「%s」は言語の記号(ja, en など)ではありません。", "%s %q is not a language tag such as ja or en", c.written(colLanguage), text)))
			}
		}
		p.Language = tag
	}
}

func plausibleTag(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) < 2 && i == 0 || len(part) == 0 || len(part) > 8 || i == 0 && len(part) > 3 {
			return false
		}
		for _, r := range part {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' && i > 0) {
				return false
			}
		}
	}
	return true
}

// differences names the columns in which two versions of a person differ, sorted.
func differences(a, b koe.Person) []string {
	changed := map[string]bool{
		colName: a.Name != b.Name, colEmail: a.Email != b.Email, colPersonal: a.PersonalEmail != b.PersonalEmail,
		colLanguage: a.Language != b.Language, colRole: roleOf(a) != roleOf(b),
	}
	for column := range b.Segments {
		changed[column] = a.Segments[column] != b.Segments[column]
	}
	for column := range a.Segments {
		changed[column] = a.Segments[column] != b.Segments[column]
	}
	for i := range max(len(a.Spells), len(b.Spells)) {
		if i >= len(a.Spells) || i >= len(b.Spells) {
			changed[colJoined] = true
			continue
		}
		x, y := a.Spells[i], b.Spells[i]
		changed[colJoined] = changed[colJoined] || x.JoinedOn != y.JoinedOn
		changed[colLeft] = changed[colLeft] || x.LeftOn != y.LeftOn
		changed[colReason] = changed[colReason] || x.LeftReason != y.LeftReason || x.Cancelled != y.Cancelled
	}
	var columns []string
	for column, is := range changed {
		if is {
			columns = append(columns, column)
		}
	}
	slices.Sort(columns)
	return columns
}

func roleOf(p koe.Person) string { return cmp.Or(p.Role, "hire") }

// finish counts who is in no file and puts the lists in order.
func (s *rosterSync) finish() PeopleResult {
	for _, p := range s.all {
		if s.seen[p.ID] || p.ID == "" {
			continue
		}
		if n := len(p.Spells); n > 0 && (p.Spells[n-1].Cancelled || !p.Spells[n-1].LeftOn.IsZero() && p.Spells[n-1].LeftOn.Before(s.today)) {
			continue
		}
		s.result.NotInFile = append(s.result.NotInFile, p.ID)
	}
	slices.Sort(s.result.NotInFile)
	slices.SortStableFunc(s.result.Refused, byPlace)
	return s.result
}

func byPlace(a, b koe.Problem) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// WriteText writes the result for a person to read.
func (r PeopleResult) WriteText(w io.Writer, lang string) {
	if r.DryRun {
		fmt.Fprintln(w, say(lang, "試行(何も書き込んでいません)", "dry run: nothing was written"))
	}
	fmt.Fprintln(w, say(lang, "%d行を読みました: 追加 %d人、変更 %d人、退職 %d人、変わらず %d人、取り込まず %d行",
		"%d rows read: %d added, %d changed, %d left, %d unchanged, %d refused", r.Rows, len(r.Added), len(r.Changed), len(r.Left), r.Unchanged, countRows(r.Refused)))
	for _, c := range r.Changed[:min(len(r.Changed), 20)] {
		fmt.Fprintf(w, "  %s: %s\n", c.Person, strings.Join(c.Columns, ", "))
	}
	if n := len(r.NotInFile); n > 0 {
		fmt.Fprintln(w, say(lang, "このファイルにいない在籍者 %d人(そのまま残します): %s", "%d people are not in this file and stay as they are: %s",
			n, listSome(lang, r.NotInFile, 20)))
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintln(w, say(lang, "使わなかった列: %s", "columns not used: %s", strings.Join(r.Unknown, ", ")))
	}
	for _, p := range r.Notes {
		fmt.Fprintln(w, say(lang, "注意: ", "note: ")+p.String())
	}
	writeProblems(w, lang, r.Refused)
}
