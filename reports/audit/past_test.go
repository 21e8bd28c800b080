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

// behind are the lives of people numbered from one to another: behind releases since <= number < until.
func behind(table, name string, since, until int, from, to int32) Lives {
	l := Lives{Table: table, Journey: "j", Name: name, Lives: []Life{{Since: since, Until: until, Stage: "m3", Wave: "2026Q2", Members: []string{"総務局"}}}}
	for n := from; n <= to; n++ {
		l.Who = append(l.Who, n)
	}
	return l
}

// Today's rate, and today's change of the same people, less those of an earlier release are those of who came and who went.
func TestAttack_EarlierRatesAndChanges(t *testing.T) {
	rate, change := Figure{Table: "rate", Journey: "j", Stage: "m3", Grain: "all"}, Figure{Table: "change", Journey: "j", Name: "iso m2 m3", Grain: "all"}
	for name, c := range map[string]struct {
		of      Figure
		carried bool
		came    int32
		went    int32
		want    string
	}{
		"the rate of the same people":              {rate, false, 0, 0, ""},
		"a rate with one more":                     {rate, false, 1, 0, "1人の値が計算できます: 「回答率」 全体 3か月(31人) − 「回答率」 全体 3か月 (2026-03-01 の公表値)(30人)"},
		"one answered late":                        {rate, false, 1, 1, "1人の値"},
		"a rate with five more":                    {rate, false, 5, 0, ""},
		"a rate that is carried":                   {rate, true, 1, 0, ""},
		"the change of the same people":            {change, false, 0, 0, ""},
		"a change with one more":                   {change, false, 1, 0, "1人の値が計算できます: 「孤立感:2か月 → 3か月」 全体(31人) − 「孤立感:2か月 → 3か月」 全体 (2026-03-01 の公表値)(30人)"},
		"a change with nine more, which needs ten": {change, false, 9, 0, "9人の値"},
		"ten came, and one sent its answers again": {change, false, 11, 1, "1人の値"},
		"a change with ten more and ten that went": {change, false, 10, 10, ""},
		"a change that is carried":                 {change, true, 1, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			truth := Truth{Past: []PastFigure{{c.of, 1, "2026-03-01"}}}
			truth.Lives = []Lives{behind(c.of.Table, c.of.Name, 1, 2, 1, c.went), behind(c.of.Table, c.of.Name, 1, 0, c.went+1, 30), behind(c.of.Table, c.of.Name, 2, 0, 101, 100+c.came)}
			if c.carried {
				truth.Carried = []Figure{c.of}
			}
			now := Group{Table: c.of.Table, Journey: "j", Stage: "m3", Wave: "2026Q2", Members: []string{"総務局"}, N: int(30 + c.came - c.went)}
			section, part, heads, row := "回答率", "段階ごと", []string{"段階", "時期", "回答率"}, []string{"3か月", "全期間", "81%"}
			if c.of.Table == "change" {
				now.Name, now.From = "iso", "m2"
				section, part, heads, row = "変化", "", []string{"指標", "変化の平均"}, []string{"孤立感:2か月 → 3か月", "+0.4"}
			}
			truth.Groups = []Group{now}
			found := beside(t, section, part, heads, [][]string{row}, truth)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("%+v", found)
			case c.want != "" && (len(found) == 0 || !strings.Contains(found[0].What["ja"], c.want)):
				t.Errorf("no %q in %+v", c.want, found)
			}
		})
	}
}

// Six answers more over all stages may be those of two people: people count, then as now.
func TestAttack_OfEarlierReleasesPeopleCountAndNotTheirAnswers(t *testing.T) {
	u := units{map[string]int{"甲": 36}, []string{"甲"}}
	for name, c := range map[string]struct {
		who  []int32
		want int
	}{
		"six of six people":  {[]int32{41, 42, 43, 44, 45, 46}, 0},
		"six of two people":  {[]int32{41, 41, 41, 42, 42, 42}, 2},
		"nobody knows whose": {nil, 0},
	} {
		truth := u.truth()
		lives := func(since int, who []int32, n int) Lives {
			return Lives{Table: "trend", Journey: "j", Name: "iso", Who: who, N: n, Lives: []Life{{since, 0, "m3", "2026Q2", "", []string{"甲", ""}}}}
		}
		truth.Lives = []Lives{lives(1, nil, 30), lives(2, c.who, 6)}
		truth.Past = []PastFigure{{Figure{Table: "trend", Journey: "j", Name: "iso", Grain: "all", Segment: "bureau", Member: "甲"}, 1, "2026-03-01"}}
		r, err := Check(context.Background(), u.write(t), truth)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range r.Findings {
			n = f.N
		}
		if n != c.want {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}

// The tables that are handed out hold more than the files print: the page says everybody's mean, the table that of all but four.
func TestAttack_KnowsTheTablesThatAreHandedOut(t *testing.T) {
	u := units{map[string]int{"甲": 4, "乙": 50}, []string{""}}
	truth := u.truth()
	truth.Tables = []Figure{{Table: "trend", Journey: "j", Name: "iso", Grain: "all", Segment: "bureau", Member: "乙"}}
	r, err := Check(t.Context(), u.write(t), truth)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].N != 4 || !strings.Contains(r.Findings[0].What["ja"], "全体(54人) − 「孤立感」 乙(50人)") {
		t.Errorf("%+v", r.Findings)
	}
	if figures, ok := Withheld(r.Findings); !ok || len(figures) != 1 || figures[0].Member != "乙" {
		t.Errorf("to be withheld: %+v, %v", figures, ok)
	}
}
