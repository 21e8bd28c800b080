package main

import "slices"

// The twists of seeds from newer on. What is drawn for them comes from a source of its own (organisation.later), so that the seeds below stay the
// organisations that they were.
const (
	guides      twist = "mentors are asked about whom they look after"
	signed      twist = "one survey has names, and the second journey"
	veiled      twist = "one survey is anonymous among others that are not"
	reorganised twist = "units are renamed, moved and put together"
	returning   twist = "people who leave and come back"
)

// newer is the first seed that newerOdds are drawn for.
const newer = 2000

var newerOdds = []struct {
	twist
	percent int
}{
	{guides, 40}, {signed, 25}, {veiled, 20}, {reorganised, 50}, {returning, 40},
}

var guided = []questionnaire{ // days after the mentor was assigned
	{"guide", "first", 20, []string{"SEE1", "SEE2", "NOTE1"}},
	{"guide", "then", 91, []string{"SEE1", "SEE2", "NOTE1"}},
	{"guide", "then", 182, []string{"SEE1", "SEE2", "NOTE1"}},
}

// sendAway has some leave who will come back.
func (o *organisation) sendAway() {
	for _, h := range o.people {
		if o.is[returning] && o.later.IntN(100) < 20 {
			h.left = o.day(h.joined, 60+o.later.IntN(140))
			h.back = o.day(h.left, 20+o.later.IntN(100))
		}
	}
}

// comeBack has those come back who do before a day, in another stay; it reports whether there are any.
func (o *organisation) comeBack(day string) (any bool) {
	for _, h := range o.people {
		if !h.gone && h.back != "" && h.back < day {
			h.joined, h.left, h.back, h.spell, any = h.back, "", "", " again", true
		}
	}
	return any
}

// reorganise changes the units: a division, or section, gets another name, goes under another bureau, or becomes one with another.
func (o *organisation) reorganise() {
	var units [][2]string
	for _, h := range o.people {
		if unit := [2]string{h.unit[0], h.unit[1]}; unit[1] != "" && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	if len(units) == 0 {
		return
	}
	from := units[o.later.IntN(len(units))]
	to := units[o.later.IntN(len(units))] // becomes one with it
	switch o.later.IntN(4) {
	case 0:
		to = [2]string{from[0], from[1] + "新"}
	case 1:
		to = [2]string{to[0], from[1]}
	case 2:
		if o.later.IntN(2) == 0 { // the whole bureau has another name
			from[1], to = "", [2]string{from[0] + "新", ""}
		}
	}
	for _, h := range o.people {
		switch {
		case h.gone || h.unit[0] != from[0]:
		case from[1] == "":
			h.unit[0] = to[0]
		case h.unit[1] == from[1]:
			h.unit[0], h.unit[1] = to[0], to[1]
		}
	}
}

// mentor is who looks after somebody: of some people one and the same.
func (o *organisation) mentor(i int) *hire {
	if o.is[guides] && i%6 == 4 {
		i -= 2
	}
	return o.people[(i+1)%len(o.people)]
}
