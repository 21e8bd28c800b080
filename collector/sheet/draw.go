package sheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"koe"
	"koe/journey"

	"github.com/xuri/excelize/v2"
)

// Form is one 調査票.
type Form struct {
	Organization koe.Text
	Journey      *journey.Compiled
	Stage        *koe.Stage
	Survey       *koe.Survey
	Invitation   *koe.Invitation // nil for a blank form
	Person       *koe.Person     // nil for a blank form
	Language     string
	Issued       time.Time
	Contact      koe.Text // whom to ask, Markdown
}

// The columns: number, text, answer.
const (
	colNumber, colText, colAnswer       = "A", "B", "C"
	widthNumber, widthText, widthAnswer = 5.5, 58.0, 28.0
	lineHeight                          = 15.5
	pageHeight                          = 835.0 // points of an A4 page when its width fits, less a little
)

// painter draws a form row by row.
type painter struct {
	form   Form
	f      *excelize.File
	sheet  string
	row    int
	number int       // of the last question
	blocks []int     // rows at which something begins that is kept on one page
	points []float64 // heights of the rows
	styles styles
	stamp  stamp
	lists  map[string]string // choices → range that holds them
	err    error
}

type styles struct {
	organization, due, title, box, band, head, headAnswer, number, text, option, answer, mark, long, note, small int
}

// Write writes the workbook, its stamp signed with key.
func (form Form) Write(w io.Writer, key []byte) error {
	f := excelize.NewFile()
	defer f.Close()
	p := &painter{form: form, f: f, sheet: say(form.Language, "調査票", "Form"), lists: map[string]string{}}
	p.try(f.SetSheetName("Sheet1", p.sheet))
	_, err := f.NewSheet(stampSheet)
	p.try(err)
	p.makeStyles()
	for column, width := range map[string]float64{colNumber: widthNumber, colText: widthText, colAnswer: widthAnswer} {
		p.try(f.SetColWidth(p.sheet, column, column, width))
	}
	p.stamp = stamp{Journey: form.Journey.ID, Stage: form.Stage.ID, Survey: form.Survey.ID, Version: form.Survey.Version,
		Language: form.Language, Issued: form.Issued.UTC().Format(time.RFC3339), Sheet: p.sheet}
	if form.Invitation != nil {
		p.stamp.Invitation, p.stamp.Version = form.Invitation.Key, form.Invitation.Version
	}
	p.top()
	for i := range form.Survey.Pages {
		p.page(&form.Survey.Pages[i])
	}
	p.bottom()
	p.finish()
	if p.err != nil {
		return p.err
	}
	if err := p.stamp.put(f, key); err != nil {
		return err
	}
	return f.Write(w)
}

func (p *painter) try(err error) {
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("draw the form: %w", err)
	}
}

func (p *painter) say(ja, en string, args ...any) string {
	return say(p.form.Language, ja, en, args...)
}
func (p *painter) at(column string) string { return column + strconv.Itoa(p.row) }

// put writes a text at a column of the current row.
func (p *painter) put(column, text string, style int) string {
	cell := p.at(column)
	p.try(p.f.SetCellStr(p.sheet, cell, text))
	p.try(p.f.SetCellStyle(p.sheet, cell, cell, style))
	return cell
}

// line begins a row of at least so many lines of text.
func (p *painter) line(lines int, extra float64) {
	p.row++
	height := min(float64(lines)*lineHeight+extra, 400)
	p.points = append(p.points, height)
	p.try(p.f.SetRowHeight(p.sheet, p.row, height))
}

// begin says that what comes next is kept on one page.
func (p *painter) begin() { p.blocks = append(p.blocks, p.row+1) }

// breaks puts a page break before each block that would not fit on the page that it begins on.
func (p *painter) breaks() {
	filled := 0.0
	for i, start := range p.blocks {
		end := p.row
		if i+1 < len(p.blocks) {
			end = p.blocks[i+1] - 1
		}
		height := 0.0
		for row := start; row <= end; row++ {
			height += p.points[row-1]
		}
		if filled > 0 && filled+height > pageHeight {
			p.try(p.f.InsertPageBreak(p.sheet, colNumber+strconv.Itoa(start)))
			filled = 0
		}
		filled += height
	}
}

