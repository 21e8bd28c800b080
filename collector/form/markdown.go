package form

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// newMarkdown makes the function that turns the Markdown of journey files into HTML that is safe to show: no raw HTML, no
// images, no scripts, links open beside the form. Headings start below the page's own, and task lists are boxes to tick
// on paper.
func newMarkdown() func(string) template.HTML {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(
		parser.WithASTTransformers(util.Prioritized(headings{}, 100))))
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "h2", "h3", "h4",
		"table", "thead", "tbody", "tr", "th", "td")
	policy.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	policy.AllowAttrs("class").Matching(regexp.MustCompile(`^task$`)).OnElements("li")
	policy.AllowAttrs("scope").Matching(bluemonday.Paragraph).OnElements("th")
	policy.AllowAttrs("href").OnElements("a")
	policy.AllowURLSchemes("http", "https", "mailto", "tel")
	policy.RequireParseableURLs(true)
	policy.RequireNoReferrerOnLinks(true)
	policy.AddTargetBlankToFullyQualifiedLinks(true)
	boxes := strings.NewReplacer(`<li><input disabled="" type="checkbox"> `, `<li class="task">☐ `,
		`<li><input checked="" disabled="" type="checkbox"> `, `<li class="task">☑ `)
	return func(source string) template.HTML {
		if strings.TrimSpace(source) == "" {
			return ""
		}
		var b bytes.Buffer
		if err := md.Convert([]byte(source), &b); err != nil {
			return template.HTML(template.HTMLEscapeString(source)) //nolint:gosec // escaped on this line
		}
		return template.HTML(policy.Sanitize(boxes.Replace(b.String()))) //nolint:gosec // sanitised on this line
	}
}

// headings moves the headings of a text so that the highest is an h2.
type headings struct{}

func (headings) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var all []*ast.Heading
	top := 6
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			all, top = append(all, h), min(top, h.Level)
		}
		return ast.WalkContinue, nil
	})
	for i, h := range all {
		h.Level = min(h.Level-top+2, 4)
		if i > 0 {
			h.Level = min(h.Level, all[i-1].Level+1) // no level is jumped over
		}
	}
}
