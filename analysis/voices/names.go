package voices

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"koe/store"

	"golang.org/x/text/unicode/norm"
)

// nameIndex is the roll's names, ready to be looked up in a text.
type nameIndex struct {
	whole   map[string]bool // names as written, without spaces; hidden wherever they stand
	parts   map[string]bool // surnames and given names; hidden where the text speaks of a person
	latin   map[string]bool // words of names in Latin letters, in lower case
	ids     map[string]bool // person_ids, in upper case
	lengths map[rune]uint64 // by first character: bit n set for a name of n characters
}

// isID reports whether a word of letters and digits is a person_id. Years and small numbers are not.
func (x *nameIndex) isID(word string) bool {
	if len(word) < 4 || strings.IndexFunc(word, isDigit) < 0 || len(word) == 4 && strings.IndexFunc(word, func(r rune) bool { return !isDigit(r) }) < 0 {
		return false
	}
	return x.ids[strings.ToUpper(word)]
}

func newNameIndex(roll store.Roll, lexicon *Lexicon) nameIndex {
	x := nameIndex{whole: map[string]bool{}, parts: map[string]bool{}, latin: map[string]bool{}, ids: map[string]bool{}, lengths: map[rune]uint64{}}
	for _, id := range roll.IDs {
		x.ids[strings.ToUpper(norm.NFKC.String(id))] = true
	}
	for _, name := range roll.Names {
		fields := strings.FieldsFunc(norm.NFKC.String(name), func(r rune) bool { return unicode.IsSpace(r) || r == '・' || r == ',' })
		if len(fields) == 0 {
			continue
		}
		if isLatin(fields[0]) {
			for _, field := range fields {
				if len(field) >= 3 {
					x.latin[strings.ToLower(field)] = true
				}
			}
			continue
		}
		if len(fields) > 1 {
			x.add(x.whole, strings.Join(fields, ""))
			for _, field := range fields {
				x.add(x.parts, field)
			}
			continue
		}
		if n := utf8.RuneCountInString(fields[0]); n <= 2 || lexicon.knows(fields[0], "名詞,固有名詞,人名") {
			x.add(x.parts, fields[0])
			continue
		}
		x.add(x.whole, fields[0])
		if surname, given := splitName(fields[0], lexicon); surname != "" {
			x.add(x.parts, surname)
			x.add(x.parts, given)
		}
	}
	return x
}

func (x *nameIndex) add(to map[string]bool, name string) {
	n := utf8.RuneCountInString(name)
	if n == 0 || n > 30 {
		return
	}
	first, _ := utf8.DecodeRuneInString(name)
	to[name] = true
	x.lengths[first] |= 1 << n
}

// splitName splits a name written without a space by IPADIC's surnames and given names.
func splitName(name string, lexicon *Lexicon) (surname, given string) {
	runes := []rune(name)
	for _, n := range []int{2, 3, 1, 4} {
		if n < len(runes) && lexicon.knows(string(runes[:n]), "名詞,固有名詞,人名,姓") && lexicon.knows(string(runes[n:]), "名詞,固有名詞,人名,名") {
			return string(runes[:n]), string(runes[n:])
		}
	}
	if len(runes) == 4 {
		return string(runes[:2]), string(runes[2:])
	}
	return "", ""
}

func isLatin(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.Latin, r)
}

// names hides names of people: those on the roll, those that a title follows, and what is written as a full name.
func (f *finder) names() {
	f.rosterNames()
	f.titledNames()
	f.fullNames()
	f.englishNames()
	f.repeated()
}

// titleAt gives the title that begins at a place of the text, "" when none does.
func (f *finder) titleAt(at int) string {
	for _, title := range f.masker.lists.starting[f.after(at)] {
		if !strings.HasPrefix(f.text[at:], title) {
			continue
		}
		if end := f.after(at + len(title)); isLatin(title) && isWordly(end) || title == "君" && unicode.Is(unicode.Han, end) ||
			(title == "様" || title == "殿" || title == "氏") && (unicode.Is(unicode.Han, end) && end != '方') {
			continue
		}
		return title
	}
	return ""
}

// afterSpace skips one space.
func (f *finder) afterSpace(at int) int {
	if strings.HasPrefix(f.text[at:], " ") {
		return at + 1
	}
	return at
}

// atStart reports whether a clause begins here.
func (f *finder) atStart(at int) bool {
	if at == 0 {
		return true
	}
	return strings.ContainsRune("。.、,!?！？\n「『(（ ・:：;；…", f.before(at))
}

// rosterNames hides names that stand on the roll.
func (f *finder) rosterNames() {
	x := &f.masker.names
	if len(x.lengths) == 0 {
		return
	}
	for at, first := range f.text {
		lengths := x.lengths[first]
		if lengths == 0 {
			continue
		}
		ends := f.ends(at)
		for n := min(len(ends), 30); n > 0; n-- {
			if lengths&(1<<n) == 0 {
				continue
			}
			name := strings.ReplaceAll(f.text[at:ends[n-1]], " ", "")
			if x.whole[name] || x.parts[name] && f.speaksOf(name, at, ends[n-1]) {
				f.hide(tokenName, at, ends[n-1])
				break
			}
		}
	}
}

