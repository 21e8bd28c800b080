package reports

import (
	"context"
	"testing"
)

func TestWrite_TwiceGivesTheSameBytesAndTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	in := sampleInput()
	in.Languages = []string{"ja", "en"}
	in.Scopes = []Scope{{"bureau", "情報システム局"}}
	first, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Unchanged || first.Replaced || len(first.Files) != 8 {
		t.Fatalf("first release: %+v", first)
	}
	again := sampleInput()
	again.Languages, again.Scopes = in.Languages, in.Scopes
	second, err := Write(context.Background(), again, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Unchanged {
		t.Errorf("the second release is not the same bytes")
	}
}
