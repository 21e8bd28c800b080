package reports

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/analysis"
)

func TestWrite_TwiceGivesTheSameBytesAndTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	first, err := Write(context.Background(), fullInput(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Unchanged || first.Replaced || len(first.Files) != 12 {
		t.Fatalf("first release: %+v", first)
	}
	second, err := Write(context.Background(), fullInput(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Unchanged {
		t.Errorf("the second release is not the same bytes")
	}
	elsewhere, err := Write(context.Background(), fullInput(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Files, elsewhere.Files); diff != "" {
		t.Error(diff)
	}
}

// tiny is a release that is quick to write.
func tiny() Input {
	return Input{Published: &analysis.Published{Organization: koe.Text{"ja": "例示省"}, MinGroup: 5, MinComments: 10, Closed: koe.NewDate(2026, 3, 31)},
		Settings: koe.Settings{Timezone: "Asia/Tokyo"}, Now: time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)}
}

func TestWrite_NamesTheFolderByTheDayWhereTheOrganisationIs(t *testing.T) {
	dir := t.TempDir()
	result, err := Write(context.Background(), tiny(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if result.Name != "2026-04-01" {
		t.Errorf("the folder is %s", result.Name)
	}
	draft := tiny()
	draft.Draft = true
	if result, err = Write(context.Background(), draft, dir); err != nil || result.Name != "2026-04-01-draft" {
		t.Errorf("the draft's folder is %s (%v)", result.Name, err)
	}
}

func TestWrite_ReplacesTheReleaseOfTheDayWhole(t *testing.T) {
	dir := t.TempDir()
	if _, err := Write(context.Background(), tiny(), dir); err != nil {
		t.Fatal(err)
	}
	other := tiny()
	other.Published.MinGroup = 7
	result, err := Write(context.Background(), other, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Replaced {
		t.Errorf("%+v", result)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestWrite_PutsBackWhatACrashLeftAside(t *testing.T) {
	dir := t.TempDir()
	first, err := Write(context.Background(), tiny(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(first.Folder, filepath.Join(dir, ".replaced-"+first.Name)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".writing-2026-04-01-123"), 0o755); err != nil {
		t.Fatal(err)
	}
	second, err := Write(context.Background(), tiny(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Unchanged {
		t.Errorf("the release that was set aside was not put back")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestWrite_LeavesNothingWhenItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in := tiny()
	in.Progress = func(int, int, string) { cancel() }
	dir := t.TempDir()
	if _, err := Write(ctx, in, dir); err == nil {
		t.Fatal("a stopped release was written")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestWrite_SaysWhatIsWrongWithItsInput(t *testing.T) {
	for name, in := range map[string]Input{
		"nothing published": {},
		"language":          func() Input { i := tiny(); i.Languages = []string{"fr"}; return i }(),
		"scope":             func() Input { i := tiny(); i.Scopes = []Scope{{"bureau", "無い局"}}; return i }(),
		"time zone":         func() Input { i := tiny(); i.Settings.Timezone = "Mars/Base"; return i }(),
	} {
		if _, err := Write(context.Background(), in, t.TempDir()); err == nil || koe.KindOf(err) == koe.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileNames_AreDistinctAndLegal(t *testing.T) {
	n := newFileNames()
	got := []string{n.of(Scope{}), n.of(Scope{"division", "総務局/人事課"}), n.of(Scope{"division", "総務局:人事課"}), n.of(Scope{"bureau", "../../etc"})}
	want := []string{"koe-report", "koe-report-division-総務局_人事課", "koe-report-division-総務局_人事課-2", "koe-report-bureau-______etc"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func mustZone(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