// wide writes a text across all columns.
func (p *painter) wide(text string, style int, extra float64) {
	p.line(linesOf(text, widthNumber+widthText+widthAnswer-3), extra)
	p.try(p.f.MergeCell(p.sheet, p.at(colNumber), p.at(colAnswer)))
	p.put(colNumber, text, style)
	p.try(p.f.SetCellStyle(p.sheet, p.at(colNumber), p.at(colAnswer), style))
}

// top writes the organisation, the title, who is asked, the introduction and how to fill in the form.
func (p *painter) top() {
	form := p.form
	p.begin()
	p.line(1, 4)
	p.try(p.f.MergeCell(p.sheet, p.at(colNumber), p.at(colText)))
	p.put(colNumber, form.Organization.In(form.Language), p.styles.organization)
	if form.Invitation != nil {
		p.put(colAnswer, p.say("回答期限 %s", "Please return by %s", day(form.Language, form.Invitation.ClosesOn)), p.styles.due)
	}
	title := form.Survey.Title.In(form.Language)
	if title == "" {
		title = form.Stage.Title.In(form.Language)
	}
	p.wide(title+p.say(" 調査票", ""), p.styles.title, 16)
	if form.Person != nil {
		p.wide(p.say("職員番号 %s　　%s 様", "Number %s    %s", form.Person.ID, form.Person.Name), p.styles.organization, 6)
	}
	if intro := plainText(form.Survey.Intro.In(form.Language)); intro != "" {
		p.wide(intro, p.styles.box, 10)
	}
	how := []string{
		p.say("色の付いた欄にお答えください。▼の出る欄は、一覧から選びます。", "Please fill in the coloured cells. Where an arrow appears, choose from the list."),
		p.say("答えたくない設問は「答えない」を選べます。空欄のままでもかまいません。", "You may choose \"Prefer not to answer\" for any question, or leave it empty."),
		p.say("保存して、このファイルを送り主にお返しください。回収する担当者がファイルを開くことがあります。気になるときは、案内メールの回答画面をお使いください。",
			"Save the file and send it back. The person who collects it may open it; if you mind, please use the web form that your invitation links to."),
	}
	if form.Survey.Mode == koe.Identified {
		how = append(how, p.say("この調査は記名式です。お名前とともに担当者が読みます。", "This survey carries your name: the team in charge reads who answered what."))
	}
	p.wide(p.say("【記入のしかた】\n", "How to fill in this form\n")+"・"+strings.Join(how, "\n・"), p.styles.note, 10)
	if form.Invitation == nil && form.Survey.Mode != koe.Anonymous {
		p.line(1, 8)
		p.put(colNumber, "", p.styles.number)
		p.put(colText, p.say("職員番号", "Your staff number"), p.styles.text)
		p.stamp.Person = p.put(colAnswer, "", p.styles.answer)
		p.try(p.f.SetCellStyle(p.sheet, p.stamp.Person, p.stamp.Person, p.styles.answer))
	}
}

func day(lang string, d koe.Date) string {
	if lang == "ja" {
		return fmt.Sprintf("%d年%d月%d日(%s)", d.Year, d.Month, d.Day, []string{"日", "月", "火", "水", "木", "金", "土"}[d.Weekday()])
	}
	return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
}

// page writes the questions of a page below its title. Questions with a condition say that they are not for everybody.
func (p *painter) page(page *koe.Page) {
	p.begin()
	p.line(1, -8)
	title := page.Title.In(p.form.Language)
	if page.ShowIf != "" {
		title += p.say("(該当する方のみ)", " (if it applies to you)")
	}
	if title != "" {
		p.wide(title, p.styles.band, 6)
	}
	p.line(1, 3)
	p.put(colNumber, p.say("番号", "No."), p.styles.head)
	p.put(colText, p.say("設問", "Question")+p.legend(page), p.styles.head)
	p.put(colAnswer, p.say("回答", "Answer"), p.styles.headAnswer)
	first := true
	ask := func(id string, ifApplies bool) { // a page of short questions stays together
		if q, found := p.form.Journey.Question(id); found && !first && (q.Kind == koe.KindMulti || q.Kind == koe.KindText) {
			p.begin()
		}
		first = false
		p.question(id, ifApplies)
	}
	for _, id := range page.Ask {
		ask(id, false)
	}
	for _, followUp := range page.AskIf {
		ask(followUp.Question, true)
	}
}

