package analysis

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"koe"
)

// Stands is who stands behind a figure in one finest group, in closed waves: behind the scores of a construct (trend), the answers
// to a question (item), those asked (rate), the pairs of scores of a construct (change), those who left a comment (voice, at one stage; named
// all, at any), and of stays of hires those still watched (risk) and those who had left (left) after so many months, which are the name.
type Stands struct {
	Table   string
	Journey string
	Name    string
	Stage   string
	From    string // the earlier stage of a change
	Wave    string
	Cohort  string   // of trend only
	Members []string // by segment, in the order of Published.Segments
	Sets    []string // parts of everybody that figures of their own stand on: careless, kept, stayed:m3, silent:m3, with:mentor, without:mentor; of an item of a score given: whoever answered it
	Apart   bool     // only of the parts, not of the cells
	Over    bool     // the wave's quarter is over: what hypotheses say of all waves stands on such answers
	Who     []int32  // the number of the person of each answer: one person may have several, at different stages
}

// Population is who stands behind everything that may be published.
type Population struct {
	Stands []Stands
	Crowds []Crowd
	Quotes []Quote
}

// WhoStands gives who stands behind the figures that may be published from the warehouse at path. Journeys say what the hypotheses
// are about.
func WhoStands(ctx context.Context, path string, journeys []*koe.Journey) (all Population, err error) {
	err = withPeople(ctx, path, func(_ querier, p *people) error {
		all.Stands = p.stands()
		all.Crowds = p.crowds(journeys)
		for _, r := range p.comments {
			if r.quotable {
				all.Quotes = append(all.Quotes, Quote{r.journey, r.stage, r.text})
			}
		}
		return nil
	})
	return all, err
}

// standing gathers Stands by what they are about.
type standing struct {
	at  map[about]int
	all []Stands
}

// about is what Stands are about. Equal members are one list in memory, or two lists, which does no harm.
type about struct {
	table, journey, name, stage, from, wave, cohort, sets string
	members                                               *string
	apart                                                 bool
}

func (s *standing) add(who int32, of Stands) {
	key := about{table: of.Table, journey: of.Journey, name: of.Name, stage: of.Stage, from: of.From, wave: of.Wave, cohort: of.Cohort, sets: strings.Join(of.Sets, separator), apart: of.Apart}
	if len(of.Members) > 0 {
		key.members = &of.Members[0]
	}
	i, known := s.at[key]
	if !known {
		i = len(s.all)
		s.at[key] = i
		s.all = append(s.all, of)
	}
	s.all[i].Who = append(s.all[i].Who, who)
}

func (p *people) stands() []Stands {
	s := &standing{at: map[about]int{}}
	parts := p.partsOfScores()
	for i := range p.answers {
		a := &p.answers[i]
		sets := p.partsOf(a, parts)
		for _, name := range sortedNames(a.scored) {
			s.add(a.who, Stands{Table: "trend", Journey: a.journey, Name: name, Stage: a.stage, Wave: a.wave, Cohort: a.cohort, Members: a.members, Sets: sets})
		}
		for _, name := range sortedNames(a.given) {
			family, is := p.counted[[2]string{a.journey, name}]
			one := Stands{Table: "item", Journey: a.journey, Name: name, Stage: a.stage, Wave: a.wave, Members: a.members}
			if family != "" { // what is said of it stands on those who answered all of the family that they were asked
				one.Sets, one.Apart = []string{"given"}, a.partial[family]
			}
			if is {
				s.add(a.who, one)
			}
		}
	}
	for i := range p.asked {
		if a := &p.asked[i]; a.counts {
			s.add(a.who, Stands{Table: "rate", Journey: a.journey, Stage: a.stage, Wave: a.wave, Members: a.members})
		}
	}
	p.eachPair(func(earlier, later *reply, construct string) {
		s.add(later.who, Stands{Table: "change", Journey: later.journey, Name: construct, Stage: later.stage, From: earlier.stage, Wave: later.wave, Members: later.members,
			Sets: p.arms(earlier, later)})
	})
	commented := map[[5]string]bool{}
	for i := range p.comments {
		c := &p.comments[i]
		once := [5]string{strconv.Itoa(int(c.who)), c.journey, c.stage, c.wave, strings.Join(c.members, separator)}
		if !commented[once] {
			commented[once] = true
			s.add(c.who, Stands{Table: "voice", Journey: c.journey, Stage: c.stage, Wave: c.wave, Members: c.members})
		}
		once[2], once[3] = "", ""
		if !commented[once] {
			commented[once] = true
			s.add(c.who, Stands{Table: "voice", Journey: c.journey, Name: "all", Members: c.members})
		}
	}
	for i := range p.stays {
		for _, months := range retentionMonths {
			name := strconv.FormatInt(months, 10)
			if p.stays[i].days >= daysOf(months) {
				s.add(p.stays[i].who, Stands{Table: "risk", Name: name, Members: p.stays[i].members})
			}
			if p.stays[i].left && p.stays[i].days <= daysOf(months) {
				s.add(p.stays[i].who, Stands{Table: "left", Name: name, Members: p.stays[i].members})
			}
		}
	}
	for i := range s.all {
		s.all[i].Over = s.all[i].Wave < p.quarter
	}
	return s.all
}

