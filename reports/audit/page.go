package audit

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is an HTML file as it is read: where in the document the reading stands.
type page struct {
	*auditor
	d       *document
	style   string
	section string           // its heading
	stage   string           // the column of the journey's table that is being read
	part    *part            // nil outside of one
	parts   map[string]*part // by the id of each chart
	charts  []byte           // the JSON that the page's script draws
}

// part is a second-level heading with what stands under it.
type part struct {
	id, heading string
	grid        *grid
}

// attributes are those that the pages of a report have. Any other may carry what a reader does not see.
var attributes = map[string]bool{"class": true, "id": true, "href": true, "lang": true, "charset": true, "http-equiv": true, "content": true, "name": true,
	"scope": true, "role": true, "tabindex": true, "aria-label": true, "aria-labelledby": true, "aria-hidden": true, "dir": true, "datetime": true, "type": true}

var indent = regexp.MustCompile(`^level\d$`)

// readPage reads the tables of an HTML file, and looks where a reader does not.
func (a *auditor) readPage(d *document, data []byte) {
	d.pieces = append(d.pieces, piece{"", data, false})
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		a.add(Finding{Kind: Unread, File: d.name, What: both("HTMLとして読めません。", "it does not read as HTML")})
		return
	}
	p := &page{auditor: a, d: d, parts: map[string]*part{}}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Style && n.FirstChild != nil {
			p.style += n.FirstChild.Data
		}
		if n.Type == html.TextNode && n.Parent.DataAtom != atom.Script && n.Parent.DataAtom != atom.Style && !underUnseen(n) {
			d.words[plain(n.Data)] = true
		}
	}
	p.visit(root)
	if p.charts != nil {
		p.drawn()
	}
}

// visit reads a node and what is below it.
func (p *page) visit(n *html.Node) {
	before := p.part
	switch n.Type {
	case html.CommentNode:
		p.hidden("comment", "HTMLのコメントです: "+cut(n.Data), "an HTML comment: "+cut(n.Data))
		p.d.pieces = append(p.d.pieces, piece{"comment", []byte(n.Data), true})
	case html.TextNode:
		p.text(n)
	case html.ElementNode:
		p.element(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.visit(c)
	}
	if n.DataAtom == atom.Div && before != p.part && hasClass(n, "part") {
		p.part = before
	}
}

func (p *page) hidden(place, ja, en string) {
	if p.part != nil {
		place = p.part.id + " " + place
	}
	p.add(Finding{Kind: Hidden, File: p.d.name, Place: place, What: both(ja, en)})
}

func (p *page) text(n *html.Node) {
	switch n.Parent.DataAtom {
	case atom.Style:
		p.styles(n.Data)
	case atom.Script:
		if attribute(n.Parent, "id") == "charts" && p.charts == nil {
			p.charts = []byte(n.Data)
		} else if kind := attribute(n.Parent, "type"); kind != "" {
			p.hidden("script", "図のほかにデータが埋め込まれています。", "data embedded besides that of the charts")
			p.d.pieces = append(p.d.pieces, piece{"script", []byte(n.Data), true})
		} else {
			p.script(n.Data)
		}
	default:
		if strings.TrimSpace(n.Data) == "" {
			return
		}
		p.d.pieces = append(p.d.pieces, piece{p.place(), []byte(n.Data), true})
		p.strange(p.d, p.place(), n.Data)
		if underUnseen(n) {
			if number := strangeNumber(n.Data, p.d.words); number != "" {
				p.hidden(p.place(), "読者に見えない所に、ページの文にない数値があります: "+number, "a number where a reader does not see it, and that the page does not say: "+number)
			}
		}
	}
}

func (p *page) place() string {
	if p.part != nil {
		return p.part.id
	}
	return p.section
}

func (p *page) heading() string {
	if p.part != nil {
		return p.part.heading
	}
	return ""
}

func (p *page) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Section:
		p.section = ""
	case atom.H2:
		p.section = plain(textOf(n))
	case atom.Div:
		if hasClass(n, "part") {
			p.part = &part{id: attribute(n, "id")}
		}
		if hasClass(n, "chart") && p.part != nil {
			p.parts[attribute(n, "id")] = p.part
		}
	case atom.H4:
		p.stage = plain(textOf(n))
	case atom.P:
		if hasClass(n, "sentence") && n.FirstChild != nil {
			p.d.sentences = append(p.d.sentences, spoken{place: p.place(), text: n.FirstChild.Data})
		}
	case atom.Li:
		if n.FirstChild != nil && n.FirstChild.Type == html.TextNode && n.Parent.Parent != nil && n.Parent.Parent.DataAtom == atom.Dd && figure.FindString(n.FirstChild.Data) != "" {
			p.d.sentences = append(p.d.sentences, spoken{place: p.place(), text: n.FirstChild.Data, stage: p.stage, heading: p.heading()})
		}
	case atom.Blockquote:
		one := spoken{place: p.place(), text: textOf(n)}
		for after := n.NextSibling; after != nil; after = after.NextSibling {
			if hasClass(after, "source") {
				one.source = textOf(after)
			}
		}
		p.d.quotes = append(p.d.quotes, one)
	case atom.H3:
		if p.part != nil {
			p.part.heading = plain(textOf(n))
		}
	case atom.Table:
		if p.part != nil {
			p.part.grid = &grid{place: p.part.id, title: plain(p.section + " " + p.part.heading)}
			p.table(p.part.grid, n)
			p.d.grids = append(p.d.grids, p.part.grid)
		}
	case atom.Script, atom.Style, atom.Html, atom.Head, atom.Body, atom.Meta, atom.Title:
	case atom.Img, atom.Svg, atom.Base, atom.Textarea, atom.Select, atom.Option, atom.Output, atom.Meter, atom.Progress, atom.Dialog, atom.Map, atom.Area, atom.Math, atom.Picture, atom.Source, atom.Track, atom.Param, atom.Form, atom.Button, atom.Object, atom.Embed, atom.Iframe, atom.Input, atom.Template, atom.Link, atom.Canvas, atom.Video, atom.Audio, atom.Data:
		p.hidden("<"+n.Data+">", "報告書にはない要素です: "+n.Data, "an element that no report has: "+n.Data)
	}
	for _, attr := range n.Attr {
		p.attribute(n, attr)
	}
}

