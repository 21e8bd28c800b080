package stats

import (
	"math"
	"testing"
)

func TestPostStratify_ByHand(t *testing.T) {
	tests := []struct {
		name       string
		all        []Class
		mean, deff float64
		classes    int
	}{
		// Half of the people, a quarter of the answers: w = 2 and 2/3. (2·10·4 + 2/3·30·2)/40 = 3; 40·(4·10 + 4/9·30)/40² = 4/3.
		{"an under-represented half", []Class{{100, 10, 4}, {100, 30, 2}}, 3, 4.0 / 3, 2},
		{"everybody answers alike often: nothing changes", []Class{{20, 10, 4}, {40, 20, 1}}, 2, 1, 2},
		// 3 and 4 answers become a class of 7 with mean (3·5 + 4·1.5)/7 = 3 and 40 people; w = (40/100)/(7/27), (60/100)/(20/27).
		{"small classes are merged", []Class{{10, 3, 5}, {30, 4, 1.5}, {60, 20, 2}}, 2.4, 27 * ((0.4*27/7)*(0.4*27/7)*7 + (0.6*27/20)*(0.6*27/20)*20) / (27 * 27), 2},
		// (190/200)/(5/105) = 19.95 is cut to 5; w of the other is (10/200)/(100/105) = 0.0525. (5·5·1 + 0.0525·100·5)/(25 + 5.25)
		{"a weight is at most five", []Class{{190, 5, 1}, {10, 100, 5}}, (25 + 26.25) / 30.25, 105 * (25*5 + 0.0525*0.0525*100) / (30.25 * 30.25), 2},
	}
	for _, tt := range tests {
		mean, deff, classes := PostStratify(tt.all)
		if math.Abs(mean-tt.mean) > 1e-12 || math.Abs(deff-tt.deff) > 1e-12 || classes != tt.classes {
			t.Errorf("%s: mean %v, deff %v, %d classes; want %v, %v, %d", tt.name, mean, deff, classes, tt.mean, tt.deff, tt.classes)
		}
	}
}

func TestPostStratify_OneClassHasNoWeights(t *testing.T) {
	for _, all := range [][]Class{nil, {{10, 7, 3}}, {{10, 2, 3}, {10, 1, 3}}, {{10, 7, 3}, {5, 2, 1}}} {
		if mean, deff, classes := PostStratify(all); !math.IsNaN(mean) || !math.IsNaN(deff) || classes != 0 {
			t.Errorf("%v: %v, %v, %d", all, mean, deff, classes)
		}
	}
}
