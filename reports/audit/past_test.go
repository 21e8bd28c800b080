package audit

import (
	"context"
	"strings"
	"testing"
)

// later is units after an earlier release, named 2026-03-01, that showed the same figures of other people. Came and went are
// people by unit who were not there then, or are not any more.
func (u units) later(t *testing.T, came, went map[string]int, then []string, carried ...string) []Finding {
	t.Helper()
	truth := u.truth()
	figure := func(path string) Figure {
		f := Figure{Table: "trend", Journey: "j", Name: "iso", Grain: "all"}
		if path != "" {
			f.Segment, f.Member = "bureau", path
			if strings.Contains(path, "/") {
				f.Segment = "division"
			}
		}
		return f
	}
	for _, g := range truth.Groups {
		path := g.Members[1]
		if path == "" {
			path = g.Members[0]
		}
		lives := func(since, until, n int) {
			truth.Lives = append(truth.Lives, Lives{Table: "trend", Journey: "j", Name: "iso", N: n, Lives: []Life{{since, until, g.Stage, g.Wave, "", g.Members}}})
		}
		lives(1, 0, g.N-came[path])
		lives(2, 0, came[path])
		lives(1, 2, went[path])
	}
	for _, path := range then {
		truth.Past = append(truth.Past, PastFigure{figure(path), 1, "2026-03-01"})
	}
	for _, path := range carried {
		truth.Carried = append(truth.Carried, figure(path))
	}
	r, err := Check(context.Background(), u.write(t), truth)
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

func TestAttack_EarlierReleases(t *testing.T) {
	for name, c := range map[string]struct {
		units
		came, went map[string]int
		then       []string
		carried    []string
		want       string
	}{
		"the same people": {units{map[string]int{"甲": 20, "乙": 30}, []string{"", "甲", "乙"}}, nil, nil, []string{"", "甲", "乙"}, nil, ""},
		"one new hire": {units{map[string]int{"甲": 21, "乙": 30}, []string{"甲"}}, map[string]int{"甲": 1}, nil, []string{"甲"}, nil,
			"1人の値が計算できます: 「孤立感」 甲(21人) − 「孤立感」 甲 (2026-03-01 の公表値)(20人)"},
		"one left":                {units{map[string]int{"甲": 20, "乙": 30}, []string{"甲"}}, nil, map[string]int{"甲": 1}, []string{"甲"}, nil, "1人の値"},
		"one left, many came":     {units{map[string]int{"甲": 30, "乙": 30}, []string{"甲"}}, map[string]int{"甲": 10}, map[string]int{"甲": 1}, []string{"甲"}, nil, "1人の値"},
		"five new ones":           {units{map[string]int{"甲": 25, "乙": 30}, []string{"甲"}}, map[string]int{"甲": 5}, nil, []string{"甲"}, nil, ""},
		"carried instead":         {units{map[string]int{"甲": 21, "乙": 30}, []string{"甲"}}, map[string]int{"甲": 1}, nil, []string{"甲"}, []string{"甲"}, ""},
		"the total goes on alone": {units{map[string]int{"甲": 26, "乙": 31}, []string{"", "乙"}}, map[string]int{"甲": 6, "乙": 1}, nil, []string{"", "乙"}, []string{"乙"}, ""},
		"total and part, one left over": {units{map[string]int{"甲": 26, "乙": 31}, []string{"", "甲", "乙"}}, map[string]int{"甲": 6, "乙": 1}, nil, []string{"", "甲", "乙"}, []string{"乙"},
			"1人の値"},
		"a unit shown anew": {units{map[string]int{"甲": 26, "乙": 30}, []string{"甲"}}, map[string]int{"甲": 6}, nil, []string{"", "乙"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := c.later(t, c.came, c.went, c.then, c.carried...)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("%+v", found)
			case c.want != "" && (len(found) == 0 || !strings.Contains(found[0].What["ja"], c.want)):
				t.Errorf("no %q in %+v", c.want, found)
			}
		})
	}
}

// What two figures of an earlier release tell together is said of that release; this one repeats only one of them.
func TestAttack_WhatFollowsFromEarlierReleasesAloneIsSaidSo(t *testing.T) {
	u := units{map[string]int{"甲": 20, "乙": 30}, []string{"甲"}}
	findings := u.later(t, map[string]int{"乙": 27}, nil, []string{"", "甲"})
	if len(findings) != 1 || !findings[0].Earlier || findings[0].N != 3 {
		t.Errorf("%+v", findings)
	}
	for _, f := range u.later(t, map[string]int{"甲": 1}, nil, []string{"甲"}) {
		if f.Earlier {
			t.Errorf("this release tells it: %+v", f)
		}
	}
}
