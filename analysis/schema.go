package analysis

import (
	"fmt"
	"strings"

	_ "embed" // for the schema

	"koe"
)

//go:embed sql/schema.sql
var schemaSQL string

// column is one column of a table that is made from the layout.
type column struct {
	name, kind, comment string
}

// createTable writes CREATE TABLE with its comments.
func createTable(name, comment string, columns []column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (", quote(name))
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.name) + " " + c.kind)
	}
	b.WriteString(");\n")
	writeComments(&b, "TABLE", name, comment, columns)
	return b.String()
}

// createView writes CREATE VIEW with its comments.
func createView(name, comment, query string, columns []column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE VIEW %s AS %s;\n", quote(name), query)
	writeComments(&b, "VIEW", name, comment, columns)
	return b.String()
}

func writeComments(b *strings.Builder, what, name, comment string, columns []column) {
	fmt.Fprintf(b, "COMMENT ON %s %s IS %s;\n", what, quote(name), literal(comment))
	for _, c := range columns {
		fmt.Fprintf(b, "COMMENT ON COLUMN %s.%s IS %s;\n", quote(name), quote(c.name), literal(c.comment))
	}
}

// literal writes an SQL string.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ddl gives the statements that make an empty warehouse of this layout.
func (l *layout) ddl() string {
	var b strings.Builder
	b.WriteString(schemaSQL)
	b.WriteString(createTable("person", "People: one row a person on the roster, by random key.", l.personColumns()))
	b.WriteString(createTable("invitation", "Invitations: one row a person asked at one stage.", l.invitationColumns()))
	for _, journey := range l.journeys {
		b.WriteString(createTable(journey.table, "Responses of the journey "+journey.ID+": one row a response, a column a question.", l.wideColumns(journey)))
	}
	b.WriteString(l.responseView())
	b.WriteString(l.answerView())
	b.WriteString(l.scoreView())
	return b.String()
}

func (l *layout) segmentColumns(when string) []column {
	columns := make([]column, len(l.segments))
	for i, segment := range l.segments {
		columns[i] = column{segment.column, "VARCHAR NOT NULL", "Segment " + segment.name + " as of " + when + "; a path below the top of a hierarchy, empty when unknown."}
	}
	return columns
}

func (l *layout) personColumns() []column {
	return append([]column{
		{"person_key", "VARCHAR NOT NULL", "Random key of the person."},
		{"role", "VARCHAR NOT NULL", "hire, mentor or manager."},
		{"joined_on", "DATE", "Day of joining, of the latest stay; NULL for somebody who never joined."},
		{"cohort", "VARCHAR", "Quarter of joining, as 2026Q2."},
		{"left_on", "DATE", "Day of leaving, of the latest stay; NULL: still here."},
		{"left_reason", "VARCHAR NOT NULL", "Why the person left, as the roster says; empty when unknown."},
	}, l.segmentColumns("the last roster")...)
}

func (l *layout) invitationColumns() []column {
	columns := append([]column{
		{"invitation_key", "VARCHAR NOT NULL", "Key of the invitation."},
		{"person_key", "VARCHAR NOT NULL", "Random key of the person who was asked."},
		{"journey", "VARCHAR NOT NULL", "Journey id."},
		{"stage", "VARCHAR NOT NULL", "Stage id."},
		{"due_on", "DATE NOT NULL", "Day that the window opened for this person."},
		{"sent_at", "TIMESTAMP", "Moment of the first mail, UTC; NULL: not yet."},
		{"closes_on", "DATE", "Last day on which an answer is taken."},
		{"status", "VARCHAR NOT NULL", "invited, answered, declined, bounced or cancelled."},
	}, l.segmentColumns("the day due")...)
	return append(columns,
		column{"wave", "VARCHAR NOT NULL", "Quarter of due_on, as 2026Q2."},
		column{"spell", "INTEGER NOT NULL", "Number of the person's stay, from 1."},
		column{"subject_key", "VARCHAR NOT NULL", "Random key of the person that it is about, when somebody else; empty otherwise."},
		column{"occurrence", "INTEGER NOT NULL", "Of a repeated stage, from 1."},
		column{"cell", "BIGINT NOT NULL", "Hash of journey, stage, wave and segments: what the reductions count by."},
	)
}

