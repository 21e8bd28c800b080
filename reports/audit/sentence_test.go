package audit

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"koe"
)

// catalogue reads the texts that reports are written with.
func catalogue(t *testing.T) map[string]map[string]string {
	t.Helper()
	f, err := os.Open("../texts/texts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]map[string]string{"ja": {}, "en": {}}
	for _, row := range rows[1:] {
		words["ja"][row[0]], words["en"][row[0]] = row[1], row[2]
	}
	return words
}

// partsOfSentences are the texts of the key points and the journey that are no sentence of their own: what stands beside one, or in it.
var partsOfSentences = []string{"summary.hypothesis.figure", "summary.hypothesis.shown", "summary.quote", "summary.time.figure", "summary.time.periods", "journey.verdict"}

// Every sentence that the key points and the journey can have, in both languages, with titles that look like sentences themselves: the
// audit knows whose figures are in it, or that there are none.
func TestSentence_EveryTemplateOfTheCatalogueIsRead(t *testing.T) {
	words := catalogue(t)
	type figures map[slot]float64
	all := slot{grain: "all"}
	at := func(stage string) slot { s := all; s.stage = stage; return s }
	unit := slot{segment: "bureau", member: "3.5局/課(10%)", stage: "m3", grain: "all"}
	rest := unit
	rest.set = "rest"
	changed := at("m6")
	changed.set = "m3"
	want := map[string]figures{
		"summary.rate": {all: 0.62}, "summary.rate.band": {all: 0.62}, "summary.rate.small": {},
		"summary.peak": {at("m3"): 3.1, at("m6"): 2.6}, "summary.peak.unclear": {at("m3"): 3.1, at("m6"): 2.6},
		"summary.stages.better": {at("m3"): 3.4, at("m6"): 2.9}, "summary.stages.worse": {at("m3"): 3.4, at("m6"): 2.9},
		"summary.change": {changed: -0.4}, "summary.hypothesis": {}, "summary.unit.worse": {unit: 3.1, rest: 2.8}, "summary.unit.better": {unit: 3.1, rest: 2.8},
		"summary.time": {}, "summary.time.unclear": {}, "summary.level": {at("m3"): 3.1},
		"journey.mean.ci": {at("m3"): 3.1}, "journey.mean": {at("m3"): 3.1}, "journey.share": {at("m3"): 0.41}, "journey.hidden": {},
	}
	construct := koe.Text{"ja": "0.5点・不安(「孤立」)", "en": "Worry: at 0.5 (or 10%)"}
	stages := []Named{{"m3", koe.Text{"ja": "3か月(1.5期)", "en": "Three months: 1.5 terms"}}, {"m6", koe.Text{"ja": "半年", "en": "Half a year, 50%"}}}
	for lang, texts := range words {
		for key, text := range texts {
			if !strings.HasPrefix(key, "summary.") && !strings.HasPrefix(key, "journey.") || !strings.Contains(text, "{") || slices.Contains(partsOfSentences, key) {
				continue
			}
			expected, known := want[key]
			if !known {
				t.Errorf("%s says a figure of people, and nobody tells the audit whose: add it to sentences, and here", key)
				continue
			}
			for _, after := range []string{"", " " + strings.ReplaceAll(texts["remark.carried"], "{release}", "2026-04-15"), texts["summary.rate.low"], strings.ReplaceAll(texts["summary.hypothesis.shown"], "{list}", "“9.9%”")} {
				carried := strings.Contains(after, "2026-04-15")
				if after != "" && !(carried && strings.HasPrefix(key, "journey.")) && !(after == texts["summary.rate.low"] && strings.HasPrefix(key, "summary.rate")) && !(strings.Contains(after, "9.9") && key == "summary.hypothesis") {
					continue // that never stands behind this one
				}
				title := func(named Named) string { return named.Title.In(lang) }
				filled := strings.NewReplacer("{construct}", construct.In(lang), "{stage}", title(stages[0]), "{next}", title(stages[1]), "{from}", title(stages[0]), "{to}", title(stages[1]),
					"{mean}", "3.1", "{nextmean}", "2.6", "{frommean}", "3.4", "{tomean}", "2.9", "{rest}", "2.8", "{change}", "−0.4", "{share}", "41%", "{rate}", "62%", "{slope}", "+0.12",
					"{ci}", "2.9–3.3", "{people}", "1,024人", "{frompeople}", "10–19人", "{topeople}", "24人", "{member}", "3.5局 課(10%)", "{better}", "低いほど良い", "{word}", "改善",
					"{invited}", "1,200", "{answered}", "744", "{periods}", "9", "{tested}", "12", "{reading}", "0.1%水準", "{total}", "13", "{supported}", "4", "{not}", "5", "{insufficient}", "4").Replace(text) + after
				if strings.ContainsAny(filled, "{}") {
					t.Fatalf("%s: a place is not filled: %s", key, filled)
				}
				a := &auditor{figures: map[printed]said{}, truth: Truth{Facts: &Facts{Words: words, Members: []Member{{Segment: "bureau", Member: unit.member, Label: "課(10%)", Parent: "3.5局"}},
					Journeys: []Journey{{ID: "other", Title: koe.Text{"ja": "別の旅", "en": "Another"}}, {ID: "j", Title: koe.Text{"ja": "旅", "en": "The way"}, Stages: stages, Constructs: []Named{{"iso", construct}}}}}}}
				r := &reading{auditor: a, d: &document{name: "r.html"}, lang: lang, words: texts, here: all}
				r.prepare()
				r.main = "j"
				one := spoken{place: "summary", text: filled}
				if strings.HasPrefix(key, "journey.") {
					one.stage = title(stages[0])
				}
				r.sentence(one)
				got := figures{}
				for p, s := range a.figures {
					if p.journey != "j" {
						t.Errorf("%s, %s: a figure of %v", key, lang, p)
					}
					got[p.slot] = s.numbers[0]
				}
				if carried {
					expected = figures{} // an earlier release's
				}
				if len(a.findings) > 0 || len(got) != len(expected) {
					t.Errorf("%s, %s: %s\n%v, want %v; %v", key, lang, filled, got, expected, a.findings)
				}
				for at, x := range expected {
					if !same(got[at], x) {
						t.Errorf("%s, %s: %s\n%v, want %v", key, lang, filled, got, expected)
					}
				}
			}
		}
	}
	for _, key := range sentences {
		if words["ja"][key] == "" || words["en"][key] == "" {
			t.Errorf("the audit reads a sentence that no report has: %s", key)
		}
	}
}

// The same sentence with a figure that no template has a place for is not passed over.
func TestSentence_WhatNoTemplateSaysIsAFinding(t *testing.T) {
	a := &auditor{figures: map[printed]said{}, truth: Truth{Facts: &Facts{}}}
	r := &reading{auditor: a, d: &document{name: "r.html"}, lang: "ja", words: catalogue(t)["ja"]}
	r.sentence(spoken{place: "summary", text: "人事課の3人の平均は4.7点。"})
	if len(a.findings) != 1 || a.findings[0].Kind != Unread {
		t.Errorf("%v", a.findings)
	}
}
