package voices

import (
	"slices"
	"strings"
)

// japanese is the grammar of Japanese, over kagome's morphemes.
type japanese struct{}

// content reports whether a word is one: nouns, verbs, adjectives that stand for themselves.
func (japanese) content(m *Morpheme) bool {
	switch {
	case m.is("名詞,非自立"), m.is("名詞,接尾"), m.is("名詞,代名詞"), m.is("名詞,数"), m.is("動詞,非自立"), m.is("動詞,接尾"), m.is("形容詞,非自立"), m.is("形容詞,接尾"):
		return false
	case m.Base == "する" || m.Base == "ある" || m.Base == "いる" || m.Base == "なる":
		return false
	}
	return m.is("名詞") || m.is("動詞") || m.is("形容詞") || m.POS == posHidden
}

var (
	contrastWords  = []string{"が", "けど", "けれど", "けれども", "ものの", "のに", "つつも", "ながらも", "とはいえ", "にもかかわらず"}
	contrastStarts = []string{"しかし", "ただ", "ただし", "でも", "だが", "ところが", "とはいえ", "けれども", "けれど", "けど", "ですが", "もっとも", "それでも", "しかしながら", "だけど", "一方"}
	enders         = "。．.!?！？\n"
)

// clauses splits at the ends of sentences, and at が, けど, けれど, しかし, 一方, ものの and their like (METHOD 6.1).
func (j japanese) clauses(words []Morpheme, text string) []clause {
	var all []clause
	from, contrast := 0, false
	cut := func(to int, next bool) {
		if from < to {
			c := clause{from: from, to: to, contrast: contrast}
			c.parts = j.parts(words, from, to)
			all = append(all, c)
		}
		from, contrast = to, next
	}
	for i := range words {
		m := &words[i]
		switch {
		case strings.ContainsAny(m.Surface, enders):
			cut(i+1, false)
		case i == from && slices.Contains(contrastStarts, m.Base) && (m.is("接続詞") || m.Base == "一方" || m.Base == "ですが"):
			contrast = true
		case m.is("助詞,接続助詞") && slices.Contains(contrastWords, m.Surface),
			m.Surface == "も" && i > 0 && (words[i-1].Surface == "つつ" || words[i-1].Surface == "ながら") && words[i-1].is("助詞,接続助詞"),
			m.Surface == "ものの", m.is("接続詞") && i > from && slices.Contains(contrastStarts, m.Base),
			(m.Base == "反面" || m.Base == "半面" || m.Base == "一方") && i > from:
			to := i + 1
			for to < len(words) && (words[to].Surface == "、" || words[to].Surface == "," || m.Base != "が" && words[to].Surface == "で") {
				to++
			}
			cut(to, true)
		}
	}
	cut(len(words), false)
	return all
}

// parts splits a clause at 〜て、 〜あり、 〜ず、 ので から ため、 し、.
func (j japanese) parts(words []Morpheme, from, to int) []part {
	var all []part
	begin := from
	for i := from; i < to; i++ {
		m := &words[i]
		stop := false
		switch {
		case m.is("助詞,接続助詞") && (m.Surface == "ので" || m.Surface == "から" || m.Surface == "んで"):
			stop = true
		case m.Surface == "、" || m.Surface == ",":
			stop = i > begin && j.pauses(words, i-1)
		}
		if stop {
			if i+1 < to && words[i+1].Surface == "、" {
				i++
			}
			all = append(all, part{begin, i + 1, j.acts(words, begin, i)})
			begin = i + 1
		}
	}
	if begin < to {
		all = append(all, part{begin, to, j.acts(words, begin, to)})
	}
	return all
}

// pauses reports whether a sentence goes on after a comma behind this word: て、 あり、 なく、 おらず、 ため、.
func (japanese) pauses(words []Morpheme, i int) bool {
	m := &words[i]
	switch {
	case m.is("助詞,接続助詞"):
		return m.Surface == "て" || m.Surface == "で" || m.Surface == "し" || m.Surface == "ながら" || m.Surface == "つつ"
	case m.is("助動詞"):
		return strings.HasPrefix(m.form, "連用") || m.Surface == "ず"
	case m.is("動詞"), m.is("形容詞"):
		return strings.HasPrefix(m.form, "連用")
	case m.Surface == "ため", m.Surface == "おかげ", m.Surface == "結果", m.Surface == "上":
		return m.is("名詞,非自立") || m.is("名詞,副詞可能")
	case m.Surface == "で":
		return i > 0 && (words[i-1].Surface == "ため" || words[i-1].Surface == "おかげ" || words[i-1].is("名詞,形容動詞語幹") || words[i-1].Surface == "独特")
	}
	return false
}

