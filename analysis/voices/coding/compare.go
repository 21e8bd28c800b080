package coding

import (
	"strings"

	"koe/analysis/stats"
	"koe/analysis/voices"
)

// Agreement is how well the two coders agree on one theme, on the comments that both coded.
type Agreement struct {
	Theme string   `json:"theme"`
	N     int      `json:"n"`     // comments that both coded
	Both  int      `json:"both"`  // both say it
	One   int      `json:"one"`   // one of the two says it
	Kappa *float64 `json:"kappa"` // Cohen 1960; nil when both say the same of every comment by chance alone
}

// Accuracy is how well the rules find one theme, against what the coders agreed on. The intervals are Wilson's, 95 %. Of
// F1 = 2·TP/(2·TP+FP+FN) it is that of TP out of TP+(FP+FN)/2, rounded up.
type Accuracy struct {
	Theme       string     `json:"theme"`
	Right       int        `json:"right"`
	Wrong       int        `json:"wrong"`  // the rules alone say it
	Missed      int        `json:"missed"` // the coders alone say it
	Precision   *float64   `json:"precision"`
	PrecisionCI [2]float64 `json:"precision_ci"`
	Recall      *float64   `json:"recall"`
	RecallCI    [2]float64 `json:"recall_ci"`
	F1          *float64   `json:"f1"`
	F1CI        [2]float64 `json:"f1_ci"`
	Valence     int        `json:"valence"` // of the right ones, those with the right valence
}

// Result is what a sheet says.
type Result struct {
	Comments   int         `json:"comments"`    // rows that were read
	BothCoded  int         `json:"both_coded"`  // by both coders
	Coded      int         `json:"coded"`       // with an agreed code
	Open       int         `json:"open"`        // the coders differ and nobody decided
	Cleared    int         `json:"cleared"`     // may be quoted
	NotCleared int         `json:"not_cleared"` // may not
	Saved      int         `json:"saved"`       // decisions kept in the store
	Agreement  []Agreement `json:"agreement"`
	Accuracy   []Accuracy  `json:"accuracy"`
	MacroF1    *float64    `json:"macro_f1"` // of the themes that the coders found
	MicroF1    *float64    `json:"micro_f1"`
	Valence    *float64    `json:"valence"` // right valences among right themes
}

// Compare compares the coders with each other and the rules with what they agreed on. Rules gives the rules' themes
// (theme:valence) of a response and question.
func Compare(rows []Row, rules func(response, question string) []string) Result {
	result := Result{Comments: len(rows)}
	for i := range rows {
		r := &rows[i]
		if r.First != nil && r.Second != nil {
			result.BothCoded++
		}
		if r.Final() != nil {
			result.Coded++
		}
		if r.Open() {
			result.Open++
		}
		switch r.Cleared {
		case "yes":
			result.Cleared++
		case "no":
			result.NotCleared++
		}
	}
	var right, wrong, missed, valence int
	macro, themes := 0.0, 0
	for _, theme := range voices.Themes() {
		result.Agreement = append(result.Agreement, agreement(theme, rows))
		a := accuracy(theme, rows, rules)
		result.Accuracy = append(result.Accuracy, a)
		right, wrong, missed, valence = right+a.Right, wrong+a.Wrong, missed+a.Missed, valence+a.Valence
		if a.Right+a.Missed > 0 && a.F1 != nil {
			macro += *a.F1
			themes++
		}
	}
	result.MacroF1 = share(macro, float64(themes))
	result.MicroF1 = share(2*float64(right), float64(2*right+wrong+missed))
	result.Valence = share(float64(valence), float64(right))
	return result
}

func agreement(theme string, rows []Row) Agreement {
	var both, first, second, none int64
	for i := range rows {
		r := &rows[i]
		if r.First == nil || r.Second == nil {
			continue
		}
		_, a := r.First[theme]
		_, b := r.Second[theme]
		switch {
		case a && b:
			both++
		case a:
			first++
		case b:
			second++
		default:
			none++
		}
	}
	out := Agreement{Theme: theme, N: int(both + first + second + none), Both: int(both), One: int(first + second)}
	if out.N > 0 {
		if kappa := stats.CohenKappa(both, first, second, none); kappa == kappa { // not NaN
			out.Kappa = &kappa
		}
	}
	return out
}

func accuracy(theme string, rows []Row, rules func(response, question string) []string) Accuracy {
	out := Accuracy{Theme: theme}
	for i := range rows {
		final := rows[i].Final()
		if final == nil {
			continue
		}
		human, said := final[theme]
		machine, found := "", false
		for _, one := range rules(rows[i].Response, rows[i].Question) {
			if name, valence, _ := strings.Cut(one, ":"); name == theme {
				machine, found = valence, true
			}
		}
		switch {
		case said && found:
			out.Right++
			if machine == human {
				out.Valence++
			}
		case found:
			out.Wrong++
		case said:
			out.Missed++
		}
	}
	x := int64(out.Right)
	out.Precision, out.PrecisionCI = proportion(x, x+int64(out.Wrong))
	out.Recall, out.RecallCI = proportion(x, x+int64(out.Missed))
	_, out.F1CI = proportion(x, x+int64(out.Wrong+out.Missed+1)/2)
	out.F1 = share(2*float64(x), float64(2*out.Right+out.Wrong+out.Missed))
	return out
}

func share(x, n float64) *float64 {
	if n == 0 {
		return nil
	}
	s := x / n
	return &s
}

func proportion(x, n int64) (*float64, [2]float64) {
	if n == 0 {
		return nil, [2]float64{}
	}
	ci := stats.Wilson(x, n, 0.95)
	return share(float64(x), float64(n)), [2]float64{ci.Low, ci.High}
}
