// Package imports takes in what others wrote: the roster, events, and answers in the formats of koe, of the Excel
// 調査票 and of survey tools. Every import reads whole files first, says what it understood, refuses bad rows one by one
// with file, line, column and reason, and writes the rest; the same file twice changes nothing.
//
// Package table turns files into cells and package cell understands one cell; here is what the columns mean.
package imports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"koe"
	"koe/collector/imports/cell"
	"koe/collector/imports/table"
	"koe/journey"
	"koe/store"
)

// Config is what every import needs.
type Config struct {
	Store     *store.Store
	Workspace *journey.Workspace
	Language  string                // of messages; that of koe.yaml when empty
	Progress  func(done, total int) // called now and then while rows are written; may be nil
}

func (c *Config) lang() string {
	if c.Language != "" {
		return c.Language
	}
	return c.Workspace.Settings.Language
}

func (c *Config) progress(done, total int) {
	if c.Progress != nil {
		c.Progress(done, total)
	}
}

// say gives a sentence in Japanese or, for every other language, in English.
func say(lang, ja, en string, args ...any) string {
	if lang == "ja" || strings.HasPrefix(lang, "ja-") {
		return fmt.Sprintf(ja, args...)
	}
	return fmt.Sprintf(en, args...)
}

// Refused is the rows that an import did not take, each with its place and the reason in the user's language.
type Refused = koe.Problems

// readAll reads every file into tables. A file that cannot be read is a problem of the whole import.
func readAll(files []string, lang string) ([]table.Table, error) {
	if len(files) == 0 {
		return nil, koe.Errorf(koe.Invalid, "%s", say(lang, "読み込むファイルを指定してください。", "name at least one file to import"))
	}
	var all []table.Table
	for _, file := range files {
		tables, err := table.Read(file)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(tables, func(t table.Table) bool { return len(t.Rows) > 0 }) {
			return nil, koe.Problems{{File: file, Message: say(lang, "ファイルが空です。", "the file is empty")}}
		}
		all = append(all, tables...)
	}
	return all, nil
}

// columns is what the columns of one table mean: the canonical name of each, and where each name is.
type columns struct {
	table  *table.Table
	header table.Row
	at     map[string]int
	names  []string // by column; "" for a blank or unknown header
}

// text gives the cleaned text of a row's cell under a column, "" when there is no such column.
func (c *columns) text(r table.Row, name string) string {
	i, found := c.at[name]
	if !found {
		return ""
	}
	return cell.Clean(r.Text(i))
}

func (c *columns) has(name string) bool { _, found := c.at[name]; return found }

// problem points at a row's cell under a column, or at the row when there is no such column.
func (c *columns) problem(r table.Row, name, message string) koe.Problem {
	i, found := c.at[name]
	if !found {
		i = -1
	}
	return c.table.Place(r, i, message)
}

// written gives the header of a column as the file writes it.
func (c *columns) written(name string) string {
	if i, found := c.at[name]; found {
		return cell.Clean(c.header.Text(i))
	}
	return name
}

// rows gives the records below the header.
func (c *columns) rows() []table.Row {
	for i, r := range c.table.Rows {
		if r.Line == c.header.Line {
			return c.table.Rows[i+1:]
		}
	}
	return nil
}

// understand finds the header of a table and what its columns mean. name gives a header's canonical name, "" when it
// is unknown. found is false when no row looks like a header. unknown lists the headers without a meaning; two columns
// of one meaning are problems.
func understand(t *table.Table, lang string, name func(header string) string) (c *columns, unknown []string, problems koe.Problems, found bool) {
	at := t.Header(func(text string) bool { return name(text) != "" })
	if at < 0 {
		return nil, nil, nil, false
	}
	c = &columns{table: t, header: t.Rows[at], at: map[string]int{}}
	for i, h := range c.header.Cells {
		meaning := name(h.Text)
		c.names = append(c.names, meaning)
		if meaning == "" {
			if text := cell.Clean(h.Text); text != "" {
				unknown = append(unknown, text)
			}
			continue
		}
		first, twice := c.at[meaning]
		switch {
		case !twice:
			c.at[meaning] = i
		case c.blank(i):
		case c.blank(first):
			c.at[meaning] = i
		default:
			problems = append(problems, t.Place(c.header, i, say(lang,
				"列「%s」と列「%s」がどちらも %s です。片方を消してください。", "columns %q and %q both mean %s; remove one of them",
				cell.Clean(c.header.Text(first)), cell.Clean(h.Text), meaning)))
		}
	}
	return c, unknown, problems, true
}

func (c *columns) blank(i int) bool {
	for _, r := range c.rows() {
		if strings.TrimSpace(r.Text(i)) != "" {
			return false
		}
	}
	return true
}

// naming makes the function that gives a header's canonical name: the names themselves, the aliases of koe.yaml, then
// the built-in ones, of which only those count whose target is among the names.
func naming(names []string, aliases map[string]string, builtin map[string][]string) func(header string) string {
	known := map[string]string{}
	put := func(header, name string) {
		folded := cell.FoldHeader(header)
		if _, taken := known[folded]; !taken && folded != "" {
			known[folded] = name
		}
	}
	is := map[string]bool{}
	for _, n := range names {
		is[n] = true
		put(n, n)
	}
	for header, target := range aliases {
		if is[target] {
			known[cell.FoldHeader(header)] = target
		}
	}
	for _, target := range names {
		for _, header := range builtin[target] {
			put(header, target)
		}
	}
	return func(header string) string {
		folded := cell.FoldHeader(header)
		if name, found := known[folded]; found {
			return name
		}
		return known[cell.WithoutRemark(folded)]
	}
}

// listSome writes the first of a list, and how many more there are.
func listSome(lang string, all []string, most int) string {
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:most], ", ") + say(lang, " ほか%d", " and %d more", len(all)-most)
}

// writeProblems writes refused rows as file:line:column: reason.
func writeProblems(w io.Writer, lang string, refused koe.Problems) {
	if len(refused) == 0 {
		return
	}
	fmt.Fprintln(w, say(lang, "取り込まなかった行(%d):", "refused rows (%d):", len(refused)))
	for _, p := range refused {
		fmt.Fprintln(w, "  "+p.String())
	}
}