// acts reports whether the last verb of a part is something that somebody does: 設け、 つくり、.
func (japanese) acts(words []Morpheme, from, to int) bool {
	for i := to - 1; i >= from; i-- {
		m := &words[i]
		if m.is("動詞,自立") {
			return i > from && (words[i-1].Surface == "を" || m.Base == "する" && !words[i-1].is("助詞"))
		}
		if !m.is("記号") && !m.is("助詞,接続助詞") && !m.is("動詞,非自立") {
			return false
		}
	}
	return false
}

// notDenials look like negations and are none (METHOD 6.2). Their words are skipped when negations are counted.
var notDenials = []string{"かもしれな", "かもしれませ", "かもしれず", "かも知れ", "なければなら", "なければいけ", "なくてはなら", "なくてはいけ", "ないといけ", "ないとなら", "ねばなら", "に違いな", "に違いあ",
	"しかな", "しかあり", "ほかな", "ほかあり", "ではないか", "じゃないか", "ではありませんか", "ではないでしょうか", "ではなかろうか", "だけでなく", "だけではな", "だけじゃな", "ばかりでなく", "ばかりではな", "ばかりか",
	"のみならず", "ざるを得な", "ざるをえな", "やむを得", "やむをえ", "仕方がな", "仕方な", "仕方あり", "しょうがな", "にもかかわらず", "にも関わらず", "わけにはいか", "変わらな", "変わりませ", "変わらず", "尽きな", "とんでもな",
	"申し訳な", "もったいな", "思わず", "少なから", "問わず", "限らず", "とどまらず", "さることながら", "知らない", "知らず", "絶えな", "済まな", "まもな", "間もな", "何気な", "さりげな", "なくしては", "ないまま", "てたまらな", "てならな"}

// markFixed finds the words of notDenials.
func markFixed(words []Morpheme, text string) []bool {
	fixed := make([]bool, len(words))
	for _, phrase := range notDenials {
		if !strings.Contains(text, phrase) {
			continue
		}
		for from := 0; ; {
			i := strings.Index(text[from:], phrase)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(phrase)
			from = end
			for w := range words {
				if words[w].Start < end && words[w].End > start {
					fixed[w] = true
				}
			}
		}
	}
	return fixed
}

// denies counts a word's negations.
func denies(s *scene, i int) int {
	m := &s.words[i]
	if s.fixed[i] {
		return 0
	}
	switch {
	case m.is("助動詞") && (m.Base == "ない" || m.Base == "ぬ" || m.Base == "ん" || m.Base == "まい"),
		m.Base == "ない" || m.Base == "無い" || m.Base == "なし" || m.Base == "無し", m.Base == "にくい" || m.Base == "づらい" || m.Base == "がたい" || m.Base == "かねる" || m.Base == "辛い" && m.is("形容詞,非自立"),
		m.Base == "少ない" || m.Base == "乏しい" || m.Base == "欠ける" || m.Base == "皆無" || m.Base == "不足" || m.Base == "薄い" || m.Base == "少なめ" || m.Base == "ゼロ":
		return 1
	}
	return 0
}

// removals take away what is said before them: the trouble is gone, the resource too.
var removals = []string{"減る", "減らす", "消える", "取れる", "抜ける", "なくなる", "無くなる", "なくす", "解消", "払拭", "和らぐ", "薄れる", "薄らぐ", "収まる", "治まる", "緩和", "軽減", "終わる", "途絶える", "途切れる", "切れる", "失う", "削減", "杞憂", "嘘"}

// existences say of a thing that it is there or comes about; only they, denied, take a trouble away.
var existences = []string{"ある", "いる", "おる", "ござる", "感じる", "覚える", "思う", "なる", "する", "言う", "いう", "言える", "いえる", "受ける", "多い", "ない", "だ", "です", "続く", "持つ", "持てる", "残る", "生じる", "出る", "見る", "抱く", "抱える", "起きる", "伴う", "強い", "大きい",
	"できる", "出来る", "増える", "広がる", "見つかる", "得る", "得られる", "作れる", "つくれる", "築ける", "見える", "見つける", "残れる", "生まれる", "立つ", "つく", "設ける", "開く"}

func isExistence(base string) bool { return slices.Contains(existences, base) }

