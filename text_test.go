package koe

import "testing"

func TestTextIn_FallsBackFromTagToBaseToWhatThereIs(t *testing.T) {
	both := Text{"ja": "声", "en": "voice"}
	for _, c := range []struct {
		text  Text
		langs []string
		want  string
	}{
		{both, []string{"en"}, "voice"},
		{both, []string{"en-GB"}, "voice"},
		{both, []string{"en-Latn-GB"}, "voice"},
		{both, []string{"fr", "en"}, "voice"},
		{both, []string{"fr"}, "声"},
		{both, []string{"", "en"}, "voice"},
		{both, nil, "声"},
		{Text{"en": "voice"}, []string{"ja"}, "voice"},
		{Text{"fr": "voix", "de": "Stimme"}, []string{"ja"}, "Stimme"},
		{Text{"pt-BR": "voz"}, []string{"pt"}, "voz"},
		{Text{}, []string{"ja"}, ""},
		{nil, nil, ""},
	} {
		if got := c.text.In(c.langs...); got != c.want {
			t.Errorf("%v in %q is %q, want %q", c.text, c.langs, got, c.want)
		}
	}
}

func TestTextIn_LeavesTheCallersListAlone(t *testing.T) {
	langs := make([]string, 1, 8)
	langs[0] = "fr"
	Text{"ja": "声"}.In(langs...)
	if full := langs[:3]; full[1] != "" || full[2] != "" {
		t.Errorf("the list was written into: %q", full)
	}
}
