package voices

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBirths_NoDateOfBirthIsPassedOver puts words and dates together at random: whatever the expressions find, births looks for.
func TestBirths_NoDateOfBirthIsPassedOver(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9))
	pieces := []string{"生年月日", "誕生日", "生まれた日", "バースデー", "DOB", "dob: ", "Date of Birth", "birth date", "BIRTHDAY", "Born", " ", "は", "に", "の", "生まれ", "生れ", "うまれ", "誕生", "生", "、", ")",
		"1985年3月4日", "昭和元年", "令和元年5月1日", "H2.3.4", "19850304", "Mar 4th, 1985", "4th of March 1985", "3月4日", "12/24", "1985", "学", "元気", "です"}
	found := 0
	for range 10_000 {
		var b strings.Builder
		for range 1 + random.IntN(4) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		if p := compile(); !p.birthBefore.MatchString(text) && !p.birthAfter.MatchString(text) {
			continue
		}
		found++
		f := &finder{text: text}
		f.births()
		if len(f.spans) == 0 {
			t.Fatalf("%q: nothing is hidden", text)
		}
	}
	if found < 1000 {
		t.Errorf("only %d of the texts had a date of birth", found)
	}
}
