package analysis

import (
	"embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/template"

	"koe"
)

//go:embed reductions/*.sql
var reductionFiles embed.FS

// reductions lists the reductions in the order in which they run. They alone read answers, with those that disclosure control makes for itself.
var reductions = []string{
	"red_stage", "red_question", "red_construct", "red_cell", "red_cut", "red_comment", "red_rate", "red_response", "red_item", "red_score", "red_moment",
	"red_pair", "red_silence", "red_careless", "red_stay", "red_exposed", "red_contrast", "red_cross", "red_driver",
	"red_hypothesis", "red_wave",
}

// ofDisclosure are the reductions that no model reads. Disclosure control makes them when it runs, as temporary tables, of the published
// population: where what is published stays, they are not needed.
var ofDisclosure = []string{"red_people", "red_partial_item"}

// reductionSQL gives the statements of one reduction for a layout, as of a day.
func (l *layout) reductionSQL(name string, today koe.Date) (string, error) {
	text, err := reductionFiles.ReadFile("reductions/" + name + ".sql")
	if err != nil {
		return "", err
	}
	page, err := template.New(name).Funcs(template.FuncMap{"ident": quote, "lit": sqlLiteral, "number": sqlNumber}).Parse(string(text))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	data := *l.reductions()
	data.Today, data.Quarter = today.String(), quarterOf(today)
	if err := page.Execute(&b, data); err != nil {
		return "", err
	}
	return together(b.String()), nil
}

// mostTogether is how many statements are joined at most: each takes memory for its own groups.
const mostTogether = 8

// together makes one of neighbouring statements INSERT INTO ... SELECT of one table, which begin and end with a line. DuckDB copies what several
// smaller ones put into a table, and writes what a large one does as it comes.
func together(statements string) string {
	var b strings.Builder
	into, joined, ended := "", 0, false // the table of the last statement, how many it was made of, and whether its ; is still to come
	for line := range strings.Lines(statements) {
		table, query, selects := strings.Cut(strings.TrimPrefix(line, "INSERT INTO "), " SELECT ")
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case !strings.HasPrefix(line, "INSERT INTO ") || !selects:
			if ended {
				b.WriteString(";\n")
				into, ended = "", false
			}
		case ended && into == table && joined < mostTogether:
			line, joined, ended = "\nUNION ALL SELECT "+query, joined+1, false
		default:
			if ended {
				b.WriteString(";\n")
			}
			into, joined, ended = table, 1, false
		}
		if open, ends := strings.CutSuffix(line, ";\n"); ends && into != "" {
			line, ended = open, true
		}
		b.WriteString(line)
	}
	if ended {
		b.WriteString(";\n")
	}
	return b.String()
}

// sqlLiteral writes any kind of string as an SQL string.
func sqlLiteral(s any) string { return literal(fmt.Sprint(s)) }

