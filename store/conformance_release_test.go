package store_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"koe"
	"koe/store"
)

// each goes through a list.
func each[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}

var m3 = store.ReleaseCell{Key: "m3", Journey: "chuto", Stage: "m3", Wave: "2026Q3", Cohort: "2026Q2", Members: map[string]string{"bureau": "総務局"}}

// respondents writes answers of the roster's two hires at m3 and m6 and gives the four responses, in that order.
func respondents(t *testing.T, w world) []string {
	t.Helper()
	p := saved(t, w.Store)
	var keys []string
	for _, stage := range []string{"m3", "m6"} {
		for i, inv := range invited(t, w.Store, stage, koe.Confidential, p[0], p[1]) {
			must(w.Submit(t.Context(), at, submission(fmt.Sprint(stage, i), inv)))(t)
			sub, _, err := w.Current(t.Context(), inv.Key)
			ok(t, err)
			keys = append(keys, sub.Response)
		}
	}
	return keys
}

// behind makes the change by which these responses come in, all in the cell of m3.
func behind(known string, responses ...string) store.ReleaseChange {
	var joined []store.ReleaseResponse
	for _, r := range responses {
		joined = append(joined, store.ReleaseResponse{Response: r, Version: "1", Cell: "m3"})
	}
	return store.ReleaseChange{Known: known, Cells: []store.ReleaseCell{m3}, Joined: each(joined...)}
}

// record puts a release of these figures into the ledger as koe report does.
func record(t *testing.T, w world, inputs string, change store.ReleaseChange) store.Release {
	t.Helper()
	name, _, err := w.PlanRelease(t.Context(), inputs, date(t, "2026-08-01"), nil)
	ok(t, err)
	r, recorded, err := w.RecordRelease(t.Context(), at, store.Release{Name: name, Inputs: inputs, PreparedBy: "hr"}, change)
	ok(t, err)
	if !recorded {
		t.Fatalf("%s was not recorded", inputs)
	}
	return r
}

func state(t *testing.T, w world) string {
	t.Helper()
	return must(w.LedgerState(t.Context()))(t)
}

func releaseIsRemembered(t *testing.T, w world) {
	want := store.Release{Number: 1, Name: "2026-08-01", State: store.Prepared, Basis: true, Inputs: "aa", DataUntil: date(t, "2026-07-31"), MinGroup: 5, MinComments: 10,
		PreparedAt: at, PreparedBy: "hr", Files: []store.ReleaseFile{{Name: "koe-report-局.html", Language: "ja", Segment: "bureau", Member: "総務局", Bytes: 7, SHA256: "ff"}, {Name: "koe-report.xlsx", Language: "ja", Bytes: 9, SHA256: "ee"}},
		Tables: []store.ReleaseTable{{Table: "item", Fresh: 3, Carried: 1}, {Table: "trend", Fresh: 10, Withheld: 2}}}
	got, recorded, err := w.RecordRelease(t.Context(), at, want, store.ReleaseChange{})
	ok(t, err)
	if d := cmp.Diff(want, got); d != "" || !recorded {
		t.Error(recorded, d)
	}
	_, err = w.Release(t.Context(), "2026-08-02")
	wantKind(t, err, koe.NotFound)
	later := at.Add(time.Hour)
	got = must(w.ApproveRelease(t.Context(), later, "2026-08-01", "課長"))(t)
	want.State, want.ApprovedAt, want.ApprovedBy = store.Approved, later, "課長"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, must(w.ApproveRelease(t.Context(), later.Add(time.Hour), "2026-08-01", "somebody else"))(t)); d != "" {
		t.Errorf("approved again: %s", d)
	}
	if d := cmp.Diff([]store.Release{want}, must(w.Releases(t.Context()))(t)); d != "" {
		t.Error(d)
	}
}

