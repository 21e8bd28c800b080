package mail_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"koe/mail"
)

func TestFolder_ARetryOverwritesItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	out, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"<1.invitation@koe>", "<1.invitation@koe>", "<2.invitation@koe>"} {
		if err := out.Send(context.Background(), letterTo("hanako@example.go.jp", id)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Name() != "1.invitation@koe.eml" {
		t.Fatalf("the folder holds %v", files)
	}
	info, err := files[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
}

func TestFolder_AFullDiskLeavesNothingHalfWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	out, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "1@koe.eml"), 0o700); err != nil { // in the way of the rename
		t.Fatal(err)
	}
	err = out.Send(context.Background(), letterTo("hanako@example.go.jp", "<1@koe>"))
	if !mail.Temporary(err) || !mail.Unreachable(err) {
		t.Fatalf("got %v", err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 1 {
		t.Fatalf("left behind: %v", files)
	}
}

func TestFileName_NeverLeavesTheFolder(t *testing.T) {
	for _, id := range []string{"<../../etc/passwd@x>", "<.hidden@x>", "<a/b@x>", "<" + strings.Repeat("長", 300) + "@x>", ""} {
		name := mail.FileName(id)
		if name != filepath.Base(name) || strings.HasPrefix(name, ".") && name != ".eml" || len(name) > 200 {
			t.Errorf("%q becomes %q", id, name)
		}
	}
	if mail.FileName("<a/b@x>") == mail.FileName("<a_b@x>") {
		t.Error("two messages share a file")
	}
}
