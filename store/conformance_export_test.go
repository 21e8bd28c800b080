package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe/store"
)

// exportsAreRememberedAndGrowStale: an export is known by its folder, stale from the next erasure on until it is written
// again, and gone when it is dropped.
func exportsAreRememberedAndGrowStale(t *testing.T, w world) {
	forgettable(t, w)
	look := func() []store.Export {
		all := must(w.Exports(t.Context()))(t)
		for i := range all {
			all[i].MadeAt = all[i].MadeAt.UTC()
		}
		return all
	}
	all := store.Export{Folder: "/srv/all", Host: "here", MadeAt: at.UTC(), SHA256: "aa"}
	safe := store.Export{Folder: "/srv/safe", Host: "there", MadeAt: at.UTC(), SHA256: "bb", Safe: true}
	ok(t, w.RememberExport(t.Context(), at, safe))
	ok(t, w.RememberExport(t.Context(), at, all))
	if d := cmp.Diff([]store.Export{all, safe}, look()); d != "" {
		t.Error(d)
	}
	must(w.Erase(t.Context(), at, "1001"))(t)
	all.Stale, safe.Stale = true, true
	if d := cmp.Diff([]store.Export{all, safe}, look()); d != "" {
		t.Errorf("after an erasure: %s", d)
	}
	all.Stale, all.SHA256 = false, "cc"
	ok(t, w.RememberExport(t.Context(), at, all))
	ok(t, w.DropExport(t.Context(), "/srv/safe"))
	if d := cmp.Diff([]store.Export{all}, look()); d != "" {
		t.Errorf("written again, and the other dropped: %s", d)
	}
}
