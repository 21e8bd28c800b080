package journey_test

import (
	"fmt"

	"koe"
	"koe/journey"
)

func ExampleCompiled_Screens() {
	c, problems := journey.Compile(koe.Journey{
		Questions: []koe.Question{{ID: "LONELY", Kind: koe.KindYesNo}, {ID: "WHY", Kind: koe.KindText}},
		Surveys: []koe.Survey{{ID: "m3", Pages: []koe.Page{
			{Ask: []string{"LONELY"}},
			{Ask: []string{"WHY"}, ShowIf: "LONELY == 1"},
		}}},
	}, nil)
	if len(problems) > 0 {
		fmt.Println(problems)
	}
	yes := 1.0
	for _, answers := range []map[string]koe.Answer{nil, {"LONELY": {Value: &yes}}} {
		fmt.Print("asked:")
		for _, screen := range c.Screens(&c.Surveys[0], answers) {
			fmt.Print(" ", screen.Questions[0].ID)
		}
		fmt.Println()
	}
	// Output:
	// asked: LONELY
	// asked: LONELY WHY
}
