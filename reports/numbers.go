package reports

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"koe"
)

// round rounds half away from zero to so many decimals (METHOD section 2). A nudge of 1e-9 of the last place takes back what
// binary fractions lose: 2.45, which is stored as a little less, becomes 2.5.
func round(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	y := math.Round(x*scale+math.Copysign(1e-9, x)) / scale
	if y == 0 {
		return 0 // never −0
	}
	return y
}

// wholeParts turns shares that sum to 1 into whole percentages that sum to 100, by largest remainder; ties go to the
// earlier part. Shares that do not sum to 1 are rounded one by one.
func wholeParts(shares []float64) []int {
	total := 0.0
	for _, s := range shares {
		total += s
	}
	out := make([]int, len(shares))
	if math.Abs(total-1) > 1e-6 {
		for i, s := range shares {
			out[i] = int(round(100*s, 0))
		}
		return out
	}
	order := make([]int, len(shares))
	rest := make([]float64, len(shares))
	left := 100
	for i, s := range shares {
		order[i] = i
		whole := math.Floor(100*s + 1e-9)
		out[i], rest[i] = int(whole), round(100*s-whole, 9)
		left -= out[i]
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]] > rest[order[b]] })
	for _, i := range order {
		if left <= 0 {
			break
		}
		out[i]++
		left--
	}
	return out
}

// sharesOf turns counts into shares; nil when there are none.
func sharesOf(counts []int64) []float64 {
	var total int64
	for _, c := range counts {
		total += c
	}
	if total == 0 {
		return nil
	}
	shares := make([]float64, len(counts))
	for i, c := range counts {
		shares[i] = float64(c) / float64(total)
	}
	return shares
}

// format says how a number is rounded and written.
type format int

const (
	formatCount  format = iota // 1,234
	formatMean                 // 3.4
	formatFine                 // 0.82: coefficients
	formatShare                // a fraction, written as 62%
	formatChange               // +0.4
	formatPoints               // +12: 推奨度
	formatP                    // .032, or <.001
)

// rounded gives the value that a cell holds.
func (f format) rounded(x float64) float64 {
	switch f {
	case formatMean, formatChange:
		return round(x, 1)
	case formatFine, formatShare:
		return round(x, 2)
	case formatP:
		return round(x, 3)
	default:
		return round(x, 0)
	}
}

// text writes a rounded value for a reader.
func (f format) text(x float64) string {
	x = f.rounded(x)
	switch f {
	case formatMean:
		return minus(strconv.FormatFloat(x, 'f', 1, 64))
	case formatFine:
		return minus(strconv.FormatFloat(x, 'f', 2, 64))
	case formatShare:
		return minus(strconv.FormatFloat(round(100*x, 0), 'f', 0, 64)) + "%"
	case formatChange:
		return signed(x, 1)
	case formatPoints:
		return signed(x, 0)
	case formatP:
		if x < 0.001 {
			return "<.001"
		}
		return strings.TrimPrefix(strconv.FormatFloat(x, 'f', 3, 64), "0")
	default:
		return grouped(int64(x))
	}
}

// excel is the number format of a cell.
func (f format) excel() string {
	switch f {
	case formatMean:
		return "0.0"
	case formatFine:
		return "0.00"
	case formatShare:
		return "0%"
	case formatChange:
		return `+0.0;"−"0.0;0.0`
	case formatPoints:
		return `+0;"−"0;0`
	case formatP:
		return ".000"
	default:
		return "#,##0"
	}
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

func signed(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if x > 0 {
		return "+" + s
	}
	return minus(s)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

var englishMonths = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// periodText writes a quarter as a reader says it: 2026Q2 is 2026年4–6月, Apr–Jun 2026. Anything else stays as it is.
func periodText(period, lang string) string {
	year, quarter, ok := parseQuarter(period)
	if !ok {
		return period
	}
	first := 3*quarter - 2
	if lang == "ja" {
		return strconv.Itoa(year) + "年" + strconv.Itoa(first) + "–" + strconv.Itoa(first+2) + "月"
	}
	return englishMonths[first-1] + "–" + englishMonths[first+1] + " " + strconv.Itoa(year)
}

func parseQuarter(period string) (year, quarter int, ok bool) {
	y, q, found := strings.Cut(period, "Q")
	if !found || len(y) != 4 || len(q) != 1 || q[0] < '1' || q[0] > '4' {
		return 0, 0, false
	}
	year, err := strconv.Atoi(y)
	return year, int(q[0] - '0'), err == nil
}

// quartersBetween lists every quarter from first to last, both included; just the given ones when they are no quarters.
func quartersBetween(first, last string) []string {
	y, q, ok1 := parseQuarter(first)
	_, _, ok2 := parseQuarter(last)
	if !ok1 || !ok2 || first > last {
		return nil
	}
	var all []string
	for p := first; p <= last && len(all) < 400; {
		all = append(all, p)
		if q++; q > 4 {
			y, q = y+1, 1
		}
		p = strconv.Itoa(y) + "Q" + strconv.Itoa(q)
	}
	return all
}

// dateText writes a day: 2026年4月1日, 1 Apr 2026.
func dateText(d koe.Date, lang string) string {
	if d.IsZero() {
		return ""
	}
	if lang == "ja" {
		return strconv.Itoa(d.Year) + "年" + strconv.Itoa(int(d.Month)) + "月" + strconv.Itoa(d.Day) + "日"
	}
	return strconv.Itoa(d.Day) + " " + englishMonths[d.Month-1] + " " + strconv.Itoa(d.Year)
}
