package journey

import (
	"maps"
	"math"
	"slices"
	"strings"

	"koe"
)

// complete fills in the defaults that hang on other keys.
func complete(r *reader, j *koe.Journey, settings *koe.Settings) {
	for i := range j.Scales {
		s := &j.Scales[i]
		if !r.stated(join(join("scales", s.ID), "favourable_from")) {
			s.FavourableFrom = int(math.Floor(float64(s.From+s.To)/2)) + 1 // the first step above the midpoint (METHOD 2)
		}
	}
	for i := range j.Questions {
		if q := &j.Questions[i]; q.Kind == koe.KindText && q.Max == nil {
			most := 1000.0 // METHOD 1.1
			q.Max = &most
		}
	}
	for i := range j.Stages {
		s := &j.Stages[i]
		if !r.stated(join(index("stages", i), "target")) {
			s.Target = s.Opens
		}
		if s.Roll == "" {
			s.Roll = settings.Calendar.Roll
		}
	}
	for i := range j.Hypotheses {
		h := &j.Hypotheses[i]
		if !r.stated(join(index("hypotheses", i), "precision")) {
			h.Precision = defaultPrecision(h.Kind)
		}
		h.SHA256 = hash(h, settings.Language)
	}
}

// checkJourney looks at what one key alone cannot show: references, doubles, translations.
func checkJourney(r *reader, j *koe.Journey, settings *koe.Settings) {
	checkTexts(r)
	checkScales(r, j)
	checkQuestions(r, j, settings)
	checkConstructs(r, j)
	checkSurveys(r, j)
	checkUse(r, j)
	checkStages(r, j)
	checkMeasures(r, j)
	checkHypotheses(r, j, settings)
}

// checkTexts finds texts that lack the organisation's language (an error), or one that other texts have.
func checkTexts(r *reader) {
	used := map[string]int{}
	for _, t := range r.texts {
		for _, tag := range t.languages {
			used[tag]++
		}
	}
	for tag, n := range used {
		if n*2 < len(r.texts) && tag != r.own { // a language that was only begun: one sentence is enough
			first := slices.IndexFunc(r.texts, func(t readText) bool { return slices.Contains(t.languages, tag) })
			r.warn(r.texts[first].path, "%[1]s is there in %[2]d of %[3]d texts only", tag, n, len(r.texts))
			delete(used, tag)
		}
	}
	for _, t := range r.texts {
		if len(t.languages) == 0 {
			continue // reported when it was read
		}
		if !speaks(t.languages, r.own) {
			r.fail(t.path, "the text is not there in %s, the organisation's language", r.own)
			continue
		}
		var lacks []string
		for _, tag := range slices.Sorted(maps.Keys(used)) {
			if !speaks(t.languages, tag) {
				lacks = append(lacks, tag)
			}
		}
		if len(lacks) > 0 {
			r.warn(t.path, "the text is not there in %s, and others are", strings.Join(lacks, ", "))
		}
	}
}

// speaks reports whether one of the languages serves a reader of tag: the tag itself or its base (en for en-GB).
func speaks(languages []string, tag string) bool {
	for tag != "" {
		if slices.Contains(languages, tag) {
			return true
		}
		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}
	return false
}

func checkScales(r *reader, j *koe.Journey) {
	for i := range j.Scales {
		s := &j.Scales[i]
		at := join("scales", s.ID)
		if s.To <= s.From {
			r.fail(join(at, "to"), "to (%d) is not greater than from (%d)", s.To, s.From)
			continue
		}
		if s.FavourableFrom <= s.From || s.FavourableFrom > s.To {
			r.fail(join(at, "favourable_from"), "favourable_from (%d) is not between %d and %d", s.FavourableFrom, s.From+1, s.To)
		}
		for _, tag := range slices.Sorted(maps.Keys(s.Labels)) {
			labels := s.Labels[tag]
			if steps := s.To - s.From + 1; len(labels) != steps && len(labels) != 2 {
				r.fail(join(join(at, "labels"), tag), "there are %d labels for %d steps", len(labels), steps).hint("write one for each step, or the two ends")
			}
		}
	}
	unique(r, "scales", j.Scales, func(s *koe.Scale) string { return s.ID })
}

// unique finds ids that differ in upper and lower case only: the warehouse takes them for one.
func unique[T any](r *reader, path string, all []T, id func(*T) string) {
	seen := map[string]string{}
	for i := range all {
		name := id(&all[i])
		if other, ok := seen[strings.ToLower(name)]; ok && other != name {
			r.failAt(r.keyPlace(join(path, name)), "%s and %s differ in upper and lower case only", name, other)
		}
		seen[strings.ToLower(name)] = name
	}
}

// uniqueIn is unique for a list whose entries carry their id.
func uniqueIn[T any](r *reader, path string, all []T, id func(*T) string) {
	seen := map[string]string{}
	for i := range all {
		name := id(&all[i])
		at := join(index(path, i), "id")
		switch other, ok := seen[strings.ToLower(name)]; {
		case ok && other == name:
			r.fail(at, "the id %s stands here twice", name)
		case ok:
			r.fail(at, "%s and %s differ in upper and lower case only", name, other)
		}
		seen[strings.ToLower(name)] = name
	}
}

// keyPlace finds the key at a path rather than its value.
func (r *reader) keyPlace(path string) place {
	if at, ok := r.keys[path]; ok {
		return at
	}
	return r.place(path)
}

func ids[T any](all []T, id func(*T) string) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = id(&all[i])
	}
	return out
}

func questionIDs(j *koe.Journey) []string {
	return ids(j.Questions, func(q *koe.Question) string { return q.ID })
}

func constructIDs(j *koe.Journey) []string {
	return ids(j.Constructs, func(c *koe.Construct) string { return c.ID })
}

