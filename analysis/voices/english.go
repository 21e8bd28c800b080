package voices

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// english is the grammar of English, over words with their base forms. It is simple: there are no parts of speech.
type english struct{}

var englishWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[[^\[\]\s]{1,6}\]|[A-Za-z0-9À-ÿ]+(?:[-'’][A-Za-z0-9À-ÿ]+)*|[^\sA-Za-z0-9]|\n`)
})

// irregular gives the base of forms that no ending tells.
var irregular = map[string]string{
	"am": "be", "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "has": "have", "had": "have", "having": "have", "does": "do", "did": "do", "done": "do",
	"felt": "feel", "met": "meet", "knew": "know", "known": "know", "went": "go", "gone": "go", "made": "make", "got": "get", "gotten": "get", "said": "say", "better": "good", "best": "good",
	"worse": "bad", "worst": "bad", "taught": "teach", "found": "find", "gave": "give", "given": "give", "spoke": "speak", "spoken": "speak", "took": "take", "taken": "take", "told": "tell",
	"thought": "think", "came": "come", "kept": "keep", "people": "people", "colleagues": "colleague", "wishes": "wish", "wished": "wish", "hopes": "hope", "hoped": "hope", "asked": "ask", "asking": "ask",
	"buddies": "buddy", "wanted": "want", "wants": "want", "meeting": "meeting", "training": "training", "onboarding": "onboarding", "connected": "connect", "connecting": "connect", "sitting": "sit", "sat": "sit",
	"always": "always", "less": "less", "this": "this", "us": "us", "was't": "be", "boss": "boss", "process": "process", "business": "business", "progress": "progress", "stress": "stress", "access": "access", "unless": "unless",
}

// baseOf brings a lower-case word to its base where an ending or the list tells.
func baseOf(word string) string {
	word = strings.TrimSuffix(strings.TrimSuffix(word, "'s"), "’s")
	if base, ok := irregular[word]; ok {
		return base
	}
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses") || strings.HasSuffix(word, "shes") || strings.HasSuffix(word, "ches") || strings.HasSuffix(word, "xes"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is") && len(word) > 3:
		return word[:len(word)-1]
	}
	return word
}

// lowerASCII keeps the bytes of a text where they are.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r == '’' {
			return '’'
		}
		return r
	}, text)
}

// englishWords splits a text into words. don't and the like become two.
func englishWords(text string) []Morpheme {
	var out []Morpheme
	for _, at := range englishWord().FindAllStringIndex(text, -1) {
		surface := text[at[0]:at[1]]
		lower := strings.ReplaceAll(lowerASCII(surface), "’", "'")
		pos := "word"
		switch {
		case slices.Contains(hidingTokens(), surface):
			pos = posHidden
		case !isWordly(firstRune(surface)) && firstRune(surface) < 0x80:
			pos = "punctuation"
		case stopWords[lower]:
			pos = "stop word"
		}
		if stem, ok := strings.CutSuffix(lower, "n't"); ok && stem != "" {
			switch stem {
			case "ca":
				stem = "can"
			case "wo":
				stem = "will"
			}
			cut := at[0] + len(surface) - len("n't")
			if strings.Contains(surface, "’") {
				cut = at[1] - len("n’t")
			}
			out = append(out, Morpheme{Surface: text[at[0]:cut], Base: baseOf(stem), POS: "stop word", Start: at[0], End: cut},
				Morpheme{Surface: text[cut:at[1]], Base: "not", POS: "stop word", Start: cut, End: at[1]})
			continue
		}
		out = append(out, Morpheme{Surface: lower, Base: baseOf(lower), POS: pos, Start: at[0], End: at[1]})
	}
	for i := range out {
		out[i].Surface = text[out[i].Start:out[i].End]
	}
	return out
}

// stopWords carry no content.
var stopWords = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(`a an the i i'm i've i'd i'll me my mine myself you your he him his she her it its it's we us our they them their this that these those there here
 is am are was were be been being have has had having do does did done will would can could shall should may might must not no nor and or but if then than so as at by for from in into of off on onto
 out over to up with without about after before during between among because since while although though however yet also just very too quite really even still only both each all any some every
 what which who whom whose when where why how more most much many few little lot lots such same own other another one two`) {
		set[word] = true
	}
	return set
}()

func (english) content(m *Morpheme) bool { return m.POS == "word" || m.POS == posHidden }

var englishContrasts = []string{"but", "however", "although", "though", "whereas", "yet", "nevertheless", "nonetheless", "while", "despite"}