// sqlNumber writes a number, or NULL.
func sqlNumber(x *float64) string {
	if x == nil {
		return "NULL"
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

// reductionData is what the templates of the reductions see.
type reductionData struct {
	Segments []string // columns
	Named    []namedSegment
	Least    int // the first value of a narrow column that is an answer
	Today    string
	Quarter  string // of today
	Places   int    // what the earlier of two stages' places is multiplied with
	Journeys []reductionJourney
}

type namedSegment struct{ Name, Column string }

type reductionJourney struct {
	ID, Table  string
	Questions  []reductionQuestion
	Constructs []reductionConstruct
	Families   []reductionFamily // of more than one item
	Identified []string          // surveys whose answers carry a name
	reductionStages
}

type reductionQuestion struct {
	ID, Kind, Column               string
	Number, Position               int
	Unit                           int64
	Low                            *float64
	Steps                          string // how many answers can be listed, or NULL
	GoodFrom, GoodTo               *float64
	BadFrom, BadTo                 *float64
	Recommend                      bool
	Family                         string // number of its family, or NULL
	Counted, Narrow, Double, Multi bool
}

type reductionConstruct struct {
	ID, Total, Answered            string
	Number                         int
	Count                          int
	ScoreSQL, GoodSQL, BadSQL      string
	NarrowSQL                      string // the score in four bytes where it always fits
	KeyedSQL, SumsSQL, ProductsSQL string
	Needed                         int
}

// reductionData is what the layout says of them; the day is still missing.
func (l *layout) reductionData() *reductionData {
	data := &reductionData{Least: leastValue, Places: stagePlaces}
	for _, segment := range l.segments {
		data.Segments = append(data.Segments, segment.column)
		data.Named = append(data.Named, namedSegment{segment.name, segment.column})
	}
	for _, journey := range l.journeys {
		j := reductionJourney{ID: journey.ID, Table: journey.table, Identified: journey.namedSurveys()}
		for _, question := range journey.questions {
			j.Questions = append(j.Questions, question.reduction())
		}
		for _, f := range journey.families() {
			for _, q := range f.items {
				j.Questions[q.position-1].Family = strconv.Itoa(f.constructs[0].number)
			}
		}
		for _, construct := range journey.constructs {
			j.Constructs = append(j.Constructs, construct.reduction())
		}
		for _, f := range journey.families() {
			j.Families = append(j.Families, f.reduction())
		}
		j.reductionStages = journey.reductionStages()
		data.Journeys = append(data.Journeys, j)
	}
	return data
}

// mostSteps is how many different answers are listed one by one at most.
const mostSteps = 101

func (q *questionLayout) reduction() reductionQuestion {
	r := reductionQuestion{ID: q.ID, Kind: string(q.Kind), Column: q.column, Number: q.number, Position: q.position, Unit: q.unit, Low: q.low, Steps: "NULL", Family: "NULL",
		Recommend: q.Recommend, Narrow: q.storage == narrow, Double: q.storage == double, Multi: q.Kind == koe.KindMulti}
	r.Counted = r.Narrow || r.Double || r.Multi
	if steps := q.steps(); steps > 0 {
		r.Steps = strconv.FormatInt(steps, 10)
	}
	r.GoodFrom, r.GoodTo, r.BadFrom, r.BadTo = q.sides(q.better)
	return r
}

// steps is how many different answers there are, when they can be listed; 0 otherwise.
func (q *questionLayout) steps() int64 {
	switch {
	case len(q.Options) > 0:
		return int64(len(q.Options))
	case q.storage == narrow && q.low != nil && *q.high-*q.low < mostSteps:
		return int64(*q.high-*q.low) + 1
	}
	return 0
}

// sides gives the raw answers that are favourable and unfavourable when a construct is better higher or lower (METHOD
// 2); nil where no end is the good one.
func (q *questionLayout) sides(better koe.Direction) (goodFrom, goodTo, badFrom, badTo *float64) {
	if q.favourableFrom == nil || q.low == nil {
		return nil, nil, nil, nil
	}
	mirrored := *q.low + *q.high - *q.favourableFrom
	if q.Reverse == (better == koe.Lower) {
		return q.favourableFrom, q.high, q.low, &mirrored
	}
	return q.low, &mirrored, q.favourableFrom, q.high
}

func (c *constructLayout) reduction() reductionConstruct {
	r := reductionConstruct{ID: c.ID, Number: c.number, Total: c.total, Answered: c.answered, Count: len(c.items), Needed: c.needed}
	var score, good, bad, keyed, sums, products []string
	for answered := c.needed; answered <= len(c.items); answered++ {
		if c.steps%int64(answered) == 0 {
			score = append(score, fmt.Sprintf("WHEN %d THEN %s * %d", answered, quote(c.total), c.steps/int64(answered)))
		} else {
			score = append(score, fmt.Sprintf("WHEN %d THEN CAST(round(%s / %d.0) AS BIGINT)", answered, quote(c.total), answered))
		}
	}
	for i, item := range c.items {
		column := quote(item.column)
		goodFrom, goodTo, badFrom, badTo := item.sides(c.Better)
		if goodFrom != nil {
			good = append(good, fmt.Sprintf("CASE WHEN %s BETWEEN %s AND %s THEN 1 ELSE 0 END", column, sqlNumber(goodFrom), sqlNumber(goodTo)))
			bad = append(bad, fmt.Sprintf("CASE WHEN %s BETWEEN %s AND %s THEN 1 ELSE 0 END", column, sqlNumber(badFrom), sqlNumber(badTo)))
		}
		value := fmt.Sprintf("CAST(%s AS BIGINT)", column)
		if c.unit != 1 {
			value = fmt.Sprintf("CAST(round(%s * %d) AS BIGINT)", column, c.unit)
		}
		if item.Reverse && item.low != nil {
			value = fmt.Sprintf("%d - %s", int64((*item.low+*item.high)*float64(c.unit)), value)
		}
		keyed = append(keyed, fmt.Sprintf("%s AS y%d", value, i+1))
		sums = append(sums, fmt.Sprintf("CAST(sum(y%d) AS HUGEINT)", i+1))
		for j := i; j < len(c.items); j++ {
			factor := fmt.Sprintf("y%d", i+1)
			if c.unit != 1 {
				factor = "CAST(" + factor + " AS HUGEINT)"
			}
			products = append(products, fmt.Sprintf("CAST(sum(%s * y%d) AS HUGEINT)", factor, j+1))
		}
	}
	r.ScoreSQL = "CASE " + quote(c.answered) + " " + strings.Join(score, " ") + " END"
	r.NarrowSQL = r.ScoreSQL
	if c.unit == 1 && c.steps <= math.MaxInt32/math.MaxInt16 { // whole answers are stored in two bytes
		r.NarrowSQL = "CAST(" + r.ScoreSQL + " AS INTEGER)"
	}
	r.GoodSQL, r.BadSQL = sumOf(good), sumOf(bad)
	r.KeyedSQL, r.SumsSQL, r.ProductsSQL = strings.Join(keyed, ", "), strings.Join(sums, ", "), strings.Join(products, ", ")
	return r
}

func sumOf(terms []string) string {
	if len(terms) == 0 {
		return "0"
	}
	return strings.Join(terms, " + ")
}
