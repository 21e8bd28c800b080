package reports

import (
	"context"
	"strings"
	"testing"
	"time"

	"koe/analysis"

	"github.com/google/go-cmp/cmp"
)

// composed makes the document of the sample.
func composed(t *testing.T, in Input, lang string, scope Scope) *document {
	t.Helper()
	doc, err := compose(&in, newIndex(in.Published), lang, scope, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// tableOf gives the rows of the first part with this title as texts, parted by " | ".
func tableOf(doc *document, section, title string) (rows []string) {
	for _, s := range doc.Sections {
		if s.Title != section {
			continue
		}
		for _, p := range s.Parts {
			if p.Title != title || p.Table == nil {
				continue
			}
			for _, r := range p.Table.Rows {
				var words []string
				for _, c := range r.Cells {
					words = append(words, c.Text)
				}
				rows = append(rows, strings.Join(words, " | "))
			}
			return rows
		}
	}
	return nil
}

func TestMerged_OneRowForWhatIsPublishedTogether(t *testing.T) {
	in := sampleInput()
	ja, en := composed(t, in, "ja", Scope{}), composed(t, in, "en", Scope{})
	var first []string
	for _, row := range tableOf(ja, "部署別", "局・課の一覧") {
		name, _, _ := strings.Cut(row, " |")
		first = append(first, name)
	}
	at := strings.Join(first, " ")
	if !strings.Contains(at, "その他の課 政策局") { // behind its siblings, before the next bureau
		t.Errorf("the rows are %v", first)
	}
	for _, unit := range []string{"監査課", "文書課"} {
		if strings.Contains(at, unit) {
			t.Errorf("%s has a row of its own", unit)
		}
	}
	for _, section := range []string{"部署別", "方法"} {
		if diff := cmp.Diff([]string{"総務局 その他の課 | 文書課、監査課"}, tableOf(ja, section, "まとめた部署")); diff != "" {
			t.Errorf("%s: %s", section, diff)
		}
	}
	if diff := cmp.Diff([]string{"総務局 Other units | 文書課, 監査課"}, tableOf(en, "By unit", "Units shown together")); diff != "" {
		t.Error(diff)
	}
	if got := tableOf(composed(t, in, "ja", Scope{"bureau", "政策局"}), "方法", "まとめた部署"); got != nil {
		t.Errorf("the report of another bureau lists %v", got)
	}
}

func TestWrite_AScopeThatIsPublishedWithOthersSaysWhich(t *testing.T) {
	in := sampleInput()
	in.Scopes = []Scope{{"division", "総務局/文書課"}}
	_, err := Write(context.Background(), in, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "--scope division=総務局/その他") {
		t.Errorf("the error is %v", err)
	}
	found := false
	for _, s := range AllScopes(in.Published) {
		found = found || s == Scope{"division", "総務局/その他"}
		if s.Member == "総務局/文書課" {
			t.Error("a unit that has no figures is offered as a scope")
		}
	}
	if !found {
		t.Error("the merged unit is not offered as a scope")
	}
}

func TestWaves_SayWhatIsCountedAndWhatIsStillOpen(t *testing.T) {
	rows := tableOf(composed(t, sampleInput(), "ja", Scope{}), "方法", "集計した回")
	if len(rows) == 0 || !strings.HasSuffix(rows[0], " | 2025年10–12月〜2026年4–6月 | 2026年7–9月(2026年8月20日締切)") {
		t.Errorf("%q", rows)
	}
	in := sampleInput()
	for i := range in.Published.Waves {
		in.Published.Waves[i] = analysis.WaveFact{Journey: "chuto", Stage: in.Published.Waves[i].Stage, Wave: "2026Q1", Closed: true}
	}
	rows = tableOf(composed(t, in, "en", Scope{}), "Methods", "Waves counted")
	if len(rows) == 0 || !strings.HasSuffix(rows[0], " | Jan–Mar 2026 | –") {
		t.Errorf("%q", rows)
	}
}
