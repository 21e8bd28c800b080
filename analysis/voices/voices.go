package voices

import (
	"strings"
	"unicode"

	"koe"
	"koe/journey"
	"koe/store"
)

// Voices reads free text with an organisation's words and rules.
type Voices struct {
	lexicon *Lexicon
	rules   *Rules
	levels  [][]string
}

// Open reads the words and rules that the workspace's settings name, besides koe's own. The dictionary itself loads when
// the first text is read.
func Open(ws *journey.Workspace) (*Voices, koe.Problems) {
	var words []Word
	var rules []Rule
	var problems, more koe.Problems
	if path := ws.Settings.Voices.Words; path != "" {
		words, problems = ReadWords(ws.Path(path))
	}
	if path := ws.Settings.Voices.Rules; path != "" {
		rules, more = ReadRules(ws.Path(path))
		problems = append(problems, more...)
	}
	if len(problems.Serious()) > 0 {
		return nil, problems
	}
	v, more := New(words, rules)
	if v != nil {
		v.levels = ws.Settings.Segments
	}
	return v, append(problems, more...)
}

// New gives Voices with an organisation's words and rules, either of which may be empty.
func New(words []Word, own []Rule) (*Voices, koe.Problems) {
	rules, problems := NewRules(own, words)
	if len(problems.Serious()) > 0 {
		return nil, problems
	}
	return &Voices{lexicon: NewLexicon(words...), rules: rules}, problems
}

// Version names the rules and words: results made with another version are not comparable.
func (v *Voices) Version() string { return v.rules.Version() }

// Masker gives the masker for the people and units on a roll.
func (v *Voices) Masker(roll store.Roll) *Masker { return NewMasker(v.lexicon, roll, v.levels) }

// Reading is what a text says.
type Reading struct {
	Language  string // ja or en
	Morphemes []Morpheme
	Mentions  []Mention // every cue that fired, in the order of the text
	Themes    []Theme   // one a theme, in the order of Themes()
}

// Read reads a masked text. The language is a hint: text with Japanese characters is read as Japanese.
func (v *Voices) Read(masked, language string) (Reading, error) {
	text := Normalise(masked)
	out := Reading{Language: languageOf(text, language), Themes: []Theme{}}
	if strings.TrimSpace(text) == "" {
		return out, nil
	}
	s := &scene{text: text}
	if out.Language == "ja" {
		words, err := v.lexicon.morphemes(text)
		if err != nil {
			return out, err
		}
		s.words, s.table, s.grammar = words, v.rules.japanese, japanese{}
		s.fixed = markFixed(words, text)
	} else {
		s.text = lowerASCII(text)
		s.words, s.table, s.grammar = englishWords(text), v.rules.english, english{}
		s.fixed = make([]bool, len(s.words))
	}
	out.Mentions = s.read()
	out.Morphemes = s.words
	out.Themes = summary(out.Mentions)
	return out, nil
}

// languageOf gives ja for text with Japanese letters, en for text without; the hint decides where there are no letters.
func languageOf(text, hint string) string {
	plain := text
	for _, token := range hidingTokens() {
		plain = strings.ReplaceAll(plain, token, "")
	}
	latin := 0
	for _, r := range plain {
		if unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) {
			return "ja"
		}
		if unicode.Is(unicode.Latin, r) {
			latin++
		}
	}
	if latin > 0 || strings.HasPrefix(hint, "en") {
		return "en"
	}
	return "ja"
}

// Explanation says why a text got its themes.
type Explanation struct {
	Masked    string     `json:"masked"`
	Morphemes []Morpheme `json:"morphemes"`
	Themes    []Theme    `json:"themes"`

	Hidden   []Hidden  `json:"-"` // what the masker hid
	Mentions []Mention `json:"-"` // every cue that fired, and why
	Version  string    `json:"-"` // of the rules
}

// Explain masks a text as if with an empty roll when masker is nil, reads it and shows each step.
func (v *Voices) Explain(masker *Masker, text, language string) (Explanation, error) {
	if masker == nil {
		masker = v.Masker(store.Roll{})
	}
	if err := v.lexicon.load(); err != nil {
		return Explanation{}, err
	}
	masked, hidden := masker.Hide(text)
	reading, err := v.Read(masked, language)
	if err != nil {
		return Explanation{}, err
	}
	if reading.Morphemes == nil {
		reading.Morphemes = []Morpheme{}
	}
	return Explanation{Masked: masked, Morphemes: reading.Morphemes, Themes: reading.Themes, Hidden: hidden, Mentions: reading.Mentions, Version: v.Version()}, nil
}
