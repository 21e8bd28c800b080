package voices

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// patterns are the expressions of what looks alike wherever it stands. They are compiled at first use.
type patterns struct {
	mail, mailWords, url, domain                                *regexp.Regexp
	phoneNear, extension, extensionAfter                        *regexp.Regexp
	handle, account                                             *regexp.Regexp
	staff, staffEnglish, citizen, longDigits, postal, roster    *regexp.Regexp
	birthBefore, birthAfter                                     *regexp.Regexp
	companyForm, companyEnglish, companyKind                    *regexp.Regexp
	titleEnglish, suffixEnglish, roleEnglish, capital, honorRun *regexp.Regexp
}

var compile = sync.OnceValue(func() *patterns {
	const date = `(?:(?:(?:明治|大正|昭和|平成|令和|[MTSHRmtshr])\s?(?:元|\d{1,2})|(?:19|20)\d{2})\s?(?:年|[./\-])\s?(?:\d{1,2}\s?(?:月|[./\-])\s?(?:\d{1,2}\s?日?)?)?` +
		`|\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}[/\-]\d{1,2}(?:[/\-]\d{2,4})?|(?:19|20)\d{6}` +
		`|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2}(?:st|nd|rd|th)?(?:,?\s\d{4})?` +
		`|\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:,?\s\d{4})?|(?:19|20)\d{2})`
	const sep = `[-‐‑‒–—―−ー－. ]`
	return &patterns{
		mail:      regexp.MustCompile(`[A-Za-z0-9._%+'\-]+\s?(?:@|\s?[\[(<{]\s?(?:at|AT|At|アット|アットマーク|@)\s?[\])>}]\s?)\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*`),
		mailWords: regexp.MustCompile(`(?i)\b[a-z0-9._%+\-]+\s(?:at|アットマーク)\s[a-z0-9\-]+(?:\s(?:dot|ドット)\s[a-z0-9\-]+)+`),
		url:       regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.\-]{1,9}://|www\.)[!-~]+`),
		domain:    regexp.MustCompile(`(?i)[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]+)*\.(?:go\.jp|co\.jp|or\.jp|ac\.jp|ne\.jp|lg\.jp|com|net|org|info|jp)\b(?:/[!-~]*)?`),

		phoneNear:      regexp.MustCompile(`(?i)(?:電話|でんわ|tel|携帯|ケータイ|スマホ|fax|ファックス|ファクス|phone|mobile|cell|直通)[^\d\n]{0,10}(\d{2,4}` + sep + `?\d{3,4}(?:` + sep + `?\d{3,4})?)`),
		extension:      regexp.MustCompile(`(?i)(?:内線|(?:\bext(?:ension)?\b\.?))(?:番号)?[^\d\n]{0,5}([\d〇一二三四五六七八九]{2,6}(?:-\d{2,6})?)`),
		extensionAfter: regexp.MustCompile(`(\d{3,6})\s?\(?内線\)?`),

		staff: regexp.MustCompile(`(?:(?:職員|社員|従業員|人事|個人|身分証|共済|組合員|整理|受験|学籍|パスポート|免許証?|口座|保険証?|管理)(?:番号|コード|(?i:id|no\.?)|ナンバー)|(?i:\bid))` +
			`[^0-9A-Za-z\n]{0,8}([A-Za-z]{0,3}-?\d{3,12}(?:-\d{1,8})*)`),
		staffEnglish: regexp.MustCompile(`(?i)\b(?:employee|staff|personnel|badge|id|passport|account|license)(?:\s(?:number|no\.?|id|code|#))?\s?(?:is\s|:|#|no\.?\s?)?\s?#?([a-z]{0,3}-?\d{4,12})\b`),
		handle:       regexp.MustCompile(`@[A-Za-z0-9_]{3,30}`),
		account:      regexp.MustCompile(`(?i)(?:line|slack|teams|twitter|instagram|インスタ|スラック|ライン)\s?の?\s?(?:id|アカウント|account)[^A-Za-z0-9\n]{0,4}([A-Za-z0-9_.\-]{4,30})`),
		citizen:      regexp.MustCompile(`\d{4}[- ]\d{4}[- ]\d{4}(?:[- ]\d{4})?`),
		longDigits:   regexp.MustCompile(`[A-Za-z]?\d{8,}`),
		postal:       regexp.MustCompile(`〒\s?\d{3}-?\d{4}`),
		roster:       regexp.MustCompile(`[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*`),

		birthBefore: regexp.MustCompile(`(?i)(?:生年月日|誕生日|生まれた日|バースデー|\bdob\b|date of birth|birth ?date|birthday|\bborn\b)[^\d\n]{0,12}?(` + date + `)`),
		birthAfter:  regexp.MustCompile(`(` + date + `)\s?(?:に|の)?\s?(?:生まれ|生れ|うまれ|誕生|生(?:の|[)、。,\s]|$))`),

		companyForm:    regexp.MustCompile(`株式会社|有限会社|合同会社|合資会社|(?:一般|公益)(?:社団|財団)法人|社会福祉法人|医療法人|学校法人|独立行政法人|\((?:株|有|同)\)`),
		companyEnglish: regexp.MustCompile(`\b(?:[A-Z][A-Za-z0-9&'\-]*\s){1,3}(?:Inc|Incorporated|Ltd|Limited|LLC|LLP|Corp|Corporation|Co|KK|K\.K|GmbH|plc|PLC|Holdings|Bank|Securities|Consulting|Partners)\b\.?(?:,\s?Ltd\.?)?`),
		companyKind:    regexp.MustCompile(`[\p{Han}\p{Katakana}ーA-Z0-9]{1,12}?(?:銀行|信用金庫|証券|商事|物産|電機|電力|製作所|製薬|化学|生命|海上|建設|工業|重工|自動車|航空|鉄道|運輸|新聞|新聞社|テレビ|放送|出版|印刷|不動産|ホールディングス|コンサルティング|法律事務所|監査法人|税理士法人|大学|大学院|病院|総研|総合研究所|デパート|百貨店|商店|食品|酒造|組合|財団|機構)`),

		titleEnglish:  regexp.MustCompile(`\b(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sr)\.?|Miss|Professor|Sir|Madam|(?:Deputy |Vice |Assistant |Senior |General |Section |Division |Executive |Managing )*(?:Director|Manager|Chief|Minister|Secretary|President|Supervisor|Officer|Head|Leader|Counsellor|Counselor|Inspector)(?:[- ]General)?)\s+([A-Z][a-zA-Z'’\-]+(?:\s+[A-Z][a-zA-Z'’\-]+){0,2})`),
		suffixEnglish: regexp.MustCompile(`(?i)\b([a-z][a-z'’]+)(?:-|\s)(?:san|sama|sensei|kun|chan|kach[oō]u?|buch[oō]u?|kakarich[oō]u?|senpai|sempai|hosa|shitsuch[oō]u?|shuninn?)\b`),
		roleEnglish:   regexp.MustCompile(`\b(?i:boss|manager|supervisor|mentor|buddy|colleague|co-?worker|teammate|director|chief|leader|senior|deputy|head|predecessor|successor|secretary|assistant|tutor)(?i:,?\s+(?:is\s+|was\s+|named\s+|called\s+|by the name of\s+)?|,\s*|:\s*|\s+\()([A-Z][a-z'’]+(?:\s+[A-Z][a-z'’]+)?)`),
		capital:       regexp.MustCompile(`\b[A-Z][A-Za-z'’]+\b`),
		honorRun:      regexp.MustCompile(`[A-Za-z][A-Za-z'’\-]*(?:[ ・.][A-Za-z][A-Za-z'’\-]*)?\s?$`),
	}
})

