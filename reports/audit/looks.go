package audit

import (
	"bytes"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// looks are what the styles of a workbook make of its cells: colours, sizes and number formats can hide what a cell holds.
type looks struct {
	fonts   []look
	fills   []string // colour of each fill; "" for none
	formats map[int]string
	cells   []cellLook // by the number that a cell's s names
}

// look is a font: its colour (RRGGBB, "" for the usual black) and its size in points, 0 unknown.
type look struct {
	colour string
	size   float64
}

type cellLook struct{ font, fill, format int }

// usualFormats are the built-in number formats that show a number as it is (ECMA-376 18.8.30); those of days are not for figures.
var usualFormats = map[int]string{0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@"}

// readLooks reads xl/styles.xml, and says what in it could carry words.
func (a *auditor) readLooks(d *document, data []byte) *looks {
	l := &looks{formats: map[int]string{}}
	if data == nil {
		return l
	}
	inside := map[string]bool{}
	var font look
	fill := ""
	err := walk(data, func(name string, attr func(string) string) {
		inside[name] = true
		switch {
		case name == "numFmt":
			if id, err := strconv.Atoi(attr("numFmtId")); err == nil {
				l.formats[id] = attr("formatCode")
			}
			a.literal(d, attr("formatCode"))
		case name == "font" && inside["fonts"]:
			font = look{}
		case name == "color" && inside["font"]:
			font.colour = colourOf(attr)
		case name == "sz" && inside["font"]:
			font.size, _ = strconv.ParseFloat(attr("val"), 64)
		case name == "fill" && inside["fills"]:
			fill = ""
		case name == "fgColor" && inside["fill"]:
			fill = colourOf(attr)
		case name == "patternFill" && attr("patternType") == "none":
			fill = ""
		case name == "xf" && inside["cellXfs"]:
			one := cellLook{}
			one.font, _ = strconv.Atoi(attr("fontId"))
			one.fill, _ = strconv.Atoi(attr("fillId"))
			one.format, _ = strconv.Atoi(attr("numFmtId"))
			l.cells = append(l.cells, one)
		case name == "cellStyle" || name == "tableStyle" || name == "name" && inside["font"]:
			text := attr("name") + attr("val")
			if figure.FindString(text) != "" {
				a.add(Finding{Kind: Hidden, File: d.name, Place: "xl/styles.xml", What: both("スタイルの名前に数値があります: "+cut(text), "a number in the name of a style: "+cut(text))})
			}
			d.pieces = append(d.pieces, piece{"xl/styles.xml", []byte(text), true})
		}
	}, nil, func(name string) {
		inside[name] = false
		switch {
		case name == "font" && inside["fonts"]:
			l.fonts = append(l.fonts, font)
		case name == "fill" && inside["fills"]:
			l.fills = append(l.fills, fill)
		}
	})
	if err != nil {
		a.add(Finding{Kind: Unread, File: d.name, Place: "xl/styles.xml", What: both("スタイルが読めません。", "the styles cannot be read")})
	}
	return l
}

// outside looks at the parts that are no sheet: strings that are shown in runs of their own look, links to other files, comments
// in the XML itself.
func (a *auditor) outside(d *document, parts map[string][]byte) {
	hidden := a.hiding(d)
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		data := parts[part]
		if bytes.Contains(data, []byte("<!--")) || bytes.Contains(data, []byte("<![CDATA[")) || bytes.Count(data, []byte("<?")) > 1 {
			hidden(part, "XMLのコメントがあります。", "a comment in the XML")
			d.pieces = append(d.pieces, piece{part, data, false})
		}
		switch {
		case strings.HasSuffix(part, ".rels"):
			_ = walk(data, func(name string, attr func(string) string) {
				if name == "Relationship" && (attr("TargetMode") != "" || strings.Contains(attr("Target"), ":")) {
					hidden(part, "ほかのファイルへのリンクです: "+cut(attr("Target")), "a link to another file: "+cut(attr("Target")))
				}
			}, nil, nil) // broken XML is told where the sheets are read
		case part == "xl/sharedStrings.xml":
			_ = walk(data, func(name string, attr func(string) string) {
				switch {
				case name == "rPh" || name == "phoneticPr":
					hidden(part, "ふりがなの中に文字があります。", "words in the reading aids of a text")
				case name == "color" && contrast(or(colourOf(attr), "000000"), "FFFFFF") < leastContrast, name == "sz" && tiny(attr("val"), leastSize):
					hidden(part, "文字列の一部が、見えない色か大きさです。", "a part of a text in a colour or size that cannot be seen")
				}
			}, nil, nil)
		}
	}
}

// colourOf reads a colour as RRGGBB. The first two of a theme are white and black; others are not looked up.
func colourOf(attr func(string) string) string {
	switch rgb := attr("rgb"); {
	case len(rgb) == 8:
		return strings.ToUpper(rgb[2:])
	case len(rgb) == 6:
		return strings.ToUpper(rgb)
	}
	switch {
	case attr("theme") == "0", attr("indexed") == "1", attr("indexed") == "9":
		return "FFFFFF"
	case attr("theme") == "1", attr("indexed") == "0", attr("indexed") == "8", attr("indexed") == "64":
		return "000000"
	}
	return ""
}

var quoted = regexp.MustCompile(`"([^"]*)"|\\(.)|_(.)|\*(.)`)

// literal looks at the words of a number format: a report has a sign there, and no word or number.
func (a *auditor) literal(d *document, format string) {
	words := ""
	for _, m := range quoted.FindAllStringSubmatch(format, -1) {
		words += m[1] + m[2]
	}
	if hasDigit(words) || len([]rune(words)) > 4 {
		a.add(Finding{Kind: Hidden, File: d.name, Place: "xl/styles.xml", What: both("表示形式に文字が入っています。セルの値とは別のものを見せられます: "+cut(format), "words in a number format; it can show something other than the cell holds: "+cut(format))})
	}
	d.pieces = append(d.pieces, piece{"xl/styles.xml", []byte(format), true})
}

// leastContrast is the contrast (WCAG 2) from which a text can be read at all, and leastSize the points.
const (
	leastContrast = 1.6
	leastSize     = 4
)

// unseenCell says how a cell's look hides what it holds; "" when it does not.
func (l *looks) unseenCell(style string, c bookCell) (ja, en string) {
	i, err := strconv.Atoi(style)
	if err != nil || i < 0 || i >= len(l.cells) {
		return "", ""
	}
	of := l.cells[i]
	if of.font >= 0 && of.font < len(l.fonts) {
		font, fill := l.fonts[of.font], ""
		if of.fill >= 0 && of.fill < len(l.fills) {
			fill = l.fills[of.fill]
		}
		if contrast(or(font.colour, "000000"), or(fill, "FFFFFF")) < leastContrast {
			return "文字の色が背景とほとんど同じです", "the colour of the text is all but that of its background"
		}
		if font.size > 0 && font.size < leastSize {
			return "文字が小さすぎて読めません", "the text is too small to be read"
		}
	}
	format, known := l.formats[of.format]
	if !known {
		format = usualFormats[of.format]
	}
	if hidesIn(format, c) {
		return "表示形式が値を隠しています(" + cut(format) + ")", "the number format hides the value (" + cut(format) + ")"
	}
	if c.is && finer(format, c.number) {
		return "セルの値に、表示より細かい桁があります(" + c.text + ")", "the cell holds more digits than it shows (" + c.text + ")"
	}
	return "", ""
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// sectionOf picks the part of a number format that a cell is shown in: positive; negative; nought; text.
func sectionOf(format string, c bookCell) string {
	parts := strings.Split(quoted.ReplaceAllString(format, ""), ";")
	switch {
	case !c.is && len(parts) > 3:
		return parts[3]
	case !c.is:
		return "@"
	case c.number < 0 && len(parts) > 1:
		return parts[1]
	case c.number == 0 && len(parts) > 2:
		return parts[2]
	}
	return parts[0]
}

// hidesIn reports whether a format shows nothing of a value.
func hidesIn(format string, c bookCell) bool {
	if format == "" {
		return false
	}
	section := sectionOf(format, c)
	if !c.is {
		return !strings.ContainsAny(section, "@") && !strings.Contains(section, "General")
	}
	return !strings.ContainsAny(section, "0#?") && !strings.Contains(section, "General")
}

// finer reports whether a number has more digits behind the point than its format shows.
func finer(format string, x float64) bool {
	section := sectionOf(format, bookCell{number: x, is: true})
	if format == "" || strings.Contains(section, "General") || strings.ContainsAny(section, "E@") {
		return false
	}
	places := 0
	if i := strings.IndexByte(section, '.'); i >= 0 {
		for _, r := range section[i+1:] {
			if r != '0' && r != '#' && r != '?' {
				break
			}
			places++
		}
	}
	if strings.Contains(section, "%") {
		places += 2
	}
	return math.Abs(x*math.Pow10(places)-math.Round(x*math.Pow10(places))) > 1e-6
}

// contrast is the ratio of the lighter to the darker of two colours (WCAG 2, relative luminance): 1 the same, 21 black on white.
func contrast(x, y string) float64 {
	a, b := luminance(x), luminance(y)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func luminance(colour string) float64 {
	n, err := strconv.ParseUint(colour, 16, 32)
	if err != nil {
		return 0
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
