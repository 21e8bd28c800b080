package journey

import (
	"path/filepath"
	"testing"
)

func TestOpen_ThePackChecksCleanInBothLanguages(t *testing.T) {
	for _, lang := range []string{"ja", "en"} {
		dir := filepath.Join(t.TempDir(), lang)
		if err := Init(dir, "chuto", lang); err != nil {
			t.Fatal(err)
		}
		w, problems := Open(dir)
		if len(problems) > 0 {
			t.Errorf("%s: problems:\n%v", lang, problems)
		}
		if w == nil || len(w.Journeys) == 0 || len(w.Journeys) != len(w.Settings.Journeys) {
			t.Fatalf("%s: no journey", lang)
		}
		if w.Settings.Language != lang || w.Location.String() != "Asia/Tokyo" {
			t.Errorf("%s: language %q, location %v", lang, w.Settings.Language, w.Location)
		}
		if _, ok := w.Journey("chuto"); !ok {
			t.Errorf("%s: journey chuto is not found", lang)
		}
	}
}