// ends gives where the 1, 2, 3 … characters from a place end. One space between characters is not counted.
func (f *finder) ends(at int) []int {
	var ends []int
	spaces := 0
	for i, r := range f.text[at:] {
		if r == ' ' || r == '・' {
			if spaces++; spaces > 1 {
				break
			}
			continue
		}
		ends = append(ends, at+i+utf8.RuneLen(r))
		if len(ends) == 30 {
			break
		}
	}
	return ends
}

// speaksOf reports whether a part of a name means a person here: a title follows or, for two characters and more, it
// begins a clause or the sentence makes it a name.
func (f *finder) speaksOf(name string, start, end int) bool {
	runes := utf8.RuneCountInString(name)
	title := f.titleAt(f.afterSpace(end))
	if title != "" && (runes > 1 || f.wordBegins(start)) {
		return true
	}
	if runes < 2 {
		return false
	}
	for _, w := range f.morphemes() {
		if w.Start != start || w.End != end {
			continue
		}
		if w.is("名詞,固有名詞,人名") || w.POS == "人名" {
			return true
		}
		free := f.atStart(start) && !unicode.Is(unicode.Han, f.after(end))
		return free && (w.is("名詞,固有名詞") || w.Base == "" || !w.is("名詞") && !w.is("副詞") && !w.is("形容詞") && !w.is("動詞")) ||
			f.roleBefore(start) && w.is("名詞,固有名詞")
	}
	// The sentence was split otherwise: a rare name, or part of a longer word.
	return f.atStart(start) && !unicode.Is(unicode.Han, f.after(end)) && !unicode.Is(unicode.Katakana, f.after(end)) && !f.insideWord(start, end)
}

func (f *finder) wordBegins(at int) bool {
	for _, w := range f.morphemes() {
		if w.Start == at {
			return true
		}
	}
	return false
}

// insideWord reports whether a word of the dictionary reaches beyond the place.
func (f *finder) insideWord(start, end int) bool {
	for _, w := range f.morphemes() {
		if w.Start < end && w.End > end || w.Start < start && w.End > start {
			return true
		}
	}
	return false
}

// roles stand before a name: 上司の田中, 課長(田中).
func (f *finder) roleBefore(at int) bool {
	head := strings.TrimRight(f.text[:at], " (「:の、=")
	if len(head) == at || at-len(head) > 6 {
		return false
	}
	for _, role := range []string{"課長", "係長", "補佐", "室長", "部長", "局長", "次長", "主任", "主査", "班長", "所長", "上司", "先輩", "同僚", "メンター", "リーダー",
		"マネージャー", "バディ", "後輩", "部下", "教育係", "担当", "担当者", "前任", "後任", "同期", "直属", "上長", "先生", "チューター", "審議官", "参事官", "相談役"} {
		if strings.HasSuffix(head, role) {
			return true
		}
	}
	return false
}

// titledNames hides what stands before a title (鈴木さん, 高橋課長補佐, John氏) or after a role (上司の田中).
func (f *finder) titledNames() {
	words := f.morphemes()
	for i := range words {
		w := &words[i]
		if title := f.titleAt(w.Start); title != "" && i > 0 {
			if from := f.nameBefore(words, i, title); from >= 0 {
				f.hide(tokenName, words[from].Start, words[i-1].End)
			}
		}
		if w.is("名詞,固有名詞,人名") && f.roleBefore(w.Start) {
			last := i
			for last+1 < len(words) && words[last+1].is("名詞,固有名詞,人名") {
				last++
			}
			f.hide(tokenName, w.Start, words[last].End)
		}
	}
	for at := range f.text { // titles that the dictionary glued to the word before (Tanakaさん)
		if title := f.titleAt(at); title != "" && f.masker.lists.personal[title] {
			if run := compile().honorRun.FindString(f.text[:at]); run != "" && !f.masker.lists.notNames[strings.TrimSpace(run)] {
				f.hide(tokenName, at-len(run), at)
			}
		}
	}
}

