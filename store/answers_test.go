package store

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe"
)

// FuzzReadAnswers holds that the quick reader gives what encoding/json gives, and no more.
func FuzzReadAnswers(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"ISO1":{"v":4},"NET1":{"c":["1-2"]},"ISO2":{"m":"declined"}}`, `{"Q":{}}`, `{"Q":{"c":[]}}`, `{"Q":{"v":-1.5e3}}`, `{"Q":{"v":0}}`,
		`{"質問":{"c":["はい"]}}`, `{"a\"b":{"v":1}}`, `{"Q":{"v":01}}`, `{"Q":{"v":1},"Q":{"v":2}}`, `{"Q":{"v":1,"v":2}}`, `{"Q":{"t":"x"}}`, ` {"Q":null}`, `{"Q":{"v":1}`,
		`{"Q":{"v":1e999}}`, `null`, `[]`, `{"Q":{"v":.5}}`, `{"Q":{"v":5.}}`, `{"Q":{"v":-}}`, `{"Q":{"v":10}}`, "{\"Q\":{\"m\":\"\x7f\"}}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want map[string]koe.Answer
		wrong := json.Unmarshal([]byte(text), &want)
		got, err := newAnswersReader().read(text)
		if text == "" {
			return
		}
		if (wrong == nil) != (err == nil) {
			t.Fatalf("%q: %v, want %v", text, err, wrong)
		}
		if wrong == nil {
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q: %s", text, d)
			}
		}
	})
}

func TestSegmentsReader_EachRowHasAMapOfItsOwn(t *testing.T) {
	r := segmentsReader{}
	var first, again, none map[string]string
	for _, to := range []*map[string]string{&first, &again} {
		if err := r.read(`{"bureau":"総務局"}`, to); err != nil {
			t.Fatal(err)
		}
	}
	first["bureau"] = "other"
	if err := r.read("", &none); err != nil || none != nil || again["bureau"] != "総務局" {
		t.Errorf("%v %v %v", none, again, err)
	}
	if err := r.read("{", &none); err == nil {
		t.Error("what is no JSON is read")
	}
}