// responseHead are the wide table's columns before the segments.
func responseHead() []column {
	return []column{
		{"response_key", "VARCHAR NOT NULL", "Random key of the response."},
		{"person_key", "VARCHAR", "Random key of the person; NULL for anonymous surveys."},
		{"invitation_key", "VARCHAR", "Key of the invitation; NULL for imports without one and for anonymous surveys."},
		{"stage", "VARCHAR NOT NULL", "Stage id."},
		{"survey", "VARCHAR NOT NULL", "Survey id."},
		{"survey_version", "INTEGER NOT NULL", "Version of the survey, from 1."},
		{"wave", "VARCHAR NOT NULL", "Quarter in which the invitation was due (without one: of the answer), as 2026Q2."},
		{"submitted_at", "TIMESTAMP NOT NULL", "Moment of the answer, UTC; the day only for anonymous surveys."},
		{"language", "VARCHAR NOT NULL", "Language in which it was answered, BCP 47; empty when unknown."},
		{"source", "VARCHAR NOT NULL", "form, excel or import."},
	}
}

// responseTail are the wide table's columns after the segments and before the questions.
func responseTail() []column {
	return []column{
		{"submitted_on", "DATE NOT NULL", "Day of the answer in the organisation's time zone."},
		{"spell", "INTEGER NOT NULL", "Number of the person's stay, from 1; 0 for anonymous surveys."},
		{"cohort", "VARCHAR NOT NULL", "Quarter in which that stay began, as 2026Q2; empty when unknown."},
		{"seconds", "INTEGER NOT NULL", "From opening the form to sending it; 0 unknown."},
		{"publish_ok", "BOOLEAN NOT NULL", "The respondent allows comments to be quoted word for word."},
		{"core", "INTEGER NOT NULL", "Core questions answered (any questions, when the survey has none marked core)."},
		{"complete", "BOOLEAN NOT NULL", "No shown question of the survey was skipped, open texts aside."},
		{"careless", "BOOLEAN NOT NULL", "All core scale answers are the same step although some items are reversed, or under 2 s a question (METHOD 2)."},
		{"latest", "BOOLEAN NOT NULL", "The person's last response at this stage in this stay."},
		{"bucket", "SMALLINT NOT NULL", "Hash of response_key modulo 1024: the blocks of bootstrapped intervals."},
		{"cell", "BIGINT NOT NULL", "Hash of journey, stage, wave and segments: what the reductions count by."},
	}
}

func (l *layout) wideColumns(journey *journeyLayout) []column {
	columns := append(responseHead(), l.segmentColumns("answering")...)
	columns = append(columns, responseTail()...)
	for _, question := range journey.questions {
		switch question.storage {
		case narrow:
			what := "Answer to " + question.ID + ", raw"
			if question.Kind == koe.KindSingle {
				what = "Position of the option chosen at " + question.ID + " (table option)"
			}
			columns = append(columns, column{question.column, "SMALLINT", what + missingCodes})
		case double:
			columns = append(columns, column{question.column, "DOUBLE", "Answer to " + question.ID + ", raw; NULL: none (answer_apart says why)."})
		}
	}
	for _, construct := range journey.constructs {
		columns = append(columns,
			column{construct.total, "BIGINT", "Sum of the answered items of " + construct.ID + ", keyed, in 1/construct.unit; NULL: the survey does not ask it."},
			column{construct.answered, "UTINYINT", "How many items of " + construct.ID + " were answered; NULL: the survey does not ask it."})
	}
	return columns
}

var missingCodes = fmt.Sprintf("; %d declined, %d skipped, %d not asked, NULL: the survey does not have it.", codeDeclined, codeSkipped, codeNotAsked)

func (l *layout) responseView() string {
	columns := append([]column(nil), responseHead()[:3]...)
	columns = append(columns, column{"journey", "", "Journey id."})
	columns = append(columns, responseHead()[3:]...)
	columns = append(columns, l.segmentColumns("answering")...)
	columns = append(columns, responseTail()...)
	var parts []string
	for _, journey := range l.journeys {
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = quote(c.name)
			if c.name == "journey" {
				names[i] = literal(journey.ID) + " AS journey"
			}
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM %s", strings.Join(names, ", "), quote(journey.table)))
	}
	return createView("response", "Responses of all journeys: one row a response.", strings.Join(parts, " UNION ALL "), columns)
}