// legend names the ends of the scale, when the page has but one.
func (p *painter) legend(page *koe.Page) string {
	scale := ""
	var of *koe.Question
	for _, id := range page.Ask {
		q, found := p.form.Journey.Question(id)
		if !found || q.Kind != koe.KindScale {
			continue
		}
		if scale != "" && scale != q.Scale {
			return ""
		}
		scale, of = q.Scale, q
	}
	if of == nil {
		return ""
	}
	steps := p.steps(of)
	return p.say("(%s … %s)", " (%s … %s)", steps[0], steps[len(steps)-1])
}

// bottom writes the consent to publish, the closing words and whom to ask.
func (p *painter) bottom() {
	texts := false
	for _, id := range p.form.Survey.Asked() {
		q, found := p.form.Journey.Question(id)
		texts = texts || found && q.Kind == koe.KindText
	}
	if texts {
		p.begin()
		p.line(1, -8)
		text := p.say("自由記述を、報告書に原文のまま(お名前などを伏せて)載せてよいですか。空欄のときは載せません。",
			"May your comments be quoted in reports as you wrote them (names masked)? Left empty, they are not.")
		p.line(linesOf(text, widthText-2), 6)
		p.put(colNumber, "", p.styles.number)
		p.put(colText, text, p.styles.text)
		p.stamp.Publish = p.put(colAnswer, "", p.styles.answer)
		p.choose(p.stamp.Publish, []string{p.say("はい", "Yes"), p.say("いいえ", "No")})
	}
	for _, text := range []string{p.form.Survey.Closing.In(p.form.Language), p.form.Contact.In(p.form.Language)} {
		if text = plainText(text); text != "" {
			p.begin()
			p.line(1, -8)
			p.wide(text, p.styles.box, 10)
		}
	}
	p.line(1, 0)
	p.try(p.f.MergeCell(p.sheet, p.at(colNumber), p.at(colAnswer)))
	p.put(colNumber, fmt.Sprintf("%s / %s / %d", p.form.Journey.ID, p.form.Stage.ID, p.stamp.Version), p.styles.small)
}

// finish protects everything but the answers, and sets up the page for paper.
func (p *painter) finish() {
	p.try(p.f.ProtectSheet(p.sheet, &excelize.SheetProtectionOptions{SelectLockedCells: false, SelectUnlockedCells: false, EditScenarios: true, EditObjects: true}))
	p.try(p.f.ProtectWorkbook(&excelize.WorkbookProtectionOptions{LockStructure: true}))
	p.try(p.f.SetSheetVisible(stampSheet, false, true))
	no, yes, paper, width, height, portrait := false, true, 9, 1, 0, "portrait"
	p.breaks() // LibreOffice heeds them; Excel breaks pages itself when it fits the width
	p.try(p.f.SetPageLayout(p.sheet, &excelize.PageLayoutOptions{Size: &paper, Orientation: &portrait, FitToWidth: &width, FitToHeight: &height}))
	p.try(p.f.SetSheetProps(p.sheet, &excelize.SheetPropsOptions{FitToPage: &yes}))
	side, edge, foot := 0.5, 0.75, 0.35
	p.try(p.f.SetPageMargins(p.sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &side, Bottom: &edge, Header: &foot, Footer: &foot, Horizontally: &yes}))
	p.try(p.f.SetHeaderFooter(p.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"}))
	p.try(p.f.SetSheetView(p.sheet, -1, &excelize.ViewOptions{ShowGridLines: &no}))
	p.try(p.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: fmt.Sprintf("'%s'!$A$1:$C$%d", p.sheet, p.row), Scope: p.sheet}))
	at := p.form.Issued.UTC().Format(time.RFC3339)
	p.try(p.f.SetDocProps(&excelize.DocProperties{Title: p.form.Survey.Title.In(p.form.Language), Creator: p.form.Organization.In(p.form.Language),
		LastModifiedBy: "koe", Created: at, Modified: at, Language: p.form.Language}))
	if index, err := p.f.GetSheetIndex(p.sheet); err == nil {
		p.f.SetActiveSheet(index)
	}
	if len(p.stamp.Cells) > 0 {
		first := p.stamp.Cells[0].Cell
		if p.stamp.Person != "" {
			first = p.stamp.Person
		}
		p.try(p.f.SetPanes(p.sheet, &excelize.Panes{Selection: []excelize.Selection{{SQRef: first, ActiveCell: first}}}))
	}
}

