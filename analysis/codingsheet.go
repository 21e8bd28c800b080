package analysis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"koe"
	"koe/analysis/voices"
	"koe/analysis/voices/coding"
	"koe/store"
)

// CodingOptions says which comments go on a coding sheet.
type CodingOptions struct {
	Sample   int    // how many, drawn by their random keys: the same draw each time; 0: all
	Fresh    bool   // only those that nobody has coded or cleared yet
	Language string // of the sheet; "" for the organisation's
}

// codable is one row of the query of comments for the sheet.
type codable struct {
	Response string   `db:"response_key"`
	Question string   `db:"question"`
	Titles   koe.Text `db:"titles"`
	Text     string   `db:"text"`
	Publish  bool     `db:"publish_ok"`
	Rules    []string `db:"rules"`
	Decision string   `db:"decision"`
	Coded    bool     `db:"coded"`
}

// ExportVoices writes the sheet on which two people code the comments of the published warehouse (METHOD 6.6), masked, in an
// order that says nothing, and gives how many there are. NotFound before the first koe analyze.
func ExportVoices(ctx context.Context, cfg Config, w io.Writer, options CodingOptions) (int, error) {
	rows, err := cfg.codables(ctx)
	if err != nil {
		return 0, err
	}
	language := options.Language
	if language == "" {
		language = cfg.Workspace.Settings.Language
	}
	var comments []coding.Comment
	for _, r := range rows {
		if options.Fresh && (r.Coded || r.Decision != "") || options.Sample > 0 && len(comments) == options.Sample {
			continue
		}
		comments = append(comments, coding.Comment{Response: r.Response, Question: r.Question, Stage: r.Titles.In(language), Text: r.Text, PublishOK: r.Publish,
			Rules: r.Rules, Cleared: store.Clearance(r.Decision)})
	}
	return len(comments), coding.Write(w, comments, language)
}

// codables reads the comments, in the order of a hash of their keys.
func (c *Config) codables(ctx context.Context) (_ []codable, err error) {
	path := c.site().published
	db, about, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := analysed(path, about); err != nil {
		return nil, err
	}
	rows, err := readRows[codable](ctx, db, `SELECT c.response_key, c.question, coalesce(s.titles, '{}') AS titles, c.text, c.publish_ok, v.themes AS rules,
			coalesce(d.cleared, '') AS decision, v.coded IS NOT NULL AS coded
		FROM red_comment c JOIN loader.voice v USING (response_key, question) LEFT JOIN stage s USING (journey, stage)
			LEFT JOIN loader.review d ON d.response_key = c.response_key AND d.question = c.question AND d.text_check = left(v.hash, 5)
		ORDER BY md5(c.response_key || ' ' || c.question)`)
	if err != nil {
		return nil, reading(path, err)
	}
	return rows, nil
}

// ImportVoices reads a coding sheet back: it compares the two coders with each other and the rules with what the coders agreed
// on, and, unless it is a dry run, keeps agreed codes and clearances in the store; koe load and koe analyze then use them.
// Rows that cannot be understood, and comments that are no longer as the coders read them, are problems and left out.
func ImportVoices(ctx context.Context, cfg Config, now time.Time, name string, r io.Reader, dryRun bool) (coding.Result, koe.Problems, error) {
	rows, problems, err := coding.Read(name, r)
	if err != nil {
		return coding.Result{}, problems, err
	}
	known, err := cfg.codables(ctx)
	if err != nil {
		return coding.Result{}, problems, err
	}
	byKey := make(map[[2]string]*codable, len(known))
	for i := range known {
		byKey[[2]string{known[i].Response, known[i].Question}] = &known[i]
	}
	var current []coding.Row
	gone, changed := 0, 0
	for _, row := range rows {
		switch c := byKey[[2]string{row.Response, row.Question}]; {
		case c == nil:
			gone++
		case voices.Check(c.Text) != row.Check:
			changed++
		default:
			current = append(current, row)
		}
	}
	if gone > 0 {
		problems = append(problems, koe.Problem{File: name, Warning: true, Message: fmt.Sprintf("%d comments of the sheet are not in the warehouse any more and are left out", gone)})
	}
	if changed > 0 {
		problems = append(problems, koe.Problem{File: name, Message: fmt.Sprintf("%d comments read differently now than on the sheet and are left out", changed), Hint: "export the sheet anew for them"})
	}
	result := coding.Compare(current, func(response, question string) []string { return byKey[[2]string{response, question}].Rules })
	if dryRun {
		return result, problems, nil
	}
	result.Saved, err = cfg.Store.SaveReviews(ctx, now, coding.Reviews(current))
	return result, problems, err
}
