package analysis

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"koe"
	"koe/analysis/stats"
	"koe/analysis/voices"
	"koe/store"

	"github.com/duckdb/duckdb-go/v2"
)

// reviewState names what people have decided about comments, so that a load sees whether there is something new.
func reviewState(reviews []store.Review) string {
	h := sha256.New()
	for _, r := range reviews {
		fmt.Fprintf(h, "%q %q %q %q %t %q\n", r.Response, r.Question, r.Check, r.Themes, r.Themes == nil, r.Cleared)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// reviews replaces what the warehouse knows of people's decisions about comments.
func (in *loader) reviews(ctx context.Context, reviews []store.Review) error {
	if err := execAll(ctx, in.conn, "DELETE FROM loader.review"); err != nil {
		return err
	}
	appender, err := duckdb.NewAppenderFromConn(in.conn, "loader", "review")
	t := &table{appender: appender, name: "loader.review", err: err}
	for _, r := range reviews {
		var themes driver.Value
		if r.Themes != nil {
			themes = r.Themes
		}
		t.add(r.Response, r.Question, r.Check, themes, string(r.Cleared))
	}
	if err := t.close(); err != nil {
		return err
	}
	return in.setAbout(ctx, "reviews", reviewState(reviews))
}

// unheard is a comment that the rules have not read yet.
type unheard struct {
	Response string `db:"response_key"`
	Question string `db:"question"`
	Text     string `db:"text"`
	Language string `db:"language"`
}

// hear lets the rules read every comment that they have not read, in this wording and by these rules: a new day costs what
// is new of it, and the dictionary is loaded only when there is something to read.
func (a *analyzer) hear(ctx context.Context, progress func(done, of int)) error {
	if a.voices == nil {
		return a.exec(ctx, "DELETE FROM loader.voice")
	}
	version := literal(a.voices.Version())
	if err := a.exec(ctx, `DELETE FROM loader.voice WHERE version <> `+version+` OR (response_key, question, hash) NOT IN
		(SELECT response_key, question, md5(text) FROM answer_apart WHERE text IS NOT NULL)`); err != nil {
		return err
	}
	named := ""
	for _, journey := range a.layout.journeys {
		for _, survey := range journey.namedSurveys() {
			named += fmt.Sprintf(" AND NOT (r.journey = %s AND r.survey = %s)", literal(journey.ID), literal(survey))
		}
	}
	fresh, err := readRows[unheard](ctx, a.conn, `SELECT a.response_key, a.question, a.text, r.language FROM answer_apart a JOIN response r USING (response_key)
		WHERE a.text <> ''`+named+` AND NOT EXISTS (SELECT 1 FROM loader.voice v WHERE v.response_key = a.response_key AND v.question = a.question)
		ORDER BY a.response_key, a.question`)
	if err != nil {
		return err
	}
	if err := a.hearAll(ctx, fresh, progress); err != nil {
		return err
	}
	return a.exec(ctx, `UPDATE loader.voice SET coded = NULL, cleared = FALSE;
		UPDATE loader.voice AS v SET coded = r.themes, cleared = r.cleared = 'yes' FROM loader.review AS r
		WHERE r.response_key = v.response_key AND r.question = v.question AND r.text_check = left(v.hash, 5)`)
}

// hearAll reads comments and keeps what they say.
func (a *analyzer) hearAll(ctx context.Context, fresh []unheard, progress func(done, of int)) error {
	if len(fresh) == 0 {
		return nil
	}
	return a.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return koe.Errorf(koe.Internal, "the warehouse driver gives a %T", raw)
		}
		appender, err := duckdb.NewAppenderFromConn(conn, "loader", "voice")
		t := &table{appender: appender, name: "loader.voice", err: err}
		for from := 0; from < len(fresh); from += atOnce {
			if progress(from, len(fresh)); ctx.Err() != nil {
				return errors.Join(ctx.Err(), t.close())
			}
			some := fresh[from:min(from+atOnce, len(fresh))]
			readings, err := a.readAll(some)
			if err != nil {
				return errors.Join(err, t.close())
			}
			for i := range some {
				if err := a.keep(t, &some[i], readings[i]); err != nil {
					return errors.Join(err, t.close())
				}
			}
		}
		return t.close()
	})
}

// atOnce is how many comments are read before any of them is kept: a stop waits for no more than these.
const atOnce = 500

// readAll reads comments on all processors, and gives what they say in their order.
func (a *analyzer) readAll(comments []unheard) ([]voices.Reading, error) {
	readings, errs := make([]voices.Reading, len(comments)), make([]error, len(comments))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(comments)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(comments); i = int(next.Add(1)) - 1 {
				readings[i], errs[i] = a.voices.Read(comments[i].Text, comments[i].Language)
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	return readings, nil
}

// keep writes down what one comment says.
func (a *analyzer) keep(t *table, c *unheard, reading voices.Reading) error {
	themes := make([]string, len(reading.Themes))
	for i, theme := range reading.Themes {
		themes[i] = theme.Theme + ":" + theme.Valence
	}
	t.add(c.Response, c.Question, voices.Hash(c.Text), a.voices.Version(), themes, nonNil(reading.Words()), voices.Says(c.Text), nil, false)
	return t.err
}

// namedSurveys lists the surveys whose answers carry a name: their texts are no comments (METHOD 5.4).
func (l *journeyLayout) namedSurveys() []string {
	var named []string
	for i := range l.Surveys {
		if l.Surveys[i].Mode == koe.Identified {
			named = append(named, l.Surveys[i].ID)
		}
	}
	return named
}

// keyness computes METHOD 6.3 from the counts of keyness.sql: G² with its sign, the log ratio, p (Fisher's where an expected
// count is under 5), and Benjamini–Hochberg over the words of a stage.
func (a *analyzer) keyness(ctx context.Context) error {
	rows, err := query[Keyness](ctx, a, "keyness")
	if err != nil {
		return err
	}
	for _, run := range runs(rows, func(r *Keyness) string { return r.Journey + "\x00" + r.Stage }) {
		p := make([]float64, len(run))
		for i := range run {
			r := &run[i]
			g2, logRatio, probability := stats.Keyness(*r.People, *r.Commenters, *r.RestPeople, *r.RestCommenters, true)
			if float64(*r.People)*float64(*r.RestCommenters) < float64(*r.RestPeople)*float64(*r.Commenters) {
				g2 = -g2
			}
			r.G2, r.LogRatio, r.P = figure(g2), figure(logRatio), figure(probability)
			p[i] = probability
		}
		for i, q := range stats.BenjaminiHochberg(p) {
			run[i].Q = figure(q)
		}
	}
	i := slices.IndexFunc(modelTables(), func(t modelTable) bool { return t.name == "keyness" })
	return write(ctx, a, "keyness", modelTables()[i].columns, rows)
}