func sortedNames(s set) []string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// eachPair goes through the pairs of scores of the same people at two stages, each the last of its stage.
func (p *people) eachPair(do func(earlier, later *reply, construct string)) {
	byPerson := map[[3]string][]*reply{}
	var order [][3]string
	for i := range p.answers {
		a := &p.answers[i]
		if !a.linked || !a.last {
			continue
		}
		key := [3]string{a.key, a.journey, a.spell}
		if byPerson[key] == nil {
			order = append(order, key)
		}
		byPerson[key] = append(byPerson[key], a)
	}
	for _, key := range order {
		for _, earlier := range byPerson[key] {
			for _, later := range byPerson[key] {
				if p.place(earlier.journey, earlier.stage) >= p.place(later.journey, later.stage) || p.place(earlier.journey, earlier.stage) == 0 {
					continue
				}
				for _, construct := range sortedNames(earlier.scored) {
					if later.scored[construct] {
						do(earlier, later, construct)
					}
				}
			}
		}
	}
}

func (p *people) place(journey, stage string) int { return p.stages[[2]string{journey, stage}] }

// arms says of a pair which measures the person had between its answers, and which not by the later one.
func (p *people) arms(earlier, later *reply) (sets []string) {
	for _, m := range p.measures(later.journey) {
		on, had := p.had[[4]string{later.key, later.spell, later.journey, m}]
		switch {
		case !had || on.After(later.day):
			sets = append(sets, "without:"+m)
		case on.After(earlier.day):
			sets = append(sets, "with:"+m)
		}
	}
	return sets
}

// measures lists the measures of a journey that anybody had.
func (p *people) measures(journey string) []string {
	names := set{}
	for key := range p.had {
		if key[2] == journey {
			names[key[3]] = true
		}
	}
	return sortedNames(names)
}

// followed is what became of somebody at a later stage: stayed:m3, silent:m3.
type followed struct{ stage, part string }

// partsOfScores tells which parts of a stage's scores have figures of their own: those that are not marked as careless, and those
// whose people answered, or fell silent, at a later stage. They are listed by person, journey and stay.
func (p *people) partsOfScores() map[[3]string][]followed {
	parts := map[[3]string][]followed{}
	stayed := map[[4]string]bool{}
	for i := range p.asked {
		if a := &p.asked[i]; a.first && a.status == "answered" {
			stayed[[4]string{a.key, a.journey, a.spell, a.stage}] = true
		}
	}
	done := map[[4]string]bool{}
	for i := range p.asked {
		a := &p.asked[i]
		key, one := [3]string{a.key, a.journey, a.spell}, [4]string{a.key, a.journey, a.spell, a.stage}
		switch {
		case !a.first || done[one]: // somebody may be asked about several people
		case stayed[one]:
			parts[key] = append(parts[key], followed{a.stage, "stayed:" + a.stage})
			done[one] = true
		case (a.status == "invited" || a.status == "declined") && a.over:
			parts[key] = append(parts[key], followed{a.stage, "silent:" + a.stage})
			done[one] = true
		}
	}
	return parts
}

// partsOf lists the parts that an answer's scores belong to.
func (p *people) partsOf(a *reply, parts map[[3]string][]followed) []string {
	sets := []string{"kept"}
	if a.careless {
		sets[0] = "careless"
	}
	if !a.last || !a.linked {
		return sets
	}
	for _, then := range parts[[3]string{a.key, a.journey, a.spell}] {
		if p.place(a.journey, then.stage) > p.place(a.journey, a.stage) {
			sets = append(sets, then.part)
		}
	}
	slices.Sort(sets)
	return slices.Compact(sets)
}
