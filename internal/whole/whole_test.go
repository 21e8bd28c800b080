package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree lists what is in a folder: names with their contents, folders with none.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	check(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if info.IsDir() {
			all[name] = "/"
			return err
		}
		content, err := os.ReadFile(path)
		all[name] = string(content)
		return err
	}))
	return all
}

func filling(name, content string) func(string) error {
	return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600) }
}

func TestFile_FailureKeepsTheOldOneAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	write := func(text string, failure error) error {
		return File(path, 0o640, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		})
	}
	check(t, write("old", nil))
	stop := errors.New("stop")
	if err := write("half", stop); !errors.Is(err, stop) {
		t.Errorf("failure: %v", err)
	}
	if d := cmp.Diff(map[string]string{"a": "old"}, tree(t, dir)); d != "" {
		t.Error(d)
	}
	check(t, write("new", nil))
	info, err := os.Stat(path)
	check(t, err)
	if d := cmp.Diff(map[string]string{"a": "new"}, tree(t, dir)); d != "" || info.Mode().Perm() != 0o640 {
		t.Errorf("%s, mode %v", d, info.Mode())
	}
}

func TestFolder_IsReplacedAsAWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "above", "a")
	check(t, Folder(path, 0o755, filling("x", "1")))
	check(t, Folder(path, 0o755, filling("y", "2")))
	if d := cmp.Diff(map[string]string{"above": "/", "above/a": "/", "above/a/y": "2"}, tree(t, dir)); d != "" {
		t.Error(d)
	}
	stop := errors.New("stop")
	err := Folder(path, 0o755, func(dir string) error { return errors.Join(filling("z", "3")(dir), stop) })
	if d := cmp.Diff(map[string]string{"above": "/", "above/a": "/", "above/a/y": "2"}, tree(t, dir)); d != "" || !errors.Is(err, stop) {
		t.Errorf("after a failure (%v): %s", err, d)
	}
}

func TestFolder_TheLastQuestionSeesEverythingAndMayRefuse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	stop := errors.New("stop")
	err := Folder(path, 0o755, filling("x", "1"), func(beside string) error {
		if d := cmp.Diff(map[string]string{"x": "1"}, tree(t, beside)); d != "" {
			t.Error(d)
		}
		return stop
	})
	if left := tree(t, dir); !errors.Is(err, stop) || len(left) > 0 {
		t.Errorf("%v, left %v", err, left)
	}
}

func TestRecover_UndoesACrashAtEveryMoment(t *testing.T) {
	for name, c := range map[string]struct{ before, after map[string]string }{
		"while it was written":     {map[string]string{"a/x": "old", ".writing-a-1/x": "half"}, map[string]string{"a": "/", "a/x": "old"}},
		"the first was written":    {map[string]string{".writing-a-1/x": "half"}, map[string]string{}},
		"between the two renames":  {map[string]string{".replaced-a/x": "old", ".writing-a-1/x": "new"}, map[string]string{"a": "/", "a/x": "old"}},
		"before the old was gone":  {map[string]string{".replaced-a/x": "old", "a/x": "new"}, map[string]string{"a": "/", "a/x": "new"}},
		"another folder's are not": {map[string]string{".writing-b-1/x": "half", "a/x": "old"}, map[string]string{".writing-b-1": "/", ".writing-b-1/x": "half", "a": "/", "a/x": "old"}},
	} {
		dir := t.TempDir()
		for file, content := range c.before {
			check(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o700))
			check(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600))
		}
		check(t, Recover(filepath.Join(dir, "a")))
		if d := cmp.Diff(c.after, tree(t, dir)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