func stageIDs(j *koe.Journey) []string {
	return ids(j.Stages, func(s *koe.Stage) string { return s.ID })
}

func measureIDs(j *koe.Journey) []string {
	return ids(j.Measures, func(m *koe.Measure) string { return m.ID })
}

func checkQuestions(r *reader, j *koe.Journey, settings *koe.Settings) {
	unique(r, "questions", j.Questions, func(q *koe.Question) string { return q.ID })
	taken := append([]string{"person_id", "stage", "journey", "submitted_at", "language"}, settings.SegmentColumns()...)
	for i := range j.Questions {
		q := &j.Questions[i]
		at := join("questions", q.ID)
		if slices.Contains(taken, strings.ToLower(q.ID)) {
			r.failAt(r.keyPlace(at), "a question cannot be called %s: it is a column of answer files", q.ID)
		}
		only := func(name string, kinds ...koe.QuestionKind) {
			if r.stated(join(at, name)) && !slices.Contains(kinds, q.Kind) {
				r.failAt(r.keyPlace(join(at, name)), "a question of kind %s has no %s", q.Kind, name)
			}
		}
		only("scale", koe.KindScale)
		only("reverse", koe.KindScale, koe.KindNumber)
		only("min", koe.KindNumber)
		only("max", koe.KindNumber, koe.KindText)
		only("options", koe.KindSingle, koe.KindMulti)
		only("ordered", koe.KindSingle)
		only("recommend", koe.KindNumber, koe.KindScale)
		if q.Kind == koe.KindNote {
			only("required")
		}
		switch q.Kind {
		case koe.KindScale:
			if q.Scale == "" {
				r.fail(at, "the key %s is missing", "scale")
			} else if _, ok := j.Scale(q.Scale); !ok {
				r.fail(join(at, "scale"), "there is no scale %s", q.Scale).near(q.Scale, ids(j.Scales, func(s *koe.Scale) string { return s.ID }))
			}
		case koe.KindNumber:
			if q.Min != nil && q.Max != nil && *q.Max <= *q.Min {
				r.fail(join(at, "max"), "max (%v) is not greater than min (%v)", *q.Max, *q.Min)
			}
			if q.Reverse && (q.Min == nil || q.Max == nil) {
				r.fail(join(at, "reverse"), "only a number with min and max can be reversed")
			}
		case koe.KindText:
			if *q.Max < 1 || *q.Max > 100000 || *q.Max != math.Trunc(*q.Max) {
				r.fail(join(at, "max"), "%v was found, and %s was expected", *q.Max, phrase("a number of characters from 1 to 100000"))
			}
		case koe.KindSingle, koe.KindMulti:
			checkOptions(r, q, join(at, "options"))
		}
		if q.Recommend {
			if lo, hi, ok := j.Range(q); !ok || lo != 0 || hi != 10 {
				r.fail(join(at, "recommend"), "only a question from 0 to 10 is reported as promoters and detractors")
			}
		}
	}
}

func checkOptions(r *reader, q *koe.Question, at string) {
	if len(q.Options) < 2 {
		r.fail(at, "a question of kind %s needs two options or more", q.Kind)
	}
	seen := map[string]bool{}
	for i, o := range q.Options {
		if seen[o.Value] {
			r.fail(join(index(at, i), "value"), "the value %s stands here twice", o.Value)
		}
		seen[o.Value] = true
	}
}

func checkConstructs(r *reader, j *koe.Journey) {
	unique(r, "constructs", j.Constructs, func(c *koe.Construct) string { return c.ID })
	for i := range j.Constructs {
		c := &j.Constructs[i]
		at := join("constructs", c.ID)
		if _, both := j.Question(c.ID); both {
			r.failAt(r.keyPlace(at), "%s is a question too, and a hypothesis could not tell them apart", c.ID)
		}
		if len(c.Items) == 0 {
			r.fail(join(at, "items"), "the list is empty")
		}
		switch {
		case c.BaselineFrom != "" && c.BaselineUntil == "":
			r.fail(join(at, "baseline_from"), "baseline_from needs baseline_until")
		case c.BaselineUntil < c.BaselineFrom:
			r.fail(join(at, "baseline_until"), "baseline_until (%s) is before baseline_from (%s)", c.BaselineUntil, c.BaselineFrom)
		}
		var first *koe.Question
		seen := map[string]bool{}
		for n, id := range c.Items {
			item := index(join(at, "items"), n)
			q, ok := j.Question(id)
			switch {
			case !ok:
				r.fail(item, "there is no question %s", id).near(id, questionIDs(j))
				continue
			case seen[id]:
				r.fail(item, "%s stands here twice", id)
			case q.Kind != koe.KindScale && q.Kind != koe.KindNumber:
				r.fail(item, "%s is of kind %s, and a construct is made of scale and number questions", id, q.Kind)
				continue
			}
			seen[id] = true
			if first == nil {
				first = q
				continue
			}
			lo, hi, ranged := j.Range(q)
			lo1, hi1, ranged1 := j.Range(first)
			if q.Kind == koe.KindScale && !ranged || first.Kind == koe.KindScale && !ranged1 {
				continue // the scale is unknown, which is reported there
			}
			if ranged != ranged1 || lo != lo1 || hi != hi1 {
				r.fail(item, "%s does not have the range of %s, and the items of a construct share one", id, first.ID)
			}
		}
	}
}

// defaultPrecision is the largest half-width of the 90 % interval that a verdict may rest on (METHOD 4).
func defaultPrecision(k koe.HypothesisKind) float64 {
	switch k {
	case koe.HypothesisShare, koe.HypothesisTheme, koe.HypothesisAssociation:
		return 0.2
	}
	return 0.5
}
