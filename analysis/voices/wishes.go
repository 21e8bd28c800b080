package voices

import (
	"slices"
	"strings"
)

// evidence adds what the grammar says of a part: wishes (たい, ばよい, てください), whether the predicate is denied, できる and
// what others do for one (〜てくれる).
func (j japanese) evidence(s *scene, p part) []event {
	var all []event
	add := func(at int, valence string) {
		all = append(all, event{at: at, valence: valence, cue: s.words[at].Base})
	}
	last := p.to - 1 // the last word of the predicate
	for last > p.from && (s.words[last].is("記号") || s.words[last].is("助詞,終助詞") || s.words[last].is("助詞,接続助詞")) {
		last--
	}
	for i := p.from; i < p.to; i++ {
		m := &s.words[i]
		switch {
		case m.Base == "たい" && m.is("助動詞"):
			if valence := j.wanting(s, p, i); valence != "" {
				own := i == p.from || !slices.Contains([]string{"もらう", "いただく", "頂く", "くださる", "願う", "お願い", "する"}, s.words[i-1].Base)
				all = append(all, event{at: i, valence: valence, cue: m.Base, own: own})
			}
		case (m.is("助詞") && m.Surface == "と" || m.is("助詞,接続助詞") && m.Surface == "ば" || m.is("助動詞") && (m.Surface == "たら" || m.Surface == "なら") || m.Surface == "れば") && j.hopes(s, p, i):
			add(i, Wish)
		case (m.Surface == "ください" || m.Surface == "下さい") && i > p.from && (s.words[i-1].Surface == "て" || s.words[i-1].Surface == "で" || s.words[i-1].is("名詞")):
			add(i, Wish)
		case m.Surface == "も" && i > p.from && (s.words[i-1].Surface == "て" || s.words[i-1].Surface == "で") && i+1 < p.to && isGood(&s.words[i+1]) && j.suggests(s, p, i+2):
			add(i+1, Wish)
		case (m.Base == "ほう" || m.Base == "方") && i+2 < p.to && s.words[i+1].Surface == "が" && isGood(&s.words[i+2]):
			add(i+2, Wish)
		case m.Base == "必要" && i+1 < p.to && (s.words[i+1].Surface == "が" && j.exists(s, p, i+2) || s.words[i+1].is("助動詞") && s.words[i+1].Surface != "な" && !j.asks(s, p, i+1)):
			add(i, Wish)
		case (m.Base == "できる" || m.Base == "出来る") && m.is("動詞,自立"):
			if said := j.follow(s, p, i, i, kindGood); !j.attributive(s, p, said.end) {
				if said.denied() || said.question {
					add(i, Issue)
				} else {
					add(i, OK)
				}
			}
		case m.is("動詞,非自立") && slices.Contains([]string{"くれる", "くださる", "下さる", "もらえる", "いただける", "頂ける"}, m.Base) ||
			m.is("動詞,非自立") && slices.Contains([]string{"もらう", "いただく", "頂く"}, m.Base):
			if said := j.follow(s, p, i, i, kindGood); !j.attributive(s, p, said.end) {
				if said.denied() || said.question {
					add(i, Issue)
				} else {
					add(i, OK)
				}
			}
		}
	}
	// The predicate is denied: 時間がない, 帰れない. Of troubles that is no evidence; they say so themselves.
	if denies(s, last) > 0 || last > p.from && s.words[last].is("助動詞") && deniedEnd(s, p, last) {
		if !j.aboutTrouble(s, p, last) {
			add(last, Issue)
		}
	}
	return all
}

// deniedEnd looks back over た, です and the like for a single negation.
func deniedEnd(s *scene, p part, i int) bool {
	denials := 0
	for ; i >= p.from && (s.words[i].is("助動詞") || s.words[i].is("動詞,非自立") || denies(s, i) > 0 || s.words[i].is("助詞,接続助詞")); i-- {
		denials += denies(s, i)
	}
	return denials%2 == 1
}

