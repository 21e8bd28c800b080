package export

import (
	"bytes"
	_ "embed" // for the page
	"encoding/csv"
	"encoding/json"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"koe"
)

//go:embed dictionary.html
var dictionaryPage string

// writeDictionary writes what every table and column is: a page to read, and a table for spreadsheets.
func (o *Options) writeDictionary(dir string, about map[string]string, tables []Table) error {
	language := o.Language
	if err := writeDictionaryCSV(filepath.Join(dir, dictionaryCSV), tables); err != nil {
		return err
	}
	page, err := template.New("dictionary").Funcs(template.FuncMap{"anchor": func(t Table) string { return strings.TrimSuffix(strings.ReplaceAll(t.File, "/", "-"), ".parquet") },
		"wording": func(t koe.Text) string { return t.In(language) }}).Parse(dictionaryPage)
	if err != nil {
		return err
	}
	var organization koe.Text
	if err := json.Unmarshal([]byte(about["organization"]), &organization); err != nil {
		return err
	}
	var safe, facts, models, sums []Table
	for _, t := range tables {
		switch {
		case strings.HasPrefix(t.Name, "safe_"):
			safe = append(safe, t)
		case strings.HasPrefix(t.Name, "red_"):
			sums = append(sums, t)
		case slices.ContainsFunc(tables, func(s Table) bool { return s.Name == "safe_"+t.Name }):
			models = append(models, t)
		default:
			facts = append(facts, t)
		}
	}
	japanese := strings.HasPrefix(language, "ja")
	say := func(ja, en string) string {
		if japanese {
			return ja
		}
		return en
	}
	type group struct {
		Title, Note string
		Tables      []Table
	}
	published := group{say("公表してよい表", "For publication"), say("開示制御のあとの表。非公表の数値は NULL で、withheld に理由があります。", "After disclosure control: a number that is withheld is NULL, and withheld says why."), safe}
	heading := say("データ辞書", "Data dictionary")
	switch {
	case o.draft():
		published.Title = say("下書き(発行していない値)", "Draft: figures that no release shows")
		published.Note += say("人事の中で見るための表です。外に渡さないでください。外に渡せるのは、koe report で発行したあとに koe export --safe で書き出したものです。",
			" They are for HR's eyes: do not hand them on. What may be handed out is what koe export --safe writes after koe report.")
		heading = say("下書き — ", "Draft – ") + heading
	case o.Release != "":
		published.Title = say("報告書 "+o.Release+" の値", "The figures of release "+o.Release)
	default:
		published.Title = say("開示制御のあとの表", "After disclosure control")
		published.Note = say("非公表の数値は NULL で、withheld に理由があります。発行した値とは限りません。外に渡すときは koe export --safe で書き出してください。",
			"A number that is withheld is NULL, and withheld says why. They need not be those of a release: hand out what koe export --safe writes.")
	}
	groups := []group{
		published,
		{say("事実", "Facts"), say("1行が1回答、1人、1案内など。仮名化された個人データです。組織の外に出さないでください。", "One row a response, a person, an invitation. Pseudonymous personal data: keep it in the house."), facts},
		{say("分析", "Models"), say("少人数の値も含みます。外に渡すときは koe export --safe で書き出してください。", "Small groups included. To hand tables out, write them with koe export --safe."), models},
		{say("集約", "Reductions"), say("分析のもとになる、整数の件数と合計。", "Whole counts and sums that the models read."), sums},
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"Lang": map[bool]string{true: "ja", false: "en"}[japanese], "Organization": organization.In(language), "AsOf": about["as_of_date"], "Groups": slices.DeleteFunc(groups, func(g group) bool { return len(g.Tables) == 0 }),
		"Say": map[string]string{
			"Title": heading, "AsOf": say("分析時点", "As of"), "Contents": say("目次", "Contents"), "Column": say("列", "Column"), "Type": say("型", "Type"),
			"Meaning": say("意味", "Meaning"), "Rows": say("行", "rows"), "View": say("ビューを書き出したもの", "a view, written out"), "Open": say("開き方", "How to open it"), "Check": say("ファイルの確認", "Check the files"),
		},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, dictionaryHTML), out.Bytes(), 0o600)
}

// writeDictionaryCSV writes one line a column, with a byte order mark so that a spreadsheet reads it as UTF-8.
func writeDictionaryCSV(path string, tables []Table) error {
	languages := []string{"ja", "en"}
	for _, t := range tables {
		for _, c := range t.Columns {
			for language := range c.Wording {
				if !slices.Contains(languages, language) {
					languages = append(languages, language)
				}
			}
		}
	}
	slices.Sort(languages[2:])
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	head := []string{"file", "table", "table_comment", "position", "column", "type", "comment"}
	for _, language := range languages {
		head = append(head, "question_"+language)
	}
	lines := [][]string{head}
	for _, t := range tables {
		for i, c := range t.Columns {
			line := []string{t.File, t.Name, t.Comment, strconv.Itoa(i + 1), c.Name, c.Type, c.Comment}
			for _, language := range languages {
				line = append(line, c.Wording[language])
			}
			lines = append(lines, line)
		}
	}
	if err := w.WriteAll(lines); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o600)
}
