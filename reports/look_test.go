package reports

import (
	"context"
	"os"
	"testing"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("KOE_LOOK")
	if dir == "" {
		t.Skip("for looking")
	}
	in := sampleInput()
	in.Languages = []string{"ja", "en"}
	in.Scopes = []Scope{{"bureau", "情報システム局"}}
	r, err := Write(context.Background(), in, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.Folder)
}