// mails hides mail addresses.
func (f *finder) mails() {
	p := compile()
	if strings.ContainsAny(f.text, "@") || strings.Contains(f.text, "アット") || strings.ContainsAny(f.text, "[(<{") {
		for _, at := range p.mail.FindAllStringIndex(f.text, -1) {
			start, end := at[0], at[1]
			for end > start && strings.ContainsRune(".-", rune(f.text[end-1])) {
				end--
			}
			f.hide(tokenMail, start, end)
		}
	}
	for _, at := range p.handle.FindAllStringIndex(f.text, -1) {
		f.hide(tokenMail, at[0], at[1])
	}
	for _, at := range p.account.FindAllStringSubmatchIndex(f.text, -1) {
		f.hide(tokenMail, at[2], at[3])
	}
	for _, at := range p.mailWords.FindAllStringIndex(f.text, -1) {
		f.hide(tokenMail, at[0], at[1])
	}
}

// urls hides addresses of pages.
func (f *finder) urls() {
	if !strings.ContainsRune(f.text, '.') && !strings.Contains(f.text, "://") {
		return
	}
	p := compile()
	for _, pattern := range []*regexp.Regexp{p.url, p.domain} {
		for _, at := range pattern.FindAllStringIndex(f.text, -1) {
			end := at[1]
			for end > at[0] && strings.ContainsRune(".,;:!?)]}'\"", rune(f.text[end-1])) {
				end--
			}
			f.hide(tokenURL, at[0], end)
		}
	}
}