// exportedReleasesStayInTheBasis: once the figures of a release are written out somebody may have a copy.
func exportedReleasesStayInTheBasis(t *testing.T, w world) {
	later := at.Add(time.Hour)
	record(t, w, "aa", store.ReleaseChange{})
	record(t, w, "bb", store.ReleaseChange{Known: state(t, w)})
	if r := must(w.ExportRelease(t.Context(), later, "2026-08-01-2"))(t); !r.ExportedAt.Equal(later) {
		t.Errorf("exported at %s", r.ExportedAt)
	}
	if r := must(w.ExportRelease(t.Context(), later.Add(time.Hour), "2026-08-01-2"))(t); !r.ExportedAt.Equal(later) {
		t.Errorf("exported again at %s: the first time counts", r.ExportedAt)
	}
	if r := must(w.WithdrawRelease(t.Context(), later, "2026-08-01-2", "hr"))(t); !r.Basis || r.State != store.Withdrawn {
		t.Errorf("%+v left the basis", r)
	}
	if _, err := w.ExportRelease(t.Context(), later, "2026-08-01-2"); koe.KindOf(err) != koe.Conflict {
		t.Errorf("a withdrawn one is exported: %v", err)
	}
	if _, err := w.ExportRelease(t.Context(), later, "2026-01-01"); koe.KindOf(err) != koe.NotFound {
		t.Errorf("one that there is not: %v", err)
	}
}

func sameFiguresAreOneRelease(t *testing.T, w world) {
	first := record(t, w, "aa", store.ReleaseChange{})
	name, recorded, err := w.PlanRelease(t.Context(), "aa", date(t, "2026-08-09"), nil)
	ok(t, err)
	if name != first.Name || !recorded {
		t.Errorf("the same figures a week later are %s", name)
	}
	again := store.Release{Name: name, Inputs: "aa", Files: []store.ReleaseFile{{Name: "koe-report-en.html", Language: "en"}}}
	got, recorded, err := w.RecordRelease(t.Context(), at, again, store.ReleaseChange{Known: "long ago"})
	ok(t, err)
	if recorded || got.Number != 1 || len(got.Files) != 1 {
		t.Errorf("another language made %+v", got)
	}
	second := record(t, w, "bb", store.ReleaseChange{Known: state(t, w)})
	if second.Name != "2026-08-01-2" || second.Number != 2 {
		t.Errorf("other figures of the day are %+v", second)
	}
	if third := record(t, w, "aa", store.ReleaseChange{Known: state(t, w)}); third.Name != "2026-08-01-3" {
		t.Errorf("figures that are published again after others are %+v", third)
	}
}

func releaseKnowsTheOneBefore(t *testing.T, w world) {
	if s := state(t, w); s != "" {
		t.Errorf("an empty ledger is %q", s)
	}
	record(t, w, "aa", store.ReleaseChange{})
	known := state(t, w)
	_, _, err := w.RecordRelease(t.Context(), at, store.Release{Name: "2026-08-02", Inputs: "bb"}, store.ReleaseChange{})
	wantKind(t, err, koe.Conflict)
	_, _, err = w.RecordRelease(t.Context(), at, store.Release{Name: "2026-08-01", Inputs: "bb"}, store.ReleaseChange{Known: known})
	wantKind(t, err, koe.Conflict)
	broken := func(yield func(store.ReleaseFigure, error) bool) {
		yield(store.ReleaseFigure{}, koe.Errorf(koe.Internal, "broken"))
	}
	_, _, err = w.RecordRelease(t.Context(), at, store.Release{Name: "2026-08-02", Inputs: "bb"}, store.ReleaseChange{Known: known, Shown: broken})
	wantKind(t, err, koe.Internal)
	if n := len(must(w.Releases(t.Context()))(t)); n != 1 || state(t, w) != known {
		t.Errorf("what was refused left something: %d releases", n)
	}
}

