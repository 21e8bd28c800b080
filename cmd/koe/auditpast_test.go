package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"koe/reports/audit"
)

// A release is held against those who stood behind it, whatever came later and whatever its folder is called; one that the ledger let go of is
// not held against anybody, and the audit says so.
func TestAudit_OfAWithdrawnReleaseKnowsThePeopleOfThenOrSaysThatItDoesNot(t *testing.T) {
	dir := published(t)
	audited := func(now, release string) (r audit.Result) {
		t.Helper()
		ok(t, json.NewDecoder(strings.NewReader(koeAt(t, dir, now, exitDone, "audit", release, "--json"))).Decode(&r))
		if len(r.Findings) > 0 {
			t.Errorf("%s: %+v", release, r.Findings)
		}
		return r
	}
	first := audited("2026-12-01T10:00", "2026-12-01")
	koeAt(t, dir, "2026-12-02", exitDone, "release", "approve", "2026-12-01")
	koeAt(t, dir, "2026-12-02", exitDone, "load")
	koeAt(t, dir, "2026-12-02", exitDone, "release", "withdraw", "2026-12-01")
	late := func(now string, people ...string) {
		rows := "person_id,stage,submitted_at,ISO1,ISO2,ISO3,FIT1,FIT2,FIT3,CAR1,CAR2,CAR3\n"
		for _, person := range people {
			rows += person + ",m12,2026-09-10T10:00:00+09:00,1,1,1,1,1,1,1,1,1\n"
		}
		ok(t, os.WriteFile(filepath.Join(dir, "late.csv"), []byte(rows), 0o600))
		koeAt(t, dir, now, exitDone, "answers", "import", filepath.Join(dir, "late.csv"), "--format", "koe", "--journey", "chuto")
		koeAt(t, dir, now, exitDone, "load")
		koeAt(t, dir, now, exitDone, "analyze")
	}
	late("2027-03-01T09:00", "K0001", "K0002", "K0045", "K0046", "K0047", "K0048", "K0049", "K0050")
	then := audited("2027-03-01T10:00", "2026-12-01")
	if d := cmp.Diff([]string{"voice", "risk", "left"}, then.Untold); d != "" {
		t.Error(d)
	}
	if then.Attacked == 0 || then.Attacked > first.Attacked {
		t.Errorf("%d figures were put together, %d when it was made", then.Attacked, first.Attacked)
	}
	koeAt(t, dir, "2027-03-01T09:00", exitDone, "report")
	koeAt(t, dir, "2027-03-02T09:00", exitDone, "release", "withdraw", "2027-03-01")
	if same := audited("2027-03-02T10:00", "2027-03-01"); same.Attacked == 0 || same.Untold != nil {
		t.Errorf("the figures of today are those of the release; %d were put together, not %v", same.Attacked, same.Untold)
	}
	late("2027-04-01T09:00", "K0003", "K0004")
	if gone := audited("2027-04-01T10:00", "2027-03-01"); gone.Attacked != 0 || len(gone.Untold) != len(told) {
		t.Errorf("nobody knows who stood behind it, and %d figures were put together; not so %v", gone.Attacked, gone.Untold)
	}
	if said := koeAt(t, dir, "2027-04-01T10:00", exitDone, "audit", "2027-03-01"); !strings.Contains(said, "台帳にもう残っていません") {
		t.Errorf("the audit does not say what it did not look at:\n%s", said)
	}
}

// Units that were small then, and were published as one, may stand for themselves today: the files are read with the names of then.
func TestAudit_OfAnEarlierReleaseKnowsItsMergedUnits(t *testing.T) {
	dir := published(t)
	number := 9000
	hire := func(now string, division string, people int) {
		t.Helper()
		roster, answers := "職員番号,氏名,メール,入省日,局,課,採用区分\n", "person_id,stage,submitted_at,ISO1,ISO2,ISO3,FIT1,FIT2,FIT3,CAR1,CAR2,CAR3\n"
		for range people {
			number++
			roster += fmt.Sprintf("K%d,追加 花子%d,k%d@example.go.jp,2026-01-05,総務局,%s,選考採用\n", number, number, number, division)
			answers += fmt.Sprintf("K%d,m3,2026-04-10T10:00:00+09:00,3,4,2,3,4,3,2,3,4\n", number)
		}
		ok(t, os.WriteFile(filepath.Join(dir, "more.csv"), []byte(roster), 0o600))
		ok(t, os.WriteFile(filepath.Join(dir, "late.csv"), []byte(answers), 0o600))
		koeAt(t, dir, now, exitDone, "people", "import", filepath.Join(dir, "more.csv"))
		koeAt(t, dir, now, exitDone, "answers", "import", filepath.Join(dir, "late.csv"), "--format", "koe", "--journey", "chuto")
	}
	refresh := func(now string) (merged string) {
		t.Helper()
		koeAt(t, dir, now, exitDone, "load")
		koeAt(t, dir, now, exitDone, "analyze")
		return onlyLine(t, koeAt(t, dir, now, exitDone, "sql", "--format", "csv", "SELECT count(*) FROM member WHERE len(merged) > 0 AND parent = '総務局'"))
	}
	hire("2026-12-02", "監査課", 3)
	if merged := refresh("2026-12-10T09:00"); merged != "1" {
		t.Fatalf("%s units stand for others, want 1", merged)
	}
	koeAt(t, dir, "2026-12-10T09:00", exitDone, "report")
	koeAt(t, dir, "2026-12-10T10:00", exitDone, "audit", "2026-12-10")
	hire("2026-12-11", "監査課", 4)
	hire("2026-12-11", "秘書課", 4)
	if merged := refresh("2026-12-20T09:00"); merged != "0" {
		t.Fatalf("%s units stand for others, want none", merged)
	}
	koeAt(t, dir, "2026-12-20T10:00", exitDone, "audit", "2026-12-10")
}
