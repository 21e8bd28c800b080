package voices

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"koe"

	"golang.org/x/text/unicode/norm"
)

//go:embed rules
var ruleFiles embed.FS

// Themes lists the themes: seven of the guide's voices, then five of our own (METHOD 6.2).
func Themes() []string {
	return []string{"isolation", "trust", "network", "adaptation", "mentor", "placement", "career", "transfer", "workload", "manager", "reception", "contribution"}
}

// Valences lists how a comment may speak of a theme.
func Valences() []string { return []string{Issue, Wish, OK} }

// How a comment speaks of a theme.
const (
	Issue = "issue" // a difficulty
	Wish  = "wish"  // something that somebody else should do, or that is hoped for
	OK    = "ok"    // it goes well
)

// The kinds of cue, from the valence column. Issue, Wish and OK are kinds too: always that.
const (
	kindTopic    = "topic"
	kindTrouble  = "trouble"
	kindResource = "resource"
	kindLack     = "lack"
	kindGood     = "good"
	kindDone     = "done"
	kindOff      = "off"
)

func kinds() []string {
	return []string{kindTopic, kindTrouble, kindResource, kindLack, kindGood, kindDone, Issue, Wish, OK, kindOff}
}

// evidence are the pseudo-themes of words that say how a clause speaks.
func evidence() []string { return []string{"@ok", "@issue", "@wish"} }

// Rule is one line of a cue table.
type Rule struct {
	Theme    string // a theme, or @ok, @issue, @wish
	Kind     string
	Note     string
	File     string
	Line     int
	cues     []pattern
	requires []pattern
	blocks   []pattern
}

// pattern is one word of a cell.
type pattern struct {
	text string
	mode patternMode
}

type patternMode int

const (
	exactly patternMode = iota
	begins
	ends
	contains
	literally
)

func (p pattern) String() string {
	switch p.mode {
	case begins:
		return p.text + "*"
	case ends:
		return "*" + p.text
	case contains:
		return "*" + p.text + "*"
	case literally:
		return "「" + p.text + "」"
	}
	return p.text
}

// matches reports whether a word is meant. Literal patterns are about the text, not about words.
func (p pattern) matches(m *Morpheme) bool {
	switch p.mode {
	case exactly:
		return m.Base == p.text || m.Surface == p.text // both matter: よかっ, used
	case begins:
		return strings.HasPrefix(m.Base, p.text)
	case ends:
		return strings.HasSuffix(m.Base, p.text)
	case contains:
		return strings.Contains(m.Base, p.text)
	}
	return false
}

// Rules are the cue tables of both languages, an organisation's own included.
type Rules struct {
	version  string
	japanese *table
	english  *table
}

// Version names the rules that a result was made with: a hash over everything it depends on.
func (r *Rules) Version() string { return r.version }

// engine is raised when the same tables begin to give other results.
const engine = "1"

// NewRules gives koe's own rules with an organisation's added: each file's rules count for the language of their cues
// (Latin letters: English). words are the organisation's dictionary; they count for the version.
func NewRules(own []Rule, words []Word) (*Rules, koe.Problems) {
	hash := sha256.New()
	fmt.Fprintf(hash, "engine %s\n", engine)
	tables := map[string][]Rule{}
	for _, language := range []string{"ja", "en"} {
		content, err := ruleFiles.ReadFile("rules/" + language + ".csv")
		if err != nil {
			return nil, koe.Problems{{File: "rules/" + language + ".csv", Message: err.Error()}}
		}
		rules, problems := ParseRules("rules/"+language+".csv", content)
		if len(problems) > 0 {
			return nil, problems
		}
		fmt.Fprintf(hash, "%s %d\n%s\n", language, len(content), content)
		tables[language] = rules
	}
	if content, err := wordFiles.ReadFile("words/ja.csv"); err == nil {
		fmt.Fprintf(hash, "words %d\n%s\n", len(content), content)
	}
	for _, w := range words {
		fmt.Fprintf(hash, "word %q %q\n", w.Text, w.POS)
	}
	for i := range own {
		r := &own[i]
		language := "ja"
		if isLatin(r.cues[0].text) {
			language = "en"
		}
		fmt.Fprintf(hash, "rule %s %s %v %v %v\n", r.Theme, r.Kind, r.cues, r.requires, r.blocks)
		if r.Kind == kindOff {
			tables[language] = without(tables[language], r)
			continue
		}
		tables[language] = append(tables[language], *r)
	}
	return &Rules{version: hex.EncodeToString(hash.Sum(nil)[:6]), japanese: newTable(tables["ja"]), english: newTable(tables["en"])}, nil
}