// ledger gives the ledger without the releases, responses by number.
func ledger(t *testing.T, w world, responses []string) []string {
	t.Helper()
	l := must(w.Store.Ledger(t.Context()))(t)
	if l.State != state(t, w) {
		t.Errorf("the ledger says %s of its state", l.State)
	}
	out := []string{}
	for _, r := range l.Responses {
		out = append(out, fmt.Sprintf("response %d %s v%s [%d,%d)", slices.Index(responses, r.Response), r.Cell, r.Version, r.Since, r.Until))
	}
	for _, g := range l.Gone {
		out = append(out, fmt.Sprintf("gone %d %s [%d,%d)", g.N, g.Cell, g.Since, g.Until))
	}
	for _, f := range l.Figures {
		out = append(out, fmt.Sprintf("%s %s = %s of %s [%d,%d)", f.Table, f.Key, f.Shown, f.People, f.Since, f.Until))
	}
	slices.Sort(out)
	return out
}

// twoReleases records a release of the first three responses and one in which the second has gone, the third was sent
// again, the fourth is new, and one of two figures changed.
func twoReleases(t *testing.T, w world) []string {
	t.Helper()
	r := respondents(t, w)
	change := behind("", r[0], r[1], r[2])
	change.Shown = each(store.ReleaseFigure{Table: "trend", Key: "a", Shown: "1", People: "[3]"}, store.ReleaseFigure{Table: "trend", Key: "b", Shown: "2", People: "[3]"})
	record(t, w, "one", change)
	change = behind(state(t, w), r[3])
	change.Left = each(r[1], r[2])
	change.Joined = each(store.ReleaseResponse{Response: r[3], Version: "1", Cell: "m3"}, store.ReleaseResponse{Response: r[2], Version: "2", Cell: "m3"})
	change.Hidden = each(store.ReleaseFigure{Table: "trend", Key: "b"})
	change.Shown = each(store.ReleaseFigure{Table: "trend", Key: "b", Shown: "4", People: "[5]"})
	record(t, w, "two", change)
	return r
}

var afterTwo = []string{
	"response 0 m3 v1 [1,0)", "response 1 m3 v1 [1,2)", "response 2 m3 v1 [1,2)", "response 2 m3 v2 [2,0)", "response 3 m3 v1 [2,0)",
	"trend a = 1 of [3] [1,0)", "trend b = 2 of [3] [1,2)", "trend b = 4 of [5] [2,0)",
}

