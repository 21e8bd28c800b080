package journey

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write lays files out in a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A workspace that a program wrote: the journey in JSON, one language, stages over the same window, constructs of
// numbers without a range, no calendar, no target.
func TestOpen_TakesAWorkspaceThatAProgramWrote(t *testing.T) {
	text := func(s string) map[string]any { return map[string]any{"en": s} }
	stage := func(id string) map[string]any {
		return map[string]any{"id": id, "title": text(id), "audience": "hire", "anchor": "joined", "opens": "P0D", "closes": "P20Y", "survey": "survey"}
	}
	journey, err := json.MarshalIndent(map[string]any{
		"journey": "c", "title": text("Conformance"),
		"scales": map[string]any{"s_0_3_2": map[string]any{"from": 0, "to": 3, "favourable_from": 2, "labels": map[string]any{"en": []string{"0", "1", "2", "3"}}}},
		"questions": map[string]any{
			"LON1": map[string]any{"kind": "scale", "scale": "s_0_3_2", "text": text("LON1"), "reverse": true},
			"LON2": map[string]any{"kind": "scale", "scale": "s_0_3_2", "text": text("LON2")},
			"N1":   map[string]any{"kind": "number", "text": text("N1")},
			"N2":   map[string]any{"kind": "number", "text": text("N2")},
		},
		"constructs": map[string]any{
			"LON": map[string]any{"title": text("LON"), "items": []string{"LON1", "LON2"}, "better": "higher"},
			"NUM": map[string]any{"title": text("NUM"), "items": []string{"N1", "N2"}, "better": "higher"},
		},
		"stages":  []any{stage("before"), stage("during")},
		"surveys": map[string]any{"survey": map[string]any{"mode": "confidential", "pages": []any{map[string]any{"ask": []string{"LON1", "LON2", "N1", "N2"}}}}},
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{
		"koe.yaml": "organization: {en: Conformance}\nlanguage: en\ntimezone: UTC\njourneys: [journeys/c.yaml]\nsegments: [\"class\"]\n" +
			"store: data/koe.sqlite\nwarehouse: data/warehouse.duckdb\ncollector: {listen: \"127.0.0.1:0\", public_url: \"http://127.0.0.1\"}\n" +
			"mail: {from: \"HR <hr@example.org>\", outbox: data/outbox}\n",
		"journeys/c.yaml": string(journey),
	})
	w, problems := Open(dir)
	if serious := problems.Serious(); len(serious) > 0 {
		t.Fatal(serious)
	}
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "overlap") {
		t.Errorf("want one warning, of the overlap: %v", problems)
	}
	c, ok := w.Journey("c")
	if !ok {
		t.Fatal("the journey is not there")
	}
	stageThere, _ := c.Stage("during")
	if stageThere.Target != stageThere.Opens || stageThere.Roll != "next" || stageThere.Late.Skip {
		t.Errorf("the stage's defaults are %+v", stageThere)
	}
	if got := w.Path("data/koe.sqlite"); got != filepath.Join(dir, "data", "koe.sqlite") {
		t.Errorf("the store is at %s", got)
	}
	if got := w.Path("/var/koe.sqlite"); got != "/var/koe.sqlite" {
		t.Errorf("an absolute path becomes %s", got)
	}
}

func TestOpen_AFolderWithoutSettings(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	dir := t.TempDir()
	w, problems := Open(dir)
	want := []string{"koe.yaml: there is no koe.yaml in " + dir + " (koe init lays one out; --dir names another folder)"}
	if diff := cmp.Diff(want, lines(problems)); w != nil || diff != "" {
		t.Errorf("workspace %v, (-want +got):\n%s", w, diff)
	}
}

const empty = `
title: {en: x}
questions: {Q1: {kind: yesno, text: {en: x}}}
surveys: {s: {pages: [{ask: [Q1]}]}}
stages: [{id: a, title: {en: a}, anchor: "attended:exchange", opens: P1D, closes: P2D, survey: s}]
`

func TestOpen_ABrokenJourneyIsLeftOutAndTheOthersStay(t *testing.T) {
	dir := write(t, map[string]string{
		"koe.yaml": strings.Replace(small, "[journeys/c.yaml]", "[a.yaml, b.yaml, c.yaml]", 1),
		"a.yaml":   "journey: a" + empty + "measures: [{id: exchange, owner: hr, title: {en: x}, event: 'attended:exchange'}]\n",
		"b.yaml":   "journey: b" + strings.Replace(empty, "ask: [Q1]", "ask: [Q2]", 1),
		"c.yaml":   "journey: c" + empty, // its anchor is a measure of a
	})
	w, problems := Open(dir)
	want := []string{"b.yaml:3:13: no survey asks Q1", "b.yaml:4:30: there is no question Q2 (did you mean Q1?)"}
	if diff := cmp.Diff(want, lines(problems)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w == nil || len(w.Journeys) != 2 || w.Journeys[0].ID != "a" || w.Journeys[1].ID != "c" {
		t.Errorf("the journeys are %+v", w)
	}
}

func TestOpen_TwoJourneysOfOneName(t *testing.T) {
	dir := write(t, map[string]string{
		"koe.yaml": strings.Replace(small, "[journeys/c.yaml]", "[a.yaml, b.yaml]", 1),
		"a.yaml":   "journey: a" + empty,
		"b.yaml":   "journey: a" + empty,
	})
	_, problems := Open(dir)
	want := []string{
		"a.yaml:5:42: no journey has a measure exchange",
		"b.yaml:1:10: the journey a is also in a.yaml",
		"b.yaml:5:42: no journey has a measure exchange",
	}
	if diff := cmp.Diff(want, lines(problems)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Texts that stand twice may be written once, with YAML's anchors.
func TestParseJourney_FollowsAnchors(t *testing.T) {
	settings, problems := ParseSettings([]byte(small))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	data := strings.Replace("journey: c"+empty, "title: {en: x}", "title: &name {en: x}", 1) +
		"constructs: {}\nmeasures: [{id: exchange, owner: hr, title: *name}]\n"
	c, problems := ParseJourney("c.yaml", []byte(data), &settings)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := c.Measures[0].Title["en"]; got != "x" {
		t.Errorf("the title is %q, want x", got)
	}
	// An alias of an alias of …: the size of what is read is limited, not only that of the file.
	var bomb strings.Builder
	bomb.WriteString("journey: c\ntitle: {en: x}\nsurveys:\n  s0: &p0 {pages: &l0 [" + strings.Repeat("{ask: [Q1]},", 200) + "]}\n")
	for i := range 2000 {
		fmt.Fprintf(&bomb, "  s%d: *p0\n", i+1)
	}
	_, problems = ParseJourney("c.yaml", []byte(bomb.String()), &settings)
	if !strings.Contains(problems.Error(), "more than 131072 values") {
		t.Errorf("a file of 800,000 values gives %d problems: %.200s", len(problems), problems.Error())
	}
}