// without takes the cues of an off rule from the rules of its theme; with requires, only from rules that require the same.
func without(rules []Rule, off *Rule) []Rule {
	var out []Rule
	for _, r := range rules {
		if r.Theme == off.Theme && (len(off.requires) == 0 || slices.Equal(r.requires, off.requires)) {
			r.cues = slices.DeleteFunc(slices.Clone(r.cues), func(p pattern) bool { return slices.Contains(off.cues, p) })
		}
		if len(r.cues) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// ruleHeader is the first line of a cue table.
const ruleHeader = "theme,cue,requires,blocks,valence,note"

// ParseRules reads a cue table. The form is strict: a header, then six columns, known themes and valences; each problem
// names its line.
func ParseRules(file string, content []byte) ([]Rule, koe.Problems) {
	if !utf8.Valid(content) {
		return nil, koe.Problems{{File: file, Message: "the file is not UTF-8", Hint: "save it as UTF-8"}}
	}
	var rules []Rule
	var problems koe.Problems
	header := false
	for i, line := range strings.Split(strings.TrimPrefix(string(content), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !header {
			if header = true; line == ruleHeader {
				continue
			}
			problems = append(problems, koe.Problem{File: file, Line: i + 1, Message: "the first line of a cue table is its header", Hint: ruleHeader})
		}
		rule, problem := parseRule(line)
		if problem != nil {
			problem.File, problem.Line = file, i+1
			problems = append(problems, *problem)
			continue
		}
		rule.File, rule.Line = file, i+1
		rules = append(rules, rule)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return rules, nil
}

func parseRule(line string) (Rule, *koe.Problem) {
	columns := strings.SplitN(line, ",", 6)
	if len(columns) < 5 {
		return Rule{}, &koe.Problem{Message: fmt.Sprintf("%d columns where five or six are expected", len(columns)), Hint: ruleHeader}
	}
	for c := range columns {
		columns[c] = strings.TrimSpace(columns[c])
	}
	r := Rule{Theme: columns[0], Kind: columns[4]}
	if len(columns) > 5 {
		r.Note = columns[5]
	}
	if all := append(Themes(), evidence()...); !slices.Contains(all, r.Theme) {
		return r, &koe.Problem{Column: 1, Message: fmt.Sprintf("there is no theme %q", r.Theme), Hint: "the themes are " + strings.Join(all, ", ")}
	}
	if !slices.Contains(kinds(), r.Kind) {
		return r, &koe.Problem{Message: fmt.Sprintf("%q is no valence", r.Kind), Hint: "one of " + strings.Join(kinds(), ", ")}
	}
	for c, target := range []*[]pattern{&r.cues, &r.requires, &r.blocks} {
		list, problem := parsePatterns(columns[c+1])
		if problem != nil {
			return r, problem
		}
		*target = list
	}
	if len(r.cues) == 0 {
		return r, &koe.Problem{Message: "the cue is missing"}
	}
	return r, nil
}

// parsePatterns reads one cell.
func parsePatterns(cell string) ([]pattern, *koe.Problem) {
	var list []pattern
	for rest := strings.TrimSpace(cell); rest != ""; rest = strings.TrimSpace(rest) {
		var p pattern
		if quoted, ok := strings.CutPrefix(rest, "「"); ok {
			text, after, closed := strings.Cut(quoted, "」")
			if !closed || text == "" {
				return nil, &koe.Problem{Message: fmt.Sprintf("%q: 「 without its 」", rest)}
			}
			p, rest = pattern{norm.NFKC.String(text), literally}, after
		} else {
			word := rest
			if i := strings.IndexAny(rest, " \u3000\t"); i >= 0 {
				word = rest[:i]
			}
			rest = rest[len(word):]
			text, front := strings.CutPrefix(word, "*")
			text, back := strings.CutSuffix(text, "*")
			p.text = norm.NFKC.String(text)
			switch {
			case front && back:
				p.mode = contains
			case front:
				p.mode = ends
			case back:
				p.mode = begins
			}
			if p.text == "" || strings.ContainsAny(p.text, "*「」") {
				return nil, &koe.Problem{Message: fmt.Sprintf("%q is no word: * may stand before and behind one", word)}
			}
		}
		if p.mode != literally || isLatin(p.text) {
			p.text = lowerASCII(p.text)
		}
		list = append(list, p)
	}
	return list, nil
}

// ReadRules reads an organisation's cue table from a file.
func ReadRules(path string) ([]Rule, koe.Problems) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, koe.Problems{{File: path, Message: "the cue table that koe.yaml names does not exist"}}
	}
	if err != nil {
		return nil, koe.Problems{{File: path, Message: err.Error()}}
	}
	return ParseRules(path, content)
}

// table is the rules of one language, ready for matching.
type table struct {
	rules    []Rule
	exact    map[string][]int // cue word → rules
	loose    []int            // rules with cues that begin, end or contain
	literals []literal
}

type literal struct {
	text string
	rule int
}

func newTable(rules []Rule) *table {
	t := &table{rules: rules, exact: map[string][]int{}}
	for i := range rules {
		loose := false
		for _, p := range rules[i].cues {
			switch p.mode {
			case exactly:
				if list := t.exact[p.text]; len(list) == 0 || list[len(list)-1] != i {
					t.exact[p.text] = append(list, i)
				}
			case literally:
				t.literals = append(t.literals, literal{p.text, i})
			default:
				loose = true
			}
		}
		if loose {
			t.loose = append(t.loose, i)
		}
	}
	return t
}
