package audit

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a page carries and its reader does not see.

// fixed reports whether a style sheet or script is one that every page of a report has, letter for letter, or had when koe made this one.
func (a *auditor) fixed(text string) bool {
	return a.made || slices.Contains(a.truth.Fixed, strings.TrimSpace(text))
}

// hides are the ways in which a style sheet hides text.
var hides = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?\.?0*[;}\s]|font-size\s*:\s*0|color\s*:\s*transparent|text-indent\s*:\s*-|clip-path|clip\s*:|content\s*:|left\s*:\s*-\d|url\(|--[\w-]+\s*:|/\*`)

// styles looks at the style sheets: each must be that of the reports. Of any other it says how it can hide text.
func (p *page) styles(text string) {
	if p.truth.Fixed == nil || p.fixed(text) {
		return
	}
	how := ""
	if found := hides.FindString(text); found != "" {
		how = strings.TrimSpace(found)
	}
	p.hidden("<style>", "報告書のものではないスタイルです。文字を隠したり、足したりできます。"+how, "a style sheet that is not that of the reports; it can hide text, or add some: "+how)
	p.d.pieces = append(p.d.pieces, piece{"<style>", []byte(text), true})
}

// script looks at a program of the page: it must be one of those that every page has.
func (p *page) script(text string) {
	if p.truth.Fixed == nil || p.fixed(text) {
		return
	}
	p.hidden("<script>", "報告書のものではないスクリプトです。データを持てます。", "a script that is not of the reports; it can carry data")
	p.d.pieces = append(p.d.pieces, piece{"<script>", []byte(text), true})
}

// unseen reports whether a reader of the page does not see what stands in an element: a table's caption and the way past the contents
// are for screen readers, noscript for browsers that draw nothing.
func unseen(n *html.Node) bool {
	return n.DataAtom == atom.Caption || n.DataAtom == atom.Noscript || n.DataAtom == atom.Title || n.DataAtom == atom.A && hasClass(n, "skip")
}

// underUnseen reports whether a node stands in such an element.
func underUnseen(n *html.Node) bool {
	for m := n.Parent; m != nil; m = m.Parent {
		if unseen(m) {
			return true
		}
	}
	return false
}

// invisible are signs that take no room: a text can be written in them between those that a reader sees.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u00ad' || r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0000 && r <= 0xe0fff || r == '\u3164' || r == '\u2800'
}

// mostInvisible is how many such signs a text may hold: an emoji has one or two, a name in a right-to-left script a mark.
const mostInvisible = 3

// blob is a run of letters that no word is: base 64, or base 16.
var blob = regexp.MustCompile(`[0-9A-Za-z+/_-]{48,}={0,2}`)

// strange looks at a text for what is no text: signs that nobody sees, and runs of letters that nobody reads.
func (a *auditor) strange(d *document, place, text string) {
	count := 0
	for _, r := range text {
		if r > 0x7f && invisible(r) {
			count++
		}
	}
	if count > mostInvisible {
		a.add(Finding{Kind: Hidden, File: d.name, Place: place, What: both("見えない文字が"+strconv.Itoa(count)+"個あります。", strconv.Itoa(count)+" signs that nobody sees")})
	}
	if len(text) < 48 {
		return
	}
	for _, run := range blob.FindAllString(text, -1) {
		digits := strings.IndexFunc(run, unicode.IsDigit) >= 0
		upper := strings.IndexFunc(run, unicode.IsUpper) >= 0 && strings.IndexFunc(run, unicode.IsLower) >= 0
		if digits || upper {
			a.add(Finding{Kind: Hidden, File: d.name, Place: place, What: both("読めない長い文字列です。データを運べます: "+cut(run), "a long run of letters that nobody reads; it can carry data: "+cut(run))})
		}
	}
}

// plainValue are attributes whose values a report draws from a short list.
var plainValue = map[string]*regexp.Regexp{
	"tabindex": regexp.MustCompile(`^-?[01]$`), "scope": regexp.MustCompile(`^(row|col)$`), "role": regexp.MustCompile(`^[a-z]+$`), "dir": regexp.MustCompile(`^(auto|ltr|rtl)$`),
	"lang": regexp.MustCompile(`^[a-z]{2}(-[A-Za-z]{2})?$`), "type": regexp.MustCompile(`^application/json$`), "charset": regexp.MustCompile(`(?i)^utf-8$`), "aria-hidden": regexp.MustCompile(`^(true|false)$`),
	"datetime": regexp.MustCompile(`^\d{4}-\d\d-\d\d$`), "http-equiv": regexp.MustCompile(`^Content-Security-Policy$`), "name": regexp.MustCompile(`^(viewport|referrer|robots|color-scheme)$`),
	"href": regexp.MustCompile(`^#[^\s]*$`),
}

// plainContent is what the meta elements of a report say; the policy holds hashes of the style sheet and the scripts.
var plainContent = regexp.MustCompile(`^(width=device-width, initial-scale=1|no-referrer|noindex, nofollow|light dark|default-src 'none'; script-src ('sha256-[A-Za-z0-9+/=]{44}' ?)+; style-src 'sha256-[A-Za-z0-9+/=]{44}'; img-src 'none'; base-uri 'none'; form-action 'none')$`)

// steady looks at an attribute whose value is one of a few.
func (p *page) steady(n *html.Node, attr html.Attribute, place string) {
	fits := true
	switch known := plainValue[attr.Key]; {
	case attr.Key == "content":
		fits = plainContent.MatchString(attr.Val)
	case known != nil:
		fits = known.MatchString(attr.Val)
	case attr.Key == "id" || attr.Key == "aria-labelledby":
		fits = len(attr.Val) < 120 && figure.FindString(attr.Val) == ""
	}
	if attr.Key == "href" && n.DataAtom != atom.A {
		fits = false
	}
	if !fits {
		p.hidden(place, "報告書にはない値の属性です: "+attr.Key+"="+cut(attr.Val), "an attribute with a value that no report has: "+attr.Key+"="+cut(attr.Val))
		p.d.pieces = append(p.d.pieces, piece{place, []byte(attr.Val), true})
	}
}