func isSeparator(r rune) bool {
	return strings.ContainsRune("-‐‑‒–—―−ー－.()・ ~〜", r)
}

// phones hides phone numbers: Japanese ones with and without separators, +81 and other countries, those beside 電話 or TEL
// without an area code, extensions.
func (f *finder) phones() {
	if strings.IndexFunc(f.text, func(r rune) bool { return isDigit(r) || strings.ContainsRune("〇一二三四五六七八九", r) }) < 0 {
		return
	}
	for i := 0; i < len(f.text); i++ {
		if c := f.text[i]; c != '0' && c != '+' || isDigit(f.before(i)) {
			continue
		}
		if end := f.phoneAt(i); end > 0 {
			start := i
			if f.before(i) == '(' && strings.ContainsRune(f.text[i:end], ')') && !strings.ContainsRune(f.text[i:end], '(') {
				start--
			}
			f.hide(tokenPhone, start, end)
			i = end - 1
		}
	}
	p := compile()
	for _, pattern := range []*regexp.Regexp{p.extension, p.extensionAfter, p.phoneNear} {
		for _, at := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
			f.hide(tokenPhone, at[2], at[3])
		}
	}
}

// phoneAt gives the end of the phone number that begins at i, or 0.
func (f *finder) phoneAt(i int) int {
	type cut struct{ end, digits int }
	var cuts []cut
	digits, gap, number := 0, 0, strings.Builder{}
	for at, r := range f.text[i:] {
		switch {
		case at == 0 && r == '+':
			continue
		case isDigit(r):
			digits++
			gap = 0
			number.WriteRune(r)
			if end := i + at + 1; !isDigit(f.after(end)) {
				cuts = append(cuts, cut{end, digits})
			}
		case isSeparator(r) && gap < 2:
			gap++
			continue
		default:
			digits = 99
		}
		if digits > 16 {
			break
		}
	}
	all := number.String()
	best := 0
	for _, c := range cuts {
		n := c.digits
		ok := false
		switch {
		case f.text[i] == '+' && strings.HasPrefix(all, "81"):
			ok = n >= 11 && n <= 13
		case f.text[i] == '+':
			ok = n >= 9 && n <= 15
		case strings.HasPrefix(all, "010") || strings.HasPrefix(all, "0081"):
			ok = n >= 10 && n <= 15
		case len(all) > 2 && all[2] == '0' && all[1] >= '5': // 090, 080, 070, 050
			ok = n == 11 || n == 10 && best == 0
		default:
			ok = n == 10 || n == 11 && best == 0 || n == 9 && strings.Count(f.text[i:c.end], "-") == 2
		}
		if ok {
			best = c.end
		}
	}
	return best
}

// numbers hides staff numbers and other long ones that stand for a person.
func (f *finder) numbers() {
	p := compile()
	if strings.IndexFunc(f.text, unicode.IsDigit) < 0 {
		return
	}
	for _, pattern := range []*regexp.Regexp{p.staff, p.staffEnglish} {
		for _, at := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
			f.hide(tokenNumber, at[2], at[3])
		}
	}
	for _, pattern := range []*regexp.Regexp{p.citizen, p.postal} {
		for _, at := range pattern.FindAllStringIndex(f.text, -1) {
			f.hide(tokenNumber, at[0], at[1])
		}
	}
	for _, at := range p.roster.FindAllStringIndex(f.text, -1) {
		if f.masker.names.isID(f.text[at[0]:at[1]]) {
			f.hide(tokenNumber, at[0], at[1])
		}
	}
	f.births() // before 19850304 becomes a number
	for _, at := range p.longDigits.FindAllStringIndex(f.text, -1) {
		if !strings.ContainsRune("円人件回%", f.after(at[1])) {
			f.hide(tokenNumber, at[0], at[1])
		}
	}
}

// births hides dates of birth.
func (f *finder) births() {
	if !strings.ContainsAny(f.text, "0123456789元") || !speaksOfBirth(f.text) {
		return // what the expressions look for needs one of each, and they are slow
	}
	p := compile()
	for _, pattern := range []*regexp.Regexp{p.birthBefore, p.birthAfter} {
		for _, at := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
			f.hide(tokenBirth, at[2], at[3])
		}
	}
}

// speaksOfBirth reports whether a text has a word that birthBefore or birthAfter asks for.
func speaksOfBirth(text string) bool {
	for _, word := range []string{"生", "誕", "うまれ", "バースデー"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	lower := strings.ToLower(text)
	return strings.Contains(lower, "birth") || strings.Contains(lower, "born") || strings.Contains(lower, "dob")
}
