package voices

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"koe/store"
)

// surnames are common ones, of one to three characters, and some rare.
var surnames = strings.Fields(`佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本
 斉藤 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 原田 中川 松田 竹内 小野 田村 中山 和田 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 谷口 安藤 丸山 今井 大野 高田 菅原 河野 武田 藤本 上野 杉山 千葉 増田 小島 平野 大塚
 久保 松井 小山 野口 岩崎 木下 松尾 野村 佐野 菊地 渡部 大西 島田 水野 新井 堀 関 辻 東 星 岸 南 北村 西田 小田 本田 土屋 五十嵐 大橋 熊谷 荒木 望月 古川 大久保 小松 飯田 川口 矢野 浜田 中田 岩田 服部 古賀 須藤 早川 樋口 我妻 鬼塚 御手洗 一ノ瀬 小笠原 宇佐美 久保田 日下部`)

var nameTitles = strings.Fields(`さん 氏 様 課長 係長 補佐 課長補佐 室長 部長 主任 先輩 先生 参事官 次長 班長 専門官 くん`)

var nameFrames = []string{"%sに何度も助けてもらった。", "隣の席の%sはとても親切です。", "先月、%sと面談しました。", "%sが忙しそうで聞きづらい。", "特に%sには感謝しています。", "指導してくれた%sが異動してしまった。", "困ったときは%sか同僚に聞く。",
	"業務は%sから引き継ぎました。", "「%s」のように話せる人が少ない。", "上司の%sの指示があいまい。"}

// TestMask_FindsNamesWithATitle holds METHOD 6.5's recall on names that nobody told the masker.
func TestMask_FindsNamesWithATitle(t *testing.T) {
	m := NewMasker(NewLexicon(), store.Roll{}, nil)
	found, all := 0, 0
	var missed []string
	for i, surname := range surnames {
		for j, title := range nameTitles {
			text := fmt.Sprintf(nameFrames[(i+j)%len(nameFrames)], surname+title)
			all++
			if masked := m.Mask(text); strings.Contains(masked, surname+title) {
				missed = append(missed, surname+title)
			} else {
				found++
			}
		}
	}
	recall := float64(found) / float64(all)
	t.Logf("recall %.4f of %d; missed %v", recall, all, missed)
	if recall < 0.90 {
		t.Errorf("recall %.3f of names with a title is to be at least .90", recall)
	}
}

// TestMask_FindsEveryNameOfTheRollWithATitle: of people on the roll every one is found.
func TestMask_FindsEveryNameOfTheRollWithATitle(t *testing.T) {
	roll := store.Roll{}
	for _, surname := range surnames {
		roll.Names = append(roll.Names, surname, surname+" 真一", "真一")
	}
	m := NewMasker(NewLexicon(), roll, nil)
	found, all := 0, 0
	var missed []string
	for i, surname := range surnames {
		for j, title := range append([]string{""}, nameTitles...) {
			who := surname + title
			if title == "" {
				who = surname + "真一"
			}
			all++
			if masked := m.Mask(fmt.Sprintf(nameFrames[(i+j)%len(nameFrames)], who)); strings.Contains(masked, who) {
				missed = append(missed, who)
			} else {
				found++
			}
		}
	}
	t.Logf("recall %.4f of %d; missed %v", float64(found)/float64(all), all, missed)
	if float64(found) < 0.99*float64(all) {
		t.Errorf("%d of %d names of the roll were found", found, all)
	}
}

// TestMask_FindsMailAndPhone holds METHOD 6.5's recall on invented addresses and numbers, half and full width.
func TestMask_FindsMailAndPhone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "%d", random.IntN(10))
		}
		return b.String()
	}
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '!' && r <= '~' {
				return r + 0xfee0
			}
			return r
		}, s)
	}
	frames := []string{"連絡先は%sです。", "%sまでお願いします", "詳しくは（%s）へ", "困ったら%sに連絡してくださいと言われた。", "連絡:%s、平日のみ", "Please contact %s if needed."}
	var phones, mails []string
	for range 60 {
		phones = append(phones, "03-"+digits(4)+"-"+digits(4), "0"+digits(1)+"0-"+digits(4)+"-"+digits(4), "090"+digits(8), "080 "+digits(4)+" "+digits(4), "(06)"+digits(4)+"-"+digits(4), "0422("+digits(2)+")"+digits(4),
			"+81-3-"+digits(4)+"-"+digits(4), "+81 90 "+digits(4)+" "+digits(4), "+8180"+digits(8), "0120-"+digits(3)+"-"+digits(3), "045-"+digits(3)+"-"+digits(4), "04"+digits(2)+"-"+digits(2)+"-"+digits(4), "03.3"+digits(3)+"."+digits(4),
			"内線"+digits(4), "内線:"+digits(5), "内線番号 "+digits(4), "電話 5253-"+digits(4), "070‐"+digits(4)+"‐"+digits(4), "03−"+digits(4)+"−"+digits(4), "03ー"+digits(4)+"ー"+digits(4), "ext. "+digits(4))
		user := []string{"taro.yamada", "h-sato", "suzuki_ichiro", "k" + digits(4), "info+form", "a.b.c"}[random.IntN(6)]
		host := []string{"example.go.jp", "mail.example.co.jp", "example.com", "sub-domain.example.ac.jp", "example.lg.jp"}[random.IntN(5)]
		mails = append(mails, user+"@"+host, strings.ToUpper(user)+"@"+host, user+" @ "+host, user+"(at)"+host, user+"[at]"+host, user+"＠"+host)
	}
	m := NewMasker(NewLexicon(), store.Roll{}, nil)
	for name, list := range map[string][]string{"phone": phones, "mail": mails} {
		found, all := 0, 0
		var missed []string
		for i, value := range list {
			if i%3 == 0 {
				value = wide(value)
			}
			all++
			masked := m.Mask(fmt.Sprintf(frames[i%len(frames)], value))
			token := map[string]string{"phone": tokenPhone, "mail": tokenMail}[name]
			left := strings.IndexFunc(strings.ReplaceAll(masked, "詳しくは", ""), isDigit) >= 0 && name == "phone"
			if strings.Contains(masked, token) && !left {
				found++
			} else {
				missed = append(missed, value+" → "+masked)
			}
		}
		recall := float64(found) / float64(all)
		t.Logf("%s: recall %.4f of %d; missed %v", name, recall, all, missed)
		if recall < 0.98 {
			t.Errorf("%s: recall %.3f is to be at least .98", name, recall)
		}
	}
}

// TestMask_LeavesOrdinaryTextAlone: what names nobody stays as it is, whatever recall costs elsewhere.
func TestMask_LeavesOrdinaryTextAlone(t *testing.T) {
	m := NewMasker(NewLexicon(), store.Roll{}, nil)
	changed, all := 0, 0
	for _, file := range []string{"labelled.tsv", "fresh.tsv"} {
		for _, c := range readLabelled(t, file) {
			all++
			if masked := m.Mask(c.text); masked != Normalise(c.text) {
				changed++
				t.Logf("%s\n    %s", c.text, masked)
			}
		}
	}
	t.Logf("%d of %d comments that name nobody were changed", changed, all)
	if changed > all/50 {
		t.Errorf("%d of %d comments that name nobody were changed", changed, all)
	}
}
