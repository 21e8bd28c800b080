package reports

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"koe"
)

//go:embed assets/page.tmpl assets/page.css assets/page.js assets/echarts/echarts.min.js
var assets embed.FS

// pageAssets are the embedded parts of every page, with the hashes that its policy allows.
type pageAssets struct {
	Template *template.Template
	Style    template.CSS
	Echarts  template.JS
	Script   template.JS
	Policy   string
}

var readAssets = sync.OnceValues(func() (*pageAssets, error) {
	files := map[string]string{}
	for _, name := range []string{"page.tmpl", "page.css", "page.js", "echarts/echarts.min.js"} {
		data, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return nil, koe.Errorf(koe.Internal, "reading the page's parts: %w", err)
		}
		files[name] = strings.TrimSpace(string(data))
	}
	tmpl, err := template.New("page").Funcs(pageFuncs()).Parse(files["page.tmpl"])
	if err != nil {
		return nil, koe.Errorf(koe.Internal, "reading the page's template: %w", err)
	}
	hash := func(s string) string {
		digest := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'"
	}
	a := &pageAssets{Template: tmpl, Style: template.CSS(files["page.css"]), //nolint:gosec // embedded, ours
		Echarts: template.JS(files["echarts/echarts.min.js"]), Script: template.JS(files["page.js"])} //nolint:gosec // embedded, ours
	a.Policy = "default-src 'none'; script-src " + hash(string(a.Echarts)) + " " + hash(string(a.Script)) +
		"; style-src " + hash(string(a.Style)) + "; img-src 'none'; base-uri 'none'; form-action 'none'"
	return a, nil
})

// Fixed gives the style sheet and the scripts that every page has, letter for letter: what else a page holds is its own.
func Fixed() ([]string, error) {
	parts, err := readAssets()
	if err != nil {
		return nil, err
	}
	return []string{string(parts.Style), string(parts.Echarts), string(parts.Script)}, nil
}

// pageData is what the template sees.
type pageData struct {
	*document
	*pageAssets
	Charts template.JS // the options; not a program: the policy needs no hash for it
}

// writePage makes the document one HTML file that asks nothing of any network.
func writePage(doc *document) ([]byte, error) {
	parts, err := readAssets()
	if err != nil {
		return nil, err
	}
	options, err := chartJSON(doc)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := parts.Template.Execute(&b, pageData{doc, parts, template.JS(options)}); err != nil { //nolint:gosec // escaped by encoding/json
		return nil, koe.Errorf(koe.Internal, "writing the page: %w", err)
	}
	return b.Bytes(), nil
}

// Say gives a text of the catalogue to the template.
func (d pageData) Say(key string, pairs ...any) string { return d.words.say(key, pairs...) }

// HasCharts reports whether the page draws anything.
func (d pageData) HasCharts() bool { return string(d.Charts) != "[]" }

// DayISO is the day for <time>.
func (d pageData) DayISO() string { return d.Day.String() }

// DayText is the day as a reader writes it.
func (d pageData) DayText() string { return dateText(d.Day, d.Lang) }

func pageFuncs() template.FuncMap {
	return template.FuncMap{
		"first":  func(i int) bool { return i == 0 },
		"plus":   func(i int) int { return i + 1 },
		"class":  cellClass,
		"paras":  func(s string) []string { return strings.Split(s, "\n") },
		"isHead": headClass,
		"height": func(ch *chart) string { return "h" + strconv.Itoa(heightStep(ch.height())) },
		"heats":  func() []int { return []int{-2, -1, 0, 1, 2} },
		"heat":   func(step int) string { return "heat" + strconv.Itoa(step) },
		"heatKey": func(step int) string {
			return "legend.heat." + strconv.Itoa(step)
		},
		"interval": func(ch *chart) string {
			for _, s := range ch.Series {
				if s.Interval >= 0 && ch.Kind == lineChart {
					return "chart.interval"
				} else if s.Interval >= 0 {
					return "chart.interval.flat"
				}
			}
			return ""
		},
	}
}

// heightStep rounds a height up to a step of the style sheet's classes (style attributes are not allowed by the policy).
func heightStep(px int) int { return min((px+49)/50, 60) }

// headClass is the class of a column's head: numbers stand right, texts get the room that their column needs.
func headClass(c column) string {
	switch {
	case c.Kind != textColumn:
		return "num"
	case c.Width <= 14:
		return "w1"
	case c.Width <= 24:
		return "w2"
	case c.Width <= 40:
		return "w3"
	default:
		return "w4"
	}
}

// cellClass is the class of a cell: what it holds, its step on the heat map, its tone.
func cellClass(t *table, i int, c cell) string {
	var classes []string
	switch c.Kind {
	case numberCell, intervalCell:
		classes = append(classes, "num")
	case withheldCell:
		classes = append(classes, "withheld")
	case emptyCell:
		classes = append(classes, "none")
	case textCell:
		if t.Columns[i].Kind != textColumn {
			classes = append(classes, "num")
		}
	}
	if t.Heat && c.Kind == numberCell {
		classes = append(classes, "heat"+strconv.Itoa(c.Heat))
	}
	if c.Tone != "" {
		classes = append(classes, "tone-"+c.Tone)
	}
	if c.Carried {
		classes = append(classes, "carried")
	}
	return strings.Join(classes, " ")
}
