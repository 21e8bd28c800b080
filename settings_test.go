package koe

import (
	"slices"
	"testing"
)

func TestMemberOf_IsAPathBelowTheTop(t *testing.T) {
	s := Settings{Segments: [][]string{{"bureau", "division", "section"}, {"hire_type"}}}
	whole := map[string]string{"bureau": "総務局", "division": "人事課", "section": "採用係", "hire_type": "任期付", "grade": "3"}
	for _, c := range []struct {
		column string
		lacks  string
		want   string
	}{
		{"bureau", "", "総務局"},
		{"division", "", "総務局/人事課"},
		{"section", "", "総務局/人事課/採用係"},
		{"hire_type", "", "任期付"},
		{"grade", "", ""}, // no segment
		{"bureau", "bureau", ""},
		{"division", "bureau", ""}, // a division of an unknown bureau could be any
		{"section", "division", ""},
		{"bureau", "division", "総務局"},
		{"hire_type", "bureau", "任期付"},
	} {
		values := map[string]string{}
		for k, v := range whole {
			if k != c.lacks {
				values[k] = v
			}
		}
		if got := s.MemberOf(c.column, values); got != c.want {
			t.Errorf("member of %s without %q is %q, want %q", c.column, c.lacks, got, c.want)
		}
	}
	if got := s.MemberOf("bureau", nil); got != "" {
		t.Errorf("without values the member is %q, want none", got)
	}
}

func TestMemberOf_UnitsOfOneNameUnderTwoParentsDiffer(t *testing.T) {
	s := Settings{Segments: [][]string{{"bureau", "division"}}}
	a := s.MemberOf("division", map[string]string{"bureau": "総務局", "division": "総務課"})
	b := s.MemberOf("division", map[string]string{"bureau": "政策局", "division": "総務課"})
	if a == b {
		t.Errorf("both are %q", a)
	}
}

func TestSegmentColumns_AreInTheOrderOfTheFile(t *testing.T) {
	s := Settings{Segments: [][]string{{"bureau", "division"}, {"hire_type"}}}
	if got, want := s.SegmentColumns(), []string{"bureau", "division", "hire_type"}; !slices.Equal(got, want) {
		t.Errorf("columns are %q, want %q", got, want)
	}
}
