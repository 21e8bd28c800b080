package reports

// The colours are those of Okabe and Ito (2008), which people with any kind of colour vision can tell apart, softened
// for large areas. Nothing is said by colour alone: lines differ in their marks too, bars and cells carry their numbers.
const (
	colourGood    = 100
	colourNeutral = 101
	colourBad     = 102
	colourWish    = 103
)

var lineColours = [...]string{"#0072B2", "#D55E00", "#009E73", "#AA4499", "#B58900", "#56B4E9", "#555555", "#882255"}

var lineMarks = [...]string{"circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"}

// colourOf gives the hex colour of a series.
func colourOf(colour int) string {
	switch colour {
	case colourGood:
		return "#2F7FB8"
	case colourNeutral:
		return "#C9CED6"
	case colourBad:
		return "#D9772B"
	case colourWish:
		return "#E3B23C"
	}
	return lineColours[colour%len(lineColours)]
}

// heatColours are the fills of a heat map's steps, from much worse to much better.
var heatColours = map[int]string{-2: "#E8A06A", -1: "#F6D9C2", 0: "#F5F6F8", 1: "#CFE3F2", 2: "#8DBFE0"}
