package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"koe"

	"github.com/xuri/excelize/v2"
)

// question writes one question with the cells for its answer.
func (p *painter) question(id string, ifApplies bool) {
	q, found := p.form.Journey.Question(id)
	if !found {
		return
	}
	lang := p.form.Language
	if q.Kind == koe.KindNote {
		p.wide(plainText(q.Text.In(lang)), p.styles.box, 10)
		return
	}
	p.number++
	text := q.Text.In(lang)
	if ifApplies {
		text = p.say("(該当する方のみ) ", "(If it applies to you) ") + text
	}
	if help := q.Help.In(lang); help != "" {
		text += "\n" + help
	}
	if q.Kind == koe.KindMulti || q.Kind == koe.KindText {
		p.block(q, text)
		return
	}
	p.line(linesOf(text, widthText-2), 9)
	p.put(colNumber, strconv.Itoa(p.number), p.styles.number)
	label := p.put(colText, text, p.styles.text)
	answer := p.put(colAnswer, "", p.styles.answer)
	p.spot(spot{Question: q.ID, Cell: answer, Label: label}, text)
	declined := p.say("答えない", "Prefer not to answer")
	switch q.Kind {
	case koe.KindScale:
		p.choose(answer, append(p.steps(q), declined))
	case koe.KindYesNo:
		p.choose(answer, []string{p.say("はい", "Yes"), p.say("いいえ", "No"), declined})
	case koe.KindContact:
		p.choose(answer, []string{p.say("はい", "Yes"), p.say("いいえ", "No")})
	case koe.KindConsent:
		p.choose(answer, []string{p.say("同意する", "I agree"), p.say("同意しない", "I do not agree"), declined})
	case koe.KindSingle:
		var choices []string
		for _, o := range q.Options {
			choices = append(choices, o.Text.In(lang))
		}
		p.choose(answer, append(choices, declined))
	case koe.KindNumber:
		p.numberCell(q, answer, declined)
	case koe.KindDate:
		p.prompt(answer, p.say("日付", "A date"), p.say("2026-04-01、2026年4月1日、令和8年4月1日 のように書いてください。", "Please write it as 2026-04-01."))
	}
}

// steps gives the steps of a scale as a list shows them: 5 とてもそう思う.
func (p *painter) steps(q *koe.Question) []string {
	s, found := p.form.Journey.Scale(q.Scale)
	if !found {
		return nil
	}
	labels := s.Labels[p.form.Language]
	for _, lang := range []string{"ja", "en"} {
		if len(labels) == 0 {
			labels = s.Labels[lang]
		}
	}
	var steps []string
	for v := s.From; v <= s.To; v++ {
		step := strconv.Itoa(v)
		switch i := v - s.From; {
		case len(labels) == s.To-s.From+1:
			step += " " + labels[i]
		case len(labels) == 2 && v == s.From:
			step += " " + labels[0]
		case len(labels) == 2 && v == s.To:
			step += " " + labels[1]
		}
		steps = append(steps, step)
	}
	return steps
}

// block writes a question whose answer takes more than one cell or line: choices to tick, or a text.
func (p *painter) block(q *koe.Question, text string) {
	lang := p.form.Language
	p.line(linesOf(text, widthText+widthAnswer-3), 9)
	p.put(colNumber, strconv.Itoa(p.number), p.styles.number)
	p.try(p.f.MergeCell(p.sheet, p.at(colText), p.at(colAnswer)))
	label := p.put(colText, text, p.styles.text)
	p.try(p.f.SetCellStyle(p.sheet, p.at(colText), p.at(colAnswer), p.styles.text))
	if q.Kind == koe.KindText {
		p.line(5, 4)
		p.put(colNumber, "", p.styles.number)
		p.try(p.f.MergeCell(p.sheet, p.at(colText), p.at(colAnswer)))
		answer := p.put(colText, "", p.styles.long)
		p.try(p.f.SetCellStyle(p.sheet, p.at(colText), p.at(colAnswer), p.styles.long))
		p.spot(spot{Question: q.ID, Cell: answer, Label: label}, text)
		if q.Max != nil {
			dv := excelize.NewDataValidation(true)
			dv.SetSqref(answer)
			p.try(dv.SetRange(0, int(*q.Max), excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorBetween))
			dv.SetError(excelize.DataValidationErrorStyleStop, p.say("長すぎます", "Too long"), p.say("%d字までで書いてください。", "Please use at most %d characters.", int(*q.Max)))
			p.try(p.f.AddDataValidation(p.sheet, dv))
		}
		return
	}
	tick := func(text string, s spot) {
		p.line(linesOf(text, widthText-6), 3)
		p.put(colNumber, "", p.styles.number)
		s.Question, s.Label = q.ID, p.put(colText, text, p.styles.option)
		s.Cell = p.put(colAnswer, "", p.styles.mark)
		p.spot(s, text)
		p.choose(s.Cell, []string{"○"})
	}
	for _, o := range q.Options {
		tick(o.Text.In(lang), spot{Option: o.Value})
	}
	tick(p.say("答えない", "Prefer not to answer"), spot{Declined: true})
}

// spot notes a cell to be filled in and the text beside it.
func (p *painter) spot(s spot, label string) {
	s.Hash = labelHash(label)
	p.stamp.Cells = append(p.stamp.Cells, s)
}

// numberCell lets a number be chosen when there are few, and typed otherwise.
func (p *painter) numberCell(q *koe.Question, answer, declined string) {
	lo, hi, ranged := p.form.Journey.Range(q)
	if ranged && hi-lo <= 20 && lo == float64(int(lo)) {
		var numbers []string
		for v := int(lo); v <= int(hi); v++ {
			numbers = append(numbers, strconv.Itoa(v))
		}
		p.choose(answer, append(numbers, declined))
		return
	}
	hint := p.say("数字でお答えください。答えたくないときは「答えない」と書いてください。", "Please write a number, or \"Prefer not to answer\".")
	if ranged {
		hint = p.say("%g から %g までの", "From %g to %g: ", lo, hi) + strings.ToLower(hint[:1]) + hint[1:]
	}
	p.prompt(answer, p.say("数", "A number"), hint)
}

// choose gives a cell a list to choose from. The choices lie in the hidden sheet: Excel takes only 255 characters and no
// comma in the rule itself.
func (p *painter) choose(cell string, choices []string) {
	joined := strings.Join(choices, "\x00")
	at, known := p.lists[joined]
	if !known {
		column, err := excelize.ColumnNumberToName(3 + len(p.lists))
		p.try(err)
		for i, choice := range choices {
			p.try(p.f.SetCellStr(stampSheet, fmt.Sprintf("%s%d", column, i+1), choice))
		}
		at = fmt.Sprintf("%s!$%s$1:$%s$%d", stampSheet, column, column, len(choices))
		p.lists[joined] = at
	}
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(cell)
	dv.SetSqrefDropList(at)
	dv.SetError(excelize.DataValidationErrorStyleStop, p.say("一覧から選んでください", "Please choose from the list"), p.say("この欄には、一覧にある答えだけを入れられます。", "This cell takes only the answers of the list."))
	p.try(p.f.AddDataValidation(p.sheet, dv))
}

// prompt shows a hint while a cell is filled in.
func (p *painter) prompt(cell, title, text string) {
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(cell)
	dv.Type = "custom"
	dv.Formula1 = "TRUE"
	dv.SetInput(title, text)
	p.try(p.f.AddDataValidation(p.sheet, dv))
}