// aboutTrouble reports whether the denied predicate is about a word of trouble or a cue that is one.
func (j japanese) aboutTrouble(s *scene, p part, last int) bool {
	for i := p.from; i <= last; i++ {
		m := &s.words[i]
		for _, rule := range s.table.exact[m.Base] {
			if r := &s.table.rules[rule]; r.Kind == kindTrouble && j.follow(s, p, i, i, kindTrouble).denials > 0 {
				return true
			}
		}
	}
	text := s.text[s.words[p.from].Start:s.words[last].End]
	for _, twice := range []string{"わけではな", "わけでもな", "わけじゃな", "なくはな", "なくもな", "とも限らな", "とは限らな"} {
		if strings.Contains(text, twice) {
			return true // two negations, or a half one
		}
	}
	for _, phrase := range []string{"問題な", "支障な", "そんなことは", "心配な", "不自由な", "ことはな", "不満はな"} {
		if strings.Contains(text, phrase) {
			return phrase != "ことはな" || strings.Contains(text, "そんなこと")
		}
	}
	return false
}

// wanting weighs 〜たい: a wish, thanks (感謝したい), or wanting to leave.
func (j japanese) wanting(s *scene, p part, i int) string {
	if said := j.follow(s, p, i, i, ""); said.denied() {
		return Issue
	}
	for k := max(p.from, i-4); k < i; k++ {
		switch s.words[k].Base {
		case "感謝", "お礼", "御礼":
			return OK
		case "辞める", "やめる", "逃げる", "避ける", "退職":
			return Issue
		}
	}
	if i+1 < p.to && s.words[i+1].Base == "がる" {
		return ""
	}
	return Wish
}

func isGood(m *Morpheme) bool {
	switch m.Base {
	case "よい", "良い", "いい", "助かる", "ありがたい", "有難い", "嬉しい", "うれしい", "幸い", "安心", "心強い", "望ましい", "よろしい", "理想":
		return true
	}
	return false
}

// hopes reports whether a condition is hoped for: あるとよい, もらえれば助かる, 増えればと思う. どうすればよいか is a question.
func (j japanese) hopes(s *scene, p part, i int) bool {
	if i > p.from && (s.words[i].Surface == "ば" || s.words[i].Surface == "たら") && slices.Contains([]string{"もらえる", "いただける", "頂ける", "くださる", "くれる"}, s.words[i-1].Base) {
		return !j.asks(s, p, i) // 教えてもらえれば、準備ができた
	}
	for k := i + 1; k < p.to && k < i+5; k++ {
		m := &s.words[k]
		switch {
		case isGood(m):
			if m.Surface == "良かっ" || m.Surface == "よかっ" {
				return s.words[i].Surface != "と" || !slices.Contains([]string{"聞く", "知る", "分かる", "わかる"}, s.words[max(i-1, 0)].Base)
			}
			return !j.asks(s, p, k)
		case m.Surface == "と" && k == i+1 && k+1 < p.to && (s.words[k+1].Base == "思う" || s.words[k+1].Base == "感じる" || s.words[k+1].Base == "願う" || s.words[k+1].Base == "存じる"):
			return true
		case m.is("副詞"), m.Surface == "、", m.Surface == "も", m.is("連体詞"), m.Surface == "尚", m.is("接頭詞"):
			continue
		}
		return false
	}
	// いただければ。
	return s.words[i].Surface == "ば" && i+1 >= p.to-1 && i > p.from && slices.Contains([]string{"いただける", "頂ける", "もらえる", "くださる"}, s.words[i-1].Base)
}

// asks reports whether どう, 何, 誰 before and か behind make a question of it.
func (j japanese) asks(s *scene, p part, at int) bool {
	question := false
	for k := at + 1; k < p.to && k < at+5; k++ {
		question = question || s.words[k].is("助詞") && s.words[k].Surface == "か" && !s.fixed[k]
	}
	if !question {
		return false
	}
	for k := max(p.from, at-8); k < at; k++ {
		switch s.words[k].Base {
		case "どう", "何", "誰", "だれ", "どこ", "どの", "いつ", "どれ", "どんな", "どちら", "なに", "どのよう", "なん":
			return true
		}
	}
	return false
}

// suggests reports whether a suggestion follows: てもよい + のではないか, と思う.
func (j japanese) suggests(s *scene, p part, i int) bool {
	for k := i; k < p.to && k < i+4; k++ {
		if m := &s.words[k]; m.Surface == "で" || m.Base == "思う" || m.Base == "感じる" || m.Surface == "では" || m.Surface == "かも" {
			return true
		}
	}
	return false
}

func (j japanese) exists(s *scene, p part, i int) bool {
	return i < p.to && s.words[i].Base == "ある"
}

// attributive reports whether a noun follows that the predicate describes: 相談できる人.
func (j japanese) attributive(s *scene, p part, i int) bool {
	return i < p.to && s.words[i].is("名詞") && !formal(&s.words[i]) && !s.words[i].is("名詞,副詞可能")
}
