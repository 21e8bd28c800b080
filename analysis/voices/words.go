package voices

import (
	"crypto/md5" //nolint:gosec // a check for change, and no secret
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words gives the words of a comment that are counted (METHOD 6.3), each once, sorted: base forms of nouns that stand for
// themselves, verbs and adjectives. Names, numbers, what is hidden, and words that every text has are left out.
func (r *Reading) Words() []string {
	var words []string
	for i := range r.Morphemes {
		m := &r.Morphemes[i]
		word := m.Base
		if r.Language == "ja" {
			if !(m.is("名詞") || m.is("動詞,自立") || m.is("形容詞,自立")) || m.is("名詞,非自立") || m.is("名詞,代名詞") || m.is("名詞,数") || m.is("名詞,接尾") ||
				m.is("名詞,固有名詞") || m.is("名詞,副詞可能") || m.is("名詞,特殊") || m.is("名詞,接続詞的") || m.is("名詞,動詞非自立的") || emptyWords[word] {
				continue
			}
			if n := utf8.RuneCountInString(word); n < 2 && !unicode.Is(unicode.Han, firstRune(word)) {
				continue
			}
		} else if m.POS != "word" || utf8.RuneCountInString(word) < 3 {
			continue
		}
		if strings.IndexFunc(word, unicode.IsLetter) >= 0 {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// emptyWords are in every text.
var emptyWords = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(`する ある いる なる 思う 感じる できる 出来る 言う いう 行う 行なう おこなう くる 来る いく 行く 見る みる ない 無い よい 良い いい 多い 多く 少し 特に とても 非常 大変 今 今回 現在
 場合 自分 私 方 人 点 面 感 中 前 後 上 下 他 際 頃 的 等 何 誰 皆 もの 事 物 時 ところ わけ はず ため よう そう 思い 気 しまう 頂く いただく くださる もらう くれる あげる やる おる ござる 持つ 出る 入る 受ける 与える 取る つく 付く 対する 関する`) {
		set[word] = true
	}
	return set
}()

// Says reports whether a comment says anything: 特になし, none and the like do not.
func Says(masked string) bool {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, Normalise(masked))
	for _, filler := range []string{"今のところ", "いまのところ", "現在のところ", "現時点では", "現時点で", "とくに", "特に", "特段", "今は", "現在", "ございません", "ありません", "ないです", "なしです", "問題は", "意見は", "要望は", "気になることは", "困っていることは",
		"ことは", "コメント", "です", "なし", "無し", "ない", "無い", "以上", "nothing", "none", "no", "in", "particular", "special", "comment", "comments", "na", "thank", "thanks", "you", "とりあえず", "よろしくお願いします", "よろしくお願いいたします", "該当", "同上"} {
		plain = strings.ReplaceAll(plain, filler, "")
	}
	return utf8.RuneCountInString(plain) > 1
}

// Check is a short check of a masked text. It shows that a decision was about this wording, and is too short to tell what
// the wording was.
func Check(masked string) string {
	sum := md5.Sum([]byte(masked)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])[:5]
}

// Hash names a masked text as DuckDB's md5 does.
func Hash(masked string) string {
	sum := md5.Sum([]byte(masked)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}
