package voices

import (
	"strings"
	"testing"

	"koe/store"

	"github.com/google/go-cmp/cmp"
)

// rosterOfTests is an invented roll.
func rosterOfTests() store.Roll {
	return store.Roll{
		Names: []string{"佐藤 花子", "佐藤", "花子", "小鳥遊 六花", "小鳥遊", "六花", "森", "森 太一", "太一", "山田太郎", "千葉", "千葉 望", "望", "John Smith", "John", "Smith", "Will Park", "Will", "Park",
			"東雲", "東雲 希望", "希望", "Emi Tanaka", "Emi", "Tanaka"},
		IDs: []string{"E00123", "900817", "2024"},
		Segments: map[string]map[string]int{
			"bureau":    {"総務局": 30, "港湾局": 80, "Policy Bureau": 12},
			"division":  {"人事課": 12, "会計課": 70, "情報政策課": 9, "霞企画": 5, "総務課": 20},
			"hire_type": {"経験者採用": 90, "任期付": 20},
		},
	}
}

func maskerOfTests() *Masker {
	return NewMasker(NewLexicon(), rosterOfTests(), [][]string{{"bureau", "division"}, {"hire_type"}})
}

func TestMask_HidesWhatPointsToSomebody(t *testing.T) {
	m := maskerOfTests()
	for _, c := range []struct{ in, want string }{
		{"連絡は hanako.sato@example.go.jp までお願いします。", "連絡は [メール] までお願いします。"},
		{"ＨＡＮＡＫＯ＠ｅｘａｍｐｌｅ．ｇｏ．ｊｐへ", "[メール]へ"},
		{"taro[at]example.comに送った", "[メール]に送った"},
		{"詳細はhttps://www.example.go.jp/a?b=1を参照。", "詳細は[URL]を参照。"},
		{"電話は03-1234-5678、携帯は０９０－１２３４－５６７８です。", "電話は[電話]、携帯は[電話]です。"},
		{"(03)1234-5678か+81-90-1234-5678、09012345678まで", "[電話]か[電話]、[電話]まで"},
		{"内線1234、内線番号は 56789", "内線[電話]、内線番号は [電話]"},
		{"電話番号は3581-5311です", "電話番号は[電話]です"},
		{"職員番号はA123456です。社員番号：00987", "職員番号は[番号]です。社員番号:[番号]"},
		{"私のIDはE00123で、2024年に入りました", "私のIDは[番号]で、2024年に入りました"},
		{"1985年3月4日生まれで、昭和60年3月4日生の同僚がいる", "[生年月日]生まれで、[生年月日]生の同僚がいる"},
		{"生年月日は1985/3/4です", "生年月日は[生年月日]です"},
		{"佐藤さんと鈴木課長に相談した", "[人名]さんと[人名]課長に相談した"},
		{"高橋課長補佐と森係長、林先生", "[人名]課長補佐と[人名]係長、[人名]先生"},
		{"小鳥遊さんに助けられた。小鳥遊が休むと困る。", "[人名]さんに助けられた。[人名]が休むと困る。"},
		{"上司の田中が忙しい", "上司の[人名]が忙しい"},
		{"山田太郎が担当です", "[人名]が担当です"},
		{"佐藤 花子さん、佐藤花子です", "[人名]さん、[人名]です"},
		{"千葉県の事務所に希望を出した", "千葉県の事務所に希望を出した"},
		{"皆さんと話す。お客様や先輩、課長補佐にも。人事課長", "皆さんと話す。お客様や先輩、課長補佐にも。[部署]長"},
		{"総務局の会計課と情報政策室", "[部署]の会計課と[部署]"},
		{"霞企画で経験者採用の任期付", "[部署]で経験者採用の任期付"},
		{"前職の株式会社みらい工房では", "前職の[会社]では"},
		{"以前は三菱商事に勤めていた", "以前は[会社]に勤めていた"},
		{"うつ病で休んだ", "[病名]で休んだ"},
		{"My mentor Kenji and Mr. Brown in the Policy Bureau helped; call ext. 1234.", "My mentor [人名] and Mr. [人名] in the [部署] helped; call ext. [電話]."},
		{"Smith-san left. I will ask John Smith. Will it work? Parking is free", "[人名]-san left. I will ask [人名]. Will it work? Parking is free"},
		{"孤独を感じることがある。つながりがほしい。", "孤独を感じることがある。つながりがほしい。"},
		{"", ""},
	} {
		if got := m.Mask(c.in); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestMask_TwiceIsOnce(t *testing.T) {
	m := maskerOfTests()
	once := m.Mask("佐藤さんの内線1234、taro@example.jp、人事課、株式会社みらい、1985年3月4日生まれ")
	if d := cmp.Diff(once, m.Mask(once)); d != "" {
		t.Error(d)
	}
}

func TestHide_SaysWhatItHid(t *testing.T) {
	_, hidden := maskerOfTests().Hide("佐藤さんへ03-1234-5678")
	var got []string
	for _, h := range hidden {
		got = append(got, h.Token+h.Text)
	}
	if d := cmp.Diff([]string{"[人名]佐藤", "[電話]03-1234-5678"}, got); d != "" {
		t.Error(d)
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"佐藤さん 03-1234-5678", "a@b.c", "内線１２３４", "(03)1234 5678", "[人名][人名]さん", "+81 3 1234 5678\n株式会社X", "\xff\xfeさん", "John Smith-san", "1985.3.4生"} {
		f.Add(seed)
	}
	m := maskerOfTests()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		masked, hidden := m.Hide(text)
		if strings.Contains(masked, "@example") || len(masked) > 0 && len(Normalise(text)) == 0 {
			t.Errorf("%q became %q", text, masked)
		}
		at := -1
		for _, h := range hidden {
			if h.start < at || h.end <= h.start {
				t.Errorf("%q: spans overlap: %+v", text, hidden)
			}
			at = h.end
		}
	})
}
