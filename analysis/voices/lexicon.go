package voices

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"koe"

	"github.com/ikawaha/kagome-dict/dict"
	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"
)

//go:embed words
var wordFiles embed.FS

// Word is an entry of the user dictionary: it is never split. Its part of speech is 名詞 or, to be hidden wherever it
// stands, 人名, 部署 or 会社.
type Word struct {
	Text string
	POS  string
}

// hiddenPOS are the parts of speech of words to hide.
var hiddenPOS = map[string]string{"人名": tokenName, "部署": tokenUnit, "会社": tokenCompany}

// Lexicon is the Japanese dictionary: IPADIC, koe's own words and an organisation's. It loads at first use (IPADIC takes
// about a second) and is safe for concurrent use.
type Lexicon struct {
	own   []Word
	once  sync.Once
	err   error
	dict  *dict.Dict
	words *tokenizer.Tokenizer
}

// NewLexicon gives a lexicon with an organisation's words besides koe's own.
func NewLexicon(own ...Word) *Lexicon { return &Lexicon{own: own} }

// load reads the dictionaries.
func (l *Lexicon) load() error {
	l.once.Do(func() {
		koes, problems := shippedWords()
		if len(problems) > 0 {
			l.err = koe.Errorf(koe.Internal, "the dictionary that koe ships is damaged: %w", problems)
			return
		}
		user, err := userDictionary(append(koes, l.own...))
		if err != nil {
			l.err = fmt.Errorf("make the user dictionary: %w", err)
			return
		}
		l.dict = ipa.Dict()
		l.words, l.err = tokenizer.New(l.dict, tokenizer.OmitBosEos(), tokenizer.UserDict(user))
	})
	return l.err
}

func shippedWords() ([]Word, koe.Problems) {
	content, err := wordFiles.ReadFile("words/ja.csv")
	if err != nil {
		return nil, koe.Problems{{File: "words/ja.csv", Message: err.Error()}}
	}
	return ParseWords("words/ja.csv", content)
}

// userDictionary makes kagome's form of the words; of the same word the last counts. The tokens that hide something are
// words too.
func userDictionary(words []Word) (*dict.UserDict, error) {
	pos := map[string]string{}
	for _, token := range hidingTokens() {
		pos[token] = posHidden
	}
	for _, w := range words {
		pos[w.Text] = w.POS
	}
	var records dict.UserDictRecords
	for text, p := range pos {
		records = append(records, dict.UserDicRecord{Text: text, Tokens: []string{text}, Yomi: []string{"*"}, Pos: p})
	}
	sort.Sort(records)
	return records.NewUserDict()
}