func ledgerKeepsWhoWasBehindWhat(t *testing.T, w world) {
	r := twoReleases(t, w)
	if d := cmp.Diff(afterTwo, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	l := must(w.Store.Ledger(t.Context()))(t)
	if d := cmp.Diff([]store.ReleaseCell{m3}, l.Cells, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	h := must(w.Holdings(t.Context(), "1001"))(t) // the first and the third
	if d := cmp.Diff([]string{"2026-08-01", "2026-08-01-2"}, h.Releases); d != "" {
		t.Error(d)
	}
}

func withdrawnInTimeLeavesNothing(t *testing.T, w world) {
	r := twoReleases(t, w)
	known := state(t, w)
	got := must(w.WithdrawRelease(t.Context(), at, "2026-08-01-2", "hr"))(t)
	if got.State != store.Withdrawn || got.Basis || got.WithdrawnBy != "hr" {
		t.Errorf("withdrawn: %+v", got)
	}
	if d := cmp.Diff([]string{"response 0 m3 v1 [1,0)", "response 1 m3 v1 [1,0)", "response 2 m3 v1 [1,0)", "trend a = 1 of [3] [1,0)", "trend b = 2 of [3] [1,0)"}, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	if state(t, w) == known {
		t.Error("the ledger does not say that it changed")
	}
	must(w.WithdrawRelease(t.Context(), at, "2026-08-01-2", "hr"))(t) // again is no error
	_, err := w.ApproveRelease(t.Context(), at, "2026-08-01-2", "hr")
	wantKind(t, err, koe.Conflict)
	if again := record(t, w, "two", store.ReleaseChange{Known: state(t, w)}); again.Number != 3 || again.Name != "2026-08-01-3" {
		t.Errorf("the same figures after a withdrawal: %+v", again)
	}
}

func withdrawnTooLateStays(t *testing.T, w world) {
	r := twoReleases(t, w)
	must(w.ApproveRelease(t.Context(), at, "2026-08-01-2", "hr"))(t)
	for _, name := range []string{"2026-08-01-2", "2026-08-01"} { // handed out; and what a later one may rest on
		if got := must(w.WithdrawRelease(t.Context(), at, name, "hr"))(t); !got.Basis || got.State != store.Withdrawn {
			t.Errorf("withdrawn: %+v", got)
		}
	}
	if d := cmp.Diff(afterTwo, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	_, _, err := w.RecordRelease(t.Context(), at, store.Release{Name: "x", Inputs: "two"}, store.ReleaseChange{Known: "what was before two"})
	wantKind(t, err, koe.Conflict)
}

func forgottenPersonIsANumberInTheLedger(t *testing.T, w world) {
	r := twoReleases(t, w)
	must(w.Erase(t.Context(), at, "1001"))(t) // the first and the third response
	want := []string{"gone 1 m3 [1,2)", "gone 1 m3 [2,0)", "gone 1 m3 [1,0)", "response 1 m3 v1 [1,2)", "response 3 m3 v1 [2,0)"}
	want = append(want, afterTwo[5:]...)
	slices.Sort(want)
	if d := cmp.Diff(want, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	must(w.Erase(t.Context(), at, "1002"))(t)
	want = append([]string{"gone 1 m3 [1,0)", "gone 2 m3 [1,2)", "gone 2 m3 [2,0)"}, afterTwo[5:]...)
	if d := cmp.Diff(want, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	late := behind(state(t, w), r[0]) // recorded from an analysis that still had the answer
	record(t, w, "three", late)
	want = append([]string{"gone 1 m3 [1,3)", "gone 1 m3 [3,0)", "gone 2 m3 [1,2)", "gone 2 m3 [2,3)"}, afterTwo[5:]...)
	if d := cmp.Diff(want, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	must(w.WithdrawRelease(t.Context(), at, "2026-08-01-3", "hr"))(t)
	want = append([]string{"gone 1 m3 [1,0)", "gone 2 m3 [1,2)", "gone 2 m3 [2,0)"}, afterTwo[5:]...)
	if d := cmp.Diff(want, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
}

// forgottenInvitationIsANumberInTheLedger: of who was asked and never answered a number is left, too; one that is forgotten before a
// release is recorded is a number from the beginning.
func forgottenInvitationIsANumberInTheLedger(t *testing.T, w world) {
	p := saved(t, w.Store)
	asked := invited(t, w.Store, "m3", koe.Confidential, p[0], p[1])
	keys := []string{asked[0].Key, asked[1].Key}
	record(t, w, "one", behind("", keys...))
	must(w.Erase(t.Context(), at, "1001"))(t)
	if d := cmp.Diff([]string{"gone 1 m3 [1,0)", "response 1 m3 v1 [1,0)"}, ledger(t, w, keys)); d != "" {
		t.Error(d)
	}
	late := behind(state(t, w), keys[0])
	record(t, w, "two", late)
	if d := cmp.Diff([]string{"gone 1 m3 [1,2)", "gone 1 m3 [2,0)", "response 1 m3 v1 [1,0)"}, ledger(t, w, keys)); d != "" {
		t.Error(d)
	}
}

// expiredReleasesLeaveWhatLaterOnesShow: of four releases the first two are past their time, and with them what only they showed; not
// the last version of a row, nor who was behind it, nor the last release of all.
func expiredReleasesLeaveWhatLaterOnesShow(t *testing.T, w world) {
	r := respondents(t, w)
	figure := func(key, shown string) store.ReleaseFigure {
		return store.ReleaseFigure{Table: "trend", Key: key, Shown: shown, People: "[3]"}
	}
	version := func(response, version string) store.ReleaseResponse {
		return store.ReleaseResponse{Response: response, Version: version, Cell: "m3"}
	}
	years := 0
	add := func(change store.ReleaseChange) {
		change.Known = state(t, w)
		name := fmt.Sprint("release-", years)
		_, _, err := w.RecordRelease(t.Context(), at.AddDate(years, 0, 0), store.Release{Name: name, Inputs: name, Files: []store.ReleaseFile{{Name: "koe-report.xlsx"}}}, change)
		ok(t, err)
		years++
	}
	add(store.ReleaseChange{Cells: []store.ReleaseCell{m3}, Joined: each(version(r[0], "1"), version(r[1], "1"), version(r[2], "1")), Shown: each(figure("a", "1"), figure("b", "1"))})
	add(store.ReleaseChange{Left: each(r[0]), Joined: each(version(r[3], "1")), Hidden: each(figure("a", "")), Shown: each(figure("a", "2"))})
	add(store.ReleaseChange{Left: each(r[1]), Hidden: each(figure("a", ""), figure("b", "")), Shown: each(figure("a", "3"), figure("b", "3"))})
	add(store.ReleaseChange{Left: each(r[2]), Hidden: each(figure("b", ""))})
	whole := ledger(t, w, r)
	ten := koe.Period{Years: 10}
	if early := must(w.ExpireReleases(t.Context(), at.AddDate(9, 0, 0), ten, true))(t); len(early) > 0 {
		t.Errorf("expired before their time: %v", early)
	}
	now := at.AddDate(11, 0, 2)
	for _, period := range []koe.Period{{}, ten} { // for ever; and looked at only
		n := len(must(w.ExpireReleases(t.Context(), now, period, false))(t))
		if want := map[bool]int{true: 0, false: 2}[period.IsZero()]; n != want {
			t.Errorf("%d expire after %v, want %d", n, period, want)
		}
	}
	if d := cmp.Diff(whole, ledger(t, w, r)); d != "" {
		t.Errorf("looking changes: %s", d)
	}
	must(w.ExpireReleases(t.Context(), now, ten, true))(t)
	if d := cmp.Diff([]string{"response 2 m3 v1 [1,4)", "response 3 m3 v1 [2,0)", "trend a = 3 of [3] [3,0)", "trend b = 3 of [3] [3,4)"}, ledger(t, w, r)); d != "" {
		t.Error(d)
	}
	if again := must(w.ExpireReleases(t.Context(), now, ten, true))(t); len(again) > 0 {
		t.Errorf("expired again: %v", again)
	}
	must(w.ExpireReleases(t.Context(), at.AddDate(50, 0, 0), ten, true))(t)
	all := must(w.Releases(t.Context()))(t)
	for i, release := range all {
		if has := len(release.Files) > 0; has != (i == 3) {
			t.Errorf("release %d has files: %t", i+1, has)
		}
	}
	if d := cmp.Diff([]string{"response 2 m3 v1 [1,4)", "response 3 m3 v1 [2,0)", "trend a = 3 of [3] [3,0)", "trend b = 3 of [3] [3,4)"}, ledger(t, w, r)); d != "" {
		t.Errorf("after fifty years: %s", d)
	}
}

func retentionLeavesNumbersInTheLedger(t *testing.T, w world) {
	nobody := koe.Submission{ID: "n1", Journey: "chuto", Stage: "m3", Source: koe.SourceImport, SubmittedAt: at, Answers: answers()}
	must(w.Submit(t.Context(), at, nobody))(t)
	key := must(w.Submissions(t.Context(), store.SubmissionFilter{}))(t)[0].Response
	record(t, w, "one", behind("", key))
	rules := koe.RetentionSettings{Answers: koe.Period{Years: 3}}
	must(w.Retention(t.Context(), at.AddDate(3, 0, 2), rules, nil, true))(t)
	if d := cmp.Diff([]string{"gone 1 m3 [1,0)"}, ledger(t, w, []string{key})); d != "" {
		t.Error(d)
	}
}
