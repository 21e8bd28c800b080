package voices

import (
	"strings"
)

// notEnglishNames are capitalised words that are no names, and names that are ordinary words at the beginning of a
// sentence.
const notEnglishNames = ` i i'm i've i'd i'll the a an he she they we it you my our his her their this that these those there here and but or so if when while since because
 who what where why how which no not nobody everyone everybody someone somebody all both each many most some few one two three
 january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
 japan japanese english tokyo osaka kyoto hr it ai pc ojt cv faq is was are were has have had does did do will would can could should must might
 of for to in on at by with from as about after before during into than then also just only even still very too well please thanks thank
 division bureau section office department unit team ministry agency government public general affairs personnel human resources
 director manager chief leader mentor buddy supervisor boss colleague colleagues program programme system meeting meetings training support feedback
 nice good great helpful kind busy new mid career mid-career more less better best `

// commonWords are given names and surnames that are ordinary English words: a title must say that a person is meant.
const commonWords = ` will mark may grace hope rose faith joy summer dawn june april august bill bob jack drew chase grant page rich ray frank ernest art
 young long short white black brown green gray king price best day wood stone hill field lake park rice cook baker carter hunter mason miller smith sun love sky sandy wade dean guy gene
 van norm pat sue ben don major sharp strong wise swift small little power mori ito sato `

func isOrdinary(word string) bool {
	return strings.Contains(notEnglishNames, " "+strings.ToLower(strings.TrimSuffix(word, "'s"))+" ")
}

// englishNames hides names in Latin letters: after Mr and the like, before -san, after a role (my mentor Kenji), and those
// on the roll.
func (f *finder) englishNames() {
	if strings.IndexFunc(f.text, isLetter) < 0 {
		return
	}
	p := compile()
	for _, at := range p.titleEnglish.FindAllStringSubmatchIndex(f.text, -1) {
		f.hideEnglish(at[2], at[3])
	}
	for _, at := range p.suffixEnglish.FindAllStringSubmatchIndex(f.text, -1) {
		if !isOrdinary(f.text[at[2]:at[3]]) {
			f.hide(tokenName, at[2], at[3])
		}
	}
	for _, at := range p.roleEnglish.FindAllStringSubmatchIndex(f.text, -1) {
		f.hideEnglish(at[2], at[3])
	}
	last, lastEnd := false, 0
	for _, at := range p.capital.FindAllStringIndex(f.text, -1) {
		word := strings.ToLower(strings.TrimSuffix(f.text[at[0]:at[1]], "'s"))
		known := f.masker.names.latin[word]
		beside := last && strings.TrimSpace(f.text[lastEnd:at[0]]) == ""
		if known && (beside || !strings.Contains(commonWords, " "+word+" ") || f.nameFollows(at[1]) || !f.atStart(at[0])) {
			f.hide(tokenName, at[0], at[0]+len(word))
		}
		last, lastEnd = known, at[1]
	}
}

// nameFollows reports whether the next word is a name of the roll too.
func (f *finder) nameFollows(end int) bool {
	rest, ok := strings.CutPrefix(f.text[end:], " ")
	if !ok {
		return false
	}
	next, _, _ := strings.Cut(rest, " ")
	return f.masker.names.latin[strings.ToLower(strings.TrimRight(next, ".,;:!?'"))]
}

// hideEnglish hides the capitalised words of a span up to the first that is no name.
func (f *finder) hideEnglish(start, end int) {
	stop := start
	for _, at := range compile().capital.FindAllStringIndex(f.text[start:end], -1) {
		if isOrdinary(f.text[start+at[0] : start+at[1]]) {
			break
		}
		stop = start + at[1]
	}
	if text := f.text[start:stop]; strings.HasSuffix(text, "'s") {
		stop -= 2
	}
	f.hide(tokenName, start, stop)
}