// attribute looks at one attribute: one that no report has, a number that the page does not say, a class that the style
// sheet does not know.
func (p *page) attribute(n *html.Node, attr html.Attribute) {
	place := "<" + n.Data + " " + attr.Key + ">"
	if !attributes[attr.Key] {
		p.hidden(place, "報告書にはない属性です: "+attr.Key+"="+cut(attr.Val), "an attribute that no report has: "+attr.Key+"="+cut(attr.Val))
	}
	switch attr.Key {
	case "id", "href", "aria-labelledby", "content", "charset", "tabindex", "lang", "scope", "role", "type", "http-equiv", "datetime", "name", "dir", "aria-hidden":
		p.steady(n, attr, place)
	case "class":
		for _, class := range strings.Fields(attr.Val) {
			if hasDigit(class) && !strings.Contains(p.style, "."+class) && !indent.MatchString(class) && !p.stepped(class) {
				p.hidden(place, "スタイルにない、数字を含むクラス名です: "+class, "a class with a number that the style sheet does not know: "+class)
			}
		}
	default:
		p.d.pieces = append(p.d.pieces, piece{strings.TrimSpace(p.place() + " " + place), []byte(attr.Val), true})
		p.strange(p.d, place, attr.Val)
		if number := strangeNumber(attr.Val, p.d.words); number != "" {
			p.hidden(place, "属性に、ページの文にない数値があります: "+number, "a number in an attribute that the page does not say: "+number)
		}
	}
}

// stepped reports whether a class is a step that the style sheet has under another number: widths and heights.
func (p *page) stepped(class string) bool {
	word := strings.TrimRight(class, "0123456789")
	return len(class)-len(word) <= 2 && regexp.MustCompile(`\.`+regexp.QuoteMeta(word)+`\d`).MatchString(p.style)
}

// figure is a number with a point or a percent sign: one that may be a figure of the report.
var figure = regexp.MustCompile(`\d+(?:\.\d+%?|%)`)

// strangeNumber gives the first figure in a text that no text of the page holds; "" when there is none.
func strangeNumber(s string, words map[string]bool) string {
	for _, number := range figure.FindAllString(s, -1) {
		found := false
		for w := range words {
			if found = strings.Contains(w, number); found {
				break
			}
		}
		if !found {
			return number
		}
	}
	return ""
}

// table reads a table: the heads, then each row.
func (p *page) table(g *grid, n *html.Node) {
	row := 0
	for tr := range n.Descendants() {
		if tr.DataAtom != atom.Tr {
			continue
		}
		var cells []cell
		for c := tr.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue
			}
			one := cell{text: plain(textOf(c))}
			if tr.Parent.DataAtom == atom.Thead {
				g.heads = append(g.heads, one.text)
				continue
			}
			if len(cells) > 0 || c.DataAtom == atom.Td {
				one.numbers = shownNumbers(one.text)
			}
			cells = append(cells, one)
		}
		if cells == nil {
			continue
		}
		row++
		for i := range cells {
			if i < len(g.heads) {
				cells[i].at = "row " + itoa(row) + ", " + g.heads[i]
			}
			if len(cells[i].numbers) > 0 {
				for _, x := range cells[i].numbers {
					if decimals(x) > mostDecimals {
						p.add(Finding{Kind: Unrounded, File: p.d.name, Place: g.where(cells[i]), What: both("丸められていない値です: "+cells[i].text, "an unrounded value: "+cells[i].text)})
					}
				}
			}
		}
		if len(cells) != len(g.heads) {
			p.hidden("row "+itoa(row), "見出しと数の合わない行です。", "a row that does not fit the heads of its table")
		}
		g.rows = append(g.rows, cells)
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(n, "class")), class)
}