func (l *layout) answerView() string {
	parts := []string{"SELECT response_key, journey, stage, question, value, choice, text, missing FROM answer_apart"}
	for _, journey := range l.journeys {
		for _, question := range journey.questions {
			if question.storage == apart {
				continue
			}
			c := quote(question.column)
			value, choice, missing := fmt.Sprintf("CASE WHEN %s >= %d THEN %s::DOUBLE END", c, leastValue, c), "NULL",
				fmt.Sprintf("CASE %s WHEN %d THEN 'declined' WHEN %d THEN 'skipped' WHEN %d THEN 'not_asked' END", c, codeDeclined, codeSkipped, codeNotAsked)
			switch {
			case question.storage == double:
				value, missing = c, "NULL"
			case question.Kind == koe.KindSingle:
				value, choice = "NULL", optionCase(c, question)
			}
			parts = append(parts, fmt.Sprintf("SELECT response_key, %s, stage, %s, %s, %s, NULL, %s FROM %s WHERE %s IS NOT NULL",
				literal(journey.ID), literal(question.ID), value, choice, missing, quote(journey.table), c))
		}
	}
	return createView("answer", "Answers: one row a response and question (a choice, where several may be chosen). A view over response_* and answer_apart.",
		strings.Join(parts, "\nUNION ALL "), []column{
			{"response_key", "", "Key of the response."},
			{"journey", "", "Journey id."},
			{"stage", "", "Stage id."},
			{"question", "", "Question id."},
			{"value", "", "Number given (scale, number, yes/no as 1/0), raw, not reversed; NULL otherwise."},
			{"choice", "", "Option or date chosen; NULL otherwise."},
			{"text", "", "Free text, masked; NULL otherwise."},
			{"missing", "", "declined, skipped or not_asked; NULL when there is an answer."},
		})
}

func optionCase(column string, question *questionLayout) string {
	if len(question.Options) == 0 {
		return "NULL"
	}
	var b strings.Builder
	b.WriteString("CASE " + column)
	for i, option := range question.Options {
		fmt.Fprintf(&b, " WHEN %d THEN %s", i+1, literal(option.Value))
	}
	b.WriteString(" END")
	return b.String()
}

func (l *layout) scoreView() string {
	var parts []string
	for _, journey := range l.journeys {
		for _, c := range journey.constructs {
			total, answered := quote(c.total), quote(c.answered)
			parts = append(parts, fmt.Sprintf("SELECT response_key, %s AS journey, stage, %s AS construct, CASE WHEN %s >= %d THEN %s::DOUBLE / (%s::DOUBLE * %d) END AS score, "+
				"%s::INTEGER AS answered, %s AS total, %d::BIGINT AS unit FROM %s WHERE %s IS NOT NULL",
				literal(journey.ID), literal(c.ID), answered, c.needed, total, answered, c.unit, answered, total, c.unit, quote(journey.table), answered))
		}
	}
	if len(parts) == 0 {
		parts = []string{"SELECT '' AS response_key, '' AS journey, '' AS stage, '' AS construct, 0.0::DOUBLE AS score, 0 AS answered, 0::BIGINT AS total, 1::BIGINT AS unit WHERE false"}
	}
	return createView("score", "Scores: one row a response and construct that its survey asks. A view over response_*.", strings.Join(parts, "\nUNION ALL "), []column{
		{"response_key", "", "Key of the response."},
		{"journey", "", "Journey id."},
		{"stage", "", "Stage id."},
		{"construct", "", "Construct id."},
		{"score", "", "Mean of the answered items, keyed; NULL unless more than half of the items were answered."},
		{"answered", "", "How many items were answered."},
		{"total", "", "Sum of the answered items, keyed, in 1/unit."},
		{"unit", "", "What total is counted in: 1 for whole answers, 10^6 for numbers."},
	})
}
