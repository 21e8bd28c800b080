package voices

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"koe/store"

	"golang.org/x/text/unicode/norm"
)

// unitSuffixes end the name of a unit.
var unitSuffixes = []string{"事務局", "事務所", "出張所", "センター", "グループ", "チーム", "ユニット", "支社", "支店", "支局", "支部", "本部", "本局", "総局", "研究所", "営業所",
	"企画室", "局", "部", "課", "室", "係", "班", "署", "庁", "院", "省", "所", "Division", "Bureau", "Section", "Office", "Department", "Unit", "Team", "Group", "Center", "Centre", "Branch"}

// genericUnits are called so everywhere: they are hidden only when they are small (METHOD 6.5).
var genericUnits = []string{"総務", "人事", "会計", "庶務", "秘書", "企画", "広報", "経理", "財務", "法務", "営業", "管理", "政策", "文書", "厚生", "情報", "監査"}

// largeUnit is how many people make a generic unit too large to point to anybody.
const largeUnit = 50

// unitIndex is the unit master: what the roll knows as units.
type unitIndex struct {
	names []string // longest first
	latin []string
	stems map[string]bool // unit names without their ending
}

// newUnitIndex takes the units of the roll.
func newUnitIndex(roll store.Roll, levels [][]string) unitIndex {
	size := map[string]int{}
	always := map[string]bool{}
	for column, values := range roll.Segments {
		hierarchy := slices.ContainsFunc(levels, func(level []string) bool { return len(level) > 1 && slices.Contains(level, column) })
		for value, people := range values {
			value = strings.TrimSpace(norm.NFKC.String(value))
			size[value] += people
			always[value] = always[value] || hierarchy
		}
	}
	x := unitIndex{stems: map[string]bool{}}
	for value := range size {
		suffix := unitSuffix(value)
		stem := strings.TrimSuffix(value, suffix)
		if utf8.RuneCountInString(value) < 2 || suffix == "" && !always[value] {
			continue
		}
		if slices.Contains(genericUnits, stem) {
			if size[value] < largeUnit {
				x.names = append(x.names, value)
			}
			continue
		}
		if isLatin(value) {
			x.latin = append(x.latin, value)
			continue
		}
		x.names = append(x.names, value)
		if utf8.RuneCountInString(stem) >= 2 && suffix != "" {
			x.stems[stem] = true
		}
	}
	for _, list := range [][]string{x.names, x.latin} {
		slices.SortFunc(list, func(a, b string) int {
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return strings.Compare(a, b)
		})
	}
	return x
}

func unitSuffix(name string) string {
	for _, suffix := range unitSuffixes {
		if strings.HasSuffix(name, suffix) && len(name) > len(suffix) {
			return suffix
		}
	}
	return ""
}

// units hides the units of the roll, and others of the same name: 情報政策室 when 情報政策課 is a unit.
func (f *finder) units() {
	x := &f.masker.units
	for _, name := range x.names {
		f.each(name, func(start, end int) {
			if unicode.Is(unicode.Katakana, firstRune(name)) && unicode.Is(unicode.Katakana, f.before(start)) {
				return
			}
			f.hide(tokenUnit, start, end)
		})
	}
	for stem := range x.stems {
		f.each(stem, func(start, end int) {
			for _, suffix := range unitSuffixes {
				if strings.HasPrefix(f.text[end:], suffix) {
					f.hide(tokenUnit, start, end+len(suffix))
					return
				}
			}
		})
	}
	lower := ""
	for _, name := range x.latin {
		if lower == "" {
			lower = strings.ToLower(f.text)
		}
		if len(lower) != len(f.text) {
			lower = f.text
		}
		low := strings.ToLower(name)
		for from := 0; ; {
			i := strings.Index(lower[from:], low)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(low)
			from = end
			if !isWordly(f.before(start)) && !isWordly(f.after(end)) {
				f.hide(tokenUnit, start, end)
			}
		}
	}
}

// each calls fn for every place where a word stands.
func (f *finder) each(word string, fn func(start, end int)) {
	for from := 0; ; {
		i := strings.Index(f.text[from:], word)
		if i < 0 {
			return
		}
		fn(from+i, from+i+len(word))
		from += i + len(word)
	}
}

// workWords speak of an earlier work place.
var workWords = []string{"前職", "前の会社", "以前の会社", "前の職場", "出身", "勤め", "勤務", "在籍", "転職", "元の会社", "働いて", "いた頃", "いた時", "時代", "から来", "退職", "出向",
	"former", "previous", "used to work", "worked at", "worked for", "came from", "joined from"}