// ParseWords reads a user dictionary: one word a line, then a comma and its part of speech (名詞 unless stated; 人名, 部署
// and 会社 are hidden). kagome's own form, with four columns, is read too. Empty lines and lines after # say nothing.
func ParseWords(file string, content []byte) ([]Word, koe.Problems) {
	var words []Word
	var problems koe.Problems
	if !utf8.Valid(content) {
		return nil, koe.Problems{{File: file, Message: "the file is not UTF-8", Hint: "save it as UTF-8"}}
	}
	seen := map[string]int{}
	for i, line := range strings.Split(strings.TrimPrefix(string(content), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		bad := func(hint, format string, args ...any) {
			problems = append(problems, koe.Problem{File: file, Line: i + 1, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
		columns := strings.Split(line, ",")
		for c := range columns {
			columns[c] = strings.TrimSpace(norm.NFKC.String(columns[c]))
		}
		pos := "名詞"
		switch len(columns) {
		case 1:
		case 2:
			pos = columns[1]
		case 4:
			pos = columns[3]
		default:
			bad("write: 国会対応,名詞", "%d columns where one, two or four are expected", len(columns))
			continue
		}
		word := columns[0]
		switch {
		case word == "":
			bad("", "the word is missing")
		case strings.ContainsAny(word, "[]"):
			bad("", "%q: brackets are for what is hidden", word)
		case utf8.RuneCountInString(word) < 2:
			bad("a single character would split other words", "%q is too short for the dictionary", word)
		case utf8.RuneCountInString(word) > 40:
			bad("", "the word has more than 40 characters")
		case !strings.HasPrefix(pos, "名詞") && !strings.HasPrefix(pos, "固有名詞") && !strings.HasPrefix(pos, "カスタム") && hiddenPOS[pos] == "":
			bad("", "%q is no part of speech for a word: 名詞, 人名, 部署 or 会社 is expected", pos)
		case seen[word] > 0:
			bad("", "%q stands on line %d already", word, seen[word])
		default:
			seen[word] = i + 1
			if hiddenPOS[pos] == "" {
				pos = "名詞"
			}
			words = append(words, Word{word, pos})
		}
	}
	return words, problems
}

// ReadWords reads an organisation's user dictionary from a file.
func ReadWords(path string) ([]Word, koe.Problems) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, koe.Problems{{File: path, Message: "the user dictionary that koe.yaml names does not exist"}}
	}
	if err != nil {
		return nil, koe.Problems{{File: path, Message: err.Error()}}
	}
	return ParseWords(path, content)
}

// posHidden is the part of speech of a token that hides something.
const posHidden = "伏字"

// Morpheme is one word of a text.
type Morpheme struct {
	Surface string `json:"surface"`
	Base    string `json:"base"` // as in a dictionary
	POS     string `json:"pos"`  // part of speech with its divisions, joined by commas
	Start   int    `json:"start"`
	End     int    `json:"end"` // bytes in the masked text
	Clause  int    `json:"clause"`

	form string // 活用形
}

// is reports whether the morpheme's part of speech begins so.
func (m *Morpheme) is(pos string) bool { return strings.HasPrefix(m.POS, pos) }

// morphemes splits a text, which must be NFKC, into words.
func (l *Lexicon) morphemes(text string) ([]Morpheme, error) {
	if err := l.load(); err != nil {
		return nil, err
	}
	tokens := l.words.Tokenize(text)
	out := make([]Morpheme, 0, len(tokens))
	for i := range tokens {
		t := &tokens[i]
		pos := t.POS()
		m := Morpheme{Surface: t.Surface, Base: t.Surface, Start: t.Position, End: t.Position + len(t.Surface)}
		for len(pos) > 1 && pos[len(pos)-1] == "*" {
			pos = pos[:len(pos)-1]
		}
		m.POS = strings.Join(pos, ",")
		if base, ok := t.BaseForm(); ok && base != "*" && base != "" && t.Class != tokenizer.USER {
			m.Base = base
		}
		m.Base = lowerASCII(m.Base)
		m.form, _ = t.InflectionalForm()
		out = append(out, m)
	}
	return out, nil
}

// knows reports whether IPADIC has the word with this part of speech, whatever the sentence makes of it.
func (l *Lexicon) knows(word, pos string) bool {
	if word == "" || l.load() != nil {
		return false
	}
	want := strings.Split(pos, ",")
	for _, id := range l.dict.Index.Search(word) {
		if id >= len(l.dict.POSTable.POSs) {
			continue
		}
		has := l.dict.POSTable.POSs[id]
		same := len(has) >= len(want)
		for i := 0; same && i < len(want); i++ {
			same = l.dict.POSTable.NameList[has[i]] == want[i]
		}
		if same {
			return true
		}
	}
	return false
}

// lines reads an embedded list: entries one a line, or several with spaces between them.
func lines(name string, split bool) []string {
	content, err := wordFiles.ReadFile("words/" + name)
	if err != nil {
		return nil // it is embedded: the test that reads every list would fail
	}
	var out []string
	for line := range bytes.Lines(content) {
		text := strings.TrimSpace(string(line))
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case split:
			out = append(out, strings.Fields(text)...)
		default:
			out = append(out, text)
		}
	}
	return out
}