// clauses splits at the ends of sentences and at but, however, although and their like.
func (e english) clauses(words []Morpheme, _ string) []clause {
	var all []clause
	from, contrast, conceded := 0, false, false
	cut := func(to int, next bool) {
		if from < to {
			all = append(all, clause{from: from, to: to, contrast: contrast, parts: e.parts(words, from, to)})
		}
		from, contrast = to, next
	}
	for i := range words {
		m := &words[i]
		switch {
		case strings.ContainsAny(m.Surface, ".!?\n;。") && m.POS != posHidden:
			cut(i+1, false)
			conceded = false
		case slices.Contains(englishContrasts, m.Base) && !(m.Base == "yet" && i+1 < len(words) && words[i+1].POS == "punctuation"):
			if i == from {
				conceded, contrast = m.Base != "but" && m.Base != "however", contrast || m.Base == "but" || m.Base == "however"
				continue
			}
			cut(i, true)
		case m.Surface == "," && conceded:
			cut(i+1, true)
			conceded = false
		}
	}
	cut(len(words), false)
	return all
}

// parts splits a clause at commas, because, so, and at an and that begins something new.
func (english) parts(words []Morpheme, from, to int) []part {
	var all []part
	begin := from
	for i := from; i < to; i++ {
		m := &words[i]
		next := ""
		if i+1 < to {
			next = words[i+1].Base
		}
		fresh := slices.Contains([]string{"i", "my", "we", "our", "there", "they", "nobody", "everyone", "the", "he", "she", "it"}, next)
		if i > begin && (m.Base == "because" || m.Base == "since" || m.Base == "so" && fresh || (m.Base == "and" || m.Surface == ",") && fresh) {
			all = append(all, part{from: begin, to: i})
			begin = i
		}
	}
	return append(all, part{from: begin, to: to})
}

var englishDenials = []string{"not", "no", "never", "nobody", "none", "nothing", "without", "rarely", "hardly", "seldom", "barely", "scarcely", "cannot", "neither", "nor", "lack", "lacking", "few", "fewer", "less",
	"little", "missing", "insufficient", "limited", "scarce", "nowhere", "stopped", "unable", "fail", "failed"}

// follow counts the negations around a word: not … isolated, experience is not used.
func (english) follow(s *scene, p part, from, at int, _ string) said {
	out := said{end: at + 1}
	for i := max(p.from, from-5); i < min(p.to, at+6); i++ {
		m := &s.words[i]
		if i >= from && i <= at && i != from && !slices.Contains(englishDenials, m.Base) {
			continue
		}
		next := ""
		if i+1 < p.to {
			next = s.words[i+1].Base
		}
		switch {
		case i > at && !connects(m) && !slices.Contains(englishDenials, m.Base):
			i = p.to // something else is said
		case (m.Base == "few" || m.Base == "little") && i > p.from && s.words[i-1].Base == "a", m.Base == "not" && next == "only", m.Base == "no" && next == "doubt", m.Base == "nothing" && next == "but":
		case slices.Contains(englishDenials, m.Base) && (i < from || i > at || at > from):
			out.denials++
		case i < from && (m.Base == "have" || m.Base == "there"):
			out.exists = true
		case i < from && (m.Base == "whether" || m.Base == "if"):
			out.question = true
		}
	}
	for i := max(p.from, from-4); i < min(p.to, at+1); i++ {
		if word := lowerASCII(s.words[i].Surface); word == "was" || word == "were" || word == "had" || word == "did" || strings.HasSuffix(word, "ed") {
			out.past = true
		}
	}
	out.affirmed, out.exists = !out.denied() && !out.question, out.exists && out.denials == 0
	out.past = out.past || out.affirmed && slices.Contains([]string{"be", "have", "get"}, before(s, p, from))
	return out
}

func before(s *scene, p part, at int) string {
	for i := at - 1; i >= p.from && i >= at-3; i-- {
		if base := s.words[i].Base; base == "be" || base == "have" || base == "get" {
			return base
		}
	}
	return ""
}

// connects reports whether a word carries on what is said of a cue: has not, is still not.
func connects(m *Morpheme) bool {
	return slices.Contains([]string{"be", "have", "do", "will", "would", "can", "could", "still", "really", "yet", "at", "all", "often", "ever", "even", "that", "who", "or", "and", "program", "programme", "system"}, m.Base)
}

// evidence has nothing to add: the words of the table say it.
func (english) evidence(*scene, part) []event { return nil }
