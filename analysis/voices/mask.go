package voices

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"koe/store"

	"golang.org/x/text/unicode/norm"
)

// The tokens that stand for what is hidden.
const (
	tokenMail    = "[メール]"
	tokenURL     = "[URL]"
	tokenPhone   = "[電話]"
	tokenNumber  = "[番号]"
	tokenBirth   = "[生年月日]"
	tokenName    = "[人名]"
	tokenUnit    = "[部署]"
	tokenCompany = "[会社]"
	tokenIllness = "[病名]"
)

func hidingTokens() []string {
	return []string{tokenMail, tokenURL, tokenPhone, tokenNumber, tokenBirth, tokenName, tokenUnit, tokenCompany, tokenIllness}
}

// Hidden is one thing that the masker hides: Token stands where Text stood.
type Hidden struct {
	Token      string
	Text       string
	start, end int
}

// Masker hides who can be recognised in a free text (METHOD 6.5): mail addresses, URLs, phone and staff numbers, dates of
// birth, names, units, companies, illnesses. It would rather hide too much than too little; what it leaves may still point
// to somebody (「4月に唯一入った弁護士」), so a person releases each comment. It is safe for concurrent use.
type Masker struct {
	lexicon *Lexicon
	roll    store.Roll
	levels  [][]string
	once    sync.Once
	names   nameIndex
	units   unitIndex
	lists   maskLists
}

// NewMasker gives a masker for the people and units on a roll. Segments are the settings': members of a hierarchy are units
// whatever they are called, those of other segments only when their name ends like a unit's.
func NewMasker(lexicon *Lexicon, roll store.Roll, segments [][]string) *Masker {
	return &Masker{lexicon: lexicon, roll: roll, levels: segments}
}

// Mask gives the text in NFKC with tokens in place of what it hides. When the dictionary cannot be read it gives nothing.
func (m *Masker) Mask(text string) string {
	masked, _ := m.Hide(text)
	return masked
}

// Hide is Mask that also says what was hidden, in the order of the text.
func (m *Masker) Hide(text string) (string, []Hidden) {
	text = Normalise(text)
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	if err := m.lexicon.load(); err != nil {
		return "", nil
	}
	m.once.Do(m.prepare)
	f := &finder{text: text, masker: m}
	f.tokens()
	f.mails()
	f.urls()
	f.phones()
	f.numbers()
	f.births()
	f.names()
	f.units()
	f.companies()
	f.illnesses()
	return f.masked()
}

// prepare makes the look-up tables, at first use.
func (m *Masker) prepare() {
	m.lists = newMaskLists()
	m.names = newNameIndex(m.roll, m.lexicon)
	m.units = newUnitIndex(m.roll, m.levels)
}

// Normalise gives a text in NFKC, valid UTF-8, without control characters other than line breaks.
func Normalise(text string) string {
	text = norm.NFKC.String(strings.ToValidUTF8(text, ""))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			return '\n'
		case r == '\t' || r == '\u3000' || r == '\u00a0':
			return ' '
		case r < ' ' || r == 0x7f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == '\ufeff', r == '\u00ad':
			return -1 // invisible, and able to split what is to be hidden
		}
		return r
	}, text)
}

// maskLists are the embedded lists.
type maskLists struct {
	titles   []string          // longest first
	starting map[rune][]string // the same by their first character
	personal map[string]bool   // those that only people bear
	notNames map[string]bool
	company  []string
	illness  []string
}

func newMaskLists() maskLists {
	l := maskLists{starting: map[rune][]string{}, personal: map[string]bool{}, notNames: map[string]bool{}}
	for _, title := range lines("titles.txt", false) {
		if plain, only := strings.CutPrefix(title, "*"); only {
			l.personal[plain] = true
			title = plain
		}
		l.titles = append(l.titles, title)
	}
	for _, word := range lines("notnames.txt", true) {
		l.notNames[word] = true
	}
	for _, word := range lines("companies.txt", false) {
		l.company = append(l.company, norm.NFKC.String(word))
	}
	for _, word := range lines("health.txt", false) {
		l.illness = append(l.illness, norm.NFKC.String(word))
	}
	for _, list := range [][]string{l.titles, l.company, l.illness} {
		slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	}
	for _, title := range l.titles {
		first := firstRune(title)
		l.starting[first] = append(l.starting[first], title)
	}
	return l
}

// finder goes over one text.
type finder struct {
	text   string
	masker *Masker
	words  []Morpheme
	spans  []Hidden
}

// hide marks a span, unless part of it is hidden already.
func (f *finder) hide(token string, start, end int) bool {
	if start >= end || f.taken(start, end) {
		return false
	}
	f.spans = append(f.spans, Hidden{Token: token, Text: f.text[start:end], start: start, end: end})
	return true
}

func (f *finder) taken(start, end int) bool {
	for i := range f.spans {
		if f.spans[i].start < end && start < f.spans[i].end {
			return true
		}
	}
	return false
}

// tokens keeps the tokens of a text that was masked before, so that masking twice is masking once.
func (f *finder) tokens() {
	if !strings.Contains(f.text, "[") {
		return
	}
	for _, token := range hidingTokens() {
		for from := 0; ; {
			i := strings.Index(f.text[from:], token)
			if i < 0 {
				break
			}
			f.hide(token, from+i, from+i+len(token))
			from += i + len(token)
		}
	}
}

// morphemes gives the words of the text. What is hidden already does not matter to those who ask.
func (f *finder) morphemes() []Morpheme {
	if f.words == nil {
		f.words, _ = f.masker.lexicon.morphemes(f.text) // the dictionary has been loaded
	}
	return f.words
}

// masked puts the tokens in. Tokens of one kind beside each other become one.
func (f *finder) masked() (string, []Hidden) {
	slices.SortFunc(f.spans, func(a, b Hidden) int { return a.start - b.start })
	var b strings.Builder
	at, last := 0, ""
	for _, s := range f.spans {
		if between := f.text[at:s.start]; between != "" {
			if last != s.Token || strings.Trim(between, " ・/-") != "" {
				b.WriteString(between)
				last = ""
			}
		}
		if s.Token != last {
			b.WriteString(s.Token)
		}
		at, last = s.end, s.Token
	}
	b.WriteString(f.text[at:])
	return b.String(), f.spans
}

// before and after give the characters beside a place; utf8.RuneError at the ends.
func (f *finder) before(at int) rune {
	r, n := utf8.DecodeLastRuneInString(f.text[:at])
	if n == 0 {
		return utf8.RuneError
	}
	return r
}

func (f *finder) after(at int) rune {
	r, n := utf8.DecodeRuneInString(f.text[at:])
	if n == 0 {
		return utf8.RuneError
	}
	return r
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
func isWordly(r rune) bool { return isDigit(r) || isLetter(r) || r == '_' }
