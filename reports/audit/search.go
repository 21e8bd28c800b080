package audit

import (
	"bytes"
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"koe"
)

// search looks for what may stand nowhere in the bytes: names, addresses, numbers of people, keys, unrounded figures.
func (a *auditor) search(ctx context.Context) error {
	n := newNeedles(a.truth.People)
	keys := map[string][2]string{} // candidate → file, place
	digits := map[string]longNumber{}
	scans := make([]scan, len(a.documents))
	together(len(scans), func(i int) {
		if ctx.Err() == nil {
			scans[i] = scanned(a.documents[i], n)
		}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, s := range scans {
		for _, f := range s.leaks {
			a.add(f)
		}
		for _, c := range s.candidates {
			if _, known := keys[c.text]; !known {
				keys[c.text] = [2]string{c.file, c.place}
			}
		}
		for _, x := range s.numbers {
			if _, known := digits[x.text]; !known || x.shown {
				digits[x.text] = x
			}
		}
	}
	if err := a.keys(ctx, keys); err != nil {
		return err
	}
	return a.unrounded(ctx, digits)
}

// scan is what the search finds in one document.
type scan struct {
	leaks      []Finding
	candidates []candidate // for keys
	numbers    []longNumber
}

// candidate is a text that may be a key, where it first stands.
type candidate struct{ text, file, place string }

func scanned(d *document, n *needles) (s scan) {
	seen := map[string]bool{}
	for _, p := range d.pieces {
		for _, hit := range n.find(p) {
			s.leaks = append(s.leaks, Finding{Kind: Leak, File: d.name, Place: p.place, N: 1, What: hit.what()})
		}
		for _, c := range candidates(p.data) {
			if !seen[c] {
				seen[c] = true
				s.candidates = append(s.candidates, candidate{c, d.name, p.place})
			}
		}
		for _, x := range longNumbers(p.data) {
			x.file, x.place, x.shown = d.name, p.place, p.shown
			s.numbers = append(s.numbers, x)
		}
	}
	return s
}

// keyLike is a run of letters and digits as long as the keys of people, answers and invitations, and as tokens of links.
var keyLike = regexp.MustCompile(`[0-9A-Za-z_-]{16,}`)

// keyLengths are the lengths that keys and tokens have: 26 in base 32, 22 in base 64, 32 and 64 in base 16.
var keyLengths = []int{22, 26, 32, 64}

// candidates lists what may be a key: the runs themselves, and every window of a key's length in a longer one. Only runs
// that mix letters and digits are long and random enough.
func candidates(data []byte) (all []string) {
	for _, run := range keyLike.FindAll(data, -1) {
		if len(run) > 4096 {
			run = run[:4096]
		}
		if !bytes.ContainsAny(run, "0123456789") {
			continue
		}
		all = append(all, string(run))
		for _, length := range keyLengths {
			for i := 0; i+length < len(run)+1 && len(run) != length; i++ {
				all = append(all, string(run[i:i+length]))
			}
		}
	}
	return all
}

func (a *auditor) keys(ctx context.Context, found map[string][2]string) error {
	if a.truth.Keys == nil || len(found) == 0 {
		return nil
	}
	var all []string
	for c := range found {
		all = append(all, c)
	}
	slices.Sort(all)
	known, err := a.truth.Keys(ctx, all)
	if err != nil {
		return koe.Errorf(koe.Internal, "looking up keys: %w", err)
	}
	for _, c := range all {
		if what, is := known[c]; is {
			at := found[c]
			a.add(Finding{Kind: Leak, File: at[0], Place: at[1], N: 1, What: both("個人に結びつく鍵があります("+what+"): "+c, "a key of one person ("+what+"): "+c)})
		}
	}
	return nil
}

// longNumber is a number with more digits behind the point than are published.
type longNumber struct {
	text        string
	value       float64
	digits      int
	file, place string
	shown       bool
}

var long = regexp.MustCompile(`\d+\.\d{4,17}`)

func longNumbers(data []byte) (all []longNumber) {
	for _, m := range long.FindAllIndex(data, -1) {
		s := string(data[m[0]:m[1]])
		if m[1] < len(data) && (data[m[1]] == '.' || data[m[1]] >= '0' && data[m[1]] <= '9') {
			continue // part of something longer: a version, a number of no meaning
		}
		x, err := strconv.ParseFloat(s, 64)
		if err == nil {
			all = append(all, longNumber{text: s, value: x, digits: len(s) - strings.IndexByte(s, '.') - 1})
		}
	}
	return all
}

// distinct is how many digits behind the point a number needs before meeting a figure of the warehouse is no accident.
const distinct = 7

// unrounded reports numbers with too many digits: any in what a reader sees, and elsewhere those that are figures of the
// warehouse.
func (a *auditor) unrounded(ctx context.Context, found map[string]longNumber) error {
	var values []float64
	read := false
	texts := make([]string, 0, len(found))
	for s := range found {
		texts = append(texts, s)
	}
	slices.Sort(texts)
	for _, s := range texts {
		x := found[s]
		if x.shown {
			a.add(Finding{Kind: Unrounded, File: x.file, Place: x.place, What: both("丸められていない値です: "+s, "an unrounded value: "+s)})
			continue
		}
		if x.digits < distinct || a.truth.Values == nil {
			continue
		}
		if !read {
			var err error
			if values, err = a.truth.Values(ctx); err != nil {
				return koe.Errorf(koe.Internal, "reading the figures to look for: %w", err)
			}
			for i := range values {
				values[i] = math.Abs(values[i])
			}
			slices.Sort(values)
			read = true
		}
		near := 0.51 * math.Pow10(-x.digits)
		if i, _ := slices.BinarySearch(values, x.value-near); i < len(values) && values[i] <= x.value+near {
			a.add(Finding{Kind: Unrounded, File: x.file, Place: x.place, What: both("計算したままの値があります: "+s, "a figure as computed: "+s)})
		}
	}
	return nil
}

// hit is one needle that was found.
type hit struct{ kind, text string }

func (h hit) what() koe.Text {
	names := map[string][2]string{
		"name": {"氏名があります: ", "a name of a person: "}, "address": {"メールアドレスがあります: ", "a mail address: "}, "number": {"職員番号があります: ", "a number of a person: "},
	}
	return both(names[h.kind][0]+h.text, names[h.kind][1]+h.text)
}

// needles are texts to look for, found by their first four bytes.
type needles struct {
	byStart map[uint32][]needle
	filter  []uint64 // which starts there are, by hash: most places are passed over with one look
}

type needle struct {
	hit
	word bool // must not touch another letter or digit
}

const filterBits = 20

func newNeedles(people []koe.Person) *needles {
	n := &needles{map[uint32][]needle{}, make([]uint64, 1<<(filterBits-6))}
	for _, p := range people {
		n.add("name", p.Name, false)
		n.add("name", strings.Join(strings.Fields(p.Name), ""), false)
		n.add("name", strings.Join(strings.Fields(p.Name), " "), false)
		n.add("name", strings.Join(strings.Fields(p.Name), "　"), false)
		n.add("address", p.Email, false)
		n.add("address", p.PersonalEmail, false)
		n.add("number", p.ID, true)
	}
	return n
}

// add takes a text to look for; one that is too short to mean a person is left out: a name of one sign, a number of
// under five digits that could be any count.
func (n *needles) add(kind, text string, word bool) {
	text = strings.TrimSpace(text)
	letters := strings.IndexFunc(text, unicode.IsLetter) >= 0
	if len(text) < 4 || utf8.RuneCountInString(text) < 2 || !letters && len(text) < 5 {
		return
	}
	start := startOf(text)
	for _, known := range n.byStart[start] {
		if known.text == text {
			return
		}
	}
	n.byStart[start] = append(n.byStart[start], needle{hit{kind, text}, word})
	h := hash(start)
	n.filter[h>>6] |= 1 << (h & 63)
}

func startOf(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func hash(x uint32) uint32 { return x * 2654435761 >> (32 - filterBits) }

// find lists the needles in a piece, each once.
func (n *needles) find(p piece) (hits []hit) {
	if len(n.byStart) == 0 {
		return nil
	}
	data := p.data
	for i := 0; i+4 <= len(data); i++ {
		start := uint32(data[i]) | uint32(data[i+1])<<8 | uint32(data[i+2])<<16 | uint32(data[i+3])<<24
		if h := hash(start); n.filter[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, one := range n.byStart[start] {
			if bytes.HasPrefix(data[i:], []byte(one.text)) && (!one.word || apart(data, i, i+len(one.text))) && !slices.Contains(hits, one.hit) {
				hits = append(hits, one.hit)
			}
		}
	}
	return hits
}

// apart reports whether a run of bytes touches no letter or digit of ASCII.
func apart(data []byte, from, to int) bool {
	joins := func(i int) bool {
		return i >= 0 && i < len(data) && (data[i] >= '0' && data[i] <= '9' || data[i] >= 'A' && data[i] <= 'Z' || data[i] >= 'a' && data[i] <= 'z')
	}
	return !joins(from-1) && !joins(to) && !(to+1 < len(data) && data[to] == '.' && data[to+1] >= '0' && data[to+1] <= '9')
}