// makeStyles makes the styles: ink on white, a navy band a page, answers on pale yellow.
func (p *painter) makeStyles() {
	const navy, pale, yellow, grey = "1F3864", "DCE6F2", "FFF8DC", "7F7F7F"
	font := "游ゴシック"
	thin := []excelize.Border{{Type: "left", Color: "A6A6A6", Style: 1}, {Type: "right", Color: "A6A6A6", Style: 1}, {Type: "top", Color: "A6A6A6", Style: 1}, {Type: "bottom", Color: "A6A6A6", Style: 1}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	locked, open := &excelize.Protection{Locked: true}, &excelize.Protection{Locked: false}
	textFormat := "@"
	add := func(target *int, s excelize.Style) {
		if s.Font == nil {
			s.Font = &excelize.Font{}
		}
		s.Font.Family = font
		if s.Font.Size == 0 {
			s.Font.Size = 10.5
		}
		if s.Protection == nil {
			s.Protection = locked
		}
		id, err := p.f.NewStyle(&s)
		p.try(err)
		*target = id
	}
	align := func(horizontal, vertical string, indent int) *excelize.Alignment {
		return &excelize.Alignment{Horizontal: horizontal, Vertical: vertical, WrapText: true, Indent: indent}
	}
	add(&p.styles.organization, excelize.Style{Alignment: align("left", "center", 0)})
	add(&p.styles.due, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: align("right", "center", 0)})
	add(&p.styles.title, excelize.Style{Font: &excelize.Font{Size: 16, Bold: true, Color: navy}, Alignment: align("center", "center", 0)})
	add(&p.styles.box, excelize.Style{Border: thin, Alignment: align("left", "center", 1)})
	add(&p.styles.note, excelize.Style{Border: thin, Fill: fill("F2F2F2"), Alignment: align("left", "center", 1)})
	add(&p.styles.band, excelize.Style{Font: &excelize.Font{Size: 11.5, Bold: true, Color: "FFFFFF"}, Fill: fill(navy), Alignment: align("left", "center", 1)})
	add(&p.styles.head, excelize.Style{Font: &excelize.Font{Size: 9.5, Bold: true}, Fill: fill(pale), Border: thin, Alignment: align("center", "center", 0)})
	add(&p.styles.headAnswer, excelize.Style{Font: &excelize.Font{Size: 9.5, Bold: true}, Fill: fill(pale), Border: thin, Alignment: align("center", "center", 0)})
	add(&p.styles.number, excelize.Style{Border: thin, Alignment: align("center", "center", 0)})
	add(&p.styles.text, excelize.Style{Border: thin, Alignment: align("left", "center", 0)})
	add(&p.styles.option, excelize.Style{Border: thin, Alignment: align("left", "center", 2)})
	add(&p.styles.answer, excelize.Style{Border: thin, Fill: fill(yellow), Protection: open, Alignment: align("center", "center", 0), CustomNumFmt: &textFormat})
	add(&p.styles.mark, excelize.Style{Border: thin, Fill: fill(yellow), Protection: open, Alignment: align("center", "center", 0), CustomNumFmt: &textFormat})
	add(&p.styles.long, excelize.Style{Border: thin, Fill: fill(yellow), Protection: open, Alignment: align("left", "top", 0), CustomNumFmt: &textFormat})
	add(&p.styles.small, excelize.Style{Font: &excelize.Font{Size: 8, Color: grey}, Alignment: align("right", "center", 0)})
}