// occasions stand between a verb and what is said of it: 話す機会がない.
var occasions = []string{"機会", "場", "相手", "人", "時間", "余裕", "場所", "仲間", "方", "先", "体制", "環境", "雰囲気"}

// abilities, said and not denied, make what they speak of there: すぐ聞けます.
var abilities = []string{"聞ける", "話せる", "頼れる", "頼める", "知り合える", "会える", "つながれる", "繋がれる", "関われる", "集まれる", "入れる", "訊ける", "話し合える"}

// formal nouns carry a predicate on: 感じることはない, ないわけではない.
func formal(m *Morpheme) bool {
	switch m.Base {
	case "こと", "の", "ん", "わけ", "訳", "はず", "もの", "よう", "そう", "ほう", "方", "ところ", "気", "事", "感じ", "様子", "実感", "感", "ふう":
		return m.is("名詞")
	}
	return false
}

// follow walks from a word through its particle and predicate (METHOD 6.2: within the predicate of the cue).
func (j japanese) follow(s *scene, p part, from, at int, kind string) said {
	out := said{end: at + 1}
	i := at + 1
	head := &s.words[at]
	noun := head.is("名詞") && !(i < p.to && (s.words[i].Base == "する" || s.words[i].Base == "できる" || s.words[i].Base == "出来る" || s.words[i].Base == "いたす"))
	bare := false // a predicate without existence follows: 残業を断れない
	if noun {
		var ok bool
		if i, ok = j.toPredicate(s, p, i); !ok {
			out.end = min(i, p.to)
			return out
		}
		if i < p.to {
			m := &s.words[i]
			bare = !isExistence(m.Base) && denies(s, i) == 0 && !slices.Contains(removals, m.Base) && !m.is("助動詞")
			if m.is("名詞") {
				bare = bare && !slices.Contains([]string{"実感", "感じ", "気"}, m.Base)
			}
		}
	}
	start := i
	for ; i < p.to && i < start+16; i++ {
		m := &s.words[i]
		n := denies(s, i)
		first := i == start
		switch {
		case m.is("助動詞"), n > 0, s.fixed[i]:
			out.past = out.past || m.Base == "た"
		case slices.Contains(removals, m.Base):
			n = 1
		case !noun && !first && m.is("名詞") && slices.Contains(occasions, m.Base), !noun && first && head.is("動詞") && m.is("名詞") && slices.Contains(occasions, m.Base):
			// 話す機会がない: what is said of the occasion is said of it.
			next, ok := j.toPredicate(s, p, i+1)
			if !ok || next >= p.to {
				i = p.to
				continue
			}
			i, noun, start = next-1, true, next
			continue
		case m.is("動詞,接尾"), m.is("動詞,非自立"), m.is("形容詞,非自立"), m.is("形容詞,接尾"):
		case first && noun && (m.is("動詞") || m.is("形容詞") || m.is("名詞")):
		case m.Base == "する" || m.Base == "できる" || m.Base == "出来る" || m.Base == "なる" || m.Base == "ある" || m.Base == "いる" || m.Base == "思う" || m.Base == "感じる" || m.Base == "言える" || m.Base == "言う" || m.Base == "いえる":
		case formal(m):
		case m.is("副詞"), m.is("名詞,副詞可能"), m.is("名詞,数"), m.is("名詞,接尾,助数詞"), m.is("名詞,接尾"):
		case m.is("助詞,接続助詞") && (m.Surface == "て" || m.Surface == "で" || m.Surface == "ちゃ") && j.goesOn(s, p, i+1):
		case m.is("助詞") && (m.Surface == "は" || m.Surface == "が" || m.Surface == "も" || m.Surface == "に" || m.Surface == "と" || m.Surface == "を" || m.Surface == "では" || m.Surface == "じゃ" || m.Surface == "で" || m.Surface == "とは") && j.goesOn(s, p, i+1):
		case m.is("助詞") && m.Surface == "か":
			out.question = true
			i = p.to
			continue
		case m.is("助詞,接続助詞") && (m.Surface == "と" || m.Surface == "ば") && i+1 < p.to && slices.Contains(removals, s.words[i+1].Base): // と言えば嘘
		default:
			i = p.to
			continue
		}
		out.exists = out.exists || isExistence(m.Base) && !m.is("助動詞")
		out.denials += n
		out.end = i + 1
	}
	if bare && kind == kindTrouble {
		out.denials = 0
	}
	if kind != kindTrouble && kind != "" { // a removal without denial: つながりが減った; the same count serves
		out.exists = out.exists && out.denials == 0
	}
	if head.is("動詞") && slices.Contains(abilities, head.Base) && out.denials == 0 && !j.attributive(s, p, out.end) {
		out.exists = true
	}
	out.affirmed = !out.denied() && !out.question && out.end > at+1
	out.question = out.question || j.whether(s, p, out.end)
	return out
}