// companies hides employers: what calls itself a company, well-known ones, and what the text speaks of as an earlier work
// place.
func (f *finder) companies() {
	p := compile()
	for _, at := range p.companyForm.FindAllStringIndex(f.text, -1) {
		start, end := f.nounsBefore(at[0]), f.nounsAfter(at[1])
		if end > at[1] && f.text[at[1]-1] != ')' { // 株式会社X; X株式会社 only where no name follows
			start = at[0]
		}
		f.hide(tokenCompany, start, end)
	}
	for _, at := range p.companyEnglish.FindAllStringIndex(f.text, -1) {
		f.hide(tokenCompany, at[0], at[1])
	}
	work := slices.ContainsFunc(workWords, func(word string) bool { return strings.Contains(f.text, word) })
	for _, name := range f.masker.lists.company {
		f.each(name, func(start, end int) {
			if isLatin(name) && (isWordly(f.before(start)) || isWordly(f.after(end))) {
				return
			}
			if work || utf8.RuneCountInString(name) > 3 {
				f.hide(tokenCompany, start, end)
			}
		})
	}
	words := f.morphemes()
	for i := range words {
		switch w := &words[i]; {
		case w.POS == "会社":
			f.hide(tokenCompany, w.Start, w.End)
		case w.POS == "人名":
			f.hide(tokenName, w.Start, w.End)
		case w.POS == "部署":
			f.hide(tokenUnit, w.Start, w.End)
		case work && w.is("名詞,固有名詞,組織") && !publicBody(w.Surface) && !f.masker.lexicon.knows(w.Surface, "名詞,副詞可能") && f.employer(w.Start, w.End):
			f.hide(tokenCompany, w.Start, w.End)
		}
	}
	if !work {
		return
	}
	for _, at := range p.companyKind.FindAllStringIndex(f.text, -1) {
		if start := f.wordStart(at[0], at[1]); f.employer(start, at[1]) && at[1]-start > 6 {
			f.hide(tokenCompany, start, at[1])
		}
	}
}

// nounsAfter gives the end of the nouns that follow a place directly.
func (f *finder) nounsAfter(at int) int {
	for _, w := range f.morphemes() {
		if w.Start == at && f.ofName(&w) {
			at = w.End
		}
	}
	return at
}

// nounsBefore gives the beginning of the nouns that stand directly before a place.
func (f *finder) nounsBefore(at int) int {
	for _, w := range slices.Backward(f.morphemes()) {
		if w.End == at && f.ofName(&w) {
			at = w.Start
		}
	}
	return at
}

// ofName reports whether a word may be part of a company's name.
func (f *finder) ofName(w *Morpheme) bool {
	return w.is("名詞") && !w.is("名詞,非自立") && !w.is("名詞,代名詞") && !strings.ContainsAny(w.Surface, "()[]「」、。!?\n") || w.is("接頭詞")
}

// wordStart moves a place that lies inside a word to its beginning and, for a name made of several nouns, leaves it.
func (f *finder) wordStart(start, end int) int {
	for _, w := range f.morphemes() {
		if w.Start >= start && w.Start < end && (w.is("助") || w.is("動詞") || w.is("副詞") || w.is("接続詞") || w.is("記号")) {
			start = w.End
		}
	}
	return start
}

// employer reports whether the words beside a place make it a place of work: 〜で働く, 〜に勤める, 〜出身, 前職の〜.
func (f *finder) employer(start, end int) bool {
	rest, head := f.text[end:], f.text[:start]
	for _, word := range []string{"出身", "から", "に勤", "で勤", "勤務", "で働", "に在籍", "在籍", "時代", "を退職", "を辞め", "にい", "に出向", "では", "での", "という会社", "で営業", "で"} {
		if strings.HasPrefix(rest, word) {
			return true
		}
	}
	head = strings.TrimRight(head, "はのが、:(「 ")
	for _, word := range []string{"前職", "前の会社", "以前の会社", "前の職場", "元", "前職で", "勤務先", "former employer", "previous employer"} {
		if strings.HasSuffix(head, word) {
			return true
		}
	}
	return false
}

// publicBody reports whether an organisation is one of the state: these are no employers to hide.
func publicBody(name string) bool {
	for _, suffix := range []string{"省", "庁", "院", "国会", "府", "委員会", "政府", "霞が関", "内閣", "国", "党"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// illnesses hides names of illnesses.
func (f *finder) illnesses() {
	lower := strings.ToLower(f.text)
	for _, name := range f.masker.lists.illness {
		if isLatin(name) {
			if len(lower) != len(f.text) {
				continue
			}
			for from := 0; ; {
				i := strings.Index(lower[from:], strings.ToLower(name))
				if i < 0 {
					break
				}
				start, end := from+i, from+i+len(name)
				from = end
				if !isWordly(f.before(start)) && !isWordly(f.after(end)) {
					f.hide(tokenIllness, start, end)
				}
			}
			continue
		}
		f.each(name, func(start, end int) { f.hide(tokenIllness, start, end) })
	}
}