// nameBefore gives the index of the word with which the name before the title at words[i] begins, −1 when there is none.
func (f *finder) nameBefore(words []Morpheme, i int, title string) int {
	at := i - 1
	if words[at].Surface == " " && at > 0 {
		at--
	}
	first := &words[at]
	deny := f.masker.lists.notNames
	if deny[first.Surface] || !first.is("名詞") && !first.is("人名") && !f.isName(first) || first.is("名詞,数") || first.is("名詞,代名詞") || first.is("名詞,非自立") {
		if !(first.is("接頭詞") && f.isName(first)) {
			return -1
		}
	}
	personal := f.masker.lists.personal[title]
	runes := utf8.RuneCountInString(first.Surface)
	switch {
	case first.is("名詞,固有名詞,人名"), first.is("人名"), first.is("名詞,固有名詞") && !first.is("名詞,固有名詞,組織"):
	case f.isName(first) && (runes > 1 || personal || first.is("名詞,一般")):
	case personal && (first.is("名詞,一般") || first.is("名詞,固有名詞") || first.is("名詞,サ変接続") || first.is("名詞,形容動詞語幹") || first.is("名詞,接尾")) && !f.common(first):
	default:
		return -1
	}
	for at > 0 { // 姓 名, or a rare name that the dictionary splits
		p := &words[at-1]
		gap := 0
		if p.Surface == " " && at > 1 {
			p, gap = &words[at-2], 1
		}
		switch {
		case deny[p.Surface]:
			return at
		case p.is("名詞,固有名詞,人名"), p.is("人名"), gap == 0 && p.is("名詞,固有名詞,地域") && f.isName(p):
		case gap == 0 && personal && utf8.RuneCountInString(p.Surface) == 1 && unicode.Is(unicode.Han, firstRune(p.Surface)) &&
			(p.is("名詞,一般") || p.is("接頭詞")) && words[i-1].End-p.Start <= 12:
		default:
			return at
		}
		at -= 1 + gap
		if words[i-1].End-words[at].Start > 36 {
			return at
		}
	}
	return at
}

// isName reports whether IPADIC knows the word as a name of a person.
func (f *finder) isName(w *Morpheme) bool {
	return f.masker.lexicon.knows(w.Surface, "名詞,固有名詞,人名") || f.masker.names.parts[w.Surface]
}

// common reports whether a word before さん and the like is an ordinary one: several characters that IPADIC knows, and not
// as a name, in hiragana, or a loan word.
func (f *finder) common(w *Morpheme) bool {
	if unicode.Is(unicode.Hiragana, firstRune(w.Surface)) {
		return true
	}
	return utf8.RuneCountInString(w.Surface) > 1 && (f.masker.lexicon.knows(w.Surface, "名詞,サ変接続") || f.masker.lexicon.knows(w.Surface, "名詞,形容動詞語幹"))
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// fullNames hides a surname with a given name behind it, and who says 〜と申します.
func (f *finder) fullNames() {
	words := f.morphemes()
	for i := range words {
		w := &words[i]
		if !w.is("名詞,固有名詞,人名") {
			continue
		}
		next := i + 1
		if next < len(words) && words[next].Surface == " " {
			next++
		}
		if w.is("名詞,固有名詞,人名,姓") && next < len(words) && words[next].is("名詞,固有名詞,人名,名") {
			f.hide(tokenName, w.Start, words[next].End)
		}
		if w.is("名詞,固有名詞,人名,姓") && utf8.RuneCountInString(w.Surface) > 1 && unicode.Is(unicode.Han, firstRune(w.Surface)) && !f.placeOf(words, i) {
			f.hide(tokenName, w.Start, w.End) // 鈴木と話した: METHOD asks for a title, but a name is a name
		}
		if strings.HasPrefix(f.text[w.End:], "と申し") || strings.HasPrefix(f.text[w.End:], "といいます") || strings.HasPrefix(f.text[w.End:], "と言います") {
			f.hide(tokenName, w.Start, w.End)
		}
	}
}

// placeOf reports whether a surname stands in the name of a place or of a thing: 山口県, 本田通り.
func (f *finder) placeOf(words []Morpheme, i int) bool {
	w := &words[i]
	if f.masker.lexicon.knows(w.Surface, "名詞,固有名詞,地域,一般") && strings.Contains(" 千葉 福島 宮城 山形 秋田 石川 福井 山梨 長野 岐阜 静岡 三重 滋賀 奈良 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 大阪 川崎 ", " "+w.Surface+" ") ||
		f.masker.lexicon.knows(w.Surface, "名詞,一般") || f.masker.lexicon.knows(w.Surface, "名詞,サ変接続") {
		return true
	}
	return i+1 < len(words) && words[i+1].Start == w.End && (words[i+1].is("名詞,接尾,地域") || words[i+1].is("名詞,一般") && unicode.Is(unicode.Han, firstRune(words[i+1].Surface)))
}

// repeated hides every other mention of a name that was found: 佐藤さん … 佐藤が.
func (f *finder) repeated() {
	words := f.morphemes()
	for _, s := range f.spans {
		if s.Token != tokenName || utf8.RuneCountInString(s.Text) < 2 {
			continue
		}
		for from := 0; ; {
			i := strings.Index(f.text[from:], s.Text)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(s.Text)
			from = end
			if isLatin(s.Text) && (isWordly(f.before(start)) || isWordly(f.after(end))) {
				continue
			}
			whole := isLatin(s.Text)
			for _, w := range words {
				whole = whole || w.Start == start && w.is("名詞") && !unicode.Is(unicode.Han, f.before(start))
			}
			if whole {
				f.hide(tokenName, start, end)
			}
		}
	}
}
