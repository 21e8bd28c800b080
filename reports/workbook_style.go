package reports

import "github.com/xuri/excelize/v2"

// styleKey names a look; equal keys are one style of the workbook.
type styleKey struct {
	kind   string // text, textnumber, number, ordinal, withheld, none, head, title, cover, lead, note, soft, term, link, figure, draft
	format string
	heat   int // 0 none, else step + 3
	tone   string
	indent int // steps
	strong bool
	top    bool // a line above: a new group begins
	// carried is the look of a value of an earlier release.
	carried bool
	right   bool
	centre  bool
}

const (
	inkColour  = "1D2530"
	softColour = "5A6675"
	lineColour = "DFE3E9"
)

// style gives the id of a look, made at first use.
func (w *workbook) style(k styleKey) (int, error) {
	if id, ok := w.styles[k]; ok {
		return id, nil
	}
	font := &excelize.Font{Family: w.font(), Size: 10, Color: inkColour}
	align := &excelize.Alignment{Vertical: "center", WrapText: true}
	style := &excelize.Style{Font: font, Alignment: align}
	line := func(where string, weight int, colour string) {
		style.Border = append(style.Border, excelize.Border{Type: where, Style: weight, Color: colour})
	}
	cell := true
	switch k.kind {
	case "number":
		align.Horizontal, align.WrapText = "right", false
		style.CustomNumFmt = &k.format
	case "textnumber":
		align.Horizontal = "right"
	case "withheld":
		align.Horizontal = "center"
		font.Color, font.Size = softColour, 9
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 14, Color: []string{"D5D9DF"}}
	case "none", "ordinal":
		align.Horizontal = "center"
		font.Color = softColour
	case "figure":
		font.Bold, font.Size, font.Color = true, 12, "1F5F8F"
	case "soft":
		font.Color = softColour
	case "term":
		font.Bold = true
	case "text":
	default:
		cell = false
	}
	if cell {
		line("bottom", 1, lineColour)
	}
	w.decorate(k, style, line)
	if k.tone != "" {
		switch k.tone {
		case "supported", "better":
			font.Color, font.Bold = "1B6A9C", true
		case "not_supported", "worse":
			font.Color, font.Bold = "A84E09", true
		}
	}
	if k.heat > 0 {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{heatColours[k.heat-3][1:]}}
		align.Horizontal = "center"
	}
	if k.strong {
		font.Bold = true
	}
	font.Italic = k.carried
	if k.top {
		line("top", 1, "8A94A3")
	}
	align.Indent = k.indent
	if k.indent > 0 {
		align.Horizontal = "left"
	}
	id, err := w.NewStyle(style)
	if err != nil {
		return 0, err
	}
	w.styles[k] = id
	return id, nil
}

// decorate sets the looks of what is not a cell of a table.
func (w *workbook) decorate(k styleKey, style *excelize.Style, line func(string, int, string)) {
	font, align := style.Font, style.Alignment
	switch k.kind {
	case "head":
		font.Bold, font.Size, font.Color = true, 9, softColour
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3F5F7"}}
		if k.right {
			align.Horizontal = "right"
		} else if k.centre {
			align.Horizontal = "center"
		}
		line("top", 2, inkColour)
		line("bottom", 1, inkColour)
	case "title":
		font.Bold, font.Size = true, 15
		align.WrapText = false
	case "cover":
		font.Bold, font.Size = true, 22
		align.WrapText = false
	case "lead":
		align.Vertical = "top"
	case "note":
		font.Color, font.Size = softColour, 9
		align.Vertical = "top"
	case "link":
		font.Color, font.Underline = "1F5F8F", "single"
	case "draft":
		font.Bold, font.Color = true, "A84E09"
		align.WrapText = false
	}
}
