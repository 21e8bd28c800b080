package journey

import (
	"strings"
	"testing"
)

func TestDecodeYAML_IsStrictAndSaysWhere(t *testing.T) {
	type file struct {
		Name  string            `yaml:"name"`
		Words map[string]string `yaml:"words"`
	}
	var v file
	if problems := DecodeYAML("m.yaml", []byte("name: a\nwords: {x: y}\n"), &v); len(problems) > 0 || v.Name != "a" || v.Words["x"] != "y" {
		t.Fatalf("%v, %+v", problems, v)
	}
	for text, want := range map[string]string{
		"name: a\nnmae: b\n":            "m.yaml:2:1: ",
		"name: [1\n":                    "m.yaml:",
		"name: a\nwords:\n\tx: y\n":     "m.yaml:3:1: ",
		"name: a\nwords: {x: {y: z}}\n": "m.yaml:2:",
		"\xff\xfe":                      "m.yaml:1:",
	} {
		problems := DecodeYAML("m.yaml", []byte(text), &file{})
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), want) {
			t.Errorf("%q: %v; want %q", text, problems, want)
		}
	}
}