// toPredicate walks from a noun over compounds, の + noun, its particle and adverbs to the predicate; false when nothing is
// said of the noun.
func (j japanese) toPredicate(s *scene, p part, i int) (int, bool) {
	start := i
	joined := 0
	for i < p.to && i < start+12 {
		m := &s.words[i]
		switch {
		case m.is("名詞,接尾"), m.is("名詞") && joined == 0 && i == start && !formal(m) && !m.is("名詞,副詞可能"), m.POS == posHidden:
			i++
			continue
		case m.is("助詞,連体化") || m.Surface == "の" && m.is("助詞"), m.is("助詞,並立助詞") && (m.Surface == "や" || m.Surface == "と" || m.Surface == "とか"), m.Surface == "・", m.Surface == "等", m.Surface == "など":
			joined++
			if joined > 3 {
				return i, false
			}
			i++
			for i < p.to && (s.words[i].is("名詞") && !s.words[i].is("名詞,副詞可能") || s.words[i].is("接頭詞") || s.words[i].is("連体詞")) {
				i++
			}
			continue
		case m.is("助動詞"): // 孤独ではない, 孤独だ
			return i, true
		case m.is("助詞") && slices.Contains([]string{"が", "は", "も", "を", "に", "には", "って", "すら", "さえ", "ほど", "まで"}, m.Surface):
			if m.Surface == "まで" || m.Surface == "ほど" {
				return i, false
			}
			i++
			for i < p.to && (s.words[i].is("助詞") && slices.Contains([]string{"は", "も"}, s.words[i].Surface) || s.words[i].is("副詞") || s.words[i].is("名詞,副詞可能") ||
				s.words[i].is("名詞,数") || s.words[i].is("名詞,接尾,助数詞") || s.words[i].is("接頭詞,数接続") || s.words[i].Surface == "、") {
				i++
			}
			if i < p.to && (s.words[i].is("助詞") || s.words[i].is("記号") || s.words[i].is("連体詞")) {
				return i, false
			}
			return i, i < p.to
		case m.is("助詞") && m.Surface == "で" && i+1 < p.to && (s.words[i+1].Surface == "は" || s.words[i+1].Surface == "も"), m.is("助詞") && (m.Surface == "では" || m.Surface == "じゃ"):
			return i, true
		case denies(s, i) > 0, m.is("副詞"): // 問題なく, つながりほとんどなし
			if denies(s, i) > 0 {
				return i, true
			}
			i++
			continue
		case m.Surface == "と" && i+1 < p.to && slices.Contains([]string{"感じる", "思う", "言う", "いう", "言える", "は", "も", "感じ"}, s.words[i+1].Base):
			return i + 1, true
		}
		return i, false
	}
	return i, false
}

// goesOn reports whether a predicate is carried on by what follows a particle.
func (j japanese) goesOn(s *scene, p part, i int) bool {
	for ; i < p.to; i++ {
		m := &s.words[i]
		switch {
		case denies(s, i) > 0, s.fixed[i], m.is("動詞,非自立"), m.is("助動詞"), slices.Contains(removals, m.Base):
			return true
		case m.Base == "ある" || m.Base == "いる" || m.Base == "なる" || m.Base == "思う" || m.Base == "感じる" || m.Base == "言える" || m.Base == "いえる" || m.Base == "言う" || m.Base == "する" || m.Base == "できる":
			return true
		case m.is("副詞"), m.is("名詞,副詞可能"), m.is("名詞,数"), m.is("名詞,接尾,助数詞"), m.is("助詞,係助詞"):
			continue
		}
		return false
	}
	return false
}

// whether reports whether a か doubts what was said: できるか, あるのか, どうか.
func (j japanese) whether(s *scene, p part, i int) bool {
	for n := 0; i < p.to && n < 3; i, n = i+1, n+1 {
		m := &s.words[i]
		switch {
		case m.is("助詞") && m.Surface == "か" || m.Surface == "かどうか":
			return !s.fixed[i]
		case formal(m), m.is("助動詞"), m.is("助詞,格助詞"), m.is("助詞,係助詞"):
			continue
		}
		return false
	}
	return false
}
